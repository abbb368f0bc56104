"""Who is a stakeholder: rules as data, exact support, sets instead of guesses, and how far each class moves."""

from __future__ import annotations

import csv
from dataclasses import replace

import pandas as pd
import pytest
from conftest import ROOT

from dashat_lib import readings, stakeholders
from dashat_lib.errors import DashatError
from dashat_lib.schemas import row_ids
from dashat_lib.words import reader

RULE = ["scheme", "attribute", "relation", "position", "code_id", "sector", "min_count", "weight"]
WHO = {"city": "government", "bank": "business", "paper": "media", "team": "community", "families": "beneficiary", "silent": "government", "extra": "business"}  # fmt: skip


def rules_of(*rows):
    return pd.DataFrame(rows, columns=RULE).astype({"relation": "str", "position": "str", "code_id": "str", "sector": "str", "weight": "float64"})  # fmt: skip


def planted(case, *, ties=(), codings=(), rules=(), own=()):
    """A case with seven stakeholders. Ties are (source, relation, target, family), codings (code, actors, family, stance, event, memo).

    Each has an evidence row of its own; those of a family in `own` come from the document under examination.
    """
    families = sorted({one[3] for one in ties} | {one[2] for one in codings} | {"F"})
    sources = pd.DataFrame({"source_id": families, "source_family": families, "kind": "news", "published": "2024", "publisher": "x", "title": "x", "url": "x"})  # fmt: skip
    evidence, actors, tie_rows, coding_rows = [], [], [], []
    for at, (one, relation, other, family) in enumerate(ties):
        evidence.append((f"T{at}", family, f"event {at}"))
        actors += [(f"T{at}", one), (f"T{at}", other)]
        directed = relation not in ("coordinates_with", "partners_with")
        tie_rows.append((f"tie {at}", one, other, relation, directed, f"T{at}"))
    for at, (code, whom, family, stance, event, memo) in enumerate(codings):
        evidence.append((f"C{at}", family, event))
        actors += [(f"C{at}", one) for one in whom]
        coding_rows.append((f"coding {at}", f"C{at}", code, case.settings.coder, stance, memo))
    rows = pd.DataFrame(evidence, columns=["evidence_id", "source_id", "event_id"], dtype="str")
    people = pd.DataFrame({"stakeholder_id": list(WHO), "sector": list(WHO.values())}, dtype="str")
    return replace(
        case,
        settings=case.settings.model_copy(update={"own_sources": list(own)}),
        sources=sources, evidence=rows.assign(place=case.settings.wider_place, speaker=None, date="2024"),
        evidence_actors=pd.DataFrame(actors, columns=["evidence_id", "stakeholder_id"], dtype="str"),
        stakeholders=people.assign(short_name=people["stakeholder_id"], level="city", part_of=None),
        ties=pd.DataFrame(tie_rows, columns=["tie_id", "source_stakeholder", "target_stakeholder", "relation", "directed", "evidence_id"]),
        codings=pd.DataFrame(coding_rows, columns=["coding_id", "evidence_id", "code_id", "coder", "stance", "memo"], dtype="str"),
        second_codings=case.second_codings.iloc[:0], audit=case.audit.iloc[:0], settlements=case.settlements.iloc[:0],
        attribute_rules=rules_of(*rules), fact_definitions=case.fact_definitions.iloc[:0],
    )  # fmt: skip


MITCHELL = [
    ("mitchell1997", "power", "funds", "source", None, None, 1, 1),
    ("mitchell1997", "power", "supplies", "source", None, None, 2, 0.5),
    ("mitchell1997", "legitimacy", "partners_with", "either", None, None, 2, 0.5),
    ("mitchell1997", "legitimacy", None, None, None, "government", 1, 0.5),
    ("mitchell1997", "urgency", None, None, "leadership", None, 2, 1),
]
GRID = [
    ("bryson2004", "power", "funds", "source", None, None, 1, 2),
    ("bryson2004", "power", "supplies", "source", None, None, 1, 1),
    ("bryson2004", "interest", "delivers_to", "source", None, None, 1, 3),
    ("bryson2004", "interest", "supplies", "source", None, None, 1, 2),
]
ROLE_RULES = [
    ("nugroho2014", "coordinator", "coordinates_with", "either", None, None, 2, 1),
    ("nugroho2014", "coordinator", "supervises", "source", None, None, 2, 1),
    ("nugroho2014", "implementer", "delivers_to", "source", None, None, 1, 1),
    ("nugroho2014", "accelerator", "funds", "source", None, None, 1, 1),
]


def met(case, who, **filters):
    found = stakeholders.apply_rules(case)
    found = found[found["stakeholder_id"] == who]
    for name, value in filters.items():
        found = found[found[name] == value]
    return found


