"""How far does a verdict hold when the study is read another way: by coder, doubt, source family, audit, resample, cut-off, roll-up, programme."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import pandas as pd

from .. import dependency, outcomes, readings
from ..errors import message
from ..facts import Ledger, Under, joined, labelled, under
from ..network import stage as network
from ..readings import KINDS, Readings, Variant, run_readings
from ..schemas import row_ids
from ..tables import Case, Results
from .margins import without_each
from .reckoning import Asked, Reckoning
from .stage import measured, nulls
from .statistics import MADE_OF_OTHERS
from .verdicts import ClaimVerdict, claim_verdict

TABLE_COLUMNS = ["claim_id", "kind", "verdict", "n_readings", "share_same", "others"]
DOUBTS, RESAMPLES = 3 / 10, 2 / 5  # of ``settings.resamples``
MANY = 100  # readings from which on a second worker is worth its start
# What each statistic hangs on: those of ties need no coding, those of figures neither, those of both need both, those made of others nothing
# of their own.
OF_TIES = frozenset({*network.STATISTICS, *dependency.STATISTICS})
OF_FIGURES = frozenset({*outcomes.STATISTICS, "ratio_of_beneficiaries"})
OF_BOTH = frozenset({"follow_through"})
# Raw tables without any of which under a claim a kind of reading cannot move it: there it is no reading of the claim.
MOVES_BY = {
    "coder": {"codings"}, "dispute": {"codings"}, "doubt": {"codings"}, "cut-off": {"codings"}, "audit": {"evidence"},
    "resample": {"evidence"}, "roll-up": {"ties", "evidence_actors"}, "programme": {"ties"}, "withdrawal": {"ties", "evidence_actors"},
}  # fmt: skip
_HOW = {
    "coder": message("Share of {n} coders by whose codings alone claim {claim} is {verdict}, as it is as settled."),
    "dispute": message("Share of coders of some rows ({n} in all) by whose codings of these rows claim {claim} is {verdict}, as it is as settled."),
    "doubt": message("Share of {n} draws, each disagreement of the coders settled by lot, in which claim {claim} is {verdict}, as it is as settled."),
    "source": message("Share of {n} source families under claim {claim} without each of which it is {verdict}, as with all of them."),
    "audit": message("Share of {n} readings of audited rows only in which claim {claim} is {verdict}, as with all rows."),
    "resample": message("Share of {n} resamples of events in which claim {claim} is {verdict}, as it is here."),
    "cut-off": message("Share of {n} other thresholds of rule D1 by which claim {claim} is {verdict}, as it is here."),
    "roll-up": message("Share of {n} other ways to take parts for a whole, or a whole apart, in which claim {claim} is {verdict}, as it is here."),
    "programme": message("Share of {n} programmes by whose ties alone claim {claim} is {verdict}, as by all ties; programmes with a tie under it."),
}  # fmt: skip


@dataclass(frozen=True)
class Plan:
    """Readings that are run together, and the facts that are not computed in them.

    Attributes
    ----------
    variants : tuple of Variant
    held : mapping fact -> value
        Those that none of the variants can move, and those with a null of their own.
    """

    variants: tuple[Variant, ...]
    held: Mapping[Any, object]


def results(case: Case) -> Results:
    """Return how far the verdict on each claim holds under other readings, by kind; the kinds are never pooled.

    A claim that the documents cannot test has no reading.

    Returns
    -------
    Results
        Facts ``claim.<claim_id>.verdict.share.<kind>``. Table ``claim_readings``, one row a claim and kind: ``claim_id, kind, verdict``
        (of the case itself), ``n_readings, share_same`` (of them, with that verdict), ``others`` (the other verdicts, each with its
        number of readings). Table ``claim_focal_programme`` (:func:`by_focal_programme`).

    Notes
    -----
    Leaving out a source family is read where a row of the family is under the verdict, the ties of one programme alone where a
    tie of the programme is, another coder where codings are (:data:`MOVES_BY`): elsewhere nothing could move, and a share of 1 would say
    nothing.
    """
    book, found = verdicts_of(case)
    every = plans(book)
    n = sum(len(one.variants) for one in every)
    made = read(book, found, every, workers=2 if n >= MANY else 1)
    table = claim_readings(found, made)
    ledger = Ledger()
    kinds = [kind for kind in KINDS if kind != "dispute" or readings.doubters(case)]
    beside = {kind: _supports(case, kind) for kind in ("coder", "dispute")}
    shares = table.set_index(["claim_id", "kind"])
    for one in found:
        for kind in kinds:
            here = shares.loc[(one.claim_id, kind)] if (one.claim_id, kind) in shares.index else None
            ledger.add(
                f"claim.{one.claim_id}.verdict.share.{kind}",
                float("nan") if here is None else float(here["share_same"]),
                unit="share (0-1)",
                how=_HOW[kind],
                details={
                    "n": 0 if here is None else int(here["n_readings"]), "claim": one.claim_id,
                    "verdict": labelled("verdict", one.verdict),
                },
                reason=readings.NO_READING if here is None else None,
                support=joined([*one.support(), *_read(one, kind, beside)]),
            )  # fmt: skip
    return ledger.results(claim_readings=table, claim_focal_programme=by_focal_programme(found, made))


def by_focal_programme(found: Sequence[ClaimVerdict], read_: Readings) -> pd.DataFrame:
    """Return the verdict on each claim by the ties of the programme under examination alone.

    Returns
    -------
    DataFrame, one row a claim with a tie of that programme under it
        ``claim_id, programme, verdict, verdict_programme``.
    """
    name = found[0].book.settings.programme if found else None
    mine = read_.values[read_.values["reading"] == f"programme {name}"]
    said = dict(zip(mine["fact_id"], mine["value"], strict=True))
    rows = [(one.claim_id, name, one.verdict, said[_fact(one)]) for one in found if _fact(one) in said]
    return pd.DataFrame(rows, columns=["claim_id", "programme", "verdict", "verdict_programme"], dtype="str")


def verdicts_of(case: Case) -> tuple[Reckoning, list[ClaimVerdict]]:
    """Return the case with its facts, and the verdict on each claim that documents can test."""
    book = Reckoning(case)
    found = [claim_verdict(book, one) for one in book.tests]
    return book, [one for one in found if one.verdict != "not_tested"]


# ---- which readings --------------------------------------------------------------------------------------------------


def plans(book: Reckoning) -> list[Plan]:
    """Return the readings of a case, those that leave ties or codings alone apart from the others.

    Source families are not among them: :func:`without_families` reads those.
    """
    case = book.case
    null: dict[Any, object] = {**nulls(book)}
    n, seed = case.settings.resamples, case.settings.seed
    known: dict[Any, object] = {
        asked: found.value for asked, found in book.found.items() if asked.statistic not in MADE_OF_OTHERS | OF_BOTH
    }
    figures = {
        asked: value for asked, value in known.items() if isinstance(asked, Asked) and asked.statistic in OF_FIGURES
    }
    ties = {asked: value for asked, value in known.items() if is_of_ties(book, asked)}
    words = {asked: value for asked, value in known.items() if asked not in ties}
    codings = [
        *readings.coders(case),
        *readings.doubts(case, round(n * DOUBTS), seed=seed),
        *readings.cut_offs(case),
    ]
    rows = [
        *readings.audits(case),
        *readings.resamples(case, round(n * RESAMPLES), seed=seed),
        *readings.roll_ups(case),
        *readings.teams(case),
    ]
    return [
        Plan(tuple(codings), {**null, **figures, **ties}),
        Plan(tuple(rows), {**null, **figures}),
        Plan(tuple(readings.programmes(case)), {**null, **words}),
    ]


def is_of_ties(book: Reckoning, asked: Asked) -> bool:
    """Say whether a fact hangs on ties, sources and stakeholders and on no coding."""
    return asked.statistic in OF_TIES or asked.fact not in book.definitions  # an ingredient


def read(
    book: Reckoning,
    found: Sequence[ClaimVerdict],
    every: Sequence[Plan],
    *,
    workers: int = 1,
    progress: bool = False,
    cache: Path | None = None,
) -> Readings:
    """Return the verdict on each claim under each reading, with those without one source family.

    Parameters
    ----------
    workers, progress, cache
        As for :func:`dashat_lib.readings.run_readings`.
    """
    parts = [
        run_readings(
            book.case, one.variants, [partial(measured, held=one.held)], workers=workers, progress=progress, cache=cache
        )
        for one in every
        if one.variants
    ]
    values = pd.concat([*(one.values for one in parts), without_families(book, found)], ignore_index=True)
    base = [(_fact(one), one.verdict, "verdict") for one in found]
    return Readings(
        pd.DataFrame(base, columns=["fact_id", "value", "unit"]).astype({"value": "object"}),
        values[_can_move(found, values)].reset_index(drop=True),
    )


def without_families(book: Reckoning, found: Sequence[ClaimVerdict]) -> pd.DataFrame:
    """Return the verdict on each claim without each source family under it; what the variants of :func:`dashat_lib.readings.families` give.

    Returns
    -------
    DataFrame
        ``reading, kind, fact_id, value``.
    """
    claims = {one.claim_id for one in found}
    rows = [
        (f"without {world.name}", "source", f"claim.{claim_id}.verdict", verdict)
        for world, others in without_each(book)
        if world.kind == "source"
        for claim_id, verdict in others.items()
        if claim_id in claims
    ]
    return pd.DataFrame(rows, columns=["reading", "kind", "fact_id", "value"]).astype({"value": "object"})


def _fact(one: ClaimVerdict) -> str:
    return f"claim.{one.claim_id}.verdict"


def can_move(one: ClaimVerdict, kind: str) -> bool:
    """Say whether readings of a kind could move a claim: a table they change is under it."""
    return kind not in MOVES_BY or bool(MOVES_BY[kind] & {part.table for part in one.support()})


def _can_move(found: Sequence[ClaimVerdict], values: pd.DataFrame) -> pd.Series:
    """Which values are readings of a claim; by the ties of a programme only where it has one under the claim."""
    under_it = {(_fact(one), f"programme {name}") for one in found for name in _programmes(one)}
    kinds = {(_fact(one), kind) for one in found for kind in KINDS if can_move(one, kind)}
    met = [
        (fact, kind) in kinds and (kind != "programme" or (fact, reading) in under_it)
        for fact, kind, reading in zip(values["fact_id"], values["kind"], values["reading"], strict=True)
    ]
    return pd.Series(met, values.index, dtype=bool)


def _programmes(one: ClaimVerdict) -> set[str]:
    ties = {row for part in one.support() if part.table == "ties" for row in part.counted | part.looked_at}
    table = one.book.case.ties
    return set(table.loc[table["tie_id"].isin(ties), "programme"])


def claim_readings(found: Sequence[ClaimVerdict], read_: Readings) -> pd.DataFrame:
    """Return the share of readings of each kind that give a claim the verdict it has, in the order of claims and kinds."""
    bands = read_.bands().set_index(["fact_id", "kind"]) if len(read_.values) else None
    rows = []
    for one in found:
        for kind in KINDS:
            if bands is not None and (_fact(one), kind) in bands.index:
                here = bands.loc[(_fact(one), kind)]
                rows.append((one.claim_id, kind, one.verdict, here["n_readings"], here["share_same"], here["others"]))
    return pd.DataFrame(rows, columns=TABLE_COLUMNS).astype({"n_readings": "int64", "share_same": "float64"})


# ---- the rows under a share ------------------------------------------------------------------------------------------


def _supports(case: Case, kind: str) -> dict[str, dict[str, tuple[Under, ...]]]:
    """For each coder of a kind of reading, the rows under each claim by that coder's codings."""
    found = {}
    for variant in readings.coders(case):
        if variant.kind == kind:
            book = Reckoning(variant(case))
            found[variant.name.removeprefix("coder ")] = {one: claim_verdict(book, one).support() for one in book.tests}
    return found


