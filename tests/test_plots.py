"""Figures by their artists, their alt texts, and the notebooks that carry them."""

from __future__ import annotations

import fnmatch
import io
import json
from dataclasses import replace

import matplotlib as mpl
import pandas as pd
import pytest
from conftest import ROOT

mpl.use("Agg")
from PIL import Image

from dashat_lib import fingerprint, indicators, outcomes
from dashat_lib.facts import Stamp
from dashat_lib.network.layout import layout, pairs
from dashat_lib.plots import findings, network, sources, style
from dashat_lib.words import reader

STAMP = Stamp("abc", "semua baris", 3, ("n_*",))


def test_verdict_bars_draw_each_count(case):
    table = indicators.verdicts(indicators.gather(case, places=["surakarta"]))
    fig, ax = style.figure()
    findings.verdict_bars(table, ax=ax)
    widths = [bar.get_width() for bar in ax.patches]
    assert widths == [*table["n_for"], *(-table["n_against"])]
    style.figure_bytes(fig, alt="x", stamp=STAMP)


def test_weighing_and_survey_never_share_an_axis(case):
    series = outcomes.prevalence_series(case, ["Kota Surakarta"])
    fig, axes = style.figure(ncols=3)
    findings.prevalence_panels(series, list(axes))
    assert list(axes[0].lines[0].get_ydata()) == [20.4, 16.2]
    assert axes[0].get_ylim() != axes[1].get_ylim()
    style.figure_bytes(fig, alt="x", stamp=STAMP)


def test_row_bars_draw_each_count():
    fig, ax = style.figure()
    sources.row_bars(pd.DataFrame({"label": ["a", "b"], "n_rows": [5, 2], "n_rows_own": [0, 1]}), ax=ax)
    assert [bar.get_width() for bar in ax.patches] == [5, 2, 1]
    style.figure_bytes(fig, alt="x", stamp=STAMP)


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
    style.figure_bytes(fig, alt="x", stamp=STAMP)


def test_a_layout_is_the_same_whatever_the_order_of_rows(case):
    joined = pairs(case.ties)
    pd.testing.assert_frame_equal(
        layout(joined, seed=1), layout(pairs(case.ties.sample(frac=1, random_state=3)), seed=1)
    )


def test_a_figure_carries_its_alt_text_and_no_version():
    fig, _ = style.figure()
    content = style.figure_bytes(fig, alt="what is shown", stamp=STAMP)
    assert b"what is shown" in content
    assert json.loads(Image.open(io.BytesIO(content)).text["Comment"]) == STAMP.record()
    assert b"matplotlib" not in content.lower()


@pytest.mark.parametrize("path", sorted((ROOT / "notebooks").glob("*.ipynb")), ids=lambda path: path.stem)
def test_a_notebook_is_executed_clean_and_its_figures_have_alt_text(path):
    book = json.loads(path.read_text(encoding="utf-8"))
    outputs = [one for cell in book["cells"] for one in cell.get("outputs", [])]
    assert outputs
    assert not [one for one in outputs if one["output_type"] in ("error", "stream")]
    figures = [one for one in outputs if "image/png" in one.get("data", {})]
    assert figures
    about = [one["metadata"]["image/png"] for one in figures]
    assert all(one["alt"] for one in about)
    known = pd.read_csv(ROOT / "data/processed/facts.csv")["fact_id"]
    now = fingerprint.data_hash(fingerprint.raw_files(ROOT))
    for one in about:
        assert one["dashat"]["data"] == now
        assert one["dashat"]["rows"]
        assert one["dashat"]["facts"]
        for pattern in one["dashat"]["facts"]:
            assert fnmatch.filter(known, pattern), pattern
    assert "assert" in "".join(book["cells"][-1]["source"])
    assert "language_info" not in book["metadata"]


def test_a_stamp_says_data_rows_seed_and_the_way_to_the_rows():
    assert STAMP.text(reader("id")) == "data abc · semua baris · benih acak 3 · dashat why 'n_*'"
    assert "reading without F001" in replace(STAMP, reading="without F001").text(reader("en"))


def test_a_readings_grid_writes_each_share():
    table = pd.DataFrame({"dimension_id": ["d", "d"], "element_id": [None, "e"], "label_en": ["D", "E"], "verdict": ["supported", "contested"], "kind": ["coder", "resample"], "share_same": [1.0, 0.5], "n_readings": [2, 500]})  # fmt: skip
    fig, ax = style.figure()
    findings.readings_grid(table, ax=ax)
    written = [text.get_text() for text in ax.texts]
    assert sorted(written) == sorted(["100 %", "50 %", "–", "–"])
    style.figure_bytes(fig, alt="x", stamp=STAMP)
    assert "D, another coder: 100 %" in findings.readings_grid_alt(table)


def test_alt_texts_speak_the_readers_language(case):
    table = indicators.verdicts(indicators.gather(case, places=["surakarta"]))
    assert "didukung" in findings.verdict_bars_alt(table, say=reader("id"))
    assert "supported" in findings.verdict_bars_alt(table, say=reader("en"))
