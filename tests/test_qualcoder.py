"""Projects of QualCoder of every version: text, pictures, sound and video, hidden coders, and positions that drift after emoji."""

from __future__ import annotations

import sqlite3
import time
from contextlib import closing

import pytest
from coded_databases import damaged, made, real, records, said, survives
from coded_databases import qualcoder as written

from dashat_lib.errors import DashatError
from dashat_lib.loaders import maxqda, qualcoder, requal, rqda, taguette
from dashat_lib.loaders.read_project import read_project

TEXT = "Sumur 🚰 kering sejak Juni.\nKami berbagi air. Tidak ada bantuan."


def at(quote, text=TEXT):
    return {"pos0": text.index(quote), "pos1": text.index(quote) + len(quote)}


def coding(quote, *, cid=1, fid=1, owner="sari", **more):
    return {"cid": cid, "fid": fid, "seltext": quote, **at(quote), "owner": owner, "memo": "", "date": "2026-03-01 09:00:00", **more}  # fmt: skip


SOURCES = [{"id": 1, "name": "Wawancara 1", "fulltext": TEXT, "memo": "di balai desa", "owner": "sari", "date": "2026-03-01 08:00:00"}]  # fmt: skip
CODES = [{"cid": 1, "name": "kekeringan", "memo": "air habis", "catid": 2, "owner": "sari", "color": "#FF0000"}, {"cid": 2, "name": "berbagi", "owner": "budi"}]  # fmt: skip
CATEGORIES = [{"catid": 1, "name": "Sumber daya"}, {"catid": 2, "name": "Air", "supercatid": 1, "memo": "kelompok"}]


@pytest.mark.parametrize("version", [1, 5, 8, 14, 16, 17])
def test_every_version_gives_the_same_codings(tmp_path, version):
    folder = written(
        tmp_path / "desa.qda", version, source=SOURCES, code_name=CODES, code_cat=CATEGORIES,
        code_text=[coding("kering"), coding("Kami berbagi air", cid=2, owner="budi", memo="penting"), coding("bantuan")],
    )  # fmt: skip
    before = {one: one.read_bytes() for one in folder.rglob("*") if one.is_file()}
    for path in (folder, folder / "data.qda"):
        read = read_project(path)
        first = "text 1"
        assert records(read.segments, "segment_id", "start", "text", "stored_text", "comment")[:2] == [(first, TEXT.index("kering"), "kering", "kering", None), ("text 2", TEXT.index("Kami"), "Kami berbagi air", "Kami berbagi air", "penting")]  # fmt: skip
        assert records(read.codings, "code_id", "coder_id") == [("1", "sari"), ("2", "budi"), ("1", "sari")]
        assert records(read.codes, "code_id", "parent_id", "name", "description", "color") == [("1", None, "kekeringan", "air habis", "#FF0000"), ("2", None, "berbagi", None, None)]  # fmt: skip
        assert records(read.categories, "category_id", "parent_id", "name", "description") == [("1", None, "Sumber daya", None), ("2", "1", "Air", "kelompok")]  # fmt: skip
        assert records(read.category_codes, "category_id", "code_id") == [("2", "1")]
        assert records(read.sources, "name", "kind", "text", "description", "creator") == [
            ("Wawancara 1", "text", TEXT, "di balai desa", "sari")
        ]
        assert read.summary(texts=True)["codings_by_coder"] == {"sari": 2, "budi": 1}
        assert (read.properties["name"], read.properties["version"], said(read)) == ("desa", f"v{version}", {})
    assert {one: one.read_bytes() for one in folder.rglob("*") if one.is_file()} == before


def test_positions_of_the_editor_drift_after_emoji_and_are_told_by_the_quotes(tmp_path):
    # The editor counts the emoji as two, automatic coding as one: both stand in one document.
    by_hand = {one: value + 1 for one, value in at("Kami").items()}
    rows = [
        coding("Kami", **by_hand),
        coding("berbagi", **{one: value + 1 for one, value in at("berbagi").items()}),
        coding("bantuan"),
    ]
    read = read_project(written(tmp_path / "a.qda", 8, source=SOURCES, code_name=CODES, code_text=rows))
    assert read.segments["text"].tolist() == ["Kami", "berbagi", "bantuan"]
    assert read.segments["start"].tolist() == [TEXT.index(one) for one in ("Kami", "berbagi", "bantuan")]
    assert read.segments["raw_start"].tolist() == [
        str(TEXT.index("Kami") + 1),
        str(TEXT.index("berbagi") + 1),
        str(TEXT.index("bantuan")),
    ]
    assert said(read) == {"unit_chosen": [(3, "1")], "unit_of_segment": [(1, "text 3")], "unknown_category": [(1, "1")]}
    assert read.properties["unit"] == "UTF-16 unit"


