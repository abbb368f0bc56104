"""Which cues does a .vtt or .srt file hold, by its lines; what stands there and is no cue is counted."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ...coded_project import Report
from ...errors import message
from .times import milliseconds

# webvtt-py was tried and is not used: it drops cues whose times it does not know (a comma, one digit for hours, 61 minutes),
# every tag that it does not know with it, text outside cues without a word, and leaves entities as they are.

_ARROW = "-->"
_END_AND_SETTINGS = re.compile(r"[ \t]*(?P<end>\S*)(?P<rest>.*)")
_LIKE_A_TIME = re.compile(r"\d+:\d\d")
_STANDARD = re.compile(r"(?:\d{2,}:)?[0-5]\d:[0-5]\d\.\d{3}|\d{1,2}:[0-5]\d:[0-5]\d,\d{3}")
_SETTINGS = re.compile(r"(?:[ \t]+[A-Za-z]\w*:[^\s:]\S*)*[ \t]*")
_TWO_TIMES = re.compile(r"\d:\d\d[.,:]\d.{0,20}\d:\d\d[.,:]\d")
_NO_SPEECH = re.compile(r"(?P<word>NOTE|STYLE|REGION)(?:[ \t]|$)")
_HEADER = re.compile(r"WEBVTT(?:[ \t].*)?")


@dataclass(frozen=True)
class Cue:
    """One cue: its times in milliseconds (None where they cannot be read) and its text with tags."""

    begin_ms: int | None
    end_ms: int | None
    payload: str


def is_webvtt(text: str) -> bool:
    """Say whether a text begins as WebVTT does."""
    return _HEADER.match(text) is not None and _HEADER.fullmatch(text.split("\n", 1)[0]) is not None


def is_times(line: str) -> bool:
    """Say whether a line is the times of a cue: an arrow, and a time before or after it."""
    begin, arrow, end = line.partition(_ARROW)
    return bool(arrow) and bool(_LIKE_A_TIME.search(begin[-20:]) or _LIKE_A_TIME.search(end[:20]))


def webvtt_cues(text: str, report: Report) -> list[Cue]:
    """Return the cues of a WebVTT text in their order; https://www.w3.org/TR/webvtt1/ section 6.1 says what a block is.

    Unlike a player, keeps cues whose times it cannot read. Reports ``note_block``, ``block_without_times``,
    ``blank_line_missing`` and what :func:`subrip_cues` does.
    """
    lines = text.split("\n")
    at = 1
    while at < len(lines) and lines[at].strip() and not is_times(lines[at]):  # the rest of the header
        at += 1
    cues: list[Cue] = []
    for begin, block, torn in _blocks(lines, at):
        times = next((n for n, line in enumerate(block[:2]) if is_times(line)), None)
        word = _NO_SPEECH.match(block[0])
        if times is not None:
            if torn:
                report.tell("blank_line_missing", f"line {begin + len(block) + 1}", message("No empty line stands between two cues; they were told apart by their times."))  # fmt: skip
            cues.append(_cue(block[times], block[times + 1 :], len(cues) + 1, report))
        elif word is None:
            report.tell("block_without_times", f"line {begin + 1}", message("Lines outside any cue are no speech by the standard, and were left out: look whether they are."))  # fmt: skip
        elif word["word"] == "NOTE":
            report.tell("note_block", f"line {begin + 1}", message("Notes beside the cues are no speech, and were left out."))  # fmt: skip
    return cues


def subrip_cues(text: str, report: Report) -> list[Cue]:
    """Return the cues of a SubRip text in their order: what stands between one line with times and the number of the next.

    Reports ``block_without_times``, ``blank_line_missing``, ``blank_line_inside``, ``number_gap``, ``time_in_text``, and of
    the times ``broken_time``, ``unusual_time``, ``ends_before_begin``, ``odd_settings``.
    """
    lines = text.split("\n")
    times = [at for at, line in enumerate(lines) if is_times(line)]
    cues: list[Cue] = []
    number: int | None = None
    above = _rows(lines, 0, times[0] if times else len(lines))
    for at, following in zip(times, [*times[1:], None], strict=True):
        number = _number(above, number, at, report)
        if not cues and any(line.strip() and not _HEADER.match(line) for line in above):
            report.tell("block_without_times", "line 1", message("Lines outside any cue are no speech by the standard, and were left out: look whether they are."))  # fmt: skip
        above = _rows(lines, at + 1, len(lines) if following is None else following)
        below = list(above)
        if following is not None:
            _number(below, number, following, Report())  # the number of the next cue is no speech of this one
        cues.append(_cue(lines[at], below, len(cues) + 1, report))
    return cues


def _blocks(lines: Sequence[str], at: int) -> Iterator[tuple[int, list[str], bool]]:
    """Yield (first line, lines, whether times of another cue ended it) for what stands between empty lines."""
    while at < len(lines):
        if not lines[at].strip():
            at += 1
            continue
        end, seen, torn = at, False, False
        while end < len(lines) and lines[end].strip():
            if is_times(lines[end]):
                if seen or end - at > 1:
                    torn = True
                    break
                seen = True
            end += 1
        block = list(lines[at:end])
        if torn and seen and len(block) > 2 and block[-1].strip().isdigit():  # the number of the next cue
            block.pop()
        yield at, block, torn
        at = end


def _rows(lines: Sequence[str], start: int, end: int) -> list[str]:
    return list(lines[start:end])


def _number(above: list[str], last: int | None, at: int, report: Report) -> int | None:
    """Take the number of a cue from the lines above its times, and return it."""
    while above and not above[-1].strip():
        above.pop()
    word = above[-1].strip().lstrip("\ufeff") if above else ""
    if not (word.isascii() and word.isdigit() and len(word) < 10):
        return None if last is None else last + 1
    number = int(word)
    alone = len(above) == 1 or not above[-2].strip()
    if not alone and (last is None or number != last + 1):  # a number that somebody says
        return None if last is None else last + 1
    above.pop()
    if not alone:
        report.tell("blank_line_missing", f"line {at}", message("No empty line stands between two cues; they were told apart by their times."))  # fmt: skip
    if last is not None and number > last + 1:
        report.tell(
            "number_gap", f"line {at}", message("The numbers of the cues jump: cues were taken out, or are lost.")
        )
    return number


def _cue(times: str, rows: list[str], number: int, report: Report) -> Cue:
    before, _, after = times.partition(_ARROW)
    found = _END_AND_SETTINGS.match(after)
    assert found is not None  # it matches anything
    where = f"cue {number}"
    begin, end = (_read(one.strip(), where, report) for one in (before, found["end"]))
    if begin is not None and end is not None and end < begin:
        report.tell("ends_before_begin", where, message("The cue ends before it begins; its times are kept as they are."))  # fmt: skip
    while rows and not rows[-1].strip():
        rows.pop()
    if not _SETTINGS.fullmatch(found["rest"]):
        report.tell("odd_settings", where, message("More than times and settings stands in the line with the times; it was read as speech."))  # fmt: skip
        rows = [found["rest"], *rows]
    if any(_TWO_TIMES.search(row) for row in rows):
        report.tell("time_in_text", where, message("A line of the cue looks like the times of another cue whose arrow is damaged; it was read as speech."))  # fmt: skip
    inside = sum(not row.strip() for row in rows[1:])
    report.tell("blank_line_inside", where, message("An empty line stands inside a cue; what follows it was read as speech of the same cue."), n=bool(inside and rows[0].strip()))  # fmt: skip
    return Cue(begin, end, "\n".join(row for row in rows if row.strip()))


def _read(time: str, where: str, report: Report) -> int | None:
    if _STANDARD.fullmatch(time):
        return milliseconds(time)
    value = milliseconds(time)
    if value is None:
        report.tell(
            "broken_time", where, message("The time is none that a clock shows; the passage is kept without it.")
        )
    else:
        report.tell("unusual_time", where, message("The time is not written as the standard wants it, and was read nevertheless."))  # fmt: skip
    return value
