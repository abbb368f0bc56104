"""The claims of a case as tables and facts: which of them stand, by which tests, on which rows, and what would turn them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pandas as pd

from ..errors import message
from ..facts import Ledger, Measured, Under
from ..tables import Case, Results
from ..words import Reader, languages, reader
from .alternatives import claim_alternatives, has_alternatives, others_told
from .comparisons import Comparison, Reference, threshold
from .ingredients import is_resampled
from .margins import claim_turns, events_to_turn, margin
from .reckoning import OF_TEST, Asked, ClaimTest, Reckoning, compared
from .selection import set_key
from .statistics import OWN, RESAMPLED, ROOMS
from .verdicts import ClaimVerdict, Tested, claim_verdict, qualifiers, support_of, tells

VERDICT, RIVAL = "verdict", "rival"
_HOW = message("Claim {claim}: its necessary tests together. “{words}”")
_OTHER_LANGUAGES = {"id": "claim_id_text"}  # the column of the claim's words; ``claim_<language>`` otherwise


def results(case: Case) -> Results:
    """Return the verdict on every claim of a case, its tests, what would turn it and what stands against it.

    Returns
    -------
    Results
        Facts ``claim.<claim_id>.verdict``; ``claim.<claim_id>.<test_no>``, the number of each test; where it stands on listed rows that
        others could replace, ``claim.<claim_id>.<test_no>.others``, how many of those give another result; and each definition of
        ``fact_definitions`` under its own name that no other room writes down.
        Tables ``verdicts`` (:func:`verdict_table`), ``claim_test_results`` (:func:`test_table`), ``claim_turns``
        (:func:`dashat_lib.claims.margins.claim_turns`), ``claim_alternatives``
        (:func:`dashat_lib.claims.alternatives.claim_alternatives`), ``claim_tensions`` (:func:`tensions`).
    """
    book = Reckoning(case)
    found = all_verdicts(book)
    turns = claim_turns(book, found)
    others = claim_alternatives(book, {one.claim_id: one.verdict for one in found})
    facts = facts_of(book)
    tables = {
        "verdicts": verdict_table(book, found, turns, others),
        "claim_test_results": test_table(book, found),
        "claim_turns": turns,
        "claim_alternatives": others,
        "claim_tensions": tensions(case, found),
    }
    return replace(facts, tables=tables)


def all_verdicts(book: Reckoning) -> list[ClaimVerdict]:
    """Return every claim with all its tests, in the order of the sentences."""
    return [claim_verdict(book, one, every_test=True) for one in book.tests]


def facts_of(book: Reckoning) -> Results:
    """Return the facts of the stage and the rows under each, without its tables."""
    ledger = Ledger()
    for one in all_verdicts(book):
        _add_claim(ledger, book, one)
    for fact in _own_definitions(book):
        asked = book.ask(fact)
        _add(ledger, fact, book.measured(asked), book.definitions[fact].unit, book.support(asked))
    return ledger.results()


def measured(case: Case, held: Mapping[Any, object] | None = None) -> pd.DataFrame:
    """Return the verdict on every claim as a bare fact, for readings that compute them many times.

    Parameters
    ----------
    held : mapping fact -> value, optional
        Facts and ingredients that are not computed but taken as given. Those with a null of their own are slow and move by
        chance as well (:func:`resampled` gives those of a case); a reading with them held says what its rows do, not what
        another draw does.

    Returns
    -------
    DataFrame
        ``fact_id, value, unit``, the same ids as :func:`results` gives, and the same values where nothing is held.
    """
    book = Reckoning(case, held=held, bare=True)
    said = [(f"claim.{one}.verdict", claim_verdict(book, one).verdict, VERDICT) for one in book.tests]
    return pd.DataFrame(said, columns=["fact_id", "value", "unit"]).astype({"value": "object"})


def resampled(case: Case) -> dict[str, object]:
    """Return the values of the facts and ingredients of a case that have a null of their own, to be held in its readings."""
    return nulls(Reckoning(case))


def nulls(book: Reckoning) -> dict[str, object]:
    """Return the values of the facts and ingredients that have a null of their own."""
    asked = {one for one in book.asked if one.statistic in RESAMPLED or is_resampled(one.fact)}
    return {one.fact: book.measured(one).value for one in sorted(asked, key=lambda one: one.fact)}


# ---- facts -----------------------------------------------------------------------------------------------------------


def _own_definitions(book: Reckoning) -> list[str]:
    """The definitions that no other room writes down. One that several tests fill differently is undefined under its own name."""
    found = []
    for fact, row in book.definitions.items():
        elsewhere = row.statistic in ROOMS and row.statistic not in OWN and OF_TEST not in str(row.parameters)
        if not elsewhere and row.statistic != "not_tested":
            found.append(fact)
    return found


def _add(ledger: Ledger, fact_id: str, found: Measured, unit: str, support: tuple[Under, ...]) -> None:
    ledger.add(
        fact_id, found.value, unit=unit, how=found.how, details=found.details, support=support, lower=found.lower,
        upper=found.upper, place=found.place, reason=found.reason,
    )  # fmt: skip


def _add_claim(ledger: Ledger, book: Reckoning, one: ClaimVerdict) -> None:
    ledger.add(
        f"claim.{one.claim_id}.verdict",
        one.verdict,
        unit=VERDICT,
        how=_HOW,
        details={"claim": one.claim_id, "words": _text(book.case, one.claim_id)},
        support=one.support(),
        place=_scope(one),
    )
    for result in one.tests:
        test = result.test
        _add(
            ledger,
            f"claim.{test.claim_id}.{test.test_no}",
            result.found,
            _unit(book, test.fact) or "-",
            support_of(book, test),
        )
        if has_alternatives(book.ask(test.fact, test=test)):
            told = others_told(book, result)
            _add(ledger, f"claim.{test.claim_id}.{test.test_no}.others", told, "other rows", told.support)


def _text(case: Case, claim_id: str) -> dict[str, object]:
    """The words of a claim in each language."""
    row = case.claims.set_index("claim_id").loc[claim_id]
    names = {one: _OTHER_LANGUAGES.get(one, f"claim_{one}") for one in languages()}
    return {one: row[name] for one, name in names.items() if name in row}


def _scope(one: ClaimVerdict) -> str | None:
    """The place that all deciding facts speak of; missing where they speak of several, or of none."""
    places = {test.found.place for test in one.necessary()}
    return places.pop() if len(places) == 1 else None


# ---- tables ----------------------------------------------------------------------------------------------------------


def verdict_table(
    book: Reckoning, found: list[ClaimVerdict], turns: pd.DataFrame, others: pd.DataFrame
) -> pd.DataFrame:
    """Return what each claim comes to, in the order of the sentences.

    Returns
    -------
    DataFrame, one row a claim
        ``claim_id, kind`` ("rival": no sentence of the document, but an explanation beside it), ``sentence_no, claim_en, claim_id_text, verdict,
        qualifier`` (";"-joined words of a closed list),
        ``fragile_families`` (source families without any one of which the verdict turns), ``fragile_sources`` (publisher and date
        of each), ``seen_en, seen_id`` ... (what the deciding tests saw, in words), ``n_for, n_against`` (events, where one
        deciding test is by rule D1), ``scope`` (place), ``question_en, question_id`` (what would decide it), ``ask_whom``.
    """
    case = book.case
    claims, ask = case.claims.set_index("claim_id"), case.would_decide.drop_duplicates("claim_id").set_index("claim_id")
    publishers = _publishers(case)
    rows = []
    for one in found:
        fragile = turns.loc[(turns["claim_id"] == one.claim_id) & (turns["kind"] == "source"), "id"].tolist()
        counts = [count for test in one.necessary() if (count := _counts(book, test.test)) is not None]
        asked = ask.loc[one.claim_id] if one.claim_id in ask.index else {}
        rows.append(
            {"claim_id": one.claim_id, "kind": claims.at[one.claim_id, "kind"], "sentence_no": claims.at[one.claim_id, "sentence_no"],
             "claim_en": claims.at[one.claim_id, "claim_en"], "claim_id_text": claims.at[one.claim_id, "claim_id_text"],
             "verdict": one.verdict, "qualifier": ";".join(qualifiers(book, one, fragile, others=others.loc[others["claim_id"] == one.claim_id, "verdict_after"])) or None,
             "fragile_families": ";".join(fragile) or None, "fragile_sources": ";".join(publishers[id_] for id_ in fragile) or None,
             **{f"seen_{language}": seen(one, book, reader(language)) for language in languages()},
             "n_for": counts[0][0] if len(counts) == 1 else None, "n_against": counts[0][1] if len(counts) == 1 else None,
             "scope": _scope(one), **{name: asked.get(name) for name in ("question_en", "question_id", "ask_whom")}}
        )  # fmt: skip
    return pd.DataFrame(rows, columns=_VERDICTS).astype({"n_for": "Int64", "n_against": "Int64"})


# The columns of a case without claims.
_VERDICTS = [
    "claim_id", "kind", "sentence_no", "claim_en", "claim_id_text", "verdict", "qualifier", "fragile_families", "fragile_sources",
    *(f"seen_{language}" for language in languages()), "n_for", "n_against", "scope", "question_en", "question_id", "ask_whom",
]  # fmt: skip


def _publishers(case: Case) -> dict[str, str]:
    """Publisher and date of the first document of each source family."""
    first = (
        case.sources.sort_values(["published", "source_id"]).drop_duplicates("source_family").set_index("source_family")
    )
    named = (first["publisher"].fillna("") + " " + first["published"].fillna("")).str.strip().str.replace(";", ",")
    return named.to_dict()


def _counts(book: Reckoning, test: ClaimTest) -> tuple[int, int, int] | None:
    """Events for and against and source families, where the fact of a test is rule D1."""
    asked = book.ask(test.fact, test=test)
    key = set_key(dict(asked.given), book.settings) if asked.statistic == "d1_verdict" else None
    if key is None:
        return None
    counts = book.count(*key)
    return (0, 0, 0) if counts is None else (int(counts["n_for"]), int(counts["n_against"]), int(counts["n_families"]))


def seen(one: ClaimVerdict, book: Reckoning, say: Reader) -> str:
    """Return what the deciding tests of a claim saw, in the reader's words, one sentence or two a test."""
    return " ".join(_sentence(result, book, say) for result in one.necessary())


