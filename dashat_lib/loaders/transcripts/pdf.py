"""PDF: the text of each page; running heads and page numbers are told apart and stay in the text."""

from __future__ import annotations

import json
import queue
import re
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from ...coded_project import CodedProject, Draft
from ...errors import DashatError, Problem, message
from ..opening import without_library
from ..positions import with_lf
from .drafting import SOURCE, Progress, add_passage, add_speakers, begun, tell_odd_letters
from .labels import is_no_person, label_of
from .refused import broken, refuse_highlights
from .turns import Line, Piece, lines_of, turns_of

_TEXT = "2"  # the source that holds the text of the PDF
_PAGE_SECONDS, _FIRST_SECONDS, _SECONDS_A_PAGE = 12.0, 18.0, 0.5
_MOST_TEXT = 128 << 20
_EDGE = 2  # lines at the upper and lower edge of a page in which heads and numbers stand
_PAGE_NUMBER = re.compile(r"(?:page|halaman|hal\.?|seite|p\.)?[\s\-–—(\[]*\d{1,4}(?:\s*(?:/|of|dari|von|-)\s*\d{1,4})?[\s\-–—)\].]*", re.IGNORECASE)  # fmt: skip
_HYPHEN = re.compile(r"[^\W\d_]-\n[^\W\d_]")


def read_pdf(path: Path, *, progress: Progress | None = None) -> CodedProject:
    """Read a .pdf: one passage a page, and speakers from names at the beginnings of lines.

    The text is a second source (``role`` representation) as pypdf extracts it; positions are of that text, whose words may
    stand in another order than on the page. Words broken at the end of a line stay broken.

    Raises
    ------
    DashatError
        If it is no PDF, damaged, has a password, or keeps the program busy for too long.
    """
    if find_spec("pypdf") is None:
        raise without_library(path.name, "pypdf")
    found = list(_answers(path, progress))
    head, pages, tail = found[0], found[1:-1], found[-1]
    texts = [_sound(str(page["text"])) for page in pages]
    whole = "\n".join(texts)
    refuse_highlights(path, whole)
    draft = begun(path, "pdf", pages=len(pages))
    _tell(draft, path, head, pages, tail)
    draft.add("sources", source_id=SOURCE, name=path.stem, kind="pdf", path=path.name)
    if not whole.strip():
        draft.report.tell("text_missing", path.name, message("The pages hold pictures and no text, as a scanner makes them: have the text recognised (OCR) and save it again."))  # fmt: skip
        for at in range(len(pages)):
            draft.add("passages", passage_id=str(at + 1), source_id=SOURCE, kind="page")
        return draft.finish()
    draft.add("sources", source_id=_TEXT, name=path.stem, kind="text", part_of=SOURCE, role="representation", text=whole)  # fmt: skip
    tell_odd_letters(draft, path, whole)
    draft.report.tell("hyphen_at_line_end", path.name, message("A word is broken at the end of a line; it stays so in the text."), n=len(_HYPHEN.findall(whole)))  # fmt: skip
    lines = _lines(texts, draft, path)
    pieces = turns_of(whole, lines, draft.report, careful=True)
    at = 0
    for n, text in enumerate(texts):
        first = next(
            (one.speaker for one in pieces if one.speaker and one.start < at + len(text) and one.end > at), None
        )
        add_passage(draft, "page", Piece(at, at + len(text), first), _TEXT)
        at += len(text) + 1
        if not text.strip():
            draft.report.tell("page_without_text", f"page {n + 1}", message("The page holds no text; if it is a picture of text, have it recognised (OCR)."))  # fmt: skip
    add_speakers(draft, pieces, _TEXT)
    return draft.finish()


def _tell(
    draft: Draft, path: Path, head: dict[str, Any], pages: Sequence[dict[str, Any]], tail: dict[str, Any]
) -> None:
    tell = draft.report.tell
    tell("pages_missing", path.name, message("The file speaks of more pages than it holds: some are lost."), n=head["declared"] - len(pages))  # fmt: skip
    for at, page in enumerate(pages):
        tell("page_damaged", f"page {at + 1}", message("The page is damaged; what of its text could be read was kept."), n=bool(page.get("failed") or page.get("torn")))  # fmt: skip
    tell("pdf_mended", path.name, message("The file breaks the rules of PDF; it was read as well as it goes, and text may be missing."), n=int(tail["mended"]))  # fmt: skip
    tell("pdf_warning", path.name, message("Something in the file was not understood while its text was taken out; text may be missing."), n=int(tail["warnings"]))  # fmt: skip
    tell("password_for_changes", path.name, message("The file has a password for changing it; reading it needs none."), n=bool(head["secret"]))  # fmt: skip
    tell("comment", path.name, message("Comments are no speech, and were left out."), n=sum(page.get("comments", 0) for page in pages))  # fmt: skip


