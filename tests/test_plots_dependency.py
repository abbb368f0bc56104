"""Figures of dependency, by their artists; what they say in words; that nothing in them overlaps or is cut."""

from __future__ import annotations

import itertools
import random

import matplotlib as mpl
import pandas as pd
import pytest

mpl.use("Agg")
from matplotlib import pyplot as plt
from matplotlib.patches import FancyBboxPatch, Rectangle

from dashat_lib.dependency.continuity import System, curve
from dashat_lib.dependency.flow import ROLL_UPS, flow, grants
from dashat_lib.dependency.ways import single_points
from dashat_lib.dependency.whatif import withdrawals
from dashat_lib.plots import dependency, style, ways_map
from dashat_lib.words import reader

SAY = reader("en")
WIDTH, PRINTED, READABLE = 18, 16, 6.5  # centimetres drawn, centimetres printed, points


@pytest.fixture(autouse=True)
def closed_figures():
    yield
    plt.close("all")


@pytest.fixture(scope="module")
def names(case):
    return dict(zip(case.stakeholders["stakeholder_id"], case.stakeholders["short_name"], strict=True))


def written(ax):
    fig = ax.figure
    fig.canvas.draw()
    texts = [*ax.texts]
    for axis in (ax.xaxis, ax.yaxis) if ax.axison else ():
        low, high = sorted(axis.get_view_interval())
        texts += [
            axis.label,
            *(
                one.label1
                for one in axis.get_major_ticks()
                if low <= one.get_loc() <= high and one.label1.get_visible()
            ),
        ]
        texts += [
            one.label2 for one in axis.get_major_ticks() if low <= one.get_loc() <= high and one.label2.get_visible()
        ]
    for legend in (ax.get_legend(), *fig.legends):
        texts += legend.get_texts() if legend else []
    foot = [one for one in fig.texts if one.get_text()]
    return [one for one in [*texts, *foot] if one.get_text() and one.get_visible()]


def assert_readable(ax, *, width=WIDTH):
    """Nothing leaves the figure, no two texts meet, and all can be read when a figure is printed 16 cm wide."""
    texts = written(ax)
    boxes = [one.get_window_extent() for one in texts]
    page = ax.figure.bbox
    for text, box in zip(texts, boxes, strict=True):
        inside = box.x0 >= page.x0 - 1 and box.x1 <= page.x1 + 1 and box.y0 >= page.y0 - 1 and box.y1 <= page.y1 + 1
        assert inside, text.get_text()
        assert text.get_fontsize() * PRINTED / width >= READABLE, text.get_text()
    for (one, a), (other, b) in itertools.combinations(zip(texts, boxes, strict=True), 2):
        wide, high = min(a.x1, b.x1) - max(a.x0, b.x0), min(a.y1, b.y1) - max(a.y0, b.y0)
        assert wide <= 1 or high <= 2, (one.get_text(), other.get_text())


# ---- money


GRANTS = pd.DataFrame(
    [
        (2023, "side", "B", 2e9, 2e9, 2e9, None),
        (2024, "main", "A", 3.5e9, 3.0e9, 3.5e9, None),
        (2024, "main", "C", None, None, None, None),
        (2024, "side", "A", None, None, None, "15000000 USD"),
    ],
    columns=["year", "programme", "label", "amount", "lower", "upper", "foreign"],
).astype({"amount": float, "lower": float, "upper": float})


def test_money_draws_a_bar_for_a_known_amount_a_mark_for_an_unknown_one_and_a_whisker_where_sources_differ():
    _, ax = style.figure(WIDTH, 8)
    dependency.money_by_year(GRANTS, ax, labels={"main": "Main programme"}, programme="main")
    bars = [one.get_width() for one in ax.patches]
    assert bars == pytest.approx([2.0, 3.5])
    open_marks = [one for one in ax.lines if one.get_marker() == "s"]
    assert [float(one.get_xdata()[0]) for one in open_marks] == [0, 0]
    assert [list(one.get_xdata()) for one in ax.lines if one.get_marker() == "|"] == [[3.0, 3.5]]
    said = [one.get_text() for one in ax.texts]
    assert "3.5 (3–3.5)" in said
    assert said.count("?") == 1
    assert any(one.startswith("?") and "15,000,000" in one for one in said)
    assert "Main programme" in said
    assert_readable(ax)


