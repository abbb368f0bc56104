"""Why a document cannot be read, and what to do about it."""

from __future__ import annotations

from pathlib import Path

from ...errors import DashatError, Problem, message

_MEND = message(
    "Open it in the program that made it and save it again; if it does not open there, ask for another copy."
)


def broken(path: Path, what: str, **details: object) -> DashatError:
    """Return the error of a document that is damaged."""
    return DashatError(Problem(path.name, None, None, None, what, _MEND, details))
