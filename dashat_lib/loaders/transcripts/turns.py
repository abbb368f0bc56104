"""From lines to turns: who speaks from where to where in a text, and when."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from ...coded_project import Report
from ...errors import message
from .labels import Label, People, label_of, people
from .times import stamp_at

# f4transkript closes a turn with its time.
_CLOSING = re.compile(r"#(?:\d{1,3}:)?\d{1,3}:\d{2}(?:[.,-]\d{1,3})?#[ \t]*$")


@dataclass(frozen=True)
class Line:
    """One line of a text, or one row of a table.

    Attributes
    ----------
    start, end : int
        Where it stands in the text.
    label : Label or None
        By its shape.
    paragraph : int
        Number of the paragraph it belongs to.
    apart : bool
        A heading, or a row of a table: no turn goes on in it.
    skipped : bool
        No speech, and no end of it: a running head, a time alone.
    """

    start: int
    end: int
    label: Label | None = None
    paragraph: int = 0
    apart: bool = False
    skipped: bool = False


@dataclass(frozen=True)
class Piece:
    """A stretch of a text that one person says (or nobody, as far as is known)."""

    start: int
    end: int
    speaker: str | None = None
    begin_ms: int | None = None
    end_ms: int | None = None


def lines_of(text: str, start: int = 0, paragraph: int = 0) -> Iterator[Line]:
    """Yield the lines of a text that begins at `start` of a larger one; an empty line ends a paragraph."""
    for line in text.split("\n"):
        if not line.strip():
            paragraph += 1
        yield Line(start, start + len(line), label_of(line), paragraph)
        start += len(line) + 1


def turns_of(text: str, lines: Sequence[Line], report: Report, *, careful: bool = False) -> list[Piece]:
    """Return who says what, in order; lines that belong to no turn are pieces without a speaker, one each.

    A turn goes on until somebody else is named or a heading comes. Where only one person is named, as where a moderator
    stands before the questions and nobody before the answers, it ends with its paragraph: what follows may be another's.

    Parameters
    ----------
    report : Report
        ``speaker_once``, ``speaker_spelling``, ``speaker_unknown``, ``empty_turn``, ``broken_time``, ``time_backwards``.
    careful : bool
        As of :func:`~.labels.people`.
    """
    full = [bool(text[one.start : one.end].strip()) for one in lines]
    labels = list(_where_they_may_stand(lines, full))
    found = people(labels, n_lines=sum(full), careful=careful)
    walk = _Walk(text, report, alone=len(found.names) == 1)
    for at, line in enumerate(lines):
        if full[at]:
            label = labels[at] if at in found.lines else None
            walk.line(line, label, found.names[label.key] if label else "", at + 1)
    walk.close()
    _tell(report, found, walk)
    return walk.pieces


def _tell(report: Report, found: People, walk: _Walk) -> None:
    for at in found.seldom:
        report.tell("speaker_once", f"line {at + 1}", message("A word with a colon, once, at the beginning of a line, was taken for a speaker: look whether it is one."))  # fmt: skip
    report.tell("speaker_spelling", "speakers", message("Names that differ in capitals only were taken for one; the first spelling is shown."), n=found.spellings)  # fmt: skip
    report.tell("speaker_unknown", "speakers", message("Only one person is named; of the other lines nobody says who speaks, and they are kept without a speaker."), n=walk.unknown)  # fmt: skip
    empty = sum(one.start == one.end for one in walk.pieces)
    report.tell("empty_turn", "speakers", message("A name stands there and nothing was said; the turn is kept, empty."), n=empty)  # fmt: skip
    times = [one.begin_ms for one in walk.pieces if one.begin_ms is not None]
    report.tell("time_backwards", "times", message("A time lies before the one above it; times and order are kept as they are."), n=sum(b < a for a, b in pairwise(times)))  # fmt: skip


class _Walk:
    """Goes down the lines; `pieces` are those that are closed, `unknown` counts lines whose speaker nobody knows."""

    def __init__(self, text: str, report: Report, *, alone: bool) -> None:
        self.pieces: list[Piece] = []
        self.unknown = 0
        self._text, self._report, self._alone = text, report, alone
        self._turn: _Turn | None = None
        self._last: _Turn | None = None  # whose turn goes on after a line that is no speech
        self._time: int | None = None  # a time in a line of its own is that of what comes next

    def line(self, line: Line, label: Label | None, name: str, number: int) -> None:
        """Take the next line that is not empty; `label` where it names somebody."""
        time = _time_alone(self._text[line.start : line.end])
        if line.skipped or time is not None:
            self._time = self._time if time is None else time
            if self._turn and self._turn.is_empty(self._text):
                self._turn = None  # what is said comes below
            self.close()
            return
        if label is not None:
            self._begin(line, label, name, number)
        elif line.apart or self._last is None or self._is_of_another(line):
            self.close()
            self._last = None
            self.unknown += self._alone and not line.apart
            self.pieces.append(_nobody(self._text, line, self._time))
        elif self._turn is None:
            self._turn = self._last = _Turn(line.start, line.end, self._last.name, line.paragraph, self._time, None)
        else:
            self._turn.end, self._turn.paragraph = line.end, line.paragraph
        self._time = None

    def close(self) -> None:
        """End the turn that goes on."""
        if self._turn:
            self.pieces.append(self._turn.piece(self._text))
        self._turn = None

    def _begin(self, line: Line, label: Label, name: str, number: int) -> None:
        self.close()
        if label.unsound:
            self._report.tell("broken_time", f"line {number}", message("The time is none that a clock shows; the passage is kept without it."))  # fmt: skip
        begin = self._time if label.begin_ms is None else label.begin_ms
        self._turn = self._last = _Turn(line.start + label.speech, line.end, name, line.paragraph, begin, label.end_ms)
        if line.apart:
            self.close()
            self._last = None

    def _is_of_another(self, line: Line) -> bool:
        """Where only one person is named, a new paragraph may be anybody's; not so below a name that stands alone."""
        assert self._last is not None
        below_name = self._turn is not None and self._turn.is_empty(self._text)
        return self._alone and line.paragraph != self._last.paragraph and not below_name


