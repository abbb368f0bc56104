"""Figures by their artists, their alt texts, and the notebooks that carry them."""

from __future__ import annotations

import json

import matplotlib as mpl
import pandas as pd
import pytest
from conftest import ROOT

mpl.use("Agg")
from dashat_lib import indicators, outcomes
from dashat_lib.network.layout import layout, pairs
from dashat_lib.plots import findings, network, sources, style
from dashat_lib.words import reader


def test_verdict_bars_draw_each_count(case):
    table = indicators.verdicts(indicators.gather(case, places=["surakarta"]))
    fig, ax = style.figure()
    findings.verdict_bars(table, ax=ax)
    widths = [bar.get_width() for bar in ax.patches]
    assert widths == [*table["n_for"], *(-table["n_against"])]
    style.figure_bytes(fig, alt="x", stamp="y")


def test_weighing_and_survey_never_share_an_axis(case):
    series = outcomes.prevalence_series(case, ["Kota Surakarta"])
    fig, axes = style.figure(ncols=3)
    findings.prevalence_panels(series, list(axes))
    assert list(axes[0].lines[0].get_ydata()) == [20.4, 16.2]
    assert axes[0].get_ylim() != axes[1].get_ylim()
    style.figure_bytes(fig, alt="x", stamp="y")


def test_row_bars_draw_each_count():
    fig, ax = style.figure()
    sources.row_bars(pd.DataFrame({"label": ["a", "b"], "n_rows": [5, 2], "n_rows_own": [0, 1]}), ax=ax)
    assert [bar.get_width() for bar in ax.patches] == [5, 2, 1]
    style.figure_bytes(fig, alt="x", stamp="y")


def test_names_on_the_map_do_not_collide(case):
    joined = pairs(case.ties)
    fig, ax = style.figure(20, 13)
    table = case.stakeholders.assign(n_families=9)
    network.network_map(layout(joined, seed=1), joined, table, least=8, ax=ax)
    fig.canvas.draw()
    names = [text for text in ax.texts if text.get_text() in set(table["short_name"])]
    boxes = [text.get_window_extent() for text in names]
    assert len(boxes) > 5
    assert not any(one.overlaps(other) for at, one in enumerate(boxes) for other in boxes[at + 1 :])
    style.figure_bytes(fig, alt="x", stamp="y")


def test_a_layout_is_the_same_whatever_the_order_of_rows(case):
    joined = pairs(case.ties)
    pd.testing.assert_frame_equal(
        layout(joined, seed=1), layout(pairs(case.ties.sample(frac=1, random_state=3)), seed=1)
    )


def test_a_figure_carries_its_alt_text_and_no_version():
    fig, _ = style.figure()
    content = style.figure_bytes(fig, alt="what is shown", stamp="abc")
    assert b"what is shown" in content
    assert b"matplotlib" not in content.lower()


@pytest.mark.parametrize("path", sorted((ROOT / "notebooks").glob("*.ipynb")), ids=lambda path: path.stem)
def test_a_notebook_is_executed_clean_and_its_figures_have_alt_text(path):
    book = json.loads(path.read_text(encoding="utf-8"))
    outputs = [one for cell in book["cells"] for one in cell.get("outputs", [])]
    assert outputs
    assert not [one for one in outputs if one["output_type"] in ("error", "stream")]
    figures = [one for one in outputs if "image/png" in one.get("data", {})]
    assert figures
    assert all(one["metadata"]["image/png"]["alt"] for one in figures)
    assert "assert" in "".join(book["cells"][-1]["source"])
    assert "language_info" not in book["metadata"]


def test_alt_texts_speak_the_readers_language(case):
    table = indicators.verdicts(indicators.gather(case, places=["surakarta"]))
    assert "didukung" in findings.verdict_bars_alt(table, say=reader("id"))
    assert "supported" in findings.verdict_bars_alt(table, say=reader("en"))
