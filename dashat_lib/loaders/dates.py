"""When was that: dates and times as tables write them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date, datetime

from ..coded_project import Report
from ..errors import message

_DATE = re.compile(r"(\d{1,4})[./-](\d{1,2})[./-](\d{1,4})\.?(?:[T ,]+(\d{1,2}):(\d{2})(?::(\d{2})(?:\.\d+)?)?\s*([AaPp])?\.?[Mm]?\.?)?")  # fmt: skip
_CLOCK = re.compile(r"(?:(\d{1,3}):)?(\d{1,3}):(\d{2})(?:[.,:](\d{1,3}))?")


def as_iso(cells: Sequence[str]) -> tuple[list[str], int]:
    """Return the dates of a column as 2024-05-31 or 2024-05-31T09:30:00, and how many had to stay as written.

    Whether 3/4/24 is in March or April is decided by the other cells of the column; a point between the numbers means day
    first. Where nothing decides it, all stay as they are.
    """
    found = [_DATE.fullmatch(cell.strip()) for cell in cells]
    order = _order([one for one in found if one])
    dates, odd = [], 0
    for cell, one in zip(cells, found, strict=True):
        read = _iso(one, order) if one else None
        odd += read is None and bool(cell.strip())
        dates.append(cell if read is None else read)
    return dates, odd


def dates_as_iso(cells: dict[str, list[str]], report: Report) -> None:
    """Turn the columns ``created`` and ``modified`` of a table into ISO dates where day and month are sure, and tell where not."""
    for role in ("created", "modified"):
        cells[role], odd = as_iso(cells[role])
        report.tell("date_as_written", role, message("Dates whose day and month cannot be told apart were kept as written."), odd)  # fmt: skip


def _order(found: Sequence[re.Match[str]]) -> str | None:
    short = [one for one in found if len(one[1]) < 3]
    if any("." in one[0].split(" ")[0] for one in short) or any(int(one[1]) > 12 for one in short):
        return "day first"
    return "month first" if any(int(one[2]) > 12 for one in short) else None


def _iso(one: re.Match[str], order: str | None) -> str | None:
    first, second, third = int(one[1]), int(one[2]), int(one[3])
    if len(one[1]) == 4:
        year, month, day = first, second, third
    elif order is None:
        return None
    else:
        year, month, day = (third, second, first) if order == "day first" else (third, first, second)
        year += 2000 if year < 70 and len(one[3]) < 3 else 1900 if year < 100 and len(one[3]) < 3 else 0
    try:
        day_of_it = date(year, month, day)
        if one[4] is None:
            return day_of_it.isoformat()
        hour = int(one[4]) % 12 + (12 if one[7] in "Pp" else 0) if one[7] else int(one[4])
        return datetime(year, month, day, hour, int(one[5]), int(one[6] or 0)).isoformat()
    except ValueError:  # 31 April
        return None


def milliseconds(cell: str) -> int | None:
    """Return the time of a recording such as 1:02:03.5 or 02:03 in milliseconds, or None for other cells."""
    one = _CLOCK.fullmatch(cell.strip())
    if one is None:
        return None
    hours, minutes, seconds, rest = (int(part) if part else 0 for part in (one[1], one[2], one[3], (one[4] or "").ljust(3, "0")))  # fmt: skip
    return ((hours * 60 + minutes) * 60 + seconds) * 1000 + rest
