"""Leaving, coming back, one tie more; every single exit against the exit itself, one by one."""

from __future__ import annotations

import os

import numpy as np
import pandas as pd
import pytest
from flows import graph_of, hub, kappa, made, random_case, reaches

from dashat_lib import dependency, indicators, network, tension
from dashat_lib.compare import compare
from dashat_lib.dependency import money, whatif
from dashat_lib.dependency.flow import flow, grants
from dashat_lib.dependency.ways import cut, reached, ways
from dashat_lib.dependency.whatif import (
    NEW,
    Tie,
    add,
    add_back,
    additions,
    admissible,
    exits,
    new_funder,
    supposed,
    top_funder,
    withdraw,
    withdrawals,
)
from dashat_lib.errors import DashatError
from dashat_lib.network.build import of_case

FULL = bool(os.environ.get("DASHAT_FULL"))
BOTH = ("none", "one_team_a_kelurahan")


def same(one, other):
    for (name, mine), (_, theirs) in zip(one.tables(), other.tables(), strict=True):
        pd.testing.assert_frame_equal(mine, theirs, obj=name)


# ---- leaving and coming back -----------------------------------------------------------------------------------------


def test_who_leaves_takes_ties_and_rows_that_name_nobody_else():
    case = made(
        ("f", "funds", "a"), ("a", "delivers_to", "b"),
        codings=[("R1", ["a"], "leadership", "for"), ("R2", ["a", "f"], "leadership", "for"), ("R3", [], "leadership", "for")],
    )  # fmt: skip
    left = withdraw(case, ["a"])
    assert left.ties.empty
    assert set(case.evidence["evidence_id"]) - set(left.evidence["evidence_id"]) == {"R1"}
    assert left.codings["evidence_id"].tolist() == ["R2", "R3"]
    assert "a" not in set(left.stakeholders["stakeholder_id"]) | set(left.evidence_actors["stakeholder_id"])
    assert left.before is case
    assert left.reading == "without a"


def test_withdrawing_nobody_is_the_case(case):
    assert withdraw(case, []) is case
    assert add_back(withdraw(case, ["bkkbn"]), []).reading == "without bkkbn"


@pytest.mark.parametrize(
    ("gone", "back"),
    [
        (["kader-dashat-surakarta"], [["kader-dashat-surakarta"]]),
        (["pemkot-surakarta", "pemerintah-uea", "kader-dashat-mojosongo"], [["kader-dashat-mojosongo"], ["pemerintah-uea", "pemkot-surakarta"]]),
    ],
)  # fmt: skip
def test_who_comes_back_brings_everything_back(case, gone, back):
    left = case
    for one in gone:  # one after the other, and back in another order
        left = withdraw(left, [one])
    assert len(left.ties) < len(case.ties)
    found = left
    for some in back:
        found = add_back(found, some)
    same(found, case)
    assert (found.before, found.reading) == (None, None)


def test_the_facts_come_back_too(case):
    gone = ["dp3ap2kb-surakarta", "pemerintah-uea"]
    there = add_back(add_back(withdraw(withdraw(case, gone[:1]), gone[1:]), gone[:1]), gone[1:])
    stages = [
        lambda one: dependency.results(one, bands=False),
        lambda one: tension.results(one, read_again=False),
        *([network.results] if FULL else []),
    ]
    for stage in stages:
        before, after = stage(case), stage(there)
        assert compare(before, after).empty
        for name, table in before.tables.items():
            pd.testing.assert_frame_equal(table, after.tables[name], obj=name)
        pd.testing.assert_frame_equal(before.fact_support, after.fact_support)
    assert not compare(
        tension.results(withdraw(case, gone), read_again=False), tension.results(case, read_again=False)
    ).empty


@pytest.mark.parametrize("seed", range(40 if FULL else 5))
def test_the_order_of_leaving_and_coming_back_does_not_matter(seed):
    rng = np.random.default_rng(seed)
    case = random_case(seed)
    gone = [str(one) for one in rng.choice(case.stakeholders["stakeholder_id"], 4, replace=False)]
    once, turned = withdraw(case, gone), case
    for one in gone[::-1]:
        turned = withdraw(turned, [one])
    same(once, turned)
    same(add_back(once, gone[:2]), withdraw(case, gone[2:]))
    back = turned
    for one in rng.permutation(gone):
        back = add_back(back, [str(one)])
    same(back, case)


