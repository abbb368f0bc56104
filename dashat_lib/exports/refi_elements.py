"""REFI-QDA element by element, in the order of its schema."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from typing import Any
from xml.sax.saxutils import unescape

from ..coded_project import Draft
from ..coded_project.model import COLUMNS
from ..errors import message
from ..loaders.refi_values import COLOR, DIRECTIONS, INTEGER, VALUES, fits, is_date_time
from .refi_graphs import is_graph
from .refi_ids import rows
from .xml_out import Xml

Row = dict[str, Any]
_SOURCES = {"text": "TextSource", "picture": "PictureSource", "pdf": "PDFSource", "audio": "AudioSource", "video": "VideoSource"}  # fmt: skip
_PARTS = {"representation": "Representation", "description": "TextDescription", "transcript": "Transcript"}
_SEGMENTS = {"text": "PlainTextSelection", "picture": "PictureSelection", "pdf": "PDFSelection", "audio": "AudioSelection", "video": "VideoSelection", "transcript": "TranscriptSelection"}  # fmt: skip
_CORNERS = {"x1": "firstX", "y1": "firstY", "x2": "secondX", "y2": "secondY"}
_VALUES = {kind: element for element, kind in VALUES.items()}
_RGB = re.compile(r"rgb\((\d{1,3}),(\d{1,3}),(\d{1,3})\)")
_MONTHS = "JanFebMarAprMayJunJulAugSepOctNovDec"
_C_TIME = re.compile(rf"[A-Z][a-z]{{2}} ({'|'.join(re.findall('...', _MONTHS))}) +(\d\d?) (\d\d:\d\d:\d\d) (\d{{4}})")
_CURRENT = re.compile('currentPath="([^"<]*)"')

# What is looked up by what: name -> table, columns. What is left of it at the end had no room, and is told.
_GROUPS = {
    "codes": ("codes", "parent_id"),
    "parts": ("sources", "part_of", "segment_id"),
    "segments": ("segments", "source_id"),
    "codings": ("codings", "source_id", "segment_id"),
    "values": ("attribute_values", "kind", "target_id"),
    "case_members": ("case_members", "case_id", "kind"),
    "set_members": ("set_members", "set_id", "kind"),
    "notes": ("memo_links", "kind", "target_id"),
    "points": ("sync_points", "source_id"),
    "kept": ("kept", "parent_id", "element"),
}
_LOST = {
    "parts": ("text_lost", "source_id", message("The text belongs to what could not be written.")),
    "segments": ("segment_lost", "source_id", message("The segment lies in no document, or not in one of its kind, or has no place; REFI-QDA has no room for it.")),
    "codings": ("coding_lost", "code_id", message("The coding names no code, or hangs on what could not be written; REFI-QDA has no room for it.")),
    "values": ("value_lost", "attribute_id", message("The value names no variable, or is of something that has no values in REFI-QDA.")),
    "case_members": ("member_lost", "case_id", message("What belongs to the case is nothing that can belong to one in REFI-QDA.")),
    "set_members": ("member_lost", "set_id", message("What belongs to the set is nothing that can belong to one in REFI-QDA.")),
    "notes": ("note_lost", "memo_id", message("The note is of something that has no notes in REFI-QDA; it is there, but what it is of was left out.")),
    "points": ("sync_point_lost", "source_id", message("The sync point is in no transcript.")),
    "kept": ("kept_lost", "element", message("The element or attribute is not in the schema; it was left out.")),
}  # fmt: skip


class Elements:
    """Writes a draft that :func:`refi_fit.fitted` made.

    Parameters
    ----------
    draft : Draft
        Its report is told what could not be written.
    write : function
        Takes the XML, piece after piece.
    place : function
        Says where in the archive a file is, given a row of ``sources`` or ``memos`` and the name of the column of its path
        (for a text that has none: None means that it stands in the project file).
    """

    def __init__(self, draft: Draft, write: Callable[[str], object], place: Callable[[Row, str], str | None]) -> None:
        self.draft, self.report, self.place = draft, draft.report, place
        self.xml = Xml(write, draft.report)
        self._groups = {name: _grouped(draft, *group) for name, group in _GROUPS.items()}
        types = zip(draft.column("attributes", "attribute_id"), draft.column("attributes", "type"), strict=True)
        self._types = dict(types)

    # ---- the two kinds of file

    def project(self, origin: str, name: str) -> None:
        """Write a project."""
        said, xml = self.draft.properties, self.xml
        relative = any((path or "").startswith("relative:") for path in self.draft.column("sources", "path"))
        xml.begin(
            "Project", xmlns="urn:QDA-XML:project:1.0", name=said.get("name") or name, origin=origin,
            basePath=said.get("base_path") if relative else None,  # it often shows a person's folder
            creatingUserGUID=said.get("creator"), creationDateTime=self._time(said.get("created"), "Project"),
            modifyingUserGUID=said.get("modifier"), modifiedDateTime=self._time(said.get("modified"), "Project"),
        )  # fmt: skip
        self._section("Users", rows(self.draft, "coders"), self._user)
        if self.draft.n("codes"):
            xml.begin("CodeBook")
            self._codes()
            xml.end()
        self._section("Variables", rows(self.draft, "attributes"), self._variable)
        self._section("Cases", rows(self.draft, "cases"), self._case)
        self._section("Sources", self._take("parts", None, None), self._source)
        self._section("Notes", rows(self.draft, "memos"), lambda row: self._text("Note", row, "memo", row["memo_id"]))
        self._section("Links", rows(self.draft, "links"), self._link)
        self._section("Sets", rows(self.draft, "sets"), self._set)
        self._section("Graphs", self._graphs(), lambda row: xml.raw(row["xml"]))
        xml.text("Description", said.get("description"))
        self._notes("project", None)
        xml.end()
        for group, (what, column, done) in _LOST.items():
            for row in self._rest(group):
                self.report.tell(what, row[column] or group, done)

    def codebook(self, origin: str) -> None:
        """Write a codebook: codes, and sets of codes."""
        self.xml.begin("CodeBook", xmlns="urn:QDA-XML:codebook:1.0", origin=origin)
        self._codes(notes=False)
        self._section("Sets", rows(self.draft, "sets"), lambda row: self._set(row, of_codebook=True))
        self.xml.end()
        for row in self._rest("set_members"):
            self.report.tell("member_lost", row["set_id"], message("A codebook has sets of codes only; what else belongs to the set was left out."))  # fmt: skip
        for row in self._rest("notes"):
            if row["kind"] == "code":
                self.report.tell("note_lost", row["target_id"], message("A codebook has no notes; that of the code was left out."))  # fmt: skip

    def _section(self, element: str, found: Iterable[Row], write: Callable[[Row], None]) -> None:
        """Write the rows of a section, and its element if there are any."""
        begun = False
        for row in found:
            if not begun:
                self.xml.begin(element)
                begun = True
            write(row)
        if begun:
            self.xml.end()

    # ---- people, codes, variables, cases, sets, links

    def _user(self, row: Row) -> None:
        self.xml.leaf("User", guid=row["coder_id"], name=row["name"], id=row["initials"])

    def _codes(self, *, notes: bool = True) -> None:
        """Write the tree of codes; a function that called itself could not go as deep as a tree may."""
        self.xml.begin("Codes")
        levels = [iter(self._take("codes", None))]
        while levels:
            row = next(levels[-1], None)
            if row is None:
                levels.pop()
                self.xml.end()
                continue
            id, codable = row["code_id"], "false" if row["is_codable"] is False else "true"
            self.xml.begin("Code", guid=id, name=row["name"] or "", isCodable=codable, color=self._color(row["color"], id))  # fmt: skip
            self.xml.text("Description", row["description"])
            if notes:
                self._notes("code", id)
            levels.append(iter(self._take("codes", id)))

    def _variable(self, row: Row) -> None:
        self.xml.begin("Variable", guid=row["attribute_id"], name=row["name"] or "", typeOfVariable=row["type"])
        self.xml.text("Description", row["description"])
        self.xml.end()

    def _case(self, row: Row) -> None:
        id = row["case_id"]
        self.xml.begin("Case", guid=id, name=row["name"])
        self.xml.text("Description", row["description"])
        self._refs("CodeRef", "case_members", id, "code")
        self._values("case", id)
        self._refs("SourceRef", "case_members", id, "source")
        self._refs("SelectionRef", "case_members", id, "segment")
        self.xml.end()

    def _set(self, row: Row, *, of_codebook: bool = False) -> None:
        id = row["set_id"]
        self.xml.begin("Set", guid=id, name=row["name"] or "")
        self.xml.text("Description", row["description"])
        self._refs("MemberCode", "set_members", id, "code", "guid" if of_codebook else "targetGUID")
        if not of_codebook:
            self._refs("MemberSource", "set_members", id, "source")
            self._refs("MemberNote", "set_members", id, "memo")
        self.xml.end()

    def _refs(self, element: str, group: str, id: str, kind: str, attribute: str = "targetGUID") -> None:
        for row in self._take(group, id, kind):
            if row["target_id"] is None:
                self._lose(group, row)
            else:
                self.xml.leaf(element, **{attribute: row["target_id"]})

    def _link(self, row: Row) -> None:
        id, direction = row["link_id"], row["direction"]
        if direction is not None and direction not in DIRECTIONS:
            self.report.tell("direction_lost", id, message("REFI-QDA knows no such direction of a link; it was left out."))  # fmt: skip
            direction = None
        self.xml.begin(
            "Link", guid=id, name=row["name"], direction=direction, color=self._color(row["color"], id),
            originGUID=row["origin_id"], targetGUID=row["target_id"],
        )  # fmt: skip
        self._notes("link", id)
        self.xml.end()

    def _graphs(self) -> Iterator[Row]:
        """Yield the drawings that the schema allows."""
        for row in self._take("kept", None, "Graph"):
            if is_graph(row["xml"]):
                yield row
            else:
                self._lose("kept", row)

    # ---- documents and notes

    def _source(self, row: Row) -> None:
        id, kind = row["source_id"], row["kind"]
        if kind not in _SOURCES or kind == "text":
            self._text("TextSource", row, "source", id)
            return
        self.xml.begin(
            _SOURCES[kind], guid=id, name=row["name"], path=self.place(row, "path"), currentPath=self._current(id),
            **self._who(row),
        )  # fmt: skip
        self.xml.text("Description", row["description"])
        if kind == "pdf":
            self._segments(id, kind)
        for part in self._take("parts", id, None):
            self._part(part)
        if kind != "pdf":
            self._segments(id, kind)
        self._codings(id, None)
        self._notes("source", id)
        self._values("source", id)
        self.xml.end()

    def _current(self, id: str) -> str | None:
        """Return the path where a file was last, which the tables have no column for."""
        for row in self._take("kept", id, "@currentPath"):
            if found := _CURRENT.fullmatch(row["xml"]):
                return unescape(found[1], {"&quot;": '"', "&#9;": "\t", "&#10;": "\n", "&#13;": "\r"})
            self._lose("kept", row)
        return None

    def _part(self, row: Row) -> None:
        element, id = _PARTS[row["role"]], row["source_id"]
        if element != "Transcript":
            self._text(element, row, "source", id)
            return
        self._begin_text(element, row, id)
        for point in self._take("points", id):
            place = point["raw_position"] if point["position"] is None else str(point["position"])
            place = place if place is None or INTEGER.fullmatch(place.strip()) else None
            self.xml.leaf("SyncPoint", guid=point["sync_point_id"], timeStamp=_number(point["time_ms"]), position=place)
        self._segments(id, "transcript")
        self._notes("source", id)
        self.xml.end()

    def _text(self, element: str, row: Row, kind: str, id: str) -> None:
        self._begin_text(element, row, id)
        self._segments(id, "text")
        self._codings(id, None)
        self._notes(kind, id)
        self._values(kind, id)
        self.xml.end()

    def _begin_text(self, element: str, row: Row, id: str) -> None:
        path, rich = self.place(row, "text"), self.place(row, "rich_path")
        self.xml.begin(element, guid=id, name=row["name"], richTextPath=rich, plainTextPath=path, **self._who(row))
        self.xml.text("Description", row["description"])
        if path is None:
            self.xml.text("PlainTextContent", row["text"], also_empty=True)

    # ---- what hangs on a document

    def _segments(self, source: str, kind: str) -> None:
        for row in self._take("segments", source):
            place = self._where(row) if row["kind"] == kind else None
            if place is None:
                self._lose("segments", row)
                continue
            id = row["segment_id"]
            self.xml.begin(_SEGMENTS[kind], guid=id, name=row["name"], **place, **self._who(row))
            self.xml.text("Description", row["comment"])
            for part in self._take("parts", source, id):
                self._part(part)
            self._codings(source, id)
            self._notes("segment", id)
            self.xml.end()

    def _where(self, row: Row) -> dict[str, str | None] | None:
        """Return the attributes that say where a segment is; None where it is nowhere."""
        kind = row["kind"]
        if kind == "transcript":
            return {"fromSyncPoint": row["from_sync"], "toSyncPoint": row["to_sync"]}
        if kind == "text":
            ends = [row[raw] if row[place] is None else str(row[place]) for place, raw in (("start", "raw_start"), ("end", "raw_end"))]  # fmt: skip
            good = all(end is not None and INTEGER.fullmatch(end.strip()) for end in ends)
            return {"startPosition": ends[0].strip(), "endPosition": ends[1].strip()} if good else None
        names = {"begin_ms": "begin", "end_ms": "end"} if kind in ("audio", "video") else _CORNERS
        numbers = {name: row[column] for column, name in names.items()}
        if None in numbers.values():
            return None
        if any(number != round(number) for number in numbers.values()):
            self.report.tell("rounded", row["segment_id"], message("REFI-QDA knows whole numbers only; the place was rounded."))  # fmt: skip
        return ({"page": _number(row["page"] or 0)} if kind == "pdf" else {}) | {name: _number(number) for name, number in numbers.items()}  # fmt: skip

    def _codings(self, source: str, segment: str | None) -> None:
        for row in self._take("codings", source, segment):
            if row["code_id"] is None:
                self._lose("codings", row)
                continue
            id = row["coding_id"]
            self.xml.begin("Coding", guid=id, creatingUser=row["coder_id"], creationDateTime=self._time(row["created"], id))  # fmt: skip
            self.xml.leaf("CodeRef", targetGUID=row["code_id"])
            self._notes("coding", id)
            self.xml.end()

    def _notes(self, kind: str, id: str | None) -> None:
        for row in self._take("notes", kind, id):
            if row["memo_id"] is None:
                self._lose("notes", row)
            else:
                self.xml.leaf("NoteRef", targetGUID=row["memo_id"])

    def _values(self, kind: str, id: str) -> None:
        for row in self._take("values", kind, id):
            attribute, value = row["attribute_id"], row["value"]
            if attribute is None:
                self._lose("values", row)
                continue
            self.xml.begin("VariableValue")
            self.xml.leaf("VariableRef", targetGUID=attribute)
            type_ = self._types.get(attribute) or "Text"
            if value is not None and not fits(type_, value):
                self.report.tell("value_as_text", attribute, message("The value is not of the type of its variable; it was written as text."))  # fmt: skip
                type_ = "Text"
            self.xml.text(_VALUES[type_], value, also_empty=True)
            self.xml.end()

    # ---- values of attributes

    def _who(self, row: Row) -> dict[str, str | None]:
        id = row.get("segment_id") or row.get("source_id") or row.get("memo_id") or ""
        return {
            "creatingUser": row["creator"], "creationDateTime": self._time(row["created"], id),
            "modifyingUser": row["modifier"], "modifiedDateTime": self._time(row["modified"], id),
        }  # fmt: skip

    def _time(self, value: str | None, where: str) -> str | None:
        if value is None or is_date_time(value):
            return value
        other = value.strip().replace(" ", "T", 1)
        if found := _C_TIME.fullmatch(value.strip()):  # as RQDA writes them
            month = _MONTHS.index(found[1]) // 3 + 1
            other = f"{found[4]}-{month:02}-{int(found[2]):02}T{found[3]}"
        if is_date_time(other):
            return other
        self.report.tell("date_lost", where, message("The date is not written as REFI-QDA has it (2024-04-30T10:15:00); it was left out."))  # fmt: skip
        return None

    def _color(self, color: str | None, where: str) -> str | None:
        if color is None or COLOR.fullmatch(color):
            return color
        parts = _RGB.fullmatch(color.replace(" ", "").lower())
        if parts and all(int(one) < 256 for one in parts.groups()):
            found = "#" + "".join(f"{int(one):02x}" for one in parts.groups())
        elif re.fullmatch("#[0-9a-fA-F]{8}", color):
            found = f"#{color[3:]}"
        else:
            self.report.tell("color_lost", where, message("REFI-QDA knows colours as #RRGGBB only; it was left out."))
            return None
        self.report.tell("color_changed", where, message("REFI-QDA knows colours as #RRGGBB only; it was written so."))
        return found

    # ---- what was written, and what was not

    def _take(self, group: str, *key: str | None) -> Iterator[Row]:
        """Yield the rows under a key; they are written then, or lost."""
        table = _GROUPS[group][0]
        for at in self._groups[group].pop(key, ()):
            yield {name: self.draft.column(table, name)[at] for name in COLUMNS[table]}

    def _rest(self, group: str) -> Iterator[Row]:
        for key in list(self._groups[group]):
            yield from self._take(group, *key)

    def _lose(self, group: str, row: Row) -> None:
        what, column, done = _LOST[group]
        self.report.tell(what, row[column] or group, done)


def _grouped(draft: Draft, table: str, *columns: str) -> dict[tuple[str | None, ...], list[int]]:
    found = defaultdict(list)
    for at, key in enumerate(zip(*(draft.column(table, column) for column in columns), strict=True)):
        found[key].append(at)
    return dict(found)


def _number(value: float | None) -> str | None:
    return None if value is None else str(round(value))
