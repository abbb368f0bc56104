"""Tables that people and programs make of codes: what a row is, which column is what, and what is told of it."""

from __future__ import annotations

import json

import pytest
from table_files import REAL, mutations, needs_real, ods, read_or_refused, text_table, told, workbook

from dashat_lib.errors import DashatError
from dashat_lib.loaders import coded_tables
from dashat_lib.loaders.code_lists import levels
from dashat_lib.loaders.read_project import read_project


def codings(project):
    """(segment, path of the code, coder) of each coding."""
    paths = project.code_paths()
    return [(one.segment_id, paths[one.code_id], one.coder_id) for one in project.codings.itertuples()]


def read_as(project):
    (entry,) = (entry for entry in project.load_report if entry.what == "read_as")
    return entry.record()["done"]


UNITS = [
    ["ID Unit", "Teks", "Kode 1", "Kode 2", "Kode 3"],
    ["u1", "Kader datang, obat habis", "akses", "akses->obat", ""],
    ["u2", "Ibu percaya", "kepercayaan", "NA", ""],
    ["u3", "Diam", "", "", ""],
]


@pytest.mark.parametrize("write", [text_table, workbook, ods])
def test_a_unit_with_its_codes_in_columns_is_read_and_the_file_names_the_coder(tmp_path, write):
    rows = [[cell.replace(">", "&gt;") for cell in row] for row in UNITS] if write is ods else UNITS
    project = read_project(write(tmp_path / "ani.csv", rows))
    assert project.format == "table"
    assert codings(project) == [("u1", "akses", "ani"), ("u1", "akses > obat", "ani"), ("u2", "kepercayaan", "ani"), ("u2", "NA", "ani")]  # fmt: skip
    assert list(project.segments["text"]) == ["Kader datang, obat habis", "Ibu percaya", "Diam"]
    name = "ani" if write is text_table else "Lembar" if write is ods else "Sheet1"
    assert told(project) == {
        "read_as": (1, name), "word_for_missing": (1, name), "coder_from_file_name": (1, "ani"),
        "parent_also_listed": (1, "u1"), "row_without_code": (1, "u3"),
    }  # fmt: skip
    assert read_as(project) == "The table was read as: one row is one unit with its codes, each in a column (text: Teks; unit: ID Unit; codes: Kode 1, Kode 2, Kode 3)."  # fmt: skip


def test_repeated_headings_of_codes_are_all_read(tmp_path):
    rows = [["id", "text", "Code", "Code", "Code"], ["1", "x", "a", "b", "c"]]
    assert [code for _, code, _ in codings(read_project(text_table(tmp_path / "a.csv", rows)))] == ["a", "b", "c"]
    rows = [["id", "Tag", "Tag 2"], ["1", "a", "b"]]
    assert [code for _, code, _ in codings(read_project(text_table(tmp_path / "b.csv", rows)))] == ["a", "b"]


def test_one_row_a_coding_joins_rows_of_one_unit(tmp_path):
    rows = [
        ["Segment", "Quote", "Code", "Coder", "Document", "Participant", "Comment", "Weight", "Start", "End", "Lain"],
        ["1", "Puskesmas jauh", "akses", "Ani", "W1", "P1", "ragu", "3", "10", "24", ""],
        ["1", "Puskesmas jauh", "akses", "Budi", "W1", "P1", "", "", "10", "24", "x"],
        ["1", "Puskesmas jauh!", "akses", "Ani", "W1", "P1", "", "", "10", "24", ""],
        ["1", "Lain", "mutu; akses", "", "W2", "", "", "", "", "", ""],
    ]
    project = read_project(text_table(tmp_path / "a.csv", rows, delimiter=";"))
    assert codings(project)[:3] == [("1", "akses", "Ani"), ("1", "akses", "Budi"), ("1", "akses", "Ani")]
    assert codings(project)[3][:2] == ("W2: 1", "mutu")
    first = project.codings.iloc[0]
    assert (first["comment"], first["weight"], first["source_id"]) == ("ragu", "3", "W1")
    assert list(project.segments["raw_start"].dropna()) == ["10"]
    assert [(one.case_id, one.kind, one.target_id) for one in project.case_members.itertuples()] == [("P1", "segment", "1")]  # fmt: skip
    assert told(project) == {
        "read_as": (1, "a"), "column_left_out": (1, "Lain"), "text_differs": (1, "1"), "duplicate_coding": (1, "1"),
        "cell_split": (1, "a"), "coder_not_named": (1, "W2: 1"), "text_missing": (2, "W1, W2"),
    }  # fmt: skip


