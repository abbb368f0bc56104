"""Six classes, nothing left out in silence; every row that a claim counts is cited with its source."""

from __future__ import annotations

import csv

import pandas as pd
import pytest
from conftest import ROOT

from dashat_lib import audit_trail, notebooks_run, processed
from dashat_lib.pipeline import STAGES
from dashat_lib.schemas import SCHEMAS
from dashat_lib.tables import Results


@pytest.fixture(scope="module")
def stored():
    return processed.read_results(ROOT)


@pytest.fixture(scope="module")
def trail(case, stored):
    """The trail made here and now of the stored results."""
    about = processed.read_manifest(ROOT)["stages"]
    stages = {
        one.name: (one.reads, Results(
            stored.facts[stored.facts["stage"] == one.name],
            stored.fact_support[stored.fact_support["fact_id"].isin(stored.facts.loc[stored.facts["stage"] == one.name, "fact_id"])],
            {name: stored.tables[name] for name in about[one.name]},
        ))
        for one in STAGES
    }  # fmt: skip
    return audit_trail.trail(case, stages, expectations={path.name: notebooks_run.passages(path, "Expectation") for path in notebooks_run.find(ROOT)})  # fmt: skip


@pytest.fixture(scope="module")
def cited(case, stored):
    """What the claims cite, made here and now of the stored results."""
    return audit_trail.cited(case, stored)


def test_every_table_and_every_stage_has_a_class():
    assert set(audit_trail.OF_TABLE) == set(SCHEMAS)
    assert set(audit_trail.OF_STAGE) == {one.name for one in STAGES}
    assert {*audit_trail.OF_TABLE.values(), *audit_trail.OF_STAGE.values()} == set(audit_trail.CLASSES)


def lines(path):
    with path.open(encoding="utf-8", newline="") as file:
        return sum(1 for _ in csv.reader(file)) - 1


def test_the_trail_counts_the_rows_of_each_raw_file_and_rivals_apart(case, trail):
    raw = trail[trail["kind"] == "raw table"].set_index("item")["n_rows"]
    for item, n in raw.items():
        path = ROOT / item
        if path.is_file():
            assert n == lines(path), item
    added = {f"data/rivals/{path.name}" for path in (ROOT / "data/rivals").glob("*.csv")}
    assert added
    assert added <= set(raw.index)
    assert raw["data/raw/claims.csv"] + raw["data/rivals/claims.csv"] == len(case.claims)
    assert raw["data/raw/quotations.csv"] == 0  # what the study does not have stands there


def test_the_trail_names_each_result_table_with_its_rows(stored, trail):
    made = trail[trail["kind"] == "result table"]
    sums = made.groupby("item")["n_rows"].sum()
    assert sums["data/processed/facts.csv"] == len(stored.facts)
    assert sums["data/processed/fact_support.csv"] == len(stored.fact_support)
    for item, n in sums.items():
        name = item.removeprefix("data/processed/").removesuffix(".csv")
        assert name in ("facts", "fact_support") or len(stored.tables[name]) == n, item
    assert trail["class"].drop_duplicates().tolist() == list(audit_trail.CLASSES)


def test_the_trail_names_files_and_what_a_study_does_not_have_with_0_rows(trail):
    of = trail.set_index("item")
    for item in ("README.md", "README.id.md", "requirements.lock", "data/processed/manifest.json", "dashat.toml"):
        assert of.at[item, "kind"] == "file", item
        assert pd.isna(of.at[item, "n_rows"]), item
    assert of.index.str.startswith("docs/decisions/").any()
    assert (of.at["docs/proposal.md", "class"], of.at["docs/proposal.md", "n_rows"]) == ("intentions", 0)
    assert (of.at["docs/reflexive_notes.md", "class"], of.at["docs/reflexive_notes.md", "n_rows"]) == ("process", 0)
    assert (of.at["data/texts", "class"], of.at["data/texts", "n_rows"]) == ("raw_data", 0)


def test_the_trail_says_that_evidence_is_paraphrase_and_no_document_is_enclosed(trail):
    raw = trail[trail["class"] == "raw_data"].set_index("item")
    assert "paraphrase" in raw.at["data/raw/evidence.csv", "note_en"]
    assert "No document is enclosed" in raw.at["data/texts", "note_en"]


def test_expectations_of_the_notebooks_stand_under_intentions(trail):
    found = trail[trail["kind"] == "expectations"]
    assert set(found["class"]) == {"intentions"}
    assert found["item"].tolist() == [f"notebooks/{path.name}" for path in notebooks_run.find(ROOT)]
    # counted by hand in notebooks/00_start_here.ipynb and notebooks/02_do_coders_agree.ipynb
    counts = dict(zip(found["item"], found["n_rows"], strict=True))
    assert (counts["notebooks/00_start_here.ipynb"], counts["notebooks/02_do_coders_agree.ipynb"]) == (2, 1)


# ---- annotations -----------------------------------------------------------------------------------------------------


