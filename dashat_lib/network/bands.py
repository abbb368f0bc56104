"""How sure is a rank? Centralities under thousands of other readings of the record: each value with its band, no bare rank.

Ties come from pages, so the realistic error is a page that was not found, not a coin tossed for each tie: readings without each
source family stand beside resamples of events, random loss of ties and of actors, each actor gone, audited rows only, and
roll-ups. Their shares are given by kind and never pooled.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
import rustworkx as rx
from scipy.linalg import eigh
from threadpoolctl import threadpool_limits

from ..errors import message
from ..facts import Ledger, labelled
from ..resampling import blocks, poisson_weights
from ..tables import Case, Network, Results
from .build import of_case
from .measures import TINY, UNDEFINED
from .stage import support_of

MEASURES = ("degree", "strength", "betweenness", "closeness", "eigenvector", "pagerank")
KINDS = ("source", "resample", "tie_loss", "actor_loss", "actor", "audited", "roll-up")
DRAWN = {
    "resample",
    "tie_loss",
    "actor_loss",
}  # random draws: quantiles; the others are listed whole: smallest and largest
LOSS = 0.1
_AT_ONCE = 100
_ALPHA = 0.85
_SAME = 1e-9


@dataclass(frozen=True)
class Worlds:
    """Many readings of one undirected network.

    Attributes
    ----------
    ids : tuple of str
        Stakeholders, in order.
    pairs : array of int, shape (m, 2)
        Ends of every pair that is tied in any reading.
    weights : array, shape (readings, m)
        Events that report the pair; 0: not tied.
    present : array of bool, shape (readings, n)
        Who is there; one who is gone has no measure and does not count as a node.
    names, kinds : tuple of str, one a reading
    """

    ids: tuple[str, ...]
    pairs: np.ndarray
    weights: np.ndarray
    present: np.ndarray
    names: tuple[str, ...]
    kinds: tuple[str, ...]


@dataclass(frozen=True)
class Record:
    """The tie rows of a case: which pair each reports, by which event, in which source family; document under examination left out."""

    ids: tuple[str, ...]
    pairs: np.ndarray
    rows: pd.DataFrame

    @property
    def tied(self) -> np.ndarray:
        """Numbers of the stakeholders that have a tie."""
        return np.unique(self.pairs)


def record(case: Case, network: Network | None = None) -> Record:
    """Return the tie rows under a case's operating network (any relation, direction ignored)."""
    net = of_case(case) if network is None else network
    if net.directed:
        raise ValueError("bands are of networks without direction: build the network with directed=False")
    ids = tuple(sorted(net.nodes["id"]))
    number = {one: at for at, one in enumerate(ids)}
    rows = net.rows.merge(case.evidence[["evidence_id", "event_id", "source_id"]], on="evidence_id")
    rows = rows.merge(case.sources[["source_id", "source_family"]], on="source_id")
    ends = np.sort(np.array([rows["source"].map(number), rows["target"].map(number)], dtype=np.int64).T, axis=1)
    pairs, pair = np.unique(ends.reshape(-1, 2), axis=0, return_inverse=True)
    rows = rows.assign(pair=pair.ravel())[["pair", "event_id", "evidence_id", "source_family"]]
    return Record(
        ids, pairs, rows.drop_duplicates().sort_values(["pair", "event_id", "evidence_id"], ignore_index=True)
    )


# ---- readings --------------------------------------------------------------------------------------------------------


