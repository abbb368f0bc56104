"""Tables as the reader sees them."""

from __future__ import annotations

import pandas as pd
from conftest import ROOT

from dashat_lib import processed, wording
from dashat_lib.words import labels, reader


def test_a_table_is_shown_in_the_readers_language():
    table = pd.DataFrame({"label_id": ["Kepemimpinan"], "label_en": ["Leadership"], "verdict": ["supported"], "share_for": [0.8125], "n_for": [1234], "qualifier": ["city-level proxy;fragile"], "same": [True]})  # fmt: skip
    columns = ["label", "verdict", "share_for", "n_for", "qualifier", "same"]
    in_indonesian = wording.shown(table, reader("id"), columns=columns)
    assert in_indonesian.iloc[0].tolist() == [
        "Kepemimpinan",
        "didukung",
        "0,81",
        "1.234",
        "proksi tingkat kota, rapuh",
        "ya",
    ]
    assert wording.shown(table, reader("en"), columns=columns).iloc[0].tolist() == [
        "Leadership",
        "supported",
        "0.81",
        "1,234",
        "city-level proxy, fragile",
        "yes",
    ]
    assert in_indonesian.columns[0] == "unsur atau indikator"


def test_ids_get_their_names_and_missing_cells_a_dash(case):
    table = pd.DataFrame({"place": ["jebres", None], "code_id": ["leadership", "unknown-code"]})
    found = wording.shown(table, reader("id"), case=case)
    assert found.iloc[0].tolist() == ["Kelurahan Jebres", "Kepemimpinan"]
    assert found.iloc[1].tolist() == [wording.NOTHING, "unknown-code"]


def test_every_column_table_unit_and_reason_has_a_label(case):
    results = processed.read_results(ROOT)  # those stored, which a test holds to what the data give
    known = labels()
    tables = {**dict(case.tables()), **results.tables, "facts": results.facts, "fact_support": results.fact_support}
    assert set(tables) - set(known["table"]) == set()
    assert {str(column) for table in tables.values() for column in table} - set(known["column"]) == set()
    assert set(results.facts["unit"]) - set(known["unit"]) == set()
    assert set(results.facts["reason"].dropna()) - set(known["reason"]) == set()
    for table, column, kind in [("ties", "relation", "relation"), ("stakeholders", "sector", "sector"), ("stakeholders", "level", "level"), ("sources", "kind", "source kind"), ("codings", "stance", "stance"), ("prevalence", "method", "method")]:  # fmt: skip
        assert set(getattr(case, table)[column]) - set(known[kind]) == set(), column


def test_the_input_is_left_alone():
    table = pd.DataFrame({"verdict": ["supported"]})
    wording.shown(table, reader("id"))
    assert table.equals(pd.DataFrame({"verdict": ["supported"]}))
