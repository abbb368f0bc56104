"""(not yet)"""

from __future__ import annotations

from pathlib import Path

from ..coded_project import CodedProject, Draft


def recognises(path: Path) -> bool:
    """Say whether a file is one."""
    return False


def read(path: Path, *, progress: object = None) -> CodedProject:
    """Read it."""
    return Draft("table", path).finish()
