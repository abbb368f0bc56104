"""The study as one zip for an examiner, and the proof of such a zip: unpacked apart, computed again, compared."""

from __future__ import annotations

import json
import shutil
import sys
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path, PurePosixPath
from typing import Any

import pandas as pd

from . import fingerprint, how_to_verify, notebooks_run, pipeline, processed
from . import study as studies
from .compare import DIFFERS, Difference, compare, excerpts
from .errors import DashatError, Problem, message
from .loaders.case import read_case, read_table
from .loaders.opening import Limits, opened, unpack
from .loaders.quotations import source_text
from .schemas import row_ids
from .tables import Case
from .verify import DRAWN_BY, REPORTS, Verification, locked, mended, scratch, untrue, verify

LIST = "bundle.json"
WITHHELD = {"en": "[withheld]", "id": "[tidak disertakan]"}  # by the language of the column
FORMAT = 1
LIMITS = Limits(archives=(".xlsx",))
# What a bundle holds beside data, results, notebooks and reports, where the case has it.
ALONG = (
    "dashat.toml", "requirements.lock", "LICENSE", "LICENSE-data", "CITATION.cff", "README.md", "README.id.md",
    "ARCHITECTURE.md", "CHANGELOG.md", "data/README.md", "docs/verify.md", "docs/verify.id.md", "docs/coding.md", "docs/networks.md",
    "docs/formats.md",
    "docs/proposal.md", "docs/reflexive_notes.md",
)  # fmt: skip
FOLDERS = {
    "data/raw": "*.csv", "data/coders": "*.csv", "data/rivals": "*.csv", "data/texts": "*.txt", "data/processed": "*",
    "notebooks": "*.ipynb", "docs/figures": "*.png", "docs/decisions": "*.md", REPORTS.name: "*",
}  # fmt: skip
_SAYS = message("says “{stored}”, the results say “{made}”.")
_LINE_SAYS = message("line {line} says “{stored}”, the results say “{made}”.")
_MAKE_README = message("Run: make readme")
_MAKE_REPORT = message("Run: dashat report --force")
_MADE = (1980, 1, 1, 0, 0, 0)  # the earliest date that a zip can hold: no bundle tells when it was made


@dataclass(frozen=True)
class Bundle:
    """What was put into a bundle.

    Attributes
    ----------
    path : Path
    files : mapping name -> (hash, size)
    withheld : DataFrame
        ``table, row_id, column``: texts of restricted documents that were left out.
    moved : DataFrame
        Facts that are other than in the study because of that (:func:`dashat_lib.compare.compare`).
    study, data : str
        Hashes of what is in the bundle (:func:`dashat_lib.study.study_hash`, :func:`dashat_lib.fingerprint.data_hash`).
    archive : str
        SHA-256 of the zip.
    made_from : mapping or None
        ``study, data``: the same hashes of the whole study, where texts were left out.
    mended : tuple of Difference
        Where stored results were not what is computed, and were written anew before they were packed.
    """

    path: Path
    files: Mapping[str, tuple[str, int]]
    study: str
    data: str
    archive: str
    made_from: Mapping[str, str] | None = None
    mended: tuple[Difference, ...] = ()
    withheld: pd.DataFrame = field(default_factory=lambda: pd.DataFrame(columns=["table", "row_id", "column"]))
    moved: pd.DataFrame = field(default_factory=pd.DataFrame)


