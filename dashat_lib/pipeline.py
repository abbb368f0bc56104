"""The study on one page: the stages in order, cached, then the notebooks.

What is done already is not done again. Whether it is done is remembered in ``.dashat`` beside the data, which is never
committed: a fresh clone computes everything and must come to the bytes that are committed.
"""

from __future__ import annotations

import importlib
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from . import fingerprint, notebooks_run
from .errors import DashatError, Problem, message

if TYPE_CHECKING:
    from .tables import Case, Results

STATE = Path(".dashat/state.json")
CACHE = Path(".dashat/cache")
LOCK = Path("requirements.lock")


@dataclass(frozen=True)
class Stage:
    """One step of the study: the room that does it and the raw tables it reads (a test holds this list true)."""

    name: str
    reads: tuple[str, ...]

    @property
    def room(self) -> str:
        """Module whose ``results(case)`` is the step."""
        return f"dashat_lib.{self.name}"


_CODED = ("sources", "evidence", "evidence_actors", "codebook", "codings", "stakeholders", "places")
STAGES = (
    Stage("overview", ("sources", "evidence", "evidence_actors", "stakeholders", "ties", "codings", "claims", "places")),
    Stage("indicators", (*_CODED, "frameworks", "crosswalk", "fact_definitions")),
    Stage("outcomes", ("prevalence", "places", "fact_definitions")),
)


class Progress(Protocol):
    """Whoever watches a run: told how many steps there are, and which begins and ends."""

    def steps(self, total: int) -> None:
        """There are `total` steps to do."""

    def begin(self, name: str) -> None:
        """A step begins."""

    def end(self, name: str) -> None:
        """A step has ended."""


class _Nobody:
    def steps(self, total: int) -> None: ...
    def begin(self, name: str) -> None: ...
    def end(self, name: str) -> None: ...


@dataclass(frozen=True)
class Run:
    """What a run did.

    Attributes
    ----------
    done : list of str
        Stages and notebooks that were computed anew; empty when nothing had changed.
    changed : list of str
        Files whose bytes are new.
    problems : list of Problem
        Notebooks that did not run to their end.
    """

    done: list[str] = field(default_factory=list)
    changed: list[str] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)


def run(
    case_folder: Path | str = ".", *, jobs: int = 2, force: bool = False, notebooks: bool = True, progress: Progress | None = None
) -> Run:
    """Check a case, compute every stage, write ``data/processed`` and run the notebooks.

    Parameters
    ----------
    jobs : int
        Notebooks that run at a time.
    force : bool
        Compute everything again, changed or not.
    notebooks : bool
        Whether notebooks are run.

    Raises
    ------
    DashatError
        If the case does not hold what the schemas say. Nothing is written then.
    """
    folder = Path(case_folder).resolve()
    now = _Now.of(folder)
    state = {} if force else _read_state(folder)
    if _is_fresh(now, state, notebooks):
        return Run()
    watcher = progress or _Nobody()
    waiting = _stale_notebooks(now, state) if notebooks else []
    watcher.steps(1 + len(STAGES) + len(waiting))
    report = Run()
    _compute(now, state, watcher, report, force=force)
    if waiting:
        _run_notebooks(now, state, waiting, jobs, watcher, report)
    _save_state(folder, {**state, "whole": _whole(now) if not report.problems and notebooks else None})
    return report


def compute(case: Case) -> Results:
    """Return the results of all stages on a case, computed here and now; nothing is cached or written."""
    from .facts import merge

    return merge(_stage(stage.name, "", case) for stage in STAGES)


# ---- what there is now, and what was done ----------------------------------------------------------------------------


@dataclass(frozen=True)
class _Now:
    """The hashes of everything a run hangs on, as it stands on disk."""

    folder: Path
    raw: dict[str, str]
    settings: str
    code: str
    notebooks: dict[str, str]

    @classmethod
    def of(cls, folder: Path) -> _Now:
        settings = folder / "dashat.toml"
        return cls(
            folder,
            fingerprint.raw_files(folder),
            fingerprint.of_file(settings) if settings.is_file() else "",
            fingerprint.of_values([fingerprint.of_package(), fingerprint.of_environment()]),
            fingerprint.of_files(folder, notebooks_run.find(folder)),
        )

    def stage_key(self, stage: Stage) -> str:
        """What a stage hangs on: its raw tables, the settings, the code."""
        mine = {name: digest for name, digest in self.raw.items() if _table_of(name) in stage.reads}
        return fingerprint.of_values([stage.name, mine, self.settings, self.code])

    def notebook_key(self, path: Path) -> str:
        """What a notebook hangs on: its cells and the stages it names, all raw tables where it names none."""
        named = notebooks_run.stages_of(path)
        stages = [self.stage_key(stage) for stage in STAGES if named is None or stage.name in named]
        return fingerprint.of_values([notebooks_run.source_hash(path), stages, self.raw if named is None else None, self.code])


def _table_of(raw_file: str) -> str:
    path = Path(raw_file)
    return "frameworks" if path.parent.name == "frameworks" else path.stem


def _whole(now: _Now) -> str:
    """One hash of all inputs and outputs: when it is what it was, there is nothing to do."""
    from .processed import PROCESSED

    outputs = fingerprint.of_files(now.folder, (path for path in (now.folder / PROCESSED).glob("*") if path.is_file()))
    notebooks = fingerprint.of_files(now.folder, notebooks_run.find(now.folder))
    return fingerprint.of_values([now.raw, now.settings, now.code, outputs, notebooks])
