"""What each raw table is: columns, keys, allowed values, references. One pandera schema a table.

Tables are validated as text, so that a problem shows what stands in the cell, and converted afterwards
(:func:`converted`). Rules that span rows or tables are data (``REFERENCES``, ``LISTS``, ``TREES``) or functions below them.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Iterable, Mapping
from datetime import date
from functools import cache
from typing import Any

import pandas as pd
import pandera.pandas as pa

from .errors import Problem, message
from .settings import FILE as SETTINGS_FILE
from .settings import Settings

AT_MOST = 20
_TEXT_SHOWN = 60

ONE_OF = message("'{value}' is not one of: {allowed}.")
NOT_A_NUMBER = message("'{value}' is not a number.")
NOT_IN_RANGE = message("{value} is not between {low} and {high}.")
NOT_A_DATE = message("'{value}' is no date of the form 2024, 2024-03 or 2024-03-22 that stands in the calendar.")
NOT_AN_ID = message("'{value}' is not an id: blanks around it or inside it, or nothing left.")
EMPTY = message("the cell is empty.")
FILL_IN = message("Fill it in.")
WRITE_NUMBER = message("Write digits only, decimals after '{decimal}', no thousands separators and no unit.")
WRITE_DATE = message("Write year-month-day as far as it is known.")
WRITE_ID = message("Take the blanks out.")
WRITE_NEAREST = message("Write '{near}'.")
WRITE_ONE = message("Write one of them.")


def _one_of(*allowed: str) -> pa.Check:
    return pa.Check.isin(allowed, error=f"one_of:{', '.join(allowed)}")


def _matches(test: Callable[[str], bool], name: str) -> pa.Check:
    return pa.Check(lambda column: column.map(test).astype(bool), error=name)


def is_number(text: str) -> bool:
    """Say whether a text is a plain decimal number (thousands separators are refused rather than misread)."""
    return re.fullmatch(r"[+-]?\d+(\.\d+)?", text) is not None


def is_date(text: str) -> bool:
    """Say whether a text is an ISO year, month or day that exists."""
    if re.fullmatch(r"\d{4}(-\d{2}){0,2}", text) is None:
        return False
    parts = [int(part) for part in text.split("-")]
    try:
        date(*[*parts, 1, 1][:3])
    except ValueError:
        return False
    return True


def _id(nullable: bool = False) -> pa.Column:
    return pa.Column(checks=_matches(lambda text: re.fullmatch(r"\S+", text) is not None, "id"), nullable=nullable)


def _text(nullable: bool = False) -> pa.Column:
    return pa.Column(nullable=nullable)


def _word(*allowed: str, nullable: bool = False) -> pa.Column:
    return pa.Column(checks=_one_of(*allowed), nullable=nullable)


def _number(
    low: float = float("-inf"), high: float = float("inf"), *, whole: bool = False, nullable: bool = False
) -> pa.Column:
    inside = _matches(lambda text: not is_number(text) or low <= float(text) <= high, f"range:{low:g}:{high:g}")
    plain = (lambda text: is_number(text) and "." not in text) if whole else is_number
    return pa.Column(
        checks=[_matches(plain, "whole" if whole else "number"), inside],
        nullable=nullable,
        metadata={"number": "Int64" if whole else "float64"},
    )


def _date(nullable: bool = False) -> pa.Column:
    return pa.Column(checks=_matches(is_date, "date"), nullable=nullable)


ACCESS = ("open", "restricted")
_PRECISION = _word("year", "month", "day")
STANCES = ("for", "against", "mixed", "neutral")
SECTORS = ("government", "community", "business", "academia", "media", "international", "beneficiary")
LEVELS = ("international", "national", "provincial", "city", "kelurahan", "community")
RELATIONS = (
    "funds", "supplies", "delivers_to", "mandates", "supervises", "reports_to", "trains", "informs",
    "coordinates_with", "partners_with",
)  # fmt: skip
_OPERATORS = ("==", ">=", "<=", ">", "<", "between")
VERDICTS = ("supported", "contested", "contradicted", "undecidable", "not_tested")
NOT_TESTED = "not_tested"  # a statistic that tests nothing
UNDIRECTED = ("coordinates_with", "partners_with")
ACTIONS = ("rename", "merge", "split", "move")
_KINDS = (
    "news",
    "government_page",
    "journal_article",
    "statistics",
    "guideline",
    "thesis",
    "regulation",
    "interview",
    "field_note",
    "minutes",
)


def _table(*key: str, **columns: pa.Column) -> pa.DataFrameSchema:
    return pa.DataFrameSchema(columns, strict=False, metadata={"key": key})


SCHEMAS: dict[str, pa.DataFrameSchema] = {
    "sources": _table(
        "source_id", source_id=_id(), title=_text(), publisher=_text(True), kind=_word(*_KINDS), published=_date(True),
        language=_text(), url=_text(True), source_family=_id(),
    ),
    "stakeholders": _table(
        "stakeholder_id", stakeholder_id=_id(), name_id=_text(), name_en=_text(), short_name=_text(), sector=_word(*SECTORS),
        level=_word(*LEVELS), part_of=_id(True), description_en=_text(True), first_source_id=_id(True),
    ),
    "evidence": _table(
        "evidence_id", evidence_id=_id(), source_id=_id(), event_id=_id(), date=_date(), date_precision=_PRECISION, place=_id(),
        text_id=_text(), text_en=_text(), polarity=_word("supporting", "challenging", "neutral"), quantity=_number(nullable=True),
        unit=_text(True), speaker=_id(True),
    ),
    "evidence_actors": _table("evidence_id", "stakeholder_id", evidence_id=_id(), stakeholder_id=_id()),
    "ties": _table(
        "tie_id", tie_id=_id(), source_stakeholder=_id(), target_stakeholder=_id(), relation=_word(*RELATIONS),
        directed=_word("true", "false"), amount=_number(0, nullable=True), unit=_text(True), date=_date(), date_precision=_PRECISION,
        year=_number(1900, 2100, whole=True), programme=_id(), grant_id=_id(True), evidence_id=_id(),
    ),
    "programmes": _table(
        "programme", programme=_id(), name_id=_text(), name_en=_text(), start_year=_number(1900, 2100, whole=True, nullable=True),
        end_year=_number(1900, 2100, whole=True, nullable=True),
    ),
    "codebook": _table(
        "code_id", code_id=_id(), parent=_id(True), level=_text(), label_id=_text(), label_en=_text(),
        definition_en=_text(), definition_id=_text(), include_en=_text(True), exclude_en=_text(True),
    ),
    "coders": _table("coder", coder=_id(), coder_type=_word("machine", "person"), blind_to_claims=_word("yes", "no", "unknown")),
    "codings": _table(
        "coding_id", coding_id=_id(), evidence_id=_id(), code_id=_id(), coder=_id(), stance=_word(*STANCES),
        confidence=_word("high", "medium", "low", nullable=True), memo=_text(True),
    ),
    "second_codings": _table(
        "coder", "evidence_id", "code_id", coder=_id(), coder_type=_word("machine", "person"), evidence_id=_id(), code_id=_id(True),
        stance=_word(*STANCES, nullable=True), memo=_text(True),
    ),
    "settlements": _table(
        "settlement_id", settlement_id=_id(), evidence_id=_id(), code_id=_id(), stance_a=_word(*STANCES, nullable=True),
        stance_b=_word(*STANCES, nullable=True), kind=_text(), decision=_word("keep", "drop"),
        stance=_word(*STANCES, nullable=True), reason_en=_text(),
    ),
    "claims": _table("claim_id", claim_id=_id(), sentence_no=_number(1, whole=True), claim_id_text=_text(), claim_en=_text(), code_ids=_text(True),
        kind=_text(), tension_with=_text(True)),
    "claim_tests": _table(
        "claim_id", "test_no", claim_id=_id(), test_no=_number(1, whole=True), test_kind=_text(), codes=_text(True),
        reversed_codes=_text(True), evidence_ids=_text(True), fact=_id(), op=_word(*_OPERATORS, nullable=True), threshold=_text(True),
        threshold_high=_number(nullable=True), contra_op=_word(*_OPERATORS, nullable=True), contra_threshold=_text(True),
        role=_word("necessary", "supporting"),
    ),
    "fact_definitions": _table("fact", fact=_id(), statistic=_id(), parameters=_text(True), unit=_text(), definition_en=_text()),
    "would_decide": _table("claim_id", claim_id=_id(), question_id=_text(), question_en=_text(), ask_whom=_text(True)),
    "prevalence": _table(
        "prevalence_id", prevalence_id=_id(), area=_text(), level=_word("kelurahan", "kecamatan", "kota", "kabupaten", "provinsi", "nasional"),
        year=_number(1900, 2100, whole=True), survey=_id(), method=_word("survey", "local_weighing", "unspecified"),
        prevalence_pct=_number(0, 100), source_id=_id(),
    ),
    "beneficiaries": _table(
        "beneficiary_id", beneficiary_id=_id(), date=_date(), date_precision=_PRECISION, place=_id(), measure=_id(), value=_number(0),
        source_id=_id(),
    ),
    "places": _table("place", place=_id(), name=_text(), kind=_id(), within=_id(True)),
    "frameworks": _table(
        "framework", "dimension_id", "element_id", framework=_id(), dimension_id=_id(), element_id=_id(True),
        label_id=_text(), label_en=_text(), order=_number(1, whole=True),
    ),
    "crosswalk": _table(
        "framework", "element_id", "code_id", framework=_id(), element_id=_id(), code_id=_id(), direction=_word("same", "reversed"),
        status=_word("codebook", "proposed"),
    ),
    "attribute_rules": _table(scheme=_id(), attribute=_id(), relation=_word(*RELATIONS, nullable=True),
        position=_word("source", "target", "either", nullable=True), code_id=_id(True), sector=_word(*SECTORS, nullable=True), min_count=_number(1, whole=True), weight=_number()),
    "audit": _table("evidence_id", evidence_id=_id(), checked=_word("yes", "no"), note=_text(True)),
    "quotations": _table(
        "quotation_id", quotation_id=_id(), evidence_id=_id(), source_id=_id(), start=_number(0, whole=True), end=_number(0, whole=True),
        quote=_text(),
    ),
    "recodes": _table("recode_id", recode_id=_id(), action=_word(*ACTIONS), code_id=_id(), into=_id(True), evidence_ids=_text(True)),
}  # fmt: skip
OPTIONAL = {
    "settlements", "claims", "claim_tests", "fact_definitions", "would_decide", "prevalence", "beneficiaries", "attribute_rules",
    "audit", "programmes", "second_codings", "quotations", "recodes",
}  # fmt: skip

# (table, column, the table and column it points to)
REFERENCES: tuple[tuple[str, str, str, str], ...] = (
    ("stakeholders", "part_of", "stakeholders", "stakeholder_id"),
    ("stakeholders", "first_source_id", "sources", "source_id"),
    ("evidence", "source_id", "sources", "source_id"),
    ("evidence", "place", "places", "place"),
    ("evidence", "speaker", "stakeholders", "stakeholder_id"),
    ("evidence_actors", "evidence_id", "evidence", "evidence_id"),
    ("evidence_actors", "stakeholder_id", "stakeholders", "stakeholder_id"),
    ("ties", "source_stakeholder", "stakeholders", "stakeholder_id"),
    ("ties", "target_stakeholder", "stakeholders", "stakeholder_id"),
    ("ties", "evidence_id", "evidence", "evidence_id"),
    ("ties", "programme", "programmes", "programme"),
    ("codebook", "parent", "codebook", "code_id"),
    ("codings", "evidence_id", "evidence", "evidence_id"),
    ("codings", "code_id", "codebook", "code_id"),
    ("codings", "coder", "coders", "coder"),
    ("second_codings", "evidence_id", "evidence", "evidence_id"),
    ("second_codings", "code_id", "codebook", "code_id"),
    ("settlements", "evidence_id", "evidence", "evidence_id"),
    ("settlements", "code_id", "codebook", "code_id"),
    ("claim_tests", "claim_id", "claims", "claim_id"),
    ("claim_tests", "fact", "fact_definitions", "fact"),
    ("would_decide", "claim_id", "claims", "claim_id"),
    ("prevalence", "source_id", "sources", "source_id"),
    ("beneficiaries", "source_id", "sources", "source_id"),
    ("beneficiaries", "place", "places", "place"),
    ("places", "within", "places", "place"),
    ("crosswalk", "code_id", "codebook", "code_id"),
    ("attribute_rules", "code_id", "codebook", "code_id"),
    ("audit", "evidence_id", "evidence", "evidence_id"),
    ("quotations", "evidence_id", "evidence", "evidence_id"),
    ("quotations", "source_id", "sources", "source_id"),
)
LISTS: tuple[tuple[str, str, str, str], ...] = (
    ("claims", "code_ids", "codebook", "code_id"),
    ("claims", "tension_with", "claims", "claim_id"),
    ("claim_tests", "codes", "codebook", "code_id"),
    ("claim_tests", "reversed_codes", "codebook", "code_id"),
    ("claim_tests", "evidence_ids", "evidence", "evidence_id"),
    ("would_decide", "ask_whom", "stakeholders", "stakeholder_id"),
)
# Keys of fact_definitions.parameters whose values are codes, joined by "|"; an argument in brackets is one too: d1_verdict(code).
CODE_PARAMETERS = ("codes", "reversed_codes", "later")
# (table, its columns, the table and columns they point to): joined keys
JOINED: tuple[tuple[str, tuple[str, ...], str, tuple[str, ...]], ...] = (
    ("ties", ("evidence_id", "source_stakeholder"), "evidence_actors", ("evidence_id", "stakeholder_id")),
    ("ties", ("evidence_id", "target_stakeholder"), "evidence_actors", ("evidence_id", "stakeholder_id")),
    ("crosswalk", ("framework", "element_id"), "frameworks", ("framework", "element_id")),
    ("crosswalk", ("framework", "element_id"), "frameworks", ("framework", "dimension_id")),
)
TREES = (
    ("stakeholders", "stakeholder_id", "part_of"),
    ("codebook", "code_id", "parent"),
    ("places", "place", "within"),
)


def row_ids(name: str, table: pd.DataFrame) -> pd.Series:
    """Return the id of each row of a raw table: the values of its key joined by "/", such as ``E001/bkkbn``.

    A table without a key is told by all its columns of rules; the index is kept.
    """
    key = list(SCHEMAS[name].metadata["key"]) or [column for column in SCHEMAS[name].columns if column in table]
    parts = [table[column].astype("object").where(table[column].notna(), "").map(str) for column in key]
    joined = parts[0].str.cat(parts[1:], sep="/") if len(parts) > 1 else parts[0]
    return joined.astype("str")


def _shown(value: object) -> str | None:
    if value is None or value is pd.NA or (isinstance(value, float) and value != value):
        return None
    text = str(value).replace("\n", " ")
    return text if len(text) <= _TEXT_SHOWN else text[: _TEXT_SHOWN - 1] + "…"


def nearest(value: object, allowed: Iterable[str]) -> str | None:
    """The nearest valid value, where one is near; letter case and outer blanks first."""
    text, options = str(value)[:200], list(allowed)
    for option in options:
        if option.casefold() == text.strip().casefold():
            return option
    found = difflib.get_close_matches(text, options[:5000], n=1, cutoff=0.75)
    return found[0] if found else None


def check_tables(
    tables: Mapping[str, pd.DataFrame], settings: Settings, file_of: Callable[[str, int], str]
) -> list[Problem]:
    """Return every problem of every table.

    Parameters
    ----------
    tables : mapping name -> DataFrame of text
        As read; the index is the spreadsheet row minus 2; missing cells are NaN.
    file_of : function (table, index) -> file name
        ``frameworks`` is read from several files.
    """
    problems: list[Problem] = []
    for name, schema in SCHEMAS.items():
        if name in tables:
            problems += _columns(name, tables[name], schema, settings, file_of)
            problems += _keys(name, tables[name], schema, file_of)
    for at, (name, column, target, key) in enumerate((*REFERENCES, *LISTS)):
        problems += _references(tables, name, column, target, key, file_of, listed=at >= len(REFERENCES))
    for name, key, parent in TREES:
        problems += _cycles(tables, name, key, parent, file_of)
    problems += [
        *_access(tables, file_of),
        *_precision(tables, file_of),
        *_ties(tables, file_of),
        *_years(tables, file_of),
        *_elements(tables, file_of),
        *_second_codings(tables, file_of),
        *_claim_tests(tables, file_of),
        *_settings(tables, settings),
    ]
    return shortened(problems)


def _columns(
    name: str, table: pd.DataFrame, schema: pa.DataFrameSchema, settings: Settings, file_of: Callable[[str, int], str]
) -> list[Problem]:
    if table.empty:
        return []
    present = pa.DataFrameSchema(
        {column: one for column, one in schema.columns.items() if column in table}, strict=False
    )
    try:
        present.validate(table, lazy=True)
    except pa.errors.SchemaErrors as error:
        cases = error.failure_cases
    else:
        return []
    problems = []
    for one in cases.drop_duplicates(["column", "check", "index"]).itertuples():
        if one.index is None or pd.isna(one.index):
            continue
        at, value = int(one.index), table.at[int(one.index), one.column]
        what, mend, details = _explained(str(one.check), value, settings.decimal)
        problems.append(Problem(file_of(name, at), at + 2, str(one.column), _shown(value), what, mend, details))
    return problems


@cache
def _explained(check: str, value: object, decimal: str) -> tuple[str, str, dict[str, object]]:
    kind, _, rest = check.partition(":")
    if kind == "one_of":
        near = nearest(value, rest.split(", "))
        return ONE_OF, WRITE_NEAREST if near else WRITE_ONE, {"allowed": rest, "near": near}
    if kind == "whole":
        return message("'{value}' is no whole number, such as a year."), message("Write digits only."), {}
    if kind == "number":
        return NOT_A_NUMBER, WRITE_NUMBER, {"decimal": decimal}
    if kind == "range":
        low, high = rest.split(":")
        return NOT_IN_RANGE, message("Compare it with the source."), {"low": low, "high": high}
    if kind == "date":
        return NOT_A_DATE, WRITE_DATE, {}
    if kind == "id":
        return NOT_AN_ID, WRITE_ID, {}
    return EMPTY, FILL_IN, {}


def _keys(
    name: str, table: pd.DataFrame, schema: pa.DataFrameSchema, file_of: Callable[[str, int], str]
) -> list[Problem]:
    key = [column for column in schema.metadata["key"] if column in table]
    if not key or table.empty or len(key) < len(schema.metadata["key"]):
        return []
    twice = table[table.duplicated(key, keep=False) & table[key[:1]].notna().all(axis=1)]
    first = twice.groupby(key, dropna=False, sort=False).head(1).index
    earlier = twice.assign(at=twice.index).groupby(key, dropna=False)["at"].transform("min")
    return [
        Problem(
            file_of(name, at), at + 2, key[0], _shown("/".join(twice.loc[at, key].dropna())),
            message("'{value}' stands in row {other} already; {columns} must be unique."),
            message("Delete one of the two rows, or give this one an id of its own."),
            {"other": str(int(earlier[at]) + 2), "columns": " + ".join(key)},
        )
        for at in twice.index.difference(first)
    ]  # fmt: skip


def _references(
    tables: Mapping[str, pd.DataFrame],
    name: str,
    column: str,
    target: str,
    key: str,
    file_of: Callable[[str, int], str],
    *,
    listed: bool,
) -> list[Problem]:
    table, pointed = tables.get(name), tables.get(target)
    if table is None or pointed is None or column not in table or key not in pointed:
        return []
    known = set(pointed[key].dropna())
    cells = table[column].dropna()
    if listed:
        cells = cells.str.split(";").explode().str.strip()
        cells = cells[(cells != "") & ~cells.str.startswith("group:")]
    problems: list[Problem] = []
    for at, value in cells[~cells.isin(known)].items():
        near = nearest(value, known) if len(problems) < AT_MOST else None
        mend = (
            message("Write '{near}', or add '{value}' to {target}.")
            if near
            else message("Add it to {target}, or mend the id.")
        )
        details: dict[str, object] = {"target": f"{target}.csv", "near": near}
        problems.append(
            Problem(
                file_of(name, at),
                at + 2,
                column,
                _shown(value),
                message("'{value}' is not in {target}."),
                mend,
                details,
            )
        )
    return problems


def _cycles(
    tables: Mapping[str, pd.DataFrame], name: str, key: str, parent: str, file_of: Callable[[str, int], str]
) -> list[Problem]:
    table = tables.get(name)
    if table is None or not {key, parent} <= set(table):
        return []
    above = dict(zip(table[key], table[parent], strict=True))
    problems = []
    for at, start in table[key].items():
        seen, here = [start], above.get(start)
        while isinstance(here, str) and here not in seen:
            seen.append(here)
            here = above.get(here)
        if here == start:
            problems.append(
                Problem(file_of(name, at), at + 2, parent, _shown(above[start]), message("goes round in a circle: {circle}."),
                        message("Empty {parent} in one of these rows."), {"circle": " > ".join([*seen, str(start)]), "parent": parent})
            )  # fmt: skip
    return problems


def _access(tables: Mapping[str, pd.DataFrame], file_of: Callable[[str, int], str]) -> list[Problem]:
    """A document may say who may read it; without the column, or with an empty cell, everyone may."""
    table = tables.get("sources")
    if table is None or "access" not in table:
        return []
    wrong = table["access"].notna() & ~table["access"].isin(ACCESS)
    return [
        Problem(file_of("sources", at), at + 2, "access", _shown(table.at[at, "access"]), ONE_OF,
                WRITE_ONE, {"allowed": ", ".join(ACCESS)})
        for at in table.index[wrong]
    ]  # fmt: skip


def _precision(tables: Mapping[str, pd.DataFrame], file_of: Callable[[str, int], str]) -> list[Problem]:
    problems = []
    for name in ("evidence", "ties", "beneficiaries"):
        table = tables.get(name)
        if table is None or not {"date", "date_precision"} <= set(table):
            continue
        known = table["date"].str.len().map({4: "year", 7: "month", 10: "day"})
        wrong = (
            known.notna() & table["date_precision"].isin(["year", "month", "day"]) & (known != table["date_precision"])
        )
        for at in table.index[wrong]:
            problems.append(
                Problem(file_of(name, at), at + 2, "date_precision", _shown(table.at[at, "date_precision"]),
                        message("'{value}' does not fit the date '{date}'."), message("Write '{near}', or mend the date."),
                        {"date": table.at[at, "date"], "near": known[at]})
            )  # fmt: skip
    return problems


def _ties(tables: Mapping[str, pd.DataFrame], file_of: Callable[[str, int], str]) -> list[Problem]:
    ties, actors = tables.get("ties"), tables.get("evidence_actors")
    if (
        ties is None
        or actors is None
        or not {"source_stakeholder", "target_stakeholder", "evidence_id", "relation", "directed"} <= set(ties)
    ):
        return []
    if not {"evidence_id", "stakeholder_id"} <= set(actors):
        return []
    named = set(zip(actors["evidence_id"], actors["stakeholder_id"], strict=True))
    problems = []
    for end in ("source_stakeholder", "target_stakeholder"):
        for at, row, who in zip(ties.index, ties["evidence_id"], ties[end], strict=True):
            if isinstance(row, str) and isinstance(who, str) and (row, who) not in named:
                problems.append(
                    Problem(file_of("ties", at), at + 2, end, _shown(who), message("'{value}' is no actor of evidence row {row}."),
                            message("Add the pair to evidence_actors.csv, or mend the tie."), {"row": row})
                )  # fmt: skip
    for at, relation, directed in zip(ties.index, ties["relation"], ties["directed"], strict=True):
        if relation in RELATIONS and directed in ("true", "false") and (relation in UNDIRECTED) == (directed == "true"):
            near = "false" if relation in UNDIRECTED else "true"
            problems.append(
                Problem(file_of("ties", at), at + 2, "directed", directed, message("'{value}' does not fit the relation {relation}."),
                        WRITE_NEAREST, {"relation": relation, "near": near})
            )  # fmt: skip
    loops = ties[ties["source_stakeholder"].notna() & (ties["source_stakeholder"] == ties["target_stakeholder"])]
    return problems + [
        Problem(file_of("ties", at), at + 2, "target_stakeholder", _shown(ties.at[at, "target_stakeholder"]),
                message("'{value}' is tied to itself."), message("Mend one end, or delete the row."))
        for at in loops.index
    ]  # fmt: skip


def _years(tables: Mapping[str, pd.DataFrame], file_of: Callable[[str, int], str]) -> list[Problem]:
    table = tables.get("programmes")
    if table is None or not {"start_year", "end_year"} <= set(table):
        return []
    start, end = (pd.to_numeric(table[column], errors="coerce") for column in ("start_year", "end_year"))
    return [
        Problem(file_of("programmes", at), at + 2, "end_year", _shown(table.at[at, "end_year"]),
                message("{value} lies before the start, {start}."), message("Mend one of the two years."), {"start": str(table.at[at, "start_year"])})
        for at in table.index[end < start]
    ]  # fmt: skip


def _elements(tables: Mapping[str, pd.DataFrame], file_of: Callable[[str, int], str]) -> list[Problem]:
    """A crosswalk points to an element of its own framework, or to a dimension as a whole."""
    links, frameworks = tables.get("crosswalk"), tables.get("frameworks")
    if links is None or frameworks is None or not {"framework", "element_id"} <= set(links):
        return []
    if not {"framework", "dimension_id", "element_id"} <= set(frameworks):
        return []
    known = {
        (framework, one)
        for column in ("dimension_id", "element_id")
        for framework, one in zip(frameworks["framework"], frameworks[column], strict=True)
    }
    problems = []
    for at, framework, element in zip(links.index, links["framework"], links["element_id"], strict=True):
        if isinstance(element, str) and isinstance(framework, str) and (framework, element) not in known:
            near = nearest(element, sorted(one for of, one in known if of == framework and isinstance(one, str)))
            problems.append(
                Problem(
                    file_of("crosswalk", at),
                    at + 2,
                    "element_id",
                    _shown(element),
                    message("'{value}' is no element or dimension of the framework {framework}."),
                    WRITE_NEAREST if near else message("Mend the id, or add the element to its file in frameworks/."),
                    {"framework": framework, "near": near},
                )
            )
    return problems


def _second_codings(tables: Mapping[str, pd.DataFrame], file_of: Callable[[str, int], str]) -> list[Problem]:
    """A code comes with a stance and the other way round; a row where nothing fits has no code; a name is nobody else's."""
    table, coders = tables.get("second_codings"), tables.get("coders")
    if table is None or table.empty or not {"coder", "evidence_id", "code_id", "stance"} <= set(table):
        return []
    bare = table["code_id"].isna()
    both = bare & (~bare).groupby([table["coder"], table["evidence_id"]], dropna=False).transform("any")
    taken = table["coder"].isin(set(coders["coder"].dropna()) if coders is not None and "coder" in coders else set())
    rules = [
        (~bare & table["stance"].isna(), "stance", message("a code without a stance."), message("Write for, against, mixed or neutral.")),
        (bare & table["stance"].notna(), "code_id", message("a stance without a code."), message("Write the code, or empty the stance.")),
        (both, "code_id", message("nothing fits, but the coder gave this row a code."), message("Delete one of the two rows.")),
        (taken, "coder", message("'{value}' is a coder of coders.csv already."), message("Give this coder a name of its own.")),
    ]  # fmt: skip
    return [
        Problem(file_of("second_codings", at), int(at) + 2, column, _shown(table.at[at, column]), what, mend)
        for wrong, column, what, mend in rules
        for at in table.index[wrong]
    ]


