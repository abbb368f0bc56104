"""From where? The raw rows under a number, the chain from them to public sources, and what a changed row touches."""

from __future__ import annotations

import fnmatch
import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import networkx as nx
import pandas as pd

from .admission import admitted, codes_below
from .errors import DashatError, Problem, message
from .facts import COUNTED, DEFINES, LOOKED_AT
from .schemas import JOINED, LISTS, REFERENCES, nearest, row_ids
from .tables import Case, Results
from .words import Reader, reader

ENGLISH = reader("en")
CHAIN_COLUMNS = [
    "fact_id", "role", "table", "row_id", "says", "evidence_id", "source_id", "publisher", "title", "published", "url",
]  # fmt: skip
UNDER, MAY_ENTER = "under", "may enter"


# ---- rows and what they hang on --------------------------------------------------------------------------------------


def references(case: Case) -> nx.DiGraph:
    """Return the raw rows of a case as a graph: an arrow from each row to every row it points to.

    Returns
    -------
    DiGraph
        Nodes are (table, row_id); arrows follow ``schemas.REFERENCES``, ``LISTS`` and ``JOINED``.
    """
    tables = dict(case.tables())
    ids = {name: row_ids(name, table) for name, table in tables.items()}
    graph = nx.DiGraph()
    for name, known in ids.items():
        graph.add_nodes_from((name, one) for one in known)
    singles = [(name, (column,), target, (key,), False) for name, column, target, key in REFERENCES]
    lists = [(name, (column,), target, (key,), True) for name, column, target, key in LISTS]
    for name, columns, target, keys, listed in [*singles, *lists, *((*one, False) for one in JOINED)]:
        if not ({*columns} <= set(tables[name]) and {*keys} <= set(tables[target])):
            continue
        cells = tables[name][list(columns)].assign(at=ids[name]).dropna()
        if listed:
            cells = cells.assign(**{columns[0]: cells[columns[0]].str.split(";")}).explode(columns[0])
            cells[columns[0]] = cells[columns[0]].str.strip()
        pointed = tables[target][list(keys)].assign(to=ids[target])
        pairs = cells.merge(pointed, left_on=list(columns), right_on=list(keys))
        graph.add_edges_from(
            ((name, one), (target, other)) for one, other in zip(pairs["at"], pairs["to"], strict=True)
        )
    return graph


def support(results: Results, fact_id: str) -> pd.DataFrame:
    """Return the raw rows under a fact: ``table, row_id, role``.

    Role "counted": in the number. "looked_at": in the denominator, or weighed and left out. "defines": says what is counted.

    Raises
    ------
    DashatError
        If there is no such fact; the nearest ones are named.
    """
    if not (results.facts["fact_id"] == fact_id).any():
        raise _unknown(fact_id, results.facts["fact_id"])
    rows = results.fact_support
    return rows.loc[rows["fact_id"] == fact_id, ["table", "row_id", "role"]].reset_index(drop=True)


def reach(case: Case, rows: pd.DataFrame, *, graph: nx.DiGraph | None = None) -> set[tuple[str, str]]:
    """Return rows and all that they point to, down to sources, codes, stakeholders and places: what a number hangs on.

    Parameters
    ----------
    rows : DataFrame
        ``table, row_id`` (:func:`support`).
    """
    graph = references(case) if graph is None else graph
    found: set[tuple[str, str]] = set()
    for row in zip(rows["table"], rows["row_id"], strict=True):
        if row in graph and row not in found:
            found |= {row} | nx.descendants(graph, row)
    return found


