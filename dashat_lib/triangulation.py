"""On how many feet does a finding stand? Source families, kinds, sectors, speakers and years behind it, each left out in turn.

Many families can be two voices: a family is a text, a speaker is who states the fact in it, as far as the text says so.

References
----------
Denzin, N. K. (1978). The Research Act, 2nd ed.: triangulation of data by source, person and time.
"""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from .admission import tally
from .coding import sectors_named
from .errors import message
from .facts import Ledger, in_each_language
from .indicators import KEYS, Material, gather, support_of_verdict, verdicts
from .tables import Case, Results

BY = ("family", "kind", "sector", "speaker", "year")
FAMILIES, KINDS, SECTORS_, MOST = 3, 2, 3, 0.5
NOTHING_FOR = "no event for"


def origins(case: Case) -> pd.DataFrame:
    """Return where each evidence row comes from, in each way to look at it.

    Returns
    -------
    DataFrame, one row an evidence row, way and value
        ``by`` (family, kind, sector, speaker, year), ``evidence_id, value``. A row may name several sectors; a row without a
        stated speaker has none.
    """
    rows = case.evidence.merge(case.sources[["source_id", "source_family", "kind"]], on="source_id")
    ways = {
        "family": rows.set_index("evidence_id")["source_family"],
        "kind": rows.set_index("evidence_id")["kind"],
        "sector": sectors_named(case).set_index("evidence_id")["sector"],
        "speaker": rows.set_index("evidence_id")["speaker"].dropna(),
        "year": rows.set_index("evidence_id")["date"].str[:4],
    }
    parts = [one.rename("value").reset_index().assign(by=name) for name, one in ways.items()]
    return pd.concat(parts, ignore_index=True)[["by", "evidence_id", "value"]].drop_duplicates(ignore_index=True)


def supporting(material: Material) -> pd.DataFrame:
    """Return the rows that speak for each element at each place: ``set_id, scope, evidence_id``, in events that as a whole do."""
    rows = material.rows[(material.rows["stance"] == "for") & (material.rows["event_stance"] == "for")]
    return rows[[*KEYS, "evidence_id"]].drop_duplicates()


def feet(material: Material) -> pd.DataFrame:
    """Return on how many families, kinds, sectors, speakers and years the rows for each element stand.

    Returns
    -------
    DataFrame, one row an element and place, in the framework's order
        ``set_id, place, n_rows_for, n_families, n_kinds, n_sectors, n_speakers, n_years`` (of those rows),
        ``share_family, share_kind, share_sector, share_year`` (largest share of the rows), ``n_rows_speaker`` (rows with a stated speaker),
        ``share_two_speakers`` (of these, the share of the two most frequent), ``triangulated`` (at least three families, two
        kinds and three sectors, and no family behind more than half of the rows; missing where no row speaks for it).
    """
    rows = supporting(material)
    table = material.grid[KEYS].merge(
        rows.groupby(KEYS)["evidence_id"].nunique().rename("n_rows_for").reset_index(), on=KEYS, how="left"
    )
    table["n_rows_for"] = table["n_rows_for"].fillna(0).astype("int64")
    index = pd.MultiIndex.from_frame(table[KEYS])
    for way, part in rows.merge(origins(material.case), on="evidence_id").groupby("by"):
        each = part.groupby([*KEYS, "value"])["evidence_id"].nunique()
        plural = {"family": "families"}.get(str(way), f"{way}s")
        table[f"n_{plural}"] = each.groupby(KEYS).size().reindex(index).fillna(0).to_numpy(dtype="int64")
        if way == "speaker":
            stated = part.groupby(KEYS)["evidence_id"].nunique()
            two = each.groupby(KEYS).agg(lambda n: n.nlargest(2).sum()) / stated
            table["n_rows_speaker"] = stated.reindex(index).fillna(0).to_numpy(dtype="int64")
            table["share_two_speakers"] = two.reindex(index).to_numpy(dtype="float64")
        else:
            largest = each.groupby(KEYS).max() / table.set_index(KEYS)["n_rows_for"]
            table[f"share_{way}"] = largest.reindex(index).to_numpy(dtype="float64")
    names = ["n_families", "n_kinds", "n_sectors", "n_speakers", "n_years", "n_rows_speaker"]
    table = table.assign(**{name: 0 for name in names if name not in table})
    shares = ["share_family", "share_kind", "share_sector", "share_year", "share_two_speakers"]
    table = table.assign(**{name: float("nan") for name in shares if name not in table})
    stands = (
        (table["n_families"] >= FAMILIES)
        & (table["n_kinds"] >= KINDS)
        & (table["n_sectors"] >= SECTORS_)
        & (table["share_family"] <= MOST)
    )
    table["triangulated"] = stands.astype("boolean").where(table["n_rows_for"] > 0)
    table = table.rename(columns={"scope": "place"})
    return table[["set_id", "place", "n_rows_for", *names, *shares, "triangulated"]]


