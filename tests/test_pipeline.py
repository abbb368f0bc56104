"""A run: what is done is not done again, nothing is torn, a failing notebook is named."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time

import pytest
from conftest import with_cache

from dashat_lib import fingerprint, pipeline

COMMAND = [sys.executable, "-m", "dashat_lib.cli"]


def outputs(folder):
    return fingerprint.of_files(folder, (path for path in (folder / "data/processed").glob("*") if path.is_file()))


def cells(*sources):
    made = [
        {"cell_type": "code", "execution_count": None, "id": f"c{at}", "metadata": {}, "outputs": [], "source": source}
        for at, source in enumerate(sources)
    ]
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    return json.dumps({"cells": made, "metadata": {"kernelspec": kernel}, "nbformat": 4, "nbformat_minor": 5})


def test_an_unchanged_case_is_not_computed_again(finished):
    before = outputs(finished)
    again = pipeline.run(finished)
    assert (again.done, again.changed) == ([], [])
    assert outputs(finished) == before


def test_a_changed_table_remakes_the_stages_that_read_it(finished):
    path = finished / "data/raw/prevalence.csv"
    path.write_text(path.read_text(encoding="utf-8").replace(",7.59,", ",7.58,", 1), encoding="utf-8", newline="\n")
    again = pipeline.run(finished)
    assert again.done == ["outcomes", "claims", "claims.readings", "conclusions"]
    assert {"facts.csv", "prevalence_series.csv", "manifest.json"} <= set(again.changed)
    assert "indicator_verdicts.csv" not in again.changed


def test_a_result_edited_by_hand_is_put_right(finished):
    path = finished / "data/processed/facts.csv"
    right = path.read_bytes()
    path.write_bytes(right.replace(b"-4.2", b"-9.9"))
    assert "facts.csv" in pipeline.run(finished).changed
    assert path.read_bytes() == right


def test_raw_files_are_the_same_after_a_run(light_copy, run_once):
    assert fingerprint.raw_files(run_once) == fingerprint.raw_files(light_copy)


def test_a_bad_case_writes_nothing(light_copy):
    (light_copy / "data/raw/evidence.csv").write_bytes(b"")
    found = subprocess.run([*COMMAND, "run", str(light_copy)], capture_output=True, text=True, check=False)
    assert found.returncode == 1
    assert "evidence.csv: kosong" in found.stderr  # the first language of the case
    assert "Traceback" not in found.stderr
    assert not (light_copy / "data/processed").exists()


def test_hash_seeds_do_not_change_a_byte(light_copy, run_once):
    """The other run is that of this process, whose seed is another."""
    env = {**os.environ, "PYTHONHASHSEED": "12345"}
    subprocess.run([*COMMAND, "run", str(light_copy)], env=env, check=True, capture_output=True)
    assert outputs(light_copy) == outputs(run_once)


@pytest.mark.skipif(os.name == "nt", reason="SIGKILL is not a Windows signal")
@pytest.mark.parametrize("seconds", [1.0, 2.6])
def test_a_killed_run_leaves_whole_files_and_the_next_ends_alike(light_copy, finished, run_once, seconds):
    child = subprocess.Popen([*COMMAND, "run", str(light_copy)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    time.sleep(seconds)
    child.send_signal(signal.SIGKILL)
    child.wait()
    right = {name: digest for name, digest in outputs(finished).items() if name.endswith(".csv")}
    for name, digest in outputs(light_copy).items():
        assert name.endswith(".json") or digest == right[name], f"{name} is torn"
    pipeline.run(with_cache(light_copy, run_once))
    assert {name: digest for name, digest in outputs(light_copy).items() if name.endswith(".csv")} == right


def test_a_failing_notebook_is_named_with_cell_and_error_and_left_as_it_was(light_copy, run_once):
    folder = with_cache(light_copy, run_once) / "notebooks"
    folder.mkdir()
    (folder / "a.ipynb").write_text(cells("1 + 1"), encoding="utf-8")
    (folder / "b.ipynb").write_text(cells("1 + 1", "undefined_name"), encoding="utf-8")
    before = (folder / "b.ipynb").read_bytes()
    found = subprocess.run(
        [*COMMAND, "run", str(light_copy), "--lang", "en"], capture_output=True, text=True, check=False
    )
    assert found.returncode == 1
    assert "b.ipynb: cell 2 stopped with NameError: name 'undefined_name' is not defined." in found.stdout
    assert "Traceback" not in found.stdout + found.stderr
    assert (folder / "b.ipynb").read_bytes() == before
    assert '"execution_count": 1' in (folder / "a.ipynb").read_text(encoding="utf-8")


def test_the_data_package_is_accepted_by_frictionless(finished):
    frictionless = pytest.importorskip("frictionless", reason="a development tool")
    report = frictionless.Package(str(finished / "data/processed/datapackage.json")).validate()
    assert report.valid, report.flatten(["type", "note"])
