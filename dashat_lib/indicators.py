"""Are the indicators met? Elements of a framework, for and against, by rule D1, with what would turn the verdict."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from .admission import code_sets, coded, codes_below, elements, of_programme, pooled, tally, ties_of_programme
from .errors import message
from .facts import Ledger, Measured, Statistic, Under, in_each_language, labelled, under
from .schemas import row_ids
from .settings import VerdictRule
from .tables import Case, Results, once

KEYS = ["set_id", "scope"]
PROXY, FRAGILE, NONE_EXPECTED = "city-level proxy", "fragile", "no negative case expected"
NEWS_AND_OFFICES = ("news", "government_page")
PROGRAMME_ROWS = "programme-rows"  # the kind of reading by the rows of one programme alone
_READING = ["framework", "dimension_id", "element_id", "set_id", "label_id", "label_en", "place", "kind", "reading", "n_for",
            "n_against", "verdict", "baseline", "same"]  # fmt: skip

# The readings beside the rule's own (METHODS 2): both fives change, the threes stay.
CUT_OFFS: dict[str, Mapping[str, float]] = {
    "n_min_3": {"n_min": 3},
    "n_min_8": {"n_min": 8},
    "cut_0.4": {"cut": 0.4},
    "cut_0.6": {"cut": 0.6},
}
EXPECTED = 0.5  # a negative case could be expected from a row whose kind of source speaks against at least so many of the others


@dataclass(frozen=True)
class Material:
    """The coded rows of the indicators and what they belong to: read once, used by every table below.

    ``rows`` is :func:`dashat_lib.admission.coded` with ``event_stance``, what the row's event as a whole says.
    """

    case: Case
    scored: pd.DataFrame
    places: tuple[str, ...]
    rows: pd.DataFrame

    @property
    def grid(self) -> pd.DataFrame:
        """Every element at every place, found or not."""
        scopes = pd.DataFrame({"scope": list(self.places)})
        return scopes.merge(self.scored, how="cross")

    def part(self, *, place: str | None = None, set_id: str | None = None) -> Material:
        """The same for one place, or one element, alone."""
        scored, rows = self.scored, self.rows
        if set_id is not None:
            scored, rows = scored[scored["set_id"] == set_id], rows[rows["set_id"] == set_id]
        if place is not None:
            rows = rows[rows["scope"] == place]
        places = self.places if place is None else (place,)
        return replace(self, scored=scored.reset_index(drop=True), places=places, rows=rows.reset_index(drop=True))


def gather(
    case: Case,
    *,
    framework: str | None = None,
    dimensions: Sequence[str] | None = None,
    places: Sequence[str] | None = None,
    coder: str | None = None,
) -> Material:
    """Collect the admitted, coded rows of a framework's elements.

    Parameters
    ----------
    framework, dimensions : optional
        The case's own framework and indicators if not given.
    places : sequence of place ids, optional
        The wider and the focal place of the case if not given. Each is a scope of its own.
    coder : str, optional
        Whose codings decide; ``settings.coder`` if not given.
    """
    places = tuple(places or dict.fromkeys([case.settings.wider_place, case.settings.focal_place]))

    def made() -> Material:
        scored = elements(case, framework, dimensions)
        rows = coded(case, code_sets(case, scored), places=places, coder=coder)
        return Material(case, scored, places, rows.assign(event_stance=pooled(rows, keys=KEYS)))

    return once(case, f"material {framework} {dimensions} {places} {coder}", made)


def verdicts(material: Material, *, rule: VerdictRule | None = None, **reading: object) -> pd.DataFrame:
    """Return counts, interval and verdict of each element and indicator at each place, in the framework's order.

    Returns
    -------
    DataFrame, one row per place and element (or whole dimension)
        ``framework, dimension_id, element_id, set_id, label_id, label_en, place``, the columns of
        :func:`dashat_lib.admission.tally`, and ``qualifier``: "city-level proxy" where the focal place has fewer than
        ``settings.proxy_below`` admitted rows, so that the verdict speaks of the wider place only.
    """
    case = material.case
    counts = tally(material.rows, case, keys=KEYS, rule=rule or case.settings.rule, **reading)  # type: ignore[arg-type]
    table = material.grid.merge(counts, on=KEYS, how="left")
    whole = [name for name in counts if name.startswith("n_")]
    table[whole] = table[whole].fillna(0).astype("int64")
    table["verdict"] = table["verdict"].fillna("undecidable")
    on_focal = material.rows[material.rows["scope"] == case.settings.focal_place]
    seen = table["set_id"].map(on_focal.groupby("set_id")["evidence_id"].nunique()).fillna(0)
    proxy = (table["scope"] != case.settings.focal_place) & (seen < case.settings.proxy_below)
    table["qualifier"] = pd.Series(pd.NA, table.index, dtype="str").mask(proxy, PROXY)
    table = table.rename(columns={"scope": "place"})
    front = ["framework", "dimension_id", "element_id", "set_id", "label_id", "label_en", "place"]
    return table[[*front, *[name for name in table if name not in front]]]


def robustness(material: Material) -> pd.DataFrame:
    """Return each verdict again under every reading: cut-offs, rows not pooled, beneficiaries no sector, a family left out.

    Returns
    -------
    DataFrame, one row per place, element and reading
        ``dimension_id, element_id, set_id, label_id, label_en, place, kind`` (baseline, cut-off, pooling, sector,
        source), ``reading`` (a left-out source family is named), ``n_for, n_against, verdict, same`` (as the
        baseline), ``baseline``.
    """
    rule = material.case.settings.rule
    base = verdicts(material)
    readings = [("baseline", "rule", base)]
    for name, change in CUT_OFFS.items():
        readings.append(("cut-off", name, verdicts(material, rule=rule.model_copy(update=dict(change)))))
    readings.append(("pooling", "rows_not_pooled", verdicts(material, unit="evidence_id")))
    readings.append(("sector", "beneficiaries_no_sector", verdicts(material, beneficiaries_are_a_sector=False)))
    tables = [table.assign(kind=kind, reading=reading) for kind, reading, table in readings]
    tables.append(_without_each_family(material, base))
    found = _beside(pd.concat(tables, ignore_index=True), base)
    order = {one: at for at, one in enumerate(zip(base["place"], base["set_id"], strict=True))}
    at = pd.Series(list(zip(found["place"], found["set_id"], strict=True)), found.index).map(order)
    found = found.assign(at=at).sort_values("at", kind="stable", ignore_index=True)
    return found[_READING]


def _beside(readings: pd.DataFrame, base: pd.DataFrame) -> pd.DataFrame:
    """Readings with ``baseline``, the verdict of `base`, and whether they are ``same``."""
    own = base[["set_id", "place", "verdict"]].rename(columns={"verdict": "baseline"})
    found = readings.merge(own, on=["set_id", "place"])
    return found.assign(same=found["verdict"] == found["baseline"])


def families_left_out(material: Material, base: pd.DataFrame) -> pd.DataFrame:
    """Return the part of :func:`robustness` that :func:`with_fragility` needs to name the families a verdict hangs on.

    Parameters
    ----------
    base : DataFrame
        :func:`verdicts` of the same material.
    """
    return _beside(_without_each_family(material, base), base)


def _without_each_family(material: Material, base: pd.DataFrame) -> pd.DataFrame:
    """Return one reading per set, place and source family under it: the verdict without that family's rows."""
    families = material.rows[[*KEYS, "source_family"]].drop_duplicates().rename(columns={"source_family": "left_out"})
    worlds = material.rows.merge(families, on=KEYS)
    worlds = worlds[worlds["source_family"] != worlds["left_out"]]
    counts = tally(worlds, material.case, keys=[*KEYS, "left_out"], rule=material.case.settings.rule)
    table = families.merge(counts, on=[*KEYS, "left_out"], how="left").rename(columns={"scope": "place"})
    table[["n_for", "n_against"]] = table[["n_for", "n_against"]].fillna(0).astype("int64")
    table["verdict"] = table["verdict"].fillna("undecidable")
    table = table.sort_values(["place", "set_id", "left_out"])
    labels = base[["framework", "dimension_id", "element_id", "set_id", "label_id", "label_en", "place"]]
    table = table[["set_id", "place", "left_out", "n_for", "n_against", "verdict"]].merge(
        labels, on=["set_id", "place"]
    )
    return table.rename(columns={"left_out": "reading"}).assign(kind="source")


