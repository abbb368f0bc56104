"""Networks that tests share: famous ones, and random ones with everything that can go wrong in a row."""

from __future__ import annotations

import networkx as nx
import numpy as np
import pandas as pd

from dashat_lib.ties import build


def of_graph(graph, **choices):
    """A networkx graph as a Network; weights taken along, attributes of nodes as columns."""
    nodes = pd.DataFrame([{"id": str(one), **data} for one, data in graph.nodes(data=True)])
    nodes = nodes if len(nodes) else pd.DataFrame({"id": pd.Series(dtype="str")})
    rows = [(str(a), str(b), data.get("weight", 1)) for a, b, data in graph.edges(data=True)]
    edges = pd.DataFrame(rows, columns=["source", "target", "weight"])
    return build(nodes, edges, directed=graph.is_directed(), **choices)


def kite():
    return of_graph(nx.krackhardt_kite_graph())


def star(n):
    return of_graph(nx.star_graph(n - 1))


def arcs(*pairs, nodes=None, **columns):
    """A directed network of numbered nodes."""
    ids = nodes or sorted({one for pair in pairs for one in pair})
    table = pd.DataFrame({"id": [str(one) for one in ids], **columns})
    return build(table, pd.DataFrame([(str(a), str(b)) for a, b in pairs], columns=["source", "target"]), directed=True)


def odd_rows(seed):
    """A random list of edge rows with loops, doubles, weights of zero and none; and the cleaned networkx graph."""
    rng = np.random.default_rng(seed)
    n = int(rng.choice([0, 1, 2, 3, 6, 12, 25]))
    directed = bool(rng.integers(2))
    m = int(rng.integers(0, 3 * n + 1)) if n else 0
    ends = rng.integers(0, max(n, 1), (m, 2))
    weights = rng.choice(["1", "2", "0.5", "3", "0", ""], m, p=[0.4, 0.2, 0.1, 0.1, 0.1, 0.1])
    if rng.random() < 0.3:
        weights[:] = "1"
    ids = [f"v{one:02d}" for one in range(n)]
    nodes = pd.DataFrame(
        {"id": pd.Series(ids, dtype="str"), "group": pd.Series(rng.choice(["a", "b", "c"], n), dtype="str")}
    )
    edges = pd.DataFrame({"source": [ids[a] for a, _ in ends], "target": [ids[b] for _, b in ends], "weight": weights})
    graph = nx.DiGraph() if directed else nx.Graph()
    for one in nodes.itertuples():
        graph.add_node(one.id, group=one.group)
    for a, b, weight in edges.itertuples(index=False):
        value = 1.0 if weight == "" else float(weight)
        if a != b and value:
            old = graph.get_edge_data(a, b, {"weight": 0.0})["weight"]
            graph.add_edge(a, b, weight=old + value)
    return nodes, edges, directed, graph
