"""Files that coding programs wrote, against the answers that others read out of them (``../shared/real/qda/expected.csv``)."""

from __future__ import annotations

import csv
import importlib.util
import json
import os
import sys
from functools import cache
from pathlib import Path

import pytest
from conftest import SHARED

from dashat_lib.coded_project.summary import matching
from dashat_lib.errors import DashatError
from dashat_lib.loaders.read_project import read_project

REAL = Path(os.environ.get("DASHAT_REAL", SHARED / "real")) / "qda"
ACCEPT = SHARED / "accept" / "qda.py"
REFUSED = ("refuse", "clear error")
pytestmark = pytest.mark.skipif(
    not (REAL / "expected.csv").is_file() or not ACCEPT.is_file(), reason="the real files are not beside the repository"
)


@cache
def accept():
    """The acceptance script as a module: which word of the answers is which of our keys."""
    sys.path.insert(0, str(ACCEPT.parent))
    try:
        spec = importlib.util.spec_from_file_location("accept_qda", ACCEPT)
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
    finally:
        sys.path.remove(str(ACCEPT.parent))
    return module


def answers():
    if not (REAL / "expected.csv").is_file():
        return []
    files = {}
    with (REAL / "expected.csv").open(encoding="utf-8", newline="") as table:
        for row in csv.DictReader(table):
            files.setdefault(row["file"], []).append((row["what"], row["value"]))
    return list(files.items())


@pytest.mark.parametrize(("file", "rows"), answers(), ids=[file for file, _ in answers()])
def test_a_file_holds_what_others_found_in_it(file, rows):
    script, kind = accept(), file.rsplit(".", 1)[-1]
    if any(what == "must" and value.startswith(REFUSED) for what, value in rows):
        with pytest.raises(DashatError, match=Path(file).name):
            read_project(REAL / file)
        return
    summary = json.loads(json.dumps(read_project(REAL / file).summary(texts=True)))
    wrong = []
    for label, value in rows:
        what, _, argument = label.partition(":")
        if what in script.SKIPPED or (kind, what) in script.SKIPPED_BY_KIND:
            continue  # remarks, and how a reader that counts wrongly would fare
        if what == "must":
            assert summary["load_report"], label
        elif found := script.special(what, argument, value, summary, REAL / file):
            wrong += [] if found[2] else [(label, *found[:2])]
        else:
            expression = script.ANSWERS_BY_KIND.get((kind, what)) or script.ANSWERS[what]
            got = script.evaluate(expression, argument, summary)
            wrong += [] if isinstance(got, int | float) and abs(got - float(value)) < 1e-9 else [(label, value, got)]
    assert wrong == []


# (file, segments with a stored quote, of which the text at the place is the same): RQDA's two rows differ in the file itself,
# FORMATS.md section 4; the others by ``codings_whose_range_equals_...`` and ``highlights_whose_bytes_equal_...`` of expected.csv.
SHARES = [
    ("taguette/heat_plan/project.sqlite3", 15, 15),
    ("taguette/serdif_project.sqlite3", 1794, 1794),
    ("rqda/opcw_annual_reports.rqda", 1023, 1021),
    ("rqda/opcw_dg_statements.rqda", 21, 21),
    ("qualcoder/interviews_masked.qda", 753, 753),
]


@pytest.mark.parametrize(("file", "n", "same"), SHARES, ids=[file for file, _, _ in SHARES])
def test_segments_say_at_their_place_what_the_program_stored(file, n, same):
    assert matching(read_project(REAL / file)) == (n, same)
