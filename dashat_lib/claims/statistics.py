"""The general statistics that ``fact_definitions.csv`` may name: those of every room, and those that only claims need.

A statistic takes parameters and knows no claim. Rows of the document under examination stand in none of them.

Parameters that choose rows are those of :mod:`dashat_lib.claims.selection`; with ``undefined_below`` a smaller number decides
nothing.
"""

from __future__ import annotations

import math
import zlib
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date
from functools import partial
from typing import TYPE_CHECKING

import pandas as pd

from .. import dependency, indicators, outcomes, reduction, stakeholders
from ..admission import OUTSIDE_THE_HELICES, pooled, with_verdict
from ..errors import message
from ..facts import Measured, Statistic, Under, joined, under
from ..network import stage as network
from ..network.two_mode import NO_VARIATION
from ..settings import Settings, VerdictRule
from .agreement import Agreement, agreement
from .comparisons import Comparison, Reference, comparisons, holds, is_open
from .selection import (
    ANYWHERE,
    choose,
    conditions_of,
    in_each,
    labels_of,
    namings,
    place_name,
    set_of,
    set_support,
    values_of,
)

if TYPE_CHECKING:
    from .reckoning import Reckoning

OfReckoning = Callable[["Reckoning", Mapping[str, str]], Measured]
TOO_FEW = "too few of them"
NOT_ADMITTED = "a listed row is missing or not admitted"
NO_QUANTITY, NO_VALUE, DIFFER = "a row has no number, or it is zero", "no row of that date", "sources differ"
ALL_OPEN, NOT_TESTED = (
    "everything it compares is open",
    "the documents cannot test this",
)
NO_CLAIM = "no claim of that name"


# ---- verdicts by rule D1 ---------------------------------------------------------------------------------------------


def d1_verdict(book: Reckoning, given: Mapping[str, str]) -> Measured:
    """Rule D1 on a code set. Parameters: codes, reversed_codes, place; n_min, families_min, sectors_min, cut, bound.

    With bound=majority the side with more events decides: no Wilson bound, no minimum of sectors.
    """
    set_id, place = key = set_of(book, given)
    counts = book.count(*key)
    majority = given.get("bound") == "majority"
    seen = {name: 0 if counts is None else int(counts[name]) for name in ("n_for", "n_against", "n_families")}
    verdict = "undecidable" if counts is None else verdicts_of(counts.to_frame().T, given, book.settings)[0]
    how = _MAJORITY if majority else _D1_REVERSED if given.get("reversed_codes") else _D1
    return Measured(
        value=verdict,
        how=how,
        details={
            "label": labels_of(book, given.get("codes", "")), "reversed": labels_of(book, given.get("reversed_codes", "")),
            "place": place_name(book, place), **seen,
        },
        support=set_support(book, set_id, place, {"for", "against"}, sectors=not majority),
        place=None if place == ANYWHERE else place,
    )  # fmt: skip


def verdicts_of(counts: pd.DataFrame, given: Mapping[str, str], settings: Settings) -> list[str]:
    """Return the verdict of each row of counts (columns of :func:`dashat_lib.admission.tally`) by the rule that parameters give."""
    numbers: dict[str, int | float] = {one: int(given[one]) for one in ("n_min", "families_min", "sectors_min") if one in given}  # fmt: skip
    numbers |= {one: float(given[one]) for one in ("cut", "confidence") if one in given}
    rule = settings.rule.model_copy(update=dict(numbers))
    if given.get("bound") == "majority":
        return [_by_majority(one, rule) for one in counts.to_dict("records")]
    if not numbers and "verdict" in counts:
        return counts["verdict"].tolist()
    names = [name for name in counts if str(name).startswith("n_")]
    return with_verdict(counts[names].astype("int64"), rule)["verdict"].tolist()


