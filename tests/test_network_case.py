"""The stakeholder network of the case: every tie through its evidence, every measure through its ties."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
import pytest

from dashat_lib import network
from dashat_lib.compare import compare
from dashat_lib.network.build import of_case
from dashat_lib.network.stage import networks, support_of
from dashat_lib.pipeline import compute


@pytest.fixture(scope="module")
def results(case):
    return compute(case, "network")


def test_every_tie_of_every_network_rests_on_evidence_outside_the_thesis(case):
    own = set(case.evidence.loc[case.evidence["source_id"].isin(case.settings.own_sources), "evidence_id"])
    for net in networks(case).values():
        assert (net.evidence_ids() != "").all()
        assert not set(net.rows["evidence_id"]) & own


def test_the_network_of_all_relations_is_that_of_the_readme_of_the_case(case):
    # README of the case: 81 stakeholders form one component; 8 have no tie (thesis rows in)
    net = of_case(case, own=True)
    found = network.network_measures(net).set_index("name")["value"]
    assert found["component_sizes"] == [81, *[1] * 8]
    assert found["n_isolates"] == 8
    assert len(net.rows) == 209


def test_weights_count_events_and_rows_count_reports(case):
    net = of_case(case, ["funds"], directed=True)
    for tie in net.ties.itertuples():
        rows = net.rows[(net.rows["source"] == tie.source) & (net.rows["target"] == tie.target)]
        assert tie.n_rows == len(rows)
        events = case.evidence.set_index("evidence_id").loc[rows["evidence_id"], "event_id"]
        assert tie.weight == events.nunique()


def test_undirected_relations_become_two_flagged_arcs_of_a_directed_network(case):
    net = of_case(case, ["coordinates_with", "funds"], directed=True)
    pairs = set(net.ties[["source", "target"]].itertuples(index=False, name=None))
    flagged = net.ties[net.ties["flagged"]]
    assert len(flagged) > 20
    assert {(b, a) for a, b in zip(flagged["source"], flagged["target"], strict=True)} <= pairs
    funds = set(of_case(case, ["funds"], directed=True).ties[["source", "target"]].itertuples(index=False, name=None))
    unflagged = set(net.ties[~net.ties["flagged"]][["source", "target"]].itertuples(index=False, name=None))
    assert unflagged <= funds


def test_choices_of_programme_year_and_place_narrow_the_ties(case):
    every = of_case(case)
    dashat, late, jebres = (
        of_case(case, programme="dashat"),
        of_case(case, years=(2024, 2024)),
        of_case(case, place="jebres"),
    )
    for part in (dashat, late, jebres):
        assert 0 < len(part.rows) < len(every.rows)
        assert len(part.nodes) == len(every.nodes)
        assert set(part.rows["row_id"]) <= set(every.rows["row_id"])
    years = case.ties.set_index("tie_id")["year"]
    assert set(years.loc[late.rows["row_id"]]) == {2024}
    assert "programme dashat" in dashat.definition


def test_roll_ups_take_parts_with_their_whole(case):
    teams = of_case(case, roll_up="kelurahan_teams")
    assert "kader-dashat-jebres" not in set(teams.nodes["id"])
    assert "kader-dashat-surakarta" in set(teams.nodes["id"])
    ends = teams.ties[(teams.ties["source"] == "bank-jateng") | (teams.ties["target"] == "bank-jateng")]
    assert "kader-dashat-surakarta" in set(ends["source"]) | set(ends["target"])
    every = of_case(case, roll_up="every_part")
    assert not set(every.nodes["part_of"].dropna())
    with pytest.raises(ValueError, match="is not one of"):
        of_case(case, roll_up="some")


def test_an_empty_choice_is_a_network_of_isolates(case):
    net = of_case(case, programme="dashat", years=(1999, 1999))
    assert (len(net.ties), len(net.nodes)) == (0, len(case.stakeholders))
    assert network.network_measures(net, group="sector").set_index("name").at["ei_index", "reason"] == "no tie"


def test_without_its_last_row_a_tie_is_gone_and_each_fact_that_moved_led_to_it(case, results):
    counts = results.tables["network_ties"].query("network == 'all' and n_rows == 1")
    tie = counts.iloc[3]
    row = networks(case)["all"].rows.query("source == @tie.source and target == @tie.target").iloc[0]
    less = replace(case, ties=case.ties[case.ties["tie_id"] != row["row_id"]])
    after = compute(less, "network")
    left = after.tables["network_ties"].query("network == 'all'")
    assert len(left) == len(results.tables["network_ties"].query("network == 'all'")) - 1
    moved = set(compare(results, after)["name"])
    support = results.fact_support
    led = set(support.loc[(support["table"] == "ties") & (support["row_id"] == row["row_id"]), "fact_id"])
    assert moved
    assert moved <= led
    assert {"network.all.n_ties", f"degree.all.{tie['source']}", f"degree.all.{tie['target']}"} <= moved


@pytest.mark.parametrize("measure", ["betweenness", "constraint", "degree", "clustering", "ei"])
def test_a_measure_hangs_on_no_tie_outside_its_support(case, measure):
    net = of_case(case)
    before = network.node_measures(net, group="sector").set_index("id")[measure]
    for node in ("dp3ap2kb-surakarta", "bank-jateng", "tp-pkk-surakarta"):
        under = {row for one in support_of(net, measure, node) if one.table == "ties" for row in one.counted}
        others = [row for row in case.ties["tie_id"] if row not in under][:40]
        less = replace(case, ties=case.ties[~case.ties["tie_id"].isin(others)])
        after = network.node_measures(of_case(less), group="sector").set_index("id")[measure]
        assert before[node] == pytest.approx(after[node], nan_ok=True)


def test_tables_of_the_stage_hold_every_network_and_stakeholder(case, results):
    names = ["all", *sorted(case.ties["relation"].unique())]
    assert list(dict.fromkeys(results.tables["network_measures"]["network"])) == names
    each = results.tables["stakeholder_measures"]
    assert each.groupby("network").size().to_dict() == dict.fromkeys(names, len(case.stakeholders))
    roles = results.tables["stakeholder_brokerage"]
    assert (roles["count"] > 0).all()


def test_facts_that_the_definitions_name_are_computed_by_general_statistics(case, results):
    facts = results.facts.set_index("fact_id")
    net = of_case(case)
    degree = network.node_measures(net)["degree"]
    assert facts.at["max_node_tie_share", "value"] == pytest.approx(degree.max() / len(net.ties))
    tied = {*net.ties["source"], *net.ties["target"]}
    assert (
        facts.at["n_sectors_with_tie", "value"]
        == case.stakeholders[case.stakeholders["stakeholder_id"].isin(tied)]["sector"].nunique()
    )
    assert pd.isna(facts.at["share_cooperative_ties_undirected", "value"])
    assert facts.at["share_cooperative_ties_undirected", "reason"] == "mostly recorded without direction"
    assert -2 < facts.at["ei_sector_minus_null_2_5", "value"] < 2
