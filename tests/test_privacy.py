"""A project without texts: whatever word stood in it, none is found again but the names of codes and the like."""

from __future__ import annotations

import re
import zipfile
from pathlib import Path

import pytest

from dashat_lib.coded_project import Draft
from dashat_lib.coded_project.ids import KEYS, POINTS
from dashat_lib.coded_project.model import COLUMNS
from dashat_lib.exports import write_refi_codebook, write_refi_qda, write_tables
from dashat_lib.loaders.read_project import read_project

WORDS_OF_PROGRAMS = {
    "kind": "text", "role": "document", "applies_to": "case", "type": "Text", "direction": "OneWay", "element": "Extra",
}  # fmt: skip
STAY = {(table, "name") for table in ("codes", "categories", "sets", "attributes")} | {
    (table, KEYS[table]) for table in ("codes", "categories", "sets", "attributes")
}
KINDS = ("source", "segment", "code", "coding", "case", "set", "memo", "link", "project")


def full():
    """Every text cell of every table is a word of its own, ids that point at a row are that row's; and the words that may stay."""
    draft = Draft("qualcoder", Path("qxberkasz.qda"), **{key: f"qxproperti{key.replace('_', '')}z" for key in ("name", "creator", "modifier", "description", "base_path", "above_heading")}, origin="QualCoder")  # fmt: skip
    stay, n = set(), 0
    for table, columns in COLUMNS.items():
        for row in range(len(KINDS) if "target_id" in columns else 2):
            values = {}
            for column, kind in columns.items():
                n += 1
                of = POINTS.get(table, {}).get(column)
                if column in WORDS_OF_PROGRAMS:
                    values[column] = (
                        KINDS[row] if "target_id" in columns and column == "kind" else WORDS_OF_PROGRAMS[column]
                    )
                elif KEYS.get(table) == column:
                    values[column] = f"qx{column.replace('_', '')}{row}z"
                elif of in KEYS and row == 0:
                    values[column] = f"qx{KEYS[of].replace('_', '')}1z" if column != "parent_id" else None
                elif kind == "str":
                    values[column] = f"qxkata{n}z"
                elif kind == "boolean":
                    values[column] = True
                else:
                    values[column] = row if column in ("start", "page", "begin_ms", "x1", "y1") else row + 5
                named = of == "*" and column == "target_id" and "kind" in columns and KINDS[row] in ("code", "set")
                if named or (table, column) in STAY or of in ("codes", "categories", "sets", "attributes"):
                    stay.add(values[column])
            draft.add(table, **values)
    draft.report.tell("unknown_code", "qxtempatz", "The code {code} is not there.", code="qxrincianz", n=3)
    return draft.finish(), stay - {None}


def words(data):
    return {one.decode() for one in re.findall(rb"qx[a-z0-9]+z", data)}


def bytes_of(path):
    if path.is_dir():
        return b"".join(one.read_bytes() + one.name.encode() for one in path.iterdir())
    if not zipfile.is_zipfile(path):
        return path.read_bytes()
    with zipfile.ZipFile(path) as archive:
        return b"".join(name.encode() + archive.read(name) for name in archive.namelist())


@pytest.mark.parametrize("name", ["a.xlsx", "a", "a.qdpx", "a.qdc"])
def test_no_word_of_a_project_is_found_again_but_names_of_codes(tmp_path, name):
    project, stay = full()
    write = {".qdpx": write_refi_qda, ".qdc": write_refi_codebook}.get(Path(name).suffix, write_tables)
    write(project, tmp_path / f"full-{name}")
    assert len(words(bytes_of(tmp_path / f"full-{name}")) - stay) >= (2 if name == "a.qdc" else 20)  # the test can fail
    write(project.without_texts(), tmp_path / name)
    found = words(bytes_of(tmp_path / name))
    assert found <= stay
    assert found


def test_what_stays_is_how_much_there_is_where_and_with_which_code():
    project, _ = full()
    bare = project.without_texts()
    for (name, table), (_, after) in zip(project.tables(), bare.tables(), strict=True):
        assert len(after) == (0 if name == "kept" else len(table)), name
        assert list(after.dtypes) == list(table.dtypes), name
        for column, kind in COLUMNS[name].items():
            if kind != "str" and name != "kept":
                assert after[column].equals(table[column]), (name, column)
    assert bare.codings["code_id"].equals(project.codings["code_id"])
    assert bare.codes["name"].equals(project.codes["name"])


