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


WIDTH, PRINTED, READABLE = 18, 16, 6  # centimetres drawn, centimetres printed, points


@pytest.mark.parametrize("least", [8, 1])
def test_names_on_the_map_do_not_collide_and_are_readable_in_print(case, least):
    joined = pairs(case.ties)
    fig, ax = style.figure(WIDTH, 12)
    rows = case.evidence_actors.merge(case.evidence).merge(case.sources[["source_id", "source_family"]])
    families = rows.groupby("stakeholder_id")["source_family"].nunique()
    table = case.stakeholders.assign(n_families=case.stakeholders["stakeholder_id"].map(families).fillna(0).astype(int))
    network.network_map(layout(joined, seed=case.settings.seed), joined, table, least=least, ax=ax)
    fig.canvas.draw()
    names = [text for text in ax.texts if text.get_text() in set(table["short_name"])]
    assert len(names) > 8
    boxes = [text.get_window_extent() for text in names]
    for at, one in enumerate(boxes):
        for other in boxes[at + 1 :]:
            wide = max(0, min(one.x1, other.x1) - max(one.x0, other.x0))
            high = max(0, min(one.y1, other.y1) - max(one.y0, other.y0))
            assert wide * high <= 0.05 * min(one.width * one.height, other.width * other.height)
    assert min(text.get_fontsize() for text in names) * PRINTED / WIDTH >= READABLE
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


def test_rank_bands_write_the_share_of_readings_as_first_beside_each_name():
    from dashat_lib.words import reader

    rows = [
        ("degree", name, value, low, high, share, "resample")
        for name, value, low, high, share in (("b", 5, 2, 6, 0.25), ("a", 9, 4, 9, 0.75))
    ]
    table = pd.DataFrame(rows, columns=["measure", "label", "value", "lower", "upper", "share_first", "kind"])
    fig, ax = style.figure(9, 6)
    network.rank_bands(table, [ax], kind="resample")
    assert [one.get_text() for one in ax.get_yticklabels()] == ["a", "b"]
    assert [one.get_text() for one in ax.texts] == ["75 %", "25 %"]
    assert "a, first in 75 %" in network.rank_bands_alt(table, kind="resample", say=reader("en"))
    style.figure_bytes(fig, alt="x", stamp=STAMP)


def test_a_group_matrix_marks_each_tie_twice_and_each_group_once():
    from matplotlib.patches import Rectangle

    ties = pd.DataFrame({"source": ["p", "p", "r"], "target": ["q", "r", "s"], "weight": [1.0, 2.0, 1.0]})
    groups = pd.DataFrame({"id": ["p", "q", "r", "s"], "group": [1, 1, 2, 2]})
    about = pd.DataFrame({"stakeholder_id": list("pqrs"), "short_name": list("PQRS"), "sector": "government"})
    fig, ax = style.figure(9, 9)
    network.group_matrix(ties, groups, about, ax=ax)
    marks = {tuple(point) for point in ax.collections[0].get_offsets().tolist()}
    assert marks == {(0, 1), (1, 0), (0, 2), (2, 0), (2, 3), (3, 2)}
    assert sum(isinstance(one, Rectangle) for one in ax.patches) == 2
    assert "2 of 3 tied pairs" in network.group_matrix_alt(ties, groups)
    style.figure_bytes(fig, alt="x", stamp=STAMP)


def test_a_tie_that_only_the_thesis_reports_and_a_challenged_one_differ_in_colour_or_style(case):
    from dashat_lib.network.stage import reported_ties

    ties = reported_ties(case)
    own = case.evidence.loc[case.evidence["source_id"].isin(case.settings.own_sources), "evidence_id"]
    alone = set(case.ties.loc[case.ties["evidence_id"].isin(own), "relation"])
    assert set(ties.loc[ties["own"], "network"]) <= alone
    assert {"challenging", "supporting"} <= set(ties["polarity"])
    lines = network._line_of(ties)
    assert lines[ties["own"]].map(lambda line: line[1] == "--").all()
    assert lines[(ties["polarity"] == "challenging") & ~ties["own"]].map(lambda line: line[1] == ":").all()
    fig, axes = style.figure(20, 11, ncols=5, nrows=2)
    network.relation_maps(layout(pairs(case.ties), seed=1), ties, case.stakeholders, list(axes.flat))
    assert {"thesis only", "reported as challenging"} <= {one.get_text() for one in fig.legends[0].get_texts()}
    style.figure_bytes(fig, alt="x", stamp=STAMP)


def test_the_grid_of_power_and_interest_counts_every_stakeholder(case):
    from dashat_lib import stakeholders
    from dashat_lib.plots import stakeholders as grids

    table = stakeholders.classes(case)
    table = table.assign(label=table["stakeholder_id"])
    fig, ax = style.figure(18, 16)
    grids.power_interest_grid(table, cut=stakeholders.MIDPOINT, ax=ax)
    numbers = [int(one.get_text()) for one in ax.texts if one.get_text().isdigit()]
    assert sum(numbers) == len(table)
    assert f"Grid of {len(table)} stakeholders" in grids.power_interest_grid_alt(table)
    style.figure_bytes(fig, alt="x", stamp=STAMP)


def test_a_map_says_what_runs_along_a_tie_by_its_line(case):
    from dashat_lib.network.layout import STRANDS

    joined = pairs(case.ties)
    relations = case.ties.assign(
        one=case.ties[["source_stakeholder", "target_stakeholder"]].min(axis=1),
        other=case.ties[["source_stakeholder", "target_stakeholder"]].max(axis=1),
    )
    for (one, other), part in relations.groupby(["one", "other"]):
        first = next(name for name, inside in STRANDS.items() if set(part["relation"]) & set(inside))
        row = joined[(joined["one"] == one) & (joined["other"] == other)].iloc[0]
        assert row["strand"] == first
    fig, ax = style.figure(WIDTH, 12)
    network.network_map(layout(joined, seed=1), joined, case.stakeholders.assign(n_families=1), least=9, ax=ax)
    assert [one.get_text() for one in ax.get_legend().get_texts()] == [
        "money, goods, food",
        "orders, checks, reports",
        "training, information",
        "meetings, partnership",
    ]
    assert len({tuple(map(str, one.get_linestyle())) for one in ax.collections if hasattr(one, "get_segments")}) == 4
    style.figure_bytes(fig, alt="x", stamp=STAMP)
