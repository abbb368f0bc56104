"""A bundle is the study and nothing else, the same bytes each time; a dangerous zip is refused with a line and writes nothing."""

from __future__ import annotations

import io
import json
import os
import re
import shutil
import stat
import struct
import subprocess
import sys
import time
import zipfile

import pandas as pd
import pytest
from conftest import NOTEBOOK, ROOT
from test_verify import mended

from dashat_lib import bundle, fingerprint, pipeline, processed, proof, readme, verify
from dashat_lib import study as studies
from dashat_lib.errors import DashatError
from dashat_lib.loaders.case import read_case
from dashat_lib.loaders.opening import Limits, opened, unpack
from dashat_lib.words import reader

COMMAND = [sys.executable, "-m", "dashat_lib.cli"]


@pytest.fixture(scope="module")
def zipped(study, tmp_path_factory):
    return bundle.bundle(study, tmp_path_factory.mktemp("bundle") / "kajian.zip").path


@pytest.fixture
def quick(study, monkeypatch):
    """What is computed anew is taken from the study; one test has all of it computed."""
    monkeypatch.setattr(verify.pipeline, "run", lambda folder, **_: pipeline.Run())
    real = verify.compared
    monkeypatch.setattr(verify, "compared", lambda folder, copy, **words: real(folder, study, **words))


