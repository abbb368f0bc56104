"""A file is written whole or not at all, and never over another unasked."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path

from ..errors import DashatError, Problem, message


@contextlib.contextmanager
def written_whole(path: Path, *, force: bool) -> Iterator[Path]:
    """Yield a place beside a file; what is written there becomes the file once the block ends well, and goes away otherwise.

    Raises
    ------
    DashatError
        If the file is there and `force` is not given, or the place cannot be written to.
    """
    if path.exists() and not force:
        raise DashatError(Problem(path.name, None, None, None, message("is there already."), message("Choose another name, or write over it with --force.")))  # fmt: skip
    part = path.with_name(f".{path.name}.part")
    try:
        try:
            yield part
            part.replace(path)
        except OSError as error:
            reason = os.strerror(error.errno) if error.errno else str(error)
            raise DashatError(Problem(path.name, None, None, None, message("cannot be written: {reason}."), message("Choose a folder that is there and that you may write to."), {"reason": reason})) from None  # fmt: skip
    finally:
        with contextlib.suppress(OSError):
            part.unlink()
