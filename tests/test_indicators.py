"""Verdicts, their robustness, and the rows under each fact."""

from __future__ import annotations

import os
from dataclasses import replace

import pandas as pd
import pytest

from dashat_lib import fingerprint, indicators, outcomes, pipeline
from dashat_lib.admission import of_programme
from dashat_lib.pipeline import STAGES

NUMBERS = ["value", "lower", "upper", "reason"]


@pytest.fixture(scope="module")
def case(case):
    """The case with few random draws, so that it can be computed many times."""
    return replace(case, settings=case.settings.model_copy(update={"resamples": 20}))


# The stages with many draws, and the claims, have the same property held in test_provenance, over all tables.
SLOW = (
    "network.groups",
    "network.bands",
    "stakeholders",
    "dependency",
    "tension",
    "claims",
    "claims.readings",
    "conclusions",
)
QUICK = [one.name for one in STAGES if one.name not in SLOW]


def compute(case):
    return pipeline.compute(case, *QUICK)


@pytest.fixture(scope="module")
def results(case):
    return compute(case)


@pytest.fixture(scope="module")
def light_results(light_case):
    return compute(light_case)


def without_rows(case, gone):
    """A case without some evidence rows and all that points to them."""
    names = ("evidence", "evidence_actors", "codings", "ties", "settlements", "audit")
    return replace(
        case,
        **{name: (t := getattr(case, name))[~t["evidence_id"].isin(gone)].reset_index(drop=True) for name in names},
    )


def moved(before, after):
    """Facts whose value, bounds or reason changed, that came or went."""
    one, other = (r.facts.set_index("fact_id")[NUMBERS].astype("object").fillna("-").map(str) for r in (before, after))
    both = one.index.intersection(other.index)
    changed = both[(one.loc[both] != other.loc[both]).any(axis=1)]
    return set(changed) | (set(one.index) ^ set(other.index))


def under(results):
    """Facts with the rows under them."""
    return results.fact_support.groupby("fact_id").apply(
        lambda part: frozenset(zip(part["table"], part["row_id"], part["role"], strict=True))
    )


@pytest.mark.parametrize("seed", range(6 if os.environ.get("DASHAT_FULL") else 2))
def test_deleting_a_row_moves_exactly_the_facts_whose_support_names_it(light_case, light_results, seed):
    case, results = light_case, light_results
    gone = case.evidence["evidence_id"].sample(1, random_state=seed).iloc[0]
    after = compute(without_rows(case, [gone]))
    ties, codings, settlements = (t[t["evidence_id"] == gone] for t in (case.ties, case.codings, case.settlements))
    vanished = {
        ("evidence", gone),
        *(("ties", one) for one in ties["tie_id"]),
        *(("codings", one) for one in codings["coding_id"]),
    }
    vanished |= {("settlements", one) for one in settlements["settlement_id"]}
    vanished |= {
        ("evidence_actors", f"{gone}/{one}")
        for one in case.evidence_actors.query("evidence_id == @gone")["stakeholder_id"]
    }
    support = results.fact_support
    named = set(
        support.loc[[pair in vanished for pair in zip(support["table"], support["row_id"], strict=True)], "fact_id"]
    )
    assert moved(results, after) <= named
    rows_before, rows_after = under(results), under(after)
    changed = {fact for fact in rows_before.index if rows_before[fact] != rows_after.get(fact)}
    assert changed | moved(results, after) == named


def test_more_reports_of_one_event_change_no_count_of_events_and_no_verdict(case, results):
    row = case.codings.query("coder == 'adjudicated' and code_id == 'leadership' and stance == 'for'").iloc[0]
    evidence = case.evidence[case.evidence["evidence_id"] == row["evidence_id"]]
    copies = {"evidence": [], "codings": [], "evidence_actors": []}
    for at in range(6):
        copies["evidence"].append(evidence.assign(evidence_id=f"X{at}"))
        mine = case.codings[case.codings["evidence_id"] == row["evidence_id"]]
        copies["codings"].append(mine.assign(evidence_id=f"X{at}", coding_id=mine["coding_id"] + f"x{at}"))
        actors = case.evidence_actors[case.evidence_actors["evidence_id"] == row["evidence_id"]]
        copies["evidence_actors"].append(actors.assign(evidence_id=f"X{at}"))
    more = replace(
        case, **{name: pd.concat([getattr(case, name), *parts], ignore_index=True) for name, parts in copies.items()}
    )
    columns = ["set_id", "place", "n_for", "n_against", "n_mixed", "verdict"]
    found = indicators.verdicts(indicators.gather(more))[columns]
    pd.testing.assert_frame_equal(found, results.tables["indicator_verdicts"][columns])


