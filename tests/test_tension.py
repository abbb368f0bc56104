"""The 2 x 2 of dynamics and dependency: its decision tables, its words, and the readings beside it."""

from __future__ import annotations

from dataclasses import replace
from itertools import product

import numpy as np
import pandas as pd
import pytest
from flows import hub, made

from dashat_lib import indicators, tension
from dashat_lib.dependency.money import NO_AMOUNT
from dashat_lib.dependency.ways import NOT_SERVED
from dashat_lib.dependency.whatif import NONE_REACHED
from dashat_lib.tension import (
    BRITTLE,
    DEPENDENCY,
    DYNAMICS,
    KINDS,
    MEANING,
    MET,
    PARTS,
    ROBUST,
    SIGNS,
    UNCLEAR,
    UNMET,
    cell,
    cells,
    dependence,
    dynamics,
    meaning,
    shares,
    signs,
)

VERDICTS = ("supported", "contested", "contradicted", "undecidable")


def verdict_table(said, seen, n_elements=4):
    """Indicators with these verdicts, of each the first elements with an event for."""
    rows = []
    for at, (verdict, n) in enumerate(zip(said, seen, strict=True)):
        rows.append((f"d{at}", None, verdict, 9))
        rows += [(f"d{at}", f"d{at}e{one}", "undecidable", int(one < n)) for one in range(n_elements)]
    return pd.DataFrame(rows, columns=["dimension_id", "element_id", "verdict", "n_for"])


@pytest.mark.parametrize("first", VERDICTS)
def test_every_combination_of_verdicts_and_element_counts_has_its_dynamics(first):
    for second, *seen in product(VERDICTS, range(5), range(5)):
        said = {first, second}
        for least, share in ((3, 0.75), (4, 1.0)):
            expected = (
                UNMET if "contradicted" in said else MET if said == {"supported"} and min(seen) >= least else UNCLEAR
            )
            assert dynamics(verdict_table([first, second], seen), elements_min=share) == expected, (second, seen)


def test_every_combination_of_three_verdicts_has_its_dynamics():
    for said in product(VERDICTS, repeat=3):
        expected = UNMET if "contradicted" in said else MET if set(said) == {"supported"} else UNCLEAR
        assert dynamics(verdict_table(said, [4, 3, 4])) == expected
        assert dynamics(verdict_table(said, [4, 2, 4])) == (UNMET if "contradicted" in said else UNCLEAR)


def test_an_indicator_without_elements_is_not_called_met():
    assert dynamics(verdict_table(["supported"], [0], n_elements=0)) == UNCLEAR
    assert dynamics(verdict_table([], [])) == UNCLEAR


def test_every_combination_of_signs_has_its_dependency():
    for said in product((BRITTLE, ROBUST, UNCLEAR), repeat=4):
        table = pd.DataFrame({"says": said})
        n = said.count(BRITTLE)
        for at_least in (1, 2, 3, 4):
            expected = BRITTLE if n >= at_least else ROBUST if said.count(ROBUST) == 4 else UNCLEAR
            assert dependence(table, at_least=at_least) == expected, said


@pytest.mark.parametrize(
    ("sign", "values"),
    [
        ("share_few_ways", {0.0: ROBUST, 0.01: UNCLEAR, 0.49: UNCLEAR, 0.5: BRITTLE, 1.0: BRITTLE}),
        ("hhi_normalised", {0.0: ROBUST, 0.249: ROBUST, 0.25: UNCLEAR, 0.499: UNCLEAR, 0.5: BRITTLE}),
        ("share_reached", {1.0: ROBUST, 0.999: BRITTLE, 0.0: BRITTLE}),
        ("share_money_left", {0.75: ROBUST, 0.749: UNCLEAR, 0.5: UNCLEAR, 0.499: BRITTLE}),
    ],
)
def test_each_sign_says_what_its_numbers_say(sign, values):
    # METHODS 10 and fact_definitions.csv, dependency_balance
    for value, says in values.items():
        assert tension._says(value, *SIGNS[sign]) == says, value
    assert tension._says(float("nan"), *SIGNS[sign]) == UNCLEAR