def test_a_bar_that_dwarfs_the_others_is_cut_short_and_says_so():
    table = GRANTS.assign(amount=GRANTS["amount"] * [1, 10, 1, 1], lower=GRANTS["amount"], upper=GRANTS["amount"] * 10)
    _, ax = style.figure(WIDTH, 8)
    dependency.money_by_year(table, ax, programme="main")
    assert max(one.get_width() for one in ax.patches) == pytest.approx(2.5)
    assert any("35" in one.get_text() and "bar cut short" in one.get_text() for one in ax.texts)
    assert "//" in [one.get_text() for one in ax.texts]


def test_money_of_the_case_can_be_read(case, names):
    table = grants(case)
    table["label"] = table["payers"].map(lambda ids: SAY.list(names[one] for one in ids.split(";")))
    _, ax = style.figure(WIDTH, 14)
    labels = dict(zip(case.programmes["programme"], case.programmes["name_en"], strict=True))
    dependency.money_by_year(table, ax, labels=labels, programme=case.settings.programme)
    assert len(ax.patches) == table["amount"].notna().sum()
    assert len([one for one in ax.lines if one.get_marker() == "s"]) == table["amount"].isna().sum()
    assert_readable(ax)
    alt = dependency.money_by_year_alt(table, labels=labels, programme=case.settings.programme)
    assert all(label in alt for label in table["label"])


# ---- the map


def tables(found, names):
    """Nodes and arcs of a flow; many teams that are alike are one."""
    own = {one: found.teams.get(one, one) for one in found.ids}
    rows = found.network.rows.assign(source=lambda t: t["source"].map(own), target=lambda t: t["target"].map(own))
    arcs = rows.groupby(["source", "target"], as_index=False).agg(
        relations=("relation", lambda some: ";".join(sorted(set(some)))), n_rows=("row_id", "nunique")
    )
    points = single_points(found).groupby("stakeholder_id")["group"].nunique()
    on = {one for group in found.beneficiaries for part in System.of(found, group).nodes for one in part}
    ids = sorted(set(own.values()))
    role = {
        one: "funder" if one in found.funders else "group" if one in found.beneficiaries else "between" for one in ids
    }
    nodes = pd.DataFrame(
        {"stakeholder_id": ids, "label": [names[one] for one in ids], "role": [role[one] for one in ids]}
    )
    nodes["n_groups_cut"] = [int(points.get(one, 0)) for one in ids]
    nodes["on_a_way"] = [role[one] == "group" or any(own[other] == one for other in on) for one in ids]
    return nodes, arcs


def boxes(layers):
    wide = ways_map._BOX / 2
    return {
        one.stakeholder_id: (one.x - wide, one.y - one.height / 2, one.x + wide, one.y + one.height / 2)
        for one in layers[layers["role"] != "bend"].itertuples()
    }


def assert_apart(layers):
    for a, b in itertools.combinations(boxes(layers).values(), 2):
        assert a[2] < b[0] or b[2] < a[0] or a[3] < b[1] or b[3] < a[1]


@pytest.mark.parametrize("roll_up", ROLL_UPS)
@pytest.mark.parametrize("language", ["en", "id"])
def test_the_map_of_the_case_can_be_read(case, names, roll_up, language):
    nodes, arcs = tables(flow(case, roll_up=roll_up), names)
    layers = ways_map.layers(nodes, arcs)
    assert_apart(layers)
    _, ax = style.figure(*ways_map.map_size(layers))
    ways_map.ways_map(layers, arcs, ax, say=reader(language))
    assert_readable(ax)
    by_label = {one.get_text().replace("\n", " "): one.get_window_extent() for one in ax.texts}
    for one in nodes.itertuples():  # each name inside its own box
        left, top, right, low = boxes(layers)[one.stakeholder_id]
        (x0, y1), (x1, y0) = ax.transData.transform([(left, top), (right, low)])
        name = by_label[one.label]
        assert x0 <= name.x0
        assert name.x1 <= x1
        assert y0 <= name.y0
        assert name.y1 <= y1


