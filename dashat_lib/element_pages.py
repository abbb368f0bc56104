"""All that the record says of one element, on one page; and what is known of the focal place, with what would decide the rest."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import pandas as pd

from . import indicators, triangulation
from .admission import code_sets
from .errors import DashatError, Problem, message
from .indicators import Material
from .schemas import nearest
from .tables import Case
from .words import Reader

PAGE = ["section", "item", "value", "low", "high", "evidence_ids"]
Line = tuple[str, str, object, object, object, str | None]
_COUNTS = ("n_for", "n_against", "n_mixed", "n_neutral", "n_families", "n_sectors")
_FEET = ("n_kinds", "n_speakers", "n_years", "share_family", "share_kind", "share_sector", "share_two_speakers")


def element_page(case: Case, set_id: str, *, place: str | None = None, framework: str | None = None) -> pd.DataFrame:
    """Return all that the record says of one element or indicator, in one table. The document under examination is left out.

    Parameters
    ----------
    set_id : str
        An element, or a dimension as a whole.
    place : str, optional
        The wider place of the case if not given.
    framework : str, optional
        The case's own if not given.

    Returns
    -------
    DataFrame
        ``section, item, value, low, high, evidence_ids`` (";"-joined). Sections: "verdict" (the word, its qualifiers, counts, the share
        for with its Wilson interval in low and high), "codes" (value: same or reversed), "events_for", "events_against", "events_mixed",
        "events_neutral" (one line an evidence row: item the event, value the row, low its date, high its source), "readings"
        (value: the verdict under the reading, low: whether it is the same; of source families only how many of how many are the same),
        "fragile" (families without which the verdict turns, value: publisher and date), "triangulation" (the rows for), "turns" (what
        else turns it when left out), "speakers" (value: rows, low: for, high: against), "negative_cases" (item: found or why not,
        value: the rate at which such sources speak against other elements).

    Raises
    ------
    DashatError
        If the framework has no such element; the nearest is named.
    """
    own = framework or case.settings.framework
    place = place or case.settings.wider_place
    whole = indicators.gather(case, framework=own)
    if set_id not in set(whole.scored["set_id"]):  # a dimension of the own framework that is no indicator
        rows = case.frameworks[case.frameworks["framework"] == own].sort_values("order")
        whole = indicators.gather(case, framework=own, dimensions=list(dict.fromkeys(rows["dimension_id"])))
    if set_id not in set(whole.scored["set_id"]):
        raise _unknown(set_id, whole.scored["set_id"])
    if place not in whole.places:
        dimensions = list(dict.fromkeys(whole.scored["dimension_id"]))
        whole = indicators.gather(case, framework=own, dimensions=dimensions, places=[place])
    material = whole.part(place=place, set_id=set_id)
    readings = indicators.robustness(material)
    verdict = indicators.verdicts(whole)
    on_programme = indicators.on_programme(material, indicators.verdicts(material))
    verdict = verdict[(verdict["place"] == place) & (verdict["set_id"] == set_id)]
    negative = indicators.negative_cases(whole)
    negative = negative[(negative["place"] == place) & (negative["set_id"] == set_id)]
    verdict = indicators.with_negative_cases(indicators.with_fragility(verdict, readings, case), negative)
    lines = [
        *_verdict_lines(verdict.iloc[0]),
        *_code_lines(case, whole, set_id),
        *_event_lines(material),
        *_reading_lines(pd.concat([readings, on_programme]), verdict.iloc[0]),
        *_feet_lines(material),
        *_speaker_lines(material),
        ("negative_cases", str(negative.iloc[0]["negative_case"]), negative.iloc[0]["expectation"], None, None, _text(negative.iloc[0]["evidence_ids"])),
    ]  # fmt: skip
    return pd.DataFrame(lines, columns=PAGE).astype({"value": "object", "low": "object", "high": "object"})


def _unknown(set_id: str, known: pd.Series) -> DashatError:
    near = nearest(set_id, known)
    mend = message("Write '{near}'.") if near else message("Name an element or dimension of the framework.")
    return DashatError(
        Problem(
            "frameworks",
            None,
            "element_id",
            set_id,
            message("'{value}' is no element of the framework."),
            mend,
            {"near": near},
        )
    )


def _text(value: object) -> str | None:
    return value if isinstance(value, str) and value else None


def _verdict_lines(one: pd.Series) -> Iterator[Line]:
    yield "verdict", "verdict", one["verdict"], None, None, None
    if _text(one["qualifier"]):
        yield "verdict", "qualifier", one["qualifier"], None, None, None
    yield from (("verdict", name, int(one[name]), None, None, None) for name in _COUNTS)
    yield "verdict", "share_for", one["share_for"], one["lower"], one["upper"], None


def _code_lines(case: Case, whole: Material, set_id: str) -> Iterator[Line]:
    sets = code_sets(case, whole.scored)
    for one in sets[sets["set_id"] == set_id].itertuples():
        yield "codes", str(one.code_id), "reversed" if one.reversed else "same", None, None, None


def _event_lines(material: Material) -> Iterator[Line]:
    """One line an evidence row, oldest first, under what its event as a whole says."""
    evidence = material.case.evidence.set_index("evidence_id")
    rows = material.rows.drop_duplicates("evidence_id")
    rows = rows.assign(
        date=rows["evidence_id"].map(evidence["date"]), source_id=rows["evidence_id"].map(evidence["source_id"])
    )
    for stance in ("for", "against", "mixed", "neutral"):
        part = rows[rows["event_stance"] == stance].sort_values(["date", "event_id", "evidence_id"])
        for one in part.itertuples():
            yield f"events_{stance}", str(one.event_id), one.evidence_id, one.date, one.source_id, str(one.evidence_id)


def _reading_lines(readings: pd.DataFrame, verdict: pd.Series) -> Iterator[Line]:
    """The robustness strip: each cut-off, pooling and sector reading, the families in one line, and those that turn the verdict."""
    for one in readings[~readings["kind"].isin(["baseline", "source"])].itertuples():
        yield "readings", str(one.reading), one.verdict, bool(one.same), None, None
    families = readings[readings["kind"] == "source"]
    if len(families):
        yield "readings", "source", f"{int(families['same'].sum())} / {len(families)}", None, None, None
    if _text(verdict["fragile_families"]):
        named = zip(verdict["fragile_families"].split(";"), verdict["fragile_sources"].split(";"), strict=True)
        yield from (("fragile", family, source, None, None, None) for family, source in named)


def _feet_lines(material: Material) -> Iterator[Line]:
    one = triangulation.feet(material).iloc[0]
    yield (
        "triangulation",
        "triangulated",
        None if pd.isna(one["triangulated"]) else bool(one["triangulated"]),
        None,
        None,
        None,
    )
    for name in ("n_families", *_FEET):
        if pd.notna(one[name]):
            yield "triangulation", name, one[name] if name.startswith("share") else int(one[name]), None, None, None
    for by in triangulation.BY:
        left = triangulation.leave_one_out(material, by)
        turning = left.loc[~left["same"].astype(bool), "left_out"].tolist()
        if turning and by != "family":  # families stand under "fragile", with their pages
            yield "turns", f"turns_without_{by}", ";".join(map(str, turning)), None, None, None


def _speaker_lines(material: Material) -> Iterator[Line]:
    for one in indicators.speakers(material).itertuples():
        yield "speakers", str(one.speaker), one.n_rows, one.n_rows_for, one.n_rows_against, str(one.evidence_ids)


_ITEM: Mapping[str, str] = {"verdict": "column", "triangulation": "column", "turns": "column", "readings": "reading", "negative_cases": "negative_case"}  # fmt: skip
_VALUE: Mapping[str, str] = {"verdict": "verdict", "qualifier": "qualifier", "turns_without_kind": "source kind", "turns_without_sector": "sector"}  # fmt: skip


def in_words(page: pd.DataFrame, case: Case, say: Reader) -> pd.DataFrame:
    """Return a page in the reader's words: sections and items labelled, rows with their text, date and publisher, ids named."""
    names = case.stakeholders.set_index("stakeholder_id")["short_name"].to_dict()
    names |= {one["code_id"]: say.column(one, "label") for one in case.codebook.to_dict("records")}
    texts = {one["evidence_id"]: say.column(one, "text") for one in case.evidence.to_dict("records")}
    publishers = case.sources.set_index("source_id")["publisher"].to_dict()

    def told(one: Mapping[str, object]) -> dict[str, object]:
        section, item, value = str(one["section"]), str(one["item"]), one["value"]
        kind = "reading kind" if item == "source" else _ITEM.get(section)
        line = {
            **one,
            "section": say.label("section", section),
            "item": names.get(item) or (say.label(kind, item) if kind else item),
        }
        if section.startswith("events_"):
            return {
                **line,
                "value": texts.get(str(value), value),
                "low": say.date(str(one["low"])),
                "high": publishers.get(one["high"]),
            }
        if section == "codes":
            return {**line, "value": say.label("counts as", str(value))}
        if isinstance(value, str):
            words = "verdict" if section == "readings" else _VALUE.get(item)
            line["value"] = ", ".join(
                names.get(part) or (say.label(words, part) if words else part) for part in value.split(";")
            )
        return line

    return pd.DataFrame([told(one) for one in page.to_dict("records")], columns=PAGE).astype("object")


