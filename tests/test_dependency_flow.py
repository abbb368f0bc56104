"""The flow of resources and its grants: who pays, who is reached, which reading; every odd record has a stated answer."""

from __future__ import annotations

from dataclasses import replace

import networkx as nx
import pandas as pd
import pytest
from flows import enumerated, graph_of, hub, kappa, made, random_case, reaches

from dashat_lib import dependency
from dashat_lib.dependency import money
from dashat_lib.dependency.flow import ROLL_UPS, flow, grants, payments, read_as
from dashat_lib.dependency.stage import without_each_family
from dashat_lib.dependency.ways import DIRECT, NO_FUNDER, NOT_SERVED, cut, reached, ways
from dashat_lib.dependency.whatif import exits


def of(table, group="b"):
    return table.set_index("stakeholder_id").loc[group]


def test_a_funder_pays_or_supplies_and_receives_nothing():
    whole = flow(
        made(("f", "funds", "a"), ("s", "supplies", "a"), ("v", "delivers_to", "b"), ("a", "delivers_to", "b"))
    )
    assert whole.funders == ("f", "s")  # who only hands over has no money of its own
    assert whole.middle == ("a", "v")
    assert whole.beneficiaries == ("b",)


@pytest.mark.parametrize("seed", range(12))
def test_the_flow_is_what_the_definition_of_the_fact_says(seed):
    # fact_definitions.csv, share_beneficiaries_kappa_le_1_dashat: directed as recorded, pays or supplies, receives nothing
    case = random_case(seed)
    whole = flow(case)
    graph, funders, groups = graph_of(case)
    assert set(whole.graph.edges) == set(graph.edges)
    assert (set(whole.funders), list(whole.beneficiaries)) == (funders, groups)
    assert whole.unserved == tuple(one for one in ("b0", "b1") if one not in groups)


def test_the_flow_of_the_case_is_what_the_definition_says_and_the_thesis_is_out(case):
    graph, funders, groups = graph_of(case, "dashat")
    whole = flow(case)
    assert set(whole.graph.edges) == set(graph.edges)
    assert (set(whole.funders), list(whole.beneficiaries)) == (funders, groups)
    kept = case.evidence[case.evidence["evidence_id"].isin(whole.network.rows["evidence_id"])]
    assert not set(kept["source_id"]) & set(case.settings.own_sources)


def test_a_circle_of_payers_has_no_origin():
    case = made(("a", "funds", "c"), ("c", "funds", "a"), ("c", "delivers_to", "b"))
    whole = flow(case)
    assert (whole.funders, whole.circle) == ((), ("a", "c"))
    assert of(ways(whole))["reason"] == NO_FUNDER
    assert of(ways(whole))["kappa"] == 0
    assert (
        flow(made(("f", "funds", "a"), ("a", "funds", "c"), ("c", "funds", "a"))).circle == ()
    )  # paid into from outside


def test_a_group_is_not_served_by_what_it_pays_itself():
    case = made(("b", "funds", "a"), ("a", "delivers_to", "b"), ("a", "delivers_to", "c"), groups=("b", "c"))
    whole = flow(case, own_money=True)
    assert "b" in whole.funders
    assert reached(whole) == ("c",)
    assert of(ways(whole))["kappa"] == 0
    direct = flow(made(("b", "supplies", "a"), ("a", "delivers_to", "c"), groups=("b", "c")))
    assert direct.funders == ("b",)
    assert reached(direct) == ("c",)
    # nor does its own money count as coming to it
    paid = made(("b", "funds", "a", {"amount": 9.0}), ("a", "funds", "b", {"amount": 9.0, "grant_id": "back"}))
    assert money.payable(paid, flow(paid), 2024)["upper"].tolist() == [9.0]  # what a pays of its own


