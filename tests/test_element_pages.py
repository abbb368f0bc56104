"""One call gathers all that is known of an element; the page of the focal place says what a verdict lacks."""

from __future__ import annotations

import pandas as pd
import pytest

from dashat_lib import element_pages, indicators, triangulation
from dashat_lib.errors import DashatError
from dashat_lib.words import reader

SET = "shared-motivation"


@pytest.fixture(scope="module")
def page(case):
    return element_pages.element_page(case, SET)


@pytest.fixture(scope="module")
def table(case):
    return indicators.results(case).tables


def section(page, name):
    return page[page["section"] == name].set_index("item")


def test_the_page_holds_what_the_stages_say(case, page, table):
    one = table["indicator_verdicts"].query("place == 'surakarta' and set_id == @SET").iloc[0]
    said = section(page, "verdict")
    assert said.at["verdict", "value"] == one["verdict"]
    assert said.at["qualifier", "value"] == one["qualifier"]
    assert said.at["n_against", "value"] == one["n_against"]
    assert (said.at["share_for", "low"], said.at["share_for", "high"]) == (one["lower"], one["upper"])
    assert section(page, "fragile").index.tolist() == one["fragile_families"].split(";")
    readings = table["indicator_robustness"].query(
        "place == 'surakarta' and set_id == @SET and kind not in ['baseline', 'source']"
    )
    assert section(page, "readings").drop("source")["value"].to_dict() == dict(
        zip(readings["reading"], readings["verdict"], strict=True)
    )
    negative = table["negative_cases"].query("place == 'surakarta' and set_id == @SET").iloc[0]
    assert section(page, "negative_cases").index.tolist() == [negative["negative_case"]]
    assert section(page, "negative_cases")["value"].iloc[0] == pytest.approx(negative["expectation"])
    assert section(page, "negative_cases")["evidence_ids"].iloc[0] == negative["evidence_ids"]


def test_every_row_stands_under_what_its_event_says(case, page, table):
    events = table["indicator_events"].query("place == 'surakarta' and set_id == @SET")
    for stance in ("for", "against", "mixed", "neutral"):
        mine = page[page["section"] == f"events_{stance}"]
        expected = events.loc[events["stance"] == stance, "evidence_ids"].str.split(";").explode()
        assert sorted(mine["evidence_ids"]) == sorted(expected)


def test_triangulation_and_speakers_are_those_of_their_rooms(case, page, table):
    feet = triangulation.feet(indicators.gather(case, places=["surakarta"])).set_index("set_id").loc[SET]
    said = section(page, "triangulation")
    assert said.at["triangulated", "value"] == bool(feet["triangulated"])
    assert said.at["n_families", "value"] == feet["n_families"]
    speakers = table["indicator_speakers"].query("place == 'surakarta' and set_id == @SET")
    assert section(page, "speakers")["value"].to_dict() == dict(
        zip(speakers["speaker"], speakers["n_rows"], strict=True)
    )


def test_a_page_reads_in_the_readers_words(case, page):
    told = element_pages.in_words(page, case, reader("id"))
    assert "diperdebatkan" in told["value"].tolist()
    ids = page.loc[page["section"] == "events_against", "value"]
    assert set(told.loc[told["section"] == "peristiwa yang menentang", "value"]) == set(
        case.evidence.set_index("evidence_id").loc[ids, "text_id"]
    )
    known = {*page["section"], *page["item"]} & {*told["section"], *told["item"]}
    assert known <= set(case.evidence["event_id"]) | set(case.sources["source_family"])  # ids stay ids, words are told


def test_other_frameworks_and_places_have_pages_too(case):
    pillar = element_pages.element_page(case, "pillar-3-convergence", framework="perpres72-2021")
    assert section(pillar, "codes").at["challenge-coordination", "value"] == "reversed"
    village = element_pages.element_page(case, "leadership", place="mojosongo")
    rows = village.loc[village["section"].str.startswith("events_"), "evidence_ids"]
    assert set(case.evidence.set_index("evidence_id").loc[rows, "place"]) <= {"mojosongo"}
    outcome = element_pages.element_page(case, "outcome-impact")  # of the own framework, but no indicator
    assert section(outcome, "verdict").at["n_for", "value"] > 0