def _by_majority(one: Mapping[str, int], rule: VerdictRule) -> str:
    s, c = one["n_for"], one["n_against"]
    if s + c < rule.n_min or one["n_families"] < rule.families_min:
        return "undecidable"
    if s >= rule.n_min and one["n_families_for"] >= rule.families_min and s > c:
        return "supported"
    if c >= rule.n_min and one["n_families_against"] >= rule.families_min and c > s:
        return "contradicted"
    return "contested"


def both_stances(book: Reckoning, given: Mapping[str, str]) -> Measured:
    """1 if a code set has events for and events against, or a mixed one; else 0. Parameters: codes, place."""
    set_id, place = key = set_of(book, given)
    counts = book.count(*key)
    both = counts is not None and bool((counts["n_for"] and counts["n_against"]) or counts["n_mixed"])
    return Measured(
        value=int(both),
        how=message("1 where events on {place} speak for and others against {label}, or one does both; else 0."),
        details={"label": labels_of(book, given["codes"]), "place": place_name(book, place)},
        support=set_support(book, set_id, place, {"for", "against", "mixed"}, sectors=False),
        place=None if place == ANYWHERE else place,
    )


def class_from_verdicts(book: Reckoning, given: Mapping[str, str]) -> Measured:
    """A verdict made of others. Parameters: claims (|), codes (on which rule D1 must not be contradicted), place.

    Supported if all claims are and rule D1 on the codes is not contradicted; contradicted if a claim is; undecidable if a claim
    is, or was not tested; else contested.
    """
    from .verdicts import claim_verdict

    names = given["claims"].split("|")
    if set(names) - set(book.tests):
        return Measured(
            math.nan, message("Made of the verdicts on claims that are not all there."), {}, (), reason=NO_CLAIM
        )
    found = {one: claim_verdict(book, one) for one in names}
    said = [one.verdict for one in found.values()]
    rule = d1_verdict(book, {name: given[name] for name in ("codes", "place") if name in given}) if "codes" in given else None  # fmt: skip
    if all(one == "supported" for one in said) and (rule is None or rule.value != "contradicted"):
        value = "supported"
    elif "contradicted" in said:
        value = "contradicted"
    else:
        value = "undecidable" if {"undecidable", "not_tested"} & set(said) else "contested"
    support = [] if book.bare else [rows for one in found.values() for rows in one.support()]
    return Measured(
        value=value,
        how=message("Made of the verdicts on other claims ({claims}) and of rule D1 on {label} ({rule})."),
        details={
            "claims": in_each(
                lambda say: ", ".join(f"{one} {say.label('verdict', of.verdict)}" for one, of in found.items())
            ),
            "label": labels_of(book, given.get("codes", "")),
            "rule": in_each(lambda say: "–" if rule is None else say.label("verdict", str(rule.value))),
        },
        support=joined([*support, *(rule.support if rule is not None else ())]),
    )


def not_tested(book: Reckoning, given: Mapping[str, str]) -> Measured:
    """Nothing: the documents cannot test the sentence."""
    return Measured(float("nan"), message("The documents cannot test this sentence."), {}, (), reason=NOT_TESTED)


# ---- counts of rows, events and source families ----------------------------------------------------------------------


def _counted(book: Reckoning, given: Mapping[str, str], column: str, how: str) -> Measured:
    if not {"codes", "evidence_ids"} & set(given):
        raise KeyError("codes")
    chosen = None if book.bare else choose(book, given)
    n = len(values_of(book, given, column)) if chosen is None else int(chosen.rows.loc[chosen.rows["counted"], column].nunique())  # fmt: skip
    enough = n >= int(given.get("undefined_below", 0))
    place = given.get("place", book.settings.wider_place if "codes" in given else ANYWHERE)
    return Measured(
        value=n if enough else float("nan"),
        how=how,
        details={"n": n, **conditions_of(book, given)},
        support=() if chosen is None else chosen.support,
        place=None if place == ANYWHERE else place,
        reason=None if enough else TOO_FEW,
    )