def with_programme(base: pd.DataFrame, material: Material) -> pd.DataFrame:
    """Return `base` with how much of it speaks of the programme of the settings, and not of other work at the place.

    Adds ``n_decided`` (events for or against), ``n_programme`` (of these, events with a row of the programme,
    :func:`dashat_lib.admission.of_programme`) and ``n_rows_programme`` (its rows, whatever they say).
    """
    rows = material.rows.assign(own=material.rows["evidence_id"].isin(of_programme(material.case)))
    decided = rows[rows["event_stance"].isin(["for", "against"])]
    counts = {
        "n_decided": decided.groupby(KEYS)["event_id"].nunique(),
        "n_programme": decided[decided["own"]].groupby(KEYS)["event_id"].nunique(),
        "n_rows_programme": rows[rows["own"]].groupby(KEYS)["evidence_id"].nunique(),
    }
    index = pd.MultiIndex.from_frame(base[["set_id", "place"]])
    return base.assign(**{name: n.reindex(index, fill_value=0).to_numpy("int64") for name, n in counts.items()})


def on_programme(material: Material, base: pd.DataFrame) -> pd.DataFrame:
    """Return each verdict by the rows of the programme of the settings alone, one row an element and place, as :func:`robustness` has them.

    A reading of its own kind, "programme-rows": it asks of what the rows speak and not how they were read. None without a programme.

    Parameters
    ----------
    base : DataFrame
        :func:`verdicts` of the same material.
    """
    if material.case.settings.programme is None:
        return pd.DataFrame(columns=_READING)
    own = material.rows[material.rows["evidence_id"].isin(of_programme(material.case))]
    found = verdicts(replace(material, rows=own)).assign(kind=PROGRAMME_ROWS, reading="programme_rows")
    return _beside(found, base)[_READING]


