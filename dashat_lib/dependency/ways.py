"""How many independent ways lead from money to a plate, and whose exit closes them?

Counted for each group by itself: for the union of all groups a side programme of one would make every other look safe.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import combinations

import networkx as nx
import numpy as np
import pandas as pd
import rustworkx as rx
from scipy import sparse
from scipy.sparse import csgraph

from ..tables import Network
from .flow import Flow

NOT_SERVED, NO_FUNDER, DIRECT = (
    "not served in the data",
    "no way from an ultimate funder",
    "a funder reaches the group itself",
)
EXHAUSTIVE, HEURISTIC = "exhaustive", "heuristic"
_MOST_CUTS, _MOST_SETS = 20_000, 200_000


@dataclass(frozen=True)
class Cut:
    """How a group hangs on others.

    Attributes
    ----------
    kappa : int or None
        Node-disjoint ways from ultimate funders to the group, which is the number of stakeholders whose exit cuts it off
        (Menger). None: no exit does, since a funder that cannot leave pays the group itself.
    members : tuple of str
        Stakeholders that stand in some smallest cut: without any one of them there is a way less.
    cuts : tuple of tuples of str
        The smallest cuts by name, in alphabetical order.
    complete : bool
        Whether `cuts` holds all of them; if not, there were too many to go through.
    """

    kappa: int | None
    members: tuple[str, ...]
    cuts: tuple[tuple[str, ...], ...]
    complete: bool = True


def reached(flow: Flow, without: Iterable[str] = ()) -> tuple[str, ...]:
    """Return the groups that some ultimate funder still reaches when these stakeholders are gone (all teams of a stakeholder with it)."""
    gone = set(without) | flow.members(without)
    graph = flow.graph.subgraph([one for one in flow.ids if one not in gone])
    found = []
    for group in flow.beneficiaries:
        if group in graph:
            before = nx.ancestors(graph, group)
            found += [group] if before & set(flow.funders_of(group)) else []
    return tuple(found)


def cut(flow: Flow, group: str, *, funders_leave: bool = True, without: Iterable[str] = ()) -> Cut:
    """Return the number of independent ways to a group and its smallest cuts.

    Parameters
    ----------
    funders_leave : bool
        Whether funders can leave; if not, only those between them and the group can.
    without : ids
        Stakeholders that are gone already.

    Notes
    -----
    A maximum flow with one unit a stakeholder (scipy). A stakeholder is in a smallest cut exactly if the flow through it cannot be led
    past it: no way joins its two sides in the residual network. So one flow tells what every single exit does.

    References
    ----------
    Menger, K. (1927). Fund. Math. 10:96-115. Picard, J.-C. & Queyranne, M. (1980). Math. Program. Study 13:8-16.
    """
    gone = set(without) | flow.members(without)
    ids = [one for one in flow.ids if one not in gone]
    if group not in ids:
        return Cut(0, (), ())
    at = {one: number for number, one in enumerate(ids)}
    n, many = len(ids), len(ids) + 1
    funders = [at[one] for one in flow.funders_of(group) if one in at]
    arcs = [(at[a], at[b]) for a, b in flow.graph.edges if a in at and b in at and a != group]
    own = np.ones(n, dtype=np.int32)
    own[at[group]] = many
    if not funders_leave:
        own[funders] = many
    start = 2 * n  # node v enters at v and leaves at n + v
    rows = np.array([*range(n), *(n + a for a, _ in arcs), *(start for _ in funders)], dtype=np.int32)
    columns = np.array([*range(n, 2 * n), *(b for _, b in arcs), *funders], dtype=np.int32)
    room = np.concatenate([own, np.full(len(arcs) + len(funders), many, dtype=np.int32)])
    capacity = sparse.csr_array((room, (rows, columns)), shape=(start + 1, start + 1))
    if not funders:
        return Cut(0, (), ())
    found = csgraph.maximum_flow(capacity, start, at[group], method="dinic")
    if found.flow_value == 0:
        return Cut(0, (), ())
    if found.flow_value >= many:
        return Cut(None, (), ())
    left = capacity - found.flow
    left.data = (left.data > 0).astype(np.int32)
    left.eliminate_zeros()
    _, part = csgraph.connected_components(left, connection="strong")
    carried = np.asarray(found.flow[np.arange(n), np.arange(n) + n]).ravel()
    members = [ids[v] for v in range(n) if own[v] == 1 and carried[v] == 1 and part[v] != part[n + v]]
    kappa = int(found.flow_value)
    cuts, complete = _cuts(flow, group, members, kappa, gone)
    return Cut(kappa, tuple(members), cuts, complete)


def _cuts(flow: Flow, group: str, members: Sequence[str], kappa: int, gone: set[str]) -> tuple[tuple[tuple[str, ...], ...], bool]:  # fmt: skip
    """All smallest cuts among the stakeholders that stand in one; None where they are too many to go through."""
    if kappa == 1:
        return tuple((one,) for one in members), True
    if math.comb(len(members), kappa) > _MOST_CUTS:
        return (), False
    whole = flow.graph.subgraph([one for one in flow.ids if one not in gone])
    into = {one: tuple(whole.predecessors(one)) for one in nx.ancestors(whole, group) | {group}}
    funders = set(flow.funders_of(group))

    def fed(gone: tuple[str, ...]) -> bool:
        seen, fresh = {group, *gone}, [group]
        while fresh:
            more = [one for one in into[fresh.pop()] if one not in seen]
            if not funders.isdisjoint(more):
                return True
            seen.update(more)
            fresh += more
        return False

    return tuple(chosen for chosen in combinations(members, kappa) if not fed(chosen)), True


def ways(flow: Flow, groups: Sequence[str] | None = None) -> pd.DataFrame:
    """Return how each group is reached.

    Parameters
    ----------
    groups : ids, optional
        All groups of the case if not given, those that nothing is recorded to reach too.

    Returns
    -------
    DataFrame, one row a group
        ``stakeholder_id, n_arcs`` (stakeholders it receives from), ``kappa`` (independent ways; 0 where there is none), ``cuts`` (smallest
        sets whose exit cuts it off: names joined by "+", sets by ";"), ``single_points`` (";"-joined; those whose exit alone cuts it off),
        ``kappa_funders_stay`` (only those between funders and the group can leave; missing where a funder reaches it itself),
        ``cuts_funders_stay``, ``through`` (who hands over to it), ``reason`` (why there is no way, or no number).
    """
    rows = []
    for group in flow.beneficiaries + flow.unserved if groups is None else groups:
        free, bound = cut(flow, group), cut(flow, group, funders_leave=False)
        into = sorted(flow.graph.predecessors(group)) if group in flow.graph else []
        rows.append(
            {
                "stakeholder_id": group,
                "n_arcs": len(into),
                "kappa": free.kappa,
                "cuts": _joined(flow, free),
                "single_points": ";".join(free.members) if free.kappa == 1 else None,
                "kappa_funders_stay": bound.kappa,
                "cuts_funders_stay": _joined(flow, bound),
                "through": ";".join(flow.told(into)) or None,
                "reason": NOT_SERVED if not into else NO_FUNDER if free.kappa == 0 else DIRECT if bound.kappa is None else None,
            }
        )  # fmt: skip
    columns = ["stakeholder_id", "n_arcs", "kappa", "cuts", "single_points", "kappa_funders_stay", "cuts_funders_stay", "through", "reason"]  # fmt: skip
    table = pd.DataFrame(rows, columns=columns)
    text = dict.fromkeys(["stakeholder_id", "cuts", "single_points", "cuts_funders_stay", "through", "reason"], "str")
    return table.astype({**text, "n_arcs": "int64", "kappa": "Int64", "kappa_funders_stay": "Int64"})


def _joined(flow: Flow, found: Cut) -> str | None:
    return ";".join("+".join(flow.told(one)) for one in found.cuts) or None


def single_points(flow: Flow) -> pd.DataFrame:
    """Return every stakeholder whose exit alone cuts a group off.

    Returns
    -------
    DataFrame, one row a stakeholder and group, most groups first
        ``stakeholder_id, group, position`` ("funder" or "between").
    """
    rows = []
    for group in flow.beneficiaries:
        found = cut(flow, group)
        if found.kappa == 1:
            rows += [(one, group, "funder" if one in flow.funders else "between") for one in found.members]
    table = pd.DataFrame(rows, columns=["stakeholder_id", "group", "position"], dtype="str")
    size = table.groupby("stakeholder_id")["group"].transform("size")
    order = table.assign(size=-size).sort_values(["size", "stakeholder_id", "group"], ignore_index=True)
    return order.drop(columns="size")


# ---- cut points, bridges, key players of any network -----------------------------------------------------------------


def cut_points(network: Network) -> tuple[str, ...]:
    """Return the stakeholders whose removal leaves more parts than before; direction is ignored, isolates do not matter."""
    return tuple(sorted(nx.articulation_points(_undirected(network))))


def bridges(network: Network) -> tuple[tuple[str, str], ...]:
    """Return the ties whose removal leaves more parts than before, ends in alphabetical order; direction is ignored."""
    return tuple(sorted((min(ends), max(ends)) for ends in nx.bridges(_undirected(network))))


def _undirected(network: Network) -> nx.Graph:
    graph = nx.Graph()
    graph.add_nodes_from(network.nodes["id"])
    graph.add_edges_from(network.ties[["source", "target"]].itertuples(index=False, name=None))
    return graph


def fragmentation(network: Network, gone: Iterable[str] = ()) -> tuple[float, float]:
    """Return how far a network falls apart without some stakeholders; direction is ignored.

    Returns
    -------
    (F, DF)
        F: share of pairs of who is left that no path joins. DF: 1 minus the mean of 1/distance over these pairs. Both 0 to 1; NaN with
        fewer than two left. A network with isolates starts above 0: set it against the intact network.

    References
    ----------
    Borgatti, S. P. (2006). Identifying sets of key players. Comput. Math. Organ. Theory 12:21-34, eq. 4 and 9.
    """
    ids = list(network.nodes["id"])
    gone = set(gone)
    kept = np.array([one not in gone for one in ids], dtype=bool)
    return _fragmentation(_near(network)[np.ix_(kept, kept)])


def _near(network: Network) -> np.ndarray:
    """Adjacency, 0/1, direction ignored."""
    at = pd.Index(network.nodes["id"])
    a, b = at.get_indexer(network.ties["source"]), at.get_indexer(network.ties["target"])
    matrix = np.zeros((len(at), len(at)))
    matrix[a, b] = matrix[b, a] = 1.0
    return matrix


def _distances(near: np.ndarray) -> np.ndarray:
    """Steps between every two; infinite where no path joins them."""
    found = rx.distance_matrix(rx.PyGraph.from_adjacency_matrix(near), parallel_threshold=10**9, null_value=np.inf)
    np.fill_diagonal(found, 0.0)
    return np.asarray(found)


def _fragmentation(near: np.ndarray) -> tuple[float, float]:
    n = len(near)
    if n < 2:
        return math.nan, math.nan
    steps = _distances(near)[~np.eye(n, dtype=bool)]
    return float(np.isinf(steps).mean()), float(1 - (1 / steps).mean())


def reach(network: Network, chosen: Iterable[str], *, steps: int = 1) -> tuple[float, float]:
    """Return the share of stakeholders within some steps of a set (itself included), and its distance-weighted reach; direction is ignored.

    References
    ----------
    Borgatti (2006), eq. 14.
    """
    at = pd.Index(network.nodes["id"])
    return _reach(_distances(_near(network)), at.get_indexer(list(chosen)), steps)


def _reach(distances: np.ndarray, chosen: np.ndarray, steps: int) -> tuple[float, float]:
    near = distances[chosen].min(axis=0)
    weighted = np.where(near == 0, 1.0, 1 / np.maximum(near, 1))
    return float((near <= steps).mean()), float(weighted.mean())


MEASURES = ("fragmentation", "fragmentation_distance", "reach", "reach_distance")


def key_players(
    network: Network, k: int, *, measure: str = "fragmentation", steps: int = 1, most_sets: int = _MOST_SETS
) -> pd.DataFrame:
    """Return the sets of `k` stakeholders without whom a network falls apart most, or who reach most of it; direction is ignored.

    Parameters
    ----------
    measure : one of :data:`MEASURES`
        :func:`fragmentation` (F, DF) after their removal, or :func:`reach` (m-reach within `steps`, distance-weighted).
    most_sets : int
        Every set is tried where there are no more; above that members are exchanged from the best single ones while it helps, and
        the answer may not be the best.

    Returns
    -------
    DataFrame, the best sets (several where they tie), in alphabetical order
        ``members`` (";"-joined), ``k, measure, value, intact`` (of the network as it is; of reach 0), ``search`` ("exhaustive" or "heuristic").
    """
    if measure not in MEASURES:
        raise ValueError(f"measure {measure!r} is not one of: {', '.join(MEASURES)}")
    ids = np.array(sorted(network.nodes["id"]), dtype=object)
    order = pd.Index(network.nodes["id"]).get_indexer(ids)
    near = _near(network)[np.ix_(order, order)]
    n, k = len(ids), min(k, len(ids))
    distances = _distances(near) if n else near

    def value(chosen: Sequence[int]) -> float:
        if measure.startswith("reach"):
            return _reach(distances, np.array(chosen), steps)[measure == "reach_distance"]
        kept = np.ones(n, dtype=bool)
        kept[list(chosen)] = False
        return _fragmentation(near[np.ix_(kept, kept)])[measure == "fragmentation_distance"]

    intact = 0.0 if measure.startswith("reach") else _fragmentation(near)[measure == "fragmentation_distance"]
    if n == 0 or k < 1:
        return _players([], ids, k, measure, math.nan, intact, EXHAUSTIVE)
    if math.comb(n, k) <= most_sets:
        sets = list(combinations(range(n), k))
        values = np.array([value(one) for one in sets])
        best = np.nanmax(values) if not np.isnan(values).all() else math.nan
        chosen = [one for one, seen in zip(sets, values, strict=True) if seen >= best - 1e-12]
        return _players(chosen, ids, k, measure, best, intact, EXHAUSTIVE)
    alone = sorted(range(n), key=lambda one: (-value([one]), one))
    best_set, best = _exchanged(alone[:k], n, value)
    return _players([tuple(sorted(best_set))], ids, k, measure, best, intact, HEURISTIC)


def _exchanged(start: list[int], n: int, value: object) -> tuple[list[int], float]:
    """Exchange one member for one outside, the exchange that helps most, as long as one helps."""
    assert callable(value)
    chosen, best = list(start), value(start)
    while True:
        trials = [
            (value([*chosen[:at], other, *chosen[at + 1 :]]), at, other)
            for at in range(len(chosen))
            for other in range(n)
            if other not in chosen
        ]
        top = max(trials, key=lambda one: (one[0], -one[2]))
        if not top[0] > best + 1e-12:
            return chosen, best
        best = top[0]
        chosen[top[1]] = top[2]


def _players(sets: Sequence[Sequence[int]], ids: np.ndarray, k: int, measure: str, value: float, intact: float, search: str) -> pd.DataFrame:  # fmt: skip
    rows = [(";".join(ids[list(one)]), k, measure, value, intact, search) for one in sets]
    return pd.DataFrame(rows, columns=["members", "k", "measure", "value", "intact", "search"])