# ---- Mitchell, Agle & Wood -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("power", "legitimacy", "urgency", "name"),
    [
        # Mitchell, Agle & Wood (1997), AMR 22:874, figure 2
        (False, False, False, "non_stakeholder"),
        (True, False, False, "dormant"),
        (False, True, False, "discretionary"),
        (False, False, True, "demanding"),
        (True, True, False, "dominant"),
        (True, False, True, "dangerous"),
        (False, True, True, "dependent"),
        (True, True, True, "definitive"),
    ],
)
def test_each_combination_of_attributes_is_one_class(case, power, legitimacy, urgency, name):
    assert stakeholders.possible_classes(power, legitimacy, urgency) == (name,)
    ties = [("bank", "funds", "team", "F")] * power
    rules = [*MITCHELL[:1], ("mitchell1997", "legitimacy", "trains", "source", None, None, 1, 1), ("mitchell1997", "urgency", "informs", "source", None, None, 1, 1)]  # fmt: skip
    ties += [("bank", "trains", "team", "F")] * legitimacy + [("bank", "informs", "team", "F")] * urgency
    small = planted(case, ties=[*ties, ("bank", "reports_to", "city", "F")], rules=rules)
    row = stakeholders.salience(small).set_index("stakeholder_id").loc["bank"]
    assert (row["class"], row["class_with_weak"], row["classes"]) == (name, name, name)
    assert row["salience_low"] == row["salience_high"] == power + legitimacy + urgency


def test_a_missing_attribute_gives_the_classes_that_are_open():
    assert stakeholders.possible_classes(True, None, True) == ("dangerous", "definitive")
    assert set(stakeholders.possible_classes(None, None, None)) == set(stakeholders.CLASSES.values())


def test_of_whom_nothing_is_known_no_class_is_guessed(case):
    small = planted(case, ties=[("bank", "funds", "team", "F")], rules=[*MITCHELL, *GRID, *ROLE_RULES])
    table = stakeholders.classes(small).set_index("stakeholder_id")
    silent = table.loc["silent"]
    assert not silent["known"]
    assert silent[["class", "class_with_weak", "quadrant", "power", "roles"]].isna().all()
    # its sector alone gives half of legitimacy, which shows nothing that a row would
    assert silent["classes"].split(";") == list(stakeholders.CLASSES.values())
    assert (silent["salience_low"], silent["salience_high"]) == (0, 3)
    states = stakeholders.salience(small).set_index("stakeholder_id")
    assert states.loc["silent", ["power", "legitimacy", "urgency"]].tolist() == ["missing"] * 3
    assert states.loc["bank", ["power", "legitimacy", "urgency"]].tolist() == ["yes", "no", "no"]
    facts = stakeholders.results(small).facts.set_index("fact_id")
    assert pd.isna(facts.at["class.mitchell1997.silent", "value"])
    assert facts.at["class.mitchell1997.silent", "reason"] == "no tie and no coded row names it"
    assert facts.at["class.mitchell1997.bank", "value"] == "dormant"


def test_an_attribute_that_no_rule_could_show_is_missing(case):
    small = planted(case, ties=[("bank", "funds", "team", "F")], rules=MITCHELL[:3])
    bank = stakeholders.salience(small).set_index("stakeholder_id").loc["bank"]
    assert (bank["power"], bank["legitimacy"], bank["urgency"]) == ("yes", "no", "missing")
    assert bank["classes"] == "dormant;dangerous"
    assert pd.isna(bank["class"])


def test_a_weak_attribute_gives_a_class_with_and_without_it_and_two_halves_make_one(case):
    ties = [
        ("city", "partners_with", "bank", "F"),
        ("bank", "supplies", "team", "F"),
        ("bank", "supplies", "paper", "F"),
    ]
    small = planted(case, ties=ties, rules=MITCHELL)
    table = stakeholders.salience(small).set_index("stakeholder_id")
    bank, city = table.loc["bank"], table.loc["city"]
    assert (bank["power"], bank["class"], bank["class_with_weak"]) == ("weak", "non_stakeholder", "dormant")
    assert (bank["classes"], bank["salience_low"], bank["salience_high"]) == ("non_stakeholder;dormant", 0, 1)
    assert (city["legitimacy"], city["sector_only"]) == ("weak", "legitimacy")
    more = planted(case, ties=[*ties, ("paper", "partners_with", "city", "F")], rules=MITCHELL)
    city = stakeholders.salience(more).set_index("stakeholder_id").loc["city"]
    assert (city["legitimacy"], city["class"], city["classes"]) == ("yes", "discretionary", "discretionary")  # fmt: skip


# ---- what a rule counts ----------------------------------------------------------------------------------------------


