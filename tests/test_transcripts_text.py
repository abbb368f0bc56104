"""Plain text and Markdown: who speaks from where to where, and what is no speaker."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from conftest import SHARED

from dashat_lib.errors import DashatError
from dashat_lib.loaders.read_project import read_project
from dashat_lib.loaders.transcripts import recognises
from dashat_lib.loaders.transcripts.labels import label_of

REAL = Path(os.environ.get("DASHAT_REAL", SHARED / "real")) / "qda"


@pytest.fixture
def text(tmp_path):
    """Write a text, read it, and return (project, summary)."""

    def read(words, name="wawancara.dat", **how):
        path = tmp_path / name
        path.write_bytes(words if isinstance(words, bytes) else words.encode())
        project = read_project(path, **how)
        return project, project.summary(texts=True)

    return read


def told(summary):
    """What was odd; that speakers became cases is told of every talk, and has its own test."""
    return {
        (one["what"], one["n"], one["where"]) for one in summary["load_report"] if one["what"] != "speakers_as_cases"
    }


def turns(project):
    source = project.sources["text"].iloc[0]
    return [(one.kind, None if one.speaker != one.speaker else one.speaker, source[one.start : one.end]) for one in project.passages.itertuples()]  # fmt: skip


INTERVIEW = """\
Transkrip 7
Pewawancara: Rina
Informan: Ibu S
Tanggal: 3 Mei 2024
Tempat: Balai RW 05

P: Selamat pagi, Bu. Sudah lama jadi kader?
I: Sudah. Sejak 2011,
   waktu itu masih di balai lama.

