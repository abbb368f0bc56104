"""dashat import and dashat export as a user meets them."""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from dashat_lib import handover
from dashat_lib.coded_project import Draft
from dashat_lib.coded_project.compare import differences
from dashat_lib.coded_project.from_case import from_case
from dashat_lib.errors import DashatError
from dashat_lib.exports.refi_qda import write_refi_qda
from dashat_lib.loaders.case import check_case
from dashat_lib.loaders.read_project import read_project
from dashat_lib.words import reader

TALK = "Kami rapat tiap bulan.\nUang datang terlambat 🙂, tetapi kader tetap memasak."


def dashat(*words, cwd):
    command = [sys.executable, "-m", "dashat_lib.cli", *map(str, words)]
    return subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=False)


def of_one_coder(coder, *ranges):
    draft = Draft("refi-qda", Path("x"), name="Wawancara")
    draft.add("coders", coder_id=f"{coder}0000000-0000-4000-8000-000000000001", name=f"Pengode {coder}")
    draft.add("sources", source_id="50000000-0000-4000-8000-000000000001", name="Wawancara 1", kind="text", role="document", text=TALK, created="2024-03-01T08:00:00Z")  # fmt: skip
    draft.add("codes", code_id="c0000000-0000-4000-8000-000000000001", name="Rapat", is_codable=True)
    for at, (start, end) in enumerate(ranges):
        segment = f"{coder}0000000-0000-4000-8000-0000000001{at:02}"
        draft.add("segments", segment_id=segment, source_id="50000000-0000-4000-8000-000000000001", kind="text", start=start, end=end, text=TALK[start:end])  # fmt: skip
        draft.add("codings", coding_id=f"{coder}0000000-0000-4000-8000-0000000002{at:02}", segment_id=segment, source_id="50000000-0000-4000-8000-000000000001", code_id="c0000000-0000-4000-8000-000000000001", coder_id=f"{coder}0000000-0000-4000-8000-000000000001")  # fmt: skip
    return draft.finish()


@pytest.fixture
def two_files(tmp_path):
    """Two coders' exports of one project."""
    for coder, ranges in (("a", [(0, 22)]), ("b", [(0, 22), (23, 44)])):
        write_refi_qda(of_one_coder(coder, *ranges), tmp_path / f"{coder}.qdpx")
    return tmp_path


def hashes(folder):
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in folder.iterdir() if path.is_file()}


def test_a_summary_is_json_and_tells_what_was_said_only_when_asked(two_files):
    before = hashes(two_files)
    run = dashat("import", "b.qdpx", "--summary", cwd=two_files)
    assert run.returncode == 0, run.stderr
    found = json.loads(run.stdout)
    assert (found["format"], found["documents"], found["codings"]) == ("refi-qda", 1, 2)
    assert [word for word in ("rapat tiap", "Uang", "terlambat", "Pengode", "Wawancara") if word in run.stdout] == []
    assert found["codings_by_coder"] == {"coder-1": 2}
    told = json.loads(dashat("import", "b.qdpx", "--summary", "--texts", cwd=two_files).stdout)
    assert [one["text"] for one in told["quotes"]] == [TALK[:22], TALK[23:44]]
    assert hashes(two_files) == before


def test_two_coders_become_a_case_that_is_in_order(two_files):
    run = dashat("import", "a.qdpx", "--with", "b.qdpx", "--to", "kasus", "--lang", "id", cwd=two_files)
    assert run.returncode == 0, run.stderr
    assert "dashat check kasus" in run.stdout
    assert check_case(two_files / "kasus") == []
    codings = (two_files / "kasus/data/raw/codings.csv").read_text(encoding="utf-8")
    assert codings.count("coder-1") == 2  # who gave the most codes
    assert codings.count("coder-2") == 1


def test_a_stance_that_is_none_is_misuse(two_files):
    run = dashat("import", "a.qdpx", "--to", "kasus", "--stance", "maybe", cwd=two_files)
    assert run.returncode == 2
    assert not (two_files / "kasus").exists()


