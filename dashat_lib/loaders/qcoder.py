"""Texts of qcoder: passages between ``(QCODE)`` and ``(/QCODE){#code}``, one text or a folder of them with its tables."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path, PurePosixPath, PureWindowsPath

from ..coded_project import CodedProject, Draft
from ..errors import DashatError, Problem, message
from .encodings import decoded
from .grids import Grids, beginning, grids
from .headings import Table, about, as_table, columns, left_out, sheet_known
from .opening import whole
from .positions import with_lf

LARGEST_TEXT = 64 << 20
MOST_FILES = 2_000
_OPEN = b"(QCODE)"
_MARK = re.compile(r"\(QCODE\)|\(/QCODE\)(?:\s*\{([^{}]*)\})?|\{(\s*#[^{}\n]*)\}")
_PLACES = {"codes.csv": ("", "codes"), "units.csv": ("", "units"), "unit_document_map.csv": ("", "units")}
# The three tables by their headings, as keys of `headings.key`; nothing else may stand in the heading.
TABLES = {
    "codes": {"id": ("code id",), "code": ("code",), "description": ("code description",)},
    "units": {"id": ("unit id",), "name": ("name",)},
    "map": {"path": ("doc path",), "unit": ("unit id",)},
}


def recognises(path: Path) -> bool:
    """Say whether a file is a marked-up text or a table of qcoder, or a folder holds such texts."""
    if path.is_dir():
        return any(_marked(one) for one in _texts(path)[:50] if not one.is_symlink())
    return _marked(path) or (path.suffix.lower() != ".txt" and _kind(path) is not None)


def read(path: Path, *, progress: object = None) -> CodedProject:
    """Read a marked-up text, a table, or a folder of texts with ``codes.csv, units.csv, unit_document_map.csv``.

    Of a folder the texts in it and in its ``documents`` are read, and the tables in it, in ``codes`` and in ``units``.

    Returns
    -------
    CodedProject
        The texts are without the marks, and positions count in them. Units become cases.

    Raises
    ------
    DashatError
        If it cannot be read.
    """
    draft = Draft("qcoder", path, origin="qcoder")
    if path.is_dir():
        _folder(path, draft)
    elif _marked(path):
        draft.properties["encoding"] = _Texts(draft).add(path)
    else:
        found = grids(path)
        kind = _kind(path)
        if kind is None:
            raise DashatError(Problem(path.name, None, None, None, message("is no marked-up text and no table of qcoder."), message("Read a text with (QCODE) marks, or the folder of the project.")))  # fmt: skip
        draft.properties["encoding"] = str(found.encoding)
        table = _table(found, kind, draft)
        about(table, draft)
        texts = _Texts(draft)
        if kind == "codes":
            texts.codes(table)
        elif kind == "units":
            _units(table, draft)
        else:
            _map(table, draft, {})
    return draft.finish()


def _marked(path: Path) -> bool:
    try:
        with path.open("rb") as file:
            first = file.read(1 << 20)
    except OSError:
        return False
    return _OPEN in first or _OPEN.decode().encode("utf-16-le") in first or _OPEN.decode().encode("utf-16-be") in first


def _kind(path: Path) -> str | None:
    found = beginning(path)
    return next((kind for kind in TABLES if found is not None and _row(found, kind)), None)


def _row(found: Grids, kind: str) -> bool:
    return sheet_known(found, lambda row: len(columns(row, TABLES[kind])) == len(TABLES[kind]) == len([*filter(None, row)])) is not None  # fmt: skip


def _table(found: Grids, kind: str, draft: Draft) -> Table:
    known = sheet_known(found, lambda row: len(columns(row, TABLES[kind])) == len(TABLES[kind]))
    if known is None:
        raise DashatError(Problem(found.path.name, 1, None, None, message("has not the headings of this table of qcoder."), message("They are: {headings}."), {"headings": ", ".join(names[0] for names in TABLES[kind].values())}))  # fmt: skip
    found.tell(draft.report)
    table = as_table(*known, draft.report)
    left_out(table, columns(table.heading, TABLES[kind]).values(), draft.report)
    return table


# ---- one text --------------------------------------------------------------------------------------------------------


@dataclass
class Passage:
    """A passage between marks: where it begins and ends in the text without marks, and its codes."""

    start: int
    end: int
    codes: list[str]


def unmarked(text: str) -> tuple[str, list[Passage], list[tuple[str, int]]]:
    """Take the marks out of a text.

    Marks nest: an end belongs to the nearest beginning before it that has none. A list of codes whose ``(/QCODE)`` was
    forgotten ends the passage where it stands, if it names a code.

    Returns
    -------
    text : str
        Without marks.
    passages : list of Passage
        In the order in which they begin; of equal beginnings the longest first.
    odd : list of (word, place in the text without marks)
        ``mark_mended, mark_not_closed, mark_not_opened, mark_without_code, stray_code_list``.
    """
    parts: list[str] = []
    open_at: list[int] = []
    passages: list[Passage] = []
    odd: list[tuple[str, int]] = []
    length = last = 0
    for found in _MARK.finditer(text):
        parts.append(text[last : found.start()])
        length += found.start() - last
        last = found.end()
        if found[0] == "(QCODE)":
            open_at.append(length)
            continue
        codes = _listed(found[1] if found[2] is None else found[2])
        if found[2] is not None and not (codes and open_at and open_at[-1] < length):
            odd.append(("stray_code_list", length))
        elif not open_at:
            odd.append(("mark_not_opened", length))
        else:
            passages.append(Passage(open_at.pop(), length, codes))
            odd += [("mark_mended", length)] if found[2] is not None else []
            odd += [("mark_without_code", length)] if not codes else []
    odd += [("mark_not_closed", at) for at in open_at]
    parts.append(text[last:])
    return "".join(parts), sorted(passages, key=lambda one: (one.start, -one.end)), odd


def _listed(codes: str | None) -> list[str]:
    """Return the codes of ``#trust, #cost``, each once."""
    names = (part.strip().removeprefix("#").strip() for part in (codes or "").split(","))
    return list(dict.fromkeys(name for name in names if name))


