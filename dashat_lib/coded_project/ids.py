"""Which column names a row, which columns point at it, and how both are renamed together."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import pandas as pd

KEYS = {
    "sources": "source_id", "passages": "passage_id", "segments": "segment_id", "codes": "code_id", "categories": "category_id",
    "coders": "coder_id", "codings": "coding_id", "cases": "case_id", "attributes": "attribute_id", "memos": "memo_id",
    "sets": "set_id", "links": "link_id", "sync_points": "sync_point_id",
}  # fmt: skip
# Columns that name a row of another table; "*": of any table.
POINTS: dict[str, dict[str, str]] = {
    "sources": {"part_of": "sources", "segment_id": "segments", "creator": "coders", "modifier": "coders"},
    "passages": {"source_id": "sources"},
    "segments": {"source_id": "sources", "creator": "coders", "modifier": "coders", "from_sync": "sync_points", "to_sync": "sync_points"},
    "codes": {"parent_id": "codes"},
    "categories": {"parent_id": "categories"},
    "category_codes": {"category_id": "categories", "code_id": "codes"},
    "codings": {"segment_id": "segments", "source_id": "sources", "code_id": "codes", "coder_id": "coders"},
    "case_members": {"case_id": "cases", "target_id": "*"},
    "attribute_values": {"attribute_id": "attributes", "target_id": "*"},
    "memos": {"source_id": "sources", "creator": "coders", "modifier": "coders"},
    "memo_links": {"memo_id": "memos", "target_id": "*"},
    "set_members": {"set_id": "sets", "target_id": "*"},
    "links": {"origin_id": "*", "target_id": "*"},
    "sync_points": {"source_id": "sources"},
    "kept": {"parent_id": "*"},
}  # fmt: skip
# What the `kind` of a row says that its ``target_id`` names.
OF_KIND = {
    "source": "sources", "segment": "segments", "code": "codes", "coding": "codings", "case": "cases", "set": "sets",
    "memo": "memos", "link": "links",
}  # fmt: skip

Names = Mapping[str, Mapping[str, str]]  # table -> id -> new id


def pointed(name: str, table: pd.DataFrame, column: str) -> list[tuple[str, str | None]]:
    """Return for each row of a column that points the table it points at ("*": any) and the id, None where it is missing."""
    of = POINTS[name][column]
    ids = [one if isinstance(one, str) else None for one in table[column]]
    if of != "*" or "kind" not in table or column != "target_id":
        return [(of, one) for one in ids]
    return [(OF_KIND.get(kind, "*") if isinstance(kind, str) else "*", one) for kind, one in zip(table["kind"], ids, strict=True)]  # fmt: skip


def finder(to: Names) -> Callable[[str, str], str | None]:
    """Return what finds the new id of (table, id), None where there is none; a note may stand where a document does."""
    everything = {row: made for names in to.values() for row, made in names.items()}
    of_sources = {**to.get("memos", {}), **to.get("sources", {})}
    return lambda of, one: {"*": everything, "sources": of_sources}.get(of, to.get(of, {})).get(one)


def renamed(name: str, table: pd.DataFrame, to: Names, *, but: frozenset[str] = frozenset()) -> pd.DataFrame:
    """Return a table with new ids, its own and those that it points at; what has no new one stays.

    Parameters
    ----------
    but : set of str
        Tables whose own ids stay.
    """
    find = finder(to)
    moved = {}
    if name in KEYS and name not in but:
        own = to[name]
        moved[KEYS[name]] = [own.get(one, one) for one in table[KEYS[name]]]
    for column in POINTS.get(name, {}):
        moved[column] = [one if one is None else find(of, one) or one for of, one in pointed(name, table, column)]
    return table.assign(**{column: pd.Series(values, table.index, dtype="str") for column, values in moved.items()})
