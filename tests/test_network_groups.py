"""Groups, their stability and profiles, and the core beside its nulls: by hand, by networkx, and on the case."""

from __future__ import annotations

import math
from dataclasses import replace
from itertools import combinations, pairwise

import networkx as nx
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from networks import arcs, kite, of_graph, star

from dashat_lib.admission import admitted
from dashat_lib.indicators import code_sets, elements, gather
from dashat_lib.network import groups, measures
from dashat_lib.network.build import of_case
from dashat_lib.network.groups import adjusted_rand, communities, core_and_null, profiles, stability
from dashat_lib.ties import build


def sets(found):
    """The groups as sets of ids."""
    return {frozenset(part) for _, part in found.groups.groupby("group")["id"]}


def cliques(*sizes):
    """Cliques, each joined to the next by one tie."""
    graph = nx.disjoint_union_all([nx.complete_graph(size) for size in sizes])
    firsts = np.cumsum([0, *sizes[:-1]])
    graph.add_edges_from(pairwise(firsts))
    return graph


@st.composite
def small_networks(draw):
    """Up to 9 nodes with weighted undirected ties, isolates among them."""
    n = draw(st.integers(1, 9))
    pairs = list(combinations(range(n), 2))
    chosen = draw(st.lists(st.sampled_from(pairs), unique=True)) if pairs else []
    edges = [(f"v{a}", f"v{b}", draw(st.integers(1, 3))) for a, b in chosen]
    return pd.DataFrame({"id": [f"v{at}" for at in range(n)]}), pd.DataFrame(
        edges, columns=["source", "target", "weight"]
    )


few = settings(max_examples=40, deadline=None)


# ---- communities ---------------------------------------------------------------------------------------------------


def test_the_karate_club_without_weights_reaches_the_known_optimum():
    # Agarwal & Kempe (2008), Eur. Phys. J. B 66:409-418, table 1: best 0.420, which is also their upper bound
    graph = nx.Graph(nx.karate_club_graph().edges)
    found = communities(of_graph(graph), seed=1)
    assert found.modularity == pytest.approx(0.420, abs=5e-4)
    assert len(sets(found)) == 4


@pytest.mark.parametrize("resolution", [0.5, 1.0, 2.0])
def test_modularity_is_that_of_networkx_and_no_worse_than_louvains(resolution):
    for graph in (
        nx.karate_club_graph(),
        nx.planted_partition_graph(5, 12, 0.5, 0.1, seed=2),
        nx.les_miserables_graph(),
    ):
        net = of_graph(nx.relabel_nodes(graph, str))
        found = communities(net, seed=3, resolution=resolution)
        graph = net.to_networkx()
        assert found.modularity == pytest.approx(nx.community.modularity(graph, sets(found), resolution=resolution))
        louvain = nx.community.louvain_communities(graph, resolution=resolution, seed=4)
        assert found.modularity >= nx.community.modularity(graph, louvain, resolution=resolution) - 0.01


def test_a_planted_partition_is_recovered():
    graph = nx.planted_partition_graph(4, 10, 0.9, 0.03, seed=5)
    planted = {frozenset(str(one) for one in part) for part in graph.graph["partition"]}
    assert sets(communities(of_graph(graph), seed=6)) == planted


def test_groups_are_numbered_by_size_then_by_their_first_member_and_isolates_stand_apart():
    graph = cliques(3, 4, 3)
    graph.add_node("a")
    table = communities(of_graph(graph), seed=1).groups.set_index("id")
    expected = (
        {"a": 4} | {str(one): 2 for one in range(3)} | {str(one): 1 for one in range(3, 7)} | {"7": 3, "8": 3, "9": 3}
    )
    assert table["group"].to_dict() == expected
    assert table.index[table["isolate"]].tolist() == ["a"]


