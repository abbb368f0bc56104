"""What a what-if tells: ties read from words, what moves, plain values, and the command that shows it."""

from __future__ import annotations

import hashlib
import json
import math
from pathlib import Path

import pandas as pd
import pytest
from conftest import ROOT
from flows import hub, made
from typer.testing import CliRunner

from dashat_lib import consequences, dependency
from dashat_lib.cli import app
from dashat_lib.compare import compare
from dashat_lib.consequences import cash, evidence_lost, groups, moved, named_in, parsed, record, supposed
from dashat_lib.dependency.whatif import NEW, Tie
from dashat_lib.errors import DashatError


def rich(**more):
    """A small case with everything a what-if tells of."""
    return made(
        ("f", "funds", "a", {"amount": 30.0, "grant_id": "G"}), ("g", "funds", "a", {"amount": 10.0}), ("g", "funds", "c"),
        ("a", "delivers_to", "b"), ("c", "delivers_to", "b"), ("a", "delivers_to", "d"), groups=("b", "d"), costs=[(2024, 5.0)],
        codings=[("R1", ["a"], "leadership", "for"), ("R2", ["a", "c"], "knowledge", "for"), ("R3", ["c"], "knowledge", "for")], **more,
    )  # fmt: skip


# ---- from words --------------------------------------------------------------------------------------------------------


def test_a_tie_is_read_from_words():
    assert parsed("f funds a") == Tie(source="f", relation="funds", target="a")
    assert parsed("  f   funds a 1_500_000", programme="q", year=2023) == Tie(source="f", relation="funds", target="a", amount=1.5e6, programme="q", year=2023)  # fmt: skip


@pytest.mark.parametrize("text", ["", "f funds", "f funds a 5 6"])
def test_words_that_are_no_tie_have_a_message(text):
    with pytest.raises(DashatError, match="is not a tie"):
        parsed(text)


@pytest.mark.parametrize("amount", ["many", "1.5.0", "5,00"])
def test_an_amount_that_is_none_has_a_message(amount):
    with pytest.raises(DashatError, match=f"'{amount}' is no amount. Write digits only."):
        parsed(f"f funds a {amount}")
    with pytest.raises(DashatError, match="is no sum of money"):
        supposed(hub(), ties=[parsed("f1 funds h nan")])


@pytest.mark.parametrize("amount", ["1.000.000", "1,000,000", "1_000_000", "1000000", "1e6"])
def test_thousands_may_be_written_as_people_write_them(amount):
    assert parsed(f"f funds a {amount}").amount == 1_000_000


def test_a_new_funder_comes_once_with_the_first_tie_that_names_it():
    after = supposed(hub(), without=["f1", "f2"], ties=[parsed(f"{NEW} funds k1 5"), parsed(f"{NEW} funds k2")])
    assert (after.stakeholders["stakeholder_id"] == NEW).sum() == 1
    whole = dependency.flow(after)
    assert whole.funders == (NEW,)
    assert dependency.reached(whole) == ("b",)
    assert after.reading == f"without f1, f2; with {NEW} funds k1; with {NEW} funds k2"
    with pytest.raises(DashatError, match="'f3' is no stakeholder"):
        supposed(hub(), ties=[parsed("f3 funds h")])
    assert supposed(hub()).before is None


# ---- what moves --------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def left():
    """A case, what it is without a funder and a group and with another funder, and the facts of both."""
    case = rich()
    after = supposed(case, without=["f", "d"], ties=[parsed(f"{NEW} funds c")])
    return case, after, {id(one): consequences.facts(one) for one in (case, after)}


@pytest.fixture
def asked_once(left, monkeypatch):
    monkeypatch.setattr(consequences, "facts", lambda one, **_: left[2][id(one)])
    return left[:2]


def test_nothing_moves_where_nothing_changes(left):
    case, _, found = left
    assert supposed(case) is case
    assert compare(found[id(case)], consequences.facts(rich())).empty
    assert evidence_lost(case, case).empty


