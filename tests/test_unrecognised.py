"""What no reader recognises is refused with what it is, and what to give instead."""

from __future__ import annotations

import zipfile

import pytest

from dashat_lib.coded_project import Draft
from dashat_lib.errors import DashatError
from dashat_lib.loaders import read_project as dispatch
from dashat_lib.loaders.read_project import read_project


def refusal(path):
    with pytest.raises(DashatError) as caught:
        read_project(path)
    return str(caught.value)


@pytest.mark.parametrize("name", ["a.qdpx", "a.txt", "a.csv", "a.sqlite3"])
def test_an_empty_file_is_empty_whatever_it_is_called(tmp_path, name):
    (tmp_path / name).touch()
    assert refusal(tmp_path / name) == f"{name}: is empty. Export it again, or ask for another copy."


@pytest.mark.parametrize(
    ("head", "kind"),
    [
        (b"\x89PNG\r\n\x1a\n", "a picture"),
        (b"\xff\xd8\xff\xe0\0\x10JFIF", "a picture"),
        (b"RIFF\x24\0\0\0WEBPVP8 ", "a picture"),
        (b"\0\0\0\x18ftypheic", "a picture"),
        (b"RIFF\x24\0\0\0WAVEfmt ", "a sound recording"),
        (b"ID3\x03\0", "a sound recording"),
        (b"\0\0\0\x18ftypM4A ", "a sound recording"),
        (b"\0\0\0\x18ftypisom", "a video"),
        (b"RIFF\x24\0\0\0AVI LIST", "a video"),
        (b"\x1a\x45\xdf\xa3", "a video"),
    ],
)
def test_pictures_and_recordings_are_told_by_their_first_bytes(tmp_path, head, kind):
    (tmp_path / "rapat.x").write_bytes(head + bytes(range(256)))
    assert refusal(tmp_path / "rapat.x").startswith(f"rapat.x: is {kind}, and no coding program's file. Give ")


def test_what_is_of_no_known_kind_is_sent_to_the_list_of_formats(tmp_path):
    (tmp_path / "a.bin").write_bytes(bytes(range(256)))
    assert refusal(tmp_path / "a.bin") == "a.bin: is of no kind that dashat knows by its content. docs/formats.md says what can be read and which export of which program makes it."  # fmt: skip


def test_a_folder_is_told_by_what_lies_in_it(tmp_path):
    folder = tmp_path / "studi"
    folder.mkdir()
    assert refusal(folder).startswith(
        "studi: is a folder, and no project of QualCoder, qcoder or dashat. docs/formats.md"
    )
    (folder / "b.qdpx").touch()
    (folder / "a.QDPX").touch()
    assert refusal(folder) == "studi: is a folder with projects in it. Name one of them, such as studi/a.QDPX."
    (folder / "dashat.toml").touch()
    assert refusal(folder).startswith("studi: is a case of dashat. ")
    assert "dashat export" in refusal(folder)


@pytest.mark.parametrize(("name", "member"), [("a.qdpx", "project.qde"), ("a.zip", "lain.txt")])
def test_an_archive_with_a_password_is_to_be_saved_without(tmp_path, name, member):
    path = tmp_path / name
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(member, "x")
    data = bytearray(path.read_bytes())
    for at in (6, data.rindex(b"PK\x01\x02") + 8):  # the flag of encryption, in both headers
        data[at] |= 1
    path.write_bytes(data)
    assert refusal(path) == f"{name}: has a password. Save it without one in the program that made it, and give that."


@pytest.mark.parametrize("held", [None, *dispatch._HELD])
def test_a_file_that_holds_nothing_is_told_once(tmp_path, held):
    draft = Draft("table", tmp_path / "a.csv")
    if held:
        draft.add(held)
    found = dispatch._or_empty(dispatch._or_empty(draft.finish()))
    told = [(one.what, one.n, one.where, one.done) for one in found.load_report]
    assert told == ([] if held else [("empty_project", 1, "a.csv", "The file holds no documents, codes or codings.")])
