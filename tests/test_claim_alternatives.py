"""Other figures and dates that a test could stand on: read off the files, and on cases that one can see through."""

from __future__ import annotations

import csv
from dataclasses import replace

import pytest
from conftest import ROOT

from dashat_lib import claims
from dashat_lib.claims.alternatives import NO_OTHER, alternatives, claim_alternatives, others_told
from dashat_lib.claims.reckoning import Reckoning
from dashat_lib.claims.verdicts import OTHER_ROWS, at_bounds, claim_verdict, tells
from dashat_lib.facts import Measured

THESIS = "uns-digilib-127676"


@pytest.fixture(scope="module")
def book(case):
    return Reckoning(case)


@pytest.fixture(scope="module")
def table(book):
    return claim_alternatives(book, {one: claim_verdict(book, one).verdict for one in book.tests})


def read(name):
    with (ROOT / f"data/raw/{name}.csv").open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


def first_test(book, statistic):
    return next(
        one for tests in book.tests.values() for one in tests if book.ask(one.fact, test=one).statistic == statistic
    )


def test_the_other_counts_of_those_in_need_are_those_of_the_file(book, table):
    """885 served of 5,000 at risk: the set also holds 3,000 at risk, children at risk and counted cases; 604 of the 885 are children."""
    test = first_test(book, "evidence_ratio")
    found = table[table["claim_id"] == test.claim_id]
    rows = [one for one in read("beneficiaries") if one["place"] == "surakarta" and one["date"][:4] == "2024" and one["source_id"] != THESIS]  # fmt: skip
    people = {float(one["value"]) for one in rows if one["measure"] == "at_risk_persons"} - {5000.0}
    children = {(one["measure"], float(one["value"])) for one in rows if one["measure"] in ("at_risk_children", "stunting_cases")}  # fmt: skip
    assert people == {3000.0}
    whole, small = found[found["number_above"] == 885], found[found["number_above"] == 604]
    assert set(zip(whole["counts"], whole["number"], strict=True)) == children | {("at_risk_persons", 3000.0)}
    assert set(zip(small["counts"], small["number"], strict=True)) == children
    assert len(whole) + len(small) == len(found)
    assert found["same_people"].tolist() == [top == 604 or below == "at_risk_persons" for top, below in zip(found["number_above"], found["counts"], strict=True)]  # fmt: skip
    value = found.set_index(["number_above", "number", "counts"])["value"]
    assert value[885, 3000, "at_risk_persons"] == pytest.approx(0.295)
    assert value[885, 1095, "stunting_cases"] == pytest.approx(0.808, abs=5e-4)
    assert value[604, 1095, "stunting_cases"] == pytest.approx(0.552, abs=5e-4)


def test_a_test_is_read_again_on_each_other_count(table, book):
    test = first_test(book, "evidence_ratio")  # 0.8 and more supports, less than 0.5 contradicts
    for one in table[table["claim_id"] == test.claim_id].itertuples():
        wanted = "supported" if one.value >= 0.8 else "contradicted" if one.value < 0.5 else "contested"
        assert one.verdict == wanted
    mixed = table[(table["claim_id"] == test.claim_id) & (table["verdict"] == "supported")]
    assert len(mixed)
    assert not mixed["same_people"].any()  # only people over children come to 0.8


def test_the_other_dates_of_the_grant_are_those_on_which_its_giver_is_named_before_its_use(book, table):
    test = first_test(book, "days_between")
    found = table[table["claim_id"] == test.claim_id].set_index("date")
    assert found.loc["2024-05", "value"] == 31  # May to June
    assert found.loc["2024-04-24", "value"] == 38  # 6 days of April, 31 of May, to 1 June
    assert found.loc["2024-04-24", "row_ids"].split(";") == ["E018", "E019"]
    named = {one["evidence_id"] for one in read("evidence_actors") if one["stakeholder_id"] == "pemerintah-uea"}
    listed = {row for cell in found["row_ids"] for row in cell.split(";")}
    assert listed <= named - set(test.evidence_ids)
    dates = {one["evidence_id"]: one["date"] for one in read("evidence")}
    later = [one for one in named - listed - set(test.evidence_ids) if dates[one] < "2024-06"]
    assert {dates[one] for one in later} <= {"2024"}  # known to the year only: it may lie after the use
    assert (found["verdict"] == "contested").all()
    assert (found["verdict_after"] == "contested").all()


