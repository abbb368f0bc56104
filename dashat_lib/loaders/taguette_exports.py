"""Read what Taguette exports beside its database: highlights and codebook as a table, highlights and a document as a page."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from ..coded_project import CodedProject, Draft
from ..errors import DashatError, Problem, message
from . import databases, html_text, loose_ends, opening
from .coded_rows import add_coding
from .encodings import decoded
from .html_text import CLOSE, OPEN, TEXT, Piece
from .positions import with_lf
from .stored_quotes import refuse_long

HIGHLIGHTS, CODEBOOK, PAGE, DOCUMENT = "highlights", "codebook", "page of highlights", "document"
_HEADINGS = {
    HIGHLIGHTS: ({"id", "document", "tag", "content"}, set[str]()),
    CODEBOOK: ({"tag", "description", "number of highlights"}, {"number of documents", "parent"}),
}  # what must stand there, and what may
_SEPARATORS = (",", ";", "\t")
_LOOKED_AT = 1 << 16
_LIMITS = opening.Limits(members=200)
_MOST_ROWS = 1 << 20  # a sheet holds no more
_LONGEST_FIELD = 1 << 28
_TITLE = re.compile(r"<title>([^<]*)</title>")
_DETAILS = re.compile(r"<p>\s*<strong>[^<]*</strong>([^<]*)<strong>[^<]*</strong>([^<]*)</p>\s*(?=<hr>|$)")
_BETWEEN = "\n    <hr>\n"
_AGAIN = message("Export it again from Taguette, or read the database (Export project).")

_NO_TEXT = message("An export of highlights does not hold the documents; the highlights stand alone.")
_NOT_KEPT = message("The column is not read; the number is that of its rows.")
_GUESSED = message("The file does not say how it is encoded; it was read as {codec}.")
_SHEET = message("Another sheet of the workbook is not read.")
_NO_END = message("The last row has no line break behind it, as Taguette writes one; the table may be cut off.")
_LENGTH = message("The row has more or fewer cells than headings; what is missing was taken as empty.")
_TWICE = message(
    "Another highlight, or another tag, has this name already; both were kept, the later with the number of its row."
)
_COMMA = message("Tags are parted at commas; a tag whose name holds one was taken apart.")
_TOUCH = message("The highlight begins where another ends: where highlights overlap, this page does not show where each begins and ends, and may leave one out.")  # fmt: skip
_TORN = message(
    "Of a highlight the document and the tags cannot be read; what it says stands with the highlight behind it."
)
_REST = message("Something stands behind the last highlight that is none; it was not read.")
_NO_TAGS = message("The page was exported without tags.")


def recognises(path: Path) -> bool:
    """Say whether a file is a table or page that Taguette exports: by its headings or its markup."""
    return _kind(path) is not None


def read(path: Path, *, project: str | None = None) -> CodedProject:
    """Read a table or page that Taguette exports.

    Codes have their name as id. None of them says who coded; only the page of a document holds its text.

    Raises
    ------
    DashatError
        If it is none of them, or broken; also if a project is asked for, as these hold one.
    """
    databases.chosen(path.name, [{"id": "1", "name": path.stem}], project)
    draft = Draft("taguette", path, name=path.stem, origin="Taguette")
    kind = _kind(path)
    if kind in (HIGHLIGHTS, CODEBOOK):
        rows = _rows(draft, path, kind)
        (_add_highlights if kind == HIGHLIGHTS else _add_codebook)(draft, rows)
    elif kind in (PAGE, DOCUMENT):
        text, codec, _ = decoded(opening.whole(path), path.name)
        draft.properties["encoding"] = codec
        refuse_long(text, path.stem, path.name)
        (_add_page if kind == PAGE else _add_document)(draft, with_lf(text))
    else:
        raise DashatError(Problem(path.name, None, None, None, message("is nothing that Taguette makes."), _AGAIN))
    loose_ends.tell(draft)
    return draft.finish()


def _kind(path: Path) -> str | None:
    try:
        with path.open("rb") as file:
            data = file.read(_LOOKED_AT)
    except OSError:
        return None
    if data.startswith(b"PK\x03\x04"):
        return _kind_of_workbook(path)
    head = data.decode("utf-16", "ignore") if data[:2] in (b"\xff\xfe", b"\xfe\xff") else data.decode("utf-8-sig", "replace")  # fmt: skip
    if head.lstrip()[:14].lower() == "<!doctype html":
        title = _TITLE.search(head)
        if (
            title and "Taguette" in title[1] and "margin-bottom: 1em" in head
        ):  # the other words are in the language of the person
            return PAGE
        return DOCUMENT if ".highlight {" in head and (".taglist {" in head or '"highlight"' in head) else None
    return next((kind for separator in _SEPARATORS if (kind := _kind_of_table(_cells(head, separator)))), None)


def _cells(text: str, separator: str) -> list[str]:
    return [cell.strip().strip('"') for cell in (text.splitlines() or [""])[0].split(separator)]


def _kind_of_table(headings: list[str]) -> str | None:
    found = {one.strip().lower() for one in headings} - {""}
    return next((kind for kind, (must, may) in _HEADINGS.items() if must <= found <= must | may), None)


def _kind_of_workbook(path: Path) -> str | None:
    try:
        with opening.opened(path, _LIMITS) as (archive, infos):
            book = next((info for info in infos if info.filename == "xl/workbook.xml"), None)
            names = opening.member(path, archive, book, _LIMITS) if book else b""
        if not re.search(rb'name="(highlights|codebook)"', names):
            return None
        return _kind_of_table(next(_sheet(path), []))
    except DashatError:
        return None


# ---- tables ----------------------------------------------------------------------------------------------------------


def _rows(draft: Draft, path: Path, kind: str) -> list[dict[str, str]]:
    """Return the rows of a table by heading, "" where a cell is empty, with ``"#"`` as the number of the row."""
    with path.open("rb") as file:
        workbook = file.read(2) == b"PK"
    table = _sheet(path, draft) if workbook else _lines(draft, path)
    headings = [one.strip().lower() for one in next(table, [])]
    rows = []
    for number, cells in enumerate(table, 2):
        cells = [cell.replace("\r\n", "\n").replace("\r", "\n") for cell in cells]
        if any(cells):
            given = cells[: len(headings)] + [""] * (len(headings) - len(cells))
            draft.report.tell("odd_row", f"row {number}", _LENGTH, int(not workbook and len(cells) != len(headings)))
            rows.append(dict(zip(headings, given, strict=True)) | {"#": str(number)})
    draft.properties["data_rows"] = str(len(rows))
    return rows


def _lines(draft: Draft, path: Path) -> Iterator[list[str]]:
    text, codec, guessed = decoded(opening.whole(path), path.name)
    draft.properties["encoding"] = codec
    draft.report.tell("encoding_guessed", path.name, _GUESSED, int(guessed), codec=codec)
    draft.report.tell("may_be_cut", path.name, _NO_END, int(not text.endswith(("\n", "\r"))))
    separator = next((one for one in _SEPARATORS if _kind_of_table(_cells(text, one))), ",")
    before = csv.field_size_limit(_LONGEST_FIELD)
    try:
        yield from list(csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True))
    except csv.Error as error:
        if "unexpected end" in str(error):
            raise DashatError(Problem(path.name, None, None, None, message("is no table that can be read: it ends inside quotation marks."), _AGAIN)) from None  # fmt: skip
        raise DashatError(Problem(path.name, None, None, None, message("is no table that can be read: {reason}."), _AGAIN, {"reason": str(error)})) from None  # fmt: skip
    finally:
        csv.field_size_limit(before)


def _sheet(path: Path, draft: Draft | None = None) -> Iterator[list[str]]:
    """Yield the rows of the first sheet whose headings are known."""
    from openpyxl import load_workbook

    try:
        with opening.opened(path, _LIMITS) as (archive, infos):
            if any(b"<!DOCTYPE" in archive.open(info).read(_LOOKED_AT) for info in infos if info.filename.endswith((".xml", ".rels"))):  # fmt: skip
                raise DashatError(Problem(path.name, None, None, None, message("holds declarations of entities, which no workbook needs."), _AGAIN))  # fmt: skip
        book = load_workbook(path, read_only=True, data_only=True)
        try:
            for sheet in book.worksheets:
                sheet.reset_dimensions()  # what the sheet says of its size cuts rows away where it is wrong
                rows = sheet.iter_rows(max_col=8, values_only=True)
                headings = [_cell(one) for one in next(rows, ())]
                if _kind_of_table(headings):
                    if draft is not None:
                        for other in book.sheetnames:
                            draft.report.tell("sheet_not_read", other, _SHEET, int(other != sheet.title))
                    yield [one for one in headings if one]
                    for number, row in enumerate(rows, 2):
                        if number > _MOST_ROWS:
                            raise DashatError(Problem(path.name, None, None, None, message("holds more rows than a sheet can."), _AGAIN))  # fmt: skip
                        yield [_cell(one) for one in row]
                    return
        finally:
            book.close()
    except DashatError:
        raise
    except Exception:  # of a broken workbook the library raises whatever it stumbles over
        raise DashatError(Problem(path.name, None, None, None, message("is no workbook that can be read: it is damaged."), _AGAIN)) from None  # fmt: skip


def _cell(value: object) -> str:
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return "" if value is None else str(value)


def _add_highlights(draft: Draft, rows: list[dict[str, str]]) -> None:
    project = _Collected(draft)
    known: dict[str, tuple[str, str]] = {}
    for row in rows:
        highlight, what = row["id"] or f"row {row['#']}", (row["document"], row["content"])
        if known.setdefault(highlight, what) != what:
            draft.report.tell("repeated_id", highlight, _TWICE)
            highlight = f"{highlight} (row {row['#']})"
        project.add(highlight, *what, [row["tag"]])


def _add_codebook(draft: Draft, rows: list[dict[str, str]]) -> None:
    codes: list[databases.Row] = [row | {"code": row["tag"] or None} for row in rows]
    for row in databases.own_ids(codes, "code", CODEBOOK, draft.report):
        draft.add("codes", code_id=row["code"], parent_id=row.get("parent") or None, name=row["tag"], description=row["description"], is_codable=True)  # fmt: skip
    for column in ("number of highlights", "number of documents"):
        draft.report.tell("column_not_read", column, _NOT_KEPT, sum(bool(row.get(column)) for row in rows))


class _Collected:
    """Adds highlights; documents and tags with them, as they come."""

    def __init__(self, draft: Draft) -> None:
        self._draft = draft
        self._documents: set[str] = set()
        self._highlights: set[str] = set()
        self._tags: set[str] = set()

    def add(self, highlight: str, document: str, content: str, tags: list[str]) -> None:
        """Add a highlight without a place, or more tags to one that is there."""
        if document not in self._documents:
            self._documents.add(document)
            self._draft.add("sources", source_id=document, name=document, kind="text")
            self._draft.report.tell("text_missing", document, _NO_TEXT)
        if highlight not in self._highlights:
            self._highlights.add(highlight)
            self._draft.add("segments", segment_id=highlight, source_id=document, kind="text", text=content, stored_text=content)  # fmt: skip
        self.tag(highlight, document, tags)

    def tag(self, highlight: str, document: str, tags: list[str]) -> None:
        """Give a highlight tags."""
        for tag in filter(None, tags):
            if tag not in self._tags:
                self._tags.add(tag)
                self._draft.add("codes", code_id=tag, name=tag, is_codable=True)
            add_coding(self._draft, f"{highlight}:{tag}", document, tag, None, None, segment_id=highlight)


# ---- pages -----------------------------------------------------------------------------------------------------------


def _parts(draft: Draft, page: str) -> tuple[str, str]:
    """Return the heading of a page and what stands below it."""
    begin = page.find("<body>")
    heading, below, end = page.find("<h1>", begin), page.find("</h1>", begin), page.rfind("</body>")
    if not 0 <= begin < heading < below < end:
        raise DashatError(
            Problem(draft.file.name, None, None, None, message("is cut off: the page has no end."), _AGAIN)
        )
    return page[heading:below], page[below + len("</h1>") : end]


def _add_page(draft: Draft, page: str) -> None:
    _, below = _parts(draft, page)
    project = _Collected(draft)
    at = 0
    for number, found in enumerate(_DETAILS.finditer(below), 1):
        _, content = html_text.shown(below[at : found.start()].strip().removeprefix("<hr>").strip())
        tags = [html_text.unescaped(tag.strip()) for tag in re.split(r",\s*\n", found[2])]
        project.add(str(number), html_text.unescaped(found[1].strip()), content.text, tags)
        at = found.end()
    read = len(draft.column("segments", "segment_id"))
    draft.report.tell("highlight_torn", draft.file.name, _TORN, below.count(_BETWEEN) + 1 - read if read else 0)
    rest = html_text.shown(below[at:])[0].strip()
    draft.report.tell("rest_not_read", draft.file.name, _REST, int(bool(rest)))


def _add_document(draft: Draft, page: str) -> None:
    heading, below = _parts(draft, page)
    name = html_text.shown(heading)[0]
    marks = _Marks()
    _, seen = html_text.joined(marks.read(html_text.pieces(below.removeprefix("\n").rstrip())))
    draft.add("sources", source_id=name, name=name, kind="text", text=seen.text)
    project = _Collected(draft)
    before = -1
    for number, (start, end, tags) in enumerate(marks.found, 1):
        highlight = str(number)
        first, last = int(seen.starts[start]), int(seen.ends[end])
        draft.add("segments", segment_id=highlight, source_id=name, kind="text", start=first, end=last, text=seen.text[first:last])  # fmt: skip
        listed = (tags or "").strip().removeprefix("[").removesuffix("]")
        project.tag(highlight, name, listed.split(", "))
        draft.report.tell("tags_parted", highlight, _COMMA, int("," in listed))
        draft.report.tell("overlap_lost", highlight, _TOUCH, int(start == before))
        before = end
    draft.report.tell("tags_missing", name, _NO_TAGS, sum(tags is None for *_, tags in marks.found))


class _Marks:
    """Tells the text of a document from the tags that are written behind each highlight.

    Attributes
    ----------
    found : list of (start, end, tags)
        Places in the plain text; the tags as they are written, missing where the page shows none.
    """

    def __init__(self) -> None:
        self.found: list[tuple[int, int, str | None]] = []
        self._begun: int | None = None
        self._end = 0

    def read(self, pieces: Iterable[Piece]) -> Iterator[Piece]:
        """Yield the pieces of the document itself."""
        spans: list[str] = [""]  # what each open span is, or is a part of
        at, tags = 0, ""
        for piece in pieces:
            inside = spans[-1]
            if piece.text == "span" and piece.kind == OPEN:
                spans.append(next((one for one in ("taglist", "highlight") if one in piece.classes), inside))
            elif piece.text == "span" and piece.kind == CLOSE:
                if len(spans) > 1:
                    spans.pop()
                if inside == "taglist" != spans[-1]:
                    self._close(tags)
                    tags = ""
            elif piece.kind != TEXT:
                yield piece
            elif inside == "taglist":
                tags += piece.text
            else:
                if inside == "highlight":  # of several paragraphs each is marked, and the tags stand behind the last
                    self._begun = at if self._begun is None else self._begun
                    self._end = at + len(piece.text)
                elif piece.text.strip():
                    self._close(None)
                at += len(piece.text)
                yield piece
        self._close(None)

    def _close(self, tags: str | None) -> None:
        if self._begun is not None:
            self.found.append((self._begun, self._end, tags))
        self._begun = None
