"""Where a segment stands is told by its numbers, and by the quote that was stored with it where tools count in several ways."""

from __future__ import annotations

import pytest

from dashat_lib.coded_project import Report
from dashat_lib.errors import DashatError
from dashat_lib.loaders import stored_quotes
from dashat_lib.loaders.positions import Reading
from dashat_lib.loaders.stored_quotes import AS_ONE, CODE_POINTS, UTF_16, UTF_16_AS_ONE, Places, Quote, Rule, Text

ALL = (CODE_POINTS, UTF_16, AS_ONE, UTF_16_AS_ONE)
EMOJI = "Sumur 🚰 kering 🌧️, kami berbagi air."


def cut(raw, quotes, rules=ALL):
    report = Report()
    places = Places({"1": Text(raw)}, rules, report, "a.qda")
    cuts = places.cut([Quote(f"s{n}", "1", *one) for n, one in enumerate(quotes, 1)])
    return cuts, [(entry.what, entry.n, entry.where) for entry in report.entries()], places


def units(text, quote, raw=None):
    """Where a quote begins and ends in UTF-16 units."""
    before = text[: text.index(quote)]
    return tuple(len(one.encode("utf-16-le")) // 2 for one in (before, before + quote))


def test_code_points_that_fit_are_taken_without_a_word():
    start = EMOJI.index("kami")
    cuts, told, places = cut(EMOJI, [(start, start + 4, "kami"), (0, 5, "Sumur")])
    assert [(one.start, one.end, one.text, one.stored_text) for one in cuts] == [(start, start + 4, "kami", "kami"), (0, 5, "Sumur", "Sumur")]  # fmt: skip
    assert told == []
    assert places.properties() == {"unit": "code point", "line_break": "as stored"}


def test_a_document_is_read_in_utf_16_units_where_more_quotes_stand_there():
    quotes = [(*units(EMOJI, one), one) for one in ("kering", "kami", "berbagi")]
    cuts, told, places = cut(EMOJI, [*quotes, (0, 5, None)])
    assert [one.text for one in cuts] == ["kering", "kami", "berbagi", "Sumur"]
    assert [one.start for one in cuts] == [EMOJI.index(one) for one in ("kering", "kami", "berbagi", "Sumur")]
    assert told == [("unit_chosen", 4, "1")]
    assert places.properties()["unit"] == "UTF-16 unit"
    assert places.range("x", "1", *units(EMOJI, "berbagi air")) == (EMOJI.index("berbagi"), EMOJI.index("air") + 3)


def test_one_segment_is_read_apart_where_its_quote_stands_only_there():
    point = EMOJI.index("kami")
    cuts, told, _ = cut(EMOJI, [(point, point + 4, "kami"), (0, 5, "Sumur"), (*units(EMOJI, "air"), "air")])
    assert [one.text for one in cuts] == ["kami", "Sumur", "air"]
    assert told == [("unit_of_segment", 1, "s3")]


def test_where_no_quote_tells_the_usual_unit_is_taken_and_said():
    cuts, told, _ = cut(EMOJI, [(0, 5, None), (9, 15, None)])
    assert [one.text for one in cuts] == ["Sumur", EMOJI[9:15]]
    assert told == [
        ("unit_assumed", 1, "s2")
    ]  # the first stands before the emoji: every way of counting gives the same


def test_line_breaks_of_two_characters_count_as_the_quotes_tell():
    raw = "Satu\r\nDua\r\nTiga\r\n"
    as_stored = [(6, 9, "Dua"), (11, 15, "Tiga")]
    as_one = [(5, 8, "Dua"), (9, 13, "Tiga")]
    assert [(one.start, one.end, one.text) for one in cut(raw, as_stored)[0]] == [(5, 8, "Dua"), (9, 13, "Tiga")]
    assert cut(raw, as_stored)[1] == []
    cuts, told, places = cut(raw, as_one)
    assert [(one.start, one.end, one.text) for one in cuts] == [(5, 8, "Dua"), (9, 13, "Tiga")]
    assert told == [("unit_chosen", 2, "1")]
    assert places.properties() == {"unit": "code point", "line_break": "as one"}
    both = [(0, 15, "Satu\r\nDua\r\nTiga"), (0, 13, "Satu\nDua\nTiga")]
    assert [one.text for one in cut(raw, both)[0]] == ["Satu\nDua\nTiga"] * 2


def test_separators_of_an_editor_are_line_breaks():
    cuts, told, _ = cut("Satu\nDua", [(0, 8, "Satu\u2029Dua")])
    assert (cuts[0].text, cuts[0].stored_text, told) == ("Satu\nDua", "Satu\nDua", [])


def test_a_quote_that_stands_nowhere_is_kept_beside_the_text():
    cuts, told, _ = cut("Sumur kering.", [(0, 5, "Sungai"), (6, 12, "kering")])
    assert (cuts[0].text, cuts[0].stored_text) == ("Sumur", "Sungai")
    assert told == [("quote_differs", 1, "s1")]


def test_ranges_outside_the_text_are_cut_to_it_and_told():
    text = "Sumur kering."
    cuts, told, places = cut(text, [(6, 99, None), (-3, 5, None), (9, 6, None), (5, 5, None)])
    assert [(one.start, one.end, one.text) for one in cuts] == [
        (6, 13, "kering."),
        (0, 5, "Sumur"),
        (9, 9, ""),
        (5, 5, ""),
    ]
    assert told == [("outside_text", 3, "s1, s2, s3"), ("empty_segment", 1, "s4")]
    assert places.range("kasus", "1", 6, 99) == (6, 13)
    assert places.part("kasus", "1", 0, 13) == (None, None)
    assert places.part("kasus", "1", 0, 12) == (0, 12)
    assert places.range("kasus", "2", 0, 12) == places.range("kasus", "1", None, 12) == (None, None)


def test_a_border_inside_a_character_moves_outwards():
    cuts, told, _ = cut("é🚰a", [(1, 5, None)], [stored_quotes.UTF_8])
    assert (cuts[0].text, told) == ("é🚰", [("border_moved", 1, "s1")])


def test_segments_without_text_or_numbers_keep_their_quote():
    report = Report()
    places = Places({"1": Text("Sumur")}, ALL, report, "a.qda")
    cuts = places.cut([Quote("a", "9", 0, 4, "a\r\nb"), Quote("b", "1", None, 4, "Sumu"), Quote("c", None, 0, 4, None)])
    assert [(one.start, one.text, one.stored_text) for one in cuts] == [(None, "a\nb", "a\nb"), (None, "Sumu", "Sumu"), (None, None, None)]  # fmt: skip
    assert [(entry.what, entry.n, entry.where) for entry in report.entries()] == [
        ("no_place", 2, "a, c"),
        ("no_place", 1, "b"),
    ]


def test_numbers_that_begin_at_one_or_include_the_end_are_told_by_the_quote():
    one = Rule("from 1", Reading(), before=-1)
    last = Rule("last included", Reading(), after=1)
    text = "Air bersih."
    cuts, told, _ = cut(text, [(1, 3, "Air"), (5, 10, "bersih"), (4, 10, "bersih"), (4, 9, "bersih"), (0, 3, "Air")], [one, CODE_POINTS, last])  # fmt: skip
    assert [(cut.start, cut.end, cut.text) for cut in cuts] == [(0, 3, "Air"), (4, 10, "bersih"), (4, 10, "bersih"), (4, 10, "bersih"), (0, 3, "Air")]  # fmt: skip
    assert told == [("unit_of_segment", 1, "s3"), ("unit_of_segment", 1, "s4")]


def test_long_ranges_of_a_small_file_are_refused(monkeypatch):
    monkeypatch.setattr(stored_quotes, "_MOST_CUT", 1000)
    with pytest.raises(DashatError, match=r"a\.qda: holds segments that quote more than 1000 characters together"):
        cut("a" * 300, [(0, 300, None)] * 4)
    monkeypatch.setattr(stored_quotes, "_LONGEST", 100)
    with pytest.raises(DashatError, match="holds a document '1' of more than 100 characters"):
        cut("a" * 300, [])
