"""Saturation: base, run and threshold, the curve, and random orders."""

from __future__ import annotations

import math

import numpy as np
import pytest

from dashat_lib import reduction, saturation
from dashat_lib.pipeline import compute

# METHODS 4.2, computed by hand: base 10; tiled ratios 0.2, 0.1, 0; overlapping 0.2, 0.1, 0.1, 0.1, 0
TEN = [frozenset(one) for one in ("abcde", "abf", "cgh", "adij", "bk", "al", "c", "m", "ab", "d")]


@pytest.mark.parametrize(("overlap", "ratios"), [(False, [0.2, 0.1, 0.0]), (True, [0.2, 0.1, 0.1, 0.1, 0.0])])
def test_ten_sources(overlap, ratios):
    table = saturation.runs(TEN, overlap=overlap)
    assert table["ratio"].tolist() == pytest.approx(ratios)
    assert set(table["n_base"]) == {10}
    assert saturation.point(TEN, overlap=overlap) == 8
    assert saturation.point(TEN, threshold=0.1, overlap=overlap) == (6 if not overlap else 5)
    assert math.isnan(saturation.point(TEN[:9], threshold=0, overlap=False))


def test_the_curve_counts_new_codes():
    table = saturation.curve(TEN)
    assert table["n_codes"].tolist() == [5, 6, 8, 10, 11, 12, 12, 13, 13, 13]
    assert table["share"].iloc[-1] == 1


def test_too_few_sources_are_not_assessable():
    found, band = saturation.over_orders({str(at): one for at, one in enumerate(TEN[:5])})
    assert found["reason"] == "not assessable"
    assert math.isnan(found["median"])
    assert band.empty


def test_an_empty_base_decides_nothing():
    assert saturation.runs([frozenset()] * 8)["ratio"].isna().all()
    assert math.isnan(saturation.point([frozenset()] * 8))


def test_random_orders_do_not_hang_on_the_order_given_and_agree_with_the_slow_way():
    sources = {f"s{at}": one for at, one in enumerate(TEN)}
    turned = dict(reversed(sources.items()))
    one, other = (saturation.over_orders(item, orders=300, seed=4)[0] for item in (sources, turned))
    of_the_order_given = {"point", "n_base", "n_at_point", "reason"}
    assert {key: value for key, value in one.items() if key not in of_the_order_given} == {
        key: value for key, value in other.items() if key not in of_the_order_given
    }
    assert (one["n_base"], one["point"], one["n_at_point"], one["n_codes"]) == (10, 8, 13, 13)  # TEN, by hand
    names, rng = sorted(sources), np.random.default_rng(4)
    slow = [saturation.point([sources[names[at]] for at in rng.permutation(10)]) for _ in range(300)]
    assert one["median"] == np.nanmedian(slow)
    assert one["share_never"] == pytest.approx(np.isnan(slow).mean())


def test_sources_of_the_case_come_by_publication_and_hold_no_thesis(case):
    sets = reduction.saturation_sets(case)
    assert "uns-digilib-127676" not in sets["codes"]
    published = case.sources.set_index("source_id")["published"].fillna("9999")
    order = [published[one] for one in sets["codes"]]
    assert order == sorted(order)
    assert set(sets) == {"codes", "code_stance", "inductive"}
    assert max(map(len, sets["code_stance"].values())) >= max(map(len, sets["codes"].values()))


def test_the_fact_of_the_definitions_is_the_point_of_the_table(case):
    results = compute(case, "reduction")
    fact = results.facts.set_index("fact_id").at["saturation_point_sources", "value"]
    assert fact == results.tables["saturation"].set_index("watched").at["codes", "point"]


def test_a_base_without_any_of_the_codes_is_a_reason_of_its_own():
    late = {f"s{at}": frozenset() if at < 5 else frozenset("ab") for at in range(9)}
    found, _ = saturation.over_orders(late, orders=20, seed=1)
    assert found["reason"] == "the base holds no code"
    assert math.isnan(found["point"])


@pytest.mark.parametrize(("language", "words"), [("en", ["may bring 0 new ones", "49"]), ("id", ["0 kode baru", "49"])])
def test_the_sentence_for_a_methods_chapter_says_what_the_threshold_means_and_how_much_was_seen(case, language, words):
    from dashat_lib.words import reader

    points, _ = reduction.saturation_tables(case)
    sentence = reduction.methods_sentence(points, reader(language))
    one = points.set_index("watched").loc["codes"]
    assert str(int(one["point"])) in sentence
    assert all(word in sentence for word in words)
    assert int(one["n_base"] * one["threshold"]) == 0
    third = reduction.methods_sentence(points, reader(language), watched="inductive")
    assert {"en": "holds none of them", "id": "tidak memuat satu pun"}[language] in third
