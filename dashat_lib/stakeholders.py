"""Who is a stakeholder to the programme, and of what class? Four schemes whose rules are data, the rows under each class, how far it moves.

A rule (``attribute_rules``) is met by ties, by coded rows that name the stakeholder, or by its sector alone; the weights of the
rules met add up to the score of an attribute. Every rule is a hypothesis, so every class comes with the rows under it, with the
other classes that weak or missing attributes leave open, and with the readings that turn it. The document under examination and the
ties that rest on it are out; any place counts.

References
----------
Mitchell, R. K., Agle, B. R. & Wood, D. J. (1997). Acad. Manage. Rev. 22:853-886 (salience). Bryson, J. M. (2004). Public Manag. Rev.
6:21-53, after Eden & Ackermann 1998 (power and interest). Nugroho, R. (2014). Public Policy (roles, as cited in Indonesian studies).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from . import indicators, triangulation
from .admission import OUTSIDE_THE_HELICES, admitted, branches, codes_below
from .errors import DashatError, Problem, message
from .facts import Ledger, Measured, Statistic, Under, labelled, under
from .readings import coders, only_evidence, roll_ups
from .schemas import nearest, row_ids
from .tables import Case, Results, once
from .words import Reader, languages, reader

HELIX, ROLES, GRID, SALIENCE = "penta-helix", "nugroho2014", "bryson2004", "mitchell1997"
POWER, LEGITIMACY, URGENCY, INTEREST = "power", "legitimacy", "urgency", "interest"
TOP, MIDPOINT, STEP, MEDIAN = 4.0, 2.0, 1.0, "median"  # the scale of GRID: 0 to 4, in whole steps
REACHED = 1 - 1e-9  # weights are decimals: 0.1 + 0.2 + 0.7 reaches 1
QUADRANTS = ("player", "subject", "context_setter", "crowd")
CLASSES: Mapping[tuple[bool, bool, bool], str] = {  # (power, legitimacy, urgency), from no attribute to all three
    (False, False, False): "non_stakeholder",
    (True, False, False): "dormant",
    (False, True, False): "discretionary",
    (False, False, True): "demanding",
    (True, True, False): "dominant",
    (True, False, True): "dangerous",
    (False, True, True): "dependent",
    (True, True, True): "definitive",
}
ROW = ["stakeholder_id", "table", "row_id", "evidence_id", "actor", "source_family"]
NOBODY_SAYS, NONE = "missing", "none"
TIES, CODINGS, NO_ROW = "ties", "codings", "no_row"
BY_RULE, CODED, NOT_STATED = "rule", "coded row", "coded row, role not stated"
NOTHING_KNOWN, NO_RULE = "no tie and no coded row names it", "no rule could show an attribute"
MOVES = ("cut-off", "source", "audit", "roll-up", "coder")


# ---- the rows that rules look at -------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Weighed:
    """The rules of a case and the rows they look at: read once, used by every table below.

    Attributes
    ----------
    rules : DataFrame, one row a rule
        ``attribute_rules`` with ``rule`` (its number) and ``rule_id`` (:func:`dashat_lib.schemas.row_ids`).
    rows : DataFrame, one row a rule, stakeholder and tie or coding
        ``rule, stakeholder_id, unit`` (what is counted: another stakeholder, or an event), ``other_sector`` (of that stakeholder),
        ``table, row_id, evidence_id, actor`` (id of the pair in ``evidence_actors``), ``source_family``.
    known : DataFrame, one row a stakeholder and tie or coding, whether or not a rule looks at it
        ``stakeholder_id`` and the last five columns of ``rows``: all by which the data say something of it.
    stated : DataFrame, one row a stakeholder and role
        The columns of ``known`` and ``role``: coded rows of ``settings.role_codes``; ``role`` is missing where the row does not say whose or
        which.
    """

    case: Case
    rules: pd.DataFrame
    rows: pd.DataFrame
    known: pd.DataFrame
    stated: pd.DataFrame

    def of(self, scheme: str) -> tuple[pd.DataFrame, pd.DataFrame]:
        """Return the rules of a scheme and the rows they look at."""
        rules = self.rules[self.rules["scheme"] == scheme]
        return rules, self.rows[self.rows["rule"].isin(rules["rule"])]

    @property
    def schemes(self) -> list[str]:
        """Schemes there are rules for, in the order of the file."""
        return list(dict.fromkeys(self.rules["scheme"]))

    @property
    def names(self) -> pd.Index:
        """Every stakeholder, in the order of the file."""
        return pd.Index(self.case.stakeholders["stakeholder_id"], name="stakeholder_id")

    def is_known(self) -> pd.Series:
        """Say of every stakeholder whether any tie or coded row names it."""
        return pd.Series(self.names.isin(self.known["stakeholder_id"]), self.names)


def gather(case: Case, *, scheme: str | None = None) -> Weighed:
    """Return the rules, of one scheme if it is given, and every row they look at.

    A rule with a relation looks at ties in which the stakeholder stands at its position (a missing position is "either", and so is
    any end of a tie recorded without direction), a rule with a code at settled codings with stance "for" of that code or one
    below it in rows that name the stakeholder. With both it looks at ties whose row is so coded. A ``sector`` narrows it to
    stakeholders of that sector.
    """
    return once(case, f"what the rules of {scheme} look at", lambda: _gathered(case, scheme))


def _gathered(case: Case, scheme: str | None) -> Weighed:
    rules = case.attribute_rules if scheme is None else case.attribute_rules[case.attribute_rules["scheme"] == scheme]
    rules = rules.reset_index(drop=True)
    rules = rules.assign(rule=rules.index, rule_id=row_ids("attribute_rules", rules))
    ends = _ends(case)
    coded = case.codings[case.codings["coder"] == case.settings.coder]
    coded = coded.merge(admitted(case)[["evidence_id", "event_id", "source_family"]], on="evidence_id")
    named = coded.merge(case.evidence_actors, on="evidence_id")
    named = named.assign(table=CODINGS, row_id=named["coding_id"], actor=row_ids("evidence_actors", named))
    above = branches(case.codebook, child="code_id", parent="parent")
    said = named[named["stance"] == "for"].merge(above, on="code_id")
    said = said.assign(code_id=said["above"], unit=said["event_id"])
    found = pd.concat([_by_ties(rules, ends, said), _by_codes(rules, said)], ignore_index=True)
    sector = case.stakeholders.set_index("stakeholder_id")["sector"]
    found = found[found["sector"].isna() | (found["sector"] == found["stakeholder_id"].map(sector))]
    found = found.assign(other_sector=found["unit"].map(sector))[["rule", "unit", "other_sector", *ROW]]
    known = pd.concat([ends[ROW], named[ROW]], ignore_index=True)
    return Weighed(case, rules, found.reset_index(drop=True), known, _stated(case, rules, named))


def _ends(case: Case) -> pd.DataFrame:
    """Every admitted tie twice, once for each end: ``stakeholder_id, unit`` (the other end), ``stands`` (source, target)."""
    ties = case.ties.merge(admitted(case)[["evidence_id", "source_family"]], on="evidence_id")
    ties = ties.assign(table=TIES, row_id=ties["tie_id"])
    ends = ties["source_stakeholder"], ties["target_stakeholder"]
    out = ties.assign(stands="source", stakeholder_id=ends[0], unit=ends[1])
    into = ties.assign(stands="target", stakeholder_id=ends[1], unit=ends[0])
    both = pd.concat([out, into], ignore_index=True)
    return both.assign(actor=row_ids("evidence_actors", both))


def _by_ties(rules: pd.DataFrame, ends: pd.DataFrame, said: pd.DataFrame) -> pd.DataFrame:
    asked = rules.loc[rules["relation"].notna(), ["rule", "relation", "position", "code_id", "sector"]]
    found = ends.merge(asked, on="relation")
    position = found["position"]
    fits = position.isna() | (position == "either") | (position == found["stands"]) | ~found["directed"]
    pairs = pd.MultiIndex.from_frame(found[["evidence_id", "code_id"]])
    coded = found["code_id"].isna() | pairs.isin(pd.MultiIndex.from_frame(said[["evidence_id", "code_id"]]))
    return found[fits & coded]


def _by_codes(rules: pd.DataFrame, said: pd.DataFrame) -> pd.DataFrame:
    asked = rules.loc[rules["relation"].isna() & rules["code_id"].notna(), ["rule", "code_id", "sector"]]
    return said.merge(asked, on="code_id")


def _stated(case: Case, rules: pd.DataFrame, named: pd.DataFrame) -> pd.DataFrame:
    """Coded roles. A memo states one if a part of it (between ";") names a role, and a stakeholder of the row by its id or the
    row names only one. Anything else would be a guess: all whom the row names, role missing."""
    rows = named[(named["stance"] == "for") & named["code_id"].isin(codes_below(case, case.settings.role_codes))]
    roles = list(dict.fromkeys(rules.loc[rules["scheme"] == ROLES, "attribute"]))
    parts = [pd.DataFrame(columns=[*ROW, "role"], dtype="str")]
    for _, part in rows.groupby("row_id"):
        who, memo = sorted(part["stakeholder_id"]), part["memo"].iloc[0]
        told: list[tuple[str, str | None]] = [*_in_memo(memo, who, roles)] if isinstance(memo, str) else []
        told = told or [(one, None) for one in who]
        pairs = pd.DataFrame(told, columns=["stakeholder_id", "role"], dtype="str")
        parts.append(part[ROW].merge(pairs, on="stakeholder_id"))
    return pd.concat(parts, ignore_index=True).drop_duplicates(ignore_index=True)


def _in_memo(memo: str, who: Sequence[str], roles: Sequence[str]) -> Iterator[tuple[str, str]]:
    for part in memo.split(";"):
        told = part.casefold().replace("_", " ")
        said = [one for one in roles if re.search(rf"\b{re.escape(one.replace('_', ' '))}\b", told)]
        named = [one for one in who if re.search(rf"(?<![\w-]){re.escape(one)}(?![\w-])", part)] or list(who)
        if len(named) == 1:
            yield from ((named[0], role) for role in said)


# ---- rules met, scores -----------------------------------------------------------------------------------------------


def _without_a_row(rules: pd.DataFrame) -> pd.Series:
    return rules["relation"].isna() & rules["code_id"].isna()


def _met(rules: pd.DataFrame, rows: pd.DataFrame, stakeholders: pd.DataFrame) -> pd.DataFrame:
    """The rules that are met: ``rule, stakeholder_id, count`` (distinct others or events; missing for a rule on the sector only)."""
    counts = rows.groupby(["rule", "stakeholder_id"])["unit"].nunique().rename("count").reset_index()
    asked = rules.set_index("rule")["min_count"]
    counts = counts[counts["count"] >= counts["rule"].map(asked)]
    bare = rules.loc[_without_a_row(rules), ["rule", "sector"]].rename(columns={"sector": "of"})
    free = bare.merge(stakeholders[["stakeholder_id", "sector"]], how="cross")
    free = free[free["of"].isna() | (free["of"] == free["sector"])]
    found = pd.concat([counts, free[["rule", "stakeholder_id"]]], ignore_index=True)
    return found.astype({"rule": "int64", "count": "Int64"})


def _scores(rules: pd.DataFrame, met: pd.DataFrame, names: pd.Index) -> pd.DataFrame:
    """The sum of weights of the rules met: stakeholders down, attributes across, in the order of the rules."""
    each = met.merge(rules[["rule", "attribute", "weight"]], on="rule")
    wide = each.groupby(["stakeholder_id", "attribute"])["weight"].sum().unstack("attribute")
    return wide.reindex(index=names, columns=list(dict.fromkeys(rules["attribute"]))).fillna(0.0)


def _scored(weighed: Weighed, scheme: str) -> pd.DataFrame:
    rules, rows = weighed.of(scheme)
    return _scores(rules, _met(rules, rows, weighed.case.stakeholders), weighed.names)


def apply_rules(case: Case, *, scheme: str | None = None) -> pd.DataFrame:
    """Return every rule that a stakeholder meets, with the ties or coded rows that meet it.

    A rule on a relation counts distinct others, so that five reports of one tie are one; a rule on a code counts distinct events.

    Returns
    -------
    DataFrame, one row a stakeholder and rule met, in the order of the rules
        ``stakeholder_id, scheme, attribute, rule_id, relation, position, code_id, sector, min_count, weight, n_found`` (others or
        events), ``rests_on`` ("ties", "codings", or "no_row": the sector itself, which is not evidence from a row),
        ``tie_ids, coding_ids, evidence_ids`` (";"-joined, missing where there are none).

    See Also
    --------
    attributes : The scores these add up to.
    """
    weighed = gather(case, scheme=scheme)
    met = _met(weighed.rules, weighed.rows, case.stakeholders).merge(weighed.rules, on="rule")
    rows = weighed.rows.groupby(["rule", "stakeholder_id"])
    ids = {
        "tie_ids": _joined(weighed.rows[weighed.rows["table"] == TIES], "row_id"),
        "coding_ids": _joined(weighed.rows[weighed.rows["table"] == CODINGS], "row_id"),
        "evidence_ids": _joined(weighed.rows, "evidence_id"),
    }
    keys = pd.MultiIndex.from_frame(met[["rule", "stakeholder_id"]])
    met = met.assign(**{name: found.reindex(keys).to_numpy() for name, found in ids.items()})
    met["rests_on"] = rows["table"].first().reindex(keys).fillna(NO_ROW).to_numpy()
    order = weighed.names.get_indexer(met["stakeholder_id"])
    met = met.assign(at=order).sort_values(["rule", "at"], ignore_index=True)
    front = ["stakeholder_id", "scheme", "attribute", "rule_id", "relation", "position", "code_id", "sector"]
    met = met.rename(columns={"count": "n_found"}).astype({name: "str" for name in ids})
    return met[[*front, "min_count", "weight", "n_found", "rests_on", *ids]]


def _joined(rows: pd.DataFrame, column: str) -> pd.Series:
    return rows.groupby(["rule", "stakeholder_id"])[column].agg(_text)


def _text(ids: pd.Series | Sequence[str]) -> str | None:
    return ";".join(sorted(set(ids))) or None


def attributes(case: Case) -> pd.DataFrame:
    """Return the score of every attribute that a stakeholder has a sign of, with the rules and rows under it.

    Returns
    -------
    DataFrame, one row a stakeholder, scheme and attribute with a score above 0
        ``stakeholder_id, scheme, attribute, score, without_row`` (the part of the score that rests on the sector alone), ``rules``
        (ids of the rules met), ``tie_ids, coding_ids, evidence_ids`` (";"-joined).
    """
    met = apply_rules(case)
    keys = ["stakeholder_id", "scheme", "attribute"]
    met = met.assign(bare=met["weight"].where(met["rests_on"] == NO_ROW, 0.0))
    by = met.groupby(keys, sort=False)
    table = by.agg(score=("weight", "sum"), without_row=("bare", "sum"), rules=("rule_id", ";".join))
    for name in ("tie_ids", "coding_ids", "evidence_ids"):
        table[name] = by[name].agg(lambda cells: _text([one for cell in cells.dropna() for one in cell.split(";")]))
    return table.reset_index().astype({name: "str" for name in ("tie_ids", "coding_ids", "evidence_ids")})


# ---- the four schemes ------------------------------------------------------------------------------------------------


def penta_helix(case: Case) -> pd.DataFrame:
    """Return who stands in each helix; those outside (international, beneficiaries) come after them, by sector.

    Coverage is the number of helices inside with at least one stakeholder.

    Returns
    -------
    DataFrame, one row a helix or sector outside
        ``helix, inside, n_stakeholders, n_tied`` (with at least one tie), ``stakeholder_ids`` (";"-joined).
    """
    weighed = gather(case, scheme=HELIX)
    scores = _scored(weighed, HELIX)
    tied = weighed.known.loc[weighed.known["table"] == TIES, "stakeholder_id"]
    held = [(name, True, scores.index[scores[name] >= REACHED]) for name in scores]
    outside = case.stakeholders[(scores < REACHED).all(axis=1).to_numpy()]
    held += [
        (str(name), False, pd.Index(rows["stakeholder_id"])) for name, rows in outside.groupby("sector", sort=False)
    ]
    rows = [(*front, len(who), int(who.isin(tied).sum()), ";".join(who) or None) for *front, who in held]
    columns = ["helix", "inside", "n_stakeholders", "n_tied", "stakeholder_ids"]
    return pd.DataFrame(rows, columns=columns).astype({"stakeholder_ids": "str"})


def nugroho(case: Case, *, together: bool = False, with_served: bool = True) -> pd.DataFrame:
    """Return the roles of every stakeholder; it may have several.

    The roles by rules are hypotheses. A coded row (``settings.role_codes``) that states a role of a stakeholder takes their place; one that
    names it without a role that can be read off is told, and the hypothesis stays one.

    Parameters
    ----------
    together : bool
        Whether rules of one attribute that ask for several others count them over all their relations (coordinates with one
        and supervises another: two). This lets more in, never fewer.
    with_served : bool
        Whether beneficiaries are among the several others a rule asks for. Without them who only watches over families no longer
        coordinates: the stricter reading.

    Returns
    -------
    DataFrame, one row a stakeholder
        ``stakeholder_id, known`` (a tie or coded row names it), ``roles, roles_by_rule, roles_coded`` (";"-joined, missing
        where there are none), ``basis`` ("rule", "coded row", "coded row, role not stated"; missing where there is no role and no
        coded row), ``coded_evidence_ids``.
    """
    weighed = gather(case, scheme=ROLES)
    rules, rows = weighed.rules, weighed.rows
    rules, rows = _together(rules, rows) if together else (rules, rows)
    rules, rows = (rules, rows) if with_served else _without_served(rules, rows)
    scores = _scores(rules, _met(rules, rows, case.stakeholders), weighed.names)
    said = weighed.stated.dropna(subset=["role"])
    table = pd.DataFrame({"known": weighed.is_known(), "roles_by_rule": _held(scores)})
    table["roles"] = _held(_overridden(scores, said))
    table["roles_coded"] = said.groupby("stakeholder_id")["role"].agg(lambda ids: _in_order(ids, scores.columns))
    table["coded_evidence_ids"] = weighed.stated.groupby("stakeholder_id")["evidence_id"].agg(_text)
    told = [table["roles_coded"].notna(), table["coded_evidence_ids"].notna(), table["roles"].notna()]
    table["basis"] = np.select(told, [CODED, NOT_STATED, BY_RULE], "")
    table["basis"] = table["basis"].astype("str").replace("", pd.NA)
    columns = ["known", "roles", "roles_by_rule", "roles_coded", "basis", "coded_evidence_ids"]
    return table[columns].reset_index().astype({name: "str" for name in columns[1:]})


def _held(scores: pd.DataFrame) -> pd.Series:
    """The attributes whose score reaches 1, ";"-joined in the order of the columns; missing where there are none."""
    reached = scores.to_numpy() >= REACHED
    names = np.array(scores.columns, dtype=object)
    return pd.Series([";".join(names[row]) or None for row in reached], scores.index, dtype="str")


def _in_order(ids: pd.Series, order: pd.Index) -> str:
    return ";".join(sorted(set(ids), key=list(order).index))


def _overridden(scores: pd.DataFrame, said: pd.DataFrame) -> pd.DataFrame:
    """Roles that rows state take the place of those by rule; `said` and `scores` meet in ``stakeholder_id`` (and ``reading``)."""
    if said.empty or scores.empty:
        return scores
    keys = [name for name in scores.index.names if name in said]
    stated = pd.crosstab([said[name] for name in keys], said["role"]).clip(upper=1)
    stated = stated.reindex(columns=scores.columns, fill_value=0).astype("float64")
    found = scores.copy()
    both = stated.index.intersection(found.index)
    found.loc[both] = stated.loc[both]
    return found


def power_interest(case: Case, *, cut: float | str = MIDPOINT) -> pd.DataFrame:
    """Return the grid of power and interest, each from 0 to 4, and who changes quadrant when the cut moves.

    High power and interest: player; interest only: subject; power only: context setter; neither: crowd. A value exactly on the cut
    counts as high.

    Parameters
    ----------
    cut : number, or "median"
        The midpoint of the scale if not given. "median" cuts each scale at its own median over the known stakeholders.

    Returns
    -------
    DataFrame, one row a stakeholder
        ``stakeholder_id, power, interest`` (missing where no tie and no coded row names it), ``quadrant, on_cut`` (which of the two
        lie exactly on the cut), ``quadrant.lower, quadrant.higher`` (the cut one step lower, higher), ``quadrant.median``, ``moves``
        (whether a step either way changes the quadrant).

    See Also
    --------
    cuts : The cuts, and how many stand in each quadrant under each.
    """
    scores = _grid_scores(gather(case, scheme=GRID))
    own = _cut(scores, cut)
    table = scores.assign(quadrant=_quadrants(scores, own))
    on = pd.DataFrame({name: np.isclose(scores[name], own[name]) for name in (POWER, INTEREST)}, scores.index)
    table["on_cut"] = [";".join(on.columns[row]) or None for row in on.to_numpy()]
    for name, values in _moved_cuts(scores, cut).items():
        table[f"quadrant.{name}"] = _quadrants(scores, values)
    others = table[["quadrant.lower", "quadrant.higher"]]  # where most scores are 0 the median puts everyone high
    table["moves"] = others.ne(table["quadrant"], axis=0).any(axis=1) & table["quadrant"].notna()
    return table.reset_index().astype({"on_cut": "str"})


def cuts(case: Case, *, cut: float | str = MIDPOINT) -> pd.DataFrame:
    """Return the cut of the grid and its moves, with what each does.

    Returns
    -------
    DataFrame, one row a cut ("own", "lower", "higher", "median")
        ``cut, power, interest`` (where each scale is cut), ``player, subject, context_setter, crowd`` (stakeholders), ``n_on_cut`` (a value exactly on
        the cut), ``changed`` (who stands elsewhere than by the own cut, ";"-joined).
    """
    scores = _grid_scores(gather(case, scheme=GRID)).dropna()
    own, rows = _quadrants(scores, _cut(scores, cut)), []
    for name, values in {"own": _cut(scores, cut), **_moved_cuts(scores, cut)}.items():
        there = _quadrants(scores, values)
        on = np.isclose(scores[POWER], values[POWER]) | np.isclose(scores[INTEREST], values[INTEREST])
        counts = {one: int((there == one).sum()) for one in QUADRANTS}
        changed = ";".join(there.index[there != own]) or None
        rows.append({"cut": name, **values, **counts, "n_on_cut": int(on.sum()), "changed": changed})
    return pd.DataFrame(rows).astype({"changed": "str"})


def _grid_scores(weighed: Weighed) -> pd.DataFrame:
    """Power and interest, at most the top of the scale; missing where nothing is known or no rule could show it."""
    scores = _scored(weighed, GRID).reindex(columns=[POWER, INTEREST]).clip(upper=TOP)
    return _where(scores, weighed.is_known())


def _where(scores: pd.DataFrame, known: pd.Series) -> pd.DataFrame:
    return scores[known].reindex(scores.index)


def _cut(scores: pd.DataFrame, cut: float | str) -> dict[str, float]:
    if cut == MEDIAN:
        return {name: float(scores[name].median()) for name in (POWER, INTEREST)}
    return {name: float(cut) for name in (POWER, INTEREST)}


def _moved_cuts(scores: pd.DataFrame, cut: float | str) -> dict[str, dict[str, float]]:
    own = _cut(scores, cut)
    return {
        "lower": {name: value - STEP for name, value in own.items()},
        "higher": {name: value + STEP for name, value in own.items()},
        "median": _cut(scores, MEDIAN),
    }


def _quadrants(scores: pd.DataFrame, cut: Mapping[str, float]) -> pd.Series:
    power, interest = (scores[name] >= cut[name] - 1e-9 for name in (POWER, INTEREST))
    words = np.select([power & interest, interest, power], QUADRANTS[:3], QUADRANTS[3])
    return pd.Series(words, scores.index, dtype="str").where(scores[[POWER, INTEREST]].notna().all(axis=1))


def possible_classes(power: bool | None, legitimacy: bool | None, urgency: bool | None) -> tuple[str, ...]:
    """Return the classes of Mitchell, Agle & Wood that three attributes leave open; a missing one (None) may be either.

    >>> possible_classes(True, True, False)
    ('dominant',)
    >>> possible_classes(True, None, True)
    ('dangerous', 'definitive')
    """
    given = (power, legitimacy, urgency)
    fits = [key for key in CLASSES if all(one is None or one == bit for one, bit in zip(given, key, strict=True))]
    return tuple(CLASSES[key] for key in fits)


def salience(case: Case) -> pd.DataFrame:
    """Return the class of every stakeholder by power, legitimacy and urgency, and the classes that are open.

    An attribute holds if its score reaches 1. A score between 0 and 1 is weak: it may hold or not. Of a stakeholder that no tie and no
    coded row names an attribute is missing, as is one that no rule could show: it may hold or not, too.

    Returns
    -------
    DataFrame, one row a stakeholder
        ``stakeholder_id``; ``power, legitimacy, urgency`` ("yes", "weak", "no", "missing"); ``class`` (weak ones not counted; missing
        where an attribute is), ``class_with_weak``, ``classes`` (all that are open, ";"-joined), ``salience_low, salience_high`` (number of
        attributes that surely hold; that may), ``sector_only`` (attributes of whose score a part rests on the sector alone).
    """
    weighed = gather(case, scheme=SALIENCE)
    rules, rows = weighed.of(SALIENCE)
    met = _met(rules, rows, case.stakeholders)
    scores = _scores(rules, met, weighed.names).reindex(columns=[POWER, LEGITIMACY, URGENCY])
    states = _states(scores, weighed.is_known())
    sure, may = states == "yes", states != "no"
    table = states.assign(
        **{
            "class": _mitchell(states == "yes", states != "missing"),
            "class_with_weak": _mitchell(states.isin(["yes", "weak"]), states != "missing"),
            "classes": [_open(*row) for row in zip(*(map(_bit, states[name]) for name in scores), strict=True)],
            "salience_low": sure.sum(axis=1),
            "salience_high": may.sum(axis=1),
        }
    )
    bare = met.merge(rules.loc[_without_a_row(rules), ["rule", "attribute"]], on="rule")
    table["sector_only"] = bare.groupby("stakeholder_id")["attribute"].agg(_text)
    return table.reset_index().astype({"classes": "str", "sector_only": "str"})


def _states(scores: pd.DataFrame, known: pd.Series) -> pd.DataFrame:
    """What is said of each attribute. A score that reaches 1 holds whoever names it; else nobody knows where nothing is known."""
    nothing = scores.isna() | ~known.to_numpy()[:, None]
    told = np.select([scores >= REACHED, nothing, scores > 0], ["yes", "missing", "weak"], "no")
    return pd.DataFrame(told, scores.index, scores.columns, dtype="str")


def _bit(state: str) -> bool | None:
    return {"yes": True, "no": False}.get(state)


def _open(power: bool | None, legitimacy: bool | None, urgency: bool | None) -> str:
    return ";".join(possible_classes(power, legitimacy, urgency))


def _mitchell(holds: pd.DataFrame, is_there: pd.DataFrame) -> pd.Series:
    words = [CLASSES[row] for row in holds[[POWER, LEGITIMACY, URGENCY]].itertuples(index=False, name=None)]
    return pd.Series(words, holds.index, dtype="str").where(is_there.all(axis=1))


def classes(case: Case) -> pd.DataFrame:
    """Return every stakeholder with its class by each of the four schemes: the columns of the functions above, side by side.

    Returns
    -------
    DataFrame, one row a stakeholder
        ``stakeholder_id, sector, helix`` (missing outside the five), ``known``; ``roles ... `` of :func:`nugroho`; ``power, interest,
        quadrant ...`` of :func:`power_interest`; ``class, class_with_weak, classes, salience_low, salience_high, sector_only`` of
        :func:`salience`.
    """
    helix = penta_helix(case).query("inside")
    inside = {one: row.helix for row in helix.dropna().itertuples() for one in row.stakeholder_ids.split(";")}
    table = case.stakeholders[["stakeholder_id", "sector"]]
    table = table.assign(helix=table["stakeholder_id"].map(inside).astype("str"))
    said = salience(case).drop(columns=[POWER, LEGITIMACY, URGENCY])
    for part in (nugroho(case), power_interest(case), said):
        table = table.merge(part, on="stakeholder_id", validate="1:1")
    return table


# ---- how far a class moves -------------------------------------------------------------------------------------------

Change = Callable[[pd.DataFrame, pd.DataFrame], tuple[pd.DataFrame, pd.DataFrame]]


def _one_more(rules: pd.DataFrame, rows: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    return rules.assign(min_count=rules["min_count"] + 1), rows


def _parts_as(whole: float) -> Change:
    def change(rules: pd.DataFrame, rows: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
        part = (rules["weight"] > 0) & (rules["weight"] < 1)
        return rules.assign(weight=rules["weight"].mask(part, whole)), rows

    return change


def _rows_only(rules: pd.DataFrame, rows: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    return rules[~_without_a_row(rules)], rows


def _together(rules: pd.DataFrame, rows: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Rules of one attribute that ask for several others become one, which counts them over all their relations."""
    several = rules[rules["relation"].notna() & (rules["min_count"] > 1)]
    keys = ["scheme", "attribute", "sector", "min_count", "weight"]
    first = several.groupby(keys, dropna=False)["rule"].transform("min")
    into = dict(zip(rules["rule"], rules["rule"], strict=True)) | dict(zip(several["rule"], first, strict=True))
    return rules[rules["rule"].isin(set(into.values()))], rows.assign(rule=rows["rule"].map(into))


