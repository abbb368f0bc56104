"""Open a file from a stranger, zip or database: nothing is written outside the folder asked for, nothing grows without end."""

from __future__ import annotations

import io
import os
import shutil
import sqlite3
import stat
import tempfile
import time
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath, PureWindowsPath

from ..errors import DashatError, Problem, message

_CHUNK = 1 << 20
_MEND = message("Ask whoever sent the file for another copy, and do not unpack this one.")
PASSWORD = message("has a password."), message("Save it without one in the program that made it, and give that.")
_REASONS = {
    "outside": message("has a member '{member}' that leads outside the archive."),
    "link": message("has a member '{member}' that is a link."),
    "twice": message("has the member '{member}' twice."),
    "size": message("has a member '{member}' that unpacks to more than {most}."),
    "ratio": message("has a member '{member}' that unpacks to more than {most} times its size."),
    "secret": PASSWORD[0],
    "nested": message("has a member '{member}' that is an archive itself."),
    "name": message("has a member '{member}', a name that not every system can hold."),
    "torn": message("has a member '{member}' that cannot be read: {why}."),
}
_ARCHIVES = (b"PK\x03\x04", b"PK\x05\x06", b"\x1f\x8b", b"BZh", b"\xfd7zXZ\x00", b"7z\xbc\xaf\x27\x1c", b"Rar!")
_RESERVED = {"con", "prn", "aux", "nul", *(f"{one}{n}" for one in ("com", "lpt") for n in range(1, 10))}


@dataclass(frozen=True)
class Limits:
    """How much an archive may hold.

    Attributes
    ----------
    members, member_bytes, total_bytes : int
        Files, bytes of one and of all of them once unpacked.
    ratio : int
        Times that a member over 1 MiB may grow.
    archives : tuple of str
        Endings of members that may be archives themselves, such as workbooks.
    """

    members: int = 5_000
    member_bytes: int = 256 << 20
    total_bytes: int = 1 << 30
    ratio: int = 200
    archives: tuple[str, ...] = ()


@contextmanager
def opened(
    path: Path, limits: Limits, *, aside: list[DashatError] | None = None
) -> Iterator[tuple[zipfile.ZipFile, list[zipfile.ZipInfo]]]:
    """Open a zip and look at the list of its members; yields the archive and its files.

    Parameters
    ----------
    aside : list, optional
        Where members are only read in memory and never unpacked by name: one that would be refused is left out of the files,
        and why goes here. A backslash is a separator then.

    Raises
    ------
    DashatError
        If it is no zip or torn, or if a member leads outside, is a link, encrypted, there twice or larger than the limits
        allow. Nothing was unpacked then.
    """
    try:
        archive = zipfile.ZipFile(path)
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as error:
        raise _broken(path, error) from None
    with archive:
        infos = archive.infolist()
        if len(infos) > limits.members:
            raise DashatError(Problem(path.name, None, None, None, message("holds {n} files; {most} are the most that are opened."), _MEND, {"n": len(infos), "most": limits.members}))  # fmt: skip
        infos = _looked_at(path, infos, limits, aside)
        total = sum(info.file_size for info in infos)
        if total > limits.total_bytes:
            raise DashatError(Problem(path.name, None, None, None, message("unpacks to {size}; {most} are the most that are unpacked."), _MEND, {"size": _size(total), "most": _size(limits.total_bytes)}))  # fmt: skip
        if sum(info.compress_size for info in infos) > path.stat().st_size:  # members that share their bytes
            raise DashatError(Problem(path.name, None, None, None, message("holds files that overlap."), _MEND))
        yield archive, [info for info in infos if not info.is_dir()]


def unpack(path: Path, to: Path, limits: Limits) -> list[str]:
    """Unpack a zip into an empty folder and return the names of its files, with forward slashes.

    Raises
    ------
    DashatError
        As :func:`opened`; also if a member holds more than it says, is torn, or is an archive itself.
    """
    with opened(path, limits) as (archive, infos):
        for info in infos:
            target = to.joinpath(*PurePosixPath(info.filename).parts)
            target.parent.mkdir(parents=True, exist_ok=True)
            with target.open("xb") as file:
                for part in parts(path, archive, info, limits):
                    file.write(part)
        return [info.filename for info in infos]


