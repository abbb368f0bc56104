"""Ways and cuts against Menger by networkx, brute force and published values; key players against Borgatti's."""

from __future__ import annotations

import os
from itertools import combinations

import networkx as nx
import numpy as np
import pytest
from flows import graph_of, hub, kappa, made, network_of, of_arcs, random_case, reaches
from networks import kite

from dashat_lib.dependency.flow import flow
from dashat_lib.dependency.ways import (
    EXHAUSTIVE,
    HEURISTIC,
    bridges,
    cut,
    cut_points,
    fragmentation,
    key_players,
    reach,
    reached,
    single_points,
    ways,
)

FULL = bool(os.environ.get("DASHAT_FULL"))
SEEDS = range(300 if FULL else 30)


def florentine():
    return network_of(nx.florentine_families_graph())


def both_ways(graph):
    return [(str(a), str(b)) for one in graph.edges for a, b in (one, one[::-1])]


# ---- published values -------------------------------------------------------------------------------------------------


def test_cut_points_and_bridges_of_the_kite_and_the_florentine_families():
    # METHODS 7.1: networkx 3.6.1; Florentine also R sna 2.7
    assert cut_points(kite()) == ("7", "8")
    assert bridges(kite()) == (("7", "8"), ("8", "9"))
    assert cut_points(florentine()) == ("Albizzi", "Guadagni", "Medici", "Salviati")
    assert len(bridges(florentine())) == 5


def test_isolates_are_no_cut_points_and_direction_is_ignored():
    path = nx.DiGraph([("a", "b"), ("c", "b")])
    path.add_node("alone")
    assert cut_points(network_of(path)) == ("b",)
    assert bridges(network_of(path)) == (("a", "b"), ("b", "c"))
    assert cut_points(network_of(nx.Graph())) == ()


@pytest.mark.parametrize(
    ("gone", "values"),
    [((), (0, 0.353704)), (("7",), (0.388889, 0.486111)), (("8",), (0.222222, 0.388889)), (("3",), (0, 0.393519)), (("5", "6"), (0.535714, 0.607143))],
)  # fmt: skip
def test_fragmentation_of_the_kite(gone, values):
    # METHODS 7.2: DF = 1 - networkx.global_efficiency of what is left
    assert fragmentation(kite(), gone) == pytest.approx(values, abs=1e-6)


def test_fragmentation_of_the_florentine_families_with_and_without_medici():
    # METHODS 7.2 (15 families)
    assert fragmentation(florentine())[1] == pytest.approx(0.499841, abs=1e-6)
    assert fragmentation(florentine(), ["Medici"]) == pytest.approx((0.384615, 0.673810), abs=1e-6)


def test_fragmentation_of_who_is_not_two_is_undefined():
    pair = network_of(nx.Graph([("a", "b")]))
    assert np.isnan(fragmentation(pair, ["a"])).all()
    assert fragmentation(pair) == (0, 0)
    assert fragmentation(network_of(nx.empty_graph(3))) == (1, 1)


def test_the_key_players_of_the_kite():
    # METHODS 7.2
    for measure, value in (("fragmentation", 0.535714), ("fragmentation_distance", 0.607143)):
        best = key_players(kite(), 2, measure=measure)
        assert best["members"].tolist() == ["5;6"]
        assert best["value"].tolist() == pytest.approx([value], abs=1e-6)
    assert key_players(kite(), 1)["members"].tolist() == ["7"]
    assert key_players(kite(), 1, measure="fragmentation_distance")["intact"].tolist() == pytest.approx([0.353704], abs=1e-6)  # fmt: skip


def test_reach_of_the_kite():
    # METHODS 7.2: 1-reach best single {3} 0.7, best pair {3,8} 1.0; 2-reach {7} 1.0; DR {3} 0.808333, {3,8} 1.0
    assert reach(kite(), ["3"]) == pytest.approx((0.7, 0.808333), abs=1e-6)
    assert reach(kite(), ["3", "8"]) == (1.0, 1.0)
    assert reach(kite(), ["7"], steps=2)[0] == 1.0
    one, two = key_players(kite(), 1, measure="reach"), key_players(kite(), 2, measure="reach")
    assert (one["members"].tolist(), one["value"].tolist()) == (["3"], [0.7])
    assert "3;8" in two["members"].tolist()
    assert key_players(kite(), 1, measure="reach_distance")["members"].tolist() == ["3"]
    assert "7" in key_players(kite(), 1, measure="reach", steps=2)["members"].tolist()


def test_ways_of_the_kite_the_petersen_graph_and_the_hub():
    # METHODS 7.3: kite kappa(0, 9) = 1; Petersen 3; hub digraph 1 with cut {h}
    assert cut(flow(of_arcs(both_ways(nx.krackhardt_kite_graph()), "0", "9")), "9", funders_leave=False).kappa == 1
    petersen = nx.petersen_graph()
    far = next(one for one in petersen if one != 0 and not petersen.has_edge(0, one))
    whole = flow(of_arcs(both_ways(petersen), "0", str(far)))
    assert cut(whole, str(far), funders_leave=False).kappa == 3
    assert cut(whole, str(far)).members == ("0",)  # the one funder itself is the smallest cut
    found = cut(flow(hub()), "b")
    assert (found.kappa, found.members, found.cuts) == (1, ("h",), (("h",),))
    assert single_points(flow(hub())).to_numpy().tolist() == [["h", "b", "between"]]


