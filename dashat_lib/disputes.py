"""A way to dispute the coding: rows to code blind, how far a doubter agrees, and which verdicts turn on it."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd

from . import indicators
from .admission import admitted
from .errors import DashatError, Problem, message
from .fingerprint import CODERS
from .loaders import blind_sheet
from .loaders.blind_sheet import SHARES
from .loaders.coding_sheet import CodingSheet
from .processed import csv_bytes, write
from .readings import disputed_verdicts
from .reliability import DRAWS, by_code, code_sets, coefficient, ratings
from .tables import Case
from .words import Reader

BY = ("indicator", "kind", "place")
NO_INDICATOR = "none"
FIRST = 12
_SETS = (("percent", "nominal"), ("alpha", "jaccard"), ("alpha", "masi"))
CODES, WITH_STANCE = "codes", "codes_with_stance"
_REVERSED = {"for": "against", "against": "for"}


# ---- which rows ------------------------------------------------------------------------------------------------------


def strata(case: Case, *, by: str = "indicator") -> pd.Series:
    """Return the stratum of each admitted row of the wider place, by evidence id.

    Parameters
    ----------
    by : "indicator", "kind" or "place"
        Indicator of the settled codings, kind of source, or place. A row of several indicators belongs to the one with the
        fewest rows; rows of none are a stratum of their own.
    """
    rows = admitted(case, place=case.settings.wider_place).sort_values("evidence_id", ignore_index=True)
    if by == "indicator":
        found = rows["evidence_id"].map(_rarest_indicator(case, rows)).fillna(NO_INDICATOR)
    elif by == "kind":
        found = rows["source_id"].map(case.sources.set_index("source_id")["kind"])
    elif by == "place":
        found = rows["place"]
    else:
        raise ValueError(f"by {by!r} is not one of: {', '.join(BY)}")
    return pd.Series(found.to_numpy(), rows["evidence_id"], name="stratum")


def _rarest_indicator(case: Case, rows: pd.DataFrame) -> pd.Series:
    scored = indicators.elements(case)
    whole = scored.loc[scored["element_id"].isna(), "set_id"]
    sets = indicators.code_sets(case, scored)
    settled = case.codings[case.codings["coder"] == case.settings.coder]
    settled = settled[settled["evidence_id"].isin(rows["evidence_id"])]
    held = settled.merge(sets[sets["set_id"].isin(whole)], on="code_id")[["evidence_id", "set_id"]].drop_duplicates()
    held["n_rows"] = held.groupby("set_id")["evidence_id"].transform("size")
    return held.sort_values(["n_rows", "set_id"]).drop_duplicates("evidence_id").set_index("evidence_id")["set_id"]


def draw(case: Case, n: int, *, by: str = "indicator", shares: str = SHARES[0], seed: int) -> pd.DataFrame:
    """Draw rows to be coded blind from every stratum.

    Shares are equal if nothing else is said. In proportion an indicator of few rows would give one or two of them, and a
    verdict that hangs on them could hardly be disputed; what is drawn in equal shares is no picture of the record, though.

    Parameters
    ----------
    n : int
        Rows; all of them where there are fewer.
    shares : "equal" or "proportional"
        How many rows each stratum gives (:func:`allocated`).
    seed : int
        Which rows are drawn hangs on seed and ids only, never on the order of the tables.

    Returns
    -------
    DataFrame, one row an evidence row, in a mixed order that does not show the strata
        ``evidence_id, stratum``.

    Raises
    ------
    DashatError
        If no row is admitted.
    """
    stratum = strata(case, by=by)
    if stratum.empty:
        raise DashatError(
            Problem("evidence.csv", None, None, None, message("no row of the wider place is admitted."), message("Look at wider_place and own_sources in dashat.toml."))
        )  # fmt: skip
    table = stratum.rename_axis("evidence_id").reset_index()
    table["lot"] = [_lot(seed, "row", one) for one in table["evidence_id"]]
    table["order"] = [_lot(seed, "order", one) for one in table["evidence_id"]]
    table = table.sort_values("lot")
    wanted = allocated(table["stratum"].value_counts().to_dict(), n, shares=shares)
    kept = table[table.groupby("stratum").cumcount() < table["stratum"].map(wanted)]
    return kept.sort_values("order", ignore_index=True)[["evidence_id", "stratum"]]


def _lot(seed: int, what: str, name: str) -> str:
    return hashlib.sha256(f"{seed}/{what}/{name}".encode()).hexdigest()


def allocated(sizes: Mapping[str, int], n: int, *, shares: str = SHARES[0]) -> dict[str, int]:
    """Return how many of `n` rows each stratum gives.

    Parameters
    ----------
    shares : "equal" or "proportional"
        Equal: rows are dealt one by one to all strata that have any left, the largest first, so that small ones go in whole
        and what they lack is dealt on among the others. Proportional: by the largest remainder, but at least one row each;
        the rows for strata that came out empty are taken one by one from the stratum that then gives most. With fewer rows
        than strata the largest remainder alone decides.
    """
    if shares not in SHARES:
        raise ValueError(f"shares {shares!r} is not one of: {', '.join(SHARES)}")
    n = min(n, sum(sizes.values()))
    return _evenly(sizes, n) if shares == "equal" else _in_proportion(sizes, n)


def _evenly(sizes: Mapping[str, int], n: int) -> dict[str, int]:
    found = dict.fromkeys(sizes, 0)
    while n:
        left = sorted((one for one in sizes if found[one] < sizes[one]), key=lambda one: (-sizes[one], one))
        for one in left[:n]:
            found[one] += 1
        n -= len(left[:n])
    return found


def _in_proportion(sizes: Mapping[str, int], n: int) -> dict[str, int]:
    total = sum(sizes.values())
    order = sorted(sizes, key=lambda one: (-(n * sizes[one] % total), -sizes[one], one))
    found = {one: n * sizes[one] // total for one in sizes}
    for one in order[: n - sum(found.values())]:
        found[one] += 1
    for one in sorted(sizes) if n >= len(sizes) else []:
        if not found[one]:
            found[min(found, key=lambda other: (-found[other], other))] -= 1
            found[one] = 1
    return found


def drawn_from(case: Case, drawn: pd.DataFrame, say: Reader, *, by: str = "indicator") -> list[str]:
    """Say how many rows each stratum gave to a draw, and of how many; the largest stratum first."""
    sizes, given = strata(case, by=by).value_counts(), drawn["stratum"].value_counts()
    if by == "indicator":
        names = {one["set_id"]: say.column(one, "label") for one in indicators.elements(case).to_dict("records")}
    elif by == "kind":
        names = {one: say.label("source kind", one) for one in sizes.index}
    else:
        names = dict(zip(case.places["place"], case.places["name"], strict=True))
    names.setdefault(NO_INDICATOR, say("no indicator"))
    return [
        say("{stratum}: {n} of {total} rows", stratum=names[one], n=int(given.get(one, 0)), total=int(sizes[one]))
        for one in sorted(sizes.index, key=lambda one: (-sizes[one], one))
    ]


def template(
    case: Case,
    path: Path,
    *,
    coder: str,
    rows: int = 40,
    by: str = "indicator",
    shares: str = SHARES[0],
    seed: int,
    force: bool = False,
) -> pd.DataFrame:
    """Write a blind coding sheet; return the rows drawn (:func:`draw`).

    Raises
    ------
    DashatError
        If the name cannot be a coder's, the file is there already (unless `force`) or cannot be written.
    """
    wrong = blind_sheet.name_problem(case, coder, file="--coding")
    if wrong:
        raise DashatError(wrong)
    if path.exists() and not force:
        raise _is_there(path.name)
    drawn = draw(case, rows, by=by, shares=shares, seed=seed)
    content = blind_sheet.workbook(case, drawn["evidence_id"].tolist(), coder=coder, by=by, shares=shares, seed=seed)
    try:
        path.write_bytes(content)
    except OSError as error:
        raise DashatError(
            Problem(path.name, None, None, None, message("cannot be written: {reason}."), message("Close it elsewhere, or name another folder."), {"reason": error.strerror or str(error)})
        ) from None  # fmt: skip
    return drawn


def _is_there(name: str) -> DashatError:
    return DashatError(
        Problem(name, None, None, None, message("is there already."), message("Choose another name, or add --force to write over it."))
    )  # fmt: skip


# ---- what a filled sheet says ----------------------------------------------------------------------------------------


def with_sheet(case: Case, sheet: CodingSheet) -> Case:
    """Return the case as if the sheet lay in ``data/coders``; codings of the same coder that lie there give way."""
    others = case.second_codings[case.second_codings["coder"] != sheet.coder]
    return replace(case, second_codings=pd.concat([others, sheet.rows()], ignore_index=True))


def keep(case: Case, sheet: CodingSheet, *, force: bool = False) -> Path:
    """Store the codings of a sheet as ``data/coders/NAME.csv``, where :func:`dashat_lib.readings.coders` finds them.

    Raises
    ------
    DashatError
        If there are codings of that name already, unless `force`.
    """
    path = case.folder / CODERS / f"{sheet.coder}.csv"
    if path.exists() and not force:
        raise _is_there(path.relative_to(case.folder).as_posix())
    write(case.folder, path, csv_bytes(sheet.rows().sort_values("evidence_id", kind="stable")))
    return path


def _coded(case: Case, sheet: CodingSheet, *, stance: bool = False) -> pd.DataFrame:
    """The codings of everyone: ``unit, coder, code``; with `stance` a code with its stance is what a code is else."""
    second = with_sheet(case, sheet).second_codings.dropna(subset=["code_id"])
    rows = pd.concat([case.codings, second])
    rows = rows.assign(unit=rows["evidence_id"], code=rows["code_id"] + (":" + rows["stance"] if stance else ""))
    return rows[["unit", "coder", "code"]].drop_duplicates(ignore_index=True)


def compared_with(case: Case, sheet: CodingSheet) -> pd.DataFrame:
    """Return whom a sheet is compared with, the settlement first: ``coder, coder_type``."""
    first = case.coders.assign(last=case.coders["coder"] != case.settings.coder).sort_values("last", kind="stable")
    second = case.second_codings[case.second_codings["coder"] != sheet.coder].drop_duplicates("coder")
    return pd.concat([first, second], ignore_index=True)[["coder", "coder_type"]]


def agreement_with(case: Case, sheet: CodingSheet, *, draws: int = DRAWS, seed: int = 0) -> pd.DataFrame:
    """Return how far the coder of a sheet agrees with the settlement and with every other coder, in sets of codes as given.

    Twice: in codes alone, and in codes with their stance, where the same code with another stance is another one. A verdict
    hangs on stances, so the first says nothing of whether the two read a row alike. Only rows that the coder of the sheet decided on are compared, and with another doubter only those that both did. The
    coders of the case went through every row: no code of theirs is an empty set, as "nothing fits" is.

    Returns
    -------
    DataFrame, one row a coder, what is compared and coefficient
        ``compared_with, coder_type, what`` ("codes", "codes_with_stance"), the keys of :func:`dashat_lib.reliability.coefficient` (percent; alpha by Jaccard and MASI).
    """
    coded = {CODES: _coded(case, sheet), WITH_STANCE: _coded(case, sheet, stance=True)}
    second, rows = case.second_codings, []
    for other in compared_with(case, sheet).itertuples():
        both = set(second.loc[second["coder"] == other.coder, "evidence_id"]) or set(sheet.done)
        units = sorted(both & set(sheet.done))
        for what, given in coded.items():
            data = ratings(code_sets(given, units, coders=[sheet.coder, other.coder]))
            front = {"compared_with": other.coder, "coder_type": other.coder_type, "what": what}
            rows += [front | coefficient(data, name, metric=metric, draws=draws, seed=seed) for name, metric in _SETS]
    return pd.DataFrame(rows)


def agreement_by_code(case: Case, sheet: CodingSheet, *, draws: int = DRAWS, seed: int = 0) -> pd.DataFrame:
    """Return the agreement of the sheet with the settlement, each code by itself (:func:`dashat_lib.reliability.by_code`).

    Returns
    -------
    DataFrame, one row a code and coefficient
        ``code_id`` and the other columns of :func:`dashat_lib.reliability.by_code`.
    """
    both = [sheet.coder, case.settings.coder]
    table = by_code(_coded(case, sheet), sorted(sheet.done), coders=both, draws=draws, seed=seed)
    return table.rename(columns={"code": "code_id"})


def differences(case: Case, sheet: CodingSheet) -> pd.DataFrame:
    """Return the rows to which the sheet and the settlement give other codes or stances.

    Returns
    -------
    DataFrame, one row an evidence row, in the order of ids
        ``evidence_id, text_id, text_en, codes, codes_settled`` (``code_id:stance``, ";"-joined, in order; missing: nothing fits), ``memo``.
    """
    done = sorted(sheet.done)
    settled = case.codings[case.codings["coder"] == case.settings.coder]
    table = case.evidence.set_index("evidence_id").loc[done, ["text_id", "text_en"]].reset_index()
    table = table.assign(
        codes=table["evidence_id"].map(_with_stances(sheet.codings)),
        codes_settled=table["evidence_id"].map(_with_stances(settled)),
        memo=table["evidence_id"].map(sheet.codings.groupby("evidence_id")["memo"].first()),
    )
    return table[table["codes"].fillna("") != table["codes_settled"].fillna("")].reset_index(drop=True)


def _with_stances(codings: pd.DataFrame) -> pd.Series:
    given = codings.dropna(subset=["code_id"])
    told = given["code_id"] + ":" + given["stance"]
    return told.groupby(given["evidence_id"]).agg(lambda many: ";".join(sorted(set(many))))


def moved(case: Case, sheet: CodingSheet) -> pd.DataFrame:
    """Return the verdicts and counts of events that move if the sheet stands in the place of the settlement on its rows.

    Returns
    -------
    DataFrame, one row per place and element or indicator whose verdict or counts move
        ``set_id, label_id, label_en, place, verdict, verdict.after, n_for, n_for.after, n_against, n_against.after, turned``.
    """
    table = disputed_verdicts(with_sheet(case, sheet), coders=[sheet.coder])
    table = table.rename(columns=lambda name: name.replace("_after", ".after"))
    values = [name for name in table if name not in ("coder", "set_id", "place")]
    pairs = [(one, f"{one}.after") for one in values if f"{one}.after" in values]
    moves = pd.concat([table[one] != table[other] for one, other in pairs], axis=1).any(axis=1)
    labels = indicators.elements(case)[["set_id", "label_id", "label_en"]]
    table = table.assign(turned=table["verdict"] != table["verdict.after"])[moves].merge(labels, on="set_id")
    return table[["set_id", "label_id", "label_en", "place", *values, "turned"]]


def turned(case: Case, sheet: CodingSheet) -> pd.DataFrame:
    """Return the verdicts that turn if the sheet stands in the place of the settlement on its rows (:func:`moved`)."""
    table = moved(case, sheet)
    return table[table["turned"]].drop(columns="turned").reset_index(drop=True)


def could_turn(case: Case, sheet: CodingSheet) -> pd.DataFrame:
    """Return the verdicts that could turn through the rows of a sheet: without their settled codings, or with these reversed.

    "No verdict turns" is nearly sure where a sheet holds few of the rows under a verdict; here one sees where it says
    something. Codes that the settlement did not give to these rows can turn other verdicts too.

    Returns
    -------
    DataFrame, one row per place and element or indicator
        ``set_id, label_id, label_en, place, verdict, verdict.without`` (settled codings of the rows taken away),
        ``verdict.reversed`` (for and against changed places in them).
    """
    codings = case.codings
    mine = (codings["coder"] == case.settings.coder) & codings["evidence_id"].isin(sheet.done)
    stance = codings["stance"].mask(mine, codings["stance"].replace(_REVERSED))
    table = indicators.verdicts(indicators.gather(case))[["set_id", "label_id", "label_en", "place", "verdict"]]
    for name, other in (("without", codings[~mine]), ("reversed", codings.assign(stance=stance))):
        after = indicators.verdicts(indicators.gather(replace(case, codings=other)))[["set_id", "place", "verdict"]]
        table = table.merge(after, on=["set_id", "place"], suffixes=("", f".{name}"), validate="1:1")
    turns = (table["verdict"] != table["verdict.without"]) | (table["verdict"] != table["verdict.reversed"])
    return table[turns].reset_index(drop=True)


def coverage(case: Case, sheet: CodingSheet) -> tuple[int, int]:
    """Return how many of the admitted rows of the wider place were coded in a sheet, and how many there are."""
    rows = admitted(case, place=case.settings.wider_place)["evidence_id"]
    return int(rows.isin(sheet.done).sum()), len(rows)


# ---- shown -----------------------------------------------------------------------------------------------------------


def record(case: Case, sheet: CodingSheet, *, draws: int = DRAWS, seed: int = 0) -> dict[str, Any]:
    """Return all that a filled sheet says as plain values, for ``--json``; undefined is None."""
    from .network.views import plain

    def rows(table: pd.DataFrame) -> list[dict[str, Any]]:
        cells = table.astype("object").where(table.notna(), None)
        return [{str(key): plain(one) for key, one in row.items()} for row in cells.to_dict("records")]

    changes = moved(case, sheet)
    n_coded, n_admitted = coverage(case, sheet)
    return {
        "coder": sheet.coder, "coder_type": sheet.coder_type, "seed": seed, "draws": draws, "shares": sheet.shares or None,
        "done": list(sheet.done), "open": list(sheet.open_), "missing": list(sheet.missing), "nothing_fits": _bare(sheet),
        "n_coded": n_coded, "n_admitted": n_admitted,
        "agreement": rows(agreement_with(case, sheet, draws=draws, seed=seed)),
        "by_code": rows(agreement_by_code(case, sheet, draws=draws, seed=seed)),
        "differences": rows(differences(case, sheet)),
        "turned": rows(changes[changes["turned"]].drop(columns="turned")),
        "moved": rows(changes),
        "could_turn": rows(could_turn(case, sheet)),
    }  # fmt: skip


def _bare(sheet: CodingSheet) -> list[str]:
    return sheet.codings.loc[sheet.codings["code_id"].isna(), "evidence_id"].tolist()


def show(
    case: Case, sheet: CodingSheet, say: Reader, *, each_code: bool = False, draws: int = DRAWS, seed: int = 0
) -> None:
    """Print what a filled sheet says: agreement, where it differs from the settlement, which verdicts turn."""
    import sys

    from rich.console import Console

    console = Console(width=None if sys.stdout.isatty() else 160)
    others = compared_with(case, sheet)
    named = [f"{one.coder} ({say.label('coder_type', one.coder_type)})" for one in others.itertuples()]
    named[0] = say("the settlement {coder}", coder=named[0])
    coder = f"{sheet.coder} ({say.label('coder_type', sheet.coder_type)})"
    table = agreement_with(case, sheet, draws=draws, seed=seed)
    numbers = ["coefficient", "metric", "value", "lower", "upper", "n_units", "reason"]
    title = say("Agreement of {coder} with {others}", coder=coder, others=say.list(named))
    _table(console, table, say, ["compared_with", "what", *numbers], title=title, digits=3)
    for sentence in _about_coders(case, sheet, others, say, draws=draws, seed=seed):
        console.print(sentence)
    if each_code:
        each = agreement_by_code(case, sheet, draws=draws, seed=seed)
        each = each[each["coefficient"] == "alpha"].sort_values("value", ascending=False, kind="stable")
        title = say("Krippendorff's alpha of each code: {coder} and {other}", coder=coder, other=named[0])
        columns = ["code_id", *numbers[2:-1], "prevalence", "n_uses", "reason"]
        _table(console, each, say, columns, title=title, digits=3, case=case)
    _show_differences(console, case, sheet, say)
    _show_moved(console, case, sheet, say)


def _table(
    console: Any, table: pd.DataFrame, say: Reader, columns: list[str], *, title: str | None = None, **choices: Any
) -> None:
    from rich.table import Table

    from . import wording

    shown = wording.shown(table, say, columns=columns, **choices)
    view = Table(*shown, title=title)
    for row in shown.itertuples(index=False):
        view.add_row(*row)
    console.print(view)


def _about_coders(
    case: Case, sheet: CodingSheet, others: pd.DataFrame, say: Reader, *, draws: int, seed: int
) -> list[str]:
    """What stands under the table of agreement: what kind of coders, how many rows, what the intervals are."""
    kinds = {sheet.coder_type, *others["coder_type"]}
    machines = set(others["coder_type"]) == {"machine"}
    found = [say.label("coders", kinds.pop() if len(kinds) == 1 else "mixed")]
    if machines and sheet.coder_type == "person":
        found.append(say("The codings of the case are machine-assisted: agreement says how far {coder} sees what the machine saw, not that either is right.", coder=sheet.coder))  # fmt: skip
    found.append(say("Compared are sets of codes as given, on rows that {coder} decided on: the codes alone, and the codes with their stance, where the same code with another stance is another one.", coder=sheet.coder))  # fmt: skip
    if sheet.shares == "equal":
        found.append(say("The rows were drawn in equal shares, so that rare ones are in: agreement over all rows speaks of this sheet, not of the record."))  # fmt: skip
    found.append(say.count("{n} row coded.", "{n} rows coded.", len(sheet.done)))
    if _bare(sheet):
        found.append(say.count("In {n} of them nothing fitted.", "In {n} of them nothing fitted.", len(_bare(sheet))))
    if sheet.open_:
        found.append(say.count("{n} row of the draw was left open.", "{n} rows of the draw were left open.", len(sheet.open_)))  # fmt: skip
    if sheet.missing:
        found.append(say.count("{n} row of the draw is not in the sheet.", "{n} rows of the draw are not in the sheet.", len(sheet.missing)))  # fmt: skip
    if sheet.memos_open:
        found.append(say.count("{n} row left open holds a memo, which is not kept.", "{n} rows left open hold a memo, which is not kept.", sheet.memos_open))  # fmt: skip
    intervals = say("Intervals: units drawn again with replacement, {draws} draws, seed {seed}; with few units they are too narrow.", draws=draws, seed=str(seed))  # fmt: skip
    return [*found, intervals]


def _show_differences(console: Any, case: Case, sheet: CodingSheet, say: Reader) -> None:
    table = differences(case, sheet)
    if table.empty:
        console.print(say("{coder} and the settlement give every row the same codes and stances.", coder=sheet.coder))
        return
    names = {row["code_id"]: say.column(row, "label") for row in case.codebook.to_dict("records")}

    def told(cell: object) -> str:
        if not isinstance(cell, str):
            return say("nothing fits")
        pairs = [one.rsplit(":", 1) for one in cell.split(";")]
        return ", ".join(f"{names[code]} ({say.label('stance', stance)})" for code, stance in pairs)

    first = table.head(FIRST)
    text = [say.column(row, "text") for row in first.to_dict("records")]
    first = first.assign(text=text, codes=first["codes"].map(told), codes_settled=first["codes_settled"].map(told))
    title = say("Where {coder} and the settlement differ: {n} of {all} rows; --json gives all", coder=sheet.coder, n=len(first), all=len(table))  # fmt: skip
    _table(console, first, say, ["evidence_id", "text", "codes", "codes_settled"], title=title)


def _show_moved(console: Any, case: Case, sheet: CodingSheet, say: Reader) -> None:
    changes = moved(case, sheet)
    turning, held = changes[changes["turned"]], changes[~changes["turned"]]
    reading = say("coder {coder}", coder=sheet.coder)
    _show_could_turn(console, case, sheet, say)
    if turning.empty:
        console.print(say("No verdict turns under the reading '{reading}'.", reading=reading))
    else:
        columns = ["label", "place", "verdict", "verdict.after", "n_for", "n_for.after", "n_against", "n_against.after"]
        _table(console, turning, say, columns, title=say("Verdicts that turn under the reading '{reading}'", reading=reading), case=case)  # fmt: skip
    if len(held):
        console.print(say.count("{n} verdict holds on other counts of events.", "{n} verdicts hold on other counts of events.", len(held)))  # fmt: skip
        columns = ["label", "place", "verdict", "n_for", "n_for.after", "n_against", "n_against.after"]
        _table(console, held.head(FIRST), say, columns, case=case)
    if len(held) > FIRST:
        console.print(say.count("{n} more.", "{n} more.", len(held) - FIRST))


def _show_could_turn(console: Any, case: Case, sheet: CodingSheet, say: Reader) -> None:
    """Say how much of the record the sheet holds, and which verdicts could turn through it: the measure of what turns below."""
    places = dict(zip(case.places["place"], case.places["name"], strict=True))
    n_coded, n_admitted = coverage(case, sheet)
    console.print(say("{n} of the {total} admitted rows of {place} were coded.", n=n_coded, total=n_admitted, place=places[case.settings.wider_place]))  # fmt: skip
    rows = could_turn(case, sheet).to_dict("records")
    names = [f"{say.column(row, 'label')} ({places[row['place']]})" for row in rows]
    told = say.list(names) if names else say("none could")
    console.print(say("Verdicts that could turn if the settled codings of these rows were taken away or reversed: {verdicts}.", verdicts=told))  # fmt: skip
