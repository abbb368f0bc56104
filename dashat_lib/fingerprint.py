"""What a result hangs on, as hashes. Imports nothing heavy, so that an unchanged run ends at once."""

from __future__ import annotations

import hashlib
import json
import sys
from collections.abc import Iterable, Mapping
from importlib import resources
from pathlib import Path

RAW = Path("data/raw")
CODERS = Path("data/coders")
RIVALS = Path("data/rivals")
TEXTS = Path("data/texts")
PROCESSED = Path("data/processed")


def of_bytes(content: bytes) -> str:
    """Return the SHA-256 of some bytes."""
    return hashlib.sha256(content).hexdigest()


def of_file(path: Path) -> str:
    """Return the SHA-256 of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def of_values(values: object) -> str:
    """Return a hash of plain values (mappings, lists, text, numbers); the order of keys does not matter."""
    return of_bytes(json.dumps(values, sort_keys=True, ensure_ascii=False).encode())


def of_files(folder: Path, files: Iterable[Path]) -> dict[str, str]:
    """Return {path below `folder`: SHA-256}, sorted; paths with forward slashes."""
    return {path.relative_to(folder).as_posix(): of_file(path) for path in sorted(files)}


def raw_files(case_folder: Path) -> dict[str, str]:
    """Return the hashes of what a case is given: tables in ``data/raw``, and what was added beside them (``../coders/NAME.csv``, ``../rivals/NAME.csv``, ``../texts/NAME.txt``)."""
    raw = of_files(case_folder / RAW, (path for path in (case_folder / RAW).rglob("*.csv") if path.is_file()))
    for added, ending in ((CODERS, "csv"), (RIVALS, "csv"), (TEXTS, "txt")):
        files = (path for path in (case_folder / added).glob(f"*.{ending}") if path.is_file())
        found = of_files(case_folder / added, files)
        raw |= {f"../{added.name}/{name}": digest for name, digest in found.items()}
    return raw


def data_hash(raw: Mapping[str, str]) -> str:
    """Return one short hash for all raw tables together: the stamp on figures and exports."""
    return of_values(dict(raw))[:12]


def of_package() -> str:
    """Return a hash of the package's own source, catalogues among it: a changed helper makes every result stale."""
    root = Path(str(resources.files("dashat_lib")))
    files = (
        path
        for path in root.rglob("*")
        if path.is_file() and path.suffix in {".py", ".po", ".toml", ".js", ".css", ".html"}
    )
    return of_values(
        {path.relative_to(root).as_posix(): of_bytes(path.read_bytes().replace(b"\r\n", b"\n")) for path in files}
    )


def of_environment() -> str:
    """Return a hash of the Python version and of the packages installed beside this one, by their folders' names."""
    names = {entry.name for folder in map(Path, sys.path) if folder.is_dir() for entry in folder.glob("*.dist-info")}
    return of_values([sys.version, sys.platform, *sorted(names)])
