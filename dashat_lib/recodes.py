"""What is a code called now? ``recodes.csv`` renames, merges, splits and moves codes, row by row, whenever a case is read.

The raw files keep the codes that were given: the rows of ``recodes.csv`` are replayed on tables of text, in their order, and each
names codes as the rows above it leave them. What a cell of ``recodes.csv`` must be (an id, one of the actions) is checked with all
other tables (:mod:`dashat_lib.schemas`); here is checked what hangs on the rows above.

A new code made by a split stands in no crosswalk, rule or claim until it is written there.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass

import pandas as pd

from .errors import Problem, message
from .schemas import (
    ACTIONS,
    AT_MOST,
    CODE_PARAMETERS,
    EMPTY,
    FILL_IN,
    LISTS,
    REFERENCES,
    SCHEMAS,
    WRITE_NEAREST,
    nearest,
    row_ids,
    shortened,
)
from .words import Reader

Tables = dict[str, pd.DataFrame]

FILE = "recodes.csv"
RENAME, MERGE, SPLIT, MOVE = ACTIONS
PREVIEW_COLUMNS = [
    "recode_id",
    "action",
    "code_id",
    "into",
    "n_codings",
    "n_rows",
    "n_coders",
    "n_children",
    "from_top",
    "to_top",
]

_CODE = ("codebook", "code_id")
_SINGLE = tuple((name, column) for name, column, *to in REFERENCES if tuple(to) == _CODE)
_LISTED = tuple((name, column) for name, column, *to in LISTS if tuple(to) == _CODE)
_ON_ROWS = tuple((name, column) for name, column in _SINGLE if "evidence_id" in SCHEMAS[name].columns)
_CODED = tuple((name, column) for name, column in _ON_ROWS if "coder" in SCHEMAS[name].columns)
_DEFINED = ("fact_definitions", "parameters")
# What a recode may change: a stage that reads one of these tables hangs on recodes.csv too.
TOUCHED = frozenset({"codebook", _DEFINED[0], *(name for name, _ in (*_SINGLE, *_LISTED))})

_NEEDED = {"recodes": ("action", "code_id", "into"), "codebook": ("code_id", "parent", "level")}
_LABELS, _DEFINITIONS = ("label_id", "label_en"), ("definition_id", "definition_en")
_INHERITED = ("parent", "level", *_DEFINITIONS, "source")
_SIGNS = re.compile(r"[;|()]")
_ARGUMENT = re.compile(r"(?<=\w)\(([^()]*)\)")

_UNKNOWN = message("'{value}' is not in codebook.csv as the rows above leave it.")
_BECAME = message("'{value}' became '{near}' in row {other}.")
_EXISTS = message("'{value}' is a code already.")
_ITSELF = message("'{value}' is the code itself.")
_CIRCLE = message("goes round in a circle: {circle}.")
_OPPOSED = message("'{value}' and '{code}' point to '{element}' of {framework} in opposite directions.")
_NO_ROWS = message("a split needs the evidence rows that get '{into}'.")
_NOT_CARRIED = message("no coding with '{code}' stands on the evidence row '{value}'.")
_NOT_A_SPLIT = message("only a split takes evidence rows.")
_NO_LABEL = message("'{into}' is a new code and has no label.")
_SIGN = message("'{value}' cannot be a code: the signs ; | ( ) have a meaning in lists of codes.")

_DONE = {
    RENAME: message("rename {code} to {into}"),
    MERGE: message("merge {code} into {into}"),
    SPLIT: message("split {code}, the rows listed get {into}"),
    MOVE: message("move {code} below {into}"),
}


def replay(tables: Mapping[str, pd.DataFrame]) -> tuple[Tables, list[Problem]]:
    """Return the tables as the recodes leave them, and every recode that cannot be.

    A recode that cannot be is left out; those below it are replayed and checked as far as they do not hang on it.

    Parameters
    ----------
    tables : mapping name -> DataFrame of text
        As read; the index is the spreadsheet row minus 2; missing cells are NaN. They are left alone.

    Returns
    -------
    dict name -> DataFrame of text
        Every reference, list and parameter follows a renamed or merged code. No coding is dropped. Rows of other tables that
        come to say the same (:func:`dashat_lib.schemas.row_ids`) are one row, that of the code that takes over; second codings
        of one row by one coder then say together what an event says: for beside against is mixed.
    list of Problem
    """
    now, problems = dict(tables), []
    for step in _steps(tables):
        now = step.after
        problems += step.problems
    return now, shortened(problems)


def preview(tables: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """Return what each recode does, counted as the rows above leave the tables.

    Returns
    -------
    DataFrame, one row a recode, with the index of ``recodes``
        ``recode_id, action, code_id, into``, ``n_codings`` (of the code; of a split, on the rows listed), ``n_rows`` (evidence
        rows), ``n_coders``, ``n_children`` (codes below it that go along; none in a split), ``from_top, to_top`` (the top code above
        it, before and after: where they differ, codings count for something else, and a stance may mean something else).
    """
    steps = list(_steps(tables))
    found = pd.DataFrame([_effect(step.recode, step.before) for step in steps], columns=PREVIEW_COLUMNS)
    return found.set_axis([step.recode.at for step in steps])


def told(found: pd.DataFrame, say: Reader) -> Iterator[str]:
    """Yield one sentence a recode, in the reader's language, from a :func:`preview`."""
    for one in found.itertuples():
        done = _DONE[one.action] if isinstance(one.into, str) else message("move {code} to the top")
        line = say(
            "{file}, row {row}: {what}: {codings} on {rows} by {coders}",
            file=FILE,
            row=str(one.Index + 2),
            what=say(done, code=one.code_id, into=one.into),
            codings=say.count("{n} coding", "{n} codings", one.n_codings),
            rows=say.count("{n} row", "{n} rows", one.n_rows),
            coders=say.count("{n} coder", "{n} coders", one.n_coders),
        )
        below = say.count("{n} code below it moves along", "{n} codes below it move along", one.n_children)
        found_line = ("; ".join([line, below]) if one.n_children else line) + "."
        if one.from_top != one.to_top and one.n_codings:
            found_line += " " + say("Careful: they counted for {before} and count for {after} now; what 'for' and 'against' mean there must fit them.", before=one.from_top, after=one.to_top)  # fmt: skip
        yield found_line


