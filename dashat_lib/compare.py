"""What moved between two results: facts, verdicts, ranks and classes, from and to."""

from __future__ import annotations

import math

import pandas as pd

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
