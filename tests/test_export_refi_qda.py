"""What other programs hold and REFI-QDA does not is turned into something else or left out, and told; a file is written whole or not at all."""

from __future__ import annotations

import zipfile

import pytest
from test_refi_qda_roundtrip import invalid

from dashat_lib.coded_project import Draft
from dashat_lib.errors import DashatError
from dashat_lib.exports import write_refi_codebook, write_refi_qda
from dashat_lib.exports.refi_graphs import is_graph
from dashat_lib.exports.refi_ids import made
from dashat_lib.loaders import refi_qda

TEXT = "Kami percaya 🙂 pompa.\nPompa rusak."


def guid(n):
    return f"00000000-0000-4000-8000-{n:012d}"


def qualcoder(tmp_path, **properties):
    """A project as QualCoder holds one: ids are numbers, codes lie in categories."""
    draft = Draft("qualcoder", tmp_path / "proyek.qda", name="Proyek", **properties)
    draft.add("coders", coder_id="Ana", name="Ana")
    draft.add("sources", source_id="1", name="Wawancara", kind="text", text=TEXT, path="/docs/w.docx", creator="Ana", created="2024-04-30 10:15:00")  # fmt: skip
    draft.add("codes", code_id="1", name="percaya", color="#FF0000")
    return draft


def coded(draft, segment="9", start=5, end=12, code="1", coder="Ana", **values):
    draft.add("segments", segment_id=segment, source_id="1", kind="text", start=start, end=end, text=TEXT[start:end])
    draft.add("codings", coding_id=segment, segment_id=segment, source_id="1", code_id=code, coder_id=coder, **values)


def written(draft, tmp_path, name="tulis.qdpx"):
    """What is read of a project that was written, and what was told: [(what, n)]."""
    path = tmp_path / name
    told = write_refi_qda(draft.finish(), path)
    assert invalid(path) == []
    return refi_qda.read(path), [(one.what, one.n) for one in told]


def test_ids_that_are_no_guids_become_guids_made_of_table_and_id(tmp_path):
    draft = qualcoder(tmp_path)
    coded(draft)
    found, told = written(draft, tmp_path)
    assert found.sources["source_id"].tolist() == [made("sources", "1")]
    assert found.codings[["coding_id", "segment_id", "source_id", "code_id", "coder_id"]].values.tolist() == [
        [made("codings", "9"), made("segments", "9"), made("sources", "1"), made("codes", "1"), made("coders", "Ana")]
    ]
    assert found.sources["creator"].tolist() == [made("coders", "Ana")]
    assert found.segments["text"].tolist() == [TEXT[5:12]]
    assert told == [("id_made", 5)]  # source, segment, code, coder, coding
    assert found.sources["created"].tolist() == ["2024-04-30T10:15:00"]
    assert found.load_report == ()


def test_a_text_of_another_program_is_a_file_of_the_archive(tmp_path):
    found, _ = written(qualcoder(tmp_path), tmp_path)
    with zipfile.ZipFile(tmp_path / "tulis.qdpx") as archive:
        assert archive.namelist() == ["project.qde", f"sources/{made('sources', '1')}.txt"]
        assert archive.read(archive.namelist()[1]) == TEXT.encode()
    assert found.sources["path"].tolist() == [f"internal://{made('sources', '1')}.txt"]


def test_the_same_project_makes_the_same_bytes(tmp_path):
    draft = qualcoder(tmp_path)
    coded(draft)
    write_refi_qda(draft.finish(), tmp_path / "a.qdpx")
    write_refi_qda(draft.finish(), tmp_path / "b.qdpx")
    assert (tmp_path / "a.qdpx").read_bytes() == (tmp_path / "b.qdpx").read_bytes().replace(b"b.qdpx", b"a.qdpx")


