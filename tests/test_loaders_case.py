"""Reading a case: faults named, spreadsheet variants read alike, nothing changed on disk."""

from __future__ import annotations

import csv
import io

import pandas as pd
import pytest
from conftest import ROOT, SHARED

from dashat_lib import fingerprint
from dashat_lib.loaders.case import check_case, read_case


def cells(folder, table):
    with (folder / f"data/raw/{table}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.reader(file))


def write(folder, table, rows, *, delimiter=",", encoding="utf-8", lineterminator="\n"):
    text = io.StringIO(newline="")
    csv.writer(text, delimiter=delimiter, lineterminator=lineterminator).writerows(rows)
    (folder / f"data/raw/{table}.csv").write_bytes(text.getvalue().encode(encoding))


def put(folder, table, row, column, value):
    rows = cells(folder, table)
    rows[row - 1][rows[0].index(column)] = value
    write(folder, table, rows)


def test_the_real_case_has_no_problem():
    assert check_case(ROOT) == []


@pytest.mark.skipif(
    not (SHARED / "case").is_dir(), reason="the folder with the original tables is not here (DASHAT_SHARED)"
)
def test_data_raw_is_the_original_byte_for_byte():
    for path in (SHARED / "case").rglob("*.csv"):
        assert (ROOT / "data/raw" / path.relative_to(SHARED / "case")).read_bytes() == path.read_bytes(), path.name


FAULTS = [
    (
        "ties",
        31,
        "target_stakeholder",
        "bkkbnn",
        "'bkkbnn' is not in stakeholders.csv. Write 'bkkbn', or add 'bkkbnn' to stakeholders.csv.",
    ),
    ("ties", 5, "relation", "fund", "Write 'funds'."),
    ("ties", 6, "amount", "1.000.000", "'1.000.000' is not a number."),
    ("ties", 7, "directed", "yes", "'yes' is not one of: true, false."),
    ("evidence", 9, "date", "2024-02-30", "'2024-02-30' is no date"),
    ("evidence", 10, "date_precision", "year", "'year' does not fit the date"),
    ("evidence", 11, "source_id", "", "the cell is empty."),
    ("codings", 12, "code_id", "discovry", "Write 'discovery'"),
    ("codings", 13, "stance", "pro", "'pro' is not one of"),
    ("codings", 14, "coding_id", "K0001", "'K0001' stands in row 2 already"),
    ("prevalence", 4, "prevalence_pct", "204", "204 is not between 0 and 100."),
    ("stakeholders", 20, "sector", "Government", "Write 'government'."),
    ("codebook", 2, "parent", "discovery", "goes round in a circle"),
    ("programmes", 3, "end_year", "1999", "lies before the start"),
    ("places", 2, "within", " surakarta", "is not an id"),
    ("frameworks/thomson-perry2006", 3, "order", "x", "'x' is no whole number"),
]


@pytest.mark.parametrize(("table", "row", "column", "value", "said"), FAULTS)
def test_each_fault_is_named_with_file_row_column_and_mend(copy_of_case, table, row, column, value, said):
    put(copy_of_case, table, row, column, value)
    found = [
        problem
        for problem in check_case(copy_of_case)
        if (problem.file, problem.row, problem.column) == (f"{table}.csv", row, column)
    ]
    assert found
    assert any(
        str(problem).startswith(f"{table}.csv, row {row}, column {column}: ") and said in str(problem)
        for problem in found
    ), list(map(str, found))


def test_all_faults_are_named_at_once(copy_of_case):
    for table, row, column, value, _ in FAULTS:
        put(copy_of_case, table, row, column, value)
    found = {(problem.file, problem.row, problem.column) for problem in check_case(copy_of_case)}
    assert {(f"{table}.csv", row, column) for table, row, column, *_ in FAULTS} <= found


def test_a_tie_outside_the_actors_of_its_row_is_named(copy_of_case):
    put(copy_of_case, "ties", 2, "target_stakeholder", "unicef")
    rows = cells(copy_of_case, "stakeholders")
    if "unicef" not in {row[0] for row in rows}:
        write(copy_of_case, "stakeholders", [*rows, ["unicef", *rows[1][1:]]])
    assert any("is no actor of evidence row" in str(problem) for problem in check_case(copy_of_case))


@pytest.mark.parametrize(
    "how",
    [
        {"delimiter": ";"}, {"encoding": "utf-8-sig"}, {"lineterminator": "\r\n"}, {"encoding": "utf-16"},
        {"delimiter": ";", "encoding": "utf-8-sig", "lineterminator": "\r\n"},
    ],
)  # fmt: skip
def test_spreadsheet_variants_give_the_same_tables(copy_of_case, case, how):
    for table in ("evidence", "ties", "codebook"):
        rows = cells(copy_of_case, table)
        write(copy_of_case, table, [[*row, ""] for row in rows] + [[""] * (len(rows[0]) + 1)] * 3, **how)
    found = read_case(copy_of_case)
    for table in ("evidence", "ties", "codebook"):
        pd.testing.assert_frame_equal(getattr(found, table), getattr(case, table))


def test_a_decimal_comma_is_read_only_where_the_case_says_so(copy_of_case, case):
    rows = cells(copy_of_case, "prevalence")
    at = rows[0].index("prevalence_pct")
    write(
        copy_of_case,
        "prevalence",
        [rows[0], *([*row[:at], row[at].replace(".", ","), *row[at + 1 :]] for row in rows[1:])],
    )
    assert all(
        "is not a number" in str(problem) or "more of this kind" in str(problem) for problem in check_case(copy_of_case)
    )
    settings = copy_of_case / "dashat.toml"
    settings.write_text(
        settings.read_text(encoding="utf-8").replace('decimal = "."', 'decimal = ","'), encoding="utf-8"
    )
    pd.testing.assert_frame_equal(read_case(copy_of_case).prevalence, case.prevalence)


def test_na_stays_text(copy_of_case):
    put(copy_of_case, "sources", 3, "publisher", "NA")
    assert read_case(copy_of_case).sources.at[1, "publisher"] == "NA"


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "is empty"), (b"PK\x03\x04rest", "Excel workbook"), (b"a,b\n\x00\x01", "binary file"), (b"caf\xe9,b\n", "not UTF-8"),
        (b'evidence_id,source_id\n"E1,x\n', "quotation mark"), (b"tie_id,tie_id\n", "has two columns"), (b"tie_id\n1,2,3\n", "this row has 3 cells"),
    ],
)  # fmt: skip
def test_a_file_that_is_no_table_gets_a_line(copy_of_case, content, said):
    (copy_of_case / "data/raw/ties.csv").write_bytes(content)
    found = check_case(copy_of_case)
    assert any(problem.file == "ties.csv" and said in str(problem) for problem in found), list(map(str, found))


