"""Timed captions, WebVTT and SubRip: cues, who speaks in them, and what is odd about their times."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path

from ...coded_project import CodedProject, Report
from ...errors import message
from .cue_text import Said, said_in
from .cues import Cue, is_webvtt, subrip_cues, webvtt_cues
from .drafting import Progress, add_passage, add_speakers, add_text, text_file
from .labels import Label, is_in_capitals, is_plain_role, label_of, people
from .turns import Piece, trimmed

_EVERY = 5_000


def read_captions(path: Path, *, progress: Progress | None = None) -> CodedProject:
    """Read a .vtt or .srt file.

    The text of the source is the cues, each on lines of its own, with ``Name: `` before what a voice says (put there where a
    tag names it). A passage is a cue, from where its first voice begins; ``speaker`` is the first of several.

    Raises
    ------
    DashatError
        If it is no text or too large.
    """
    draft, raw = text_file(path, "vtt")
    report = draft.report
    if is_webvtt(raw):
        cues = webvtt_cues(raw, report)
    else:
        draft.properties["file_type"] = "srt"
        cues = subrip_cues(raw, report)
        if "WEBVTT" in raw[:20]:
            report.tell("header_missing", path.name, message("The first line is not WEBVTT; the cues were read by their times."))  # fmt: skip
    voices: list[list[Said]] = []
    for at, cue in enumerate(cues):
        said, unknown = said_in(cue.payload)
        voices.append(said)
        report.tell("unknown_tag", f"cue {at + 1}", message("Words in angle brackets are no tag of captions; they were kept as text."), n=unknown)  # fmt: skip
        if progress and at % _EVERY == 0:
            progress("cues", at, len(cues))
    if not any(one.voice for said in voices for one in said):
        voices = _typed(voices, report)
    text, passages, pieces = _laid_out(cues, voices, report)
    _tell_times(cues, report)
    add_text(draft, path, text)
    for at, piece in enumerate(passages):
        add_passage(draft, "cue", piece)
        if progress and at % _EVERY == 0:
            progress("passages", at, len(cues))
    add_speakers(draft, pieces)
    return draft.finish()


def _typed(voices: list[list[Said]], report: Report) -> list[list[Said]]:
    """Take names that were typed before a colon, as Zoom does, where no tag names anybody."""
    rows = [
        (at, n, row) for at, said in enumerate(voices) for one in said for n, row in enumerate(one.text.split("\n"))
    ]
    labels = [label_of(row) for _, _, row in rows]
    first = {one.key for (_, n, _), one in zip(rows, labels, strict=True) if one and n == 0}
    labels = [
        one if one and one.kind == "colon" and (n == 0 or one.key in first or _is_clear(one)) else None
        for (_, n, _), one in zip(rows, labels, strict=True)
    ]
    found = people(labels, n_lines=sum(bool(row.strip()) for _, _, row in rows))
    for n in found.seldom:
        report.tell("speaker_once", f"cue {rows[n][0] + 1}", message("A word with a colon, once, at the beginning of a cue, was taken for a speaker: look whether it is one."))  # fmt: skip
    report.tell("speaker_spelling", "speakers", message("Names that differ in capitals only were taken for one; the first spelling is shown."), n=found.spellings)  # fmt: skip
    told: list[list[Said]] = [[] for _ in voices]
    for n, (at, _, row) in enumerate(rows):
        label = labels[n] if n in found.lines else None
        if label:
            told[at].append(Said(found.names[label.key], row[label.speech :]))
        elif told[at]:
            told[at][-1] = Said(told[at][-1].voice, f"{told[at][-1].text}\n{row}".lstrip("\n"))
        else:
            told[at].append(Said(None, row))
    return told


def _is_clear(label: Label) -> bool:
    return is_plain_role(label.name) or is_in_capitals(label.name)


def _laid_out(
    cues: Sequence[Cue], voices: Sequence[Sequence[Said]], report: Report
) -> tuple[str, list[Piece], list[Piece]]:
    """Return the text of the source, its cues, and what each voice says."""
    parts: list[str] = []
    length = 0
    passages: list[Piece] = []
    pieces: list[Piece] = []
    for at, (cue, said) in enumerate(zip(cues, voices, strict=True)):
        mine: list[Piece] = []
        for one in said:
            named = f"{one.voice}: " if one.voice else ""
            start, end = trimmed(one.text, 0, len(one.text))
            begins = length + len(named)
            mine.append(Piece(begins, begins + end - start, one.voice, cue.begin_ms, cue.end_ms))
            parts.append(f"{named}{one.text[start:end]}\n")
            length += len(parts[-1])
        empty = Piece(length, length, None)
        whole = Piece(mine[0].start if mine else length, mine[-1].end if mine else length, next((one.speaker for one in mine if one.speaker), None), cue.begin_ms, cue.end_ms)  # fmt: skip
        passages.append(whole)
        pieces += mine or [empty]
        if all(one.start == one.end for one in mine):
            report.tell("empty_cue", f"cue {at + 1}", message("The cue holds no text; it is kept, empty."))
        if len({one.speaker for one in mine}) > 1:
            report.tell("several_speakers", f"cue {at + 1}", message("Several people speak in the cue; it carries the first, and the ranges of each stand with the cases."))  # fmt: skip
    return "".join(parts), passages, pieces


def _tell_times(cues: Sequence[Cue], report: Report) -> None:
    for at, (before, cue) in enumerate(pairwise(cues), start=2):
        if cue.begin_ms is None:
            continue
        if before.end_ms is not None and cue.begin_ms < before.end_ms:
            report.tell("overlapping_cue", f"cue {at}", message("The cue begins before the one above it ends; both are kept."))  # fmt: skip
        if before.begin_ms is not None and cue.begin_ms < before.begin_ms:
            report.tell("cue_out_of_order", f"cue {at}", message("The cue begins before the one above it; the order of the file is kept."))  # fmt: skip