def _sentence(result: Tested, book: Reckoning, say: Reader) -> str:
    test, asked = result.test, book.ask(result.test.fact, test=result.test)
    if result.outcome == "not_tested":
        return _how(result.found, say)
    signs = compared(dict(asked.given))[: len(_signs(asked))]
    if not signs:
        return _told(
            result.found, _unit(book, test.fact), _asked(test.op, test.threshold, test.threshold_high, say), say
        )
    parts = [
        _told(
            book.fact(one.left.fact, codes=one.left.codes),
            _unit(book, one.left.fact),
            _asked(one.op, str(_right(book, one)), None, say),
            say,
        )
        for one in signs
    ]
    return " ".join([*parts, _told(result.found, _unit(book, test.fact), _asked(test.op, test.threshold, test.threshold_high, say), say, how=False)])  # fmt: skip


def _signs(asked: Asked) -> list[str]:
    """The comparisons that are signs of the claim, not their opposites, as the parameters write them."""
    given = dict(asked.given)
    return [one for one in (given.get("tests") or given.get("any") or "").split(";") if one]


def _right(book: Reckoning, one: Comparison) -> object:
    if isinstance(one.right, Reference):
        return round(float(book.fact(one.right.fact, codes=one.right.codes).value), 4)  # type: ignore[arg-type]
    return one.right