def names_now(tables: Mapping[str, pd.DataFrame], codes: Iterable[str]) -> list[str]:
    """Return what codes named elsewhere, such as in the settings, are called after the recodes; each once."""
    names = list(codes)
    for step in _steps(tables):
        if step.recode.action in (RENAME, MERGE) and step.after is not step.before:
            names = [str(step.recode.into) if one == step.recode.code else one for one in names]
    return list(dict.fromkeys(names))


# ---- one recode after the other --------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Recode:
    """One row of ``recodes.csv``; what is empty is None. `texts`: labels and definitions that are filled in."""

    at: int
    recode_id: str | None
    action: str | None
    code: str | None
    into: str | None
    rows: tuple[str, ...]
    texts: Mapping[str, str]

    def problem(self, column: str, value: str | None, what: str, mend: str, **details: object) -> Problem:
        cut = value if value is None or len(value) <= 60 else value[:59] + "…"
        return Problem(FILE, self.at + 2, column, cut, what, mend, {"code": self.code, "into": self.into, **details})


@dataclass(frozen=True)
class _Step:
    """A recode, the tables before and after it (the same where it cannot be), and what is wrong with it."""

    recode: _Recode
    before: Tables
    after: Tables
    problems: list[Problem]


def _steps(tables: Mapping[str, pd.DataFrame]) -> Iterator[_Step]:
    if any(not set(columns) <= set(tables.get(name, ())) for name, columns in _NEEDED.items()):
        return  # a table or a column is missing, which is told elsewhere
    state = _State(dict(tables))
    for recode in _read(tables["recodes"]):
        before = state.tables
        problems = state.take(recode)
        yield _Step(recode, before, state.tables, problems)


def _read(table: pd.DataFrame) -> Iterator[_Recode]:
    for at, row in zip(table.index, table.to_dict("records"), strict=True):
        given = {str(column): cell for column, cell in row.items() if isinstance(cell, str)}
        listed = (one.strip() for one in given.get("evidence_ids", "").split(";"))
        texts = {column: given[column] for column in (*_LABELS, *_DEFINITIONS) if given.get(column, "").strip()}
        yield _Recode(
            int(at), given.get("recode_id"), given.get("action"), given.get("code_id"), given.get("into"),
            tuple(dict.fromkeys(one for one in listed if one)), texts,
        )  # fmt: skip


