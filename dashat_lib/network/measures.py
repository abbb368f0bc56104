"""Measures of a network and of its stakeholders, by R's conventions where programs differ. ``cards`` says what each means.

Loops never count and every node does, isolates too. The matrices come from scipy; shortest-path counts, cores and
bridges from rustworkx. What is undefined is NaN; :data:`UNDEFINED` says when.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd
import rustworkx as rx
from scipy import sparse
from scipy.sparse import csgraph
from scipy.sparse.linalg import ArpackNoConvergence, eigs, eigsh

from ..tables import Network

TINY = 1e-12
_DENSE = 500  # up to here eigenvectors come from dense matrices
_ROWS = 4096  # rows of a sparse product held at a time
_WORDS = 8  # 64 sources a word, searched together

# Why a measure is undefined; labels of kind "reason".
UNDEFINED = {
    "density": "fewer than two nodes",
    "reciprocity": "no tie",
    "reciprocity_nonnull": "no tie",
    "connectedness": "fewer than two nodes",
    "transitivity": "no two-path",
    "transitivity_undirected": "no two-path",
    "mean_clustering": "no node with two contacts",
    "mean_clustering_zero": "no node",
    "mean_distance": "no tie",
    "degree_assortativity": "no variance of degrees, or no tie",
    "centralization_degree": "fewer than three nodes",
    "centralization_indegree": "fewer than two nodes",
    "centralization_outdegree": "fewer than two nodes",
    "centralization_betweenness": "fewer than three nodes",
    "centralization_closeness": "someone cannot reach everyone, or fewer than three nodes",
    "ei_index": "no tie",
    "ei_expected": "fewer than two nodes",
    "modularity": "no tie",
    "modularity_weighted": "no tie",
    "attribute_assortativity": "one group only, or no tie",
    "constraint": "no contact",
    "constraint_weighted": "no contact",
    "effective_size": "no contact",
    "effective_size_weighted": "no contact",
    "efficiency": "no contact",
    "hierarchy": "no contact",
    "clustering": "fewer than two contacts",
    "ei": "no contact",
    "eigenvector": "not unique: two parts of the network are equally strong, or there is no tie",
    "eigenvector_in": "not unique: not everyone is reached by everyone",
    "closeness": "fewer than two nodes",
    "closeness_in": "fewer than two nodes",
    "closeness_out": "fewer than two nodes",
    "harmonic": "fewer than two nodes",
    "harmonic_in": "fewer than two nodes",
    "harmonic_out": "fewer than two nodes",
    "betweenness_normalized": "fewer than three nodes",
}


@dataclass(frozen=True)
class Arrays:
    """The matrices of a network, each computed once. Rows and columns follow ``network.nodes``."""

    network: Network

    @cached_property
    def n(self) -> int:
        """Number of nodes."""
        return len(self.network.nodes)

    @cached_property
    def ends(self) -> tuple[np.ndarray, np.ndarray]:
        """Positions of the ends of every tie."""
        ids = pd.Index(self.network.nodes["id"])
        return ids.get_indexer(self.network.ties["source"]), ids.get_indexer(self.network.ties["target"])

    @cached_property
    def weights(self) -> np.ndarray:
        """Weight of every tie."""
        return self.network.ties["weight"].to_numpy(dtype=float)

    def _matrix(self, values: np.ndarray) -> sparse.csr_array:
        rows, columns = self.ends
        if not self.network.directed:
            rows, columns, values = np.r_[rows, columns], np.r_[columns, rows], np.r_[values, values]
        return sparse.coo_array((values, (rows, columns)), shape=(self.n, self.n)).tocsr()

    @cached_property
    def a(self) -> sparse.csr_array:
        """Adjacency, 0/1; symmetric where the network is undirected."""
        return self._matrix(np.ones(len(self.network.ties)))

    @cached_property
    def w(self) -> sparse.csr_array:
        """Adjacency with weights."""
        return self._matrix(self.weights)

    @cached_property
    def u(self) -> sparse.csr_array:
        """Contacts: 0/1, a tie in either direction."""
        return _binary(self.a + self.a.T) if self.network.directed else self.a

    @cached_property
    def weighted(self) -> bool:
        """Whether a tie has a weight other than 1."""
        return bool((self.weights != 1).any())

    @cached_property
    def out(self) -> np.ndarray:
        """Ties that go out."""
        return np.asarray(self.a.sum(axis=1)).ravel()

    @cached_property
    def into(self) -> np.ndarray:
        """Ties that come in."""
        return np.asarray(self.a.sum(axis=0)).ravel()

    @cached_property
    def contacts(self) -> np.ndarray:
        """Contacts of each node, each once."""
        return np.asarray(self.u.sum(axis=1)).ravel()

    @cached_property
    def mutual(self) -> int:
        """Dyads with a tie in both directions."""
        return self.a.multiply(self.a.T).nnz // 2

    @cached_property
    def component(self) -> np.ndarray:
        """Weak component of each node."""
        return csgraph.connected_components(self.a, directed=True, connection="weak")[1] if self.n else np.zeros(0, int)

    @cached_property
    def graph(self) -> rx.PyGraph:
        """The contacts as an undirected rustworkx graph."""
        graph = rx.PyGraph(multigraph=False)
        graph.add_nodes_from(range(self.n))
        upper = sparse.triu(self.u, k=1).tocoo()
        graph.add_edges_from_no_data(list(zip(upper.row.tolist(), upper.col.tolist(), strict=True)))
        return graph

    @cached_property
    def digraph(self) -> rx.PyDiGraph:
        """The ties as a directed rustworkx graph with weights; an undirected tie is two arcs."""
        graph = rx.PyDiGraph(multigraph=False)
        graph.add_nodes_from(range(self.n))
        arcs = self.w.tocoo()
        graph.add_edges_from(list(zip(arcs.row.tolist(), arcs.col.tolist(), arcs.data.tolist(), strict=True)))
        return graph

    @cached_property
    def triangles(self) -> np.ndarray:
        """Triangles each node is in, direction ignored."""
        return _triangles(self.u)

    @cached_property
    def distances_out(self) -> np.ndarray:
        """How many nodes lie at distance 1, 2, ... from each node along the ties: shape (n, longest)."""
        return distance_counts(self.a)

    @cached_property
    def distances_in(self) -> np.ndarray:
        """The same against the ties."""
        return distance_counts(self.a.T.tocsr()) if self.network.directed else self.distances_out

    @cached_property
    def betweenness(self) -> np.ndarray:
        """Shortest paths through each node; an undirected pair counts once."""
        if self.n == 0:
            return np.zeros(0)
        if self.network.directed:
            found = rx.digraph_betweenness_centrality(self.digraph, normalized=False)
        else:
            found = rx.graph_betweenness_centrality(self.graph, normalized=False)
        return np.array([found[at] for at in range(self.n)])


def _binary(matrix: sparse.csr_array) -> sparse.csr_array:
    matrix = matrix.tocsr()
    matrix.eliminate_zeros()
    matrix.data = np.ones_like(matrix.data, dtype=float)
    return matrix


def _masked(left: sparse.csr_array, right: sparse.csr_array, mask: sparse.csr_array) -> sparse.csr_array:
    """``(left @ right) * mask`` without holding the whole product."""
    parts = [
        (left[at : at + _ROWS] @ right).multiply(mask[at : at + _ROWS]).tocsr() for at in range(0, left.shape[0], _ROWS)
    ]
    return sparse.vstack(parts, format="csr") if parts else mask


def _triangles(u: sparse.csr_array) -> np.ndarray:
    """Triangles of each node. Each pair points to its better connected end, so that no row of the product is long."""
    n = u.shape[0]
    degree = np.diff(u.indptr)
    rank = np.empty(n, dtype=np.int64)
    rank[np.lexsort((np.arange(n), degree))] = np.arange(n)
    pairs = u.tocoo()
    forward = rank[pairs.row] < rank[pairs.col]
    ones = np.ones(forward.sum())
    # Rows in order of rank: the blocks of long rows come last and are few.
    up = sparse.coo_array((ones, (rank[pairs.row[forward]], rank[pairs.col[forward]])), shape=(n, n)).tocsr()
    closed = _masked(up, up, up)  # (i, k): the j with i < j < k
    middle = _masked(up.T.tocsr(), up, up)  # (j, k): the i below both
    counts = np.asarray(closed.sum(axis=1)).ravel() + np.asarray(closed.sum(axis=0)).ravel()
    counts += np.asarray(middle.sum(axis=1)).ravel()
    return counts[rank]


def distance_counts(a: sparse.csr_array) -> np.ndarray:
    """Count the nodes at each distance from each node, ties having length 1.

    Breadth-first searches from 512 sources at a time: one bit a source, an OR along the ties a step.

    Returns
    -------
    array of int, shape (n, longest distance)
        Column d - 1: nodes at distance d. What is out of reach is in no column.
    """
    n = a.shape[0]
    columns = a.tocsc()
    fed = np.flatnonzero(np.diff(columns.indptr))  # nodes with a tie coming in
    starts, senders = columns.indptr[fed], columns.indices
    levels: list[np.ndarray] = []
    for first in range(0, n, 64 * _WORDS):
        sources = np.arange(first, min(first + 64 * _WORDS, n))
        here = np.zeros((n, _WORDS), dtype=np.uint64)
        bit = sources - first
        here[sources, bit // 64] = np.uint64(1) << (bit % 64).astype(np.uint64)
        seen, step = here.copy(), 0
        while len(fed):
            reached = np.bitwise_or.reduceat(here[senders], starts, axis=0)
            fresh = reached & ~seen[fed]
            if not fresh.any():
                break
            seen[fed] |= fresh
            here = np.zeros_like(seen)
            here[fed] = fresh
            bits = np.unpackbits(fresh.view(np.uint8), axis=1, bitorder="little")
            if step == len(levels):
                levels.append(np.zeros(n, dtype=np.int64))
            levels[step][sources] += bits.sum(axis=0, dtype=np.int64)[: len(sources)]
            step += 1
    return np.stack(levels, axis=1) if levels else np.zeros((n, 0), dtype=np.int64)


# ---- the network as a whole ------------------------------------------------------------------------------------------


def network_measures(
    network: Network, *, group: str | None = None, quick: bool = False, arrays: Arrays | None = None
) -> pd.DataFrame:
    """Return the measures of a network as a whole.

    Parameters
    ----------
    group : str, optional
        Column of ``network.nodes`` for E-I index, modularity and assortativity. An empty value is a group of its own.
    quick : bool
        Leave out what needs all shortest paths or the triad census.

    Returns
    -------
    DataFrame, one row a measure
        ``name, value`` (a number; a list for component sizes and cut points; a mapping for the triad census; NaN where
        undefined), ``reason`` (why it is undefined). :mod:`dashat_lib.network.cards` says what each means.

    References
    ----------
    Freeman, L. C. (1979). Social Networks 1:215-239 (centralization). Krackhardt, D. (1994), connectedness. Newman, M. E. J.
    (2003). Phys. Rev. E 67:026126 (assortativity). Krackhardt, D. & Stern, R. N. (1988). Soc. Psychol. Q. 51:123-140 (E-I).
    """
    one = arrays or Arrays(network)
    n, directed = one.n, network.directed
    m = len(network.ties)
    found: dict[str, object] = {
        "n_nodes": n,
        "n_ties": m,
        "total_weight": float(one.weights.sum()),
        "n_isolates": int((one.contacts == 0).sum()),
        "density": _share(m if directed else 2 * m, n * (n - 1)),
    }
    if directed:
        pairs = one.u.nnz // 2
        asymmetric = pairs - one.mutual
        found["reciprocity"] = _share(2 * one.mutual, m)
        found["reciprocity_nonnull"] = _share(one.mutual, one.mutual + asymmetric)
        found |= {"n_mutual": one.mutual, "n_asymmetric": asymmetric, "n_null": n * (n - 1) // 2 - pairs}
    sizes = np.sort(np.bincount(one.component))[::-1] if n else np.zeros(0, int)
    found["n_components_weak"] = len(sizes)
    if directed:
        found["n_components_strong"] = csgraph.connected_components(one.a, connection="strong")[0] if n else 0
    found["component_sizes"] = sizes.tolist()
    found["connectedness"] = _share(int((sizes * (sizes - 1)).sum()), n * (n - 1))
    found |= _closure(one, directed)
    found["degree_assortativity"] = _correlation(one.out[one.a.tocoo().row], one.into[one.a.tocoo().col])
    found |= _centralization(one, directed)
    found["cutpoints"] = [str(network.nodes["id"].iloc[at]) for at in sorted(rx.articulation_points(one.graph))]
    found["n_bridges"] = len(rx.bridges(one.graph))
    found["max_core"] = int(max(_coreness(one), default=0))
    if not quick:
        found |= _paths(one, directed)
        if directed:
            found["triad_census"] = triad_census(network)
    if group is not None:
        found |= group_measures(network, group, arrays=one)
    table = pd.DataFrame({"name": list(found), "value": pd.Series(list(found.values()), dtype="object")})
    missing = table["value"].map(lambda value: isinstance(value, float) and math.isnan(value))
    return table.assign(reason=table["name"].map(UNDEFINED).where(missing).astype("str"))


def _share(part: float, whole: float) -> float:
    return part / whole if whole else math.nan


def _correlation(x: np.ndarray, y: np.ndarray) -> float:
    if len(x) == 0 or x.std() < TINY or y.std() < TINY:
        return math.nan
    return float(np.corrcoef(x, y)[0, 1])


def _closure(one: Arrays, directed: bool) -> dict[str, float]:
    """Transitivity with and without direction, and the mean of the nodes' clustering."""
    pairs = one.contacts * (one.contacts - 1) / 2
    undirected = _share(float(one.triangles.sum()), float(pairs.sum()))
    if directed:
        two_paths = float((one.into * one.out).sum()) - 2 * one.mutual
        closed = float(_masked(one.a, one.a, one.a).sum()) if two_paths else 0.0
        transitivity = _share(closed, two_paths)
    else:
        transitivity = undirected
    local = clustering(one)
    return {
        "transitivity": transitivity,
        "transitivity_undirected": undirected,
        "mean_clustering": float(np.nanmean(local)) if (~np.isnan(local)).any() else math.nan,
        "mean_clustering_zero": float(np.nan_to_num(local).mean()) if len(local) else math.nan,
    }