def _unit(book: Reckoning, fact: str) -> str:
    return str(book.definitions[fact].unit) if fact in book.definitions else ""


def _how(found: Measured, say: Reader) -> str:
    details = {
        name: text.get(say.language, text.get("en")) if isinstance(text, Mapping) else text
        for name, text in found.details.items()
    }
    return say(found.how, **details)


def _told(found: Measured, unit: str, asked: str, say: Reader, *, how: bool = True) -> str:
    """What a fact is, its value, and what was asked of it."""
    what = _how(found, say) + " " if how else ""
    if found.value != found.value:
        return what + say("Undefined: {reason}.", reason=say.label("reason", str(found.reason)))
    if isinstance(found.value, str):
        return what + say("Verdict: {verdict}.", verdict=say.label("verdict", found.value))
    value = (say.number(round(float(found.value), 4)) + " " + say.label("unit", unit)).strip()  # type: ignore[arg-type]
    if not how:
        return say("Together: {value}; asked for: {asked}.", value=value, asked=asked)
    return what + say("Seen: {value}; asked for: {asked}.", value=value, asked=asked)


def _asked(op: str | None, limit: str | None, high: float | None, say: Reader) -> str:
    def number(text: str) -> str:
        read = threshold(text)
        return say.number(read) if isinstance(read, float) else say.label("verdict", str(read))

    if op is None or limit is None:
        return "–"
    if op == "between" and high is not None:
        return say("{low} to {high}", low=number(limit), high=say.number(high))
    return f"{_SIGNS.get(op, op)} {number(limit)}"


