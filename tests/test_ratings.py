"""Tables of ratings as colleagues write them, and what is refused."""

from __future__ import annotations

import json
import subprocess
import sys

import pandas as pd
import pytest
from conftest import ROOT

from dashat_lib.errors import TableError
from dashat_lib.loaders.ratings import read_ratings


def written(folder, name, text):
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


LONG = "unit,coder,code\n1,A,x\n1,B,x\n2,A,y\n2,B,x\n3,B,y\n"
WIDE = "unit;A;B\n1;x;x\n2;y;x\n3;;y\n"


def test_long_wide_and_side_by_side_are_one_table(tmp_path):
    long = read_ratings([written(tmp_path, "long.csv", LONG)])
    wide = read_ratings([written(tmp_path, "wide.csv", WIDE)])
    sides = read_ratings(
        [
            written(tmp_path, "A.csv", "segment,code\n1,x\n2,y\n"),
            written(tmp_path, "B.csv", "segment,code\n1,x\n2,x\n3,y\n"),
        ]
    )
    assert (long.layout, wide.layout, sides.layout) == ("long", "wide", "side by side")
    for one in (wide, sides):
        pd.testing.assert_frame_equal(one.table, long.table, check_names=False)


def test_a_workbook_reads_like_the_csv(tmp_path):
    openpyxl = pytest.importorskip("openpyxl", reason="writes the workbook of this test; a development tool")
    book = openpyxl.Workbook()
    for row in (["unit", "A", "B"], [1, "x", "x"], [2, "y", "x"], [3, None, "y"]):
        book.active.append(row)
    book.save(tmp_path / "wide.xlsx")
    found = read_ratings([tmp_path / "wide.xlsx"])
    pd.testing.assert_frame_equal(found.table, read_ratings([written(tmp_path, "wide.csv", WIDE)]).table)


def test_codes_as_sets_in_cells_or_rows(tmp_path):
    rows = read_ratings([written(tmp_path, "rows.csv", "unit,coder,code\n1,A,x\n1,A,y\n1,B,x\n")], sets=True)
    cells = read_ratings([written(tmp_path, "cells.csv", "unit,A,B\n1,x; y,x\n")], sets=True)
    assert rows.table.loc["1"].tolist() == cells.table.loc["1"].tolist() == [frozenset("xy"), frozenset("x")]
    assert rows.long()[["coder", "code"]].values.tolist() == [["A", "x"], ["A", "y"], ["B", "x"]]


def test_other_headings_can_be_named(tmp_path):
    path = written(tmp_path, "x.csv", "kalimat,siapa,apa\n1,A,x\n1,B,x\n")
    found = read_ratings([path], unit="kalimat", coder="siapa", value="apa")
    assert found.table.columns.tolist() == ["A", "B"]