def test_the_thresholds_are_those_of_the_fact_that_claims_use(case):
    given = case.fact_definitions.set_index("fact").loc["dependency_balance", "parameters"]
    any_, all_ = (part.split(";") for part in given.removeprefix("any=").split(";all_contra="))
    for brittle, robust, (low, high) in zip(any_, all_, SIGNS.values(), strict=True):
        assert brittle.endswith(f"{low[0]}{low[1]:g}")
        assert robust.endswith(f"{high[0]}{high[1]:g}")


def test_the_signs_of_the_hub_by_hand():
    found = signs(hub()).set_index("sign")
    assert found.at["share_few_ways", "value"] == 1
    assert found.at["share_reached", "value"] == 0  # without h
    assert found.loc[["hhi_normalised", "share_money_left"], "says"].tolist() == [
        UNCLEAR,
        UNCLEAR,
    ]  # no amount is known
    assert dependence(found) == BRITTLE


def test_a_programme_with_ways_and_payers_enough_is_robust():
    arcs = [(f"f{one}", "funds", f"k{one}", {"amount": 1.0}) for one in range(4)]
    arcs += [(f"k{one}", "delivers_to", "b") for one in range(4)]
    found = signs(made(*arcs))
    assert found["says"].tolist() == [ROBUST] * 4
    assert dependence(found) == ROBUST
    assert found["value"].tolist() == pytest.approx([0, 0, 1, 0.75])


def test_all_nine_cells_have_three_parts_and_name_no_one_of_any_case(case):
    assert set(MEANING) == set(product(DYNAMICS, DEPENDENCY))
    ids = {
        *case.stakeholders["stakeholder_id"],
        *case.programmes["programme"],
        *case.places["place"],
        *case.claims["claim_id"],
    }
    ids |= set(case.stakeholders["short_name"])
    for found, parts in MEANING.items():
        assert set(parts) == set(PARTS)
        for part in PARTS:
            sentence = meaning(found, part)
            assert sentence.endswith(".")
            words = {word.strip(".,:;").lower() for word in sentence.split()}
            assert not words & {one.lower() for one in ids} - {"general"}, sentence


def test_the_diagnosis_hangs_on_the_dependency_and_the_indicators_on_the_dynamics():
    for dependency in DEPENDENCY:
        said = {MEANING[(one, dependency)]["diagnosis"].split(":")[0].rstrip(".") for one in DYNAMICS}
        assert len(said) == 1
    for one in DYNAMICS:
        assert len({MEANING[(one, other)]["indicators"].split(",")[0].rstrip(".") for other in DEPENDENCY}) == 1
    assert all("contradicted" in MEANING[(one, ROBUST)]["diagnosis"] for one in DYNAMICS)
    assert all("contradicted" in MEANING[(UNMET, one)]["conclusion"] for one in DEPENDENCY)
    assert "only as long as" in MEANING[(MET, BRITTLE)]["conclusion"]


def test_without_groups_payments_or_reach_a_sign_says_why_it_has_no_value():
    facts = tension.results(made(nodes=("a",)), read_again=False).facts.set_index("fact_id")
    reasons = facts.loc[[f"tension.sign.{one}" for one in SIGNS], "reason"].tolist()
    assert reasons == [NOT_SERVED, NO_AMOUNT, NONE_REACHED, NO_AMOUNT]
    assert facts.at["tension.dependency", "value"] == UNCLEAR
    assert facts.at["tension.dynamics", "value"] == UNCLEAR


def test_without_a_programme_there_is_no_cell():
    results = tension.results(made(("f", "funds", "a"), programme=None))
    assert results.facts.empty
    assert not results.tables


# ---- the case ---------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def small(case):
    return replace(case, settings=case.settings.model_copy(update={"resamples": 15}))


