"""Measures of large networks against networkx, in one run: ``python -m benchmarks.networks``.

What would take networkx very long is timed on a sample of nodes and scaled; the line says so.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import networkx as nx
import numpy as np
import pandas as pd

from dashat_lib.network import measures
from dashat_lib.network.brokerage import brokerage
from dashat_lib.network.measures import (
    Arrays,
    clustering,
    eigenvector,
    structural_holes,
)
from dashat_lib.ties import build

N, M, SAMPLE = 10_000, 50_000, 100
REAL = Path(os.environ.get("DASHAT_SHARED", Path(__file__).resolve().parents[2] / "shared")) / "real/networks"
SNA_SECONDS = 6.3  # CPU of R sna 2.7 as stored with the reference networks


def timed(work: Callable[[], object]) -> float:
    """Return the seconds some work takes, once."""
    begin = time.perf_counter()
    work()
    return time.perf_counter() - begin


def line(what: str, ours: float, theirs: float, note: str = "") -> None:
    """Print one comparison."""
    print(f"{what:34} {ours:8.2f} s {theirs:10.2f} s {theirs / ours:8.1f} x  {note}", flush=True)


def random_network(n: int, m: int, seed: int = 1):
    """A directed random network as ours and as a networkx graph."""
    graph = nx.gnm_random_graph(n, m, seed=seed, directed=True)
    nodes = pd.DataFrame({"id": [str(one) for one in range(n)]})
    edges = pd.DataFrame(np.array(graph.edges), columns=["source", "target"]).astype("str")
    return build(nodes, edges, directed=True), graph


def node_measures() -> None:
    """Each node measure; ours includes making the matrices it needs."""
    net, graph = random_network(N, M)
    plain = nx.Graph(graph)
    sample = list(range(0, N, N // SAMPLE))
    scale = N / len(sample)

    def fresh(work: Callable[[Arrays], object]) -> float:
        """Time a measure with the matrices and graphs made, as networkx has its graph."""
        one = Arrays(net)
        made = (one.a, one.u, one.w, one.graph, one.digraph)
        return timed(lambda: work(one)) if made else 0.0

    print(f"directed, {N:,} nodes, {M:,} ties       dashat        networkx    ratio")
    frame = net.ties[["source", "target"]]
    line(
        "making the graph",
        timed(lambda: fresh(lambda one: None)),
        timed(lambda: nx.from_pandas_edgelist(frame, create_using=nx.DiGraph)),
    )
    line("degree", fresh(lambda one: one.out + one.into), timed(lambda: dict(graph.degree)))
    line("clustering", fresh(clustering), timed(lambda: nx.clustering(plain)))
    line("coreness", fresh(measures._coreness), timed(lambda: nx.core_number(plain)))
    line("components", fresh(lambda one: one.component), timed(lambda: list(nx.weakly_connected_components(graph))))
    line(
        "eigenvector",
        fresh(lambda one: eigenvector(one.u)),
        timed(lambda: nx.eigenvector_centrality(plain, max_iter=1000, tol=1e-10)),
    )
    line(
        "PageRank",
        fresh(lambda one: measures._pagerank(one, weighted=False)),
        timed(lambda: nx.pagerank(graph, tol=1e-13, max_iter=1000)),
    )
    closeness = timed(lambda: [nx.closeness_centrality(plain, u=one) for one in sample]) * scale
    both = build(net.nodes, net.ties, directed=False)
    line(
        "closeness, direction ignored",
        timed(lambda: measures._closeness(Arrays(both).distances_out)),
        closeness,
        f"networkx from {len(sample)} nodes",
    )
    harmonic = timed(lambda: nx.harmonic_centrality(graph, nbunch=sample)) * scale
    line(
        "harmonic in and out",
        fresh(lambda one: (measures._harmonic(one.distances_in), measures._harmonic(one.distances_out))),
        2 * harmonic,
        f"networkx from {len(sample)} nodes",
    )
    holes = timed(lambda: (nx.constraint(graph, nodes=sample), nx.effective_size(graph, nodes=sample))) * scale
    line(
        "constraint with effective size",
        fresh(lambda one: structural_holes(one.a)),
        holes,
        f"networkx from {len(sample)} nodes",
    )
    sources = 500
    between = timed(lambda: nx.betweenness_centrality(graph, k=sources, seed=1)) * N / sources
    line("betweenness", fresh(lambda one: one.betweenness), between, f"networkx from {sources} sources")


SNA = """
suppressMessages(library(sna))
edges <- as.matrix(read.csv("edges.csv")) + 1
m <- matrix(0, 1000, 1000); m[edges] <- 1
groups <- read.csv("groups.csv")$group
seconds <- system.time(found <- brokerage(m, groups))
cat(sum(seconds[1:2]), colSums(found$raw.nli))
"""


def brokers() -> None:
    """Brokerage at n = 1,000, density 0.1 and five groups, beside R's sna where R is installed, else beside its stored time."""
    rng = np.random.default_rng(3)
    net, _ = random_network(1_000, 100_000, seed=2)
    grouped = build(net.nodes.assign(group=rng.choice(list("abcde"), len(net.nodes))), net.ties, directed=True)
    ours = min(timed(lambda: brokerage(grouped, "group")) for _ in range(3))
    theirs, note = SNA_SECONDS, "R's sna as stored, CPU, not scaled: R is not here"
    if shutil.which("Rscript"):
        with tempfile.TemporaryDirectory() as folder:
            grouped.ties[["source", "target"]].to_csv(Path(folder) / "edges.csv", index=False)
            grouped.nodes[["group"]].to_csv(Path(folder) / "groups.csv", index=False)
            done = subprocess.run(["Rscript", "-e", SNA], cwd=folder, capture_output=True, text=True, check=False)
        if done.returncode == 0:
            theirs, *counts = [float(one) for one in done.stdout.split()]
            mine = brokerage(grouped, "group").groupby("role", sort=False)["count"].sum().tolist()
            note = f"R's sna, CPU; counts {'equal' if mine == counts else 'DIFFER'}"
    line("brokerage, 1,000 / 100,000, 5 groups", ours, theirs, note)


