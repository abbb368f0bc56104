"""The tables of claims as figures and notebooks need them: a claim's words, a test's label, names of what a verdict hangs on."""

from __future__ import annotations

import re
from dataclasses import replace

import pandas as pd

from ..facts import COUNTED, LOOKED_AT
from ..indicators import NONE_EXPECTED
from ..schemas import VERDICTS
from ..tables import Case, Results
from ..words import Reader
from .comparisons import comparisons
from .reckoning import Reckoning
from .stage import RIVAL
from .statistics import sign_holds
from .verdicts import NO_VETO, VALUE_ONLY

# Units of facts that add up signs: their wording names facts by id, which no reader needs.
_SIGNS, _BALANCE = ("signs (0-2)", "signs (0-3)"), "-1, 0 or 1"
_PUBLISHED = ("evidence", "prevalence", "beneficiaries")  # tables whose rows a source prints
WHO_COUNTS = "depends on who counts as one"
_OPERATORS = {">=": "≥", "<=": "≤", "==": "="}
_OWN_WORDS = {"id": "id_text"}  # claims.csv names the Indonesian words claim_id_text: claim_id is the id


def without_rivals(results: Results) -> Results:
    """Return the results with the claims of the document only: rows of rival explanations are left out of every table that names claims."""
    verdicts = results.tables["verdicts"]
    rivals = verdicts.loc[verdicts["kind"] == RIVAL, "claim_id"]
    kept = {
        name: one[~one["claim_id"].isin(rivals)].reset_index(drop=True) if "claim_id" in one else one
        for name, one in results.tables.items()
    }
    return replace(results, tables=kept)


def labelled(table: pd.DataFrame, say: Reader) -> pd.DataFrame:
    """Return a table of claims with their words in the reader's language: ``label``, and ``other_label`` where it holds pairs."""
    found = table.copy()
    for stem, name in (("claim", "label"), ("other", "other_label")):
        column = f"{stem}_{_OWN_WORDS.get(say.language, say.language)}"
        column = column if column in table else f"{stem}_en"
        if column in table:
            found[name] = table[column]
    return found


def expected(met: bool, seen: str, say: Reader) -> str:
    """Return the answer to an expectation that was written down before: met or not, and what was seen."""
    return "**" + (say("Expectation met.") if met else say("Expectation not met.")) + "** " + seen


def tests(results: Results, say: Reader) -> pd.DataFrame:
    """Return ``claim_test_results`` with what each test measures and whose it is.

    Returns
    -------
    DataFrame, one row a test
        The columns of the stage, and ``claim`` (its words), ``claim_verdict, label`` (what is measured, in the reader's
        language), ``signs`` (whether a deciding test of the claim adds up signs).
    """
    found = results.tables["claim_test_results"]
    claims = labelled(results.tables["verdicts"], say).set_index("claim_id")
    facts = results.facts.set_index("fact_id")
    how = facts[f"how_{say.language}" if f"how_{say.language}" in facts else "how"]
    ids = "claim." + found["claim_id"] + "." + found["test_no"].astype(str)
    said = how.reindex(ids).fillna("").to_numpy()
    label = pd.Series(said, found.index).str.removesuffix(".")
    plain = found["fact"].map(lambda one: say.label("fact", one))
    label = label.where(plain == found["fact"], plain)  # what a fact measures in plain words, where somebody wrote them
    label = label.mask(found["n_for"].notna(), label.str.partition(": ")[0])  # its events are told apart
    label = label.str.partition("; ")[0].where(found["unit"] != "p-value", label)
    of_signs = found["unit"].isin([*_SIGNS, _BALANCE])
    label = label.mask(found["unit"].isin(_SIGNS), say("How many of its signs hold"))
    label = label.mask(found["unit"] == _BALANCE, say("Its signs together: 1 if any holds, -1 if all say the opposite, else 0"))  # fmt: skip
    return found.assign(
        claim=found["claim_id"].map(claims["label"]),
        claim_verdict=found["claim_id"].map(claims["verdict"]),
        label=label,
        signs=found["claim_id"].isin(found.loc[of_signs & (found["role"] == "necessary"), "claim_id"]),
    )


