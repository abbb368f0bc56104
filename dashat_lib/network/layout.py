"""Where each stakeholder stands on a map: a table, so that the picture is the same tomorrow."""

from __future__ import annotations

import networkx as nx
import pandas as pd

_SPREAD = 0.55


def pairs(ties: pd.DataFrame) -> pd.DataFrame:
    """Return one row per pair of stakeholders that any tie joins, in either direction.

    Returns
    -------
    DataFrame
        ``one, other`` (ids, alphabetical), ``n_rows`` (evidence rows that report a tie of the pair).
    """
    ends = ties[["source_stakeholder", "target_stakeholder"]]
    table = pd.DataFrame({"one": ends.min(axis=1), "other": ends.max(axis=1), "evidence_id": ties["evidence_id"]})
    return table.groupby(["one", "other"], as_index=False).agg(n_rows=("evidence_id", "nunique"))


def layout(pairs: pd.DataFrame, *, seed: int) -> pd.DataFrame:
    """Return positions of the stakeholders that have a tie.

    Returns
    -------
    DataFrame
        ``stakeholder_id, x, y``, rounded to 4 digits.
    """
    graph = nx.Graph()
    graph.add_nodes_from(sorted(set(pairs["one"]) | set(pairs["other"])))
    graph.add_edges_from(pairs[["one", "other"]].itertuples(index=False, name=None))
    found = nx.spring_layout(graph, seed=seed, k=2.2 / max(len(graph), 1) ** 0.5, iterations=300)
    table = pd.DataFrame.from_dict(found, orient="index", columns=["x", "y"]).rename_axis("stakeholder_id")
    table = table - table.median()
    radius = (table**2).sum(axis=1) ** 0.5
    spread = (radius / radius.max()) ** _SPREAD / radius.where(radius > 0, 1)  # the crowded middle gets room
    return table.mul(spread, axis=0).round(4).reset_index()
