"""Data display: Miles & Huberman's named matrices over a case. Each cell leads to its rows; an empty one is "no evidence".

References
----------
Miles, M. B. & Huberman, A. M. (1994). Qualitative Data Analysis, 2nd ed., ch. 5 to 8. The framework matrix: Ritchie, J. & Spencer,
L. (1994), in Bryman & Burgess (eds), Analyzing Qualitative Data, 173-194.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import pandas as pd

from .admission import places_within
from .coding import UNKNOWN, coded_rows, matrix_cells, sectors_named
from .indicators import Material, elements, gather
from .schemas import LEVELS, SECTORS
from .tables import Case, Display
from .words import Reader

LONGEST_PERIOD = {"year": 4, "month": 7}


def support(display: Display, row: str, column: str) -> list[str]:
    """Return the ids of exactly the evidence rows that make a cell of a display."""
    return display.support(row, column)


def _elements(case: Case) -> tuple[Material, tuple[str, ...]]:
    """The coded rows of the framework on the wider place; its indicators, each before its elements.

    An indicator holds what its elements hold, and the rows for which no element fits.
    """
    material = gather(case, places=[case.settings.wider_place])
    return material, tuple(material.scored["set_id"])


def wholes(case: Case) -> set[str]:
    """Return the keys of elements that are whole indicators: they hold the elements that follow them."""
    scored = elements(case)
    return set(scored.loc[scored["element_id"].isna(), "set_id"])


def _with(case: Case, rows: pd.DataFrame, *columns: str) -> pd.DataFrame:
    """Add columns of the evidence table and of the row's source to codings."""
    about = case.evidence[["evidence_id", "source_id", "date", "place", "speaker"]]
    about = about.merge(case.sources[["source_id", "kind"]], on="source_id").fillna({"speaker": UNKNOWN})
    return rows.merge(about[["evidence_id", *columns]], on="evidence_id")


def checklist(case: Case) -> Display:
    """Return the checklist matrix: are the conditions of the framework met, at which place?

    Elements down, places across: the wider place with all inside it, then each place in it that has a row, with what lies inside it.
    """
    wider = case.settings.wider_place
    inside = gather(case, places=list(case.places["place"]))
    rows = inside.rows.rename(columns={"set_id": "row", "scope": "column"})
    _, keys = _elements(case)
    held = set(inside.rows.loc[inside.rows["scope"] == wider, "evidence_id"])
    rows = rows[rows["evidence_id"].isin(held) & rows["row"].isin(keys)]
    size = rows.groupby("column")["evidence_id"].nunique()
    within = [
        one for one in case.places["place"] if one in places_within(case, wider) - {wider} and size.get(one, 0) > 0
    ]
    columns = [wider, *sorted(within, key=lambda one: (-size[one], one))]
    cells = matrix_cells(rows[rows["column"].isin(columns)])
    return Display(name="checklist", cells=cells, rows=keys, columns=tuple(dict.fromkeys(columns)), row_kind="element", column_kind="place")  # fmt: skip


def concepts(case: Case) -> Display:
    """Return the conceptually clustered matrix: what do rows that name each sector say on each element, elements by indicator?"""
    material, keys = _elements(case)
    rows = material.rows.merge(sectors_named(case), on="evidence_id")
    cells = matrix_cells(rows.assign(row=rows["sector"], column=rows["set_id"]).query("column in @keys"))
    found = tuple(one for one in SECTORS if one in set(cells["row"]))
    return Display(name="concepts", cells=cells, rows=found, columns=keys, row_kind="sector", column_kind="element")


def roles(case: Case) -> Display:
    """Return the role-ordered matrix: what does each speaker say? Speakers down, by sector and level; then rows without one."""
    material, keys = _elements(case)
    rows = _with(case, material.rows, "speaker")
    cells = matrix_cells(rows.assign(row=rows["speaker"], column=rows["set_id"]).query("column in @keys"))
    known = case.stakeholders[case.stakeholders["stakeholder_id"].isin(set(cells["row"]))]
    order = known.assign(s=known["sector"].map(list(SECTORS).index), l=known["level"].map(list(LEVELS).index))
    order = order.sort_values(["s", "l", "stakeholder_id"])["stakeholder_id"]
    last = [UNKNOWN] if UNKNOWN in set(cells["row"]) else []
    return Display(name="roles", cells=cells, rows=(*order, *last), columns=keys, row_kind="speaker", column_kind="element")  # fmt: skip


