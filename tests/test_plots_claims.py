"""Figures of claims: what is written and where, what they say in words, that nothing in them overlaps, is cut or too small."""

from __future__ import annotations

import itertools
import math

import matplotlib as mpl
import pandas as pd
import pytest

mpl.use("Agg")
from matplotlib import pyplot as plt
from matplotlib.colors import to_hex
from matplotlib.patches import Rectangle
from test_plots_dependency import assert_readable

from dashat_lib.plots import claims, style
from dashat_lib.words import reader

EN, ID = reader("en"), reader("id")
WORDS = list(style.VERDICT)


@pytest.fixture(autouse=True)
def closed_figures():
    yield
    plt.close("all")


@pytest.fixture(scope="module", params=["en", "id"])
def say(request):
    return reader(request.param)


def strip_of(case, say):
    """The claims of the case with made-up verdicts: every word, and every mark of care."""
    table, care = case.claims.query("kind != 'rival'").reset_index(drop=True), [None, "city-level proxy", "city-level proxy;fragile", "city-level proxy;a supporting test disagrees"]  # fmt: skip
    table["label"] = table["claim_id_text" if say.language == "id" else "claim_en"]
    table["verdict"] = [WORDS[at % 5] for at in range(len(table))]
    table["qualifier"] = [care[at % 4] for at in range(len(table))]
    counts = [(at, 30 - at) if at % 3 == 0 else (pd.NA, pd.NA) for at in range(len(table))]
    table[["n_for", "n_against"]] = pd.DataFrame(counts, index=table.index).astype("Int64")
    return table


def readings_of(table):
    """Of each claim a few readings of one kind, many of others, by the ties of programmes too."""
    kinds = [("coder", 2, 1.0), ("source", 500, 0.996), ("audit", 1, 0.0), ("resample", 200, 0.39), ("roll-up", 3, 2 / 3), ("programme", 24, 0.2)]  # fmt: skip
    rows = [(claim, kind, n, share) for claim in table["claim_id"] for kind, n, share in kinds]
    return pd.DataFrame(rows, columns=["claim_id", "kind", "n_readings", "share_same"])


def focal_of(table):
    return pd.DataFrame({"claim_id": table["claim_id"].iloc[::3], "verdict_programme": "contested"})


def drawn(draw, size, table, say, **choices):
    fig, ax = style.figure(*size(table, say=say, **choices))
    assert draw(table, ax, say=say, **choices) is ax
    return fig, ax


def texts(ax):
    return [one.get_text() for one in ax.texts]


def cells(ax):
    return [to_hex(one.get_facecolor()).upper() for one in ax.patches if isinstance(one, Rectangle)]


# ---- lines


def test_words_are_wrapped_to_the_width_and_cut_with_an_ellipsis():
    assert claims._lines("one two three", 99) == ["one two three"]
    lines = claims._lines("one two three four five six", 1.6, most=2)
    assert len(lines) == 2
    assert lines[1].endswith(" …")
    assert all(claims._wide(one) <= 1.6 for one in lines)
    assert claims._lines("", 3) == [""]


def test_text_is_measured_as_it_is_drawn():
    fig, ax = style.figure(10, 5)
    text = ax.text(0, 0, "Keterlibatan prinsip tampak", fontsize=7.8, fontweight="bold")
    fig.canvas.draw()
    wide = text.get_window_extent().width / fig.dpi * 2.54
    assert claims._wide("Keterlibatan prinsip tampak", 7.8, "bold") == pytest.approx(wide, rel=0.03)


# ---- the strip


def test_the_strip_can_be_read_in_both_languages_and_no_word_of_a_claim_is_left_out(case, say):
    table = strip_of(case, say)
    fig, ax = drawn(claims.verdict_strip, claims.verdict_strip_size, table, say)
    assert_readable(ax)
    assert not any("…" in one for one in texts(ax))
    assert set(" ".join(table["label"]).split()) <= {word for one in texts(ax) for word in one.split()}
    assert (
        fig.get_size_inches()[1] * 2.54 * 16 / 18 < 27.7
    )  # a page of A4, printed 16 cm wide, whatever the marks of care


