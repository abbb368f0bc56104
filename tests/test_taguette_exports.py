"""Tables and pages that Taguette exports: told by headings or markup, one row a highlight and tag, in several languages."""

from __future__ import annotations

import csv
import time
from contextlib import suppress

import pytest
from coded_databases import damaged, real, records, said, survives

from dashat_lib.errors import DashatError
from dashat_lib.loaders import taguette, taguette_exports
from dashat_lib.loaders.read_project import read_project

ROWS = [
    ["id", "document", "tag", "content"],
    ["7", "Wawancara 1", "air", "Sumur “kering”\nsejak Juni."],
    ["7", "Wawancara 1", "berbagi, tetangga", "Sumur “kering”\nsejak Juni."],
    ["8", "Wawancara 2 🚰", "air", "Tidak ada; bantuan, \"belum\"."],
    ["9", "Wawancara 2 🚰", "", "Tanpa tanda."],
]  # fmt: skip
PAGE = """<!DOCTYPE html>
<html>
  <head>
    <meta charset="UTF-8">
    <title>Sorotan Taguette</title>
    <style>
      h1 {
        margin-bottom: 1em;
      }
    </style>
  </head>
  <body>
    <h1>Sorotan Taguette</h1>

    <p>Sumur &amp; sungai</p><p>kering.</p>
    <p>
      <strong>Dokumen:</strong> Wawancara 1 &lt;lama&gt;
      <strong>Tag:</strong>
        air,
        berbagi, tetangga
    </p>
    <hr>

    <p>Dengan <strong>huruf</strong> tebal</p><hr><p>dan garis.</p>
    <p>
      <strong>Dokumen:</strong> Catatan
      <strong>Tag:</strong>
        air
    </p>

  </body>
</html>"""
DOCUMENT = """<!DOCTYPE html>
<html>
  <head>
    <meta charset="UTF-8">
    <style>
      .highlight {
        background-color: #ff0;
      }
      .taglist {
        font-style: oblique;
      }
    </style>
    <title>Wawancara 1</title>
  </head>
  <body>
    <h1>Wawancara &amp; 1</h1>
<p>P: <span class="highlight">Sumur &amp; sungai</span><span class="taglist"> [air, berbagi]</span><span class="highlight"> kering.</span><span class="taglist"> []</span></p>
<p><b><span class="highlight">Kami</span></b><span class="highlight"> berbagi.</span></p><p><span class="highlight">Semua.</span><span class="taglist"> [berbagi]</span> Selesai.</p>
  </body>
</html>"""


def table(path, rows, *, delimiter=",", encoding="utf-8"):
    with path.open("w", newline="", encoding=encoding) as file:
        csv.writer(file, delimiter=delimiter).writerows(rows)
    return path


def workbook(path, rows, title):
    from openpyxl import Workbook

    book = Workbook()
    book.active.title = title
    for row in rows:
        book.active.append(row)
    book.save(path)
    return path


def check_highlights(read):
    assert read.format == "taguette"
    assert records(read.sources, "source_id", "name", "kind", "text") == [("Wawancara 1", "Wawancara 1", "text", None), ("Wawancara 2 🚰", "Wawancara 2 🚰", "text", None)]  # fmt: skip
    assert records(read.segments, "segment_id", "source_id", "start", "text") == [("7", "Wawancara 1", None, ROWS[1][3]), ("8", "Wawancara 2 🚰", None, ROWS[3][3]), ("9", "Wawancara 2 🚰", None, ROWS[4][3])]  # fmt: skip
    assert records(read.codes, "code_id", "name") == [("air", "air"), ("berbagi, tetangga", "berbagi, tetangga")]
    assert records(read.codings, "coding_id", "segment_id", "code_id", "coder_id") == [("7:air", "7", "air", None), ("7:berbagi, tetangga", "7", "berbagi, tetangga", None), ("8:air", "8", "air", None)]  # fmt: skip
    assert read.properties["data_rows"] == "4"


