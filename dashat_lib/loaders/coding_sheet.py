"""Read a blind coding sheet that comes back filled: what a coder decided, and everything that cannot be told for sure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING
from xml.etree.ElementTree import ParseError
from zipfile import BadZipFile

import pandas as pd

from ..errors import Problem, TableError, message
from ..schemas import EMPTY, FILL_IN, ONE_OF, STANCES, WRITE_NEAREST, WRITE_ONE, nearest, shortened
from ..tables import Case
from ..words import languages, reader
from .blind_sheet import (
    ABOUT,
    CODER_TYPES,
    CODING,
    MOST_CODES,
    NOTHING_FITS,
    SHARES,
    coding_headings,
    in_both,
    name_problem,
    plain,
    text_fields,
)

if TYPE_CHECKING:
    from openpyxl import Workbook
    from openpyxl.worksheet.worksheet import Worksheet

_SHOWN = 60
_WORKBOOKS = (".xlsx", ".xlsm", ".ods")
_LONGEST_HEAD = 10_000


@dataclass(frozen=True)
class CodingSheet:
    """What a coder decided on a blind coding sheet.

    Attributes
    ----------
    coder : str
    coder_type : "person" or "machine"
    codings : DataFrame, one row a code of an evidence row
        ``evidence_id, code_id, stance, memo``, in the order of the sheet. A row where nothing fits stands once, without code and
        stance. The memo of a row stands with each of its codes.
    done : tuple of str
        Evidence rows that the coder decided on, "nothing fits" among them.
    open_ : tuple of str
        Rows of the draw that stand in the sheet and were left open.
    memos_open : int
        Rows left open that hold a memo; it is not kept.
    missing : tuple of str
        Rows of the draw that are not in the sheet any more.
    shares : str
        How the rows were drawn (:data:`dashat_lib.loaders.blind_sheet.SHARES`); "" where the sheet does not tell.
    """

    coder: str
    coder_type: str
    codings: pd.DataFrame
    done: tuple[str, ...]
    open_: tuple[str, ...]
    memos_open: int = 0
    missing: tuple[str, ...] = ()
    shares: str = ""

    def rows(self) -> pd.DataFrame:
        """Return the codings as rows of the raw table ``second_codings``."""
        return self.codings.assign(coder=self.coder, coder_type=self.coder_type)[
            ["coder", "coder_type", "evidence_id", "code_id", "stance", "memo"]
        ]


# ---- reading ---------------------------------------------------------------------------------------------------------


def is_coding_sheet(path: Path) -> bool:
    """Say whether a file is a blind coding sheet of dashat, whole, damaged or saved as CSV, by what is in it."""
    marks = {_key(in_both("sheet", "title")), _key(in_both("column", "nothing_fits"))}
    tops = _tops_of_workbook(path) if path.suffix.lower() in _WORKBOOKS else _top_of_text(path)
    return any(_key(cell) in marks for cell in tops)


def _tops_of_workbook(path: Path) -> list[str]:
    from python_calamine import CalamineError, load_workbook

    try:
        book = load_workbook(path)
        sheets = [book.get_sheet_by_name(name).to_python()[:1] for name in (ABOUT, CODING) if name in book.sheet_names]
    except (CalamineError, OSError):
        return []
    return [plain(one) for rows in sheets for row in rows for one in row]


def _top_of_text(path: Path) -> list[str]:
    """The cells of the first line of a text file, however a spreadsheet program wrote it."""
    try:
        with path.open("rb") as file:
            start = file.read(_LONGEST_HEAD)
    except OSError:
        return []
    encoding = "utf-16" if start.startswith((b"\xff\xfe", b"\xfe\xff")) else "utf-8-sig"
    line = start.decode(encoding, errors="replace").partition("\n")[0]
    return [cell.strip().strip('"') for cell in re.split(r"[;,\t]", line)]


def read_coding_sheet(path: Path | str, case: Case) -> CodingSheet:
    """Read a filled coding sheet.

    Codes and stances may be written by id or, where only one has it, by label in either language. Rows left wholly open are
    told, never taken for "nothing fits".

    Raises
    ------
    TableError
        With all problems at once: sheet, row, column and how to mend it.
    """
    path = Path(path)
    book = _opened(path)
    missing = [name for name in (ABOUT, CODING) if name not in book.sheetnames]
    if missing:
        raise TableError(Problem(path.name, None, None, name, message("the sheet '{value}' is missing."), message("Restore it from the sheet as it was drawn.")) for name in missing)  # fmt: skip
    about, problems = _about(_lines(book[ABOUT]), case, f"{path.name}, sheet {ABOUT}")
    grid = _Grid.of(book[CODING], case, f"{path.name}, sheet {CODING}")
    rows, wrong = _rows(grid, case, about.draw)
    problems = [*problems, *grid.problems, *wrong]
    done = [row for row in rows if row.codings or row.nothing_fits]
    if not problems and not done:
        problems = [
            Problem(grid.file, None, None, None, message("no row is coded."), message("Fill at least one row."))
        ]
    if problems:
        raise TableError(shortened(problems))
    codings = [
        (row.evidence_id, *coding, row.memo) for row in done for coding in (row.codings or [(None, None)])
    ]  # fmt: skip
    table = pd.DataFrame(codings, columns=["evidence_id", "code_id", "stance", "memo"], dtype="str")
    decided, there = [row.evidence_id for row in done], {row.evidence_id for row in rows}
    left = [one for one in about.draw if one not in set(decided)]
    return CodingSheet(
        about.coder,
        about.coder_type,
        table,
        tuple(decided),
        open_=tuple(one for one in left if one in there),
        memos_open=sum(1 for row in rows if row.memo and row not in done),
        missing=tuple(one for one in left if one not in there),
        shares=about.shares,
    )


def _opened(path: Path) -> Workbook:
    from openpyxl import load_workbook
    from openpyxl.utils.exceptions import InvalidFileException

    if not path.is_file():
        raise TableError(
            Problem(path.name, None, None, None, message("is not there."), message("Look at the name of the file."))
        )
    if path.suffix.lower() not in _WORKBOOKS and is_coding_sheet(path):
        raise TableError(
            Problem(
                path.name, None, None, None, message("is a coding sheet saved as CSV."), message("Save it as XLSX.")
            )
        )
    try:
        return load_workbook(path, data_only=True)
    except (InvalidFileException, BadZipFile, ParseError, KeyError, ValueError, TypeError, OSError):
        raise TableError(
            Problem(path.name, None, None, None, message("is no XLSX workbook."), message("Save it as XLSX."))
        ) from None


def _lines(sheet: Worksheet) -> list[tuple[int, list[str]]]:
    """The lines of a sheet that hold anything, with their row."""
    lines = [(at, [plain(cell) for cell in row]) for at, row in enumerate(sheet.iter_rows(values_only=True), start=1)]
    return [(at, cells) for at, cells in lines if any(cells)]


def _key(heading: str) -> str:
    """What a heading is known by: its English part."""
    return heading.partition(" / ")[0].strip().casefold()


@dataclass(frozen=True)
class _About:
    coder: str
    coder_type: str
    draw: tuple[str, ...]
    shares: str


def _about(lines: Sequence[tuple[int, list[str]]], case: Case, file: str) -> tuple[_About, list[Problem]]:
    """Who coded which draw, from the sheet Read me."""
    said: dict[str, list[tuple[int, str]]] = {}
    for at, line in lines:
        said.setdefault(_key(line[0]), []).append((at, line[1] if len(line) > 1 else ""))
    problems: list[Problem] = []
    found: dict[str, str] = {}
    for name, kind in (("coder", "column"), ("coder_type", "column"), ("rows_drawn", "sheet")):
        key = in_both(kind, name)
        cells = said.get(_key(key), [])
        found[name] = " ".join(cell for _, cell in cells).strip()
        if not cells:
            problems.append(Problem(file, None, None, key, message("the line '{value}' is missing."), message("Restore it from the sheet as it was drawn.")))  # fmt: skip
        elif not found[name]:
            problems.append(Problem(file, cells[0][0], key, None, EMPTY, FILL_IN))
    coder, told = found["coder"], found["coder_type"]
    kinds = _Words(CODER_TYPES, _labels("coder_type", CODER_TYPES))
    if coder and (wrong := name_problem(case, coder, file=file, column=in_both("column", "coder"))):
        problems.append(wrong)
    if told and kinds.one(told) is None:
        problems.append(Problem(file, None, in_both("column", "coder_type"), told, ONE_OF, WRITE_ONE, {"allowed": ", ".join(CODER_TYPES)}))  # fmt: skip
    shares = [cell for _, cell in said.get(_key(in_both("sheet", "shares")), []) if cell in SHARES]
    return _About(coder, kinds.one(told) or "", tuple(found["rows_drawn"].split()), "".join(shares[:1])), problems


class _Words:
    """Ids and the names they may be written by."""

    def __init__(self, ids: Iterable[str], names: Iterable[tuple[str, str]]):
        self.ids = list(ids)
        self._names: dict[str, set[str]] = {}
        for name, one in names:
            self._names.setdefault(name.casefold(), set()).add(one)
        self._names |= {one.casefold(): {one} for one in self.ids}

    def meant(self, text: str) -> list[str]:
        """The ids that a text may stand for."""
        return [text] if text in self.ids else sorted(self._names.get(text.casefold(), ()))

    def one(self, text: str) -> str | None:
        """The id that a text stands for, if it is one only."""
        found = self.meant(text)
        return found[0] if len(found) == 1 else None

    def near(self, text: str) -> str | None:
        """The id whose id or name is nearest to a text."""
        found = nearest(text, [*self.ids, *self._names])
        return None if found is None else found if found in self.ids else self.one(found)


def _labels(kind: str, keys: Iterable[str]) -> Iterator[tuple[str, str]]:
    for one in languages():
        yield from ((reader(one).label(kind, key), key) for key in keys)


def _code_names(case: Case) -> Iterator[tuple[str, str]]:
    for one in languages():
        if f"label_{one}" in case.codebook:
            yield from zip(case.codebook[f"label_{one}"].map(plain), case.codebook["code_id"], strict=True)


@dataclass(frozen=True)
class _Grid:
    """The table of the sheet Coding: its cells as text, and what is wrong with its frame."""

    file: str
    headings: Mapping[str, str]
    cells: Sequence[tuple[int, Mapping[str, str]]]
    problems: Sequence[Problem]

    @classmethod
    def of(cls, sheet: Worksheet, case: Case, file: str) -> _Grid:
        """Read the table. Rows with merged cells are named and left out: what stands in them cannot be told."""
        lines = _lines(sheet)
        top = lines[0][1] if lines and lines[0][0] == 1 else []
        wanted = {_key(heading): name for name, heading in coding_headings(case).items()}
        at = {wanted[_key(cell)]: number for number, cell in enumerate(top) if _key(cell) in wanted}
        headings = coding_headings(case) | {name: top[number] for name, number in at.items()}
        problems = [*_strange_headings(top, wanted, file)]
        problems += [
            Problem(file, 1, heading, None, message("this column is missing."), message("Restore its heading."))
            for name, heading in headings.items()
            if name not in at
        ]
        last = lines[-1][0] if lines else 0
        merged = [one for one in sheet.merged_cells.ranges if one.min_row <= last and one.min_col <= len(top)]
        problems += [
            Problem(file, one.min_row, None, str(one), message("the cells {value} are merged."), message("Take them apart, and fill each by itself."))
            for one in sorted(merged, key=lambda one: (one.min_row, one.min_col))
        ]  # fmt: skip
        unclear = {row for one in merged for row in range(one.min_row, one.max_row + 1)}
        whole = len(at) == len(wanted)  # with a heading missing every row would seem wrong
        rows = [
            (row, {name: cells[number] for name, number in at.items()})
            for row, cells in lines
            if whole and row > 1 and row not in unclear
        ]
        return cls(file, headings, rows, problems)

    def problem(self, row: int, name: str, value: str | None, what: str, mend: str, **details: object) -> Problem:
        """A problem in one cell."""
        shown = value if value is None or len(value) <= _SHOWN else value[: _SHOWN - 1] + "…"
        return Problem(self.file, row, self.headings[name], shown, what, mend, details)


def _strange_headings(top: Sequence[str], wanted: Mapping[str, str], file: str) -> Iterator[Problem]:
    keys = [_key(cell) for cell in top]
    for at, cell in enumerate(top):
        if cell and keys[at] not in wanted:
            yield Problem(file, 1, cell, cell, message("'{value}' is no heading of the sheet, so its column would not be read."), message("Delete the column; what you want to say has its place in the memo."))  # fmt: skip
        elif cell and keys[at] in keys[:at]:
            yield Problem(file, 1, cell, cell, message("'{value}' heads two columns."), message("Delete one of them."))


@dataclass(frozen=True)
class _Row:
    """What a coder wrote on one evidence row."""

    evidence_id: str
    nothing_fits: bool
    memo: str | None
    codings: tuple[tuple[str, str], ...] = field(default=())


def _rows(grid: _Grid, case: Case, draw: Sequence[str]) -> tuple[list[_Row], list[Problem]]:
    problems: list[Problem] = []
    found: list[_Row] = []
    first: dict[str, int] = {}
    texts = case.evidence.set_index("evidence_id")[text_fields(case)].map(plain).to_dict("index")
    codes, stances = _Words(case.codebook["code_id"], _code_names(case)), _Words(STANCES, _labels("stance", STANCES))
    for row, cells in grid.cells:
        name = cells["evidence_id"]
        problems += _wrong_id(grid, row, cells, texts, draw, first.get(name))
        first.setdefault(name, row)
        problems += _changed_text(grid, row, cells, texts.get(name))
        codings, wrong = _codings(grid, row, cells, codes, stances)
        fits_not, more = _nothing_fits(grid, row, cells)
        problems += [*wrong, *more]
        found.append(_Row(name, fits_not, cells.get("memo") or None, tuple(codings)))
    return found, problems


def _wrong_id(
    grid: _Grid,
    row: int,
    cells: Mapping[str, str],
    texts: Mapping[str, Mapping[str, str]],
    draw: Sequence[str],
    other: int | None,
) -> Iterator[Problem]:
    """What is wrong with the id of a row. Ids look alike, so the id that was meant is known by the text beside it only."""
    name = cells["evidence_id"]
    if not name:
        yield grid.problem(row, "evidence_id", None, EMPTY, message("Write the id of the row, or empty the line."))
    elif name not in texts:
        meant = [one for one in draw or texts if one in texts and all(cells[at] == text for at, text in texts[one].items())]  # fmt: skip
        known = len(meant) == 1
        yield grid.problem(
            row, "evidence_id", name, message("'{value}' is no row of this case."),
            message("Restore the id beside this text: {meant}.") if known else message("Restore the id beside this text, or delete the line."),
            meant=meant[0] if known else None,
        )  # fmt: skip
    elif other is not None:
        yield grid.problem(row, "evidence_id", name, message("'{value}' stands in row {other} already."), message("Keep one of the two lines."), other=str(other))  # fmt: skip
    elif draw and name not in draw:
        yield grid.problem(row, "evidence_id", name, message("'{value}' was not drawn for this sheet."), message("Delete the line: who codes does not choose the rows."))  # fmt: skip


def _changed_text(
    grid: _Grid, row: int, cells: Mapping[str, str], texts: Mapping[str, str] | None
) -> Iterator[Problem]:
    for name, text in (texts or {}).items():
        if cells[name] != text:
            yield grid.problem(
                row, name, None, message("the text is not that of the case."),
                message("Restore it; if the case has changed since, draw a new sheet."),
            )  # fmt: skip


def _codings(
    grid: _Grid, row: int, cells: Mapping[str, str], codes: _Words, stances: _Words
) -> tuple[list[tuple[str, str]], list[Problem]]:
    """The codes of a row with their stances, each slot by itself."""
    found: list[tuple[str, str]] = []
    problems: list[Problem] = []
    for at in range(1, MOST_CODES + 1):
        slot, beside = f"code_{at}", f"stance_{at}"
        code, stance = cells.get(slot, ""), cells.get(beside, "")
        if code and codes.one(code) is None:
            problems.append(_unknown_code(grid, row, slot, code, codes))
        if stance and stances.one(stance) is None:
            near = stances.near(stance)
            problems.append(grid.problem(row, beside, stance, ONE_OF, WRITE_NEAREST if near else WRITE_ONE, allowed=", ".join(STANCES), near=near))  # fmt: skip
        if code and not stance:
            problems.append(grid.problem(row, beside, None, message("the code '{code}' has no stance."), message("Choose for, against, mixed or neutral."), code=code))  # fmt: skip
        if stance and not code:
            problems.append(grid.problem(row, slot, None, message("the stance '{stance}' has no code."), message("Choose the code, or empty the stance."), stance=stance))  # fmt: skip
        one, other = codes.one(code), stances.one(stance)
        if one and one in [given for given, _ in found]:
            problems.append(grid.problem(row, slot, one, message("'{value}' stands in this row twice."), message("Keep one; if it goes both ways, its stance is mixed.")))  # fmt: skip
        elif one and other:
            found.append((one, other))
    return found, problems


def _unknown_code(grid: _Grid, row: int, slot: str, code: str, codes: _Words) -> Problem:
    several = codes.meant(code)
    if several:
        return grid.problem(row, slot, code, message("'{value}' is the name of several codes: {codes}."), message("Write the code itself."), codes=", ".join(several))  # fmt: skip
    near = codes.near(code)
    return grid.problem(
        row, slot, code, message("'{value}' is not in the codebook."),
        WRITE_NEAREST if near else message("Choose one from the sheet Codebook."), near=near,
    )  # fmt: skip


def _nothing_fits(grid: _Grid, row: int, cells: Mapping[str, str]) -> tuple[bool, list[Problem]]:
    said = cells.get("nothing_fits", "")
    if said and said.casefold() != NOTHING_FITS:
        return False, [grid.problem(row, "nothing_fits", said, message("'{value}' is not x."), message("Write x, or empty the cell."))]  # fmt: skip
    if said and any(cells.get(f"code_{at}") for at in range(1, MOST_CODES + 1)):
        return False, [grid.problem(row, "nothing_fits", said, message("nothing fits, but the row has a code."), message("Take away the x, or the codes."))]  # fmt: skip
    return bool(said), []
