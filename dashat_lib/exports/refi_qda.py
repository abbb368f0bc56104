"""REFI-QDA projects (.qdpx) and codebooks (.qdc), for NVivo, ATLAS.ti, MAXQDA, QualCoder and others."""

from __future__ import annotations

import io
import re
import zipfile
from importlib import metadata
from pathlib import Path, PurePosixPath

from ..coded_project import CodedProject, Draft, Entry
from ..errors import DashatError, Problem, message
from ..loaders import opening, refi_qda
from ..loaders.xml_files import is_legal
from .refi_elements import Elements, Row
from .refi_fit import categories, circles, fitted
from .refi_ids import draft_of, give_guids
from .whole import written_whole

_MADE = (1980, 1, 1, 0, 0, 0)  # the date of every member, so that the same project makes the same bytes
_COPIED = opening.Limits(member_bytes=1 << 45, archives=("",))  # media may be archives, such as texts of Word
_RESERVED = re.compile(r"(?i)(con|prn|aux|nul|com\d|lpt\d)(\..*)?")
_GOOD_PART = re.compile(r'[^<>:"\\|?*\x00-\x1f]{1,150}')
_SCHEME = re.compile("(internal|relative|absolute)://")


def write_refi_qda(project: CodedProject, path: Path | str, *, force: bool = False) -> tuple[Entry, ...]:
    """Write a project as a .qdpx that the official schema allows.

    Positions are code points of the text with LF line breaks, as the standard counts. A text goes where it came from: one that
    stood in the project file of REFI-QDA stands there again, any other is a file of the archive (``sources/<id>.txt``, UTF-8),
    since XML cannot hold every character and the programs all read files. Media are copied from ``project.file`` where that is
    a .qdpx that still holds them. The same project makes the same bytes.

    Parameters
    ----------
    force : bool
        Write over a file that is there.

    Returns
    -------
    tuple of Entry
        What the format had no room for, and what was written as something else; empty if nothing was.

    Raises
    ------
    DashatError
        If the file is there and `force` is not given, or cannot be written. It is written whole or not at all.
    """
    path = Path(path)
    draft = fitted(project)
    origin = project.properties.get("origin", "")
    if origin and not origin.startswith("dashat"):
        draft.report.tell("origin_changed", path.name, message("The file says that dashat wrote it, since its positions are by the standard; the project was {origin}'s."), origin=origin)  # fmt: skip
    with (
        refi_qda.members_of(project.file) as media,
        written_whole(path, force=force) as part,
        zipfile.ZipFile(part, "w", zipfile.ZIP_DEFLATED) as archive,
    ):
        places = _Places(draft, media)
        with io.TextIOWrapper(archive.open(_info("project.qde"), "w"), encoding="utf-8", newline="\n") as file:
            Elements(draft, file.write, places).project(_origin(), path.stem)
        places.write(archive, project.file)
    return draft.report.entries()


def write_refi_codebook(project: CodedProject, path: Path | str, *, force: bool = False) -> tuple[Entry, ...]:
    """Write the codes of a project, and its sets of codes, as a .qdc that the official schema allows.

    Returns
    -------
    tuple of Entry
        What a codebook has no room for of codes and sets. That it holds no documents and codings goes without saying.

    Raises
    ------
    DashatError
        If the project has no codes (the schema wants one), the file is there and `force` is not given, or it cannot be written.
    """
    path = Path(path)
    draft = draft_of(project)
    give_guids(draft)
    categories(draft)
    circles(draft)
    if not draft.n("codes"):
        raise DashatError(Problem(path.name, None, None, None, message("would hold no codes, and a codebook must hold one."), message("Export a project that has codes.")))  # fmt: skip
    with written_whole(path, force=force) as part, part.open("w", encoding="utf-8", newline="\n") as file:
        Elements(draft, file.write, lambda row, column: None).codebook(_origin())
    return draft.report.entries()


def _origin() -> str:
    try:
        return f"dashat {metadata.version('dashat')}"
    except metadata.PackageNotFoundError:
        return "dashat"


