"""What kind of transcript is a file: told by its content, whatever it is called."""

from __future__ import annotations

import csv
import io
import re
import zipfile
from collections import Counter
from pathlib import Path

from ...coded_project import CodedProject
from ...errors import DashatError, Problem, message
from ..encodings import decoded
from ..opening import whole
from ..positions import with_lf
from .captions import read_captions
from .cues import is_times, is_webvtt
from .drafting import Progress
from .plain import is_prose_or_talk, read_plain
from .refused import refuse_highlights

_LOOKED_AT = 1 << 16
_ODT = b"application/vnd.oasis.opendocument.text"
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


def recognises(path: Path) -> bool:
    """Say whether a file is a transcript or a document; never raises, reads its beginning."""
    try:
        return kind_of(path) is not None
    except Exception:  # whatever a stranger's file does here, it is none of ours
        return False


def read(path: Path, *, progress: Progress | None = None) -> CodedProject:
    """Read a transcript: .vtt, .srt, plain text, Markdown, .docx, .odt or .pdf.

    Returns
    -------
    CodedProject
        One source with its passages (cues, turns, paragraphs or pages); speakers are cases whose members are ranges. The text
        of a .pdf is a second source, ``part_of`` the first. ``file_type`` and ``encoding`` are properties.

    Raises
    ------
    DashatError
        If it cannot be read, is encrypted, or of a kind that first has to be saved as another.
    """
    kind = kind_of(path) if path.is_file() else None
    if kind == "docx":
        from .word import read_word

        return read_word(path, progress=progress)
    if kind == "odt":
        from .open_document import read_open_document

        return read_open_document(path, progress=progress)
    if kind == "pdf":
        from .pdf import read_pdf

        return read_pdf(path, progress=progress)
    if kind == "rtf":
        refuse_highlights(path, _bare(whole(path)[:_LOOKED_AT]))
        raise DashatError(Problem(path.name, None, None, None, message("is rich text (RTF), which is not read."), message("Open it in Word or LibreOffice and save it as .docx, .odt or .txt.")))  # fmt: skip
    if kind == "ole":
        raise DashatError(Problem(path.name, None, None, None, message("is a document of Word before 2007, or one with a password."), message("Open it in Word or LibreOffice and save it as .docx, without a password.")))  # fmt: skip
    return (read_captions if kind == "captions" else read_plain)(path, progress=progress)


def kind_of(path: Path) -> str | None:
    """Return docx, odt, pdf, rtf, ole (an old or encrypted document), captions or text; None for what is none of them."""
    with path.open("rb") as file:
        head = file.read(_LOOKED_AT)
    if head.startswith(b"PK\x03\x04"):
        return _of_zip(path, head)
    if b"%PDF-" in head[:1024]:
        return "pdf"
    if head.startswith(b"{\\rtf"):
        return "rtf"
    if head.startswith(_OLE):
        return "ole" if _is_document(path) else None
    text = _text_of(head)
    if text is None:
        return None
    if is_webvtt(text) or _is_subrip(text):
        return "captions"
    return "text" if not _is_table(text) and is_prose_or_talk(text) else None


def _bare(rtf: bytes) -> str:
    """Return the words of the beginning of rich text, roughly: enough to tell who made it."""
    text = rtf.decode("latin-1")
    text = re.sub(r"\{\\(?:fonttbl|colortbl|stylesheet|info|\*)(?:[^{}]|\{[^{}]*\})*\}|\r?\n", "", text)
    return re.sub(r"\\[a-z]+-?\d* ?|[{}]", "", re.sub(r"\\(?:par|line)\b ?", "\n", text))


def _of_zip(path: Path, head: bytes) -> str | None:
    if _ODT in head[:200]:
        return "odt"
    try:
        with zipfile.ZipFile(path) as archive:
            names = set(archive.namelist())
    except Exception:  # torn: what the first members are called still tells
        return "docx" if b"word/document.xml" in head or b"word/_rels" in head else None
    if any(name.startswith("word/") for name in names) and "[Content_Types].xml" in names:
        return "docx"
    return "odt" if "content.xml" in names and "styles.xml" in names and _has_text_body(path) else None


def _has_text_body(path: Path) -> bool:
    """Say whether content.xml is a text, where the mimetype does not stand first as it should."""
    with zipfile.ZipFile(path) as archive, archive.open("content.xml") as member:
        return b"<office:text" in member.read(1 << 20)


def _is_document(path: Path) -> bool:
    """Say whether an OLE container holds a Word document or an encrypted file (and is no workbook)."""
    with path.open("rb") as file:
        data = file.read(32 << 20)
    has = {name: name.encode("utf-16-le") in data for name in ("WordDocument", "EncryptedPackage", "Workbook")}
    return (has["WordDocument"] or has["EncryptedPackage"]) and not has["Workbook"]


def _text_of(head: bytes) -> str | None:
    if not head.strip():
        return None
    if len(head) == _LOOKED_AT:  # the end of the piece may lie inside a letter
        cut = max(head.rfind(b"\n"), head.rfind(b"\r"))
        wide = head[:2] in (b"\xff\xfe", b"\xfe\xff") or 0 in head[:64]
        head = head[: len(head) // 4 * 4] if wide else head[: cut + 1] if cut > 0 else head
    try:
        return with_lf(decoded(head, "")[0])
    except DashatError:
        return None
    except ImportError:  # of what guesses encodings; reading says so
        return with_lf(head.decode("cp1252", "replace"))


def _is_subrip(text: str) -> bool:
    rows = [row.strip() for row in text.split("\n", 20)[:20] if row.strip()]
    return any(is_times(row) for row in rows[:4]) and sum(is_times(row) for row in text.split("\n")) >= 1


def _is_table(text: str) -> bool:
    """Say whether the lines are cells: most rows have as many as the first, and what parts them is no comma of a sentence."""
    for mark in (",", ";", "\t", "|"):
        first = text.split("\n", 1)[0]
        if mark not in first or (mark in ",;" and 2 * first.count(f"{mark} ") > first.count(mark)):
            continue
        try:
            rows = [row for row in csv.reader(io.StringIO(text, newline=""), delimiter=mark) if row]
        except csv.Error:
            continue
        widths = Counter(map(len, rows))
        if len(rows) > 1 and len(rows[0]) > 1 and 2 * widths[len(rows[0])] > len(rows):
            return True
    return False
