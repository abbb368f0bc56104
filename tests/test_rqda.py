"""Projects of RQDA: only what is marked live is read, every number says what it left out."""

from __future__ import annotations

import pytest
from coded_databases import RQDA, damaged, made, real, records, said, survives

from dashat_lib.errors import DashatError
from dashat_lib.loaders import maxqda, qualcoder, requal, rqda, taguette
from dashat_lib.loaders.read_project import read_project

TEXT = "Sumur itu kering sejak Juni.\nKami berbagi air dengan tetangga. Tidak ada bantuan."


def place(quote):
    return {"selfirst": float(TEXT.index(quote)), "selend": float(TEXT.index(quote) + len(quote))}


@pytest.fixture
def project(tmp_path):
    """Two coders, a deleted code, document, case and attribute; a quote that was stored differently."""
    live, dead = {"status": 1}, {"status": 0}
    coding = [
        {"cid": 1, "fid": 1, "seltext": "kering", **place("kering"), "owner": "sari", "memo": "penting", **live},
        {"cid": 1, "fid": 1, "seltext": "kering", **place("kering"), "owner": "budi", **live},
        {"cid": 1, "fid": 1, "seltext": "kering", **place("kering"), "owner": "sari", **live},
        {"cid": 2, "fid": 1, "seltext": "\nKami berbagi air", **place("Kami berbagi air"), "owner": "sari", **live},
        {"cid": 1, "fid": 1, "seltext": "kering", **place("kering"), "owner": "sari", "status": -1},
        {"cid": 3, "fid": 1, "seltext": "kering", **place("kering"), "owner": "sari", **live},
        {"cid": 1, "fid": 2, "seltext": "hilang", "selfirst": 0.0, "selend": 6.0, "owner": "sari", **live},
        {"cid": 9, "fid": 1, "seltext": "Tidak ada bantuan.", **place("Tidak ada bantuan."), **live},
        {"cid": 1, "fid": 1, "seltext": "x", "selfirst": 3.5, "selend": 5.0, "owner": "sari", "status": None},
    ]  # fmt: skip
    return made(
        tmp_path / "air.rqda", RQDA,
        project=[{"databaseversion": "0.2.2", "date": "Sun Mar  1 2026", "memo": "Memo proyek", "about": "RQDA"}],
        source=[
            {"id": 1, "name": "Wawancara 1", "file": TEXT, "memo": "di balai desa", "owner": "sari", **live},
            {"id": 2, "name": "dihapus", "file": "hilang", **dead}, {"id": 3, "name": "kosong", "file": "", **live},
        ],
        freecode=[{"id": 1, "name": "kekeringan", "memo": "air habis", "color": "#FF0000", **live}, {"id": 2, "name": "berbagi", **live}, {"id": 3, "name": "lama", **dead}],
        codecat=[{"catid": 1, "name": "Air", "memo": "kelompok", **live}, {"catid": 2, "name": "lama", **dead}],
        treecode=[{"cid": 1, "catid": 1, **live}, {"cid": 2, "catid": 1, **dead}, {"cid": 2, "catid": 2, **live}, {"cid": 3, "catid": 1, **live}],
        filecat=[{"catid": 1, "name": "Desa", **live}], treefile=[{"fid": 1, "catid": 1, **live}, {"fid": 2, "catid": 1, **live}],
        coding=coding, coding2=[{"cid": 1, "fid": 1}],
        cases=[{"id": 1, "name": "Ibu S", "memo": "petani", **live}, {"id": 2, "name": "lama", **dead}],
        caselinkage=[{"caseid": 1, "fid": 1, "selfirst": 0.0, "selend": float(len(TEXT)), **live}, {"caseid": 1, "fid": 1, **place("Kami berbagi air"), **live}, {"caseid": 2, "fid": 1, **live}],
        attributes=[{"name": "usia", "class": "numeric", "memo": "tahun", **live}, {"name": "desa", "class": "character", **live}, {"name": "lama", **dead}],
        caseAttr=[{"variable": "usia", "value": "41", "caseID": 1, **live}, {"variable": "usia", "value": "30", "caseID": 2, **live}],
        fileAttr=[{"variable": "desa", "value": "Utara", "fileID": 1, **live}, {"variable": "lama", "value": "x", "fileID": 1, **live}],
        annotation=[{"fid": 1, "position": 6, "annotation": "sumur mana?", "owner": "budi", **live}, {"fid": 1, "position": 6, "annotation": "hapus", **dead}],
        journal=[{"name": "hari 1", "journal": "Panas sekali.", "owner": "sari", **live}],
        image=[{"id": 1, "name": "peta.jpg", **live}], imageCoding=[{"cid": 1, "iid": 1, "x1": 5, "y1": 6, "x2": 50, "y2": 60, "owner": "sari", **live}],
    )  # fmt: skip


