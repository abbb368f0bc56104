"""What is read from REFI-QDA and written again is read as the same: every table, of every project that the format can hold."""

from __future__ import annotations

import os
import tempfile
import zipfile
from pathlib import Path

import pytest
from conftest import SHARED
from hypothesis import HealthCheck, given, settings
from lxml import etree
from projects import coded_projects, dresses, write_as

from dashat_lib.coded_project.compare import differences
from dashat_lib.exports import write_refi_codebook, write_refi_qda
from dashat_lib.loaders import refi_qda

FULL = bool(os.environ.get("DASHAT_FULL"))
SCHEMAS = Path(os.environ.get("DASHAT_REAL", SHARED / "real")) / "qda/schema"
RAW = ("segments.raw_start", "segments.raw_end", "sync_points.raw_position")
NOT_LOST = {"origin_changed", "media_missing"}  # the media of these projects are nowhere


def schema(name):
    path = SCHEMAS / name
    return etree.XMLSchema(etree.parse(path)) if path.is_file() else None


PROJECT, CODEBOOK = schema("Project-mrt2019.xsd"), schema("Codebook.xsd")


def invalid(path):
    """What the official schema has against a project or codebook; nothing where the schema is not here."""
    if path.suffix == ".qdc":
        found, document = CODEBOOK, path.read_bytes()
    else:
        with zipfile.ZipFile(path) as archive:
            found, document = PROJECT, archive.read("project.qde")
    if found is None or found.validate(etree.fromstring(document)):
        return []
    return [str(error) for error in found.error_log]


@settings(
    max_examples=300 if FULL else 30,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
@given(coded_projects(), dresses)
def test_a_project_is_read_written_and_read_as_the_same(project, dress):
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        found = refi_qda.read(write_as(project, place / "asal.qdpx", dress))
        assert differences(project, found, without=RAW) == []
        if dress.plain:
            assert differences(project, found) == []

        lost = write_refi_qda(found, place / "tulis.qdpx")
        assert {one.what for one in lost} <= NOT_LOST
        assert invalid(place / "tulis.qdpx") == []
        again = refi_qda.read(place / "tulis.qdpx")
        assert differences(found, again, without=() if dress.plain else RAW) == []
        assert again.codes["code_id"].tolist() == found.codes["code_id"].tolist()

        write_refi_qda(again, place / "lagi.qdpx")
        assert (place / "lagi.qdpx").read_bytes() == (place / "tulis.qdpx").read_bytes()

        if len(found.codes):
            write_refi_codebook(found, place / "kode.qdc")
            assert invalid(place / "kode.qdc") == []
            codes = refi_qda.read(place / "kode.qdc").codes
            assert codes.equals(found.codes)


@pytest.mark.skipif(PROJECT is None, reason="the official schema is not here")
def test_what_real_programs_wrote_is_valid_once_it_is_written_again(tmp_path):
    files = [*SCHEMAS.parent.rglob("*.qdpx"), *SCHEMAS.parent.rglob("*.qdc")]
    read = 0
    for file in sorted(files):
        if not refi_qda.recognises(file) or ("t10_" in file.name and "zip_traversal" not in file.name):
            continue
        found = refi_qda.read(file)
        write = write_refi_codebook if file.suffix == ".qdc" else write_refi_qda
        write(found, tmp_path / file.name, force=True)
        assert invalid(tmp_path / file.name) == []
        found_again = refi_qda.read(tmp_path / file.name)
        changed = differences(found, found_again, without=(*RAW, "sources.path", "codes.color", "codes.is_codable"))
        assert changed == []
        read += 1
    assert read >= 20
