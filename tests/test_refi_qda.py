"""What a REFI-QDA file holds comes into the tables; what is odd is told; what is hostile or broken is refused."""

from __future__ import annotations

import os
import random
import time
import zipfile
from pathlib import Path

import pytest
from conftest import SHARED

from dashat_lib.errors import DashatError
from dashat_lib.loaders import refi_qda
from dashat_lib.loaders.read_project import read_project

REAL = Path(os.environ.get("DASHAT_REAL", SHARED / "real")) / "qda"
ANA, BEN = "6c60330d-254d-54a4-9ba0-153738fe31fa", "61e100c0-bbd6-5f43-8ae0-a4a7ac2ca274"
PROJECT = '<?xml version="1.0" encoding="utf-8"?><Project xmlns="urn:QDA-XML:project:1.0" name="uji" origin="{origin}">{body}</Project>'
PEOPLE = f'<Users><User guid="{ANA}" name="Ana" id="A"/><User guid="{BEN}" name="Ben"/></Users>'
CODES = '<CodeBook><Codes><Code guid="{0}" name="air" isCodable="true"/><Code guid="{1}" name="tema" isCodable="false"/></Codes></CodeBook>'


def guid(n):
    return f"00000000-0000-4000-8000-{n:012d}"


WATER, THEME, DOCUMENT = guid(1), guid(2), guid(10)
CODES = CODES.format(WATER, THEME)


