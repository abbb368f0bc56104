"""Draws of who stays against the same draws through networkx, every single exit of a large case, and what intervals cover.

``python -m benchmarks.dependency``
"""

from __future__ import annotations

import sys
import time
from pathlib import Path

import networkx as nx
import numpy as np

from dashat_lib.dependency import flow, withdrawals
from dashat_lib.dependency.continuity import DRAWS, drawn, exact
from dashat_lib.loaders.case import read_case

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "tests"))  # the made-up cases are those of the tests
SAMPLE, SEEDS, RUNS, P = 2000, 100, 20, 0.9
STAKEHOLDERS, TIES, ROWS = 2000, 6000, 3000


def monte_carlo() -> None:
    """Print both times for the group with most ways, as recorded and with one team a kelurahan; networkx on a sample, scaled."""
    from test_dependency_continuity import prepared, widest

    case = read_case(ROOT)
    for roll_up in ("none", "one_team_a_kelurahan"):
        whole = flow(case, roll_up=roll_up)
        group = widest(whole)
        prepared(whole, group, P)
        begin = time.perf_counter()
        for seed in range(RUNS):
            system, works = prepared(whole, group, P)
            hits = drawn(system, works, seed=seed)[0]
        ours = (time.perf_counter() - begin) / RUNS
        rng, graph, funders = np.random.default_rng(1), whole.graph, whole.funders_of(group)
        on = [one for part in system.nodes for one in part]
        uniform = rng.random((SAMPLE, len(on)))
        begin = time.perf_counter()
        reached = 0
        for row in uniform:
            left = graph.subgraph([group, *(one for one, u in zip(on, row, strict=True) if u < P)])
            reached += any(one in left and nx.has_path(left, one, group) for one in funders)
        theirs = (time.perf_counter() - begin) * DRAWS / SAMPLE
        truth = exact(system, works)[0]
        print(
            f"{DRAWS:,} draws, {len(on):2} that may leave     {ours * 1e3:7.2f} ms {theirs:8.2f} s {theirs / ours:7.0f} x  "
            f"(networkx on {SAMPLE:,}, scaled) {hits / DRAWS:.4f} against {reached / SAMPLE:.4f}, exact {truth:.4f}",
            flush=True,
        )


def exits() -> None:
    """Print the seconds of all single withdrawals of a large made-up case."""
    from test_dependency_whatif import large

    case = large(STAKEHOLDERS, TIES, ROWS)
    begin = time.perf_counter()
    table = withdrawals(case)
    seconds = time.perf_counter() - begin
    told = f"{len(table):,} stakeholders, {len(case.ties):,} ties, {len(case.evidence):,} evidence rows"
    print(f"every single exit: {told}: {seconds:.2f} s; {(table['n_groups_cut'] > 0).sum()} of them cut a group off")


def coverage() -> None:
    """Print how often the 95 % interval of the draws holds the exact value."""
    from test_dependency_continuity import covered, widest

    whole = flow(read_case(ROOT))
    for p in (0.5, 0.7, 0.9):
        print(f"p {p}: the interval of {DRAWS:,} draws holds the exact value in {covered(whole, widest(whole), p, range(SEEDS))} of {SEEDS} seeds")  # fmt: skip


if __name__ == "__main__":
    monte_carlo()
    exits()
    coverage()
