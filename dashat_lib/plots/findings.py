"""Figures of findings: indicators for and against, prevalence with survey and weighing apart, sources in conflict."""

from __future__ import annotations

from textwrap import fill

import pandas as pd
from matplotlib import pyplot as plt
from matplotlib.axes import Axes

from ..words import Reader, reader
from .style import STANCE, VERDICT

ENGLISH = reader("en")
_NEAR = 2.5  # percentage points between two values whose numbers would meet
_RING = 0.03  # rings nearer than this stand one above the other


def verdict_bars(verdicts: pd.DataFrame, *, say: Reader = ENGLISH, ax: Axes | None = None) -> Axes:
    """Draw, for each indicator and element, the events for (right) and against (left), and the verdict in words.

    Parameters
    ----------
    verdicts : DataFrame, one row per element at one place
        ``element_id, label_<language>, n_for, n_against, verdict, qualifier`` (:func:`dashat_lib.indicators.verdicts`).
    """
    ax = plt.gca() if ax is None else ax
    rows = verdicts.reset_index(drop=True)
    ax.barh(rows.index, rows["n_for"], color=STANCE["for"], label=say("events for"))
    ax.barh(
        rows.index,
        -rows["n_against"],
        color=STANCE["against"],
        hatch="///",
        edgecolor="white",
        label=say("events against"),
    )
    ax.axvline(0, color="black", linewidth=0.8)
    edge = max(rows["n_for"].max(), 1)
    for at, one in rows.iterrows():
        colour, mark = VERDICT[one["verdict"]]
        marks = (
            [] if pd.isna(one["qualifier"]) else [say.label("qualifier", mark) for mark in one["qualifier"].split(";")]
        )
        text = f"{mark} {say.label('verdict', one['verdict'])}" + (f" ({', '.join(marks)})" if marks else "")
        counts = f"{one['n_for']} / {one['n_against']}"
        ax.text(one["n_for"] + edge * 0.02, at, counts, va="center", fontsize=7.5)
        dark = colour if mark != "◐" else "#8A5A00"
        ax.text(edge * 1.4, at, fill(text, 46), va="center", fontsize=7, color=dark, linespacing=0.95)
    _name_rows(ax, rows, say)
    ax.invert_yaxis()
    ax.set_xlim(-max(rows["n_against"].max() * 1.3, edge * 0.05), edge * 3.4)
    ax.set_xticks([tick for tick in ax.get_xticks() if tick <= edge * 1.05 and tick >= ax.get_xlim()[0]])
    ax.set_xticklabels([say.number(abs(int(tick))) for tick in ax.get_xticks()])
    ax.set_xlabel(say("events (reports of one event pooled)"), loc="left")
    ax.legend(loc="upper center", bbox_to_anchor=(0.5, -0.12), ncols=2)
    return ax


def _name_rows(ax: Axes, rows: pd.DataFrame, say: Reader) -> None:
    """Write the name of each indicator in bold and of each of its elements indented, beside its row."""
    whole = rows["element_id"].isna()
    names = [say.column(one, "label") for _, one in rows.iterrows()]
    ax.set_yticks(rows.index, [name if part else f"    {name}" for part, name in zip(whole, names, strict=True)])
    for label, part in zip(ax.get_yticklabels(), whole, strict=True):
        label.set_fontweight("bold" if part else "normal")
        label.set_horizontalalignment("right")


def verdict_bars_alt(verdicts: pd.DataFrame, *, say: Reader = ENGLISH) -> str:
    """Say what :func:`verdict_bars` shows."""
    parts = [
        say("{label}: {n_for} events for, {n_against} against, {verdict}", label=say.column(one, "label"), n_for=int(one["n_for"]),
            n_against=int(one["n_against"]), verdict=say.label("verdict", one["verdict"]))
        for _, one in verdicts[verdicts["element_id"].isna()].iterrows()
    ]  # fmt: skip
    return say("Bars of events for and against each indicator and its elements. {parts}.", parts="; ".join(parts))