def packed(path, xml, members=(), name="project.qde"):
    """Write a project as a tool does, its other members as (name, bytes)."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, xml if isinstance(xml, bytes) else xml.encode())
        for member, data in members:
            archive.writestr(member, data)
    return path


def project(path, body, members=(), origin="", **attributes):
    return read_project(packed(path / "proyek.qdpx", PROJECT.format(origin=origin, body=body), members))


def document(*selections, text=None, path=None, name="Wawancara", rest="", id=DOCUMENT):
    place = f' plainTextPath="{path}"' if path else ""
    content = f"<PlainTextContent>{text}</PlainTextContent>" if text is not None else ""
    called = f' name="{name}"' if name is not None else ""
    return (
        f'<Sources><TextSource guid="{id}"{called}{place}>{content}{"".join(selections)}{rest}</TextSource></Sources>'
    )


def selection(n, start, end, *codes, name="", coder=ANA, extra=""):
    given = "".join(
        f'<Coding guid="{guid(1000 + 10 * n + at)}" creatingUser="{coder}"><CodeRef targetGUID="{code}"/></Coding>'
        for at, code in enumerate(codes)
    )
    return f'<PlainTextSelection guid="{guid(100 + n)}" name="{name}" startPosition="{start}" endPosition="{end}">{extra}{given}</PlainTextSelection>'


def said(found, *words):
    """The entries of a report, without their sentences: (what, n, where)."""
    return [(one.what, one.n, one.where) for one in found.load_report if not words or one.what in words]


def texts(found):
    return found.segments["text"].tolist()


# ---- what is read ------------------------------------------------------------------------------------------------------


def test_a_plain_project_comes_in_whole_and_nothing_is_odd(tmp_path):
    body = (
        PEOPLE
        + CODES
        + document(
            selection(1, 0, 4, WATER, extra="<Description>penting</Description>"),
            selection(2, 5, 11, WATER, coder=BEN),
            text="Pompa rusak 🙂 lagi.",
        )
    )
    found = project(tmp_path, body)
    assert found.load_report == ()
    assert found.format == "refi-qda"
    assert found.properties == {"name": "uji", "version": "1.0", "unit": "code point", "line_break": "as stored"}
    assert texts(found) == ["Pomp", " rusak"]
    assert found.segments["comment"].tolist()[0] == "penting"
    assert found.coders[["name", "initials"]].values.tolist()[0] == ["Ana", "A"]
    assert found.codings["coder_id"].tolist() == [ANA, BEN]
    assert found.codings["segment_id"].tolist() == [guid(101), guid(102)]
    assert found.segments[["raw_start", "raw_end"]].values.tolist() == [["0", "4"], ["5", "11"]]


def test_every_kind_of_source_segment_and_part_is_read(tmp_path):
    coding = f'<Coding guid="{{}}" creatingUser="{ANA}"><CodeRef targetGUID="{WATER}"/></Coding>'
    body = (
        CODES
        + f"""<Sources>
        <PictureSource guid="{guid(20)}" name="Papan" path="internal://papan.png" currentPath="C:/papan.png">
          <TextDescription guid="{guid(21)}"><PlainTextContent>Papan tulis</PlainTextContent>{selection(1, 0, 5, WATER)}</TextDescription>
          <PictureSelection guid="{guid(22)}" firstX="1" firstY="2" secondX="30" secondY="40">{coding.format(guid(31))}</PictureSelection>
        </PictureSource>
        <PDFSource guid="{guid(23)}" name="Laporan" path="internal://laporan.pdf">
          <PDFSelection guid="{guid(24)}" page="2" firstX="72" firstY="640" secondX="480" secondY="700">
            <Representation guid="{guid(25)}"><PlainTextContent>satu kotak</PlainTextContent></Representation>{coding.format(guid(32))}
          </PDFSelection>
          <Representation guid="{guid(26)}" plainTextPath="internal://laporan.txt">{selection(2, 4, 9, WATER)}</Representation>
        </PDFSource>
        <AudioSource guid="{guid(27)}" name="Rekaman" path="relative:///rekaman.m4a">
          <Transcript guid="{guid(28)}"><PlainTextContent>Selamat pagi. Terima kasih.</PlainTextContent>
            <SyncPoint guid="{guid(40)}" timeStamp="0" position="0"/><SyncPoint guid="{guid(41)}" timeStamp="2500" position="14"/>
            <SyncPoint guid="{guid(42)}" timeStamp="4000" position="27"/>
            <TranscriptSelection guid="{guid(29)}" fromSyncPoint="{guid(41)}" toSyncPoint="{guid(42)}">{coding.format(guid(33))}</TranscriptSelection>
          </Transcript>
          <AudioSelection guid="{guid(30)}" begin="500" end="2500"/>
        </AudioSource>
        <VideoSource guid="{guid(34)}" name="Klip" path="absolute://C:/klip.mp4">
          <VideoSelection guid="{guid(35)}" begin="1000" end="3000"/>{coding.format(guid(36))}
        </VideoSource></Sources>"""
    )
    files = [
        ("Sources/PAPAN.png", b"\x89PNG"),
        ("Sources/laporan.pdf", b"%PDF"),
        ("Sources/laporan.txt", b"air dan api"),
    ]
    found = project(tmp_path, body, files)
    sources = found.sources.set_index("source_id")
    assert sources["kind"].tolist() == ["picture", "text", "pdf", "text", "text", "audio", "text", "video"]
    assert sources.loc[guid(25), ["part_of", "segment_id", "role"]].tolist() == [
        guid(23),
        guid(24),
        "representation",
    ]
    assert sources.loc[guid(28), ["part_of", "role", "text"]].tolist() == [
        guid(27),
        "transcript",
        "Selamat pagi. Terima kasih.",
    ]
    assert sources.loc[guid(21), "role"] == "description"
    segments = found.segments.set_index("segment_id")
    assert segments.loc[guid(22), ["x1", "y1", "x2", "y2"]].tolist() == [1, 2, 30, 40]
    assert segments.loc[guid(24), ["page", "x1", "y2"]].tolist() == [2, 72, 700]
    assert segments.loc[guid(30), ["begin_ms", "end_ms"]].tolist() == [500, 2500]
    assert segments.loc[guid(29), ["start", "end", "begin_ms", "end_ms", "text"]].tolist() == [14, 27, 2500, 4000, "Terima kasih."]  # fmt: skip
    assert segments["text"].dropna().tolist() == ["Papan", "dan a", "Terima kasih."]
    whole = found.codings[found.codings["segment_id"].isna()]
    assert whole[["coding_id", "source_id"]].values.tolist() == [[guid(36), guid(34)]]
    assert found.kept.values.tolist() == [[guid(20), "@currentPath", 'currentPath="C:/papan.png"']]
    assert said(found) == [
        ("media_outside", 2, "Rekaman, Klip"),
        ("unknown_coder", 6, ANA),
    ]
    assert found.summary()["documents"] == 4


def test_cases_variables_notes_sets_links_and_graphs_are_read(tmp_path):
    age, role, met, note = guid(50), guid(51), guid(52), guid(53)
    graph = f'<Graph guid="{guid(60)}" name="peta"><Vertex guid="{guid(61)}" representedGUID="{WATER}" firstX="1" firstY="2"/></Graph>'
    body = (
        CODES.replace(
            'name="air" isCodable="true"/>',
            f'name="air" isCodable="true"><Description>semua &amp; air</Description><NoteRef targetGUID="{note}"/></Code>',
        )
        + f"""<Variables><Variable guid="{age}" name="umur" typeOfVariable="Integer"/><Variable guid="{role}" name="peran" typeOfVariable="Text"><Description>di desa</Description></Variable>
        <Variable guid="{met}" name="bertemu" typeOfVariable="Date"/></Variables>
        <Cases><Case guid="{guid(54)}" name="Petani 1"><Description>pertama</Description><CodeRef targetGUID="{WATER}"/>
          <VariableValue><VariableRef targetGUID="{age}"/><IntegerValue> 54 </IntegerValue></VariableValue>
          <VariableValue><VariableRef targetGUID="{role}"/><TextValue/></VariableValue>
          <VariableValue><VariableRef targetGUID="{met}"/></VariableValue>
          <SourceRef targetGUID="{DOCUMENT}"/><SelectionRef targetGUID="{guid(101)}"/></Case></Cases>"""
        + document(
            selection(1, 0, 3),
            text="Air",
            rest=f'<NoteRef targetGUID="{note}"/><VariableValue><VariableRef targetGUID="{age}"/><IntegerValue>7</IntegerValue></VariableValue>',
        )
        + f"""<Notes><Note guid="{note}" name="memo" creatingUser="{ANA.upper()}"><PlainTextContent>awas