def in_worlds(material: Material, weights: Mapping[str, np.ndarray], *, at_a_time: int = 50) -> pd.DataFrame:
    """Return the verdicts of many bootstrap worlds in one pass over the coded rows.

    What :func:`measured` gives on each resampled case, without building the cases.

    Parameters
    ----------
    weights : mapping event_id -> array of int, one number a world
        How often the event stands in each world (:func:`dashat_lib.resampling.poisson_weights`).
    at_a_time : int
        Worlds held in memory together.

    Returns
    -------
    DataFrame, one row per world, element and place
        ``world`` (from 0), ``set_id, place, n_for, n_against, share_for, verdict``.
    """
    rows, grid = material.rows, material.grid[KEYS]
    times = np.array([weights[one] for one in rows["event_id"]], dtype="int64").reshape(len(rows), -1)
    found = []
    for start in range(0, times.shape[1], at_a_time):
        part = times[:, start : start + at_a_time]
        at, world = np.nonzero(part)
        many = part[at, world]
        copy = np.arange(many.sum()) - np.repeat(np.cumsum(many) - many, many)
        at, world = np.repeat(at, many), np.repeat(world, many) + start
        drawn = rows.iloc[at].assign(world=world, copy=copy)
        counts = tally(
            drawn, material.case, keys=[*KEYS, "world"], unit=["event_id", "copy"], rule=material.case.settings.rule
        )
        every = grid.merge(pd.DataFrame({"world": np.arange(start, start + part.shape[1])}), how="cross")
        found.append(every.merge(counts, on=[*KEYS, "world"], how="left"))
    columns = ["world", "set_id", "place", "n_for", "n_against", "share_for", "verdict"]
    if not found:
        return pd.DataFrame(columns=columns)
    table = pd.concat(found, ignore_index=True).rename(columns={"scope": "place"})
    table["verdict"] = table["verdict"].fillna("undecidable")
    table[["n_for", "n_against"]] = table[["n_for", "n_against"]].fillna(0).astype("int64")
    return table[columns]


def with_fragility(base: pd.DataFrame, readings: pd.DataFrame, case: Case) -> pd.DataFrame:
    """Return `base` with what the readings do to it.

    Adds ``fragile_families`` (source families, ";"-joined, without any one of which the verdict turns), ``fragile_sources`` (publisher
    and date of each),
    ``n_readings`` and ``n_readings_same`` (cut-offs, pooling and sector; never mixed with the families), and
    "fragile" to the qualifier where a single family carries the verdict.
    """
    by = ["place", "set_id"]
    turning = readings[(readings["kind"] == "source") & ~readings["same"]].groupby(by)["reading"].agg(";".join)
    others = readings[~readings["kind"].isin(["baseline", "source"])].groupby(by)["same"].agg(["size", "sum"])
    index = pd.MultiIndex.from_frame(base[by])
    fragile = turning.reindex(index).to_numpy()
    table = base.assign(
        fragile_families=pd.Series(fragile, base.index, dtype="str"),
        n_readings=others["size"].reindex(index, fill_value=0).to_numpy(dtype="int64"),
        n_readings_same=others["sum"].reindex(index, fill_value=0).to_numpy(dtype="int64"),
    )
    marks = table[["qualifier"]].assign(
        fragile=pd.Series(FRAGILE, table.index).where(table["fragile_families"].notna())
    )
    first = case.sources.sort_values("published").drop_duplicates("source_family").set_index("source_family")
    named = (first["publisher"].fillna("") + " " + first["published"].fillna("")).str.strip().str.replace(";", ",")
    sources = table["fragile_families"].dropna().map(lambda ids: ";".join(named[one] for one in ids.split(";")))
    table["fragile_sources"] = sources.reindex(table.index).astype("str")
    joined = marks.apply(lambda row: ";".join(row.dropna()) or pd.NA, axis=1)
    return table.assign(qualifier=joined.astype("str"))


