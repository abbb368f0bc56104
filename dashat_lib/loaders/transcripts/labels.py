"""Who is named at the beginning of a line: ``Ana:``, ``[00:01:02] P1 [whispers]:``, ``**Informan 1:**``."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from .label_words import NO_PERSON, QUALIFIERS, ROLES, SMALL_WORDS
from .times import Stamp, stamp_at

_LONGEST, _MOST_WORDS = 40, 5
_PREFIX = re.compile(r"[ \t\ufeff\u200b\u200e]*(?:>{1,3}[ \t]*|[-–—•*][ \t]+)?")
_BLANK = re.compile(r"[ \t\u00a0]*")
_DASH = re.compile(r"[-–—|][ \t]+")
_MARK = re.compile(r"\*{1,3}|_{1,3}")
_NAME = re.compile(r"[^\W\d_][\w .'’/&-]*")
_NOTE = re.compile(r"[\[(]([^\[\]()\n]{1,60})[\])]")
_BRACKETED = re.compile(r"\[([^\W_][\w .'’/&-]{0,39})\](?=[ \t]+\S)")
# Otter, Teams and others put name and time in a line of their own, the speech below.
_HEAD = re.compile(r"(?P<name>[^\W\d_][\w .'’/&-]{0,39}?)(?:[ \t]+|[ \t]*\|[ \t]*)(?=\d{1,3}:\d\d)")
_NOT_AFTER_COLON = re.compile(r"[/\\\d)]")

_INITIALS = re.compile(r"[A-Z]{1,2}[ ._-]?\d{0,4}|[A-Z]{1,5}[ ._-]?\d{1,4}")


@dataclass(frozen=True)
class Label:
    """A name before speech, by its shape; whether it names a person is decided over all lines (:func:`people`).

    Attributes
    ----------
    name : str
    speech : int
        Where in the line the speech begins.
    kind : str
        ``colon``, ``head`` (name and time in a line of their own), ``bracket`` (``[id1] text``) or ``cell`` (of a table).
    begin_ms, end_ms : int or None
    unsound : bool
        A time stands there that no clock shows.
    """

    name: str
    speech: int
    kind: str = "colon"
    begin_ms: int | None = None
    end_ms: int | None = None
    unsound: bool = False

    @property
    def key(self) -> str:
        """The name as labels are compared: without regard to case."""
        return self.name.casefold()


def label_of(line: str) -> Label | None:
    """Return the label at the beginning of a line, by its shape alone."""
    if ":" not in line and "：" not in line and "[" not in line:
        return None
    at = _after(_PREFIX, line, 0)
    first, at = _stamp(line, at, bare=True)
    mark, at = _marked(line, at)
    if first is None:
        first, at = _stamp(line, at, bare=True)
    found = _NAME.match(line, at + line.startswith("[", at))
    if not found:
        return None
    after_colon = _with_colon(line, found, at, mark, first)
    if after_colon is not None:
        return after_colon
    head = _HEAD.match(line, at)
    if head and (stamp := stamp_at(line, head.end(), bare=True)) and not line[stamp.after :].strip(" \t*_|"):
        return _label(_cleaned(head["name"]), len(line), "head", stamp)
    bracket = _BRACKETED.match(line, at)
    return _label(_cleaned(bracket[1]), bracket.end(), "bracket", first) if bracket else None


def bare_name(cell: str) -> str | None:
    """Return the name that a cell of a table holds and nothing else (a colon may end it, a note may follow)."""
    text = _NOTE.sub("", cell).strip().rstrip(":：").strip("*_ \t")
    found = _NAME.fullmatch(text)
    return _cleaned(text) if found and len(text) <= _LONGEST else None


def is_no_person(name: str) -> bool:
    """Say whether a label is of the kind ``Date:`` or ``Tempat:``."""
    words = name.casefold().split()
    if not words or len(name) > _LONGEST or len(words) > _MOST_WORDS:
        return True
    return words[0].strip(".") in NO_PERSON and not (words[0] == "id" and len(words) > 1)


def is_plain_role(name: str) -> bool:
    """Say whether a name is a role (``Interviewer``, ``Informan 1``, ``Peserta perempuan``) or initials (``P``, ``P-01``)."""
    if _INITIALS.fullmatch(name):
        return True
    first, *rest = re.sub(r"[()\d_.-]+", " ", name).split() or [""]
    return first.casefold() in ROLES and all(
        one[0].isupper() or one.casefold() in QUALIFIERS or len(one) == 1 for one in rest
    )


def is_in_capitals(name: str) -> bool:
    """Say whether a name is written in capitals, as in subtitles."""
    return name.isupper() and sum(one.isalpha() for one in name) > 1


def is_like_a_name(name: str) -> bool:
    """Say whether every word begins with a capital (in scripts that have them), as names do."""
    return all(
        word.casefold() in SMALL_WORDS or not word[0].isalpha() or word[0].isupper() or word[0].lower() == word[0].upper()
        for word in name.split()
    ) and not any(word.endswith(".") and len(word) > 5 for word in name.split())  # fmt: skip


@dataclass(frozen=True)
class People:
    """Whose labels are people: names as they are first written, by key; and the lines with a name that stands once."""

    names: dict[str, str]
    lines: frozenset[int]
    seldom: tuple[int, ...]
    spellings: int


def people(labels: Sequence[Label | None], *, n_lines: int, careful: bool = False) -> People:
    """Decide which labels name people.

    Initials, roles and names in capitals do, and what recurs and is written as a name, or recurs often; what stands once does
    if it is written as a name, others are sure, and one of them came before it (above them are headings of the document).

    Parameters
    ----------
    labels : sequence
        One for each line, None where it has none.
    n_lines : int
        Lines that are not empty.
    careful : bool
        The lines are broken by a page, so that any of them may begin in the middle of a sentence: once is not enough.
    """
    lines = [(at, one) for at, one in enumerate(labels) if one is not None and not is_no_person(one.name)]
    colons = [(at, one) for at, one in lines if one.kind != "bracket"]
    counts = Counter(one.key for _, one in colons)
    sure = {one.key for _, one in colons if _is_sure(one, counts[one.key])}
    weak = not any(is_plain_role(one.name) or is_in_capitals(one.name) for _, one in colons if one.key in sure)
    if weak and len(sure) < 2 and sum(one.key in sure for _, one in colons) < n_lines / 10:
        sure = set()  # a word and a colon twice in a long text
    once = {one.key for _, one in colons if is_like_a_name(one.name) and one.kind != "cell"} - sure
    if not sure and len(once) > 1 and 2 * len(colons) >= n_lines and not careful:
        sure, once = once, set()
    if not sure:
        return _of_brackets(lines, n_lines)
    sure -= _in_heading(colons, labels, counts)
    first = next((at for at, one in colons if one.key in sure), 0)
    taken = [(at, one) for at, one in colons if one.key in sure or (one.key in once and at > first and not careful)]
    seldom = tuple(at for at, one in taken if one.key in once) if len(taken) >= 10 else ()
    return _people(taken, seldom)


def _is_sure(one: Label, count: int) -> bool:
    if one.kind == "cell":  # its table was looked at before
        return True
    if one.kind == "head" and count < 2:
        return False
    return (
        is_plain_role(one.name)
        or is_in_capitals(one.name)
        or (count >= 2 and is_like_a_name(one.name))
        or (count >= 3 and len(one.name.split()) <= 3)
    )


def _in_heading(colons: Sequence[tuple[int, Label]], labels: Sequence[Label | None], counts: Counter[str]) -> set[str]:
    """Roles that are spelled out once among the headings (``Informan: Ibu S``), where others speak below."""
    begins = next((at for at, one in colons if counts[one.key] > 1), None)
    others = [at for at, one in enumerate(labels) if one is not None and is_no_person(one.name)]
    if begins is None or not others or others[0] > begins:
        return set()
    return {one.key for at, one in colons if at < begins and counts[one.key] == 1 and not _INITIALS.fullmatch(one.name)}


def _of_brackets(lines: Sequence[tuple[int, Label]], n_lines: int) -> People:
    """``[id1] text``: only where every line begins so and names recur, or it is a remark."""
    found = [(at, one) for at, one in lines if one.kind == "bracket"]
    names = {one.key for _, one in found}
    return _people(found, ()) if len(found) == n_lines and 2 <= len(names) < n_lines else _people([], ())


def _people(taken: Sequence[tuple[int, Label]], seldom: tuple[int, ...]) -> People:
    names: dict[str, str] = {}
    for _, one in taken:
        names.setdefault(one.key, one.name)
    spellings = len({one.name for _, one in taken}) - len(names)
    return People(names, frozenset(at for at, _ in taken), seldom, spellings)


def _with_colon(line: str, found: re.Match[str], at: int, mark: str, first: Stamp | None) -> Label | None:
    bracket = line.startswith("[", at)
    name = found[0].rstrip(" _-")
    at = found.start() + len(name)
    if bracket:
        if line[at : at + 1] != "]":
            return None
        at += 1
    unsound = first is not None and not first.sound
    for _ in range(3):  # a note, a time, the end of the emphasis, in any order
        at = _after(_BLANK, line, at)
        if mark and line.startswith(mark, at):
            at, mark = at + len(mark), ""
        elif stamp := stamp_at(line, at):
            first, at, unsound = first or stamp, stamp.after, unsound or not stamp.sound
        elif note := _NOTE.match(line, at):
            at = note.end()
            if any(one.isdigit() for one in note[1]) and len(note[1]) <= 4:
                name = f"{name} {note[0]}"  # Informan (1) and Informan (2) are two
    if line[at : at + 1] not in (":", "："):
        return None
    at += 1
    if mark and line.startswith(mark, at):
        at += len(mark)
    if _NOT_AFTER_COLON.match(line, at):  # 10:30, http://, C:\, :)
        return None
    at = _after(_BLANK, line, at)
    if stamp := stamp_at(line, at):
        first, at, unsound = first or stamp, _after(_BLANK, line, stamp.after), unsound or not stamp.sound
    return _label(_cleaned(name), at, "colon", first, unsound)


def _label(name: str, speech: int, kind: str, stamp: Stamp | None, unsound: bool = False) -> Label:
    begin, end = (None, None) if stamp is None else (stamp.begin_ms, stamp.end_ms)
    return Label(name, speech, kind, begin, end, unsound or (stamp is not None and not stamp.sound))


def _stamp(line: str, at: int, *, bare: bool) -> tuple[Stamp | None, int]:
    stamp = stamp_at(line, at, bare=bare)
    if stamp is None:
        return None, at
    return stamp, _after(_DASH, line, _after(_BLANK, line, stamp.after))


def _after(pattern: re.Pattern[str], line: str, at: int) -> int:
    found = pattern.match(line, at)
    return found.end() if found else at


def _marked(line: str, at: int) -> tuple[str, int]:
    found = _MARK.match(line, at)
    return (found[0], found.end()) if found else ("", at)


def _cleaned(name: str) -> str:
    return " ".join(name.split())
