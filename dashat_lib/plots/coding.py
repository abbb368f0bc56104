"""Figures of data reduction: codes by stance, codes by attribute, and whether new sources bring new codes."""

from __future__ import annotations

from textwrap import fill

import numpy as np
import pandas as pd
from matplotlib import pyplot as plt
from matplotlib.axes import Axes

from ..words import Reader, reader
from .style import STANCE

ENGLISH = reader("en")


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
