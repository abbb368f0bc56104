"""Plain text and Markdown: turns where somebody is named, paragraphs where nobody is."""

from __future__ import annotations

import re
from pathlib import Path

from ...coded_project import CodedProject
from .drafting import Progress, add_passage, add_speakers, add_text, text_file
from .labels import label_of
from .turns import Line, Piece, lines_of, turns_of

_HEADING = re.compile(r"[ \t]{0,3}#{1,6}[ \t]+\S|[ \t]*(?:[-=_*~]{3,}|(?:[-*_] ){3,})[ \t]*$")  # also a rule


_ENDS = (".", "?", "!", "…", "。", "؟", "।")
_EMPTY_LINE = re.compile(r"\n[ \t]*\n")
_EVERY = 5_000


def read_plain(path: Path, *, progress: Progress | None = None) -> CodedProject:
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
    passages = _paragraphs(text, pieces)
    for at, piece in enumerate(passages):
        add_passage(draft, "paragraph" if piece.speaker is None else "turn", piece)
        if progress and at % _EVERY == 0:
            progress("passages", at, len(passages))
    add_speakers(draft, pieces)
    return draft.finish()


def is_prose_or_talk(text: str) -> bool:
    """Say whether the beginning of a text is what people say or write in sentences, and no markup, program or table."""
    lines = [one for one in text.split("\n") if one.strip()]
    if not lines or re.match(r"\s*(?:<(?!!--)|\{|\[\s*[\[{\"])", text):
        return False
    ended = [one.rstrip(" \t\"'”’»)*_").endswith(_ENDS) for one in lines]
    if any(len(one.split()) >= (4 if end else 12) for one, end in zip(lines, ended, strict=True)):
        return True
    return 2 * sum(end or label_of(one) is not None for one, end in zip(lines, ended, strict=True)) >= len(lines)


def _heading(text: str, line: Line) -> Line:
    if line.label is None and _HEADING.match(text, line.start, line.end):
        return Line(line.start, line.end, None, line.paragraph, apart=True)
    return line


def _paragraphs(text: str, pieces: list[Piece]) -> list[Piece]:
    """Join lines of nobody that no empty line parts, if the text parts its paragraphs by empty lines at all."""
    if not _EMPTY_LINE.search(text.strip("\n")):
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
