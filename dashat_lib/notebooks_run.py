"""Runs the notebooks of a case, several at a time, and gives back the same bytes each time."""

from __future__ import annotations

import asyncio
import base64
import json
import os
import subprocess
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from . import fingerprint
from .errors import NotebookError, Problem, message

NOTEBOOKS = Path("notebooks")
_CELL_SECONDS = 1800


@dataclass(frozen=True)
class Executed:
    """A notebook after its run: its new bytes, or the problem that stopped it."""

    path: Path
    content: bytes | None
    problem: Problem | None
    seconds: float


@dataclass(frozen=True)
class Output:
    """One thing that stands under a cell.

    Attributes
    ----------
    kind : str
        Media type, or "stdout", "stderr", "error".
    text : str
        What it says; nothing for a picture.
    about : mapping
        What a figure says of itself: alternative text, stamp, what it shows.
    content : bytes
        The bytes of a picture.
    """

    kind: str
    text: str
    about: Mapping[str, Any] = field(default_factory=dict)
    content: bytes = b""


def find(case_folder: Path) -> list[Path]:
    """Return the notebooks of a case in reading order."""
    return sorted(path for path in (case_folder / NOTEBOOKS).glob("*.ipynb") if path.is_file())


def source_hash(path: Path) -> str:
    """Return a hash of what a notebook says, its outputs left out.

    Raises
    ------
    NotebookError
        If the file is no notebook.
    """
    found = _read(path)
    cells = [[cell.get("cell_type"), cell.get("source"), cell.get("metadata")] for cell in found["cells"]]
    return fingerprint.of_values([cells, found.get("metadata", {}).get("dashat")])


def code_hash(path: Path) -> str:
    """Return a hash of the code cells of a notebook: neither its text cells nor what stands under a cell.

    Raises
    ------
    NotebookError
        If the file is no notebook.
    """
    return fingerprint.of_values(
        [_text(cell.get("source", "")) for cell in _read(path)["cells"] if cell.get("cell_type") == "code"]
    )


def passages(path: Path, word: str) -> int:
    """Return how many paragraphs of the text cells of a notebook hold a word.

    Raises
    ------
    NotebookError
        If the file is no notebook.
    """
    texts = [_text(cell.get("source", "")) for cell in _read(path)["cells"] if cell.get("cell_type") == "markdown"]
    return sum(word in part for text in texts for part in text.split("\n\n"))


def stages_of(path: Path) -> list[str] | None:
    """Return the stages a notebook hangs on (``metadata.dashat.stages``), or None where it does not say."""
    stages = _read(path).get("metadata", {}).get("dashat", {}).get("stages")
    return list(stages) if stages is not None else None


def stamps_of(path: Path) -> list[dict[str, Any]]:
    """Return the stamps of the figures in a notebook's stored outputs, in order."""
    outputs = [one for cell in _read(path)["cells"] for one in cell.get("outputs", [])]
    figures = [one.get("metadata", {}).get("image/png", {}) for one in outputs if "image/png" in one.get("data", {})]
    return [dict(one.get("dashat", {})) for one in figures]


def outputs_of(path: Path) -> list[list[Output]]:
    """Return what stands under each cell of a notebook, cell by cell.

    Raises
    ------
    NotebookError
        If the file is no notebook.
    """
    return [[*_outputs(cell)] for cell in _read(path)["cells"]]


def without_outputs(path: Path) -> bytes:
    """Return a notebook as bytes with nothing under its cells.

    Raises
    ------
    NotebookError
        If the file is no notebook.
    """
    found = _read(path)
    for cell in found["cells"]:
        if cell.get("cell_type") == "code":
            cell.update(outputs=[], execution_count=None)
    return json.dumps(found, ensure_ascii=False).encode()


def outputs_hash(path: Path) -> str:
    """Return a hash of what a notebook shows; of a picture that is what it shows and says, not its bytes."""
    said = [[[one.kind, one.text, one.about] for one in cell] for cell in outputs_of(path)]
    return fingerprint.of_values(said)


