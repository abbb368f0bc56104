"""Figures of dependency: money by year, curves, what an exit takes away, what a tie more would give; the map stands in :mod:`ways_map`.

Each draws a table that is computed elsewhere, and has a twin ``<name>_alt`` that says the same in words.
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import groupby
from textwrap import fill
from typing import Any

import numpy as np
import pandas as pd
from matplotlib import pyplot as plt
from matplotlib.axes import Axes
from matplotlib.patches import Rectangle
from matplotlib.ticker import MaxNLocator

from ..words import Reader, reader

ENGLISH = reader("en")
BLUE, ORANGE, GREEN, PALE, INK = "#0072B2", "#D55E00", "#009E73", "#BFD9EC", "#222222"
READINGS: tuple[tuple[str, Any, str], ...] = ((BLUE, "-", ""), (ORANGE, (0, (5, 2)), "////"), (GREEN, (0, (1, 1.2)), "...."), ("#777777", (0, (6, 2, 1, 2)), "xxxx"))  # fmt: skip
SMALL = 7.4  # points; 6.5 when a figure of 18 cm is printed 16 cm wide
MARKS = ("o", "s", "^", "D", "v", "P")
_CUT = 3  # an amount more than so many times the next one is drawn cut short, so that the others can be seen


def axes_of(ax: Axes | None) -> Axes:
    return plt.gca() if ax is None else ax


def _width_cm(ax: Axes) -> float:
    figure = ax.get_figure(root=True)
    assert figure is not None
    return float(figure.get_size_inches()[0]) * 2.54


def _note(ax: Axes, *parts: str) -> None:
    """Sentences at the foot of the figure, as wide as it is, under those that another plot of it has put there."""
    figure = ax.get_figure(root=True)
    assert figure is not None
    text, most = " ".join(one for one in parts if one), max(int(_width_cm(ax) / 0.142), 30)
    text = fill(
        text, min(most, len(text) // -(-len(text) // most or 1) + 12) if text else most
    )  # lines of about one length
    if text:
        figure.supxlabel("\n".join(one for one in (figure.get_supxlabel(), text) if one), fontsize=SMALL)


def nothing(ax: Axes, say: Reader) -> Axes:
    ax.set_axis_off()
    ax.text(0.5, 0.5, say("nothing is recorded"), transform=ax.transAxes, ha="center", va="center")
    return ax


def _bare(ax: Axes) -> None:
    """Only the lower axis: names stand at the left without a line."""
    ax.spines["left"].set_visible(False)
    ax.tick_params(axis="y", length=0)


# ---- money by year and payer ------------------------------------------------------------------------------------------


def _sorted_grants(grants: pd.DataFrame, programme: str | None) -> pd.DataFrame:
    """By year; the examined programme first, then the others by their largest amount, the grants of each together."""
    table = grants.assign(
        other=grants["programme"] != programme,
        top=grants.groupby(["year", "programme"])["amount"].transform("max"),
    )
    order = {"year": True, "other": True, "top": False, "programme": True, "amount": False, "label": True}
    return table.sort_values(list(order), ascending=list(order.values()), na_position="last", ignore_index=True)


def _scale(grants: pd.DataFrame, currency: str, say: Reader) -> tuple[float, str]:
    """In what money is written: the largest unit that the largest amount fills, and its name."""
    name, top = say.label("currency", currency), grants["upper"].max()
    if top >= 1e9:
        return 1e9, say("billions of {currency}", currency=name)
    return (1e6, say("millions of {currency}", currency=name)) if top >= 1e6 else (1.0, name)


def _sums(foreign: object, say: Reader) -> str:
    """Sums in other currencies as reported: ``15,000,000 US dollars``."""
    parts = [one.split() for one in str(foreign).split(";")] if pd.notna(foreign) else []
    return say.list(f"{say.number(float(amount))} {say.label('currency', unit)}" for amount, unit in parts)


def _amount(one: Any, scale: float, say: Reader) -> str:
    """What is written beside a bar: the amount, and the lowest and highest reported where they differ."""
    sums = _sums(one.foreign, say)
    if pd.isna(one.amount):
        return "?  " + say("({sums}, not converted)", sums=sums) if sums else "?"
    text = say.number(round(one.amount / scale, 3))
    if one.lower < one.upper:
        text += f" ({say.number(round(one.lower / scale, 3))}–{say.number(round(one.upper / scale, 3))})"
    return f"{text} + " + say("({sums}, not converted)", sums=sums) if sums else text


def money_by_year(
    grants: pd.DataFrame, ax: Axes | None = None, *, labels: Mapping[str, str] | None = None, programme: str | None = None,
    currency: str = "IDR", say: Reader = ENGLISH,
) -> Axes:  # fmt: skip
    """Draw one bar a grant by year and payer; of an unknown amount an open mark without length, so that one sees that it exists.

    A bar more than three times as long as the next is cut short and says so. Sums in other currencies are written, never drawn.

    Parameters
    ----------
    grants : DataFrame, one row a grant
        ``year, programme, label`` (of the payer), ``amount, lower, upper`` (missing: unknown), ``foreign`` (";"-joined "sum unit").
    labels : mapping programme -> name
        A programme that is not in it is written as it is.
    programme : str, optional
        The programme that is examined: its bars come first and are dark, those of others pale.
    """
    ax = axes_of(ax)
    if grants.empty:
        return nothing(ax, say)
    names = labels or {}
    rows = _sorted_grants(grants, programme)
    scale, unit = _scale(rows, currency, say)
    known = np.sort(rows["amount"].dropna().to_numpy()) / scale
    top = float(known[-1]) if len(known) else 1.0
    edge = 1.25 * float(known[-2]) if len(known) > 1 and top > _CUT * known[-2] else top
    column, y, ticks, heads = edge * 1.64, 0.0, {}, []
    for year, part in rows.groupby("year"):
        heads.append((y, str(year)))
        for name, run in groupby(part.itertuples(), key=lambda one: str(one.programme)):
            first = y + 1
            for one in run:
                y += 1
                ticks[y] = fill(one.label, 24)
                _grant(ax, one, y, scale, edge, say)
            ax.plot([column] * 2, [first - 0.32, y + 0.32], color="#999999", linewidth=0.9)
            ax.text(column * 1.02, (first + y) / 2, fill(names.get(name, name), 38), fontsize=SMALL, va="center", linespacing=1.0)  # fmt: skip
        y += 1.2
    for at, year_ in heads:
        ax.annotate(year_, (0, at), xycoords=("axes fraction", "data"), xytext=(-8, 0), textcoords="offset points", fontweight="bold", va="center", ha="right", annotation_clip=False)  # fmt: skip
        ax.axhline(at, color="#CCCCCC", linewidth=0.6, zorder=0)
    ax.text(column, -1.0, say("programme"), fontsize=SMALL, fontstyle="italic", va="center")
    ax.set_yticks(list(ticks), list(ticks.values()), fontsize=SMALL)
    ax.tick_params(axis="y", pad=8)
    ax.set(ylim=(y - 0.5, -1.4), xlim=(0, edge * 2.75))
    ax.set_xticks([one for one in MaxNLocator(4, steps=[1, 2, 5, 10]).tick_values(0, edge) if 0 <= one <= edge])
    ax.xaxis.set_major_formatter(lambda value, _: say.number(round(value, 3)))
    ax.spines["bottom"].set_bounds(0, edge)
    ax.set_xlabel(unit, loc="left")
    _bare(ax)
    handles: list[Any] = []
    if programme is not None:
        handles += [Rectangle((0, 0), 1, 1, color=BLUE, label=names.get(programme, programme)), Rectangle((0, 0), 1, 1, facecolor=PALE, edgecolor=BLUE, label=say("other programmes"))]  # fmt: skip
    handles.append(plt.Line2D([], [], linestyle="", marker="s", markerfacecolor="white", markeredgecolor=INK, label=say("amount unknown (?)")))  # fmt: skip
    if (rows["lower"] < rows["upper"]).any():
        handles.append(plt.Line2D([], [], color=INK, marker="|", markersize=7, label=say("sources differ: lowest to highest")))  # fmt: skip
    ax.legend(handles=handles, loc="upper center", bbox_to_anchor=(0.42, -0.09), ncols=2, fontsize=SMALL)
    return ax


def _grant(ax: Axes, one: Any, y: float, scale: float, edge: float, say: Reader) -> None:
    text, x = _amount(one, scale, say), 0.0
    if pd.isna(one.amount):
        ax.plot(0, y, linestyle="", marker="s", markersize=5.5, markerfacecolor="white", markeredgecolor=INK, clip_on=False, zorder=3)  # fmt: skip
        ax.text(edge * 0.03, y, text, fontsize=SMALL, va="center")
        return
    length = min(one.amount / scale, edge)
    face = PALE if one.other else BLUE
    ax.barh(y, length, 0.68, facecolor=face, edgecolor=BLUE, linewidth=0.7, zorder=1)
    if one.amount / scale > edge:
        ax.text(edge * 0.93, y, "//", fontsize=11, va="center", ha="center", color=INK, fontweight="bold", bbox={"facecolor": "white", "edgecolor": "none", "pad": 0.5}, zorder=3)  # fmt: skip
        text = say("{amount} (bar cut short)", amount=text)
    elif one.lower < one.upper:
        low, high = one.lower / scale, one.upper / scale
        ax.plot([low, high], [y, y], color="white", linewidth=3.2, solid_capstyle="butt", zorder=2)
        ax.plot([low, high], [y, y], color=INK, marker="|", markersize=8, linewidth=1.2, zorder=3)
        x = high
    ax.text(max(length, x) + edge * 0.02, y, text, fontsize=SMALL, va="center")


def money_by_year_alt(
    grants: pd.DataFrame, *, labels: Mapping[str, str] | None = None, programme: str | None = None, currency: str = "IDR",
    say: Reader = ENGLISH,
) -> str:  # fmt: skip
    """Say what :func:`money_by_year` shows."""
    if grants.empty:
        return say("nothing is recorded")
    names = labels or {}
    rows = _sorted_grants(grants, programme)
    scale, unit = _scale(rows, currency, say)
    parts = []
    for year, part in rows.groupby("year"):
        each = [f"{one.label} {_amount(one, scale, say)} [{names.get(one.programme, one.programme)}]" for one in part.itertuples()]  # fmt: skip
        parts.append(say("{year}: {grants}", year=str(year), grants="; ".join(each)))
    return say("Grants by year and payer in {unit}; ? is an amount that nobody states. {parts}.", unit=unit, parts=". ".join(parts))  # fmt: skip


# ---- reliability ------------------------------------------------------------------------------------------------------


def _alike(curves: pd.DataFrame) -> list[tuple[str, list[str], pd.DataFrame]]:
    """Curves of one reading that are the same are one, with all their labels; the highest at the left first."""
    found: dict[tuple[Any, ...], tuple[str, list[str], pd.DataFrame]] = {}
    for (reading, label), part in curves.groupby(["reading", "label"], sort=False):
        part = part.sort_values("p")
        key = (reading, *part[["p", "value", "lower", "upper"]].round(9).to_numpy().ravel().tolist())
        found.setdefault(key, (str(reading), [], part))[1].append(str(label))
    return sorted(found.values(), key=lambda one: (-one[2]["value"].iloc[0], one[0], one[1]))


def reliability_curves(curves: pd.DataFrame, ax: Axes | None = None, *, say: Reader = ENGLISH) -> Axes:
    """Draw how likely each group is still reached, against the probability that each stakeholder stays.

    Groups with the same curve share a line that a letter names; the line's style tells the reading.

    Parameters
    ----------
    curves : DataFrame, one row a group, reading and p
        ``label, reading`` (a roll-up), ``p, value, lower, upper`` (a band, such as the range over sources left out; the value itself without one).
    """
    ax = axes_of(ax)
    if curves.empty:
        return nothing(ax, say)
    readings = list(dict.fromkeys(curves["reading"]))
    handles, lowest = [], 1.0
    starts: list[float] = []
    for at, (reading, names, part) in enumerate(_alike(curves)):
        colour, style, _ = READINGS[readings.index(reading) % len(READINGS)]
        letter, first = chr(ord("A") + at % 26), float(part["value"].iloc[0])
        band = bool(((part["upper"] - part["lower"]) > 1e-9).any())
        if band:
            ax.fill_between(part["p"], part["lower"], part["upper"], color=colour, alpha=0.16, linewidth=0, zorder=1)
            for end in ("lower", "upper"):
                ax.plot(part["p"], part[end], color=colour, linewidth=0.5, linestyle=style, alpha=0.7, zorder=1)
        mark = MARKS[at % len(MARKS)]
        ax.plot(part["p"], part["value"], color=colour, linestyle=style, linewidth=1.7, marker=mark, markersize=3.6, markerfacecolor="white", zorder=2)  # fmt: skip
        y = min([first, *(one - 0.045 for one in starts)])
        starts.append(y)
        ax.annotate(letter, (part["p"].iloc[0], y), textcoords="offset points", xytext=(-6, 0), ha="center", va="center", fontweight="bold", color=colour, fontsize=9)  # fmt: skip
        text = fill(say("{letter}: {names}", letter=letter, names=say.list(names)), 30) + "\n" + fill(f"({say.label('roll-up', reading)})", 30)  # fmt: skip
        handles.append(
            plt.Line2D(
                [],
                [],
                color=colour,
                linestyle=style,
                linewidth=1.7,
                marker=mark,
                markersize=3.6,
                markerfacecolor="white",
                label=text,
            )
        )
        lowest = min(lowest, float(part["lower"].min()), y - 0.03)
    ps = sorted(curves["p"].unique())
    ax.plot(ps, ps, color=INK, linewidth=0.7, linestyle=(0, (1, 2)), zorder=1)
    handles.append(
        plt.Line2D([], [], color=INK, linewidth=0.7, linestyle=(0, (1, 2)), label=say("R = p: it all hangs on one"))
    )
    ax.set(xlim=(float(curves["p"].min()) - 0.025, 1.005), ylim=(max(0.0, np.floor(lowest * 10 - 0.01) / 10), 1.01))
    for axis in (ax.xaxis, ax.yaxis):
        axis.set_major_formatter(lambda value, _: say.number(round(value, 2)))
    ax.set_xlabel(say("probability that each stakeholder stays (p)"))
    ax.set_ylabel(say("probability that the group is reached, R(p)"))
    ax.grid(color="#E4E4E4", linewidth=0.6)
    ax.set_axisbelow(True)
    ax.legend(handles=handles, loc="upper left", bbox_to_anchor=(1.01, 1.0), fontsize=SMALL, handlelength=3.2, labelspacing=1.0)  # fmt: skip
    parts = [say("No probability of staying is observed: the curves tell how the record hangs together, they are no forecast.")]  # fmt: skip
    if bool(((curves["upper"] - curves["lower"]) > 1e-9).any()):
        parts.insert(0, say("Bands: lowest to highest when one source family at a time is left out."))
    _note(ax, *parts)
    return ax


def _chance(value: float, say: Reader) -> str:
    """A probability with three decimals, or as many as tell it from 1."""
    return next((say.number(value, digits) for digits in (3, 4, 5, 6) if value >= 1 or round(value, digits) < 1), "≈ 1")


def reliability_curves_alt(curves: pd.DataFrame, *, say: Reader = ENGLISH) -> str:
    """Say what :func:`reliability_curves` shows."""
    parts = []
    for reading, names, part in _alike(curves):
        first, middle = part.iloc[0], part.iloc[(part["p"] - 0.9).abs().argmin()]
        parts.append(
            say("{names} ({reading}): {low} at p = {p}, {high} at p = {q}", names=say.list(names), reading=say.label("roll-up", reading),
                low=_chance(first["value"], say), p=float(first["p"]), high=_chance(middle["value"], say), q=float(middle["p"]))
        )  # fmt: skip
    return say("Curves of the probability that a group is reached, against the probability p that each stakeholder stays. {parts}.", parts="; ".join(parts) or say("nothing is recorded"))  # fmt: skip


# ---- what each exit takes away ----------------------------------------------------------------------------------------


def _grave(withdrawals: pd.DataFrame) -> pd.DataFrame:
    """Those whose exit takes something away, the gravest first: groups, then money for sure, then money at most, then ways."""
    rows = withdrawals.assign(
        groups=(1 - withdrawals["share_reached"]).fillna(0.0),
        money=1 - withdrawals["share_money_left"],
        least=1 - withdrawals["share_money_left_upper"],
        most=1 - withdrawals["share_money_left_lower"],
        thinned=withdrawals["groups_thinned"].map(lambda one: len(str(one).split(";")) if pd.notna(one) else 0),
    )
    any_effect = (rows["groups"] > 0) | (rows["most"] > 0) | (rows["thinned"] > 0)
    keys = rows.assign(sure=rows["money"].fillna(rows["least"]).fillna(0.0), open=rows["most"].fillna(0.0))
    keys = keys[any_effect].sort_values(["groups", "sure", "open", "thinned", "label"], ascending=[False] * 4 + [True])
    return rows.loc[keys.index].reset_index(drop=True)


def _groups_gone(one: Any, say: Reader) -> str:
    """Groups no longer reached: how many of how many where the table says so, else their share."""
    if not hasattr(one, "n_groups_cut"):
        return say.percent(one.groups)
    return say("{n} of {all}", n=int(one.n_groups_cut), all=round(one.n_groups_cut / one.groups))


def tornado(withdrawals: pd.DataFrame, ax: Axes | None = None, *, say: Reader = ENGLISH) -> Axes:
    """Draw what the exit of each stakeholder takes away: groups no longer reached (left), known money gone (right).

    Parameters
    ----------
    withdrawals : DataFrame, one row a stakeholder
        ``label, share_reached, n_groups_cut`` (optional), ``groups_thinned`` (";"-joined; groups with a way less), ``share_money_left, share_money_left_lower,
        share_money_left_upper``. Of one whose own amount is unknown only the whisker is drawn; who takes nothing away is counted, not drawn.
    """
    ax = axes_of(ax)
    rows = _grave(withdrawals)
    if rows.empty:
        return nothing(ax, say)
    ax.barh(rows.index, -rows["groups"], 0.62, color=ORANGE, hatch="////", edgecolor="white", linewidth=0)
    ax.barh(rows.index, rows["money"].fillna(0.0), 0.62, color=BLUE)
    for y, one in enumerate(rows.itertuples()):
        left = [_groups_gone(one, say)] if one.groups > 0 else []
        if one.thinned:
            left.append(f"◇ {say.number(one.thinned)}")
        if left:
            ax.text(-one.groups - 0.03, y, "   ".join(reversed(left)), ha="right", va="center", fontsize=SMALL)
        if pd.isna(one.most):
            continue
        spread = one.most - one.least > 1e-9
        if spread:
            ax.plot([one.least, one.most], [y, y], color="white", linewidth=3.4, solid_capstyle="butt", zorder=2)
            ax.plot([one.least, one.most], [y, y], color=INK, linewidth=1.1, marker="|", markersize=7, zorder=3)
        span = f"{say.number(100 * one.least, 0)}–{say.percent(one.most)}" if spread else ""
        text = f"?  ({span})" if pd.isna(one.money) else say.percent(one.money) + (f"  ({span})" if span else "")
        ax.text(one.most + 0.03, y, text, va="center", fontsize=SMALL)
    ax.axvline(0, color="black", linewidth=0.8)
    most_ = float(rows["groups"].max())
    ax.set_yticks(rows.index, [fill(one, 26) for one in rows["label"]])
    ax.set(ylim=(len(rows) - 0.4, -0.6), xlim=(-max(most_ + 0.4, 1.1 if most_ > 0.5 else 0.8), 1.4))
    ax.set_xticks([one for one in (-1, -0.5, 0, 0.5, 1) if one >= -0.5 or most_ > 0.5])
    ax.spines["bottom"].set_bounds(min(ax.get_xticks()), 1)
    ax.xaxis.set_major_formatter(lambda value, _: say.percent(abs(value)))
    for side, x, text in (("right", -0.04, "◄ " + say("groups no longer reached")), ("left", 0.04, say("known money gone") + " ►")):  # fmt: skip
        ax.text(x, -0.75, text, ha=side, va="bottom", fontweight="bold", fontsize=8.5)
    _bare(ax)
    parts = []
    if rows["thinned"].any():
        parts.append(say("◇: number of groups with an independent way less, still reached."))
    if (rows["most"] - rows["least"] > 1e-9).any():
        parts.append(say("Whisker: what unknown amounts leave open, each from nothing to the largest known one; ?: its own amount is unknown."))  # fmt: skip
    quiet = len(withdrawals) - len(rows)
    if quiet:
        parts.append(say.count("Not drawn: {n} stakeholder whose exit takes neither a way nor known money away.", "Not drawn: {n} stakeholders whose exit takes neither a way nor known money away.", quiet))  # fmt: skip
    _note(ax, *parts)
    return ax


def tornado_alt(withdrawals: pd.DataFrame, *, say: Reader = ENGLISH) -> str:
    """Say what :func:`tornado` shows."""
    rows, parts = _grave(withdrawals), []
    for one in rows.itertuples():
        said = [say("{share} of groups no longer reached", share=say.percent(one.groups))] if one.groups > 0 else []
        if one.thinned:
            said.append(say.count("{n} group: a way less", "{n} groups: a way less", one.thinned))
        if pd.notna(one.money):
            said.append(say("{share} of known money gone", share=say.percent(one.money)))
        if pd.notna(one.most) and one.most - one.least > 1e-9:
            said.append(say("with unknown amounts {low} to {high}", low=say.percent(one.least), high=say.percent(one.most)))  # fmt: skip
        parts.append(f"{one.label}: {', '.join(said)}")
    return say(
        "What the exit of each stakeholder takes away. {parts}. The exit of {n} others takes neither a way nor known money away.",
        parts="; ".join(parts) or say("nothing is recorded"), n=len(withdrawals) - len(rows),
    )  # fmt: skip


# ---- do they work together, do they hang on a few? --------------------------------------------------------------------

DYNAMICS, DEPENDENCY = ("met", "unclear", "not met"), ("robust", "unclear", "brittle")
BASE = "baseline"


def _meaning(say: Reader) -> dict[tuple[str, str], str]:
    return {
        ("met", "robust"): say("They work together and do not hang on a few: that the programme depends on them is contradicted."),
        ("met", "brittle"): say("They work together, and it hangs on a few: success lasts only while these stay."),
        ("not met", "robust"): say("It does not hang on a few, and yet they do not work together: the cause lies elsewhere."),
        ("not met", "brittle"): say("It hangs on a few, and they do not work together: that the collaboration works is contradicted."),
        ("unclear", "robust"): say("It does not hang on a few; whether all indicators are met is not decided."),
        ("unclear", "unclear"): say("Neither is decided."),
        ("unclear", "brittle"): say("It hangs on a few; whether all indicators are met is not decided."),
        ("met", "unclear"): say("They work together; whether it hangs on a few is not decided."),
        ("not met", "unclear"): say("They do not work together; whether it hangs on a few is not decided."),
    }  # fmt: skip


def two_by_two(cells: pd.DataFrame, ax: Axes | None = None, *, say: Reader = ENGLISH) -> Axes:
    """Draw where the readings fall between collaboration (across) and dependency (down), each kind of reading by itself.

    Parameters
    ----------
    cells : DataFrame, one row a cell and kind of reading
        ``dynamics`` (:data:`DYNAMICS`), ``dependency`` (:data:`DEPENDENCY`), ``kind`` (a reading kind; "baseline" marks the cell of the
        record as it is), ``share`` (of the readings of that kind), ``n_readings`` (of that kind; optional). Shares of 0 are not written.
    """
    ax = axes_of(ax)
    ax.set(xlim=(0, 3), ylim=(3, 0))
    meaning = _meaning(say)
    letters = int((_width_cm(ax) - 2.2) / 3 / 0.142)
    kinds = [one for one in dict.fromkeys(cells["kind"]) if one != BASE]
    step = min(0.082, 0.55 / max(len(kinds), 1))
    base = {(one.dynamics, one.dependency) for one in cells[cells["kind"] == BASE].itertuples()}
    known = cells.dropna(subset=["n_readings"]) if "n_readings" in cells else cells.iloc[:0].assign(n_readings=0)
    many = {kind: f" ({say.number(int(n))})" for kind, n in zip(known["kind"], known["n_readings"], strict=True)}
    for x, dynamics in enumerate(DYNAMICS):
        for y, dependency in enumerate(DEPENDENCY):
            corner, here = "unclear" not in (dynamics, dependency), (dynamics, dependency) in base
            ax.add_patch(Rectangle((x + 0.02, y + 0.02), 0.96, 0.96, facecolor="white" if corner or here else "#F4F4F4", edgecolor=INK if here else "#BBBBBB", linewidth=2.4 if here else 0.8, zorder=1))  # fmt: skip
            ax.text(x + 0.05, y + 0.05, fill(meaning[dynamics, dependency], letters - 5 * here), fontsize=SMALL, va="top", fontstyle="italic", fontweight="bold" if here else "normal", linespacing=1.05, zorder=3)  # fmt: skip
            if here:
                ax.text(x + 0.05, y + 0.965, "● " + say("the record as it is"), fontsize=SMALL, va="bottom", fontweight="bold", zorder=3)  # fmt: skip
            part = cells[(cells["dynamics"] == dynamics) & (cells["dependency"] == dependency) & (cells["kind"] != BASE) & (cells["share"] > 0)]  # fmt: skip
            share = part.set_index("kind")["share"]
            for row, kind in enumerate([one for one in kinds if one in share.index]):
                at = y + 0.87 - step * (len(share) - row - 0.5)
                ax.add_patch(Rectangle((x + 0.125, at + step * 0.3), 0.82 * float(share[kind]), step * 0.14, facecolor=BLUE, linewidth=0, zorder=2))  # fmt: skip
                ax.text(
                    x + 0.115, at, _whole(float(share[kind]), say), fontsize=SMALL, ha="right", va="center", zorder=3
                )
                ax.text(
                    x + 0.15,
                    at,
                    say.label("reading kind", kind) + many.get(kind, ""),
                    fontsize=SMALL,
                    va="center",
                    zorder=3,
                )
    ax.set_xticks([0.5, 1.5, 2.5], [say.label("dynamics", one) for one in DYNAMICS])
    ax.set_yticks([0.5, 1.5, 2.5], [say.label("dependency", one) for one in DEPENDENCY], rotation=90, va="center")
    ax.xaxis.tick_top()
    ax.xaxis.set_label_position("top")
    ax.set_xlabel(say("Collaboration: are the indicators met?"), fontweight="bold")
    ax.set_ylabel(say("Dependency: does it hang on a few?"), fontweight="bold")
    ax.tick_params(length=0)
    ax.spines[:].set_visible(False)
    _note(
        ax,
        say(
            "Numbers and lines: percent of the readings of that kind (how many in brackets) that fall in the cell; kinds are never added up. Coders move the collaboration only; parts taken with their whole, and what counts as inside, the dependency only."
        ),
    )
    return ax


def _whole(share: float, say: Reader) -> str:
    """A share in whole percent; what is not nothing never looks like it."""
    return say.number(100 * share, 0) if share >= 0.005 else "<1"


def two_by_two_alt(cells: pd.DataFrame, *, say: Reader = ENGLISH) -> str:
    """Say what :func:`two_by_two` shows."""
    said = {(x, y): say("collaboration: {x}, dependency: {y}", x=say.label("dynamics", x), y=say.label("dependency", y)) for x in DYNAMICS for y in DEPENDENCY}  # fmt: skip
    at = [(one.dynamics, one.dependency) for one in cells[cells["kind"] == BASE].itertuples()]
    parts = []
    for kind, part in cells[(cells["kind"] != BASE) & (cells["share"] > 0)].groupby("kind", sort=False):
        each = [f"{said[one.dynamics, one.dependency]} {say.percent(one.share)}" for one in part.itertuples()]
        parts.append(f"{say.label('reading kind', str(kind))}: {'; '.join(each)}")
    first = " ".join(say("The record as it is: {cell}. {meaning}", cell=said[one], meaning=_meaning(say).get(one, "")).strip() for one in at)  # fmt: skip
    text = say("Grid of collaboration by dependency. {base} Share of readings by kind: {parts}.", base=first, parts=". ".join(parts) or say("nothing is recorded"))  # fmt: skip
    return " ".join(text.split())
