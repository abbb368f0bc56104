"""Networks written for other programs come back with every node, tie, attribute and row of evidence."""

from __future__ import annotations

import json
from dataclasses import asdict

import pandas as pd
import pytest
from conftest import SHARED
from networks import kite

from dashat_lib import network
from dashat_lib.errors import DashatError
from dashat_lib.facts import stamp
from dashat_lib.loaders.network_files import read_network_file, write_network
from dashat_lib.loaders.networks import read_network
from dashat_lib.ties import build

FORMATS = [".graphml", ".gexf", ".net", ".dl", ".csv", ".json"]


@pytest.fixture(scope="module", params=[True, False], ids=["directed", "undirected"])
def unicode_network(request):
    """Ids with blanks, commas and letters beyond ASCII; an isolate; attributes with gaps; evidence on every tie."""
    nodes = pd.DataFrame({
        "id": ["dinas kesehatan", "Ünïcode–Ωrg", "a,b", "NA", "日本"], "label": ["Dinkes", "Ü", "A, B", "Tidak ada", "日"],
        "sector": ["government", None, "business", "community", "media"],
    })  # fmt: skip
    edges = pd.DataFrame(
        [("dinas kesehatan", "Ünïcode–Ωrg", 2, "T1", "E1"), ("Ünïcode–Ωrg", "a,b", 0.5, "T2", "E2"), ("a,b", "NA", 1, "T3", "E3"), ("a,b", "NA", 1, "T4", "E1")],
        columns=["source", "target", "weight", "row_id", "evidence_id"],
    )  # fmt: skip
    return build(nodes, edges, directed=request.param, name="contoh", definition="semua hubungan")


@pytest.mark.parametrize("suffix", FORMATS)
def test_what_is_written_is_read_back(unicode_network, tmp_path, suffix):
    path = tmp_path / f"jaringan{suffix}"
    written = write_network(unicode_network, path)
    assert [one.suffix for one in written] == [suffix, ".csv", ".csv"]
    back = read_network_file(path)
    assert back.directed == unicode_network.directed
    pd.testing.assert_frame_equal(
        back.nodes.fillna("")[["id", "label", "sector"]],
        unicode_network.nodes.fillna("")[["id", "label", "sector"]],
        check_dtype=False,
    )
    key = ["source", "target"]
    pd.testing.assert_frame_equal(
        back.ties[[*key, "weight"]].sort_values(key, ignore_index=True),
        unicode_network.ties[[*key, "weight"]].sort_values(key, ignore_index=True),
        check_dtype=False,
    )
    pd.testing.assert_frame_equal(back.rows, unicode_network.rows, check_dtype=False)
    assert back.evidence_ids().tolist() == unicode_network.evidence_ids().tolist()


@pytest.mark.parametrize("suffix", [".graphml", ".gexf", ".csv", ".json"])
def test_formats_that_can_hold_them_keep_name_definition_and_row_counts(unicode_network, tmp_path, suffix):
    back = read_network_file(write_network(unicode_network, tmp_path / f"x{suffix}")[0])
    assert (back.name, back.definition, back.weight_means, back.mode) == ("contoh", "semua hubungan", "strength", "one")
    assert back.ties["n_rows"].tolist() == unicode_network.ties["n_rows"].tolist()
    assert back.ties["flagged"].tolist() == unicode_network.ties["flagged"].tolist()


@pytest.mark.parametrize("suffix", [".graphml", ".gexf", ".json"])
def test_evidence_stands_on_every_tie_of_the_file_itself(unicode_network, tmp_path, suffix):
    path = write_network(unicode_network, tmp_path / f"x{suffix}")[0]
    assert "E1;E3" in path.read_text(encoding="utf-8")


@pytest.mark.parametrize("suffix", FORMATS)
def test_the_networks_of_the_case_survive_with_all_evidence(case, tmp_path, suffix):
    for relations, directed in ((None, False), (["funds"], True)):
        net = network.of_case(case, relations, directed=directed)
        back = read_network_file(write_network(net, tmp_path / f"{'-'.join(relations or ['all'])}{suffix}")[0])
        assert len(back.nodes) == len(case.stakeholders)
        assert len(back.ties) == len(net.ties)
        assert set(back.rows["evidence_id"]) == set(net.rows["evidence_id"])
        assert back.ties["weight"].sum() == net.ties["weight"].sum()


def test_a_stamp_says_data_definition_and_seed(case, tmp_path):
    net = network.of_case(case, ["funds"], directed=True)
    written = write_network(net, tmp_path / "funds.gexf", stamp=stamp(case, "money", "network.funds.*", seed=1))
    about = json.loads(written[-1].read_text(encoding="utf-8"))
    assert written[-1].name == "funds.stamp.json"
    assert len(about["data"]) == 12
    assert (about["seed"], about["relations"]) == (1, "funds")
    assert about["definition"].startswith("relations funds; directed")


