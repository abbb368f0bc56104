"""A coded project as a folder of CSV files or a workbook: its tables as they are, tables for reading, and a data dictionary."""

from __future__ import annotations

import csv
import io
import json
import os
import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from ..coded_project import CodedProject, Entry, Report
from ..coded_project.cells import DICTIONARY, DICTIONARY_HEADING, LONG, LONG_TEXTS, MARK, VERSION, from_cell, to_cell
from ..coded_project.model import COLUMNS
from ..errors import DashatError, Problem, message
from .views import views

_TYPES = {"str": "text", "Int64": "whole number", "Float64": "number", "boolean": "TRUE or FALSE"}
_LONGEST, _PART = 32_767, 16_000  # UTF-16 units of a cell; code points of a part
_MOST_ROWS, _MOST_COLUMNS = 1_048_576, 16_384
_SAFE_NUMBER = 10**15
_NARROWEST, _WIDEST, _MEASURED = 6, 60, 2_000  # widths in characters; rows of a column that are looked at
_LINE, _TALLEST = 15, 150  # points of a row: whoever wants to read a longer text opens its cell
_NOT_WRAPPED = frozenset({"sources", "kept", LONG_TEXTS})  # hold whole documents
_NUMBERS = {"n", "part", "n_codings", "n_segments", "n_documents", "n_coders", "start", "end", "begin_ms", "end_ms"}
_ESCAPES = re.compile(r"^'\\")

_Cells = dict[str, tuple[list[str], list[list[Any]]]]  # name of a table -> heading, rows of text or numbers


def write_tables(project: CodedProject, target: Path | str, *, force: bool = False, texts: bool = True) -> tuple[Entry, ...]:  # fmt: skip
    """Write a project as tables.

    Every table of the project stands as it is, so that :mod:`dashat_lib.loaders.table_bundle` reads the same tables back;
    ``project`` and ``load_report`` hold what else is known of it, ``view_...`` are for people, ``dictionary`` says in Indonesian
    and English what each column holds. No cell is run by a spreadsheet (:mod:`dashat_lib.coded_project.cells`).

    Parameters
    ----------
    target : path
        A workbook if it ends in .xlsx, with what people read on its first sheets and empty tables hidden, else a folder of CSV
        files (UTF-8 with byte order mark).
    force : bool
        Write over what is there. In a folder only files of the same names are replaced.
    texts : bool
        False writes :meth:`CodedProject.without_texts`.

    Returns
    -------
    tuple of Entry
        What is not in the files as it was in the project.

    Raises
    ------
    DashatError
        If the target is there (without `force`) or cannot be written, or if a workbook cannot hold as many rows.
    """
    target, report = Path(target), Report()
    workbook = target.suffix.lower() == ".xlsx"
    if target.exists() and not force and (target.is_file() or any(target.iterdir())):
        raise DashatError(Problem(target.name, None, None, None, message("is there already."), message("Give another name, or add --force.")))  # fmt: skip
    if not texts:
        project = project.without_texts()
        left = project.load_report[-1]
        report.tell(left.what, left.where, left.done, left.n)
    tables = _tables(project, report)
    for name, own in project.sources[["source_id", "kind"]].itertuples(index=False):
        report.tell("media_left_out", name, message("Pictures, PDFs and recordings are no tables; only what is said of them was written."), int(own in ("picture", "pdf", "audio", "video")))  # fmt: skip
    content = _workbook(tables, target, report) if workbook else _folder(tables, report)
    _write(content, target, workbook)
    return report.entries()


# ---- what is written -------------------------------------------------------------------------------------------------


def _tables(project: CodedProject, report: Report) -> _Cells:
    found: _Cells = {}
    for name, table in project.tables():
        found[name] = _cells(table)
        report.tell("empty_row", name, message("A row that holds nothing is not read back."), sum(not any(cell != "" for cell in row) for row in found[name][1]))  # fmt: skip
    found["project"] = ["key", "value"], _about(project)
    found["load_report"] = ["what", "n", "where", "done", "details"], [
        [to_cell(entry.what), entry.n, to_cell(entry.where), to_cell(entry.done), to_cell(json.dumps(dict(entry.details), ensure_ascii=False, default=str))]
        for entry in project.load_report
    ]  # fmt: skip
    for name, view in views(project).items():
        found[name] = _cells(view)
    return {DICTIONARY: (list(DICTIONARY_HEADING), _dictionary(found)), **found}


def _about(project: CodedProject) -> list[list[Any]]:
    """Return the rows of the table ``project``; a property of the project has its name after ``property.``"""
    rows = [["bundle_version", VERSION], ["format", project.format], ["file", project.file.name]]
    rows += [[f"property.{key}", value] for key, value in project.properties.items()]
    return [[to_cell(key), to_cell(value)] for key, value in rows]


