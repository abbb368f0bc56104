"""What a figure shows, as hashes of the numbers and words it was drawn from: fonts, sizes and colours are no part of it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection, PolyCollection
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle, Wedge

from ..fingerprint import of_values

_SHOWN = 8  # hexadecimal digits of a hash
_FIGURES = 6  # significant figures of a number: what is beyond hangs on the machine


def drawn(fig: Figure) -> dict[str, dict[str, str]]:
    """Return what each panel of a figure shows, by kind (lines, bars, points, areas, images, words), as hashes.

    Returns
    -------
    dict, panel (from "1", in the order of drawing) -> kind -> 8 hexadecimal digits
        Numbers count to six significant figures, in the units of the axes. Kinds that a panel does not have are left out.

    Notes
    -----
    To be called once the figure was drawn: labels of ticks are known only then.
    """
    found = {}
    for at, ax in enumerate(fig.axes, start=1):
        kinds: dict[str, list[Any]] = {}
        for kind, value in _shown(ax):
            kinds.setdefault(kind, []).append(value)
        found[str(at)] = {kind: of_values(values)[:_SHOWN] for kind, values in kinds.items()}
    words = [one.get_text() for one in fig.texts if one.get_text()]
    return {**found, "0": {"words": of_values(words)[:_SHOWN]}} if words else found


def _shown(ax: Axes) -> Iterator[tuple[str, Any]]:
    for line in ax.lines:
        yield "lines", [_plain(line.get_xdata()), _plain(line.get_ydata())]
    for patch in ax.patches:
        if isinstance(patch, Rectangle):
            yield "bars", _plain([*patch.get_xy(), patch.get_width(), patch.get_height()])
        elif isinstance(patch, Wedge):
            yield "bars", _plain([*patch.center, patch.r, patch.theta1, patch.theta2])
    for one in ax.collections:
        if isinstance(one, LineCollection):
            yield "lines", [_plain(part) for part in one.get_segments()]
        elif isinstance(one, PolyCollection):
            yield "areas", [_plain(path.vertices) for path in one.get_paths()]
        else:
            yield "points", [_plain(one.get_offsets()), _plain(one.get_sizes() if hasattr(one, "get_sizes") else [])]
        if one.get_array() is not None:
            yield "points", _plain(one.get_array())
    for image in ax.images:
        yield "images", _plain(image.get_array())
    ticks = [one.get_text() for axis in (ax.xaxis, ax.yaxis) for one in axis.get_ticklabels()]
    said = [ax.get_title(loc) for loc in ("left", "center", "right")]
    yield "words", [*said, ax.get_xlabel(), ax.get_ylabel(), *ticks, *(one.get_text() for one in ax.texts)]


def _plain(values: Any) -> Any:
    """Numbers as text of six significant figures, words as they are; what is masked or missing is "-"."""
    table: Any = np.ma.filled(np.ma.asarray(values, dtype="object"), None)
    return [_number(one) for one in table.ravel()] + [list(table.shape)]


def _number(value: Any) -> str:
    if value is None or value != value:
        return "-"
    try:
        return f"{float(value) + 0.0:.{_FIGURES}g}"
    except (TypeError, ValueError):
        return str(value)
