"""The map of stakeholders."""

from __future__ import annotations

from textwrap import fill
from typing import Any

import pandas as pd
from matplotlib import pyplot as plt
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from matplotlib.patches import Rectangle

from ..words import Reader, reader
from .labels import place_names
from .style import SECTOR

ENGLISH = reader("en")
# What runs along a tie: colour and line, told apart by either.
STRANDS: dict[str, tuple[str, Any]] = {
    "resources": ("#444444", "-"), "authority": ("#8a5a00", "--"), "knowledge": ("#00734f", "-."), "meeting": ("#9a9a9a", ":"),
}  # fmt: skip


def network_map(
    positions: pd.DataFrame,
    pairs: pd.DataFrame,
    stakeholders: pd.DataFrame,
    *,
    least: int,
    say: Reader = ENGLISH,
    ax: Axes | None = None,
) -> Axes:
    """Draw stakeholders by sector (colour and shape) and a line for each pair that a tie joins.

    Parameters
    ----------
    positions : DataFrame
        ``stakeholder_id, x, y``.
    pairs : DataFrame
        ``one, other, n_rows``; the line is wider with more evidence rows. With ``strand`` its style says what runs along it.
    stakeholders : DataFrame
        ``stakeholder_id, short_name, sector, n_families`` (source families that name it; the mark grows with them).
    least : int
        Names are written where at least so many source families name the stakeholder: what rests on little stays unnamed.
    """
    ax = plt.gca() if ax is None else ax
    at = positions.set_index("stakeholder_id")[["x", "y"]]
    for strand, part in pairs.groupby("strand") if "strand" in pairs else [("", pairs)]:
        ends = part[["one", "other"]].itertuples(index=False)
        lines = [(tuple(at.loc[one]), tuple(at.loc[other])) for one, other in ends]
        wide = 0.4 + 0.35 * part["n_rows"].clip(upper=8)
        colour, style = STRANDS.get(str(strand), ("#9a9a9a", "-"))
        ax.add_collection(LineCollection(lines, linewidths=wide, colors=colour, linestyles=style, alpha=0.65, zorder=1))
    table = stakeholders.merge(positions, on="stakeholder_id")
    for sector, (colour, marker) in SECTOR.items():
        part = table[table["sector"] == sector]
        if part.empty:
            continue
        ax.scatter(part["x"], part["y"], s=18 + 5 * part["n_families"], c=colour, marker=marker, edgecolors="white", linewidths=0.6, zorder=2,
                   label=say.label("sector", sector))  # fmt: skip
    named = table[table["n_families"] >= least].sort_values("n_families", ascending=False)
    ax.set_axis_off()
    ax.autoscale_view()
    legend = ax.legend(loc="upper left", bbox_to_anchor=(1.0, 1.0), title=say("Sector"), alignment="left")
    for handle in legend.legend_handles:
        handle.set_sizes([40])  # type: ignore[union-attr]
    if "strand" in pairs:
        ax.add_artist(legend)
        there = [one for one in STRANDS if (pairs["strand"] == one).any()]
        lines_ = [
            plt.Line2D([], [], color=STRANDS[one][0], linestyle=STRANDS[one][1], label=say.label("strand", one))
            for one in there
        ]
        ax.legend(
            handles=lines_,
            loc="lower left",
            bbox_to_anchor=(1.0, 0.0),
            title=say("What runs along a tie"),
            alignment="left",
        )
    ax.text(
        0,
        -0.02,
        say(
            "Named: at least {n} source families. Size of a mark: number of source families; width of a line: number of evidence rows.",
            n=least,
        ),
        transform=ax.transAxes,
        fontsize=7,
        va="top",
    )
    place_names(ax, named.rename(columns={"short_name": "name"}), table)
    return ax


def network_map_alt(pairs: pd.DataFrame, stakeholders: pd.DataFrame, *, say: Reader = ENGLISH) -> str:
    """Say what :func:`network_map` shows."""
    drawn = stakeholders[stakeholders["stakeholder_id"].isin(set(pairs["one"]) | set(pairs["other"]))]
    parts = say.list(f"{say.label('sector', str(sector))} {n}" for sector, n in drawn["sector"].value_counts().items())
    return say("Network of {n} stakeholders joined by {m} pairs: {parts}.", n=len(drawn), m=len(pairs), parts=parts)


