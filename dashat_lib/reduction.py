"""Data reduction of a case: counts of codes, codes by attribute, codes that meet, and saturation, as tables and facts."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping

import numpy as np
import pandas as pd

from . import coding, displays, saturation
from .errors import message
from .facts import Ledger, Measured, Statistic, in_each_language, labelled, under
from .tables import Case, Display, Results
from .words import Reader

CROSSED = ("sector", "kind", "speaker", "year")
INDUCTIVE = "case-evidence"
_DRAWS = 999
_HOW = {
    "n_rows": message("Rows on {place} coded with {label} or a code below it, those of the document under examination left out."),
    "n_events": message("Events on {place} with a row coded with {label} or a code below it, reports of one event pooled."),
}  # fmt: skip


def saturation_sets(case: Case) -> dict[str, dict[str, frozenset[str]]]:
    """Return what is watched for saturation: all codes, codes found in the material, and codes with their stance.

    A codebook made before reading saturates by construction; codes found in the material (``codebook.source`` says
    "case-evidence") and pairs of code and stance tell more.
    """
    rows = coding.coded_rows(case, roll_up=False)
    sets = {"codes": saturation.source_codes(rows), "code_stance": saturation.source_codes(rows, with_stance=True)}
    if "source" in case.codebook:
        found = case.codebook.loc[case.codebook["source"] == INDUCTIVE, "code_id"]
        sets["inductive"] = saturation.source_codes(rows, codes=found)
    return sets


def saturation_tables(case: Case) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the saturation point of each thing watched, and its curve.

    Returns
    -------
    DataFrame, one row a thing watched
        ``watched`` (codes, code_stance, inductive) and the keys of :func:`dashat_lib.saturation.over_orders`.
    DataFrame
        ``watched, n_sources, n_codes`` (in order of publication), ``median, lower, upper`` (over random orders).
    """
    points, curves = [], []
    for name, sets in saturation_sets(case).items():
        found, band = saturation.over_orders(sets, seed=case.settings.seed)
        points.append({"watched": name, **found})
        own = saturation.curve(list(sets.values()))[["n_sources", "n_codes"]]
        curves.append(own.merge(band, on="n_sources", how="left").assign(watched=name))
    curve = pd.concat(curves, ignore_index=True)
    return pd.DataFrame(points), curve[["watched", *[name for name in curve if name != "watched"]]]


def crossings(case: Case) -> dict[str, Display]:
    """Return the codes of the wider place by each attribute, with the rows under every cell."""
    rows = coding.coded_rows(case, place=case.settings.wider_place)
    return {one: coding.cross(rows, one, case=case, name=f"code_by_{one}") for one in CROSSED}


def all_displays(case: Case) -> list[Display]:
    """Return codes by each attribute, and Miles & Huberman's named set."""
    return [*crossings(case).values(), *displays.named_set(case)]


def results(case: Case) -> Results:
    """Return counts of codes, codes by attribute, pairs of codes and saturation of a case."""
    place = case.settings.wider_place
    rows, leaves = (coding.coded_rows(case, place=place, roll_up=roll_up) for roll_up in (True, False))
    table = coding.counts(rows, case.codebook)
    ledger = Ledger()
    labels, name = case.codebook.set_index("code_id"), case.places.set_index("place").at[place, "name"]
    below = coding.branches(case.codebook, child="code_id", parent="parent").groupby("above")["code_id"].agg(list)
    for one in table.to_dict("records"):
        mine = rows[rows["code"] == one["code"]]
        for measure, unit in (("n_rows", "rows"), ("n_events", "events")):
            ledger.add(
                f"code.{one['code']}.{place}.{measure}",
                one[measure],
                unit=unit,
                place=place,
                how=_HOW[measure],
                details={"label": in_each_language(labels.loc[one["code"]], "label"), "place": name},
                support=[
                    under("evidence", mine["evidence_id"]),
                    under("codings", mine["coding_id"]),
                    under("codebook", defines=below[one["code"]]),
                    under("places", defines=[place]),
                ],
            )
    ledger.define(case, STATISTICS)
    points, curve = saturation_tables(case)
    return ledger.results(
        code_counts=table,
        display_cells=pd.concat([one.long() for one in all_displays(case)], ignore_index=True),
        code_pairs=coding.cooccurrence(leaves, case.codebook, draws=_DRAWS, seed=case.settings.seed).query(
            "n_both > 0"
        ),
        saturation=points,
        saturation_curve=curve,
    )


