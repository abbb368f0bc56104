"""Reliability against closed forms, plain enumeration and its own draws; importance; shocks."""

from __future__ import annotations

import os
from dataclasses import replace

import networkx as nx
import numpy as np
import pandas as pd
import pytest
from flows import enumerated, graph_of, hub, made, of_arcs, random_case

from dashat_lib.admission import wilson
from dashat_lib.dependency import continuity, whatif
from dashat_lib.dependency.continuity import (
    CURVE,
    EXACT,
    MONTE_CARLO,
    Shock,
    System,
    budget_years,
    curve,
    drawn,
    exact,
    importance,
    reliability,
    shocks,
    under_shocks,
)
from dashat_lib.dependency.flow import flow
from dashat_lib.dependency.ways import cut, reached
from dashat_lib.dependency.whatif import Tie, add

FULL = bool(os.environ.get("DASHAT_FULL"))


def prepared(whole, group, chance):
    """The system of a group, and the probability that each of its nodes works."""
    system = System.of(whole, group)
    ids = sorted(one for part in system.nodes for one in part)
    p = np.array([chance if isinstance(chance, float) else chance.get(one, 1.0) for one in ids]).reshape(-1, 1)
    return system, system.stay(p, {one: at for at, one in enumerate(ids)})


# ---- closed forms -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("p", "value"), [(0.9, 0.88209), (0.5, 0.28125), (0.8, 0.73728), (0.95, 0.945256), (1.0, 1.0)])
def test_the_hub_has_its_closed_form(p, value):
    # METHODS 7.4: p (1 - (1-p)^2)^2 = 0.9 * 0.99 * 0.99 at 0.9
    found = reliability(flow(hub()), "b", p)
    assert found.value == pytest.approx(value, abs=5e-7)
    assert found.value == pytest.approx(p * (1 - (1 - p) ** 2) ** 2)
    assert (found.how, found.lower, found.upper) == (EXACT, found.value, found.value)
    assert found.n_unreliable == (5 if p < 1 else 0)


def test_the_hub_with_funders_that_stay_for_sure():
    # METHODS 7.4
    whole = flow(hub())
    assert curve(whole, [0.9], perfect=["f1", "f2"])["value"].tolist() == pytest.approx([0.891])
    assert reliability(whole, "b", {"h": 0.9, "k1": 0.9, "k2": 0.9}).value == pytest.approx(0.891)


def test_the_importance_of_the_hub():
    # METHODS 7.4, Birnbaum: h 0.9801, f1 and k1 0.0891
    found = importance(flow(hub()), 0.9).set_index("stakeholder_id")
    assert found["value"].to_dict() == pytest.approx(
        {"h": 0.9801, "f1": 0.0891, "f2": 0.0891, "k1": 0.0891, "k2": 0.0891}
    )
    assert found["up"].sub(found["down"]).tolist() == pytest.approx(found["value"].tolist())


def test_the_kite_from_one_end_to_the_other():
    # METHODS 7.4: kite 0 -> 9, inner nodes 0.9, ends perfect; an undirected tie is an arc each way
    graph = nx.krackhardt_kite_graph()
    arcs = [(str(a), str(b)) for one in graph.edges for a, b in (one, one[::-1])]
    chance = {str(one): 0.9 for one in range(1, 9)}
    assert reliability(flow(of_arcs(arcs, "0", "9")), "9", chance).value == pytest.approx(0.801171, abs=5e-7)


@pytest.mark.parametrize("p", [0.5, 0.9])
def test_the_bridge_graph_with_unreliable_nodes_and_with_unreliable_ties(p):
    # METHODS 7.4: nodes a, b only: 1 - (1-p)^2 = 0.99 at 0.9; ties: 2p^2 + 2p^3 - 5p^4 + 2p^5 = 0.97848 at 0.9, 0.5 at 0.5
    arcs = [("s", "a"), ("s", "b"), ("a", "b"), ("b", "a"), ("a", "t"), ("b", "t")]
    whole = flow(of_arcs(arcs, "s", "t"))
    assert reliability(whole, "t", {"a": p, "b": p}).value == pytest.approx(1 - (1 - p) ** 2)
    ties = {"sa": ("s", "a"), "sb": ("s", "b"), "ab": ("a", "b"), "at": ("a", "t"), "bt": ("b", "t")}
    middle = [arc for one, (x, y) in ties.items() for arc in ((x, one), (one, y))] + [("b", "ab"), ("ab", "a")]
    found = reliability(flow(of_arcs(middle, "s", "t")), "t", dict.fromkeys(ties, p)).value
    assert found == pytest.approx(2 * p**2 + 2 * p**3 - 5 * p**4 + 2 * p**5)
    assert found == pytest.approx({0.5: 0.5, 0.9: 0.97848}[p])


