"""The map of stakeholders."""

from __future__ import annotations

import pandas as pd
from matplotlib import pyplot as plt
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection

from ..words import Reader, reader
from .style import SECTOR

ENGLISH = reader("en")


def network_map(
    positions: pd.DataFrame,
    pairs: pd.DataFrame,
    stakeholders: pd.DataFrame,
    *,
    least: int,
    say: Reader = ENGLISH,
    ax: Axes | None = None,
) -> Axes:
    """Draw stakeholders by sector (colour and shape) and a line for each pair that a tie joins.

    Parameters
    ----------
    positions : DataFrame
        ``stakeholder_id, x, y``.
    pairs : DataFrame
        ``one, other, n_rows``; the line is wider with more evidence rows.
    stakeholders : DataFrame
        ``stakeholder_id, short_name, sector, n_families`` (source families that name it; the mark grows with them).
    least : int
        Names are written where at least so many source families name the stakeholder: what rests on little stays unnamed.
    """
    ax = plt.gca() if ax is None else ax
    at = positions.set_index("stakeholder_id")[["x", "y"]]
    lines = [
        (tuple(at.loc[one]), tuple(at.loc[other])) for one, other in pairs[["one", "other"]].itertuples(index=False)
    ]
    ax.add_collection(
        LineCollection(
            lines, linewidths=0.4 + 0.35 * pairs["n_rows"].clip(upper=8), colors="#9a9a9a", alpha=0.6, zorder=1
        )
    )
    table = stakeholders.merge(positions, on="stakeholder_id")
    for sector, (colour, marker) in SECTOR.items():
        part = table[table["sector"] == sector]
        if part.empty:
            continue
        ax.scatter(part["x"], part["y"], s=18 + 5 * part["n_families"], c=colour, marker=marker, edgecolors="white", linewidths=0.6, zorder=2,
                   label=say.label("sector", sector))  # fmt: skip
    named = table[table["n_families"] >= least].sort_values("n_families", ascending=False)
    taken: list[tuple[float, float, float, float]] = []
    for one in named.itertuples():
        width, height = 0.018 * len(one.short_name), 0.055
        options = [
            (0, 0.06),
            (0, -0.06),
            (width / 2 + 0.05, 0),
            (-width / 2 - 0.05, 0),
            (0, 0.12),
            (0, -0.12),
            (width / 2, 0.1),
            (-width / 2, 0.1),
        ]
        boxes = [(one.x + dx, one.y + dy, width, height) for dx, dy in options]
        free = [box for box in boxes if not any(_meet(box, other) for other in taken)]
        if not free:
            continue
        x, y, *_ = free[0]
        taken.append(free[0])
        text = ax.text(x, y, one.short_name, ha="center", va="center", fontsize=7, zorder=3)
        text.set_bbox({"facecolor": "white", "alpha": 0.75, "edgecolor": "none", "pad": 0.6})
    ax.set_axis_off()
    ax.autoscale_view()
    legend = ax.legend(loc="upper left", bbox_to_anchor=(1.0, 1.0), title=say("Sector"), alignment="left")
    for handle in legend.legend_handles:
        handle.set_sizes([40])  # type: ignore[union-attr]
    ax.text(
        0,
        -0.02,
        say("Named: at least {n} source families. Mark: source families; line: evidence rows.", n=least),
        transform=ax.transAxes,
        fontsize=7,
        va="top",
    )
    return ax


def _meet(one: tuple[float, ...], other: tuple[float, ...]) -> bool:
    return abs(one[0] - other[0]) * 2 < one[2] + other[2] and abs(one[1] - other[1]) * 2 < one[3] + other[3]


def network_map_alt(pairs: pd.DataFrame, stakeholders: pd.DataFrame, *, say: Reader = ENGLISH) -> str:
    """Say what :func:`network_map` shows."""
    drawn = stakeholders[stakeholders["stakeholder_id"].isin(set(pairs["one"]) | set(pairs["other"]))]
    parts = say.list(f"{say.label('sector', str(sector))} {n}" for sector, n in drawn["sector"].value_counts().items())
    return say("Network of {n} stakeholders joined by {m} pairs: {parts}.", n=len(drawn), m=len(pairs), parts=parts)
