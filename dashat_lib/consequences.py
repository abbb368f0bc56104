"""What moves in the whole study when someone leaves or a tie is added? A what-if, and every other room asked again."""

from __future__ import annotations

import math
import sys
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import pandas as pd

from . import claims, dependency, indicators, network, tension
from .compare import compare
from .dependency import money, whatif
from .errors import DashatError, Problem, message
from .facts import SUPPORT_COLUMNS, merge
from .tables import Case, Results
from .words import Reader, labels

STAY = 0.9
FIRST = 12
GROUPS = ["roll_up", "stakeholder_id", "kappa", "kappa_after", "reliability", "reliability_after", "through", "through_after", "cut_off"]  # fmt: skip


def supposed(case: Case, *, without: Iterable[str] = (), ties: Iterable[whatif.Tie] = ()) -> Case:
    """Return a case in which some stakeholders have left and some ties are added; a new funder comes with the first tie that names it.

    Raises
    ------
    DashatError
        If a name is not of this case: what, and the nearest known one.
    """
    gone = list(without)
    made = dependency.withdraw(case, gone) if gone else case
    for tie in ties:
        fresh = whatif.NEW in (tie.source, tie.target) and whatif.NEW not in set(made.stakeholders["stakeholder_id"])
        made = dependency.add(made, tie, stakeholder=whatif.new_funder(made) if fresh else None)
    return made


def parsed(text: str, *, programme: str | None = None, year: int | None = None) -> whatif.Tie:
    """Read a tie from words: "SOURCE RELATION TARGET", and an amount where one is known.

    Raises
    ------
    DashatError
        If there are not three or four words, or the fourth is no number.
    """
    words = text.split()
    if len(words) not in (3, 4):
        raise DashatError(Problem("--with", None, None, text, message("'{value}' is not a tie."), message("Write it as SOURCE RELATION TARGET, with an amount after it if there is one.")))  # fmt: skip
    amount = None
    if len(words) == 4:
        try:
            amount = float(words[3].replace("_", ""))
        except ValueError:
            raise DashatError(Problem("--with", None, None, words[3], message("'{value}' is no amount."), message("Write digits only."))) from None  # fmt: skip
    return whatif.Tie(
        source=words[0], target=words[2], relation=words[1], programme=programme, year=year, amount=amount
    )


def facts(case: Case, *, held: Mapping[str, object] | None = None) -> Results:
    """Return the facts that a what-if asks for: verdicts on indicators and claims, network, dependency, the cell of both.

    Readings, resamples and searches inside these are left out: a what-if asks for everything twice.

    Parameters
    ----------
    held : mapping fact -> value, optional
        Facts with a null of their own, taken as they are (:func:`dashat_lib.claims.resampled`); computed if not given.
    """
    bare = [indicators.measured(case), claims.measured(case, held)]
    said = pd.concat(bare).reindex(columns=["fact_id", "value", "unit", "lower", "upper", "reason"])
    found = (network.results(case), dependency.results(case, bands=False), tension.results(case, read_again=False))
    return merge([Results(said, pd.DataFrame(columns=SUPPORT_COLUMNS)), *found])


def moved(case: Case, after: Case) -> pd.DataFrame:
    """Return every fact that moves from one case to another (:func:`dashat_lib.compare.compare`).

    Facts with a null of their own are held as they are in the first: what moves is what the change does, not another draw.
    """
    held = claims.resampled(case)
    return compare(facts(case, held=held), facts(after, held=held))


def evidence_lost(case: Case, after: Case) -> pd.DataFrame:
    """Return the elements and indicators that have fewer events for than before, on the wider place.

    Returns
    -------
    DataFrame, one row an element or indicator
        ``set_id, label_id, label_en, n_for, n_for_after, verdict, verdict_after, lost`` (no event for any more).
    """
    place = case.settings.wider_place
    old, new = (indicators.verdicts(indicators.gather(one, places=[place])) for one in (case, after))
    named = ["set_id", "label_id", "label_en"]
    both = old[[*named, "n_for", "verdict"]].merge(
        new[["set_id", "n_for", "verdict"]], on="set_id", suffixes=("", "_after")
    )
    fewer = both[(both["n_for_after"] < both["n_for"]) | (both["verdict"] != both["verdict_after"])]
    return fewer.assign(lost=(fewer["n_for"] > 0) & (fewer["n_for_after"] == 0)).reset_index(drop=True)