def turns(results: Results, say: Reader) -> pd.DataFrame:
    """Return what each verdict hangs on, with names; a claim that was tested and nothing turns has one row without ``id``.

    Returns
    -------
    DataFrame, in the order of the claims
        ``claim_id, label, verdict, kind, id, name`` (publisher and date of a source family), ``verdict_after``.
    """
    claims = labelled(results.tables["verdicts"], say)
    claims = claims[claims["verdict"] != "not_tested"]
    names = {
        family: name
        for one in claims[claims["fragile_families"].notna()].itertuples()
        for family, name in zip(one.fragile_families.split(";"), one.fragile_sources.split(";"), strict=True)
    }
    found = claims[["claim_id", "label", "verdict"]].merge(
        results.tables["claim_turns"].drop(columns="verdict"), on="claim_id", how="left"
    )
    return found.assign(name=found["id"].map(names).map(lambda one: _dated(one, say), na_action="ignore"))[
        ["claim_id", "label", "verdict", "kind", "id", "name", "verdict_after"]
    ]


def turning_events(case: Case, results: Results, say: Reader) -> pd.DataFrame:
    """Return each single event without which a verdict is another, in the words of all its rows outside the document itself.

    Returns
    -------
    DataFrame
        ``claim_id, label, rows`` (";"-joined), ``what_it_says, verdict, verdict_after``.
    """
    words = event_words(case, say)
    found = results.tables["claim_turns"].query("kind == 'event'")
    found = found.merge(words, left_on="id", right_index=True)
    names = labelled(results.tables["verdicts"], say).set_index("claim_id")["label"]
    return found.assign(label=found["claim_id"].map(names))[
        ["claim_id", "label", "rows", "what_it_says", "verdict", "verdict_after"]
    ]


def event_words(case: Case, say: Reader) -> pd.DataFrame:
    """Return each event in the words of all its rows outside the document itself.

    Returns
    -------
    DataFrame, index ``event_id``
        ``rows`` (", "-joined ids), ``what_it_says``.
    """
    rows = case.evidence[~case.evidence["source_id"].isin(case.settings.own_sources)]
    rows = rows.assign(what_it_says=[say.column(one, "text") for _, one in rows.iterrows()])
    by = rows.groupby("event_id")
    return by.agg(rows=("evidence_id", ", ".join), what_it_says=("what_it_says", " / ".join))


def _dated(name: str, say: Reader) -> str:
    """A publisher and its ISO date, the date in the reader's way."""
    publisher, _, date = name.rpartition(" ")
    return f"{publisher}, {say.date(date)}" if publisher and re.fullmatch(r"\d{4}(-\d\d){0,2}", date) else name


def rows_under(results: Results) -> pd.DataFrame:
    """Return, for each verdict, how many evidence rows and published figures count in it, and how many were weighed and left out.

    Returns
    -------
    DataFrame, index ``claim_id``
        ``n_counted, n_looked_at``.
    """
    rows = results.fact_support
    rows = rows[rows["table"].isin(_PUBLISHED) & rows["role"].isin([COUNTED, LOOKED_AT])]
    rows = rows[rows["fact_id"].str.fullmatch(r"claim\.[^.]+\.verdict")]
    by = pd.crosstab(rows["fact_id"].str.split(".").str[1], rows["role"])
    by = by.reindex(index=results.tables["verdicts"]["claim_id"], columns=[COUNTED, LOOKED_AT], fill_value=0)
    return by.rename(columns={COUNTED: "n_counted", LOOKED_AT: "n_looked_at"})


