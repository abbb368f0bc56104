"""Read a case folder: ``dashat.toml`` and the tables of ``data/raw``, however a spreadsheet program saved them."""

from __future__ import annotations

import csv
import io
import re
from pathlib import Path

import pandas as pd

from ..errors import DashatError, Problem, TableError, message
from ..fingerprint import RAW
from ..schemas import OPTIONAL, SCHEMAS, check_tables, converted, nearest
from ..settings import Settings, read_settings
from ..tables import Case

_LONGEST_CELL = 10_000_000


class _Unreadable(Exception):
    """A file that is no table; carries the problem."""

    def __init__(self, problem: Problem):
        self.problem = problem


def read_case(folder: Path | str = ".") -> Case:
    """Read and validate a case.

    Files may be comma- or semicolon-separated, with or without byte order mark, with any line ends, UTF-8 or UTF-16;
    blank rows and columns at the end are left out. Ids stay text.

    Raises
    ------
    TableError
        With all problems of all tables at once. Nothing is changed on disk, ever.
    """
    case, problems = _read(Path(folder))
    if case is None or problems:
        raise TableError(problems)
    return case


def check_case(folder: Path | str = ".") -> list[Problem]:
    """Return every problem of a case; an empty list means that it can be run."""
    try:
        return _read(Path(folder))[1]
    except DashatError as error:
        return list(error.problems)


def _read(folder: Path) -> tuple[Case | None, list[Problem]]:
    settings = read_settings(folder)
    raw = folder / RAW
    tables: dict[str, pd.DataFrame] = {}
    files: dict[str, list[tuple[str, pd.DataFrame]]] = {}
    problems: list[Problem] = []
    for name in SCHEMAS:
        paths = sorted((raw / name).glob("*.csv")) if name == "frameworks" else [raw / f"{name}.csv"]
        if name == "frameworks" and not paths:
            paths = [raw / name / "FRAMEWORK.csv"]
        for path in paths:
            label = path.relative_to(raw).as_posix()
            if not path.exists():
                if name not in OPTIONAL:
                    problems.append(
                        Problem(
                            label,
                            None,
                            None,
                            None,
                            message("is missing from data/raw."),
                            message("Add the table, or start from a copy of the Dashat case."),
                        )
                    )
                continue
            try:
                table = read_table(path, label)
            except _Unreadable as refusal:
                problems.append(refusal.problem)
                continue
            missing = [column for column in SCHEMAS[name].columns if column not in table]
            problems += [
                Problem(
                    label,
                    1,
                    column,
                    None,
                    message("this column is missing."),
                    message("Rename '{near}', or add the column.")
                    if near
                    else message("Add the column to the header row."),
                    {"near": near},
                )
                for column in missing
                for near in [nearest(column, [str(one) for one in table if one not in SCHEMAS[name].columns])]
            ]
            files.setdefault(name, []).append((label, _decimals(name, table, settings)))
    places: dict[str, list[str]] = {}
    for name, parts in files.items():
        places[name] = [label for label, part in parts for _ in range(len(part))]
        tables[name] = parts[0][1] if len(parts) == 1 else pd.concat([part for _, part in parts], ignore_index=True)
    rows = {name: [int(at) for _, part in parts for at in part.index] for name, parts in files.items()}
    several = {name for name, parts in files.items() if len(parts) > 1}

    def file_of(name: str, at: int) -> str:
        return places[name][at] if name in several else files[name][0][0]

    found = check_tables(tables, settings, file_of)
    for one in found:  # rows of a file that stands behind others in one table
        shift = one.row is not None and one.file.startswith("frameworks/") and "frameworks" in several
        problems.append(_at_row(one, rows["frameworks"][one.row - 2] + 2) if shift and one.row is not None else one)
    if problems:
        return None, sorted(problems, key=lambda one: (one.file, one.row or 0, one.column or ""))
    typed = {name: converted(name, table) for name, table in tables.items()}
    for name in OPTIONAL - set(typed):
        typed[name] = converted(
            name, pd.DataFrame({column: pd.Series(dtype="str") for column in SCHEMAS[name].columns})
        )
    return Case(folder=folder, settings=settings, **typed), []