# ---- Menger by networkx ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", SEEDS)
def test_the_ways_are_the_flow_through_split_nodes_and_the_cuts_those_of_brute_force(seed):
    case = random_case(seed, n=8, m=18 + seed % 9)
    whole = flow(case)
    graph, funders, groups = graph_of(case)
    assert list(whole.beneficiaries) == groups
    for group in groups:
        for leave in (True, False):
            found = cut(whole, group, funders_leave=leave)
            assert found.kappa == kappa(graph, funders, group, funders_leave=leave)
            if not found.kappa:
                assert found.members == found.cuts == ()
                continue
            can_leave = sorted(set(graph) - {group} - (set() if leave else funders))
            smallest = [one for one in combinations(can_leave, found.kappa) if not reaches(graph, funders, group, one)]
            assert smallest
            assert found.complete
            assert list(found.cuts) == smallest
            assert set(found.members) == {one for some in smallest for one in some}
            fewer = combinations(can_leave, found.kappa - 1)
            assert all(reaches(graph, funders, group, one) for one in fewer)


@pytest.mark.parametrize("seed", range(60 if FULL else 6))
def test_kappa_is_that_of_networkx_on_larger_digraphs(seed):
    case = random_case(500 + seed, n=40, m=140, n_groups=3)
    whole = flow(case)
    graph, funders, groups = graph_of(case)
    table = ways(whole).set_index("stakeholder_id")
    for group in groups:
        assert table.at[group, "kappa"] == kappa(graph, funders, group)
        assert (group in reached(whole)) == reaches(graph, funders, group)
        assert table.at[group, "n_arcs"] == graph.in_degree(group)


def test_without_takes_away_before_it_counts():
    whole = flow(random_case(3, n=10, m=30))
    graph, funders, groups = graph_of(random_case(3, n=10, m=30))
    for one in sorted(graph):
        left = graph.subgraph(set(graph) - {one})
        for group in groups:
            if group != one:
                assert cut(whole, group, without=[one]).kappa == kappa(left, funders - {one}, group)
    assert cut(whole, groups[0], without=[groups[0]]).kappa == 0


def test_too_many_smallest_cuts_are_not_gone_through_and_it_is_said():
    chain = [(f"f{one:02d}", "funds", f"h{one:02d}") for one in range(12)]
    chain += [(f"h{one:02d}", "delivers_to", "b") for one in range(12)]
    found = cut(flow(made(*chain)), "b")
    assert (found.kappa, len(found.members), found.cuts, found.complete) == (12, 24, (), False)


# ---- key players ------------------------------------------------------------------------------------------------------


def test_a_search_that_is_not_exhaustive_says_so_and_finds_the_best_nearly_always():
    hits = []
    for seed in range(20):
        graph = nx.gnp_random_graph(11, 0.22, seed=seed)
        for measure in ("fragmentation_distance", "reach_distance"):
            every = key_players(network_of(graph), 3, measure=measure)
            quick = key_players(network_of(graph), 3, measure=measure, most_sets=10)
            assert set(every["search"]) == {EXHAUSTIVE}
            assert quick["search"].tolist() == [HEURISTIC]
            best, found = every["value"].iloc[0], quick["value"].iloc[0]
            assert found <= best + 1e-12
            hits.append(found >= best - 1e-12)
            chosen = quick["members"].iloc[0].split(";")
            again = fragmentation(network_of(graph), chosen)[1] if measure.startswith("frag") else reach(network_of(graph), chosen)[1]  # fmt: skip
            assert found == pytest.approx(again)  # the value is that of the members
    assert np.mean(hits) >= 0.85


def test_exhaustive_key_players_are_those_of_a_plain_loop():
    graph = nx.gnp_random_graph(9, 0.3, seed=4)
    values = {}
    for one in combinations(sorted(graph), 2):
        left = graph.subgraph(set(graph) - set(one))
        values[";".join(map(str, one))] = 1 - nx.global_efficiency(left)
    top = max(values.values())
    best = key_players(network_of(graph), 2, measure="fragmentation_distance")
    assert best["members"].tolist() == [one for one, value in values.items() if value > top - 1e-12]
    assert best["value"].iloc[0] == pytest.approx(top)


def test_a_measure_that_is_none_has_a_message_and_nobody_no_key_player():
    with pytest.raises(ValueError, match="is not one of: fragmentation"):
        key_players(kite(), 1, measure="fame")
    assert key_players(network_of(nx.Graph()), 2).empty
    assert key_players(kite(), 0).empty
