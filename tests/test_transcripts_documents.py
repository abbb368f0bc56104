"""Documents of Word and LibreOffice: every paragraph and row in order, and what is no speech is counted."""

from __future__ import annotations

import os
import zipfile
from pathlib import Path

import pytest
from conftest import SHARED
from documents import SPACES, docx, odt, p, pdf, run, tbl, zipped

from dashat_lib.errors import DashatError
from dashat_lib.loaders.read_project import read_project
from dashat_lib.loaders.transcripts import recognises

REAL = Path(os.environ.get("DASHAT_REAL", SHARED / "real")) / "qda"


@pytest.fixture
def word(tmp_path):
    """Write a .docx (under a name that says nothing), read it, and return (project, summary)."""

    def read(body, **more):
        project = read_project(docx(tmp_path / "wawancara.x", body, **more))
        return project, project.summary(texts=True)

    return read


@pytest.fixture
def libre(tmp_path):
    def read(body, **more):
        project = read_project(odt(tmp_path / "wawancara.x", body, **more))
        return project, project.summary(texts=True)

    return read


def told(summary):
    """What was odd; that speakers became cases is told of every talk, and has its own test."""
    assert all(one["where"] in ("wawancara.x", "speakers") for one in summary["load_report"])
    return {one["what"]: one["n"] for one in summary["load_report"] if one["what"] != "speakers_as_cases"}


def said(project):
    """(name, words) of every range of a speaker."""
    text, names = project.sources["text"].iloc[0], project.cases.set_index("case_id")["name"]
    return [(names[one.case_id], text[one.start : one.end]) for one in project.case_members.itertuples()]


def test_paragraphs_and_rows_come_in_order(word):
    project, found = word(
        p("Wawancara 7", properties='<w:pStyle w:val="Heading1"/>')
        + p("Tanggal: 3 Mei")
        + p("P: ", "Siapa pemilik saluran?")
        + p("I: Kelompok tani.<w:dummy/>".replace("<w:dummy/>", ""), "<w:r><w:br/><w:t>Begitu katanya</w:t><w:tab/><w:t>dulu.</w:t></w:r>")
        + "<w:p/>"
        + tbl(("P", "Dan penggilingan?"), ("I", "Mengambil terlalu banyak."))
        + p("I: Itu saja.")
    )  # fmt: skip
    assert found["texts"] == [
        "Wawancara 7",
        "Tanggal: 3 Mei",
        "P: Siapa pemilik saluran?",
        "I: Kelompok tani.\nBegitu katanya\tdulu.",
        "",
        "P | Dan penggilingan?",
        "I | Mengambil terlalu banyak.",
        "I: Itu saja.",
    ]
    assert (found["speakers"], found["turns"], told(found)) == (["P", "I"], 4, {})
    assert said(project) == [
        ("P", "Siapa pemilik saluran?"),
        ("I", "Kelompok tani.\nBegitu katanya\tdulu."),
        ("P", "Dan penggilingan?"),
        ("I", "Mengambil terlalu banyak."),
        ("I", "Itu saja."),
    ]
    assert list(project.passages["speaker"].fillna("")) == ["", "", "P", "I", "", "P", "I", "I"]
    assert set(project.passages["kind"]) == {"paragraph"}


def test_a_turn_goes_on_over_paragraphs_until_a_heading(word):
    project, _ = word(
        p("P: Satu.") + p("I:") + p("Dua.") + p("") + p("tiga.") + p("Bagian B", properties='<w:outlineLvl w:val="1"/>') + p("empat.") + p("P: Lima.")
    )  # fmt: skip
    assert said(project) == [("P", "Satu."), ("I", "Dua.\n\ntiga."), ("P", "Lima.")]
    assert list(project.passages["speaker"].fillna("")) == ["P", "", "I", "", "I", "", "", "P"]


def test_speakers_on_lines_of_one_paragraph_are_told_apart(word):
    project, found = word(p("<w:r><w:t>P: Satu.</w:t><w:br/><w:t>I: Dua.</w:t></w:r>") + p("P: Tiga."))
    assert said(project) == [("P", "Satu."), ("I", "Dua."), ("P", "Tiga.")]
    assert (found["turns"], found["texts"]) == (3, ["P: Satu.\nI: Dua.", "P: Tiga."])


