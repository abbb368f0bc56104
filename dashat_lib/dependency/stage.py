"""The dependency of a case as tables and facts, and the general statistics that ``fact_definitions`` may name."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from functools import partial

import pandas as pd

from ..admission import admitted
from ..errors import message
from ..facts import Ledger, Measured, Statistic, Under, labelled, under
from ..network.build import of_case
from ..tables import Case, Results
from ..words import languages, reader
from . import continuity, money, ways, whatif
from .flow import FLOW, READINGS, Flow, flow, grants, payments, read_as

READ = tuple(READINGS)
SHOWN = (0.5, 0.6, 0.7, 0.8, 0.9)
STAY = 0.9
NO_PROGRAMME = "no programme is named in the settings"
_HOW = {
    "kappa": message("Independent ways from ultimate funders to {group} in programme {programme}, {reading}; bounds: without each source family."),
    "kappa_funders_stay": message("Independent ways to {group} in programme {programme} if no funder leaves, {reading}; bounds: without each source family."),
    "reliability": message("Probability that {group} is reached in programme {programme} if everyone stays with probability {p}, {reading}; bounds: without each source family. No probability of staying is observed: read the whole curve."),
    "exit": message("Share of the groups that programme {programme} reaches which are still reached when {label} leaves ({exit}), {reading}."),
    "importance": message("Birnbaum importance of {label}, mean over the groups reached, everyone else staying with probability {p}, {reading}."),
    "n_groups_cut": message("Groups of programme {programme} that nothing reaches any more when {label} leaves, {reading}."),
    "n_single_points": message("Stakeholders whose exit alone cuts a group off in programme {programme}, {reading}."),
    "known": message("Known amounts of the grants of programme {programme} first reported in {year}, each grant once."),
    "n_grants": message("Grants of programme {programme} first reported in {year}."),
    "n_unknown": message("Grants of programme {programme} first reported in {year} whose amount no row states in {currency}."),
    "top_share": message("Share of the largest grant in the known amounts of programme {programme}, {year}; bounds: what the unknown amounts leave open."),
    "hhi": message("Herfindahl-Hirschman index of the known grants of programme {programme}, {year}; bounds: what the unknown amounts leave open."),
    "hhi_normalised": message("Normalised Herfindahl-Hirschman index of the known grants of programme {programme}, {year}; bounds: what the unknown amounts leave open."),
    "effective_number": message("Number of equal grants that would be as concentrated as the known ones of programme {programme}, {year}; bounds: what the unknown amounts leave open."),
    "share_money_left": message("Share of the known money of programme {programme}, {year}, that is left when {label} does not pay; bounds: what the unknown amounts leave open."),
    "persistence": message("Payers recorded in both {year_from} and {year_to} divided by those recorded in either, any programme, {place}."),
    "persistence_programme": message("Payers of programme {programme} recorded in two years next to each other divided by those recorded in either, the largest over the pairs of years."),
    "cut_points": message("Stakeholders without whom the network of all relations falls into more parts, direction ignored."),
}  # fmt: skip
_MONEY = {"known": "money", "n_grants": "grants", "n_unknown": "grants", "top_share": "share (0-1)", "hhi": "index (0-1)", "hhi_normalised": "index (0-1)", "effective_number": "grants"}  # fmt: skip


def without_each_family(case: Case, whole: Flow) -> Iterator[tuple[str, Case]]:
    """Yield each source family that reports a tie of the flow, and the case without its ties."""
    rows = case.evidence.merge(case.sources[["source_id", "source_family"]], on="source_id")
    rows = rows[rows["evidence_id"].isin(whole.network.rows["evidence_id"])]
    for family, part in rows.groupby("source_family", sort=True):
        yield str(family), replace(case, ties=case.ties[~case.ties["evidence_id"].isin(part["evidence_id"])])


def with_bands(
    case: Case, roll_up: str = "none", *, bands: bool = True
) -> tuple[Flow, pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """Return the flow, its ways and its curves, these with the range over the readings without one source family each.

    Returns
    -------
    Flow
    DataFrame
        :func:`dashat_lib.dependency.ways.ways` with ``kappa_lower, kappa_upper, kappa_funders_stay_lower, kappa_funders_stay_upper``.
    DataFrame
        :func:`dashat_lib.dependency.continuity.curve` with ``band_lower, band_upper``.
    DataFrame, one row a source family and group
        ``source_family, stakeholder_id, kappa, kappa_before``: what each leaves of the ways.
    """
    whole = read_as(case, roll_up)
    table, lines = ways.ways(whole), continuity.curve(whole, seed=case.settings.seed)
    counted, drawn = [], []
    for family, rest in without_each_family(case, whole) if bands else ():
        part = read_as(
            replace(rest, before=case.before or case), roll_up
        )  # who is a source stays one: fewer ties never mean more ways
        counted.append(ways.ways(part, whole.beneficiaries + whole.unserved).assign(source_family=family))
        drawn.append(continuity.curve(part, groups=whole.beneficiaries, seed=case.settings.seed))
    if not counted:
        empty = pd.DataFrame(columns=["source_family", "stakeholder_id", "kappa", "kappa_before"])
        bounds = {f"{name}_{end}": table[name] for name in ("kappa", "kappa_funders_stay") for end in ("lower", "upper")}  # fmt: skip
        return whole, table.assign(**bounds), lines.assign(band_lower=lines["value"], band_upper=lines["value"]), empty
    others, curves = pd.concat(counted, ignore_index=True), pd.concat(drawn, ignore_index=True)
    for name in ("kappa", "kappa_funders_stay"):
        by = others.groupby("stakeholder_id")[name]
        for end, found in (("lower", by.min()), ("upper", by.max())):
            own = table["stakeholder_id"].map(found).astype("Int64")
            table[f"{name}_{end}"] = own.combine(table[name].astype("Int64"), min if end == "lower" else max) if own.notna().all() and table[name].notna().all() else own  # fmt: skip
    by = curves.groupby(["stakeholder_id", "p"])["value"]
    at = pd.MultiIndex.from_frame(lines[["stakeholder_id", "p"]])
    lines = lines.assign(
        band_lower=by.min().reindex(at).to_numpy(dtype=float), band_upper=by.max().reindex(at).to_numpy(dtype=float)
    )
    lines["band_lower"], lines["band_upper"] = lines[["band_lower", "value"]].min(axis=1), lines[["band_upper", "value"]].max(axis=1)  # fmt: skip
    known = table.set_index("stakeholder_id")["kappa"]
    moved = others.assign(kappa_before=others["stakeholder_id"].map(known))
    return whole, table, lines, moved[["source_family", "stakeholder_id", "kappa", "kappa_before"]]


def results(case: Case, *, bands: bool = True) -> Results:
    """Return who depends on whom in a case: ways, continuity, money, withdrawals, and the tie that would help most.

    Parameters
    ----------
    bands : bool
        Whether the readings without one source family each are computed, and the tables that go through all ties or sets; a what-if, which asks
        twice, leaves them out.
    """
    ledger = Ledger()
    read = {roll_up: with_bands(case, roll_up, bands=bands) for roll_up in READ} if case.settings.programme else {}
    tables: dict[str, list[pd.DataFrame]] = {name: [] for name in ("flow_ways", "flow_ways_by_family", "reliability_curves", "importance", "shocks", "withdrawals", "exits")}  # fmt: skip
    for roll_up, (whole, table, lines, by_family) in read.items():
        important = continuity.importance(whole, STAY, seed=case.settings.seed)
        out = whatif.withdrawals(case, roll_up=whole.roll_up, own_money=roll_up == "own_money")
        exits = whatif.exits(case, whole=whole)
        _flow_facts(ledger, case, whole, table, lines, important, out, exits, reading=roll_up)
        shocked = [continuity.under_shocks(whole, continuity.shocks(whole, *_belonging(case)), STAY), continuity.budget_years(case, reading=roll_up, p=STAY)]  # fmt: skip
        for name, one in zip(tables, (table, by_family, lines, important, pd.concat(shocked, ignore_index=True), out, exits), strict=True):  # fmt: skip
            tables[name].append(one.assign(roll_up=roll_up))
    concentrated = money.concentrations(case)
    leaving = _money_facts(ledger, case, concentrated)
    back = _persistence_facts(ledger, case)
    points = ways.cut_points(of_case(case))
    ledger.add(
        "cut_points.all.n", len(points), unit="stakeholders", how=_HOW["cut_points"], support=_network_support(case)
    )
    ledger.define(case, STATISTICS)
    found = {name: _front(pd.concat(parts, ignore_index=True), "roll_up") if parts else pd.DataFrame() for name, parts in tables.items()}  # fmt: skip
    return ledger.results(
        **{name: one for name, one in found.items() if len(one.columns)},
        grants=grants(case),
        money_concentration=concentrated,
        money_left=leaving,
        money_reach=_payable(case),
        funder_persistence=back,
        key_players=key_players(case) if bands else pd.DataFrame(),
        added_ties=whatif.additions(case) if case.settings.programme and bands else pd.DataFrame(columns=whatif.ADDED),
    )


def key_players(case: Case, most: int = 2) -> pd.DataFrame:
    """Return the best sets of one and of two key players of the network of all relations, by each measure.

    Returns
    -------
    DataFrame
        As :func:`dashat_lib.dependency.ways.key_players`.
    """
    network = of_case(case)
    parts = [ways.key_players(network, k, measure=measure) for measure in ways.MEASURES for k in range(1, most + 1)]
    return pd.concat(parts, ignore_index=True)


def _front(table: pd.DataFrame, *names: str) -> pd.DataFrame:
    return table[[*names, *[name for name in table if name not in names]]]


def _belonging(case: Case) -> tuple[dict[str, str], dict[str, str]]:
    """Sector of each stakeholder; the one that each is part of."""
    who = case.stakeholders
    parts = who[who["part_of"].isin(who["stakeholder_id"])]
    return (
        dict(zip(who["stakeholder_id"], who["sector"], strict=True)),
        dict(zip(parts["stakeholder_id"], parts["part_of"], strict=True)),
    )


def _network_support(case: Case) -> tuple[Under, ...]:
    rows = of_case(case).rows
    return (
        under("ties", rows["row_id"]), under("evidence", rows["evidence_id"]), under("stakeholders", looked_at=case.stakeholders["stakeholder_id"]),
    )  # fmt: skip


def all_support(case: Case, whole: Flow) -> tuple[Under, ...]:
    """Return the rows under a number of the flow: its ties and their evidence; sectors and parts of both ends, and the families of the sources, were looked at."""
    rows = case.evidence[case.evidence["evidence_id"].isin(whole.network.rows["evidence_id"])]
    ends = case.ties[case.ties["tie_id"].isin(whole.network.rows["row_id"])]
    return (
        under("ties", whole.network.rows["row_id"]),
        under("evidence", whole.network.rows["evidence_id"]),
        under("sources", looked_at=rows["source_id"]),
        under("stakeholders", looked_at=[*ends["source_stakeholder"], *ends["target_stakeholder"], *whole.unserved]),
        under("programmes", defines=[whole.programme] if whole.programme not in (None, "all") else []),
    )


def _flow_facts(ledger: Ledger, case: Case, whole: Flow, table: pd.DataFrame, lines: pd.DataFrame, important: pd.DataFrame, out: pd.DataFrame, exits: pd.DataFrame, *, reading: str) -> None:  # fmt: skip
    support = all_support(case, whole)
    end = "" if reading == "none" else f".{reading}"
    labels = dict(zip(case.stakeholders["stakeholder_id"], case.stakeholders["short_name"], strict=True))
    details = {"programme": _name(case), "reading": labelled("roll-up", reading)}
    common = {"programme": whole.programme, "support": support}

    def add(name: str, value: object, unit: str, how: str, more: Mapping[str, object], **bounds: object) -> None:
        ledger.add(name + end, value, unit=unit, how=_HOW[how], details={**details, **more}, **common, **bounds)  # type: ignore[arg-type]

    for one in table.to_dict("records"):
        group = {"group": labels[one["stakeholder_id"]]}
        for name in ("kappa", "kappa_funders_stay"):
            value = one[name]
            missing = pd.isna(value) or one["reason"] == ways.NOT_SERVED
            reason = (one["reason"] if pd.notna(one["reason"]) else ways.DIRECT) if missing else None
            bounds = {} if missing or pd.isna(one[f"{name}_lower"]) else {"lower": float(one[f"{name}_lower"]), "upper": float(one[f"{name}_upper"])}  # fmt: skip
            add(f"ways.{one['stakeholder_id']}.{name}", math.nan if missing else int(value), "ways", name, group, reason=reason, **bounds)  # fmt: skip
    for one in lines[lines["p"].isin(SHOWN)].to_dict("records"):
        more = {"group": labels[one["stakeholder_id"]], "p": one["p"]}
        add(f"reliability.{one['stakeholder_id']}.{one['p']}", one["value"], "probability", "reliability", more, lower=one["band_lower"], upper=one["band_upper"])  # fmt: skip
    for one, value in mean_importance(important, whole).items():
        add(f"importance.{one}", float(value), "index (0-1)", "importance", {"label": labels[str(one)], "p": STAY})
    cuts = out.set_index("stakeholder_id")["n_groups_cut"]
    for one in sorted({whole.teams.get(one, one) for one in whole.ids} - set(whole.beneficiaries)):
        n = sum(base == one for base in whole.teams.values())
        label = (
            labels[one]
            if not n
            else {lang: reader(lang)("{name} ({n} teams) together", name=labels[one], n=n) for lang in languages()}
        )
        add(f"withdrawn.{one}.n_groups_cut", int(cuts[one]), "groups", "n_groups_cut", {"label": label})
    for one in exits.to_dict("records"):
        who = one["stakeholder_ids"]
        label = "–" if pd.isna(who) else " + ".join(labels[part] for part in str(who).split(";"))
        add(f"exit.{one['exit']}.share_reached", one["share_reached"], "share (0-1)", "exit", {"label": label, "exit": labelled("exit", one["exit"])}, reason=one["reason"] if pd.isna(one["share_reached"]) else None)  # fmt: skip
    points = ways.single_points(whole)["stakeholder_id"].nunique()
    add("single_points.n", int(points), "stakeholders", "n_single_points", {})


def mean_importance(important: pd.DataFrame, whole: Flow) -> pd.Series:
    """Importance averaged over the groups reached, of one team where a stakeholder stands for many."""
    served = ways.reached(whole)
    rows = important[important["group"].isin(served) & ~important["stakeholder_id"].isin(whole.beneficiaries)]
    rows = rows.assign(base=rows["stakeholder_id"].map(lambda one: whole.teams.get(one, one)))
    each = rows.groupby(["base", "stakeholder_id"])["value"].mean()
    return each.groupby("base").max()


def _name(case: Case) -> dict[str, object]:
    one = case.programmes.set_index("programme").loc[case.settings.programme]
    return {language: one[f"name_{language}"] for language in ("en", "id") if f"name_{language}" in one}


# ---- money -----------------------------------------------------------------------------------------------------------


def _money_support(case: Case, programme: str, year: int) -> tuple[Under, ...]:
    """Payments of the programme: the grants first reported in the year are in the number, the others were looked at for when they began."""
    paid = payments(case, programme)
    now = paid.groupby("grant")["year"].transform("min") == year
    return (
        under("ties", paid.loc[now, "tie_id"], paid.loc[~now, "tie_id"]),
        under("evidence", paid.loc[now, "evidence_id"], paid.loc[~now, "evidence_id"]),
        under("programmes", defines=[programme]),
    )


def _money_facts(ledger: Ledger, case: Case, concentrated: pd.DataFrame) -> pd.DataFrame:
    """Write down the money of each programme and year; return what is left when a payer leaves."""
    labels = dict(zip(case.stakeholders["stakeholder_id"], case.stakeholders["short_name"], strict=True))
    names = case.programmes.set_index("programme")
    tables = []
    for one in concentrated[concentrated["recipient"].isna()].to_dict("records") if len(concentrated) else []:
        programme, year = str(one["programme"]), int(one["year"])
        support = _money_support(case, programme, year)
        details = {"programme": {lang: names.at[programme, f"name_{lang}"] for lang in ("en", "id")}, "year": str(year), "currency": case.settings.currency}  # fmt: skip
        for name, unit in _MONEY.items():
            value = {"n_grants": one["n"]}.get(name, one.get(name))
            unknown = name not in ("n_grants", "n_unknown") and pd.notna(one["reason"])
            bounds = {} if unknown or f"{name}_lower" not in one else {"lower": one[f"{name}_lower"], "upper": one[f"{name}_upper"]}  # fmt: skip
            ledger.add(
                f"money.{programme}.{year}.{name}", math.nan if unknown else value, unit=case.settings.currency if unit == "money" else unit,
                how=_HOW[name], details=details, support=support, programme=programme, reason=one["reason"] if unknown else None, **bounds,
            )  # fmt: skip
        left = money.left(case, programme, year)
        tables.append(left)
        for row in left.to_dict("records"):
            payer = str(row["stakeholder_id"])
            label = " + ".join(labels[part] for part in payer.split(";"))
            ledger.add(
                f"money_left.{programme}.{year}.{payer.replace(';', '+')}", row["share_left"], unit="share (0-1)", how=_HOW["share_money_left"],
                lower=row["share_left_lower"], upper=row["share_left_upper"], details={**details, "label": label}, support=support,
                programme=programme, reason=row["reason"],
            )  # fmt: skip
    return pd.concat(tables, ignore_index=True) if tables else pd.DataFrame(columns=["programme", "year", "stakeholder_id"])  # fmt: skip


def _payable(case: Case) -> pd.DataFrame:
    year = whatif.last_year_of_money(case, case.settings.programme) if case.settings.programme else None
    if year is None:
        return pd.DataFrame(columns=["stakeholder_id", "year", "lower", "upper", "currency"])
    return money.payable(case, flow(case), year)


def _payers_support(case: Case, programme: str | None, place: str | None) -> tuple[Under, ...]:
    paid = payments(case, programme, place=place)
    return (
        under("ties", paid["tie_id"]), under("evidence", paid["evidence_id"]), under("places", defines=[place] if place else []),
        under("programmes", defines=[programme] if programme else []),
    )  # fmt: skip


def _persistence_facts(ledger: Ledger, case: Case) -> pd.DataFrame:
    place = case.settings.wider_place
    name = case.places.set_index("place").at[place, "name"]
    table = money.persistence(case, place=place)
    for one in table.to_dict("records"):
        ledger.add(
            f"persistence.{one['year_from']}.{one['year_to']}", one["value"], unit="share (0-1)", how=_HOW["persistence"], place=place,
            details={"year_from": str(one["year_from"]), "year_to": str(one["year_to"]), "place": name},
            support=_payers_support(case, None, place),
        )  # fmt: skip
    programme = case.settings.programme
    if programme:
        own = money.persistence(case, programme, place=place)
        ledger.add(
            f"persistence.{programme}", float(own["value"].max()) if len(own) else math.nan, unit="share (0-1)", place=place, programme=programme,
            how=_HOW["persistence_programme"], details={"programme": _name(case)}, support=_payers_support(case, programme, place),
            reason=None if len(own) else money.ONE_YEAR,
        )  # fmt: skip
        table = pd.concat([table.assign(programme=None), own.assign(programme=programme)], ignore_index=True)
    return table


# ---- general statistics that fact_definitions.csv may name -----------------------------------------------------------


def flow_of(case: Case, given: Mapping[str, str]) -> Flow:
    """Return the flow that the parameters programme and roll_up (none ...) speak of."""
    return flow(case, given["programme"], roll_up=given.get("roll_up", "none"))


def share_kappa_at_most(case: Case, whole: Flow, given: Mapping[str, str]) -> Measured:
    """Share of the groups with an arc that have few ways. Parameters: programme, k, roll_up (none ...), funders_removable (yes, no)."""
    leave = given.get("funders_removable", "yes") == "yes"
    counted = [ways.cut(whole, group, funders_leave=leave).kappa for group in whole.beneficiaries]
    few = [one for one in counted if one is not None and one <= int(given["k"])]
    return Measured(
        value=len(few) / len(counted) if counted else math.nan,
        how=message("Share of the {n} groups that something reaches in the programme with at most {k} independent ways from ultimate funders."),
        details={"n": len(counted), "k": int(given["k"])},
        support=all_support(case, whole),
        reason=None if counted else ways.NOT_SERVED,
    )  # fmt: skip


def share_reached(case: Case, whole: Flow, given: Mapping[str, str]) -> Measured:
    """Share of the groups reached that still are after a withdrawal; the smallest or largest over several. Parameters: programme, take (min, max), withdraw (|): "top funder by amount", "top intermediary by groups cut"."""
    served = ways.reached(whole)
    between = whatif.top_intermediary(whole)
    gone = {
        "top funder by amount": whatif.top_funder(case, given["programme"]),
        "top intermediary by groups cut": (between,) if between else (),
    }
    chosen = [gone[one] for one in given["withdraw"].split("|")]
    shares = [len(set(ways.reached(whole, some)) & set(served)) / len(served) for some in chosen] if served else []
    take = max if given.get("take") == "max" else min
    labels = dict(zip(case.stakeholders["stakeholder_id"], case.stakeholders["short_name"], strict=True))
    return Measured(
        value=take(shares) if shares else math.nan,
        how=message("Share of the groups reached that are still reached after one of {who} has left, the smaller."),
        details={"who": ", ".join(labels[one] for some in chosen for one in some) or "–"},
        support=all_support(case, whole),
        reason=None if shares else whatif.NONE_REACHED,
    )


def hhi_normalised(case: Case, given: Mapping[str, str]) -> Measured:
    """Normalised Herfindahl-Hirschman index over the grants of a programme and year. Parameters: programme, year."""
    year = int(given["year"])
    found = money.concentration(grants(case, given["programme"], years=(year, year))["amount"].tolist())
    return Measured(
        value=found.hhi_normalised.value,
        lower=found.hhi_normalised.lower,
        upper=found.hhi_normalised.upper,
        how=message("Normalised Herfindahl-Hirschman index of the {n} grants of {year}, {unknown} of them of unknown amount; {largest} with these as large as the largest known one."),
        details={"n": found.n, "unknown": found.n_unknown, "year": str(year), "largest": _round(found.at_largest)},
        support=paid_support(case, given["programme"], (year, year)),
        reason=found.reason,
    )  # fmt: skip


def share_left_without_top(case: Case, given: Mapping[str, str]) -> Measured:
    """1 minus the largest grant's share of the known amounts. Parameters: programme, year."""
    year = int(given["year"])
    found = money.concentration(grants(case, given["programme"], years=(year, year))["amount"].tolist())
    top = found.top_share
    return Measured(
        value=1 - top.value,
        lower=1 - top.upper,
        upper=1 - top.lower,
        how=message("Share of the known amounts of {year} that is left without the largest grant, of {n} grants, {unknown} of unknown amount."),
        details={"n": found.n, "unknown": found.n_unknown, "year": str(year)},
        support=paid_support(case, given["programme"], (year, year)),
        reason=found.reason,
    )  # fmt: skip


