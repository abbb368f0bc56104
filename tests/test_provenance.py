"""From a number to its rows and sources, and what a changed row touches."""

from __future__ import annotations

import os
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from conftest import ROOT

from dashat_lib import provenance
from dashat_lib.compare import compare
from dashat_lib.errors import DashatError
from dashat_lib.loaders.case import read_table
from dashat_lib.pipeline import STAGES, compute
from dashat_lib.processed import read_results
from dashat_lib.schemas import JOINED, LISTS, OPTIONAL, REFERENCES, SCHEMAS, check_tables, converted, row_ids
from dashat_lib.tables import Case, Results
from dashat_lib.words import reader

N_MUTATIONS = 100 if os.environ.get("DASHAT_FULL") else 5


@pytest.fixture(scope="module", autouse=True)
def quick():
    """Costly parts with tests of their own are left out, before and after a change alike.

    Tables that hold no fact: what would turn a claim, key players, the tie that would help. Of the
    readings of claims one kind is read; the shares of the others are there, undefined.
    """
    from dashat_lib import conclusions
    from dashat_lib.claims import readings as claim_readings
    from dashat_lib.claims import stage as claims
    from dashat_lib.dependency import stage as dependency
    from dashat_lib.dependency import whatif

    plans = claim_readings.plans

    def of_coders(book):
        one = plans(book)[0]
        return [replace(one, variants=tuple(v for v in one.variants if v.kind == "coder"))]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(claim_readings, "plans", of_coders)
        patch.setattr(
            claim_readings,
            "without_families",
            lambda *_: pd.DataFrame(columns=["reading", "kind", "fact_id", "value"], dtype="object"),
        )
        patch.setattr(
            claims, "claim_turns", lambda *_: pd.DataFrame(columns=["claim_id", "kind", "id", "verdict_after"])
        )
        patch.setattr(conclusions, "conclusion_log", lambda *_: pd.DataFrame())
        patch.setattr(dependency, "key_players", lambda *_: pd.DataFrame())
        patch.setattr(whatif, "additions", lambda *_, **__: pd.DataFrame(columns=whatif.ADDED))
        yield


@pytest.fixture(scope="module")
def small(case):
    """The case with few bootstrap worlds, so that it can be computed many times."""
    return replace(case, settings=case.settings.model_copy(update={"resamples": 20}))


@pytest.fixture(scope="module")
def results():
    """The stored results, which test_stored holds to what the data give."""
    return read_results(ROOT)


def texts_of(folder):
    """The raw tables of a case as text, as they stand in the files."""
    found = {}
    for name in SCHEMAS:
        raw = folder / "data/raw"
        paths = sorted((raw / name).glob("*.csv")) if name == "frameworks" else [raw / f"{name}.csv"]
        paths.append(folder / f"data/rivals/{name}.csv")
        empty = pd.DataFrame({column: pd.Series(dtype="str") for column in SCHEMAS[name].columns})
        parts = [read_table(path) for path in paths if path.is_file()]
        found[name] = pd.concat(parts, ignore_index=True) if parts else empty
    return found


def built(texts, like):
    """A case from tables of text, or None where the rules of the tables are broken."""
    if check_tables(texts, like.settings, lambda name, at: f"{name}.csv"):
        return None
    empty = {name: texts[name].iloc[:0] for name in OPTIONAL - set(texts)}
    tables = {name: converted(name, table) for name, table in {**empty, **texts}.items()}
    return Case(folder=like.folder, settings=like.settings, **tables)


def without(texts, name, at):
    """The tables without one row and without all that points to it, and so on."""
    gone = {(name, at)}
    singles = [(t, (c,), to, (k,), False) for t, c, to, k in REFERENCES] + [
        (t, (c,), to, (k,), True) for t, c, to, k in LISTS
    ]
    waiting = [(name, at)]
    while waiting:
        table, row = waiting.pop()
        for one, columns, to, keys, listed in [*singles, *((*j, False) for j in JOINED)]:
            if to != table:
                continue
            value = tuple(texts[to].at[row, key] for key in keys)
            cells = texts[one][list(columns)]
            if listed:
                hit = (
                    cells[columns[0]]
                    .fillna("")
                    .str.split(";")
                    .map(lambda parts, value=value: value[0] in [p.strip() for p in parts])
                )
            else:
                hit = (cells == list(value)).all(axis=1)
            for other in texts[one].index[hit]:
                if (one, other) not in gone:
                    gone.add((one, other))
                    waiting.append((one, other))
    return {t: table.drop(index=[at for (n, at) in gone if n == t]) for t, table in texts.items()}, len(gone)  # fmt: skip


