"""Tables that ATLAS.ti exports: quotations; codebook, list and co-occurrence of codes (:mod:`.atlasti_codebooks`)."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from ..coded_project import CodedProject, Draft
from ..errors import DashatError, Problem, message
from . import atlasti_codebooks as books
from .atlasti_codes import split
from .dates import dates_as_iso, milliseconds
from .grids import beginning, grids
from .headings import Table, about, as_table, columns, left_out, other_sheets, sheet_known, texts_missing

# Headings as keys of `headings.key`, in English, German, Spanish, Portuguese, French and Indonesian; ATLAS.ti mixes them.
QUOTATION = {
    "text": ("text content", "quotation content", "quotation text", "textinhalt", "zitatinhalt", "contenido de texto", "contenido del texto", "contenido de la cita", "conteudo de texto", "conteudo do texto", "conteudo da citacao", "contenu du texte", "contenu de la citation", "isi teks", "isi kutipan"),
    "n_codes": ("number of codes", "anzahl codes", "anzahl der codes", "anzahl kodes", "anzahl der kodes", "numero de codigos", "nombre de codes", "jumlah kode"),
    "number": ("number", "id", "quotation id", "nummer", "zitat id", "numero", "id de cita", "id da citacao", "nomor"),
    "document": ("document", "document name", "dokument", "dokumentname", "documento", "nombre del documento", "nome do documento", "nom du document", "dokumen", "nama dokumen"),
    "codes": ("codes", "codes assigned", "kodes", "codigos", "kode"),
    "reference": ("reference", "referenz", "verweis", "referencia", "referensi"),
    "name": ("name", "quotation name", "zitatname", "nombre", "nombre de la cita", "nome", "nome da citacao", "nom", "nom de la citation", "nama", "nama kutipan"),
    "comment": ("comment", "quotation comment", "kommentar", "comentario", "commentaire", "komentar"),
    "start": ("initial position", "start position", "start", "startposition", "anfangsposition", "posicion inicial", "posicao inicial", "position initiale", "posisi awal"),
    "end": ("final position", "end position", "end", "endposition", "posicion final", "posicao final", "position finale", "posisi akhir"),
    "creator": ("created by", "author", "erstellt von", "creado por", "criado por", "cree par", "dibuat oleh"),
    "modifier": ("modified by", "geandert von", "bearbeitet von", "modificado por", "modifie par", "diubah oleh"),
    "created": ("creation date", "created", "date created", "erstellungsdatum", "erstellt", "erstellt am", "fecha de creacion", "creado", "data de criacao", "criado", "date de creation", "cree", "tanggal dibuat"),
    "modified": ("modification date", "modified", "date modified", "anderungsdatum", "geandert", "geandert am", "fecha de modificacion", "modificado", "data de modificacao", "date de modification", "modifie", "tanggal diubah"),
}  # fmt: skip


def recognises(path: Path) -> bool:
    """Say whether a file is a table of ATLAS.ti, by its heading."""
    found = beginning(path)
    return found is not None and sheet_known(found, _kind) is not None


def read(path: Path, *, progress: object = None, codebook: Path | None = None) -> CodedProject:
    """Read a table of ATLAS.ti.

    Parameters
    ----------
    codebook : path, optional
        Of quotations: the codebook of the same project, as ATLAS.ti exports it. Its names tell where one code ends and the
        next begins, its codes and groups are taken over.

    Returns
    -------
    CodedProject
        Positions are paragraphs of texts that the table does not hold: they stay in ``raw_start, raw_end``. ``properties`` of a
        list of codes or a co-occurrence table hold its numbers as JSON (``groundedness``, ``density``, ``cooccurrence``).

    Raises
    ------
    DashatError
        If it cannot be read, or is no table of ATLAS.ti.
    """
    found = grids(path)
    known = sheet_known(found, _kind)
    if known is None:
        raise DashatError(Problem(path.name, None, None, None, message("is no table that ATLAS.ti exports: none of its rows is such a heading."), message("Export quotations, codebook or code list from their manager as Excel or CSV.")))  # fmt: skip
    sheet, at = known
    kind = _kind([cell.strip() for cell in sheet.rows[at]])
    draft = Draft("atlasti", path, origin="ATLAS.ti", encoding=found.encoding, table=kind)
    found.tell(draft.report)
    other_sheets(found, sheet.name, draft)
    headless = books.levels(sheet.rows[at]) if kind in ("code list", "cooccurrence") else ()
    table = as_table(sheet, at, draft.report, headless=headless)
    about(table, draft)
    if kind == "quotations":
        _quotations(table, draft, _codebook_beside(draft, codebook) if codebook is not None else [])
    elif kind == "codebook":
        books.codebook(table, draft)
    elif kind == "code list":
        books.code_list(table, headless, draft)
    else:
        books.cooccurrence(table, draft)
    return draft.finish()


def _kind(heading: Sequence[str]) -> str | None:
    """Say which table has this heading."""
    quotation = columns(heading, QUOTATION)
    if {"text", "document", "codes"} <= set(quotation) and {"n_codes", "number", "reference"} & set(quotation):
        return "quotations"
    return books.kind_of(heading)


def _codebook_beside(draft: Draft, path: Path) -> list[str]:
    """Add the codes of a codebook and return their names as they are written in quotations."""
    found = grids(path)
    known = sheet_known(found, lambda heading: books.kind_of(heading) == "codebook")
    if known is None:
        raise DashatError(Problem(path.name, None, None, None, message("is no codebook that ATLAS.ti exports."), message("Export it in the code manager: Export, Codebook.")))  # fmt: skip
    found.tell(draft.report)
    return books.codebook(as_table(*known, draft.report), draft)


def _quotations(table: Table, draft: Draft, book: list[str]) -> None:
    at = columns(table.heading, QUOTATION)
    left_out(table, at.values(), draft.report)
    cells = {role: table.column(at[role]) if role in at else [""] * len(table.rows) for role in QUOTATION}
    dates_as_iso(cells, draft.report)
    sources = _documents(cells["document"], cells["number"], draft)
    counts = [int(cell) if cell.strip().isdecimal() else None for cell in cells["n_codes"]]
    codes, concluded = split(cells["codes"], counts, book)
    segments = _ids(cells["number"], table.numbers, draft)
    names = dict.fromkeys(book)
    for n, segment in enumerate(segments):
        text, begin = cells["text"][n] or None, milliseconds(cells["start"][n])
        draft.add(
            "segments", segment_id=segment, source_id=sources[n], kind="text" if begin is None else "audio", text=text,
            stored_text=text, raw_start=cells["start"][n].strip() or cells["reference"][n].strip(),
            raw_end=cells["end"][n].strip(), begin_ms=begin, end_ms=None if begin is None else milliseconds(cells["end"][n]),
            name=cells["name"][n].strip(), comment=cells["comment"][n].strip(), creator=cells["creator"][n].strip(),
            created=cells["created"][n], modifier=cells["modifier"][n].strip(), modified=cells["modified"][n],
        )  # fmt: skip
        draft.report.tell("kind_chosen", segment, message("A time as position means a recording; it was taken for audio, but may be video."), int(begin is not None))  # fmt: skip
        for code in _coded(cells["codes"][n], counts[n], codes[n], segment, draft):
            if codes[n] is not None and code not in names:
                names[code] = None
                draft.report.tell("code_not_in_codebook", code, message("A code of the quotations is not in the codebook; it was added."), int(bool(book)))  # fmt: skip
            draft.add("codings", coding_id=f"c{draft.n('codings') + 1}", segment_id=segment, source_id=sources[n], code_id=code)  # fmt: skip
    for n in concluded:
        draft.report.tell("code_concluded", segments[n], message("The name of a code was concluded from the other names in the cell and the number of codes."))  # fmt: skip
    draft.report.tell("number_of_codes_missing", table.name, message("The table does not say how many codes a quotation has; how the cells were taken apart was not checked by it."), int("n_codes" not in at))  # fmt: skip
    fresh = [name for name in names if name not in book] if book else list(names)
    books.tree(fresh, [""] * len(fresh), draft)
    texts_missing(draft)


def _ids(numbers: Sequence[str], rows: Sequence[int], draft: Draft) -> list[str]:
    """Return an id for each row: its number, and something more where that repeats."""
    seen: dict[str, int] = {}
    ids = []
    for number, row in zip(numbers, rows, strict=True):
        own = number.strip() or f"row {row}"
        seen[own] = seen.get(own, 0) + 1
        draft.report.tell("repeated_id", own, message("Rows have one number; the later ones got another id."), int(seen[own] > 1))  # fmt: skip
        ids.append(own if seen[own] == 1 else f"{own} (row {row})")
    return ids


def _coded(cell: str, n: int | None, codes: list[str] | None, segment: str, draft: Draft) -> list[str]:
    """Return the codes of a cell; of one that cannot be taken apart as many as it says, each of them unknown."""
    if codes is not None:
        return codes
    if not cell.strip():
        draft.report.tell("codes_missing", segment, message("A quotation has codes by their number, but the cell is empty."))  # fmt: skip
        return []
    draft.report.tell("codes_not_split", segment, message("The codes of a cell could not be told apart by the names that are known; each stands as the whole cell. Read the table with the codebook."))  # fmt: skip
    draft.report.tell("unknown_code", segment, message("Codings of a cell that could not be taken apart have no code that is known."), n or 1)  # fmt: skip
    return [f"{cell.strip()} ({k} of {n})" for k in range(1, n + 1)] if n else [cell.strip()]


def _documents(names: Sequence[str], numbers: Sequence[str], draft: Draft) -> list[str | None]:
    """Add the documents and return that of each row. One name with two numbers before the colon is two documents."""
    owners = [number.partition(":")[0].strip() if ":" in number else "" for number in numbers]
    rows = list(zip((name.strip() for name in names), owners, strict=True))
    of: dict[str, dict[str, None]] = {}
    for name, owner in rows:
        of.setdefault(name, {})[owner] = None
    added: dict[str, None] = {}
    ids: list[str | None] = []
    for name, owner in rows:
        source = None if not name else name if len(of[name]) == 1 else f"{name} ({owner})"
        ids.append(source)
        if source and source not in added:
            added[source] = None
            draft.add("sources", source_id=source, name=name, kind="text")
            draft.report.tell("repeated_name", name, message("Documents have one name; their number tells them apart."), int(len(of[name]) > 1))  # fmt: skip
    draft.report.tell("document_not_named", "document", message("Rows name no document; their segments belong to none."), ids.count(None))  # fmt: skip
    return ids
