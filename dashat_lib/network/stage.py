"""The stakeholder network of a case as tables and facts, each measure with the ties and rows under it."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from functools import partial

import numpy as np
import pandas as pd

from ..errors import message
from ..facts import Ledger, Measured, Statistic, Under, labelled, under
from ..schemas import UNDIRECTED
from ..tables import Case, Network, Results
from .brokerage import brokerage
from .build import of_case
from .measures import UNDEFINED, Arrays, multiplexity, network_measures, node_measures

ALL = "all"
GROUP = "sector"
# Measures that hang on a node's own ties only, and on those of its contacts; any other hangs on all ties.
OWN = {"degree", "indegree", "outdegree", "strength", "instrength", "outstrength", "ei"}
NEAR = {
    "constraint",
    "effective_size",
    "efficiency",
    "hierarchy",
    "clustering",
    "constraint_weighted",
    "effective_size_weighted",
}
_FACTS = {
    "n_ties": "pairs", "density": "share (0-1)", "n_isolates": "stakeholders", "n_components_weak": "components",
    "connectedness": "share (0-1)", "centralization_degree": "share (0-1)", "ei_index": "E-I (-1 to 1)", "reciprocity": "share (0-1)",
}  # fmt: skip


def networks(case: Case) -> dict[str, Network]:
    """Return the network of all relations (direction ignored) and one of each relation, in its own direction.

    Ties that rest on the document under examination are left out.
    """
    found = {ALL: of_case(case)}
    for relation in sorted(case.ties["relation"].unique()):
        found[relation] = of_case(case, [relation], directed=relation not in UNDIRECTED)
    return found


def support_of(network: Network, measure: str, node: str | None = None) -> tuple[Under, ...]:
    """Return the rows under a measure: its ties and their evidence, and the stakeholders that are counted with them.

    Parameters
    ----------
    node : str, optional
        A measure of this stakeholder; of the network as a whole if not given.
    """
    rows = network.rows
    if node is not None and measure in OWN | NEAR:
        own = (rows["source"] == node) | (rows["target"] == node)
        if measure in NEAR:
            near = {node, *rows.loc[own, "source"], *rows.loc[own, "target"]}
            own = rows["source"].isin(near) | rows["target"].isin(near)
        rows = rows[own]
        whom = [node]
    else:
        whom = list(network.nodes["id"])
    return (
        under("ties", rows["row_id"]),
        under("evidence", rows["evidence_id"]),
        under("stakeholders", looked_at=whom),
    )


def tie_table(networks_: Mapping[str, Network]) -> pd.DataFrame:
    """Return every tie with the evidence under it: ``network, source, target, weight, n_rows, flagged, evidence_ids``."""
    parts = [net.ties.assign(network=name, evidence_ids=net.evidence_ids()) for name, net in networks_.items()]
    table = pd.concat(parts, ignore_index=True)
    return table[["network", *[name for name in table if name != "network"]]]


def reported_ties(case: Case) -> pd.DataFrame:
    """Return every tie of every relation as a map tells it apart, those of the document under examination too.

    Returns
    -------
    DataFrame, one row a relation and pair
        ``network`` (the relation), ``source, target, own`` (no other document reports it), ``polarity`` (of its evidence rows where all
        have one, else "neutral").
    """
    about = case.evidence.set_index("evidence_id")
    own = about["source_id"].isin(case.settings.own_sources)
    ends = {"source_stakeholder": "source", "target_stakeholder": "target"}
    rows = case.ties.rename(columns=ends)[["relation", "source", "target", "directed", "evidence_id"]]
    pair = np.sort(rows[["source", "target"]].to_numpy(dtype=str), axis=1)
    rows.loc[~rows["directed"], ["source", "target"]] = pair[~rows["directed"].to_numpy()]
    rows = rows.assign(own=rows["evidence_id"].map(own), polarity=rows["evidence_id"].map(about["polarity"]))
    found = rows.groupby(["relation", "source", "target"], as_index=False).agg(
        own=("own", "all"), polarity=("polarity", lambda told: told.iloc[0] if told.nunique() == 1 else "neutral")
    )
    return found.rename(columns={"relation": "network"})


def results(case: Case) -> Results:
    """Return the stakeholder network of a case: measures of the whole and of each stakeholder, brokerage, ties, facts."""
    nets = networks(case)
    whole, each, between = [], [], []
    ledger = Ledger()
    for name, net in nets.items():
        arrays = Arrays(net)
        table = network_measures(net, group=GROUP, arrays=arrays)
        simple = table[table["value"].map(lambda value: isinstance(value, int | float | np.number))]
        whole.append(simple.assign(network=name, definition=net.definition))
        each.append(node_measures(net, group=GROUP, arrays=arrays).assign(network=name))
        if name == ALL or net.directed:
            between.append(brokerage(net, GROUP, arrays=arrays).assign(network=name))
        values = table.set_index("name")["value"]
        for measure, unit in _FACTS.items():
            if measure in values:
                _add(ledger, name, net, measure, unit, values[measure])
    degree = each[0].set_index("id")["degree"]
    for node, label in zip(nets[ALL].nodes["id"], nets[ALL].nodes["label"], strict=True):
        ledger.add(
            f"degree.{ALL}.{node}",
            int(degree[node]),
            unit="stakeholders",
            how=message("Stakeholders that any tie joins with {label}, direction ignored."),
            details={"label": label},
            support=support_of(nets[ALL], "degree", node),
        )
    ledger.define(case, STATISTICS)
    roles = pd.concat(between, ignore_index=True)
    return ledger.results(
        network_measures=_front(pd.concat(whole, ignore_index=True), "network", "name"),
        stakeholder_measures=_front(pd.concat(each, ignore_index=True), "network", "id"),
        stakeholder_brokerage=_front(roles[roles["count"] > 0], "network", "id"),
        network_ties=tie_table(nets),
        multiplexity=multiplexity({name: net for name, net in nets.items() if name != ALL}),
    )


def _front(table: pd.DataFrame, *names: str) -> pd.DataFrame:
    return table[[*names, *[name for name in table if name not in names]]].reset_index(drop=True)


def _add(ledger: Ledger, name: str, net: Network, measure: str, unit: str, value: object) -> None:
    missing = isinstance(value, float) and math.isnan(value)
    ledger.add(
        f"network.{name}.{measure}",
        value,
        unit=unit,
        how=message(
            "{measure} of the network of {relation}, {direction}; rows of the document under examination left out."
        ),
        details={
            "measure": labelled("measure", measure),
            "relation": labelled("relation", name),
            "direction": labelled("direction", "directed" if net.directed else "undirected"),
        },
        reason=UNDEFINED[measure] if missing else None,
        support=support_of(net, measure),
    )


# ---- general statistics that fact_definitions.csv may name -----------------------------------------------------------


def groups_with_tie(net: Network, given: Mapping[str, str], seed: int) -> Measured:
    """Groups with at least one stakeholder that has a tie. Parameters: network, label (an attribute of stakeholders)."""
    tied = set(net.ties["source"]) | set(net.ties["target"])
    groups = net.nodes.loc[net.nodes["id"].isin(tied), given["label"]]
    return Measured(
        value=int(groups.nunique()),
        how=message("Groups by {attribute} with at least one stakeholder that has a tie."),
        details={"attribute": labelled("column", given["label"])},
        support=support_of(net, "n_groups"),
    )


def max_degree_share(net: Network, given: Mapping[str, str], seed: int) -> Measured:
    """Largest degree divided by the number of ties. Parameter: network."""
    m = len(net.ties)
    return Measured(
        value=float(Arrays(net).contacts.max()) / m if m else math.nan,
        how=message("Largest number of contacts divided by the number of ties."),
        details={},
        support=support_of(net, "max_degree"),
        reason=None if m else NO_TIE,
    )


def ei_minus_null(net: Network, given: Mapping[str, str], seed: int) -> Measured:
    """E-I index minus a percentile of its null under shuffled groups. Parameters: network, label, isolates, percentile, draws."""
    shuffled = shuffled_groups(net, given["label"], draws=int(given["draws"]), seed=seed)
    return ei_told(net, given, *ei_and_null(net, shuffled))


def ei_told(net: Network, given: Mapping[str, str], seen: float, null: np.ndarray | None) -> Measured:
    """Return :func:`ei_minus_null` from what :func:`ei_and_null` found."""
    if null is None:
        return Measured(
            math.nan,
            message("E-I index by groups, minus a percentile of its null."),
            {},
            support_of(net, "ei_index"),
            reason=NO_TIE,
        )
    return Measured(
        value=round(seen - float(np.percentile(null, float(given["percentile"]))), 10),
        how=message("E-I index by {attribute}, {seen}, minus the {percentile} percentile of {draws} shuffles of the groups."),
        details={"attribute": labelled("column", given["label"]), "seen": round(seen, 4), "percentile": float(given["percentile"]), "draws": int(given["draws"])},
        support=support_of(net, "ei_index"),
    )  # fmt: skip


def shuffled_groups(net: Network, group: str, *, draws: int, seed: int) -> np.ndarray:
    """Return the groups of the nodes shuffled among them, draws x nodes; as they are in the last row.

    Shuffled in the order of the ids, so that the draws do not hang on the order of the rows.
    """
    codes, order = pd.factorize(net.nodes[group])[0], np.argsort(net.nodes["id"].to_numpy(dtype=str))
    labels = np.empty((draws + 1, len(codes)), dtype="int16")
    labels[:-1, order] = np.random.default_rng(seed).permuted(np.tile(codes[order], (draws, 1)), axis=1)
    labels[-1] = codes
    return labels


def ei_and_null(net: Network, shuffled: np.ndarray) -> tuple[float, np.ndarray | None]:
    """Return the E-I index by the groups of :func:`shuffled_groups` and its values under them shuffled; NaN and None where there is no tie."""
    rows, columns = Arrays(net).ends
    m = len(rows)
    if m == 0:
        return math.nan, None
    found = 1 - 2 * (shuffled[:, rows] == shuffled[:, columns]).sum(axis=1) / m
    return float(found[-1]), found[:-1]


def share_undirected(case: Case, given: Mapping[str, str]) -> Measured:
    """Share of tie rows of some relations that are recorded without direction. Parameters: relations (|), undefined_from."""
    own = case.evidence.loc[case.evidence["source_id"].isin(case.settings.own_sources), "evidence_id"]
    ties = case.ties[case.ties["relation"].isin(given["relations"].split("|")) & ~case.ties["evidence_id"].isin(own)]
    share = float((~ties["directed"]).mean()) if len(ties) else math.nan
    decides = share < float(given["undefined_from"])
    return Measured(
        value=share if decides else math.nan,
        how=message("Tie rows of these relations recorded without direction, as a share; from {limit} on reciprocity cannot be tested."),
        details={"limit": float(given["undefined_from"])},
        support=(under("ties", ties["tie_id"]), under("evidence", ties["evidence_id"])),
        reason=None if decides else MOSTLY_UNDIRECTED if len(ties) else NO_TIE,
    )  # fmt: skip


def networks_named(case: Case, name: str, *, isolates: bool = True) -> Network:
    """Return the network of all relations, or of one, by the name a fact definition gives it."""
    relations = None if name == ALL else [name]
    return of_case(case, relations, directed=relations is not None and name not in UNDIRECTED, isolates=isolates)


def network_of(case: Case, given: Mapping[str, str]) -> Network:
    """Return the network that the parameters of a definition speak of: network, isolates (out: without those who have no tie)."""
    return networks_named(case, given["network"], isolates=given.get("isolates") != "out")


def _of_case(measure: OnNetwork, case: Case, given: Mapping[str, str]) -> Measured:
    return measure(network_of(case, given), given, case.settings.seed)


NO_TIE, MOSTLY_UNDIRECTED = "no tie", "mostly recorded without direction"
OnNetwork = Callable[[Network, Mapping[str, str], int], Measured]
# Of a network that is there already, with the parameters and the seed: for those who measure one network several times.
ON_NETWORK: dict[str, OnNetwork] = {
    "n_groups_with_tie": groups_with_tie,
    "max_degree_share": max_degree_share,
    "ei_minus_null": ei_minus_null,
}
STATISTICS: dict[str, Statistic] = {
    **{name: partial(_of_case, one) for name, one in ON_NETWORK.items()},
    "share_undirected": share_undirected,
}
