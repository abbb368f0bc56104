"""Files of coding programs in and out: what was read, what was changed, what could not be carried over."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from pathlib import Path

from rich.console import Console
from rich.table import Table
from rich.text import Text

from .coded_project import CodedProject, Entry
from .coded_project.from_case import from_case
from .coded_project.merging import merge
from .coded_project.summary import matching
from .coded_project.to_case import ANOTHER_FOLDER, NOT_EMPTY
from .errors import DashatError, Problem, message
from .loaders.case import read_case
from .loaders.read_project import Progress, read_project
from .settings import FILE
from .words import Reader

_FORMATS = message("'{value}' says no format.")
_WRITE = message("Write a name that ends in .qdpx, .qdc or .xlsx, or the name of a folder for CSV files.")
# What is counted on the page, in this order, where there is any of it.
_COUNTED = (
    ("documents", message("documents")), ("passages", message("cues, turns, paragraphs or pages")), ("codes", message("codes")),
    ("categories", message("categories of codes")), ("coders", message("coders")), ("selections", message("segments")), ("codings", message("codings of segments")),
    ("document_codings", message("codings of whole documents")), ("cases", message("cases")), ("variables", message("attributes")),
    ("notes", message("memos")), ("annotations", message("annotations")), ("journals", message("journal entries")), ("sets", message("sets")),
    ("links", message("links")), ("data_rows", message("rows of a table")),
)  # fmt: skip


def read(path: Path, *beside: Path, format: str | None = None, project: str | None = None, progress: Progress | None = None) -> CodedProject:  # fmt: skip
    """Read a file of a coding program; others beside it, exports of the same project by other coders, are merged into it."""
    found = read_project(path, format=format, project=project, progress=progress)
    for other in beside:
        found = merge(found, read_project(other, progress=progress))
    return found


def export(what: Path, out: Path, *, language: str, force: bool = False, texts: bool = True) -> tuple[Entry, ...]:
    """Write a case, or what a coding program stored, for other programs; the ending of `out` says how.

    Parameters
    ----------
    what : Path
        Folder of a case, or a file of a coding program.
    out : Path
        ``.qdpx`` (REFI-QDA project), ``.qdc`` (codebook alone), ``.xlsx``, or a folder of CSV files where it has no ending.
    texts : bool
        Whether what participants said and coders wrote down goes along.

    Returns
    -------
    tuple of Entry
        What was changed on the way in, and what is lost on the way out.

    Raises
    ------
    DashatError
        If it cannot be read, `out` says no format, or something is there already and `force` is not given.
    """
    from .exports.refi_qda import write_refi_codebook, write_refi_qda
    from .exports.tables import write_tables

    project = from_case(read_case(what), language=language) if (what / FILE).is_file() else read_project(what)
    project = project if texts else project.without_texts()
    ending = out.suffix.lower()
    if ending == ".qdpx":
        lost = write_refi_qda(project, out, force=force)
    elif ending == ".qdc":
        lost = write_refi_codebook(project, out, force=force)
    elif ending in (".xlsx", ""):
        lost = write_tables(project, out, force=force)
    else:
        raise DashatError(Problem(out.name, None, None, out.suffix, _FORMATS, _WRITE))
    return (*project.load_report, *lost)


def check_new(folder: Path) -> None:
    """Refuse a folder for a new case that holds anything, before anything is read."""
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise DashatError(Problem(folder.name, None, None, None, NOT_EMPTY, ANOTHER_FOLDER))


def show(project: CodedProject, say: Reader, *beside: Path) -> None:
    """Print what was read, `beside` named as merged into it."""
    console = _console()
    found = project.summary(say=say) | {"passages": len(project.passages)}
    console.print(
        Text(
            say(
                "{file}, format {format}",
                file=" + ".join(one.name for one in (project.file, *beside)),
                format=project.format,
            ),
            style="bold",
        )
    )
    table = Table(say("What was read"), say("How many"))
    for key, label in _COUNTED:
        if found.get(key):
            table.add_row(say(label), say.number(found[key]))
    console.print(table)
    quoted, same = matching(project)
    if quoted:
        console.print(Text(say("{same} of {n} segments say at their place exactly what the program stored as their text.", same=same, n=quoted)))  # fmt: skip


def show_report(entries: Iterable[Entry], say: Reader, title: str) -> None:
    """Print a load report or loss report; says so where there is nothing to tell."""
    console, entries = _console(), list(entries)
    if not entries:
        console.print(Text(say("Nothing odd was found, and nothing was lost that dashat knows of.")))
        return
    console.print(Text(title, style="bold"))
    table = Table(say("What was found"), say("How many"), say("Where"), say("What was done"))
    for one in entries:
        table.add_row(
            say.label("odd", one.what).replace("_", " "), say.number(one.n), one.where, say(one.done, **one.details)
        )
    console.print(table)


def _console() -> Console:
    return Console(width=None if sys.stdout.isatty() else 140, highlight=False)