def _claim_tests(tables: Mapping[str, pd.DataFrame], file_of: Callable[[str, int], str]) -> list[Problem]:
    """An operator comes with its threshold, a threshold is a number, a verdict or a fact, and a test has an operator."""
    table, definitions = tables.get("claim_tests"), tables.get("fact_definitions")
    wanted = {"fact", "op", "threshold", "threshold_high", "contra_op", "contra_threshold"}
    if (
        table is None
        or definitions is None
        or not wanted <= set(table)
        or not {"fact", "statistic"} <= set(definitions)
    ):
        return []
    untested = set(definitions.loc[definitions["statistic"] == NOT_TESTED, "fact"])
    facts = set(definitions["fact"].dropna())
    problems = []

    def wrong(at: int, column: str, what: str, mend: str, **details: object) -> None:
        problems.append(Problem(file_of("claim_tests", at), at + 2, column, _shown(table.at[at, column]), what, mend, details))  # fmt: skip

    for at in table.index:
        row = table.loc[at]
        if pd.isna(row["op"]) and pd.notna(row["fact"]) and row["fact"] not in untested:
            wrong(at, "op", message("the test names no operator, so it can decide nothing."), message("Write one of {allowed}."), allowed=", ".join(_OPERATORS))  # fmt: skip
        ends = [("op", "threshold"), ("contra_op", "contra_threshold")]
        ends += [("op", "threshold_high")] if row["op"] == "between" else []
        for op, column in ends:
            value = row[column]
            if pd.notna(row[op]) and pd.isna(value):
                wrong(
                    at, column, message("the cell is empty, but there is an operator."), message("Write the threshold.")
                )
            elif pd.notna(value) and not is_number(str(value)) and value not in VERDICTS and value not in facts:
                wrong(at, column, message("'{value}' is neither a number nor a verdict nor a fact."), message("Write a number, one of {allowed}, or a fact of fact_definitions.csv."), allowed=", ".join(VERDICTS))  # fmt: skip
    return problems


