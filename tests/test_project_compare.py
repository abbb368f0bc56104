"""Two projects differ where a table, a row or a column does; the order of rows is no difference."""

from __future__ import annotations

from pathlib import Path

from dashat_lib.coded_project import Draft
from dashat_lib.coded_project.compare import differences


def project(*codes, members=()):
    draft = Draft("refi-qda", Path("x.qdpx"))
    for id, name, codable in codes:
        draft.add("codes", code_id=id, name=name, is_codable=codable)
    for set_id, target in members:
        draft.add("set_members", set_id=set_id, kind="code", target_id=target)
    return draft.finish()


def test_the_same_tables_in_another_order_do_not_differ():
    one = project(("1", "air", True), ("2", None, None), members=[("s", "1"), ("s", "1"), ("s", "2")])
    other = project(("2", None, None), ("1", "air", True), members=[("s", "2"), ("s", "1"), ("s", "1")])
    assert differences(one, one) == differences(one, other) == []


def test_a_difference_names_table_row_and_column():
    one = project(("1", "air", True), ("2", "api", None), members=[("s", "1"), ("s", "1")])
    other = project(("1", "Air", None), ("3", "x", True), members=[("s", "1"), ("s", "2")])
    assert differences(one, other) == [
        "codes, 1, name: 'air' became 'Air'", "codes, 1, is_codable: True became None", "codes, 2: is missing", "codes, 3: is new",
        "set_members: set_id 's', kind 'code', target_id '1' is missing",
        "set_members: set_id 's', kind 'code', target_id '2' is new",
    ]  # fmt: skip
    assert differences(one, other, without=("codes.name", "set_members")) == [
        "codes, 1, is_codable: True became None", "codes, 2: is missing", "codes, 3: is new",
    ]  # fmt: skip


def test_rows_whose_id_repeats_are_compared_one_by_one():
    one = project(("1", "air", True), ("1", "api", True))
    assert differences(one, project(("1", "air", True), ("1", "tanah", True))) == [
        "codes, 1, name: 'api' became 'tanah'"
    ]
    assert differences(one, project(("1", "air", True))) == ["codes, 1: is missing"]


def test_what_is_shown_is_short():
    (found,) = differences(project(("1", "a" * 500, True)), project(("1", "b", True)))
    assert len(found) < 120