def test_weights_pull_together_and_both_directions_of_a_pair_add_up():
    # a square: heavy ties on two opposite sides
    square = nx.Graph()
    square.add_weighted_edges_from([("a", "b", 5), ("b", "c", 1), ("c", "d", 5), ("d", "a", 1)])
    assert sets(communities(of_graph(square), seed=1)) == {frozenset("ab"), frozenset("cd")}
    mutual = arcs(("a", "b"), ("b", "a"), ("b", "c"), ("c", "d"), ("d", "c"), ("d", "a"))
    assert sets(communities(mutual, seed=1)) == {frozenset("ab"), frozenset("cd")}
    # by hand: weights 2, 1, 2, 1; inside 4 of 6, each half of all strength: 2/3 - 2 (1/2)^2
    assert communities(mutual, seed=1).modularity == pytest.approx(2 / 3 - 1 / 2)


def test_without_a_tie_everyone_is_alone_and_modularity_is_undefined():
    for n in (0, 1, 4):
        found = communities(of_graph(nx.empty_graph(n)), seed=1)
        assert math.isnan(found.modularity)
        assert found.reason == measures.UNDEFINED["modularity"]
        assert found.groups["group"].tolist() == list(range(1, n + 1))
        assert found.groups["isolate"].all()


def test_distances_and_two_modes_are_refused():
    net = kite()
    with pytest.raises(ValueError, match="weights are distances"):
        communities(replace(net, weight_means="distance"), seed=1)
    with pytest.raises(ValueError, match="two-mode"):
        stability(replace(net, mode="two"), seed=1)


@few
@given(small_networks(), st.randoms(use_true_random=False))
def test_order_of_rows_and_new_names_in_the_same_order_change_nothing(tables, random):
    nodes, edges = tables
    net = build(nodes, edges, directed=False)
    order, at = list(nodes.index), list(edges.index)
    random.shuffle(order)
    random.shuffle(at)
    turned = edges.loc[at].rename(columns={"source": "target", "target": "source"})
    other = build(nodes.loc[order], turned, directed=False)
    one, two = communities(net, seed=2, trials=5), communities(other, seed=2, trials=5)
    pd.testing.assert_frame_equal(one.groups, two.groups)
    assert one.modularity == two.modularity or math.isnan(one.modularity)
    pd.testing.assert_frame_equal(stability(net, seeds=4, seed=2).pairs, stability(other, seeds=4, seed=2).pairs)
    pd.testing.assert_frame_equal(core_and_null(net, draws=3, seed=2), core_and_null(other, draws=3, seed=2))
    named = build("x" + nodes, edges.assign(source="x" + edges["source"], target="x" + edges["target"]), directed=False)
    again = communities(named, seed=2, trials=5).groups
    assert again["group"].tolist() == one.groups["group"].tolist()
    assert again["id"].tolist() == ("x" + one.groups["id"]).tolist()


@few
@given(small_networks(), st.randoms(use_true_random=False))
def test_any_new_names_leave_the_best_modularity_and_the_fit_of_the_core(tables, random):
    # not the groups themselves: of equally good ones (a ring) the order of the ids decides
    nodes, edges = tables
    names = list(nodes["id"])
    random.shuffle(names)
    new = dict(zip(nodes["id"], names, strict=True))
    net = build(nodes, edges, directed=False)
    other = build(nodes.replace(new), edges.replace({"source": new, "target": new}), directed=False)
    assert communities(net, seed=1).modularity == pytest.approx(communities(other, seed=1).modularity, nan_ok=True)
    one, two = (core_and_null(item, draws=1, seed=1)["r"][0] for item in (net, other))
    assert one == pytest.approx(two, nan_ok=True)


@few
@given(small_networks())
def test_every_node_has_exactly_one_group_and_every_group_holds_together(tables):
    net = build(*tables, directed=False)
    found = communities(net, seed=3, trials=3)
    assert sorted(found.groups["id"]) == sorted(net.nodes["id"])
    assert set(found.groups["group"]) == set(range(1, found.groups["group"].max() + 1))
    graph = net.to_networkx()
    assert all(nx.is_connected(graph.subgraph(part)) for part in sets(found))
    tied = {*net.ties["source"], *net.ties["target"]}
    assert set(found.groups.loc[found.groups["isolate"], "id"]) == set(net.nodes["id"]) - tied


