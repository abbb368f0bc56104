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


# ---- what else a change may be due to ----------------------------------------------------------------------------------

NO_AREA, NO_START, NO_ERROR = "no area has both years", "no start year", "no survey states its size"


def areas_changed_at_least(case: Case, given: Mapping[str, str]) -> Measured:
    """Share of the other areas that changed by at least as much as one of them, the same way, in the same survey.

    Parameters: area, province, levels (|), survey, year_from, year_to. An area counts that has one value in each year; undefined
    where there is none, or where `area` itself has not.
    """
    levels = given["levels"].split("|")
    rows = case.prevalence[(case.prevalence["survey"] == given["survey"]) & case.prevalence["level"].isin(levels)]
    rows = rows[(rows["province"] == given["province"]) & rows["year"].isin([int(given["year_from"]), int(given["year_to"])])]
    found = rows.groupby(["area", "year"])["prevalence_pct"].agg(["nunique", "first"])
    value = found["first"].where(found["nunique"] == 1).unstack("year").reindex(columns=[int(given["year_from"]), int(given["year_to"])])
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
    sizes = pd.to_numeric(rows["n_sampled"], errors="coerce") if "n_sampled" in rows else pd.Series(float("nan"), rows.index)
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
