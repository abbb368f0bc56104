"""Figures of findings: indicators for and against, prevalence with survey and weighing apart, sources in conflict."""

from __future__ import annotations

from textwrap import fill

import pandas as pd
from matplotlib import pyplot as plt
from matplotlib.axes import Axes
from matplotlib.lines import Line2D

from ..words import Reader, reader
from .style import STANCE, VERDICT

ENGLISH = reader("en")
_NEAR = 2.5  # percentage points between two values whose numbers would meet
_RING = 0.03  # rings nearer than this stand one above the other


def verdict_bars(verdicts: pd.DataFrame, *, say: Reader = ENGLISH, ax: Axes | None = None) -> Axes:
    """Draw, for each indicator and element, the events for (right) and against (left), the verdict, and what is known beside it.

    Parameters
    ----------
    verdicts : DataFrame, one row per element at one place
        ``element_id, label_<language>, n_for, n_against, verdict, qualifier`` (:func:`dashat_lib.indicators.verdicts`); where they are
        there also ``n_decided`` and ``n_programme`` (:func:`dashat_lib.indicators.with_programme`) and ``negative_case``.
    """
    ax = plt.gca() if ax is None else ax
    rows = verdicts.reset_index(drop=True)
    edge = max(int(rows["n_for"].max()), 1)
    ax.barh(rows.index, rows["n_for"], height=0.65, color=STANCE["for"], label=say("events for"))
    ax.barh(
        rows.index,
        -rows["n_against"],
        height=0.65,
        facecolor="white",
        hatch="//////",
        edgecolor=STANCE["against"],
        linewidth=0.9,
        label=say("events against"),
    )
    columns = [(1.5, say("verdict"), "left")]
    columns += [(3.08, say("of the\nprogramme"), "center")] if "n_programme" in rows else []
    columns += [(3.48, say("negative cases"), "left")] if "negative_case" in rows else []
    for at, one in rows.iterrows():
        ax.text(one["n_for"] + edge * 0.02, at, f"{one['n_for']} / {one['n_against']}", va="center", fontsize=7.5)
        colour, mark = VERDICT[one["verdict"]]
        dark = "#8A5A00" if one["verdict"] == "contested" else "#555555" if one["verdict"] == "undecidable" else colour
        ax.text(edge * 1.43, at, mark, va="center", ha="center", fontsize=8, color=dark)
        fragile = "fragile" in str(one["qualifier"]).split(";")
        words = say.label("verdict", one["verdict"]) + (f" ({say.label('qualifier', 'fragile')})" if fragile else "")
        ax.text(edge * 1.5, at, words, va="center", fontsize=7.5, color=dark)
        if "n_programme" in rows:
            share = f"{say.number(int(one['n_programme']))} / {say.number(int(one['n_decided']))}"
            ax.text(edge * 3.08, at, share, va="center", ha="center", fontsize=7.5)
        if "negative_case" in rows:
            weight = "bold" if one["negative_case"] == "found" else "normal"
            text = say.label("negative_case short", one["negative_case"])
            ax.text(edge * 3.48, at, text, va="center", fontsize=7.5, fontweight=weight)
    for x, head, side in columns:
        ax.text(edge * x, -0.75, head, ha=side, va="bottom", fontsize=7.5, color="#444444", linespacing=1.0)
    ax.axvline(0, color="black", linewidth=0.8)
    ax.spines["left"].set_visible(False)
    ax.tick_params(axis="y", length=0)
    _name_rows(ax, rows, say)
    ax.set_ylim(len(rows) - 0.4, -0.7)
    ax.set_xlim(-max(int(rows["n_against"].max()) * 1.3, edge * 0.05), edge * 4.62)
    ticks = [tick for tick in ax.get_xticks() if ax.get_xlim()[0] <= tick <= edge * 1.05]
    ax.set_xticks(ticks, [say.number(abs(int(tick))) for tick in ticks])
    ax.spines["bottom"].set_bounds(ax.get_xlim()[0], edge * 1.05)
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
    parts = []
    for _, one in verdicts.iterrows():
        told = say("{label}: {n_for} events for, {n_against} against, {verdict}", label=say.column(one, "label"), n_for=int(one["n_for"]),
                   n_against=int(one["n_against"]), verdict=say.label("verdict", one["verdict"]))  # fmt: skip
        if "n_programme" in verdicts:
            told += ", " + say("of the programme {n}", n=int(one["n_programme"]))
        if "negative_case" in verdicts:
            told += ", " + say(
                "negative cases: {negative}", negative=say.label("negative_case short", one["negative_case"])
            )
        parts.append(told)
    return say("Bars of events for and against each indicator and its elements. {parts}.", parts="; ".join(parts))


