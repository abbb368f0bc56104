"""Files of small coding programs: qcoder (:mod:`.qcoder`) and zotQDA (:mod:`.zotqda`)."""

from __future__ import annotations

from pathlib import Path

from ..coded_project import CodedProject
from . import qcoder, zotqda


def recognises(path: Path) -> bool:
    """Say whether a file, or a folder, is of one of these programs."""
    return zotqda.recognises(path) or qcoder.recognises(path)


def read(path: Path, *, progress: object = None) -> CodedProject:
    """Read it.

    Raises
    ------
    DashatError
        If it cannot be read.
    """
    return zotqda.read(path) if zotqda.recognises(path) else qcoder.read(path)