def _spread(values: np.ndarray) -> float:
    return float((values.max() - values).sum()) if len(values) else math.nan


def _centralization(one: Arrays, directed: bool) -> dict[str, float]:
    n = one.n
    if directed:
        return {
            "centralization_degree": _share(_spread(one.into + one.out), 2 * (n - 1) * (n - 2)) if n > 2 else math.nan,
            "centralization_indegree": _share(_spread(one.into), (n - 1) ** 2) if n > 1 else math.nan,
            "centralization_outdegree": _share(_spread(one.out), (n - 1) ** 2) if n > 1 else math.nan,
        }
    return {"centralization_degree": _share(_spread(one.out), (n - 1) * (n - 2)) if n > 2 else math.nan}


def _paths(one: Arrays, directed: bool) -> dict[str, float]:
    """Mean distance and diameter over connected pairs, and the centralizations that need shortest paths."""
    n, counts = one.n, one.distances_out.sum(axis=0)
    lengths = np.arange(1, len(counts) + 1)
    most = (n - 1) ** 2 * (n - 2) * (1 if directed else 0.5)
    everyone = n > 2 and bool((one.distances_out.sum(axis=1) == n - 1).all())
    bound = (n - 1) * (1 - 1 / n) if directed and n else (n - 1) * (n - 2) / (2 * n - 3)
    return {
        "mean_distance": _share(float((counts * lengths).sum()), float(counts.sum())),
        "diameter": len(counts),
        "centralization_betweenness": _share(_spread(one.betweenness), most) if n > 2 else math.nan,
        "centralization_closeness": _spread(_closeness(one.distances_out)) / bound if everyone else math.nan,
    }


