"""Marked-up texts of qcoder and tables of zotQDA."""

from __future__ import annotations

import os

import pytest
from table_files import REAL, mutations, needs_real, read_or_refused, text_table, told

from dashat_lib.errors import DashatError
from dashat_lib.loaders import qcoder, small_tools
from dashat_lib.loaders.qcoder import unmarked
from dashat_lib.loaders.read_project import read_project

TEXT = (
    "Wawancara 1\r\n(QCODE)Obat (QCODE)habis(/QCODE){#stok} di puskesmas(/QCODE){#akses, #mutu}. Ibu 👩🏽 {pulang}.\n"
)


def passages(text):
    plain, found, odd = unmarked(text)
    return [(plain[one.start : one.end], one.codes) for one in found], odd


def test_marks_are_taken_out_and_positions_count_in_the_text_without_them(tmp_path):
    path = tmp_path / "W1.txt"
    path.write_bytes(TEXT.encode())
    project = read_project(path)
    assert project.format == "qcoder"
    assert project.sources.iloc[0]["text"] == "Wawancara 1\nObat habis di puskesmas. Ibu 👩🏽 {pulang}.\n"
    assert list(project.segments["text"]) == ["Obat habis di puskesmas", "habis"]
    text = project.sources.iloc[0]["text"]
    assert [text[one.start : one.end] for one in project.segments.itertuples()] == list(project.segments["text"])
    assert [(one.segment_id, one.code_id) for one in project.codings.itertuples()] == [("W1.txt:1", "akses"), ("W1.txt:1", "mutu"), ("W1.txt:2", "stok")]  # fmt: skip
    assert project.load_report == ()
    assert project.properties["encoding"] == "utf-8"


@pytest.mark.parametrize(
    ("text", "found", "odd"),
    [
        ("(QCODE)a{#x} b", [("a", ["x"])], [("mark_mended", 1)]),
        ("(QCODE){#}(QCODE)a(/QCODE){#x} b(/QCODE){#y}", [("a b", ["y"]), ("a", ["x"])], [("stray_code_list", 0)]),
        ("a(/QCODE){#x} b", [], [("mark_not_opened", 1)]),
        ("a (QCODE)b", [], [("mark_not_closed", 2)]),
        ("(QCODE)a(/QCODE) b", [("a", [])], [("mark_without_code", 1)]),
        ("(QCODE)a(/QCODE){#x,#x, y}", [("a", ["x", "y"])], []),
        ("a {#x} b", [], [("stray_code_list", 2)]),
        ("(QCODE)a} b(/QCODE){#x}", [("a} b", ["x"])], []),
        ("(QCODE)(/QCODE){#x}", [("", ["x"])], []),
    ],
)
def test_broken_marks_are_mended_or_taken_out_and_told(text, found, odd):
    assert passages(text) == (found, odd)
    assert "QCODE" not in unmarked(text)[0]


def project_folder(tmp_path):
    folder = tmp_path / "proyek"
    for name in ("documents", "codes", "units"):
        (folder / name).mkdir(parents=True)
    (folder / "documents/W1.txt").write_text(TEXT, encoding="utf-8")
    (folder / "documents/W2.txt").write_text("(QCODE)Jauh(/QCODE){#jarak}\n", encoding="utf-8")
    text_table(folder / "codes/codes.csv", [["code_id", "code", "code.description"], ["1", "akses", "jarak dan biaya"], ["2", "mutu", ""], ["3", "stok", ""], ["4", "akses", "lagi"]])  # fmt: skip
    text_table(folder / "units/units.csv", [["unit_id", "name"], ["1", "Kelurahan A"]])
    text_table(folder / "units/unit_document_map.csv", [["doc_path", "unit_id"], ["W1.txt", "1"], ["../../etc/passwd", "2"]])  # fmt: skip
    return folder


