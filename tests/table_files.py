"""Small tables for the tests of readers: own sentences, written as the programs would."""

from __future__ import annotations

import csv
import io
import os
import random
import zipfile
from pathlib import Path

import pytest
from conftest import SHARED

from dashat_lib.errors import DashatError

REAL = Path(os.environ.get("DASHAT_REAL", SHARED / "real")) / "qda"
needs_real = pytest.mark.skipif(not REAL.is_dir(), reason="the real files are not here (DASHAT_REAL)")


def text_table(path, rows, *, delimiter=",", encoding="utf-8", lineterminator="\r\n"):
    """Write rows as a text table and return its path."""
    text = io.StringIO(newline="")
    csv.writer(text, delimiter=delimiter, lineterminator=lineterminator).writerows(rows)
    path.write_bytes(text.getvalue().encode(encoding))
    return path


def workbook(path, *sheets):
    """Write an .xlsx of sheets of rows and return its path; a sheet may be (name, rows)."""
    import openpyxl

    book = openpyxl.Workbook()
    book.remove(book.active)
    for n, sheet in enumerate(sheets, start=1):
        name, rows = sheet if isinstance(sheet, tuple) else (f"Sheet{n}", sheet)
        page = book.create_sheet(name)
        for row in rows:
            page.append(row)
    book.save(path)
    return path


_ODS = """<?xml version="1.0" encoding="UTF-8"?><office:document-content
 xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0"
 xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"><office:body><office:spreadsheet><table:table table:name="Lembar">
{rows}</table:table></office:spreadsheet></office:body></office:document-content>"""


def ods(path, rows):
    """Write a small .ods of text cells and return its path."""
    cells = "".join(
        "<table:table-row>"
        + "".join(
            f'<table:table-cell office:value-type="string"><text:p>{cell}</text:p></table:table-cell>' for cell in row
        )
        + "</table:table-row>"
        for row in rows
    )
    return raw_ods(path, cells)


def raw_ods(path, rows):
    """Write an .ods with the rows given as XML and return its path."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet", zipfile.ZIP_STORED)
        archive.writestr("content.xml", _ODS.format(rows=rows))
        archive.writestr(
            "META-INF/manifest.xml",
            '<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"/>',
        )
    return path


def told(project):
    """Return the load report as {word: (n, where)}."""
    return {entry.what: (entry.n, entry.where) for entry in project.load_report}


def mutations(data, n, seed):
    """Yield `n` damaged copies of some bytes: cut off, bits flipped, parts swapped, bytes put in."""
    rng = random.Random(seed)
    for at in range(n):
        damaged = bytearray(data)
        if at % 4 == 0:
            del damaged[rng.randrange(len(damaged)) :]
        elif at % 4 == 1:
            for _ in range(rng.choice([1, 5, 40])):
                damaged[rng.randrange(len(damaged))] ^= 1 << rng.randrange(8)
        elif at % 4 == 2:
            one, other = sorted(rng.sample(range(len(damaged)), 2))
            damaged[one : one + 20], damaged[other : other + 20] = damaged[other : other + 20], damaged[one : one + 20]
        else:
            place = rng.randrange(len(damaged))
            damaged[place:place] = rng.choice([b'"', b"\n", b"\r", b",", b";", b"\t", b"\0", b"\xff\xfe", b"(QCODE)", b"{#"])  # fmt: skip
        yield bytes(damaged)


def read_or_refused(reader, path, data):
    """Write `data` and let a reader read it; it may refuse, naming the file, and do nothing else."""
    path.write_bytes(data)
    reader.recognises(path)
    refused = None
    try:
        reader.read(path)
    except DashatError as error:
        refused = str(error)
    assert refused is None or path.name in refused