# ---- stability -----------------------------------------------------------------------------------------------------


def test_adjusted_rand_index_by_hand():
    # Hubert & Arabie (1985), J. Classif. 2:193-218. {1 2}{3 4} and {1 2}{3}{4}: pairs together in both 1, in each 2 and 1, of 6 pairs.
    # E = 2 * 1 / 6 = 1/3; (1 - 1/3) / ((2 + 1) / 2 - 1/3) = (2/3) / (7/6) = 4/7
    assert adjusted_rand([0, 0, 1, 1], [0, 0, 1, 2]) == pytest.approx(4 / 7)
    # crossed: both 0, each 2: E = 2/3, (0 - 2/3) / (2 - 2/3) = -1/2
    assert adjusted_rand("aabb", "abab") == pytest.approx(-1 / 2)
    # rows {1 2 3}{4 5 6}, columns {1 2}{3 4 5}{6}: n_ij 2 1 0 / 0 2 1: both 2, each 3 + 3 and 1 + 3, of 15 pairs.
    # E = 6 * 4 / 15 = 1.6; (2 - 1.6) / (5 - 1.6) = 2/17
    assert adjusted_rand([0, 0, 0, 1, 1, 1], [0, 0, 1, 1, 1, 2]) == pytest.approx(2 / 17)


def test_adjusted_rand_index_without_a_choice_is_one_and_unlike_lengths_are_refused():
    assert adjusted_rand([], []) == adjusted_rand([1], [2]) == 1
    assert adjusted_rand([1, 2, 3], [4, 5, 6]) == adjusted_rand([1, 1], [2, 2]) == 1
    assert adjusted_rand([1, 1, 1], [1, 2, 3]) == 0
    with pytest.raises(ValueError, match="2 and 1 things"):
        adjusted_rand([1, 2], [1])


labels = st.lists(st.tuples(st.integers(0, 4), st.integers(0, 4)), max_size=30)


@given(labels, st.permutations(range(5)))
def test_adjusted_rand_index_keeps_its_bounds_and_ignores_names_and_sides(pairs, names):
    one, other = [a for a, _ in pairs], [b for _, b in pairs]
    found = adjusted_rand(one, other)
    assert -1 <= found <= 1 + 1e-12
    assert found == pytest.approx(adjusted_rand(other, one))
    assert found == pytest.approx(adjusted_rand([names[a] for a in one], other))
    assert adjusted_rand(one, one) == adjusted_rand(one, [names[a] for a in one]) == 1


def test_clear_groups_come_out_of_every_run():
    graph = cliques(5, 5, 4)
    graph.add_node("alone")
    found = stability(of_graph(graph), seeds=20, seed=1)
    assert found.n_partitions == 1
    assert (found.runs["ari"] == 1).all()
    assert set(found.pairs["share"]) == {0, 1}
    each = found.stakeholders.set_index("id")
    assert (each["share_group"].drop("alone") == 1).all()
    assert each.at["alone", "reason"] == "no contact"
    assert each["reason"].drop("alone").isna().all()


def test_a_ring_has_many_equally_good_divisions_and_the_shares_say_so():
    found = stability(of_graph(nx.cycle_graph(16)), seeds=30, seed=1)
    assert found.n_partitions > 5
    assert found.runs["ari"].mean() < 0.9
    each = found.stakeholders.set_index("id")
    assert (each["share_group"] < 1).any()
    # by its definition: the mean of the shares of the pairs inside the reference group
    share = {frozenset((one, other)): value for one, other, value in found.pairs.itertuples(index=False)}
    for node, group in each["group"].items():
        mates = each.index[(each["group"] == group) & (each.index != node)]
        assert each.at[node, "share_group"] == pytest.approx(np.mean([share[frozenset((node, one))] for one in mates]))


