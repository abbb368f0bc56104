"""One model of the data displays in the reader's words, from which HTML, workbook and CSV are written."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from .. import displays
from ..coding_agreement import how_coded
from ..facts import Stamp, stamp
from ..tables import Case, Display
from ..words import Reader

SIDES = ("for", "against", "mixed", "neutral")


@dataclass(frozen=True)
class Line:
    """An evidence row in a cell: its id, what the coding says there, its own short text, the event it reports."""

    evidence_id: str
    stance: str
    text: str
    event_id: str


@dataclass(frozen=True)
class Cell:
    """What stands in a cell, and the rows that make it. No line: no evidence."""

    row: str
    column: str
    shown: str
    lines: tuple[Line, ...]


@dataclass(frozen=True)
class Matrix:
    """A display in words.

    Attributes
    ----------
    name, title, question, how : str
        `how` says what stands left, on top and in a cell.
    rows, columns : tuple of (label, whether it is a whole that holds those after it)
    cells : tuple of tuple of Cell, one tuple a row
    texts : bool
        Whether a cell is read as texts, not as numbers.
    """

    name: str
    title: str
    question: str
    how: str
    rows: tuple[tuple[str, bool], ...]
    columns: tuple[tuple[str, bool], ...]
    cells: tuple[tuple[Cell, ...], ...]
    texts: bool


@dataclass(frozen=True)
class Document:
    """The data displays of a case in one language.

    Attributes
    ----------
    title : str
    language : str
    remarks : tuple of str
        What every reader has to know, first of all.
    matrices : tuple of Matrix
    evidence : DataFrame, one row an evidence row of any display
        ``evidence_id, date, place, text, speaker, event_id, document, publisher, source_kind, url``, in words.
    stamp : Stamp
    """

    title: str
    language: str
    remarks: tuple[str, ...]
    matrices: tuple[Matrix, ...]
    evidence: pd.DataFrame
    stamp: Stamp


def document(case: Case, found: Sequence[Display], say: Reader) -> Document:
    """Return displays of a case in the reader's words."""
    place = case.places.set_index("place").at[case.settings.wider_place, "name"]
    ids = sorted({one for display in found for one in display.cells["evidence_id"]})
    return Document(
        title=case.settings.title.get(say.language) or next(iter(case.settings.title.values())),
        language=say.language,
        remarks=(
            say("An empty cell is no evidence, not absence: what no page reports may well exist in the field."),
            say("Rows on {place} or a place inside it, settled codings, without the rows of the document under examination.", place=place),
            how_coded(case, say),
            *([say.count("{n} recode is in force: codes are shown as they are called now.", "{n} recodes are in force: codes are shown as they are called now.", len(case.recodes))] if len(case.recodes) else []),
        ),
        matrices=tuple(_matrix(one, case, say) for one in found),
        evidence=_evidence(case, ids, say),
        stamp=stamp(case, say("admitted rows on {place}, settled codings", place=place)),
    )  # fmt: skip


def _matrix(display: Display, case: Case, say: Reader) -> Matrix:
    rows, columns = displays.headings(display, case, say)
    wholes = displays.wholes(case)
    numbers = {stance: display.table(unit="event_id", stance=stance) for stance in SIDES}
    texts = display.name == "framework"
    marks = displays.marks(display) if display.name == "checklist" else None
    event = case.evidence.set_index("evidence_id")["event_id"]

    def cell(row: str, column: str) -> Cell:
        lines = tuple(Line(*one, event[one[0]]) for one in displays.texts(display, case, say, row, column))
        if not lines:
            return Cell(row, column, "", ())
        if texts:
            shown = "\n".join(f"{one.evidence_id} ({_stances(one.stance, say)}): {one.text}" for one in lines)
        else:
            n = {stance: int(numbers[stance].at[row, column]) for stance in SIDES}
            shown = f"{n['for']} / {n['against']}" + (
                f" / {n['mixed'] + n['neutral']}" if n["mixed"] + n["neutral"] else ""
            )
            shown = shown if marks is None else f"{say.label('mark', marks.at[row, column])}: {shown}"
        return Cell(row, column, shown, lines)  # fmt: skip

    return Matrix(
        name=display.name,
        title=say.label("display", display.name),
        question=say.label("display question", display.name),
        how=" ".join(one for one in (_how(texts, say), displays.caution(display, say)) if one),
        rows=tuple((rows[key], key in wholes) for key in display.rows),
        columns=tuple((columns[key], key in wholes) for key in display.columns),
        cells=tuple(tuple(cell(row, column) for column in display.columns) for row in display.rows),
        texts=texts,
    )  # fmt: skip


def _how(texts: bool, say: Reader) -> str:
    if texts:
        return say("A cell holds the short texts of its rows, each with its id.")
    return say("A cell counts events: for / against, and third those without a side. Reports of one event count once.")


def _stances(joined: str, say: Reader) -> str:
    return ", ".join(say.label("stance", one) for one in joined.split(";"))


def _evidence(case: Case, ids: Sequence[str], say: Reader) -> pd.DataFrame:
    rows = case.evidence[case.evidence["evidence_id"].isin(ids)].sort_values("evidence_id")
    rows = rows.merge(case.sources[["source_id", "title", "publisher", "kind", "url"]], on="source_id", how="left")
    places = case.places.set_index("place")["name"]
    names = case.stakeholders.set_index("stakeholder_id")["short_name"]
    return pd.DataFrame(
        {
            "evidence_id": rows["evidence_id"],
            "date": [say.date(one) for one in rows["date"]],
            "place": rows["place"].map(places),
            "text": [say.column(row, "text") for _, row in rows.iterrows()],
            "speaker": [names.get(one, "") for one in rows["speaker"].fillna("")],
            "event_id": rows["event_id"],
            "document": rows["title"],
            "publisher": rows["publisher"].fillna(""),
            "source_kind": [say.label("source kind", one) for one in rows["kind"]],
            "url": rows["url"].fillna(""),
        }
    ).reset_index(drop=True)