def talk():
    """Two documents of two coders; a speaker who is a case and one who is none."""
    draft = Draft("qualcoder", Path("Wawancara Ani.qda"), name="Ani", creator="Siti", origin="QualCoder")
    draft.add("coders", coder_id="Siti", name="Siti", initials="S")
    draft.add("sources", source_id="1", name="Ani", kind="text", text="Kami rapat.", creator="Siti", created="2024-03-01 08:00:00")  # fmt: skip
    draft.add("sources", source_id="2", name="Ani (teks)", kind="text", part_of="1", creator="Budi", created="kemarin, kata Ani")  # fmt: skip
    draft.add("cases", case_id="1", name="Ani", description="ibu dua anak")
    draft.add("case_members", case_id="1", kind="source", target_id="2", start=0, end=4)
    for speaker in ("Ani", "Dewi", "Ani", None):
        draft.add("passages", passage_id="p", source_id="1", kind="turn", speaker=speaker)
    draft.add("codes", code_id="1", name="rapat", color="#FF0000", description="kata Ani")
    draft.add("segments", segment_id="1", source_id="1", kind="text", start=0, end=4, raw_start="0", text="Kami")
    draft.add("codings", coding_id="1", segment_id="1", source_id="1", code_id="1", coder_id="Siti", comment="ragu", weight="10")  # fmt: skip
    draft.add("codings", coding_id="2", source_id="hilang", code_id="1", coder_id="Budi")
    draft.add("links", link_id="1", name="kata Ani", origin_id="Siti", target_id="siapa")
    return draft.finish()


def test_ids_are_renamed_wherever_they_point():
    bare = talk().without_texts()
    assert bare.sources[["source_id", "name", "part_of", "creator", "created"]].fillna("").to_numpy().tolist() == [
        ["document-1", "document-1", "", "coder-1", "2024-03-01 08:00:00"],
        ["document-2", "document-2", "document-1", "coder-2", ""],
    ]
    assert bare.coders.fillna("").to_numpy().tolist() == [["coder-1", "coder-1", ""]]
    assert bare.cases.fillna("").to_numpy().tolist() == [["case-1", "case-1", ""]]
    assert bare.case_members[["case_id", "target_id"]].to_numpy().tolist() == [["case-1", "document-2"]]
    assert bare.passages["speaker"].fillna("").tolist() == ["case-1", "speaker-1", "case-1", ""]
    assert bare.codings[["segment_id", "source_id", "code_id", "coder_id", "weight"]].fillna("").to_numpy().tolist() == [
        ["segment-1", "document-1", "1", "coder-1", "10"], ["", "document-3", "1", "coder-2", ""],
    ]  # fmt: skip
    assert bare.links[["origin_id", "target_id"]].to_numpy().tolist() == [["coder-1", "unknown-1"]]
    assert bare.codes[["code_id", "name", "color"]].to_numpy().tolist() == [["1", "rapat", "#FF0000"]]
    assert (bare.properties, bare.file) == ({"origin": "QualCoder"}, Path("project.qda"))


def test_what_was_left_out_is_said_once_and_counted():
    """Names 4, a segment's text, a text, initials, two descriptions, a date that is none, a comment, a link's name, three
    speakers, two properties and the name of the file."""
    (entry,) = talk().without_texts().load_report
    assert (entry.what, entry.n) == ("text_left_out", 18)
    assert "look through them" in entry.done
    full_report = full()[0].without_texts().load_report
    assert [(one.what, one.where) for one in full_report[:1]] == [("unknown_code", "")]
    assert full_report[0].n == 3
    assert full_report[0].record()["done"] == "The code … is not there."
    assert [one.what for one in full_report[1:]] == ["text_left_out"]


def test_what_was_written_without_texts_is_read_back_the_same(tmp_path):
    bare = talk().without_texts()
    write_tables(talk(), tmp_path / "t", texts=False)
    again = read_project(tmp_path / "t")
    assert [name for (name, table), (_, other) in zip(bare.tables(), again.tables(), strict=True) if not table.equals(other)] == []  # fmt: skip
    assert again.load_report == bare.load_report