@dataclass
class _Turn:
    start: int
    end: int
    name: str
    paragraph: int
    begin_ms: int | None
    end_ms: int | None

    def is_empty(self, text: str) -> bool:
        return not text[self.start : self.end].strip()

    def piece(self, text: str) -> Piece:
        start, end = trimmed(text, min(self.start, self.end), self.end)
        end_ms = self.end_ms
        if closing := _CLOSING.search(text, start, end):
            stamp = stamp_at(text, closing.start())
            end_ms = stamp.begin_ms if stamp else end_ms
            start, end = trimmed(text, start, closing.start())
        return Piece(start, end, self.name, self.begin_ms, end_ms)


def trimmed(text: str, start: int, end: int) -> tuple[int, int]:
    """Return the range without white space at its ends (empty, at its beginning, if there is nothing else)."""
    while end > start and text[end - 1].isspace():
        end -= 1
    while start < end and text[start].isspace():
        start += 1
    return start, end


def _where_they_may_stand(lines: Sequence[Line], full: Sequence[bool]) -> Iterator[Label | None]:
    """Yield the labels; a name and a time in a line of their own are one at the beginning of a paragraph and above speech."""
    above: int | None = None  # paragraph of the last line that is not empty
    for at, line in enumerate(lines):
        stands = line.paragraph != above and at + 1 < len(full) and full[at + 1]
        taken = line.label is not None and not line.skipped and (line.label.kind != "head" or stands)
        yield line.label if taken else None
        above = line.paragraph if full[at] else above


def _time_alone(line: str) -> int | None:
    text = line.strip()
    stamp = stamp_at(text, 0, bare=text.count(":") == 2)  # 10:30 may be an answer
    return stamp.begin_ms if stamp and stamp.after == len(text) else None


def _nobody(text: str, line: Line, waiting: int | None) -> Piece:
    stamp = stamp_at(text, line.start) if text.startswith(("[", "(", "#"), line.start) else None
    if stamp is None or stamp.after > line.end:
        return Piece(*trimmed(text, line.start, line.end), begin_ms=waiting)
    start, end = trimmed(text, stamp.after, line.end)
    return Piece(start, end, begin_ms=stamp.begin_ms, end_ms=stamp.end_ms)
