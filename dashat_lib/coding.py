"""What does the material speak of? Counts of codes by stance and attribute, and which codes meet.

A row is the unit of coding; an event pools the rows that tell one happening. A child implies its parent: leaves are stored,
parents are computed.
"""

from __future__ import annotations

import math
from itertools import pairwise

import numpy as np
import pandas as pd
from scipy.stats import false_discovery_control, hypergeom

from .admission import admitted, branches, pooled
from .resampling import blocks
from .schemas import STANCES
from .tables import Case, Display

UNKNOWN = "unknown"
ATTRIBUTES = ("sector", "kind", "place", "speaker", "year", "polarity")
_CELLS = 2**21  # of a block of units by codes, 8 MB
TOO_UNEQUAL = 5  # a code more than so many times as frequent makes the c-coefficient misleading


def coded_rows(
    case: Case, *, place: str | None = None, coder: str | None = None, own: bool = False, roll_up: bool = True
) -> pd.DataFrame:
    """Return the codings of a case with what their rows are: the long table under every count.

    Parameters
    ----------
    place : str, optional
        Only rows on a place or one inside it.
    coder : str, optional
        Whose codings; ``settings.coder`` if not given.
    own : bool
        Whether rows of the document under examination are in; they stand in no test.
    roll_up : bool
        Whether a coding counts for every code above its own, too.

    Returns
    -------
    DataFrame, one row a coding and code
        ``coding_id, evidence_id, event_id, source_id, source_family, kind, place, speaker, year, polarity, date, published, code, given``
        (the code as stored; differs from ``code`` where a child stands for its parent), ``stance``.
    """
    rows = (
        admitted(case, place=place)
        if not own
        else case.evidence.merge(case.sources[["source_id", "source_family"]], on="source_id")
    )
    rows = rows.merge(case.sources[["source_id", "kind", "published"]], on="source_id")
    rows = rows.assign(speaker=rows["speaker"].fillna(UNKNOWN), year=rows["date"].str[:4])
    codings = case.codings[case.codings["coder"] == (coder or case.settings.coder)]
    found = codings[["coding_id", "evidence_id", "code_id", "stance"]].merge(rows, on="evidence_id")
    found = found.rename(columns={"code_id": "given"})
    if roll_up:
        above = branches(case.codebook, child="code_id", parent="parent").rename(
            columns={"code_id": "given", "above": "code"}
        )
        found = found.merge(above, on="given")
    else:
        found = found.assign(code=found["given"])
    columns = ["coding_id", "evidence_id", "event_id", "source_id", "source_family", "kind", "place", "speaker", "year", "polarity", "date", "published", "code", "given", "stance"]  # fmt: skip
    return found[columns].sort_values(["code", "evidence_id", "coding_id"], ignore_index=True)


def counts(rows: pd.DataFrame, codebook: pd.DataFrame) -> pd.DataFrame:
    """Count each code: rows and events, and rows by stance.

    Parameters
    ----------
    rows : DataFrame
        :func:`coded_rows`.
    codebook : DataFrame
        Gives the order, the parents, and the codes that nothing carries.

    Returns
    -------
    DataFrame, one row a code of the codebook, each code before those below it
        ``code, parent, depth`` (0: nothing above it), ``n_rows, n_events, n_sources, n_families, n_for, n_against, n_mixed, n_neutral`` (rows that carry the
        code, or one below it, with that stance; a row may count under two stances).
    """
    table = in_tree_order(codebook).set_index("code")
    by = rows.groupby("code")
    for name, column in (
        ("n_rows", "evidence_id"),
        ("n_events", "event_id"),
        ("n_sources", "source_id"),
        ("n_families", "source_family"),
    ):
        table[name] = by[column].nunique()
    for stance in STANCES:
        table[f"n_{stance}"] = rows[rows["stance"] == stance].groupby("code")["evidence_id"].nunique()
    whole = [name for name in table if str(name).startswith("n_")]
    table[whole] = table[whole].fillna(0).astype("int64")
    return table.reset_index()


