"""Which sentences stand: tests and facts to verdicts, what would turn them, and the rows under each."""

from __future__ import annotations

import itertools
import math
import re
from collections import Counter
from dataclasses import replace
from datetime import date

import numpy as np
import pandas as pd
import pytest
from conftest import ROOT
from typer.testing import CliRunner

from dashat_lib import claims
from dashat_lib.admission import wilson
from dashat_lib.claims import margins, stage, verdicts
from dashat_lib.claims.agreement import agreement
from dashat_lib.claims.comparisons import comparisons, holds
from dashat_lib.claims.ingredients import reciprocity_null
from dashat_lib.claims.reckoning import ClaimTest, Reckoning
from dashat_lib.claims.statistics import ROOMS, verdicts_of
from dashat_lib.cli import app
from dashat_lib.errors import DashatError
from dashat_lib.facts import Measured, parameters
from dashat_lib.network.two_mode import discourse
from dashat_lib.readings import only_evidence, without_family
from dashat_lib.schemas import check_tables
from dashat_lib.words import labels

THESIS = "uns-digilib-127676"
WORDS = ["supported", "contested", "contradicted", "undecidable", "not_tested"]


@pytest.fixture(scope="module")
def book(case):
    return Reckoning(case)


@pytest.fixture(scope="module")
def found(book):
    return {one: claims.claim_verdict(book, one, every_test=True) for one in book.tests}


@pytest.fixture(scope="module")
def results(case):
    return claims.results(case)


@pytest.fixture(scope="module")
def facts(results):
    return results.facts.set_index("fact_id")


def said(case, held=None):
    return claims.measured(case, held).set_index("fact_id")["value"].to_dict()


# ---- rule D1 and the combination of tests ----------------------------------------------------------------------------


def counts(n_for, n_against, families=9, sectors=9):
    return pd.DataFrame([{
        "n_for": n_for, "n_against": n_against, "n_families": families, "n_families_for": min(n_for, families),
        "n_families_against": min(n_against, families), "n_sectors": sectors,
    }])  # fmt: skip


@pytest.mark.parametrize(
    ("k", "n", "low", "high"),
    [(8, 10, 0.4902, 0.9433), (9, 10, 0.5958, 0.9821), (5, 5, 0.5655, 1), (4, 5, 0.3755, 0.9638), (12, 15, 0.5481, 0.9295), (14, 20, 0.4810, 0.8545), (15, 20, 0.5313, 0.8881), (0, 10, 0, 0.2775)],
)  # fmt: skip
def test_wilson_bounds_are_those_of_statsmodels(k, n, low, high):
    # statsmodels 0.15.0, proportion_confint(k, n, method="wilson")
    found = wilson(pd.Series([k]), pd.Series([n]))
    assert (found[0][0], found[1][0]) == pytest.approx((low, high), abs=5e-5)


@pytest.mark.parametrize(
    ("n_for", "n_against", "families", "sectors", "verdict"),
    [(8, 2, 9, 9, "contested"), (9, 1, 9, 9, "supported"), (5, 0, 5, 3, "supported"), (5, 0, 5, 2, "contested"), (4, 0, 4, 4, "undecidable"), (9, 1, 2, 9, "undecidable"), (0, 10, 9, 0, "contradicted"), (15, 5, 9, 9, "supported"), (14, 6, 9, 9, "contested")],
)  # fmt: skip
def test_rule_d1_by_hand(case, n_for, n_against, families, sectors, verdict):
    assert verdicts_of(counts(n_for, n_against, families, sectors), {}, case.settings) == [verdict]


@pytest.mark.parametrize(
    ("n_for", "n_against", "families", "verdict"),
    [(2, 0, 2, "supported"), (2, 1, 2, "supported"), (1, 0, 1, "undecidable"), (2, 0, 1, "undecidable"), (1, 1, 2, "contested"), (0, 2, 2, "contradicted"), (1, 2, 3, "contradicted"), (2, 2, 4, "contested")],
)  # fmt: skip
def test_rule_d1_with_a_minimum_of_two_lets_the_majority_decide(case, n_for, n_against, families, verdict):
    given = {"n_min": "2", "families_min": "2", "bound": "majority"}
    assert verdicts_of(counts(n_for, n_against, families, 0), given, case.settings) == [verdict]


def test_the_verdict_of_a_claim_for_every_combination_of_tests():
    for n in range(4):
        for outcomes in itertools.product(WORDS, repeat=n):
            if "contradicted" in outcomes:
                expected = "contradicted"
            elif "undecidable" in outcomes:
                expected = "undecidable"
            elif "not_tested" in outcomes or not outcomes:
                expected = "not_tested"
            else:
                expected = "contested" if "contested" in outcomes else "supported"
            assert claims.combined(outcomes) == expected, outcomes


def test_supporting_tests_never_move_a_verdict_whatever_they_say(case):
    """Every combination of outcomes of three tests, each necessary or supporting, as rows of a case."""
    ways = {"supported": ">=", "contested": ">", "contradicted": "<"}  # of a fact whose value is 1, asked for 1
    wanted, tests = {}, []
    for at, (outcomes, roles) in enumerate(
        itertools.product(itertools.product([*ways, "undecidable", "not_tested"], repeat=2), itertools.product(["necessary", "supporting"], repeat=2))
    ):  # fmt: skip
        for no, (outcome, role) in enumerate(zip(outcomes, roles, strict=True), start=1):
            fact = {"undecidable": "made_up_open", "not_tested": "made_up_untested"}.get(outcome, "made_up_one")
            contra = ("==", "1") if outcome == "contradicted" else (None, None)
            tests.append(made_test(f"M{at}", no, fact, ways.get(outcome, ">="), "1", role, contra))
        decisive = [outcome for outcome, role in zip(outcomes, roles, strict=True) if role == "necessary"]
        wanted[f"M{at}"] = claims.combined(decisive)
    names = list(wanted)
    made = with_claims(case, names, tests, [
        ("made_up_one", "n_true", "tests=made_up_two>=2"), ("made_up_two", "n_rows", "codes=leadership;place=any"),
        ("made_up_open", "n_rows", "codes=leadership;place=any;undefined_below=99999"), ("made_up_untested", "not_tested", None),
    ])  # fmt: skip
    values = said(made)
    assert {name: values[f"claim.{name}.verdict"] for name in names} == wanted


def made_test(claim, no, fact, op, threshold, role="necessary", contra=(None, None), **more):
    return {
        "claim_id": claim, "test_no": no, "test_kind": "value", "fact": fact, "op": op, "threshold": threshold, "contra_op": contra[0],
        "contra_threshold": contra[1], "role": role, **more,
    }  # fmt: skip


