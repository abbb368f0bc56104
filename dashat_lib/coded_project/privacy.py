"""A project without what participants said, what coders wrote down, and anybody's name."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pandas as pd

from ..errors import message
from .ids import KEYS, POINTS, finder, pointed, renamed
from .model import CodedProject, Entry, Report

# Columns that go, whatever they hold.
_GO: dict[str, tuple[str, ...]] = {
    "sources": ("text", "path", "rich_path", "description"),
    "segments": ("text", "stored_text", "name", "comment"),
    "codes": ("description",),
    "categories": ("description",),
    "coders": ("initials",),
    "codings": ("comment",),
    "cases": ("description",),
    "attributes": ("description",),
    "attribute_values": ("value",),
    "memos": ("text", "name", "description", "path", "rich_path"),
    "sets": ("description",),
    "links": ("name",),
}
# Columns that stay where they hold what they are for: a program's file may hold anything there.
_NUMBER, _TIME = re.compile(r"[-+\d.,:;/ ]{1,40}"), re.compile(r"[-+\d.,:/ TZ]{1,40}")
_COLOUR = re.compile(r"#?[0-9A-Fa-f]{3,8}|-?\d{1,10}|rgba?\([\d., %]{1,30}\)", re.IGNORECASE)
_ONLY = {
    "raw_start": _NUMBER, "raw_end": _NUMBER, "raw_position": _NUMBER, "weight": _NUMBER, "created": _TIME, "modified": _TIME, "color": _COLOUR,
}  # fmt: skip
_PROPERTIES = ("origin", "version", "created", "modified", "unit", "line_break", "encoding", "data_rows", "table", "file_type", "cooccurrence", "groundedness")  # fmt: skip
# Ids of these stay, as their names do.
_STAY = ("codes", "categories", "sets", "attributes")
_CALLED = {
    "sources": "document", "coders": "coder", "cases": "case", "segments": "segment", "codings": "coding", "memos": "memo",
    "passages": "passage", "links": "link", "sync_points": "sync-point",
}  # fmt: skip
_NAMED = ("coders", "sources", "cases")

_LEFT_OUT = message("Texts, names, comments, descriptions and values were left out. Names of codes, categories, sets and attributes remain: look through them before you share the file.")  # fmt: skip


def without_texts(project: CodedProject) -> CodedProject:
    """Return a project that holds positions, counts and codings, but nothing that was said or written down, and nobody's name.

    People, documents and cases are called ``coder-1``, ``document-1``, ``case-1`` by their order, in names and ids, and so are all
    other ids that a program may have made of names. Names of codes, categories, sets and attributes stay. Where a report or a
    property of the file named something, only what it counts stays.

    Two projects that went through here cannot be merged: ``coder-1`` of both need not be one person.

    Returns
    -------
    CodedProject
        The last entry of its ``load_report`` is ``text_left_out``; `n` counts the cells that are empty or called otherwise now.
    """
    report = Report()
    to = _new_ids(project)
    tables = {}
    for name, table in project.tables():
        table = renamed(name, table, to)
        for column in _GO.get(name, ()):
            report.tell("text_left_out", f"{name}.{column}", _LEFT_OUT, int(table[column].notna().sum()))
            table[column] = pd.Series(pd.NA, table.index, dtype="str")
        for column in [column for column in table if column in _ONLY]:
            kept = [one if isinstance(one, str) and _ONLY[column].fullmatch(one) else None for one in table[column]]
            report.tell("text_left_out", f"{name}.{column}", _LEFT_OUT, kept.count(None) - int(table[column].isna().sum()))  # fmt: skip
            table[column] = pd.Series(kept, table.index, dtype="str")
        if name in _NAMED:
            report.tell("text_left_out", f"{name}.name", _LEFT_OUT, int(table["name"].notna().sum()))
            table["name"] = table[KEYS[name]]
        tables[name] = table
    tables["passages"]["speaker"] = _speakers(project, to["cases"], report)
    report.tell("text_left_out", "kept.xml", _LEFT_OUT, len(project.kept))
    tables["kept"] = project.kept.iloc[:0]
    properties = {key: value for key, value in project.properties.items() if key in _PROPERTIES}
    report.tell(
        "text_left_out", "project", _LEFT_OUT, len(project.properties) - len(properties) + 1
    )  # and the file's name
    return replace(
        project, file=Path(f"project{project.file.suffix}"), properties=properties,
        load_report=(*map(_nameless, project.load_report), *report.entries()),
        **tables,
    )  # fmt: skip


def _new_ids(project: CodedProject) -> dict[str, dict[str, str]]:
    """Return the new id of each id, also of one that is only pointed at."""
    to: dict[str, dict[str, str]] = {name: {} for name in (*KEYS, "*")}

    def call(table: str, one: str) -> None:
        if one not in to[table]:
            to[table][one] = one if table in _STAY else f"{_CALLED.get(table, 'unknown')}-{len(to[table]) + 1}"

    for name, key in KEYS.items():
        for one in getattr(project, name)[key].dropna():
            call(name, one)
    find = finder(to)
    lost = [
        (of, one)
        for name, columns in POINTS.items()
        for column in columns
        for of, one in pointed(name, getattr(project, name), column)
        if one is not None and find(of, one) is None
    ]
    for of, one in lost:
        call(of, one)
    return to


def _speakers(project: CodedProject, cases: Mapping[str, str], report: Report) -> pd.Series:
    """Return the speakers of passages, called as the cases of their names are."""
    called = {name: cases[own] for own, name in zip(project.cases["case_id"], project.cases["name"], strict=True) if isinstance(own, str) and isinstance(name, str)}  # fmt: skip
    speakers = project.passages["speaker"]
    for n, name in enumerate((one for one in speakers.dropna().unique() if one not in called), start=1):
        called[name] = f"speaker-{n}"
    report.tell("text_left_out", "passages.speaker", _LEFT_OUT, int(speakers.notna().sum()))
    return pd.Series([called.get(one) if isinstance(one, str) else None for one in speakers], speakers.index, dtype="str")  # fmt: skip


def _nameless(entry: Entry) -> Entry:
    """Return an entry of a report without the places and words that it names."""
    return replace(entry, where="", details={key: "…" if isinstance(value, str) else value for key, value in entry.details.items()})  # fmt: skip