@pytest.fixture(scope="module")
def read_again(small):
    return cells(small)


def test_the_cell_of_the_case_is_that_of_its_verdicts_and_signs(case):
    place = case.settings.wider_place
    table = indicators.verdicts(indicators.gather(case, places=[place]))
    whole = table[table["element_id"].isna()].set_index("dimension_id")["verdict"]
    assert set(whole.index) == set(case.settings.indicators)
    parts = table[table["element_id"].notna()]
    enough = (parts["n_for"] > 0).groupby(parts["dimension_id"]).mean() >= 0.75
    expected = (
        UNMET if (whole == "contradicted").any() else MET if (whole == "supported").all() and enough.all() else UNCLEAR
    )
    few, spread, reached, left = signs(case)["value"]
    brittle = few >= 0.5 or spread >= 0.5 or reached < 1 or left < 0.5
    assert cell(case) == (expected, BRITTLE if brittle else UNCLEAR)
    assert tuple(tension.results(case, read_again=False).facts["value"].head(2)) == cell(case)


def test_shares_by_kind_add_up_to_one_and_no_kind_is_pooled_with_another(case, read_again):
    table = shares(read_again, cell(case))
    assert set(table["kind"]) == set(read_again["kind"]) <= set(KINDS)
    for kind, part in table.groupby("kind"):
        assert part["share"].sum() == pytest.approx(1)
        assert part["n"].sum() == part["n_readings"].iloc[0] == (read_again["kind"] == kind).sum()
        assert part["base"].sum() <= 1
    assert list(dict.fromkeys(table["kind"])) == [one for one in KINDS if one in set(table["kind"])]
    by_hand = (read_again["dynamics"] == cell(case)[0]) & (read_again["dependency"] == cell(case)[1])
    for kind, part in by_hand.groupby(read_again["kind"]):
        mine = table[(table["kind"] == kind) & table["base"]]["share"]
        assert (mine.iloc[0] if len(mine) else 0.0) == pytest.approx(part.mean())


def test_readings_by_coder_leave_the_dependency_and_roll_ups_the_dynamics(case, read_again):
    base = cell(case)
    by = read_again.groupby("kind")
    assert set(by.get_group("coder")["dependency"]) == {base[1]}
    for kind in ("roll-up", "boundary"):
        assert set(by.get_group(kind)["dynamics"]) == {base[0]}
    assert set(by.get_group("roll-up")["reading"]) == {"kelurahan_teams", "one_team_a_kelurahan"}
    assert set(by.get_group("boundary")["reading"]) == {"own money", "all programmes"}
    assert len(by.get_group("resample")) == 3


def test_without_a_family_the_cell_is_that_of_the_case_without_it(case, read_again):
    from dashat_lib.dependency.flow import flow
    from dashat_lib.dependency.stage import without_each_family
    from dashat_lib.readings import without_family

    rows = read_again[read_again["kind"] == "source"].set_index("reading")
    tied = sorted(dict(without_each_family(case, flow(case))))
    for family in [*tied[::5], *sorted(set(rows.index) - set(tied))[:2]]:
        assert tuple(rows.loc[family, ["dynamics", "dependency"]]) == cell(without_family(case, family=family)), family


def test_a_resample_is_the_case_with_its_events_drawn_again(small, read_again):
    from dashat_lib.resampling import poisson_weights

    events = sorted(small.evidence["event_id"].unique())
    weights = poisson_weights(events, 3, seed=small.settings.seed)
    event = small.ties["evidence_id"].map(small.evidence.set_index("evidence_id")["event_id"])
    rows = read_again[read_again["kind"] == "resample"].set_index("reading")
    for at in range(3):
        left = replace(small, ties=small.ties[[weights[one][at] > 0 for one in event]])
        assert rows.at[f"resample {at + 1}", "dependency"] == dependence(signs(left))
    assert np.isin(rows["dynamics"], DYNAMICS).all()
