"""Read a project of QualCoder: a folder NAME.qda with a SQLite file data.qda and the documents beside it."""

from __future__ import annotations

import os
import re
from collections import Counter
from collections.abc import Callable
from pathlib import Path, PurePosixPath
from typing import Any

from ..coded_project import CodedProject, Draft
from ..errors import DashatError, Problem, message
from . import databases, loose_ends
from .coded_rows import CodingRow, add_coding, add_codings, add_people, text_of
from .databases import ID, TEXT, WHOLE, Row, Tables
from .stored_quotes import AS_ONE, CODE_POINTS, UTF_16, UTF_16_AS_ONE, Places, Text

DATABASE = "data.qda"
NEWEST = 17
_TABLES = (
    "project", "source", "code_name", "code_cat", "code_text", "code_image", "code_av", "annotation", "cases", "case_text",
    "attribute_type", "attribute", "journal", "coder_names",
)  # fmt: skip
# The program counts code points, its editor UTF-16 units and a CRLF as one: both are found in one project.
_RULES = (CODE_POINTS, UTF_16, AS_ONE, UTF_16_AS_ONE)
_WHO = ("owner", "date")  # of a code, category, case or attribute: the model has no place for it
_TYPES = {"character": "Text", "numeric": "Float"}
_KINDS = {"images": "picture", "audio": "audio", "video": "video", "docs": "text"}
_ROLES = {"picture": "description", "pdf": "representation", "audio": "transcript", "video": "transcript"}
_OF = {"case": "case", "file": "source"}
_FOLDERS = {"docs": "documents"}  # else the word of the path is the folder
_SPEAKERS = "📌 Speaker coding"  # stands as coder where the program marked who speaks
_LINKED = re.compile(r"(docs|images|audio|video):")
_BELOW = re.compile(r"/(docs|images|audio|video)/")

_MISSING_FILE = message("The file is not in the folder of the project; what the database says of it was read.")
_OUTSIDE_FILE = message("The file stands outside the project and was not looked at; its path was kept.")
_ODD_PATH = message("The path is none that QualCoder writes; the document is taken for a text.")
_HIDDEN = message("The coder is hidden in QualCoder, whose reports may leave the codings out; they were read.")
_NO_PERSON = message("QualCoder gave the code itself, to mark who speaks; leave it out where coders are compared.")
_IMPORTANT = message("The coding is marked important; it has the weight 1.")
_NO_TRANSCRIPT = message("The link was kept; the file does not hold the transcript that it leads to.")
_AREA = message("The area counts from the upper left of a page whose height the database does not hold; it was kept only as it is stored.")  # fmt: skip
_NEWER = message("The project is of a newer version than those that are known; what is new in it is not read.")
_NO_ATTRIBUTE_OF = message("The attribute is neither of a case nor of a document; its values were left out.")
_NOT_NUMERIC = message("The attribute is numeric, the value is not; it was kept as text.")


def recognises(path: Path) -> bool:
    """Say whether a path is a project of QualCoder: its folder or the database in it.

    A database of which not even the list of tables can be read is taken too, so that reading says what is wrong with it.
    """
    if path.is_dir():
        return (path / DATABASE).is_file()
    tables = databases.tables_in(path)
    return tables is None or {"code_name", "code_text", "source"} <= tables


def read(path: Path, *, progress: Callable[[str, int, int], None] | None = None) -> CodedProject:
    """Read a project of QualCoder, of any version: whatever tables and columns are there.

    Of the folder only data.qda is opened. Segments and codings are called ``text``, ``image`` or ``av`` and their number, coders
    by their name. A PDF is a document whose text stands apart, as its ``representation``; a transcript is a document of its own,
    and a link leads to it.

    Raises
    ------
    DashatError
        If the folder holds no data.qda, or if that is no database or damaged.
    """
    database = _database(path)
    folder = database.parent
    draft = Draft("qualcoder", path, name=folder.stem if folder.suffix == ".qda" else path.stem)
    tables = databases.read(database, draft.report, _TABLES, needed=("source", "code_name"), tool="QualCoder")
    listed = _tell_project(draft, tables)
    sources = _Sources(draft, tables, folder)
    _add_codes(draft, tables)
    places = Places(sources.texts, _RULES, draft.report, database.name)
    _add_text_codings(draft, tables, sources, places)
    draft.properties |= places.properties()
    _add_area_codings(draft, tables, sources)
    _add_time_codings(draft, tables, sources)
    _add_cases(draft, tables, sources, places)
    _add_attributes(draft, tables)
    _add_memos(draft, tables, sources, places)
    _add_coders(draft, tables, listed)
    tables.tell_unread()
    loose_ends.tell(draft)
    return draft.finish()


