"""How does a coded project become one that REFI-QDA can hold: what is turned into something else."""

from __future__ import annotations

from collections import defaultdict

from ..coded_project import CodedProject, Draft
from ..errors import message
from ..loaders.refi_values import VALUES
from .refi_ids import draft_of, give_guids, made, rows

# What the text of a document that is no text is called in the schema. A PDF and a picture have one, a recording several.
_ROLES = {"pdf": "representation", "picture": "description", "audio": "transcript", "video": "transcript"}
_GAP = "\n\n"  # between quotes that stand for a text
_TYPES = {kind.lower(): kind for kind in VALUES.values()} | {"numeric": "Float", "number": "Float", "character": "Text"}


def fitted(project: CodedProject) -> Draft:
    """Return the tables of a project as REFI-QDA can hold them; the report of the draft says what was changed.

    All ids are GUIDs. Categories are codes or sets, all memos are notes, comments of codings too; ranges of cases and memos are
    segments; each text belongs to a document that can have it.
    """
    draft = draft_of(project)
    give_guids(draft)
    categories(draft)
    circles(draft)
    _texts_of_quotes(draft)
    _ranges(draft)
    _comments(draft)
    _parts(draft)
    _texts_of_media(draft)
    _transcripts(draft)
    _on_transcripts(draft)
    _attributes(draft)
    tell = draft.report.tell
    tell("passage_lost", "passages", message("REFI-QDA knows no passages that carry no code; they were left out."), draft.n("passages"))  # fmt: skip
    weighted = sum(weight is not None for weight in draft.column("codings", "weight"))
    tell("weight_lost", "codings", message("REFI-QDA knows no weights of codings; they were left out."), weighted)
    quoted = sum(row["text"] is not None and row["kind"] not in ("text", "transcript") for row in rows(draft, "segments"))  # fmt: skip
    tell("quote_lost", "segments", message("REFI-QDA has no text of an area of a picture or PDF or a stretch of a recording; it was left out."), quoted)  # fmt: skip
    other = sum(row["stored_text"] not in (None, row["text"]) for row in rows(draft, "segments"))
    tell("stored_text_lost", "segments", message("What the program kept as the text of the segment is not what stands there; REFI-QDA has only what stands there."), other)  # fmt: skip
    return draft


# ---- codes -----------------------------------------------------------------------------------------------------------------


def categories(draft: Draft) -> None:
    """Turn categories into codes that cannot be given, or into sets where a code lies in several."""
    of_code: dict[str, set[str]] = defaultdict(set)
    for row in rows(draft, "category_codes"):
        of_code[row["code_id"]].add(row["category_id"])
    tree = all(len(one) == 1 for one in of_code.values())
    for row in rows(draft, "categories"):
        id, kept = made("categories", row["category_id"]), {one: row[one] for one in ("name", "description")}
        if tree:
            draft.report.tell("category_as_code", row["category_id"], message("The category was written as a code that cannot be given, above its codes."))  # fmt: skip
            above = row["parent_id"] and made("categories", row["parent_id"])
            draft.add("codes", code_id=id, parent_id=above, is_codable=False, **kept)
        else:
            draft.report.tell("category_as_set", row["category_id"], message("The category was written as a set of codes, since a code lies in several; which category lies in which was left out."))  # fmt: skip
            draft.add("sets", set_id=id, **kept)
    if tree:
        parents = draft.column("codes", "parent_id")
        for at, code in enumerate(draft.column("codes", "code_id")):
            if parents[at] is None and code in of_code:
                parents[at] = made("categories", *of_code[code])
    else:
        for row in rows(draft, "category_codes"):
            draft.add("set_members", set_id=made("categories", row["category_id"]), kind="code", target_id=row["code_id"])  # fmt: skip


def circles(draft: Draft) -> None:
    """Make a top code of one that lies below itself, or below one that is not there."""
    codes, parents = draft.column("codes", "code_id"), draft.column("codes", "parent_id")
    above = dict(zip(codes, parents, strict=True))
    sound: set[str] = set()
    tops: set[str] = set()
    for code in codes:
        trail: set[str] = set()
        one: str | None = code
        while one is not None and one not in sound:
            sound.add(one)
            trail.add(one)
            up = above[one]
            if up in trail:
                draft.report.tell(
                    "code_circle", one, message("The code lies below itself; it was written as a top one.")
                )
            elif up is not None and up not in above:
                draft.report.tell("parent_unknown", one, message("The code lies below one that is not there; it was written as a top one."))  # fmt: skip
            if up is not None and (up in trail or up not in above):
                tops.add(one)
                break
            one = up
    parents[:] = [None if code in tops else parent for code, parent in zip(codes, parents, strict=True)]


# ---- documents and their texts -----------------------------------------------------------------------------------------------


