"""Is what is stored what the data give: everything is computed again in a folder of its own and compared.

Nothing stored is compared with anything stored: not a hash with a hash, not a number with a number. What counts as the same:
raw tables by their hash, numbers by a relative tolerance of 1e-8, words and verdicts and the order of rows exactly, figures by
what they show, and by their pixels where the versions that drew them are those that draw them here.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from importlib.metadata import PackageNotFoundError, version
from itertools import zip_longest
from pathlib import Path
from typing import Any

from . import fingerprint, notebooks_run, pipeline, readme
from . import study as studies
from .audit_trail import OF_FILE
from .compare import DIFFERS, ONLY_MADE, ONLY_STORED, Difference, files_differ, same_text
from .errors import DashatError, Problem, message
from .fingerprint import PROCESSED
from .processed import MANIFEST, PACKAGE
from .schemas import SCHEMAS
from .settings import read_settings
from .words import languages

PARTS = ("raw", "results", "notebooks", "figures", "readme", "reports")
REPORTS = Path("reports")
DRAWN_BY = ("matplotlib", "pillow", "numpy", "seaborn", "networkx")  # packages whose versions pixels hang on
BESIDE = ("dashat.toml", "requirements.lock")
DATA = Path("data")
_SECONDS = 30  # for which the guard tries to clear a folder that dying processes still write to
_GUARD = f"""
import os, shutil, sys, tempfile, time
folder = tempfile.mkdtemp(prefix="dashat-verify-", dir=sys.argv[1] or None)
print(folder, flush=True)
sys.stdin.buffer.read()
for _ in range({_SECONDS * 10}):
    shutil.rmtree(folder, ignore_errors=True)
    if not os.path.exists(folder):
        break
    time.sleep(0.1)
