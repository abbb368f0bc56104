"""Why a document cannot be read, and what to do about it."""

from __future__ import annotations

import re
from pathlib import Path

from ...errors import DashatError, Problem, message

_MEND = message(
    "Open it in the program that made it and save it again; if it does not open there, ask for another copy."
)


def broken(path: Path, what: str, **details: object) -> DashatError:
    """Return the error of a document that is damaged."""
    return DashatError(Problem(path.name, None, None, None, what, _MEND, details))


# The words are in the language of the person; the name of the program is not.
_OF_TAGUETTE = re.compile(r"\s*[^\n:]{0,40}\bTaguette\b[^\n]{0,200}\n")
_DETAILS = re.compile(r"^[ \t]*Do[ck]umen\w*\s?:[^\n]*\s\w+\s?:", re.MULTILINE)


def refuse_highlights(path: Path, text: str) -> None:
    """Refuse the highlights that Taguette exports as a document: read as a transcript, it would lose every coding.

    Raises
    ------
    DashatError
        If the text begins with the title of such an export, and names the document and tags of a highlight.
    """
    if _OF_TAGUETTE.match(text) and _DETAILS.search(text):
        raise DashatError(Problem(path.name, None, None, None, message("holds highlights that Taguette exported as a document; read as a transcript, their tags would be lost."), message("Export the highlights from Taguette as CSV or Excel, or the whole project, and give that.")))  # fmt: skip
