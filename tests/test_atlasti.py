"""Tables of ATLAS.ti: quotations whose codes hold commas, codebook, list and co-occurrence of codes."""

from __future__ import annotations

import json

import pytest
from table_files import REAL, mutations, needs_real, read_or_refused, text_table, told, workbook

from dashat_lib.errors import DashatError
from dashat_lib.loaders import atlasti
from dashat_lib.loaders.atlasti_codes import split
from dashat_lib.loaders.read_project import read_project

HEADING = ["Number", "Reference", "Name", "Text Content", "Document", "Codes", "Number of Codes", "Comment", "Initial Position", "Final Position", "Creation Date "]  # fmt: skip
ROWS = [
    ["1:1", "¶ 2", "", "Obat habis, kata kader.", "W1", "Akses, Mutu: Obat", "1", "ragu", "2", "2", "3/25/25"],
    ["1:2", "¶ 4", "", "Bidan ramah.\r\nIbu percaya.", "W1", "Akses, Mutu: Obat, Percaya", "2", "", "4", "5", "4/2/25"],
    ["2:1", "¶ 1", "", "Jauh.", "W2", "Percaya, Akses, Mutu: Jarak", "2", "", "1", "1", "4/3/25"],
    ["2:2", "¶ 3", "", "", "W2", "", "0", "", "3", "3", ""],
]


def quotations(path, rows=None, heading=HEADING, **style):
    return text_table(path, [heading, *(ROWS if rows is None else rows)], delimiter=";", **style)


def codes_of(project):
    paths = project.code_paths()
    return [(one.segment_id, paths.get(one.code_id, one.code_id)) for one in project.codings.itertuples()]


def test_codes_that_hold_commas_are_told_apart_by_the_number_of_codes(tmp_path):
    project = read_project(quotations(tmp_path / "kutipan.csv"))
    assert project.format == "atlasti"
    assert codes_of(project) == [("1:1", "Akses, Mutu: Obat"), ("1:2", "Akses, Mutu: Obat"), ("1:2", "Percaya"), ("2:1", "Percaya"), ("2:1", "Akses, Mutu: Jarak")]  # fmt: skip
    assert list(project.segments["text"].dropna()) == ["Obat habis, kata kader.", "Bidan ramah.\nIbu percaya.", "Jauh."]
    assert list(project.segments["raw_start"]) == ["2", "4", "1", "3"]
    assert project.segments["start"].isna().all()
    assert list(project.segments["created"].dropna()) == ["2025-03-25", "2025-04-02", "2025-04-03"]
    assert told(project) == {"code_concluded": (2, "1:2, 2:1"), "text_missing": (2, "W1, W2")}
    counts = project.summary()
    assert (counts["documents"], counts["codings"], counts["selections"], counts["uncoded_selections"], counts["selection_comments"], counts["data_rows"]) == (2, 5, 4, 1, 1, 4)  # fmt: skip


def test_a_name_is_concluded_where_all_others_of_its_cell_are_known():
    cells = ["Percaya", "Mahal, jauh, Percaya", "A, B, C"]
    assert split(cells, [1, 2, 2]) == ([["Percaya"], ["Mahal, jauh", "Percaya"], None], [1])


def test_what_stands_before_a_colon_shows_where_a_code_begins():
    cells = ["T2. Aman, rahasia: Izin", "T2. Aman, rahasia: Sandi, T2. Aman, rahasia: Izin, kunci"]
    assert split(cells, [1, 2])[0][1] == ["T2. Aman, rahasia: Sandi", "T2. Aman, rahasia: Izin, kunci"]


def test_names_of_a_codebook_go_before_conclusions_and_the_longest_fits():
    cells = ["Akses, obat, Akses"]
    assert split(cells, [2], ["Akses", "Akses, obat"]) == ([["Akses, obat", "Akses"]], [])
    assert split(cells, [None], ["Akses", "Akses, obat"]) == ([["Akses, obat", "Akses"]], [])
    assert split(["Akses, obat"], [None], ["Akses", "obat", "Akses, obat"]) == ([None], [])  # one code or two
    assert split(["x, y"], [None]) == ([None], [])


def test_lines_of_a_cell_are_codes_and_a_wrong_number_leaves_it_whole():
    assert split(["Akses\nPercaya", "Akses", ""], [2, 3, 0]) == ([["Akses", "Percaya"], None, []], [])


