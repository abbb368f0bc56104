"""The counts of :mod:`dashat_lib.admission` by plain loops: for readings, which ask for few rows very often.

A table pays for itself from some thousand rows on; a reading has some hundred. What comes out is the same (a test holds this).
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping
from typing import NamedTuple

import pandas as pd

from ..admission import with_verdict
from ..settings import VerdictRule

COUNTS = ["n_rows", "n_for", "n_against", "n_mixed", "n_neutral", "n_families", "n_families_for", "n_families_against", "n_sectors"]  # fmt: skip


class Coded(NamedTuple):
    """One coding with what its row says of itself."""

    evidence_id: str
    event_id: str
    source_family: str
    place: str
    date: str
    code_id: str
    stance: str
    text_en: str


def events_of(rows: Iterable[tuple[Hashable, Coded]]) -> dict[Hashable, dict[str, list[Coded]]]:
    """Return the codings of each event of each set, their stances as the set takes them."""
    found: dict[Hashable, dict[str, list[Coded]]] = {}
    for key, one in rows:
        found.setdefault(key, {}).setdefault(one.event_id, []).append(one)
    return found


def said(event: Iterable[Coded]) -> str:
    """Return what an event as a whole says (:func:`dashat_lib.admission.pooled`)."""
    has = {one.stance for one in event}
    if "mixed" in has or {"for", "against"} <= has:
        return "mixed"
    return "for" if "for" in has else "against" if "against" in has else "neutral"


def tallied(rows: Iterable[tuple[Hashable, Coded]], sectors: Mapping[str, set[str]], rule: VerdictRule) -> pd.DataFrame:
    """Return what :func:`dashat_lib.admission.tally` counts, and the verdict by rule D1, by set.

    Parameters
    ----------
    rows : iterable of (set, coding)
    sectors : mapping evidence_id -> sectors of the actors the row names
    """
    counts = {key: _counts(events, sectors) for key, events in events_of(rows).items()}
    table = pd.DataFrame(list(counts.values()), columns=COUNTS, dtype="int64")
    return with_verdict(table, rule).set_axis(list(counts))


def _counts(events: Mapping[str, list[Coded]], sectors: Mapping[str, set[str]]) -> tuple[int, ...]:
    whole = {event: said(rows) for event, rows in events.items()}
    stances = list(whole.values())
    deciding = [one for event, rows in events.items() for one in rows if one.stance == whole[event] and one.stance in ("for", "against")]  # fmt: skip
    named = {sector for one in deciding if one.stance == "for" for sector in sectors.get(one.evidence_id, ())}
    families = {stance: {one.source_family for one in deciding if one.stance == stance} for stance in ("for", "against")}  # fmt: skip
    return (
        len({one.evidence_id for rows in events.values() for one in rows}),
        *(stances.count(stance) for stance in ("for", "against", "mixed", "neutral")),
        len(families["for"] | families["against"]), len(families["for"]), len(families["against"]), len(named),
    )  # fmt: skip