Catatan: dia tertawa, lalu diam.
P: Jam berapa biasanya?
I: Jam 10:30. Lihat https://contoh.id saja.
10:30 itu sudah siang.
"""


def test_an_indonesian_interview_has_two_speakers_and_a_heading(text):
    project, found = text(INTERVIEW)
    assert (found["format"], found["turns"], found["speakers"]) == ("transcript", 4, ["P", "I"])
    assert turns(project) == [
        ("paragraph", None, "Transkrip 7\nPewawancara: Rina\nInforman: Ibu S\nTanggal: 3 Mei 2024\nTempat: Balai RW 05"),
        ("turn", "P", "Selamat pagi, Bu. Sudah lama jadi kader?"),
        ("turn", "I", "Sudah. Sejak 2011,\n   waktu itu masih di balai lama.\n\nCatatan: dia tertawa, lalu diam."),
        ("turn", "P", "Jam berapa biasanya?"),
        ("turn", "I", "Jam 10:30. Lihat https://contoh.id saja.\n10:30 itu sudah siang."),
    ]  # fmt: skip
    assert told(found) == set()


def test_ranges_of_cases_are_what_was_said(text):
    project, _ = text("P: Satu.\r\nI: Dua 🍲\r\ntiga.\r\nP: Empat.\r\n")
    source = project.sources["text"].iloc[0]
    assert source == "P: Satu.\nI: Dua 🍲\ntiga.\nP: Empat.\n"
    assert [(one.case_id, source[one.start : one.end]) for one in project.case_members.itertuples()] == [
        ("speaker-1", "Satu."),
        ("speaker-2", "Dua 🍲\ntiga."),
        ("speaker-1", "Empat."),
    ]


@pytest.mark.parametrize(
    ("line", "name", "speech", "begin"),
    [
        ("Ana: ya", "Ana", "ya", None),
        ("Ana : ya", "Ana", "ya", None),
        ("Ana：ya", "Ana", "ya", None),
        ("Informan 1: ya", "Informan 1", "ya", None),
        ("Informan (2): ya", "Informan (2)", "ya", None),
        ("P1 [berbisik]: ya", "P1", "ya", None),
        ("[00:00:05] Ana: ya", "Ana", "ya", 5000),
        ("00:05 - Ana: ya", "Ana", "ya", 5000),
        ("(75:30) Ana: ya", "Ana", "ya", 4530000),
        ("Ana (00:05): ya", "Ana", "ya", 5000),
        ("Ana: [00:05] ya", "Ana", "ya", 5000),
        ("#00:01:02-7# Ana: ya", "Ana", "ya", 62700),
        ("[00:01.5 --> 00:02.0] [SPEAKER_00]: ya", "SPEAKER_00", "ya", 1500),
        ("**Ani:** ya", "Ani", "ya", None),
        ("**Ani**: ya", "Ani", "ya", None),
        ("__Ani__: *ya*", "Ani", "*ya*", None),
        ("**[00:05] Ani:** ya", "Ani", "ya", 5000),
        (">> ANI: ya", "ANI", "ya", None),
        ("- José P.: sí", "José P.", "sí", None),
        ("Ani:", "Ani", "", None),
        ("Speaker 1  0:03", "Speaker 1", "", 3000),
    ],
)
def test_a_label_is_read_with_its_time(line, name, speech, begin):
    label = label_of(line)
    assert (label.name, line[label.speech :], label.begin_ms) == (name, speech, begin)


@pytest.mark.parametrize(
    "line",
    ["10:30", "10:30 siang", "Pukul 10:30 siang", "https://contoh.id", "C:\\berkas", "Ana :)", "ya, Ana: halo", "", "12: ya", "(tertawa)", "rasio 3:1"],
)  # fmt: skip
def test_what_is_no_label_is_none(line):
    assert label_of(line) is None


def test_times_stand_with_the_turns(text):
    project, found = text(
        "[00:00:05] Ana: Mulai.\n[00:00:09] Budi: Ya.\n[00:00:07] Ana: Mundur.\n[00:75:00] Budi: Salah.\n(01:10)\nAna: Lagi.\nI: f4. #00:01:30-5#\n"
    )
    assert list(project.passages["begin_ms"].fillna(-1)) == [5000, 9000, 7000, -1, 70000, -1]
    assert project.passages["end_ms"].iloc[5] == 90500
    assert found["texts"] == ["Mulai.", "Ya.", "Mundur.", "Salah.", "Lagi.", "f4."]
    assert told(found) == {("broken_time", 1, "line 4"), ("time_backwards", 1, "times")}


def test_a_time_in_a_line_of_its_own_is_no_speech_and_ends_no_turn(text):
    project, found = text("P: Satu.\n[00:01:10]\ndua.\nI: Tiga.\n")
    assert (found["texts"], found["turns"]) == (["Satu.", "dua.", "Tiga."], 2)
    assert list(project.passages["begin_ms"].fillna(-1)) == [-1, 70000, -1]


def test_a_time_of_day_that_somebody_says_stays_speech(text):
    _, found = text("P: Jam berapa?\nI:\n10:30\nP: Siang?\nI: Ya.\n")
    assert found["texts"] == ["Jam berapa?", "10:30", "Siang?", "Ya."]


def test_name_and_time_above_the_speech_are_a_label(text):
    _, found = text("Bu Sri  0:03\nSelamat pagi.\n\nRina  0:07\nPagi, Bu.\nBus jam\n\nBu Sri  1:00:02\nYa.\n")
    assert (found["speakers"], found["turns"]) == (["Bu Sri", "Rina"], 3)
    assert found["texts"] == ["Selamat pagi.", "Pagi, Bu.\nBus jam", "Ya."]


def test_names_in_brackets_are_speakers_only_if_every_paragraph_has_one(text):
    assert text("[id1] Halo semua.\n\n[id2] Ya.\n\n[id1] Baik.\n")[1]["speakers"] == ["id1", "id2"]
    assert text("[tertawa] Halo semua.\n\nYa, begitulah kami di sini.\n\n[tertawa] Baik.\n")[1]["speakers"] == []


def test_markdown_headings_and_bold_names(text):
    project, found = text("# Wawancara\n\n**Ani:** Satu.\n\nmasih Ani.\n\n## Bagian dua\n\nkata peneliti di sini.\n\n**Budi:** Dua.\n\n---\n\n**Ani:** Tiga.\n")  # fmt: skip
    assert turns(project) == [
        ("paragraph", None, "# Wawancara"),
        ("turn", "Ani", "Satu.\n\nmasih Ani."),
        ("paragraph", None, "## Bagian dua"),
        ("paragraph", None, "kata peneliti di sini."),
        ("turn", "Budi", "Dua."),
        ("paragraph", None, "---"),
        ("turn", "Ani", "Tiga."),
    ]
    assert found["turns"] == 3


def test_a_text_without_speakers_has_paragraphs(text):
    project, found = text("Kami datang pagi sekali.\nHujan turun.\n\nKesimpulan: dana terlambat datang ke desa.\n")
    assert turns(project) == [
        ("paragraph", None, "Kami datang pagi sekali.\nHujan turun."),
        ("paragraph", None, "Kesimpulan: dana terlambat datang ke desa."),
    ]
    assert (found["turns"], found["speakers"], told(found)) == (0, [], set())


def test_lines_are_paragraphs_where_no_empty_line_parts_them(text):
    assert text("Kami datang pagi sekali.\nHujan turun.\n")[1]["texts"] == ["Kami datang pagi sekali.", "Hujan turun."]


def test_where_one_person_is_named_the_other_lines_are_of_nobody(text):
    # Seen in a real transcript: the moderator is named, the participant is not.
    project, found = text("Baik, saya mulai.\n\nMODERATOR: Silakan.\nPelan saja.\n\nSaya buka halaman ini.\n\nMODERATOR: Lalu?\n\nSudah.\n")  # fmt: skip
    assert turns(project) == [
        ("paragraph", None, "Baik, saya mulai."),
        ("turn", "MODERATOR", "Silakan.\nPelan saja."),
        ("paragraph", None, "Saya buka halaman ini."),
        ("turn", "MODERATOR", "Lalu?"),
        ("paragraph", None, "Sudah."),
    ]
    assert found["turns"] == 2
    assert told(found) == {("speaker_unknown", 3, "speakers")}


def test_names_that_differ_in_capitals_are_one(text):
    _, found = text("Ana: satu\nBudi: dua\nANA: tiga\nBudi: empat\n")
    assert (found["speakers"], found["turns"]) == (["Ana", "Budi"], 4)
    assert told(found) == {("speaker_spelling", 1, "speakers")}


def test_a_name_that_stands_once_in_a_long_text_is_told_with_its_line(text):
    _, found = text("P: ya\nI: tidak\n" * 6 + "Pak RT: boleh.\n" + "P: baik\n")
    assert found["speakers"] == ["P", "I", "Pak RT"]
    assert told(found) == {("speaker_once", 1, "line 13")}


def test_a_sentence_with_a_colon_is_no_speaker(text):
    _, found = text("P: ya\nIbu bilang: jangan\nI: tidak\nlalu kata dia: pergi\nP: baik\n")
    assert found["speakers"] == ["P", "I"]


def test_an_empty_turn_is_kept_and_told(text):
    _, found = text("P: satu\nI:\nP: dua\nI: tiga\n")
    assert (found["texts"], found["speakers"]) == (["satu", "", "dua", "tiga"], ["P", "I"])
    assert told(found) == {("empty_turn", 1, "speakers")}


@pytest.mark.parametrize(("codec", "named"), [("utf-8-sig", "utf-8-sig"), ("utf-16", "utf-16"), ("utf-32", "utf-32")])
@pytest.mark.parametrize("breaks", ["\n", "\r\n", "\r"])
def test_a_file_that_says_its_encoding_is_read_without_a_word(text, codec, named, breaks):
    _, found = text("A: café\nB: naïve 🍲\n".replace("\n", breaks).encode(codec))
    assert (found["texts"], found["encoding"], told(found)) == (["café", "naïve 🍲"], named, set())


@pytest.mark.parametrize("codec", ["cp1252", "utf-16-le"])
def test_a_guessed_encoding_is_told(text, codec):
    words = "Interviewer: Wie geht’s – gut?\r\nB: Ja, “schön”. 5 €, señora.\r\n"
    _, found = text(words.encode(codec))
    assert (found["encoding"], found["texts"][1]) == (codec, "Ja, “schön”. 5 €, señora.")
    assert told(found) == {("encoding_guessed", 1, "wawancara.dat")}


def test_a_missing_library_is_named(tmp_path, monkeypatch):
    import sys

    path = tmp_path / "a.txt"
    path.write_bytes("P: café di sini.\n".encode("cp1252"))
    monkeypatch.setitem(sys.modules, "charset_normalizer", None)
    with pytest.raises(DashatError, match=r'^a\.txt: needs charset-normalizer.*pip install "dashat\[io\]"'):
        read_project(path)


def test_lost_letters_and_what_is_no_letter_are_told(text):
    _, found = text("P: caf\ufffd\nI: naif\x07 ya\n")
    assert told(found) == {("lost_letter", 1, "wawancara.dat"), ("control_character", 1, "wawancara.dat")}


def test_a_file_that_ends_in_a_line_is_told(text):
    assert told(text("P: satu\nI: dua")[1]) == {("open_end", 1, "wawancara.dat")}


def test_an_empty_file_that_is_called_a_transcript_has_no_text(text):
    _, found = text(" \n", format="transcript")
    assert told(found) == {("text_missing", 1, "wawancara.dat")}


@pytest.mark.parametrize(
    "words",
    [
        "",
        "\n\n",
        "id,document,tag,content\n1,a.txt,air,Air mati lagi di sini.\n2,a.txt,dana,Dana terlambat.\n",
        'id;kode;isi\n1;air;"P: Air mati.\nI: Ya."\n2;dana;Dana.\n',
        "kode\tisi\nair\tAir mati lagi, kata ibu itu.\ndana\tDana.\n",
        '{"P": "Selamat pagi, Bu. Sudah lama?"}',
        '[{"a": "Selamat pagi, Bu. Sudah lama?"}]',
        "<html><p>Selamat pagi, Bu. Sudah lama?</p></html>",
        '<?xml version="1.0"?><a>Selamat pagi, Bu. Sudah lama?</a>',
        "code1\tA memo\r\ncat1>>code2\r\ncat3>>cat2>>code4\tanother\r\n",
        b"\x00\x01\x02 Selamat pagi, Bu. Sudah lama?\n",
    ],
)
def test_tables_markup_and_lists_of_codes_are_no_transcripts(tmp_path, words):
    path = tmp_path / "apa.txt"
    path.write_bytes(words if isinstance(words, bytes) else words.encode())
    assert not recognises(path)


@pytest.mark.parametrize("words", ["A: ya, baik\nB: tidak, jangan\n", "Satu kalimat saja, dan cukup.", "P: ya\n"])
def test_talk_and_prose_are_recognised(tmp_path, words):
    path = tmp_path / "apa.bin"
    path.write_text(words)
    assert recognises(path)


def test_recognising_reads_the_beginning_only_and_never_raises(tmp_path):
    path = tmp_path / "besar.txt"
    path.write_bytes(("P: Selamat 🍲 pagi, Bu.\n" * 20_000).encode("utf-16"))
    assert recognises(path)
    assert not recognises(tmp_path)
    assert not recognises(tmp_path / "tidak ada")


@pytest.mark.parametrize(
    ("data", "words"),
    [(b"{\\rtf1\\ansi P: halo}", "rich text"), (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "WordDocument".encode("utf-16-le"), "Word before 2007")],
)  # fmt: skip
def test_documents_that_have_to_be_saved_anew_say_so(tmp_path, data, words):
    path = tmp_path / "lama.doc"
    path.write_bytes(data)
    with pytest.raises(DashatError, match=words) as caught:
        read_project(path)
    assert str(caught.value).startswith("lama.doc: ")
    assert ".docx" in str(caught.value)


def test_a_folder_is_refused(tmp_path):
    with pytest.raises(DashatError, match="is a folder"):
        read_project(tmp_path, format="transcript")


def test_long_lines_of_odd_signs_take_no_time(text):
    hard = [" " * 200_000 + "x", "a " * 100_000 + ":", "[" * 100_000, "(00:01 " * 50_000, "#00:01" * 50_000, "*" * 100_000 + "a:", "{\\" * 100_000, "<a " * 100_000]  # fmt: skip
    _, found = text("P: mulai saja.\n" + "\n".join(hard) + "\nI: selesai.\n")
    assert found["speakers"] == ["P", "I"]
    text("WEBVTT\n\n00:01.000 --> 00:02.000\n" + "\n".join(hard) + "\n" + " --> 0" * 50_000 + "\n")


@pytest.mark.parametrize(
    ("name", "turns", "speakers"),
    [
        # expected.csv of the shared files (made by hand); QualCoder's import example has seven remarks of three people.
        ("transcripts/cp1252.txt", 2, ["Interviewer", "B"]),
        ("transcripts/utf16le.txt", 2, ["A", "B"]),
        ("transcripts/oldmac_cr.txt", 3, ["A", "B"]),
        ("transcripts/timed_turns.txt", 4, ["Ana", "P1"]),
        ("qualcoder/examples/transcript.txt", 7, ["id1", "id2", "id3"]),
    ],
)
def test_the_shared_texts_are_read_as_they_were_made(name, turns, speakers):
    if not (REAL / name).exists():
        pytest.skip(f"{name} is not here (DASHAT_REAL)")
    found = read_project(REAL / name).summary(texts=True)
    assert (found["turns"], found["speakers"]) == (turns, speakers)


def test_tables_of_the_shared_files_are_no_transcripts():
    if not REAL.exists():
        pytest.skip("the shared files are not here (DASHAT_REAL)")
    tables = [path for path in REAL.rglob("*") if path.suffix in (".csv", ".xls", ".xlsx", ".qdc", ".qdpx", ".xsd", ".html")]  # fmt: skip
    assert len(tables) > 30
    assert [path.name for path in tables if recognises(path)] == []