def test_a_folder_is_read_with_its_tables(tmp_path):
    folder = project_folder(tmp_path)
    os.symlink(folder / "documents/W1.txt", folder / "documents/W3.txt")
    project = read_project(folder)
    assert list(project.sources["source_id"]) == ["W1.txt", "W2.txt", "passwd"]
    assert dict(zip(project.codes["code_id"], project.codes["name"], strict=True)) == {"1": "akses", "2": "mutu", "3": "stok", "jarak": "jarak"}  # fmt: skip
    assert list(project.cases["name"]) == ["Kelurahan A", "2"]
    assert [(one.case_id, one.target_id) for one in project.case_members.itertuples()] == [("1", "W1.txt"), ("2", "passwd")]  # fmt: skip
    assert told(project) == {
        "repeated_code": (1, "akses"), "code_not_listed": (1, "jarak"), "link_left_out": (1, "W3.txt"),
        "unit_not_listed": (1, "2"), "text_missing": (1, "passwd"),
    }  # fmt: skip
    assert project.sources["text"].isna().sum() == 1


def test_each_table_of_qcoder_is_read_alone(tmp_path):
    folder = project_folder(tmp_path)
    codes, units, joined = (read_project(folder / name) for name in ("codes/codes.csv", "units/units.csv", "units/unit_document_map.csv"))  # fmt: skip
    assert {codes.format, units.format, joined.format} == {"qcoder"}
    assert list(codes.codes["description"].fillna("")) == ["jarak dan biaya", "", ""]
    assert codes.summary()["data_rows"] == 4
    assert list(units.cases["name"]) == ["Kelurahan A"]
    assert len(joined.case_members) == 2


def test_an_empty_passage_is_kept_and_told(tmp_path):
    path = tmp_path / "a.txt"
    path.write_text("(QCODE)(/QCODE){#x}", encoding="utf-8")
    assert told(read_project(path)) == {"empty_passage": (1, "a.txt:1")}


def test_another_table_is_refused(tmp_path):
    with pytest.raises(DashatError, match=r"a\.csv: is no marked-up text and no table of qcoder"):
        qcoder.read(text_table(tmp_path / "a.csv", [["a", "b"], ["1", "2"]]))
    assert not small_tools.recognises(tmp_path)


FRAGMENTS = ["zotqdaFormat", "code", "codeId", "citekey", "title", "itemKey", "attachmentKey", "attachmentTitle", "annotationKey", "annotationType", "color", "text", "comment", "weight", "allTags", "codedBy", "codedAt", "dateAdded", "positionKind", "positionStart", "positionEnd", "positionPage", "positionRects"]  # fmt: skip


def fragment(code, code_id, key, coder, **more):
    row = dict.fromkeys(FRAGMENTS, "") | {
        "zotqdaFormat": "fragments/1", "code": code, "codeId": code_id, "attachmentKey": "ATT1", "attachmentTitle": "W1.txt",
        "annotationKey": key, "text": "Obat habis", "weight": "1", "allTags": f"#Code {code}", "codedBy": coder,
        "citekey": "w1", "positionKind": "text", "positionStart": "5", "positionEnd": "15",
    }  # fmt: skip
    return [(row | more)[name] for name in FRAGMENTS]


def test_one_annotation_of_two_coders_is_one_segment(tmp_path):
    rows = [
        fragment("Akses", "c1", "K1", "ani"), fragment("Akses", "c1", "K1", "budi"), fragment("Akses/Obat", "c2", "K1", "ani"),
        fragment("Lain/Jarak", "c3", "K2", "ani", attachmentKey="ATT2", positionKind="pdf", positionStart="", positionEnd="", positionPage="3", positionRects="10.5 20 110 32|10 33 90 45.5", comment="ragu"),
    ]  # fmt: skip
    project = read_project(text_table(tmp_path / "f.csv", [FRAGMENTS, *rows], encoding="utf-8-sig"))
    assert project.format == "zotqda"
    assert list(project.code_paths()) == ["Akses", "Akses > Obat", "Lain/Jarak"]
    assert list(project.segments["segment_id"]) == ["K1", "K2"]
    assert [(one.segment_id, one.code_id, one.coder_id) for one in project.codings.itertuples()] == [("K1", "c1", "ani"), ("K1", "c1", "budi"), ("K1", "c2", "ani"), ("K2", "c3", "ani")]  # fmt: skip
    area = project.segments.iloc[1]
    assert (area["kind"], area["page"], area["x1"], area["y1"], area["x2"], area["y2"]) == ("pdf", 3, 10, 20, 110, 45.5)
    assert list(project.segments["raw_start"].dropna()) == ["5"]
    assert project.segments["start"].isna().all()
    assert list(project.attribute_values["value"]) == ["w1", "w1"]
    assert told(project) == {"areas_joined": (1, "K2"), "text_missing": (2, "ATT1, ATT2")}