def test_name_and_time_above_the_speech_are_a_label_as_teams_writes_them(word):
    project, found = word(p("<w:r><w:t>Bu Sri   0:03</w:t><w:br/><w:t>Satu.</w:t></w:r>") + p("Rina   0:07") + p("Dua.") + p("<w:r><w:t>Bu Sri   1:09</w:t><w:br/><w:t>Tiga.</w:t></w:r>"))  # fmt: skip
    assert said(project) == [("Bu Sri", "Satu."), ("Rina", "Dua."), ("Bu Sri", "Tiga.")]
    assert list(project.passages["begin_ms"].fillna(-1)) == [3000, -1, 7000, 69000]
    assert found["turns"] == 3


def test_changes_are_accepted_and_told(word):
    _, found = word(
        p("Air ", f"<w:del>{run('x')}</w:del>".replace("w:t ", "w:delText ").replace("w:t>", "w:delText>"), f"<w:ins>{run('mati')}</w:ins>", " lagi.")
        + p("lama", properties="<w:rPr><w:del/></w:rPr>")
        + p(" dan baru")
        + f"<w:ins>{p('baris baru')}</w:ins>"
        + f"<w:moveFrom>{p('pindah')}</w:moveFrom>"
        + p(f"<w:moveTo>{run('pindah')}</w:moveTo>")
        + "<w:tbl><w:tr><w:trPr><w:del/></w:trPr><w:tc><w:p><w:r><w:t>hapus</w:t></w:r></w:p></w:tc></w:tr></w:tbl>"
    )  # fmt: skip
    assert found["texts"] == ["Air mati lagi.", "lama dan baru", "baris baru", "pindah"]
    assert told(found) == {"deleted_text": 4, "inserted_text": 3}


def test_what_is_no_speech_is_counted(word):
    _, found = word(
        p("Satu.", "<w:r><w:commentReference/></w:r>", '<w:r><w:footnoteReference w:id="1"/></w:r>', '<w:r><w:endnoteReference w:id="1"/></w:r>')
        + p("<w:r><w:instrText>PAGE</w:instrText></w:r>", "Dua.", '<w:r><w:drawing><a:blip/></w:drawing></w:r>')
        + p("<w:r><w:rPr><w:vanish/></w:rPr><w:t>diam</w:t></w:r>", '<w:r><w:rPr><w:vanish w:val="0"/></w:rPr><w:t>!</w:t></w:r>')
        + '<w:altChunk/>',
        header1=p("kepala"), header2=p(""), footer1=p("kaki"), footnotes=p("catatan kaki"),
    )  # fmt: skip
    assert found["texts"] == ["Satu.", "Dua.", "diam!"]
    assert told(found) == {"comment": 1, "footnote": 2, "header_or_footer": 2, "picture": 1, "hidden_text": 1, "embedded": 1}  # fmt: skip


def test_content_controls_links_formulas_signs_and_text_boxes_lose_nothing(word):
    box = f"<w:txbxContent>{p('kotak')}</w:txbxContent>"
    _, found = word(
        f"<w:sdt><w:sdtPr/><w:sdtContent>{p('dalam kendali')}</w:sdtContent></w:sdt>"
        + p("lihat ", f"<w:hyperlink>{run('ini')}</w:hyperlink>", f"<w:sdt><w:sdtContent>{run(' dan')}</w:sdtContent></w:sdt>", f"<w:smartTag>{run(' itu')}</w:smartTag>")
        + p("<m:oMath><m:r><m:t>x=1</m:t></m:r></m:oMath>", "<w:r><w:noBreakHyphen/><w:softHyphen/><w:cr/><w:br w:type=\"page\"/></w:r>", '<w:r><w:sym w:char="F04A"/></w:r>', '<w:r><w:sym w:char="D800"/></w:r>')
        + p("sebelum", f"<w:r><mc:AlternateContent><mc:Choice>{box}</mc:Choice><mc:Fallback>{box}</mc:Fallback></mc:AlternateContent></w:r>", " sesudah")
        + p("<w:r><w:ruby><w:rt><w:r><w:t>a</w:t></w:r></w:rt><w:rubyBase><w:r><w:t>b</w:t></w:r></w:rubyBase></w:ruby></w:r>")
    )  # fmt: skip
    assert found["texts"] == ["dalam kendali", "lihat ini dan itu", "x=1-\n\uf04a", "sebelum sesudah", "kotak", "b"]
    assert told(found) == {"text_box": 1, "symbol": 2}


