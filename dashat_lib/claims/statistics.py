"""The general statistics that ``fact_definitions.csv`` may name: those of every room, and those that only claims need.

A statistic takes parameters and knows no claim. Rows of the document under examination stand in none of them.

Parameters that several share: ``codes`` ("|"-joined, children included), ``stance`` (of the coding), ``place`` (closed over
``places.within``; the wider place of the case if not given, "any" admits every place), ``actor`` and ``actor_not`` (a
stakeholder the row names, or does not), ``text_contains`` (alternatives joined by "|", any case, in ``text_en``),
``evidence_ids`` (rows that a test lists; together with coded rows where both are given, and of any place unless ``place`` is
given), ``undefined_below`` (a smaller number decides nothing).
"""

from __future__ import annotations

import math
import re
import zlib
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from scipy.special import gammaln

from .. import dependency, indicators, outcomes, reduction, stakeholders
from ..admission import OUTSIDE_THE_HELICES, pooled, with_verdict
from ..errors import message
from ..facts import Measured, Statistic, Under, joined, under
from ..network import stage as network
from ..network.two_mode import NO_VARIATION
from ..settings import Settings, VerdictRule
from ..words import Reader, languages, reader
from .comparisons import Comparison, Reference, comparisons, holds, is_open

if TYPE_CHECKING:
    from .reckoning import Reckoning

OfReckoning = Callable[["Reckoning", Mapping[str, str]], Measured]
ANYWHERE = "any"
TOO_FEW = "too few of them"
NOT_ADMITTED = "a listed row is missing or not admitted"
NO_QUANTITY, NO_VALUE, DIFFER = "a row has no number, or it is zero", "no row of that date", "sources differ"
ALL_OPEN, NOT_TESTED, NO_CODED_ROW = (
    "everything it compares is open",
    "the documents cannot test this",
    "no row so coded",
)
NO_ARC, NO_CLAIM = "no tie", "no claim of that name"
NULL_DRAWS = 2000


# ---- verdicts by rule D1 ---------------------------------------------------------------------------------------------


def set_key(given: Mapping[str, str], settings: Settings) -> tuple[str, str] | None:
    """Return (set, place) under which the events of a code set are counted; None where no code is given."""
    if not given.get("codes") and not given.get("reversed_codes"):
        return None
    parts = ("|".join(sorted(filter(None, given.get(name, "").split("|")))) for name in ("codes", "reversed_codes"))
    return "~".join(parts), given.get("place", settings.wider_place)


def d1_verdict(book: Reckoning, given: Mapping[str, str]) -> Measured:
    """Rule D1 on a code set. Parameters: codes, reversed_codes, place; n_min, families_min, sectors_min, cut, bound.

    With bound=majority the side with more events decides: no Wilson bound, no minimum of sectors.
    """
    set_id, place = key = _set_of(book, given)
    counts = book.count(*key)
    majority = given.get("bound") == "majority"
    seen = {name: 0 if counts is None else int(counts[name]) for name in ("n_for", "n_against", "n_families")}
    verdict = "undecidable" if counts is None else verdicts_of(counts.to_frame().T, given, book.settings)[0]
    how = _MAJORITY if majority else _D1_REVERSED if given.get("reversed_codes") else _D1
    return Measured(
        value=verdict,
        how=how,
        details={
            "label": _labels(book, given.get("codes", "")), "reversed": _labels(book, given.get("reversed_codes", "")),
            "place": _place_name(book, place), **seen,
        },
        support=_set_support(book, set_id, place, {"for", "against"}, sectors=not majority),
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
    set_id, place = key = _set_of(book, given)
    counts = book.count(*key)
    both = counts is not None and bool((counts["n_for"] and counts["n_against"]) or counts["n_mixed"])
    return Measured(
        value=int(both),
        how=message("1 where events on {place} speak for and others against {label}, or one does both; else 0."),
        details={"label": _labels(book, given["codes"]), "place": _place_name(book, place)},
        support=_set_support(book, set_id, place, {"for", "against", "mixed"}, sectors=False),
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
            "claims": _each(
                lambda say: ", ".join(f"{one} {say.label('verdict', of.verdict)}" for one, of in found.items())
            ),
            "label": _labels(book, given.get("codes", "")),
            "rule": _each(lambda say: "–" if rule is None else say.label("verdict", str(rule.value))),
        },
        support=joined([*support, *(rule.support if rule is not None else ())]),
    )