def readings_grid(bands: pd.DataFrame, *, say: Reader = ENGLISH, ax: Axes | None = None) -> Axes:
    """Draw, for each indicator and element, the share of readings of each kind that give the same verdict.

    Parameters
    ----------
    bands : DataFrame, one row per element and kind of reading, at one place
        ``label_<language>, element_id, kind, share_same, n_readings, verdict``; kinds in the order they come. Where they are there also
        ``n_for`` and ``n_against`` (an element without an event has no reading to speak of: its cells stay blank) and ``others`` (a
        kind with one reading is told by the verdict it gives).
    """
    ax = plt.gca() if ax is None else ax
    kinds = list(dict.fromkeys(bands["kind"]))
    rows = bands.drop_duplicates(["dimension_id", "element_id"]).reset_index(drop=True)
    at_row = {(one.dimension_id, str(one.element_id)): at for at, one in enumerate(rows.itertuples())}
    nothing = (bands["n_for"] + bands["n_against"] == 0) if "n_for" in bands else pd.Series(False, bands.index)
    full, bands = bands, bands[~nothing]
    single = set(kinds) - set(full.loc[full["n_readings"] > 1, "kind"]) if "others" in full else set()
    for one in bands.itertuples():
        y, x = at_row[(one.dimension_id, str(one.element_id))], kinds.index(one.kind)
        depth = 0.12 + 0.55 * float(one.share_same)
        colour = "#777777" if one.verdict == "undecidable" else STANCE["for"]
        depth = depth * 0.6 if one.verdict == "undecidable" else depth
        ax.add_patch(plt.Rectangle((x - 0.48, y - 0.45), 0.96, 0.9, color=colour, alpha=depth, linewidth=0))
        said = one.verdict if pd.isna(getattr(one, "others", None)) else str(one.others).rpartition(" ")[0]
        text = fill(say.label("verdict", said), 16) if one.kind in single else say.percent(one.share_same)
        ax.text(x, y, text, ha="center", va="center", fontsize=7 if one.kind in single else 7.5, linespacing=0.9)
    ax.set_xlim(-0.5, len(kinds) - 0.5)
    ax.set_ylim(len(rows) - 0.5, -0.5)
    ns = full.groupby("kind")["n_readings"].agg(["min", "max"])
    spans = [say.number(int(ns.at[kind, "max"])) if ns.at[kind, "min"] == ns.at[kind, "max"]
             else f"{say.number(int(ns.at[kind, 'min']))}–{say.number(int(ns.at[kind, 'max']))}" for kind in kinds]  # fmt: skip
    heads = [f"{fill(say.label('reading kind', kind), 13)}\n(n = {n})" for kind, n in zip(kinds, spans, strict=True)]
    ax.set_xticks(range(len(kinds)), heads, fontsize=7.5)
    seen = {(at_row[(one.dimension_id, str(one.element_id))], kinds.index(one.kind)) for one in full.itertuples()}
    for y, x in {(y, x) for y in range(len(rows)) for x in range(len(kinds))} - seen:
        if rows.index[y] not in _without(rows, full[nothing]):
            ax.text(x, y, "–", ha="center", va="center", fontsize=7.5)
    for y in _without(rows, full[nothing]):
        ax.text(-0.45, y, say("no event"), ha="left", va="center", fontsize=7, fontstyle="italic", color="#555555")
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


def _without(rows: pd.DataFrame, nothing: pd.DataFrame) -> set[int]:
    """The rows of a grid that have no event at all."""
    bare = set(zip(nothing["dimension_id"], nothing["element_id"].astype("str"), strict=True))
    mine = zip(rows["dimension_id"], rows["element_id"].astype("str"), strict=True)
    return {at for at, one in enumerate(mine) if one in bare}


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
    handles = axes[0].get_legend_handles_labels()[0]
    if (series["method"] == "unspecified").any():
        ring = Line2D([], [], linestyle="", marker="o", color=STANCE["for"], markerfacecolor="white")
        ring.set_label(say("one value, its method not stated"))
        handles.append(ring)
    note = say("each panel has a scale of its own")
    axes[0].figure.legend(
        handles=handles, loc="outside lower center", ncols=2, title=note, title_fontsize=7.5, fontsize=7.5
    )
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


def conflict_strips(series: pd.DataFrame, labels: pd.Series, *, say: Reader = ENGLISH, ax: Axes | None = None) -> Axes:
    """Draw the figures about which sources differ: one strip a measure, place and date, each source a mark on it, no mean.

    Strips have scales of their own: 0 at the left, the highest value of the strip at the right.

    Parameters
    ----------
    series : DataFrame
        ``unit, values`` (";"-joined) of :func:`dashat_lib.outcomes.outcome_series`; where it is there also ``likeness``: a strip whose
        values are not like with like is drawn broken and says why.
    labels : Series of str
        What each strip is, in words.
    """
    ax = plt.gca() if ax is None else ax
    rows = series.reset_index(drop=True)
    for at, one in rows.iterrows():
        values = pd.Series([float(value) for value in one["values"].split(";")])
        top = values.max()
        ax.plot([0, 1], [at, at], color="#BBBBBB", linewidth=0.8, zorder=1)
        alike = "likeness" not in rows or one["likeness"] == "like with like"
        colour, width = ("#555555", 2.2) if alike else ("#AAAAAA", 1.6)
        dashes = "-" if alike else (0, (2, 1.5))
        ends = [values.min() / top, 1]
        ax.plot(ends, [at, at], color=colour, linewidth=width, linestyle=dashes, zorder=2, solid_capstyle="butt")
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
        if not alike:
            why = say.label("likeness", one["likeness"])
            ax.text(1.04, at + 0.42, f"({why})", va="center", fontsize=7, fontstyle="italic", color="#555555")
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
        why = (
            ""
            if one.get("likeness", "like with like") == "like with like"
            else f" ({say.label('likeness', one['likeness'])})"
        )
        parts.append(f"{label}: {say.list(_short(value, one['unit'], say) for value in values)}{why}")
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
