"""Do the coders of a case agree? Sets of codes, each code by itself, stances; and where they differ, how it was settled."""

from __future__ import annotations

import math

import pandas as pd

from .admission import branches
from .errors import message
from .facts import Ledger, in_each_language, labelled, under
from .reliability import by_code, code_sets, coefficient, ratings
from .schemas import STANCES
from .tables import Case, Results
from .words import Reader

LEAF, WITH_PARENTS = "leaf", "with_parents"
ALL_ROWS, CODED_ROWS = "all", "coded"
_SETS = [("percent", "nominal"), ("alpha", "jaccard"), ("alpha", "masi")]


def blind_coders(case: Case) -> list[str]:
    """Return the coders whose codings are compared: all but the settled one."""
    return [one for one in case.coders["coder"] if one != case.settings.coder]


def kinds_of_coders(case: Case) -> dict[str, object]:
    """Return, in each language, what kind of coders they are: it stands in every title that shows agreement."""
    kinds = case.coders.loc[case.coders["coder"].isin(blind_coders(case)), "coder_type"].unique()
    return labelled(
        "coders", "machine" if set(kinds) == {"machine"} else "person" if set(kinds) == {"person"} else "mixed"
    )


def how_coded(case: Case, say: Reader) -> str:
    """Return the sentence that says by whom the rows were coded and the differences settled."""
    types = set(case.coders["coder_type"])
    if types == {"machine"}:
        return say(
            "All codings and their settlement were machine-assisted: agreement between them overstates what two people would reach."
        )
    if types == {"person"}:
        return say("All codings and their settlement were made by people.")
    return say("Some codings were machine-assisted, others made by people: look at coders.csv before comparing them.")


def long_codings(case: Case, *, level: str = LEAF) -> pd.DataFrame:
    """Return the codings of the coders that are compared: ``unit, coder, code, stance, coding_id``.

    Parameters
    ----------
    level : "leaf" or "with_parents"
        Codes as given, or with every code above them, since a child implies its parent.
    """
    rows = case.codings[case.codings["coder"].isin(blind_coders(case))]
    rows = rows.rename(columns={"evidence_id": "unit", "code_id": "code"})[
        ["unit", "coder", "code", "stance", "coding_id"]
    ]
    if level == WITH_PARENTS:
        above = branches(case.codebook, child="code_id", parent="parent").rename(
            columns={"code_id": "code", "above": "parent"}
        )
        rows = rows.merge(above, on="code").drop(columns="code").rename(columns={"parent": "code"})
    return rows.reset_index(drop=True)


def stances(case: Case) -> pd.DataFrame:
    """Return the stances that coders gave one code on one row: one row a unit and code that all of them gave."""
    rows = long_codings(case).drop_duplicates(["unit", "code", "coder"])
    table = rows.assign(unit=rows["unit"] + "/" + rows["code"]).pivot(index="unit", columns="coder", values="stance")
    return table.dropna().sort_index().astype("object")


def agreement_table(case: Case) -> pd.DataFrame:
    """Return every coefficient of the case.

    Returns
    -------
    DataFrame
        ``what`` (sets, code, stance), ``code_level`` (leaf, with_parents), ``rows_in`` (all; coded: without rows that nobody
        coded, on which two empty sets agree), ``code``, the keys of
        :func:`dashat_lib.reliability.coefficient`, ``prevalence, n_uses``.
    """
    units, seed, draws = sorted(case.evidence["evidence_id"]), case.settings.seed, case.settings.resamples * 4
    parts = []
    for level in (LEAF, WITH_PARENTS):
        for bare, rows_in in ((True, ALL_ROWS), (False, CODED_ROWS)):
            data = ratings(code_sets(long_codings(case, level=level), units, coders=blind_coders(case), bare=bare))
            rows = [coefficient(data, name, metric=metric, draws=draws, seed=seed) for name, metric in _SETS]
            parts.append(pd.DataFrame(rows).assign(what="sets", code_level=level, rows_in=rows_in))
    data = ratings(stances(case), domain=STANCES)
    rows = [coefficient(data, name, draws=draws, seed=seed) for name in ("percent", "alpha", "ac1")]
    parts.append(pd.DataFrame(rows).assign(what="stance", code_level=LEAF, rows_in=CODED_ROWS))
    each = by_code(long_codings(case), units, coders=blind_coders(case), draws=draws, seed=seed)
    parts.append(each.assign(what="code", code_level=LEAF, rows_in=ALL_ROWS))
    table = pd.concat([part.astype({"reason": "object"}) for part in parts], ignore_index=True)
    front = ["what", "code_level", "rows_in", "code"]
    return table[[*front, *[name for name in table if name not in front]]]