def readings_grid(bands: pd.DataFrame, *, say: Reader = ENGLISH, ax: Axes | None = None) -> Axes:
    """Draw, for each indicator and element, the share of readings of each kind that give the same verdict.

    Parameters
    ----------
    bands : DataFrame, one row per element and kind of reading, at one place
        ``label_<language>, element_id, kind, share_same, n_readings, verdict``; kinds in the order they come.
    """
    ax = plt.gca() if ax is None else ax
    kinds = list(dict.fromkeys(bands["kind"]))
    rows = bands.drop_duplicates(["dimension_id", "element_id"]).reset_index(drop=True)
    at_row = {(one.dimension_id, str(one.element_id)): at for at, one in enumerate(rows.itertuples())}
    for one in bands.itertuples():
        y, x = at_row[(one.dimension_id, str(one.element_id))], kinds.index(one.kind)
        depth = 0.12 + 0.55 * float(one.share_same)
        ax.add_patch(plt.Rectangle((x - 0.48, y - 0.45), 0.96, 0.9, color=STANCE["for"], alpha=depth, linewidth=0))
        ax.text(x, y, say.percent(one.share_same), ha="center", va="center", fontsize=7.5)
    ax.set_xlim(-0.5, len(kinds) - 0.5)
    ax.set_ylim(len(rows) - 0.5, -0.5)
    ns = bands.groupby("kind")["n_readings"].agg(["min", "max"])
    spans = [say.number(int(ns.at[kind, "max"])) if ns.at[kind, "min"] == ns.at[kind, "max"]
             else f"{say.number(int(ns.at[kind, 'min']))}–{say.number(int(ns.at[kind, 'max']))}" for kind in kinds]  # fmt: skip
    heads = [f"{fill(say.label('reading kind', kind), 14)}\n(n = {n})" for kind, n in zip(kinds, spans, strict=True)]
    ax.set_xticks(range(len(kinds)), heads)
    seen = {(at_row[(one.dimension_id, str(one.element_id))], kinds.index(one.kind)) for one in bands.itertuples()}
    for y, x in {(y, x) for y in range(len(rows)) for x in range(len(kinds))} - seen:
        ax.text(x, y, "–", ha="center", va="center", fontsize=7.5)
    ax.xaxis.tick_top()
    ax.set_yticks(
        range(len(rows)),
        [
            f"{'' if pd.isna(one['element_id']) else '    '}{say.column(one, 'label')}: {say.label('verdict', one['verdict'])}"
            for _, one in rows.iterrows()
        ],
    )
    for label, whole in zip(ax.get_yticklabels(), rows["element_id"].isna(), strict=True):
        label.set_fontweight("bold" if whole else "normal")
    ax.tick_params(length=0)
    ax.spines[:].set_visible(False)
    return ax


def readings_grid_alt(bands: pd.DataFrame, *, say: Reader = ENGLISH) -> str:
    """Say what :func:`readings_grid` shows."""
    parts = []
    for _, one in bands[bands["element_id"].isna()].iterrows():
        parts.append(
            say("{label}, {kind}: {share}", label=say.column(one, "label"), kind=say.label("reading kind", one["kind"]), share=say.percent(one["share_same"]))
        )  # fmt: skip
    return say("Share of readings that give the same verdict, by kind of reading. {parts}.", parts="; ".join(parts))


