"""Rival explanations as claims of their own, and the log of how conclusions were drawn."""

from __future__ import annotations

import csv
from dataclasses import replace

import pandas as pd
import pytest
from conftest import ROOT

from dashat_lib import claims, conclusions, indicators, outcomes
from dashat_lib.claims.reckoning import Reckoning
from dashat_lib.dependency.stage import n_programmes
from dashat_lib.readings import only_evidence

THESIS = "uns-digilib-127676"


@pytest.fixture(scope="module")
def book(case):
    return Reckoning(case)


def read(name):
    with (ROOT / f"data/raw/{name}.csv").open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


def read_rivals(name):
    with (ROOT / f"data/rivals/{name}.csv").open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


def inside(place):
    within = {one["place"]: one["within"] for one in read("places")}
    return {one for one in within if one == place or (within[one] and place in chain(one, within))}


def chain(one, within):
    while one:
        yield one
        one = within[one]


# ---- the statistics of the rivals, again by plain loops -----------------------------------------------------------------


def test_the_share_of_areas_that_fell_as_much_is_counted_from_the_file(book):
    values = {}
    for one in read("prevalence"):
        if one["survey"] == "SSGI" and one["level"] in ("kota", "kabupaten") and one["province"] == "Jawa Tengah":
            values.setdefault(one["area"], {}).setdefault(one["year"], set()).add(float(one["prevalence_pct"]))
    change = {area: max(of["2022"]) - max(of["2021"]) for area, of in values.items() if all(len(of.get(year, ())) == 1 for year in ("2021", "2022"))}  # fmt: skip
    own = change.pop("Kota Surakarta")
    found = book.fact("share_other_areas_fell_as_much")
    assert found.value == pytest.approx(sum(one <= own + 1e-9 for one in change.values()) / len(change))
    assert found.details["n"] == len(change)


def test_areas_with_one_year_or_two_values_a_year_are_looked_at_only(case):
    given = {"area": "a", "province": "p", "levels": "kota", "survey": "S", "year_from": "1", "year_to": "2"}

    def made(*rows):
        table = pd.DataFrame(rows, columns=["area", "year", "prevalence_pct"]).assign(
            level="kota", province="p", survey="S", source_id="s"
        )
        return replace(case, prevalence=table.assign(prevalence_id=[f"P{at}" for at in range(len(rows))]))

    rows = [("a", 1, 10.0), ("a", 2, 7.0), ("b", 1, 9.0), ("b", 2, 6.0), ("c", 1, 9.0), ("c", 2, 8.0), ("d", 1, 9.0), ("e", 1, 9.0), ("e", 1, 8.0), ("e", 2, 1.0)]  # fmt: skip
    found = outcomes.areas_changed_at_least(made(*rows), given)
    assert found.value == 0.5
    assert found.support[0].looked_at == {"P6", "P7", "P8", "P9"}
    rose = outcomes.areas_changed_at_least(made(("a", 1, 1.0), ("a", 2, 2.0), *rows[2:]), given)
    assert rose.value == 0  # nobody else rose
    alone = outcomes.areas_changed_at_least(made(*rows[:2]), given)
    assert (alone.reason, alone.value != alone.value) == (outcomes.NO_AREA, True)


def test_the_years_from_the_start_and_the_other_programmes_are_those_of_the_files(book):
    start = {one["programme"]: one["start_year"] for one in read("programmes")}
    assert book.fact("years_from_programme_start_to_second_survey").value == 2022 - int(start["dashat"])
    evidence = {one["evidence_id"]: one for one in read("evidence")}
    found = {
        one["programme"]
        for one in read("ties")
        if one["relation"] in ("funds", "supplies", "delivers_to")
        and int(one["year"]) <= 2022
        and one["programme"] not in ("dashat", "general")
        and evidence[one["evidence_id"]]["place"] in inside("surakarta")
        and evidence[one["evidence_id"]]["source_id"] != THESIS
    }
    assert book.fact("n_other_programmes_giving_by_second_survey").value == len(found)


