"""The command: help, exit codes, JSON, and what it must not import."""

from __future__ import annotations

import csv
import io
import json
import os
import re
import subprocess
import sys

import pytest
from conftest import ROOT, SHARED


def dashat(*words, python=()):
    return subprocess.run(
        [sys.executable, *python, "-m", "dashat_lib.cli", *words], capture_output=True, text=True, check=False, cwd=ROOT
    )


@pytest.mark.parametrize("words", [("--help",), ("run",)])
def test_pandas_is_not_imported_for_help_or_an_unchanged_run(words, finished):
    found = dashat(*words, *([str(finished)] if words == ("run",) else []), python=("-X", "importtime"))
    assert found.returncode == 0
    assert "dashat_lib" in found.stderr
    assert "| pandas" not in found.stderr


@pytest.mark.parametrize(
    "command",
    ["check", "run", "why", "whatif", "measures", "template", "agreement", "report", "verify", "bundle", "doctor"],
)
def test_each_command_has_help_and_a_line_in_the_readme(command):
    found = dashat(command, "--help")
    assert found.returncode == 0
    assert "Usage" in found.stdout
    assert f"`dashat {command}" in (ROOT / "README.md").read_text(encoding="utf-8")


def test_check_is_silent_on_a_good_case_and_json_is_a_list():
    assert dashat("check").stdout == ""
    assert json.loads(dashat("check", "--json").stdout) == []


def test_check_ends_with_1_and_gives_records_on_a_bad_case(copy_of_case):
    path = copy_of_case / "data/raw/coders.csv"
    path.write_text(path.read_text(encoding="utf-8").replace("machine", "robot", 1), encoding="utf-8")
    found = dashat("check", str(copy_of_case), "--json")
    assert found.returncode == 1
    assert json.loads(found.stdout)[0] | {"what": "", "mend": ""} == {
        "file": "coders.csv", "row": 2, "column": "coder_type", "value": "robot", "what": "", "mend": "",
    }  # fmt: skip
    assert "baris 2, kolom coder_type" in dashat("check", str(copy_of_case), "--lang", "id").stdout


def test_a_folder_that_is_no_case_gets_a_line(tmp_path):
    found = dashat("run", str(tmp_path))
    assert (found.returncode, found.stderr.count("\n")) == (1, 1)
    assert f"dashat.toml: is not in {tmp_path}." in found.stderr


def test_misuse_ends_with_2():
    assert dashat("run", "--jobs", "0").returncode == 2
    assert dashat("check", "--lang", "xx").returncode == 2


def test_help_reads_as_it_did():
    """A text snapshot: ``tests/help.txt``; write it anew when a command changes."""
    found = []
    for words in (
        [],
        ["check"],
        ["run"],
        ["why"],
        ["whatif"],
        ["measures"],
        ["template"],
        ["agreement"],
        ["report"],
        ["verify"],
        ["bundle"],
        ["import"],
        ["export"],
        ["doctor"],
    ):
        command = [sys.executable, "-m", "dashat_lib.cli", *words, "--help"]
        plain = {**os.environ, "COLUMNS": "100", "TERM": "dumb", "NO_COLOR": "1"}
        for name in ("FORCE_COLOR", "GITHUB_ACTIONS", "DASHAT_LANG"):
            plain.pop(name, None)
        shown = subprocess.run(command, capture_output=True, text=True, check=True, cwd=ROOT, env=plain).stdout
        found.append("\n".join(line.rstrip() for line in shown.strip().splitlines()))
    assert "\n\n".join(found) + "\n" == (ROOT / "tests/help.txt").read_text(encoding="utf-8")


def test_every_dashat_command_of_the_readme_runs(tmp_path, finished):
    (tmp_path / "nodes.csv").write_text("id\na\nb\n", encoding="utf-8")
    (tmp_path / "edges.csv").write_text("source,target\na,b\n", encoding="utf-8")
    (tmp_path / "ratings.csv").write_text("unit,A,B\n1,x,x\n2,y,x\n", encoding="utf-8")
    words = {"why": ["n_sources"], "measures": [str(tmp_path)], "agreement": [str(tmp_path / "ratings.csv")]}
    words["report"] = [str(finished), "--out", str(tmp_path / "reports")]
    words["whatif"], words["run"] = ["--best", "--case", str(finished)], [str(finished)]
    words["template"] = [str(tmp_path / "sheet.xlsx"), "--coding", "doubter"]
    words["export"] = [str(tmp_path / "kajian.qdpx"), "--from", str(finished)]
    words["import"] = [str(tmp_path / "kajian.qdpx")]
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    commands = sorted(set(re.findall(r"`dashat (\w+)", text)))
    whole = {"bundle", "verify"}  # run in test_bundle, where they are all there is to wait for
    assert commands == ["agreement", "bundle", "check", "doctor", "export", "import", "measures", "report", "run", "template", "verify", "whatif", "why"]  # fmt: skip
    for command in (one for one in commands if one not in whole):
        assert dashat(command, *words.get(command, [])).returncode == 0