def test_a_supposed_tie_and_its_new_funder_stay_when_someone_comes_back():
    case = add(
        withdraw(hub(), ["k1"]),
        Tie(source=NEW, target="h", relation="funds", amount=5.0),
        stakeholder=new_funder(hub()),
    )
    back = add_back(case, ["k1"])
    assert supposed(back)[["source_stakeholder", "target_stakeholder", "amount"]].to_numpy().tolist() == [
        [NEW, "h", 5.0]
    ]
    assert flow(back).funders == ("f1", "f2", NEW)
    same(back, add(hub(), Tie(source=NEW, target="h", relation="funds", amount=5.0), stakeholder=new_funder(hub())))


def test_a_supposed_tie_gets_a_name_that_no_other_has():
    case = add(hub(), Tie(source="f1", target="k1", relation="funds"))
    case = add(case, Tie(source="f2", target="k2", relation="funds"))
    case = add(withdraw(case, ["k1", "f1"]), Tie(source="f2", target="b", relation="funds"))
    assert case.ties["tie_id"].is_unique
    assert case.evidence["evidence_id"].is_unique
    assert len(supposed(case)) == 2


def test_an_office_whose_funder_left_does_not_become_a_source_of_money():
    case = made(("f", "funds", "a"), ("a", "funds", "c"), ("c", "delivers_to", "b"))
    left = withdraw(case, ["f"])
    assert flow(left).funders == ()
    assert reached(flow(left)) == ()
    assert flow(left).beneficiaries == ("b",)
    assert ways(flow(left))["kappa"].tolist() == [0]


def test_a_funder_whose_only_recipient_left_still_has_its_money():
    # f pays x and hands over to b itself: without x nothing it pays is on record, but it has not lost its money
    case = made(("f", "funds", "x"), ("f", "delivers_to", "b"))
    assert reached(flow(withdraw(case, ["x"]))) == ("b",)
    assert flow(withdraw(case, ["x"])).funders == ("f",)


def test_a_part_leaves_with_the_whole_it_is_read_as_and_alone_with_its_own_ties():
    case = made(
        ("f", "funds", "w"), ("w", "delivers_to", "b"), ("g", "funds", "t"), ("t", "supplies", "x"), ("t", "delivers_to", "c"),
        groups=("b", "c"), parts={"t": "w"}, teams={"w": 3},
    )  # fmt: skip
    whole = withdraw(case, ["w"])
    for roll_up in (*BOTH[1:], "kelurahan_teams"):
        assert reached(flow(whole, roll_up=roll_up)) == ()
        assert "t" not in flow(whole, roll_up=roll_up).funders
        assert reached(flow(withdraw(case, ["t"]), roll_up=roll_up)) == ("b",)
    assert reached(flow(whole)) == ("c",)  # as recorded the part is another stakeholder


def test_a_grant_whose_payers_have_all_left_is_not_paid():
    case = made(
        ("f", "funds", "a", {"grant_id": "G", "amount": 3.0}), ("a", "funds", "c", {"grant_id": "G", "amount": 3.0}),
        ("f", "funds", "c", {"grant_id": "H", "amount": 1.0}), ("g", "funds", "c", {"grant_id": "H"}),
    )  # fmt: skip
    assert grants(withdraw(case, ["f"]))[["grant_id", "payers", "amount"]].to_numpy().tolist() == [["H", "g", 1.0]]
    assert set(grants(withdraw(case, ["f", "g"]))["grant_id"]) == set()
    assert flow(withdraw(case, ["f"])).graph.has_edge("a", "c")  # the tie on its way still joins its ends


def test_a_group_that_leaves_is_no_group_any_more():
    case = made(("f", "funds", "a"), ("a", "delivers_to", "b"), ("a", "delivers_to", "c"), groups=("b", "c"))
    left = withdraw(case, ["b"])
    assert ways(flow(left))["stakeholder_id"].tolist() == ["c"]
    row = withdrawals(case).set_index("stakeholder_id").loc["b"]
    assert (row["n_groups_cut"], row["share_reached"], row["kappa_min"]) == (0, 1.0, 1)


