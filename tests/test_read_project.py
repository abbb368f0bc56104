"""Whatever is read stays as it was, and damage is refused or told: never less than was there without a word."""

from __future__ import annotations

import hashlib
import os
import random
import shutil
import signal
import tempfile
import threading
import time
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path

import pytest
from conftest import SHARED
from documents import docx, odt, p, pdf, tbl
from mutations import TEXTS, damaged, kinds

from dashat_lib.coded_project import Draft
from dashat_lib.errors import DashatError
from dashat_lib.loaders.read_project import read_project

REAL = Path(os.environ.get("DASHAT_REAL", SHARED / "real")) / "qda"
FULL = bool(os.environ.get("DASHAT_FULL"))
N_MUTATIONS, SECONDS = 2_000, 20


# ---- samples: the shared files where they are, and small ones of our own ---------------------------------------------

CAPTIONS = "WEBVTT\n\nNOTE dari rapat\n\n" + "".join(
    f"{n}\n00:00:{n:02}.000 --> 00:00:{n:02}.900 align:start\n<v {'Ana' if n % 3 else 'Budi'}>Kalimat {n} &amp; lagi.</v>\n\n"
    for n in range(1, 12)
)
SUBTITLES = "".join(f"{n}\n00:00:{n:02},000 --> 00:00:{n:02},900\n{'ANA' if n % 3 else 'BUDI'}: Kalimat {n}.\nlagi\n\n" for n in range(1, 12))  # fmt: skip
TALK = "Wawancara 3\nTanggal: 1 Mei\n\n" + "".join(f"[00:00:{n:02}] {'P' if n % 2 else 'I'}: Kalimat {n}.\nlagi 🍲\n" for n in range(12))  # fmt: skip
OWN = {
    "own.vtt": lambda path: path.write_text(CAPTIONS, encoding="utf-8-sig", newline="\r\n"),
    "own.srt": lambda path: path.write_text(SUBTITLES, encoding="utf-8", newline="\n"),
    "own.txt": lambda path: path.write_text(TALK, encoding="utf-8", newline="\n"),
    "own_utf16.txt": lambda path: path.write_text(TALK, encoding="utf-16", newline="\r\n"),
    "own.docx": lambda path: docx(path, "".join(p(f"{'P' if n % 2 else 'I'}: Kalimat {n}.") for n in range(9)) + tbl(("P", "Sel."), ("I", "Ya.")), header1=p("kepala")),
    "own.odt": lambda path: odt(path, "".join(f"<text:p>{'P' if n % 2 else 'I'}: Kalimat {n}.</text:p>" for n in range(9)), header="<style:header><text:p>kepala</text:p></style:header>"),
    "own.pdf": lambda path: pdf(path, *[["Kepala", f"P: Satu {n}.", f"I: Dua {n}.", str(n)] for n in range(4)]),
}  # fmt: skip
NO_SAMPLES = ("PROVENANCE.csv", "README.md", "expected.csv")


def shared_files():
    """Every file of the shared folder; of a QualCoder project the folder, which is what a user names."""
    if not REAL.is_dir():
        return []
    files = [path for path in REAL.rglob("*") if path.is_file() and path.name not in NO_SAMPLES]
    folders = {path.parent for path in files if path.parent.suffix == ".qda"}
    return sorted(str(path.relative_to(REAL)) for path in [*folders, *(one for one in files if one.parent not in folders)])  # fmt: skip


SHARED_FILES = shared_files()
SAMPLES = [*OWN, *SHARED_FILES]


@pytest.fixture(scope="session")
def own_files(tmp_path_factory):
    folder = tmp_path_factory.mktemp("own")
    for name, write in OWN.items():
        write(folder / name)
    return folder


@pytest.fixture
def nowhere(tmp_path, monkeypatch):
    """An empty working folder and an empty temporary folder; the test fails if anything stays in them."""
    work, scratch = tmp_path / "kerja", tmp_path / "sementara"
    work.mkdir()
    scratch.mkdir()
    monkeypatch.chdir(work)
    monkeypatch.setattr(tempfile, "tempdir", str(scratch))
    monkeypatch.setenv("TMPDIR", str(scratch))
    yield tmp_path
    assert [str(one) for one in (*work.rglob("*"), *scratch.rglob("*"))] == []


def place_of(name, own_files):
    return own_files / name if name in OWN else REAL / name


# ---- reading changes nothing -----------------------------------------------------------------------------------------


def fingerprint(path):
    """The bytes of a file and of all that lies beside it (of a folder: of all in it), and when the folder last changed."""
    folder = path.parent
    inside = list(path.rglob("*")) if path.is_dir() else []
    files = sorted(one for one in {*folder.iterdir(), *inside} if one.is_file())
    hashes = [(str(one), hashlib.sha256(one.read_bytes()).hexdigest(), one.stat().st_mtime_ns) for one in files]
    return hashes, sorted(map(str, folder.iterdir())), [one.stat().st_mtime_ns for one in (folder, path)]


@pytest.mark.parametrize("name", SAMPLES or [pytest.param("-", marks=pytest.mark.skip(reason="no samples"))])
def test_reading_changes_no_file_and_leaves_nothing_behind(name, own_files, nowhere):
    path = place_of(name, own_files)
    before = fingerprint(path)
    with suppress(DashatError):
        read_project(path).summary(texts=True)
    assert fingerprint(path) == before