_SIGNS = {">=": "≥", "<=": "≤", "==": "="}


def test_table(book: Reckoning, found: list[ClaimVerdict]) -> pd.DataFrame:
    """Return every test of every claim with its number.

    Returns
    -------
    DataFrame, one row a test
        ``claim_id, test_no, fact, value, out_of`` (of how many, where the number is a share of things counted), ``lower, upper, unit, op, threshold, threshold_high, contra_op, contra_threshold, margin``
        (:func:`dashat_lib.claims.margins.margin`), ``n_for, n_against, n_families, turns_with_for, turns_with_against,
        supported_with_for`` (of rule D1: events counted, and fewest further events that turn it, or bring it to supported),
        ``verdict`` (what the test says), ``verdict_at_lower, verdict_at_upper`` (what it would say at the bounds), ``tells`` (what it can tell:
        :func:`dashat_lib.claims.verdicts.tells`), ``role, reason`` (why it is undefined), ``undecidable_if`` (as the table of tests says it).
    """
    said = book.case.claim_tests.set_index(["claim_id", "test_no"])
    rows = []
    for one in found:
        for result in one.tests:
            test, value = result.test, result.found
            counts = _counts(book, test)
            more = events_to_turn(book, book.ask(test.fact, test=test)) if counts is not None else {}
            rows.append(
                {"claim_id": test.claim_id, "test_no": test.test_no, "fact": test.fact, "value": value.value, "out_of": _out_of(value), "lower": value.lower,
                 "upper": value.upper, "unit": _unit(book, test.fact) or None,
                 "op": test.op, "threshold": test.threshold, "threshold_high": test.threshold_high, "contra_op": test.contra_op,
                 "contra_threshold": test.contra_threshold, "margin": margin(result),
                 **dict(zip(("n_for", "n_against", "n_families"), counts or (None, None, None), strict=True)),
                 "turns_with_for": more.get("for"), "turns_with_against": more.get("against"), "supported_with_for": more.get("to_support"),
                 "verdict": result.outcome, **dict(zip(("verdict_at_lower", "verdict_at_upper"), result.bounds, strict=True)),
                 "tells": tells(test, value, result.outcome), "role": test.role, "reason": value.reason,
                 "undecidable_if": said["undecidable_if"].get((test.claim_id, test.test_no)) if "undecidable_if" in said else None}
            )  # fmt: skip
    whole = ["out_of", "n_for", "n_against", "n_families", "turns_with_for", "turns_with_against", "supported_with_for"]
    numbers = {name: "float64" for name in ("lower", "upper", "threshold_high", "margin")}
    return pd.DataFrame(rows, columns=_TESTS).astype({**dict.fromkeys(whole, "Int64"), **numbers})


