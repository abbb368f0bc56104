"""Who speaks of an element, what speaks against it, and whether silence says anything: counted here again from the raw tables."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
import pytest

from dashat_lib import indicators


@pytest.fixture(scope="module")
def material(case):
    return indicators.gather(case)


@pytest.fixture(scope="module")
def cases(material):
    return indicators.negative_cases(material).set_index(["place", "set_id"])


def test_speakers_are_the_stated_ones_and_stakeholders_of_the_case(case, material):
    table = indicators.speakers(material)
    spoken = case.evidence.set_index("evidence_id")["speaker"]
    for (place, set_id), part in material.rows.groupby(["scope", "set_id"]):
        ids = pd.Series(part["evidence_id"].unique())
        expected = spoken.loc[ids].dropna().value_counts()
        mine = table[(table["place"] == place) & (table["set_id"] == set_id)].set_index("speaker")
        assert mine["n_rows"].to_dict() == expected.to_dict()
        if len(mine):
            assert mine["share_of_stated"].sum() == pytest.approx(1)
        for one in mine.itertuples():
            assert set(one.evidence_ids.split(";")) == set(ids[spoken.loc[ids].to_numpy() == one.Index])
            assert one.n_rows_for + one.n_rows_against <= one.n_rows
    assert set(table["speaker"]) <= set(case.stakeholders["stakeholder_id"])
    assert table["sector"].notna().all()


def test_the_number_of_speakers_is_a_fact_with_the_rows_that_state_one(case, material):
    results = indicators.results(case)
    place = case.settings.wider_place
    fact = results.facts.set_index("fact_id").at[f"leadership.{place}.n_speakers", "value"]
    table = indicators.speakers(material)
    assert fact == len(table[(table["place"] == place) & (table["set_id"] == "leadership")]) > 1
    support = results.fact_support.query(
        "fact_id == @name and table == 'evidence'", local_dict={"name": f"leadership.{place}.n_speakers"}
    )
    stated = case.evidence.set_index("evidence_id").loc[support["row_id"], "speaker"].notna().to_numpy()
    assert ((support["role"] == "counted").to_numpy() == stated).all()


def test_negative_cases_are_the_events_against_or_mixed(case, material, cases):
    for (place, set_id), part in material.rows.groupby(["scope", "set_id"]):
        said = part.groupby("event_id")["stance"].agg(set)
        negative = {event for event, seen in said.items() if "mixed" in seen or "against" in seen}
        one = cases.loc[(place, set_id)]
        assert one["n_against"] + one["n_mixed"] == len(negative)
        assert (set(one["event_ids"].split(";")) if negative else set()) == negative
        assert (one["negative_case"] == "found") == bool(negative)
        if negative:
            rows = set(part.loc[part["event_id"].isin(negative), "evidence_id"])
            assert set(one["evidence_ids"].split(";")) == rows


def test_whether_one_could_be_expected_follows_from_how_its_sources_speak_of_other_elements(case, material, cases):
    kind = case.evidence.merge(case.sources, on="source_id").set_index("evidence_id")["kind"]
    own = case.evidence.loc[case.evidence["source_id"].isin(case.settings.own_sources), "evidence_id"]
    settled = case.codings[(case.codings["coder"] == case.settings.coder) & ~case.codings["evidence_id"].isin(own)]
    parts = material.scored.dropna(subset="element_id")
    parents = dict(zip(case.codebook["code_id"], case.codebook["parent"], strict=True))
    element = settled["code_id"].map(lambda code: parents[code] if code.startswith("resources-") else code)
    settled = settled.assign(element=element, kind=settled["evidence_id"].map(kind))
    settled = settled[settled["element"].isin(parts["set_id"])]
    speaks = settled.groupby(["kind", "element"])["stance"].agg(lambda said: bool({"against", "mixed"} & set(said)))
    for one in parts.itertuples():
        place = case.settings.wider_place
        mine = material.rows.query("scope == @place and set_id == @one.set_id").drop_duplicates("evidence_id")
        if mine.empty:
            assert cases.at[(place, one.set_id), "negative_case"] == "no row"
            continue
        rates = []
        for row in mine["evidence_id"]:
            others = speaks.loc[kind[row]].drop(one.set_id, errors="ignore")
            rates.append(others.mean() if len(others) else 0.0)
        assert cases.at[(place, one.set_id), "expectation"] == pytest.approx(sum(rates) / len(rates))
        news = mine["evidence_id"].map(kind).isin(["news", "government_page"]).mean()
        assert cases.at[(place, one.set_id), "share_news_offices"] == pytest.approx(news)
        said = cases.at[(place, one.set_id), "negative_case"]
        if said != "found":
            assert said == (
                "open sources"
                if sum(rates) / len(rates) >= 0.5
                else "news and offices"
                if news > 0.5
                else "quiet sources"
            )


def test_sources_that_speak_against_everything_else_make_silence_tell(case):
    """Planted: every settled coding but those of one element is against."""
    keep = case.codings["code_id"].eq("knowledge")
    loud = replace(case, codings=case.codings.assign(stance=case.codings["stance"].where(keep, "against")))
    found = indicators.negative_cases(indicators.gather(loud)).set_index(["place", "set_id"])
    assert found.at[(case.settings.wider_place, "knowledge"), "negative_case"] == "open sources"


def test_other_kinds_of_source_are_not_called_news_and_offices(case):
    quiet = replace(case, sources=case.sources.assign(kind="interview"))
    quiet = replace(quiet, codings=quiet.codings.assign(stance=quiet.codings["stance"].replace("against", "for")))
    found = indicators.negative_cases(indicators.gather(quiet))
    assert set(found["negative_case"]) == {"quiet sources", "no row"}


def test_a_supported_verdict_that_nothing_could_have_spoken_against_says_so(case, cases):
    table = indicators.results(case).tables["indicator_verdicts"].set_index(["place", "set_id"])
    marked = table["qualifier"].fillna("").str.contains(indicators.NONE_EXPECTED)
    silent = cases.loc[table.index, "negative_case"].isin(["news and offices", "quiet sources"])
    assert (marked == (silent & (table["verdict"] == "supported"))).all()
    assert marked.any()