@pytest.mark.parametrize(("delimiter", "encoding"), [(",", "utf-8"), (";", "utf-8-sig"), ("\t", "utf-16")])
def test_highlights_as_csv_also_as_another_program_saved_them(tmp_path, delimiter, encoding):
    read = read_project(table(tmp_path / "sorotan.csv", ROWS, delimiter=delimiter, encoding=encoding))
    check_highlights(read)
    assert read.properties["encoding"] == encoding
    assert said(read) == {
        "text_missing": [(2, "Wawancara 1, Wawancara 2 🚰")],
        "no_coder": [(3, "7:air, 7:berbagi, tetangga, 8:air")],
    }


def test_highlights_as_a_workbook(tmp_path):
    path = workbook(tmp_path / "a.xlsx", ROWS, "highlights")
    check_highlights(read_project(path))
    from openpyxl import load_workbook

    book = load_workbook(path)
    book.create_sheet("catatan", 0)
    book.save(path)
    read = read_project(path)
    check_highlights(read)
    assert said(read)["sheet_not_read"] == [(1, "catatan")]


def test_ids_that_repeat_and_rows_of_odd_length_are_told(tmp_path):
    rows = [
        ROWS[0],
        ["7", "a", "air", "satu"],
        ["7", "b", "air", "dua"],
        ["7", "a", "air", "satu"],
        [],
        ["", "a", "air"],
    ]
    read = read_project(table(tmp_path / "a.csv", rows))
    assert records(read.segments, "segment_id", "source_id", "text") == [
        ("7", "a", "satu"),
        ("7 (row 3)", "b", "dua"),
        ("row 6", "a", ""),
    ]
    assert said(read)["repeated_id"] == [(1, "7")]
    assert said(read)["odd_row"] == [(1, "row 6")]
    assert said(read)["duplicate_coding"] == [(1, "7:air")]


@pytest.mark.parametrize("more", [[], ["number of documents"]])
def test_the_codebook_of_both_versions_as_table_and_workbook(tmp_path, more):
    rows = [
        ["tag", "description", "number of highlights", *more],
        ["air", "tentang\nair", 3, *([2] if more else [])],
        ["api", "", 0, *([0] if more else [])],
    ]
    for path in (table(tmp_path / "a.csv", rows), workbook(tmp_path / "a.xlsx", rows, "codebook")):
        read = read_project(path)
        assert records(read.codes, "code_id", "name", "description") == [
            ("air", "air", "tentang\nair"),
            ("api", "api", None),
        ]
        assert said(read) == {"column_not_read": [(2 + 2 * len(more), ", ".join(["number of highlights", *more]))]}
        assert (read.format, read.properties["data_rows"]) == ("taguette", "2")


def test_the_newest_codebook_says_what_lies_below_what(tmp_path):
    rows = [
        ["tag", "parent", "description", "number of highlights"],
        ["air", "", "", ""],
        ["sumur", "air", "", ""],
        ["sumur", "api", "", ""],
    ]
    read = read_project(table(tmp_path / "a.csv", rows))
    assert read.code_paths().to_dict() == {"air": "air", "sumur": "air > sumur", "sumur (row 3)": "sumur"}
    assert said(read) == {"repeated_id": [(1, "codebook, sumur")], "unknown_parent": [(1, "sumur (row 3)")]}


def test_the_page_of_highlights_in_any_language(tmp_path):
    (tmp_path / "a.html").write_text(PAGE, encoding="utf-8")
    read = read_project(tmp_path / "a.html")
    assert records(read.segments, "segment_id", "source_id", "text") == [("1", "Wawancara 1 <lama>", "Sumur & sungai\nkering."), ("2", "Catatan", "Dengan huruf tebal\ndan garis.")]  # fmt: skip
    assert read.codings["code_id"].tolist() == ["air", "berbagi, tetangga", "air"]
    assert set(said(read)) == {"text_missing", "no_coder"}