def test_a_funder_that_pays_a_group_itself_is_a_way_that_no_one_between_can_close():
    found = of(ways(flow(made(("f", "funds", "b"), ("f", "funds", "a"), ("a", "delivers_to", "b")))))
    assert found["kappa"] == 1
    assert pd.isna(found["kappa_funders_stay"])
    assert found["reason"] == DIRECT
    assert cut(flow(made(("f", "funds", "b"))), "b", funders_leave=False).kappa is None
    results = dependency.results(made(("f", "funds", "b")), bands=False).facts.set_index("fact_id")
    assert pd.isna(results.at["ways.b.kappa_funders_stay", "value"])
    assert results.at["ways.b.kappa_funders_stay", "reason"] == DIRECT


def test_a_group_that_nothing_reaches_is_not_served_in_the_data_and_not_called_fragile():
    case = made(("f", "funds", "a"), ("a", "delivers_to", "b"), groups=("b", "lost"))
    whole = flow(case)
    assert whole.unserved == ("lost",)
    assert of(ways(whole), "lost")["reason"] == NOT_SERVED
    facts = dependency.results(case, bands=False).facts.set_index("fact_id")
    assert pd.isna(facts.at["ways.lost.kappa", "value"])
    assert facts.at["ways.lost.kappa", "reason"] == NOT_SERVED
    assert facts.at["ways.b.kappa", "value"] == 1


def test_a_tie_told_twice_is_one_way():
    once, twice = (flow(made(*[("f", "funds", "a"), ("a", "delivers_to", "b")] * n)) for n in (1, 2))
    assert len(twice.network.ties) == 2
    assert len(twice.network.rows) == 4
    pd.testing.assert_frame_equal(ways(once), ways(twice))


def test_an_empty_programme_and_none_at_all_have_answers():
    empty = flow(made(("f", "funds", "a"), ("a", "delivers_to", "b")), "q")
    assert (empty.funders, empty.beneficiaries, empty.unserved, empty.ids) == ((), (), ("b",), ())
    assert ways(empty)["kappa"].tolist() == [0]
    assert dependency.curve(empty).empty
    nothing = made()
    facts = dependency.results(nothing, bands=False).facts.set_index("fact_id")
    assert facts.at["ways.b.kappa", "reason"] == NOT_SERVED
    assert exits(nothing)["share_reached"].isna().all()
    assert exits(nothing)["reason"].notna().all()


def test_without_a_programme_no_dependency_is_computed_but_money_is():
    case = made(("f", "funds", "a", {"amount": 4.0}), ("a", "delivers_to", "b"), programme=None)
    results = dependency.results(case, bands=False)
    names = results.facts["fact_id"]
    assert not names.str.contains("ways|reliability|withdrawn|exit").any()
    assert (names == "money.p.2024.known").any()
    assert "flow_ways" not in results.tables


def test_a_case_without_supplies_or_payments_is_read():
    case = made(("a", "delivers_to", "b"), ("a", "partners_with", "c"))
    assert flow(case).funders == ()
    assert grants(case).empty
    facts = dependency.results(case, bands=False).facts.set_index("fact_id")
    assert facts.at["ways.b.kappa", "value"] == 0


def test_years_and_place_keep_only_what_they_say():
    case = made(
        ("f", "funds", "a", {"year": 2023}), ("g", "funds", "a", {"year": 2024, "place": "corner"}),
        ("a", "delivers_to", "b", {"year": 2024, "place": "away"}),
    )  # fmt: skip
    assert flow(case, years=(2024, 2024)).funders == ("g",)
    inside = flow(case, place="here")
    assert (inside.funders, inside.unserved) == (("f", "g"), ("b",))
    assert flow(case, place="corner").funders == ("g",)
    assert flow(case, years=(1990, 1991)).ids == ()
    assert grants(case, years=(2023, 2023))["payers"].tolist() == ["f"]


def test_all_programmes_are_joined_only_on_purpose():
    case = made(("f", "funds", "a"), ("a", "delivers_to", "b"), ("g", "funds", "b", {"programme": "q"}))
    assert of(ways(flow(case)))["kappa"] == 1
    assert of(ways(flow(case, "all")))["kappa"] == 2


