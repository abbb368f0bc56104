"""Which row of a sheet is the heading, and which column holds what."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from ..coded_project import Draft, Report
from ..errors import DashatError, Problem, message
from .grids import Grid, Grids

_SEARCHED = 30  # rows among which the heading is looked for
_COMPARED = 200
_LONGEST = 200
MOST_COLUMNS = 20_000
MOST_CELLS = 20_000_000


def key(heading: str) -> str:
    """Return a heading as it is compared: lower case, without accents, signs and double blanks; ``%`` and ``#`` are words.

    A cell that is too long for a heading is like none: "".
    """
    return _key(heading) if len(heading) <= _LONGEST else ""


@lru_cache(maxsize=8192)
def _key(heading: str) -> str:
    plain = unicodedata.normalize("NFKD", heading.replace("ł", "l").replace("Ł", "l").replace("ß", "ss")).casefold()
    letters = "".join(one for one in plain if not unicodedata.combining(one))
    return " ".join(re.findall(r"[^\W_]+|[%#]", letters))


@dataclass(frozen=True)
class Table:
    """A sheet below its heading.

    Attributes
    ----------
    name : str
        Of the sheet.
    heading : tuple of str
        One name a column, each once; blanks around them are gone.
    rows : list of lists of str
        Rows that are not blank, all as long as the heading.
    numbers : list of int
        The row of each as a spreadsheet counts it.
    above : list of str
        Cells that stand above the heading.
    """

    name: str
    heading: tuple[str, ...]
    rows: list[list[str]]
    numbers: list[int]
    above: list[str]

    def column(self, at: int) -> list[str]:
        """Return the cells of a column."""
        return [row[at] for row in self.rows]


def sheet_known(found: Grids, knows: Callable[[Sequence[str]], object]) -> tuple[Grid, int] | None:
    """Return the first sheet with a row that `knows` is true of, and where that row is; `knows` gets the row's cells, stripped."""
    for sheet in found.sheets:
        for at, row in enumerate(sheet.rows[:_SEARCHED]):
            if knows([cell.strip() for cell in row]):
                return sheet, at
    return None


def heading_at(grid: Grid) -> int:
    """Return which row is the heading of a sheet: the first that has about as many filled cells as the rows below it."""
    filled = [sum(bool(cell.strip()) for cell in row) for row in grid.rows[:_COMPARED]]
    if not filled:
        return 0
    usual = sorted(filled)[len(filled) // 2]
    for at, n in enumerate(filled[:_SEARCHED]):
        if n >= max(2, 0.6 * usual) or (usual <= 1 and n):
            return at
    return next((at for at, n in enumerate(filled) if n), 0)


def as_table(grid: Grid, at: int, report: Report, *, headless: Iterable[int] = ()) -> Table:
    """Return a sheet as a table whose heading is row `at`.

    Headings are made unique; columns without heading get one if they hold something, and are left out if not; blank rows are
    left out. All of it is told.

    Parameters
    ----------
    headless : iterable of int
        Columns that need no heading, which is not odd then.

    Raises
    ------
    DashatError
        If the table has more columns or cells than any program that exports one.
    """
    above = [cell.strip() for row in grid.rows[:at] for cell in row if cell.strip()]
    report.tell("row_above_heading", grid.name, message("Rows above the heading are no data; what they say is kept as a property."), sum(any(map(str.strip, row)) for row in grid.rows[:at]))  # fmt: skip
    given = [" ".join(cell.split()) for cell in grid.rows[at]] if grid.rows else []
    body = grid.rows[at + 1 :]
    kept = [(at + 2 + n, row) for n, row in enumerate(body) if any(cell.strip() for cell in row)]
    report.tell("blank_row", grid.name, message("Blank rows between others were left out."), len(body) - len(kept))
    wide = max((len(row) for _, row in kept), default=0)
    filled = [any(n < len(row) and row[n].strip() for _, row in kept) for n in range(max(wide, len(given)))]
    given += [""] * (len(filled) - len(given))
    columns = [n for n in range(len(filled)) if given[n] or filled[n] or n in headless]
    if len(columns) > MOST_COLUMNS or len(columns) * len(kept) > MOST_CELLS:
        raise DashatError(Problem(grid.file or grid.name, None, None, None, message("is a table of {columns} columns and {rows} rows, more than is read."), message("Delete what is not needed, in a copy."), {"columns": len(columns), "rows": len(kept)}))  # fmt: skip
    shorter = sum(len(row) < len(grid.rows[at]) for _, row in kept)
    report.tell("row_shorter_than_heading", grid.name, message("Rows have fewer cells than the heading; the cells that are not there read as empty."), shorter)  # fmt: skip
    heading: dict[str, None] = {}
    for n in columns:
        name = given[n]
        if not name and n not in headless:
            name = f"column {n + 1}"
            report.tell("empty_heading", name, message("A column that holds something has no heading; it was called by its number."))  # fmt: skip
        first, again = name, 2
        while name in heading:
            name, again = f"{first} ({again})", again + 1
        if name != first:
            report.tell("repeated_heading", name, message("Two columns have one heading; a number was added."))
        heading[name] = None
    rows = [[row[n] if n < len(row) else "" for n in columns] for _, row in kept]
    return Table(grid.name, tuple(heading), rows, [number for number, _ in kept], above)


def columns(heading: Sequence[str], words: Mapping[str, Iterable[str]]) -> dict[str, int]:
    """Say which column plays which role.

    Parameters
    ----------
    words : mapping role -> headings, as :func:`key` gives them
        An earlier role is served first, and of its headings an earlier one; a column plays one role.

    Returns
    -------
    dict role -> number of the column
        Of the roles that were found.
    """
    places: dict[str, list[int]] = {}
    for n, one in enumerate(heading):
        places.setdefault(key(one), []).append(n)
    found: dict[str, int] = {}
    for role, names in words.items():
        at = next((places[name].pop(0) for name in names if places.get(name)), None)
        if at is not None:
            found[role] = at
    return found


def left_out(table: Table, used: Iterable[int], report: Report) -> None:
    """Tell which columns that hold something were not read."""
    read = set(used)
    for n, name in enumerate(table.heading):
        if n not in read and any(row[n].strip() for row in table.rows):
            report.tell("column_left_out", name or f"column {n + 1}", message("Columns of the table that a coded project has no place for were not read."))  # fmt: skip


def other_sheets(found: Grids, read: str, draft: Draft) -> None:
    """Tell which sheets of a workbook were not read."""
    for sheet in found.sheets:
        if sheet.name != read and sheet.rows:
            draft.report.tell("sheet_left_out", sheet.name, message("Of a workbook one sheet was read; the others were left out."))  # fmt: skip


def about(table: Table, draft: Draft) -> None:
    """Keep in the properties how many rows a table has, and what stands above its heading."""
    draft.properties["data_rows"] = str(len(table.rows))
    if table.above:
        draft.properties["above_heading"] = "\n".join(table.above)


def texts_missing(draft: Draft) -> None:
    """Tell of each document that the table has none of its text."""
    for source in draft.column("sources", "source_id"):
        draft.report.tell("text_missing", source, message("The table holds passages, not the texts of the documents; positions stay as they were written."))  # fmt: skip
