"""What time is written here."""

from __future__ import annotations

import re

# hh:mm:ss, mm:ss, with a fraction after a point or comma, or (f4transkript: #00:01:02-7#) after a dash.
TIME = r"(?:\d{1,3}:)?\d{1,3}:\d{2}(?:[.,]\d{1,3}|-\d{1,2}(?=#))?"
_PARTS = re.compile(r"(?:(\d+):)?(\d+):(\d+)(?:[.,-](\d{1,3}))?")
# A time as transcribers set it apart, or two with a dash or arrow between: [00:01:02], (01:02), #00:01:02-7#, [00:01 - 00:05].
_ENDS = {"[": "]", "(": ")", "<": ">", "{": "}", "#": "#"}
_TWO = rf"(?P<begin>{TIME})(?:\s?(?:-->|->|[-–—])\s?(?P<end>{TIME}))?"
_SET_APART = re.compile(rf"(?P<open>[\[(<{{#])\s?{_TWO}\s?(?P<close>[\])>}}#])")
_BARE = re.compile(rf"{_TWO}(?![\d:.,]\d|:)")


class Stamp:
    """A time that was found in a line: where it ends, and its milliseconds (None where it is no time of a clock)."""

    __slots__ = ("after", "begin_ms", "end_ms", "sound")

    def __init__(self, found: re.Match[str]) -> None:
        begin, end = found["begin"], found["end"]
        self.after = found.end()
        self.begin_ms = milliseconds(begin)
        self.end_ms = None if end is None else milliseconds(end)
        self.sound = self.begin_ms is not None and (end is None or (self.end_ms or -1) >= self.begin_ms)


def milliseconds(text: str) -> int | None:
    """Return the milliseconds of ``hh:mm:ss.fff`` or ``mm:ss.fff``; None if it is none, or a minute has 60 seconds.

    Minutes may go past 59 where no hours stand before them.
    """
    found = _PARTS.fullmatch(text.strip())
    if not found:
        return None
    hours, minutes, seconds = (int(one or 0) for one in found.group(1, 2, 3))
    if seconds > 59 or (found[1] and minutes > 59):
        return None
    return ((hours * 60 + minutes) * 60 + seconds) * 1000 + int((found[4] or "").ljust(3, "0"))


def stamp_at(line: str, at: int, *, bare: bool = False) -> Stamp | None:
    """Return the time that begins at a place of a line; `bare`: also one without brackets."""
    first = line[at : at + 1]
    if first in _ENDS:
        found = _SET_APART.match(line, at)
        return Stamp(found) if found and found["close"] == _ENDS[first] else None
    found = _BARE.match(line, at) if bare and first.isdecimal() else None
    return Stamp(found) if found else None
