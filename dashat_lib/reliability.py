"""Would another coder see the same? Agreement coefficients, each with an interval, or with the reason why there is none.

A table of ratings has one row a unit and one column a coder; a missing cell is a unit that the coder did not code. A unit
with one coding is unpairable: it leaves observed agreement, Cohen's kappa and alpha. The chance terms of Fleiss' kappa and
AC1 are shares over all coded units, as Gwet defines them, so there it stays.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from .errors import Problem, TableError, message
from .resampling import blocks

METRICS = ("nominal", "ordinal", "interval", "ratio", "jaccard", "masi")
COEFFICIENTS = ("percent", "cohen", "fleiss", "alpha", "ac1")
NO_VARIATION, UNPAIRABLE, TOO_RARE = "no variation", "unpairable", "too rare"
TWO_CODERS_ONLY, ONE_CATEGORY = "for two coders only", "one category only"
RARE = 5
DRAWS = 2000
TINY = 1e-12


@dataclass(frozen=True)
class Ratings:
    """Ratings as numbers: for each unit how many coders gave each value.

    Attributes
    ----------
    values : tuple
        The values in order; for sets, frozensets.
    counts : array, shape (units, values)
        Units with at least one coding.
    pairs : array or None, shape (units, 2)
        Which value each of two coders gave (-1: none), where there are two.
    n_coders, n_unpairable : int
        Coders of the table, and units that fewer than two of them coded.
    """

    values: tuple[object, ...]
    counts: np.ndarray
    pairs: np.ndarray | None
    n_coders: int
    n_unpairable: int

    @property
    def pairable(self) -> np.ndarray:
        """Which units have two codings or more."""
        return self.counts.sum(axis=1) >= 2


def ratings(table: pd.DataFrame, *, domain: Sequence[object] | None = None) -> Ratings:
    """Count a table of ratings.

    Parameters
    ----------
    table : DataFrame, one row a unit, one column a coder
        Values of any kind that can be told apart; sets as frozensets; missing where not coded.
    domain : sequence, optional
        The values that were possible. Some coefficients ask for them, not only for those that occur.

    Raises
    ------
    ValueError
        If a value is not in `domain`.
    """
    cells = table.to_numpy(dtype=object)
    there = np.array([[not _missing(cell) for cell in row] for row in cells], dtype=bool).reshape(cells.shape)
    seen = {cell for cell in cells[there].tolist()}
    if domain is not None and not seen <= set(domain):
        raise ValueError(f"not among the possible values: {', '.join(map(str, sorted(seen - set(domain), key=str)))}")
    values = tuple(domain) if domain is not None else tuple(sorted(seen, key=_order))
    number = {value: at for at, value in enumerate(values)}
    coded = np.full(cells.shape, -1)
    for at in zip(*np.nonzero(there), strict=True):
        coded[at] = number[cells[at]]
    counts = np.zeros((len(cells), len(values)))
    np.add.at(counts, (np.nonzero(there)[0], coded[there]), 1)
    n_given = there.sum(axis=1)
    pairs = coded[n_given >= 1] if cells.shape[1] == 2 else None
    return Ratings(values, counts[n_given >= 1], pairs, table.shape[1], int((n_given < 2).sum()))


def _missing(cell: object) -> bool:
    return cell is None or cell is pd.NA or (isinstance(cell, float) and cell != cell)


def _order(value: object) -> tuple[int, object]:
    if isinstance(value, frozenset):
        return (2, (len(value), sorted(map(str, value))))
    return (0, float(value)) if isinstance(value, int | float) else (1, str(value))


# ---- distances -------------------------------------------------------------------------------------------------------


def jaccard(a: frozenset[object], b: frozenset[object]) -> float:
    """Return 1 minus the share of common members; 0 for two empty sets."""
    return 1 - len(a & b) / len(a | b) if a | b else 0.0


def masi(a: frozenset[object], b: frozenset[object]) -> float:
    """Return Passonneau's distance: Jaccard weighted by 1, 2/3 (one contains the other), 1/3 (they overlap) or 0.

    References
    ----------
    Passonneau, R. (2006). Measuring agreement on set-valued items (MASI). LREC.
    """
    if not a | b:
        return 0.0
    weight = 1.0 if a == b else 2 / 3 if a and b and (a <= b or b <= a) else 1 / 3 if a & b else 0.0
    return 1 - weight * len(a & b) / len(a | b)


def distances(values: Sequence[object], metric: str) -> np.ndarray:
    """Return the squared differences of values, for every metric but ordinal, whose differences hang on the counts."""
    if metric == "nominal":
        return 1 - np.eye(len(values))
    if metric in ("jaccard", "masi"):
        measure = jaccard if metric == "jaccard" else masi
        return np.array([[measure(a, b) for b in values] for a in values]).reshape(len(values), -1)  # type: ignore[arg-type]
    x = np.array([float(value) for value in values])  # type: ignore[arg-type]
    difference = x[:, None] - x[None, :]
    if metric == "interval":
        return difference**2
    if metric == "ratio":
        total = x[:, None] + x[None, :]
        return np.divide(difference, total, out=np.zeros_like(difference), where=total != 0) ** 2
    raise ValueError(f"metric {metric!r} is not one of: {', '.join(METRICS)}")


# ---- coefficients, for many weightings of the units at once ----------------------------------------------------------
# A weighting says how often each unit stands in a draw; all ones is the table itself.


def _alpha(data: Ratings, metric: str) -> Callable[[np.ndarray], np.ndarray]:
    """Krippendorff's alpha, 1 - D_o / D_e, of each weighting (rows)."""
    counts = np.where(data.pairable[:, None], data.counts, 0)
    m = np.maximum(counts.sum(axis=1), 2)  # an unpairable unit has no pair and adds nothing
    if metric == "ordinal":
        return lambda weights: _ordinal(counts, m, weights)
    delta = distances(data.values, metric)
    # Disagreement inside each unit: pairs of values c, k weighted by their distance, over m - 1.
    inside = np.einsum("uc,uc->u", counts @ delta, counts) / (m - 1)

    def value(weights: np.ndarray) -> np.ndarray:
        n_c = weights @ counts
        n = np.maximum(n_c.sum(axis=1), 2)
        observed = weights @ inside / n
        expected = np.einsum("bc,bc->b", n_c @ delta, n_c) / (n * (n - 1))
        return _one_minus(observed, expected)

    return value