def test_a_single_funder_that_pays_the_group_itself_is_its_own_probability():
    assert reliability(flow(made(("f", "funds", "b"))), "b", 0.7).value == pytest.approx(0.7)
    twice = flow(made(("f", "funds", "b"), ("g", "supplies", "b")))
    assert reliability(twice, "b", 0.7).value == pytest.approx(1 - 0.3**2)


def test_who_is_not_reached_has_reliability_0_and_all_that_stay_give_1():
    case = made(("f", "funds", "a"), ("a", "delivers_to", "b"), ("v", "delivers_to", "c"), groups=("b", "c", "lost"))
    whole = flow(case)
    assert [reliability(whole, one, 0.9).value for one in ("c", "lost")] == [0, 0]
    assert reliability(whole, "b", 1.0).value == 1
    assert curve(whole, groups=["lost"])["value"].tolist() == [0.0] * len(CURVE)
    assert importance(whole).query("group == 'c'")["value"].tolist() == [0.0] * 4


# ---- against enumeration ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", range(500 if FULL else 50))
def test_the_exact_value_is_that_of_plain_enumeration(seed):
    rng = np.random.default_rng([7, seed])
    n = int(rng.choice([5, 7, 9, 11, 14] if FULL else [5, 6, 7, 8, 9], p=[0.2, 0.2, 0.3, 0.2, 0.1]))
    case = random_case(seed, n=n, m=int(rng.integers(n, 3 * n)), n_groups=1 + seed % 2, money=False)
    whole = flow(case)
    graph, funders, groups = graph_of(case)
    for group in groups:
        chance = {one: float(rng.choice([0.3, 0.5, 0.9, 0.97, 1.0])) for one in graph if one != group}
        found = reliability(whole, group, chance)
        assert found.how == EXACT
        assert found.value == pytest.approx(enumerated(graph, funders, group, chance), abs=1e-12)


def test_who_has_own_money_is_not_taken_for_one_who_only_hands_on():
    # a and c stand alike but a pays a grant of its own: R = 1 - (1 - pa)(1 - pf pc)
    case = made(
        ("f", "funds", "a", {"grant_id": "G"}), ("f", "funds", "c", {"grant_id": "G"}), ("a", "funds", "k", {"grant_id": "H"}),
        ("c", "funds", "k", {"grant_id": "G"}), ("k", "delivers_to", "b"),
    )  # fmt: skip
    whole = flow(case, own_money=True)
    assert whole.funders == ("a", "f")
    found = reliability(whole, "b", {"a": 0.5, "c": 0.5, "f": 0.5}).value
    assert found == pytest.approx(1 - 0.5 * (1 - 0.25))
    assert found == pytest.approx(enumerated(whole.graph, set(whole.funders), "b", dict.fromkeys("acf", 0.5)))


def test_many_scenarios_at_once_are_one_at_a_time():
    whole = flow(random_case(11, n=12, m=34))
    for group in whole.beneficiaries:
        values = curve(whole, groups=[group])
        assert values["value"].tolist() == pytest.approx([reliability(whole, group, p).value for p in CURVE])


@pytest.mark.parametrize("seed", range(80 if FULL else 8))
def test_importance_is_the_difference_that_one_stakeholder_makes(seed):
    case = random_case(seed, n=8, m=20)
    whole = flow(case)
    graph, funders, _ = graph_of(case)
    table = importance(whole, 0.8).set_index(["group", "stakeholder_id"])["value"]
    for group in whole.beneficiaries:
        for one in sorted(set(graph) - {group}):
            others = {other: 0.8 for other in graph if other not in (group, one)}
            up, down = (enumerated(graph, funders, group, others | {one: x}) for x in (1.0, 0.0))
            assert table[(group, one)] == pytest.approx(up - down, abs=1e-12)
    sure = importance(whole, 0.8, perfect=[whole.ids[0]])
    assert (sure["value"] >= 0).all()


# ---- draws ------------------------------------------------------------------------------------------------------------


def widest(whole):
    """The group with most ways."""
    return max(reached(whole), key=lambda one: cut(whole, one).kappa)


