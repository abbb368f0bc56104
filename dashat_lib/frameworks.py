"""What would the same evidence say under another framework? Every framework scored alike, and where they disagree.

A framework is a file in ``frameworks/`` and its rows in ``crosswalk.csv``. A crosswalk of status "codebook" is the tree of
the codebook itself; a proposed one is one reader's reading, not validated by a second person, and so are the verdicts on it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from itertools import combinations

import pandas as pd

from . import indicators
from .admission import code_sets, coded, elements, pooled
from .errors import message
from .facts import Ledger, in_each_language, labelled, under
from .indicators import Material
from .schemas import row_ids
from .tables import Case, Results
from .words import Reader

NO_CODE = "no_code"
PROPOSED = "proposed"
MOST = 0.5  # two dimensions share most of their events if more than so many of all are in both
ONE_CODE, TWO_CODES = "one code, two directions", "different codes"


def names(case: Case) -> list[str]:
    """Return the frameworks of a case, its own first."""
    own = case.settings.framework
    return sorted(set(case.frameworks["framework"]), key=lambda one: (one != own, one))


def gather(case: Case, framework: str) -> Material:
    """Collect the admitted, coded rows of all dimensions of a framework, on the wider and the focal place."""
    rows = case.frameworks[case.frameworks["framework"] == framework].sort_values("order")
    return indicators.gather(case, framework=framework, dimensions=list(dict.fromkeys(rows["dimension_id"])))


def gather_all(case: Case) -> dict[str, Material]:
    """Return :func:`gather` of each framework."""
    return {one: gather(case, one) for one in names(case)}


def scored(case: Case, materials: dict[str, Material] | None = None) -> pd.DataFrame:
    """Score every framework on the same evidence: rule D1 on the wider place, by the crosswalk.

    Parameters
    ----------
    materials : mapping, optional
        :func:`gather_all`, where it is at hand.

    Returns
    -------
    DataFrame, one row a framework, dimension and element (``element_id`` missing for a whole dimension), in order
        ``framework, dimension_id, element_id, set_id, label_id, label_en, place, status`` (codebook, or proposed: not validated),
        ``n_codes`` (codes that speak for it, children counted where the crosswalk is the codebook's), ``state`` (the verdict, or
        "no_code" where no code of the codebook speaks to it: the record was never read for that, so nothing is said of it),
        ``verdict`` (missing without a code), the counts of :func:`dashat_lib.indicators.verdicts`, ``n_rows_focal`` (rows on
        the focal place), ``qualifier``, ``fragile_families, fragile_sources`` (without any one of which the verdict turns), ``n_elements`` and
        ``n_elements_with_code`` (of a dimension, :func:`with_elements`).
    """
    tables = [_scored(one) for one in (materials or gather_all(case)).values()]
    return with_elements(pd.concat(tables, ignore_index=True))


def _scored(material: Material) -> pd.DataFrame:
    case = material.case
    place = case.settings.wider_place
    base = indicators.verdicts(material)
    base = base[base["place"] == place].reset_index(drop=True)
    left_out = indicators.families_left_out(material.part(place=place), base)
    table = indicators.with_fragility(base, left_out, case).drop(columns=["n_readings", "n_readings_same"])
    n_codes = code_sets(case, material.scored).groupby("set_id")["code_id"].nunique()
    focal = material.rows[material.rows["scope"] == case.settings.focal_place]
    n_focal = focal.groupby("set_id")["evidence_id"].nunique()
    table["n_codes"] = table["set_id"].map(n_codes).fillna(0).astype("int64")
    table["n_rows_focal"] = table["set_id"].map(n_focal).fillna(0).astype("int64")
    bare = table["n_codes"] == 0
    table["state"] = table["verdict"].mask(bare, NO_CODE)
    for name in ("verdict", "qualifier"):
        table[name] = table[name].mask(bare)
    table["status"] = _status(case, table)
    front = ["framework", "dimension_id", "element_id", "set_id", "label_id", "label_en", "place", "status", "n_codes", "state", "verdict"]  # fmt: skip
    return table[[*front, *[name for name in table if name not in front]]]


def _status(case: Case, table: pd.DataFrame) -> pd.Series:
    """Proposed if one link of the set is; where no code speaks to it, as the rest of its framework."""
    framework = table["framework"].iloc[0]
    links = case.crosswalk[case.crosswalk["framework"] == framework]
    whole = PROPOSED if (links["status"] == PROPOSED).any() or links.empty else "codebook"
    proposed = set(links.loc[links["status"] == PROPOSED, "element_id"])
    linked = set(links["element_id"])
    said = []
    for one in table.to_dict("records"):
        inside = table[table["dimension_id"] == one["dimension_id"]]["set_id"] if pd.isna(one["element_id"]) else [one["set_id"]]  # fmt: skip
        mine = linked & set(inside)
        said.append(whole if not mine else PROPOSED if mine & proposed else "codebook")
    return pd.Series(said, table.index, dtype="str")


def with_elements(table: pd.DataFrame) -> pd.DataFrame:
    """Return :func:`scored` with how many elements a dimension has, and to how many of them a code speaks.

    Adds ``n_elements`` and ``n_elements_with_code`` (missing in the row of an element, and where a dimension has no elements).
    Where fewer than half have a code, the verdict of the dimension speaks for those only (:func:`speaks_for_part`).
    """
    parts = table[table["element_id"].notna()]
    by = ["framework", "dimension_id"]
    counts = {
        "n_elements": parts.groupby(by).size(),
        "n_elements_with_code": parts[parts["n_codes"] > 0].groupby(by).size(),
    }
    index = pd.MultiIndex.from_frame(table[by])
    whole = table["element_id"].isna() & index.isin(counts["n_elements"].index)
    return table.assign(
        **{name: pd.Series(n.reindex(index, fill_value=0).to_numpy(), table.index, dtype="Int64").where(whole) for name, n in counts.items()}
    )  # fmt: skip


def speaks_for_part(table: pd.DataFrame) -> pd.Series:
    """Say of which rows of :func:`scored` fewer than half of the elements have a code."""
    return (2 * table["n_elements_with_code"] < table["n_elements"]).fillna(False).astype("bool")


# ---- codes that the framework of the study leaves out, set against it -------------------------------------------------

AGREED, NAMED, EVERY = "agreed", "named", "every"  # how widely codes are set against an element, from narrow to wide


def set_against(case: Case) -> pd.DataFrame:
    """Return which codes without a place in the framework of the study are set against which of its codes, and by how many.

    A claim test sets its ``reversed_codes`` against its ``codes``; the crosswalk of another framework sets the codes that it reads
    in reverse for an element against those that it reads for the same element.

    Returns
    -------
    DataFrame, one row a pair
        ``code_id, against`` (the code that counts against it), ``n_tests``, ``n_frameworks``.
    """
    own = case.settings.framework
    placed = set(code_sets(case, gather(case, own).scored)["code_id"])
    links = case.crosswalk[case.crosswalk["framework"] != own]
    same, reversed_ = (
        links.loc[links["direction"] == one, ["framework", "element_id", "code_id"]] for one in ("same", "reversed")
    )
    by_link = same.merge(reversed_.rename(columns={"code_id": "against"}), on=["framework", "element_id"])
    tests = case.claim_tests[["codes", "reversed_codes"]].dropna().reset_index(names="test")
    tests = tests.assign(code_id=tests["codes"].str.split(";"), against=tests["reversed_codes"].str.split(";"))
    by_test = tests.explode("code_id").explode("against")
    pairs = ["code_id", "against"]
    found = pd.concat([by_link[pairs], by_test[pairs]]).drop_duplicates().astype("str")
    found = found[found["code_id"].isin(placed) & ~found["against"].isin(placed)]
    index = pd.MultiIndex.from_frame(found)
    counts = {"n_tests": by_test.groupby(pairs)["test"].nunique(), "n_frameworks": by_link.groupby(pairs)["framework"].nunique()}  # fmt: skip
    found = found.assign(**{name: n.reindex(index, fill_value=0).to_numpy("int64") for name, n in counts.items()})
    return found.sort_values(pairs, ignore_index=True)


def against_sets(case: Case, sets: pd.DataFrame, how: str) -> pd.DataFrame:
    """Return the codes that count against each set of codes, as more rows of `sets`, all reversed.

    Parameters
    ----------
    sets : DataFrame
        :func:`dashat_lib.admission.code_sets`.
    how : "agreed", "named" or "every"
        A claim test or at least two other frameworks set the code against one of the set; a test or one framework; every code that
        is so used at all, against every set: an outer bound.
    """
    pairs = set_against(case)
    if how == EVERY:
        every = pd.DataFrame({"code_id": sorted(set(pairs["against"]))})
        found = sets[["set_id"]].drop_duplicates().merge(every, how="cross")
    else:
        least = 2 if how == AGREED else 1
        pairs = pairs[(pairs["n_tests"] > 0) | (pairs["n_frameworks"] >= least)]
        found = sets[["set_id", "code_id"]].merge(pairs, on="code_id")[["set_id", "against"]]
        found = found.rename(columns={"against": "code_id"}).drop_duplicates()
    return found.assign(reversed=True).sort_values(["set_id", "code_id"], ignore_index=True)


def challenged_material(material: Material, how: str) -> Material:
    """Return the material of the indicators with the codes set against each (:func:`against_sets`) among its rows."""
    case, sets = material.case, code_sets(material.case, material.scored)
    more = coded(case, against_sets(case, sets, how), places=material.places)
    rows = pd.concat([material.rows.drop(columns="event_stance"), more], ignore_index=True)
    rows = rows.sort_values(["set_id", "scope", "coding_id"], ignore_index=True)
    return replace(material, rows=rows.assign(event_stance=pooled(rows, keys=indicators.KEYS)))


def challenged(case: Case) -> pd.DataFrame:
    """Return the verdict on each indicator and element again, with codes that its framework leaves out counted against it.

    A framework that gives weak coordination or late money codes of their own cannot find them against cooperation: that nothing
    speaks against an element is then partly by construction.

    Returns
    -------
    DataFrame, one row an element and way (narrow to wide), on the wider place
        ``framework, dimension_id, element_id, set_id, label_id, label_en, place, counted`` (agreed, named, every), ``codes``
        (";"-joined; missing where none is set against it), ``n_for, n_against, n_mixed, n_families, share_for, lower, upper, verdict,
        baseline, same``.
    """
    material = indicators.gather(case, places=[case.settings.wider_place])
    base, sets = indicators.verdicts(material), code_sets(case, material.scored)
    parts = []
    for how in (AGREED, NAMED, EVERY):
        table = indicators.verdicts(challenged_material(material, how))
        codes = against_sets(case, sets, how).groupby("set_id")["code_id"].agg(";".join)
        parts.append(
            table.assign(counted=how, codes=table["set_id"].map(codes).astype("str"), baseline=base["verdict"])
        )
    found = pd.concat(parts, ignore_index=True)
    found = found.assign(same=found["verdict"] == found["baseline"])
    front = ["framework", "dimension_id", "element_id", "set_id", "label_id", "label_en", "place", "counted", "codes"]
    counts = [
        "n_for",
        "n_against",
        "n_mixed",
        "n_families",
        "share_for",
        "lower",
        "upper",
        "verdict",
        "baseline",
        "same",
    ]
    order = {one: at for at, one in enumerate(base["set_id"])}
    found = found.assign(at=found["set_id"].map(order)).sort_values("at", kind="stable", ignore_index=True)
    return found[[*front, *counts]]


# ---- where frameworks disagree ---------------------------------------------------------------------------------------


def disagreements(
    case: Case, materials: dict[str, Material] | None = None, table: pd.DataFrame | None = None
) -> dict[str, pd.DataFrame]:
    """Return where the frameworks disagree about the same evidence.

    Parameters
    ----------
    materials, table : optional
        :func:`gather_all` and :func:`scored`, where they are at hand.

    Returns
    -------
    dict of DataFrame
        ``codes`` (:func:`codes_without_place`), ``events`` (:func:`events_split`), ``dimensions`` (:func:`dimension_pairs`).
    """
    materials = materials or gather_all(case)
    table = scored(case, materials) if table is None else table
    return {
        "codes": codes_without_place(case, materials),
        "events": events_split(materials),
        "dimensions": dimension_pairs(materials, table),
    }


def codes_without_place(case: Case, materials: dict[str, Material]) -> pd.DataFrame:
    """Return the codes that have a place in some frameworks and none in others, with their events on the wider place.

    Returns
    -------
    DataFrame, one row a code that at least one framework has no place for, in the order of the codebook
        ``code_id, label_id, label_en, frameworks_with, frameworks_without`` (";"-joined; with may be missing), ``n_events,
        n_for, n_against`` (events whose rows carry the code itself), ``event_ids`` (";"-joined).
    """
    homes = {one: set(code_sets(case, material.scored)["code_id"]) for one, material in materials.items()}
    codes = case.codebook[["code_id", "label_id", "label_en"]].reset_index(drop=True)
    for name, inside in (("frameworks_with", True), ("frameworks_without", False)):
        said = [";".join(one for one, has in homes.items() if (code in has) == inside) for code in codes["code_id"]]
        codes[name] = pd.Series(said, codes.index, dtype="str").replace("", pd.NA)
    codes = codes[codes["frameworks_without"].notna()].reset_index(drop=True)
    rows = coded(
        case, codes[["code_id"]].assign(set_id=codes["code_id"], reversed=False), places=[case.settings.wider_place]
    )
    rows = rows.assign(said=pooled(rows, keys=indicators.KEYS))
    events = rows.drop_duplicates(["set_id", "event_id"]).groupby("set_id")
    codes["n_events"] = codes["code_id"].map(events.size()).fillna(0).astype("int64")
    for stance in ("for", "against"):
        n = (rows["said"] == stance).groupby([rows["set_id"], rows["event_id"]]).any().groupby("set_id").sum()
        codes[f"n_{stance}"] = codes["code_id"].map(n).fillna(0).astype("int64")
    codes["event_ids"] = codes["code_id"].map(events["event_id"].agg(_joined)).astype("str")
    return codes


def _joined(values: Iterable[str]) -> str:
    return ";".join(sorted(set(values)))


def _elements_only(material: Material) -> pd.Series:
    """Which rows of a material belong to an element, or to a dimension that has none."""
    scored_ = material.scored
    with_elements = set(scored_.loc[scored_["element_id"].notna(), "dimension_id"])
    whole = scored_[scored_["element_id"].isna() & scored_["dimension_id"].isin(with_elements)]
    return ~material.rows["set_id"].isin(whole["set_id"])


def events_split(materials: dict[str, Material]) -> pd.DataFrame:
    """Return the events that speak for an element of one framework and against an element of another, on the wider place.

    Returns
    -------
    DataFrame, one row per event and ordered pair of frameworks, oldest first
        ``event_id, date, framework_for, elements_for, codes_for, framework_against, elements_against, codes_against`` (";"-joined),
        ``why``: "one code, two directions" where the crosswalks read a code of both sides in opposite ways, else "different codes"
        (the event holds something good and something bad, and each framework looks at one of them), ``evidence_ids``.
    """
    case = next(iter(materials.values())).case
    parts = []
    for framework, material in materials.items():
        rows = material.rows[_elements_only(material) & (material.rows["scope"] == case.settings.wider_place)]
        rows = rows[rows["stance"] == rows["event_stance"]]
        parts.append(rows[["event_id", "set_id", "code_id", "evidence_id", "stance"]].assign(framework=framework))
    every = pd.concat(parts, ignore_index=True)
    sides = every[every["stance"].isin(["for", "against"])].groupby(["event_id", "framework", "stance"])
    table = sides.agg(
        elements=("set_id", _joined), codes=("code_id", _joined), evidence=("evidence_id", _joined)
    ).reset_index()
    one, other = (table[table["stance"] == stance].drop(columns="stance") for stance in ("for", "against"))
    found = one.merge(other, on="event_id", suffixes=("_for", "_against"))
    found = found[found["framework_for"] != found["framework_against"]].reset_index(drop=True)
    shared = [bool(set(a.split(";")) & set(b.split(";"))) for a, b in zip(found["codes_for"], found["codes_against"], strict=True)]  # fmt: skip
    found["why"] = pd.Series(shared, found.index, dtype="bool").map({True: ONE_CODE, False: TWO_CODES}).astype("str")
    both = [_joined([*a.split(";"), *b.split(";")]) for a, b in zip(found["evidence_for"], found["evidence_against"], strict=True)]  # fmt: skip
    found["evidence_ids"] = pd.Series(both, found.index, dtype="str")
    found["date"] = found["event_id"].map(case.evidence.groupby("event_id")["date"].min())
    columns = ["event_id", "date", "framework_for", "elements_for", "codes_for", "framework_against", "elements_against", "codes_against", "why", "evidence_ids"]  # fmt: skip
    return found[columns].sort_values(["date", "event_id", "framework_for", "framework_against"], ignore_index=True)


def dimension_pairs(materials: dict[str, Material], table: pd.DataFrame) -> pd.DataFrame:
    """Return the dimensions of different frameworks that rest on mostly the same events, and whether they get the same verdict.

    Parameters
    ----------
    table : DataFrame
        :func:`scored`.

    Returns
    -------
    DataFrame, one row a pair whose Jaccard index of events (any stance, wider place) is above one half; the closest first
        ``framework, dimension_id, other_framework, other_dimension, n_events, n_events_other, n_both, jaccard, verdict,
        verdict_other, same``.
    """
    place = table["place"].iloc[0]
    whole = table[table["element_id"].isna()].set_index(["framework", "dimension_id"])["state"]
    sets: dict[tuple[str, str], set[str]] = {}
    for framework, material in materials.items():
        rows = material.rows[material.rows["scope"] == place]
        dimensions = material.scored.loc[material.scored["element_id"].isna(), "dimension_id"]
        sets |= {(framework, one): set(rows.loc[rows["set_id"] == one, "event_id"]) for one in dimensions}
    pairs = []
    for one, other in combinations(sets, 2):
        both = len(sets[one] & sets[other])
        if one[0] != other[0] and both > MOST * len(sets[one] | sets[other]):
            jaccard = both / len(sets[one] | sets[other])
            pairs.append((*one, *other, len(sets[one]), len(sets[other]), both, jaccard, whole[one], whole[other], whole[one] == whole[other]))  # fmt: skip
    columns = ["framework", "dimension_id", "other_framework", "other_dimension", "n_events", "n_events_other", "n_both", "jaccard", "verdict", "verdict_other", "same"]  # fmt: skip
    return pd.DataFrame(pairs, columns=columns).sort_values(
        "jaccard", ascending=False, kind="stable", ignore_index=True
    )


# ---- a framework as a page -------------------------------------------------------------------------------------------


def page(case: Case, framework: str, table: pd.DataFrame | None = None) -> pd.DataFrame:
    """Return one framework as a page to read: what each element asks for, what the record says, and by which codes it was read.

    Parameters
    ----------
    table : DataFrame, optional
        :func:`scored`, where it is at hand.

    Returns
    -------
    DataFrame, one row a dimension or element, in the framework's order
        The columns of :func:`scored` with ``definition_id, definition_en`` (missing where the file has none), ``codes`` and
        ``reversed_codes`` (";"-joined ids of the codes whose "for" counts for it, and against it).

    Raises
    ------
    ValueError
        If the case has no such framework.
    """
    if framework not in names(case):
        raise ValueError(f"framework {framework!r} is not one of: {', '.join(names(case))}")
    if table is None:
        table = scored(replace(case, frameworks=case.frameworks[case.frameworks["framework"] == framework]))
    table = table[table["framework"] == framework].reset_index(drop=True)
    rows = case.frameworks[case.frameworks["framework"] == framework]
    texts = rows.assign(set_id=rows["element_id"].fillna(rows["dimension_id"])).set_index("set_id")
    for name in ("definition_id", "definition_en"):
        table[name] = table["set_id"].map(texts[name]) if name in texts else pd.NA
    links = case.crosswalk[case.crosswalk["framework"] == framework]
    for name, direction in (("codes", "same"), ("reversed_codes", "reversed")):
        ids = links[links["direction"] == direction].groupby("element_id")["code_id"].agg(";".join)
        table[name] = table["set_id"].map(ids).astype("str")
    return table


def links(case: Case, framework: str) -> pd.DataFrame:
    """Return by which codes a framework is read, with the doubt that the crosswalk states beside each.

    Returns
    -------
    DataFrame, one row a link of the crosswalk, in the framework's order
        ``framework, set_id, label_id, label_en, code_id, direction, status, note`` (as the crosswalk has it), ``doubt`` (the note from
        the word "Doubt" on; missing where none is stated), and the same with ``_id`` and ``_en`` where the crosswalk has such notes.
    """
    table = elements(
        case, framework, list(dict.fromkeys(case.frameworks.query("framework == @framework")["dimension_id"]))
    )
    found = table[["framework", "set_id", "label_id", "label_en"]].merge(
        case.crosswalk.rename(columns={"element_id": "set_id"}), on=["framework", "set_id"]
    )
    return found.assign(doubt=found["note_en"].str.extract(r"(?:^|\s)Doubt: (.*)$", expand=False).astype("str"))


def by_event(split: pd.DataFrame, case: Case, say: Reader) -> pd.DataFrame:
    """Return the events of :func:`events_split` in words, one row an event with all its pairs: date, text, what it supports, what it speaks against."""
    texts = {one["evidence_id"]: say.column(one, "text") for one in case.evidence.to_dict("records")}
    told = in_words(split, case, say)
    lines = []
    for event, part in told.groupby("event_id", sort=False):
        ids = dict.fromkeys(one for joined in part["evidence_ids"] for one in joined.split(";"))
        sides = {}
        for side in ("for", "against"):
            names = [
                f"{say.label('framework', one)}: {said}"
                for one, said in zip(part[f"framework_{side}"], part[f"elements_{side}"], strict=True)
            ]
            sides[side] = "; ".join(dict.fromkeys(names))
        lines.append(
            {"event_id": event, "date": part["date"].iloc[0], "text": " ".join(texts[one] for one in ids),
             "event_supports": sides["for"], "event_opposes": sides["against"], "why": ";".join(dict.fromkeys(part["why"]))}
        )  # fmt: skip
    return pd.DataFrame(lines, columns=["event_id", "date", "text", "event_supports", "event_opposes", "why"])


def in_words(table: pd.DataFrame, case: Case, say: Reader) -> pd.DataFrame:
    """Return a table of this room with the ids of elements, dimensions and codes named, ";"-joined ones one by one.

    Labels of elements are those of the frameworks of the row; what is in no column of ids is left as it is.
    """
    rows = case.frameworks.assign(set_id=case.frameworks["element_id"].fillna(case.frameworks["dimension_id"]))
    labels = {(one["framework"], one["set_id"]): say.column(one, "label") for one in rows.to_dict("records")}
    codes = {one["code_id"]: say.column(one, "label") for one in case.codebook.to_dict("records")}
    told = table.copy()
    for name, of in _OF_FRAMEWORK.items():
        if name in table and of in table:
            pairs = zip(table[of], table[name], strict=True)
            told[name] = [_named(ids, {one: labels.get((framework, one), one) for one in str(ids).split(";")}) for framework, ids in pairs]  # fmt: skip
    for name in _OF_CODES & set(table):
        told[name] = [_named(ids, codes) for ids in table[name]]
    return told


_OF_FRAMEWORK = {
    "dimension_id": "framework", "other_dimension": "other_framework", "elements_for": "framework_for", "elements_against": "framework_against",
}  # fmt: skip
_OF_CODES = {"codes", "reversed_codes", "codes_for", "codes_against"}


def _named(ids: object, names: dict[str, str]) -> object:
    """Names of ";"-joined ids; a missing cell stays missing."""
    return ", ".join(names.get(one, one) for one in ids.split(";")) if isinstance(ids, str) else ids


# ---- the stage -------------------------------------------------------------------------------------------------------

_HOW = {
    "verdict": message("Rule D1 on {label} ({framework}) at {place}; codes by a crosswalk that is {status}."),
    "n_for": message("Events on {place} that speak for {label} ({framework}), reports of one event pooled; codes by a crosswalk that is {status}."),
    "n_against": message("Events on {place} that speak against {label} ({framework}), reports of one event pooled; codes by a crosswalk that is {status}."),
    "share_for": message("Events for {label} ({framework}) divided by events for or against, on {place}, with the Wilson interval; codes by a crosswalk that is {status}."),
}  # fmt: skip
_HOW_CHALLENGED = {
    "verdict": message("Rule D1 on {label} at {place} with codes that its framework leaves out counted against it: {counted}."),
    "n_for": message("Events on {place} for {label} with codes that its framework leaves out counted against it: {counted}."),
    "n_against": message("Events on {place} against {label} with codes that its framework leaves out counted against it: {counted}."),
}  # fmt: skip
_HOW_ELEMENTS = message(
    "Elements of {label} ({framework}) to which a code speaks, of {n}; codes by a crosswalk that is {status}."
)
_UNITS = {"verdict": "verdict", "share_for": "share (0-1)"}
_NO_CODE, _NO_EVENT = "no code speaks to it", "no event for or against"


def results(case: Case) -> Results:
    """Return every framework scored on the same evidence, where they disagree, and facts with the rows under each.

    The indicators of the case's own framework have their facts in the stage ``indicators``; here stand those of all others.
    """
    materials = gather_all(case)
    table = scored(case, materials)
    differing = disagreements(case, materials, table)
    own = (table["framework"] == case.settings.framework) & table["dimension_id"].isin(case.settings.indicators)
    ledger = Ledger()
    named = indicators.actors_of(case)
    for one in table[~own].to_dict("records"):
        _note(ledger, one, materials[one["framework"]], named)
    for framework, material in materials.items():
        _note_codes(ledger, framework, material)
    _note_disagreements(ledger, materials, differing)
    counted = challenged(case)
    _note_challenged(ledger, case, counted)
    return ledger.results(
        framework_verdicts=table,
        framework_challenges=counted,
        framework_codes=differing["codes"],
        framework_events=differing["events"],
        framework_dimensions=differing["dimensions"],
    )


def _note(ledger: Ledger, one: dict[str, object], material: Material, named: pd.Series) -> None:
    """Write down the facts of one element or dimension."""
    case, place, set_id = material.case, str(one["place"]), str(one["set_id"])
    bare = one["n_codes"] == 0
    support = indicators.supports_of(list(_HOW), material, set_id, place, named)
    for measure, how in _HOW.items():
        value = None if bare or pd.isna(one[measure]) else one[measure]
        bounds = measure == "share_for" and value is not None
        ledger.add(
            f"{one['framework']}.{set_id}.{place}.{measure}",
            value,
            unit=_UNITS.get(measure, "events"),
            place=place,
            lower=one["lower"] if bounds else None,  # type: ignore[arg-type]
            upper=one["upper"] if bounds else None,  # type: ignore[arg-type]
            how=how,
            details={
                "label": in_each_language(one, "label"),
                "framework": labelled("framework", str(one["framework"])),
                "place": case.places.set_index("place").at[place, "name"],
                "status": labelled("status", str(one["status"])),
            },
            reason=None if value is not None else _NO_CODE if bare else _NO_EVENT,
            support=support[measure],
        )
    if pd.notna(one["n_elements"]):
        ledger.add(
            f"{one['framework']}.{set_id}.{place}.n_elements_with_code",
            int(one["n_elements_with_code"]),  # type: ignore[call-overload]
            unit="elements",
            place=place,
            how=_HOW_ELEMENTS,
            details={
                "label": in_each_language(one, "label"),
                "framework": labelled("framework", str(one["framework"])),
                "n": int(one["n_elements"]),  # type: ignore[call-overload]
                "status": labelled("status", str(one["status"])),
            },
            support=[rows for rows in support["verdict"] if rows.table in ("frameworks", "crosswalk")],
        )


def _note_codes(ledger: Ledger, framework: str, material: Material) -> None:
    """Write down how many codes a framework has no place for."""
    case = material.case
    have = set(code_sets(case, material.scored)["code_id"])
    without = set(case.codebook["code_id"]) - have
    links = case.crosswalk[case.crosswalk["framework"] == framework]
    ledger.add(
        f"{framework}.n_codes_without_place",
        len(without),
        unit="codes",
        how=message("Codes of the codebook that the crosswalk of {framework} gives no place."),
        details={"framework": labelled("framework", framework)},
        support=[
            under("codebook", without, have),
            under("crosswalk", looked_at=row_ids("crosswalk", links)),
            under("frameworks", defines=row_ids("frameworks", case.frameworks[case.frameworks["framework"] == framework])),
        ],
    )  # fmt: skip


def _note_challenged(ledger: Ledger, case: Case, table: pd.DataFrame) -> None:
    """Write down each verdict, and its events, with the codes that the framework leaves out counted against it."""
    material = indicators.gather(case, places=[case.settings.wider_place])
    materials = {how: challenged_material(material, how) for how in (AGREED, NAMED, EVERY)}
    named = indicators.actors_of(case)
    others = case.crosswalk[case.crosswalk["framework"] != case.settings.framework]
    tests = case.claim_tests.dropna(subset=["codes", "reversed_codes"])
    defined = [
        under("crosswalk", defines=row_ids("crosswalk", others)),
        under("claim_tests", defines=row_ids("claim_tests", tests)),
    ]
    for one in table.to_dict("records"):
        place, set_id, how = str(one["place"]), str(one["set_id"]), str(one["counted"])
        support = indicators.supports_of(list(_HOW_CHALLENGED), materials[how], set_id, place, named)
        for measure, text in _HOW_CHALLENGED.items():
            ledger.add(
                f"{set_id}.{place}.{measure}.against_{how}",
                one[measure],
                unit=_UNITS.get(measure, "events"),
                place=place,
                how=text,
                details={
                    "label": in_each_language(one, "label"),
                    "place": case.places.set_index("place").at[place, "name"],
                    "counted": labelled("counted", how),
                },
                support=[*support[measure], *defined],
            )


def _note_disagreements(ledger: Ledger, materials: dict[str, Material], differing: dict[str, pd.DataFrame]) -> None:
    """Write down how many events and pairs of dimensions the frameworks read differently."""
    case = next(iter(materials.values())).case
    place = case.settings.wider_place
    rows = pd.concat([one.rows[one.rows["scope"] == place] for one in materials.values()], ignore_index=True)
    split, pairs = differing["events"], differing["dimensions"]
    counted = rows["event_id"].isin(split["event_id"])
    named = indicators.actors_of(case)
    actors = {one for row in set(rows["evidence_id"]) for one in named.get(row, [])}
    defined = [
        under("crosswalk", defines=row_ids("crosswalk", case.crosswalk)),
        under("frameworks", defines=row_ids("frameworks", case.frameworks)),
        under("places", defines=[place]),
    ]
    details = {"place": case.places.set_index("place").at[place, "name"]}
    keys = [("evidence", "evidence_id"), ("codings", "coding_id")]
    ledger.add(
        f"frameworks.{place}.n_events_split",
        split["event_id"].nunique(),
        unit="events",
        place=place,
        how=message("Events on {place} that speak for an element of one framework and against an element of another."),
        details=details,
        support=[*(under(table, rows.loc[counted, key], rows.loc[~counted, key]) for table, key in keys), *defined],
    )
    ledger.add(
        f"frameworks.{place}.n_dimensions_differ",
        int((~pairs["same"].astype(bool)).sum()),
        unit="pairs",
        place=place,
        how=message("Pairs of dimensions of different frameworks that share most of their events on {place} and get different verdicts."),
        details=details,
        support=[*(under(table, looked_at=rows[key]) for table, key in keys), under("evidence_actors", looked_at=actors), *defined],
    )  # fmt: skip
