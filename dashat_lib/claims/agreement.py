"""How far do actors of different groups agree on a code, and how far would they if stances were shuffled?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Agreement:
    """How far the actors of different groups agree on one code: sums over their pairs.

    ``conflict``; ``subtract``, congruence minus conflict; ``null``, that in each shuffle of the stances among the units; ``actors``.
    """

    conflict: int
    subtract: float
    null: np.ndarray
    actors: frozenset[str]


def agreement(
    units: Sequence[tuple[bool, Sequence[str]]], group: Mapping[str, str], *, draws: int, seed: Sequence[int]
) -> Agreement:
    """Return the agreement on one code.

    Of actors i and j, congruence minus conflict is the product of their d = for - against. Over the pairs of different groups
    it is half of (sum of d)² minus that within each group.

    Parameters
    ----------
    units : sequence of (whether it speaks for, actors named)
    group : mapping actor -> group
    """
    actors = sorted({one for _, named in units for one in named})
    names = sorted({group[one] for one in actors})
    member = np.zeros((len(units), len(actors)), dtype="float32")
    for row, (_, named) in enumerate(units):
        member[row, [actors.index(one) for one in named]] = 1
    groups = np.array([[group[one] == name for name in names] for one in actors], dtype="float32")
    stance = np.array([said for said, _ in units])
    drawn = np.tile(stance, (draws + 1, 1))
    if 0 < stance.sum() < len(stance):  # else every shuffle says the same
        drawn[1:] = np.random.default_rng(seed).permuted(drawn[1:], axis=1)
    times_for, times = drawn.astype("float32") @ member, member.sum(axis=0)
    f, a = times_for > 0, times_for < times
    conflict = int(f[0].sum()) * int(a[0].sum()) - int(((f[0] @ groups) * (a[0] @ groups)).sum())
    d = f.astype("float32") - a
    subtract = (d.sum(axis=1) ** 2 - ((d @ groups) ** 2).sum(axis=1)) / 2
    return Agreement(conflict, float(subtract[0]), subtract[1:], frozenset(actors))
