"""Where in its text is each segment of a REFI-QDA project, and what does it point to that is not there."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ..coded_project import Draft
from ..errors import message
from .counting import Choice, Ranges, choose
from .positions import Positions, Reading, with_lf
from .refi_frames import Text
from .refi_values import INTEGER, fits

# The standard counts code points. What others count is told by their files (the project's attribute ``origin``).
STANDARD = Reading("code point", "as stored")
USUAL = (
    ("nvivo", Reading("UTF-16 unit", "as stored")),
    ("atlas.ti", Reading("code point", "as one")),
)
OURS = "dashat"  # what we wrote is by the standard, and is not doubted
_FAR, _LONGEST_NUMBER = 2**62, 40
_MOST_CUT = 1 << 28  # characters of all segments together

# A way of counting is told by what an emoji counts as (1: Unicode code points, 2: UTF-16 units). By verdict, and by whether names
# of segments are quotes, which are counted only then.
_SENTENCES = {
    ("usual", True): message("Fits: places are counted as {origin} usually does, an emoji as {emoji} and a line break of Windows as {crlf}. {quotes} segments have the text at their place as their name, {outside} lie outside the text, and {in_word} of {borders} borders lie inside a word."),
    ("usual", False): message("Fits: places are counted as {origin} usually does, an emoji as {emoji} and a line break of Windows as {crlf}. {outside} segments lie outside the text, and {in_word} of {borders} borders lie inside a word."),
    ("unusual", True): message("Fits: {origin} usually counts otherwise, but in this file an emoji counts as {emoji} and a line break of Windows as {crlf}. {quotes} segments have the text at their place as their name, {outside} lie outside the text, and {in_word} of {borders} borders lie inside a word."),
    ("unusual", False): message("Fits: {origin} usually counts otherwise, but in this file an emoji counts as {emoji} and a line break of Windows as {crlf}. {outside} segments lie outside the text, and {in_word} of {borders} borders lie inside a word."),
    ("poor", True): message("Doubtful: no way of counting fits well; the best counts an emoji as {emoji} and a line break of Windows as {crlf}. {quotes} segments have the text at their place as their name, {outside} lie outside the text, and {in_word} of {borders} borders lie inside a word. Compare a few segments with the program."),
    ("poor", False): message("Doubtful: no way of counting fits well; the best counts an emoji as {emoji} and a line break of Windows as {crlf}. {outside} segments lie outside the text, and {in_word} of {borders} borders lie inside a word. Compare a few segments with the program."),
}  # fmt: skip
_UNDECIDED = message("Doubtful: nothing in the file decides how {origin} counted places; an emoji was counted as {emoji} and a line break of Windows as {crlf}, as is usual for it. Compare a few segments with the program.")  # fmt: skip
_EMOJI = {"code point": 1, "UTF-16 unit": 2}
_CRLF = {"as stored": 2, "as one": 1}


def usual(origin: str) -> Reading:
    """Return how the program that wrote a file is known to count."""
    return next((reading for name, reading in USUAL if name in origin.lower()), STANDARD)


def place(draft: Draft, texts: Sequence[Text]) -> None:
    """Give each text its LF line breaks, and each segment and sync point its place in it."""
    origin = draft.properties.get("origin", "")
    if origin.lower().startswith(OURS):
        choice = Choice(STANDARD)
    else:
        choice = choose(_ranges(draft, texts), usual(origin))
        _tell(draft, choice, origin)
    draft.properties |= {"unit": choice.reading.unit, "line_break": choice.reading.line_break}
    cut = _Cut(draft)
    for text in texts:
        if text.raw is None:
            _between(draft, text, cut, None)
            continue
        positions = Positions(text.raw, choice.reading) if text.segments or text.sync_points else None
        lf = positions.text if positions else with_lf(text.raw)
        draft.column(text.table, "text")[text.row] = lf
        if positions:
            _segments(draft, text, positions, cut)
            _sync_points(draft, text, positions)
        _between(draft, text, cut, lf)
        text.raw = None


def _tell(draft: Draft, choice: Choice, origin: str) -> None:
    reading, fit = choice.reading, choice.fit
    said: dict[str, object] = {
        "origin": origin or "?",
        "emoji": _EMOJI[reading.unit],
        "crlf": _CRLF[reading.line_break],
    }
    if choice.doubtful:
        draft.report.tell("positions_doubtful", draft.file.name, _UNDECIDED, choice.n, **said)
        return
    verdict = "poor" if choice.poor else "usual" if reading == usual(origin) else "unusual"
    said |= {"quotes": fit.quotes} if fit.quotes else {}
    said |= {"outside": fit.outside, "in_word": fit.in_word, "borders": fit.borders}
    draft.report.tell("positions_doubtful" if choice.poor else "positions_reading", draft.file.name, _SENTENCES[verdict, fit.quotes > 0], choice.n, **said)  # fmt: skip


def _ranges(draft: Draft, texts: Sequence[Text]) -> Iterator[Ranges]:
    names, places = draft.column("segments", "name"), draft.column("sync_points", "raw_position")
    for text in texts:
        if text.raw and (text.segments or text.sync_points):
            rows, starts, ends = _numbers(draft, text.segments)
            points = [place for row in text.sync_points if (place := _number(places[row])) is not None]
            quotes = [names[row] for row in rows] + [None] * len(points)
            yield Ranges(text.raw, starts + points, ends + points, quotes)


def _numbers(draft: Draft, rows: Sequence[int]) -> tuple[list[int], list[int], list[int]]:
    """Return the segments that have a place in numbers, and their borders as the file counts them."""
    starts, ends = draft.column("segments", "raw_start"), draft.column("segments", "raw_end")
    found = [(row, _number(starts[row]), _number(ends[row])) for row in rows]
    good = [(row, start, end) for row, start, end in found if start is not None and end is not None]
    return [one[0] for one in good], [one[1] for one in good], [one[2] for one in good]


def _number(raw: str | None) -> int | None:
    if raw is None or len(raw) > _LONGEST_NUMBER or not INTEGER.fullmatch(raw.strip()):
        return None
    return max(-_FAR, min(int(raw), _FAR))


class _Cut:
    """Cuts texts of segments out, up to a limit: ranges that lie over each other could hold a text thousands of times."""

    def __init__(self, draft: Draft) -> None:
        self.draft, self.left = draft, _MOST_CUT
        self.ids = draft.column("segments", "segment_id")
        self.start, self.end, self.text = (draft.column("segments", one) for one in ("start", "end", "text"))

    def out(self, row: int, text: str, start: int, end: int) -> None:
        self.start[row], self.end[row] = start, end
        self.left -= end - start
        if self.left >= 0:
            self.text[row] = text[start:end]
        else:
            self.draft.report.tell("segment_text_left_out", self.ids[row], message("The segments together are too long; their places were read, their texts were left in the document."))  # fmt: skip


def _segments(draft: Draft, text: Text, positions: Positions, cut: _Cut) -> None:
    rows, starts, ends = _numbers(draft, text.segments)
    tell, where = draft.report.tell, text.name or text.id
    tell("position_missing", where, message("The segment has no place in numbers; it was kept without one."), len(text.segments) - len(rows))  # fmt: skip
    if not rows:
        return
    inside = positions.inside(starts, ends)
    first, last, torn = positions.convert(starts, ends)
    tell("outside_text", where, message("The segment lies outside the text or ends before it begins; it was kept without a place, with the numbers of the file."), int((~inside).sum()))  # fmt: skip
    tell("torn_position", where, message("The segment begins or ends inside a character; it was widened to take it whole."), int((torn & inside).sum()))  # fmt: skip
    for row, good, start, end in zip(rows, inside.tolist(), first.tolist(), last.tolist(), strict=True):
        if good:
            cut.out(row, positions.text, start, end)


def _sync_points(draft: Draft, text: Text, positions: Positions) -> None:
    raw, place = draft.column("sync_points", "raw_position"), draft.column("sync_points", "position")
    numbers = [(row, _number(raw[row])) for row in text.sync_points]
    good = [(row, number) for row, number in numbers if number is not None and 0 <= number <= positions.length]
    if good:
        first, _, _ = positions.convert(*[[number for _, number in good]] * 2)
        for (row, _), at in zip(good, first.tolist(), strict=True):
            place[row] = at
    given = sum(raw[row] is not None for row in text.sync_points)
    draft.report.tell("sync_point_outside", text.name or text.id, message("The sync point lies outside the text; it was kept without a place."), given - len(good))  # fmt: skip


def _between(draft: Draft, text: Text, cut: _Cut, lf: str | None) -> None:
    """Give the segments of a transcript the places and times of the sync points between which they lie."""
    points = {draft.column("sync_points", "sync_point_id")[row]: row for row in text.sync_points}
    place, time = draft.column("sync_points", "position"), draft.column("sync_points", "time_ms")
    tell, where = draft.report.tell, text.name or text.id
    for row in text.transcript:
        ends = [points.get(draft.column("segments", one)[row]) for one in ("from_sync", "to_sync")]
        tell("sync_point_unknown", where, message("The segment lies between sync points that the transcript does not have; it was kept without a place."), ends.count(None))  # fmt: skip
        begin, end = (None if one is None else time[one] for one in ends)
        draft.column("segments", "begin_ms")[row], draft.column("segments", "end_ms")[row] = begin, end
        start, stop = (None if one is None else place[one] for one in ends)
        if lf is None or start is None or stop is None:
            continue
        if start > stop:
            tell("outside_text", where, message("The segment lies outside the text or ends before it begins; it was kept without a place, with the numbers of the file."))  # fmt: skip
        else:
            cut.out(row, lf, start, stop)


# ---- what points to what ------------------------------------------------------------------------------------------------

# Table, column that points, where to; None: by the kind of the row.
_POINTERS = (
    ("memo_links", "memo_id", "memos"),
    ("case_members", "target_id", None),
    ("set_members", "target_id", None),
    ("attribute_values", "attribute_id", "attributes"),
    ("links", "origin_id", ""),
    ("links", "target_id", ""),
)
_OF_KIND = {"source": "sources", "segment": "segments", "code": "codes", "memo": "memos"}
_OWN_ID = {"sources": "source_id", "segments": "segment_id", "codes": "code_id", "memos": "memo_id", "attributes": "attribute_id", "cases": "case_id", "sets": "set_id", "codings": "coding_id", "coders": "coder_id", "links": "link_id"}  # fmt: skip


def check(draft: Draft) -> None:
    """Tell of codings with codes or coders that are not defined, of codings that stand twice, of all that points nowhere."""
    ids = {table: set(draft.column(table, column)) for table, column in _OWN_ID.items()}
    _codings(draft, ids)
    _values(draft)
    everything = set().union(*ids.values())
    for table, column, to in _POINTERS:
        kinds = draft.column(table, "kind") if to is None else []
        for at, target in enumerate(draft.column(table, column)):
            known = ids[to] if to else everything if to == "" else ids[_OF_KIND[kinds[at]]]
            if target is None:
                draft.report.tell("dangling_reference", table, message("It points nowhere; it was kept as it is."))
            elif target not in known:
                draft.report.tell("dangling_reference", target, message("It points to what the file does not hold; it was kept as it is."))  # fmt: skip


def _codings(draft: Draft, ids: dict[str, set[str]]) -> None:
    tell = draft.report.tell
    folders = {
        code
        for code, codable in zip(draft.column("codes", "code_id"), draft.column("codes", "is_codable"), strict=True)
        if codable is False
    }
    for code in draft.column("codings", "code_id"):
        if code is not None and code not in ids["codes"]:
            tell("unknown_code", code, message("The file does not define the code; the coding was kept."))
        elif code in folders:
            tell("code_not_codable", code, message("The code is a folder only; the coding was kept."))
    for coder in draft.column("codings", "coder_id"):
        if coder is not None and coder not in ids["coders"]:
            tell("unknown_coder", coder, message("The file does not list the coder; the coding was kept."))
    for source, n in _repeated(draft).items():
        tell("duplicate_coding", source, message("The same coder gave the same range the same code before; both were kept."), n)  # fmt: skip


def _values(draft: Draft) -> None:
    types = dict(zip(draft.column("attributes", "attribute_id"), draft.column("attributes", "type"), strict=True))
    for attribute, value in zip(draft.column("attribute_values", "attribute_id"), draft.column("attribute_values", "value"), strict=True):  # fmt: skip
        if value and not fits(types.get(attribute), value):
            draft.report.tell("value_type", attribute, message("The value is not of the type of its variable; it was kept as it is."))  # fmt: skip


_RANGE = ("source_id", "kind", "raw_start", "raw_end", "page", "x1", "y1", "x2", "y2", "begin_ms", "end_ms", "from_sync", "to_sync")  # fmt: skip


def _repeated(draft: Draft) -> dict[str, int]:
    """Count the codings that repeat an earlier one: {document: n}."""
    ranges = _numbered([draft.column("segments", one) for one in _RANGE]).tolist()
    range_of = dict(zip(draft.column("segments", "segment_id"), ranges, strict=True))
    of_codings = [range_of.get(one, -1) for one in draft.column("codings", "segment_id")]
    same = _numbered([of_codings, *(draft.column("codings", one) for one in ("source_id", "code_id", "coder_id"))])
    names = dict(zip(draft.column("sources", "source_id"), draft.column("sources", "name"), strict=True))
    found = [draft.column("codings", "source_id")[at] for at in np.flatnonzero(pd.Series(same).duplicated())]
    return dict(Counter(str(names.get(one) or one) for one in found))


def _numbered(columns: Sequence[list[Any]]) -> NDArray:
    """Number the rows of some columns: equal rows have one number."""
    found = np.zeros(len(columns[0]), dtype="int64")
    for column in columns:
        number = pd.factorize(np.array(column, dtype=object), use_na_sentinel=False)[0]
        found = pd.factorize(found * (len(column) + 1) + number)[0]
    return found
