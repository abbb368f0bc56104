"""Outcomes as their sources give them: known conflicts are found, nothing is averaged, and a change says what it can carry."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
import pytest

from dashat_lib import findings, outcomes
from dashat_lib.words import reader

PLACE = "surakarta"


@pytest.fixture(scope="module")
def series(case):
    return outcomes.outcome_series(case)


@pytest.fixture(scope="module")
def facts(case):
    return outcomes.results(case).facts.set_index("fact_id")


def line(series, measure, date, method=None):
    mine = series[(series["measure"] == measure) & (series["place"] == PLACE) & (series["date"] == date)]
    return (mine if method is None else mine[mine["method"] == method]).squeeze()


# README of the case, "Known conflicts between sources": both sides kept.
@pytest.mark.parametrize(
    ("measure", "date", "values"),
    [
        ("stunting_cases", "2024-02", {1050, 1059, 1095}),
        ("stunting_cases", "2023-08", {900, 1050}),
        ("stunting_cases", "2020", {1015, 1050}),
        ("stunting_cases", "2022", {494, 788}),
        ("beneficiaries_toddlers", "2024-06-19", {604, 608}),
        ("budget_idr", "2024", {5e9, 6e9}),
    ],
)
def test_known_conflicts_are_found_with_every_value_and_no_mean(series, measure, date, values):
    one = line(series, measure, date)
    assert one["conflict"]
    assert {float(value) for value in one["values"].split(";")} == values
    assert (one["lower"], one["upper"]) == (min(values), max(values))
    assert pd.isna(one["value"])


def test_a_year_against_a_month_inside_it_is_told_but_is_no_conflict(series):
    # README: 2021 is 509 (August) or 570
    one = line(series, "stunting_cases", "2021")
    assert not one["conflict"]
    assert one["other_within"] == "2021-08"
    # at risk: 3,000 of the year, 5,000 in May
    assert line(series, "at_risk_persons", "2024")["other_within"] == "2024-05-15"


def test_decimals_that_one_source_leaves_out_are_no_conflict(series):
    one = line(series, "prevalence_pct", "2023", "local_weighing")
    assert (one["lower"], one["upper"]) == (4.3, 4.32)
    assert one["rounding"]
    assert not one["conflict"]


def test_conflicts_are_exactly_the_dates_on_which_values_differ(case, series):
    for one in series.to_dict("records"):
        table, key, column = (case.prevalence, "prevalence_id", "prevalence_pct") if one["measure"] == "prevalence_pct" else (case.beneficiaries, "beneficiary_id", "value")  # fmt: skip
        rows = table[table[key].isin(one["row_ids"].split(";"))]
        assert one["n_sources"] == rows["source_id"].nunique()
        assert (one["conflict"] or one["rounding"]) == (rows[column].nunique() > 1)
        assert (one["lower"], one["upper"]) == (rows[column].min(), rows[column].max())
    assert series["row_ids"].str.split(";").explode().is_unique
    kept = set(series["row_ids"].str.split(";").explode())
    assert set(case.beneficiaries["beneficiary_id"]) <= kept


def test_survey_and_weighing_never_share_a_row(case, series):
    rates = series[series["measure"] == "prevalence_pct"]
    method = case.prevalence.set_index("prevalence_id")["method"]
    assert all(method.loc[one.split(";")].nunique() == 1 for one in rates["row_ids"])
    assert {"survey", "local_weighing", "unspecified"} <= set(rates["method"])


def test_the_document_under_examination_moves_no_outcome(case, facts):
    own = case.settings.own_sources[0]
    more = case.beneficiaries.iloc[[0]].assign(beneficiary_id="X1", source_id=own, value=7.0)
    rate = case.prevalence.query("area == 'Kota Surakarta' and survey == 'SSGI'").iloc[[0]]
    rate = rate.assign(prevalence_id="X2", source_id=own, prevalence_pct=99.0)
    said = replace(
        case,
        beneficiaries=pd.concat([case.beneficiaries, more], ignore_index=True),
        prevalence=pd.concat([case.prevalence, rate], ignore_index=True),
    )
    pd.testing.assert_frame_equal(outcomes.results(said).facts.set_index("fact_id"), facts)


def test_facts_of_figures_in_conflict_are_undefined_with_bounds(facts, series):
    one = facts.loc["outcome.stunting_cases.surakarta.2024-02"]
    assert pd.isna(one["value"])
    assert (one["lower"], one["upper"], one["reason"]) == (1050, 1095, "sources differ")
    assert facts.at["outcome.n_conflicts", "value"] == series["conflict"].sum()


def test_the_province_stands_beside_the_city(case, facts):
    def value(area, year):
        found = case.prevalence.query("area == @area and year == @year and survey == 'SSGI'")["prevalence_pct"]
        assert found.nunique() == 1
        return found.iloc[0]

    changes = {}
    for area, slug in (
        ("Kota Surakarta", "kota-surakarta"),
        ("Jawa Tengah", "jawa-tengah"),
        ("Indonesia", "indonesia"),
    ):
        changes[slug] = value(area, 2022) - value(area, 2021)
        assert facts.at[f"prevalence_change.{slug}.ssgi.2021.2022", "value"] == pytest.approx(changes[slug])
    # README: Central Java 20.9 (2021), 20.8 (2022)
    assert changes["jawa-tengah"] == pytest.approx(-0.1)
    difference = facts.at["prevalence_change.kota-surakarta.minus.jawa-tengah.ssgi.2021.2022", "value"]
    assert difference == pytest.approx(changes["kota-surakarta"] - changes["jawa-tengah"])


def test_the_comparison_says_that_its_first_year_lies_before_the_programme(case):
    table = outcomes.can_carry(case).set_index("limit")
    start = int(case.programmes.set_index("programme").at["dashat", "start_year"])
    assert (table.at["first_year", "value"], table.at["first_year", "limit_says"]) == (2021, "before")
    assert (table.at["second_year", "value"], table.at["second_year", "limit_says"]) == (start, "at")
    assert (table.at["years_before", "value"], table.at["years_after", "value"]) == (1, 0)
    assert (table.at["sources_first", "value"], table.at["sources_second", "value"]) == (
        6,
        4,
    )  # README: 6 and 4 sources
    others = table.loc[["other_series"]].set_index("subject")
    weighing = others.loc["daerah/local_weighing"]
    assert (weighing["lower"], weighing["upper"], weighing["limit_says"]) == pytest.approx((-0.09, 1.21, "either way"))


@pytest.mark.parametrize(
    ("start", "says"), [(2020, ("after", "after")), (2021, ("at", "after")), (2023, ("before", "before"))]
)
def test_another_first_year_moves_the_limits(case, start, says):
    programmes = case.programmes.assign(
        start_year=case.programmes["start_year"].where(case.programmes["programme"] != "dashat", start)
    )
    table = outcomes.can_carry(replace(case, programmes=programmes)).set_index("limit")
    assert (table.at["first_year", "limit_says"], table.at["second_year", "limit_says"]) == says


def test_a_programme_without_a_first_year_is_told(case):
    bare = replace(case, settings=case.settings.model_copy(update={"programme": None}))
    table = outcomes.can_carry(bare).set_index("limit")
    assert table.at["first_year", "limit_says"] == outcomes.NO_START
    assert "years_before" not in table.index
    facts = outcomes.results(bare).facts.set_index("fact_id")
    assert facts.at["survey_years.kota-surakarta.ssgi.before_start", "reason"] == outcomes.NO_START


def test_an_area_that_went_the_other_way_is_told(case):
    up = case.prevalence["prevalence_pct"].where(
        ~((case.prevalence["area"] == "Jawa Tengah") & (case.prevalence["year"] == 2022)), 25.0
    )
    table = outcomes.can_carry(replace(case, prevalence=case.prevalence.assign(prevalence_pct=up)))
    around = table[table["limit"] == "around"].set_index("subject")
    assert around["limit_says"].to_dict() == {"Jawa Tengah": "other direction", "Indonesia": "same direction"}


def test_no_sentence_on_a_change_names_a_cause(case):
    limits = outcomes.can_carry(case)
    for language, words in (
        ("en", {"because", "caused", "effect", "thanks", "led", "impact"}),
        ("id", {"karena", "akibat", "berkat", "dampak", "menyebabkan"}),
    ):
        told = outcomes.carry_sentences(limits, case, reader(language))
        assert len(told) > 5
        assert not {one.strip(".,;:") for text in told for one in text.lower().split()} & words


def test_the_readme_keeps_to_the_changes_that_the_study_defines(tmp_path):
    folder = tmp_path / "data/processed"
    folder.mkdir(parents=True)
    (folder / "facts.csv").write_text(
        "fact_id,value,lower,upper,unit,how,how_id,reason\nprevalence_change_a,-1,-1,-1,percentage points,Defined.,Didefinisikan.,\nprevalence_change_a_again,-1,-1,-1,percentage points,Defined.,Didefinisikan.,\nprevalence_change_in_errors,,,,standard errors,Errors.,Galat.,none\nprevalence_change.b.c.1.2,-2,-2,-2,percentage points,Not.,Tidak.,\n",
        encoding="utf-8",
    )
    assert len(findings.change_of_prevalence(tmp_path, reader("en"))) == 1


def test_a_case_without_outcomes_has_empty_tables(case):
    bare = replace(
        case,
        prevalence=case.prevalence.iloc[:0],
        beneficiaries=case.beneficiaries.iloc[:0],
        fact_definitions=case.fact_definitions.iloc[:0],
    )
    results = outcomes.results(bare)
    assert all(table.empty for table in results.tables.values())
    assert results.facts["fact_id"].tolist() == ["outcome.n_conflicts", "outcome.n_conflicts_alike"]


def test_only_like_is_held_against_like(case, series):
    said = series[series["conflict"]].set_index(["measure", "date"])["likeness"]
    assert said["stunting_cases", "2022"] == outcomes.OTHER_MONTH  # Solopos, May 2022, and Kompas, April 2023
    assert said["prevalence_pct", "2021"] == outcomes.NO_METHOD
    assert said["stunting_cases", "2024-02"] == outcomes.ALIKE
    assert series.loc[~series["conflict"], "likeness"].isna().all()
    found = outcomes.results(case).facts.set_index("fact_id")["value"]
    assert found["outcome.n_conflicts_alike"] == (said == outcomes.ALIKE).sum()
    undated = replace(case, sources=case.sources.assign(published=None))
    again = outcomes.outcome_series(undated)
    assert outcomes.OTHER_MONTH not in set(again["likeness"].dropna())


def test_the_other_areas_and_the_error_are_among_the_limits(case):
    table = outcomes.can_carry(case).set_index("limit")
    share = outcomes.results(case).facts.set_index("fact_id").at["share_other_areas_fell_as_much", "value"]
    one = table.loc["other_areas"]
    assert one["lower"] / one["value"] == pytest.approx(share)
    assert table.at["error", "limit_says"] == "not stated"
    sampled = replace(case, prevalence=case.prevalence.assign(n_sampled=400))
    stated = outcomes.can_carry(sampled).set_index("limit").loc["error"]
    # two shares of 20.4 % and 16.2 % of 400 each: 100 * sqrt(.204 * .796 / 400 + .162 * .838 / 400)
    assert (stated["limit_says"], stated["value"]) == ("stated", pytest.approx(2.730, abs=1e-3))


@pytest.mark.parametrize("language", ["en", "id"])
def test_outcomes_in_words_keep_every_value_and_its_sources(case, series, language):
    told = outcomes.in_words(series, case, reader(language))
    assert len(told) == len(series)
    values = series["values"].map(lambda one: len(set(one.split(";"))))
    assert (told["said"].str.split("; ").str.len() == values).all()
    assert told["conflict"].notna().sum() == (series["conflict"] | series["rounding"]).sum()


def test_between_the_places_lies_the_kecamatan(case, series):
    assert set(outcomes.between_places(series, case)["place"]) == {"kecamatan-jebres"}
