"""Read a project of RQDA: one SQLite file, in which what was deleted stays and is only marked."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from ..coded_project import CodedProject, Draft
from ..errors import message
from . import databases, loose_ends
from .coded_rows import CodingRow, add_coding, add_codings, add_people, text_of
from .databases import ID, TEXT, WHOLE, Row, Tables
from .stored_quotes import AS_ONE, CODE_POINTS, Places, Text

_TABLES = (
    "project", "source", "freecode", "codecat", "treecode", "coding", "cases", "caselinkage", "filecat", "treefile",
    "attributes", "caseattr", "fileattr", "annotation", "journal", "image", "imagecoding",
)  # fmt: skip
_RULES = (CODE_POINTS, AS_ONE)
_LIVE = 1
_TYPES = {"character": "Text", "numeric": "Float"}
_WHO = ("owner", "date", "dateM")  # of a code, category, case or attribute: the model has no place for it
_DELETED = message("Rows that are marked deleted, or belong to something that is, were left out.")
_DELETED_CODING = message("The coding, its code or its document is marked deleted; it was left out.")


def recognises(path: Path) -> bool:
    """Say whether a file is a project of RQDA."""
    return {"freecode", "treecode", "coding", "source"} <= (databases.tables_in(path) or set())


def read(path: Path, *, progress: Callable[[str, int, int], None] | None = None) -> CodedProject:
    """Read a project of RQDA.

    Only what is marked live is read, in every table; the rest is counted. Positions are code points, from 0, the end exclusive.
    The id of a coding is the number of its row.

    Raises
    ------
    DashatError
        If it is no database or damaged.
    """
    draft = Draft("rqda", path, name=path.stem, origin="RQDA")
    tables = databases.read(path, draft.report, _TABLES, needed=("source", "freecode"), tool="RQDA")
    for row in tables.rows("project", left=("about", "imageDir"), databaseversion=TEXT, memo=TEXT, date=TEXT, dateM=TEXT)[:1]:  # fmt: skip
        found = {"version": row["databaseversion"], "description": row["memo"], "created": row["date"], "modified": row["dateM"]}  # fmt: skip
        draft.properties |= {key: value for key, value in found.items() if value}
    live = _Live(tables, draft)
    texts = _add_sources(draft, live)
    _add_codes(draft, live)
    places = Places(texts, _RULES, draft.report, path.name)
    _add_codings(draft, live, places)
    draft.properties |= places.properties()
    _add_images(draft, live)
    _add_cases(draft, live, places)
    _add_attributes(draft, live)
    _add_memos(draft, live, places)
    add_people(draft, [])
    tables.tell_unread()
    loose_ends.tell(draft)
    return draft.finish()


class _Live:
    """The rows that are marked live; remembers which ids are not."""

    def __init__(self, tables: Tables, draft: Draft) -> None:
        self._tables, self._report = tables, draft.report
        self._dead: dict[str, set[str]] = {}

    def rows(
        self, table: str, *, key: str | None = None, of: Mapping[str, str] | None = None, left: tuple[str, ...] = _WHO, **columns: str
    ) -> list[Row]:  # fmt: skip
        """Return the live rows of a table.

        Parameters
        ----------
        key : the column that is its own id; the dead ones are remembered
        of : column -> the table to whose id it refers; a row goes with what it belongs to
        """
        of = of or {}
        kinds = {**columns, **dict.fromkeys(of, ID), **({key: ID} if key else {})}
        rows = self._tables.rows(table, left=left, status=WHOLE, **kinds)
        marked = self._tables.has(table, "status")  # versions before 0.1.9 marked no values of attributes
        found = [
            row
            for row in rows
            if (row["status"] == _LIVE or not marked)
            and not any(row[column] in self._dead[other] for column, other in of.items())
        ]
        if table in ("coding", "imageCoding"):
            self._report.tell("deleted_coding", table, _DELETED_CODING, len(rows) - len(found))
        else:
            self._report.tell("deleted_row", table, _DELETED, len(rows) - len(found))
        if key:
            databases.own_ids(found, key, table, self._report)
            self._dead[table] = {row[key] for row in rows} - {row[key] for row in found}
        return found


def _add_sources(draft: Draft, live: _Live) -> dict[str, Text]:
    rows = live.rows("source", key="id", left=(), name=TEXT, file=TEXT, memo=TEXT, owner=ID, date=TEXT, dateM=TEXT)
    texts = {row["id"]: Text(row["file"]) for row in rows if row["file"]}
    for row in rows:
        draft.add("sources", source_id=row["id"], name=row["name"], kind="text", text=text_of(draft, row["id"], texts), description=row["memo"], creator=row["owner"], created=row["date"], modified=row["dateM"])  # fmt: skip
    for row in live.rows("filecat", key="catid", left=(*_WHO, "fid"), name=TEXT, memo=TEXT):
        draft.add("sets", set_id=row["catid"], name=row["name"], description=row["memo"])
    for row in live.rows("treefile", of={"fid": "source", "catid": "filecat"}):
        draft.add("set_members", set_id=row["catid"], kind="source", target_id=row["fid"])
    return texts


def _add_codes(draft: Draft, live: _Live) -> None:
    for row in live.rows("freecode", key="id", name=TEXT, memo=TEXT, color=TEXT):
        draft.add("codes", code_id=row["id"], name=row["name"], description=row["memo"], color=row["color"], is_codable=True)  # fmt: skip
    for row in live.rows("codecat", key="catid", left=(*_WHO, "cid"), name=TEXT, memo=TEXT):
        draft.add("categories", category_id=row["catid"], name=row["name"], description=row["memo"])
    for row in live.rows("treecode", of={"cid": "freecode", "catid": "codecat"}):
        draft.add("category_codes", category_id=row["catid"], code_id=row["cid"])


def _add_codings(draft: Draft, live: _Live, places: Places) -> None:
    rows = live.rows("coding", of={"cid": "freecode", "fid": "source"}, left=(), seltext=TEXT, selfirst=WHOLE, selend=WHOLE, owner=ID, date=TEXT, memo=TEXT)  # fmt: skip
    add_codings(draft, places, [
        CodingRow(coding_id=row["#"], source_id=row["fid"], code_id=row["cid"], coder_id=row["owner"], start=row["selfirst"], end=row["selend"], quote=row["seltext"], comment=row["memo"], created=row["date"])
        for row in rows
    ])  # fmt: skip


def _add_images(draft: Draft, live: _Live) -> None:
    for row in live.rows("image", key="id", left=("dateM",), name=TEXT, owner=ID, date=TEXT):
        draft.add("sources", source_id=f"image {row['id']}", name=row["name"], kind="picture", creator=row["owner"], created=row["date"])  # fmt: skip
    rows = live.rows("imageCoding", of={"cid": "freecode", "iid": "image"}, left=("dateM",), x1=WHOLE, y1=WHOLE, x2=WHOLE, y2=WHOLE, memo=TEXT, owner=ID, date=TEXT)  # fmt: skip
    for row in rows:
        segment, source = f"image {row['#']}", f"image {row['iid']}"
        draft.add("segments", segment_id=segment, source_id=source, kind="picture", **{one: row[one] for one in ("x1", "y1", "x2", "y2")}, comment=row["memo"], creator=row["owner"], created=row["date"])  # fmt: skip
        add_coding(draft, segment, source, row["cid"], row["owner"], row["date"])


def _add_cases(draft: Draft, live: _Live, places: Places) -> None:
    for row in live.rows("cases", key="id", name=TEXT, memo=TEXT):
        draft.add("cases", case_id=row["id"], name=row["name"], description=row["memo"])
    for row in live.rows("caselinkage", of={"caseid": "cases", "fid": "source"}, selfirst=WHOLE, selend=WHOLE):
        start, end = places.part(f"caselinkage {row['#']}", row["fid"], row["selfirst"], row["selend"])
        draft.add("case_members", case_id=row["caseid"], kind="source", target_id=row["fid"], start=start, end=end)


def _add_attributes(draft: Draft, live: _Live) -> None:
    columns: dict[str, Any] = {"memo": TEXT, "class": TEXT}
    for row in live.rows("attributes", key="name", **columns):
        draft.add("attributes", attribute_id=row["name"], name=row["name"], type=_TYPES.get(row["class"], row["class"]), description=row["memo"])  # fmt: skip
    for table, kind, column, other in (
        ("caseAttr", "case", "caseID", "cases"),
        ("fileAttr", "source", "fileID", "source"),
    ):
        for row in live.rows(table, of={column: other, "variable": "attributes"}, value=TEXT):
            draft.add("attribute_values", attribute_id=row["variable"], kind=kind, target_id=row[column], value=row["value"])  # fmt: skip


def _add_memos(draft: Draft, live: _Live, places: Places) -> None:
    for row in live.rows("annotation", of={"fid": "source"}, left=(), position=WHOLE, annotation=TEXT, owner=ID, date=TEXT, dateM=TEXT):  # fmt: skip
        memo = f"annotation {row['#']}"
        start, end = places.range(memo, row["fid"], row["position"], row["position"])
        draft.add("memos", memo_id=memo, kind="annotation", text=row["annotation"], source_id=row["fid"], start=start, end=end, creator=row["owner"], created=row["date"], modified=row["dateM"])  # fmt: skip
    for row in live.rows("journal", left=(), name=TEXT, journal=TEXT, owner=ID, date=TEXT, dateM=TEXT):
        draft.add("memos", memo_id=f"journal {row['#']}", kind="journal", name=row["name"], text=row["journal"], creator=row["owner"], created=row["date"], modified=row["dateM"])  # fmt: skip
