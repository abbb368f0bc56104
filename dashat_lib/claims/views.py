"""The tables of claims as figures and notebooks need them: a claim's words, a test's label, names of what a verdict hangs on."""

from __future__ import annotations

import re
from dataclasses import replace

import pandas as pd

from ..facts import COUNTED, LOOKED_AT
from ..tables import Case, Results
from ..words import Reader
from .stage import RIVAL

# Units of facts that add up signs: their wording names facts by id, which no reader needs.
_SIGNS, _BALANCE = ("signs (0-2)", "signs (0-3)"), "-1, 0 or 1"
_PUBLISHED = ("evidence", "prevalence", "beneficiaries")  # tables whose rows a source prints
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


def shares(readings: pd.DataFrame) -> pd.DataFrame:
    """Return ``claim_readings`` with one row a claim and one column a kind, in the order in which kinds come; missing where there is none."""
    some = readings[readings["n_readings"] > 0]
    kinds = list(dict.fromkeys(readings["kind"]))
    return some.pivot(index="claim_id", columns="kind", values="share_same").reindex(columns=kinds)


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
    """Return each single event without which a verdict is another, in the words of its first row outside the document itself.

    Returns
    -------
    DataFrame
        ``claim_id, evidence_id, what_it_says, verdict, verdict_after``.
    """
    rows = case.evidence[~case.evidence["source_id"].isin(case.settings.own_sources)]
    first = rows.drop_duplicates("event_id").rename(columns={"event_id": "id"})
    found = results.tables["claim_turns"].query("kind == 'event'").merge(first, on="id")
    found["what_it_says"] = [say.column(one, "text") for _, one in found.iterrows()]
    return found[["claim_id", "evidence_id", "what_it_says", "verdict", "verdict_after"]]


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


def told(one: pd.Series, beside: pd.DataFrame, under: pd.Series, say: Reader) -> str:
    """Return one claim in the reader's words, as an item of a list: verdict, what was seen, its tests, the rows under it.

    Parameters
    ----------
    one : row of :func:`labelled` verdicts
    beside : its supporting tests, of :func:`tests`
    under : its row of :func:`rows_under`
    """
    marks = [] if pd.isna(one["qualifier"]) else str(one["qualifier"]).split(";")
    care = ", ".join(say.label("qualifier", part) for part in marks)
    seen, verdict = say.column(one, "seen"), say.label("verdict", one["verdict"])
    parts = [seen]
    each = [
        f"{'' if row.label in seen else row.label + ': '}{say.label('verdict', row.verdict)} (`claim.{row.claim_id}.{row.test_no}`)"
        for row in beside.itertuples()
    ]
    if each:
        parts.append(say("Supporting tests, told only. {tests}.", tests="; ".join(each)))
    if one["verdict"] == "undecidable" and pd.notna(one["question_en"]):
        parts.append(say("What would decide it: {question}", question=say.column(one, "question")))
    if one["verdict"] != "not_tested":
        parts.append(say("Rows and figures counted: {n}, weighed and left out: {m}. Each with its page: `dashat why claim.{claim}.verdict`", n=int(under["n_counted"]), m=int(under["n_looked_at"]), claim=one["claim_id"]))  # fmt: skip
    head = f"- **{one['claim_id']}. {one['label']}** {verdict}" + (f" ({care})" if care else "")
    return "\n".join([head, *(f"  - {part}" for part in parts)])


def sentences(results: Results, say: Reader) -> str:
    """Return every sentence with its claims, one below the other, as Markdown; no verdict is formed for a sentence."""
    verdicts, under = labelled(results.tables["verdicts"], say), rows_under(results)
    beside = tests(results, say).query("role == 'supporting'")
    lines = []
    for number, part in verdicts.groupby("sentence_no", sort=False):
        lines.append("\n**" + say("Sentence {number} of the abstract.", number=str(number)) + "**\n")
        for _, one in part.iterrows():
            claim = one["claim_id"]
            lines.append(told(one, beside[beside["claim_id"] == claim], under.loc[claim], say))
    return "\n".join(lines).strip()


def would_decide(case: Case, verdicts: pd.DataFrame, say: Reader) -> pd.DataFrame:
    """Return what would decide some claims, and whom to ask: short names; a group outside the study stands as it is.

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
        who=found["ask_whom"].map(lambda ids: say.list(names.get(one, one) for one in str(ids).split(";"))),
    )[["claim_id", "label", "verdict", "question", "who", "document"]]
