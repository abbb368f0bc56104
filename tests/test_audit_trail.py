"""Six classes, nothing left out in silence; every row that a claim counts is cited with its source."""

from __future__ import annotations

import json

import pandas as pd
import pytest
from conftest import ROOT

from dashat_lib import audit_trail, processed
from dashat_lib.pipeline import STAGES
from dashat_lib.schemas import SCHEMAS


@pytest.fixture(scope="module")
def stored():
    return processed.read_results(ROOT)


@pytest.fixture(scope="module")
def trail(stored):
    return stored.tables["audit_trail"]


@pytest.fixture(scope="module")
def cited(stored):
    return stored.tables["annotations"]


def test_every_table_and_every_stage_has_a_class():
    assert set(audit_trail.OF_TABLE) == set(SCHEMAS)
    assert set(audit_trail.OF_STAGE) == {one.name for one in STAGES}
    assert {*audit_trail.OF_TABLE.values(), *audit_trail.OF_STAGE.values()} == set(audit_trail.CLASSES)


def test_the_trail_names_each_raw_and_each_result_table_with_its_rows(case, stored, trail):
    raw = trail[trail["kind"] == "raw table"]
    assert raw["n_rows"].tolist() == [len(getattr(case, name)) for name in raw_names(raw)]
    assert len(raw) == len(SCHEMAS)
    assert (raw["n_rows"] == 0).any()  # what the study does not have stands there
    made = trail[(trail["kind"] == "result table") & (trail["item"] != "data/processed/facts.csv")]
    for one in made.itertuples():
        assert len(stored.tables[one.item.removeprefix("data/processed/").removesuffix(".csv")]) == one.n_rows, one.item
    assert trail["class"].drop_duplicates().tolist() == list(audit_trail.CLASSES)
    assert (ROOT / "docs/decisions").is_dir()
    assert trail.loc[trail["kind"] == "file", "item"].str.startswith("docs/decisions/").any()


def raw_names(raw):
    folders = {"data/coders": "second_codings", "data/raw/frameworks": "frameworks"}
    return [folders.get(item, item.removeprefix("data/raw/").removesuffix(".csv")) for item in raw["item"]]


def test_each_claim_cites_exactly_the_rows_that_its_verdict_counts(stored, cited):
    support = stored.fact_support
    mine = support[support["fact_id"].str.match(r"claim\..+\.verdict$") & (support["table"] == "evidence") & (support["role"] == "counted")]  # fmt: skip
    counted = set(zip(mine["fact_id"].str.slice(6, -8), mine["row_id"], strict=True))
    assert set(zip(cited["claim_id"], cited["evidence_id"], strict=True)) == counted
    assert len(cited) == len(counted)


def test_a_citation_says_in_own_words_where_from_and_what_for(case, cited):
    assert cited[["excerpt_en", "excerpt_id", "url", "title", "note_en", "note_id"]].notna().all().all()
    assert not set(cited["source_id"]) & set(case.settings.own_sources)
    coded = cited[cited["codes"].notna()]
    assert len(coded) > 100
    settled = case.codings[case.codings["coder"] == case.settings.coder].groupby("evidence_id")["code_id"].agg(set)
    for one in coded.itertuples():
        assert set(one.codes.split(";")) <= settled[one.evidence_id]


def test_the_json_ld_is_web_annotations_and_prov_entities(trail, cited):
    annotations = json.loads((ROOT / "data/processed/annotations.jsonld").read_text(encoding="utf-8"))
    items = annotations["first"]["items"]
    assert annotations["total"] == len(items) == len(cited)
    assert len({one["id"] for one in items}) == len(items)
    for one in items:
        assert one["type"] == "Annotation"
        assert {body["purpose"] for body in one["body"]} == {"describing", "commenting", "linking"}
        assert one["target"]["selector"]["type"] == "TextQuoteSelector"
    graph = json.loads((ROOT / "data/processed/audit_trail.jsonld").read_text(encoding="utf-8"))["@graph"]
    assert {one["dc:title"] for one in graph} == set(trail["item"])
    ids = {one["@id"] for one in graph}
    derived = [part["@id"] for one in graph for part in one.get("prov:wasDerivedFrom", [])]
    assert derived
    assert set(derived) <= ids


def test_a_case_without_claims_cites_nothing(case):
    from dataclasses import replace

    from dashat_lib.tables import Results

    bare = replace(case, claims=case.claims.head(0))
    facts = pd.DataFrame({"fact_id": ["n"], "value": [1]})
    found = audit_trail.cited(bare, Results(facts, pd.DataFrame(columns=["fact_id", "table", "row_id", "role"])))
    assert found.empty
    assert list(found) == audit_trail.ANNOTATION