sini</PlainTextContent>{selection(2, 0, 4, WATER)}</Note></Notes>
        <Links><Link guid="{guid(55)}" name="lawan" direction="OneWay" originGUID="{WATER}" targetGUID="{THEME}" color="#ff0000"/></Links>
        <Sets><Set guid="{guid(56)}" name="putaran"><Description>x</Description><MemberCode targetGUID="{WATER}"/><MemberSource targetGUID="{DOCUMENT}"/><MemberNote targetGUID="{note}"/></Set></Sets>
        <Graphs>{graph}</Graphs><Description>tentang</Description><NoteRef targetGUID="{note}"/>"""
    )
    found = project(tmp_path, body)
    assert found.codes["description"].tolist()[0] == "semua & air"
    assert found.attributes[["name", "type"]].values.tolist() == [["umur", "Integer"], ["peran", "Text"], ["bertemu", "Date"]]  # fmt: skip
    assert [tuple(None if value != value else value for value in row) for row in found.attribute_values.values.tolist()] == [
        (age, "case", guid(54), "54"), (role, "case", guid(54), ""), (met, "case", guid(54), None), (age, "source", DOCUMENT, "7"),
    ]  # fmt: skip
    assert found.case_members[["kind", "target_id"]].values.tolist() == [["code", WATER], ["source", DOCUMENT], ["segment", guid(101)]]  # fmt: skip
    assert found.memos[["memo_id", "kind", "name", "text", "creator"]].values.tolist() == [[note, "note", "memo", "awas\nsini", ANA]]  # fmt: skip
    assert found.memo_links["kind"].tolist() == ["code", "source", "project"]
    assert found.memo_links["target_id"].tolist()[:2] == [WATER, DOCUMENT]
    assert found.segments.loc[1, ["source_id", "text"]].tolist() == [note, "awas"]
    assert found.links.values.tolist() == [[guid(55), "lawan", "OneWay", WATER, THEME, "#ff0000"]]
    assert found.set_members["kind"].tolist() == ["code", "source", "memo"]
    assert found.kept[["element", "xml"]].values.tolist() == [["Graph", graph]]
    assert found.properties["description"] == "tentang"
    assert said(found) == [("unknown_coder", 1, ANA)]


def test_a_codebook_is_read_in_any_encoding_and_version(tmp_path):
    # shared/real/qda/handmade/t11_*: the same, as another wrote it
    text = f'<?xml version="1.0" encoding="{{}}"?><CodeBook xmlns="urn:QDA-XML:codebook:{{}}" origin="uji"><Codes><Code guid="{{{{{WATER.upper()}}}}}" name="Größe" isCodable="1" color="#1a2b3c"><Code guid="{THEME}" name="anak" isCodable="false"/></Code></Codes><Sets><Set guid="{guid(3)}" name="g"><MemberCode guid="{WATER}"/></Set></Sets></CodeBook>'
    for encoding, version, report in [
        ("utf-8", "1.0", []), ("utf-8-sig", "1.0", []), ("utf-16", "1.0", []), ("windows-1252", "1.0", []),
        ("utf-8", "0:4", [("old_version", 1, "CodeBook")]),
    ]:  # fmt: skip
        path = tmp_path / "kode.qdc"
        path.write_bytes(text.format(encoding.removesuffix("-sig"), version).encode(encoding))
        found = read_project(path)
        assert found.format == "refi-qda-codebook"
        assert found.properties["version"] == version
        assert found.codes["name"].tolist() == ["Größe", "anak"]
        assert found.codes["code_id"].tolist() == [WATER, THEME]
        assert found.codes["is_codable"].tolist() == [True, False]
        assert found.code_paths().tolist() == ["Größe", "Größe > anak"]
        assert found.set_members["target_id"].tolist() == [WATER]
        assert said(found) == report


def test_a_file_that_says_utf_16_and_is_utf_8_is_read_as_what_it_is(tmp_path):
    text = PROJECT.format(origin="", body=CODES).replace('encoding="utf-8"', 'encoding="utf-16"')
    found = read_project(packed(tmp_path / "a.qdpx", text))
    assert len(found.codes) == 2
    assert said(found) == [("encoding_wrong", 1, "a.qdpx")]


def test_it_is_recognised_by_content_whatever_its_name(tmp_path):
    path = packed(tmp_path / "tanpa_nama.zip", PROJECT.format(origin="", body=CODES), name="Studi Saya.QDE")
    assert len(read_project(path).codes) == 2
    bare = tmp_path / "isi.xml"
    bare.write_text(PROJECT.format(origin="", body=CODES + document(path="internal://a.txt")), encoding="utf-8")
    assert said(read_project(bare)) == [("text_missing", 1, "Wawancara")]
    other = tmp_path / "catatan.txt"
    other.write_text("Ini bukan <Project>.", encoding="utf-8")
    assert not refi_qda.recognises(other)
    assert not refi_qda.recognises(tmp_path / "tidak ada.qdpx")
    assert not refi_qda.recognises(tmp_path)


# ---- where texts are -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("path", "member"),
    [
        ("internal://Teks.TXT", "sources/teks.txt"),
        ("INTERNAL://teks.txt", "SOURCES/Teks.txt"),
        ("teks.txt", "Sources/teks.txt"),
        ("internal://teks%20satu.txt", "sources/teks satu.txt"),
        ("internal://sub/teks.txt", "sources/sub/teks.txt"),
        ("internal://teks.txt", "Sources\\teks.txt"),
    ],
)
def test_a_text_is_found_in_the_archive_whatever_the_case(tmp_path, path, member):
    found = project(tmp_path, document(selection(1, 0, 3), path=path), [(member, b"\xef\xbb\xbfAir")])
    assert texts(found) == ["Air"]
    assert found.load_report == ()


@pytest.mark.parametrize(
    ("path", "files", "sentence"),
    [
        ("internal://teks.txt", [], "Its text is not in the archive;"),
        ("relative:///../teks.txt", [], "Its text lies outside the archive, and nothing outside is followed;"),
        ("absolute:///etc/hostname", [], "Its text lies outside the archive, and nothing outside is followed;"),
        ("file:///etc/hostname", [], "Its text lies outside the archive, and nothing outside is followed;"),
        (None, [], "The file names no text for it;"),
        ("internal://teks.txt", [("sources/teks.txt", b"\n \n")], "Its text is empty;"),
        ("internal://teks.txt", [("sources/teks.txt", b"a\x00b")], "Its text is no text that can be read;"),
        ("internal://teks.txt", [("sources/teks.txt", b"PK\x03\x04ab")], "Its text is no text that can be read;"),
    ],
)
def test_a_text_that_is_missing_is_told_and_its_codings_stay(tmp_path, path, files, sentence):
    found = project(tmp_path, CODES + document(selection(1, 0, 2, WATER), path=path), files)
    entry = next(one for one in found.load_report if one.what == "text_missing")
    assert (entry.n, entry.where) == (1, "Wawancara")
    assert entry.done.startswith(sentence)
    assert len(found.codings) == 1
    assert found.segments["raw_end"].tolist() == ["2"]


def test_nothing_outside_the_archive_is_read_or_written(tmp_path):
    (tmp_path / "rahasia.txt").write_text("rahasia", encoding="utf-8")
    (tmp_path / "dalam").mkdir()
    before = sorted(tmp_path.rglob("*"))
    names = ["../../rahasia.txt", "../rahasia.txt", str(tmp_path / "rahasia.txt")]
    for name in names:
        path = packed(tmp_path / "dalam/a.qdpx", PROJECT.format(origin="", body=document(path=f"internal://{name}")), [(f"sources/{name}", b"jahat")])  # fmt: skip
        found = read_project(path)
        assert found.sources["text"].isna().all() or "rahasia" not in found.sources["text"][0]
        path.unlink()
    assert sorted(tmp_path.rglob("*")) == before


def test_a_member_that_leads_outside_is_told(tmp_path):
    found = project(tmp_path, document(path="internal://../../x.txt"), [("sources/../../x.txt", b"jahat")])
    assert said(found) == [("member_refused", 1, "sources/../../x.txt"), ("text_missing", 1, "Wawancara")]


def test_a_text_in_another_encoding_is_read_and_the_guess_is_told(tmp_path):
    data = "Größe über alles, schön für Mädchen".encode("cp1252")
    found = project(tmp_path, document(selection(1, 0, 5), path="internal://t.txt"), [("sources/t.txt", data)])
    assert texts(found) == ["Größe"]
    assert said(found) == [("encoding_guessed", 1, "sources/t.txt")]


def test_files_of_which_the_project_does_not_speak_are_told(tmp_path):
    found = project(tmp_path, document(text="Air"), [("sources/lain.txt", b"x"), ("baca.md", b"y")])
    assert said(found) == [("member_unused", 2, "sources/lain.txt, baca.md")]


def test_a_text_that_stands_twice_is_told(tmp_path):
    found = project(tmp_path, document(text="Air", path="internal://a.txt"), [("sources/a.txt", b"Api")])
    assert found.sources["text"].tolist() == ["Air"]
    assert said(found) == [("off_schema", 1, "Wawancara")]


# ---- positions -----------------------------------------------------------------------------------------------------------

RAW = "Judul 🎤\r\nT: Apa kabar?\r\nJ: Berat 🥵🥵. Lalu pompa rusak.\r\nJ: Kami tidak percaya.\r\nSelesai, terima kasih.\r\n"
QUOTES = ["Lalu pompa rusak.", "Kami tidak percaya."]


def placed(tmp_path, origin, unit, line_break, names):
    """A document whose positions are counted in one way, written by one tool."""
    counted = RAW if line_break == 2 else RAW.replace("\r\n", "\n")
    width = (lambda text: len(text.encode("utf-16-le")) // 2) if unit == 16 else len
    made = [
        selection(
            n,
            width(counted[: counted.index(quote)]),
            width(counted[: counted.index(quote) + len(quote)]),
            name=names[n],
        )
        for n, quote in enumerate(QUOTES)
    ]
    return project(
        tmp_path,
        document(*made, path="internal://t.txt"),
        [("sources/t.txt", b"\xef\xbb\xbf" + RAW.encode())],
        origin=origin,
    )


@pytest.mark.parametrize(
    ("origin", "unit", "line_break"),
    [
        ("NVivo for Windows 14.23", 16, 2),
        ("ATLAS.ti Win 23.4", 32, 1),
        ("MAXQDA 24", 32, 2),
        ("QualCoder 3.5", 32, 2),
        ("", 32, 2),
    ],
)
def test_positions_are_read_as_usual_for_the_program_where_nothing_decides(tmp_path, origin, unit, line_break):
    found = placed(tmp_path, origin, unit, line_break, ["", ""])
    assert texts(found) == QUOTES
    assert found.sources["text"].tolist() == [RAW.replace("\r\n", "\n")]
    assert [one[:2] for one in said(found)] == [("positions_doubtful", 2)]


@pytest.mark.parametrize("unit", [16, 32])
@pytest.mark.parametrize("line_break", [1, 2])
@pytest.mark.parametrize("origin", ["NVivo 14", "ATLAS.ti 23", "lain"])
def test_names_that_are_quotes_decide_how_positions_are_read(tmp_path, origin, unit, line_break):
    found = placed(tmp_path, origin, unit, line_break, ["Lalu pompa…", "Kami  tidak percaya."])
    assert texts(found) == QUOTES
    assert found.properties["unit"] == {16: "UTF-16 unit", 32: "code point"}[unit]
    assert found.properties["line_break"] == {1: "as one", 2: "as stored"}[line_break]
    (entry,) = found.load_report
    assert (entry.what, entry.n) == ("positions_reading", 2)
    assert entry.details["quotes"] == 2
    assert entry.details["crlf"] == line_break


def test_many_borders_inside_words_decide_where_no_name_does(tmp_path):
    raw = "🙂 " + "Kami menunggu keputusan pengurus desa. " * 30
    words = [at for at, letter in enumerate(raw) if letter == "." and at > 40][:15]
    made = [selection(n, at - 37 + 1, at + 1 + 1) for n, at in enumerate(words)]  # UTF-16: one more than the code point
    found = project(tmp_path, document(*made, text=raw), origin="alat lain")
    assert found.properties["unit"] == "UTF-16 unit"
    assert texts(found)[0].endswith("desa.")
    (entry,) = found.load_report
    assert entry.done.startswith("Fits: {origin} usually counts otherwise, but in this file")
    assert "quotes" not in entry.details  # no name is one
    assert (entry.details["in_word"], entry.details["borders"]) == (0, 30)


def test_where_no_way_of_counting_fits_that_is_doubtful(tmp_path):
    raw = "🙂 " + "menunggu keputusan pengurus " * 30
    made = [selection(n, 5 + 28 * n, 9 + 28 * n) for n in range(1, 15)]
    found = project(tmp_path, document(*made, selection(20, 5000, 5009), text=raw), origin="NVivo 14")
    told = {one.what: one for one in found.load_report}
    assert told["positions_doubtful"].done.startswith("Doubtful: ")


def test_a_position_inside_a_character_is_widened_and_told(tmp_path):
    raw = "air 🙂 api" + " dan tanah" * 30
    made = [selection(1, 4, 5), *(selection(n, 7, 10) for n in range(2, 15))]
    found = project(tmp_path, document(*made, text=raw), origin="NVivo for Windows 12.6")
    assert texts(found)[:2] == ["🙂", "api"]
    assert ("torn_position", 1, "Wawancara") in said(found)


def test_ranges_outside_the_text_are_kept_without_a_place(tmp_path):
    made = [selection(1, 8, 99), selection(2, 7, 4), selection(3, -1, 2), selection(4, 3, 3), selection(5, "1_0", 30), selection(6, 10**30, 10**31)]  # fmt: skip
    found = project(tmp_path, document(*made, text="satu dua tiga"))
    assert said(found) == [("position_missing", 1, "Wawancara"), ("outside_text", 4, "Wawancara")]
    assert found.segments["start"].isna().tolist() == [True, True, True, False, True, True]
    assert found.segments["raw_end"].tolist() == ["99", "4", "2", "3", "30", str(10**31)]
    assert found.segments["text"].tolist()[3] == ""


def test_what_dashat_wrote_is_not_doubted(tmp_path):
    found = project(tmp_path, document(selection(1, 2, 5), text="🙂 air"), origin="dashat 0.1.0")
    assert texts(found) == ["air"]
    assert found.load_report == ()


def test_sync_points_alone_are_counted_as_usual_for_the_program_and_that_is_told(tmp_path):
    body = f"""<Sources><AudioSource guid="{guid(1)}" name="R"><Transcript guid="{guid(2)}"><PlainTextContent>🙂 pagi siang</PlainTextContent>
      <SyncPoint guid="{guid(3)}" position="3"/><SyncPoint guid="{guid(4)}" position="7"/>
      <TranscriptSelection guid="{guid(5)}" fromSyncPoint="{guid(3)}" toSyncPoint="{guid(4)}"/></Transcript></AudioSource></Sources>"""
    found = project(tmp_path, body, origin="NVivo 14")
    assert texts(found) == ["pagi"]
    assert [one[:2] for one in said(found)] == [("positions_doubtful", 2)]


def test_sync_points_that_are_not_there_are_told(tmp_path):
    body = f"""<Sources><AudioSource guid="{guid(1)}" name="R"><Transcript guid="{guid(2)}" name="T"><PlainTextContent>pagi</PlainTextContent>
      <SyncPoint guid="{guid(3)}" timeStamp="0" position="0"/><SyncPoint guid="{guid(4)}" position="9"/><SyncPoint guid="{guid(5)}" position="4"/>
      <TranscriptSelection guid="{guid(6)}" fromSyncPoint="{guid(3)}" toSyncPoint="{guid(99)}"/>
      <TranscriptSelection guid="{guid(7)}" fromSyncPoint="{guid(5)}" toSyncPoint="{guid(3)}"/>
      <TranscriptSelection guid="{guid(8)}" fromSyncPoint="{guid(3)}" toSyncPoint="{guid(5)}"/></Transcript></AudioSource></Sources>"""
    found = project(tmp_path, body)
    assert said(found) == [("sync_point_outside", 1, "T"), ("sync_point_unknown", 1, "T"), ("outside_text", 1, "T")]
    assert found.segments["text"].dropna().tolist() == ["pagi"]


# ---- what is odd ---------------------------------------------------------------------------------------------------------


def test_codings_that_point_nowhere_repeat_or_name_a_folder_are_kept_and_told(tmp_path):
    made = [
        selection(1, 0, 3, WATER, guid(77)), selection(2, 0, 3, WATER), selection(3, 0, 3, WATER, coder=BEN),
        selection(4, 0, 3, THEME), selection(5, 0, 2, WATER, coder=guid(78)),
    ]  # fmt: skip
    found = project(tmp_path, PEOPLE + CODES + document(*made, text="Air"))
    assert len(found.codings) == 6
    assert said(found) == [
        ("unknown_code", 1, guid(77)), ("code_not_codable", 1, THEME), ("unknown_coder", 1, guid(78)),
        ("duplicate_coding", 1, "Wawancara"),
    ]  # fmt: skip


def test_references_that_lead_nowhere_are_kept_and_told(tmp_path):
    body = (
        CODES
        + f"""<Cases><Case guid="{guid(5)}"><SourceRef targetGUID="{guid(90)}"/><SelectionRef/></Case></Cases>
        <Links><Link guid="{guid(6)}" originGUID="{WATER}" targetGUID="{guid(91)}"/></Links>
        <Sets><Set guid="{guid(7)}" name="s"><MemberNote targetGUID="{guid(92)}"/></Set></Sets><NoteRef targetGUID="{guid(93)}"/>"""
    )
    found = project(tmp_path, body)
    assert said(found) == [
        ("dangling_reference", 4, ", ".join([guid(93), guid(90), guid(92), guid(91)])),
        ("dangling_reference", 1, "case_members"),
    ]
    assert (len(found.case_members), len(found.set_members), len(found.links), len(found.memo_links)) == (2, 1, 1, 1)


def test_what_is_off_the_schema_is_read_and_told(tmp_path):
    body = f"""<Sources/><CodeBook><Codes><Code guid="{{{WATER.upper()}}}" color="rgb(1,2,3)"/></Codes></CodeBook>{PEOPLE}"""
    found = project(tmp_path, body)
    assert found.codes["code_id"].tolist() == [WATER]
    assert found.codes["color"].tolist() == ["rgb(1,2,3)"]
    assert said(found) == [
        ("off_schema", 1, "Sources"), ("off_schema", 2, "CodeBook, Users"), ("off_schema", 1, WATER), ("off_schema", 1, WATER),
        ("off_schema", 1, WATER),
    ]  # fmt: skip


def test_elements_attributes_and_text_that_are_not_known_are_kept_word_for_word(tmp_path):
    body = f"""<CodeBook><Codes><Code guid="{WATER}" name="air" isCodable="true" bobot="3" xmlns:x="urn:x" x:y="&lt;1"><x:Catatan a="&amp;">isi <b>tebal</b>&#13;</x:Catatan></Code></Codes></CodeBook>lepas"""
    found = project(tmp_path, body)
    assert [tuple(None if value != value else value for value in row) for row in found.kept.values.tolist()] == [
        (WATER, "@bobot", 'bobot="3"'),
        (WATER, "@y", 'xmlns:n0="urn:x" n0:y="&lt;1"'),
        (WATER, "Catatan", '<n0:Catatan xmlns:n0="urn:x" a="&amp;">isi <b>tebal</b>&#13;</n0:Catatan>'),
        (None, "#text", "lepas"),
    ]
    assert said(found) == [("unknown_attribute", 2, "bobot, y"), ("unknown_element", 1, "Code/Catatan"), ("unknown_element", 1, "Project")]  # fmt: skip