def test_the_map_goes_from_funders_to_groups_and_every_arc_that_can_runs_to_the_right(case, names):
    nodes, arcs = tables(flow(case), names)
    layers = ways_map.layers(nodes, arcs)
    column = layers[layers["role"] != "bend"].set_index("stakeholder_id")["layer"]
    assert set(column[layers.loc[layers["role"] == "funder", "stakeholder_id"]]) == {0}
    assert set(column[layers.loc[layers["role"] == "group", "stakeholder_id"]]) == {column.max()}
    assert (arcs["source"].map(column) < arcs["target"].map(column)).all()
    bends = layers[layers["role"] == "bend"].groupby(["stakeholder_id", "towards"]).size()
    for one in arcs.itertuples():
        assert bends.get((one.source, one.target), 0) == column[one.target] - column[one.source] - 1


def test_a_layout_is_the_same_whatever_the_order_of_rows(case, names):
    nodes, arcs = tables(flow(case), names)
    one = ways_map.layers(nodes, arcs)
    other = ways_map.layers(nodes.sample(frac=1, random_state=3), arcs.sample(frac=1, random_state=4))
    pd.testing.assert_frame_equal(one, other)


def test_the_order_of_columns_avoids_crossings_that_need_not_be():
    ids = ["f1", "f2", "m1", "m2", "g"]
    role = ["funder", "funder", "between", "between", "group"]
    nodes = pd.DataFrame({"stakeholder_id": ids, "label": ids, "role": role, "n_groups_cut": 0, "on_a_way": True})
    arcs = pd.DataFrame({"source": ["f1", "f2", "m1", "m2"], "target": ["m2", "m1", "g", "g"], "relations": "funds", "n_rows": 1})  # fmt: skip
    y = ways_map.layers(nodes, arcs).set_index("stakeholder_id")["y"]
    assert (y["f1"] < y["f2"]) == (y["m2"] < y["m1"])


@pytest.mark.parametrize("seed", range(12))
def test_boxes_never_meet_and_no_line_crosses_one_in_any_flow_circles_too(seed):
    draw = random.Random(seed)
    ids = [f"s{at:02d}" for at in range(14)]
    role = ["funder"] * 4 + ["between"] * 7 + ["group"] * 3
    label = [draw.choice(["Kantor", "Dinas Pengendalian Penduduk", "Kader Dashat (54 tim)"]) for _ in ids]
    nodes = pd.DataFrame({"stakeholder_id": ids, "label": label, "role": role, "n_groups_cut": [draw.choice([0, 0, 2]) for _ in ids], "on_a_way": True})  # fmt: skip
    ends = sorted({(a, b) for a, b in itertools.permutations(ids, 2) if b not in ids[:4] and a not in ids[11:] and draw.random() < 0.18})  # fmt: skip
    arcs = pd.DataFrame(ends, columns=["source", "target"]).assign(relations="funds;supplies", n_rows=2)
    layers = ways_map.layers(nodes, arcs)
    assert_apart(layers)
    around = boxes(layers).values()
    for one in layers[layers["role"] == "bend"].itertuples():
        assert all(one.layer != round((b[0] + b[2]) / 2) or not b[1] < one.y < b[3] for b in around)
    _, ax = style.figure(*ways_map.map_size(layers))
    ways_map.ways_map(layers, arcs, ax)
    heads = [one for one in ax.lines if one.get_marker() == ">"]
    assert len(heads) == 2 * len(arcs)
    at = [(float(one.get_xdata()[0]), float(one.get_ydata()[0])) for one in heads]
    assert len(set(at)) == len(at)


