"""A thousand readings of the case's network against the same loop through networkx, and what bands of a planted hub cover.

``python -m benchmarks.bands``
"""

from __future__ import annotations

import time
from pathlib import Path

import networkx as nx
import numpy as np

from dashat_lib.loaders.case import read_case
from dashat_lib.network import bands

READINGS, SAMPLE, SEEDS = 1000, 100, 200


def by_networkx(worlds: bands.Worlds, at: int) -> np.ndarray:
    """The six measures of one reading, by networkx."""
    n = len(worlds.ids)
    graph = nx.Graph()
    graph.add_nodes_from(range(n))
    graph.add_weighted_edges_from(
        (a, b, w) for (a, b), w in zip(worlds.pairs.tolist(), worlds.weights[at], strict=True) if w
    )
    vector = nx.eigenvector_centrality_numpy(graph.subgraph(max(nx.connected_components(graph), key=len)))
    most = max(map(abs, vector.values()))
    columns = [
        dict(graph.degree()), dict(graph.degree(weight="weight")), nx.betweenness_centrality(graph, normalized=False),
        nx.closeness_centrality(graph), {one: abs(value) / most for one, value in vector.items()}, nx.pagerank(graph, weight=None, tol=1e-12, max_iter=1000),
    ]  # fmt: skip
    return np.array([[column.get(one, 0.0) for column in columns] for one in range(n)])


def thousand() -> None:
    """Print both times; networkx on a sample of the readings, scaled, the values of the sample compared."""
    one = bands.record(read_case(Path(__file__).resolve().parents[1]))
    worlds = bands.resampled(one, READINGS, seed=1)
    bands.measured(bands.resampled(one, 20, seed=1))  # warm
    begin = time.perf_counter()
    mine = bands.measured(worlds)
    ours = time.perf_counter() - begin
    chosen = np.random.default_rng(0).choice(READINGS, SAMPLE, replace=False)
    begin = time.perf_counter()
    theirs = np.array([by_networkx(worlds, at) for at in chosen])
    loop = (time.perf_counter() - begin) * READINGS / SAMPLE
    off = np.nanmax(np.abs(mine[chosen] - theirs) / np.maximum(np.abs(theirs), 1))
    print(
        f"{READINGS} readings, six measures        {ours:7.2f} s {loop:8.2f} s {loop / ours:6.1f} x  (networkx on {SAMPLE}, scaled) largest difference {off:.1e}"
    )


def cover() -> None:
    """Print how often the resample band of a planted hub covers the truth."""
    from tests.test_network_bands import coverage

    ranks, strength = coverage(range(SEEDS))
    told = ", ".join(f"{name} {share:.3f}" for name, share in zip(bands.MEASURES, ranks, strict=True))
    print(f"planted hub, {SEEDS} seeds, resamples of events: its true rank lies in its band: {told}")
    print(
        f"its expected strength lies in its band: {strength:.3f} (degree, a count of what was seen, can only be too low)"
    )


if __name__ == "__main__":
    thousand()
    cover()
