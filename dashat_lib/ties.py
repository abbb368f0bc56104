"""From edge rows to a network: every odd row gets a stated rule and a count, never silence."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import pandas as pd

from .errors import Problem, TableError, message
from .tables import EdgeRows, Network

TIE_COLUMNS = ["source", "target", "weight", "n_rows", "flagged"]


def build(
    nodes: pd.DataFrame,
    edges: pd.DataFrame,
    *,
    directed: bool,
    name: str = "tie",
    weight_means: str = "strength",
    mode: str = "one",
    definition: str = "",
) -> Network:
    """Make a network from a table of nodes and a table of edge rows.

    The rules, each counted in ``edge_rows``: ids are text, outer blanks are taken off; rows of one pair are summed (of an
    undirected network in either order); a loop is left out; an empty weight counts as 1; weight 0 is no tie.

    Parameters
    ----------
    nodes : DataFrame
        ``id``; ``label`` (the id if missing), attributes, for a two-mode network ``mode`` (a, b). Every row stays.
    edges : DataFrame
        ``source, target``; ``weight`` (1 if missing), ``row_id`` and ``evidence_id`` (the evidence of a tie), ``flagged``.
    weight_means : "strength" or "distance"
        Measures that need lengths take 1/strength, or the distance as it is.

    Raises
    ------
    TableError
        If an id of nodes is missing or doubled, an end of an edge is no node, a weight is negative or no number, or an edge
        of a two-mode network stays on one side: all of them, with their rows.
    """
    nodes = nodes.reset_index(drop=True)
    nodes = nodes.assign(id=_ids(nodes["id"]))
    if "label" not in nodes:
        nodes = nodes.assign(label=nodes["id"])
    edges = edges.assign(source=_ids(edges["source"]), target=_ids(edges["target"]))
    weight = pd.to_numeric(edges["weight"], errors="coerce") if "weight" in edges else pd.Series(1.0, edges.index)
    given = edges["weight"].map(lambda cell: not _is_empty(cell)) if "weight" in edges else pd.Series(True, edges.index)
    problems = [*_node_problems(nodes), *_edge_problems(nodes, edges, weight, given, mode)]
    if problems:
        raise TableError(problems)
    index = pd.Index(nodes["id"])
    at, to = index.get_indexer(edges["source"]), index.get_indexer(edges["target"])
    if not directed:
        at, to = np.minimum(at, to), np.maximum(at, to)
    missing = ~given.to_numpy(dtype=bool)
    value = weight.fillna(1.0).to_numpy(dtype=float)
    loop, nothing = at == to, value == 0
    kept = ~(loop | nothing)
    pair = at.astype(np.int64) * len(nodes) + to
    table = pd.DataFrame({"pair": pair[kept], "weight": value[kept]})
    flagged = edges["flagged"].to_numpy(dtype=bool)[kept] if "flagged" in edges else np.zeros(kept.sum(), dtype=bool)
    ties = table.assign(flagged=flagged).groupby("pair", sort=True).agg(
        weight=("weight", "sum"), n_rows=("weight", "size"), flagged=("flagged", "all")
    ).reset_index()  # fmt: skip
    ids = nodes["id"].to_numpy()
    source, target = (
        (ids[ties["pair"].to_numpy() // len(nodes)], ids[ties["pair"].to_numpy() % len(nodes)])
        if len(ties)
        else ([], [])
    )
    ties = ties.assign(source=source, target=target)[TIE_COLUMNS]
    counts = EdgeRows(
        read=len(edges),
        self_loops=int(loop.sum()),
        duplicates=int(pd.Series(pair[~loop]).duplicated().sum()),
        missing_weight=int(missing.sum()),
        zero_weight=int((nothing & ~loop).sum()),
    )
    return Network(
        name=name, nodes=nodes, ties=ties.astype({"source": "str", "target": "str"}), rows=_rows_under(edges, kept, ids, at, to),
        directed=directed, weight_means=weight_means, relations=(name,), edge_rows=counts, mode=mode, definition=definition,
        alike=_alike(nodes["id"]),
    )  # fmt: skip


def _ids(column: pd.Series) -> pd.Series:
    return column.astype("object").map(lambda cell: "" if _is_empty(cell) else str(cell).strip()).astype("str")


def _is_empty(cell: object) -> bool:
    return cell is None or cell is pd.NA or cell != cell or (isinstance(cell, str) and not cell.strip())


def _rows_under(edges: pd.DataFrame, kept: np.ndarray, ids: np.ndarray, at: np.ndarray, to: np.ndarray) -> pd.DataFrame:
    """The rows under each tie, as a long table; only what the caller gave ids for."""
    columns = [name for name in ("row_id", "evidence_id", "relation") if name in edges]
    if "row_id" not in edges:
        return pd.DataFrame(columns=["source", "target", *columns], dtype="str")
    table = edges.loc[kept, columns].reset_index(drop=True)
    table.insert(0, "target", ids[to[kept]])
    table.insert(0, "source", ids[at[kept]])
    return table


def _alike(ids: pd.Series) -> tuple[tuple[str, ...], ...]:
    """Ids that are equal up to case and blanks: told, never merged."""
    folded = ids.str.casefold().str.replace(r"\s+", "", regex=True)
    twice = ids[folded.duplicated(keep=False)]
    return tuple(tuple(part) for _, part in twice.groupby(folded[twice.index], sort=True))


def _node_problems(nodes: pd.DataFrame) -> list[Problem]:
    found = [
        Problem("nodes.csv", at + 2, "id", None, message("the cell is empty."), message("Fill it in."))
        for at in nodes.index[nodes["id"] == ""]
    ]
    twice = nodes[(nodes["id"] != "") & nodes["id"].duplicated()]
    return found + [
        Problem("nodes.csv", at + 2, "id", one, message("'{value}' stands in the table twice."), message("Delete one of the two rows, or give this one an id of its own."))
        for at, one in twice["id"].items()
    ]  # fmt: skip


def _edge_problems(
    nodes: pd.DataFrame, edges: pd.DataFrame, weight: pd.Series, given: pd.Series, mode: str
) -> list[Problem]:
    found = []
    rows = pd.Series(np.arange(len(edges)), edges.index)
    for column in ("source", "target"):
        strangers = edges[~edges[column].isin(nodes["id"])]
        for one, part in strangers.groupby(column, sort=True):
            found.append(
                Problem("edges.csv", int(rows[part.index[0]]) + 2, column, str(one), message("'{value}' is not in nodes.csv ({n} rows)."),
                        message("Add it to nodes.csv, or mend the id."), {"n": len(part)})
            )  # fmt: skip
    for at in edges.index[given & weight.isna()]:
        found.append(Problem("edges.csv", int(rows[at]) + 2, "weight", str(edges.at[at, "weight"]), message("'{value}' is not a number."), message("Write digits only.")))  # fmt: skip
    for at in edges.index[weight < 0]:
        found.append(
            Problem("edges.csv", int(rows[at]) + 2, "weight", str(edges.at[at, "weight"]), message("{value} is negative, which no strength can be."),
                    message("Leave negative ties out, or put them into a relation of their own."))
        )  # fmt: skip
    if mode == "two" and not found:
        side = nodes.set_index("id")["mode"]
        for at in edges.index[side.loc[edges["source"]].to_numpy() == side.loc[edges["target"]].to_numpy()]:
            found.append(
                Problem("edges.csv", int(rows[at]) + 2, "target", str(edges.at[at, "target"]), message("'{value}' is of the same mode as the other end."),
                        message("Mend the mode in nodes.csv, or the edge."))
            )  # fmt: skip
    return found


def stacked(networks: Mapping[str, Network], name: str = "all_relations") -> Network:
    """Return several networks over the same nodes as one: weights summed. Only on purpose: relations mean different things."""
    parts = list(networks.values())
    edges = pd.concat([one.ties[["source", "target", "weight"]] for one in parts], ignore_index=True)
    counts = [one.edge_rows for one in parts]
    built = build(
        parts[0].nodes,
        edges,
        directed=parts[0].directed,
        name=name,
        weight_means=parts[0].weight_means,
        mode=parts[0].mode,
    )
    total = EdgeRows(*(sum(getattr(one, part) for one in counts) for part in EdgeRows.__dataclass_fields__))
    return replace(built, relations=tuple(networks), edge_rows=total)
