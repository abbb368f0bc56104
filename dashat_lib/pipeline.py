"""The study on one page: the stages in order, cached, then the notebooks.

What is done already is not done again. Whether it is done is remembered in ``.dashat`` beside the data, which is never
committed: a fresh clone computes everything and must come to the bytes that are committed.
"""

from __future__ import annotations

import contextlib
import importlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from . import fingerprint, notebooks_run
from .errors import DashatError, Problem, message

if TYPE_CHECKING:
    from pandas import DataFrame

    from .provenance import Manifest
    from .tables import Case, Results

STATE = Path(".dashat/state.json")
CACHE = Path(".dashat/cache")
LOCK = Path("requirements.lock")
RAW_ROWS = "raw_rows"
EXPECTED = ("Expectation", "Dugaan")  # by which text cells say what was expected, in either language


@dataclass(frozen=True)
class Stage:
    """One step of the study: the room that does it and the raw tables it reads (a test holds this list true)."""

    name: str
    reads: tuple[str, ...]

    @property
    def room(self) -> str:
        """Module whose ``results(case)`` is the step."""
        return f"dashat_lib.{self.name}"


_CODED = ("sources", "evidence", "evidence_actors", "codebook", "codings", "recodes", "stakeholders", "places")
_TESTED = (
    *_CODED,
    "ties",
    "programmes",
    "prevalence",
    "beneficiaries",
    "frameworks",
    "crosswalk",
    "claims",
    "claim_tests",
    "fact_definitions",
)
STAGES = (
    Stage(
        "overview",
        ("sources", "evidence", "evidence_actors", "stakeholders", "ties", "codings", "recodes", "claims", "places"),
    ),
    Stage("indicators", (*_CODED, "ties", "programmes", "frameworks", "crosswalk", "fact_definitions")),
    Stage("readings", (*_CODED, "ties", "programmes", "coders", "second_codings", "frameworks", "crosswalk")),
    Stage("triangulation", (*_CODED, "frameworks", "crosswalk")),
    Stage(
        "reduction",
        (
            "sources",
            "evidence",
            "evidence_actors",
            "codebook",
            "codings",
            "recodes",
            "stakeholders",
            "places",
            "frameworks",
            "crosswalk",
            "fact_definitions",
        ),
    ),
    Stage("coding_agreement", ("evidence", "codings", "codebook", "recodes", "coders", "settlements")),
    Stage("network", ("sources", "evidence", "stakeholders", "ties", "fact_definitions", "recodes")),
    Stage(
        "network.groups",
        (*_CODED, "ties", "frameworks", "crosswalk"),
    ),
    Stage("network.bands", ("sources", "evidence", "stakeholders", "ties", "audit")),
    Stage(
        "stakeholders",
        (*_CODED, "second_codings", "coders", "ties", "attribute_rules", "audit", "fact_definitions"),
    ),
    Stage(
        "dependency",
        (*_CODED, "ties", "programmes", "beneficiaries", "frameworks", "crosswalk", "fact_definitions"),
    ),
    Stage(
        "tension",
        (
            *_CODED,
            "second_codings",
            "coders",
            "audit",
            "ties",
            "programmes",
            "beneficiaries",
            "frameworks",
            "crosswalk",
        ),
    ),
    Stage("frameworks", (*_CODED, "frameworks", "crosswalk", "claim_tests")),
    Stage(
        "outcomes", ("sources", "prevalence", "beneficiaries", "programmes", "places", "fact_definitions", "recodes")
    ),
    Stage("claims", (*_TESTED, "would_decide")),
    Stage("claims.readings", (*_TESTED, "coders", "second_codings", "audit")),
    Stage("conclusions", (*_TESTED, "coders", "second_codings", "audit")),
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


@dataclass
class Run:
    """What a run did.

    Attributes
    ----------
    done : list of str
        Stages and notebooks that were computed anew; empty when nothing had changed.
    changed : list of str
        Files whose bytes are new.
    moved : DataFrame or None
        What moved against the results that were stored before (:func:`dashat_lib.compare.compare`); None without such.
    problems : list of Problem
        Notebooks that did not run to their end.
    """

    done: list[str] = field(default_factory=list)
    changed: list[str] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    moved: DataFrame | None = None


def run(
    case_folder: Path | str = ".",
    *,
    jobs: int = 2,
    force: bool = False,
    notebooks: bool = True,
    progress: Progress | None = None,
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
    from .settings import read_settings

    read_settings(folder)  # a folder that is no case is refused before anything moves
    watcher = progress or _Nobody()
    waiting = _stale_notebooks(now, state) if notebooks else []
    watcher.steps(1 + len(STAGES) + len(waiting))
    report = Run()
    _compute(now, state, watcher, report, force=force)
    if waiting:
        _run_notebooks(now, state, waiting, jobs, watcher, report)
        report.changed.extend(_list_notebooks(folder))
    _save_state(folder, {**state, "whole": _whole(now) if not report.problems and notebooks else None})
    return report


def compute(case: Case, *stages: str) -> Results:
    """Return the results of some stages (all if none is named) on a case, computed here and now; nothing is cached or written."""
    from .facts import merge

    return merge(_stage(stage.name, "", case) for stage in STAGES if not stages or stage.name in stages)


def computed(case: Case, *stages: str) -> Results:
    """Return the results of some stages (all if none is named) on a case as it stands in its folder.

    What a run has computed of the same data, settings and code is taken from ``.dashat``; what it has not is computed, and kept
    there. The results are those of :func:`compute`.

    Parameters
    ----------
    case : Case
        As :func:`dashat_lib.loaders.case.read_case` gives it. A variant of a case is computed here and now.
    """
    from .facts import merge
    from .loaders.case import read_case

    now = _Now.of(case.folder.resolve())
    if not _same_tables(case, read_case(case.folder)):
        return compute(case, *stages)
    chosen = [stage for stage in STAGES if not stages or stage.name in stages]
    try:
        cached = _cache(now.folder)
        return merge(cached(stage.name, now.stage_key(stage), case) for stage in chosen)
    except OSError:  # a folder that nothing can be kept in
        return compute(case, *stages)


def _same_tables(case: Case, other: Case) -> bool:
    """Whether a case is as its folder has it."""
    if case.settings != other.settings or case.reading is not None or case.before is not None:
        return False
    pairs = zip(case.tables(), other.tables(), strict=True)
    return all(one.equals(two) for (_, one), (_, two) in pairs)


def _cache(folder: Path) -> Any:
    """The function that computes a stage, its results kept in the folder of a case."""
    from joblib import Memory

    return Memory(folder / CACHE, verbose=0).cache(_stage, ignore=["case"])


def manifest(case_folder: Path | str = ".") -> Manifest:
    """Return what the stored results of a case were made from and what was made from them, for ``provenance.stale``.

    Raises
    ------
    DashatError
        If the case was not run yet.
    """
    import pandas as pd

    from .processed import read_manifest, read_results
    from .provenance import Manifest

    folder = Path(case_folder).resolve()
    results = read_results(folder)
    made = read_manifest(folder).get("stages", {})
    stages = {stage.name: (stage.reads, tuple(made.get(stage.name, ()))) for stage in STAGES}
    outputs = pd.DataFrame(_outputs(folder), columns=["kind", "name", "facts", "stages"])
    return Manifest(results.tables[RAW_ROWS].astype("str"), results, stages, outputs)


def _outputs(folder: Path) -> Iterator[tuple[str, str, str, str]]:
    """Every notebook, and every figure in one, with the facts it shows and the stages it hangs on."""
    for path in notebooks_run.find(folder):
        stages = ";".join(notebooks_run.stages_of(path) or [])
        yield "notebook", path.name, "", stages
        for at, stamp in enumerate(notebooks_run.stamps_of(path), start=1):
            yield "figure", f"{path.name} {at}", ";".join(map(str, stamp.get("facts", []))), stages


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
        mine = {name: digest for name, digest in self.raw.items() if table_of(name) in stage.reads}
        return fingerprint.of_values([stage.name, mine, self.settings, self.code])

    def notebook_key(self, path: Path) -> str:
        """What a notebook hangs on: its cells and the stages it names, all raw tables where it names none."""
        named = notebooks_run.stages_of(path)
        stages = [self.stage_key(stage) for stage in STAGES if named is None or stage.name in named]
        return fingerprint.of_values(
            [notebooks_run.source_hash(path), stages, self.raw if named is None else None, self.code]
        )


def table_of(raw_file: str) -> str:
    """Return the table that a file of ``data/raw``, as the manifest names it, is part of."""
    path = Path(raw_file)
    if path.parent.name == fingerprint.CODERS.name:
        return "second_codings"
    return "frameworks" if path.parent.name == "frameworks" else path.stem


def _whole(now: _Now) -> str:
    """One hash of all inputs and outputs: when it is what it was, there is nothing to do."""
    outputs = fingerprint.of_files(
        now.folder, (path for path in (now.folder / fingerprint.PROCESSED).glob("*") if path.is_file())
    )
    notebooks = fingerprint.of_files(now.folder, notebooks_run.find(now.folder))
    return fingerprint.of_values([now.raw, now.settings, now.code, outputs, notebooks])


def _is_fresh(now: _Now, state: Mapping[str, Any], notebooks: bool) -> bool:
    return notebooks and state.get("whole") == _whole(now)


def _read_state(folder: Path) -> dict[str, Any]:
    try:
        found = json.loads((folder / STATE).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def _save_state(folder: Path, state: Mapping[str, Any]) -> None:
    from .processed import json_bytes, write

    write(folder, folder / STATE, json_bytes(dict(state)))


# ---- stages ----------------------------------------------------------------------------------------------------------


def _stage(name: str, key: str, case: Case) -> Results:
    """Compute one stage. `key` is what it hangs on; joblib looks only at this."""
    found: Results = importlib.import_module(f"dashat_lib.{name}").results(case)
    return replace(found, facts=found.facts.assign(stage=name))


def _compute(now: _Now, state: dict[str, Any], watcher: Progress, report: Run, *, force: bool) -> None:
    from joblib import Memory

    from . import audit_trail
    from .compare import compare
    from .facts import merge
    from .loaders.case import read_case
    from .processed import clear_leftovers, json_bytes, read_results, store
    from .provenance import row_hashes

    watcher.begin("check")
    case = read_case(now.folder)
    watcher.end("check")
    clear_leftovers(now.folder)
    memory = Memory(now.folder / CACHE, verbose=0)
    if force:
        memory.clear(warn=False)
    cached = _cache(now.folder)
    parts = []
    for stage in STAGES:
        watcher.begin(stage.name)
        key = now.stage_key(stage)
        if not cached.check_call_in_cache(stage.name, key, case):
            report.done.append(stage.name)
        parts.append(cached(stage.name, key, case))
        watcher.end(stage.name)
    memory.reduce_size(bytes_limit="200M")
    language = case.settings.languages[0]
    found = merge(parts)
    with contextlib.suppress(DashatError):  # nothing stored yet: nothing moved
        report.moved = compare(read_results(now.folder), found)
    made = {stage.name: sorted(part.tables) for stage, part in zip(STAGES, parts, strict=True)}
    trail = audit_trail.trail(
        case,
        {stage.name: (stage.reads, part) for stage, part in zip(STAGES, parts, strict=True)},
        expectations={
            path.name: max(notebooks_run.passages(path, word) for word in EXPECTED)
            for path in notebooks_run.find(now.folder)
        },
    )
    cited = audit_trail.cited(case, found)
    found = replace(
        found, tables={**found.tables, "audit_trail": trail, "annotations": cited, RAW_ROWS: row_hashes(case)}
    )
    linked = {
        "audit_trail.jsonld": json_bytes(audit_trail.trail_jsonld(trail)),
        "annotations.jsonld": json_bytes(audit_trail.annotations_jsonld(cited)),
    }
    about = {**_manifest(now, case), "stages": made}
    title = case.settings.title.get(language, "")
    report.changed.extend(store(now.folder, found, about, title=title, beside=linked))


def _manifest(now: _Now, case: Case) -> dict[str, object]:
    """What the results hang on, as far as it is the same on every machine."""
    from importlib.metadata import version

    lock = now.folder / LOCK
    return {
        "dashat": version("dashat"),
        "data": fingerprint.data_hash(now.raw),
        "seed": case.settings.seed,
        "lock": fingerprint.of_file(lock) if lock.is_file() else None,
        "settings": now.settings,
        "raw": now.raw,
        "notebooks": {path.name: notebooks_run.outputs_hash(path) for path in notebooks_run.find(now.folder)},
    }


# ---- notebooks -------------------------------------------------------------------------------------------------------


def _stale_notebooks(now: _Now, state: Mapping[str, Any]) -> list[Path]:
    known = state.get("notebooks", {})
    stale = []
    for path in notebooks_run.find(now.folder):
        one = known.get(path.name, {})
        if one.get("key") != now.notebook_key(path) or one.get("file") != fingerprint.of_file(path):
            stale.append(path)
    return stale


def _run_notebooks(
    now: _Now, state: dict[str, Any], waiting: list[Path], jobs: int, watcher: Progress, report: Run
) -> None:
    from .processed import write

    known = state.setdefault("notebooks", {})
    keys = {path: now.notebook_key(path) for path in waiting}
    read = {path: fingerprint.of_file(path) for path in waiting}

    def finished(executed: notebooks_run.Executed) -> None:
        path = executed.path
        report.done.append(path.name)
        if executed.problem is not None or executed.content is None:
            report.problems.extend([executed.problem] if executed.problem else [])
        elif fingerprint.of_file(path) != read[path]:
            report.problems.append(_edited(path))
        else:
            if write(now.folder, path, executed.content):
                report.changed.append(path.name)
            known[path.name] = {
                "key": keys[path],
                "file": fingerprint.of_file(path),
                "seconds": round(executed.seconds, 1),
            }
            _save_state(now.folder, state)
        watcher.end(path.name)

    seconds = {path: float(known.get(path.name, {}).get("seconds", 0)) for path in waiting}
    notebooks_run.run_all(seconds, jobs=jobs, started=lambda path: watcher.begin(path.name), finished=finished)
    for gone in set(known) - {path.name for path in notebooks_run.find(now.folder)}:
        del known[gone]


def _list_notebooks(folder: Path) -> list[str]:
    """Write what the notebooks show into the manifest, once they have run."""
    from .processed import MANIFEST, json_bytes, read_manifest, write

    shown = {path.name: notebooks_run.outputs_hash(path) for path in notebooks_run.find(folder)}
    content = json_bytes({**read_manifest(folder), "notebooks": shown})
    return [MANIFEST] if write(folder, folder / fingerprint.PROCESSED / MANIFEST, content) else []


def _edited(path: Path) -> Problem:
    return Problem(
        path.name,
        None,
        None,
        None,
        message("was edited while it ran; its outputs were not stored."),
        message("Run again when the edit is saved."),
    )