def _outputs(cell: Mapping[str, Any]) -> Iterator[Output]:
    for one in cell.get("outputs", []):
        if one.get("output_type") == "stream":
            yield Output(str(one.get("name")), _text(one.get("text", "")))
        elif one.get("output_type") == "error":
            yield Output("error", f"{one.get('ename')}: {one.get('evalue')}")
        for mime, content in sorted(one.get("data", {}).items()):
            about = one.get("metadata", {}).get(mime, {})
            if mime.startswith("image/") and mime != "image/svg+xml":
                said = {"alt": about.get("alt"), **about.get("dashat", {})}
                yield Output(mime, "", said, base64.b64decode(_text(content)))
            else:
                yield Output(mime, _text(content), about)


def _text(content: Any) -> str:
    """A text of a notebook, which is written as a list of lines, as a string or, in JSON, as values."""
    if isinstance(content, str):
        return content
    lines = isinstance(content, list) and all(isinstance(one, str) for one in content)
    return "".join(content) if lines else json.dumps(content, sort_keys=True, ensure_ascii=False)


def run_all(
    paths: Mapping[Path, float],
    *,
    jobs: int = 2,
    started: Callable[[Path], None] = lambda path: None,
    finished: Callable[[Executed], None] = lambda executed: None,
) -> list[Executed]:
    """Run notebooks, the longest first, `jobs` at a time. Writes nothing: `finished` gets each one as it ends.

    Parameters
    ----------
    paths : mapping path -> seconds it took last time (0 where not known)
    """
    import nbclient  # noqa: F401  (1.8 s; only where a notebook runs)

    async def everything() -> list[Executed]:
        gate = asyncio.Semaphore(jobs)
        order = sorted(paths, key=lambda path: (-paths[path], path))
        return await asyncio.gather(*(_run(path, gate, started, finished) for path in order))

    return asyncio.run(everything())


async def _run(
    path: Path, gate: asyncio.Semaphore, started: Callable[[Path], None], finished: Callable[[Executed], None]
) -> Executed:
    import nbformat
    from nbclient import NotebookClient
    from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError

    async with gate:
        started(path)
        loop = asyncio.get_running_loop()
        begin = loop.time()
        _read(path)
        notebook = nbformat.read(path, as_version=4)
        at: dict[str, int] = {}
        client = NotebookClient(
            notebook,
            timeout=_CELL_SECONDS,
            kernel_name="python3",
            record_timing=False,
            resources={"metadata": {"path": str(path.parent)}},
            on_cell_start=lambda cell, cell_index: at.update(cell=cell_index + 1),
        )
        content, problem = None, None
        try:
            await client.async_execute(env={**os.environ, "PYTHONPATH": ""}, stderr=subprocess.DEVNULL)
            content = _stable(notebook)
        except CellExecutionError as error:
            problem = _stopped(path, at.get("cell"), f"{error.ename}: {error.evalue}")
        except (CellTimeoutError, DeadKernelError) as error:
            problem = _stopped(path, at.get("cell"), str(error))
        executed = Executed(path, content, problem, loop.time() - begin)
        finished(executed)
        return executed


def _stopped(path: Path, cell: int | None, reason: str) -> Problem:
    first = next((line for line in reason.strip().splitlines() if line.strip()), "no reason given")
    return Problem(
        path.name,
        None,
        None,
        None,
        message("cell {cell} stopped with {reason}."),
        message(
            "Open the notebook, run it up to that cell and mend it there; its stored outputs were left as they were."
        ),
        {"cell": str(cell), "reason": first[:300]},
    )


def _stable(notebook: Any) -> bytes:
    """A notebook as bytes that hang on its sources and its findings only: no version, no time, LF."""
    import nbformat

    notebook.metadata.pop("language_info", None)
    for cell in notebook.cells:
        cell.metadata.pop("execution", None)
    return (nbformat.writes(notebook).rstrip("\n") + "\n").encode()


def _read(path: Path) -> dict[str, Any]:
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
        if isinstance(found, dict) and isinstance(found.get("cells"), list):
            return found
        reason = "no cells"
    except (OSError, ValueError) as error:
        reason = str(error)
    raise NotebookError(
        Problem(
            path.name,
            None,
            None,
            None,
            message("is no notebook: {reason}."),
            message("Restore it, or take it out of notebooks/."),
            {"reason": reason},
        )
    )
