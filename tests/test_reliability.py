"""Agreement coefficients against published values, other programs, and the cases in which there is none."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dashat_lib import reliability
from dashat_lib.reliability import agreement, by_code, code_sets, coefficient, jaccard, masi, ratings

# Krippendorff's 4 coders x 12 units (METHODS 3.4); . is missing
KRIPPENDORFF = pd.DataFrame(
    [[None if cell == "." else int(cell) for cell in row.split()] for row in (
        "1 2 3 3 2 1 4 1 2 . . .", "1 2 3 3 2 2 4 1 2 5 . 3", ". 3 3 3 2 3 4 2 2 5 1 .", "1 2 3 3 2 4 4 1 2 5 1 .")],
    dtype=object,
).T  # fmt: skip


def value(table, name, **choices):
    found = agreement(table, draws=0, **choices).set_index("coefficient")
    return found.at[name, "value"]


def pairs_of(square):
    """Two coders' ratings from their contingency table."""
    rows = [(i, j) for i, row in enumerate(square) for j, n in enumerate(row) for _ in range(n)]
    return pd.DataFrame(rows, columns=["a", "b"], dtype=object)


def sets_of(*pairs):
    return pd.DataFrame([[frozenset(a), frozenset(b)] for a, b in pairs], columns=["a", "b"])


@pytest.mark.parametrize(
    ("metric", "expected"),
    [
        ("nominal", 0.743421052631579),
        ("ordinal", 0.8153875037548814),
        ("interval", 0.8491071428571428),
        ("ratio", 0.7974027747116121),
    ],
)
def test_alpha_of_krippendorffs_table(metric, expected):
    # METHODS 3.4: krippendorff 0.9.0
    assert value(KRIPPENDORFF, "alpha", metric=metric) == pytest.approx(expected, rel=1e-12)


def test_other_coefficients_of_krippendorffs_table():
    # METHODS 3.1, 3.3, 3.6: irrCAC 0.4.4
    assert value(KRIPPENDORFF, "percent") == pytest.approx(0.818182, abs=1e-6)
    assert value(KRIPPENDORFF, "fleiss") == pytest.approx(0.76117, abs=1e-5)
    assert value(KRIPPENDORFF, "ac1") == pytest.approx(0.77544, abs=1e-5)


def test_the_interval_of_alpha_on_krippendorffs_table():
    # METHODS 3.5: B = 2000, nominal (0.405, 1.0), ordinal (0.465, 1.0), tolerance 0.03
    for metric, low in (("nominal", 0.405), ("ordinal", 0.465)):
        one = coefficient(ratings(KRIPPENDORFF), "alpha", metric=metric, seed=1)
        assert one["lower"] == pytest.approx(low, abs=0.03)
        assert one["upper"] == 1


def test_two_coders_of_a_manual():
    # METHODS 3.1, 3.4: percent 0.6, alpha 0.0952381 (Krippendorff's published .095)
    table = pd.DataFrame({"a": list("1100000000"), "b": list("0110010100")})
    assert value(table, "percent") == pytest.approx(0.6)
    assert value(table, "alpha") == pytest.approx(0.0952381, abs=1e-7)


@pytest.mark.parametrize(
    ("square", "kappa", "ac1"),
    [
        ([[13, 0, 0], [0, 20, 7], [0, 4, 56]], 0.7964094, 0.84933),
        ([[20, 5], [10, 15]], 0.4, None),
        ([[118, 5], [2, 0]], -0.023392, 0.94078),
    ],
    ids=["3x3", "2x2", "prevalence paradox"],
)
def test_cohen_and_ac1(square, kappa, ac1):
    # METHODS 3.2, 3.6: statsmodels 0.15, irrCAC 0.4.4
    assert value(pairs_of(square), "cohen") == pytest.approx(kappa, abs=1e-6)
    if ac1 is not None:
        assert value(pairs_of(square), "ac1") == pytest.approx(ac1, abs=1e-5)


def test_fleiss_of_ten_units_and_fourteen_raters():
    # METHODS 3.3: the 10 x 5 table with 14 raters used in many texts; statsmodels 0.15
    rows = [
        "0 0 0 0 14",
        "0 2 6 4 2",
        "0 0 3 5 6",
        "0 3 9 2 0",
        "2 2 8 1 1",
        "7 7 0 0 0",
        "3 2 6 3 0",
        "2 5 3 2 2",
        "6 5 2 1 0",
        "0 2 2 3 7",
    ]
    counts = [[int(n) for n in row.split()] for row in rows]
    table = pd.DataFrame([[k for k, n in enumerate(row) for _ in range(n)] for row in counts], dtype=object)
    assert value(table, "fleiss") == pytest.approx(0.2099307, abs=1e-7)