def test_what_moves_are_the_facts_that_differ(left, asked_once):
    case, after = asked_once
    table = moved(case, after)
    values = table[table["part"] == "value"].set_index("name")
    assert values.loc["money.p.2024.known", ["before", "after", "change"]].tolist() == [40, 10, -30]
    came_or_went = table[table["part"] == "fact"].set_index("name")
    assert came_or_went.at["withdrawn.f.n_groups_cut", "before"] == 0
    one, other = (left[2][id(x)].facts.set_index("fact_id")["value"] for x in (case, after))
    differ = set()
    for name in one.index.intersection(other.index):
        a, b = one[name], other[name]
        close = isinstance(a, float | int) and isinstance(b, float | int) and math.isclose(a, b, rel_tol=1e-8)
        if not (a == b or close or (pd.isna(a) and pd.isna(b))):
            differ.add(name)
    assert set(values.index) == differ
    assert set(came_or_went.index) == set(one.index) ^ set(other.index)


def test_groups_before_and_after_and_who_hands_over():
    table = groups(rich(teams={"a": 2}), supposed(rich(teams={"a": 2}), without=["a"])).set_index(
        ["roll_up", "stakeholder_id"]
    )
    assert set(table.index.get_level_values(0)) == {"none", "own_money", "one_team_a_kelurahan"}
    assert table.loc[("none", "b"), ["kappa", "kappa_after", "through", "through_after", "cut_off"]].tolist() == [2, 1, "a;c", "c", False]  # fmt: skip
    row = table.loc[("one_team_a_kelurahan", "d")]
    assert (row["kappa"], row["kappa_after"], row["cut_off"], row["reliability_after"]) == (2, 0, True, 0)
    assert row["through"] == "a*2"
    assert table.at[("none", "b"), "reliability_after"] == pytest.approx(0.81)


def test_a_group_that_leaves_is_told_as_left_and_one_that_comes_as_new():
    gone = groups(rich(), supposed(rich(), without=["d"])).query("roll_up == 'none'").set_index("stakeholder_id")
    assert pd.isna(gone.at["d", "kappa_after"])
    case = made(("f", "funds", "a"), groups=("b",))
    table = groups(case, supposed(case, ties=[Tie(source="a", relation="delivers_to", target="b")]))
    came = table[table["roll_up"] == "none"].set_index("stakeholder_id")
    assert came.loc["b", ["kappa", "kappa_after", "cut_off"]].tolist() == [0, 1, False]


def test_money_before_and_after_at_the_cost_of_that_year():
    row = cash(rich(), supposed(rich(), without=["f"])).iloc[0]
    assert row[["known", "known_after", "n_grants", "n_grants_after", "portions", "portions_after"]].tolist() == [
        40,
        10,
        3,
        2,
        8,
        2,
    ]
    assert row[["n_unknown", "n_unknown_after"]].tolist() == [1, 1]
    assert cash(hub(), hub()).empty
    more = cash(rich(), supposed(rich(), ties=[parsed("g funds a 60")])).iloc[0]
    assert (more["known_after"], more["n_grants_after"]) == (100, 4)


def test_elements_with_fewer_events_and_rows_that_name_who_leaves():
    table = evidence_lost(rich(), supposed(rich(), without=["a"])).set_index("set_id")
    assert "leadership" in table.index
    assert table.at["leadership", "lost"]
    assert (table["n_for_after"] < table["n_for"]).all()
    assert "knowledge" not in table.index  # the row names c too
    n, alone = named_in(rich(), ["a"])
    assert (n, alone) == (5 + 2 - 1, 1)
    assert named_in(rich(), ["a", "c"]) == (6 + 3, 3)  # R1, R2, R3: each tie names another end too


def everything(value):
    """Every plain value inside a record."""
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, list):
        return [one for part in value for one in everything(part)]
    return [value]


def test_the_record_is_plain_values_without_nan(asked_once):
    case, after = asked_once
    found = record(case, after, gone=["f", "d"])
    assert json.loads(json.dumps(found, allow_nan=False, ensure_ascii=False)) == found
    assert {type(one) for one in everything(found)} <= {str, int, float, bool, type(None)}
    assert found["reading"] == after.reading
    assert found["n_rows"] == named_in(case, ["f", "d"])[0]
    assert len(found["moved"]) == len(moved(case, after))