def test_an_unknown_element_is_refused_with_the_nearest(case):
    with pytest.raises(DashatError, match="Write 'leadership'"):
        element_pages.element_page(case, "leadrship")


def test_the_focal_page_says_what_each_verdict_lacks(case):
    table, rule = element_pages.focal_page(case), case.settings.rule
    assert len(table) == len(indicators.gather(case).scored)
    for one in table.itertuples():
        assert one.missing_events == max(rule.n_min - one.n_for - one.n_against, 0)
        assert one.missing_families == max(rule.families_min - one.n_families, 0)
        assert (one.verdict == "undecidable") == (one.missing_events > 0 or one.missing_families > 0)
        rows = one.evidence_ids.split(";") if isinstance(one.evidence_ids, str) else []
        assert len(rows) == one.n_rows
        evidence = case.evidence.set_index("evidence_id").loc[rows]
        assert set(evidence["place"]) <= {case.settings.focal_place}
        assert not set(evidence["source_id"]) & set(case.settings.own_sources)
    assert table["claim_ids"].notna().all()


def test_the_questions_are_those_of_the_claims_that_name_the_codes(case):
    asked = element_pages.questions(case)
    codes = case.claims.set_index("claim_id")["code_ids"].str.split(";")
    pairs = set(zip(asked["set_id"], asked["claim_id"], strict=True))
    assert {("leadership", "C16"), ("knowledge", "C20"), ("definition", "C17"), ("resources", "C21")} <= pairs
    assert ("internal-legitimacy", "C18") in pairs  # no claim names it: it has the questions of its indicator
    scored = indicators.gather(case).scored.set_index("set_id")["dimension_id"]
    for set_id, claim in pairs:
        named = set(codes[claim])
        below = set(case.codebook.loc[case.codebook["parent"] == set_id, "code_id"]) if set_id == "resources" else set()
        assert named & {set_id, scored[set_id], *below}
    assert pd.notna(asked[["question_id", "question_en", "document_id"]]).all().all()


@pytest.mark.parametrize("language", ["en", "id"])
def test_sections_hold_every_line_of_a_page_once(case, page, language):
    found = list(element_pages.sections(page, case, reader(language)))
    assert sum(len(one) for _, one in found) == len(page)
    assert len({heading for heading, _ in found}) == len(found) > 5


def test_all_elements_stand_in_one_table(case, table):
    feet = triangulation.results(case).tables["triangulation"]
    city = table["indicator_verdicts"].query("place == 'surakarta'")
    say = reader("en")
    found = element_pages.all_elements(case, city, table["indicator_speakers"], feet, say).set_index("label")
    assert len(found) == len(city)
    assert found.at["Principled engagement", "turns"] == "sector: government"
    assert "Stakeholder synergy" in found.at["Shared motivation", "turns"]
    assert found.at["Principled engagement", "wilson"] == "0.80–1.00"  # 15 of 15


def test_a_family_that_turns_a_verdict_is_named_with_what_it_turns_to(case, table):
    readings = table["indicator_robustness"].query("place == 'surakarta'")
    (told,) = element_pages.turning_sentences(case, readings, reader("en"))
    assert told.endswith("Shared motivation turns from contested to undecidable.")


@pytest.mark.parametrize("language", ["en", "id"])
def test_each_question_stands_once_with_its_elements_and_whom_to_ask(case, language):
    every = element_pages.questions(case)
    found = element_pages.questions_in_words(case, reader(language))
    assert sorted(found["claim_id"]) == sorted(set(every["claim_id"]))
    assert found[["elements", "claim", "question", "ask_whom", "document"]].notna().all(axis=None)
    assert not found["ask_whom"].str.contains(":").any()