def test_a_page_that_is_cut_off_is_refused_and_what_stands_behind_is_told(tmp_path):
    for page in (PAGE, DOCUMENT):
        (tmp_path / "a.html").write_text(page[: int(len(page) * 0.9)], encoding="utf-8")
        with pytest.raises(DashatError, match=r"^a\.html: is cut off: the page has no end\."):
            read_project(tmp_path / "a.html")
    (tmp_path / "a.html").write_text(PAGE.replace("  </body>", "<p>lagi</p></body>"), encoding="utf-8")
    assert said(read_project(tmp_path / "a.html"))["rest_not_read"] == [(1, "a.html")]
    (tmp_path / "a.html").write_text(PAGE.replace("<strong>Dokumen:", "<strang>Dokumen:", 1), encoding="utf-8")
    read = read_project(tmp_path / "a.html")
    assert (len(read.segments), said(read)["highlight_torn"]) == (1, [(1, "a.html")])


@pytest.mark.parametrize(
    "filling", [" ", "</h1>", "<p>", "<p> <strong>", "<hr>", "<title>", ",\n", "<span>", '<span class="highlight">']
)
@pytest.mark.parametrize("page", [PAGE, DOCUMENT], ids=["highlights", "document"])
def test_pages_are_read_in_time_that_grows_with_their_length(tmp_path, page, filling):
    begun = time.monotonic()
    for at in ("<body>", "</h1>", "</p>", "  </body>"):
        long = page.replace(at, at + filling * (150_000 // len(filling)), 1)
        (tmp_path / "a.html").write_text(long, encoding="utf-8")
        with suppress(DashatError):
            read_project(tmp_path / "a.html")
    assert time.monotonic() - begun < 8  # a search that goes back and forth takes minutes


def test_the_page_of_a_document(tmp_path):
    (tmp_path / "a.html").write_text(DOCUMENT, encoding="utf-8")
    read = read_project(tmp_path / "a.html")
    text = "P: Sumur & sungai kering.\nKami berbagi.\nSemua. Selesai."
    assert records(read.sources, "name", "text") == [("Wawancara & 1", text)]
    quotes = ["Sumur & sungai", " kering.", "Kami berbagi.\nSemua."]
    assert records(read.segments, "segment_id", "start", "end", "text") == [(str(n), text.index(one), text.index(one) + len(one), one) for n, one in enumerate(quotes, 1)]  # fmt: skip
    assert records(read.codings, "segment_id", "code_id") == [("1", "air"), ("1", "berbagi"), ("3", "berbagi")]
    assert said(read) == {
        "no_coder": [(3, "1:air, 1:berbagi, 3:berbagi")],
        "tags_parted": [(1, "1")],
        "overlap_lost": [(1, "2")],
    }


def test_the_page_of_a_document_without_tags(tmp_path):
    page = DOCUMENT.replace('<span class="taglist"> [air, berbagi]</span>', " dan ").replace('<span class="taglist"> []</span>', "").replace('<span class="taglist"> [berbagi]</span>', "").replace(".taglist", ".x")  # fmt: skip
    (tmp_path / "a.html").write_text(page, encoding="utf-8")
    read = read_project(tmp_path / "a.html")
    assert read.segments["text"].tolist() == ["Sumur & sungai", " kering.\nKami berbagi.\nSemua."]
    assert said(read) == {"tags_missing": [(2, "Wawancara & 1")]}


def test_other_tables_and_pages_are_left_to_others(tmp_path):
    (tmp_path / "a.html").write_text("<!DOCTYPE html><html><head><title>x</title></head><body>x</body></html>")
    others = [
        tmp_path / "a.html", table(tmp_path / "a.csv", [["id", "document", "tag"]]), table(tmp_path / "b.csv", [["id", "document", "tag", "content", "who"]]),
        workbook(tmp_path / "a.xlsx", [["a", "b"]], "highlights"), workbook(tmp_path / "b.xlsx", ROWS, "Sheet1"), tmp_path, tmp_path / "tiada",
    ]  # fmt: skip
    (tmp_path / "c.xlsx").write_bytes((tmp_path / "a.xlsx").read_bytes()[:700])
    assert not any(taguette.recognises(one) for one in [*others, tmp_path / "c.xlsx"])
    with pytest.raises(DashatError, match=r"^a\.csv: is nothing that Taguette makes\."):
        read_project(tmp_path / "a.csv", format="taguette")


def test_a_table_that_breaks_off_in_a_quote_is_refused(tmp_path):
    path = table(tmp_path / "a.csv", ROWS)
    whole = path.read_bytes()
    path.write_bytes(whole[:-1])
    assert "may_be_cut" not in said(read_project(path))
    path.write_bytes(whole[:-8])
    assert said(read_project(path))["may_be_cut"] == [(1, "a.csv")]
    path.write_bytes(whole[:-40])
    with pytest.raises(DashatError, match=r"^a\.csv: is no table that can be read: it ends inside quotation marks\."):
        read_project(path)


def test_a_workbook_with_entities_or_of_endless_rows_is_refused(tmp_path, monkeypatch):
    from zipfile import ZipFile

    good = workbook(tmp_path / "a.xlsx", ROWS, "highlights")
    for name, old, new in (
        ("b.xlsx", b"<worksheet", b'<!DOCTYPE x [<!ENTITY e "x">]><worksheet'),
        ("c.xlsx", b'<row r="5"', b'<row r="999999999"'),
        ("d.xlsx", b'<dimension ref="A1:D5"', b'<dimension ref="A1:D2"'),
    ):
        with ZipFile(good) as source, ZipFile(tmp_path / name, "w") as target:
            for info in source.infolist():
                data = source.read(info)
                target.writestr(info.filename, data.replace(old, new) if info.filename.endswith("sheet1.xml") else data)
    with pytest.raises(DashatError, match=r"^b\.xlsx: holds declarations of entities"):
        list(taguette_exports._sheet(tmp_path / "b.xlsx"))
    assert not taguette.recognises(tmp_path / "b.xlsx")
    assert read_project(tmp_path / "d.xlsx").properties["data_rows"] == "4"
    monkeypatch.setattr(taguette_exports, "_MOST_ROWS", 5000)
    with pytest.raises(DashatError, match=r"^c\.xlsx: holds more rows than a sheet can\."):
        read_project(tmp_path / "c.xlsx")


def test_an_export_holds_one_project(tmp_path):
    path = table(tmp_path / "a.csv", ROWS)
    assert len(read_project(path, project="a").segments) == 3
    with pytest.raises(DashatError, match=r"holds no single project 'Air', but: 1 \(a\)"):
        read_project(path, project="Air")


def test_real_exports_hold_what_the_database_holds():
    # Taguette 1.5.2 exported all of them from one project: real/qda/PROVENANCE.csv.
    database = read_project(real("taguette/heat_plan/project.sqlite3"))
    tagged = database.segments[database.segments["segment_id"].isin(database.codings["segment_id"])]
    for name in ("highlights.csv", "highlights.xlsx"):
        read = read_project(real(f"taguette/heat_plan/{name}"))
        assert (len(read.segments), len(read.codings)) == (14, 18)
        assert sorted(one.replace("\n", "") for one in read.segments["text"]) == sorted(
            one.replace("\n", "") for one in tagged["text"]
        )
    page = read_project(real("taguette/heat_plan/highlights.html"))
    assert sorted(page.segments["text"]) == sorted(tagged["text"])
    one = read_project(real("taguette/heat_plan/document1.html"))
    assert one.sources["text"].tolist() == database.sources["text"].tolist()[:1]
    assert len(read_project(real("taguette/serdif_highlights_final.csv")).segments) == 1793
    assert len(read_project(real("taguette/serdif_codebook_first.csv")).codes) == 120


def test_damage_is_refused_or_read_but_never_raises_anything_else(tmp_path):
    kinds = {"a.html": PAGE.encode(), "b.html": DOCUMENT.encode(), "c.csv": table(tmp_path / "x.csv", ROWS).read_bytes(), "d.xlsx": workbook(tmp_path / "x.xlsx", ROWS, "highlights").read_bytes()}  # fmt: skip
    for name, data in kinds.items():
        read, refused = survives(taguette_exports.read, tmp_path / name, damaged(data, 13, 15))
        assert read + refused == 15
        assert refused
