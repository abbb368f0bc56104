"""Agreement of the coders of the case: computed from the codings, never typed, and never without the kind of coders."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
import pytest

from dashat_lib import coding_agreement
from dashat_lib.pipeline import compute


@pytest.fixture(scope="module")
def small(case):
    return replace(case, settings=case.settings.model_copy(update={"resamples": 25}))


@pytest.fixture(scope="module")
def results(small):
    return compute(small, "coding_agreement")


def test_seventy_two_pairs_differ_and_half_of_them_were_kept(results):
    # README of the case: of 72 pairs that differed 36 were kept
    table = results.tables["disagreements"]
    assert len(table) == 72
    assert table["decision"].value_counts().to_dict() == {"keep": 36, "drop": 36}
    assert table["reason_en"].notna().all()
    assert table["text_id"].notna().all()


def test_every_sentence_on_agreement_says_that_the_coders_were_machines(results):
    facts = results.facts
    assert facts["how"].str.contains("machine-assisted: this overstates what people would reach").all()
    assert facts["how_id"].str.contains("dibantu mesin").all()


def test_a_person_among_the_coders_changes_the_sentence(small):
    people = small.coders.assign(coder_type="person")
    assert coding_agreement.kinds_of_coders(replace(small, coders=people))["en"] == "The coders are people."
    one = small.coders.assign(coder_type=["person", *small.coders["coder_type"][1:]])
    assert "a person and a machine" in coding_agreement.kinds_of_coders(replace(small, coders=one))["en"]


def test_no_fact_on_agreement_is_a_bare_point(results):
    known = results.facts[results.facts["value"].notna()]
    assert len(known) > 20
    assert known[["lower", "upper"]].notna().all(axis=None)
    assert results.facts.loc[results.facts["value"].isna(), "reason"].notna().all()


def test_the_settled_coder_moves_no_coefficient(small, results):
    own = small.codings["coder"] == small.settings.coder
    other = compute(replace(small, codings=small.codings[~own]), "coding_agreement")
    pd.testing.assert_frame_equal(other.facts, results.facts)


def test_identical_coders_agree_to_1_and_have_no_disagreement(small):
    a = small.codings[small.codings["coder"] == "A"]
    same = pd.concat([a, a.assign(coder="B", coding_id=a["coding_id"] + "b")], ignore_index=True)
    twins = replace(small, codings=same, settlements=small.settlements.iloc[:0])
    table = coding_agreement.agreement_table(twins)
    assert (table.loc[table["what"] == "sets", "value"] == 1).all()
    assert coding_agreement.disagreements(twins).empty


def test_a_child_implies_its_parents(small):
    rows = coding_agreement.long_codings(small, level="with_parents")
    budget = rows[rows["code"] == "resources-budget"]
    parents = rows[rows["code"] == "resources"]
    assert set(budget["coding_id"]) <= set(parents["coding_id"])


def test_the_rows_under_the_alpha_of_a_code_are_its_codings(small, results):
    support = results.fact_support
    rows = support[(support["fact_id"] == "agreement.code.leadership.alpha") & (support["table"] == "codings")]
    codings = small.codings[small.codings["coder"].isin(["A", "B"]) & (small.codings["code_id"] == "leadership")]
    assert set(rows["row_id"]) == set(codings["coding_id"])
