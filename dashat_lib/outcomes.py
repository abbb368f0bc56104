"""What happened to stunting: the prevalence series, survey and weighing apart, conflicts between sources kept."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from .errors import message
from .facts import Ledger, Measured, Statistic, labelled, under
from .tables import Case, Results

SERIES = ["area", "survey", "method", "year"]
NO_VALUE, SOURCES_DIFFER = "no value for a year", "sources differ"


def areas_around(case: Case) -> list[str]:
    """Return the names of the wider place and of all that contain it, innermost first, as ``prevalence.area`` writes them."""
    places = case.places.set_index("place")
    names, place = [], case.settings.wider_place
    while pd.notna(place):
        names.append(places.at[place, "name"])
        place = places.at[place, "within"]
    return [name for name in names if (case.prevalence["area"] == name).any()]


def prevalence_series(case: Case, areas: list[str] | None = None) -> pd.DataFrame:
    """Return one row per area, survey, method and year. Two methods never share a row.

    Returns
    -------
    DataFrame
        `area, survey, method, year, n_sources, value` (percent; missing where sources differ), `lower, upper` (the
        smallest and largest value that a source gives), `prevalence_ids` (";"-joined).
    """
    areas = areas_around(case) if areas is None else areas
    rows = case.prevalence[case.prevalence["area"].isin(areas)]
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
    rows = case.prevalence[(case.prevalence["area"] == given["area"]) & (case.prevalence[column] == given[column])]
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


def results(case: Case) -> Results:
    """Return the prevalence series of the case as table and facts."""
    table = prevalence_series(case)
    ledger = Ledger()
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
    ledger.define(case, STATISTICS)
    return ledger.results(prevalence_series=table)


def _place_of(case: Case, area: str) -> str | None:
    found = case.places.loc[case.places["name"] == area, "place"]
    return None if found.empty else str(found.iloc[0])


def _slug(name: str) -> str:
    return name.lower().replace(" ", "-")
