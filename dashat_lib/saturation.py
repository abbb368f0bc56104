"""Would more material bring new codes? Base, runs and threshold; the curve; and how far the order of sources decides it."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence

import numpy as np
import pandas as pd

NOT_ASSESSABLE, NEVER, EMPTY_BASE = "not assessable", "no run is below the threshold", "the base holds no code"


def source_codes(
    rows: pd.DataFrame, *, codes: Iterable[str] | None = None, with_stance: bool = False
) -> dict[str, frozenset[str]]:
    """Return the codes of each source that has any, in order of publication (unknown last) and id.

    Parameters
    ----------
    rows : DataFrame
        :func:`dashat_lib.coding.coded_rows`.
    codes : iterable, optional
        Only these: a deductive codebook saturates by construction, so look at the inductive codes, too.
    with_stance : bool
        Count (code, stance) instead of codes.
    """
    kept = rows if codes is None else rows[rows["code"].isin(list(codes))]
    label = kept["code"] + "/" + kept["stance"] if with_stance else kept["code"]
    order = rows.drop_duplicates("source_id").sort_values(["published", "source_id"], na_position="last")["source_id"]
    found = label.groupby(kept["source_id"]).agg(frozenset)
    return {one: found.get(one, frozenset()) for one in order}


def runs(sources: Sequence[frozenset[str]], *, base: int = 4, run: int = 2, overlap: bool = True) -> pd.DataFrame:
    """Return the new information of each run of sources after the base.

    Parameters
    ----------
    sources : sequence of sets of codes, in order
    base, run : int
        Sources in the base, and in a run.
    overlap : bool
        Whether the next run begins one source later (5-6, 6-7, ...) or after this one (5-6, 7-8, ...).

    Returns
    -------
    DataFrame, one row a run
        ``first, last`` (numbers of sources), ``n_new`` (codes not seen before the run), ``n_base``, ``ratio`` (new codes by
        codes of the base; NaN where the base is empty). Empty where there are fewer sources than base and one run.

    References
    ----------
    Guest, G., Namey, E. & Chen, M. (2020). PLoS ONE 15(5):e0232076. Whether their runs overlap could not be confirmed.
    """
    n_base = len(frozenset().union(*sources[:base])) if base else 0
    rows = []
    for start in range(base, len(sources) - run + 1, 1 if overlap else run):
        before = frozenset().union(*sources[:start])
        new = len(frozenset().union(*sources[start : start + run]) - before)
        rows.append((start + 1, start + run, new, n_base, new / n_base if n_base else math.nan))
    return pd.DataFrame(rows, columns=["first", "last", "n_new", "n_base", "ratio"])


def point(
    sources: Sequence[frozenset[str]], *, base: int = 4, run: int = 2, threshold: float = 0.05, overlap: bool = True
) -> float:
    """Return the number of sources up to the first run with a ratio of at most `threshold`; NaN where none has one."""
    table = runs(sources, base=base, run=run, overlap=overlap)
    there = table[table["ratio"] <= threshold]
    return float(there["first"].iloc[0] - 1) if len(there) else math.nan


def why_undefined(sources: Sequence[frozenset[str]], *, base: int, run: int) -> str:
    """Return why there is no saturation point: too few sources, a base without any of the codes, or no run that brings little."""
    if len(sources) < base + run:
        return NOT_ASSESSABLE
    return NEVER if any(sources[:base]) else EMPTY_BASE


def curve(sources: Sequence[frozenset[str]]) -> pd.DataFrame:
    """Return how many codes were seen after each source: ``n_sources, n_new, n_codes, share`` (of the final codes).

    References
    ----------
    Hennink, M. M., Kaiser, B. N. & Marconi, V. C. (2017). Qual. Health Res. 27:591-608.
    """
    seen: frozenset[str] = frozenset()
    rows = []
    for at, codes in enumerate(sources, start=1):
        new = len(codes - seen)
        seen |= codes
        rows.append((at, new, len(seen)))
    table = pd.DataFrame(rows, columns=["n_sources", "n_new", "n_codes"])
    return table.assign(share=table["n_codes"] / len(seen) if seen else math.nan)


def over_orders(
    sources: Mapping[str, frozenset[str]], *, base: int = 4, run: int = 2, threshold: float = 0.05, overlap: bool = True,
    orders: int = 1000, seed: int = 0,
) -> tuple[dict[str, object], pd.DataFrame]:  # fmt: skip
    """Return the saturation point and the curve over random orders of the sources.

    Returns
    -------
    dict
        ``point`` (of the order given; NaN with a ``reason``), ``n_base`` (codes of the base in that order), ``n_at_point, n_codes`` (codes seen up to
        the point and its run, and at the end), ``median, lower, upper`` (5 and 95 %, of the orders that come there), ``share_never``,
        ``orders, n_sources, base, run, threshold, overlap, reason`` ("not assessable" with fewer sources than base and one run).
    DataFrame
        ``n_sources, median, lower, upper``: codes seen, 5 to 95 % of the orders.
    """
    sets = list(sources.values())
    found: dict[str, object] = {
        "point": math.nan, "n_base": 0, "n_at_point": math.nan, "n_codes": len(frozenset().union(*sets)), "median": math.nan, "lower": math.nan, "upper": math.nan, "share_never": math.nan,
        "orders": orders, "n_sources": len(sets), "base": base, "run": run, "threshold": threshold, "overlap": overlap, "reason": None,
    }  # fmt: skip
    if len(sets) < base + run:
        return found | {"reason": NOT_ASSESSABLE}, pd.DataFrame(columns=["n_sources", "median", "lower", "upper"])
    names = sorted({code for one in sets for code in one})
    holds = np.array([[name in one for name in names] for one in sets], dtype=bool).reshape(len(sets), -1)
    rng = np.random.default_rng(seed)
    known, points = np.empty((orders, len(sets)), dtype=int), np.empty(orders)
    alphabetical = np.argsort(list(sources))  # the same draws whatever order the sources come in
    for at in range(orders):
        seen = np.logical_or.accumulate(holds[alphabetical[rng.permutation(len(sets))]], axis=0)
        known[at] = seen.sum(axis=1)
        points[at] = _point(known[at], base, run, threshold, overlap)
    there = points[~np.isnan(points)]
    low, middle, high = np.percentile(there, [5, 50, 95]).tolist() if len(there) else (math.nan,) * 3
    band = np.percentile(known, [50, 5, 95], axis=0)
    table = pd.DataFrame(
        {"n_sources": np.arange(1, len(sets) + 1), "median": band[0], "lower": band[1], "upper": band[2]}
    )
    n_base = len(frozenset().union(*sets[:base]))
    reached = point(sets, base=base, run=run, threshold=threshold, overlap=overlap)
    seen_by_then = math.nan if math.isnan(reached) else float(len(frozenset().union(*sets[: int(reached) + run])))
    reason = None if not math.isnan(reached) else why_undefined(sets, base=base, run=run)
    return found | {
        "n_base": n_base, "n_at_point": seen_by_then, "reason": reason,
        "point": reached, "median": middle, "lower": low, "upper": high,
        "share_never": 1 - len(there) / orders,
    }, table  # fmt: skip


def _point(known: np.ndarray, base: int, run: int, threshold: float, overlap: bool) -> float:
    """The saturation point from the number of codes known after each source."""
    starts = np.arange(base, len(known) - run + 1, 1 if overlap else run)
    if known[base - 1] == 0:
        return math.nan
    ratios = (known[starts + run - 1] - known[starts - 1]) / known[base - 1]
    there = np.flatnonzero(ratios <= threshold)
    return float(starts[there[0]]) if len(there) else math.nan