def test_tables_in_tables_are_read(word):
    inner = tbl(("a", "b"), ("c", "d"))
    assert word(tbl(("x", f"{p('y')}{inner}{p('z')}")))[1]["texts"] == ["x | y\na | b\nc | d\nz"]


@pytest.mark.parametrize(
    ("rows", "names", "speech"),
    [
        ((("Pembicara", "Ujaran"), ("Bu Sri", "Satu."), ("Rina", "Dua.")), ["Bu Sri", "Rina"], ["Satu.", "Dua."]),
        ((("1", "[00:01]", "P", "Satu."), ("2", "[00:02]", "I", "Dua."), ("3", "[00:03]", "P", "Tiga.")), ["P", "I"], ["Satu.", "Dua.", "Tiga."]),
        ((("P", "00:01", "Satu."), ("I", "00:02", "Dua."), ("P", "00:03", "Tiga.")), ["P", "I"], ["Satu.", "Dua.", "Tiga."]),
        ((("1", "P: Satu."), ("2", "I: Dua.")), ["P", "I"], ["Satu.", "Dua."]),
        ((("A", "ya"), ("B", "tidak")), [], []),  # answers to choose from
        ((("Kota", "Jumlah"), ("Solo", "lima"), ("Solo", "enam")), [], []),
        ((("Kode", "Arti"), ("A1", "air"), ("A2", "dana")), [], []),
    ],
)  # fmt: skip
def test_a_table_is_talk_where_its_rows_name_speakers(word, rows, names, speech):
    project, found = word(tbl(*rows))
    assert found["speakers"] == names
    assert [words for _, words in said(project)] == speech
    if rows[0][-1] == "Satu." and len(rows[0]) > 2:
        assert list(project.passages["begin_ms"]) == [1000, 2000, 3000]


def test_strict_documents_are_read_too(tmp_path):
    path = docx(tmp_path / "a.docx", p("P: Satu.") + p("I: Dua."))
    with zipfile.ZipFile(path) as archive:
        members = {name: archive.read(name).replace(b"http://schemas.openxmlformats.org/wordprocessingml/2006/main", b"http://purl.oclc.org/ooxml/wordprocessingml/main") for name in archive.namelist()}  # fmt: skip
    assert read_project(zipped(path, members)).summary(texts=True)["texts"] == ["P: Satu.", "I: Dua."]


def test_python_docx_reads_the_same_paragraphs(tmp_path):
    document = pytest.importorskip("docx").Document()
    for words in ("P: Satu.", "I: Dua\ttiga.\nempat", "", "P: Lima."):
        document.add_paragraph(words)
    document.save(tmp_path / "a.docx")
    found = read_project(tmp_path / "a.docx").summary(texts=True)
    assert found["texts"] == [one.text for one in document.paragraphs]


def text(words):
    return f"<text:p>{words}</text:p>"


def test_a_text_of_libreoffice_is_read_in_order(libre):
    project, found = libre(
        "<text:sequence-decls/>"
        + "<text:h>Wawancara</text:h>"
        + text("P: <text:span>Siapa</text:span>\n   <text:s/>pemilik<text:s text:c='2'/>saluran? ")
        + text("I:<text:tab/>Kelompok<text:line-break/>tani.<text:soft-page-break/>")
        + text("")
        + "<text:list><text:list-item><text:p>butir</text:p><text:list><text:list-item><text:p>anak</text:p></text:list-item></text:list></text:list-item></text:list>"
        + "<table:table><table:table-header-rows><table:table-row><table:table-cell><text:p>P</text:p></table:table-cell><table:table-cell><text:p>Satu?</text:p><text:p>Ya?</text:p></table:table-cell></table:table-row></table:table-header-rows>"
        + "<table:table-row><table:table-cell><text:p>I</text:p></table:table-cell><table:table-cell><text:p>Dua.</text:p></table:table-cell><table:covered-table-cell/></table:table-row></table:table>"
        + "<text:section><text:p>P: <text:a>Tiga</text:a>.</text:p></text:section>"
    )
    assert found["texts"] == [
        "Wawancara",
        "P: Siapa  pemilik  saluran?",
        "I:\tKelompok\ntani.",
        "",
        "butir",
        "anak",
        "P | Satu?\nYa?",
        "I | Dua.",
        "P: Tiga.",
    ]
    assert (found["speakers"], found["turns"], told(found)) == (["P", "I"], 5, {})
    assert said(project)[1] == ("I", "Kelompok\ntani.\n\nbutir\nanak")


