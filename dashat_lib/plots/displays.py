"""Figures of Miles & Huberman's displays: one plot each. An empty place is no evidence, not absence."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from textwrap import fill

import numpy as np
import pandas as pd
from matplotlib import pyplot as plt
from matplotlib.axes import Axes

from ..tables import Display
from ..words import Reader, reader
from .style import STANCE

ENGLISH = reader("en")
MARKS = {"for": ("✓", STANCE["for"]), "against": ("✗", STANCE["against"]), "mixed": ("±", "#444444"), "neutral": ("○", "#444444"), "none": (".", "#888888")}  # fmt: skip
_SIDES = (("for", STANCE["for"], ""), ("mixed", "#8A8A8A", ""), ("neutral", "#C8C8C8", ""), ("against", STANCE["against"], "///"))  # fmt: skip


def _grid(
    ax: Axes, rows: Mapping[str, str], columns: Mapping[str, str], bold: Collection[str], *, width: int = 24
) -> None:
    """Headings at the left and on top, thin lines between, whole indicators in bold."""
    ax.set_xlim(-0.5, len(columns) - 0.5)
    ax.set_ylim(len(rows) - 0.5, -0.5)
    ax.set_yticks(range(len(rows)), [fill(one, 34) for one in rows.values()], fontsize=7)
    ax.set_xticks(range(len(columns)), [fill(one, width) for one in columns.values()], fontsize=6.5, rotation=90)  # fmt: skip
    ax.xaxis.tick_top()
    ax.tick_params(length=0)
    for label, key in [*zip(ax.get_yticklabels(), rows, strict=True), *zip(ax.get_xticklabels(), columns, strict=True)]:
        label.set_fontweight("bold" if key in bold else "normal")
    ax.set_xticks(np.arange(-0.5, len(columns)), minor=True)
    ax.set_yticks(np.arange(-0.5, len(rows)), minor=True)
    ax.grid(which="minor", color="#E4E4E4", linewidth=0.6)
    ax.tick_params(which="minor", length=0)
    for spine in ax.spines.values():
        spine.set_visible(False)


def checklist_marks(
    display: Display, marks: pd.DataFrame, rows: Mapping[str, str], columns: Mapping[str, str], *,
    bold: Collection[str] = (), say: Reader = ENGLISH, ax: Axes | None = None,
) -> Axes:  # fmt: skip
    """Draw a checklist: in each cell a mark (for, against, both, neither, no evidence) and the number of events; for/against where both.

    Parameters
    ----------
    marks : DataFrame
        Keys of :data:`MARKS`, rows and columns as in `display`.
    rows, columns : mapping key -> label
    bold : keys set in bold
    """
    ax = plt.gca() if ax is None else ax
    _grid(ax, rows, columns, bold)
    events, good, bad = (display.table(unit="event_id", stance=stance) for stance in (None, "for", "against"))
    for y, row in enumerate(display.rows):
        for x, column in enumerate(display.columns):
            sign, colour = MARKS[marks.at[row, column]]
            ax.text(x - 0.12, y, sign, ha="center", va="center", color=colour, fontsize=10)
            if events.at[row, column]:
                both = marks.at[row, column] == "mixed"
                sides = [say.number(int(table.at[row, column])) for table in (good, bad)]
                text = "/".join(sides) if both else say.number(int(events.at[row, column]))
                ax.text(x + 0.1, y, text, ha="left", va="center", fontsize=7)
    words = [("for", say("all events for")), ("against", say("all events against")), ("mixed", say("events on both sides")), ("neutral", say("no direction")), ("none", say("no evidence"))]  # fmt: skip
    handles = [plt.Line2D([], [], linestyle="", marker="." if key == "none" else f"${MARKS[key][0]}$", color=MARKS[key][1], label=text) for key, text in words]  # fmt: skip
    ax.legend(handles=handles, loc="upper center", bbox_to_anchor=(0.4, -0.02), ncols=3, fontsize=7)
    return ax


def bubbles(
    display: Display, rows: Mapping[str, str], columns: Mapping[str, str], *,
    bold: Collection[str] = (), say: Reader = ENGLISH, ax: Axes | None = None,
) -> Axes:  # fmt: skip
    """Draw a role-ordered matrix: the area of a mark grows with the events, a ring of the other colour shows those against."""
    ax = plt.gca() if ax is None else ax
    _grid(ax, rows, columns, bold)
    every, against = display.table(unit="event_id"), display.table(unit="event_id", stance="against")
    most = max(int(every.to_numpy().max()), 1)
    y, x = np.nonzero(every.to_numpy())
    n, bad = every.to_numpy()[y, x], against.to_numpy()[y, x]
    size = 40 + 480 * n / most
    ax.scatter(
        x, y, s=size, color="#BFD9EC", edgecolors=STANCE["for"], linewidths=0.8, label=say("events"), clip_on=False
    )
    ax.scatter(x[bad > 0], y[bad > 0], s=40 + 480 * bad[bad > 0] / most, facecolors="none", edgecolors=STANCE["against"],
               linewidths=1.2, label=say("of them against"), clip_on=False)  # fmt: skip
    for at_x, at_y, count in zip(x.tolist(), y.tolist(), n, strict=True):
        ax.text(at_x, at_y, say.number(int(count)), ha="center", va="center", fontsize=6.5)
    legend = ax.legend(loc="upper center", bbox_to_anchor=(0.4, -0.02), ncols=2, fontsize=7)
    for handle in legend.legend_handles:
        handle.set_sizes([60])  # type: ignore[union-attr]
    return ax


def time_strips(
    display: Display, rows: Mapping[str, str], columns: Mapping[str, str], *,
    bold: Collection[str] = (), say: Reader = ENGLISH, ax: Axes | None = None,
) -> Axes:  # fmt: skip
    """Draw a time-ordered matrix: for each row a strip of small bars by period, events for upward, against downward."""
    ax = plt.gca() if ax is None else ax
    _grid(ax, rows, columns, bold)
    ax.set_xticklabels(columns.values(), rotation=0, ha="center", fontsize=7)
    tables = {stance: display.table(unit="event_id", stance=stance).to_numpy() for stance, *_ in _SIDES}
    up = tables["for"] + tables["mixed"] + tables["neutral"]
    most = max(int(np.maximum(up, tables["against"]).max()), 1)
    at_y, at_x = np.mgrid[: len(rows), : len(columns)]
    ground = np.zeros(up.shape)
    for stance, colour, hatch in _SIDES:
        height = 0.46 * np.sqrt(tables[stance] / most)  # roots, so that one event beside thirty can be seen
        height = np.where((height > 0) & (height < 0.07), 0.07, height)
        if stance == "against":
            ax.bar(at_x.ravel(), height.ravel(), 0.5, bottom=at_y.ravel(), color=colour, hatch=hatch, edgecolor="white", linewidth=0, label=say("events against"))  # fmt: skip
            continue
        label = {"for": say("events for"), "mixed": say("mixed"), "neutral": say("no direction")}[stance]
        ax.bar(at_x.ravel(), -height.ravel(), 0.5, bottom=(at_y - ground).ravel(), color=colour, linewidth=0, label=label)  # fmt: skip
        ground = ground + height

    def told(y: int, x: int) -> str:
        bare = tables["mixed"][y, x] + tables["neutral"][y, x]
        return f"{tables['for'][y, x]} / {tables['against'][y, x]}" + (f" / {bare}" if bare else "")

    for x, y in zip(at_x.ravel(), at_y.ravel(), strict=True):
        if up[y, x] or tables["against"][y, x]:
            ax.text(x + 0.28, y, told(y, x), fontsize=5.8, va="center", ha="left", color="#333333")  # fmt: skip
    ax.hlines(range(len(rows)), -0.5, len(columns) - 0.5, color="#999999", linewidth=0.5)
    ax.legend(loc="upper center", bbox_to_anchor=(0.4, -0.02), ncols=4, fontsize=7)
    return ax


def effect_bars(
    display: Display,
    rows: Mapping[str, str],
    columns: Mapping[str, str],
    *,
    say: Reader = ENGLISH,
    ax: Axes | None = None,
) -> Axes:
    """Draw an effects matrix: for each outcome and kind of source the events for (right) and against (left)."""
    ax = plt.gca() if ax is None else ax
    table = {stance: display.table(unit="event_id", stance=stance) for stance, *_ in _SIDES}
    pairs = [(row, column) for row in display.rows for column in display.columns if display.support(row, column)]
    left = np.zeros(len(pairs))
    at = np.arange(len(pairs))
    for stance, colour, hatch in _SIDES:
        n = np.array([table[stance].at[row, column] for row, column in pairs])
        label = {"for": say("events for"), "mixed": say("mixed"), "neutral": say("no direction"), "against": say("events against")}[stance]  # fmt: skip
        if stance == "against":
            ax.barh(at, -n, color=colour, hatch=hatch, edgecolor="white", label=label)
        else:
            ax.barh(at, n, left=left, color=colour, label=label)
            left = left + n
    ax.axvline(0, color="black", linewidth=0.8)
    ax.set_yticks(at, [f"{rows[row]} – {columns[column]}" for row, column in pairs], fontsize=7.5)
    ax.invert_yaxis()
    ax.xaxis.set_major_formatter(lambda value, _: say.number(abs(int(value))))
    ax.set_xlabel(say("events"))
    ax.legend(loc="lower right", fontsize=7)
    return ax


def cover(
    display: Display, rows: Mapping[str, str], columns: Mapping[str, str], *, unit: str = "evidence_id",
    bold: Collection[str] = (), say: Reader = ENGLISH, ax: Axes | None = None,
) -> Axes:  # fmt: skip
    """Draw where a conceptually clustered or a framework matrix holds evidence: the darker, the more; the number stands in the cell."""
    ax = plt.gca() if ax is None else ax
    _grid(ax, rows, columns, bold)
    table = display.table(unit=unit).to_numpy()
    shade = np.ma.masked_equal(np.sqrt(table), 0)
    ax.imshow(shade, cmap="Blues", vmin=0, vmax=1.6 * np.sqrt(max(table.max(), 1)), aspect="auto")
    for y, x in zip(*np.nonzero(table), strict=True):
        dark = table[y, x] > 0.6 * table.max()
        ax.text(
            x,
            y,
            say.number(int(table[y, x])),
            ha="center",
            va="center",
            fontsize=6.5,
            color="white" if dark else "black",
        )
    return ax


SIZES = {"checklist": (17, 12), "concepts": (18, 9), "roles": (18, 9), "times": (17, 13), "effects": (16, 7), "framework": (18, 28), "actors": (13, 20)}  # fmt: skip


def draw(
    display: Display, rows: Mapping[str, str], columns: Mapping[str, str], *, marks: pd.DataFrame | None = None,
    bold: Collection[str] = (), say: Reader = ENGLISH, ax: Axes | None = None,
) -> Axes:  # fmt: skip
    """Draw a display of Miles & Huberman's set by its own plot; :data:`SIZES` has the centimetres that fit.

    Parameters
    ----------
    marks : DataFrame
        For a checklist (:func:`checklist_marks`).
    """
    if display.name == "checklist":
        if marks is None:
            raise ValueError("a checklist is drawn from its marks: give them as marks=")
        return checklist_marks(display, marks, rows, columns, bold=bold, say=say, ax=ax)
    if display.name == "effects":
        return effect_bars(display, rows, columns, say=say, ax=ax)
    if display.name in ("concepts", "framework"):
        return cover(
            display,
            rows,
            columns,
            unit=UNITS.get(display.name, "event_id"),
            bold=bold,
            say=say,
            ax=ax,
        )
    return {"roles": bubbles, "actors": bubbles, "times": time_strips}[display.name](
        display, rows, columns, bold=bold, say=say, ax=ax
    )


UNITS = {"framework": "evidence_id"}  # what is read is rows; every other display counts events


def display_alt(display: Display, rows: Mapping[str, str], columns: Mapping[str, str], *, say: Reader = ENGLISH) -> str:
    """Say what the figure of a display shows: its size, how much of it is empty, the fullest cells."""
    table = display.table(unit=UNITS.get(display.name, "event_id"))
    first = table.stack().sort_values(ascending=False, kind="stable").head(3)
    parts = [say("{row} with {column} {n}", row=rows[row], column=columns[column], n=int(n)) for (row, column), n in first.items()]  # fmt: skip
    return say(
        "{title}: {n} rows by {m} columns, {empty} cells without evidence. Fullest: {parts}.",
        title=say.label("display", display.name), n=len(rows), m=len(columns), empty=int((table.to_numpy() == 0).sum()), parts="; ".join(parts),
    )  # fmt: skip
