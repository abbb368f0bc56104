"""Everything there is to say of a network as plain values: the JSON of ``dashat measures``, and its text."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

import numpy as np
import pandas as pd

from ..tables import Network
from ..words import Reader
from .brokerage import ROLES, brokerage
from .measures import Arrays, network_measures, node_measures
from .two_mode import project, sides

_TWO_MODE = ("n_components_weak",)


def view(network: Network, *, group: str | None = None, quick: bool = False) -> dict[str, Any]:
    """Return the measures of a network as plain values; undefined is None.

    Returns
    -------
    dict
        ``directed, network`` {name: value}, ``nodes`` {name: list}, ``brokerage`` (None without groups), ``edge_rows``; of a
        two-mode network also ``projection_a`` and ``projection_b``, views of their own.
    """
    if network.mode == "two":
        return _two_mode(network, group, quick)
    arrays = Arrays(network)
    whole = network_measures(network, group=group, quick=quick, arrays=arrays)
    each = node_measures(network, group=group, quick=quick, arrays=arrays)
    return {
        "directed": network.directed,
        "network": {name: plain(value) for name, value in zip(whole["name"], whole["value"], strict=True)},
        "nodes": {str(name): plain(each[name].tolist()) for name in each},
        "brokerage": _brokerage(network, group, arrays) if group is not None and not quick else None,
        "edge_rows": asdict(network.edge_rows),
    }


def plain(value: Any) -> Any:
    """Return a value as JSON knows it: NaN and infinity are None, numpy's numbers are Python's."""
    if isinstance(value, Mapping):
        return {str(key): plain(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [plain(one) for one in value]
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, float):
        return None if not math.isfinite(value) else int(value) if value.is_integer() and abs(value) < 2**53 else value
    return value


def _brokerage(network: Network, group: str, arrays: Arrays) -> dict[str, Any]:
    table = brokerage(network, group, arrays=arrays)
    by_role = {role: table[table["role"] == role] for role in ROLES}
    return {
        "nodes": {role: plain(part["count"].tolist()) for role, part in by_role.items()},
        "z": {role: plain(part["z"].tolist()) for role, part in by_role.items()},
        "network": {role: int(part["count"].sum()) for role, part in by_role.items()},
    }


def _two_mode(network: Network, group: str | None, quick: bool) -> dict[str, Any]:
    a, b = sides(network)
    arrays = Arrays(network)
    found: dict[str, Any] = {
        "directed": False,
        "network": {
            "n_nodes_a": len(a),
            "n_nodes_b": len(b),
            "n_ties": len(network.ties),
            "density": plain(len(network.ties) / (len(a) * len(b)) if len(a) and len(b) else math.nan),
            "n_components_weak": len(np.unique(arrays.component)),
        },
        "nodes": {
            "id": network.nodes["id"].tolist(),
            "mode": network.nodes["mode"].tolist(),
            "degree": plain(arrays.contacts.tolist()),
            "strength": plain(np.asarray(arrays.w.sum(axis=1)).ravel().tolist()),
        },
        "brokerage": None,
        "edge_rows": asdict(network.edge_rows),
    }
    if not quick:
        found["nodes"]["betweenness"] = plain(arrays.betweenness.tolist())
    for side in ("a", "b"):
        one = project(network, side).network
        by = group if group in one.nodes and one.nodes[group].nunique() > 1 else None
        found[f"projection_{side}"] = view(one, group=by, quick=quick)
    return found


def show(views: Mapping[str, Mapping[str, Any]], networks: Mapping[str, Network], say: Reader) -> None:
    """Print the measures as tables."""
    from rich.console import Console
    from rich.table import Table

    from .measures import UNDEFINED

    console = Console()
    for name, found in views.items():
        table = Table(say("measure"), say("value"), title=name)
        for measure, value in found["network"].items():
            shown = (
                say("undefined ({reason})", reason=say.label("reason", UNDEFINED.get(measure, "")))
                if value is None
                else _short(value, say)
            )
            table.add_row(measure, shown)
        console.print(table)
        nodes = pd.DataFrame(found["nodes"])
        columns = [
            one
            for one in ("id", "degree", "indegree", "outdegree", "betweenness", "constraint", "coreness")
            if one in nodes
        ]
        first = nodes.sort_values("degree", ascending=False, kind="stable").head(10)
        table = Table(
            *columns, title=say("{n} of {all} nodes, by degree; --json gives all", n=len(first), all=len(nodes))
        )
        for row in first[columns].to_dict("records"):
            table.add_row(
                *(
                    "–"
                    if value is None or value != value
                    else str(value)
                    if isinstance(value, str)
                    else say.number(round(float(value), 4))
                    for value in row.values()
                )
            )
        console.print(table)
        console.print(
            say("Rows of edges: {rows}.", rows=", ".join(f"{key} {value}" for key, value in found["edge_rows"].items()))
        )
        for group in networks[name].alike:
            console.print(say("Equal up to case and blanks, and not merged: {ids}.", ids=", ".join(group)))


def _short(value: Any, say: Reader) -> str:
    if isinstance(value, list):
        shown = ", ".join(map(str, value[:8]))
        return shown + (f" … ({len(value)})" if len(value) > 8 else "")
    if isinstance(value, Mapping):
        return ", ".join(f"{key} {one}" for key, one in value.items())
    return say.number(round(float(value), 6))