def test_changes_and_what_is_no_speech_are_told_of_libreoffice_too(libre):
    _, found = libre(
        "<text:tracked-changes><text:changed-region><text:deletion><text:p>hapus</text:p></text:deletion></text:changed-region><text:changed-region><text:insertion/></text:changed-region></text:tracked-changes>"
        + text("Satu<text:change/><office:annotation><dc:creator>x</dc:creator><text:p>komentar</text:p></office:annotation><office:annotation-end/>.<text:note><text:note-body><text:p>kaki</text:p></text:note-body></text:note>")
        + text("Dua<draw:frame><draw:text-box><text:p>kotak</text:p></draw:text-box></draw:frame><draw:frame><draw:image/></draw:frame>"),
        header="<style:header><text:p>kepala</text:p></style:header><style:footer><text:p/></style:footer>",
    )  # fmt: skip
    assert found["texts"] == ["Satu.", "Dua", "kotak"]
    assert told(found) == {"deleted_text": 1, "inserted_text": 1, "comment": 1, "header_or_footer": 1, "footnote": 1, "text_box": 1, "picture": 1}  # fmt: skip


def test_repeated_rows_cells_and_blanks_have_an_end(libre):
    _, found = libre(
        "<table:table><table:table-row table:number-rows-repeated='1000000'><table:table-cell table:number-columns-repeated='1000000'><text:p>x</text:p></table:table-cell></table:table-row></table:table>"
        + text("a<text:s text:c='999999999'/>b")
    )
    assert len(found["texts"]) == 101
    assert max(map(len, found["texts"])) < 2000


def test_a_document_without_words_has_no_text(word, libre):
    assert told(word(p(""))[1]) == {"text_missing": 1}
    assert told(libre("")[1]) == {"text_missing": 1}


def test_a_document_with_a_password_says_so(tmp_path):
    path = odt(tmp_path / "rahasia.odt", text("x"), manifest="<manifest:encryption-data/>")
    with pytest.raises(DashatError, match=r"^rahasia\.odt: has a password"):
        read_project(path)


DEEP = "<w:sdt><w:sdtContent>" * 400 + "</w:sdtContent></w:sdt>" * 400


@pytest.mark.parametrize(
    ("member", "content", "words"),
    [
        ("word/document.xml", "<w:document", "is damaged"),
        ("word/document.xml", '<?xml version="1.0" encoding="tidak-ada"?><a/>', "is damaged"),
        ("word/document.xml", "<a/>", "holds no text of Word"),
        ("word/document.xml", '<!DOCTYPE a [<!ENTITY x "y">]><a>&x;</a>', "declares entities"),
        ("word/document.xml", None, "has no member"),
        ("_rels/.rels", None, "has no member"),
        ("../x.xml", "x", "leads outside"),
        ("word/document.xml", DEEP, "deeper"),
        ("word/header1.xml", "<w:hdr", "is damaged"),
    ],
)
def test_damaged_and_hostile_documents_are_refused_by_name(tmp_path, member, content, words):
    path = docx(tmp_path / "rusak.docx", p("Satu."))
    with zipfile.ZipFile(path) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    if content is None:
        del members[member]
        members["word/styles.xml"] = "<x/>"
    elif content is DEEP:
        members[member] = members[member].replace(b"<w:p>", DEEP.encode() + b"<w:p>")
    else:
        members[member] = content
    assert recognises(zipped(path, members))
    with pytest.raises(DashatError, match=words) as caught:
        read_project(path)
    assert str(caught.value).startswith("rusak.docx: ")
    assert "Satu" not in str(caught.value)


def test_a_document_cut_off_is_still_known_as_one(tmp_path):
    path = docx(tmp_path / "putus.docx", p("Satu."))
    path.write_bytes(path.read_bytes()[:-30])
    with pytest.raises(DashatError, match=r"^putus\.docx: is no zip that can be opened"):
        read_project(path)


