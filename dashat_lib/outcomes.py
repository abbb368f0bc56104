"""What happened to stunting: prevalence, beneficiaries and money as their sources give them, conflicts kept, nothing averaged.

A change between two years is a change and no more: what the comparison can carry, and what it cannot, stands beside it.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd

from .errors import message
from .facts import Ledger, Measured, Statistic, Under, labelled, under
from .tables import Case, Results
from .words import Reader

SERIES = ["area", "survey", "method", "year"]
ONE_SERIES = ["measure", "survey", "method", "place"]
NO_VALUE, SOURCES_DIFFER, NO_START = "no value for a year", "sources differ", "no first year is recorded"
SAMPLE = "survey"  # the method whose values of two places are made alike, so that they can stand side by side
PREVALENCE = "prevalence_pct"


def rates_of(case: Case) -> pd.DataFrame:
    """Return the prevalence figures of a case without those of the document under examination."""
    return case.prevalence[~case.prevalence["source_id"].isin(case.settings.own_sources)]


def areas_around(case: Case) -> list[str]:
    """Return the names of the wider place and of all that contain it, innermost first, as ``prevalence.area`` writes them."""
    places = case.places.set_index("place")
    names, place = [], case.settings.wider_place
    while pd.notna(place):
        names.append(places.at[place, "name"])
        place = places.at[place, "within"]
    known = set(rates_of(case)["area"])
    return [name for name in names if name in known]


def prevalence_series(case: Case, areas: list[str] | None = None) -> pd.DataFrame:
    """Return one row per area, survey, method and year. Two methods never share a row.

    Returns
    -------
    DataFrame
        `area, survey, method, year, n_sources, value` (percent; missing where sources differ), `lower, upper` (the
        smallest and largest value that a source gives), `prevalence_ids` (";"-joined).
    """
    areas = areas_around(case) if areas is None else areas
    rates = rates_of(case)
    rows = rates[rates["area"].isin(areas)]
    table = rows.groupby(SERIES, as_index=False).agg(
        n_sources=("source_id", "nunique"),
        lower=("prevalence_pct", "min"),
        upper=("prevalence_pct", "max"),
        prevalence_ids=("prevalence_id", ";".join),
    )
    table.insert(5, "value", table["lower"].where(table["lower"] == table["upper"]))
    rank = table["area"].map({area: at for at, area in enumerate(areas)})
    return (
        table.assign(rank=rank)
        .sort_values(["rank", "method", "survey", "year"], ignore_index=True)
        .drop(columns="rank")
    )


def prevalence_change(case: Case, given: Mapping[str, str]) -> Measured:
    """Change of prevalence between two years of one survey, or of one method, in percentage points.

    Parameters: area; survey or method; year_from, year_to; several=highest takes the highest value of a year with
    several (the bounds then hold the changes between all of them); without it a year whose sources differ decides nothing.
    """
    column = "survey" if "survey" in given else "method"
    rates = rates_of(case)
    rows = rates[(rates["area"] == given["area"]) & (rates[column] == given[column])]
    years = [rows[rows["year"] == int(given[name])] for name in ("year_from", "year_to")]
    before, after = (part["prevalence_pct"] for part in years)
    value, lower, upper, reason = float("nan"), None, None, None
    if before.empty or after.empty:
        reason = NO_VALUE
    elif given.get("several") != "highest" and (before.nunique() > 1 or after.nunique() > 1):
        reason = SOURCES_DIFFER
    else:
        value = round(after.max() - before.max(), 10)
        lower, upper = round(after.min() - before.max(), 10), round(after.max() - before.min(), 10)
    return Measured(
        value=value,
        lower=lower,
        upper=upper,
        how=message("Prevalence in {area} by {by}: {year_to} minus {year_from}."),
        details={
            "area": given["area"],
            "by": given[column] if column == "survey" else labelled("method", given[column]),
            "year_from": given["year_from"],
            "year_to": given["year_to"],
        },
        support=(
            under("prevalence", pd.concat(years)["prevalence_id"]),
            under("places", defines=case.places.loc[case.places["name"] == given["area"], "place"]),
        ),
        place=_place_of(case, given["area"]),
        reason=reason,
    )


STATISTICS: dict[str, Statistic] = {"prevalence_change": prevalence_change}


# ---- every figure of an outcome, by source ---------------------------------------------------------------------------


def outcome_figures(case: Case) -> pd.DataFrame:
    """Return every outcome figure as its source gives it: prevalence of the wider place and around it, beneficiaries, cases, money.

    Figures of the document under examination are left out.

    Returns
    -------
    DataFrame, one row a figure
        ``measure, survey, method`` (missing where the measure is no prevalence), ``place, date`` (ISO, as far as known), ``unit``
        (percent, the currency of the case, or number), ``source_id, value, row_id`` (of ``prevalence`` or ``beneficiaries``).
    """
    rates = rates_of(case)
    rates = rates[rates["area"].isin(areas_around(case))]
    rates = pd.DataFrame(
        {"measure": PREVALENCE, "survey": rates["survey"], "method": rates["method"],
         "place": [_place_of(case, one) for one in rates["area"]], "date": rates["year"].astype("str"), "unit": "percent",
         "source_id": rates["source_id"], "value": rates["prevalence_pct"].astype("float64"), "row_id": rates["prevalence_id"]}
    )  # fmt: skip
    counts = case.beneficiaries
    unit = counts["measure"].map(lambda one: _unit(one, case.settings.currency)).astype("str")
    counts = counts.assign(survey=pd.NA, method=pd.NA, unit=unit, row_id=counts["beneficiary_id"])
    columns = [*ONE_SERIES, "date", "unit", "source_id", "value", "row_id"]
    texts = {name: "str" for name in columns if name != "value"}
    found = pd.concat([rates[columns].astype(texts), counts[columns].astype(texts)], ignore_index=True)
    found = found[~found["source_id"].isin(case.settings.own_sources)]
    return found.sort_values([*ONE_SERIES, "date", "value", "source_id"], ignore_index=True)


def _unit(measure: str, currency: str) -> str:
    """What a measure is counted in, by the end of its name."""
    ending = measure.rpartition("_")[2]
    return "percent" if ending == "pct" else currency if ending == currency.lower() else "number"


def outcome_series(case: Case) -> pd.DataFrame:
    """Return the outcome figures by measure, place and date, with what each source says. Never averaged, no two methods in one row.

    Returns
    -------
    DataFrame, one row a measure (of prevalence: and survey and method), place and date
        The first six columns of :func:`outcome_figures`, ``n_sources``, ``value`` (missing where sources differ), ``lower, upper``,
        ``conflict`` (sources give different values for the same date), ``rounding`` (they differ, but only by the decimals that
        they print: no conflict), ``likeness`` (of a conflict: :func:`_likeness`), ``other_within`` (dates inside this one for which every source gives another value,
        ";"-joined: a month against its year may be another moment rather than a contradiction), ``source_ids, values, row_ids``
        (";"-joined, in the same order).
    """
    figures = outcome_figures(case)
    figures = figures.assign(said=figures["value"].map(lambda one: f"{one:.10g}"))
    table = figures.groupby([*ONE_SERIES, "date", "unit"], as_index=False, dropna=False).agg(
        n_sources=("source_id", "nunique"),
        lower=("value", "min"),
        upper=("value", "max"),
        rounding=("said", _only_rounding),
        source_ids=("source_id", ";".join),
        values=("said", ";".join),
        row_ids=("row_id", ";".join),
    )
    differ = table["lower"] < table["upper"]
    table["value"] = table["lower"].where(~differ)
    table["conflict"] = differ & ~table["rounding"].astype(bool)
    table["rounding"] = table["rounding"].astype(bool)
    table["other_within"] = _other_within(table)
    table["likeness"] = _likeness(case, table)
    columns = [
        *ONE_SERIES,
        "date",
        "unit",
        "n_sources",
        "value",
        "lower",
        "upper",
        "conflict",
        "rounding",
        "likeness",
        "other_within",
    ]
    return table[[*columns, "source_ids", "values", "row_ids"]]


def _only_rounding(said: pd.Series) -> bool:
    """Whether values differ, and no longer do when all are rounded to the fewest decimals that one has."""
    decimals = min(len(one.partition(".")[2]) for one in said)
    numbers = said.astype("float64")
    return bool(numbers.nunique() > 1 and decimals > 0 and numbers.round(decimals).nunique() == 1)


ALIKE, OTHER_MONTH, NO_METHOD = "like with like", "same year, other month", "method not stated"


def _likeness(case: Case, table: pd.DataFrame) -> pd.Series:
    """Say of each conflict whether its values can be held against each other.

    They cannot where the method is not stated, and where the date is a year and one source was published before that year was over
    while another was published after it: the first speaks of an earlier month. Sources without a date of publication say nothing here.
    """
    published = case.sources.set_index("source_id")["published"]
    said = []
    for one in table.to_dict("records"):
        years = {str(published.get(source))[:4] for source in str(one["source_ids"]).split(";") if pd.notna(published.get(source))}  # fmt: skip
        other = len(str(one["date"])) == 4 and one["date"] in years and max(years) > one["date"]
        word = NO_METHOD if one["method"] == "unspecified" else OTHER_MONTH if other else ALIKE
        said.append(word if one["conflict"] else pd.NA)
    return pd.Series(said, table.index, dtype="str")


def _other_within(table: pd.DataFrame) -> pd.Series:
    """The dates inside each date of one series for which no value is the same."""
    found = pd.Series(pd.NA, table.index, dtype="str")
    for _, part in table.groupby(ONE_SERIES, dropna=False):
        for at, one in part.iterrows():
            inside = part[part["date"].str.startswith(f"{one['date']}-")]
            other = [two["date"] for _, two in inside.iterrows() if not set(one["values"].split(";")) & set(two["values"].split(";"))]  # fmt: skip
            found[at] = ";".join(other) or pd.NA
    return found


def in_words(series: pd.DataFrame, case: Case, say: Reader) -> pd.DataFrame:
    """Return rows of :func:`outcome_series` in words: ``outcome, place, date, said`` (each value once), ``publishers, conflict``.

    A conflict says whether its values can be held against each other; where values differ by rounding only it says so.
    """
    publishers = case.sources.set_index("source_id")["publisher"]
    names = case.places.set_index("place")["name"]
    lines = []
    for one in series.to_dict("records"):
        method = f" ({say.label('method', one['method'])})" if pd.notna(one["method"]) else ""
        values = [
            amount(value, one["unit"], say) for value in sorted({float(each) for each in one["values"].split(";")})
        ]
        why = (
            say.label("likeness", one["likeness"])
            if one["conflict"]
            else say("rounding only")
            if one["rounding"]
            else None
        )
        who = dict.fromkeys(str(publishers[each]) for each in one["source_ids"].split(";"))
        lines.append(
            {"outcome": say.label("outcome", one["measure"]) + method, "place": names.get(one["place"], one["place"]), "date": say.date(one["date"]),
             "said": "; ".join(values), "publishers": "; ".join(who), "conflict": why}
        )  # fmt: skip
    return pd.DataFrame(lines, columns=["outcome", "place", "date", "said", "publishers", "conflict"])


def amount(value: float, unit: str, say: Reader) -> str:
    """Return a figure with its unit as short as it can be told: money from a thousand million on in thousands of millions."""
    if unit == "percent":
        return say("{value} %", value=say.number(value))
    if unit == "number":
        return say.number(value)
    large = value >= 1e9
    told = say("{value} bn", value=say.number(value / 1e9)) if large else say.number(value)
    return f"{told} {say.label('unit', unit)}"


def between_places(series: pd.DataFrame, case: Case) -> pd.DataFrame:
    """Return the rows of :func:`outcome_series` on the focal place and on what lies between it and the wider place."""
    places, place = case.places.set_index("place")["within"], case.settings.focal_place
    between = []
    while pd.notna(place) and place != case.settings.wider_place:
        between.append(place)
        place = places.get(place, pd.NA)
    return series[series["place"].isin(between)]


# ---- a change, and what it can carry ---------------------------------------------------------------------------------


def survey_changes(case: Case) -> pd.DataFrame:
    """Return the changes of prevalence by sample survey from one of its years to the next, in the wider place and around it.

    Only sample surveys, which are made the same way everywhere; the pairs of years are those of the wider place.

    Returns
    -------
    DataFrame, one row a survey, pair of years and area that has both, the wider place first
        ``area, survey, year_from, year_to, value`` (percentage points; missing where sources differ), ``lower, upper, reason``,
        ``difference`` (change of the wider place minus that of the area; missing in its own row), ``row_ids`` (";"-joined).
    """
    areas = areas_around(case)
    rates = rates_of(case)
    surveyed = rates[rates["method"] == SAMPLE]
    own = surveyed[surveyed["area"].isin(areas[:1])]
    rows: list[dict[str, object]] = []
    for survey, part in own.groupby("survey"):
        for first, second in pairwise(sorted(part["year"].unique())):
            for area in areas:
                given = {"area": area, "survey": str(survey), "year_from": str(first), "year_to": str(second)}
                found = prevalence_change(case, given)
                if found.reason != NO_VALUE:
                    ids = ";".join(sorted(found.support[0].counted))
                    rows.append({"area": area, "survey": survey, "year_from": int(first), "year_to": int(second), "value": found.value,
                                 "lower": found.lower, "upper": found.upper, "reason": found.reason, "row_ids": ids})  # fmt: skip
    columns = ["area", "survey", "year_from", "year_to", "value", "lower", "upper", "reason", "row_ids"]
    table = pd.DataFrame(rows, columns=columns)
    numbers = ["value", "lower", "upper"]
    table[numbers] = table[numbers].astype("float64")
    here = table[table["area"].isin(areas[:1])].set_index(["survey", "year_from", "year_to"])["value"]
    at = pd.MultiIndex.from_frame(table[["survey", "year_from", "year_to"]])
    difference = (here.reindex(at).to_numpy(dtype="float64") - table["value"]).round(10)
    table.insert(8, "difference", difference.where(~table["area"].isin(areas[:1])))
    return table


def start_year(case: Case) -> int | None:
    """Return the first year of the programme of the settings, None where none is named or recorded."""
    found = case.programmes.loc[case.programmes["programme"] == case.settings.programme, "start_year"].dropna()
    return None if found.empty else int(found.iloc[0])


def can_carry(case: Case) -> pd.DataFrame:
    """Return what each before-and-after comparison of the wider place rests on: the limits of what it can carry.

    Returns
    -------
    DataFrame, one row a survey, pair of years and limit
        ``survey, year_from, year_to, limit, subject`` (a year, another series or an area), ``value, lower, upper, limit_says``,
        ``row_ids`` (";"-joined ids of ``prevalence``). Limits and what they may say: "first_year", "second_year" (value: the year;
        before, at or after the first year of the programme, or no first year is recorded), "years_before", "years_after"
        (value: years of this survey before the first year of the programme, and after it; none, one or several: with fewer than two
        before there is no trend to compare with), "sources_first", "sources_second" (value: sources of the year; one, agree,
        differ), "other_series" (change of another series of the same place in the same years; same direction, other direction,
        either way by the source chosen), "around" (change of an area around by the same survey; same or other direction, sources
        differ), "difference" (change here minus change there), "error" (standard error of the change; not recorded where no survey states
        how many were sampled), "other_areas" (value: other areas of the province with both years; lower: those that changed by at least
        as much the same way).
    """
    changes = survey_changes(case)
    areas = areas_around(case)
    rows: list[dict[str, object]] = []
    for one in changes[changes["area"].isin(areas[:1])].itertuples():
        lines = [
            *_timing(case, one),
            *_sources(case, one),
            *_error(case, one),
            *_other_series(case, one),
            *_around(changes, one),
            *_other_areas(case, one),
        ]
        rows += [{"survey": one.survey, "year_from": one.year_from, "year_to": one.year_to, **line} for line in lines]
    columns = ["survey", "year_from", "year_to", "limit", "subject", "value", "lower", "upper", "limit_says", "row_ids"]
    table = pd.DataFrame(rows, columns=columns)
    numbers = ["value", "lower", "upper"]
    return table.astype({**dict.fromkeys(numbers, "float64"), "subject": "str", "limit_says": "str", "row_ids": "str"})


def _timing(case: Case, one: Any) -> Iterator[dict[str, object]]:
    """Where the years of a survey lie, seen from the first year of the programme."""
    start = start_year(case)
    rates = rates_of(case)
    rows = rates[(rates["area"] == one.area) & (rates["survey"] == one.survey)]
    for limit, year in (("first_year", one.year_from), ("second_year", one.year_to)):
        says = NO_START if start is None else "before" if year < start else "at" if year == start else "after"
        yield {
            "limit": limit,
            "subject": str(year),
            "value": year,
            "limit_says": says,
            "row_ids": _ids(rows[rows["year"] == year]),
        }
    if start is not None:
        for limit, part in (("years_before", rows[rows["year"] < start]), ("years_after", rows[rows["year"] > start])):
            n = part["year"].nunique()
            says = "none" if n == 0 else "one" if n == 1 else "several"
            yield {"limit": limit, "subject": str(start), "value": n, "limit_says": says, "row_ids": _ids(part)}


def _sources(case: Case, one: Any) -> Iterator[dict[str, object]]:
    """How many sources give each of the two values."""
    rates = rates_of(case)
    rows = rates[(rates["area"] == one.area) & (rates["survey"] == one.survey)]
    for limit, year in (("sources_first", one.year_from), ("sources_second", one.year_to)):
        part = rows[rows["year"] == year]
        n = part["source_id"].nunique()
        says = "differ" if part["prevalence_pct"].nunique() > 1 else "one" if n == 1 else "agree"
        yield {"limit": limit, "subject": str(year), "value": n, "limit_says": says, "row_ids": _ids(part)}


def _other_series(case: Case, one: Any) -> Iterator[dict[str, object]]:
    """What the other series of the place do between the same two years, each by itself."""
    rates = rates_of(case)
    rows = rates[(rates["area"] == one.area) & (rates["survey"] != one.survey)]
    for (survey, method), part in rows.groupby(["survey", "method"]):
        before, after = (part[part["year"] == year] for year in (one.year_from, one.year_to))
        if before.empty or after.empty:
            continue
        low = round(after["prevalence_pct"].min() - before["prevalence_pct"].max(), 10)
        high = round(after["prevalence_pct"].max() - before["prevalence_pct"].min(), 10)
        yield {"limit": "other_series", "subject": f"{survey}/{method}", "value": low if low == high else math.nan, "lower": low,
               "upper": high, "limit_says": _direction(one.value, low, high), "row_ids": _ids(pd.concat([before, after]))}  # fmt: skip


def _around(changes: pd.DataFrame, one: Any) -> Iterator[dict[str, object]]:
    """What the same survey says of the areas around, between the same two years."""
    same = changes[(changes["survey"] == one.survey) & (changes["year_from"] == one.year_from) & (changes["year_to"] == one.year_to)]  # fmt: skip
    for other in same[same["area"] != one.area].itertuples():
        says = SOURCES_DIFFER if pd.notna(other.reason) else _direction(one.value, other.lower, other.upper)
        line = {"subject": other.area, "row_ids": other.row_ids}
        yield {
            **line,
            "limit": "around",
            "value": other.value,
            "lower": other.lower,
            "upper": other.upper,
            "limit_says": says,
        }
        if pd.notna(other.difference):
            fell_more = "less here" if other.difference > 0 else "more here" if other.difference < 0 else "as much here"
            yield {**line, "limit": "difference", "value": other.difference, "limit_says": fell_more}


def _error(case: Case, one: Any) -> Iterator[dict[str, object]]:
    """The error of sampling, as far as the record states how many were sampled."""
    given = {"area": one.area, "survey": one.survey, "year_from": str(one.year_from), "year_to": str(one.year_to)}
    found = change_over_error(case, given)
    known = found.reason is None
    value = abs(one.value) / float(found.value) if known else math.nan  # type: ignore[arg-type]
    says = "stated" if known else "not stated"
    yield {"limit": "error", "subject": one.survey, "value": value, "limit_says": says, "row_ids": one.row_ids}


def _other_areas(case: Case, one: Any) -> Iterator[dict[str, object]]:
    """How many of the other areas of the province changed by at least as much in the same survey and years."""
    rates = rates_of(case)
    own = rates[rates["area"] == one.area]
    above = set(rates.loc[rates["area"].isin(areas_around(case)[1:]), "level"])
    inside = rates[(rates["province"] == own["province"].iloc[0]) & ~rates["level"].isin(above)]
    given = {"area": one.area, "province": str(own["province"].iloc[0]), "levels": "|".join(sorted(set(inside["level"]))),
             "survey": one.survey, "year_from": str(one.year_from), "year_to": str(one.year_to)}  # fmt: skip
    found = areas_changed_at_least(case, given)
    if found.reason is None:
        n = int(found.details["n"])  # type: ignore[call-overload]
        yield {"limit": "other_areas", "subject": given["province"], "value": n, "lower": round(float(found.value) * n), "upper": n,  # type: ignore[arg-type]
               "limit_says": "as much", "row_ids": ";".join(sorted(found.support[0].counted))}  # fmt: skip


def _direction(own: float, low: float, high: float) -> str:
    """Whether a change that lies between two bounds goes the way of `own`."""
    signs = {float(np.sign(low)), float(np.sign(high))}
    if len(signs) > 1:
        return "either way"
    return "same direction" if signs == {float(np.sign(own))} else "other direction"


def _ids(rows: pd.DataFrame) -> str:
    return ";".join(sorted(rows["prevalence_id"]))


def carry_sentences(limits: pd.DataFrame, case: Case, say: Reader) -> list[str]:
    """Return what a comparison can carry and what it cannot, one sentence a limit, for each survey and pair of years.

    Parameters
    ----------
    limits : DataFrame
        :func:`can_carry`.
    """
    told = []
    for (survey, first, second), part in limits.groupby(["survey", "year_from", "year_to"], sort=False):
        by = {name: rows.iloc[0] for name, rows in part.groupby("limit")}
        years = {"survey": survey, "year_from": str(first), "year_to": str(second)}
        told.append(
            say(
                "{survey} {year_from} ({first}) and {year_to} ({second}): {n_first} sources give the first value, {n_second} the second; they repeat one figure of the survey and do not confirm it.",
                **years,
                first=say.label("limit says", by["first_year"]["limit_says"]),
                second=say.label("limit says", by["second_year"]["limit_says"]),
                n_first=int(by["sources_first"]["value"]),
                n_second=int(by["sources_second"]["value"]),
            )
        )
        if "years_before" in by:
            told.append(_years_told(by["years_before"], by["years_after"], str(survey), say))
        told += [
            _line_told(one, years, case, say)
            for one in part[
                part["limit"].isin(["error", "other_series", "around", "difference", "other_areas"])
            ].to_dict("records")
        ]
    return told


def _years_told(before: pd.Series, after: pd.Series, survey: str, say: Reader) -> str:
    """What the number of years on either side of the start allows to be said."""
    text = say(
        "Years of {survey} here before the first year of the programme, {start}: {n_before}; after it: {n_after}.",
        survey=survey,
        start=before["subject"],
        n_before=int(before["value"]),
        n_after=int(after["value"]),
    )
    if after["value"] == 0:
        return f"{text} " + say(
            "It can carry how prevalence stood up to the first year of the programme; it cannot carry what came after."
        )
    if before["value"] < 2:
        return f"{text} " + say(
            "With fewer than two years before the start it shows no trend to which what came after could be compared."
        )
    return f"{text} " + say("It can carry what came before and after the start; to what that is due it cannot say.")


def _line_told(one: Mapping[str, Any], years: Mapping[str, str], case: Case, say: Reader) -> str:
    """The error, another series, an area around, the difference from it, or the other areas, in words."""
    if one["limit"] == "error" and one["limit_says"] == "stated":
        return say(
            "Standard error of the change by the samples of {survey}: {value} percentage points.",
            survey=years["survey"],
            value=say.number(one["value"], 2),
        )
    if one["limit"] == "error":
        return say(
            "How many children {survey} sampled in either year is not in the record: nobody can say from it whether the change exceeds the error of the survey.",
            survey=years["survey"],
        )
    if one["limit"] == "other_areas":
        return say(
            "Of {n} other areas in {province} with both years {n_as_much} changed the same way by at least as much.",
            n=int(one["value"]),
            province=one["subject"],
            n_as_much=int(one["lower"]),
        )
    if one["limit"] == "other_series":
        survey, _, method = one["subject"].partition("/")
        name = say.label("survey", survey)
        series = f"{name[:1].upper()}{name[1:]} ({say.label('method', method)})"
        return say(
            "{series} between the same years: {low} to {high} percentage points, {says}.",
            series=series, low=one["lower"], high=one["upper"], says=say.label("limit says", one["limit_says"]),
        )  # fmt: skip
    if one["limit"] == "around":
        value = say.number(one["value"]) if pd.notna(one["value"]) else "–"
        return say(
            "{area}, {survey}: {value} percentage points between the same years, {says}.",
            area=one["subject"], survey=years["survey"], value=value, says=say.label("limit says", one["limit_says"]),
        )  # fmt: skip
    return say(
        "{here} less {area}: {value} percentage points. A difference between two places names no reason for it.",
        here=areas_around(case)[0], area=one["subject"], value=one["value"],
    )  # fmt: skip


# ---- the stage -------------------------------------------------------------------------------------------------------


def results(case: Case) -> Results:
    """Return the outcomes of the case: series, conflicts between sources, changes and what they can carry, as tables and facts."""
    table, series, changes = prevalence_series(case), outcome_series(case), survey_changes(case)
    ledger = Ledger()
    _note_series(ledger, case, series)
    _note_changes(ledger, case, changes)
    _note_years(ledger, case, changes)
    limits = can_carry(case)
    _note_other_areas(ledger, case, limits)
    _note_prevalence(ledger, case, table)
    ledger.define(case, STATISTICS)
    return ledger.results(
        prevalence_series=table, outcome_series=series, survey_changes=changes, comparison_limits=limits
    )


def _note_prevalence(ledger: Ledger, case: Case, table: pd.DataFrame) -> None:
    for one in table.to_dict("records"):
        ledger.add(
            f"prevalence.{_slug(one['area'])}.{one['survey'].lower()}.{one['method']}.{one['year']}",
            one["value"],
            lower=one["lower"],
            upper=one["upper"],
            unit="percent",
            place=_place_of(case, one["area"]),
            how=message("Prevalence of stunting in {area}, {year}, by {survey} ({by}); bounds: what its sources say."),
            details={
                "area": one["area"],
                "year": str(one["year"]),
                "survey": one["survey"],
                "by": labelled("method", one["method"]),
            },
            reason=SOURCES_DIFFER if pd.isna(one["value"]) else None,
            support=[
                under("prevalence", one["prevalence_ids"].split(";")),
                under("places", defines=case.places.loc[case.places["name"] == one["area"], "place"]),
            ],
        )


def _note_series(ledger: Ledger, case: Case, series: pd.DataFrame) -> None:
    """Write down each figure but prevalence, which has facts of its own, and how often sources are in conflict."""
    for one in series[series["measure"] != PREVALENCE].to_dict("records"):
        ledger.add(
            f"outcome.{one['measure']}.{one['place']}.{one['date']}",
            one["value"],
            lower=one["lower"],
            upper=one["upper"],
            unit=one["unit"],
            place=one["place"],
            how=message("{measure}, {place}, {date}; bounds: what its sources say."),
            details={
                "measure": labelled("outcome", one["measure"]),
                "place": case.places.set_index("place").at[one["place"], "name"],
                "date": one["date"],
            },
            reason=SOURCES_DIFFER if pd.isna(one["value"]) else None,
            support=[
                under("beneficiaries", one["row_ids"].split(";")),
                under("places", defines=[one["place"]]),
            ],
        )
    rates = series["measure"] == PREVALENCE
    ledger.add(
        "outcome.n_conflicts",
        int(series["conflict"].sum()),
        unit="conflicts",
        how=message("Outcome figures of one measure, place and date for which sources give different values, survey and weighing apart; differences of rounding left out."),
        support=[_conflicting("prevalence", series[rates]), _conflicting("beneficiaries", series[~rates]), _areas(case, areas_around(case))],
    )  # fmt: skip
    alike = (series["likeness"] == ALIKE).fillna(False).astype("bool")
    ledger.add(
        "outcome.n_conflicts_alike",
        int(alike.sum()),
        unit="conflicts",
        how=message(
            "Of the figures for which sources give different values those that can be held against each other: one method that is stated, and no two months of one year."
        ),
        support=[
            _conflicting("prevalence", series[rates], alike),
            _conflicting("beneficiaries", series[~rates], alike),
            _areas(case, areas_around(case)),
        ],
    )


def _conflicting(table: str, series: pd.DataFrame, conflict: pd.Series | None = None) -> Under:
    """The figures in a conflict, and those looked at."""
    conflict = series["conflict"] if conflict is None else conflict.loc[series.index]
    inside, outside = (series.loc[part, "row_ids"].str.split(";").explode() for part in (conflict, ~conflict))
    return under(table, inside.dropna(), outside.dropna())


def _areas(case: Case, areas: list[str]) -> Under:
    return under("places", defines=case.places.loc[case.places["name"].isin(areas), "place"])


def _note_changes(ledger: Ledger, case: Case, changes: pd.DataFrame) -> None:
    """Write down each change by survey, and how far that of the wider place differs from those around it."""
    for one in changes.itertuples():
        years = f"{one.survey.lower()}.{one.year_from}.{one.year_to}"
        given = {"area": one.area, "survey": one.survey, "year_from": str(one.year_from), "year_to": str(one.year_to)}
        found = prevalence_change(case, given)
        ledger.add(
            f"prevalence_change.{_slug(one.area)}.{years}",
            found.value,
            lower=found.lower,
            upper=found.upper,
            unit="percentage points",
            place=found.place,
            how=found.how,
            details=found.details,
            reason=found.reason,
            support=found.support,
        )
        here = areas_around(case)[0]
        if one.area != here:
            own = prevalence_change(case, {**given, "area": here})
            ledger.add(
                f"prevalence_change.{_slug(here)}.minus.{_slug(one.area)}.{years}",
                one.difference,
                unit="percentage points",
                place=own.place,
                how=message("Change of prevalence in {area} by {survey}, {year_to} minus {year_from}, less the same change in {other}: a difference, which names no reason."),
                details={**given, "area": here, "other": one.area},
                reason=SOURCES_DIFFER if pd.isna(one.difference) else None,
                support=[*own.support, *found.support],
            )  # fmt: skip


def _note_other_areas(ledger: Ledger, case: Case, limits: pd.DataFrame) -> None:
    """Write down how many other areas of the province changed by at least as much as the wider place."""
    for one in limits[limits["limit"] == "other_areas"].to_dict("records"):
        here = areas_around(case)[0]
        ledger.add(
            f"prevalence_change.{_slug(here)}.{one['survey'].lower()}.{one['year_from']}.{one['year_to']}.n_other_areas",
            int(one["lower"]),
            unit="areas",
            place=_place_of(case, here),
            how=message("Of {n} other areas in {province} with {survey} of {year_from} and {year_to} those that changed the same way by at least as much as {area}."),
            details={"n": int(one["value"]), "province": one["subject"], "area": here, "survey": one["survey"],
                     "year_from": str(one["year_from"]), "year_to": str(one["year_to"])},
            support=[under("prevalence", one["row_ids"].split(";")), _areas(case, [here])],
        )  # fmt: skip


def _note_years(ledger: Ledger, case: Case, changes: pd.DataFrame) -> None:
    """Write down how many years of each survey of the wider place lie before and after the first year of the programme."""
    start, area = start_year(case), next(iter(areas_around(case)), None)
    for survey in dict.fromkeys(changes["survey"]):
        rates = rates_of(case)
        rows = rates[(rates["area"] == area) & (rates["survey"] == survey)]
        for name, how, inside in (
            ("before", message("Years of {survey} in {area} that lie before the first year of the programme."), rows["year"] < (start or 0)),
            ("after", message("Years of {survey} in {area} that lie after the first year of the programme."), rows["year"] > (start or 0)),
        ):  # fmt: skip
            ledger.add(
                f"survey_years.{_slug(str(area))}.{survey.lower()}.{name}_start",
                None if start is None else rows.loc[inside, "year"].nunique(),
                unit="years",
                place=_place_of(case, str(area)),
                programme=case.settings.programme,
                how=how,
                details={"survey": survey, "area": area},
                reason=NO_START if start is None else None,
                support=[
                    under("prevalence", rows.loc[inside, "prevalence_id"], rows.loc[~inside, "prevalence_id"]),
                    under("programmes", defines=[case.settings.programme] if case.settings.programme else []),
                    _areas(case, [str(area)]),
                ],
            )


def _place_of(case: Case, area: str) -> str | None:
    found = case.places.loc[case.places["name"] == area, "place"]
    return None if found.empty else str(found.iloc[0])


def _slug(name: str) -> str:
    return name.lower().replace(" ", "-")


# ---- what else a change may be due to ----------------------------------------------------------------------------------

NO_AREA, NO_START, NO_ERROR = "no area has both years", "no start year", "no survey states its size"


def areas_changed_at_least(case: Case, given: Mapping[str, str]) -> Measured:
    """Share of the other areas that changed by at least as much as one of them, the same way, in the same survey.

    Parameters: area, province, levels (|), survey, year_from, year_to. An area counts that has one value in each year; undefined
    where there is none, or where `area` itself has not.
    """
    levels = given["levels"].split("|")
    rows = rates_of(case)
    rows = rows[(rows["survey"] == given["survey"]) & rows["level"].isin(levels)]
    rows = rows[
        (rows["province"] == given["province"]) & rows["year"].isin([int(given["year_from"]), int(given["year_to"])])
    ]
    found = rows.groupby(["area", "year"])["prevalence_pct"].agg(["nunique", "first"])
    value = (
        found["first"]
        .where(found["nunique"] == 1)
        .unstack("year")
        .reindex(columns=[int(given["year_from"]), int(given["year_to"])])
    )
    change = (value.iloc[:, 1] - value.iloc[:, 0]).round(10).dropna()
    own = change.get(given["area"])
    others = change.drop(given["area"], errors="ignore")
    known = own is not None and len(others) > 0
    as_much = (others <= own) if known and own < 0 else (others >= own) if known else others.astype(bool)
    used = rows["area"].isin(change.index)
    return Measured(
        value=float(as_much.mean()) if known else float("nan"),
        how=message("Share of {n} other areas in {province} with {survey} of {year_from} and {year_to} that changed by at least as much as {area}."),
        details={"n": len(others), **{name: given[name] for name in ("province", "survey", "year_from", "year_to", "area")}},
        support=(
            under("prevalence", rows.loc[used, "prevalence_id"], rows.loc[~used, "prevalence_id"]),
            under("places", defines=case.places.loc[case.places["name"] == given["area"], "place"]),
        ),
        reason=None if known else NO_AREA,
    )  # fmt: skip


def years_from_start(case: Case, given: Mapping[str, str]) -> Measured:
    """A year minus the year in which a programme began. Parameters: programme, year."""
    row = case.programmes[case.programmes["programme"] == given["programme"]]
    start = row["start_year"].dropna()
    return Measured(
        value=int(given["year"]) - int(start.iloc[0]) if len(start) else float("nan"),
        how=message("{year} minus the year in which the programme began."),
        details={"year": given["year"]},
        support=(under("programmes", row["programme"]),),
        reason=None if len(start) else NO_START,
    )


def change_over_error(case: Case, given: Mapping[str, str]) -> Measured:
    """Size of a change of prevalence in standard errors of a difference of two shares.

    Parameters: as :func:`prevalence_change` with survey; design_effect (1). The size of each sample is the column ``n_sampled`` of
    ``prevalence``, which a case may have; undefined without it.
    """
    change = prevalence_change(case, given)
    rows = case.prevalence[case.prevalence["prevalence_id"].isin(change.support[0].counted)]
    sizes = (
        pd.to_numeric(rows["n_sampled"], errors="coerce")
        if "n_sampled" in rows
        else pd.Series(float("nan"), rows.index)
    )
    share = rows["prevalence_pct"] / 100
    variance = (share * (1 - share) / sizes * float(given.get("design_effect", 1))).groupby(rows["year"]).max()
    error = 100 * float(variance.sum(min_count=2)) ** 0.5 if len(variance) else float("nan")
    known = change.reason is None and error > 0
    return Measured(
        value=abs(float(change.value)) / error if known else float("nan"),  # type: ignore[arg-type]
        how=message("Change of prevalence in {area} by {by}, {year_from} to {year_to}, in standard errors of the difference."),
        details=change.details,
        support=change.support,
        place=change.place,
        reason=None if known else change.reason or NO_ERROR,
    )  # fmt: skip


STATISTICS |= {
    "areas_changed_at_least": areas_changed_at_least,
    "years_from_start": years_from_start,
    "change_over_error": change_over_error,
}