def disagreements(case: Case) -> pd.DataFrame:
    """Return every row and code on which coders differ, with the text, both readings, the settlement and its reason.

    Returns
    -------
    DataFrame
        ``evidence_id, code_id, text_id, text_en``, ``stance.<coder>`` (missing: not given) and ``memo.<coder>`` a coder,
        ``decision`` (keep, drop; missing where nothing was settled), ``stance`` (settled), ``reason_en``.
    """
    coders = blind_coders(case)
    rows = case.codings[case.codings["coder"].isin(coders)].drop_duplicates(["evidence_id", "code_id", "coder"])
    wide = rows.pivot(index=["evidence_id", "code_id"], columns="coder", values=["stance", "memo"]).reindex(
        columns=pd.MultiIndex.from_product([["stance", "memo"], coders])
    )
    wide.columns = [f"{name}.{coder}" for name, coder in wide.columns]
    wide = wide.reset_index()
    given = wide[[f"stance.{one}" for one in coders]]
    differ = given.isna().any(axis=1) | (given.nunique(axis=1) > 1)
    texts = case.evidence[["evidence_id", "text_id", "text_en"]]
    settled = case.settlements[["evidence_id", "code_id", "decision", "stance", "reason_en"]].drop_duplicates(
        ["evidence_id", "code_id"]
    )
    table = wide[differ].merge(texts, on="evidence_id").merge(settled, on=["evidence_id", "code_id"], how="left")
    return table.sort_values(["evidence_id", "code_id"], ignore_index=True)


_HOW = {
    "sets": message(
        "{coefficient} ({metric}) of the sets of codes that {n} coders gave each row, {level}; {rows}. {coders}"
    ),
    "code": message("{coefficient} of whether {n} coders gave the code {label} to a row. {coders}"),
    "stance": message("{coefficient} of the stances of {n} coders where they gave one code to one row. {coders}"),
}


def results(case: Case) -> Results:
    """Return the agreement of a case's coders as tables and facts."""
    table, coders = agreement_table(case), blind_coders(case)
    rows, labels = long_codings(case), case.codebook.set_index("code_id")
    ledger = Ledger()
    for one in table[(table["what"] != "code") | (table["coefficient"] == "alpha")].to_dict("records"):
        code = one["code"] if isinstance(one["code"], str) else None
        mine = rows[rows["code"] == code] if code else rows
        named = code or (one["code_level"] if one["what"] == "sets" else "all")
        named += ".coded_rows" if one["what"] == "sets" and one["rows_in"] == CODED_ROWS else ""
        metric = f".{one['metric']}" if one["what"] == "sets" and one["coefficient"] == "alpha" else ""
        missing = one["value"] is None or math.isnan(one["value"])
        ledger.add(
            f"agreement.{one['what']}.{named}.{one['coefficient']}{metric}",
            one["value"],
            lower=None if missing else one["lower"],
            upper=None if missing else one["upper"],
            unit="share (0-1)" if one["coefficient"] == "percent" else "coefficient",
            how=_HOW[one["what"]],
            details={
                "coefficient": labelled("coefficient", one["coefficient"]), "metric": labelled("metric", one["metric"]),
                "level": labelled("code level", one["code_level"]), "rows": labelled("rows in", one["rows_in"]), "n": len(coders), "coders": kinds_of_coders(case),
                "label": in_each_language(labels.loc[code], "label") if code else "",
            },
            reason=one["reason"] if missing else None,
            support=[
                under("codings", mine["coding_id"]),
                under("evidence", looked_at=case.evidence["evidence_id"]),
                under("coders", defines=[*coders, case.settings.coder]),
                under("codebook", defines=[code] if code else case.codebook["code_id"] if one["code_level"] == WITH_PARENTS else []),
            ],
        )  # fmt: skip
    return ledger.results(agreement=table, disagreements=disagreements(case))