def _without_served(rules: pd.DataFrame, rows: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Beneficiaries are not among the several others that a rule asks for."""
    several = rows["rule"].isin(rules.loc[rules["min_count"] > 1, "rule"])
    return rules, rows[~(several & (rows["other_sector"] == OUTSIDE_THE_HELICES))]


# name -> (schemes it is a reading of, what it does)
CUT_OFFS: Mapping[str, tuple[tuple[str, ...], Change]] = {
    "one more other or event": ((ROLES, GRID, SALIENCE), _one_more),
    "weak signs count nothing": ((SALIENCE,), _parts_as(0.0)),
    "weak signs count fully": ((SALIENCE,), _parts_as(1.0)),
    "no rule without a row": ((SALIENCE,), _rows_only),
    "others over relations together": ((ROLES,), _together),
    "those served no others": ((ROLES,), _without_served),
}


def _words(scheme: str, scores: pd.DataFrame, known: pd.Series, cut: Mapping[str, float] | None = None) -> pd.Series:
    """One word a row for what a scheme says: a quadrant, a class, or the attributes held joined by "+"; "missing", "none"."""
    if scheme == GRID:
        found = _where(scores.reindex(columns=[POWER, INTEREST]).clip(upper=TOP), known)
        return _quadrants(found, cut or _cut(found, MIDPOINT)).fillna(NOBODY_SAYS)
    if scheme == SALIENCE:
        states = _states(scores.reindex(columns=[POWER, LEGITIMACY, URGENCY]), known)
        return _mitchell(states == "yes", states != "missing").fillna(NOBODY_SAYS)
    held = _held(scores).str.replace(";", "+", regex=False)
    return held.fillna(pd.Series(np.where(known, NONE, NOBODY_SAYS), scores.index, dtype="str"))


def _said_by(weighed: Weighed, scheme: str, change: Change | None = None) -> pd.Series:
    rules, rows = weighed.of(scheme)
    rules, rows = change(rules, rows) if change else (rules, rows)
    scores = _scores(rules, _met(rules, rows, weighed.case.stakeholders), weighed.names)
    scores = _overridden(scores, weighed.stated.dropna(subset=["role"])) if scheme == ROLES else scores
    return _words(scheme, scores, weighed.is_known())


def _without_each_family(weighed: Weighed, scheme: str) -> pd.Series:
    """The class of every stakeholder without each source family that names it, by ``reading`` and ``stakeholder_id``.

    In one pass: without a family a rule loses the others or events that only that family reports. A test holds that this is what
    :func:`dashat_lib.readings.without_family` gives.
    """
    rules, rows = weighed.of(scheme)
    by = ["rule", "stakeholder_id"]
    units = rows.groupby([*by, "unit"])["source_family"].agg(["nunique", "first"])
    lost = units[units["nunique"] == 1].reset_index().groupby([*by, "first"]).size().rename("lost").reset_index()
    met = _met(rules, rows, weighed.case.stakeholders).merge(lost, on=by).merge(rules, on="rule")
    gone = met[met["count"] - met["lost"] < met["min_count"]].rename(columns={"first": "reading"})
    pairs = weighed.known[["source_family", "stakeholder_id"]].drop_duplicates()
    pairs = pairs.rename(columns={"source_family": "reading"}).sort_values(["reading", "stakeholder_id"])
    index, who = pd.MultiIndex.from_frame(pairs), pairs["stakeholder_id"]
    scores = _scored(weighed, scheme)
    taken = gone.groupby(["reading", "stakeholder_id", "attribute"])["weight"].sum().unstack("attribute")
    left = scores.loc[who].to_numpy() - taken.reindex(index=index, columns=scores.columns).fillna(0.0)
    known = pd.Series(who.map(who.value_counts()).to_numpy() > 1, index)
    if scheme == ROLES:
        said = weighed.stated.dropna(subset=["role"]).merge(pairs, on="stakeholder_id")
        left = _overridden(left, said[said["source_family"] != said["reading"]])
    return _words(scheme, left, known)


def _other_cases(case: Case) -> Iterator[tuple[str, str, Case]]:
    """Variants that have to be read anew: audited rows only, roll-ups, coders."""
    if len(case.audit):
        checked = case.audit.loc[case.audit["checked"] == "yes", "evidence_id"]
        yield "audit", "audited rows only", only_evidence(case, checked)
    for variant in (*roll_ups(case), *coders(case)):
        yield variant.kind, variant.name, variant(case)


def class_readings(case: Case) -> pd.DataFrame:
    """Return the class of every stakeholder under every reading.

    Kinds: "cut-off" (:data:`CUT_OFFS`, and the cut of the grid one step lower, higher, at the median), "source" (without one source
    family; only families that name the stakeholder, since no other can move it), "audit" (audited rows only), "roll-up" and "coder"
    (:mod:`dashat_lib.readings`). The helix is the sector as recorded: it rests on no row and is not read again.

    Returns
    -------
    DataFrame
        ``scheme, kind, reading, stakeholder_id, class``: of roles all that it has, joined by "+"; "none" where it has none, "missing"
        where nothing is known of it. A roll-up has no row for a part.
    """
    weighed = gather(case)
    schemes = [one for one in weighed.schemes if not _without_a_row(weighed.of(one)[0]).all()]
    parts: list[tuple[str, str, str, pd.Series]] = []
    for name, (of, change) in CUT_OFFS.items():
        parts += [(one, "cut-off", name, _said_by(weighed, one, change)) for one in schemes if one in of]
    if GRID in schemes:
        scores = _grid_scores(weighed)
        for name, cut in _moved_cuts(scores, MIDPOINT).items():
            parts.append((GRID, "cut-off", f"cut {name}", _words(GRID, scores, weighed.is_known(), cut)))
    for kind, name, other in _other_cases(case):
        there = gather(other)
        parts += [(one, kind, name, _said_by(there, one)) for one in schemes]
    columns = ["scheme", "kind", "reading", "stakeholder_id", "class"]
    tables = [pd.DataFrame(columns=columns, dtype="str")]
    for one, kind, name, words in parts:
        tables.append(words.rename("class").reset_index().assign(scheme=one, kind=kind, reading=name))
    for one in schemes:
        words = _without_each_family(weighed, one).rename("class").reset_index()
        tables.append(words.assign(scheme=one, kind="source"))
    return pd.concat(tables, ignore_index=True)[columns]


def class_movement(case: Case) -> pd.DataFrame:
    """Return how far each class moves: the share of readings that give the same, by kind of reading, never pooled.

    Returns
    -------
    DataFrame, one row a stakeholder, scheme and kind of reading
        ``stakeholder_id, scheme, kind, class`` (of the case itself), ``n_readings, n_same, share_same``, ``other_classes`` (the other classes
        with their number of readings, most frequent first, ";"-joined; missing where none turns it), ``turned_by`` (the readings that
        give another; of kind "source" the family left out).
    """
    found = class_readings(case)
    weighed = gather(case)
    own = {(one, who): word for one in weighed.schemes for who, word in _said_by(weighed, one).items()}
    table = found.assign(own=[own[pair] for pair in zip(found["scheme"], found["stakeholder_id"], strict=True)])
    table["same"] = table["class"] == table["own"]
    keys = ["stakeholder_id", "scheme", "kind"]
    by = table.groupby(keys)
    moved = by.agg(n_readings=("same", "size"), n_same=("same", "sum"), share_same=("same", "mean"))
    moved.insert(0, "class", by["own"].first())
    turned = table[~table["same"]]
    moved["other_classes"] = turned.groupby(keys)["class"].agg(_counted)
    moved["turned_by"] = turned.groupby(keys)["reading"].agg(";".join)
    moved = moved.reset_index().astype({"other_classes": "str", "turned_by": "str"})
    places = (list(weighed.names), weighed.schemes, list(MOVES))
    rank = [moved[key].map({one: at for at, one in enumerate(order)}) for key, order in zip(keys, places, strict=True)]
    return moved.iloc[np.lexsort(rank[::-1])].reset_index(drop=True)


def _counted(words: pd.Series) -> str:
    counts = words.value_counts().sort_index().sort_values(ascending=False, kind="stable")
    return ";".join(f"{word} {n}" for word, n in counts.items())


# ---- the sheet of one stakeholder ------------------------------------------------------------------------------------

Line = tuple[str, str, object, object, object, str | None]
SHEET = ["section", "item", "value", "low", "high", "evidence_ids"]


def sheet(
    case: Case, stakeholder_id: str, *, measures: pd.DataFrame | None = None, movement: pd.DataFrame | None = None
) -> pd.DataFrame:
    """Return all that the data say of one stakeholder, in one table. The document under examination is left out.

    Parameters
    ----------
    measures : DataFrame, optional
        ``measure, value, lower, upper``: banded measures of it, told as they are given.
    movement : DataFrame, optional
        :func:`class_movement`: how far its classes move.

    Returns
    -------
    DataFrame
        ``section, item, value, low, high, evidence_ids`` (";"-joined). Sections: "who", "roles", "classes" (low and high: the class
        without and with weak signs, the quadrant at a higher and a lower cut), "attributes" (scores), "movement" (readings
        that agree, of how many), "ties_out", "ties_in", "ties_mutual" (item relation, value the other), "for", "against" (item element, value number of
        rows on the wider place), "families", "speakers", "kinds" (value number of rows), "measures".

    Raises
    ------
    DashatError
        If there is no such stakeholder; the nearest is named.
    """
    one = case.stakeholders[case.stakeholders["stakeholder_id"] == stakeholder_id]
    if one.empty:
        raise _unknown(case, stakeholder_id)
    who = one[["sector", "level", "part_of"]].iloc[0].dropna()
    lines: list[Line] = [("who", str(name), cell, None, None, None) for name, cell in who.items()]
    lines += [*_class_lines(case, stakeholder_id), *_tie_lines(case, stakeholder_id), *_row_lines(case, stakeholder_id)]
    if movement is not None:
        for row in movement[movement["stakeholder_id"] == stakeholder_id].itertuples():
            lines.append(("movement", f"{row.scheme}.{row.kind}", f"{row.n_same} / {row.n_readings}", None, None, None))
    if measures is not None:
        lines += [("measures", row.measure, row.value, row.lower, row.upper, None) for row in measures.itertuples()]
    return pd.DataFrame(lines, columns=SHEET).astype({"value": "object", "low": "object", "high": "object"})


def _class_lines(case: Case, one: str) -> Iterator[Line]:
    row = classes(case).set_index("stakeholder_id").loc[one]
    scores = attributes(case)
    scores = scores[scores["stakeholder_id"] == one]
    under_role = scores[scores["scheme"] == ROLES].set_index("attribute")["evidence_ids"]
    coded = row["coded_evidence_ids"]
    for role in row["roles"].split(";") if pd.notna(row["roles"]) else []:
        said = pd.notna(row["roles_coded"])
        yield "roles", role, CODED if said else BY_RULE, None, None, coded if said else _cell(under_role.get(role))
    if row["basis"] == NOT_STATED:
        yield "roles", case.settings.role_codes[0], NOT_STATED, None, None, coded
    yield "classes", HELIX, row["helix"], None, None, None
    yield "classes", GRID, row["quadrant"], row["quadrant.higher"], row["quadrant.lower"], None
    yield "classes", SALIENCE, row["class"], row["class"], row["class_with_weak"], None
    yield "classes", "salience", row["classes"], row["salience_low"], row["salience_high"], None
    for part in scores[scores["scheme"].isin([GRID, SALIENCE])].itertuples():
        yield "attributes", f"{part.scheme}.{part.attribute}", part.score, None, None, _cell(part.evidence_ids)


def _cell(value: object) -> str | None:
    return value if isinstance(value, str) else None


def _tie_lines(case: Case, one: str) -> Iterator[Line]:
    ends = _ends(case)
    mine = ends[ends["stakeholder_id"] == one]
    section = np.where(~mine["directed"], "ties_mutual", np.where(mine["stands"] == "source", "ties_out", "ties_in"))
    found = mine.assign(section=section).groupby(["section", "relation", "unit"])["evidence_id"].agg(_text)
    for name in ("ties_out", "ties_in", "ties_mutual"):
        here = found[found.index.get_level_values("section") == name]
        yield from ((name, relation, other, None, None, ids) for (_, relation, other), ids in here.items())


def _row_lines(case: Case, one: str) -> Iterator[Line]:
    material = indicators.gather(case, places=[case.settings.wider_place])
    named = case.evidence_actors.loc[case.evidence_actors["stakeholder_id"] == one, "evidence_id"]
    mine = material.rows[material.rows["evidence_id"].isin(named)]
    for stance in ("for", "against"):
        ids = mine[mine["stance"] == stance].groupby("set_id")["evidence_id"].agg(lambda rows: sorted(set(rows)))
        order = [key for key in material.scored["set_id"] if key in ids.index]
        yield from ((stance, key, len(ids[key]), None, None, ";".join(ids[key])) for key in order)
    origins = triangulation.origins(case)
    here = origins["evidence_id"].isin(named) & origins["evidence_id"].isin(admitted(case)["evidence_id"])
    for by, section in (("family", "families"), ("speaker", "speakers"), ("kind", "kinds")):
        ids = origins[here & (origins["by"] == by)].groupby("value")["evidence_id"].agg(lambda rows: sorted(set(rows)))
        order = sorted(ids.index, key=lambda value: (-len(ids[value]), value))
        yield from ((section, key, len(ids[key]), None, None, ";".join(ids[key])) for key in order)


def _unknown(case: Case, stakeholder_id: str) -> DashatError:
    near = nearest(stakeholder_id, case.stakeholders["stakeholder_id"])
    mend = message("Write '{near}'.") if near else message("Add it to {target}, or mend the id.")
    details: dict[str, object] = {"target": "stakeholders.csv", "near": near}
    return DashatError(
        Problem("stakeholders.csv", None, "stakeholder_id", stakeholder_id, message("'{value}' is not in {target}."), mend, details)
    )  # fmt: skip


# section -> kind of words of the item, of the value, low and high
_IN_WORDS: Mapping[str, tuple[str | None, str | None]] = {
    "who": ("column", None), "roles": ("class", "basis"), "classes": ("scheme", "class"), "attributes": (None, None),
    "ties_out": ("relation", None), "ties_in": ("relation", None), "ties_mutual": ("relation", None),
    "kinds": ("source kind", None), "measures": ("measure", None),
}  # fmt: skip


def in_words(table: pd.DataFrame, case: Case, say: Reader) -> pd.DataFrame:
    """Return a sheet in the reader's words: sections, items and values labelled, ids of stakeholders and elements named."""
    names = case.stakeholders.set_index("stakeholder_id")["short_name"].to_dict()
    named = [("code_id", case.codebook), ("set_id", indicators.elements(case))]
    names |= {row[key]: say.column(row, "label") for key, rows in named for row in rows.to_dict("records")}

    def item(section: str, key: str) -> str:
        kind = _IN_WORDS.get(section, (None, None))[0]
        if section in ("attributes", "movement"):
            scheme, _, rest = key.partition(".")
            kind = "attribute" if section == "attributes" else "reading kind"
            return f"{say.label('scheme', scheme)}: {say.label(kind, rest)}"
        return say.label(kind, key) if kind and key not in names else names.get(key, key)

    def value(section: str, key: str, cell: object) -> object:
        if not isinstance(cell, str):
            return cell
        kind = key if section == "who" else "sector" if key == HELIX else _IN_WORDS.get(section, (None, None))[1]
        return ", ".join(names.get(one, say.label(kind, one) if kind else one) for one in cell.split(";"))

    told = table.assign(item=[item(*pair) for pair in zip(table["section"], table["item"], strict=True)])
    for name in ("value", "low", "high"):
        cells = zip(table["section"], table["item"], table[name], strict=True)
        told[name] = pd.Series([value(*one) for one in cells], table.index, dtype="object")
    return told.assign(section=[say.label("section", one) for one in table["section"]])


# ---- the stage -------------------------------------------------------------------------------------------------------

_HOW_QUADRANT = message("Quadrant of {label} in the grid of power and interest: power {power}, interest {interest}, cut {cut}; a value on the cut counts as high.")  # fmt: skip
_HOW_CLASS = message("Class of {label} by power, legitimacy and urgency, weak signs not counted; with them {with_weak}; open: {classes}.")  # fmt: skip
_HOW_MEMBERS = {
    SALIENCE: message("Stakeholders of the class {label}; bounds: those of no other class, and those that may be of it."),
    GRID: message("Stakeholders in the quadrant {label}; bounds: the fewest and most when the cut is moved by one step."),
    ROLES: message("Stakeholders with the role {label}; bounds: the fewest and most when others are counted in other ways."),
}  # fmt: skip


def results(case: Case) -> Results:
    """Return the classes of the stakeholders with the rows under them and how far they move.

    Facts: helix coverage; the number of stakeholders of each class, quadrant and role; how many classes turn without one source
    family; and the class of each stakeholder by the two schemes that give one word, with unit "class", so that
    ``dashat why class.mitchell1997.ID`` opens its rows and a class that turns is told by ``dashat compare``. Roles are sets: they
    stand in the tables.
    """
    weighed, table, movement = gather(case), classes(case), class_movement(case)
    ledger = Ledger()
    if HELIX in weighed.schemes:
        _add_coverage(ledger, weighed)
    for scheme in (ROLES, GRID, SALIENCE):
        if scheme in weighed.schemes:
            _add_members(ledger, weighed, scheme, table)
            _add_turns(ledger, weighed, scheme, movement)
    _add_classes(ledger, weighed, table)
    ledger.define(case, STATISTICS)
    return ledger.results(
        stakeholder_attributes=attributes(case),
        stakeholder_classes=table,
        class_movement=movement,
        grid_cuts=cuts(case),
    )


def _add_coverage(ledger: Ledger, weighed: Weighed) -> None:
    table = penta_helix(weighed.case)
    inside = table[table["inside"]]
    members = [one for ids in inside["stakeholder_ids"].dropna() for one in ids.split(";")]
    rules = weighed.of(HELIX)[0]
    support = [
        under("stakeholders", members, looked_at=weighed.names),
        under("attribute_rules", defines=rules["rule_id"]),
    ]
    ties = weighed.known[weighed.known["table"] == TIES]
    tied = [*support, under("ties", ties["row_id"]), under("evidence", ties["evidence_id"])]
    ledger.add("helix_coverage", int((inside["n_stakeholders"] > 0).sum()), unit="helices", support=support,
               how=message("Helices with at least one stakeholder, of {n}; international bodies and beneficiaries stand outside."), details={"n": len(inside)})  # fmt: skip
    ledger.add("helix_coverage_tied", int((inside["n_tied"] > 0).sum()), unit="helices", support=tied,
               how=message("Helices with at least one stakeholder that has a tie, of {n}."), details={"n": len(inside)})  # fmt: skip


def _bounds(case: Case, scheme: str, table: pd.DataFrame) -> dict[str, tuple[int, int, int]]:
    """How many stand in each class: value, fewest, most."""
    if scheme == SALIENCE:
        may = table["classes"].str.split(";")
        return {
            one: (int((table["class"] == one).sum()), int((table["classes"] == one).sum()), sum(one in m for m in may))
            for one in CLASSES.values()
        }
    if scheme == GRID:
        moved = cuts(case).set_index("cut").drop(index="median")  # of many zeros it is 0: then everyone is high
        return {one: (int(moved.at["own", one]), int(moved[one].min()), int(moved[one].max())) for one in QUADRANTS}
    others = [nugroho(case, together=True), nugroho(case, with_served=False)]
    counts = [_each_role(one["roles"]) for one in (table, *others)]
    names = dict.fromkeys(case.attribute_rules.loc[case.attribute_rules["scheme"] == ROLES, "attribute"])
    found = {one: [int(n.get(one, 0)) for n in counts] for one in names}
    return {one: (n[0], min(n), max(n)) for one, n in found.items()}


def _each_role(roles: pd.Series) -> pd.Series:
    return roles.dropna().str.split(";").explode().value_counts()


def _members(scheme: str, word: str, table: pd.DataFrame) -> pd.Series:
    if scheme == ROLES:
        held = table["roles"].str.split(";")
        return table.loc[[isinstance(one, list) and word in one for one in held], "stakeholder_id"]
    return table.loc[table["class" if scheme == SALIENCE else "quadrant"] == word, "stakeholder_id"]


def _add_members(ledger: Ledger, weighed: Weighed, scheme: str, table: pd.DataFrame) -> None:
    rules, rows = weighed.of(scheme)
    met = _met(rules, rows, weighed.case.stakeholders)
    is_met = _pairs(rows).isin(_pairs(met))
    for word, (value, fewest, most) in _bounds(weighed.case, scheme, table).items():
        ids = _members(scheme, word, table)
        weighs = rules[rules["attribute"] == word] if scheme == ROLES else rules
        here = rows["rule"].isin(weighs["rule"])
        counted = rows[here & is_met & rows["stakeholder_id"].isin(ids)]
        looked_at = rows[here] if scheme == ROLES else _all_that_tells(weighed, rows)
        ledger.add(
            f"n_class.{scheme}.{word}", value, unit="stakeholders", how=_HOW_MEMBERS[scheme],
            details={"label": labelled("class", word)}, lower=fewest, upper=most,
            support=[*_under(counted, looked_at), *_role_rows(weighed, scheme), under("stakeholders", ids, looked_at=weighed.names),
                     under("attribute_rules", defines=weighs["rule_id"])],
        )  # fmt: skip


def _pairs(table: pd.DataFrame) -> pd.MultiIndex:
    return pd.MultiIndex.from_frame(table[["rule", "stakeholder_id"]])


def _all_that_tells(weighed: Weighed, rows: pd.DataFrame) -> pd.DataFrame:
    """The rows that rules look at; of a stakeholder of whom there are none, all that tells that it is known."""
    rest = weighed.known[~weighed.known["stakeholder_id"].isin(rows["stakeholder_id"])]
    return pd.concat([rows[ROW], rest], ignore_index=True)


def _under(counted: pd.DataFrame, looked_at: pd.DataFrame) -> list[Under]:
    """Ties, codings and the actors by which a coded row names the stakeholder; the evidence of what is counted."""
    tie, coding = counted["table"] == TIES, counted["table"] == CODINGS
    other_tie, other_coding = looked_at["table"] == TIES, looked_at["table"] == CODINGS
    return [
        under("ties", counted.loc[tie, "row_id"], looked_at.loc[other_tie, "row_id"]),
        under("codings", counted.loc[coding, "row_id"], looked_at.loc[other_coding, "row_id"]),
        under("evidence_actors", counted.loc[coding, "actor"], looked_at.loc[other_coding, "actor"]),
        under("evidence", counted["evidence_id"]),
    ]


def _role_rows(weighed: Weighed, scheme: str) -> list[Under]:
    """Rows that state a role, or might: they were looked at."""
    if scheme != ROLES:
        return []
    return [
        under("codings", looked_at=weighed.stated["row_id"]),
        under("evidence_actors", looked_at=weighed.stated["actor"]),
    ]


def _add_turns(ledger: Ledger, weighed: Weighed, scheme: str, movement: pd.DataFrame) -> None:
    mine = movement[(movement["scheme"] == scheme) & (movement["kind"] == "source")]
    turned = mine[mine["n_same"] < mine["n_readings"]]
    rules, rows = weighed.of(scheme)
    counted = rows[rows["stakeholder_id"].isin(turned["stakeholder_id"])]
    lone = int((weighed.known.groupby("stakeholder_id")["source_family"].nunique() == 1).sum())
    ledger.add(
        f"n_class_turns.{scheme}", len(turned), unit="stakeholders", details={"scheme": labelled("scheme", scheme), "n": lone},
        how=message("Stakeholders whose class by {scheme} turns when one source family that names them is left out; {n} are named by one family only."),
        support=[*_under(counted, weighed.known), *_role_rows(weighed, scheme), under("stakeholders", turned["stakeholder_id"], looked_at=weighed.names),
                 under("attribute_rules", defines=rules["rule_id"])],
    )  # fmt: skip


def _add_classes(ledger: Ledger, weighed: Weighed, table: pd.DataFrame) -> None:
    labels = weighed.case.stakeholders.set_index("stakeholder_id")["short_name"]
    for scheme, column in ((GRID, "quadrant"), (SALIENCE, "class")):
        if scheme not in weighed.schemes:
            continue
        rules, rows = weighed.of(scheme)
        met = _met(rules, rows, weighed.case.stakeholders)
        met_by = dict(list(met.groupby("stakeholder_id")["rule"]))
        tells = dict(list(_all_that_tells(weighed, rows).groupby("stakeholder_id")))
        counted = dict(list(rows[_pairs(rows).isin(_pairs(met))].groupby("stakeholder_id")))
        for row in table.to_dict("records"):
            one, known = row["stakeholder_id"], pd.notna(row[column])
            mine = rules[rules["rule"].isin(met_by.get(one, []))]
            ledger.add(
                f"class.{scheme}.{one}", row[column] if known else None, unit="class",
                how=_HOW_QUADRANT if scheme == GRID else _HOW_CLASS, details=_said_of(scheme, row, labels[one]),
                reason=None if known else NO_RULE if row["known"] else NOTHING_KNOWN,
                support=[*_under(counted.get(one, rows[:0]), tells.get(one, rows[:0])), under("stakeholders", defines=[one]),
                         under("attribute_rules", defines=mine["rule_id"])],
            )  # fmt: skip


def _said_of(scheme: str, row: Mapping[str, object], label: str) -> dict[str, object]:
    if scheme == GRID:
        told = {name: "–" if pd.isna(row[name]) else row[name] for name in (POWER, INTEREST)}
        return {"label": label, **told, "cut": MIDPOINT}
    said = {"with_weak": row["class_with_weak"], "classes": row["classes"]}
    return {"label": label} | {name: _labels(cell if isinstance(cell, str) else NOBODY_SAYS) for name, cell in said.items()}  # fmt: skip


def _labels(words: str) -> dict[str, str]:
    return {one: ", ".join(reader(one).label("class", word) for word in words.split(";")) for one in languages()}


# ---- general statistics that fact_definitions.csv may name -----------------------------------------------------------


def share_with_code(case: Case, given: Mapping[str, str]) -> Measured:
    """Share of stakeholders named in a row coded with one of some codes or a child. Parameters: codes (|), stance, sector_not, place.

    The place is the wider place if not given; "any" admits every place.
    """
    place = given.get("place", case.settings.wider_place)
    rows = admitted(case, place=None if place == "any" else place)
    codes = codes_below(case, given["codes"].split("|"))
    coded = case.codings[(case.codings["coder"] == case.settings.coder) & case.codings["code_id"].isin(codes)]
    coded = coded[coded["evidence_id"].isin(rows["evidence_id"]) & (coded["stance"] == given.get("stance", "for"))]
    among = case.stakeholders.loc[case.stakeholders["sector"] != given.get("sector_not"), "stakeholder_id"]
    actors = case.evidence_actors[case.evidence_actors["evidence_id"].isin(coded["evidence_id"])]
    actors = actors[actors["stakeholder_id"].isin(among)]
    n = actors["stakeholder_id"].nunique()
    return Measured(
        value=n / len(among) if len(among) else float("nan"),
        how=message("Stakeholders named in a row so coded, {n} of {all}."),
        details={"n": n, "all": len(among)},
        support=(
            under("stakeholders", actors["stakeholder_id"], looked_at=among), under("codings", coded["coding_id"]),
            under("evidence", coded["evidence_id"]), under("evidence_actors", row_ids("evidence_actors", actors)),
            under("codebook", defines=codes),
        ),
        place=None if place == "any" else place,
        reason=None if len(among) else "no stakeholder",
    )  # fmt: skip


STATISTICS: dict[str, Statistic] = {"share_with_code": share_with_code}