def test_a_changed_counting_is_asked_of_rows_of_the_survey_years(book):
    """Rows of later years explain later counts: they do not say that the survey changed between its two years."""
    evidence = {one["evidence_id"]: one for one in read("evidence")}
    codes = [one for one in read("codings") if one["coder"] == "adjudicated" and one["code_id"] == "challenge-data-measurement" and one["stance"] == "for"]  # fmt: skip
    rows = [evidence[one["evidence_id"]] for one in codes]
    rows = [one for one in rows if one["place"] in inside("surakarta") and one["source_id"] != THESIS]
    dated = {one["event_id"] for one in rows if one["date"][:4] in ("2021", "2022")}
    fact = next(one for one in read_rivals("fact_definitions") if one["statistic"] == "n_events")["fact"]
    found = book.fact(fact)
    assert len({one["event_id"] for one in rows}) > len(dated)
    assert found.details["n"] == len(dated)
    assert (found.reason == "too few of them") == (len(dated) < 2)
    rival = next(one for one in book.tests if any(test.fact == fact for test in book.tests[one]))
    assert claims.claim_verdict(book, rival).verdict == "undecidable"


def test_a_programme_without_a_start_and_a_year_without_ties_say_so(case):
    nothing = replace(case, programmes=case.programmes.assign(start_year=pd.NA))
    assert outcomes.years_from_start(nothing, {"programme": "dashat", "year": "2022"}).reason == outcomes.NO_START
    assert n_programmes(case, {"year_to": "1999"}).value == 0


def test_a_change_is_measured_in_errors_only_where_the_size_of_the_samples_is_known(case):
    given = {"area": "Kota Surakarta", "survey": "SSGI", "year_from": "2021", "year_to": "2022"}
    assert outcomes.change_over_error(case, given).reason == outcomes.NO_ERROR
    sized = replace(case, prevalence=case.prevalence.assign(n_sampled="400"))
    p, q = 0.204, 0.162  # difference of two independent shares, by hand
    expected = 4.2 / (100 * ((p * (1 - p) + q * (1 - q)) / 400) ** 0.5)
    assert outcomes.change_over_error(sized, given).value == pytest.approx(expected)
    wider = outcomes.change_over_error(sized, {**given, "design_effect": "4"})
    assert wider.value == pytest.approx(expected / 2)
    assert outcomes.change_over_error(sized, {**given, "year_to": "1990"}).reason == outcomes.NO_VALUE


def test_a_rival_is_decided_by_general_statistics_and_no_id_of_the_case_is_in_the_package(case):
    rivals = case.claims[case.claims["kind"] == "rival"]
    assert len(rivals) == 6
    ids = {*rivals["claim_id"], *case.programmes["programme"], *case.prevalence["area"]} - {
        "general",
        "dashat",
    }  # the second is the name of the package
    own = {one["fact"] for one in csv.DictReader((ROOT / "data/rivals/fact_definitions.csv").open(encoding="utf-8"))}
    for path in (ROOT / "dashat_lib").rglob("*.py"):
        text = path.read_text(encoding="utf-8")
        found = [one for one in ids | own if f'"{one}"' in text]
        assert found == [], path.name


def test_each_rival_has_a_verdict_that_its_tests_give_and_what_would_decide_it(case, book):
    for one in case.claims[case.claims["kind"] == "rival"].itertuples():
        found = claims.claim_verdict(book, one.claim_id, every_test=True)
        assert found.verdict == claims.combined([test.outcome for test in found.necessary()])
        assert (case.would_decide["claim_id"] == one.claim_id).any()
        assert found.support()


# ---- the log -------------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def log(case):
    return conclusions.conclusion_log(case)


def test_each_finding_stands_under_each_tactic_and_the_others_say_why_not(case, book, log):
    tested = [one for one in book.tests if claims.claim_verdict(book, one).verdict != "not_tested"]
    computed = log[log["finding_kind"] != conclusions.ALL]
    assert set(computed["finding"]) == {*tested, *case.settings.indicators}
    assert (computed.groupby("finding")["tactic"].nunique() == len(conclusions.TACTICS)).all()
    assert not computed.duplicated(["finding", "tactic"]).any()
    rest = log[log["finding_kind"] == conclusions.ALL]
    assert set(rest["tactic"]) == set(conclusions.NOT_POSSIBLE)
    assert len({*conclusions.TACTICS, *conclusions.NOT_POSSIBLE}) == 13  # Miles & Huberman (1994), ch. 10
    assert set(rest["result"]) == {conclusions.NOT_TESTABLE}
    assert log[["looked_en", "looked_id"]].map(len).gt(10).all(axis=None)
    assert (log["looked_en"] != log["looked_id"]).all()