def parts(path: Path, archive: zipfile.ZipFile, info: zipfile.ZipInfo, limits: Limits) -> Iterator[bytes]:
    """Yield the bytes of one member of a zip from :func:`opened`, part after part.

    Raises
    ------
    DashatError
        If it holds more than it says, is torn, or is an archive that `limits` do not allow.
    """
    read = 0
    try:
        with archive.open(info) as member:
            while part := member.read(_CHUNK):
                if not read and part.startswith(_ARCHIVES) and not info.filename.endswith(limits.archives or ("\0",)):
                    raise _refused(path, info, "nested")
                read += len(part)
                if read > info.file_size or read > limits.member_bytes:
                    raise _refused(path, info, "size", most=_size(min(info.file_size, limits.member_bytes)))
                yield part
    except (zipfile.BadZipFile, OSError, EOFError, NotImplementedError, RuntimeError, ValueError) as error:
        raise _refused(path, info, "torn", why=_first_line(error)) from None
    except Exception as error:
        if type(error).__module__ in ("zlib", "lzma", "_lzma"):
            raise _refused(path, info, "torn", why=_first_line(error)) from None
        raise


def _looked_at(
    path: Path, infos: list[zipfile.ZipInfo], limits: Limits, aside: list[DashatError] | None
) -> list[zipfile.ZipInfo]:
    good, seen = [], set[str]()
    for info in infos:
        try:
            if aside is not None:
                info.filename = info.filename.replace("\\", "/")
            _look(path, info, limits, seen, info.filename if aside is not None else info.orig_filename)
        except DashatError as error:
            if aside is None:
                raise
            aside.append(error)
        else:
            good.append(info)
    return good


def _look(path: Path, info: zipfile.ZipInfo, limits: Limits, seen: set[str], original: str) -> None:
    name = info.filename
    parts = PurePosixPath(name).parts
    here = PureWindowsPath(name)
    if not parts or any(ord(one) < 32 for one in name) or any(part.split(".")[0].strip().lower() in _RESERVED for part in parts):  # fmt: skip
        raise _refused(path, info, "name")
    if name.startswith(("/", "\\")) or "\\" in original or here.drive or here.root or ".." in parts:
        raise _refused(path, info, "outside")
    mode = info.external_attr >> 16
    if mode and not (stat.S_ISREG(mode) or stat.S_ISDIR(mode) or stat.S_IFMT(mode) == 0):
        raise _refused(path, info, "link")
    if info.flag_bits & 0x1:
        raise _refused(path, info, "secret")
    if name.casefold() in seen:
        raise _refused(path, info, "twice")
    seen.add(name.casefold())
    if info.file_size > limits.member_bytes:
        raise _refused(path, info, "size", most=_size(limits.member_bytes))
    if info.file_size > _CHUNK and info.file_size > limits.ratio * max(info.compress_size, 1):
        raise _refused(path, info, "ratio", most=str(limits.ratio))


def _refused(path: Path, info: zipfile.ZipInfo, reason: str, **values: str) -> DashatError:
    member = info.filename if len(info.filename) <= 80 else info.filename[:79] + "…"
    member = "".join(one if one.isprintable() else "?" for one in member)
    mend = PASSWORD[1] if reason == "secret" else _MEND
    return DashatError(Problem(path.name, None, None, None, _REASONS[reason], mend, {"member": member, **values}))


def _broken(path: Path, error: Exception) -> DashatError:
    if isinstance(error, OSError):
        return unreadable(path, error)
    if str(error) == "File is not a zip file":
        return DashatError(Problem(path.name, None, None, None, message("is no zip that can be opened: it is none, or its end is missing."), _MEND))  # fmt: skip
    return DashatError(Problem(path.name, None, None, None, message("is no zip that can be opened: {reason}."), _MEND, {"reason": _first_line(error)}))  # fmt: skip


