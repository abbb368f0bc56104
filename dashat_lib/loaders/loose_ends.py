"""Which references of a project lead nowhere or round in a circle, and which codings are there twice."""

from __future__ import annotations

from collections.abc import Mapping

from ..coded_project import Draft
from ..coded_project.model import COLUMNS
from ..errors import message

_UNKNOWN = {
    "unknown_code": message("The coding was kept; the file does not define its code."),
    "unknown_coder": message("The coding was kept; the file does not list its coder."),
    "unknown_source": message("It was kept; the file does not hold the document that it belongs to."),
    "unknown_segment": message("It was kept; the file does not hold the segment that it belongs to."),
    "unknown_case": message("It was kept; the file does not define the case that it belongs to."),
    "unknown_category": message("It was kept; the file does not define the category that it belongs to."),
    "unknown_attribute": message("The value was kept; the file does not define its attribute."),
    "unknown_memo": message("The link was kept; the file does not hold its memo."),
    "unknown_set": message("The member was kept; the file does not define its set."),
    "unknown_member": message("It was kept; the file does not define the code that belongs to it."),
}
_NO_PARENT = message("What it lies below is not defined in the file; it is shown at the top.")
_CIRCLE = message("It lies below itself; each level is shown once.")
_TWICE = message("The coding was kept; the same coder gave the same code to the same place before.")

# table, the column that names its row, the column that refers, what it refers to, the word where that is not defined
_REFERENCES = (
    ("codings", "coding_id", "code_id", "codes", "unknown_code"),
    ("codings", "coding_id", "coder_id", "coders", "unknown_coder"),
    ("codings", "coding_id", "segment_id", "segments", "unknown_segment"),
    ("segments", "segment_id", "source_id", "sources", "unknown_source"),
    ("memos", "memo_id", "source_id", "sources", "unknown_source"),
    ("category_codes", "code_id", "category_id", "categories", "unknown_category"),
    ("category_codes", "category_id", "code_id", "codes", "unknown_member"),
    ("attribute_values", "target_id", "attribute_id", "attributes", "unknown_attribute"),
    ("case_members", "target_id", "case_id", "cases", "unknown_case"),
    ("memo_links", "target_id", "memo_id", "memos", "unknown_memo"),
    ("set_members", "target_id", "set_id", "sets", "unknown_set"),
)
_MAY_BE_MISSING = {("codings", "coder_id"), ("codings", "segment_id"), ("memos", "source_id")}
# Tables whose target is of the kind that stands beside it, and what each kind refers to.
_BY_KIND = ("attribute_values", "case_members", "memo_links", "set_members")
_KINDS = {
    "source": ("sources", "unknown_source"),
    "segment": ("segments", "unknown_segment"),
    "case": ("cases", "unknown_case"),
    "code": ("codes", "unknown_member"),
}
_PLACE = ("source_id", "kind", "raw_start", "raw_end", "start", "end", "page", "x1", "y1", "x2", "y2", "begin_ms", "end_ms")  # fmt: skip


def tell(draft: Draft) -> None:
    """Say what a project refers to and does not define, what lies below itself, and which codings repeat earlier ones.

    Nothing is taken away and nothing changed.
    """
    defined = {table: set(_first(draft, table)) for table in COLUMNS}
    for table, name, column, target, what in _REFERENCES:
        for one, found in zip(draft.column(table, name), draft.column(table, column), strict=True):
            if found not in defined[target] and not (found is None and (table, column) in _MAY_BE_MISSING):
                draft.report.tell(what, one, _UNKNOWN[what])
    for table in _BY_KIND:
        for one, kind, found in zip(_first(draft, table), draft.column(table, "kind"), draft.column(table, "target_id"), strict=True):  # fmt: skip
            if kind in _KINDS and found not in defined[_KINDS[kind][0]]:
                draft.report.tell(_KINDS[kind][1], one, _UNKNOWN[_KINDS[kind][1]])
    for table in ("codes", "categories"):
        _tell_tree(draft, table)
    _tell_repeats(draft)


def _first(draft: Draft, table: str) -> list[str]:
    """Return the first column of a table: the id of the row, or of what the row belongs to."""
    return draft.column(table, next(iter(COLUMNS[table])))


def _tell_tree(draft: Draft, table: str) -> None:
    parents = dict(zip(_first(draft, table), draft.column(table, "parent_id"), strict=True))
    for one, parent in parents.items():
        draft.report.tell("unknown_parent", one, _NO_PARENT, int(parent is not None and parent not in parents))
    for one in in_circles(parents):
        draft.report.tell("circle", one, _CIRCLE)


def in_circles(parents: Mapping[str, str | None]) -> list[str]:
    """Return what lies below itself in a tree given as child -> parent."""
    found: list[str] = []
    done: set[str] = set()
    for one in parents:
        way: dict[str, int] = {}
        at: str | None = one
        while at is not None and at in parents and at not in done and at not in way:
            way[at] = len(way)
            at = parents[at]
        if at in way:
            found += [node for node, order in way.items() if order >= way[at]]
        done |= way.keys()
    return found


def _tell_repeats(draft: Draft) -> None:
    places = zip(*(draft.column("segments", column) for column in _PLACE), strict=True)
    place = dict(zip(draft.column("segments", "segment_id"), places, strict=True))
    seen: set[tuple[object, ...]] = set()
    columns = ("coding_id", "segment_id", "source_id", "code_id", "coder_id")
    for coding, segment, source, code, coder in zip(
        *(draft.column("codings", column) for column in columns), strict=True
    ):
        here = place.get(segment, (source, None))
        # Of a segment without a place nobody knows whether it is the same as another.
        key = (here if any(one is not None for one in here[2:]) else (source, segment), code, coder)
        draft.report.tell("duplicate_coding", coding, _TWICE, int(key in seen))
        seen.add(key)
