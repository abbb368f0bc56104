"""The displays as a workbook: each cell leads to its rows, each row to its evidence. Text is never run as a formula."""

from __future__ import annotations

import re
from typing import Any

from openpyxl import Workbook
from openpyxl.styles import PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.hyperlink import Hyperlink
from openpyxl.worksheet.worksheet import Worksheet

from ..words import Reader, reader
from ..workbooks import DARK, LONGEST_NAME, PALE, finish, font, put
from .document import Document, Matrix

_HEAD = PatternFill("solid", fgColor=DARK)
_WHOLE = PatternFill("solid", fgColor=PALE)


def workbook(document: Document) -> bytes:
    """Return a document as an XLSX file.

    Sheets: contents; one a display (headings frozen, text wrapped); the rows of every cell; the evidence. A filled cell leads to
    its first row in the third, each row there to the evidence. The same document gives the same bytes.
    """
    say = reader(document.language)
    book = Workbook()
    contents = book.active
    assert contents is not None
    contents.title = say("Contents")
    names = {one.name: _sheet_name(one.title, book) for one in document.matrices}
    sheets = {name: book.create_sheet(title) for name, title in names.items()}
    rows, evidence = book.create_sheet(say("Rows of each cell")), book.create_sheet(say("Evidence"))
    at = _evidence(evidence, document, say)
    first = _rows(rows, document, evidence.title, at, say)
    for matrix in document.matrices:
        _matrix(sheets[matrix.name], matrix, rows.title, first)
    _contents(contents, document, names, rows.title, evidence.title, say)
    headings = {one: 5 for one in names.values()} | {rows.title: 1, evidence.title: 1}
    return finish(book, headings=headings, title=document.title)


def _link(sheet: Worksheet, cell: Any, target: str, row: int) -> None:
    cell.hyperlink = Hyperlink(ref=cell.coordinate, location=f"'{target}'!A{row}")


def _sheet_name(title: str, book: Workbook) -> str:
    short = re.sub(r"[\[\]:*?/\\']", " ", title)[:LONGEST_NAME].strip()
    return short if short not in book.sheetnames else short[: LONGEST_NAME - 2] + " 2"


def _header(sheet: Worksheet, row: int, words: list[str], widths: list[float]) -> None:
    for at, (word, width) in enumerate(zip(words, widths, strict=True), start=1):
        put(sheet, row, at, word, font=font(bold=True, color="FFFFFF"), fill=_HEAD)
        sheet.column_dimensions[get_column_letter(at)].width = width


def _matrix(sheet: Worksheet, matrix: Matrix, rows: str, first: dict[tuple[str, str, str], int]) -> None:
    put(sheet, 1, 1, matrix.title, wrap=False, font=font(bold=True, size=14))
    put(sheet, 2, 1, matrix.question, wrap=False, font=font(italic=True))
    put(sheet, 3, 1, matrix.how, wrap=False, font=font(italic=True))
    width = 55 if matrix.texts else 24 if matrix.name == "checklist" else 15
    _header(sheet, 5, ["", *(label for label, _ in matrix.columns)], [30, *[width] * len(matrix.columns)])
    for down, ((label, whole), cells) in enumerate(zip(matrix.rows, matrix.cells, strict=True), start=6):
        put(sheet, down, 1, label, font=font(bold=whole), **({"fill": _WHOLE} if whole else {}))
        for across, one in enumerate(cells, start=2):
            cell = put(sheet, down, across, one.shown, **({"fill": _WHOLE} if whole else {}))
            if one.lines and not matrix.texts:  # some programs do not wrap a text that is a link
                _link(sheet, cell, rows, first[matrix.name, one.row, one.column])
                cell.font = font(color=DARK, bold=whole, underline="single")
        filled = [one for one in cells if one.lines]
        if matrix.texts and filled:
            label_cell = sheet.cell(down, 1)
            _link(sheet, label_cell, rows, first[matrix.name, filled[0].row, filled[0].column])
            label_cell.font = font(color=DARK, underline="single")
    sheet.freeze_panes = "B6"
    sheet.sheet_view.zoomScale = 90


def _rows(
    sheet: Worksheet, document: Document, evidence: str, at: dict[str, int], say: Reader
) -> dict[tuple[str, str, str], int]:
    """Write the rows of every cell; return where those of each cell begin."""
    words = [say("display"), say("row"), say("column"), say.label("column", "evidence_id"), say.label("column", "stance"), say("text")]  # fmt: skip
    _header(sheet, 1, words, [26, 30, 30, 12, 14, 90])
    first: dict[tuple[str, str, str], int] = {}
    row = 2
    for matrix in document.matrices:
        for (label, _), cells in zip(matrix.rows, matrix.cells, strict=True):
            for (column, _), one in zip(matrix.columns, cells, strict=True):
                first[matrix.name, one.row, one.column] = row
                for line in one.lines:
                    stances = ", ".join(say.label("stance", stance) for stance in line.stance.split(";"))
                    for place, value in enumerate((matrix.title, label, column, line.evidence_id, stances, line.text), start=1):  # fmt: skip
                        cell = put(sheet, row, place, value)
                        if place == 4:
                            _link(sheet, cell, evidence, at[line.evidence_id])
                            cell.font = font(color=DARK, underline="single")
                    row += 1
    sheet.freeze_panes = "A2"
    sheet.auto_filter.ref = f"A1:F{max(row - 1, 2)}"
    return first


def _evidence(sheet: Worksheet, document: Document, say: Reader) -> dict[str, int]:
    """Write the evidence; return the row of each."""
    table = document.evidence
    words = [say.label("column", str(name)) for name in table]
    _header(sheet, 1, words, [12, 18, 22, 80, 18, 14, 45, 22, 18, 50])
    where = {}
    for row, one in enumerate(table.to_dict("records"), start=2):
        where[one["evidence_id"]] = row
        for place, (name, value) in enumerate(one.items(), start=1):
            cell = put(sheet, row, place, value)
            if name == "url" and str(value).startswith(("http://", "https://")):
                cell.hyperlink = Hyperlink(ref=cell.coordinate, target=str(value))
                cell.font = font(color=DARK, underline="single")
    sheet.freeze_panes = "B2"
    sheet.auto_filter.ref = f"A1:{get_column_letter(len(words))}{max(len(table) + 1, 2)}"
    return where


def _contents(
    sheet: Worksheet, document: Document, names: dict[str, str], rows: str, evidence: str, say: Reader
) -> None:
    put(sheet, 1, 1, document.title, wrap=False, font=font(bold=True, size=16))
    sheet.column_dimensions["A"].width = 44
    sheet.column_dimensions["B"].width = 90
    row = 3
    for matrix in document.matrices:
        cell = put(sheet, row, 1, matrix.title, font=font(color=DARK, underline="single"))
        _link(sheet, cell, names[matrix.name], 1)
        put(sheet, row, 2, matrix.question)
        row += 1
    for title, what in ((rows, say("Which evidence rows make each cell.")), (evidence, say("Every evidence row with its document."))):  # fmt: skip
        _link(sheet, put(sheet, row, 1, title, font=font(color=DARK, underline="single")), title, 1)
        put(sheet, row, 2, what)
        row += 1
    row += 1
    for remark in (*document.remarks, document.stamp.text(say)):
        put(sheet, row, 2, remark)
        row += 1