def unreadable(path: Path, error: OSError) -> DashatError:
    """Return the error of a file that the system does not let be read."""
    mend = message("Check the name, and whether you may read it.")
    said = {PermissionError: message("may not be read by you."), IsADirectoryError: message("is a folder."), FileNotFoundError: message("is not there.")}  # fmt: skip
    if type(error) in said:
        return DashatError(Problem(path.name, None, None, None, said[type(error)], mend))
    return DashatError(Problem(path.name, None, None, None, message("cannot be read: {reason}."), mend, {"reason": _first_line(error)}))  # fmt: skip


def _first_line(error: Exception) -> str:
    text = os.strerror(error.errno) if isinstance(error, OSError) and error.errno else str(error)
    return (text.strip().splitlines() or ["?"])[0][:200]


def _size(n: int) -> str:
    return f"{n / (1 << 20):.0f} MiB"


def without_library(file: str, library: str) -> DashatError:
    """Return the error of a file that a library of the extra ``[io]`` reads, which is not installed."""
    return DashatError(Problem(file, None, None, None, message("needs {library}, which is not installed."), message('Install it with: pip install "dashat[io]".'), {"library": library}))  # fmt: skip


# ---- one file --------------------------------------------------------------------------------------------------------

LARGEST = 1 << 30


def whole(path: Path, most: int = LARGEST) -> bytes:
    """Return the bytes of a file.

    Raises
    ------
    DashatError
        If it is no file, cannot be read or is larger than `most` bytes.
    """
    try:
        with path.open("rb") as file:
            data = file.read(most + 1)
    except OSError as error:
        raise unreadable(path, error) from None
    if len(data) > most:
        raise DashatError(Problem(path.name, None, None, None, message("is larger than {most}."), message("Take it apart in the program that made it."), {"most": _size(most)}))  # fmt: skip
    return data


def member(path: Path, archive: zipfile.ZipFile, info: zipfile.ZipInfo, limits: Limits) -> bytes:
    """Return the bytes of one member of a zip from :func:`opened`, read in memory.

    Raises
    ------
    DashatError
        If it holds more than it says, is torn, or is an archive that `limits` do not allow.
    """
    return b"".join(parts(path, archive, info, limits))


_SQLITE = b"SQLite format 3\x00"
_HOT = b"\xd9\xd5\x05\xf9\x20\xa1\x63\xd7"  # how the journal of a write begins that was not finished
_SECONDS = 20.0
_LONGEST_VALUE = 1 << 28
_ALLOWED = {sqlite3.SQLITE_SELECT, sqlite3.SQLITE_READ, sqlite3.SQLITE_FUNCTION, sqlite3.SQLITE_PRAGMA}
# A few words in a query make these take minutes and gigabytes.
_COSTLY = {"format", "glob", "hex", "load_extension", "printf", "quote", "randomblob", "replace", "zeroblob"}


def is_sqlite(path: Path) -> bool:
    """Say whether a file begins as a SQLite database does."""
    try:
        with path.open("rb") as file:
            return file.read(len(_SQLITE)) == _SQLITE
    except OSError:
        return False


def _refuse_computed(connection: sqlite3.Connection) -> None:
    """A computed column or a check is a program of whoever made the file, and one row of it can take minutes: checks are not
    made, and of the programs that are read none has such a column."""
    connection.execute("PRAGMA ignore_check_constraints = ON")
    query = (
        "SELECT tables.name FROM sqlite_master AS tables, pragma_table_xinfo(tables.name) AS columns"
        " WHERE tables.type = 'table' AND tables.rootpage > 0 AND columns.hidden"
    )
    for (table,) in connection.execute(query):
        raise sqlite3.DatabaseError(f"computed column in the table {table}")


