"""Rows of a database that are a segment and its coding in one, as they go into a project."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from ..coded_project import Draft
from ..errors import message
from .stored_quotes import Places, Quote, Text

_NO_TEXT = message("The file does not hold the text of the document.")
_NO_CODER = message("The file does not say who gave the code.")
# Where a person may stand who is listed nowhere.
_PEOPLE = (("codings", "coder_id"), ("segments", "creator"), ("sources", "creator"), ("memos", "creator"))


@dataclass(frozen=True, kw_only=True)
class CodingRow:
    """One coder gives one range of a text one code; numbers as the tool stores them."""

    coding_id: str
    source_id: str | None
    code_id: str | None
    coder_id: str | None
    start: int | None
    end: int | None
    quote: str | None
    comment: str | None = None
    created: str | None = None
    weight: str | None = None


def add_codings(draft: Draft, places: Places, rows: Sequence[CodingRow]) -> None:
    """Add a segment and a coding, of one id, for each row.

    Raises
    ------
    DashatError
        If the segments together quote more than a file that is meant well would.
    """
    cuts = places.cut([Quote(row.coding_id, row.source_id, row.start, row.end, row.quote) for row in rows])
    for row, cut in zip(rows, cuts, strict=True):
        draft.add(
            "segments", segment_id=row.coding_id, source_id=row.source_id, kind="text", start=cut.start, end=cut.end,
            raw_start=shown(row.start), raw_end=shown(row.end), text=cut.text, stored_text=cut.stored_text, comment=row.comment,
            creator=row.coder_id, created=row.created,
        )  # fmt: skip
        add_coding(draft, row.coding_id, row.source_id, row.code_id, row.coder_id, row.created, row.weight)


def add_coding(
    draft: Draft,
    coding_id: str,
    source_id: str | None,
    code_id: str | None,
    coder_id: str | None,
    created: str | None,
    weight: str | None = None,
    *,
    segment_id: str | None = None,
) -> None:
    """Add a coding; its segment has the same id, if none is named."""
    draft.report.tell("no_coder", coding_id, _NO_CODER, int(coder_id is None))
    draft.add(
        "codings", coding_id=coding_id, segment_id=segment_id or coding_id, source_id=source_id, code_id=code_id,
        coder_id=coder_id, created=created, weight=weight,
    )  # fmt: skip


def text_of(draft: Draft, source_id: str, texts: Mapping[str, Text]) -> str | None:
    """Return the text of a document; one that the file does not hold is told."""
    draft.report.tell("text_missing", source_id, _NO_TEXT, int(source_id not in texts))
    return texts[source_id].text if source_id in texts else None


def add_people(draft: Draft, listed: Iterable[str]) -> None:
    """Add a coder for each name that is listed, and for each that stands somewhere in the project; the name is the id."""
    seen = [one for table, column in _PEOPLE for one in draft.column(table, column)]
    for name in dict.fromkeys([*listed, *seen]):
        if name:
            draft.add("coders", coder_id=name, name=name)


def shown(number: int | None) -> str | None:
    """Return a number as the file has it."""
    return None if number is None else str(number)
