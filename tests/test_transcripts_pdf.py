"""PDF: the text of each page, read by a program of its own; running heads and page numbers are no speech."""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path

import pytest
from conftest import SHARED
from documents import pdf

from dashat_lib.errors import DashatError
from dashat_lib.loaders.read_project import read_project
from dashat_lib.loaders.transcripts import pdf as reader

REAL = Path(os.environ.get("DASHAT_REAL", SHARED / "real")) / "qda/transcripts"


def told(summary):
    """What was odd; that speakers became cases is told of every talk, and has its own test."""
    return {
        one["what"]: (one["n"], one["where"]) for one in summary["load_report"] if one["what"] != "speakers_as_cases"
    }


def said(project):
    text = project.sources["text"].dropna().iloc[0]
    names = project.cases.set_index("case_id")["name"]
    return [(names[one.case_id], text[one.start : one.end]) for one in project.case_members.itertuples()]


@pytest.fixture
def two_pages(tmp_path):
    return pdf(
        tmp_path / "wawancara.x",
        ["Wawancara 8 (kepala)", "P: Siapa yang memutuskan?", "I: Dewan. Kami diberi tahu sesu-", "dah itu.", "Halaman 1 dari 2"],
        ["Wawancara 8 (kepala)", "lewat surat. Rasanya: berat.", "P: Lalu?", "Halaman 2 dari 2"],
    )  # fmt: skip


def test_pages_are_passages_of_the_text_beside_the_pdf(two_pages):
    project = read_project(two_pages)
    found = project.summary(texts=True)
    assert (found["format"], found["documents"], found["text_documents"], found["pages"]) == ("transcript", 1, 0, 2)
    assert found["texts"] == [
        "Wawancara 8 (kepala)\nP: Siapa yang memutuskan?\nI: Dewan. Kami diberi tahu sesu-\ndah itu.\nHalaman 1 dari 2",
        "Wawancara 8 (kepala)\nlewat surat. Rasanya: berat.\nP: Lalu?\nHalaman 2 dari 2",
    ]
    assert list(project.sources["kind"]) == ["pdf", "text"]
    assert list(project.sources["part_of"].fillna("")) == ["", "1"]
    assert list(project.sources["role"].fillna("")) == ["", "representation"]
    assert set(project.passages["source_id"]) == {"2"}
    assert list(project.passages["speaker"]) == ["P", "I"]


def test_a_turn_goes_on_over_the_page_but_not_through_heads_and_numbers(two_pages):
    project = read_project(two_pages)
    assert said(project) == [
        ("P", "Siapa yang memutuskan?"),
        ("I", "Dewan. Kami diberi tahu sesu-\ndah itu."),
        ("I", "lewat surat. Rasanya: berat."),
        ("P", "Lalu?"),
    ]
    found = project.summary(texts=True)
    assert found["turns"] == 3
    assert told(found) == {
        "hyphen_at_line_end": (1, "wawancara.x"),
        "running_head": (2, "wawancara.x"),
        "page_number": (2, "wawancara.x"),
    }


def test_pages_of_pictures_have_no_text(tmp_path):
    project = read_project(pdf(tmp_path / "pindaian.pdf", [], []))
    found = project.summary(texts=True)
    assert told(found) == {"text_missing": (1, "pindaian.pdf")}
    assert (found["pages"], found["texts"], len(project.sources)) == (2, ["", ""], 1)


def test_one_page_of_pictures_is_told_with_its_number(tmp_path):
    found = read_project(pdf(tmp_path / "a.pdf", ["P: Satu."], [], ["I: Dua."])).summary(texts=True)
    assert found["texts"] == ["P: Satu.", "", "I: Dua."]
    assert told(found) == {"page_without_text": (1, "page 2")}


def test_lost_pages_are_told(tmp_path):
    found = read_project(pdf(tmp_path / "a.pdf", ["P: Satu."], ["I: Dua."], declared=5)).summary(texts=True)
    assert told(found)["pages_missing"] == (3, "a.pdf")


def test_a_torn_page_is_told(tmp_path):
    path = pdf(tmp_path / "a.pdf", ["P: Satu.", "I: Dua dan tiga dan empat dan lima."], ["I: Dua."])
    data = bytearray(path.read_bytes())
    at = data.index(b"stream\n") + 40
    data[at : at + 4] = b"xxxx"
    path.write_bytes(bytes(data))
    found = read_project(path).summary(texts=True)
    assert told(found)["page_damaged"] == (1, "page 1")
    assert found["texts"][1] == "I: Dua."


