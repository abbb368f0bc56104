"""A number, what it means, and the raw rows under it: how a stage writes down what it found."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass

import pandas as pd

from .fingerprint import data_hash, raw_files
from .tables import Case, Results
from .words import SOURCE_LANGUAGE, Reader, languages, reader

COUNTED, LOOKED_AT, DEFINES = "counted", "looked_at", "defines"
FACT_COLUMNS = ["fact_id", "value", "lower", "upper", "unit", "place", "programme", "how", "reason"]
SUPPORT_COLUMNS = ["fact_id", "table", "row_id", "role"]


@dataclass(frozen=True)
class Under:
    """Rows of one raw table under a fact: those in the number, those weighed and left out, those that say what is counted."""

    table: str
    counted: frozenset[str]
    looked_at: frozenset[str]
    defines: frozenset[str]

    def rows(self) -> Iterator[tuple[str, str, str]]:
        """Yield (table, row_id, role), each row once, counted before looked at before defining."""
        looked_at = self.looked_at - self.counted
        defines = self.defines - self.counted - looked_at
        for ids, role in ((self.counted, COUNTED), (looked_at, LOOKED_AT), (defines, DEFINES)):
            for one in sorted(ids):
                yield self.table, one, role


def under(table: str, counted: Iterable[str] = (), looked_at: Iterable[str] = (), defines: Iterable[str] = ()) -> Under:
    """Return raw rows as support, by their ids (:func:`dashat_lib.schemas.row_ids`)."""
    return Under(table, frozenset(counted), frozenset(looked_at), frozenset(defines))


def joined(parts: Iterable[Under]) -> tuple[Under, ...]:
    """Return support with one entry a table: a row that several numbers share stands under their union once."""
    tables: dict[str, Under] = {}
    for one in parts:
        seen = tables.get(one.table, Under(one.table, frozenset(), frozenset(), frozenset()))
        tables[one.table] = Under(
            one.table, seen.counted | one.counted, seen.looked_at | one.looked_at, seen.defines | one.defines
        )
    return tuple(tables.values())


@dataclass(frozen=True)
class Measured:
    """What a general statistic gives: a value with bounds, the sentence that says how, and the raw rows under it."""

    value: object
    how: str
    details: Mapping[str, object]
    support: tuple[Under, ...]
    lower: float | None = None
    upper: float | None = None
    place: str | None = None
    reason: str | None = None


Statistic = Callable[[Case, Mapping[str, str]], Measured]


@dataclass(frozen=True)
class Stamp:
    """What a figure or an exported file was made from.

    Attributes
    ----------
    data : str
        Hash of all raw tables (:func:`dashat_lib.fingerprint.data_hash`).
    rows : str
        Which rows or which network, in the reader's words.
    seed : int or None
        Seed, where chance was used.
    facts : tuple of str
        Ids or patterns (``*.surakarta.n_for``) of the facts shown: ``dashat why`` leads from them to the rows.
    reading : str or None
        Name of the reading, where the case is not as its files are.
    """

    data: str
    rows: str
    seed: int | None = None
    facts: tuple[str, ...] = ()
    reading: str | None = None

    def text(self, say: Reader) -> str:
        """Return the stamp as one line."""
        parts = [say("data {hash}", hash=self.data), self.rows]
        parts += [] if self.reading is None else [say("reading {name}", name=self.reading)]
        parts += [] if self.seed is None else [say("seed {seed}", seed=str(self.seed))]
        return " · ".join([*parts, *(f"dashat why '{one}'" for one in self.facts)])

    def record(self) -> dict[str, object]:
        """Return the stamp as plain values, as it stands in the metadata of a figure."""
        return {
            "data": self.data, "rows": self.rows, "seed": self.seed, "facts": list(self.facts), "reading": self.reading
        }  # fmt: skip


def stamp(case: Case, rows: str, *facts: str, seed: int | None = None) -> Stamp:
    """Return the stamp of something shown or exported from a case; `rows` says which rows or network, `facts` which numbers."""
    return Stamp(data_hash(raw_files(case.folder)), rows, seed, facts, case.reading)


def in_each_language(row: Mapping[str, object], stem: str) -> dict[str, object]:
    """Return {language: text} from the columns ``stem_en``, ``stem_id`` ... of a row, for the details of a fact."""
    return {one: row[f"{stem}_{one}"] for one in languages() if f"{stem}_{one}" in row}


def labelled(kind: str, key: str) -> dict[str, object]:
    """Return {language: label} of a word of ``locale/labels.toml``, for the details of a fact."""
    return {one: reader(one).label(kind, key) for one in languages()}


_PARAMETER = re.compile(r"\s*(\w+)=(?!=)(.*)", re.DOTALL)


def parameters(text: str) -> dict[str, str]:
    """Read the parameters of a fact definition: ``"area=Kota Surakarta;year_from=2021"``.

    A part that names no parameter goes on with the one before it, so that a value may be a list of comparisons:
    ``"tests=n_a>=3;n_b==0"`` is one parameter.
    """
    found: dict[str, str] = {}
    name = ""
    for part in text.split(";"):
        begins = _PARAMETER.fullmatch(part)
        if begins:
            name = begins[1]
            found[name] = begins[2]
        elif name:
            found[name] += ";" + part
    return found


class Ledger:
    """Collects the facts of a stage, each with its rows; no fact comes in without them being named."""

    def __init__(self) -> None:
        self._facts: list[dict[str, object]] = []
        self._support: list[tuple[str, str, str, str]] = []

    def add(
        self,
        fact_id: str,
        value: object,
        *,
        unit: str,
        how: str,
        support: Iterable[Under],
        details: Mapping[str, object] | None = None,
        lower: float | None = None,
        upper: float | None = None,
        place: str | None = None,
        programme: str | None = None,
        reason: str | None = None,
    ) -> None:
        """Write down one fact.

        Parameters
        ----------
        value : number or word
            Missing (NaN) where it is undefined; then `reason` says why.
        how : str
            One English sentence with ``{names}``; it is stored in every language there is a catalogue for.
        details : mapping
            What fills the names; a value may be a mapping language -> text (English where a language is missing).
        support : rows named by :func:`under`
        """
        said = {}
        for language in languages():
            say = reader(language)
            filled = {
                key: one.get(language, one.get(SOURCE_LANGUAGE)) if isinstance(one, Mapping) else one
                for key, one in (details or {}).items()
            }
            said["how" if language == SOURCE_LANGUAGE else f"how_{language}"] = say(how, **filled)
        self._facts.append(
            {"fact_id": fact_id, "value": value, "lower": lower, "upper": upper, "unit": unit, "place": place}
            | {"programme": programme, **said, "reason": reason}
        )
        self._support += [(fact_id, *row) for rows in support for row in rows.rows()]

    def define(self, case: Case, statistics: Mapping[str, Statistic]) -> None:
        """Write down each fact of ``fact_definitions`` whose statistic is among `statistics`, under its own name.

        Definitions that wait for the codes of a test ("(test)") are facts of that test and left to it.
        """
        for one in case.fact_definitions.itertuples():
            if one.statistic in statistics and "(test)" not in str(one.parameters):
                found = statistics[one.statistic](case, parameters(str(one.parameters)))
                self.add(
                    one.fact,
                    found.value,
                    unit=one.unit,
                    how=found.how,
                    details=found.details,
                    support=(*found.support, under("fact_definitions", defines=[one.fact])),
                    lower=found.lower,
                    upper=found.upper,
                    place=found.place,
                    reason=found.reason,
                )

    def results(self, **tables: pd.DataFrame) -> Results:
        """Return what was written down, with the other result tables of the stage."""
        facts = pd.DataFrame(self._facts, columns=None if self._facts else FACT_COLUMNS)
        support = pd.DataFrame(self._support, columns=SUPPORT_COLUMNS, dtype="str")
        return Results(facts, support, dict(tables))


def merge(parts: Iterable[Results]) -> Results:
    """Return several results as one.

    Raises
    ------
    ValueError
        If two of them hold one fact or one table: a number has one home.
    """
    parts = list(parts)
    facts = pd.concat([part.facts for part in parts], ignore_index=True)
    twice = facts.loc[facts["fact_id"].duplicated(), "fact_id"].tolist()
    names = [name for part in parts for name in part.tables]
    twice += sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise ValueError(f"written down twice: {', '.join(twice)}")
    support = pd.concat([part.fact_support for part in parts], ignore_index=True)
    return Results(facts, support, {name: table for part in parts for name, table in part.tables.items()})