def test_only_live_rows_are_read_and_the_others_counted(project):
    read = read_project(project)
    assert said(read) == {
        "table_not_read": [(1, "coding2")],
        # source, treefile, freecode, codecat 1 each; treecode 3; cases, caselinkage, attributes, caseAttr, fileAttr, annotation 1 each
        "deleted_row": [(13, "source, treefile, freecode, codecat, treecode, …")],
        "deleted_coding": [(4, "coding")],
        "text_missing": [(1, "3")],
        "quote_differs": [(1, "4")],
        "no_coder": [(1, "8")],
        "unknown_code": [(1, "8")],
        "duplicate_coding": [(1, "3")],
        "not_a_number": [(1, "coding.selfirst")],
    }
    assert read.properties == {"name": "air", "origin": "RQDA", "version": "0.2.2", "description": "Memo proyek", "created": "Sun Mar  1 2026", "unit": "code point", "line_break": "as stored"}  # fmt: skip


def test_documents_codes_and_groups(project):
    read = read_project(project)
    assert records(read.sources, "source_id", "name", "kind", "text", "description", "creator") == [
        ("1", "Wawancara 1", "text", TEXT, "di balai desa", "sari"), ("3", "kosong", "text", None, None, None), ("image 1", "peta.jpg", "picture", None, None, None),
    ]  # fmt: skip
    assert records(read.codes, "code_id", "name", "description", "color") == [
        ("1", "kekeringan", "air habis", "#FF0000"),
        ("2", "berbagi", None, None),
    ]
    assert records(read.categories, "category_id", "name", "description") == [("1", "Air", "kelompok")]
    assert records(read.category_codes, "category_id", "code_id") == [("1", "1")]
    assert records(read.sets, "set_id", "name") == [("1", "Desa")]
    assert records(read.set_members, "set_id", "kind", "target_id") == [("1", "source", "1")]


def test_segments_are_cut_by_code_points_from_real_numbers(project):
    read = read_project(project)
    at, at2 = TEXT.index("kering"), TEXT.index("Kami")
    rows = records(read.segments, "segment_id", "kind", "start", "end", "raw_start", "text", "stored_text", "comment")
    assert rows[0] == ("1", "text", at, at + 6, str(at), "kering", "kering", "penting")
    assert rows[3][5:7] == ("Kami berbagi air", "\nKami berbagi air")
    assert rows[3][2:4] == (at2, at2 + 16)
    assert records(read.segments, "segment_id", "kind", "x1", "y1", "x2", "y2")[-1] == (
        "image 1",
        "picture",
        5,
        6,
        50,
        60,
    )
    assert records(read.codings, "coding_id", "code_id", "coder_id") == [("1", "1", "sari"), ("2", "1", "budi"), ("3", "1", "sari"), ("4", "2", "sari"), ("8", "9", None), ("image 1", "1", "sari")]  # fmt: skip
    assert read.summary(texts=True)["codings_by_code"] == {"kekeringan": 4, "berbagi": 1, "9": 1}
    assert records(read.coders, "coder_id") == [("sari",), ("budi",)]