GRAPH_LEVEL = """
import resource, sys, time
import networkx as nx, pandas as pd
begin = time.perf_counter()
folder = sys.argv[1]
nodes = pd.read_csv(folder + "/nodes.csv.gz", dtype=str, keep_default_na=False)
edges = pd.read_csv(folder + "/edges.csv.gz", dtype={"source": str, "target": str}, keep_default_na=False)
graph = nx.Graph()
graph.add_nodes_from((one.id, {"type": one.type}) for one in nodes.itertuples())
graph.add_weighted_edges_from(zip(edges["source"], edges["target"], edges["weight"].astype(float)))
graph.remove_edges_from(list(nx.selfloop_edges(graph)))
nx.density(graph); list(nx.connected_components(graph)); nx.transitivity(graph); nx.average_clustering(graph)
list(nx.articulation_points(graph)); list(nx.bridges(graph)); max(nx.core_number(graph).values())
nx.degree_assortativity_coefficient(graph); nx.attribute_assortativity_coefficient(graph, "type")
groups = {}
for node, kind in graph.nodes(data="type"): groups.setdefault(kind, set()).add(node)
nx.community.modularity(graph, groups.values(), weight=None); nx.community.modularity(graph, groups.values())
print(time.perf_counter() - begin, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6)
"""
OURS = """
import resource, sys, time
begin = time.perf_counter()
from dashat_lib.loaders.networks import read_network
from dashat_lib.network import network_measures
net = read_network(sys.argv[1]).networks["co_participation"]
network_measures(net, group="type", quick=True)
print(time.perf_counter() - begin, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6)
"""


def large() -> None:
    """The graph-level table of the largest reference network, each in a process of its own, reading included."""
    folder = REAL / "h2020_large"
    if not folder.is_dir():
        print(f"h2020_large: not timed, {folder} is not there")
        return
    found = []
    for script in (OURS, GRAPH_LEVEL):
        done = subprocess.run([sys.executable, "-c", script, str(folder)], capture_output=True, text=True, check=True)
        found.append([float(one) for one in done.stdout.split()])
    (ours, memory), (theirs, theirs_memory) = found
    line(
        "graph level, 35,871 / 796,670",
        ours,
        theirs,
        f"peak {memory:.2f} GB against {theirs_memory:.2f} GB, reading included",
    )


if __name__ == "__main__":
    node_measures()
    brokers()
    large()