def prevalence_panels(series: pd.DataFrame, axes: list[Axes], *, say: Reader = ENGLISH) -> list[Axes]:
    """Draw one panel a method: survey, weighing and unstated methods never share an axis.

    Parameters
    ----------
    series : DataFrame of one area
        ``method, survey, year, value, lower, upper`` in percent (:func:`dashat_lib.outcomes.prevalence_series`).
    axes : one Axes a method, in the order survey, local_weighing, unspecified
    """
    for ax, method in zip(axes, ("survey", "local_weighing", "unspecified"), strict=True):
        part = series[series["method"] == method].sort_values("year")
        middle = part["value"].fillna((part["lower"] + part["upper"]) / 2)
        joined = "-" if method == "survey" else ""
        ax.plot(part["year"], middle.where(part["value"].notna()), linestyle=joined, marker="o", color=STANCE["for"],
                markerfacecolor=STANCE["for"] if method != "unspecified" else "white")  # fmt: skip
        differing = part[part["value"].isna()]
        ax.vlines(
            differing["year"],
            differing["lower"],
            differing["upper"],
            color=STANCE["against"],
            linewidth=3,
            label=say("sources differ: lowest to highest"),
        )
        for end in ("lower", "upper"):  # caps, so that a narrow range can be seen
            ax.plot(differing["year"], differing[end], linestyle="", marker="_", markersize=9, color=STANCE["against"])
        for _, one in part.iterrows():
            same = pd.notna(one["value"])
            text = (
                say.number(one["value"], 1 if method == "survey" else 2)
                if same
                else f"{say.number(one['lower'], 2)}–{say.number(one['upper'], 2)}"
            )
            ax.annotate(
                text, (one["year"], one["upper"]), textcoords="offset points", xytext=(4, 6), ha="center", fontsize=7.5
            )
        ax.set_title(say.label("method", method))
        ax.set_ylim(0, max(part["upper"].max() * 1.25, 1) if len(part) else 1)
        ax.set_xlim(series["year"].min() - 0.6, series["year"].max() + 0.6)
        ax.set_xticks(range(int(series["year"].min()), int(series["year"].max()) + 1))
        ax.tick_params(axis="x", rotation=60)
        ax.yaxis.set_major_formatter(lambda value, _: say.number(value))
        ax.set_xlabel(say("year"))
    axes[0].set_ylabel(say("stunted children, percent"))
    axes[0].figure.legend(handles=axes[0].get_legend_handles_labels()[0], loc="outside lower center")
    return axes


def prevalence_panels_alt(series: pd.DataFrame, *, say: Reader = ENGLISH) -> str:
    """Say what :func:`prevalence_panels` shows."""
    parts = []
    for one in series.itertuples():
        value = (
            say.number(one.lower, 2)
            if one.lower == one.upper
            else f"{say.number(one.lower, 2)}–{say.number(one.upper, 2)}"
        )
        parts.append(
            say(
                "{method} {year}: {value}", method=say.label("method", str(one.method)), year=str(one.year), value=value
            )
        )
    return say("Prevalence of stunting in percent, one panel a method. {parts}.", parts="; ".join(parts))


def evidence_bars(table: pd.DataFrame, *, say: Reader = ENGLISH, ax: Axes | None = None) -> Axes:
    """Draw, for each indicator and element, the events for (right) and against (left), how many families and speakers stand behind them, and the negative cases.

    Parameters
    ----------
    table : DataFrame, one row per element at one place
        ``element_id, label_<language>, n_for, n_against, n_families, n_speakers, negative_case``.
    """
    ax = plt.gca() if ax is None else ax
    rows = table.reset_index(drop=True)
    edge = max(int(rows["n_for"].max()), 1)
    ax.barh(rows.index, rows["n_for"], height=0.65, color=STANCE["for"], label=say("events for"))
    ax.barh(
        rows.index,
        -rows["n_against"],
        height=0.65,
        color=STANCE["against"],
        hatch="////",
        edgecolor="white",
        linewidth=0,
        label=say("events against"),
    )
    columns = (1.5, 1.85, 2.08)
    for at, one in rows.iterrows():
        ax.text(one["n_for"] + edge * 0.02, at, f"{one['n_for']} / {one['n_against']}", va="center", fontsize=7.5)
        for x, name in zip(columns, ("n_families", "n_speakers"), strict=False):
            ax.text(edge * x, at, say.number(int(one[name])), va="center", ha="center", fontsize=7.5)
        dark = one["negative_case"] == "found"
        ax.text(
            edge * columns[2],
            at,
            say.label("negative_case short", one["negative_case"]),
            va="center",
            fontsize=7.5,
            fontweight="bold" if dark else "normal",
        )
    for x, head, side in zip(
        columns,
        (say("source\nfamilies"), say("stated\nspeakers"), say("negative cases")),
        ("center", "center", "left"),
        strict=True,
    ):
        ax.text(edge * x, -0.75, head, ha=side, va="bottom", fontsize=7.5, color="#444444", linespacing=1.0)
    ax.axvline(0, color="black", linewidth=0.8)
    _name_rows(ax, rows, say)
    ax.set_ylim(len(rows) - 0.4, -0.7)
    ax.set_xlim(-max(int(rows["n_against"].max()) * 1.3, edge * 0.05), edge * 3.0)
    ticks = [tick for tick in ax.get_xticks() if ax.get_xlim()[0] <= tick <= edge * 1.05]
    ax.set_xticks(ticks, [say.number(abs(int(tick))) for tick in ticks])
    ax.set_xlabel(say("events (reports of one event pooled)"), loc="left")
    ax.legend(loc="upper center", bbox_to_anchor=(0.5, -0.12), ncols=2)
    return ax