def test_a_rule_counts_distinct_others_and_not_reports_of_one_tie(case):
    reports = [("bank", "supplies", "team", f"F{at}") for at in range(5)]
    assert met(planted(case, ties=reports, rules=MITCHELL), "bank", attribute="power").empty
    found = met(planted(case, ties=[*reports, ("bank", "supplies", "paper", "F")], rules=MITCHELL), "bank").iloc[0]
    assert (found["n_found"], found["rests_on"]) == (2, "ties")
    assert found["tie_ids"] == ";".join(f"tie {at}" for at in range(6))


def test_a_rule_on_a_code_counts_distinct_events_for_with_the_codes_below(case):
    rows = [("leadership", ["team"], "F", "for", "one", None), ("leadership", ["team"], "G", "for", "one", None)]
    rules = [("mitchell1997", "urgency", None, None, "capacity-joint-action", None, 2, 1)]
    assert met(planted(case, codings=rows, rules=rules), "team").empty
    against = [*rows, ("leadership", ["team"], "F", "against", "two", None)]
    assert met(planted(case, codings=against, rules=rules), "team").empty
    both = [*rows, ("leadership", ["team", "bank"], "F", "for", "two", None)]
    found = met(planted(case, codings=both, rules=rules), "team").iloc[0]
    assert (found["n_found"], found["rests_on"], found["evidence_ids"]) == (2, "codings", "C0;C1;C2")


def test_a_rule_holds_for_its_sector_and_position_only(case):
    ties = [("city", "informs", "team", "F"), ("paper", "informs", "team", "F")]
    rules = [("s", "loud", "informs", "source", None, "media", 1, 1), ("s", "told", "informs", "target", None, None, 1, 1), ("s", "here", None, None, None, "media", 1, 1)]  # fmt: skip
    found = stakeholders.apply_rules(planted(case, ties=ties, rules=rules))
    assert set(zip(found["stakeholder_id"], found["attribute"], strict=True)) == {("paper", "loud"), ("team", "told"), ("paper", "here")}  # fmt: skip
    here = found[found["attribute"] == "here"].iloc[0]
    assert here["rests_on"] == "no_row"
    assert here[["tie_ids", "coding_ids", "evidence_ids", "n_found"]].isna().all()


def test_a_tie_without_direction_stands_at_either_end_and_a_code_narrows_a_relation(case):
    ties = [("city", "partners_with", "bank", "F"), ("team", "funds", "bank", "F"), ("team", "funds", "city", "F")]
    rules = [("s", "partner", "partners_with", "source", None, None, 1, 1), ("s", "payer", "funds", "source", "leadership", None, 1, 1)]  # fmt: skip
    small = planted(case, ties=ties, rules=rules)
    assert set(stakeholders.apply_rules(small)["stakeholder_id"]) == {"city", "bank"}
    coding = pd.DataFrame(
        [("coding", "T1", "leadership", case.settings.coder, "for", None)], columns=list(small.codings)
    )
    found = met(replace(small, codings=coding), "team").iloc[0]
    assert (found["attribute"], found["tie_ids"], found["n_found"]) == ("payer", "tie 1", 1)


def test_the_share_of_stakeholders_with_a_code_counts_rows_for_only(case):
    rows = [
        ("leadership", ["team", "families"], "F", "for", "one", None),
        ("leadership", ["bank"], "F", "against", "two", None),
    ]
    small = planted(case, codings=rows)
    given = {"codes": "capacity-joint-action", "stance": "for", "sector_not": "beneficiary"}
    found = stakeholders.share_with_code(small, given)
    assert found.value == pytest.approx(1 / 6)
    assert found.place == case.settings.wider_place
    assert stakeholders.share_with_code(small, {**given, "stance": "against"}).value == pytest.approx(1 / 6)
    assert stakeholders.share_with_code(small, {"codes": "leadership"}).value == pytest.approx(2 / 7)


def test_the_document_under_examination_meets_no_rule(case):
    ties = [("bank", "funds", "team", "thesis")]
    rows = [("leadership", ["team"], "thesis", "for", "one", None)]
    small = planted(case, ties=ties, codings=rows, rules=[*MITCHELL, *GRID], own=["thesis"])
    assert set(stakeholders.apply_rules(small)["rests_on"]) == {"no_row"}
    assert not stakeholders.classes(small)["known"].any()