def test_the_strip_tells_each_verdict_by_mark_word_and_colour_and_each_sentence_once(case):
    table = strip_of(case, EN)
    _, ax = drawn(claims.verdict_strip, claims.verdict_strip_size, table, EN)
    written = texts(ax)
    for verdict, (colour, mark) in style.VERDICT.items():
        n = (table["verdict"] == verdict).sum()
        assert written.count(EN.label("verdict", verdict)) == n
        assert written.count(mark) == n
        assert verdict == "not_tested" or cells(ax).count(colour) == n  # a field of what is not tested is left white
    assert [one for one in written if one.isdigit()] == [str(one) for one in table["sentence_no"].unique()]
    assert [one for one in written if one in set(table["claim_id"])] == table["claim_id"].tolist()


def test_events_stand_where_there_are_any_only(case):
    table = strip_of(case, EN)
    _, ax = drawn(claims.verdict_strip, claims.verdict_strip_size, table, EN)
    counts = [one for one in texts(ax) if " / " in one and one[0].isdigit()]
    assert counts == [f"{a} / {b}" for a, b in table.dropna(subset="n_for")[["n_for", "n_against"]].to_numpy()]


def test_the_strip_in_words(case):
    table = strip_of(case, EN)
    text = claims.verdict_strip_alt(table, say=EN)
    assert "1, C01: supported, 0 events for, 30 against" in text
    assert all(one in text for one in table["claim_id"])


# ---- readings and tactics


def test_the_readings_can_be_read_and_few_are_a_fraction(case, say):
    table = strip_of(case, say)
    choice = (table, readings_of(table), focal_of(table))
    _, ax = style.figure(*claims.readings_grid_size(*choice, say=say))
    claims.readings_grid(*choice, ax, say=say)
    assert_readable(ax)
    written = texts(ax)
    assert written.count("2/2") == written.count("0/1") == written.count("2/3") == len(table)
    assert written.count("99 %") == written.count("39 %") == len(table)
    assert not any(
        "20 %" in one or "5/24" in one for one in written
    )  # a mean over programmes is no reading of this one
    bold = {one.get_text() for one in ax.texts if one.get_fontweight() == "bold"}
    assert {"0/1", "39 %"} <= bold
    assert not {"2/2", "99 %"} & bold
    assert written.count("–") - (table["verdict"] == "not_tested").sum() == len(table) - len(focal_of(table))
    text = claims.readings_grid_alt(*choice, say=EN)
    assert "another coder 2/2" in text
    assert "ties of the programme alone contested" in text


def test_each_finding_stands_under_each_tactic_by_mark_and_colour(say):
    tactics = ["representativeness", "researcher effects", "triangulating", "weighting the evidence", "outliers", "negative evidence", "if-then tests", "replicating", "rival explanations"]  # fmt: skip
    results = ["holds", "weakens", "turns", "not testable"]
    rows = [(f"A{at}", f"A{at}. A claim of the document under examination", WORDS[at % 5], one, results[(at + n) % 4]) for at in range(8) for n, one in enumerate(tactics)]  # fmt: skip
    log = pd.DataFrame(rows, columns=["finding", "label", "verdict", "tactic", "result"])
    _, ax = drawn(claims.tactics_grid, claims.tactics_grid_size, log, say)
    assert_readable(ax)
    drawn_cells = cells(ax)
    for name, (colour, _) in claims.RESULTS.items():
        extra = (
            log.drop_duplicates("finding")["verdict"].map(lambda one: style.VERDICT[one][0].upper()) == colour
        ).sum()
        assert drawn_cells.count(colour) - extra == (log["result"] == name).sum()
    assert claims.tactics_grid_alt(log, say=EN).count("turns") == (log["result"] == "turns").sum()


# ---- margins

