"""Which study is this: one hash over everything that its results hang on."""

from __future__ import annotations

from pathlib import Path

from . import fingerprint, notebooks_run

SETTINGS = Path("dashat.toml")
SHOWN = 16  # digits of a study hash on a page; files and --json hold all of them


def parts(case_folder: Path) -> dict[str, object]:
    """Return what a study is made of, as hashes.

    Returns
    -------
    dict
        ``raw``: raw tables, texts, codings of other coders and rivals, file -> SHA-256. ``settings``: of ``dashat.toml``.
        ``notebooks``: of the code cells of each, file name -> SHA-256. ``code``: of the library that is installed here.

    Raises
    ------
    NotebookError
        If a file among the notebooks is none.
    """
    settings = case_folder / SETTINGS
    return {
        "raw": fingerprint.raw_files(case_folder),
        "settings": fingerprint.of_file(settings) if settings.is_file() else None,
        "notebooks": {path.name: notebooks_run.code_hash(path) for path in notebooks_run.find(case_folder)},
        "code": fingerprint.of_package(),
    }


def study_hash(case_folder: Path) -> str:
    """Return the SHA-256 of a study: of its data, settings, code cells and library together (:func:`parts`)."""
    return fingerprint.of_values(parts(case_folder))
