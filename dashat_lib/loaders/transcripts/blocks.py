"""What a document of a word processor holds, whoever wrote it: paragraphs and rows of tables in order of reading."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from ...coded_project import CodedProject, Draft
from ...errors import message
from .drafting import Progress, add_passage, add_speakers, add_text
from .labels import Label, bare_name, is_in_capitals, is_no_person, is_plain_role, label_of
from .times import stamp_at
from .turns import Line, Piece, lines_of, turns_of

BETWEEN_CELLS = " | "
_SPEAKER_HEADINGS = frozenset(
    ("speaker", "speakers", "pembicara", "penutur", "nama", "name", "who", "siapa", "informan")
)
_EVERY = 1_000


@dataclass(frozen=True)
class Block:
    """A paragraph, or a row of a table.

    Attributes
    ----------
    text : str
        Soft line breaks are ``\\n``, tabs ``\\t``; of a row the cells, joined by ``" | "``.
    cells : tuple of str
        Of a row.
    table : int
        Number of the table, 0 for a paragraph.
    heading : bool
    """

    text: str
    cells: tuple[str, ...] = ()
    table: int = 0
    heading: bool = False


def row(cells: Sequence[str], table: int) -> Block:
    """Return the block of a row."""
    return Block(BETWEEN_CELLS.join(cells), tuple(cells), table)


def finished(draft: Draft, path: Path, blocks: Sequence[Block], progress: Progress | None) -> CodedProject:
    """Return the project of a document: one passage a block, speakers from names before speech and from columns of tables."""
    text = "\n".join(block.text for block in blocks)
    add_text(draft, path, text)
    tables = _tables_of_talk(blocks) if any(block.cells for block in blocks) else set()
    lines: list[Line] = []
    starts: list[int] = []
    at = 0
    for n, block in enumerate(blocks):
        starts.append(at)
        if block.cells:
            lines.append(Line(at, at + len(block.text), _label_of_row(block, block.table in tables), n, apart=True))
        else:
            for line in lines_of(block.text, at, n):
                lines.append(Line(line.start, line.end, line.label, n, apart=block.heading and line.label is None))
        at += len(block.text) + 1
        if progress and n % _EVERY == 0:
            progress("paragraphs", n, len(blocks))
    pieces = turns_of(text, lines, draft.report)
    spoken = [piece for piece in pieces if piece.speaker is not None or piece.begin_ms is not None]
    first = 0
    for start, block in zip(starts, blocks, strict=True):
        end = start + len(block.text)
        while first < len(spoken) and spoken[first].end <= start:
            first += 1
        here = spoken[first] if block.text and first < len(spoken) and spoken[first].start <= end else None
        begins = here is not None and here.start >= start
        add_passage(draft, "paragraph", Piece(start, end, here.speaker if here else None, here.begin_ms if here and begins else None, here.end_ms if here and begins else None))  # fmt: skip
    add_speakers(draft, pieces)
    return draft.finish()


def tell(draft: Draft, path: Path, counts: Counter[str]) -> None:
    """Tell what stands in a document and is no speech, or was changed in it."""
    sentences = {
        "deleted_text": message("Text that is marked as deleted was left out."),
        "inserted_text": message("Text that is marked as inserted was kept."),
        "comment": message("Comments are no speech, and were left out."),
        "header_or_footer": message("Headers and footers are no speech, and were left out."),
        "footnote": message("Footnotes and endnotes are no speech, and were left out."),
        "text_box": message("The text of a text box was put after the paragraph that it hangs on."),
        "hidden_text": message("Hidden text was kept."),
        "picture": message("Pictures are not read."),
        "embedded": message("A document inside the document is not read."),
        "symbol": message("A letter of a symbol font was kept as its number in that font; it may look wrong."),
    }
    for what, sentence in sentences.items():
        draft.report.tell(what, path.name, sentence, n=counts[what])


def _tables_of_talk(blocks: Sequence[Block]) -> set[int]:
    """The tables with a column of speakers: by their heading, by a name known from the text, or by roles that take turns."""
    labels = [label_of(block.text) for block in blocks if not block.cells]
    known = {one.key for one in labels if one is not None and not is_no_person(one.name)}
    found: set[int] = set()
    names: dict[int, list[str]] = {}
    for block in blocks:
        if not block.cells:
            continue
        headings = {cell.strip().casefold() for cell in block.cells}
        name = _name_in_row(block)
        if block.table not in names and headings & _SPEAKER_HEADINGS and len(headings) > 1:
            found.add(block.table)
        names.setdefault(block.table, [])
        if name is not None:
            names[block.table].append(name[0])
    for table, column in names.items():
        if any(name.casefold() in known for name in column):
            found.add(table)
        roles = [name for name in column if is_plain_role(name) or is_in_capitals(name)]
        if 1 < len(set(roles)) < len(roles) and 2 * len(roles) > len(column):
            found.add(table)
    return found


def _label_of_row(block: Block, of_talk: bool) -> Label | None:
    """Return the label of a row: ``Ana | speech`` in a table of talk, ``Ana: speech`` in the first cell that holds words."""
    named = _name_in_row(block) if of_talk else None
    if named is not None and named[0].casefold() not in _SPEAKER_HEADINGS:
        name, speech, begin, end = named
        return Label(name, speech, "cell", begin, end)
    at = 0
    for cell in block.cells:
        if cell.strip() and not cell.strip().isdigit() and not stamp_at(cell.strip(), 0, bare=True):
            label = label_of(cell.split("\n", 1)[0])
            return Label(label.name, at + label.speech, label.kind, label.begin_ms, label.end_ms) if label and label.kind == "colon" else None  # fmt: skip
        at += len(cell) + len(BETWEEN_CELLS)
    return None


def _name_in_row(block: Block) -> tuple[str, int, int | None, int | None] | None:
    """Return (name, where the speech begins, times) where a cell holds a name alone and another one follows."""
    at = 0
    begin = end = None
    for n, cell in enumerate(block.cells):
        text = cell.strip()
        following = at + len(cell) + len(BETWEEN_CELLS)
        stamp = stamp_at(text, 0, bare=True) if text else None
        if stamp and stamp.after == len(text):
            begin, end = stamp.begin_ms, stamp.end_ms
        elif text and not text.rstrip(".").isdigit():
            name = bare_name(cell)
            if name is None or n + 1 == len(block.cells) or not "".join(block.cells[n + 1 :]).strip():
                return None
            rest = block.cells[n + 1].strip()
            if n + 2 < len(block.cells) and rest and (later := stamp_at(rest, 0, bare=True)) and later.after == len(rest):  # fmt: skip
                begin, end = later.begin_ms, later.end_ms  # name, time, speech
                following += len(block.cells[n + 1]) + len(BETWEEN_CELLS)
            return name, following, begin, end
        at = following
    return None
