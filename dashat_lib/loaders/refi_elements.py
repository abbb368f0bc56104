"""What do the elements of REFI-QDA say: each becomes a row."""

from __future__ import annotations

import re
from collections.abc import Callable

from ..coded_project import Draft
from ..errors import message
from .refi_frames import Frame, Frames, Rules, Text
from .refi_values import BOOLEAN, COLOR, DIRECTIONS, VALUES
from .xml_files import attributes

_LARGE = 2**53
_OTHER = message("The value of {name} is none that the schema knows; it was kept as it is.")

# What each element holds, in the order of the schema; "|" joins what may stand in any order. Brackets: not in the schema, but read.
_TEXT = "Description PlainTextContent PlainTextSelection Coding NoteRef VariableValue"
_SELECTION = "Description Coding NoteRef"
CONTENT = {
    "Project": "Users CodeBook Variables Cases Sources Notes Links Sets Graphs Description NoteRef",
    "CodeBook": "Codes Sets",
    "Users": "User",
    "Codes": "Code",
    "Code": "Description NoteRef Code",
    "Variables": "Variable",
    "Variable": "Description",
    "Cases": "Case",
    "Case": "Description CodeRef VariableValue SourceRef SelectionRef",
    "VariableValue": "VariableRef " + "|".join(VALUES),
    "Sources": "TextSource|PictureSource|PDFSource|AudioSource|VideoSource",
    "TextSource": _TEXT,
    "TextDescription": _TEXT,
    "Representation": _TEXT,
    "Note": _TEXT,
    "PictureSource": "Description TextDescription PictureSelection Coding NoteRef VariableValue",
    "PDFSource": "Description PDFSelection Representation Coding NoteRef VariableValue",
    "AudioSource": "Description Transcript AudioSelection Coding NoteRef VariableValue",
    "VideoSource": "Description Transcript VideoSelection Coding NoteRef VariableValue",
    "Transcript": "Description PlainTextContent SyncPoint TranscriptSelection (PlainTextSelection) (Coding) NoteRef (VariableValue)",
    "PlainTextSelection": _SELECTION,
    "PictureSelection": _SELECTION,
    "PDFSelection": "Description Representation Coding NoteRef",
    "AudioSelection": _SELECTION,
    "VideoSelection": _SELECTION,
    "TranscriptSelection": _SELECTION,
    "Coding": "CodeRef NoteRef",
    "Notes": "Note",
    "Links": "Link",
    "Link": "NoteRef",
    "Sets": "Set",
    "Set": "Description MemberCode MemberSource MemberNote",
    "Graphs": "Graph",
}


