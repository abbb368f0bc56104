"""Old workbooks whose sheets end too early are told from whole ones."""

from __future__ import annotations

import struct

from table_files import REAL, mutations, needs_real

from dashat_lib.loaders.old_workbooks import is_whole

BOF, EOF, ROW = 0x0809, 0x000A, 0x0208


def records(*kinds):
    return b"".join(struct.pack("<HH", kind, 16 if kind != EOF else 0) + bytes(16 if kind != EOF else 0) for kind in kinds)  # fmt: skip


def workbook(stream, *, length=None):
    """A file of one stream, as small as [MS-CFB] lets it be: sector 0 the table of sectors, 1 the directory, then the stream."""
    stream = stream.ljust(-(-len(stream) // 512) * 512, b"\0")
    n = len(stream) // 512
    fat = [0xFFFFFFFD, 0xFFFFFFFE, *range(3, n + 2), 0xFFFFFFFE]
    header = bytearray(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1".ljust(512, b"\0"))
    struct.pack_into("<H", header, 30, 9)
    struct.pack_into("<II", header, 44, 1, 1)
    struct.pack_into("<I", header, 68, 0xFFFFFFFE)
    struct.pack_into("<109I", header, 76, 0, *[0xFFFFFFFF] * 108)
    name = "Workbook\0".encode("utf-16-le")
    entry = name.ljust(64, b"\0") + struct.pack("<H", len(name)) + bytes(50) + struct.pack("<II", 2, length or len(stream)) + bytes(4)  # fmt: skip
    table = struct.pack(f"<{len(fat)}I", *fat).ljust(512, b"\xff")
    return bytes(header) + table + entry.ljust(512, b"\0") + stream


SHEETS = records(BOF, *[ROW] * 200, EOF, BOF, *[ROW] * 50, EOF)


def test_a_workbook_whose_sheets_end_with_its_stream_is_whole():
    assert is_whole(workbook(SHEETS))
    assert is_whole(workbook(records(BOF, *[ROW] * 100, BOF, ROW, EOF, *[ROW] * 150, EOF)))  # a chart inside a sheet


def test_a_sheet_that_ends_too_early_or_not_at_all_is_not_whole():
    assert not is_whole(workbook(records(BOF, *[ROW] * 100, EOF, *[ROW] * 150, EOF)))
    assert not is_whole(workbook(records(BOF, *[ROW] * 250)))
    assert not is_whole(workbook(records(BOF, *[ROW] * 250, EOF), length=1 << 20))
    assert not is_whole(workbook(SHEETS)[:3_000])


def test_damage_makes_it_neither_fail_nor_hang():
    for data in mutations(workbook(SHEETS), 300, seed=13):
        assert is_whole(data) in (True, False)
    endless = bytearray(workbook(SHEETS))
    struct.pack_into("<I", endless, 44, 0xFFFFFFFF)
    struct.pack_into("<I", endless, 68, 0)
    assert is_whole(bytes(endless)) in (True, False)


@needs_real
def test_a_real_one_is_whole():
    assert is_whole((REAL / "maxqda/maxqda12_coded_segments.xls").read_bytes())
