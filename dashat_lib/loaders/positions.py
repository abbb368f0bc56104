"""From the positions that a tool counts to code points of the text with LF line breaks, and back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

UNITS = ("code point", "UTF-16 unit", "UTF-8 byte")
LINE_BREAKS = ("as stored", "as one")


def with_lf(text: str) -> str:
    """Return a text with LF line breaks; a lone CR is one too."""
    return text.replace("\r\n", "\n").replace("\r", "\n")


@dataclass(frozen=True)
class Reading:
    """How a tool counts.

    Attributes
    ----------
    unit : str
        One of :data:`UNITS`.
    line_break : str
        CRLF counts "as stored" (2) or "as one".
    """

    unit: str = "code point"
    line_break: str = "as stored"


class Positions:
    """The borders of one text in one reading.

    Parameters
    ----------
    raw : str
        The text as the file holds it, without byte order mark, line breaks as stored.

    Attributes
    ----------
    text : str
        The same with LF line breaks.
    length : int
        Length of the text as the tool counts it.
    """

    def __init__(self, raw: str, reading: Reading) -> None:
        self.text = with_lf(raw)
        points = np.frombuffer(raw.encode("utf-32-le", "surrogatepass"), dtype="<u4")
        widths = np.ones(len(points), dtype="int64")
        if reading.unit == "UTF-16 unit":
            widths += points > 0xFFFF
        elif reading.unit == "UTF-8 byte":
            widths += (points > 0x7F).astype("int64") + (points > 0x7FF) + (points > 0xFFFF)
        crlf = np.zeros(len(points), dtype=bool)  # the CR of a CRLF, which LF text does not have
        crlf[:-1] = (points[:-1] == 13) & (points[1:] == 10)
        if reading.line_break == "as one":
            widths[crlf] = 0
        # borders[i]: where code point i of the raw text begins, as the tool counts; places[i]: the same in LF text.
        self._borders = np.concatenate([[0], np.cumsum(widths)])
        self._places = np.concatenate([[0], np.cumsum(~crlf)])
        # Borders between the CR and the LF of one line break, where the tool counts both.
        self._between = np.concatenate([[False], crlf & (widths > 0)])
        self.length = int(self._borders[-1])

    def convert(self, starts: Sequence[int], ends: Sequence[int]) -> tuple[NDArray, NDArray, NDArray]:
        """Convert ranges.

        Returns
        -------
        starts, ends : arrays of int
            In code points of :attr:`text`, cut to the text.
        torn : array of bool
            Where a border lay inside a character (or between CR and LF); it was moved outwards.
        """
        start, end = (np.clip(np.asarray(one, dtype="int64"), 0, self.length) for one in (starts, ends))
        at_start = np.searchsorted(self._borders, start, side="right") - 1
        at_end = np.searchsorted(self._borders, end, side="left")
        torn = (self._borders[at_start] != start) | (self._borders[at_end] != end)
        first, last = self._places[at_start], self._places[at_end]
        # A range that ends between CR and LF takes the line break whole; LF text has no place between them.
        split_start, split_end = self._between[at_start], self._between[at_end]
        last = np.where(split_end & (start < end), last + 1, last)
        return first, np.maximum(last, first), torn | split_start | split_end

    def inside(self, starts: Sequence[int], ends: Sequence[int]) -> NDArray:
        """Say of each range whether it lies inside the text and does not end before it begins."""
        start, end = np.asarray(starts, dtype="int64"), np.asarray(ends, dtype="int64")
        return (start >= 0) & (end >= start) & (end <= self.length)

    def stored(self, start: int, end: int) -> tuple[int, int]:
        """Return a range of :attr:`text` as the tool counts it (before the CR where it begins or ends at a line break)."""
        first, last = (int(np.searchsorted(self._places, one, side="left")) for one in (start, end))
        return int(self._borders[first]), int(self._borders[last])