def _settings(tables: Mapping[str, pd.DataFrame], settings: Settings) -> list[Problem]:
    wanted = [
        ("focal_place", [settings.focal_place], "places", "place"),
        ("wider_place", [settings.wider_place], "places", "place"),
        ("own_sources", settings.own_sources, "sources", "source_id"),
        ("effect_codes", settings.effect_codes, "codebook", "code_id"),
        ("role_codes", settings.role_codes, "codebook", "code_id"),
        ("programme", [settings.programme] if settings.programme else [], "programmes", "programme"),
        ("teams", list(settings.teams), "stakeholders", "stakeholder_id"),
        ("coder", [settings.coder], "coders", "coder"),
        ("framework", [settings.framework], "frameworks", "framework"),
        ("indicators", settings.indicators, "frameworks", "dimension_id"),
    ]
    problems = []
    for name, values, target, key in wanted:
        if target not in tables or key not in tables[target]:
            continue
        known = set(tables[target][key].dropna())
        for value in values:
            if value not in known:
                near = nearest(value, known)
                mend = WRITE_NEAREST if near else message("Add it to {target}, or mend the setting.")
                details: dict[str, object] = {"target": f"{target}.csv", "near": near}
                problems.append(
                    Problem(
                        SETTINGS_FILE,
                        None,
                        name,
                        _shown(value),
                        message("'{value}' is not in {target}."),
                        mend,
                        details,
                    )
                )
    return problems