def code_circle(case: Case, codes: Iterable[str]) -> pd.DataFrame:
    """Return places of codes on a circle, in the order of the codebook's tree, a gap between top codes.

    Returns
    -------
    DataFrame, one row a code
        ``code, root`` (the top code above it), ``angle`` (radians, from the top clockwise), ``x, y``.
    """
    tree, wanted = coding.in_tree_order(case.codebook), set(codes)
    above = coding.branches(case.codebook, child="code_id", parent="parent")
    tops = above[above["above"].isin(tree.loc[tree["depth"] == 0, "code"])].set_index("code_id")["above"]
    found = pd.DataFrame({"code": [one for one in tree["code"] if one in wanted]})
    found["root"] = found["code"].map(tops)
    step = found.index + (found["root"] != found["root"].shift()).cumsum() * 0.8
    angle = 2 * np.pi * step / (len(found) + found["root"].nunique() * 0.8)
    return found.assign(angle=angle, x=np.sin(angle), y=np.cos(angle))


def methods_sentence(points: pd.DataFrame, say: Reader, *, watched: str = "codes") -> str:
    """Return the sentence on saturation for a methods chapter: what was done, by which parameters, and what came out.

    Parameters
    ----------
    points : DataFrame
        The first table of :func:`saturation_tables`.
    """
    one = points.set_index("watched").loc[watched]
    what, rules = say.label("watched", watched), {
        "base": int(one["base"]), "run": int(one["run"]), "threshold": say.percent(float(one["threshold"])),
        "runs": say.label("runs", "overlap" if one["overlap"] else "tiled"),
    }  # fmt: skip
    if isinstance(one["reason"], str) and one["reason"] == saturation.NOT_ASSESSABLE:
        return say(
            "Saturation of {what} cannot be assessed: {n} sources are fewer than a base of {base} and a run of {run}.",
            what=what,
            n=int(one["n_sources"]),
            **rules,
        )
    done = say(
        "Saturation of {what} was assessed after Guest, Namey and Chen (2020), sources in order of publication, base {base}, run {run}, new information at most {threshold} of the base; {runs}.",
        what=what,
        **rules,
    )
    if one["reason"] == saturation.EMPTY_BASE:
        return (
            done
            + " "
            + say(
                "The base holds none of them, so new information cannot be set against it and saturation is undefined."
            )
        )
    if isinstance(one["reason"], str):
        return done + " " + say("No run of the {n} sources is below the threshold.", n=int(one["n_sources"]))
    least = int(one["n_base"] * one["threshold"])
    return done + " " + say(
        "The base holds {n_base} codes, so a run may bring {least} new ones. It was reached after {point} + {run} of {n} sources, when {seen} of the {all} codes of the whole material had been seen ({share}); over {orders} random orders of the sources the median is {median} (5 to 95 %: {low} to {high}), and {never} of the orders never reach it.",
        n_base=int(one["n_base"]), least=least, point=int(one["point"]), n=int(one["n_sources"]), seen=int(one["n_at_point"]), all=int(one["n_codes"]),
        share=say.percent(one["n_at_point"] / one["n_codes"]), orders=int(one["orders"]),
        median=round(float(one["median"]), 1), low=round(float(one["lower"]), 1), high=round(float(one["upper"]), 1),
        never=say.percent(float(one["share_never"])), **rules,
    )  # fmt: skip


def saturation_point(case: Case, given: Mapping[str, str]) -> Measured:
    """Sources before the first run with little new. Parameters: base, run, threshold, overlap (yes or no), order=published."""
    rows = coding.coded_rows(case, roll_up=False)
    sources = list(saturation.source_codes(rows).values())
    base, run, overlap = int(given["base"]), int(given["run"]), given.get("overlap", "yes") == "yes"
    value = saturation.point(sources, base=base, run=run, threshold=float(given["threshold"]), overlap=overlap)
    return Measured(
        value=value,
        how=message("Sources before the first run of {run} whose new codes are at most {threshold} of the {base} sources of the base, in order of publication; {runs}."),
        details={
            "run": run, "base": base, "threshold": float(given["threshold"]),
            "runs": labelled("runs", "overlap" if overlap else "tiled"),
        },
        support=(
            under("codings", rows["coding_id"]), under("evidence", rows["evidence_id"]), under("sources", looked_at=rows["source_id"]),
        ),
        reason=None if not math.isnan(value) else saturation.why_undefined(sources, base=base, run=run),
    )  # fmt: skip


STATISTICS: dict[str, Statistic] = {"saturation_point": saturation_point}
