"""The frozen values that hold tables: a case as it was read, and the results computed from it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path

import pandas as pd

from .settings import Settings


@dataclass(frozen=True, kw_only=True)
class Case:
    """The raw tables of a case, validated and typed. Rows keep the order of the file; ``index + 2`` is the spreadsheet row.

    A variant of a case is made with :func:`dataclasses.replace`, for example
    ``replace(case, codings=case.codings.query("confidence == 'high'"))``. Tables that a case may leave out are empty then.
    ``frameworks`` holds all files of ``data/raw/frameworks`` one after the other.
    """

    folder: Path
    settings: Settings
    reading: str | None = None
    sources: pd.DataFrame
    evidence: pd.DataFrame
    evidence_actors: pd.DataFrame
    codebook: pd.DataFrame
    coders: pd.DataFrame
    codings: pd.DataFrame
    stakeholders: pd.DataFrame
    ties: pd.DataFrame
    programmes: pd.DataFrame
    places: pd.DataFrame
    prevalence: pd.DataFrame
    beneficiaries: pd.DataFrame
    frameworks: pd.DataFrame
    crosswalk: pd.DataFrame
    settlements: pd.DataFrame
    attribute_rules: pd.DataFrame
    claims: pd.DataFrame
    claim_tests: pd.DataFrame
    fact_definitions: pd.DataFrame
    would_decide: pd.DataFrame
    audit: pd.DataFrame

    def tables(self) -> Iterator[tuple[str, pd.DataFrame]]:
        """Yield (name, table) for every table, in the order of the class."""
        for one in fields(self):
            value = getattr(self, one.name)
            if isinstance(value, pd.DataFrame):
                yield one.name, value


@dataclass(frozen=True)
class Results:
    """What the stages computed.

    Attributes
    ----------
    facts : DataFrame, one row a number
        ``fact_id, value, lower, upper, unit, place, programme, how, how_id, reason``. ``value`` is a number, or a word where
        the unit is "verdict"; where it is undefined it is missing and ``reason`` says why.
    fact_support : DataFrame, one row a raw row under a fact
        ``fact_id, table, row_id, role``. Role "counted": the row is in the number. Role "looked_at": the row was in the
        denominator or was weighed and left out; changing it may move the number.
    tables : mapping, name -> DataFrame
        The other result tables.
    """

    facts: pd.DataFrame
    fact_support: pd.DataFrame
    tables: Mapping[str, pd.DataFrame] = field(default_factory=dict)
