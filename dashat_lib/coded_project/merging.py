"""Two coders worked on copies of one project: put their codings side by side, and say what did not match."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import pandas as pd

from ..errors import message
from .ids import KEYS, renamed
from .model import COLUMNS, CodedProject, Report

_CODINGS = frozenset({"codings"})  # get their ids where the two are put together
_AREA = ["source_id", "kind", "start", "end", "page", "x1", "y1", "x2", "y2", "begin_ms", "end_ms", "from_sync", "to_sync"]  # fmt: skip

_NOTHING = message("No document of one file is in the other, by name and text: are they exports of one project?")
_ONLY = message("It stands in {file} only, and was taken over.")
_OTHER_TEXT = message("A document of this name stands in both files with different texts; both were kept, and no segment of one was matched with the other.")  # fmt: skip
_NO_TEXT = message("The files hold no text of it; it was matched by name and kind alone.")
_OTHER_NAME = message("The same text stands in both files under different names; documents are matched by name and text, so both were kept.")  # fmt: skip
_TWICE = message("Several rows of one file look the same; they were matched in their order.")
_OTHER_WORDS = message("It is described in different words in the two files; those of {file} were kept.")
_SAME_CODING = message("The same coder gave the same segment the same code in both files; it stands once.")
_SAME_NAME = message("Two people with different ids have the same name; they were kept apart.")


def merge(one: CodedProject, other: CodedProject) -> CodedProject:
    """Put two projects together; neither is changed.

    Documents are matched by name and text, codes by their path, segments by document and range, whatever their ids: two
    exports of one project may share no id. Coders and all else are matched by id. What is matched keeps the id of the first; what
    stands in one only is kept.

    Returns
    -------
    CodedProject
        Its ``load_report`` holds those of both and then what did not match.
    """
    report = Report()
    files = (one.file.name, other.file.name if other.file.name != one.file.name else f"{other.file.parent.name}/{other.file.name}")  # fmt: skip
    to: dict[str, dict[str, str]] = {name: {} for name in COLUMNS}
    to["coders"] = _by_id(one.coders, other.coders, "coder_id")
    to["sources"] = _documents(one, other, report)
    to["codes"] = _paired(one.code_paths(), other.code_paths())
    for name in ("categories", "cases", "attributes", "memos", "sets", "links", "sync_points", "passages"):
        to[name] = _by_id(getattr(one, name), getattr(other, name), KEYS[name])
    to["segments"] = _segments(one, other, to)
    if len(one.sources) and len(other.sources) and not to["sources"]:
        report.tell("nothing_matched", other.file.name, _NOTHING, len(other.sources))
    _tell_twins(one, other, report)
    _tell_only(one, other, to, files, report)
    _tell_words(one, other, to, files[0], report)
    _tell_people(one, other, report)
    _rename_the_rest(one, other, to)
    tables = {name: _both(name, table, renamed(name, getattr(other, name), to, but=_CODINGS), report) for name, table in one.tables()}  # fmt: skip
    return replace(one, **tables, load_report=(*one.load_report, *other.load_report, *report.entries()))


def _rename_the_rest(one: CodedProject, other: CodedProject, to: Mapping[str, dict[str, str]]) -> None:
    """Give what was not matched an id that means nothing else in the first project."""
    for name, key in KEYS.items():
        taken = set(getattr(one, name)[key])
        for row in [] if name == "codings" else getattr(other, name)[key]:
            if row not in to[name]:
                made = row
                while made in taken:
                    made += "~2"
                to[name][row] = made
                taken.add(made)


def _by_id(one: pd.DataFrame, other: pd.DataFrame, key: str) -> dict[str, str]:
    """Match rows by id; where the two have different names, the id means two things."""
    names = "name" if "name" in one else key
    here = dict(zip(one[key], one[names].fillna(""), strict=True))
    return {row: row for row, name in zip(other[key], other[names].fillna(""), strict=True) if here.get(row) == name}


def _paired(one: pd.Series, other: pd.Series) -> dict[str, str]:
    """Match rows by a key, the n-th of the one with the n-th of the other; ids are the index. Missing keys match nothing."""
    parts = [
        pd.DataFrame({"key": side, "n": side.groupby(side).cumcount(), "id": side.index}).dropna(subset=["key"])
        for side in (one, other)
    ]
    both = parts[0].merge(parts[1], on=["key", "n"], suffixes=("_one", "_other"))
    return dict(zip(both["id_other"], both["id_one"], strict=True))


def _documents(one: CodedProject, other: CodedProject, report: Report) -> dict[str, str]:
    """Match documents by name and text; parts of a document by their document, role and text."""
    found: dict[str, str] = {}

    def keyed(project: CodedProject, own: bool, renamed: Mapping[str, str]) -> pd.Series:
        table = project.sources[project.sources["part_of"].isna() == own]
        above = table["name"].fillna("") if own else table["part_of"].map(lambda part: renamed.get(part, part)) + "\t" + table["role"].fillna("")  # fmt: skip
        return pd.Series((above + "\t" + table["kind"].fillna("") + "\t" + table["text"].fillna("")).to_numpy(), table["source_id"])  # fmt: skip

    found |= _paired(keyed(one, True, {}), keyed(other, True, {}))
    found |= _paired(keyed(one, False, {}), keyed(other, False, dict(found)))
    here, there = one.sources.set_index("source_id"), other.sources.set_index("source_id")
    for first in found.values():
        report.tell("matched_without_text", here.at[first, "name"], _NO_TEXT, int(pd.isna(here.at[first, "text"]) and here.at[first, "kind"] == "text"))  # fmt: skip
    left, right = here.drop(list(found.values())), there.drop(list(found))
    left, right = left[left["part_of"].isna()], right[right["part_of"].isna()]
    for name in sorted(set(left["name"].dropna()) & set(right["name"].dropna())):
        report.tell("document_differs", name, _OTHER_TEXT)
    same = left.dropna(subset=["text"]).merge(right.dropna(subset=["text"]), on="text")
    for row in same.itertuples():
        if row.name_x != row.name_y:
            report.tell("document_renamed", f"{row.name_x} / {row.name_y}", _OTHER_NAME)
    return found


def _segments(one: CodedProject, other: CodedProject, to: Mapping[str, Mapping[str, str]]) -> dict[str, str]:
    """Match segments by document and range; those without any place (of a table of quotations) by their words."""

    def keyed(table: pd.DataFrame, renamed: Mapping[str, Mapping[str, str]]) -> pd.Series:
        moved = table.assign(
            source_id=table["source_id"].map(lambda one: renamed["sources"].get(one, one)),
            from_sync=table["from_sync"].map(lambda one: renamed["sync_points"].get(one, one)),
            to_sync=table["to_sync"].map(lambda one: renamed["sync_points"].get(one, one)),
        )
        place = moved[_AREA].astype("object").where(moved[_AREA].notna(), "").astype(str).agg("\t".join, axis=1) if len(moved) else pd.Series(dtype="str")  # fmt: skip
        placed = moved[[name for name in _AREA if name not in ("source_id", "kind")]].notna().any(axis=1)
        words = moved["stored_text"].fillna("")
        key = (place + "\t" + words.where(~placed, "")).where(moved["source_id"].notna() & (placed | (words != "")))
        return pd.Series(key.to_numpy(), moved["segment_id"])

    nothing: dict[str, dict[str, str]] = {"sources": {}, "sync_points": {}}
    return _paired(keyed(one.segments, nothing), keyed(other.segments, to))


def _both(name: str, one: pd.DataFrame, other: pd.DataFrame, report: Report) -> pd.DataFrame:
    """The rows of both: of what was matched those of the first."""
    if name == "codings":
        same = ["segment_id", "source_id", "code_id", "coder_id"]
        known = pd.MultiIndex.from_frame(one[same].astype("object").fillna(""))
        twice = pd.MultiIndex.from_frame(other[same].astype("object").fillna("")).isin(known)
        report.tell("coding_in_both", "codings", _SAME_CODING, int(twice.sum()))
        ids = set(one["coding_id"])
        other = other[~twice]
        other = other.assign(
            coding_id=other["coding_id"].map(lambda row: f"{row}~2" if row in ids else row).astype("str")
        )
    elif name in KEYS:
        other = other[~other[KEYS[name]].isin(set(one[KEYS[name]]))]
    elif len(one):
        known = pd.MultiIndex.from_frame(one.astype("object").fillna(""))
        other = other[~pd.MultiIndex.from_frame(other.astype("object").fillna("")).isin(known)]
    return pd.concat([one, other], ignore_index=True)


def _tell_only(one: CodedProject, other: CodedProject, matched: Mapping[str, Mapping[str, str]], files: tuple[str, str], report: Report) -> None:  # fmt: skip
    """Say which rows of one project have none in the other."""
    for name in ("sources", "codes", "segments", "cases", "memos"):
        known = (set(matched[name].values()), set(matched[name]))
        for project, ids, file in zip((one, other), known, files, strict=True):
            table = getattr(project, name)
            alone = table[~table[KEYS[name]].isin(ids)]
            for label in alone[KEYS[name]] if name == "segments" else alone["name"].fillna(alone[KEYS[name]]):
                report.tell(f"only_in_one_{name}", label, _ONLY, file=file)


def _tell_twins(one: CodedProject, other: CodedProject, report: Report) -> None:
    """Codes of one path and documents of one name and text cannot be told apart but by their order."""
    for project in (one, other):
        paths = project.code_paths()
        for path in paths[paths.duplicated()]:
            report.tell("same_path", path, _TWICE)
        own = project.sources[project.sources["part_of"].isna()]
        for row in own[own.duplicated(["name", "kind", "text"])].itertuples():
            report.tell("same_document", row.name if isinstance(row.name, str) else row.source_id, _TWICE)


def _tell_words(one: CodedProject, other: CodedProject, to: Mapping[str, Mapping[str, str]], file: str, report: Report) -> None:  # fmt: skip
    for name in ("sources", "codes", "cases"):
        key = KEYS[name]
        here = getattr(one, name).drop_duplicates(key).set_index(key)["description"].fillna("")
        there = getattr(other, name).drop_duplicates(key).set_index(key)["description"].fillna("")
        for row, text in there.items():
            made = to[name].get(str(row))
            if made in here.index and here[made] != text:
                report.tell("described_differently", row, _OTHER_WORDS, file=file)


def _tell_people(one: CodedProject, other: CodedProject, report: Report) -> None:
    for name in sorted(set(one.coders["name"].dropna()) & set(other.coders["name"].dropna())):
        ids = [set(side.coders.loc[side.coders["name"] == name, "coder_id"]) for side in (one, other)]
        report.tell("coder_of_same_name", "coders", _SAME_NAME, len(ids[0] ^ ids[1]) // 2 if ids[0] != ids[1] else 0)