def rank_bands(bands: pd.DataFrame, axes: list[Axes], *, kind: str, most: int = 8, say: Reader = ENGLISH) -> list[Axes]:
    """Draw, for each measure, the first stakeholders with their value and its band; beside each the share of readings as first.

    Parameters
    ----------
    bands : DataFrame
        ``measure, label, value, lower, upper, share_first, kind``; readings of `kind` are drawn.
    axes : one Axes a measure, in the order they come
    most : int
        Stakeholders a measure.
    """
    for ax, (measure, part) in zip(axes, bands[bands["kind"] == kind].groupby("measure", sort=False), strict=True):
        rows = part.sort_values(["value", "label"], ascending=[False, True]).head(most).reset_index(drop=True)
        ax.hlines(rows.index, rows["lower"], rows["upper"], color="#9EC4DE", linewidth=4)
        ax.plot(rows["value"], rows.index, linestyle="", marker="o", markersize=4, color="#0072B2")
        ax.set_yticks(rows.index, rows["label"], fontsize=7)
        ax.set_ylim(most - 0.4, -0.6)
        right = max(float(rows["upper"].max()), float(rows["value"].max()), 1e-9)
        ax.set_xlim(0, right * 1.32)
        for at, share in rows["share_first"].items():
            ax.text(
                right * 1.3, at, say.percent(share) if share == share else "–", ha="right", va="center", fontsize=6.5
            )
        ax.set_title(say.label("measure", str(measure)), fontsize=8.5)
        ax.xaxis.set_major_formatter(lambda value, _: say.number(round(value, 3)))
        ax.tick_params(axis="x", labelsize=6.5)
    return axes


def rank_bands_alt(bands: pd.DataFrame, *, kind: str, say: Reader = ENGLISH) -> str:
    """Say what :func:`rank_bands` shows."""
    parts = []
    for measure, part in bands[bands["kind"] == kind].groupby("measure", sort=False):
        one = part.sort_values(["value", "label"], ascending=[False, True]).iloc[0]
        parts.append(
            say("{measure}: {label}, first in {share} of readings", measure=say.label("measure", str(measure)), label=one["label"], share=say.percent(one["share_first"]))
        )  # fmt: skip
    return say("Measures of the first stakeholders with their bands ({kind}). {parts}.", kind=say.label("band", kind), parts="; ".join(parts))  # fmt: skip


def group_matrix(
    ties: pd.DataFrame,
    groups: pd.DataFrame,
    stakeholders: pd.DataFrame,
    *,
    say: Reader = ENGLISH,
    ax: Axes | None = None,
) -> Axes:
    """Draw who is tied to whom as a matrix ordered by groups: squares on the diagonal are groups, marks off them lead outside.

    Parameters
    ----------
    ties : DataFrame, one row a tie
        ``source, target, weight``.
    groups : DataFrame
        ``id, group``; stakeholders without a group are left out.
    stakeholders : DataFrame
        ``stakeholder_id, short_name, sector``.
    """
    ax = plt.gca() if ax is None else ax
    about = stakeholders.set_index("stakeholder_id")
    order = groups.dropna(subset=["group"]).assign(label=lambda table: table["id"].map(about["short_name"]))
    order = order.sort_values(["group", "label"], ignore_index=True)
    at = {one: number for number, one in enumerate(order["id"])}
    inside = ties[ties["source"].isin(at) & ties["target"].isin(at)]
    x = [at[one] for one in inside["source"]] + [at[one] for one in inside["target"]]
    y = [at[one] for one in inside["target"]] + [at[one] for one in inside["source"]]
    size = 5 + 3 * inside["weight"].clip(upper=8)
    ax.scatter(x, y, s=[*size, *size], marker="s", color="#0072B2", linewidths=0)
    for _, part in order.groupby("group"):
        first, n = part.index[0] - 0.5, len(part)
        ax.add_patch(Rectangle((first, first), n, n, facecolor="none", edgecolor="#D55E00", linewidth=1.0))
    ax.set_yticks(range(len(order)), order["label"], fontsize=4.6)
    ax.set_xticks(range(len(order)), order["label"], fontsize=4.6, rotation=90)
    ax.xaxis.tick_top()
    ax.tick_params(length=0, pad=1)
    for label, who in [
        *zip(ax.get_yticklabels(), order["id"], strict=True),
        *zip(ax.get_xticklabels(), order["id"], strict=True),
    ]:
        label.set_color(SECTOR[about.at[who, "sector"]][0])
    ax.set(xlim=(-1, len(order)), ylim=(len(order), -1), aspect="equal")
    for spine in ax.spines.values():
        spine.set_visible(False)
    return ax