def events(material: Material) -> pd.DataFrame:
    """Return the events under each element and indicator, one row per event, oldest first.

    Returns
    -------
    DataFrame
        ``place, dimension_id, element_id, set_id, label_id, label_en, event_id, date`` (ISO, as far as known; the
        earliest of its rows), ``stance`` (of the event), ``n_rows, evidence_ids`` (";"-joined).
    """
    rows = material.rows.assign(stance=material.rows["event_stance"])
    rows = rows.merge(material.case.evidence[["evidence_id", "date"]], on="evidence_id")
    table = rows.groupby([*KEYS, "event_id"], as_index=False).agg(
        date=("date", "min"),
        stance=("stance", "first"),
        n_rows=("evidence_id", "nunique"),
        evidence_ids=("evidence_id", lambda ids: ";".join(sorted(set(ids)))),
    )
    table = table.merge(material.scored, on="set_id").rename(columns={"scope": "place"})
    columns = ["place", "dimension_id", "element_id", "set_id", "label_id", "label_en", "event_id", "date", "stance"]
    order = {one: at for at, one in enumerate(material.scored["set_id"])}
    table = table.assign(at=table["set_id"].map(order)).sort_values(
        ["place", "at", "date", "event_id"], ignore_index=True
    )
    return table[[*columns, "n_rows", "evidence_ids"]]


def families_of_decided(material: Material) -> pd.Series:
    """Return the source families of all rows of decided events, a report without direction counted too: (set_id, scope) -> number.

    Rule D1 is met by the families of rows that decide their event (:func:`dashat_lib.admission.tally`): a report that names an element
    without direction says nothing for or against it, so it lends no family. This is the wider count, to hold beside.
    """
    decided = material.rows[material.rows["event_stance"].isin(["for", "against"])]
    return decided.groupby(KEYS)["source_family"].nunique()


# ---- who speaks, and what speaks against -----------------------------------------------------------------------------


def speakers(material: Material) -> pd.DataFrame:
    """Return who states the facts under each element and indicator, as far as the rows say so.

    A speaker is a stakeholder of the case, an office or a group; persons are never named. A row without a stated speaker lends none.

    Returns
    -------
    DataFrame, one row per place, element and speaker, the most frequent first
        ``place, dimension_id, element_id, set_id, label_id, label_en, speaker, sector, n_rows`` (evidence rows of any stance),
        ``n_rows_for, n_rows_against`` (rows that speak so), ``share_of_stated`` (of the rows of the element with a stated
        speaker), ``evidence_ids`` (";"-joined).
    """
    case = material.case
    spoken = case.evidence.loc[case.evidence["speaker"].notna(), ["evidence_id", "speaker"]]
    rows = material.rows[[*KEYS, "evidence_id", "stance"]].merge(spoken, on="evidence_id")
    by = [*KEYS, "speaker"]
    table = rows.groupby(by)["evidence_id"].agg(n_rows="nunique", evidence_ids=_joined).reset_index()
    for stance in ("for", "against"):
        n = rows[rows["stance"] == stance].groupby(by)["evidence_id"].nunique()
        table[f"n_rows_{stance}"] = n.reindex(pd.MultiIndex.from_frame(table[by]), fill_value=0).to_numpy(dtype="int64")
    stated = rows.groupby(KEYS)["evidence_id"].nunique().reindex(pd.MultiIndex.from_frame(table[KEYS]))
    table["share_of_stated"] = table["n_rows"] / stated.to_numpy()
    table["sector"] = table["speaker"].map(case.stakeholders.set_index("stakeholder_id")["sector"])
    grid = material.grid.assign(at=range(len(material.grid)))
    table = grid.merge(table, on=KEYS).sort_values(["at", "n_rows", "speaker"], ascending=[True, False, True])
    table = table.rename(columns={"scope": "place"}).reset_index(drop=True)
    return table[
        ["place", "dimension_id", "element_id", "set_id", "label_id", "label_en", "speaker", "sector", "n_rows",
         "n_rows_for", "n_rows_against", "share_of_stated", "evidence_ids"]
    ]  # fmt: skip


def _joined(ids: pd.Series) -> str:
    return ";".join(sorted(set(ids)))