def _only_reading(action: int, _: str | None, name: str | None, __: str | None, within: str | None) -> int:
    costly = action == sqlite3.SQLITE_FUNCTION and (name or "").lower() in _COSTLY
    return sqlite3.SQLITE_OK if action in _ALLOWED and within is None and not costly else sqlite3.SQLITE_DENY


def logs(path: Path) -> tuple[str, ...]:
    """Return which logs beside a database change what it says: ``"-wal"`` holds changes that are not in it yet, ``"-journal"``
    what stood there before a write that was not finished."""
    marks = (("-wal", b""), ("-journal", _HOT))
    return tuple(
        ending
        for ending, mark in marks
        if (begin := _begin(path.with_name(path.name + ending))) and begin.startswith(mark)
    )


def _begin(path: Path) -> bytes:
    try:
        with path.open("rb") if path.is_file() else io.BytesIO() as file:
            return file.read(len(_HOT))
    except OSError:
        return b""


@contextmanager
def database(path: Path) -> Iterator[tuple[sqlite3.Connection, bool]]:
    """Open a SQLite database of a stranger to read; yields the connection and whether changes of a log beside it were read.

    The file is opened as immutable: neither it nor its folder is written to. Where a log lies beside it (:func:`logs`), as when
    the program is still open, both are copied to a temporary folder and read there, so that what the log holds is not lost.
    Nothing but reading of tables is allowed, no query that the file brings along, and what runs too long is ended.

    Raises
    ------
    DashatError
        If it is no database or damaged; also where a query in the block meets the damage.
    """
    with tempfile.TemporaryDirectory() as scratch:
        here, logged = path, bool(logs(path))
        if logged:
            here = _copy(path, Path(scratch) / "copy.sqlite3")
        try:
            connection = sqlite3.connect(f"{here.absolute().as_uri()}?mode={'rw' if logged else 'ro&immutable=1'}", uri=True)  # fmt: skip
        except sqlite3.Error as error:
            raise _damaged(path, error) from None
        begun = time.monotonic()
        try:
            connection.execute("PRAGMA trusted_schema = OFF")
            connection.set_progress_handler(lambda: time.monotonic() - begun > _SECONDS, 1_000)
            connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, _LONGEST_VALUE)
            connection.text_factory = lambda data: data.decode("utf-8", "replace")
            _refuse_computed(connection)
            sound = connection.execute("PRAGMA quick_check(1)").fetchone()
            if sound is None or sound[0] != "ok":
                raise sqlite3.DatabaseError(str(sound[0]) if sound else "empty")
            connection.set_authorizer(_only_reading)
            yield connection, logged
        except (sqlite3.Error, UnicodeDecodeError) as error:  # the latter where a message quotes the damage
            raise _damaged(path, error) from None
        finally:
            connection.close()


def _copy(path: Path, to: Path) -> Path:
    try:
        shutil.copyfile(path, to)
        for ending in logs(path):
            log = path.with_name(path.name + ending)
            if log.stat().st_size > LARGEST:
                raise DashatError(Problem(log.name, None, None, None, message("is larger than {most}."), message("Close the project in the program that made it, so that its changes go into the database."), {"most": _size(LARGEST)}))  # fmt: skip
            shutil.copyfile(log, to.with_name(to.name + ending))
    except OSError as error:
        raise unreadable(path, error) from None
    return to


_OF_DATABASES = (
    ("file is not a database", message("is no database that can be read: it is none, or its beginning is damaged.")),
    ("malformed", message("is no database that can be read: it is damaged.")),
    ("interrupted", message("is no database that can be read: reading it took too long.")),
    ("locked", message("is no database that can be read: another program keeps it locked.")),
)


def _damaged(path: Path, error: Exception) -> DashatError:
    mend = message("Open it in the program that made it and save a copy, or ask for another.")
    for reason, what in _OF_DATABASES:
        if reason in str(error):
            return DashatError(Problem(path.name, None, None, None, what, mend))
    return DashatError(Problem(path.name, None, None, None, message("is no database that can be read: {reason}."), mend, {"reason": _first_line(error)}))  # fmt: skip