def _info(name: str, *, packed: bool = True) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(name, _MADE)
    info.create_system, info.external_attr = 3, 0o100644 << 16
    info.compress_type = zipfile.ZIP_DEFLATED if packed else zipfile.ZIP_STORED
    return info


class _Places:
    """Where in the archive each text and each file of media goes.

    Called with a row and the column of its path, it returns the path to write, and remembers what to write there.
    """

    def __init__(self, draft: Draft, media: refi_qda.Members | None) -> None:
        self.draft, self.media = draft, media
        self._files: dict[str, tuple[str, str | zipfile.ZipInfo]] = {}  # name in lower case -> name, what

    def __call__(self, row: Row, column: str) -> str | None:
        id = row["memo_id" if "memo_id" in row else "source_id"]
        return self._text(row, id) if column == "text" else self._media(row[column], id, row["name"] or id)

    def _text(self, row: Row, id: str) -> str | None:
        text, path = row["text"], row["path"]
        refi = self.draft.format.startswith("refi")
        if text is None:
            return path if refi or _SCHEME.match(path or "") else None
        if refi and path is None and is_legal(text):
            return None
        wanted = re.sub("(?i)^internal://", "", path or "") if refi else ""
        return self._taken(wanted, text, f"{id}.txt")

    def _media(self, path: str | None, id: str, name: str) -> str | None:
        if path is None:
            return None
        info = self.media.find(path) if self.media is not None else None
        if info is None or not self._is_whole(info):
            if _SCHEME.match(path) or self.draft.format.startswith("refi"):
                self.draft.report.tell("media_missing", name, message("The file is not in the project that was read; only where it should be was written."))  # fmt: skip
                return path
            self.draft.report.tell("media_missing", name, message("The file is not in the project that was read; it was left out."))  # fmt: skip
            return None
        return self._taken(re.sub("(?i)^internal://", "", path), info, f"{id}{PurePosixPath(info.filename).suffix}")

    def _is_whole(self, info: zipfile.ZipInfo) -> bool:
        assert self.media is not None
        assert self.media.archive is not None
        try:
            for _ in opening.parts(self.draft.file, self.media.archive, info, _COPIED):
                pass
        except DashatError:
            return False
        return True

    def _taken(self, wanted: str, what: str | zipfile.ZipInfo, other: str) -> str:
        """Take a name for a file, the wanted one if it is a good one and free; equal files share it."""
        for name in (wanted, other):
            if not _is_good(name):
                continue
            if self._files.setdefault(name.lower(), (name, what)) == (name, what):
                return f"internal://{name}"
        return self._taken(f"{len(self._files)}-{other}", what, f"{len(self._files)}-{other}")

    def write(self, archive: zipfile.ZipFile, project: Path) -> None:
        """Write what was remembered, by name."""
        for _, (name, what) in sorted(self._files.items()):
            if isinstance(what, str):
                archive.writestr(_info(f"sources/{name}"), self._bytes(what, name))
            elif self.media is not None and self.media.archive is not None:
                info = _info(f"sources/{name}", packed=False)
                info.file_size = what.file_size
                with archive.open(info, "w") as file:
                    for part in opening.parts(project, self.media.archive, what, _COPIED):
                        file.write(part)

    def _bytes(self, text: str, name: str) -> bytes:
        """Return a text as bytes that are read as the same text, whatever it begins with."""
        good = text.replace("\0", "\ufffd").encode("utf-8", "surrogatepass").decode("utf-8", "replace")
        if good != text:
            self.draft.report.tell("character_replaced", name, message("The text holds what is no character; � stands for it."))  # fmt: skip
        return ("\ufeff" * good.startswith("\ufeff") + good).encode()


def _is_good(name: str) -> bool:
    """Say whether every system can hold a file of this name."""
    parts = name.split("/")
    return all(_GOOD_PART.fullmatch(one) and one == one.strip(" .") and not _RESERVED.fullmatch(one) for one in parts)