def test_strangers_are_named_all_at_once_each_with_the_nearest(case):
    with pytest.raises(DashatError) as refused:
        withdraw(case, ["pemkot-surakata", "zzzzqqqq", "bkkbn"])
    one, other = refused.value.problems
    assert "'pemkot-surakata' is no stakeholder of this case. Write 'pemkot-surakarta'?" in str(one)
    assert "'zzzzqqqq' is no stakeholder" in str(other)
    with pytest.raises(DashatError, match="has not left this what-if"):
        add_back(withdraw(case, ["bkkbn"]), ["pemkot-surakarta"])
    with pytest.raises(DashatError, match="has not left this what-if"):
        add_back(case, ["bkkbn"])


@pytest.mark.parametrize("amount", [-5.0, float("nan"), float("inf")])
def test_everything_wrong_with_a_tie_is_told_at_once(amount):
    with pytest.raises(DashatError) as refused:
        add(hub(), Tie(source="f11", target="f11", relation="fund", programme="pp", amount=amount))
    text = str(refused.value)
    assert len(refused.value.problems) == 6
    for part in ("'f11' is no stakeholder", "'fund' is no relation of this case. Write 'funds'?", "'pp' is no programme", "both ends are 'f11'", "is no sum of money"):  # fmt: skip
        assert part in text, part


def test_adding_leaves_the_case_as_it_was_and_marks_what_is_supposed():
    case = hub()
    copies = {name: table.copy() for name, table in case.tables()}
    after = add(case, Tie(source="f1", target="k1", relation="funds", amount=7.0, year=2023))
    for name, table in case.tables():
        pd.testing.assert_frame_equal(table, copies[name])
        pd.testing.assert_series_equal(getattr(after, name).dtypes, table.dtypes)
    row = supposed(after).iloc[0]
    assert row[["source_stakeholder", "amount", "unit", "year", "grant_id"]].tolist() == [
        "f1",
        7.0,
        "IDR",
        2023,
        "what-if-1",
    ]
    assert set(after.codings["evidence_id"]) == set(case.codings["evidence_id"])
    assert after.reading == "with f1 funds k1"


def test_adding_a_payer_never_takes_money_from_who_had_it():
    case = made(("f", "funds", "a"), ("a", "delivers_to", "b"), nodes=("g",))
    after = add(case, Tie(source="g", target="f", relation="funds"))
    assert flow(after).funders == ("f", "g")
    assert cut(flow(after), "b").kappa == 1


# ---- every single exit ------------------------------------------------------------------------------------------------


def one_by_one(case, ids, roll_up, programme):
    """What withdrawing each does: flow, ways and money of the case without it, elements counted again."""
    before = flow(case, programme, roll_up=roll_up)
    base = {group: cut(before, group).kappa for group in reached(before)}
    year = whatif.last_year_of_money(case, programme)
    sums = money.of_year(case, programme, year) if year else None
    place = case.settings.wider_place

    def n_for(one):
        return indicators.verdicts(indicators.gather(one, places=[place])).set_index("set_id")["n_for"]

    events, ties = n_for(case), of_case(case).ties
    rows = []
    for one in ids:
        left = withdraw(case, [one])
        after = flow(left, programme, roll_up=roll_up)
        still = reached(after)
        kappa = {group: cut(after, group).kappa for group in base if group != one}
        assert {group for group, n in kappa.items() if n} == set(still) & set(kappa)
        share = np.nan
        if sums is not None:
            alone = sums["payers"] == one
            gone = sums.loc[alone, "amount"]
            if alone.any() and gone.notna().all() and sums["amount"].sum():
                share = 1 - gone.sum() / sums["amount"].sum()
                assert not set(sums.loc[alone, "grant_id"]) & set(grants(left, programme)["grant_id"])
        now = events if len(left.codings) == len(case.codings) else n_for(left)
        rows.append(
            {
                "stakeholder_id": one,
                "groups_cut": ";".join(group for group, n in kappa.items() if n == 0) or None,
                "n_groups_cut": sum(n == 0 for n in kappa.values()),
                "groups_thinned": ";".join(group for group, n in kappa.items() if 0 < n < base[group]) or None,
                "kappa_min": min(kappa.values(), default=None),
                "share_reached": np.mean([n > 0 for n in kappa.values()]) if kappa else np.nan,
                "share_money_left": share,
                "degree": len(set(ties.loc[ties["source"] == one, "target"]) | set(ties.loc[ties["target"] == one, "source"])),
                "elements_lost": ";".join(sorted(events.index[(events > 0) & (now == 0)])) or None,
            }
        )  # fmt: skip
    return pd.DataFrame(rows).set_index("stakeholder_id").sort_index()


