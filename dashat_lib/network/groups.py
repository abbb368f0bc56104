"""Who belongs together, how stable that is, what each group stands for, and whether there is a core."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import product

import graspologic_native
import numpy as np
import pandas as pd

from ..admission import code_sets, coded, elements, pooled
from ..errors import message
from ..facts import Ledger
from ..resampling import blocks
from ..tables import Case, Network, Results
from .build import of_case
from .stage import support_of

TRIALS = 200  # on the Dashat network 60 seeds out of 60 then find one partition; with 50 trials they find four
_ITERATIONS = 3
NO_TIE, NO_CONTACT, ALONE = "no tie", "no contact", "alone in its group"


# ---- who belongs together --------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Communities:
    """A partition into groups and how good it is.

    Attributes
    ----------
    groups : DataFrame, one row a node, by group and id
        ``id, group`` (1 is the largest; of equal ones that with the smallest id), ``isolate`` (without a tie: a group of its own).
    modularity : float
        With weights, at the resolution asked for; NaN, with a reason, where there is no tie.
    """

    groups: pd.DataFrame
    modularity: float
    reason: str | None = None


def communities(network: Network, *, seed: int, resolution: float = 1.0, trials: int = TRIALS) -> Communities:
    """Divide a network into groups with more weight inside than its strengths alone would give (Leiden, modularity).

    Direction is ignored: the weights of the two arcs of a pair are summed. Nodes and ties are put in order first, so the
    result hangs on the seed and the network, not on the order of rows.

    A network without groups has modularity, too, and the more the fewer its ties (Guimerà et al.): the number says something
    only beside that of rewired networks.

    Parameters
    ----------
    resolution : float
        Above 1 for more and smaller groups, below 1 for fewer. Modularity does not see groups smaller than about
        sqrt(2 * ties) ties, whatever they are (Fortunato & Barthélemy).
    trials : int
        Attempts, of which the best counts.

    Raises
    ------
    ValueError
        If weights are distances, which modularity would take for strengths, or the network is two-mode.

    References
    ----------
    Traag, V. A., Waltman, L. & van Eck, N. J. (2019). From Louvain to Leiden. Sci. Rep. 9:5233; computed by graspologic-native.
    Newman, M. E. J. (2004). Phys. Rev. E 70:056131 (modularity with weights). Fortunato, S. & Barthélemy, M. (2007). PNAS
    104:36-41 (resolution). Guimerà, R., Sales-Pardo, M. & Amaral, L. A. N. (2004). Phys. Rev. E 70:025101.
    """
    ids, edges = _edges(network)
    if not edges:
        return Communities(_group_table(ids, np.arange(1, len(ids) + 1), np.ones(len(ids), bool)), math.nan, NO_TIE)
    quality, labels = _leiden(edges, len(ids), seed, resolution, trials)
    return Communities(_group_table(ids, *_numbered(labels)), quality)


def _edges(network: Network) -> tuple[np.ndarray, list[tuple[int, int, float]]]:
    """The ids in order, and each pair once, in order, by their positions, with its weight."""
    if network.weight_means != "strength":
        raise ValueError(
            "the weights are distances: turn them into strengths, or leave them out, before looking for groups"
        )
    if network.mode != "one":
        raise ValueError("the network is two-mode: project it on one side before looking for groups")
    ids = np.array(sorted(network.nodes["id"]), dtype=object)
    low, high = _ends(network, ids)
    table = pd.DataFrame({"low": low, "high": high, "weight": network.ties["weight"].to_numpy(dtype=float)})
    pairs = table.groupby(["low", "high"], sort=True)["weight"].sum()
    return ids, [(int(low), int(high), float(weight)) for (low, high), weight in pairs.items()]  # type: ignore[misc]


def _ends(network: Network, ids: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Positions of the ends of each tie among `ids`, the smaller first."""
    index = pd.Index(ids)
    a, b = (index.get_indexer(network.ties[end]) for end in ("source", "target"))
    return np.minimum(a, b), np.maximum(a, b)


