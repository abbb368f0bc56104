"""A coded project as tables and back: the same tables, or the loss report says what differs."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from pathlib import Path

import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from table_files import mutations, read_or_refused, text_table, told

from dashat_lib.coded_project import Draft
from dashat_lib.coded_project.cells import from_cell, to_cell
from dashat_lib.coded_project.model import COLUMNS
from dashat_lib.errors import DashatError
from dashat_lib.exports import write_tables
from dashat_lib.loaders import table_bundle
from dashat_lib.loaders.read_project import read_project

TARGETS = ["tabel", "tabel.xlsx"]
DANGEROUS = ["=1+1", "+62812", "-5", "@SUM(A1)", "\t=1", "\r=1", "'=1", "#N/A", "", "'", "'>t1", "'\\x", "NA", "007", "_x0041_", "\x00\x07\x1f", "a\r\nb", "\ufffe\ud800", " x ", "\n", "1e5", "TRUE"]  # fmt: skip


def small(path=Path("wawancara.qdpx")):
    """Two documents, three codes in two levels, two coders, a case with an attribute."""
    draft = Draft("refi-qda", path, origin="Contoh", version="1")
    draft.add("sources", source_id="s1", name="=Wawancara 1", kind="text", text="Obat habis. Ibu 👩🏽 pulang.\n")
    draft.add("sources", source_id="s2", name="Foto", kind="picture", path="internal://foto.png")
    draft.add("sources", source_id="s3", name="Teks foto", kind="text", part_of="s2", role="description", text="")
    draft.add("codes", code_id="c1", name="akses", description="- jarak\n- biaya", is_codable=False)
    draft.add("codes", code_id="c2", parent_id="c1", name="obat", is_codable=True)
    draft.add("codes", code_id="c3", name="lain")
    for coder in ("ani", "budi"):
        draft.add("coders", coder_id=coder, name=coder.title())
    draft.add("segments", segment_id="g1", source_id="s1", kind="text", start=0, end=10, text="Obat habis", stored_text="Obat habis", comment="+ ragu")  # fmt: skip
    draft.add("segments", segment_id="g2", source_id="s2", kind="picture", x1=0.1 + 0.2, y1=-1.5, x2=1e300, y2=3)
    draft.add("segments", segment_id="g3", source_id="s1", kind="text", start=12, end=18, text="")
    draft.add("codings", coding_id="k1", segment_id="g1", source_id="s1", code_id="c2", coder_id="ani", weight="10")
    draft.add("codings", coding_id="k2", segment_id="g1", source_id="s1", code_id="c2", coder_id="budi")
    draft.add("codings", coding_id="k3", segment_id="g2", source_id="s2", code_id="tidak ada", coder_id="ani")
    draft.add("codings", coding_id="k4", source_id="s1", code_id="c3")
    draft.add("cases", case_id="p1", name="Ibu A")
    draft.add("cases", case_id="p2", name="Ibu B")
    draft.add("case_members", case_id="p1", kind="source", target_id="s1", start=0, end=11)
    draft.add("case_members", case_id="p2", kind="source", target_id="s2")
    draft.add("attributes", attribute_id="a1", name="Umur", type="Integer", applies_to="case")
    draft.add("attributes", attribute_id="a2", name="text", type="Text", applies_to="source")
    draft.add("attribute_values", attribute_id="a1", kind="case", target_id="p1", value="031")
    draft.add("attribute_values", attribute_id="a1", kind="case", target_id="p2", value="")
    draft.add("attribute_values", attribute_id="a2", kind="source", target_id="s1", value="@rumah")
    draft.report.tell("unknown_code", "k3", "The code {kode} is not there.", kode="x")
    draft.report.tell("encoding_guessed", "s1", "It was read as {codec}.", codec="cp1252")
    return draft.finish()


def same(one, other):
    """The names of the tables that differ."""
    return [name for (name, table), (_, again) in zip(one.tables(), other.tables(), strict=True) if not (table.equals(again) and list(table.dtypes) == list(again.dtypes))]  # fmt: skip


@pytest.mark.parametrize("name", TARGETS)
def test_a_project_is_read_back_as_it_was(tmp_path, name):
    project = small()
    lost = write_tables(project, tmp_path / name)
    again = read_project(tmp_path / name)
    assert same(project, again) == []
    assert (again.format, again.properties, again.load_report) == (project.format, project.properties, project.load_report)  # fmt: skip
    assert again.file == tmp_path / name
    assert [(entry.what, entry.n, entry.where) for entry in lost] == [("media_left_out", 1, "s2")]


def test_a_workbook_opens_on_what_people_read_and_hides_empty_tables(tmp_path):
    draft = Draft("table", Path("a.csv"))
    draft.add("sources", source_id="s1", name="#N/A", kind="text", text="kata " * 400)
    draft.add("segments", segment_id="g1", source_id="s1", kind="text", text="kata " * 40)
    write_tables(draft.finish(), tmp_path / "a.xlsx")
    book = openpyxl.load_workbook(tmp_path / "a.xlsx")
    assert book.sheetnames[:6] == ["about", "view_codings", "view_codebook", "view_quotations", "view_cases_codes", "dictionary"]  # fmt: skip
    assert {row[0] for row in book["about"].iter_rows(min_row=2, values_only=True)} - set(book.sheetnames) == {"dashat", "'"}  # fmt: skip
    shown = [sheet.title for sheet in book if sheet.sheet_state == "visible"]
    assert shown[6:] == ["sources", "segments", "project"]
    assert set(book.sheetnames) >= {*COLUMNS, "load_report", "long_texts"}
    sheet = book["view_quotations"]
    assert (sheet.freeze_panes, sheet.auto_filter.ref) == ("A2", "A1:I2")
    assert (sheet["C2"].alignment.wrap_text, sheet.column_dimensions["C"].width, sheet.row_dimensions[2].height) == (True, 60, 60)  # fmt: skip
    assert (book["sources"]["B2"].value, book["sources"]["B2"].data_type) == ("#N/A", "s")
    assert book.properties.creator == "dashat"


def test_no_cell_is_run_by_a_spreadsheet(tmp_path):
    project = small()
    write_tables(project, tmp_path / "tabel")
    write_tables(project, tmp_path / "tabel.xlsx")
    for path in sorted((tmp_path / "tabel").glob("*.csv")):
        for row in csv.reader(io.StringIO(path.read_text(encoding="utf-8-sig"), newline="")):
            for cell in row:
                assert not cell.startswith(("=", "+", "@", "\t", "\r")), (path.name, cell)
                assert not cell.startswith("-") or cell.removeprefix("-").replace(".", "").isdecimal(), (
                    path.name,
                    cell,
                )
    book = openpyxl.load_workbook(tmp_path / "tabel.xlsx")
    kinds = {cell.data_type for sheet in book for row in sheet.iter_rows() for cell in row}
    assert kinds <= {"s", "n", "inlineStr"}  # no formula, no error
    assert "'=Wawancara 1" in [cell.value for cell in book["sources"]["B"]]


@pytest.mark.parametrize("text", [None, *DANGEROUS])
def test_a_cell_says_its_text_again(text):
    cell = to_cell(text)
    assert from_cell(cell) == text
    assert not cell.startswith(("=", "+", "-", "@", "\t", "\r"))


def test_a_colour_stands_as_it_is():
    assert (to_cell("#FF0000"), from_cell("#FF0000"), from_cell("'#FF0000")) == ("#FF0000", "#FF0000", "#FF0000")


@given(st.one_of(st.none(), st.text(alphabet=st.characters()), st.text(alphabet="'=\\>u0_xA\r\x00")))
def test_every_text_is_read_back_from_its_cell(text):
    assert from_cell(to_cell(text)) == text


TEXTS = st.one_of(st.none(), st.sampled_from(DANGEROUS), st.text(alphabet=st.characters(), max_size=8))
VALUES = {
    "str": TEXTS,
    "Int64": st.one_of(st.none(), st.integers(-(2**63) + 1, 2**63 - 1), st.integers(-5, 5)),
    "Float64": st.one_of(st.none(), st.floats(allow_nan=False, allow_infinity=False), st.floats(-2, 2, width=16)),
    "boolean": st.one_of(st.none(), st.booleans()),
}


@st.composite
def projects(draw):
    """Any rows in any tables; the first column of each is there."""
    draft = Draft("qualcoder", Path("p.qda"), **draw(st.dictionaries(st.sampled_from(["origin", "name", "unit"]), TEXTS.filter(bool))))  # fmt: skip
    for table in draw(st.lists(st.sampled_from(list(COLUMNS)), max_size=6)):
        first = next(iter(COLUMNS[table]))
        draft.add(table, **{column: draw(VALUES[kind]) for column, kind in COLUMNS[table].items()} | {first: f"id{draft.n(table)}"})  # fmt: skip
    draft.report.tell("odd", draw(st.text(max_size=5)), "Read as {codec}.", codec="x{y}")
    return draft.finish()


@settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
@given(project=projects(), name=st.sampled_from([*TARGETS, "tabel", "tabel"]))
def test_whatever_a_project_holds_is_read_back_as_it_was(tmp_path_factory, project, name):
    target = tmp_path_factory.mktemp("bundel") / name
    lost = {entry.what for entry in write_tables(project, target)}
    again = read_project(target)
    assert same(project, again) == []
    assert (dict(again.properties), again.load_report) == (dict(project.properties), project.load_report)
    assert lost <= {"media_left_out", "sign_escaped"}


def test_what_a_workbook_cannot_hold_in_a_cell_stands_in_parts_and_is_told(tmp_path):
    long = "=" + "kader 👩🏽 datang\x01 " * 4_000 + "'"
    draft = Draft("table", Path("a.csv"))
    draft.add("sources", source_id="s1", name="W1", kind="text", text=long)
    draft.add("sources", source_id="s2", name="W2", kind="text", text="y" * 32_768)
    draft.add("sources", source_id="s3", name="W3", kind="text", text="z" * 32_767)
    draft.add("segments", segment_id="g1", source_id="s2", kind="text", text="y" * 32_768)
    project = draft.finish()
    lost = {entry.what: (entry.n, entry.where) for entry in write_tables(project, tmp_path / "a.xlsx")}
    assert lost == {"sign_escaped": (1, "sources"), "text_in_parts": (3, "sources, segments"), "text_cut_in_view": (1, "view_quotations")}  # fmt: skip
    assert same(project, read_project(tmp_path / "a.xlsx")) == []
    longest = max(len(str(cell.value).encode("utf-16-le")) // 2 for sheet in openpyxl.load_workbook(tmp_path / "a.xlsx") for row in sheet.iter_rows() for cell in row)  # fmt: skip
    assert longest <= 32_767
    beside = {entry.what: (entry.n, entry.where) for entry in write_tables(project, tmp_path / "a")}
    assert beside == {"sign_escaped": (1, "sources"), "cell_longer_than_excel": (4, "sources, segments, view_quotations")}  # fmt: skip
    assert same(project, read_project(tmp_path / "a")) == []


@pytest.mark.parametrize("name", TARGETS)
def test_what_participants_said_can_be_left_out(tmp_path, name):
    project = small()
    lost = {entry.what: entry for entry in write_tables(project, tmp_path / name, texts=False)}
    again = read_project(tmp_path / name)
    assert lost["text_left_out"] == again.load_report[-1]
    assert same(project.without_texts(), again) == []
    if name == "tabel":
        written = b"".join(path.read_bytes() for path in (tmp_path / name).glob("*.csv"))
    else:
        with zipfile.ZipFile(tmp_path / name) as archive:
            written = b"".join(archive.read(one) for one in archive.namelist())
    assert b"habis" not in written


def rows_of(folder, name):
    return list(csv.DictReader(io.StringIO((folder / f"{name}.csv").read_text(encoding="utf-8-sig"), newline="")))


def test_the_tables_for_reading_say_document_path_coder_and_case(tmp_path):
    write_tables(small(), tmp_path / "t")
    first, second, third, fourth = rows_of(tmp_path / "t", "view_codings")
    assert (first["document"], first["text"], first["code"], first["coder"], first["start"], first["end"], first["case"]) == ("'=Wawancara 1", "Obat habis", "akses > obat", "Ani", "0", "10", "Ibu A")  # fmt: skip
    assert (first["Umur"], first["text (2)"], second["coder"], third["code"], third["case"], third["Umur"], fourth["segment_id"]) == ("031", "'@rumah", "Budi", "tidak ada", "Ibu B", "", "")  # fmt: skip
    book = rows_of(tmp_path / "t", "view_codebook")
    assert [(row["code"], row["n_codings"], row["n_segments"], row["n_documents"], row["n_coders"]) for row in book] == [("akses", "0", "0", "0", "0"), ("akses > obat", "2", "1", "1", "2"), ("lain", "1", "0", "1", "0")]  # fmt: skip
    quotations = rows_of(tmp_path / "t", "view_quotations")
    assert [(row["codes"], row["coders"], row["case"]) for row in quotations] == [("akses > obat", "Ani; Budi", "Ibu A"), ("tidak ada", "Ani", "Ibu B"), ("", "", "")]  # fmt: skip
    matrix = rows_of(tmp_path / "t", "view_cases_codes")
    assert matrix == [{"case": "Ibu A", "akses": "0", "akses > obat": "1", "lain": "0", "tidak ada": "0"}, {"case": "Ibu B", "akses": "0", "akses > obat": "0", "lain": "0", "tidak ada": "1"}]  # fmt: skip


def test_the_dictionary_says_what_every_column_holds_in_two_languages(tmp_path):
    write_tables(small(), tmp_path / "t")
    said = {(row["table"], row["column"]): row for row in rows_of(tmp_path / "t", "dictionary")}
    for path in (tmp_path / "t").glob("*.csv"):
        if path.stem != "dictionary":
            for column in rows_of(tmp_path / "t", path.stem)[:1]:
                for name in column:
                    row = said[path.stem, name]
                    assert all(row[cell] for cell in ("meaning_id", "meaning_en", "type")), (path.stem, name)
    for table, columns in COLUMNS.items():
        for column in columns:
            assert said[table, column]["meaning_id"] != said[table, column]["meaning_en"]
            assert "atribut kasus atau dokumen ini" not in said[table, column]["meaning_id"].casefold(), (table, column)
    assert said["segments", "start"]["unit"] == "code points from 0"
    assert "apostrof" in said["*", "''"]["meaning_id"]


def test_what_is_there_is_not_overwritten_unless_asked(tmp_path):
    project = small()
    for name in TARGETS:
        write_tables(project, tmp_path / name)
        with pytest.raises(DashatError, match="is there already"):
            write_tables(project, tmp_path / name)
        write_tables(project, tmp_path / name, force=True)
    own = tmp_path / "tabel" / "catatan.txt"
    own.write_text("x", encoding="utf-8")
    write_tables(project, tmp_path / "tabel", force=True)
    assert own.read_text(encoding="utf-8") == "x"
    assert sorted(path.name for path in tmp_path.rglob(".*")) == []


def test_the_same_project_gives_the_same_bytes(tmp_path):
    for name in TARGETS:
        write_tables(small(), tmp_path / f"a{name}")
        write_tables(small(), tmp_path / f"b{name}")
    assert (tmp_path / "atabel.xlsx").read_bytes() == (tmp_path / "btabel.xlsx").read_bytes()
    for path in (tmp_path / "atabel").iterdir():
        assert path.read_bytes() == (tmp_path / "btabel" / path.name).read_bytes()


def test_a_bundle_that_was_changed_is_read_and_what_is_odd_told(tmp_path):
    folder = tmp_path / "t"
    write_tables(small(), folder)
    (folder / "links.csv").unlink()
    text_table(folder / "coders.csv", [["coder_id", "Catatan"], ["ani", "x"]], encoding="utf-8-sig")
    text_table(folder / "cases.csv", [["case_id", "name", "description"], ["p1", "'>t9", ""]], encoding="utf-8-sig")
    text_table(folder / "passages.csv", [list(COLUMNS["passages"]), ["x", "s1", "cue", "satu", "2", "", "", ""]], encoding="utf-8-sig")  # fmt: skip
    text_table(folder / "load_report.csv", [["what", "n", "where", "done", "details"], ["a", "1", "x", "{y:>999999999}", '{"y": 1}'], ["b", "2", "x", "{y}", '{"y": 1}'], ["c", "z", "", "", ""]], encoding="utf-8-sig")  # fmt: skip
    found = told(read_project(folder))
    assert found == {
        "b": (2, "x"), "table_missing": (1, "links"), "column_left_out": (1, "coders.Catatan"),
        "column_missing": (2, "coders.name, coders.initials"), "long_text_missing": (1, "cases.name"),
        "value_not_read": (1, "passages.start"), "report_not_read": (2, "load_report"),
    }  # fmt: skip


def test_a_later_version_is_refused(tmp_path):
    write_tables(small(), tmp_path / "t")
    project = tmp_path / "t/project.csv"
    project.write_text(project.read_text(encoding="utf-8-sig").replace("bundle_version,1", "bundle_version,7"), encoding="utf-8-sig")  # fmt: skip
    with pytest.raises(DashatError, match="t: was written as version 7 of the tables"):
        read_project(tmp_path / "t")
    project.unlink()
    with pytest.raises(DashatError, match="t: is no bundle of tables: the table project is missing"):
        read_project(tmp_path / "t")


def test_damaged_bundles_are_read_or_refused(tmp_path):
    write_tables(small(), tmp_path / "a.xlsx")
    for n, data in enumerate(mutations((tmp_path / "a.xlsx").read_bytes(), 10, seed=11)):
        read_or_refused(table_bundle, tmp_path / f"{n}.xlsx", data)
    write_tables(small(), tmp_path / "t")
    content = (tmp_path / "t/segments.csv").read_bytes()
    for data in mutations(content, 15, seed=12):
        (tmp_path / "t/segments.csv").write_bytes(data)
        found = None
        try:
            found = len(table_bundle.read(tmp_path / "t").codes)
        except DashatError as error:
            refused = str(error)
        assert found == 3 or refused.startswith("segments")


def test_numbers_of_properties_survive(tmp_path):
    draft = Draft("atlasti", Path("a.csv"), data_rows=3, cooccurrence=json.dumps([["a", "b", 2]]))
    write_tables(draft.finish(), tmp_path / "t")
    assert json.loads(read_project(tmp_path / "t").properties["cooccurrence"]) == [["a", "b", 2]]