# ---- why -------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Why:
    """The chain under a fact or claim.

    Attributes
    ----------
    name : str
        Id of the fact or claim.
    heading : tuple of str
        What it is and what it says, in the reader's language.
    table : DataFrame, one row a raw row and source
        ``fact_id, role, table, row_id, says, evidence_id, source_id, publisher, title, published, url``; ``says`` is the
        row in the reader's words; the last six are missing for rows that lead to no document, such as a code.
    """

    name: str
    heading: tuple[str, ...]
    table: pd.DataFrame

    def text(self, say: Reader = ENGLISH, *, most: int | None = None) -> str:
        """Return the chain as text: counted rows first, each with its document, date and address.

        Parameters
        ----------
        most : int, optional
            Show at most so many statements; what is left out is counted and said.
        """
        lines = [self.name, *(f"  {line}" for line in self.heading)]
        titles = {
            COUNTED: say("Counted:"),
            LOOKED_AT: say("Looked at and not in the number:"),
            DEFINES: say("What is counted is defined by:"),
        }
        left = most if most is not None else len(self.table)
        for role, title in titles.items():
            part = self.table[self.table["role"] == role]
            if part.empty:
                continue
            lines += ["", title]
            if role == DEFINES:
                counts = part.drop_duplicates(["table", "row_id"])["table"].value_counts(sort=False)
                lines += [f"  {say.label('table', str(name))}: {self._ids(part, str(name))}" for name in counts.index]
                continue
            blocks = list(_blocks(part, say))
            lines += [line for block in blocks[:left] for line in block]
            if len(blocks) > left:
                lines.append("  " + say.count("{n} more.", "{n} more.", len(blocks) - left))
            left -= min(left, len(blocks))
        if self.table.empty:
            lines += ["", say("No raw row is under it: nothing was found to count.")]
        return "\n".join(lines)

    @staticmethod
    def _ids(part: pd.DataFrame, name: str) -> str:
        return ", ".join(part.loc[part["table"] == name, "row_id"].drop_duplicates())


def _blocks(part: pd.DataFrame, say: Reader) -> Iterable[list[str]]:
    """The statements of a part of the chain, each with what hangs on it, and its document under it."""
    part = part.assign(at=part["evidence_id"].fillna(part["table"] + " " + part["row_id"]))
    for at, rows in part.groupby("at", sort=False):
        statement = rows[rows["table"] == "evidence"]
        others = rows[rows["table"] != "evidence"].drop_duplicates(["table", "row_id"])
        first = rows.iloc[0]
        if len(statement):
            block = [f"  {at}  {statement.iloc[0]['says']}"]
            block += [
                f"        {say.label('table', one.table)} {one.row_id}: {one.says}" for one in others.itertuples()
            ]
        else:
            block = [f"  {say.label('table', one.table)} {one.row_id}: {one.says}" for one in others.itertuples()]
        if pd.notna(first["source_id"]):
            block.append("        " + _document(first, say))
        yield block


def _document(row: pd.Series, say: Reader) -> str:
    when = say.date(row["published"]) if pd.notna(row["published"]) else say("no date")
    parts = [row["publisher"], f"“{row['title']}”", when, row["url"]]
    return ", ".join(str(part) for part in parts if pd.notna(part))


def why(case: Case, results: Results, name: str, *, say: Reader = ENGLISH) -> Why:
    """Return the chain from a fact or a claim down to its rows and public sources.

    Parameters
    ----------
    name : str
        A ``fact_id`` or a ``claim_id``.

    Raises
    ------
    DashatError
        If it is neither; the nearest ones are named.
    """
    if (case.claims["claim_id"] == name).any():
        return _why_claim(case, results, name, say)
    known = results.facts["fact_id"]
    if not (known == name).any():
        raise _unknown(name, [*known, *case.claims["claim_id"]])
    return Why(
        name,
        (*_heading(results, name, say), *_recoded(case, say)),
        chain(case, support(results, name).assign(fact_id=name), say=say),
    )


def _recoded(case: Case, say: Reader) -> list[str]:
    """A line where codes are not called what the coders gave."""
    n = len(case.recodes)
    said = say.count("{n} recode is in force: codes are shown as they are called now.", "{n} recodes are in force: codes are shown as they are called now.", n)  # fmt: skip
    return [said] if n else []


def matching(case: Case, results: Results, pattern: str) -> list[str]:
    """Return the facts and claims whose id fits a pattern such as ``n_rows.*``, in the order of the results."""
    return [one for one in [*results.facts["fact_id"], *case.claims["claim_id"]] if fnmatch.fnmatchcase(one, pattern)]