def test_passages_without_a_unit_are_told_apart_by_their_text(tmp_path):
    rows = [["teks", "kode", "pengode"], ["Sama", "a", "x"], ["Sama", "b", "y"], ["Lain", "a", "x"], ["", "c", "x"]]
    project = read_project(text_table(tmp_path / "a.csv", rows))
    assert codings(project) == [("row 2", "a", "x"), ("row 2", "b", "y"), ("row 4", "a", "x"), ("row 5", "c", "x")]


def test_a_matrix_of_marks_is_read_with_codes_that_nobody_gave(tmp_path):
    rows = [["id", "text", "trust", "access", "cost"], ["1", "Halo", "1", "0", "0"], ["2", "Lagi", "x", "", "0"]]
    project = read_project(text_table(tmp_path / "budi.tsv", rows, delimiter="\t"))
    assert codings(project) == [("1", "trust", "budi"), ("2", "trust", "budi")]
    assert list(project.codes["name"]) == ["trust", "access", "cost"]
    assert told(project) == {"read_as": (1, "budi"), "coder_from_file_name": (1, "budi")}


def test_a_column_for_each_coder_is_read(tmp_path):
    rows = [["unit", "Coder A", "Coder B"], ["1", "akses, mutu", "akses"], ["2", "mutu", ""]]
    project = read_project(text_table(tmp_path / "a.csv", rows))
    assert codings(project) == [("1", "akses", "Coder A"), ("1", "mutu", "Coder A"), ("1", "akses", "Coder B"), ("2", "mutu", "Coder A")]  # fmt: skip
    assert "coder_from_file_name" not in told(project)


def test_excerpts_of_dedoose_are_read(tmp_path):
    rows = [
        ["Media Title", "Excerpt Creator", "Excerpt Range", "Excerpt Date", "Excerpt Copy", "Code: Trust Applied", "Code: Trust Range", "Code: Trust Weight", "Code: Trust\\Staff Applied", "Code: Cost Applied"],
        ["W1.docx", "ani", "10-25", "1/2/2024", "Bidan ramah sekali", "True", "1-5", "3", "True", "False"],
        ["W1.docx", "budi", "10-25", "1/2/2024", "Bidan ramah sekali", "False", "", "", "True", "False"],
    ]  # fmt: skip
    project = read_project(workbook(tmp_path / "excerpts.xlsx", rows))
    assert codings(project) == [("row 2", "Trust", "ani"), ("row 2", "Trust > Staff", "ani"), ("row 3", "Trust > Staff", "budi")]  # fmt: skip
    assert list(project.codes["name"]) == ["Trust", "Staff", "Cost"]
    assert project.codings.iloc[0]["weight"] == "3"
    assert (project.segments.iloc[0]["raw_start"], project.segments.iloc[0]["raw_end"]) == ("10", "25")
    assert told(project) == {"read_as": (1, "Sheet1"), "column_left_out": (1, "Code: Trust Range"), "text_missing": (1, "W1.docx")}  # fmt: skip
    plain = [["Excerpt Copy", "Trust", "Trust Weight"], ["Ramah", "1", "2"], ["Jauh", "0", ""]]
    assert list(read_project(text_table(tmp_path / "b.csv", plain)).codings["weight"]) == ["2"]


