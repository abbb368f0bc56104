"""Figures of frameworks, negative cases and outcomes, by their artists and alt texts."""

from __future__ import annotations

import matplotlib as mpl
import pandas as pd
import pytest

mpl.use("Agg")
from matplotlib.patches import Rectangle

from dashat_lib import frameworks, indicators, outcomes
from dashat_lib.plots import findings, style
from dashat_lib.plots import frameworks as figures
from dashat_lib.words import reader

READABLE = 6.5  # points, at the width drawn


@pytest.fixture(scope="module")
def scored(case):
    return frameworks.scored(case)


def texts(ax):
    return [one.get_text() for one in ax.texts]


def drawn(fig, ax):
    """The figure laid out; no text is smaller than can be read."""
    fig.draw_without_rendering()
    legend = ax.get_legend().get_texts() if ax.get_legend() else []
    ticks = [*ax.get_xticklabels(), *ax.get_yticklabels()]
    assert min(one.get_fontsize() for one in [*ax.texts, *legend, *ticks] if one.get_text()) >= READABLE
    return ax


def apart(ax, texts_):
    """No two of some texts lie over each other."""
    boxes = [one.get_window_extent() for one in texts_ if one.get_text()]
    return not any(a.overlaps(b) for at, a in enumerate(boxes) for b in boxes[at + 1 :])


def test_the_strips_draw_one_box_a_dimension_and_element_and_a_broken_one_without_code(scored):
    fig, ax = style.figure(18, 23)
    figures.verdict_strips(scored, ax=ax)
    boxes = [one for one in ax.patches if isinstance(one, Rectangle)]
    assert len(boxes) == len(scored)
    broken = [one for one in boxes if not one.get_fill()]
    assert len(broken) == (scored["state"] == "no_code").sum()
    marks = [one for one in texts(ax) if one in {"●", "◐", "○", "?"}]
    assert len(marks) == (scored["state"] != "no_code").sum()
    assert sum("proposed, not validated" in one for one in texts(ax)) == 3
    assert sum("of 6 elements" in one or "of 4 elements" in one for one in texts(ax)) == 2
    assert {" ".join(one.split()) for one in texts(ax)} >= set(scored.loc[scored["element_id"].notna(), "label_en"])
    assert apart(drawn(fig, ax), ax.texts)


@pytest.mark.parametrize("language", ["en", "id"])
def test_one_framework_draws_each_count_and_says_no_code(case, scored, language):
    say = reader(language)
    page = frameworks.page(case, "perpres72-2021", scored)
    fig, ax = style.figure(18, 14)
    figures.framework_rows(page, say=say, ax=ax)
    seen = page[page["state"] != "no_code"]
    widths = [bar.get_width() for bar in ax.patches]
    assert sorted(widths) == sorted([*seen["n_for"], *(-seen["n_against"])])
    assert texts(ax).count(say.label("verdict", "no_code")) == 4
    assert apart(drawn(fig, ax), [*ax.texts])


def test_places_of_codes_are_drawn_as_the_table_has_them(case, scored):
    codes = frameworks.disagreements(case, table=scored)["codes"].query("n_events > 0")
    names = frameworks.names(case)
    fig, ax = style.figure(17, 15.5)
    figures.code_places(codes, names, ax=ax)
    full = [one for one in ax.lines if one.get_markerfacecolor() == "#333333"]
    assert len(full) == sum(len(str(one).split(";")) for one in codes["frameworks_with"].dropna())
    assert len(ax.lines) == len(codes) * len(names)
    drawn(fig, ax)


@pytest.mark.parametrize("language", ["en", "id"])
def test_verdict_bars_draw_counts_and_tell_the_programme_and_the_negative_cases(case, language):
    say = reader(language)
    material = indicators.gather(case, places=["surakarta"])
    table = indicators.with_programme(indicators.verdicts(material), material).merge(
        indicators.negative_cases(material)[["set_id", "negative_case"]], on="set_id"
    )
    fig, ax = style.figure(18, 11)
    findings.verdict_bars(table, say=say, ax=ax)
    assert [bar.get_width() for bar in ax.patches] == [*table["n_for"], *(-table["n_against"])]
    assert texts(ax).count(say.label("negative_case short", "found")) == (table["negative_case"] == "found").sum()
    assert "23 / 69" in texts(ax)
    assert apart(drawn(fig, ax), ax.texts)
    assert say.label("negative_case short", "news and offices") in findings.verdict_bars_alt(table, say=say)


def test_a_grid_leaves_an_element_without_events_blank_and_tells_a_single_reading_by_its_verdict():
    rows = [("a", "supported", 5, "coder", 2, 1.0, None), ("a", "supported", 5, "programme-rows", 1, 0.0, "undecidable 1"),
            ("b", "undecidable", 0, "coder", 2, 1.0, None), ("b", "undecidable", 0, "programme-rows", 1, 1.0, None)]  # fmt: skip
    table = pd.DataFrame(
        rows, columns=["element_id", "verdict", "n_for", "kind", "n_readings", "share_same", "others"]
    ).assign(dimension_id="d", n_against=0, label_en=lambda t: t["element_id"])
    _, ax = style.figure()
    findings.readings_grid(table, ax=ax)
    assert sorted(texts(ax)) == sorted(["100 %", "undecidable", "no event"])
    assert len(ax.patches) == 2


def test_a_conflict_has_one_ring_a_source_and_no_mean(case):
    series = outcomes.outcome_series(case)
    series = series[series["conflict"]].sort_values("likeness", kind="stable")
    labels = series["measure"] + " " + series["date"]
    fig, ax = style.figure(17, 8)
    findings.conflict_strips(series, labels, ax=ax)
    rings = [one for one in ax.lines if one.get_marker() == "o"]
    assert len(rings) == series["n_sources"].sum()
    for at, one in enumerate(series["values"]):
        values = [float(value) for value in one.split(";")]
        mine = [float(ring.get_xdata()[0]) for ring in rings if at - 0.6 < float(ring.get_ydata()[0]) <= at]
        assert sorted(mine) == pytest.approx(sorted(value / max(values) for value in values))
    drawn(fig, ax)
    alt = findings.conflict_strips_alt(series, labels, say=reader("id"))
    assert "1.050, 1.059, dan 1.095" in alt
    assert sum("same year, other month" in one for one in texts(ax)) == 2
    assert sum("method not stated" in one for one in texts(ax)) == 1


def test_the_survey_stands_beside_its_province_and_the_first_year(case):
    series = outcomes.prevalence_series(case).query("survey == 'SSGI'")
    fig, ax = style.figure(16, 7)
    findings.survey_lines(series, 2022, ax=ax)
    assert list(ax.lines[0].get_ydata()) == [20.4, 16.2]
    assert [one.get_label() for one in ax.lines] == ["Kota Surakarta", "Jawa Tengah", "Indonesia"]
    assert apart(drawn(fig, ax), [one for one in ax.texts if one.get_text()[:1].isdigit()])
    assert "first year of the programme: 2022" in findings.survey_lines_alt(series, 2022)
    assert "2022: 16,2" in findings.survey_lines_alt(series, None, say=reader("id"))


def test_alt_texts_name_each_framework_and_the_gaps(case, scored):
    alt = figures.verdict_strips_alt(scored)
    assert alt.count("have no code") + alt.count("has no code") == 3
    assert "Ansell & Gash 2008" in alt
    assert pd.Series(alt.split(". ")).str.len().max() < 900