def sections(page: pd.DataFrame, case: Case, say: Reader) -> Iterator[tuple[str, pd.DataFrame]]:
    """Yield a page as small tables, each under its heading, with columns named for what they hold."""
    told = in_words(page, case, say)
    titles = family_titles(case)
    fragile = (page["section"] == "fragile").to_numpy()
    told["item"] = told["item"].mask(fragile, page["item"].map(titles))
    families = (page["item"] == "source").to_numpy()
    same = told["value"].map(lambda one: say("the same in {share}", share=one))
    told["value"] = told["value"].mask(families, same)
    events = [one for one in dict.fromkeys(page["section"]) if one.startswith("events_")]
    parts = [
        (say("Verdict"), ["verdict"], ["item", "value", "lower", "upper"]),
        (say("Events"), events, ["section", "event_id", "text", "date", "publisher"]),
        (say("Other readings"), ["readings"], ["reading", "says", "same"]),
        (say("On what the rows for it stand"), ["triangulation"], ["item", "value"]),
        (say("Source families without which it turns"), ["fragile"], ["source_title", "publisher"]),
        (say("What else turns it"), ["turns"], ["item", "value"]),
        (say("Speakers"), ["speakers"], ["speaker", "n_rows", "n_rows_for", "n_rows_against"]),
        (say("Negative cases"), ["negative_cases"], ["negative_case", "expectation"]),
        (say("Codes"), ["codes"], ["code", "counts_as"]),
    ]
    own = ["item", "value", "low", "high"]
    for heading, names, columns in parts:
        inside = told[page["section"].isin(names).to_numpy()]
        if len(inside):
            held = ["section", *own] if columns[0] == "section" else own[: len(columns)]
            yield heading, inside[held].set_axis(columns, axis=1).reset_index(drop=True)


