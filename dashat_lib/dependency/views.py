"""The tables that figures of dependency draw: teams of one stakeholder as one mark, names in the reader's words."""

from __future__ import annotations

import networkx as nx
import pandas as pd

from ..tables import Case
from ..words import Reader
from . import whatif
from .flow import BENEFICIARY, Flow
from .ways import single_points


def names(case: Case, say: Reader) -> dict[str, str]:
    """Return the short name of each stakeholder (of groups of beneficiaries the whole one, in the reader's language), and of the funder that a what-if may add."""
    who = case.stakeholders
    whole = who[f"name_{say.language}"] if f"name_{say.language}" in who else who["name_en"]
    found = dict(zip(who["stakeholder_id"], whole.where(who["sector"] == BENEFICIARY, who["short_name"]), strict=True))
    return {**found, whatif.NEW: say("a new funder")}


def map_tables(whole: Flow, case: Case, say: Reader) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return nodes and arcs of a flow for the map of ways.

    Returns
    -------
    DataFrame, one row a stakeholder with an arc
        ``stakeholder_id, label`` (with the number of teams it stands for), ``role`` (funder, between, group), ``n_groups_cut`` (by its exit alone),
        ``on_a_way``.
    DataFrame, one row an arc
        ``source, target, relations`` (";"-joined), ``n_rows`` (evidence rows).
    """
    called, size = names(case, say), pd.Series(list(whole.teams.values()), dtype="str").value_counts()
    rows = whole.network.rows.assign(
        source=lambda t: t["source"].map(lambda one: whole.teams.get(one, one)),
        target=lambda t: t["target"].map(lambda one: whole.teams.get(one, one)),
    )
    arcs = rows.groupby(["source", "target"], as_index=False).agg(
        relations=("relation", lambda some: ";".join(sorted(set(some)))), n_rows=("evidence_id", "nunique")
    )
    graph = nx.DiGraph(list(arcs[["source", "target"]].itertuples(index=False, name=None)))
    funders = {whole.teams.get(one, one) for one in whole.funders}
    after = {other for one in funders if one in graph for other in (one, *nx.descendants(graph, one))}
    before = {other for one in whole.beneficiaries if one in graph for other in (one, *nx.ancestors(graph, one))}
    points = single_points(whole)
    cuts = points.groupby(points["stakeholder_id"].map(lambda one: whole.teams.get(one, one)))["group"].nunique()
    nodes = []
    for one in sorted(graph):
        role = "funder" if one in funders else "group" if one in whole.beneficiaries else "between"
        label = say("{name} ({n} teams)", name=called[one], n=int(size[one])) if one in size else called[one]
        nodes.append((one, label, role, int(cuts.get(one, 0)), one in after & before))
    columns = ["stakeholder_id", "label", "role", "n_groups_cut", "on_a_way"]
    return pd.DataFrame(nodes, columns=columns), arcs


def curve_table(curves: pd.DataFrame, case: Case, say: Reader) -> pd.DataFrame:
    """Return the stage's ``reliability_curves`` for a figure: ``label, reading, p, value, lower, upper`` (the band without each source family)."""
    called = names(case, say)
    found = curves.assign(label=curves["stakeholder_id"].map(called), reading=curves["roll_up"])
    return found.assign(lower=found["band_lower"], upper=found["band_upper"])


def importance_table(importance: pd.DataFrame, whole: dict[str, Flow], case: Case, say: Reader) -> pd.DataFrame:
    """Return the stage's ``importance`` for a figure: ``label, reading, group, value``; of many teams the importance of one.

    Parameters
    ----------
    whole : mapping roll-up -> its flow
    """
    called, parts = names(case, say), []
    for reading, part in importance.groupby("roll_up", sort=False):
        flow = whole[str(reading)]
        own = part["stakeholder_id"].map(lambda one, teams=flow.teams: teams.get(one, one))
        part = part.assign(one=own, reading=reading)[~own.isin(flow.beneficiaries)]
        each = part.groupby(["one", "reading", "group"], as_index=False)["value"].max()
        parts.append(each.assign(label=each["one"].map(called)))
    return pd.concat(parts, ignore_index=True)
