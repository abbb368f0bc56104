"""Properties of pooling and rule D1 that hold whatever the rows."""

from __future__ import annotations

import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

from dashat_lib.admission import pooled, wilson
from dashat_lib.facts import under

ROWS = st.lists(
    st.tuples(st.sampled_from(["EV1", "EV2", "EV3"]), st.sampled_from(["for", "against", "mixed", "neutral"])),
    min_size=1,
    max_size=30,
)
SWAP = {"for": "against", "against": "for"}


def table(rows):
    return pd.DataFrame(rows, columns=["event_id", "stance"]).assign(set_id="x")


@settings(max_examples=60, deadline=None)
@given(ROWS)
def test_repeating_reports_never_changes_an_event(rows):
    once, thrice = (pooled(table(one), keys=["set_id"]).tolist() for one in (rows, rows * 3))
    assert thrice[: len(once)] == once


@settings(max_examples=60, deadline=None)
@given(ROWS)
def test_swapping_for_and_against_swaps_what_events_say(rows):
    found = pooled(table(rows), keys=["set_id"]).replace(SWAP).tolist()
    assert (
        pooled(table([(event, SWAP.get(stance, stance)) for event, stance in rows]), keys=["set_id"]).tolist() == found
    )


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 500), st.integers(1, 500))
def test_wilson_holds_the_share_and_stays_in_bounds(k, more):
    n = k + more
    low, high = (one[0] for one in wilson(pd.Series([k]), pd.Series([n])))
    assert 0 <= low <= k / n <= high <= 1


@settings(max_examples=30, deadline=None)
@given(st.lists(st.text("ab", max_size=2)), st.lists(st.text("ab", max_size=2)))
def test_a_row_under_a_fact_has_one_role(counted, looked_at):
    found = under("evidence", counted, looked_at)
    rows = list(found.rows())
    assert len({row for _, row, _ in rows}) == len(rows)
    assert {row for _, row, _ in rows} == set(counted) | set(looked_at)
    assert {row for _, row, role in rows if role == "counted"} == set(counted)
