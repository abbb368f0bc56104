"""Numbers that a comparison may name without a definition of their own: an index beside a percentile of its null."""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING

import numpy as np
from scipy.special import gammaln

from ..errors import message
from ..facts import Measured, under
from ..network import stage as network

if TYPE_CHECKING:
    from .reckoning import Reckoning

NULL_DRAWS = 2000
_RECIPROCITY_NULL = re.compile(r"reciprocity_null_(\d+)(?:_(\d+))?")
_EI_NULL = re.compile(r"ei_null_(\d+)(?:_(\d+))?")
_EI = re.compile(r"ei_(\w+)")


def ingredient(book: Reckoning, name: str) -> Measured | None:
    """Return a number that a comparison may name without a definition; None if the name is none of these.

    - ``reciprocity_directed``: share of the arcs that are returned, in the network of all ties recorded with a direction;
    - ``reciprocity_null_97_5``: that percentile (97.5) of it in directed networks of as many arcs between the same
      stakeholders, all equally likely;
    - ``ei_sector``: E-I index by an attribute of stakeholders, in the network of all ties, those without a tie left out;
    - ``ei_null_97_5``: that percentile of the E-I index by sector, sectors shuffled among the stakeholders.
    """
    if name == "reciprocity_directed":
        return _reciprocity(book, None)
    if one := _RECIPROCITY_NULL.fullmatch(name):
        return _reciprocity(book, _percentile(one))
    if one := _EI_NULL.fullmatch(name):
        return _ei(book, network.GROUP, _percentile(one))
    if (one := _EI.fullmatch(name)) and one[1] in book.stakeholders:
        return _ei(book, one[1], None)
    return None


def is_ingredient(book: Reckoning, name: str) -> bool:
    """Say whether :func:`ingredient` knows a name."""
    one = _EI.fullmatch(name)
    patterns = (_RECIPROCITY_NULL, _EI_NULL)
    return (
        name == "reciprocity_directed"
        or any(pattern.fullmatch(name) for pattern in patterns)
        or bool(one and one[1] in book.stakeholders)
    )


def _percentile(found: re.Match[str]) -> float:
    return float(f"{found[1]}.{found[2] or 0}")


def _reciprocity(book: Reckoning, percentile: float | None) -> Measured:
    arcs = set(zip(book.arcs["source"], book.arcs["target"], strict=True))
    m, value = len(arcs), math.nan
    if m and percentile is None:
        value = sum((target, source) in arcs for source, target in arcs) / m
    elif m and percentile is not None:
        null = reciprocity_null(len(book.stakeholders), m, draws=NULL_DRAWS, seed=book.settings.seed)
        value = float(np.percentile(null, percentile))
    return Measured(
        value=value,
        how=message("Share of arcs that are returned, ties recorded with a direction."),
        details={},
        support=() if book.bare else (
            under("ties", book.arcs["tie_id"]), under("evidence", book.arcs["evidence_id"]),
            under("stakeholders", looked_at=book.stakeholders["stakeholder_id"]),
        ),
        reason=None if m else network.NO_TIE,
    )  # fmt: skip


def reciprocity_null(n: int, m: int, *, draws: int, seed: int) -> np.ndarray:
    """Return the share of returned arcs in `draws` directed networks of `n` nodes and `m` arcs, all equally likely.

    The number k of mutual dyads is drawn from its exact distribution, C(D, k) C(D-k, m-2k) 2^(m-2k) / C(2D, m) with
    D = n(n-1)/2 dyads: what drawing whole networks gives, without drawing them.
    """
    dyads = n * (n - 1) // 2
    k = np.arange(max(0, m - dyads), m // 2 + 1)
    chance = _choose(dyads, k) + _choose(dyads - k, m - 2 * k) + (m - 2 * k) * math.log(2)
    chance = np.exp(chance - chance.max())
    drawn = np.random.default_rng(seed).choice(k, size=draws, p=chance / chance.sum())
    return 2 * drawn / m


def _choose(n: np.ndarray | int, k: np.ndarray) -> np.ndarray:
    """Logarithm of the binomial coefficient."""
    return gammaln(np.asarray(n) + 1.0) - gammaln(k + 1.0) - gammaln(np.asarray(n) - k + 1.0)


def _ei(book: Reckoning, group: str, percentile: float | None) -> Measured:
    draws = 0 if percentile is None else NULL_DRAWS
    given = {"network": network.ALL, "isolates": "out", "label": group, "draws": str(draws)}
    net = book.network(given)
    seen, null = book.ei(given)
    value = seen if percentile is None or null is None else round(float(np.percentile(null, percentile)), 10)
    return Measured(
        value=value,
        how=message("E-I index of the network of all ties."),
        details={},
        support=() if book.bare else network.support_of(net, "ei_index"),
        reason=None if len(net.ties) else network.NO_TIE,
    )


def is_resampled(name: str) -> bool:
    """Say whether an ingredient of that name is a percentile of a null."""
    return bool(_RECIPROCITY_NULL.fullmatch(name) or _EI_NULL.fullmatch(name))