def _texts_of_quotes(draft: Draft) -> None:
    """Make a text of the quotes of a document whose own text another program's file did not hold, and give them places in it.

    Numbers of paragraphs or the like, as such a file has them, are no positions of REFI-QDA. Of REFI-QDA itself they are.
    """
    if draft.format.startswith("refi"):
        return
    column = {name: draft.column("segments", name) for name in ("source_id", "kind", "start", "end", "raw_start", "raw_end", "text")}  # fmt: skip
    texts = draft.column("sources", "text")
    row_of = {id: at for at, id in enumerate(draft.column("sources", "source_id")) if texts[at] is None}
    quotes: dict[str, dict[tuple[str | None, str | None, str], tuple[int, int]]] = defaultdict(dict)
    lengths: dict[str, int] = defaultdict(int)
    for at, source in enumerate(column["source_id"]):
        quote = column["text"][at]
        if source in row_of and column["kind"][at] == "text" and column["start"][at] is None and quote:
            key = (
                column["raw_start"][at],
                column["raw_end"][at],
                quote,
            )  # of one passage with several codes there is one
            if key not in quotes[source]:
                quotes[source][key] = (lengths[source], lengths[source] + len(quote))
                lengths[source] += len(quote) + len(_GAP)
            column["start"][at], column["end"][at] = quotes[source][key]
    for source, found in quotes.items():
        texts[row_of[source]] = _GAP.join(quote for _, _, quote in found)
        draft.report.tell("quotes_as_text", source, message("The text of the document is not known; what is known of it, its segments one after the other, was written as its text."))  # fmt: skip
    for name in ("raw_start", "raw_end"):
        column[name][:] = [None] * len(column[name])


def _parts(draft: Draft) -> None:
    """Make a document of each part that the schema has no room for where it is."""
    column = {name: draft.column("sources", name) for name in ("source_id", "kind", "part_of", "segment_id", "role")}
    kinds = dict(zip(column["source_id"], column["kind"], strict=True))
    whole = {id for id, part_of in zip(column["source_id"], column["part_of"], strict=True) if part_of is None}
    areas = {row["segment_id"]: row["source_id"] for row in rows(draft, "segments") if row["kind"] == "pdf"}
    taken: set[tuple[str, str | None]] = set()
    for at, document in enumerate(column["part_of"]):
        if document is None:
            continue
        kind, area, role = kinds.get(document), column["segment_id"][at], column["role"][at]
        place = (document, area)
        fits = document in whole and role == _ROLES.get(kind or "") and (area is None or areas.get(area) == document)
        if not fits or (role != "transcript" and place in taken):
            for name in ("part_of", "segment_id", "role"):
                column[name][at] = None
            column["kind"][at] = "text"
            draft.report.tell("part_apart", column["source_id"][at], message("The text has no room in the document it belongs to; it was written as a document of its own."))  # fmt: skip
        taken.add(place)


def _texts_of_media(draft: Draft) -> None:
    """Give the text of a PDF, picture or recording that stands in the document itself a part of its own, with its segments."""
    text = {row["segment_id"]: row["source_id"] for row in rows(draft, "segments") if row["kind"] in ("text", "transcript")}  # fmt: skip
    own = set(text.values())
    has_part = {part_of for part_of, area in zip(draft.column("sources", "part_of"), draft.column("sources", "segment_id"), strict=True) if area is None}  # fmt: skip
    moved: dict[str, str] = {}
    for at, row in enumerate(list(rows(draft, "sources"))):
        id = row["source_id"]
        if row["kind"] not in _ROLES or (row["text"] is None and id not in own):
            continue
        role: str | None = _ROLES[row["kind"]]
        part_of: str | None = id
        if role != "transcript" and id in has_part:
            role = part_of = None
        moved[id] = made("sources", f"{id}:text")
        draft.column("sources", "text")[at] = None
        draft.add("sources", source_id=moved[id], name=row["name"], kind="text", part_of=part_of, role=role, text=row["text"])  # fmt: skip
        draft.report.tell("text_as_part", id, message("The text of a document that is no text was written as a part of it; its segments are there."))  # fmt: skip
    if moved:
        for table in ("segments", "codings"):
            sources, segments = draft.column(table, "source_id"), draft.column(table, "segment_id")
            sources[:] = [moved.get(source, source) if segment in text else source for source, segment in zip(sources, segments, strict=True)]  # fmt: skip


