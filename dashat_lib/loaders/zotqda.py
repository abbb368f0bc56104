"""Tables of zotQDA (also read and written by qdaPy): fragments, one row a code that somebody gave an annotation; codebook."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from ..coded_project import CodedProject, Draft
from ..errors import DashatError, Problem, message
from .grids import beginning, grids
from .headings import Table, about, as_table, left_out, other_sheets, sheet_known, texts_missing

_MARK = "zotqdaFormat"
_FRAGMENT = ("code", "annotationKey", "text")
_DOCUMENT = ("citekey", "creator", "year", "title", "itemKey")  # what is said of the item of a document
_READ = (_MARK, "code", "codeId", *_DOCUMENT, "attachmentKey", "attachmentTitle", "annotationKey", "text", "comment", "weight", "allTags", "codedBy", "codedAt", "dateAdded", "dateModified", "positionKind", "positionStart", "positionEnd", "positionPage", "positionRects", "annotationType")  # fmt: skip
_OF_ANNOTATION = ("text", "comment", "attachmentKey", "positionKind", "positionStart", "positionEnd", "positionPage", "positionRects")  # fmt: skip


def recognises(path: Path) -> bool:
    """Say whether a file is a table of zotQDA: it names its format in a column of its own."""
    found = beginning(path)
    return found is not None and sheet_known(found, lambda row: _MARK in row and "code" in row) is not None


def read(path: Path, *, progress: object = None) -> CodedProject:
    """Read fragments or a codebook of zotQDA.

    Returns
    -------
    CodedProject
        One segment an annotation, one coding a row. Positions count in texts that the table does not hold: they stay in
        ``raw_start, raw_end``; of a PDF the page and the border around all rectangles are given. What is said of the item of a
        document are attributes of it.

    Raises
    ------
    DashatError
        If it cannot be read, or is no table of zotQDA.
    """
    found = grids(path)
    known = sheet_known(found, lambda row: _MARK in row and "code" in row)
    if known is None:
        raise DashatError(Problem(path.name, None, None, None, message("is no table of zotQDA: it has no column {column}."), message("Export fragments or codebook from zotQDA as CSV."), {"column": _MARK}))  # fmt: skip
    draft = Draft("zotqda", path, origin="zotQDA", encoding=found.encoding)
    found.tell(draft.report)
    other_sheets(found, known[0].name, draft)
    table = as_table(*known, draft.report)
    about(table, draft)
    at = {name: n for n, name in enumerate(table.heading)}
    versions = dict.fromkeys(row[at[_MARK]].strip() for row in table.rows)
    draft.properties |= {"version": ", ".join(versions)}
    odd = [version for version in versions if version not in ("fragments/1", "codebook/1")]
    draft.report.tell("version_unknown", ", ".join(odd), message("A format version that is not known was read as version 1."), len(odd))  # fmt: skip
    rows = [{name: row[n].strip() if name != "text" else row[n] for name, n in at.items()} for row in table.rows]
    if all(name in at for name in _FRAGMENT):
        left_out(table, (at[name] for name in _READ if name in at), draft.report)
        _fragments(table, rows, draft)
    else:
        left_out(table, (at[name] for name in (_MARK, "code", "codeId", "parent", "name", "level", "color", "memo") if name in at), draft.report)  # fmt: skip
        _codes(rows, draft)
    return draft.finish()


def _codes(rows: Sequence[Mapping[str, str]], draft: Draft) -> dict[str, str]:
    """Add the codes that rows name, below the one that their path names if it is a code too; return path -> id."""
    ids: dict[str, str] = {}
    taken: set[str] = set()
    for row in rows:
        path = row["code"]
        own = row.get("codeId") or path
        if not path:
            draft.report.tell("empty_code", own or "code", message("A row names no code; it was left out."))
        elif path not in ids:
            draft.report.tell("repeated_id", own, message("Two codes have one id; the later one is called by its path."), int(own in taken))  # fmt: skip
            ids[path] = path if own in taken else own
            taken.add(ids[path])
        elif row.get("codeId") and ids[path] != own:
            draft.report.tell("code_id_differs", path, message("One code has two ids; the first was kept."))
    about_code = {row["code"]: row for row in reversed(rows)}
    for path, own in ids.items():
        above = path
        while "/" in above and (above := above.rpartition("/")[0]) not in ids:
            pass
        parent = above if above in ids and above != path else None
        row = about_code[path]
        name = path[len(parent) + 1 :] if parent else path
        draft.add("codes", code_id=own, parent_id=ids[parent] if parent else None, name=name, description=row.get("memo", ""), color=row.get("color", "") if "memo" in row else None)  # fmt: skip
    return ids


def _fragments(table: Table, rows: Sequence[Mapping[str, str]], draft: Draft) -> None:
    codes = _codes(rows, draft)
    documents: dict[str, Mapping[str, str]] = {}
    segments: dict[str, Mapping[str, str]] = {}
    coders: dict[str, None] = {}
    given: dict[tuple[str, str, str], None] = {}
    for row, number in zip(rows, table.numbers, strict=True):
        source = row.get("attachmentKey") or row.get("itemKey") or row.get("citekey") or None
        if source and source not in documents:
            documents[source] = row
            draft.add("sources", source_id=source, name=row.get("attachmentTitle") or row.get("title") or source, kind="pdf" if row.get("positionKind") == "pdf" else "text")  # fmt: skip
        own = row["annotationKey"] or f"row {number}"
        if own not in segments:
            segments[own] = row
            _segment(own, source, row, draft)
        elif any(row.get(name) != segments[own].get(name) for name in _OF_ANNOTATION):
            draft.report.tell("segment_differs", own, message("Rows of one annotation differ in text, comment or position; the first was kept."))  # fmt: skip
        coder = row.get("codedBy") or None
        if coder and coder not in coders:
            coders[coder] = None
            draft.add("coders", coder_id=coder, name=coder)
        tags = [tag.strip() for tag in row.get("allTags", "").split("|") if tag.strip()]
        draft.report.tell("tag_left_out", own, message("Tags of an annotation that are no codes were not read."), sum(not tag.startswith("#Code ") for tag in tags))  # fmt: skip
        if not row["code"]:
            draft.report.tell("code_not_named", own, message("A row names no code; its segment was kept without one."))
            continue
        draft.report.tell("tag_differs", own, message("The code of a row is not among the tags of its annotation; the code was kept."), int(bool(tags) and f"#Code {row['code']}" not in tags))  # fmt: skip
        place = (own, codes[row["code"]], coder or "")
        draft.report.tell("duplicate_coding", own, message("One coder gave one annotation a code twice; both were kept."), int(place in given))  # fmt: skip
        given[place] = None
        draft.add("codings", coding_id=f"row {number}", segment_id=own, source_id=source, code_id=codes[row["code"]], coder_id=coder, created=row.get("codedAt", ""), weight=row.get("weight", ""))  # fmt: skip
    _attributes(documents, draft)
    texts_missing(draft)


def _segment(own: str, source: str | None, row: Mapping[str, str], draft: Draft) -> None:
    kind = "pdf" if row.get("positionKind") == "pdf" else "text"
    page, box = row.get("positionPage", ""), _border(row.get("positionRects", ""))
    draft.report.tell("position_not_read", own, message("The rectangles of an annotation are no numbers; its place on the page was left out."), int(bool(row.get("positionRects")) and box is None))  # fmt: skip
    draft.report.tell("areas_joined", own, message("An annotation of several rectangles is one area: the border around them."), int("|" in row.get("positionRects", "")))  # fmt: skip
    x1, y1, x2, y2 = box or (None,) * 4
    text = row["text"] or None
    draft.add(
        "segments", segment_id=own, source_id=source, kind=kind, raw_start=row.get("positionStart", ""),
        raw_end=row.get("positionEnd", ""), page=int(page) if page.isdecimal() else None, x1=x1, y1=y1, x2=x2, y2=y2,
        text=text, stored_text=text, comment=row.get("comment", ""), created=row.get("dateAdded", ""),
        modified=row.get("dateModified", ""),
    )  # fmt: skip


def _border(rectangles: str) -> tuple[float, float, float, float] | None:
    try:
        found = [[float(number) for number in one.split()] for one in rectangles.split("|") if one.strip()]
    except ValueError:
        return None
    if not found or any(len(one) != 4 for one in found):
        return None
    left, bottom, right, top = zip(*found, strict=True)
    return min(left), min(bottom), max(right), max(top)


def _attributes(documents: Mapping[str, Mapping[str, str]], draft: Draft) -> None:
    for name in _DOCUMENT:
        if any(row.get(name) for row in documents.values()):
            draft.add("attributes", attribute_id=name, name=name, type="text", applies_to="source")
            for source, row in documents.items():
                draft.add("attribute_values", attribute_id=name, kind="source", target_id=source, value=row.get(name) or None)  # fmt: skip