def not_tested(book: Reckoning, given: Mapping[str, str]) -> Measured:
    """Nothing: the documents cannot test the sentence."""
    return Measured(float("nan"), message("The documents cannot test this sentence."), {}, (), reason=NOT_TESTED)


# ---- counts of rows, events and source families ----------------------------------------------------------------------


@dataclass(frozen=True)
class Chosen:
    """Evidence rows that a statistic counts, and those it weighed and left out.

    ``rows``: ``evidence_id, event_id, source_family``, ``counted`` (bool); ``codings``: the codings of the set among them, with
    ``counted``.
    """

    rows: pd.DataFrame
    codings: pd.DataFrame
    support: tuple[Under, ...]


def choose(book: Reckoning, given: Mapping[str, str]) -> Chosen:
    """Return the rows that parameters speak of (the module says which parameters)."""
    codings = book.coded.iloc[:0].assign(counted=False)
    support: list[Under] = []
    place = given.get("place", ANYWHERE)
    if "codes" in given:
        place = given.get("place", book.settings.wider_place)
        codes = book.below(given["codes"])
        codings = book.at(book.coded[book.coded["code_id"].isin(codes)], place)
        codings = codings.assign(counted=_meets(book, codings, given))
        if not book.bare:
            support += [
                under("codings", *_apart(codings, "coding_id")),
                under("evidence", *_apart(codings, "evidence_id")),
                under("codebook", defines=codes),
            ]
        if {"actor", "actor_not"} & set(given):
            support.append(under("evidence_actors", looked_at=_namings(book, codings["evidence_id"])))
    elif "evidence_ids" not in given:
        raise KeyError("codes")
    ids = [one for one in given.get("evidence_ids", "").split("|") if one in book.evidence.index]
    listed = book.at(book.evidence.loc[ids], given.get("place", ANYWHERE))
    support.append(under("evidence", listed["evidence_id"]))
    if place != ANYWHERE:
        support.append(under("places", defines=[place]))
    columns = ["evidence_id", "event_id", "source_family", "counted"]
    rows = pd.concat([codings[columns], listed.assign(counted=True)[columns]], ignore_index=True)
    rows = rows.sort_values("counted", ascending=False, kind="stable").drop_duplicates("evidence_id", ignore_index=True)
    return Chosen(rows, codings, joined(support))


def _meets(book: Reckoning, codings: pd.DataFrame, given: Mapping[str, str]) -> pd.Series:
    """Which codings meet stance, actor and words."""
    met = pd.Series(True, codings.index)
    if "stance" in given:
        met &= codings["stance"] == given["stance"]
    for name, wanted in (("actor", True), ("actor_not", False)):
        if name in given:
            named = codings["evidence_id"].map(lambda one: given[name] in book.actors.get(one, ()))  # noqa: B023
            met &= named.astype(bool) == wanted
    if "text_contains" in given:
        words = "|".join(re.escape(one) for one in given["text_contains"].split("|"))
        met &= codings["text_en"].str.contains(words, case=False, regex=True)
    return met


def _counted(book: Reckoning, given: Mapping[str, str], column: str, how: str) -> Measured:
    chosen = choose(book, given)
    n = int(chosen.rows.loc[chosen.rows["counted"], column].nunique())
    enough = n >= int(given.get("undefined_below", 0))
    place = given.get("place", book.settings.wider_place if "codes" in given else ANYWHERE)
    return Measured(
        value=n if enough else float("nan"),
        how=how,
        details={"n": n, **_conditions(book, given)},
        support=chosen.support,
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
        details={"n": n, **_conditions(book, given)},
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
    said = [_holds(book, one) for one in tests]
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
        said.append(_holds(book, one))
        if said[-1] and book.bare:
            break  # the value stands; who is left out is looked for in many worlds
    value = 1 if any(said) else 0
    if all(one is None for one in said):
        value = math.nan  # type: ignore[assignment]
    elif value == 0 and all(_holds(book, one) for one in opposites):
        value = -1
    held = [one for one, yes in zip(signs, said, strict=False) if yes]
    return Measured(
        value=value,
        how=message("1 if any of these holds: {signs}; -1 if all of these: {opposites}; else 0. Held: {held}."),
        details={"signs": _told(signs), "opposites": _told(opposites), "held": _told(held)},
        support=_support_of(book, (*signs, *opposites)),
        reason=ALL_OPEN if isinstance(value, float) else None,
    )


def _holds(book: Reckoning, one: Comparison) -> bool | None:
    """Whether a comparison holds; None where one of its sides is open."""
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
        value=math.nan if rows is None else (_day(rows[1]["date"]) - _day(rows[0]["date"])).days,
        how=message("Days from the date of row {one} to that of row {other}; a month or a year counts from its first day."),
        details={"one": given["from"], "other": given["to"]},
        support=(under("evidence", ids),),
        reason=NOT_ADMITTED if rows is None else None,
    )  # fmt: skip


