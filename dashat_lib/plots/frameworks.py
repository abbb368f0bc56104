"""Figures of several frameworks on the same evidence: verdicts dimension by dimension, and which codes have a place where."""

from __future__ import annotations

from collections.abc import Iterable
from textwrap import fill

import pandas as pd
from matplotlib import pyplot as plt
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.patches import Rectangle
from matplotlib.ticker import MaxNLocator

from ..words import Reader, reader
from .style import STANCE, VERDICT

ENGLISH = reader("en")
NO_CODE = "no_code"
STATES = ("supported", "contested", "contradicted", "undecidable", NO_CODE)
_GREY = "#555555"


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


def _legend(ax: Axes, states: Iterable[str], say: Reader, *, below: float, columns: int = 5, at: float = 0.3) -> None:
    handles = [
        Rectangle((0, 0), 1, 1, fill=False, edgecolor=_GREY, linestyle=(0, (2, 1.5))) if state == NO_CODE
        else Line2D([], [], linestyle="", marker=f"${VERDICT[state][1]}$", markersize=7, color="black",
                    markerfacecolor="black", markeredgewidth=0.2)
        for state in states
    ]  # fmt: skip
    words = [say.label("verdict", state) for state in states]
    ax.legend(handles, words, loc="upper center", bbox_to_anchor=(at, below), ncols=columns, fontsize=7.5, handletextpad=0.5, columnspacing=1.4)  # fmt: skip


def _heading(framework: str, status: str, say: Reader) -> str:
    return f"{say.label('framework', framework)}: {say.label('status', status)}"


def verdict_strips(table: pd.DataFrame, *, say: Reader = ENGLISH, ax: Axes | None = None) -> Axes:
    """Draw every framework as a list, in two columns: each dimension with its verdict and events, its elements under it by name.

    Parameters
    ----------
    table : DataFrame
        :func:`dashat_lib.frameworks.scored`.
    """
    ax = plt.gca() if ax is None else ax
    frameworks = list(dict.fromkeys(table["framework"]))
    heights = {one: (table["framework"] == one).sum() + 2.4 for one in frameworks}
    lowest = 0.0
    for column, names in enumerate(_two_columns(heights)):
        y = 0.0
        for framework in names:
            part = table[table["framework"] == framework]
            _heading_text(ax, column * _WIDE, y, part, say)
            y += 1.5
            for _, one in part.iterrows():
                y = _strip_row(ax, column * _WIDE, y, one, say)
            y += 0.9
        lowest = max(lowest, y)
    ax.set_xlim(-0.1, 2 * _WIDE - 0.1)
    ax.set_ylim(lowest, -0.8)
    ax.set_xticks([])
    ax.set_yticks([])
    ax.spines[:].set_visible(False)
    _legend(ax, [state for state in STATES if (table["state"] == state).any()], say, below=0.0, at=0.5)
    return ax


_WIDE, _LINE = 10.4, 0.62  # width of a column; height of a second line of a name


def _two_columns(heights: dict[str, float]) -> tuple[list[str], list[str]]:
    """Frameworks shared out to two columns, the tallest to the shorter one; the first stays first."""
    columns: tuple[list[str], list[str]] = ([], [])
    tall = [0.0, 0.0]
    first, *rest = heights
    for one in [first, *sorted(rest, key=lambda name: -heights[name])]:
        at = 0 if one == first or tall[0] < tall[1] else 1
        columns[at].append(one)
        tall[at] += heights[one]
    return columns


def _heading_text(ax: Axes, x: float, y: float, part: pd.DataFrame, say: Reader) -> None:
    status = "proposed" if (part["status"] == "proposed").any() else "codebook"
    name, _, how = _heading(str(part["framework"].iloc[0]), status, say).rpartition(": ")
    ax.text(x, y, f"{name} ({how})", fontsize=7, fontweight="bold", va="center", ha="left")