COLUMNS = ["claim_id", "test_no", "value", "lower", "upper", "unit", "op", "threshold", "threshold_high", "contra_op", "contra_threshold", "margin",
           "n_for", "n_against", "turns_with_for", "turns_with_against", "verdict", "role", "reason"]  # fmt: skip
NA = math.nan
TESTS = [
    ("A1", 1, 15, NA, NA, "families", ">=", "3", NA, None, None, 12.0, NA, NA, NA, NA, "supported", "necessary", None),
    ("A1", 2, 0.177, NA, NA, "ratio", ">=", "0.8", NA, "<", "0.5", -0.623, NA, NA, NA, NA, "contradicted", "supporting", None),
    ("A1", 3, -4.2, -4.2, -4.2, "percentage points", "between", "-4.25", -4.15, ">=", "0", 0.05, NA, NA, NA, NA, "supported", "necessary", None),
    ("A1", 4, 8, NA, NA, "events", ">=", "0", NA, None, None, 8.0, NA, NA, NA, NA, "supported", "supporting", None),
    ("A2", 1, "contested", NA, NA, "verdict", "==", "supported", NA, None, None, NA, 4, 2, 5, 10, "contested", "necessary", None),
    ("A2", 2, "undecidable", NA, NA, "verdict", "==", "supported", NA, None, None, NA, 0, 0, 5, 5, "undecidable", "necessary", None),
    ("A2", 3, NA, NA, NA, "rows", ">=", "3", NA, None, None, NA, NA, NA, NA, NA, "undecidable", "necessary", "too few rows"),
    ("A2", 4, 1, NA, NA, "rows", ">=", "1", NA, None, None, 0.0, NA, NA, NA, NA, "supported", "necessary", None),
    ("A3", 1, NA, NA, NA, "-", None, None, NA, None, None, NA, NA, NA, NA, NA, "not_tested", "necessary", None),
    ("A4", 1, 0.36, 0.36, 0.72, "share", "<", "0.5", NA, ">=", "0.75", 0.14, NA, NA, NA, NA, "supported", "necessary", None),
    ("A4", 2, "contested", NA, NA, "class", "==", "supported", NA, None, None, NA, NA, NA, NA, NA, "contested", "necessary", None),
]  # fmt: skip


@pytest.fixture
def tests():
    table = pd.DataFrame(TESTS, columns=COLUMNS)
    whole = ["n_for", "n_against", "turns_with_for", "turns_with_against"]
    label = "Payers recorded in both of two years next to each other divided by those in either, the largest over three pairs of years"  # fmt: skip
    return table.astype(dict.fromkeys(whole, "Int64")).assign(
        claim="A claim of the document under examination", claim_verdict="contested", label=label
    )


def test_margins_can_be_read(tests, say):
    _, ax = drawn(claims.margins, claims.margins_size, tests, say)
    assert_readable(ax)


def test_a_test_that_cannot_fail_and_one_that_nobody_can_make_are_not_drawn(tests):
    kept = claims.drawable(tests)
    assert ("A1", 4) not in set(zip(kept["claim_id"], kept["test_no"], strict=True))
    assert "A3" not in set(kept["claim_id"])
    assert len(kept) == len(tests) - 2


def test_each_test_says_how_far_it_is_or_what_would_turn_it(tests):
    _, ax = drawn(claims.margins, claims.margins_size, tests, EN)
    written = texts(ax)
    assert "● supported, 12 to spare" in written
    assert "○ contradicted, 0.623 short" in written
    assert "15 source families [≥ 3]" in [" ".join(one.split()) for one in written]
    assert "● supported, nothing to spare" in written
    assert "turns with 5 for or 10 against more" in written
    assert "too few rows" in written


