"""Where a name stands beside its mark: near it, over no other name, hiding as few marks as can be."""

from __future__ import annotations

import pandas as pd
from matplotlib.axes import Axes

Box = tuple[float, float, float, float]
_NEAR, _FAR = 0.06, 0.2


def place_names(ax: Axes, named: pd.DataFrame, marks: pd.DataFrame, *, size: float = 7) -> None:
    """Write names beside their marks on a map whose positions span about -1 to 1; one that finds no room is left out.

    To be called last, when everything else is drawn: room is measured on the axes as they are laid out.

    Parameters
    ----------
    named : DataFrame, most important first
        ``name, x, y``.
    marks : DataFrame
        ``x, y`` of every mark.
    size : float
        Points.
    """
    figure = ax.get_figure(root=True)
    assert figure is not None
    figure.draw_without_rendering()
    to_data = ax.transData.inverted()
    taken: list[Box] = []
    points = list(zip(marks["x"], marks["y"], strict=True))
    for one in named.itertuples():
        text = ax.text(one.x, one.y, one.name, ha="center", va="center", fontsize=size, zorder=3)
        text.set_in_layout(False)
        (left, low), (right, high) = to_data.transform(text.get_window_extent().padded(1.5).get_points())
        width, height = right - left, high - low
        boxes = [(one.x + dx, one.y + dy, width, height) for dx, dy in _around(width)]
        free = [box for box in boxes if not any(_meet(box, other) for other in taken)]
        if not free:
            text.remove()
            continue
        best = min(free, key=lambda box: sum(_covers(box, point) for point in points))  # the first that hides least
        x, y, *_ = best
        taken.append(best)
        text.set_position((x, y))
        text.set_bbox({"facecolor": "white", "alpha": 0.75, "edgecolor": "none", "pad": 0.6})
        if abs(y - one.y) > 2 * _NEAR or abs(x - one.x) > width / 2 + 2 * _NEAR:  # it stands off: it points to its mark
            ax.plot([one.x, x], [one.y, y], color="#333333", linewidth=0.4, zorder=2, scalex=False, scaley=False)


def _around(width: float) -> list[tuple[float, float]]:
    """Places about a mark, the nearest first."""
    return [
        place
        for reach in (_NEAR, _FAR)
        for place in [
            (0, reach), (0, -reach), (width / 2 + reach, 0), (-width / 2 - reach, 0),
            (width / 2, reach), (-width / 2, reach), (width / 2, -reach), (-width / 2, -reach),
        ]
    ]  # fmt: skip


def _covers(box: Box, mark: tuple[float, float]) -> bool:
    return abs(box[0] - mark[0]) * 2 < box[2] + 0.03 and abs(box[1] - mark[1]) * 2 < box[3] + 0.03


def _meet(one: Box, other: Box) -> bool:
    return abs(one[0] - other[0]) * 2 < one[2] + other[2] and abs(one[1] - other[1]) * 2 < one[3] + other[3]
