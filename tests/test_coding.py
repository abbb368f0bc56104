"""Counts of codes, crossings whose cells lead to their rows, and codes that meet."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dashat_lib import coding, displays, reduction
from dashat_lib.pipeline import compute

BOOK = pd.DataFrame({"code_id": ["a", "b", "c", "ab"], "parent": [None, None, None, "a"]})


def rows_of(*pairs):
    """Codings of one stance: (unit, code)."""
    table = pd.DataFrame(pairs, columns=["evidence_id", "code"])
    return table.assign(source_id="s", stance="for")


@pytest.fixture(scope="module")
def rows(case):
    return coding.coded_rows(case, place="surakarta")


def test_a_child_implies_its_parent_and_leaves_are_stored(case, rows):
    leaves = coding.coded_rows(case, place="surakarta", roll_up=False)
    assert set(leaves["coding_id"]) == set(rows["coding_id"])
    assert (leaves["code"] == leaves["given"]).all()
    table = coding.counts(rows, case.codebook).set_index("code")
    budget = set(rows.loc[rows["code"] == "resources-budget", "evidence_id"])
    assert budget <= set(rows.loc[rows["code"] == "resources", "evidence_id"])
    assert table.at["resources", "n_rows"] >= table.at["resources-budget", "n_rows"] == len(budget)


def test_the_thesis_is_in_no_count_unless_asked(case, rows):
    own = case.evidence.loc[case.evidence["source_id"] == "uns-digilib-127676", "evidence_id"]
    assert not set(rows["evidence_id"]) & set(own)
    assert set(coding.coded_rows(case, own=True)["evidence_id"]) & set(own)


def test_counts_by_hand(case, rows):
    table = coding.counts(rows, case.codebook).set_index("code")
    mine = case.codings[(case.codings["coder"] == "adjudicated") & (case.codings["code_id"] == "leadership")]
    mine = mine[mine["evidence_id"].isin(rows["evidence_id"])]
    one = table.loc["leadership"]
    assert one["n_rows"] == mine["evidence_id"].nunique()
    assert one["n_for"] == (mine["stance"] == "for").sum()
    assert one["n_events"] == case.evidence.set_index("evidence_id").loc[mine["evidence_id"], "event_id"].nunique()
    assert len(table) == len(case.codebook)


def test_codes_come_in_the_order_of_their_tree(case):
    table = coding.in_tree_order(case.codebook)
    assert sorted(table["code"]) == sorted(case.codebook["code_id"])
    place = {code: at for at, code in enumerate(table["code"])}
    for one in table.dropna(subset=["parent"]).itertuples():
        assert place[one.parent] < place[one.code]
        assert table.set_index("code").at[one.parent, "depth"] == one.depth - 1


@pytest.mark.parametrize("attribute", ["sector", "kind", "place", "speaker", "year", "polarity"])
def test_every_cell_leads_to_exactly_its_rows_and_margins_are_exact(case, rows, attribute):
    found = coding.cross(rows, attribute, case=case)
    table = found.table()
    sectors = case.evidence_actors.merge(case.stakeholders[["stakeholder_id", "sector"]])
    for code in table.index[:12]:
        carrying = rows[rows["code"] == code]
        assert found.totals("row")[code] == (
            carrying["evidence_id"].nunique()
            if attribute != "sector"
            else carrying[carrying["evidence_id"].isin(sectors["evidence_id"])]["evidence_id"].nunique()
        )
        for value in table.columns:
            if attribute == "sector":
                expected = set(carrying["evidence_id"]) & set(sectors.loc[sectors["sector"] == value, "evidence_id"])
            else:
                expected = set(carrying.loc[carrying[attribute] == value, "evidence_id"])
            assert set(found.support(code, value)) == expected
            assert table.at[code, value] == len(expected)
    assert set(np.unique(found.table("binary"))) <= {0, 1}
    shares = found.table("column share")
    assert ((shares >= 0) & (shares <= 1)).all(axis=None)


def test_a_row_of_two_sectors_stands_in_both_columns_and_once_in_the_margin(case, rows):
    found = coding.cross(rows, "sector", case=case)
    assert found.table().loc["resources-budget"].sum() > found.totals("row")["resources-budget"]
    assert found.table("row share").loc["resources-budget"].max() <= 1


def test_sectors_need_the_case_and_ways_have_names(rows):
    with pytest.raises(ValueError, match="give it as case="):
        coding.cross(rows, "sector")
    with pytest.raises(ValueError, match="is not one of"):
        coding.cross(rows, "kind").table("odds")


def test_cooccurrence_of_forty_units():
    # METHODS 4.1: n1 10, n2 8, n12 5, N 40: c 0.384615, lift 2.5, NPMI 0.440643, p 0.01453897 (scipy)
    pairs = [(u, "a") for u in range(10)] + [(u, "b") for u in range(5, 13)] + [(u, "c") for u in range(40)]
    found = coding.cooccurrence(rows_of(*pairs), BOOK).set_index(["one", "other"])
    one = found.loc[("a", "b")]
    assert (one["n_one"], one["n_other"], one["n_both"]) == (10, 8, 5)
    assert (one["c"], one["lift"], one["npmi"], one["p_exact"]) == pytest.approx(
        (0.384615, 2.5, 0.440643, 0.01453897), abs=1e-6
    )
    assert not one["unequal"]


def test_a_far_more_frequent_code_makes_c_misleading():
    # METHODS 4.1: (100, 10, 5): c = 0.047619
    pairs = [(u, "a") for u in range(100)] + [(u, "b") for u in range(95, 105)]
    one = coding.cooccurrence(rows_of(*pairs), BOOK).iloc[0]
    assert one["c"] == pytest.approx(0.047619, abs=1e-6)
    assert one["unequal"]


def test_codes_that_never_meet_and_codes_that_always_do():
    found = coding.cooccurrence(rows_of((1, "a"), (2, "b"), (1, "c"), (2, "c")), BOOK).set_index(["one", "other"])
    assert found.at[("a", "b"), "npmi"] == -1
    both = coding.cooccurrence(rows_of((1, "a"), (1, "b")), BOOK).iloc[0]
    assert math.isnan(both["npmi"])


def test_a_code_never_pairs_with_one_above_it():
    found = coding.cooccurrence(rows_of((1, "a"), (1, "ab"), (1, "b")), BOOK)
    assert {frozenset(pair) for pair in zip(found["one"], found["other"], strict=True)} == {
        frozenset({"a", "b"}),
        frozenset({"ab", "b"}),
    }


def test_benjamini_and_hochberg():
    # METHODS 4.1: (.01, .04, .03, .005) -> (.02, .04, .04, .02)
    from scipy.stats import false_discovery_control

    assert false_discovery_control([0.01, 0.04, 0.03, 0.005]).tolist() == pytest.approx([0.02, 0.04, 0.04, 0.02])


def test_p_within_sources_sees_that_a_source_explains_the_meeting():
    # every row of source x has both codes, no row of source y has any: within sources nothing is unusual
    pairs = [(u, code) for u in range(10) for code in ("a", "b")] + [(u, "c") for u in range(10, 40)]
    table = rows_of(*pairs).assign(source_id=lambda t: np.where(t["evidence_id"] < 10, "x", "y"))
    found = coding.cooccurrence(table, BOOK, draws=200, seed=1).set_index(["one", "other"]).loc[("a", "b")]
    assert found["p"] == 1
    assert found["p_exact"] < 1e-6
    mixed = rows_of(*pairs)  # one source only
    assert coding.cooccurrence(mixed, BOOK, draws=200, seed=1).set_index(["one", "other"]).at[
        ("a", "b"), "p"
    ] == pytest.approx(1 / 201)


@settings(max_examples=40, deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, 9), st.sampled_from("abcdef")), max_size=60), st.randoms(use_true_random=False)
)
def test_pair_counts_are_those_of_merging_the_table_with_itself(pairs, random):
    table = pd.DataFrame(pairs, columns=["unit", "code"]).drop_duplicates()
    names, counts = coding.pair_counts(table["unit"], table["code"])
    merged = table.merge(table, on="unit").groupby(["code_x", "code_y"]).size()
    for (one, other), n in merged.items():
        assert counts[names.get_loc(one), names.get_loc(other)] == n
    assert counts.sum() == merged.sum()
    random.shuffle(pairs)
    again = pd.DataFrame(pairs + pairs, columns=["unit", "code"])
    assert (coding.pair_counts(again["unit"], again["code"])[1] == counts).all()


def test_pair_counts_hold_over_many_blocks(monkeypatch):
    rng = np.random.default_rng(2)
    units, codes = pd.Series(rng.integers(0, 500, 3000)), pd.Series(rng.integers(0, 9, 3000))
    whole = coding.pair_counts(units, codes)[1]
    monkeypatch.setattr(coding, "_CELLS", 9 * 7)
    assert (coding.pair_counts(units, codes)[1] == whole).all()


def test_windows_of_dates_hold_known_days_only():
    rows = pd.DataFrame({"date": ["2024-01-01", "2024-01-06", "2024-01-09", "2024-01", "2024"]})
    assert coding.window(rows, 7).tolist()[:3] == ["0", "0", "1"]
    assert coding.window(rows, 7).isna().tolist() == [False, False, False, True, True]


def test_the_stage_gives_one_fact_a_code_and_its_rows(case, rows):
    results = compute(case, "reduction")
    facts = results.facts.set_index("fact_id")
    table = coding.counts(rows, case.codebook).set_index("code")
    for code in case.codebook["code_id"]:
        assert facts.at[f"code.{code}.surakarta.n_rows", "value"] == table.at[code, "n_rows"]
    long = results.tables["display_cells"]
    assert (long["evidence_ids"].str.count(";") + 1 == long["n_rows"]).all()
    assert set(long["display"]) == set({f"code_by_{one}" for one in reduction.CROSSED} | set(displays.NAMED))