def readings(
    case: Case, *, draws: int, seed: int, loss: float = LOSS, kinds: Sequence[str] = KINDS
) -> Iterator[Worlds]:
    """Yield the readings of a case's operating network, one :class:`Worlds` a kind (roll-ups: one each, their nodes differ).

    Parameters
    ----------
    draws : int
        Random readings of each kind that is drawn.
    loss : float
        Share of ties, or of actors with a tie, that is lost.
    """
    unknown = set(kinds) - set(KINDS)
    if unknown:
        raise ValueError(f"kind {min(unknown)!r} is not one of: {', '.join(KINDS)}")
    one = record(case)
    makers = {
        "source": lambda: without_each_family(one),
        "resample": lambda: resampled(one, draws, seed=seed),
        "tie_loss": lambda: without_ties(one, draws, share=loss, seed=seed),
        "actor_loss": lambda: without_actors(one, draws, share=loss, seed=seed),
        "actor": lambda: without_each_actor(one),
        "audited": lambda: audited(case, one),
    }
    for kind in kinds:
        if kind in makers:
            yield makers[kind]()
        else:
            for roll_up in ("kelurahan_teams", "every_part"):
                whole = record(case, of_case(case, roll_up=roll_up))
                yield _worlds(whole, _weights(whole, np.ones((1, len(whole.rows)), dtype=bool)), [roll_up], "roll-up")


def as_it_is(one: Record) -> Worlds:
    """Return the record as one reading."""
    return _worlds(one, _weights(one, np.ones((1, len(one.rows)), dtype=bool)), ["as it is"], "as it is")


def without_each_family(one: Record) -> Worlds:
    """Return one reading a source family: the network without the rows of its pages."""
    families = sorted(one.rows["source_family"].unique())
    kept = one.rows["source_family"].to_numpy()[None, :] != np.array(families, dtype=object)[:, None]
    return _worlds(one, _weights(one, kept.astype(bool)), [f"without {name}" for name in families], "source")


def resampled(one: Record, draws: int, *, seed: int) -> Worlds:
    """Return resamples: each event stands as often as a Poisson draw says, the same draws as everywhere in a case."""
    events = sorted(one.rows["event_id"].unique())
    times = np.array(list(poisson_weights(events, draws, seed=seed).values())).reshape(len(events), draws)
    at = pd.Index(events)
    weights = _weights(one, np.ones((1, len(one.rows)), dtype=bool), times=times[at.get_indexer(_events(one))].T)
    return _worlds(one, weights, [f"resample {number + 1}" for number in range(draws)], "resample")


def without_ties(one: Record, draws: int, *, share: float, seed: int) -> Worlds:
    """Return readings in which a share of the tied pairs is lost at random."""
    whole = as_it_is(one).weights
    gone = _lots(draws, len(one.pairs), share, seed, stream=1)
    return _worlds(one, np.where(gone, 0.0, whole), [f"ties lost {number + 1}" for number in range(draws)], "tie_loss")


def without_actors(one: Record, draws: int, *, share: float, seed: int) -> Worlds:
    """Return readings in which a share of the stakeholders that have a tie is lost at random."""
    gone = np.zeros((draws, len(one.ids)), dtype=bool)
    gone[:, one.tied] = _lots(draws, len(one.tied), share, seed, stream=2)
    return _gone(one, gone, [f"actors lost {number + 1}" for number in range(draws)], "actor_loss")


def without_each_actor(one: Record) -> Worlds:
    """Return one reading a stakeholder with a tie: the network without it."""
    gone = np.zeros((len(one.tied), len(one.ids)), dtype=bool)
    gone[np.arange(len(one.tied)), one.tied] = True
    return _gone(one, gone, [f"without {one.ids[at]}" for at in one.tied], "actor")


def audited(case: Case, one: Record) -> Worlds:
    """Return the network of rows that were compared with their page again."""
    checked = set(case.audit.loc[case.audit["checked"] == "yes", "evidence_id"])
    kept = one.rows["evidence_id"].isin(checked).to_numpy(dtype=bool)[None, :]
    return _worlds(one, _weights(one, kept), ["audited rows only"], "audited")


def _events(one: Record) -> np.ndarray:
    """The event of each (pair, event), in the order of :func:`_weights`."""
    return one.rows.drop_duplicates(["pair", "event_id"])["event_id"].to_numpy()


def _weights(one: Record, kept: np.ndarray, *, times: np.ndarray | None = None) -> np.ndarray:
    """Events that report each pair, by which rows are there (readings, rows) and how often each event stands."""
    if not len(one.rows):
        return np.zeros((len(kept) if times is None else len(times), 0))
    starts = np.flatnonzero(~one.rows.duplicated(["pair", "event_id"]).to_numpy())
    told = np.logical_or.reduceat(kept, starts, axis=1).astype(float)
    told = told if times is None else told * times
    first = np.flatnonzero(~one.rows["pair"].iloc[starts].duplicated().to_numpy())
    return np.add.reduceat(told, first, axis=1)