def triad_census(network: Network) -> dict[str, int]:
    """Count the triads of each kind of a directed network: 16 MAN codes, from 003 (no tie) to 300.

    References
    ----------
    Batagelj, V. & Mrvar, A. (2001). Social Networks 23:237-243; computed by networkx.
    """
    import networkx as nx

    graph = nx.DiGraph()
    graph.add_nodes_from(network.nodes["id"])
    graph.add_edges_from(zip(network.ties["source"], network.ties["target"], strict=True))
    return {code: int(count) for code, count in nx.triadic_census(graph).items()}


def group_codes(network: Network, group: str) -> np.ndarray:
    """Return the group of each node as a number; an empty value is a group of its own.

    Raises
    ------
    KeyError
        If there is no such attribute.
    """
    if group not in network.nodes:
        raise KeyError(group)
    return pd.factorize(network.nodes[group].astype("object").where(network.nodes[group].notna(), ""))[0]


def group_measures(network: Network, group: str, *, arrays: Arrays | None = None) -> dict[str, object]:
    """Return E-I index with its expectation, modularity and assortativity of given groups.

    ``ei_expected`` is the index over all possible ties; it is also the mean under permuted labels, and it is the neutral
    value, not 0.
    """
    one = arrays or Arrays(network)
    codes = group_codes(network, group)
    rows, columns = one.ends
    inside = int((codes[rows] == codes[columns]).sum()) if len(rows) else 0
    m, n = len(network.ties), one.n
    sizes = np.bincount(codes) if n else np.zeros(0, int)
    possible = n * (n - 1)
    possible_inside = int((sizes * (sizes - 1)).sum())
    found: dict[str, object] = {
        "ei_index": _share(m - 2 * inside, m),
        "ei_internal": inside,
        "ei_external": m - inside,
        "ei_expected": _share(possible - 2 * possible_inside, possible),
        "modularity": _modularity(one.a, codes),
        "attribute_assortativity": _assortativity(one.a, codes),
    }
    if not network.directed and one.weighted:
        found["modularity_weighted"] = _modularity(one.w, codes)
    return found