def test_ids_that_are_missing_or_repeat_are_made_anew_and_stay_apart(tmp_path):
    code = f'<Coding><CodeRef targetGUID="{WATER}"/></Coding>'
    twice = f'<PlainTextSelection guid="{guid(9)}" startPosition="{{}}" endPosition="3">{code}</PlainTextSelection>'
    found = project(tmp_path, CODES + document(twice.format(0), twice.format(1), text="Air"))
    assert said(found) == [("id_missing", 2, "Coding"), ("id_repeated", 1, guid(9))]
    assert found.segments["segment_id"].is_unique
    assert found.codings["coding_id"].is_unique
    assert found.codings["segment_id"].tolist() == found.segments["segment_id"].tolist()
    again = project(tmp_path, CODES + document(twice.format(0), twice.format(1), text="Air"))
    assert again.segments["segment_id"].tolist() == found.segments["segment_id"].tolist()


def test_a_coding_without_a_code_and_one_with_two_are_told(tmp_path):
    two = f'<Coding guid="{guid(8)}"><CodeRef targetGUID="{WATER}"/><CodeRef targetGUID="{THEME}"/></Coding><Coding guid="{guid(9)}"/>'
    found = project(tmp_path, CODES + document(text="Air", rest=two))
    assert found.codings["code_id"].tolist()[0] == WATER
    assert found.codings["code_id"].isna().tolist() == [False, True]
    assert said(found) == [("unknown_element", 1, "Coding"), ("code_missing", 1, guid(9))]
    assert found.kept["xml"].tolist() == [f'<CodeRef targetGUID="{THEME}"/>']


