"""Plain text and Markdown: turns where somebody is named, paragraphs where nobody is."""

from __future__ import annotations

import re
from pathlib import Path

from ...coded_project import CodedProject
from .drafting import add_passage, add_speakers, add_text, text_file
from .labels import label_of
from .turns import Line, Piece, lines_of, turns_of

_HEADING = re.compile(r"[ \t]{0,3}#{1,6}[ \t]+\S|[ \t]*(?:[-=_*~]{3,}|(?:[-*_] ){3,})[ \t]*$")  # also a rule


def read_plain(path: Path) -> CodedProject:
    """Read a text; `encoding` is among the properties.

    Passages are turns (without the name before them) and, where nobody speaks, paragraphs: lines between empty lines.

    Raises
    ------
    DashatError
        If it is no text or too large.
    """
    draft, text = text_file(path, "text")
    add_text(draft, path, text)
    lines = [_heading(text, one) for one in lines_of(text)]
    pieces = turns_of(text, lines, draft.report)
    for piece in _paragraphs(text, pieces):
        add_passage(draft, "paragraph" if piece.speaker is None else "turn", piece)
    add_speakers(draft, pieces)
    return draft.finish()


def is_prose_or_talk(text: str) -> bool:
    """Say whether the beginning of a text is what people say or write in sentences, and no markup, program or table."""
    lines = [one for one in text.split("\n") if one.strip()]
    if not lines or re.match(r"\s*(?:<(?!!--)|\{|\[\s*[\[{\"])", text):
        return False
    if any(_is_sentence(one) for one in lines):
        return True
    named = sum((label := label_of(one)) is not None and label.kind != "bracket" for one in lines)
    return 2 * named >= len(lines)


def _is_sentence(line: str) -> bool:
    words = line.split()
    return len(words) >= 12 or (
        len(words) >= 4 and line.rstrip(" \t\"'”’»)*_").endswith((".", "?", "!", "…", "。", "؟", "।"))
    )


def _heading(text: str, line: Line) -> Line:
    if line.label is None and _HEADING.match(text, line.start, line.end):
        return Line(line.start, line.end, None, line.paragraph, apart=True)
    return line


def _paragraphs(text: str, pieces: list[Piece]) -> list[Piece]:
    """Join lines of nobody that no empty line parts, if the text parts its paragraphs by empty lines at all."""
    if "\n\n" not in text.strip("\n"):
        return pieces
    found: list[Piece] = []
    for piece in pieces:
        last = found[-1] if found else None
        if last and last.speaker is None and piece.speaker is None and _joined(text[last.end : piece.start]) and not _is_heading(text, last, piece):  # fmt: skip
            found[-1] = Piece(last.start, piece.end, None, last.begin_ms, piece.end_ms or last.end_ms)
        else:
            found.append(piece)
    return found


def _joined(between: str) -> bool:
    return between.count("\n") == 1 and not between.strip()


def _is_heading(text: str, last: Piece, piece: Piece) -> bool:
    return any(_HEADING.match(text, one.start, one.end) is not None for one in (last, piece))