def value_told(one: pd.Series, say: Reader) -> str:
    """Return what a test saw and what it asked for, in short: a row of :func:`tests`; events where it is by rule D1."""
    if pd.notna(one["n_for"]):
        return say("events: {n} for, {m} against; source families: {families}", n=int(one["n_for"]), m=int(one["n_against"]), families=int(one["n_families"]))  # fmt: skip
    if pd.isna(one["value"]):
        return say.label("reason", str(one["reason"]))
    if isinstance(one["value"], str):
        return ""
    number = say.number(round(float(one["value"]), 3))
    unit = say.label("unit", str(one["unit"]))
    if pd.notna(one["out_of"]):
        number = say("{k} of {n}, {share}", k=round(float(one["value"]) * int(one["out_of"])), n=int(one["out_of"]), share=number)  # fmt: skip
    singular = float(one["value"]) == 1  # "1 rows" is no English: the unit of one stands in the label
    seen = number if unit.startswith("(") or singular else f"{number} {unit}"
    asked = "" if one["tells"] == VALUE_ONLY else asked_told(one, say)
    return say("{seen} (asked for: {asked})", seen=seen, asked=asked) if asked else seen


def asked_told(one: pd.Series, say: Reader) -> str:
    """Return what a test asks for, a row of :func:`tests`: ``≥ 3``; empty where it asks for a verdict or nothing."""
    try:
        limit = say.number(float(one["threshold"]))
    except (TypeError, ValueError):
        return ""
    if one["op"] == "between":
        return say("{low} to {high}", low=limit, high=say.number(float(one["threshold_high"])))
    return f"{_OPERATORS.get(one['op'], one['op'])} {limit}"


def told_how(results: Results, one: pd.Series, say: Reader) -> str:
    """Return how the number of a test comes about, in the reader's words: a row of :func:`tests`."""
    name = f"how_{say.language}" if f"how_{say.language}" in results.facts else "how"
    return str(results.facts.set_index("fact_id").at[f"claim.{one['claim_id']}.{one['test_no']}", name])


def outcome_told(one: pd.Series, say: Reader) -> str:
    """Return what a test says, or in words what else it can tell (:func:`dashat_lib.claims.verdicts.tells`)."""
    if one["tells"] in (NO_VETO, VALUE_ONLY):
        return say.label("tells", one["tells"])
    return say.label("verdict", one["verdict"])


def straddles(one: pd.Series) -> bool:
    """Say whether a test would say something else at one of the bounds that its sources leave open."""
    ends = {one["verdict_at_lower"], one["verdict_at_upper"]} - {None}
    return any(pd.notna(end) and end != one["verdict"] for end in ends)


def bounds_told(one: pd.Series, say: Reader) -> str:
    """Return what a test says at each end of what is open: a row of :func:`tests`; empty where it says the same."""
    if not straddles(one):
        return ""
    low, high = (say.number(round(float(one[end]), 3)) for end in ("lower", "upper"))
    at = [say.label("verdict", str(one[f"verdict_at_{end}"])) for end in ("lower", "upper")]
    return say("What sources say or leave unsaid allows {low} to {high}: at {low} it would be {first}, at {high} {second}.", low=low, high=high, first=at[0], second=at[1])  # fmt: skip


def others_told(one: pd.Series, alternatives: pd.DataFrame, say: Reader) -> str:
    """Return what a test says on the other rows that could stand there: a row of :func:`tests`, the rows of ``claim_alternatives``."""
    mine = alternatives[(alternatives["claim_id"] == one["claim_id"]) & (alternatives["test_no"] == one["test_no"])]
    if mine.empty:
        return ""
    k, n = int((mine["verdict"] != one["verdict"]).sum()), len(mine)
    low, high = (say.number(round(float(end), 3)) for end in (mine["value"].min(), mine["value"].max()))
    dates = mine["date"].notna().all()
    text = (
        say("By one first date only: from the {n} other dates on which a row names the giver before the use it is {low} to {high}; {k} of {n} give another result ({verdicts}).", n=n, k=k, low=low, high=high, verdicts=_tally(mine, say))
        if dates
        else say("By one pair of counts only: by {n} other counts of those in need at this place in this year it is {low} to {high}; {k} of {n} give another result ({verdicts}).", n=n, k=k, low=low, high=high, verdicts=_tally(mine, say))
    )  # fmt: skip
    same = mine[mine["same_people"].fillna(False).astype(bool)]
    if dates or same.empty:
        return text
    low, high = (say.number(round(float(end), 3)) for end in (same["value"].min(), same["value"].max()))
    return text + " " + say("Where the same people are counted above and below the line it is {low} to {high} ({verdicts}).", low=low, high=high, verdicts=_tally(same, say))  # fmt: skip


