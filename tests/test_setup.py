"""pyproject, environment and locks agree; the READMEs say what was computed."""

from __future__ import annotations

import re
import sys
import tomllib

import pytest
from conftest import ROOT
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

LOCKS = ("requirements.lock", "requirements-dev.lock")


def locked(name):
    text = (ROOT / name).read_text(encoding="utf-8")
    found: dict[str, set[str]] = {}
    for package, version in re.findall(r"^([\w.\-]+)==([^\s;\\]+)", text, flags=re.M):
        found.setdefault(canonicalize_name(package), set()).add(version)
    return found


def direct(extra=None):
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    extras = project["optional-dependencies"]
    names = [*project["dependencies"], *extras["io"], *(extras[extra] if extra else [])]  # both locks hold [io]
    return [Requirement(one) for one in names if one != "dashat[io]"]


@pytest.mark.parametrize(("lock", "extra"), list(zip(LOCKS, (None, "dev"), strict=True)))
def test_every_direct_dependency_is_locked_within_its_bounds(lock, extra):
    have = locked(lock)
    for one in direct(extra):
        assert have.get(canonicalize_name(one.name)), one.name
        assert all(one.specifier.contains(version) for version in have[canonicalize_name(one.name)]), one.name


def test_both_locks_hold_the_same_versions():
    run, dev = (locked(name) for name in LOCKS)
    assert {name: dev.get(name) for name in run} == run


@pytest.mark.parametrize("lock", LOCKS)
def test_a_lock_has_hashes_and_no_address(lock):
    text = (ROOT / lock).read_text(encoding="utf-8")
    assert "://" not in text
    assert all("--hash=sha256:" in block for block in re.split(r"\n(?=[\w.\-]+==)", text)[1:])


def test_environment_names_the_same_lock_and_python():
    text = (ROOT / "environment.yml").read_text(encoding="utf-8")
    assert "-r requirements.lock" in text
    assert "python>=3.11" in text


def test_the_makefile_has_the_verbs_of_tasks():
    sys.path.insert(0, str(ROOT))
    import tasks

    line = re.search(r"^(setup .*):$", (ROOT / "Makefile").read_text(encoding="utf-8"), flags=re.M)
    assert line
    assert set(line[1].split()) == set(tasks.VERBS)


@pytest.mark.parametrize("language", ["en", "id"])
def test_the_readme_says_what_was_computed(language):
    from dashat_lib import readme

    text = readme.readmes(ROOT)[language].read_text(encoding="utf-8")
    assert readme.pasted(text, ROOT, language) == text
    image, alt = readme.picture(ROOT, language)
    assert f"![{alt}](docs/figures/network.{language}.png)" in text
    assert (ROOT / f"docs/figures/network.{language}.png").read_bytes() == image
