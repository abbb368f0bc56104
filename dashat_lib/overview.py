"""What do we know, from whom? Sources, rows and events by kind, place, sector, speaker and time."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from .admission import admitted
from .errors import message
from .facts import Ledger, Under, labelled, under
from .schemas import row_ids
from .tables import Case, Results

UNKNOWN = "unknown"
# Kind of words of the groups whose counts are facts.
_WORDS = {"kind": "source kind", "sector": "sector", "polarity": "polarity"}
_TOTALS = {
    "sources": message("Documents in sources.csv."),
    "evidence": message("Rows of evidence: statements of one source."),
    "stakeholders": message("Stakeholders: offices and groups, never persons."),
    "ties": message("Reports of a tie between two stakeholders; a pair may be reported several times."),
    "codings": message("Codings: one coder giving one row one code; all coders and the settlement."),
    "claims": message("Sentences of the abstract as claims."),
}


def statements(case: Case) -> pd.DataFrame:
    """Return the evidence rows with the kind, publication date and family of their source.

    Returns
    -------
    DataFrame, one row an evidence row
        The columns of ``evidence``, ``kind, published, source_family``, ``year`` (of the fact) and ``own`` (True for
        rows of the document under examination).
    """
    rows = case.evidence.merge(case.sources[["source_id", "kind", "published", "source_family"]], on="source_id")
    return rows.assign(year=rows["date"].str[:4], own=rows["source_id"].isin(case.settings.own_sources))


def material(case: Case) -> pd.DataFrame:
    """Return counts of the material by several groupings, one row per group and key.

    Returns
    -------
    DataFrame
        ``group`` (kind, place, sector, speaker, year, polarity), ``key``, ``n_sources, n_families, n_rows, n_events``
        (the document under examination included), ``n_rows_own`` (its rows among them), ``evidence_ids`` (";"-joined).
        A row naming actors of two sectors counts in both, so sectors do not add up to the whole.
    """
    rows = statements(case)
    actors = case.evidence_actors.merge(case.stakeholders[["stakeholder_id", "sector"]], on="stakeholder_id")
    sectors = rows.merge(actors[["evidence_id", "sector"]].drop_duplicates(), on="evidence_id")
    grouped = {
        "kind": rows.assign(key=rows["kind"]),
        "place": rows.assign(key=rows["place"]),
        "sector": sectors.assign(key=sectors["sector"]),
        "speaker": rows.assign(key=rows["speaker"].fillna(UNKNOWN)),
        "year": rows.assign(key=rows["year"]),
        "polarity": rows.assign(key=rows["polarity"]),
    }
    tables = []
    for group, part in grouped.items():
        table = part.groupby("key", as_index=False).agg(
            n_sources=("source_id", "nunique"),
            n_families=("source_family", "nunique"),
            n_rows=("evidence_id", "nunique"),
            n_events=("event_id", "nunique"),
            n_rows_own=("own", "sum"),
            evidence_ids=("evidence_id", lambda ids: ";".join(sorted(set(ids)))),
        )
        by = ["key"] if group == "year" else ["n_rows", "key"]
        tables.append(table.sort_values(by, ascending=[True] if group == "year" else [False, True]).assign(group=group))
    found = pd.concat(tables, ignore_index=True)
    return found[["group", *[name for name in found if name != "group"]]]


def coverage(case: Case) -> pd.DataFrame:
    """Return how many admitted rows speak of each place, places without any included.

    Returns
    -------
    DataFrame, one row a place inside the wider place, most rows first
        ``place, name, kind, n_rows, n_events, n_rows_own`` (rows of the document under examination, not in ``n_rows``),
        ``focal``.
    """
    rows = statements(case)
    rows, own = rows[~rows["own"]], rows[rows["own"]]
    table = case.places[["place", "name", "kind"]].assign(
        n_rows=case.places["place"].map(rows.groupby("place")["evidence_id"].nunique()),
        n_events=case.places["place"].map(rows.groupby("place")["event_id"].nunique()),
        n_rows_own=case.places["place"].map(own.groupby("place")["evidence_id"].nunique()),
        focal=case.places["place"] == case.settings.focal_place,
    )
    counts = ["n_rows", "n_events", "n_rows_own"]
    table[counts] = table[counts].fillna(0).astype("int64")
    return table.sort_values(["n_rows", "n_rows_own", "place"], ascending=[False, False, True], ignore_index=True)


def results(case: Case) -> Results:
    """Return the overview as tables and facts."""
    ledger = Ledger()
    tables = dict(case.tables())
    tables["claims"] = case.claims[
        case.claims["kind"] != "rival"
    ]  # an explanation beside the document is no sentence of it
    for name, how in _TOTALS.items():
        ids = row_ids(name, tables[name])
        ledger.add(f"n_{name}", len(ids), unit=name, how=how, support=[under(name, ids)])
    ledger.add(
        "n_families",
        case.sources["source_family"].nunique(),
        unit="families",
        how=message("Source families: pages that carry one text count once."),
        support=[under("sources", case.sources["source_id"])],
    )
    ledger.add(
        "n_events",
        case.evidence["event_id"].nunique(),
        unit="events",
        how=message("Events: rows that tell one happening or one fact."),
        support=[under("evidence", case.evidence["evidence_id"])],
    )
    for one in coverage(case).to_dict("records"):
        rows = case.evidence[case.evidence["place"] == one["place"]]
        own = rows["source_id"].isin(case.settings.own_sources)
        ledger.add(
            f"n_rows.{one['place']}",
            one["n_rows"],
            unit="rows",
            place=one["place"],
            how=message("Evidence rows on {place} itself, those of the document under examination left out."),
            details={"place": one["name"]},
            support=[
                under("evidence", rows.loc[~own, "evidence_id"], rows.loc[own, "evidence_id"]),
                under("places", defines=[one["place"]]),
            ],
        )
    inside = admitted(case, place=case.settings.wider_place)
    ledger.add(
        f"n_rows_within.{case.settings.wider_place}",
        len(inside),
        unit="rows",
        place=case.settings.wider_place,
        how=message("Evidence rows on {place} or a place inside it, those of the document under examination left out."),
        details={"place": case.places.set_index("place").at[case.settings.wider_place, "name"]},
        support=[under("evidence", inside["evidence_id"]), under("places", defines=[case.settings.wider_place])],
    )
    table = material(case)
    for one in table[table["group"].isin(list(_WORDS))].to_dict("records"):
        ledger.add(
            f"n_rows.{one['group']}.{one['key']}",
            one["n_rows"],
            unit="rows",
            how=message("Evidence rows by {group}: {key}."),
            details={"group": labelled("group", one["group"]), "key": labelled(_WORDS[one["group"]], one["key"])},
            support=_grouped(case, one),
        )
    return ledger.results(material=table, coverage=coverage(case))


def _grouped(case: Case, group: Mapping[str, str]) -> list[Under]:
    """The evidence rows of a group; for a sector also the actors by which a row belongs to it."""
    ids = group["evidence_ids"].split(";")
    support = [under("evidence", ids)]
    if group["group"] == "sector":
        of_sector = case.stakeholders.loc[case.stakeholders["sector"] == group["key"], "stakeholder_id"]
        actors = case.evidence_actors[case.evidence_actors["stakeholder_id"].isin(of_sector)]
        support.append(under("evidence_actors", row_ids("evidence_actors", actors)))
    return support