def _lots(draws: int, n: int, share: float, seed: int, *, stream: int) -> np.ndarray:
    """Which of `n` are lost in each draw: the same number each time."""
    lost = round(share * n)
    parts = []
    for at, size in blocks(draws):
        order = np.random.default_rng([seed, at, stream]).random((size, n)).argsort(axis=1)
        parts.append(order.argsort(axis=1) < lost)
    return np.concatenate(parts) if parts else np.zeros((0, n), dtype=bool)


def _worlds(one: Record, weights: np.ndarray, names: Sequence[str], kind: str) -> Worlds:
    present = np.ones((len(weights), len(one.ids)), dtype=bool)
    return Worlds(one.ids, one.pairs, weights, present, tuple(names), (kind,) * len(names))


def _gone(one: Record, gone: np.ndarray, names: Sequence[str], kind: str) -> Worlds:
    lost = gone[:, one.pairs[:, 0]] | gone[:, one.pairs[:, 1]]
    return Worlds(
        one.ids, one.pairs, np.where(lost, 0.0, as_it_is(one).weights), ~gone, tuple(names), (kind,) * len(names)
    )


# ---- measures of many readings at once -------------------------------------------------------------------------------


def measured(worlds: Worlds) -> np.ndarray:
    """Return the measures of every stakeholder in every reading.

    Degree, strength, closeness and PageRank are computed for many readings at a time, eigenvectors and betweenness (rustworkx)
    one reading after the other, on who is tied. The definitions are those of :func:`dashat_lib.network.measures.node_measures`.

    Returns
    -------
    array, shape (readings, n, 6), in the order of :data:`MEASURES`
        NaN for who is not there, and where a measure is undefined.
    """
    n = len(worlds.ids)
    found = np.full((len(worlds.weights), n, len(MEASURES)), np.nan)
    with threadpool_limits(1, user_api="blas"):  # on matrices this small threads wait for each other
        for start in range(0, len(found), _AT_ONCE):
            part = slice(start, start + _AT_ONCE)
            found[part] = _block(worlds.pairs, worlds.weights[part], worlds.present[part], n)
    return np.where(worlds.present[:, :, None], found, np.nan)


def _block(pairs: np.ndarray, weights: np.ndarray, present: np.ndarray, n: int) -> np.ndarray:
    size = len(weights)
    w = np.zeros((size, n, n))
    w[:, pairs[:, 0], pairs[:, 1]] = w[:, pairs[:, 1], pairs[:, 0]] = weights
    a = (w > 0).astype(float)
    found = np.zeros((size, n, len(MEASURES)))
    found[:, :, 0], found[:, :, 1] = a.sum(axis=2), w.sum(axis=2)
    found[:, :, 3] = _closeness(pairs, weights > 0, present)
    found[:, :, 5] = _pageranks(a, present)
    for at in range(size):
        tied = np.flatnonzero(found[at, :, 0])  # who has no tie lies on no path and has no part in the eigenvector
        number = np.zeros(n, dtype=np.int64)
        number[tied] = np.arange(len(tied))
        found[at, tied, 2] = _betweenness(number[pairs[weights[at] > 0]], len(tied))
        vector = _eigenvector(a[at][np.ix_(tied, tied)])
        found[at, :, 4] = np.nan if vector is None or present[at].sum() < 2 else 0.0
        found[at, tied, 4] += 0.0 if vector is None else vector
    return found


def _betweenness(pairs: np.ndarray, n: int) -> list[float]:
    """Shortest paths of others through each node, each pair of others once."""
    graph = rx.PyGraph(multigraph=False)
    graph.add_nodes_from(range(n))
    graph.add_edges_from_no_data(list(map(tuple, pairs.tolist())))
    return list(rx.graph_betweenness_centrality(graph, normalized=False, parallel_threshold=10**9).values())


