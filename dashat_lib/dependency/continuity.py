"""How likely is a group still served when stakeholders may leave? Reliability under withdrawal, always as a curve.

No probability of leaving is observed, so no number here is a forecast: R(p) says how the record hangs together if everyone
stays with probability p, independently. Shocks that take many at once stand beside it.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import networkx as nx
import numpy as np
import pandas as pd

from ..admission import wilson
from ..resampling import blocks
from ..tables import Case
from .flow import Flow, read_as

CURVE = tuple(round(0.5 + 0.05 * step, 2) for step in range(11))
DRAWS = 20_000
SHOCKED = ["kind", "name", "n_gone", "stakeholder_id", "before", "after", "reached"]
EXACT, MONTE_CARLO = "exact", "Monte Carlo"
_MOST_STATES = 50_000  # of the exact recursion; above it, draws
_EVERYONE = 62  # unreliable nodes that a state can name


@dataclass(frozen=True)
class Reliability:
    """Probability that a group is reached; with draws its 95 % interval (Wilson), else value, lower and upper are one."""

    value: float
    lower: float
    upper: float
    how: str
    n_unreliable: int


class TooManyStates(Exception):
    """The exact recursion would take too long; draws are taken instead."""


@dataclass(frozen=True)
class System:
    """What lies between funders and one group: who is on a way to it, reduced as far as that changes nothing.

    Attributes
    ----------
    nodes : tuple of tuples of str
        Stakeholders on a way; such as have the same neighbours on both sides are one node that works while one of them stays.
    out : arcs, node -> nodes
    starts, ends : sets of nodes
        Ultimate funders; who hands over to the group.
    """

    nodes: tuple[tuple[str, ...], ...]
    out: tuple[frozenset[int], ...]
    starts: frozenset[int]
    ends: frozenset[int]

    @classmethod
    def of(cls, flow: Flow, group: str) -> System:
        """Reduce the flow to what matters for a group. The group itself never fails."""
        graph, funders = flow.graph, flow.funders_of(group)
        if group not in graph:
            return cls((), (), frozenset(), frozenset())
        before = graph.subgraph([one for one in graph if one != group])
        last = set(graph.predecessors(group))
        down = set(funders).union(*(nx.descendants(before, one) for one in funders)) if funders else set()
        up = last.union(*(nx.ancestors(before, one) for one in last)) if last else set()
        kept = sorted(down & up - {group})
        own, on = set(funders), before.subgraph(kept)
        twins: dict[object, list[str]] = {}
        for one in kept:
            sides = frozenset(on.predecessors(one)), frozenset(on.successors(one)), one in own, one in last
            twins.setdefault(sides, []).append(one)
        nodes = tuple(tuple(part) for part in twins.values())
        at = {one: number for number, part in enumerate(nodes) for one in part}
        out = tuple(frozenset(at[other] for other in on.successors(part[0])) for part in nodes)
        return cls(
            nodes, out, frozenset(at[one] for one in kept if one in own), frozenset(at[one] for one in kept if one in last)
        )  # fmt: skip

    def stay(self, p: np.ndarray, at: Mapping[str, int]) -> np.ndarray:
        """Probability that each node works, from that of each stakeholder: rows of `p`, found by `at`; a column a scenario."""
        return np.array([1 - np.prod([1 - p[at[one]] for one in part], axis=0) for part in self.nodes]).reshape(
            len(self.nodes), p.shape[1]
        )


def exact(system: System, works: np.ndarray) -> np.ndarray:
    """Return the reliability in several scenarios, exactly.

    Parameters
    ----------
    works : array, shape (nodes, scenarios)
        Probability that each node works.

    Raises
    ------
    TooManyStates
        If more than a fixed number of states would have to be gone through.

    Notes
    -----
    Factoring: a node next to what is reached works, and widens it, or does not, and falls away. What is left of the network is
    all that matters then, so states that are left with the same network are computed once. Scenarios share the states: a curve,
    and the importance of everyone, cost about as much as one number.

    References
    ----------
    Colbourn, C. J. (1987). The Combinatorics of Network Reliability. Oxford. Ball, M. O., Colbourn, C. J. & Provan, J. S. (1995).
    """
    n, k = works.shape
    if n > _EVERYONE:
        raise TooManyStates(n)
    out = [sum(1 << other for other in some) for some in system.out]
    into = [sum(1 << one for one in range(n) if out[one] >> node & 1) for node in range(n)]
    ends = sum(1 << node for node in system.ends)
    known: dict[tuple[int, int], np.ndarray] = {}
    nothing, sure = np.zeros(k), np.ones(k)

    def spread(seeds: int, step: list[int], inside: int) -> int:
        found = fresh = seeds & inside
        while fresh:
            low = fresh & -fresh
            fresh ^= low
            more = step[low.bit_length() - 1] & inside & ~found
            found |= more
            fresh |= more
        return found

    def value(open_: int, edge: int) -> np.ndarray:
        """`open_`: nodes not decided on; `edge`: those of them next to what is reached."""
        open_ = spread(edge, out, open_) & spread(ends, into, open_)
        edge &= open_
        if not edge:
            return nothing
        key = open_, edge
        if key not in known:
            if len(known) >= _MOST_STATES:
                raise TooManyStates(n)
            last = edge & ends
            node = ((last or edge) & -(last or edge)).bit_length() - 1
            rest = open_ & ~(1 << node)
            up = sure if ends >> node & 1 else value(rest, edge & rest | out[node] & rest)
            known[key] = works[node] * up + (1 - works[node]) * value(rest, edge & rest)
        return known[key]

    return value((1 << n) - 1, sum(1 << node for node in system.starts))


def drawn(system: System, works: np.ndarray, *, draws: int = DRAWS, seed: int = 0) -> np.ndarray:
    """Return how many of `draws` draws reach the group, in each scenario.

    The same draws in each scenario: a node works in a draw if its uniform number lies below its probability, so more stay where `works` is
    larger, draw by draw. One bit a draw, ORed along the arcs until nothing changes.
    """
    n, k = works.shape
    if n == 0:
        return np.zeros(k, dtype=np.int64)
    order = sorted(range(n), key=lambda node: system.nodes[node])  # by name: draws do not hang on the order of the rows
    uniform = np.empty((n, draws))
    start = 0
    for at, size in blocks(draws):
        uniform[order, start : start + size] = np.random.default_rng([seed, at]).random((n, size))
        start += size
    arcs = sorted((other, node) for node in range(n) for other in system.out[node])
    target, sender = np.array([a for a, _ in arcs], dtype=int), np.array([b for _, b in arcs], dtype=int)
    first = np.flatnonzero(np.r_[True, target[1:] != target[:-1]]) if arcs else np.zeros(0, dtype=int)
    starts, ends = sorted(system.starts), sorted(system.ends)
    counts = []
    for scenario in range(k):
        alive = np.packbits(uniform < works[:, scenario, None], axis=1)
        seen = np.zeros_like(alive)
        seen[starts] = alive[starts]
        while arcs:
            fed = target[first]
            more = seen[fed] | np.bitwise_or.reduceat(seen[sender], first, axis=0) & alive[fed]
            if np.array_equal(more, seen[fed]):
                break
            seen[fed] = more
        hit = np.bitwise_or.reduce(seen[ends], axis=0) if ends else np.zeros(1, dtype=np.uint8)
        counts.append(int(np.unpackbits(hit)[:draws].sum()))
    return np.array(counts, dtype=np.int64)


def _several(system: System, works: np.ndarray, draws: int, seed: int) -> tuple[np.ndarray, np.ndarray, np.ndarray, str]:  # fmt: skip
    try:
        value = exact(system, works)
        return value, value, value, EXACT
    except TooManyStates:
        hits = drawn(system, works, draws=draws, seed=seed)
        lower, upper = wilson(pd.Series(hits), pd.Series(np.full(len(hits), draws)))
        return hits / draws, lower, upper, MONTE_CARLO


def reliability(
    flow: Flow, group: str, p: float | Mapping[str, float], *, draws: int = DRAWS, seed: int = 0
) -> Reliability:
    """Return the probability that some funder that stays reaches the group through stakeholders that stay.

    Parameters
    ----------
    p : float, or mapping id -> float
        Probability that each stakeholder stays, independently; of a mapping, who is not named stays for sure. For a team of many the name
        of the stakeholder it is one of will do.
    draws, seed
        Where there are too many states for the exact value.

    Returns
    -------
    Reliability
        0 where nobody reaches the group at all. Non-decreasing in p and in ties.
    """
    system = System.of(flow, group)
    ids = sorted(one for part in system.nodes for one in part)
    chance = np.array([_chance(flow, one, p) for one in ids]).reshape(len(ids), 1)
    works = system.stay(chance, {one: at for at, one in enumerate(ids)})
    value, lower, upper, how = _several(system, works, draws, seed)
    return Reliability(float(value[0]), float(lower[0]), float(upper[0]), how, int((chance < 1).sum()))


def _chance(flow: Flow, one: str, p: float | Mapping[str, float]) -> float:
    if not isinstance(p, Mapping):
        return float(p)
    return float(p.get(one, p.get(flow.teams.get(one, one), 1.0)))


def curve(
    flow: Flow,
    ps: Sequence[float] = CURVE,
    *,
    perfect: Iterable[str] = (),
    gone: Iterable[str] = (),
    groups: Sequence[str] | None = None,
    draws: int = DRAWS,
    seed: int = 0,
) -> pd.DataFrame:
    """Return R(p) of each group from p = 0.5 to 1.

    Parameters
    ----------
    perfect, gone : ids
        Stakeholders that stay for sure, or have left; all teams of a stakeholder with it.
    groups : ids, optional
        All of the flow if not given.

    Returns
    -------
    DataFrame, one row a group and p
        ``stakeholder_id, p, value, lower, upper`` (of draws; the value itself where exact), ``how`` ("exact", "Monte Carlo"), ``n_unreliable``
        (stakeholders on a way to the group).
    """
    stays, left = flow.members(perfect), flow.members(gone)
    tables = []
    for group in flow.beneficiaries if groups is None else groups:
        system = System.of(flow, group)
        ids = sorted(one for part in system.nodes for one in part)
        chance = np.tile(np.array(ps, dtype=float), (len(ids), 1))
        for at, one in enumerate(ids):
            chance[at] = 1.0 if one in stays else 0.0 if one in left else chance[at]
        works = system.stay(chance, {one: at for at, one in enumerate(ids)})
        value, lower, upper, how = _several(system, works, draws, seed)
        found = {"stakeholder_id": group, "p": ps, "value": value, "lower": lower, "upper": upper, "how": how, "n_unreliable": len(ids)}  # fmt: skip
        tables.append(pd.DataFrame(found))
    columns = ["stakeholder_id", "p", "value", "lower", "upper", "how", "n_unreliable"]
    return pd.concat(tables, ignore_index=True) if tables else pd.DataFrame(columns=columns)


def importance(
    flow: Flow, p: float = 0.9, *, perfect: Iterable[str] = (), draws: int = DRAWS, seed: int = 0
) -> pd.DataFrame:
    """Return the Birnbaum importance of every stakeholder for every group it could matter to.

    Returns
    -------
    DataFrame, one row a stakeholder with an arc and a group
        ``stakeholder_id, group, value`` (R with it staying for sure minus R with it gone, the others staying with probability p; 0 where it
        lies on no way), ``up, down, how``. With draws the same draws are taken for both, so the difference is never below 0.

    References
    ----------
    Birnbaum, Z. W. (1969). On the importance of different components in a multicomponent system. Multivariate Analysis II:581-592.
    """
    stays = flow.members(perfect)
    rows = []
    for group in flow.beneficiaries:
        system = System.of(flow, group)
        ids = sorted(one for part in system.nodes for one in part)
        at = {one: number for number, one in enumerate(ids)}
        base = np.array([1.0 if one in stays else p for one in ids])
        chance = np.tile(base[:, None], (1, 2 * len(ids)))
        chance[np.arange(len(ids)), 2 * np.arange(len(ids))] = 1.0
        chance[np.arange(len(ids)), 2 * np.arange(len(ids)) + 1] = 0.0
        value, _, _, how = _several(system, system.stay(chance, at), draws, seed) if ids else (np.zeros(0), None, None, EXACT)  # fmt: skip
        for one in flow.ids:
            up, down = (value[2 * at[one]], value[2 * at[one] + 1]) if one in at else (math.nan, math.nan)
            if one != group:
                rows.append((one, group, max(up - down, 0.0) if one in at else 0.0, up, down, how))
    return pd.DataFrame(rows, columns=["stakeholder_id", "group", "value", "up", "down", "how"])


@dataclass(frozen=True)
class Shock:
    """Several that leave together: why, and who."""

    kind: str
    name: str
    ids: tuple[str, ...]

    @cached_property
    def together(self) -> frozenset[str]:
        """Who leaves."""
        return frozenset(self.ids)


def shocks(flow: Flow, sectors: Mapping[str, str], parts: Mapping[str, str]) -> list[Shock]:
    """Return what may take several at once: a sector leaves; an office closes, with all that is part of it.

    Parameters
    ----------
    sectors : mapping stakeholder -> sector
    parts : mapping stakeholder -> the one it is part of
    """
    there = [one for one in flow.ids if one not in flow.beneficiaries]
    own = {one: flow.teams.get(one, one) for one in there}
    found = []
    for sector in sorted({sectors[own[one]] for one in there}):
        found.append(Shock("sector", sector, tuple(one for one in there if sectors[own[one]] == sector)))

    def above(one: str) -> Iterable[str]:
        while one in parts:
            one = parts[one]
            yield one

    for office in sorted({other for one in there for other in (own[one], *above(own[one]))}):
        inside = tuple(one for one in there if own[one] == office or office in above(own[one]))
        if len(inside) > 1:
            found.append(Shock("office", office, inside))
    return found


def under_shocks(flow: Flow, found: Sequence[Shock], p: float = 0.9) -> pd.DataFrame:
    """Return what each shock leaves of the reliability of each group.

    Returns
    -------
    DataFrame, one row a shock and group
        ``kind, name, n_gone, stakeholder_id, before`` (R at p without the shock), ``after`` (R at p of who is left), ``reached`` (whether
        any way is left at all).
    """
    rows = []
    for group in flow.beneficiaries:
        before = curve(flow, [p], groups=[group])["value"].iloc[0]
        for one in found:
            after = curve(flow, [p, 1.0], gone=one.ids, groups=[group])["value"]
            rows.append((one.kind, one.name, len(one.ids), group, before, after.iloc[0], bool(after.iloc[1] > 0)))
    return pd.DataFrame(rows, columns=SHOCKED)


def budget_years(case: Case, programme: str | None = None, *, reading: str = "none", p: float = 0.9) -> pd.DataFrame:
    """Return what is left when the money of a year is not paid again: the arcs that only payments of that year make fall away.

    Returns
    -------
    DataFrame
        As :func:`under_shocks`, kind "year"; ``n_gone`` counts the arcs that fall away.
    """
    whole = read_as(case, reading, programme)
    paid = case.ties[(case.ties["relation"] == "funds") & case.ties["tie_id"].isin(whole.network.rows["row_id"])]
    rows = []
    for year in sorted(paid["year"].unique()):
        gone = paid.loc[paid["year"] == year, "tie_id"]
        left = replace(case, ties=case.ties[~case.ties["tie_id"].isin(gone)], before=case.before or case)
        rest = read_as(left, reading, programme)
        n_gone = len(whole.network.ties) - len(rest.network.ties)
        for group in whole.beneficiaries:
            before = curve(whole, [p], groups=[group])["value"].iloc[0]
            after = curve(rest, [p, 1.0], groups=[group])["value"]
            rows.append(("year", str(year), n_gone, group, before, after.iloc[0], bool(after.iloc[1] > 0)))
    return pd.DataFrame(rows, columns=SHOCKED)
