"""A coded project as it came from a coding program: its tables, and a report of what was odd while it was read."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

if TYPE_CHECKING:
    from .to_case import NewCase

FORMATS = (
    "refi-qda", "refi-qda-codebook", "qualcoder", "taguette", "rqda", "requal", "qcoder", "zotqda", "atlasti", "maxqda",
    "table", "transcript",
)  # fmt: skip
SOURCE_KINDS = ("text", "picture", "pdf", "audio", "video")
SEGMENT_KINDS = ("text", "picture", "pdf", "audio", "video", "transcript")

# The columns of each table and what they hold: text, whole number, number, yes or no. All but the id may be missing.
COLUMNS: dict[str, dict[str, str]] = {
    "sources": {
        "source_id": "str", "name": "str", "kind": "str", "part_of": "str", "segment_id": "str", "role": "str", "text": "str",
        "path": "str", "rich_path": "str", "description": "str", "creator": "str", "created": "str", "modifier": "str", "modified": "str",
    },
    "passages": {
        "passage_id": "str", "source_id": "str", "kind": "str", "start": "Int64", "end": "Int64", "begin_ms": "Int64",
        "end_ms": "Int64", "speaker": "str",
    },
    "segments": {
        "segment_id": "str", "source_id": "str", "kind": "str", "start": "Int64", "end": "Int64", "raw_start": "str",
        "raw_end": "str", "page": "Int64", "x1": "Float64", "y1": "Float64", "x2": "Float64", "y2": "Float64",
        "begin_ms": "Int64", "end_ms": "Int64", "from_sync": "str", "to_sync": "str", "text": "str", "stored_text": "str",
        "name": "str", "comment": "str", "creator": "str", "created": "str", "modifier": "str", "modified": "str",
    },
    "codes": {
        "code_id": "str", "parent_id": "str", "name": "str", "description": "str", "color": "str", "is_codable": "boolean",
    },
    "categories": {"category_id": "str", "parent_id": "str", "name": "str", "description": "str"},
    "category_codes": {"category_id": "str", "code_id": "str"},
    "coders": {"coder_id": "str", "name": "str", "initials": "str"},
    "codings": {
        "coding_id": "str", "segment_id": "str", "source_id": "str", "code_id": "str", "coder_id": "str", "created": "str",
        "weight": "str", "comment": "str",
    },
    "cases": {"case_id": "str", "name": "str", "description": "str"},
    "case_members": {"case_id": "str", "kind": "str", "target_id": "str", "start": "Int64", "end": "Int64"},
    "attributes": {"attribute_id": "str", "name": "str", "type": "str", "applies_to": "str", "description": "str"},
    "attribute_values": {"attribute_id": "str", "kind": "str", "target_id": "str", "value": "str"},
    "memos": {
        "memo_id": "str", "kind": "str", "name": "str", "text": "str", "source_id": "str", "start": "Int64", "end": "Int64",
        "description": "str", "path": "str", "rich_path": "str", "creator": "str", "created": "str", "modifier": "str", "modified": "str",
    },
    "memo_links": {"memo_id": "str", "kind": "str", "target_id": "str"},
    "sets": {"set_id": "str", "name": "str", "description": "str"},
    "set_members": {"set_id": "str", "kind": "str", "target_id": "str"},
    "links": {
        "link_id": "str", "name": "str", "direction": "str", "origin_id": "str", "target_id": "str", "color": "str",
    },
    "sync_points": {"sync_point_id": "str", "source_id": "str", "position": "Int64", "raw_position": "str", "time_ms": "Int64"},
    "kept": {"parent_id": "str", "element": "str", "xml": "str"},
}  # fmt: skip


def _in_english(text: str, **values: object) -> str:
    return text.format(**values)


@dataclass(frozen=True)
class Entry:
    """One line of a load report or a loss report.

    Attributes
    ----------
    what : str
        A word: ``text_missing``, ``outside_text``, ``unknown_code``, ``duplicate_coding``, ``code_not_codable``,
        ``deleted_coding``, ``empty_cue``, ``overlapping_cue`` are counted by the acceptance script; others say what they are.
    n : int
        How many.
    where : str
        The first places, by name or id.
    done : str
        What was done about it, a sentence with ``{names}`` filled from `details`.
    """

    what: str
    n: int
    where: str
    done: str
    details: Mapping[str, object] = field(default_factory=dict, hash=False)

    def record(self, say: Callable[..., str] = _in_english) -> dict[str, object]:
        """Return the entry as plain values: what, n, where, done."""
        return {"what": self.what, "n": self.n, "where": self.where, "done": say(self.done, **self.details)}


class Report:
    """Collects what was odd; what is said in the same words is one entry that counts."""

    _PLACES = 5

    def __init__(self) -> None:
        self._found: dict[tuple[object, ...], tuple[int, list[str], Mapping[str, object]]] = {}

    def tell(self, what: str, where: object, done: str, n: int = 1, **details: object) -> None:
        """Count `n` more of one thing at one place; nothing is said of 0.

        `where` is a name or id, never what a participant said: a summary may be passed on.
        """
        if n <= 0:
            return
        key = (what, done, *map(str, details.values()))
        count, places, _ = self._found.get(key, (0, [], details))
        if len(places) <= self._PLACES and str(where) not in places:
            places.append(str(where))
        self._found[key] = (count + n, places, details)

    def entries(self) -> tuple[Entry, ...]:
        """Return all entries, in the order in which they were first said."""
        return tuple(
            Entry(str(what), n, ", ".join(places[: self._PLACES]) + (", …" if len(places) > self._PLACES else ""), str(done), details)
            for (what, done, *_), (n, places, details) in self._found.items()
        )  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class CodedProject:
    """What a coding program stored. Every id is the tool's own (a GUID without braces, in lower case, where it has one).

    Positions in text are code points of ``sources.text``, from 0, the end exclusive; the text has LF line breaks. What the file
    said stands beside it (``raw_start, raw_end``). Missing is missing: no empty text stands for it.

    Attributes
    ----------
    format : str
        One of :data:`FORMATS`.
    file : Path
        What was read. Media are not held in memory; a writer takes them from here.
    properties : mapping
        What the project says of itself (``name, origin, version, created, creator, modifier, modified, description,
        base_path``) and what the loader saw (``unit``, ``line_break``, ``encoding``, ``data_rows``), as text.
    sources : DataFrame, one row a document, or a text that belongs to one
        ``kind`` (text, picture, pdf, audio, video). ``part_of`` is missing for a document; the text of a PDF, a transcript or the
        description of a picture names its document there, and its ``role`` (representation, transcript, description).
        ``segment_id`` where it is the text of one area of a PDF only.
    passages : DataFrame, one row a cue, turn, paragraph or page of a document, in order of reading
        ``speaker`` is the first who is named in it; the ranges of all speakers are members of the cases of their names.
    segments : DataFrame, one row a passage or area that can carry codes, as the tool stores it
        ``kind`` as of the selection. Areas: picture in pixels from the upper left, PDF in points from the lower left (``page``
        from 0). ``text`` was cut out by position (or is the stored one where the file has no text), ``stored_text`` is what the
        tool kept. ``comment`` is the description of the segment.
    codes : DataFrame, one row a code or folder of codes; ``parent_id`` is the code above it
    categories, category_codes : DataFrame
        Groups of codes that are no codes, in a tree; a code may lie in several.
    coders : DataFrame, one row a person whom the file lists
    codings : DataFrame, one row one coder giving one segment one code
        ``segment_id`` is missing where a whole document carries the code; ``source_id`` is the document, or that of the segment. ``code_id`` may be one that the file does not define.
        ``weight`` and ``comment`` where the tool has them.
    cases, case_members : DataFrame
        ``kind`` of a member: source, segment, code; a range of a source where ``start`` and ``end`` stand.
    attributes, attribute_values : DataFrame
        ``applies_to``: case or source; missing: both. ``kind`` of a value likewise; ``value`` is missing where it was left empty.
    memos, memo_links : DataFrame
        ``kind``: note, annotation (of a range of a source), journal. A link's ``kind``: project, source, segment, coding, code, case,
        set, link, memo. A note may carry codes and values as a document does: its id is the ``source_id`` then (kind of a value: memo).
    sets, set_members : DataFrame
        ``kind`` of a member: code, source, memo.
    links : DataFrame
    sync_points : DataFrame
        Times of a transcript; ``position`` in its text.
    kept : DataFrame
        Elements that were not understood, word for word, for the way back; ``element`` of an attribute is ``@name``.
    load_report : tuple of Entry
        Empty only if nothing was odd.
    """

    format: str
    file: Path
    properties: Mapping[str, str] = field(default_factory=dict)
    sources: pd.DataFrame
    passages: pd.DataFrame
    segments: pd.DataFrame
    codes: pd.DataFrame
    categories: pd.DataFrame
    category_codes: pd.DataFrame
    coders: pd.DataFrame
    codings: pd.DataFrame
    cases: pd.DataFrame
    case_members: pd.DataFrame
    attributes: pd.DataFrame
    attribute_values: pd.DataFrame
    memos: pd.DataFrame
    memo_links: pd.DataFrame
    sets: pd.DataFrame
    set_members: pd.DataFrame
    links: pd.DataFrame
    sync_points: pd.DataFrame
    kept: pd.DataFrame
    load_report: tuple[Entry, ...] = ()

    def tables(self) -> Iterator[tuple[str, pd.DataFrame]]:
        """Yield (name, table) for every table, in the order of the class."""
        for one in fields(self):
            value = getattr(self, one.name)
            if isinstance(value, pd.DataFrame):
                yield one.name, value

    def code_paths(self) -> pd.Series:
        """Return the path of each code, levels joined by ``" > "``; index ``code_id``. A circle ends where it closes."""
        names = self.codes.set_index("code_id")["name"].fillna("").to_dict()
        parents = self.codes.set_index("code_id")["parent_id"].dropna().to_dict()

        def path(code: str) -> str:
            found, seen = [names[code]], {code}
            while (above := parents.get(code)) in names and above not in seen:
                found.append(names[above])
                seen.add(above)
                code = above
            return " > ".join(reversed(found))

        return pd.Series({code: path(code) for code in names}, dtype="str").rename_axis("code_id")

    def without_texts(self) -> CodedProject:
        """Return the project without what was said, written down or named (:mod:`dashat_lib.coded_project.privacy`)."""
        from .privacy import without_texts

        return without_texts(self)

    def to_case(self, **choices: Any) -> NewCase:
        """Make a case of it (:func:`dashat_lib.coded_project.to_case.to_case` says how, and what the choices are)."""
        from .to_case import to_case

        return to_case(self, **choices)

    def summary(self, *, texts: bool = False, say: Callable[..., str] = _in_english) -> dict[str, Any]:
        """Count what the project holds: a dictionary of plain values (:func:`dashat_lib.coded_project.summary.summary`)."""
        from .summary import summary

        return summary(self, texts=texts, say=say)


class Draft:
    """A project while it is read: rows are added, oddities told, and :meth:`finish` freezes it."""

    def __init__(self, format: str, file: Path, **properties: object) -> None:
        self.format, self.file = format, file
        self.properties = {key: str(value) for key, value in properties.items() if value is not None}
        self.report = Report()
        self._columns: dict[str, dict[str, list[Any]]] = {
            table: {column: [] for column in columns} for table, columns in COLUMNS.items()
        }
        self._filled = {
            table: tuple((column, values.append) for column, values in columns.items())
            for table, columns in self._columns.items()
        }

    def add(self, table: str, **values: Any) -> None:
        """Add one row; a column that is not named is missing. "" is missing too, but for ``text`` and ``value``."""
        for column, append in self._filled[table]:
            append(values.get(column))

    def column(self, table: str, column: str) -> list[Any]:
        """Return the values of a column so far, in the order of the rows (to look at, or to mend before it is finished)."""
        return self._columns[table][column]

    def n(self, table: str) -> int:
        """Return how many rows a table has so far."""
        return len(next(iter(self._columns[table].values())))

    def finish(self) -> CodedProject:
        """Return the project with typed tables."""
        tables = {
            table: pd.DataFrame(
                {name: _typed(values, COLUMNS[table][name], name) for name, values in columns.items()}, copy=False
            )
            for table, columns in self._columns.items()
        }
        return CodedProject(
            format=self.format, file=self.file, properties=self.properties, load_report=self.report.entries(), **tables
        )


def plain(column: pd.Series) -> list[Any]:
    """Return the values of a column as plain ones; what is missing is None."""
    return [None if one is pd.NA or one != one else one for one in column.tolist()]


def _typed(values: list[Any], kind: str, column: str) -> pd.api.extensions.ExtensionArray:
    if kind == "str" and column not in ("text", "value"):
        values = [one or None for one in values]
    return pd.array(values, dtype=kind)