def _mixing(matrix: sparse.csr_array, codes: np.ndarray) -> np.ndarray:
    """Share of the weight between each two groups."""
    cells = matrix.tocoo()
    k = int(codes.max()) + 1 if len(codes) else 0
    mixing = np.zeros((k, k))
    np.add.at(mixing, (codes[cells.row], codes[cells.col]), cells.data)
    total = mixing.sum()
    return mixing / total if total else mixing


def _modularity(matrix: sparse.csr_array, codes: np.ndarray) -> float:
    e = _mixing(matrix, codes)
    return float(np.trace(e) - (e.sum(axis=0) * e.sum(axis=1)).sum()) if e.sum() else math.nan


def _assortativity(matrix: sparse.csr_array, codes: np.ndarray) -> float:
    e = _mixing(matrix, codes)
    chance = float((e.sum(axis=0) * e.sum(axis=1)).sum())
    return float((np.trace(e) - chance) / (1 - chance)) if e.sum() and 1 - chance > TINY else math.nan


def blau(values: Sequence[object] | pd.Series) -> float:
    """Return Blau's diversity, 1 minus the sum of squared shares: 0 where all are of one group; NaN where there is none.

    References
    ----------
    Blau, P. M. (1977). Inequality and Heterogeneity.
    """
    shares = pd.Series(list(values), dtype="object").dropna().value_counts(normalize=True)
    return float(1 - (shares**2).sum()) if len(shares) else math.nan


