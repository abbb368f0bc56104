"""Tables that MAXQDA exports: coded segments, and codes with memos; its own project files are refused, their texts are encrypted."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from ..coded_project import CodedProject, Draft
from ..errors import DashatError, Problem, message
from .code_tree import CodeTree
from .dates import dates_as_iso, milliseconds
from .grids import Grid, Grids, beginning, grids
from .headings import Table, about, as_table, columns, left_out, other_sheets, sheet_known, texts_missing
from .opening import database, is_sqlite

# Headings as keys of `headings.key`: English, German, Spanish, Portuguese, French, Italian, Polish, Indonesian. Where a
# heading is in none of them, the columns are told by their order and by what they hold.
SEGMENT = {
    "document": ("document name", "document", "dokumentname", "dokument", "nombre del documento", "nombre de documento", "documento", "nome do documento", "nom du document", "nome del documento", "nome documento", "nazwa dokumentu", "nama dokumen"),
    "code": ("code", "codigo", "codice", "kod", "kode"),
    "segment": ("segment", "coded segment", "preview", "segmento", "segmento codificado", "vorschau", "fragment", "segmen", "segmen terkode"),
    "start": ("begin", "beginning", "start", "anfang", "inicio", "comienzo", "principio", "comeco", "debut", "inizio", "poczatek", "awal", "mulai"),
    "end": ("end", "ende", "fin", "final", "fim", "fine", "koniec", "akhir"),
    "weight": ("weight", "weight score", "gewicht", "gewichtung", "peso", "ponderacion", "puntuacion", "poids", "ponderation", "waga", "bobot"),
    "group": ("document group", "dokumentgruppe", "grupo de documentos", "grupo de documento", "groupe de documents", "gruppo di documenti", "grupa dokumentow", "grup dokumen", "kelompok dokumen"),
    "comment": ("comment", "kommentar", "comentario", "commentaire", "commento", "komentarz", "komentar"),
    "author": ("author", "created by", "autor", "autorin", "erstellt von", "creado por", "criado por", "auteur", "cree par", "autore", "creato da", "utworzone przez", "penulis", "dibuat oleh"),
    "created": ("created", "creation date", "erstellt", "erstellt am", "erstelldatum", "erstellungsdatum", "creado", "fecha de creacion", "criado", "data de criacao", "cree", "date de creation", "creato", "data di creazione", "data utworzenia", "tanggal dibuat", "dibuat"),
    "modifier": ("modified by", "geandert von", "bearbeitet von", "modificado por", "modifie par", "modificato da", "zmodyfikowane przez", "diubah oleh"),
    "modified": ("modified", "last modified", "geandert", "geandert am", "bearbeitet am", "modificado", "modifie", "modificato", "zmodyfikowano", "diubah", "tanggal diubah"),
    # What these say is computed from the text, or is only for the eye.
    "size": ("size", "area", "grosse", "flache", "tamano", "tamanho", "surface", "taille", "zone", "dimensione", "objetosc", "ukuran"),
    "coverage": ("coverage %", "coverage", "abdeckungsgrad %", "abdeckung %", "cobertura %", "couverture %", "copertura %", "obszar %", "cakupan %"),
    "color": ("color", "colour", "farbe", "cor", "couleur", "colore", "kolor", "warna"),
}  # fmt: skip
_ORDER = ("color", "comment", "group", "document", "code", "start", "end", "weight", "segment", "size", "coverage", "author", "created")  # fmt: skip
_NEEDED = {"document", "code", "segment"}
_TELLING = {"start", "end", "weight", "group", "size", "coverage", "color"}  # three of them make it a table of MAXQDA,
_OWN = {"group", "size", "coverage", "color"}  # if one of them is among these
CODES = {"code": ("code", "codes", "codigo", "codice", "kod", "kode"), "memo": ("memo", "code memo", "memo do codigo")}
_TABLES = {"Codewords", "Codings", "Texts"}
_OWN_NAMES = re.compile(r"\.(mx\d+|mex\d*|mqda|mqex|mqtc)")
_COMPARED = 20


def recognises(path: Path) -> bool:
    """Say whether a file is a table of MAXQDA, or one of its project files (which are refused with a word on what to export)."""
    if is_sqlite(path):
        return _own_file(path)
    found = beginning(path)
    return found is not None and _known(found) is not None


def read(path: Path, *, progress: object = None) -> CodedProject:
    """Read a table of MAXQDA.

    Returns
    -------
    CodedProject
        One segment and one coding a row, the author being the coder, document groups as sets. Begin and end are paragraphs of
        texts that the table does not hold: they stay in ``raw_start, raw_end``.

    Raises
    ------
    DashatError
        If it is a project or exchange file of MAXQDA, cannot be read, or is no table of MAXQDA.
    """
    if is_sqlite(path) and _own_file(path):
        raise DashatError(Problem(path.name, None, None, None, message("is a file of MAXQDA's own, in which the texts are encrypted."), message("In MAXQDA, export the project as REFI-QDA (.qdpx), or the coded segments as an Excel table, and read that.")))  # fmt: skip
    found = grids(path)
    known = _known(found)
    if known is None:
        raise DashatError(Problem(path.name, None, None, None, message("is no table that MAXQDA exports: none of its rows is such a heading."), message("Export the overview of coded segments, or the code system, as an Excel table.")))  # fmt: skip
    sheet, at, roles = known
    draft = Draft("maxqda", path, origin="MAXQDA", encoding=found.encoding, table="coded segments" if "segment" in roles else "codes")  # fmt: skip
    found.tell(draft.report)
    other_sheets(found, sheet.name, draft)
    table = as_table(sheet, at, draft.report, headless=roles.values())
    about(table, draft)
    if "segment" not in roles:
        _codes(table, roles, draft)
        return draft.finish()
    draft.report.tell("columns_by_position", sheet.name, message("The headings are in a language that is not known; the columns were told by their order and by what they hold."), int(not _by_heading(sheet.rows[at])))  # fmt: skip
    _segments(table, roles, draft)
    return draft.finish()


def _own_file(path: Path) -> bool:
    if _OWN_NAMES.fullmatch(path.suffix.lower()):
        return True
    try:
        with database(path) as (connection, _):
            return {name for (name,) in connection.execute("SELECT name FROM sqlite_master")} >= _TABLES
    except (DashatError, OSError):
        return False


def _known(found: Grids) -> tuple[Grid, int, dict[str, int]] | None:
    """Return the sheet, the row of its heading, and which column is what."""
    known = sheet_known(found, _by_heading)
    if known is not None:
        sheet, at = known
        return sheet, at, columns(sheet.rows[at], SEGMENT)
    for sheet in found.sheets:
        if _by_content(sheet.rows):
            return sheet, 0, dict(zip(_ORDER, range(len(_ORDER)), strict=True))
    known = sheet_known(found, lambda row: len(columns(row, CODES)) == len([*filter(None, row)]) == 2)  # fmt: skip
    if known is not None:
        sheet, at = known
        return sheet, at, columns(sheet.rows[at], CODES)
    return None


def _by_heading(row: Sequence[str]) -> bool:
    roles = set(columns(row, SEGMENT))
    return roles >= _NEEDED and len(roles & _TELLING) >= 3 and bool(roles & _OWN)


def _by_content(rows: Sequence[Sequence[str]]) -> bool:
    """Say whether the rows below the first hold what the columns of MAXQDA hold, in their order."""
    body = [row for row in rows[1 : 1 + _COMPARED] if any(row)]
    if not body or any(len(row) != len(_ORDER) for row in [rows[0], *body]) or not all(map(str.strip, rows[0])):
        return False
    cells = {role: [row[n].strip() for row in body] for n, role in enumerate(_ORDER)}
    numbers = [*cells["weight"], *cells["size"]]
    return (
        all(re.fullmatch(r"[\d:., ]+", cell) for cell in [*cells["start"], *cells["end"], *numbers])
        and all(re.fullmatch(r"\d+([.,]\d+)?", cell) for cell in cells["coverage"])
        and all(re.match(r"\d{1,4}[./-]\d", cell) for cell in cells["created"])
        and all(cells["document"]) and all(cells["code"])
    )  # fmt: skip


def _segments(table: Table, at: dict[str, int], draft: Draft) -> None:
    left_out(table, at.values(), draft.report)
    cells = {role: table.column(at[role]) if role in at else [""] * len(table.rows) for role in SEGMENT}
    dates_as_iso(cells, draft.report)
    tree, coders = CodeTree(draft), dict[str, None]()
    sources = _documents(cells["group"], cells["document"], draft)
    join = next((sign for sign in (" > ", "\\") if any(sign in cell for cell in cells["code"])), " > ")
    seen: dict[tuple[str, ...], str] = {}
    for n, number in enumerate(table.numbers):
        segment = f"row {number}"
        one = {role: values[n].strip() for role, values in cells.items()}
        text, begin = cells["segment"][n] or None, milliseconds(one["start"])
        draft.add(
            "segments", segment_id=segment, source_id=sources[n], kind="text" if begin is None else "audio", text=text,
            stored_text=text, raw_start=one["start"], raw_end=one["end"], begin_ms=begin,
            end_ms=None if begin is None else milliseconds(one["end"]), comment=one["comment"], creator=one["author"],
            created=one["created"], modifier=one["modifier"], modified=one["modified"],
        )  # fmt: skip
        draft.report.tell("kind_chosen", segment, message("A time as position means a recording; it was taken for audio, but may be video."), int(begin is not None))  # fmt: skip
        row = tuple(table.rows[n])
        draft.report.tell("repeated_row", segment, message("Rows are the same in every cell; all were kept."), int(row in seen))  # fmt: skip
        seen[row] = segment
        if one["author"] and one["author"] not in coders:
            coders[one["author"]] = None
            draft.add("coders", coder_id=one["author"], name=one["author"])
        levels = [level.strip() for level in one["code"].split(join) if level.strip()]
        if levels:
            draft.add("codings", coding_id=segment, segment_id=segment, source_id=sources[n], code_id=tree.add(levels), coder_id=one["author"] or None, created=one["created"], weight=one["weight"])  # fmt: skip
        else:
            draft.report.tell("code_not_named", segment, message("A row names no code; its segment was kept without one."))  # fmt: skip
    draft.report.tell("coder_not_named", table.name, message("Rows do not say who coded."), cells["author"].count(""))
    texts_missing(draft)


def _documents(groups: Sequence[str], names: Sequence[str], draft: Draft) -> list[str | None]:
    """Add documents and their groups; return the document of each row. One name in two groups is two documents."""
    rows = [(group.strip(), name.strip()) for group, name in zip(groups, names, strict=True)]
    pairs = dict.fromkeys((group, name) for group, name in rows if name)
    times: dict[str, int] = {}
    for _, name in pairs:
        times[name] = times.get(name, 0) + 1
    ids: dict[tuple[str, str], str] = {}
    sets: dict[str, None] = {}
    for group, name in pairs:
        ids[group, name] = name if times[name] == 1 else f"{group} > {name}"
        draft.add("sources", source_id=ids[group, name], name=name, kind="text")
        draft.report.tell("repeated_name", name, message("Documents of several groups have one name; the group tells them apart."), int(times[name] > 1))  # fmt: skip
        if group:
            if group not in sets:
                sets[group] = None
                draft.add("sets", set_id=group, name=group)
            draft.add("set_members", set_id=group, kind="source", target_id=ids[group, name])
    draft.report.tell("document_not_named", "document", message("Rows name no document; their segments belong to none."), sum(not name for _, name in rows))  # fmt: skip
    return [ids.get(row) for row in rows]


def _codes(table: Table, at: dict[str, int], draft: Draft) -> None:
    tree = CodeTree(draft)
    for row, number in zip(table.rows, table.numbers, strict=True):
        levels = [level.strip() for level in re.split(r">|\\", row[at["code"]]) if level.strip()]
        if not levels:
            draft.report.tell("empty_code", f"row {number}", message("A row names no code; it was left out."))
            continue
        if " > ".join(levels) in tree.given:
            draft.report.tell("repeated_code", " > ".join(levels), message("Rows name one code; they were joined."))
        tree.add(levels, description=row[at["memo"]])
