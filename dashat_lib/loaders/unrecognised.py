"""What is a file or folder that no reader recognises, and what to give instead?"""

from __future__ import annotations

import zipfile
from pathlib import Path

from ..errors import DashatError, Problem, message
from .opening import PASSWORD

_ENDINGS = (".qdpx", ".qdc", ".qda", ".requal", ".rqda")
_SETTINGS = "dashat.toml"  # of a case
_MOST_LOOKED_AT = 10_000
_BEGIN = 64
_FORMATS = message("docs/formats.md says what can be read and which export of which program makes it.")
_PICTURE = message("is a picture, and no coding program's file.")
_AUDIO = message("is a sound recording, and no coding program's file.")
_VIDEO = message("is a video, and no coding program's file.")
_MEDIA = message("Give the project or the export of the coding program, or a transcript.")
# At which byte what stands; of two that fit, the first.
_BYTES = (
    (0, b"\x89PNG\r\n\x1a\n", _PICTURE), (0, b"\xff\xd8\xff", _PICTURE), (0, b"GIF8", _PICTURE), (0, b"II*\0", _PICTURE),
    (0, b"MM\0*", _PICTURE), (8, b"WEBP", _PICTURE), (4, b"ftyphei", _PICTURE), (4, b"ftypmif1", _PICTURE), (4, b"ftypavif", _PICTURE),
    (8, b"WAVE", _AUDIO), (0, b"ID3", _AUDIO), (0, b"\xff\xfb", _AUDIO), (0, b"\xff\xf3", _AUDIO), (0, b"\xff\xf2", _AUDIO),
    (0, b"\xff\xf1", _AUDIO), (0, b"fLaC", _AUDIO), (0, b"OggS", _AUDIO), (4, b"ftypM4A", _AUDIO), (0, b"#!AMR", _AUDIO),
    (8, b"AVI ", _VIDEO), (4, b"ftyp", _VIDEO), (0, b"\x1a\x45\xdf\xa3", _VIDEO), (0, b"\0\0\x01\xba", _VIDEO),
)  # fmt: skip


def is_empty(path: Path) -> bool:
    """Say whether a file holds not one byte."""
    try:
        return path.is_file() and path.stat().st_size == 0
    except OSError:
        return False


def unrecognised(path: Path) -> DashatError:
    """Return the error of what no reader recognises: empty, a folder, a picture or recording, or of no kind that is known."""
    what, mend, details = _folder(path) if path.is_dir() else _file(path)
    return DashatError(Problem(path.name or str(path), None, None, None, what, mend, details))


def _file(path: Path) -> tuple[str, str, dict[str, object]]:
    try:
        with path.open("rb") as file:
            head = file.read(_BEGIN)
    except OSError:
        return message("cannot be opened."), message("Check the name, and whether you may read it."), {}
    if not head:
        return message("is empty."), message("Export it again, or ask for another copy."), {}
    for at, begin, what in _BYTES:
        if head.startswith(begin, at):
            return what, _MEDIA, {}
    if head.startswith(b"PK") and _is_locked(path):
        return *PASSWORD, {}
    return message("is of no kind that dashat knows by its content."), _FORMATS, {}


def _is_locked(path: Path) -> bool:
    try:
        with zipfile.ZipFile(path) as archive:
            return any(info.flag_bits & 0x1 for info in archive.infolist())
    except Exception:  # of a torn archive the library raises whatever it stumbles over
        return False


def _folder(path: Path) -> tuple[str, str, dict[str, object]]:
    try:
        names = sorted(one.name for one, _ in zip(path.iterdir(), range(_MOST_LOOKED_AT), strict=False))
    except OSError:
        return message("cannot be opened."), message("Check the name, and whether you may read it."), {}
    if _SETTINGS in names:
        return message("is a case of dashat."), message("To pass it on to a coding program, use: dashat export."), {}
    for ending in _ENDINGS:
        found = [name for name in names if name.lower().endswith(ending)]
        if found:
            return message("is a folder with projects in it."), message("Name one of them, such as {name}."), {"name": f"{path.name}/{found[0]}"}  # fmt: skip
    return message("is a folder, and no project of QualCoder, qcoder or dashat."), _FORMATS, {}
