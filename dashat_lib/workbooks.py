"""How a workbook is written: text that is never run, rows as high as their text, pages that print, the same bytes each time."""

from __future__ import annotations

import io
import math
import re
from datetime import datetime
from typing import TYPE_CHECKING, Any
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

if TYPE_CHECKING:
    from openpyxl import Workbook
    from openpyxl.cell import Cell
    from openpyxl.styles import Font
    from openpyxl.worksheet.worksheet import Worksheet

LONGEST_CELL = 32_767
LONGEST_NAME = 31
DARK, PALE, LINE, TO_FILL = "1F4E79", "E8EEF4", "C9CFD3", "FFF8E1"
_TALLEST = 409  # points; a workbook holds no taller row
_STILL = (1980, 1, 1, 0, 0, 0)  # the earliest time a zip can hold
_UNWRITABLE = re.compile("[\000-\010\013\014\016-\037\ufffe\uffff]")
_RUN_BY_SOME = ("=", "+", "-", "@", "\t")


def font(**style: Any) -> Font:
    """Return a font by name, so that no program takes one of its own."""
    from openpyxl.styles import Font

    return Font(name="Calibri", **{"size": 11, **style})


def put(sheet: Worksheet, row: int, column: int, value: object, *, wrap: bool = True, **style: Any) -> Cell:
    """Write a cell. Text stays text, also where it begins with = + - @; what no cell can hold is taken out, the rest cut with "…".

    Parameters
    ----------
    wrap : bool
        Whether long text goes on in a new line.
    style : font, fill, border
    """
    from openpyxl.styles import Alignment

    cell: Cell = sheet.cell(row, column)
    if isinstance(value, str):
        text = _UNWRITABLE.sub("", value)
        if text:
            cell.value = text if len(text) <= LONGEST_CELL else text[: LONGEST_CELL - 2] + " …"
            cell.data_type = "s"
            cell.quotePrefix = text.startswith(_RUN_BY_SOME)
    elif value is not None and value == value:
        cell.value = value  # type: ignore[assignment]
    cell.alignment = Alignment(wrap_text=wrap, vertical="top")
    for name, one in {"font": font(), **style}.items():
        setattr(cell, name, one)
    return cell


def finish(book: Workbook, *, headings: dict[str, int], title: str = "") -> bytes:
    """Return the bytes of a workbook, ready to be read and printed, without the time of its making.

    Parameters
    ----------
    headings : mapping name of a sheet -> row that is repeated on every printed page
    """
    from openpyxl.worksheet.properties import PageSetupProperties

    for sheet in book.worksheets:
        _heights(sheet)
        sheet.page_setup.orientation, sheet.page_setup.paperSize = "landscape", sheet.PAPERSIZE_A4
        sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
        sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
        if sheet.title in headings:
            sheet.print_title_rows = f"{headings[sheet.title]}:{headings[sheet.title]}"
    book.properties.title, book.properties.creator = title, "dashat"
    return steady(book)


def _heights(sheet: Worksheet) -> None:
    """Give each row the height its longest wrapped text needs; programs that do not measure would cut it off."""
    from openpyxl.utils import get_column_letter

    for cells in sheet.iter_rows():
        lines = 1
        for cell in cells:
            if isinstance(cell.value, str) and cell.alignment.wrap_text:
                width = sheet.column_dimensions[get_column_letter(cell.column)].width
                lines = max(lines, sum(math.ceil(max(len(part), 1) / width) for part in cell.value.split("\n")))
        size = max((cell.font.size or 11) for cell in cells)
        sheet.row_dimensions[cells[0].row].height = min(_TALLEST, lines * size * 1.36)


def steady(book: Workbook) -> bytes:
    """Return the bytes of a workbook without the time of its making: the same workbook gives the same bytes."""
    book.properties.created = datetime(*_STILL)
    packed, out = io.BytesIO(), io.BytesIO()
    book.save(packed)
    with ZipFile(packed) as given, ZipFile(out, "w", ZIP_DEFLATED) as made:
        for name in given.namelist():
            content = given.read(name)
            if name == "docProps/core.xml":  # openpyxl writes the clock there, whatever the properties say
                content = re.sub(rb"(<dcterms:modified[^>]*>)[^<]*", rb"\g<1>1980-01-01T00:00:00Z", content)
            still = ZipInfo(name, _STILL)
            still.compress_type, still.create_system = ZIP_DEFLATED, 0
            made.writestr(still, content)
    return out.getvalue()