def test_turned_is_said_only_where_a_reading_turned_the_verdict(case, log):
    """One source family, events that speak the other way, a rival that stands: they weigh on a verdict and turn none."""
    tried = ("researcher effects", "weighting the evidence", "outliers", "if-then tests", "replicating")
    assert set(log.loc[log["result"] == "turns", "tactic"]) <= set(tried)
    assert not set(log.loc[log["result"] == "weakens", "tactic"]) & set(tried)
    assert (log["result"] == "weakens").any()
    rivals = set(case.claims.loc[case.claims["kind"] == "rival", "claim_id"])
    assert set(log.loc[log["finding_kind"] == "rival explanation", "finding"]) <= rivals
    assert not rivals & set(log.loc[log["finding_kind"] == "claim", "finding"])


def test_the_outliers_of_a_claim_are_the_events_without_which_it_turns(case, log):
    outliers = log[(log["tactic"] == "outliers") & log["finding_kind"].isin(["claim", "rival explanation"])].set_index(
        "finding"
    )
    held = claims.resampled(case)
    turning = {event for cell in outliers["ids"].dropna() for event in cell.split(";")}
    assert turning
    for event in [*sorted(turning), *sorted(set(case.evidence["event_id"]) - turning)[::40]]:
        rest = only_evidence(case, case.evidence.loc[case.evidence["event_id"] != event, "evidence_id"])
        after = claims.measured(rest, held).set_index("fact_id")["value"]
        for claim_id, one in outliers.iterrows():
            named = event in ("" if pd.isna(one["ids"]) else one["ids"]).split(";")
            assert (after[f"claim.{claim_id}.verdict"] != one["verdict"]) == named, (event, claim_id)


def test_an_indicator_is_read_without_each_event_under_it_as_its_case_would_be(case):
    found = {one.name: one for one in conclusions.indicator_findings(case)}["shared-motivation"]
    place = case.settings.wider_place
    for event, verdict in found.tried["event"].items():
        rest = only_evidence(case, case.evidence.loc[case.evidence["event_id"] != event, "evidence_id"])
        values = indicators.measured(rest).set_index("fact_id")["value"]
        assert values[f"shared-motivation.{place}.verdict"] == verdict
    assert found.against


def test_a_tactic_is_no_test_of_a_finding_that_nothing_of_its_kind_is_under(case, book, log):
    results = log.set_index(["finding", "tactic"])["result"]
    for claim_id in log.loc[log["finding_kind"].isin(["claim", "rival explanation"]), "finding"].unique():
        tables = {part.table for part in claims.claim_verdict(book, claim_id).support()}
        for table, tactic in (
            ("codings", "researcher effects"),
            ("evidence", "weighting the evidence"),
            ("evidence", "triangulating"),
        ):
            assert table in tables or results[claim_id, tactic] == conclusions.NOT_TESTABLE


def test_a_finding_with_a_supported_rival_does_not_stand_alone(case):
    rivals = {"R": "supported", "S": "contradicted"}
    finding = conclusions.Finding("M", "claim", "supported", frozenset(), frozenset(), {}, rivals)
    look = conclusions.TACTICS["rival explanations"]
    assert (look(case, finding).result, look(case, finding).ids) == ("weakens", ["R"])
    assert look(case, replace(finding, rivals={"S": "contradicted"})).result == "holds"
    assert look(case, replace(finding, rivals={"S": "undecidable"})).result == "not testable"
    assert look(case, replace(finding, rivals={})).result == "not testable"


def test_rivals_stand_beside_the_claim_they_name_with_every_test(case, book):
    table = conclusions.rivals_beside(case)
    rivals = case.claims[case.claims["kind"] == "rival"].set_index("claim_id")
    assert set(table["rival"]) == set(rivals.index)
    assert len(table) == case.claim_tests["claim_id"].isin(rivals.index).sum()
    assert (table["claim_id"].to_numpy() == rivals.loc[table["rival"], "tension_with"].to_numpy()).all()
    for one in table.itertuples():
        assert one.rival_verdict == claims.claim_verdict(book, one.rival).verdict
    nobody = replace(case, claims=case.claims[case.claims["kind"] != "rival"])
    assert conclusions.rivals_beside(nobody).empty
