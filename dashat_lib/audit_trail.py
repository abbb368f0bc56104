"""Could another follow how the findings came about: an audit trail in Lincoln and Guba's six classes, and each claim with what it cites.

The six classes are those of Halpern's audit, as Lincoln & Guba (1985, Naturalistic Inquiry, pp. 319-320 and appendix A) print
them. Annotations follow the Annotation for Transparent Inquiry of the Qualitative Data Repository: a passage, an excerpt of the
source, the source and a note on how the one bears on the other; as JSON-LD they are W3C Web Annotations.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from . import provenance
from .admission import SWAPPED, codes_below
from .errors import message
from .facts import COUNTED, parameters
from .fingerprint import RAW, RIVALS, TEXTS
from .loaders.case import RIVAL, read_table
from .tables import Case, Results
from .words import languages, reader

CLASSES = ("raw_data", "reduction", "synthesis", "process", "intentions", "instrument")
# Where each raw table belongs.
OF_TABLE = {
    "sources": "raw_data", "evidence": "raw_data", "evidence_actors": "raw_data", "ties": "raw_data", "stakeholders": "raw_data",
    "programmes": "raw_data", "places": "raw_data", "prevalence": "raw_data", "beneficiaries": "raw_data", "quotations": "raw_data",
    "codings": "reduction", "second_codings": "reduction", "settlements": "process", "audit": "process", "recodes": "process",
    "claims": "intentions", "would_decide": "intentions", "codebook": "instrument", "coders": "instrument", "frameworks": "instrument",
    "crosswalk": "instrument", "attribute_rules": "instrument", "claim_tests": "instrument", "fact_definitions": "instrument",
}  # fmt: skip
# Where the results of each stage belong: what counts and sums up, what reads the counts as findings, what says how far to trust them.
OF_STAGE = {
    "overview": "reduction", "indicators": "synthesis", "readings": "process", "triangulation": "process", "reduction": "reduction",
    "coding_agreement": "process", "network": "reduction", "network.groups": "reduction", "network.bands": "process",
    "stakeholders": "synthesis", "dependency": "reduction", "tension": "synthesis", "frameworks": "synthesis", "outcomes": "reduction",
    "claims": "synthesis", "claims.readings": "process", "conclusions": "synthesis",
}  # fmt: skip
# Files that a case may have beside its tables.
OF_FILE = {
    "dashat.toml": "intentions", "docs/proposal.md": "intentions", "README.md": "synthesis", "README.id.md": "synthesis",
    "docs/decisions": "process", "docs/reflexive_notes.md": "process", "CHANGELOG.md": "process", "requirements.lock": "process",
    "notebooks": "synthesis",
}  # fmt: skip
MANIFEST = "data/processed/manifest.json"  # written after the trail: it is there in every study that was run
COLUMNS = ["class", "kind", "item", "n_rows"]
ANNOTATION = [
    "claim_id", "claim_en", "claim_id_text", "verdict", "table", "row_id", "evidence_id", "excerpt_en", "excerpt_id", "source_id",
    "title", "publisher", "published", "url", "stance", "codes", "bearing", "note_en", "note_id",
]  # fmt: skip
_NOTES = {
    "evidence": message("Own words after the document, a paraphrase and no quotation; documents themselves stand in data/texts, where there are any."),
    "texts": message("No document is enclosed where this is 0; sources.csv says where each is found."),
}  # fmt: skip


def trail(
    case: Case, stages: Mapping[str, tuple[Sequence[str], Results]], *, expectations: Mapping[str, int] | None = None
) -> pd.DataFrame:
    """Return everything from which the way of the study can be followed, class by class.

    Parameters
    ----------
    stages : mapping stage -> (raw tables it reads, its results)
    expectations : mapping notebook -> number, optional
        Passages in which a notebook says what was expected before the data were looked at.

    Returns
    -------
    DataFrame
        ``class`` (one of :data:`CLASSES`), ``kind`` ("raw table", "memos", "result table", "file", "expectations"), ``item`` (path below
        the case, with the column where it is one of several), ``n_rows`` (0 where a study has none: said, not left out; missing for
        files that are there), ``class_<language>, label_<language>, note_<language>``, ``stage`` and ``from`` (raw tables a result was
        made from, ";"-joined).
    """
    rows: list[tuple[str, str, str, int | None, str, str, str]] = []
    for name, table in case.tables():
        added = _added(case, name)
        rows.append((OF_TABLE[name], "raw table", _path(name), len(table) - (added or 0), name, "", ""))
        if added is not None:
            rows.append((OF_TABLE[name], "raw table", f"{RIVALS.as_posix()}/{name}.csv", added, name, "", ""))
    texts = len([*(case.folder / TEXTS).glob("*.txt")])
    rows.append(("raw_data", "file", TEXTS.as_posix(), texts, "texts", "", ""))
    memos = int(case.codings["memo"].notna().sum()) if "memo" in case.codings else 0
    rows.append(("process", "memos", f"{_path('codings')} memo", memos, "memo", "", ""))
    for stage, (reads, results) in stages.items():
        made = {"facts": results.facts, "fact_support": results.fact_support, **dict(sorted(results.tables.items()))}
        for name, table in made.items():
            path = f"data/processed/{name}.csv"
            rows.append((OF_STAGE[stage], "result table", path, len(table), name, stage, ";".join(reads)))
    for name, mine in OF_FILE.items():
        there = case.folder / name
        files = sorted(there.glob("*.*")) if there.is_dir() else [there] if there.is_file() else []
        found = [one.relative_to(case.folder).as_posix() for one in files if _counts(one)]
        rows += [(mine, "file", one, None, "", "", "") for one in found] or [(mine, "file", name, 0, "", "", "")]
    rows.append(("process", "file", MANIFEST, None, "", "", ""))
    for notebook, n in (expectations or {}).items():
        rows.append(("intentions", "expectations", f"notebooks/{notebook}", n, "expectations", "", ""))
    table = pd.DataFrame(rows, columns=[*COLUMNS, "label", "stage", "from"])
    for one in languages():
        say = reader(one)
        table[f"class_{one}"] = [say.label("audit_class", name) for name in table["class"]]
        table[f"label_{one}"] = [say.label("table", key) if key else "" for key in table["label"]]
        table[f"note_{one}"] = [say(_NOTES[key]) if key in _NOTES else "" for key in table["label"]]
    order = table["class"].map({name: at for at, name in enumerate(CLASSES)})
    table = table.assign(order=order).sort_values("order", kind="stable")
    told = [f"{part}_{one}" for part in ("class", "label", "note") for one in languages()]
    columns = [*COLUMNS, *told, "stage", "from"]
    return table[columns].astype({"n_rows": "Int64"}).reset_index(drop=True)


def _added(case: Case, name: str) -> int | None:
    """How many rows of a table ``data/rivals`` adds; None where it has no such file."""
    path = case.folder / RIVALS / f"{name}.csv"
    return len(read_table(path)) if name in RIVAL and path.is_file() else None


def _counts(path: Path) -> bool:
    return path.suffix in (".md", ".toml", ".ipynb", ".lock")


def _path(table: str) -> str:
    names = {"frameworks": f"{RAW.as_posix()}/frameworks", "second_codings": "data/coders"}
    return names.get(table, f"{RAW.as_posix()}/{table}.csv")


# ---- annotations -----------------------------------------------------------------------------------------------------


CITED = ("evidence", "ties", "prevalence", "beneficiaries", "programmes")  # tables whose rows are cited
FOR, AGAINST, MIXED, NEUTRAL, NUMBER = "for", "against", "mixed", "neutral", "number"  # how a row bears on a claim
_COUNTS = ("rows", "families", "events", "sources", "programmes")  # units of facts that count what they find
_SIGN = re.compile(r"d1_verdict\w*\(([^)]*)\)==supported")
_BEARS = {
    FOR: message("It speaks for the claim."),
    AGAINST: message("It speaks against the claim."),
    MIXED: message("It speaks for the claim in one respect and against it in another."),
    NEUTRAL: message("It is coded and speaks neither for nor against the claim."),
    NUMBER: message("It is a part of that number and speaks neither for nor against the claim alone."),
}  # fmt: skip


def cited(case: Case, results: Results) -> pd.DataFrame:
    """Return, for every claim, each row that its verdict counts; a claim without such a row has one line that says why.

    Returns
    -------
    DataFrame
        ``claim_id, claim_en, claim_id_text, verdict``; ``table, row_id`` (of :data:`CITED`); ``evidence_id``; ``excerpt_en, excerpt_id`` (in own
        words, as the row has it, never a quotation); ``source_id, title, publisher, published, url``; ``stance`` and ``codes`` of the
        settled codings of the row that the claim's tests use (";"-joined; the stance is towards the code); ``bearing``, which way the
        row speaks on this claim by its deciding tests ("for", "against", "mixed", "neutral"; "number": a part of a number that alone
        speaks neither way); ``note_en, note_id``.
    """
    told = results.facts[results.facts["fact_id"].str.match(r"claim\..+\.verdict$")]
    verdicts = dict(zip(told["fact_id"].str.slice(6, -8), told["value"], strict=True))
    book = _Tests(case, results)
    counted = {claim: book.rows_of(claim) for claim in verdicts}
    said = _said(case, {row for rows in counted.values() for row in rows})
    claims = case.claims.set_index("claim_id")
    found = []
    for claim in (one for one in case.claims["claim_id"] if one in verdicts):
        words = (claim, claims.at[claim, "claim_en"], claims.at[claim, "claim_id_text"], verdicts[claim])
        for table, row in sorted(counted[claim], key=lambda one: (CITED.index(one[0]), one[1])):
            one = said[table, row]
            stance, codes = book.coded(claim, table, row)
            bearing = book.bearing(claim, table, row)
            notes = [book.note(claim, table, row, bearing, language) for language in ("en", "id")]
            found.append((*words, table, row, *one, ";".join(stance), ";".join(codes), bearing, *notes))
        if not counted[claim]:
            notes = [book.why_none(claim, language) for language in ("en", "id")]
            found.append((*words, *[None] * (len(ANNOTATION) - len(words) - 2), *notes))
    return pd.DataFrame(found, columns=ANNOTATION)


def _said(case: Case, rows: set[tuple[str, str]]) -> dict[tuple[str, str], tuple[object, ...]]:
    """What each row says in both languages, and its document: (table, row) -> the columns from ``evidence_id`` to ``url``."""
    asked = pd.DataFrame([("", table, row, COUNTED) for table, row in sorted(rows)], columns=["fact_id", "table", "row_id", "role"])  # fmt: skip
    chains = [provenance.chain(case, asked, say=reader(language)) for language in ("en", "id")]
    found: dict[tuple[str, str], tuple[object, ...]] = {}
    for one, other in zip(*(chain.to_dict("records") for chain in chains), strict=True):
        document = [None if pd.isna(one[name]) else one[name] for name in ("source_id", "title", "publisher", "published", "url")]  # fmt: skip
        evidence = None if pd.isna(one["evidence_id"]) else one["evidence_id"]
        found[one["table"], one["row_id"]] = (evidence, one["says"], other["says"], *document)
    return found


class _Tests:
    """The deciding tests of the claims of a case, with the rows that each counts."""

    def __init__(self, case: Case, results: Results) -> None:
        self.case, self.results = case, results
        self.facts = results.facts.set_index("fact_id")
        tests = case.claim_tests[case.claim_tests["role"] == "necessary"]
        self.tests = {claim: part.to_dict("records") for claim, part in tests.groupby("claim_id", sort=False)}
        self.definitions = case.fact_definitions.set_index("fact")
        names = {f"claim.{claim}.{one['test_no']}" for claim, part in self.tests.items() for one in part}
        support = results.fact_support
        support = support[support["fact_id"].isin(names) & (support["role"] == COUNTED)]
        self.under: dict[str, set[tuple[str, str]]] = {
            str(fact): set(zip(part["table"], part["row_id"], strict=True)) for fact, part in support.groupby("fact_id")
        }
        settled = case.codings[case.codings["coder"] == case.settings.coder]
        self.codings = {one.coding_id: (one.evidence_id, one.code_id, one.stance) for one in settled.itertuples()}
        self.of_evidence: dict[str, list[str]] = {}
        for coding, (evidence, _, _) in self.codings.items():
            self.of_evidence.setdefault(evidence, []).append(coding)
        self.labels = {one: dict(zip(case.codebook["code_id"], case.codebook[f"label_{one}"], strict=True)) for one in languages()}  # fmt: skip
        self.signs: dict[str, dict[str, int]] = {}
        said = results.tables.get("claim_test_results")
        self.outcomes = (
            {} if said is None else {(one.claim_id, int(one.test_no)): str(one.verdict) for one in said.itertuples()}
        )
        self.told: dict[tuple[str, str], str] = {}
        self.tie_of = dict(zip(case.ties["tie_id"], case.ties["evidence_id"], strict=True))

    def rows_of(self, claim: str) -> set[tuple[str, str]]:
        """The rows that the deciding tests of a claim count, as far as they are cited."""
        return {row for test in self.tests.get(claim, []) for row in self._rows(claim, test) if row[0] in CITED}

    def coded(self, claim: str, table: str, row: str) -> tuple[list[str], list[str]]:
        """Stances and codes of the settled codings of an evidence row that the deciding tests of a claim count."""
        found = [one for test in self.tests.get(claim, []) for one in self._codings(claim, test, table, row)]
        return sorted({stance for _, stance in found}), sorted({code for code, _ in found})

    def bearing(self, claim: str, table: str, row: str) -> str:
        """Which way a row speaks on a claim by the deciding tests that count it."""
        ways = {way for test in self._counting(claim, table, row) for way in self._ways(claim, test, table, row)}
        if MIXED in ways or {FOR, AGAINST} <= ways:
            return MIXED
        return next((one for one in (FOR, AGAINST, NEUTRAL) if one in ways), NUMBER)

    def note(self, claim: str, table: str, row: str, bearing: str, language: str) -> str:
        """Why a row bears on a claim: the tests that count it in their own words, its codes, what it is to them."""
        say, parts = reader(language), []
        for test in self._counting(claim, table, row):
            said = self._how(claim, test, language)
            parts.append(say("Deciding test {no} counts it: {how}", no=str(test["test_no"]), how=said))
            coded = sorted(set(self._codings(claim, test, table, row)))
            if coded:
                parts.append(say("Coded as settled: {codes}.", codes=", ".join(f"{self.labels[language].get(code, code)} ({say.label('stance', stance)})" for code, stance in coded)))  # fmt: skip
            if NUMBER in self._ways(claim, test, table, row):
                parts.append(say("The test says: {verdict}.", verdict=say.label("verdict", self._outcome(claim, test))))
        if table == "evidence":
            under = {one for test in self._counting(claim, table, row) for one in self._rows(claim, test)}
            if any(name == "ties" and self.tie_of.get(tie) == row for name, tie in under):
                parts.append(say("Reports a tie that the tests count."))
            if any(name == "evidence_actors" and id_.split("/", 1)[0] == row for name, id_ in under):
                parts.append(say("Names an actor that the tests count."))
        return " ".join([*parts, say(_BEARS[bearing])])

    def why_none(self, claim: str, language: str) -> str:
        """Why no row is under the verdict on a claim."""
        say = reader(language)
        return say("No row is counted under the verdict. {seen}", seen=self._seen(claim, language)).strip()

    def _rows(self, claim: str, test: Mapping[str, Any]) -> set[tuple[str, str]]:
        return self.under.get(f"claim.{claim}.{test['test_no']}", set())

    def _counting(self, claim: str, table: str, row: str) -> list[Mapping[str, Any]]:
        return [test for test in self.tests.get(claim, []) if (table, row) in self._rows(claim, test)]

    def _codings(self, claim: str, test: Mapping[str, Any], table: str, row: str) -> list[tuple[str, str]]:
        """(code, stance) of the codings of an evidence row that a test counts."""
        if table != "evidence":
            return []
        rows = self._rows(claim, test)
        return [self.codings[one][1:] for one in self.of_evidence.get(row, []) if ("codings", one) in rows]

    def _ways(self, claim: str, test: Mapping[str, Any], table: str, row: str) -> set[str]:
        """Which way a row speaks by one test: what is counted by the comparison, what is coded by its stance, else part of a number."""
        fact = f"claim.{claim}.{test['test_no']}"
        unit = str(self.facts.at[fact, "unit"]) if fact in self.facts.index else ""
        if unit in _COUNTS:
            return {FOR} if test["op"] in (">=", ">") else {AGAINST}
        if fact not in self.signs:
            self.signs[fact] = self._signs(claim, test)
        signs, found = self.signs[fact], set()
        for code, stance in self._codings(claim, test, table, row):
            if code in signs:
                found.add(stance if signs[code] > 0 else SWAPPED.get(stance, stance))
        return found or {NUMBER}

    def _signs(self, claim: str, test: Mapping[str, Any], seen: frozenset[str] = frozenset()) -> dict[str, int]:
        """The codes by which a test reads stances: 1 as they stand, -1 the other way round; through the claims it is made of, too."""
        statistic, given = self._definition(test)
        found: dict[str, int] = {}
        if statistic == "class_from_verdicts":
            for other in _listed(given.get("claims"), "|"):
                for one in self.tests.get(other, []) if other not in seen | {claim} else []:
                    found |= self._signs(other, one, seen | {claim})
        turned = -1 if test["threshold"] == "contradicted" else 1
        named = [*_listed(test["codes"]), *(part for one in _SIGN.findall(given.get("tests", "") + ";" + given.get("any", "")) for part in _listed(one, "|"))]  # fmt: skip
        reversed_ = _listed(test["reversed_codes"])
        for codes, sign in ((named, turned), (reversed_, -turned)):
            found |= dict.fromkeys(codes_below(self.case, codes) if codes else (), sign)
        return found

    def _definition(self, test: Mapping[str, Any]) -> tuple[str, dict[str, str]]:
        """Statistic and parameters of the fact of a test; parameters that hold a ";" are read whole."""
        if test["fact"] not in self.definitions.index:
            return "", {}
        row = self.definitions.loc[test["fact"]]
        given = row["parameters"] if isinstance(row["parameters"], str) else ""
        return str(row["statistic"]), parameters(given)

    def _how(self, claim: str, test: Mapping[str, Any], language: str) -> str:
        """What a test counts, in its own words: where it is the only deciding test, those with what was seen and asked for."""
        fact = f"claim.{claim}.{test['test_no']}"
        if (fact, language) not in self.told:
            one = self.facts.loc[fact]
            told = one.get(f"how_{language}")
            seen = self._seen(claim, language) if len(self.tests[claim]) == 1 else ""
            self.told[fact, language] = seen or str(told if isinstance(told, str) else one["how"])
        return self.told[fact, language]

    def _seen(self, claim: str, language: str) -> str:
        """What the deciding tests of a claim saw, in words; nothing where no verdict says so."""
        table = self.results.tables.get("verdicts")
        return "" if table is None else "".join(table.loc[table["claim_id"] == claim, f"seen_{language}"].dropna())

    def _outcome(self, claim: str, test: Mapping[str, Any]) -> str:
        return self.outcomes.get((claim, int(test["test_no"])), "-")


def _listed(cell: object, mark: str = ";") -> list[str]:
    return [one.strip() for one in cell.split(mark) if one.strip()] if isinstance(cell, str) else []


# ---- JSON-LD ---------------------------------------------------------------------------------------------------------


def annotations_jsonld(table: pd.DataFrame) -> dict[str, Any]:
    """Return the annotations as W3C Web Annotations."""
    items = []
    for one in table.astype("object").where(table.notna(), None).to_dict("records"):
        bodies: list[dict[str, Any]] = [{"type": "TextualBody", "purpose": "assessing", "value": one["verdict"]}]
        bodies += [{"type": "TextualBody", "purpose": "classifying", "value": one["bearing"]}] if one["bearing"] else []
        bodies += [
            {"type": "TextualBody", "purpose": "describing", "value": one[f"excerpt_{language}"], "language": language}
            for language in ("en", "id")
            if one[f"excerpt_{language}"]
        ]
        bodies += [
            {"type": "TextualBody", "purpose": "commenting", "value": one[f"note_{language}"], "language": language}
            for language in ("en", "id")
        ]
        if one["source_id"]:
            source = {"id": one["url"] or f"urn:dashat:source:{one['source_id']}", "dc:title": one["title"], "dc:publisher": one["publisher"], "dc:issued": one["published"]}  # fmt: skip
            bodies.append({"type": "SpecificResource", "purpose": "linking", "source": {name: value for name, value in source.items() if value is not None}})  # fmt: skip
        row = f"{one['table']}:{one['row_id']}" if one["row_id"] else "none"
        exact = {"type": "TextQuoteSelector", "exact": one["claim_id_text"]}
        items.append(
            {
                "id": f"urn:dashat:annotation:{one['claim_id']}:{row}",
                "type": "Annotation",
                "motivation": "commenting",
                "body": bodies,
                "target": {"source": f"urn:dashat:claim:{one['claim_id']}", "selector": exact},
            }
        )
    contexts = ["http://www.w3.org/ns/anno.jsonld", {"dc": "http://purl.org/dc/terms/"}]
    return {"@context": contexts, "type": "AnnotationCollection", "total": len(items), "first": {"type": "AnnotationPage", "items": items}}  # fmt: skip


def trail_jsonld(table: pd.DataFrame) -> dict[str, Any]:
    """Return the audit trail as PROV entities: each item with its class, and results with the tables they were derived from."""
    raw = {row["item"].split("/")[-1].removesuffix(".csv"): row["item"] for row in table[table["kind"] == "raw table"].to_dict("records")}  # fmt: skip
    raw |= {"second_codings": "data/coders"}
    items: dict[str, dict[str, Any]] = {}
    for one in table.to_dict("records"):
        entity = items.setdefault(
            one["item"], {"@id": f"urn:dashat:{one['item'].replace(' ', '#')}", "@type": "prov:Entity", "dc:type": [], "dc:title": one["item"]}
        )  # fmt: skip
        if one["class"] not in entity["dc:type"]:
            entity["dc:type"].append(one["class"])
        if not pd.isna(one["n_rows"]):
            entity["dc:extent"] = int(one["n_rows"]) + entity.get("dc:extent", 0)
        derived = entity.setdefault("prov:wasDerivedFrom", [])
        derived += [{"@id": f"urn:dashat:{raw[name]}"} for name in str(one["from"]).split(";") if name in raw and {"@id": f"urn:dashat:{raw[name]}"} not in derived]  # fmt: skip
        if not derived:
            del entity["prov:wasDerivedFrom"]
    return {"@context": {"prov": "http://www.w3.org/ns/prov#", "dc": "http://purl.org/dc/terms/"}, "@graph": list(items.values())}  # fmt: skip