def _transcripts(draft: Draft) -> None:
    """Give segments of transcripts the sync points that the schema asks for."""
    column = {name: draft.column("segments", name) for name in ("source_id", "segment_id", "kind", "start", "end", "begin_ms", "end_ms", "from_sync", "to_sync")}  # fmt: skip
    transcripts = {row["source_id"] for row in rows(draft, "sources") if row["role"] == "transcript"}
    points: dict[tuple[str, int, int | None], str] = {}
    for at, source in enumerate(column["source_id"]):
        if source not in transcripts or column["kind"][at] not in ("text", "transcript"):
            continue
        column["kind"][at] = "transcript"
        if column["from_sync"][at] or column["to_sync"][at] or column["start"][at] is None or column["end"][at] is None:
            continue
        draft.report.tell("sync_point_made", source, message("The passage of a transcript was given sync points at its ends."))  # fmt: skip
        for end, place, time in (("from_sync", "start", "begin_ms"), ("to_sync", "end", "end_ms")):
            point = (source, column[place][at], column[time][at])
            if point not in points:
                points[point] = made("sync_points", ":".join(map(str, point)))
                draft.add("sync_points", sync_point_id=points[point], source_id=source, position=point[1], time_ms=point[2])  # fmt: skip
            column[end][at] = points[point]


def _on_transcripts(draft: Draft) -> None:
    """Move codes and values of a whole transcript to its recording."""
    above = {row["source_id"]: row["part_of"] for row in rows(draft, "sources") if row["role"] == "transcript"}
    for table, column, is_here in (
        ("codings", "source_id", [segment is None for segment in draft.column("codings", "segment_id")]),
        ("attribute_values", "target_id", [kind == "source" for kind in draft.column("attribute_values", "kind")]),
    ):
        targets = draft.column(table, column)
        for at, here in enumerate(is_here):
            if here and targets[at] in above:
                draft.report.tell("moved_to_recording", targets[at], message("REFI-QDA has no codes and values of a whole transcript; they were written for the recording."))  # fmt: skip
                targets[at] = above[targets[at]]


# ---- cases, memos, values ------------------------------------------------------------------------------------------------------


def _ranges(draft: Draft) -> None:
    """Turn memos of any kind into notes, and the ranges of cases and memos into segments without codes."""
    texts = dict(zip(draft.column("sources", "source_id"), draft.column("sources", "text"), strict=True))
    segments: dict[tuple[str, int, int], str] = {}

    def segment(source: str, start: int, end: int) -> str:
        if (source, start, end) not in segments:
            segments[source, start, end] = made("segments", f"{source}:{start}:{end}")
            draft.add("segments", segment_id=segments[source, start, end], source_id=source, kind="text", start=start, end=end)  # fmt: skip
            draft.report.tell("segment_made", source, message("A segment without a code was made, so that a case or note can point to its range."))  # fmt: skip
        return segments[source, start, end]

    column = {name: draft.column("case_members", name) for name in ("kind", "target_id", "start", "end")}
    for at, kind in enumerate(column["kind"]):
        source, start, end = (column[name][at] for name in ("target_id", "start", "end"))
        if kind != "source" or start is None or end is None or (start, end) == (0, len(texts.get(source) or "")):
            continue
        column["kind"][at], column["target_id"][at] = "segment", segment(source, start, end)
    for row in list(rows(draft, "memos")):
        if row["kind"] != "note":
            draft.report.tell("memo_as_note", row["memo_id"], message("The annotation or journal entry was written as a note."))  # fmt: skip
        source, start, end = row["source_id"], row["start"], row["end"]
        if source is None:
            continue
        if start is None or end is None:
            draft.add("memo_links", memo_id=row["memo_id"], kind="source", target_id=source)
        else:
            draft.add("memo_links", memo_id=row["memo_id"], kind="segment", target_id=segment(source, start, end))


def _comments(draft: Draft) -> None:
    """Turn comments of codings into notes."""
    for row in rows(draft, "codings"):
        if row["comment"] is None:
            continue
        id = made("memos", row["coding_id"])
        draft.report.tell("comment_as_note", row["coding_id"], message("REFI-QDA has no comments of codings; it was written as a note to which the coding points."))  # fmt: skip
        draft.add("memos", memo_id=id, kind="note", text=row["comment"], creator=row["coder_id"], created=row["created"])  # fmt: skip
        draft.add("memo_links", memo_id=id, kind="coding", target_id=row["coding_id"])


def _attributes(draft: Draft) -> None:
    """Give each attribute a type of the schema."""
    types, scopes = draft.column("attributes", "type"), draft.column("attributes", "applies_to")
    for at, id in enumerate(draft.column("attributes", "attribute_id")):
        if types[at] not in VALUES.values():
            types[at] = _TYPES.get((types[at] or "").lower(), "Text")
            draft.report.tell("type_changed", id, message("REFI-QDA has other types of variables; it was written as {type}."), type=types[at])  # fmt: skip
    scoped = sum(scope is not None for scope in scopes)
    draft.report.tell("scope_lost", "attributes", message("REFI-QDA does not say whether a variable is of cases or of documents; its values do."), scoped)  # fmt: skip