def changed(path, to, change):
    """A copy of a zip with its members, name -> content, changed."""
    with zipfile.ZipFile(path) as archive:
        members = {one.filename: archive.read(one) for one in archive.infolist()}
    change(members)
    with zipfile.ZipFile(to, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return to


def listed(members):
    """Write the list of a bundle anew, as who hides a change would."""
    about = json.loads(members[bundle.LIST])
    about["files"] = {
        name: {"sha256": fingerprint.of_bytes(content), "bytes": len(content)}
        for name, content in members.items()
        if name != bundle.LIST
    }
    members[bundle.LIST] = processed.json_bytes(about)


# ---- the zip ---------------------------------------------------------------------------------------------------------


def test_a_bundle_holds_the_study_and_nothing_of_the_machine(study, zipped):
    with zipfile.ZipFile(zipped) as archive:
        names = archive.namelist()
        assert names[0] == bundle.LIST
        assert names[1:] == sorted(names[1:])
        assert {"data/raw/evidence.csv", "data/processed/facts.csv", "data/processed/annotations.jsonld", NOTEBOOK, "requirements.lock", "README.md"} <= set(names)  # fmt: skip
        assert not [one for one in names if ".dashat" in one or one.endswith((".pkl", ".pyc"))]
        about = json.loads(archive.read(bundle.LIST))
        assert set(about["files"]) == set(names) - {bundle.LIST}
        assert about["study"] == studies.study_hash(study)
        assert (about["made_from"], about["mended"]) == (None, [])
        assert {"HOW_TO_VERIFY.md", "HOW_TO_VERIFY.id.md"} <= set(names)
        how = archive.read("HOW_TO_VERIFY.md").decode()
        assert about["versions"]["pandas"] == pd.__version__
        everything = b"".join(archive.read(one) for one in names)
    assert str(study).encode() not in everything
    assert all(word in how for word in (fingerprint.of_package(), about["versions"]["dashat"], "minutes", "- hash:", "- lock:", "- manifest:"))  # fmt: skip


def test_what_the_readmes_of_a_bundle_link_to_is_in_it():
    names = set(bundle.members(ROOT))
    assert {"data/README.md", "docs/verify.md", "docs/verify.id.md"} <= names
    for name in [one for one in names if one.endswith(".md") and not one.startswith("docs/decisions/")]:
        text = (ROOT / name).read_text(encoding="utf-8")
        for link in re.findall(r"\]\(([^)#:]+)\)", text):
            assert os.path.normpath(os.path.join(os.path.dirname(name), link)) in names, (name, link)


def test_results_that_were_changed_by_hand_are_mended_named_and_listed(study, tmp_path, capsys):
    folder = tmp_path / "kajian"
    shutil.copytree(study, folder)
    path = folder / "data/processed/facts.csv"
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    row = next(at for at, line in enumerate(lines, start=1) if line.startswith("n_sources,"))
    value = lines[row - 1].split(",")[1]
    lines[row - 1] = lines[row - 1].replace(f",{value},", f",{int(value) + 1},", 1)
    path.write_text("".join(lines), encoding="utf-8", newline="\n")
    made = bundle.bundle(folder, tmp_path / "a.zip")
    assert [(one.file, one.where, one.column) for one in made.mended] == [("data/processed/facts.csv", f"row {row} (n_sources)", "value")]  # fmt: skip
    proof.show_bundle(made, reader("en"))
    said = capsys.readouterr().out
    assert f'was mended: data/processed/facts.csv, row {row} (n_sources), value: stored: "{int(value) + 1}"; computed again: "{value}"' in said  # fmt: skip
    assert f"study hash {studies.study_hash(folder)}" in said
    assert f"SHA-256 of the zip: {fingerprint.of_file(made.path)}" in said
    assert "No restricted documents" in said
    with zipfile.ZipFile(made.path) as archive:
        assert f"{len(archive.namelist())} files" in said
        (listed_,) = json.loads(archive.read(bundle.LIST))["mended"]
        assert (listed_["stored"], listed_["computed"]) == (str(int(value) + 1), value)
        assert archive.read("data/processed/facts.csv") == (study / "data/processed/facts.csv").read_bytes()


def test_a_false_readme_or_report_is_refused_with_its_line_and_the_way_to_mend_it(study, tmp_path):
    folder = tmp_path / "kajian"
    shutil.copytree(study, folder)
    path = folder / "README.md"
    text = path.read_text(encoding="utf-8")
    line, said = next((at, one) for at, one in enumerate(text.splitlines(), start=1) if re.match(r"\d+ sources", one))
    false = re.sub(r"\d+", "108000", said, count=1)
    path.write_text(text.replace(said, false, 1), encoding="utf-8", newline="\n")
    page = folder / "reports/displays.id.html"
    page.write_bytes(page.read_bytes().replace(b"</p>", b"!</p>", 1))
    run = subprocess.run([*COMMAND, "bundle", str(tmp_path / "a.zip"), "--case", str(folder), "--lang", "en"], capture_output=True, text=True, encoding="utf-8", check=False)  # fmt: skip
    assert run.returncode == 1
    assert f"README.md: line {line} says “108000 sources" in run.stderr
    assert "make readme" in run.stderr
    assert "reports/displays.id.html" in run.stderr
    assert "dashat report" in run.stderr
    assert "Traceback" not in run.stderr
    assert not (tmp_path / "a.zip").exists()
    assert "108000 sources" in path.read_text(encoding="utf-8")  # named, not mended


def test_equal_studies_give_equal_bytes_in_another_folder_time_zone_language_and_hash_seed(study, zipped, tmp_path):
    shutil.copytree(study, tmp_path / "lain")
    env = {**os.environ, "TZ": "Asia/Jayapura", "LANG": "C", "LC_ALL": "C", "PYTHONHASHSEED": "99"}
    out = tmp_path / "b.zip"
    run = subprocess.run([*COMMAND, "bundle", str(out), "--case", str(tmp_path / "lain"), "--lang", "id"], env=env, capture_output=True, text=True, encoding="utf-8", check=False)  # fmt: skip
    assert run.returncode == 0, run.stderr
    assert "Untuk memeriksanya" in run.stdout
    assert out.read_bytes() == zipped.read_bytes()
    again = subprocess.run([*COMMAND, "bundle", str(out), "--case", str(tmp_path / "lain")], env=env, capture_output=True, text=True, encoding="utf-8", check=False)  # fmt: skip
    assert again.returncode == 1
    assert "--force" in again.stderr


def test_an_untouched_bundle_is_verified_elsewhere(zipped, tmp_path):
    """All of it, by the command, in another folder, time zone, language and with another hash seed."""
    (tmp_path / "tmp").mkdir()
    shutil.copy(zipped, tmp_path / "kiriman.zip")
    env = {**os.environ, "TZ": "America/Lima", "LANG": "C", "LC_ALL": "C", "PYTHONHASHSEED": "3", "TMPDIR": str(tmp_path / "tmp")}  # fmt: skip
    run = subprocess.run([*COMMAND, "verify", "kiriman.zip", "--lang", "en"], cwd=tmp_path, env=env, capture_output=True, text=True, check=False)  # fmt: skip
    assert run.returncode == 0, run.stdout + run.stderr
    assert "Everything that was compared is what the data give." in run.stdout
    assert "No restricted documents: nothing was left out." in run.stdout
    assert f"SHA-256 of the zip: {fingerprint.of_file(zipped)}" in run.stdout
    assert "Compare the study hash, or the SHA-256 of the zip" in run.stdout
    assert re.search(r"^1/\d+ check$", run.stderr, flags=re.M)  # a sign of life for each step
    assert re.search(r"^\d+/\d+ 00_start_here\.ipynb$", run.stderr, flags=re.M)
    with zipfile.ZipFile(zipped) as archive:
        n = len(archive.namelist())
        assert json.loads(archive.read(bundle.LIST))["study"][:16] in run.stdout
    assert re.search(rf"files of the bundle\W+{n}\W", run.stdout)
    assert sorted(one.name for one in tmp_path.rglob("*")) == ["kiriman.zip", "tmp"]


def test_a_file_added_to_the_zip_is_named_listed_or_not(zipped, tmp_path, quick):
    for at, hide in enumerate((False, True)):

        def add(members, hide=hide):
            members["data/notes.bin"] = b"x"
            members["data/raw/more.csv"] = b"a\n1\n"
            if hide:
                listed(members)

        found = bundle.verify_bundle(changed(zipped, tmp_path / f"{at}.zip", add))
        assert {one.file for _, one in found.differences} == {"data/notes.bin", "data/raw/more.csv"}


def test_a_number_changed_with_every_hash_mended_is_named(zipped, tmp_path, quick):
    folder = tmp_path / "in"
    folder.mkdir()
    unpack(zipped, folder, bundle.LIMITS)
    path = folder / "data/processed/facts.csv"
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    row = next(at for at, line in enumerate(lines, start=1) if line.startswith("n_sources,"))
    lines[row - 1] = lines[row - 1].replace(",109,", ",110,", 1)
    path.write_text("".join(lines), encoding="utf-8", newline="\n")
    mended(folder)

    def put(members):
        for name in members:
            members[name] = (folder / name).read_bytes()
        listed(members)

    found = bundle.verify_bundle(changed(zipped, tmp_path / "mended.zip", put))
    assert ("data/processed/facts.csv", f"row {row} (n_sources)", "value") in [
        (one.file, one.where, one.column) for _, one in found.differences
    ]


def test_a_file_missing_or_changed_is_named(zipped, tmp_path, quick):
    def change(members):
        members["README.md"] += b"\n"
        del members["docs/figures/network.id.png"]

    found = bundle.verify_bundle(changed(zipped, tmp_path / "c.zip", change))
    assert {(part, one.file) for part, one in found.differences} == {("files", "README.md"), ("files", "docs/figures/network.id.png")}  # fmt: skip


# ---- restricted documents --------------------------------------------------------------------------------------------


def test_texts_of_restricted_documents_are_left_out_and_said_so(study, tmp_path, monkeypatch, capsys):
    few = ("overview", "indicators", "outcomes")  # quick: what the notebook and the READMEs show
    monkeypatch.setattr(pipeline, "STAGES", tuple(one for one in pipeline.STAGES if one.name in few))
    folder = tmp_path / "terbatas"
    shutil.copytree(study, folder)
    sources = folder / "data/raw/sources.csv"
    table = pd.read_csv(sources, dtype="str", keep_default_na=False)
    case = read_case(folder)
    closed = case.evidence["source_id"].value_counts().index[0]
    table["access"] = table["source_id"].eq(closed).map({True: "restricted", False: ""})
    sources.write_text(table.to_csv(index=False, lineterminator="\n"), encoding="utf-8", newline="\n")
    mine = case.evidence[case.evidence["source_id"] == closed]
    (folder / "data/texts").mkdir()
    (folder / f"data/texts/{closed}.txt").write_text("a document that nobody quotes", encoding="utf-8")
    with pytest.raises(DashatError, match="make readme"):  # its picture was drawn of the tables before
        bundle.bundle(folder, tmp_path / "t.zip")
    readme.write(folder)
    path = (
        folder / "data/processed/coverage.csv"
    )  # a result changed by hand, with a text that must not leave the folder
    path.write_bytes(path.read_bytes() + f'"{mine["text_en"].iloc[0]}",1\n'.encode())
    made = bundle.bundle(folder, tmp_path / "t.zip")
    assert set(mine["evidence_id"]) <= set(made.withheld["row_id"])
    with zipfile.ZipFile(made.path) as archive:
        everything = b"\n".join(archive.read(one) for one in archive.namelist()).decode("utf-8", errors="ignore")
        about = json.loads(archive.read(bundle.LIST))
        evidence = pd.read_csv(io.BytesIO(archive.read("data/raw/evidence.csv")), dtype="str")
    assert [text for text in [*mine["text_en"], *mine["text_id"]] if text in everything] == []
    assert "a document that nobody quotes" not in everything
    assert {"evidence", "texts"} <= set(made.withheld["table"])
    withheld = evidence.set_index("evidence_id").loc[mine["evidence_id"]]
    assert (withheld["text_en"] == "[withheld]").all()
    assert (withheld["text_id"] == "[tidak disertakan]").all()
    assert [one.file for one in made.mended] == ["data/processed/coverage.csv"]
    assert len(about["mended"]) == 1
    assert not [one for one in about["mended"] if set(one) != {"file", "where", "column"} or "(" in one["where"]]
    assert about["made_from"] == {"study": studies.study_hash(folder), "data": fingerprint.data_hash(fingerprint.raw_files(folder))}  # fmt: skip
    assert about["made_from"]["study"] != about["study"] == made.study
    assert {one["row_id"] for one in about["withheld"]} == set(made.withheld["row_id"])
    assert about["moved_by_withholding"] == made.moved["name"].drop_duplicates().tolist()
    assert read_case(folder).evidence.equals(case.evidence)  # the case itself keeps its texts
    found = bundle.verify_bundle(made.path)
    assert found.fine
    assert (found.study, dict(found.made_from)) == (about["study"], about["made_from"])
    assert any("restricted" in text and "addresses remain" in text for text, _ in found.notes)
    proof.show(found, reader("en"))
    page = " ".join(capsys.readouterr().out.split())
    assert about["study"][:16] in page
    assert about["made_from"]["study"][:16] in page


def test_a_bundle_of_another_version_names_both_versions_and_code_hashes(zipped, tmp_path, quick):
    def change(members):
        about = json.loads(members[bundle.LIST])
        about["code"], about["versions"]["dashat"] = "f" * 64, "0.0.1"
        members[bundle.LIST] = processed.json_bytes(about)

    found = bundle.verify_bundle(changed(zipped, tmp_path / "v.zip", change))
    said = [reader("en")(text, **values) for text, values in found.notes]
    mine = fingerprint.of_package()[:16]
    assert any("dashat 0.0.1 (code ffffffffffffffff)" in one and f"(code {mine})" in one for one in said)


def test_a_document_without_rows_is_withheld_too_and_so_is_what_doubters_and_auditors_say(copy_of_case):
    sources = copy_of_case / "data/raw/sources.csv"
    table = pd.read_csv(sources, dtype="str", keep_default_na=False)
    case = read_case(copy_of_case)
    row = case.audit[case.audit["note"].notna()].iloc[0]
    closed = case.evidence.set_index("evidence_id").at[row["evidence_id"], "source_id"]
    table["access"] = table["source_id"].eq(closed).map({True: "restricted", False: "open"})
    sources.write_text(table.to_csv(index=False, lineterminator="\n"), encoding="utf-8", newline="\n")
    (copy_of_case / "data/coders").mkdir()
    said = (
        f"coder,coder_type,evidence_id,code_id,stance,memo\nragu,person,{row['evidence_id']},leadership,for,rahasia\n"
    )
    (copy_of_case / "data/coders/ragu.csv").write_text(said, encoding="utf-8", newline="\n")
    found = bundle.withheld_texts(read_case(copy_of_case))
    bundle._withhold(copy_of_case, found)
    assert {"audit", "second_codings"} <= set(found["table"])
    assert row["note"] not in (copy_of_case / "data/raw/audit.csv").read_text(encoding="utf-8")
    assert "rahasia" not in (copy_of_case / "data/coders/ragu.csv").read_text(encoding="utf-8")
    read_case(copy_of_case)  # a case still


# ---- dangerous files -------------------------------------------------------------------------------------------------


def a_zip(path, *members, method=zipfile.ZIP_DEFLATED):
    with zipfile.ZipFile(path, "w", method) as archive:
        for name, content in members:
            info = name if isinstance(name, zipfile.ZipInfo) else zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
            info.compress_type = method
            archive.writestr(info, content)
    return path


def link(name):
    info = zipfile.ZipInfo(name)
    info.create_system, info.external_attr = 3, (stat.S_IFLNK | 0o777) << 16
    return info


def zeros(path):
    """A member that says to be, and is, 10 GB of zeros."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive, archive.open("data/zeros.csv", "w", force_zip64=True) as member:  # fmt: skip
        part = bytes(1 << 24)
        for _ in range(8):
            member.write(part)
    return claiming(path, 10 << 30)


def claiming(path, size):
    """Have the directory of a zip say another size of its one member (a zip64 field holds it)."""
    content = path.read_bytes()
    at = content.rindex(b"PK\x01\x02")
    head = bytearray(content[at:])
    struct.pack_into("<L", head, 24, min(size, 0xFFFFFFFE))
    path.write_bytes(content[:at] + bytes(head))
    return path


DANGEROUS = {
    "outside": lambda path: a_zip(path, ("../evil.txt", b"x")),
    "deep outside": lambda path: a_zip(path, ("data/../../evil.txt", b"x")),
    "absolute": lambda path: a_zip(path, ("/evil.txt", b"x")),
    "drive": lambda path: a_zip(path, ("C:/evil.txt", b"x")),
    "backslash": lambda path: a_zip(path, ("..\\evil.txt", b"x")),
    "link": lambda path: a_zip(path, (link("data"), b"/etc")),
    "zeros": zeros,
    "many": lambda path: a_zip(path, *((f"data/raw/{at}.csv", b"") for at in range(6000)), method=zipfile.ZIP_STORED),
    "twice": lambda path: a_zip(path, ("data/a.csv", b"x"), ("DATA/A.csv", b"y")),
    "control": lambda path: a_zip(path, ("data/a\x1b[2J.csv", b"x")),
    "device": lambda path: a_zip(path, ("data/con.csv", b"x")),
    "empty": lambda path: (path.write_bytes(b"") and path) or path,
    "no zip": lambda path: path.write_bytes(b"PK\x03\x04 and then nothing") and path,
}


@pytest.mark.parametrize("name", DANGEROUS)
def test_a_dangerous_or_broken_zip_is_refused_in_seconds_with_a_line_and_writes_nothing(name, tmp_path):
    (tmp_path / "tmp").mkdir()
    path = DANGEROUS[name](tmp_path / "a.zip")
    env = {**os.environ, "TMPDIR": str(tmp_path / "tmp")}
    begin = time.monotonic()
    run = subprocess.run([*COMMAND, "verify", str(path), "--lang", "en"], cwd=tmp_path, env=env, capture_output=True, text=True, check=False, timeout=60)  # fmt: skip
    assert time.monotonic() - begin < 20
    assert run.returncode == 1
    assert run.stderr.startswith("a.zip: ")
    assert run.stderr.count("\n") == 1
    assert "\x1b" not in run.stderr
    assert "Traceback" not in run.stdout + run.stderr
    assert sorted(one.name for one in tmp_path.rglob("*")) == ["a.zip", "tmp"]


def planted(zipped, to, name, content):
    def add(members):
        members[name] = content
        listed(members)

    return changed(zipped, to, add)


def test_a_nested_zip_is_refused_and_a_workbook_of_a_report_is_not(zipped, tmp_path):
    inner = a_zip(tmp_path / "inner.zip", ("a", b"b")).read_bytes()
    with pytest.raises(DashatError, match="archive itself"):
        bundle.verify_bundle(planted(zipped, tmp_path / "n.zip", "data/raw/inner.csv", inner))
    folder = tmp_path / "out"
    folder.mkdir()
    assert "reports/x.xlsx" in unpack(planted(zipped, tmp_path / "x.zip", "reports/x.xlsx", inner), folder, bundle.LIMITS)  # fmt: skip


@pytest.mark.parametrize("share", [0.02, 0.3, 0.7, 0.999])
def test_a_truncated_bundle_is_refused(zipped, tmp_path, share):
    content = zipped.read_bytes()
    (tmp_path / "t.zip").write_bytes(content[: int(len(content) * share)])
    with pytest.raises(DashatError, match=r"t\.zip: "):
        bundle.verify_bundle(tmp_path / "t.zip")


@pytest.mark.parametrize("seed", range(5))
def test_a_bundle_with_a_flipped_byte_is_refused_or_the_difference_is_named(zipped, tmp_path, quick, seed):
    import numpy as np

    content = bytearray(zipped.read_bytes())
    at = int(np.random.default_rng([11, seed]).integers(len(content)))
    content[at] ^= 0x10
    (tmp_path / "f.zip").write_bytes(bytes(content))
    try:
        found = bundle.verify_bundle(tmp_path / "f.zip")
    except DashatError:
        return
    with zipfile.ZipFile(zipped) as one, zipfile.ZipFile(tmp_path / "f.zip") as other:
        same = [info.filename for info in one.infolist()] == other.namelist() and all(one.read(name) == other.read(name) for name in one.namelist())  # fmt: skip
    assert same or not found.fine  # a byte of a date or of a permission changes no file


def test_a_member_that_lies_about_its_size_is_stopped_as_it_unpacks(tmp_path):
    path = claiming(a_zip(tmp_path / "l.zip", ("data/a.csv", bytes(5000)), method=zipfile.ZIP_STORED), 10)
    (tmp_path / "out").mkdir()
    with pytest.raises(DashatError):
        unpack(path, tmp_path / "out", Limits())


def test_a_zip_that_is_no_bundle_says_how_to_make_one(tmp_path):
    with pytest.raises(DashatError, match="dashat bundle"):
        bundle.verify_bundle(a_zip(tmp_path / "a.zip", ("a.txt", b"x")))


def test_limits_are_those_given(tmp_path):
    path = a_zip(tmp_path / "a.zip", ("a", b"12345"), ("b", b"12345"))
    with opened(path, Limits()) as (_, infos):
        assert [one.filename for one in infos] == ["a", "b"]
    for limits in (Limits(members=1), Limits(member_bytes=4), Limits(total_bytes=9)):
        with pytest.raises(DashatError), opened(path, limits):
            pass