def test_line_breaks_of_two_characters(tmp_path):
    raw = "Satu.\r\nDua tiga.\r\nEmpat."
    sources = [{"id": 1, "name": "a", "fulltext": raw}]
    rows = [{"cid": 2, "fid": 1, "seltext": "Dua tiga.", "pos0": 6, "pos1": 15, "owner": "sari"}, {"cid": 2, "fid": 1, "seltext": "Empat.", "pos0": 16, "pos1": 22, "owner": "sari"}]  # fmt: skip
    read = read_project(written(tmp_path / "a.qda", 8, source=sources, code_name=CODES[1:], code_text=rows))
    assert read.sources["text"].tolist() == ["Satu.\nDua tiga.\nEmpat."]
    assert read.segments["text"].tolist() == ["Dua tiga.", "Empat."]
    assert said(read) == {"unit_chosen": [(2, "1")]}


def test_repeats_and_orphans_are_kept_and_told(tmp_path):
    rows = [coding("kering"), coding("kering"), coding("kering", owner="budi"), coding("Juni", cid=9), coding("Juni", cid=None), coding("Juni", fid=7), coding("Juni", owner="")]  # fmt: skip
    categories = [{"catid": 2, "name": "Air", "supercatid": 3}, {"catid": 3, "name": "Api", "supercatid": 2}]
    codes = [CODES[0], {"cid": 2, "name": "berbagi", "catid": 8}]
    read = read_project(
        written(tmp_path / "a.qda", 3, source=SOURCES, code_name=codes, code_cat=categories, code_text=rows)
    )
    assert (len(read.segments), len(read.codings)) == (7, 7)
    assert said(read) == {
        "no_place": [(1, "text 6")], "no_coder": [(1, "text 7")], "unknown_code": [(2, "text 4, text 5")],
        "unknown_source": [(1, "text 6")], "unknown_category": [(1, "2")], "circle": [(2, "2, 3")], "duplicate_coding": [(1, "text 2")],
    }  # fmt: skip
    assert records(read.segments, "source_id", "start", "text", "stored_text")[5] == ("7", None, "Juni", "Juni")