def _leiden(edges: Sequence[tuple[int, int, float]], n: int, seed: int, resolution: float, trials: int) -> tuple[float, np.ndarray]:  # fmt: skip
    """Modularity and the label of each node; -1 for those without a tie."""
    named = [(str(a), str(b), weight) for a, b, weight in edges]
    quality, found = graspologic_native.leiden(
        edges=named, resolution=resolution, iterations=_ITERATIONS, seed=seed, trials=trials
    )
    labels = np.full(n, -1)
    labels[[int(one) for one in found]] = list(found.values())
    return float(quality), labels


def _numbered(labels: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Groups from 1 by size, then by their first member; and which nodes are isolates (label -1)."""
    isolate = labels < 0
    own = np.where(isolate, labels.max() + 1 + np.arange(len(labels)), labels)
    _, first, inverse, size = np.unique(own, return_index=True, return_inverse=True, return_counts=True)
    rank = np.empty(len(first), dtype=np.int64)
    rank[np.lexsort((first, -size))] = np.arange(1, len(first) + 1)
    return rank[inverse], isolate


def _group_table(ids: np.ndarray, group: np.ndarray, isolate: np.ndarray) -> pd.DataFrame:
    table = pd.DataFrame({"id": pd.Series(ids, dtype="str"), "group": group.astype("int64"), "isolate": isolate})
    return table.sort_values(["group", "id"], ignore_index=True)


def modularity_and_null(network: Network, *, draws: int = 200, seed: int, trials: int = 20) -> pd.DataFrame:
    """Compare the modularity of a network with that of rewired ones, in which everyone keeps the number of contacts.

    The weights are dealt out anew among the rewired ties. Observed and rewired networks get the same number of attempts.

    Returns
    -------
    DataFrame, one row
        ``modularity, n_groups, null_mean, null_lower, null_upper`` (5 and 95 %), ``p_high`` (share of draws as high or higher, 1 added above and
        below), ``draws, trials, reason`` (why it is missing).

    References
    ----------
    Guimerà, R., Sales-Pardo, M. & Amaral, L. A. N. (2004). Phys. Rev. E 70:025101.
    """
    ids, edges = _edges(network)
    front = {"modularity": math.nan, "n_groups": 0, "null_mean": math.nan, "null_lower": math.nan, "null_upper": math.nan, "p_high": math.nan, "draws": 0, "trials": trials, "reason": NO_TIE}  # fmt: skip
    if not edges:
        return pd.DataFrame([front])
    seen, labels = _leiden(edges, len(ids), seed, 1.0, trials)
    pairs, weights = np.array([edge[:2] for edge in edges]), np.array([edge[2] for edge in edges])
    values = []
    for at, size in blocks(draws):
        rng = np.random.default_rng([seed, 9, at])
        for number, drawn in enumerate(rewired(pairs, len(ids), size, rng)):
            dealt = rng.permutation(weights).tolist()
            one = [
                (int(low), int(high), weight) for (low, high), weight in zip(np.sort(drawn, axis=1), dealt, strict=True)
            ]
            values.append(_leiden(one, len(ids), seed + number, 1.0, trials)[0])
    null = np.array(values)
    return pd.DataFrame([front | {
        "modularity": seen, "n_groups": len(np.unique(labels[labels >= 0])), "null_mean": null.mean(), "null_lower": np.percentile(null, 5),
        "null_upper": np.percentile(null, 95), "p_high": (1 + int((null >= seen - 1e-9).sum())) / (1 + len(null)), "draws": len(null), "reason": None,
    }])  # fmt: skip


# ---- how stable that is ----------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Stability:
    """What many runs of Leiden agree on.

    Attributes
    ----------
    stakeholders : DataFrame, one row a node, by group and id
        ``id, group, isolate`` of the reference, ``share_group`` (mean share of runs in which it sits with each other member of its
        group; NaN where there is none), ``reason``.
    pairs : DataFrame, one row a pair of tied nodes
        ``one, other, share`` of the runs in which both are in one group.
    runs : DataFrame, one row a run
        ``run`` (from 1), ``ari`` (with the reference, over tied nodes), ``modularity, n_groups``.
    n_partitions : int
        Distinct partitions among the runs; 0, with a reason, where there is no tie.
    """

    stakeholders: pd.DataFrame
    pairs: pd.DataFrame
    runs: pd.DataFrame
    n_partitions: int
    reason: str | None = None


def stability(
    network: Network, *, seeds: int = 100, seed: int, resolution: float = 1.0, trials: int = 1, best_of: int = TRIALS
) -> Stability:
    """Run Leiden under many seeds and see how far the runs agree with the reference, :func:`communities` under `seed`.

    What it does not show: how far the groups hang on the material. A division may come out of each run and still turn with
    one tie that a source left unsaid. Low agreement here says that many divisions are about equally good, so that no single one
    should be read as *the* groups; high agreement says that the algorithm finds one, not that the groups are real.

    Parameters
    ----------
    seeds : int
        Runs.
    trials : int
        Attempts in each run, of which the best counts. 1, because the best of many hides what it is to show: other divisions
        nearly as good (Good et al.).
    best_of : int
        Attempts behind the reference.

    Notes
    -----
    Isolates are alone in each run. They are left out of ``pairs`` and ``ari``, which they would only raise.

    References
    ----------
    Hubert, L. & Arabie, P. (1985). J. Classif. 2:193-218. Good, B. H., de Montjoye, Y.-A. & Clauset, A. (2010). Phys. Rev. E 81:046106
    (many divisions near the best). Lancichinetti, A. & Fortunato, S. (2012). Sci. Rep. 2:336 (shares of runs together).
    """
    ids, edges = _edges(network)
    reference = communities(network, seed=seed, resolution=resolution, trials=best_of)
    group = reference.groups.set_index("id")["group"].loc[ids].to_numpy()
    drawn = np.random.default_rng([seed, 1]).integers(2**31, size=seeds).tolist() if edges else []
    found = [_leiden(edges, len(ids), one, resolution, trials) for one in drawn]
    tied = np.unique([at for pair in edges for at in pair[:2]]).astype(int)
    divisions = [_numbered(labels[tied])[0] for _, labels in found]
    together = np.zeros((len(tied), len(tied)))
    for labels in divisions:
        together += labels[:, None] == labels
    together /= max(len(divisions), 1)
    runs = pd.DataFrame(
        {
            "run": range(1, len(found) + 1),
            "ari": [adjusted_rand(labels, group[tied]) for labels in divisions],
            "modularity": [quality for quality, _ in found],
            "n_groups": [int(labels.max()) for labels in divisions],
        }
    )
    i, j = np.triu_indices(len(tied), 1)
    pairs = pd.DataFrame({"one": ids[tied[i]], "other": ids[tied[j]], "share": together[i, j]})
    shares = pd.Series(_share_with_group(together, group[tied]), ids[tied], dtype="float64")
    each = reference.groups.assign(share_group=shares.reindex(reference.groups["id"]).to_numpy())
    why = np.where(each["isolate"], NO_CONTACT, ALONE)
    each["reason"] = pd.Series(why, each.index).where(each["share_group"].isna()).astype("str")
    partitions = len({tuple(labels) for labels in divisions})
    return Stability(each, pairs.astype({"one": "str", "other": "str"}), runs, partitions, reference.reason)


def _share_with_group(together: np.ndarray, group: np.ndarray) -> np.ndarray:
    """Mean share of runs with each other member of one's group; NaN for who is alone."""
    mates = (group[:, None] == group) & ~np.eye(len(group), dtype=bool)
    n = mates.sum(axis=1)
    return np.divide((together * mates).sum(axis=1), n, out=np.full(len(n), np.nan), where=n > 0)


def adjusted_rand(one: Iterable[object], other: Iterable[object]) -> float:
    """Return the adjusted Rand index of two partitions of the same things: 1 if they are equal, 0 on average by chance.

    With C(x) = x (x - 1) / 2, n_ij things in group i of the one and j of the other:
    (sum C(n_ij) - E) / ((sum C(n_i.) + sum C(n_.j)) / 2 - E), where E = sum C(n_i.) sum C(n_.j) / C(n).
    Where that is 0 / 0 both partitions hold one group, or only single things: they are equal, so it is 1.

    References
    ----------
    Hubert, L. & Arabie, P. (1985). Comparing partitions. J. Classif. 2:193-218.
    """
    a, b = (pd.factorize(pd.Series(list(labels), dtype="object"), use_na_sentinel=False)[0] for labels in (one, other))
    if len(a) != len(b):
        raise ValueError(f"the partitions hold {len(a)} and {len(b)} things: give the same ones in the same order")
    both, first, second = (_pairs_inside(labels) for labels in (a * (len(b) + 1) + b, a, b))
    every = len(a) * (len(a) - 1) / 2
    expected = first * second / every if every else 0.0
    most = (first + second) / 2
    return (both - expected) / (most - expected) if abs(most - expected) > 1e-12 else 1.0


def _pairs_inside(labels: np.ndarray) -> float:
    n = np.unique(labels, return_counts=True)[1]
    return float((n * (n - 1)).sum() / 2)


# ---- what each group stands for --------------------------------------------------------------------------------------

ASPECTS = ("sector", "code", "indicator", "ties")
SIDES = ("for", "against")
PROFILE = ["group", "aspect", "key", "stance", "unit", "n", "stakeholder_ids", "tie_ids", "evidence_ids"]


def profiles(
    case: Case, groups: pd.DataFrame, *, network: Network | None = None, place: str | None = None, top: int = 5
) -> pd.DataFrame:
    """Return what each group is made of, speaks of and stands for, and whom it is tied to: a number a row, its rows beside it.

    An evidence row belongs to every group of which it names a member, so the groups do not add up to the material. To be named is
    not to have said it: the rows speak of the members.

    Parameters
    ----------
    groups : DataFrame
        ``id, group``. Who is not in it is left out.
    network : Network, optional
        Whose ties are counted; that of all relations if not given.
    place : str, optional
        Codes and indicators: rows on this place or inside it; ``settings.wider_place`` if not given, as the verdicts.
    top : int
        Codes a group; those equal to the last one too.

    Returns
    -------
    DataFrame, one row a group and number
        ``group``; ``aspect`` and ``key``: "sector" (its members), "code" (the most frequent ones as given, without codes above
        them), "indicator", "ties" (to the group of this number, itself included); ``stance``: for or against, of an
        indicator: of the row (unit "rows"), or of the event as a whole as in the verdict (unit "events"); ``unit, n``;
        ``stakeholder_ids, tie_ids, evidence_ids`` (";"-joined): exactly what `n` counts, or the rows it counts it in.
    """
    place = place or case.settings.wider_place
    members = groups[["id", "group"]]
    named = case.evidence_actors.merge(members, left_on="stakeholder_id", right_on="id")
    named = named[["evidence_id", "group"]].drop_duplicates()
    parts = [
        _sectors(case, members),
        _codes(case, named, place, top),
        _indicators(case, named, sorted(members["group"].unique()), place),
        _ties(network or of_case(case), members),
    ]
    table = pd.concat([part for part in parts if len(part)] or [pd.DataFrame(columns=PROFILE)], ignore_index=True)
    table = table.reindex(columns=PROFILE)
    text = ["stakeholder_ids", "tie_ids", "evidence_ids"]
    table[text] = table[text].fillna("").astype("str")
    table = table.astype({"aspect": "str", "key": "str", "stance": "str", "unit": "str", "n": "int64"})
    order = table["aspect"].map(ASPECTS.index)
    at = table.assign(order=order).sort_values(["group", "order"], kind="stable").index
    return table.loc[at].reset_index(drop=True)


def _joined(ids: pd.Series) -> str:
    return ";".join(sorted(set(ids.dropna())))


def _counted(rows: pd.DataFrame, unit: str) -> pd.DataFrame:
    """Units in each group and key, most first, with the evidence they stand in."""
    by = rows.groupby(["group", "key"])
    table = by.agg(n=(unit, "nunique"), evidence_ids=("evidence_id", _joined)).reset_index()
    return table.sort_values(["group", "n", "key"], ascending=[True, False, True], ignore_index=True)


def _sectors(case: Case, members: pd.DataFrame) -> pd.DataFrame:
    each = members.merge(case.stakeholders[["stakeholder_id", "sector"]], left_on="id", right_on="stakeholder_id")
    by = each.groupby(["group", "sector"])["stakeholder_id"].agg(n="nunique", stakeholder_ids=_joined).reset_index()
    by = by.rename(columns={"sector": "key"}).sort_values(["group", "n", "key"], ascending=[True, False, True])
    return by.assign(aspect="sector", unit="stakeholders")


def _codes(case: Case, named: pd.DataFrame, place: str, top: int) -> pd.DataFrame:
    codes = case.codebook["code_id"]
    rows = coded(case, pd.DataFrame({"set_id": codes, "code_id": codes, "reversed": False}), places=[place])
    table = _counted(rows.merge(named, on="evidence_id").assign(key=lambda one: one["code_id"]), "event_id")
    rank = table.groupby("group")["n"].rank(method="min", ascending=False)
    return table[rank <= top].assign(aspect="code", unit="events")


def _indicators(case: Case, named: pd.DataFrame, groups: Sequence[object], place: str) -> pd.DataFrame:
    """For and against of each indicator and group, those without a row too."""
    sets = code_sets(case, elements(case))
    rows = coded(case, sets[sets["set_id"].isin(case.settings.indicators)], places=[place])
    said = {
        "rows": ("evidence_id", pooled(rows, keys=["set_id"], unit="evidence_id")),
        "events": ("event_id", pooled(rows, keys=["set_id"])),
    }
    grid = pd.DataFrame(
        product(groups, case.settings.indicators, SIDES, said), columns=["group", "key", "stance", "unit"]
    )
    parts = []
    for unit, (counted, stance) in said.items():
        own = rows.assign(key=rows["set_id"], stance=stance).merge(named, on="evidence_id")
        parts += [_counted(own[own["stance"] == side], counted).assign(stance=side, unit=unit) for side in SIDES]
    table = grid.merge(pd.concat(parts, ignore_index=True), on=["group", "key", "stance", "unit"], how="left")
    return table.assign(n=table["n"].fillna(0).astype("int64"), aspect="indicator")


def _ties(network: Network, members: pd.DataFrame) -> pd.DataFrame:
    """Pairs tied inside each group and to each other group; a pair between two groups stands under both."""
    group = members.set_index("id")["group"]
    rows = network.rows.assign(
        group=network.rows["source"].map(group),
        key=network.rows["target"].map(group),
        pair=[frozenset(pair) for pair in zip(network.rows["source"], network.rows["target"], strict=True)],
    ).dropna(subset=["group", "key"])
    across = rows[rows["group"] != rows["key"]].rename(columns={"group": "key", "key": "group"})
    every = pd.concat([rows, across], ignore_index=True)
    table = every.groupby(["group", "key"], as_index=False).agg(
        n=("pair", "nunique"), tie_ids=("row_id", _joined), evidence_ids=("evidence_id", _joined)
    )
    alone = sorted(set(group) - set(table.loc[table["group"] == table["key"], "group"]))
    table = pd.concat([table, pd.DataFrame({"group": alone, "key": alone, "n": 0})], ignore_index=True)
    table = table.astype({"group": members["group"].dtype, "key": members["group"].dtype})
    inside = (table["group"] == table["key"]).rename("inside")
    table = table.assign(inside=inside).sort_values(
        ["group", "inside", "n", "key"], ascending=[True, False, False, True]
    )
    return table.assign(key=table["key"].astype("str"), aspect="ties", unit="pairs")


# ---- is there a core -------------------------------------------------------------------------------------------------

ALIKE = "every pair is alike: no tie is missing, or none is there"
NO_FIT = "no core fits better or worse than another"
STILL = "every network compared with fits equally well"
NULLS = ("degrees", "ties")
BETWEEN = ("one", "ignore")
STARTS = 20  # on the Dashat network each of 1000 starts comes to one core
_SWAPS = 100  # attempts a tie
_CELLS = 4_000_000  # of the arrays of a block of draws


def core_and_null(
    network: Network, *, between: str = "one", draws: int = 200, seed: int, starts: int = STARTS
) -> pd.DataFrame:
    """Find the core of a network and compare its fit with that of the best core of networks without one.

    The fit is that of :func:`dashat_lib.network.measures.core_periphery`: Pearson's r of the ties with the ideal, climbed by
    moving one node at a time from random starts. Here it is computed from counts of ties, for many networks at once; the observed
    network gets the same climb and the same number of starts as each drawn one, since more would raise r by effort alone.

    Two comparisons, one a row. "ties": as many ties, dealt out evenly (the conditional uniform graph). "degrees": each
    node keeps its number of contacts, ties are rewired. A core that beats the first only is no more than some having
    many contacts; by Kojaku and Masuda most single cores are.

    Parameters
    ----------
    between : "one" or "ignore"
        Whether ties between core and periphery are expected, or not looked at.
    draws : int
        Networks of each comparison.
    starts : int
        Random starts of each climb. The core is a heuristic's, however few the nodes.

    Returns
    -------
    DataFrame, one row a comparison
        ``between, null`` (degrees, ties), ``r, core`` (";"-joined ids; of equally good ones the first), ``n_core, n_cores``
        (equally good ones found), ``null_mean, null_lower, null_upper`` (5 and 95 %), ``p_high`` (share of draws that fit as well or
        better, 1 added above and below), ``draws`` (with a fit), ``starts, reason`` (why r or p is missing).

    Notes
    -----
    Rewiring picks two ties and exchanges an end, 100 attempts a tie; an attempt that would make a loop or a double tie leaves the
    network as it is and *counts*, so that each network with these degrees is equally likely in the long run.
    ``networkx.double_edge_swap`` tries again instead, which favours networks with few such moves, and takes one network at a time.

    References
    ----------
    Borgatti, S. P. & Everett, M. G. (2000). Social Networks 21:375-395. Kojaku, S. & Masuda, N. (2018). New J. Phys. 20:043012.
    Rao, A. R., Jana, R. & Bandyopadhyay, S. (1996). Sankhya A 58:225-242, and Milo, R. et al. (2003). arXiv:cond-mat/0312028
    (rewiring; 100 attempts a tie). Anderson, B. S., Butts, C. & Carley, K. (1999). Social Networks 21:239-267 (uniform graphs).
    """
    if between not in BETWEEN:
        raise ValueError(f"between {between!r} is not one of: {', '.join(BETWEEN)}")
    if draws < 1:
        raise ValueError("draws: give at least 1; without a null a fit says nothing")
    ids = np.array(sorted(network.nodes["id"]), dtype=object)
    pairs = np.unique(np.stack(_ends(network, ids), axis=1), axis=0)
    n, m = len(ids), len(pairs)
    front = {"between": between, "starts": starts}
    if n < 3 or m in (0, n * (n - 1) // 2):
        return _core_table([front | {"null": null, "reason": ALIKE} for null in NULLS])
    r, cores = _climbed(_adjacency(pairs[None], n), between, np.random.default_rng([seed, 0]), starts)
    best = float(r.max())
    if best == -np.inf:
        return _core_table([front | {"null": null, "reason": NO_FIT} for null in NULLS])
    optima = np.unique(cores[r > best - 1e-9], axis=0)[::-1]
    front |= {"r": best, "core": ";".join(ids[optima[0]]), "n_core": int(optima[0].sum()), "n_cores": len(optima)}
    found = []
    for null in NULLS:
        values = _null(null, pairs, n, between, draws, seed, starts)
        found.append(front | {"null": null} | _compared(best, values))
    return _core_table(found)


def _core_table(rows: Sequence[dict[str, object]]) -> pd.DataFrame:
    numbers = ["r", "n_core", "n_cores", "null_mean", "null_lower", "null_upper", "p_high", "draws", "starts"]
    columns = ["between", "null", "r", "core", *numbers[1:], "reason"]
    whole = {name: "int64" for name in ("n_core", "n_cores", "draws", "starts")}
    table = pd.DataFrame(rows, columns=columns).fillna({name: 0 for name in whole})
    return table.astype({**{name: "float64" for name in numbers}, **whole, "core": "str", "reason": "str"})


def _compared(seen: float, values: np.ndarray) -> dict[str, object]:
    values = values[np.isfinite(values)]
    if len(values) == 0:
        return {"draws": 0, "reason": NO_FIT}
    found: dict[str, object] = {"draws": len(values), "null_mean": float(values.mean())}
    found["null_lower"], found["null_upper"] = (float(one) for one in np.percentile(values, [5, 95]))
    if (np.abs(values - seen) < 1e-9).all():
        return found | {"reason": STILL}
    return found | {"p_high": (1 + int((values >= seen - 1e-9).sum())) / (1 + len(values))}


def _null(null: str, pairs: np.ndarray, n: int, between: str, draws: int, seed: int, starts: int) -> np.ndarray:
    """The best fit of each drawn network, shape (draws,); -inf where none is defined."""
    found = []
    for at, size in blocks(draws, max(1, _CELLS // (n * max(n, starts)))):
        rng = np.random.default_rng([seed, 1 + NULLS.index(null), at])
        drawn = rewired(pairs, n, size, rng) if null == "degrees" else uniform(n, len(pairs), size, rng)
        found.append(_climbed(_adjacency(drawn, n), between, rng, starts)[0].max(axis=1))
    return np.concatenate(found) if found else np.zeros(0)


def uniform(n: int, m: int, size: int, rng: np.random.Generator) -> np.ndarray:
    """Return `size` networks of `n` nodes with `m` of all pairs, each set of pairs equally likely: shape (size, m, 2)."""
    every = np.stack(np.triu_indices(n, 1), axis=1)
    return every[np.argpartition(rng.random((size, len(every))), m - 1, axis=1)[:, :m]]


def rewired(pairs: np.ndarray, n: int, size: int, rng: np.random.Generator, *, swaps: int = _SWAPS) -> np.ndarray:
    """Return `size` networks with the degrees of `pairs` (shape (m, 2)), rewired side by side: shape (size, m, 2)."""
    m, world = len(pairs), np.arange(size)
    ends = np.tile(pairs, (size, 1, 1))
    tied = _adjacency(ends, n).astype(bool)
    for _ in range(swaps):
        picks = rng.integers(m, size=(m, 2, size))
        turns = rng.integers(2, size=(m, size))
        for (one, other), turn in zip(picks, turns, strict=True):
            a, b = ends[world, one].T
            c, d = ends[world, other, turn], ends[world, other, 1 - turn]
            free = (a != d) & (c != b) & ~tied[world, a, d] & ~tied[world, c, b]
            at = np.flatnonzero(free)  # never where both picks are one tie
            a, b, c, d, one, other = (values[at] for values in (a, b, c, d, one, other))
            tied[at, a, b] = tied[at, b, a] = tied[at, c, d] = tied[at, d, c] = False
            tied[at, a, d] = tied[at, d, a] = tied[at, c, b] = tied[at, b, c] = True
            ends[at, one, 1] = d
            ends[at, other, 0], ends[at, other, 1] = c, b
    return ends


def _adjacency(ends: np.ndarray, n: int) -> np.ndarray:
    """Symmetric 0/1 matrices of networks given by their pairs: (size, m, 2) to (size, n, n)."""
    a = np.zeros((len(ends), n, n), dtype=np.float32)
    world = np.arange(len(ends))[:, None]
    a[world, ends[..., 0], ends[..., 1]] = a[world, ends[..., 1], ends[..., 0]] = 1
    return a


def _climbed(a: np.ndarray, between: str, rng: np.random.Generator, starts: int) -> tuple[np.ndarray, np.ndarray]:
    """Climb from random cores in each network, always by the one node whose change raises r most.

    Parameters
    ----------
    a : array, shape (size, n, n)

    Returns
    -------
    r, shape (size, starts), -inf where no core has one; cores, shape (size, starts, n)
    """
    size, n = a.shape[:2]
    core = rng.random((size, starts, n)) < rng.uniform(0.1, 0.6, (size, starts, 1))
    which = np.repeat(np.arange(size), starts)
    degree = a.sum(axis=2, dtype=float)
    m = degree.sum(axis=1)[which] / 2
    into = (core.astype(np.float32) @ a).astype(float).reshape(-1, n)  # contacts of each node in the core
    core = core.reshape(-1, n)
    k = core.sum(axis=1).astype(float)
    inside = (core * into).sum(axis=1) / 2
    outside = m - (core * degree[which]).sum(axis=1) + inside  # ties with neither end in the core
    r = np.full(len(core), -np.inf)
    live = np.arange(len(core))
    while len(live):
        sign = 1.0 - 2 * core[live]
        inner = inside[live, None] + sign * into[live]
        outer = outside[live, None] - sign * (degree[which[live]] - into[live])
        fits = _r(k[live, None] + sign, inner, outer, n, m[live, None], between)
        node = fits.argmax(axis=1)
        at = np.arange(len(live))
        better = fits[at, node] > r[live] + 1e-12
        live, node, at = live[better], node[better], at[better]
        step = sign[at, node]
        r[live], inside[live], outside[live] = fits[at, node], inner[at, node], outer[at, node]
        k[live] += step
        core[live, node] = ~core[live, node]
        into[live] += step[:, None] * a[which[live], node]
    return r.reshape(size, starts), core.reshape(size, starts, n)


def _r(k: np.ndarray, inside: np.ndarray, outside: np.ndarray, n: int, m: np.ndarray, between: str) -> np.ndarray:
    """Pearson's r of ties and ideal from counts (both are 0 or 1): pairs looked at, ideal ties, ties, and both."""
    within, without = k * (k - 1) / 2, (n - k) * (n - k - 1) / 2
    if between == "one":
        pairs = np.full_like(k, n * (n - 1) / 2)
        ideal, ties, both = pairs - without, m, m - outside
    else:
        pairs, ideal, ties, both = within + without, within, inside + outside, inside
    below = ideal * (pairs - ideal) * ties * (pairs - ties)
    above = pairs * both - ideal * ties
    return np.divide(above, np.sqrt(np.maximum(below, 0)), out=np.full_like(above, -np.inf), where=below > 0)


# ---- the tables of a case --------------------------------------------------------------------------------------------


def tables(case: Case, *, draws: int = 200, seeds: int = 100) -> dict[str, pd.DataFrame]:
    """Return the groups of a case's stakeholders, what each stands for, and its core, on the network of all relations.

    Who has no tie is a group of one in the first table, marked, and stands in neither of the others.

    Returns
    -------
    dict
        ``stakeholder_groups``: ``id, group, n_members, isolate, share_group, reason`` (:class:`Stability`).
        ``group_profiles``: :func:`profiles`. ``group_null``: :func:`modularity_and_null`. ``core_periphery``: :func:`core_and_null` of either kind of core.
    """
    network, tied, seed = of_case(case), of_case(case, isolates=False), case.settings.seed
    each = stability(network, seeds=seeds, seed=seed).stakeholders
    each.insert(2, "n_members", each.groupby("group")["id"].transform("size"))
    cores = [core_and_null(tied, between=between, draws=draws, seed=seed) for between in BETWEEN]
    return {
        "stakeholder_groups": each,
        "group_profiles": profiles(case, each[~each["isolate"]], network=network),
        "group_null": modularity_and_null(tied, draws=draws, seed=seed),
        "core_periphery": pd.concat(cores, ignore_index=True),
    }


_HOW = {
    "groups.n_groups": ("groups", message("Groups of stakeholders on the network of all relations (Leiden, modularity), those without a tie left out.")),
    "groups.modularity": ("coefficient", message("Modularity of the groups; rewired networks with the same contacts have {mean} on average ({low} to {high}), so only more than these is a finding.")),
    "groups.modularity.p": ("share (0-1)", message("Share of {draws} rewired networks whose groups are as marked or more.")),
    "core.r": ("coefficient", message("Fit of the best core, ties between core and periphery expected; networks in which everyone keeps the number of contacts reach {mean} on average.")),
    "core.p": ("share (0-1)", message("Share of {draws} networks in which everyone keeps the number of contacts that have a core as marked or more.")),
}  # fmt: skip


def results(case: Case) -> Results:
    """Return groups and core of a case as tables and facts; the number of draws follows ``settings.resamples``."""
    found = tables(case, draws=max(case.settings.resamples * 2 // 5, 1), seeds=max(case.settings.resamples // 5, 2))
    null, cores = found["group_null"].iloc[0], found["core_periphery"]
    core = cores[(cores["between"] == "one") & (cores["null"] == "degrees")].iloc[0]
    values = {
        "groups.n_groups": null["n_groups"], "groups.modularity": null["modularity"], "groups.modularity.p": null["p_high"],
        "core.r": core["r"], "core.p": core["p_high"],
    }  # fmt: skip
    support, ledger = support_of(of_case(case), "modularity"), Ledger()
    for name, value in values.items():
        about = core if name.startswith("core") else null
        unit, how = _HOW[name]
        missing = bool(pd.isna(value))
        ledger.add(
            name, None if missing else int(value) if unit == "groups" else float(value), unit=unit, how=how,
            details={
                "draws": int(about["draws"]),
                **{key: round(float(about[f"null_{column}"]), 2) for key, column in (("mean", "mean"), ("low", "lower"), ("high", "upper"))},
            },
            reason=str(about["reason"]) if missing else None,
            support=support,
        )  # fmt: skip
    return ledger.results(**found)
