"""REFI-QDA knows only GUIDs: what becomes of other ids."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from typing import Any

from ..coded_project import CodedProject, Draft
from ..coded_project.ids import KEYS, OF_KIND
from ..coded_project.model import COLUMNS, plain
from ..errors import message
from ..loaders.refi_frames import MADE, normal
from ..loaders.refi_values import GUID

IDS = {table: key for table, key in KEYS.items() if table != "passages"}  # passages have no room in REFI-QDA
# Column -> table of its ids. A column of one name means one thing in all tables, but for parent_id, target_id and links.
_POINTS = {column: table for table, column in IDS.items()} | {
    "creator": "coders", "modifier": "coders", "part_of": "sources", "from_sync": "sync_points", "to_sync": "sync_points",
}  # fmt: skip


def draft_of(project: CodedProject) -> Draft:
    """Return the tables of a project as a draft, to be changed; a value that is missing is None."""
    draft = Draft(project.format, project.file, **project.properties)
    for name, table in project.tables():
        for column in table:
            draft.column(name, column)[:] = plain(table[column])
    return draft


def rows(draft: Draft, table: str) -> Iterator[dict[str, Any]]:
    """Yield the rows of a table; they are copies."""
    names = tuple(COLUMNS[table])
    for values in zip(*(draft.column(table, name) for name in names), strict=True):
        yield dict(zip(names, values, strict=True))


def made(table: str, what: str) -> str:
    """Return a GUID made from a table and an id; the same for the same."""
    return str(uuid.uuid5(MADE, f"{table}:{what}"))


def give_guids(draft: Draft) -> None:
    """Make a GUID of each id that is none, wherever it stands, and tell of it."""
    known: dict[tuple[str | None, str], str] = {}

    def guid(table: str | None, id: str | None) -> str | None:
        if id is None:
            return None
        if (table, id) not in known:
            known[table, id] = (normal(id) or id) if GUID.fullmatch(id) else made(table or "", id)
        return known[table, id]

    for table, column in IDS.items():
        ids = draft.column(table, column)
        others = sum(id is None or not GUID.fullmatch(id) for id in ids)
        draft.report.tell("id_made", table, message("REFI-QDA knows only GUIDs as ids; one was made from the table and the id."), others)  # fmt: skip
        ids[:] = [guid(table, f"#{at}" if id is None else id) for at, id in enumerate(ids)]
    for table, columns in COLUMNS.items():
        for column in columns:
            to = table if column == "parent_id" else _POINTS.get(column)
            if to and IDS.get(table) != column and table != "kept":
                draft.column(table, column)[:] = [guid(to, id) for id in draft.column(table, column)]
        if {"kind", "target_id"} <= set(columns):
            kinds, ids = draft.column(table, "kind"), draft.column(table, "target_id")
            ids[:] = [guid(OF_KIND.get(kind or ""), id) for kind, id in zip(kinds, ids, strict=True)]
    anywhere = {id: new for (_, id), new in known.items()}
    for table, column in (("links", "origin_id"), ("links", "target_id"), ("kept", "parent_id")):
        ids = draft.column(table, column)
        ids[:] = [None if id is None else anywhere.get(id) or guid(None, id) for id in ids]
    for name in ("creator", "modifier"):
        if name in draft.properties:
            draft.properties[name] = guid("coders", draft.properties[name]) or ""
