"""In what encoding is a text file, and what does it say."""

from __future__ import annotations

import codecs

from ..errors import DashatError, Problem, message
from .opening import without_library

_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
# Where a text is no Unicode, these are what spreadsheets and editors write; the first is taken where nothing tells them apart.
_LEGACY = ["cp1252", "cp1250", "cp1251", "cp1253", "cp1254", "cp1257", "shift_jis", "gb18030", "big5", "euc_kr"]
_LOOKED_AT = 1 << 16
_AS_CLEAN = 0.1


def decoded(data: bytes, file: str) -> tuple[str, str, bool]:
    """Return the text of a file, the name of its codec (which takes a byte order mark away), and whether the codec is a guess.

    Line breaks stay as they are.

    Raises
    ------
    DashatError
        If it is no text: it holds NUL characters, or the byte order mark promises what the bytes do not hold.
    """
    codec, guessed = _codec(data, file)
    try:
        text = data.decode(codec)
    except UnicodeDecodeError as error:
        raise DashatError(Problem(file, None, None, None, message("is no text: byte {at} is none of {codec}."), message("Save it again as UTF-8 text."), {"at": error.start, "codec": codec})) from None  # fmt: skip
    if "\0" in text:
        raise DashatError(Problem(file, None, None, None, message("is no text: it holds NUL characters."), message("Save it again as UTF-8 text.")))  # fmt: skip
    return text, codec, guessed


def _codec(data: bytes, file: str) -> tuple[str, bool]:
    for mark, codec in _MARKS:
        if data.startswith(mark):
            return codec, False
    half = len(data) // 2
    if half and len(data) % 2 == 0:  # UTF-16 without a mark: every other byte of plain letters is NUL
        even, odd = data[0::2].count(0), data[1::2].count(0)
        if max(even, odd) > 0.4 * half and min(even, odd) < 0.05 * half:
            return ("utf-16-le" if odd > even else "utf-16-be"), True
    try:
        data.decode("utf-8")
        return "utf-8", False
    except UnicodeDecodeError:
        pass
    try:
        from charset_normalizer import from_bytes
    except ImportError:
        raise without_library(file, "charset-normalizer") from None

    matches = from_bytes(data[:_LOOKED_AT], cp_isolation=_LEGACY)
    if best := matches.best():  # of those that look as clean as the best, the first of the list
        clean = {
            name
            for one in matches
            if one.chaos <= best.chaos + _AS_CLEAN
            for name in (one.encoding, *one.could_be_from_charset)
        }
        found = next((codec for codec in [*_LEGACY, best.encoding] if codec in clean and _decodes(data, codec)), None)
        if found:
            return found, True
    return next((codec for codec in _LEGACY if _decodes(data, codec)), "latin-1"), True


def _decodes(data: bytes, codec: str) -> bool:
    try:
        data.decode(codec)
    except UnicodeDecodeError:
        return False
    return True
