"""How far is a verdict from turning: margins of its tests, events that would have to come, rows without which it falls."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Iterator, Sequence

import numpy as np
import pandas as pd

from ..admission import tally
from ..schemas import row_ids
from ..tables import once
from .comparisons import is_open, threshold
from .reckoning import Asked, Reckoning, World
from .selection import set_key
from .statistics import verdicts_of
from .verdicts import NECESSARY, ClaimVerdict, Tested, claim_verdict

TURN_COLUMNS = ["claim_id", "kind", "id", "verdict", "verdict_after"]
_MOST = 200  # events that are tried before a verdict counts as out of reach


def margin(one: Tested) -> float:
    """Return how far a number lies on the supported side of its threshold; negative on the other, NaN where there is none.

    ``>=`` and ``>``: value minus threshold. ``<=`` and ``<``: threshold minus value. ``between``: to the nearer end. ``==``: minus
    the distance. A verdict has no margin of this kind: :func:`events_to_turn` tells it in events.
    """
    value, test = one.found.value, one.test
    wanted = None if test.threshold is None else threshold(test.threshold)
    if is_open(value) or isinstance(value, str) or not isinstance(wanted, float):
        return math.nan
    number = float(value)  # type: ignore[arg-type]
    if test.op in (">=", ">"):
        return number - wanted
    if test.op in ("<=", "<"):
        return wanted - number
    if test.op == "between":
        return min(number - wanted, (test.threshold_high if test.threshold_high is not None else math.nan) - number)
    return -abs(number - wanted)


def events_to_turn(book: Reckoning, asked: Asked) -> dict[str, int | None]:
    """Return how many more events would turn a verdict by rule D1.

    Each further event is taken to come from a source family of its own; the sectors stay as they are.

    Returns
    -------
    dict
        ``for``: fewest events for after which the verdict is another; ``against``: fewest against; ``to_support``: fewest for
        after which it is "supported" (0 where it is). None where 200 are not enough.
    """
    given = dict(asked.given)
    key = set_key(given, book.settings)
    counts = None if key is None else book.count(*key)
    names = ["n_for", "n_against", "n_families", "n_families_for", "n_families_against", "n_sectors"]
    start = dict.fromkeys(names, 0) if counts is None else {name: int(counts[name]) for name in names}
    many = np.arange(_MOST + 1)
    found: dict[str, int | None] = {}
    for side in ("for", "against"):
        table = pd.DataFrame({name: np.full(len(many), value) for name, value in start.items()})
        for name in (f"n_{side}", "n_families", f"n_families_{side}"):
            table[name] += many
        said = np.array(verdicts_of(table, given, book.settings))
        found[side] = _first(said != said[0])
        if side == "for":
            found["to_support"] = _first(said == "supported")
    return found


def _first(met: np.ndarray) -> int | None:
    return int(np.argmax(met)) if met.any() else None


# ---- rows without which it falls -------------------------------------------------------------------------------------


def worlds(book: Reckoning) -> list[World]:
    """Return every event and every source family outside the document under examination, with the rows that go with it."""
    rows, case = book.evidence, book.case
    events = rows.groupby("event_id")["evidence_id"].agg(frozenset)
    found = [World("event", str(name), ids) for name, ids in events.items()]
    sources = case.sources[~case.sources["source_id"].isin(case.settings.own_sources)]
    evidence = rows.groupby("source_family")["evidence_id"].agg(frozenset)
    figures = {
        name: (getattr(case, name), row_ids(name, getattr(case, name))) for name in ("prevalence", "beneficiaries")
    }
    for family, part in sources.groupby("source_family"):
        out = {
            (name, one)
            for name, (table, ids) in figures.items()
            for one in ids[table["source_id"].isin(part["source_id"])]
        }
        found.append(World("source", str(family), evidence.get(family, frozenset()), frozenset(out)))
    return found


def claim_turns(book: Reckoning, verdicts: Iterable[ClaimVerdict]) -> pd.DataFrame:
    """Return each single event, and each single source family, without which a claim's verdict is another.

    Returns
    -------
    DataFrame, one row a claim and what is left out
        ``claim_id, kind`` (event, source), ``id`` (``event_id`` or ``source_family``), ``verdict, verdict_after``.
    """
    base = {one.claim_id: one.verdict for one in verdicts}
    found = [
        (claim_id, world.kind, world.name, base[claim_id], after)
        for world, others in without_each(book)
        for claim_id, after in others.items()
        if claim_id in base and after != base[claim_id]
    ]
    order = {claim: at for at, claim in enumerate(base)}
    table = pd.DataFrame(found, columns=TURN_COLUMNS).astype("str")
    at = table["claim_id"].map(order)
    return table.assign(at=at).sort_values(["at", "kind", "id"], ignore_index=True).drop(columns="at")


def without_each(book: Reckoning) -> list[tuple[World, dict[str, str]]]:
    """Return each world with the verdicts in it (:func:`verdicts_without`), for all claims of a case; made once for a case.

    Parameters
    ----------
    book : Reckoning
        Of a case as it is, nothing held.
    """

    def made() -> list[tuple[World, dict[str, str]]]:
        for claim_id in book.tests:
            claim_verdict(book, claim_id)
        return list(verdicts_without(book, list(book.tests), worlds(book)))

    return once(book.case, "claims left out", made)


def verdicts_without(
    book: Reckoning, claims: Collection[str], every: Sequence[World]
) -> Iterator[tuple[World, dict[str, str]]]:
    """Yield each world with the verdict, in it, on each claim that a left-out row is under.

    A fact is computed again only where a left-out row is under it; that what comes out is what the case without the rows gives
    is held by a test.

    Parameters
    ----------
    book : Reckoning
        Of the whole case, the verdicts on the claims already in it.
    """
    under, needs = _index(book), _needs(book, claims)
    rows_of = _rows_of(book)
    counts = _counts(book, list(every))
    done: dict[object, dict[str, str]] = {}
    for at, world in enumerate(every):
        left_out = (world.evidence, world.figures)  # an event that one family alone reports is left out once
        if left_out not in done:
            rows = {("evidence", one) for one in world.evidence} | world.figures
            rows |= {row for one in world.evidence for row in rows_of.get(one, ())}
            touched = frozenset(asked for row in rows for asked in under.get(row, ()))
            other = book.without(world, touched, counts.get(at, {}))
            done[left_out] = {one: claim_verdict(other, one).verdict for one, asked in needs.items() if asked & touched}
        yield world, done[left_out]


def _index(book: Reckoning) -> dict[tuple[str, str], list[Asked]]:
    """For each raw row the facts it is under."""
    found: dict[tuple[str, str], list[Asked]] = {}
    for asked, measured in book.found.items():
        for part in measured.support:
            for one in part.counted | part.looked_at:
                found.setdefault((part.table, one), []).append(asked)
    return found


def _needs(book: Reckoning, claims: Iterable[str]) -> dict[str, frozenset[Asked]]:
    """For each claim the facts of its necessary tests."""
    return {
        claim: frozenset(book.ask(test.fact, test=test) for test in book.tests_of(claim) if test.role == NECESSARY)
        for claim in claims
    }


def _rows_of(book: Reckoning) -> dict[str, list[tuple[str, str]]]:
    """For each evidence row the codings and ties that fall with it."""
    found: dict[str, list[tuple[str, str]]] = {}
    for name, key in (("codings", "coding_id"), ("ties", "tie_id")):
        table = getattr(book.case, name)
        for evidence, one in zip(table["evidence_id"], table[key], strict=True):
            found.setdefault(evidence, []).append((name, one))
    return found


def _counts(book: Reckoning, every: list[World]) -> dict[int, dict[tuple[str, str], pd.Series | None]]:
    """The events of every code set in every world that touches it, counted in one pass; None where no row of it is left."""
    rows = book.set_rows
    place = {one: at for at, one in enumerate(rows["evidence_id"].unique())}
    hit = np.zeros((len(every), len(place)), dtype=bool)
    for at, world in enumerate(every):
        hit[at, [place[one] for one in world.evidence if one in place]] = True
    column = rows["evidence_id"].map(place).to_numpy(dtype="int64")
    sets = pd.MultiIndex.from_frame(rows[["set_id", "scope"]])
    codes, names = pd.factorize(sets)
    places: list[np.ndarray] = []
    numbers: list[np.ndarray] = []
    found: dict[int, dict[tuple[str, str], pd.Series | None]] = {}
    for code, name in enumerate(names):
        mine = np.flatnonzero(codes == code)
        for number in np.flatnonzero(hit[:, column[mine]].any(axis=1)):
            left = mine[~hit[number, column[mine]]]
            found.setdefault(int(number), {})[name] = None
            places.append(left)
            numbers.append(np.full(len(left), number))
    if not places:
        return found
    many = rows.iloc[np.concatenate(places)].assign(world=np.concatenate(numbers))
    if len(many):
        counts = tally(many, book.case, keys=["set_id", "scope", "world"], rule=book.case.settings.rule)
        for one in counts.to_dict("records"):
            found[int(one["world"])][one["set_id"], one["scope"]] = pd.Series(one)
    return found
