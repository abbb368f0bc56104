"""What would a test say on another row that its definition allows: another count of those in need, another date of the same grant?

A ratio or a span of days stands on two rows that a test lists. Other rows could stand there as well; each is put in the place of
the listed one, and the test and its claim are read again. The verdict of the case stays: this says what weakens it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

import pandas as pd

from ..errors import message
from ..facts import Measured, Under, joined, under
from .comparisons import Reference, threshold
from .reckoning import Asked, ClaimTest, Reckoning
from .statistics import MADE_OF_OTHERS, day
from .verdicts import Tested, claim_verdict, outcome

COLUMNS = [
    "claim_id", "test_no", "fact", "part", "table", "row_ids", "counts", "number", "counts_above", "number_above", "same_people",
    "date", "value", "verdict", "verdict_after",
]  # fmt: skip
BELOW, START = "denominator", "first date"
NO_OTHER = "no other row could stand there"
# Whom a measure of ``beneficiaries`` counts. Those that count who is in need can stand under a ratio, the others over it.
IN_NEED = {"at_risk_persons": "people", "at_risk_children": "children", "stunting_cases": "children"}
SERVED = {"beneficiaries_total": "people", "beneficiaries_toddlers": "children"}
_HOW = {
    BELOW: message("Other counts of those in need at the same place and in the same year, {n} in all, by which the test says something else; a count of children also under the children served."),
    START: message("Other dates before the second on which a row names who gave the grant, {n} in all, from which the test says something else."),
}  # fmt: skip


@dataclass(frozen=True)
class Alternative:
    """What could stand in the place of a listed row, and what the number then is.

    Attributes
    ----------
    part : "denominator" or "first date"
    rows : tuple of (table, row id)
        Where it stands; several rows may say the same.
    counts, number : measure and value of a count below the line
    counts_above, number_above : the same above it
    same_people : bool, optional
        Whether both count the same people; None for dates.
    date : str, optional
        ISO, as far as it is known.
    """

    part: str
    rows: tuple[tuple[str, str], ...]
    value: float
    counts: str | None = None
    number: float | None = None
    counts_above: str | None = None
    number_above: float | None = None
    same_people: bool | None = None
    date: str | None = None


def alternatives(book: Reckoning, asked: Asked) -> list[Alternative]:
    """Return what else could stand in the place of a row that a fact takes from its test; empty where nothing could."""
    find = _FINDERS.get(asked.statistic)
    return [] if find is None else list(find(book, dict(asked.given)))


def has_alternatives(asked: Asked) -> bool:
    """Say whether a fact is of a kind for which other rows are looked for."""
    return asked.statistic in _FINDERS


def claim_alternatives(book: Reckoning, claims: Mapping[str, str]) -> pd.DataFrame:
    """Return what each test of a ratio or a span of days would say on the other rows that could stand there.

    Parameters
    ----------
    claims : mapping claim_id -> verdict

    Returns
    -------
    DataFrame, one row a test and alternative
        ``claim_id, test_no, fact, part`` (denominator, first date), ``table, row_ids`` (";"-joined), ``counts, number`` (measure and value of
        the other count), ``counts_above, number_above`` (of the count it divides), ``same_people`` (whether both count the same people),
        ``date`` (of the other row), ``value, verdict`` (of the test), ``verdict_after`` (of the claim).
    """
    rows = []
    for claim_id in claims:
        for test in book.tests_of(claim_id):
            asked = book.ask(test.fact, test=test)
            for one in alternatives(book, asked):
                rows.append(
                    (
                        claim_id, test.test_no, test.fact, one.part, one.rows[0][0], ";".join(id_ for _, id_ in one.rows), one.counts,
                        one.number, one.counts_above, one.number_above, one.same_people, one.date, one.value, _said(book, test, one.value),
                        claim_verdict(_with(book, asked, one.value), claim_id).verdict,
                    )
                )  # fmt: skip
    table = pd.DataFrame(rows, columns=COLUMNS)
    numbers = {"number": "float64", "number_above": "float64", "value": "float64", "test_no": "int64"}
    return table.astype({**numbers, "same_people": "boolean"})


def others_told(book: Reckoning, one: Tested) -> Measured:
    """Return how many of the other rows give a test another result, with the rows: counted those that do, looked at those that do not."""
    asked = book.ask(one.test.fact, test=one.test)
    found = alternatives(book, asked)
    differ = [other for other in found if _said(book, one.test, other.value) != one.outcome]
    ids = {False: _of(found), True: _of(differ)}
    values = [other.value for other in found]
    return Measured(
        value=len(differ) if found else float("nan"),
        how=_HOW[START if asked.statistic == "days_between" else BELOW],
        details={"n": len(found)},
        support=joined([
            *(under(table, ids[True].get(table, ()), rows) for table, rows in ids[False].items()),
            *_looked_at(book, asked, bool(found)),
            *book.support(asked, test=one.test),
        ]),
        lower=min(values, default=None),
        upper=max(values, default=None),
        reason=None if found else NO_OTHER,
    )  # fmt: skip


def _of(found: list[Alternative]) -> dict[str, list[str]]:
    ids: dict[str, list[str]] = {}
    for one in found:
        for table, row in one.rows:
            ids.setdefault(table, []).append(row)
    return ids


def _said(book: Reckoning, test: ClaimTest, value: float) -> str:
    wanted = None if test.threshold is None else threshold(test.threshold)
    other = book.fact(wanted.fact, codes=wanted.codes).value if isinstance(wanted, Reference) else None
    return outcome(test, Measured(value, "", {}, ()), other)


def _with(book: Reckoning, asked: Asked, value: float) -> Reckoning:
    """The case with another value of one fact; what does not hang on it is taken from here."""
    held = {one: found.value for one, found in book.found.items() if one.statistic not in MADE_OF_OTHERS}
    return Reckoning(book.case, held={**held, asked: value}, bare=True)


# ---- another count of those in need ----------------------------------------------------------------------------------


def _counts(book: Reckoning, given: Mapping[str, str]) -> Iterator[Alternative]:
    """Counts of those in need at the place and in the year of the one below the line; children also under the children served."""
    above, below = (_figure(book, given.get(name, "")) for name in ("numerator", "denominator"))
    if above is None or below is None or below["measure"] not in IN_NEED or above["measure"] not in SERVED:
        return
    figures = _figures(book)
    served = figures[(figures["source_id"] == above["source_id"]) & (figures["date"] == above["date"]) & (figures["place"] == above["place"])]  # fmt: skip
    needs = figures[
        (figures["place"] == below["place"])
        & (figures["date"].str[:4] == str(below["date"])[:4])
        & figures["measure"].isin(IN_NEED)
        & (figures["value"] > 0)
    ]
    tops = [above, *(one for _, one in served.iterrows() if one["measure"] in SERVED and one["measure"] != above["measure"])]  # fmt: skip
    order = {name: at for at, name in enumerate(IN_NEED)}
    groups = sorted(needs.groupby(["measure", "value"]), key=lambda one: (order[one[0][0]], one[0][1]))
    for at, top in enumerate(tops):
        for (measure, number), part in groups:
            same = SERVED[top["measure"]] == IN_NEED[measure]
            itself = at == 0 and measure == below["measure"] and number == below["value"]
            if itself or (at and not same):
                continue
            rows = [*part["beneficiary_id"], *([top["beneficiary_id"]] if at else [])]
            yield Alternative(
                BELOW, tuple(("beneficiaries", one) for one in rows), float(top["value"]) / float(number), measure, float(number),
                top["measure"], float(top["value"]), same,
            )  # fmt: skip


def _figures(book: Reckoning) -> pd.DataFrame:
    case = book.case
    return case.beneficiaries[~case.beneficiaries["source_id"].isin(case.settings.own_sources)]


def _figure(book: Reckoning, evidence_id: str) -> pd.Series | None:
    """The figure that an evidence row gives: of the same document, with the same number."""
    if evidence_id not in book.evidence.index:
        return None
    row, figures = book.evidence.loc[evidence_id], _figures(book)
    same = figures[(figures["source_id"] == row["source_id"]) & (figures["value"] == row["quantity"])]
    same = same[same["measure"].isin({*IN_NEED, *SERVED})]
    return None if same.empty else same.iloc[0]


# ---- another date of the same grant ------------------------------------------------------------------------------------


def _dates(book: Reckoning, given: Mapping[str, str]) -> Iterator[Alternative]:
    """Dates before the second row on which a row names who pays by the second and is named by the first."""
    first, second = given.get("from", ""), given.get("to", "")
    if not {first, second} <= set(book.evidence.index):
        return
    end = day(book.evidence.at[second, "date"])
    payers = _payers(book, second) & book.actors.get(first, set())
    rows = book.at(book.evidence, book.settings.wider_place)
    rows = rows[~rows["evidence_id"].isin([first, second])]
    named = rows["evidence_id"].map(lambda one: bool(payers & book.actors.get(one, set()))).astype(bool)
    rows = rows[named & (rows["date"].map(_last_day) < end)]
    for when, part in sorted(rows.groupby("date"), key=lambda one: day(one[0])):
        ids = tuple(("evidence", one) for one in sorted(part["evidence_id"]))
        yield Alternative(START, ids, float((end - day(when)).days), date=when)


def _payers(book: Reckoning, evidence_id: str) -> set[str]:
    """Who pays by a row and gets nothing by it."""
    ties = book.case.ties[(book.case.ties["evidence_id"] == evidence_id) & (book.case.ties["relation"] == "funds")]
    return set(ties["source_stakeholder"]) - set(ties["target_stakeholder"])


def _last_day(text: str) -> date:
    """The last day that a date as far as it is known can be."""
    parts = [int(part) for part in text.split("-")]
    if len(parts) == 3:
        return date(*parts)
    year, month = (parts[0], 12) if len(parts) == 1 else (parts[0], parts[1])
    return date(year + month // 12, month % 12 + 1, 1) - timedelta(days=1)


def _looked_at(book: Reckoning, asked: Asked, any_: bool) -> Iterator[Under]:
    """What says that a row could stand there: the ties of the second date, and the namings of the payer."""
    if asked.statistic != "days_between":
        return
    given = dict(asked.given)
    ids = [one for one in (given.get("from", ""), given.get("to", "")) if one in book.evidence.index]
    ties = book.case.ties[book.case.ties["evidence_id"].isin(ids[-1:] if len(ids) == 2 else [])]
    others = [row for one in alternatives(book, asked) for _, row in one.rows] if any_ else []
    yield under("ties", looked_at=ties["tie_id"])
    yield under("evidence_actors", looked_at=[name for row in [*ids, *others] for name in book.namings.get(row, [])])


_FINDERS: dict[str, Callable[[Reckoning, Mapping[str, str]], Iterator[Alternative]]] = {
    "evidence_ratio": _counts,
    "days_between": _dates,
}
