"""How a text stands in a cell that a spreadsheet may open: never run as a formula, and read back as it was.

A cell that begins with an apostrophe is marked:

- ``'`` alone is an empty text; a cell that holds nothing is missing.
- ``'\\`` goes before a text with signs that no cell can hold; each stands as ``\\u`` with its number, a backslash as two.
- ``'>`` goes before the key of a text that is too long for a cell and stands in parts in the table ``long_texts``.
- Before anything else the apostrophe is only to be taken away: the text begins with ``= + - @``, a tab or an apostrophe, which
  a spreadsheet would run or swallow.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

# A bundle of tables is known by its dictionary; `VERSION` says how the others are to be read.
VERSION, DICTIONARY, LONG_TEXTS = "1", "dictionary", "long_texts"
DICTIONARY_HEADING = ("table", "column", "meaning_id", "meaning_en", "type", "unit")
MARK = "'"
ESCAPED, LONG = MARK + "\\", MARK + ">"
_RUN_BY_SOME = ("=", "+", "-", "@", "\t", MARK)
# What XML or a text file cannot hold, line breaks other than LF, and what a workbook takes for such a sign.
_NOT_IN_CELLS = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f\x85\u2028\u2029\ud800-\udfff\ufeff\ufffe\uffff]|_(?=x[0-9A-Fa-f]{4}_)"
)
_WRITTEN = re.compile(r"\\(?:\\|u([0-9a-f]{4}))")


def to_cell(text: str | None) -> str:
    """Return the cell of a text; "" for a missing one."""
    if text is None:
        return ""
    if _NOT_IN_CELLS.search(text):
        return ESCAPED + _NOT_IN_CELLS.sub(lambda found: f"\\u{ord(found[0]):04x}", text.replace("\\", "\\\\"))
    return MARK + text if not text or text.startswith(_RUN_BY_SOME) else text


def from_cell(cell: str, long: Mapping[str, str] | None = None) -> str | None:
    """Return the text of a cell, None for a missing one.

    Parameters
    ----------
    long : mapping, optional
        Cells of texts that were too long, by their key.

    Raises
    ------
    KeyError
        If the cell names a long text that is not there.
    """
    if not cell:
        return None
    if cell.startswith(LONG):
        return from_cell((long or {})[cell[len(LONG) :]])
    if cell.startswith(ESCAPED):
        return _WRITTEN.sub(lambda found: chr(int(found[1], 16)) if found[1] else "\\", cell[len(ESCAPED) :])  # fmt: skip
    return cell.removeprefix(MARK)