def times(case: Case, *, period: str = "year") -> Display:
    """Return the time-ordered matrix: what was said of each element, period by period?

    Parameters
    ----------
    period : "year" or "month"
        By month, rows that know only their year are left out.
    """
    if period not in LONGEST_PERIOD:
        raise ValueError(f"period {period!r} is not one of: {', '.join(LONGEST_PERIOD)}")
    size = LONGEST_PERIOD[period]
    material, keys = _elements(case)
    rows = _with(case, material.rows, "date")
    rows = rows[rows["date"].str.len() >= size]
    cells = matrix_cells(rows.assign(row=rows["set_id"], column=rows["date"].str[:size]).query("row in @keys"))
    kind = "year" if period == "year" else "month"
    return Display(name="times", cells=cells, rows=keys, columns=tuple(sorted(set(cells["column"]))), row_kind="element", column_kind=kind)  # fmt: skip


def effects(case: Case) -> Display:
    """Return the effects matrix: which outcomes are reported, by what kind of source?

    Down: the codes below those that ``settings.effect_codes`` names (and these, where rows carry them without a child).
    """
    rows = coded_rows(case, place=case.settings.wider_place, roll_up=False)
    below = coded_rows(case, place=case.settings.wider_place)
    mine = below.loc[below["code"].isin(case.settings.effect_codes), "given"]
    rows = rows[rows["code"].isin(set(mine))]
    cells = matrix_cells(rows.assign(row=rows["code"], column=rows["kind"]))
    codes = tuple(one for one in case.codebook["code_id"] if one in set(cells["row"]))
    size = cells.groupby("column")["evidence_id"].nunique().sort_values(ascending=False, kind="stable")
    return Display(name="effects", cells=cells, rows=codes, columns=tuple(size.index), row_kind="code", column_kind="kind")  # fmt: skip


def framework_matrix(case: Case) -> Display:
    """Return the framework matrix: stakeholders down, elements across; a cell is read as the rows' own short texts.

    A stakeholder stands at a row that names it, whatever its part there. Texts are not told twice: the column of an indicator
    holds only rows for which no element of it fits.
    """
    material, keys = _elements(case)
    dimension = material.scored.set_index("set_id")["dimension_id"]
    rows = material.rows.assign(dimension=material.rows["set_id"].map(dimension))
    in_element = rows.loc[rows["set_id"] != rows["dimension"], ["dimension", "evidence_id"]]
    told = pd.MultiIndex.from_frame(rows[["dimension", "evidence_id"]]).isin(pd.MultiIndex.from_frame(in_element))
    rows = rows[(rows["set_id"] != rows["dimension"]) | ~told].merge(case.evidence_actors, on="evidence_id")
    cells = matrix_cells(rows.assign(row=rows["stakeholder_id"], column=rows["set_id"]).query("column in @keys"))
    size = cells.groupby("row")["evidence_id"].nunique()
    known = case.stakeholders[case.stakeholders["stakeholder_id"].isin(size.index)]
    order = known.assign(s=known["sector"].map(list(SECTORS).index), n=-known["stakeholder_id"].map(size))
    order = order.sort_values(["s", "n", "stakeholder_id"])["stakeholder_id"]
    return Display(name="framework", cells=cells, rows=tuple(order), columns=keys, row_kind="stakeholder", column_kind="element")  # fmt: skip


def actors(case: Case, *, least: int = 3) -> Display:
    """Return stakeholders by indicator, for a map of who stands where; those named in at least so many coded rows.

    Stakeholders down, by sector and number of rows; whole indicators across. For and against are those of the rows that name
    them, whoever speaks.
    """
    material, _ = _elements(case)
    rows = material.rows[material.rows["set_id"].isin(wholes(case))].merge(case.evidence_actors, on="evidence_id")
    size = rows.groupby("stakeholder_id")["evidence_id"].nunique()
    rows = rows[rows["stakeholder_id"].isin(size.index[size >= least])]
    cells = matrix_cells(rows.assign(row=rows["stakeholder_id"], column=rows["set_id"]))
    known = case.stakeholders[case.stakeholders["stakeholder_id"].isin(set(cells["row"]))]
    order = known.assign(s=known["sector"].map(list(SECTORS).index), n=-known["stakeholder_id"].map(size))
    order = order.sort_values(["s", "n", "stakeholder_id"])["stakeholder_id"]
    columns = tuple(one for one in material.scored["set_id"] if one in wholes(case))
    return Display(name="actors", cells=cells, rows=tuple(order), columns=columns, row_kind="stakeholder", column_kind="element")  # fmt: skip


NAMED: Mapping[str, Callable[[Case], Display]] = {
    "checklist": checklist, "concepts": concepts, "roles": roles, "times": times, "effects": effects, "framework": framework_matrix,
}  # fmt: skip