def group_matrix_alt(ties: pd.DataFrame, groups: pd.DataFrame, *, say: Reader = ENGLISH) -> str:
    """Say what :func:`group_matrix` shows."""
    group = groups.dropna(subset=["group"]).set_index("id")["group"]
    both = ties[ties["source"].isin(group.index) & ties["target"].isin(group.index)]
    inside = int((both["source"].map(group) == both["target"].map(group)).sum())
    return say(
        "Matrix of {n} stakeholders in {k} groups: {inside} of {m} tied pairs lie inside a group.",
        n=len(group), k=int(group.nunique()), inside=inside, m=len(both),
    )  # fmt: skip


def relation_maps(
    positions: pd.DataFrame, ties: pd.DataFrame, stakeholders: pd.DataFrame, axes: list[Axes], *, say: Reader = ENGLISH
) -> list[Axes]:
    """Draw one small map a relation, every stakeholder at its one place: who takes part in it stands out.

    Parameters
    ----------
    positions : DataFrame
        ``stakeholder_id, x, y``.
    ties : DataFrame
        ``network`` (the relation), ``source, target``; relations are drawn in the order they come. ``own`` (only the document under
        examination reports it: dashed) and ``polarity`` (of all its rows; challenging: orange and dotted) where they are told apart.
    stakeholders : DataFrame
        ``stakeholder_id, sector``.
    axes : one Axes a relation
    """
    at = positions.set_index("stakeholder_id")[["x", "y"]]
    sector = stakeholders.set_index("stakeholder_id")["sector"]
    for ax, (relation, part) in zip(axes, ties.groupby("network", sort=False), strict=True):
        ax.scatter(at["x"], at["y"], s=4, color="#d5d5d5", zorder=1)
        for (colour, style), drawn in part.groupby(_line_of(part), sort=True):
            lines = [
                (tuple(at.loc[a]), tuple(at.loc[b])) for a, b in zip(drawn["source"], drawn["target"], strict=True)
            ]
            ax.add_collection(LineCollection(lines, linewidths=0.9, colors=colour, linestyles=style, zorder=2))
        for one in sorted({*part["source"], *part["target"]}):
            colour, marker = SECTOR[sector[one]]
            ax.scatter(
                at.at[one, "x"],
                at.at[one, "y"],
                s=22,
                c=colour,
                marker=marker,
                edgecolors="white",
                linewidths=0.4,
                zorder=3,
            )
        ax.set_title(fill(say.label("relation", str(relation)), 18) + f" ({say.number(_counted(part))})", fontsize=8)
        ax.set_axis_off()
    figure = axes[0].figure
    kinds = [one for one in SECTOR if (sector.loc[sorted({*ties["source"], *ties["target"]})] == one).any()]
    handles = [
        plt.Line2D([], [], linestyle="", marker=SECTOR[one][1], color=SECTOR[one][0], label=say.label("sector", one))
        for one in kinds
    ]
    if "own" in ties or "polarity" in ties:
        words = {
            "supporting": say("reported as supporting or neutral"),
            "challenging": say("reported as challenging"),
            "own": say("thesis only"),
        }
        seen = {one for line in _line_of(ties) for one in _LINES if _LINES[one] == line}
        handles += [
            plt.Line2D([], [], color=_LINES[one][0], linestyle=_LINES[one][1], label=words[one])
            for one in _LINES
            if one in seen
        ]
    figure.legend(handles=handles, loc="outside lower center", ncols=4)
    return axes


def _counted(ties: pd.DataFrame) -> int:
    """Ties that count: those that only the document under examination reports are drawn and not counted."""
    return int((~ties["own"].astype(bool)).sum()) if "own" in ties else len(ties)