def _cells(table: pd.DataFrame) -> tuple[list[str], list[list[Any]]]:
    """Return heading and rows: text, or numbers that a workbook holds as they are."""
    columns = [[_cell(one) for one in table[name].tolist()] for name in table]
    return [to_cell(str(name)) for name in table], [list(row) for row in zip(*columns, strict=True)]


def _cell(one: Any) -> Any:
    if one is None or one is pd.NA or one != one:
        return ""
    if isinstance(one, str):
        return to_cell(one)
    if isinstance(one, bool):
        return "TRUE" if one else "FALSE"
    exact = abs(one) < _SAFE_NUMBER and (isinstance(one, int) or float(format(one, ".15g")) == one)
    return one if exact else to_cell(repr(one))


def _dictionary(tables: _Cells) -> list[list[Any]]:
    """Return a row for each column of each table, with what it means, its type and its unit."""
    known = {(row["table"], row["column"]): row for row in _meanings()}
    rows = []
    for name, (heading, _) in [*tables.items(), (LONG_TEXTS, (["key", "part", "cell"], []))]:
        for column in (str(from_cell(cell)) for cell in heading):
            number = column in _NUMBERS or (name == "view_cases_codes" and column != "case")
            kind = COLUMNS.get(name, {}).get(column) or ("Int64" if number else "str")
            row = known.get((name, column)) or _more(name)
            rows.append([name, column, row["meaning_id"], row["meaning_en"], _TYPES[kind], row["unit"]])
    row = known["*", MARK]
    rows.append(["*", MARK, row["meaning_id"], row["meaning_en"], "", ""])
    return [[to_cell(cell) if cell else "" for cell in row] for row in rows]


def _more(table: str) -> dict[str, str]:
    """Return what a column means that is called after an attribute or a code of the project."""
    if table == "view_cases_codes":
        return {"meaning_id": "Kode ini: 1 jika ada, 0 jika tidak.", "meaning_en": "This code: 1 if it is there, 0 if not.", "unit": ""}  # fmt: skip
    return {"meaning_id": "Atribut kasus atau dokumen ini.", "meaning_en": "This attribute of the case or document.", "unit": ""}  # fmt: skip


