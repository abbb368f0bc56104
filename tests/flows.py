"""Small made-up cases with a given flow of resources, random ones, and plain recomputations of what the library says of them."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from itertools import product

import networkx as nx
import numpy as np
import pandas as pd
from conftest import ROOT

from dashat_lib.loaders.case import read_case
from dashat_lib.ties import build

PLACE, YEAR = "here", 2024
EMPTY = ["audit", "settlements", "second_codings", "claims", "claim_tests", "fact_definitions", "would_decide", "recodes", "prevalence", "attribute_rules"]  # fmt: skip


@cache
def _real():
    return read_case(ROOT)


def _like(name, rows):
    """Rows as a table with the columns and types of a table of the real case."""
    table = getattr(_real(), name)
    more = pd.DataFrame([{column: row.get(column) for column in table} for row in rows], columns=list(table))
    return more.astype(table.dtypes)


def made(
    *arcs, groups=("b",), sectors=None, nodes=(), parts=None, teams=None, costs=(), codings=(), programme="p", **changes
):
    """A case with these arcs and nothing else.

    An arc is (source, relation, target) with, if need be, a dict of columns of ``ties`` after it; ``family`` names its source, ``place`` the
    place of its evidence, ``event`` its event. A ``funds`` arc without a ``grant_id`` is a grant of its own. `groups` are beneficiaries;
    `parts` maps team -> whole (community, kelurahan); `codings` are (evidence_id, actors, code_id, stance) or with an event_id after them.
    """
    parts, sectors = parts or {}, sectors or {}
    arcs = [(*arc, {}) if len(arc) == 3 else arc for arc in arcs]
    ids = sorted({*groups, *nodes, *parts, *parts.values(), *(end for arc in arcs for end in (arc[0], arc[2]))})
    stakeholders = [
        {
            "stakeholder_id": one, "name_id": one, "name_en": one, "short_name": one,
            "sector": "beneficiary" if one in groups else sectors.get(one, "community" if one in parts else "government"),
            "level": "kelurahan" if one in parts else "city", "part_of": parts.get(one),
        }
        for one in ids
    ]  # fmt: skip
    ties, evidence, actors, sources = [], [], [], {}
    for at, (source, relation, target, more) in enumerate(arcs, start=1):
        year, row = more.get("year", YEAR), f"E{at:04d}"
        date = more.get("date", str(year))
        ties.append(
            {
                "tie_id": f"T{at:04d}", "source_stakeholder": source, "target_stakeholder": target, "relation": relation,
                "directed": relation not in ("coordinates_with", "partners_with"), "amount": more.get("amount"),
                "unit": more.get("unit", "IDR" if "amount" in more else None), "date": date, "date_precision": "year", "year": year,
                "programme": more.get("programme", "p"), "grant_id": more.get("grant_id"), "evidence_id": row,
            }
        )  # fmt: skip
        family = more.get("family", f"F{at:04d}")
        sources[family] = {"source_id": family, "title": family, "kind": "news", "source_family": family}
        evidence.append({"evidence_id": row, "source_id": family, "event_id": more.get("event", row), "date": date, "date_precision": "year", "place": more.get("place", PLACE), "text_id": row, "text_en": row, "polarity": "neutral"})  # fmt: skip
        actors += [{"evidence_id": row, "stakeholder_id": end} for end in (source, target)]
    coded = []
    for at, (row, named, code, stance, *event) in enumerate(codings, start=1):
        if row not in {one["evidence_id"] for one in evidence}:
            sources.setdefault(
                "coded", {"source_id": "coded", "title": "coded", "kind": "news", "source_family": "coded"}
            )
            evidence.append({"evidence_id": row, "source_id": "coded", "event_id": event[0] if event else row, "date": str(YEAR), "date_precision": "year", "place": PLACE, "text_id": row, "text_en": row, "polarity": "neutral"})  # fmt: skip
            actors += [{"evidence_id": row, "stakeholder_id": one} for one in named]
        coded.append({"coding_id": f"C{at:05d}", "evidence_id": row, "code_id": code, "coder": "adjudicated", "stance": stance, "confidence": "high"})  # fmt: skip
    programmes = sorted({"p", "q", *(one["programme"] for one in ties)})
    real = _real()
    settings = real.settings.model_copy(
        update={"programme": programme, "teams": teams or {}, "own_sources": [], "focal_place": PLACE, "wider_place": PLACE, "resamples": 10}
        | changes
    )  # fmt: skip
    tables = {
        "stakeholders": stakeholders, "ties": ties, "evidence": evidence, "evidence_actors": actors, "sources": sources.values(),
        "codings": coded, "programmes": [{"programme": one, "name_id": one, "name_en": one, "start_year": YEAR} for one in programmes],
        "places": [{"place": PLACE, "name": "Here", "kind": "kelurahan"}, {"place": "corner", "name": "Corner", "kind": "kelurahan", "within": PLACE}, {"place": "away", "name": "Away", "kind": "kelurahan"}],
        "beneficiaries": [{"beneficiary_id": f"N{at}", "date": str(year), "date_precision": "year", "place": PLACE, "measure": "cost_per_portion_idr", "value": value, "source_id": next(iter(sources))} for at, (year, value) in enumerate(costs)],
    }  # fmt: skip
    filled = {name: _like(name, list(rows)) for name, rows in tables.items()}
    return replace(
        real, settings=settings, before=None, **filled, **{name: getattr(real, name).head(0) for name in EMPTY}
    )


def hub(group="b"):
    """The digraph of METHODS 7.3: two funders, one hub, two kitchens, one group."""
    return made(
        ("f1", "funds", "h"), ("f2", "funds", "h"), ("h", "supplies", "k1"), ("h", "supplies", "k2"),
        ("k1", "delivers_to", group), ("k2", "delivers_to", group), groups=(group,),
    )  # fmt: skip


def of_arcs(pairs, start, end):
    """A case of a digraph that starts at one funder (`start`) and ends at one group."""
    return made(*((a, "delivers_to" if b == end else "funds", b) for a, b in pairs if a != end and b != start), groups=(end,))  # fmt: skip


def random_case(seed, *, n=9, m=16, n_groups=2, roll_up=False, money=True):
    """A random case: funders, hands between (in circles too), groups; doubled ties, two programmes, joint and unknown payments, odd dates."""
    rng = np.random.default_rng(seed)
    groups = [f"b{one}" for one in range(n_groups)]
    ids = [f"v{one:02d}" for one in range(n)]
    codes = ["discovery", "mutual-trust", "leadership", "resources-budget", "knowledge"]
    arcs = []
    for _ in range(m):
        source = str(rng.choice(ids))
        target = str(rng.choice([*ids[2:], *groups])) if rng.random() < 0.8 else str(rng.choice([*ids, *groups]))
        if source == target:
            continue
        relation = str(rng.choice(["funds", "supplies"])) if target in ids else str(rng.choice(["delivers_to", "delivers_to", "funds"]))  # fmt: skip
        more = {"year": int(rng.choice([2023, 2024])), "family": f"F{rng.integers(6)}", "programme": str(rng.choice(["p", "p", "p", "q"])), "place": str(rng.choice(["here", "corner", "away"]))}  # fmt: skip
        if relation == "funds" and money:
            more["grant_id"] = f"G{rng.integers(6)}" if rng.random() < 0.6 else None
            if rng.random() < 0.6:
                more |= {"amount": float(rng.integers(1, 40)), "unit": "IDR" if rng.random() < 0.85 else "USD"}
        if rng.random() < 0.15:
            more["date"] = None
        arcs.append((source, relation, target, more))
    if rng.random() < 0.3:  # a group that pays
        arcs.append((groups[0], "funds", str(rng.choice(ids[2:])), {}))
    arcs += [(str(a), "partners_with", str(b)) for a, b in rng.choice(ids, (3, 2)) if a != b]
    codings = [
        (f"R{rng.integers(12):02d}", [str(one) for one in rng.choice(ids, rng.integers(1, 3), replace=False)], str(rng.choice(codes)), str(rng.choice(["for", "for", "against", "neutral", "mixed"])), f"EV{rng.integers(6)}")
        for _ in range(14)
    ]  # fmt: skip
    parts = {ids[-1]: ids[-2], ids[-3]: ids[-2]} if roll_up else {}
    teams = {ids[-2]: 3} if roll_up else {}
    return made(*arcs, groups=groups, nodes=ids, parts=parts, teams=teams, codings=codings)


# ---- the same by the plain way -----------------------------------------------------------------------------------------


def graph_of(case, programme="p"):
    """(digraph, ultimate funders, groups) of a case as it was read, written from METHODS 7.3 with networkx."""
    ties = case.ties[case.ties["relation"].isin(["funds", "supplies", "delivers_to"])]
    own = case.evidence.loc[case.evidence["source_id"].isin(case.settings.own_sources), "evidence_id"]
    ties = ties[~ties["evidence_id"].isin(own)]
    ties = ties[ties["programme"] == programme] if programme else ties
    graph = nx.DiGraph()
    graph.add_edges_from(zip(ties["source_stakeholder"], ties["target_stakeholder"], strict=True))
    pays = set(ties.loc[ties["relation"] != "delivers_to", "source_stakeholder"])
    funders = {one for one in pays if graph.in_degree(one) == 0}
    sector = dict(zip(case.stakeholders["stakeholder_id"], case.stakeholders["sector"], strict=True))
    return graph, funders, sorted(one for one in graph if sector[one] == "beneficiary" and graph.in_degree(one))


def reaches(graph, funders, group, gone=()):
    """Whether some funder that is there has a path to the group."""
    left = graph.subgraph(set(graph) - set(gone))
    return group in left and any(one in left and one != group and nx.has_path(left, one, group) for one in funders)


def kappa(graph, funders, group, *, funders_leave=True):
    """Node-disjoint ways by splitting every node in two (Menger): the maximum flow of networkx; infinite as None."""
    split = nx.DiGraph()
    split.add_node("S")
    split.add_node((group, "in"))
    for one in graph:
        if one != group:
            free = one in funders and not funders_leave
            split.add_edge((one, "in"), (one, "out"), **({} if free else {"capacity": 1}))
    for a, b in graph.edges:
        if a != group:
            split.add_edge((a, "out"), (b, "in"))
    for one in funders:
        if one != group:
            split.add_edge("S", (one, "in"))
    try:
        return int(nx.maximum_flow_value(split, "S", (group, "in")))
    except nx.NetworkXUnbounded:
        return None


def enumerated(graph, funders, group, chance):
    """Reliability by going through every state of who stays."""
    open_ = [one for one, p in chance.items() if p < 1]
    total = 0.0
    for state in product((True, False), repeat=len(open_)):
        gone = [one for one, stays in zip(open_, state, strict=True) if not stays]
        if reaches(graph, funders, group, gone):
            total += float(np.prod([chance[one] if stays else 1 - chance[one] for one, stays in zip(open_, state, strict=True)]))  # fmt: skip
    return total


def network_of(graph):
    """A networkx graph of anything as a Network."""
    nodes = pd.DataFrame({"id": pd.Series([str(one) for one in graph], dtype="str")})
    edges = pd.DataFrame([(str(a), str(b)) for a, b in graph.edges], columns=["source", "target"])
    return build(nodes, edges, directed=graph.is_directed())
