"""Frameworks as data: the codebook's tree comes back, a new one needs no code, and disagreements are recomputed here by hand."""

from __future__ import annotations

import csv
from dataclasses import replace

import pandas as pd
import pytest

from dashat_lib import frameworks, indicators
from dashat_lib.admission import branches, coded, tally
from dashat_lib.loaders.case import read_case
from dashat_lib.words import labels, reader

COUNTS = ["n_rows", "n_for", "n_against", "n_mixed", "n_neutral", "n_families", "n_sectors", "verdict"]


@pytest.fixture(scope="module")
def materials(case):
    return frameworks.gather_all(case)


@pytest.fixture(scope="module")
def scored(case, materials):
    return frameworks.scored(case, materials)


@pytest.fixture(scope="module")
def facts(case):
    return frameworks.results(case).facts.set_index("fact_id")


@pytest.fixture(scope="module")
def differing(case, materials, scored):
    return frameworks.disagreements(case, materials, scored)


@pytest.fixture(scope="module")
def stances(case):
    """What each event says of each element, from the raw tables alone: (framework, element) -> event -> stance, codes, rows."""
    within = {case.settings.wider_place}
    while True:
        more = set(case.places.loc[case.places["within"].isin(within), "place"]) | within
        if more == within:
            break
        within = more
    rows = case.evidence[
        case.evidence["place"].isin(within) & ~case.evidence["source_id"].isin(case.settings.own_sources)
    ]
    rows = rows.merge(case.codings[case.codings["coder"] == case.settings.coder], on="evidence_id")
    parents = dict(zip(case.codebook["code_id"], case.codebook["parent"], strict=True))
    found = {}
    for link in case.crosswalk.to_dict("records"):
        for row in rows.to_dict("records"):
            code = row["code_id"]
            if link["status"] == "codebook":
                while isinstance(code, str) and code != link["code_id"]:
                    code = parents[code]
            if code != link["code_id"] or row["stance"] not in ("for", "against", "mixed", "neutral"):
                continue
            turn = {"for": "against", "against": "for"} if link["direction"] == "reversed" else {}
            element = found.setdefault((link["framework"], link["element_id"]), {})
            said = element.setdefault(row["event_id"], [])
            said.append((turn.get(row["stance"], row["stance"]), row["code_id"], row["evidence_id"]))
    return found


def pooled(said):
    """The ruling in words: any mixed, or for beside against, is mixed; else for, against, neutral."""
    seen = {stance for stance, _, _ in said}
    if "mixed" in seen or {"for", "against"} <= seen:
        return "mixed"
    return next((one for one in ("for", "against") if one in seen), "neutral")


def test_the_codebooks_own_framework_scores_as_its_tree_does(case, scored):
    tree = branches(case.codebook, child="code_id", parent="parent")
    sets = tree.rename(columns={"above": "set_id"}).assign(reversed=False)
    place = case.settings.wider_place
    by_tree = tally(coded(case, sets, places=[place]), case, keys=["set_id"], rule=case.settings.rule).set_index(
        "set_id"
    )
    mine = scored[scored["framework"] == "emerson2012"].set_index("set_id")
    seen = mine[mine["n_rows"] > 0]
    assert len(seen) > 20
    pd.testing.assert_frame_equal(seen[COUNTS], by_tree.loc[seen.index, COUNTS], check_names=False)
    assert not set(mine.index[mine["n_rows"] == 0]) & set(by_tree.index)
    assert set(mine["status"]) == {"codebook"}


def test_the_own_indicators_score_as_the_stage_of_the_indicators_does(case, scored):
    own = indicators.verdicts(indicators.gather(case))
    own = own[own["place"] == case.settings.wider_place].set_index("set_id")
    mine = scored[scored["framework"] == case.settings.framework].set_index("set_id").loc[own.index]
    pd.testing.assert_frame_equal(mine[COUNTS], own[COUNTS], check_names=False)