def test_a_cell_with_hundreds_of_parts_does_not_hang(monkeypatch):
    monkeypatch.setattr("dashat_lib.loaders.atlasti_codes._MOST_WORK", 500_000)
    cell = ", ".join(str(n % 7) for n in range(5_000))
    assert split([cell] * 200, [30] * 200)[0] == [None] * 200
    assert split([", ".join("ab" * 40)] * 3_000, [None] * 3_000, ["a", "b"])[0][-1] is None


def test_a_cell_that_cannot_be_told_apart_is_left_whole_and_counted(tmp_path):
    rows = [["1:1", "¶ 1", "", "Satu.", "W1", "A, B, C", "2", "", "1", "1", ""]]
    project = read_project(quotations(tmp_path / "k.csv", rows))
    assert list(project.codings["code_id"]) == ["A, B, C (1 of 2)", "A, B, C (2 of 2)"]
    assert len(project.codes) == 0
    assert told(project) == {"codes_not_split": (1, "1:1"), "unknown_code": (2, "1:1"), "text_missing": (1, "W1")}
    assert project.summary()["codings"] == 2  # as the table says


def test_a_codebook_is_used_only_if_it_is_asked_for(tmp_path):
    rows = [["1:1", "¶ 1", "", "Satu.", "W1", "A, B, C", "2", "", "1", "1", ""]]
    path = quotations(tmp_path / "k.csv", rows)
    book = text_table(tmp_path / "buku.csv", [["Code", "Comment", "Code Group 1"], ["A, B", "dua huruf", "Awal"], ["C", "", "Awal"], ["D", "", ""]], delimiter=";")  # fmt: skip
    assert "codes_not_split" in told(read_project(path))
    project = atlasti.read(path, codebook=book)
    assert codes_of(project) == [("1:1", "A, B"), ("1:1", "C")]
    assert list(project.codes["name"]) == ["A, B", "C", "D"]
    assert list(project.set_members["target_id"]) == ["A, B", "C"]
    assert told(project) == {"text_missing": (1, "W1")}
    with pytest.raises(DashatError, match=r"k\.csv: is no codebook that ATLAS\.ti exports"):
        atlasti.read(path, codebook=path)


@pytest.mark.parametrize(
    "heading",
    [
        ["Nummer", "Referenz", "Name", "Textinhalt", "Dokument", "Codes", "Anzahl der Codes", "Kommentar", "Anfangsposition", "Endposition", "Erstellungsdatum"],
        ["Número", "Referencia", "Nombre", "Contenido del texto", "Documento", "Códigos", "Número de códigos", "Comentario", "Posición inicial", "Posición final", "Fecha de creación"],
        ["Número", "Referência", "Nome", "Conteúdo de texto", "Documento", "Códigos", "Número de códigos", "Comentário", "Posição inicial", "Posição final", "Data de criação"],
        ["Nomor", "Referensi", "Nama", "Isi teks", "Dokumen", "Kode", "Jumlah kode", "Komentar", "Posisi awal", "Posisi akhir", "Tanggal dibuat"],
    ],
)  # fmt: skip
def test_other_languages_of_the_interface_read_alike(tmp_path, heading):
    english = read_project(quotations(tmp_path / "en.csv"))
    other = read_project(quotations(tmp_path / "lain.csv", heading=heading))
    for (name, table), (_, same) in zip(english.tables(), other.tables(), strict=True):
        assert table.equals(same), name


def test_documents_of_one_name_are_told_apart_by_their_number(tmp_path):
    rows = [[number, "¶ 1", "", "Teks", "Wawancara", "A", "1", "", "1", "1", ""] for number in ("1:1", "2:1", "2:1")]
    project = read_project(quotations(tmp_path / "k.csv", rows))
    assert list(project.sources["source_id"]) == ["Wawancara (1)", "Wawancara (2)"]
    assert list(project.segments["segment_id"]) == ["1:1", "2:1", "2:1 (row 4)"]
    assert told(project)["repeated_name"] == (2, "Wawancara")
    assert told(project)["repeated_id"] == (1, "2:1")


def test_a_codebook_has_levels_and_groups(tmp_path):
    rows = [["Code", "Comment", "Code Group 1", "Code Group 2"], ["Mutu", "umum", "Awal", ""], ["Mutu: Obat: generik", "", "Awal", "Kedua"], ["Lain: bukan anak", "", "", ""], ["Mutu", "", "", ""]]  # fmt: skip
    project = read_project(workbook(tmp_path / "buku.xlsx", rows))
    assert list(project.code_paths()) == ["Mutu", "Mutu > Obat: generik", "Lain: bukan anak"]
    assert [(one.set_id, one.target_id) for one in project.set_members.itertuples()] == [("Awal", "Mutu"), ("Awal", "Mutu: Obat: generik"), ("Kedua", "Mutu: Obat: generik")]  # fmt: skip
    assert told(project) == {"repeated_code": (1, "Mutu")}
    assert project.summary()["data_rows"] == 4


