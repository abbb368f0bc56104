"""Matrices of evidence: every cell leads to exactly its rows; what is written out is what was counted."""

from __future__ import annotations

import functools
import io
from dataclasses import replace

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dashat_lib import coding, displays, indicators, reduction
from dashat_lib.admission import places_within
from dashat_lib.plots import displays as figures
from dashat_lib.plots import style
from dashat_lib.words import reader

NAMES = list(displays.NAMED)


@pytest.fixture(scope="module")
def named(case):
    return {one.name: one for one in displays.named_set(case)}


@pytest.fixture(scope="module")
def rows_of(case):
    """The evidence rows of an element by the definition: settled codings of its codes on admitted rows of the place."""
    sets = indicators.code_sets(case, indicators.elements(case))

    @functools.cache
    def found(set_id, place):
        codes = sets.loc[sets["set_id"] == set_id, "code_id"]
        inside = case.evidence["place"].isin(places_within(case, place))
        inside &= ~case.evidence["source_id"].isin(case.settings.own_sources)
        coded = case.codings[(case.codings["coder"] == case.settings.coder) & case.codings["code_id"].isin(codes)]
        return frozenset(coded["evidence_id"]) & frozenset(case.evidence.loc[inside, "evidence_id"])

    return found


def test_the_whole_set_is_there(named):
    assert set(named) == set(NAMES) == {"checklist", "concepts", "roles", "times", "effects", "framework"}


@pytest.mark.parametrize("name", NAMES)
def test_any_cell_leads_to_exactly_the_rows_that_make_it(case, named, rows_of, name):
    one, wider = named[name], case.settings.wider_place
    evidence = case.evidence.set_index("evidence_id")
    kinds = case.sources.set_index("source_id")["kind"]
    actors = case.evidence_actors.merge(case.stakeholders[["stakeholder_id", "sector"]])
    whole = displays.wholes(case)
    elements = indicators.elements(case).set_index("set_id")["dimension_id"]
    cells = [(row, column) for row in one.rows for column in one.columns]
    assert len(cells) == len(one.rows) * len(one.columns)
    for row, column in cells:
        if name == "checklist":
            expected = rows_of(row, column) & rows_of(row, wider)
        elif name == "times":
            expected = {id_ for id_ in rows_of(row, wider) if evidence.at[id_, "date"][:4] == column}
        elif name == "effects":
            coded = case.codings[(case.codings["coder"] == case.settings.coder) & (case.codings["code_id"] == row)]
            here = coding.admitted(case, place=wider)["evidence_id"]
            expected = {
                id_ for id_ in set(coded["evidence_id"]) & set(here) if kinds[evidence.at[id_, "source_id"]] == column
            }
        else:
            expected = rows_of(column, wider)
            if name == "concepts":
                expected = expected & set(actors.loc[actors["sector"] == row, "evidence_id"])
            elif name == "roles":
                speaker = evidence["speaker"].fillna("unknown")
                expected = {id_ for id_ in expected if speaker[id_] == row}
            else:
                expected = expected & set(actors.loc[actors["stakeholder_id"] == row, "evidence_id"])
                if column in whole:
                    for other in elements.index[(elements == column) & (elements.index != column)]:
                        expected = expected - rows_of(other, wider)
        assert set(displays.support(one, row, column)) == expected  # fmt: skip


@pytest.mark.parametrize("name", NAMES)
def test_counts_and_totals_are_those_of_the_rows(case, named, name):
    one = named[name]
    table, events = one.table(), one.table(unit="event_id")
    event = case.evidence.set_index("evidence_id")["event_id"]
    for row in one.rows:
        for column in one.columns:
            ids = one.support(row, column)
            assert table.at[row, column] == len(ids)
            assert events.at[row, column] == event[ids].nunique()
    for end, keys in (("row", one.rows), ("column", one.columns)):
        totals = one.totals(end)
        for key in keys:
            assert totals[key] == one.cells.loc[one.cells[end] == key, "evidence_id"].nunique()
    sides = sum(one.table(unit="event_id", stance=stance) for stance in ("for", "against", "mixed", "neutral"))
    pd.testing.assert_frame_equal(sides, events, check_names=False)
    assert (one.table("binary") == (table > 0)).all(axis=None)
    shares = one.table("row share").stack().dropna()
    assert ((shares >= 0) & (shares <= 1)).all()


@pytest.mark.parametrize("name", NAMES)
def test_the_long_table_holds_every_filled_cell_and_no_other(named, name):
    one = named[name]
    long = one.long().set_index(["row", "column"])
    filled = one.table().stack()
    assert set(long.index) == set(filled.index[filled > 0])
    for (row, column), cell in long.iterrows():
        assert cell["evidence_ids"].split(";") == one.support(row, column)
        assert cell[["n_for", "n_against", "n_mixed", "n_neutral"]].sum() == cell["n_events"]


codings_ = st.lists(
    st.tuples(
        st.sampled_from("abc"), st.sampled_from("xyz"), st.integers(0, 7), st.integers(0, 3),
        st.sampled_from(["for", "against", "mixed", "neutral"]),
    ), max_size=40,
)  # fmt: skip


