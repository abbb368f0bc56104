"""Whatever is changed by hand is named by file and row, with its hash mended or not; what is untouched is verified."""

from __future__ import annotations

import csv
import io
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from conftest import NOTEBOOK, ROOT

from dashat_lib import fingerprint, notebooks_run, pipeline, processed, proof, verify
from dashat_lib import study as studies
from dashat_lib.compare import DIFFERS, Difference, excerpts, files_differ, same_text
from dashat_lib.errors import DashatError
from dashat_lib.verify import locked, same_picture
from dashat_lib.words import reader

FACTS = "data/processed/facts.csv"


@pytest.fixture(scope="module")
def anew(study, tmp_path_factory):
    """The study as it is computed anew; that a verification computes all of it is held in test_bundle."""
    folder = tmp_path_factory.mktemp("anew") / "kajian"
    shutil.copytree(study, folder)
    return folder


@pytest.fixture
def copy(study, tmp_path):
    """A copy of the study to change."""
    shutil.copytree(study, tmp_path / "kajian", ignore=shutil.ignore_patterns(".dashat"))
    return tmp_path / "kajian"


@pytest.fixture
def found(anew):
    """What differs between a changed study and what the untouched one gives."""

    def compared(folder):
        return [(part, one.file, one.where, one.column) for part, one in verify.compared(folder, anew).differences]

    return compared


def edit(path, change):
    text = path.read_text(encoding="utf-8")
    after = change(text)
    assert after != text
    path.write_text(after, encoding="utf-8", newline="\n")


def mended(folder):
    """Give the manifest and the description of the results the hashes of the files as they stand."""
    for name in (processed.PACKAGE, processed.MANIFEST):
        path = folder / "data/processed" / name
        about = json.loads(path.read_text(encoding="utf-8"))
        if name == processed.PACKAGE:
            for one in about["resources"]:
                content = (path.parent / one["path"]).read_bytes()
                one["hash"], one["bytes"] = f"sha256:{fingerprint.of_bytes(content)}", len(content)
        else:
            about["results"] = {one: fingerprint.of_file(path.parent / one) for one in about["results"]}
            about["notebooks"] = {one.name: notebooks_run.outputs_hash(one) for one in notebooks_run.find(folder)}
            about["raw"] = fingerprint.raw_files(folder)
            about["data"] = fingerprint.data_hash(about["raw"])
        path.write_bytes(processed.json_bytes(about))


def with_cell(text, row, column, change):
    rows = list(csv.reader(io.StringIO(text)))
    at = rows[0].index(column)
    rows[row - 1][at] = change(rows[row - 1][at])
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows(rows)
    return out.getvalue()


def row_of(folder, fact):
    with (folder / FACTS).open(encoding="utf-8", newline="") as file:
        return next(at for at, row in enumerate(csv.reader(file), start=1) if row[0] == fact)


# ---- a whole verification --------------------------------------------------------------------------------------------


def test_an_untouched_study_is_what_it_is_computed_anew(copy, anew):
    done = verify.compared(copy, anew)
    assert (done.differences, done.pixels) == ((), True)
    assert min(done.compared.values()) > 0


def test_a_table_changed_with_every_hash_mended_is_found_as_all_is_computed(study, copy, monkeypatch):
    """The stages that read the table are computed, others taken from the study: the key of a stage says what it was computed from."""
    edit(copy / "data/raw/prevalence.csv", lambda text: text.replace(",7.59,", ",7.58,", 1))
    mended(copy)
    real = pipeline.run

    def run(folder, **_):
        shutil.copytree(study / ".dashat", folder / ".dashat")
        return real(folder, notebooks=False)

    monkeypatch.setattr(verify.pipeline, "run", run)
    before = fingerprint.of_files(copy, (path for path in copy.rglob("*") if path.is_file()))
    named = {(part, one.file) for part, one in verify.verify(copy).differences}
    assert {("results", "data/processed/outcome_series.csv"), ("results", FACTS)} <= named
    assert fingerprint.of_files(copy, (path for path in copy.rglob("*") if path.is_file())) == before


