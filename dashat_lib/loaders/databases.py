"""What stands in the tables of a database that a coding program keeps, whichever version of it made them."""

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Iterable
from pathlib import Path
from typing import Any

from ..coded_project import Report
from ..errors import DashatError, Problem, message
from . import opening

ID, TEXT, WHOLE = "id", "text", "whole"
Row = dict[str, Any]

_LARGEST_NUMBER = 1 << 62
_STEPS = 50
_LOGS = {
    "-wal": ("wal_read", message("Changes that stand only in the log beside the database were read; the program that made it may still have it open.")),
    "-journal": ("journal_rolled_back", message("A write of the program was not finished; what stood there before it was read, as the program itself would do.")),
}  # fmt: skip
_NOT_READ = message("The table is not read; the number is that of its rows.")
_COLUMN_NOT_READ = message("The column is not read; the number is that of the rows where it holds something.")
_VIEW = message(
    "What should be a table is a query; nothing that a file brings along is run, so it was taken as missing."
)
_NOT_UTF8 = message("A text is not UTF-8; what could not be read is shown as �.")
_NO_NUMBER = message("What should be a whole number is none; it was taken as missing.")


class Tables:
    """The rows of some tables of a database, held in memory; tables and columns that are not there are empty.

    A program adds tables and columns from version to version, so nothing is asked of a version number.
    """

    def __init__(self, rows: dict[str, tuple[list[str], list[tuple[Any, ...]]]], report: Report) -> None:
        self._rows, self._report = rows, report
        self._asked: dict[str, set[str]] = {table: set() for table in rows}
        self._values: dict[tuple[str, str, str], list[Any]] = {}

    def rows(self, table: str, *, left: Iterable[str] = (), **columns: str) -> list[Row]:
        """Return the rows of a table, in the order in which they are stored.

        Parameters
        ----------
        left : names of columns that the model has no place for and that are ordinary; nothing is said of them
        columns : name of a column = ``ID`` (text; a whole number loses its point), ``TEXT`` or ``WHOLE`` (int)

        Returns
        -------
        list of dict
            The columns asked for, missing ones None; empty ids are None. What is of another kind is told and None. ``"#"`` is the
            number of the row.
        """
        names, rows = self._rows.get(table.lower(), ([], []))
        self._asked.get(table.lower(), set()).update(one.lower() for one in (*columns, *left))
        found: list[Row] = [dict.fromkeys(columns) | {"#": str(number)} for number in range(1, len(rows) + 1)]
        for column, kind in columns.items():
            if column.lower() in names:
                for row, value in zip(found, self._column(table, column, kind), strict=True):
                    row[column] = value
        return found

    def has(self, table: str, column: str) -> bool:
        """Say whether a table has a column."""
        return column.lower() in self._rows.get(table.lower(), ([], []))[0]

    def tell_unread(self) -> None:
        """Say which columns hold something and were not asked for."""
        for table, (names, rows) in self._rows.items():
            for at, name in enumerate(names):
                if name not in self._asked[table]:
                    filled = sum(values[at] not in (None, "", 0, b"") for values in rows)
                    self._report.tell("column_not_read", f"{table}.{name}", _COLUMN_NOT_READ, filled)

    def _column(self, table: str, column: str, kind: str) -> list[Any]:
        key = (table.lower(), column.lower(), kind)
        if key not in self._values:  # what is odd in a column is told once, however often it is asked for
            names, rows = self._rows[key[0]]
            at = names.index(key[1])
            self._values[key] = [self._value(values[at], kind, f"{table}.{column}") for values in rows]
        return self._values[key]

    def _value(self, value: Any, kind: str, where: str) -> Any:
        if isinstance(value, bytes):
            value = self._decoded(value, where)
        if kind == WHOLE:
            number = _whole(value)
            self._report.tell("not_a_number", where, _NO_NUMBER, int(number is None and value not in (None, "")))
            return number
        if value is None or (kind == ID and value == ""):
            return None
        if kind == ID and isinstance(value, float) and value.is_integer():
            value = int(value)
        return value if isinstance(value, str) else str(value)

    def _decoded(self, data: bytes, where: str) -> str:
        try:
            return data.decode("utf-8")
        except UnicodeDecodeError:
            self._report.tell("not_utf8", where, _NOT_UTF8)
            return data.decode("utf-8", "replace")