_LINES: dict[str, tuple[str, Any]] = {
    "supporting": ("#666666", "-"),
    "challenging": ("#D55E00", ":"),
    "own": ("#666666", "--"),
}


def _line_of(ties: pd.DataFrame) -> pd.Series:
    """Colour and style of each tie: told apart by both, so that neither alone carries the meaning."""
    kind = pd.Series("supporting", ties.index)
    if "polarity" in ties:
        kind = kind.mask(ties["polarity"] == "challenging", "challenging")
    if "own" in ties:
        kind = kind.mask(ties["own"].astype(bool), "own")
    return kind.map(_LINES)


def relation_maps_alt(ties: pd.DataFrame, *, say: Reader = ENGLISH) -> str:
    """Say what :func:`relation_maps` shows."""
    parts = [
        say("{relation}: {n} ties among {m} stakeholders", relation=say.label("relation", str(relation)), n=_counted(part), m=len({*part["source"], *part["target"]}))
        for relation, part in ties.groupby("network", sort=False)
    ]  # fmt: skip
    return say("One small map a relation. {parts}.", parts="; ".join(parts))


def ego_map(
    ties: pd.DataFrame, stakeholders: pd.DataFrame, egos: list[str], *, say: Reader = ENGLISH, ax: Axes | None = None
) -> Axes:
    """Draw some stakeholders and all they are tied to; a tie that only the document under examination reports is dashed.

    Parameters
    ----------
    ties : DataFrame, one row a tie
        ``source, target, relation, own`` (True: reported by the document under examination only).
    stakeholders : DataFrame
        ``stakeholder_id, short_name, sector``.
    egos : list of stakeholder ids
    """
    ax = plt.gca() if ax is None else ax
    table = stakeholders.set_index("stakeholder_id")
    near = sorted({*ties["source"], *ties["target"]} - set(egos))
    at = {one: (0.0, 0.0 if len(egos) == 1 else 0.55 - 1.1 * row / (len(egos) - 1)) for row, one in enumerate(egos)}
    for step, one in enumerate(near):
        side, row = step % 2, step // 2
        rows = (len(near) + 1 - side) // 2
        at[one] = (1.6 if side == 0 else -1.6, 0.0 if rows == 1 else 0.8 - 1.6 * row / (rows - 1))
    only = say("thesis only")
    for tie in ties.itertuples():
        (x, y), (to_x, to_y) = at[tie.source], at[tie.target]
        style = {
            "arrowstyle": "-|>",
            "linestyle": (0, (4, 3)) if tie.own else "-",
            "color": "#555555",
            "shrinkA": 14,
            "shrinkB": 14,
        }
        ax.annotate("", (to_x, to_y), xytext=(x, y), arrowprops=style)
        text = say.label("relation", tie.relation) + (f" ({only})" if tie.own else "")
        ax.text(x * 0.52 + to_x * 0.48, y * 0.52 + to_y * 0.48, text, fontsize=7.5, ha="center", va="center",
                bbox={"facecolor": "white", "edgecolor": "none", "pad": 1.2})  # fmt: skip
    for one, (x, y) in at.items():
        colour, marker = SECTOR[table.at[one, "sector"]]
        ax.scatter(x, y, s=170 if one in egos else 90, c=colour, marker=marker, edgecolors="white", zorder=3)
        ax.text(
            x,
            y - 0.17,
            table.at[one, "short_name"],
            ha="center",
            va="top",
            fontsize=8,
            fontweight="bold" if one in egos else "normal",
        )
    ax.set_xlim(-2.3, 2.3)
    ax.set_ylim(-1.25, 1.05)
    ax.set_axis_off()
    return ax


def ego_map_alt(ties: pd.DataFrame, stakeholders: pd.DataFrame, *, say: Reader = ENGLISH) -> str:
    """Say what :func:`ego_map` shows."""
    only = say("thesis only")
    names = stakeholders.set_index("stakeholder_id")["short_name"]
    parts = [
        f"{names[one.source]} {say.label('relation', one.relation)} {names[one.target]}"
        + (f" ({only})" if one.own else "")
        for one in ties.itertuples()
    ]
    return say("Map of the ties of a few stakeholders. {parts}.", parts="; ".join(parts) or say("no tie"))
