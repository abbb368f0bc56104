"""The rows that every kind of transcript gives: its source, its passages, and its speakers as cases."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path

from ...coded_project import Draft
from ...errors import message
from ..encodings import decoded
from ..opening import whole
from ..positions import with_lf
from .refused import refuse_highlights
from .turns import Piece

Progress = Callable[[str, int, int], None]  # what, how many are done, how many there are
SOURCE = "1"
_LARGEST_TEXT = 64 << 20


def begun(path: Path, file_type: str, **properties: object) -> Draft:
    """Return the draft of one transcript; `file_type` is vtt, srt, text, docx, odt or pdf."""
    return Draft("transcript", path, file_type=file_type, **properties)


def text_file(path: Path, file_type: str) -> tuple[Draft, str]:
    """Return the draft and the text (LF line breaks) of a file that is text.

    Raises
    ------
    DashatError
        If it is no text, or too large, or what guesses encodings is not installed.
    """
    raw, codec, guessed = decoded(whole(path, _LARGEST_TEXT), path.name)
    draft = begun(path, file_type, encoding=codec)
    if guessed:
        draft.report.tell("encoding_guessed", path.name, message("The file does not say how its letters are stored; it was read as {codec}. If letters look wrong, save it as UTF-8."), codec=codec)  # fmt: skip
    text = with_lf(raw)
    if text.strip() and not text.endswith("\n"):
        draft.report.tell("open_end", path.name, message("The last line has no line break: if the file was cut off on its way, its end is missing."))  # fmt: skip
    return draft, text


def add_text(draft: Draft, path: Path, text: str) -> None:
    """Add the one source of a transcript; where it holds no letter, that is told as ``text_missing``.

    Raises
    ------
    DashatError
        If it is no transcript but highlights that Taguette exported.
    """
    refuse_highlights(path, text)
    draft.add("sources", source_id=SOURCE, name=path.stem, kind="text", text=text)
    tell_missing(draft, path, text)
    tell_odd_letters(draft, path, text)


def tell_missing(draft: Draft, path: Path, text: str) -> None:
    """Say so where a document has no text."""
    if not text.strip():
        draft.report.tell("text_missing", path.name, message("The file holds no text."))


def tell_odd_letters(draft: Draft, path: Path, text: str) -> None:
    """Say so where letters were lost before the file came here, or are none."""
    draft.report.tell("lost_letter", path.name, message("A letter stands as �: it was lost when the file was saved, before it came here."), n=text.count("\ufffd"))  # fmt: skip
    odd = sum(text.count(chr(one)) for one in (*range(9), *range(14, 32), 127))
    draft.report.tell("control_character", path.name, message("A character that is no letter stands in the text; it is kept."), n=odd)  # fmt: skip


def add_passage(draft: Draft, kind: str, piece: Piece, source: str = SOURCE) -> None:
    """Add one passage."""
    draft.add(
        "passages", passage_id=str(draft.n("passages") + 1), source_id=source, kind=kind, start=piece.start, end=piece.end,
        begin_ms=piece.begin_ms, end_ms=piece.end_ms, speaker=piece.speaker,
    )  # fmt: skip


def add_speakers(draft: Draft, pieces: Iterable[Piece], source: str = SOURCE) -> None:
    """Add each speaker as a case, in the order in which they first speak; its members are the ranges of what was said."""
    cases: dict[str, str] = {}
    for piece in pieces:
        if piece.speaker is None:
            continue
        if piece.speaker not in cases:
            cases[piece.speaker] = f"speaker-{len(cases) + 1}"
            draft.add("cases", case_id=cases[piece.speaker], name=piece.speaker)
        if piece.start < piece.end:
            draft.add("case_members", case_id=cases[piece.speaker], kind="source", target_id=source, start=piece.start, end=piece.end)  # fmt: skip
    draft.report.tell("speakers_as_cases", draft.file.name, message("Who speaks became a case of that name, with the ranges of what was said."), n=len(cases))  # fmt: skip
