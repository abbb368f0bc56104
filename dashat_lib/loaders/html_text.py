"""What text a piece of HTML holds, as a program counts it and as a reader sees it."""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np

from .positions import with_lf
from .stored_quotes import Shown

TEXT, OPEN, CLOSE = "text", "open", "close"
_BLOCKS = {
    "address", "article", "aside", "blockquote", "body", "br", "caption", "center", "dd", "div", "dl", "dt", "figcaption",
    "figure", "footer", "form", "h1", "h2", "h3", "h4", "h5", "h6", "head", "header", "hr", "html", "li", "main", "nav", "ol",
    "p", "pre", "section", "table", "tbody", "td", "tfoot", "th", "thead", "title", "tr", "ul",
}  # fmt: skip
_RAW = {"script", "style"}
_EATS_A_LINE_BREAK = {"pre", "listing", "textarea"}
_NAME = re.compile(r"</?([a-zA-Z][^\s/>]*)")
_END = re.compile(r"""=\s*(["'])|>""")
_HUGE = re.compile(r"&#(?:[0-9]{9,}|[xX][0-9a-fA-F]{9,});?")
_CLASS = re.compile(r"""\bclass\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>]+))""", re.IGNORECASE)


@dataclass(frozen=True)
class Piece:
    """A piece of HTML: text with its entities decoded, or the name of a tag that opens or closes, and the classes of it."""

    kind: str
    text: str
    classes: tuple[str, ...] = ()


def pieces(source: str) -> Iterator[Piece]:
    """Yield the pieces of an HTML text in order; comments, and what scripts and styles hold, are left out.

    Of broken HTML nothing raises, and it takes time in proportion to its length, which the parser of Python does not promise.
    """
    source = with_lf(source)
    at, eats = 0, False
    last = source.rfind(">")  # after it no tag can end
    gone: set[str] = set()  # what is looked for and is nowhere further on
    while at < len(source):
        mark = source.find("<", at)
        mark = len(source) if mark < 0 or mark > last else mark
        while mark < len(source) and not _begins_tag(source, mark):
            mark = source.find("<", mark + 1)
            mark = len(source) if mark < 0 or mark > last else mark
        if mark > at:
            # A lone CR stays one character, so that what is counted in bytes is.
            text = unescaped(source[at:mark]).replace("\r", "\n")
            yield Piece(TEXT, text[1:] if eats and text.startswith("\n") else text)
        if mark == len(source):
            return
        eats = False
        at, found = _tag(source, mark, gone)
        if found is None:
            continue
        yield found
        eats = found.kind == OPEN and found.text in _EATS_A_LINE_BREAK
        if found.kind == OPEN and found.text in _RAW:
            end = re.compile(f"</{found.text}", re.IGNORECASE).search(source, at)
            at = end.start() if end else len(source)


def shown(source: str) -> tuple[str, Shown]:
    """Return the text of an HTML text without its tags, and the same with line breaks where blocks meet."""
    return joined(pieces(source))


def joined(found: Iterable[Piece]) -> tuple[str, Shown]:
    """Return the text of some pieces, and the same with line breaks where blocks meet.

    A line break is added between two characters that a border of a block parts, if neither is one.
    """
    text: list[str] = []
    breaks: list[int] = []  # places in the text before which a line break is shown
    length, parted, last = 0, False, ""
    for piece in found:
        if piece.kind != TEXT:
            parted = parted or piece.text in _BLOCKS
        elif piece.text:
            if parted and last not in ("", "\n") and piece.text[0] != "\n":
                breaks.append(length)
            text.append(piece.text)
            length, last, parted = length + len(piece.text), piece.text[-1], False
    plain = "".join(text)
    places = np.arange(length + 1)
    starts = places + np.searchsorted(breaks, places, side="right")
    ends = places + np.searchsorted(breaks, places, side="left")
    parts = [plain[one:other] for one, other in zip([0, *breaks], [*breaks, length], strict=True)]
    return plain, Shown("\n".join(parts), starts, ends)


def unescaped(text: str) -> str:
    """Return a text with its entities decoded; a number that no character has is shown as �."""
    return html.unescape(_HUGE.sub("\ufffd", text))  # Python raises where the number has thousands of digits


def _begins_tag(source: str, at: int) -> bool:
    return source[at + 1 : at + 2].isascii() and (
        source[at + 1 : at + 2].isalpha() or source[at + 1 : at + 2] in ("!", "?", "/")
    )


def _tag(source: str, at: int, gone: set[str]) -> tuple[int, Piece | None]:
    """Return where the tag at a place ends, and what it is (missing for comments)."""
    if source.startswith("<!--", at):
        end = _find(source, "-->", at + 4, gone)
        return (end + 3, None) if end >= 0 else (source.find(">", at) + 1, None)
    name = _NAME.match(source, at)
    if name is None:  # <!doctype>, <?xml>, </ >
        return source.find(">", at) + 1, None
    end = _end_of_tag(source, name.end(), gone)
    kind = CLOSE if source[at + 1] == "/" else OPEN
    classes = _CLASS.search(source, name.end(), end)
    found = next((one for one in classes.groups() if one is not None), "") if classes else ""
    return end, Piece(kind, name[1].lower(), tuple(found.split()))


def _end_of_tag(source: str, at: int, gone: set[str]) -> int:
    while end := _END.search(source, at):
        if end[0] == ">":
            return end.end()
        close = _find(source, end[1], end.end(), gone)
        at = close + 1 if close >= 0 else end.end()  # a quote that is never closed is none
    return source.find(">", at) + 1 or len(source)


def _find(source: str, what: str, at: int, gone: set[str]) -> int:
    found = -1 if what in gone else source.find(what, at)
    if found < 0:
        gone.add(what)
    return found