def agree(case, roll_up, ids=None, programme="p"):
    table = withdrawals(case, programme, roll_up=roll_up)
    assert sorted(table["stakeholder_id"]) == sorted(case.stakeholders["stakeholder_id"])
    chosen = sorted(ids if ids is not None else table["stakeholder_id"])
    plain = one_by_one(case, chosen, roll_up, programme)
    mine = table.set_index("stakeholder_id").loc[plain.index, list(plain)]
    plain = plain.astype(mine.dtypes)
    pd.testing.assert_frame_equal(mine, plain, check_dtype=False)


@pytest.mark.parametrize("roll_up", BOTH)
def test_every_single_exit_of_the_case_is_the_exit_itself(case, roll_up):
    ids = case.stakeholders["stakeholder_id"].tolist()
    whole = flow(case, roll_up=roll_up)
    some = ids if FULL else [one for at, one in enumerate(ids) if one in whole.graph or one in case.settings.teams or one.startswith("kader") or at % 15 == 0]  # fmt: skip
    agree(case, roll_up, some, "dashat")


@pytest.mark.parametrize("seed", range(30 if FULL else 3))
@pytest.mark.parametrize("roll_up", BOTH)
def test_every_single_exit_of_a_random_case_is_the_exit_itself(seed, roll_up):
    agree(random_case(seed, n=9, m=22, roll_up=roll_up != "none"), roll_up)


