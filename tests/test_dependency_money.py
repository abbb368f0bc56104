"""Concentration, what is left when a payer leaves, persistence: published values, and bounds that hold for every filling."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
from flows import made, random_case
from hypothesis import given, settings
from hypothesis import strategies as st

from dashat_lib.dependency import money
from dashat_lib.dependency.flow import flow, grants, payments
from dashat_lib.dependency.money import NO_AMOUNT, NO_MONEY, concentration, concentrations, left, payable, persistence

NAN = math.nan


# ---- published values --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("amounts", "hhi", "normalised", "top"),
    [
        ([3.55, 1.8, 0.2], 0.515624, 0.273436, 0.639640),  # METHODS 7.4: the known sums of 2024 in draft, 10^9 IDR
        ([3550, 200], 0.899022, 0.798044, 0.946667),  # METHODS 7.5
        ([0.3, 0.3, 0.2, 0.2], 0.26, 0.013333, 0.3),  # METHODS 7.5
        ([5, 5, 5, 5], 0.25, 0.0, 0.25),  # in the head
    ],
)
def test_published_concentrations(amounts, hhi, normalised, top):
    found = concentration(amounts)
    assert found.hhi.value == pytest.approx(hhi, abs=5e-7)
    assert found.hhi_normalised.value == pytest.approx(normalised, abs=5e-7)
    assert found.top_share.value == pytest.approx(top, abs=5e-7)
    assert found.effective_number.value == pytest.approx(1 / hhi, rel=5e-6)
    assert (found.hhi.lower, found.hhi.upper) == (found.hhi.value, found.hhi.value)
    assert (found.n, found.n_unknown, found.reason) == (len(amounts), 0, None)


def test_what_is_left_without_the_top_funder():
    # METHODS 7.4: retained 0.360360
    case = made(*((one, "funds", "a", {"amount": amount}) for one, amount in (("u", 3.55), ("c", 1.8), ("k", 0.2))))
    table = left(case, "p", 2024)
    assert table["stakeholder_id"].tolist() == ["u", "c", "k"]
    assert table["share_left"].iloc[0] == pytest.approx(0.360360, abs=5e-7)


def test_one_payment_none_and_none_of_known_amount():
    # METHODS 7.5: N = 1 HHI 1, HHI* := 1; N = 0 undefined
    one = concentration([7.0])
    assert (one.hhi.value, one.hhi_normalised.value, one.effective_number.value, one.n) == (1, 1, 1, 1)
    for amounts, reason in (([], NO_MONEY), ([NAN, NAN], NO_AMOUNT)):
        found = concentration(amounts)
        assert found.reason == reason
        assert found.n == found.n_unknown == len(amounts)
        for bounds in (found.hhi, found.hhi_normalised, found.top_share, found.effective_number):
            assert np.isnan([bounds.value, bounds.lower, bounds.upper]).all()
    assert concentration([0.0]).reason == NO_MONEY


def test_the_draft_sums_of_the_case_are_computed_from_its_grants(case):
    amounts = grants(case, "dashat", years=(2024, 2024))["amount"]
    found = concentration(amounts.tolist())
    assert sorted(amounts.dropna() / 1e9) == pytest.approx([0.2, 1.8, 3.55])
    assert found.hhi_normalised.value == pytest.approx(0.273436, abs=5e-7)
    assert found.n_unknown == amounts.isna().sum() > 0


# ---- bounds ------------------------------------------------------------------------------------------------------------


def measures(filled):
    """HHI, normalised, effective number, top share of amounts, written plainly; an amount of 0 is no payer."""
    x = filled[filled > 0]
    hhi = ((x / x.sum()) ** 2).sum()
    normal = 1.0 if len(x) == 1 else (hhi - 1 / len(x)) / (1 - 1 / len(x))
    return np.array([hhi, normal, 1 / hhi, x.max() / x.sum()])


def fillings(known, caps, n, seed):
    """Random fillings: even ones, corners, nearly nothing, some left out."""
    rng = np.random.default_rng(seed)
    share = rng.random((n, len(caps))) ** rng.choice([0.1, 1, 8], (n, 1))
    share[rng.random((n, len(caps))) < 0.25] = 0
    share[rng.random((n, len(caps))) < 0.25] = 1
    share = np.where(rng.random((n, len(caps))) < 0.1, 1e-10, share)
    return np.hstack([np.tile(known, (n, 1)), share * caps])


AMOUNTS = st.lists(st.floats(0.1, 100), min_size=1, max_size=5)
CAPS = st.lists(st.one_of(st.none(), st.floats(0.05, 300)), min_size=1, max_size=4)


@settings(max_examples=60, deadline=None)
@given(AMOUNTS, CAPS, st.integers(0, 10**6))
def test_the_bounds_hold_for_every_filling_of_the_unknown_amounts(known, most, seed):
    found = concentration([*known, *[NAN] * len(most)], most=[NAN] * len(known) + [NAN if one is None else one for one in most])  # fmt: skip
    caps = np.array([max(known) if one is None else one for one in most])
    values = np.array([measures(one) for one in fillings(np.array(known), caps, 400, seed)])
    for at, bounds in enumerate((found.hhi, found.hhi_normalised, found.effective_number, found.top_share)):
        assert bounds.lower - 1e-9 <= values[:, at].min()
        assert values[:, at].max() <= bounds.upper + 1e-9
        assert bounds.lower <= bounds.value + 1e-12
        assert bounds.value <= bounds.upper + 1e-12


@pytest.mark.parametrize(
    ("known", "most"),
    [
        ([3.55, 1.8, 0.2], [3.55, 3.55]), ([10.0, 4.0], [10.0, 1.0]), ([1.0], [50.0, 2.0, 0.3]), ([5.0, 5.0], [5.0]),
        ([1.0, 8.0, 2.0], [3.0, 8.0, 100.0]), ([2.0, 2.0, 2.0], [0.1]),
    ],
)  # fmt: skip
def test_the_bounds_are_nearly_attained(known, most):
    amounts = [*known, *[NAN] * len(most)]
    found = concentration(amounts, most=[NAN] * len(known) + most)
    axes = [np.unique(np.concatenate([[0, 1e-9 * cap, cap, min(cap, max(known))], np.linspace(0, cap, 60 if len(most) < 3 else 28)])) for cap in most]  # fmt: skip
    grid = np.array(np.meshgrid(*axes)).reshape(len(most), -1).T
    values = np.array([measures(np.concatenate([known, one])) for one in grid])
    for at, bounds in enumerate((found.hhi, found.hhi_normalised, found.effective_number, found.top_share)):
        low, high = values[:, at].min(), values[:, at].max()
        assert bounds.lower <= low + 1e-9
        assert low - bounds.lower < 0.02 * max(1, bounds.upper)
        assert high <= bounds.upper + 1e-9
        assert bounds.upper - high < 0.02 * max(1, bounds.upper)


def test_the_bounds_of_the_case_hold_for_2000_fillings(case):
    amounts = grants(case, "dashat", years=(2024, 2024))["amount"].to_numpy()
    found = concentration(amounts.tolist())
    known, n = amounts[~np.isnan(amounts)], int(np.isnan(amounts).sum())
    values = np.array([measures(one) for one in fillings(known, np.full(n, known.max()), 2000, 1)])
    for at, bounds in enumerate((found.hhi, found.hhi_normalised, found.effective_number, found.top_share)):
        assert bounds.lower - 1e-9 <= values[:, at].min()
        assert values[:, at].max() <= bounds.upper + 1e-9
    full = np.concatenate([known, np.full(n, known.max())])
    assert found.at_largest == pytest.approx(measures(full)[1])


def test_many_unknown_amounts_are_bounded_too():
    known, most = [4.0, 9.0], list(np.random.default_rng(2).uniform(0.1, 30, 25))
    found = concentration([*known, *[NAN] * 25], most=[NAN, NAN, *most])
    values = np.array([measures(one) for one in fillings(np.array(known), np.array(most), 3000, 5)])
    for at, bounds in enumerate((found.hhi, found.hhi_normalised, found.effective_number, found.top_share)):
        assert bounds.lower - 1e-9 <= values[:, at].min()
        assert values[:, at].max() <= bounds.upper + 1e-9


# ---- tables ------------------------------------------------------------------------------------------------------------


def test_each_recipient_has_its_payers_and_a_grant_comes_to_it_once():
    case = made(
        ("f", "funds", "city", {"grant_id": "G", "amount": 6.0}), ("f", "funds", "a", {"grant_id": "G", "amount": 4.0}),
        ("city", "funds", "a", {"grant_id": "G", "amount": 4.0}), ("g", "funds", "a", {"grant_id": "H", "amount": 1.0}),
    )  # fmt: skip
    table = concentrations(case).set_index("recipient")
    assert table.loc["a", ["n", "known", "top"]].tolist() == [2, 5.0, "f"]
    assert table.loc["city", ["n", "known", "top"]].tolist() == [1, 6.0, "f"]
    whole = table[table.index.isna()].iloc[0]
    assert (whole["known"], whole["top"], whole["grant_ids"]) == (5.0, "f", "G;H")


def test_the_payer_of_two_grants_is_one_payer_and_leaves_with_both():
    case = made(
        ("f", "funds", "a", {"amount": 3.0}), ("f", "funds", "a", {"amount": 3.0}), ("g", "funds", "a", {"amount": 4.0}),
    )  # fmt: skip
    table = left(case, "p", 2024).set_index("stakeholder_id")
    assert table["share_left"].to_dict() == pytest.approx({"f": 0.4, "g": 0.6})
    assert table.at["f", "n_grants"] == 2


def open_sums(case, year=2024):
    """Every grant of a year: payers, amount or NaN."""
    found = money.of_year(case, "p", year)
    return [(set(one.payers.split(";")) - {""}, one.amount) for one in found.itertuples()]


@pytest.mark.parametrize("seed", range(15))
def test_what_is_left_holds_for_every_filling(seed):
    case = random_case(seed, n=7, m=26)
    sums = open_sums(case)
    amounts = np.array([amount for _, amount in sums])
    if np.isnan(amounts).all() or not np.nansum(amounts):
        assert left(case, "p", 2024)["share_left"].isna().all()
        return
    largest = np.nanmax(amounts)
    rng = np.random.default_rng(seed)
    for row in left(case, "p", 2024).itertuples():
        mine = np.array([";".join(sorted(payers)) == row.stakeholder_id for payers, _ in sums])
        assert row.money_left == pytest.approx(np.nansum(amounts[~mine]))
        if np.isnan(amounts[mine]).any():
            assert math.isnan(row.share_left)
        else:
            assert row.share_left == pytest.approx(np.nansum(amounts[~mine]) / np.nansum(amounts))
        found = []
        for _ in range(60):
            share = rng.choice([0, 1, rng.random()], len(amounts))
            filled = np.where(np.isnan(amounts), share * largest, amounts)
            found.append(filled[~mine].sum() / filled.sum())
        assert row.share_left_lower - 1e-12 <= min(found)
        assert max(found) <= row.share_left_upper + 1e-12


def test_the_known_money_of_a_payer_with_an_open_grant_stays_in_the_sum():
    case = made(("f", "funds", "a", {"amount": 8.0}), ("f", "funds", "a"), ("g", "funds", "a", {"amount": 2.0}))
    table = left(case, "p", 2024).set_index("stakeholder_id")
    assert table.at["g", "share_left"] == pytest.approx(0.8)
    assert table.at["g", "share_left_upper"] == pytest.approx(16 / 18)
    assert pd.isna(table.at["f", "share_left"])
    assert table.at["f", "share_left_lower"] == pytest.approx(2 / 18)
    assert table.at["f", "share_left_upper"] == pytest.approx(0.2)


def test_portions_are_those_of_the_cost_of_that_year():
    case = made(
        ("f", "funds", "a", {"amount": 60.0}), ("g", "funds", "a", {"amount": 40.0}), costs=[(2024, 10.0), (2024, 20.0), (2023, 1.0)],
    )  # fmt: skip
    table = left(case, "p", 2024).set_index("stakeholder_id")
    assert table.loc["f", ["portions_left", "portions_left_lower"]].tolist() == [4.0, 2.0]
    assert left(made(("f", "funds", "a", {"amount": 1.0})), "p", 2024)["portions_left"].isna().all()


def test_the_money_that_can_come_is_the_narrowest_place_on_the_way():
    case = made(
        ("f", "funds", "a", {"grant_id": "G", "amount": 9.0, "date": "2024-12"}), ("a", "funds", "c", {"grant_id": "G", "amount": 5.0}),
        ("c", "delivers_to", "b"), ("g", "funds", "c", {"grant_id": "H"}),
    )  # fmt: skip
    found = payable(case, flow(case), 2024).iloc[0]
    assert (found["lower"], found["upper"]) == (5.0, 5.0 + 9.0)  # H: nothing, or as much as the largest
    assert payable(made(("a", "delivers_to", "b")), flow(made(("a", "delivers_to", "b"))), 2024)["upper"].tolist() == [
        0.0
    ]


def test_a_sum_that_two_pay_jointly_comes_once():
    case = made(
        ("f", "funds", "a", {"grant_id": "G", "amount": 9.0}), ("g", "funds", "a", {"grant_id": "G", "amount": 9.0}), ("a", "delivers_to", "b"),
    )  # fmt: skip
    assert payable(case, flow(case), 2024)["lower"].tolist() == [9.0]


# ---- do they come back -------------------------------------------------------------------------------------------------


def test_persistence_is_the_share_of_payers_that_come_back():
    case = made(
        ("f", "funds", "a", {"year": 2022}), ("g", "funds", "a", {"year": 2022}), ("g", "funds", "a", {"year": 2023}),
        ("h", "funds", "a", {"year": 2023}), ("h", "funds", "a", {"year": 2025}),
    )  # fmt: skip
    table = persistence(case)
    assert len(table) == 1  # 2025 has no neighbour
    assert table.loc[0, ["year_from", "year_to", "payers_from", "payers_to", "stayed"]].tolist() == [2022, 2023, "f;g", "g;h", "g"]  # fmt: skip
    assert table.at[0, "value"] == pytest.approx(1 / 3)
    assert (table["n_from"] == table["payers_from"].str.split(";").map(len)).all()
    few, many = table[["n_from", "n_to"]].min(axis=1), table[["n_from", "n_to"]].max(axis=1)
    assert (table["most"] == few / many).all()  # every payer of the smaller year is one of the larger
    assert (table["value"] <= table["most"]).all()
    assert persistence(case, place="corner").empty
    assert persistence(made()).empty


def test_a_grant_that_is_told_again_does_not_make_its_payer_come_back():
    rows = [("f", "funds", "a", {"year": year, "grant_id": "G"}) for year in (2023, 2024)]
    assert persistence(made(*rows)).empty
    again = made(*rows, ("f", "funds", "a", {"year": 2024, "grant_id": "H"}))
    assert persistence(again)["value"].tolist() == [1.0]


def test_persistence_counts_only_the_place_that_is_asked_for():
    rows = [
        ("f", "funds", "a", {"year": 2023, "place": "away"}),
        ("f", "funds", "a", {"year": 2024, "place": "corner"}),
    ]
    assert len(persistence(made(*rows))) == 1
    assert persistence(made(*rows), place="here").empty
    assert payments(made(*rows), place="here")["place" if "place" in payments(made(*rows)) else "year"].tolist() == [
        2024
    ]