def bundle(
    case_folder: Path | str, out: Path, *, force: bool = False, jobs: int = 2, progress: pipeline.Progress | None = None
) -> Bundle:
    """Write the study of a case as one zip: what is stale is computed first, and named; equal studies give equal bytes.

    Texts of documents whose ``access`` is "restricted" in ``sources.csv`` are left out. The results in such a bundle are
    computed from what is in it, so that they can be verified; facts that differ from the study's for it are listed.

    Raises
    ------
    DashatError
        If `out` is there (without `force`), if the case is no case, if a notebook does not run, or if a README or a report says
        something else than the results: each place is named. Nothing is packed then.
    """
    folder, out = Path(case_folder).resolve(), Path(out)
    if out.exists() and not force:
        raise DashatError(Problem(out.name, None, None, None, message("is there already."), message("Give another name, or add --force.")))  # fmt: skip
    changed = _run(folder, jobs, progress)
    withheld = withheld_texts(read_case(folder))
    _refuse_untrue(folder, reports=withheld.empty)
    if withheld.empty:
        return _written(folder, out, withheld, pd.DataFrame(), changed)
    with scratch() as place:
        copy = place / "case"
        shutil.copytree(folder, copy, ignore=shutil.ignore_patterns(".*", REPORTS.name, processed.PROCESSED.name))
        _withhold(copy, withheld)
        again = pipeline.run(copy, jobs=jobs, progress=progress)
        if again.problems:
            raise DashatError(again.problems)
        from . import readme

        readme.write(copy)
        moved = compare(processed.read_results(folder), processed.read_results(copy))
        whole = {"study": studies.study_hash(folder), "data": fingerprint.data_hash(fingerprint.raw_files(folder))}
        return _written(copy, out, withheld, moved, changed, whole)


def _run(folder: Path, jobs: int, progress: pipeline.Progress | None) -> tuple[Difference, ...]:
    """Compute what is stale; return where the stored results were something else."""
    kept = (processed.PROCESSED, notebooks_run.NOTEBOOKS)
    with scratch() as place:
        for name in kept:
            if (folder / name).is_dir():
                shutil.copytree(folder / name, place / name)
        done = pipeline.run(folder, jobs=jobs, progress=progress)
        if done.problems:
            raise DashatError(done.problems)
        if not done.changed or not (place / processed.PROCESSED / processed.MANIFEST).is_file():
            return ()
        return tuple(mended(place, folder))


def _refuse_untrue(folder: Path, *, reports: bool) -> None:
    """Refuse a study whose READMEs or reports say something else than its results: they would be packed as they are."""
    wrong = untrue(folder, reports=reports)
    if not wrong:
        return
    problems = []
    for one in wrong:
        stored, made = excerpts(one.stored, one.made)
        mend = _MAKE_REPORT if one.file.startswith(f"{REPORTS.name}/") else _MAKE_README
        kind, _, number = one.where.rpartition(", ")[2].partition(" ")  # "README, line 12", "row 4 (key)"
        line, row = (int(number.split(" ")[0]) if kind == word else None for word in ("line", "row"))
        what = one.what if one.what != DIFFERS else _LINE_SAYS if line else _SAYS
        problems.append(Problem(one.file, row, one.column, None, what, mend, {"stored": stored, "made": made, "line": str(line), **one.details}))  # fmt: skip
    raise DashatError(problems)