def test_sets():
    # METHODS 3.7: distances by nltk 3.10; alphas by nltk and from the formula
    assert jaccard(frozenset({1, 2}), frozenset({1, 2, 3, 4})) == 0.5
    assert masi(frozenset({1, 2}), frozenset({1, 2, 3, 4})) == pytest.approx(2 / 3)
    assert (jaccard(frozenset(), frozenset()), masi(frozenset(), frozenset("a"))) == (0, 1)
    five = [("a", "a"), ("ab", "a"), ("b", "bc"), ("c", "c"), ("ab", "bc")]
    table = sets_of(*five)
    assert [value(table, "alpha", metric=one) for one in ("jaccard", "masi", "nominal")] == pytest.approx(
        [0.510870, 0.409836, 0.307692], abs=1e-6
    )
    six = sets_of(*five, ("", "a"))
    assert [value(six, "alpha", metric=one) for one in ("jaccard", "masi")] == pytest.approx(
        [0.384615, 0.308026], abs=1e-6
    )


def test_alpha_of_each_code_of_six_units(monkeypatch):
    # METHODS 3.7: per-code binary alphas a 0.388889, b 0.685714, c 0.3125
    monkeypatch.setattr(reliability, "RARE", 1)
    pairs = [("a", "a"), ("ab", "a"), ("b", "bc"), ("c", "c"), ("ab", "bc"), ("", "a")]
    rows = [
        (str(u), coder, code)
        for u, both in enumerate(pairs)
        for coder, codes in zip("xy", both, strict=True)
        for code in codes
    ]
    found = by_code(pd.DataFrame(rows, columns=["unit", "coder", "code"]), [str(u) for u in range(6)], draws=0)
    alphas = found[found["coefficient"] == "alpha"].set_index("code")["value"]
    assert alphas.to_dict() == pytest.approx({"a": 0.388889, "b": 0.685714, "c": 0.3125}, abs=1e-6)


def test_one_value_throughout_is_no_agreement_of_1():
    table = pd.DataFrame([["x", "x"]] * 5)
    found = agreement(table).set_index("coefficient")
    for name in ("cohen", "fleiss", "alpha"):
        assert math.isnan(found.at[name, "value"])
        assert found.at[name, "reason"] == "no variation"
    assert found.at["ac1", "reason"] == "one category only"
    assert value(table, "ac1", domain=("x", "y")) == 1
    assert value(pd.DataFrame([[1, 1, 1], [1, 1, 2]], dtype=object), "alpha") == 0


def test_units_that_no_two_coders_share_are_unpairable():
    found = agreement(pd.DataFrame([[1, None], [None, 1]], dtype=object))
    assert set(found["reason"]) == {"unpairable"}
    assert found["value"].isna().all()
    one = coefficient(ratings(KRIPPENDORFF), "alpha")
    assert (one["n_units"], one["n_unpairable"], one["n_values"], one["n_coders"]) == (11, 1, 40, 4)


def test_cohen_is_for_two_coders():
    assert agreement(KRIPPENDORFF, draws=0).set_index("coefficient").at["cohen", "reason"] == "for two coders only"


def test_degenerate_draws_are_dropped_and_their_share_is_told():
    table = pd.DataFrame([["x", "x"]] * 9 + [["y", "x"]])
    one = coefficient(ratings(table), "alpha", seed=3)
    # a draw without the tenth unit has no variation: (9/10)^10 = 0.349
    assert one["share_degenerate"] == pytest.approx(0.9**10, abs=0.04)
    assert one["lower"] <= one["value"] <= one["upper"]


def test_a_code_used_fewer_than_five_times_gets_no_number():
    rows = [(str(u), coder, "often") for u in range(9) for coder in "ab"] + [("1", "a", "rare"), ("1", "b", "rare")]
    found = by_code(pd.DataFrame(rows, columns=["unit", "coder", "code"]), [str(u) for u in range(30)], draws=50)
    rare = found[found["code"] == "rare"]
    assert rare["value"].isna().all()
    assert set(rare["reason"]) == {"too rare"}
    assert (found[(found["code"] == "often") & (found["coefficient"] == "alpha")]["value"] == 1).all()


def test_values_outside_the_possible_ones_are_refused():
    with pytest.raises(ValueError, match="not among the possible values"):
        ratings(pd.DataFrame([[1, 7]]), domain=(1, 2))
    with pytest.raises(ValueError, match="is not one of"):
        coefficient(ratings(KRIPPENDORFF), "pi")


tables = st.lists(st.lists(st.sampled_from([None, "a", "b", "c"]), min_size=3, max_size=3), min_size=2, max_size=12)


@settings(max_examples=80, deadline=None)
@given(tables, st.randoms(use_true_random=False))
def test_order_of_units_and_names_of_coders_do_not_matter_and_bounds_hold(rows, random):
    table = pd.DataFrame(rows, dtype=object)
    found = agreement(table, draws=0).set_index("coefficient")["value"]
    order = list(table.index)
    random.shuffle(order)
    columns = list(table.columns)
    random.shuffle(columns)
    other = agreement(table.loc[order, columns].set_axis(["p", "q", "r"], axis=1), draws=0).set_index("coefficient")[
        "value"
    ]
    pd.testing.assert_series_equal(found, other, rtol=1e-9)
    assert not (found.dropna() > 1 + 1e-9).any()