def test_a_rule_added_as_a_row_changes_a_class_without_code(case):
    small = planted(case, ties=[("team", "trains", "bank", "F")], rules=MITCHELL)
    row = ("mitchell1997", "power", "trains", "source", None, None, 1, 1)
    more = replace(small, attribute_rules=pd.concat([small.attribute_rules, rules_of(row)]))
    before, after = (
        stakeholders.salience(one).set_index("stakeholder_id").at["team", "class"] for one in (small, more)
    )
    assert (before, after) == ("non_stakeholder", "dormant")
    assert met(more, "team")["rule_id"].tolist() == ["mitchell1997/power/trains/source///1/1.0"]
    another = replace(small, attribute_rules=rules_of(("freeman1984", "affects", "trains", "source", None, None, 1, 1)))
    moves = stakeholders.class_movement(another).query("stakeholder_id == 'team' and kind == 'source'")
    assert moves[["scheme", "class", "other_classes"]].values.tolist() == [["freeman1984", "affects", "missing 1"]]  # fmt: skip


def test_a_case_without_rules_has_no_classes_and_no_facts_of_them(case):
    results = stakeholders.results(replace(case, attribute_rules=case.attribute_rules.iloc[:0]))
    assert not results.facts["fact_id"].str.contains("class|helix").any()
    assert results.tables["class_movement"].empty


# ---- the grid of power and interest ----------------------------------------------------------------------------------


def test_a_value_on_the_cut_is_high_and_who_changes_quadrant_is_listed(case):
    ties = [("bank", "funds", "team", "F"), ("extra", "supplies", "team", "F"), ("team", "delivers_to", "families", "F"), ("team", "supplies", "families", "F")]  # fmt: skip
    small = planted(case, ties=ties, rules=GRID)
    table = stakeholders.power_interest(small).set_index("stakeholder_id")
    assert table.loc["bank", ["power", "interest", "quadrant", "on_cut"]].tolist() == [2, 0, "context_setter", "power"]
    assert table.loc["extra", ["power", "interest", "quadrant", "on_cut"]].tolist() == [1, 2, "subject", "interest"]
    # 3 + 2 = 5 points of interest: the scale ends at 4
    assert table.loc["team", ["power", "interest", "quadrant"]].tolist() == [1, 4, "subject"]
    assert table.loc["extra", ["quadrant.lower", "quadrant.higher"]].tolist() == ["player", "crowd"]
    assert table.loc["families", ["quadrant", "moves"]].tolist() == ["crowd", False]
    cuts = stakeholders.cuts(small).set_index("cut")
    assert cuts.loc["own", ["player", "subject", "context_setter", "crowd", "n_on_cut"]].tolist() == [0, 2, 1, 1, 2]
    assert cuts.at["higher", "changed"] == "bank;extra"
    assert cuts.loc["median", ["power", "interest"]].tolist() == [1, 1]
    moved = stakeholders.power_interest(small, cut=3).set_index("stakeholder_id")
    assert moved.at["bank", "quadrant"] == "crowd"  # fmt: skip


# ---- roles -----------------------------------------------------------------------------------------------------------


def roles(small, who, **choices):
    return stakeholders.nugroho(small, **choices).set_index("stakeholder_id").loc[who]


def test_a_stakeholder_may_have_several_roles_and_a_coded_row_takes_their_place(case):
    ties = [("team", "delivers_to", "families", "F"), ("team", "funds", "bank", "F")]
    assert roles(planted(case, ties=ties, rules=ROLE_RULES), "team")["roles"] == "implementer;accelerator"
    alone = [("stakeholder-role", ["team"], "F", "for", "one", "Named chair: coordinator.")]
    found = roles(planted(case, ties=ties, codings=alone, rules=ROLE_RULES), "team")
    assert found[["roles", "roles_by_rule", "basis", "coded_evidence_ids"]].tolist() == ["coordinator", "implementer;accelerator", "coded row", "C0"]  # fmt: skip
    by_id = [("stakeholder-role", ["team", "city"], "F", "for", "one", "city: coordinator; team: implementer")]
    small = planted(case, ties=ties, codings=by_id, rules=ROLE_RULES)
    assert (roles(small, "team")["roles"], roles(small, "city")["roles"]) == ("implementer", "coordinator")


@pytest.mark.parametrize(
    ("whom", "memo"),
    [
        (["team", "city"], "They cook: implementer."),  # whose?
        (["team", "city"], "city and team: implementer"),  # one of them, or both?
        (["team"], "a lasting task"),  # which?
        (["team"], None),
    ],
)
def test_a_coded_row_that_does_not_say_whose_role_or_which_overrides_nothing(case, whom, memo):
    rows = [("stakeholder-role", whom, "F", "for", "one", memo)]
    small = planted(case, ties=[("team", "funds", "bank", "F")], codings=rows, rules=ROLE_RULES)
    found = roles(small, "team")
    assert found[["roles", "basis", "coded_evidence_ids"]].tolist() == ["accelerator", "coded row, role not stated", "C0"]  # fmt: skip
    assert pd.isna(found["roles_coded"])