def _database(path: Path) -> Path:
    if not path.is_dir():
        return path
    database = path / DATABASE
    if not database.is_file():
        raise DashatError(Problem(path.name, None, None, None, message("holds no {database}, so it is no project of QualCoder."), message("Give the folder whose name ends in .qda."), {"database": DATABASE}))  # fmt: skip
    if database.is_symlink():
        raise DashatError(Problem(path.name, None, None, None, message("has a {database} that leads outside the folder."), message("Give the folder in which the database itself stands."), {"database": DATABASE}))  # fmt: skip
    return database


def _tell_project(draft: Draft, tables: Tables) -> list[str]:
    """Note what the project says of itself and return the coder who is named there."""
    rows = tables.rows("project", left=("recently_used_codes",), databaseversion=TEXT, date=TEXT, memo=TEXT, about=TEXT, codername=ID)  # fmt: skip
    for row in rows[:1]:
        found = {"origin": row["about"], "version": row["databaseversion"], "created": row["date"], "description": row["memo"]}  # fmt: skip
        draft.properties |= {key: value for key, value in found.items() if value}
        version = re.fullmatch(r"v(\d{1,4})", row["databaseversion"] or "")
        draft.report.tell("newer_version", row["databaseversion"], _NEWER, int(version is not None and int(version[1]) > NEWEST))  # fmt: skip
    return [row["codername"] for row in rows if row["codername"]]


class _Sources:
    """The documents: of what kind each is, and which source holds its text."""

    def __init__(self, draft: Draft, tables: Tables, folder: Path) -> None:
        self._draft, self._folder = draft, folder
        self.kinds: dict[str, str] = {}
        self.texts: dict[str, Text] = {}
        rows = tables.rows("source", left=("risid",), id=ID, name=TEXT, fulltext=TEXT, mediapath=TEXT, memo=TEXT, owner=ID, date=TEXT, av_text_id=ID)  # fmt: skip
        for row in databases.own_ids(rows, "id", "source", draft.report):
            self._add(row)
        for row in rows:
            if row["av_text_id"]:
                draft.report.tell("unknown_source", row["id"], _NO_TRANSCRIPT, int(row["av_text_id"] not in self.kinds))
                draft.add("links", link_id=f"transcript {row['id']}", name="transcript", direction="Associative", origin_id=row["id"], target_id=row["av_text_id"])  # fmt: skip

    def text(self, source: str | None) -> str | None:
        """Return the id of the source in which the text of a document stands."""
        return f"{source} text" if f"{source} text" in self.texts else source

    def _add(self, row: Row) -> None:
        source, kind = row["id"], self._kind(row["name"] or row["id"], row["mediapath"])
        about = {"creator": row["owner"], "created": row["date"]}
        self.kinds[source] = kind
        own = source if kind == "text" else f"{source} text"
        if row["fulltext"]:
            self.texts[own] = Text(row["fulltext"])
        text = text_of(self._draft, own, self.texts) if kind in ("text", "pdf") or own in self.texts else None
        self._draft.add("sources", source_id=source, name=row["name"], kind=kind, text=text if own == source else None, path=row["mediapath"], description=row["memo"], **about)  # fmt: skip
        if own != source and own in self.texts:
            self._draft.add("sources", source_id=own, name=row["name"], kind="text", part_of=source, role=_ROLES[kind], text=text, **about)  # fmt: skip

    def _kind(self, name: str, path: str | None) -> str:
        if not path:
            return "text"
        inside, linked = _BELOW.match(path), _LINKED.match(path)
        found = inside or linked
        if found is None:
            self._draft.report.tell("odd_path", name, _ODD_PATH)
            return "text"
        if inside:
            below = PurePosixPath(_FOLDERS.get(inside[1], inside[1]), *PurePosixPath(path[inside.end() :]).parts)
            inner = not below.is_absolute() and ".." not in below.parts
            there = inner and os.path.isfile(self._folder / below)  # False also for names that no system can hold
            self._draft.report.tell("file_missing", name, _MISSING_FILE, int(not there))
        else:
            self._draft.report.tell("linked_file", name, _OUTSIDE_FILE)
        return "pdf" if found[1] == "docs" and path.lower().endswith(".pdf") else _KINDS[found[1]]


