"""The text of the pages of a PDF, one JSON object a line: run as a program of its own, so that it can be ended.

A PDF from a stranger may keep pypdf busy for ever or fill the memory. Nothing of dashat is imported here.
"""

from __future__ import annotations

import json
import logging
import sys
import zlib
from collections.abc import Iterator
from typing import Any

_MOST_MEMORY = 3 << 30
_MOST_UNPACKED = 64 << 20
_MARKUP = frozenset(("/Text", "/FreeText", "/Highlight", "/Underline", "/StrikeOut", "/Squiggly", "/Caret", "/Stamp"))


class _Counter(logging.Handler):
    """Counts what pypdf warns of; its sentences may quote the file."""

    n = 0

    def emit(self, record: logging.LogRecord) -> None:
        self.n += 1


def main(path: str) -> None:
    """Print what the file says of itself, then each page, then what had to be mended."""
    _limit_memory()
    warned = _Counter(logging.WARNING)
    logging.getLogger().addHandler(warned)
    from pypdf import PdfReader

    reader, mended = _opened(PdfReader, path)
    secret = reader.is_encrypted
    if secret and not _unlocked(reader):
        return _say(error="encrypted")
    pages, mended_too = _counted(PdfReader, path, reader)
    if mended_too:
        reader, mended = pages[0].pdf if pages else reader, True
    _say(pages=len(pages), declared=_declared(reader), secret=secret)
    for at in range(len(pages)):
        try:
            page = pages[at]
            found = _page(page)
        except Exception:
            mended = True
            reader.strict = False
            try:
                found = _page(pages[at])
            except Exception:
                found = {"text": "", "failed": True}
        _say(**found)
    _say(mended=mended, warnings=warned.n)


def _opened(reader: Any, path: str) -> tuple[Any, bool]:
    """Open by the standard, or, where the file breaks it, as well as it goes."""
    try:
        return reader(path, strict=True), False
    except Exception:
        return reader(path, strict=False), True


def _unlocked(reader: Any) -> bool:
    """Open what has a password for changing it only."""
    try:
        return bool(reader.decrypt(""))
    except Exception:  # also where the cipher needs a library that is not there
        return False


def _counted(make: Any, path: str, reader: Any) -> tuple[list[Any], bool]:
    try:
        return list(reader.pages), False
    except Exception:
        again = make(path, strict=False)
        if again.is_encrypted:
            _unlocked(again)
        return list(again.pages), True


def _declared(reader: Any) -> int:
    try:
        return int(reader.root_object["/Pages"].get_object()["/Count"])
    except Exception:
        return -1


def _page(page: Any) -> dict[str, Any]:
    torn = sum(_is_torn(stream) for stream in _streams(page))
    return {"text": page.extract_text() or "", "torn": torn, "comments": _comments(page)}


def _streams(page: Any) -> Iterator[Any]:
    """Yield the streams that hold the text of a page: its contents, forms, and the alphabets of its fonts."""
    contents = page.get("/Contents")
    contents = contents.get_object() if contents is not None else None
    for one in contents if isinstance(contents, list) else [contents]:
        if one is not None:
            yield one.get_object()
    resources = page.get("/Resources")
    resources = resources.get_object() if resources is not None else {}
    for one in _values(resources, "/XObject"):
        if one.get("/Subtype") == "/Form":
            yield one
    for one in _values(resources, "/Font"):
        if "/ToUnicode" in one:
            yield one["/ToUnicode"].get_object()


def _values(resources: Any, kind: str) -> list[Any]:
    named = resources.get(kind)
    return [one.get_object() for one in named.get_object().values()] if named is not None else []


def _is_torn(stream: Any) -> bool:
    """Say whether a compressed stream ends before its end, or fails its check: pypdf takes what it can get, without a word."""
    filters = stream.get("/Filter") if hasattr(stream, "get") else None
    filters = filters if isinstance(filters, list) else [filters]
    if not filters or filters[0] not in ("/FlateDecode", "/Fl") or not hasattr(stream, "_data"):
        return False
    unpacked = zlib.decompressobj()
    try:
        unpacked.decompress(stream._data, _MOST_UNPACKED)
    except zlib.error:
        return True
    return not unpacked.eof and not unpacked.unconsumed_tail


def _comments(page: Any) -> int:
    found = page.get("/Annots")
    found = found.get_object() if found is not None else []
    return sum(one.get_object().get("/Subtype") in _MARKUP for one in found or [] if hasattr(one.get_object(), "get"))


def _limit_memory() -> None:
    try:
        import resource
    except ImportError:  # Windows
        return
    _, most = resource.getrlimit(resource.RLIMIT_AS)
    resource.setrlimit(resource.RLIMIT_AS, (_MOST_MEMORY if most < 0 else min(most, _MOST_MEMORY), most))


def _say(**values: Any) -> None:
    sys.stdout.write(json.dumps(values) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.setrecursionlimit(5_000)
    try:
        main(sys.argv[1])
    except BaseException as error:
        _say(error=type(error).__name__)