def test_every_element_counts_the_events_that_its_codes_give_it(case, scored, stances):
    for one in scored[scored["element_id"].notna()].to_dict("records"):
        said = [pooled(rows) for rows in stances.get((one["framework"], one["set_id"]), {}).values()]
        found = {name: said.count(name) for name in ("for", "against", "mixed", "neutral")}
        assert found == {name: one[f"n_{name}"] for name in found}, one["set_id"]


def test_elements_without_a_code_are_told_so_and_get_no_verdict(scored, facts):
    # frameworks/README.md of the case lists the gaps
    bare = scored[scored["state"] == frameworks.NO_CODE]
    assert set(zip(bare["framework"], bare["set_id"], strict=True)) == {
        *(("ansell-gash2008", one) for one in ("inclusiveness", "forum-exclusiveness", "transparency")),
        ("thomson-perry2006", "dual-accountability"),
        *(("perpres72-2021", f"goal-{one}") for one in ("family-preparation", "parenting", "health-services", "water-sanitation")),
    }  # fmt: skip
    assert bare["verdict"].isna().all()
    assert (bare["n_codes"] == 0).all()
    for one in bare.itertuples():
        fact = facts.loc[f"{one.framework}.{one.set_id}.{one.place}.verdict"]
        assert pd.isna(fact["value"])
        assert fact["reason"] == "no code speaks to it"
    seen = scored[scored["state"] != frameworks.NO_CODE]
    assert (seen["state"] == seen["verdict"]).all()


def test_a_proposed_crosswalk_is_told_with_every_verdict_on_it(scored, facts):
    others = scored[scored["framework"] != "emerson2012"]
    assert set(others["status"]) == {"proposed"}
    how = facts["how"]
    said = how[[one for one in how.index if one.startswith("perpres72-2021.") and one.endswith(".verdict")]]
    assert len(said) == 24
    assert said.str.contains("proposed, not validated").all()


def test_a_reversed_crosswalk_turns_every_count_and_verdict(case, scored):
    flip = {"same": "reversed", "reversed": "same"}
    proposed = case.crosswalk["status"] == "proposed"
    direction = case.crosswalk["direction"].where(~proposed, case.crosswalk["direction"].replace(flip))
    turned = frameworks.scored(replace(case, crosswalk=case.crosswalk.assign(direction=direction)))
    before, after = (one[one["status"] == "proposed"].reset_index(drop=True) for one in (scored, turned))
    assert (before["n_for"] == after["n_against"]).all()
    assert (before["n_against"] == after["n_for"]).all()
    strong = (before["state"] == "supported") & (before["n_families_for"] >= 3)
    assert strong.any()
    assert set(after.loc[strong, "state"]) == {"contradicted"}