def read(
    path: Path, report: Report, wanted: Collection[str], left: Collection[str] = (), *, needed: Collection[str] = (), tool: str = "",
) -> Tables:  # fmt: skip
    """Read tables of a database whole; what other tables hold is counted and told.

    Parameters
    ----------
    wanted : names of the tables
    left : names of tables of which nothing is said
    needed : names of tables without which it is no project of `tool`

    Raises
    ------
    DashatError
        If it is no database or damaged, or lacks a table that is needed.
    """
    for ending in opening.logs(path):
        what, done = _LOGS[ending]
        report.tell(what, path.name + ending, done)
    with opening.database(path) as (connection, _):
        connection.text_factory = bytes  # decoded by Tables, which counts what is no UTF-8
        found: dict[str, tuple[list[str], list[tuple[Any, ...]]]] = {}
        for kind, name, page in _schema(connection):
            known = name.lower() in wanted
            if kind == "view":
                report.tell("view_not_read", name, _VIEW, int(known))
            elif known and page:
                found[name.lower()] = _table(connection, name)
            elif name.lower() not in left and not name.lower().startswith("sqlite_"):
                # A table without a page of its own is made by a module; it is not asked.
                n = connection.execute(f"SELECT count(*) FROM {_quoted(name)} NOT INDEXED").fetchone()[0] if page else 1
                report.tell("table_not_read", name, _NOT_READ, n)
    if missing := [one for one in needed if one not in found]:
        raise DashatError(Problem(path.name, None, None, None, message("lacks the tables {tables}, so it is no project of {tool}."), message("Check which program made it, or ask for another copy."), {"tables": ", ".join(missing), "tool": tool}))  # fmt: skip
    return Tables(found, report)


def tables_in(path: Path) -> frozenset[str] | None:
    """Return the names of the tables of a database, in lower case; none if it is no database, None if it cannot be told.

    Little is read, nothing is raised.
    """
    if not opening.is_sqlite(path):
        return frozenset()
    try:
        names = _names(path)
        if not names and opening.logs(path):  # all that was written may stand in the log
            with opening.database(path) as (connection, _):
                names = frozenset(name.lower() for kind, name, _ in _schema(connection) if kind == "table")
        return names
    except (sqlite3.Error, DashatError, OSError, UnicodeError):
        return None


def _names(path: Path) -> frozenset[str]:
    connection = sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro&immutable=1", uri=True)
    try:
        connection.text_factory = bytes
        budget = iter(range(_STEPS))  # pages that point at each other can make a list of tables that does not end
        connection.set_progress_handler(lambda: next(budget, None) is None, 100_000)
        return frozenset(name.lower() for kind, name, _ in _schema(connection) if kind == "table")
    finally:
        connection.close()


def own_ids(rows: list[Row], key: str, table: str, report: Report) -> list[Row]:
    """Give each row an id of its own and return the rows.

    The first row with an id keeps it, as whatever refers to the id is taken to mean it; others, and rows without, get a new one.
    """
    seen: set[str] = set()
    for at, row in enumerate(rows, 1):
        if row[key] is None:
            row[key] = f"row {at}"
            report.tell("no_id", f"{table}, {row[key]}", message("A row has no id; it got the number of the row."))
        elif row[key] in seen:
            report.tell("repeated_id", f"{table}, {row[key]}", message("An id is there twice; the later row got another, and what refers to the id is taken to mean the first."))  # fmt: skip
            row[key] = f"{row[key]} (row {at})"
        seen.add(row[key])
    return rows


def chosen(file: str, projects: list[Row], project: str | None) -> Row | None:
    """Return the one project of a database (``id, name``), or the one asked for by id or name; None where it holds none.

    Raises
    ------
    DashatError
        If it holds several and none of them, or no single one, is asked for; the projects are listed.
    """
    fits = [one for one in projects if project in (None, one["id"], one["name"])]
    by_id = [one for one in fits if one["id"] == project]
    if len(found := by_id or fits) == 1:
        return found[0]
    if not projects and project is None:
        return None
    listed = ", ".join(f"{one['id']} ({one['name']})" for one in projects[:20]) or "-"
    what = message("holds {n} projects: {projects}.") if project is None else message("holds no single project '{value}', but: {projects}.")  # fmt: skip
    raise DashatError(Problem(file, None, None, project, what, message("Say which one with --project, by its number or name."), {"n": len(projects), "projects": listed}))  # fmt: skip


def _schema(connection: sqlite3.Connection) -> list[tuple[str, str, int]]:
    rows = connection.execute("SELECT type, name, rootpage FROM sqlite_master WHERE type IN ('table', 'view')")
    return [(_plain(kind), _plain(name), page or 0) for kind, name, page in rows.fetchall()]


def _table(connection: sqlite3.Connection, name: str) -> tuple[list[str], list[tuple[Any, ...]]]:
    columns = [_plain(row[1]) for row in connection.execute(f"PRAGMA table_info({_quoted(name)})").fetchall()]
    asked = ", ".join(map(_quoted, columns))
    # Without an index the rows come in the order in which they were stored.
    rows = connection.execute(f"SELECT {asked} FROM {_quoted(name)} NOT INDEXED").fetchall()
    return [one.lower() for one in columns], rows


def _plain(value: Any) -> str:
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _whole(value: Any) -> int | None:
    if isinstance(value, str):
        try:
            value = float(value) if any(one in value for one in ".eE") else int(value)
        except ValueError:
            return None
    if isinstance(value, float):
        value = int(value) if value.is_integer() else None
    return value if value is not None and abs(value) < _LARGEST_NUMBER else None
