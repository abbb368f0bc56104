"""Gould and Fernandez' brokerage against R's sna, by hand, and under shuffled groups."""

from __future__ import annotations

import itertools
import sys

import networkx as nx
import numpy as np
import pandas as pd
import pytest
from conftest import SHARED
from networks import arcs, of_graph

from dashat_lib.loaders.networks import read_network
from dashat_lib.network.brokerage import ROLES, brokerage, permuted
from dashat_lib.ties import build

REAL = SHARED / "real/networks"
needs_real = pytest.mark.skipif(not REAL.is_dir(), reason=f"the reference networks are not at {REAL}")
FOUR = arcs((1, 2), (1, 3), (2, 3), (2, 4), (3, 4), (4, 1), group=["1", "1", "2", "2"])


def table(net, group, column):
    return brokerage(net, group).pivot(index="id", columns="role", values=column)[list(ROLES)]


def test_four_nodes():
    # METHODS 6.2: R sna 2.7-1; columns w_I w_O b_IO b_OI b_O t
    found = table(FOUR, "group", "count")
    assert found.to_numpy().tolist() == [[0, 1, 0, 1, 0, 2], [0, 0, 1, 0, 0, 1], [0, 0, 0, 1, 0, 1], [0, 1, 1, 0, 0, 2]]
    assert table(FOUR, "group", "expected").iloc[0].tolist() == pytest.approx([0, 0.25, 0.25, 0.25, 0, 0.75])
    assert table(FOUR, "group", "sd").iloc[0].tolist() == pytest.approx([0, 0.46771, 0.5, 0.5, 0, 0.91856], abs=1e-5)
    assert table(FOUR, "group", "z")["total"].tolist() == pytest.approx([1.3608, 0.2722, 0.2722, 1.3608], abs=1e-4)
    assert table(FOUR, "group", "z")["coordinator"].isna().all()


@needs_real
def test_advice_among_high_tech_managers_by_department():
    # METHODS 6.2: R sna 2.7-1
    net = read_network(REAL / "ht_managers").networks["advice"]
    count, z = table(net, "dept", "count"), table(net, "dept", "z")
    assert count.loc["m18"].tolist() == [0, 32, 4, 11, 74, 121]
    assert z.loc["m18"].tolist() == pytest.approx([-0.5024, 4.7713, -0.0094, 1.9004, 5.0146, 5.0015], abs=1e-4)
    assert count.loc["m21"].tolist() == [11, 7, 20, 15, 19, 72]
    assert z.at["m21", "coordinator"] == pytest.approx(6.9610, abs=1e-4)
    assert z.at["m01", "total"] == pytest.approx(-1.1855, abs=1e-4)
    assert count.sum().tolist() == [28, 69, 95, 62, 246, 500]


@needs_real
def test_reports_run_from_the_own_department_to_another():
    # METHODS 6.2: all 16 are representative (b_IO), which fixes the order of the roles
    net = read_network(REAL / "ht_managers").networks["reports_to"]
    assert table(net, "dept", "count").sum().tolist() == [0, 0, 16, 0, 0, 16]


def by_hand(graph, group):
    """Every pair counted one by one."""
    counts = {v: dict.fromkeys(ROLES, 0) for v in graph}
    for a, v, b in itertools.permutations(graph, 3):
        if graph.has_edge(a, v) and graph.has_edge(v, b) and not graph.has_edge(a, b):
            g, x, h = group[a], group[v], group[b]
            role = (
                "coordinator"
                if g == x == h
                else "itinerant"
                if g == h
                else "representative"
                if g == x
                else "gatekeeper"
                if x == h
                else "liaison"
            )
            counts[v][role] += 1
            counts[v]["total"] += 1
    return counts


@pytest.mark.parametrize("dense", [0, 4000], ids=["sparse", "dense"])
@pytest.mark.parametrize("seed", range(25))
def test_counts_are_those_of_counting_one_by_one(seed, dense, monkeypatch):
    monkeypatch.setattr(sys.modules[brokerage.__module__], "_DENSE", dense)
    rng = np.random.default_rng(seed)
    graph = nx.gnp_random_graph(9, 0.3, seed=seed, directed=bool(seed % 3))
    group = {v: str(rng.integers(3)) for v in graph}
    nx.set_node_attributes(graph, group, "group")
    found = brokerage(of_graph(graph), "group").set_index(["id", "role"])["count"]
    both_ways = nx.DiGraph(graph)
    for v, roles in by_hand(both_ways, group).items():
        for role, n in roles.items():
            assert found[str(v), role] == n


@pytest.mark.parametrize("n", [0, 1, 2])
def test_tiny_networks_have_no_brokers(n):
    nodes = pd.DataFrame({"id": [str(one) for one in range(n)], "group": ["x"] * n}).astype("str")
    found = brokerage(build(nodes, pd.DataFrame({"source": [], "target": []}), directed=True), "group")
    assert found["count"].sum() == 0
    assert found["z"].isna().all()


def test_expectation_is_that_of_random_digraphs_of_the_same_density():
    rng = np.random.default_rng(5)
    group = ["a"] * 4 + ["b"] * 3 + ["c"] * 2
    n, p = len(group), 0.3
    seen = []
    for _ in range(400):
        cells = np.argwhere((rng.random((n, n)) < p) & ~np.eye(n, dtype=bool))
        graph = nx.DiGraph()
        graph.add_nodes_from((v, {"group": group[v]}) for v in range(n))
        graph.add_edges_from(cells.tolist())
        seen.append(table(of_graph(graph), "group", "count").to_numpy())
    from dashat_lib.network.brokerage import _chance

    expected, sd = _chance(pd.factorize(np.array(group))[0], p)
    assert np.allclose(np.mean(seen, axis=0), expected, atol=6 * sd.max() / 400**0.5)
    assert np.allclose(np.std(seen, axis=0)[:, 5], sd[:, 5], rtol=0.2)


def test_shuffled_groups_leave_the_total_alone_and_give_the_exact_mean_of_the_e_i_index():
    graph = nx.karate_club_graph()
    found = permuted(of_graph(graph), "club", draws=300, seed=2)
    total = found[found["role"] == "total"]
    assert (total["value"] == total["null_mean"]).all()
    assert total["p_high"].isna().all()
    # METHODS 6.3: EI -0.717949, null mean 0.030303 (exact), null sd 0.0951 (+-0.003 with many draws), p < 0.0005
    ei = found[found["role"] == "ei_index"].iloc[0]
    assert ei["value"] == pytest.approx(-0.717949, abs=1e-6)
    assert ei["null_mean"] == pytest.approx(0.030303, abs=4 * 0.0951 / 300**0.5)
    assert ei["null_sd"] == pytest.approx(0.0951, abs=0.015)
    assert ei["p_two_sided"] == pytest.approx(1 / 301)


def test_a_seed_gives_the_same_null_again():
    one, two = (permuted(FOUR, "group", draws=20, seed=7) for _ in range(2))
    pd.testing.assert_frame_equal(one, two)