def told(results: Results, fact_id: str, *, say: Reader = ENGLISH) -> str:
    """Return the value of a fact in the reader's way, with unit and bounds; the reason where it is undefined."""
    one = results.facts.set_index("fact_id").loc[fact_id]
    unit = say.label("unit", str(one["unit"]))
    if pd.isna(one["value"]):
        return say("undefined ({reason})", reason=say.label("reason", str(one["reason"])))
    if isinstance(one["value"], str):
        return say.label(str(one["unit"]), one["value"])
    value = say.number(round(float(one["value"]), 4))
    if pd.notna(one["lower"]) and (one["lower"] != one["upper"] or one["unit"] == "coefficient"):
        low, high = (say.number(round(float(one[end]), 3)) for end in ("lower", "upper"))
        return say("{value} {unit} ({low} to {high})", value=say.number(round(float(one["value"]), 3)), unit=unit, low=low, high=high)  # fmt: skip
    return f"{value} {unit}"


def _heading(results: Results, fact_id: str, say: Reader) -> tuple[str, ...]:
    one = results.facts.set_index("fact_id").loc[fact_id]
    how = one.get(f"how_{say.language}", one["how"])
    return (f"{told(results, fact_id, say=say)}", str(one["how"] if pd.isna(how) else how))


def _why_claim(case: Case, results: Results, claim_id: str, say: Reader) -> Why:
    """A claim leads to its tests, each test to its number where that is computed, else to the rows its codes and ids name."""
    claim = case.claims.set_index("claim_id").loc[claim_id]
    heading = [str(claim["claim_id_text"] if say.language == "id" else claim["claim_en"])]
    known, rows = set(results.facts["fact_id"]), []
    verdict = f"claim.{claim_id}.verdict"
    if verdict in known:
        heading.append(say("Verdict: {verdict}.", verdict=told(results, verdict, say=say)))
    for test in case.claim_tests[case.claim_tests["claim_id"] == claim_id].itertuples():
        role = say("necessary") if test.role == "necessary" else say("supporting")
        if test.fact == "not_tested":
            heading.append(say("No test is set: the public record holds nothing that could decide it."))
            continue
        condition = " ".join(str(part) for part in (test.op, test.threshold) if pd.notna(part))
        own = f"claim.{claim_id}.{test.test_no}"
        fact = own if own in known else test.fact
        seen = told(results, fact, say=say) if fact in known else say("not computed in this version")
        heading.append(f"{test.test_no}. ({role}) {test.fact} {condition}".rstrip() + f": {seen}")
        if fact in known:
            rows.append(support(results, fact).assign(fact_id=fact))
            continue
        named = f"{claim_id}.{test.test_no}"
        found = _rows_of_codes(case, [*_listed(test.codes), *_listed(test.reversed_codes)])
        read = _listed(test.evidence_ids)
        own = case.evidence["source_id"].isin(case.settings.own_sources)
        found |= {("evidence", one) for one in read if one not in set(case.evidence.loc[own, "evidence_id"])}
        rows.append(
            pd.DataFrame(
                [(*row, LOOKED_AT, named) for row in sorted(found)], columns=["table", "row_id", "role", "fact_id"]
            )
        )
    table = pd.concat(rows, ignore_index=True) if rows else pd.DataFrame(columns=["table", "row_id", "role", "fact_id"])
    return Why(claim_id, tuple(dict.fromkeys(heading)), chain(case, table, say=say))


def _rows_of_codes(case: Case, codes: Sequence[str]) -> set[tuple[str, str]]:
    mine = case.codings[case.codings["coder"] == case.settings.coder]
    mine = mine[
        mine["code_id"].isin(codes_below(case, codes)) & mine["evidence_id"].isin(admitted(case)["evidence_id"])
    ]
    return {("codings", one) for one in mine["coding_id"]} | {("evidence", one) for one in mine["evidence_id"]}


def _listed(cell: object) -> list[str]:
    return [] if pd.isna(cell) else [one.strip() for one in str(cell).split(";") if one.strip()]  # type: ignore[call-overload]


