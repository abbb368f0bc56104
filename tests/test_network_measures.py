"""Measures against published values (METHODS 6 names where each comes from), networkx, and by hand."""

from __future__ import annotations

import math
import warnings

import networkx as nx
import numpy as np
import pandas as pd
import pytest
from conftest import SHARED
from networks import arcs, kite, odd_rows, of_graph, star

from dashat_lib.loaders.networks import read_network
from dashat_lib.network import cards, measures
from dashat_lib.network.measures import Arrays, core_periphery, coreness_scores, network_measures, node_measures
from dashat_lib.ties import build
from dashat_lib.words import languages, reader

REAL = SHARED / "real/networks"
needs_real = pytest.mark.skipif(not REAL.is_dir(), reason=f"the reference networks are not at {REAL}")


def whole(net, **choices):
    return network_measures(net, **choices).set_index("name")["value"]


def each(net, **choices):
    return node_measures(net, **choices).set_index("id")


@pytest.fixture(scope="module")
def ht():
    """Krackhardt's high-tech managers."""
    return read_network(REAL / "ht_managers").networks


@pytest.fixture(scope="module")
def florentine():
    return read_network(REAL / "florentine").networks


def test_kite_nodes():
    # METHODS 6, "Golden values": networkx 3.6.1 and igraph 1.0.0 agree
    found = each(kite())
    assert found["degree"].tolist() == [4, 4, 3, 6, 3, 5, 5, 3, 2, 1]
    assert found["closeness"].tolist() == pytest.approx(
        [0.529412, 0.529412, 0.5, 0.6, 0.5, 0.642857, 0.642857, 0.6, 0.428571, 0.310345], abs=1e-6
    )
    assert found["betweenness_normalized"].tolist() == pytest.approx(
        [0.023148, 0.023148, 0, 0.101852, 0, 0.231481, 0.231481, 0.388889, 0.222222, 0], abs=1e-6
    )
    assert found.at["7", "betweenness"] == pytest.approx(14)
    assert (found["harmonic"] * 9).tolist() == pytest.approx(
        [6.0833, 6.0833, 5.5833, 7.0833, 5.5833, 6.8333, 6.8333, 6, 4.6667, 3.4167], abs=1e-4
    )
    assert found.at["7", "eigenvector"] / found.at["3", "eigenvector"] == pytest.approx(0.195861 / 0.481021, abs=1e-5)
    assert (found.at["3", "pagerank"], found.at["9", "pagerank"]) == pytest.approx((0.147148, 0.05142), abs=1e-6)


def test_kite_structural_holes():
    # METHODS 6.1: networkx = igraph; hierarchy from the formula
    found = each(kite())
    assert found["constraint"].tolist() == pytest.approx(
        [0.541198, 0.541198, 0.664136, 0.470170, 0.664136, 0.445089, 0.445089, 0.431111, 0.5, 1.0], abs=1e-6
    )
    assert found["effective_size"].tolist() == pytest.approx([2, 2, 1, 3.333333, 1, 3, 3, 2.333333, 2, 1], abs=1e-6)
    assert found["hierarchy"].tolist() == pytest.approx(
        [0.033565, 0.033565, 0.001069, 0.009521, 0.001069, 0.019573, 0.019573, 0.012234, 0, 1], abs=1e-6
    )


def test_constraint_of_a_digraph():
    # METHODS 6.1, L
    found = each(arcs((0, 1), (0, 2), (1, 0), (2, 1)))
    assert found["constraint"].tolist() == pytest.approx([1.003086, 1.003086, 1.388889], abs=1e-6)
    assert found["effective_size"].tolist() == pytest.approx([1.166667, 1.166667, 1], abs=1e-6)


@pytest.mark.parametrize(
    ("net", "values"),
    [
        (kite(), (1 / 3, 0.296296, 0.270375)),
        (star(5), (1, 1, 1)),
        (of_graph(nx.cycle_graph(5)), (0, 0, 0)),
        (of_graph(nx.path_graph(5)), (0.166667, 0.416667, 0.422222)),
    ],
    ids=["kite", "star", "cycle", "path"],
)
def test_centralization(net, values):
    # METHODS 6, "Golden values"
    found = whole(net)
    names = ("centralization_degree", "centralization_betweenness", "centralization_closeness")
    assert [found[name] for name in names] == pytest.approx(values, abs=1e-6)