def test_a_single_point_has_a_second_frame_and_says_so_and_who_is_on_no_way_is_dotted(case, names):
    nodes, arcs = tables(flow(case), names)
    layers = ways_map.layers(nodes, arcs)
    _, ax = style.figure(*ways_map.map_size(layers))
    ways_map.ways_map(layers, arcs, ax)
    frames = [one for one in ax.patches if isinstance(one, Rectangle | FancyBboxPatch)]
    assert len(frames) == len(nodes) + (nodes["n_groups_cut"] > 0).sum()
    assert sum(one.get_linestyle() in (":", "dotted") for one in frames) == (~nodes["on_a_way"]).sum()
    said = [one.get_text().replace("\n", " ") for one in ax.texts]
    assert "alone cuts off 2 groups" in said
    alt = ways_map.ways_map_alt(layers, arcs)
    assert "Kader Dashat (2)" in alt
    assert "On no recorded way to a group: " in alt
    many, more = tables(flow(case, roll_up="one_team_a_kelurahan"), names)
    assert "No single exit cuts a group off." in ways_map.ways_map_alt(ways_map.layers(many, more), more)


def test_relations_are_told_apart_by_their_lines():
    lines = [str(line) for _, line in ways_map.RELATIONS.values()]
    assert len(set(lines)) == len(lines)


# ---- reliability


def straight(label, reading, low, *, band=0.0):
    p = [0.5, 0.75, 1.0]
    value = [low, (low + 1) / 2, 1.0]
    return pd.DataFrame({"label": label, "reading": reading, "p": p, "value": value, "lower": [v - band for v in value], "upper": value})  # fmt: skip


def test_groups_with_the_same_curve_share_a_line_that_names_them_all():
    curves = pd.concat([straight("Mothers", "none", 0.4), straight("Families", "none", 0.4), straight("Toddlers", "none", 0.5), straight("Mothers", "one_team_a_kelurahan", 0.4)])  # fmt: skip
    _, ax = style.figure(WIDTH, 9)
    dependency.reliability_curves(curves, ax)
    assert len(ax.lines) == 3 + 1  # and the line R = p
    said = [one.get_text().replace("\n", " ") for one in ax.get_legend().get_texts()]
    assert said[0].startswith("A: Toddlers")
    assert any("Mothers and Families" in one for one in said)
    assert len({str(one.get_linestyle()) for one in ax.lines[:3]}) == 2
    assert len({one.get_marker() for one in ax.lines[:3]}) == 3
    assert not ax.collections
    assert_readable(ax)
    assert "Toddlers (" in dependency.reliability_curves_alt(curves)


def test_a_band_is_drawn_only_where_there_is_one_and_is_explained():
    fig, ax = style.figure(WIDTH, 9)
    dependency.reliability_curves(pd.concat([straight("a", "none", 0.4, band=0.1), straight("b", "none", 0.6)]), ax)
    assert len(ax.collections) == 1
    assert "one source family" in fig.get_supxlabel()


def test_a_probability_below_1_is_never_written_as_1():
    assert dependency._chance(0.99972, SAY) == "0.9997"
    assert dependency._chance(1.0, SAY) == "1.000"
    assert dependency._chance(0.9, SAY) == "0.900"


def test_curves_of_the_case_can_be_read(case, names):
    parts = []
    for roll_up in ("none", "one_team_a_kelurahan"):
        found = curve(flow(case, roll_up=roll_up))
        parts.append(found.assign(label=found["stakeholder_id"].map(names), reading=roll_up))
    _, ax = style.figure(WIDTH, 9.5)
    dependency.reliability_curves(pd.concat(parts), ax, say=reader("id"))
    assert len(ax.lines) == 3 + 1
    assert_readable(ax)


# ---- exits


@pytest.mark.parametrize("language", ["en", "id"])
def test_the_tornado_of_the_case_draws_who_takes_something_away_and_counts_the_others(case, names, language):
    table = withdrawals(case)
    table["label"] = table["stakeholder_id"].map(names)
    fig, ax = style.figure(WIDTH, 8.5)
    dependency.tornado(table, ax, say=reader(language))
    effect = (table["share_reached"] < 1) | table["groups_thinned"].notna() | (table["share_money_left_lower"] < 1)
    assert len(ax.get_yticks()) == effect.sum()
    assert str((~effect).sum()) in fig.get_supxlabel()
    assert_readable(ax)