def test_others_may_be_counted_over_relations_together_or_without_those_served(case):
    ties = [("city", "coordinates_with", "bank", "F"), ("city", "supervises", "team", "F")]
    small = planted(case, ties=ties, rules=ROLE_RULES)
    assert pd.isna(roles(small, "city")["roles"])
    assert roles(small, "city", together=True)["roles"] == "coordinator"
    small = planted(case, ties=[*ties, ("city", "supervises", "families", "F")], rules=ROLE_RULES)
    assert roles(small, "city")["roles"] == "coordinator"
    assert pd.isna(roles(small, "city", with_served=False)["roles"])
    serves = planted(case, ties=[("city", "delivers_to", "families", "F")], rules=ROLE_RULES)
    assert roles(serves, "city", with_served=False)["roles"] == "implementer"  # that rule asks for one other only


def test_counting_together_lets_more_in_and_leaving_the_served_out_fewer(case):
    def held(**choices):
        table = stakeholders.nugroho(case, **choices).dropna(subset=["roles"])
        return {(one.stakeholder_id, role) for one in table.itertuples() for role in one.roles.split(";")}

    assert held(with_served=False) < held() < held(together=True)


# ---- the case, by hand -----------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def by_hand():
    """Counts from the raw files by plain loops: distinct others of a stakeholder in a relation, and events of codes for it."""

    def read(name):
        with (ROOT / f"data/raw/{name}.csv").open(encoding="utf-8", newline="") as file:
            return list(csv.DictReader(file))

    thesis = {row["evidence_id"] for row in read("evidence") if row["source_id"] == "uns-digilib-127676"}
    event = {row["evidence_id"]: row["event_id"] for row in read("evidence")}
    parent = {row["code_id"]: row["parent"] for row in read("codebook")}
    ties = [row for row in read("ties") if row["evidence_id"] not in thesis]
    named = {(row["evidence_id"], row["stakeholder_id"]) for row in read("evidence_actors")}
    settled = [row for row in read("codings") if row["coder"] == "adjudicated" and row["stance"] == "for"]

    def others(who, relation, end):
        ends = {"source": ["source"], "target": ["target"], "either": ["source", "target"]}[end]
        far = {"source": "target_stakeholder", "target": "source_stakeholder"}
        return {row[far[one]] for row in ties for one in ends if row["relation"] == relation and row[f"{one}_stakeholder"] == who}  # fmt: skip

    def events(who, code):
        def inside(one):
            return one == code or (parent.get(one) and inside(parent[one]))

        return {event[row["evidence_id"]] for row in settled if row["evidence_id"] not in thesis and inside(row["code_id"]) and (row["evidence_id"], who) in named}  # fmt: skip

    return others, events


@pytest.fixture(scope="module")
def table(case):
    return stakeholders.classes(case).set_index("stakeholder_id")


def test_a_donor_abroad_by_hand(by_hand, table):
    others, events = by_hand
    who, row = "pemerintah-uea", table.loc["pemerintah-uea"]
    assert len(others(who, "funds", "source")) == 2  # power 1, and 2 on the grid; interest 1 + 1 for a second recipient
    for relation, end in (("mandates", "either"), ("coordinates_with", "either"), ("partners_with", "either"), ("delivers_to", "either"), ("funds", "target"), ("supplies", "source"), ("reports_to", "target"), ("trains", "source"), ("supervises", "source")):  # fmt: skip
        assert not others(who, relation, end)
    assert len(events(who, "leadership")) < 2
    assert not events(who, "internal-legitimacy") | events(who, "shared-commitment")
    assert len(events(who, "outcome-action")) < 3
    assert row[["power", "interest", "quadrant", "on_cut"]].tolist() == [2, 2, "player", "power;interest"]
    assert row[["class", "classes", "roles"]].tolist() == ["dormant", "dormant", "accelerator"]
    assert pd.isna(row["helix"])


def test_the_stunting_team_of_the_city_by_hand(by_hand, table):
    others, events = by_hand
    who, row = "tpps-surakarta", table.loc["tpps-surakarta"]
    assert len(events(who, "leadership")) >= 2  # power 0.5: weak
    for relation, end in (("mandates", "source"), ("funds", "source"), ("supervises", "source"), ("reports_to", "target"), ("supplies", "source")):  # fmt: skip
        assert not others(who, relation, end)
    assert others(who, "mandates", "target")  # legitimacy 1; urgency 0.5: weak; interest 1
    assert len(others(who, "coordinates_with", "either")) >= 3  # power 1 and interest 1 on the grid; coordinator
    assert not events(who, "driver-incentives") | others(who, "partners_with", "either") | others(who, "delivers_to", "either")  # fmt: skip
    assert not events(who, "shared-commitment") | others(who, "trains", "source")
    assert len(events(who, "outcome-action")) < 3
    assert row[["power", "interest", "quadrant", "on_cut"]].tolist() == [1, 2, "subject", "interest"]
    assert row[["class", "class_with_weak"]].tolist() == ["discretionary", "definitive"]
    assert row["classes"] == "discretionary;dominant;dependent;definitive"
    assert row[["roles", "basis", "coded_evidence_ids"]].tolist() == ["coordinator", "coded row, role not stated", "E220"]  # fmt: skip


