"""Projects of Requal: whether a number begins at 0 or 1 is told by the quote; one of several projects is chosen."""

from __future__ import annotations

import pytest
from coded_databases import REQUAL, damaged, made, real, records, said, survives

from dashat_lib.errors import DashatError
from dashat_lib.loaders import maxqda, qualcoder, requal, rqda, taguette
from dashat_lib.loaders.read_project import read_project

TEXT = "Sumur 🚰 itu kering.\r\nKami berbagi air. Tidak ada bantuan."


def segment(number, quote, how, *, user=1, code=1, stored=None):
    """A row as the program cuts it out (from 1, the last included), as taken over from RQDA (from 0), or from 0 with the last."""
    start = TEXT.index(quote)
    first, last = {"program": (start + 1, start + len(quote)), "rqda": (start, start + len(quote)), "included": (start, start + len(quote) - 1)}[how]  # fmt: skip
    return {"project_id": 1, "segment_id": number, "user_id": user, "doc_id": 1, "code_id": code, "segment_start": first, "segment_end": last, "segment_text": stored or quote}  # fmt: skip


def project(path, *, more=(), **tables):
    one = {"project_id": 1}
    rows = {
        "projects": [{**one, "project_name": "Air", "project_description": "desa", "created_at": "2026-03-01"}, *more],
        "users": [{"user_id": 1, "user_login": "sari", "user_name": "Sari"}, {"user_id": 2, "user_login": "budi"}],
        "requal_version": [{**one, "version": "1.0.0"}], "logs": [{**one, "action": "Create project"}], "user_permissions": [{**one, "data_modify": 1}],
        "documents": [{**one, "doc_id": 1, "doc_name": "Wawancara 1", "doc_description": "di balai desa", "doc_text": TEXT, "user_id": 1, "created_at": "2026-03-02"}],
        "codes": [{**one, "code_id": 1, "code_name": "kekeringan", "code_description": "air habis", "code_color": "rgb(255,0,0)"}, {**one, "code_id": 2, "code_name": "berbagi"}],
        "categories": [{**one, "category_id": 1, "category_name": "Air", "category_description": "kelompok"}],
        "categories_codes_map": [{**one, "category_id": 1, "code_id": 1}],
    }  # fmt: skip
    return made(path, REQUAL, **(rows | tables))


def test_the_stored_quote_tells_how_the_numbers_count(tmp_path):
    rows = [segment(1, "kering", "program"), segment(2, "Kami berbagi air.", "program", user=2, code=2), segment(3, "bantuan", "rqda"), segment(4, "Tidak", "included")]  # fmt: skip
    read = read_project(project(tmp_path / "a.requal", segments=rows))
    shown = TEXT.replace("\r\n", "\n")
    assert records(read.segments, "segment_id", "start", "end", "raw_start", "text", "stored_text") == [
        (row["segment_id"].__str__(), shown.index(row["segment_text"]), shown.index(row["segment_text"]) + len(row["segment_text"]), str(row["segment_start"]), row["segment_text"], row["segment_text"])
        for row in rows
    ]  # fmt: skip
    assert said(read) == {"unit_of_segment": [(1, "3"), (1, "4")]}
    assert records(read.codings, "coding_id", "code_id", "coder_id") == [
        ("1", "1", "1"),
        ("2", "2", "2"),
        ("3", "1", "1"),
        ("4", "1", "1"),
    ]
    assert read.summary(texts=True)["codings_by_coder"] == {"Sari": 3, "budi": 1}


def test_a_document_taken_over_from_rqda_is_read_from_nought(tmp_path):
    rows = [segment(1, "kering", "rqda"), segment(2, "Kami", "rqda"), segment(3, "bantuan", "program", stored="lain")]
    read = read_project(project(tmp_path / "a.requal", segments=rows))
    assert read.segments["text"].tolist() == ["kering", "Kami", "antuan"]
    assert said(read) == {"unit_chosen": [(3, "1")], "quote_differs": [(1, "3")]}


