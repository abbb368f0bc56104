"""Tables that people and programs make of codes: one row a coding, a unit with its codes, a code, or a case."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path

from ..coded_project import CodedProject, Draft
from ..errors import DashatError, Problem, message
from .case_tables import add_cases
from .code_lists import add_codes, is_plain_list, levels, read_plain_list
from .code_tree import CodeTree
from .grids import Grids, beginning, grids
from .headings import Table, about, as_table, heading_at, left_out, other_sheets, texts_missing
from .table_shapes import NO, Shape, code_of, shape_of

_SIGNS = (";", "\n", "|")
_LONGEST_HEADING = 80
_SHOWN = 5
_READ_AS = {
    "coding": message("The table was read as: one row is one coding ({columns})."),
    "unit with codes": message("The table was read as: one row is one unit with its codes, each in a column ({columns})."),
    "unit with coders": message("The table was read as: one row is one unit, one column a coder ({columns})."),
    "unit with marks": message("The table was read as: one row is one unit, one column a code that is marked or not ({columns})."),
    "excerpt": message("The table was read as excerpts of Dedoose: one row is one excerpt, one column a code ({columns})."),
    "code": message("The table was read as: one row is one code ({columns})."),
    "case": message("The table was read as: one row is one case, one column an attribute ({columns})."),
}  # fmt: skip
_RANGE = re.compile(r"(\d+)\s*[-–]\s*(\d+)")
_WORDS_FOR_MISSING = {"na", "n/a", "#n/a", "none", "null", "nan", "nil"}


def recognises(path: Path) -> bool:
    """Say whether a file is a table: a workbook, or a text whose rows have the same number of cells and a heading of names."""
    found = beginning(path)
    if found is None or not any(sheet.rows for sheet in found.sheets):
        return False
    if found.kind != "text" or path.suffix.lower() in (".csv", ".tsv"):
        return True
    first = next(row for row in found.sheets[0].rows if any(cell.strip() for cell in row))
    named = all(0 < len(cell.strip()) <= _LONGEST_HEADING for cell in first) and not any(re.search(r"[.?!]$|\d:\d", cell.strip()) for cell in first)  # fmt: skip
    return is_plain_list(found.sheets[0].rows, found.separator) or (found.separator is not None and found.regular > 0.95 and len(found.sheets[0].rows) > 1 and named)  # fmt: skip


def read(path: Path, *, progress: object = None) -> CodedProject:
    """Read a table; which it is of the shapes of :mod:`.table_shapes` is decided by headings and contents, and told.

    Of a workbook the first sheet that codes something is read, else the first.

    Returns
    -------
    CodedProject
        The entry ``read_as`` of the load report says what a row was taken for, and which column for what. Where no column
        names the coder, the name of the file does (``coder_from_file_name``).

    Raises
    ------
    DashatError
        If it cannot be read or holds nothing.
    """
    found = grids(path)
    draft = Draft("table", path, encoding=found.encoding, separator=found.separator)
    found.tell(draft.report)
    if found.kind == "text" and is_plain_list(found.sheets[0].rows, found.separator):
        read_plain_list(found.sheets[0].rows, draft, found.separator)
        return draft.finish()
    table, shape = _chosen(found, draft)
    about(table, draft)
    draft.properties["table"] = shape.row
    draft.report.tell("read_as", table.name, _READ_AS[shape.row], columns=_said(table, shape))
    words = sum(cell.strip().casefold() in _WORDS_FOR_MISSING for row in table.rows for cell in row)
    draft.report.tell("word_for_missing", table.name, message("Cells say NA, None or the like; they were taken as words, not as empty cells."), words)  # fmt: skip
    if shape.row == "code":
        add_codes(table, shape.roles, draft)
    elif shape.row == "case":
        add_cases(table, shape.roles.get("case"), draft)
    else:
        _Codings(table, shape, draft).add()
    return draft.finish()


def _said(table: Table, shape: Shape) -> str:
    """Return which column was taken for what; of many columns of codes the first few."""
    codes = shape.codes or [n for role, n in shape.roles.items() if role == "code"]
    roles = [f"{role}: {table.heading[n]}" for role, n in shape.roles.items() if n not in codes]
    shown = [table.heading[n] for n in codes[:_SHOWN]] + (["…"] if len(codes) > _SHOWN else [])
    return "; ".join([*roles, *([f"codes: {', '.join(shown)}"] if shown else [])]) or "-"


def _chosen(found: Grids, draft: Draft) -> tuple[Table, Shape]:
    filled = [sheet for sheet in found.sheets if sheet.rows]
    if not filled:
        raise DashatError(Problem(found.path.name, None, None, None, message("is empty: no cell holds anything."), message("Check that it is the right file.")))  # fmt: skip
    quiet = Draft("table", found.path)
    shapes = [shape_of(as_table(sheet, heading_at(sheet), quiet.report)) for sheet in filled]
    at = next((n for n, shape in enumerate(shapes) if shape.row != "case"), 0)
    other_sheets(found, filled[at].name, draft)
    sheet = filled[at]
    heading = heading_at(sheet)
    one_cell = found.kind == "text" and found.separator is None and any(sign in sheet.rows[heading][0] for sign in ",;\t|")  # fmt: skip
    draft.report.tell("separator_unclear", sheet.name, message("No sign takes the rows apart into the same number of cells; each row was read as one cell."), int(one_cell))  # fmt: skip
    return as_table(sheet, heading, draft.report), shapes[at]


class _Codings:
    """Segments and codings of a table whose rows are codings or units."""

    def __init__(self, table: Table, shape: Shape, draft: Draft) -> None:
        self._table, self._shape, self._draft = table, shape, draft
        self._tree = CodeTree(draft)
        self._coders: dict[str, None] = {}
        self._sources: dict[str, None] = {}
        self._cases: dict[str, set[str]] = {}
        self._segments: dict[tuple[str, ...], tuple[str, int]] = {}
        self._ids: set[str] = set()
        self._given: set[tuple[str, str, str]] = set()
        places = {name.casefold(): n for n, name in enumerate(table.heading)} if shape.row == "excerpt" else {}
        self._range = places.get("excerpt range")
        self._weights = {n: at for n in shape.codes for one in (f"Code: {code_of(table.heading[n])} Weight", f"{table.heading[n]} Weight") if (at := places.get(one.casefold())) is not None}  # fmt: skip

    def add(self) -> None:
        """Add all rows."""
        table, shape, draft = self._table, self._shape, self._draft
        more = [] if self._range is None else [self._range]
        left_out(table, [*shape.roles.values(), *shape.codes, *self._weights.values(), *more], draft.report)
        if shape.row in ("unit with marks", "excerpt"):  # a column that nobody marked is a code too
            for n in shape.codes:
                self._tree.add(self._levels(code_of(table.heading[n])))
        by_file = draft.file.stem if shape.row != "unit with coders" and "coder" not in shape.roles else ""
        draft.report.tell("coder_from_file_name", by_file, message("No column says who coded; the name of the file was taken for the coder."), int(bool(by_file)))  # fmt: skip
        for row, number in zip(table.rows, table.numbers, strict=True):
            one = {role: row[n].strip() for role, n in shape.roles.items()}
            one["text"] = row[shape.roles["text"]] if "text" in shape.roles else ""
            segment, source = self._segment(one, row, number)
            listed = self._listed(row)
            draft.report.tell("row_without_code", segment, message("Rows give no code; their unit was kept."), int(not any(codes for _, codes, _ in listed)))  # fmt: skip
            for named, codes, weight in listed:
                coder = named or one.get("coder", "") or by_file
                draft.report.tell("coder_not_named", segment, message("Rows do not say who coded."), int(bool(codes) and not coder))  # fmt: skip
                for code in codes:
                    self._coding(segment, source, code, coder, one, weight)
                paths = {self._levels(code) for code in codes}
                also = sum(any(below[: len(path)] == path and below != path for below in paths) for path in paths)
                draft.report.tell("parent_also_listed", segment, message("Rows list a code and the code above it; both codings were kept."), also)  # fmt: skip
        texts_missing(draft)

    def _levels(self, code: str) -> tuple[str, ...]:
        return levels(code, backslash=self._shape.row == "excerpt")

    def _listed(self, row: Sequence[str]) -> list[tuple[str, list[str], str]]:
        """Return (coder, codes, weight) of a row; the coder is "" where the row as a whole names one."""
        shape, heading = self._shape, self._table.heading
        if shape.row == "unit with coders":
            return [(heading[n], self._apart(row[n]), "") for n in shape.codes]
        if shape.row in ("unit with marks", "excerpt"):
            marked = [n for n in shape.codes if row[n].strip().casefold() not in NO]
            return [("", [code_of(heading[n])], row[self._weights[n]].strip() if n in self._weights else "") for n in marked]  # fmt: skip
        return [("", [code for n in shape.codes for code in self._apart(row[n])], "")]

    def _apart(self, cell: str) -> list[str]:
        """Return the codes of a cell: several only where a sign between them says so, or the heading speaks of codes."""
        signs = [sign for sign in (*_SIGNS, ",") if sign in cell and (sign != "," or self._shape.plural)]
        if not signs:
            return [cell.strip()] if cell.strip() else []
        self._draft.report.tell("cell_split", self._table.name, message("Cells hold several codes, taken apart at ; | or a line break (in a column of codes also at a comma)."))  # fmt: skip
        return [code.strip() for code in re.split("|".join(map(re.escape, signs)), cell) if code.strip()]

    def _segment(self, one: Mapping[str, str], row: Sequence[str], number: int) -> tuple[str, str | None]:
        """Return the segment of a row and its document, adding them if they are new. Rows of one unit are one segment."""
        draft = self._draft
        source, unit, text = one.get("document") or None, one.get("unit", ""), one["text"]
        if source and source not in self._sources:
            self._sources[source] = None
            draft.add("sources", source_id=source, name=source, kind="text")
        start, end = one.get("start", ""), one.get("end", "")
        if self._range is not None and (found := _RANGE.fullmatch(row[self._range].strip())):
            start, end = found[1], found[2]
        place: tuple[str, ...] = ("row", str(number))
        if unit:
            place = ("unit", source or "", unit)
        elif self._shape.row != "excerpt" and (text.strip() or start):
            place = ("passage", source or "", start, end, text)
        if place in self._segments:
            segment, at = self._segments[place]
            kept = draft.column("segments", "text")
            if text and kept[at] is None:
                kept[at] = draft.column("segments", "stored_text")[at] = text
            elif text and kept[at] != text:
                draft.report.tell("text_differs", segment, message("Rows of one unit have different texts; the first was kept."))  # fmt: skip
        else:
            segment = self._id(unit or f"row {number}", source, number)
            self._segments[place] = segment, draft.n("segments")
            comment = one.get("memo", "") if self._shape.row != "coding" else ""
            draft.add("segments", segment_id=segment, source_id=source, kind="text", raw_start=start, raw_end=end, text=text or None, stored_text=text or None, comment=comment)  # fmt: skip
        self._member(one.get("case", ""), segment)
        return segment, source

    def _id(self, unit: str, source: str | None, number: int) -> str:
        """Return an id that no other segment has: the unit, with its document or row where it repeats."""
        own = next(one for one in (unit, f"{source}: {unit}", f"{unit} (row {number})") if one not in self._ids)
        self._ids.add(own)
        return own

    def _member(self, case: str, segment: str) -> None:
        if not case:
            return
        if case not in self._cases:
            self._cases[case] = set()
            self._draft.add("cases", case_id=case, name=case)
        if segment not in self._cases[case]:
            self._cases[case].add(segment)
            self._draft.add("case_members", case_id=case, kind="segment", target_id=segment)

    def _coding(self, segment: str, source: str | None, code: str, coder: str, one: Mapping[str, str], weight: str) -> None:  # fmt: skip
        draft = self._draft
        own = self._tree.add(self._levels(code))
        if coder and coder not in self._coders:
            self._coders[coder] = None
            draft.add("coders", coder_id=coder, name=coder)
        place = (segment, own, coder)
        draft.report.tell("duplicate_coding", segment, message("One coder gave one unit a code twice; both were kept."), int(place in self._given))  # fmt: skip
        self._given.add(place)
        comment = one.get("memo", "") if self._shape.row == "coding" else ""
        draft.add("codings", coding_id=f"c{draft.n('codings') + 1}", segment_id=segment, source_id=source, code_id=own, coder_id=coder or None, created=one.get("created", ""), weight=weight or one.get("weight", ""), comment=comment)  # fmt: skip
