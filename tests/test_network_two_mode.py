"""Two modes: projections, backbones, who says what, and how far they agree."""

from __future__ import annotations

import math

import networkx as nx
import pandas as pd
import pytest

from dashat_lib.network import two_mode
from dashat_lib.network.measures import Arrays
from dashat_lib.ties import build


@pytest.fixture(scope="module")
def women():
    graph = nx.davis_southern_women_graph()
    nodes = pd.DataFrame(
        [{"id": str(one), "mode": "a" if data["bipartite"] == 0 else "b"} for one, data in graph.nodes(data=True)]
    )
    edges = pd.DataFrame([(str(a), str(b)) for a, b in graph.edges], columns=["source", "target"])
    return build(nodes, edges, directed=False, mode="two")


def tie(projection, one, other):
    ties = projection.network.ties
    pair = ties[ties["source"].isin([one, other]) & ties["target"].isin([one, other])]
    return pair["weight"].iloc[0]


def test_evelyn_and_laura(women):
    # METHODS 9.1: networkx; they share 6 events, Newman 1.562637, Jaccard 0.666667, the projection has 139 edges
    ends = ("Evelyn Jefferson", "Laura Mandeville")
    found = {way: two_mode.project(women, way=way) for way in two_mode.WAYS}
    assert tie(found["count"], *ends) == 6
    assert tie(found["newman"], *ends) == pytest.approx(1.562637, abs=1e-6)
    assert tie(found["jaccard"], *ends) == pytest.approx(2 / 3)
    assert len(found["count"].network.ties) == 139
    assert found["count"].two_mode is women


def test_how_surprising_their_shared_events_are(women):
    # METHODS 9.1: 14 events, degrees 8 and 7, P(X >= 6) = 0.0512821
    table = two_mode.backbone(two_mode.project(women))
    pair = table[table["source"].isin(["Evelyn Jefferson"]) & table["target"].isin(["Laura Mandeville"])]
    assert pair["p"].iloc[0] == pytest.approx(0.0512821, abs=1e-7)


def test_a_partner_of_one_node_adds_an_isolate_and_no_tie():
    nodes = pd.DataFrame({"id": ["x", "y", "e1", "e2"], "mode": ["a", "a", "b", "b"]})
    net = build(
        nodes, pd.DataFrame([("x", "e1"), ("y", "e2")], columns=["source", "target"]), directed=False, mode="two"
    )
    for way in two_mode.WAYS:
        found = two_mode.project(net, way=way).network
        assert (len(found.nodes), len(found.ties)) == (2, 0)


def test_actors_by_codes_counts_the_rows_that_name_them(case):
    net = two_mode.actors_by_codes(case, stances=("for",))
    assert len(net.nodes) == len(case.stakeholders) + len(case.codebook)
    codings = case.codings.query("coder == 'adjudicated' and stance == 'for' and code_id == 'leadership'")
    own = case.evidence.query("source_id == 'uns-digilib-127676'")["evidence_id"]
    codings = codings[~codings["evidence_id"].isin(own)]
    named = case.evidence_actors[case.evidence_actors["evidence_id"].isin(codings["evidence_id"])][
        "stakeholder_id"
    ].value_counts()
    ties = net.ties[net.ties["target"] == "leadership"].set_index("source")["weight"]
    assert ties.to_dict() == named.to_dict()
    assert set(net.rows.columns) >= {"source", "target", "row_id", "evidence_id"}
    assert int((Arrays(net).contacts == 0).sum()) > 0


TOY = pd.DataFrame(
    [("o1", "c1", "for"), ("o1", "c1", "for"), ("o1", "c2", "against"), ("o2", "c1", "for"), ("o2", "c2", "for"), ("o3", "c1", "against")],
    columns=["actor", "concept", "stance"],
)  # fmt: skip


def test_congruence_and_conflict_of_three():
    # METHODS 9.2: toy by the formula of Leifeld 2017
    found = two_mode.discourse(TOY)
    assert found["congruence"].tolist() == [1, 0, 0]
    assert found["conflict"].tolist() == [1, 1, 1]
    assert found["subtract"].tolist() == [0, -1, -1]
    assert two_mode.discourse(TOY, normalise="activity")["congruence"].iloc[0] == 0.5
    assert two_mode.discourse(TOY, normalise="jaccard")["congruence"].iloc[0] == pytest.approx(1 / 3)
    assert two_mode.discourse(TOY, counted=True)["congruence"].iloc[0] == 2


def test_statements_on_a_scale():
    # METHODS 9.2: the manual's own example, -4 twice and +2 three times on [-5, 5]
    assert two_mode.congruence_on_scale(-4, 2, 2, 3, width=10) == pytest.approx(2.4)


def test_an_actor_without_a_statement_for_or_against_has_no_normaliser():
    said = pd.concat([TOY, pd.DataFrame([("o4", "c1", "neutral"), ("o5", "c1", "neutral")], columns=list(TOY))])
    found = two_mode.discourse(said, normalise="activity").set_index(["one", "other"])
    assert math.isnan(found.at[("o4", "o5"), "congruence"])
    assert found.at[("o1", "o4"), "congruence"] == 0


def test_an_unknown_way_is_refused(women):
    with pytest.raises(ValueError, match="is not one of"):
        two_mode.project(women, way="cosine")
    with pytest.raises(ValueError, match="is not one of"):
        two_mode.discourse(TOY, normalise="cosine")
