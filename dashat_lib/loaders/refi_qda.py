"""REFI-QDA: projects (.qdpx, or its .qde alone) and codebooks (.qdc) of NVivo, ATLAS.ti, MAXQDA, QualCoder and others."""

from __future__ import annotations

import contextlib
import re
import zipfile
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from urllib.parse import unquote

from ..coded_project import CodedProject, Draft
from ..coded_project.model import Report
from ..errors import DashatError, Problem, message
from . import opening, xml_files
from .encodings import decoded
from .refi_elements import Elements
from .refi_frames import Text
from .refi_places import check, place

_LISTED = opening.Limits(members=100_000, member_bytes=1 << 45, total_bytes=1 << 50)  # media are listed, never opened
_READ = opening.Limits(member_bytes=512 << 20)
_LONGEST_TEXT, _MOST_TEXT = 32 << 20, 256 << 20  # of one document, of all; places in a text take forty times its size
_HEAD = 4096
_ROOT = re.compile(r"<(?:[\w.-]+:)?(CodeBook|Project)\b")
_OTHER_ZIPS = {"[content_types].xml", "mimetype"}  # workbooks, texts
_SUFFIXES = (".qdpx", ".qdc", ".qde")
_EXPORT = message("Export the project again as REFI-QDA (.qdpx).")

Progress = Callable[[str, int, int], None]


def recognises(path: Path) -> bool:
    """Say whether a file is a project or codebook by its content, or is called one and is nothing else that is known."""
    try:
        with path.open("rb") as file:
            head = file.read(_HEAD)
        if head.startswith(b"PK"):
            with zipfile.ZipFile(path) as archive:
                names = [name.lower() for name in archive.namelist()]
            return any(name.endswith(".qde") for name in names) or (_called(path) and not _OTHER_ZIPS & set(names))
    except (OSError, ValueError, NotImplementedError, zipfile.BadZipFile):
        return _called(path) and path.is_file()
    text = head.decode("utf-16" if head[:2] in (b"\xff\xfe", b"\xfe\xff") else "latin-1", "ignore")
    if _ROOT.search(text) and ("QDA-XML" in text or _called(path)):
        return True
    return _called(path) and not opening.is_sqlite(path)


def _called(path: Path) -> bool:
    return path.suffix.lower() in _SUFFIXES


def read(path: Path, *, progress: Progress | None = None) -> CodedProject:
    """Read a project or codebook.

    Parameters
    ----------
    progress : function, optional
        Called with a word, the bytes read and the bytes there are.

    Returns
    -------
    CodedProject
        Of format ``refi-qda`` or ``refi-qda-codebook``. Properties ``unit`` and ``line_break`` say how positions were read.

    Raises
    ------
    DashatError
        If it is no zip or XML, holds no project file or several, declares entities, or is larger or deeper than any project.
    """
    draft = Draft("refi-qda", path)
    with _opened(path, draft.report) as (members, size, chunks):
        elements = Elements(draft, members.text_of)
        wrong = xml_files.parse(_told(chunks, size, progress), elements, path.name)
        if wrong:
            draft.report.tell("encoding_wrong", path.name, message("The file says that it is in {encoding}, and is not; it was read as UTF-8."), encoding=wrong)  # fmt: skip
        members.look_for(elements.paths)
    if elements.root == "CodeBook":
        draft.format = "refi-qda-codebook"
    else:
        place(draft, elements.texts)
    check(draft)
    return draft.finish()


@contextlib.contextmanager
def members_of(path: Path) -> Iterator[Members | None]:
    """Yield the files beside the project file of an archive; None where a path is none, or is not there any more."""
    with contextlib.ExitStack() as stack:
        found = None
        with contextlib.suppress(DashatError, OSError):
            if zipfile.is_zipfile(path):
                archive, infos = stack.enter_context(opening.opened(path, _LISTED, aside=[]))
                found = Members(path, archive, infos, Report())
        yield found


def _told(chunks: Iterable[bytes], size: int, progress: Progress | None) -> Iterator[bytes]:
    done = 0
    for chunk in chunks:
        yield chunk
        done += len(chunk)
        if progress is not None:
            progress(message("elements"), done, size)


@contextlib.contextmanager
def _opened(path: Path, report: Report) -> Iterator[tuple[Members, int, Iterable[bytes]]]:
    """Yield the other members of an archive, the size of the project file and its bytes."""
    with contextlib.suppress(OSError), path.open("rb") as file:
        head = file.read(512).lstrip(b"\xef\xbb\xbf\xff\xfe\x00 \t\r\n")
        if head.startswith((b"<", b"\x00<")):
            data = opening.whole(path, _READ.member_bytes)
            yield Members(path, None, [], report), len(data), _pieces(data)
            return
    aside: list[DashatError] = []
    with opening.opened(path, _LISTED, aside=aside) as (archive, infos):
        projects = [info for info in infos if info.filename.lower().endswith(".qde") and "/" not in info.filename]
        for error in aside:
            name = str(error.problems[0].details["member"])
            if name.lower().endswith(".qde"):
                raise error
            report.tell("member_refused", name, message("The file in the archive leads outside it, is a link, is encrypted or is packed in a way that is not trusted; it was not opened."))  # fmt: skip
        if len(projects) != 1:
            raise _no_project(path, [info.filename for info in projects])
        members = Members(path, archive, [info for info in infos if info is not projects[0]], report)
        yield members, projects[0].file_size, opening.parts(path, archive, projects[0], _READ)


