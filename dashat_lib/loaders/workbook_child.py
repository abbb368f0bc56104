"""Read a workbook in a process of its own: what a damaged one does to its memory ends with that process.

Run as a program (``python workbook_child.py FILE CELLS BYTES``) by :mod:`.workbook_sheets`; it imports nothing of this
package. It prints one JSON object: ``{"sheets": [{"name", "rows", "merged"}]}`` or ``{"error": word}``.
"""

from __future__ import annotations

import json
import sys
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

_WHOLE = 1e15  # beyond it a spreadsheet shows powers of ten


def as_shown(value: Any) -> str:
    """Return a cell as a reader of the sheet would write it: 3 for 3.0, a date as 2024-05-01, TRUE and FALSE."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < _WHOLE else format(value, ".15g")
    if isinstance(value, datetime):
        moment = value.replace(tzinfo=None)
        return moment.date().isoformat() if moment.time() == time() else moment.isoformat(sep=" ", timespec="seconds")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, timedelta):
        seconds = round(value.total_seconds())
        return f"{seconds // 3600}:{seconds // 60 % 60:02}:{seconds % 60:02}"
    return str(value)


def sheets(file: str, cells: int) -> dict[str, Any]:
    """Return the sheets of a workbook, hidden ones too, or a word that says why not."""
    from python_calamine import CalamineError, CalamineWorkbook, PasswordError, SheetTypeEnum

    try:
        with Path(file).open("rb") as content:
            book = CalamineWorkbook.from_filelike(content)
        found = []
        for one in book.sheets_metadata:
            if one.typ != SheetTypeEnum.WorkSheet:
                continue
            sheet = book.get_sheet_by_name(one.name)
            cells -= sheet.total_height * sheet.total_width
            if cells < 0:
                return {"error": "large"}
            rows = [[as_shown(cell) for cell in row] for row in sheet.to_python(skip_empty_area=False)]
            merged = [[*first, *last] for first, last in (sheet.merged_cell_ranges or [])]
            found.append({"name": one.name, "rows": rows, "merged": merged})
    except PasswordError:
        return {"error": "password"}
    except CalamineError:
        return {"error": "broken"}
    return {"sheets": found}


def _least(most_bytes: int) -> None:
    try:  # not on Windows; where a system knows no such limit, the time that the caller gives is the only one
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (most_bytes, most_bytes))
    except (ImportError, OSError, ValueError):
        pass


if __name__ == "__main__":
    _least(int(sys.argv[3]))
    sys.stdout.reconfigure(encoding="utf-8", errors="surrogatepass")  # type: ignore[union-attr]
    sys.stdout.write(json.dumps(sheets(sys.argv[1], int(sys.argv[2])), ensure_ascii=False))
