"""Read a case folder: ``dashat.toml`` and the tables of ``data/raw``, however a spreadsheet program saved them."""

from __future__ import annotations

import csv
import io
import re
from dataclasses import replace
from pathlib import Path

import pandas as pd

from .. import recodes
from ..errors import DashatError, Problem, TableError, message
from ..fingerprint import CODERS, RAW, RIVALS
from ..schemas import OPTIONAL, SCHEMAS, check_tables, converted, nearest
from ..settings import Settings, read_settings
from ..tables import Case
from .quotations import misquotes

_Files = dict[str, list[tuple[str, pd.DataFrame]]]
_LONGEST_CELL = 10_000_000
SEVERAL = {"frameworks": RAW / "frameworks", "second_codings": CODERS}  # tables read from all files of a folder
RIVAL = ("claims", "claim_tests", "fact_definitions", "would_decide")  # tables that data/rivals may add rows to


class _Unreadable(Exception):
    """A file that is no table; carries the problem."""

    def __init__(self, problem: Problem):
        self.problem = problem


def read_case(folder: Path | str = ".") -> Case:
    """Read and validate a case.

    Files may be comma- or semicolon-separated, with or without byte order mark, with any line ends, UTF-8 or UTF-16;
    blank rows and columns at the end are left out. Ids stay text. Codes are called what ``recodes.csv``, where there is
    one, makes of them (:mod:`dashat_lib.recodes`).

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


def preview_recodes(folder: Path | str = ".") -> pd.DataFrame:
    """Return what each row of ``recodes.csv`` does in a case without problems (:func:`dashat_lib.recodes.preview`)."""
    files, _ = _text_files(Path(folder), read_settings(Path(folder)))
    return recodes.preview(_joined(files))


def _text_files(folder: Path, settings: Settings) -> tuple[_Files, list[Problem]]:
    """Every file of a case that can be read, as text, and what is wrong with files and headers."""
    files: _Files = {}
    problems: list[Problem] = []
    for name in SCHEMAS:
        for path in _files(folder, name):
            beside = name in SEVERAL or path.parent.name == RIVALS.name
            label = f"{path.parent.name}/{path.name}" if beside else path.name
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
            if name == "second_codings":
                problems += _of_another(table, label, path.stem)
            files.setdefault(name, []).append((label, _decimals(name, table, settings)))
    return files, problems


def _joined(files: _Files) -> dict[str, pd.DataFrame]:
    """One table a name; of a table in several files the parts one after the other, counted through."""
    return {
        name: parts[0][1] if len(parts) == 1 else pd.concat([part for _, part in parts], ignore_index=True)
        for name, parts in files.items()
    }


def _read(folder: Path) -> tuple[Case | None, list[Problem]]:
    settings = read_settings(folder)
    files, problems = _text_files(folder, settings)
    given = _joined(files)
    tables, refused = recodes.replay(given)
    problems += refused
    named = {name: recodes.names_now(given, getattr(settings, name)) for name in ("effect_codes", "role_codes")}
    settings = settings.model_copy(update=named)
    places = {name: [label for label, part in parts for _ in range(len(part))] for name, parts in files.items()}
    rows = {name: [int(at) for _, part in parts for at in part.index] for name, parts in files.items()}
    several = {name for name, parts in files.items() if len(parts) > 1}

    def file_of(name: str, at: int) -> str:
        return places[name][at] if name in several else files[name][0][0]

    found = check_tables(tables, settings, file_of)
    folders = {path.name: name for name, path in SEVERAL.items() if name in several}
    folders |= {f"{RIVALS.name}/{name}.csv": name for name in RIVAL if name in several}
    if "quotations" in tables and not any(one.file == "quotations.csv" for one in [*found, *problems]):
        found += misquotes(folder, tables["quotations"], tables.get("evidence"), file_of)
    for one in found:  # rows of a file that stands behind others in one table
        of = folders.get(one.file) or folders.get(one.file.partition("/")[0])
        problems.append(_in_its_file(one, rows[of]) if of else one)
    if problems:
        return None, sorted(problems, key=lambda one: (one.file, one.row or 0, one.column or ""))
    typed = {name: converted(name, table) for name, table in tables.items()}
    for name in OPTIONAL - set(typed):
        typed[name] = converted(
            name, pd.DataFrame({column: pd.Series(dtype="str") for column in SCHEMAS[name].columns})
        )
    return Case(folder=folder, settings=settings, **typed), []


def _files(folder: Path, name: str) -> list[Path]:
    """Where a table is read from; of a table that a case must have at least one name, there or not."""
    if name not in SEVERAL:
        added = folder / RIVALS / f"{name}.csv"
        return [folder / RAW / f"{name}.csv", *([added] if name in RIVAL and added.is_file() else [])]
    return sorted((folder / SEVERAL[name]).glob("*.csv")) or (
        [] if name in OPTIONAL else [folder / SEVERAL[name] / "FRAMEWORK.csv"]
    )


def _of_another(table: pd.DataFrame, label: str, coder: str) -> list[Problem]:
    """A file of ``data/coders`` holds the codings of one coder, whose name it bears."""
    if "coder" not in table:
        return []
    wrong = table.loc[table["coder"] != coder, "coder"].dropna().drop_duplicates()
    return [
        Problem(label, int(at) + 2, "coder", str(value), message("'{value}' is not the coder the file is named after."),
                message("Write '{near}', or rename the file."), {"near": coder})
        for at, value in wrong.items()
    ]  # fmt: skip


def _in_its_file(problem: Problem, rows: list[int]) -> Problem:
    """A problem with the rows of its own file; those of the whole table were counted over all its files."""
    if problem.row is None:
        return problem
    details = dict(problem.details)
    if "other" in details:
        details["other"] = str(rows[int(str(details["other"])) - 2] + 2)
    return replace(problem, row=rows[problem.row - 2] + 2, details=details)


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