def _written(
    folder: Path,
    out: Path,
    withheld: pd.DataFrame,
    moved: pd.DataFrame,
    changed: tuple[Difference, ...],
    whole: Mapping[str, str] | None = None,
) -> Bundle:
    contents = {name: (folder / name).read_bytes() for name in members(folder)}
    study, data = studies.study_hash(folder), fingerprint.data_hash(fingerprint.raw_files(folder))
    contents |= how_to_verify.files()
    listed = {name: (fingerprint.of_bytes(content), len(content)) for name, content in contents.items()}
    about = {
        "format": FORMAT,
        "study": study,
        "data": data,
        "made_from": None if whole is None else dict(whole),
        "mended": [_told(one, whole=withheld.empty) for one in changed],
        "code": fingerprint.of_package(),
        "versions": {"python": sys.version.split()[0], **_versions(folder)},
        "withheld": withheld.to_dict("records"),
        "moved_by_withholding": moved["name"].drop_duplicates().tolist() if len(moved) else [],
        "files": {name: {"sha256": digest, "bytes": size} for name, (digest, size) in sorted(listed.items())},
    }
    part = out.with_name(f".{out.name}.part")
    try:
        with zipfile.ZipFile(part, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
            for name, content in [(LIST, processed.json_bytes(about)), *sorted(contents.items())]:
                info = zipfile.ZipInfo(name, _MADE)
                info.create_system, info.external_attr, info.compress_type = 3, 0o100644 << 16, zipfile.ZIP_DEFLATED
                archive.writestr(info, content, compresslevel=9)
        part.replace(out)
    finally:
        part.unlink(missing_ok=True)
    return Bundle(out, listed, study, data, fingerprint.of_file(out), whole, changed, withheld, moved)


def _told(one: Difference, *, whole: bool) -> dict[str, object]:
    """A mended place as plain values; its values and key are not said where texts are left out of the bundle: they may be such texts."""
    if not whole:
        return {"file": one.file, "where": one.where.partition(" (")[0], "column": one.column}
    return {"file": one.file, "where": one.where, "column": one.column, "stored": one.stored, "computed": one.made}


def members(folder: Path) -> list[str]:
    """Return the files of a case that belong into a bundle, as paths with forward slashes."""
    found = [name for name in ALONG if (folder / name).is_file()]
    for inside, pattern in FOLDERS.items():
        files = (folder / inside).rglob(pattern) if inside == "data/raw" else (folder / inside).glob(pattern)
        found += [one.relative_to(folder).as_posix() for one in files if one.is_file() and not one.name.startswith(".")]
    return sorted(found)


def _is_member(name: str) -> bool:
    """Whether a file may stand in a bundle by its name: nothing reads another one."""
    path = PurePosixPath(name)
    folder = "data/raw" if name.startswith("data/raw/") else path.parent.as_posix()
    return name in (*ALONG, LIST, *how_to_verify.NAMES.values()) or (folder in FOLDERS and path.match(FOLDERS[folder]))


def _versions(folder: Path) -> dict[str, str]:
    """The versions of what the lock names and is installed here, else of the packages that numbers and figures hang on."""
    found = {}
    for name in sorted({*locked(folder / "requirements.lock"), *DRAWN_BY, "pandas", "scipy", "dashat"}):
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue
    return found


# ---- restricted documents --------------------------------------------------------------------------------------------


def withheld_texts(case: Case) -> pd.DataFrame:
    """Return the texts of restricted documents: ``table, row_id, column``; empty where every document is open.

    The text of a document itself, in ``data/texts``, stands there as table "texts" with its ``source_id``.
    """
    if "access" not in case.sources:
        return pd.DataFrame(columns=["table", "row_id", "column"])
    closed = case.sources.loc[case.sources["access"].eq("restricted"), "source_id"]
    rows = case.evidence.loc[case.evidence["source_id"].isin(closed), "evidence_id"]
    found = [("evidence", one, column) for one in rows for column in ("text_id", "text_en")]
    for name, column in (
        ("codings", "memo"),
        ("second_codings", "memo"),
        ("settlements", "reason_en"),
        ("audit", "note"),
    ):
        table = getattr(case, name)
        told = table[table["evidence_id"].isin(rows) & table[column].notna()]
        found += [(name, one, column) for one in row_ids(name, told)]
    quoted = case.quotations[case.quotations["source_id"].isin(closed)]
    found += [("quotations", one, "quote") for one in quoted["quotation_id"]]
    found += [("texts", one, "text") for one in closed if source_text(case.folder, one) is not None]
    return pd.DataFrame(found, columns=["table", "row_id", "column"])


def _withhold(folder: Path, withheld: pd.DataFrame) -> None:
    """Put a mark in the place of each withheld text; quotations of such documents and the documents themselves go."""
    for name, part in withheld.groupby("table"):
        if name == "texts":
            for one in part["row_id"]:
                (folder / fingerprint.TEXTS / f"{one}.txt").unlink()
            continue
        several = name == "second_codings"
        paths = (folder / fingerprint.CODERS).glob("*.csv") if several else [folder / fingerprint.RAW / f"{name}.csv"]
        for path in paths:
            table = read_table(path)
            ids = row_ids(str(name), table)
            if name == "quotations":
                table = table[~ids.isin(part["row_id"])]
            else:
                for column, rows in part.groupby("column"):
                    mark = WITHHELD["id" if str(column).endswith("_id") else "en"]
                    table.loc[ids.isin(rows["row_id"]), str(column)] = mark
            path.write_bytes(table.to_csv(index=False, lineterminator="\n").encode())


# ---- the proof -------------------------------------------------------------------------------------------------------


def verify_bundle(path: Path, *, jobs: int = 2, progress: pipeline.Progress | None = None) -> Verification:
    """Unpack a bundle into a temporary folder, compute the study again from it and compare.

    Every file must be on the list of the bundle with its hash, and every file of the list must be there; then all is as for
    :func:`dashat_lib.verify.verify`.

    Raises
    ------
    DashatError
        If the file is no zip, if a member is dangerous, or if it is no bundle. Nothing is written outside the folder.
    """
    about = _about(path)
    with scratch() as place:
        folder = place / "bundle"
        folder.mkdir()
        names = unpack(path, folder, LIMITS)
        wrong = [*_listed(folder, names, about)]
        strangers = [one for one in names if not _is_member(one)]
        wrong += [Difference(one, "", None, message("is no part of a study; nothing reads it.")) for one in strangers]
        for one in strangers:
            (folder / one).unlink()
        (folder / LIST).unlink()
        versions = {str(name): str(one) for name, one in dict(about.get("versions", {})).items()}
        found = verify(folder, jobs=jobs, progress=progress, versions=versions)
    differences = (*(("files", one) for one in wrong), *found.differences)
    return replace(
        found,
        compared={"files": len(names), **found.compared},
        differences=differences,
        notes=(*found.notes, *_notes(about)),
        archive=fingerprint.of_file(path),
        made_from=_whole(about),
    )


def _about(path: Path) -> dict[str, Any]:
    with opened(path, LIMITS) as (archive, infos):
        try:
            if LIST not in {one.filename for one in infos}:
                raise ValueError
            with archive.open(LIST) as file:
                about = json.loads(file.read(LIMITS.member_bytes))
            if not isinstance(about, dict) or about.get("format") != FORMAT or not isinstance(about.get("files"), dict):
                raise ValueError
        except (ValueError, zipfile.BadZipFile, RuntimeError, OSError, EOFError):
            raise DashatError(
                Problem(path.name, None, None, None, message("is no bundle of a study."), message("Make one with: dashat bundle"))
            ) from None  # fmt: skip
    return about


def _listed(folder: Path, names: list[str], about: Mapping[str, Any]) -> Iterator[Difference]:
    """Every file against the list of the bundle: who changed a result and its hash here is found when it is computed anew."""
    files = {str(name): one for name, one in about["files"].items() if isinstance(one, dict)}
    for name in names:
        if name == LIST:
            continue
        if name not in files:
            yield Difference(name, "", None, message("stands in the zip and not on its list."))
        elif fingerprint.of_file(folder / name) != files[name].get("sha256"):
            digest = fingerprint.of_file(folder / name)
            yield Difference(name, "", None, message("is another file than the list of the bundle says."), digest, str(files[name].get("sha256", "")))  # fmt: skip
    for name in sorted(set(files) - set(names)):
        yield Difference(name, "", None, message("stands on the list of the bundle and not in the zip."))


def _whole(about: Mapping[str, Any]) -> dict[str, str] | None:
    """The hashes of the study that a bundle says to be made from, where texts were left out."""
    found = about.get("made_from")
    return {name: str(found.get(name, "")) for name in ("study", "data")} if isinstance(found, dict) else None


def _notes(about: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, object]]]:
    n = len({(one.get("table"), one.get("row_id")) for one in about.get("withheld", []) if isinstance(one, dict)})
    if n:
        yield message("Texts of {n} rows of restricted documents are left out of this bundle; its results were computed without them. Their quantities, actors, titles and addresses remain."), {"n": n}  # fmt: skip
    else:
        yield message("No restricted documents: nothing was left out."), {}
    moved = about.get("moved_by_withholding", [])
    if moved:
        yield message("Because of this, {n} facts differ from the whole study: {names}."), {"n": len(moved), "names": ", ".join(map(str, moved[:10]))}  # fmt: skip
    if mended_ := about.get("mended", []):
        yield message("Before it was packed, {n} places of the stored results were mended; bundle.json names them."), {"n": len(mended_)}  # fmt: skip
    if about.get("code") != fingerprint.of_package():
        versions = dict(about.get("versions", {}))
        values = {
            "theirs": str(versions.get("dashat", "?")),
            "their_code": str(about.get("code", "?"))[: studies.SHOWN],
            "mine": version("dashat"),
            "my_code": fingerprint.of_package()[: studies.SHOWN],
        }
        yield message("The bundle was made with dashat {theirs} (code {their_code}) and verified with dashat {mine} (code {my_code})."), values  # fmt: skip
