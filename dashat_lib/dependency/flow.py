"""From whom do money, supplies and meals come, and where do they go? The flow network of a programme, and its grants.

Arcs run as resources do. One payment is reported many times, on its way too: grants are merged by ``grant_id`` before any
sum is made. A stakeholder that stands for many like ones (a team in every kelurahan) is a cut by the way it is recorded, so
the network has named readings: as recorded, teams of a kelurahan taken for their whole, and one team a kelurahan.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import groupby
from operator import itemgetter

import networkx as nx
import numpy as np
import pandas as pd

from ..admission import admitted
from ..network.build import of_case
from ..tables import Case, Network, once
from ..ties import build

FLOW = ("funds", "supplies", "delivers_to")
PAYING = ("funds", "supplies")
BENEFICIARY = "beneficiary"
ROLL_UPS = ("none", "kelurahan_teams", "one_team_a_kelurahan")
GRANT_COLUMNS = [
    "grant_id", "programme", "year", "payers", "recipients", "amount", "lower", "upper", "foreign", "n_rows", "tie_ids", "evidence_ids",
]  # fmt: skip


READINGS: dict[str, dict[str, object]] = {
    "none": {}, "own_money": {"own_money": True}, "one_team_a_kelurahan": {"roll_up": "one_team_a_kelurahan"},
}  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Flow:
    """The flow of resources of a programme.

    Attributes
    ----------
    network : Network
        Directed, resources run from source to target; loops left out.
    funders : tuple of str
        Ultimate funders: they pay or supply and receive nothing inside the record. Who had own money before a what-if has it
        still, whoever left or came.
    beneficiaries : tuple of str
        Groups (sector "beneficiary") that something is recorded to reach; in a what-if those too that were reached before it.
    unserved : tuple of str
        Groups of the case that no arc of this flow leads to: not served in the data, which is not the same as cut off.
    circle : tuple of str
        Stakeholders that pay each other in a circle with nobody outside paying in. Their money has no origin in the record.
    teams : mapping of str to str
        Each team that stands for one of many -> the stakeholder that it is one of; empty unless the roll-up is
        "one_team_a_kelurahan".
    programme, years, roll_up
        What was asked for.
    """

    network: Network
    funders: tuple[str, ...]
    beneficiaries: tuple[str, ...]
    unserved: tuple[str, ...]
    circle: tuple[str, ...]
    teams: dict[str, str]
    programme: str | None
    years: tuple[int, int] | None
    roll_up: str

    @cached_property
    def ids(self) -> tuple[str, ...]:
        """Stakeholders with an arc, and groups that had one before a what-if, in order."""
        ties = self.network.ties
        return tuple(sorted({*ties["source"], *ties["target"], *self.beneficiaries}))

    @cached_property
    def graph(self) -> nx.DiGraph:
        """The arcs as a networkx digraph."""
        graph = nx.DiGraph()
        graph.add_nodes_from(self.ids)
        graph.add_edges_from(self.network.ties[["source", "target"]].itertuples(index=False, name=None))
        return graph

    @cached_property
    def labels(self) -> dict[str, str]:
        """Short name of each stakeholder."""
        return dict(zip(self.network.nodes["id"], self.network.nodes["label"], strict=True))

    @property
    def middle(self) -> tuple[str, ...]:
        """Stakeholders with an arc that are neither ultimate funders nor beneficiaries."""
        outside = {*self.funders, *self.beneficiaries}
        return tuple(one for one in self.ids if one not in outside)

    def funders_of(self, group: str) -> tuple[str, ...]:
        """Ultimate funders other than the group itself: nobody is served by what it pays itself."""
        return tuple(one for one in self.funders if one != group)

    def members(self, ids: Iterable[str]) -> set[str]:
        """Return the nodes that stand for these stakeholders: themselves, and all the teams that are one of them."""
        wanted = set(ids)
        return {one for one in self.ids if one in wanted or self.teams.get(one) in wanted}

    def told(self, ids: Iterable[str]) -> list[str]:
        """Return ids for a table: all teams of one stakeholder together as ``stakeholder*54``, fewer of them as ``stakeholder*2/54``."""
        several: dict[str, int] = {}
        for one in ids:
            name = self.teams.get(one, one)
            several[name] = several.get(name, 0) + 1
        size = pd.Series(list(self.teams.values()), dtype="str").value_counts()
        return [
            one if one not in size else f"{one}*{n}" if n == size[one] else f"{one}*{n}/{size[one]}"
            for one, n in several.items()
        ]


def flow(
    case: Case,
    programme: str | None = None,
    *,
    years: tuple[int, int] | None = None,
    place: str | None = None,
    roll_up: str = "none",
    own_money: bool = False,
) -> Flow:
    """Return the flow of resources of a programme.

    Parameters
    ----------
    programme : str, optional
        That of the case (``settings.programme``) if not given; "all" joins every programme, in which side programmes make
        a group look better served than the programme serves it.
    years : (first, last), optional
    place : str, optional
        Only ties whose evidence speaks of the place or one inside it.
    roll_up : one of :data:`ROLL_UPS`
        "none": as recorded. "kelurahan_teams": teams of a kelurahan taken for their whole. "one_team_a_kelurahan": the same,
        and then each stakeholder of ``settings.teams`` is as many teams as it stands for, each with all of its arcs: teams
        stop independently of each other, what comes from above is shared. In a what-if a part leaves with its whole.
    own_money : bool
        Whether who pays a grant of its own is a source of money too, though it receives another; a city with a budget is one.

    Notes
    -----
    Ties that rest on the document under examination are left out. An ultimate funder is one that receives nothing in the
    network as recorded; a tie that a what-if added makes nobody lose own money, so adding a tie never cuts anyone off.
    """
    if roll_up not in ROLL_UPS:
        raise ValueError(f"roll_up {roll_up!r} is not one of: {', '.join(ROLL_UPS)}")
    name = programme or case.settings.programme
    chosen = None if name == "all" else name
    rolled = "none" if roll_up == "none" else "kelurahan_teams"

    def made(one: Case) -> Network:
        return of_case(one, FLOW, programme=chosen, years=years, place=place, directed=True, roll_up=rolled)

    def sources(one: Case, net: Network) -> set[str]:
        paid = payments(one, chosen, years=years, place=place)
        return set(net.rows.loc[net.rows["row_id"].isin(paid.loc[paid["payer"], "tie_id"]), "source"])

    network = recorded = made(case)
    if case.before is not None:
        recorded = made(case.before)
        alone = set(network.nodes["id"]) & set(case.before.stakeholders["stakeholder_id"]) - set(recorded.nodes["id"])
        network = made(_left_out(case, alone)) if alone else network  # a part leaves with the whole it is read as
    here, receiving = set(network.ties["source"]), set(recorded.ties["target"])
    paying = {*_ends(network, PAYING)["source"], *_ends(recorded, PAYING)["source"]} & here
    funders = paying - receiving
    if own_money:
        funders |= (sources(case, network) | sources(case.before or case, recorded)) & here
    targets = set(network.ties["target"]) | receiving
    groups = network.nodes.loc[network.nodes["sector"] == BENEFICIARY, "id"]
    teams: dict[str, str] = {}
    if roll_up == "one_team_a_kelurahan":
        network, teams = _split(network, case)
        funders = {one for one in network.nodes["id"] if teams.get(one, one) in funders}
    return Flow(
        network=network,
        funders=tuple(sorted(funders)),
        beneficiaries=tuple(sorted(one for one in groups if one in targets)),
        unserved=tuple(sorted(one for one in groups if one not in targets)),
        circle=_circle(network),
        teams=teams,
        programme=name,
        years=years,
        roll_up=roll_up,
    )


def read_as(case: Case, reading: str, programme: str | None = None) -> Flow:
    """Return the flow of a programme by a named reading.

    Parameters
    ----------
    reading : a key of :data:`READINGS`
        "none": as recorded, where who receives anything is no ultimate funder. "own_money": who pays a grant of its own is a source,
        too, such as a city with a budget that also receives a grant. "one_team_a_kelurahan": stakeholders that stand for many are many.
    """
    if reading not in READINGS:
        raise ValueError(f"reading {reading!r} is not one of: {', '.join(READINGS)}")
    return flow(case, programme, **READINGS[reading])  # type: ignore[arg-type]


def _left_out(case: Case, ids: set[str]) -> Case:
    """A case without some stakeholders and their ties."""
    ties = case.ties[~(case.ties["source_stakeholder"].isin(ids) | case.ties["target_stakeholder"].isin(ids))]
    return replace(case, stakeholders=case.stakeholders[~case.stakeholders["stakeholder_id"].isin(ids)], ties=ties)


def _ends(network: Network, relations: Sequence[str]) -> pd.DataFrame:
    """Ends of the arcs of some relations."""
    rows = network.rows
    return rows.loc[rows["relation"].isin(relations), ["source", "target"]] if len(rows) else rows[["source", "target"]]


def _circle(network: Network) -> tuple[str, ...]:
    """Who pays in a circle that nobody outside pays into."""
    arcs = _ends(network, PAYING)
    graph = nx.DiGraph(list(arcs.itertuples(index=False, name=None)))
    whole = nx.condensation(graph)
    closed = [one for one in whole if whole.in_degree(one) == 0 and len(whole.nodes[one]["members"]) > 1]
    return tuple(sorted(who for one in closed for who in whole.nodes[one]["members"]))


def _split(network: Network, case: Case) -> tuple[Network, dict[str, str]]:
    """Take each stakeholder of ``settings.teams`` apart into its teams, each with all its arcs and the rows under them."""
    there = set(network.nodes["id"])
    parts = {
        one: [f"{one}~{at:0{len(str(n))}}" for at in range(1, n + 1)]
        for one, n in case.settings.teams.items()
        if one in there
    }
    if not parts:
        return network, {}
    nodes = network.nodes.assign(team=network.nodes["id"].map(lambda one: parts.get(one, [one]))).explode("team")
    n = nodes.groupby("id")["team"].transform("size")
    at = nodes.groupby("id").cumcount() + 1
    label = nodes["label"].where(n == 1, nodes["label"] + " " + at.astype("str") + "/" + n.astype("str"))
    nodes = nodes.assign(id=nodes["team"].astype("str"), label=label).drop(columns="team")
    rows = network.rows
    for end in ("source", "target"):
        rows = rows.assign(**{end: rows[end].map(lambda one: parts.get(one, [one]))}).explode(end, ignore_index=True)
    built = build(nodes, rows.astype({"source": "str", "target": "str"}), directed=True, name=network.name)
    built = replace(built, relations=network.relations, definition=network.definition + "; one team a kelurahan")
    return built, {team: one for one, teams in parts.items() for team in teams}


# ---- money -----------------------------------------------------------------------------------------------------------


def grants(case: Case, programme: str | None = None, *, years: tuple[int, int] | None = None) -> pd.DataFrame:
    """Return one row a grant: reports of one payment, and its way through other hands, merged by ``grant_id``.

    Parameters
    ----------
    programme : str, optional
        Only ties of this programme; every programme if not given.
    years : (first, last), optional
        Only ties of these years.

    Returns
    -------
    DataFrame
        ``grant_id, programme, year`` (of its first report), ``payers`` (who pays into it and receives nothing of it,
        ";"-joined), ``recipients`` (whom these pay), ``amount`` (in ``settings.currency``: of its latest row that names one; missing where
        unknown, and where only another currency is named), ``lower, upper`` (smallest and largest amount reported), ``foreign`` (sums in
        other currencies as reported, never converted), ``n_rows, tie_ids, evidence_ids``.

    Notes
    -----
    A payment without a ``grant_id`` is a grant of its own. Of a what-if: who paid a grant is read from the record before it, and a
    grant all of whose payers have left is not paid. Ties on the way of a grant keep joining the two ends all the same.
    """
    return once(case, f"grants of {programme}, {years}", lambda: _grants(case, programme, years)).copy(deep=False)


def _grants(case: Case, programme: str | None, years: tuple[int, int] | None) -> pd.DataFrame:
    now = payments(case, programme, years=years).sort_values(["grant", "date", "tie_id"], na_position="first")
    before = (
        {}
        if case.before is None
        else grants(case.before, programme, years=years).set_index("grant_id").to_dict("index")
    )
    currency = case.settings.currency
    rows = []
    for grant, reports in groupby(now.to_dict("records"), key=itemgetter("grant")):
        part = list(reports)  # oldest first
        paid = [one for one in part if one["payer"]]
        stated = [one for one in part if one["amount"] == one["amount"]]
        own = [float(one["amount"]) for one in stated if one["unit"] == currency]
        sums = {
            "amount": own[-1] if own else np.nan,
            "lower": min(own, default=np.nan),
            "upper": max(own, default=np.nan),
        }
        if grant in before:  # who is left pays what was paid, whoever handed it on or reported it
            sums = {name: before[grant][name] for name in sums}
        foreign = dict.fromkeys(f"{one['amount']:.0f} {one['unit']}" for one in stated if one["unit"] != currency)
        rows.append(
            {
                "grant_id": grant, "programme": part[0]["programme"], "year": int(min(one["year"] for one in part)),
                "payers": _ids(one["source_stakeholder"] for one in paid), "recipients": _ids(one["target_stakeholder"] for one in paid),
                **sums,
                "foreign": ";".join(foreign) or None, "n_rows": len(part), "tie_ids": _ids(one["tie_id"] for one in part),
                "evidence_ids": _ids(one["evidence_id"] for one in part),
            }
        )  # fmt: skip
    return pd.DataFrame(rows, columns=GRANT_COLUMNS).astype(
        {"amount": "float64", "lower": "float64", "upper": "float64"}
    )


def _ids(found: Iterable[str]) -> str:
    return ";".join(sorted(set(found)))


def payments(
    case: Case, programme: str | None = None, *, years: tuple[int, int] | None = None, place: str | None = None
) -> pd.DataFrame:
    """Return the rows of ``ties`` that report a payment, those of the document under examination left out.

    Returns
    -------
    DataFrame
        The columns of ``ties``; ``grant`` (``grant_id``, the tie itself where it has none), ``payer`` (whether the source pays into the
        grant and receives nothing of it that year: who hands money on is no payer).
    """
    now = _reported(case, programme, years, place)
    if case.before is None:
        return now
    then = _reported(case.before, programme, years, place)
    known = set(zip(then["grant"], then["source_stakeholder"], then["payer"], strict=True))
    paid = [(grant, one, True) in known for grant, one in zip(now["grant"], now["source_stakeholder"], strict=True)]
    now = now.assign(
        payer=now["payer"].where(~now["grant"].isin(then["grant"]), pd.Series(paid, now.index, dtype=bool))
    )
    return now[now.groupby("grant")["payer"].transform("any").astype(bool)]


def _reported(case: Case, programme: str | None, years: tuple[int, int] | None, place: str | None) -> pd.DataFrame:
    name = f"payments of {programme}, {years}, {place}"
    return once(case, name, lambda: _paid(case, programme, years, place)).copy(deep=False)


def _paid(case: Case, programme: str | None, years: tuple[int, int] | None, place: str | None) -> pd.DataFrame:
    ties = case.ties[case.ties["relation"] == "funds"]
    ties = ties[ties["evidence_id"].isin(admitted(case, place=place)["evidence_id"])]
    ties = ties[ties["programme"] == programme] if programme not in (None, "all") else ties
    ties = ties[ties["year"].between(*years)] if years is not None else ties
    grant = ties["grant_id"].where(ties["grant_id"].notna(), ties["tie_id"])
    received = set(zip(grant, ties["year"], ties["target_stakeholder"], strict=True))
    payer = [one not in received for one in zip(grant, ties["year"], ties["source_stakeholder"], strict=True)]
    return ties.assign(grant=grant.astype("str"), payer=pd.Series(payer, ties.index, dtype=bool))
