"""How figures look, and how they come into a notebook: the same bytes each time, with alt text and a caption."""

from __future__ import annotations

import io
import json
from typing import Any

import matplotlib as mpl
from matplotlib import pyplot as plt
from matplotlib.figure import Figure

from ..facts import Stamp
from ..words import Reader, reader
from .drawn import drawn

ENGLISH = reader("en")

# Okabe & Ito's palette, safe for colour-blind readers. Nothing is told by colour alone: marks and words stand beside it.
VERDICT = {
    "supported": ("#009E73", "●"),
    "contested": ("#E69F00", "◐"),
    "contradicted": ("#D55E00", "○"),
    "undecidable": ("#777777", "?"),
    "not_tested": ("#777777", "–"),
}
STANCE = {"for": "#0072B2", "against": "#D55E00"}
SECTOR = {
    "government": ("#0072B2", "o"),
    "community": ("#009E73", "s"),
    "business": ("#E69F00", "D"),
    "academia": ("#CC79A7", "^"),
    "media": ("#56B4E9", "v"),
    "international": ("#8C564B", "P"),
    "beneficiary": ("#333333", "*"),
}
_CM = 1 / 2.54
_DPI = 160


def use_style() -> None:
    """Set fonts and sizes for all figures that follow: readable when printed 16 cm wide."""
    mpl.rcParams.update(
        {
            "font.family": "DejaVu Sans",
            "font.size": 8.5,
            "axes.titlesize": 9.5,
            "axes.spines.top": False,
            "axes.spines.right": False,
            "axes.titlelocation": "left",
            "figure.dpi": _DPI,
            "legend.frameon": False,
        }
    )


def figure(width_cm: float = 16, height_cm: float = 9, **subplots: Any) -> tuple[Figure, Any]:
    """Return a figure of a size in centimetres, and its axes."""
    use_style()
    return plt.subplots(figsize=(width_cm * _CM, height_cm * _CM), layout="constrained", **subplots)


def figure_bytes(fig: Figure, *, alt: str, stamp: Stamp) -> bytes:
    """Return a figure as PNG that carries its alt text and a stamp of what it was made from; no version, no date."""
    return _saved(fig, alt, stamp)[0]


def _saved(fig: Figure, alt: str, stamp: Stamp) -> tuple[bytes, dict[str, dict[str, str]]]:
    """A figure as PNG, and what it shows."""
    buffer = io.BytesIO()
    made_from = json.dumps(stamp.record(), ensure_ascii=False)
    fig.savefig(buffer, format="png", dpi=_DPI, metadata={"Software": None, "Description": alt, "Comment": made_from})
    shown = drawn(fig)
    plt.close(fig)
    return buffer.getvalue(), shown


def show(fig: Figure, *, alt: str, caption: str, stamp: Stamp, say: Reader = ENGLISH) -> None:
    """Show a figure in a notebook with its alt text, and under it the caption and what it was made from.

    Alt text and stamp stand in the image's metadata as well, where a screen reader and ``stale`` find them; so does what
    the figure shows (:func:`dashat_lib.plots.drawn.drawn`), by which ``dashat verify`` compares it.
    """
    from IPython.display import Image, Markdown, display

    content, shown = _saved(fig, alt, stamp)
    about = {"dashat": {**stamp.record(), "drawn": shown}}
    display(Image(data=content, format="png", alt=alt, embed=True, metadata=about))
    display(Markdown(f"*{caption}* \n`{stamp.text(say)}`"))