def _add_codes(draft: Draft, tables: Tables) -> None:
    rows = tables.rows("code_cat", left=_WHO, catid=ID, name=TEXT, memo=TEXT, supercatid=ID)
    for row in databases.own_ids(rows, "catid", "code_cat", draft.report):
        draft.add("categories", category_id=row["catid"], parent_id=row["supercatid"], name=row["name"], description=row["memo"])  # fmt: skip
    rows = tables.rows("code_name", left=_WHO, cid=ID, name=TEXT, memo=TEXT, catid=ID, color=TEXT, supercid=ID)
    for row in databases.own_ids(rows, "cid", "code_name", draft.report):
        draft.add("codes", code_id=row["cid"], parent_id=row["supercid"], name=row["name"], description=row["memo"], color=row["color"], is_codable=True)  # fmt: skip
        if row["catid"]:
            draft.add("category_codes", category_id=row["catid"], code_id=row["cid"])


def _codings(draft: Draft, tables: Tables, table: str, key: str, name: str, **columns: str) -> list[Row]:
    """Return the rows of one of the three tables of codings, each with an id that no other table gives."""
    rows = tables.rows(table, **{key: ID}, cid=ID, owner=ID, date=TEXT, memo=TEXT, important=WHOLE, **columns)
    if tables.has(table, key):
        databases.own_ids(rows, key, table, draft.report)
    for row in rows:  # codings of text had no id before version 4
        row["coding"] = f"{name} {row[key] or row['#']}"
        row["weight"] = "1" if row["important"] else None
        draft.report.tell("important_coding", row["coding"], _IMPORTANT, int(bool(row["important"])))
    return rows


def _add_text_codings(draft: Draft, tables: Tables, sources: _Sources, places: Places) -> None:
    rows = _codings(draft, tables, "code_text", "ctid", "text", fid=ID, seltext=TEXT, pos0=WHOLE, pos1=WHOLE, avid=ID)
    add_codings(draft, places, [
        CodingRow(
            coding_id=row["coding"], source_id=sources.text(row["fid"]), code_id=row["cid"], coder_id=row["owner"],
            start=row["pos0"], end=row["pos1"], quote=row["seltext"], comment=row["memo"], created=row["date"], weight=row["weight"],
        )
        for row in rows
    ])  # fmt: skip
    for row in rows:
        if row["avid"]:
            draft.add("links", link_id=f"{row['coding']} av {row['avid']}", direction="Associative", origin_id=row["coding"], target_id=f"av {row['avid']}")  # fmt: skip


def _add_area_codings(draft: Draft, tables: Tables, sources: _Sources) -> None:
    for row in _codings(draft, tables, "code_image", "imid", "image", id=ID, x1=WHOLE, y1=WHOLE, width=WHOLE, height=WHOLE, pdf_page=WHOLE):  # fmt: skip
        x1, y1, width, height = row["x1"], row["y1"], row["width"], row["height"]
        x2, y2 = (None if None in (one, by) else one + by for one, by in ((x1, width), (y1, height)))
        if sources.kinds.get(row["id"]) == "pdf" or row["pdf_page"] is not None:
            area = {"kind": "pdf", "page": row["pdf_page"], "raw_start": f"{x1},{y1}", "raw_end": f"{x2},{y2}"}
            draft.report.tell("area_not_converted", row["coding"], _AREA)
        else:
            area = {"kind": "picture", "x1": x1, "y1": y1, "x2": x2, "y2": y2}
        _add_coding(draft, row, area)


def _add_time_codings(draft: Draft, tables: Tables, sources: _Sources) -> None:
    for row in _codings(draft, tables, "code_av", "avid", "av", id=ID, pos0=WHOLE, pos1=WHOLE):
        kind = "video" if sources.kinds.get(row["id"]) == "video" else "audio"
        _add_coding(draft, row, {"kind": kind, "begin_ms": row["pos0"], "end_ms": row["pos1"]})