class _State:
    """The tables between two recodes, what became of codes that are gone, and the names that wait for a recode to be mended."""

    def __init__(self, tables: Tables) -> None:
        self.tables = tables
        self._became: dict[str, tuple[str, int]] = {}
        self._waiting: set[str] = set()

    def take(self, recode: _Recode) -> list[Problem]:
        """Replay a recode, or say what is wrong with it."""
        known = _codes(self.tables)
        problems = list(self._wrong(recode, known))
        names = [recode.code] if recode.into is None else [recode.code, recode.into]
        if problems or recode.action not in ACTIONS or not all(self._is_sure(name, known) for name in names):
            if recode.into is not None and recode.action not in (MERGE, MOVE):
                self._waiting.add(recode.into)
            return problems
        self.tables = _ACTS[recode.action](self.tables, recode)
        if recode.action in (RENAME, MERGE):
            self._became[str(recode.code)] = (str(recode.into), recode.at + 2)
        return []

    def _is_sure(self, name: str | None, known: list[str]) -> bool:
        """Whether a name can be judged: it is an id, and does not wait for a recode above to be mended."""
        return name is not None and _is_id(name) and (name in known or name not in self._waiting)

    def _wrong(self, recode: _Recode, known: list[str]) -> Iterator[Problem]:
        action, code, into = recode.action, recode.code, recode.into
        named = [("code_id", code), *([("into", into)] if action in (MERGE, MOVE) else [])]
        for column, name in named:
            if name is not None and name not in known and self._is_sure(name, known):
                yield self._unknown(recode, column, name, known)
        if action in (RENAME, MERGE, SPLIT) and into is None:
            yield recode.problem("into", None, EMPTY, FILL_IN)
        elif action in (RENAME, MERGE, SPLIT) and into == code:
            yield recode.problem("into", into, _ITSELF, message("Name another code."))
        elif action == RENAME and into in known:
            yield recode.problem("into", into, _EXISTS, message("Write 'merge' as the action, or choose another id."))
        elif action in (RENAME, SPLIT) and into not in known and _SIGNS.search(str(into)):
            yield recode.problem("into", into, _SIGN, message("Write the id without them."))
        if code in known and into in known:
            yield from _wrong_pair(recode, self.tables)
        if action == SPLIT:
            yield from self._wrong_split(recode, known)
        elif action in ACTIONS and recode.rows:
            mend = message("Empty the cell, or write 'split' as the action.")
            yield recode.problem("evidence_ids", ";".join(recode.rows), _NOT_A_SPLIT, mend)

    def _unknown(self, recode: _Recode, column: str, name: str, known: list[str]) -> Problem:
        if name in self._became:
            near, row = self._became[name]
            while near not in known:
                near, _ = self._became[near]
            return recode.problem(column, name, _BECAME, WRITE_NEAREST, near=near, other=str(row))
        found = nearest(name, known)
        mend = WRITE_NEAREST if found else message("Mend the id, or the order of the rows.")
        return recode.problem(column, name, _UNKNOWN, mend, near=found)

    def _wrong_split(self, recode: _Recode, known: list[str]) -> Iterator[Problem]:
        if not recode.rows:
            mend = message("List their ids, joined by semicolons.")
            yield recode.problem("evidence_ids", None, _NO_ROWS, mend)
        yield from _wrong_rows(recode, self.tables, checked=recode.code in known)
        if recode.into is None or recode.into in known or not self._is_sure(recode.into, known):
            return
        near = nearest(recode.into, known)
        mend = message("Fill it in; or write '{near}', if that code is meant.") if near else FILL_IN
        for column in _LABELS:
            if column not in recode.texts:
                yield recode.problem(column, None, _NO_LABEL, mend, near=near)


def _wrong_rows(recode: _Recode, tables: Tables, *, checked: bool) -> Iterator[Problem]:
    """Evidence rows of a split that do not exist or, where `checked`, do not carry the code."""
    carried = {row for mine in _codings(recode, tables) for row in mine["evidence_id"]}
    evidence = tables.get("evidence")
    there = list(evidence["evidence_id"].dropna()) if evidence is not None and "evidence_id" in evidence else None
    n_strange = 0
    for row in recode.rows:
        if there is not None and row not in there:
            near = nearest(row, there) if n_strange < AT_MOST else None
            mend = message("Write '{near}', or add '{value}' to {target}.") if near else message("Add it to {target}, or mend the id.")  # fmt: skip
            what = message("'{value}' is not in {target}.")
            yield recode.problem("evidence_ids", row, what, mend, near=near, target="evidence.csv")
            n_strange += 1
        elif checked and row not in carried:
            yield recode.problem("evidence_ids", row, _NOT_CARRIED, message("Take it out of the list, or mend the id."))


