"""Tables of MAXQDA in any language of its interface; its own files are refused with a word on what to export."""

from __future__ import annotations

import sqlite3

import pytest
from table_files import REAL, mutations, needs_real, read_or_refused, text_table, told, workbook

from dashat_lib.errors import DashatError
from dashat_lib.loaders import maxqda
from dashat_lib.loaders.read_project import read_project

ENGLISH = ["Color", "Comment", "Document group", "Document name", "Code", "Begin", "End", "Weight", "Segment", "Size", "Coverage %", "Author", "Created"]  # fmt: skip
OTHERS = [
    ["Farbe", "Kommentar", "Dokumentgruppe", "Dokumentname", "Code", "Anfang", "Ende", "Gewicht", "Segment", "Größe", "Abdeckungsgrad %", "Autor", "Erstellt am"],
    ["Color", "Comentario", "Grupo de documentos", "Nombre del documento", "Código", "Inicio", "Fin", "Peso", "Segmento", "Área", "Cobertura %", "Autor", "Fecha de creación"],
    ["Color", "Komentarz", "Grupa dokumentów", "Nazwa dokumentu", "Kod", "Początek", "Koniec", "Waga", "Fragment", "Objętość", "Obszar %", "Autor", "Data utworzenia"],
    ["Warna", "Komentar", "Grup dokumen", "Nama dokumen", "Kode", "Awal", "Akhir", "Bobot", "Segmen", "Ukuran", "Cakupan %", "Penulis", "Tanggal dibuat"],
]  # fmt: skip
UNKNOWN = ["Väri", "Kommentti", "Ryhmä", "Asiakirja", "Koodi", "Alku", "Loppu", "Paino", "Osa", "Koko", "Kattavuus", "Tekijä", "Luotu"]  # fmt: skip
ROWS = [
    ["●", "ragu", "Kelurahan", "W1", "Akses > Obat", "2", "2", "10", "Obat habis, kata kader.", "23", "1.5", "ani", "30.11.2017 20:55:14"],
    ["●", "", "Kelurahan", "W1", "Akses", "4", "5", "0", "Jauh\nsekali", "11", "0.7", "budi", "01.12.2017 08:00:00"],
    ["●", "", "Dinas", "W1", "Akses > Jarak > Kaki", "1", "1", "0", "Jauh.", "5", "0.3", "ani", "02.12.2017 08:00:00"],
]  # fmt: skip


@pytest.mark.parametrize("write", [workbook, lambda path, rows: text_table(path, rows, delimiter="\t", encoding="utf-16")])  # fmt: skip
def test_coded_segments_are_read(tmp_path, write):
    project = read_project(write(tmp_path / "segmen.xls", [ENGLISH, *ROWS]))
    assert project.format == "maxqda"
    paths = project.code_paths()
    assert [(paths[one.code_id], one.coder_id, one.weight, one.created) for one in project.codings.itertuples()] == [
        ("Akses > Obat", "ani", "10", "2017-11-30T20:55:14"), ("Akses", "budi", "0", "2017-12-01T08:00:00"),
        ("Akses > Jarak > Kaki", "ani", "0", "2017-12-02T08:00:00"),
    ]  # fmt: skip
    assert list(project.code_paths()) == ["Akses", "Akses > Obat", "Akses > Jarak", "Akses > Jarak > Kaki"]
    assert list(project.segments["text"]) == ["Obat habis, kata kader.", "Jauh\nsekali", "Jauh."]
    assert list(project.segments["raw_start"]) == ["2", "4", "1"]
    assert list(project.segments["comment"].dropna()) == ["ragu"]
    assert list(project.sources["source_id"]) == [
        "Kelurahan > W1",
        "Dinas > W1",
    ]  # one name in two groups is two documents
    assert [(one.set_id, one.target_id) for one in project.set_members.itertuples()] == [("Kelurahan", "Kelurahan > W1"), ("Dinas", "Dinas > W1")]  # fmt: skip
    assert told(project) == {"repeated_name": (2, "W1"), "text_missing": (2, "Kelurahan > W1, Dinas > W1")}
    assert project.summary(texts=True)["codings_by_coder"] == {"ani": 2, "budi": 1}


@pytest.mark.parametrize("heading", OTHERS, ids=lambda one: one[3])
def test_other_languages_of_the_interface_read_alike(tmp_path, heading):
    english = read_project(workbook(tmp_path / "en.xlsx", [ENGLISH, *ROWS]))
    other = read_project(workbook(tmp_path / "lain.xlsx", [heading, *ROWS]))
    for (name, table), (_, same) in zip(english.tables(), other.tables(), strict=True):
        assert table.equals(same), name
    assert told(other) == told(english)


def test_a_language_that_is_not_known_is_read_by_order_and_content_and_told(tmp_path):
    project = read_project(workbook(tmp_path / "fi.xlsx", [UNKNOWN, *ROWS]))
    assert project.format == "maxqda"
    assert told(project)["columns_by_position"] == (1, "Sheet1")
    assert list(project.codings["coder_id"]) == ["ani", "budi", "ani"]
    swapped = [[*row[:11], row[12], row[11]] for row in ROWS]  # author and date the other way round
    assert read_project(workbook(tmp_path / "x.xlsx", [UNKNOWN, *swapped])).format == "table"