def named_set(case: Case) -> list[Display]:
    """Return every display of Miles & Huberman's set that the case has rows for."""
    return [found for found in (make(case) for make in NAMED.values()) if len(found.cells)]


# ---- in words --------------------------------------------------------------------------------------------------------


def headings(display: Display, case: Case, say: Reader) -> tuple[dict[str, str], dict[str, str]]:
    """Return the labels of the rows and of the columns, key -> label in the reader's language."""
    rows, columns = (
        _labels(display.rows, display.row_kind, case, say),
        _labels(display.columns, display.column_kind, case, say),
    )
    if display.name == "framework":
        columns |= {
            key: say("{indicator}: no element fits", indicator=columns[key]) for key in wholes(case) & set(columns)
        }
    return rows, columns


def _labels(keys: Sequence[str], kind: str, case: Case, say: Reader) -> dict[str, str]:
    if kind in ("code", "element"):
        table = case.codebook.set_index("code_id")
        if kind == "element":
            mine = case.frameworks[case.frameworks["framework"] == case.settings.framework]
            table = mine.assign(key=mine["element_id"].fillna(mine["dimension_id"])).set_index("key")
        return {key: say.column(table.loc[key], "label") for key in keys}
    if kind in ("stakeholder", "speaker"):
        names = case.stakeholders.set_index("stakeholder_id")["short_name"]
        return {key: names[key] if key in names else say("speaker not stated") for key in keys}
    if kind == "place":
        names = case.places.set_index("place")["name"]
        return {key: names[key] for key in keys}
    if kind == "month":
        return {key: say.date(key) for key in keys}
    word = {"kind": "source kind"}.get(kind, kind)
    return {key: say.label(word, key) for key in keys}


def texts(display: Display, case: Case, say: Reader, row: str, column: str) -> list[tuple[str, str, str]]:
    """Return what stands in a cell of a framework matrix: (evidence id, stance, the row's own short text), in order of date."""
    rows = case.evidence.set_index("evidence_id")
    cells = display.cells[(display.cells["row"] == row) & (display.cells["column"] == column)]
    stances = cells.groupby("evidence_id")["stance"].agg(lambda many: ";".join(sorted(set(many))))
    order = sorted(stances.index, key=lambda one: (rows.at[one, "date"], one))
    return [(one, stances[one], say.column(rows.loc[one], "text")) for one in order]


def mark(display: Display, row: str, column: str) -> str:
    """Return what a checklist shows in a cell: "for", "against", "mixed", "neutral", or "none" where there is no evidence.

    Events decide: with events on both sides, or a mixed one, the cell is mixed.
    """
    cells = display.cells[(display.cells["row"] == row) & (display.cells["column"] == column)]
    said = set(cells["said"])
    if not said:
        return "none"
    if "mixed" in said or {"for", "against"} <= said:
        return "mixed"
    return "for" if "for" in said else "against" if "against" in said else "neutral"


def marks(display: Display) -> pd.DataFrame:
    """Return :func:`mark` of every cell, rows and columns as in the display."""
    return pd.DataFrame(
        [[mark(display, row, column) for column in display.columns] for row in display.rows],
        index=list(display.rows), columns=list(display.columns),
    )  # fmt: skip


def told(display: Display, case: Case, say: Reader) -> str:
    """Return the finding of a display in a sentence: how much of it is filled, where most stands, which rows have none."""
    rows, columns = headings(display, case, say)
    texts = display.name == "framework"
    table = display.table(unit="evidence_id" if texts else "event_id")
    row, column = table.stack().idxmax()
    most = int(table.at[row, column])
    n = say.count("{n} row", "{n} rows", most) if texts else say.count("{n} event", "{n} events", most)
    bare = [rows[key] for key in display.rows if not table.loc[key].any()]
    sentence = say(
        "{title}: {filled} of {cells} cells hold evidence, most of all {row} with {column} ({n}).",
        title=say.label("display", display.name), filled=int((table > 0).to_numpy().sum()), cells=table.size, row=rows[row], column=columns[column], n=n,
    )  # fmt: skip
    return sentence + (" " + say("No evidence at all: {bare}.", bare=say.list(bare)) if bare else "")


def caution(display: Display, say: Reader) -> str:
    """Return what a reader of a display must not overlook; empty where nothing beside the common remarks."""
    if display.name == "checklist":
        return say(
            "A place holds the places inside it. A mark says on which side the events stand and is no verdict: rule D1 asks for more."
        )
    if display.name == "concepts":
        return say("A row stands in every sector that it names, whoever speaks in it.")
    if display.name == "framework":
        return say("The texts are short paraphrases by those who made the record, not words of the stakeholders.")
    return ""
