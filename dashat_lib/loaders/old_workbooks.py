"""Is an .xls whole: do the records of its sheets end where they should.

The library that reads old workbooks stops without a word where damage looks like the end of a sheet. References: [MS-CFB] 2.2,
2.6 for the file, [MS-XLS] 2.1.4, 2.4.21 (BOF) and 2.4.103 (EOF) for the records.
"""

from __future__ import annotations

import struct

_FREE = 0xFFFFFFFA  # sector numbers from here on are no sectors
_BOF, _EOF = 0x0809, 0x000A
_SMALL = 4096  # bytes; a stream of fewer lies elsewhere and is not looked at


def is_whole(data: bytes) -> bool:
    """Say whether the records of an .xls follow each other to its end. True where there is nothing to look at."""
    try:
        stream = _workbook(data)
        return stream is None or _ends_well(stream)
    except (struct.error, IndexError, ValueError):
        return False


def _workbook(data: bytes) -> bytes | None:
    """Return the stream of the workbook, or None where there is none or it is small."""
    size = 1 << struct.unpack_from("<H", data, 30)[0]
    if size not in (512, 4096):
        raise ValueError
    n_fat, first_directory = struct.unpack_from("<I", data, 44)[0], struct.unpack_from("<I", data, 48)[0]
    n_fat = min(n_fat, len(data) // size // (size // 4) + 2)  # no more than the file has sectors for
    places = [one for one in struct.unpack_from("<109I", data, 76) if one < _FREE][:n_fat]
    after = struct.unpack_from("<I", data, 68)[0]
    for _ in range(n_fat):  # the list of a file of more than 7 MB goes on in sectors of its own
        if after >= _FREE or len(places) >= n_fat:
            break
        *more, after = struct.unpack_from(f"<{size // 4}I", data, (after + 1) * size)
        places += [one for one in more if one < _FREE][: n_fat - len(places)]
    fat = [one for place in places for one in struct.unpack_from(f"<{size // 4}I", data, (place + 1) * size)]

    def chain(sector: int, most: int) -> bytes:
        parts, read = [], 0
        while sector < _FREE and read < most:
            parts.append(data[(sector + 1) * size : (sector + 2) * size])
            read += size
            sector = fat[sector]
        return b"".join(parts)[:most]

    directory = chain(first_directory, len(data))
    for at in range(0, len(directory) - 127, 128):
        length = struct.unpack_from("<H", directory, at + 64)[0]
        name = directory[at : at + max(length - 2, 0)].decode("utf-16-le", "replace")
        if name in ("Workbook", "Book"):
            start, n = struct.unpack_from("<II", directory, at + 116)
            stream = chain(start, n)
            if len(stream) < n:
                raise ValueError
            return stream if n >= _SMALL else None
    return None


def _ends_well(stream: bytes) -> bool:
    """Follow the records: what begins must end, and after that something new begins or nothing follows."""
    at = depth = 0
    while at + 4 <= len(stream):
        kind, length = struct.unpack_from("<HH", stream, at)
        if depth == 0 and kind != _BOF:
            return at > 0 and not any(stream[at : at + _SMALL])
        at += 4 + length
        depth += (kind == _BOF) - (kind == _EOF)
    return depth == 0 and at <= len(stream)