def groups(case: Case, after: Case) -> pd.DataFrame:
    """Return how each group is reached before and after.

    Returns
    -------
    DataFrame, one row a reading and group
        ``roll_up, stakeholder_id, kappa, kappa_after`` (independent ways), ``reliability, reliability_after`` (everyone staying with probability
        0.9), ``through, through_after`` (who hands over), ``cut_off`` (whether nothing reaches it any more; a group that left itself is not).
    """
    tables = []
    for roll_up in ["none", "one_team_a_kelurahan"] if case.settings.teams else ["none"]:
        both = []
        for one in (case, after):
            whole = dependency.flow(one, roll_up=roll_up)
            ways = dependency.ways(whole).set_index("stakeholder_id")
            chance = dependency.curve(whole, [STAY]).set_index("stakeholder_id")["value"]
            both.append(ways[["kappa", "through"]].assign(reliability=chance))
        names = list(dict.fromkeys([*both[0].index, *both[1].index]))
        old, new = (one.reindex(names) for one in both)
        table = old.join(new.add_suffix("_after")).rename_axis("stakeholder_id").reset_index().assign(roll_up=roll_up)
        off = (table["kappa"].fillna(0) > 0) & (table["kappa_after"] == 0).fillna(False).astype(bool)
        table.loc[table["kappa_after"].fillna(0) == 0, "through_after"] = (
            None  # who hands over has nothing to hand over
        )
        tables.append(table.assign(cut_off=off))
    return pd.concat(tables, ignore_index=True)[GROUPS]


def cash(case: Case, after: Case) -> pd.DataFrame:
    """Return the known money of the programme before and after, in the last year with an amount.

    Returns
    -------
    DataFrame, one row (none where no amount is known)
        ``programme, year, known, known_after, n_grants, n_grants_after, n_unknown, n_unknown_after, portions, portions_after`` (at the cost per
        portion stated for that year; missing without one).
    """
    programme = case.settings.programme
    year = whatif.last_year_of_money(case, programme)
    if programme is None or year is None:
        return pd.DataFrame()
    costs = money.cost_per_portion(case, year)
    row: dict[str, object] = {"programme": programme, "year": year}
    for end, one in (("", case), ("_after", after)):
        found = money.of_year(one, programme, year)
        known = float(found["amount"].sum())
        row |= {f"known{end}": known, f"n_grants{end}": len(found), f"n_unknown{end}": int(found["amount"].isna().sum())}  # fmt: skip
        row[f"portions{end}"] = known / float(costs.max()) if len(costs) else math.nan
    return pd.DataFrame([row])


def named_in(case: Case, gone: Iterable[str]) -> tuple[int, int]:
    """Return how many admitted evidence rows of the case name one of these stakeholders, and how many of them nobody else."""
    wanted = set(gone)
    rows = case.evidence.loc[~case.evidence["source_id"].isin(case.settings.own_sources), "evidence_id"]
    actors = case.evidence_actors[case.evidence_actors["evidence_id"].isin(rows)]
    mine = set(actors.loc[actors["stakeholder_id"].isin(wanted), "evidence_id"])
    others = set(actors.loc[~actors["stakeholder_id"].isin(wanted), "evidence_id"])
    return len(mine), len(mine - others)


def record(case: Case, after: Case, *, gone: Sequence[str] = ()) -> dict[str, Any]:
    """Return all that a what-if moves as plain values, for ``--json``; undefined is None."""
    n_rows, n_alone = named_in(case, gone)
    return {
        "reading": after.reading, "groups": _plain(groups(case, after)), "money": _plain(cash(case, after)),
        "n_rows": n_rows, "n_rows_alone": n_alone, "evidence_lost": _plain(evidence_lost(case, after)), "moved": _plain(moved(case, after)),
    }  # fmt: skip


def best(case: Case) -> list[dict[str, Any]]:
    """Return what each single tie more would do (:func:`dashat_lib.dependency.additions`) as plain values, the best first."""
    return _plain(dependency.additions(case))


def _plain(table: pd.DataFrame) -> list[dict[str, Any]]:
    from .network.views import plain

    cells = table.astype("object").where(table.notna(), None)
    return [{str(key): plain(one) for key, one in row.items()} for row in cells.to_dict("records")]


def show(case: Case, after: Case, say: Reader, *, gone: Sequence[str] = (), every: bool = False) -> None:
    """Print what a what-if moves: the groups, the money, the evidence, then verdicts and the facts that move most."""
    from rich.console import Console

    console = Console(width=None if sys.stdout.isatty() else 160)
    names = _names(case, after)
    for roll_up, part in groups(case, after).groupby("roll_up", sort=False):
        shown = part.assign(stakeholder_id=part["stakeholder_id"].map(names))
        for name in ("through", "through_after"):
            shown[name] = part[name].map(lambda ids: _told(ids, names), na_action="ignore")
        title = say("Ways to each group before and after, {reading}", reading=say.label("roll-up", str(roll_up)))
        _table(console, shown, say, ["stakeholder_id", "kappa", "kappa_after", "reliability", "reliability_after", "through_after"], title=title)  # fmt: skip
        off = [names[one] for one in part.loc[part["cut_off"], "stakeholder_id"]]
        console.print(say("Cut off: {names}.", names=say.list(off)) if off else say("No group is cut off."))
    console.print(say("R: everyone who is left stays with probability {p}. No probability of staying is observed; the table reliability_curves holds the whole curve.", p=STAY))  # fmt: skip
    _show_cash(console, case, after, say)
    if gone:
        n_rows, alone = named_in(case, gone)
        console.print(say("{n} evidence rows name who leaves, {alone} of them nobody else: these and their codings fall away.", n=n_rows, alone=alone))  # fmt: skip
    fewer = evidence_lost(case, after)
    if fewer.empty:
        console.print(say("No element of the framework has fewer events for."))
    else:
        columns = ["label", "n_for", "n_for_after", "verdict", "verdict_after"]
        _table(console, fewer, say, columns, title=say("Elements with fewer events for"))
    _show_moved(console, moved(case, after), say, every=every)