def in_tree_order(codebook: pd.DataFrame) -> pd.DataFrame:
    """Return the codes with each code before those below it, else in the order of the codebook: ``code, parent, depth``."""
    below: dict[object, list[str]] = {}
    for code, parent in zip(
        codebook["code_id"], codebook["parent"].astype("object").where(codebook["parent"].notna(), None), strict=True
    ):
        below.setdefault(parent, []).append(code)
    found: list[tuple[str, object, int]] = []

    def walk(parent: object, depth: int) -> None:
        for code in below.get(parent, []):
            found.append((code, parent, depth))
            walk(code, depth + 1)

    walk(None, 0)
    return pd.DataFrame(found, columns=["code", "parent", "depth"]).astype({"code": "str", "parent": "str"})


def cross(rows: pd.DataFrame, attribute: str, *, case: Case | None = None, name: str = "crossing") -> Display:
    """Cross the codes with an attribute of their rows.

    Parameters
    ----------
    rows : DataFrame
        :func:`coded_rows`.
    attribute : str
        A column of `rows` (source_id, kind, place, speaker, year ...), or "sector" (of the actors named; then `case` is needed).

    Returns
    -------
    Display
        Codes down, values across, most frequent first. A row of two sectors stands in both columns.
    """
    kept = rows
    if attribute == "sector":
        if case is None:
            raise ValueError("the sectors of actors stand in the case: give it as case=")
        kept = kept.merge(sectors_named(case), on="evidence_id")
    cells = matrix_cells(kept.rename(columns={"code": "row"}).assign(column=kept[attribute]))
    values = cells.groupby("column")["evidence_id"].nunique().sort_values(ascending=False, kind="stable").index
    return Display(
        name=name, cells=cells, rows=tuple(dict.fromkeys(rows["code"])), columns=tuple(map(str, values)),
        row_kind="code", column_kind=attribute,
    )  # fmt: skip


def sectors_named(case: Case) -> pd.DataFrame:
    """Return the sectors of the actors that each evidence row names: ``evidence_id, sector``, each pair once."""
    actors = case.evidence_actors.merge(case.stakeholders[["stakeholder_id", "sector"]], on="stakeholder_id")
    return actors[["evidence_id", "sector"]].drop_duplicates()


def matrix_cells(rows: pd.DataFrame) -> pd.DataFrame:
    """Return the cells of a :class:`dashat_lib.tables.Display` from codings with ``row, column, evidence_id, event_id, stance``."""
    rows = rows.dropna(subset=["row", "column"]).reset_index(drop=True)
    cells = rows[["row", "column", "evidence_id", "event_id", "stance"]].assign(
        said=pooled(rows, keys=["row", "column"])
    )
    return cells.drop_duplicates(ignore_index=True)


# ---- which codes meet ------------------------------------------------------------------------------------------------