def test_a_zakat_agency_by_hand(by_hand, table):
    others, events = by_hand
    who, row = "baznas-surakarta", table.loc["baznas-surakarta"]
    assert len(others(who, "funds", "source")) == 1  # power 1, grid power 2, interest 1
    assert len(others(who, "partners_with", "either")) == 3  # legitimacy 0.5; interest 1
    assert len(others(who, "delivers_to", "source")) == 1  # legitimacy 0.5, urgency 0.5, interest 2
    late = ("challenge-funding-delay", "challenge-budget-shortfall", "challenge-sustainability", "challenge-human-capacity")  # fmt: skip
    assert not others(who, "mandates", "target") | set().union(*(events(who, code) for code in late))
    assert row[["power", "interest", "quadrant", "on_cut"]].tolist() == [2, 4, "player", "power"]
    assert row[["class", "class_with_weak", "classes"]].tolist() == ["dominant", "definitive", "dominant;definitive"]
    assert row[["roles", "helix"]].tolist() == ["implementer;accelerator", "community"]


def test_helices_and_those_outside(case):
    found = stakeholders.penta_helix(case).set_index("helix")
    sectors = case.stakeholders["sector"].value_counts()
    assert found["n_stakeholders"].to_dict() == sectors.to_dict()
    assert found.index[found["inside"]].tolist() == ["government", "academia", "business", "community", "media"]
    assert set(found.index[~found["inside"]]) == {"international", "beneficiary"}
    assert found.at["media", "n_tied"] == 0


def test_the_order_of_rows_changes_no_class(case, table):
    mixed = {name: one.sample(frac=1, random_state=4) for name, one in case.tables() if name in ("ties", "codings", "evidence", "evidence_actors", "attribute_rules", "codebook")}  # fmt: skip
    mixed["attribute_rules"] = mixed["attribute_rules"].sort_values("scheme", kind="stable")
    other = stakeholders.classes(replace(case, **mixed)).set_index("stakeholder_id")
    for name in ("power", "interest", "quadrant", "class", "classes", "helix"):
        pd.testing.assert_series_equal(other[name], table[name])
    assert (other["roles"].fillna("").map(lambda cell: sorted(cell.split(";"))) == table["roles"].fillna("").map(lambda cell: sorted(cell.split(";")))).all()  # fmt: skip


# ---- support is exact ------------------------------------------------------------------------------------------------


def test_without_the_last_rows_under_a_rule_it_is_not_met_and_with_them_alone_it_is(case):
    found = stakeholders.apply_rules(case)
    for one in found[found["rests_on"] == "ties"].sample(8, random_state=1).to_dict("records"):
        here = case.ties["tie_id"].isin(one["tie_ids"].split(";"))
        bare, alone = (replace(case, ties=case.ties[keep]) for keep in (~here, here))
        assert met(bare, one["stakeholder_id"], rule_id=one["rule_id"]).empty
        assert met(alone, one["stakeholder_id"], rule_id=one["rule_id"])["n_found"].tolist() == [one["n_found"]]
    for one in found[found["rests_on"] == "codings"].sample(4, random_state=1).to_dict("records"):
        here = case.codings["coding_id"].isin(one["coding_ids"].split(";"))
        bare, alone = (replace(case, codings=case.codings[keep]) for keep in (~here, here))
        assert met(bare, one["stakeholder_id"], rule_id=one["rule_id"]).empty
        assert met(alone, one["stakeholder_id"], rule_id=one["rule_id"])["n_found"].tolist() == [one["n_found"]]


def test_the_last_tie_under_an_attribute_takes_it_away(case):
    scores = stakeholders.attributes(case).set_index(["stakeholder_id", "scheme", "attribute"])
    key = ("pemerintah-uea", "mitchell1997", "power")
    ids = scores.at[key, "tie_ids"].split(";")
    assert len(ids) == 6
    ties = case.ties
    for one in ids[:-1]:  # one report is enough
        ties = ties[ties["tie_id"] != one]
    assert stakeholders.attributes(replace(case, ties=ties)).set_index(scores.index.names).at[key, "score"] == 1
    gone = stakeholders.attributes(replace(case, ties=ties[ties["tie_id"] != ids[-1]]))
    assert key not in gone.set_index(scores.index.names).index


