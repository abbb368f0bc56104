"""Could another follow how the findings came about: an audit trail in Lincoln and Guba's six classes, and each claim with what it cites.

The six classes are those of Halpern's audit, as Lincoln & Guba (1985, Naturalistic Inquiry, pp. 319-320 and appendix A) print
them. Annotations follow the Annotation for Transparent Inquiry of the Qualitative Data Repository: a passage, an excerpt of the
source, the source and a note on how the one bears on the other; as JSON-LD they are W3C Web Annotations.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from .fingerprint import RAW
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
    "dashat.toml": "intentions", "README.md": "synthesis", "docs/decisions": "process", "CHANGELOG.md": "process",
    "notebooks": "synthesis",
}  # fmt: skip
COLUMNS = ["class", "kind", "item", "n_rows"]
ANNOTATION = [
    "claim_id", "claim_en", "claim_id_text", "verdict", "evidence_id", "excerpt_en", "excerpt_id", "source_id", "title", "publisher",
    "published", "url", "stance", "codes", "note_en", "note_id",
]  # fmt: skip


def trail(case: Case, stages: Mapping[str, tuple[Sequence[str], Results]]) -> pd.DataFrame:
    """Return everything from which the way of the study can be followed, class by class.

    Parameters
    ----------
    stages : mapping stage -> (raw tables it reads, its results)

    Returns
    -------
    DataFrame
        ``class`` (one of :data:`CLASSES`), ``kind`` ("raw table", "memos", "result table", "file"), ``item`` (path below the case,
        with the table or column where it is one of several), ``n_rows`` (0 where a study has none: said, not left out; missing for
        files), ``class_<language>, label_<language>``, ``stage`` and ``from`` (raw tables a result was made from, ";"-joined).
    """
    rows: list[tuple[str, str, str, int | None, str, str]] = []
    for name, table in case.tables():
        rows.append((OF_TABLE[name], "raw table", _path(name), len(table), name, ""))
    memos = int(case.codings["memo"].notna().sum()) if "memo" in case.codings else 0
    rows.append(("process", "memos", f"{_path('codings')} memo", memos, "memo", ""))
    for stage, (reads, results) in stages.items():
        mine = OF_STAGE[stage]
        rows.append((mine, "result table", "data/processed/facts.csv", len(results.facts), "facts", ";".join(reads)))
        for name in sorted(results.tables):
            path = f"data/processed/{name}.csv"
            rows.append((mine, "result table", path, len(results.tables[name]), name, ";".join(reads)))
    for name, mine in OF_FILE.items():
        there = case.folder / name
        files = sorted(there.glob("*.*")) if there.is_dir() else [there] if there.is_file() else []
        rows += [(mine, "file", one.relative_to(case.folder).as_posix(), None, "", "") for one in files if _counts(one)]
    stage_of = [stage for stage, (_, results) in stages.items() for _ in range(1 + len(results.tables))]
    table = pd.DataFrame(rows, columns=[*COLUMNS, "label", "from"])
    made = table["kind"] == "result table"
    table["stage"] = ""
    table.loc[made, "stage"] = stage_of
    for one in languages():
        say = reader(one)
        table[f"class_{one}"] = [say.label("audit_class", name) for name in table["class"]]
        table[f"label_{one}"] = [say.label("table", key) if key else "" for key in table["label"]]
    order = table["class"].map({name: at for at, name in enumerate(CLASSES)})
    table = table.assign(order=order).sort_values("order", kind="stable")
    told = [f"{part}_{one}" for part in ("class", "label") for one in languages()]
    columns = [*COLUMNS, *told, "stage", "from"]
    return table[columns].astype({"n_rows": "Int64"}).reset_index(drop=True)


def _counts(path: Path) -> bool:
    return path.suffix in (".md", ".toml", ".ipynb")


def _path(table: str) -> str:
    names = {"frameworks": f"{RAW.as_posix()}/frameworks", "second_codings": "data/coders"}
    return names.get(table, f"{RAW.as_posix()}/{table}.csv")


# ---- annotations -----------------------------------------------------------------------------------------------------


def cited(case: Case, results: Results) -> pd.DataFrame:
    """Return, for every claim, each evidence row that its verdict counts.

    Returns
    -------
    DataFrame
        ``claim_id, claim_en, claim_id_text, verdict``; ``evidence_id``; ``excerpt_en, excerpt_id`` (in own words, as the evidence row
        has it, never a quotation); ``source_id, title, publisher, published, url``; ``stance`` and ``codes`` of the settled codings of
        the row that the claim's tests use (";"-joined; empty where the row counts by its number, tie or actor); ``note_en,
        note_id``.
    """
    verdicts = results.facts[results.facts["fact_id"].str.match(r"claim\..+\.verdict$")]
    claim_of = dict(zip(verdicts["fact_id"], verdicts["fact_id"].str.slice(6, -8), strict=True))
    told = dict(zip(verdicts["fact_id"], verdicts["value"], strict=True))
    support = results.fact_support[results.fact_support["fact_id"].isin(claim_of)]
    support = support[support["role"] == "counted"]
    mine = support[support["table"] == "evidence"]
    evidence = case.evidence.set_index("evidence_id")
    sources = case.sources.set_index("source_id")
    claims = case.claims.set_index("claim_id")
    codings = case.codings.set_index("coding_id")
    used = support[support["table"] == "codings"].merge(
        codings[["evidence_id", "code_id", "stance"]], left_on="row_id", right_index=True
    )
    used = used[used["row_id"].map(codings["coder"]) == case.settings.coder]
    by_row = {key: part for key, part in used.groupby(["fact_id", "evidence_id"])}
    ways = _other_ways(case, support)
    rows = []
    for fact, row_id in zip(mine["fact_id"], mine["row_id"], strict=True):
        claim, row = claims.loc[claim_of[fact]], evidence.loc[row_id]
        source = sources.loc[row["source_id"]]
        coded = by_row.get((fact, row_id))
        stances = sorted(set(coded["stance"])) if coded is not None else []
        codes = sorted(set(coded["code_id"])) if coded is not None else []
        notes = [_note(one, codes, coded, ways.get((fact, row_id), ())) for one in ("en", "id")]
        rows.append((
            claim_of[fact], claim["claim_en"], claim["claim_id_text"], told[fact], row_id, row["text_en"], row["text_id"],
            row["source_id"], source["title"], source["publisher"], source["published"], source["url"], ";".join(stances),
            ";".join(codes), *notes,
        ))  # fmt: skip
    table = pd.DataFrame(rows, columns=ANNOTATION)
    order = {one: at for at, one in enumerate(case.claims["claim_id"])}
    return table.assign(at=table["claim_id"].map(order)).sort_values(["at", "evidence_id"], kind="stable", ignore_index=True).drop(columns="at")  # fmt: skip


def _other_ways(case: Case, support: pd.DataFrame) -> dict[tuple[str, str], tuple[str, ...]]:
    """By which of its other rows an evidence row bears on a claim: (fact, evidence row) -> tables."""
    found: dict[tuple[str, str], set[str]] = {}
    ties = dict(zip(case.ties["tie_id"], case.ties["evidence_id"], strict=True))
    for fact, table, row in zip(support["fact_id"], support["table"], support["row_id"], strict=True):
        if table == "ties" and row in ties:
            found.setdefault((fact, ties[row]), set()).add("ties")
        elif table == "evidence_actors":
            found.setdefault((fact, str(row).split("/", 1)[0]), set()).add("evidence_actors")
    return {key: tuple(sorted(one)) for key, one in found.items()}


def _note(language: str, codes: Sequence[str], coded: pd.DataFrame | None, ways: Sequence[str]) -> str:
    say = reader(language)
    parts = []
    if coded is not None:
        said = coded.drop_duplicates(["code_id", "stance"]).sort_values(["code_id", "stance"])
        stances = [f"{code} ({say.label('stance', stance)})" for code, stance in zip(said["code_id"], said["stance"], strict=True)]  # fmt: skip
        parts.append(say("Coded as settled: {codes}.", codes=", ".join(stances)))
    if "ties" in ways:
        parts.append(say("Reports a tie that the tests count."))
    if "evidence_actors" in ways:
        parts.append(say("Names an actor that the tests count."))
    return " ".join(parts) or say("Counted by its number, date or place.")


# ---- JSON-LD ---------------------------------------------------------------------------------------------------------


def annotations_jsonld(table: pd.DataFrame) -> dict[str, Any]:
    """Return the annotations as W3C Web Annotations."""
    items = []
    for one in table.astype("object").where(table.notna(), None).to_dict("records"):
        bodies = [
            {"type": "TextualBody", "purpose": "describing", "value": one[f"excerpt_{language}"], "language": language}
            for language in ("en", "id")
        ]
        bodies += [
            {"type": "TextualBody", "purpose": "commenting", "value": one[f"note_{language}"], "language": language}
            for language in ("en", "id")
        ]
        source = {"id": one["url"] or f"urn:dashat:source:{one['source_id']}", "dc:title": one["title"], "dc:publisher": one["publisher"], "dc:issued": one["published"]}  # fmt: skip
        bodies.append({"type": "SpecificResource", "purpose": "linking", "source": {name: value for name, value in source.items() if value is not None}})  # fmt: skip
        exact = {"type": "TextQuoteSelector", "exact": one["claim_id_text"]}
        items.append(
            {
                "id": f"urn:dashat:annotation:{one['claim_id']}:{one['evidence_id']}",
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