def n_families(book: Reckoning, given: Mapping[str, str]) -> Measured:
    """Source families of rows (:func:`choose`)."""
    return _counted(book, given, "source_family", message("Source families of rows {conditions}."))


def n_rows(book: Reckoning, given: Mapping[str, str]) -> Measured:
    """Evidence rows (:func:`choose`)."""
    return _counted(book, given, "evidence_id", message("Evidence rows {conditions}."))


def n_events(book: Reckoning, given: Mapping[str, str]) -> Measured:
    """Events that as a whole have the stance (all if none is given), reports of one event pooled. Parameters: as :func:`choose`.

    The other conditions choose the rows; the stance is that of the event.
    """
    rest = {name: value for name, value in given.items() if name != "stance"}
    chosen = choose(book, rest)
    met = chosen.codings[chosen.codings["counted"]]
    said = pooled(met.assign(stance=met["stance"]), keys=["counted"]) if len(met) else pd.Series(dtype="str")
    met = met[said == given["stance"]] if "stance" in given else met
    n = int(met["event_id"].nunique())
    enough = n >= int(given.get("undefined_below", 0))
    out = chosen.codings[~chosen.codings["coding_id"].isin(met["coding_id"])]
    place = given.get("place", book.settings.wider_place)
    return Measured(
        value=n if enough else float("nan"),
        how=message("Events {conditions}, reports of one event pooled."),
        details={"n": n, **conditions_of(book, given)},
        support=joined(
            [under(one.table, defines=one.defines) for one in chosen.support]
            + [under("evidence", met["evidence_id"], out["evidence_id"]), under("codings", met["coding_id"], out["coding_id"])]
        ),
        place=None if place == ANYWHERE else place,
        reason=None if enough else TOO_FEW,
    )  # fmt: skip


# ---- comparisons of other facts --------------------------------------------------------------------------------------


def n_true(book: Reckoning, given: Mapping[str, str]) -> Measured:
    """How many comparisons hold. Parameter: tests (";"-joined). Undefined where all are open; an open one does not hold.

    The upper bound counts the open ones as if they held.
    """
    tests = comparisons(given["tests"])
    said = [sign_holds(book, one) for one in tests]
    unknown = sum(one is None for one in said)
    n = sum(one is True for one in said)
    return Measured(
        value=float("nan") if unknown == len(said) else n,
        how=message("How many of these hold: {tests}. Held: {held}."),
        details={"tests": _told(tests), "held": _told([one for one, yes in zip(tests, said, strict=True) if yes])},
        support=_support_of(book, tests),
        lower=None if unknown == len(said) else float(n),
        upper=None if unknown == len(said) else float(n + unknown),
        reason=ALL_OPEN if unknown == len(said) else None,
    )


def any_sign(book: Reckoning, given: Mapping[str, str]) -> Measured:
    """1 if any of some comparisons holds, -1 if all of their opposites do, else 0. Parameters: any, all_contra (";"-joined).

    Undefined where every fact they compare is open.
    """
    signs, opposites = comparisons(given["any"]), comparisons(given["all_contra"])
    said = []
    for one in signs:
        said.append(sign_holds(book, one))
        if said[-1] and book.bare:
            break  # the value stands; who is left out is looked for in many worlds
    value = 1 if any(said) else 0
    if all(one is None for one in said):
        value = math.nan  # type: ignore[assignment]
    elif value == 0 and all(sign_holds(book, one) for one in opposites):
        value = -1
    held = [one for one, yes in zip(signs, said, strict=False) if yes]
    return Measured(
        value=value,
        how=message("1 if any of these holds: {signs}; -1 if all of these: {opposites}; else 0. Held: {held}."),
        details={"signs": _told(signs), "opposites": _told(opposites), "held": _told(held)},
        support=_support_of(book, (*signs, *opposites)),
        reason=ALL_OPEN if isinstance(value, float) else None,
    )


