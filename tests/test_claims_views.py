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
    ).astype({"n_for": "Int64"})
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
    tables = {"verdicts": verdicts, "claim_test_results": tests, "claim_turns": turns}
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


def test_shares_have_a_column_a_kind_and_nothing_where_there_is_no_reading():
    readings = pd.DataFrame(
        [("A1", "source", 4, 0.5), ("A1", "coder", 0, float("nan")), ("A2", "coder", 2, 1.0)],
        columns=["claim_id", "kind", "n_readings", "share_same"],
    )
    found = views.shares(readings)
    assert list(found.columns) == ["source", "coder"]
    assert found.at["A1", "source"] == 0.5
    assert pd.isna(found.at["A1", "coder"])
    assert pd.isna(found.at["A2", "source"])


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
    assert "Rule D1 on money at X: contested (`claim.A1.2`)" in text
    assert "What would decide it: Who agreed?" in text
    assert "dashat why claim.A2.verdict" in text
    assert text.count("Sentence") == 1


def test_whom_to_ask_is_named_briefly_and_a_group_outside_the_study_stands_as_it_is(results, case):
    asked = pd.DataFrame({"claim_id": ["A2"], "question_en": ["Who?"], "question_id": ["Siapa?"], "document_en": ["A list."], "document_id": ["Daftar."], "ask_whom": ["dinkes-surakarta;group:author"]})  # fmt: skip
    found = views.would_decide(replace(case, would_decide=asked), results.tables["verdicts"], ID).iloc[0]
    short = case.stakeholders.set_index("stakeholder_id").at["dinkes-surakarta", "short_name"]
    assert found["who"] == f"{short} dan group:author"
    assert (found["question"], found["document"], found["label"]) == ("Siapa?", "Daftar.", "Semua setuju.")


def test_an_event_is_told_by_a_row_outside_the_document_itself(results, case):
    rows = case.evidence.assign(event_id="EV1")
    own = rows["source_id"].isin(case.settings.own_sources)
    found = views.turning_events(replace(case, evidence=rows), results, EN)
    assert found["evidence_id"].tolist() == [rows.loc[~own, "evidence_id"].iloc[0]]
    assert found["verdict_after"].tolist() == ["contested"]
