"""XML from a stranger: read as it streams by, with nothing declared or fetched, and an end to depth and number."""

from __future__ import annotations

import codecs
import itertools
import re
from collections.abc import Iterable, Iterator
from typing import Protocol
from xml.parsers import expat

from ..errors import DashatError, Problem, message
from .opening import without_library

MOST_DEEP = 256
MOST_ELEMENTS = 2_000_000
_HEAD = 512  # the declaration stands there
_MEND = message("Export the project again from the program that made it.")
_STRANGER = message("Ask whoever sent the file for another copy.")
_DECLARED = re.compile(rb"""^<\?xml[^>]{0,200}?encoding\s*=\s*["']([A-Za-z0-9._-]{1,40})["']""")
_BY_EXPAT = {"utf-8", "utf-16", "iso-8859-1", "us-ascii", "ascii"}
_NO_TEXT = {"idna", "punycode", "unicode-escape", "raw-unicode-escape", "utf-7", "undefined"}
_ILLEGAL = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_TEXT = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;", "\r": "&#13;"})
_ATTRIBUTE = str.maketrans({"&": "&amp;", "<": "&lt;", '"': "&quot;", "\t": "&#9;", "\n": "&#10;", "\r": "&#13;"})


_COMMON = {
    expat.errors.codes[code]: what
    for code, what in {
        expat.errors.XML_ERROR_NO_ELEMENTS: message("is no XML that can be read: it ends too early, in line {line}."),
        expat.errors.XML_ERROR_UNCLOSED_TOKEN: message("is no XML that can be read: it ends too early, in line {line}."),
        expat.errors.XML_ERROR_INVALID_TOKEN: message("is no XML that can be read: a sign is not allowed there, in line {line}."),
        expat.errors.XML_ERROR_SYNTAX: message("is no XML that can be read: a sign is not allowed there, in line {line}."),
        expat.errors.XML_ERROR_TAG_MISMATCH: message("is no XML that can be read: an element ends that did not begin, in line {line}."),
    }.items()
}  # fmt: skip


class Target(Protocol):
    """What is told of an XML file; names are ``{namespace}local``, or ``local`` without a namespace."""

    def start(self, name: str, attributes: dict[str, str]) -> None:
        """Begin an element; the dictionary is the target's own."""

    def end(self, name: str) -> None:
        """End it."""

    def data(self, text: str) -> None:
        """Take a piece of text."""


def parse(chunks: Iterable[bytes], target: Target, file: str) -> str | None:
    """Tell a target of each element of an XML file, and hold none.

    Parameters
    ----------
    chunks : iterable of bytes
    file : str
        Named in messages.

    Returns
    -------
    str or None
        The encoding that the file names and is not in; it was read as UTF-8.

    Raises
    ------
    DashatError
        If it is no XML, holds a document type or an entity, is nested more than :data:`MOST_DEEP` levels or holds more than
        :data:`MOST_ELEMENTS` elements.
    """
    try:
        from defusedxml.common import DefusedXmlException
        from defusedxml.ElementTree import DefusedXMLParser, ParseError
    except ImportError:
        raise without_library(file, "defusedxml") from None
    pieces = iter(chunks)
    head = b""
    while len(head) < _HEAD and (piece := next(pieces, b"")):
        head += piece
    codec, wrong, pieces = _codec(head, itertools.chain([head], pieces), file)
    parser = DefusedXMLParser(target=_Guarded(target, file), encoding=codec, forbid_dtd=True)
    try:
        for piece in pieces:
            parser.feed(piece)
        parser.close()
    except ParseError as error:
        line = getattr(error, "position", (0, 0))[0]
        if what := _COMMON.get(getattr(error, "code", 0)):
            raise DashatError(Problem(file, None, None, None, what, _MEND, {"line": line})) from None
        reason = expat.errors.messages.get(getattr(error, "code", 0), "not well-formed")
        raise DashatError(Problem(file, None, None, None, message("is no XML that can be read: {reason}, in line {line}."), _MEND, {"reason": reason, "line": line})) from None  # fmt: skip
    except DefusedXmlException:
        raise DashatError(Problem(file, None, None, None, message("declares a document type or entities, as no program that makes such files does."), _STRANGER)) from None  # fmt: skip
    except UnicodeError as error:
        raise DashatError(Problem(file, None, None, None, message("is no XML that can be read: it is not in the encoding {codec}."), _MEND, {"codec": getattr(error, "encoding", "?")})) from None  # fmt: skip
    return wrong


