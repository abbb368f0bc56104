"""Projects of Taguette: bytes become characters, the log tells who coded, one of several projects is chosen."""

from __future__ import annotations

import json
import os
import sqlite3
import subprocess
import sys
from contextlib import closing

import pytest
from coded_databases import TAGUETTE, damaged, made, real, records, said, survives
from coded_databases import taguette as written
from conftest import ROOT

from dashat_lib.errors import DashatError
from dashat_lib.loaders import maxqda, qualcoder, requal, rqda, taguette
from dashat_lib.loaders.read_project import read_project

HTML = "<h1>Wawancara – 1 🚰</h1><p><b>P:</b> Sumur &amp; sungai kering.</p><p>Kami berbagi air.</p>"
PLAIN = "Wawancara – 1 🚰P: Sumur & sungai kering.Kami berbagi air."
SHOWN = "Wawancara – 1 🚰\nP: Sumur & sungai kering.\nKami berbagi air."


def bytes_of(quote):
    start = len(PLAIN[: PLAIN.index(quote)].encode())
    return {"start_offset": start, "end_offset": start + len(quote.encode())}


def highlight(number, quote, snippet=None, document=1):
    return {
        "id": number,
        "document_id": document,
        **bytes_of(quote),
        "snippet": snippet or f"<p>{quote.replace('&', '&amp;')}</p>",
    }


def command(number, who, kind, document=1, project=1, **payload):
    return {"id": number, "date": f"2026-03-01 0{number}:00:00", "user_login": who, "project_id": project, "document_id": document, "payload": json.dumps({"type": kind, **payload})}  # fmt: skip


def document(number, name="Wawancara 1", contents=HTML, project=1):
    return {"id": number, "name": name, "description": "di balai desa", "filename": "w1.docx", "created": "2026-03-01", "project_id": project, "text_direction": "LEFT_TO_RIGHT", "contents": contents}  # fmt: skip


def tag(number, path, description="", project=1):
    return {"id": number, "project_id": project, "path": path, "description": description}


def project(path, **tables):
    rows = {
        "users": [{"login": one, "created": "2026"} for one in ("sari", "budi")],
        "projects": [{"id": 1, "name": "Air", "description": "desa", "created": "2026-03-01"}],
        "project_members": [{"project_id": 1, "user_login": one, "privileges": "ADMIN"} for one in ("sari", "budi")],
        "documents": [document(1)], "tags": [tag(1, "air.sumur", "air habis"), tag(2, "berbagi"), tag(3, "tak terpakai")],
        "highlights": [highlight(1, "Sumur & sungai"), highlight(2, "kering.Kami berbagi", "<p>kering.</p><p>Kami berbagi</p>"), highlight(3, "air.")],
        "highlight_tags": [{"highlight_id": 1, "tag_id": 1}, {"highlight_id": 1, "tag_id": 2}, {"highlight_id": 2, "tag_id": 2}],
        "commands": [command(1, "sari", "document_add"), command(2, "sari", "highlight_add", highlight_id=1, tags=[1]), command(3, "budi", "highlight_add", highlight_id=1, tags=[1, 2]), command(4, "budi", "highlight_add", highlight_id=2, tags=[2])],
    }  # fmt: skip
    return written(path, **(rows | tables))


def test_bytes_become_characters_and_blocks_are_parted_only_for_the_eye(tmp_path):
    read = read_project(project(tmp_path / "a.sqlite3"))
    assert records(read.sources, "source_id", "name", "text", "path", "description", "creator") == [("1", "Wawancara 1", SHOWN, "w1.docx", "di balai desa", "sari")]  # fmt: skip
    expected = ["Sumur & sungai", "kering.\nKami berbagi", "air."]
    assert records(read.segments, "segment_id", "start", "end", "text", "stored_text") == [
        (str(n), SHOWN.index(quote), SHOWN.index(quote) + len(quote), quote, quote) for n, quote in enumerate(expected, 1)
    ]  # fmt: skip
    assert read.segments["raw_start"].tolist()[0] == str(bytes_of("Sumur & sungai")["start_offset"])
    assert said(read) == {}
    assert read.properties == {"name": "Air", "origin": "Taguette", "description": "desa", "created": "2026-03-01", "unit": "UTF-8 byte", "line_break": "as stored"}  # fmt: skip


def test_tags_are_flat_whatever_their_names_and_untagged_highlights_are_kept(tmp_path):
    read = read_project(project(tmp_path / "a.sqlite3"))
    assert records(read.codes, "code_id", "parent_id", "name", "description") == [("1", None, "air.sumur", "air habis"), ("2", None, "berbagi", None), ("3", None, "tak terpakai", None)]  # fmt: skip
    found = read.summary(texts=True)
    assert (found["selections"], found["uncoded_selections"], found["codings"], found["codes_used"]) == (3, 1, 3, 2)