def leave_one_out(material: Material, by: str) -> pd.DataFrame:
    """Return each verdict again without the rows of each family, kind, sector, speaker or year under it.

    Without a sector means without every row that names an actor of it.

    Returns
    -------
    DataFrame, one row an element, place and value left out
        ``by, set_id, place, left_out, n_for, n_against, verdict, baseline, same``.
    """
    if by not in BY:
        raise ValueError(f"by {by!r} is not one of: {', '.join(BY)}")
    values = origins(material.case).query("by == @by")[["evidence_id", "value"]]
    here = material.rows.merge(values, on="evidence_id")
    worlds = here[[*KEYS, "value"]].drop_duplicates().rename(columns={"value": "left_out"})
    every = material.rows.merge(worlds, on=KEYS)
    gone = pd.MultiIndex.from_frame(every[["evidence_id", "left_out"]]).isin(pd.MultiIndex.from_frame(values))
    counts = tally(every[~gone], material.case, keys=[*KEYS, "left_out"], rule=material.case.settings.rule)
    table = worlds.merge(counts, on=[*KEYS, "left_out"], how="left").rename(columns={"scope": "place"})
    table["verdict"] = table["verdict"].fillna("undecidable")
    table[["n_for", "n_against"]] = table[["n_for", "n_against"]].fillna(0).astype("int64")
    base = verdicts(material)[["set_id", "place", "verdict"]].rename(columns={"verdict": "baseline"})
    table = table.merge(base, on=["set_id", "place"])
    table = table.assign(by=by, same=table["verdict"] == table["baseline"])
    columns = ["by", "set_id", "place", "left_out", "n_for", "n_against", "verdict", "baseline", "same"]
    return table[columns].sort_values(["place", "set_id", "left_out"], ignore_index=True)


def table(material: Material, left_out: pd.DataFrame) -> pd.DataFrame:
    """Return :func:`feet` with labels, the verdict, and what turns it.

    Parameters
    ----------
    left_out : DataFrame
        :func:`leave_one_out` by each way to look at it.

    Returns
    -------
    DataFrame
        ``dimension_id, element_id, label_id, label_en, verdict``, the columns of :func:`feet`, ``turns_without_family,
        turns_without_kind, ...`` (";"-joined; missing where leaving out any one turns nothing).
    """
    said = verdicts(material)[["dimension_id", "element_id", "set_id", "label_id", "label_en", "place", "verdict"]]
    found = said.merge(feet(material), on=["set_id", "place"])
    for by in BY:
        turning = left_out[(left_out["by"] == by) & ~left_out["same"]]
        turning = turning.groupby(["set_id", "place"])["left_out"].agg(";".join)
        index = pd.MultiIndex.from_frame(found[["set_id", "place"]])
        found[f"turns_without_{by}"] = pd.Series(turning.reindex(index).to_numpy(), found.index, dtype="str")
    return found


_HOW: Mapping[str, str] = {
    "n_kinds": message("Kinds of source of the rows that speak for {label} on {place}."),
    "n_speakers": message("Speakers stated in the rows that speak for {label} on {place}."),
    "share_two_speakers": message("Of the rows with a stated speaker that speak for {label} on {place}, the share of the two most frequent."),
    "triangulated": message("Whether the rows for {label} on {place} come from at least {families} source families, {kinds} kinds and {sectors} sectors, no family behind more than half (1 yes, 0 no)."),
}  # fmt: skip
_UNITS = {"n_kinds": "kinds of source", "n_speakers": "speakers", "share_two_speakers": "share (0-1)", "triangulated": "yes or no"}  # fmt: skip
NO_SPEAKER = "no speaker stated"


def results(case: Case) -> Results:
    """Return on what the indicators stand: table, readings, and facts."""
    material = gather(case, places=[case.settings.wider_place])
    left = pd.concat([leave_one_out(material, by) for by in BY], ignore_index=True)
    found = table(material, left)
    name = case.places.set_index("place")["name"]
    ledger = Ledger()
    for one in found.to_dict("records"):
        rows = support_of_verdict(material, one["set_id"], one["place"])
        for measure, how in _HOW.items():
            missing = pd.isna(one[measure])
            ledger.add(
                f"{one['set_id']}.{one['place']}.for.{measure}",
                None if missing else float(one[measure]) if measure.startswith("share") else int(one[measure]),
                unit=_UNITS[measure],
                place=one["place"],
                how=how,
                details={
                    "label": in_each_language(one, "label"), "place": name[one["place"]],
                    "families": FAMILIES, "kinds": KINDS, "sectors": SECTORS_,
                },
                reason=None if not missing else NOTHING_FOR if not one["n_rows_for"] else NO_SPEAKER,
                support=rows,
            )  # fmt: skip
    return ledger.results(triangulation=found, triangulation_left_out=left)