def openness(material: Material) -> pd.DataFrame:
    """Return, for each element and each kind of source, how many of the other elements that kind speaks against.

    Read on the whole admitted record, at any place: the question is whether such a source would print what goes wrong.

    Returns
    -------
    DataFrame, one row per element (or whole dimension) and kind of source
        ``set_id, kind, n_others`` (elements outside it of which a source of that kind speaks), ``n_others_against`` (those it
        speaks against in at least one row).
    """
    case, scored = material.case, material.scored
    parts = scored[scored["element_id"].notna() | ~scored["dimension_id"].isin(scored.dropna(subset="element_id")["dimension_id"])]  # fmt: skip
    every = coded(case, code_sets(case, scored), places=[None]).drop(columns="scope")
    every = every[every["set_id"].isin(parts["set_id"])]
    kind = case.evidence.merge(case.sources[["source_id", "kind"]], on="source_id").set_index("evidence_id")["kind"]
    every = every.assign(kind=every["evidence_id"].map(kind), against=every["stance"].isin(["against", "mixed"]))
    seen = every.groupby(["kind", "set_id"], as_index=False)["against"].any().rename(columns={"set_id": "other"})
    seen = seen.merge(parts[["set_id", "dimension_id"]].rename(columns={"set_id": "other", "dimension_id": "of"}))
    pairs = scored[["set_id", "dimension_id", "element_id"]].merge(seen, how="cross")
    inside = (pairs["set_id"] == pairs["other"]) | (pairs["element_id"].isna() & (pairs["dimension_id"] == pairs["of"]))
    found = pairs[~inside].groupby(["set_id", "kind"], as_index=False)["against"].agg(["size", "sum"])
    return found.rename(columns={"size": "n_others", "sum": "n_others_against"}).astype({"n_others_against": "int64"})


def negative_cases(material: Material) -> pd.DataFrame:
    """Return the negative cases of each element and indicator; where there is none, whether one could be expected.

    A negative case is an event that speaks against, or both ways. Silence means little where the sources do not speak
    against anything: a row could be expected to do so at the rate at which its kind of source speaks against the other
    elements (:func:`openness`); where the mean over the rows of an element is below one half, none could be expected.

    Returns
    -------
    DataFrame, one row per place and element (or whole dimension), in the framework's order
        ``place, dimension_id, element_id, set_id, label_id, label_en, n_rows, n_against, n_mixed`` (events), ``event_ids,
        evidence_ids`` (of these, ";"-joined), ``share_news_offices`` (of the rows, those from news or government pages),
        ``expectation`` (mean over the rows, 0-1; missing without a row), ``negative_case``: "found"; "no row"; "news and offices"
        (none found, and in a record of news and offices none could be expected), "quiet sources" (the same, most rows from
        other kinds), "open sources" (none found, although one could be expected).

    References
    ----------
    Miles, M. B. & Huberman, A. M. (1994). Qualitative Data Analysis, 2nd ed., ch. 10: looking for negative evidence.
    """
    case, rows = material.case, material.rows
    table = material.grid.rename(columns={"scope": "place"}).drop(columns="framework")
    index = pd.MultiIndex.from_frame(material.grid[KEYS])
    each = rows.drop_duplicates([*KEYS, "evidence_id"])
    table["n_rows"] = each.groupby(KEYS).size().reindex(index, fill_value=0).to_numpy(dtype="int64")
    for stance in ("against", "mixed"):
        n = rows[rows["event_stance"] == stance].groupby(KEYS)["event_id"].nunique()
        table[f"n_{stance}"] = n.reindex(index, fill_value=0).to_numpy(dtype="int64")
    negative = rows[rows["event_stance"].isin(["against", "mixed"])].groupby(KEYS)
    for name in ("event_id", "evidence_id"):
        ids = negative[name].agg(_joined).reindex(index)
        table[f"{name}s"] = pd.Series(ids.to_numpy(), table.index, dtype="str")
    kind = case.evidence.merge(case.sources[["source_id", "kind"]], on="source_id").set_index("evidence_id")["kind"]
    each = each.assign(kind=each["evidence_id"].map(kind)).merge(openness(material), on=["set_id", "kind"], how="left")
    each = each.assign(
        rate=(each["n_others_against"] / each["n_others"]).fillna(0.0), news=each["kind"].isin(NEWS_AND_OFFICES)
    )
    for name, column in (("share_news_offices", "news"), ("expectation", "rate")):
        table[name] = each.groupby(KEYS)[column].mean().reindex(index).to_numpy(dtype="float64")
    states = [
        (table["n_against"] + table["n_mixed"] > 0, "found"),
        (table["n_rows"] == 0, "no row"),
        (table["expectation"] >= EXPECTED, "open sources"),
        (table["share_news_offices"] > EXPECTED, "news and offices"),
    ]
    said = np.select([one for one, _ in states], [word for _, word in states], "quiet sources")
    return table.assign(negative_case=pd.Series(said, table.index, dtype="str"))


def with_negative_cases(base: pd.DataFrame, cases: pd.DataFrame) -> pd.DataFrame:
    """Return `base` with "no negative case expected" in the qualifier of each supported verdict to which that applies."""
    quiet = cases.loc[cases["negative_case"].isin(["news and offices", "quiet sources"]), ["place", "set_id"]]
    marked = pd.MultiIndex.from_frame(base[["place", "set_id"]]).isin(pd.MultiIndex.from_frame(quiet))
    marked &= (base["verdict"] == "supported").to_numpy()
    own = base["qualifier"].fillna("")
    joined = (own + ";" + NONE_EXPECTED).str.strip(";").where(marked, own)
    return base.assign(qualifier=joined.where(joined != "").astype("str"))