def test_the_gravest_exit_stands_first_and_an_unknown_amount_is_a_whisker_without_a_bar():
    rows = [
        ("quiet", 1.0, None, None, None, None),
        ("payer", 1.0, "g1", 0.4, 0.4, 0.7),
        ("unknown", 1.0, None, None, 0.6, 1.0),
        ("kitchen", 0.5, None, None, None, None),
    ]
    columns = ["label", "share_reached", "groups_thinned", "share_money_left", "share_money_left_lower", "share_money_left_upper"]  # fmt: skip
    table = pd.DataFrame(rows, columns=columns).astype(dict.fromkeys(columns[3:], float))
    _, ax = style.figure(WIDTH, 7)
    dependency.tornado(table, ax)
    assert [one.get_text() for one in ax.get_yticklabels()] == ["kitchen", "payer", "unknown"]
    widths = [one.get_width() for one in ax.patches]
    assert widths == pytest.approx([-0.5, 0, 0, 0, 0.6, 0])
    whiskers = [list(one.get_xdata()) for one in ax.lines if one.get_marker() == "|"]
    assert [pytest.approx(one) for one in whiskers] == [[0.3, 0.6], [0.0, 0.4]]
    assert_readable(ax)
    alt = dependency.tornado_alt(table)
    assert "payer: 1 group: a way less, 60 % of known money gone, with unknown amounts 30 % to 60 %" in alt
    assert "The exit of 1 others" in alt


# ---- the grid


CELLS = pd.DataFrame(
    [("met", "brittle", "baseline", 1.0), ("met", "brittle", "source", 0.75), ("unclear", "brittle", "source", 0.25), ("met", "robust", "roll-up", 1.0), ("not met", "brittle", "resample", 0.002), ("met", "brittle", "resample", 0.998)],
    columns=["dynamics", "dependency", "kind", "share"],
)  # fmt: skip


@pytest.mark.parametrize("language", ["en", "id"])
def test_the_grid_writes_the_share_of_each_kind_in_its_cell_and_frames_the_record_as_it_is(language):
    _, ax = style.figure(WIDTH, 15)
    dependency.two_by_two(CELLS, ax, say=reader(language))
    thick = [one for one in ax.patches if one.get_linewidth() > 2]
    assert [(int(one.get_x()), int(one.get_y())) for one in thick] == [(0, 2)]
    numbers = [one.get_text() for one in ax.texts if one.get_text().lstrip("<").isdigit()]
    assert sorted(numbers) == ["100", "100", "25", "75", "<1"]
    assert_readable(ax)


def test_kinds_of_reading_are_never_pooled_in_words_either():
    alt = dependency.two_by_two_alt(CELLS)
    assert "success lasts only while these stay" in alt
    assert f"{SAY.label('reading kind', 'source')}: " in alt
    assert "75 %" in alt


# ---- all


def test_an_empty_table_gives_a_figure_that_says_nothing_is_recorded():
    empty = CELLS.head(0)
    none = pd.DataFrame(columns=["stakeholder_id", "label", "role", "n_groups_cut", "on_a_way"])
    arcs = pd.DataFrame(columns=["source", "target", "relations", "n_rows"], dtype="str")
    exits = pd.DataFrame(columns=["label", "share_reached", "groups_thinned", "share_money_left", "share_money_left_lower", "share_money_left_upper"], dtype=float)  # fmt: skip
    for draw in (
        lambda ax: dependency.money_by_year(GRANTS.head(0), ax),
        lambda ax: ways_map.ways_map(ways_map.layers(none, arcs), arcs, ax),
        lambda ax: dependency.reliability_curves(straight("a", "none", 0.5).head(0), ax),
        lambda ax: dependency.tornado(exits, ax),
    ):
        _, ax = style.figure(WIDTH, 5)
        draw(ax)
        assert [one.get_text() for one in ax.texts] == ["nothing is recorded"]
    assert "nothing is recorded" in dependency.two_by_two_alt(empty)
    assert "nothing is recorded" in dependency.tornado_alt(exits)


def test_figures_leave_their_tables_alone():
    before = GRANTS.copy()
    _, ax = style.figure(WIDTH, 8)
    dependency.money_by_year(GRANTS, ax)
    dependency.money_by_year_alt(GRANTS)
    pd.testing.assert_frame_equal(GRANTS, before)
