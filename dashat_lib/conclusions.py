"""How conclusions were drawn: each finding under Miles & Huberman's tactics, with what was looked at and what came of it.

References
----------
Miles, M. B. & Huberman, A. M. (1994). Qualitative Data Analysis, 2nd ed., ch. 10: thirteen tactics for testing or confirming findings.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial

import numpy as np
import pandas as pd

from . import indicators, readings
from .claims import Reckoning, claim_verdict, measured
from .claims.margins import without_each
from .claims.readings import can_move
from .claims.stage import RIVAL, nulls
from .claims.verdicts import ClaimVerdict
from .claims.views import event_words, labelled
from .dependency import whatif
from .errors import message
from .facts import Ledger
from .tables import Case, Results
from .words import Reader, languages, reader

HOLDS, WEAKENS, TURNS, NOT_TESTABLE = "holds", "weakens", "turns", "not testable"
CLAIM, RIVAL_CLAIM, INDICATOR, ALL = "claim", "rival explanation", "indicator", "all findings"
LOG_COLUMNS = [
    "finding",
    "finding_kind",
    "verdict",
    "tactic",
    *(f"looked_{one}" for one in ("en", "id")),
    "result",
    "ids",
]
RIVAL_COLUMNS = [
    "claim_id", "claim_en", "claim_id_text", "verdict", "rival", "rival_en", "rival_id_text", "rival_verdict", "test_no", "fact",
    "value", "op", "threshold", "test_verdict", "role", "reason",
]  # fmt: skip
# Tactics that need what public documents do not hold, and why.
NOT_POSSIBLE = {
    "extreme cases": message("Not possible with these data: a case that is extreme in one thing needs cases to compare, and its rows are on one city."),
    "following up surprises": message("Not possible with these data: a surprise is followed up in the field; what would have to be asked stands beside each claim."),
    "spurious relations": message("Not possible with these data: a third variable behind a relation needs several units with both measured; rival explanations of the one change are written as claims instead."),
    "feedback from informants": message("Not possible with these data: nobody who took part was asked."),
}  # fmt: skip


@dataclass(frozen=True)
class Finding:
    """A verdict and what bears on it.

    Attributes
    ----------
    name, kind : str
        ``claim_id`` or the indicator's id; :data:`CLAIM`, :data:`RIVAL_CLAIM` or :data:`INDICATOR`.
    verdict : str
    rows : frozenset of evidence_id
        Rows under the verdict.
    against : frozenset of event_id
        Events among them that speak the other way.
    tried : mapping kind -> {name: verdict}
        The verdict without each event and source family under it, by each coder, threshold and roll-up, on audited rows, after a withdrawal.
    rivals : mapping claim_id -> verdict
        Rival explanations written beside it.
    """

    name: str
    kind: str
    verdict: str
    rows: frozenset[str]
    against: frozenset[str]
    tried: Mapping[str, Mapping[str, str]]
    rivals: Mapping[str, str] = field(default_factory=dict)

    def turned(self, *kinds: str) -> tuple[int, list[str]]:
        """Return how many readings of some kinds were tried, and the names of those in which the verdict is another."""
        every = [(name, verdict) for kind in kinds for name, verdict in self.tried.get(kind, {}).items()]
        return len(every), [name for name, verdict in every if verdict != self.verdict]


@dataclass(frozen=True)
class Looked:
    """What a tactic looked at, in words; what came of it; the ids behind it."""

    how: str
    details: Mapping[str, object]
    result: str
    ids: Sequence[str] = ()


def results(case: Case) -> Results:
    """Return the log of how conclusions were drawn, and the rivals beside what they rival; no number is new, so there are no facts.

    Returns
    -------
    Results
        Tables ``conclusion_log`` (:func:`conclusion_log`), ``claim_rivals`` (:func:`rivals_beside`).
    """
    return Ledger().results(conclusion_log=conclusion_log(case), claim_rivals=rivals_beside(case))


def conclusion_log(case: Case) -> pd.DataFrame:
    """Return each finding under each tactic, and the tactics for which these data hold nothing.

    Returns
    -------
    DataFrame, one row a finding and tactic
        ``finding`` (``claim_id`` or indicator), ``finding_kind`` (claim, rival explanation, indicator, all findings), ``verdict, tactic, looked_en,
        looked_id`` ... (what was looked at), ``result`` ("holds"; "weakens": something speaks beside or against it and the verdict is the same; "turns": somewhere it is another; "not testable"), ``ids`` (";"-joined: the events, families, readings,
        coders, stakeholders or rivals behind a verdict that turns, those that speak the other way, or the rows).
    """
    rows = []
    for one in [*claim_findings(case), *indicator_findings(case)]:
        for tactic, look in TACTICS.items():
            found = look(case, one)
            rows.append(
                (
                    one.name,
                    one.kind,
                    one.verdict,
                    tactic,
                    *_said(found.how, found.details),
                    found.result,
                    ";".join(found.ids) or None,
                )
            )
    rows += [(None, ALL, None, tactic, *_said(how, {}), NOT_TESTABLE, None) for tactic, how in NOT_POSSIBLE.items()]
    return pd.DataFrame(rows, columns=LOG_COLUMNS)


def _said(how: str, details: Mapping[str, object]) -> Iterator[str]:
    for name in LOG_COLUMNS:
        if name.startswith("looked_"):
            language = name.removeprefix("looked_")
            say = reader(language if language in languages() else "en")
            yield say(
                how, **{key: one.get(language) if isinstance(one, Mapping) else one for key, one in details.items()}
            )


def in_words(case: Case, log: pd.DataFrame, say: Reader) -> pd.DataFrame:
    """Return the log with findings in words, and with what stands behind each result: events by what they say, others by their names.

    Returns
    -------
    DataFrame, the rows of `log` that are about a finding
        The columns of `log`, and ``label`` (the finding in words), ``behind`` ("; "-joined, missing where nothing is).
    """
    rows = log[log["finding"].notna()]
    claims = labelled(case.claims.rename(columns={"claim_id": "finding"}), say).set_index("finding")["label"]
    codes = case.codebook.set_index("code_id")
    codes = codes[f"label_{say.language}" if f"label_{say.language}" in codes else "label_en"]
    words = event_words(case, say)["what_it_says"]
    sources = case.sources.sort_values(["published", "source_id"]).drop_duplicates("source_family")
    named = [", ".join([str(one.publisher), *([say.date(one.published)] if isinstance(one.published, str) else [])]) for one in sources.itertuples()]  # fmt: skip
    families = dict(zip(sources["source_family"], named, strict=True))
    short = case.stakeholders.set_index("stakeholder_id")["short_name"]
    texts = {one["evidence_id"]: say.column(one, "text") for _, one in case.evidence.iterrows()}
    called = {**texts, **short.to_dict(), **families, **words.to_dict(), **claims.to_dict()}

    def told(cell: object) -> str | None:
        if not isinstance(cell, str):
            return None
        each = [part.removeprefix("without ") for part in cell.split(";")]
        return "; ".join(str(called.get(part, say.label("reading", part))) for part in each)

    labels = [
        f"{one}. {claims[one]}" if one in claims.index else str(codes.get(one, one))
        for one in rows["finding"]
    ]  # fmt: skip
    return rows.assign(label=labels, behind=[told(cell) for cell in rows["ids"]])


# ---- findings --------------------------------------------------------------------------------------------------------


def claim_findings(case: Case) -> list[Finding]:
    """Return the claims of a case that documents can test, rivals among them, each with all readings that were tried."""
    book = Reckoning(case)
    found = [claim_verdict(book, one) for one in book.tests]
    found = [one for one in found if one.verdict != "not_tested"]
    verdicts = {one.claim_id: one.verdict for one in found}
    rivals = set(case.claims.loc[case.claims["kind"] == RIVAL, "claim_id"])
    tried: dict[str, dict[str, dict[str, str]]] = {one: {} for one in verdicts}
    for world, others in without_each(book):
        for claim_id in tried.keys() & others.keys():
            tried[claim_id].setdefault(world.kind, {})[world.name] = others[claim_id]
    for kind, name, other in _variants(book):
        for claim_id, verdict in other.items():
            if claim_id in tried and can_move(book.verdicts[claim_id], kind):
                tried[claim_id].setdefault(kind, {})[name] = verdict
    return [
        Finding(
            one.claim_id, RIVAL_CLAIM if one.claim_id in rivals else CLAIM, one.verdict, _rows(one), _against(book, one), tried[one.claim_id], _rivals(case, one.claim_id, verdicts)
        )
        for one in found
    ]  # fmt: skip


def _variants(book: Reckoning) -> Iterator[tuple[str, str, dict[str, str]]]:
    """Every reading that is tried on all claims at once: kind, name, verdict by claim. Facts with a null of their own are held."""
    case, held = book.case, nulls(book)
    chosen = [
        *readings.coders(case),
        *readings.audits(case),
        *readings.cut_offs(case),
        *readings.roll_ups(case),
        *readings.teams(case),
    ]
    made = [(one.kind, one.name, one(case)) for one in chosen]
    top = whatif.top_funder(case, case.settings.programme) if case.settings.programme else ()
    made += [("withdrawal", "+".join(top), whatif.withdraw(case, top))] if top else []
    for kind, name, other in made:
        facts = measured(other, held)
        yield kind, name.removeprefix("coder "), {fact.split(".")[1]: str(verdict) for fact, verdict in zip(facts["fact_id"], facts["value"], strict=True)}  # fmt: skip


def _rows(one: ClaimVerdict) -> frozenset[str]:
    return frozenset().union(*(part.counted | part.looked_at for part in one.support() if part.table == "evidence"))


def _against(book: Reckoning, one: ClaimVerdict) -> frozenset[str]:
    """Events under a verdict that speak against a code of its tests, or for one that counts reversed."""
    rows = _rows(one)
    found = set()
    for result in one.necessary():
        for codes, stance in ((result.test.codes, "against"), (result.test.reversed_codes, "for")):
            below = book.below("|".join(codes)) if codes else set()
            found |= {
                row.event_id
                for row in book.plain
                if row.evidence_id in rows and row.code_id in below and row.stance == stance
            }
    return frozenset(found)


def _rivals(case: Case, claim_id: str, verdicts: Mapping[str, str]) -> dict[str, str]:
    """The rivals written beside a claim, each with its verdict."""
    rivals = case.claims[case.claims["kind"] == RIVAL]
    beside = rivals["tension_with"].fillna("").str.split(";").map(lambda ids: claim_id in [one.strip() for one in ids])
    return {one: verdicts.get(one, "not_tested") for one in rivals.loc[beside, "claim_id"]}


def indicator_findings(case: Case) -> list[Finding]:
    """Return the indicators of a case on its wider place, each with all readings that were tried."""
    material, place = indicators.gather(case), case.settings.wider_place
    own = indicators.verdicts(material)
    names = [one for one in case.settings.indicators if (own["set_id"] == one).any()]
    table = indicators.robustness(material)
    table = table[table["place"] == place]
    events = sorted(material.rows["event_id"].unique())
    left_out = indicators.in_worlds(material, dict(zip(events, 1 - np.eye(len(events), dtype="int64"), strict=True)))
    found = []
    for name in names:
        here = material.rows[(material.rows["set_id"] == name) & (material.rows["scope"] == place)]
        tried = {
            kind: dict(zip(part["reading"], part["verdict"], strict=True))
            for kind, part in table[table["set_id"] == name].groupby("kind")
        }
        mine = left_out[(left_out["set_id"] == name) & (left_out["place"] == place)]
        under = set(here["event_id"])
        tried["event"] = {
            events[at]: verdict
            for at, verdict in zip(mine["world"], mine["verdict"], strict=True)
            if events[at] in under
        }
        for variant in [*readings.coders(case), *readings.audits(case)]:
            values = indicators.measured(variant(case)).set_index("fact_id")["value"]
            tried.setdefault(variant.kind, {})[variant.name.removeprefix("coder ")] = values[f"{name}.{place}.verdict"]
        against = here.loc[here["event_stance"] == "against", "event_id"]
        verdict = own.loc[(own["set_id"] == name) & (own["place"] == place), "verdict"].iloc[0]
        found.append(Finding(name, INDICATOR, verdict, frozenset(here["evidence_id"]), frozenset(against), tried))
    return found


# ---- tactics ---------------------------------------------------------------------------------------------------------

_NOTHING = message("Nothing of this kind is under it.")


def _tried(case: Case, one: Finding, *, kinds: Collection[str], how: str) -> Looked:
    n, turned = one.turned(*kinds)
    if not n:
        return Looked(_NOTHING, {}, NOT_TESTABLE)
    return Looked(how, {"n": n, "turned": len(turned)}, TURNS if turned else HOLDS, turned)


def _representativeness(case: Case, one: Finding) -> Looked:
    """Whether the place the study is about has enough rows under a verdict to speak for itself."""
    if not one.rows:
        return Looked(_NOTHING, {}, NOT_TESTABLE)
    place = case.settings.focal_place
    rows = case.evidence[case.evidence["evidence_id"].isin(one.rows)]
    focal = sorted(rows.loc[rows["place"] == place, "evidence_id"])
    return Looked(
        how=message("{n} of {all} rows under it speak of {place} itself; from {floor} on it is read for that place."),
        details={
            "n": len(focal), "all": len(rows), "place": case.places.set_index("place").at[place, "name"],
            "floor": case.settings.proxy_below,
        },
        result=HOLDS if len(focal) >= case.settings.proxy_below else NOT_TESTABLE,
        ids=focal,
    )  # fmt: skip


def _triangulating(case: Case, one: Finding) -> Looked:
    """Whether several source families, kinds of document and sectors stand under a verdict."""
    if not one.rows:
        return Looked(_NOTHING, {}, NOT_TESTABLE)
    rows = case.evidence[case.evidence["evidence_id"].isin(one.rows)]
    sources = case.sources[case.sources["source_id"].isin(rows["source_id"])]
    named = case.evidence_actors.loc[case.evidence_actors["evidence_id"].isin(one.rows), "stakeholder_id"]
    sectors = case.stakeholders.loc[case.stakeholders["stakeholder_id"].isin(named), "sector"].nunique()
    several = min(sources["source_family"].nunique(), sources["kind"].nunique()) > 1
    return Looked(
        how=message("Rows under it: source families {families}, kinds of document {kinds}, sectors named {sectors}."),
        details={
            "families": sources["source_family"].nunique(),
            "kinds": sources["kind"].nunique(),
            "sectors": sectors,
        },
        result=HOLDS if several else WEAKENS,
        ids=sorted(sources["source_family"].unique()) if not several else (),
    )


def _negative(case: Case, one: Finding) -> Looked:
    """Whether events that speak the other way were found, and whether the verdict stands beside them."""
    if not one.against:
        return Looked(
            message("No event under it speaks the other way; none was found in these documents."), {}, NOT_TESTABLE
        )
    return Looked(
        how=message("{n} events under it speak the other way and are counted in the verdict."),
        details={"n": len(one.against)},
        result=HOLDS if one.verdict in ("supported", "contradicted") else WEAKENS,
        ids=sorted(one.against),
    )


def _rival(case: Case, one: Finding) -> Looked:
    """Whether a rival explanation written beside it is supported."""
    if not one.rivals:
        return Looked(message("No rival explanation is written beside it."), {}, NOT_TESTABLE)
    stands = [name for name, verdict in one.rivals.items() if verdict == "supported"]
    refuted = [name for name, verdict in one.rivals.items() if verdict == "contradicted"]
    still_open = len(one.rivals) - len(stands) - len(refuted)
    return Looked(
        how=message("Of {n} rival explanations {supported} are supported, {refuted} contradicted and {open} open."),
        details={"n": len(one.rivals), "supported": len(stands), "refuted": len(refuted), "open": still_open},
        result=WEAKENS if stands else HOLDS if len(refuted) == len(one.rivals) else NOT_TESTABLE,
        ids=stands,
    )  # fmt: skip


TACTICS: dict[str, Callable[[Case, Finding], Looked]] = {
    "representativeness": _representativeness,
    "researcher effects": partial(_tried, kinds=("coder", "dispute"), how=message("By the codings of each of {n} other coders the verdict is another {turned} times.")),
    "triangulating": _triangulating,
    "weighting the evidence": partial(_tried, kinds=("audit",), how=message("On rows only that were compared with their page again, {n} reading, the verdict is another {turned} times.")),
    "outliers": partial(_tried, kinds=("event",), how=message("Without each of {n} events under it the verdict is another {turned} times.")),
    "negative evidence": _negative,
    "if-then tests": partial(_tried, kinds=("withdrawal",), how=message("If the top funder left, {n} what-if, the verdict is another {turned} times.")),
    "replicating": partial(_tried, kinds=("source", "cut-off", "roll-up"), how=message("In {n} readings without one source family, by another threshold or with stakeholders joined or taken apart the verdict is another {turned} times.")),
    "rival explanations": _rival,
}  # fmt: skip


# ---- rivals ----------------------------------------------------------------------------------------------------------


def rivals_beside(case: Case) -> pd.DataFrame:
    """Return each rival explanation with its tests, beside the claim that it rivals.

    Returns
    -------
    DataFrame, one row a claim, a rival of it and a test of the rival
        ``claim_id, claim_en, claim_id_text, verdict`` (of the claim), ``rival, rival_en, rival_id_text, rival_verdict, test_no, fact, value,
        op, threshold, test_verdict, role, reason`` (why the number is undefined).
    """
    book, claims = Reckoning(case), case.claims.set_index("claim_id")
    rows = []
    for claim_id, rival in _pairs(case):
        found = claim_verdict(book, rival, every_test=True)
        beside = [claim_id, *claims.loc[claim_id, ["claim_en", "claim_id_text"]], claim_verdict(book, claim_id).verdict]
        mine = [rival, *claims.loc[rival, ["claim_en", "claim_id_text"]], found.verdict]
        rows += [
            (*beside, *mine, one.test.test_no, one.test.fact, one.found.value, one.test.op, one.test.threshold, one.outcome, one.test.role, one.found.reason)
            for one in found.tests
        ]  # fmt: skip
    return pd.DataFrame(rows, columns=RIVAL_COLUMNS)


def _pairs(case: Case) -> Iterable[tuple[str, str]]:
    """Each claim and each rival that names it, in the order of the claims."""
    names = case.claims.sort_values(["sentence_no", "claim_id"])["claim_id"]
    return [(claim, rival) for claim in names for rival in _rivals(case, claim, {})]
