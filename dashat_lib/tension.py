"""Can a collaboration work and the programme depend on it all the same? The 2 x 2 of dynamics and dependency, with its third state.

Both can hold, because they are about different things: the dynamics about coded evidence over elements, sources and sectors; the
dependency about how many independent ways lead from money to families. One cell is the reading of the record; how far it moves
under other readings stands beside it, by kind and never pooled.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

import numpy as np
import pandas as pd

from . import dependency, indicators, readings
from .admission import elements
from .dependency import money, views, whatif
from .dependency.flow import ROLL_UPS, read_as
from .dependency.stage import all_support, paid_support, without_each_family
from .dependency.ways import NOT_SERVED
from .errors import message
from .facts import Ledger, labelled
from .resampling import poisson_weights
from .tables import Case, Results
from .words import Reader, languages, reader

MET, UNMET, UNCLEAR, BRITTLE, ROBUST = "met", "not met", "unclear", "brittle", "robust"
DYNAMICS, DEPENDENCY = (MET, UNCLEAR, UNMET), (ROBUST, UNCLEAR, BRITTLE)
# Sign -> (brittle if, robust if), after METHODS 10: the value is compared with a number.
SIGNS: dict[str, tuple[tuple[str, float], tuple[str, float]]] = {
    "share_few_ways": ((">=", 0.5), ("==", 0.0)),
    "hhi_normalised": ((">=", 0.5), ("<", 0.25)),
    "share_reached": (("<", 1.0), ("==", 1.0)),
    "share_money_left": (("<", 0.5), (">=", 0.75)),
}
ELEMENTS_MIN = 0.75
MANY = "one_team_a_kelurahan"
KINDS = ("coder", "dispute", "doubt", "source", "audit", "resample", "cut-off", "roll-up", "boundary")
_COMPARE: dict[str, Callable[[float, float], bool]] = {
    ">=": lambda a, b: a >= b, "<": lambda a, b: a < b, "==": lambda a, b: math.isclose(a, b, abs_tol=1e-12),
}  # fmt: skip
PARTS = ("diagnosis", "indicators", "conclusion")
# What each cell means for the three sentences of such an abstract; keys are dynamics, dependency.
MEANING: dict[tuple[str, str], dict[str, str]] = {
    (MET, BRITTLE): {
        "diagnosis": message("That the programme depends on a few stakeholders stands on the record."),
        "indicators": message("That the indicators are met stands, and does not contradict the dependency: one is about how they work together, the other about how few ways lead to the families."),
        "conclusion": message("That it was run successfully holds only as long as those stay on whom it depends."),
    },
    (MET, UNCLEAR): {
        "diagnosis": message("Whether the programme depends on a few stakeholders is not decided by the record."),
        "indicators": message("That the indicators are met stands."),
        "conclusion": message("That it was run successfully is not contradicted; how long it lasts is open."),
    },
    (MET, ROBUST): {
        "diagnosis": message("That the programme depends on a few stakeholders is contradicted."),
        "indicators": message("That the indicators are met stands."),
        "conclusion": message("That it was run successfully stands without the reservation."),
    },
    (UNCLEAR, BRITTLE): {
        "diagnosis": message("That the programme depends on a few stakeholders stands on the record."),
        "indicators": message("Whether all indicators are met is not decided: at least one of them is contested or undecidable."),
        "conclusion": message("That it was run successfully is not decided either, and if it holds, then only as long as those stay on whom it depends."),
    },
    (UNCLEAR, UNCLEAR): {
        "diagnosis": message("Whether the programme depends on a few stakeholders is not decided by the record."),
        "indicators": message("Whether all indicators are met is not decided: at least one of them is contested or undecidable."),
        "conclusion": message("That it was run successfully is not decided."),
    },
    (UNCLEAR, ROBUST): {
        "diagnosis": message("That the programme depends on a few stakeholders is contradicted."),
        "indicators": message("Whether all indicators are met is not decided: at least one of them is contested or undecidable."),
        "conclusion": message("That it was run successfully is not decided; dependency is no reason against it."),
    },
    (UNMET, BRITTLE): {
        "diagnosis": message("That the programme depends on a few stakeholders stands on the record."),
        "indicators": message("That the indicators are met is contradicted."),
        "conclusion": message("That it was run successfully is contradicted."),
    },
    (UNMET, UNCLEAR): {
        "diagnosis": message("Whether the programme depends on a few stakeholders is not decided by the record."),
        "indicators": message("That the indicators are met is contradicted."),
        "conclusion": message("That it was run successfully is contradicted."),
    },
    (UNMET, ROBUST): {
        "diagnosis": message("That the programme depends on a few stakeholders is contradicted: the diagnosis is misplaced, the trouble lies in how they work together."),
        "indicators": message("That the indicators are met is contradicted."),
        "conclusion": message("That it was run successfully is contradicted."),
    },
}  # fmt: skip


def dynamics(table: pd.DataFrame, *, elements_min: float = ELEMENTS_MIN) -> str:
    """Return whether the indicators are met, from their verdicts on the wider place.

    Parameters
    ----------
    table : DataFrame
        :func:`dashat_lib.indicators.verdicts` of one place, indicators and their elements.
    elements_min : float
        Share of the elements of an indicator that must have an event for.

    Returns
    -------
    "met" if every indicator is supported with enough of its elements, "not met" if one is contradicted, else "unclear"
    """
    whole = table[table["element_id"].isna()].set_index("dimension_id")["verdict"]
    parts = table[table["element_id"].notna()]
    seen = (parts["n_for"] > 0).groupby(parts["dimension_id"]).mean().reindex(whole.index, fill_value=0.0)
    if (whole == "contradicted").any():
        return UNMET
    return MET if len(whole) and ((whole == "supported") & (seen >= elements_min)).all() else UNCLEAR


def signs(case: Case, programme: str | None = None, *, roll_up: str = "none", own_money: bool = False) -> pd.DataFrame:
    """Return the signs of dependency of a programme.

    Returns
    -------
    DataFrame, one row a sign
        ``sign, value`` (missing where undefined), ``brittle_if, robust_if`` (in words), ``says`` (brittle, robust, unclear). Share of the groups
        with at most one way; normalised HHI of the grants of the last year with a known amount; share of the groups reached that still are
        after the top funder, or the top intermediary, has left, the smaller; share of the known money left without the largest grant.
        ``lower, upper`` (what unknown amounts leave open; the value itself where none are in it), ``at_bounds`` (what the sign says at either
        end, ";"-joined where they differ).
    """
    whole = dependency.flow(case, programme, roll_up=roll_up, own_money=own_money)
    kappa = [dependency.cut(whole, group).kappa for group in whole.beneficiaries]
    few = [one is not None and one <= 1 for one in kappa]
    served = dependency.reached(whole)
    between = whatif.top_intermediary(whole)
    gone = [some for some in (whatif.top_funder(case, whole.programme), (between,) if between else ()) if some]
    after = [len(set(dependency.reached(whole, some)) & set(served)) / len(served) for some in gone] if served else []
    year = whatif.last_year_of_money(case, whole.programme)
    paid = dependency.grants(case, whole.programme, years=(year, year))["amount"].tolist() if year else []
    spread = money.concentration(paid)
    values = {
        "share_few_ways": sum(few) / len(few) if few else math.nan, "hhi_normalised": spread.hhi_normalised.value,
        "share_reached": min(after) if after else math.nan, "share_money_left": 1 - spread.top_share.value,
    }  # fmt: skip
    ends = {
        "hhi_normalised": (spread.hhi_normalised.lower, spread.hhi_normalised.upper),
        "share_money_left": (1 - spread.top_share.upper, 1 - spread.top_share.lower),
    }
    rows = []
    for name, (brittle, robust) in SIGNS.items():
        value = values[name]
        low, high = ends.get(name, (value, value))
        at_bounds = dict.fromkeys(_says(one, brittle, robust) for one in (low, high))
        rows.append(
            {
                "sign": name, "value": value, "lower": low, "upper": high, "brittle_if": _told(brittle), "robust_if": _told(robust),
                "says": _says(value, brittle, robust), "at_bounds": ";".join(at_bounds),
            }
        )  # fmt: skip
    return pd.DataFrame(rows)


def condition(rule: str, say: Reader) -> str:
    """Return a condition of a sign in words: ">= 0.5" is "at least 0.5"."""
    sign, _, number = rule.partition(" ")
    value = float(number)
    if sign == ">=":
        return say("at least {value}", value=value)
    return say("below {value}", value=value) if sign == "<" else say("exactly {value}", value=value)


def _no_sign(sign: str) -> str:
    """Why a sign has no value."""
    return {"share_few_ways": NOT_SERVED, "share_reached": whatif.NONE_REACHED}.get(sign, money.NO_AMOUNT)


def _told(rule: tuple[str, float]) -> str:
    return f"{rule[0]} {rule[1]:g}"


def _says(value: float, brittle: tuple[str, float], robust: tuple[str, float]) -> str:
    if math.isnan(value):
        return UNCLEAR
    if _COMPARE[brittle[0]](value, brittle[1]):
        return BRITTLE
    return ROBUST if _COMPARE[robust[0]](value, robust[1]) else UNCLEAR


def _signs_told(table: pd.DataFrame, say: Reader) -> str:
    """Every sign with its value and what it says."""
    rows = table.to_dict("records")
    return "; ".join(
        f"{say.label('sign', str(one['sign']))} {'–' if math.isnan(one['value']) else say.number(round(one['value'], 3))} ({say.label('dependency', str(one['says']))})"
        for one in rows
    )


def dependence(table: pd.DataFrame, *, at_least: int = 1) -> str:
    """Return "brittle" if at least so many signs say so, "robust" if every sign does, else "unclear"."""
    said = table["says"]
    if (said == BRITTLE).sum() >= at_least:
        return BRITTLE
    return ROBUST if (said == ROBUST).all() else UNCLEAR


def cell(case: Case) -> tuple[str, str]:
    """Return the cell of a case: (dynamics, dependency), on its wider place and programme."""
    table = indicators.verdicts(indicators.gather(case, places=[case.settings.wider_place]))
    return dynamics(table), dependence(signs(case))


def cells(case: Case) -> pd.DataFrame:
    """Return the cell under every other reading of the case.

    Returns
    -------
    DataFrame, one row a reading
        ``kind, reading, dynamics, dependency``. Ties carry no coder, so readings by coder leave the dependency as it is; roll-ups and what
        counts as source of money ("boundary") leave the dynamics. A resample draws events, a cut-off moves one threshold.
    """
    place = case.settings.wider_place
    table = indicators.verdicts(indicators.gather(case, places=[place]))
    said, held = dynamics(table), signs(case)
    base = dependence(held)
    rows: list[tuple[str, str, str, str]] = []
    for one in readings.coders(case):
        other = indicators.verdicts(indicators.gather(one.make(case), places=[place]))
        rows.append((one.kind, one.name, dynamics(other), base))
    for one in readings.doubts(case, case.settings.resamples // 10, seed=case.settings.seed):
        other = indicators.verdicts(indicators.gather(one.make(case), places=[place]))
        rows.append((one.kind, one.name, dynamics(other), base))
    rows += _by_source(case, table, base)
    rows += [(one.kind, one.name, *cell(one.make(case))) for one in readings.audits(case)]
    for one in readings.cut_offs(case):
        rows.append(("cut-off", one.name, dynamics(indicators.verdicts(indicators.gather(one.make(case), places=[place]))), base))  # fmt: skip
    rows.append(("cut-off", "every element", dynamics(table, elements_min=1.0), base))
    rows.append(("cut-off", "half of the elements", dynamics(table, elements_min=0.5), base))
    rows += [("cut-off", f"{n} signs", said, dependence(held, at_least=n)) for n in range(2, len(SIGNS) + 1)]
    for roll_up in ROLL_UPS[1:]:
        rows.append(("roll-up", roll_up, said, dependence(signs(case, roll_up=roll_up))))
    rows.append(("boundary", "own money", said, dependence(signs(case, own_money=True))))
    rows.append(("boundary", "all programmes", said, dependence(signs(case, "all"))))
    rows += _resampled(case)
    return pd.DataFrame(rows, columns=["kind", "reading", "dynamics", "dependency"])


def _by_source(case: Case, table: pd.DataFrame, base: str) -> Iterator[tuple[str, str, str, str]]:
    """Without each source family that bears on either side."""
    place = case.settings.wider_place
    material = indicators.gather(case, places=[place])
    turned = indicators.robustness(material)
    turned = turned[turned["kind"] == "source"]
    tied = dict(without_each_family(case, dependency.flow(case)))
    for family in sorted({*turned["reading"], *tied}):
        other = table.set_index("set_id")
        mine = turned[turned["reading"] == family].set_index("set_id")
        other.loc[mine.index, ["verdict", "n_for", "n_against"]] = mine[["verdict", "n_for", "n_against"]]
        says = dependence(signs(tied[family])) if family in tied else base
        yield "source", family, dynamics(other.reset_index()), says


def _resampled(case: Case) -> Iterator[tuple[str, str, str, str]]:
    """Events drawn again, each as often as a Poisson draw says: a fifth of the resamples of the settings, since each makes a network anew."""
    n, place = case.settings.resamples // 5, case.settings.wider_place
    material = indicators.gather(case, places=[place])
    weights = poisson_weights(sorted(case.evidence["event_id"].unique()), n, seed=case.settings.seed)
    worlds = indicators.in_worlds(material, weights)
    event = case.ties["evidence_id"].map(case.evidence.set_index("evidence_id")["event_id"])
    drawn = np.array([weights[one] for one in event], dtype=int).reshape(len(event), -1)
    scored = material.scored[["set_id", "dimension_id", "element_id"]]
    for at in range(n):
        mine = worlds[worlds["world"] == at].merge(scored, on="set_id")
        left = replace(case, ties=case.ties[drawn[:, at] > 0])
        yield "resample", f"resample {at + 1}", dynamics(mine), dependence(signs(left))


def shares(table: pd.DataFrame, base: tuple[str, str]) -> pd.DataFrame:
    """Return how many readings of each kind fall into each cell.

    Returns
    -------
    DataFrame, one row a kind and cell that any of its readings falls into
        ``kind, dynamics, dependency, n, n_readings, share, base`` (whether it is the cell of the case itself).
    """
    by = table.groupby(["kind", "dynamics", "dependency"], as_index=False).size().rename(columns={"size": "n"})
    total = by.groupby("kind")["n"].transform("sum")
    found = by.assign(n_readings=total, share=by["n"] / total)
    found["base"] = (found["dynamics"] == base[0]) & (found["dependency"] == base[1])
    order = {kind: at for at, kind in enumerate(KINDS)}
    found = found.sort_values(["kind", "n"], key=lambda c: c.map(order) if c.name == "kind" else -c, kind="stable")
    return found.reset_index(drop=True)


def meaning(found: tuple[str, str], part: str) -> str:
    """Return what a cell means for a sentence of the abstract: "diagnosis", "indicators" or "conclusion"."""
    return MEANING[found][part]


def brief(case: Case, say: Reader) -> list[str]:
    """Return what all this says to someone who must decide for next year, a sentence an item, computed.

    Parameters
    ----------
    say : Reader
        The reader's language.
    """
    whole = dependency.flow(case)
    called = views.names(case, say)

    def listed(ids: Iterable[str]) -> str:
        found = [called[one] for one in dict.fromkeys(ids)]
        return say.list(found) if found else say("nobody")

    said = [*_brief_money(case, whole.programme, listed, say)]
    served = dependency.reached(whole)
    if not served:
        return [*said, say("On record no ultimate funder reaches any group of this programme.")]
    said += [*_brief_ways(case, whole, served, listed, say), *_brief_years(case, whole.programme, say)]
    best = dependency.best_ties(dependency.additions(case)).set_index("criterion").loc["one_group"]
    if best["n_ties"]:
        points = dependency.single_points(whole)["stakeholder_id"]
        said.append(say("A second pair of hands to {targets} that does not depend on {who} would help most; {n} possible ties do about as well, so which one is a question of who can.", targets=listed(best["targets"].split(";")), who=listed(points), n=int(best["n_ties"])))  # fmt: skip
    return [*said, say("All this is what public pages say: a tie that no page reports is not here, and nobody has observed how likely it is that anyone leaves.")]  # fmt: skip


def _brief_ways(case: Case, whole: dependency.Flow, served: Sequence[str], listed: Callable[[Iterable[str]], str], say: Reader) -> Iterator[str]:  # fmt: skip
    """Who is reached, who hangs on one, and the same by the other readings."""
    yield say.count("The record knows {n} group that the programme reaches: {names}.", "The record knows {n} groups that the programme reaches: {names}.", len(served), names=listed(served))  # fmt: skip
    exits = whatif.exits(case, whole=whole).set_index("exit")
    hands, payer = exits.loc["delivery_teams"], exits.loc["top_funder"]
    if pd.notna(hands["cut_off"]):
        yield say("If {who} stopped, nothing would reach {names} any more.", who=listed(hands["stakeholder_ids"].split(";")), names=listed(hands["cut_off"].split(";")))  # fmt: skip
    if pd.notna(payer["stakeholder_ids"]):
        off = payer["cut_off"]
        yield say("If {who} stopped paying, the groups cut off would be: {names}.", who=listed(payer["stakeholder_ids"].split(";")), names=listed([] if pd.isna(off) else off.split(";")))  # fmt: skip
    own = read_as(case, "own_money")
    more = [one for one in own.funders if one not in whole.funders]
    if more:
        after = whatif.exits(case, whole=own).set_index("exit").loc["delivery_teams", "cut_off"]
        yield say("{names} pay money of their own and receive a grant as well, so the rule does not count them as a source; counted as one, the groups cut off without the teams that deliver would be: {groups}.", names=listed(more), groups=listed([] if pd.isna(after) else after.split(";")))  # fmt: skip
    if case.settings.teams:
        fewest = [_fewest(case, reading) for reading in ({"roll_up": MANY}, {"roll_up": MANY, "own_money": True})]
        yield say("Read as one team a kelurahan, no single team closes a way; what all teams share is the money above them, and {n} exits there are enough to close it ({m} if all who pay money of their own count as sources).", n=fewest[0], m=fewest[1])  # fmt: skip


def _fewest(case: Case, reading: Mapping[str, object]) -> int:
    """The smallest number of exits that cuts off a group that is reached."""
    whole = dependency.flow(case, **reading)  # type: ignore[arg-type]
    return min((dependency.cut(whole, one).kappa or 0 for one in dependency.reached(whole)), default=0)


def _brief_years(case: Case, programme: str | None, say: Reader) -> Iterator[str]:
    """Whether payers come back."""
    back = dependency.persistence(case, programme)
    if back.empty:
        yield say("Payments of this programme are dated in no two years next to each other, so whether its payers come back cannot be decided.")  # fmt: skip
        return
    best = back.sort_values("value").iloc[-1]
    yield say("Of all who paid in {year_from} or {year_to}, {share} paid in both.", year_from=str(best["year_from"]), year_to=str(best["year_to"]), share=say.percent(float(best["value"])))  # fmt: skip


def _brief_money(case: Case, programme: str | None, listed: Callable[[Iterable[str]], str], say: Reader) -> Iterator[str]:  # fmt: skip
    """What is known of the money of the last year with an amount."""
    year = whatif.last_year_of_money(case, programme)
    if programme is None or year is None:
        yield say("No amount of money of this programme is known.")
        return
    found, left = money.of_year(case, programme, year), money.left(case, programme, year)
    top = left.iloc[0]
    yield say(
        "{n} grants of {year} are on record, {unknown} of them of unknown amount; of the known {known} billion {unit} {payer} gave {share}, and between {low} and {share} whatever the unknown amounts are.",
        year=str(year),
        n=len(found),
        unknown=int(found["amount"].isna().sum()),
        known=round(float(found["amount"].sum()) / 1e9, 2),
        unit=say.label("unit", case.settings.currency),
        payer=listed(str(top["stakeholder_id"]).split(";")),
        share=say.percent(1 - float(top["share_left"])),
        low=say.percent(1 - float(top["share_left_upper"])),
    )
    if top["portions_left"] == top["portions_left"] and top["share_left"]:
        yield say(
            "At the cost per portion stated for that year the known money would pay {all} portions with it and {portions} without; no source says that all of it buys portions.",
            portions=round(float(top["portions_left_lower"])),
            all=round(float(top["portions_left_lower"]) / float(top["share_left"])),
        )


_HOW = {
    "dynamics": message("Whether the indicators of the case are met on {place}: every one supported by rule D1 with enough of its elements, or one contradicted; a city-level proxy where the focal place has too few rows."),
    "dependency": message("Whether the programme is brittle (a sign of dependency holds), robust (the opposite of all) or unclear. Its signs: {signs}."),
    "sign": message("Sign of dependency: {sign}."),
    "share": message("Share of {n} readings of kind {kind} in which the cell of dynamics and dependency is what it is here."),
}  # fmt: skip


def results(case: Case, *, read_again: bool = True) -> Results:
    """Return the cell of the case, the signs under it, and the share of readings, by kind, in which it is the same.

    Parameters
    ----------
    read_again : bool
        Whether the other readings are computed; a what-if, which asks twice, leaves them out.
    """
    ledger = Ledger()
    if not case.settings.programme:
        return ledger.results()
    place = case.settings.wider_place
    material = indicators.gather(case, places=[place])
    found, held = cell(case), signs(case)
    whole = dependency.flow(case)
    year = whatif.last_year_of_money(case, whole.programme)
    cash = paid_support(case, str(whole.programme), (0, year)) if year else ()
    below = [rows for one in elements(case)["set_id"] for rows in indicators.support_of_verdict(material, one, place)]
    flow_rows = all_support(case, whole)
    name = case.places.set_index("place").at[place, "name"]
    ledger.add(
        "tension.dynamics",
        found[0],
        unit="class",
        how=_HOW["dynamics"],
        details={"place": name},
        support=below,
        place=place,
    )
    ledger.add(
        "tension.dependency",
        found[1],
        unit="class",
        how=_HOW["dependency"],
        details={"signs": {one: _signs_told(held, reader(one)) for one in languages()}},
        support=[*flow_rows, *cash],
        programme=whole.programme,
    )
    for one in held.to_dict("records"):
        value = one["value"]
        ledger.add(
            f"tension.sign.{one['sign']}", value, unit="share (0-1)", how=_HOW["sign"], details={"sign": labelled("sign", str(one["sign"]))},
            support=[*flow_rows, *cash], programme=whole.programme, reason=_no_sign(str(one["sign"])) if math.isnan(value) else None,
        )  # fmt: skip
    if not read_again:
        return ledger.results(tension_signs=held)
    table = cells(case)
    counted = shares(table, found)
    same = table.assign(same=(table["dynamics"] == found[0]) & (table["dependency"] == found[1]))
    for kind, part in same.groupby("kind", sort=False):
        ledger.add(
            f"tension.share.{kind}", float(part["same"].mean()), unit="share (0-1)", how=_HOW["share"],
            details={"n": len(part), "kind": labelled("reading kind", str(kind))}, support=[*below, *flow_rows, *cash], place=place,
        )  # fmt: skip
    return ledger.results(tension_signs=held, tension_readings=table, tension_shares=counted)