@pytest.mark.parametrize(
    ("text", "choices", "expected"),
    [
        ("unit,A,B\n1,3,2\n2,2,often\n", {"metric": "interval"}, "bad.csv, row 3, column B: 'often' is not a number."),
        ("kalimat,siapa,apa\n1,A,3\n1,B,often\n", {"metric": "interval", "unit": "kalimat", "coder": "siapa", "value": "apa"},
         "bad.csv, row 3, column apa: 'often' is not a number."),
        ("unit,coder,code\n", {}, "bad.csv: has a header and no rows. Write the ratings below the header."),
        ("unit,A,B\n1,,\n", {}, "bad.csv, column unit: no unit was coded by two coders."),
        ("unit,coder,code\n1,A,x\n1,A,y\n1,B,x\n", {}, "bad.csv, row 3, column coder: 'A' rates the unit 1 a second time."),
        ("unit,A,B\n1,\"1,0\",1\n2,2,2\n", {"metric": "ordinal"}, "bad.csv, row 2, column A: '1,0' is not a number."),
        ("unit,A,B\n1,x,x\nunit,A,B\n2,y,x\n", {}, "bad.csv, row 3: a heading stands among the rows."),
        ("unit,coder,code\n1,A,x\n2,B,x\n", {}, "bad.csv, column unit: no unit was coded by two coders."),
        ("unit,A\n1,x\n", {}, "bad.csv, row 1: holds one coder only."),
        ("unit,A,B\n1,x;y,x\n", {}, "bad.csv, row 2, column A: 'x;y' looks like a set of codes."),
        ("unit,A,B\n1,x,x\n1,y,x\n", {}, "bad.csv, row 3, column unit: '1' stands in the table twice."),
        ("unit,A,B\n,x,x\n1,y,x\n", {}, "bad.csv, row 2, column unit: the cell is empty."),
        ("who,coder,code\n1,A,x\n", {}, "bad.csv, row 1, column unit: this column is missing. Name it: --unit HEADING."),
        ("", {}, "bad.csv: is empty"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_told_by_file_row_and_column(tmp_path, text, choices, expected):
    with pytest.raises(TableError) as caught:
        read_ratings([written(tmp_path, "bad.csv", text)], **choices)
    assert expected in str(caught.value)


SEVERAL = "With several files each must hold a column of units and one of values, of one coder."


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (LONG, f"one.csv, row 1, column coder: holds several coders. {SEVERAL} Give this file alone, or take it apart."),
        (WIDE, f"one.csv, row 1, column value: this column is missing. {SEVERAL} Name that of the values: --value HEADING."),
        ("segment,code\n1,x\n1,y\n", "one.csv, row 3, column segment: 'one' rates the unit 1 a second time. Keep one of the two rows, or read the values as sets: --sets."),
        ("segment,code\n", "one.csv: has a header and no rows. Write the ratings below the header."),
    ],
)  # fmt: skip
def test_each_of_several_files_holds_one_coder(tmp_path, text, expected):
    files = [written(tmp_path, "one.csv", text), written(tmp_path, "other.csv", "segment,code\n1,x\n2,y\n")]
    with pytest.raises(TableError) as caught:
        read_ratings(files)
    assert str(caught.value) == expected


def test_a_file_of_one_coder_may_name_that_coder(tmp_path):
    files = [written(tmp_path, f"{one}.csv", f"unit,coder,code\n1,{one},x\n") for one in "AB"]
    assert read_ratings(files).table.columns.tolist() == ["A", "B"]


def test_a_file_that_is_not_there_or_no_workbook_gets_a_line(tmp_path):
    with pytest.raises(TableError, match="is not there"):
        read_ratings([tmp_path / "none.csv"])
    with pytest.raises(TableError, match="cannot be read"):
        read_ratings([written(tmp_path, "x.xlsx", "no workbook")])


def dashat(*words):
    return subprocess.run(
        [sys.executable, "-m", "dashat_lib.cli", *words], capture_output=True, text=True, check=False, cwd=ROOT
    )


def test_the_command_prints_intervals_or_reasons(tmp_path):
    path = written(tmp_path, "long.csv", LONG)
    found = json.loads(dashat("agreement", str(path), "--json", "--draws", "200").stdout)
    assert (found["layout"], found["coders"]) == ("long", ["A", "B"])
    by_name = {one["coefficient"]: one for one in found["coefficients"]}
    assert by_name["percent"]["value"] == 0.5
    assert by_name["alpha"]["n_units"] == 2
    assert "alfa Krippendorff" in dashat("agreement", str(path), "--lang", "id", "--draws", "50").stdout
    same = written(tmp_path, "same.csv", "unit,A,B\n1,x,x\n2,x,x\n")
    assert "undefined" in dashat("agreement", str(same)).stdout
    assert all(
        one["value"] is None for one in json.loads(dashat("agreement", str(same), "--json").stdout)["coefficients"][1:]
    )


def test_the_command_gives_each_code_by_itself(tmp_path):
    rows = [f"{u},{coder},often\n" for u in range(8) for coder in "AB"] + [
        "9,A,rare\n",
        "9,B,rare\n",
        "10,A,other\n",
        "10,B,often\n",
    ]
    path = written(tmp_path, "codes.csv", "unit,coder,code\n" + "".join(rows))
    found = json.loads(dashat("agreement", str(path), "--sets", "--by", "code", "--json").stdout)["coefficients"]
    reasons = {(one["code"], one["coefficient"]): one["reason"] for one in found}
    assert reasons["rare", "alpha"] == "too rare"
    assert reasons["often", "alpha"] is None


def test_misuse_and_bad_tables_end_with_2_and_1(tmp_path):
    path = written(tmp_path, "bad.csv", "unit,A\n1,x\n")
    assert dashat("agreement", str(path), "--metric", "cubic").returncode == 2
    assert dashat("agreement", str(path), "--by", "coder").returncode == 2
    found = dashat("agreement", str(path))
    assert (found.returncode, found.stderr.count("\n")) == (1, 1)
