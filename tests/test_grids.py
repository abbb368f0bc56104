"""Tables as sheets of text cells: encodings, separators, quotation marks, workbooks, headings, dates."""

from __future__ import annotations

import datetime
import shutil
import subprocess
import zipfile

import openpyxl
import pytest
from table_files import REAL, needs_real, ods, raw_ods, text_table, workbook

from dashat_lib.coded_project import Report
from dashat_lib.errors import DashatError
from dashat_lib.loaders.dates import as_iso, milliseconds
from dashat_lib.loaders.grids import beginning, grids, text_rows
from dashat_lib.loaders.headings import as_table, columns, heading_at, key
from dashat_lib.loaders.workbook_sheets import kind_of, sheets

ROWS = [["id", "teks", "kode"], ["007", "Kader datang, obat habis; ibu pulang", "NA"], ["8", "Dua\r\nbaris", "None"]]
TEXTS = [["id", "teks", "kode"], ["007", "Kader datang, obat habis; ibu pulang", "NA"], ["8", "Dua\nbaris", "None"]]


def problem_of(error):
    return str(error.value)


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize(("encoding", "lineterminator"), [("utf-8", "\r\n"), ("utf-8-sig", "\n"), ("utf-16", "\r\n")])
def test_every_separator_and_encoding_gives_the_same_cells_as_text(tmp_path, delimiter, encoding, lineterminator):
    path = text_table(
        tmp_path / "tabel.dat", ROWS, delimiter=delimiter, encoding=encoding, lineterminator=lineterminator
    )
    found = grids(path)
    assert found.sheets[0].rows == TEXTS
    assert (found.separator, found.encoding, found.kind) == (delimiter, encoding, "text")
    assert found.sheets[0].name == "tabel"


@pytest.mark.parametrize("write", [workbook, ods])
def test_workbooks_give_the_same_cells(tmp_path, write):
    path = write(tmp_path / "tanpa_akhiran", TEXTS)
    assert grids(path).sheets[0].rows == [[cell for cell in row] for row in TEXTS]


def test_a_table_of_windows_1252_is_read_and_told_as_guessed(tmp_path):
    path = text_table(
        tmp_path / "a.csv", [["nama", "ucapan"], ["Zoë", "c’est très cher à São Paulo"]], encoding="cp1252"
    )
    found, report = grids(path), Report()
    found.tell(report)
    assert found.sheets[0].rows[1] == ["Zoë", "c’est très cher à São Paulo"]
    assert [(entry.what, entry.n, entry.where, entry.details["codec"]) for entry in report.entries()] == [("encoding_guessed", 1, "a.csv", "cp1252")]  # fmt: skip


def test_numbers_with_a_decimal_comma_do_not_make_the_comma_the_separator():
    assert text_rows("nama;skor\nA;1,5\nB;2,5\n", "f")[:2] == ([["nama", "skor"], ["A", "1,5"], ["B", "2,5"]], ";")


def test_semicolons_inside_cells_do_not_make_them_the_separator():
    assert text_rows("kode,anggota\nA,x;y\nB,z;w\n", "f")[1] == ","


def test_sentences_with_commas_are_lines_of_one_cell():
    text = "Ya.\nSaya datang, lalu pulang.\nObat, vitamin, susu, dan telur habis.\nTidak ada.\nBegitu.\n"
    rows, separator, *_ = text_rows(text, "f")
    assert separator is None
    assert rows == [[line] for line in text.splitlines()]


def test_the_hint_of_excel_decides_the_separator_and_is_no_row():
    assert text_rows("sep=|\na|b;c\n1|2;3\n", "f")[:2] == ([["a", "b;c"], ["1", "2;3"]], "|")


def test_blank_rows_at_the_end_are_left_out_and_a_lone_cr_ends_a_row(tmp_path):
    path = tmp_path / "lama.csv"
    path.write_bytes(b"a,b\r1,2\r,\r\r")
    assert grids(path).sheets[0].rows == [["a", "b"], ["1", "2"]]


def test_quotation_marks_that_are_not_marks_around_cells_are_taken_as_they_stand():
    rows, separator, _, word = text_rows('kode\tucapan\nA\t"begitu kata ibu\nB\tpulang\n', "f")
    assert (rows, separator, word) == ([["kode", "ucapan"], ["A", '"begitu kata ibu'], ["B", "pulang"]], "\t", "quotation_mark_open")  # fmt: skip


def test_a_quotation_mark_that_is_not_closed_is_refused_with_its_row():
    text = 'id,teks,kode\n1,"satu, dua",A\n3,"lima\n, enam",B\n4,tujuh,C\n5,"a\n,b",D\n6,"c\nd",E\n7,"tidak tutup,F\n8,x,y,z\n'
    with pytest.raises(DashatError) as error:
        text_rows(text, "buku.csv")
    assert problem_of(error).startswith("buku.csv, row 7: cannot be read as a table: a quotation mark is not closed.")