def test_pictures_pdf_sound_and_video(tmp_path):
    sources = [
        {"id": 1, "name": "peta.png", "mediapath": "/images/peta.png"}, {"id": 2, "name": "rapat.mp3", "mediapath": "/audio/rapat.mp3", "av_text_id": 5},
        {"id": 3, "name": "desa.mp4", "mediapath": "video:/home/orang/desa.mp4", "av_text_id": 99}, {"id": 4, "name": "laporan.pdf", "fulltext": TEXT, "mediapath": "/docs/laporan.PDF"},
        {"id": 5, "name": "rapat.mp3.txt", "fulltext": "[00.00.01] Selamat pagi."}, {"id": 6, "name": "pindai.pdf", "mediapath": "docs:D:\\pindai.pdf"},
    ]  # fmt: skip
    folder = written(
        tmp_path / "a.qda", 17, source=sources, code_name=CODES[1:],
        code_text=[coding("kering", cid=2, fid=4, important=1), {"cid": 2, "fid": 5, "seltext": "Selamat pagi", "pos0": 11, "pos1": 23, "owner": "sari", "avid": 1}],
        code_image=[{"id": 1, "x1": 10, "y1": 20, "width": 30, "height": 40, "cid": 2, "memo": "sumur", "owner": "sari"}, {"id": 4, "x1": 1, "y1": 2, "width": 3, "height": 4, "cid": 2, "owner": "budi", "pdf_page": 2}],
        code_av=[{"id": 2, "pos0": 1000, "pos1": 2500, "cid": 2, "owner": "budi"}, {"id": 3, "pos0": 0, "pos1": 900, "cid": 2, "owner": "budi"}],
        cases=[{"caseid": 1, "name": "Ibu S"}], case_text=[{"caseid": 1, "fid": 4, **at("Kami")}, {"caseid": 1, "fid": 2, "pos0": 0, "pos1": 0}],
    )  # fmt: skip
    (folder / "images").mkdir()
    (folder / "images/peta.png").write_bytes(b"x")
    read = read_project(folder)
    assert records(read.sources, "source_id", "kind", "part_of", "role", "path", "text") == [
        ("1", "picture", None, None, "/images/peta.png", None), ("2", "audio", None, None, "/audio/rapat.mp3", None), ("3", "video", None, None, "video:/home/orang/desa.mp4", None),
        ("4", "pdf", None, None, "/docs/laporan.PDF", None), ("4 text", "text", "4", "representation", None, TEXT), ("5", "text", None, None, None, "[00.00.01] Selamat pagi."), ("6", "pdf", None, None, "docs:D:\\pindai.pdf", None),
    ]  # fmt: skip
    assert records(read.segments, "segment_id", "source_id", "kind", "start", "text", "page", "x1", "y1", "x2", "y2", "begin_ms", "end_ms", "raw_start", "raw_end") == [
        ("text 1", "4 text", "text", TEXT.index("kering"), "kering", *[None] * 7, str(TEXT.index("kering")), str(TEXT.index("kering") + 6)),
        ("text 2", "5", "text", 11, "Selamat pagi", *[None] * 7, "11", "23"),
        ("image 1", "1", "picture", None, None, None, 10, 20, 40, 60, None, None, None, None),
        ("image 2", "4", "pdf", None, None, 2, None, None, None, None, None, None, "1,2", "4,6"),
        ("av 1", "2", "audio", None, None, None, None, None, None, None, 1000, 2500, None, None),
        ("av 2", "3", "video", None, None, None, None, None, None, None, 0, 900, None, None),
    ]  # fmt: skip
    assert records(read.codings, "coding_id", "weight") == [("text 1", "1"), ("text 2", None), ("image 1", None), ("image 2", None), ("av 1", None), ("av 2", None)]  # fmt: skip
    assert records(read.links, "link_id", "name", "origin_id", "target_id") == [("transcript 2", "transcript", "2", "5"), ("transcript 3", "transcript", "3", "99"), ("text 2 av 1", None, "text 2", "av 1")]  # fmt: skip
    assert records(read.case_members, "target_id", "start", "end") == [
        ("4 text", *at("Kami").values()),
        ("2", None, None),
    ]
    assert said(read) == {
        "file_missing": [(2, "rapat.mp3, laporan.pdf")], "linked_file": [(2, "desa.mp4, pindai.pdf")], "text_missing": [(1, "6 text")],
        "unknown_source": [(1, "3")], "important_coding": [(1, "text 1")], "area_not_converted": [(1, "image 2")],
    }  # fmt: skip
    found = read.summary(texts=True)
    assert (found["documents"], found["text_documents"], found["documents_with_codings"]) == (6, 1, 5)
    assert found["selections_by_kind"] == {"text": 2, "picture": 1, "pdf": 1, "audio": 1, "video": 1, "transcript": 0}


def test_paths_are_looked_at_only_inside_the_folder(tmp_path):
    (tmp_path / "rahasia.txt").write_text("x")
    paths = ["/docs/../../rahasia.txt", "/docs//etc/passwd", "aneh", "/docs/", "/docs/\0", "/docs/" + "a" * 5000]
    sources = [{"id": n, "name": f"d{n}", "fulltext": "a", "mediapath": path} for n, path in enumerate(paths)]
    read = read_project(written(tmp_path / "a.qda", 8, source=sources))
    assert said(read) == {"file_missing": [(5, "d0, d1, d3, d4, d5")], "odd_path": [(1, "d2")]}
    assert read.sources["kind"].tolist() == ["text"] * 6


def test_a_database_that_is_a_link_is_refused(tmp_path):
    written(tmp_path / "a.qda", 8)
    (tmp_path / "b.qda").mkdir()
    (tmp_path / "b.qda/data.qda").symlink_to(tmp_path / "a.qda/data.qda")
    with pytest.raises(DashatError, match=r"b\.qda: has a data\.qda that leads outside the folder"):
        read_project(tmp_path / "b.qda")


def test_hidden_coders_and_the_marks_of_speakers_are_told_not_dropped(tmp_path):
    speakers = "📌 Speaker coding"
    folder = written(
        tmp_path / "a.qda", 14, source=SOURCES, code_name=CODES[1:], code_text=[coding("kering", cid=2), coding("Kami", cid=2, owner="budi"), coding("Juni", cid=2, owner=speakers)],
        coder_names=[{"name": "sari", "visibility": 1}, {"name": "budi", "visibility": 0}, {"name": "tamu", "visibility": 1}, {"name": speakers, "visibility": 1}],
    )  # fmt: skip
    read = read_project(folder)
    assert records(read.coders, "coder_id") == [("sari",), ("budi",), ("tamu",), (speakers,)]
    assert read.summary(texts=True)["codings_by_coder"] == {"sari": 1, "budi": 1, speakers: 1}
    assert said(read) == {"hidden_coder": [(1, "budi")], "not_a_person": [(1, speakers)]}