def test_why_prints_the_chain_as_text_and_as_csv():
    found = dashat("why", "n_rows.jebres", "--lang", "id")
    assert found.returncode == 0
    assert "5 baris" in found.stdout
    assert "Solopos" in found.stdout
    table = list(csv.DictReader(io.StringIO(dashat("why", "n_rows.jebres", "--csv").stdout)))
    assert {one["role"] for one in table} == {"counted", "looked_at", "defines"}
    assert sum(one["role"] == "counted" for one in table) == 5


def test_why_lists_facts_that_fit_a_pattern_and_refuses_an_unknown_name_with_a_line():
    assert "n_rows.kind.news\t180 rows" in dashat("why", "n_rows.kind.*", "--lang", "en").stdout
    assert dashat("why", "nothing-*").returncode == 1
    found = dashat("why", "n_source")
    assert (found.returncode, found.stderr.count("\n")) == (1, 1)
    assert "n_sources" in found.stderr


def test_check_names_what_a_changed_row_touches_and_run_says_what_moved(finished):
    path = finished / "data/raw/codings.csv"
    text = path.read_text(encoding="utf-8")
    path.write_text(
        text.replace("K0704,E019,mutual-trust,adjudicated,for", "K0704,E019,mutual-trust,adjudicated,against"),
        encoding="utf-8",
        newline="\n",
    )
    found = dashat("check", str(finished), "--lang", "en")
    assert "codings.csv K0704 (changed)" in found.stderr
    assert "shared-motivation.surakarta.n_for" in found.stderr
    ran = dashat("run", str(finished), "--lang", "en")
    assert "mutual-trust.surakarta.share_for: " in ran.stderr
    assert "changed since" not in dashat("check", str(finished), "--lang", "en").stderr


@pytest.fixture
def teams(tmp_path):
    """A folder of two relations with a loop, a doubled row and a group."""
    (tmp_path / "nodes.csv").write_text("id,label,sector\na,A,x\nb,B,x\nc,C,y\n", encoding="utf-8")
    rows = "source,target,relation,weight\na,b,funds,2\na,b,funds,1\nb,c,funds,\na,a,funds,1\nc,a,meets,0\n"
    (tmp_path / "edges.csv").write_text(rows, encoding="utf-8")
    (tmp_path / "meta.json").write_text('{"directed": true, "group": "sector"}', encoding="utf-8")
    return tmp_path


def test_measures_prints_one_json_object_of_views(teams):
    found = json.loads(dashat("measures", str(teams), "--json", "--stacked").stdout)
    assert set(found) == {"funds", "meets", "all_relations"}
    assert found["funds"]["edge_rows"] == {
        "read": 4,
        "self_loops": 1,
        "duplicates": 1,
        "missing_weight": 1,
        "zero_weight": 0,
    }
    assert found["funds"]["network"]["n_ties"] == 2
    assert found["meets"]["network"]["reciprocity"] is None
    assert found["funds"]["brokerage"]["nodes"]["gatekeeper"] == [0, 0, 0]
    assert found["funds"]["brokerage"]["nodes"]["representative"] == [0, 1, 0]
    assert "betweenness" not in json.loads(dashat("measures", str(teams), "--json", "--quick").stdout)["funds"]["nodes"]


def test_measures_as_text_says_why_a_value_is_undefined(teams):
    found = dashat("measures", str(teams), "--lang", "id")
    assert found.returncode == 0
    assert "tidak terdefinisi (tidak ada hubungan)" in found.stdout


def test_measures_names_strangers_and_an_unknown_group(teams):
    (teams / "edges.csv").write_text("source,target,relation\na,zzz,funds\n", encoding="utf-8")
    found = dashat("measures", str(teams), "--json")
    assert (found.returncode, found.stdout) == (1, "")
    assert "'zzz' is not in nodes.csv" in found.stderr
    (teams / "edges.csv").write_text("source,target,relation\na,b,funds\n", encoding="utf-8")
    assert dashat("measures", str(teams), "--group", "nothing").returncode == 2


@pytest.mark.skipif(not (SHARED / "accept").is_dir(), reason="the acceptance scripts are not there")
@pytest.mark.parametrize(
    "words", [["--micro"], ["--only", "florentine"], ["--only", "ht_managers"], ["--only", "dhhs_tobacco"]]
)
def test_the_acceptance_rows_of_small_networks_pass(words):
    command = f"{sys.executable} -m dashat_lib.cli"
    script = [sys.executable, str(SHARED / "accept/networks.py"), "--command", command, *words]
    found = subprocess.run(script, capture_output=True, text=True, check=False, cwd=ROOT)
    assert found.returncode == 0, found.stdout[-2000:]