def with_claims(case, names, tests, definitions, *, own=False, **claim):
    """A case with other claims, tests and definitions of facts in rows (beside its own, with `own`)."""

    def table(name, rows):
        made = pd.DataFrame(rows).reindex(columns=list(getattr(case, name)))
        return pd.concat([getattr(case, name), made], ignore_index=True) if own else made

    rows = [{"claim_id": one, "sentence_no": 90 + at, "claim_id_text": "buatan", "claim_en": "made up", "kind": "finding", **claim} for at, one in enumerate(names)]  # fmt: skip
    facts_ = [{"fact": fact, "statistic": statistic, "parameters": text, "unit": "rows", "definition_en": "made up"} for fact, statistic, text in definitions]  # fmt: skip
    return replace(case, claims=table("claims", rows), claim_tests=table("claim_tests", tests), fact_definitions=table("fact_definitions", facts_))  # fmt: skip


# ---- all claims of the case ------------------------------------------------------------------------------------------


def test_every_claim_and_every_test_of_the_case_has_a_verdict(case, results, facts):
    table, tests = results.tables["verdicts"], results.tables["claim_test_results"]
    assert list(table["claim_id"]) == list(case.claims.sort_values(["sentence_no", "claim_id"])["claim_id"])
    assert set(table["verdict"]) | set(tests["verdict"]) <= set(WORDS)
    assert len(tests) == len(case.claim_tests)
    for one in case.claim_tests.itertuples():
        assert f"claim.{one.claim_id}.{one.test_no}" in facts.index
    assert (facts.loc["claim." + table["claim_id"] + ".verdict", "value"].to_numpy() == table["verdict"]).all()


def test_the_verdict_of_each_claim_follows_from_the_verdicts_of_its_necessary_tests(results):
    tests = results.tables["claim_test_results"]
    for one in results.tables["verdicts"].itertuples():
        mine = tests[(tests["claim_id"] == one.claim_id) & (tests["role"] == "necessary")]
        assert claims.combined(mine["verdict"].tolist()) == one.verdict


def test_the_verdict_of_each_test_follows_from_its_number_as_the_table_of_tests_says(results):
    for one in results.tables["claim_test_results"].itertuples():
        if pd.isna(one.value) or one.value == "undecidable":
            assert one.verdict in ("undecidable", "not_tested"), one.fact
        elif isinstance(one.value, str):
            assert one.verdict == (one.value if one.threshold == "supported" else None), one.fact
        else:
            value, limit = float(one.value), float(one.threshold)
            sign = {
                ">=": value >= limit,
                "<=": value <= limit,
                ">": value > limit,
                "<": value < limit,
                "==": value == limit,
            }
            sign["between"] = limit <= value <= one.threshold_high
            against = {"==": "==", ">=": ">=", "<=": "<=", ">": ">", "<": "<"}
            turned = pd.notna(one.contra_op) and eval(f"{value} {against[one.contra_op]} {float(one.contra_threshold)}")
            assert one.verdict == ("supported" if sign[one.op] else "contradicted" if turned else "contested"), one.fact


def test_a_definition_has_one_home(case, facts):
    """Rooms write down what needs no test; the stage the rest; nobody what several tests fill differently."""
    alone = ~case.fact_definitions["parameters"].str.contains("(test)", regex=False, na=False)
    elsewhere = case.fact_definitions[case.fact_definitions["statistic"].isin(ROOMS) & alone]
    assert not set(elsewhere["fact"]) & set(facts.index)
    left = case.fact_definitions[~case.fact_definitions["fact"].isin({*elsewhere["fact"], *facts.index})]
    assert set(left["statistic"]) == {"not_tested"}


# ---- each fact again, by plain loops from its definition -------------------------------------------------------------


def inside(case, place):
    within = dict(zip(case.places["place"], case.places["within"], strict=True))
    found = set()
    for one in within:
        here = one
        while isinstance(here, str):
            if here == place:
                found.add(one)
            here = within.get(here)
    return found


def below(case, *codes):
    parent = dict(zip(case.codebook["code_id"], case.codebook["parent"], strict=True))
    found = set(codes)
    for one in parent:
        here = one
        while isinstance(here, str):
            if here in codes:
                found.add(one)
            here = parent.get(here)
    return found


def material(case, place="surakarta"):
    """Adjudicated codings with their evidence, the thesis out, as plain dicts."""
    rows = case.evidence[case.evidence["source_id"] != THESIS]
    if place != "any":
        rows = rows[rows["place"].isin(inside(case, place))]
    family = case.sources.set_index("source_id")["source_family"]
    rows = {one["evidence_id"]: {**one, "family": family[one["source_id"]]} for one in rows.to_dict("records")}
    mine = case.codings[case.codings["coder"] == "adjudicated"]
    return [{**rows[one["evidence_id"]], **one} for one in mine.to_dict("records") if one["evidence_id"] in rows]


def actors(case):
    found = {}
    for one in case.evidence_actors.itertuples():
        found.setdefault(one.evidence_id, set()).add(one.stakeholder_id)
    return found


def events(case, codes, reversed_codes=(), place="surakarta"):
    """Per event: what it says, and the rows that say it."""
    swap, pooled = {"for": "against", "against": "for"}, {}
    plain, turned = below(case, *codes), below(case, *reversed_codes) if reversed_codes else set()
    for one in material(case, place):
        stances = [one["stance"]] * (one["code_id"] in plain)
        stances += [swap.get(one["stance"], one["stance"])] * (one["code_id"] in turned)
        for stance in stances:
            pooled.setdefault(one["event_id"], []).append((stance, one))
    found = {}
    for event, rows in pooled.items():
        has = {stance for stance, _ in rows}
        if "mixed" in has or {"for", "against"} <= has:
            found[event] = ("mixed", rows)
        else:
            found[event] = ("for" if "for" in has else "against" if "against" in has else "neutral", rows)
    return found


def d1(case, codes, reversed_codes=(), *, minimum=5, families=3, majority=False):
    found, named = events(case, codes, reversed_codes), actors(case)
    sector = case.stakeholders.set_index("stakeholder_id")["sector"]
    deciding = {side: [row for said, rows in found.values() for stance, row in rows if said == side == stance] for side in ("for", "against")}  # fmt: skip
    s, c = (sum(said == side for said, _ in found.values()) for side in ("for", "against"))
    family = {side: {row["family"] for row in rows} for side, rows in deciding.items()}
    sectors = {sector[one] for row in deciding["for"] for one in named.get(row["evidence_id"], ())}
    if s + c < minimum or len(family["for"] | family["against"]) < families:
        return "undecidable"
    z, n = 1.959963984540054, s + c
    p = s / n
    low, high = ((p + z * z / 2 / n + sign * z * math.sqrt(p * (1 - p) / n + z * z / 4 / n / n)) / (1 + z * z / n) for sign in (-1, 1))  # fmt: skip
    if s >= minimum and len(family["for"]) >= families and (s > c if majority else len(sectors) >= 3 and low > 0.5):
        return "supported"
    if c >= minimum and len(family["against"]) >= families and (c > s if majority else high < 0.5):
        return "contradicted"
    return "contested"