@needs_real
def test_florentine_families(florentine):
    # METHODS 6: R sna 2.7-1 and networkx agree
    net = florentine["marriage"]
    found, nodes = whole(net), each(net)
    assert (found["density"], found["centralization_degree"], found["centralization_betweenness"]) == pytest.approx(
        (1 / 6, 0.266667, 0.383492), abs=1e-6
    )
    medici = nodes.loc[net.nodes.loc[net.nodes["label"].str.contains("Medici"), "id"].iloc[0]]
    assert medici["betweenness"] == pytest.approx(47.5)
    assert medici["betweenness_normalized"] == pytest.approx(0.452381, abs=1e-6)
    assert medici["closeness"] == pytest.approx(0.522667, abs=1e-6)
    assert (medici["constraint"], medici["effective_size"], medici["efficiency"]) == pytest.approx(
        (0.209877, 5.666667, 0.944444), abs=1e-6
    )


@needs_real
def test_high_tech_managers(ht):
    # METHODS 6: R sna 2.7-1
    rows = {name: whole(net) for name, net in ht.items()}
    order = ("advice", "friendship", "reports_to")
    expected = {
        "density": (0.452381, 0.242857, 0.047619), "reciprocity": (0.473684, 0.450980, 0), "centralization_indegree": (0.47, 0.27, 0.3175),
        "centralization_outdegree": (0.575, 0.69, 0.0025), "centralization_degree": (0.384211, 0.394737, 0.168421),
        "centralization_betweenness": (0.210296, 0.316329, 0.017237),
    }  # fmt: skip
    for name, values in expected.items():
        assert [rows[relation][name] for relation in order] == pytest.approx(values, abs=1e-6), name


def test_closeness_where_not_everyone_is_reached():
    # METHODS 6: edges 0-1, 1-2, 3-4, isolate 5
    net = build(
        pd.DataFrame({"id": list("012345")}),
        pd.DataFrame([("0", "1"), ("1", "2"), ("3", "4")], columns=["source", "target"]),
        directed=False,
    )
    found = each(net)
    assert found["closeness"].tolist() == pytest.approx([0.266667, 0.4, 0.266667, 0.2, 0.2, 0], abs=1e-6)
    assert (found["harmonic"] * 5).tolist() == pytest.approx([1.5, 2, 1.5, 1, 1, 0])


def test_e_i_index_of_the_karate_club():
    # METHODS 6.3
    found = whole(of_graph(nx.karate_club_graph()), group="club")
    assert (found["ei_external"], found["ei_internal"]) == (11, 67)
    assert (found["ei_index"], found["ei_expected"]) == pytest.approx((-0.717949, 0.030303), abs=1e-6)


@needs_real
def test_e_i_index_by_department(ht):
    # METHODS 6.3: directed arcs of HT friendship
    found = whole(ht["friendship"], group="dept")
    assert (found["ei_external"], found["ei_internal"]) == (64, 38)
    assert found["ei_index"] == pytest.approx(0.254902, abs=1e-6)


def test_core_and_periphery_of_the_kite():
    # METHODS 6.4, exhaustive
    one = core_periphery(kite(), between="one")
    assert one.r == pytest.approx(0.327327, abs=1e-6)
    assert {frozenset(core) for core in one.cores} == {frozenset("13568"), frozenset("03568")}
    assert one.exact
    other = core_periphery(kite(), between="ignore")
    assert other.r == pytest.approx(0.6, abs=1e-6)
    assert [set(core) for core in other.cores] == [set("01356")]
    joined = nx.complete_graph(3)
    joined.add_edges_from((a, b) for a in range(3) for b in range(3, 6))
    assert core_periphery(of_graph(joined)).r == pytest.approx(1)
    scores, r = coreness_scores(kite())
    assert r == pytest.approx(0.6087, abs=1e-3)
    assert scores.max() == 1


def test_a_core_needs_a_tie_and_a_gap():
    assert math.isnan(core_periphery(of_graph(nx.complete_graph(4))).r)
    assert core_periphery(of_graph(nx.empty_graph(4))).reason