def measured(case: Case) -> pd.DataFrame:
    """Return the counts and verdicts of a case as bare facts, for readings that compute them many times.

    Returns
    -------
    DataFrame
        ``fact_id, value, unit``, the same ids and values as :func:`results` gives.
    """
    table = verdicts(gather(case))
    names = table["set_id"] + "." + table["place"] + "."
    parts = [
        pd.DataFrame({"fact_id": names + name, "value": table[name].astype("object"), "unit": unit})
        for name, unit in MEASURED.items()
    ]
    return pd.concat(parts, ignore_index=True)


# ---- the stage -------------------------------------------------------------------------------------------------------

_HOW = {
    "n_rows": message("Admitted evidence rows on {place} coded with {label} or a code below it."),
    "n_for": message("Events on {place} that speak for {label}, reports of one event pooled."),
    "n_against": message("Events on {place} that speak against {label}, reports of one event pooled."),
    "n_mixed": message("Events on {place} that hold both for and against {label}; counted on neither side."),
    "n_neutral": message("Events on {place} that name {label} without direction; counted on neither side."),
    "n_families": message("Source families of the rows that decide the events of {label} on {place}."),
    "n_sectors": message("Sectors of all actors named in the rows that speak for {label} on {place}."),
    "share_for": message("Events for {label} divided by events for or against, on {place}, with the Wilson interval."),
    "verdict": message("Rule D1 on {label} at {place}."),
    "n_families_that_turn": message(
        "Source families without any one of which the verdict on {label} at {place} turns."
    ),
    "reading": message("Rule D1 on {label} at {place}, read another way: {reading}."),
    "n_speakers": message(
        "Speakers stated in the rows coded with {label} or a code below it on {place}, whatever they say."
    ),
    "n_rows_speaker": message("Rows coded with {label} or a code below it on {place} that state a speaker."),
    "share_two_speakers": message(
        "Of the rows coded with {label} or a code below it on {place} that state a speaker, the share of the two most frequent."
    ),
    "n_decided": message("Events on {place} for or against {label}, reports of one event pooled."),
    "n_programme": message(
        "Events on {place} for or against {label} with a row that names {programme} or holds a tie of it."
    ),
}
_UNITS = {
    "n_rows": "rows",
    "n_families": "families",
    "n_families_that_turn": "families",
    "n_sectors": "sectors",
    "n_speakers": "speakers",
    "n_rows_speaker": "rows",
    "share_two_speakers": "share (0-1)",
    "share_for": "share (0-1)",
    "verdict": "verdict",
}
MEASURED = {"verdict": "verdict", "n_for": "events", "n_against": "events", "share_for": "share (0-1)"}
_NO_DECIDED_EVENT, TOO_FEW_ROWS, NO_SPEAKER = "no event for or against", "too few rows", "no speaker stated"
# Which stance of the event a row must have to be in the number; the rest of the set's rows was looked at.
_COUNTED = {
    "n_for": {"for"}, "n_against": {"against"}, "n_mixed": {"mixed"}, "n_neutral": {"neutral"},
    "n_rows": {"for", "against", "mixed", "neutral"},
}  # fmt: skip
_WEIGHS_ACTORS = {"n_sectors", "verdict", "n_families_that_turn"}
_SPOKEN = {"n_speakers", "n_rows_speaker", "share_two_speakers"}
_OF_PROGRAMME = {"n_programme", "verdict.programme_rows"}