def sign_holds(book: Reckoning, one: Comparison) -> bool | None:
    """Return whether a comparison holds; None where one of its sides is open."""
    left = _value(book, one.left)
    right = _value(book, one.right) if isinstance(one.right, Reference) else one.right
    if (is_open(left) and left != right) or (isinstance(one.right, Reference) and is_open(right)):
        return None
    return holds(left, one.op, right)


def _value(book: Reckoning, one: Reference) -> object:
    return book.fact(one.fact, codes=one.codes).value


def _support_of(book: Reckoning, tests: tuple[Comparison, ...]) -> tuple[Under, ...]:
    if book.bare:
        return ()
    named = dict.fromkeys(reference for one in tests for reference in one.references)
    return joined(rows for one in named for rows in book.support(book.ask(one.fact, codes=one.codes)))


def _told(tests: tuple[Comparison, ...] | list[Comparison]) -> str:
    return ", ".join(map(str, tests)) or "–"


# ---- ratios, dates, what follows -------------------------------------------------------------------------------------


def evidence_ratio(book: Reckoning, given: Mapping[str, str]) -> Measured:
    """Quantity of one evidence row divided by that of another. Parameters: numerator, denominator (evidence rows)."""
    rows = _two(book, given["numerator"], given["denominator"])
    reason = NOT_ADMITTED if rows is None else None
    value = math.nan
    if rows is not None:
        above, below = (float(one["quantity"]) for one in rows)
        reason = NO_QUANTITY if math.isnan(above) or math.isnan(below) or below == 0 else None
        value = math.nan if reason else above / below
    ids = [one for one in (given["numerator"], given["denominator"]) if one in book.evidence.index]
    return Measured(
        value=value,
        how=message("The number in row {one} divided by that in row {other}."),
        details={"one": given["numerator"], "other": given["denominator"]},
        support=(under("evidence", ids),),
        reason=reason,
    )


def days_between(book: Reckoning, given: Mapping[str, str]) -> Measured:
    """Days from the date of one evidence row to that of another; a month or year counts from its first day. Parameters: from, to."""
    rows = _two(book, given["from"], given["to"])
    ids = [one for one in (given["from"], given["to"]) if one in book.evidence.index]
    return Measured(
        value=math.nan if rows is None else (day(rows[1]["date"]) - day(rows[0]["date"])).days,
        how=message("Days from the date of row {one} to that of row {other}; a month or a year counts from its first day."),
        details={"one": given["from"], "other": given["to"]},
        support=(under("evidence", ids),),
        reason=NOT_ADMITTED if rows is None else None,
    )  # fmt: skip


def _two(book: Reckoning, one: str, other: str) -> tuple[pd.Series, pd.Series] | None:
    rows = book.evidence
    return (rows.loc[one], rows.loc[other]) if one in rows.index and other in rows.index else None


def day(text: str) -> date:
    """Return the first day that a date can be, as far as it is known."""
    parts = [int(part) for part in text.split("-")]
    return date(*[*parts, 1, 1][:3])


def ratio_of_beneficiaries(book: Reckoning, given: Mapping[str, str]) -> Measured:
    """A figure of one date divided by that of another. Parameters: measure, numerator_date, denominator_date.

    Undefined where a date has no figure, or several that differ.
    """
    case = book.case
    rows = case.beneficiaries[case.beneficiaries["measure"] == given["measure"]]
    rows = rows[~rows["source_id"].isin(case.settings.own_sources)]
    parts = [rows[rows["date"] == given[name]] for name in ("numerator_date", "denominator_date")]
    reason = NO_VALUE if any(part.empty for part in parts) else None
    reason = reason or (DIFFER if any(part["value"].nunique() > 1 for part in parts) else None)
    below = 0.0 if reason else float(parts[1]["value"].iloc[0])
    reason = reason or (NO_QUANTITY if below == 0 else None)
    used = pd.concat(parts)["beneficiary_id"]
    return Measured(
        value=math.nan if reason else float(parts[0]["value"].iloc[0]) / below,
        how=message("{measure} of {one} divided by that of {other}."),
        details={"measure": given["measure"], "one": given["numerator_date"], "other": given["denominator_date"]},
        support=(under("beneficiaries", used),),
        reason=reason,
    )


