"""A verification of the study beside a full run of it, as a ratio: ``python -m benchmarks.verify``."""

from __future__ import annotations

import os
import shutil
import tempfile
import time
from pathlib import Path

from dashat_lib import bundle, pipeline, verify

ROOT = Path(__file__).resolve().parents[1]


def timed(what: str, call) -> float:  # type: ignore[no-untyped-def]
    """Print and return the seconds that a call takes."""
    begin = time.perf_counter()
    call()
    seconds = time.perf_counter() - begin
    print(f"{what}: {seconds:.1f} s (load {os.getloadavg()[0]:.1f})", flush=True)
    return seconds


def main() -> None:
    """Print one line a figure."""
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place) / "case"
        shutil.copytree(ROOT, folder, ignore=shutil.ignore_patterns(".*", "dashat_lib", "tests", "benchmarks"))
        run = timed("a full run, empty cache", lambda: pipeline.run(folder))
        proved = timed("a verification of it", lambda: verify.verify(folder))
        print(f"ratio: {proved / run:.2f}")
        out = Path(place) / "study.zip"
        timed("a bundle of it", lambda: bundle.bundle(folder, out))
        timed("a verification of the bundle", lambda: bundle.verify_bundle(out))


if __name__ == "__main__":
    main()