def _codec(head: bytes, pieces: Iterator[bytes], file: str) -> tuple[str | None, str | None, Iterator[bytes]]:
    """Return the encoding to tell expat (None: it finds it), the wrong one that the file names, and the bytes in the first."""
    if head.startswith(codecs.BOM_UTF8):
        return "utf-8", None, pieces
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16", None, pieces
    declared = _DECLARED.match(head)
    named = declared[1].decode().lower() if declared else "utf-8"
    if named.startswith("utf-16"):  # read as single bytes, so it cannot be; .NET writes this
        return "utf-8", named, pieces
    if named in _BY_EXPAT:
        return None, None, pieces
    try:
        found = codecs.lookup(named)
        known = found._is_text_encoding and found.name not in _NO_TEXT
    except LookupError:
        known = False
    if not known:
        raise DashatError(Problem(file, None, None, None, message("is XML in an encoding that nobody knows: {codec}."), _MEND, {"codec": named}))  # fmt: skip
    decoded = codecs.iterdecode(pieces, named)
    return "utf-8", None, (text.encode("utf-8", "replace") for text in decoded)


class _Guarded:
    def __init__(self, target: Target, file: str) -> None:
        self.target, self.file = target, file
        self.end_of, self.data = target.end, target.data
        self.depth = self.elements = 0

    def start(self, name: str, attributes: dict[str, str]) -> None:
        self.depth += 1
        self.elements += 1
        if self.depth > MOST_DEEP:
            raise DashatError(Problem(self.file, None, None, None, message("is nested more than {most} levels deep."), _STRANGER, {"most": MOST_DEEP}))  # fmt: skip
        if self.elements > MOST_ELEMENTS:
            raise DashatError(Problem(self.file, None, None, None, message("holds more than {most} elements."), message("Take it apart in the program that made it."), {"most": MOST_ELEMENTS}))  # fmt: skip
        self.target.start(name, attributes)

    def end(self, name: str) -> None:
        self.depth -= 1
        self.end_of(name)

    def close(self) -> None:
        """Say nothing: the target has been told of all elements."""


# ---- to write ---------------------------------------------------------------------------------------------------------


def is_legal(text: str) -> bool:
    """Say whether XML 1.0 can hold each character of a text."""
    return _ILLEGAL.search(text) is None


def legal(text: str) -> str:
    """Return a text with � for each character that XML 1.0 cannot hold."""
    return _ILLEGAL.sub("\ufffd", text)


def escaped(text: str) -> str:
    """Return a text as it stands between tags."""
    return text.translate(_TEXT)


def attributes(values: dict[str, str]) -> str:
    """Return attributes as they stand in a tag, each with a blank before it."""
    return "".join(f' {name}="{value.translate(_ATTRIBUTE)}"' for name, value in values.items())


class Fragment:
    """An element as text, made from what a target is told.

    Elements of the file's own namespace, `own`, stand without it; any other namespace is declared where it is used.

    Attributes
    ----------
    full : bool
        It is longer than :attr:`MOST`; what came after that was left out.
    """

    MOST = 16 << 20

    def __init__(self, own: str) -> None:
        self.own, self.full, self._size = own, False, 0
        self._parts: list[str] = []
        self._names: list[str] = []
        self._open = False  # whether the last tag may still become an empty one

    def start(self, name: str, values: dict[str, str]) -> None:
        """Begin an element."""
        spaces: dict[str, str] = {}
        short = self._short(name, spaces)
        written = {self._short(one, spaces, attribute=True): value for one, value in values.items()}
        declared = {f"xmlns:{prefix}": space for space, prefix in spaces.items()}
        self._add(f"<{short}{attributes(declared | written)}")
        self._names.append(short)
        self._open = True

    def end(self) -> bool:
        """End it; says whether it was the outermost one."""
        name = self._names.pop()
        if self._open:
            self._open = False
            self._add("/>")
        else:
            self._add(f"</{name}>")
        return not self._names

    def data(self, text: str) -> None:
        """Add a piece of text."""
        self._add(escaped(text))

    def text(self) -> str:
        """Return what was added."""
        return "".join(self._parts)

    def _add(self, text: str) -> None:
        if self._open:
            self._open = False
            self._add(">")
        self._size += len(text)
        self.full = self.full or self._size > self.MOST
        if not self.full:
            self._parts.append(text)

    def _short(self, name: str, spaces: dict[str, str], *, attribute: bool = False) -> str:
        space, closing, local = name.rpartition("}")
        space = space.removeprefix("{")
        if not closing or (space == self.own and not attribute):
            return local
        if space == "http://www.w3.org/XML/1998/namespace":
            return f"xml:{local}"
        return f"{spaces.setdefault(space, f'n{len(spaces)}')}:{local}"
