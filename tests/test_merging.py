"""Two coders' copies of one project side by side: what is matched, what is not, and that it is said."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

from dashat_lib.coded_project import Draft
from dashat_lib.coded_project.ids import KEYS
from dashat_lib.coded_project.merging import merge
from dashat_lib.coded_project.summary import summary

TALK = "Kami rapat tiap bulan.\nUang datang terlambat, tetapi kader tetap memasak."
OTHER = "Lurah hadir sekali."


def project(
    file,
    coder,
    prefix="",
    *,
    text=TALK,
    name="Wawancara 1",
    ranges=((0, 22),),
    codes=("Modal", "Percaya"),
    same_ids=False,
):
    """A project of one document, a code below another, and one coding a range."""
    draft = Draft("refi-qda", Path(file), name="Dashat")

    def id_(one):
        return one if same_ids else prefix + one

    draft.add("coders", coder_id=coder, name=f"Pengode {coder}")
    draft.add("sources", source_id=id_("s1"), name=name, kind="text", text=text)
    draft.add("codes", code_id=id_("c1"), name=codes[0])
    draft.add("codes", code_id=id_("c2"), parent_id=id_("c1"), name=codes[1])
    for at, (start, end) in enumerate(ranges):
        draft.add(
            "segments",
            segment_id=id_(f"g{at}"),
            source_id=id_("s1"),
            kind="text",
            start=start,
            end=end,
            text=text[start:end],
        )
        draft.add("codings", coding_id=id_(f"k{at}"), segment_id=id_(f"g{at}"), code_id=id_("c2"), coder_id=coder)
    return draft.finish()


def said(merged):
    return {entry.what: (entry.n, entry.where) for entry in merged.load_report}


def test_two_exports_that_share_no_id_are_matched_by_name_and_text_path_and_range():
    one, other = project("a.qdpx", "u1", "a-"), project("b.qdpx", "u2", "b-", ranges=((0, 22), (23, 44)))
    merged = merge(one, other)
    assert (len(merged.sources), len(merged.codes)) == (1, 2)
    assert list(merged.segments["segment_id"]) == ["a-g0", "b-g1"]
    assert merged.codings[["segment_id", "code_id", "coder_id"]].to_numpy().tolist() == [
        ["a-g0", "a-c2", "u1"], ["a-g0", "a-c2", "u2"], ["b-g1", "a-c2", "u2"],
    ]  # fmt: skip
    assert said(merged) == {"only_in_one_segments": (1, "b-g1")}


def test_equal_ids_that_mean_other_things_do_not_run_into_each_other():
    one = project("a.qdpx", "u1", same_ids=True)
    other = project(
        "b.qdpx", "u2", same_ids=True, name="Wawancara 2", text=OTHER, ranges=((0, 5),), codes=("Modal", "Takut")
    )
    merged = merge(one, other)
    assert all(getattr(merged, name)[key].is_unique for name, key in KEYS.items())
    texts = merged.sources.set_index("source_id")["text"]
    for row in merged.segments.itertuples():
        assert texts[row.source_id][row.start : row.end] == row.text
    paths = merged.code_paths()
    assert merged.codings["code_id"].map(paths).tolist() == ["Modal > Percaya", "Modal > Takut"]
    assert [entry.where for entry in merged.load_report if entry.what == "only_in_one_codes"] == ["Percaya", "Takut"]


def test_a_document_whose_text_was_changed_is_not_matched_and_its_segments_are_not_either():
    merged = merge(project("a.qdpx", "u1", "a-"), project("b.qdpx", "u2", "b-", text=TALK.replace("Kami", "Kamu")))
    assert (len(merged.sources), len(merged.segments)) == (2, 2)
    assert said(merged)["document_differs"] == (1, "Wawancara 1")
    assert said(merged)["nothing_matched"] == (1, "b.qdpx")


def test_a_document_under_another_name_is_told():
    merged = merge(project("a.qdpx", "u1", "a-"), project("b.qdpx", "u2", "b-", name="Wawancara satu"))
    assert said(merged)["document_renamed"] == (1, "Wawancara 1 / Wawancara satu")


def test_a_coding_that_stands_in_both_files_counts_once():
    one, other = project("a.qdpx", "u1", "a-"), project("b.qdpx", "u1", "b-")
    merged = merge(one, other)
    assert len(merged.codings) == 1
    assert said(merged)["coding_in_both"] == (1, "codings")


def test_two_people_of_one_name_stay_two_people():
    other = project("b.qdpx", "u2", "b-")
    namesake = other.coders.assign(name="Pengode u1")
    merged = merge(project("a.qdpx", "u1", "a-"), replace(other, coders=namesake))
    assert len(merged.coders) == 2
    assert said(merged)["coder_of_same_name"] == (1, "coders")


def test_codes_of_one_path_are_matched_in_their_order_and_told():
    def twins(file, coder, prefix):
        draft = Draft("refi-qda", Path(file))
        draft.add("coders", coder_id=coder, name=coder)
        draft.add("sources", source_id=prefix + "s", name="W", kind="text", text=TALK)
        for at in (1, 2):
            draft.add("codes", code_id=f"{prefix}c{at}", name="Percaya")
            draft.add(
                "segments", segment_id=f"{prefix}g{at}", source_id=prefix + "s", kind="text", start=at, end=at + 3
            )
            draft.add(
                "codings",
                coding_id=f"{prefix}k{at}",
                segment_id=f"{prefix}g{at}",
                code_id=f"{prefix}c{at}",
                coder_id=coder,
            )
        return draft.finish()

    merged = merge(twins("a.qdpx", "u1", "a-"), twins("b.qdpx", "u2", "b-"))
    assert merged.codings["code_id"].tolist() == ["a-c1", "a-c2", "a-c1", "a-c2"]
    assert said(merged)["same_path"] == (2, "Percaya")


def test_neither_project_is_changed():
    one, other = project("a.qdpx", "u1", "a-"), project("b.qdpx", "u2", "b-")
    before = [{name: table.copy() for name, table in side.tables()} for side in (one, other)]
    merge(one, other)
    for side, tables in zip((one, other), before, strict=True):
        for name, table in side.tables():
            pd.testing.assert_frame_equal(table, tables[name])


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_what_comes_first_does_not_change_the_counts(order):
    sides = [
        project("a.qdpx", "u1", "a-", ranges=((0, 4), (5, 10))),
        project("b.qdpx", "u2", "b-", ranges=((5, 10), (11, 15))),
    ]
    found = summary(merge(*(sides[at] for at in order)), say=str.format)
    assert (found["documents"], found["codes"], found["selections"], found["codings"], found["coders"]) == (
        1,
        2,
        3,
        4,
        2,
    )


def test_a_project_merged_with_itself_is_itself():
    one = project("a.qdpx", "u1", "a-", ranges=((0, 4), (5, 10)))
    merged = merge(one, one)
    for name, table in one.tables():
        pd.testing.assert_frame_equal(getattr(merged, name), table)
