"""What does a table say, cell by cell: a text file or workbook as sheets of text, whatever program saved it."""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import islice
from pathlib import Path

from ..coded_project.model import Report
from ..errors import DashatError, Problem, message
from . import workbook_sheets
from .encodings import decoded
from .opening import opened, whole
from .positions import with_lf

SEPARATORS = (
    ";",
    "\t",
    "|",
    ",",
)  # of two that fit equally well the first: a comma also stands in numbers and sentences
LARGEST_TEXT = 256 << 20
_LONGEST_CELL = 1 << 27
_JUDGED = 300  # rows that the separator is judged by
_HEAD = 1 << 20
_ODD = {
    "encoding_guessed": message("The file does not say its encoding; it was read as {codec}."),
    "quotation_mark_open": message("Quotation marks were taken as they stand: as marks around cells they leave the table torn."),
    "odd_quotation_mark": message("A quotation mark inside a cell was not written twice; it was read as it stands."),
    "formula_without_value": message("Formulas that no spreadsheet program computed read as empty cells. Open and save the workbook there, if they matter."),
    "error_value": message("Cells that show an error, such as #N/A, read as empty."),
    "workbook_torn": message("The workbook is damaged: its records do not end where they should, and rows may be missing."),
    "merged_cells": message("Cells merged over several rows count in each of these rows."),
}  # fmt: skip


@dataclass(frozen=True)
class Grid:
    """One sheet: its name and its rows of text cells, as long as they are, and the file it is of. A line break in a cell is LF."""

    name: str
    rows: list[list[str]]
    file: str = ""


@dataclass(frozen=True)
class Grids:
    """What a file holds, cell by cell.

    Attributes
    ----------
    path : Path
    kind : str
        "text", "xlsx", "xls" or "ods".
    sheets : tuple of Grid
        One of a text file, named after it; of a workbook all of them.
    encoding, separator : str or None
        Of a text file. ``separator`` is missing where each row is one cell.
    regular : float
        Of a text file: share of the rows looked at that have as many cells as most; 1 of a workbook.
    whole : bool
        False where only the beginning was read.
    """

    path: Path
    kind: str
    sheets: tuple[Grid, ...]
    encoding: str | None = None
    separator: str | None = None
    regular: float = 1.0
    whole: bool = True
    _odd: tuple[tuple[str, int, dict[str, object]], ...] = field(default=(), repr=False)

    def tell(self, report: Report) -> None:
        """Say in a report what was odd in the file."""
        for word, n, details in self._odd:
            report.tell(word, self.path.name, _ODD[word], n, **details)


def grids(path: Path) -> Grids:
    """Read a table file whole.

    Raises
    ------
    DashatError
        If it is no text and no workbook, is broken, protected or too large.
    """
    return _kept(_read(path, *_state(path)))


def beginning(path: Path) -> Grids | None:
    """Return the beginning of a table file (of a workbook all of it), or None if it is none that can be read. Never raises."""
    try:
        return _kept(_head(path, *_state(path))) if path.is_file() else None
    except (DashatError, OSError):
        return None


def _kept(found: Grids | DashatError) -> Grids:
    if isinstance(found, DashatError):
        raise DashatError(found.problems)
    return found


def _state(path: Path) -> tuple[int, int]:
    try:
        state = path.stat()
    except OSError:
        return 0, 0
    return state.st_size, state.st_mtime_ns


# Several readers look at a file before one reads it: what was read last, or why it was not, is kept.
@lru_cache(maxsize=1)
def _read(path: Path, size: int, changed: int) -> Grids | DashatError:
    try:
        kind = workbook_sheets.kind_of(path)
        if kind is not None:
            return _workbook(path, kind)
        data = whole(path, LARGEST_TEXT)
        _no_text(path, data)
        return _text(path, data, True)
    except DashatError as error:
        return error


@lru_cache(maxsize=1)
def _head(path: Path, size: int, changed: int) -> Grids | DashatError:
    if size <= _HEAD or workbook_sheets.kind_of(path) is not None:
        return _read(path, size, changed)
    with path.open("rb") as file:
        data = file.read(_HEAD)
    try:
        _no_text(path, data)
        two = data[:2] in (b"\xff\xfe", b"\xfe\xff") or data[:200].count(0) > 20
        cut = data.rfind(b"\n\0") + 2 if two and data[:2] != b"\xfe\xff" else data.rfind(b"\n") + 1
        return _text(path, data[: cut or _HEAD], False)
    except DashatError as error:
        return error


def _workbook(path: Path, kind: str) -> Grids:
    found, odd = workbook_sheets.sheets(path, kind)
    filled, sheets = 0, []
    for sheet in found:
        rows = [[with_lf(cell) if "\r" in cell else cell for cell in row] for row in sheet["rows"]]
        for top, left, bottom, _ in sheet["merged"]:
            for at in range(top + 1, min(bottom + 1, len(rows))):
                if left < len(rows[top]) and rows[top][left] and not rows[at][left]:
                    rows[at][left] = rows[top][left]
                    filled += 1
        sheets.append(Grid(sheet["name"], _without_end(rows), path.name))
    odd += [("merged_cells", filled)] if filled else []
    return Grids(path, kind, tuple(sheets), _odd=tuple((word, n, {}) for word, n in odd))


