"""Writing the report of a case: all files or none."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from .. import displays
from ..errors import DashatError, Problem, message
from ..processed import csv_bytes, write
from ..reduction import all_displays
from ..tables import Case
from ..words import reader
from . import html, xlsx
from .document import document


def write_displays(
    case: Case, folder: Path, *, languages: Sequence[str], excel: bool = False, force: bool = False
) -> list[Path]:
    """Write the displays of a case in each language as HTML, workbook and CSV; return the files.

    Parameters
    ----------
    excel : bool
        CSV as a spreadsheet program with decimal commas opens it.
    force : bool
        Whether files that are there are written over.

    Raises
    ------
    DashatError
        If a file is there and `force` is not given. Nothing is written then.
    """
    named, every = displays.named_set(case), all_displays(case)
    files: dict[Path, bytes] = {}
    for language in languages:
        say = reader(language)
        found = document(case, named, say)
        files[folder / f"displays.{language}.html"] = html.page(found)
        files[folder / f"displays.{language}.xlsx"] = xlsx.workbook(found)
        for one in every:
            rows, columns = displays.headings(one, case, say)
            table = one.long().assign(display=say.label("display", one.name))
            table = table.assign(row=table["row"].map(rows), column=table["column"].map(columns))
            table = table.drop(columns=["row_kind", "column_kind"])
            table.columns = [say.label("column", str(name)) for name in table]
            files[folder / f"{one.name}.{language}.csv"] = csv_bytes(table, excel=excel)
    there = sorted(path for path in files if path.exists())
    if there and not force:
        raise DashatError(
            Problem(str(path), None, None, None, message("is there already."), message("Give --force to write over it, or --out with another folder."))
            for path in there
        )  # fmt: skip
    for path, content in files.items():
        write(case.folder, path, content)
    return list(files)