def _pieces(data: bytes) -> Iterator[bytes]:
    for at in range(0, len(data), 1 << 20):
        yield data[at : at + (1 << 20)]


def _no_project(path: Path, names: list[str]) -> DashatError:
    if not names:
        return DashatError(Problem(path.name, None, None, None, message("is an archive without a project file (*.qde) at its top level."), _EXPORT))  # fmt: skip
    shown = ", ".join(names[:3]) + (", …" if len(names) > 3 else "")
    return DashatError(Problem(path.name, None, None, None, message("is an archive with several project files: {names}."), message("Make an archive of each with its sources, and read them one by one."), {"names": shown}))  # fmt: skip


class Members:
    """The files of an archive beside the project file; they are found by name, whatever its case, and read in memory."""

    def __init__(
        self, path: Path, archive: zipfile.ZipFile | None, infos: list[zipfile.ZipInfo], report: Report
    ) -> None:
        self.path, self.archive, self.report = path, archive, report
        self._infos = {info.filename.lower(): info for info in infos}
        self._unused = dict(self._infos)
        self._left = _MOST_TEXT

    def find(self, path: str) -> zipfile.ZipInfo | None:
        """Return the file that a path of a project means; None where it is not in the archive."""
        scheme, separator, name = path.partition("://")
        if separator and scheme.lower() != "internal":
            return None
        name = (name if separator else path).replace("\\", "/").lstrip("/")
        for one in (name, unquote(name)):
            key = f"sources/{one}".lower()
            if key in self._infos:
                self._unused.pop(key, None)
                return self._infos[key]
        return None

    def text_of(self, text: Text) -> None:
        """Find the text of a document, a part of one or a note, and tell where there is none."""
        info = self.find(text.path) if text.path else None
        where = text.name or text.id
        too_long = max(info.file_size if info else 0, len(text.raw or "")) > _LONGEST_TEXT
        if text.raw is not None and info is not None:
            self.report.tell("off_schema", where, message("The text stands in the project file and in a file of its own; the first was read."))  # fmt: skip
        elif info is not None and not too_long:
            text.raw = self._text(info)
        part = self._what(text)
        if too_long:
            text.raw = None
            self.report.tell(part, where, message("Its text is longer than any that is read; codes and codings were read, texts of segments are missing."))  # fmt: skip
        elif text.raw is None:
            self.report.tell(part, where, self._why_missing(text.path, info))
        elif not text.raw.strip() and part == "text_missing":
            self.report.tell(part, where, message("Its text is empty; codes and codings were read, texts of segments are missing."))  # fmt: skip

    def look_for(self, paths: list[tuple[str, str]]) -> None:
        """Tell of files that the project speaks of and the archive does not hold, and of those of which it does not speak."""
        for name, path in paths:
            if self.find(path) is not None:
                continue
            if "://" in path and not path.lower().startswith("internal:"):
                self.report.tell("media_outside", name, message("The file lies outside the archive, and nothing outside is followed."))  # fmt: skip
            else:
                self.report.tell("media_missing", name, message("The file is not in the archive."))
        for info in self._unused.values():
            self.report.tell("member_unused", info.filename, message("The project does not speak of this file of the archive; it was left there."))  # fmt: skip

    @staticmethod
    def _what(text: Text) -> str:
        return "note_text_missing" if text.table == "memos" else "part_text_missing" if text.part else "text_missing"

    @staticmethod
    def _why_missing(path: str | None, info: zipfile.ZipInfo | None) -> str:
        if info is not None:
            return message("Its text is no text that can be read; codes and codings were read, texts of segments are missing.")  # fmt: skip
        if not path:
            return message("The file names no text for it; codes and codings were read, texts of segments are missing.")
        if "://" in path and not path.lower().startswith("internal:"):
            return message("Its text lies outside the archive, and nothing outside is followed; codes and codings were read, texts of segments are missing.")  # fmt: skip
        return message("Its text is not in the archive; codes and codings were read, texts of segments are missing.")

    def _text(self, info: zipfile.ZipInfo) -> str | None:
        assert self.archive is not None
        self._left -= info.file_size
        if self._left < 0:
            raise DashatError(Problem(self.path.name, None, None, None, message("holds more than {most} MiB of text."), message("Take it apart in the program that made it."), {"most": _MOST_TEXT >> 20}))  # fmt: skip
        try:
            data = opening.member(self.path, self.archive, info, _READ)
            text, codec, guessed = decoded(data, info.filename)
        except DashatError:
            return None
        if guessed:
            self.report.tell("encoding_guessed", info.filename, message("The text is not in UTF-8; it was read as {encoding}, which is a guess."), encoding=codec)  # fmt: skip
        return text