def shortened(problems: list[Problem]) -> list[Problem]:
    """Sort problems by file and row; of many of one kind in one column keep the first, and say how many more there are."""
    ordered = sorted(problems, key=lambda one: (one.file, one.row or 0, one.column or "", one.what))
    counts: dict[tuple[str, str | None, str], int] = {}
    kept = []
    for one in ordered:
        kind = (one.file, one.column, one.what)
        counts[kind] = counts.get(kind, 0) + 1
        if counts[kind] <= AT_MOST:
            kept.append(one)
    for (file, column, _), n in counts.items():
        if n > AT_MOST:
            kept.append(
                Problem(
                    file,
                    None,
                    column,
                    None,
                    message("{n} more of this kind."),
                    message("Mend the first ones and check again."),
                    {"n": n - AT_MOST},
                )
            )
    return kept


def converted(name: str, table: pd.DataFrame) -> pd.DataFrame:
    """Return a validated table of text with numbers, years and truth values in their own types."""
    types: dict[str, Any] = {}
    for column, one in SCHEMAS[name].columns.items():
        if column not in table:
            continue
        if (one.metadata or {}).get("number"):
            types[column] = one.metadata["number"]
    table = table.copy()
    for column, kind in types.items():
        numbers = pd.to_numeric(table[column])
        table[column] = numbers.astype(
            "Int64" if kind == "Int64" and numbers.isna().any() else "int64" if kind == "Int64" else "float64"
        )
    if name == "ties":
        table["directed"] = table["directed"] == "true"
    return table
