"""Figures of data reduction: codes by stance, codes by attribute, and whether new sources bring new codes."""

from __future__ import annotations

import math
from textwrap import fill

import numpy as np
import pandas as pd
from matplotlib import pyplot as plt
from matplotlib.axes import Axes
from matplotlib.patches import PathPatch
from matplotlib.path import Path as MplPath

from ..words import Reader, reader
from .style import SECTOR, STANCE

ENGLISH = reader("en")
SURE = 0.05


def stance_bars(counts: pd.DataFrame, *, say: Reader = ENGLISH, ax: Axes | None = None) -> Axes:
    """Draw, for each code, the rows for (right) and against (left), and in grey those without a side.

    Parameters
    ----------
    counts : DataFrame, one row a code, first on top
        ``label, depth`` (0 for a top code), ``n_for, n_against, n_mixed, n_neutral``.
    """
    ax = plt.gca() if ax is None else ax
    rows = counts.reset_index(drop=True)
    bare = rows["n_mixed"] + rows["n_neutral"]
    ax.barh(rows.index, rows["n_for"], color=STANCE["for"], label=say("rows for"))
    ax.barh(rows.index, bare, left=rows["n_for"], color="#C8C8C8", label=say("rows mixed or neutral"))
    ax.barh(
        rows.index,
        -rows["n_against"],
        color=STANCE["against"],
        hatch="///",
        edgecolor="white",
        label=say("rows against"),
    )
    ax.axvline(0, color="black", linewidth=0.8)
    ax.set_yticks(rows.index, ["    " * int(one.depth) + one.label for one in rows.itertuples()], fontsize=7)
    for label, depth in zip(ax.get_yticklabels(), rows["depth"], strict=True):
        label.set_fontweight("bold" if depth == 0 else "normal")
    ax.invert_yaxis()
    ax.xaxis.set_major_formatter(lambda value, _: say.number(abs(int(value))))
    ax.set_xlabel(say("evidence rows"))
    ax.legend(loc="lower right")
    return ax


def stance_bars_alt(counts: pd.DataFrame, *, say: Reader = ENGLISH) -> str:
    """Say what :func:`stance_bars` shows."""
    top = counts[counts["depth"] == 0].nlargest(5, "n_rows")
    parts = [
        say("{label}: {n_for} rows for, {n_against} against", label=one.label, n_for=int(one.n_for), n_against=int(one.n_against))
        for one in top.itertuples()
    ]  # fmt: skip
    return say("Bars of rows for and against each code. {parts}.", parts="; ".join(parts))


def code_heat(table: pd.DataFrame, *, say: Reader = ENGLISH, ax: Axes | None = None) -> Axes:
    """Draw codes by an attribute as a heat map, similar codes beside each other; an empty cell is no evidence, not absence.

    Parameters
    ----------
    table : DataFrame
        Index and columns are labels, cells numbers of evidence rows.
    """
    import seaborn

    ax = plt.gca() if ax is None else ax
    ordered = table.iloc[alike(table)]
    marks = ordered.map(lambda n: say.number(int(n)) if n else "")
    seaborn.heatmap(
        ordered, mask=ordered == 0, annot=marks, fmt="", cmap="Blues", cbar=False, linewidths=0.5, linecolor="white",
        annot_kws={"fontsize": 6.5}, xticklabels=True, yticklabels=True, ax=ax,
    )  # fmt: skip
    ax.xaxis.tick_top()
    ax.tick_params(length=0, labelsize=7)
    ax.tick_params(axis="x", rotation=30)
    ax.set(xlabel="", ylabel="")
    return ax


def alike(table: pd.DataFrame) -> list[int]:
    """Return an order of the rows in which those of similar shares stand beside each other."""
    from scipy.cluster.hierarchy import leaves_list, linkage

    shares = table.div(table.sum(axis=1).where(lambda total: total > 0, 1), axis=0)
    if len(table) < 3:
        return list(range(len(table)))
    return [int(one) for one in leaves_list(linkage(shares.to_numpy(), method="average", optimal_ordering=True))]


def code_heat_alt(table: pd.DataFrame, *, say: Reader = ENGLISH) -> str:
    """Say what :func:`code_heat` shows."""
    cells = table.stack()
    first = cells.sort_values(ascending=False, kind="stable").head(3)
    parts = [say("{code} with {key} {n}", code=code, key=key, n=int(n)) for (code, key), n in first.items()]
    empty = int((table == 0).to_numpy().sum())
    return say("Table of {n} codes by {m} values; {empty} cells are empty. Most rows: {parts}.", n=len(table), m=table.shape[1], empty=empty, parts="; ".join(parts))  # fmt: skip


