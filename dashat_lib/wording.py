"""Tables as the reader sees them: headings, words, numbers and names in the reader's language."""

from __future__ import annotations

import re
from collections.abc import Sequence
from html import escape
from typing import Any

import pandas as pd

from .tables import Case
from .words import Reader

NOTHING = "–"
# Which words a column holds; ";"-joined cells are labelled one by one.
KINDS = {
    "verdict": "verdict", "verdict_after": "verdict", "verdict_at_lower": "verdict", "verdict_at_upper": "verdict", "verdict_programme": "verdict", "tells": "tells", "counts": "outcome", "counts_above": "outcome", "other_verdict": "verdict", "baseline": "verdict", "qualifier": "qualifier", "stance": "stance", "polarity": "polarity",
    "sector": "sector", "level": "level", "relation": "relation", "method": "method", "reading": "reading",
    "confidence": "confidence", "coder_type": "coder_type", "group": "group", "role": "role", "change": "change",
    "unit": "unit", "reason": "reason", "reading_kind": "reading kind", "source_kind": "source kind",
    "coefficient": "coefficient", "rows_in": "rows in", "class": "class", "class_with_weak": "class", "classes": "class", "quadrant": "class", "roles": "class", "roles_by_rule": "class", "roles_coded": "class", "scheme": "scheme", "attribute": "attribute", "basis": "basis", "rests_on": "rests_on", "cut": "cut", "section": "section", "aspect": "aspect", "between": "between", "null": "null", "turns_without_kind": "source kind", "turns_without_sector": "sector", "measure_name": "measure", "band_kind": "band", "metric": "metric", "what": "what", "watched": "watched", "code_level": "code level", "decision": "decision", "action": "action",
    "roll_up": "roll-up", "exit": "exit", "shock": "shock", "sign": "sign", "dynamics": "dynamics", "dependency": "dependency", "sign_says": "dependency", "at_bounds": "dependency", "criterion": "criterion", "search": "search",
    "state": "verdict", "verdict_other": "verdict", "verdict_wider": "verdict", "status": "status", "framework": "framework", "other_framework": "framework",
    "framework_for": "framework", "framework_against": "framework", "frameworks_with": "framework", "frameworks_without": "framework", "why": "why",
    "likeness": "likeness", "counted": "counted", "direction": "counts as", "negative_case": "negative_case", "limit": "limit", "limit_says": "limit says",
    "part": "part",
    "tactic": "tactic", "result": "result", "finding_kind": "finding kind", "rival_verdict": "verdict", "test_verdict": "verdict",
}  # fmt: skip
YEARS = {"year", "year_from", "year_to"}  # written as they are, without a separator of thousands
# Columns of ids, and where their names stand: table, key, column or stem of a column a language.
NAMES = {
    "place": ("places", "place", "name"), "scope": ("places", "place", "name"), "code_id": ("codebook", "code_id", "label_"), "programme": ("programmes", "programme", "name_"),
    "stakeholder_id": ("stakeholders", "stakeholder_id", "short_name"), "speaker": ("stakeholders", "stakeholder_id", "short_name"),
    "source_stakeholder": ("stakeholders", "stakeholder_id", "short_name"), "target_stakeholder": ("stakeholders", "stakeholder_id", "short_name"),
}  # fmt: skip


def shown(
    table: pd.DataFrame,
    say: Reader,
    *,
    case: Case | None = None,
    columns: Sequence[str] | None = None,
    digits: int = 2,
) -> pd.DataFrame:
    """Return a table for reading: every cell is text in the reader's language. Compute with the table it came from.

    Parameters
    ----------
    case : Case, optional
        Names for ids of places, codes, stakeholders and programmes.
    columns : sequence of str, optional
        Which columns, in which order; all if not given. "label" stands for the label in the reader's language.
    digits : int
        Decimals of numbers that are not whole.
    """
    if f"label_{say.language}" in table and "label" not in table:
        table = table.assign(label=table[f"label_{say.language}"])
    table = table[list(columns)] if columns is not None else table
    cells = {}
    for name in table:
        names = _names(case, name, say) if case is not None else {}
        kind = KINDS.get(str(name).partition(".")[0])  # stance.A is a stance
        cells[say.label("column", str(name))] = [
            str(int(value))
            if name in YEARS and value == value
            else _cell(value, say, kind=kind, names=names, digits=digits)
            for value in table[name]
        ]
    return pd.DataFrame(cells, dtype="str")


def show(table: pd.DataFrame, say: Reader, **choices: Any) -> None:
    """Show a table in a notebook as :func:`shown` gives it, without row numbers: words to the left, numbers to the right, dates in one line."""
    from IPython.display import HTML, display

    display(HTML(html(shown(table, say, **choices))))


def html(words: pd.DataFrame) -> str:
    """Return a table of texts as HTML. A column whose cells all are numbers or empty stands to the right; short cells are not broken."""
    sides = {name: "right" if words[name].map(_is_number).all() and len(words) else "left" for name in words}
    style = {name: f"text-align:{side};vertical-align:top" for name, side in sides.items()}
    style |= {name: one + ";white-space:nowrap" for name, one in style.items() if _is_short(words[name])}
    head = "".join(f'<th style="text-align:{side}">{escape(name)}</th>' for name, side in sides.items())
    rows = "\n".join(
        "<tr>" + "".join(f'<td style="{style[name]}">{escape(one[name])}</td>' for name in words) + "</tr>"
        for one in words.to_dict("records")
    )
    return f"<table>\n<thead><tr>{head}</tr></thead>\n<tbody>\n{rows}\n</tbody>\n</table>"


def _is_number(cell: str) -> bool:
    return cell == NOTHING or re.fullmatch(r"[-+]?\d[\d.,]*", cell) is not None


def _is_short(cells: pd.Series) -> bool:
    """Whether a column holds nothing but numbers and dates."""
    return bool(cells.map(lambda one: _is_number(one) or re.fullmatch(r"\d{4}(-\d{2}){0,2}", one) is not None).all())


def _names(case: Case, column: object, say: Reader) -> dict[str, str]:
    if column not in NAMES:
        return {}
    name, key, stem = NAMES[str(column)]
    table = getattr(case, name)
    label = f"{stem}{say.language}" if stem.endswith("_") else stem
    return dict(zip(table[key], table[label if label in table else f"{stem}en"], strict=True))


def _cell(value: object, say: Reader, *, kind: str | None, names: dict[str, str], digits: int) -> str:
    if value is None or value is pd.NA or value != value:
        return NOTHING
    if isinstance(value, bool) or type(value).__name__ in ("bool_", "bool"):
        return say("yes") if value else say("no")
    if isinstance(value, str):
        if value in names:
            return names[value]
        return ", ".join(say.label(kind, one) for one in value.split(";")) if kind else value
    number = float(value)  # type: ignore[arg-type]
    return say.number(int(number)) if number.is_integer() else say.number(number, digits)