@pytest.fixture(scope="module")
def results(case):
    return stakeholders.results(case)


def test_every_fact_names_rows_that_exist_and_a_class_those_of_its_attributes(case, results):
    raw = {(name, one) for name, table in case.tables() for one in row_ids(name, table)}
    support = results.fact_support
    assert set(zip(support["table"], support["row_id"], strict=True)) <= raw
    assert set(results.facts["fact_id"]) == set(support["fact_id"])
    scores = results.tables["stakeholder_attributes"]
    for scheme in ("mitchell1997", "bryson2004"):
        mine = scores[(scores["scheme"] == scheme) & (scores["stakeholder_id"] == "dp3ap2kb-surakarta")]
        under = support[support["fact_id"] == f"class.{scheme}.dp3ap2kb-surakarta"]
        for table, column in (("ties", "tie_ids"), ("evidence", "evidence_ids")):
            ids = {one for cell in mine[column].dropna() for one in cell.split(";")}
            assert set(under.loc[(under["table"] == table) & (under["role"] == "counted"), "row_id"]) == ids
        rules = {one for cell in mine["rules"] for one in cell.split(";")}
        assert set(under.loc[under["table"] == "attribute_rules", "row_id"]) == rules


def test_the_numbers_of_the_classes_are_those_of_the_table(results):
    facts, table = results.facts.set_index("fact_id"), results.tables["stakeholder_classes"]
    for scheme, column in (("mitchell1997", "class"), ("bryson2004", "quadrant")):
        mine = facts[facts.index.str.startswith(f"n_class.{scheme}.")]
        assert mine["value"].sum() == table[column].notna().sum() == 89
        assert ((mine["lower"] <= mine["value"]) & (mine["value"] <= mine["upper"])).all()
    assert facts.at["n_class.bryson2004.player", "value"] == (table["quadrant"] == "player").sum()
    assert facts.at["helix_coverage", "value"] == 5
    assert facts.at["helix_coverage_tied", "value"] == 4
    # 7 stakeholders but beneficiaries are named in the three rows coded stakeholder-role on Surakarta; 85 are no beneficiaries
    assert facts.at["share_stakeholders_with_coded_role", "value"] == pytest.approx(7 / 85)


# ---- movement --------------------------------------------------------------------------------------------------------


def test_a_class_that_one_family_carries_turns_without_it(case):
    ties = [
        ("bank", "funds", "team", "only"),
        ("bank", "partners_with", "team", "F"),
        ("bank", "partners_with", "city", "G"),
    ]
    small = planted(case, ties=ties, rules=MITCHELL)
    move = stakeholders.class_movement(small).query("stakeholder_id == 'bank' and kind == 'source'").iloc[0]
    assert move[["class", "n_readings", "n_same", "other_classes", "turned_by"]].tolist() == ["dormant", 3, 2, "non_stakeholder 1", "only"]  # fmt: skip
    again = planted(case, ties=[*ties, ("bank", "funds", "team", "F")], rules=MITCHELL)
    move = stakeholders.class_movement(again).query("stakeholder_id == 'bank' and kind == 'source'").iloc[0]
    assert (move["share_same"], pd.isna(move["other_classes"])) == (1, True)  # fmt: skip


def test_cut_offs_are_told_by_what_they_turn(case):
    ties = [("bank", "supplies", one, "F") for one in ("team", "paper", "city")] + [("bank", "funds", "team", "F")]
    small = planted(case, ties=ties, rules=[*MITCHELL, ("mitchell1997", "legitimacy", "supplies", "source", None, None, 3, 0.5)])  # fmt: skip
    found = stakeholders.class_readings(small).query("stakeholder_id == 'bank' and kind == 'cut-off'")
    said = found.set_index("reading")["class"].to_dict()
    assert said == {
        "one more other or event": "non_stakeholder",
        "weak signs count nothing": "dormant",
        "weak signs count fully": "dominant",
        "no rule without a row": "dormant",
    }


def test_one_pass_over_families_is_what_their_variants_give(case):
    found = stakeholders.class_readings(case).query("kind == 'source'").set_index(["scheme", "reading"])
    for family in sorted(found.index.unique("reading"))[::11]:
        other = stakeholders.classes(readings.without_family(case, family=family)).set_index("stakeholder_id")
        for scheme, column in (("mitchell1997", "class"), ("bryson2004", "quadrant"), ("nugroho2014", "roles")):
            mine = found.loc[[(scheme, family)]].set_index("stakeholder_id")["class"]
            empty = other["known"].map({True: "none", False: "missing"})
            there = other[column].str.replace(";", "+").fillna(empty).loc[mine.index]
            pd.testing.assert_series_equal(mine, there, check_names=False)


