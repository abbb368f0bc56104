"""Figures of the material: how much there is, by whatever it is grouped."""

from __future__ import annotations

import pandas as pd
from matplotlib import pyplot as plt
from matplotlib.axes import Axes

from ..words import Reader, reader
from .style import STANCE

ENGLISH = reader("en")


def row_bars(counts: pd.DataFrame, *, say: Reader = ENGLISH, ax: Axes | None = None) -> Axes:
    """Draw one bar a group: admitted evidence rows, and hatched the rows of the document under examination.

    Parameters
    ----------
    counts : DataFrame, one row a bar, first on top
        ``label, n_rows`` (the document's own rows left out), ``n_rows_own``.
    """
    ax = plt.gca() if ax is None else ax
    ax.barh(counts["label"], counts["n_rows"], color=STANCE["for"], label=say("evidence rows"))
    own = counts[counts["n_rows_own"] > 0]
    ax.barh(own["label"], own["n_rows_own"], left=own["n_rows"], color="white", edgecolor=STANCE["against"], hatch="////",
            label=say("rows of the document under examination"))  # fmt: skip
    for at, (n, n_own) in enumerate(zip(counts["n_rows"], counts["n_rows_own"], strict=True)):
        ax.text(n + n_own, at, f" {n}" + (f" + {n_own}" if n_own else ""), va="center", fontsize=7.5)
    ax.invert_yaxis()
    ax.set(xlabel=say("evidence rows"))
    ax.margins(x=0.12)
    ax.legend(loc="lower right")
    return ax


def row_bars_alt(counts: pd.DataFrame, *, say: Reader = ENGLISH) -> str:
    """Say what :func:`row_bars` shows."""
    parts = [
        f"{one.label} {say.number(int(one.n_rows))}"
        + (f" + {say.number(int(one.n_rows_own))}" if one.n_rows_own else "")
        for one in counts.itertuples()
    ]
    return say(
        "Bars of evidence rows; after +: rows of the document under examination. {parts}.", parts="; ".join(parts)
    )
