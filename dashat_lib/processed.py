"""data/processed: written whole or not at all, the same bytes each time."""

from __future__ import annotations

import contextlib
import errno
import json
import os
import shutil
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from . import fingerprint
from .errors import DashatError, Problem, message
from .fingerprint import PROCESSED
from .tables import Results
from .words import languages, reader

PARTS = Path(".dashat/parts")
MANIFEST, PACKAGE = "manifest.json", "datapackage.json"
_DIGITS = "%.10g"
_AN_HOUR = 3600


def csv_bytes(table: pd.DataFrame, *, excel: bool = False) -> bytes:
    """Return a table as CSV: UTF-8, LF, header, missing cells empty, numbers with 10 significant digits.

    Parameters
    ----------
    excel : bool
        As a spreadsheet program of a country with decimal commas opens it by a double click: semicolons, byte order mark,
        decimal commas; text that begins with = + - @ gets an apostrophe before it, so that it is never run as a formula.
    """
    if not excel:
        return table.map(_written).to_csv(index=False, lineterminator="\n").encode()
    written = table.map(_for_excel)
    return written.to_csv(index=False, sep=";", lineterminator="\r\n").encode("utf-8-sig")


def _for_excel(value: object) -> object:
    if isinstance(value, str):
        return f"'{value}" if value[:1] in ("=", "+", "-", "@", "\t") else value
    written = _written(value)
    return written.replace(".", ",") if isinstance(value, float) and isinstance(written, str) else written


def _written(value: object) -> object:
    if isinstance(value, float):
        return "" if value != value else _DIGITS % (value + 0.0)  # -0.0 + 0.0 is 0.0
    if isinstance(value, bool):
        return "true" if value else "false"
    return "" if value is None or value is pd.NA or value is pd.NaT else value


def json_bytes(content: object) -> bytes:
    """Return plain values as JSON, keys in the order given."""
    return (json.dumps(content, ensure_ascii=False, indent=2) + "\n").encode()


def write(case_folder: Path, path: Path, content: bytes) -> bool:
    """Write a file of a case whole or not at all; a file that holds these bytes already is left alone.

    The bytes go to a file in ``.dashat/parts`` first, are flushed to disk and take their place in one step, so that a
    run that is killed leaves the old file or the new one. Returns whether anything was written.
    """
    with contextlib.suppress(FileNotFoundError):
        if path.read_bytes() == content:
            return False
    parts = case_folder / PARTS
    parts.mkdir(parents=True, exist_ok=True)
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(suffix=path.suffix, dir=parts)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.chmod(name, path.stat().st_mode & 0o777 if path.exists() else 0o644)
        _into_place(name, path)
    except BaseException:
        with contextlib.suppress(FileNotFoundError):
            os.unlink(name)
        raise
    return True


def _into_place(name: str, path: Path) -> None:
    """Move a finished file to its place in one step; from another disk by a copy beside it first."""
    try:
        os.replace(name, path)
    except OSError as error:
        if error.errno != errno.EXDEV:
            raise
        beside = path.with_name(f".{path.name}.part")
        shutil.copy(name, beside)
        os.replace(beside, path)
        os.unlink(name)


def clear_leftovers(case_folder: Path) -> None:
    """Remove what killed runs left in ``.dashat/parts``; younger parts may belong to a run that is still going."""
    for path in (case_folder / PARTS).glob("*"):
        with contextlib.suppress(OSError):
            if path.stat().st_mtime < time.time() - _AN_HOUR:
                path.unlink()


def files(results: Results) -> dict[str, bytes]:
    """Return the result tables as files: name -> bytes, ``facts.csv`` and ``fact_support.csv`` first.

    A table without any column is none: a stage had nothing to make it of.
    """
    tables = {"facts": results.facts, "fact_support": results.fact_support, **dict(sorted(results.tables.items()))}
    return {f"{name}.csv": csv_bytes(table) for name, table in tables.items() if len(table.columns)}


