"""What does a coded project hold: counts, in the words that researchers use."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import pandas as pd

from .model import CodedProject

_NUMBERS = ("data_rows", "pages")  # properties that are counted by the loader


def summary(project: CodedProject, *, texts: bool = False, say: Callable[..., str]) -> dict[str, Any]:
    """Count what a project holds.

    Parameters
    ----------
    texts : bool
        Also what participants said: ``quotes`` and ``texts``, and who they and the coders are. Without them people are numbered and
        places of the report are left out, so that a summary can be passed on; names of codes stay.
    say : function
        Translates the sentences of the load report.

    Returns
    -------
    dict of plain values
        ``format``, counts of documents, codes, segments, codings, people, cases, attributes, memos; ``codings_by_code`` by path,
        ``codings_by_coder`` by name; of a transcript its cues, turns and speakers; ``load_report``.
    """
    found: dict[str, Any] = {"format": project.format}
    found |= _documents(project) | _codes(project) | _segments(project) | _people(project)
    found |= _cases(project) | _memos(project) | _transcript(project)
    found |= {key: int(project.properties[key]) for key in _NUMBERS if key in project.properties}
    if "encoding" in project.properties:
        found["encoding"] = project.properties["encoding"]
    if texts:
        cut = project.segments.dropna(subset=["text"])
        found["quotes"] = [{"selection": one, "text": text} for one, text in zip(cut["segment_id"], cut["text"], strict=True)]  # fmt: skip
        found["texts"] = _passages(project)
    found["load_report"] = [entry.record(say) for entry in project.load_report]
    return found if texts else _numbered(found)


def _numbered(found: dict[str, Any]) -> dict[str, Any]:
    """A summary that names nobody: people are numbered, and where something was odd is left out, since it may be a name."""
    named: dict[str, Any] = {
        "codings_by_coder": {f"coder-{at}": n for at, n in enumerate(found["codings_by_coder"].values(), 1)}
    }
    if "speakers" in found:
        named["speakers"] = [f"speaker-{at}" for at in range(1, len(found["speakers"]) + 1)]
    return {**found, **named, "load_report": [{**entry, "where": ""} for entry in found["load_report"]]}


def matching(project: CodedProject) -> tuple[int, int]:
    """Return how many segments have a stored quote and a place in the text, and of how many the two are the same."""
    both = project.segments.dropna(subset=["start", "stored_text", "text"])
    return len(both), int((both["text"] == both["stored_text"]).sum())


def depth(parents: Mapping[str, str | None]) -> int:
    """Return the levels of a tree given as child -> parent (0: empty); a circle counts each member once."""

    def level(one: str | None) -> int:
        seen: set[str] = set()
        while one is not None and one in parents and one not in seen:
            seen.add(one)
            one = parents[one]
        return len(seen)

    return max(map(level, parents), default=0)


def _documents(project: CodedProject) -> dict[str, Any]:
    sources = project.sources
    own = sources[sources["part_of"].isna()]
    segments = project.segments[project.segments["segment_id"].isin(set(project.codings["segment_id"].dropna()))]
    top = sources.set_index("source_id")["part_of"].dropna().to_dict()
    coded = {top.get(one, one) for one in segments["source_id"].dropna()}
    return {
        "documents": len(own),
        "text_documents": int((own["kind"] == "text").sum()),
        "distinct_document_names": int(own["name"].nunique()),
        "documents_with_codings": len(coded & set(own["source_id"])),
    }


def _codes(project: CodedProject) -> dict[str, Any]:
    codes, categories = project.codes, project.categories
    parents = _parents(codes, "code_id")
    return {
        "codes": len(codes),
        "top_level_codes": sum(parent not in parents for parent in parents.values()),
        "code_tree_depth": depth(parents),
        "distinct_code_names": int(codes["name"].nunique()),
        "non_codable_codes": int((~codes["is_codable"].fillna(True)).sum()),
        "codes_with_description": int(codes["description"].notna().sum()),
        "codes_used": len(set(project.codings["code_id"].dropna()) & set(codes["code_id"])),
        "categories": len(categories),
        "category_depth": depth(_parents(categories, "category_id")),
        "codes_in_categories": int(project.category_codes["code_id"].nunique()),
        "sets": len(project.sets),
        "set_members": len(project.set_members),
    }


def _parents(table: pd.DataFrame, key: str) -> dict[str, str | None]:
    parents = [None if pd.isna(parent) else parent for parent in table["parent_id"]]
    return dict(zip(table[key], parents, strict=True))


def _segments(project: CodedProject) -> dict[str, Any]:
    segments, codings = project.segments, project.codings
    on_segments = codings[codings["segment_id"].notna()]
    paths = project.code_paths().to_dict()
    by_code = on_segments["code_id"].map(lambda code: paths.get(code, code)).value_counts(sort=False)
    names = project.coders.drop_duplicates("coder_id").set_index("coder_id")["name"].dropna().to_dict()
    coders = codings["coder_id"].map(lambda coder: names.get(coder, coder))
    text = segments[(segments["kind"] == "text") & segments["start"].notna()]
    kinds = segments["kind"].value_counts()
    return {
        "selections": len(segments),
        "selections_by_kind": {kind: int(kinds.get(kind, 0)) for kind in ("text", "picture", "pdf", "audio", "video", "transcript")},
        "uncoded_selections": int((~segments["segment_id"].isin(set(on_segments["segment_id"]))).sum()),
        "selection_comments": int(segments["comment"].notna().sum()),
        "distinct_ranges": len(text.drop_duplicates(["source_id", "start", "end"])),
        "selections_matching_stored_text": matching(project)[1],
        "codings": len(on_segments),
        "document_codings": len(codings) - len(on_segments),
        "codings_by_code": {str(code): int(n) for code, n in by_code.items()},
        "codings_by_coder": {str(coder): int(n) for coder, n in coders.value_counts(sort=False).items()},
    }  # fmt: skip


def _people(project: CodedProject) -> dict[str, Any]:
    return {"users": len(project.coders), "coders": int(project.codings["coder_id"].nunique())}


def _cases(project: CodedProject) -> dict[str, Any]:
    values = project.attribute_values
    given = values[values["value"].notna() & (values["value"] != "")]
    return {
        "cases": len(project.cases),
        "variables": len(project.attributes),
        "case_values": int((given["kind"] == "case").sum()),
        "document_values": int((given["kind"] == "source").sum()),
        "empty_values": len(values) - len(given),
    }


def _memos(project: CodedProject) -> dict[str, Any]:
    kinds = project.memos["kind"].value_counts()
    words = {"notes": "note", "annotations": "annotation", "journals": "journal"}
    return {key: int(kinds.get(kind, 0)) for key, kind in words.items()} | {"links": len(project.links)}


def _transcript(project: CodedProject) -> dict[str, Any]:
    if project.format != "transcript":
        return {}
    cues = project.passages[project.passages["kind"] == "cue"]
    last = cues["end_ms"].max()
    return {
        "cues": len(cues),
        "turns": _turns(project),
        "speakers": list(project.cases["name"]),
        "cues_without_speaker": int(cues["speaker"].isna().sum()),
        **({} if pd.isna(last) else {"last_end_seconds": int(last) / 1000}),
    }


def _turns(project: CodedProject) -> int:
    """Count turns: ranges that follow each other with one speaker are one, and so are cues of nobody. What is empty is no speech."""
    spoken = project.case_members.loc[project.case_members["start"].notna(), ["target_id", "start", "case_id"]]
    spoken.columns = ["source_id", "start", "speaker"]
    passages = project.passages
    nobody = passages[passages["speaker"].isna() & (passages["start"] < passages["end"]).fillna(False)]
    nobody = nobody[["source_id", "start"]].assign(speaker=nobody["kind"].isin(["cue", "turn"]).map({True: "", False: None}))  # fmt: skip
    both = pd.concat([spoken, nobody]).sort_values(["source_id", "start"])["speaker"].fillna("(no speech)")
    return int(((both != both.shift()) & (both != "(no speech)")).sum())


def _passages(project: CodedProject) -> list[str]:
    texts = project.sources.set_index("source_id")["text"].to_dict()
    found = []
    for one in project.passages.itertuples():
        text = texts.get(one.source_id)
        found.append(text[one.start : one.end] if isinstance(text, str) and not pd.isna(one.start) else "")
    return found