def _add_coding(draft: Draft, row: Row, place: dict[str, Any]) -> None:
    draft.add("segments", segment_id=row["coding"], source_id=row["id"], **place, comment=row["memo"], creator=row["owner"], created=row["date"])  # fmt: skip
    add_coding(draft, row["coding"], row["id"], row["cid"], row["owner"], row["date"], row["weight"])


def _add_cases(draft: Draft, tables: Tables, sources: _Sources, places: Places) -> None:
    for row in databases.own_ids(tables.rows("cases", left=_WHO, caseid=ID, name=TEXT, memo=TEXT), "caseid", "cases", draft.report):  # fmt: skip
        draft.add("cases", case_id=row["caseid"], name=row["name"], description=row["memo"])
    for row in tables.rows("case_text", left=("id",), caseid=ID, fid=ID, pos0=WHOLE, pos1=WHOLE, memo=TEXT, owner=ID, date=TEXT):  # fmt: skip
        one, source = f"case_text {row['#']}", sources.text(row["fid"])
        start, end = places.part(one, source, row["pos0"], row["pos1"])
        draft.add("case_members", case_id=row["caseid"], kind="source", target_id=source, start=start, end=end)
        if row["memo"]:
            draft.add("memos", memo_id=one, kind="note", text=row["memo"], source_id=source, start=start, end=end, creator=row["owner"], created=row["date"])  # fmt: skip
            draft.add("memo_links", memo_id=one, kind="case", target_id=row["caseid"])


def _add_attributes(draft: Draft, tables: Tables) -> None:
    numeric = set()
    rows = tables.rows("attribute_type", left=_WHO, name=ID, memo=TEXT, caseOrFile=TEXT, valuetype=TEXT)
    for row in databases.own_ids(rows, "name", "attribute_type", draft.report):
        draft.add("attributes", attribute_id=row["name"], name=row["name"], type=_TYPES.get(row["valuetype"], row["valuetype"]), applies_to=_OF.get(row["caseOrFile"]), description=row["memo"])  # fmt: skip
        if row["valuetype"] == "numeric":
            numeric.add(row["name"])
    for row in tables.rows("attribute", left=("attrid", *_WHO), name=ID, attr_type=TEXT, value=TEXT, id=ID):
        kind = _OF.get(row["attr_type"])
        if kind is None:
            draft.report.tell("attribute_of_unknown", row["name"], _NO_ATTRIBUTE_OF)
            continue
        draft.report.tell("not_numeric", row["name"], _NOT_NUMERIC, int(row["name"] in numeric and not _is_number(row["value"])))  # fmt: skip
        draft.add(
            "attribute_values", attribute_id=row["name"], kind=kind, target_id=row["id"], value=row["value"] or None
        )


def _is_number(value: str | None) -> bool:
    try:
        return not value or float(value.replace(",", ".")) is not None
    except ValueError:
        return False


def _add_memos(draft: Draft, tables: Tables, sources: _Sources, places: Places) -> None:
    for row in tables.rows("annotation", left=("anid",), fid=ID, pos0=WHOLE, pos1=WHOLE, memo=TEXT, owner=ID, date=TEXT):  # fmt: skip
        one, source = f"annotation {row['#']}", sources.text(row["fid"])
        start, end = places.range(one, source, row["pos0"], row["pos1"])
        draft.add("memos", memo_id=one, kind="annotation", text=row["memo"], source_id=source, start=start, end=end, creator=row["owner"], created=row["date"])  # fmt: skip
    for row in tables.rows("journal", left=("jid",), name=TEXT, jentry=TEXT, owner=ID, date=TEXT):
        draft.add("memos", memo_id=f"journal {row['#']}", kind="journal", name=row["name"], text=row["jentry"], creator=row["owner"], created=row["date"])  # fmt: skip


def _add_coders(draft: Draft, tables: Tables, listed: list[str]) -> None:
    codings = Counter(draft.column("codings", "coder_id"))
    for row in tables.rows("coder_names", name=ID, visibility=WHOLE):
        if row["name"] and (row["name"] != _SPEAKERS or codings[_SPEAKERS]):
            listed.append(row["name"])
            draft.report.tell("hidden_coder", row["name"], _HIDDEN, int(row["visibility"] == 0))
    draft.report.tell("not_a_person", _SPEAKERS, _NO_PERSON, codings[_SPEAKERS])
    add_people(draft, [*listed, *(row["owner"] for table in _TABLES for row in tables.rows(table, owner=ID))])
