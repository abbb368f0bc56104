"""The frozen values that hold tables: a case as it was read, and the results computed from it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any, TypeVar

import pandas as pd

from .settings import Settings

T = TypeVar("T")
_MADE = "_made"  # name under which a case remembers what was made from it


@dataclass(frozen=True, kw_only=True)
class Case:
    """The raw tables of a case, validated and typed. Rows keep the order of the file; ``index + 2`` is the spreadsheet row.

    A variant of a case is made with :func:`dataclasses.replace`, for example
    ``replace(case, codings=case.codings.query("confidence == 'high'"))``. Tables that a case may leave out are empty then.
    ``frameworks`` holds all files of ``data/raw/frameworks`` one after the other, ``second_codings`` those of ``data/coders``;
    ``claims`` and their tests hold those of ``data/rivals`` too (kind "rival").
    Codes are those that ``recodes`` leaves; a code that a split made has a row of its own at the end of ``codebook``.
    ``before`` is the case that a what-if was made from: who brought money from outside the record there does so still.
    """

    folder: Path
    settings: Settings
    reading: str | None = None
    before: Case | None = None
    sources: pd.DataFrame
    evidence: pd.DataFrame
    evidence_actors: pd.DataFrame
    codebook: pd.DataFrame
    coders: pd.DataFrame
    codings: pd.DataFrame
    second_codings: pd.DataFrame
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
    quotations: pd.DataFrame
    recodes: pd.DataFrame

    def tables(self) -> Iterator[tuple[str, pd.DataFrame]]:
        """Yield (name, table) for every table, in the order of the class."""
        for one in fields(self):
            value = getattr(self, one.name)
            if isinstance(value, pd.DataFrame):
                yield one.name, value

    def __getstate__(self) -> dict[str, Any]:
        """A case without what was made from it, which other processes make for themselves."""
        return {name: value for name, value in self.__dict__.items() if name != _MADE}


def once(case: Case, name: str, make: Callable[[], T]) -> T:
    """Return what `make` gives for a case, made once: a case never changes, and its variants are other cases.

    For what several stages need of the same case; what is given must not be changed by whoever gets it.
    """
    made: dict[str, T] = case.__dict__.setdefault(_MADE, {})
    if name not in made:
        made[name] = make()
    return made[name]


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


@dataclass(frozen=True)
class EdgeRows:
    """What was read, and how many rows each rule of :func:`dashat_lib.ties.build` met."""

    read: int
    self_loops: int
    duplicates: int
    missing_weight: int
    zero_weight: int


@dataclass(frozen=True, kw_only=True)
class Network:
    """Stakeholders and the ties between them.

    Attributes
    ----------
    name : str
    nodes : DataFrame, one row a node, isolates too
        ``id, label`` and attributes; ``mode`` (a, b) in a two-mode network.
    ties : DataFrame, one row a tie
        ``source, target, weight, n_rows`` (edge rows in it), ``flagged`` (an arc of a relation that was recorded without
        direction). An undirected tie stands once.
    rows : DataFrame, the long table of evidence
        ``source, target, row_id, evidence_id, relation``: the raw rows under each tie, as far as they are known.
    directed : bool
    weight_means : "strength" or "distance"
    relations : tuple of str
    edge_rows : EdgeRows
    mode : "one" or "two"
    definition : str
        What the network is, in words.
    alike : tuple of tuples of ids
        Ids that are equal up to case and blanks: told, never merged.
    """

    name: str
    nodes: pd.DataFrame
    ties: pd.DataFrame
    rows: pd.DataFrame
    directed: bool
    weight_means: str = "strength"
    relations: tuple[str, ...] = ()
    edge_rows: EdgeRows
    mode: str = "one"
    definition: str = ""
    alike: tuple[tuple[str, ...], ...] = ()

    def to_networkx(self) -> Any:
        """Return a networkx Graph or DiGraph with all attributes; each tie carries ``evidence_ids`` (";"-joined).

        The graph is a copy: changing it changes nothing here.
        """
        import networkx as nx

        graph = nx.DiGraph(name=self.name) if self.directed else nx.Graph(name=self.name)
        for one in self.nodes.to_dict("records"):
            graph.add_node(one["id"], **{key: value for key, value in one.items() if key != "id" and pd.notna(value)})
        for one in self.ties.assign(evidence_ids=self.evidence_ids()).to_dict("records"):
            graph.add_edge(one.pop("source"), one.pop("target"), **one)
        return graph

    def evidence_ids(self) -> pd.Series:
        """Return, for each tie, the ids of the evidence under it, ";"-joined; empty where none is known."""
        key = "evidence_id" if "evidence_id" in self.rows else "row_id"
        if self.rows.empty or key not in self.rows:
            return pd.Series("", self.ties.index, dtype="str")
        joined = self.rows.groupby(["source", "target"])[key].agg(lambda ids: ";".join(sorted(set(ids.dropna()))))
        pairs = pd.MultiIndex.from_frame(self.ties[["source", "target"]])
        return pd.Series(joined.reindex(pairs).fillna("").to_numpy(), self.ties.index, dtype="str")


@dataclass(frozen=True, kw_only=True)
class Display:
    """A matrix of evidence after Miles & Huberman: what stands at the left, what stands on top, and in each cell its rows.

    Attributes
    ----------
    name : str
        Which display it is, a key of ``[display]`` in ``locale/labels.toml``.
    cells : DataFrame, one row a cell, evidence row and stance
        ``row, column`` (keys), ``evidence_id, event_id, stance`` (of the coding), ``said`` (what the event as a whole says in this
        cell: one of its reports for beside one against is mixed).
    rows, columns : tuple of str
        Keys in order, those without evidence too. An empty cell is "no evidence", not "absent".
    row_kind, column_kind : str
        What the keys are: code, element, sector, kind, place, speaker, stakeholder, year, source_id ...
    """

    name: str
    cells: pd.DataFrame
    rows: tuple[str, ...]
    columns: tuple[str, ...]
    row_kind: str
    column_kind: str

    def table(self, how: str = "count", *, unit: str = "evidence_id", stance: str | None = None) -> pd.DataFrame:
        """Return the matrix as numbers.

        Parameters
        ----------
        how : "count", "binary", "row share", "column share"
            Units; 1 where there is one; shares of the units in the row, or in the column. A unit that stands in two columns
            counts once in the total, so shares need not add up to 1.
        unit : "evidence_id" or "event_id"
            Rows, or events with the reports of one event pooled.
        stance : str, optional
            Only what has this stance: rows with such a coding, or events that as a whole say so.
        """
        cells = self._kept(unit, stance)
        table = self._by(cells, ["row", "column"], unit).unstack("column", fill_value=0)
        table = table.reindex(index=list(self.rows), columns=list(self.columns), fill_value=0).astype("int64")
        if how == "count":
            return table
        if how == "binary":
            return (table > 0).astype("int64")
        if how in ("row share", "column share"):
            total = self.totals("row" if how == "row share" else "column", unit=unit, stance=stance)
            return table.div(total.where(total > 0), axis=0 if how == "row share" else 1)
        raise ValueError(f"how {how!r} is not one of: count, binary, row share, column share")

    def totals(self, end: str, *, unit: str = "evidence_id", stance: str | None = None) -> pd.Series:
        """Return how many units stand in each row (`end` "row") or column, each once."""
        keys = self.rows if end == "row" else self.columns
        found = self._by(self._kept(unit, stance), [end], unit)
        return found.reindex(list(keys), fill_value=0).astype("int64")

    def support(self, row: str, column: str) -> list[str]:
        """Return the ids of exactly the evidence rows that make a cell, in order."""
        cells = self.cells[(self.cells["row"] == row) & (self.cells["column"] == column)]
        return sorted(set(cells["evidence_id"]))

    def long(self) -> pd.DataFrame:
        """Return the filled cells as a table.

        Returns
        -------
        DataFrame, one row a cell, in the order of the display
            ``display, row_kind, row, column_kind, column, n_rows, n_events, n_for, n_against, n_mixed, n_neutral`` (events),
            ``evidence_ids`` (";"-joined).
        """
        by = self.cells.groupby(["row", "column"])
        table = by.agg(n_rows=("evidence_id", "nunique"), n_events=("event_id", "nunique"))
        for stance in ("for", "against", "mixed", "neutral"):
            table[f"n_{stance}"] = self._by(self._kept("event_id", stance), ["row", "column"], "event_id")
        table = table.fillna(0).astype("int64")
        table["evidence_ids"] = by["evidence_id"].agg(lambda ids: ";".join(sorted(set(ids)))).astype("str")
        order = pd.MultiIndex.from_product([self.rows, self.columns], names=["row", "column"])
        table = table.reindex(order[order.isin(table.index)]).reset_index()
        front = {"display": self.name, "row_kind": self.row_kind, "column_kind": self.column_kind}
        table = table.assign(**front)
        columns = ["display", "row_kind", "row", "column_kind", "column"]
        return table[[*columns, *[name for name in table if name not in columns]]]

    def _kept(self, unit: str, stance: str | None) -> pd.DataFrame:
        said = "said" if unit == "event_id" else "stance"
        return self.cells if stance is None else self.cells[self.cells[said] == stance]

    @staticmethod
    def _by(cells: pd.DataFrame, keys: list[str], unit: str) -> pd.Series:
        return cells.groupby(keys if len(keys) > 1 else keys[0])[unit].nunique()