def paid_support(case: Case, programme: str, years: tuple[int, int]) -> tuple[Under, ...]:
    """Return the rows of the payments of a programme in some years."""
    paid = payments(case, programme, years=years)
    return (
        under("ties", paid["tie_id"]), under("evidence", paid["evidence_id"]), under("programmes", defines=[programme]),
    )  # fmt: skip


def n_sectors_important(case: Case, whole: Flow, given: Mapping[str, str]) -> Measured:
    """Sectors with a stakeholder that matters to some group reached. Parameters: programme, p."""
    found = continuity.importance(whole, float(given["p"]), seed=case.settings.seed)
    found = found[(found["value"] > 0) & found["group"].isin(ways.reached(whole))]
    sectors = _belonging(case)[0]
    return Measured(
        value=int(found["stakeholder_id"].map(sectors).nunique()) if ways.reached(whole) else math.nan,
        how=message("Sectors of the stakeholders whose Birnbaum importance is above 0 for some group reached, everyone staying with probability {p}."),
        details={"p": float(given["p"])},
        support=all_support(case, whole),
        reason=None if ways.reached(whole) else whatif.NONE_REACHED,
    )  # fmt: skip


def birnbaum_top_share(case: Case, whole: Flow, given: Mapping[str, str]) -> Measured:
    """Largest share of one stakeholder in all importance, averaged over the groups reached. Parameters: programme, p."""
    p, served = float(given["p"]), ways.reached(whole)
    teams = whatif.delivery_teams(case, whole)
    shares = [_top_share(continuity.importance(whole, p, perfect=sure, seed=case.settings.seed), served) for sure in ((), teams)]  # fmt: skip
    return Measured(
        value=shares[0],
        how=message("Largest Birnbaum importance of one stakeholder, averaged over the groups reached, divided by the sum of all; {beside} with the teams that deliver staying for sure."),
        details={"beside": _round(shares[1])},
        support=all_support(case, whole),
        reason=None if served and shares[0] == shares[0] else whatif.NONE_REACHED,
    )  # fmt: skip