def code_network(
    circle: pd.DataFrame, pairs: pd.DataFrame, codes: pd.DataFrame, *, say: Reader = ENGLISH, ax: Axes | None = None
) -> Axes:
    """Draw codes on a circle and a line between each two that meet: wider with more rows, dark where more often than chance.

    Parameters
    ----------
    circle : DataFrame, in order around the circle
        ``code, root, angle, x, y``.
    pairs : DataFrame
        ``one, other, n_both, q``.
    codes : DataFrame
        ``code, label, n_rows, root_label``.
    """
    ax = plt.gca() if ax is None else ax
    at = circle.set_index("code")[["x", "y"]]
    for one in pairs.assign(sure=pairs["q"] < SURE).sort_values(["sure", "n_both"]).itertuples():
        ends = [tuple(at.loc[code]) for code in (one.one, one.other)]
        path = MplPath([ends[0], (0.25 * (ends[0][0] + ends[1][0]), 0.25 * (ends[0][1] + ends[1][1])), ends[1]], [MplPath.MOVETO, MplPath.CURVE3, MplPath.CURVE3])  # fmt: skip
        colour = "#222222" if one.sure else "#A8A8A8"
        ax.add_patch(PathPatch(path, facecolor="none", edgecolor=colour, linewidth=0.5 + 0.5 * min(one.n_both, 10), alpha=0.8, zorder=1))  # fmt: skip
    table = circle.merge(codes, on="code", sort=False)
    groups = table.groupby("root_label", sort=False)
    for (_, part), (colour, marker) in zip(groups, _shapes(groups.ngroups), strict=True):
        ax.scatter(part["x"], part["y"], s=20 + 4 * part["n_rows"], c=colour, marker=marker, edgecolors="white", linewidths=0.6, zorder=2)  # fmt: skip
    for one in table.itertuples():
        right = math.sin(one.angle) >= 0
        turned = math.degrees(math.pi / 2 - one.angle) + (0 if right else 180)
        ax.text(1.1 * one.x, 1.1 * one.y, f"{one.label} ({say.number(int(one.n_rows))})", rotation=turned, rotation_mode="anchor",
                ha="left" if right else "right", va="center", fontsize=6.5, fontweight="bold" if one.code == one.root else "normal")  # fmt: skip
    handles = [plt.Line2D([], [], color="#222222"), plt.Line2D([], [], color="#A8A8A8")]
    words = [
        say("more often than chance within sources (q < {q})", q=SURE),
        say("no more than chance, or too few rows to tell"),
    ]
    ax.legend(handles, words, loc="upper center", bbox_to_anchor=(0.5, -0.01), ncols=1, fontsize=7)
    ax.set(xlim=(-1.9, 1.9), ylim=(-1.95, 1.85), aspect="equal")
    ax.set_axis_off()
    return ax


def _shapes(n: int) -> list[tuple[str, str]]:
    """Colours with marks, repeated where there are more codes than either."""
    kinds = list(SECTOR.values())
    return [kinds[at % len(kinds)] for at in range(n)]


def code_network_alt(pairs: pd.DataFrame, codes: pd.DataFrame, *, say: Reader = ENGLISH) -> str:
    """Say what :func:`code_network` shows."""
    label = codes.set_index("code")["label"]
    sure = pairs[pairs["q"] < SURE].head(5)
    parts = [
        say("{one} with {other} {n}", one=label[one.one], other=label[one.other], n=int(one.n_both))
        for one in sure.itertuples()
    ]
    return say("Network of {n} codes joined by {m} pairs that meet in a row. More often than chance: {parts}.", n=len(codes), m=len(pairs), parts="; ".join(parts) or say("none"))  # fmt: skip


def saturation_lines(curve: pd.DataFrame, axes: list[Axes], *, say: Reader = ENGLISH) -> list[Axes]:
    """Draw the codes seen after each source in order of publication, and the band of random orders.

    Parameters
    ----------
    curve : DataFrame
        ``watched, n_sources, n_codes, median, lower, upper``.
    axes : one Axes a thing watched, in the order they come
    """
    for ax, (watched, part) in zip(axes, curve.groupby("watched", sort=False), strict=True):
        ax.fill_between(
            part["n_sources"], part["lower"], part["upper"], color="#CFE3F0", label=say("random orders, 5 to 95 %")
        )
        ax.plot(part["n_sources"], part["median"], color=STANCE["for"], linestyle="--", label=say("their median"))
        ax.plot(part["n_sources"], part["n_codes"], color="black", linewidth=1.2, label=say("in order of publication"))
        ax.set_title(fill(say.label("watched", str(watched)), 24))
        ax.set_ylim(0, max(float(part["upper"].max()), 1) * 1.08)
        ax.set_xlabel(say("sources"))
    axes[0].set_ylabel(say("different codes seen"))
    axes[0].figure.legend(handles=axes[0].get_legend_handles_labels()[0], loc="outside lower center", ncols=3)
    return axes


def saturation_lines_alt(curve: pd.DataFrame, *, say: Reader = ENGLISH) -> str:
    """Say what :func:`saturation_lines` shows."""
    parts = []
    for watched, part in curve.groupby("watched", sort=False):
        final = int(part["n_codes"].iloc[-1])
        half = int(np.searchsorted(part["n_codes"], final / 2) + 1)
        parts.append(
            say("{watched}: {final} after {n} sources, half of them after {half}", watched=say.label("watched", str(watched)), final=final, n=len(part), half=half)
        )  # fmt: skip
    return say("Curves of different codes seen by number of sources. {parts}.", parts="; ".join(parts))