class Elements(Frames):
    """The target of a parser that makes a row of each element.

    Parameters
    ----------
    draft : Draft
    text_of : function
        Called with each `Text` when its element ends, to find the text where the element itself does not hold it.

    Attributes
    ----------
    texts : list of Text
        All that have a text or should have one.
    paths : list of (str, str)
        Name and path of each file that the project speaks of but texts.
    """

    def __init__(self, draft: Draft, text_of: Callable[[Text], None]) -> None:
        super().__init__(draft, RULES)
        self.text_of = text_of
        self.texts: list[Text] = []
        self.paths: list[tuple[str, str]] = []

    def _container(self, parent: Frame, left: dict[str, str], name: str) -> Frame:
        self._leave(parent.id, left)
        return Frame(name, parent.kind, parent.id, close=self._not_empty)

    def _not_empty(self, frame: Frame) -> None:
        if not frame.at:
            self.report.tell("off_schema", frame.name, message("The element is empty. It was read all the same."))

    def _user(self, parent: Frame, left: dict[str, str], name: str) -> Frame:
        id = self._new("coders", left, name)
        self.draft.add("coders", coder_id=id, name=left.pop("name", None), initials=left.pop("id", None))
        return self._row(name, None, id, "coders", left)

    def _code(self, parent: Frame, left: dict[str, str], name: str) -> Frame:
        id, color, codable = self._new("codes", left, name), left.pop("color", None), left.pop("isCodable", None)
        if "name" not in left:
            self._lacks(id, "name")
        if codable is None:
            self._lacks(id, "isCodable")
        elif codable.strip() not in BOOLEAN:
            self.report.tell("off_schema", id, _OTHER, name="isCodable")
        if color and not COLOR.fullmatch(color.strip()):
            self.report.tell("off_schema", id, _OTHER, name="color")
        above = parent.id if parent.kind == "code" else None
        self.draft.add("codes", code_id=id, parent_id=above, name=left.pop("name", None), color=color, is_codable=BOOLEAN.get((codable or "").strip()))  # fmt: skip
        return self._row(name, "code", id, "codes", left)

    def _variable(self, parent: Frame, left: dict[str, str], name: str) -> Frame:
        id, kind = self._new("attributes", left, name), left.pop("typeOfVariable", None)
        if "name" not in left:
            self._lacks(id, "name")
        if kind not in VALUES.values():
            self.report.tell("off_schema", id, _OTHER, name="typeOfVariable")
        self.draft.add("attributes", attribute_id=id, name=left.pop("name", None), type=kind)
        return self._row(name, "variable", id, "attributes", left)

    def _case(self, parent: Frame, left: dict[str, str], name: str) -> Frame:
        id = self._new("cases", left, name)
        self.draft.add("cases", case_id=id, name=left.pop("name", None))
        return self._row(name, "case", id, "cases", left)

    def _set(self, parent: Frame, left: dict[str, str], name: str) -> Frame:
        id = self._new("sets", left, name)
        if "name" not in left:
            self._lacks(id, "name")
        self.draft.add("sets", set_id=id, name=left.pop("name", None))
        return self._row(name, "set", id, "sets", left)

    def _link(self, parent: Frame, left: dict[str, str], name: str) -> Frame:
        id, direction = self._new("links", left, name), left.pop("direction", None)
        if direction and direction not in DIRECTIONS:
            self.report.tell("off_schema", id, _OTHER, name="direction")
        self.draft.add(
            "links", link_id=id, name=left.pop("name", None), direction=direction, color=left.pop("color", None),
            origin_id=self._ref(left.pop("originGUID", None)), target_id=self._ref(left.pop("targetGUID", None)),
        )  # fmt: skip
        return self._row(name, "link", id, "links", left)

    def _source(self, parent: Frame, left: dict[str, str], name: str) -> Frame:
        kind = _KINDS[name]
        id = self._new("sources", left, name)
        path = left.pop("plainTextPath" if kind == "text" else "path", None)
        rich = left.pop("richTextPath", None) if kind == "text" else None
        called = left.pop("name", None) or None
        if called is None:
            called = _stem(path or rich)
            done = message("The source has no name; that of its file stands for it.") if called else message("The source has no name.")  # fmt: skip
            self.report.tell("name_missing", id, done)
        row = self._add_source(id, left, name=called, kind=kind, path=path, rich_path=rich)
        if kind != "text" and path:
            self.paths.append((called or id, path))
        if rich:
            self.paths.append((called or id, rich))
        return self._text_frame(name, "source", left, Text("sources", row, id, called, path), has_text=kind == "text")

    def _part(self, parent: Frame, left: dict[str, str], name: str) -> Frame:
        """Read a text that belongs to a document: of a PDF or an area of it, of a recording, of a picture."""
        id = self._new("sources", left, name)
        path, rich, called = left.pop("plainTextPath", None), left.pop("richTextPath", None), left.pop("name", None)
        area = parent.id if parent.kind == "segment" else None
        document = self.draft.column("segments", "source_id")[parent.row] if area else parent.id
        row = self._add_source(id, left, name=called, kind="text", part_of=document, segment_id=area, role=_ROLES[name], path=path, rich_path=rich)  # fmt: skip
        if rich:
            self.paths.append((called or id, rich))
        return self._text_frame(name, "source", left, Text("sources", row, id, called, path, part=True))

    def _note(self, parent: Frame, left: dict[str, str], name: str) -> Frame:
        id = self._new("memos", left, name)
        path, rich, called = left.pop("plainTextPath", None), left.pop("richTextPath", None), left.pop("name", None)
        row = self.draft.n("memos")
        self.draft.add("memos", memo_id=id, kind="note", name=called, path=path, rich_path=rich, **self._who(left))
        if rich:
            self.paths.append((called or id, rich))
        return self._text_frame(name, "memo", left, Text("memos", row, id, called, path))

    def _add_source(self, id: str, left: dict[str, str], **values: object) -> int:
        row = self.draft.n("sources")
        self.draft.add("sources", source_id=id, **self._who(left), **values)
        return row

    def _text_frame(self, element: str, kind: str, left: dict[str, str], text: Text, *, has_text: bool = True) -> Frame:
        self._leave(text.id, left, () if has_text else ("currentPath",))
        if has_text:
            self.texts.append(text)
        close = self._text_ends if has_text else None
        return Frame(element, kind, text.id, text.table, text.row, value=text, close=close)

    def _text_ends(self, frame: Frame) -> None:
        self.text_of(frame.value)

    def _who(self, left: dict[str, str]) -> dict[str, str | None]:
        pop = left.pop
        return {
            "creator": self._ref(pop("creatingUser", None)), "created": pop("creationDateTime", None),
            "modifier": self._ref(pop("modifyingUser", None)), "modified": pop("modifiedDateTime", None),
        }  # fmt: skip

    def _passage(self, parent: Frame, left: dict[str, str], name: str) -> Frame:
        id, pop = self._new("segments", left, name), left.pop
        parent.value.segments.append(self.draft.n("segments"))
        return self._segment(parent, left, name, id, kind="text", raw_start=pop("startPosition", None), raw_end=pop("endPosition", None))  # fmt: skip

    def _area(self, parent: Frame, left: dict[str, str], name: str) -> Frame:
        id = self._new("segments", left, name)
        place: dict[str, object] = {column: self._number(id, left, given) for column, given in _CORNERS.items()}
        if name == "PDFSelection":
            place["page"] = self._whole(id, left, "page")
        return self._segment(parent, left, name, id, kind="pdf" if name == "PDFSelection" else "picture", **place)

    def _stretch(self, parent: Frame, left: dict[str, str], name: str) -> Frame:
        id = self._new("segments", left, name)
        place = {"begin_ms": self._whole(id, left, "begin"), "end_ms": self._whole(id, left, "end")}
        return self._segment(parent, left, name, id, kind="audio" if name == "AudioSelection" else "video", **place)

    def _between(self, parent: Frame, left: dict[str, str], name: str) -> Frame:
        id, pop = self._new("segments", left, name), left.pop
        parent.value.transcript.append(self.draft.n("segments"))
        ends = {"from_sync": self._ref(pop("fromSyncPoint", None)), "to_sync": self._ref(pop("toSyncPoint", None))}
        return self._segment(parent, left, name, id, kind="transcript", **ends)

    def _segment(self, parent: Frame, left: dict[str, str], name: str, id: str, **values: object) -> Frame:
        draft, row = self.draft, self.draft.n("segments")
        draft.add(
            "segments", segment_id=id, source_id=parent.id, name=left.pop("name", None), **self._who(left), **values
        )
        if left:
            self._leave(id, left)
        return Frame(name, "segment", id, "segments", row)

    def _sync_point(self, parent: Frame, left: dict[str, str], name: str) -> Frame:
        id, row = self._new("sync_points", left, name), self.draft.n("sync_points")
        parent.value.sync_points.append(row)
        self.draft.add("sync_points", sync_point_id=id, source_id=parent.id, raw_position=left.pop("position", None), time_ms=self._whole(id, left, "timeStamp"))  # fmt: skip
        return self._row(name, None, id, "sync_points", left)

    def _coding(self, parent: Frame, left: dict[str, str], name: str) -> Frame:
        id = self._new("codings", left, name)
        if parent.kind == "segment":
            segment, source = parent.id, self.draft.column("segments", "source_id")[parent.row]
        else:
            segment, source = None, parent.id
        row = {
            "coding_id": id, "segment_id": segment, "source_id": source, "code_id": None,
            "coder_id": self._ref(left.pop("creatingUser", None)), "created": left.pop("creationDateTime", None),
        }  # fmt: skip
        if left:
            self._leave(id, left)
        return Frame(name, "coding", id, value=row, close=self._coding_ends)

    def _coding_ends(self, frame: Frame) -> None:
        if frame.value["code_id"] is None:
            self.report.tell("code_missing", frame.id, message("The coding names no code; it was kept without one."))
        self.draft.add("codings", **frame.value)

    def _code_ref(self, parent: Frame, left: dict[str, str], name: str) -> Frame:
        if parent.kind != "coding":
            return self._member(parent, left, name)
        target = self._target(left)
        if parent.value["code_id"] is None:
            parent.value["code_id"] = target
        else:
            self.report.tell(
                "unknown_element", "Coding", message("The coding names a second code; it was kept as it is.")
            )
            self._keep_row(parent.id, "CodeRef", f"<CodeRef{attributes({'targetGUID': target or ''})}/>")
        return self._leaf(name, parent, left)

    def _member(self, parent: Frame, left: dict[str, str], name: str) -> Frame:
        table, key = ("case_members", "case_id") if parent.kind == "case" else ("set_members", "set_id")
        self.draft.add(table, **{key: parent.id}, kind=_MEMBERS[name], target_id=self._target(left))
        return self._leaf(name, parent, left)

    def _note_ref(self, parent: Frame, left: dict[str, str], name: str) -> Frame:
        self.draft.add("memo_links", memo_id=self._target(left), kind=parent.kind, target_id=parent.id)
        return self._leaf(name, parent, left)

    def _variable_value(self, parent: Frame, left: dict[str, str], name: str) -> Frame:
        self._leave(parent.id, left)
        row = {"attribute_id": None, "kind": parent.kind, "target_id": parent.id, "value": None}
        return Frame(name, "value", parent.id, value=row, close=lambda frame: self.draft.add("attribute_values", **row))

    def _variable_ref(self, parent: Frame, left: dict[str, str], name: str) -> Frame:
        parent.value["attribute_id"] = self._target(left)
        return self._leaf(name, parent, left)

    def _value(self, parent: Frame, left: dict[str, str], name: str) -> Frame:
        def close(frame: Frame) -> None:
            text = "".join(frame.text or ())
            if parent.value["value"] is not None:
                self.report.tell("off_schema", parent.id, message("A variable has two values in one place; the last was read."))  # fmt: skip
            parent.value["value"] = text if name == "TextValue" else text.strip() or None

        self._leave(parent.id, left)
        return Frame(name, id=parent.id, text=[], close=close)

    def _description(self, parent: Frame, left: dict[str, str], name: str) -> Frame:
        def close(frame: Frame) -> None:
            text = "".join(frame.text or ())
            if parent.table is None:
                before = self.draft.properties.get("description")
            else:
                column = self.draft.column(parent.table, "comment" if parent.kind == "segment" else "description")
                before = column[parent.row]
            if before and text:
                self.report.tell("off_schema", parent.id or parent.name, message("There are two descriptions; they were joined."))  # fmt: skip
                text = f"{before}\n{text}"
            if text and parent.table is None:
                self.draft.properties["description"] = text
            elif text:
                column[parent.row] = text

        self._leave(parent.id, left)
        return Frame(name, id=parent.id, text=[], close=close)

    def _content(self, parent: Frame, left: dict[str, str], name: str) -> Frame:
        def close(frame: Frame) -> None:
            parent.value.raw = (parent.value.raw or "") + "".join(frame.text or ())

        self._leave(parent.id, left)
        return Frame(name, id=parent.id, text=[], close=close)

    def _row(self, name: str, kind: str | None, id: str, table: str, left: dict[str, str]) -> Frame:
        if left:
            self._leave(id, left)
        return Frame(name, kind, id, table, self.draft.n(table) - 1)

    def _leaf(self, name: str, parent: Frame, left: dict[str, str]) -> Frame:
        if left:
            self._leave(parent.id, left)
        return Frame(name, id=parent.id)

    # ---- values

    def _target(self, left: dict[str, str]) -> str | None:
        """Return what an element points to; the codebook's own attribute is ``guid``."""
        raw = left.pop("targetGUID", None) or left.pop("guid", None)
        return self._ref(raw)

    def _number(self, id: str, left: dict[str, str], name: str) -> float | None:
        raw = left.pop(name, None)
        if raw is None:
            if name not in _MAY_LACK:
                self._lacks(id, name)
            return None
        try:
            value = float(raw)
        except ValueError:
            value = float("nan")
        if abs(value) <= _LARGE:
            return value
        self.report.tell("off_schema", id, _OTHER, name=name)
        self._leave(id, {name: raw}, (name,))
        return None

    def _whole(self, id: str, left: dict[str, str], name: str) -> int | None:
        value = self._number(id, left, name)
        if value is not None and value != int(value):
            self.report.tell("rounded", id, message("{name} is no whole number; it was rounded."), name=name)
        return None if value is None else round(value)