def test_cases_attributes_annotations_and_journals(tmp_path):
    folder = written(
        tmp_path / "a.qda", 8, source=SOURCES, cases=[{"caseid": 1, "name": "Ibu S", "memo": "petani"}],
        case_text=[{"caseid": 1, "fid": 1, "pos0": 0, "pos1": len(TEXT), "owner": "sari"}, {"caseid": 1, "fid": 1, **at("Kami"), "memo": "ragu", "owner": "budi"}, {"caseid": 7, "fid": 1, "pos0": 0, "pos1": 900}],
        attribute_type=[{"name": "usia", "memo": "tahun", "caseOrFile": "case", "valuetype": "numeric"}, {"name": "desa", "caseOrFile": "file", "valuetype": "character"}],
        attribute=[{"name": "usia", "attr_type": "case", "value": "41", "id": 1}, {"name": "usia", "attr_type": "case", "value": "", "id": 8}, {"name": "usia", "attr_type": "case", "value": "muda", "id": 9}, {"name": "desa", "attr_type": "file", "value": "Utara", "id": 1}, {"name": "warna", "attr_type": "file", "value": "x", "id": 1}, {"name": "warna", "attr_type": "journal", "value": "x", "id": 1}],
        annotation=[{"fid": 1, **at("Kami"), "memo": "siapa?", "owner": "budi"}, {"fid": 1, "pos0": 5, "pos1": 900, "memo": "jauh", "owner": "budi"}],
        journal=[{"name": "hari 1", "jentry": "Panas.", "owner": "sari"}],
    )  # fmt: skip
    read = read_project(folder)
    start, end = at("Kami").values()
    assert records(read.cases, "case_id", "name", "description") == [("1", "Ibu S", "petani")]
    assert records(read.case_members, "case_id", "target_id", "start", "end") == [("1", "1", None, None), ("1", "1", start, end), ("7", "1", None, None)]  # fmt: skip
    assert records(read.attributes, "attribute_id", "type", "applies_to", "description") == [("usia", "Float", "case", "tahun"), ("desa", "Text", "source", None)]  # fmt: skip
    assert records(read.attribute_values, "attribute_id", "kind", "target_id", "value") == [("usia", "case", "1", "41"), ("usia", "case", "8", None), ("usia", "case", "9", "muda"), ("desa", "source", "1", "Utara"), ("warna", "source", "1", "x")]  # fmt: skip
    assert records(read.memos, "memo_id", "kind", "name", "text", "source_id", "start", "end", "creator") == [
        ("case_text 2", "note", None, "ragu", "1", start, end, "budi"), ("annotation 1", "annotation", None, "siapa?", "1", start, end, "budi"),
        ("annotation 2", "annotation", None, "jauh", "1", 5, len(TEXT), "budi"), ("journal 1", "journal", "hari 1", "Panas.", None, None, None, "sari"),
    ]  # fmt: skip
    assert records(read.memo_links, "memo_id", "kind", "target_id") == [("case_text 2", "case", "1")]
    assert said(read) == {
        "range_outside_text": [(2, "case_text 3, annotation 2")], "not_numeric": [(1, "usia")], "attribute_of_unknown": [(1, "warna")],
        "unknown_attribute": [(1, "1")], "unknown_case": [(3, "1, usia")],
    }  # fmt: skip


def test_other_tables_bookmarks_and_newer_versions_are_told(tmp_path):
    folder = written(tmp_path / "a.qda", 17, source=SOURCES, graph=[{"name": "g"}], stored_sql=[{"title": "t"}], ris=[{"risid": 1}, {"risid": 1}])  # fmt: skip
    with closing(sqlite3.connect(folder / "data.qda")) as connection:
        connection.executescript(
            "UPDATE project SET databaseversion = 'v19', bookmarkfile = 1, bookmarkpos = 7; ALTER TABLE code_name ADD emoji text; INSERT INTO code_name (name, emoji) VALUES ('k', 'x');"
        )
    assert said(read_project(folder)) == {
        "table_not_read": [(4, "stored_sql, graph, ris")], "newer_version": [(1, "v19")],
        "column_not_read": [(3, "project.bookmarkfile, project.bookmarkpos, code_name.emoji")],
    }  # fmt: skip


