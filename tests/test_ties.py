"""From edge rows to a network: each odd row has a rule and a count."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from networks import odd_rows

from dashat_lib.errors import TableError
from dashat_lib.ties import build, stacked

NODES = pd.DataFrame({"id": ["a", "b", "NA", "d"]})


def edges(*rows, columns=("source", "target", "weight")):
    return pd.DataFrame(rows, columns=columns[: len(rows[0])])


def test_rows_of_one_pair_are_summed_and_loops_empty_weights_and_zeros_counted():
    net = build(
        NODES, edges(("a", "b", "2"), ("b", "a", "3"), ("a", "a", "1"), ("b", "d", ""), ("a", "d", "0")), directed=False
    )
    assert net.ties[["source", "target", "weight", "n_rows"]].values.tolist() == [
        ["a", "b", 5.0, 2],
        ["b", "d", 1.0, 1],
    ]
    one = net.edge_rows
    assert (one.read, one.self_loops, one.duplicates, one.missing_weight, one.zero_weight) == (5, 1, 1, 1, 1)


def test_directed_rows_are_not_turned_round():
    net = build(NODES, edges(("b", "a"), ("a", "b")), directed=True)
    assert len(net.ties) == 2


def test_ids_are_text_and_na_is_a_name():
    nodes = pd.DataFrame({"id": [1, 2, "NA"]})
    net = build(nodes, edges((1, "NA"), (" 2 ", "1")), directed=False)
    assert set(net.ties["source"]) | set(net.ties["target"]) == {"1", "2", "NA"}


def test_nodes_keep_their_own_rows_whatever_their_index():
    nodes = pd.DataFrame({"id": ["x", "y"]}, index=[7, 99])
    assert build(nodes, edges(("x", "y")), directed=False).nodes["id"].tolist() == ["x", "y"]


def test_ids_equal_up_to_case_and_blanks_are_told_and_not_merged():
    net = build(pd.DataFrame({"id": ["Dinas A", "dinasA", "b"]}), edges(("b", "dinasA")), directed=False)
    assert net.alike == (("Dinas A", "dinasA"),)
    assert len(net.nodes) == 3


def test_every_end_that_is_no_node_and_every_bad_weight_is_named():
    with pytest.raises(TableError) as caught:
        build(NODES, edges(("a", "x", "1"), ("y", "b", "1"), ("a", "b", "-1"), ("a", "d", "viel")), directed=True)
    text = str(caught.value)
    assert "edges.csv, row 2, column target: 'x' is not in nodes.csv (1 rows)" in text
    assert "'y' is not in nodes.csv" in text
    assert "row 4, column weight: -1 is negative" in text
    assert "row 5, column weight: 'viel' is not a number" in text


def test_a_node_without_or_with_a_doubled_id_is_refused():
    with pytest.raises(TableError, match="stands in the table twice"):
        build(pd.DataFrame({"id": ["a", "a"]}), edges(("a", "a")), directed=True)
    with pytest.raises(TableError, match="the cell is empty"):
        build(pd.DataFrame({"id": ["a", None]}), edges(("a", "a")), directed=True)


def test_a_tie_inside_one_mode_is_refused():
    nodes = pd.DataFrame({"id": ["a", "b"], "mode": ["a", "a"]})
    with pytest.raises(TableError, match="same mode"):
        build(nodes, edges(("a", "b")), directed=False, mode="two")


@pytest.mark.parametrize("seed", range(40))
def test_every_row_is_in_a_tie_or_counted_and_the_input_is_left_alone(seed):
    nodes, rows, directed, graph = odd_rows(seed)
    before = rows.copy()
    net = build(nodes, rows, directed=directed)
    pd.testing.assert_frame_equal(rows, before)
    one = net.edge_rows
    assert net.ties["n_rows"].sum() + one.self_loops + one.zero_weight == one.read == len(rows)
    assert {(a, b): w for a, b, w in graph.edges(data="weight")}.keys() or not len(net.ties)
    assert len(net.ties) == graph.number_of_edges()
    assert net.ties["weight"].sum() == pytest.approx(sum(w for _, _, w in graph.edges(data="weight")))
    shuffled = build(nodes, rows.sample(frac=1, random_state=seed), directed=directed)
    pd.testing.assert_frame_equal(net.ties, shuffled.ties)


def test_stacking_sums_over_relations():
    one, two = (build(NODES, edges(("a", "b", w)), directed=False, name=name) for name, w in (("x", "1"), ("y", "4")))
    both = stacked({"x": one, "y": two})
    assert both.ties["weight"].tolist() == [5.0]
    assert both.relations == ("x", "y")
    assert both.edge_rows.read == 2


def test_a_network_becomes_a_networkx_graph_with_evidence_on_every_tie():
    rows = edges(("a", "b", "1"), ("b", "a", "1")).assign(row_id=["T1", "T2"], evidence_id=["E2", "E1"])
    net = build(NODES.assign(sector=["x", "y", np.nan, "z"]), rows, directed=False)
    graph = net.to_networkx()
    assert graph.edges["a", "b"]["evidence_ids"] == "E1;E2"
    assert graph.nodes["a"]["sector"] == "x"
    assert "sector" not in graph.nodes["NA"]
    assert set(graph) == {"a", "b", "NA", "d"}
