"""What is one row of a table: a coding, a unit with its codes, a case, a code?"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from .headings import Table, columns, key

# Roles by headings, as keys of `headings.key`, in English and Indonesian.
WORDS = {
    "text": ("text", "teks", "segment text", "coded text", "teks segmen", "quote", "quotation", "kutipan", "excerpt", "excerpt copy", "petikan", "content", "isi", "statement", "pernyataan", "ucapan", "answer", "jawaban", "response", "passage", "utterance", "ujaran", "sentence", "kalimat"),
    "coder": ("coder", "coder name", "coder id", "coded by", "pengode", "pengkode", "koder", "dikode oleh", "rater", "penilai", "annotator", "excerpt creator", "codername", "owner"),
    "code": ("code", "kode", "codes", "codename", "code name", "nama kode", "kode kode"),
    "weak code": ("label", "labels", "tag", "tags", "node", "theme", "tema", "category", "kategori"),
    "unit": ("unit", "unit id", "id unit", "segment id", "id segmen", "segment", "segmen", "excerpt id", "quotation id", "statement id", "item", "item id", "id", "no", "nomor", "number", "row", "baris"),
    "document": ("document", "document name", "dokumen", "nama dokumen", "source", "source id", "sumber", "file", "filename", "file name", "berkas", "nama berkas", "transcript", "transkrip", "interview", "wawancara", "media title", "resource title", "media"),
    "case": ("case", "case id", "case name", "kasus", "participant", "participant id", "partisipan", "respondent", "respondent id", "responden", "id responden", "informant", "informan", "nama informan", "person", "subject"),
    "start": ("start", "begin", "start position", "pos0", "mulai", "awal", "posisi awal"),
    "end": ("end", "end position", "pos1", "akhir", "selesai", "posisi akhir"),
    "memo": ("memo", "comment", "komentar", "catatan", "note", "notes", "coding memo"),
    "weight": ("weight", "bobot"),
    "created": ("created", "date coded", "coded at", "tanggal kode", "excerpt date", "coding date"),
}  # fmt: skip
LIST = {
    "code": ("code", "kode", "code name", "nama kode", "name", "nama", "node", "tag", "label", "theme", "tema"),
    "id": ("code id", "id kode", "codeid", "id", "no"),
    "description": ("description", "deskripsi", "definition", "definisi", "code description", "memo", "keterangan", "comment", "komentar", "penjelasan", "arti"),
    "parent": ("parent", "induk", "parent code", "kode induk", "parent id", "parent name"),
    "category": ("category", "kategori", "group", "grup", "kelompok", "code group"),
    "color": ("color", "colour", "warna"),
    "files": ("files", "sources", "berkas", "file", "sumber"),
    "references": ("references", "referensi", "rujukan", "coding references"),
    "when": ("when to use", "inclusion", "inclusion criteria", "kapan dipakai", "kapan digunakan", "kriteria inklusi"),
    "when not": ("when not to use", "exclusion", "exclusion criteria", "kapan tidak dipakai", "kapan tidak digunakan", "kriteria eksklusi"),
    "example": ("example", "examples", "contoh"),
}  # fmt: skip
_NUMBERED = re.compile(r"(?:code|codes|kode|label|tag|coding|koding|theme|tema) ?\d{1,3}")
_CODERS = re.compile(
    r"(?:coder|rater|pengode|pengkode|koder|penilai|annotator|coded by|dikode oleh) ?(?:\d{1,2}|[a-z])"
)
_APPLIED = re.compile(r"\s*Code:\s*(.+?)\s+Applied\s*", re.IGNORECASE)
YES = frozenset({"1", "x", "✓", "✔", "true", "yes", "y", "ya", "benar", "v"})
NO = frozenset({"", "0", "false", "no", "n", "tidak", "salah", "-"})
_PLURAL = ("codes", "kode kode", "labels", "tags")
_OF_PASSAGES = ("text", "coder", "unit", "document", "case", "start", "weight")
_LONG = 25  # letters, on average, that make a cell a passage and not a name


@dataclass(frozen=True)
class Shape:
    """What one row is.

    Attributes
    ----------
    row : str
        "code", "coding", "unit with codes", "unit with coders", "unit with marks", "excerpt" or "case".
    roles : mapping role -> number of the column
    codes : list of int
        Columns that hold codes, marks or, of "unit with coders", what each coder gave.
    plural : bool
        Whether a cell may hold several codes.
    """

    row: str
    roles: dict[str, int]
    codes: list[int] = field(default_factory=list)
    plural: bool = False


def shape_of(table: Table) -> Shape:
    """Decide what one row of a table is, by the headings and by what the columns hold. What is nothing else is a case."""
    keys = [key(name) for name in table.heading]
    roles = _roles(table)
    applied = [n for n, name in enumerate(table.heading) if _APPLIED.fullmatch(name)]
    if applied or "excerpt copy" in keys:
        rest = [n for n in range(len(keys)) if n not in roles.values() and not re.search(r"\b(range|weight)$", keys[n])]
        return Shape("excerpt", roles, applied or [n for n in rest if _marks(table.column(n))])
    words = {one.rstrip("0123456789 ") for one in keys if _NUMBERED.fullmatch(one)}
    numbered = [n for n, one in enumerate(keys) if _NUMBERED.fullmatch(one) or one in words]
    if numbered:
        return Shape("unit with codes", _without(roles, numbered), numbered)
    coders = [n for n, one in enumerate(keys) if _CODERS.fullmatch(one)]
    if len(coders) > 1:
        return Shape("unit with coders", _without(roles, coders), coders, plural=True)
    if _is_list(table, keys, roles):
        return Shape("code", columns(table.heading, LIST))
    if "code" in roles and {"text", "unit", "coder", "document", "case"} & set(roles):
        return Shape("coding", roles, [roles["code"]], plural=keys[roles["code"]] in _PLURAL)
    rest = [n for n in range(len(keys)) if n not in roles.values()]
    if len(rest) > 1 and {"unit", "text"} & set(roles) and all(_marks(table.column(n)) for n in rest):
        return Shape("unit with marks", roles, rest)
    case = _case_column(table, roles)
    return Shape("case", {} if case is None else {"case": case})


def code_of(heading: str) -> str:
    """Return the code that a column of marks is about: ``trust`` of ``Code: trust Applied``."""
    found = _APPLIED.fullmatch(heading)
    return found[1] if found else heading


def _without(roles: dict[str, int], taken: Sequence[int]) -> dict[str, int]:
    return {role: n for role, n in roles.items() if n not in taken}


def _roles(table: Table) -> dict[str, int]:
    """Find the roles.

    A column called unit or segment that holds passages is the text, if there is no other. One called tag or category holds
    codes only beside a text or a coder.
    """
    roles = columns(table.heading, WORDS)
    weak = roles.pop("weak code", None)
    if "unit" in roles and "text" not in roles and _long(table.column(roles["unit"])):
        roles["text"] = roles.pop("unit")
    if weak is not None and "code" not in roles and {"text", "coder"} & set(roles):
        roles["code"] = weak
    return roles


def _case_column(table: Table, roles: dict[str, int]) -> int | None:
    """Return the column that names the cases: called case, unit or id, else the first if its cells are all different."""
    for role in ("case", "unit", "code", "document"):
        if role in roles:
            return roles[role]
    cells = [cell.strip() for cell in table.column(0)] if table.heading else []
    return 0 if cells and all(cells) and len(set(cells)) == len(cells) else None


def _long(cells: Sequence[str]) -> bool:
    filled = [cell for cell in cells if cell.strip()]
    return bool(filled) and sum(map(len, filled)) / len(filled) >= _LONG


def _marks(cells: Sequence[str]) -> bool:
    found = {cell.strip().casefold() for cell in cells}
    return found <= YES | NO and bool(found & YES or found & {"0", "false", "no", "tidak"})


def _is_list(table: Table, keys: Sequence[str], roles: dict[str, int]) -> bool:
    """Say whether rows are codes: each once, with something said of the code, and nothing said of passages."""
    found = columns(table.heading, LIST)
    said = set(found) - {"code", "id"}
    if "code" not in found or any(n not in found.values() for role, n in roles.items() if role in _OF_PASSAGES):
        return False
    if keys[found["code"]] in ("name", "nama"):  # of a person, or of anything
        return bool({"references", "parent"} & said) or {"description", "files"} <= said
    cells = [cell.strip() for cell in table.column(found["code"]) if cell.strip()]
    alone = len(table.heading) == 1 or keys[found.get("id", 0)] in ("code id", "id kode")
    return len(set(cells)) == len(cells) and bool(said or alone)