def _no_text(path: Path, data: bytes) -> None:
    if data.startswith(b"PK\x03\x04"):
        with opened(path, workbook_sheets.LIMITS):  # says what is wrong with a workbook that is not taken for one
            pass
    if data[:1_000].lstrip(b"\xef\xbb\xbf \t\r\n").lower().startswith((b"<html", b"<!doctype", b"<table", b"<?xml", b"{\\rtf", b"%pdf", b"pk\x03\x04")):  # fmt: skip
        raise DashatError(Problem(path.name, None, None, None, message("is no table, whatever its name says."), message("Open it in a spreadsheet program, and save it as .xlsx or CSV UTF-8.")))  # fmt: skip


def _text(path: Path, data: bytes, all_of_it: bool) -> Grids:
    raw, codec, guessed = decoded(data, path.name)
    odd: list[tuple[str, int, dict[str, object]]] = [("encoding_guessed", 1, {"codec": codec})] if guessed else []
    rows, separator, regular, word = text_rows(with_lf(raw), path.name, whole=all_of_it)
    odd += [(word, 1, {})] if word else []
    return Grids(path, "text", (Grid(path.stem, rows, path.name),), codec, separator, regular, all_of_it, tuple(odd))


def text_rows(text: str, file: str, *, whole: bool = True) -> tuple[list[list[str]], str | None, float, str | None]:
    """Take the text of a table apart.

    The separator is the one by which most rows, the first among them, have the same number of cells. A first line ``sep=;``,
    which Excel writes, decides it and is left out.

    Parameters
    ----------
    text : str
        With LF line breaks.
    whole : bool
        False where the text may end inside a row; the last row is then left out.

    Returns
    -------
    rows : list of lists of str
        Blank rows at the end are left out.
    separator : str or None
        None where rows are one cell each.
    regular : float
        Share of the rows looked at that have as many cells as most.
    word : str or None
        ``quotation_mark_open`` or ``odd_quotation_mark``.

    Raises
    ------
    DashatError
        If a quotation mark is not closed and the rows are no table without it either.
    """
    csv.field_size_limit(_LONGEST_CELL)
    first, _, rest = text.partition("\n")
    candidates: Iterable[str] = SEPARATORS
    if first.strip().lower().startswith("sep=") and len(first.strip()) == 5:
        text, candidates = rest, first.strip()[4]
    for word, quoting, strict, least in _WAYS:
        shares = {one: _regularity(text, one, quoting, strict, whole) for one in candidates}
        separator = max(shares, key=lambda one: shares[one])
        if shares[separator] < least:
            continue
        rows, row = _parsed(text, separator, quoting, strict and whole)
        if row is None or not whole:
            return _without_end(rows if whole else rows[:-1]), separator, shares[separator], word
        if not strict:
            raise DashatError(Problem(file, row, None, None, message("cannot be read as a table: a quotation mark is not closed."), message("Look for it, close it, or save the table anew.")))  # fmt: skip
    rows, row = _parsed(text, _NONE, csv.QUOTE_MINIMAL, True)
    if row is not None:
        rows, _ = _parsed(text, _NONE, csv.QUOTE_NONE, False)
    return _without_end(rows), None, 1.0, None


_NONE = "\x1f"  # stands in no text that a person wrote
_END = "\x1e"
# How quotation marks are understood, in the order in which it is tried, and how regular the rows must be then. Each way
# but the first is told.
_WAYS = (
    (None, csv.QUOTE_MINIMAL, True, 0.6),
    ("quotation_mark_open", csv.QUOTE_NONE, False, 0.95),
    ("odd_quotation_mark", csv.QUOTE_MINIMAL, False, 0.6),
)


def _parsed(text: str, separator: str, quoting: int, strict: bool) -> tuple[list[list[str]], int | None]:
    """Return the rows, and the number of the row in which a quotation mark is odd or not closed."""
    lines = io.StringIO(text + ("" if text.endswith("\n") or not text else "\n") + _END, newline="")
    rows: list[list[str]] = []
    try:
        for row in csv.reader(lines, delimiter=separator, quoting=quoting, strict=strict):  # type: ignore[arg-type]
            rows.append(row)
    except csv.Error:
        return rows, len(rows) + 1
    if rows[-1] == [_END]:
        return rows[:-1], None
    rows[-1][-1] = rows[-1][-1].removesuffix(_END).removesuffix("\n")
    return rows, len(rows)


def _regularity(text: str, separator: str, quoting: int, strict: bool, whole: bool) -> float:
    """Return the share of rows that have as many cells as most, the first among them; 0 where most are one cell, or it is torn."""
    lines = csv.reader(io.StringIO(text, newline=""), delimiter=separator, quoting=quoting, strict=strict)  # type: ignore[arg-type]
    rows: list[list[str]] = []
    try:
        for row in islice(lines, _JUDGED):
            rows.append(row)
    except csv.Error as error:
        if whole or "end of data" not in str(error):
            return 0.0
    widths = Counter(len(row) for row in rows if any(cell.strip() for cell in row))
    if not widths:
        return 0.0
    width, n = max(widths.items(), key=lambda one: (one[1], one[0]))
    if width < 2:
        return 0.0
    short = sum(
        count for one, count in widths.items() if 1 < one < width
    )  # empty cells at the end that were not written
    return (n + short / 2) / widths.total() if len(rows[0]) == width else 0.9 * n / widths.total()


def _without_end(rows: list[list[str]]) -> list[list[str]]:
    while rows and not any(cell.strip() for cell in rows[-1]):
        rows.pop()
    return rows