def _at_row(problem: Problem, row: int) -> Problem:
    return Problem(problem.file, row, problem.column, problem.value, problem.what, problem.mend, problem.details)


def read_table(path: Path, label: str | None = None) -> pd.DataFrame:
    """Read one CSV file as text; the index is the spreadsheet row minus 2, missing cells are NaN."""
    label = label or path.name
    text = _text_of(path, label)
    header_line = text.split("\n", 1)[0]
    separator = ";" if header_line.count(";") > header_line.count(",") else ","
    csv.field_size_limit(_LONGEST_CELL)
    try:
        lines = list(csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True))
    except csv.Error as error:
        raise _refused(
            label,
            message("cannot be read as a table: {reason}."),
            message("Look for a quotation mark that is not closed."),
            reason=str(error),
        ) from None
    if not lines or not any(cell.strip() for cell in lines[0]):
        raise _refused(
            label, message("is empty: it has no header row."), message("Add the header row, or restore the file.")
        )
    header = [name.strip() for name in lines[0]]
    while (
        header
        and not header[-1]
        and all(len(line) < len(header) or not line[len(header) - 1].strip() for line in lines[1:])
    ):
        header.pop()
        lines = [line[: len(header)] for line in lines]
    twice = sorted({name for name in header if header.count(name) > 1})
    if twice:
        raise _refused(
            label,
            message("has two columns '{columns}'."),
            message("Rename or delete one of them."),
            columns=", ".join(twice),
        )
    kept, index = [], []
    for at, line in enumerate(lines[1:]):
        if not any(cell.strip() for cell in line):
            continue
        if len(line) > len(header) and any(cell.strip() for cell in line[len(header) :]):
            problem = Problem(label, at + 2, None, None, message("this row has {n} cells, the header {header}."),
                              message("Put a cell that holds a separator into quotation marks."), {"n": len(line), "header": len(header)})  # fmt: skip
            raise _Unreadable(problem)
        kept.append((line + [""] * len(header))[: len(header)])
        index.append(at)
    table = pd.DataFrame(kept, columns=header, index=pd.Index(index, dtype="int64"), dtype="str")
    return table.mask(table == "")


def _text_of(path: Path, label: str) -> str:
    try:
        content = path.read_bytes()
    except IsADirectoryError:
        raise _refused(label, message("is a folder, not a file."), message("Put the table in its place.")) from None
    except OSError as error:
        raise _refused(
            label,
            message("cannot be read: {reason}."),
            message("Look at the file's permissions."),
            reason=error.strerror or "unknown",
        ) from None
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        encoding = "utf-16"
    elif content.startswith(b"PK\x03\x04"):
        raise _refused(
            label, message("is an Excel workbook or a zip, not a CSV file."), message("Save the sheet as CSV UTF-8.")
        )
    else:
        encoding = "utf-8-sig"
    try:
        text = content.decode(encoding)
    except UnicodeDecodeError:
        raise _refused(label, message("is not UTF-8 text."), message("Save it as CSV UTF-8.")) from None
    if "\0" in text:
        raise _refused(label, message("is a binary file, not a table."), message("Save it as CSV UTF-8."))
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _refused(label: str, what: str, mend: str, **details: object) -> _Unreadable:
    return _Unreadable(Problem(label, None, None, None, what, mend, details))


def _decimals(name: str, table: pd.DataFrame, settings: Settings) -> pd.DataFrame:
    """Turn a decimal comma into a point, in columns of numbers only and only where the case says so."""
    if settings.decimal != ",":
        return table
    for column, one in SCHEMAS[name].columns.items():
        if (one.metadata or {}).get("number") and column in table:
            plain = table[column].map(
                lambda cell: (
                    cell.replace(",", ".") if isinstance(cell, str) and re.fullmatch(r"[+-]?\d+,\d+", cell) else cell
                )
            )
            table = table.assign(**{column: plain})
    return table
