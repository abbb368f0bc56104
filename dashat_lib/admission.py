"""Which rows count, and what a set of rows says: the thesis out, events pooled, rule D1.

Everything here works on many code sets at once: a long table with one row a coding and `keys` that say to which
set it belongs. So 15 indicators and elements, two places and thirty readings are one pass.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from statistics import NormalDist

import numpy as np
import pandas as pd

from .settings import VerdictRule
from .tables import Case, once

SWAPPED = {"for": "against", "against": "for"}
OUTSIDE_THE_HELICES = "beneficiary"


def descendants(table: pd.DataFrame, roots: Iterable[str], *, child: str, parent: str) -> set[str]:
    """Return `roots` and all that lies below them in a tree stored as (child, parent) rows."""
    below: dict[str, list[str]] = {}
    for one, above in zip(table[child], table[parent], strict=True):
        below.setdefault(above, []).append(one)
    found: set[str] = set()
    fresh = list(roots)
    while fresh:
        one = fresh.pop()
        if one not in found:
            found.add(one)
            fresh += below.get(one, [])
    return found


def branches(table: pd.DataFrame, *, child: str, parent: str) -> pd.DataFrame:
    """Return every pair of a node and a node above it, itself included, of a tree stored as (child, parent) rows.

    Returns
    -------
    DataFrame
        ``above`` and `child`.
    """
    up = dict(zip(table[child], table[parent], strict=True))
    pairs = []
    for one in up:
        above = one
        while isinstance(above, str):
            pairs.append((above, one))
            above = up.get(above)
    return pd.DataFrame(pairs, columns=["above", child], dtype="str")


def places_within(case: Case, place: str) -> set[str]:
    """Return a place and every place inside it, by ``places.within``."""
    return descendants(case.places, [place], child="place", parent="within")


def codes_below(case: Case, codes: Iterable[str]) -> set[str]:
    """Return codes and all their children: a child implies its parent."""
    return descendants(case.codebook, codes, child="code_id", parent="parent")


def admitted(case: Case, *, place: str | None = None) -> pd.DataFrame:
    """Return the evidence rows that may stand in a test.

    Rows of ``settings.own_sources`` are out: a text cannot confirm itself. With `place` only rows whose place lies
    inside it are in; ``None`` admits any place.

    Returns
    -------
    DataFrame, the rows of ``evidence`` with their ``source_family``
    """
    return once(case, f"admitted rows, {place}", lambda: _admitted(case, place)).copy(deep=False)


def _admitted(case: Case, place: str | None) -> pd.DataFrame:
    rows = case.evidence.merge(case.sources[["source_id", "source_family"]], on="source_id", how="left")
    rows = rows[~rows["source_id"].isin(case.settings.own_sources)]
    if place is not None:
        rows = rows[rows["place"].isin(places_within(case, place))]
    return rows.reset_index(drop=True)


def of_programme(case: Case) -> set[str]:
    """Return the evidence rows that speak of the programme of the settings: a tie of it rests on the row, or the text names it.

    A text names a programme by its id or by a name of ``programmes``, read up to a colon or bracket. Without a programme there are none.
    """
    return once(case, "rows of the programme", lambda: _of_programme(case))


def _of_programme(case: Case) -> set[str]:
    mine = case.programmes[case.programmes["programme"] == case.settings.programme]
    if mine.empty:
        return set()
    one = mine.iloc[0]
    called = {one["programme"], *(re.split(r"[:(]", one[name])[0].strip() for name in mine if name.startswith("name_"))}
    said = r"\b(?:" + "|".join(re.escape(name) for name in sorted(called)) + r")\b"
    texts = [name for name in case.evidence if name.startswith("text_")]
    named = [case.evidence[name].str.contains(said, case=False, na=False) for name in texts]
    tied = case.evidence["evidence_id"].isin(ties_of_programme(case)["evidence_id"])
    return set(case.evidence.loc[np.logical_or.reduce([tied, *named]), "evidence_id"])


def ties_of_programme(case: Case) -> pd.DataFrame:
    """Return the ties of the programme of the settings."""
    return case.ties[case.ties["programme"] == case.settings.programme]


def coded(case: Case, sets: pd.DataFrame, *, places: Sequence[str | None], coder: str | None = None) -> pd.DataFrame:
    """Return the admitted codings of several code sets, one row per set, place and coding.

    Parameters
    ----------
    sets : DataFrame, one row a code of a set
        ``set_id, code_id, reversed``. Codes are taken as listed (expand children first); where a set names a code both
        ways, both readings count.
    places : sequence of place ids
        Each is a scope of its own; ``None`` admits any place.
    coder : str, optional
        Whose codings; ``settings.coder`` if not given.

    Returns
    -------
    DataFrame
        ``set_id, scope, coding_id, evidence_id, event_id, source_family, code_id, stance``; for and against are
        swapped where the set reverses the code.
    """
    codings = case.codings[case.codings["coder"] == (coder or case.settings.coder)]
    codings = codings[["coding_id", "evidence_id", "code_id", "stance"]].merge(sets, on="code_id")
    stance = codings["stance"].where(~codings["reversed"].astype(bool), codings["stance"].replace(SWAPPED))
    codings = codings.assign(stance=stance).drop(columns="reversed")
    rows = []
    for place in places:
        scope = admitted(case, place=place)[["evidence_id", "event_id", "source_family"]]
        rows.append(codings.merge(scope, on="evidence_id").assign(scope=place))
    columns = ["set_id", "scope", "coding_id", "evidence_id", "event_id", "source_family", "code_id", "stance"]
    return pd.concat(rows, ignore_index=True)[columns].sort_values(["set_id", "scope", "coding_id"], ignore_index=True)


def pooled(rows: pd.DataFrame, *, keys: Sequence[str], unit: str | Sequence[str] = "event_id") -> pd.Series:
    """Return, for each row, what its event as a whole says.

    Rows of one event: any mixed, or for beside against, gives mixed; else for, if one is for; else against, if one is
    against; else neutral. Six reports of one payment count once.

    Parameters
    ----------
    unit : str or sequence of str
        Columns that tell the unit of counting; with "evidence_id" reports are not pooled, only the codings of one row.
    """
    by = [rows[key] for key in [*keys, *_several(unit)]]
    has = {stance: (rows["stance"] == stance).groupby(by).transform("any") for stance in ("for", "against", "mixed")}
    said = np.select(
        [has["mixed"] | (has["for"] & has["against"]), has["for"], has["against"]],
        ["mixed", "for", "against"],
        default="neutral",
    )
    return pd.Series(said, index=rows.index, dtype="str")


def _several(unit: str | Sequence[str]) -> list[str]:
    return [unit] if isinstance(unit, str) else list(unit)


def wilson(successes: pd.Series, n: pd.Series, confidence: float = 0.95) -> tuple[np.ndarray, np.ndarray]:
    """Return the Wilson score interval of a share, elementwise; NaN where `n` is 0.

    Used as a penalty for small numbers, not for inference: the rows are no random sample.

    References
    ----------
    Wilson, E. B. (1927). J. Am. Stat. Assoc. 22:209-212.
    """
    k, n = np.asarray(successes, dtype=float), np.asarray(n, dtype=float)
    z = NormalDist().inv_cdf(0.5 + confidence / 2)
    n = np.where(n > 0, n, np.nan)
    p = k / n
    middle = p + z**2 / (2 * n)
    half = z * np.sqrt(p * (1 - p) / n + z**2 / (4 * n**2))
    below = 1 + z**2 / n
    lower, upper = np.clip((middle - half) / below, 0, 1), np.clip((middle + half) / below, 0, 1)
    return np.where(k == 0, np.where(n > 0, 0.0, np.nan), lower), np.where(
        k == n, 1.0, upper
    )  # no rounding at the ends


def tally(
    rows: pd.DataFrame,
    case: Case,
    *,
    keys: Sequence[str],
    rule: VerdictRule,
    unit: str | Sequence[str] = "event_id",
    beneficiaries_are_a_sector: bool = True,
) -> pd.DataFrame:
    """Count the events of each set and give the verdict by rule D1.

    Parameters
    ----------
    rows : DataFrame, one row a coding
        `keys`, ``evidence_id, event_id, source_family, stance`` (:func:`coded`).
    unit : str or sequence of str
        See :func:`pooled`.
    beneficiaries_are_a_sector : bool
        Whether beneficiaries named in supporting rows count as one of the sectors.

    Returns
    -------
    DataFrame, one row per combination of `keys` found in `rows`
        ``n_rows`` (evidence rows), ``n_for, n_against, n_mixed, n_neutral`` (events), ``n_families`` (source families
        of the rows that decide an event), ``n_families_for, n_families_against``, ``n_sectors`` (sectors of all actors
        named in supporting rows), ``share_for``, ``lower``, ``upper`` (Wilson), ``verdict``.

    Notes
    -----
    A row decides an event if its stance is the event's. A neutral report of the same event lends it no family.
    """
    keys = list(keys)
    rows = rows.assign(event_stance=pooled(rows, keys=keys, unit=unit))
    events = rows.drop_duplicates([*keys, *_several(unit)])
    counts = pd.DataFrame({"n_rows": rows.groupby(keys)["evidence_id"].nunique()})
    for stance in ("for", "against", "mixed", "neutral"):
        counts[f"n_{stance}"] = (events["event_stance"] == stance).groupby([events[key] for key in keys]).sum()
    deciding = rows[rows["stance"].isin(["for", "against"]) & (rows["stance"] == rows["event_stance"])]
    supporting = deciding[deciding["stance"] == "for"]
    opposing = deciding[deciding["stance"] == "against"]
    for name, part in [("n_families", deciding), ("n_families_for", supporting), ("n_families_against", opposing)]:
        counts[name] = part.groupby(keys)["source_family"].nunique()
    actors = case.evidence_actors.merge(case.stakeholders[["stakeholder_id", "sector"]], on="stakeholder_id")
    if not beneficiaries_are_a_sector:
        actors = actors[actors["sector"] != OUTSIDE_THE_HELICES]
    counts["n_sectors"] = supporting.merge(actors, on="evidence_id").groupby(keys)["sector"].nunique()
    whole = [name for name in counts if name.startswith("n_")]
    counts[whole] = counts[whole].fillna(0).astype("int64")
    return with_verdict(counts, rule).reset_index()


def with_verdict(counts: pd.DataFrame, rule: VerdictRule) -> pd.DataFrame:
    """Add share, Wilson interval and the verdict of rule D1, tested in this order: undecidable, supported, contradicted, contested."""
    decided = counts["n_for"] + counts["n_against"]
    lower, upper = wilson(counts["n_for"], decided, rule.confidence)
    undecidable = (decided < rule.n_min) | (counts["n_families"] < rule.families_min)
    supported = (
        (counts["n_for"] >= rule.n_min)
        & (counts["n_families_for"] >= rule.families_min)
        & (counts["n_sectors"] >= rule.sectors_min)
        & (lower > rule.cut)
    )
    contradicted = (
        (counts["n_against"] >= rule.n_min) & (counts["n_families_against"] >= rule.families_min) & (upper < rule.cut)
    )
    verdict = np.select(
        [undecidable, supported, contradicted], ["undecidable", "supported", "contradicted"], "contested"
    )
    share = (counts["n_for"] / decided.where(decided > 0)).astype("float64")
    return counts.assign(
        share_for=share, lower=lower, upper=upper, verdict=pd.Series(verdict, counts.index, dtype="str")
    )


def elements(case: Case, framework: str | None = None, dimensions: Sequence[str] | None = None) -> pd.DataFrame:
    """Return the dimensions of a framework and their elements, in the framework's order.

    Returns
    -------
    DataFrame, one row per dimension or element
        ``set_id`` (the element, or the dimension as a whole), ``framework, dimension_id, element_id`` (missing for a
        whole dimension), ``label_id, label_en``.
    """
    framework = framework or case.settings.framework
    rows = case.frameworks[case.frameworks["framework"] == framework].sort_values("order")
    dimensions = list(dimensions or (case.settings.indicators if framework == case.settings.framework else []))
    if dimensions:
        rows = rows[rows["dimension_id"].isin(dimensions)]
        rows = rows.sort_values("dimension_id", key=lambda ids: ids.map(dimensions.index), kind="stable")
    rows = rows.assign(set_id=rows["element_id"].fillna(rows["dimension_id"]))
    return rows[["set_id", "framework", "dimension_id", "element_id", "label_id", "label_en"]].reset_index(drop=True)


def code_sets(case: Case, scored: pd.DataFrame) -> pd.DataFrame:
    """Return which codes speak for each element and dimension, by ``crosswalk``.

    A dimension holds the codes of all its elements. Codes of a crosswalk whose status is "codebook" include their
    children; those of a proposed one stand for their own rows only.

    Returns
    -------
    DataFrame, one row a code of a set
        ``set_id, code_id, reversed``.
    """
    members = scored[["set_id", "framework", "dimension_id", "element_id"]].merge(
        scored[["set_id", "framework", "dimension_id"]].rename(columns={"set_id": "member"}),
        on=["framework", "dimension_id"],
    )
    members = members[members["element_id"].isna() | (members["set_id"] == members["member"])]
    links = case.crosswalk[["framework", "element_id", "code_id", "direction", "status"]]
    links = links.rename(columns={"element_id": "member", "code_id": "linked"})
    links = members.drop(columns="element_id").merge(links, on=["framework", "member"])
    below = branches(case.codebook, child="code_id", parent="parent")
    codes = links.merge(below, left_on="linked", right_on="above")
    codes = codes[(codes["status"] == "codebook") | (codes["code_id"] == codes["linked"])]
    sets = codes.assign(reversed=codes["direction"] == "reversed")[["set_id", "code_id", "reversed"]]
    return sets.drop_duplicates().sort_values(["set_id", "code_id", "reversed"], ignore_index=True)