def test_a_project_that_is_open_is_read_with_its_log_and_left_alone(tmp_path):
    folder = written(tmp_path / "a.qda", 8, source=SOURCES, code_name=CODES[1:])
    with closing(sqlite3.connect(folder / "data.qda")) as program:
        program.execute("PRAGMA journal_mode = WAL")
        program.execute(
            "INSERT INTO code_text (cid, fid, seltext, pos0, pos1, owner) VALUES (2, 1, 'Sumur', 0, 5, 'sari')"
        )
        program.commit()
        before = {one.name: one.read_bytes() for one in folder.iterdir()}
        assert set(before) == {"data.qda", "data.qda-wal", "data.qda-shm"}
        for path in (folder, folder / "data.qda"):
            read = read_project(path)
            assert read.segments["text"].tolist() == ["Sumur"]
            assert said(read) == {"wal_read": [(1, "data.qda-wal")]}
        assert {one.name: one.read_bytes() for one in folder.iterdir()} == before


def test_a_hostile_view_and_trigger_neither_run_nor_hang(tmp_path):
    folder = written(tmp_path / "a.qda", 8, source=SOURCES, code_name=CODES[1:], code_text=[coding("kering", cid=2)])
    with closing(sqlite3.connect(folder / "data.qda")) as connection:
        connection.executescript(
            "DROP TABLE annotation; CREATE VIEW annotation AS WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT i AS anid, 1 AS fid, 0 AS pos0, 1 AS pos1, 'x' AS memo, 'y' AS owner FROM n;"
            "CREATE TRIGGER t AFTER INSERT ON code_text BEGIN DELETE FROM source; END;"
        )
    begun = time.monotonic()
    read = read_project(folder)
    assert time.monotonic() - begun < 5
    assert (len(read.codings), said(read)) == (1, {"view_not_read": [(1, "annotation")]})


def test_what_is_no_project_is_refused_in_one_line(tmp_path):
    (tmp_path / "kosong.qda").mkdir()
    with pytest.raises(
        DashatError, match=r"^kosong\.qda: holds no data\.qda, so it is no project of QualCoder\. Give the folder"
    ):
        read_project(tmp_path / "kosong.qda", format="qualcoder")
    folder = written(tmp_path / "a.qda", 8)
    data = (folder / "data.qda").read_bytes()
    (folder / "data.qda").write_bytes(data[:50] + b"\xff" * 400 + data[450:])
    with pytest.raises(DashatError, match=r"^data\.qda: is no database that can be read: "):
        read_project(folder)
    (folder / "data.qda").write_bytes(b"")
    with pytest.raises(
        DashatError, match=r"^data\.qda: lacks the tables source, code_name, so it is no project of QualCoder"
    ):
        read_project(folder)


def test_only_qualcoder_claims_it_and_none_claims_what_is_encrypted(tmp_path):
    folder = written(tmp_path / "a.qda", 17)
    for path in (folder, folder / "data.qda"):
        assert qualcoder.recognises(path)
        assert not any(module.recognises(path) for module in (taguette, rqda, requal, maxqda))
    # The tables of an exchange file of MAXQDA, whose texts are encrypted.
    foreign = made(tmp_path / "a.mex", "CREATE TABLE Texts (ID INTEGER, Name, Text); CREATE TABLE Codewords (ID, Name); CREATE TABLE Codings (ID, WordID, TextID, SegText); CREATE TABLE Project (ID, Name)")  # fmt: skip
    real_one = real_exchange()
    for path in (foreign, *real_one):
        assert not any(module.recognises(path) for module in (qualcoder, taguette, rqda, requal))


def real_exchange():
    from coded_databases import REAL

    return sorted(REAL.glob("maxqda/*.m[ex]*"))


def test_a_real_project_gives_the_numbers_of_the_program():
    # Counted by SQL, as in the coding report of the program: real/qda/expected.csv.
    found = read_project(real("qualcoder/interviews_masked.qda")).summary(texts=True)
    assert (found["codings"], found["distinct_ranges"], found["selections_matching_stored_text"]) == (753, 694, 753)
    assert (found["categories"], found["category_depth"], found["codes_used"]) == (55, 4, 221)


def test_damage_is_refused_or_read_but_never_raises_anything_else(tmp_path):
    folder = written(tmp_path / "a.qda", 17, source=SOURCES, code_name=CODES, code_cat=CATEGORIES, code_text=[coding("kering"), coding("Kami", cid=2)])  # fmt: skip
    read, refused = survives(qualcoder.read, tmp_path / "rusak.qda", damaged((folder / "data.qda").read_bytes(), 7, 20))
    assert read + refused == 20
    assert refused > 4