def test_who_is_alone_in_a_group_has_a_reason_and_nothing_tied_gives_no_run():
    found = stability(of_graph(nx.Graph([(0, 1)])), seeds=5, seed=1, resolution=5)
    assert found.stakeholders["reason"].tolist() == ["alone in its group"] * 2
    empty = stability(of_graph(nx.empty_graph(3)), seeds=5, seed=1)
    assert (len(empty.runs), len(empty.pairs), empty.n_partitions, empty.reason) == (0, 0, 0, "no tie")
    assert empty.stakeholders["reason"].tolist() == ["no contact"] * 3


# ---- profiles ------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def divided(case):
    net = of_case(case)
    found = communities(net, seed=case.settings.seed).groups
    return net, found[~found["isolate"]]


@pytest.fixture(scope="module")
def profile(case, divided):
    return profiles(case, divided[1], network=divided[0])


def split(text):
    return text.split(";") if text else []


def test_each_number_of_a_profile_is_what_its_rows_give(case, divided, profile):
    _, members = divided
    group = members.set_index("id")["group"]
    event = case.evidence.set_index("evidence_id")["event_id"]
    sector = case.stakeholders.set_index("stakeholder_id")["sector"]
    ties = case.ties.set_index("tie_id")
    named = case.evidence_actors.assign(group=case.evidence_actors["stakeholder_id"].map(group))
    rows_of = named.groupby("group")["evidence_id"].agg(set)
    for one in profile.itertuples():
        evidence = split(one.evidence_ids)
        if one.aspect == "sector":
            assert {(sector[node], group[node]) for node in split(one.stakeholder_ids)} == {(one.key, one.group)}
            assert one.n == len(split(one.stakeholder_ids))
        elif one.aspect == "ties":
            under = ties.loc[split(one.tie_ids)]
            ends = [
                frozenset(pair) for pair in zip(under["source_stakeholder"], under["target_stakeholder"], strict=True)
            ]
            assert one.n == len(set(ends))
            assert set(under["evidence_id"]) == set(evidence)
            assert all({group[node] for node in pair} == {one.group, int(one.key)} for pair in ends)
        else:
            assert set(evidence) <= rows_of[one.group]
            assert one.n == (len(evidence) if one.unit == "rows" else event.loc[evidence].nunique())


def test_members_and_pairs_add_up_to_the_network(divided, profile):
    net, members = divided
    assert profile.loc[profile["aspect"] == "sector", "n"].sum() == len(members)
    ties = profile[profile["aspect"] == "ties"]
    inside = ties["group"].astype("str") == ties["key"]
    assert ties.loc[inside, "n"].sum() + ties.loc[~inside, "n"].sum() / 2 == len(net.ties)


def test_for_and_against_of_everyone_named_are_those_of_the_verdicts_material(case):
    every = case.stakeholders[["stakeholder_id"]].rename(columns={"stakeholder_id": "id"}).assign(group=1)
    rows = gather(case, places=[case.settings.wider_place]).rows
    rows = rows[rows["evidence_id"].isin(case.evidence_actors["evidence_id"])]
    found = profiles(case, every).query("aspect == 'indicator' and unit == 'events'").set_index(["key", "stance"])["n"]
    for (indicator, side), n in found.items():
        assert n == rows[(rows["set_id"] == indicator) & (rows["event_stance"] == side)]["event_id"].nunique()


