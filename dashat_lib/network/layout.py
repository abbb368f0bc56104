"""Where each stakeholder stands on a map: a table, so that the picture is the same tomorrow."""

from __future__ import annotations

import networkx as nx
import numpy as np
import pandas as pd

_SPREAD = 0.55
# What runs along a tie; a pair joined by several is drawn as the first.
STRANDS = {
    "resources": ("funds", "supplies", "delivers_to"), "authority": ("mandates", "supervises", "reports_to"),
    "knowledge": ("trains", "informs"), "meeting": ("coordinates_with", "partners_with"),
}  # fmt: skip
_CLOSEST = 0.11


def pairs(ties: pd.DataFrame) -> pd.DataFrame:
    """Return one row per pair of stakeholders that any tie joins, in either direction.

    Returns
    -------
    DataFrame
        ``one, other`` (ids, alphabetical), ``n_rows`` (evidence rows that report a tie of the pair), ``strand`` (the first of :data:`STRANDS`
        that joins the pair).
    """
    ends = ties[["source_stakeholder", "target_stakeholder"]]
    table = pd.DataFrame({"one": ends.min(axis=1), "other": ends.max(axis=1), "evidence_id": ties["evidence_id"]})
    order = {relation: at for at, relations in enumerate(STRANDS.values()) for relation in relations}
    table["strand"] = ties["relation"].map(order)
    found = table.groupby(["one", "other"], as_index=False).agg(
        n_rows=("evidence_id", "nunique"), strand=("strand", "min")
    )
    return found.assign(strand=found["strand"].map(dict(enumerate(STRANDS))))


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
    table = table.mul(spread, axis=0)
    return pd.DataFrame(_apart(table.to_numpy()), table.index, table.columns).round(4).reset_index()


def _apart(points: np.ndarray) -> np.ndarray:
    """Push points that would cover each other apart, a little at a time; each moves half the way."""
    points = points.copy()
    for _ in range(60):
        between = points[:, None] - points[None, :]
        far = np.sqrt((between**2).sum(axis=2))
        np.fill_diagonal(far, 1e9)
        close = far < _CLOSEST
        if not close.any():
            break
        push = np.where(close, (_CLOSEST - far) / np.maximum(far, 1e-6), 0)
        points += 0.25 * (push[:, :, None] * between).sum(axis=1)
    return points