def test_a_core_found_by_climbing_is_called_no_exact_one_and_finds_a_planted_one():
    rng = np.random.default_rng(1)
    graph = nx.complete_graph(8)
    graph.add_edges_from((int(rng.integers(8)), one) for one in range(8, 30))
    found = core_periphery(of_graph(graph), between="ignore", seed=3)
    assert not found.exact
    assert set(found.cores[0]) == {str(one) for one in range(8)}


def close(mine, theirs, what):
    mine, theirs = np.asarray(mine, dtype=float), np.asarray(theirs, dtype=float)
    assert np.allclose(mine, theirs, rtol=1e-8, atol=1e-10, equal_nan=True), (what, mine, theirs)


@pytest.mark.parametrize("seed", range(200))
def test_random_networks_give_what_networkx_gives_on_the_cleaned_graph(seed):
    nodes, rows, directed, graph = odd_rows(seed)
    net = build(nodes, rows, directed=directed)
    arrays = Arrays(net)
    found, mine = (
        network_measures(net, group="group", arrays=arrays),
        node_measures(net, group="group", arrays=arrays).set_index("id"),
    )
    value = found.set_index("name")["value"]
    missing = found["value"].map(lambda one: isinstance(one, float) and math.isnan(one))
    assert found.loc[missing, "reason"].notna().all()
    assert found.loc[~missing, "reason"].isna().all()
    n, m = graph.number_of_nodes(), graph.number_of_edges()
    assert (value["n_nodes"], value["n_ties"], value["n_isolates"]) == (n, m, nx.number_of_isolates(graph))
    order = list(mine.index)

    def column(mapping):
        return [mapping[one] for one in order]

    plain = nx.Graph(graph)
    if n:
        close(value["density"], nx.density(graph) if n > 1 else math.nan, "density")
        close(mine["degree"], column(dict(graph.degree)), "degree")
        close(mine["betweenness"], column(nx.betweenness_centrality(graph, normalized=False)), "betweenness")
        close(mine["coreness"], column(nx.core_number(plain)), "coreness")
        local = nx.clustering(plain)
        close(mine["clustering"], [local[one] if plain.degree(one) > 1 else math.nan for one in order], "clustering")
        close(mine["constraint"], column(nx.constraint(graph)), "constraint")
        close(mine["pagerank"], column(nx.pagerank(graph, weight=None, tol=1e-14, max_iter=1000)), "pagerank")
        assert sorted(map(len, nx.connected_components(plain)), reverse=True) == value["component_sizes"]
        assert set(value["cutpoints"]) == set(nx.articulation_points(plain))
        assert value["n_bridges"] == len(list(nx.bridges(plain)))
    if n > 1:
        for name, one in [("_in", graph), ("_out", graph.reverse())] if directed else [("", graph)]:
            close(mine[f"closeness{name}"], column(nx.closeness_centrality(one)), f"closeness{name}")
            harmonic = nx.harmonic_centrality(one)
            close(mine[f"harmonic{name}"], [harmonic[v] / (n - 1) for v in order], f"harmonic{name}")
    if directed:
        close(value["reciprocity"], nx.overall_reciprocity(graph) if m else math.nan, "reciprocity")
        assert value["triad_census"] == nx.triadic_census(graph)
        assert value["n_components_strong"] == nx.number_strongly_connected_components(graph)
    elif n:
        paths = sum(k * (k - 1) for _, k in graph.degree)
        close(value["transitivity"], nx.transitivity(graph) if paths else math.nan, "transitivity")
        close(
            mine["effective_size"],
            [math.nan if graph.degree(v) == 0 else nx.effective_size(graph, [v])[v] for v in order],
            "effective size",
        )
    if m:
        groups = [{v for v in graph if graph.nodes[v]["group"] == one} for one in "abc"]
        close(
            value["modularity"],
            nx.community.modularity(graph, [one for one in groups if one], weight=None),
            "modularity",
        )
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            expected = nx.attribute_assortativity_coefficient(graph, "group")
        if not math.isnan(expected):
            close(value["attribute_assortativity"], expected, "assortativity")
        if arrays.weighted:
            lengths = nx.DiGraph(graph) if not directed else graph.copy()
            nx.set_edge_attributes(
                lengths, {(a, b): round(6 * 840 / w) for a, b, w in lengths.edges(data="weight")}, "length"
            )
            exact = all((6 * 840 / w).is_integer() for _, _, w in lengths.edges(data="weight"))
            if exact:
                by = nx.betweenness_centrality(lengths, normalized=False, weight="length")
                close(
                    mine["betweenness_weighted"],
                    [by[v] / (1 if directed else 2) for v in order],
                    "weighted betweenness",
                )