def test_a_record_without_money_or_ways_is_plain_too(quick):
    found = record(hub(), supposed(hub(), without=["h", "f1", "f2"]), gone=["h"])
    assert json.loads(json.dumps(found, allow_nan=False)) == found
    assert (found["money"], found["moved"]) == ([], [])


# ---- the command -------------------------------------------------------------------------------------------------------


def run(*words):
    return CliRunner().invoke(app, ["whatif", *words], catch_exceptions=True)


def hashed(folder):
    return {str(path): hashlib.sha256(path.read_bytes()).hexdigest() for path in sorted(Path(folder).rglob("*")) if path.is_file()}  # fmt: skip


@pytest.fixture
def quick(monkeypatch):
    """The command without the facts of every room, which other tests ask for."""
    monkeypatch.setattr(consequences, "moved", lambda case, after: pd.DataFrame(columns=["kind", "name", "part", "before", "after", "change"]))  # fmt: skip


def test_the_command_tells_all_as_json_and_writes_nothing(quick, copy_of_case, case):
    before = hashed(copy_of_case)
    found = run(
        "--without",
        "pemerintah-uea",
        "--with",
        "sinar-mas funds pemkot-surakarta 1_000",
        "--json",
        "--case",
        str(copy_of_case),
    )
    assert found.exit_code == 0, found.output
    told = json.loads(found.stdout)
    assert told["reading"] == "without pemerintah-uea; with sinar-mas funds pemkot-surakarta"
    money = told["money"][0]
    lost = dependency.grants(case, "dashat").query("payers == 'pemerintah-uea' and year == 2024")["amount"].sum()
    assert money["known_after"] == money["known"] - lost + 1000
    assert [one["stakeholder_id"] for one in told["groups"] if one["cut_off"]] == []
    assert set(told) == {"reading", "groups", "money", "n_rows", "n_rows_alone", "evidence_lost", "moved"}
    assert hashed(copy_of_case) == before


def test_the_command_shows_groups_money_and_evidence(quick, copy_of_case):
    before = hashed(copy_of_case)
    found = run("--without", "kader-dashat-surakarta", "--lang", "en", "--case", str(copy_of_case))
    assert found.exit_code == 0, found.output
    assert "Cut off, as recorded: " in found.stdout
    assert "No fact moves." in found.stdout
    assert "Known money of 2024" in found.stdout
    assert "name who leaves" in found.stdout
    assert hashed(copy_of_case) == before


def test_the_command_shows_the_tie_that_would_help_most(copy_of_case):
    before = hashed(copy_of_case)
    found = run("--best", "--lang", "en", "--case", str(copy_of_case))
    assert found.exit_code == 0, found.output
    assert "a new funder" in found.stdout
    assert "ties were tried" in found.stdout
    assert hashed(copy_of_case) == before


@pytest.mark.parametrize(
    ("words", "what"),
    [
        (("--without", "pemkot-surakata"), "'pemkot-surakata' is no stakeholder of this case. Write 'pemkot-surakarta'?"),
        (("--with", "sinar-mas funds pemkot-surakarta", "--programme", "dashaat"), "'dashaat' is no programme of this case. Write 'dashat'?"),
    ],
)  # fmt: skip
def test_a_name_that_is_none_ends_with_1_and_one_line(words, what):
    import subprocess
    import sys

    found = subprocess.run([sys.executable, "-m", "dashat_lib.cli", "whatif", *words, "--lang", "en"], capture_output=True, text=True, check=False, cwd=ROOT)  # fmt: skip
    assert found.returncode == 1
    assert found.stdout == ""
    assert found.stderr.count("\n") == 1
    assert what in found.stderr


def test_nothing_given_ends_with_2():
    found = run("--case", str(ROOT))
    assert found.exit_code == 2
    assert "--without" in found.output
