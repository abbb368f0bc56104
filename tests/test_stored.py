"""What is committed is what the data give: results, and the verification of the study itself."""

from __future__ import annotations

from conftest import ROOT

from dashat_lib import audit_trail, fingerprint, pipeline, processed
from dashat_lib.loaders.case import read_case
from dashat_lib.provenance import row_hashes


def test_the_stored_results_are_what_the_data_give():
    """With the full number of draws; the notebooks find the stages computed then."""
    case = read_case(ROOT)
    results = pipeline.computed(case)
    made = {name: fingerprint.of_bytes(content) for name, content in processed.files(results).items()}
    stored = fingerprint.of_files(ROOT / "data/processed", (ROOT / "data/processed").glob("*.csv"))
    beside = {"audit_trail.csv", "annotations.csv", "raw_rows.csv"}
    assert {name: digest for name, digest in stored.items() if name not in beside} == made
    annotations = processed.csv_bytes(audit_trail.cited(case, results))
    assert annotations == (ROOT / "data/processed/annotations.csv").read_bytes()
    assert processed.csv_bytes(row_hashes(case)) == (ROOT / "data/processed/raw_rows.csv").read_bytes()