def test_nothing_is_written_over_unasked_and_nothing_half(tmp_path, monkeypatch):
    path = tmp_path / "ada.qdpx"
    path.write_bytes(b"lama")
    project = qualcoder(tmp_path).finish()
    with pytest.raises(
        DashatError, match=r"ada.qdpx: is there already. Choose another name, or write over it with --force."
    ):
        write_refi_qda(project, path)
    monkeypatch.setattr("dashat_lib.exports.refi_elements.Elements._codes", lambda *_: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        write_refi_qda(project, path, force=True)
    assert path.read_bytes() == b"lama"
    assert list(tmp_path.iterdir()) == [path]
    monkeypatch.undo()
    write_refi_qda(project, path, force=True)
    assert len(refi_qda.read(path).codes) == 1
    with pytest.raises(DashatError, match="cannot be written: No such file or directory"):
        write_refi_qda(project, tmp_path / "tak ada" / "x.qdpx")


def test_categories_become_codes_that_cannot_be_given(tmp_path):
    draft = qualcoder(tmp_path)
    draft.add("codes", code_id="2", parent_id="1", name="buta")
    draft.add("categories", category_id="1", name="sikap", description="semua sikap")
    draft.add("categories", category_id="2", parent_id="1", name="positif")
    draft.add("category_codes", category_id="2", code_id="1")
    found, told = written(draft, tmp_path)
    assert sorted(found.code_paths()) == ["sikap", "sikap > positif", "sikap > positif > percaya", "sikap > positif > percaya > buta"]  # fmt: skip
    assert found.codes.set_index("name")["is_codable"].to_dict() == {"sikap": False, "positif": False, "percaya": True, "buta": True}  # fmt: skip
    assert found.codes["description"].dropna().tolist() == ["semua sikap"]
    assert ("category_as_code", 2) in told


def test_categories_become_sets_where_a_code_lies_in_several(tmp_path):
    draft = qualcoder(tmp_path)
    for category in "12":
        draft.add("categories", category_id=category, name=f"kelompok {category}")
        draft.add("category_codes", category_id=category, code_id="1")
    found, told = written(draft, tmp_path)
    assert found.sets["name"].tolist() == ["kelompok 1", "kelompok 2"]
    assert found.set_members["target_id"].tolist() == [made("codes", "1")] * 2
    assert len(found.codes) == 1
    assert ("category_as_set", 2) in told


def test_codes_that_lie_below_themselves_or_below_nothing_are_top_ones(tmp_path):
    draft = qualcoder(tmp_path)
    for code, above in (("2", "3"), ("3", "2"), ("4", "4"), ("5", "hilang"), ("6", "5")):
        draft.add("codes", code_id=code, parent_id=above, name=code)
    found, told = written(draft, tmp_path)
    assert sorted(found.code_paths()) == ["3", "3 > 2", "4", "5", "5 > 6", "percaya"]
    assert told[-2:] == [("code_circle", 2), ("parent_unknown", 1)]


def test_a_tree_of_codes_may_be_deeper_than_functions_may_call_themselves(tmp_path):
    draft = Draft("rqda", tmp_path / "x.rqda")
    for n in range(3000):
        draft.add("codes", code_id=guid(n), parent_id=guid(n - 1) if n else None, name=str(n))
    write_refi_codebook(draft.finish(), tmp_path / "dalam.qdc")
    with pytest.raises(DashatError, match="nested more than 256 levels"):
        refi_qda.read(tmp_path / "dalam.qdc")


def test_annotations_journals_and_comments_become_notes_with_what_they_are_of(tmp_path):
    draft = qualcoder(tmp_path)
    coded(draft, comment="kenapa?")
    draft.add("memos", memo_id="a1", kind="annotation", text="lihat", source_id="1", start=0, end=4)
    draft.add("memos", memo_id="j1", kind="journal", name="hari 1", text="mulai")
    draft.add("memos", memo_id="d1", kind="note", text="dokumen", source_id="1")
    found, told = written(draft, tmp_path)
    notes = found.memos.set_index("text")["memo_id"]
    assert sorted(notes.index) == ["dokumen", "kenapa?", "lihat", "mulai"]
    links = {(row.memo_id, row.kind): row.target_id for row in found.memo_links.itertuples()}
    assert links[notes["kenapa?"], "coding"] == made("codings", "9")
    assert links[notes["dokumen"], "source"] == made("sources", "1")
    place = found.segments.set_index("segment_id").loc[links[notes["lihat"], "segment"]]
    assert place["text"] == "Kami"
    assert len(links) == 3
    assert [one for one in told if one[0] != "id_made"] == [("memo_as_note", 2), ("segment_made", 1), ("comment_as_note", 1)]  # fmt: skip


def test_ranges_of_cases_become_segments_unless_they_are_the_whole_document(tmp_path):
    draft = qualcoder(tmp_path)
    draft.add("cases", case_id="1", name="Petani")
    draft.add("case_members", case_id="1", kind="source", target_id="1", start=0, end=len(TEXT))
    draft.add("case_members", case_id="1", kind="source", target_id="1", start=0, end=4)
    draft.add("case_members", case_id="1", kind="source", target_id="1", start=0, end=4)
    found, told = written(draft, tmp_path)
    assert found.case_members["kind"].tolist() == ["source", "segment", "segment"]
    assert found.segments["text"].tolist() == ["Kami"]
    assert found.summary()["uncoded_selections"] == 1
    assert ("segment_made", 1) in told


def test_values_and_types_that_the_schema_does_not_know(tmp_path):
    draft = qualcoder(tmp_path)
    draft.add("cases", case_id="1", name="Petani")
    for attribute, type_, value in (("umur", "numeric", "54"), ("skor", "numeric", "tinggi"), ("peran", "character", ""), ("lain", "aneh", "x"), ("kosong", "numeric", None)):  # fmt: skip
        draft.add("attributes", attribute_id=attribute, name=attribute, type=type_, applies_to="case")
        draft.add("attribute_values", attribute_id=attribute, kind="case", target_id="1", value=value)
    found, told = written(draft, tmp_path)
    assert found.attributes.set_index("name")["type"].to_dict() == {"umur": "Float", "skor": "Float", "peran": "Text", "lain": "Text", "kosong": "Float"}  # fmt: skip
    assert found.attribute_values["value"].tolist()[:4] == ["54", "tinggi", "", "x"]
    assert found.attribute_values["value"].isna().tolist() == [False] * 4 + [True]
    assert ("value_as_text", 1) in told
    assert ("scope_lost", 5) in told
    assert sum(n for what, n in told if what == "type_changed") == 5


def test_text_of_a_pdf_picture_or_recording_becomes_a_part_of_it(tmp_path):
    draft = qualcoder(tmp_path)
    for source, kind in (("2", "pdf"), ("3", "picture"), ("4", "audio")):
        draft.add("sources", source_id=source, name=kind, kind=kind, text="air dan api", path="/x")
        draft.add("segments", segment_id=f"s{source}", source_id=source, kind="text", start=4, end=7)
        draft.add("codings", coding_id=f"c{source}", segment_id=f"s{source}", source_id=source, code_id="1")
        draft.add("codings", coding_id=f"d{source}", source_id=source, code_id="1")
    draft.add("segments", segment_id="a2", source_id="2", kind="pdf", page=1, x1=1.5, y1=2, x2=3, y2=4)
    found, told = written(draft, tmp_path)
    parts = found.sources[found.sources["part_of"].notna()]
    assert parts["role"].tolist() == ["representation", "description", "transcript"]
    assert parts["text"].tolist() == ["air dan api"] * 3
    assert found.segments["text"].dropna().tolist() == ["dan"] * 3
    assert found.segments["kind"].tolist() == ["pdf", "text", "text", "transcript"]
    assert len(found.codings) == 6
    assert found.codings["segment_id"].isna().sum() == 3
    assert [one for one in told if one[0] != "id_made"] == [("text_as_part", 3), ("sync_point_made", 1), ("media_missing", 3), ("rounded", 1)]  # fmt: skip


def test_parts_without_room_become_documents_and_codes_of_a_transcript_those_of_its_recording(tmp_path):
    draft = qualcoder(tmp_path)
    draft.add("sources", source_id="2", name="bagian", kind="text", part_of="1", role="transcript", text="air")
    draft.add("sources", source_id="3", name="rekaman", kind="audio")
    draft.add("sources", source_id="4", name="transkrip", kind="text", part_of="3", role="transcript", text="api")
    draft.add("codings", coding_id="1", source_id="4", code_id="1")
    found, told = written(draft, tmp_path)
    sources = found.sources.set_index("name")
    assert sources["part_of"].isna().to_dict() == {"Wawancara": True, "bagian": True, "rekaman": True, "transkrip": False}  # fmt: skip
    assert found.codings["source_id"].tolist() == [made("sources", "3")]
    assert ("part_apart", 1) in told
    assert ("moved_to_recording", 1) in told


def test_what_has_no_room_is_left_out_and_counted(tmp_path):
    draft = qualcoder(tmp_path)
    coded(draft, weight="3")
    coded(draft, segment="10", code=None)
    draft.add("passages", passage_id="p", source_id="1", kind="turn", start=0, end=4)
    draft.add("segments", segment_id="11", source_id="1", kind="picture", x1=1, y1=1, x2=2, y2=2)
    draft.add("codings", coding_id="11", segment_id="11", source_id="1", code_id="1")
    draft.add("segments", segment_id="12", source_id="tak ada", kind="text", start=0, end=1, text="x", stored_text="y")
    draft.add("case_members", case_id="tak ada", kind="source", target_id="1")
    draft.add("set_members", set_id="tak ada", kind="source", target_id="1")
    draft.add("attribute_values", attribute_id=None, kind="source", target_id="1", value="x")
    draft.add("memo_links", memo_id="m", kind="case", target_id="x")
    draft.add("sync_points", sync_point_id="y", source_id="1", position=1)
    draft.add("kept", parent_id="1", element="Lain", xml="<Lain/>")
    draft.add("kept", element="Graph", xml="<Graph><Jahat/></Graph>")
    draft.add("codes", code_id="2", name="warna", color="merah")
    draft.add("links", link_id="1", direction="ke mana", origin_id="1", target_id=None)
    draft.add("memos", memo_id="m2", kind="note", text="x", created="kemarin")
    found, told = written(draft, tmp_path)
    assert sorted(one for one in told if one[0] != "id_made") == [
        ("coding_lost", 2), ("color_lost", 1), ("date_lost", 1), ("direction_lost", 1), ("kept_lost", 2), ("member_lost", 1),
        ("member_lost", 1), ("note_lost", 1), ("passage_lost", 1), ("segment_lost", 2), ("stored_text_lost", 1),
        ("sync_point_lost", 1), ("value_lost", 1), ("weight_lost", 1),
    ]  # fmt: skip
    assert len(found.codings) == 1


def test_characters_that_xml_cannot_hold_are_replaced_and_told(tmp_path):
    draft = qualcoder(tmp_path)
    draft.add("codes", code_id="2", name="a\x0bb\x00")
    draft.column("sources", "text")[0] = "halaman\x0cdua\x00tiga"
    found, told = written(draft, tmp_path)
    assert found.codes["name"].tolist() == ["percaya", "a\ufffdb\ufffd"]
    assert found.sources["text"].tolist() == ["halaman\x0cdua\ufffdtiga"]
    assert [one for one in told if one[0] == "character_replaced"] == [("character_replaced", 1)] * 2


def test_colours_are_written_as_the_schema_has_them(tmp_path):
    draft = qualcoder(tmp_path)
    for n, color in enumerate(["#80112233", "rgb(1, 20, 255)", "#abc"]):
        draft.add("codes", code_id=f"w{n}", name=color, color=color)
    found, told = written(draft, tmp_path)
    assert found.codes["color"].tolist() == ["#FF0000", "#112233", "#0114ff", "#abc"]
    assert ("color_changed", 2) in told


def with_media(path):
    body = f"""<Project xmlns="urn:QDA-XML:project:1.0" name="media" origin="NVivo 14" basePath="C:/Users/Ana"><Sources>
      <PictureSource guid="{guid(1)}" name="papan" path="internal://Papan.PNG"/><PDFSource guid="{guid(2)}" name="hilang" path="internal://tak ada.pdf"/>
      <TextSource guid="{guid(3)}" name="teks" plainTextPath="internal://apa?.txt" richTextPath="internal://teks.docx"/></Sources></Project>"""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("project.qde", body)
        for name, data in (
            ("papan.png", b"\x89PNG" * 500),
            ("apa?.txt", b"air"),
            ("teks.docx", b"PK\x03\x04isi"),
            ("lain.bin", b"x"),
        ):
            archive.writestr(f"Sources/{name}", data)
    return path


def test_media_are_copied_from_the_project_that_was_read(tmp_path):
    found = refi_qda.read(with_media(tmp_path / "asal.qdpx"))
    told = write_refi_qda(found, tmp_path / "tulis.qdpx")
    assert invalid(tmp_path / "tulis.qdpx") == []
    with zipfile.ZipFile(tmp_path / "tulis.qdpx") as archive:
        assert archive.namelist() == ["project.qde", f"sources/{guid(3)}.txt", "sources/Papan.PNG", "sources/teks.docx"]
        assert archive.read("sources/Papan.PNG") == b"\x89PNG" * 500
        assert archive.read("sources/teks.docx") == b"PK\x03\x04isi"
        assert b"Users/Ana" not in archive.read("project.qde")  # nothing hangs on it, and it shows a person's folder
    assert [(one.what, one.n, one.where) for one in told] == [("origin_changed", 1, "tulis.qdpx"), ("media_missing", 1, "hilang")]  # fmt: skip
    assert [one.what for one in refi_qda.read(tmp_path / "tulis.qdpx").load_report] == ["media_missing"]


def test_a_project_may_be_written_over_the_file_that_it_was_read_from(tmp_path):
    path = with_media(tmp_path / "asal.qdpx")
    write_refi_qda(refi_qda.read(path), path, force=True)
    with zipfile.ZipFile(path) as archive:
        assert archive.read("sources/Papan.PNG") == b"\x89PNG" * 500
    assert list(tmp_path.iterdir()) == [path]


def test_media_that_are_gone_or_damaged_are_counted(tmp_path):
    path = with_media(tmp_path / "asal.qdpx")
    found = refi_qda.read(path)
    data = bytearray(path.read_bytes())
    data[data.index(b"papan.png") + 15] ^= 255
    path.write_bytes(data)
    told = write_refi_qda(found, tmp_path / "a.qdpx")
    assert [(one.n, one.where) for one in told if one.what == "media_missing"] == [(2, "papan, hilang")]
    path.unlink()
    told = write_refi_qda(found, tmp_path / "b.qdpx")
    assert [(one.n, one.where) for one in told if one.what == "media_missing"] == [(3, "papan, hilang, teks")]


def test_a_codebook_holds_codes_and_sets_of_codes(tmp_path):
    draft = qualcoder(tmp_path)
    draft.add("codes", code_id="2", parent_id="1", name="anak", description="d", is_codable=True)
    draft.add("sets", set_id="1", name="s")
    draft.add("set_members", set_id="1", kind="code", target_id="2")
    draft.add("set_members", set_id="1", kind="source", target_id="1")
    draft.add("memo_links", memo_id="m", kind="code", target_id="2")
    draft.add("memo_links", memo_id="m", kind="source", target_id="1")
    told = write_refi_codebook(draft.finish(), tmp_path / "kode.qdc")
    assert invalid(tmp_path / "kode.qdc") == []
    found = refi_qda.read(tmp_path / "kode.qdc")
    assert found.load_report == ()
    assert found.code_paths().tolist() == ["percaya", "percaya > anak"]
    assert found.set_members["target_id"].tolist() == [made("codes", "2")]
    assert [(one.what, one.n) for one in told if one.what != "id_made"] == [("member_lost", 1), ("note_lost", 1)]
    with pytest.raises(DashatError, match="would hold no codes, and a codebook must hold one"):
        write_refi_codebook(Draft("rqda", tmp_path).finish(), tmp_path / "kosong.qdc")
    assert not (tmp_path / "kosong.qdc").exists()


@pytest.mark.parametrize(
    ("xml", "good"),
    [
        (f'<Graph guid="{guid(1)}"/>', True),
        (f'<Graph guid="{guid(1)}" name="a"><Vertex guid="{guid(2)}" firstX="1" firstY="2" shape="Oval" color="#abc"/></Graph>', True),
        (f'<Graph guid="{guid(1)}"><Edge guid="{guid(2)}" sourceVertex="{guid(3)}" targetVertex="{guid(3)}" lineStyle="solid"/></Graph>', True),
        ("<Graph/>", False),
        (f'<Graph guid="{guid(1)}" x="1"/>', False),
        (f'<Graph guid="{guid(1)}"><Vertex guid="{guid(2)}" firstX="1.5" firstY="2"/></Graph>', False),
        (f'<Graph guid="{guid(1)}"><Edge guid="{guid(2)}" sourceVertex="{guid(3)}" targetVertex="{guid(3)}"/><Vertex guid="{guid(2)}" firstX="1" firstY="2"/></Graph>', False),
        (f'<Graph guid="{guid(1)}"><Graph guid="{guid(1)}"/></Graph>', False),
        (f'<Graph guid="{guid(1)}">teks</Graph>', False),
        (f'<Graph guid="{guid(1)}"/><Sources/>', False),
        ("bukan xml", False),
    ],
)  # fmt: skip
def test_only_drawings_of_the_schema_are_written_back(tmp_path, xml, good):
    assert is_graph(xml) == good
    draft = qualcoder(tmp_path)
    draft.add("kept", element="Graph", xml=xml)
    found, told = written(draft, tmp_path)
    assert len(found.kept) == good
    assert (("kept_lost", 1) in told) != good
