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


@pytest.fixture
def copy_of_case(tmp_path):
    """The case's data and settings in a folder of its own, without notebooks."""
    return copied(tmp_path / "kasus contoh")


@pytest.fixture(scope="session")
def run_once(tmp_path_factory, worker_id):
    """A copy of the case that was run: made once for all workers, to be copied and never changed."""
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
    copied(folder)
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