def multiplexity(networks: Mapping[str, Network]) -> pd.DataFrame:
    """Return how far the relations join the same pairs, direction ignored.

    Returns
    -------
    DataFrame, one row per two relations
        ``one, other, n_one, n_other`` (pairs joined), ``n_both``, ``jaccard`` (of the pairs; NaN where neither has any).
    """
    pairs = {
        name: {frozenset(ends) for ends in zip(net.ties["source"], net.ties["target"], strict=True)}
        for name, net in networks.items()
    }
    names = list(pairs)
    rows = [
        (a, b, len(pairs[a]), len(pairs[b]), len(pairs[a] & pairs[b]), _share(len(pairs[a] & pairs[b]), len(pairs[a] | pairs[b])))
        for at, a in enumerate(names)
        for b in names[at + 1 :]
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=["one", "other", "n_one", "n_other", "n_both", "jaccard"])


# ---- each node -------------------------------------------------------------------------------------------------------


def node_measures(
    network: Network, *, group: str | None = None, quick: bool = False, arrays: Arrays | None = None
) -> pd.DataFrame:
    """Return the measures of each node.

    ``betweenness_weighted`` needs lengths: a strength becomes 1/weight, a distance is taken as it is
    (``network.weight_means``). Columns with ``_weighted`` are there only if a tie has a weight other than 1; those that need
    strengths are left out where the weights are distances.

    Parameters
    ----------
    group : str, optional
        Column of ``network.nodes`` for each node's own E-I index.
    quick : bool
        Leave out what needs all shortest paths, constraint and effective size.

    Returns
    -------
    DataFrame, one row a node, in the order of ``network.nodes``
        ``id`` and the measures; NaN where one is undefined (:data:`UNDEFINED`).

    References
    ----------
    Burt, R. S. (1992). Structural Holes (constraint, effective size, hierarchy). Wasserman, S. & Faust, K. (1994).
    Social Network Analysis, p. 200 (closeness in disconnected networks). Seidman, S. B. (1983). Social Networks 5:269-287 (cores).
    """
    one = arrays or Arrays(network)
    found: dict[str, object] = {
        "id": network.nodes["id"].to_numpy(),
        "degree": one.into + one.out if network.directed else one.out,
    }
    if network.directed:
        found |= {"indegree": one.into, "outdegree": one.out}
    if network.weight_means != "strength":
        pass  # a sum of distances says nothing
    elif network.directed:
        found["instrength"], found["outstrength"] = (np.asarray(one.w.sum(axis=axis)).ravel() for axis in (0, 1))
    else:
        found["strength"] = np.asarray(one.w.sum(axis=1)).ravel()
    found["clustering"] = clustering(one)
    found["coreness"] = np.array(_coreness(one), dtype=float)
    found["component"] = one.component
    found["eigenvector"] = eigenvector(one.u)
    if network.directed:
        found["eigenvector_in"] = _eigenvector_in(one)
    found["pagerank"] = _pagerank(one, weighted=False)
    if one.weighted and network.weight_means == "strength":
        found["pagerank_weighted"] = _pagerank(one, weighted=True)
    if group is not None:
        found["ei"] = _ei_of_nodes(one, group_codes(network, group))
    if not quick:
        found |= _path_columns(one, network.directed)
        found |= _hole_columns(one)
    return pd.DataFrame(found)