def _read(
    one: ClaimVerdict, kind: str, beside: Mapping[str, Mapping[str, Mapping[str, tuple[Under, ...]]]]
) -> Iterator[Under]:
    """The rows that a reading weighs beside those under the verdict itself."""
    case, own = one.book.case, one.support()
    if kind in ("coder", "doubt"):
        for other in beside["coder"].values():
            yield from _looked_at(case, other[one.claim_id])
        yield under("coders", defines=beside["coder"])
    if kind == "dispute":
        for coder, other in beside["dispute"].items():
            yield from _looked_at(case, other[one.claim_id])
            seen = _evidence([*own, *other[one.claim_id]])
            mine = case.second_codings[(case.second_codings["coder"] == coder) & case.second_codings["evidence_id"].isin(seen)]  # fmt: skip
            yield under("second_codings", looked_at=row_ids("second_codings", mine))
    if kind == "audit":
        yield under("audit", looked_at=case.audit.loc[case.audit["evidence_id"].isin(_evidence(own)), "evidence_id"])


def _looked_at(case: Case, support: Sequence[Under]) -> Iterator[Under]:
    """Rows under a verdict by other codings: weighed by that reading, not in the case's own; codings that a reading made up are none."""
    for part in support:
        rows = part.counted | part.looked_at
        if part.table == "codings":
            rows &= set(case.codings["coding_id"])
        yield Under(part.table, frozenset(), rows, part.defines)


def _evidence(support: Sequence[Under]) -> set[str]:
    return {row for part in support if part.table == "evidence" for row in part.counted | part.looked_at}
