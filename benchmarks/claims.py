"""All claims read 500 times: seconds with one worker and two, a reading of each kind, and from the cache.

``python -m benchmarks.claims``
"""

from __future__ import annotations

import os
import tempfile
import time
from pathlib import Path

from dashat_lib import claims
from dashat_lib.claims import readings
from dashat_lib.loaders.case import read_case

ROOT = Path(__file__).resolve().parents[1]


def each(book: readings.Reckoning, every: list[readings.Plan]) -> None:
    """Print the milliseconds of processor time that a reading of each kind takes."""
    seconds: dict[str, list[float]] = {}
    for plan in every:
        for variant in plan.variants[:: max(1, len(plan.variants) // 20)]:
            begin = time.process_time()
            claims.measured(variant(book.case), plan.held)
            seconds.setdefault(variant.kind, []).append(time.process_time() - begin)
    for kind, taken in seconds.items():
        print(f"a reading of kind {kind:10} {1e3 * sum(taken) / len(taken):6.0f} ms", flush=True)


def main() -> None:
    """Print one line a figure."""
    case = read_case(ROOT)
    begin = time.perf_counter()
    book, found = readings.verdicts_of(case)
    every = readings.plans(book)
    print(f"{len(found)} claims, their facts and what is held: {time.perf_counter() - begin:.1f} s", flush=True)
    each(book, every)
    with tempfile.TemporaryDirectory() as folder:
        for workers, cache, told in (
            (1, None, "1 worker"),
            (2, Path(folder), "2 workers"),
            (2, Path(folder), "from the cache"),
        ):
            begin = time.perf_counter()
            n = readings.read(book, found, every, workers=workers, cache=cache).values["reading"].nunique()
            seconds = time.perf_counter() - begin
            print(f"{n} readings, {told}: {seconds:.1f} s, {500 * seconds / n:.1f} s for 500 (load {os.getloadavg()[0]:.1f})", flush=True)  # fmt: skip


if __name__ == "__main__":
    main()