def test_a_row_is_for_or_against_by_its_own_codings_and_an_event_by_all_its_rows(case):
    # two rows of one event, coded with a code of one indicator: the one neutral, the other for; then the one against
    sets = code_sets(case, elements(case)).query("set_id in @case.settings.indicators")
    code = sets[~sets["reversed"]].drop_duplicates("code_id", keep=False).iloc[0]
    one, other = admitted(case, place=case.settings.wider_place)["evidence_id"].iloc[:2]
    evidence = case.evidence[case.evidence["evidence_id"].isin([one, other])].assign(event_id="X1")
    node = case.stakeholders["stakeholder_id"].iloc[0]
    actors = pd.DataFrame({"evidence_id": [one, other], "stakeholder_id": node})

    def numbers(*stances):
        codings = case.codings.iloc[:2].assign(
            coder=case.settings.coder, evidence_id=[one, other], code_id=code["code_id"], stance=list(stances)
        )
        small = replace(case, evidence=evidence, evidence_actors=actors, codings=codings)
        found = profiles(small, pd.DataFrame({"id": [node], "group": [1]}), network=of_case(case))
        found = found[(found["aspect"] == "indicator") & (found["key"] == code["set_id"])]
        return {(row.stance, row.unit): (row.n, row.evidence_ids) for row in found.itertuples()}

    both = f"{min(one, other)};{max(one, other)}"
    mild = numbers("neutral", "for")
    assert (mild["for", "rows"], mild["for", "events"]) == ((1, other), (1, both))
    split_ = numbers("against", "for")
    assert (split_["for", "rows"], split_["against", "rows"]) == ((1, other), (1, one))
    assert split_["for", "events"] == split_["against", "events"] == (0, "")


def test_without_a_row_only_numbers_that_name_it_change(case, divided):
    net, members = divided
    events = case.evidence["event_id"].value_counts()
    single = case.evidence[case.evidence["event_id"].map(events) == 1]
    before = profiles(case, members, network=net, top=999)
    row = next(one for one in single["evidence_id"] if before["evidence_ids"].str.contains(one).sum() > 4)
    less = replace(case, evidence=case.evidence[case.evidence["evidence_id"] != row])
    after = profiles(less, members, network=net, top=999)
    keys = ["group", "aspect", "key", "stance", "unit"]
    both = before.merge(after, on=keys, how="outer", suffixes=("", ".after"))
    both = both[both["aspect"].isin(["code", "indicator"])]
    moved = both["n"] != both["n.after"].fillna(0)
    assert moved.sum() > 2
    assert (moved == both["evidence_ids"].str.contains(row)).all()


def test_codes_equal_to_the_last_of_the_most_frequent_ones_stay(case, divided):
    found, every = (
        profiles(case, divided[1], network=divided[0], top=top).query("aspect == 'code'") for top in (3, 999)
    )
    for group, part in every.groupby("group"):
        kept = part[part["n"] >= part["n"].nlargest(3).min()]
        assert set(found.loc[found["group"] == group, "key"]) == set(kept["key"])
    assert len(found) > 3 * found["group"].nunique()


def test_a_group_without_a_tie_or_a_row_has_zeros(case):
    net = of_case(case)
    tied = {*net.ties["source"], *net.ties["target"]}
    alone = next(one for one in net.nodes["id"] if one not in tied)
    silent = replace(case, evidence_actors=case.evidence_actors[case.evidence_actors["stakeholder_id"] != alone])
    found = profiles(silent, pd.DataFrame({"id": [alone], "group": [7]}), network=net)
    assert found.loc[found["aspect"] == "ties", ["group", "key", "n", "tie_ids"]].values.tolist() == [[7, "7", 0, ""]]
    indicators = found[found["aspect"] == "indicator"]
    assert len(indicators) == 4 * len(case.settings.indicators)
    assert set(indicators["n"]) == {0}


def test_a_profile_of_nobody_is_empty(case):
    nobody = pd.DataFrame({"id": pd.Series(dtype="str"), "group": pd.Series(dtype="int64")})
    found = profiles(case, nobody)
    assert list(found) == groups.PROFILE
    assert found.empty


# ---- the core ------------------------------------------------------------------------------------------------------


def optima(net, between):
    """All best cores that many starts find, and their r."""
    ids = np.array(sorted(net.nodes["id"]), dtype=object)
    pairs = np.unique(np.stack(groups._ends(net, ids), axis=1), axis=0)
    r, cores = groups._climbed(groups._adjacency(pairs[None], len(ids)), between, np.random.default_rng(1), 50)
    return r.max(), {frozenset(ids[core]) for core in cores[r > r.max() - 1e-9]}