@pytest.mark.parametrize("name", ["there is none.qdpx", "broken.qdpx", "empty.csv"])
def test_what_cannot_be_read_ends_in_a_line_that_names_the_file(tmp_path, name):
    if name == "broken.qdpx":
        (tmp_path / name).write_bytes(b"PK\x03\x04 and no more")
    if name == "empty.csv":
        (tmp_path / name).write_bytes(b"")
    run = dashat("import", name, "--summary", cwd=tmp_path)
    assert run.returncode == 1
    assert run.stdout == ""
    assert run.stderr.startswith(name)
    assert "Traceback" not in run.stderr


def test_the_case_goes_out_whole_and_comes_back_the_same(case, tmp_path):
    project = from_case(case)
    told = handover.export(case.folder, tmp_path / "kajian.qdpx", language="id")
    back = read_project(tmp_path / "kajian.qdpx")
    assert {entry.what for entry in told} == {"comment_as_note", "scope_lost"}
    assert len(back.codings) == len(case.codings)
    expected = project.segments.set_index("segment_id")["text"]
    assert back.segments.set_index("segment_id")["text"].to_dict() == expected.to_dict()
    assert set(back.code_paths()) == set(project.code_paths())


def test_texts_of_restricted_documents_do_not_leave_without_a_word(case):
    first = case.evidence["source_id"].iloc[0]
    access = case.sources["source_id"].eq(first).map({True: "restricted", False: "open"})
    told = from_case(replace(case, sources=case.sources.assign(access=access))).load_report
    assert [(entry.what, entry.n) for entry in told] == [
        ("restricted_included", int((case.evidence["source_id"] == first).sum()))
    ]
    assert from_case(case).load_report == ()


@pytest.mark.parametrize("out", ["tables", "tables.xlsx"])
def test_tables_come_back_the_same(two_files, out):
    project = read_project(two_files / "b.qdpx")
    handover.export(two_files / "b.qdpx", two_files / out, language="id")
    assert differences(project, read_project(two_files / out)) == []


def test_a_case_as_tables_says_that_it_is_a_table_of_that_case(case, tmp_path):
    project = from_case(case)
    assert (project.format, project.file.name) == ("table", case.folder.resolve().name)
    handover.export(case.folder, tmp_path / "kajian", language="id")
    assert read_project(tmp_path / "kajian").format == "table"


def test_without_texts_no_word_leaves(two_files):
    for out in ("bare.qdpx", "bare"):
        handover.export(two_files / "b.qdpx", two_files / out, language="en", texts=False)
        found = read_project(two_files / out)
        assert found.sources["text"].isna().all()
        assert found.segments["text"].isna().all()
        assert len(found.codings) == 2
    for path in (two_files / "bare").rglob("*.csv"):
        assert "Uang" not in path.read_text(encoding="utf-8")


def test_nothing_is_written_over_and_an_unknown_ending_says_which_there_are(two_files):
    before = hashes(two_files)
    with pytest.raises(DashatError, match="force"):
        handover.export(two_files / "b.qdpx", two_files / "a.qdpx", language="en")
    with pytest.raises(DashatError, match=r"\.qdpx, \.qdc or \.xlsx"):
        handover.export(two_files / "b.qdpx", two_files / "c.doc", language="en")
    assert hashes(two_files) == before


def test_the_page_names_what_was_found_in_words(two_files, capsys):
    say = reader("id")
    project = read_project(two_files / "b.qdpx")
    handover.show(project, say)
    handover.show_report(project.load_report, say, "Laporan")
    shown = capsys.readouterr().out
    assert "pengodean segmen" in shown
    assert "_" not in shown


def test_every_word_of_a_report_has_a_label():
    """A word is a constant of the form ``text_missing`` that stands where it is told, or in a table of what is told."""
    import ast

    from conftest import ROOT

    from dashat_lib.words import labels

    told = set()
    for room in ("loaders", "coded_project", "exports"):
        for path in (ROOT / "dashat_lib" / room).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(node, ast.Call) and node.args and isinstance(node.args[0], ast.Constant):
                    name = getattr(node.func, "attr", getattr(node.func, "id", ""))
                    if name in ("tell", "_tell") and isinstance(node.args[0].value, str):
                        told.add(node.args[0].value)
    assert len(told) > 100
    assert sorted(told - set(labels()["odd"])) == []