def families_of(case, ids):
    family = case.sources.set_index("source_id")["source_family"]
    rows = case.evidence[case.evidence["evidence_id"].isin(ids) & (case.evidence["source_id"] != THESIS)]
    return {family[one] for one in rows["source_id"]}


def floor(n, least):
    return n if n >= least else math.nan


def listed(case, fact):
    cell = case.claim_tests.loc[case.claim_tests["fact"] == fact, "evidence_ids"].iloc[0]
    return cell.split(";")


def pairs(case, *, directed=False):
    own = set(case.evidence.loc[case.evidence["source_id"] == THESIS, "evidence_id"])
    found = set()
    for one in case.ties.itertuples():
        if (
            one.evidence_id not in own
            and one.source_stakeholder != one.target_stakeholder
            and (one.directed or not directed)
        ):
            ends = (one.source_stakeholder, one.target_stakeholder)
            found.add(ends if directed else tuple(sorted(ends)))
    return found


def ei(ties, group):
    return 1 - 2 * sum(group[a] == group[b] for a, b in ties) / len(ties)


def ei_null(case, percentile, draws=4000):
    ties, sector = sorted(pairs(case)), case.stakeholders.set_index("stakeholder_id")["sector"]
    nodes = sorted({one for tie in ties for one in tie})
    at, rng = {one: i for i, one in enumerate(nodes)}, np.random.default_rng(1)
    a, b = ([at[tie[end]] for tie in ties] for end in (0, 1))
    groups = np.array([sector[one] for one in nodes])
    null = [1 - 2 * float((mixed[a] == mixed[b]).mean()) for mixed in (rng.permutation(groups) for _ in range(draws))]
    return ei(ties, sector) - np.percentile(null, percentile)


def prevalence(case, **where):
    rows = case.prevalence[case.prevalence["area"] == "Kota Surakarta"]
    for column, value in where.items():
        rows = rows[rows[column] == value]
    return rows["prevalence_pct"]


def texts(case, code, stance, words, place="surakarta"):
    return [one for one in material(case, place) if one["code_id"] in below(case, code) and one["stance"] == stance and re.search(words, one["text_en"], re.I)]  # fmt: skip


def follow_through(case):
    named, promised = actors(case), {}
    rows = material(case)
    for one in rows:
        if one["code_id"] in below(case, "determination", "shared-commitment"):
            for who in named.get(one["evidence_id"], ()):
                promised[who] = min(promised.get(who, "9"), one["date"])
    admitted = {one.evidence_id for one in case.evidence.itertuples() if one.source_id != THESIS and one.place in inside(case, "surakarta")}  # fmt: skip
    acts = [(one.source_stakeholder, one.date) for one in case.ties.itertuples() if one.evidence_id in admitted]
    acts += [(one.target_stakeholder, one.date) for one in case.ties.itertuples() if one.evidence_id in admitted]
    acts += [(who, one["date"]) for one in rows if one["code_id"] in below(case, "outcome-action") for who in named.get(one["evidence_id"], ())]  # fmt: skip
    return len({who for who, when in acts if who in promised and when > promised[who]}) / len(promised)


def alignment(case, draws=250):
    named, sector = actors(case), case.stakeholders.set_index("stakeholder_id")["sector"]
    units = [one for one in material(case) if one["stance"] in ("for", "against")]
    keys = [(one["code_id"], one["evidence_id"]) for one in units]
    stances = {key: one["stance"] for key, one in zip(keys, units, strict=True)}
    codes = sorted({code for code, _ in keys})

    def mean(stance):
        table = [
            (who, code, stance[code, row])
            for code, row in keys
            for who in named.get(row, ())
            if sector[who] != "beneficiary"
        ]
        told = discourse(pd.DataFrame(table, columns=["actor", "concept", "stance"]))
        apart = told["one"].map(sector) != told["other"].map(sector)
        return told.loc[apart, "subtract"].mean()

    rng, seen, above = np.random.default_rng(3), mean(stances), 0
    for _ in range(draws):
        mixed = {}
        for code in codes:
            mine = [key for key in keys if key[0] == code]
            mixed |= dict(zip(mine, rng.permutation([stances[key] for key in mine]), strict=True))
        above += mean(mixed) >= seen - 1e-12
    return (1 + above) / (1 + draws)


def span(case, fact):
    parts = [case.evidence.set_index("evidence_id").at[one, "date"].split("-") for one in listed(case, fact)]
    first, last = (date(*map(int, [*one, "1", "1"][:3])) for one in parts)
    return (last - first).days


def elements(case, dimension):
    """Elements by the codebook, as the definition names them; `resources` counts once, with its children."""
    return sum(
        any(said == "for" for said, _ in events(case, [one]).values())
        for one in case.codebook.loc[case.codebook["parent"] == dimension, "code_id"]
        if one in set(case.frameworks.query("framework == 'emerson2012'")["element_id"])
    )


def share_with_role(case):
    sector = case.stakeholders.set_index("stakeholder_id")["sector"]
    named = {who for one in material(case) if one["code_id"] == "stakeholder-role" and one["stance"] == "for" for who in actors(case).get(one["evidence_id"], ())}  # fmt: skip
    among = set(sector.index[sector != "beneficiary"])
    return len(named & among) / len(among)


