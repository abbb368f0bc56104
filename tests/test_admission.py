"""Rule D1 and Wilson against METHODS section 2."""

from __future__ import annotations

import math

import pandas as pd
import pytest

from dashat_lib.admission import admitted, codes_below, places_within, pooled, tally, wilson
from dashat_lib.settings import VerdictRule


@pytest.mark.parametrize(
    ("k", "n", "low", "high"),
    [
        # METHODS 2, from statsmodels proportion_confint(method="wilson")
        (8, 10, 0.4902, 0.9433), (9, 10, 0.5958, 0.9821), (5, 5, 0.5655, 1), (4, 5, 0.3755, 0.9638),
        (12, 15, 0.5481, 0.9295), (14, 20, 0.4810, 0.8545), (15, 20, 0.5313, 0.8881), (0, 10, 0, 0.2775),
    ],
)  # fmt: skip
def test_wilson_reproduces_the_published_bounds(k, n, low, high):
    found = wilson(pd.Series([k]), pd.Series([n]))
    assert found[0][0] == pytest.approx(low, abs=5e-5)
    assert found[1][0] == pytest.approx(high, abs=5e-5)


def test_wilson_of_nothing_is_undefined():
    low, high = wilson(pd.Series([0]), pd.Series([0]))
    assert math.isnan(low[0])
    assert math.isnan(high[0])


@pytest.mark.parametrize(
    ("stances", "event"),
    [
        (["for", "neutral"], "for"), (["against", "neutral"], "against"), (["for", "against"], "mixed"),
        (["for", "mixed"], "mixed"), (["neutral"], "neutral"), (["for"] * 6, "for"),
    ],
)  # fmt: skip
def test_reports_of_one_event_are_pooled(stances, event):
    rows = pd.DataFrame({"set_id": "x", "event_id": "EV1", "stance": stances})
    assert set(pooled(rows, keys=["set_id"])) == {event}


def _verdict(case, n_for, n_against, families, sectors):
    """A tally over events made for the purpose, one evidence row an event."""
    actors = case.evidence_actors.merge(case.stakeholders)
    rows = []
    by_sectors = actors.groupby("evidence_id")["sector"].nunique()
    evidence = by_sectors[by_sectors == sectors].index[0]
    for at in range(n_for + n_against):
        rows.append(("x", evidence, f"EV{at}", f"F{at % families}", "for" if at < n_for else "against"))
    table = pd.DataFrame(rows, columns=["set_id", "evidence_id", "event_id", "source_family", "stance"])
    return tally(table, case, keys=["set_id"], rule=VerdictRule()).iloc[0]["verdict"]


@pytest.mark.parametrize(
    ("n_for", "n_against", "families", "sectors", "verdict"),
    [
        (4, 0, 4, 3, "undecidable"), (9, 1, 2, 3, "undecidable"), (8, 2, 5, 3, "contested"), (9, 1, 5, 3, "supported"),
        (9, 1, 5, 2, "contested"), (5, 0, 3, 3, "supported"), (0, 10, 3, 3, "contradicted"), (1, 9, 5, 1, "contradicted"),
        (5, 5, 5, 3, "contested"),
    ],
)  # fmt: skip
def test_rule_d1_decides_in_its_order(case, n_for, n_against, families, sectors, verdict):
    assert _verdict(case, n_for, n_against, families, sectors) == verdict


def test_the_document_under_examination_is_never_admitted(case):
    assert not set(admitted(case)["source_id"]) & set(case.settings.own_sources)


def test_five_rows_outside_the_thesis_speak_of_kelurahan_jebres(case):
    assert len(admitted(case, place="jebres")) == 5  # METHODS 11, pitfall 6


def test_the_city_holds_its_kelurahan_but_not_the_province(case):
    inside = places_within(case, "surakarta")
    assert {"jebres", "kecamatan-jebres", "mojo"} <= inside
    assert not {"jawa-tengah", "indonesia"} & inside


def test_a_parent_code_includes_its_children(case):
    assert {"resources-budget", "resources-human", "resources-facilities"} < codes_below(case, ["resources"])