def store(
    case_folder: Path,
    results: Results,
    manifest: Mapping[str, object],
    *,
    title: str,
    beside: Mapping[str, bytes] | None = None,
) -> list[str]:
    """Write the results of a case, ``datapackage.json`` and, last, ``manifest.json``; return the names of changed files.

    `beside` are other files of results, name -> content. A table that an earlier manifest lists and this run no longer makes is removed; other files are left alone.
    """
    folder = case_folder / PROCESSED
    earlier = set(read_manifest(case_folder).get("results", {}))
    written = files(results)
    written[PACKAGE] = json_bytes(_package(results, written, title, manifest))
    written |= beside or {}
    listed = {name: fingerprint.of_bytes(content) for name, content in written.items()}
    written[MANIFEST] = json_bytes({**manifest, "results": listed})
    changed = [name for name, content in written.items() if write(case_folder, folder / name, content)]
    for name in earlier - set(written):
        (folder / name).unlink(missing_ok=True)
        changed.append(name)
    return changed


def read_manifest(case_folder: Path) -> dict[str, Any]:
    """Return the stored manifest, or nothing where there is none yet."""
    try:
        found = json.loads((case_folder / PROCESSED / MANIFEST).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def read_results(case_folder: Path) -> Results:
    """Return the stored results of a case; words stay words, numbers are numbers.

    Raises
    ------
    DashatError
        If the case was not run yet.
    """
    folder = case_folder / PROCESSED
    listed = [name for name in read_manifest(case_folder).get("results", {}) if name.endswith(".csv")]
    if "facts.csv" not in listed or not (folder / "facts.csv").is_file():
        raise DashatError(
            Problem(MANIFEST, None, None, None, message("there are no stored results."), message("Run: dashat run"))
        )
    tables = {Path(name).stem: pd.read_csv(folder / name, keep_default_na=False, na_values=[""]) for name in listed}
    facts = tables.pop("facts")
    number = pd.to_numeric(facts["value"], errors="coerce")
    facts["value"] = facts["value"].astype("object").where(number.isna(), number.astype("object"))
    return Results(facts, tables.pop("fact_support").astype("str"), tables)


def _package(
    results: Results, written: Mapping[str, bytes], title: str, manifest: Mapping[str, object]
) -> dict[str, object]:
    """The Frictionless description of the result tables, stamped with the data and the seed they were made from."""
    tables = {"facts": results.facts, "fact_support": results.fact_support, **results.tables}
    resources = []
    for name, content in written.items():
        table = tables[name.removesuffix(".csv")]
        schema: dict[str, object] = {"fields": [{"name": column, "type": _type(table[column])} for column in table]}
        if name == "facts.csv":
            schema["primaryKey"] = ["fact_id"]
        if name == "fact_support.csv":
            schema["foreignKeys"] = [{"fields": ["fact_id"], "reference": {"resource": "facts", "fields": ["fact_id"]}}]
        titles = {f"title_{one}": reader(one).label("table", Path(name).stem) for one in languages()}
        digest = f"sha256:{fingerprint.of_bytes(content)}"
        resources.append(
            {
                "name": name.removesuffix(".csv"),
                **titles,
                "type": "table",
                "path": name,
                "format": "csv",
                "mediatype": "text/csv",
            }
            | {"encoding": "utf-8", "bytes": len(content), "hash": digest, "schema": schema}
        )
    licence = {
        "name": "CC-BY-4.0",
        "path": "https://creativecommons.org/licenses/by/4.0/",
        "title": "Creative Commons Attribution 4.0",
    }
    stamp = {name: manifest[name] for name in ("data", "seed") if name in manifest}
    return {"name": "dashat-results", "title": title, "stamp": stamp, "licenses": [licence], "resources": resources}


def _type(column: pd.Series) -> str:
    if pd.api.types.is_bool_dtype(column):
        return "boolean"
    if pd.api.types.is_integer_dtype(column):
        return "integer"
    return "number" if pd.api.types.is_float_dtype(column) else "string"