def large(n, m, rows, seed=0):
    """A made-up case of many stakeholders: a sparse flow in layers, ties of other relations, coded rows."""
    rng = np.random.default_rng(seed)
    ids = [f"s{one:04d}" for one in range(n)]
    groups = [f"b{one:02d}" for one in range(max(5, n // 100))]
    layer = rng.integers(0, 4, n)
    arcs = []
    for _ in range(m):
        a, b = rng.integers(0, n, 2)
        if a == b:
            continue
        source, target = (ids[a], ids[b]) if layer[a] <= layer[b] else (ids[b], ids[a])
        kind = rng.random()
        if kind < 0.4:
            arcs.append((source, "partners_with", target))
        elif kind < 0.9:
            more = {"amount": float(rng.integers(1, 100))} if rng.random() < 0.1 else {}
            arcs.append((source, str(rng.choice(["funds", "supplies"])), target, more))
        else:
            arcs.append((target, "delivers_to", str(rng.choice(groups))))
    for one in range(n // 50):  # some groups hang on a single hand
        arcs.append((f"s{one:04d}", "delivers_to", f"thin{one}"))
        groups.append(f"thin{one}")
    codes = ["discovery", "mutual-trust", "leadership", "knowledge", "resources-budget", "shared-commitment"]
    codings = [
        (f"R{one:05d}", [str(x) for x in rng.choice(ids, rng.integers(1, 4), replace=False)], str(rng.choice(codes)), str(rng.choice(["for", "against", "neutral"])), f"EV{one // 2}")
        for one in range(rows)
    ]  # fmt: skip
    return made(*arcs, groups=groups, nodes=ids, codings=codings)


def test_all_single_exits_of_300_stakeholders_are_those_of_a_sample_one_by_one():
    case = large(300, 900, 450)
    table = withdrawals(case)
    assert len(table) == len(case.stakeholders)
    assert (table["n_groups_cut"] > 0).any()
    worst = table["stakeholder_id"].head(3).tolist()
    agree(case, "none", [*worst, *table["stakeholder_id"].sample(3, random_state=1)])


def test_an_element_is_lost_when_no_event_speaks_for_it_any_more_and_what_is_left_of_an_event_may_say_another_thing():
    case = made(
        nodes=("x", "y", "z"),
        codings=[
            ("R1", ["x"], "leadership", "for", "EV1"), ("R2", ["y"], "leadership", "for", "EV1"),  # y says the same alone
            ("R3", ["x"], "knowledge", "for", "EV2"), ("R4", ["y", "z"], "knowledge", "neutral", "EV2"),  # without x neutral
            ("R5", ["x"], "mutual-trust", "for", "EV3"), ("R6", ["x"], "mutual-trust", "against", "EV4"),
            ("R7", ["y"], "mutual-trust", "for", "EV4"),  # mixed with x, for without
        ],
    )  # fmt: skip
    table = withdrawals(case).set_index("stakeholder_id")
    assert table.at["x", "elements_lost"] == "knowledge"
    assert table.loc[["y", "z"], "elements_lost"].isna().all()
    agree(case, "none")


def test_the_gravest_exit_stands_first(case):
    table = withdrawals(case)
    assert table["n_groups_cut"].is_monotonic_decreasing
    first = table.iloc[0]
    assert first["n_groups_cut"] == table["n_groups_cut"].max()
    assert first["groups_cut"].count(";") + 1 == first["n_groups_cut"]


def test_the_year_of_the_money_can_be_chosen():
    case = made(
        ("f", "funds", "a", {"amount": 3.0, "year": 2023}), ("g", "funds", "a", {"amount": 1.0, "year": 2023}), ("h", "funds", "a", {"amount": 1.0}),
    )  # fmt: skip
    by = {year: withdrawals(case, year=year).set_index("stakeholder_id")["share_money_left"] for year in (2023, 2024)}
    assert by[2023][["f", "g"]].tolist() == [0.25, 0.75]
    assert np.isnan(by[2023]["h"])
    assert by[2024]["h"] == 0
    assert withdrawals(case)["share_money_left"].min() == 0  # the last year with an amount


# ---- the exits that matter most ----------------------------------------------------------------------------------------


def test_all_funders_gone_leaves_no_group_reached():
    table = exits(hub()).set_index("exit")
    assert table.at["all_funders", "stakeholder_ids"] == "f1;f2"
    assert table.at["all_funders", "share_reached"] == 0
    assert table.at["all_funders", "cut_off"] == "b"
    assert table.at["top_funder", "reason"] == whatif.NOBODY  # no amount is known
    assert table.at["delivery_teams", "stakeholder_ids"] == "k1;k2"
    assert pd.isna(table.at["delivery_teams", "through"])
    everyone = withdraw(hub(), ["f1", "f2"])
    assert exits(everyone)["share_reached"].isna().all()


def test_who_is_still_reached_is_named_with_the_hands_that_are_fed():
    case = made(
        ("f", "funds", "a"), ("g", "funds", "c"), ("a", "delivers_to", "b"), ("c", "delivers_to", "b"), ("x", "delivers_to", "b"), ("a", "delivers_to", "d"),
        groups=("b", "d"),
    )  # fmt: skip
    row = exits(case).set_index("exit").loc["top_intermediary"]
    assert row["stakeholder_ids"] == "a"
    assert (row["reached"], row["cut_off"], row["through"]) == ("b", "d", "b<c")  # x hands over nothing it got


def test_a_sum_that_several_pay_is_lost_only_when_all_of_them_leave():
    case = made(
        ("f", "funds", "a", {"grant_id": "G", "amount": 9.0}), ("g", "funds", "a", {"grant_id": "G", "amount": 9.0}),
        ("h", "supplies", "a"), ("h", "funds", "a", {"amount": 3.0}), ("a", "delivers_to", "b"),
    )  # fmt: skip
    assert top_funder(case, "p") == ("f", "g")
    table = exits(case).set_index("exit")
    assert table.at["top_funder", "stakeholder_ids"] == "f;g"
    assert table.at["top_funder", "share_money_left"] == pytest.approx(0.25)
    assert table.at["top_funder", "n_gone"] == 2
    assert table.at["all_funders", "share_money_left"] == pytest.approx(0)
    assert table.at["top_intermediary", "share_money_left"] == 1
    facts = dependency.results(case, bands=False).facts.set_index("fact_id")  # a name for both of them
    assert facts.at["exit.top_funder.share_reached", "value"] == 1
    alone = made(*[(one, "funds", "a", {"grant_id": "G", "amount": 9.0}) for one in "fg"], ("a", "delivers_to", "b"))
    assert tension.signs(alone).set_index("sign").at["share_reached", "value"] == 0


def test_the_top_funder_pays_the_largest_sum_not_the_largest_slip():
    case = made(
        ("f", "funds", "a", {"amount": 5.0}), ("g", "funds", "a", {"amount": 4.0}), ("g", "funds", "a", {"amount": 3.0})
    )
    assert top_funder(case, "p") == ("g",)
    assert top_funder(made(("f", "funds", "a")), "p") == ()


# ---- the tie that would help most --------------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", range(40 if FULL else 4))
def test_one_tie_more_does_what_adding_it_does(seed):
    case = random_case(seed, n=7, m=12)
    table = additions(case, "p")
    before = flow(case)
    groups = [one for one in before.beneficiaries if one in reached(before)] or list(before.beneficiaries)
    for row in table.sample(min(8, len(table)), random_state=seed).itertuples():
        stranger = new_funder(case) if row.source == NEW else None
        after = flow(add(case, Tie(source=row.source, target=row.target, relation=row.relation), stakeholder=stranger))
        counted = [cut(after, one).kappa for one in groups]
        chances = [dependency.reliability(after, one, 0.9).value for one in groups]
        assert (row.kappa_min, row.kappa_sum) == (min(counted), sum(counted)), row
        assert (row.reliability_min, row.reliability_mean) == pytest.approx((min(chances), np.mean(chances)))
        assert row.gain >= -1e-12


def test_the_best_tie_for_the_hub_goes_past_the_hub():
    case = made(
        ("f1", "funds", "h"), ("f2", "funds", "h"), ("h", "funds", "k1"), ("h", "funds", "k2"), ("k1", "delivers_to", "b"), ("k2", "delivers_to", "b")
    )  # fmt: skip
    best = additions(case).iloc[0]
    assert (best["kappa_min_before"], best["kappa_min"], best["lifts"]) == (1, 2, "b")
    assert "h" not in (best["source"], best["target"])
    assert additions(made(), "p").empty


def test_who_begins_to_pay_and_receives_nothing_is_a_funder_whether_tried_or_added():
    case = made(("f", "funds", "a"), ("a", "delivers_to", "b"), ("v", "delivers_to", "d"), groups=("b", "d"))
    row = additions(case).set_index(["source", "target"]).loc[("v", "a")]
    after = flow(add(case, Tie(source="v", target="a", relation="funds")))
    assert after.funders == ("f", "v")
    assert row["reliability_mean"] == pytest.approx(dependency.reliability(after, "b", 0.9).value)
    assert row["reliability_mean"] == pytest.approx(0.9 * 0.99)


def test_only_ties_that_the_record_knows_in_kind_are_tried(case):
    whole = flow(case)
    sector = case.stakeholders.set_index("stakeholder_id")["sector"]
    pairs = {(sector[a], relation, sector[b]) for a, relation, b in case.ties[["source_stakeholder", "relation", "target_stakeholder"]].itertuples(index=False)}  # fmt: skip
    for source, target, relation in admissible(case, whole):
        assert target not in whole.funders
        assert not whole.graph.has_edge(source, target)
        if source != NEW:
            assert sector[source] != "beneficiary"
            assert (sector[source], relation, sector[target]) in pairs


# ---- a plain second look at the whole case -----------------------------------------------------------------------------


def test_single_exits_of_the_case_by_networkx_alone(case):
    graph, funders, groups = graph_of(case, "dashat")
    table = withdrawals(case).set_index("stakeholder_id")
    served = [one for one in groups if reaches(graph, funders, one)]
    for one in sorted(graph):
        off = [group for group in served if group != one and not reaches(graph, funders, group, [one])]
        assert table.at[one, "n_groups_cut"] == len(off)
        left = graph.subgraph(set(graph) - {one})
        found = [kappa(left, funders - {one}, group) for group in served if group != one]
        assert table.at[one, "kappa_min"] == min(found)