def _top_share(found: pd.DataFrame, served: Iterable[str]) -> float:
    served = list(served)
    mean = found[found["group"].isin(served)].groupby("stakeholder_id")["value"].sum()
    return float(mean.max() / mean.sum()) if len(mean) and mean.sum() > 0 else math.nan


def _round(value: float) -> float | str:
    return "–" if math.isnan(value) else round(value, 4)


def funder_persistence(case: Case, given: Mapping[str, str]) -> Measured:
    """Payers of two years next to each other, both / either. Parameters: programmes (all, or one), place, take (max, min)."""
    programme = None if given.get("programmes", "all") == "all" else given["programmes"]
    place = given.get("place")
    found = money.persistence(case, programme, place=place)
    take = "min" if given.get("take") == "min" else "max"
    best = found.sort_values(["value", "year_from"], ascending=[take == "min", True]).head(1)
    return Measured(
        value=float(best["value"].iloc[0]) if len(best) else math.nan,
        how=message("Payers recorded in both of two years next to each other divided by those in either; the {end} over {n} pairs of years ({years})."),
        details={"end": labelled("end", take), "n": len(found), "years": f"{best['year_from'].iloc[0]}-{best['year_to'].iloc[0]}" if len(best) else "–"},
        support=_payers_support(case, programme, place),
        place=place,
        reason=None if len(best) else money.ONE_YEAR,
    )  # fmt: skip


