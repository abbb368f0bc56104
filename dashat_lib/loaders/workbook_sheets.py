"""What does a workbook say, cell by cell: .xlsx, .xls and .ods as sheets of text."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from ..errors import DashatError, Problem, message
from .old_workbooks import is_whole
from .opening import Limits, member, opened, whole, without_library

LIMITS = Limits(members=5_000, member_bytes=256 << 20, total_bytes=512 << 20)
LARGEST_XLS = 256 << 20
MOST_CELLS = 5_000_000
_SECONDS = 15.0
_MEMORY = 3 << 30
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_BOOK_STREAM = re.compile("|".join(("Workbook\0", "Book\0", "EncryptedPackage\0")).encode("utf-16-le"))
_ODS = b"application/vnd.oasis.opendocument.spreadsheet"
_MEND = message("Open it in a spreadsheet program, save it anew as .xlsx, and read that.")
_REASONS = {
    "password": (message("is protected with a password."), message("Take the password away in the program that made it, and save a copy.")),
    "large": (message("holds more cells than are read ({most})."), message("Delete sheets and columns that are not needed, in a copy.")),
    "broken": (message("is a workbook that cannot be read; it is damaged, or not what its first bytes say."), _MEND),
    "slow": (message("is a workbook that takes longer than {seconds} s to open; it is damaged or very large."), _MEND),
}  # fmt: skip


def kind_of(path: Path) -> str | None:
    """Return "xlsx", "ods" or "xls" for a workbook, by its content, else None. Never raises."""
    try:
        with path.open("rb") as file:
            first = file.read(8)
        if first == _OLE:
            with path.open("rb") as file:
                return "xls" if _BOOK_STREAM.search(file.read(LARGEST_XLS)) else None
        if not first.startswith(b"PK\x03\x04"):
            return None
        with opened(path, LIMITS) as (archive, infos):
            names = {info.filename: info for info in infos}
            if "xl/workbook.xml" in names:
                return "xlsx"
            if "content.xml" in names and "mimetype" in names:
                return "ods" if member(path, archive, names["mimetype"], LIMITS).strip() == _ODS else None
    except (OSError, DashatError):
        pass
    return None


def sheets(path: Path, kind: str) -> tuple[list[dict[str, Any]], list[tuple[str, int]]]:
    """Return the sheets of a workbook and what its cells hold that is no text.

    Returns
    -------
    sheets : list of dict
        ``name``; ``rows``, lists of text as a reader of the sheet would write it; ``merged``, lists [first row, first column,
        last row, last column] from 0. Hidden sheets are among them.
    odd : list of (word, number)
        ``formula_without_value``, ``error_value``: cells that read as empty. ``workbook_torn``: an .xls that is not whole.

    Raises
    ------
    DashatError
        If it is damaged, hostile, too large or protected, or if the library that reads workbooks is missing.
    """
    if find_spec("python_calamine") is None:
        raise without_library(path.name, "python-calamine")
    odd: list[tuple[str, int]] = []
    if kind == "xls":
        odd = [] if is_whole(whole(path, LARGEST_XLS)) else [("workbook_torn", 1)]
    else:
        odd = _without_value(path)
    child = Path(__file__).with_name("workbook_child.py")
    call = [sys.executable, "-P", "-B", str(child), str(path.absolute()), str(MOST_CELLS), str(_MEMORY)]
    try:
        done = subprocess.run(call, stdin=subprocess.DEVNULL, capture_output=True, timeout=_SECONDS, check=False)
    except subprocess.TimeoutExpired:
        raise _refused(path, "slow") from None
    try:
        found = json.loads(done.stdout.decode("utf-8", "replace"))
    except ValueError:  # its process ended, with or without a word
        found = {"error": "broken"}
    if "error" in found:
        raise _refused(path, found["error"])
    return found["sheets"], odd


def _refused(path: Path, reason: str) -> DashatError:
    what, mend = _REASONS[reason]
    return DashatError(Problem(path.name, None, None, None, what, mend, {"most": f"{MOST_CELLS:,}", "seconds": round(_SECONDS)}))  # fmt: skip


def _without_value(path: Path) -> list[tuple[str, int]]:
    """Look at every member, so that none unpacks to more than it may, and count formulas never computed and cells in error."""
    formulas = errors = 0
    with opened(path, LIMITS) as (archive, infos):
        for info in infos:
            if info.filename.endswith((".xml", ".rels")):
                data = member(path, archive, info, LIMITS)
                if info.filename.startswith("xl/worksheets/"):
                    formulas += sum(b"<f" in cell and not _has_value(cell) for cell in data.split(b"</c>")[:-1])
                    errors += len(re.findall(b' t="e"', data))
    return [(word, n) for word, n in (("formula_without_value", formulas), ("error_value", errors)) if n]


def _has_value(cell: bytes) -> bool:
    return b"<v" in cell and b"<v></v>" not in cell and b"<v/>" not in cell and b"<v />" not in cell