def all_elements(
    case: Case, verdicts: pd.DataFrame, speakers: pd.DataFrame, feet: pd.DataFrame, say: Reader
) -> pd.DataFrame:
    """Return all indicators and elements at one place in one table, in words: counts, interval, what each stands on and what turns it.

    Parameters
    ----------
    verdicts, speakers, feet : DataFrame
        ``indicator_verdicts`` of one place, ``indicator_speakers``, ``triangulation``.

    Returns
    -------
    DataFrame, one row an element or indicator
        ``label, verdict, n_rows, n_for, n_against, n_families, n_sectors, n_speakers, wilson, triangulated, turns``: what turns the
        verdict when left out, a source family by the title of its first source; kinds, sectors and speakers by name.
    """
    n_speakers = speakers[speakers["place"].isin(set(verdicts["place"]))].groupby("set_id")["speaker"].nunique()
    stands = feet.set_index("set_id")
    names = case.stakeholders.set_index("stakeholder_id")["short_name"].to_dict()
    titles = family_titles(case)
    lines = []
    for one in verdicts.to_dict("records"):
        foot = stands.loc[one["set_id"]]
        turns = []
        for by, of in (("family", titles.get), ("sector", lambda key: say.label("sector", key)), ("kind", lambda key: say.label("source kind", key)), ("speaker", lambda key: names.get(key, key)), ("year", str)):  # fmt: skip
            keys = foot[f"turns_without_{by}"]
            if isinstance(keys, str):
                told = "; ".join(f"“{of(key)}”" if by == "family" else str(of(key)) for key in keys.split(";"))
                turns.append(f"{say.label('left out', by)}: {told}")
        bounds = "" if pd.isna(one["lower"]) else f"{say.number(one['lower'], 2)}–{say.number(one['upper'], 2)}"
        counts = {name: int(one[name]) for name in ("n_rows", "n_for", "n_against", "n_families", "n_sectors")}
        stood = None if pd.isna(foot["triangulated"]) else bool(foot["triangulated"])
        lines.append(
            {"label": say.column(one, "label"), "verdict": one["verdict"], **counts, "n_speakers": int(n_speakers.get(one["set_id"], 0)),
             "wilson": bounds or None, "triangulated": stood, "turns": "; ".join(turns) or None}
        )  # fmt: skip
    return pd.DataFrame(lines).astype({"triangulated": "object"})