def clustering(one: Arrays) -> np.ndarray:
    """Share of pairs of contacts that are tied; NaN below two contacts."""
    pairs = one.contacts * (one.contacts - 1) / 2
    return np.divide(one.triangles, pairs, out=np.full(one.n, np.nan), where=pairs > 0)


def _coreness(one: Arrays) -> list[int]:
    found: Any = rx.core_number(one.graph) if one.n else {}
    return [found[at] for at in range(one.n)]


def _closeness(counts: np.ndarray) -> np.ndarray:
    """Wasserman and Faust's closeness: (r / (n - 1)) (r / sum of distances), r the others reached; 0 for none."""
    n = len(counts)
    if n < 2:
        return np.full(n, np.nan)
    reached, total = counts.sum(axis=1), counts @ np.arange(1, counts.shape[1] + 1)
    return np.divide(reached * reached, total * (n - 1), out=np.zeros(n), where=total > 0)


def _harmonic(counts: np.ndarray) -> np.ndarray:
    n = len(counts)
    return counts @ (1 / np.arange(1, counts.shape[1] + 1)) / (n - 1) if n > 1 else np.full(n, np.nan)


def _path_columns(one: Arrays, directed: bool) -> dict[str, np.ndarray]:
    n = one.n
    most = (n - 1) * (n - 2) * (1 if directed else 0.5)
    found = {
        "betweenness": one.betweenness,
        "betweenness_normalized": one.betweenness / most if n > 2 else np.full(n, np.nan),
    }
    if one.weighted:
        found["betweenness_weighted"] = weighted_betweenness(one)
    for name, function in (("closeness", _closeness), ("harmonic", _harmonic)):
        if directed:
            found[f"{name}_out"], found[f"{name}_in"] = function(one.distances_out), function(one.distances_in)
        else:
            found[name] = function(one.distances_out)
    return found


def weighted_betweenness(one: Arrays) -> np.ndarray:
    """Betweenness with lengths 1/strength. Lengths are whole numbers (multiples of one unit), so equal paths are equal.

    In floats 0.1 + 0.2 is not 0.3 and equally short paths are missed.
    """
    import networkx as nx

    weights = [Fraction(weight).limit_denominator(10**6) for weight in one.w.tocoo().data.tolist()]
    lengths = [1 / weight if one.network.weight_means == "strength" else weight for weight in weights]
    unit = math.lcm(*(length.denominator for length in set(lengths))) if lengths else 1
    graph = nx.DiGraph()
    graph.add_nodes_from(range(one.n))
    arcs = one.w.tocoo()
    graph.add_weighted_edges_from(
        (i, j, int(length * unit)) for i, j, length in zip(arcs.row.tolist(), arcs.col.tolist(), lengths, strict=True)
    )
    found = nx.betweenness_centrality(graph, normalized=False, weight="weight")
    return np.array([found[at] for at in range(one.n)]) / (1 if one.network.directed else 2)


def eigenvector(u: sparse.csr_array) -> np.ndarray:
    """Principal eigenvector of the contacts, largest = 1; NaN where two eigenvalues are equally large."""
    n = u.shape[0]
    if n < 2 or u.nnz == 0:
        return np.full(n, np.nan)
    if n <= _DENSE:
        values, vectors = np.linalg.eigh(u.toarray())
    else:
        values, vectors = eigsh(u, k=2, which="LA", v0=np.ones(n), tol=1e-13, maxiter=20 * n)
        order = np.argsort(values)
        values, vectors = values[order], vectors[:, order]
    if values[-1] - values[-2] < 1e-9 * values[-1]:
        return np.full(n, np.nan)
    return _scaled(np.abs(vectors[:, -1]))


def _scaled(vector: np.ndarray) -> np.ndarray:
    """Largest = 1; what is rounding noise, and differs from machine to machine, is 0."""
    vector = vector / vector.max()
    return np.where(vector < TINY, 0.0, vector)


def _eigenvector_in(one: Arrays) -> np.ndarray:
    """From incoming ties, largest = 1; NaN unless everyone reaches everyone, since it is not unique otherwise."""
    n = one.n
    if n < 2 or csgraph.connected_components(one.a, connection="strong")[0] > 1:
        return np.full(n, np.nan)
    if n <= _DENSE:
        values, vectors = np.linalg.eig(one.a.T.toarray())
    else:
        try:
            values, vectors = eigs(one.a.T, k=1, which="LR", v0=np.ones(n), tol=1e-13)
        except ArpackNoConvergence:
            return np.full(n, np.nan)
    return _scaled(np.abs(vectors[:, values.real.argmax()].real))