def test_the_log_tells_who_gave_each_tag(tmp_path):
    read = read_project(project(tmp_path / "a.sqlite3"))
    assert records(read.codings, "coding_id", "segment_id", "code_id", "coder_id", "created") == [
        ("1:1", "1", "1", "sari", "2026-03-01 02:00:00"), ("1:2", "1", "2", "budi", "2026-03-01 03:00:00"), ("2:2", "2", "2", "budi", "2026-03-01 04:00:00"),
    ]  # fmt: skip
    assert records(read.segments, "creator", "modifier", "modified") == [
        ("sari", "budi", "2026-03-01 03:00:00"),
        ("budi", None, None),
        (None, None, None),
    ]
    assert records(read.coders, "coder_id") == [("sari",), ("budi",)]


def test_without_a_log_the_only_member_coded_and_of_several_nobody_is_named(tmp_path):
    alone = [{"project_id": 1, "user_login": "sari", "privileges": "ADMIN"}]
    read = read_project(project(tmp_path / "a.sqlite3", commands=[], project_members=alone))
    assert (set(read.codings["coder_id"]), said(read)) == ({"sari"}, {})
    read = read_project(project(tmp_path / "b.sqlite3", commands=[]))
    assert (read.codings["coder_id"].isna().all(), said(read)) == (True, {"no_coder": [(3, "1:1, 1:2, 2:2")]})


def test_what_the_log_does_not_say_is_told(tmp_path):
    log = [command(1, "sari", "highlight_add", highlight_id=1, tags=[1]), command(2, "budi", "highlight_add", highlight_id=2, tags=[9]), {**command(3, "budi", "x"), "payload": "[" * 5000}, {**command(4, "budi", "x"), "payload": "7"}]  # fmt: skip
    read = read_project(project(tmp_path / "a.sqlite3", commands=log))
    assert records(read.codings, "coding_id", "coder_id") == [("1:1", "sari"), ("1:2", "sari"), ("2:2", "budi")]
    assert said(read) == {"odd_command": [(2, "3, 4")], "coder_of_highlight": [(2, "1:2, 2:2")]}


def test_an_export_names_admin_for_everybody_and_that_is_told(tmp_path):
    log = [
        command(1, "admin", "highlight_add", highlight_id=1, tags=[1, 2]),
        command(2, "admin", "highlight_add", highlight_id=2, tags=[2]),
    ]
    read = read_project(project(tmp_path / "a.sqlite3", commands=log))
    assert said(read) == {"one_for_all": [(3, "admin")]}