def _wrong_pair(recode: _Recode, tables: Tables) -> Iterator[Problem]:
    """Two codes that are there, but cannot be brought together: a circle, or opposite directions in a crosswalk."""
    code, into = str(recode.code), str(recode.into)
    if recode.action == MOVE and (into == code or into in _below(tables["codebook"], code)):
        mend = message("Name a code that does not lie below '{code}', or leave the cell empty for the top.")
        circle = " > ".join([code, *_up(tables["codebook"], into, code)])
        yield recode.problem("into", into, _CIRCLE, mend, circle=circle)
    links = tables.get("crosswalk")
    if recode.action != MERGE or links is None or not {"framework", "element_id", "code_id", "direction"} <= set(links):
        return
    own, other = (links[links["code_id"] == one] for one in (code, into))
    both = own.merge(other, on=["framework", "element_id"])
    for one in both[both["direction_x"] != both["direction_y"]].itertuples():
        mend = message("Mend the direction in crosswalk.csv, or merge other codes.")
        yield recode.problem("into", into, _OPPOSED, mend, element=one.element_id, framework=one.framework)


# ---- the four actions ------------------------------------------------------------------------------------------------


def _renamed(tables: Tables, recode: _Recode) -> Tables:
    codebook = tables["codebook"]
    own = codebook["code_id"] == recode.code
    cells = {"code_id": str(recode.into), **recode.texts}
    codebook = codebook.assign(**{name: codebook[name].mask(own, cell) for name, cell in cells.items() if name in codebook})  # fmt: skip
    return _followed({**tables, "codebook": codebook}, str(recode.code), str(recode.into))


def _merged(tables: Tables, recode: _Recode) -> Tables:
    codebook, code, into = tables["codebook"], str(recode.code), str(recode.into)
    own = codebook["code_id"] == code
    if into in _below(codebook, code):  # it takes the place of the code it lies below
        parent = codebook["parent"].mask(codebook["code_id"] == into, codebook.loc[own, "parent"].iloc[0])
        codebook = codebook.assign(parent=parent)
    return _followed({**tables, "codebook": codebook[~own]}, code, into)


def _split(tables: Tables, recode: _Recode) -> Tables:
    after, into = dict(tables), str(recode.into)
    for name, column in _ON_ROWS:
        if {column, "evidence_id"} <= set(after.get(name, ())):
            table = after[name]
            mine = (table[column] == recode.code) & table["evidence_id"].isin(recode.rows)
            after[name] = _put(name, table, column, mine, into)
    codebook = tables["codebook"]
    if into not in _codes(tables):
        own = codebook[codebook["code_id"] == recode.code].iloc[0]
        row = {name: own[name] for name in _INHERITED if name in codebook} | {**recode.texts, "code_id": into}
        new = pd.DataFrame([row], index=[codebook.index.max() + 1], columns=codebook.columns)
        after["codebook"] = pd.concat([codebook, new.astype(codebook.dtypes)])
    return after


def _moved(tables: Tables, recode: _Recode) -> Tables:
    codebook = tables["codebook"]
    parent = codebook["parent"].mask(codebook["code_id"] == recode.code, recode.into)
    return {**tables, "codebook": codebook.assign(parent=parent)}


_ACTS: dict[str, Callable[[Tables, _Recode], Tables]] = {
    RENAME: _renamed, MERGE: _merged, SPLIT: _split, MOVE: _moved,
}  # fmt: skip


# ---- wherever a code is named ----------------------------------------------------------------------------------------


def _followed(tables: Tables, old: str, new: str) -> Tables:
    """The tables with `new` wherever a reference, a list or a parameter names `old`."""
    after = dict(tables)
    for name, column in _SINGLE:
        if column in after.get(name, ()):
            after[name] = _put(name, after[name], column, after[name][column] == old, new)
    for name, column in _LISTED:
        if column in after.get(name, ()):
            after[name] = _rewritten(after[name], column, lambda text: _swapped(text, ";", old, new))
    name, column = _DEFINED
    if column in after.get(name, ()):
        after[name] = _rewritten(after[name], column, lambda text: _in_parameters(text, old, new))
    return after


def _put(name: str, table: pd.DataFrame, column: str, rows: pd.Series, code: str) -> pd.DataFrame:
    """A table with `code` in some rows. Where a code is part of what a row is, rows that come to be the same are one."""
    if not rows.any():
        return table
    after = table.assign(**{column: table[column].mask(rows, code)})
    key = list(SCHEMAS[name].metadata["key"])
    if key and (column not in key or not set(key) <= set(table)):
        return after
    ids = row_ids(name, after)
    double = rows & ids.isin(set(ids[~rows]))
    if "stance" in after and double.any():
        shared = ids.isin(set(ids[double]))
        together = after.loc[shared, "stance"].groupby(ids[shared]).transform(_together)
        after = after.assign(stance=after["stance"].mask(shared, together))
    return after[~double]