def test_numbers_that_are_none_are_kept_and_told(tmp_path):
    body = f'<Sources><PDFSource guid="{guid(1)}" name="L"><PDFSelection guid="{guid(2)}" page="nan" firstX="1.5" firstY="1e999" secondX="3"/></PDFSource></Sources>'
    found = project(tmp_path, body)
    assert found.segments["x1"].tolist() == [1.5]
    assert found.segments[["page", "y1", "y2"]].isna().all(axis=None)
    assert sorted(found.kept["xml"]) == ['firstY="1e999"', 'page="nan"']
    assert [one[0] for one in said(found)] == ["off_schema"] * 3


def test_values_that_are_not_of_the_type_of_their_variable_are_kept_and_told(tmp_path):
    body = f"""<Variables><Variable guid="{guid(1)}" name="n" typeOfVariable="Integer"/></Variables><Cases><Case guid="{guid(2)}">
      <VariableValue><VariableRef targetGUID="{guid(1)}"/><TextValue>tujuh</TextValue></VariableValue></Case></Cases>"""
    found = project(tmp_path, body)
    assert found.attribute_values["value"].tolist() == ["tujuh"]
    assert said(found) == [("value_type", 1, guid(1))]


def test_a_source_without_a_name_is_called_after_its_file(tmp_path):
    found = project(tmp_path, document(path="internal://sub/rapat desa.txt", name=None), [("sources/sub/rapat desa.txt", b"x")])  # fmt: skip
    assert found.sources["name"].tolist() == ["rapat desa"]
    assert said(found) == [("name_missing", 1, DOCUMENT)]


