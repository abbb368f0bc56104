"""In what do two coded projects differ."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator
from typing import Any

import pandas as pd

from .model import CodedProject, plain

# Tables whose rows have no id of their own: a row is the sum of its values.
WITHOUT_ID = ("category_codes", "case_members", "attribute_values", "memo_links", "set_members", "kept")
_SHOWN = 60


def differences(one: CodedProject, other: CodedProject, *, without: Collection[str] = ()) -> list[str]:
    """Say which table, row and column of two projects differ; the order of rows does not matter.

    Parameters
    ----------
    without : collection of str
        Tables (``"passages"``) and columns (``"segments.raw_start"``) that are not compared.

    Returns
    -------
    list of str
        Empty where all tables are the same. Properties and load reports are not compared. What participants said may stand in it.
    """
    tables = dict(other.tables())
    found: list[str] = []
    for name, mine in one.tables():
        theirs = tables[name]
        left_out = {column for column in {*mine, *theirs} if f"{name}.{column}" in without}
        columns = [column for column in dict.fromkeys([*mine, *theirs]) if column not in left_out]
        if name not in without and not mine.equals(theirs):
            compare = _by_value if name in WITHOUT_ID else _by_id
            found += compare(name, columns, _rows(mine, columns), _rows(theirs, columns))
    return found


def _rows(table: pd.DataFrame, columns: list[str]) -> list[tuple[Any, ...]]:
    nothing = [None] * len(table)
    return list(zip(*(plain(table[one]) if one in table else nothing for one in columns), strict=True))


def _by_value(name: str, columns: list[str], one: list[tuple[Any, ...]], other: list[tuple[Any, ...]]) -> Iterator[str]:
    mine, theirs = Counter(one), Counter(other)
    for row in (mine - theirs).elements():
        yield f"{name}: {_named(columns, row)} is missing"
    for row in (theirs - mine).elements():
        yield f"{name}: {_named(columns, row)} is new"


def _by_id(name: str, columns: list[str], one: list[tuple[Any, ...]], other: list[tuple[Any, ...]]) -> Iterator[str]:
    mine, theirs = _numbered(one), _numbered(other)
    for key, row in mine.items():
        if key not in theirs:
            yield f"{name}, {key[0]}: is missing"
            continue
        for column, was, now in zip(columns, row, theirs[key], strict=True):
            if was != now:
                yield f"{name}, {key[0]}, {column}: {_shown(was)} became {_shown(now)}"
    for key in theirs:
        if key not in mine:
            yield f"{name}, {key[0]}: is new"


def _numbered(rows: list[tuple[Any, ...]]) -> dict[tuple[Any, int], tuple[Any, ...]]:
    """Return the rows by id; where an id repeats, also by which of them."""
    seen: Counter[Any] = Counter()
    found = {}
    for row in rows:
        found[row[0], seen[row[0]]] = row
        seen[row[0]] += 1
    return found


def _named(columns: list[str], row: tuple[Any, ...]) -> str:
    return ", ".join(
        f"{column} {_shown(value)}" for column, value in zip(columns, row, strict=True) if value is not None
    )


def _shown(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= _SHOWN else text[: _SHOWN - 1] + "…"
