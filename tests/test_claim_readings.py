"""How far verdicts hold under other readings: what each variant gives, what is held, and that planted doubt shows."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

import numpy as np
import pandas as pd
import pytest

from dashat_lib import claims, dependency, readings
from dashat_lib.claims import readings as read
from dashat_lib.claims.reckoning import Reckoning
from dashat_lib.readings import KINDS, run_readings


@pytest.fixture(scope="module")
def few(case):
    """The case with few draws."""
    return replace(case, settings=case.settings.model_copy(update={"resamples": 10}))


@pytest.fixture(scope="module")
def own(few):
    return read.verdicts_of(few)


@pytest.fixture(scope="module")
def results(few):
    return read.results(few)


def said(case, held=None):
    return claims.measured(case, held).set_index("fact_id")["value"].to_dict()


def test_every_claim_that_documents_can_test_has_a_share_of_each_kind(case, own, results):
    shares = results.facts.set_index("fact_id")["value"]
    kinds = [kind for kind in KINDS if kind != "dispute"]  # nobody coded rows of this case again
    tested = [one.claim_id for one in own[1]]
    verdicts = {fact.split(".")[1]: verdict for fact, verdict in said(case).items()}
    assert tested == [one for one, verdict in verdicts.items() if verdict != "not_tested"]
    assert set(shares.index) == {f"claim.{one}.verdict.share.{kind}" for one in tested for kind in kinds}
    table = results.tables["claim_readings"]
    for one in table.itertuples():
        assert shares[f"claim.{one.claim_id}.verdict.share.{one.kind}"] == one.share_same
        others = [] if pd.isna(one.others) else one.others.split(";")
        assert sum(int(part.split()[1]) for part in others) == round(one.n_readings * (1 - one.share_same))
    assert list(zip(table["claim_id"], table["kind"], strict=True)) == sorted(
        zip(table["claim_id"], table["kind"], strict=True), key=lambda pair: (tested.index(pair[0]), KINDS.index(pair[1]))
    )  # fmt: skip


def test_what_is_held_in_a_reading_is_what_it_would_come_to(few, own):
    """Facts that a kind of variant cannot move are taken from the case; with nothing but nulls held the verdicts are the same."""
    null = claims.resampled(few)
    for plan in read.plans(own[0]):
        for variant in [plan.variants[0], plan.variants[-1]]:
            other = variant(few)
            assert said(other, plan.held) == said(other, null), variant.name


def test_statistics_of_ties_are_those_with_a_tie_and_no_coding_under_them(case, own):
    book = own[0]
    for asked in book.asked:
        tables = {part.table for part in book.measured(asked).support if part.counted | part.looked_at}
        if asked.statistic not in read.MADE_OF_OTHERS | read.OF_BOTH and tables:
            assert read.is_of_ties(book, asked) == ("ties" in tables), asked.fact
            assert not {"ties", "codings"} <= tables, asked.fact


def test_counts_by_plain_loops_are_those_of_the_tables(few):
    cases = [few, *(one(few) for one in [*readings.resamples(few, 2, seed=8), *readings.doubts(few, 1, seed=8)])]
    for one in cases:
        whole, bare = Reckoning(one), Reckoning(one, bare=True)
        names = [name for name in bare.counts if name in whole.counts]
        assert {"n_for", "n_sectors", "n_families_against", "n_mixed", "verdict"} <= set(names)
        pd.testing.assert_frame_equal(
            whole.counts[names].sort_index(), bare.counts[names].sort_index(), check_dtype=False
        )
        for asked in whole.asked:
            if asked.statistic in ("n_families", "n_rows", "n_elements", "min_rows"):
                assert str(whole.measured(asked).value) == str(bare.measured(asked).value), asked


def test_a_family_left_out_of_the_facts_is_the_variant_without_it(few, own):
    found = read.without_families(*own).set_index(["reading", "fact_id"])["value"]
    null = claims.resampled(few)
    base = said(few, null)
    mine = few.sources[~few.sources["source_id"].isin(few.settings.own_sources)]["source_family"].unique()
    variants = [one for one in readings.families(few) if one.name.removeprefix("without ") in mine]
    turned = {reading for (reading, fact), verdict in found.items() if base[fact] != verdict}
    chosen = [one for one in variants if one.name in turned][::2] + variants[::25]
    assert turned
    assert len(chosen) > 5
    for one in chosen:
        values = {fact: found.get((one.name, fact), base[fact]) for fact in base}
        assert said(one(few), null) == values, one.name


def test_a_family_or_programme_that_nothing_of_a_claim_rests_on_is_no_reading_of_it(few, own, results):
    table = results.tables["claim_readings"].set_index(["claim_id", "kind"])
    for one in own[1]:
        rows = {(part.table, row) for part in one.support() for row in part.counted | part.looked_at}
        programmes = few.ties.loc[few.ties["tie_id"].isin([row for name, row in rows if name == "ties"]), "programme"].nunique()  # fmt: skip
        sources = {
            table_.set_index(key)["source_id"].get(row)
            for name, row in rows
            for table_, key in [(getattr(few, name), f"{name}_id".replace("beneficiaries", "beneficiary"))]
            if name in ("evidence", "prevalence", "beneficiaries")
        }
        families = few.sources.loc[few.sources["source_id"].isin(sources), "source_family"].nunique()
        for kind, n in (("programme", programmes), ("source", families)):
            assert (table.at[(one.claim_id, kind), "n_readings"] if (one.claim_id, kind) in table.index else 0) == n


def test_one_team_a_kelurahan_gives_each_team_the_ties_of_the_whole(case):
    (variant,) = readings.teams(case)
    apart = variant(case)
    (team, n) = next(iter(case.settings.teams.items()))
    names = [one for one in apart.stakeholders["stakeholder_id"] if one.startswith(f"{team}~")]
    assert len(names) == n
    assert apart.ties["tie_id"].is_unique
    assert not {team} & (
        {*apart.ties["source_stakeholder"], *apart.ties["target_stakeholder"], *apart.evidence["speaker"]}
    )
    one, two = (apart.ties[apart.ties["source_stakeholder"] == name].drop(columns=["tie_id", "source_stakeholder"]) for name in names[:2])  # fmt: skip
    pd.testing.assert_frame_equal(one.reset_index(drop=True), two.reset_index(drop=True))
    whole, parts = dependency.flow(case, roll_up="one_team_a_kelurahan"), dependency.flow(apart)
    assert whole.ids == parts.ids
    pd.testing.assert_frame_equal(
        dependency.ways(whole)[["stakeholder_id", "kappa", "kappa_funders_stay"]],
        dependency.ways(parts)[["stakeholder_id", "kappa", "kappa_funders_stay"]],
    )
    assert readings.teams(replace(case, settings=case.settings.model_copy(update={"teams": {}}))) == []


def test_a_disagreement_is_settled_by_the_same_lot_whatever_else_is_disputed(case):
    table = readings.disagreements(case)
    gone = table.iloc[[0, 5, 40]][["evidence_id", "code_id"]]
    pairs = pd.MultiIndex.from_frame(case.codings[["evidence_id", "code_id"]])
    fewer = replace(case, codings=case.codings[~pairs.isin(pd.MultiIndex.from_frame(gone))])
    left = readings.disagreements(fewer).merge(table.reset_index(), on=["evidence_id", "code_id"])["index"]
    assert len(left) == len(table) - 3
    for one, other in zip(readings.doubts(case, 20, seed=4), readings.doubts(fewer, 20, seed=4), strict=True):
        assert (one.make.keywords["picks"][left] == other.make.keywords["picks"]).all()


def test_readings_are_kept_by_their_stage_and_what_it_holds(few, own, tmp_path):
    plan = read.plans(own[0])[0]
    variants, stage = plan.variants[-1:], partial(claims.measured, held=plan.held)
    first = run_readings(few, variants, [stage], cache=tmp_path)
    kept = {path: path.stat().st_mtime_ns for path in tmp_path.iterdir()}
    again = run_readings(few, variants, [stage], cache=tmp_path)
    pd.testing.assert_frame_equal(first.values, again.values)
    assert {path: path.stat().st_mtime_ns for path in tmp_path.iterdir()} == kept
    run_readings(few, variants, [partial(claims.measured, held={})], cache=tmp_path)  # another stage is another key
    assert len(list(tmp_path.iterdir())) == 2 * len(kept)


# ---- planted truth ---------------------------------------------------------------------------------------------------


def planted(case, seed, d, *, truth, events=12):
    """A case whose two coders each flip the stance of a row with probability `d`; the settlement took the truth.

    Each code is the subject of one claim by rule D1. `truth` says of each what its rows say: "supported", "contradicted", or
    "contested" where half of them speak each way.
    """
    rng = np.random.default_rng(seed)
    codes = list(truth)
    stances = {"supported": [1.0], "contradicted": [0.0], "contested": [1.0, 0.0]}
    rows = [(code, at, stances[truth[code]][at % len(stances[truth[code]])]) for code in codes for at in range(events)]
    like = {name: getattr(case, name).iloc[[0]] for name in ("evidence", "sources", "evidence_actors", "codings")}
    ids = [f"E{at}" for at in range(len(rows))]

    def table(name, **columns):
        return like[name].loc[like[name].index.repeat(len(rows))].reset_index(drop=True).assign(**columns)

    sources = table(
        "sources", source_id=[f"s{at}" for at in range(len(rows))], source_family=[f"F{at}" for at in range(len(rows))]
    )
    evidence = table(
        "evidence", evidence_id=ids, event_id=ids, source_id=sources["source_id"], place=case.settings.wider_place
    )
    sectors = (
        case.stakeholders[case.stakeholders["sector"] != "beneficiary"]
        .drop_duplicates("sector")["stakeholder_id"]
        .tolist()
    )
    actors = table(
        "evidence_actors", evidence_id=ids, stakeholder_id=[sectors[at % len(sectors)] for at in range(len(rows))]
    )
    spoken = np.array([speaks == 1.0 for _, _, speaks in rows])
    parts = []
    for coder in case.coders["coder"]:
        flipped = np.zeros(len(rows), bool) if coder == case.settings.coder else rng.random(len(rows)) < d
        stance = np.where(spoken ^ flipped, "for", "against")
        parts.append(table("codings", coding_id=[f"{coder}{at}" for at in range(len(rows))], coder=coder, evidence_id=ids, code_id=[code for code, *_ in rows], stance=stance))  # fmt: skip
    names = [f"M{at}" for at in range(len(codes))]
    claim = case.claims.iloc[[0] * len(names)].reset_index(drop=True).assign(claim_id=names, code_ids=codes)
    test = case.claim_tests[case.claim_tests["fact"] == "d1_verdict"].iloc[[0] * len(names)].reset_index(drop=True)
    test = test.assign(claim_id=names, test_no=1, codes=codes, reversed_codes=None, role="necessary")
    return replace(
        case, sources=sources, evidence=evidence, evidence_actors=actors, codings=pd.concat(parts, ignore_index=True),
        claims=claim, claim_tests=test.astype(case.claim_tests.dtypes), ties=case.ties.iloc[:0], audit=case.audit.iloc[:0],
        settlements=case.settlements.iloc[:0], prevalence=case.prevalence.iloc[:0], beneficiaries=case.beneficiaries.iloc[:0],
        fact_definitions=case.fact_definitions[case.fact_definitions["fact"] == "d1_verdict"],
    )  # fmt: skip


TRUTH = {"leadership": "supported", "mutual-trust": "contradicted", "knowledge": "contested", "discovery": "supported"}


def agreeing(case, n=8):
    """Share of doubts in which a claim is what it is as settled, mean over the claims."""
    book, found = read.verdicts_of(case)
    plan = read.Plan(tuple(readings.doubts(case, n, seed=1)), {})
    if not plan.variants:
        return 1.0
    table = read.claim_readings(found, read.read(book, found, [plan]))
    return table.loc[table["kind"] == "doubt", "share_same"].mean()


def test_the_settled_verdict_is_the_planted_truth_and_the_share_that_agrees_falls_as_coders_flip_more(case):
    shares = {}
    for d in (0.0, 0.15, 0.4):
        found = []
        for seed in range(3):
            made = planted(case, seed, d, truth=TRUTH)
            verdicts = [one.verdict for one in read.verdicts_of(made)[1]]
            assert verdicts == list(TRUTH.values())
            found.append(agreeing(made))
        shares[d] = np.mean(found)
    assert shares[0.0] == 1
    assert shares[0.0] > shares[0.15] > shares[0.4]


def test_coders_who_agree_leave_nothing_to_doubt(case):
    made = planted(case, 1, 0.0, truth=TRUTH)
    assert readings.disagreements(made).empty
    by_coders = run_readings(made, readings.coders(made), [claims.measured]).bands()
    assert (by_coders["share_same"] == 1).all()


def test_a_case_without_programme_teams_or_claims_has_readings_too(case):
    bare = replace(
        planted(case, 0, 0.2, truth=TRUTH), settings=case.settings.model_copy(update={"resamples": 5, "teams": {}})
    )
    assert set(read.results(bare).tables["claim_readings"]["kind"]) == {
        "coder",
        "doubt",
        "source",
        "resample",
        "cut-off",
        "roll-up",
    }
    nothing = replace(bare, claims=bare.claims.iloc[:0], claim_tests=bare.claim_tests.iloc[:0])
    assert read.results(nothing).tables["claim_readings"].empty
    assert Reckoning(nothing).tests == {}