"""
_NO_ROOM = message("no temporary folder can be made there.")
_MAKE_ROOM = message("Make room, or name another folder: TMPDIR=FOLDER dashat verify.")
_OTHER_TABLE = message("is not what the results were made from.")
OTHER_ROW = message("was {stored} since the results were made.")
_ROWS_ALIKE = message("has other bytes than the results were made from; no row of it says anything else.")
NO_JSON = message('is no JSON any more: "{stored}"')
_OTHER_BYTES = message(
    "what it says of the bytes of this file holds neither of the file that is stored nor of the one computed again."
)
_OTHER_LOCK = message("names another lock of versions than the one that stands here.")
_OTHER_OUTPUTS = message("what it says of the outputs of this notebook is not what the notebook shows when it is run.")
_NO_FILE = message("is not there.")
_NO_HOME = message("belongs to no stage and to no table.")
_OTHER_FILE = message("is another file than is made anew.")
_OTHER_FIGURE = message("shows something else than is drawn anew: {stored}.")
_OTHER_DATA = message("is no picture, or its metadata say something else than those of the picture drawn anew.")
_OTHER_PIXELS = message("is another picture than is drawn anew, though its metadata say the same.")


@dataclass(frozen=True)
class Verification:
    """What was compared and what differs.

    Attributes
    ----------
    data : str
        Short hash of all raw tables, as it stands on figures.
    compared : mapping part -> number of things
        Raw tables, result tables with their cells, cells of notebooks, figures, READMEs.
    differences : tuple of Difference, each with its part
    pixels : bool
        Whether the pixels of figures could be compared: whether what drew them is installed here in the same versions.
    study : str
        SHA-256 of data, settings, code cells and library (:func:`dashat_lib.study.study_hash`): the study this is.
    notes : tuple of (sentence, values)
        What the reader ought to know besides.
    by_machine : bool
        Whether a coder of the case is a machine.
    archive : str or None
        SHA-256 of the zip, where one was verified.
    made_from : mapping or None
        ``study, data``: hashes of the study that a bundle was made from, where texts were left out of it.
    """

    data: str
    title: Mapping[str, str]
    compared: Mapping[str, int]
    differences: tuple[tuple[str, Difference], ...]
    pixels: bool
    study: str = ""
    notes: tuple[tuple[str, Mapping[str, object]], ...] = ()
    by_machine: bool = False
    archive: str | None = None
    made_from: Mapping[str, str] | None = None

    @property
    def fine(self) -> bool:
        """Whether everything is what it is when computed anew."""
        return not self.differences


@dataclass
class _Found:
    compared: dict[str, int] = field(default_factory=lambda: dict.fromkeys(PARTS, 0))
    differences: list[tuple[str, Difference]] = field(default_factory=list)

    def add(self, part: str, *differences: Difference) -> None:
        self.differences += [(part, one) for one in differences]


def verify(
    case_folder: Path | str = ".",
    *,
    jobs: int = 2,
    progress: pipeline.Progress | None = None,
    versions: Mapping[str, str] | None = None,
) -> Verification:
    """Compute a study again in a temporary folder and compare it with what is stored; the case itself is not touched.

    Parameters
    ----------
    versions : mapping package -> version, optional
        What the stored figures were drawn with; those of the lock of the case where it is not given.

    Raises
    ------
    DashatError
        If the folder is no case, or was never run.
    """
    folder = Path(case_folder).resolve()
    title = read_settings(folder).title
    _refuse_unless_run(folder)
    with scratch() as place:
        copy = place / "case"
        _copy(folder, copy)
        try:
            done = pipeline.run(copy, jobs=jobs, progress=progress)
        except DashatError as error:  # the raw tables are no case any more
            raw, found = fingerprint.raw_files(folder), _Found()
            _raw(folder, raw, found, rows=False)
            found.add("raw", *map(_of_problem, error.problems))
            return _verification(folder, raw, title, found, pixels=False)
        return compared(folder, copy, problems=done.problems, versions=versions)


def compared(
    folder: Path, copy: Path, *, problems: Sequence[Problem] = (), versions: Mapping[str, str] | None = None
) -> Verification:
    """Compare a study with a copy of it whose results and notebooks were computed anew.

    Parameters
    ----------
    problems : sequence of Problem
        Notebooks of the copy that did not run to their end.
    versions : mapping package -> version, optional
        As for :func:`verify`.
    """
    raw, found = fingerprint.raw_files(folder), _Found()
    found.add("notebooks", *map(_of_problem, problems))
    _raw(folder, raw, found)
    _results(folder, copy, found)
    pixels = _versions_agree(folder, versions)
    _notebooks(folder, copy, found, pixels=pixels, broken={one.file for one in problems})
    _readmes(folder, copy, found, pixels=pixels)
    _reports(folder, copy, found)
    title = read_settings(folder).title
    return _verification(folder, raw, title, found, pixels=pixels)


def _verification(folder: Path, raw: Mapping[str, str], title: Mapping[str, str], found: _Found, *, pixels: bool) -> Verification:  # fmt: skip
    return Verification(
        fingerprint.data_hash(raw), title, found.compared, tuple(found.differences), pixels,
        study=studies.study_hash(folder), by_machine=_by_machine(folder),
    )  # fmt: skip


def _by_machine(folder: Path) -> bool:
    """Whether a coder of a case is a machine; no where its table of coders cannot be read."""
    from .loaders.case import read_table

    try:
        return bool(read_table(folder / fingerprint.RAW / "coders.csv")["coder_type"].eq("machine").any())
    except Exception:  # whatever is wrong with the table is named among the differences
        return False


def mended(before: Path, folder: Path) -> list[Difference]:
    """Return where results and notebooks of a case as they were, kept in a folder of their own, differ from those computed since."""
    found = _Found()
    _results(before, folder, found)
    _notebooks(before, folder, found, pixels=_versions_agree(folder, None), broken=set())
    return [one for _, one in found.differences]


def untrue(folder: Path, *, reports: bool = True) -> list[Difference]:
    """Return where READMEs and reports of a case say something else than its results."""
    found = _Found()
    _readmes(folder, folder, found, pixels=_versions_agree(folder, None))
    if reports:
        with scratch() as place:
            _reports(folder, folder, found, to=place / REPORTS)
    return [one for _, one in found.differences]


@contextlib.contextmanager
def scratch() -> Iterator[Path]:
    """A temporary folder that is cleared even where this process is killed: a small process waits for its end and does it.

    Whatever is written to the system's temporary folder meanwhile, by kernels and workers too, is written inside.
    """
    apart: dict[str, Any] = (
        {"creationflags": getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0)} if os.name == "nt" else {"start_new_session": True}
    )  # fmt: skip
    guard = subprocess.Popen(
        [sys.executable, "-I", "-S", "-c", _GUARD, tempfile.gettempdir()],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, **apart,
    )  # fmt: skip
    assert guard.stdin is not None
    assert guard.stdout is not None
    try:
        made = guard.stdout.readline().rstrip("\n")
        if not made:
            raise DashatError(Problem(tempfile.gettempdir(), None, None, None, _NO_ROOM, _MAKE_ROOM))
        folder = Path(made)
        inside = folder / "tmp"
        inside.mkdir()
        names = ("TMPDIR", "TEMP", "TMP", "JUPYTER_RUNTIME_DIR", "IPYTHONDIR", "JOBLIB_TEMP_FOLDER")
        before = {name: os.environ.get(name) for name in names}
        default = tempfile.tempdir
        os.environ.update(dict.fromkeys(names, str(inside)))
        tempfile.tempdir = str(inside)
        try:
            yield folder
        finally:
            tempfile.tempdir = default
            for name, value in before.items():
                if value is None:
                    os.environ.pop(name, None)
                else:
                    os.environ[name] = value
    finally:
        guard.stdin.close()
        guard.wait()
        guard.stdout.close()


def _refuse_unless_run(folder: Path) -> None:
    if not (folder / PROCESSED / MANIFEST).is_file():
        raise DashatError(
            Problem(MANIFEST, None, None, None, message("there are no stored results."), message("Run: dashat run"))
        )


def _copy(folder: Path, to: Path) -> None:
    """What a study is computed from, without its results and without the outputs of its notebooks."""
    to.mkdir()
    shutil.copytree(
        folder / DATA, to / DATA, ignore=lambda at, _: [PROCESSED.name] if Path(at) == folder / DATA else []
    )
    for name in {*BESIDE, *OF_FILE}:
        if (folder / name).is_file():
            (to / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(folder / name, to / name)
        elif (folder / name).is_dir() and name != notebooks_run.NOTEBOOKS.name:
            shutil.copytree(folder / name, to / name)
    for path in notebooks_run.find(folder):
        there = to / path.relative_to(folder)
        there.parent.mkdir(exist_ok=True)
        there.write_bytes(notebooks_run.without_outputs(path))


def _of_problem(problem: Problem) -> Difference:
    where = "" if problem.row is None else f"row {problem.row}"
    return Difference(
        problem.file, where, problem.column, problem.what, details={"value": problem.value, **problem.details}
    )


# ---- raw tables ------------------------------------------------------------------------------------------------------


def _raw(folder: Path, raw: Mapping[str, str], found: _Found, *, rows: bool = True) -> None:
    """Each raw table against the hash that the results were made from; the rows that say something else."""
    manifest = _manifest(folder)
    listed = {str(name): str(digest) for name, digest in dict(manifest.get("raw", {})).items()}
    found.compared["raw"] = len(raw)
    changed = _changed_rows(folder) if rows and raw != listed else {}
    for name in sorted({*raw, *listed}):
        file = os.path.normpath(fingerprint.RAW / name).replace(os.sep, "/")
        if name not in raw:
            found.add("raw", Difference(file, "", None, _NO_FILE))
        elif raw[name] != listed.get(name):
            mine = changed.get(pipeline.table_of(name), [])
            found.add("raw", Difference(file, "", None, _OTHER_TABLE if mine or not rows else _ROWS_ALIKE, raw[name], listed.get(name, "")))  # fmt: skip
            found.add("raw", *(Difference(file, f"row {row}", None, OTHER_ROW, change) for row, change in mine))
    for path in sorted((folder / DATA).rglob("*")):
        inside = path.relative_to(folder / DATA)
        if path.is_file() and inside.parts[0] != PROCESSED.name and not _is_known(path, folder, raw):
            found.add("raw", Difference(f"data/{inside.as_posix()}", "", None, _NO_HOME))
    settings = fingerprint.of_file(folder / "dashat.toml")
    if settings != manifest.get("settings"):
        found.add("raw", Difference("dashat.toml", "", None, _OTHER_TABLE, settings, str(manifest.get("settings", ""))))  # fmt: skip


def _is_known(path: Path, folder: Path, raw: Mapping[str, str]) -> bool:
    """Whether a file below ``data`` is a table that a case may have, or stands there to be read by people."""
    if path.suffix.lower() in {".md", ".txt", ".yaml", ".yml", ".json"} or path.name.startswith("."):
        return True
    named = Path(os.path.relpath(path, folder / fingerprint.RAW)).as_posix()
    return named in raw and pipeline.table_of(named) in SCHEMAS


def _changed_rows(folder: Path) -> dict[str, list[tuple[str, str]]]:
    from .loaders.case import read_case
    from .provenance import changed_rows

    try:
        rows = changed_rows(read_case(folder), pipeline.manifest(folder))
    except (DashatError, KeyError, ValueError, OSError):  # the stored rows were tampered with: the results say so
        return {}
    found: dict[str, list[tuple[str, str]]] = {}
    for one in rows.itertuples():
        found.setdefault(str(one.table), []).append((str(one.row_id), str(one.change)))
    return found


def _manifest(folder: Path) -> dict[str, Any]:
    try:
        found = json.loads((folder / PROCESSED / MANIFEST).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


# ---- results ---------------------------------------------------------------------------------------------------------


def _results(folder: Path, copy: Path, found: _Found) -> None:
    """Each result table against the same table computed anew, and the manifest against what it ought to say."""
    stored, made = (
        {path.name: path for path in (one / PROCESSED).glob("*") if path.is_file()} for one in (folder, copy)
    )
    for name in sorted({*stored, *made} - {MANIFEST}):
        file = f"{PROCESSED.as_posix()}/{name}"
        if name not in made:
            found.add("results", Difference(file, "", None, _NO_HOME))
        elif name not in stored:
            found.add("results", Difference(file, "", None, _NO_FILE))
        else:
            old, new = stored[name].read_bytes(), made[name].read_bytes()
            if name.endswith(".csv"):
                found.compared["results"] += max(len(new.splitlines()) - 1, 0)
                found.add("results", *files_differ(file, old, new))
            elif name.endswith(".jsonld"):
                found.add("results", *_leaves(file, old, new))
    for name in (PACKAGE, MANIFEST):
        if name in stored:
            found.add("results", *_descriptions(name, stored, made[name]))


def _descriptions(name: str, stored: Mapping[str, Path], made: Path) -> Iterator[Difference]:
    """The manifest or the description of the results against what it ought to say.

    What it says of the bytes of a file is right if they are those computed anew, or those of the file that is stored: where that
    one differs by more than rounding, it was named already.
    """
    file = f"{PROCESSED.as_posix()}/{name}"
    try:
        old = json.loads(stored[name].read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        yield Difference(file, "", None, NO_JSON, str(error))
        return
    new = json.loads(made.read_text(encoding="utf-8"))
    for at, one, other in _leaves_that_differ(old, new):
        if name == MANIFEST and at[0] in ("raw", "settings", "data", "notebooks"):
            continue  # said of the raw tables, or of the notebooks
        of = _described(name, at, new)
        path = stored.get(of)
        if path is not None and one in (path.stat().st_size, fingerprint.of_file(path), f"sha256:{fingerprint.of_file(path)}"):  # fmt: skip
            continue
        what = ONLY_MADE if one is None else ONLY_STORED if other is None else _OTHER_BYTES if of else DIFFERS
        what = _OTHER_LOCK if name == MANIFEST and at == ("lock",) else what
        yield Difference(file, "/".join(at), None, what, _plain(one), _plain(other))


def _described(name: str, at: tuple[str, ...], new: Any) -> str:
    """The file whose bytes a value of the manifest or of the description speaks of; nothing where it speaks of something else."""
    if name == MANIFEST and at[0] == "results" and len(at) == 2:
        return at[1]
    if name == PACKAGE and at[0] == "resources" and at[-1] in ("hash", "bytes"):
        return str(new["resources"][int(at[1])]["path"])
    return ""


def _leaves(file: str, old: bytes, new: bytes) -> Iterator[Difference]:
    """The values of a JSON file that differ."""
    if old == new:
        return
    try:
        here = json.loads(old)
    except ValueError as error:
        yield Difference(file, "", None, NO_JSON, str(error))
        return
    for at, one, other in _leaves_that_differ(here, json.loads(new)):
        if not same_text(str(one), str(other)):
            yield Difference(file, "/".join(at), None, DIFFERS, _plain(one), _plain(other))


def _plain(value: Any) -> str:
    """A value of a JSON file as text; nothing for none."""
    return "" if value is None else value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _leaves_that_differ(old: Any, new: Any, at: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any, Any]]:
    if isinstance(old, dict) and isinstance(new, dict):
        for key in [*new, *(one for one in old if one not in new)]:
            yield from _leaves_that_differ(old.get(key), new.get(key), (*at, str(key)))
    elif isinstance(old, list) and isinstance(new, list) and len(old) == len(new):
        for step, (one, other) in enumerate(zip(old, new, strict=True)):
            yield from _leaves_that_differ(one, other, (*at, str(step)))
    elif old != new:
        yield at, old, new


# ---- notebooks and figures -------------------------------------------------------------------------------------------


def _notebooks(folder: Path, copy: Path, found: _Found, *, pixels: bool, broken: set[str]) -> None:
    """What stands under each cell against what the cell gives anew."""
    listed = dict(_manifest(folder).get("notebooks", {}))
    for path in notebooks_run.find(folder):
        file = path.relative_to(folder).as_posix()
        if path.name in broken:
            continue
        made = notebooks_run.outputs_of(copy / path.relative_to(folder))
        stored = notebooks_run.outputs_of(path)
        for cell, (old, new) in enumerate(zip(stored, made, strict=True), start=1):
            found.compared["notebooks"] += bool(new)
            _cell(file, cell, old, new, found, pixels=pixels)
        digest = notebooks_run.outputs_hash(copy / path.relative_to(folder))
        if listed.get(path.name) != digest and notebooks_run.outputs_hash(path) == digest:
            found.add("notebooks", Difference(f"{PROCESSED.as_posix()}/{MANIFEST}", f"notebooks/{path.name}", None, _OTHER_OUTPUTS, str(listed.get(path.name, "")), digest))  # fmt: skip


def _cell(
    file: str, cell: int, stored: list[notebooks_run.Output], made: list[notebooks_run.Output], found: _Found, *, pixels: bool
) -> None:  # fmt: skip
    for at, (old, new) in enumerate(zip_longest(stored, made), start=1):
        where = f"cell {cell}, output {at}"
        if old is None or new is None:
            one = old or new
            said = str(one.text or one.about.get("alt") or one.kind)
            found.add("notebooks", Difference(file, where, None, ONLY_MADE if old is None else ONLY_STORED, said, said))
        elif old.kind != new.kind:
            found.add("notebooks", Difference(file, where, None, DIFFERS, old.kind, new.kind))
        elif new.content or old.content:
            found.compared["figures"] += 1
            found.add("figures", *_figure(file, where, old, new, pixels=pixels))
        elif not same_text(old.text, new.text):
            found.add("notebooks", *_lines(file, where, old.text, new.text))


def _lines(file: str, where: str, old: str, new: str) -> Iterator[Difference]:
    """The lines of an output that differ; where one has more lines, the first that differs."""
    a, b = old.splitlines(), new.splitlines()
    for line, (one, other) in enumerate(zip_longest(a, b, fillvalue=""), start=1):
        if not same_text(one, other):
            yield Difference(file, f"{where}, line {line}", None, DIFFERS, one, other)
            if len(a) != len(b):
                return


def _figure(
    file: str, where: str, old: notebooks_run.Output, new: notebooks_run.Output, *, pixels: bool
) -> Iterator[Difference]:
    before = len(set(old.about) ^ set(new.about))
    for name, one, other in (
        (name, old.about.get(name), new.about.get(name)) for name in sorted({*old.about, *new.about})
    ):
        if name == "drawn" and isinstance(one, dict) and isinstance(other, dict):
            parts = [
                f"panel {panel}, {kind}"
                for panel in sorted({*one, *other})
                for kind in sorted({*one.get(panel, {}), *other.get(panel, {})})
                if one.get(panel, {}).get(kind) != other.get(panel, {}).get(kind)
            ]
            if parts:
                yield Difference(file, where, "drawn", _OTHER_FIGURE, "; ".join(parts))
                before += 1
        elif one != other and not (isinstance(one, str) and isinstance(other, str) and same_text(one, other)):
            yield Difference(file, where, name, DIFFERS, _plain(one), _plain(other))
            before += 1
    if pixels and not before and not same_picture(old.content, new.content):
        yield Difference(file, where, None, _OTHER_PIXELS)


def same_picture(one: bytes, other: bytes) -> bool:
    """Say whether two pictures look the same: equal bytes, or no pixel that differs by more than a quarter of the range."""
    if one == other:
        return True
    import io

    import numpy as np
    from PIL import Image, UnidentifiedImageError

    try:
        a, b = (np.asarray(Image.open(io.BytesIO(part)).convert("RGBA"), dtype="int16") for part in (one, other))
    except (UnidentifiedImageError, OSError, ValueError):
        return False
    return a.shape == b.shape and bool(np.abs(a - b).max() <= 64) and _told(one) == _told(other)


def _told(picture: bytes) -> dict[str, str]:
    """What a PNG says of itself in words."""
    import io

    from PIL import Image

    with Image.open(io.BytesIO(picture)) as image:
        image.load()
        return {str(key): str(value) for key, value in image.info.items() if isinstance(value, str)}


def _is_picture(content: bytes) -> bool:
    import io

    from PIL import Image, UnidentifiedImageError

    try:
        with Image.open(io.BytesIO(content)) as image:
            image.load()
    except (UnidentifiedImageError, OSError, ValueError):
        return False
    return True


def _versions_agree(folder: Path, versions: Mapping[str, str] | None) -> bool:
    """Whether what draws figures here is what drew those stored: by the versions given, else by the lock of the case."""
    drew = dict(versions) if versions is not None else locked(folder / "requirements.lock")
    try:
        return bool(drew) and all(drew.get(name) == version(name) for name in DRAWN_BY)
    except PackageNotFoundError:
        return False


def locked(path: Path) -> dict[str, str]:
    """Return the versions that a lock names for this Python: package -> version; nothing where there is no lock."""
    from packaging.requirements import Requirement

    try:
        text = path.read_text(encoding="utf-8")
    except OSError:
        return {}
    lines = re.findall(r"^[a-zA-Z0-9._-]+==[^\\\n]+", text, flags=re.M)
    found = [Requirement(line.strip()) for line in lines]
    return {one.name: str(one.specifier).removeprefix("==") for one in found if not one.marker or one.marker.evaluate()}


# ---- READMEs ---------------------------------------------------------------------------------------------------------


def _readmes(folder: Path, copy: Path, found: _Found, *, pixels: bool) -> None:
    """Each README against itself with its numbers pasted anew, line by line, and its picture."""
    for language, path in readme.readmes(folder).items():
        text = path.read_text(encoding="utf-8")
        new = readme.pasted(text, copy, language)
        found.compared["readme"] += 1
        if not same_text(text, new):
            found.add("readme", *_lines(path.name, "README", text, new))
        link = readme.PICTURE.format(language=language)
        if (folder / link).is_file() and link in text:
            image, _ = readme.picture(copy, language)
            old = (folder / link).read_bytes()
            if not _is_picture(old) or _told(old) != _told(image):
                found.add("readme", Difference(link, "", None, _OTHER_DATA))
            elif pixels and not same_picture(old, image):
                found.add("readme", Difference(link, "", None, _OTHER_PIXELS))


# ---- reports ---------------------------------------------------------------------------------------------------------


def _reports(folder: Path, copy: Path, found: _Found, *, to: Path | None = None) -> None:
    """Each file of a report that was made against the same file made anew; a study without a report is none the worse."""
    stored = {path.name: path.read_bytes() for path in sorted((folder / REPORTS).glob("*")) if path.is_file()}
    if not stored:
        return
    from .loaders.case import read_case
    from .report.written import write_displays

    spoken = sorted({parts[1] for name in stored if len(parts := name.split(".")) == 3 and parts[1] in languages()})
    excel = any(content.startswith(b"\xef\xbb\xbf") for name, content in stored.items() if name.endswith(".csv"))
    made = {path.name: path.read_bytes() for path in write_displays(read_case(copy), to or copy / REPORTS, languages=spoken, excel=excel, force=True)}  # fmt: skip
    for name, old in stored.items():
        file, new = f"{REPORTS.as_posix()}/{name}", made.get(name)
        found.compared["reports"] += 1
        if new is None:
            found.add("reports", Difference(file, "", None, _NO_HOME))
        elif name.endswith(".csv") and not excel:
            found.add("reports", *files_differ(file, old, new))
        elif old != new and name.endswith(".html"):
            found.add("reports", *_lines(file, "HTML", old.decode(errors="replace"), new.decode()))
        elif old != new:
            found.add("reports", Difference(file, "", None, _OTHER_FILE))