def test_own_money_makes_a_payer_a_source_though_it_receives_and_a_hand_that_passes_on_none():
    case = made(
        ("f", "funds", "city", {"grant_id": "G1"}), ("city", "funds", "a", {"grant_id": "G1"}),
        ("city", "funds", "c", {"grant_id": "G2"}), ("a", "delivers_to", "b"), ("c", "delivers_to", "b"),
    )  # fmt: skip
    assert flow(case).funders == ("f",)
    assert flow(case, own_money=True).funders == ("city", "f")
    handed = made(("f", "funds", "city", {"grant_id": "G1"}), ("city", "funds", "a", {"grant_id": "G1"}))
    assert flow(handed, own_money=True).funders == ("f",)


def test_own_money_of_a_part_is_that_of_the_whole_it_is_read_as():
    case = made(
        ("f", "funds", "w"), ("x", "funds", "k", {"grant_id": "G"}), ("t", "funds", "k", {"grant_id": "H"}), ("k", "delivers_to", "b"),
        parts={"t": "w"},
    )  # fmt: skip
    assert flow(case, own_money=True, roll_up="kelurahan_teams").funders == ("f", "w", "x")


def test_a_roll_up_that_is_none_has_a_message():
    with pytest.raises(ValueError, match="is not one of: none, kelurahan_teams, one_team_a_kelurahan"):
        flow(hub(), roll_up="teams")


# ---- teams -----------------------------------------------------------------------------------------------------------

TEAMS = (
    ("f", "funds", "w"),
    ("g", "funds", "w"),
    ("w", "delivers_to", "b"),
    ("g", "funds", "t"),
    ("t", "delivers_to", "c"),
)


def test_as_recorded_the_teams_are_a_cut_and_read_as_many_no_one_team_is():
    case = made(*TEAMS, groups=("b", "c"), parts={"t": "w"}, teams={"w": 4})
    plain = ways(flow(case))
    assert of(plain)["single_points"] == "w"
    assert of(plain, "c")["cuts"] == "g;t"
    whole = flow(case, roll_up="one_team_a_kelurahan")
    assert whole.members(["w"]) == {"w~1", "w~2", "w~3", "w~4"}
    found = of(ways(whole))
    assert (found["kappa"], found["kappa_funders_stay"], found["cuts"]) == (2, 4, "f+g")
    assert found["through"] == "w*4"
    assert found["cuts_funders_stay"] == "w*4"
    assert reached(whole) == ("b", "c")  # the part's group is served by the whole it is read as
    assert reached(whole, ["w~1"]) == ("b", "c")
    assert reached(whole, ["w"]) == ()
    assert whole.told(["w~1", "w~3", "f"]) == ["w*2/4", "f"]


def test_a_stakeholder_that_stands_for_teams_may_be_a_funder():
    case = made(("w", "supplies", "a"), ("a", "delivers_to", "b"), teams={"w": 3})
    whole = flow(case, roll_up="one_team_a_kelurahan")
    assert whole.funders == ("w~1", "w~2", "w~3")
    table = exits(case, whole=read_as(case, "one_team_a_kelurahan")).set_index("exit")
    assert table.at["all_funders", "stakeholder_ids"] == "w"
    assert table.at["all_funders", "share_reached"] == 0
    assert table.at["one_team", "share_reached"] == 1


def test_teams_that_the_settings_name_but_the_flow_does_not_know_change_nothing():
    case = made(("f", "funds", "a"), ("a", "delivers_to", "b"), teams={"nobody": 5})
    whole = flow(case, roll_up="one_team_a_kelurahan")
    assert whole.teams == {}
    pd.testing.assert_frame_equal(ways(whole), ways(flow(case)))
    idle = made(("f", "funds", "a"), ("a", "delivers_to", "b"), nodes=("idle",), teams={"idle": 5})
    pd.testing.assert_frame_equal(ways(flow(idle, roll_up="one_team_a_kelurahan")), ways(flow(case)))
    assert (
        exits(idle, whole=read_as(idle, "one_team_a_kelurahan")).set_index("exit").at["one_team", "share_reached"] == 1
    )


