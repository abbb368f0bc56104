"""How a tool counted is told by its quotes, by what lies outside the text, by borders inside words; else it is as usual."""

from __future__ import annotations

import pytest

from dashat_lib.loaders.counting import READINGS, Ranges, choose
from dashat_lib.loaders.positions import Positions, Reading

POINTS, UNITS = Reading("code point", "as stored"), Reading("UTF-16 unit", "as stored")
RAW = "🙂🙂🙂 " + "Kami menunggu keputusan pengurus desa.\r\n" * 40


def sentences(reading, n, named=False):
    """Ranges of sentences as a tool counts that reads like this."""
    positions = Positions(RAW, reading)
    places = [(4 + 39 * at, 4 + 39 * at + 38) for at in range(2, 2 + n)]
    stored = [positions.stored(*place) for place in places]
    names = [positions.text[start:end] for start, end in places] if named else ()
    return Ranges(RAW, [one[0] for one in stored], [one[1] for one in stored], names)


@pytest.mark.parametrize("usual", READINGS)
@pytest.mark.parametrize("true", READINGS)
def test_quotes_decide_whatever_is_usual(usual, true):
    found = choose([sentences(true, 3, named=True)], usual)
    assert (found.reading, found.doubtful, found.n) == (true, False, 3)
    assert (found.fit.quotes, found.fit.outside) == (3, 0)


@pytest.mark.parametrize("true", READINGS)
def test_many_borders_inside_words_decide_where_there_are_no_quotes(true):
    usual = UNITS if true == POINTS else POINTS
    found = choose([sentences(true, 15)], usual)
    assert (found.reading, found.doubtful) == (true, False)


def test_few_borders_do_not_decide_and_that_is_told():
    found = choose([sentences(UNITS, 3)], POINTS)
    assert (found.reading, found.doubtful) == (POINTS, True)


def test_ranges_outside_the_text_rule_a_reading_out():
    found = choose([Ranges("🙂 air", [3], [6])], POINTS)
    assert (found.reading, found.doubtful) == (UNITS, False)


def test_one_range_outside_among_many_does_not_rule_the_usual_reading_out():
    many = sentences(UNITS, 30)
    found = choose([Ranges(RAW, [*many.starts, 1], [*many.ends, 4])], UNITS)  # one begins inside a character
    assert found.reading == UNITS
    assert found.fit.outside == 1


def test_nothing_hangs_on_the_reading_of_plain_text():
    found = choose([Ranges("air dan api\n", [0], [3], ["air"]), Ranges("", [], [])], UNITS)
    assert (found.reading, found.n, found.doubtful) == (UNITS, 0, False)


def test_several_texts_are_weighed_together():
    plain = Ranges("air", [0], [3])
    found = choose([plain, sentences(POINTS, 2, named=True), sentences(POINTS, 1)], UNITS)
    assert (found.reading, found.n) == (POINTS, 3)