def family_titles(case: Case) -> dict[str, str]:
    """Return the title of the first source of each source family, by date of publication."""
    first = case.sources.sort_values("published").drop_duplicates("source_family")
    return dict(zip(first["source_family"], first["title"], strict=True))


def turning_sentences(case: Case, verdicts: pd.DataFrame, say: Reader) -> list[str]:
    """Return one sentence a source family without which a verdict turns: the source, the element, and what it turns to.

    Parameters
    ----------
    verdicts : DataFrame
        Rows of ``indicator_robustness`` of one place.
    """
    titles = family_titles(case)
    turning = verdicts[(verdicts["kind"] == "source") & ~verdicts["same"].astype(bool)]
    return [
        say("Without “{title}” {label} turns from {before} to {after}.", title=titles[one["reading"]], label=say.column(one, "label"),
            before=say.label("verdict", one["baseline"]), after=say.label("verdict", one["verdict"]))
        for one in turning.to_dict("records")
    ]  # fmt: skip


# ---- the focal place -------------------------------------------------------------------------------------------------


def focal_page(case: Case) -> pd.DataFrame:
    """Return what is known of the focal place, element by element, and what it lacks for a verdict.

    Returns
    -------
    DataFrame, one row an indicator or element, in the framework's order
        ``dimension_id, element_id, set_id, label_id, label_en, n_rows, n_for, n_against, n_families, verdict, missing_events,
        missing_families`` (decided events and source families that rule D1 still asks for before it decides anything),
        ``verdict_wider`` (the proxy), ``evidence_ids`` (all rows there, ";"-joined), ``claim_ids`` (claims whose question would decide
        it, :func:`questions`).
    """
    material = indicators.gather(case)
    focal, rule = case.settings.focal_place, case.settings.rule
    table = indicators.verdicts(material)
    wider = table[table["place"] == case.settings.wider_place].set_index("set_id")["verdict"]
    table = table[table["place"] == focal].reset_index(drop=True)
    here = material.rows[material.rows["scope"] == focal].groupby("set_id")["evidence_id"]
    asked = questions(case, material).groupby("set_id")["claim_id"].agg(";".join)
    table = table.assign(
        missing_events=(rule.n_min - table["n_for"] - table["n_against"]).clip(lower=0),
        missing_families=(rule.families_min - table["n_families"]).clip(lower=0),
        verdict_wider=table["set_id"].map(wider),
        evidence_ids=table["set_id"].map(here.agg(lambda ids: ";".join(sorted(set(ids))))).astype("str"),
        claim_ids=table["set_id"].map(asked).astype("str"),
    )
    columns = ["dimension_id", "element_id", "set_id", "label_id", "label_en", "n_rows", "n_for", "n_against", "n_families", "verdict",
               "missing_events", "missing_families", "verdict_wider", "evidence_ids", "claim_ids"]  # fmt: skip
    return table[columns]


