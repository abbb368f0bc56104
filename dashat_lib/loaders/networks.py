"""Networks in and out: folders of nodes.csv and edges.csv, GraphML, GEXF, Pajek, UCINET DL, edge lists, node-link JSON."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from ..errors import Problem, TableError, message
from ..tables import Network
from ..ties import build, stacked

META = "meta.json"
STACKED = "all_relations"


@dataclass(frozen=True)
class NetworkFolder:
    """A folder of networks: one a relation, over the same nodes, and the attribute that groups them."""

    networks: dict[str, Network]
    group: str | None
    meta: dict[str, Any]


def read_network(folder: Path | str, *, stack: bool = False) -> NetworkFolder:
    """Read ``nodes.csv``, ``edges.csv`` (each also as .csv.gz) and ``meta.json`` of a folder.

    ``meta.json``: ``directed`` (true if missing), ``mode`` (one, two), ``group`` (an attribute or null), ``relations`` (those of
    the edges if missing), ``primary_filter`` ({column: value}; only these rows are read), ``weight_means``.

    Parameters
    ----------
    stack : bool
        Add a network ``all_relations`` in which the weights of all relations are summed.

    Raises
    ------
    TableError
        If a file is missing or a row breaks a rule: all of them at once.
    """
    folder = Path(folder)
    meta = _meta(folder)
    nodes = _table(folder, "nodes", ["id"])
    edges = _table(folder, "edges", ["source", "target"])
    for column, value in (meta.get("primary_filter") or {}).items():
        if column not in edges:
            raise TableError(Problem("edges.csv", 1, str(column), None, message("this column is missing."), message("Add it, or take it out of primary_filter in meta.json.")))  # fmt: skip
        edges = edges[edges[column] == str(value)]
    if "relation" not in edges:
        edges = edges.assign(relation="tie")
    relations = [str(one) for one in meta.get("relations") or sorted(edges["relation"].unique())]
    strangers = sorted(set(edges["relation"]) - set(relations))
    if strangers:
        raise TableError(Problem(META, None, "relations", ", ".join(strangers), message("'{value}' stands in edges.csv and not here."), message("Add it to relations, or take the list out.")))  # fmt: skip
    networks: dict[str, Network] = {}
    problems: list[Problem] = []
    for relation in relations:
        part = edges[edges["relation"] == relation]
        part = part.assign(row_id=(part.index + 2).astype("str")) if len(edges) <= _ROWS_NAMED else part
        try:
            networks[relation] = build(
                nodes, part, directed=bool(meta.get("directed", True)), name=relation, mode=str(meta.get("mode", "one")),
                weight_means=str(meta.get("weight_means", "strength")), definition=f"{folder.name}: {relation}",
            )  # fmt: skip
        except TableError as error:
            problems += error.problems
    if problems:
        raise TableError(sorted(set(problems), key=lambda one: (one.file, one.row or 0)))
    if stack:
        networks[STACKED] = stacked(networks, STACKED)
    group = meta.get("group")
    return NetworkFolder(networks, str(group) if group else None, meta)


_ROWS_NAMED = 200_000  # beyond, the long table of rows under ties is left out


def _meta(folder: Path) -> dict[str, Any]:
    path = folder / META
    if not path.is_file():
        return {}
    try:
        found = json.loads(path.read_text(encoding="utf-8-sig"))
    except ValueError as error:
        raise TableError(Problem(META, None, None, None, message("is no JSON: {reason}."), message("Mend that line."), {"reason": str(error)})) from None  # fmt: skip
    return found if isinstance(found, dict) else {}


def _table(folder: Path, name: str, wanted: Sequence[str]) -> pd.DataFrame:
    paths = [path for suffix in (".csv", ".csv.gz") if (path := folder / f"{name}{suffix}").is_file()]
    if not paths:
        raise TableError(Problem(f"{name}.csv", None, None, None, message("is missing from {folder}."), message("Add it: {columns} and a row each."), {"folder": str(folder), "columns": ", ".join(wanted)}))  # fmt: skip
    table = pd.read_csv(paths[0], dtype="str", keep_default_na=False, na_values=[], encoding="utf-8-sig")
    missing = [column for column in wanted if column not in table]
    if missing:
        raise TableError([Problem(f"{name}.csv", 1, column, None, message("this column is missing."), message("Add the column to the header row.")) for column in missing])  # fmt: skip
    return table