def test_documents_codes_cases_attributes_and_memos(tmp_path):
    one = {"project_id": 1}
    path = project(
        tmp_path / "a.requal", segments=[segment(1, "kering", "program")],
        cases=[{**one, "case_id": 1, "case_name": "Ibu S", "case_description": "petani"}], cases_documents_map=[{**one, "case_id": 1, "doc_id": 1}],
        attributes=[{**one, "attribute_id": 1, "attribute_name": "usia", "attribute_object": "case", "attribute_type": "numeric"}, {**one, "attribute_id": 2, "attribute_name": "desa", "attribute_object": "document", "attribute_type": "categorical"}, {**one, "attribute_id": 3, "attribute_name": "peran", "attribute_object": "user"}],
        attribute_values=[{"attribute_value_id": 1, "attribute_id": 1, "value": "41"}, {"attribute_value_id": 2, "attribute_id": 2, "value": "Utara"}],
        attributes_cases_map=[{**one, "case_id": 1, "attribute_id": 1, "attribute_value_id": 1}],
        attributes_documents_map=[{**one, "doc_id": 1, "attribute_id": 2, "attribute_value_id": 2}, {**one, "doc_id": 1, "attribute_id": 2, "attribute_value_id": 9}],
        attributes_users_map=[{**one, "user_id": 1, "attribute_id": 3, "attribute_value_id": 5}],
        memos=[{**one, "memo_id": 1, "user_id": 2, "text": "Bebas."}, {**one, "memo_id": 2, "text": "Tentang kode."}, {**one, "memo_id": 3, "text": "Di sini."}],
        memos_codes_map=[{"memo_id": 2, "code_id": 1}], memos_segments_map=[{"memo_id": 2, "segment_id": 1}], memos_documents_map=[{"memo_id": 3, "doc_id": 1, "memo_start": 1, "memo_end": 5}],
    )  # fmt: skip
    read = read_project(path)
    assert records(read.sources, "source_id", "name", "description", "creator", "created") == [
        ("1", "Wawancara 1", "di balai desa", "1", "2026-03-02")
    ]
    assert records(read.codes, "code_id", "name", "description", "color") == [
        ("1", "kekeringan", "air habis", "rgb(255,0,0)"),
        ("2", "berbagi", None, None),
    ]
    assert records(read.categories, "name", "description") == [("Air", "kelompok")]
    assert records(read.category_codes, "category_id", "code_id") == [("1", "1")]
    assert records(read.coders, "coder_id", "name") == [("1", "Sari"), ("2", "budi")]
    assert records(read.cases, "case_id", "name", "description") == [("1", "Ibu S", "petani")]
    assert records(read.case_members, "case_id", "kind", "target_id", "start") == [("1", "source", "1", None)]
    assert records(read.attributes, "name", "type", "applies_to") == [
        ("usia", "Float", "case"),
        ("desa", "Text", "source"),
    ]
    assert records(read.attribute_values, "attribute_id", "kind", "target_id", "value") == [("1", "case", "1", "41"), ("2", "source", "1", "Utara"), ("2", "source", "1", None)]  # fmt: skip
    assert records(read.memos, "memo_id", "kind", "text", "source_id", "start", "end", "creator") == [("1", "note", "Bebas.", None, None, None, "2"), ("2", "note", "Tentang kode.", None, None, None, None), ("3", "note", "Di sini.", "1", 0, 5, None)]  # fmt: skip
    assert records(read.memo_links, "memo_id", "kind", "target_id") == [
        ("3", "source", "1"),
        ("2", "code", "1"),
        ("2", "segment", "1"),
    ]
    assert said(read) == {"unknown_value": [(1, "2")], "attribute_of_coder": [(1, "attributes_users_map")]}
    assert read.properties == {"name": "Air", "origin": "Requal", "description": "desa", "created": "2026-03-01", "version": "1.0.0", "unit": "code point", "line_break": "as stored"}  # fmt: skip


def test_one_of_several_projects_is_read(tmp_path):
    other = {"project_id": 2}
    path = project(tmp_path / "a.requal", more=[{**other, "project_name": "Api"}], segments=[segment(1, "kering", "program"), {**segment(2, "kering", "program"), "project_id": 2}])  # fmt: skip
    with pytest.raises(
        DashatError, match=r"a\.requal: holds 2 projects: 1 \(Air\), 2 \(Api\)\. Say which one with --project"
    ):
        read_project(path)
    assert records(read_project(path, project="Air").segments, "segment_id") == [("1",)]
    assert len(read_project(path, project="2").sources) == 0


def test_an_early_version_that_names_no_coder_is_read(tmp_path):
    path = made(
        tmp_path / "awal.requal",
        "CREATE TABLE projects (project_id INTEGER PRIMARY KEY, project_name TEXT); CREATE TABLE categories_codes_map (category_id, code_id);"
        "CREATE TABLE documents (doc_id INTEGER PRIMARY KEY, project_id, doc_name, doc_text); CREATE TABLE codes (project_id, code_id INTEGER PRIMARY KEY, code_name);"
        "CREATE TABLE segments (project_id, doc_id, code_id, segment_id INTEGER PRIMARY KEY, segment_start, segment_end, segment_text);",
        projects=[{"project_id": 1, "project_name": "Air"}], documents=[{"doc_id": 1, "project_id": 1, "doc_name": "a", "doc_text": TEXT}],
        codes=[{"project_id": 1, "code_id": 1, "code_name": "k"}], segments=[{one: value for one, value in segment(1, "kering", "program").items() if one != "user_id"}],
    )  # fmt: skip
    read = read_project(path)
    assert (read.segments["text"].tolist(), said(read)) == (["kering"], {"no_coder": [(1, "1")]})


def test_the_empty_project_of_the_program_is_empty():
    read = read_project(real("requal/requal_empty.requal"))
    assert (read.format, len(read.sources), len(read.codings), said(read)) == ("requal", 0, 0, {"empty_project": [(1, "requal_empty.requal")]})  # fmt: skip


def test_only_requal_claims_it(tmp_path):
    path = project(tmp_path / "a.requal")
    assert requal.recognises(path)
    assert not any(module.recognises(path) for module in (qualcoder, taguette, rqda, maxqda))


def test_damage_is_refused_or_read_but_never_raises_anything_else(tmp_path):
    path = project(tmp_path / "a.requal", segments=[segment(1, "kering", "program")])
    read, refused = survives(requal.read, tmp_path / "rusak.requal", damaged(path.read_bytes(), 5, 20))
    assert read + refused == 20
    assert refused > 4
