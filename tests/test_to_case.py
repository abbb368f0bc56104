"""A coded project as the folder of a case: green at once, nothing made up, nobody named unless asked."""

from __future__ import annotations

from pathlib import Path

import pytest

from dashat_lib.coded_project import Draft
from dashat_lib.coded_project.to_case import slug, to_case
from dashat_lib.errors import DashatError
from dashat_lib.loaders.case import check_case, read_case

TALK = "Saya ikut rapat setiap bulan. Uang datang terlambat.\nTetapi kader tetap memasak."


@pytest.fixture
def two_coders():
    draft = Draft("refi-qda", Path("dashat.qdpx"), name="Wawancara Dashat")
    draft.add(
        "sources", source_id="s1", name="Wawancara Ibu Ani", kind="text", text=TALK, created="2024-03-01T10:00:00Z"
    )
    draft.add("sources", source_id="s2", name="Foto dapur", kind="picture", created="2024-03-02")
    draft.add("codes", code_id="c1", name="Modal sosial")
    draft.add("codes", code_id="c2", parent_id="c1", name="Kepercayaan", description="Percaya pada pihak lain.")
    draft.add("codes", code_id="c3", parent_id="c1", name="Kepercayaan")
    draft.add("coders", coder_id="u1", name="Siti")
    draft.add("coders", coder_id="u2", name="Budi")
    for segment in ("g1", "g2"):  # the same range, once a coder
        draft.add("segments", segment_id=segment, source_id="s1", kind="text", start=0, end=29, text=TALK[:29])
    draft.add("segments", segment_id="g3", source_id="s2", kind="picture", x1=1, y1=2, x2=3, y2=4)
    draft.add("segments", segment_id="g4", source_id="s1", kind="text", start=30, end=34, text=TALK[30:34])
    draft.add("codings", coding_id="k1", segment_id="g1", code_id="c2", coder_id="u1")
    draft.add("codings", coding_id="k2", segment_id="g2", code_id="c2", coder_id="u2")
    draft.add("codings", coding_id="k3", segment_id="g3", code_id="c3", coder_id="u1")
    draft.add("codings", coding_id="k4", source_id="s1", code_id="c1", coder_id="u1")
    draft.add("codings", coding_id="k5", segment_id="g3", code_id="lost", coder_id="u1")
    draft.add("memos", memo_id="m1", kind="note", name="Catatan", text="Periksa lagi.")
    return draft.finish()


def written(folder, made):
    made.write(folder)
    return "".join(path.read_text(encoding="utf-8") for path in sorted(folder.rglob("*")) if path.is_file())


@pytest.mark.parametrize("texts", [False, True])
def test_the_case_is_in_order_at_once(two_coders, tmp_path, texts):
    to_case(two_coders, texts=texts).write(tmp_path / "kasus")
    assert check_case(tmp_path / "kasus") == []


def test_two_coders_on_one_range_stand_on_one_row(two_coders, tmp_path):
    to_case(two_coders).write(tmp_path / "kasus")
    codings = read_case(tmp_path / "kasus").codings
    assert codings[["evidence_id", "code_id", "coder"]].to_numpy().tolist() == [
        ["E001", "modal-sosial-kepercayaan", "coder-1"],
        ["E001", "modal-sosial-kepercayaan", "coder-2"],
        ["E002", "modal-sosial-kepercayaan-2", "coder-1"],
        ["E003", "modal-sosial", "coder-1"],
    ]


def test_without_texts_nobody_is_named_and_nothing_that_was_said_is_written(two_coders, tmp_path):
    text = written(tmp_path / "kasus", to_case(two_coders))
    for private in ("Ani", "Siti", "Budi", "Saya ikut", "Uang", "Wawancara"):
        assert private not in text


def test_with_texts_coders_are_still_not_named_and_quotations_stand_at_their_place(two_coders, tmp_path):
    text = written(tmp_path / "kasus", to_case(two_coders, texts=True))
    assert [name for name in ("Siti", "Budi") if name in text] == []
    case = read_case(tmp_path / "kasus")
    assert case.quotations[["start", "end", "quote"]].to_numpy().tolist() == [[0, 29, TALK[:29]]]
    assert set(case.sources["access"]) == {"restricted"}