def test_flipping_all_stances_turns_support_into_contradiction(case):
    flip = {"for": "against", "against": "for"}
    turned = replace(case, codings=case.codings.assign(stance=case.codings["stance"].replace(flip)))
    before, after = (indicators.verdicts(indicators.gather(one)) for one in (case, turned))
    assert (before["n_for"] == after["n_against"]).all()
    strong = before["verdict"].eq("supported")
    assert strong.any()
    assert set(after.loc[strong, "verdict"]) == {"contradicted"}


def test_the_rows_of_the_thesis_move_no_indicator(case, results):
    own = case.evidence.loc[case.evidence["source_id"].isin(case.settings.own_sources), "evidence_id"]
    found = indicators.verdicts(indicators.gather(without_rows(case, own)))
    columns = ["set_id", "place", "n_rows", "n_for", "n_against", "verdict", "qualifier"]
    pd.testing.assert_frame_equal(found[columns], indicators.verdicts(indicators.gather(case))[columns])


def test_order_of_rows_changes_nothing(light_case, light_results):
    case, results = light_case, light_results
    names = [name for name, _ in case.tables() if name not in {"frameworks", "fact_definitions"}]
    shuffled = replace(
        case, **{name: getattr(case, name).sample(frac=1, random_state=1).reset_index(drop=True) for name in names}
    )
    assert moved(results, compute(shuffled)) == set()


def test_renamed_evidence_changes_no_number(light_case, light_results):
    case, results = light_case, light_results

    def renamed(table):
        return table.assign(evidence_id="Z" + table["evidence_id"])

    names = ("evidence", "evidence_actors", "codings", "ties", "settlements", "audit")
    assert moved(results, compute(replace(case, **{name: renamed(getattr(case, name)) for name in names}))) == set()


def test_every_city_verdict_is_labelled_a_proxy(results):
    city = results.tables["indicator_verdicts"].query("place == 'surakarta'")
    assert city["qualifier"].str.contains("city-level proxy").all()


def test_every_fact_but_an_empty_count_has_rows_under_it(results):
    bare = results.facts[~results.facts["fact_id"].isin(results.fact_support["fact_id"])]
    zero_or_open = bare["value"].isin([0, "undecidable"]) | bare["value"].isna()
    assert zero_or_open.all(), bare.loc[~zero_or_open, "fact_id"].tolist()


def test_an_undefined_fact_says_why(results):
    assert results.facts.loc[results.facts["value"].isna(), "reason"].notna().all()


# Stages that make cases of their own (a what-if, a reading) take rows out of all tables that speak of them: here it is tried what that moves.
CARRY = ("stakeholders", "dependency", "claims", "claims.readings", "conclusions")
CARRIED = ("settlements", "second_codings", "audit")


class Hidden:
    """Stands where a table was; whoever asks it anything is told off."""

    def __init__(self, name):
        self.__dict__["name"] = name

    def __getattr__(self, asked):
        raise AssertionError(f"{self.name} is read and not listed")

    __getitem__ = __len__ = __iter__ = __eq__ = __getattr__
    __hash__ = None


@pytest.mark.parametrize("stage", STAGES, ids=lambda stage: stage.name)
def test_stages_read_only_the_tables_they_list(light_case, stage):
    import importlib

    room = importlib.import_module(stage.room)
    few = replace(light_case, settings=light_case.settings.model_copy(update={"resamples": 4}))
    others = {name: table for name, table in few.tables() if name not in stage.reads}
    assert others
    if stage.name not in CARRY:
        room.results(replace(few, **{name: Hidden(name) for name in others}))
        return
    emptied = {name: table.iloc[:0] if name in CARRIED else Hidden(name) for name, table in others.items()}
    pd.testing.assert_frame_equal(room.results(replace(few, **emptied)).facts, room.results(few).facts)