def questions(case: Case, material: Material | None = None) -> pd.DataFrame:
    """Return what an interview or a document would have to show for each element, by the claims that name its codes.

    An element that no claim names has the questions of its indicator.

    Returns
    -------
    DataFrame, one row an element (or whole dimension) and claim
        ``set_id, claim_id`` and the columns of ``would_decide``.
    """
    scored = (material or indicators.gather(case)).scored
    sets = code_sets(case, scored)
    claims = case.claims[["claim_id", "code_ids"]].dropna()
    named = claims.assign(code_id=claims["code_ids"].str.split(";")).explode("code_id")[["claim_id", "code_id"]]
    own_code = scored["element_id"].isna().to_numpy()
    whole = sets[sets["set_id"].isin(scored.loc[own_code, "set_id"]) & (sets["set_id"] == sets["code_id"])]
    parts = sets[sets["set_id"].isin(scored.loc[~own_code, "set_id"])]
    pairs = pd.concat([whole, parts])[["set_id", "code_id"]].merge(named, on="code_id")[["set_id", "claim_id"]]
    bare = scored[~scored["set_id"].isin(pairs["set_id"])]
    lent = bare[["set_id", "dimension_id"]].merge(named, left_on="dimension_id", right_on="code_id")[
        ["set_id", "claim_id"]
    ]
    pairs = pd.concat([pairs, lent]).drop_duplicates()
    order = {one: at for at, one in enumerate(scored["set_id"])}
    found = pairs.merge(case.would_decide, on="claim_id")
    return found.sort_values(["set_id", "claim_id"], key=lambda ids: ids.map(order) if ids.name == "set_id" else ids, ignore_index=True)  # fmt: skip


def questions_in_words(case: Case, say: Reader) -> pd.DataFrame:
    """Return each question once: the elements it would decide, the claim it comes from, whom to ask, and which document would show it.

    Returns
    -------
    DataFrame, one row a claim, in the order of the first element
        ``elements, claim_id, claim, question, ask_whom, document``.
    """
    material = indicators.gather(case)
    table = questions(case, material)
    labels = {one["set_id"]: say.column(one, "label") for one in material.scored.to_dict("records")}
    names = case.stakeholders.set_index("stakeholder_id")["short_name"].to_dict()
    claims = case.claims.set_index("claim_id")
    said = "claim_id_text" if say.language == "id" else "claim_en"
    lines = []
    for claim, part in table.groupby("claim_id", sort=False):
        one = part.iloc[0]
        asked = str(one["ask_whom"]).split(";") if pd.notna(one["ask_whom"]) else []
        lines.append(
            {"elements": ", ".join(labels[each] for each in part["set_id"]), "claim_id": claim, "claim": claims.at[claim, said],
             "question": say.column(one, "question"), "ask_whom": ", ".join(names.get(each) or say.label("asked", each) for each in asked),
             "document": say.column(one, "document")}
        )  # fmt: skip
    return pd.DataFrame(lines, columns=["elements", "claim_id", "claim", "question", "ask_whom", "document"])