def test_a_missing_table_a_missing_column_and_a_folder_get_a_line(copy_of_case):
    raw = copy_of_case / "data/raw"
    (raw / "ties.csv").unlink()
    (raw / "codings.csv").unlink()
    (raw / "codings.csv").mkdir()
    rows = cells(copy_of_case, "evidence")
    write(copy_of_case, "evidence", [row[1:] for row in rows])
    said = "\n".join(map(str, check_case(copy_of_case)))
    for part in (
        "ties.csv: is missing",
        "codings.csv: is a folder",
        "evidence.csv, row 1, column evidence_id: this column is missing",
    ):
        assert part in said


def test_many_faults_of_one_kind_give_a_readable_answer(copy_of_case):
    rows = cells(copy_of_case, "codings")
    at = rows[0].index("stance")
    write(copy_of_case, "codings", [rows[0], *([*row[:at], "pro", *row[at + 1 :]] for row in rows[1:])])
    found = [problem for problem in check_case(copy_of_case) if problem.file == "codings.csv"]
    assert len(found) == 21
    assert "983 more of this kind" in str(found[0]) + str(found[-1])


def test_a_cell_of_a_megabyte_is_read(copy_of_case):
    put(copy_of_case, "codings", 3, "memo", "x" * 1_000_000)
    assert len(read_case(copy_of_case).codings.at[1, "memo"]) == 1_000_000


def test_settings_that_point_nowhere_are_named(copy_of_case):
    path = copy_of_case / "dashat.toml"
    path.write_text(
        path.read_text(encoding="utf-8").replace('focal_place = "jebres"', 'focal_place = "jebre"'), encoding="utf-8"
    )
    assert [str(problem) for problem in check_case(copy_of_case)] == [
        "dashat.toml, column focal_place: 'jebre' is not in places.csv. Write 'jebres'."
    ]


def test_reading_changes_no_file(copy_of_case):
    before = fingerprint.raw_files(copy_of_case)
    read_case(copy_of_case)
    assert fingerprint.raw_files(copy_of_case) == before