def chain(case: Case, rows: pd.DataFrame, *, say: Reader = ENGLISH) -> pd.DataFrame:
    """Return raw rows with what each says and the documents it leads to.

    Parameters
    ----------
    rows : DataFrame
        ``fact_id, table, row_id, role``.

    Returns
    -------
    DataFrame
        The columns of :attr:`Why.table`; rows with a document come in the order of `rows`.
    """
    documents = case.sources.set_index("source_id")
    tables = {name: table.set_index(row_ids(name, table)) for name, table in case.tables()}
    shown = []
    for one in rows.itertuples():
        raw = tables[one.table].loc[one.row_id] if one.row_id in tables[one.table].index else None
        if raw is None:
            continue
        evidence = raw.get("evidence_id")
        source = raw.get("source_id")
        if source is None and pd.notna(evidence):
            source = tables["evidence"].at[evidence, "source_id"]
        leads = one.role != DEFINES and isinstance(source, str)
        document = documents.loc[source] if leads else {}
        shown.append(
            {"fact_id": one.fact_id, "role": one.role, "table": one.table, "row_id": one.row_id,
             "says": _says(case, one.table, raw, say), "evidence_id": evidence, "source_id": source if leads else None,
             **{name: document.get(name) for name in ("publisher", "title", "published", "url")}}
        )  # fmt: skip
    return pd.DataFrame(shown, columns=CHAIN_COLUMNS).astype("str")


def _says(case: Case, table: str, row: pd.Series, say: Reader) -> str:
    """A raw row in the reader's words."""
    teller = _TELLERS.get(table)
    return teller(case, row, say) if teller else str(row.iloc[0])


def _name_of(case: Case, stakeholder: str, say: Reader) -> str:
    found = case.stakeholders[case.stakeholders["stakeholder_id"] == stakeholder]
    return stakeholder if found.empty else say.column(found.iloc[0], "name")


def _code_of(case: Case, code: str, say: Reader) -> str:
    found = case.codebook[case.codebook["code_id"] == code]
    return code if found.empty else say.column(found.iloc[0], "label")


def _tell_coding(case: Case, row: pd.Series, say: Reader) -> str:
    return f"{_code_of(case, row['code_id'], say)}: {say.label('stance', row['stance'])}"


def _tell_second_coding(case: Case, row: pd.Series, say: Reader) -> str:
    told = _tell_coding(case, row, say) if pd.notna(row["code_id"]) else say("nothing fits")
    return f"{row['coder']}: {told}"


def _tell_tie(case: Case, row: pd.Series, say: Reader) -> str:
    ends = (_name_of(case, row[end], say) for end in ("source_stakeholder", "target_stakeholder"))
    return f" {say.label('relation', row['relation'])} ".join(ends)


def _tell_prevalence(case: Case, row: pd.Series, say: Reader) -> str:
    method = say.label("method", row["method"])
    return f"{row['area']} {row['year']}, {row['survey']} ({method}): {say.number(row['prevalence_pct'])} %"


def _tell_beneficiaries(case: Case, row: pd.Series, say: Reader) -> str:
    return f"{row['measure']} {say.number(row['value'])} ({say.date(row['date'])})"


def _tell_programme(case: Case, row: pd.Series, say: Reader) -> str:
    name = say.column(row, "name")
    return name if pd.isna(row["start_year"]) else say("{name}, from {year}", name=name, year=str(row["start_year"]))


_TELLERS: dict[str, Callable[[Case, pd.Series, Reader], str]] = {
    "evidence": lambda case, row, say: say.column(row, "text"),
    "codings": _tell_coding,
    "second_codings": _tell_second_coding,
    "evidence_actors": lambda case, row, say: _name_of(case, row["stakeholder_id"], say),
    "ties": _tell_tie,
    "stakeholders": lambda case, row, say: say.column(row, "name"),
    "prevalence": _tell_prevalence,
    "beneficiaries": _tell_beneficiaries,
    "programmes": _tell_programme,
    "sources": lambda case, row, say: str(row["title"]),
    "codebook": lambda case, row, say: say.column(row, "label"),
    "places": lambda case, row, say: str(row["name"]),
    "frameworks": lambda case, row, say: say.column(row, "label"),
    "crosswalk": lambda case, row, say: _code_of(case, row["code_id"], say),
    "claims": lambda case, row, say: str(row["claim_id_text"] if say.language == "id" else row["claim_en"]),
}


def _unknown(name: str, known: Iterable[str]) -> DashatError:
    near = nearest(name, known)
    return DashatError(
        Problem(
            "facts.csv",
            None,
            "fact_id",
            name,
            message("'{value}' is neither a fact nor a claim."),
            message("Did you mean '{near}'? `dashat why '*'` lists all.")
            if near
            else message("`dashat why '*'` lists all."),
            {"near": near},
        )
    )