def test_a_quotation_mark_inside_a_quoted_cell_is_told():
    rows, _, _, word = text_rows('id,teks\n1,"ia bilang "ya" lalu diam"\n2,"a\nb"\n3,"c\nd"\n', "f")
    assert word == "odd_quotation_mark"
    assert rows[1:] == [["1", 'ia bilang ya" lalu diam"'], ["2", "a\nb"], ["3", "c\nd"]]


def test_binary_and_web_pages_are_no_tables(tmp_path):
    for name, content in (("a.xls", b"<html><table><tr><td>1</td></tr></table>"), ("b.csv", b"a,b\n1,\0\0\n"), ("c.csv", b"%PDF-1.4")):  # fmt: skip
        (tmp_path / name).write_bytes(content)
        assert beginning(tmp_path / name) is None
        with pytest.raises(DashatError, match=name):
            grids(tmp_path / name)


def test_the_beginning_of_a_large_table_ends_with_a_whole_row(tmp_path):
    for encoding in ("utf-8", "utf-16"):
        path = text_table(tmp_path / f"{encoding}.csv", [["id", "teks"], *([str(n), "é" * 60] for n in range(20_000))], encoding=encoding)  # fmt: skip
        found = beginning(path)
        assert found is not None
        assert not found.whole
        assert found.separator == ","
        rows = found.sheets[0].rows
        assert 3_000 < len(rows) < 20_001
        assert rows[-1] == [str(len(rows) - 2), "é" * 60]


def test_cells_of_a_workbook_read_as_its_reader_would_write_them(tmp_path):
    values = [1.0, 1.5, 0.1 + 0.2, True, datetime.date(2024, 5, 1), datetime.datetime(2024, 5, 1, 13, 4), datetime.time(3, 4), "007", -12, datetime.timedelta(hours=30), 1e20]  # fmt: skip
    path = workbook(tmp_path / "a.xlsx", [["x"], *([value] for value in values)])
    shown = [row[0] for row in grids(path).sheets[0].rows[1:]]
    assert shown == ["1", "1.5", "0.3", "TRUE", "2024-05-01", "2024-05-01 13:04:00", "03:04:00", "007", "-12", "30:00:00", "1e+20"]  # fmt: skip


def test_formulas_without_a_value_and_errors_and_merged_cells_are_told(tmp_path):
    book = openpyxl.Workbook()
    page = book.active
    for row in (["dok", "n"], ["W1", "=1+1"], [None, "#N/A"], ["W2", 3]):
        page.append(row)
    page.merge_cells("A2:A3")
    book.save(tmp_path / "a.xlsx")
    found, report = grids(tmp_path / "a.xlsx"), Report()
    found.tell(report)
    assert [row[0] for row in found.sheets[0].rows] == ["dok", "W1", "W1", "W2"]
    assert {entry.what: entry.n for entry in report.entries()} == {"formula_without_value": 1, "error_value": 1, "merged_cells": 1}  # fmt: skip


def test_a_cell_far_away_is_refused_before_it_fills_the_memory(tmp_path):
    book = openpyxl.Workbook()
    book.active["A1"], book.active["XFD1048576"] = "a", "b"
    book.save(tmp_path / "jauh.xlsx")
    with pytest.raises(DashatError, match=r"jauh\.xlsx: (is a workbook|holds more cells)"):
        grids(tmp_path / "jauh.xlsx")
    assert beginning(tmp_path / "jauh.xlsx") is None


def test_a_row_repeated_a_million_times_is_refused(tmp_path):
    row = '<table:table-row table:number-rows-repeated="900000"><table:table-cell office:value-type="string" table:number-columns-repeated="9000"><text:p>x</text:p></table:table-cell></table:table-row>'
    with pytest.raises(DashatError, match=r"besar\.ods"):
        grids(raw_ods(tmp_path / "besar.ods", row))


def test_a_workbook_that_unpacks_to_far_more_is_refused(tmp_path):
    path = workbook(tmp_path / "bom.xlsx", [["a"]])
    with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet9.xml", b" " * (2 << 20))
    assert kind_of(path) is None
    with pytest.raises(
        DashatError,
        match=r"bom\.xlsx: has a member 'xl/worksheets/sheet9\.xml' that unpacks to more than 200 times its size",
    ):
        grids(path)


