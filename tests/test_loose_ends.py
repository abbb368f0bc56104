"""References that lead nowhere, trees that close and codings that repeat are told, and nothing is taken away."""

from __future__ import annotations

from pathlib import Path

import pytest

from dashat_lib.coded_project import Draft
from dashat_lib.loaders import loose_ends


@pytest.fixture
def draft():
    draft = Draft("rqda", Path("a.rqda"))
    draft.add("sources", source_id="1", name="satu", kind="text")
    draft.add("codes", code_id="1", name="air")
    draft.add("coders", coder_id="sari", name="sari")
    draft.add("segments", segment_id="1", source_id="1", kind="text", start=0, end=4)
    draft.add("codings", coding_id="k1", segment_id="1", source_id="1", code_id="1", coder_id="sari")
    return draft


def told(draft):
    loose_ends.tell(draft)
    return {entry.what: (entry.n, entry.where) for entry in draft.report.entries()}


def test_a_whole_project_has_none(draft):
    assert told(draft) == {}


def test_each_reference_that_leads_nowhere_is_told(draft):
    draft.add("codings", coding_id="k2", segment_id="9", source_id="1", code_id="9", coder_id="budi")
    draft.add("codings", coding_id="k3", source_id="1", code_id=None)
    draft.add("segments", segment_id="2", source_id="8", kind="text")
    draft.add("category_codes", category_id="7", code_id="6")
    draft.add("case_members", case_id="5", kind="source", target_id="8")
    draft.add("attribute_values", attribute_id="usia", kind="case", target_id="5", value="41")
    draft.add("memo_links", memo_id="4", kind="segment", target_id="3")
    draft.add("memos", memo_id="m", kind="annotation", source_id="8")
    draft.add("set_members", set_id="x", kind="source", target_id="1")
    assert told(draft) == {
        "unknown_code": (2, "k2, k3"),
        "unknown_coder": (1, "k2"),
        "unknown_segment": (2, "k2, 4"),
        "unknown_source": (3, "2, m, 5"),
        "unknown_category": (1, "6"),
        "unknown_member": (1, "7"),
        "unknown_attribute": (1, "5"),
        "unknown_case": (2, "8, usia"),
        "unknown_memo": (1, "3"),
        "unknown_set": (1, "1"),
    }


def test_a_tree_that_closes_and_a_parent_that_is_not_there_are_told(draft):
    for code, parent in (("2", "3"), ("3", "4"), ("4", "2"), ("5", "2"), ("6", "6"), ("7", "99")):
        draft.add("codes", code_id=code, parent_id=parent)
    assert told(draft) == {"unknown_parent": (1, "7"), "circle": (4, "2, 3, 4, 6")}
    assert draft.finish().summary()["code_tree_depth"] == 4


@pytest.mark.parametrize(
    ("change", "n"),
    [({}, 1), ({"coder_id": None}, 0), ({"code_id": "2"}, 0), ({"segment_id": "3"}, 0)],
    ids=["the same", "another coder", "another code", "another place"],
)
def test_the_same_coder_code_and_place_is_a_repeat(draft, change, n):
    draft.add("codes", code_id="2", name="api")
    draft.add("segments", segment_id="2", source_id="1", kind="text", start=0, end=4)
    draft.add("segments", segment_id="3", source_id="1", kind="text", start=0, end=5)
    draft.add("codings", **({"coding_id": "k2", "segment_id": "2", "source_id": "1", "code_id": "1", "coder_id": "sari"} | change))  # fmt: skip
    assert told(draft) == ({"duplicate_coding": (1, "k2")} if n else {})


def test_segments_without_a_place_are_not_taken_for_the_same(draft):
    for one in ("2", "3"):
        draft.add("segments", segment_id=one, source_id="1", kind="text", text=f"kutipan {one}")
        draft.add("codings", coding_id=f"k{one}", segment_id=one, source_id="1", code_id="1", coder_id="sari")
    assert told(draft) == {}