def test_cases_attributes_and_memos(project):
    read = read_project(project)
    at = TEXT.index("Kami")
    assert records(read.cases, "case_id", "name", "description") == [("1", "Ibu S", "petani")]
    assert records(read.case_members, "case_id", "kind", "target_id", "start", "end") == [("1", "source", "1", None, None), ("1", "source", "1", at, at + 16)]  # fmt: skip
    assert records(read.attributes, "attribute_id", "type", "description") == [
        ("usia", "Float", "tahun"),
        ("desa", "Text", None),
    ]
    assert records(read.attribute_values, "attribute_id", "kind", "target_id", "value") == [("usia", "case", "1", "41"), ("desa", "source", "1", "Utara")]  # fmt: skip
    assert records(read.memos, "kind", "name", "text", "source_id", "start", "end", "creator") == [
        ("annotation", None, "sumur mana?", "1", 6, 6, "budi"), ("journal", "hari 1", "Panas sekali.", None, None, None, "sari"),
    ]  # fmt: skip


def test_an_early_version_without_attributes_or_their_status_is_read(tmp_path):
    path = made(
        tmp_path / "awal.rqda",
        "CREATE TABLE source (name, id, file, status); CREATE TABLE freecode (name, id, status); CREATE TABLE treecode (cid, catid, status);"
        "CREATE TABLE coding (cid, fid, seltext, selfirst, selend, status, owner); CREATE TABLE attributes (name, status);"
        "CREATE TABLE cases (name, id, status); CREATE TABLE caseAttr (variable, value, caseID);",
        source=[{"name": "a", "id": 1, "file": "Air.", "status": 1}], freecode=[{"name": "k", "id": 1, "status": 1}],
        coding=[{"cid": 1, "fid": 1, "seltext": "Air", "selfirst": 0, "selend": 3, "status": 1, "owner": "x"}],
        cases=[{"name": "k", "id": 1, "status": 1}], attributes=[{"name": "usia", "status": 1}], caseAttr=[{"variable": "usia", "value": "9", "caseID": 1}],
    )  # fmt: skip
    read = read_project(path)
    assert (said(read), len(read.codings), len(read.attribute_values)) == ({}, 1, 1)


def test_ids_that_repeat_are_told_and_the_first_is_meant(tmp_path):
    live = {"status": 1}
    path = made(
        tmp_path / "a.rqda", RQDA, source=[{"id": 1, "name": "a", "file": "Air.", **live}, {"id": 1, "name": "b", "file": "Api!", **live}],
        freecode=[{"id": 1, "name": "k", **live}],
        coding=[{"cid": 1, "fid": 1, "seltext": "Air", "selfirst": 0.0, "selend": 3.0, "owner": "x", **live}],
    )  # fmt: skip
    read = read_project(path)
    assert records(read.sources, "source_id", "text") == [("1", "Air."), ("1 (row 2)", "Api!")]
    assert read.segments["text"].tolist() == ["Air"]
    assert said(read) == {"repeated_id": [(1, "source, 1")]}


def test_it_holds_one_project(project):
    with pytest.raises(DashatError) as error:
        read_project(project, project="Air")
    assert str(error.value) == "air.rqda: holds one project, so none can be chosen. Leave --project out."


def test_only_rqda_claims_it(project):
    assert rqda.recognises(project)
    assert not any(module.recognises(project) for module in (qualcoder, taguette, requal, maxqda))


def test_a_real_project_gives_the_numbers_of_the_program():
    # Counted by SQL with status = 1, as the coding table of the R package: real/qda/expected.csv.
    read = read_project(real("rqda/opcw_annual_reports.rqda"))
    found = read.summary(texts=True)
    assert (found["codings"], found["selections_matching_stored_text"], found["codings_by_code"]["ACT.Part"]) == (
        1023,
        1021,
        757,
    )
    assert said(read) == {"deleted_coding": [(16, "coding")], "quote_differs": [(2, "32, 33")]}


def test_damage_is_refused_or_read_but_never_raises_anything_else(project, tmp_path):
    read, refused = survives(rqda.read, tmp_path / "rusak.rqda", damaged(project.read_bytes(), 3, 20))
    assert read + refused == 20
    assert refused > 4