def test_seen_stands_in_the_field_of_its_verdict(tests):
    numeric = claims.drawable(tests)
    numeric = numeric[numeric["margin"].notna()]
    for at in range(len(numeric)):
        _, ax = drawn(claims.margins, claims.margins_size, numeric.iloc[[at]], EN)
        colour, _ = claims._ZONES[numeric.iloc[at]["verdict"]]
        mark = [one for one in ax.lines if one.get_marker() == "D"][-1]
        x, y = float(mark.get_xdata()[0]), float(mark.get_ydata()[0])
        over = [one for one in ax.patches if one.get_x() - 0.03 <= x <= one.get_x() + one.get_width() + 0.03 and abs(one.get_y() + 0.15 - y) < 0.01]  # fmt: skip
        assert colour in {to_hex(one.get_facecolor()).upper() for one in over}
        plt.close("all")


def test_events_for_and_against_share_a_bar(tests):
    _, ax = drawn(claims.margins, claims.margins_size, tests.iloc[[4]], EN)
    long = claims._BAND[1]
    wide = {to_hex(one.get_facecolor()).upper(): one.get_width() for one in ax.patches}
    assert wide[style.STANCE["for"]] == pytest.approx(long * 4 / 6)
    assert wide[style.STANCE["against"]] == pytest.approx(long * 2 / 6)


@pytest.mark.parametrize(
    ("unit", "limit", "numbers", "expected"),
    [
        ("share", 0.5, [0.36], (0, 1)),
        ("families", 3, [3, 15], (0, 20)),
        ("days", 90, [90, 367], (0, 400)),
        ("percentage points", -4.25, [-4.2, 0.0], (-5, 0)),
        ("percentage points", 0, [1.21, -0.09], (-1.5, 1.5)),  # the sign is what counts
        ("rows", 0, [0, 1], (0, 1.5)),
    ],
)
def test_the_ends_of_an_axis(unit, limit, numbers, expected):
    assert claims.ends(unit, limit, numbers) == pytest.approx(expected)


def test_where_a_comparison_holds():
    assert claims.zones(">=", 3, NA, 0, 4) == (3, 4)
    assert claims.zones("<", 3, NA, 0, 4) == (0, 3)
    assert claims.zones("between", 1, 2, 0, 4) == (1, 2)
    low, high = claims.zones("==", 1, NA, 0, 4)
    assert low < 1 < high
    assert claims.zones(None, 1, NA, 0, 4) is None


def test_what_cannot_support_and_what_sources_leave_open_is_said_beside_the_test(tests):
    table = tests.iloc[[7, 9]].assign(
        tells=["no veto", "verdict"], verdict_at_lower=[None, "supported"], verdict_at_upper=[None, "contested"]
    )
    _, ax = drawn(claims.margins, claims.margins_size, table, EN)
    written = " ".join(" ".join(texts(ax)).split())
    assert "Nothing against it found" in written
    assert "may be 0.36● to 0.72◐" in written
    assert_readable(ax)


def test_a_field_at_the_end_of_its_axis_is_wide_enough_to_be_seen():
    left, long = claims._BAND
    for start, stop in ((left, left), (left + long, left + long), (left + 1, left + 1.01)):
        a, b = claims._wide_enough(start, stop)
        assert b - a > 0.2
        assert left - 1e-9 <= a
        assert b <= left + long + 1e-9
    assert claims._wide_enough(left, left + 1) == (left, left + 1)


def test_margins_in_words(tests):
    text = claims.margins_alt(tests, say=EN)
    assert "A2.1: ◐ contested; 4 events for, 2 against; turns with 5 for or 10 against more" in text
    assert claims.margins_alt(tests.head(0), say=EN).endswith("nothing is recorded.")


# ---- tensions


@pytest.fixture
def pairs(case, say):
    table = strip_of(case, say).set_index("claim_id")
    rows = [("C01", "C10"), ("C01", "C03"), ("C01", "C06"), ("C13", "C16"), ("C21", "C04")]
    return pd.DataFrame(
        [(a, table.at[a, "label"], table.at[a, "verdict"], b, table.at[b, "label"], table.at[b, "verdict"]) for a, b in rows],
        columns=["claim_id", "label", "verdict", "other", "other_label", "other_verdict"],
    )  # fmt: skip


