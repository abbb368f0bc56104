"""Chance, so that it can be repeated: one seed a fixed block of draws, whoever computes the block."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterable, Iterator, Sequence, Sized
from typing import Any, TypeVar

import numpy as np

Job = TypeVar("Job")
Found = TypeVar("Found")
BLOCK = 250


def blocks(n: int, size: int = BLOCK) -> Iterator[tuple[int, int]]:
    """Yield (number of the block, draws in it) until `n` draws are dealt out."""
    for at, start in enumerate(range(0, n, size)):
        yield at, min(size, n - start)


def poisson_weights(names: Iterable[str], n: int, *, seed: int) -> dict[str, np.ndarray]:
    """Return how often each name is drawn in `n` bootstrap worlds.

    Each name has a stream of its own, seeded by the seed, the block and the name. So the draws of one name do not hang on
    which others there are, in what order they come, or how many workers compute them.

    Returns
    -------
    dict name -> array of int, length `n`
        Poisson(1) counts: the limit of drawing with replacement as many as there are.

    References
    ----------
    Hanley, J. A. & MacGibbon, B. (2006). Comput. Methods Programs Biomed. 83:57-62.
    Chamandy, N., Muralidharan, O., Najmi, A. & Naidu, S. (2012). Estimating uncertainty for massive data streams. Google.
    """
    weights = {}
    for name in names:
        own = zlib.crc32(name.encode())
        parts = [np.random.default_rng([seed, at, own]).poisson(1.0, BLOCK)[:size] for at, size in blocks(n)]
        weights[name] = np.concatenate(parts) if parts else np.zeros(0, dtype="int64")
    return weights


def spread(
    function: Callable[[Job], Found],
    jobs: Sequence[Job],
    *,
    workers: int = 1,
    done: Callable[[int], None] = lambda size: None,
) -> list[Found]:
    """Return ``[function(job) for job in jobs]``, computed by several workers of joblib.

    The result does not hang on their number. A job whose worker was killed is done again in this process.

    Parameters
    ----------
    done : function
        Told after each job how many things it held (``len(job)``, 1 for a job without length).
    """
    found: dict[int, Any] = {}
    if workers > 1 and len(jobs) > 1:
        from joblib import Parallel, delayed
        from joblib.externals.loky.process_executor import TerminatedWorkerError

        numbered = (delayed(_numbered)(function, at, job) for at, job in enumerate(jobs))
        try:
            for at, one in Parallel(n_jobs=workers, return_as="generator_unordered", batch_size=1)(numbered):
                found[at] = one
                done(_size(jobs[at]))
        except TerminatedWorkerError:
            pass  # what is missing is done below
    for at, job in enumerate(jobs):
        if at not in found:
            found[at] = function(job)
            done(_size(job))
    return [found[at] for at in range(len(jobs))]


def _size(job: object) -> int:
    return len(job) if isinstance(job, Sized) else 1


def _numbered(function: Callable[[Job], Found], at: int, job: Job) -> tuple[int, Found]:
    return at, function(job)
