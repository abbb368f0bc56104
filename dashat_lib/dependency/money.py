"""On how few payers does the money hang, and do they come back? Concentration, what is left when one leaves, persistence.

Amounts that nobody states are unknown, not nought: every number is given for the known amounts, with the bounds that any filling
of the unknown ones between nought and the largest known amount gives. Currencies are never added to each other.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import networkx as nx
import numpy as np
import pandas as pd

from ..tables import Case
from .flow import Flow, grants, payments

NO_MONEY, NO_AMOUNT, ONE_YEAR = "no payment recorded", "no known amount", "no two years next to each other"
NO_COST = "no cost per portion of that year"


@dataclass(frozen=True)
class Bounds:
    """A number for the known amounts, and what the unknown ones leave open. NaN where nothing is known."""

    value: float
    lower: float
    upper: float


@dataclass(frozen=True)
class Concentration:
    """How money is spread over grants or payers (:func:`concentration`)."""

    n: int
    n_unknown: int
    hhi: Bounds
    hhi_normalised: Bounds
    effective_number: Bounds
    top_share: Bounds
    at_largest: float
    reason: str | None


def concentration(amounts: Sequence[float], *, most: Sequence[float] | None = None) -> Concentration:
    """Return Herfindahl-Hirschman index, its normalised form, effective number and top share of some amounts.

    Parameters
    ----------
    amounts : numbers, NaN where unknown
    most : numbers, optional
        What an unknown amount can be at most; the largest known amount if not given or NaN.

    Returns
    -------
    Concentration
        Values of the known amounts, N the number of them. HHI = sum of squared shares (1/N..1), normalised (HHI - 1/N)/(1 - 1/N), and 1 for a
        single amount; effective number 1/HHI. Bounds: all fillings of the unknown amounts from 0 to `most`; an amount of 0 is no
        payer. ``at_largest``: normalised HHI with every unknown amount at its most, as it is often printed.

    Notes
    -----
    HHI is largest at a corner of what is open, one at which the amounts that may be largest are full and the others 0: in its place a fuller
    one that may be larger never lowers it. It is smallest where the unknown amounts are all sum of squares / sum (as far as they may be so
    large). Of the normalised form the number of payers counts too: as few as those that may be largest, or all, though of next to nothing.

    References
    ----------
    Herfindahl, O. C. (1950). Concentration in the steel industry. Hirschman, A. O. (1945). National Power and the Structure of Foreign Trade.
    """
    given = np.asarray(amounts, dtype=float)
    known = given[~np.isnan(given)]
    known = known[known > 0]
    n_unknown = int(np.isnan(given).sum())
    if known.size == 0:
        undefined = Bounds(math.nan, math.nan, math.nan)
        return Concentration(
            n_unknown, n_unknown, undefined, undefined, undefined, undefined, math.nan, NO_AMOUNT if n_unknown else NO_MONEY
        )  # fmt: skip
    top = float(known.max())
    caps = np.full(n_unknown, top)
    if most is not None:
        own = np.asarray(most, dtype=float)[np.isnan(given)]
        caps = np.where(np.isnan(own), top, own)
    caps = np.sort(caps[caps > 0])[::-1]
    first = [caps[:k] for k in range(len(caps) + 1)]
    corners = [np.concatenate([known, one]) for one in first]
    even = [np.concatenate([known, _most_even(known, one)]) for one in first]
    level = np.concatenate([known, np.minimum(caps, top)])
    hhi = [_hhi(one) for one in [*corners, *even]]
    payers = len(known) + len(caps)  # a payer of next to nothing is a payer all the same
    normalised = [*map(_normalised, [*corners, *even]), *(_normalised(one, payers) for one in corners)]
    shares = [float(one.max() / one.sum()) for one in [*corners, level]]
    value = _hhi(known)
    return Concentration(
        n=len(known) + n_unknown,
        n_unknown=n_unknown,
        hhi=Bounds(value, min(hhi), max(hhi)),
        hhi_normalised=Bounds(_normalised(known), min(normalised), max(normalised)),
        effective_number=Bounds(1 / value, 1 / max(hhi), 1 / min(hhi)),
        top_share=Bounds(float(known.max() / known.sum()), min(shares), max(shares)),
        at_largest=_normalised(corners[-1]),
        reason=None,
    )


def _hhi(amounts: np.ndarray) -> float:
    return float((amounts**2).sum() / amounts.sum() ** 2)


def _normalised(amounts: np.ndarray, payers: int | None = None) -> float:
    n = len(amounts) if payers is None else payers
    return 1.0 if n == 1 else float((_hhi(amounts) - 1 / n) / (1 - 1 / n))


def _most_even(known: np.ndarray, caps: np.ndarray) -> np.ndarray:
    """The filling with the smallest HHI: all unknown amounts as large as sum of squares / sum, or as they may be."""
    fixed, open_ = known, np.sort(caps)
    while len(open_):
        level = float((fixed**2).sum() / fixed.sum())
        if open_[0] >= level:
            return np.concatenate([fixed[len(known) :], np.full(len(open_), level)])
        fixed, open_ = np.append(fixed, open_[0]), open_[1:]
    return fixed[len(known) :]


def concentrations(case: Case) -> pd.DataFrame:
    """Return how concentrated the money is: of every programme and year over its grants, of every recipient over its payers.

    Returns
    -------
    DataFrame, one row a programme and year (``recipient`` missing) or recipient, programme and year
        ``programme, year, recipient, n`` (grants or payers), ``n_unknown``, ``known`` (sum of known amounts, in ``settings.currency``), ``top`` (who
        pays most, of known amounts), ``hhi, hhi_normalised, effective_number, top_share`` each with ``_lower`` and ``_upper``,
        ``hhi_normalised_at_largest, reason, grant_ids``.
    """
    rows = []
    for programme, year in _periods(case):
        found = of_year(case, programme, year)
        rows.append(_told(programme, year, None, found["payers"], found["amount"], None, found["grant_id"]))
        paid = payments(case, programme, years=(year, year))
        paid = paid[paid["grant"].isin(found["grant_id"])]
        for recipient, part in _received(paid, found, case.settings.currency).groupby("recipient", sort=True):
            rows.append(
                _told(programme, year, recipient, part["payers"], part["amount"], part["most"], part["grant_ids"])
            )
    return pd.DataFrame(rows)


def of_year(case: Case, programme: str | None, year: int) -> pd.DataFrame:
    """Return the grants of a programme that are first reported in a year, with all that is known of them.

    A grant that is reported again in a later year is no grant of that year: it enters once, with its latest amount.
    """
    found = grants(case, programme)
    return found[found["year"] == year].reset_index(drop=True)


def _periods(case: Case) -> list[tuple[str, int]]:
    paid = payments(case)
    first = paid.groupby("grant").agg(programme=("programme", "first"), year=("year", "min"))
    return sorted({(str(a), int(b)) for a, b in zip(first["programme"], first["year"], strict=True)})


def _received(paid: pd.DataFrame, found: pd.DataFrame, currency: str) -> pd.DataFrame:
    """What each recipient gets from each payer: of a grant the latest amount of rows that lead to it, once, whichever way it came."""
    whole = found.set_index("grant_id")
    rows = []
    for (recipient, grant), part in paid.groupby(["target_stakeholder", "grant"], sort=True):
        part = part.sort_values(["date", "tie_id"], na_position="first")
        own = part[part["unit"] == currency]["amount"].dropna()
        payers = whole.at[grant, "payers"]
        if recipient in str(payers).split(";"):
            continue  # its own money on a way back
        rows.append({"recipient": recipient, "payers": payers, "grant_ids": grant, "amount": own.iloc[-1] if len(own) else math.nan, "most": whole.at[grant, "amount"]})  # fmt: skip
    table = pd.DataFrame(rows, columns=["recipient", "payers", "grant_ids", "amount", "most"])
    by = table.groupby(["recipient", "payers"], as_index=False)
    return by.agg(grant_ids=("grant_ids", ";".join), amount=("amount", _sum), most=("most", _sum))


def _sum(amounts: pd.Series) -> float:
    return float(amounts.sum(skipna=False))


def _told(programme: str, year: int, recipient: object, payers: pd.Series, amounts: pd.Series, most: pd.Series | None, grant_ids: pd.Series) -> dict[str, object]:  # fmt: skip
    found = concentration(amounts.tolist(), most=None if most is None else most.tolist())
    top = payers[amounts == amounts.max()].min() if amounts.notna().any() else None
    row: dict[str, object] = {"programme": programme, "year": year, "recipient": recipient, "n": found.n, "n_unknown": found.n_unknown, "known": float(amounts.sum()), "top": top}  # fmt: skip
    for name in ("hhi", "hhi_normalised", "effective_number", "top_share"):
        bounds: Bounds = getattr(found, name)
        row |= {name: bounds.value, f"{name}_lower": bounds.lower, f"{name}_upper": bounds.upper}
    return row | {"hhi_normalised_at_largest": found.at_largest, "reason": found.reason, "grant_ids": ";".join(sorted(";".join(grant_ids).split(";"))) if len(grant_ids) else None}  # fmt: skip


# ---- what is left when a payer leaves ---------------------------------------------------------------------------------


def left(case: Case, programme: str, year: int) -> pd.DataFrame:
    """Return what is left of the money of a programme and year when one payer leaves; who pays a grant jointly is one row, ids ";"-joined.

    Returns
    -------
    DataFrame, one row a payer, the largest first
        ``programme, year, stakeholder_id, amount`` (missing: unknown), ``share_left`` (of known amounts; missing where its own is unknown),
        ``share_left_lower, share_left_upper`` (unknown amounts from 0 to the largest known), ``money_left`` (known), ``portions_left,
        portions_left_lower`` (at the lowest and the highest cost per portion of that year; missing without one), ``n_grants, reason``.

    Notes
    -----
    Portions are what the money that is left would buy at the cost stated for that year; no source says that all of it buys portions.
    """
    found = of_year(case, programme, year).rename(columns={"payers": "stakeholder_id"})
    known, unknown = float(found["amount"].sum()), int(found["amount"].isna().sum())
    largest = float(found["amount"].max()) if unknown < len(found) else math.nan
    each = found[found["stakeholder_id"] != ""].groupby("stakeholder_id", as_index=False)
    table = each.agg(amount=("amount", _sum), mine=("amount", "sum"), n_open=("amount", lambda some: some.isna().sum()), n_grants=("grant_id", "size"))  # fmt: skip
    costs = cost_per_portion(case, year)
    rows = []
    for one in table.sort_values(["amount", "stakeholder_id"], ascending=[False, True]).itertuples():
        rest = known - one.mine
        own, others = one.n_open * largest, (unknown - one.n_open) * largest
        low, high = (rest / (known + own), (rest + others) / (known + others)) if known else (math.nan, math.nan)
        share = rest / known if known and not one.n_open else math.nan
        rows.append(
            {
                "programme": programme, "year": year, "stakeholder_id": one.stakeholder_id, "amount": one.amount, "share_left": share,
                "share_left_lower": low, "share_left_upper": high, "money_left": rest,
                "portions_left": rest / costs.min() if len(costs) else math.nan,
                "portions_left_lower": rest / costs.max() if len(costs) else math.nan, "n_grants": one.n_grants,
                "reason": None if not math.isnan(share) else NO_AMOUNT,
            }
        )  # fmt: skip
    columns = ["programme", "year", "stakeholder_id", "amount", "share_left", "share_left_lower", "share_left_upper", "money_left", "portions_left", "portions_left_lower", "n_grants", "reason"]  # fmt: skip
    return pd.DataFrame(rows, columns=columns)


def cost_per_portion(case: Case, year: int) -> pd.Series:
    """Return what a portion cost in a year, as sources state it (``beneficiaries``, measure ``cost_per_portion_<currency>``)."""
    rows = case.beneficiaries[case.beneficiaries["measure"] == f"cost_per_portion_{case.settings.currency.lower()}"]
    return rows.loc[rows["date"].str[:4] == str(year), "value"]


def payable(case: Case, flow: Flow, year: int) -> pd.DataFrame:
    """Return how much of the money of a year can come to each group: the largest flow with amounts as capacities.

    Grants start at who pays them, with their amount. An arc of money carries what its rows of that year state, each grant once; where a row
    states no sum the amount of the grant at most, else the largest known amount. Supplies and deliveries carry no sum: they let all through.

    Returns
    -------
    DataFrame, one row a group
        ``stakeholder_id, year, lower`` (arcs without a stated sum carry nothing), ``upper`` (as much as they may), ``currency``.
    """
    found = of_year(case, flow.programme, year)
    paid = payments(case, flow.programme, years=(year, year))
    paid = paid[paid["grant"].isin(found["grant_id"])]
    largest = float(found["amount"].max()) if found["amount"].notna().any() else 0.0
    whole = found.set_index("grant_id")["amount"]
    rows = []
    for group in flow.beneficiaries:
        ends = [_largest(flow, found, paid, whole, case.settings.currency, largest, group, full=full) for full in (False, True)]  # fmt: skip
        rows.append((group, year, *ends, case.settings.currency))
    return pd.DataFrame(rows, columns=["stakeholder_id", "year", "lower", "upper", "currency"])


def _largest(flow: Flow, found: pd.DataFrame, paid: pd.DataFrame, whole: pd.Series, currency: str, largest: float, group: str, *, full: bool) -> float:  # fmt: skip
    graph = nx.DiGraph()
    source = object()
    graph.add_nodes_from([source, *flow.ids])
    for one in found.itertuples():
        amount = (largest if full else 0.0) if math.isnan(one.amount) else one.amount
        purse = object()  # who pays jointly draws on one sum
        graph.add_edge(source, purse, capacity=amount)
        graph.add_edges_from((purse, payer) for payer in one.payers.split(";") if payer in graph and payer != group)
    goods = flow.network.rows[flow.network.rows["relation"] != "funds"]
    graph.add_edges_from(
        goods[["source", "target"]].itertuples(index=False, name=None)
    )  # no capacity: all comes through
    for (a, b, grant), part in paid.groupby(["source_stakeholder", "target_stakeholder", "grant"]):
        own = part.sort_values(["date", "tie_id"], na_position="first")
        own = own[own["unit"] == currency]["amount"].dropna()
        most = whole.get(grant, math.nan)
        amount = float(own.iloc[-1]) if len(own) else (0.0 if not full else largest if math.isnan(most) else most)
        if a in graph and b in graph and not (graph.has_edge(a, b) and "capacity" not in graph[a][b]):
            before = graph.get_edge_data(a, b, {"capacity": 0.0})["capacity"]
            graph.add_edge(a, b, capacity=before + amount)
    return float(nx.maximum_flow_value(graph, source, group)) if graph.out_degree(source) else 0.0


# ---- do funders come back? ---------------------------------------------------------------------------------------------


def persistence(case: Case, programme: str | None = None, *, place: str | None = None) -> pd.DataFrame:
    """Return which payers come back from one year to the next.

    Parameters
    ----------
    programme : str, optional
        Payers of this programme; of any if not given.
    place : str, optional
        Payments whose evidence speaks of the place or one inside it.

    Returns
    -------
    DataFrame, one row a pair of years next to each other in which anyone is recorded to pay
        ``year_from, year_to, payers_from, payers_to, stayed`` (";"-joined), ``n_from, n_to, n_stayed``, ``value`` (Jaccard: who pays in both /
        who pays in either), ``most`` (the largest it could be with so many payers in each year: the fewer / the more).
        Empty where no two such years are next to each other: it cannot be decided whether funders come back.
    """
    paid = payments(case, programme, place=place)
    first = paid.groupby("grant")["year"].transform("min")  # a grant reported again a year later was paid once
    payers = paid[paid["payer"] & (paid["year"] == first)].groupby("year")["source_stakeholder"]
    payers = payers.agg(lambda ids: sorted(set(ids)))
    rows = []
    for year in payers.index:
        if year + 1 in payers.index:
            before, after = set(payers[year]), set(payers[year + 1])
            rows.append(
                {
                    "year_from": int(year), "year_to": int(year) + 1, "payers_from": ";".join(sorted(before)),
                    "payers_to": ";".join(sorted(after)), "stayed": ";".join(sorted(before & after)) or None,
                    "n_from": len(before), "n_to": len(after), "n_stayed": len(before & after),
                    "value": len(before & after) / len(before | after),
                    "most": min(len(before), len(after)) / max(len(before), len(after)),
                }
            )  # fmt: skip
    columns = [
        "year_from",
        "year_to",
        "payers_from",
        "payers_to",
        "stayed",
        "n_from",
        "n_to",
        "n_stayed",
        "value",
        "most",
    ]
    return pd.DataFrame(rows, columns=columns)