def _meanings() -> list[dict[str, str]]:
    with Path(__file__).with_name("dictionary.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


# ---- how it is written -----------------------------------------------------------------------------------------------


def _folder(tables: _Cells, report: Report) -> dict[str, bytes]:
    files = {}
    for name, (heading, rows) in {**tables, LONG_TEXTS: (["key", "part", "cell"], [])}.items():
        _told(name, rows, report)
        text = io.StringIO(newline="")
        csv.writer(text, lineterminator="\n").writerows([heading, *(list(map(_number, row)) for row in rows)])
        files[f"{name}.csv"] = text.getvalue().encode("utf-8-sig")
        for row in rows:
            for cell in row:
                report.tell("cell_longer_than_excel", name, message("A spreadsheet cuts cells of more than 32,767 characters; the file holds them whole."), int(_too_long(cell)))  # fmt: skip
    return files


def _number(cell: Any) -> Any:
    return repr(cell) if isinstance(cell, float) else cell


def _told(name: str, rows: Iterable[Sequence[Any]], report: Report) -> None:
    n = sum(isinstance(cell, str) and bool(_ESCAPES.match(cell)) for row in rows for cell in row)
    report.tell("sign_escaped", name, message("Texts hold signs that no cell can hold, such as control characters; they are written as \\u and a number, and read back."), n)  # fmt: skip


def _too_long(cell: Any) -> bool:
    return isinstance(cell, str) and len(cell) > _LONGEST // 2 and len(cell.encode("utf-16-le", "surrogatepass")) // 2 > _LONGEST  # fmt: skip


def _workbook(tables: _Cells, target: Path, report: Report) -> dict[str, bytes]:
    from openpyxl import Workbook

    from ..workbooks import steady

    parts: list[list[Any]] = []
    book = Workbook(write_only=True)
    book.properties.creator = "dashat"
    for name, (heading, rows) in _for_people(tables).items():
        _told(name, rows, report)
        if len(rows) >= _MOST_ROWS or len(heading) > _MOST_COLUMNS:
            if not name.startswith("view_"):
                raise DashatError(Problem(target.name, None, None, None, message("cannot hold table {table}: a sheet has no more than {rows} rows."), message("Write a folder of CSV files: give a name without .xlsx."), {"table": name, "rows": f"{_MOST_ROWS:,}"}))  # fmt: skip
            report.tell("view_cut", name, message("A table for reading has more rows or columns than a sheet; the others were left out."))  # fmt: skip
            heading, rows = heading[:_MOST_COLUMNS], [row[:_MOST_COLUMNS] for row in rows[: _MOST_ROWS - 1]]
        _sheet(book, name, heading, [[_fitting(cell, name, parts, report) for cell in row] for row in rows])
    _sheet(book, LONG_TEXTS, ["key", "part", "cell"], parts)
    return {"": steady(book)}


def _for_people(tables: _Cells) -> _Cells:
    """Return the tables in the order of the sheets: what is to be read first, then what is only read back."""
    views = {name: table for name, table in tables.items() if name.startswith("view_")}
    first = {"about": (["sheet", "Bahasa Indonesia", "English"], [[row["column"], row["meaning_id"], row["meaning_en"]] for row in _meanings() if row["table"] == "about"])}  # fmt: skip
    return {**first, **views, DICTIONARY: tables[DICTIONARY], **tables}


def _sheet(book: Any, name: str, heading: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
    """Write a sheet with columns as wide as what they hold; a table that holds nothing is there, but hidden."""
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.cell.cell import ERROR_CODES
    from openpyxl.styles import Alignment
    from openpyxl.utils import get_column_letter

    from ..workbooks import font

    sheet = book.create_sheet(name)
    widths = [min(_WIDEST, max(_NARROWEST, *(_wide(row[at]) for row in [heading, *rows[:_MEASURED]])) + 2) for at in range(len(heading))]  # fmt: skip
    for at, width in enumerate(widths, start=1):
        sheet.column_dimensions[get_column_letter(at)].width = width
    sheet.freeze_panes = "A2"
    if heading and rows:
        sheet.auto_filter.ref = f"A1:{get_column_letter(len(heading))}{len(rows) + 1}"
    elif not name.startswith("view_"):
        sheet.sheet_state = "hidden"
    bold, long, wrapped = font(bold=True), name not in _NOT_WRAPPED, Alignment(wrap_text=True, vertical="top")

    def styled(cell: Any, width: float, title: bool = False) -> Any:
        if not isinstance(cell, str) or not cell:
            return None if cell == "" else cell
        wraps = long and (len(cell) > width or "\n" in cell)
        if not (wraps or title or cell in ERROR_CODES):
            return cell
        made = WriteOnlyCell(sheet, cell)
        made.data_type = "s"  # a text such as #N/A is no error
        if wraps:
            made.alignment = wrapped
        if title:
            made.font = bold
        return made

    for n, row in enumerate([heading, *rows], start=1):
        lines = max((_lines(cell, width) for cell, width in zip(row, widths, strict=True)), default=1) if long else 1
        if lines > 1:
            sheet.row_dimensions[n].height = min(_TALLEST, lines * _LINE)
        sheet.append([styled(cell, width, n == 1) for cell, width in zip(row, widths, strict=True)])


def _wide(cell: Any) -> int:
    return max(map(len, cell.split("\n"))) if isinstance(cell, str) else len(str(cell))


def _lines(cell: Any, width: float) -> int:
    return sum(1 + int(len(line) // width) for line in cell.split("\n")) if isinstance(cell, str) else 1


def _fitting(cell: Any, table: str, parts: list[list[Any]], report: Report) -> Any:
    """Return a cell that a workbook can hold; a longer one goes to the table of long texts, of a view only its beginning stays."""
    if not _too_long(cell):
        return cell
    if table.startswith("view_"):
        report.tell("text_cut_in_view", table, message("A text is longer than a cell of a workbook; in the table for reading only its beginning stands."))  # fmt: skip
        return cell[: _PART - 2] + " …"
    report.tell("text_in_parts", table, message("A text is longer than a cell of a workbook; it stands in parts in the sheet long_texts, and is read back."))  # fmt: skip
    key = f"t{len(parts) + 1}"
    pieces = [cell[at : at + _PART] for at in range(0, len(cell), _PART)]
    parts += [[key, n, MARK + piece] for n, piece in enumerate(pieces, start=1)]
    return LONG + key


def _write(content: Mapping[str, bytes], target: Path, workbook: bool) -> None:
    """Write files so that each is there whole or as it was."""
    try:
        (target.parent if workbook else target).mkdir(parents=True, exist_ok=True)
        for name, data in content.items():
            path = target / name if name else target
            scratch = path.with_name(f".{path.name}.{os.getpid()}")
            try:
                scratch.write_bytes(data)
                os.replace(scratch, path)
            finally:
                scratch.unlink(missing_ok=True)
    except OSError as error:
        raise DashatError(Problem(target.name, None, None, None, message("cannot be written: {reason}."), message("Look at the folder's permissions, and whether a file of the name is open."), {"reason": error.strerror or "?"})) from None  # fmt: skip
