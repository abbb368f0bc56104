"""What an installation lacks."""

from __future__ import annotations

import pytest
from packaging.requirements import Requirement

from dashat_lib import doctor
from dashat_lib.words import reader


def test_this_installation_lacks_nothing():
    assert doctor.examine() == []


@pytest.mark.parametrize(
    ("wanted", "said"),
    [("no-such-package-x>=1", "no-such-package-x is missing."), ("pandas>=99", "wanted: pandas>=99.")],
)
def test_a_missing_or_old_package_gets_the_line_that_mends_it(monkeypatch, wanted, said):
    monkeypatch.setattr(doctor.metadata, "requires", lambda name: [wanted])
    line = doctor.examine()[0].render(reader("en"))
    assert said in line
    assert line.endswith(f'python -m pip install "{Requirement(wanted)}"')
