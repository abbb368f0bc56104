"""What if someone leaves, or a tie is added? A new case, so that every other room can be asked what moved.

A supposed tie rests on no evidence: it and the row it needs are marked as supposed, carry no coding and move no verdict on codes.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import networkx as nx
import pandas as pd

from ..admission import code_sets, coded, elements, pooled
from ..errors import DashatError, Problem, message
from ..network.build import of_case
from ..schemas import nearest
from ..tables import Case
from . import continuity, money
from .flow import BENEFICIARY, FLOW, PAYING, Flow, flow
from .ways import cut, reached

SUPPOSED = "what-if"
NEW = "new-funder"
_FEW = 12  # so many words are named where none is near
NONE_REACHED, NOBODY = "no group is reached", "there is none"
ELEMENT_KEYS = ["set_id", "scope"]
ADDED = [
    "source", "target", "relation", "lifts", "kappa_min", "kappa_sum", "reliability_min", "reliability_mean", "kappa_min_before",
    "kappa_sum_before", "reliability_min_before", "reliability_mean_before", "gain", "gain_mean",
]  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Tie:
    """A tie that is supposed.

    Attributes
    ----------
    source, target : stakeholder ids
    relation : str
    programme : str, optional
        That of the case if not given.
    year : int, optional
        The last year with a known amount of that programme if not given, else the last year with a tie of it.
    amount : float, optional
        In ``settings.currency``.
    """

    source: str
    target: str
    relation: str
    programme: str | None = None
    year: int | None = None
    amount: float | None = None


def withdraw(case: Case, ids: Iterable[str]) -> Case:
    """Return a case without some stakeholders: their ties, and the rows that then name nobody any more, with all that points to these.

    A row that names others too stays, without them. Who was an ultimate funder before is the only funder after: an office whose funder left does
    not become a source of money. A grant whose payers have all left is not paid, though the ties on its way still join their ends.

    Raises
    ------
    DashatError
        If an id is no stakeholder of the case: all of them, each with the nearest known one.
    """
    gone = _known(case, ids)
    if not gone:
        return case
    actors = case.evidence_actors
    left = actors[~actors["stakeholder_id"].isin(gone)]
    nobody = set(actors["evidence_id"]) - set(left["evidence_id"])
    ties = case.ties
    lost = ties["source_stakeholder"].isin(gone) | ties["target_stakeholder"].isin(gone)
    kept = {
        "stakeholders": case.stakeholders[~case.stakeholders["stakeholder_id"].isin(gone)],
        "ties": ties[~(lost | ties["evidence_id"].isin(nobody))],
        "evidence_actors": left,
    }
    for name in ("evidence", "codings", "second_codings", "settlements", "audit"):
        table = getattr(case, name)
        kept[name] = table[~table["evidence_id"].isin(nobody)]
    return replace(
        case, **kept, before=case.before or case, reading=_reading(case, "without " + ", ".join(sorted(gone)))
    )


def add_back(case: Case, ids: Iterable[str]) -> Case:
    """Return a what-if with some of the stakeholders that left it back in: :func:`withdraw` undone, rows in the order of the file.

    Ties that are supposed stay, with the stakeholders that came with them; one that left with an end of it does not come back.

    Raises
    ------
    DashatError
        If one of them never left.
    """
    origin = case.before
    back = set(ids)
    if not back:
        return case
    away = set() if origin is None else set(origin.stakeholders["stakeholder_id"]) - set(case.stakeholders["stakeholder_id"])  # fmt: skip
    if origin is None or back - away:
        raise DashatError([_stranger(one, away, message("'{value}' has not left this what-if.")) for one in sorted(back - away or back)])  # fmt: skip
    rest = withdraw(origin, away - back)
    rows = case.stakeholders[~case.stakeholders["stakeholder_id"].isin(origin.stakeholders["stakeholder_id"])]
    fresh = {str(row["stakeholder_id"]): row for row in rows.to_dict("records")}
    for one in supposed(case).itertuples():
        tie = Tie(source=one.source_stakeholder, target=one.target_stakeholder, relation=one.relation, programme=one.programme, year=int(one.year), amount=None if math.isnan(one.amount) else one.amount)  # fmt: skip
        came = next((fresh.pop(end) for end in (tie.source, tie.target) if end in fresh), None)
        rest = add(rest, tie, stakeholder=came)
    return rest


def add(case: Case, tie: Tie, *, stakeholder: Mapping[str, object] | None = None) -> Case:
    """Return a case with a tie more, which is marked as supposed.

    Parameters
    ----------
    stakeholder : mapping, optional
        A row of ``stakeholders`` for an end that is not there yet, such as a second funder (:func:`new_funder`).

    Raises
    ------
    DashatError
        If an end is no stakeholder, the relation or programme is not of this case, both ends are one, or the amount is negative: all at once.
    """
    if stakeholder is not None:
        row = {column: stakeholder.get(column) for column in case.stakeholders}
        more = pd.DataFrame([row]).astype(case.stakeholders.dtypes)
        case = replace(case, stakeholders=pd.concat([case.stakeholders, more], ignore_index=True), before=case.before or case)  # fmt: skip
    programme = tie.programme or case.settings.programme
    _refuse(case, tie, programme)
    taken = case.evidence.loc[case.evidence["source_id"] == SUPPOSED, "evidence_id"]
    name = f"{SUPPOSED}-{max((int(one.rpartition('-')[2]) for one in taken), default=0) + 1}"
    mine = case.ties[case.ties["programme"] == programme]
    year = tie.year or last_year_of_money(case, programme) or int((mine if len(mine) else case.ties)["year"].max())
    directed = tie.relation not in _undirected(case)
    new = {
        "tie_id": name, "source_stakeholder": tie.source, "target_stakeholder": tie.target, "relation": tie.relation, "directed": directed,
        "amount": tie.amount, "unit": case.settings.currency if tie.amount is not None else None, "date": str(year), "date_precision": "year",
        "year": year, "programme": programme, "grant_id": name if tie.relation == "funds" else None, "evidence_id": name,
    }  # fmt: skip
    row = dict.fromkeys(case.evidence, None) | {
        "evidence_id": name, "source_id": SUPPOSED, "event_id": name, "date": str(year), "date_precision": "year",
        "place": case.settings.wider_place, "text_id": f"Andaian: {tie.source} {tie.relation} {tie.target}.",
        "text_en": f"Supposed: {tie.source} {tie.relation} {tie.target}.", "polarity": "neutral",
    }  # fmt: skip
    named = [{"evidence_id": name, "stakeholder_id": one} for one in (tie.source, tie.target)]
    changed = {
        "ties": _with(case.ties, [new]),
        "evidence": _with(case.evidence, [row]),
        "evidence_actors": _with(case.evidence_actors, named),
    }
    if SUPPOSED not in set(case.sources["source_id"]):
        source = dict.fromkeys(case.sources, None) | {"source_id": SUPPOSED, "title": "Andaian / Supposition", "kind": case.sources["kind"].iloc[0], "source_family": SUPPOSED}  # fmt: skip
        changed["sources"] = _with(case.sources, [source])
    told = f"with {tie.source} {tie.relation} {tie.target}"
    return replace(case, **changed, before=case.before or case, reading=_reading(case, told))


def supposed(case: Case) -> pd.DataFrame:
    """Return the rows of ``ties`` that are supposed."""
    rows = case.evidence.loc[case.evidence["source_id"] == SUPPOSED, "evidence_id"]
    return case.ties[case.ties["evidence_id"].isin(rows)]


def new_funder(case: Case) -> dict[str, object]:
    """Return a row of ``stakeholders`` for a funder that the record does not know."""
    given = {
        "stakeholder_id": NEW, "name_id": "Penyandang dana baru (andaian)", "name_en": "New funder (supposed)", "short_name": "Penyandang dana baru",
        "sector": "business", "level": "city",
    }  # fmt: skip
    return {column: given.get(column) for column in case.stakeholders}


def _with(table: pd.DataFrame, rows: Sequence[Mapping[str, object]]) -> pd.DataFrame:
    more = pd.DataFrame([{column: row.get(column) for column in table} for row in rows], columns=list(table))
    return pd.concat([table, more.astype(table.dtypes)], ignore_index=True)


def _reading(case: Case, told: str) -> str:
    return told if case.reading is None else f"{case.reading}; {told}"


def _undirected(case: Case) -> set[str]:
    return set(case.ties.loc[~case.ties["directed"], "relation"])


def _near(value: str, there: set[str]) -> str | None:
    """The nearest known word, else the only one that holds it."""
    inside = [one for one in there if len(value) > 2 and value.casefold() in one]
    return nearest(value, there) or (inside[0] if len(inside) == 1 else None)


def _known(case: Case, ids: Iterable[str]) -> set[str]:
    wanted, there = set(ids), set(case.stakeholders["stakeholder_id"])
    if wanted - there:
        raise DashatError([_stranger(one, there, message("'{value}' is no stakeholder of this case.")) for one in sorted(wanted - there)])  # fmt: skip
    return wanted


def _stranger(value: str, there: set[str], what: str, file: str = "stakeholders.csv", column: str = "stakeholder_id") -> Problem:  # fmt: skip
    near = _near(value, there)
    few = ", ".join(sorted(there)) if len(there) <= _FEW else ""
    mend = (
        message("Write '{near}'?")
        if near
        else message("There are: {few}.")
        if few
        else message("The ids stand in {file}.")
    )
    return Problem(file, None, column, value, what, mend, {"near": near, "file": file, "few": few})


def _refuse(case: Case, tie: Tie, programme: str | None) -> None:
    there = set(case.stakeholders["stakeholder_id"])
    found = [_stranger(one, there, message("'{value}' is no stakeholder of this case.")) for one in (tie.source, tie.target) if one not in there]  # fmt: skip
    relations = set(case.ties["relation"]) | set(FLOW)
    if tie.relation not in relations:
        found.append(_stranger(tie.relation, relations, message("'{value}' is no relation of this case."), "ties.csv", "relation"))  # fmt: skip
    programmes = set(case.programmes["programme"])
    if programme not in programmes:
        found.append(_stranger(str(programme), programmes, message("'{value}' is no programme of this case."), "programmes.csv", "programme"))  # fmt: skip
    if tie.source == tie.target:
        found.append(Problem("ties.csv", None, "target_stakeholder", tie.target, message("both ends are '{value}'."), message("Name two stakeholders.")))  # fmt: skip
    if tie.amount is not None and not 0 <= tie.amount < math.inf:
        found.append(Problem("ties.csv", None, "amount", str(tie.amount), message("{value} is no sum of money."), message("Write a number of 0 or more.")))  # fmt: skip
    if found:
        raise DashatError(found)


# ---- every single withdrawal ------------------------------------------------------------------------------------------


def withdrawals(case: Case, programme: str | None = None, *, roll_up: str = "none", own_money: bool = False, year: int | None = None) -> pd.DataFrame:  # fmt: skip
    """Return what each single exit does, for every stakeholder of the case.

    Parameters
    ----------
    year : int, optional
        Whose money is looked at; the last year with a known amount if not given.

    Returns
    -------
    DataFrame, one row a stakeholder, the gravest first
        ``stakeholder_id, sector, groups_cut`` (";"-joined; groups that nothing reaches any more), ``n_groups_cut, groups_thinned`` (a way less),
        ``kappa_min`` (of the groups served before), ``share_reached, share_money_left, share_money_left_lower, share_money_left_upper`` (missing:
        pays nothing known), ``degree`` (stakeholders that it has a tie with, any relation), ``n_events`` (coded events for an element that
        name it), ``n_events_alone`` (that would name nobody without it), ``elements_lost`` (";"-joined; elements with no event for any more).

    Notes
    -----
    Ways come from one flow a group (:func:`dashat_lib.dependency.ways.cut`), not from one a stakeholder, so thousands of
    stakeholders take seconds. What :func:`withdraw` and :func:`flow` give for each (a test holds this).
    """
    whole = flow(case, programme, roll_up=roll_up, own_money=own_money)
    ids = list(case.stakeholders["stakeholder_id"])
    nodes = {*whole.network.nodes["id"], *whole.teams.values()}
    base = {group: cut(whole, group) for group in whole.beneficiaries}
    served = {group: found for group, found in base.items() if found.kappa != 0}
    in_cut = {group: set(found.members) for group, found in served.items()}
    degree = of_case(case).ties.pipe(lambda ties: pd.concat([ties["source"], ties["target"]])).value_counts()
    cash = _money_left(case, whole.programme, year)
    lost = _elements_lost(case)
    sectors = dict(zip(ids, case.stakeholders["sector"], strict=True))
    rows = []
    for one in ids:
        kappa = {group: (found.kappa or 0) - (one in in_cut[group]) for group, found in served.items() if group != one}
        if one not in nodes:  # read as a part of another: only its own ties go
            rest = flow(withdraw(case, [one]), programme, roll_up=roll_up)
            kappa = {group: cut(rest, group).kappa or 0 for group in kappa}
        elif len(whole.members([one])) > 1:  # all teams of a stakeholder leave together
            kappa = {group: cut(whole, group, without=[one]).kappa or 0 for group in kappa}
        cut_off = [group for group, left in kappa.items() if left == 0]
        thinned = [group for group, left in kappa.items() if 0 < left < (served[group].kappa or 0)]
        money_left = cash.get(one, (math.nan, math.nan, math.nan))
        n_events, alone, elements_ = lost.get(one, (0, 0, []))
        rows.append(
            {
                "stakeholder_id": one, "sector": sectors[one], "groups_cut": ";".join(cut_off) or None, "n_groups_cut": len(cut_off),
                "groups_thinned": ";".join(thinned) or None, "kappa_min": min(kappa.values()) if kappa else None,
                "share_reached": (len(kappa) - len(cut_off)) / len(kappa) if kappa else math.nan,
                "share_money_left": money_left[0], "share_money_left_lower": money_left[1], "share_money_left_upper": money_left[2],
                "degree": int(degree.get(one, 0)), "n_events": n_events, "n_events_alone": alone, "elements_lost": ";".join(elements_) or None,
            }
        )  # fmt: skip
    table = pd.DataFrame(rows)
    table["kappa_min"] = table["kappa_min"].astype("Int64")
    table = table.astype(dict.fromkeys(["groups_cut", "groups_thinned", "elements_lost"], "str"))
    order = table.assign(thin=table["groups_thinned"].notna(), money=table["share_money_left"].fillna(1.0))
    order = order.sort_values(["n_groups_cut", "thin", "money", "degree", "stakeholder_id"], ascending=[False, False, True, False, True], ignore_index=True)  # fmt: skip
    return order.drop(columns=["thin", "money"])


def last_year_of_money(case: Case, programme: str | None) -> int | None:
    """Return the last year in which a grant of the programme with a known amount is first reported; None without one."""
    found = money.grants(case, programme)
    years = found.loc[found["amount"].notna(), "year"]
    return None if years.empty else int(years.max())


def _money_left(case: Case, programme: str | None, year: int | None) -> dict[str, tuple[float, float, float]]:
    chosen = year if year is not None else last_year_of_money(case, programme)
    if chosen is None or programme is None:
        return {}
    table = money.left(case, programme, chosen)
    values = table[["share_left", "share_left_lower", "share_left_upper"]].itertuples(index=False, name=None)
    return dict(zip(table["stakeholder_id"], values, strict=True))


def _elements_lost(case: Case) -> dict[str, tuple[int, int, list[str]]]:
    """Of each stakeholder: events for an element that name it; those left with nobody without it; elements left with no event for."""
    scored = elements(case)
    every = coded(case, code_sets(case, scored), places=[case.settings.wider_place])
    every = every.assign(said=pooled(every, keys=ELEMENT_KEYS))
    rows = every.loc[every["said"] == "for", ["set_id", "event_id", "evidence_id"]].drop_duplicates()
    named = case.evidence_actors[case.evidence_actors["evidence_id"].isin(rows["evidence_id"])]
    alone = named[named.groupby("evidence_id")["stakeholder_id"].transform("size") == 1]
    by_event = rows.merge(named, on="evidence_id").groupby("stakeholder_id")["event_id"].nunique()
    total = rows.groupby(["set_id", "event_id"])["evidence_id"].nunique().rename("rows").reset_index()
    mine = rows.merge(alone, on="evidence_id").groupby(["stakeholder_id", "set_id", "event_id"])["evidence_id"].nunique().rename("own").reset_index()  # fmt: skip
    gone = mine.merge(total, on=["set_id", "event_id"])
    gone = gone[gone["own"] == gone["rows"]]
    lost = _without_events(case, every)
    single = gone.groupby("stakeholder_id")["event_id"].nunique()
    return {str(one): (int(n), int(single.get(one, 0)), list(lost.get(one, []))) for one, n in by_event.items()}


def _without_events(case: Case, rows: pd.DataFrame) -> dict[str, list[str]]:
    """Elements that no event speaks for when the rows that name one stakeholder alone are gone: what is left of an event may say another thing."""
    actors = case.evidence_actors
    alone = actors[actors.groupby("evidence_id")["stakeholder_id"].transform("size") == 1]
    owner = rows["evidence_id"].map(alone.set_index("evidence_id")["stakeholder_id"])
    keys = ["stakeholder_id", *ELEMENT_KEYS, "event_id"]
    rows = rows.assign(owner=owner)
    touched = rows.rename(columns={"owner": "stakeholder_id"}).dropna(subset=["stakeholder_id"])[keys].drop_duplicates()
    kept = touched.merge(rows, on=[*ELEMENT_KEYS, "event_id"])
    kept = kept[kept["owner"] != kept["stakeholder_id"]]
    kept = kept.assign(said=pooled(kept, keys=keys[:-1]))
    now = kept[kept["said"] == "for"].drop_duplicates(keys).groupby(["stakeholder_id", "set_id"]).size()
    before = touched.merge(rows.drop_duplicates([*ELEMENT_KEYS, "event_id"]), on=[*ELEMENT_KEYS, "event_id"])
    before = before[before["said"] == "for"].groupby(["stakeholder_id", "set_id"]).size()
    n = rows[rows["said"] == "for"].groupby("set_id")["event_id"].nunique()
    found: dict[str, list[str]] = {}
    for (one, element), away in before.sort_index().items():
        if away == n[element] and not now.get((one, element), 0):
            found.setdefault(str(one), []).append(str(element))
    return found


# ---- the exits that matter most ---------------------------------------------------------------------------------------


def top_funder(case: Case, programme: str | None) -> tuple[str, ...]:
    """Return who pays the largest known sum of the last year with an amount: several who pay it jointly, none where none is known."""
    known = money.grants(case, programme).dropna(subset=["amount"])
    known = known[(known["year"] == known["year"].max()) & (known["payers"] != "")]
    paid = known.groupby("payers")["amount"].sum()  # in alphabetical order: the first of the largest
    return () if paid.empty else tuple(str(paid.idxmax()).split(";"))


def top_intermediary(whole: Flow) -> str | None:
    """Return who between funders and groups cuts off most groups by leaving alone, one team where a stakeholder is read as many; of several the last in the alphabet. None where nobody stands between."""
    between = set(whole.middle)
    served = len(reached(whole))
    cuts = {one: served - len(reached(whole, [one])) for one in between}
    return max(cuts, key=lambda one: (cuts[one], one)) if cuts else None


def delivery_teams(case: Case, whole: Flow) -> tuple[str, ...]:
    """Return who hands over to the groups and stands for many teams (``settings.teams``), or is a part of one; all who hand over where no such is set."""
    parts = dict(zip(case.stakeholders["stakeholder_id"], case.stakeholders["part_of"], strict=True))
    hands = {whole.teams.get(one, one) for group in whole.beneficiaries for one in whole.graph.predecessors(group)}
    teams = {one for one in hands if one in case.settings.teams or parts.get(one) in case.settings.teams}
    return tuple(sorted(teams or hands))


def exits(case: Case, programme: str | None = None, *, whole: Flow | None = None) -> pd.DataFrame:
    """Return who is still reached, and through whom, when the top funder, the top intermediary, the teams that deliver, or every funder leaves.

    Returns
    -------
    DataFrame, one row an exit
        ``exit`` (top_funder, top_intermediary, delivery_teams, one_team, all_funders; one_team only where a stakeholder is read as many teams),
        ``stakeholder_ids`` (";"-joined), ``n_gone, share_reached`` (of the groups reached before), ``reached, cut_off`` (";"-joined), ``through``
        (group and who still hands over to it, "group<hand+hand"; ";"-joined), ``share_money_left`` (of the known amounts of the last year with
        one), ``reason`` (why nothing can be said).

    Parameters
    ----------
    whole : Flow, optional
        The flow as it is read (:func:`dashat_lib.dependency.flow.read_as`); as recorded if not given.
    """
    whole = flow(case, programme) if whole is None else whole
    served = reached(whole)
    teams = delivery_teams(case, whole)
    between = top_intermediary(whole)
    chosen: list[tuple[str, list[str]]] = [
        ("top_funder", list(top_funder(case, whole.programme))),
        ("top_intermediary", [between] if between else []),
        ("delivery_teams", list(teams)),
        ("all_funders", list(whole.funders)),
    ]
    if whole.teams:
        chosen.insert(3, ("one_team", [next(iter(whole.teams))]))
    cash = _money_left(case, whole.programme, None)
    rows = []
    for name, gone in chosen:
        away = set(gone) | whole.members(gone)
        leaving = away | {one for one in whole.teams.values() if whole.members([one]) <= away}
        after = [group for group in reached(whole, gone) if group in served] if gone else []
        hands = {group: [one for one in sorted(whole.graph.predecessors(group)) if one not in away and _fed(whole, one, away)] for group in after}  # fmt: skip
        left = [share for payers, (share, _, _) in cash.items() if set(payers.split(";")) <= leaving and not math.isnan(share)]  # fmt: skip
        rows.append(
            {
                "exit": name, "stakeholder_ids": ";".join(dict.fromkeys(whole.teams.get(one, one) for one in gone)) or None, "n_gone": len(away & set(whole.ids)),
                "share_reached": len(after) / len(served) if served and gone else math.nan, "reached": ";".join(after) or None,
                "cut_off": ";".join(one for one in served if one not in after) or None if gone else None,
                "through": ";".join(f"{group}<{'+'.join(whole.told(some))}" for group, some in hands.items()) or None,
                "share_money_left": 1 - sum(1 - one for one in left) if left else (1.0 if gone and cash else math.nan),
                "reason": None if served and gone else NONE_REACHED if not served else NOBODY,
            }
        )  # fmt: skip
    text = dict.fromkeys(["exit", "stakeholder_ids", "reached", "cut_off", "through", "reason"], "str")
    return pd.DataFrame(rows).astype(text)


def _fed(whole: Flow, one: str, gone: set[str]) -> bool:
    """Whether anything from a funder that is left comes to a stakeholder that is left."""
    if one in whole.funders:
        return True
    before = nx.ancestors(whole.graph.subgraph([other for other in whole.ids if other not in gone]), one)
    return bool(before & set(whole.funders))


# ---- the tie that would help most -------------------------------------------------------------------------------------


def additions(case: Case, programme: str | None = None, *, p: float = 0.9, roll_up: str = "none") -> pd.DataFrame:
    """Return what each single tie more would do for the group that is served worst, over admissible pairs.

    Admissible: from a stakeholder of the flow, or a funder that the record does not know, to one that is no ultimate funder; a tie of
    that relation joins these two sectors somewhere in the record already (a new funder counts as any sector that funds); beneficiaries
    give nothing; and the arc is not there yet.

    Parameters
    ----------
    p : float
        Probability with which each stakeholder stays, for R.

    Returns
    -------
    DataFrame, one row a tie, the best first
        ``source, target, relation, lifts`` (";"-joined; groups with a way more), ``kappa_min, kappa_sum`` (over the groups that the programme serves),
        ``reliability_min, reliability_mean`` (at p), the same with ``_before``, ``gain`` (of the smallest reliability), ``gain_mean``.

    Notes
    -----
    Best for the worst served: the numbers of ways of all groups, smallest first, are compared one after the other, then the reliabilities in
    the same way (leximin). Where several groups are worst alike, one tie lifts one of them.
    """
    whole = flow(case, programme, roll_up=roll_up)
    groups = [group for group in whole.beneficiaries if group in reached(whole)] or list(whole.beneficiaries)
    if not groups:
        return pd.DataFrame(columns=ADDED)
    kappa, values = _served(whole, groups, p)
    rows, order = [], []
    for source, target, relation in admissible(case, whole):
        ways_, chances = _served(_with_arc(whole, source, target, relation), groups, p)
        lifted = [group for group, old, new in zip(groups, kappa, ways_, strict=True) if new > old]
        rows.append(
            {
                "source": source, "target": target, "relation": relation, "lifts": ";".join(lifted) or None,
                "kappa_min": min(ways_), "kappa_sum": sum(ways_), "reliability_min": min(chances), "reliability_mean": sum(chances) / len(chances),
                "kappa_min_before": min(kappa), "kappa_sum_before": sum(kappa), "reliability_min_before": min(values),
                "reliability_mean_before": sum(values) / len(values), "gain": min(chances) - min(values),
                "gain_mean": (sum(chances) - sum(values)) / len(values),
            }
        )  # fmt: skip
        order.append(([-one for one in sorted(ways_)], [-round(one, 12) for one in sorted(chances)], source, target))
    best = sorted(range(len(rows)), key=lambda at: order[at])
    return pd.DataFrame([rows[at] for at in best], columns=ADDED).astype({"lifts": "str"})


def best_ties(table: pd.DataFrame) -> pd.DataFrame:
    """Return the best of the added ties by each criterion, and how many do as well.

    Parameters
    ----------
    table : DataFrame
        :func:`additions`.

    Returns
    -------
    DataFrame, one row a criterion
        ``criterion`` ("kappa_min": fewest ways of any group; "reliability_min": smallest reliability; "one_group": most ways in all, a group
        more), ``relation, sources, targets`` (";"-joined; missing where no tie helps), ``n_ties`` (that do as well, to 3 digits), ``before, after``.
    """
    rows = []
    for name, column in (
        ("kappa_min", "kappa_min"),
        ("reliability_min", "reliability_min"),
        ("one_group", "kappa_sum"),
    ):
        value = table[column].astype(float).round(12) if len(table) else pd.Series(dtype=float)
        before = float(table[f"{column}_before"].iloc[0]) if len(table) else math.nan
        best = table[value == value.max()] if len(table) and value.max() > before + 1e-12 else table.iloc[:0]
        if name == "one_group" and len(best):  # of these, those that lift a group served worst
            top = best["reliability_mean"].round(2).max()
            best = best[best["reliability_mean"].round(2) == top]
        rows.append(
            {
                "criterion": name, "relation": ";".join(sorted(set(best["relation"]))) or None, "sources": ";".join(dict.fromkeys(best["source"])) or None,
                "targets": ";".join(dict.fromkeys(best["target"])) or None, "n_ties": len(best), "before": before,
                "after": float(best[column].iloc[0]) if len(best) else before,
            }
        )  # fmt: skip
    return pd.DataFrame(rows).astype(dict.fromkeys(["criterion", "relation", "sources", "targets"], "str"))


def admissible(case: Case, whole: Flow) -> list[tuple[str, str, str]]:
    """Return the ties that may be added to a flow: (source, target, relation)."""
    sector = dict(zip(whole.network.nodes["id"], whole.network.nodes["sector"], strict=True))
    own = dict(zip(case.stakeholders["stakeholder_id"], case.stakeholders["sector"], strict=True))
    recorded = case.ties[case.ties["relation"].isin(FLOW)]
    kinds = set(zip(recorded["source_stakeholder"].map(own), recorded["relation"], recorded["target_stakeholder"].map(own), strict=True))  # fmt: skip
    paid = {(relation, to) for _, relation, to in kinds}
    found = []
    senders = [one for one in whole.ids if sector[one] != BENEFICIARY]
    for target in [one for one in whole.ids if one not in whole.funders]:
        relation = "delivers_to" if sector[target] == BENEFICIARY else "funds"
        for source in senders:
            there = whole.graph.has_edge(source, target)
            if source != target and not there and (sector[source], relation, sector[target]) in kinds:
                found.append((source, target, relation))
        if relation in PAYING and (relation, sector[target]) in paid:
            found.append((NEW, target, relation))
    return found


def _with_arc(whole: Flow, source: str, target: str, relation: str) -> Flow:
    more = pd.DataFrame([{"source": source, "target": target, "weight": 1.0, "n_rows": 0, "flagged": False}])
    row = pd.DataFrame([{"source": source, "target": target, "row_id": SUPPOSED, "evidence_id": SUPPOSED, "relation": relation}])  # fmt: skip
    old = whole.network
    network = replace(old, ties=pd.concat([old.ties, more], ignore_index=True), rows=pd.concat([old.rows, row], ignore_index=True))  # fmt: skip
    pays = relation in PAYING and source not in set(old.ties["target"])
    fresh = [source] if pays else []
    return replace(whole, network=network, funders=tuple(sorted({*whole.funders, *fresh})))


def _served(whole: Flow, groups: Sequence[str], p: float) -> tuple[list[int], list[float]]:
    """Ways to each group, and its reliability."""
    kappa = [cut(whole, group).kappa or 0 for group in groups]
    return kappa, continuity.curve(whole, [p], groups=groups)["value"].astype(float).tolist()