def test_the_core_of_the_kite_is_the_published_one():
    # METHODS 6.4, exhaustive
    one, other = core_and_null(kite(), draws=1, seed=1), core_and_null(kite(), between="ignore", draws=1, seed=1)
    assert (one["r"][0], other["r"][0]) == pytest.approx((0.327327, 0.6), abs=1e-6)
    assert one["n_cores"][0] == 2
    assert one["core"][0] in ("0;3;5;6;8", "1;3;5;6;8")
    assert other["core"][0] == "0;1;3;5;6"
    assert optima(kite(), "one")[1] == {frozenset("13568"), frozenset("03568")}


@few
@given(small_networks(), st.sampled_from(groups.BETWEEN))
def test_the_climb_finds_what_trying_every_core_finds(tables, between):
    net = build(*tables, directed=False)
    table = core_and_null(net, between=between, draws=1, seed=1)
    if table["r"].isna().any():
        assert table["reason"].isin([groups.ALIKE, groups.NO_FIT]).all()
        return
    exact = measures.core_periphery(net, between=between)
    assert table["r"].tolist() == pytest.approx([exact.r] * 2)
    assert set(table["core"]) <= {";".join(sorted(core)) for core in exact.cores}


def test_a_planted_core_is_found_and_beats_every_uniform_network():
    rng = np.random.default_rng(1)
    graph = nx.complete_graph(8)
    graph.add_edges_from((int(rng.integers(8)), one) for one in range(8, 30))
    found = core_and_null(of_graph(graph), between="ignore", draws=99, seed=3).set_index("null")
    assert found["core"].map(lambda ids: set(ids.split(";")) == {str(one) for one in range(8)}).all()
    assert found.at["ties", "p_high"] == 0.01  # (1 + 0) / (1 + 99)
    assert found.at["ties", "null_upper"] < found.at["ties", "r"]
    assert found.at["ties", "null_lower"] <= found.at["ties", "null_mean"] <= found.at["ties", "null_upper"]


@pytest.mark.parametrize("between", groups.BETWEEN)
def test_random_networks_have_no_more_core_than_chance_gives(between):
    graphs = [nx.gnm_random_graph(20, 40, seed=seed) for seed in range(12)]
    p = [core_and_null(of_graph(one), between=between, draws=39, seed=1, starts=5)["p_high"] for one in graphs]
    assert np.mean([one[1] <= 0.05 for one in p]) <= 0.25
    assert 0.2 < np.mean(p) < 0.8


def test_a_core_needs_a_tie_a_gap_and_a_null_that_varies():
    for graph in (nx.complete_graph(4), nx.empty_graph(4), nx.empty_graph(0), nx.path_graph(2)):
        found = core_and_null(of_graph(graph), draws=5, seed=1)
        assert found[["r", "p_high"]].isna().all(axis=None)
        assert set(found["reason"]) == {measures.core_periphery(of_graph(nx.empty_graph(4))).reason}
        assert set(found["n_core"]) == {0}
    # a ring of four: each division into two and two has both blocks full or both empty
    ring = core_and_null(of_graph(nx.cycle_graph(4)), between="ignore", draws=5, seed=1)
    assert set(ring["reason"]) == {groups.NO_FIT}
    # a star is the only network with its degrees
    found = core_and_null(star(7), draws=9, seed=1).set_index("null")
    assert found.at["degrees", "reason"] == groups.STILL
    assert math.isnan(found.at["degrees", "p_high"])
    assert found["r"].tolist() == pytest.approx([1, 1])
    assert found.at["ties", "p_high"] <= 0.5
    with pytest.raises(ValueError, match="is not one of"):
        core_and_null(kite(), between="or", seed=1)
    with pytest.raises(ValueError, match="at least 1"):
        core_and_null(kite(), draws=0, seed=1)