_CORNERS = {"x1": "firstX", "y1": "firstY", "x2": "secondX", "y2": "secondY"}
_MAY_LACK = ("timeStamp", "position")
_KINDS = {"TextSource": "text", "PictureSource": "picture", "PDFSource": "pdf", "AudioSource": "audio", "VideoSource": "video"}  # fmt: skip
_ROLES = {"Representation": "representation", "Transcript": "transcript", "TextDescription": "description"}
_MEMBERS = {"SourceRef": "source", "SelectionRef": "segment", "CodeRef": "code", "MemberCode": "code", "MemberSource": "source", "MemberNote": "memo"}  # fmt: skip
_READS: dict[str, Callable[..., Frame]] = {
    **dict.fromkeys(("Users", "CodeBook", "Codes", "Variables", "Cases", "Sources", "Notes", "Links", "Sets", "Graphs"), Elements._container),
    "User": Elements._user, "Code": Elements._code, "Variable": Elements._variable, "Case": Elements._case,
    "Set": Elements._set, "Link": Elements._link, "Note": Elements._note,
    **dict.fromkeys(_KINDS, Elements._source), **dict.fromkeys(_ROLES, Elements._part),
    "PlainTextSelection": Elements._passage, "TranscriptSelection": Elements._between,
    **dict.fromkeys(("PictureSelection", "PDFSelection"), Elements._area),
    **dict.fromkeys(("AudioSelection", "VideoSelection"), Elements._stretch),
    "SyncPoint": Elements._sync_point, "Coding": Elements._coding, "CodeRef": Elements._code_ref,
    **dict.fromkeys(("SourceRef", "SelectionRef", "MemberCode", "MemberSource", "MemberNote"), Elements._member),
    "NoteRef": Elements._note_ref, "VariableValue": Elements._variable_value, "VariableRef": Elements._variable_ref,
    **dict.fromkeys(VALUES, Elements._value), "Description": Elements._description, "PlainTextContent": Elements._content,
}  # fmt: skip


RULES: Rules = {
    name: {
        local: (at, _READS[local])
        for at, group in enumerate(content.split(), start=1)
        for local in group.strip("()").split("|")
        if local in _READS
    }
    for name, content in CONTENT.items()
}


def _stem(path: str | None) -> str | None:
    name = re.split(r"[/\\]", path or "")[-1]
    return name.rpartition(".")[0] or name or None