def changed(texts, name, at, rng):
    """The tables with one cell of one row set to what another row holds there."""
    key = set(SCHEMAS[name].metadata["key"])
    columns = [column for column in texts[name] if column not in key and texts[name][column].nunique() > 1]
    if not columns:
        return None
    column = columns[rng.integers(len(columns))]
    table = texts[name].copy()
    options = table.loc[table[column] != table.at[at, column], column].dropna()
    table.loc[at, column] = options.iloc[rng.integers(len(options))]
    return {**texts, name: table}


def mutation(texts, like, seed):
    """One row of any table deleted or changed so that the case still holds, chosen by seed."""
    rng = np.random.default_rng([7, seed])
    while True:
        name = list(texts)[rng.integers(len(texts))]
        if texts[name].empty:
            continue
        at = texts[name].index[rng.integers(len(texts[name]))]
        after = without(texts, name, at)[0] if rng.random() < 0.5 else changed(texts, name, at, rng)
        made = built(after, like) if after is not None else None
        if made is not None:
            return made


def manifest_of(case, results):
    stages = {one.name: (one.reads, ()) for one in STAGES}
    return provenance.Manifest(provenance.row_hashes(case), results, stages)


def reached(case, results):
    """For every row, the facts that hang on it: its own support and all that supporting rows point to."""
    graph = provenance.references(case)
    facts = {}
    for row, part in results.fact_support.groupby(["table", "row_id"]):
        for one in provenance.reach(case, pd.DataFrame([row], columns=["table", "row_id"]), graph=graph):
            facts.setdefault(one, set()).update(part["fact_id"])
    return facts


def said(results):
    """Everything a fact says, as text, by fact."""
    table = results.facts.set_index("fact_id")
    plain = table.astype("object").where(table.notna(), "-")
    return plain.map(
        lambda cell: str(float(cell)) if isinstance(cell, int | float | np.number) else str(cell)
    )  # 21 is 21.0


@pytest.fixture(scope="module")
def mutable(small, light_case):
    """The case that is mutated, its tables as text and its results: the whole one where there is time, else one with fewer rows and claims."""
    if os.environ.get("DASHAT_FULL"):
        return small, texts_of(ROOT), compute(small)
    return light_case, texts_of(light_case.folder), compute(light_case)


@pytest.mark.parametrize("seed", range(N_MUTATIONS))
def test_a_raw_row_deleted_or_changed_moves_only_facts_that_lead_to_it_and_each_is_named(mutable, seed):
    small, texts, results = mutable
    other = mutation(texts, small, seed)
    manifest = manifest_of(small, results)
    rows = provenance.changed_rows(other, manifest)
    assert len(rows)
    anew = [one.name for one in STAGES if set(one.reads) & set(rows["table"])]  # the others cannot see what changed
    kept = [one.name for one in STAGES if one.name not in anew]
    old = results.facts.loc[results.facts["stage"].isin(kept), "fact_id"]
    fresh = (
        compute(other, *anew)
        if anew
        else replace(results, facts=results.facts.head(0), fact_support=results.fact_support.head(0))
    )
    after = replace(
        results,
        facts=pd.concat([results.facts[results.facts["fact_id"].isin(old)], fresh.facts], ignore_index=True),
        fact_support=pd.concat(
            [results.fact_support[results.fact_support["fact_id"].isin(old)], fresh.fact_support], ignore_index=True
        ),
    )
    before_, after_ = said(results), said(after)
    both = before_.index.intersection(after_.index)
    moved = set(both[(before_.loc[both] != after_.loc[both]).any(axis=1)]) | (set(before_.index) ^ set(after_.index))
    named = set(compare(results, after)["name"])
    values = {one for one in moved if one not in both or any(before_.at[one, part] != after_.at[one, part] for part in ("value", "lower", "upper", "reason"))}  # fmt: skip
    assert values == named
    touched = set(zip(rows["table"], rows["row_id"], strict=True))
    leads = [reached(small, results), reached(other, after)]
    lead = set().union(*(found.get(row, set()) for found in leads for row in touched))
    assert moved <= lead, rows.to_dict("records")
    stale = provenance.stale(other, manifest)
    assert moved & set(before_.index) <= set(stale.loc[stale["kind"] == "fact", "name"])