def test_a_list_of_codes_has_its_levels_in_columns_and_its_numbers_in_the_properties(tmp_path):
    rows = [["Code", "", "Grounded", "Density", "Groups", "Number of Groups", "Comment"], ["● Mutu", "", "7", "1", "Awal, Kedua", "2", ""], ["", "○ Obat", "3", "0", "Awal", "1", "catatan"], ["● Lain", "", "0", "0", "", "0", ""]]  # fmt: skip
    project = read_project(text_table(tmp_path / "daftar.csv", rows, delimiter=";"))
    assert list(project.code_paths()) == ["Mutu", "Mutu > Obat", "Lain"]
    assert json.loads(project.properties["groundedness"]) == {"Mutu": 7, "Mutu: Obat": 3, "Lain": 0}
    assert list(project.sets["name"]) == ["Awal", "Kedua"]
    assert project.load_report == ()


def test_a_co_occurrence_table_keeps_its_numbers(tmp_path):
    names = ["● Mutu\nGr=5", "● Mutu: Obat\nGr=3", "○ Lain\nGr=0"]
    rows = [["", *names], [names[0], 0, 2, 0], [names[1], 2, 0, 1], [names[2], 0, 1, 0]]
    project = read_project(workbook(tmp_path / "ko.xlsx", ("Code Co-occurrence Table", rows), ("Information", [["Project:", "x"]])))  # fmt: skip
    assert list(project.code_paths()) == ["Mutu", "Mutu > Obat", "Lain"]
    assert json.loads(project.properties["cooccurrence"]) == [["Mutu", "Mutu: Obat", 2], ["Mutu: Obat", "Lain", 1]]
    assert json.loads(project.properties["groundedness"]) == {"Mutu": 5, "Mutu: Obat": 3, "Lain": 0}
    assert told(project) == {"sheet_left_out": (1, "Information"), "numbers_kept": (2, "Code Co-occurrence Table")}
    rows[1][2] = 9
    assert told(read_project(workbook(tmp_path / "b.xlsx", rows)))["not_symmetric"] == (2, "Sheet1")


def test_another_table_is_refused_with_what_to_export(tmp_path):
    with pytest.raises(DashatError, match=r"a\.csv: is no table that ATLAS\.ti exports"):
        atlasti.read(text_table(tmp_path / "a.csv", [["a", "b"], ["1", "2"]]))


def test_damaged_tables_are_read_or_refused(tmp_path):
    content = quotations(tmp_path / "k.csv").read_bytes()
    for n, damaged in enumerate(mutations(content, 30, seed=1)):
        read_or_refused(atlasti, tmp_path / f"{n}.csv", damaged)


# ---- real files: measured in the files themselves, see expected.csv beside them ----------------------------------------


@needs_real
def test_codes_of_a_real_table_come_apart_as_its_codebook_says():
    # edgeai_quotations.csv with edgeai_codebook.csv: 465 codes, of which the quotations name 435, and one name not in the book
    alone = read_project(REAL / "atlasti/edgeai_quotations.csv")
    beside = atlasti.read(REAL / "atlasti/edgeai_quotations.csv", codebook=REAL / "atlasti/edgeai_codebook.csv")
    assert list(alone.codings["code_id"]) == list(beside.codings["code_id"])
    assert len(alone.codings) == 1465
    assert len(beside.codes) == 466
    assert told(beside)["code_not_in_codebook"][0] == 1
    assert "code_concluded" not in told(beside)
    assert told(alone)["code_concluded"][0] > 0


@needs_real
def test_the_three_lists_of_codes_of_one_project_agree():
    book, listed, table = (read_project(REAL / f"atlasti/edgeai_{name}") for name in ("codebook.csv", "code_list_frequencies.csv", "code_cooccurrence.xlsx"))  # fmt: skip
    assert set(book.codes["code_id"]) == set(listed.codes["code_id"])
    assert (
        len(set(table.codes["code_id"]) - set(book.codes["code_id"])) == 1
    )  # the code that the codebook spells differently
    assert set(book.code_paths()) == set(listed.code_paths())
