"""Time the command as whole processes, five runs each, and print medians and ratios.

The yardstick is the start of Python itself, measured in the same run, since machines differ.
"""

from __future__ import annotations

import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
DASHAT = [sys.executable, "-m", "dashat_lib.cli"]


def median(words: list[str], folder: Path, runs: int = 5) -> float:
    """Return the median seconds of a command over several runs after a warm-up."""
    taken = []
    for _ in range(runs + 1):
        begin = time.perf_counter()
        subprocess.run(words, cwd=folder, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        taken.append(time.perf_counter() - begin)
    return statistics.median(taken[1:])


def main() -> None:
    """Print one line a figure."""
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary) / "case"
        ignored = shutil.ignore_patterns(".venv", ".git", ".dashat", "__pycache__")
        shutil.copytree(ROOT, folder, ignore=ignored)
        begin = time.perf_counter()
        subprocess.run([*DASHAT, "run", str(folder)], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        full = time.perf_counter() - begin
        start = median([sys.executable, "-c", "pass"], folder)
        figures = {
            "dashat --help": median([*DASHAT, "--help"], folder),
            "dashat run, nothing changed": median([*DASHAT, "run"], folder),
            "dashat check": median([*DASHAT, "check"], folder),
            "dashat run, empty cache (once)": full,
        }
    from dashat_lib import indicators, readings
    from dashat_lib.loaders.case import read_case

    case = read_case(ROOT)
    variants = readings.resamples(case, 500, seed=case.settings.seed)
    for workers in (1, 2):
        begin = time.perf_counter()
        readings.run_readings(case, variants, [indicators.measured], workers=workers)
        figures[f"500 readings, {workers} worker(s)"] = time.perf_counter() - begin
    print(f"{'python -c pass':32} {start:6.2f} s")
    for name, seconds in figures.items():
        print(f"{name:32} {seconds:6.2f} s  {seconds / start:7.1f} x the start of Python")


if __name__ == "__main__":
    main()