def test_what_does_not_fit_in_fragments_is_told(tmp_path):
    rows = [
        fragment("A", "c1", "K1", "ani", allTags="#Code B|penting"), fragment("A", "c1", "K1", "ani", text="lain"),
        fragment("B", "c1", "K2", "ani", zotqdaFormat="fragments/9", color="#fff"), fragment("", "", "K3", "", allTags=""),
    ]  # fmt: skip
    found = told(read_project(text_table(tmp_path / "f.csv", [FRAGMENTS, *rows])))
    assert found == {
        "version_unknown": (1, "fragments/9"), "column_left_out": (1, "color"), "repeated_id": (1, "c1"), "empty_code": (1, "code"),
        "tag_left_out": (1, "K1"), "tag_differs": (1, "K1"), "segment_differs": (1, "K1"), "duplicate_coding": (1, "K1"),
        "code_not_named": (1, "K3"), "text_missing": (1, "ATT1"),
    }  # fmt: skip


def test_a_codebook_of_zotqda_has_levels(tmp_path):
    heading = ["zotqdaFormat", "code", "codeId", "parent", "name", "level", "color", "memo"]
    rows = [["codebook/1", "Akses", "c1", "", "Akses", "0", "#f00", "jarak"], ["codebook/1", "Akses/Obat", "c2", "Akses", "Obat", "1", "", ""]]  # fmt: skip
    project = read_project(text_table(tmp_path / "b.csv", [heading, *rows]))
    assert list(project.code_paths()) == ["Akses", "Akses > Obat"]
    assert list(project.codes["color"].dropna()) == ["#f00"]
    assert project.load_report == ()


def test_damaged_files_are_read_or_refused(tmp_path):
    damaged = [(".txt", data) for data in mutations(TEXT.encode() * 3, 40, seed=6)]
    table = text_table(tmp_path / "f.csv", [FRAGMENTS, *(fragment("A/B", "c1", f"K{n}", "ani") for n in range(5))])
    damaged += [(".csv", data) for data in mutations(table.read_bytes(), 20, seed=7)]
    for n, (ending, data) in enumerate(damaged):
        read_or_refused(small_tools, tmp_path / f"{n}{ending}", data)


@needs_real
def test_real_texts_have_the_passages_that_their_marks_say():
    # By the number of (/QCODE) in each file; the broken ones are told.
    found = {path.name: read_project(path) for path in sorted((REAL / "qcoder").glob("*.txt"))}
    for name, project in found.items():
        raw = (REAL / "qcoder" / name).read_text(encoding="utf-8")
        mended = told(project).get("mark_mended", (0,))[0]
        assert len(project.segments) == raw.count("(/QCODE)") + mended, name
        assert "QCODE" not in project.sources.iloc[0]["text"]
    assert {name: list(told(project)) for name, project in found.items() if project.load_report} == {
        "CoC_Example1_MU_nestingcheck.txt": ["stray_code_list"], "CoC_Example2_MU_unbalanced_tags.txt": ["mark_mended"],
    }  # fmt: skip


@needs_real
def test_a_real_table_of_fragments_is_counted():
    # zotqda-fragments-demo.csv: 502 rows, 232 annotations, 9 codes, 8 documents, coders ann and bob
    project = read_project(REAL / "qdapy/zotqda-fragments-demo.csv")
    assert [len(one) for one in (project.codings, project.segments, project.codes, project.sources, project.coders)] == [502, 232, 9, 8, 2]  # fmt: skip
    assert told(project)["duplicate_coding"] == (1, "DEMO0074")
