"""The network of a case: which relations, of which programme, years and place, read with which roll-up."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pandas as pd

from ..admission import places_within
from ..tables import Case, Network, once
from ..ties import build

ROLL_UPS = ("none", "kelurahan_teams", "every_part")


def of_case(
    case: Case,
    relations: Sequence[str] | None = None,
    *,
    programme: str | None = None,
    years: tuple[int, int] | None = None,
    place: str | None = None,
    directed: bool = False,
    own: bool = False,
    roll_up: str = "none",
    isolates: bool = True,
) -> Network:
    """Make the network of a case's stakeholders.

    Parameters
    ----------
    relations : sequence of str, optional
        Which relations; all if not given. Several are stacked, since it was asked for.
    programme, years, place : optional
        Only ties of a programme; of years from and to; whose evidence speaks of a place or one inside it.
    directed : bool
        An undirected relation (coordinates_with, partners_with) is two arcs then, marked ``flagged``: they make reciprocity 1
        by the way they are recorded.
    own : bool
        Whether ties that rest on the document under examination are in. A network that a claim uses leaves them out.
    roll_up : "none", "kelurahan_teams" or "every_part"
        Whether teams of a kelurahan are taken for their city teams, or every part for its whole.
    isolates : bool
        Whether stakeholders without a tie stay.

    Returns
    -------
    Network
        The weight of a tie counts the events that report it; ``rows`` names the ties and evidence rows under it.
    """
    if roll_up not in ROLL_UPS:
        raise ValueError(f"roll_up {roll_up!r} is not one of: {', '.join(ROLL_UPS)}")
    wanted = list(relations) if relations is not None else sorted(case.ties["relation"].unique())
    asked = (tuple(wanted), programme, years, place, directed, own, roll_up, isolates)
    return once(case, f"network of {asked}", lambda: _made(case, *asked))


def _made(
    case: Case,
    wanted: Sequence[str],
    programme: str | None,
    years: tuple[int, int] | None,
    place: str | None,
    directed: bool,
    own: bool,
    roll_up: str,
    isolates: bool,
) -> Network:
    ties = case.ties[case.ties["relation"].isin(wanted)]
    evidence = case.evidence.set_index("evidence_id")
    if not own:
        mine = evidence.index[evidence["source_id"].isin(case.settings.own_sources)]
        ties = ties[~ties["evidence_id"].isin(mine)]
    ties = ties[ties["programme"] == programme] if programme is not None else ties
    ties = ties[ties["year"].between(*years)] if years is not None else ties
    if place is not None:
        inside = evidence.index[evidence["place"].isin(places_within(case, place))]
        ties = ties[ties["evidence_id"].isin(inside)]
    whole = _wholes(case, roll_up)
    ends = {
        new: ties[old].map(lambda one: whole.get(one, one))
        for new, old in (("source", "source_stakeholder"), ("target", "target_stakeholder"))
    }
    edges = ties.assign(
        **ends, row_id=ties["tie_id"], event=ties["evidence_id"].map(evidence["event_id"]), flagged=~ties["directed"]
    )
    edges = edges[["source", "target", "row_id", "evidence_id", "relation", "event", "flagged"]]
    if directed:
        back = edges[edges["flagged"]].rename(columns={"source": "target", "target": "source"})
        edges = pd.concat([edges, back], ignore_index=True)
    nodes = case.stakeholders.rename(columns={"stakeholder_id": "id", "short_name": "label"})
    nodes = nodes[~nodes["id"].isin(list(whole))]
    if not isolates:
        nodes = nodes[nodes["id"].isin(set(edges["source"]) | set(edges["target"]))]
    built = build(nodes, edges, directed=directed, name="+".join(wanted))
    events = edges.groupby(_pair(edges, directed))["event"].nunique()
    weight = [float(events[one]) for one in _pair(built.ties, directed)]
    definition = _definition(case, wanted, programme, years, place, directed, own, roll_up)
    return replace(built, ties=built.ties.assign(weight=weight), relations=tuple(wanted), definition=definition)


def _pair(table: pd.DataFrame, directed: bool) -> pd.Series:
    ends = zip(table["source"], table["target"], strict=True)
    pairs = [(a, b) if directed or a <= b else (b, a) for a, b in ends]
    return pd.Series(pairs, table.index, dtype="object")


def _wholes(case: Case, roll_up: str) -> dict[str, str]:
    there = case.stakeholders["stakeholder_id"]
    parts = case.stakeholders[case.stakeholders["part_of"].isin(there)]  # in a what-if the whole may have left
    if roll_up == "none":
        return {}
    if roll_up == "kelurahan_teams":
        parts = parts[(parts["level"] == "kelurahan") & (parts["sector"] == "community")]
    up = dict(zip(parts["stakeholder_id"], parts["part_of"], strict=True))

    def top(one: str) -> str:
        while one in up:
            one = up[one]
        return one

    return {one: top(one) for one in up}


def _definition(case: Case, relations: Sequence[str], programme: str | None, years: tuple[int, int] | None, place: str | None, directed: bool, own: bool, roll_up: str) -> str:  # fmt: skip
    parts = ["relations " + ", ".join(relations), "directed" if directed else "direction ignored"]
    parts += [f"programme {programme}"] if programme else []
    parts += [f"years {years[0]}-{years[1]}"] if years else []
    parts += [f"evidence on {place}"] if place else []
    parts += ["rows of the document under examination in"] if own else []
    parts += [f"roll-up {roll_up}"] if roll_up != "none" else []
    return "; ".join(parts)