def _tally(rows: pd.DataFrame, say: Reader) -> str:
    counts = rows["verdict"].value_counts()
    return ", ".join(
        f"{say.label('verdict', verdict)} {say.number(int(counts[verdict]))}"
        for verdict in VERDICTS
        if verdict in counts
    )


def told(one: pd.Series, beside: pd.DataFrame, under: pd.Series, say: Reader, alternatives: pd.DataFrame) -> str:
    """Return one claim in the reader's words, as an item of a list: verdict, each test in short, the rows under it.

    Parameters
    ----------
    one : row of :func:`labelled` verdicts
    beside : its tests, of :func:`tests`
    under : its row of :func:`rows_under`
    alternatives : DataFrame
        ``claim_alternatives``.
    """
    marks = [] if pd.isna(one["qualifier"]) else str(one["qualifier"]).split(";")
    care = ", ".join(say.label("qualifier", part) for part in marks)
    parts = []
    for _, row in beside.iterrows():
        name = say("(supporting) {label}", label=row["label"]) if row["role"] == "supporting" else row["label"]
        value = "" if row["verdict"] == "not_tested" else value_told(row, say)
        said = [part for part in (value, outcome_told(row, say)) if part]
        more = [part for part in (bounds_told(row, say), others_told(row, alternatives, say)) if part]
        parts.append(f"{name}: {' → '.join(said)}. {' '.join([*more, ''])}`claim.{row['claim_id']}.{row['test_no']}`")
    if one["verdict"] == "undecidable" and pd.notna(one["question_en"]):
        parts.append(say("What would decide it: {question}", question=say.column(one, "question")))
    if one["verdict"] != "not_tested":
        parts.append(say("Rows and figures counted: {n}, weighed and left out: {m}. Each with its page, and how the numbers come about: `dashat why claim.{claim}.verdict`", n=int(under["n_counted"]), m=int(under["n_looked_at"]), claim=one["claim_id"]))  # fmt: skip
    head = f"- **{one['claim_id']}. {one['label']}** {say.label('verdict', one['verdict'])}" + (f" ({care})" if care else "")  # fmt: skip
    return "\n".join([head, *(f"  - {part}" for part in parts)])


def sentences(results: Results, say: Reader, verdicts: pd.DataFrame | None = None) -> str:
    """Return every sentence with its claims, one below the other, as Markdown; no verdict is formed for a sentence.

    Parameters
    ----------
    verdicts : DataFrame, optional
        The verdicts with further marks of care (:func:`with_care`).
    """
    verdicts = labelled(results.tables["verdicts"] if verdicts is None else verdicts, say)
    under, every, others = rows_under(results), tests(results, say), results.tables["claim_alternatives"]
    lines = []
    for number, part in verdicts.groupby("sentence_no", sort=False):
        lines.append("\n**" + say("Sentence {number} of the abstract.", number=str(number)) + "**\n")
        for _, one in part.iterrows():
            claim = one["claim_id"]
            lines.append(told(one, every[every["claim_id"] == claim], under.loc[claim], say, others))
    return "\n".join(lines).strip()


# ---- with what more care ---------------------------------------------------------------------------------------------