def test_the_shared_files_are_here():
    if not SHARED_FILES:
        pytest.skip("real/qda is not here (DASHAT_REAL): only our own small files were read")
    assert len(SHARED_FILES) > 60


# ---- damage is refused or told ---------------------------------------------------------------------------------------


class TookTooLong(Exception):
    pass


@contextmanager
def at_most(seconds):
    """End what takes longer, where the system can; elsewhere say so afterwards."""
    begun = time.monotonic()
    can = hasattr(signal, "setitimer") and threading.current_thread() is threading.main_thread()

    def ring(*_):
        raise TookTooLong(f"more than {seconds} s")

    before = signal.signal(signal.SIGALRM, ring) if can else None
    if can:
        signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        if can:
            signal.setitimer(signal.ITIMER_REAL, 0)
            signal.signal(signal.SIGALRM, before)
    assert time.monotonic() - begun < seconds


COUNTED = ("codes", "segments", "codings", "passages", "cases", "attribute_values", "memos")


def held(project):
    """How much a project holds. Of a plain text what counts is the text: which lines are turns is a reading of it, and one
    letter more or less in a name makes another reading that nobody can tell from the right one."""
    documents = int(project.sources["part_of"].isna().sum())
    if project.properties.get("file_type") == "text":
        return documents + int(project.sources["text"].str.len().sum())
    rows = int(project.properties.get("data_rows", 0))
    return documents + rows + sum(len(table) for name, table in project.tables() if name in COUNTED)


def lost_in_silence(before, report, project):
    """Whether less is left than there was, and the report is empty or says what it said of the whole file."""
    return held(project) < before and (not project.load_report or project.load_report == report)


def passages_lie_in_their_texts(project):
    lengths = project.sources.set_index("source_id")["text"].str.len()
    placed = project.passages.dropna(subset=["start"])
    ends = placed["source_id"].map(lengths)
    return bool(((placed["start"] >= 0) & (placed["start"] <= placed["end"]) & (placed["end"] <= ends)).all())


@cache
def whole(path):
    """What the undamaged file holds, and its report; None where it is refused anyway."""
    try:
        project = read_project(path)
    except DashatError:
        return None
    return held(project), project.load_report


def told_by_nobody(name, kind):
    """Damage that leaves a file as whole as before: a text that ends earlier is a text."""
    return kind == "cut" and name.endswith(TEXTS)


def drawn():
    """(name, seed) of every damaged copy; the kind of damage is drawn from the seed once the file is there."""
    draw = random.Random(20260501)
    all_of_them = [(draw.choice(SAMPLES), seed) for seed in range(N_MUTATIONS)]
    return all_of_them if FULL else sorted(draw.sample(all_of_them, N_MUTATIONS // 10), key=lambda one: one[1])


@pytest.mark.parametrize(("name", "seed"), drawn())
def test_damage_is_refused_or_told(name, seed, own_files, nowhere):
    path = place_of(name, own_files)
    held_before = whole(path)
    inside = path / "data.qda" if path.is_dir() else path
    data = inside.read_bytes()
    kind = random.Random(seed).choice(kinds(name, data))
    copy = nowhere / path.name
    if path.is_dir():
        shutil.copytree(path, copy)
    target = copy / "data.qda" if path.is_dir() else copy
    target.write_bytes(damaged(data, kind, seed))
    where = f"{name}, {kind}, seed {seed}"
    try:
        with at_most(SECONDS):
            project = read_project(copy)
            project.summary(texts=True)
    except DashatError as refused:
        if not any(one in str(refused) for one in (path.name, inside.name)):
            pytest.fail(f"{where}: the error names no file: {refused}")
        return
    except Exception as error:
        raise AssertionError(f"{where}: {type(error).__name__} is no DashatError") from error
    finally:
        shutil.rmtree(copy) if copy.is_dir() else copy.unlink()
    assert passages_lie_in_their_texts(project), where
    if held_before is None or told_by_nobody(name, kind):
        return
    n, report = held_before
    assert not lost_in_silence(n, report, project), f"{where}: {held(project)} of {n} are left and nothing is told"


def test_what_is_lost_in_silence_is_seen(tmp_path):
    def project(n_codes, *told):
        draft = Draft("table", tmp_path / "a.csv")
        for n in range(n_codes):
            draft.add("codes", code_id=str(n), name=f"kode {n}")
        for what in told:
            draft.report.tell(what, "a.csv", "Told.")
        return draft.finish()

    before = project(3, "open_end")
    assert lost_in_silence(held(before), before.load_report, project(2))
    assert lost_in_silence(held(before), before.load_report, project(2, "open_end"))
    assert not lost_in_silence(held(before), before.load_report, project(2, "open_end", "row_damaged"))
    assert not lost_in_silence(held(before), before.load_report, project(3))


def test_the_same_seed_does_the_same_damage_and_every_kind_does_some(own_files):
    data = (own_files / "own.docx").read_bytes()
    for kind in kinds("own.docx", data):
        made = {damaged(data, kind, seed) for seed in range(5)}
        assert made == {damaged(data, kind, seed) for seed in range(5)}
        assert made != {data}
    pages = b"SQLite format 3\0" + bytes(5 * 4096)
    assert len(damaged(pages, "page dropped", 1)) == len(pages) - 4096
    assert damaged(b"id,tag\n1,air\n", "column renamed", 3) in (b"ix_d,tag\n1,air\n", b"id,tx_ag\n1,air\n")
