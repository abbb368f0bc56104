"""What an installation lacks, and the line that mends it."""

from __future__ import annotations

import re
import sys
from dataclasses import dataclass
from importlib import metadata

from packaging.requirements import Requirement

from .errors import message
from .words import SOURCE_LANGUAGE, Reader, languages

OLDEST_PYTHON = (3, 11)


@dataclass(frozen=True)
class Finding:
    """One thing an installation lacks: what, and the line that mends it."""

    what: str
    mend: str
    details: dict[str, str]

    def render(self, say: Reader) -> str:
        """Return the finding as a line."""
        return f"{say(self.what, **self.details)} {say(self.mend, **self.details)}"


def examine() -> list[Finding]:
    """Return what is missing or too old here; an empty list means that every command works."""
    found = []
    if sys.version_info < OLDEST_PYTHON:
        found.append(Finding(message("Python is older than 3.11."), message("Install a newer Python."), {}))
    try:
        wanted = [Requirement(one) for one in metadata.requires("dashat") or []]
    except metadata.PackageNotFoundError:
        wanted = []
        found.append(
            Finding(
                message("dashat itself is not installed."),
                message("Mend it: {line}"),
                {"line": "python tasks.py setup"},
            )
        )
    for one in wanted:
        if one.marker is not None and not one.marker.evaluate({"extra": "io"}):
            continue
        lacking = _lacking(one)
        if lacking:
            found.append(lacking)
    if languages() == [SOURCE_LANGUAGE]:
        found.append(
            Finding(
                message("The catalogues of the languages are missing."),
                message("Mend it: {line}"),
                {"line": "python tasks.py setup"},
            )
        )
    return found


def _lacking(one: Requirement) -> Finding | None:
    wanted = re.sub(r"\s*;.*", "", str(one))
    details = {"name": one.name, "wanted": wanted, "line": f'python -m pip install "{wanted}"'}
    try:
        details["version"] = metadata.version(one.name)
    except metadata.PackageNotFoundError:
        return Finding(message("{name} is missing."), message("Mend it: {line}"), details)
    if one.specifier.contains(details["version"], prereleases=True):
        return None
    return Finding(message("{name} is {version}, wanted: {wanted}."), message("Mend it: {line}"), details)