def _together(stances: pd.Series) -> object:
    """What one coder's stances on one row say together, by the rule for events: for beside against is mixed."""
    given = set(stances.dropna())
    if {"for", "against"} <= given:
        return "mixed"
    return next((one for one in ("mixed", "for", "against", "neutral") if one in given), stances.iloc[0])


def _rewritten(table: pd.DataFrame, column: str, write: Callable[[str], str]) -> pd.DataFrame:
    cells = table[column].copy()
    for at, text in table[column].dropna().items():
        if (new := write(text)) != text:
            cells.loc[at] = new
    return table.assign(**{column: cells})


def _swapped(text: str, separator: str, old: str, new: str) -> str:
    """A list with `new` in the place of `old`, each entry once; a list that does not name `old` stays as it is."""
    parts = [part.strip() for part in text.split(separator)]
    return separator.join(dict.fromkeys(new if part == old else part for part in parts)) if old in parts else text


def _in_parameters(text: str, old: str, new: str) -> str:
    """Parameters of a fact with `new` where they name the code `old`; a dimension or a word of that name stays."""
    written = []
    for part in text.split(";"):
        key, equals, value = part.partition("=")
        if key.strip() in CODE_PARAMETERS:
            part = key + equals + _swapped(value, "|", old, new)
        written.append(_ARGUMENT.sub(lambda found: f"({_swapped(found[1], '|', old, new)})", part))
    return ";".join(written)


# ---- codes and their codings -----------------------------------------------------------------------------------------


def _is_id(name: str) -> bool:
    return re.fullmatch(r"\S+", name) is not None


def _codes(tables: Tables) -> list[str]:
    return list(tables["codebook"]["code_id"].dropna())


def _below(codebook: pd.DataFrame, code: str) -> set[str]:
    """The codes below a code, itself not among them."""
    found: set[str] = set()
    fresh = {code}
    while fresh:
        fresh = set(codebook.loc[codebook["parent"].isin(fresh), "code_id"].dropna()) - found - {code}
        found |= fresh
    return found


def _up(codebook: pd.DataFrame, start: str, end: str) -> list[str]:
    """The codes from one up to another that lies above it."""
    above = dict(zip(codebook["code_id"], codebook["parent"], strict=True))
    path = [start]
    while path[-1] != end and isinstance(here := above.get(path[-1]), str) and here not in path:
        path.append(here)
    return path


def _codings(recode: _Recode, tables: Tables) -> Iterator[pd.DataFrame]:
    """The codings with the code of a recode, ``evidence_id, coder``, table by table."""
    for name, column in _CODED:
        table = tables.get(name)
        if table is not None and {column, "evidence_id", "coder"} <= set(table):
            yield table.loc[table[column] == recode.code, ["evidence_id", "coder"]]


def _effect(recode: _Recode, tables: Tables) -> list[object]:
    mine = pd.concat([pd.DataFrame(columns=["evidence_id", "coder"]), *_codings(recode, tables)])
    below = _below(tables["codebook"], recode.code) if recode.code is not None else set()
    if recode.action == SPLIT:
        mine, below = mine[mine["evidence_id"].isin(recode.rows)], set()
    if recode.action == MERGE and recode.into is not None:
        below -= {recode.into, *_below(tables["codebook"], recode.into)}
    counts = [len(mine), mine["evidence_id"].nunique(), mine["coder"].nunique(), len(below)]
    tops = _tops(recode, tables["codebook"])
    return [recode.recode_id, recode.action, recode.code, recode.into, *counts, *tops]


def _tops(recode: _Recode, codebook: pd.DataFrame) -> list[object]:
    """The top code above a code before and after a recode; the same where it is only renamed, or split off beside itself."""
    up = dict(zip(codebook["code_id"], codebook["parent"], strict=True))

    def top(code: object) -> object:
        seen = set()
        while isinstance(up.get(code), str) and code not in seen:
            seen.add(code)
            code = up[code]
        return code

    before = top(recode.code)
    if recode.action == RENAME or (recode.action != MOVE and recode.into not in up):
        return [before, before]
    return [before, recode.code if recode.into is None else top(recode.into)]