def with_care(case: Case, verdicts: pd.DataFrame, indicators: pd.DataFrame, readings: pd.DataFrame) -> pd.DataFrame:
    """Return the verdicts with the marks of care that other rooms found.

    A claim that is tested by the codes of an indicator carries its mark that no negative case could be expected. A claim whose verdict
    turns when parts are taken for a whole, or a whole apart, says so.

    Parameters
    ----------
    indicators : DataFrame
        ``indicator_verdicts``.
    readings : DataFrame
        ``claim_readings``.
    """
    here = indicators[(indicators["place"] == case.settings.wider_place) & indicators["qualifier"].notna()]
    unopposed = set(here.loc[here["qualifier"].str.split(";").map(lambda marks: NONE_EXPECTED in marks), "set_id"])
    tested = _by_codes(case)
    codes = tested["codes"].str.split(";").map(lambda some: {one.strip() for one in some})
    quiet = set(tested.loc[codes.map(lambda some: bool(some & unopposed)), "claim_id"])
    counted = set(readings.loc[(readings["kind"] == "roll-up") & (readings["share_same"] < 1), "claim_id"])
    marks = [
        [*([] if pd.isna(mark) else str(mark).split(";")), *([NONE_EXPECTED] if claim in quiet else []), *([WHO_COUNTS] if claim in counted else [])]
        for claim, mark in zip(verdicts["claim_id"], verdicts["qualifier"], strict=True)
    ]  # fmt: skip
    return verdicts.assign(qualifier=[";".join(one) or None for one in marks])


def _by_codes(case: Case) -> pd.DataFrame:
    """The deciding tests by a verdict on codes."""
    tests = case.claim_tests
    return tests[(tests["role"] == "necessary") & (tests["test_kind"] == "code_verdict") & tests["codes"].notna()]


def part_unopposed(case: Case, verdicts: pd.DataFrame, indicators: pd.DataFrame) -> pd.DataFrame:
    """Return each claim with each indicator that its deciding tests read and for which no negative case could be expected.

    Returns
    -------
    DataFrame
        ``claim_id, set_id, label_en, label_id``.
    """
    here = indicators[(indicators["place"] == case.settings.wider_place) & indicators["element_id"].isna()]
    here = here[here["qualifier"].fillna("").str.split(";").map(lambda marks: NONE_EXPECTED in marks)]
    tested = _by_codes(case)[["claim_id", "codes"]]
    each = tested.assign(set_id=tested["codes"].str.split(";")).explode("set_id")
    each = each.assign(set_id=each["set_id"].str.strip()).merge(here[["set_id", "label_en", "label_id"]], on="set_id")
    each = each[each["claim_id"].isin(verdicts["claim_id"])]
    return each[["claim_id", "set_id", "label_en", "label_id"]].drop_duplicates(ignore_index=True)


def least_held(verdicts: pd.DataFrame, readings: pd.DataFrame, say: Reader) -> pd.DataFrame:
    """Return, of each kind of reading, the claim whose verdict holds least often; a kind by which all hold is left out.

    Returns
    -------
    DataFrame
        ``reading_kind, claim_id, words, verdict, share_told`` (of the readings), ``others_told`` (the other verdicts, each with its number).
    """
    words = labelled(verdicts, say).set_index("claim_id")["label"]
    few = readings[readings["claim_id"].isin(words.index) & (readings["n_readings"] > 0) & (readings["share_same"] < 1)]
    few = few.sort_values("share_same", kind="stable").drop_duplicates("kind").rename(columns={"kind": "reading_kind"})
    same = (few["share_same"] * few["n_readings"]).round().astype("int64")
    return few.assign(
        words=few["claim_id"].map(words),
        share_told=[f"{k}/{n}" for k, n in zip(same, few["n_readings"], strict=True)],
        others_told=[_others(one, say) for one in few["others"]],
    )[["reading_kind", "claim_id", "words", "verdict", "share_told", "others_told"]].reset_index(drop=True)