def evidence_bars_alt(table: pd.DataFrame, *, say: Reader = ENGLISH) -> str:
    """Say what :func:`evidence_bars` shows."""
    parts = [
        say("{label}: {n_for} events for, {n_against} against, {n_families} source families, negative cases: {negative}", label=say.column(one, "label"),
            n_for=int(one["n_for"]), n_against=int(one["n_against"]), n_families=int(one["n_families"]),
            negative=say.label("negative_case", one["negative_case"]))
        for _, one in table.iterrows()
    ]  # fmt: skip
    return say(
        "Bars of events for and against each element, with what stands behind them. {parts}.", parts="; ".join(parts)
    )


def conflict_strips(series: pd.DataFrame, labels: pd.Series, *, say: Reader = ENGLISH, ax: Axes | None = None) -> Axes:
    """Draw the figures about which sources differ: one strip a measure, place and date, each source a mark on it, no mean.

    Strips have scales of their own: 0 at the left, the highest value of the strip at the right.

    Parameters
    ----------
    series : DataFrame
        ``unit, values`` (";"-joined) of :func:`dashat_lib.outcomes.outcome_series`.
    labels : Series of str
        What each strip is, in words.
    """
    ax = plt.gca() if ax is None else ax
    rows = series.reset_index(drop=True)
    for at, one in rows.iterrows():
        values = pd.Series([float(value) for value in one["values"].split(";")])
        top = values.max()
        ax.plot([0, 1], [at, at], color="#BBBBBB", linewidth=0.8, zorder=1)
        ax.plot([values.min() / top, 1], [at, at], color="#555555", linewidth=2.2, zorder=2, solid_capstyle="butt")
        rings: list[tuple[float, int]] = []
        for value in values.sort_values():
            x, step = value / top, 0
            while any(abs(x - other) < _RING and step == level for other, level in rings):
                step += 1
            rings.append((x, step))
            ax.plot(
                x,
                at - 0.17 * step,
                marker="o",
                markersize=5.5,
                markerfacecolor="white",
                markeredgecolor="black",
                markeredgewidth=1.0,
                zorder=3,
            )
        texts = [_short(float(value), one["unit"], say) for value in sorted(set(values))]
        told = say.list(texts) + ("" if one["unit"] in ("percent", "number") else " " + say.label("unit", one["unit"]))
        ax.text(1.04, at, told, va="center", fontsize=7.5)
    ax.set_yticks(rows.index, list(labels), fontsize=7.5)
    ax.set_ylim(len(rows) - 0.4, -0.8)
    ax.set_xlim(-0.02, 1.75)
    ax.set_xticks([0, 0.25, 0.5, 0.75, 1], [say.number(0), "", "", "", say("highest")])
    ax.set_xlabel(say("value as a share of the highest one; each ring is one source"), loc="left")
    ax.tick_params(axis="y", length=0)
    ax.spines["left"].set_visible(False)
    return ax