# ---- stale -----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Manifest:
    """What stored results were made from, and what was made from them.

    Attributes
    ----------
    rows : DataFrame
        ``table, row_id, hash`` of every raw row (:func:`row_hashes`).
    results : Results
        The stored facts and the rows under them.
    stages : mapping stage -> (raw tables it reads, result tables it makes)
    outputs : DataFrame, one row a figure or notebook
        ``kind`` (figure, notebook), ``name, facts`` (";"-joined patterns), ``stages`` (";"-joined).
    """

    rows: pd.DataFrame
    results: Results
    stages: Mapping[str, tuple[Sequence[str], Sequence[str]]]
    outputs: pd.DataFrame = field(default_factory=lambda: pd.DataFrame(columns=["kind", "name", "facts", "stages"]))


def row_hashes(case: Case) -> pd.DataFrame:
    """Return a hash of every raw row: ``table, row_id, hash`` (12 hexadecimal digits of SHA-256 over its cells)."""
    parts = []
    for name, table in case.tables():
        cells = table.astype("object").where(table.notna(), "").map(str)
        lines = ["\x1f".join(row) for row in cells.itertuples(index=False, name=None)]
        digests = [hashlib.sha256(line.encode()).hexdigest()[:12] for line in lines]
        parts.append(pd.DataFrame({"table": name, "row_id": row_ids(name, table).to_numpy(), "hash": digests}))
    return pd.concat(parts, ignore_index=True)


def changed_rows(case: Case, manifest: Manifest) -> pd.DataFrame:
    """Return the raw rows that differ from those the stored results were made from: ``table, row_id, change``.

    ``change`` is "added", "removed" or "changed".
    """
    by = ["table", "row_id"]
    both = manifest.rows.merge(row_hashes(case), on=by, how="outer", suffixes=("_then", "_now"))
    both = both[both["hash_then"].fillna("") != both["hash_now"].fillna("")]
    change = pd.Series("changed", both.index).mask(both["hash_then"].isna(), "added")
    return both[by].assign(change=change.mask(both["hash_now"].isna(), "removed")).reset_index(drop=True)


def stale(case: Case, manifest: Manifest) -> pd.DataFrame:
    """Name each result, figure and notebook that a changed raw row touches.

    Returns
    -------
    DataFrame
        ``kind`` (fact, table, figure, notebook), ``name``, ``touch``: "under" where a changed row, or a row that hangs on
        it, is in the support of the fact; "may enter" where the stage searches the row's table and the row is in no
        support yet, so that its new content may bring it in. What is not named cannot have changed.
    """
    changed = changed_rows(case, manifest)
    touched = set(zip(changed["table"], changed["row_id"], strict=True))
    graph = references(case)
    for row in list(touched):
        if row in graph:
            touched |= nx.ancestors(graph, row)
    rows = manifest.results.fact_support
    mine = pd.MultiIndex.from_frame(rows[["table", "row_id"]]).isin(list(touched)) if touched else [False] * len(rows)
    under = set(rows.loc[mine, "fact_id"])
    tables_touched = {table for table, _ in touched}
    entered = {name for name, (reads, _) in manifest.stages.items() if tables_touched & set(reads)}
    facts = manifest.results.facts
    may = facts.loc[facts["stage"].isin(entered), "fact_id"]
    stages_under = set(facts.loc[facts["fact_id"].isin(under), "stage"])
    found = [("fact", one, UNDER) for one in facts["fact_id"] if one in under]
    found += [("fact", one, MAY_ENTER) for one in may if one not in under]
    for name, (_, tables) in manifest.stages.items():
        if name in entered:
            found += [("table", one, UNDER if name in stages_under else MAY_ENTER) for one in tables]
    for one in manifest.outputs.itertuples():
        patterns, stages = _listed(one.facts), _listed(one.stages)
        if any(fnmatch.fnmatchcase(fact, pattern) for pattern in patterns for fact in under) or (
            not patterns and stages_under & set(stages)
        ):
            found.append((one.kind, one.name, UNDER))
        elif entered & set(stages) or (not stages and touched):
            found.append((one.kind, one.name, MAY_ENTER))
    return pd.DataFrame(found, columns=["kind", "name", "touch"])