# ---- what is refused -------------------------------------------------------------------------------------------------------


def refusal(path):
    with pytest.raises(DashatError) as caught:
        read_project(path)
    return str(caught.value)


ENTITIES = '<!DOCTYPE Project [<!ENTITY x SYSTEM "file:///etc/hostname"><!ENTITY a "aaaa">]><Project xmlns="urn:QDA-XML:project:1.0" name="&x;"/>'


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (ENTITIES, "declares a document type or entities"),
        ('<!DOCTYPE Project><Project xmlns="urn:QDA-XML:project:1.0"/>', "declares a document type or entities"),
        ('<Project xmlns="urn:QDA-XML:project:1.0">&nbsp;</Project>', "undefined entity, in line 1"),
        ('<Project xmlns="urn:QDA-XML:project:1.0"><Users>', "it ends too early, in line 1"),
        ("", "it ends too early"),
        ('<html xmlns="urn:QDA-XML:x"/>', "is XML, but no REFI-QDA: it begins with html"),
        ('<Project xmlns="urn:QDA-XML:project:1.0">' + "<Codes>" * 300, "is nested more than 256 levels deep"),
        ('<?xml version="1.0" encoding="x-unknown"?><Project/>', "in an encoding that nobody knows: x-unknown"),
    ],
)
def test_xml_that_is_hostile_or_broken_is_refused(tmp_path, content, sentence):
    message = refusal(packed(tmp_path / "jahat.qdpx", content))
    assert message.startswith("jahat.qdpx: ")
    assert sentence in message


