"""The tables of claims in the reader's words, on cases that one can see through."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
import pytest

from dashat_lib.claims import views
from dashat_lib.tables import Results
from dashat_lib.words import reader

EN, ID = reader("en"), reader("id")


@pytest.fixture
def results():
    """Two claims: one supported by a sum of signs that hangs on a source family, one that nobody can decide."""
    verdicts = pd.DataFrame(
        [
            ("A1", 1, "Funds come late.", "Dana terlambat.", "supported", "fragile", "F1", "Solopos 2024-03-22", "Seen: 1.", "Terlihat: 1.", None, None, None),
            ("A2", 1, "All agree.", "Semua setuju.", "undecidable", None, None, None, "Too few.", "Kurang.", "Who agreed?", "Siapa setuju?", "dinkes-surakarta;group:author"),
        ],
        columns=["claim_id", "sentence_no", "claim_en", "claim_id_text", "verdict", "qualifier", "fragile_families", "fragile_sources", "seen_en", "seen_id", "question_en", "question_id", "ask_whom"],
    )  # fmt: skip
    tests = pd.DataFrame(
        [
            ("A1", 1, "signs_here", "signs (0-2)", None, "supported", "necessary"),
            ("A1", 2, "d1_verdict", "verdict", 3, "contested", "supporting"),
            ("A2", 1, "n_rows_here", "rows", None, "undecidable", "necessary"),
        ],
        columns=["claim_id", "test_no", "fact", "unit", "n_for", "verdict", "role"],
    ).assign(
        n_against=[None, 1, None], n_families=[None, 4, None], value=[1.0, "contested", None], op=[">=", "==", ">="], threshold=["1", "supported", "2"],
        threshold_high=None, lower=[0.0, None, None], upper=[2.0, None, None], verdict_at_lower=["contested", None, None],
        verdict_at_upper=["supported", None, None], tells="verdict", reason=[None, None, "too few rows"], out_of=[2, None, None],
    ).astype({"n_for": "Int64", "n_against": "Int64", "n_families": "Int64"})  # fmt: skip
    others = pd.DataFrame(
        [("A1", 1, 3.0, "supported", None, True), ("A1", 1, 0.0, "contested", None, False), ("A1", 1, 0.5, "contested", None, True)],
        columns=["claim_id", "test_no", "value", "verdict", "date", "same_people"],
    ).astype({"same_people": "boolean"})  # fmt: skip
    turns = pd.DataFrame(
        [("A1", "event", "EV1", "supported", "contested"), ("A1", "source", "F1", "supported", "undecidable")],
        columns=["claim_id", "kind", "id", "verdict", "verdict_after"],
    )
    how = {
        "claim.A1.1": ("How many of these hold: x>=1.", "Berapa: x>=1."),
        "claim.A1.2": ("Rule D1 on money at X: 3 events for.", "Aturan D1 atas uang di X: 3 mendukung."),
        "claim.A2.1": ("Rows on X; the smallest number.", "Baris tentang X; jumlah terkecil."),
    }
    facts = pd.DataFrame([(one, *text) for one, text in how.items()], columns=["fact_id", "how", "how_id"])
    support = pd.DataFrame(
        [
            ("claim.A1.verdict", "evidence", "E1", "counted"),
            ("claim.A1.verdict", "prevalence", "P1", "counted"),
            ("claim.A1.verdict", "evidence", "E2", "looked_at"),
            ("claim.A1.verdict", "codings", "K1", "counted"),
            ("claim.A1.1", "evidence", "E3", "counted"),
        ],
        columns=["fact_id", "table", "row_id", "role"],
    )
    tables = {"verdicts": verdicts, "claim_test_results": tests, "claim_turns": turns, "claim_alternatives": others}
    return Results(facts, support, tables)


def test_a_claim_speaks_the_language_of_the_reader(results):
    verdicts = results.tables["verdicts"]
    assert views.labelled(verdicts, EN)["label"].tolist() == ["Funds come late.", "All agree."]
    assert views.labelled(verdicts, ID)["label"].tolist() == ["Dana terlambat.", "Semua setuju."]
    assert "label" not in verdicts
    pair = pd.DataFrame({"claim_en": ["a"], "claim_id_text": ["b"], "other_en": ["c"], "other_id_text": ["d"]})
    assert views.labelled(pair, ID)[["label", "other_label"]].iloc[0].tolist() == ["b", "d"]


def test_a_third_language_without_words_of_its_own_reads_english(results):
    class Third:
        language = "jv"

    assert views.labelled(results.tables["verdicts"], Third())["label"].iloc[0] == "Funds come late."


READINGS = pd.DataFrame(
    [
        ("A1", "source", 5, 0.4, "contested 2;undecidable 1"),
        ("A2", "source", 4, 0.5, "contested 2"),
        ("A1", "coder", 2, 1.0, None),
        ("A2", "roll-up", 3, 2 / 3, "contested 1"),
    ],
    columns=["claim_id", "kind", "n_readings", "share_same", "others"],
).assign(verdict="supported")


def test_the_claim_that_holds_least_is_told_by_kind_and_a_kind_by_which_all_hold_is_not(results):
    found = views.least_held(results.tables["verdicts"], READINGS, ID).set_index("reading_kind")
    assert list(found.index) == ["source", "roll-up"]
    assert found.loc["source", ["claim_id", "share_told"]].tolist() == ["A1", "2/5"]
    assert found.at["source", "others_told"] == "diperdebatkan 2, belum dapat diputuskan 1"
    few = views.held_by_few(results.tables["verdicts"], READINGS)
    assert few[["claim_id", "n_same", "n_readings"]].to_numpy().tolist() == [["A1", 2, 5]]


def test_a_claim_carries_the_mark_of_an_indicator_that_tests_it_and_says_who_counts_as_one(results, case):
    tests = pd.DataFrame(
        [("A1", "necessary", "code_verdict", "good; other"), ("A2", "necessary", "absence", "good"), ("A2", "supporting", "code_verdict", "good")],
        columns=["claim_id", "role", "test_kind", "codes"],
    )  # fmt: skip
    wider = case.settings.wider_place
    indicators = pd.DataFrame(
        [(wider, "good", None, "city-level proxy;no negative case expected"), (wider, "other", None, "fragile"), ("elsewhere", "other", None, "no negative case expected")],
        columns=["place", "set_id", "element_id", "qualifier"],
    ).assign(label_en="Good", label_id="Baik")  # fmt: skip
    made = replace(case, claim_tests=tests)
    found = views.with_care(made, results.tables["verdicts"], indicators, READINGS).set_index("claim_id")["qualifier"]
    assert found["A1"] == "fragile;no negative case expected"
    assert found["A2"] == views.WHO_COUNTS
    named = views.part_unopposed(made, results.tables["verdicts"], indicators)
    assert named[["claim_id", "set_id"]].to_numpy().tolist() == [["A1", "good"]]


def test_of_payers_it_is_told_how_many_could_have_come_back():
    back = pd.DataFrame({"year_from": [2022, 2023], "year_to": [2023, 2024], "n_from": [2, 1], "n_to": [1, 4], "n_stayed": [0, 1], "value": [0.0, 0.25], "most": [0.5, 0.25]})  # fmt: skip
    first, second = views.payers_told(back, 0.5, EN)
    assert first == "2022 to 2023: 2 and 1 payers, 0 in both years: 0; with so many payers it could be 0.5 at most."
    assert second.endswith("Every payer of the first year is there in the second. 0.5 was out of reach, whoever came back.")  # fmt: skip


def test_claims_of_which_one_sign_is_enough_are_those_with_such_a_test(case):
    table = views.any_of(case, case.claims)
    waits = set(case.fact_definitions.loc[case.fact_definitions["statistic"] == "any_sign", "fact"])
    tests = case.claim_tests[case.claim_tests["fact"].isin(waits) & (case.claim_tests["role"] == "necessary")]
    assert set(table["claim_id"]) == set(tests["claim_id"])
    assert (table["n_held"] <= table["n_signs"]).all()
    assert len(table)


def test_an_expectation_is_answered():
    assert views.expected(True, "Three of four.", EN) == "**Expectation met.** Three of four."
    assert views.expected(False, "", ID).startswith("**Dugaan tidak terpenuhi.**")


def test_a_test_is_named_by_what_it_measures_and_signs_by_no_fact(results):
    found = views.tests(results, EN)
    assert found["label"].tolist() == ["How many of its signs hold", "Rule D1 on money at X", "Rows on X"]
    assert found["signs"].tolist() == [True, True, False]
    assert found["claim_verdict"].tolist() == ["supported", "supported", "undecidable"]
    assert views.tests(results, ID)["label"].iloc[1] == "Aturan D1 atas uang di X"


def test_a_fact_with_plain_words_is_told_by_them(results):
    table = results.tables["claim_test_results"]
    table = table.assign(fact=["signs_here", "d1_verdict", "coverage_ratio_2024"])
    found = views.tests(replace(results, tables={**results.tables, "claim_test_results": table}), EN)
    assert found["label"].iloc[2] == "People served divided by people at risk, 2024"


def test_what_turns_a_verdict_is_named_and_a_claim_that_nothing_turns_stays(results):
    found = views.turns(results, ID)
    assert found["name"].tolist()[1] == "Solopos, 22 Maret 2024"
    assert found.loc[found["claim_id"] == "A2", "id"].isna().all()
    assert len(found) == 3
    left_out = results.tables["verdicts"].assign(verdict=["supported", "not_tested"])
    found = views.turns(replace(results, tables={**results.tables, "verdicts": left_out}), EN)
    assert set(found["claim_id"]) == {"A1"}


def test_rows_under_a_verdict_are_those_that_a_source_prints(results):
    found = views.rows_under(results)
    assert found.loc["A1"].tolist() == [2, 1]
    assert found.loc["A2"].tolist() == [0, 0]


def test_every_claim_is_told_under_its_sentence_and_the_sentence_has_no_verdict(results):
    text = views.sentences(results, EN)
    assert text.splitlines()[0] == "**Sentence 1 of the abstract.**"
    assert "- **A1. Funds come late.** supported (fragile)" in text
    assert "How many of its signs hold: 2 of 2, 1 (asked for: ≥ 1) → supported." in text
    assert "allows 0 to 2: at 0 it would be contested, at 2 supported." in text
    assert (
        "by 3 other counts of those in need at this place in this year it is 0 to 3; 2 of 3 give another result (supported 1, contested 2)."
        in text
    )
    assert (
        "Where the same people are counted above and below the line it is 0.5 to 3 (supported 1, contested 1)." in text
    )
    assert (
        "(supporting) Rule D1 on money at X: events: 3 for, 1 against; source families: 4 → contested. `claim.A1.2`"
        in text
    )
    assert "Rows on X: too few rows → undecidable. `claim.A2.1`" in text
    assert "What would decide it: Who agreed?" in text
    assert "dashat why claim.A2.verdict" in text
    assert text.count("Sentence") == 1


def test_whom_to_ask_is_named_briefly_and_a_group_outside_the_study_stands_as_it_is(results, case):
    asked = pd.DataFrame({"claim_id": ["A2"], "question_en": ["Who?"], "question_id": ["Siapa?"], "document_en": ["A list."], "document_id": ["Daftar."], "ask_whom": ["dinkes-surakarta;group:author"]})  # fmt: skip
    found = views.would_decide(replace(case, would_decide=asked), results.tables["verdicts"], ID).iloc[0]
    short = case.stakeholders.set_index("stakeholder_id").at["dinkes-surakarta", "short_name"]
    assert found["who"] == f"{short} dan group:author"
    assert (found["question"], found["document"], found["label"]) == ("Siapa?", "Daftar.", "Semua setuju.")


def test_an_event_is_told_by_all_its_rows_outside_the_document_itself(results, case):
    rows = case.evidence.assign(event_id="EV1")
    own = rows["source_id"].isin(case.settings.own_sources)
    found = views.turning_events(replace(case, evidence=rows.groupby(own).head(2)), results, EN)
    first = rows[~own].head(2)
    assert found["rows"].tolist() == [", ".join(first["evidence_id"])]
    assert found["what_it_says"].tolist() == [" / ".join(first["text_en"])]
    assert found["label"].tolist() == ["Funds come late."]
    assert found["verdict_after"].tolist() == ["contested"]