def test_the_teams_of_the_case_are_a_cut_as_recorded_and_no_one_team_is_when_read_as_one_a_kelurahan(case):
    plain, many = (exits(case, whole=read_as(case, one)).set_index("exit") for one in ("none", "one_team_a_kelurahan"))
    hands = plain.at["delivery_teams", "stakeholder_ids"].split(";")
    graph, funders, groups = graph_of(case, "dashat")
    off = [one for one in groups if reaches(graph, funders, one) and not reaches(graph, funders, one, hands)]
    assert off
    assert plain.at["delivery_teams", "cut_off"].split(";") == off  # each group served only through them, by name
    assert plain.at["delivery_teams", "share_reached"] < 1
    assert many.at["one_team", "share_reached"] == 1
    assert many.at["one_team", "n_gone"] == 1
    facts = dependency.results(case, bands=False).facts["fact_id"]
    for name in ("ways.ibu-hamil-berisiko.kappa", "exit.delivery_teams.share_reached"):
        assert {name, f"{name}.one_team_a_kelurahan"} <= set(facts)  # both readings are there


@pytest.mark.parametrize("roll_up", ROLL_UPS)
def test_without_a_family_is_the_case_whose_rows_were_deleted(case, roll_up):
    whole = flow(case, roll_up=roll_up)
    families = dict(without_each_family(case, whole))
    told = case.evidence.merge(case.sources[["source_id", "source_family"]])
    assert set(families) == set(told.loc[told["evidence_id"].isin(whole.network.rows["evidence_id"]), "source_family"])
    for family in sorted(families)[::6]:
        gone = told.loc[told["source_family"] == family, "evidence_id"]
        names = ("evidence", "evidence_actors", "ties", "codings")
        tables = {name: getattr(case, name)[~getattr(case, name)["evidence_id"].isin(gone)] for name in names}
        plain, mine = flow(replace(case, **tables), roll_up=roll_up), flow(families[family], roll_up=roll_up)
        assert (plain.funders, plain.ids) == (mine.funders, mine.ids)
        pd.testing.assert_frame_equal(ways(plain), ways(mine))


# ---- grants ------------------------------------------------------------------------------------------------------------


def test_the_grant_that_is_told_most_often_enters_money_once(case):
    rows = case.ties[
        (case.ties["relation"] == "funds") & (case.ties["programme"] == "dashat") & (case.ties["year"] == 2024)
    ]
    grant = rows["grant_id"].value_counts().idxmax()
    mine = rows[rows["grant_id"] == grant]
    assert len(mine) > 5
    found = grants(case, "dashat", years=(2024, 2024)).set_index("grant_id").loc[grant]
    known = mine.dropna(subset=["amount"]).sort_values(["date", "tie_id"])
    assert found["amount"] == known["amount"].iloc[-1]
    assert (found["lower"], found["upper"], found["n_rows"]) == (
        known["amount"].min(),
        known["amount"].max(),
        len(mine),
    )
    total = money.of_year(case, "dashat", 2024)["amount"].sum()
    assert total == found["amount"] + grants(case, "dashat").query("grant_id != @grant")["amount"].sum()
    assert total < rows["amount"].sum() or len(known) == 1


def test_another_currency_is_told_and_never_added():
    case = made(
        ("f", "funds", "a", {"amount": 15.0, "unit": "USD", "grant_id": "G"}), ("g", "funds", "a", {"amount": 2.0, "grant_id": "H"}),
        ("g", "funds", "a", {"amount": 9.0, "unit": "USD", "grant_id": "H", "date": "2024-12"}),
    )  # fmt: skip
    table = grants(case).set_index("grant_id")
    assert pd.isna(table.at["G", "amount"])
    assert table.at["G", "foreign"] == "15 USD"
    assert (table.at["H", "amount"], table.at["H", "foreign"]) == (2.0, "9 USD")
    facts = dependency.results(case, bands=False).facts.set_index("fact_id")
    assert facts.at["money.p.2024.known", "value"] == 2.0
    assert facts.at["money.p.2024.n_unknown", "value"] == 1


