"""Figures of stakeholder classes: the grid of power and interest."""

from __future__ import annotations

from textwrap import fill

import pandas as pd
from matplotlib import pyplot as plt
from matplotlib.axes import Axes

from ..words import Reader, reader

ENGLISH = reader("en")
_NAMES = 9  # names written in a cell of the grid; more are counted


def power_interest_grid(table: pd.DataFrame, *, cut: float, say: Reader = ENGLISH, ax: Axes | None = None) -> Axes:
    """Draw how many stakeholders stand at each score of power (up) and interest (right), the cut, and names where they are few.

    Parameters
    ----------
    table : DataFrame
        ``power, interest`` (scores), ``label`` (name), ``moves`` (changes quadrant when the cut is moved by one step: in italics).
    cut : float
        A value on it counts as high.
    """
    ax = plt.gca() if ax is None else ax
    most = int(max(table["power"].max(), table["interest"].max(), 4))
    for (power, interest), part in table.groupby(["power", "interest"]):
        ax.scatter(
            interest,
            power,
            s=60 + 14 * len(part),
            color="#BFD9EC",
            edgecolors="#0072B2",
            linewidths=0.8,
            zorder=2,
        )
        ax.text(interest, power, say.number(len(part)), ha="center", va="center", fontsize=7, zorder=3)
        if len(part) <= _NAMES:
            moving = part["moves"].astype(bool).all()
            ax.text(interest, power - 0.17, "\n".join(fill(one, 17) for one in sorted(part["label"])), ha="center", va="top", fontsize=5.6,
                    fontstyle="italic" if moving else "normal", linespacing=1.05, zorder=3,
                    bbox={"facecolor": "white", "edgecolor": "none", "pad": 0.6, "alpha": 0.9})  # fmt: skip
    ax.axhline(cut - 0.86, color="#444444", linewidth=0.9, linestyle="--")
    ax.axvline(cut - 0.5, color="#444444", linewidth=0.9, linestyle="--")
    corners = {
        "context_setter": (-0.47, most + 0.52, "left"),
        "player": (most + 0.47, most + 0.52, "right"),
        "crowd": (-0.47, -0.92, "left"),
        "subject": (most + 0.47, -0.92, "right"),
    }
    for word, (x, y, side) in corners.items():
        ax.text(x, y, say.label("class", word), ha=side, va="center", fontsize=9, fontweight="bold", color="#444444")
    ax.set(
        xlim=(-0.55, most + 0.55), ylim=(-1.05, most + 0.7), xlabel=say("interest (score)"), ylabel=say("power (score)")
    )
    ax.set_xticks(range(most + 1))
    ax.set_yticks(range(most + 1))
    return ax


def power_interest_grid_alt(table: pd.DataFrame, *, say: Reader = ENGLISH) -> str:
    """Say what :func:`power_interest_grid` shows."""
    n = table["quadrant"].value_counts()
    parts = [
        f"{say.label('class', word)} {say.number(int(n.get(word, 0)))}"
        for word in ("player", "subject", "context_setter", "crowd")
    ]
    return say(
        "Grid of {n} stakeholders by power and interest: {parts}. {moves} change their quadrant when the cut is moved by one step.",
        n=len(table), parts=", ".join(parts), moves=int(table["moves"].astype(bool).sum()),
    )  # fmt: skip