def test_each_claim_cites_exactly_the_rows_that_its_verdict_counts(stored, cited):
    support = stored.fact_support
    mine = support[support["fact_id"].str.match(r"claim\..+\.verdict$") & support["table"].isin(audit_trail.CITED) & (support["role"] == "counted")]  # fmt: skip
    counted = set(zip(mine["fact_id"].str.slice(6, -8), mine["table"], mine["row_id"], strict=True))
    rows = cited[cited["table"].notna()]
    assert set(zip(rows["claim_id"], rows["table"], rows["row_id"], strict=True)) == counted
    assert len(rows) == len(counted)


def test_every_claim_has_a_line_and_one_without_rows_says_why(case, stored, cited):
    assert cited["claim_id"].drop_duplicates().tolist() == case.claims["claim_id"].tolist()
    without = cited[cited["table"].isna()].set_index("claim_id")
    assert not without.index.duplicated().any()
    assert "The documents cannot test this sentence." in without.at["C11", "note_en"]
    assert "0 events for, 0 against" in without.at["C18", "note_en"]
    assert without[["excerpt_en", "source_id", "bearing"]].isna().all().all()


def test_a_claim_on_figures_cites_them_with_their_documents(case, cited):
    mine = cited[cited["claim_id"] == "C05"]
    assert set(mine["table"]) == {"prevalence"}
    first = mine.set_index("row_id").loc["P003"]
    row = case.prevalence.set_index("prevalence_id").loc["P003"]
    assert (first["source_id"], first["bearing"]) == (row["source_id"], "number")
    assert f"{row['prevalence_pct']}".replace(".0", "") in first["excerpt_en"]
    assert "Prevalence in Kota Surakarta by SSGI: 2022 minus 2021." in first["note_en"]
    assert "The test says: supported." in first["note_en"]


def test_a_row_of_a_reversed_code_speaks_the_other_way_round_than_its_stance(case, cited):
    """By the reversed codes of the tests, read from the raw tables: C14 weak coordination, C21 shortfall and delay."""
    tests = case.claim_tests[case.claim_tests["reversed_codes"].notna() & (case.claim_tests["role"] == "necessary")]
    seen = set()
    for test in tests.itertuples():
        mine = cited[(cited["claim_id"] == test.claim_id) & cited["codes"].isin(test.reversed_codes.split(";"))]
        for one in mine[mine["stance"].isin(["for", "against"])].itertuples():
            seen.add((one.stance, one.bearing))
            assert f"It speaks {one.bearing} the claim." in one.note_en
            assert "the other way round" in one.note_en
    assert seen == {("for", "against"), ("against", "for")}
    plain = cited[(cited["claim_id"] == "C21") & (cited["codes"] == "resources-budget") & (cited["stance"] == "for")]
    assert set(plain["bearing"]) == {"for"}


def test_a_citation_says_in_own_words_where_from_and_what_for(case, cited):
    rows = cited[cited["table"] == "evidence"]
    assert rows[["excerpt_en", "excerpt_id", "url", "title", "note_en", "note_id"]].notna().all().all()
    assert not set(rows["source_id"]) & set(case.settings.own_sources)
    texts = case.evidence.set_index("evidence_id")
    assert (rows["excerpt_id"] == rows["row_id"].map(texts["text_id"])).all()
    coded = rows[rows["codes"] != ""]
    assert len(coded) > 100
    settled = case.codings[case.codings["coder"] == case.settings.coder].groupby("evidence_id")["code_id"].agg(set)
    for one in coded.itertuples():
        assert set(one.codes.split(";")) <= settled[one.evidence_id]
    assert rows["note_en"].str.startswith("Deciding test ").all()


def test_the_json_ld_is_web_annotations_and_prov_entities(trail, cited):
    annotations = audit_trail.annotations_jsonld(cited)
    items = annotations["first"]["items"]
    assert annotations["total"] == len(items) == len(cited)
    assert len({one["id"] for one in items}) == len(items)
    for one, row in zip(items, cited.itertuples(), strict=True):
        assert one["type"] == "Annotation"
        said = {body["purpose"]: body.get("value") for body in one["body"]}
        assert said["assessing"] == row.verdict
        assert (said.get("classifying") or None) == (row.bearing if isinstance(row.bearing, str) else None)
        assert ("describing" in said) == isinstance(row.excerpt_en, str)
        assert ("linking" in said) == isinstance(row.source_id, str)
        assert one["target"]["selector"]["type"] == "TextQuoteSelector"
    graph = audit_trail.trail_jsonld(trail)["@graph"]
    assert {one["dc:title"] for one in graph} == set(trail["item"])
    ids = {one["@id"] for one in graph}
    derived = [part["@id"] for one in graph for part in one.get("prov:wasDerivedFrom", [])]
    assert derived
    assert set(derived) <= ids


def test_a_case_without_claims_cites_nothing(case):
    from dataclasses import replace

    bare = replace(case, claims=case.claims.head(0))
    facts = pd.DataFrame({"fact_id": ["n"], "value": [1]})
    found = audit_trail.cited(bare, Results(facts, pd.DataFrame(columns=["fact_id", "table", "row_id", "role"])))
    assert found.empty
    assert list(found) == audit_trail.ANNOTATION
