"""Timed captions: no cue is lost, and what is odd about one is told with its number, never with its words."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from conftest import SHARED

from dashat_lib.errors import DashatError
from dashat_lib.loaders.read_project import read_project

REAL = Path(os.environ.get("DASHAT_REAL", SHARED / "real")) / "qda/transcripts"


@pytest.fixture
def captions(tmp_path):
    """Write captions to a file whose name says nothing, read them, and return (project, summary)."""

    def read(text, name="rekaman.bin"):
        path = tmp_path / name
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        project = read_project(path)
        return project, project.summary(texts=True)

    return read


def vtt(*blocks, head="WEBVTT"):
    return "\n\n".join([head, *blocks]) + "\n"


def told(summary):
    """What was odd; that speakers became cases is told of every talk, and has its own test."""
    return {
        (one["what"], one["n"], one["where"]) for one in summary["load_report"] if one["what"] != "speakers_as_cases"
    }


A = "00:00:01.000 --> 00:00:02.000\n"
B = "00:00:02.000 --> 00:00:03.500\n"


def test_a_plain_file_is_read_without_a_word(captions):
    project, found = captions(vtt(A + "<v Bu Sri>Air mati lagi.</v>", "2\n" + B + "<v Pewawancara>Sejak kapan?"))
    assert found["format"] == "transcript"
    assert (found["cues"], found["turns"], found["cues_without_speaker"], found["last_end_seconds"]) == (2, 2, 0, 3.5)
    assert found["speakers"] == ["Bu Sri", "Pewawancara"]
    assert found["texts"] == ["Air mati lagi.", "Sejak kapan?"]
    assert told(found) == set()
    assert project.properties == {"file_type": "vtt", "encoding": "utf-8"}
    assert list(project.passages["begin_ms"]) == [1000, 2000]


def test_speakers_are_cases_whose_members_are_what_they_said(captions):
    project, _ = captions(vtt(A + "<v Bu Sri>Air mati lagi.</v>", B + "<v Pewawancara>Sejak kapan?"))
    text = project.sources["text"].iloc[0]
    assert text == "Bu Sri: Air mati lagi.\nPewawancara: Sejak kapan?\n"
    assert [(one.case_id, text[one.start : one.end]) for one in project.case_members.itertuples()] == [
        ("speaker-1", "Air mati lagi."),
        ("speaker-2", "Sejak kapan?"),
    ]
    assert list(project.cases["name"]) == ["Bu Sri", "Pewawancara"]


@pytest.mark.parametrize("breaks", ["\r\n", "\r", "\n"])
@pytest.mark.parametrize("codec", ["utf-8", "utf-8-sig", "utf-16"])
def test_line_breaks_and_byte_order_marks_change_nothing(captions, breaks, codec):
    text = vtt(A + "<v Ana>Satu\ndua 🍲.", B + "<v Budi>Tiga.")
    _, found = captions(text.replace("\n", breaks).encode(codec))
    assert found["texts"] == ["Satu\ndua 🍲.", "Tiga."]
    assert found["encoding"] == codec


def test_header_text_notes_styles_and_regions_are_no_speech(captions):
    _, found = captions(
        vtt(
            "NOTE\nditulis tangan",
            "STYLE\n::cue { color: red }",
            "REGION\nid:kiri",
            "NOTE satu baris",
            A + "Halo.",
            head="WEBVTT - dari rapat\nKind: captions",
        )
    )
    assert found["texts"] == ["Halo."]
    assert told(found) == {("note_block", 2, "line 4, line 13")}


def test_a_header_may_be_followed_by_a_cue_at_once(captions):
    assert captions("WEBVTT\n" + A + "Halo.\n")[1]["texts"] == ["Halo."]


def test_cue_ids_and_settings_are_no_speech(captions):
    _, found = captions(vtt("3f2a-1/12-0\n" + A.rstrip() + " align:start position:0%\nHalo.", "kedua\n" + B + "Ya."))
    assert (found["texts"], told(found)) == (["Halo.", "Ya."], set())


def test_hours_are_optional(captions):
    project, found = captions(vtt("00:01.000 --> 01:00:02.500\nHalo."))
    assert list(project.passages["begin_ms"]) == [1000]
    assert (found["last_end_seconds"], told(found)) == (3602.5, set())


def test_classes_other_tags_and_entities_are_read(captions):
    _, found = captions(
        vtt(
            A + "<v.keras.pelan Ana &amp; Budi>Air <b>dan</b> <c.kuning>dana</c> <00:00:01.500>itu &lt;mahal&gt;.</v>",
            B + "<i>Ya</i><ruby>x<rt>y</rt></ruby> &#233;&nbsp;&rarr;",
        )
    )
    assert found["speakers"] == ["Ana & Budi"]
    assert found["texts"] == ["Air dan dana itu <mahal>.", "Yaxy é\xa0→"]


def test_tags_that_nobody_knows_stay_and_are_told(captions):
    # A player drops them; transcribers write <inaudible>.
    _, found = captions(vtt(A + "lalu <tidak jelas> di 3 < 5 dan <3"))
    assert found["texts"] == ["lalu <tidak jelas> di 3 < 5 dan <3"]
    assert told(found) == {("unknown_tag", 1, "cue 1")}


def test_several_voices_in_one_cue_are_told_apart(captions):
    project, found = captions(vtt(A + "<v Ana>Satu.</v> <v Budi>Dua.</v>", B + "<v Budi>Tiga."))
    text = project.sources["text"].iloc[0]
    assert found["cues"] == 2
    assert (found["speakers"], found["turns"]) == (["Ana", "Budi"], 2)  # what Budi says in both cues is one turn
    assert list(project.passages["speaker"]) == ["Ana", "Budi"]
    assert [text[one.start : one.end] for one in project.case_members.itertuples()] == ["Satu.", "Dua.", "Tiga."]
    assert told(found) == {("several_speakers", 1, "cue 1")}


def test_typed_names_are_speakers_and_sentences_with_a_colon_are_none(captions):
    _, found = captions(
        vtt(
            A + "Ana: Kita mulai jam 10:30. Catatan: bawa air.",
            B + "José P.: Lihat https://contoh.id ya.",
            "00:03.500 --> 00:04.000\n(tertawa)",
            "00:04.000 --> 00:05.000\n10:30 sudah.",
            "00:05.000 --> 00:06.000\nAna [berbisik]: Selesai.\nlalu dia bilang: pulang",
        )
    )
    assert found["speakers"] == ["Ana", "José P."]
    assert (found["cues_without_speaker"], found["turns"]) == (2, 4)
    assert found["texts"][0] == "Kita mulai jam 10:30. Catatan: bawa air."
    assert found["texts"][4] == "Selesai.\nlalu dia bilang: pulang"
    assert told(found) == set()


def test_two_typed_speakers_in_one_cue_are_told_apart(captions):
    _, found = captions(vtt(A + "- ANI: Sudah?\n- BUDI: Belum.", B + "ANI: Ayo."))
    assert (found["speakers"], found["turns"]) == (["ANI", "BUDI"], 3)
    assert told(found) == {("several_speakers", 1, "cue 1")}


def test_empty_cues_are_kept_and_told_and_end_no_turn(captions):
    project, found = captions(vtt(A + "<v Ana>Satu.", B, "00:04.000 --> 00:05.000\n<v Ana>Dua."))
    assert (found["cues"], found["turns"]) == (3, 1)
    assert found["texts"] == ["Satu.", "", "Dua."]
    assert told(found) == {("empty_cue", 1, "cue 2")}
    assert (project.passages["start"] <= project.passages["end"]).all()


def test_overlaps_and_disorder_are_told_and_the_order_of_the_file_is_kept(captions):
    _, found = captions(
        vtt(B + "satu", "00:03.000 --> 00:04.000\ndua", A + "tiga", "00:02.000 --> 00:02.500\nempat", "00:02.500 --> 00:01.000\nlima")
    )  # fmt: skip
    assert found["texts"] == ["satu", "dua", "tiga", "empat", "lima"]
    assert told(found) == {
        ("overlapping_cue", 2, "cue 2, cue 3"),
        ("cue_out_of_order", 1, "cue 3"),
        ("ends_before_begin", 1, "cue 5"),
    }


def test_broken_times_cost_no_cue(captions):
    project, found = captions(
        vtt("-00:00:01.000 --> 00:00:02.000\nsatu", "00:61:00.000 --> 00:62:00.000\ndua", "00:00:0x.000 --> 00:00:04.000\ntiga", "0:00:05,5 --> 0:00:06\nempat")
    )  # fmt: skip
    assert found["texts"] == ["satu", "dua", "tiga", "empat"]
    assert list(project.passages["begin_ms"].isna()) == [True, True, True, False]
    assert list(project.passages["end_ms"].fillna(-1)) == [2000, -1, 4000, 6000]
    assert told(found) == {("broken_time", 4, "cue 1, cue 2, cue 3"), ("unusual_time", 2, "cue 4")}


def test_a_missing_empty_line_costs_no_cue(captions):
    _, found = captions("WEBVTT\n\n1\n" + A + "satu\n2\n" + B + "dua\n")
    assert found["texts"] == ["satu", "dua"]
    assert told(found) == {("blank_line_missing", 1, "line 6")}


def test_lines_outside_of_cues_are_left_out_and_told(captions):
    _, found = captions(vtt("baris ini\ntanpa waktu", A + "satu\n\nsetelah baris kosong"))
    assert found["texts"] == ["satu"]
    assert told(found) == {("block_without_times", 2, "line 3, line 9")}


def test_words_in_the_line_of_the_times_are_kept_as_speech(captions):
    _, found = captions(vtt(A.rstrip() + "xHalo semua.", B.rstrip() + " align:start kata lain"))
    assert found["texts"] == ["semua.", "align:start kata lain"]
    assert told(found) == {("broken_time", 1, "cue 1"), ("odd_settings", 2, "cue 1, cue 2")}


def test_an_arrow_that_somebody_says_is_no_cue(captions):
    assert captions(vtt(A + "klik Berkas --> Simpan"))[1]["texts"] == ["klik Berkas --> Simpan"]


def test_a_file_that_ends_in_a_line_is_told(captions):
    assert told(captions(vtt(A + "satu").rstrip())[1]) == {("open_end", 1, "rekaman.bin")}


def test_captions_without_their_first_line_are_read_by_their_times(captions):
    _, found = captions("WEBVTX\n\n" + A + "satu\n\n" + B + "dua\n")
    assert found["texts"] == ["satu", "dua"]
    assert told(found) == {("block_without_times", 1, "line 1")}


SRT = "1\n00:00:01,000 --> 00:00:02,000\nsatu\n\n2\n00:00:02.000 --> 00:00:03.500\ndua\n\n"


def test_subrip_takes_commas_and_points(captions):
    project, found = captions("\ufeff" + SRT)
    assert project.properties == {"file_type": "srt", "encoding": "utf-8-sig"}
    assert (found["texts"], found["last_end_seconds"], told(found)) == (["satu", "dua"], 3.5, set())


def test_subrip_without_numbers_or_with_empty_lines_inside_loses_nothing(captions):
    _, found = captions(
        "00:00:01,000 --> 00:00:02,000\nsatu\n\nmasih satu\n\n00:00:02,000 --> 00:00:03,000\ndua\n17\n\n00:00:03,000 --> 00:00:04,000\ntiga\n"
    )
    assert found["texts"] == ["satu\nmasih satu", "dua\n17", "tiga"]
    assert told(found) == {("blank_line_inside", 1, "cue 1")}


def test_subrip_tells_of_numbers_that_jump_and_of_torn_arrows(captions):
    _, found = captions(SRT.replace("2\n00:00:02.000 -->", "7\n00:00:02.000 -->") + "8\n00:00:04,000 --: 00:00:05,000\ntiga\n")  # fmt: skip
    assert found["texts"] == ["satu", "dua\n8\n00:00:04,000 --: 00:00:05,000\ntiga"]
    assert told(found) == {
        ("number_gap", 1, "line 5"),
        ("time_in_text", 1, "cue 2"),
        ("blank_line_inside", 1, "cue 2"),
    }


def test_tags_of_subrip_are_taken_away(captions):
    _, found = captions(SRT.replace("satu", '{\\an8}<font color="#fff">ANI: <i>Satu</i></font> &amp; dua'))
    assert (found["texts"][0], found["speakers"]) == ("Satu & dua", ["ANI"])


def test_what_was_said_stands_in_no_report_and_no_error(captions):
    secret = "rahasia"
    _, found = captions(
        vtt(f"{secret} luar", f"NOTE {secret}", A + f"<{secret}> satu", A.rstrip() + f" {secret}x: y {secret}", f"-1:0{secret} --> 00:01.000\nx")
        + f"\n\n{secret}"
    )  # fmt: skip
    assert len(found["load_report"]) >= 5
    assert all(secret not in str(one) for one in found["load_report"])


def test_what_is_no_text_is_refused(tmp_path):
    path = tmp_path / "rusak.vtt"
    path.write_bytes(b"WEBVTT\n\n00:01.000 --> 00:02.000\n\0\n")
    with pytest.raises(DashatError, match=r"^rusak\.vtt: "):
        read_project(path, format="transcript")


def test_long_captions_are_read_with_progress(tmp_path):
    path = tmp_path / "panjang.vtt"
    cues = [f"{n}\n00:{n // 60:02}:{n % 60:02}.000 --> 00:{n // 60:02}:{n % 60:02}.900\n<v S{n % 3}>Kalimat {n}." for n in range(3600)]  # fmt: skip
    path.write_text(vtt(*cues), encoding="utf-8")
    steps = []
    found = read_project(path, progress=lambda *step: steps.append(step)).summary(texts=True)
    assert (found["cues"], found["turns"], len(found["speakers"]), told(found)) == (3600, 3600, 3, set())
    assert steps == [("cues", 0, 3600), ("passages", 0, 3600)]


@pytest.mark.parametrize(
    ("name", "cues", "turns", "speakers"),
    [
        # PROVENANCE.csv of the shared files: made by hand, expected.csv says what is in them.
        ("teams_style.vtt", 4, 3, ["Ana Silva", "P-01"]),
        ("zoom_style.vtt", 4, 4, ["Ana", "José P."]),
        ("recording.srt", 2, 2, ["ANA"]),
    ],
)
def test_the_shared_captions_are_read_as_they_were_made(name, cues, turns, speakers):
    if not (REAL / name).exists():
        pytest.skip(f"{name} is not here (DASHAT_REAL)")
    found = read_project(REAL / name).summary(texts=True)
    assert (found["cues"], found["turns"], found["speakers"]) == (cues, turns, speakers)