def _two(book: Reckoning, one: str, other: str) -> tuple[pd.Series, pd.Series] | None:
    rows = book.evidence
    return (rows.loc[one], rows.loc[other]) if one in rows.index and other in rows.index else None


def _day(text: str) -> date:
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
        details={"label": _labels(book, given["codes"]), "place": _place_name(book, place), "n": n, "all": len(first)},
        support=joined([
            under("evidence", promised["evidence_id"], [*done["evidence_id"], *mine["evidence_id"]]),
            under("codings", promised["coding_id"], done["coding_id"]), under("ties", looked_at=mine["tie_id"]),
            under("evidence_actors", _namings(book, promised["evidence_id"]), _namings(book, done["evidence_id"])),
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
        details={"place": _place_name(book, place), "seen": round(seen, 4) if varied else "–", "draws": draws},
        support=() if book.bare else (
            under("codings", units["coding_id"]), under("evidence", units["evidence_id"]),
            under("evidence_actors", _namings(book, units["evidence_id"])),
            *([] if place == ANYWHERE else [under("places", defines=[place])]),
        ),
        place=None if place == ANYWHERE else place,
        reason=None if varied else NO_VARIATION,
    )  # fmt: skip


@dataclass(frozen=True)
class Agreement:
    """How far the actors of different groups agree on one code: sums over their pairs.

    ``conflict``; ``subtract``, congruence minus conflict; ``null``, that in each shuffle of the stances among the units; ``actors``.
    """

    conflict: int
    subtract: float
    null: np.ndarray
    actors: frozenset[str]


def agreement(
    units: Sequence[tuple[bool, Sequence[str]]], group: Mapping[str, str], *, draws: int, seed: Sequence[int]
) -> Agreement:
    """Return the agreement on one code.

    Of actors i and j, congruence minus conflict is the product of their d = for - against. Over the pairs of different groups
    it is half of (sum of d)² minus that within each group.

    Parameters
    ----------
    units : sequence of (whether it speaks for, actors named)
    group : mapping actor -> group
    """
    actors = sorted({one for _, named in units for one in named})
    names = sorted({group[one] for one in actors})
    member = np.zeros((len(units), len(actors)), dtype="float32")
    for row, (_, named) in enumerate(units):
        member[row, [actors.index(one) for one in named]] = 1
    groups = np.array([[group[one] == name for name in names] for one in actors], dtype="float32")
    stance = np.array([said for said, _ in units])
    drawn = np.tile(stance, (draws + 1, 1))
    if 0 < stance.sum() < len(stance):  # else every shuffle says the same
        drawn[1:] = np.random.default_rng(seed).permuted(drawn[1:], axis=1)
    times_for, times = drawn.astype("float32") @ member, member.sum(axis=0)
    f, a = times_for > 0, times_for < times
    conflict = int(f[0].sum()) * int(a[0].sum()) - int(((f[0] @ groups) * (a[0] @ groups)).sum())
    d = f.astype("float32") - a
    subtract = (d.sum(axis=1) ** 2 - ((d @ groups) ** 2).sum(axis=1)) / 2
    return Agreement(conflict, float(subtract[0]), subtract[1:], frozenset(actors))


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


# ---- ingredients -----------------------------------------------------------------------------------------------------

_RECIPROCITY_NULL = re.compile(r"reciprocity_null_(\d+)(?:_(\d+))?")
_EI_NULL = re.compile(r"ei_null_(\d+)(?:_(\d+))?")
_EI = re.compile(r"ei_(\w+)")


def ingredient(book: Reckoning, name: str) -> Measured | None:
    """Return a number that a comparison may name without a definition; None if the name is none of these.

    - ``reciprocity_directed``: share of the arcs that are returned, in the network of all ties recorded with a direction;
    - ``reciprocity_null_97_5``: that percentile (97.5) of it in directed networks of as many arcs between the same
      stakeholders, all equally likely;
    - ``ei_sector``: E-I index by an attribute of stakeholders, in the network of all ties, those without a tie left out;
    - ``ei_null_97_5``: that percentile of the E-I index by sector, sectors shuffled among the stakeholders.
    """
    if name == "reciprocity_directed":
        return _reciprocity(book, None)
    if one := _RECIPROCITY_NULL.fullmatch(name):
        return _reciprocity(book, _percentile(one))
    if one := _EI_NULL.fullmatch(name):
        return _ei(book, network.GROUP, _percentile(one))
    if (one := _EI.fullmatch(name)) and one[1] in book.stakeholders:
        return _ei(book, one[1], None)
    return None


def is_ingredient(book: Reckoning, name: str) -> bool:
    """Say whether :func:`ingredient` knows a name."""
    one = _EI.fullmatch(name)
    patterns = (_RECIPROCITY_NULL, _EI_NULL)
    return (
        name == "reciprocity_directed"
        or any(pattern.fullmatch(name) for pattern in patterns)
        or bool(one and one[1] in book.stakeholders)
    )


def _percentile(found: re.Match[str]) -> float:
    return float(f"{found[1]}.{found[2] or 0}")


def _reciprocity(book: Reckoning, percentile: float | None) -> Measured:
    arcs = set(zip(book.arcs["source"], book.arcs["target"], strict=True))
    m, value = len(arcs), math.nan
    if m and percentile is None:
        value = sum((target, source) in arcs for source, target in arcs) / m
    elif m and percentile is not None:
        null = reciprocity_null(len(book.stakeholders), m, draws=NULL_DRAWS, seed=book.settings.seed)
        value = float(np.percentile(null, percentile))
    return Measured(
        value=value,
        how=message("Share of arcs that are returned, ties recorded with a direction."),
        details={},
        support=() if book.bare else (
            under("ties", book.arcs["tie_id"]), under("evidence", book.arcs["evidence_id"]),
            under("stakeholders", looked_at=book.stakeholders["stakeholder_id"]),
        ),
        reason=None if m else NO_ARC,
    )  # fmt: skip


def reciprocity_null(n: int, m: int, *, draws: int, seed: int) -> np.ndarray:
    """Return the share of returned arcs in `draws` directed networks of `n` nodes and `m` arcs, all equally likely.

    The number k of mutual dyads is drawn from its exact distribution, C(D, k) C(D-k, m-2k) 2^(m-2k) / C(2D, m) with
    D = n(n-1)/2 dyads: what drawing whole networks gives, without drawing them.
    """
    dyads = n * (n - 1) // 2
    k = np.arange(max(0, m - dyads), m // 2 + 1)
    chance = _choose(dyads, k) + _choose(dyads - k, m - 2 * k) + (m - 2 * k) * math.log(2)
    chance = np.exp(chance - chance.max())
    drawn = np.random.default_rng(seed).choice(k, size=draws, p=chance / chance.sum())
    return 2 * drawn / m


def _choose(n: np.ndarray | int, k: np.ndarray) -> np.ndarray:
    """Logarithm of the binomial coefficient."""
    return gammaln(np.asarray(n) + 1.0) - gammaln(k + 1.0) - gammaln(np.asarray(n) - k + 1.0)


def _ei(book: Reckoning, group: str, percentile: float | None) -> Measured:
    draws = 0 if percentile is None else NULL_DRAWS
    given = {"network": network.ALL, "isolates": "out", "label": group, "draws": str(draws)}
    net = book.network(given)
    seen, null = book.ei(given)
    value = seen if percentile is None or null is None else round(float(np.percentile(null, percentile)), 10)
    return Measured(
        value=value,
        how=message("E-I index of the network of all ties."),
        details={},
        support=() if book.bare else network.support_of(net, "ei_index"),
        reason=None if len(net.ties) else NO_ARC,
    )


# ---- words and support -----------------------------------------------------------------------------------------------

_D1 = message(
    "Rule D1 on {label} at {place}: {n_for} events for, {n_against} against, from {n_families} source families."
)
_D1_REVERSED = message("Rule D1 on {label}, with {reversed} the other way round, at {place}: {n_for} events for, {n_against} against, from {n_families} source families.")  # fmt: skip
_MAJORITY = message("Rule D1 by majority on {label} at {place}: {n_for} events for, {n_against} against, from {n_families} source families.")  # fmt: skip


def _set_of(book: Reckoning, given: Mapping[str, str]) -> tuple[str, str]:
    key = set_key(given, book.settings)
    if key is None:
        raise KeyError("codes")
    return key


def _set_support(book: Reckoning, set_id: str, place: str, stances: set[str], *, sectors: bool) -> tuple[Under, ...]:
    """The rows of a code set, those whose event has one of `stances` apart; with `sectors` the actors they name."""
    if book.bare:
        return ()
    rows = book.rows_of(set_id, place)
    rows = rows.assign(counted=pooled(rows, keys=["set_id"]).isin(stances) if len(rows) else False)
    codes = [one for part in set_id.split("~") if part for one in book.below(part)]
    found = [under(name, *_apart(rows, key)) for name, key in (("evidence", "evidence_id"), ("codings", "coding_id"))]
    if sectors:
        found.append(under("evidence_actors", *(_namings(book, ids) for ids in _apart(rows, "evidence_id"))))
    found.append(under("codebook", defines=codes))
    return (*found, *([] if place == ANYWHERE else [under("places", defines=[place])]))


def _apart(rows: pd.DataFrame, key: str) -> tuple[pd.Series, pd.Series]:
    return rows.loc[rows["counted"], key], rows.loc[~rows["counted"].astype(bool), key]


def _namings(book: Reckoning, evidence_ids: pd.Series | list[str]) -> list[str]:
    """The rows of ``evidence_actors`` that name somebody in these rows."""
    if book.bare:
        return []
    return [one for row in set(evidence_ids) for one in book.namings.get(row, [])]


def _labels(book: Reckoning, codes: str) -> dict[str, object]:
    """The labels of codes in each language."""
    if not codes or book.bare:
        return dict.fromkeys(languages(), "–")
    table = book.code_labels
    return {
        one: ", ".join(str(table[code].get(one, code)) if code in table else code for code in codes.split("|"))
        for one in languages()
    }


def _each(text: Callable[[Reader], str]) -> dict[str, object]:
    """A text in each language."""
    return {one: text(reader(one)) for one in languages()}


def _place_name(book: Reckoning, place: str) -> object:
    if place == ANYWHERE:
        return _each(lambda say: say("any place"))
    return book.place_names.get(place, place)


def _conditions(book: Reckoning, given: Mapping[str, str]) -> dict[str, object]:
    """What rows a count is about, said in each language."""
    if book.bare:
        return {"conditions": ""}
    said = {}
    for language in languages():
        say = reader(language)
        parts = []
        if "codes" in given:
            label = str(_labels(book, given["codes"])[language])
            stance = given.get("stance")
            parts.append(say("coded with {label}, {stance}", label=label, stance=say.label("stance", stance)) if stance else say("coded with {label}", label=label))  # fmt: skip
        if "actor" in given:
            parts.append(say("that name {actor}", actor=book.short_names.get(given["actor"], given["actor"])))
        if "actor_not" in given:
            parts.append(say("that do not name {actor}", actor=book.short_names.get(given["actor_not"], given["actor_not"])))  # fmt: skip
        if "text_contains" in given:
            parts.append(
                say(
                    "whose English wording holds one of these: {words}",
                    words=", ".join(given["text_contains"].split("|")),
                )
            )
        if "evidence_ids" in given:
            parts.append(say("listed in the test"))
        place = given.get("place", book.settings.wider_place if "codes" in given else ANYWHERE)
        if place != ANYWHERE:
            parts.append(say("on {place}", place=book.place_names.get(place, place)))
        said[language] = ", ".join(parts)
    return {"conditions": said}


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


def _n_elements(book: Reckoning, given: Mapping[str, str]) -> Measured:
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
# Statistics with a resampled null: readings and the search for rows that turn a verdict may hold them.
RESAMPLED = frozenset({"ei_minus_null", "congruence_p"})


def is_resampled(name: str) -> bool:
    """Say whether an ingredient of that name is a percentile of a null."""
    return bool(_RECIPROCITY_NULL.fullmatch(name) or _EI_NULL.fullmatch(name))
