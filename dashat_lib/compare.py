"""What moved between two results, or two files of results: facts, verdicts, cells, from and to."""

from __future__ import annotations

import csv
import difflib
import io
import math
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import pandas as pd

from .errors import message
from .tables import Results

TOLERANCE = 1e-8
# A fact is named by its unit; any other unit is a number.
KINDS = {"verdict": "verdict", "rank": "rank", "class": "class"}
PARTS = ["value", "lower", "upper", "reason"]
COLUMNS = ["kind", "name", "part", "before", "after", "change"]


def compare(before: Results, after: Results, *, tolerance: float = TOLERANCE) -> pd.DataFrame:
    """Return what moved from one result to another, in the order of the facts; empty where nothing did.

    Parameters
    ----------
    tolerance : float
        Numbers that differ by no more, relative to the larger, are the same. Words are compared exactly.

    Returns
    -------
    DataFrame, one row a part of a fact that moved
        ``kind`` (fact, verdict, rank, class), ``name`` (fact_id), ``part`` (value, lower, upper, reason; "fact" where it
        came or went as a whole), ``before, after`` (missing where there is none), ``change`` (after minus before, for numbers).
    """
    one, other = (results.facts.set_index("fact_id") for results in (before, after))
    found = []
    for name in [*one.index, *other.index.difference(one.index, sort=False)]:
        if name in one.index and name in other.index:
            parts = [(part, one.at[name, part], other.at[name, part]) for part in PARTS]
        else:
            old, new = (table.at[name, "value"] if name in table.index else None for table in (one, other))
            parts = [("fact", old, new)]
        unit = (one if name in one.index else other).at[name, "unit"]
        for part, old, new in parts:
            if part == "fact" or not same(old, new, tolerance):
                number = _is_number(old) and _is_number(new)
                found.append((KINDS.get(str(unit), "fact"), name, part, old, new, new - old if number else None))
    table = pd.DataFrame(found, columns=COLUMNS)
    return table.astype({"kind": "str", "name": "str", "part": "str", "change": "float64"})


def rows_moved(before: Results, after: Results) -> pd.DataFrame:
    """Return the raw rows that came under a fact or left it: ``fact_id, table, row_id, role, move`` ("came", "left")."""
    columns = ["fact_id", "table", "row_id", "role"]
    both = before.fact_support.merge(after.fact_support, on=columns, how="outer", indicator="move")
    both = both[both["move"] != "both"]
    names = {"left_only": "left", "right_only": "came"}
    return both.assign(move=both["move"].astype("str").map(names)).reset_index(drop=True)


def same(old: object, new: object, tolerance: float = TOLERANCE) -> bool:
    """Say whether two values are the same: numbers by a relative tolerance, words exactly, missing equals missing."""
    if pd.isna(old) or pd.isna(new):  # type: ignore[call-overload]
        return bool(pd.isna(old) and pd.isna(new))  # type: ignore[call-overload]
    if _is_number(old) and _is_number(new):
        return math.isclose(float(old), float(new), rel_tol=tolerance, abs_tol=1e-12)  # type: ignore[arg-type]
    return old == new


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and value == value


# ---- files -----------------------------------------------------------------------------------------------------------

DIFFERS = message('stored: "{stored}"; computed again: "{made}"')
ONLY_STORED = message('stands here and is not computed: "{stored}"')
ONLY_MADE = message('is computed and does not stand here: "{made}"')
OTHER_ORDER = message('the rows are the same, their order is not; stored here: "{stored}"; computed again: "{made}"')
OTHER_COLUMNS = message('columns stored: "{stored}"; computed again: "{made}"')
NO_TABLE = message('is no table any more: "{stored}"')
_MOST = 4000  # rows between the first and the last that differ, up to which they are aligned
_SHOWN, _BEFORE = 100, 40  # characters of a value on a page, and those of them before the first difference
_LONGEST_WORD = 80  # from which on a word is cut, too
_KEY = 5  # columns that name a row at most
_NUMBER = re.compile(r"[-+]?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?")


@dataclass(frozen=True)
class Difference:
    """One thing that is not what it is when computed anew.

    Attributes
    ----------
    file : str
        Path below the case.
    where : str
        Row, cell or figure in it: ``row 12 (n_sources)``.
    column : str or None
    what : str
        Sentence with ``{stored}`` and ``{made}``.
    stored, made : str
        What stands there, and what was computed, whole; :func:`excerpts` cuts them for a page.
    details : mapping
        Other values of the sentence.
    """

    file: str
    where: str
    column: str | None
    what: str
    stored: str = ""
    made: str = ""
    details: Mapping[str, object] = field(default_factory=dict, hash=False)


def shown(text: object) -> str:
    """Cut a text to a readable length, on one line, between two words; "…" stands for what is left out."""
    return _cut(" ".join(str(text).split()), 0)


def excerpts(one: str, other: str) -> tuple[str, str]:
    """Return the parts of two texts around the first difference, on one line each, cut between words; "…" for what is left out.

    Marks of HTML are left out where the words differ without them.
    """
    a, b = (" ".join(text.split()) for text in (one, other))
    plain = [" ".join(re.sub(r"<[^>]*>", " ", text).split()) for text in (a, b)]
    if plain[0] != plain[1]:
        a, b = plain
    at = next((at for at, (x, y) in enumerate(zip(a, b, strict=False)) if x != y), min(len(a), len(b)))
    return _cut(a, at), _cut(b, at)