def follow_through(book: Reckoning, given: Mapping[str, str]) -> Measured:
    """Share of actors that promised and later acted. Parameters: codes (of the promise), later, place, undefined_below.

    A promise is a row coded with `codes`, any stance; it counts from the earliest of the actor's dates. `later` lists what is an act
    ("|"-joined): "tie" (the actor is an end of a tie whose row is admitted) or a code (the actor is named in a row coded
    with it). Dates are compared as text, so 2024-03 is later than 2024.
    """
    place = given.get("place", book.settings.wider_place)
    acts = given["later"].split("|")
    promised, first = _first_dates(book, given["codes"], place)
    ties = _ties(book, place) if "tie" in acts else book.case.ties.iloc[:0]
    later = [one for one in acts if one != "tie"]
    done, dates = _acted(book, "|".join(later), place) if later else (promised.iloc[:0], pd.DataFrame(columns=["actor", "date"]))  # fmt: skip
    ends = [
        ties[[end, "date"]].set_axis(["actor", "date"], axis=1) for end in ("source_stakeholder", "target_stakeholder")
    ]
    acted = pd.concat([*ends, dates], ignore_index=True)
    acted = acted[acted["actor"].isin(first.index)]
    n = int(acted.loc[acted["date"] > acted["actor"].map(first), "actor"].nunique()) if len(acted) else 0
    enough = len(first) >= max(1, int(given.get("undefined_below", 1)))
    mine = ties[ties["source_stakeholder"].isin(first.index) | ties["target_stakeholder"].isin(first.index)]
    return Measured(
        value=n / len(first) if enough else math.nan,
        how=message("Actors that promised ({label}) on {place} and later acted, {n} of {all}."),
        details={"label": labels_of(book, given["codes"]), "place": place_name(book, place), "n": n, "all": len(first)},
        support=joined([
            under("evidence", promised["evidence_id"], [*done["evidence_id"], *mine["evidence_id"]]),
            under("codings", promised["coding_id"], done["coding_id"]), under("ties", looked_at=mine["tie_id"]),
            under("evidence_actors", namings(book, promised["evidence_id"]), namings(book, done["evidence_id"])),
            under("codebook", defines=book.below("|".join([given["codes"], *later]))),
            *([] if place == ANYWHERE else [under("places", defines=[place])]),
        ]),
        place=None if place == ANYWHERE else place,
        reason=None if enough else TOO_FEW,
    )  # fmt: skip