def test_members_that_changed_places_are_refused(tmp_path):
    body = f"<office:document-content {SPACES}><office:body><office:text><text:p>Satu.</text:p></office:text></office:body></office:document-content>"  # fmt: skip
    path = zipped(tmp_path / "tukar.odt", {"mimetype": "application/vnd.oasis.opendocument.text", "content.xml": f"<office:document-styles {SPACES}/>", "styles.xml": body})  # fmt: skip
    with pytest.raises(DashatError, match="holds no text of LibreOffice"):
        read_project(path)


def test_a_text_is_known_where_the_mimetype_does_not_come_first(tmp_path):
    body = f"<office:document-content {SPACES}><office:body><office:text><text:p>Satu.</text:p></office:text></office:body></office:document-content>"  # fmt: skip
    path = zipped(tmp_path / "a.odt", {"content.xml": body, "styles.xml": f"<office:document-styles {SPACES}/>"})
    assert read_project(path).summary(texts=True)["texts"] == ["Satu."]
    sheet = body.replace("office:text>", "office:spreadsheet>")
    assert not recognises(zipped(path, {"content.xml": sheet, "styles.xml": "<a/>"}))


def test_a_missing_library_is_named_with_the_way_to_install_it(tmp_path, monkeypatch):
    import sys

    monkeypatch.setitem(sys.modules, "defusedxml", None)
    with pytest.raises(DashatError, match=r'^a\.docx: needs defusedxml.*pip install "dashat\[io\]"'):
        read_project(docx(tmp_path / "a.docx", p("Satu.")))


@pytest.mark.parametrize(
    ("name", "paragraphs", "turns", "speakers"),
    [
        # Counted in the files' XML: w:p outside tables and w:tr, text:p. The moderator is named, the participant is not.
        ("transcripts/interview.docx", 8, 4, ["I", "P"]),
        ("transcripts/serdif_P8.odt", 178, 1, ["MODERATOR"]),
        ("qualcoder/examples/ID1.docx", 4, 0, []),
        ("qualcoder/examples/ID2.odt", 3, 0, []),
    ],
)
def test_the_shared_documents_are_read_whole(name, paragraphs, turns, speakers):
    if not (REAL / name).exists():
        pytest.skip(f"{name} is not here (DASHAT_REAL)")
    project = read_project(REAL / name)
    found = project.summary(texts=True)
    assert len(project.passages) == paragraphs
    assert found["speakers"] == speakers
    assert found["turns"] >= turns


HIGHLIGHT = ("Pompa rusak lagi.", "Document: {0}.odt Tags: air, pompa")


@pytest.mark.parametrize(
    "lines", [("Taguette highlights", *HIGHLIGHT), ("Sorotan Taguette: air", "Pompa.", "Dokumen: a.odt Tag: air")]
)
@pytest.mark.parametrize("kind", ["docx", "odt", "txt", "pdf", "rtf"])
def test_highlights_that_taguette_exported_as_a_document_are_refused(tmp_path, kind, lines):
    path = tmp_path / "sorotan.x"
    if kind == "docx":
        docx(path, "".join(map(p, lines)))
    elif kind == "odt":
        odt(path, "".join(map(text, lines)))
    elif kind == "pdf":
        pdf(path, [*lines])
    elif kind == "txt":
        path.write_text("\n\n".join(lines), encoding="utf-8")
    else:
        path.write_text("{\\rtf1{\\info{\\title Taguette}}{\\b " + "\\par}\n{".join(lines) + "\\par}}")
    with pytest.raises(
        DashatError, match=r"^sorotan\.x: holds highlights that Taguette exported as a document.* as CSV or Excel"
    ):
        read_project(path)


def test_a_talk_about_taguette_is_a_talk(word):
    assert word(p("Wawancara tentang Taguette") + p("P: Dokumen mana?") + p("I: Semua."))[1]["speakers"] == ["P", "I"]


@pytest.mark.skipif(not REAL.is_dir(), reason="the real files are not here")
def test_the_real_highlights_of_taguette_as_a_document_are_refused():
    with pytest.raises(DashatError, match="Taguette exported as a document"):
        read_project(REAL / "taguette/serdif_highlights_final.docx")


def test_speakers_that_became_cases_are_told_and_only_they(word):
    _, found = word(p("P: Satu.") + p("I: Dua."))
    assert [(one["what"], one["n"], one["where"]) for one in found["load_report"]] == [("speakers_as_cases", 2, "wawancara.x")]  # fmt: skip
    assert word(p("Kami menunggu hujan turun lama sekali."))[1]["load_report"] == []
