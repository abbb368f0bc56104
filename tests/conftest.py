"""Shared fixtures; every test runs without network."""

from __future__ import annotations

import os
import shutil
import socket
import time
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
SHARED = Path(os.environ.get("DASHAT_SHARED", ROOT.parent / "shared"))


@pytest.fixture(autouse=True)
def no_network(monkeypatch):
    """Refuse every connection but loopback (kernels talk over it)."""
    connect = socket.socket.connect

    def guarded(self, address):
        if self.family in (socket.AF_INET, socket.AF_INET6) and address[0] not in ("127.0.0.1", "::1", "localhost"):
            raise AssertionError(f"the library asked for the network: {address}")
        return connect(self, address)

    monkeypatch.setattr(socket.socket, "connect", guarded)


@pytest.fixture(scope="session")
def case():
    from dashat_lib.loaders.case import read_case

    return read_case(ROOT)


def copied(folder):
    """The case's data and settings in `folder`, without notebooks, with few random draws."""
    for name in ("raw", "rivals"):
        shutil.copytree(ROOT / "data" / name, folder / "data" / name)
    settings = (ROOT / "dashat.toml").read_text(encoding="utf-8")
    few = settings.replace("resamples = 500", "resamples = 20")  # quick; the committed results have the full number
    assert few != settings
    (folder / "dashat.toml").write_text(few, encoding="utf-8", newline="\n")
    return folder


KEPT = ("C05", "C15", "C17", "C21")  # a claim on figures, on indicators, on a code with a null, on rows and figures
FAMILIES = 24
FRAMEWORKS = ("emerson2012", "ansell-gash2008")


def lighter(folder):
    """Leave a copy of the case four claims, two frameworks, the rows of some source families and whom they name.

    What is tested on it is how a study is run, not what it finds.
    """
    import pandas as pd

    shutil.rmtree(folder / "data/rivals")
    tables = {
        path.stem: pd.read_csv(path, dtype="str", keep_default_na=False) for path in (folder / "data/raw").glob("*.csv")
    }

    def keep(name, rows):
        tables[name] = tables[name][rows]
        path = folder / f"data/raw/{name}.csv"
        path.write_text(tables[name].to_csv(index=False, lineterminator="\n"), encoding="utf-8", newline="\n")

    tables["claims"]["tension_with"] = ""
    for name in ("claims", "claim_tests", "would_decide"):
        keep(name, tables[name]["claim_id"].isin(KEPT))
    keep("fact_definitions", tables["fact_definitions"]["fact"].isin(tables["claim_tests"]["fact"]))
    cited = set(";".join(tables["claim_tests"]["evidence_ids"]).split(";")) | {"E019"}
    rows = tables["evidence"].merge(tables["sources"][["source_id", "source_family"]])
    chosen = rows[rows["evidence_id"].isin(cited) | rows["place"].eq("jebres")]["source_family"]
    families = list(dict.fromkeys([*chosen, *rows["source_family"]]))[:FAMILIES]
    left = rows.loc[rows["source_family"].isin(families), "evidence_id"]
    for name in ("evidence", "evidence_actors", "codings", "settlements", "audit", "ties"):
        keep(name, tables[name]["evidence_id"].isin(left))
    for path in (folder / "data/raw/frameworks").glob("*.csv"):
        if path.stem not in FRAMEWORKS:
            path.unlink()
    keep("crosswalk", tables["crosswalk"]["framework"].isin(FRAMEWORKS))
    ties, asked = tables["ties"], ";".join(tables["would_decide"]["ask_whom"]).split(";")
    named = {*tables["evidence_actors"]["stakeholder_id"], *tables["evidence"]["speaker"], *asked}
    named |= {*ties["source_stakeholder"], *ties["target_stakeholder"]}
    above = dict(zip(tables["stakeholders"]["stakeholder_id"], tables["stakeholders"]["part_of"], strict=True))
    for one in tuple(named):
        while one := above.get(one, ""):
            named.add(one)
    keep("stakeholders", tables["stakeholders"]["stakeholder_id"].isin(named))
    return folder


def without_programme(folder):
    """Take the programme out of the settings of a copy: nobody depends on anybody then, which takes half the time."""
    path = folder / "dashat.toml"
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    kept = [line for line in lines if not line.startswith("programme =")]
    assert len(kept) == len(lines) - 1
    path.write_text("".join(kept), encoding="utf-8", newline="\n")
    return folder


@pytest.fixture
def light_copy(tmp_path):
    """A copy of the case with four claims, to be run."""
    return without_programme(lighter(copied(tmp_path / "kasus ringan")))


@pytest.fixture(scope="session")
def light_case(tmp_path_factory):
    """The case with four claims and the rows of some source families, with few random draws."""
    from dashat_lib.loaders.case import read_case

    return read_case(lighter(copied(tmp_path_factory.mktemp("ringan") / "kasus")))


@pytest.fixture
def copy_of_case(tmp_path):
    """The case's data and settings in a folder of its own, without notebooks."""
    return copied(tmp_path / "kasus contoh")


@pytest.fixture(scope="session")
def run_once(tmp_path_factory, worker_id):
    """A copy of the case with four claims that was run: made once for all workers, to be copied and never changed."""
    from dashat_lib import pipeline

    base = tmp_path_factory.getbasetemp()
    root = (base if worker_id == "master" else base.parent) / "run once"
    folder, done = root / "kasus contoh", root / "done"
    try:
        root.mkdir()  # who makes it runs; the others wait
    except FileExistsError:
        for _ in range(6000):
            if done.exists():
                return folder
            time.sleep(0.1)
        raise
    without_programme(lighter(copied(folder)))
    pipeline.run(folder)
    done.touch()
    return folder


@pytest.fixture
def finished(tmp_path, run_once):
    """A copy of the case that was run, with its results and its cache."""
    shutil.copytree(run_once, tmp_path / "selesai")
    return tmp_path / "selesai"


def with_cache(folder, run_once):
    """Give a copy of the case the stages that were computed once for equal data."""
    shutil.copytree(run_once / ".dashat/cache", folder / ".dashat/cache", dirs_exist_ok=True)
    return folder


NOTEBOOK = "notebooks/00_start_here.ipynb"


@pytest.fixture(scope="session")
def study(run_once, tmp_path_factory):
    """A light case with a notebook, READMEs, a lock and a report, all of it run: to be copied and never changed."""
    from dashat_lib import pipeline, readme
    from dashat_lib.loaders.case import read_case
    from dashat_lib.report.written import write_displays

    folder = tmp_path_factory.mktemp("study") / "kajian"
    shutil.copytree(run_once, folder)
    (folder / "notebooks").mkdir()
    for name in (NOTEBOOK, "requirements.lock", "README.md", "README.id.md"):
        shutil.copy(ROOT / name, folder / name)
    shutil.copytree(ROOT / "docs/figures", folder / "docs/figures")
    pipeline.run(folder)
    readme.write(folder)
    write_displays(read_case(folder), folder / "reports", languages=["id"])
    return folder


SLOW_FIRST = (
    "test_stored",
    "test_verify",
    "test_bundle",
    "test_pipeline",
    "test_provenance",
    "test_indicators",
    "test_cli",
)


def pytest_collection_modifyitems(items):
    """The slow files first, so that no worker ends with one of them alone; notebooks last, when their stages are computed."""
    order = {name: at for at, name in enumerate(SLOW_FIRST)}
    items.sort(key=lambda item: order.get(item.path.stem, len(order)) + (item.path.suffix == ".ipynb") * len(order))