def test_why_a_workbook_was_not_read_is_found_out_once(tmp_path, monkeypatch):
    path = workbook(tmp_path / "a.xlsx", [["a"]])
    calls = []
    monkeypatch.setattr("dashat_lib.loaders.workbook_sheets._SECONDS", 0.001)
    monkeypatch.setattr(
        "subprocess.run", lambda *args, run=subprocess.run, **more: calls.append(1) or run(*args, **more)
    )
    for _ in range(3):
        assert beginning(path) is None
    with pytest.raises(DashatError, match=r"a\.xlsx: is a workbook that takes longer than 0 s to open"):
        grids(path)
    assert calls == [1]


@needs_real
def test_an_old_workbook_is_read_and_a_damaged_one_refused(tmp_path):
    path = REAL / "maxqda/maxqda12_coded_segments.xls"
    assert kind_of(path) == "xls"
    found, odd = sheets(path, "xls")
    assert (len(found), len(found[0]["rows"]), odd) == (1, 403, [])
    shutil.copy(path, tmp_path / "potong.xls")
    (tmp_path / "potong.xls").write_bytes(path.read_bytes()[:20_000])
    with pytest.raises(DashatError, match=r"potong\.xls: is a workbook that cannot be read"):
        sheets(tmp_path / "potong.xls", "xls")


# ---- headings --------------------------------------------------------------------------------------------------------


def test_headings_are_compared_without_accents_case_and_signs():
    assert key(" Começo_da  POSIÇÃO % ") == "comeco da posicao %"
    assert key("Objętość") == "objetosc"
    assert columns(["Codes ", "Komentar", "code"], {"code": ("code", "codes"), "note": ("komentar",)}) == {"code": 2, "note": 1}  # fmt: skip


def test_the_heading_is_below_the_title_and_what_is_odd_is_told(tmp_path):
    rows = [["Hasil koding 2024"], [], ["id", "kode", "kode", "", "kosong"], ["1", "a", "b", "c"], [], ["2", "a", "b", "", "", "lebih"]]  # fmt: skip
    found, report = grids(workbook(tmp_path / "a.xlsx", rows)), Report()
    sheet = found.sheets[0]
    assert heading_at(sheet) == 2
    table = as_table(sheet, 2, report)
    assert table.heading == ("id", "kode", "kode (2)", "column 4", "kosong", "column 6")
    assert table.rows == [["1", "a", "b", "c", "", ""], ["2", "a", "b", "", "", "lebih"]]
    assert table.numbers == [4, 6]
    assert table.above == ["Hasil koding 2024"]
    assert {(entry.what, entry.n, entry.where) for entry in report.entries()} == {
        ("row_above_heading", 1, "Sheet1"), ("blank_row", 1, "Sheet1"), ("repeated_heading", 1, "kode (2)"),
        ("empty_heading", 2, "column 4, column 6"),
    }  # fmt: skip


def test_rows_that_are_shorter_or_longer_than_the_heading_lose_nothing(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text("id,kode,catatan\n1,a,x\n2,b\n3,c,y\n4,d,z,lebih\n5,e,w\n", encoding="utf-8")
    found, report = grids(path), Report()
    table = as_table(found.sheets[0], 0, report)
    assert table.rows[1] == ["2", "b", "", ""]
    assert table.rows[3] == ["4", "d", "z", "lebih"]
    assert {(entry.what, entry.n, entry.where) for entry in report.entries()} == {("row_shorter_than_heading", 1, "a"), ("empty_heading", 1, "column 4")}  # fmt: skip


def test_rows_of_a_million_columns_are_refused():
    rows, *_ = text_rows("a" + "," * 300_000 + "\n" + "1" + ",x" * 300_000 + "\n", "f")
    from dashat_lib.loaders.grids import Grid

    with pytest.raises(DashatError, match="more than is read"):
        as_table(Grid("lebar", rows), 0, Report())


# ---- dates -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("cells", "dates", "odd"),
    [
        (["3/25/25", "4/2/25", ""], ["2025-03-25", "2025-04-02", ""], 0),
        (["3/4/25", "1/2/25"], ["3/4/25", "1/2/25"], 2),  # March or April
        (["30.11.2017 20:55:14", "01.12.2017"], ["2017-11-30T20:55:14", "2017-12-01"], 0),
        (["31/04/2024", "kemarin"], ["31/04/2024", "kemarin"], 2),  # no such day
        (["2024-05-31 9:30 PM", "2024-05-31T23:59:59"], ["2024-05-31T21:30:00", "2024-05-31T23:59:59"], 0),
    ],
)
def test_the_order_of_day_and_month_is_decided_by_the_column(cells, dates, odd):
    assert as_iso(cells) == (dates, odd)


def test_times_of_recordings_are_milliseconds():
    assert [milliseconds(cell) for cell in ("1:02:03.5", "02:03", "0:00:01,250", "4", "¶ 4")] == [3_723_500, 123_000, 1_250, None, None]  # fmt: skip