def test_how_many_others_say_something_else_is_a_fact_with_the_rows_that_do(case, book, table):
    facts = claims.stage.facts_of(book)
    values = facts.facts.set_index("fact_id")
    for statistic in ("evidence_ratio", "days_between"):
        test = first_test(book, statistic)
        said = next(one for one in claim_verdict(book, test.claim_id, every_test=True).tests if one.test == test)
        mine = table[(table["claim_id"] == test.claim_id) & (table["test_no"] == test.test_no)]
        differ = mine[mine["verdict"] != said.outcome]
        name = f"claim.{test.claim_id}.{test.test_no}.others"
        assert values.at[name, "value"] == len(differ)
        rows = facts.fact_support.query("fact_id == @name and role == 'counted'")["row_id"]
        assert {row for cell in differ["row_ids"] for row in cell.split(";")} <= set(rows)
        assert f"{len(mine)}" in values.at[name, "how"]


def test_a_claim_that_another_figure_or_date_turns_says_so(case, table):
    results = claims.results(case).tables
    told = results["verdicts"].set_index("claim_id")
    turned = set(table.loc[table["verdict_after"] != told.loc[table["claim_id"], "verdict"].to_numpy(), "claim_id"])
    assert turned
    marked = told.index[told["qualifier"].fillna("").str.contains(OTHER_ROWS)]
    assert set(marked) == turned
    assert results["claim_alternatives"].equals(table)


def test_without_a_figure_or_a_payer_nothing_else_could_stand_there(case, book):
    nothing = Reckoning(replace(case, beneficiaries=case.beneficiaries.iloc[:0]))
    test = first_test(book, "evidence_ratio")
    assert alternatives(nothing, nothing.ask(test.fact, test=test)) == []
    said = next(one for one in claim_verdict(nothing, test.claim_id, every_test=True).tests if one.test == test)
    found = others_told(nothing, said)
    assert found.reason == NO_OTHER
    assert found.value != found.value
    test = first_test(book, "days_between")
    unpaid = Reckoning(replace(case, ties=case.ties[case.ties["evidence_id"] != test.evidence_ids[1]]))
    assert alternatives(unpaid, unpaid.ask(test.fact, test=test)) == []


def test_what_a_test_can_tell(book):
    test = replace(first_test(book, "evidence_ratio"), contra_op=None, contra_threshold=None)

    def said(kind, op, limit, value):
        one = replace(test, kind=kind, op=op, threshold=limit)
        found = Measured(value, "", {}, ())
        return tells(one, found, claims.outcome(one, found))

    assert said("value", ">=", "0", 5) == "value only"
    assert said("value", ">=", "0", -1) == "verdict"
    assert said("value", ">=", "1", 5) == "verdict"
    assert said("absence", "==", "0", 0) == "no veto"
    assert said("absence", "==", "0", 1) == "verdict"
    assert said("absence", ">=", "1", 3) == "verdict"
    assert said("absence", "==", "0", float("nan")) == "verdict"


def test_a_test_is_read_at_both_ends_of_what_its_sources_leave_open(book):
    test = replace(first_test(book, "evidence_ratio"), op="<", threshold="0", contra_op=">", contra_threshold="0")
    assert at_bounds(test, Measured(1.21, "", {}, (), -0.09, 1.21)) == ("supported", "contradicted")
    assert at_bounds(test, Measured(1.21, "", {}, ())) == (None, None)
