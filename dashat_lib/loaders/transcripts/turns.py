"""From lines to turns: who speaks from where to where in a text, and when."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from ...coded_project import Report
from ...errors import message
from .labels import Label, label_of, people
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


def lines_of(text: str, start: int = 0, paragraph: int = 0) -> Iterable[Line]:
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
    labels = [_where_it_may_stand(one, at, full) for at, one in enumerate(lines)]
    found = people(labels, n_lines=sum(full), careful=careful)
    alone = len(found.names) == 1
    for at in found.seldom:
        report.say("speaker_once", f"line {at + 1}", message("A word with a colon, once, at the beginning of a line, was taken for a speaker: look whether it is one."))  # fmt: skip
    report.say("speaker_spelling", "speakers", message("Names that differ in capitals only were taken for one; the first spelling is shown."), n=found.spellings)  # fmt: skip
    pieces: list[Piece] = []
    begun: _Turn | None = None
    speaker: _Turn | None = None  # whose turn goes on after a line that is skipped
    waiting: int | None = None  # a time in a line of its own is that of what comes next
    unknown = 0
    for at, line in enumerate(lines):
        label = labels[at] if at in found.lines else None
        if not full[at]:
            continue
        time = _time_alone(text[line.start : line.end])
        if line.skipped or time is not None:
            waiting = time if time is not None else waiting
            if begun and (said := begun.piece(text)).start < said.end:
                pieces.append(said)
            begun = None
            continue
        if label is not None:
            if begun:
                pieces.append(begun.piece(text))
            if label.unsound:
                report.say("broken_time", f"line {at + 1}", message("The time is none that a clock shows; the passage is kept without it."))  # fmt: skip
            name = found.names[label.key]
            begun = speaker = _Turn(line.start + label.speech, line.end, name, line.paragraph, label.begin_ms if label.begin_ms is not None else waiting, label.end_ms)  # fmt: skip
            if line.apart:
                pieces.append(begun.piece(text))
                begun = speaker = None
        elif (
            line.apart
            or speaker is None
            or (alone and line.paragraph != speaker.paragraph and not (begun and begun.is_empty(text)))
        ):
            if begun:
                pieces.append(begun.piece(text))
            begun = speaker = None
            unknown += bool(found.names) and alone and not line.apart
            pieces.append(_nobody(text, line, waiting))
        elif begun is None:  # after a line that was skipped
            begun = speaker = _Turn(line.start, line.end, speaker.name, line.paragraph, waiting, None)
        else:
            begun.end, begun.paragraph = line.end, line.paragraph
        waiting = None
    if begun:
        pieces.append(begun.piece(text))
    report.say("speaker_unknown", "speakers", message("Only one person is named; of the other lines nobody says who speaks, and they are kept without a speaker."), n=unknown)  # fmt: skip
    empty = sum(one.start == one.end for one in pieces)
    report.say("empty_turn", "speakers", message("A name stands there and nothing was said; the turn is kept, empty."), n=empty)  # fmt: skip
    times = [one.begin_ms for one in pieces if one.begin_ms is not None]
    report.say("time_backwards", "times", message("A time lies before the one above it; times and order are kept as they are."), n=sum(b < a for a, b in pairwise(times)))  # fmt: skip
    return pieces


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


def _where_it_may_stand(line: Line, at: int, full: Sequence[bool]) -> Label | None:
    """A name and a time in a line of their own stand below an empty line and above speech."""
    if line.label is None or line.skipped or line.label.kind != "head":
        return None if line.skipped else line.label
    return line.label if (at == 0 or not full[at - 1]) and at + 1 < len(full) and full[at + 1] else None


def _time_alone(line: str) -> int | None:
    text = line.strip()
    stamp = stamp_at(text, 0, bare=True) if text else None
    return stamp.begin_ms if stamp and stamp.after == len(text) else None


def _nobody(text: str, line: Line, waiting: int | None) -> Piece:
    stamp = stamp_at(text, line.start) if text.startswith(("[", "(", "#"), line.start) else None
    if stamp is None or stamp.after > line.end:
        return Piece(*trimmed(text, line.start, line.end), begin_ms=waiting)
    start, end = trimmed(text, stamp.after, line.end)
    return Piece(start, end, begin_ms=stamp.begin_ms, end_ms=stamp.end_ms)
