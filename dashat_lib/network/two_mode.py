"""Two-mode networks: who says what. Projections always stand beside the network they come from."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from scipy import sparse
from scipy.stats import hypergeom

from ..admission import admitted
from ..tables import Case, Network
from ..ties import build
from .measures import Arrays

WAYS = ("count", "jaccard", "newman")


@dataclass(frozen=True)
class Projection:
    """A one-mode network and the two-mode network it comes from: the one is not read without the other."""

    network: Network
    two_mode: Network
    side: str
    way: str


def sides(network: Network) -> tuple[np.ndarray, np.ndarray]:
    """Return the positions of the nodes of mode a and of mode b."""
    mode = network.nodes["mode"].to_numpy()
    return np.flatnonzero(mode == "a"), np.flatnonzero(mode == "b")


def affiliation(network: Network) -> sparse.csr_array:
    """Return the 0/1 matrix of nodes of mode a by nodes of mode b."""
    a, b = sides(network)
    return Arrays(network).u[a][:, b].tocsr()


def project(network: Network, side: str = "a", *, way: str = "count") -> Projection:
    """Join two nodes of one side by the partners they share, each partner once.

    Parameters
    ----------
    way : "count", "jaccard" or "newman"
        Number of shared partners; their share of all partners of the two; or the sum of 1 / (degree of the partner - 1), so
        that a crowded partner tells less. A partner of one node adds an isolate, never a tie.

    References
    ----------
    Newman, M. E. J. (2001). Phys. Rev. E 64:016132.
    """
    if way not in WAYS:
        raise ValueError(f"way {way!r} is not one of: {', '.join(WAYS)}")
    matrix = affiliation(network)
    matrix = matrix if side == "a" else matrix.T.tocsr()
    partners = np.asarray(matrix.sum(axis=0)).ravel()
    scale = (
        np.divide(1, partners - 1, out=np.zeros_like(partners), where=partners > 1)
        if way == "newman"
        else 1 + 0 * partners
    )
    shared = sparse.triu(matrix @ sparse.diags_array(scale) @ matrix.T, k=1).tocoo()
    values = shared.data
    if way == "jaccard":
        degree = np.asarray(matrix.sum(axis=1)).ravel()
        values = values / (degree[shared.row] + degree[shared.col] - values)
    here = network.nodes.iloc[sides(network)[0 if side == "a" else 1]].reset_index(drop=True)
    ids = here["id"].to_numpy()
    edges = pd.DataFrame({"source": ids[shared.row], "target": ids[shared.col], "weight": values})
    edges = edges[edges["weight"] > 0]
    name = f"projection_{side}"
    one = build(here.drop(columns="mode"), edges, directed=False, name=name, weight_means="strength")
    return Projection(replace(one, relations=network.relations), network, side, way)


def backbone(projection: Projection) -> pd.DataFrame:
    """Return, for each pair of a projection by count, how surprising its shared partners are.

    Returns
    -------
    DataFrame
        ``source, target, weight, p``: the chance of at least as many shared partners if each node chose its partners at
        random (hypergeometric, degrees of the side fixed). Correct for the number of pairs before cutting.

    References
    ----------
    Neal, Z. (2014). Social Networks 39:84-97.
    """
    matrix = affiliation(projection.two_mode)
    matrix = matrix if projection.side == "a" else matrix.T.tocsr()
    degree = pd.Series(np.asarray(matrix.sum(axis=1)).ravel(), projection.network.nodes["id"].to_numpy())
    ties = projection.network.ties[["source", "target", "weight"]].reset_index(drop=True)
    n = matrix.shape[1]
    p = hypergeom.sf(
        ties["weight"] - 1, n, degree.loc[ties["source"]].to_numpy(), degree.loc[ties["target"]].to_numpy()
    )
    return ties.assign(p=p)


# ---- actors and codes of a case --------------------------------------------------------------------------------------


def statements(case: Case, *, place: str | None = None, coder: str | None = None) -> pd.DataFrame:
    """Return who is named in rows coded with what, one row a naming.

    Returns
    -------
    DataFrame
        ``stakeholder_id, code_id, stance, evidence_id, date``; rows of the document under examination are out.
    """
    rows = admitted(case, place=place)[["evidence_id", "date"]]
    codings = case.codings.loc[
        case.codings["coder"] == (coder or case.settings.coder), ["evidence_id", "code_id", "stance"]
    ]
    return case.evidence_actors.merge(codings, on="evidence_id").merge(rows, on="evidence_id")


def actors_by_codes(
    case: Case, *, stances: Sequence[str] = ("for", "against", "mixed", "neutral"), place: str | None = None
) -> Network:
    """Return the two-mode network of stakeholders and codes; the weight counts the rows that name the one under the other.

    Stakeholders without any code stay as isolates.
    """
    said = statements(case, place=place)
    said = said[said["stance"].isin(list(stances))]
    actors = case.stakeholders[["stakeholder_id", "short_name", "sector"]].rename(
        columns={"stakeholder_id": "id", "short_name": "label"}
    )
    codes = case.codebook[["code_id", "label_en"]].rename(columns={"code_id": "id", "label_en": "label"})
    nodes = pd.concat([actors.assign(mode="a"), codes.assign(mode="b")], ignore_index=True)
    edges = said.rename(columns={"stakeholder_id": "source", "code_id": "target"}).assign(weight=1.0)
    edges["row_id"] = edges["evidence_id"] + "/" + edges["source"]
    return build(nodes, edges, directed=False, name="actors by codes", weight_means="strength", mode="two")


# ---- discourse -------------------------------------------------------------------------------------------------------

NO_VARIATION = "every statement has one stance: there is no conflict to see"


def discourse(said: pd.DataFrame, *, counted: bool = False, normalise: str | None = None) -> pd.DataFrame:
    """Return how far each two actors agree and disagree.

    Parameters
    ----------
    said : DataFrame, one row a statement
        ``actor, concept, stance`` with stance "for" or "against"; other stances are left out.
    counted : bool
        Count repeated statements; by default saying a thing twice is no more agreement.
    normalise : None, "activity" or "jaccard"
        Divide by half the statements of the two; or by the union of their statements (for 0/1 data).

    Returns
    -------
    DataFrame, one row a pair of actors
        ``one, other, congruence, conflict, subtract``; an actor with both stances on a concept adds to both. A pair whose
        normaliser is 0 is NaN.

    References
    ----------
    Leifeld, P. (2017). Discourse network analysis. In: The Oxford Handbook of Political Networks.
    """
    kept = said[said["stance"].isin(["for", "against"])]
    x = kept.groupby(["actor", "concept", "stance"]).size().unstack(["concept", "stance"], fill_value=0)
    actors = sorted(said["actor"].unique())
    x = x.reindex(actors, fill_value=0)
    x = x if counted else (x > 0).astype(int)
    concepts = sorted({concept for concept, _ in x.columns})
    parts = {
        stance: x.reindex(columns=[(concept, stance) for concept in concepts], fill_value=0).to_numpy(dtype=float)
        for stance in ("for", "against")
    }
    agree = parts["for"] @ parts["for"].T + parts["against"] @ parts["against"].T
    differ = parts["for"] @ parts["against"].T + parts["against"] @ parts["for"].T
    activity = parts["for"].sum(axis=1) + parts["against"].sum(axis=1)
    i, j = np.triu_indices(len(actors), 1)
    below: np.ndarray | float = 1.0
    if normalise == "activity":
        below = (activity[i] + activity[j]) / 2
    elif normalise == "jaccard":
        below = activity[i] + activity[j] - agree[i, j]
    elif normalise is not None:
        raise ValueError(f"normalise {normalise!r} is not one of: activity, jaccard")
    with np.errstate(divide="ignore", invalid="ignore"):
        congruence, conflict = agree[i, j] / below, differ[i, j] / below
    names = np.array(actors, dtype=object)
    table = pd.DataFrame({"one": names[i], "other": names[j], "congruence": congruence, "conflict": conflict})
    table = table.replace([math.inf, -math.inf], math.nan)
    return table.assign(subtract=table["congruence"] - table["conflict"])


def congruence_on_scale(x: float, y: float, n_x: int, n_y: int, *, width: float) -> float:
    """Return the agreement of statements on a scale: ``n_x n_y (1 - |x - y| / width)`` with `width` the largest difference."""
    return n_x * n_y * (1 - abs(x - y) / width)