def _acted(book: Reckoning, codes: str, place: str) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The rows coded with some codes, and (actor, date) of everyone they name."""
    rows = book.at(book.coded[book.coded["code_id"].isin(book.below(codes))], place)
    named = [(actor, one.date) for one in rows.itertuples() for actor in sorted(book.actors.get(one.evidence_id, ()))]
    return rows, pd.DataFrame(named, columns=["actor", "date"], dtype="str")


def _first_dates(book: Reckoning, codes: str, place: str) -> tuple[pd.DataFrame, pd.Series]:
    rows, named = _acted(book, codes, place)
    return rows, named.groupby("actor")["date"].min()


def _ties(book: Reckoning, place: str) -> pd.DataFrame:
    ties = book.case.ties
    return ties[ties["evidence_id"].isin(book.at(book.evidence, place)["evidence_id"])]


# ---- agreement of actors ---------------------------------------------------------------------------------------------


def congruence_p(book: Reckoning, given: Mapping[str, str]) -> Measured:
    """Chance of at least as much agreement between actors if stances were shuffled within codes.

    Parameters: sectors=different (pairs of different sectors only; any other word: all pairs), beneficiaries=out, draws, place.
    The 0/1 table of actor, code and stance gives congruence minus conflict of each pair; the stance of each unit (a row coded with
    a code) is shuffled among the units of its code, so that all actors of a row move together. Undefined without conflict.

    See Also
    --------
    dashat_lib.network.two_mode.discourse : Congruence and conflict of every pair.
    """
    place = given.get("place", book.settings.wider_place)
    units = book.at(book.coded[book.coded["stance"].isin(["for", "against"])], place)
    units = units.sort_values(["code_id", "evidence_id", "coding_id"])
    sector = dict(zip(book.stakeholders["stakeholder_id"], book.stakeholders["sector"], strict=True))
    if given.get("beneficiaries") == "out":
        sector = {one: of for one, of in sector.items() if of != OUTSIDE_THE_HELICES}
    if given.get("sectors") != "different":
        sector = {one: one for one in sector}  # everyone a group of its own: every pair is one of different groups
    draws, parts = int(given["draws"]), _agreements(book, units, sector, int(given["draws"]))
    varied = sum(one.conflict for one in parts) > 0
    value = seen = math.nan
    if varied:
        observed, null = (sum(getattr(one, name) for one in parts) for name in ("subtract", "null"))
        sizes = Counter(sector[one] for one in frozenset().union(*(one.actors for one in parts)))
        seen = observed / ((sum(sizes.values()) ** 2 - sum(n**2 for n in sizes.values())) / 2)
        value = (1 + int((null >= observed - 0.5).sum())) / (1 + draws)  # sums of whole numbers
    return Measured(
        value=value,
        how=message("Agreement minus disagreement of actors of different sectors on {place}, {seen} a pair; p over {draws} shuffles of the stances within each code."),
        details={"place": place_name(book, place), "seen": round(seen, 4) if varied else "–", "draws": draws},
        support=() if book.bare else (
            under("codings", units["coding_id"]), under("evidence", units["evidence_id"]),
            under("evidence_actors", namings(book, units["evidence_id"])),
            *([] if place == ANYWHERE else [under("places", defines=[place])]),
        ),
        place=None if place == ANYWHERE else place,
        reason=None if varied else NO_VARIATION,
    )  # fmt: skip


def _agreements(book: Reckoning, units: pd.DataFrame, group: Mapping[str, str], draws: int) -> list[Agreement]:
    """The agreement on each code; `units` come sorted, actors without a group are left out.

    Each code has a stream of chance of its own, so that what is drawn for it does not hang on the other codes.
    """
    codes: dict[str, list[tuple[bool, str]]] = {}
    for code, row, stance in zip(units["code_id"], units["evidence_id"], units["stance"], strict=True):
        codes.setdefault(code, []).append((stance == "for", row))
    found = []
    for code, rows in codes.items():
        key = (code, tuple(rows), draws, frozenset(group))
        if key not in book.shared:
            named = [(said, sorted(set(book.actors.get(row, ())) & group.keys())) for said, row in rows]
            seed = [book.settings.seed, zlib.crc32(code.encode())]
            book.shared[key] = agreement([one for one in named if one[1]], group, draws=draws, seed=seed)
        found.append(book.shared[key])
    return found


# ---- sentences ---------------------------------------------------------------------------------------------------------

_D1 = message(
    "Rule D1 on {label} at {place}: {n_for} events for, {n_against} against, from {n_families} source families."
)
_D1_REVERSED = message("Rule D1 on {label}, with {reversed} the other way round, at {place}: {n_for} events for, {n_against} against, from {n_families} source families.")  # fmt: skip
_MAJORITY = message("Rule D1 by majority on {label} at {place}: {n_for} events for, {n_against} against, from {n_families} source families.")  # fmt: skip


# ---- the registry ----------------------------------------------------------------------------------------------------


def _of_case(statistic: Statistic, book: Reckoning, given: Mapping[str, str]) -> Measured:
    return statistic(book.case, given)


def _of_network(measure: network.OnNetwork, book: Reckoning, given: Mapping[str, str]) -> Measured:
    net = book.network(given)
    net = replace(net, rows=net.rows.iloc[:0]) if book.bare else net  # nothing is said of the rows under it
    return measure(net, given, book.settings.seed)


def _of_flow(measure: dependency.stage.OnFlow, book: Reckoning, given: Mapping[str, str]) -> Measured:
    return measure(book.case, book.flow(given), given)


def _ei_minus_null(book: Reckoning, given: Mapping[str, str]) -> Measured:
    return network.ei_told(book.network(given), given, *book.ei(given))


def _min_rows(book: Reckoning, given: Mapping[str, str]) -> Measured:
    if not book.bare:
        return indicators.min_rows(book.case, given)
    roots = [{"codes": one, "place": given["place"]} for one in given["codes"].split("|")]
    n = min(len(values_of(book, one, "evidence_id")) for one in roots)
    return Measured(n if n >= int(given["undefined_below"]) else math.nan, "", {}, ())


def _n_elements(book: Reckoning, given: Mapping[str, str]) -> Measured:
    if book.bare and book.world is None:
        return Measured(len(book.met(given["framework"]).get(given["dimension"], ())), "", {}, ())
    material = book.elements(given["framework"])
    if book.bare:
        return Measured(indicators.n_met(material, given["dimension"]), "", {}, ())
    return indicators.elements_met(material, given["dimension"])


OWN: dict[str, OfReckoning] = {
    "d1_verdict": d1_verdict, "both_stances": both_stances, "class_from_verdicts": class_from_verdicts, "not_tested": not_tested,
    "n_families": n_families, "n_rows": n_rows, "n_events": n_events, "n_true": n_true, "any_sign": any_sign,
    "evidence_ratio": evidence_ratio, "days_between": days_between, "ratio_of_beneficiaries": ratio_of_beneficiaries,
    "follow_through": follow_through, "congruence_p": congruence_p,
}  # fmt: skip
# Statistics of the other rooms; the facts they define are written down there.
ROOMS: dict[str, Statistic] = {
    **indicators.STATISTICS, **outcomes.STATISTICS, **network.STATISTICS, **reduction.STATISTICS, **stakeholders.STATISTICS,
    **dependency.STATISTICS,
}  # fmt: skip
STATISTICS: dict[str, OfReckoning] = {
    **{name: partial(_of_case, one) for name, one in ROOMS.items()},
    # the same statistics on what was read already
    **{name: partial(_of_network, one) for name, one in network.ON_NETWORK.items()},
    **{name: partial(_of_flow, one) for name, one in dependency.ON_FLOW.items()},
    "ei_minus_null": _ei_minus_null,
    "n_elements": _n_elements,
    "min_rows": _min_rows,
    **OWN,
}
# Statistics that count the events of a code set: all sets are counted in one pass.
ASKS_D1 = frozenset({"d1_verdict", "both_stances", "class_from_verdicts"})
# What a definition that waits for a test has to be given: one of each group.
NEEDS: dict[str, tuple[tuple[str, ...], ...]] = {
    "d1_verdict": (("codes", "reversed_codes"),), "both_stances": (("codes",),), "n_families": (("codes", "evidence_ids"),),
    "n_rows": (("codes", "evidence_ids"),), "n_events": (("codes",),), "evidence_ratio": (("numerator",), ("denominator",)),
    "days_between": (("from",), ("to",)),
}  # fmt: skip
# Statistics whose number is made of other facts.
MADE_OF_OTHERS = frozenset({"n_true", "any_sign", "class_from_verdicts", "not_tested"})
# Statistics with a resampled null: readings and the search for rows that turn a verdict may hold them.
RESAMPLED = frozenset({"ei_minus_null", "congruence_p"})
