"""How is a REFI-QDA file read element by element: what is open, which ids were taken, what is kept."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from ..coded_project import Draft
from ..errors import DashatError, Problem, message
from .refi_values import GUID
from .xml_files import Fragment, escaped

NAMESPACE = "urn:QDA-XML:"
MADE = uuid.UUID("6f1c2b1e-6a0c-5d52-9d5e-0d3b5c1f7a11")  # of ids that are made from a table and a place or an id
_IGNORED = "{http://www.w3.org/2001/XMLSchema-instance}"


class Frame:
    """An element that is open.

    Attributes
    ----------
    name : str
    at : int
        Place in the order of the schema of the last element in it.
    kind, id : str or None
        What it is for the tables that refer to it ("source", "code", ...), and its id there.
    table, row : str or None, int
        Its row.
    text : list of str or None
        Pieces of its text, where it has one.
    close : function or None
        Called when it ends.
    value : Any
        What it gathers: of a source its `Text`, of a value or coding what its children say.
    """

    __slots__ = ("at", "close", "id", "kind", "name", "row", "table", "text", "value")

    def __init__(
        self,
        name: str,
        kind: str | None = None,
        id: str | None = None,
        table: str | None = None,
        row: int = -1,
        *,
        text: list[str] | None = None,
        close: Callable[[Frame], None] | None = None,
        value: Any = None,
    ) -> None:
        self.name, self.at = name, 0
        self.kind, self.id, self.table, self.row = kind, id, table, row
        self.text, self.close, self.value = text, close, value


@dataclass
class Text:
    """A text with what hangs on its positions.

    Attributes
    ----------
    table, row : str, int
        The row of ``sources`` or ``memos`` that it belongs to.
    id, name : str
    path : str or None
        Where the file says that it is.
    part : bool
        It belongs to a document that is no text.
    raw : str or None
        The text, line breaks as stored.
    segments, transcript, sync_points : list of int
        Rows of segments with positions of their own, of segments between sync points, of sync points.
    """

    table: str
    row: int
    id: str
    name: str | None
    path: str | None = None
    part: bool = False
    raw: str | None = None
    segments: list[int] = field(default_factory=list)
    transcript: list[int] = field(default_factory=list)
    sync_points: list[int] = field(default_factory=list)


Rules = Mapping[str, Mapping[str, tuple[int, Callable[..., Frame]]]]
_NOTHING: Mapping[str, tuple[int, Callable[..., Frame]]] = {}
_ORDER = message("The element stands later than the schema has it. It was read all the same.")
_LACKS = message("The attribute {name} is missing. It was read all the same.")


class Frames:
    """The target of a parser that fills a draft; which element becomes which row is for a class under it to say.

    Parameters
    ----------
    draft : Draft
    rules : mapping
        Name of an element -> name of one in it -> (place in the order of the schema, what reads it). What reads an element is
        given the `Frame` it stands in, its attributes and its name, and returns its own frame.
    """

    def __init__(self, draft: Draft, rules: Rules) -> None:
        self.draft, self.report, self._rules = draft, draft.report, rules
        self.root: str | None = None
        self._frame = Frame("")
        self._stack: list[Frame] = []
        self._locals: dict[str, str] = {}
        self._known: dict[str, str | None] = {}  # references, so that equal ones are one string
        self._ids: dict[str, set[str]] = {}
        self._own = ""  # the namespace of the file
        self._kept: Fragment | None = None
        self._kept_size = 0

    # ---- what the parser tells

    def start(self, name: str, attributes: dict[str, str]) -> None:
        """Begin an element."""
        if self._kept is not None:
            self._kept.start(name, attributes)
            return
        local = self._locals.get(name) or self._local(name)
        frame = self._frame
        rule = self._rules.get(frame.name, _NOTHING).get(local)
        if rule is not None:
            at, reads = rule
            if at < frame.at:
                self.report.tell("off_schema", local, _ORDER)
            frame.at = at
            self._stack.append(frame)
            self._frame = reads(self, frame, attributes, local)
        elif self.root is None:
            self._stack.append(frame)
            self._frame = self._begin(name, local, attributes)
        else:
            self._kept = Fragment(self._own)
            self._kept.start(name, attributes)

    def end(self, name: str) -> None:
        """End an element."""
        if self._kept is not None:
            if self._kept.end():
                self._keep(self._local(name), self._kept)
                self._kept = None
            return
        frame = self._frame
        if frame.close is not None:
            frame.close(frame)
        self._frame = self._stack.pop()

    def data(self, text: str) -> None:
        """Take a piece of text."""
        if self._kept is not None:
            self._kept.data(text)
        elif self._frame.text is not None:
            self._frame.text.append(text)
        elif text.strip():
            self.report.tell("unknown_element", self._frame.name, message("Text stands where the schema has none; it was kept as it is."))  # fmt: skip
            self._keep_row(self._frame.id, "#text", escaped(text))

    def _local(self, name: str) -> str:
        return self._locals.setdefault(name, name.rpartition("}")[2])

    def _begin(self, name: str, local: str, attributes: dict[str, str]) -> Frame:
        space = name.rpartition("}")[0].removeprefix("{")
        what, _, version = space.removeprefix(NAMESPACE).partition(":")
        if local not in ("Project", "CodeBook"):
            raise DashatError(Problem(self.draft.file.name, None, None, None, message("is XML, but no REFI-QDA: it begins with {name}."), message("Export it as a REFI-QDA project or codebook."), {"name": local[:60]}))  # fmt: skip
        if not space.startswith(NAMESPACE) or what != local.lower():
            self.report.tell(
                "off_schema", local, message("The namespace is none of REFI-QDA. It was read all the same.")
            )
        elif version != "1.0":
            self.report.tell("old_version", local, message("The file is of version {version} of the format; what is read are the names, which are those of 1.0."), version=version or "?")  # fmt: skip
        self.root, self._own = local, space
        pop = attributes.pop
        properties = {
            "name": pop("name", None), "origin": pop("origin", None), "version": version or None,
            "creator": self._ref(pop("creatingUserGUID", None)), "created": pop("creationDateTime", None),
            "modifier": self._ref(pop("modifyingUserGUID", None)), "modified": pop("modifiedDateTime", None),
            "base_path": pop("basePath", None),
        }  # fmt: skip
        self.draft.properties |= {key: value for key, value in properties.items() if value}
        self._leave(None, attributes)
        return Frame(local, "project")

    # ---- ids

    def _ref(self, raw: str | None) -> str | None:
        """Return an id as it is written in the tables; None for one that is missing or empty."""
        if raw is None:
            return None
        try:
            return self._known[raw]
        except KeyError:
            return self._known.setdefault(raw, normal(raw))

    def _new(self, table: str, attributes: dict[str, str], name: str) -> str:
        """Return the id of a new row; where it is missing or was there before, one is made."""
        taken = self._ids.setdefault(table, set())
        id = normal(attributes.pop("guid", ""))
        if id is None:
            self.report.tell("id_missing", name, message("An id was made from the place in the file."))
        elif id in taken:
            self.report.tell("id_repeated", id, message("The id stands in the file before; a new one was made for this {name}."), name=name)  # fmt: skip
        first = id or ""
        while id is None or id in taken:
            id = str(uuid.uuid5(MADE, f"{table}:{first}#{len(taken)}"))
            first = id
        taken.add(id)
        return id

    # ---- what is not understood

    def _keep(self, local: str, fragment: Fragment) -> None:
        owner = self._frame
        if owner.name == "Graphs" and local == "Graph":
            owner.at = 1
        else:
            self.report.tell("unknown_element", f"{owner.name}/{local[:60]}", message("The schema has no such element there; it was kept as it is."))  # fmt: skip
        self._keep_row(owner.id, local, None if fragment.full else fragment.text())

    def _keep_row(self, parent: str | None, element: str, xml: str | None) -> None:
        self._kept_size += len(xml or "")
        if xml is None or self._kept_size > Fragment.MOST:
            self.report.tell("unknown_too_large", element[:60], message("More is in the file that is not understood than can be kept; this was left out."))  # fmt: skip
            return
        self.draft.add("kept", parent_id=parent, element=element, xml=xml)

    def _leave(self, id: str | None, left: dict[str, str], known: tuple[str, ...] = ()) -> None:
        """Keep the attributes that nothing has asked for."""
        for name, value in left.items():
            if name.startswith(_IGNORED):
                continue
            fragment = Fragment(self._own)
            fragment.start("a", {name: value})
            fragment.end()
            if name not in known:
                self.report.tell("unknown_attribute", self._local(name)[:60], message("The schema has no such attribute there; it was kept as it is."))  # fmt: skip
            self._keep_row(id, f"@{self._local(name)}", fragment.text()[3:-2])

    def _lacks(self, where: str, name: str) -> None:
        self.report.tell("off_schema", where, _LACKS, name=name)


def normal(raw: str) -> str | None:
    """Return an id as it stands in the tables: a GUID without braces, in lower case."""
    text = raw.strip()
    return (text.strip("{}").lower() if GUID.fullmatch(text) else text) or None