@pytest.mark.parametrize(
    ("rows", "paths"),
    [
        ([["Name", "Description", "Files", "References"], ["Akses", "jarak", "3", "10"], ["Akses\\Obat", "", "2", "4"]], ["Akses", "Akses > Obat"]),
        ([["Name", "Description", "Files", "References"], ["Akses", "jarak", "3", "10"], ["   Obat", "", "2", "4"], ["      Generik", "", "1", "1"], ["Lain", "", "0", "0"]], ["Akses", "Akses > Obat", "Akses > Obat > Generik", "Lain"]),
        ([["kode", "induk", "definisi"], ["obat", "akses", "habis"], ["akses", "", "jarak"]], ["akses", "akses > obat"]),
        ([["id", "code", "parent", "description"], ["1", "akses", "", "x"], ["2", "obat", "1", ""]], ["akses", "akses > obat"]),
        ([["Kode"], ["akses"], ["akses->obat"]], ["akses", "akses > obat"]),
    ],
)  # fmt: skip
def test_codebooks_have_their_levels_in_paths_blanks_or_a_column(tmp_path, rows, paths):
    project = read_project(text_table(tmp_path / "buku.csv", rows))
    assert list(project.code_paths()) == paths
    assert list(told(project)) == ["read_as"]
    if "References" in rows[0]:
        assert json.loads(project.properties["references"])["Akses"] == 10


def test_what_is_said_of_a_code_is_kept_and_what_is_odd_is_told(tmp_path):
    rows = [
        ["Code", "Definition", "When to use", "Example", "Category", "Parent", "Foo"],
        ["akses", "jarak", "kalau jauh", "“jauh”", "Layanan", "", ""], ["obat", "", "", "", "Layanan", "gudang", "x"],
        ["a", "", "", "", "", "b", ""], ["b", "", "", "", "", "a", ""], ["", "kosong", "", "", "", "", ""],
    ]  # fmt: skip
    project = read_project(text_table(tmp_path / "b.csv", rows, encoding="utf-8-sig"))
    assert project.codes.set_index("name").loc["akses", "description"] == "jarak\nWhen to use: kalau jauh\nExample: “jauh”"  # fmt: skip
    assert list(project.category_codes["category_id"]) == ["Layanan", "Layanan"]
    assert {word: found for word, found in told(project).items() if word != "read_as"} == {
        "column_left_out": (1, "Foo"), "circle": (2, "a, b"), "empty_code": (1, "row 6"), "parent_not_listed": (1, "gudang"),
    }  # fmt: skip


def test_the_plain_list_of_qualcoder_has_categories(tmp_path):
    path = tmp_path / "kode.txt"
    path.write_bytes(b"kode1\tcatatan\r\nkat1>>kode2\r\nkat2>>kat1>>kode3\tlagi\r\nkat3>>\r\nkode2")
    project = coded_tables.read(path)
    assert list(project.codes["name"]) == ["kode1", "kode2", "kode3"]
    assert list(project.codes["description"].fillna("")) == ["catatan", "", "lagi"]
    assert [(one.category_id, one.code_id) for one in project.category_codes.itertuples()] == [("kat1", "kode2"), ("kat1", "kode3")]  # fmt: skip
    assert list(project.categories["name"]) == ["kat1", "kat2", "kat3"]
    assert told(project) == {"read_as": (1, "kode"), "category_differs": (1, "kat1"), "empty_code": (1, "kat3"), "repeated_code": (1, "kode2")}  # fmt: skip


def test_commas_in_a_plain_list_belong_to_the_names(tmp_path):
    path = tmp_path / "kode.txt"
    path.write_text("akses, mutu>>obat\nakses, mutu>>jarak\n", encoding="utf-8")
    project = read_project(path)
    assert list(project.categories["name"]) == ["akses, mutu"]
    assert list(project.codes["name"]) == ["obat", "jarak"]


