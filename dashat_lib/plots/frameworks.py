"""Figures of several frameworks on the same evidence: verdicts dimension by dimension, and which codes have a place where."""

from __future__ import annotations

from collections.abc import Iterable
from textwrap import fill

import pandas as pd
from matplotlib import pyplot as plt
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.patches import Rectangle

from ..words import Reader, reader
from .style import STANCE, VERDICT

ENGLISH = reader("en")
NO_CODE = "no_code"
STATES = ("supported", "contested", "contradicted", "undecidable", NO_CODE)
_GREY = "#555555"
_FIRST = 2.4  # where the elements of a strip begin


def _box(ax: Axes, x: float, y: float, state: str, *, half: float = 0.4) -> None:
    """A verdict as a box: its mark in black on its colour; without a code an empty box with a broken border."""
    if state == NO_CODE:
        ax.add_patch(
            Rectangle(
                (x - half, y - 0.4), 2 * half, 0.8, fill=False, edgecolor=_GREY, linestyle=(0, (2, 1.5)), linewidth=0.8
            )
        )
        return
    colour, mark = VERDICT[state]
    ax.add_patch(Rectangle((x - half, y - 0.4), 2 * half, 0.8, facecolor=colour, alpha=0.3, edgecolor="none"))
    ax.text(x, y, mark, ha="center", va="center", fontsize=8.5, color="black")


def _legend(ax: Axes, states: Iterable[str], say: Reader, *, below: float, columns: int = 5) -> None:
    handles = [
        Rectangle((0, 0), 1, 1, fill=False, edgecolor=_GREY, linestyle=(0, (2, 1.5))) if state == NO_CODE
        else Line2D([], [], linestyle="", marker=f"${VERDICT[state][1]}$", markersize=7, color="black",
                    markerfacecolor="black", markeredgewidth=0.2)
        for state in states
    ]  # fmt: skip
    words = [say.label("verdict", state) for state in states]
    ax.legend(handles, words, loc="upper center", bbox_to_anchor=(0.3, below), ncols=columns, fontsize=7.5, handletextpad=0.5, columnspacing=1.4)  # fmt: skip


def _heading(framework: str, status: str, say: Reader) -> str:
    return f"{say.label('framework', framework)}: {say.label('status', status)}"


def verdict_strips(table: pd.DataFrame, *, say: Reader = ENGLISH, ax: Axes | None = None) -> Axes:
    """Draw every framework as a strip: one row a dimension, its own verdict first, then those of its elements in their order.

    Parameters
    ----------
    table : DataFrame
        :func:`dashat_lib.frameworks.scored`.
    """
    ax = plt.gca() if ax is None else ax
    y, ticks, most = 0.0, [], _FIRST
    for framework, part in table.groupby("framework", sort=False):
        status = "proposed" if (part["status"] == "proposed").any() else "codebook"
        ax.text(-0.5, y, _heading(str(framework), status, say), fontsize=8.5, fontweight="bold", va="center", ha="left")
        for _, dimension in part.groupby("dimension_id", sort=False):
            y += 1
            whole = dimension[dimension["element_id"].isna()].iloc[0]
            elements = dimension[dimension["element_id"].notna()]
            _box(ax, 0, y, whole["state"], half=0.45)
            ax.text(0.6, y, f"{int(whole['n_for'])} / {int(whole['n_against'])}", fontsize=7.5, va="center", ha="left")
            for at, state in enumerate(elements["state"]):
                _box(ax, at + _FIRST, y, state)
            most = max(most, len(elements) + _FIRST)
            ticks.append((y, say.column(whole, "label")))
        y += 1.5
    ax.axvline(_FIRST - 0.6, color="#BBBBBB", linewidth=0.8)
    ax.set_xlim(-0.6, most)
    ax.set_ylim(y - 0.8, -2)
    heads = (
        (1.7, say("dimension, events for / against"), "right"),
        (_FIRST - 0.45, say("its elements, in the framework's order"), "left"),
    )
    for x, head, side in heads:
        ax.text(x, -1.1, head, fontsize=7.5, ha=side, va="center", color=_GREY)
    ax.set_yticks([at for at, _ in ticks], [fill(name, 60) for _, name in ticks], fontsize=7.5)
    ax.set_xticks([])
    ax.tick_params(length=0)
    ax.spines[:].set_visible(False)
    _legend(ax, [state for state in STATES if (table["state"] == state).any()], say, below=0.0)
    return ax