def covered(whole, group, p, seeds, draws=20_000):
    """In how many of the seeds the 95 % interval of the draws holds the exact value."""
    system, works = prepared(whole, group, p)
    truth = exact(system, works)[0]
    hits = [drawn(system, works, draws=draws, seed=seed)[0] for seed in seeds]
    lower, upper = wilson(pd.Series(hits), pd.Series([draws] * len(hits)))
    return int(((lower <= truth) & (truth <= upper)).sum())


@pytest.mark.parametrize("p", [0.9, 0.5])
def test_the_interval_of_the_draws_holds_the_exact_value_in_nearly_all_seeds(case, p):
    whole = flow(case)
    assert covered(whole, widest(whole), p, range(100)) >= 89


def test_draws_of_the_hub_come_near_its_closed_form():
    # METHODS 7.4: 20,000 draws lie within 0.01
    system, works = prepared(flow(hub()), "b", 0.9)
    assert drawn(system, works, seed=1)[0] / 20_000 == pytest.approx(0.88209, abs=0.01)


@pytest.mark.parametrize("seed", range(10))
def test_draws_count_what_a_plain_loop_over_the_same_states_counts(seed):
    whole = flow(random_case(40 + seed, n=9, m=24))
    for group in reached(whole):
        system, _ = prepared(whole, group, 0.5)
        for works, hits in ((np.ones((len(system.nodes), 1)), 333), (np.zeros((len(system.nodes), 1)), 0)):
            assert drawn(system, works, draws=333, seed=seed).tolist() == [hits]
        for one in range(len(system.nodes)):  # one node gone for sure: all draws or none
            works = np.ones((len(system.nodes), 1))
            works[one] = 0
            assert drawn(system, works, draws=70)[0] == 70 * round(exact(system, works)[0])


def test_draws_do_not_hang_on_the_order_of_rows_and_never_fall_where_more_stay(case):
    whole = flow(case)
    turned = flow(replace(case, ties=case.ties.iloc[::-1], stakeholders=case.stakeholders.iloc[::-1]))
    group = widest(whole)
    ps = np.linspace(0.3, 1, 8)
    found = []
    for one in (whole, turned):
        system = System.of(one, group)
        ids = sorted(name for part in system.nodes for name in part)
        works = system.stay(np.tile(ps, (len(ids), 1)), {name: at for at, name in enumerate(ids)})
        found.append(drawn(system, works, draws=5000, seed=3))
    np.testing.assert_array_equal(*found)
    assert (np.diff(found[0]) >= 0).all()
    assert found[0][-1] == 5000
    assert (drawn(system, works, draws=5000, seed=4) != found[0]).any()


def test_where_there_are_too_many_states_draws_are_taken_and_it_is_said(monkeypatch):
    monkeypatch.setattr(continuity, "_MOST_STATES", 0)
    whole = flow(hub())
    found = reliability(whole, "b", 0.9, draws=20_000, seed=5)
    assert found.how == MONTE_CARLO
    assert found.lower <= 0.88209 <= found.upper
    assert found.lower < found.value < found.upper
    table = curve(whole, seed=5)
    assert set(table["how"]) == {MONTE_CARLO}
    assert (table["value"].diff().dropna() >= 0).all()  # the same draws at every p
    assert table["value"].iloc[-1] == 1
    assert (importance(whole, seed=5)["value"] >= 0).all()


# ---- monotone ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", range(120 if FULL else 12))
def test_one_tie_more_never_lowers_ways_or_reliability_of_any_group(seed):
    case = random_case(seed, n=8, m=15, roll_up=seed % 2 == 1)
    rng = np.random.default_rng([3, seed])
    roll_up = "one_team_a_kelurahan" if seed % 2 else "none"
    before = flow(case, roll_up=roll_up)
    for _ in range(3):
        source, target = rng.choice(case.stakeholders["stakeholder_id"].to_numpy(dtype=str), 2, replace=False)
        after = add(
            case, Tie(source=source, target=target, relation=str(rng.choice(["funds", "supplies", "delivers_to"])))
        )
        now = flow(after, roll_up=roll_up)
        for group in before.beneficiaries:
            assert cut(now, group).kappa >= cut(before, group).kappa
            for p in (0.5, 0.9):
                assert reliability(now, group, p).value >= reliability(before, group, p).value - 1e-12