def test_any_other_table_is_cases_with_attributes_and_told_so(tmp_path):
    long = "Saya senang sekali ikut kegiatan ini karena banyak teman di sana."
    rows = [["Kasus", "Umur", "Bobot badan", "Kategori", "Pendapat"], ["P1", "20", "50.5", "ibu", long], ["P2", "007", "51", "", ""], ["P2", "30", "", "kader", long + " Lagi."]]  # fmt: skip
    project = read_project(text_table(tmp_path / "peserta.csv", rows))
    assert list(project.cases["case_id"]) == ["P1", "P2", "P2 (row 4)"]
    assert dict(zip(project.attributes["name"], project.attributes["type"], strict=True)) == {"Umur": "Text", "Bobot badan": "Float", "Kategori": "Text"}  # fmt: skip
    assert list(project.attribute_values["value"])[:3] == ["20", "007", "30"]
    assert list(project.sources["text"]) == [long, long + " Lagi."]
    assert [(one.case_id, one.target_id) for one in project.case_members.itertuples()] == [("P1", "P1: Pendapat"), ("P2 (row 4)", "P2 (row 4): Pendapat")]  # fmt: skip
    counts = project.summary()
    assert (counts["case_values"], counts["empty_values"], counts["codes"], counts["data_rows"]) == (7, 2, 0, 3)
    assert told(project) == {"read_as": (1, "peserta"), "repeated_case": (1, "P2"), "open_answers": (1, "Pendapat")}
    assert "one row is one case, one column an attribute" in read_as(project)


def test_the_first_sheet_that_codes_something_is_read_and_the_others_told(tmp_path):
    notes = [["Catatan"], ["dibuat 2024"]]
    path = workbook(tmp_path / "a.xlsx", ("Info", notes), ("Koding", UNITS), ("Lagi", UNITS))
    project = read_project(path)
    assert len(project.segments) == 3
    assert told(project)["sheet_left_out"] == (2, "Info, Lagi")


def test_levels_of_a_code_are_taken_apart():
    assert levels("a->b -> c") == ("a", "b", "c")
    assert levels("a > b>>c→d") == ("a", "b", "c", "d")
    assert levels("suhu >30") == ("suhu >30",)
    assert levels("a\\b", backslash=True) == ("a", "b")
    assert levels("a\\b") == ("a\\b",)
    assert levels("->") == ("->",)


def test_a_table_whose_rows_do_not_come_apart_is_told(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text("id,teks\n1,halo, apa, kabar, semua\n2,ya, saya\n3,x\n4\n5,a,b,c,d,e,f,g\n", encoding="utf-8")
    assert told(read_project(path))["separator_unclear"] == (1, "a")


def test_an_empty_workbook_is_refused(tmp_path):
    with pytest.raises(DashatError, match=r"a\.xlsx: is empty: no cell holds anything"):
        coded_tables.read(workbook(tmp_path / "a.xlsx", []))


def test_sentences_are_no_table(tmp_path):
    path = tmp_path / "a.txt"
    path.write_text("Ibu: Saya datang.\nKader: Ya, lalu?\nIbu: Obat, susu, telur, semua habis.\n", encoding="utf-8")
    assert not coded_tables.recognises(path)


def test_damaged_tables_are_read_or_refused(tmp_path):
    damaged = list(mutations(text_table(tmp_path / "a.csv", UNITS).read_bytes(), 30, seed=8))
    damaged += list(mutations(workbook(tmp_path / "a.xlsx", UNITS).read_bytes(), 8, seed=9))
    damaged += list(mutations(ods(tmp_path / "a.ods", [["a", "b"], ["1", "2"]]).read_bytes(), 8, seed=10))
    for n, data in enumerate(damaged):
        read_or_refused(coded_tables, tmp_path / f"{n}.csv", data)


@needs_real
def test_the_examples_of_qualcoder_are_read_as_what_they_are():
    found = {name: read_project(REAL / "qualcoder/examples" / name) for name in ("cases123.csv", "cases456.xlsx", "survey456.csv", "survey789.xlsx")}  # fmt: skip
    assert {name: (len(one.cases), len(one.attributes), len(one.sources)) for name, one in found.items()} == {
        "cases123.csv": (3, 3, 0), "cases456.xlsx": (3, 3, 0), "survey456.csv": (3, 3, 3), "survey789.xlsx": (3, 3, 6),
    }  # fmt: skip
    listed = coded_tables.read(REAL / "qualcoder/examples/plain_codes_categories_for_import.txt")
    assert (len(listed.codes), len(listed.categories), len(listed.category_codes)) == (6, 3, 4)
