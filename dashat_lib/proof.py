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
from .compare import Difference, excerpts
from .errors import DashatError, Problem, message
from .pipeline import Progress
from .study import SHOWN
from .verify import OTHER_ROW, Verification, verify
from .words import Reader

MOST = 30  # differences on the page
_KINDS = {
    "files": message("files of the bundle"),
    "raw": message("raw tables, by their hash"),
    "results": message("rows of result tables"),
    "notebooks": message("cells of notebooks with outputs"),
    "figures": message("figures, by what they show"),
    "readme": message("READMEs, by what is pasted between marks and the alternative texts of pictures"),
    "reports": message("files of reports"),
}


def of(study: Path, *, jobs: int = 2, progress: Progress | None = None) -> Verification:
    """Verify a folder or a bundle.

    Raises
    ------
    DashatError
        If it is neither.
    """
    if not study.exists():
        raise DashatError(Problem(str(study), None, None, None, message("no such file."), message("Name the folder of a case, or a bundle.")))  # fmt: skip
    if study.is_file():
        return bundles.verify_bundle(study, jobs=jobs, progress=progress)
    return verify(study, jobs=jobs, progress=progress)


def record(found: Verification, say: Reader) -> dict[str, object]:
    """Return a verification as plain values for ``--json``."""
    return {
        "fine": found.fine,
        "study": found.study,
        "data": found.data,
        "zip": found.archive,
        "made_from": None if found.made_from is None else dict(found.made_from),
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
    for line in _hashes(found, say):
        console.print(Text(line))
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
    for line in _verdict(found, say):
        console.print(Text(line, style="bold"))
    for line in _bounds(found, say):
        console.print(Text(line))


def _hashes(found: Verification, say: Reader) -> Iterator[str]:
    """Which study this is, and which file."""
    yield say("study hash {hash}, data hash {data}", hash=found.study[:SHOWN], data=found.data)
    if found.made_from is not None:
        yield say(
            "made from the whole study with the study hash {hash}, data hash {data}",
            hash=str(found.made_from.get("study", ""))[:SHOWN],
            data=str(found.made_from.get("data", "")),
        )
    if found.archive is not None:
        yield say("SHA-256 of the zip: {hash}", hash=found.archive)


def _verdict(found: Verification, say: Reader) -> Iterator[str]:
    if found.fine:
        yield say("Everything that was compared is what the data give.")
        return
    n, raw = len(found.differences), sum(part == "raw" for part, _ in found.differences)
    if 0 < raw < n:
        yield say("{n} differences, of which {raw} in the raw tables; the others may follow from these: this is not what the data give.", n=n, raw=raw)  # fmt: skip
    else:
        yield say.count("{n} difference: this is not what the data give.", "{n} differences: this is not what the data give.", n)  # fmt: skip


def _bounds(found: Verification, say: Reader) -> Iterator[str]:
    """What is proved, and what is not."""
    if found.fine:
        yield say("Proved: numbers, verdicts, figures and sentences follow from the raw tables by the code that is installed here.")  # fmt: skip
    else:
        yield say("Not proved; see the lines above.")
    yield say("No verification proves that the tables say what the documents say, that the documents are right, that the code asks the right questions.")  # fmt: skip
    if found.by_machine:
        yield say("Rows were coded with the help of a machine: that the codings are right is not proved.")
    yield say("Whoever changes raw tables and computes everything again has another study, which is true to its tables; and notebooks are programs, which were run here as they stand.")  # fmt: skip
    which = message("Compare the study hash, or the SHA-256 of the zip, with the one you were given.") if found.archive else message("Compare the study hash with the one you were given.")  # fmt: skip
    yield say(which)


def _lines(found: Verification, say: Reader, *, every: bool) -> Iterator[str]:
    shown = found.differences if every else found.differences[:MOST]
    for _, one in shown:
        yield line_of(one, say)
    if len(found.differences) > len(shown):
        yield say.count("{n} more.", "{n} more.", len(found.differences) - len(shown)) + " --all"


def _where(text: str, say: Reader) -> str:
    """A place in a file, its words in the reader's language: ``row 12 (n_sources)``, ``cell 3, text cells counted, output 1``."""
    parts = [part.partition(" ") for part in text.split(", ")] if text else []
    told = []
    for word, blank, rest in parts:
        told.append(f"{say.label('where', word)}{blank}{rest}")
        if word == "cell":
            told.append(say("text cells counted"))
    return ", ".join(told)


def line_of(one: Difference, say: Reader) -> str:
    """Return a difference as one line: file, place, column, what differs."""
    place = ", ".join(part for part in (one.file, _where(one.where, say), one.column) if part)
    return f"{place}: {_said(one, say)}"


def _said(one: Difference, say: Reader) -> str:
    if one.what == OTHER_ROW:
        return say(one.what, stored=say.label("change", one.stored))
    stored, made = excerpts(one.stored, one.made)
    return say(one.what, **{"stored": stored, "made": made, **one.details})


def show_bundle(made: Bundle, say: Reader) -> None:
    """Say what was put into a bundle, what was mended before, and what was left out."""
    size = made.path.stat().st_size / (1 << 20)
    for one in made.mended[:MOST]:
        print(say("was mended: {line}", line=line_of(one, say)))
    if len(made.mended) > MOST:
        print(say.count("{n} more, named in bundle.json.", "{n} more, named in bundle.json.", len(made.mended) - MOST))
    print(say.count("{path}: {n} file, {size} MiB.", "{path}: {n} files, {size} MiB.", len(made.files) + 1, path=str(made.path), size=round(size, 1)))  # fmt: skip
    print(say("study hash {hash}, data hash {data}", hash=made.study, data=made.data))
    if made.made_from is not None:
        print(say("made from the whole study with the study hash {hash}, data hash {data}", hash=made.made_from["study"], data=made.made_from["data"]))  # fmt: skip
    print(say("SHA-256 of the zip: {hash}", hash=made.archive))
    if len(made.withheld):
        n = len(made.withheld[["table", "row_id"]].drop_duplicates())
        print(say("Texts of {n} rows of restricted documents were left out; their quantities, actors, titles and addresses remain.", n=n))  # fmt: skip
    else:
        print(say("No restricted documents: nothing was left out."))
    if len(made.moved):
        names = made.moved["name"].drop_duplicates()
        print(say.count("Because of this, {n} fact differs from the whole study: {names}.", "Because of this, {n} facts differ from the whole study: {names}.", len(names), names=", ".join(names.head(10))))  # fmt: skip
    print(say("To verify it: dashat verify {path}", path=str(made.path)))
