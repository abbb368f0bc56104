"""A number, what it means, and the raw rows under it: how a stage writes down what it found."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

import pandas as pd

from .tables import Case, Results
from .words import SOURCE_LANGUAGE, languages, reader

COUNTED, LOOKED_AT = "counted", "looked_at"
FACT_COLUMNS = ["fact_id", "value", "lower", "upper", "unit", "place", "programme", "how", "reason"]
SUPPORT_COLUMNS = ["fact_id", "table", "row_id", "role"]


def row_id(*keys: str) -> str:
    """Return the id of a raw row; where the key has several columns their values are joined: ``E001/bkkbn``."""
    return "/".join(keys)


def under(table: str, counted: Iterable[str], looked_at: Iterable[str] = ()) -> pd.DataFrame:
    """Return raw rows as support: those in the number, and those that were weighed and left out of it."""
    counted = sorted(set(counted))
    others = sorted(set(looked_at) - set(counted))
    roles = [COUNTED] * len(counted) + [LOOKED_AT] * len(others)
    return pd.DataFrame({"table": table, "row_id": counted + others, "role": roles}, dtype="str")


@dataclass(frozen=True)
class Measured:
    """What a general statistic gives: a value with bounds, the sentence that says how, and the raw rows under it."""

    value: object
    how: str
    details: Mapping[str, object]
    support: tuple[pd.DataFrame, ...]
    lower: float | None = None
    upper: float | None = None
    place: str | None = None
    reason: str | None = None


Statistic = Callable[[Case, Mapping[str, str]], Measured]


def parameters(text: str) -> dict[str, str]:
    """Read the parameters of a fact definition: ``"area=Kota Surakarta;year_from=2021"``."""
    return dict(part.split("=", 1) for part in text.split(";") if "=" in part)


class Ledger:
    """Collects the facts of a stage, each with its rows; no fact comes in without them being named."""

    def __init__(self) -> None:
        self._facts: list[dict[str, object]] = []
        self._support: list[pd.DataFrame] = []

    def add(
        self,
        fact_id: str,
        value: object,
        *,
        unit: str,
        how: str,
        support: Iterable[pd.DataFrame],
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
            What fills the names; a value may be a mapping language -> text.
        support : tables of :func:`under`
        """
        said = {}
        for language in languages():
            say = reader(language)
            filled = {key: one[language] if isinstance(one, Mapping) else one for key, one in (details or {}).items()}
            said["how" if language == SOURCE_LANGUAGE else f"how_{language}"] = say(how, **filled)
        self._facts.append(
            {"fact_id": fact_id, "value": value, "lower": lower, "upper": upper, "unit": unit, "place": place}
            | {"programme": programme, **said, "reason": reason}
        )
        self._support += [rows.assign(fact_id=fact_id) for rows in support]

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
                    support=found.support,
                    lower=found.lower,
                    upper=found.upper,
                    place=found.place,
                    reason=found.reason,
                )

    def results(self, **tables: pd.DataFrame) -> Results:
        """Return what was written down, with the other result tables of the stage."""
        facts = pd.DataFrame(self._facts)
        support = pd.concat(self._support, ignore_index=True)[SUPPORT_COLUMNS]
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