def test_tensions_can_be_read(pairs, say):
    _, ax = drawn(claims.tensions, claims.tensions_size, pairs, say)
    assert_readable(ax)


def test_opposed_pairs_stand_under_a_head_of_their_own(pairs, say):
    table = pairs.assign(opposed=[False] * 4 + [True]).sort_values("opposed", ascending=False, kind="stable")
    _, ax = drawn(claims.tensions, claims.tensions_size, table, say)
    assert_readable(ax)
    heads = [say("Opposed: what one counts for itself, the other counts against itself"), say("One presses on the other: both may be true")]  # fmt: skip
    assert [one for one in texts(ax) if one in heads] == heads


def test_a_claim_stands_once_with_all_that_pulls_against_it(pairs, say):
    _, ax = drawn(claims.tensions, claims.tensions_size, pairs, say)
    starts = [one.split()[0] for one in texts(ax) if one[:1] == "C" and one[1:3].isdigit()]
    assert sorted(starts) == sorted([*pairs["claim_id"].unique(), *pairs["other"]])


def test_how_a_pair_stands_does_not_hang_on_its_order():
    assert claims.standing("supported", "supported") == "both"
    assert claims.standing("supported", "contradicted") == "one"
    assert claims.standing("contested", "undecidable") == "open"
    assert claims.standing("contested", "supported") == "unsettled"
    assert claims.standing("contradicted", "contradicted") == "unsettled"
    for one, other in itertools.product(WORDS, repeat=2):
        assert claims.standing(one, other) == claims.standing(other, one)


def test_tensions_in_words(pairs):
    text = claims.tensions_alt(pairs, say=EN)
    assert "C01 (supported) ↔ C06 (supported): both stand" in text
    assert "C01 (supported) ↔ C03 (contradicted): one stands" in text


# ---- turns


@pytest.fixture
def table(case, say):
    named = strip_of(case, say).set_index("claim_id")
    rows = [("C04", "event", "EV1", None, "supported"), ("C04", "event", "EV2", None, "contested")]
    rows += [("C04", "source", f"F{n}", "Joglosemar News (via seputarnegara.com), 26 November 2025", "contradicted") for n in range(3)]  # fmt: skip
    rows += [("C10", "source", f"F{n}", "Solopos", "contested") for n in range(9)]
    rows += [("C12", None, None, None, None), ("C17", None, None, None, None)]
    found = pd.DataFrame(rows, columns=["claim_id", "kind", "id", "name", "verdict_after"])
    return found.assign(label=found["claim_id"].map(named["label"]), verdict=found["claim_id"].map(named["verdict"]))


def test_turns_can_be_read(table, say):
    _, ax = drawn(claims.turns, claims.turns_size, table, say)
    assert_readable(ax)


def test_few_families_are_named_and_many_are_counted(table, say):
    _, ax = drawn(claims.turns, claims.turns_size, table, say)
    written = texts(ax)
    assert sum(one.startswith("Joglosemar") for one in written) == 3
    assert not any(one.startswith("Solopos") for one in written)
    assert {"2", "0", "9"} <= set(written)


def test_a_claim_that_nothing_turns_is_counted_not_drawn(table):
    text = claims.turns_alt(table, say=EN)
    assert "Not drawn: 2 claims" in text
    assert "C12" not in text
    assert "C04, undecidable: 2 single events, 3 single source families turn it" in text


def test_no_table_is_changed(case, tests, pairs, table, say):
    strip = strip_of(case, say)
    for draw, size, one in ((claims.verdict_strip, claims.verdict_strip_size, strip), (claims.margins, claims.margins_size, tests),
                            (claims.tensions, claims.tensions_size, pairs), (claims.turns, claims.turns_size, table)):  # fmt: skip
        before = one.copy()
        drawn(draw, size, one, say)
        pd.testing.assert_frame_equal(one, before)