@settings(max_examples=20, deadline=None)
@given(codings_)
def test_cells_by_hand(pairs):
    rows = pd.DataFrame(pairs, columns=["row", "column", "evidence_id", "event_id", "stance"])
    rows["event_id"] = rows["evidence_id"] // 2  # a row belongs to one event
    cells = coding.matrix_cells(rows.astype({"evidence_id": "str"}))
    one = displays.Display(
        name="d", cells=cells, rows=tuple("abc"), columns=tuple("xyz"), row_kind="r", column_kind="c"
    )
    stances_ = ("for", "against", "mixed", "neutral")
    by = {(unit, one_): one.table(unit=unit, stance=one_) for unit in ("event_id", "evidence_id") for one_ in stances_}
    for row in "abc":
        for column in "xyz":
            here = rows[(rows["row"] == row) & (rows["column"] == column)]
            assert one.support(row, column) == sorted(set(here["evidence_id"].astype(str)))
            said = {}
            for event, part in here.groupby("event_id"):
                stances = set(part["stance"])
                both = "mixed" in stances or {"for", "against"} <= stances
                said[event] = "mixed" if both else next((s for s in ("for", "against") if s in stances), "neutral")
            for stance in ("for", "against", "mixed", "neutral"):
                assert by["event_id", stance].at[row, column] == list(said.values()).count(stance)
                n = here.loc[here["stance"] == stance, "evidence_id"].nunique()
                assert by["evidence_id", stance].at[row, column] == n
            expected = (
                "none"
                if not said
                else "mixed"
                if "mixed" in said.values() or {"for", "against"} <= set(said.values())
                else next((s for s in ("for", "against") if s in said.values()), "neutral")
            )
            assert displays.mark(one, row, column) == expected  # fmt: skip


def test_an_unknown_way_of_counting_or_period_has_a_message(case, named):
    with pytest.raises(ValueError, match="is not one of: count, binary"):
        named["times"].table("odds")
    with pytest.raises(ValueError, match="is not one of: year, month"):
        displays.times(case, period="day")


def test_by_month_rows_that_know_only_their_year_are_left_out(case):
    found = displays.times(case, period="month")
    assert all(len(one) == 7 for one in found.columns)
    assert list(found.columns) == sorted(found.columns)
    dates = case.evidence.set_index("evidence_id")["date"]
    assert all(len(dates[one]) >= 7 for one in found.cells["evidence_id"])


def test_a_case_without_effect_codes_has_no_effects_matrix(case):
    without = replace(case, settings=case.settings.model_copy(update={"effect_codes": []}))
    assert "effects" not in {one.name for one in displays.named_set(without)}


def test_effects_are_the_codes_below_the_root(case, named):
    below = coding.branches(case.codebook, child="code_id", parent="parent").query("above == 'outcome'")["code_id"]
    assert set(named["effects"].rows) <= set(below)


def test_roles_stand_in_order_of_sector_and_unknown_comes_last(case, named):
    speakers = named["roles"].rows
    assert speakers[-1] == "unknown"
    sector = case.stakeholders.set_index("stakeholder_id")["sector"]
    order = [list(displays.SECTORS).index(sector[one]) for one in speakers[:-1]]
    assert order == sorted(order)


def test_texts_of_a_framework_cell_are_the_rows_own(case, named):
    one = named["framework"]
    row, column = one.cells.iloc[0][["row", "column"]]
    texts = case.evidence.set_index("evidence_id")["text_id"]
    found = displays.texts(one, case, reader("id"), row, column)
    assert [id_ for id_, *_ in found] == sorted(one.support(row, column), key=lambda id_: (case.evidence.set_index("evidence_id").at[id_, "date"], id_))  # fmt: skip
    assert all(text == texts[id_] for id_, _, text in found)


@pytest.mark.parametrize("language", ["en", "id"])
@pytest.mark.parametrize("name", NAMES)
def test_each_display_has_a_plot_that_draws_its_numbers(case, named, name, language):
    one, say = named[name], reader(language)
    rows, columns = displays.headings(one, case, say)
    assert set(rows) == set(one.rows)
    assert set(columns) == set(one.columns)
    fig, ax = style.figure(*figures.SIZES[name])
    marks = displays.marks(one) if name == "checklist" else None
    figures.draw(one, rows, columns, marks=marks, bold=displays.wholes(case), say=say, ax=ax)
    fig.canvas.draw()
    written = [text.get_text() for text in ax.texts]
    events = one.table(unit="event_id").to_numpy()
    if name == "roles":
        assert [int(text) for text in written] == events[np.nonzero(events)].tolist()
    if name == "framework":
        table = one.table().to_numpy()
        assert [int(text) for text in written] == table[np.nonzero(table)].tolist()
    if name == "checklist":
        assert written.count(".") == (events == 0).sum()
    assert str(len(rows)) in figures.display_alt(one, rows, columns, say=say)
    assert len(ax.get_yticklabels()) == len([c for c in one.rows]) or name == "effects"
    plt.close(fig)


def test_a_checklist_without_marks_is_refused(case, named):
    rows, columns = displays.headings(named["checklist"], case, reader("en"))
    with pytest.raises(ValueError, match="give them as marks="):
        figures.draw(named["checklist"], rows, columns)


def test_the_stored_table_holds_all_displays(case):
    stored = pd.concat([one.long() for one in reduction.all_displays(case)])
    assert set(stored["display"]) == {*NAMES, *(f"code_by_{one}" for one in reduction.CROSSED)}
    assert (
        io.StringIO(stored.to_csv(index=False)).readline().startswith("display,row_kind,row,column_kind,column,n_rows")
    )


def test_the_map_of_actors_holds_whole_indicators_and_who_is_named_often(case, rows_of):
    one = displays.actors(case, least=3)
    assert set(one.columns) == displays.wholes(case)
    for row in one.rows:
        named = set(case.evidence_actors.loc[case.evidence_actors["stakeholder_id"] == row, "evidence_id"])
        every = set()
        for column in one.columns:
            expected = rows_of(column, case.settings.wider_place) & named
            assert set(one.support(row, column)) == expected
            every |= expected
        assert len(every) >= 3