def test_the_latest_row_that_names_a_sum_decides_and_a_row_without_date_is_the_oldest():
    case = made(
        ("f", "funds", "a", {"amount": 3.0, "grant_id": "G", "date": "2024-05"}), ("f", "funds", "a", {"amount": 5.0, "grant_id": "G", "date": None}),
        ("f", "funds", "a", {"grant_id": "G", "date": "2024-11"}),
    )  # fmt: skip
    found = grants(case).iloc[0]
    assert (found["amount"], found["lower"], found["upper"]) == (3.0, 3.0, 5.0)
    whole = made(
        ("f", "funds", "b", {"amount": 3.0, "grant_id": "G", "date": "2024-05"}), ("f", "funds", "b", {"amount": 5.0, "grant_id": "G", "date": None})
    )  # fmt: skip
    assert money.payable(whole, flow(whole), 2024)["lower"].tolist() == [3.0]


def test_who_hands_a_grant_on_is_no_payer_and_several_may_pay_jointly():
    case = made(
        ("f", "funds", "city", {"grant_id": "G"}), ("city", "funds", "a", {"grant_id": "G"}), ("g", "funds", "a", {"grant_id": "G"}),
    )  # fmt: skip
    assert grants(case)[["payers", "recipients"]].iloc[0].tolist() == ["f;g", "a;city"]
    paid = payments(case)
    assert paid.set_index("source_stakeholder")["payer"].to_dict() == {"f": True, "city": False, "g": True}


def test_a_payment_without_a_grant_is_one_of_its_own():
    case = made(("f", "funds", "a", {"amount": 1.0}), ("f", "funds", "a", {"amount": 2.0}))
    assert grants(case)["grant_id"].tolist() == ["T0001", "T0002"]


def test_a_grant_told_again_in_a_later_year_is_no_grant_of_that_year():
    case = made(
        ("f", "funds", "a", {"grant_id": "G", "amount": 3.0, "year": 2023}), ("f", "funds", "a", {"grant_id": "G", "amount": 3.0, "year": 2024}),
        ("g", "funds", "a", {"grant_id": "H", "amount": 1.0, "year": 2024}),
    )  # fmt: skip
    assert money.of_year(case, "p", 2024)["grant_id"].tolist() == ["H"]
    table = money.concentrations(case)
    assert table.loc[table["recipient"].isna(), ["year", "known"]].to_numpy().tolist() == [[2023, 3.0], [2024, 1.0]]


# ---- facts that claims name, recomputed from their sentence in fact_definitions.csv -----------------------------------


def worst_withdrawal(case, graph, funders, groups, known):
    """Smaller share still reached without the payer of the largest known sum, or the hand that cuts most groups."""
    served = [one for one in groups if reaches(graph, funders, one)]
    payer = known.sort_values("amount").iloc[-1]["payers"]

    def left(gone):
        return [one for one in served if reaches(graph, funders - {gone}, one, [gone])]

    between = sorted(set(graph) - funders - set(groups))
    hand = max(between, key=lambda one: (len(served) - len(left(one)), one))
    return min(len(left(payer)), len(left(hand))) / len(served)


def plain_grants(case, programme, year):
    """One amount a grant: the latest known sum in the case's currency of its rows; who pays and does not receive of it."""
    own = set(case.evidence.loc[case.evidence["source_id"].isin(case.settings.own_sources), "evidence_id"])
    rows = case.ties[
        (case.ties["relation"] == "funds") & (case.ties["programme"] == programme) & (case.ties["year"] == year)
    ]
    found = []
    for _, part in rows[~rows["evidence_id"].isin(own)].groupby("grant_id"):
        stated = part[(part["unit"] == "IDR") & part["amount"].notna()].sort_values(["date", "tie_id"])
        payers = set(part["source_stakeholder"]) - set(part["target_stakeholder"])
        found.append(
            {"payers": ";".join(sorted(payers)), "amount": stated["amount"].iloc[-1] if len(stated) else float("nan")}
        )
    return pd.DataFrame(found)


