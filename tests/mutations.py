"""Damage a file as disks, mails and hands do: cut off, bits turned, pieces exchanged, columns renamed, pages dropped.

Everything is seeded: the same bytes, kind and seed give the same damage.
"""

from __future__ import annotations

import io
import random
import zipfile

PAGE = 4096
SQLITE = b"SQLite format 3\x00"
TEXTS = (".txt", ".md", ".vtt", ".srt", ".csv", ".html")


def kinds(name: str, data: bytes) -> list[str]:
    """Return the kinds of damage that a file can take."""
    found = ["cut", "bits", "exchanged"]
    if data.startswith(b"PK"):
        found += ["members exchanged", "member missing", "bits in a member", "member cut"]
    if data.startswith(SQLITE):
        found += ["page dropped", "page empty"]
    if name.endswith(".csv"):
        found += ["column renamed"]
    return found


def damaged(data: bytes, kind: str, seed: int) -> bytes:
    """Return the file with one damage."""
    draw = random.Random(f"{kind} {seed}")
    if kind == "cut":
        return data[: draw.randrange(len(data))]
    if kind == "bits":
        return _bits(data, draw)
    if kind == "exchanged":
        return _exchanged(data, draw)
    if kind == "column renamed":
        return _renamed(data, draw)
    if kind in ("page dropped", "page empty"):
        at = draw.randrange(max(1, len(data) // PAGE)) * PAGE
        return data[:at] + (b"" if kind == "page dropped" else bytes(PAGE)) + data[at + PAGE :]
    return _in_zip(data, kind, draw)


def _bits(data: bytes, draw: random.Random) -> bytes:
    changed = bytearray(data)
    for _ in range(draw.choice([1, 1, 2, 8])):
        changed[draw.randrange(len(changed))] ^= 1 << draw.randrange(8)
    return bytes(changed)


def _exchanged(data: bytes, draw: random.Random) -> bytes:
    """Exchange two pieces of equal length that do not overlap."""
    length = draw.randint(1, max(1, min(64, len(data) // 3)))
    if len(data) < 2 * length:
        return data[::-1]
    first = draw.randrange(len(data) - 2 * length + 1)
    second = draw.randrange(first + length, len(data) - length + 1)
    one, two = data[first : first + length], data[second : second + length]
    return data[:first] + two + data[first + length : second] + one + data[second + length :]


def _renamed(data: bytes, draw: random.Random) -> bytes:
    head, rest = data.split(b"\n", 1) if b"\n" in data else (data, b"")
    mark = b";" if head.count(b";") > head.count(b",") else b","
    cells = head.split(mark)
    at = draw.randrange(len(cells))
    cells[at] = cells[at][:1] + b"x_" + cells[at][1:]  # behind a quotation mark or the first byte of a byte order mark
    return mark.join(cells) + b"\n" + rest


def _in_zip(data: bytes, kind: str, draw: random.Random) -> bytes:
    """Damage a member and pack it again with a right checksum, so that it is the reader of the member that meets it."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        infos = [info for info in archive.infolist() if not info.is_dir()]
        contents = {info.filename: archive.read(info) for info in infos}
    names = list(contents)
    one = draw.choice(names)
    if kind == "members exchanged":
        two = draw.choice(names)
        contents[one], contents[two] = contents[two], contents[one]
    elif kind == "member missing":
        del contents[one]
    elif contents[one]:
        contents[one] = damaged(contents[one], "bits" if kind == "bits in a member" else "cut", draw.randrange(1 << 30))
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for info in infos:
            if info.filename in contents:
                fresh = zipfile.ZipInfo(info.filename)
                fresh.compress_type = info.compress_type
                archive.writestr(fresh, contents[info.filename])
    return out.getvalue()
