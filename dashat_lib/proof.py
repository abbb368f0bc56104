"""What ``dashat verify`` and ``dashat bundle`` print: one page on what was proved, and what was not."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

from rich.console import Console
from rich.table import Table
from rich.text import Text

from . import bundle as bundles
from .bundle import Bundle
from .compare import Difference
from .errors import message
from .pipeline import Progress
from .verify import OTHER_ROW, Verification, verify
from .words import Reader

MOST = 30  # differences on the page
_KINDS = {
    "files": message("files of the bundle"),
    "raw": message("raw tables, by their hash"),
    "results": message("rows of result tables"),
    "notebooks": message("cells of notebooks with outputs"),
    "figures": message("figures, by what they show"),
    "readme": message("READMEs, by their numbers"),
    "reports": message("files of reports"),
}


def of(study: Path, *, jobs: int = 2, progress: Progress | None = None) -> Verification:
    """Verify a folder or a bundle.

    Raises
    ------
    DashatError
        If it is neither.
    """
    if study.is_file():
        return bundles.verify_bundle(study, jobs=jobs, progress=progress)
    return verify(study, jobs=jobs, progress=progress)


def record(found: Verification, say: Reader) -> dict[str, object]:
    """Return a verification as plain values for ``--json``."""
    return {
        "fine": found.fine,
        "data": found.data,
        "compared": dict(found.compared),
        "pixels": found.pixels,
        "differences": [
            {"part": part, "file": one.file, "where": one.where, "column": one.column, "what": _said(one, say), "stored": one.stored, "computed": one.made}
            for part, one in found.differences
        ],
        "notes": [say(text, **values) for text, values in found.notes],
    }  # fmt: skip


def show(found: Verification, say: Reader, *, every: bool = False) -> None:
    """Print the page: the study, what was compared, what differs, what this does not prove."""
    console = Console(width=None if sys.stdout.isatty() else 140, highlight=False)
    title = found.title.get(say.language) or next(iter(found.title.values()), "")
    console.print(Text(say("Verification of: {title}", title=title), style="bold"))
    console.print(say("data {hash}", hash=found.data))
    table = Table(say("Computed again and compared"), say("How many"), say("Differences"))
    differ = {part: sum(1 for one, _ in found.differences if one == part) for part in found.compared}
    for part, n in found.compared.items():
        if not n and not differ[part]:
            continue  # a study without a README or a report
        table.add_row(say(_KINDS[part]), say.number(n), say.number(differ[part]))
    console.print(table)
    for line in _lines(found, say, every=every):
        console.print(Text(line))
    for text, values in found.notes:
        console.print(Text(say(text, **values)))
    if not found.pixels and not found.differences:
        console.print(Text(say("Figures were drawn by other versions of the packages: what they show was compared, their pixels were not.")))  # fmt: skip
    verdict = (
        say("Everything that was compared is what the data give.")
        if found.fine
        else say.count("{n} difference: this is not what the data give.", "{n} differences: this is not what the data give.", len(found.differences))
    )  # fmt: skip
    console.print(Text(verdict, style="bold"))
    console.print(Text(say("Proved: numbers, verdicts, figures and sentences follow from the raw tables by the code that is installed here. Not proved: that the tables say what the documents say, that the documents are right, that the code asks the right questions. The hash of the data tells one study from another: compare it with the one you were given.")))  # fmt: skip


def _lines(found: Verification, say: Reader, *, every: bool) -> Iterator[str]:
    shown = found.differences if every else found.differences[:MOST]
    for _, one in shown:
        place = ", ".join(part for part in (one.file, _where(one.where, say), one.column) if part)
        yield f"{place}: {_said(one, say)}"
    if len(found.differences) > len(shown):
        yield say.count("{n} more.", "{n} more.", len(found.differences) - len(shown)) + " --all"


def _where(text: str, say: Reader) -> str:
    """A place in a file, its words in the reader's language: ``row 12 (n_sources)``, ``cell 3, output 1``."""
    parts = [part.partition(" ") for part in text.split(", ")] if text else []
    return ", ".join(f"{say.label('where', word)}{blank}{rest}" for word, blank, rest in parts)


def _said(one: Difference, say: Reader) -> str:
    stored = say.label("change", one.stored) if one.what == OTHER_ROW else one.stored
    return say(one.what, **{"stored": stored or "–", "made": one.made or "–", **one.details})


def show_bundle(made: Bundle, say: Reader) -> None:
    """Say what was put into a bundle, and what was left out."""
    size = made.path.stat().st_size / (1 << 20)
    print(say.count("{path}: {n} file, {size} MiB.", "{path}: {n} files, {size} MiB.", len(made.files), path=str(made.path), size=round(size, 1)))  # fmt: skip
    if len(made.withheld):
        n = len(made.withheld[["table", "row_id"]].drop_duplicates())
        print(say("Texts of {n} rows of restricted documents were left out.", n=n))
    if len(made.moved):
        names = made.moved["name"].drop_duplicates()
        print(say("{n} facts are other than in the study for it: {names}.", n=len(names), names=", ".join(names.head(10))))  # fmt: skip
    print(say("To verify it: dashat verify {path}", path=str(made.path)))