def _pagerank(one: Arrays, *, weighted: bool) -> np.ndarray:
    if one.n == 0:
        return np.zeros(0)
    exact = 1e-13 / one.n  # rustworkx stops at a sum of changes below n times this
    found = rx.pagerank(one.digraph, alpha=0.85, weight_fn=float if weighted else None, tol=exact, max_iter=1000)
    return np.array([found[at] for at in range(one.n)])


def _ei_of_nodes(one: Arrays, codes: np.ndarray) -> np.ndarray:
    cells = one.u.tocoo()
    inside = np.bincount(cells.row, weights=codes[cells.row] == codes[cells.col], minlength=one.n)
    return np.divide(one.contacts - 2 * inside, one.contacts, out=np.full(one.n, np.nan), where=one.contacts > 0)


def _hole_columns(one: Arrays) -> dict[str, np.ndarray]:
    found = structural_holes(one.a)
    if one.weighted and one.network.weight_means == "strength":
        weighted = structural_holes(one.w)
        found |= {f"{name}_weighted": weighted[name] for name in ("constraint", "effective_size")}
    return found


def structural_holes(matrix: sparse.csr_array) -> dict[str, np.ndarray]:
    """Burt's constraint, effective size, efficiency and hierarchy of each node; NaN for isolates.

    With z = a + a', p_iq = z_iq / sum_k z_ik and m_jq = z_jq / max_k z_jk:
    constraint_i = sum_j (p_ij + sum_q p_iq p_qj)^2 and effective size_i = sum_j (1 - sum_q p_iq m_jq), over the contacts j of i.
    Hierarchy is sum_j r_j ln r_j / (k ln k) with r_j = c_ij / (constraint_i / k); 1 by convention where k = 1.
    """
    z = (matrix + matrix.T).tocsr()
    contacts = _binary(z.copy())
    k = np.asarray(contacts.sum(axis=1)).ravel()
    total = np.asarray(z.sum(axis=1)).ravel()
    largest = np.asarray(z.max(axis=1).todense()).ravel() if z.shape[0] else total
    p = sparse.diags_array(np.divide(1, total, out=np.zeros_like(total, dtype=float), where=total > 0)) @ z
    m = sparse.diags_array(np.divide(1, largest, out=np.zeros_like(total, dtype=float), where=largest > 0)) @ z
    dyadic = (p + _masked(p.tocsr(), p.tocsr(), contacts)).power(2).multiply(contacts).tocsr()
    constraint = np.asarray(dyadic.sum(axis=1)).ravel()
    redundancy = np.asarray(_masked(p.tocsr(), m.T.tocsr(), contacts).sum(axis=1)).ravel()
    nobody = np.where(k > 0, 0, np.nan)
    size = k - redundancy + nobody
    return {
        "constraint": constraint + nobody,
        "effective_size": size,
        "efficiency": np.divide(size, k, out=np.full(len(k), np.nan), where=k > 0),
        "hierarchy": _hierarchy(dyadic, constraint, k),
    }


def _hierarchy(dyadic: sparse.csr_array, constraint: np.ndarray, k: np.ndarray) -> np.ndarray:
    cells = dyadic.tocoo()
    r = cells.data * k[cells.row] / constraint[cells.row]
    total = np.bincount(cells.row, weights=r * np.log(r), minlength=len(k))
    below = k * np.log(np.maximum(k, 2))
    return np.select([k == 0, k == 1], [np.nan, 1.0], np.divide(total, below, out=np.zeros(len(k)), where=k > 1))


# ---- core and periphery ----------------------------------------------------------------------------------------------

_EXHAUSTIVE = 20


@dataclass(frozen=True)
class CorePeriphery:
    """A core and how well it fits: Pearson r with the ideal, every core that reaches it, and whether all were tried."""

    r: float
    cores: tuple[tuple[str, ...], ...]
    exact: bool
    reason: str | None = None