FOOD = "meal|food|cook|milk|nutrition|fed|vitamin|portion|breakfast"
AGAIN = {
    "n_families_bkkbn_initiator": lambda c: floor(len(families_of(c, [*listed(c, "n_families_bkkbn_initiator"), *(one["evidence_id"] for one in texts(c, "driver-leadership", "for", "ashat", "any") if "bkkbn" in actors(c)[one["evidence_id"]])])), 2),
    "n_rows_other_initiator_before_bkkbn": lambda c: len({one["evidence_id"] for one in texts(c, "driver-leadership", "for", "ashat", "any") if "bkkbn" not in actors(c).get(one["evidence_id"], ())}),
    "n_families_outcome_action_nutrition": lambda c: len({one["family"] for one in texts(c, "outcome-action", "for", FOOD)}),
    "n_events_nonfood": lambda c: sum(said == "for" for said, _ in events(c, ["challenge-nonfood-determinants"]).values()),
    "n_families_child_friendly_city": lambda c: floor(len(families_of(c, listed(c, "n_families_child_friendly_city"))), 2),
    "n_families_stunting_pilot": lambda c: floor(len(families_of(c, listed(c, "n_families_stunting_pilot"))), 2),
    "n_families_all_kelurahan": lambda c: len(families_of(c, listed(c, "n_families_all_kelurahan"))),
    "n_rows_dashat_at_work_in_jebres": lambda c: int((c.evidence["evidence_id"].isin(listed(c, "n_rows_dashat_at_work_in_jebres")) & (c.evidence["place"] == "jebres") & (c.evidence["source_id"] != THESIS)).sum()),
    "prevalence_change_ssgi_2021_2022": lambda c: prevalence(c, survey="SSGI", year=2022).unique().item() - prevalence(c, survey="SSGI", year=2021).unique().item(),
    "prevalence_change_local_weighing_2021_2022": lambda c: prevalence(c, method="local_weighing", year=2022).max() - prevalence(c, method="local_weighing", year=2021).max(),
    "cost_per_portion_dashat_over_genting": lambda c: (lambda t: t["2024"] / t["2025-02-06"])(c.beneficiaries.query("measure == 'cost_per_portion_idr'").set_index("date")["value"]),
    "n_sectors_with_tie": lambda c: len({c.stakeholders.set_index("stakeholder_id")["sector"][one] for tie in pairs(c) for one in tie}),
    "max_node_tie_share": lambda c: max(Counter(one for tie in pairs(c) for one in tie).values()) / len(pairs(c)),
    "n_rows_jebres_min_indicator": lambda c: floor(min(len({one["evidence_id"] for one in material(c, "jebres") if one["code_id"] in below(c, code)}) for code in ("principled-engagement", "shared-motivation", "capacity-joint-action")), 3),
    "overall_assessment_both_stances": lambda c: int(({"for", "against"} <= (told := {said for said, _ in events(c, ["overall-assessment"]).values()})) or "mixed" in told),
    "n_elements_evidenced_principled_engagement": lambda c: elements(c, "principled-engagement"),
    "n_elements_evidenced_shared_motivation": lambda c: elements(c, "shared-motivation"),
    "n_elements_evidenced_capacity_joint_action": lambda c: elements(c, "capacity-joint-action"),
    "share_stakeholders_with_coded_role": share_with_role,
    "follow_through_share": follow_through,
    "share_cooperative_ties_undirected": lambda c: (lambda share: share if share < 0.5 else math.nan)(1 - c.ties[c.ties["relation"].isin(["coordinates_with", "partners_with", "informs", "reports_to"]) & ~c.ties["evidence_id"].isin(c.evidence.loc[c.evidence["source_id"] == THESIS, "evidence_id"])]["directed"].mean()),
    "n_rows_stated_workload": lambda c: floor(len({one["evidence_id"] for one in material(c) if one["code_id"] in below(c, "resources-human", "challenge-human-capacity") and re.search("workload|overload|unpaid|lack of", one["text_en"], re.I)}), 1),
    "coverage_ratio_2024": lambda c: (lambda q, ids: q[ids[0]] / q[ids[1]])(c.evidence.set_index("evidence_id")["quantity"], listed(c, "coverage_ratio_2024")),
    "days_uae_announced_to_first_use": lambda c: span(c, "days_uae_announced_to_first_use"),
}  # fmt: skip
BY_CHANCE = {"ei_sector_minus_null_2_5", "alignment_subtract_p", "synergy_structure_signs", "collaboration_signs"}
ELSEWHERE = {"saturation_point_sources", "not_tested"}  # tests/test_saturation.py; nothing to compute


@pytest.mark.parametrize("fact", AGAIN)
def test_a_fact_is_what_its_definition_says(case, book, fact):
    assert book.fact(fact).value == pytest.approx(AGAIN[fact](case), nan_ok=True)


def test_every_fact_is_recomputed_somewhere(case):
    mine = {
        *AGAIN,
        *BY_CHANCE,
        *ELSEWHERE,
        "dynamics_success_class",
        "late_funds_signs",
        "unsustainable_balance",
        "dependency_balance",
    }
    waiting = case.fact_definitions[~case.fact_definitions["fact"].isin(mine)]
    rooms = {
        "share_kappa_at_most",
        "hhi_normalised",
        "share_reached",
        "share_left_without_top",
        "n_sectors_important",
        "birnbaum_top_share",
        "funder_persistence",
    }
    rivals = {
        "n_events",
        "years_from_start",
        "areas_changed_at_least",
        "change_over_error",
        "n_programmes",
        "prevalence_change",
    }
    assert set(waiting["statistic"]) <= rooms | rivals | {"d1_verdict"}  # those of rivals in test_conclusions


def test_each_verdict_by_rule_d1_is_what_its_definition_says(case, results):
    tests = results.tables["claim_test_results"].merge(
        case.claim_tests[["claim_id", "test_no", "codes", "reversed_codes"]]
    )
    tests = tests[tests["fact"].isin(["d1_verdict", "d1_verdict_min2"])]
    assert len(tests) > 10
    for one in tests.itertuples():
        two = {"minimum": 2, "families": 2, "majority": True} if one.fact.endswith("min2") else {}
        turned = one.reversed_codes.split(";") if isinstance(one.reversed_codes, str) else ()
        assert one.value == d1(case, one.codes.split(";"), turned, **two), (one.claim_id, one.test_no)


def test_facts_made_of_others_are_what_their_definitions_say(case, book, found):
    c14, c15 = found["C14"].verdict, found["C15"].verdict
    impact = d1(case, ["outcome-impact"])
    if c14 == c15 == "supported" and impact != "contradicted":
        expected = "supported"
    elif "contradicted" in (c14, c15):
        expected = "contradicted"
    else:
        expected = "undecidable" if "undecidable" in (c14, c15) else "contested"
    assert book.fact("dynamics_success_class").value == expected
    late = [d1(case, ["challenge-funding-delay"], minimum=2, families=2, majority=True) == "supported", span(case, "days_uae_announced_to_first_use") > 90]  # fmt: skip
    assert book.fact("late_funds_signs").value == sum(late)
    sustained = d1(case, ["challenge-sustainability"])
    last = book.fact("funder_persistence_max").value
    brittle = sustained == "supported" or last < 0.5
    assert book.fact("unsustainable_balance").value == (
        1 if brittle else -1 if sustained == "contradicted" and last >= 0.5 else 0
    )
    values = {one: book.fact(one).value for one in ("share_beneficiaries_kappa_le_1_dashat", "hhi_star_funding_dashat_2024", "share_reached_worst_withdrawal_dashat", "share_money_left_without_top_funder_2024")}  # fmt: skip
    kappa, hhi, reach, left = values.values()
    expected = 1 if kappa >= 0.5 or hhi >= 0.5 or reach < 1 or left < 0.5 else -1 if kappa == 0 and hhi < 0.25 and reach == 1 and left >= 0.75 else 0  # fmt: skip
    assert book.fact("dependency_balance").value == pytest.approx(math.nan if all(map(math.isnan, values.values())) else expected, nan_ok=True)  # fmt: skip