def _closeness(pairs: np.ndarray, tied: np.ndarray, present: np.ndarray) -> np.ndarray:
    """Closeness after Wasserman and Faust in every reading.

    Breadth-first search from all nodes of all readings together: a bit for each source, the same in every reading, and an OR
    along the ties a step. Ties have no direction, so the sources that reach a node are the nodes it reaches.
    """
    size, n = present.shape
    words = max(math.ceil(n / 64), 1)
    arcs = np.concatenate([pairs, pairs[:, ::-1]])
    order = np.argsort(arcs[:, 1], kind="stable")
    arcs = arcs[order]
    reading, arc = np.nonzero(tied[:, order % max(len(pairs), 1)])
    sender, target = reading * n + arcs[arc, 0], reading * n + arcs[arc, 1]
    starts = np.flatnonzero(np.r_[True, target[1:] != target[:-1]]) if len(target) else np.zeros(0, dtype=np.int64)
    fed = target[starts]
    here = np.zeros((size, n, words), dtype=np.uint64)
    here[:, np.arange(n), np.arange(n) // 64] = np.uint64(1) << (np.arange(n) % 64).astype(np.uint64)
    here = here.reshape(size * n, words)
    seen, reached, total, step = here.copy(), np.zeros(size * n), np.zeros(size * n), 1
    while len(fed):
        fresh = np.bitwise_or.reduceat(here[sender], starts, axis=0) & ~seen[fed]
        if not fresh.any():
            break
        seen[fed] |= fresh
        here = np.zeros_like(seen)
        here[fed] = fresh
        n_fresh = np.bitwise_count(fresh).sum(axis=1)
        reached[fed] += n_fresh
        total[fed] += step * n_fresh
        step += 1
    others = np.repeat(present.sum(axis=1) - 1.0, n)
    value = np.divide(reached * reached, total * others, out=np.zeros(size * n), where=total > 0)
    return np.where(others > 0, value, np.nan).reshape(size, n)


def _eigenvector(a: np.ndarray) -> np.ndarray | None:
    """Principal eigenvector, largest = 1; None where there is no tie or two parts are equally strong."""
    if len(a) < 2:
        return None
    values, vectors = eigh(a, subset_by_index=[len(a) - 2, len(a) - 1], check_finite=False)  # the two largest
    if values[-1] - values[-2] < _SAME * values[-1]:
        return None
    vector = np.abs(vectors[:, -1])
    vector /= vector.max()
    return np.where(vector < TINY, 0.0, vector)


def _pageranks(a: np.ndarray, present: np.ndarray) -> np.ndarray:
    """PageRank, exactly: (I - 0.85 P') x = 1, scaled to a sum of 1; who has no tie hands on to everyone alike."""
    degree = a.sum(axis=2)
    handed = a / np.maximum(degree, 1)[:, None, :]
    system = np.eye(a.shape[1]) - _ALPHA * handed
    raw = np.linalg.solve(system, present.astype(float)[:, :, None])[:, :, 0]
    total = raw.sum(axis=1, keepdims=True)
    return np.divide(raw, total, out=np.full_like(raw, np.nan), where=total > 0)


# ---- bands -----------------------------------------------------------------------------------------------------------


def bands(case: Case, *, draws: int, seed: int, loss: float = LOSS, kinds: Sequence[str] = KINDS) -> pd.DataFrame:
    """Return each measure of each stakeholder with its band under every kind of reading.

    Returns
    -------
    DataFrame, one row a stakeholder, measure and kind of reading
        ``id, measure, value`` (as it is), ``rank`` (1: highest; equal values share the better one), ``kind, n_readings, n_defined`` (readings
        in which the stakeholder is there and has a value), ``lower, upper, rank_lower, rank_upper`` (2.5 and 97.5 % where readings are
        drawn, smallest and largest otherwise), ``share_first, share_top3`` (of those readings; equal firsts are first).
    """
    one = record(case)
    base = measured(as_it_is(one))[0]
    ranks = _ranks(base[None])[0]
    at = {name: number for number, name in enumerate(one.ids)}
    parts = []
    for kind in kinds:
        found = [
            (worlds, measured(worlds)) for worlds in readings(case, draws=draws, seed=seed, loss=loss, kinds=[kind])
        ]
        values = np.concatenate([_onto(at, worlds.ids, told) for worlds, told in found])
        parts.append(_band(values, base, ranks, one.ids, kind))
    return pd.concat(parts, ignore_index=True)


def _onto(at: dict[str, int], ids: Sequence[str], values: np.ndarray) -> np.ndarray:
    """Values of another set of stakeholders on the places of ours; NaN for who is not among them."""
    if len(ids) == len(at):
        return values
    found = np.full((len(values), len(at), values.shape[2]), np.nan)
    found[:, [at[one] for one in ids]] = values
    return found


def _ranks(values: np.ndarray) -> np.ndarray:
    """Rank of each stakeholder in each reading, 1 the highest, equal values the better rank; NaN where there is no value."""
    if not values.size:
        return values
    kept = np.where(np.isnan(values), -np.inf, values)
    close = _rounded(kept)
    higher = np.stack([np.searchsorted(np.sort(-one[:, m]), -one[:, m], side="left") for one in close for m in range(values.shape[2])])  # fmt: skip
    rank = higher.reshape(len(values), values.shape[2], -1).transpose(0, 2, 1) + 1.0
    return np.where(np.isnan(values), np.nan, rank)


def _band(values: np.ndarray, base: np.ndarray, ranks: np.ndarray, ids: Sequence[str], kind: str) -> pd.DataFrame:
    ends = [2.5, 97.5] if kind in DRAWN else [0, 100]
    told = _ranks(values)
    with np.errstate(invalid="ignore"):
        low, high = _percentiles(values, ends)
        best, worst = _percentiles(told, ends)
    defined = ~np.isnan(values)
    n = defined.sum(axis=0)
    shares = [
        np.divide(((told <= top) & defined).sum(axis=0), n, out=np.full(n.shape, np.nan), where=n > 0) for top in (1, 3)
    ]
    columns = {"value": base, "rank": ranks, "n_defined": n, "lower": low, "upper": high, "rank_lower": best, "rank_upper": worst, "share_first": shares[0], "share_top3": shares[1]}  # fmt: skip
    index = pd.MultiIndex.from_product([ids, MEASURES], names=["id", "measure"])
    table = pd.DataFrame({name: one.reshape(-1) for name, one in columns.items()}, index).reset_index()
    table = table.assign(kind=kind, n_readings=len(values))
    return table[["id", "measure", "value", "rank", "kind", "n_readings", "n_defined", "lower", "upper", "rank_lower", "rank_upper", "share_first", "share_top3"]]  # fmt: skip


def _percentiles(values: np.ndarray, ends: list[int] | list[float]) -> tuple[np.ndarray, np.ndarray]:
    """Percentiles over readings, those without a value left out."""
    import warnings

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # nobody has a value: NaN it is
        low = np.nanpercentile(values, ends[0], axis=0, method="lower")  # a value that was seen, outward
        high = np.nanpercentile(values, ends[1], axis=0, method="higher")
    return low, high


def sensitivity(case: Case, *, shares: Sequence[float] = (0.0, 0.1, 0.3), draws: int = 500, seed: int) -> pd.DataFrame:
    """Return how well measures keep their order when ties or actors are lost at random.

    Returns
    -------
    DataFrame, one row a measure, what is lost ("tie_loss", "actor_loss") and share
        ``measure, kind, share, draws, n_dropped`` (draws without variance or value), ``spearman, spearman_lower, pearson`` (means over draws,
        and the 5 % quantile, of the scores of who is left with the full scores), ``top1, top3`` (share of draws in which the first stays
        first; mean share of the first three that stay among them).

    References
    ----------
    Costenbader, E. & Valente, T. W. (2003). Social Networks 25:283-307. Borgatti, S. P., Carley, K. M. & Krackhardt, D. (2006).
    Social Networks 28:124-136.
    """
    one = record(case)
    base = measured(as_it_is(one))[0]
    rows = []
    for kind, make in (("tie_loss", without_ties), ("actor_loss", without_actors)):
        for share in shares:
            values = measured(make(one, draws, share=share, seed=seed))
            for m, name in enumerate(MEASURES):
                rows.append(
                    {
                        "measure": name,
                        "kind": kind,
                        "share": share,
                        "draws": draws,
                        **_kept(base[:, m], values[:, :, m]),
                    }
                )
    return pd.DataFrame(rows)


def _kept(full: np.ndarray, values: np.ndarray) -> dict[str, float]:
    there = ~np.isnan(values) & ~np.isnan(full)
    kept = [(full[mine], drawn[mine]) for drawn, mine in zip(values, there, strict=True)]
    kept = [(a, b) for a, b in kept if len(a) > 1 and np.ptp(a) > 0 and np.ptp(b) > 0]
    nothing = {"n_dropped": len(values) - len(kept), "spearman": math.nan, "spearman_lower": math.nan, "pearson": math.nan, "top1": math.nan, "top3": math.nan}  # fmt: skip
    if not kept:
        return nothing
    from scipy.stats import rankdata

    spearman = np.array([_correlation(rankdata(_rounded(a)), rankdata(_rounded(b))) for a, b in kept])
    pearson = np.array([_correlation(a, b) for a, b in kept])
    tops = np.array([[_overlap(a, b, k) for k in (1, 3)] for a, b in kept])
    return nothing | {
        "spearman": float(spearman.mean()), "spearman_lower": float(np.percentile(spearman, 5)), "pearson": float(pearson.mean()),
        "top1": float((tops[:, 0] == 1).mean()), "top3": float(tops[:, 1].mean()),
    }  # fmt: skip


def _rounded(values: np.ndarray) -> np.ndarray:
    """Values as they are ranked: what differs by rounding only, which hangs on the machine, is equal."""
    return np.round(values, 9)


def _correlation(a: np.ndarray, b: np.ndarray) -> float:
    a, b = a - a.mean(), b - b.mean()
    return min(1.0, float(np.vdot(a, b) / math.sqrt(np.vdot(a, a) * np.vdot(b, b))))


def _overlap(full: np.ndarray, drawn: np.ndarray, k: int) -> float:
    """Share of the first `k` (all that tie with the last of them) of the full scores that are among the first of the drawn ones."""
    first, then = (set(np.flatnonzero(one >= np.sort(one)[-min(k, len(one))])) for one in (_rounded(full), _rounded(drawn)))  # fmt: skip
    return len(first & then) / len(first)


# ---- the stage -------------------------------------------------------------------------------------------------------

_HOW = {
    "source": message("Share of {n} networks, each without one source family, in which {label} is first by {measure}, as in the whole record."),
    "resample": message("Share of {n} resamples of events in which {label} is first by {measure}, as in the whole record."),
}  # fmt: skip


def results(case: Case) -> Results:
    """Return the bands of a case's operating network: tables, and for each measure how often its first stays first."""
    network, seed = of_case(case), case.settings.seed
    table = bands(case, draws=case.settings.resamples // 2, seed=seed)
    ledger = Ledger()
    labels = network.nodes.set_index("id")["label"]
    for measure, part in table.groupby("measure", sort=False):
        first = part[part["rank"] == 1].drop_duplicates("id").sort_values("id")
        for kind, how in _HOW.items():
            mine = part[(part["kind"] == kind) & part["id"].isin(first["id"].head(1))]
            share, n = (mine["share_first"].iloc[0], int(mine["n_readings"].iloc[0])) if len(mine) else (math.nan, 0)
            ledger.add(
                f"band.{measure}.first.share.{kind}",
                float(share),
                unit="share (0-1)",
                how=how,
                details={
                    "n": n, "label": labels[first["id"].iloc[0]] if len(first) else "–", "measure": labelled("measure", str(measure)),
                },
                reason=UNDEFINED.get(str(measure), "no tie") if math.isnan(share) else None,
                support=support_of(network, str(measure)),
            )  # fmt: skip
    return ledger.results(
        stakeholder_bands=table,
        band_sensitivity=sensitivity(case, shares=(LOSS, 3 * LOSS), draws=case.settings.resamples, seed=seed),
    )