def _ordinal(counts: np.ndarray, m: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Alpha with ordinal distances, which are counted anew for each weighting."""
    k = counts.shape[1]
    scaled = counts / (m - 1)[:, None]
    together = np.einsum("uc,uk->uck", scaled, counts)
    together[:, np.arange(k), np.arange(k)] -= scaled
    o = (weights @ together.reshape(len(counts), -1)).reshape(len(weights), k, k)
    n_c = weights @ counts
    n = np.maximum(n_c.sum(axis=1), 2)
    up_to = np.cumsum(n_c, axis=1)
    middle = up_to - n_c / 2  # half of the value itself and all below it
    delta = (middle[:, :, None] - middle[:, None, :]) ** 2
    observed = (o * delta).sum(axis=(1, 2)) / n
    expected = np.einsum("bc,bck,bk->b", n_c, delta, n_c) / (n * (n - 1))
    return _one_minus(observed, expected)


def _one_minus(observed: np.ndarray, expected: np.ndarray) -> np.ndarray:
    return 1 - np.divide(observed, expected, out=np.full_like(observed, np.nan), where=expected > TINY)


def _chance_corrected(p_o: np.ndarray, p_e: np.ndarray) -> np.ndarray:
    return np.divide(p_o - p_e, 1 - p_e, out=np.full_like(p_o, np.nan), where=np.abs(1 - p_e) > TINY)


def _percent(data: Ratings) -> Callable[[np.ndarray], np.ndarray]:
    m = np.maximum(data.counts.sum(axis=1), 2)
    same = (data.counts * (data.counts - 1)).sum(axis=1) / (m * (m - 1))
    pairable = data.pairable.astype(float)

    def value(weights: np.ndarray) -> np.ndarray:
        units = weights @ pairable
        return np.divide(weights @ same, units, out=np.full(len(weights), np.nan), where=units > 0)

    return value


def _shares(data: Ratings) -> Callable[[np.ndarray], np.ndarray]:
    each = data.counts / data.counts.sum(axis=1, keepdims=True)
    return lambda weights: weights @ each / weights.sum(axis=1, keepdims=True)


def _cohen(data: Ratings) -> Callable[[np.ndarray], np.ndarray]:
    assert data.pairs is not None
    pairable = data.pairable[:, None]
    one, other = (np.eye(len(data.values))[data.pairs[:, side]] * pairable for side in (0, 1))
    percent = _percent(data)

    def value(weights: np.ndarray) -> np.ndarray:
        total = np.maximum(weights @ data.pairable.astype(float), 1)[:, None]
        return _chance_corrected(percent(weights), ((weights @ one / total) * (weights @ other / total)).sum(axis=1))

    return value


def _fleiss(data: Ratings) -> Callable[[np.ndarray], np.ndarray]:
    percent, shares = _percent(data), _shares(data)
    return lambda weights: _chance_corrected(percent(weights), (shares(weights) ** 2).sum(axis=1))


def _ac1(data: Ratings) -> Callable[[np.ndarray], np.ndarray]:
    percent, shares, q = _percent(data), _shares(data), len(data.values)

    def value(weights: np.ndarray) -> np.ndarray:
        p = shares(weights)
        return _chance_corrected(percent(weights), (p * (1 - p)).sum(axis=1) / (q - 1))

    return value


# ---- with an interval ------------------------------------------------------------------------------------------------


def coefficient(
    data: Ratings, name: str, *, metric: str = "nominal", draws: int = DRAWS, seed: int = 0
) -> dict[str, object]:
    """Return one coefficient with its bootstrap interval.

    Parameters
    ----------
    name : "percent", "cohen", "fleiss", "alpha" or "ac1"
    metric : one of METRICS
        For alpha only.
    draws : int
        Units are drawn with replacement so often; draws in which the coefficient is undefined are dropped and counted.

    Returns
    -------
    dict
        ``coefficient, metric, value, lower, upper`` (2.5 and 97.5 percentiles; NaN with fewer than two units or draws),
        ``n_units`` (pairable), ``n_unpairable, n_coders, n_values`` (pairable codings), ``draws, share_degenerate, reason``.

    Notes
    -----
    The unit bootstrap undercovers where units are few (Hughes 2021, arXiv 2210.13265): never read a lower bound as a guarantee.

    References
    ----------
    Krippendorff, K. (2019). Content Analysis, 4th ed., ch. 12. Cohen, J. (1960). Educ. Psychol. Meas. 20:37-46.
    Fleiss, J. L. (1971). Psychol. Bull. 76:378-382. Gwet, K. L. (2008). Br. J. Math. Stat. Psychol. 61:29-48.
    """
    n, pairable = len(data.counts), int(data.pairable.sum())
    found: dict[str, object] = {
        "coefficient": name, "metric": metric if name == "alpha" else "nominal", "value": math.nan, "lower": math.nan, "upper": math.nan,
        "n_units": pairable, "n_unpairable": data.n_unpairable, "n_coders": data.n_coders,
        "n_values": int(data.counts[data.pairable].sum()),
        "draws": 0, "share_degenerate": math.nan, "reason": _obstacle(data, name),
    }  # fmt: skip
    if found["reason"] is not None:
        return found
    kinds, group, times = _kinds(data)
    measure = _measure(kinds, name, metric)
    value = float(measure(times[None, :])[0])
    if math.isnan(value):
        return found | {"reason": NO_VARIATION}
    seen = (
        np.concatenate([measure(_weights(draw(n, size, seed, at), group, len(times))) for at, size in blocks(draws)])
        if draws
        else np.zeros(0)
    )
    usable = seen[~np.isnan(seen)]
    low, high = (
        np.percentile(usable, [2.5, 97.5]).tolist() if len(usable) > 1 and pairable > 1 else (math.nan, math.nan)
    )
    return found | {
        "value": value, "lower": low, "upper": high, "draws": draws,
        "share_degenerate": 1 - len(usable) / draws if draws else math.nan,
    }  # fmt: skip


def draw(n: int, size: int, seed: int, block: int) -> np.ndarray:
    """Return the units of each draw of a block, with replacement: an array of `size` rows and `n` numbers of units."""
    kind = np.uint16 if n <= np.iinfo(np.uint16).max else np.int64
    return np.random.default_rng([seed, block]).integers(0, n, (size, n), dtype=kind)


def _weights(drawn: np.ndarray, group: np.ndarray, n_groups: int) -> np.ndarray:
    """How often each kind of unit is drawn, for each draw."""
    size = len(drawn)
    flat = group[drawn]
    flat += np.arange(0, size * n_groups, n_groups, dtype=flat.dtype)[:, None]
    return np.bincount(flat.ravel(), minlength=size * n_groups).reshape(size, n_groups).astype(float)


def _kinds(data: Ratings) -> tuple[Ratings, np.ndarray, np.ndarray]:
    """Units that were rated alike weigh alike: one row a kind of unit, the kind of each unit, and how many there are."""
    told = data.counts if data.pairs is None else np.hstack([data.counts, data.pairs])
    _, first, group, n = np.unique(told, axis=0, return_index=True, return_inverse=True, return_counts=True)
    pairs = None if data.pairs is None else data.pairs[first]
    return replace(data, counts=data.counts[first], pairs=pairs), group.ravel().astype(np.int64), n.astype(float)


def _obstacle(data: Ratings, name: str) -> str | None:
    if not data.pairable.any():
        return UNPAIRABLE
    if name == "cohen" and data.n_coders != 2:
        return TWO_CODERS_ONLY
    if name == "ac1" and len(data.values) < 2:
        return ONE_CATEGORY
    return None


def _measure(data: Ratings, name: str, metric: str) -> Callable[[np.ndarray], np.ndarray]:
    if name == "alpha":
        return _alpha(data, metric)
    makers = {"percent": _percent, "cohen": _cohen, "fleiss": _fleiss, "ac1": _ac1}
    if name not in makers:
        raise ValueError(f"coefficient {name!r} is not one of: {', '.join(COEFFICIENTS)}")
    return makers[name](data)


def agreement(
    table: pd.DataFrame,
    *,
    metric: str = "nominal",
    domain: Sequence[object] | None = None,
    draws: int = DRAWS,
    seed: int = 0,
) -> pd.DataFrame:
    """Return every coefficient that fits a table of ratings, each with its interval or its reason.

    Parameters
    ----------
    table : DataFrame, one row a unit, one column a coder
    metric : one of METRICS
        Distance of values for alpha; percent, kappas and AC1 know only same and different. With "jaccard" or "masi" the
        values are frozensets.
    domain : sequence, optional
        The values that were possible (AC1 asks for them).

    Returns
    -------
    DataFrame
        One row a coefficient: the keys of :func:`coefficient`.
    """
    data = ratings(table, domain=domain)
    names = COEFFICIENTS if metric not in ("jaccard", "masi") else ("percent", "alpha")
    return pd.DataFrame([coefficient(data, name, metric=metric, draws=draws, seed=seed) for name in names])


def by_code(
    codings: pd.DataFrame,
    units: Iterable[str],
    *,
    coders: Sequence[str] | None = None,
    draws: int = DRAWS,
    seed: int = 0,
) -> pd.DataFrame:
    """Return, for each code, whether coders give it to the same units: alpha and AC1 of given or not given.

    Parameters
    ----------
    codings : DataFrame, one row a coder, unit and code
        ``unit, coder, code``.
    units : iterable
        The units that every one of the coders went through; a unit without a coding is not given the code.
    coders : sequence, optional
        Those compared; all if not given.

    Returns
    -------
    DataFrame, one row a code and coefficient
        ``code``, the keys of :func:`coefficient`, ``prevalence`` (share of codings that give the code), ``n_uses`` (least uses
        by any of the coders). A code that a coder used fewer than five times gets no number: "too rare".
    """
    coders = list(coders) if coders is not None else sorted(codings["coder"].unique())
    units = list(units)
    kept = codings[codings["coder"].isin(coders) & codings["unit"].isin(units)].drop_duplicates(
        ["unit", "coder", "code"]
    )
    rows = []
    for code, part in kept.groupby("code", sort=True):
        given = pd.crosstab(part["unit"], part["coder"]).reindex(index=units, columns=coders, fill_value=0)
        uses = int(given.sum().min())
        data = ratings(given, domain=(0, 1))
        for name in ("alpha", "ac1"):
            one = coefficient(data, name, draws=draws if uses >= RARE else 0, seed=seed)
            if uses < RARE:
                one |= {"value": math.nan, "lower": math.nan, "upper": math.nan, "reason": TOO_RARE}
            rows.append({"code": code, **one, "prevalence": float(given.to_numpy().mean()), "n_uses": uses})
    return pd.DataFrame(rows)


def code_sets(
    codings: pd.DataFrame, units: Iterable[str], *, coders: Sequence[str] | None = None, bare: bool = True
) -> pd.DataFrame:
    """Return the set of codes that each coder gave each unit, for :func:`agreement` with "jaccard" or "masi".

    Parameters
    ----------
    codings : DataFrame, one row a coder, unit and code
        ``unit, coder, code``.
    bare : bool
        Whether units that nobody coded are in; two empty sets agree, so they raise the coefficient.
    """
    coders = list(coders) if coders is not None else sorted(codings["coder"].unique())
    units = list(units)
    sets = codings.groupby(["unit", "coder"])["code"].agg(frozenset).unstack("coder")
    table = sets.reindex(index=units, columns=coders)
    table = table.map(lambda cell: cell if isinstance(cell, frozenset) else frozenset())
    return table if bare else table[table.map(len).sum(axis=1) > 0]


def check_long(table: pd.DataFrame, file: str) -> None:
    """Refuse a long table in which one coder rates one unit twice with different values.

    Raises
    ------
    TableError
        With every such row.
    """
    twice = table[table.duplicated(["unit", "coder"], keep="first")]
    if len(twice):
        raise TableError(
            Problem(file, int(at) + 2, "coder", str(row["coder"]), message("'{value}' rates the unit {unit} a second time."),
                    message("Keep one of the two rows, or read the values as sets."), {"unit": str(row["unit"])})
            for at, row in twice.iterrows()
        )  # fmt: skip