def test_stale_tells_rows_under_a_fact_from_rows_that_may_enter(small, results):
    at = small.codings.index[(small.codings["coder"] == "adjudicated") & (small.codings["code_id"] == "leadership")][0]
    codings = small.codings.copy()
    codings.loc[at, "stance"] = "against"
    outputs = pd.DataFrame(
        [("figure", "a.ipynb 1", "leadership.*.n_for", "indicators"), ("figure", "b.ipynb 1", "prevalence.*", "outcomes"), ("notebook", "b.ipynb", "", "outcomes")],
        columns=["kind", "name", "facts", "stages"],
    )  # fmt: skip
    stages = {
        "indicators": (STAGES[1].reads, ("indicator_verdicts",)),
        "outcomes": (("prevalence",), ("prevalence_series",)),
    }
    manifest = provenance.Manifest(provenance.row_hashes(small), results, stages, outputs)
    found = provenance.stale(replace(small, codings=codings), manifest).set_index(["kind", "name"])["touch"]
    assert found["fact", "leadership.surakarta.n_for"] == provenance.UNDER
    assert found["fact", "mutual-trust.surakarta.n_for"] == provenance.MAY_ENTER
    assert found["table", "indicator_verdicts"] == provenance.UNDER
    assert found["figure", "a.ipynb 1"] == provenance.UNDER
    assert not [name for _, name in found.index if name in ("prevalence_series", "b.ipynb 1", "b.ipynb")]


def test_nothing_is_stale_where_nothing_changed(small, results):
    manifest = manifest_of(small, results)
    assert provenance.changed_rows(small, manifest).empty
    assert provenance.stale(small, manifest).empty


def test_the_chain_of_a_fact_holds_each_row_under_it_and_its_document(small, results):
    found = provenance.why(small, results, "n_rows.jebres")
    counted = found.table[found.table["role"] == "counted"]
    assert set(counted["row_id"]) == set(
        small.evidence.query("place == 'jebres' and source_id != 'uns-digilib-127676'")["evidence_id"]
    )
    assert counted["url"].str.startswith("https://").all()
    text = found.text()
    assert "Solopos" in text
    assert "March 22, 2024" in text
    assert "22 Maret 2024" in provenance.why(small, results, "n_rows.jebres", say=reader("id")).text(reader("id"))


def test_every_row_under_a_verdict_leads_to_a_public_source(small, results):
    found = provenance.why(small, results, "capacity-joint-action.surakarta.verdict").table
    rows = found[found["role"] != "defines"]
    assert len(rows) > 100
    assert rows["url"].notna().all()
    assert set(found["row_id"]) == set(provenance.support(results, "capacity-joint-action.surakarta.verdict")["row_id"])


def test_a_claim_leads_to_its_tests_and_the_rows_of_its_codes_without_the_thesis(small, results):
    found = provenance.why(small, results, "C09")
    assert sum("dependency_balance" in line for line in found.heading) == 1
    assert "uns-digilib-127676" not in set(found.table["source_id"])
    assert "E120" in set(found.table["row_id"])
    assert "E216" not in set(found.table["row_id"])  # on the province: rule D1 looks inside the city only


def test_what_is_left_out_of_the_text_is_counted(small, results):
    text = provenance.why(small, results, "n_rows.kind.news").text(most=3)
    assert "177 more." in text


def test_an_unknown_name_is_refused_with_the_nearest(small, results):
    with pytest.raises(DashatError, match=r"Did you mean 'n_sources'"):
        provenance.why(small, results, "n_source")
    with pytest.raises(DashatError):
        provenance.support(results, "nothing")


def test_a_fact_with_nothing_under_it_says_so(small, results):
    one = results.facts.iloc[[0]].assign(fact_id="empty", value=0)
    bare = Results(one, results.fact_support.iloc[:0])
    assert "No raw row is under it" in provenance.why(small, bare, "empty").text()


def test_row_ids_are_unique_in_every_table(case):
    for name, table in case.tables():
        ids = row_ids(name, table)
        assert ids.is_unique, name