def verdict_strips_alt(table: pd.DataFrame, *, say: Reader = ENGLISH) -> str:
    """Say what :func:`verdict_strips` shows."""
    parts = []
    for framework, part in table.groupby("framework", sort=False):
        whole = part[part["element_id"].isna()]
        said = [f"{say.column(one, 'label')}: {say.label('verdict', one['state'])}" for _, one in whole.iterrows()]
        n = int((part["state"] == NO_CODE).sum())
        bare = say.count("{n} element has no code", "{n} elements have no code", n) if n else None
        parts.append(f"{say.label('framework', str(framework))}: {'; '.join([*said, *([bare] if bare else [])])}")
    return say("Verdicts by dimension under each framework, on the same evidence. {parts}.", parts=". ".join(parts))


def framework_rows(table: pd.DataFrame, *, say: Reader = ENGLISH, ax: Axes | None = None) -> Axes:
    """Draw one framework in full: one row a dimension or element, its verdict, events for and against, source families, rows on the focal place.

    Parameters
    ----------
    table : DataFrame, the rows of one framework
        :func:`dashat_lib.frameworks.page` (or scored).
    """
    ax = plt.gca() if ax is None else ax
    rows = table.reset_index(drop=True)
    whole = rows["element_id"].isna()
    edge = max(int(rows.loc[~whole, "n_for"].max()) if (~whole).any() else 1, int(rows["n_for"].max()), 1)
    for at, one in rows.iterrows():
        bare = one["state"] == NO_CODE
        if not bare:
            ax.barh(at, one["n_for"], height=0.6, color=STANCE["for"], alpha=1.0 if whole[at] else 0.75)
            ax.barh(
                at, -one["n_against"], height=0.6, color=STANCE["against"], hatch="////", edgecolor="white", linewidth=0
            )
            ax.text(one["n_for"] + edge * 0.02, at, f"{one['n_for']} / {one['n_against']}", va="center", fontsize=7)
        mark = "" if bare else VERDICT[one["state"]][1]
        ax.text(edge * 1.5, at, mark, va="center", ha="center", fontsize=8.5, color="black")
        marks = (
            ""
            if pd.isna(one["qualifier"]) or "fragile" not in str(one["qualifier"])
            else f" ({say.label('qualifier', 'fragile')})"
        )
        text = say.label("verdict", one["state"]) + marks
        ax.text(
            edge * 1.57,
            at,
            text,
            va="center",
            fontsize=7,
            fontstyle="italic" if bare else "normal",
            color=_GREY if bare else "black",
        )
        for x, value in ((3.0, one["n_families"]), (3.6, one["n_rows_focal"])):
            ax.text(edge * x, at, "–" if bare else say.number(int(value)), va="center", ha="center", fontsize=7)
    heads = (
        (1.57, say("verdict"), "left"),
        (3.0, say("source\nfamilies"), "center"),
        (3.6, say("rows on\nthe focal place"), "center"),
    )
    for x, head, side in heads:
        ax.text(edge * x, -0.9, head, ha=side, va="bottom", fontsize=6.5, color=_GREY, linespacing=1.0)
    ax.axvline(0, color="black", linewidth=0.8)
    names = [say.column(one, "label") for _, one in rows.iterrows()]
    ax.set_yticks(rows.index, [fill(name, 62) for name in names], fontsize=7)
    for label, part in zip(ax.get_yticklabels(), whole, strict=True):
        label.set_fontweight("bold" if part else "normal")
    ax.set_ylim(len(rows) - 0.4, -0.8)
    ax.set_xlim(-max(int(rows["n_against"].max()) * 1.15, edge * 0.05), edge * 3.95)
    ticks = [tick for tick in ax.get_xticks() if ax.get_xlim()[0] <= tick <= edge * 1.05]
    ax.set_xticks(ticks, [say.number(abs(int(tick))) for tick in ticks])
    ax.set_xlabel(say("events for (right) and against (left, hatched)"), loc="left", fontsize=7.5)
    ax.tick_params(axis="y", length=0)
    ax.spines["left"].set_visible(False)
    return ax