def results(case: Case) -> Results:
    """Return the indicator findings of a case: tables, facts and the rows under each."""
    material = gather(case)
    readings, base = robustness(material), verdicts(material)
    cases, spoken = negative_cases(material), speakers(material)
    table = with_programme(with_negative_cases(with_fragility(base, readings, case), cases), material)
    readings = pd.concat([readings, on_programme(material, base)], ignore_index=True)
    programme = programme_name(case)
    n_speakers = spoken.groupby(["set_id", "place"])["speaker"].nunique()
    others = readings[~readings["kind"].isin(["baseline", "source"])]
    named = actors_of(case)
    place_names = case.places.set_index("place")["name"]
    rows = material.rows
    ledger = Ledger()
    for one in table.to_dict("records"):
        defined_by = _defined_by(case, material.scored, one["set_id"], one["place"])
        here = rows[(rows["set_id"] == one["set_id"]) & (rows["scope"] == one["place"])]
        read = others[(others["set_id"] == one["set_id"]) & (others["place"] == one["place"])]
        values = {name: one[name] for name in _HOW if name in one and (programme or name != "n_programme")}
        values["n_families_that_turn"] = (
            len(str(one["fragile_families"]).split(";")) if pd.notna(one["fragile_families"]) else 0
        )
        values |= {f"verdict.{name}": said for name, said in zip(read["reading"], read["verdict"], strict=True)}
        values["n_speakers"] = int(n_speakers.get((one["set_id"], one["place"]), 0))
        mine = spoken[(spoken["set_id"] == one["set_id"]) & (spoken["place"] == one["place"])]["n_rows"]
        values |= {"n_rows_speaker": int(mine.sum())}
        values["share_two_speakers"] = mine.nlargest(2).sum() / mine.sum() if len(mine) else float("nan")
        for name, value in values.items():
            kind, _, reading = name.partition(".")
            ledger.add(
                f"{one['set_id']}.{one['place']}.{name}",
                value,
                unit=_UNITS.get(kind, "events"),
                place=one["place"],
                lower=one["lower"] if name == "share_for" else None,
                upper=one["upper"] if name == "share_for" else None,
                how=_HOW["reading" if reading else kind],
                details={
                    "label": in_each_language(one, "label"),
                    "place": place_names[one["place"]],
                    "reading": labelled("reading", reading),
                    "programme": programme,
                },
                reason=None if pd.notna(value) else NO_SPEAKER if name in _SPOKEN else _NO_DECIDED_EVENT,
                support=[
                    *_rows_of(kind, here, named, case),
                    *defined_by,
                    *(_programme_under(case, here) if name in _OF_PROGRAMME else []),
                ],
            )
    ledger.define(case, STATISTICS)
    return ledger.results(
        indicator_verdicts=table,
        indicator_robustness=readings,
        indicator_events=events(material),
        indicator_speakers=spoken,
        negative_cases=cases,
    )


def programme_name(case: Case) -> dict[str, object]:
    """Return {language: name} of the programme of the settings, for the details of a fact; empty without one."""
    mine = case.programmes[case.programmes["programme"] == case.settings.programme]
    return {} if mine.empty else dict(in_each_language(mine.iloc[0], "name"))


def _programme_under(case: Case, here: pd.DataFrame) -> list[Under]:
    """The ties by which rows of a set speak of the programme of the settings, and the programme itself."""
    ties = ties_of_programme(case)
    mine = ties.loc[ties["evidence_id"].isin(here["evidence_id"]), "tie_id"]
    defined = [case.settings.programme] if case.settings.programme else []
    return [under("ties", mine), under("programmes", defines=defined)]


def supports_of(
    measures: Sequence[str], material: Material, set_id: str, place: str, named: pd.Series
) -> dict[str, list[Under]]:
    """Return the rows under some measures of :func:`verdicts`: evidence, codings, and what defines the set; under a verdict also the actors whose sectors were weighed.

    Parameters
    ----------
    named : Series
        :func:`actors_of` the case.
    """
    here = material.part(place=place, set_id=set_id).rows
    defined_by = _defined_by(material.case, material.scored, set_id, place)
    return {one: [*_rows_of(one, here, named, material.case), *defined_by] for one in measures}


def support_of_verdict(material: Material, set_id: str, place: str) -> list[Under]:
    """Return the rows under a verdict: evidence, codings, the actors whose sectors were weighed, and what defines the set."""
    return supports_of(["verdict"], material, set_id, place, actors_of(material.case))["verdict"]


def actors_of(case: Case) -> pd.Series:
    """Return, for each evidence row, the ids of its rows in ``evidence_actors``."""
    named = case.evidence_actors["evidence_id"]
    return once(
        case, "actors of rows", lambda: row_ids("evidence_actors", case.evidence_actors).groupby(named).agg(list)
    )


def _rows_of(measure: str, here: pd.DataFrame, named: pd.Series, case: Case) -> list[Under]:
    """The rows of a set under one of its measures."""
    if measure in _SPOKEN:
        spoken = here["evidence_id"].isin(case.evidence.loc[case.evidence["speaker"].notna(), "evidence_id"])
        return [under(table, here.loc[spoken, key], here.loc[~spoken, key])
                for table, key in [("evidence", "evidence_id"), ("codings", "coding_id")]]  # fmt: skip
    if measure == "n_programme":
        own = here["evidence_id"].isin(of_programme(case)) & here["event_stance"].isin(["for", "against"])
        return [under(table, here.loc[own, key], here.loc[~own, key])
                for table, key in [("evidence", "evidence_id"), ("codings", "coding_id")]]  # fmt: skip
    stances = _COUNTED.get(measure, {"for", "against"})
    return _rows_under(here, stances, named if measure in _WEIGHS_ACTORS else None)


