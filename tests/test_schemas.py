"""Every rule of every table notices a bad cell."""

from __future__ import annotations

import pandas as pd
import pytest
from conftest import ROOT

from dashat_lib.loaders.case import read_table
from dashat_lib.schemas import LISTS, REFERENCES, SCHEMAS, check_tables
from dashat_lib.settings import read_settings


@pytest.fixture
def tables():
    found = {path.stem: read_table(path) for path in (ROOT / "data/raw").glob("*.csv")}
    second = found["codings"].drop_duplicates("evidence_id").head(9).assign(coder="doubter", coder_type="person")
    found["second_codings"] = second[list(SCHEMAS["second_codings"].columns)].reset_index(drop=True)
    found["recodes"] = pd.DataFrame({"recode_id": list("abcde"), "action": "move", "code_id": "leadership", "into": None, "evidence_ids": None}, dtype="str")  # fmt: skip
    cited = found["evidence"].head(9)
    found["quotations"] = cited[["evidence_id", "source_id"]].assign(
        quotation_id=[f"Q{at}" for at in range(9)], start="0", end="5", quote="kutip"
    )[list(SCHEMAS["quotations"].columns)]
    parts = [read_table(path) for path in sorted((ROOT / "data/raw/frameworks").glob("*.csv"))]
    return found | {"frameworks": pd.concat(parts, ignore_index=True)}


def problems(tables):
    found = check_tables(tables, read_settings(ROOT), lambda name, at: f"{name}.csv")
    return {(one.file.removesuffix(".csv"), one.row, one.column): str(one) for one in found}


def planted(tables, value_for):
    """Put a bad value into every column that has a rule, each in a row of its own; return the places."""
    places = []
    for name, schema in SCHEMAS.items():
        for at, (column, rules) in enumerate(schema.columns.items()):
            value = value_for(rules)
            if value is not None and column in tables[name]:
                row = at % len(tables[name])
                tables[name].loc[row, column] = value if value else None
                places.append((name, row + 2, column))
    return places


def test_every_column_with_a_rule_names_a_bad_cell(tables):
    places = planted(tables, lambda rules: "not right" if rules.checks else None)
    assert len(places) > 90
    assert set(places) <= set(problems(tables))


def test_every_column_that_must_be_filled_names_an_empty_cell(tables):
    places = planted(tables, lambda rules: None if rules.nullable else "")
    assert len(places) > 100
    assert set(places) <= set(problems(tables))


@pytest.mark.parametrize(("name", "column", "target", "key"), [*REFERENCES, *LISTS])
def test_every_reference_names_an_id_that_is_not_there(tables, name, column, target, key):
    tables[name].loc[1, column] = "nowhere-to-be-found"
    assert f"'nowhere-to-be-found' is not in {target}.csv." in problems(tables)[name, 3, column]


@pytest.mark.parametrize("name", [name for name, schema in SCHEMAS.items() if schema.metadata["key"]])
def test_every_key_that_stands_twice_is_named_with_the_other_row(tables, name):
    key = list(SCHEMAS[name].metadata["key"])
    tables[name].loc[2, key] = tables[name].loc[1, key]
    assert "stands in row 3 already" in problems(tables)[name, 4, key[0]]


@pytest.mark.parametrize(
    ("row", "column", "value", "said"),
    [(0, "year", "2024.5", "is no whole number"), (1, "year", "1", "is not between 1900 and 2100")],
)
def test_years_are_whole_and_in_range(tables, row, column, value, said):
    tables["ties"].loc[row, column] = value
    found = problems(tables).get(("ties", row + 2, column), "")
    assert said in found


@pytest.mark.parametrize(("relation", "directed"), [("funds", "false"), ("coordinates_with", "true")])
def test_a_direction_that_does_not_fit_the_relation_is_named(tables, relation, directed):
    tables["ties"].loc[4, ["relation", "directed"]] = [relation, directed]
    assert "does not fit the relation" in problems(tables)["ties", 6, "directed"]


def test_a_crosswalk_to_an_element_that_its_framework_lacks_is_named_with_the_nearest(tables):
    at = tables["crosswalk"].query("framework == 'emerson2012' and element_id == 'discovery'").index[0]
    tables["crosswalk"].loc[at, "element_id"] = "discovry"
    assert "of the framework emerson2012. Write 'discovery'." in problems(tables)["crosswalk", at + 2, "element_id"]


def test_a_tie_to_itself_is_named(tables):
    tables["ties"].loc[4, "target_stakeholder"] = tables["ties"].loc[4, "source_stakeholder"]
    assert "is tied to itself" in problems(tables)["ties", 6, "target_stakeholder"]