def test_no_family_moves_whom_it_does_not_name(case, table):
    family = "F025"
    gone = case.sources.loc[case.sources["source_family"] == family, "source_id"]
    rows = case.evidence.loc[case.evidence["source_id"].isin(gone), "evidence_id"]
    named = set(case.evidence_actors.loc[case.evidence_actors["evidence_id"].isin(rows), "stakeholder_id"])
    other = stakeholders.classes(readings.without_family(case, family=family)).set_index("stakeholder_id")
    same = other.index.difference(named)
    pd.testing.assert_frame_equal(other.loc[same, ["quadrant", "class", "classes", "roles"]], table.loc[same, ["quadrant", "class", "classes", "roles"]])  # fmt: skip


def test_movement_is_told_by_kind_and_never_pooled(case, results):
    moves = results.tables["class_movement"]
    assert set(moves["kind"]) == {"cut-off", "source", "audit", "roll-up", "coder"}
    assert not moves.duplicated(["stakeholder_id", "scheme", "kind"]).any()
    assert (moves["share_same"] == moves["n_same"] / moves["n_readings"]).all()
    assert (moves["other_classes"].isna() == (moves["n_same"] == moves["n_readings"])).all()
    counted = moves["other_classes"].dropna().str.findall(r" (\d+)(?:;|$)").map(lambda many: sum(map(int, many)))
    assert (counted == (moves["n_readings"] - moves["n_same"]).loc[counted.index]).all()
    parts = case.stakeholders.loc[case.stakeholders["part_of"].notna(), "stakeholder_id"]
    rolled = moves[(moves["kind"] == "roll-up") & moves["stakeholder_id"].isin(parts)]
    assert (rolled["n_readings"] <= 1).all()  # in the other it is its whole


# ---- the sheet -------------------------------------------------------------------------------------------------------


def test_the_sheet_of_a_stakeholder_holds_classes_ties_and_rows_with_their_evidence(case):
    measures = pd.DataFrame({"measure": ["degree"], "value": [10], "lower": [8], "upper": [12]})
    found = stakeholders.sheet(case, "tpps-surakarta", measures=measures)
    assert found.columns.tolist() == ["section", "item", "value", "low", "high", "evidence_ids"]
    by = found.set_index(["section", "item"])
    said = by.loc["classes"][["value", "low", "high"]]
    assert said.loc["mitchell1997"].tolist() == ["discretionary", "discretionary", "definitive"]
    assert said.loc["bryson2004"].tolist() == ["subject", "crowd", "player"]
    ends = case.ties[(case.ties["source_stakeholder"] == "tpps-surakarta") | (case.ties["target_stakeholder"] == "tpps-surakarta")]  # fmt: skip
    told = found[found["section"].str.startswith("ties_")]
    assert {one for cell in told["evidence_ids"] for one in cell.split(";")} == set(ends["evidence_id"])
    assert found[found["section"] == "measures"].iloc[0].tolist()[1:5] == ["degree", 10, 8, 12]
    rows = set(case.evidence_actors.loc[case.evidence_actors["stakeholder_id"] == "tpps-surakarta", "evidence_id"])
    families = found[found["section"] == "families"]
    assert {one for cell in families["evidence_ids"] for one in cell.split(";")} == rows
    for section in ("for", "against", "speakers"):
        cells = found.loc[found["section"] == section, "evidence_ids"]
        assert {one for cell in cells for one in cell.split(";")} <= rows


def test_the_sheet_leaves_the_document_under_examination_out(case):
    own = set(case.evidence.loc[case.evidence["source_id"].isin(case.settings.own_sources), "evidence_id"])
    who = case.evidence_actors.loc[case.evidence_actors["evidence_id"].isin(own), "stakeholder_id"].iloc[0]
    cells = stakeholders.sheet(case, who)["evidence_ids"].dropna()
    assert not own & {one for cell in cells for one in cell.split(";")}


def test_the_sheet_of_nobody_is_refused_with_the_nearest(case):
    with pytest.raises(DashatError, match="Write 'bank-jateng'"):
        stakeholders.sheet(case, "bank-jatenk")


def test_a_sheet_in_words_names_partners_and_elements(case):
    table = stakeholders.sheet(case, "tpps-surakarta", movement=stakeholders.class_movement(case))
    for language, element in (("en", "Leadership"), ("id", "Kepemimpinan")):
        told = stakeholders.in_words(table, case, reader(language))
        assert element in set(told["item"])
        assert "Wakil Wali Kota" in set(told.loc[told["item"] == reader(language).label("relation", "mandates"), "value"])  # fmt: skip
        assert not told["item"].str.contains("surakarta|stakeholder-role").any()
