"""Does a document say what is quoted from it, at the place that is given: ``quotations.csv`` against ``data/texts``."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pandas as pd

from ..errors import Problem, message
from ..fingerprint import TEXTS

_LONGEST = 60
_AROUND = 40


def source_text(folder: Path, source_id: str) -> str | None:
    """Return the text of a document of a case as quotations count in it, or None where it is not among ``data/texts``.

    UTF-8, without byte order mark, line ends as LF; a position is a number of code points.

    Raises
    ------
    UnicodeDecodeError
        If the file is not UTF-8.
    """
    path = folder / TEXTS / f"{source_id}.txt"
    if Path(source_id).name != source_id or "\\" in source_id or not path.is_file():
        return None
    return path.read_bytes().decode("utf-8-sig").replace("\r\n", "\n").replace("\r", "\n")


def misquotes(
    folder: Path, table: pd.DataFrame, evidence: pd.DataFrame | None, file_of: Callable[[str, int], str]
) -> Iterator[Problem]:
    """Yield a problem for each quotation that does not stand in its document from ``start`` to ``end`` (the first code point after it).

    Parameters
    ----------
    table, evidence : DataFrame of text
        ``quotations`` and ``evidence`` as read; the index is the spreadsheet row minus 2.
    """
    texts: dict[str, str | UnicodeDecodeError | None] = {}
    of = {} if evidence is None else dict(zip(evidence["evidence_id"], evidence["source_id"], strict=True))
    for one in table.itertuples():
        at = int(str(one.Index))
        file, source, quote = file_of("quotations", at), str(one.source_id), str(one.quote)
        if source != of.get(one.evidence_id, source):
            yield Problem(file, at + 2, "source_id", source, message("'{value}' is not the document of evidence row '{evidence}'."), message("Write '{near}'."), {"evidence": one.evidence_id, "near": of[one.evidence_id]})  # fmt: skip
        if source not in texts:
            try:
                texts[source] = source_text(folder, source)
            except UnicodeDecodeError as error:
                texts[source] = error
        text = texts[source]
        if isinstance(text, UnicodeDecodeError):
            yield Problem(file, at + 2, "source_id", source, message("the text of '{value}' in data/texts is not UTF-8."), message("Save it as UTF-8."))  # fmt: skip
        elif text is None:
            yield Problem(file, at + 2, "source_id", source, message("there is no text of '{value}' to check the quotation against."), message("Add data/texts/{value}.txt, or take the quotation out."))  # fmt: skip
        else:
            yield from _checked(file, at, str(one.start), str(one.end), quote, text)


def _checked(file: str, at: int, start: str, end: str, quote: str, text: str) -> Iterator[Problem]:
    first, last = int(start), int(end)
    here = text[first:last]
    wanted = quote.replace("\r\n", "\n").replace("\r", "\n")
    if here == wanted and last <= len(text):
        return
    places = list(_all(text, wanted))
    if places:
        nearest = min(places, key=lambda place: abs(place - first))
        yield Problem(file, at + 2, "start", start, message("the quotation does not stand at {value}; the document says '{here}' there."), message("Write start {start} and end {end}."), {"here": _cut(here), "start": str(nearest), "end": str(nearest + len(wanted))})  # fmt: skip
    else:
        yield Problem(file, at + 2, "quote", _cut(quote), message("is a misquote: '{value}' stands nowhere in the document, which says '{here}' at this place."), message("Copy the words as they stand there."), {"here": _cut(here or text[max(first - _AROUND, 0) : first + _AROUND])})  # fmt: skip


def _all(text: str, wanted: str) -> Iterator[int]:
    at = text.find(wanted)
    while at >= 0:
        yield at
        at = text.find(wanted, at + 1)


def _cut(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _LONGEST else line[: _LONGEST - 1] + "…"
