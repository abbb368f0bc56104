"""Tables that ``dashat`` itself wrote of a coded project, a folder of CSV files or a workbook: the same project again."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from string import Formatter
from typing import Any

import pandas as pd

from ..coded_project import CodedProject, Entry, Report
from ..coded_project.cells import DICTIONARY, DICTIONARY_HEADING, LONG_TEXTS, VERSION, from_cell
from ..coded_project.model import COLUMNS, FORMATS
from ..errors import DashatError, Problem, message
from .grids import Grids, beginning, grids

_REPORT = ("what", "n", "where", "done", "details")


def recognises(path: Path) -> bool:
    """Say whether a folder or workbook is a bundle of tables, by its dictionary."""
    if path.is_dir():
        path = path / f"{DICTIONARY}.csv"
        found = beginning(path) if path.is_file() and not path.is_symlink() else None
        return found is not None and bool(found.sheets[0].rows) and _is_heading(found.sheets[0].rows[0])
    found = beginning(path)
    return found is not None and any(sheet.name == DICTIONARY and sheet.rows and _is_heading(sheet.rows[0]) for sheet in found.sheets if found.kind != "text")  # fmt: skip


def _is_heading(row: Sequence[str]) -> bool:
    return tuple(cell.strip() for cell in row[: len(DICTIONARY_HEADING)]) == DICTIONARY_HEADING


def read(path: Path, *, progress: object = None) -> CodedProject:
    """Read a bundle of tables.

    Returns
    -------
    CodedProject
        As it was written; ``file`` is the bundle. Its load report is that of the first reading, with what was odd in the tables
        after it.

    Raises
    ------
    DashatError
        If it cannot be read, or was written by a later version.
    """
    report = Report()
    tables = _folder(path, report) if path.is_dir() else _workbook(path, grids(path), report)
    if "project" not in tables:
        raise DashatError(Problem(path.name, None, None, None, message("is no bundle of tables: the table project is missing."), message("Write the bundle anew, or ask for another copy.")))  # fmt: skip
    long = _long(tables.get(LONG_TEXTS, []))
    about = {key: value for row in tables["project"][1:] if len(row) > 1 and (key := _text(row[0], long, "project", report)) is not None and (value := _text(row[1], long, "project", report)) is not None}  # fmt: skip
    if about.get("bundle_version", VERSION) != VERSION:
        raise DashatError(Problem(path.name, None, None, about["bundle_version"], message("was written as version {value} of the tables, which this dashat does not read."), message("Install a newer dashat.")))  # fmt: skip
    format = about.get("format", "table")
    report.tell("format_unknown", format, message("The table project names a format that is not known; it was taken for a table."), int(format not in FORMATS))  # fmt: skip
    read = {name: _table(name, tables.get(name), long, report) for name in COLUMNS}
    entries = _entries(tables.get("load_report", []), long, report)
    properties = {key.removeprefix("property."): value for key, value in about.items() if key.startswith("property.")}
    return CodedProject(
        format=format if format in FORMATS else "table", file=path, properties=properties,
        load_report=(*entries, *report.entries()), **read,
    )  # fmt: skip


def _folder(path: Path, report: Report) -> dict[str, list[list[str]]]:
    """Return the rows of each table of a folder; only files of known names are opened, and no link is followed."""
    found = {}
    for name in (*COLUMNS, "project", "load_report", LONG_TEXTS):
        file = path / f"{name}.csv"
        if file.is_symlink():
            report.tell("link_left_out", file.name, message("A link was not followed."))
        elif file.is_file():
            table = grids(file)
            table.tell(report)
            found[name] = table.sheets[0].rows
    return found


def _workbook(path: Path, found: Grids, report: Report) -> dict[str, list[list[str]]]:
    found.tell(report)
    return {sheet.name: sheet.rows for sheet in found.sheets}


def _long(rows: Sequence[Sequence[str]]) -> dict[str, str]:
    """Join the parts of the texts that were too long for a cell."""
    parts: dict[str, list[tuple[int, str]]] = {}
    for row in rows[1:]:
        if len(row) > 2 and row[1].isdecimal():
            parts.setdefault(row[0], []).append((int(row[1]), row[2][1:]))
    return {key: "".join(piece for _, piece in sorted(pieces)) for key, pieces in parts.items()}


def _text(cell: str, long: dict[str, str], table: str, report: Report) -> str | None:
    try:
        return from_cell(cell, long)
    except (KeyError, RecursionError):
        report.tell("long_text_missing", table, message("A text that was too long for a cell is not among the long texts; it is missing."))  # fmt: skip
        return None


def _table(name: str, rows: list[list[str]] | None, long: dict[str, str], report: Report) -> pd.DataFrame:
    """Return a table with its columns and types, whatever stands in the file."""
    if rows is None:
        report.tell("table_missing", name, message("A table is not in the bundle; it was taken for empty."))
        rows = []
    heading = [cell.strip() for cell in rows[0]] if rows else []
    kinds = COLUMNS[name]
    for column in heading:
        report.tell("column_left_out", f"{name}.{column}", message("Columns of the table that a coded project has no place for were not read."), int(bool(column) and column not in kinds))  # fmt: skip
    body = [row for row in rows[1:] if any(row)]
    columns: dict[str, Any] = {}
    for column, kind in kinds.items():
        if column not in heading:
            report.tell("column_missing", f"{name}.{column}", message("A column is not in the table; its values are missing."), int(bool(rows)))  # fmt: skip
            cells = [""] * len(body)
        else:
            at = heading.index(column)
            cells = [row[at] if at < len(row) else "" for row in body]
        columns[column] = _typed(cells, kind, f"{name}.{column}", long, report)
    return pd.DataFrame(columns)


def _typed(cells: list[str], kind: str, place: str, long: dict[str, str], report: Report) -> pd.Series:
    if kind == "str":
        return pd.Series([_text(cell, long, place, report) for cell in cells], dtype="str")
    values = []
    for cell in cells:
        value = _value(cell, kind)
        report.tell("value_not_read", place, message("A cell of a column of numbers holds none; it was left empty."), int(value is pd.NA and bool(cell.strip())))  # fmt: skip
        values.append(value)
    return pd.Series(values, dtype=kind)


def _value(cell: str, kind: str) -> Any:
    text = cell.strip().removeprefix("'")
    try:
        if kind == "boolean":
            return {"true": True, "1": True, "false": False, "0": False}[text.casefold()]
        value = int(text) if kind == "Int64" else float(text)
    except (ValueError, KeyError):
        return pd.NA
    return pd.NA if isinstance(value, int) and abs(value) >= 2**63 else value


def _entries(rows: Sequence[Sequence[str]], long: dict[str, str], report: Report) -> list[Entry]:
    """Return the load report that was written."""
    at = {name: n for n, name in enumerate(rows[0])} if rows else {}
    if any(name not in at for name in _REPORT):
        return []
    found = []
    for row in rows[1:]:
        cells = {name: _text(row[n] if n < len(row) else "", long, "load_report", report) or "" for name, n in at.items() if name in _REPORT}  # fmt: skip
        try:
            details = json.loads(cells["details"] or "{}")
            n = int(cells["n"])
        except (ValueError, RecursionError):
            details, n = None, 0
        if not isinstance(details, dict) or n < 1 or not _fills(cells["done"], details):
            report.tell("report_not_read", "load_report", message("A row of the load report could not be read; it was left out."))  # fmt: skip
        else:
            found.append(Entry(cells["what"], n, cells["where"], cells["done"], details))
    return found


def _fills(sentence: str, details: Mapping[str, object]) -> bool:
    """Say whether a sentence asks for nothing but ``{names}`` that are there: a format of a stranger may ask for far more."""
    try:
        parts = list(Formatter().parse(sentence))
    except ValueError:
        return False
    return all(name is None or (name in details and not form and not turn) for _, name, form, turn in parts)