def framework_rows_alt(table: pd.DataFrame, *, say: Reader = ENGLISH) -> str:
    """Say what :func:`framework_rows` shows."""
    parts = [
        say("{label}: {n_for} events for, {n_against} against, {verdict}", label=say.column(one, "label"), n_for=int(one["n_for"]),
            n_against=int(one["n_against"]), verdict=say.label("verdict", one["state"])) if one["state"] != NO_CODE
        else f"{say.column(one, 'label')}: {say.label('verdict', NO_CODE)}"
        for _, one in table.iterrows()
    ]  # fmt: skip
    status = "proposed" if (table["status"] == "proposed").any() else "codebook"
    heading = _heading(str(table["framework"].iloc[0]), status, say)
    return say(
        "Dimensions and elements of {heading}, with events for and against. {parts}.",
        heading=heading,
        parts="; ".join(parts),
    )


def code_places(codes: pd.DataFrame, frameworks: list[str], *, say: Reader = ENGLISH, ax: Axes | None = None) -> Axes:
    """Draw which code has a place in which framework, and how many events it would leave out where it has none.

    Parameters
    ----------
    codes : DataFrame, one row a code
        :func:`dashat_lib.frameworks.codes_without_place`.
    frameworks : list of str
        Columns, in order.
    """
    ax = plt.gca() if ax is None else ax
    rows = codes.reset_index(drop=True)
    for at, one in rows.iterrows():
        have = set(str(one["frameworks_with"]).split(";"))
        for x, framework in enumerate(frameworks):
            if framework in have:
                ax.plot(x, at, marker="s", markersize=7, color="#333333")
            else:
                ax.plot(
                    x,
                    at,
                    marker="s",
                    markersize=7,
                    markerfacecolor="white",
                    markeredgecolor="#999999",
                    markeredgewidth=0.8,
                )
    edge = max(int(rows["n_events"].max()), 1)
    start, width = len(frameworks) - 0.2, 3.0
    for at, n in enumerate(rows["n_events"]):
        ax.barh(at, width * n / edge, left=start, height=0.6, color="#8FA9BF")
        ax.text(start + width * n / edge + 0.08, at, say.number(int(n)), va="center", fontsize=7)
    ax.set_yticks(rows.index, [say.column(one, "label") for _, one in rows.iterrows()], fontsize=7)
    ax.set_xticks(
        [*range(len(frameworks)), start + width / 2],
        [*(fill(say.label("framework", one), 10) for one in frameworks), say("events with this code")],
        fontsize=7,
    )
    ax.xaxis.tick_top()
    ax.set_xlim(-0.6, start + width + 0.7)
    ax.set_ylim(len(rows) - 0.4, -0.6)
    ax.tick_params(length=0)
    ax.spines[:].set_visible(False)
    handles = [Line2D([], [], linestyle="", marker="s", markersize=7, color="#333333"),
               Line2D([], [], linestyle="", marker="s", markersize=7, markerfacecolor="white", markeredgecolor="#999999")]  # fmt: skip
    ax.legend(
        handles,
        [say("has a place"), say("has none")],
        loc="upper center",
        bbox_to_anchor=(0.4, 0.0),
        ncols=2,
        fontsize=7.5,
    )
    return ax


def code_places_alt(codes: pd.DataFrame, frameworks: list[str], *, say: Reader = ENGLISH) -> str:
    """Say what :func:`code_places` shows."""
    parts = []
    for framework in frameworks:
        without = codes[
            codes["frameworks_without"].fillna("").str.split(";").map(lambda ids, one=framework: one in ids)
        ]
        parts.append(
            say("{framework} has no place for {n} codes", framework=say.label("framework", framework), n=len(without))
        )
    return say("Which code has a place in which framework. {parts}.", parts="; ".join(parts))
