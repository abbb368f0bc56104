"""Write a blind coding sheet as a workbook: texts, codebook and places to write in, nothing that others decided."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import pandas as pd
from openpyxl import Workbook
from openpyxl.cell import Cell
from openpyxl.styles import Border, PatternFill, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from ..admission import admitted
from ..errors import Problem, message
from ..fingerprint import data_hash, raw_files
from ..schemas import STANCES
from ..tables import Case
from ..words import languages, reader
from ..workbooks import DARK, LINE, TO_FILL, finish, font, put

ABOUT, CODING, CODEBOOK = "Read me", "Coding", "Codebook"
MOST_CODES = 5
CODER_TYPES = ("person", "machine")
SHARES = ("equal", "proportional")
NOTHING_FITS = "x"
# Characters that no workbook can hold.
UNWRITABLE = re.compile(r"[\000-\010]|[\013-\014]|[\016-\037]|[\ufffe\uffff]")
HOW = (
    message("Code one row at a time, by its text alone. Look at no other coding, at no finding and at no page behind the rows before you are done."),
    message("Give a row 1 to 5 codes; more than 3 are seldom needed. Choose each from the list in its cell, or write it as it stands in the sheet Codebook."),
    message("Give each code a stance of its own, also from the list; the sheet Codebook says what each stance means."),
    message("Where two codes seem to fit, the columns 'when to use' and 'when not to use' of the sheet Codebook decide. Where a code below another fits, give only that one: it implies the one above."),
    message("Where no code fits, write x under 'nothing fits' and leave the codes empty."),
    message("Leave a row wholly open if you do not reach it. It counts as not coded, never as one where nothing fits."),
    message("Leave ids, texts and headings as they are. What you want to say about a row has its place in the memo."),
    message("When you are done: dashat agreement FILE.xlsx --case FOLDER"),
)  # fmt: skip
STANCE_MEANS = {
    "for": message("The text says that it is there or that it helps; of a challenge: that it exists."),
    "against": message("The text says that it is missing or that it hinders; of a challenge: that it is denied."),
    "mixed": message("The text says both."),
    "neutral": message("The text names it without a direction."),
}
_DEFINITION = ("label", "definition", "include", "exclude")
_IDS_A_LINE = 60
_BORDER = Border(**{side: Side(style="thin", color=LINE) for side in ("left", "right", "top", "bottom")})
_WIDTHS = {"evidence_id": 11, "date": 12, "place": 20, "source_kind": 20, "nothing_fits": 13, "memo": 36}


# ---- the layout, for who writes and who reads ------------------------------------------------------------------------


def in_both(kind: str, key: str, number: int | None = None) -> str:
    """Return a label in every language, English first: ``code 1 / kode 1``."""
    said = [reader(one).label(kind, key) for one in languages()]
    return " / ".join(dict.fromkeys(f"{one} {number}" if number else one for one in said))


def coding_headings(case: Case) -> dict[str, str]:
    """Return the fields of the sheet Coding and their headings, in order."""
    texts = [name for name in case.evidence if re.fullmatch(r"text_\w\w", name)]
    found = {one: in_both("column", one) for one in ("evidence_id", "date", "place", "source_kind", *texts)}
    for at in range(1, MOST_CODES + 1):
        found |= {f"code_{at}": in_both("column", "code", at), f"stance_{at}": in_both("column", "stance", at)}
    return found | {one: in_both("column", one) for one in ("nothing_fits", "memo")}


def text_fields(case: Case) -> list[str]:
    """Return the fields of the sheet Coding that hold the text of the evidence."""
    return [name for name in coding_headings(case) if name.startswith("text_")]


def plain(value: object) -> str:
    """Return the text of a cell as it is compared: blanks and line ends do not matter, nor what no workbook can hold."""
    if value is None or value is pd.NA or value != value:
        return ""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return " ".join(UNWRITABLE.sub("", str(value)).split())


def name_problem(case: Case, name: str, *, file: str, column: str | None = None) -> Problem | None:
    """Return what is wrong with the name of a coder, which also names a file and a reading."""
    if not re.fullmatch(r"\w[\w.-]{0,38}\w|\w", name):
        return Problem(file, None, column, name, message("'{value}' cannot be the name of a coder."),
                       message("Write letters and digits, also - _ and . inside, at most 40 and without blanks."))  # fmt: skip
    if name.casefold() in {one.casefold() for one in case.coders["coder"]}:
        return Problem(file, None, column, name, message("'{value}' is a coder of coders.csv already."),
                       message("Give this coder a name of its own."))  # fmt: skip
    return None


# ---- the three sheets ------------------------------------------------------------------------------------------------


def workbook(case: Case, drawn: Sequence[str], *, coder: str, by: str, shares: str = SHARES[0], seed: int) -> bytes:
    """Return the coding sheet of some evidence rows; same call, same bytes.

    Parameters
    ----------
    drawn : sequence of evidence ids
        In the order in which they are to be coded (:func:`dashat_lib.disputes.draw`).
    by, shares, seed : str, str, int
        How they were drawn; told in the sheet.
    """
    book = Workbook()
    about = book.worksheets[0]
    about.title = ABOUT
    _about(about, case, drawn, coder=coder, by=by, shares=shares, seed=seed)
    coding, codebook = book.create_sheet(CODING), book.create_sheet(CODEBOOK)
    stances_at = _codebook(codebook, case)
    _coding(coding, case, drawn, len(case.codebook), stances_at)
    return finish(book, headings={CODING: 1, CODEBOOK: 1}, title=in_both("sheet", "title"))


_DRAWN = {
    "equal": message("{n} of {total} admitted rows, in equal shares by {by}"),
    "proportional": message("{n} of {total} admitted rows, in proportional shares by {by}"),
}


def _about(sheet: Worksheet, case: Case, drawn: Sequence[str], *, coder: str, by: str, shares: str, seed: int) -> None:
    total = len(admitted(case, place=case.settings.wider_place))
    draw = [
        say(_DRAWN[shares], n=len(drawn), total=total, by=say.label("group", by)) for say in map(reader, languages())
    ]
    _put(sheet, 1, 1, in_both("sheet", "title"), wrap=False, font=font(bold=True, size=16, color=DARK))
    for at, title in enumerate(dict.fromkeys(case.settings.title.get(one, "") for one in languages()), start=2):
        _put(sheet, at, 1, title, wrap=False, font=font(italic=True))
    facts = [
        (in_both("column", "coder"), coder),
        (in_both("column", "coder_type"), CODER_TYPES[0]),
        (in_both("sheet", "draw"), " / ".join(dict.fromkeys(draw))),
        (in_both("sheet", "shares"), shares),
        (in_both("sheet", "seed"), str(seed)),
        (in_both("sheet", "data"), data_hash(raw_files(case.folder))),
    ]
    row = sheet.max_row + 2
    for key, value in facts:
        _line(sheet, row, key, value)
        row += 1
    kinds = DataValidation(type="list", formula1=f'"{",".join(CODER_TYPES)}"', allow_blank=False)
    kinds.add(sheet.cell(row - len(facts) + 1, 2))
    sheet.add_data_validation(kinds)
    for say in map(reader, languages()):
        row += 1
        _head(sheet, row, [say.label("sheet", "how"), ""])
        for number, sentence in enumerate(HOW, start=1):
            row += 1
            _line(sheet, row, str(number), say(sentence))
        row += 1
    for start in range(0, len(drawn), _IDS_A_LINE):
        row += 1
        _line(sheet, row, in_both("sheet", "rows_drawn"), " ".join(drawn[start : start + _IDS_A_LINE]))
    _widths(sheet, [30, 110])
    sheet.sheet_view.showGridLines = False


def _coding(sheet: Worksheet, case: Case, drawn: Sequence[str], n_codes: int, stances_at: str) -> None:
    headings = coding_headings(case)
    _head(sheet, 1, list(headings.values()))
    rows = _to_code(case, drawn)
    given, open_ = {"border": _BORDER}, {"border": _BORDER, "fill": PatternFill("solid", fgColor=TO_FILL)}
    for at, row in enumerate(rows.to_dict("records"), start=2):
        for number, name in enumerate(headings, start=1):
            _put(sheet, at, number, row.get(name), **(given if name in rows else open_))
    last = len(rows) + 1
    lists = {
        "code_": f"{CODEBOOK}!$A$2:$A${n_codes + 1}",
        "stance_": f"{CODEBOOK}!${stances_at}$2:${stances_at}${len(STANCES) + 1}",
        "nothing_fits": f'"{NOTHING_FITS}"',
    }
    for start, formula in lists.items():
        choice = DataValidation(type="list", formula1=formula, allow_blank=True, showErrorMessage=True)
        choice.errorTitle, choice.error = in_both("sheet", "title")[:32], in_both("sheet", "choose")[:255]
        for number, name in enumerate(headings, start=1):
            if name.startswith(start):
                letter = sheet.cell(1, number).column_letter
                choice.add(f"{letter}2:{letter}{last}")
        sheet.add_data_validation(choice)
    _widths(sheet, [_WIDTHS.get(name, 46 if name.startswith("text_") else 27 if name.startswith("code_") else 12) for name in headings])  # fmt: skip
    sheet.freeze_panes = "B2"


def _to_code(case: Case, drawn: Sequence[str]) -> pd.DataFrame:
    """What a coder sees of each row, in the order of the draw: no polarity, no quantity, no speaker, nothing decided."""
    rows = case.evidence.merge(case.sources[["source_id", "kind"]], on="source_id", how="left")
    rows = rows.set_index("evidence_id", drop=False).loc[list(drawn)]
    names = case.places.set_index("place")["name"]
    texts = [name for name in coding_headings(case) if name.startswith("text_")]
    return rows.assign(
        place=rows["place"].map(names), source_kind=[in_both("source kind", kind) for kind in rows["kind"]]
    )[["evidence_id", "date", "place", "source_kind", *texts]]


def _codebook(sheet: Worksheet, case: Case) -> str:
    """Write the codes, and beside them the stances; return the column of the stances."""
    texts = [
        f"{stem}_{one}" for stem in _DEFINITION for one in languages() if f"{stem}_{one}" in case.codebook
    ]  # fmt: skip
    columns = ["code_id", *texts, "parent"]
    _head(sheet, 1, [in_both("column", name) for name in columns])
    for at, row in enumerate(case.codebook[columns].to_dict("records"), start=2):
        for number, name in enumerate(columns, start=1):
            _put(sheet, at, number, row[name], border=_BORDER)
    right = len(columns) + 2
    means = [f"{in_both('column', 'stance_means')} ({one})" for one in languages()]
    _head(sheet, 1, [in_both("column", "stance"), *means], first=right)
    for at, (stance, meaning) in enumerate(STANCE_MEANS.items(), start=2):
        for number, cell in enumerate([stance, *(reader(one)(meaning) for one in languages())], start=right):
            _put(sheet, at, number, cell, border=_BORDER)
    width = {"code_id": 36, "parent": 30}
    _widths(sheet, [*(width.get(name, 28 if name.startswith("label") else 50) for name in columns), 4, 12, *(40 for _ in means)])  # fmt: skip
    sheet.freeze_panes = "B2"
    return str(sheet.cell(1, right).column_letter)


# ---- cells -----------------------------------------------------------------------------------------------------------


def _put(sheet: Worksheet, row: int, column: int, value: object, **style: Any) -> Cell:
    """Write a text into a cell of text, so that what a coder types there stays text too."""
    cell = put(sheet, row, column, "" if value is None or value != value else str(value), **style)
    cell.number_format = "@"
    return cell


def _line(sheet: Worksheet, row: int, key: str, value: str) -> None:
    _put(sheet, row, 1, key, font=font(bold=True, color=DARK))
    _put(sheet, row, 2, value)


def _head(sheet: Worksheet, row: int, headings: Sequence[str], *, first: int = 1) -> None:
    for number, heading in enumerate(headings, start=first):
        _put(sheet, row, number, heading, font=font(bold=True, color="FFFFFF"), fill=PatternFill("solid", fgColor=DARK))


def _widths(sheet: Worksheet, widths: Sequence[float]) -> None:
    for number, width in enumerate(widths, start=1):
        sheet.column_dimensions[get_column_letter(number)].width = width