def test_a_case_that_was_not_run_is_refused_with_the_next_step(light_copy):
    run = subprocess.run([sys.executable, "-m", "dashat_lib.cli", "verify", str(light_copy), "--lang", "en"], capture_output=True, text=True, check=False)  # fmt: skip
    assert (run.returncode, run.stderr.count("\n")) == (1, 1)
    assert "dashat run" in run.stderr


@pytest.mark.skipif(os.name == "nt", reason="SIGKILL is not a Windows signal")
@pytest.mark.parametrize("stop", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
def test_a_killed_verification_leaves_nothing_behind(study, tmp_path, stop):
    env = {**os.environ, "TMPDIR": str(tmp_path)}
    child = subprocess.Popen([sys.executable, "-m", "dashat_lib.cli", "verify", str(study)], env=env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)  # fmt: skip
    for _ in range(200):
        if any(tmp_path.glob("dashat-verify-*/case/data/raw/*.csv")):
            break
        time.sleep(0.1)
    assert any(tmp_path.glob("dashat-verify-*/case/data/raw/*.csv"))
    time.sleep(2)
    child.send_signal(stop)
    child.wait()
    for _ in range(200):
        if not any(tmp_path.iterdir()):
            break
        time.sleep(0.1)
    assert list(tmp_path.iterdir()) == []


def test_a_proposal_and_reflexive_notes_go_with_the_study_that_is_computed_again(copy, tmp_path):
    (copy / "docs/proposal.md").write_text("What we expected.\n", encoding="utf-8")
    verify._copy(copy, tmp_path / "again")
    assert (tmp_path / "again/docs/proposal.md").read_text(encoding="utf-8") == "What we expected.\n"
    assert not (tmp_path / "again/data/processed").exists()


# ---- what is changed by hand -----------------------------------------------------------------------------------------


def test_one_byte_of_raw_data_is_named_with_its_row(copy, found):
    edit(copy / "data/raw/prevalence.csv", lambda text: text.replace(",7.59,", ",7.58,", 1))
    with (ROOT / "data/raw/prevalence.csv").open(encoding="utf-8") as file:
        row = next(one["prevalence_id"] for one in csv.DictReader(file) if one["prevalence_pct"] == "7.59")
    assert found(copy) == [("raw", "data/raw/prevalence.csv", "", None), ("raw", "data/raw/prevalence.csv", f"row {row}", None)]  # fmt: skip


def test_a_byte_of_raw_data_that_changes_no_cell_is_named(copy, found):
    edit(copy / "data/raw/places.csv", lambda text: text + "\n")
    assert found(copy) == [("raw", "data/raw/places.csv", "", None)]


def test_raw_data_that_are_no_case_any_more_are_named_with_what_is_wrong(copy):
    edit(copy / "data/raw/ties.csv", lambda text: text.replace("funds", "fands", 1))
    run = subprocess.run([sys.executable, "-m", "dashat_lib.cli", "verify", str(copy), "--lang", "en", "--json"], capture_output=True, text=True, check=False)  # fmt: skip
    assert run.returncode == 1
    named = json.loads(run.stdout)
    assert not named["fine"]
    assert any((one["file"], one["column"]) == ("ties.csv", "relation") for one in named["differences"])


@pytest.mark.parametrize("mend", [False, True])
def test_one_number_of_a_result_is_named_with_its_row_whatever_the_manifest_says(copy, found, mend):
    row = row_of(copy, "n_sources")
    edit(copy / FACTS, lambda text: with_cell(text, row, "value", lambda cell: str(int(cell) + 1)))
    if mend:
        mended(copy)
    named = found(copy)
    assert ("results", FACTS, f"row {row} (n_sources)", "value") in named
    assert {one[1] for one in named} <= {FACTS, "data/processed/manifest.json", "data/processed/datapackage.json"}


def test_a_number_in_its_last_digits_is_the_same_and_so_is_its_hash(copy, found):
    row = row_of(copy, "prevalence_change_ssgi_2021_2022")
    edit(copy / FACTS, lambda text: with_cell(text, row, "value", lambda cell: f"{float(cell) * (1 + 1e-10):.14g}"))
    mended(copy)
    assert found(copy) == []


def test_a_verdict_is_named(copy, found):
    row = row_of(copy, "shared-motivation.surakarta.verdict")
    edit(copy / FACTS, lambda text: with_cell(text, row, "value", lambda _: "supported"))
    mended(copy)
    assert ("results", FACTS, f"row {row} (shared-motivation.surakarta.verdict)", "value") in found(copy)


def test_a_swapped_row_is_named(copy, found):
    def swapped(text):
        lines = text.splitlines(keepends=True)
        lines[5], lines[6] = lines[6], lines[5]
        return "".join(lines)

    edit(copy / "data/processed/indicator_verdicts.csv", swapped)
    mended(copy)
    (one,) = found(copy)
    assert one[:2] == ("results", "data/processed/indicator_verdicts.csv")
    assert one[2].startswith("row 6 ")


def test_a_row_too_many_and_a_row_too_few_are_named_once(copy, found):
    edit(copy / "data/processed/coverage.csv", lambda text: text + text.splitlines()[-1] + "\n")
    edit(copy / "data/processed/multiplexity.csv", lambda text: "".join(text.splitlines(keepends=True)[:3] + text.splitlines(keepends=True)[4:]))  # fmt: skip
    mended(copy)
    named = found(copy)
    assert [one[1] for one in named] == ["data/processed/coverage.csv", "data/processed/multiplexity.csv"]
    assert named[1][2].startswith("row 4 ")


def test_a_file_too_many_and_a_file_too_few_are_named(copy, found):
    (copy / "data/processed/extra.csv").write_text("a\n1\n", encoding="utf-8")
    (copy / "data/raw/extra.csv").write_text("a\n1\n", encoding="utf-8")
    (copy / "data/processed/coverage.csv").unlink()
    named = {one[:2] for one in found(copy)}
    assert {("results", "data/processed/extra.csv"), ("results", "data/processed/coverage.csv"), ("raw", "data/raw/extra.csv")} <= named  # fmt: skip


def outputs(folder):
    return json.loads((folder / NOTEBOOK).read_text(encoding="utf-8"))


@pytest.mark.parametrize("mend", [False, True])
def test_one_number_in_a_notebook_output_is_named_with_its_cell(copy, found, mend):
    notebook = outputs(copy)
    cell, output = next(
        (at, one)
        for at, cell in enumerate(notebook["cells"], start=1)
        for one in cell.get("outputs", [])
        if re.search(r"\d", "".join(one.get("data", {}).get("text/markdown", [])))
    )
    lines = output["data"]["text/markdown"]
    at = next(at for at, line in enumerate(lines) if re.search(r"\d", line))
    lines[at] = re.sub(r"\d+", lambda number: str(int(number[0]) + 1), lines[at], count=1)
    (copy / NOTEBOOK).write_text(json.dumps(notebook, ensure_ascii=False), encoding="utf-8")
    if mend:
        mended(copy)
    named = [one for one in found(copy) if one[0] == "notebooks"]
    assert any(file == NOTEBOOK and where.startswith(f"cell {cell}, output") for _, file, where, _ in named)


def figure_in(notebook):
    return next(
        (at, one)
        for at, cell in enumerate(notebook["cells"], start=1)
        for one in cell.get("outputs", [])
        if "image/png" in one.get("data", {})
    )


def test_what_a_figure_shows_is_named_with_its_panel(copy, found):
    notebook = outputs(copy)
    cell, figure = figure_in(notebook)
    drawn = figure["metadata"]["image/png"]["dashat"]["drawn"]
    assert "1" in drawn
    drawn["1"] = {kind: "00000000" for kind in drawn["1"]}
    (copy / NOTEBOOK).write_text(json.dumps(notebook, ensure_ascii=False), encoding="utf-8")
    mended(copy)
    ((part, file, where, column),) = found(copy)
    assert (part, file, column) == ("figures", NOTEBOOK, "drawn")
    assert where.startswith(f"cell {cell}, ")


def test_another_picture_that_says_to_show_the_same_is_named_where_versions_agree(copy, found, anew):
    notebook = outputs(copy)
    _, figure = figure_in(notebook)
    import base64

    picture = base64.b64encode((ROOT / "docs/figures/network.en.png").read_bytes()).decode()
    figure["data"]["image/png"] = picture
    (copy / NOTEBOOK).write_text(json.dumps(notebook, ensure_ascii=False), encoding="utf-8")
    mended(copy)
    assert [one[:2] for one in found(copy)] == [("figures", NOTEBOOK)]
    other = verify.compared(copy, anew, versions={name: "0.0" for name in verify.DRAWN_BY})
    assert (other.fine, other.pixels) == (True, False)


def test_a_number_of_a_readme_is_named_with_its_line(copy, found):
    edit(copy / "README.md", lambda text: text.replace("109 sources", "108 sources", 1))
    line = next(at for at, one in enumerate((copy / "README.md").read_text(encoding="utf-8").splitlines(), start=1) if "108 sources" in one)  # fmt: skip
    assert found(copy) == [("readme", "README.md", f"README, line {line}", None)]


def test_a_cell_of_a_report_and_a_workbook_are_named(copy, found):
    table = copy / "reports/checklist.id.csv"
    rows = list(csv.reader(io.StringIO(table.read_text(encoding="utf-8"))))
    edit(table, lambda text: with_cell(text, 4, rows[0][-1], lambda cell: f"{cell}x"))
    edit(copy / "reports/displays.id.html", lambda text: text.replace("</p>", "!</p>", 1))
    workbook = copy / "reports/displays.id.xlsx"
    workbook.write_bytes(workbook.read_bytes()[:-1] + b"x")
    named = found(copy)
    assert {one[1] for one in named} == {"reports/checklist.id.csv", "reports/displays.id.html", "reports/displays.id.xlsx"}  # fmt: skip
    assert any(where.startswith("row 4 ") and column == rows[0][-1] for _, _, where, column in named)


def test_a_setting_that_the_results_were_not_made_with_is_named(copy, found):
    edit(copy / "dashat.toml", lambda text: text.replace("resamples = 20", "resamples = 21"))
    assert ("raw", "dashat.toml", "", None) in found(copy)


# ---- the page, and which study this is -------------------------------------------------------------------------------


def page(found, capsys, language="en"):
    proof.show(found, reader(language))
    return " ".join(capsys.readouterr().out.split())


def test_a_page_with_differences_says_not_proved_and_never_proved(copy, anew, capsys):
    edit(copy / "README.md", lambda text: text.replace("109 sources", "108 sources", 1))
    said = page(verify.compared(copy, anew), capsys)
    assert "Not proved; see the lines above." in said
    assert "Proved:" not in said
    assert 'README.md, README, line 9: stored: "108 sources' in said or '"108 sources' in said
    assert ".." not in said.replace("…", "")
    fine = page(verify.compared(anew, anew), capsys)
    assert "Proved: numbers" in fine
    assert "Not proved; see" not in fine
    assert "with the help of a machine" in fine
    assert "Compare the study hash with the one you were given." in fine


def test_the_study_hash_tells_settings_code_cells_and_library_apart_and_not_texts_of_notebooks(copy, monkeypatch):
    before, data = studies.study_hash(copy), fingerprint.data_hash(fingerprint.raw_files(copy))
    assert re.fullmatch("[0-9a-f]{64}", before)
    notebook = json.loads((copy / NOTEBOOK).read_text(encoding="utf-8"))
    text = next(cell for cell in notebook["cells"] if cell["cell_type"] == "markdown")
    text["source"] = ["something else"]
    for cell in notebook["cells"]:
        if cell["cell_type"] == "code":
            cell["outputs"] = []
    (copy / NOTEBOOK).write_text(json.dumps(notebook), encoding="utf-8")
    assert studies.study_hash(copy) == before
    code = next(cell for cell in notebook["cells"] if cell["cell_type"] == "code")
    code["source"] = ["1"]
    (copy / NOTEBOOK).write_text(json.dumps(notebook), encoding="utf-8")
    seen = [before, studies.study_hash(copy)]
    edit(copy / "dashat.toml", lambda text: text.replace("n_min = 5", "n_min = 4"))
    seen.append(studies.study_hash(copy))
    assert fingerprint.data_hash(fingerprint.raw_files(copy)) == data
    edit(copy / "data/raw/places.csv", lambda text: text + "\n")
    seen.append(studies.study_hash(copy))
    monkeypatch.setattr(fingerprint, "of_package", lambda: "another library")
    seen.append(studies.study_hash(copy))
    assert len(set(seen)) == 5


def test_json_holds_the_whole_study_hash_and_whole_values(copy, anew):
    row = row_of(copy, "n_sources")
    long = "word " * 100 + "end"
    edit(copy / FACTS, lambda text: with_cell(text, row, "how", lambda _: long))
    found = verify.compared(copy, anew)
    told = proof.record(found, reader("en"))
    assert told["study"] == studies.study_hash(copy)
    (one,) = [one for one in told["differences"] if one["column"] == "how"]
    assert one["stored"] == long
    assert len(one["what"]) < 300


def test_one_raw_change_ends_with_how_many_lines_are_in_the_raw_tables(copy, anew, capsys):
    edit(copy / "data/raw/prevalence.csv", lambda text: text.replace(",7.59,", ",7.58,", 1))
    edit(copy / "README.md", lambda text: text.replace("109 sources", "108 sources", 1))
    found = verify.compared(copy, anew)
    assert f"{len(found.differences)} differences, of which 2 in the raw tables; the others may follow from these" in page(found, capsys)  # fmt: skip


def test_a_cell_of_a_notebook_is_counted_with_text_cells_and_the_page_says_so():
    line = proof.line_of(Difference("n.ipynb", "cell 4, output 1, line 2", None, DIFFERS, "a", "b"), reader("en"))
    assert line == 'n.ipynb, cell 4, text cells counted, output 1, line 2: stored: "a"; computed again: "b"'


def test_what_the_manifest_says_is_told_in_words(copy, anew):
    path = copy / "data/processed/manifest.json"
    about = json.loads(path.read_text(encoding="utf-8"))
    about["results"]["facts.csv"] = about["notebooks"]["00_start_here.ipynb"] = about["lock"] = "0" * 64
    path.write_bytes(processed.json_bytes(about))
    said = [proof.line_of(one, reader("en")) for _, one in verify.compared(copy, anew).differences]
    assert len(said) == 3
    assert not [one for one in said if re.search("[0-9a-f]{12}", one)]
    assert any("outputs of this notebook" in one for one in said)


def test_the_manifests_hash_of_a_notebook_covers_what_it_shows_and_neither_cells_nor_pixels(copy):
    path = copy / NOTEBOOK
    before = notebooks_run.outputs_hash(path)
    notebook = outputs(copy)
    for cell in notebook["cells"]:
        cell["source"] = ["1"]
    _, figure = figure_in(notebook)
    figure["data"]["image/png"] = "AAAA"
    path.write_text(json.dumps(notebook), encoding="utf-8")
    assert notebooks_run.outputs_hash(path) == before
    figure["metadata"]["image/png"]["alt"] = "another"
    path.write_text(json.dumps(notebook), encoding="utf-8")
    assert notebooks_run.outputs_hash(path) != before


def test_a_missing_zip_is_no_such_file(tmp_path):
    run = subprocess.run([sys.executable, "-m", "dashat_lib.cli", "verify", "none.zip", "--lang", "en"], cwd=tmp_path, capture_output=True, text=True, check=False)  # fmt: skip
    assert (run.returncode, run.stderr.count("\n")) == (1, 1)
    assert "none.zip: no such file." in run.stderr


# ---- what is the same ------------------------------------------------------------------------------------------------


def test_numbers_in_a_text_are_the_same_by_a_relative_tolerance_and_words_exactly():
    assert same_text("a 0.30000000001 b", "a 0.3 b")
    assert not same_text("a 0.3001 b", "a 0.3 b")
    assert not same_text("a 0.3 b", "a 0.3 c")
    assert not same_text("a 1 2", "a 1")


def test_an_excerpt_is_cut_between_words_around_the_first_difference():
    words = [f"word{at}" for at in range(200)]
    one, other = " ".join(words), " ".join([*words[:100], "1,003", *words[101:]])
    a, b = excerpts(one, other)
    assert a.startswith("… word")
    assert a.endswith(" …")
    assert set(a.strip("… ").split()) <= set(words)
    assert "1,003" in b.split()
    assert "word100" in a.split()
    assert excerpts("short.", "brief.") == ("short.", "brief.")
    assert excerpts(f"<p class='a'>{one}</p>", f"<p class='b'>{other}</p>")[1].count("<") == 0
    assert len(excerpts("x" * 5000, "x" * 4000 + "y")[0]) < 300
    end = excerpts("a " * 100 + "end", "a " * 100)
    assert end[0].endswith("end")


def test_a_row_is_named_by_as_many_columns_as_tell_it_apart():
    old = b"network,measure,value\nall,density,1\nall,size,2\nmoney,density,3\n"
    (one,) = files_differ("t.csv", old, old.replace(b"size,2", b"size,5"))
    assert (one.where, one.column, one.stored, one.made) == ("row 3 (all / size)", "value", "2", "5")


def test_columns_that_differ_are_one_difference_and_no_table_is_one():
    assert files_differ("t.csv", b"a,b\n1,2\n", b"a,c\n1,2\n")[0].where == "row 1"
    assert len(files_differ("t.csv", b"", b"a\n1\n")) == 1
    assert isinstance(files_differ("t.csv", b"\xff\xfe", b"a\n1\n")[0], Difference)


def test_a_picture_with_a_shade_less_is_the_same_and_one_with_another_bar_is_not():
    from PIL import Image

    def png(pixels, said="x"):
        from PIL.PngImagePlugin import PngInfo

        info = PngInfo()
        info.add_text("Description", said)
        out = io.BytesIO()
        Image.frombytes("L", (4, 4), bytes(pixels)).save(out, format="PNG", pnginfo=info)
        return out.getvalue()

    plain = [200] * 16
    assert same_picture(png(plain), png([198, *plain[1:]]))
    assert not same_picture(png(plain), png([0, *plain[1:]]))
    assert not same_picture(png(plain), png(plain, "y"))
    assert not same_picture(png(plain), b"no picture")


def test_a_lock_names_the_versions_that_draw():
    assert set(verify.DRAWN_BY) <= set(locked(ROOT / "requirements.lock"))
    assert locked(Path("nowhere")) == {}


def test_where_no_temporary_folder_can_be_made_nothing_is_written_elsewhere(study, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(verify.tempfile, "gettempdir", lambda: str(tmp_path / "nowhere"))
    with pytest.raises(DashatError, match="no temporary folder"):
        verify.verify(study)
    assert list(tmp_path.iterdir()) == []