def test_one_of_several_projects_is_read_whole_and_alone(tmp_path):
    path = project(
        tmp_path / "a.sqlite3", projects=[{"id": 1, "name": "Air", "description": "", "created": "x"}, {"id": 2, "name": "Api", "description": "", "created": "x"}],
        documents=[document(1), document(2, "Lain", "<p>Api besar.</p>", 2)], tags=[tag(1, "a"), tag(2, "b"), tag(3, "c", project=2)],
        highlights=[highlight(1, "Sumur & sungai"), {"id": 2, "document_id": 2, "start_offset": 0, "end_offset": 3, "snippet": "Api"}],
        highlight_tags=[{"highlight_id": 1, "tag_id": 1}, {"highlight_id": 2, "tag_id": 3}],
        commands=[command(1, "sari", "highlight_add", highlight_id=1, tags=[1]), command(2, "budi", "highlight_add", project=2, highlight_id=2, tags=[3])],
    )  # fmt: skip
    with pytest.raises(DashatError) as error:
        read_project(path)
    assert (
        str(error.value)
        == "a.sqlite3: holds 2 projects: 1 (Air), 2 (Api). Say which one with --project, by its number or name."
    )
    first, second = read_project(path, project="Air"), read_project(path, project="2")
    assert (first.segments["text"].tolist(), first.codes["name"].tolist()) == (["Sumur & sungai"], ["a", "b"])
    assert (second.segments["text"].tolist(), second.codes["name"].tolist(), set(second.codings["coder_id"])) == (
        ["Api"],
        ["c"],
        {"budi"},
    )
    assert said(first) == {"other_project": [(1, "2")]}
    command_line = [
        sys.executable,
        "-m",
        "dashat_lib.cli",
        "import",
        str(path),
        "--project",
        "Api",
        "--summary",
        "--texts",
    ]
    shown = subprocess.run(
        command_line,
        capture_output=True,
        text=True,
        check=True,
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    assert json.loads(shown.stdout)["quotes"] == [{"selection": "2", "text": "Api"}]
    with pytest.raises(DashatError, match=r"a\.sqlite3: holds no single project 'Udara', but: 1 \(Air\), 2 \(Api\)"):
        read_project(path, project="Udara")


def test_a_newer_version_says_which_tag_lies_below_which(tmp_path):
    path = project(tmp_path / "a.sqlite3")
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript(
            "ALTER TABLE tags ADD parent_id INTEGER; UPDATE tags SET parent_id = 2 WHERE id = 1; UPDATE tags SET parent_id = 77 WHERE id = 3; ALTER TABLE documents ADD favorite BOOLEAN; UPDATE documents SET favorite = 1;"
        )
    read = read_project(path)
    assert read.code_paths().tolist() == ["berbagi > air.sumur", "berbagi", "tak terpakai"]
    assert said(read) == {"column_not_read": [(1, "documents.favorite")], "unknown_parent": [(1, "3")]}


def test_orphans_and_quotes_that_differ_are_told(tmp_path):
    rows = [
        highlight(1, "Sumur & sungai", "<p>Sungai</p><p>lain</p>"),
        highlight(2, "air.", document=9),
        {**highlight(3, "air."), "end_offset": 900},
        {**highlight(4, "🚰"), "snippet": "🚰"},
    ]
    rows[3]["end_offset"] -= 1
    read = read_project(project(tmp_path / "a.sqlite3", highlights=rows, highlight_tags=[{"highlight_id": 1, "tag_id": 9}, {"highlight_id": 8, "tag_id": 1}, {"highlight_id": 2, "tag_id": 1}, {"highlight_id": 2, "tag_id": 1}], commands=[]))  # fmt: skip
    assert records(read.segments, "text", "stored_text") == [
        ("Sumur & sungai", "Sungai\nlain"),
        ("air.", "air."),
        ("air.", "air."),
        ("🚰", "🚰"),
    ]
    assert said(read) == {
        "quote_differs": [(1, "1")], "no_place": [(1, "2")], "outside_text": [(1, "3")], "border_moved": [(1, "4")],
        "no_coder": [(4, "1:9, 8:1, 2:1")], "unknown_code": [(1, "1:9")], "unknown_segment": [(1, "8:1")], "unknown_source": [(1, "2")], "duplicate_coding": [(1, "2:1")],
    }  # fmt: skip


def test_an_open_database_is_read_with_its_log_and_left_alone(tmp_path):
    path = project(tmp_path / "a.sqlite3")
    with closing(sqlite3.connect(path)) as program:
        program.execute("PRAGMA journal_mode = WAL")
        program.execute("INSERT INTO highlight_tags VALUES (3, 3)")
        program.commit()
        before = {one.name: one.read_bytes() for one in tmp_path.iterdir()}
        read = read_project(path)
        assert "3:3" in set(read.codings["coding_id"])
        assert said(read)["wal_read"] == [(1, "a.sqlite3-wal")]
        assert {one.name: one.read_bytes() for one in tmp_path.iterdir()} == before


def test_it_is_told_by_its_mark_or_its_tables(tmp_path):
    marked = project(tmp_path / "a.sqlite3")
    old = made(tmp_path / "b.sqlite3", TAGUETTE)
    other = made(
        tmp_path / "c.sqlite3", "CREATE TABLE projects (id); CREATE TABLE documents (id); CREATE TABLE tags (id)"
    )
    assert [taguette.recognises(one) for one in (marked, old, other, tmp_path)] == [True, True, False, False]
    assert not any(module.recognises(marked) for module in (qualcoder, rqda, requal, maxqda))
    made(tmp_path / "d.sqlite3", "CREATE TABLE projects (id); PRAGMA application_id = 1416066164;")
    with pytest.raises(
        DashatError, match=r"d\.sqlite3: lacks the tables documents, highlights, so it is no project of Taguette"
    ):
        read_project(tmp_path / "d.sqlite3")


@pytest.mark.parametrize(
    ("name", "highlights", "codings"), [("heat_plan/project.sqlite3", 15, 18), ("serdif_project.sqlite3", 1794, 1930)]
)
def test_real_projects_give_the_numbers_of_the_program(name, highlights, codings):
    # Taguette's own CSV, and slices of UTF-8 bytes against the stored snippets: real/qda/expected.csv.
    read = read_project(real(f"taguette/{name}"))
    found = read.summary(texts=True)
    assert (found["selections"], found["selections_matching_stored_text"], found["codings"]) == (
        highlights,
        highlights,
        codings,
    )
    assert set(said(read)) == {"one_for_all"}


def test_damage_is_refused_or_read_but_never_raises_anything_else(tmp_path):
    path = project(tmp_path / "a.sqlite3")
    read, refused = survives(taguette.read, tmp_path / "rusak.sqlite3", damaged(path.read_bytes(), 9, 20))
    assert read + refused == 20
    assert refused > 4