@pytest.mark.parametrize("suffix", FORMATS)
def test_writing_twice_gives_the_same_bytes(tmp_path, suffix):
    one, two = (write_network(kite(), tmp_path / f"{name}{suffix}")[0].read_bytes() for name in "ab")
    assert one == two


def test_nothing_is_written_over_unless_it_is_said(tmp_path):
    write_network(kite(), tmp_path / "x.json")
    with pytest.raises(DashatError, match="is there already"):
        write_network(kite(), tmp_path / "x.json")
    write_network(kite(), tmp_path / "x.json", force=True)


def test_an_unknown_suffix_and_a_broken_file_get_a_line(tmp_path):
    with pytest.raises(DashatError, match="names no format"):
        write_network(kite(), tmp_path / "x.xyz")
    for suffix, text in [
        (".graphml", "<no"),
        (".json", "{"),
        (".dl", "nothing"),
        (".net", "*Matrix\n1 0"),
        (".gexf", "x"),
    ]:
        path = tmp_path / f"broken{suffix}"
        path.write_text(text, encoding="utf-8")
        with pytest.raises(DashatError, match="cannot be read"):
            read_network_file(path)


def test_ucinet_matrices_and_pajek_without_labels_are_read(tmp_path):
    (tmp_path / "m.dl").write_text(
        'dl n=3 format=fullmatrix\nlabels:\na,b,"c d"\ndata:\n0 1 0\n1 0 2\n0 2 0\n', encoding="utf-8"
    )
    net = read_network_file(tmp_path / "m.dl")
    assert not net.directed
    assert net.ties[["source", "target", "weight"]].values.tolist() == [["a", "b", 1.0], ["b", "c d", 2.0]]
    (tmp_path / "p.net").write_text("% remark\n*Vertices 3\n1\n2\n3\n*Arcs\n1 2 5\n2 1\n", encoding="utf-8")
    net = read_network_file(tmp_path / "p.net")
    assert net.directed
    assert net.ties["weight"].tolist() == [5.0, 1.0]


def write_folder(folder, nodes, edges, meta=None):
    folder.mkdir(exist_ok=True)
    (folder / "nodes.csv").write_text(nodes, encoding="utf-8")
    (folder / "edges.csv").write_text(edges, encoding="utf-8")
    if meta is not None:
        (folder / "meta.json").write_text(meta, encoding="utf-8")
    return folder


def test_a_folder_of_nodes_and_edges_needs_no_meta(tmp_path):
    found = read_network(write_folder(tmp_path / "n", "id\n1\n2\nNA\n", "source,target\n1,NA\n"))
    net = found.networks["tie"]
    assert net.directed
    assert net.ties[["source", "target"]].values.tolist() == [["1", "NA"]]
    assert net.rows["row_id"].tolist() == ["2"]


def test_rows_are_filtered_as_meta_says_and_relations_without_rows_stay(tmp_path):
    meta = '{"directed": false, "relations": ["x", "y"], "primary_filter": {"year": 2007}}'
    found = read_network(
        write_folder(tmp_path / "n", "id\na\nb\n", "source,target,relation,year\na,b,x,2007\na,b,x,2008\n", meta),
        stack=True,
    )
    assert {name: len(net.ties) for name, net in found.networks.items()} == {"x": 1, "y": 0, "all_relations": 1}
    assert asdict(found.networks["x"].edge_rows)["read"] == 1


def test_every_stranger_of_a_folder_is_named(tmp_path):
    folder = write_folder(tmp_path / "n", "id\na\n", "source,target,relation\na,zzz,x\nyyy,a,y\n")
    with pytest.raises(DashatError) as caught:
        read_network(folder)
    assert "'zzz'" in str(caught.value)
    assert "'yyy'" in str(caught.value)


def test_a_missing_file_or_column_or_broken_meta_gets_a_line(tmp_path):
    with pytest.raises(DashatError, match=r"nodes.csv: is missing"):
        read_network(tmp_path)
    with pytest.raises(DashatError, match=r"column target: this column is missing"):
        read_network(write_folder(tmp_path / "n", "id\na\n", "source,traget\na,a\n"))
    with pytest.raises(DashatError, match="is no JSON"):
        read_network(write_folder(tmp_path / "m", "id\na\n", "source,target\na,a\n", "{"))
    with pytest.raises(DashatError, match=r"stands in edges\.csv and not here"):
        read_network(write_folder(tmp_path / "o", "id\na\n", "source,target,relation\na,a,x\n", '{"relations": ["y"]}'))


@pytest.mark.skipif(not (SHARED / "real/networks").is_dir(), reason="the reference networks are not there")
def test_country_codes_na_are_names():
    nodes = read_network(SHARED / "real/networks/h2020_large").networks["co_participation"].nodes
    assert (nodes["country"] == "NA").any()