def _lines(texts: Sequence[str], draft: Draft, path: Path) -> list[Line]:
    """Return the lines of all pages; running heads and page numbers are marked as no speech, and told."""
    rows = [[row for row in text.split("\n") if row.strip()] for text in texts]
    edges = [{_shape(row) for row in [*page[:_EDGE], *page[-_EDGE:]] if not _is_label(row)} for page in rows]
    counts = Counter(shape for page in edges for shape in page)
    with_text = sum(map(bool, rows))
    repeated = {shape for shape, n in counts.items() if n > 1 and n >= 0.4 * with_text}
    found: list[Line] = []
    heads = numbers = at = 0
    for n, text in enumerate(texts):
        lines = list(lines_of(text, at, n))
        full = [one for one in lines if text[one.start - at : one.end - at].strip()]
        edge = {one.start for one in [*full[:_EDGE], *full[-_EDGE:]]}
        for one in lines:
            row = text[one.start - at : one.end - at]
            skipped = one.start in edge and _shape(row) in repeated and not _is_label(row)
            if skipped:
                number = _PAGE_NUMBER.fullmatch(row.strip()) is not None
                numbers += number
                heads += not number
            found.append(Line(one.start, one.end, one.label, n, skipped=skipped))
        at += len(text) + 1
    draft.report.tell("running_head", path.name, message("Lines that repeat at the edge of pages are no speech; they stay in the text."), n=heads)  # fmt: skip
    draft.report.tell(
        "page_number", path.name, message("Page numbers are no speech; they stay in the text."), n=numbers
    )
    return found


def _shape(row: str) -> str:
    return re.sub(r"\d+", "#", " ".join(row.split()))


def _is_label(row: str) -> bool:
    label = label_of(row)
    return label is not None and label.kind == "colon" and not is_no_person(label.name)


def _sound(text: str) -> str:
    """Return a text with LF line breaks, without halves of characters and without NUL."""
    whole = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return with_lf(whole).replace("\0", "\ufffd").rstrip("\n")


# ---- another program reads the file, and is ended where it takes too long ----------------------------------------------


def _answers(path: Path, progress: Progress | None) -> Iterator[dict[str, Any]]:
    """Yield what :mod:`.pdf_pages` says: the head, each page, the end."""
    with _running(path) as lines:
        begun_at, n, size, total = time.monotonic(), 0, 0, 0
        while True:
            left = _FIRST_SECONDS + n * _SECONDS_A_PAGE - (time.monotonic() - begun_at)
            try:
                line = lines.get(timeout=max(0.01, min(_PAGE_SECONDS, left)))
            except queue.Empty:
                raise _refused(path, message("keeps the reader busy for too long (page {page})."), page=max(n, 1)) from None  # fmt: skip
            size += len(line)
            if size > _MOST_TEXT:
                raise _refused(path, message("holds more text than is read from one PDF."))
            try:
                answer: dict[str, Any] = json.loads(line)
            except ValueError:  # it ended, or was ended by the system
                raise broken(path, message("is no PDF that can be read: the reader of PDFs broke off.")) from None
            if answer.get("error") == "encrypted":
                raise DashatError(Problem(path.name, None, None, None, message("has a password."), message("Open it in a PDF viewer, print it to a new PDF without a password, and read that.")))  # fmt: skip
            if "error" in answer:
                raise broken(path, message("is no PDF that can be read: {reason}."), reason=answer["error"])
            yield answer
            if "mended" in answer:
                return
            total = answer.get("pages", total)
            if progress:
                progress("pages", n, total)
            n += 1


def _refused(path: Path, what: str, **details: object) -> DashatError:
    return DashatError(Problem(path.name, None, None, None, what, message("Print it to a new PDF, or save its text as .txt or .docx, and read that."), details))  # fmt: skip


@contextmanager
def _running(path: Path) -> Iterator[queue.Queue[str]]:
    """Start the other program; yields the lines that it says, "" when it ended. It is gone afterwards."""
    program = Path(__file__).with_name("pdf_pages.py")
    command = [sys.executable, "-P", "-B", "-W", "ignore", str(program), str(path.absolute())]
    lines: queue.Queue[str] = queue.Queue(maxsize=100)
    with subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, encoding="ascii", errors="replace") as process:  # fmt: skip
        threading.Thread(target=_listen, args=(process.stdout, lines), daemon=True).start()
        try:
            yield lines
        finally:
            process.kill()


def _listen(stream: Any, lines: queue.Queue[str]) -> None:
    try:
        for line in stream:
            lines.put(line, timeout=60)
        lines.put("", timeout=60)
    except (ValueError, OSError, queue.Full):  # nobody listens any more
        return
