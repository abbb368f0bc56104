"""What moved between two results."""

from __future__ import annotations

import math

import pandas as pd
import pytest

from dashat_lib.compare import COLUMNS, compare, rows_moved, same
from dashat_lib.tables import Results


def results(*facts):
    columns = ["fact_id", "value", "lower", "upper", "unit", "reason"]
    support = pd.DataFrame([(one[0], "evidence", f"E{at}", "counted") for at, one in enumerate(facts)], columns=["fact_id", "table", "row_id", "role"])  # fmt: skip
    return Results(pd.DataFrame(facts, columns=columns), support)


BEFORE = results(
    ("n", 3, None, None, "rows", None),
    ("v", "supported", None, None, "verdict", None),
    ("share", 0.5, 0.25, 0.75, "share (0-1)", None),
    ("rank", 1, None, None, "rank", None),
    ("gone", 7, None, None, "rows", None),
)


def test_nothing_moves_between_a_result_and_itself():
    found = compare(BEFORE, BEFORE)
    assert found.empty
    assert list(found) == COLUMNS
    assert rows_moved(BEFORE, BEFORE).empty


def test_each_part_that_moved_is_a_row_with_its_kind_and_change():
    after = results(
        ("n", 5, None, None, "rows", None),
        ("v", "contested", None, None, "verdict", None),
        ("share", 0.5, 0.2, 0.75, "share (0-1)", None),
        ("rank", 2, None, None, "rank", None),
        ("new", math.nan, None, None, "rows", "too few rows"),
    )
    found = compare(BEFORE, after).set_index(["kind", "name", "part"])
    assert found.loc[("fact", "n", "value"), ["before", "after", "change"]].tolist() == [3, 5, 2]
    assert found.loc[("verdict", "v", "value"), ["before", "after"]].tolist() == ["supported", "contested"]
    assert found.at[("fact", "share", "lower"), "change"] == pytest.approx(-0.05)
    assert found.at[("rank", "rank", "value"), "change"] == 1
    assert found.at[("fact", "gone", "fact"), "before"] == 7
    assert ("fact", "new", "fact") in found.index
    assert len(found) == 6


def test_numbers_within_the_tolerance_are_the_same_and_missing_equals_missing():
    assert same(1.0, 1.0 + 1e-9)
    assert not same(1.0, 1.0 + 1e-7)
    assert same(None, math.nan)
    assert not same(None, 0)
    assert not same("supported", "contested")
    assert not same(1, "1")


def test_rows_that_came_or_left_are_named():
    after = results(("n", 3, None, None, "rows", None))
    found = rows_moved(BEFORE, after)
    assert set(found["move"]) == {"left"}
    assert set(found["fact_id"]) == {"v", "share", "rank", "gone"}