@pytest.mark.parametrize("seed", range(10))
def test_reliability_never_falls_where_everyone_is_likelier_to_stay(seed):
    table = curve(flow(random_case(seed, n=10, m=26)), np.linspace(0, 1, 21))
    for _, part in table.groupby("stakeholder_id"):
        assert (part["value"].diff().dropna() >= -1e-12).all()
        assert part["value"].between(0, 1).all()


# ---- shocks -----------------------------------------------------------------------------------------------------------


def test_an_office_and_its_parts_leave_together():
    case = made(
        ("f", "funds", "office"), ("f", "funds", "part"), ("office", "delivers_to", "b"), ("part", "delivers_to", "b"), ("f", "supplies", "b"),
        parts={"part": "office", "below": "part"}, nodes=("below",), sectors={"f": "business"},
    )  # fmt: skip
    whole = flow(case)
    who = case.stakeholders
    parts = who.dropna(subset=["part_of"]).set_index("stakeholder_id")["part_of"].to_dict()
    found = {
        (one.kind, one.name): one for one in shocks(whole, who.set_index("stakeholder_id")["sector"].to_dict(), parts)
    }
    assert found[("office", "office")].together == {"office", "part"}
    assert ("office", "part") not in found  # alone it is a single exit
    assert found[("sector", "business")].ids == ("f",)
    table = under_shocks(whole, list(found.values()), 0.9).set_index(["kind", "name"])
    assert table.at[("office", "office"), "before"] == pytest.approx(0.9)  # f reaches b itself
    assert table.at[("office", "office"), "after"] == pytest.approx(0.9)
    assert not table.at[("sector", "business"), "reached"]
    assert table.at[("sector", "business"), "after"] == 0


def test_all_teams_of_a_stakeholder_leave_with_its_sector():
    case = made(("f", "funds", "w"), ("w", "delivers_to", "b"), teams={"w": 3}, sectors={"w": "community"})
    whole = flow(case, roll_up="one_team_a_kelurahan")
    sectors = case.stakeholders.set_index("stakeholder_id")["sector"].to_dict()
    found = {one.name: one for one in shocks(whole, sectors, {})}
    assert found["community"].ids == ("w~1", "w~2", "w~3")
    assert found["w"].kind == "office"
    table = under_shocks(whole, [Shock("sector", "community", found["community"].ids)], 0.9)
    assert table[["n_gone", "after", "reached"]].iloc[0].tolist() == [3, 0.0, False]


def test_a_budget_year_takes_the_arcs_that_only_it_paid():
    case = made(
        ("f", "funds", "a", {"year": 2023}), ("f", "funds", "a", {"year": 2024}), ("g", "funds", "c", {"year": 2024}),
        ("a", "delivers_to", "b", {"year": 2024}), ("c", "delivers_to", "d", {"year": 2024}), groups=("b", "d"),
    )  # fmt: skip
    table = budget_years(case, p=0.9).set_index(["name", "stakeholder_id"])
    assert table["n_gone"].to_dict() == {("2023", "b"): 0, ("2023", "d"): 0, ("2024", "b"): 1, ("2024", "d"): 1}
    assert table["reached"].to_dict() == {
        ("2023", "b"): True,
        ("2023", "d"): True,
        ("2024", "b"): True,
        ("2024", "d"): False,
    }
    assert table.at[("2024", "d"), "before"] == pytest.approx(0.81)
    # an office whose money is not paid again does not become a source of money
    passed = made(("f", "funds", "a"), ("a", "funds", "c", {"year": 2023}), ("c", "delivers_to", "b"))
    assert not budget_years(passed).set_index("name").at["2024", "reached"]


def test_the_curve_of_the_hub_stands_in_the_table_with_all_its_points():
    # METHODS 7.4: never one number
    table = curve(flow(hub()))
    assert table["p"].tolist() == [0.5, 0.55, 0.6, 0.65, 0.7, 0.75, 0.8, 0.85, 0.9, 0.95, 1.0]
    assert table.set_index("p")["value"].loc[[0.5, 0.8, 0.9, 0.95, 1.0]].tolist() == pytest.approx([0.28125, 0.73728, 0.88209, 0.945256, 1.0], abs=5e-7)  # fmt: skip
    assert curve(flow(hub()), gone=["h"])["value"].tolist() == [0.0] * 11
    assert whatif.exits(hub()).set_index("exit").at["top_intermediary", "stakeholder_ids"] == "h"