def test_a_pdf_with_a_broken_list_of_places_is_read_and_told(tmp_path):
    path = pdf(tmp_path / "a.pdf", ["P: Satu."], ["I: Dua."])
    path.write_bytes(path.read_bytes().replace(b"startxref\n", b"startxref\n1"))
    found = read_project(path).summary(texts=True)
    assert found["texts"] == ["P: Satu.", "I: Dua."]
    assert "pdf_mended" in told(found)


def test_junk_before_the_head_costs_nothing(tmp_path):
    path = pdf(tmp_path / "a.pdf", ["P: Satu."], packed=False)
    path.write_bytes(b"\r\n" + path.read_bytes())
    assert read_project(path).summary(texts=True)["texts"] == ["P: Satu."]


def locked(path, **passwords):
    pypdf = pytest.importorskip("pypdf")
    writer = pypdf.PdfWriter(clone_from=pdf(path, ["P: Satu."]))
    writer.encrypt(algorithm="RC4-128", **passwords)
    writer.write(path)
    return path


def test_a_password_is_said(tmp_path):
    with pytest.raises(DashatError, match=r"^rahasia\.pdf: has a password\. .*without a password"):
        read_project(locked(tmp_path / "rahasia.pdf", user_password="x", owner_password="y"))


def test_a_password_for_changes_only_hinders_nothing(tmp_path):
    found = read_project(locked(tmp_path / "a.pdf", user_password="", owner_password="y")).summary(texts=True)
    assert found["texts"] == ["P: Satu."]
    assert told(found)["password_for_changes"] == (1, "a.pdf")


@pytest.mark.parametrize("data", [b"%PDF-1.4\n", b"%PDF-1.7\n%%EOF\n", b"%PDF-1.4\n1 0 obj\n<</Type/Catalog/Pages 1 0 R>>\nendobj\n"])  # fmt: skip
def test_what_only_begins_as_a_pdf_is_refused(tmp_path, data):
    path = tmp_path / "kosong.pdf"
    path.write_bytes(data)
    with pytest.raises(DashatError, match=r"^kosong\.pdf: is no PDF that can be read"):
        read_project(path)


def test_a_pdf_that_keeps_the_reader_busy_is_ended(tmp_path, monkeypatch):
    slow = tmp_path / "pdf_pages.py"
    slow.write_text(
        'import time\nprint(\'{"pages": 1, "declared": 1, "secret": false}\', flush=True)\ntime.sleep(60)\n'
    )
    monkeypatch.setattr(reader, "__file__", str(tmp_path / "pdf.py"))
    monkeypatch.setattr(reader, "_PAGE_SECONDS", 1.5)
    begun = time.monotonic()
    with pytest.raises(DashatError, match=r"^a\.pdf: keeps the reader busy for too long \(page 1\)"):
        read_project(pdf(tmp_path / "a.pdf", ["P: Satu."]))
    assert time.monotonic() - begun < 15


@pytest.mark.parametrize("ending", ["raise SystemExit", "print('x' * 5000, flush=True)", "import os; os.abort()"])
def test_a_reader_that_dies_is_an_error_like_others(tmp_path, monkeypatch, ending):
    (tmp_path / "pdf_pages.py").write_text(ending)
    monkeypatch.setattr(reader, "__file__", str(tmp_path / "pdf.py"))
    with pytest.raises(DashatError, match=r"^a\.pdf: is no PDF that can be read: the reader of PDFs broke off"):
        read_project(pdf(tmp_path / "a.pdf", ["P: Satu."]))


def test_pages_are_counted_while_they_are_read(two_pages):
    steps = []
    read_project(two_pages, progress=lambda *step: steps.append(step))
    assert steps == [("pages", 0, 2), ("pages", 1, 2), ("pages", 2, 2)]


def test_a_missing_library_is_named(tmp_path, monkeypatch):
    monkeypatch.setattr(reader, "find_spec", lambda name: None)
    with pytest.raises(DashatError, match=r'^a\.pdf: needs pypdf.*pip install "dashat\[io\]"'):
        read_project(pdf(tmp_path / "a.pdf", ["P: Satu."]))


def test_the_program_that_reads_imports_nothing_of_dashat():
    text = (Path(reader.__file__).with_name("pdf_pages.py")).read_text(encoding="utf-8")
    assert "import dashat" not in text
    assert "from ." not in text
    assert sys.executable


def test_the_shared_pdf_is_read_as_it_was_made():
    if not (REAL / "interview.pdf").exists():
        pytest.skip("interview.pdf is not here (DASHAT_REAL)")
    found = read_project(REAL / "interview.pdf").summary(texts=True)
    # PROVENANCE.csv: made by hand; a running head and a number on each of two pages, one word broken.
    assert (found["pages"], found["speakers"]) == (2, ["I", "P"])
    assert {what: n for what, (n, _) in told(found).items()} == {"hyphen_at_line_end": 1, "running_head": 2, "page_number": 2}  # fmt: skip