def years_of_payers(case):
    """Payers a year, any programme, evidence inside the city, thesis out."""
    inside = {"surakarta"}
    while True:
        more = set(case.places.loc[case.places["within"].isin(inside), "place"]) | inside
        if more == inside:
            break
        inside = more
    rows = case.evidence[
        case.evidence["place"].isin(inside) & ~case.evidence["source_id"].isin(case.settings.own_sources)
    ]
    ties = case.ties[(case.ties["relation"] == "funds") & case.ties["evidence_id"].isin(rows["evidence_id"])]
    found = {}
    for (year, _), part in ties.groupby(["year", "grant_id"]):
        found.setdefault(year, set()).update(set(part["source_stakeholder"]) - set(part["target_stakeholder"]))
    return found


def mean_importances(graph, funders, groups, served):
    """Birnbaum importance of everyone at p = 0.9, averaged over the groups reached, by enumeration."""
    total = dict.fromkeys(set(graph) - set(groups), 0.0)
    positive = set()
    for group in served:
        near = nx.ancestors(graph, group) | {group}
        on = graph.subgraph(
            [one for one in near if one == group or one in funders or nx.ancestors(graph, one) & funders]
        )
        for one in set(on) - {group}:
            others = {other: 0.9 for other in on if other not in (one, group)}
            up, down = (enumerated(on, funders & set(on), group, others | {one: x}) for x in (1.0, 0.0))
            total[one] += (up - down) / len(served)
            positive |= {one} if up - down > 1e-12 else set()
    return total, positive


def others_giving(case, until):
    """Programmes beside the one examined, and beside work tied to none, that gave anything in the city by a year."""
    rows = case.evidence[~case.evidence["source_id"].isin(case.settings.own_sources)]
    inside = {"surakarta"}
    while more := set(case.places.loc[case.places["within"].isin(inside), "place"]) - inside:
        inside |= more
    ties = case.ties[case.ties["evidence_id"].isin(rows.loc[rows["place"].isin(inside), "evidence_id"])]
    ties = ties[ties["relation"].isin(["funds", "supplies", "delivers_to"]) & (ties["year"] <= until)]
    return len(set(ties["programme"]) - {"dashat", "general"})


def test_each_named_fact_is_what_its_sentence_says(case):
    facts = dependency.results(case, bands=False).facts.set_index("fact_id")["value"]
    named = case.fact_definitions[case.fact_definitions["statistic"].isin(list(dependency.STATISTICS))]["fact"].tolist()
    graph, funders, groups = graph_of(case, "dashat")
    served = [one for one in groups if reaches(graph, funders, one)]
    paid = plain_grants(case, "dashat", 2024)
    known = paid.dropna()
    share = known["amount"] / known["amount"].sum()
    n = len(known)
    payers = years_of_payers(case)
    pairs = [(payers[one], payers[one + 1]) for one in payers if one + 1 in payers]
    total, positive = mean_importances(graph, funders, groups, served)
    sector = case.stakeholders.set_index("stakeholder_id")["sector"]
    expected = {
        "share_beneficiaries_kappa_le_1_dashat": sum(kappa(graph, funders, one) <= 1 for one in groups) / len(groups),
        "hhi_star_funding_dashat_2024": ((share**2).sum() - 1 / n) / (1 - 1 / n),
        "share_reached_worst_withdrawal_dashat": worst_withdrawal(case, graph, funders, groups, known),
        "share_money_left_without_top_funder_2024": 1 - share.max(),
        "n_sectors_birnbaum_positive": sector[sorted(positive)].nunique(),
        "birnbaum_top_share": max(total.values()) / sum(total.values()),
        "funder_persistence_max": max(len(a & b) / len(a | b) for a, b in pairs),
        "n_other_programmes_giving_by_second_survey": others_giving(case, until=2022),
    }
    assert set(named) == set(expected)
    assert facts[list(expected)].astype(float).to_dict() == pytest.approx(expected)