@settings(max_examples=40, deadline=None)
@given(
    st.lists(st.lists(st.one_of(st.none(), st.integers(1, 4)), min_size=3, max_size=3), min_size=3, max_size=8),
    st.integers(0, 99),
)
def test_a_weighting_is_what_the_table_with_repeated_units_gives(rows, seed):
    table = pd.DataFrame(rows, dtype=object)
    data = ratings(table, domain=(1, 2, 3, 4))
    times = np.random.default_rng(seed).integers(0, 3, len(data.counts))
    coded = table[table.notna().any(axis=1)]
    repeated = coded.loc[coded.index.repeat(times)].reset_index(drop=True)
    if repeated.notna().sum(axis=1).max() < 2 or repeated.empty:
        return
    for name, metric in [
        ("alpha", "nominal"),
        ("alpha", "ordinal"),
        ("alpha", "interval"),
        ("ac1", "nominal"),
        ("fleiss", "nominal"),
        ("percent", "nominal"),
    ]:
        weighted = reliability._measure(data, name, metric)(times[None, :].astype(float))[0]
        straight = coefficient(ratings(repeated, domain=(1, 2, 3, 4)), name, metric=metric, draws=0)["value"]
        assert weighted == pytest.approx(straight, nan_ok=True, abs=1e-9)


def test_a_seed_gives_the_same_interval_again_and_another_seed_another():
    data = ratings(KRIPPENDORFF)
    one, same, other = (coefficient(data, "alpha", draws=500, seed=seed) for seed in (1, 1, 2))
    assert one == same
    assert one["lower"] != other["lower"]


def test_sets_of_the_case_with_and_without_bare_units(case):
    codings = case.codings[case.codings["coder"].isin(["A", "B"])].rename(
        columns={"evidence_id": "unit", "code_id": "code"}
    )
    units = [*case.evidence["evidence_id"], "bare"]
    every, coded = (code_sets(codings, units, coders=["A", "B"], bare=bare) for bare in (True, False))
    assert (len(every), len(coded)) == (238, 237)
    assert every.loc["bare"].tolist() == [frozenset(), frozenset()]


def crosscheck(name):
    return pytest.importorskip(name, reason=f"{name} is not installed; python -m pip install '.[crosscheck]'")


@pytest.mark.parametrize("seed", range(200))
def test_random_tables_give_what_other_packages_give(seed):
    krippendorff, inter_rater = crosscheck("krippendorff"), crosscheck("statsmodels.stats.inter_rater")
    metrics, nltk = crosscheck("sklearn.metrics"), crosscheck("nltk.metrics.agreement")
    rng = np.random.default_rng(seed)
    n, m, k = int(rng.integers(2, 25)), int(rng.integers(2, 6)), int(rng.integers(2, 6))
    full = rng.integers(1, k + 1, (n, m)).astype(float)
    gaps = np.where(rng.random((n, m)) < 0.2, np.nan, full)
    table = pd.DataFrame(gaps).astype(object).where(~np.isnan(gaps), None)
    for metric in ("nominal", "ordinal", "interval", "ratio"):
        mine = value(table, "alpha", metric=metric)
        try:
            theirs = krippendorff.alpha(reliability_data=gaps.T, level_of_measurement=metric)
        except ValueError:  # one value only, or nothing to pair
            theirs = math.nan
        assert mine == pytest.approx(theirs, nan_ok=True, abs=1e-9), metric
    whole = pd.DataFrame(full, dtype=object)
    counts, _ = inter_rater.aggregate_raters(full.astype(int))
    if len(np.unique(full)) > 1:
        assert value(whole, "fleiss") == pytest.approx(inter_rater.fleiss_kappa(counts), abs=1e-9)
        assert value(whole[[0, 1]], "cohen") == pytest.approx(
            metrics.cohen_kappa_score(full[:, 0], full[:, 1]), nan_ok=True, abs=1e-9
        )
    letters = [
        [frozenset(rng.choice(list("abcd"), rng.integers(1, 4), replace=False).tolist()) for _ in range(2)]
        for _ in range(n)
    ]
    triples = [(coder, str(u), sets[coder]) for u, sets in enumerate(letters) for coder in (0, 1)]
    for metric, distance in (("jaccard", jaccard), ("masi", masi)):
        theirs = nltk.AnnotationTask(data=triples, distance=distance)
        if len({one for pair in letters for one in pair}) > 1:
            assert value(pd.DataFrame(letters), "alpha", metric=metric) == pytest.approx(theirs.alpha(), abs=1e-9)
