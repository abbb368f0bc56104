"""The map of stakeholders."""

from __future__ import annotations

from textwrap import fill

import pandas as pd
from matplotlib import pyplot as plt
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection

from ..words import Reader, reader
from .labels import place_names
from .style import SECTOR

ENGLISH = reader("en")


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
        ``one, other, n_rows``; the line is wider with more evidence rows.
    stakeholders : DataFrame
        ``stakeholder_id, short_name, sector, n_families`` (source families that name it; the mark grows with them).
    least : int
        Names are written where at least so many source families name the stakeholder: what rests on little stays unnamed.
    """
    ax = plt.gca() if ax is None else ax
    at = positions.set_index("stakeholder_id")[["x", "y"]]
    lines = [
        (tuple(at.loc[one]), tuple(at.loc[other])) for one, other in pairs[["one", "other"]].itertuples(index=False)
    ]
    ax.add_collection(
        LineCollection(
            lines, linewidths=0.4 + 0.35 * pairs["n_rows"].clip(upper=8), colors="#9a9a9a", alpha=0.6, zorder=1
        )
    )
    table = stakeholders.merge(positions, on="stakeholder_id")
    for sector, (colour, marker) in SECTOR.items():
        part = table[table["sector"] == sector]
        if part.empty:
            continue
        ax.scatter(part["x"], part["y"], s=18 + 5 * part["n_families"], c=colour, marker=marker, edgecolors="white", linewidths=0.6, zorder=2,
                   label=say.label("sector", sector))  # fmt: skip
    named = table[table["n_families"] >= least].sort_values("n_families", ascending=False)
    place_names(ax, named.rename(columns={"short_name": "name"}), table)
    ax.set_axis_off()
    ax.autoscale_view()
    legend = ax.legend(loc="upper left", bbox_to_anchor=(1.0, 1.0), title=say("Sector"), alignment="left")
    for handle in legend.legend_handles:
        handle.set_sizes([40])  # type: ignore[union-attr]
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
    return ax


def network_map_alt(pairs: pd.DataFrame, stakeholders: pd.DataFrame, *, say: Reader = ENGLISH) -> str:
    """Say what :func:`network_map` shows."""
    drawn = stakeholders[stakeholders["stakeholder_id"].isin(set(pairs["one"]) | set(pairs["other"]))]
    parts = say.list(f"{say.label('sector', str(sector))} {n}" for sector, n in drawn["sector"].value_counts().items())
    return say("Network of {n} stakeholders joined by {m} pairs: {parts}.", n=len(drawn), m=len(pairs), parts=parts)


def relation_maps(
    positions: pd.DataFrame, ties: pd.DataFrame, stakeholders: pd.DataFrame, axes: list[Axes], *, say: Reader = ENGLISH
) -> list[Axes]:
    """Draw one small map a relation, every stakeholder at its one place: who takes part in it stands out.

    Parameters
    ----------
    positions : DataFrame
        ``stakeholder_id, x, y``.
    ties : DataFrame
        ``network`` (the relation), ``source, target``; relations are drawn in the order they come.
    stakeholders : DataFrame
        ``stakeholder_id, sector``.
    axes : one Axes a relation
    """
    at = positions.set_index("stakeholder_id")[["x", "y"]]
    sector = stakeholders.set_index("stakeholder_id")["sector"]
    for ax, (relation, part) in zip(axes, ties.groupby("network", sort=False), strict=True):
        ax.scatter(at["x"], at["y"], s=4, color="#d5d5d5", zorder=1)
        lines = [(tuple(at.loc[a]), tuple(at.loc[b])) for a, b in zip(part["source"], part["target"], strict=True)]
        ax.add_collection(LineCollection(lines, linewidths=0.7, colors="#666666", zorder=2))
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
        ax.set_title(fill(say.label("relation", str(relation)), 18) + f" ({say.number(len(part))})", fontsize=8)
        ax.set_axis_off()
    figure = axes[0].figure
    kinds = [one for one in SECTOR if (sector.loc[sorted({*ties["source"], *ties["target"]})] == one).any()]
    handles = [
        plt.Line2D([], [], linestyle="", marker=SECTOR[one][1], color=SECTOR[one][0], label=say.label("sector", one))
        for one in kinds
    ]
    figure.legend(handles=handles, loc="outside lower center", ncols=4)
    return axes


def relation_maps_alt(ties: pd.DataFrame, *, say: Reader = ENGLISH) -> str:
    """Say what :func:`relation_maps` shows."""
    parts = [
        say("{relation}: {n} ties among {m} stakeholders", relation=say.label("relation", str(relation)), n=len(part), m=len({*part["source"], *part["target"]}))
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
