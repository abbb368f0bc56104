"""Cases and what is said of them: one row a case, one column an attribute, long answers as texts."""

from __future__ import annotations

import re
from collections.abc import Sequence

from ..coded_project import Draft
from ..errors import message
from .headings import Table

_LETTERS, _WORDS = 40, 6  # on average, of answers in the respondent's own words


def add_cases(table: Table, at: int | None, draft: Draft) -> None:
    """Add a case a row; its name is in column `at`, if in any.

    A column of long answers becomes a text for each case, so that it can be coded; the other columns are attributes.
    """
    names = [row[at].strip() if at is not None else "" for row in table.rows]
    draft.report.tell("case_not_named", table.name, message("Rows do not name their case; it was called by the row."), names.count(""))  # fmt: skip
    ids: list[str] = []
    seen: set[str] = set()
    for name, number in zip(names, table.numbers, strict=True):
        own = name or f"row {number}"
        if own in seen:
            draft.report.tell("repeated_case", own, message("Rows name one case; the later ones got another id."))
            own = f"{own} (row {number})"
        seen.add(own)
        ids.append(own)
        draft.add("cases", case_id=own, name=name or own)
    for n, heading in enumerate(table.heading):
        if n == at:
            continue
        cells = table.column(n)
        if _open_answers(cells):
            draft.report.tell("open_answers", heading, message("A column of long answers became texts, one of each case."))  # fmt: skip
            for own, cell in zip(ids, cells, strict=True):
                if cell.strip():
                    source = f"{own}: {heading}"
                    draft.add("sources", source_id=source, name=source, kind="text", text=cell)
                    draft.add("case_members", case_id=own, kind="source", target_id=source)
            continue
        draft.add("attributes", attribute_id=heading, name=heading, type=_type(cells), applies_to="case")
        for own, cell in zip(ids, cells, strict=True):
            draft.add("attribute_values", attribute_id=heading, kind="case", target_id=own, value=cell.strip() or None)


def _open_answers(cells: Sequence[str]) -> bool:
    filled = [cell.strip() for cell in cells if cell.strip()]
    if not filled or len(set(filled)) < 0.6 * len(filled):
        return False
    n = len(filled)
    return sum(map(len, filled)) >= _LETTERS * n and sum(len(cell.split()) for cell in filled) >= _WORDS * n


def _type(cells: Sequence[str]) -> str:
    """Return Integer, Float, Date or Text, as REFI-QDA calls them; 007 is text."""
    filled = [cell.strip() for cell in cells if cell.strip()]
    for name, form in (
        ("Integer", r"-?(0|[1-9]\d{0,17})"),
        ("Float", r"-?(0|[1-9]\d*)\.\d+|-?(0|[1-9]\d*)"),
        ("Date", r"\d{4}-\d\d-\d\d"),
    ):
        if filled and all(re.fullmatch(form, cell) for cell in filled):
            return name
    return "Text"
