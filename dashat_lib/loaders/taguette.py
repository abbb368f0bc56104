"""Read a project of Taguette: its SQLite file, or one of the tables and pages that it exports."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..coded_project import CodedProject, Draft
from ..errors import message
from . import databases, html_text, loose_ends, opening, taguette_exports
from .coded_rows import add_coding, add_people, shown, text_of
from .databases import ID, TEXT, WHOLE, Row, Tables
from .stored_quotes import UTF_8, Places, Quote, Shown, Text, refuse_long

_APPLICATION = bytes.fromhex("54677474")  # stands in the header of the database
_TABLES = (
    "projects", "users", "project_members", "documents", "tags", "highlights", "highlight_tags", "commands",
)  # fmt: skip
_LEFT = ("alembic_version",)
_ACCOUNT = ("created", "hashed_password", "disabled", "password_set_date", "language", "email", "email_sent")
_ALL = "admin"

_ONE_FOR_ALL = message("Taguette names 'admin' in what it exports for one computer, whoever coded; several people may stand behind it.")  # fmt: skip
_OF_HIGHLIGHT = message("The log does not say who gave the tag, as tags were merged; it is put down to whoever made the highlight.")  # fmt: skip
_OTHER = message("The database holds another project, which was not asked for.")
_ODD_COMMAND = message("The entry of the log cannot be read; who coded may be missing.")


def recognises(path: Path) -> bool:
    """Say whether a file is a database of Taguette, or a table or page that it exports."""
    tables = databases.tables_in(path)
    if tables:
        return _marked(path) or {"projects", "documents", "tags", "highlights", "highlight_tags"} <= tables
    return tables is not None and taguette_exports.recognises(path)


def read(
    path: Path, *, project: str | None = None, progress: Callable[[str, int, int], None] | None = None
) -> CodedProject:
    """Read a project of Taguette.

    Documents are HTML; positions in them are UTF-8 bytes of the text without tags. Line breaks are added where blocks meet, after
    the positions were found. Tags are flat, whatever their names look like, unless the database says which lies below which. Who
    gave a tag is told by the log; without a log, by who is the only member.

    Parameters
    ----------
    project : str, optional
        Number or name of a project, where the database holds several.

    Raises
    ------
    DashatError
        If it is no database or damaged, holds several projects and none is named, or is no table or page of Taguette.
    """
    if not opening.is_sqlite(path):
        return taguette_exports.read(path, project=project)
    draft = Draft("taguette", path, name=path.stem, origin="Taguette")
    tables = databases.read(path, draft.report, _TABLES, _LEFT, needed=("documents", "highlights"), tool="Taguette")
    one = _Project(draft, tables, path.name, project)
    log = _Log(draft, one)
    texts = _add_sources(draft, one, log)
    _add_tags(draft, one)
    _add_highlights(draft, one, Places(texts, [UTF_8], draft.report, path.name), log)
    add_people(draft, log.members)
    given = draft.column("codings", "coder_id")
    draft.report.tell("one_for_all", _ALL, _ONE_FOR_ALL, len(given) if set(given) == {_ALL} else 0)
    tables.tell_unread()
    loose_ends.tell(draft)
    return draft.finish()


def _marked(path: Path) -> bool:
    try:
        with path.open("rb") as file:
            return file.read(72)[68:] == _APPLICATION
    except OSError:
        return False


class _Project:
    """The rows of one project of the database."""

    def __init__(self, draft: Draft, tables: Tables, file: str, project: str | None) -> None:
        self._tables, self._report = tables, draft.report
        rows = tables.rows("projects", id=ID, name=TEXT, description=TEXT, created=TEXT)
        found = databases.chosen(file, rows, project)
        self._id = found["id"] if found else None
        if found:
            about = {"name": found["name"], "description": found["description"], "created": found["created"]}
            draft.properties |= {key: value for key, value in about.items() if value}
        for row in rows:
            draft.report.tell("other_project", row["id"], _OTHER, int(row["id"] != self._id))
        self.elsewhere = {row["id"] for row in tables.rows("documents", id=ID, project_id=ID) if not self._holds(row)}

    def rows(self, table: str, left: tuple[str, ...] = (), **columns: str) -> list[Row]:
        """Return the rows of a table that belong to the project, or do not say to which they do."""
        return [row for row in self._tables.rows(table, left=left, project_id=ID, **columns) if self._holds(row)]

    def _holds(self, row: Row) -> bool:
        return row["project_id"] in (None, self._id) or self._id is None


class _Log:
    """Who did what, as far as the log is kept.

    Attributes
    ----------
    members : list of str
        Who may see the project.
    documents : mapping id of a document -> who added it
    first, last : mapping id of a highlight -> who made it, who changed it last, and when
    """

    def __init__(self, draft: Draft, one: _Project) -> None:
        one.rows("users", left=("login", *_ACCOUNT))
        self.members = [row["user_login"] for row in one.rows("project_members", left=("privileges",), user_login=ID) if row["user_login"]]  # fmt: skip
        self.documents: dict[str, str] = {}
        self.first: dict[str, _Did] = {}
        self.last: dict[str, _Did] = {}
        self._given: dict[tuple[str, str], _Did] = {}
        self._people: set[str | None] = set()
        self._report = draft.report
        for row in one.rows("commands", left=("id",), date=TEXT, user_login=ID, document_id=ID, payload=TEXT):
            payload = _payload(row["payload"])
            if payload is None:
                draft.report.tell("odd_command", row["#"], _ODD_COMMAND)
            elif payload.get("type") == "document_add" and row["document_id"]:
                self.documents.setdefault(row["document_id"], row["user_login"])
            elif payload.get("type") == "highlight_add":
                self._highlight(str(payload.get("highlight_id")), payload.get("tags"), _Did(row["user_login"], row["date"]))  # fmt: skip

    def _highlight(self, highlight: str, tags: Any, did: _Did) -> None:
        if highlight in self.first:  # a change is logged as the highlight anew, with the tags that it has then
            self.last[highlight] = did
        self.first.setdefault(highlight, did)
        self._people.add(did.who)
        for tag in tags if isinstance(tags, list) else []:
            self._given.setdefault((highlight, str(tag)), did)

    def who(self, highlight: str, tag: str) -> _Did:
        """Return who gave a highlight a tag, and when."""
        if (highlight, tag) in self._given:
            return self._given[highlight, tag]
        if highlight in self.first:  # merging tags is logged without the highlights that it touches
            self._report.tell("coder_of_highlight", f"{highlight}:{tag}", _OF_HIGHLIGHT, int(len(self._people) > 1))
            return self.first[highlight]
        return _Did(self.members[0] if len(self.members) == 1 else None, None)


@dataclass(frozen=True)
class _Did:
    who: str | None
    when: str | None


def _payload(text: str | None) -> dict[str, Any] | None:
    try:
        found = json.loads(text or "")
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


def _add_sources(draft: Draft, one: _Project, log: _Log) -> dict[str, Text]:
    rows = one.rows("documents", ("text_direction",), id=ID, name=TEXT, description=TEXT, filename=TEXT, created=TEXT, contents=TEXT)  # fmt: skip
    databases.own_ids(rows, "id", "documents", draft.report)
    texts = {row["id"]: Text(*_shown(row["contents"], row["id"], draft)) for row in rows if row["contents"]}
    for row in rows:
        draft.add("sources", source_id=row["id"], name=row["name"], kind="text", text=text_of(draft, row["id"], texts), path=row["filename"], description=row["description"], creator=log.documents.get(row["id"]), created=row["created"])  # fmt: skip
    return texts


def _add_tags(draft: Draft, one: _Project) -> None:
    rows = one.rows("tags", id=ID, path=TEXT, description=TEXT, parent_id=ID)
    for row in databases.own_ids(rows, "id", "tags", draft.report):
        draft.add("codes", code_id=row["id"], parent_id=row["parent_id"], name=row["path"], description=row["description"], is_codable=True)  # fmt: skip


def _add_highlights(draft: Draft, one: _Project, places: Places, log: _Log) -> None:
    everywhere = one.rows("highlights", id=ID, document_id=ID, start_offset=WHOLE, end_offset=WHOLE, snippet=TEXT)
    databases.own_ids(everywhere, "id", "highlights", draft.report)
    rows = [row for row in everywhere if row["document_id"] not in one.elsewhere]
    for row, cut in zip(rows, places.cut([_quote(row, draft) for row in rows]), strict=True):
        made, changed = (did.get(row["id"], _Did(None, None)) for did in (log.first, log.last))
        draft.add(
            "segments", segment_id=row["id"], source_id=row["document_id"], kind="text", start=cut.start, end=cut.end,
            raw_start=shown(row["start_offset"]), raw_end=shown(row["end_offset"]), text=cut.text, stored_text=cut.stored_text,
            creator=made.who, created=made.when, modifier=changed.who, modified=changed.when,
        )  # fmt: skip
    draft.properties |= places.properties()
    documents = {row["id"]: row["document_id"] for row in rows}
    elsewhere = {row["id"] for row in everywhere} - documents.keys()
    for row in one.rows("highlight_tags", highlight_id=ID, tag_id=ID):
        highlight, tag = row["highlight_id"], row["tag_id"]
        if highlight not in elsewhere:
            did = log.who(highlight, tag)
            add_coding(draft, f"{highlight}:{tag}", documents.get(highlight), tag, did.who, did.when, segment_id=highlight)  # fmt: skip


def _quote(row: Row, draft: Draft) -> Quote:
    plain, seen = _shown(row["snippet"] or "", row["id"], draft)
    return Quote(row["id"], row["document_id"], row["start_offset"], row["end_offset"], plain, seen.text)


def _shown(source: str, name: str, draft: Draft) -> tuple[str, Shown]:
    refuse_long(source, name, draft.file.name)
    return html_text.shown(source)
