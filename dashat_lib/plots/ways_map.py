"""The map of ways: from ultimate funders through those between to the groups, whose exit cuts a group off, who lies on no way."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from textwrap import fill, wrap
from typing import Any

import networkx as nx
import numpy as np
import pandas as pd
from matplotlib import pyplot as plt
from matplotlib.axes import Axes
from matplotlib.patches import FancyBboxPatch, PathPatch, Rectangle
from matplotlib.path import Path
from scipy.optimize import isotonic_regression

from ..words import Reader
from .dependency import BLUE, ENGLISH, GREEN, INK, ORANGE, SMALL, axes_of, nothing

FUNDER, BETWEEN, GROUP = "funder", "between", "group"
# What runs along an arc: colour and line, told apart by either.
RELATIONS: dict[str, tuple[str, Any]] = {
    "funds": (BLUE, "-"), "supplies": (ORANGE, (0, (5, 2))), "delivers_to": (GREEN, (0, (1, 1.2))), "other": ("#777777", (0, (6, 2, 1, 2))),
}  # fmt: skip

_WRAP, _BOX = 15, 0.67  # letters a line; width of a box, of a column that is 1 wide


def _tall(label: str, n_groups_cut: int, ends: int) -> float:
    """Height of a box in lines of text: its words, or as many lines as begin or end at one side of it."""
    return max(len(wrap(label, _WRAP)) + (3.6 if n_groups_cut else 0.9), 0.55 * ends + 0.7)


def layers(nodes: pd.DataFrame, arcs: pd.DataFrame) -> pd.DataFrame:
    """Lay the flow out in columns: funders first, groups last, everyone else as far to the right as the longest way to them is long.

    Parameters
    ----------
    nodes : DataFrame, one row a stakeholder with an arc
        ``stakeholder_id, label, role`` ("funder", "between", "group"), ``n_groups_cut`` (groups that its exit alone cuts off), ``on_a_way``
        (whether it lies on a way from a funder to a group). Many teams that are alike are one row.
    arcs : DataFrame
        ``source, target, relations`` (";"-joined).

    Returns
    -------
    DataFrame, one row a stakeholder and one a bend (where an arc passes a column)
        The columns of `nodes`, ``layer, x, y`` (downwards, in lines of text), ``height``, ``towards`` (of a bend: the target; ``role`` "bend").

    Notes
    -----
    Columns are ordered by barycentres in turn from left and right, and the order with the fewest crossings kept (Sugiyama, K., Tagawa, S. &
    Toda, M. 1981, IEEE Trans. Syst. Man Cybern. 11:109-125). Nothing is drawn at random, and the order of rows does not matter.
    """
    about = nodes.sort_values(["label", "stakeholder_id"]).set_index("stakeholder_id")
    layer = _columns(about, arcs)
    pairs = sorted({(a, b) for a, b in zip(arcs["source"], arcs["target"], strict=True) if a in layer and b in layer and layer[a] < layer[b]})  # fmt: skip
    place: dict[tuple[str, str, int], int] = {(one, "", at): at for one, at in layer.items()}
    links: list[tuple[tuple[str, str, int], tuple[str, str, int]]] = []
    for a, b in pairs:
        chain = [(a, "", layer[a]), *((a, b, at) for at in range(layer[a] + 1, layer[b])), (b, "", layer[b])]
        place |= {one: one[2] for one in chain}
        links += list(pairwise(chain))
    columns = _least_crossings(place, links)
    strands = arcs.assign(n=arcs["relations"].str.count(";") + 1)
    ends = pd.concat([strands.groupby(end)["n"].sum() for end in ("source", "target")]).groupby(level=0).max()
    height = {one: 0.9 if one[1] else _tall(about.at[one[0], "label"], about.at[one[0], "n_groups_cut"], int(ends.get(one[0], 0))) for one in place}  # fmt: skip
    y = _heights(columns, links, height)
    rows = []
    for column in columns:
        for one in column:
            who, towards, at = one
            row = (
                {"label": "", "role": "bend", "n_groups_cut": 0, "on_a_way": True} if towards else dict(about.loc[who])
            )
            rows.append({"stakeholder_id": who, **row, "layer": at, "x": float(at), "y": y[one], "height": height[one], "towards": towards or None})  # fmt: skip
    return pd.DataFrame(rows)


def _columns(about: pd.DataFrame, arcs: pd.DataFrame) -> dict[str, int]:
    """The column of each stakeholder. Those that give to each other in a circle stand in one."""
    role = about["role"]
    graph = nx.DiGraph()
    graph.add_nodes_from(about.index)
    graph.add_edges_from((a, b) for a, b in zip(arcs["source"], arcs["target"], strict=True) if a in role and b in role and a != b and role[b] != FUNDER and role[a] != GROUP)  # fmt: skip
    whole = nx.condensation(graph)
    at: dict[int, int] = {}
    for part in nx.topological_sort(whole):
        funder = all(role[one] == FUNDER for one in whole.nodes[part]["members"])
        at[part] = 0 if funder else max([1, *(at[other] + 1 for other in whole.predecessors(part))])
    layer = {one: at[part] for part in whole for one in whole.nodes[part]["members"]}
    last = max([at_ for one, at_ in layer.items() if role[one] != GROUP], default=0) + 1
    layer = {one: last if role[one] == GROUP else at_ for one, at_ in layer.items()}
    layer = {one: layer[one] for one in about.index}  # by name, whatever the order of the rows
    for one in layer:  # who receives nothing stands just before the first it gives to
        onward = [layer[other] for other in graph.successors(one)]
        if role[one] == BETWEEN and graph.in_degree(one) == 0 and onward:
            layer[one] = max(1, min(onward) - 1)
    return layer


def _least_crossings(place: Mapping[Any, int], links: Sequence[tuple[Any, Any]]) -> list[list[Any]]:
    columns: list[list[Any]] = [[] for _ in range(max(place.values(), default=-1) + 1)]
    for one, at in place.items():
        columns[at].append(one)
    before: dict[Any, list[Any]] = {one: [] for one in place}
    after: dict[Any, list[Any]] = {one: [] for one in place}
    for a, b in links:
        before[b].append(a)
        after[a].append(b)

    def ordered(near: dict[Any, list[Any]], turn: Sequence[int]) -> None:
        for at in turn:
            rank = {one: number for column in columns for number, one in enumerate(column)}
            middle = {one: float(np.mean([rank[other] for other in near[one]])) if near[one] else float(rank[one]) for one in columns[at]}  # fmt: skip
            columns[at].sort(key=lambda one, middle=middle: middle[one])  # type: ignore[misc]

    best, least = [list(column) for column in columns], _crossings(columns, links)
    for sweep in range(24):
        turn = range(1, len(columns)) if sweep % 2 == 0 else range(len(columns) - 2, -1, -1)
        ordered(before if sweep % 2 == 0 else after, turn)
        now = _crossings(columns, links)
        if now < least:
            best, least = [list(column) for column in columns], now
    return best


def _crossings(columns: Sequence[Sequence[Any]], links: Sequence[tuple[Any, Any]]) -> int:
    rank = {one: number for column in columns for number, one in enumerate(column)}
    at = {one: number for number, column in enumerate(columns) for one in column}
    found = 0
    for number in range(len(columns)):
        ends = np.array([(rank[a], rank[b]) for a, b in links if at[a] == number], dtype=int).reshape(-1, 2)
        apart = ends[:, None, :] - ends[None, :, :]
        found += int((apart[..., 0] * apart[..., 1] < 0).sum()) // 2
    return found


def _heights(columns: Sequence[Sequence[Any]], links: Sequence[tuple[Any, Any]], height: Mapping[Any, float]) -> dict[Any, float]:  # fmt: skip
    """Where each stands: as level with its neighbours as those above and below it allow (isotonic regression)."""
    near: dict[Any, list[Any]] = {one: [] for column in columns for one in column}
    for a, b in links:
        near[a].append(b)
        near[b].append(a)
    steps = [np.cumsum([0.0, *((height[a] + height[b]) / 2 + 0.7 for a, b in pairwise(column))]) for column in columns]  # fmt: skip
    y = {one: float(value) - step[-1] / 2 for column, step in zip(columns, steps, strict=True) for one, value in zip(column, step, strict=False)}  # fmt: skip
    for turn in range(16):
        order = range(len(columns)) if turn % 2 else range(len(columns) - 1, -1, -1)
        for at in order:
            column, step = columns[at], steps[at][: len(columns[at])]
            if not column:
                continue
            wanted = np.array([np.mean([y[other] for other in near[one]]) if near[one] else y[one] for one in column])
            weight = np.array([3.0 if one[1] else 1.0 for one in column])
            y |= dict(zip(column, (isotonic_regression(wanted - step, weights=weight).x + step).tolist(), strict=True))
    top = min((y[one] - height[one] / 2 for one in y), default=0.0)
    return {one: value - top for one, value in y.items()}


def map_size(layers: pd.DataFrame) -> tuple[float, float]:
    """Return the centimetres that a map of ways needs: width, height."""
    return max(16.0, 3.6 * (int(layers["layer"].max()) + 1)), 0.355 * float((layers["y"] + layers["height"] / 2).max()) + 3.6  # fmt: skip


def ways_map(layers: pd.DataFrame, arcs: pd.DataFrame, ax: Axes | None = None, *, say: Reader = ENGLISH) -> Axes:
    """Draw the ways from ultimate funders (left) through those between to the groups (right).

    Whose exit alone cuts a group off has a second frame and says so; who lies on no way is pale in a dotted frame.

    Parameters
    ----------
    layers : DataFrame
        From :func:`layers`; :func:`map_size` has the centimetres that fit.
    arcs : DataFrame
        ``source, target, relations`` (";"-joined; one line each), ``n_rows`` (the line is wider with more evidence rows).
    """
    ax = axes_of(ax)
    if layers.empty:
        return nothing(ax, say)
    bends = layers["role"] == "bend"
    nodes = layers[~bends].set_index("stakeholder_id")
    through = {(one.stakeholder_id, one.towards, one.layer): one.y for one in layers[bends].itertuples()}
    low = float((layers["y"] + layers["height"] / 2).max())
    last = int(layers["layer"].max())
    column = nodes["layer"]
    back = (arcs["source"].map(column) >= arcs["target"].map(column)).any()  # lines that go around need room
    side = _BOX / 2 + (0.2 if back else 0.03)
    ax.set(xlim=(-side, last + side), ylim=(low + (0.9 if back else 0.4), -2.7))
    ax.set_axis_off()
    _strands(ax, nodes, through, arcs)
    for one in nodes.itertuples():
        _box(ax, one, say)
    middle = nodes.loc[nodes["role"] == BETWEEN, "x"]
    heads = {FUNDER: (-_BOX / 2, "left"), GROUP: (last + _BOX / 2, "right")}
    if len(middle):
        heads[BETWEEN] = (float(middle.min() + middle.max()) / 2, "center")
    for role, (x, align) in heads.items():
        ax.text(x, -1.6, fill(say.label("position", role), 26), ha=align, va="center", fontweight="bold", fontsize=8.5)
    _map_key(ax, nodes, arcs, say)
    return ax


def _strands(ax: Axes, nodes: pd.DataFrame, through: Mapping[tuple[str, str, int], float], arcs: pd.DataFrame) -> None:
    """One line a relation of an arc, each with a place of its own at both ends, so that no heads meet."""
    lines = []
    for one in arcs.sort_values(["source", "target"]).itertuples():
        if one.source in nodes.index and one.target in nodes.index and one.source != one.target:
            several = str(one.relations).split(";")
            lines += [(one.source, one.target, relation, one.n_rows, 0.3 * (rank - (len(several) - 1) / 2)) for rank, relation in enumerate(several)]  # fmt: skip
    column = nodes["layer"]
    leaves: dict[str, list[tuple[float, int]]] = {}
    comes: dict[str, list[tuple[float, int]]] = {}
    for number, (a, b, *_) in enumerate(lines):
        leaves.setdefault(a, []).append((through.get((a, b, column[a] + 1), nodes.at[b, "y"]), number))
        comes.setdefault(b, []).append((through.get((a, b, column[b] - 1), nodes.at[a, "y"]), number))
    start, end = _ports(leaves, nodes), _ports(comes, nodes)
    lowest = (nodes["y"] + nodes["height"] / 2).max()
    for number, (a, b, relation, n_rows, beside) in enumerate(lines):
        colour, style = RELATIONS.get(relation, RELATIONS["other"])
        pale = not (nodes.at[a, "on_a_way"] and nodes.at[b, "on_a_way"])
        colour = "#A8A8A8" if pale else colour
        x, to = float(column[a]) + _BOX / 2, float(column[b]) - _BOX / 2
        points, codes = [(x, start[number])], [Path.MOVETO]

        def bend(x1: float, y1: float, points: list[Any] = points, codes: list[Any] = codes) -> None:
            x0, y0 = points[-1]
            points.extend([((x0 + x1) / 2, y0), ((x0 + x1) / 2, y1), (x1, y1)])
            codes.extend([Path.CURVE4] * 3)

        for at in range(int(column[a]) + 1, int(column[b])):
            bend(at - _BOX / 2, through[a, b, at] + beside)
            points.append((at + _BOX / 2, through[a, b, at] + beside))
            codes.append(Path.LINETO)
        if column[a] < column[b]:
            bend(to - 0.03, end[number])
        else:  # within a column: around the lower edge of the target; backwards: under everything
            under = float(nodes.at[b, "y"] + nodes.at[b, "height"] / 2) if column[a] == column[b] else float(lowest)
            points += [(x + 0.16, start[number]), (x + 0.16, under + 0.35 + beside / 2), (to - 0.16, under + 0.35 + beside / 2), (to - 0.16, end[number]), (to - 0.03, end[number])]  # fmt: skip
            codes += [Path.LINETO] * 5
        wide = 0.7 + 0.3 * min(int(n_rows), 8)
        ax.add_patch(PathPatch(Path(points, codes), facecolor="none", edgecolor=colour, linestyle=style, linewidth=wide, capstyle="butt", zorder=1))  # fmt: skip
        ax.plot(to - 0.028, end[number], marker=">", markersize=4.2 + 0.6 * wide, color=colour, markeredgewidth=0, linestyle="", zorder=2, clip_on=False)  # fmt: skip


def _ports(ends: Mapping[str, list[tuple[float, int]]], nodes: pd.DataFrame) -> dict[int, float]:
    """Where on the side of its box each line begins or ends, in the order in which the other ends stand."""
    found = {}
    for one, lines in ends.items():
        room = nodes.at[one, "height"] - 0.7
        for rank, (_, number) in enumerate(sorted(lines)):
            found[number] = nodes.at[one, "y"] + room * ((rank + 0.5) / len(lines) - 0.5)
    return found


def _box(ax: Axes, one: Any, say: Reader) -> None:
    """A frame with the name: square for funders, round for those between, dark for groups."""
    dark, pale = one.role == GROUP, not one.on_a_way
    face = "white" if pale or one.role == BETWEEN else "#3A3A3A" if dark else "#E6EEF4"
    edge, style = ("#8A8A8A", ":") if pale else (INK, "-")
    ax.add_patch(_frame(one, 0.0, facecolor=face, edgecolor=edge, linestyle=style, linewidth=1.0, zorder=3))
    colour = "#606060" if pale else "white" if dark else INK
    name = fill(one.label, _WRAP)
    words: dict[str, Any] = {"ha": "center", "fontsize": SMALL, "color": colour, "linespacing": 1.05, "zorder": 5}  # fmt: skip
    if not one.n_groups_cut:
        ax.text(one.x, one.y, name, va="center", **words)
        return
    ax.add_patch(_frame(one, 0.022, facecolor="none", edgecolor=ORANGE, linewidth=1.8, zorder=4))
    said = say.count("alone cuts off {n} group", "alone cuts off {n} groups", int(one.n_groups_cut))
    lines = name.count("\n") + 1
    split = one.y + (lines - len(wrap(said, _WRAP))) / 2
    ax.text(one.x, split - 0.1, name, va="bottom", fontweight="bold", **words)
    ax.text(one.x, split + 0.1, fill(said, _WRAP), va="top", fontstyle="italic", **words)


def _frame(one: Any, inside: float, **drawn: Any) -> Rectangle | FancyBboxPatch:
    """The frame of a box, or one so much narrower inside it (a column is 1 wide; a line of text about a tenth of that)."""
    corner = one.x - _BOX / 2 + inside, one.y - one.height / 2 + 10 * inside
    wide, high = _BOX - 2 * inside, one.height - 20 * inside
    if one.role != BETWEEN:
        return Rectangle(corner, wide, high, **drawn)
    return FancyBboxPatch(corner, wide, high, boxstyle="round,pad=0,rounding_size=0.06", mutation_aspect=10, **drawn)


def _map_key(ax: Axes, nodes: pd.DataFrame, arcs: pd.DataFrame, say: Reader) -> None:
    there = {relation if relation in RELATIONS else "other" for some in arcs["relations"] for relation in str(some).split(";")}  # fmt: skip
    words = {one: say("other relation") if one == "other" else say.label("relation", one) for one in RELATIONS}
    handles: list[Any] = [plt.Line2D([], [], color=RELATIONS[one][0], linestyle=RELATIONS[one][1], linewidth=1.8, label=words[one]) for one in RELATIONS if one in there]  # fmt: skip
    if (nodes["n_groups_cut"] > 0).any():
        handles.append(Rectangle((0, 0), 1, 1, facecolor="white", edgecolor=ORANGE, linewidth=1.8, label=say("second frame: single point of failure")))  # fmt: skip
    if not nodes["on_a_way"].astype(bool).all():
        handles.append(Rectangle((0, 0), 1, 1, facecolor="white", edgecolor="#8A8A8A", linestyle=":", label=say("dotted, pale: on no recorded way to a group")))  # fmt: skip
    figure = ax.get_figure(root=True)
    assert figure is not None
    figure.legend(handles=handles, loc="outside lower center", ncols=2, fontsize=SMALL, title=say("Wider line: more evidence rows"), title_fontsize=SMALL, handlelength=3)  # fmt: skip


def ways_map_alt(layers: pd.DataFrame, arcs: pd.DataFrame, *, say: Reader = ENGLISH) -> str:
    """Say what :func:`ways_map` shows."""
    if layers.empty:
        return say("nothing is recorded")
    nodes = layers[layers["role"] != "bend"].sort_values(["layer", "label"])
    names = nodes.set_index("stakeholder_id")["label"]
    count = nodes["role"].value_counts()
    ties = arcs[arcs["source"].isin(names.index) & arcs["target"].isin(names.index)].sort_values(["source", "target"])
    each = [f"{names[one.source]} → {names[one.target]} ({', '.join(say.label('relation', part) for part in str(one.relations).split(';'))})" for one in ties.itertuples()]  # fmt: skip
    text = say(
        "Map of ways from {a} ultimate funders through {b} between to {c} groups: {arcs}.",
        a=int(count.get(FUNDER, 0)), b=int(count.get(BETWEEN, 0)), c=int(count.get(GROUP, 0)), arcs="; ".join(each),
    )  # fmt: skip
    single, off = nodes[nodes["n_groups_cut"] > 0], nodes.loc[~nodes["on_a_way"].astype(bool), "label"]
    if len(single):
        points = [f"{one.label} ({say.number(int(one.n_groups_cut))})" for one in single.itertuples()]
        text += " " + say("Single points of failure, with the groups that each cuts off: {points}.", points=say.list(points))  # fmt: skip
    else:
        text += " " + say("No single exit cuts a group off.")
    if len(off):
        text += " " + say("On no recorded way to a group: {names}.", names=say.list(off))
    return text