def test_a_new_framework_is_two_files_and_no_code(copy_of_case):
    raw = copy_of_case / "data/raw"
    with (raw / "frameworks/tiny2030.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["framework", "dimension_id", "element_id", "label_id", "label_en", "order"])
        writer.writerow(["tiny2030", "means", "", "Sarana", "Means", 1])
        writer.writerow(["tiny2030", "means", "money", "Uang", "Money", 2])
        writer.writerow(["tiny2030", "means", "music", "Musik", "Music", 3])
    with (raw / "crosswalk.csv").open("a", encoding="utf-8", newline="") as file:
        csv.writer(file).writerow(["tiny2030", "money", "resources-budget", "same", "", "proposed"])
    case = read_case(copy_of_case)
    results = frameworks.results(case)
    table = results.tables["framework_verdicts"]
    mine = table[table["framework"] == "tiny2030"].set_index("set_id")
    budget = coded(
        case,
        pd.DataFrame([("b", "resources-budget", False)], columns=["set_id", "code_id", "reversed"]),
        places=["surakarta"],
    )
    assert (
        mine.at["money", "n_for"] == tally(budget, case, keys=["set_id"], rule=case.settings.rule)["n_for"].iloc[0] > 0
    )
    assert mine["state"].to_dict() == {
        "means": mine.at["money", "verdict"],
        "money": mine.at["money", "verdict"],
        "music": frameworks.NO_CODE,
    }
    assert set(mine["status"]) == {"proposed"}
    facts = results.facts.set_index("fact_id")
    assert facts.at["tiny2030.money.surakarta.n_for", "value"] == mine.at["money", "n_for"]
    assert facts.at["tiny2030.n_codes_without_place", "value"] == len(case.codebook) - 1
    assert list(frameworks.page(case, "tiny2030")["set_id"]) == ["means", "money", "music"]
    others = table[table["framework"] != "tiny2030"].reset_index(drop=True)
    pd.testing.assert_frame_equal(
        others, frameworks.scored(replace(case, frameworks=case.frameworks.query("framework != 'tiny2030'")))
    )


def test_codes_without_a_place_are_those_that_a_crosswalk_never_names(case, differing):
    table = differing["codes"].set_index("code_id")
    parents = dict(zip(case.codebook["code_id"], case.codebook["parent"], strict=True))
    for code in case.codebook["code_id"]:
        above = [code]
        while isinstance(parents[above[-1]], str):
            above.append(parents[above[-1]])
        homes = set()
        for framework, links in case.crosswalk.groupby("framework"):
            whole = set(links.loc[links["status"] == "codebook", "code_id"])
            if code in set(links["code_id"]) or whole & set(above):
                homes.add(framework)
        missing = set(frameworks.names(case)) - homes
        assert (code in table.index) == bool(missing)
        if missing:
            assert set(table.at[code, "frameworks_without"].split(";")) == missing
            said = table.at[code, "frameworks_with"]
            assert (set(said.split(";")) if isinstance(said, str) else set()) == homes
    rows = case.codings[
        (case.codings["coder"] == case.settings.coder) & (case.codings["code_id"] == "challenge-coordination")
    ]
    events = indicators.coded(
        case,
        pd.DataFrame([("x", "challenge-coordination", False)], columns=["set_id", "code_id", "reversed"]),
        places=["surakarta"],
    )["event_id"]
    assert set(events) <= set(case.evidence.set_index("evidence_id").loc[rows["evidence_id"], "event_id"])
    assert set(table.at["challenge-coordination", "event_ids"].split(";")) == set(events)


def test_events_split_are_those_for_here_and_against_there(case, differing, stances, materials):
    dimensions = case.frameworks.dropna(subset="element_id")
    whole = set(zip(dimensions["framework"], dimensions["dimension_id"], strict=True))
    sides = {"for": {}, "against": {}}
    for (framework, element), events in stances.items():
        for event, said in events.items():
            if (framework, element) not in whole and pooled(said) in sides:
                sides[pooled(said)].setdefault((event, framework), set()).add(element)
    expected = {
        (event, framework, other)
        for event, framework in sides["for"]
        for against, other in sides["against"]
        if event == against and framework != other
    }
    table = differing["events"]
    assert len(table) > 5
    assert set(zip(table["event_id"], table["framework_for"], table["framework_against"], strict=True)) == expected
    for one in table.itertuples():
        assert set(one.elements_for.split(";")) == sides["for"][one.event_id, one.framework_for]
        assert set(one.elements_against.split(";")) == sides["against"][one.event_id, one.framework_against]
        shared = set(one.codes_for.split(";")) & set(one.codes_against.split(";"))
        assert (one.why == frameworks.ONE_CODE) == bool(shared)


def test_pairs_of_dimensions_share_most_of_their_events(case, differing, materials, scored):
    sets = {}
    for name, part in materials.items():
        rows = part.rows[part.rows["scope"] == case.settings.wider_place]
        for one in part.scored.loc[part.scored["element_id"].isna(), "dimension_id"]:
            sets[name, one] = set(rows.loc[rows["set_id"] == one, "event_id"])
    expected = {
        frozenset([one, other])
        for one in sets
        for other in sets
        if one[0] != other[0] and len(sets[one] & sets[other]) > 0.5 * len(sets[one] | sets[other])
    }
    table = differing["dimensions"]
    pairs = list(
        zip(
            zip(table["framework"], table["dimension_id"], strict=True),
            zip(table["other_framework"], table["other_dimension"], strict=True),
            strict=True,
        )
    )
    assert {frozenset(pair) for pair in pairs} == expected
    assert len(pairs) == len(expected) > 0
    state = scored[scored["element_id"].isna()].set_index(["framework", "dimension_id"])["state"]
    assert list(table["same"]) == [state[one] == state[other] for one, other in pairs]


def test_two_dimensions_on_the_same_events_with_different_verdicts_are_seen(case):
    """Planted: a second reading of the indicators in which every code counts the other way round."""
    own = case.frameworks[case.frameworks["framework"] == "emerson2012"].assign(framework="upside-down")
    links = case.crosswalk[case.crosswalk["framework"] == "emerson2012"].assign(
        framework="upside-down", direction="reversed"
    )
    both = replace(
        case,
        frameworks=pd.concat([case.frameworks, own], ignore_index=True),
        crosswalk=pd.concat([case.crosswalk, links], ignore_index=True),
    )
    table = frameworks.disagreements(both)["dimensions"]
    planted = table[(table["framework"] == "emerson2012") & (table["other_framework"] == "upside-down")].set_index(
        "dimension_id"
    )
    assert (planted["jaccard"] == 1).all()
    assert not planted.at["capacity-joint-action", "same"]
    assert planted.at["capacity-joint-action", "verdict_other"] == "contradicted"


def test_one_framework_alone_has_nobody_to_disagree_with(case):
    alone = replace(case, frameworks=case.frameworks[case.frameworks["framework"] == case.settings.framework])
    found = frameworks.disagreements(alone)
    assert found["events"].empty
    assert found["dimensions"].empty
    assert set(found["codes"]["frameworks_without"]) == {case.settings.framework}
    silent = replace(case, crosswalk=case.crosswalk[case.crosswalk["status"] == "codebook"])
    others = frameworks.scored(silent).query("framework != 'emerson2012'")
    assert set(others["state"]) == {frameworks.NO_CODE}


def test_the_page_of_the_national_strategy_reads_in_both_languages(case, scored):
    page = frameworks.page(case, "perpres72-2021", scored)
    assert page["set_id"].iloc[1] == "pillar-1-commitment"
    assert page["definition_id"].notna().all()
    assert page.set_index("set_id").at["funding", "reversed_codes"].count(";") == 2
    told = frameworks.in_words(page, case, reader("id"))
    assert "Kepemimpinan" in told.set_index("set_id").at["pillar-1-commitment", "codes"]
    with pytest.raises(ValueError, match="is not one of: emerson2012"):
        frameworks.page(case, "perpres")


def test_ids_in_tables_of_disagreement_get_their_names(case, differing):
    told = frameworks.in_words(differing["events"], case, reader("en"))
    known = set(case.frameworks["label_en"])
    assert all(set(one.split(", ")) <= known for one in told["elements_for"] if one.count(",") == 0)
    assert set(frameworks.names(case)) <= set(labels()["framework"])


def test_facts_hold_what_the_tables_say(case, scored, differing, facts):
    for one in scored[scored["state"] != frameworks.NO_CODE].to_dict("records"):
        own = one["framework"] == case.settings.framework and one["dimension_id"] in case.settings.indicators
        name = f"{one['framework']}.{one['set_id']}.{one['place']}"
        assert (f"{name}.verdict" in facts.index) != own  # the own indicators have their facts in another stage
        if not own:
            assert facts.at[f"{name}.verdict", "value"] == one["verdict"]
            assert facts.at[f"{name}.n_against", "value"] == one["n_against"]
    place = case.settings.wider_place
    assert facts.at[f"frameworks.{place}.n_events_split", "value"] == differing["events"]["event_id"].nunique()
    assert facts.at[f"frameworks.{place}.n_dimensions_differ", "value"] == (~differing["dimensions"]["same"]).sum()


def test_scoring_leaves_the_case_as_it_was(case):
    before = {name: table.copy() for name, table in case.tables()}
    frameworks.disagreements(case)
    for name, table in case.tables():
        pd.testing.assert_frame_equal(table, before[name])


def test_a_dimension_says_to_how_many_of_its_elements_a_code_speaks(case, scored, facts):
    whole = scored[scored["n_elements"].notna()]
    for one in whole.itertuples():
        parts = scored[(scored["framework"] == one.framework) & (scored["dimension_id"] == one.dimension_id)]
        parts = parts[parts["element_id"].notna()]
        assert (one.n_elements, one.n_elements_with_code) == (len(parts), (parts["n_codes"] > 0).sum())
        if one.set_id not in case.settings.indicators:
            fact = facts.loc[f"{one.framework}.{one.set_id}.{one.place}.n_elements_with_code"]
            assert fact["value"] == one.n_elements_with_code
    partial = scored[frameworks.speaks_for_part(scored)]
    assert set(partial["set_id"]) == {"institutional-design", "goals"}
    assert scored.loc[scored["element_id"].notna(), "n_elements"].isna().all()


def test_challenges_counted_against_an_element_are_its_reversed_codes_by_hand(case):
    found = frameworks.challenged(case).set_index(["set_id", "counted"])
    one = found.loc["principled-engagement", frameworks.AGREED]
    # two proposed crosswalks read weak coordination in reverse where they read principled engagement
    assert (one["codes"], one["n_for"], one["n_against"]) == ("challenge-coordination", 16, 4)
    sets = pd.DataFrame({"code_id": sorted(set(case.codebook.query("parent == 'principled-engagement'")["code_id"]))})
    sets = pd.concat([sets, pd.DataFrame({"code_id": ["principled-engagement"]})]).assign(set_id="x", reversed=False)
    more = pd.DataFrame({"code_id": ["challenge-coordination"], "set_id": ["x"], "reversed": [True]})
    rows = coded(case, pd.concat([sets, more]), places=["surakarta"])
    told = tally(rows, case, keys=["set_id", "scope"], rule=case.settings.rule).iloc[0]
    assert (told["n_for"], told["n_against"], told["verdict"]) == (16, 4, one["verdict"])


def test_wider_ways_hold_the_codes_of_narrower_ones_and_none_of_the_framework(case):
    material = indicators.gather(case, places=[case.settings.wider_place])
    sets = frameworks.code_sets(case, material.scored)
    own = set(frameworks.code_sets(case, frameworks.gather(case, case.settings.framework).scored)["code_id"])
    before: set[tuple[str, str]] = set()
    for how in (frameworks.AGREED, frameworks.NAMED, frameworks.EVERY):
        table = frameworks.against_sets(case, sets, how)
        pairs = set(zip(table["set_id"], table["code_id"], strict=True))
        assert before < pairs
        assert not set(table["code_id"]) & own
        before = pairs


def test_without_tests_and_other_frameworks_nothing_is_counted_against(case):
    alone = replace(
        case,
        claim_tests=case.claim_tests.iloc[:0],
        crosswalk=case.crosswalk[case.crosswalk["framework"] == case.settings.framework],
    )
    found = frameworks.challenged(alone)
    assert found["codes"].isna().all()
    assert found["same"].all()


def test_events_that_frameworks_read_both_ways_come_with_their_text_and_all_their_pairs(case, scored):
    split = frameworks.disagreements(case, table=scored)["events"]
    told = frameworks.by_event(split, case, reader("en")).set_index("event_id")
    assert set(told.index) == set(split["event_id"])
    texts = case.evidence.set_index("evidence_id")["text_en"]
    for one in split.itertuples():
        assert all(texts[row] in told.at[one.event_id, "text"] for row in one.evidence_ids.split(";"))
        assert reader("en").label("framework", one.framework_for) in told.at[one.event_id, "event_supports"]


def test_links_carry_the_doubt_that_the_crosswalk_states(case):
    found = frameworks.links(case, "perpres72-2021")
    notes = case.crosswalk.query("framework == 'perpres72-2021'")["note_en"]
    assert len(found) == len(notes)
    assert found["doubt"].notna().sum() == notes.str.contains("Doubt: ").sum() > 10
    assert all(one in note for one, note in zip(found["doubt"], found["note_en"], strict=True) if isinstance(one, str))