def _others(cell: object, say: Reader) -> str:
    """Other verdicts with their numbers, "contested 3;undecidable 1", in the reader's words."""
    parts = str(cell).split(";") if isinstance(cell, str) else []
    each = [part.strip().replace(":", " ").rsplit(" ", 1) for part in parts]
    return ", ".join(" ".join([say.label("verdict", one[0].strip()), *one[1:]]) for one in each)


def held_by_few(verdicts: pd.DataFrame, readings: pd.DataFrame) -> pd.DataFrame:
    """Return each claim and kind of reading by which the verdict holds in fewer than half.

    Returns
    -------
    DataFrame
        ``claim_id, reading_kind, n_same, n_readings, verdict, others``.
    """
    few = readings[readings["claim_id"].isin(verdicts["claim_id"]) & (readings["share_same"] < 0.5)]
    return few.assign(reading_kind=few["kind"], n_same=(few["share_same"] * few["n_readings"]).round().astype("int64"))[
        ["claim_id", "reading_kind", "n_same", "n_readings", "verdict", "others"]
    ].reset_index(drop=True)


def any_of(case: Case, verdicts: pd.DataFrame) -> pd.DataFrame:
    """Return the claims with a deciding test that one sign is enough for, while all their opposites would have to hold against it.

    Returns
    -------
    DataFrame, one row a claim
        ``claim_id, n_signs, n_held`` (signs that hold), ``n_opposite`` (opposites that hold).
    """
    book, rows = Reckoning(case), []
    for claim in verdicts["claim_id"]:
        for test in book.tests_of(claim):
            asked = book.ask(test.fact, test=test)
            if asked.statistic == "any_sign" and test.role == "necessary":
                given = dict(asked.given)
                held, opposite = ([sign_holds(book, one) is True for one in comparisons(given[name])] for name in ("any", "all_contra"))  # fmt: skip
                rows.append((claim, len(held), sum(held), sum(opposite)))
    return pd.DataFrame(rows, columns=["claim_id", "n_signs", "n_held", "n_opposite"])


def payers_told(back: pd.DataFrame, threshold: float, say: Reader) -> list[str]:
    """Return, of each pair of years, how many payers each has, how many come back, and whether more could have.

    Parameters
    ----------
    back : DataFrame
        ``funder_persistence``, those of all programmes.
    threshold : float
        From which on payers count as coming back.
    """
    lines = []
    for one in back.itertuples():
        text = say("{first} to {second}: {n} and {m} payers, {k} in both years: {value}; with so many payers it could be {most} at most.", first=str(one.year_from), second=str(one.year_to), n=int(one.n_from), m=int(one.n_to), k=int(one.n_stayed), value=round(float(one.value), 3), most=round(float(one.most), 3))  # fmt: skip
        if one.n_stayed == one.n_from:
            text += " " + say("Every payer of the first year is there in the second.")
        if one.most < threshold:
            text += " " + say("{threshold} was out of reach, whoever came back.", threshold=threshold)
        lines.append(text)
    return lines


def would_decide(case: Case, verdicts: pd.DataFrame, say: Reader) -> pd.DataFrame:
    """Return what would decide some claims, and whom to ask: short names; a group outside the study by its label.

    Returns
    -------
    DataFrame, one row a claim
        ``claim_id, label, verdict, question, who, document``.
    """
    names = dict(zip(case.stakeholders["stakeholder_id"], case.stakeholders["short_name"], strict=True))
    found = labelled(verdicts, say)[["claim_id", "label", "verdict"]].merge(case.would_decide, on="claim_id")
    return found.assign(
        question=[say.column(one, "question") for _, one in found.iterrows()],
        document=[say.column(one, "document") for _, one in found.iterrows()],
        who=found["ask_whom"].map(
            lambda ids: say.list(names.get(one, say.label("whom", one)) for one in str(ids).split(";"))
        ),
    )[["claim_id", "label", "verdict", "question", "who", "document"]]