def _short(value: float, unit: str, say: Reader) -> str:
    """A number as short as it can be told: money in thousands of millions."""
    if unit == "percent":
        return say("{value} %", value=say.number(value))
    if value >= 1e9:
        return say("{value} bn", value=say.number(value / 1e9))
    return say.number(value)


def conflict_strips_alt(series: pd.DataFrame, labels: pd.Series, *, say: Reader = ENGLISH) -> str:
    """Say what :func:`conflict_strips` shows."""
    parts = []
    for label, (_, one) in zip(labels, series.iterrows(), strict=True):
        values = sorted({float(value) for value in one["values"].split(";")})
        parts.append(f"{label}: {say.list(_short(value, one['unit'], say) for value in values)}")
    return say(
        "Outcome figures for which sources give different values, each source a ring, no mean. {parts}.",
        parts="; ".join(parts),
    )


def survey_lines(series: pd.DataFrame, start: int | None, *, say: Reader = ENGLISH, ax: Axes | None = None) -> Axes:
    """Draw one sample survey in the wider place and the areas around it, and the first year of the programme.

    Parameters
    ----------
    series : DataFrame, the rows of one survey
        ``area, year, lower, upper`` in percent (:func:`dashat_lib.outcomes.prevalence_series`), the wider place first.
    start : int or None
        First year of the programme.
    """
    ax = plt.gca() if ax is None else ax
    styles = [("-", "o", "black"), ("--", "s", "#0072B2"), (":", "^", "#7A5195"), ("-.", "D", "#555555")]
    years = sorted(set(series["year"]))
    if start is not None:
        ax.axvspan(start - 0.08, start + 0.08, color="#DDDDDD", zorder=0)
        ax.text(start + 0.12, 1.5, say("first year of\nthe programme"), fontsize=7.5, va="bottom")
    for at, (area, part) in enumerate(series.groupby("area", sort=False)):
        line, mark, colour = styles[at % len(styles)]
        part = part.sort_values("year")
        same = part["lower"] == part["upper"]
        ax.plot(
            part["year"],
            part["lower"].where(same),
            linestyle=line,
            marker=mark,
            color=colour,
            markersize=5,
            label=str(area),
        )
        ax.vlines(
            part.loc[~same, "year"], part.loc[~same, "lower"], part.loc[~same, "upper"], color=colour, linewidth=3
        )
    for year, part in series[series["lower"] == series["upper"]].groupby("year"):
        above = float("inf")
        for value in sorted(part["lower"], reverse=True):  # under its mark where the next higher one is too near
            lowest = len(part) > 1 and value == part["lower"].min()
            lift = -12 if lowest or above - value <= _NEAR else 6
            ax.annotate(
                say.number(value, 1),
                (year, value),
                textcoords="offset points",
                xytext=(0, lift),
                ha="center",
                fontsize=7.5,
            )
            above = value
    ax.set_xticks(years, [str(year) for year in years])
    ax.set_xlim(min(years) - 0.4, max(years) + 0.6)
    ax.set_ylim(0, float(series["upper"].max()) * 1.2)
    ax.yaxis.set_major_formatter(lambda value, _: say.number(value))
    ax.set_ylabel(say("stunted children, percent"))
    ax.legend(loc="center left", bbox_to_anchor=(1.0, 0.5), fontsize=7.5)
    return ax


def survey_lines_alt(series: pd.DataFrame, start: int | None, *, say: Reader = ENGLISH) -> str:
    """Say what :func:`survey_lines` shows."""
    parts = []
    for area, part in series.groupby("area", sort=False):
        values = [f"{one['year']}: {say.number(one['lower'], 1)}" + ("" if one["lower"] == one["upper"] else f"–{say.number(one['upper'], 1)}")
                  for _, one in part.sort_values("year").iterrows()]  # fmt: skip
        parts.append(f"{area} {', '.join(values)}")
    when = [] if start is None else [say("first year of the programme: {year}", year=str(start))]
    return say("Prevalence of stunting by one sample survey, in percent. {parts}.", parts="; ".join([*parts, *when]))