@pytest.mark.parametrize("seed", range(30))
def test_renaming_and_reordering_nodes_moves_no_value(seed):
    nodes, rows, directed, _ = odd_rows(seed)
    if nodes.empty:
        return
    net = build(nodes, rows, directed=directed)
    other = build(nodes.sample(frac=1, random_state=seed), rows, directed=directed)
    one, two = (each(item).drop(columns=["component", "eigenvector"]) for item in (net, other))
    pd.testing.assert_frame_equal(one.sort_index(), two.sort_index(), check_exact=False, rtol=1e-8)


def test_distance_counts_reach_beyond_one_block_of_sources():
    graph = nx.gnm_random_graph(700, 900, seed=4, directed=True)
    found = measures.distance_counts(Arrays(of_graph(graph)).a)
    for source in (0, 250, 511, 512, 699):
        lengths = nx.single_source_shortest_path_length(graph, source)
        expected = np.bincount(list(lengths.values()), minlength=found.shape[1] + 1)[1:]
        assert found[source].tolist() == expected.tolist()


def test_equal_lengths_are_equal_but_for_rounding():
    # 1/10 + 1/5 and 3/10: in floats 0.1 + 0.2 is not 0.3, and one of the two shortest ways would be missed
    rows = pd.DataFrame(
        [("a", "b", 10), ("b", "c", 5), ("a", "d", 10), ("d", "e", 10), ("e", "c", 10)],
        columns=["source", "target", "weight"],
    )
    found = each(build(pd.DataFrame({"id": list("abcde")}), rows, directed=True))
    assert found.at["b", "betweenness_weighted"] == pytest.approx(0.5)


def test_distances_are_taken_as_they_are_and_give_no_strength():
    rows = pd.DataFrame([("a", "b", 1), ("b", "c", 1), ("a", "c", 5)], columns=["source", "target", "weight"])
    nodes = pd.DataFrame({"id": list("abc")})
    near, strong = (each(build(nodes, rows, directed=True, weight_means=means)) for means in ("distance", "strength"))
    assert near.at["b", "betweenness_weighted"] == 1
    assert strong.at["b", "betweenness_weighted"] == 0
    assert not {"instrength", "constraint_weighted", "pagerank_weighted"} & set(near)
    assert {"instrength", "constraint_weighted", "pagerank_weighted"} <= set(strong)


def test_two_equal_parts_have_no_eigenvector():
    assert each(of_graph(nx.Graph([(0, 1), (2, 3)])))["eigenvector"].isna().all()


def test_large_networks_get_the_eigenvector_of_small_ones():
    graph = nx.gnm_random_graph(620, 2500, seed=1)
    found = measures.eigenvector(Arrays(of_graph(graph)).u)
    _, vectors = np.linalg.eigh(nx.to_numpy_array(graph))
    expected = np.abs(vectors[:, -1])
    assert np.allclose(found, expected / expected.max(), atol=1e-8)


def test_blau_diversity():
    assert measures.blau(["a", "a", "b", "b"]) == 0.5
    assert measures.blau(["a"]) == 0
    assert math.isnan(measures.blau([]))


def test_multiplexity_counts_pairs_in_both_relations():
    found = measures.multiplexity({"x": of_graph(nx.Graph([(0, 1), (1, 2)])), "y": of_graph(nx.Graph([(0, 1)]))}).iloc[
        0
    ]
    assert (found["n_both"], found["jaccard"]) == (1, 0.5)


def test_an_unknown_group_is_refused():
    with pytest.raises(KeyError):
        whole(kite(), group="nothing")


def test_every_measure_has_a_card_in_every_language():
    nodes, rows, _, _ = odd_rows(4)
    names = {"n_nodes_a", "n_nodes_b"}
    for directed in (True, False):
        net = build(nodes, rows.assign(weight=2), directed=directed)
        names |= set(network_measures(net, group="group")["name"]) | set(node_measures(net, group="group")) - {"id"}
    for name in names:
        for language in languages():
            one = cards.card(name, reader(language))
            assert all([one.title, one.says, one.misleads, one.unit, one.source]), name
    assert cards.card("betweenness", reader("id")).title == "keperantaraan"
