"""Open what a coding program made, whatever it is: the format is told by the content, never by the name."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from importlib import import_module
from pathlib import Path

from ..coded_project import CodedProject, Entry
from ..coded_project.model import FORMATS
from ..errors import DashatError, Problem, message
from .opening import without_library
from .unrecognised import is_empty, unrecognised

# In the order in which they are asked: what can be told for sure first, texts and tables last. Each module has
# recognises(path) -> bool (never raises, reads little) and read(path, ...) -> CodedProject.
READERS = (
    "refi_qda",
    "table_bundle",
    "qualcoder",
    "taguette",
    "rqda",
    "requal",
    "small_tools",
    "maxqda",
    "atlasti",
    "transcripts",
    "coded_tables",
)
# Which module reads a format that was asked for by name.
NAMED = {
    "refi-qda": "refi_qda", "refi-qda-codebook": "refi_qda", "qualcoder": "qualcoder", "taguette": "taguette", "rqda": "rqda",
    "requal": "requal", "qcoder": "small_tools", "zotqda": "small_tools", "atlasti": "atlasti", "maxqda": "maxqda",
    "table": "coded_tables", "transcript": "transcripts",
}  # fmt: skip
SEVERAL = ("taguette", "requal")  # a file of theirs may hold several projects: read(path, project=...)
_EMPTY, _HELD = "empty_project", ("sources", "codes", "segments", "codings", "passages", "cases")
_READS = ("charset_normalizer", "defusedxml", "pypdf")
Progress = Callable[[str, int, int], None]  # what, how many are done, how many there are (0: not known)


def read_project(
    path: Path | str, *, format: str | None = None, project: str | None = None, progress: Progress | None = None
) -> CodedProject:
    """Read a file (or, of QualCoder, the folder) of a coding program.

    Parameters
    ----------
    path : path
        Never written to.
    format : str, optional
        One of :data:`dashat_lib.coded_project.model.FORMATS`, where a table or text could be two things.
    project : str, optional
        Number or name of a project, where the file holds several.
    progress : function, optional
        Called now and then with a word, how many are done and how many there are.

    Returns
    -------
    CodedProject
        ``load_report`` says what was odd and what was done about it.

    Raises
    ------
    DashatError
        If the file is missing, broken, hostile, encrypted or of a kind that is not known; it says why, and what to do.
    """
    path = Path(path)
    if format is not None and format not in FORMATS:
        raise DashatError(Problem(path.name, None, None, format, message("'{value}' is none of the formats: {formats}."), message("Write one of them, or leave --format out."), {"formats": ", ".join(FORMATS)}))  # fmt: skip
    if not path.exists():
        raise DashatError(Problem(path.name, None, None, None, message("is not there."), message("Check the name.")))
    if is_empty(path):
        raise unrecognised(path)
    for name in READERS if format is None else [NAMED[format]]:
        reader = import_module(f".{name}", __package__)
        if format is not None or reader.recognises(path):
            if project is not None and name not in SEVERAL:
                raise DashatError(Problem(path.name, None, None, project, message("holds one project, so none can be chosen."), message("Leave --project out.")))  # fmt: skip
            chosen = {} if project is None else {"project": project}
            found: CodedProject = reader.read(path, progress=progress, **chosen)
            return found if name == "table_bundle" else _or_empty(found)  # a bundle is read as it was written
    for library in _READS:  # a kind that nobody recognised may be one that needs what is not here
        try:
            import_module(library)
        except ImportError:
            raise without_library(path.name, library.replace("_", "-")) from None
    raise unrecognised(path)


def _or_empty(project: CodedProject) -> CodedProject:
    """Say so where a file was read and holds nothing."""
    told = any(entry.what == _EMPTY for entry in project.load_report)
    if told or any(len(getattr(project, name)) for name in _HELD):
        return project
    entry = Entry(_EMPTY, 1, project.file.name, message("The file holds no documents, codes or codings."))
    return replace(project, load_report=(*project.load_report, entry))