def n_programmes(case: Case, given: Mapping[str, str]) -> Measured:
    """Programmes with a tie of some relations up to a year. Parameters: relations (|; those of the flow if not given), year_to, place, programmes_not (|)."""
    relations = given["relations"].split("|") if "relations" in given else list(FLOW)
    left_out = given.get("programmes_not", "").split("|")
    ties = case.ties[case.ties["relation"].isin(relations)]
    ties = ties[ties["evidence_id"].isin(admitted(case, place=given.get("place"))["evidence_id"])]
    counted = (ties["year"] <= int(given["year_to"])) & ~ties["programme"].isin(left_out)
    found = sorted(ties.loc[counted, "programme"].unique())
    names = case.programmes.set_index("programme")
    return Measured(
        value=len(found),
        how=message("Programmes other than {others} with a tie of money, supplies or delivery up to {year}: {names}."),
        details={
            "others": _programme_names(names, left_out), "year": given["year_to"], "names": _programme_names(names, found),
        },
        support=(
            under("ties", ties.loc[counted, "tie_id"], ties.loc[~counted, "tie_id"]),
            under("evidence", ties.loc[counted, "evidence_id"], ties.loc[~counted, "evidence_id"]),
            under("programmes", defines=[*found, *(one for one in left_out if one in names.index)]),
            under("places", defines=[given["place"]] if "place" in given else []),
        ),
        place=given.get("place"),
    )  # fmt: skip


def _programme_names(names: pd.DataFrame, programmes: Iterable[str]) -> dict[str, object]:
    """Names of programmes in each language."""
    return {
        one: ", ".join(str(names.at[name, f"name_{one}"]) for name in programmes if name in names.index) or "–"
        for one in languages()
        if f"name_{one}" in names
    }


def _of_case(measure: OnFlow, case: Case, given: Mapping[str, str]) -> Measured:
    return measure(case, flow_of(case, given), given)


OnFlow = Callable[[Case, Flow, Mapping[str, str]], Measured]
# Of a flow (:func:`flow_of`) that is there already: for those who measure one flow several times.
ON_FLOW: dict[str, OnFlow] = {
    "share_kappa_at_most": share_kappa_at_most,
    "share_reached": share_reached,
    "n_sectors_important": n_sectors_important,
    "birnbaum_top_share": birnbaum_top_share,
}
STATISTICS: dict[str, Statistic] = {
    **{name: partial(_of_case, one) for name, one in ON_FLOW.items()},
    "hhi_normalised": hhi_normalised,
    "share_left_without_top": share_left_without_top,
    "n_programmes": n_programmes,
    "funder_persistence": funder_persistence,
}