def test_an_archive_without_one_project_file_is_refused(tmp_path):
    none = packed(tmp_path / "kosong.qdpx", b"", name="lain.txt")
    assert "kosong.qdpx: is an archive without a project file (*.qde) at its top level." in refusal(none)
    below = packed(tmp_path / "bawah.qdpx", b"", name="dalam/project.qde")
    assert "without a project file" in refusal(below)
    two = packed(tmp_path / "dua.qdpx", b"", [("b.QDE", b"")], name="a.qde")
    assert "is an archive with several project files: a.qde, b.QDE." in refusal(two)


def test_what_is_no_archive_is_refused_by_name(tmp_path):
    path = tmp_path / "bukan.qdpx"
    path.write_bytes(b"ini bukan zip")
    assert refusal(path).startswith("bukan.qdpx: is no zip that can be opened")
    whole = packed(tmp_path / "utuh.qdpx", PROJECT.format(origin="", body=CODES)).read_bytes()
    path.write_bytes(whole[: len(whole) // 2])
    assert refusal(path).startswith("bukan.qdpx: is no zip that can be opened")


def test_a_project_file_that_grows_without_end_is_refused(tmp_path):
    path = packed(tmp_path / "bom.qdpx", b"<Project>" + b" " * (30 << 20))
    assert "unpacks to more than 200 times its size" in refusal(path)


def test_a_text_that_grows_without_end_is_not_opened(tmp_path):
    found = project(tmp_path, document(path="internal://t.txt"), [("sources/t.txt", b" " * (30 << 20))])
    assert said(found) == [("member_refused", 1, "sources/t.txt"), ("text_missing", 1, "Wawancara")]


def test_segments_that_lie_over_each_other_do_not_grow_without_end(tmp_path, monkeypatch):
    monkeypatch.setattr("dashat_lib.loaders.refi_places._MOST_CUT", 25)
    made = [selection(n, 0, 10) for n in range(4)]
    found = project(tmp_path, document(*made, text="air dan api"))
    assert found.segments["text"].notna().tolist() == [True, True, False, False]
    assert found.segments["end"].tolist() == [10] * 4
    assert said(found) == [("segment_text_left_out", 2, f"{guid(102)}, {guid(103)}")]


def test_more_text_than_any_project_holds_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(refi_qda, "_MOST_TEXT", 1 << 20)
    same = "".join(f'<TextSource guid="{guid(n)}" name="x" plainTextPath="internal://t.txt"/>' for n in range(20))
    path = packed(tmp_path / "ulang.qdpx", PROJECT.format(origin="", body=f"<Sources>{same}</Sources>"), [("sources/t.txt", bytes(random.Random(1).choices(range(97, 123), k=100_000)))])  # fmt: skip
    assert "holds more than 1 MiB of text" in refusal(path)


def test_a_text_whose_bytes_are_damaged_is_told_and_the_rest_is_read(tmp_path):
    path = packed(tmp_path / "a.qdpx", PROJECT.format(origin="", body=CODES + document(path="internal://t.txt")), [("sources/t.txt", bytes(range(97, 123)) * 20)])  # fmt: skip
    data = bytearray(path.read_bytes())
    data[data.index(b"sources/t.txt") + 25] ^= 255
    path.write_bytes(data)
    found = read_project(path)
    assert len(found.codes) == 2
    assert said(found) == [("text_missing", 1, "Wawancara")]


def test_a_text_that_is_too_long_is_not_read_and_that_is_told(tmp_path, monkeypatch):
    monkeypatch.setattr(refi_qda, "_LONGEST_TEXT", 10)
    for body, members in (
        (document(selection(1, 0, 3), text="air dan api"), []),
        (document(selection(1, 0, 3), path="internal://t.txt"), [("sources/t.txt", b"air dan api")]),
    ):
        found = project(tmp_path, body, members)
        assert said(found) == [("text_missing", 1, "Wawancara")]
        assert found.load_report[0].done.startswith("Its text is longer than any that is read;")
        assert found.segments["raw_end"].tolist() == ["3"]


def test_what_is_not_understood_is_kept_up_to_a_limit(tmp_path, monkeypatch):
    monkeypatch.setattr("dashat_lib.loaders.xml_files.Fragment.MOST", 1000)
    found = project(tmp_path, "<Lain>" + "<a/>" * 1000 + "</Lain><Kecil/>")
    assert found.kept["element"].tolist() == ["Kecil"]
    assert ("unknown_too_large", 1, "Lain") in said(found)


def test_ids_that_repeat_a_hundred_thousand_times_take_no_longer(tmp_path):
    same = "".join(f'<User guid="{ANA}" name="{n}"/>' for n in range(100_000))
    begun = time.monotonic()
    found = project(tmp_path, f"<Users>{same}</Users>")
    assert found.coders["coder_id"].is_unique
    assert time.monotonic() - begun < 20


def mutated(data, rng):
    data = bytearray(data)
    for _ in range(rng.randint(1, 6)):
        at = rng.randrange(len(data))
        what = rng.randrange(4)
        if what == 0:
            del data[at:]
        elif what == 1:
            data[at] ^= 1 << rng.randrange(8)
        elif what == 2:
            other = rng.randrange(len(data))
            data[at], data[other] = data[other], data[at]
        else:
            data[at:at] = bytes(rng.choices(b'<>&"/ 0a\x00\xff', k=rng.randint(1, 8)))
        if not data:
            break
    return bytes(data)


def read_or_refused(path):
    """The project, or None where it was refused in a sentence that names the file."""
    try:
        return refi_qda.read(path)
    except DashatError as error:
        if path.name not in str(error):
            raise
        return None


def whole_project():
    text = "Kami percaya kepada pengurus 🙂\r\nPompa rusak lagi.\r\n"
    body = (
        PEOPLE
        + CODES
        + f'<Variables><Variable guid="{guid(50)}" name="umur" typeOfVariable="Integer"/></Variables><Cases><Case guid="{guid(51)}"><VariableValue><VariableRef targetGUID="{guid(50)}"/><IntegerValue>5</IntegerValue></VariableValue></Case></Cases>'
        + document(
            selection(1, 0, 12, WATER, name="Kami percaya"),
            path="internal://t.txt",
            rest=f'<Coding guid="{guid(60)}"><CodeRef targetGUID="{WATER}"/></Coding>',
        )
        + f'<Notes><Note guid="{guid(70)}"><PlainTextContent>x</PlainTextContent></Note></Notes><Graphs><Graph guid="{guid(80)}"/></Graphs>'
    )
    return PROJECT.format(origin="NVivo", body=body).encode(), [("sources/t.txt", text.encode())]


@pytest.mark.parametrize("inside", [True, False], ids=["the project file", "the archive"])
def test_whatever_is_damaged_is_read_or_refused_in_time(tmp_path, inside):
    rng = random.Random(20260101)
    xml, members = whole_project()
    archive = packed(tmp_path / "utuh.qdpx", xml, members).read_bytes()
    refused = 0
    for n in range(150):
        path = tmp_path / f"{n}.qdpx"
        if inside:
            packed(path, mutated(xml, rng), members)
        else:
            path.write_bytes(mutated(archive, rng))
        begun = time.monotonic()
        refused += read_or_refused(path) is None
        assert time.monotonic() - begun < 20
        path.unlink()
    assert 20 < refused < 150


def test_a_file_that_is_read_stays_as_it_was(tmp_path):
    xml, members = whole_project()
    path = packed(tmp_path / "utuh.qdpx", xml, members)
    before = path.read_bytes()
    read_project(path)
    assert path.read_bytes() == before
    assert list(tmp_path.iterdir()) == [path]


def test_progress_is_told(tmp_path):
    xml, members = whole_project()
    told = []
    read_project(packed(tmp_path / "a.qdpx", xml, members), progress=lambda *one: told.append(one))
    assert told == [("elements", len(xml), len(xml))]


# ---- real files ------------------------------------------------------------------------------------------------------------

REAL_FILES = sorted(REAL.rglob("*.qdpx")) if REAL.is_dir() else []


@pytest.mark.skipif(not REAL_FILES, reason="the real files are not here")
def test_what_nvivo_counted_in_utf_16_units_is_cut_out_at_line_borders():
    # shared/real/qda/expected.csv: 303 selections, 3 borders of 606 inside a word in this reading
    found = read_project(REAL / "nvivo/nvivo_win126_masked_a.qdpx")
    (entry,) = [one for one in found.load_report if one.what == "positions_reading"]
    assert (entry.n, entry.details["in_word"], entry.details["borders"], entry.details["outside"]) == (303, 3, 606, 0)
    assert found.segments["text"].notna().sum() == 303


@pytest.mark.skipif(not REAL_FILES, reason="the real files are not here")
def test_text_that_a_round_trip_lost_is_told():
    found = read_project(REAL / "nvivo/nvivo_mac15_lost_text.qdpx")
    assert [one.n for one in found.load_report if one.what == "text_missing"] == [2]


@pytest.mark.skipif(not REAL_FILES, reason="the real files are not here")
def test_real_files_that_are_damaged_are_read_or_refused(tmp_path):
    rng = random.Random(7)
    for path in REAL_FILES:
        try:
            with zipfile.ZipFile(path) as archive:
                names = archive.namelist()
                qde = next(name for name in names if name.endswith(".qde"))
                xml = archive.read(qde)
                members = [
                    (name, archive.read(name)) for name in names if name != qde and archive.getinfo(name).file_size < 100_000 and ".." not in name
                ]  # fmt: skip
        except zipfile.BadZipFile:
            continue
        for _ in range(2):
            damaged = packed(tmp_path / "rusak.qdpx", mutated(xml, rng), members)
            read_or_refused(damaged)
