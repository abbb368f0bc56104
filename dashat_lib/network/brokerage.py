"""Who stands between groups: Gould and Fernandez' brokerage and the E-I index, each with what chance would give."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
from scipy import sparse

from ..tables import Network
from .measures import Arrays, group_codes

# a -> v -> b without a -> b, by the groups of a, v and b; in sna: w_I, w_O, b_IO, b_OI, b_O, t.
_DENSE = 4000
ROLES = ("coordinator", "itinerant", "representative", "gatekeeper", "liaison", "total")


def brokerage(network: Network, group: str, *, arrays: Arrays | None = None) -> pd.DataFrame:
    """Count how often each node brokers between others, by role, with expectation and z.

    In an undirected network every tie is read in both directions, so each brokered pair counts twice, as in sna.

    Parameters
    ----------
    group : str
        Column of ``network.nodes``; an empty value is a group of its own.

    Returns
    -------
    DataFrame, one row a node and role, in the order of nodes and :data:`ROLES`
        ``id, role, count, expected, sd, z``; z is NaN where sd is 0, that is where the sizes of the groups leave no room
        for the role. Expectation and sd are those of a random digraph of the same density with the groups given; they
        know nothing of degrees: compare with :func:`permuted`.

    References
    ----------
    Gould, R. V. & Fernandez, R. M. (1989). Sociological Methodology 19:89-126.
    """
    one = arrays or Arrays(network)
    codes = group_codes(network, group)
    counts = _counts(one.a, codes)
    expected, sd = _chance(codes, one.a.nnz / (one.n * (one.n - 1)) if one.n > 1 else math.nan)
    z = np.divide(counts - expected, sd, out=np.full(counts.shape, np.nan), where=sd > 0)
    ids = network.nodes["id"].to_numpy()
    return pd.DataFrame(
        {
            "id": np.repeat(ids, len(ROLES)), "role": list(ROLES) * one.n, "count": counts.ravel().astype("int64"),
            "expected": expected.ravel(), "sd": sd.ravel(), "z": z.ravel(),
        }
    )  # fmt: skip


def _counts(a: sparse.csr_array, codes: np.ndarray) -> np.ndarray:
    """Brokered pairs of each node by role: shape (n, 6).

    For each node v and groups g, h: pairs (a in g, b in h) with a -> v -> b, less those with a = b, less those with a -> b.
    """
    n = a.shape[0]
    k = int(codes.max()) + 1 if n else 0
    member = sparse.coo_array((np.ones(n), (np.arange(n), codes)), shape=(n, k)).tocsr()
    into, out = (a.T @ member).toarray(), (a @ member).toarray()
    returned = (a.multiply(a.T).tocsr() @ member).toarray()  # contacts that would be both ends
    counts = np.zeros((n, len(ROLES)))
    mine = codes[:, None] == np.arange(k)
    # Dense products win where two-paths are many; 24 bits of a float32 hold every count up to _DENSE nodes.
    dense = a.toarray().astype("float32") if n <= _DENSE and a.nnz**2 > n**4 / 1000 else None
    groups = member.toarray().astype("float32")
    for h in range(k):
        columns = np.flatnonzero(codes == h)
        # (a, v): the b in h with a -> b and v -> b, where a -> v; summed over the a of each group
        if dense is not None:
            closed = ((dense[:, columns] @ dense[:, columns].T) * dense).T @ groups
        else:
            to_h = a[:, columns]
            closed = ((to_h @ to_h.T).multiply(a).T @ member).toarray()
        open_ = into * out[:, [h]] - closed  # (v, g)
        open_[:, h] -= returned[:, h]
        own_h = mine[:, h]
        counts[:, 0] += np.where(own_h, open_[:, h], 0)
        counts[:, 1] += np.where(own_h, 0, open_[:, h])
        others = np.arange(k) != h
        same_as_v = open_[np.arange(n), codes]  # a in v's group
        counts[:, 2] += np.where(own_h, 0, same_as_v)
        counts[:, 3] += np.where(own_h, open_[:, others].sum(axis=1), 0)
        counts[:, 4] += np.where(own_h, 0, open_[:, others].sum(axis=1) - same_as_v)
    counts[:, 5] = counts[:, :5].sum(axis=1)
    return np.rint(counts)


def _chance(codes: np.ndarray, density: float) -> tuple[np.ndarray, np.ndarray]:
    """Expectation and sd of each role: K pairs of the right groups, S ordered pairs of two-paths that share an arc."""
    n = len(codes)
    sizes = np.bincount(codes) if n else np.zeros(0, int)
    k, s = np.zeros((n, len(ROLES))), np.zeros((n, len(ROLES)))
    for v, x in enumerate(codes):
        if v and x in codes[:v]:
            first = int(np.flatnonzero(codes == x)[0])
            k[v], s[v] = k[first], s[first]
            continue
        m, others = sizes[x] - 1, np.delete(sizes, x).astype(float)
        t = others.sum()
        k[v] = [
            m * (m - 1), (others * (others - 1)).sum(), m * t, t * m, t * t - (others**2).sum(), (n - 1) * (n - 2),
        ]  # fmt: skip
        liaison = (others * (t - others) * (t - others - 1)).sum()
        s[v] = [
            k[v, 0] * 2 * (m - 2), (others * (others - 1) * 2 * (others - 2)).sum(), k[v, 2] * (t - 1 + m - 1),
            k[v, 3] * (t - 1 + m - 1), 2 * liaison, k[v, 5] * 2 * (n - 3),
        ]  # fmt: skip
    p = density**2 * (1 - density)
    variance = k * p * (1 - p) + s * (density * (1 - density)) ** 3
    return k * p, np.sqrt(np.clip(variance, 0, None))


def permuted(network: Network, group: str, *, draws: int = 999, seed: int = 0) -> pd.DataFrame:
    """Compare brokerage and the E-I index with the same network under shuffled groups.

    The ties stay, so degrees are kept; only who belongs to which group is dealt anew.

    Returns
    -------
    DataFrame, one row a node and role, and one with role "ei_index" and no id for the network
        ``id, role, value, null_mean, null_sd, p_high, p_two_sided`` (with 1 added above and below); NaN p where the value
        does not vary.
    """
    one = Arrays(network)
    codes, rng = group_codes(network, group), np.random.default_rng(seed)
    rows, columns = one.ends
    m = len(rows)

    def ei(labels: np.ndarray) -> float:
        return 1 - 2 * float((labels[rows] == labels[columns]).sum()) / m if m else math.nan

    seen = np.append(_counts(one.a, codes).ravel(), ei(codes))
    null = np.empty((draws, len(seen)))
    order = np.argsort(network.nodes["id"].to_numpy(dtype=str))
    labels = codes.copy()
    for at in range(draws):
        labels[order] = rng.permutation(codes[order])  # the same draws whatever the order of the rows
        null[at] = np.append(_counts(one.a, labels).ravel(), ei(labels))
    mean, sd = null.mean(axis=0), null.std(axis=0)
    high = (1 + (null >= seen - 1e-12).sum(axis=0)) / (1 + draws)
    far = (1 + (np.abs(null - mean) >= np.abs(seen - mean) - 1e-12).sum(axis=0)) / (1 + draws)
    still = sd < 1e-12
    ids = [*np.repeat(network.nodes["id"].to_numpy(), len(ROLES)), None]
    return pd.DataFrame(
        {
            "id": ids, "role": [*list(ROLES) * one.n, "ei_index"], "value": seen, "null_mean": mean, "null_sd": sd,
            "p_high": np.where(still, np.nan, high), "p_two_sided": np.where(still, np.nan, far),
        }
    )  # fmt: skip
