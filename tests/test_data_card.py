"""The data card counts what is there."""

from __future__ import annotations

import csv
import re

from conftest import ROOT


def test_the_data_card_gives_the_rows_of_each_table_in_both_languages():
    text = (ROOT / "data/README.md").read_text(encoding="utf-8")
    said = re.findall(r"^\| (\w+)\.csv \| (\d+) \|", text, flags=re.M)
    tables = {path.stem for path in (ROOT / "data/raw").glob("*.csv")}
    assert sorted(name for name, _ in said) == sorted([*tables, *tables])
    for name, rows in said:
        with (ROOT / f"data/raw/{name}.csv").open(encoding="utf-8", newline="") as file:
            assert len(list(csv.DictReader(file))) == int(rows), name