def core_periphery(network: Network, *, between: str = "one", seed: int = 0, starts: int = 50) -> CorePeriphery:
    """Find the core that fits the ideal of a core tied to itself and a periphery that is not.

    Parameters
    ----------
    between : "one" or "ignore"
        Whether ties between core and periphery are expected ("one": METHODS' `or`) or not looked at (`missing`).
    starts : int
        Random starts above 20 nodes, where not all cores can be tried; the result is then a heuristic.

    Returns
    -------
    CorePeriphery
        ``r`` is NaN, with a reason, where the network is empty or complete.

    References
    ----------
    Borgatti, S. P. & Everett, M. G. (2000). Social Networks 21:375-395.
    """
    u = Arrays(network).u.toarray()
    n = len(u)
    upper = np.triu_indices(n, 1)
    ties = u[upper]
    if n < 3 or ties.std() < TINY:
        return CorePeriphery(math.nan, (), True, "every pair is alike: no tie is missing, or none is there")
    fit = _fit(upper, ties, between)
    if n <= _EXHAUSTIVE:
        masks = ((np.arange(1, 2**n - 1)[:, None] >> np.arange(n)) & 1).astype(bool)
        scores = np.concatenate([fit(masks[at : at + 4096]) for at in range(0, len(masks), 4096)])
        best = np.nanmax(scores)
        winners = masks[scores > best - 1e-9]
    else:
        best, winners = _climb(fit, n, seed, starts)
    ids = network.nodes["id"].to_numpy()
    return CorePeriphery(float(best), tuple(tuple(ids[mask]) for mask in winners), n <= _EXHAUSTIVE)


def _fit(upper: tuple[np.ndarray, np.ndarray], ties: np.ndarray, between: str) -> Callable[[np.ndarray], np.ndarray]:
    """Pearson r of the ties with the ideal of each of several cores (rows of a table of truth values)."""

    def fit(cores: np.ndarray) -> np.ndarray:
        i, j = cores[:, upper[0]], cores[:, upper[1]]
        ideal = (i | j if between == "one" else i & j).astype(float)
        kept = np.ones_like(ideal) if between == "one" else (i == j).astype(float)
        size = kept.sum(axis=1)
        with np.errstate(invalid="ignore", divide="ignore"):
            mean_x, mean_y = (ideal * kept).sum(axis=1) / size, (kept * ties).sum(axis=1) / size
            cov = (kept * ideal * ties).sum(axis=1) / size - mean_x * mean_y
            var_x = (kept * ideal**2).sum(axis=1) / size - mean_x**2
            var_y = (kept * ties**2).sum(axis=1) / size - mean_y**2
            return np.where((var_x > TINY) & (var_y > TINY), cov / np.sqrt(var_x * var_y), np.nan)

    return fit


def _climb(fit: Callable[[np.ndarray], np.ndarray], n: int, seed: int, starts: int) -> tuple[float, np.ndarray]:
    rng = np.random.default_rng(seed)
    best, winner = -np.inf, np.zeros((1, n), dtype=bool)
    for _ in range(starts):
        core = rng.random(n) < rng.uniform(0.1, 0.6)
        score = -np.inf
        while True:
            flips = np.logical_xor(core, np.eye(n, dtype=bool))
            scores = np.nan_to_num(fit(flips), nan=-np.inf)
            if scores.max() <= score + 1e-12:
                break
            core, score = flips[scores.argmax()], scores.max()
        if score > best:
            best, winner = score, core[None, :]
    return best, winner


def coreness_scores(network: Network, *, steps: int = 2000) -> tuple[pd.Series, float]:
    """Return a score of coreness for each node, and r: Pearson's r between the ties and the products of scores is largest.

    Borgatti and Everett's continuous model; found by gradient from the principal eigenvector, so the result is the same
    each time.
    """
    from scipy.optimize import minimize

    u = Arrays(network).u.toarray()
    upper = np.triu_indices(len(u), 1)
    ties = u[upper] - u[upper].mean()
    if len(u) < 3 or np.abs(ties).max() < TINY:
        return pd.Series(np.nan, network.nodes["id"]), math.nan

    def against(c: np.ndarray) -> float:
        ideal = c[upper[0]] * c[upper[1]]
        ideal = ideal - ideal.mean()
        below = np.sqrt((ideal**2).sum() * (ties**2).sum())
        return -float((ideal * ties).sum() / below) if below > TINY else 0.0

    start = np.nan_to_num(eigenvector(Arrays(network).u), nan=0.5)
    tries = [start, np.sqrt(u.sum(axis=1) / u.sum()), np.full(len(u), 0.5) + np.arange(len(u)) * 1e-3]
    found = [
        minimize(against, one, method="L-BFGS-B", bounds=[(0, None)] * len(u), options={"maxiter": steps})
        for one in tries
    ]
    best = min(found, key=lambda one: one.fun)
    return pd.Series(best.x / best.x.max(), network.nodes["id"].to_numpy()), -float(best.fun)