def _strip_row(ax: Axes, x: float, y: float, one: pd.Series, say: Reader) -> float:
    """Draw one dimension or element; return where the next begins."""
    whole = pd.isna(one["element_id"])
    lines = fill(say.column(one, "label"), 40 if whole else 44).split("\n")
    _box(ax, x + (0.35 if whole else 0.85), y, one["state"], half=0.35 if whole else 0.3)
    counts = "" if one["state"] == NO_CODE else f"{int(one['n_for'])} / {int(one['n_against'])}"
    if whole and pd.notna(one.get("n_elements")) and one["n_elements_with_code"] < one["n_elements"]:
        lines[-1] += " " + say("({k} of {n} elements)", k=int(one["n_elements_with_code"]), n=int(one["n_elements"]))
    ax.text(x + (0.9 if whole else 1.3), y - 0.32, "\n".join(lines), fontsize=6.8, va="top", ha="left", linespacing=0.95, fontweight="bold" if whole else "normal")  # fmt: skip
    ax.text(x + _WIDE - 0.7, y, counts, fontsize=6.8, va="center", ha="right")
    return y + 1 + _LINE * (len(lines) - 1)


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
                at,
                -one["n_against"],
                height=0.6,
                facecolor="white",
                hatch="//////",
                edgecolor=STANCE["against"],
                linewidth=0.9,
            )
            ax.text(one["n_for"] + edge * 0.02, at, f"{one['n_for']} / {one['n_against']}", va="center", fontsize=7)
        mark = "" if bare else VERDICT[one["state"]][1]
        ax.text(edge * 1.62, at, mark, va="center", ha="center", fontsize=8.5, color="black")
        marks = (
            ""
            if pd.isna(one["qualifier"]) or "fragile" not in str(one["qualifier"])
            else f" ({say.label('qualifier', 'fragile')})"
        )
        text = say.label("verdict", one["state"]) + marks
        ax.text(
            edge * 1.72,
            at,
            text,
            va="center",
            fontsize=7,
            fontstyle="italic" if bare else "normal",
            color=_GREY if bare else "black",
        )
        for x, value in ((3.55, one["n_families"]), (4.25, one["n_rows_focal"])):
            ax.text(edge * x, at, "–" if bare else say.number(int(value)), va="center", ha="center", fontsize=7)
        if pd.notna(one.get("n_elements")):
            told = f"{int(one['n_elements_with_code'])} / {int(one['n_elements'])}"
            part = 2 * one["n_elements_with_code"] < one["n_elements"]
            ax.text(edge * 5.1, at, told, va="center", ha="center", fontsize=7, fontweight="bold" if part else "normal")
    heads = (
        (1.72, say("verdict"), "left"),
        (3.55, say("source\nfamilies"), "center"),
        (4.25, say("rows on\nthe focal place"), "center"),
        (5.1, say("elements\nwith a code"), "center"),
    )
    for x, head, side in heads:
        ax.text(edge * x, -0.9, head, ha=side, va="bottom", fontsize=6.5, color=_GREY, linespacing=1.0)
    ax.axvline(0, color="black", linewidth=0.8)
    names = [say.column(one, "label") for _, one in rows.iterrows()]
    ax.set_yticks(rows.index, [fill(name, 46) for name in names], fontsize=7, linespacing=0.9)
    for label, part in zip(ax.get_yticklabels(), whole, strict=True):
        label.set_fontweight("bold" if part else "normal")
    ax.set_ylim(len(rows) - 0.4, -0.8)
    ax.set_xlim(-max(int(rows["n_against"].max()) * 1.15, edge * 0.05), edge * 5.5)
    ticks = [tick for tick in MaxNLocator(3).tick_values(0, edge) if tick <= edge * 1.05]
    ax.set_xticks(ticks, [say.number(abs(int(tick))) for tick in ticks])
    ax.set_xlabel(say("events for (right) and against (left, hatched)"), loc="left", fontsize=7.5)
    ax.tick_params(axis="y", length=0)
    ax.spines["left"].set_visible(False)
    ax.spines["bottom"].set_bounds(ax.get_xlim()[0], edge * 1.05)
    status = "proposed" if (rows["status"] == "proposed").any() else "codebook"
    ax.set_title(_heading(str(rows["framework"].iloc[0]), status, say), fontsize=8.5, fontweight="bold", pad=26)
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