def _cut(line: str, at: int) -> str:
    """A stretch of a line with the place `at` in it that begins and ends between words."""
    if len(line) <= _SHOWN:
        return line
    begin = max(min(at, len(line)) - _BEFORE, 0)
    if begin and line[begin - 1] != " ":
        space = line.rfind(" ", max(begin - _LONGEST_WORD, 0), begin)
        begin = space + 1 if space >= 0 else 0 if begin < _LONGEST_WORD else begin
    end = min(begin + _SHOWN, len(line))
    if at >= end:
        end = min(at + 1, len(line))
    if end < len(line) and line[end] != " ":
        space = line.find(" ", end, end + _LONGEST_WORD)
        end = space if space >= 0 else len(line) if len(line) - end < _LONGEST_WORD else end
    return ("… " if begin else "") + line[begin:end] + (" …" if end < len(line) else "")


def same_text(one: str, other: str, tolerance: float = TOLERANCE) -> bool:
    """Say whether two texts are the same: the numbers in them by a relative tolerance, all else exactly."""
    if one == other:
        return True
    if _NUMBER.sub("#", one) != _NUMBER.sub("#", other):
        return False
    pairs = zip(_NUMBER.findall(one), _NUMBER.findall(other), strict=True)
    return all(a == b or same(float(a), float(b), tolerance) for a, b in pairs)


def files_differ(file: str, stored: bytes, made: bytes, *, tolerance: float = TOLERANCE) -> list[Difference]:
    """Return where a stored table differs from the same table computed anew, by row and column; rows count from the header, 1.

    Numbers that differ by no more than `tolerance`, relative to the larger, are the same; words are compared exactly, and so is
    the order of rows.
    """
    if stored == made:
        return []
    try:
        old, new = (list(csv.reader(io.StringIO(one.decode("utf-8")))) for one in (stored, made))
    except (UnicodeDecodeError, csv.Error) as error:
        return [Difference(file, "", None, NO_TABLE, str(error))]
    if not old or old[0] != new[0]:
        return [Difference(file, "row 1", None, OTHER_COLUMNS, ", ".join(old[0]) if old else "", ", ".join(new[0]))]
    found = [*_rows_differ(file, new[0], old[1:], new[1:], tolerance)]
    plain = "\n".join(map(",".join, new)) == "\n".join(map(",".join, old))
    return found if found or not plain else [Difference(file, "", None, message("has the same cells in other bytes."))]


def _rows_differ(
    file: str, head: list[str], old: list[list[str]], new: list[list[str]], tolerance: float
) -> Iterator[Difference]:
    names = _key(new or old)

    def where(at: int, row: Sequence[str]) -> str:
        return f"row {at + 2} ({shown(' / '.join(row[:names]))})"

    if len(old) == len(new) and Counter(map(tuple, old)) == Counter(map(tuple, new)):
        at = next((at for at, (one, other) in enumerate(zip(old, new, strict=True)) if one != other), None)
        if at is not None:
            yield Difference(file, where(at, old[at]), None, OTHER_ORDER, ", ".join(old[at]), ", ".join(new[at]))
        return
    for begin, one, other in _aligned(old, new):
        for step in range(max(len(one), len(other))):
            at = begin + step
            if step >= len(other):
                yield Difference(file, where(at, one[step]), None, ONLY_STORED, ", ".join(one[step]))
            elif step >= len(one):
                yield Difference(file, where(at, other[step]), None, ONLY_MADE, "", ", ".join(other[step]))
            elif len(one[step]) != len(head):
                yield Difference(
                    file, where(at, one[step]), None, DIFFERS, ", ".join(one[step]), ", ".join(other[step])
                )
            else:
                for column, a, b in zip(head, one[step], other[step], strict=True):
                    if not _same_cell(a, b, tolerance):
                        yield Difference(file, where(at, one[step]), column, DIFFERS, a, b)


def _key(rows: list[list[str]]) -> int:
    """How many of the first columns tell the rows of a table apart; some at most, where more would be needed."""
    for n in range(1, _KEY):
        if len({tuple(row[:n]) for row in rows}) == len(rows):
            return n
    return _KEY


def _aligned(old: list[list[str]], new: list[list[str]]) -> Iterator[tuple[int, list[list[str]], list[list[str]]]]:
    """The stretches of rows that differ: where they begin in the old, the old rows, the new rows."""
    if len(old) == len(new):
        for at, (one, other) in enumerate(zip(old, new, strict=True)):
            if one != other:
                yield at, [one], [other]
        return
    first = next((at for at, (one, other) in enumerate(zip(old, new, strict=False)) if one != other), min(len(old), len(new)))  # fmt: skip
    last = 0
    while last < min(len(old), len(new)) - first and old[-1 - last] == new[-1 - last]:
        last += 1
    here, there = old[first : len(old) - last], new[first : len(new) - last]
    if max(len(here), len(there)) > _MOST:
        yield first, here[:_MOST], there[:_MOST]
        return
    matcher = difflib.SequenceMatcher(None, [tuple(row) for row in here], [tuple(row) for row in there], autojunk=False)
    for kind, i, j, k, m in matcher.get_opcodes():
        if kind != "equal":
            yield first + i, here[i:j], there[k:m]


def _same_cell(one: str, other: str, tolerance: float) -> bool:
    if one == other:
        return True
    if _NUMBER.fullmatch(one) and _NUMBER.fullmatch(other):
        return same(float(one), float(other), tolerance)
    return False