def pair_counts(units: pd.Series, codes: pd.Series) -> tuple[pd.Index, np.ndarray]:
    """Count in how many units each two codes meet.

    A sum over units, so that parts of a corpus may be counted apart and added, as long as a unit lies in one part.

    Parameters
    ----------
    units, codes : Series of one length
        A coding each; doubled ones count once.

    Returns
    -------
    codes in order, and a symmetric array of whole numbers; the diagonal holds the units of each code.
    """
    unit, _ = pd.factorize(units)
    code, names = pd.factorize(codes, sort=True)
    k = len(names)
    together = np.zeros((k, k), dtype=np.int64)
    if k == 0:
        return pd.Index(names), together
    cells = np.sort(unit.astype(np.int64) * k + code)
    size = max(_CELLS // k, 1)  # units held at a time
    borders = np.searchsorted(cells, np.arange(0, int(unit.max()) + size + 1, size) * k)
    for at, (first, last) in enumerate(pairwise(borders)):
        flat = np.zeros(size * k, dtype=np.float32)
        flat[cells[first:last] - at * size * k] = 1
        block = flat.reshape(size, k)
        together += np.rint(block.T @ block).astype(np.int64)
    return pd.Index(names), together


def cooccurrence(
    rows: pd.DataFrame, codebook: pd.DataFrame, *, unit: str = "evidence_id", draws: int = 0, seed: int = 0
) -> pd.DataFrame:
    """Return which codes meet in one row, event, source or window, and whether more often than chance within sources.

    Parameters
    ----------
    rows : DataFrame
        :func:`coded_rows`.
    unit : str
        Column in which codes meet: ``evidence_id, event_id, source_id``, or one made by :func:`window`.
    draws : int
        Permutations for p: the units of the second code are dealt anew among the units of each source. 0 leaves p out.

    Returns
    -------
    DataFrame, one row a pair of codes of which none lies above the other, most frequent first
        ``one, other, n_one, n_other, n_both``, ``c`` (n_both / (n_one + n_other - n_both)), ``unequal`` (one is more than five
        times as frequent: c misleads), ``lift, npmi`` (-1 where they never meet), ``p_exact`` (hypergeometric), ``p`` (within
        sources, 1 added above and below), ``q`` (p after Benjamini and Hochberg, over the pairs that meet).

    References
    ----------
    Church, K. W. & Hanks, P. (1990). Comput. Linguist. 16:22-29 (PMI). Bouma, G. (2009), NPMI. Benjamini, Y. & Hochberg, Y.
    (1995). J. R. Stat. Soc. B 57:289-300.
    """
    names, together = pair_counts(rows[unit], rows["code"])
    n = rows[unit].nunique()
    i, j = np.triu_indices(len(names), 1)
    table = pd.DataFrame(
        {
            "one": names[i],
            "other": names[j],
            "n_one": together[i, i],
            "n_other": together[j, j],
            "n_both": together[i, j],
        }
    )
    related = branches(codebook, child="code_id", parent="parent")
    kin = {frozenset(pair) for pair in zip(related["above"], related["code_id"], strict=True)}
    table = table[[frozenset(pair) not in kin for pair in zip(table["one"], table["other"], strict=True)]]
    table = table.assign(**_measures(table, n))
    if draws:
        table["p"] = _permuted(rows, unit, table, draws, seed)
        met = table["n_both"] > 0
        table.loc[met, "q"] = false_discovery_control(table.loc[met, "p"]) if met.any() else math.nan
    return table.sort_values(["n_both", "one", "other"], ascending=[False, True, True], ignore_index=True)


def _measures(table: pd.DataFrame, n: int) -> dict[str, np.ndarray]:
    one, other, both = (table[name].to_numpy(dtype=float) for name in ("n_one", "n_other", "n_both"))
    with np.errstate(divide="ignore", invalid="ignore"):
        lift = both * n / (one * other)
        npmi = np.log2(lift) / -np.log2(both / n)
    npmi = np.where(both == 0, -1.0, np.where(both == n, np.nan, npmi))
    return {
        "c": both / (one + other - both),
        "unequal": np.maximum(one, other) > TOO_UNEQUAL * np.minimum(one, other),
        "lift": lift,
        "npmi": npmi,
        "p_exact": hypergeom.sf(both - 1, n, one, other),
    }


def _permuted(rows: pd.DataFrame, unit: str, table: pd.DataFrame, draws: int, seed: int) -> np.ndarray:
    """One-sided p of each pair: units shuffled within their source, all codes of the second role at once."""
    units = rows[[unit, "source_id"]].drop_duplicates(unit).sort_values(["source_id", unit], ignore_index=True)
    position = pd.Series(units.index, units[unit])
    names = pd.Index(sorted({*table["one"], *table["other"]}))
    incidence = np.zeros((len(units), len(names)), dtype=np.float32)
    kept = rows[rows["code"].isin(names)]
    incidence[position.loc[kept[unit]].to_numpy(), names.get_indexer(kept["code"])] = 1
    source = pd.factorize(units["source_id"])[0]
    i, j = names.get_indexer(table["one"]), names.get_indexer(table["other"])
    seen, higher = table["n_both"].to_numpy(), np.zeros(len(table))
    for at, size in blocks(draws):
        rng = np.random.default_rng([seed, at])
        for _ in range(size):
            order = np.lexsort((rng.random(len(units)), source))  # units are in order of source: a shuffle inside each
            higher += (incidence.T @ incidence[order])[i, j] >= seen - 0.5
    return (1 + higher) / (1 + draws)


def window(rows: pd.DataFrame, days: int) -> pd.Series:
    """Return, for each coding, the window of dates it falls into; rows whose day is not known fall into none (missing).

    Windows lie side by side from the first known day on; codes at either side of a border do not meet.
    """
    known = rows["date"].str.len() == 10
    day = pd.to_datetime(rows["date"].where(known), errors="coerce")
    number = (day - day.min()).dt.days // days
    return number.astype("Int64").astype("str").where(known)
