"""Co-occurrence and the interval of alpha against the plain way, in one run: ``python -m benchmarks.coding``."""

from __future__ import annotations

import time
from collections.abc import Callable

import numpy as np
import pandas as pd

from dashat_lib import coding, reliability
from dashat_lib.resampling import blocks


def timed(work: Callable[[], object]) -> tuple[float, object]:
    """Return the seconds some work takes, and its result."""
    begin = time.perf_counter()
    found = work()
    return time.perf_counter() - begin, found


def pairs() -> None:
    """10^6 codings, 10^5 units, 200 codes: against merging the table with itself."""
    rng = np.random.default_rng(0)
    units, codes = pd.Series(rng.integers(0, 10**5, 10**6)), pd.Series(rng.integers(0, 200, 10**6))

    def merged() -> np.ndarray:
        table = pd.DataFrame({"unit": units, "code": codes}).drop_duplicates()
        return table.merge(table, on="unit").groupby(["code_x", "code_y"]).size().unstack(fill_value=0).to_numpy()

    coding.pair_counts(units[:1000], codes[:1000])
    ours, (_, mine) = timed(lambda: coding.pair_counts(units, codes))
    theirs, other = timed(merged)
    same = "equal" if (mine == other).all() else "DIFFERENT"
    print(f"co-occurrence, 10^6 codings        {ours:7.3f} s {theirs:7.3f} s {theirs / ours:6.1f} x  counts {same}")


def interval() -> None:
    """1,000 units, 4 coders, 2,000 draws: against the same formula in numpy, written once and called once a draw."""
    rng = np.random.default_rng(1)
    table = rng.integers(0, 5, (1000, 4))

    def alpha(drawn: np.ndarray) -> float:
        counts = (drawn[:, :, None] == np.arange(5)).sum(axis=1)
        shared = counts / (counts.sum(axis=1) - 1)[:, None]
        o = shared.T @ counts - np.diag(shared.sum(axis=0))
        n_c = o.sum(axis=0)
        n, delta = n_c.sum(), 1 - np.eye(len(n_c))
        return 1 - (n - 1) * (o * delta).sum() / (np.outer(n_c, n_c) * delta).sum()

    def once_a_draw() -> list[float]:
        found = [alpha(table[units]) for at, size in blocks(2000) for units in reliability.draw(1000, size, 7, at)]
        return np.percentile(found, [2.5, 97.5]).tolist()

    data = reliability.ratings(pd.DataFrame(table).astype(object))
    reliability.coefficient(data, "alpha", draws=20, seed=7)
    ours, one = timed(lambda: reliability.coefficient(data, "alpha", draws=2000, seed=7))
    theirs, ends = timed(once_a_draw)
    same = "equal" if np.allclose([one["lower"], one["upper"]], ends, rtol=1e-9) else "DIFFERENT"
    print(f"interval of alpha, 2,000 draws     {ours:7.3f} s {theirs:7.3f} s {theirs / ours:6.1f} x  bounds {same}")


if __name__ == "__main__":
    pairs()
    interval()