def test_newer_headings_and_codes_with_a_backslash_are_read(tmp_path):
    heading = ["Document name", "Code", "Segment", "Beginning", "End", "Weight score", "Modified by", "Modified", "Coverage %", "Created by", "Creation date", "Catatan saya"]  # fmt: skip
    rows = [["W1", "Akses\\Obat", "Habis.", "0:01:02.5", "0:01:05", "0", "ani", "1/2/2024 09:00", "2.1", "budi", "1/2/2024 08:00", "x"]]  # fmt: skip
    project = read_project(text_table(tmp_path / "a.csv", [heading, *rows]))
    assert list(project.code_paths()) == ["Akses", "Akses > Obat"]
    segment = project.segments.iloc[0]
    assert (segment["kind"], segment["begin_ms"], segment["end_ms"], segment["modifier"]) == ("audio", 62_500, 65_000, "ani")  # fmt: skip
    assert told(project) == {
        "column_left_out": (1, "Catatan saya"), "date_as_written": (2, "created, modified"),
        "kind_chosen": (1, "row 2"), "text_missing": (1, "W1"),
    }  # fmt: skip


def test_rows_without_code_coder_or_document_are_kept_and_told(tmp_path):
    rows = [list(ROWS[0]), list(ROWS[0]), list(ROWS[0])]
    rows[1][4], rows[1][11], rows[1][3] = "", "", ""
    project = read_project(workbook(tmp_path / "a.xlsx", [ENGLISH, *rows]))
    assert len(project.segments) == 3
    assert len(project.codings) == 2
    found = told(project)
    assert (found["code_not_named"], found["coder_not_named"], found["document_not_named"], found["repeated_row"]) == ((1, "row 3"), (1, "Sheet1"), (1, "document"), (1, "row 4"))  # fmt: skip


def test_a_table_of_codes_to_import_is_read(tmp_path):
    rows = [["Code", "Memo"], ["Akses", "umum"], ["Akses > Obat", "khusus"], ["Lain\\Jarak", ""], ["Akses", "lain"], ["", "tanpa"]]  # fmt: skip
    project = read_project(workbook(tmp_path / "kode.xlsx", rows))
    assert project.format == "maxqda"
    assert dict(zip(project.code_paths(), project.codes["description"].fillna(""), strict=True)) == {"Akses": "umum", "Akses > Obat": "khusus", "Lain": "", "Lain > Jarak": ""}  # fmt: skip
    assert told(project) == {"repeated_code": (1, "Akses"), "description_differs": (1, "Akses"), "empty_code": (1, "row 6")}  # fmt: skip


def test_files_of_its_own_are_refused_with_what_to_export(tmp_path):
    path = tmp_path / "proyek.mx24"
    with sqlite3.connect(path) as connection:
        for name in ("Codewords", "Codings", "Texts"):
            connection.execute(f"CREATE TABLE {name} (ID INTEGER PRIMARY KEY, Text)")
    connection.close()
    with pytest.raises(DashatError) as error:
        read_project(path)
    assert str(error.value) == (
        "proyek.mx24: is a file of MAXQDA's own, in which the texts are encrypted. In MAXQDA, export the project as "
        "REFI-QDA (.qdpx), or the coded segments as an Excel table, and read that."
    )


def test_another_table_is_refused_and_not_claimed(tmp_path):
    path = text_table(tmp_path / "a.csv", [["document", "segment", "text", "code", "coder", "start", "end"], ["W1", "1", "x", "a", "ani", "0", "1"]])  # fmt: skip
    assert not maxqda.recognises(path)
    with pytest.raises(DashatError, match=r"a\.csv: is no table that MAXQDA exports"):
        maxqda.read(path)


def test_damaged_tables_are_read_or_refused(tmp_path):
    content = text_table(tmp_path / "a.csv", [ENGLISH, *ROWS]).read_bytes()
    damaged = list(mutations(content, 25, seed=2))
    damaged += list(mutations(workbook(tmp_path / "a.xlsx", [ENGLISH, *ROWS]).read_bytes(), 8, seed=3))
    if REAL.is_dir():
        damaged += list(mutations((REAL / "maxqda/maxqda12_coded_segments.xls").read_bytes(), 8, seed=345))
        damaged += list(mutations((REAL / "maxqda/maxqda12_letters.mex").read_bytes(), 4, seed=5))
    for n, data in enumerate(damaged):
        read_or_refused(maxqda, tmp_path / f"{n}.bin", data)


@needs_real
def test_a_real_table_of_an_old_version_is_read():
    # maxqda12_coded_segments.xls: 402 rows, 39 documents, 7 codes by SQL on the exchange file of the same project
    project = read_project(REAL / "maxqda/maxqda12_coded_segments.xls")
    assert [len(one) for one in (project.segments, project.codings, project.sources, project.codes, project.coders)] == [402, 402, 39, 7, 1]  # fmt: skip
    assert project.segments["created"].str.fullmatch(r"2017-1[12]-\d\dT[\d:]{8}").all()
    assert list(told(project)) == ["text_missing"]