def test_what_was_decided_and_what_was_left_is_said(two_coders):
    found = {entry.what: entry.n for entry in to_case(two_coders).report}
    assert found == {
        "unknown_code": 1, "date_of_document": 3, "stance_unknown": 4, "place_unknown": 3, "coder_not_named": 2, "not_translated": 3,
        "code_named": 3, "definition_missing": 3, "segments_joined": 1, "source_assumed": 2,
        "text_left_out": 3, "several_coders": 2, "uncoded_segment": 1, "memos_not_carried": 1,
    }  # fmt: skip


def test_a_document_without_a_date_leaves_the_cell_empty_and_check_names_it(tmp_path):
    draft = Draft("taguette", Path("a.sqlite3"))
    draft.add("sources", source_id="s1", name="W", kind="text", text=TALK)
    draft.add("codes", code_id="c1", name="Rapat")
    draft.add("coders", coder_id="u1", name="A")
    draft.add("segments", segment_id="g1", source_id="s1", kind="text", start=0, end=4, text="Saya")
    draft.add("codings", coding_id="k1", segment_id="g1", code_id="c1", coder_id="u1")
    made = to_case(draft.finish())
    made.write(tmp_path / "kasus")
    assert "date_missing" in {entry.what for entry in made.report}
    assert [(one.file, one.row, one.column) for one in check_case(tmp_path / "kasus")] == [("evidence.csv", 2, "date")]


def test_categories_stand_above_their_codes(tmp_path):
    draft = Draft("qualcoder", Path("p.qda"))
    draft.add("categories", category_id="1", name="Sumber daya")
    draft.add("codes", code_id="1", name="Uang")
    draft.add("category_codes", category_id="1", code_id="1")
    draft.add("sources", source_id="1", name="W", kind="text", text="Uang ada.")
    draft.add("codings", coding_id="1", source_id="1", code_id="1")
    tables = to_case(draft.finish()).tables
    assert tables["codebook"][["code_id", "parent", "level"]].to_numpy().tolist() == [
        ["category-sumber-daya", "", "category"], ["uang", "category-sumber-daya", "code"],
    ]  # fmt: skip


def test_a_project_without_codings_is_refused_with_what_to_do():
    draft = Draft("transcript", Path("rapat.vtt"))
    draft.add("sources", source_id="1", name="W", kind="text", text="Uang ada.")
    with pytest.raises(DashatError, match=r"^rapat\.vtt: holds no codings"):
        to_case(draft.finish())


def test_segments_of_a_table_without_documents_and_places_can_be_told_apart(tmp_path):
    draft = Draft("maxqda", Path("segmen.xlsx"))
    draft.add("codes", code_id="c1", name="Uang")
    draft.add("segments", segment_id="row 2", kind="text", raw_start="12", raw_end="13", stored_text="Uang kurang.")
    draft.add("segments", segment_id="row 3", kind="text", stored_text="Uang ada.")
    for at in (2, 3):
        draft.add("codings", coding_id=f"k{at}", segment_id=f"row {at}", code_id="c1")
    to_case(draft.finish(), date="2024-05").write(tmp_path / "kasus")
    assert check_case(tmp_path / "kasus") == []
    evidence = read_case(tmp_path / "kasus").evidence
    assert list(evidence["text_id"]) == ["document-0, place 12 to 13", "document-0, segment row 3"]
    assert set(evidence["date_precision"]) == {"month"}


def test_who_gave_the_most_codes_decides(two_coders):
    made = to_case(two_coders)
    assert made.tables["codings"]["coder"].value_counts().to_dict() == {"coder-1": 3, "coder-2": 1}
    assert 'coder = "coder-1"' in made.settings


def test_what_coders_wrote_of_codes_comes_with_texts_only(two_coders):
    assert "Percaya pada pihak lain." not in set(to_case(two_coders).tables["codebook"]["definition_id"])
    assert "Percaya pada pihak lain." in set(to_case(two_coders, texts=True).tables["codebook"]["definition_id"])


def test_a_folder_that_holds_something_is_left_alone(two_coders, tmp_path):
    (tmp_path / "catatan.txt").write_text("milik saya")
    with pytest.raises(DashatError, match="not empty"):
        to_case(two_coders).write(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["catatan.txt"]


@pytest.mark.parametrize(("text", "id_"), [("Kerja Sama!", "kerja-sama"), ("Évaluation — été", "evaluation-ete"), ("汉字", "x"), ("", "x")])  # fmt: skip
def test_ids_are_plain(text, id_):
    assert slug(text) == id_
    assert slug(text, [id_]) == f"{id_}-2"