def _rows_under(here: pd.DataFrame, stances: set[str], named: pd.Series | None) -> list[Under]:
    """The evidence rows and codings of a set, those in the number apart; with `named` also the actors whose sectors were weighed."""
    inside, outside = here[here["event_stance"].isin(stances)], here[~here["event_stance"].isin(stances)]
    found = [
        under(table, inside[key], outside[key])
        for table, key in [("evidence", "evidence_id"), ("codings", "coding_id")]
    ]
    if named is not None:
        actors = [{one for row in set(part["evidence_id"]) for one in named.get(row, [])} for part in (inside, outside)]
        found.append(under("evidence_actors", *actors))
    return found


def _defined_by(case: Case, scored: pd.DataFrame, set_id: str, place: str) -> list[Under]:
    """The rows that say what a set is: its elements in the framework, the codes that speak for them, the place."""
    mine = scored[scored["set_id"] == set_id]
    dimension = mine["dimension_id"].iloc[0]
    if mine["element_id"].isna().all():
        mine = scored[scored["dimension_id"] == dimension]
    framework, sets = mine["framework"].iloc[0], tuple(mine["set_id"])
    name = f"what defines {framework}, {dimension}, {sets}, {place}"
    return list(once(case, name, lambda: _definition(case, framework, dimension, sets, place)))


def _definition(case: Case, framework: str, dimension: str, sets: tuple[str, ...], place: str) -> list[Under]:
    elements_ = case.frameworks[
        (case.frameworks["framework"] == framework) & (case.frameworks["dimension_id"] == dimension)
    ]
    elements_ = elements_[elements_["element_id"].fillna(elements_["dimension_id"]).isin(sets)]
    links = case.crosswalk[(case.crosswalk["framework"] == framework) & case.crosswalk["element_id"].isin(sets)]
    return [
        under("frameworks", defines=row_ids("frameworks", elements_)),
        under("crosswalk", defines=row_ids("crosswalk", links)),
        under("places", defines=[place]),
    ]


# ---- general statistics that fact_definitions.csv may name ------------------------------------------------------------


def n_elements(case: Case, given: Mapping[str, str]) -> Measured:
    """Elements of a dimension with at least one event for, on the wider place. Parameters: framework, dimension."""
    place = case.settings.wider_place
    material = gather(case, framework=given["framework"], dimensions=[given["dimension"]], places=[place])
    return elements_met(material, given["dimension"])


def elements_met(material: Material, dimension: str) -> Measured:
    """Count the elements of a dimension with at least one event for, at the first place of `material`."""
    place = material.places[0]
    scored = material.scored[material.scored["dimension_id"] == dimension]
    whole, parts = scored[scored["element_id"].isna()].iloc[0], scored[scored["element_id"].notna()]
    rows = material.rows[material.rows["set_id"].isin(parts["set_id"]) & (material.rows["scope"] == place)]
    return Measured(
        value=n_met(material, dimension),
        how=message("Elements of {label} with at least one event for, of {n}."),
        details={"label": in_each_language(whole, "label"), "n": len(parts)},
        support=(
            *_rows_under(rows, {"for"}, None),
            *_defined_by(material.case, material.scored, whole["set_id"], place),
        ),
        place=place,
    )


def n_met(material: Material, dimension: str) -> int:
    """Return how many elements of a dimension have an event for, at the first place of `material`."""
    parts = material.scored.loc[
        (material.scored["dimension_id"] == dimension) & material.scored["element_id"].notna(), "set_id"
    ]
    rows = material.rows[(material.rows["event_stance"] == "for") & (material.rows["scope"] == material.places[0])]
    return len(set(rows["set_id"]) & set(parts))


def min_rows(case: Case, given: Mapping[str, str]) -> Measured:
    """Rows coded with each of several codes or its children, any stance; the smallest. Parameters: codes (|), place, undefined_below."""
    codes, place, floor = given["codes"].split("|"), given["place"], int(given["undefined_below"])
    sets = pd.DataFrame(
        [(root, code, False) for root in codes for code in sorted(codes_below(case, [root]))],
        columns=["set_id", "code_id", "reversed"],
    )
    rows = coded(case, sets, places=[place])
    smallest = int(rows.groupby("set_id")["evidence_id"].nunique().reindex(codes, fill_value=0).min())
    return Measured(
        value=smallest if smallest >= floor else float("nan"),
        how=message(
            "Rows on {place} coded with each indicator; the smallest number. Below {floor} it decides nothing."
        ),
        details={"place": case.places.set_index("place").at[place, "name"], "floor": floor},
        support=(
            under("evidence", rows["evidence_id"]),
            under("codings", rows["coding_id"]),
            under("codebook", defines=sets["code_id"]),
            under("places", defines=[place]),
        ),
        place=place,
        reason=None if smallest >= floor else TOO_FEW_ROWS,
    )


STATISTICS: dict[str, Statistic] = {"n_elements": n_elements, "min_rows": min_rows}
