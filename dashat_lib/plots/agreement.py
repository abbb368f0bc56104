"""Figures of agreement: a coefficient never without its interval, and the kind of coders in words."""

from __future__ import annotations

from textwrap import fill

import pandas as pd
from matplotlib import pyplot as plt
from matplotlib.axes import Axes

from ..words import Reader, reader
from .style import STANCE

ENGLISH = reader("en")
FIRM, TENTATIVE = 0.8, 0.667  # Krippendorff's usual reading


def alpha_by_code(table: pd.DataFrame, *, say: Reader = ENGLISH, ax: Axes | None = None) -> Axes:
    """Draw alpha and its interval for each code, firmest first; below, how many codes have no number, and why.

    Parameters
    ----------
    table : DataFrame, one row a code
        ``label, value, lower, upper, n_uses, reason``.
    """
    ax = plt.gca() if ax is None else ax
    order = ["value", "lower", "label"]
    rows = table[table["value"].notna()].sort_values(order, ascending=[False, False, True], ignore_index=True)
    ax.axvspan(FIRM, 1, color="#E8F1E4", linewidth=0, zorder=0)
    ax.axvspan(TENTATIVE, FIRM, color="#F7F1DC", linewidth=0, zorder=0)
    ax.hlines(rows.index, rows["lower"], rows["upper"], color=STANCE["for"], linewidth=1.4)
    ax.plot(rows["value"], rows.index, linestyle="", marker="o", markersize=4, color=STANCE["for"])
    ax.set_yticks(rows.index, [f"{one.label} ({int(one.n_uses)})" for one in rows.itertuples()], fontsize=7)
    ax.set_ylim(len(rows) - 0.4, -0.6)
    ax.set_xlim(min(0, rows["lower"].min()) - 0.02, 1.03)
    ax.xaxis.set_major_formatter(lambda value, _: say.number(round(value, 2)))
    label = say(
        "Krippendorff's alpha with its interval; green: at least {firm}, yellow: at least {tentative}",
        firm=FIRM,
        tentative=TENTATIVE,
    )
    without = table[table["value"].isna()].groupby("reason")["label"].agg(list)
    notes = [
        say("Without a number ({reason}): {labels}.", reason=say.label("reason", str(reason)), labels=", ".join(sorted(labels)))
        for reason, labels in without.items()
    ]  # fmt: skip
    ax.set_xlabel("\n".join([fill(label, 60), *(fill(one, 80) for one in notes)]), loc="left", fontsize=7.5)
    return ax


def alpha_by_code_alt(table: pd.DataFrame, *, say: Reader = ENGLISH) -> str:
    """Say what :func:`alpha_by_code` shows."""
    known = table[table["value"].notna()]
    if known.empty:
        return say("No code has a coefficient.")
    low = known.loc[known["lower"].idxmin()]
    return say(
        "Alpha by code: {n} codes have a number, {m} are too rare or do not vary; values from {least} to {most}. The lowest lower bound is that of {label}, {bound}.",
        n=len(known), m=len(table) - len(known), least=say.number(known["value"].min(), 2), most=say.number(known["value"].max(), 2),
        label=low["label"], bound=say.number(low["lower"], 2),
    )  # fmt: skip


def disagreement_map(table: pd.DataFrame, *, say: Reader = ENGLISH, ax: Axes | None = None) -> Axes:
    """Draw, for each code, how often the coders gave it together, one alone gave it, and they differ in stance.

    Parameters
    ----------
    table : DataFrame, one row a code, most differences first
        ``label, n_same, n_alone, n_stance``.
    """
    ax = plt.gca() if ax is None else ax
    parts = [("n_same", say("given by both, same stance"), "#BBBBBB", ""), ("n_alone", say("given by one alone"), STANCE["against"], "///"), ("n_stance", say("given by both, other stance"), STANCE["for"], "xx")]  # fmt: skip
    left = pd.Series(0, table.index)
    for name, label, colour, hatch in parts:
        ax.barh(table["label"], table[name], left=left, color=colour, hatch=hatch, edgecolor="white", label=label)
        left = left + table[name]
    ax.invert_yaxis()
    ax.tick_params(axis="y", labelsize=7)
    ax.set_xlabel(say("rows and codes"))
    ax.legend(loc="lower right")
    return ax


def disagreement_map_alt(table: pd.DataFrame, *, say: Reader = ENGLISH) -> str:
    """Say what :func:`disagreement_map` shows."""
    first = table.head(5)
    parts = [
        say(
            "{label} {n} of {m}",
            label=one.label,
            n=int(one.n_alone + one.n_stance),
            m=int(one.n_same + one.n_alone + one.n_stance),
        )
        for one in first.itertuples()
    ]
    return say("Where coders differ, by code: {parts}.", parts="; ".join(parts))
