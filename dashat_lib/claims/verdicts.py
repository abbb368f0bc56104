"""From facts to verdicts: what each test says, what a claim's tests say together, and with what care to read it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from ..admission import codes_below
from ..facts import Measured, Under, joined, under
from ..indicators import FRAGILE, PROXY
from .comparisons import OPPOSITE, Reference, holds, is_open, threshold
from .reckoning import ClaimTest, Reckoning
from .statistics import NOT_TESTED

NECESSARY, SUPPORTING = "necessary", "supporting"
OWN_ONLY = "reported by the document under examination only"
DISAGREES = "a supporting test disagrees"
OTHER_ROWS = "another figure or date turns it"
QUALIFIERS = (PROXY, FRAGILE, OTHER_ROWS, OWN_ONLY, DISAGREES)  # a closed list
# What a test can tell: a verdict; that nothing stands in the way, which supports nothing; a number that no threshold can fail.
VERDICT, NO_VETO, VALUE_ONLY = "verdict", "no veto", "value only"


@dataclass(frozen=True)
class Tested:
    """One test with its fact and what it says: supported, contested, contradicted, undecidable or not_tested; the same at the bounds."""

    test: ClaimTest
    found: Measured
    outcome: str
    bounds: tuple[str | None, ...] = ()


@dataclass(frozen=True)
class ClaimVerdict:
    """A claim, its verdict, and the tests that made it."""

    book: Reckoning
    claim_id: str
    verdict: str
    tests: tuple[Tested, ...]

    def necessary(self) -> list[Tested]:
        """The tests that decide."""
        return [one for one in self.tests if one.test.role == NECESSARY]

    def support(self) -> tuple[Under, ...]:
        """Return the raw rows under the verdict: those of its necessary tests, and what defines them."""
        rows = [part for one in self.necessary() for part in support_of(self.book, one.test)]
        tests = [one.test.row_id for one in self.necessary()]
        return joined([*rows, under("claims", defines=[self.claim_id]), under("claim_tests", defines=tests)])


def support_of(book: Reckoning, test: ClaimTest) -> tuple[Under, ...]:
    """Return the raw rows under the fact of a test, those that define it included."""
    rows = book.support(book.ask(test.fact, test=test), test=test)
    return joined([*rows, under("claims", defines=[test.claim_id])])


def outcome(test: ClaimTest, found: Measured, other: object = None) -> str:
    """Return what a test says of its fact.

    Supported if ``fact op threshold`` holds; contradicted if ``fact contra_op contra_threshold`` does; undecidable if the fact is
    undefined or is itself undecidable; else contested. Where the fact is a verdict and the test asks for one, the opposite verdict
    contradicts, whether or not the table says so: rule D1 against a claim is no mere lack of support.

    Parameters
    ----------
    other : optional
        The value of the threshold, where that names a fact.
    """
    if found.reason == NOT_TESTED:
        return "not_tested"
    wanted = other if other is not None else None if test.threshold is None else threshold(test.threshold)
    if is_open(found.value) and found.value != wanted:
        return "undecidable"
    if isinstance(wanted, Reference):
        return "undecidable"
    if test.op is not None and wanted is not None and holds(found.value, test.op, wanted, test.threshold_high):
        return "supported"
    if test.contra_op is not None and test.contra_threshold is not None:
        against = threshold(test.contra_threshold)
        if not isinstance(against, Reference) and holds(found.value, test.contra_op, against):
            return "contradicted"
    if isinstance(wanted, str) and found.value == OPPOSITE.get(wanted):
        return "contradicted"
    return "contested"


def tells(test: ClaimTest, found: Measured, said: str) -> str:
    """Return what a test can tell: :data:`VALUE_ONLY` where no value fails it, :data:`NO_VETO` where passing means that nothing was found.

    A number that cannot be negative is at least nought whatever the documents hold. A test of absence that asks for nought can only
    stand in the way of a claim: that nothing does is no support.
    """
    if test.threshold is None or test.op is None or is_open(found.value) or isinstance(found.value, str):
        return VERDICT
    wanted = threshold(test.threshold)
    if wanted == 0 and test.op == ">=" and test.contra_op is None and float(found.value) >= 0:  # type: ignore[arg-type]
        return VALUE_ONLY
    absent = test.kind == "absence" and wanted == 0 and test.op in ("==", "<=")
    return NO_VETO if absent and said == "supported" else VERDICT


def at_bounds(test: ClaimTest, found: Measured, other: object = None) -> tuple[str | None, str | None]:
    """Return what a test would say at the lower and at the upper bound of its fact; None without bounds."""
    return tuple(  # type: ignore[return-value]
        None if end is None or end != end else outcome(test, replace(found, value=float(end), reason=None), other)
        for end in (found.lower, found.upper)
    )


def combined(outcomes: Sequence[str]) -> str:
    """Return the verdict of a claim from what its necessary tests say, in this order.

    Any contradicted: contradicted. Any undecidable: undecidable. Any not tested, or no test at all: not_tested. All supported:
    supported. Else contested.
    """
    for word in ("contradicted", "undecidable", "not_tested"):
        if word in outcomes:
            return word
    if not outcomes:
        return "not_tested"
    return "supported" if set(outcomes) == {"supported"} else "contested"


def claim_verdict(book: Reckoning, claim_id: str, *, every_test: bool = False) -> ClaimVerdict:
    """Return a claim's verdict; computed once, after the claims and facts it hangs on.

    Parameters
    ----------
    every_test : bool
        Evaluate the supporting tests, too; they never move the verdict.

    Raises
    ------
    DashatError
        If claims hang on each other in a circle, or there is no such claim.
    """
    known = book.verdicts.get(claim_id)
    if known is not None and (not every_test or len(known.tests) == len(book.tests[claim_id])):
        return known
    with book.inside(claim_id):
        tests = [one for one in book.tests_of(claim_id) if every_test or one.role == NECESSARY]
        results = tuple(_decisive(book, tests) if book.bare else (_result(book, one) for one in tests))
    said = combined([one.outcome for one in results if one.test.role == NECESSARY])
    book.verdicts[claim_id] = ClaimVerdict(book, claim_id, said, results)
    return book.verdicts[claim_id]


def _decisive(book: Reckoning, tests: Sequence[ClaimTest]) -> Iterator[Tested]:
    """The results that settle a verdict: none after one that the rest cannot overrule. Where a verdict is all that is asked."""
    seen = set()
    for one in sorted(tests, key=lambda test: not _can_contradict(test)):
        if "contradicted" in seen or ("undecidable" in seen and not _can_contradict(one)):
            return
        found = _result(book, one)
        seen.add(found.outcome)
        yield found


def _can_contradict(test: ClaimTest) -> bool:
    return test.contra_op is not None or test.threshold in OPPOSITE


def _result(book: Reckoning, test: ClaimTest) -> Tested:
    found = book.fact(test.fact, test=test)
    wanted = None if test.threshold is None else threshold(test.threshold)
    other = book.fact(wanted.fact, codes=wanted.codes).value if isinstance(wanted, Reference) else None
    return Tested(test, found, outcome(test, found, other), () if book.bare else at_bounds(test, found, other))


# ---- qualifiers ------------------------------------------------------------------------------------------------------


def qualifiers(
    book: Reckoning, one: ClaimVerdict, fragile: Iterable[str] = (), *, others: Iterable[str] = ()
) -> list[str]:
    """Return with what care a verdict is to be read, from the closed list :data:`QUALIFIERS`.

    Parameters
    ----------
    fragile : iterable of source families
        Those without any one of which the verdict turns (:func:`dashat_lib.claims.margins.claim_turns`).
    others : iterable of verdicts
        Of the claim with another figure or date in the place of a listed one (:func:`dashat_lib.claims.alternatives.claim_alternatives`).
    """
    if one.verdict == "not_tested":
        return []
    found = []
    if _is_proxy(book, one):
        found.append(PROXY)
    if list(fragile):
        found.append(FRAGILE)
    if any(verdict != one.verdict for verdict in others):
        found.append(OTHER_ROWS)
    if _is_own_only(book, one):
        found.append(OWN_ONLY)
    against = [test for test in one.tests if test.test.role == SUPPORTING and test.outcome == "contradicted"]
    if one.verdict == "supported" and against:
        found.append(DISAGREES)
    return found


def codes_of(book: Reckoning, claim_id: str) -> set[str]:
    """Return the codes that a claim names, with their children."""
    rows = book.case.claims.set_index("claim_id")
    cell = rows.at[claim_id, "code_ids"]
    return codes_below(book.case, [one.strip() for one in cell.split(";")]) if isinstance(cell, str) else set()


def _is_proxy(book: Reckoning, one: ClaimVerdict) -> bool:
    """Whether the focal place has too few admitted rows with the claim's codes, and a deciding fact speaks of more than it."""
    focal = book.settings.focal_place
    codes = codes_of(book, one.claim_id)
    rows = book.at(book.coded[book.coded["code_id"].isin(codes)], focal)
    elsewhere = any(test.found.place != focal for test in one.necessary())
    return bool(codes) and elsewhere and rows["evidence_id"].nunique() < book.settings.proxy_below


def _is_own_only(book: Reckoning, one: ClaimVerdict) -> bool:
    """Whether nothing but the document under examination bears on the claim: no row is under a test, and it has rows of its codes."""
    case = book.case
    outside = any(rows.counted | rows.looked_at for test in one.tests for rows in test.found.support)
    own = case.evidence.loc[case.evidence["source_id"].isin(case.settings.own_sources), "evidence_id"]
    mine = case.codings[(case.codings["coder"] == case.settings.coder) & case.codings["evidence_id"].isin(own)]
    return not outside and bool(mine["code_id"].isin(codes_of(book, one.claim_id)).any())