def test_the_survey_fell_by_4_2_points_and_weighing_did_not(results):
    # README of the case: SSGI 20.4 (2021), 16.2 (2022); weighing 1.96 (2021), 1.87 and 3.17 (2022)
    facts = results.facts.set_index("fact_id")
    assert facts.at["prevalence_change_ssgi_2021_2022", "value"] == pytest.approx(-4.2)
    weighing = facts.loc["prevalence_change_local_weighing_2021_2022"]
    assert (weighing["value"], weighing["lower"], weighing["upper"]) == pytest.approx((1.21, -0.09, 1.21))


def test_no_series_holds_two_methods_and_differing_sources_give_a_range(case):
    series = outcomes.prevalence_series(case)
    assert not series.duplicated(["area", "survey", "method", "year"]).any()
    differing = series[series["lower"] < series["upper"]]
    assert len(differing)
    assert differing["value"].isna().all()


def test_the_library_holds_nothing_of_the_case(case):
    from conftest import ROOT

    text = "\n".join(path.read_text(encoding="utf-8") for path in (ROOT / "dashat_lib").rglob("*.py"))
    names = {*case.claims["claim_id"], *case.evidence["evidence_id"], *case.places["place"], *case.settings.own_sources}
    names |= set(case.stakeholders["stakeholder_id"])
    names -= {"sumber"}  # a kelurahan, and the Indonesian heading of a column of sources
    assert [name for name in sorted(names) if f'"{name}"' in text] == []


def test_the_data_hash_is_of_the_raw_files(case):
    assert len(fingerprint.data_hash(fingerprint.raw_files(case.folder))) == 12


def test_rows_of_the_programme_are_those_that_name_it_or_hold_a_tie_of_it(case):
    mine = of_programme(case)
    tied = set(case.ties.loc[case.ties["programme"] == case.settings.programme, "evidence_id"])
    assert tied < mine
    texts = case.evidence.set_index("evidence_id")[["text_id", "text_en"]].agg(" ".join, axis=1)
    assert all("dashat" in texts[one].lower() or "dapur sehat" in texts[one].lower() for one in mine - tied)
    assert not any("dashat" in one.lower() for row, one in texts.items() if row not in mine)
    none = replace(case, settings=case.settings.model_copy(update={"programme": None}))
    assert of_programme(none) == set()


def test_events_of_the_programme_are_counted_beside_each_verdict(case):
    material = indicators.gather(case)
    found = indicators.with_programme(indicators.verdicts(material), material).set_index(["set_id", "place"])
    assert (found["n_decided"] == found["n_for"] + found["n_against"]).all()
    assert (found["n_programme"] <= found["n_decided"]).all()
    mine = of_programme(case)
    for (set_id, place), one in found.iterrows():
        rows = material.part(place=place, set_id=set_id).rows
        here = rows[rows["evidence_id"].isin(mine) & rows["event_stance"].isin(["for", "against"])]
        assert one["n_programme"] == here["event_id"].nunique()


def test_an_event_without_a_row_of_the_programme_moves_no_reading_of_it(case):
    material = indicators.gather(case)
    base = indicators.verdicts(material)
    before = indicators.on_programme(material, base)
    assert set(before["kind"]) == {indicators.PROGRAMME_ROWS}
    mine = of_programme(case)
    others = case.evidence.loc[~case.evidence["evidence_id"].isin(mine), "evidence_id"]
    fewer = indicators.gather(without_rows(case, set(others[::2])))
    after = indicators.on_programme(fewer, indicators.verdicts(fewer))
    columns = ["set_id", "place", "n_for", "n_against", "verdict"]
    pd.testing.assert_frame_equal(before[columns], after[columns])


def test_families_of_decided_events_are_at_least_those_that_decide_them(case):
    material = indicators.gather(case)
    wide = indicators.families_of_decided(material)
    narrow = indicators.verdicts(material).set_index(["set_id", "place"])["n_families"]
    assert all(wide.get(key, 0) >= n for key, n in narrow.items())


def test_a_share_of_two_speakers_is_of_the_rows_that_state_one(case):
    facts = indicators.results(case).facts.set_index("fact_id")["value"]
    spoken = indicators.speakers(indicators.gather(case)).query("place == 'surakarta' and set_id == 'resources'")
    stem = "resources.surakarta"
    assert facts[f"{stem}.n_rows_speaker"] == spoken["n_rows"].sum()
    assert facts[f"{stem}.share_two_speakers"] == pytest.approx(spoken["share_of_stated"].head(2).sum())
    assert pd.isna(facts["knowledge.surakarta.share_two_speakers"])