def test_facts_with_a_null_are_what_their_definitions_say_up_to_chance(case, book):
    assert book.fact("ei_sector_minus_null_2_5").value == pytest.approx(ei_null(case, 2.5), abs=0.02)
    assert book.fact("alignment_subtract_p").value == pytest.approx(alignment(case), abs=0.035)
    signs = [
        book.fact("n_sectors_with_tie").value >= 3,
        ei_null(case, 2.5) > 0,
        book.fact("max_node_tie_share").value <= 0.5,
    ]
    assert book.fact("collaboration_signs").value == sum(signs)
    arcs, n, rng = pairs(case, directed=True), len(case.stakeholders), np.random.default_rng(2)
    returned = sum((b, a) in arcs for a, b in arcs) / len(arcs)
    null = []
    for _ in range(400):
        cells = rng.choice(n * (n - 1), size=len(arcs), replace=False)
        drawn = {(cell // (n - 1), (cell % (n - 1)) + (cell % (n - 1) >= cell // (n - 1))) for cell in cells}
        null.append(sum((b, a) in drawn for a, b in drawn) / len(drawn))
    assert book.fact("reciprocity_directed").value == pytest.approx(returned)
    assert book.fact("reciprocity_null_97_5").value == pytest.approx(np.percentile(null, 97.5), abs=0.025)
    assert book.fact("synergy_structure_signs").value == (returned > np.percentile(null, 97.5)) + (
        ei_null(case, 97.5) > 0
    )


def test_mutual_dyads_drawn_from_their_distribution_are_those_of_drawn_networks():
    # three nodes, two arcs: 15 pairs of the 6 cells, 3 of them one dyad
    assert (reciprocity_null(3, 2, draws=20_000, seed=1) == 1).mean() == pytest.approx(3 / 15, abs=0.01)
    assert set(reciprocity_null(3, 6, draws=10, seed=1)) == {1.0}


def test_agreement_on_a_code_is_that_of_the_discourse_network():
    units = [(True, ["a", "b"]), (True, ["a", "c"]), (False, ["b", "d"]), (False, ["a"])]
    group = {"a": "x", "b": "x", "c": "y", "d": "z"}
    rows = [(who, "k", "for" if yes else "against") for yes, named in units for who in named]
    told = discourse(pd.DataFrame(rows, columns=["actor", "concept", "stance"]))
    told = told[told["one"].map(group) != told["other"].map(group)]
    found = agreement(units, group, draws=5, seed=[1])
    assert (found.conflict, found.subtract) == (told["conflict"].sum(), told["subtract"].sum())


# ---- what a verdict must and must not hang on ------------------------------------------------------------------------


def test_with_all_stances_flipped_every_coded_verdict_turns(case, book):
    flip = {"for": "against", "against": "for"}
    turned = Reckoning(replace(case, codings=case.codings.assign(stance=case.codings["stance"].replace(flip))))
    opposite = {"supported": "contradicted", "undecidable": "undecidable"}
    seen = []
    for tests in book.tests.values():
        for one in tests:
            if one.fact.startswith("d1_verdict"):
                before, after = (b.fact(one.fact, test=one) for b in (book, turned))
                assert (before.details["n_for"], before.details["n_against"]) == (
                    after.details["n_against"],
                    after.details["n_for"],
                )
                if before.value in opposite:
                    assert after.value == opposite[before.value], one
                    seen.append(before.value)
                    assert verdicts.outcome(one, after) == opposite[before.value]
    assert Counter(seen)["supported"] >= 4


def test_the_rows_and_ties_of_the_thesis_move_no_verdict(case, results):
    own = case.evidence.loc[case.evidence["source_id"] == THESIS, "evidence_id"]
    assert case.ties["evidence_id"].isin(own).any()
    without = only_evidence(case, case.evidence.loc[~case.evidence["evidence_id"].isin(own), "evidence_id"])
    assert said(without) == said(case)


def test_order_of_rows_moves_no_verdict_and_no_number(case, book):
    names = [name for name, _ in case.tables() if name != "frameworks"]
    mixed = replace(
        case, **{name: getattr(case, name).sample(frac=1, random_state=2).reset_index(drop=True) for name in names}
    )
    assert said(mixed) == said(case)
    other = Reckoning(mixed)
    for fact in book.definitions:
        if not book.waits(fact) or book.test_of(fact):
            one, two = book.fact(fact).value, other.fact(fact).value
            assert one == two or (one != one and two != two), fact


def test_facts_that_are_held_are_taken_and_the_others_computed(case):
    held = claims.resampled(case)
    assert {"ei_sector_minus_null_2_5", "alignment_subtract_p", "reciprocity_null_97_5", "ei_null_97_5"} <= set(held)
    assert said(case, held) == said(case)
    assert said(case, {**held, "alignment_subtract_p": 0.9})["claim.C17.verdict"] == "contested"
    assert said(case, {**held, "alignment_subtract_p": math.nan})["claim.C17.verdict"] == "undecidable"


def test_verdicts_alone_are_those_of_the_stage(case, facts):
    for fact, value in said(case).items():
        assert facts.at[fact, "value"] == value


# ---- a claim is rows -------------------------------------------------------------------------------------------------


def test_a_made_up_claim_is_evaluated_without_a_change_of_code(case):
    tests = [
        made_test("MADE-UP", 1, "made_share", ">=", "0.5", codes=None),
        made_test("MADE-UP", 2, "d1_verdict", "==", "supported", codes="leadership"),
        made_test("MADE-UP", 3, "made_days", "between", "0", threshold_high=5000.0, evidence_ids=";".join(case.evidence["evidence_id"].iloc[[20, 30]])),
        made_test("MADE-UP", 4, "made_rows", ">", "made_fewer", "supporting"),
    ]  # fmt: skip
    definitions = [
        ("made_share", "share_with_code", "codes=leadership|driver-leadership;stance=for;place=any"),
        ("made_days", "days_between", "from=first listed row;to=second listed row"),
        ("made_rows", "n_rows", "codes=leadership;actor=dp3ap2kb-surakarta"),
        ("made_fewer", "n_true", "tests=made_rows>=0;d1_verdict(leadership)==supported;made_rows>made_share"),
    ]
    made = with_claims(case, ["MADE-UP"], tests, definitions, own=True, code_ids="leadership")
    other = Reckoning(made)
    told = stage.test_table(other, stage.all_verdicts(other)).query("claim_id == 'MADE-UP'").set_index("test_no")
    assert (told.at[2, "value"], told.at[2, "verdict"]) == ("supported", "supported")
    assert told.at[1, "verdict"] == ("supported" if told.at[1, "value"] >= 0.5 else "contested")
    first, last = pd.to_datetime(case.evidence["date"].iloc[[20, 30]], format="ISO8601")
    assert told.at[3, "value"] == (last - first).days
    rows = [
        one
        for one in material(case)
        if one["code_id"] == "leadership" and "dp3ap2kb-surakarta" in actors(case)[one["evidence_id"]]
    ]
    assert told.at[4, "value"] == len({one["evidence_id"] for one in rows})
    assert stage.facts_of(other).facts.set_index("fact_id").at["made_fewer", "value"] == 3
    before = said(case)
    assert {k: v for k, v in said(made).items() if k in before} == before


def test_claims_that_hang_on_each_other_in_a_circle_are_refused(case):
    definitions = [
        ("one_class", "class_from_verdicts", "claims=TWO"),
        ("two_class", "class_from_verdicts", "claims=ONE"),
    ]
    tests = [made_test("ONE", 1, "one_class", "==", "supported"), made_test("TWO", 1, "two_class", "==", "supported")]
    with pytest.raises(
        DashatError, match=r"fact_definitions\.csv, row \d.*circle: ONE > one_class > TWO > two_class > ONE"
    ):
        claims.measured(with_claims(case, ["ONE", "TWO"], tests, definitions))


def test_a_fact_that_needs_itself_is_refused(case):
    made = with_claims(case, ["ONE"], [made_test("ONE", 1, "self", ">=", "1")], [("self", "n_true", "tests=self>=1")])
    with pytest.raises(DashatError, match="circle: self > self"):
        claims.measured(made)


def test_an_unknown_statistic_leaves_its_fact_undefined_and_is_told(case):
    made = with_claims(
        case,
        ["ONE"],
        [made_test("ONE", 1, "odd", ">=", "1")],
        [("odd", "no_such_thing", "a=1"), ("sum", "n_true", "tests=nothing>=1")],
    )
    found = claims.results(made)
    one = found.facts.set_index("fact_id").loc["claim.ONE.1"]
    assert math.isnan(one["value"])
    assert one["reason"] == "no statistic of that name"
    assert found.tables["verdicts"]["verdict"].tolist() == ["undecidable"]
    told = [str(problem) for problem in claims.notes(Reckoning(made))]
    assert any("row 2, column statistic: 'no_such_thing'" in one for one in told)
    assert any("row 3, column parameters: 'nothing'" in one for one in told)


def test_parameters_that_do_not_suit_a_statistic_leave_its_fact_undefined_and_are_told_with_their_row(case):
    definitions = [
        ("odd", "n_true", "tests=not a comparison"),
        ("even", "n_rows", "stance=for"),
        ("high", "class_from_verdicts", "claims=NONE"),
    ]
    tests = [made_test("ONE", no, fact, ">=", "1") for no, fact in enumerate(["odd", "even", "high"], start=1)]
    book = Reckoning(with_claims(case, ["ONE"], tests, definitions))
    assert [one.outcome for one in claims.claim_verdict(book, "ONE").tests] == ["undecidable"] * 3
    assert book.fact("odd").reason == book.fact("even").reason == "its parameters do not suit the statistic"
    assert book.fact("high").reason == "no claim of that name"
    told = [str(one) for one in claims.notes(book)]
    assert [re.search(r"row (\d), column parameters", one)[1] for one in told] == ["2", "3", "4"]
    assert "'not a comparison' is no comparison" in told[0]
    assert "codes is missing" in told[1]
    assert "'NONE' is not in claims.csv" in told[2]


def test_check_tells_of_a_definition_that_comes_to_nothing(copy_of_case):
    path = copy_of_case / "data/raw/fact_definitions.csv"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace(",evidence_ratio,", ",evidence_rato,"), encoding="utf-8", newline="\n")
    shown = CliRunner().invoke(app, ["check", str(copy_of_case), "--lang", "en"])
    assert shown.exit_code == 0
    assert "column statistic: 'evidence_rato' is no statistic that is known here" in " ".join(shown.output.split())


def test_a_definition_that_several_tests_fill_differently_has_no_number_of_its_own(case, book, facts):
    assert math.isnan(facts.at["d1_verdict", "value"])
    assert book.fact("d1_verdict").reason == "its definition waits for a test"
    assert book.fact("d1_verdict", codes="leadership").value == d1(case, ["leadership"])


def test_comparisons_are_read_and_nothing_else_is(case):
    read = comparisons("a>=3;d1_verdict(some-code)==supported;b>c_97_5")
    assert [str(one) for one in read] == ["a>=3", "d1_verdict(some-code)==supported", "b>c_97_5"]
    assert [len(one.references) for one in read] == [1, 1, 2]
    for text in ("a", "a=1", "3>=a", "a>=", "a>=1 and b", "__import__('os')", "a>=b>=c"):
        with pytest.raises(ValueError, match="is no comparison"):
            comparisons(text)
    assert parameters("tests=a>=3;b==0;c<1;place=any") == {"tests": "a>=3;b==0;c<1", "place": "any"}
    assert holds(0.1 + 0.2, "==", 0.3)
    assert holds(0.7999999999999, ">=", 0.8)
    assert not holds("supported", ">=", "supported")


def test_the_opposite_verdict_contradicts_and_a_number_needs_its_own_threshold():
    test = ClaimTest("X", 1, "value", (), (), (), "f", "==", "supported", None, None, None, "necessary")
    for value, outcome in [
        ("supported", "supported"),
        ("contradicted", "contradicted"),
        ("contested", "contested"),
        ("undecidable", "undecidable"),
    ]:
        assert verdicts.outcome(test, Measured(value, "", {}, ())) == outcome
    number = replace(test, op=">=", threshold="0.8", contra_op="<", contra_threshold="0.5")
    for value, outcome in [
        (0.8, "supported"),
        (0.6, "contested"),
        (0.5, "contested"),
        (0.4, "contradicted"),
        (math.nan, "undecidable"),
    ]:
        assert verdicts.outcome(number, Measured(value, "", {}, ())) == outcome
    assert verdicts.outcome(replace(number, contra_op=None), Measured(0.1, "", {}, ())) == "contested"


def test_the_library_holds_no_id_of_the_case(case):
    ids = {
        *case.claims["claim_id"],
        *case.evidence["evidence_id"],
        *case.sources["source_id"],
        *case.stakeholders["stakeholder_id"],
    }
    ids |= {*case.fact_definitions["fact"]} - {*case.fact_definitions["statistic"]}
    text = "\n".join(path.read_text(encoding="utf-8") for path in (ROOT / "dashat_lib/claims").rglob("*.py"))
    allowed = {"reciprocity_null_97_5", "ei_null_97_5"}
    assert [one for one in sorted(ids - allowed) if re.search(rf"(?<![\w-]){re.escape(one)}(?![\w-])", text)] == []
    whole = "\n".join(path.read_text(encoding="utf-8") for path in (ROOT / "dashat_lib").rglob("*") if path.suffix in (".py", ".toml", ".html"))  # fmt: skip
    plain = {one for one in ids if re.search(r"[\d-]", one)} - set(
        case.fact_definitions["fact"]
    )  # "bkkbn" may stand in a word
    assert [one for one in sorted(plain) if f'"{one}"' in whole or f"'{one}'" in whole] == []


# ---- margins and what turns a verdict --------------------------------------------------------------------------------


def test_the_margin_is_positive_on_the_supported_side():
    def of(value, op, threshold, high=None):
        test = ClaimTest("X", 1, "value", (), (), (), "f", op, threshold, high, None, None, "necessary")
        return margins.margin(verdicts.Tested(test, Measured(value, "", {}, ()), ""))

    assert of(5, ">=", "3") == 2
    assert of(0.2, "<=", "0.5") == pytest.approx(0.3)
    assert of(-4.2, "between", "-4.25", -4.15) == pytest.approx(0.05)
    assert of(-4.0, "between", "-4.25", -4.15) == pytest.approx(-0.15)
    assert of(2, "==", "0") == -2
    assert math.isnan(of("supported", "==", "supported"))
    assert math.isnan(of(math.nan, ">=", "1"))


def test_further_events_turn_a_verdict_when_they_come(case, book, results):
    seen = 0
    for one in results.tables["claim_test_results"].query("fact == 'd1_verdict'").itertuples():
        more = one.turns_with_against
        if one.verdict != "supported":
            continue
        start = counts(one.n_for, one.n_against)
        assert verdicts_of(start, {}, case.settings) == ["supported"]
        for k, verdict in [(more - 1, True), (more, False)]:
            assert (verdicts_of(counts(one.n_for, one.n_against + k), {}, case.settings) == ["supported"]) is verdict
        assert one.supported_with_for == 0
        seen += 1
    assert seen >= 3


def test_what_turns_a_claim_turns_it_and_what_is_not_listed_does_not(case, book, found, results):
    turns = results.tables["claim_turns"]
    base = said(case)
    assert {"event", "source"} == set(turns["kind"])
    every = margins.worlds(book)
    listed_ = set(zip(turns["kind"], turns["id"], strict=True))
    rng = np.random.default_rng(5)
    others = [one for one in every if (one.kind, one.name) not in listed_]
    some = [one for one in every if (one.kind, one.name) in listed_][::3] + [
        others[at] for at in rng.choice(len(others), 12, replace=False)
    ]
    for world in some:
        if world.kind == "source":
            left = without_family(case, family=world.name)
        else:
            left = only_evidence(
                case, case.evidence.loc[~case.evidence["evidence_id"].isin(world.evidence), "evidence_id"]
            )
        after = said(left)
        moved = {key.split(".")[1]: value for key, value in after.items() if value != base[key]}
        mine = turns[(turns["kind"] == world.kind) & (turns["id"] == world.name)]
        assert dict(zip(mine["claim_id"], mine["verdict_after"], strict=True)) == moved, world.name


def test_fragile_claims_name_the_families_that_carry_them(results):
    table, turns = results.tables["verdicts"].set_index("claim_id"), results.tables["claim_turns"]
    for claim, part in turns[turns["kind"] == "source"].groupby("claim_id"):
        assert "fragile" in table.at[claim, "qualifier"].split(";")
        assert table.at[claim, "fragile_families"].split(";") == part["id"].tolist()
    sound = table[~table.index.isin(turns.loc[turns["kind"] == "source", "claim_id"])]
    assert not sound["qualifier"].fillna("").str.contains("fragile").any()


# ---- with what care --------------------------------------------------------------------------------------------------


def test_qualifiers_come_from_a_closed_list_with_words(results):
    used = {one for cell in results.tables["verdicts"]["qualifier"].dropna() for one in cell.split(";")}
    assert used <= set(verdicts.QUALIFIERS) <= set(labels()["qualifier"])


def test_a_claim_is_a_proxy_where_the_focal_place_has_too_few_rows(case, results):
    table = results.tables["verdicts"].set_index("claim_id")
    for one in case.claims.itertuples():
        codes = one.code_ids.split(";") if isinstance(one.code_ids, str) else []
        n = len({row["evidence_id"] for row in material(case, "jebres") if row["code_id"] in below(case, *codes)})
        wanted = (
            bool(codes)
            and n < 3
            and table.at[one.claim_id, "verdict"] != "not_tested"
            and table.at[one.claim_id, "scope"] != "jebres"
        )
        assert ("city-level proxy" in str(table.at[one.claim_id, "qualifier"])) is wanted, one.claim_id


def test_a_claim_that_only_the_thesis_speaks_of_says_so(case):
    own = case.evidence.loc[case.evidence["source_id"] == THESIS, "evidence_id"]
    mine = case.codings["evidence_id"].isin(own) & (case.codings["coder"] == "adjudicated")
    code = case.codings.loc[mine, "code_id"].iloc[0]
    made = with_claims(
        case, ["ONE"], [made_test("ONE", 1, "odd", ">=", "1")], [("odd", "n_rows", f"codes={code}")], code_ids=code
    )
    qualifier = claims.results(made).tables["verdicts"]["qualifier"].iloc[0]
    assert verdicts.OWN_ONLY not in str(qualifier)
    others = case.codings["code_id"].isin(below(case, code)) & ~case.codings["evidence_id"].isin(own)
    qualifier = claims.results(replace(made, codings=case.codings[~others])).tables["verdicts"]["qualifier"].iloc[0]
    assert verdicts.OWN_ONLY in qualifier


def test_a_supporting_test_that_says_the_opposite_is_named(results):
    tests = results.tables["claim_test_results"]
    against = set(tests.loc[(tests["role"] == "supporting") & (tests["verdict"] == "contradicted"), "claim_id"])
    table = results.tables["verdicts"]
    wanted = table["claim_id"].isin(against) & (table["verdict"] == "supported")
    assert wanted.any()
    assert (table["qualifier"].fillna("").str.contains(verdicts.DISAGREES) == wanted).all()


def test_tensions_stand_side_by_side_once(case, results):
    table, told = results.tables["claim_tensions"], results.tables["verdicts"].set_index("claim_id")["verdict"]
    own = case.claims[case.claims["kind"] != "rival"]
    wanted = {frozenset((one.claim_id, other)) for one in own.itertuples() if isinstance(one.tension_with, str) for other in one.tension_with.split(";")}  # fmt: skip
    found = [frozenset(pair) for pair in zip(table["claim_id"], table["other"], strict=True)]
    assert len(found) == len(set(found))
    assert set(found) == wanted
    assert (table["verdict"].to_numpy() == told[table["claim_id"]].to_numpy()).all()
    assert (table["other_verdict"].to_numpy() == told[table["other"]].to_numpy()).all()


def test_beside_each_claim_stands_what_would_decide_it_and_whom_to_ask(case, results):
    table = results.tables["verdicts"].set_index("claim_id")
    for one in case.would_decide.itertuples():
        assert table.loc[one.claim_id, ["question_en", "question_id", "ask_whom"]].tolist() == [
            one.question_en,
            one.question_id,
            one.ask_whom,
        ]
    assert (
        table.loc[table["verdict"] == "undecidable", ["question_en", "question_id", "ask_whom"]].notna().all(axis=None)
    )


def test_what_was_seen_is_said_in_both_languages(results):
    table = results.tables["verdicts"]
    assert table[["seen_en", "seen_id"]].map(len).gt(20).all(axis=None)
    assert (table["seen_en"] != table["seen_id"]).all()


# ---- the rows under it -----------------------------------------------------------------------------------------------

NUMBERS = ["value", "lower", "upper", "reason"]


def facts_only(case):
    """The facts and support of the stage, without the search for what turns a verdict."""
    return stage.facts_of(Reckoning(case))


@pytest.mark.parametrize("seed", range(12))
def test_deleting_a_row_moves_exactly_the_facts_whose_support_names_it(case, results, seed):
    gone = case.evidence["evidence_id"].sample(1, random_state=seed).iloc[0]
    after = facts_only(only_evidence(case, case.evidence.loc[case.evidence["evidence_id"] != gone, "evidence_id"]))
    rows = {("evidence", gone), *(("ties", one) for one in case.ties.query("evidence_id == @gone")["tie_id"])}
    rows |= {("codings", one) for one in case.codings.query("evidence_id == @gone")["coding_id"]}
    rows |= {
        ("evidence_actors", f"{gone}/{one}")
        for one in case.evidence_actors.query("evidence_id == @gone")["stakeholder_id"]
    }
    support = results.fact_support
    named = set(
        support.loc[[pair in rows for pair in zip(support["table"], support["row_id"], strict=True)], "fact_id"]
    )
    one, other = (r.facts.set_index("fact_id")[NUMBERS].astype("object").fillna("-").map(str) for r in (results, after))
    assert set(one.index) == set(other.index)
    moved = set(one.index[(one != other.loc[one.index]).any(axis=1)])
    assert moved <= named
    under = [r.fact_support.groupby("fact_id").apply(lambda part: frozenset(zip(part["table"], part["row_id"], part["role"], strict=True))) for r in (results, after)]  # fmt: skip
    assert {fact for fact in under[0].index if under[0][fact] != under[1].get(fact)} == named


def test_no_row_of_the_thesis_is_under_a_fact(case, results):
    own = set(case.evidence.loc[case.evidence["source_id"] == THESIS, "evidence_id"])
    own_codings = set(case.codings.loc[case.codings["evidence_id"].isin(own), "coding_id"])
    own_ties = set(case.ties.loc[case.ties["evidence_id"].isin(own), "tie_id"])
    for table, ids in [("evidence", own), ("codings", own_codings), ("ties", own_ties)]:
        mine = results.fact_support[
            (results.fact_support["table"] == table) & (results.fact_support["role"] != "defines")
        ]
        assert not set(mine["row_id"]) & ids


def test_every_verdict_names_the_rows_that_define_it(case, results):
    support = results.fact_support
    for one in case.claims["claim_id"]:
        mine = support[support["fact_id"] == f"claim.{one}.verdict"]
        defined = set(zip(mine["table"], mine["row_id"], strict=True))
        assert ("claims", one) in defined
        necessary = case.claim_tests.query("claim_id == @one and role == 'necessary'")
        assert {("claim_tests", f"{one}/{no}") for no in necessary["test_no"]} <= defined
        assert {("fact_definitions", fact) for fact in necessary["fact"]} <= defined
    assert not support.duplicated(["fact_id", "table", "row_id"]).any()


# ---- the tables of tests are checked ---------------------------------------------------------------------------------


def checked(case, **change):
    tests = case.claim_tests.astype("object").where(case.claim_tests.notna(), None).map(lambda cell: None if cell is None else str(cell))  # fmt: skip
    for column, value in change.items():
        tests.loc[0, column] = value
    tables = {
        "claim_tests": tests,
        "claims": case.claims.astype({"sentence_no": "str"}),
        "fact_definitions": case.fact_definitions,
    }
    found = check_tables(tables, case.settings, lambda name, at: f"{name}.csv")
    return [str(one) for one in found if one.file == "claim_tests.csv"]


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"fact": "n_familes_bkkbn_initiator"}, "row 2, column fact: 'n_familes_bkkbn_initiator' is not in fact_definitions.csv. Write 'n_families_bkkbn_initiator'"),
        ({"threshold": "many"}, "row 2, column threshold: 'many' is neither a number nor a verdict nor a fact."),
        ({"threshold": None}, "row 2, column threshold: the cell is empty, but there is an operator. Write the threshold."),
        ({"op": None}, "row 2, column op: the test names no operator"),
        ({"op": "between"}, "row 2, column threshold_high: the cell is empty, but there is an operator."),
        ({"contra_op": "<"}, "row 2, column contra_threshold: the cell is empty"),
    ],
)  # fmt: skip
def test_a_test_that_can_decide_nothing_is_refused_with_its_place(case, change, told):
    assert checked(case) == []
    found = checked(case, **change)
    assert len(found) == 1
    assert told in found[0]