_SAID = {
    "mark_mended": message("A passage has its codes but no (/QCODE); it was ended where they stand."),
    "mark_not_closed": message("A (QCODE) has no end; it was taken out, and nothing was coded with it."),
    "mark_not_opened": message("A (/QCODE) has no beginning; it was taken out, and its codes were not given."),
    "mark_without_code": message("A passage between marks has no code; it was kept without one."),
    "stray_code_list": message("A list of codes stands where no passage ends; it was taken out, and its codes were not given."),
}  # fmt: skip


class _Texts:
    """The marked-up texts of a draft, and the codes that they name."""

    def __init__(self, draft: Draft) -> None:
        self._draft = draft
        self._ids: dict[str, str] = {}
        self._taken: set[str] = set()
        self.listed = False

    def codes(self, table: Table) -> None:
        """Add the codes of ``codes.csv``."""
        at = columns(table.heading, TABLES["codes"])
        self.listed = True
        for row in table.rows:
            own, name = row[at["id"]].strip(), row[at["code"]].strip()
            if not name or name in self._ids or own in self._taken:
                self._draft.report.tell("repeated_code" if name else "empty_code", name or own, message("A row repeats a code or names none; it was left out."))  # fmt: skip
                continue
            self._code(name, own, row[at["description"]].strip())

    def _code(self, name: str, own: str = "", description: str = "") -> str:
        self._ids[name] = own or name
        self._taken.add(own or name)
        self._draft.add("codes", code_id=own or name, name=name, description=description)
        return self._ids[name]

    def add(self, path: Path, source: str | None = None) -> str:
        """Add a text with its passages and codings; return its encoding."""
        draft, source = self._draft, source or path.name
        raw, codec, guessed = decoded(whole(path, LARGEST_TEXT), path.name)
        draft.report.tell("encoding_guessed", source, message("The file does not say its encoding; it was read as {codec}."), int(guessed), codec=codec)  # fmt: skip
        text, passages, odd = unmarked(with_lf(raw))
        draft.add("sources", source_id=source, name=path.stem, kind="text", text=text, path=path.name)
        for word, at in odd:
            draft.report.tell(word, f"{source} at {at}", _SAID[word])
        for one in passages:
            segment = f"{source}:{draft.n('segments') + 1}"
            draft.report.tell("empty_passage", segment, message("Two marks have nothing between them; the empty passage was kept."), int(one.start == one.end))  # fmt: skip
            draft.add("segments", segment_id=segment, source_id=source, kind="text", start=one.start, end=one.end, raw_start=str(one.start), raw_end=str(one.end), text=text[one.start : one.end])  # fmt: skip
            for code in one.codes:
                if code not in self._ids:
                    draft.report.tell("code_not_listed", code, message("A text names a code that is not in codes.csv; it was added."), int(self.listed))  # fmt: skip
                    self._code(code)
                draft.add("codings", coding_id=f"{segment}:{draft.n('codings') + 1}", segment_id=segment, source_id=source, code_id=self._ids[code])  # fmt: skip
        return codec