# The columns of a case without tests.
_TESTS = [
    "claim_id", "test_no", "fact", "value", "out_of", "lower", "upper", "unit", "op", "threshold", "threshold_high", "contra_op",
    "contra_threshold", "margin", "n_for", "n_against", "n_families", "turns_with_for", "turns_with_against", "supported_with_for",
    "verdict", "verdict_at_lower", "verdict_at_upper", "tells", "role", "reason", "undecidable_if",
]  # fmt: skip


def _out_of(found: Measured) -> int | None:
    """Of how many things a share is, where its sentence counts them; None where the number is no share of so many."""
    n = found.details.get("all", found.details.get("n"))
    if not isinstance(n, int) or n < 1 or not isinstance(found.value, float) or not 0 <= found.value <= 1:
        return None
    return n if abs(found.value * n - round(found.value * n)) < 1e-9 else None


def tensions(case: Case, found: list[ClaimVerdict]) -> pd.DataFrame:
    """Return the claims that stand against each other inside the document, both verdicts side by side; a rival stands outside it.

    Returns
    -------
    DataFrame, one row a pair, named from either side or both
        ``claim_id, claim_en, claim_id_text, verdict, other, other_en, other_id_text, other_verdict, both`` (whether both are
        supported: the document is then at odds with itself in these documents, too), ``opposed`` (whether a test of one counts for what a
        test of the other counts against; else one presses on the other). Opposed pairs first, then those of which both are decided,
        then those with a conclusion.
    """
    claims = case.claims.set_index("claim_id")
    verdicts = {one.claim_id: one.verdict for one in found}
    order = {one: at for at, one in enumerate(verdicts)}
    pairs = set()
    for claim, cell in claims.loc[claims["kind"] != RIVAL, "tension_with"].dropna().items():
        for other in (one.strip() for one in str(cell).split(";")):
            if other in order and other != claim:
                pairs.add(tuple(sorted((str(claim), other), key=lambda one: order[one])))
    rows = [
        {"claim_id": one, "claim_en": claims.at[one, "claim_en"], "claim_id_text": claims.at[one, "claim_id_text"], "verdict": verdicts[one],
         "other": other, "other_en": claims.at[other, "claim_en"], "other_id_text": claims.at[other, "claim_id_text"],
         "other_verdict": verdicts[other], "both": verdicts[one] == verdicts[other] == "supported",
         "opposed": _opposed(case, one, other)}
        for one, other in sorted(pairs, key=lambda pair: [order[one] for one in pair])
    ]  # fmt: skip
    concludes = claims["kind"].eq("conclusion").to_dict()
    unclear = {"undecidable", "not_tested"}
    rows.sort(
        key=lambda row: (
            not row["opposed"],
            bool({row["verdict"], row["other_verdict"]} & unclear),
            not (concludes[row["claim_id"]] or concludes[row["other"]]),
        )
    )
    columns = [
        "claim_id",
        "claim_en",
        "claim_id_text",
        "verdict",
        "other",
        "other_en",
        "other_id_text",
        "other_verdict",
        "both",
        "opposed",
    ]
    return pd.DataFrame(rows, columns=columns)


def _opposed(case: Case, one: str, other: str) -> bool:
    """Whether a test of one claim counts for a code that a test of the other counts the other way round."""
    tests = case.claim_tests[["claim_id", "codes", "reversed_codes"]].astype("object").fillna("")

    def codes(claim: str, column: str) -> set[str]:
        return {
            code.strip()
            for cell in tests.loc[tests["claim_id"] == claim, column]
            for code in cell.split(";")
            if code.strip()
        }

    pairs = ((one, other), (other, one))
    return any(codes(mine, "codes") & codes(theirs, "reversed_codes") for mine, theirs in pairs)