@few
@given(st.integers(2, 12), st.integers(1, 20), st.integers(0, 99))
def test_rewired_and_uniform_networks_keep_what_they_promise(n, m, seed):
    graph = nx.gnm_random_graph(n, m, seed=seed)
    pairs, rng = np.array(graph.edges), np.random.default_rng(seed)
    for drawn in (groups.rewired(pairs, n, 4, rng, swaps=3), groups.uniform(n, len(pairs), 4, rng)):
        assert drawn.shape == (4, len(pairs), 2)
        for one in drawn:
            other = nx.Graph(one.tolist())
            assert other.number_of_edges() == len(pairs)
            assert nx.number_of_selfloops(other) == 0
    for one in groups.rewired(pairs, n, 4, rng, swaps=3):
        assert np.bincount(one.ravel(), minlength=n).tolist() == [graph.degree(node) for node in range(n)]


def test_every_network_with_given_degrees_is_equally_likely():
    # degrees 2 2 2 1 1 allow 7 networks: six paths and a triangle beside a tie, which has fewer ways out
    drawn = groups.rewired(np.array([(0, 3), (0, 1), (1, 2), (2, 4)]), 5, 7000, np.random.default_rng(1), swaps=20)
    found = pd.Series([frozenset(frozenset(pair) for pair in one.tolist()) for one in drawn]).value_counts()
    assert len(found) == 7
    assert found.between(880, 1120).all()  # 1000, four standard deviations


# ---- the case ------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def tables(case):
    return groups.tables(case, draws=20, seeds=20)


def test_every_stakeholder_of_the_case_has_one_group_and_isolates_stand_apart(case, tables):
    found = tables["stakeholder_groups"]
    assert sorted(found["id"]) == sorted(case.stakeholders["stakeholder_id"])
    net = of_case(case)
    tied = {*net.ties["source"], *net.ties["target"]}
    assert set(found.loc[~found["isolate"], "id"]) == tied
    assert (found.loc[found["isolate"], "n_members"] == 1).all()
    assert found["share_group"].dropna().between(0, 1).all()
    assert (found["share_group"].isna() == found["reason"].notna()).all()
    assert set(tables["group_profiles"]["group"]) == set(found.loc[~found["isolate"], "group"])


def test_the_core_of_the_case_is_that_of_the_exchange_of_one_node_at_a_time(case, tables):
    found = tables["core_periphery"].set_index(["between", "null"])
    assert list(found.index) == [(between, null) for between in groups.BETWEEN for null in groups.NULLS]
    net = of_case(case, isolates=False)
    exact = measures.core_periphery(net, between="ignore", starts=2)
    assert found.loc["ignore", "r"].tolist() == pytest.approx([exact.r] * 2)
    assert set(found.at[("ignore", "ties"), "core"].split(";")) == set(exact.cores[0])


def test_a_case_without_ties_gives_reasons(case):
    found = groups.tables(replace(case, ties=case.ties.iloc[:0]), draws=5, seeds=5)
    assert found["stakeholder_groups"]["isolate"].all()
    assert found["group_profiles"].empty
    assert set(found["core_periphery"]["reason"]) == {groups.ALIKE}


def test_groups_of_a_planted_network_beat_rewired_ones_and_those_of_a_random_network_do_not():
    planted = nx.planted_partition_graph(4, 12, 0.5, 0.03, seed=4)
    found = groups.modularity_and_null(of_graph(planted), draws=60, seed=1).iloc[0]
    assert found["p_high"] == pytest.approx(1 / 61)
    assert found["modularity"] > found["null_upper"]
    random = groups.modularity_and_null(of_graph(nx.gnm_random_graph(48, 120, seed=4)), draws=60, seed=1).iloc[0]
    assert random["p_high"] > 0.05
    nothing = groups.modularity_and_null(of_graph(nx.empty_graph(3)), draws=5, seed=1).iloc[0]
    assert nothing["reason"] == "no tie"
