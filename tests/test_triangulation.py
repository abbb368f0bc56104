"""On how many feet a finding stands: counted by hand, and each left out in turn."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
import pytest

from dashat_lib import indicators, triangulation
from dashat_lib.pipeline import compute
from dashat_lib.readings import only_evidence, without_family


@pytest.fixture(scope="module")
def material(case):
    return indicators.gather(case, places=[case.settings.wider_place])


@pytest.fixture(scope="module")
def feet(material):
    return triangulation.feet(material).set_index("set_id")


def test_families_kinds_sectors_speakers_and_years_are_those_of_the_supporting_rows(case, material, feet):
    rows = triangulation.supporting(material)
    evidence = case.evidence.merge(case.sources[["source_id", "source_family", "kind"]]).set_index("evidence_id")
    actors = case.evidence_actors.merge(case.stakeholders[["stakeholder_id", "sector"]])
    for set_id, part in rows.groupby("set_id"):
        mine = evidence.loc[part["evidence_id"]]
        one = feet.loc[set_id]
        assert one["n_rows_for"] == len(mine)
        assert one["n_families"] == mine["source_family"].nunique()
        assert one["n_kinds"] == mine["kind"].nunique()
        assert one["n_speakers"] == mine["speaker"].nunique()
        assert one["n_years"] == mine["date"].str[:4].nunique()
        named = actors[actors["evidence_id"].isin(mine.index)]
        assert one["n_sectors"] == named["sector"].nunique()
        assert one["share_family"] == pytest.approx(mine["source_family"].value_counts().iloc[0] / len(mine))
        by_sector = named.groupby("sector")["evidence_id"].nunique()
        assert one["share_sector"] == pytest.approx(by_sector.max() / len(mine))
        spoken = mine["speaker"].dropna()
        if len(spoken):
            assert one["share_two_speakers"] == pytest.approx(spoken.value_counts().head(2).sum() / len(spoken))
        # METHODS 4.4: three families, two kinds, three sectors, none giving more than half of the supporting rows
        expected = (
            one["n_families"] >= 3 and one["n_kinds"] >= 2 and one["n_sectors"] >= 3 and one["share_family"] <= 0.5
        )
        assert bool(one["triangulated"]) == expected  # fmt: skip


def test_families_count_as_for_the_verdict(material, feet):
    said = indicators.verdicts(material).set_index("set_id")
    assert (feet["n_families"] == said.loc[feet.index, "n_families_for"]).all()
    assert (feet["n_sectors"] == said.loc[feet.index, "n_sectors"]).all()


def test_what_nothing_speaks_for_is_not_triangulated_nor_the_contrary(feet):
    bare = feet[feet["n_rows_for"] == 0]
    assert len(bare) > 0
    assert bare["triangulated"].isna().all()
    assert bare["share_family"].isna().all()


def test_one_source_alone_never_triangulates(case):
    # METHODS 4.4: one source only, not triangulated whatever the count
    family = case.sources["source_family"]
    biggest = case.evidence.merge(case.sources)["source_family"].value_counts().index[0]
    ids = case.evidence.loc[
        case.evidence["source_id"].isin(case.sources.loc[family == biggest, "source_id"]), "evidence_id"
    ]
    small = only_evidence(case, ids)
    found = triangulation.feet(indicators.gather(small, places=[case.settings.wider_place]))
    assert not found["triangulated"].fillna(False).any()  # fmt: skip


def test_leaving_a_family_out_is_the_reading_without_it(case, material):
    left = triangulation.leave_one_out(material, "family")
    for family in left["left_out"].drop_duplicates().sample(6, random_state=3):
        other = indicators.verdicts(
            indicators.gather(without_family(case, family=family), places=[case.settings.wider_place])
        )
        mine = left[left["left_out"] == family].set_index("set_id")
        said = other.set_index("set_id").loc[mine.index]
        assert (mine["verdict"] == said["verdict"]).all()
        assert (mine["n_for"] == said["n_for"]).all()  # fmt: skip


@pytest.mark.parametrize("by", ["kind", "sector", "speaker", "year"])
def test_leaving_a_value_out_is_the_case_without_its_rows(case, material, by):
    left = triangulation.leave_one_out(material, by)
    origins = triangulation.origins(case).query("by == @by")
    for value in left["left_out"].unique():
        gone = origins.loc[origins["value"] == value, "evidence_id"]
        small = only_evidence(case, case.evidence.loc[~case.evidence["evidence_id"].isin(gone), "evidence_id"])
        said = indicators.verdicts(indicators.gather(small, places=[case.settings.wider_place])).set_index("set_id")
        mine = left[left["left_out"] == value].set_index("set_id")
        pd.testing.assert_series_equal(mine["verdict"], said.loc[mine.index, "verdict"])
        assert (mine["same"] == (mine["verdict"] == mine["baseline"])).all()


def test_an_unknown_way_to_look_has_a_message(material):
    with pytest.raises(ValueError, match="is not one of: family, kind, sector, speaker, year"):
        triangulation.leave_one_out(material, "mood")


def test_many_families_can_be_two_voices(case):
    """Planted: ten pages of ten families, one speaker in all."""
    rows = case.evidence["evidence_id"].isin(
        indicators.gather(case).rows.query("set_id == 'leadership'")["evidence_id"]
    )
    spoken = case.evidence.assign(
        speaker=case.evidence["speaker"].mask(rows, case.stakeholders["stakeholder_id"].iloc[0])
    )
    one = (
        triangulation.feet(indicators.gather(replace(case, evidence=spoken), places=[case.settings.wider_place]))
        .set_index("set_id")
        .loc["leadership"]
    )
    assert one["n_families"] > 5
    assert one["n_speakers"] == 1
    assert one["share_two_speakers"] == 1  # fmt: skip


def test_the_stage_names_what_turns_each_verdict(case):
    results = compute(case, "triangulation")
    table = results.tables["triangulation"].set_index("set_id")
    left = results.tables["triangulation_left_out"]
    for (by, set_id), part in left[~left["same"]].groupby(["by", "set_id"]):
        assert table.at[set_id, f"turns_without_{by}"].split(";") == part["left_out"].tolist()
    for set_id in table.index:
        for by in triangulation.BY:
            turning = left[(left["by"] == by) & (left["set_id"] == set_id) & ~left["same"]]
            assert pd.isna(table.at[set_id, f"turns_without_{by}"]) == turning.empty
    facts = results.facts.set_index("fact_id")
    place = case.settings.wider_place
    assert (
        facts.at[f"capacity-joint-action.{place}.for.n_kinds", "value"] == table.at["capacity-joint-action", "n_kinds"]
    )
    bare = table.index[table["n_rows_for"] == 0][0]
    assert facts.at[f"{bare}.{place}.for.triangulated", "reason"] == "no event for"
