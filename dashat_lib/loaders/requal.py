"""Read a project of Requal: one SQLite file, in which several people code on a shared server."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from ..coded_project import CodedProject, Draft
from ..errors import message
from . import databases, loose_ends
from .coded_rows import CodingRow, add_codings, text_of
from .databases import ID, TEXT, WHOLE, Row, Tables
from .positions import Reading
from .stored_quotes import CODE_POINTS, Places, Rule, Text

_TABLES = (
    "projects", "users", "requal_version", "documents", "codes", "categories", "categories_codes_map", "segments", "memos",
    "memos_codes_map", "memos_documents_map", "memos_segments_map", "cases", "cases_documents_map", "attributes",
    "attribute_values", "attributes_cases_map", "attributes_documents_map", "attributes_users_map",
)  # fmt: skip
_LEFT = ("logs", "user_permissions")  # who did what when, who may do what: no data of the study
# The program cuts quotes out from the first to the last character, counted from 1, and takes over numbers of RQDA as they are.
_RULES = (
    Rule("code points from 1, the last one included", Reading(), before=-1),
    CODE_POINTS,
    Rule("code points from 0, the last one included", Reading(), after=1),
)
_LINKS = (("memos_codes_map", "code_id", "code"), ("memos_segments_map", "segment_id", "segment"))
_OF = {"case": "case", "document": "source"}
_TYPES = {"categorical": "Text", "numeric": "Float"}
_NO_VALUE = message("The value that it has is not in the file; it was taken as missing.")
_OF_CODER = message("Attributes of coders were left out; the number is that of their values.")


def recognises(path: Path) -> bool:
    """Say whether a file is a project of Requal."""
    tables = databases.tables_in(path) or frozenset()
    return {"documents", "segments", "codes"} <= tables and bool({"requal_version", "categories_codes_map"} & tables)


def read(
    path: Path, *, project: str | None = None, progress: Callable[[str, int, int], None] | None = None
) -> CodedProject:
    """Read a project of Requal.

    Whether the numbers of a segment begin at 0 or 1, and whether the last character belongs to it, is told by the quote that is
    stored with it; early versions do not say who coded.

    Parameters
    ----------
    project : str, optional
        Number or name of a project, where the file holds several.

    Raises
    ------
    DashatError
        If it is no database or damaged, or holds several projects and none is named.
    """
    draft = Draft("requal", path, name=path.stem, origin="Requal")
    tables = databases.read(path, draft.report, _TABLES, _LEFT, needed=("documents", "segments"), tool="Requal")
    one = _Project(draft, tables, path.name, project)
    texts = _add_sources(draft, one)
    _add_codes(draft, one)
    places = Places(texts, _RULES, draft.report, path.name)
    _add_codings(draft, one, places)
    draft.properties |= places.properties()
    _add_cases(draft, one)
    _add_attributes(draft, one)
    _add_memos(draft, one, places)
    _add_coders(draft, one)
    tables.tell_unread()
    loose_ends.tell(draft)
    return draft.finish()


class _Project:
    """The rows of one project."""

    def __init__(self, draft: Draft, tables: Tables, file: str, project: str | None) -> None:
        self._tables, self._report = tables, draft.report
        columns = {"project_name": TEXT, "project_description": TEXT, "created_at": TEXT}
        rows = [row | {"id": row["project_id"], "name": row["project_name"]} for row in tables.rows("projects", project_id=ID, **columns)]  # fmt: skip
        found = databases.chosen(file, rows, project)
        self._id = found["id"] if found else None
        self.alone = len(rows) < 2
        if found:
            about = {"name": found["name"], "description": found["project_description"], "created": found["created_at"]}
            draft.properties |= {key: value for key, value in about.items() if value}
        for row in self.rows("requal_version", version=TEXT)[:1]:
            draft.properties["version"] = row["version"] or ""

    def rows(self, table: str, key: str | None = None, left: tuple[str, ...] = (), **columns: str) -> list[Row]:
        """Return the rows of a table that belong to the project, or do not say to which they do; `key` is their own id."""
        kinds = {**columns, "project_id": ID, **({key: ID} if key else {})}
        rows = [row for row in self._tables.rows(table, left=left, **kinds) if row["project_id"] in (None, self._id)]
        return databases.own_ids(rows, key, table, self._report) if key else rows


def _add_sources(draft: Draft, one: _Project) -> dict[str, Text]:
    rows = one.rows("documents", "doc_id", doc_name=TEXT, doc_description=TEXT, doc_text=TEXT, user_id=ID, created_at=TEXT)  # fmt: skip
    texts = {row["doc_id"]: Text(row["doc_text"]) for row in rows if row["doc_text"]}
    for row in rows:
        draft.add("sources", source_id=row["doc_id"], name=row["doc_name"], kind="text", text=text_of(draft, row["doc_id"], texts), description=row["doc_description"], creator=row["user_id"], created=row["created_at"])  # fmt: skip
    return texts


def _add_codes(draft: Draft, one: _Project) -> None:
    for row in one.rows("codes", "code_id", ("user_id",), code_name=TEXT, code_description=TEXT, code_color=TEXT):
        draft.add("codes", code_id=row["code_id"], name=row["code_name"], description=row["code_description"], color=row["code_color"], is_codable=True)  # fmt: skip
    for row in one.rows("categories", "category_id", ("user_id",), category_name=TEXT, category_description=TEXT):
        draft.add("categories", category_id=row["category_id"], name=row["category_name"], description=row["category_description"])  # fmt: skip
    for row in one.rows("categories_codes_map", category_id=ID, code_id=ID):
        draft.add("category_codes", category_id=row["category_id"], code_id=row["code_id"])


def _add_codings(draft: Draft, one: _Project, places: Places) -> None:
    rows = one.rows("segments", "segment_id", user_id=ID, doc_id=ID, code_id=ID, segment_start=WHOLE, segment_end=WHOLE, segment_text=TEXT)  # fmt: skip
    add_codings(draft, places, [
        CodingRow(
            coding_id=row["segment_id"], source_id=row["doc_id"], code_id=row["code_id"], coder_id=row["user_id"],
            start=row["segment_start"], end=row["segment_end"], quote=row["segment_text"],
        )
        for row in rows
    ])  # fmt: skip


def _add_cases(draft: Draft, one: _Project) -> None:
    for row in one.rows("cases", "case_id", case_name=TEXT, case_description=TEXT):
        draft.add("cases", case_id=row["case_id"], name=row["case_name"], description=row["case_description"])
    for row in one.rows("cases_documents_map", case_id=ID, doc_id=ID):
        draft.add("case_members", case_id=row["case_id"], kind="source", target_id=row["doc_id"])


def _add_attributes(draft: Draft, one: _Project) -> None:
    for row in one.rows("attributes", "attribute_id", ("user_id",), attribute_name=TEXT, attribute_object=TEXT, attribute_type=TEXT):  # fmt: skip
        if row["attribute_object"] != "user":
            draft.add("attributes", attribute_id=row["attribute_id"], name=row["attribute_name"], type=_TYPES.get(row["attribute_type"], row["attribute_type"]), applies_to=_OF.get(row["attribute_object"]))  # fmt: skip
    values = {row["attribute_value_id"]: row["value"] for row in one.rows("attribute_values", left=("attribute_id",), attribute_value_id=ID, value=TEXT)}  # fmt: skip
    for table, column, kind in (("attributes_cases_map", "case_id", "case"), ("attributes_documents_map", "doc_id", "source")):  # fmt: skip
        for row in one.rows(table, attribute_id=ID, attribute_value_id=ID, case_id=ID, doc_id=ID):
            draft.report.tell("unknown_value", row["attribute_id"], _NO_VALUE, int(row["attribute_value_id"] not in values))  # fmt: skip
            draft.add("attribute_values", attribute_id=row["attribute_id"], kind=kind, target_id=row[column], value=values.get(row["attribute_value_id"]))  # fmt: skip
    of_coders = one.rows("attributes_users_map", left=("user_id", "attribute_id", "attribute_value_id"))
    draft.report.tell("attribute_of_coder", "attributes_users_map", _OF_CODER, len(of_coders))


def _add_memos(draft: Draft, one: _Project, places: Places) -> None:
    memos = {row["memo_id"]: row for row in one.rows("memos", "memo_id", user_id=ID, text=TEXT)}
    where: dict[str, Row] = {}
    for row in one.rows("memos_documents_map", memo_id=ID, doc_id=ID, memo_start=WHOLE, memo_end=WHOLE):
        if row["memo_id"] in memos or one.alone:
            where.setdefault(row["memo_id"], row)
            draft.add("memo_links", memo_id=row["memo_id"], kind="source", target_id=row["doc_id"])
    for memo, row in memos.items():
        at = where.get(memo, {"doc_id": None, "memo_start": None, "memo_end": None})
        start, end = places.range(f"memo {memo}", at["doc_id"], at["memo_start"], at["memo_end"])
        draft.add("memos", memo_id=memo, kind="note", text=row["text"], source_id=at["doc_id"], start=start, end=end, creator=row["user_id"])  # fmt: skip
    for table, column, kind in _LINKS:
        for row in one.rows(table, memo_id=ID, code_id=ID, segment_id=ID):
            if row["memo_id"] in memos or one.alone:
                draft.add("memo_links", memo_id=row["memo_id"], kind=kind, target_id=row[column])


def _add_coders(draft: Draft, one: _Project) -> None:
    for row in one.rows("users", "user_id", ("user_mail", "created_at"), user_login=TEXT, user_name=TEXT):
        draft.add("coders", coder_id=row["user_id"], name=row["user_name"] or row["user_login"] or row["user_id"])