# ---- a folder of texts ----------------------------------------------------------------------------------------------


def _texts(folder: Path) -> list[Path]:
    """Return the texts of a folder and of its ``documents``, links too; there may be no more than `MOST_FILES`."""
    places = [folder, folder / "documents"]
    try:
        return [one for place in places if place.is_dir() and not place.is_symlink() for one in sorted(place.glob("*.txt"))]  # fmt: skip
    except OSError:
        return []


def _folder(folder: Path, draft: Draft) -> None:
    texts, found = _Texts(draft), {}
    for name, places in _PLACES.items():
        here = [one for place in places if (one := folder / place / name).is_file() and not one.is_symlink() and not one.parent.is_symlink()]  # fmt: skip
        if here:
            found[name] = _table(grids(here[0]), {"codes.csv": "codes", "units.csv": "units"}.get(name, "map"), draft)
    if "codes.csv" in found:
        texts.codes(found["codes.csv"])
    sources: dict[str, str] = {}
    files = _texts(folder)
    if len(files) > MOST_FILES:
        raise DashatError(Problem(folder.name, None, None, None, message("holds {n} texts; {most} are the most that are read."), message("Take it apart into several folders."), {"n": len(files), "most": MOST_FILES}))  # fmt: skip
    for path in files:
        if path.is_symlink():
            draft.report.tell("link_left_out", path.name, message("A link was not followed."))
            continue
        own = path.name if path.name not in sources else f"{path.parent.name}/{path.name}"
        sources.setdefault(path.name, own)
        texts.add(path, own)
    if "units.csv" in found:
        _units(found["units.csv"], draft)
    if "unit_document_map.csv" in found:
        _map(found["unit_document_map.csv"], draft, sources)


def _units(table: Table, draft: Draft) -> None:
    at = columns(table.heading, TABLES["units"])
    known: set[str] = set()
    for row in table.rows:
        own = row[at["id"]].strip()
        if own in known:
            draft.report.tell("repeated_id", own, message("A unit is listed twice; the first was kept."))
        else:
            known.add(own)
            draft.add("cases", case_id=own, name=row[at["name"]].strip())


def _map(table: Table, draft: Draft, sources: dict[str, str]) -> None:
    """Join units and documents; a path is only a name here and is never opened."""
    at = columns(table.heading, TABLES["map"])
    units, whole_project = set(draft.column("cases", "case_id")), bool(sources)
    for row in table.rows:
        unit, path = row[at["unit"]].strip(), row[at["path"]].strip()
        name = PureWindowsPath(PurePosixPath(path).name).name
        if unit not in units:
            units.add(unit)
            draft.add("cases", case_id=unit, name=unit)
            draft.report.tell("unit_not_listed", unit, message("A unit of the map is not in units.csv; it was added."), int(whole_project))  # fmt: skip
        if name not in sources:
            sources[name] = name
            draft.add("sources", source_id=name, name=PurePosixPath(name).stem, kind="text", path=name)
            draft.report.tell("text_missing", name, message("The map names a document that is not here."))
        draft.add("case_members", case_id=unit, kind="source", target_id=sources[name])