def _names(*cases: Case) -> dict[str, str]:
    found: dict[str, str] = {}
    for case in cases:
        found |= dict(zip(case.stakeholders["stakeholder_id"], case.stakeholders["short_name"], strict=True))
    return found


def _told(ids: str, names: Mapping[str, str]) -> str:
    """Short names of ids as :meth:`dashat_lib.dependency.flow.Flow.told` writes them."""
    parts = (one.partition("*") for one in ids.split(";"))
    return ", ".join(names.get(one, one) + (f" (x {n})" if n else "") for one, _, n in parts)


def _show_cash(console: Any, case: Case, after: Case, say: Reader) -> None:
    table = cash(case, after)
    if table.empty:
        console.print(say("No amount of money is known for this programme."))
        return
    one = table.iloc[0]
    unit = say.label("unit", case.settings.currency)
    console.print(
        say(
            "Known money of {year}: {before} before, {after} after ({unit}); grants of unknown amount: {unknown} before, {unknown_after} after.",
            year=str(one["year"]),
            before=float(one["known"]),
            after=float(one["known_after"]),
            unit=unit,
            unknown=int(one["n_unknown"]),
            unknown_after=int(one["n_unknown_after"]),
        )
    )
    if one["portions"] == one["portions"]:
        console.print(
            say(
                "At the stated cost that would buy {before} portions before, {after} after; no source says that all of it buys portions.",
                before=round(float(one["portions"])),
                after=round(float(one["portions_after"])),
            )
        )


def _show_moved(console: Any, table: pd.DataFrame, say: Reader, *, every: bool) -> None:
    values = table[table["part"].isin(["value", "fact"])]
    if values.empty:
        console.print(say("No fact moves."))
        return
    words = values["kind"].isin(["verdict", "class"])
    if not words.any():
        console.print(say("No verdict turns."))
    size = (values["change"].abs() / values["before"].map(_size)).fillna(-1.0)  # who came or went is told last
    shown = values.assign(words=words, size=size).sort_values(["words", "size"], ascending=False, kind="stable")
    first = shown if every else shown.head(FIRST)
    first = first.assign(
        before=[_said(one, say) for one in first["before"]], after=[_said(one, say) for one in first["after"]]
    )
    title = say.count("{n} fact moves", "{n} facts move", len(values))
    _table(console, first, say, ["name", "before", "after"], title=title)
    if len(shown) > len(first):
        console.print(say.count("{n} more: --all", "{n} more: --all", len(shown) - len(first)))


def _size(value: object) -> float:
    return abs(float(value)) if isinstance(value, int | float) and value else 1.0


def _said(value: object, say: Reader) -> str:
    if isinstance(value, str):
        return say.label("verdict", value) if value in labels()["verdict"] else say.label("dependency", value)
    return "–" if value is None or value != value else say.number(round(float(value), 4))  # type: ignore[arg-type]


def show_best(case: Case, say: Reader, *, most: int = 5) -> None:
    """Print the single ties that would help the worst served group most: of every relation the best few."""
    from rich.console import Console

    console = Console(width=None if sys.stdout.isatty() else 160)
    table = dependency.additions(case)
    names = _names(case) | {whatif.NEW: say("a new funder")}
    each = table.drop_duplicates(["relation", "target"])  # of every target the best source
    best = pd.concat([part.head(most) for _, part in each.groupby("relation", sort=False)]) if len(each) else each
    if best.empty:
        console.print(say("No tie can be added that the record knows in kind."))
        return
    shown = best.assign(
        source=best["source"].map(names),
        target=best["target"].map(names),
        lifts=best["lifts"].map(lambda ids: _told(ids, names), na_action="ignore"),
    )
    columns = ["source", "relation", "target", "lifts", "kappa_min_before", "kappa_min", "reliability_min_before", "reliability_min", "reliability_mean"]  # fmt: skip
    _table(console, shown, say, columns, title=say("What one tie more would do, best first within each relation"), digits=4)  # fmt: skip
    if best["lifts"].notna().any() and (best["kappa_min"] == best["kappa_min_before"]).all():
        console.print(
            say("Several groups are served worst alike, so one tie lifts one of them and the smallest number stays.")
        )
    console.print(say("Only pairs of sectors that the relation joins somewhere in the record; {n} ties were tried.", n=len(table)))  # fmt: skip


def _table(console: Any, table: pd.DataFrame, say: Reader, columns: list[str], *, title: str, digits: int = 3) -> None:
    from rich.table import Table

    from . import wording

    shown = wording.shown(table, say, columns=columns, digits=digits)
    view = Table(*shown, title=title)
    for row in shown.itertuples(index=False):
        view.add_row(*row)
    console.print(view)
