"""The same study, read another way: variants of a case, run again, and how far each number and verdict moves."""

from __future__ import annotations

import contextlib
import hashlib
import os
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import numpy as np
import pandas as pd

from . import fingerprint, indicators
from .admission import of_programme, ties_of_programme
from .errors import message
from .facts import Ledger, Under, in_each_language, under
from .resampling import BLOCK, blocks, poisson_weights, spread
from .schemas import row_ids
from .tables import Case, Results

KINDS = ("coder", "dispute", "doubt", "source", "audit", "resample", "cut-off", "roll-up", "programme")
EVERY_KIND = (*KINDS, indicators.PROGRAMME_ROWS)  # of the last only indicators are read, not claims
_BATCH = 25  # variants a job; fixed, so that nothing hangs on the number of workers
POINTING = ("evidence", "evidence_actors", "codings", "second_codings", "ties", "settlements", "audit")


@dataclass(frozen=True)
class Variant:
    """One other reading of a case.

    Attributes
    ----------
    name : str
    kind : one of EVERY_KIND
        Shares are given by kind and never pooled: a change of coder and a lost source are different doubts, and so are a
        coder who went through all rows and one who coded some of them ("dispute").
    make : function Case -> Case
        Must be picklable (a top-level function or a partial of one).
    """

    name: str
    kind: str
    make: Callable[[Case], Case]

    def __post_init__(self) -> None:
        if self.kind not in EVERY_KIND:
            raise ValueError(f"kind {self.kind!r} is not one of: {', '.join(EVERY_KIND)}")

    def __call__(self, case: Case) -> Case:
        """Return the case under this reading, marked with its name."""
        return replace(self.make(case), reading=self.name)


@dataclass(frozen=True)
class Readings:
    """What the readings of a case found.

    Attributes
    ----------
    base : DataFrame
        ``fact_id, value, unit`` of the case itself.
    values : DataFrame, one row a reading and fact
        ``reading, kind, fact_id, value``.
    """

    base: pd.DataFrame
    values: pd.DataFrame

    def bands(self) -> pd.DataFrame:
        """Return, per fact and kind of reading, how far the readings move it.

        Returns
        -------
        DataFrame
            ``fact_id, kind, value`` (of the case itself), ``n_readings, n_defined, lower, upper`` (of a number: the 2.5 and
            97.5 % quantiles where readings are resamples, the smallest and largest otherwise), ``n_same`` and ``share_same``
            (readings that give the case's own value; for a number within a relative 1e-8), ``others`` (of a verdict: the
            other words with their number of readings, most frequent first).
        """
        table = self.values.merge(self.base.rename(columns={"value": "own"}), on="fact_id")
        table["word"] = table["unit"] == "verdict"
        table["number"] = pd.to_numeric(table["value"].where(~table["word"]), errors="coerce").astype("float64")
        own = pd.to_numeric(table["own"].where(~table["word"]), errors="coerce").astype("float64")
        both_missing = table["value"].isna() & table["own"].isna()
        close = pd.Series(np.isclose(table["number"], own, rtol=1e-8, atol=1e-12), table.index)
        table["same"] = both_missing | (table["word"] & (table["value"] == table["own"])) | (~table["word"] & close)
        rows = []
        for (fact, kind), part in table.groupby(["fact_id", "kind"], sort=False):
            numbers = part["number"].dropna()
            ends = [0.025, 0.975] if kind == "resample" else [0, 1]
            low, high = numbers.quantile(ends).tolist() if len(numbers) else (None, None)
            others = part.loc[part["word"] & ~part["same"], "value"].value_counts()
            others = others.sort_index().sort_values(ascending=False, kind="stable")
            rows.append(
                {"fact_id": fact, "kind": kind, "value": part["own"].iloc[0], "n_readings": len(part),
                 "n_defined": int(part["value"].notna().sum()), "lower": low, "upper": high,
                 "n_same": int(part["same"].sum()), "share_same": float(part["same"].mean()),
                 "others": ";".join(f"{word} {n}" for word, n in others.items()) or None}
            )  # fmt: skip
        return pd.DataFrame(rows)


# ---- variants --------------------------------------------------------------------------------------------------------


def coders(case: Case) -> list[Variant]:
    """Return one variant a coder: what the verdicts were if that coder's codings decided.

    Coders who went through all rows are of kind "coder". Doubters, whose codings decide on the rows they coded only, are of
    kind "dispute": few rows of theirs move less than a whole coding does, so the two are never in one share.
    """
    others = [one for one in case.coders["coder"] if one != case.settings.coder]
    variants = [Variant(f"coder {one}", "coder", partial(by_coder, coder=one)) for one in others]
    return variants + [Variant(f"coder {one}", "dispute", partial(disputed, coder=one)) for one in doubters(case)]


def doubters(case: Case) -> list[str]:
    """Return the coders of ``second_codings``: those who coded some rows blind, after the study was made."""
    return list(dict.fromkeys(case.second_codings["coder"]))


def by_coder(case: Case, *, coder: str) -> Case:
    """Return a case in which another coder's codings decide."""
    return replace(case, settings=case.settings.model_copy(update={"coder": coder}))


def disputed(case: Case, *, coder: str) -> Case:
    """Return a case in which a doubter's codings stand in the place of the settled ones, on the rows that doubter decided on.

    Where nothing fitted the row has no coding any more. All other rows are as settled; the codings of the other coders stay.
    """
    mine = case.second_codings[case.second_codings["coder"] == coder]
    given = mine.dropna(subset=["code_id"])
    at = (given.groupby("evidence_id").cumcount() + 1).astype("str")
    theirs = given[["evidence_id", "code_id", "stance", "memo"]].assign(
        coding_id=given["coder"] + "/" + given["evidence_id"] + "/" + at, coder=case.settings.coder
    )
    settled = case.codings["coder"] == case.settings.coder
    kept = case.codings[~(settled & case.codings["evidence_id"].isin(mine["evidence_id"]))]
    return replace(case, codings=pd.concat([kept, theirs], ignore_index=True)[list(case.codings)])


def disagreements(case: Case) -> pd.DataFrame:
    """Return every code of a row on which two coders who went through all rows differ, in order of their ids.

    Returns
    -------
    DataFrame, one row an evidence row and code
        ``evidence_id, code_id``, and a column a coder with the stance given; missing where the coder did not give the code.
    """
    others = [one for one in case.coders["coder"] if one != case.settings.coder]
    rows = case.codings[case.codings["coder"].isin(others)]
    table = rows.drop_duplicates(["evidence_id", "code_id", "coder"]).pivot(
        index=["evidence_id", "code_id"], columns="coder", values="stance"
    )
    table = table.reindex(columns=others)
    differ = table.isna().any(axis=1) | (table.nunique(axis=1) > 1)
    return table[differ].sort_index().reset_index()


def doubts(case: Case, n: int, *, seed: int) -> list[Variant]:
    """Return `n` variants in which each disagreement of the coders is settled by lot: one of them, drawn anew for each, is taken at their word.

    What both gave, and what the settlement made of it, stays. So a verdict is read under the doubt that the coders themselves left.
    Each disagreement has a stream of its own: how it is settled does not hang on which others there are.
    """
    table = disagreements(case)
    others = [name for name in table if name not in ("evidence_id", "code_id")]
    if not others or table.empty:
        return []
    names = table["evidence_id"] + "/" + table["code_id"]
    picks = np.column_stack([_picks(name, n, len(others), seed=seed) for name in names]).astype("int8")
    return [Variant(f"doubt {at + 1}", "doubt", partial(doubted, picks=picks[at], table=table)) for at in range(n)]


def _picks(name: str, n: int, among: int, *, seed: int) -> np.ndarray:
    own = zlib.crc32(name.encode())
    drawn = [np.random.default_rng([seed, at, own]).integers(0, among, BLOCK)[:size] for at, size in blocks(n)]
    return np.concatenate(drawn) if drawn else np.zeros(0, dtype="int64")


def doubted(case: Case, *, picks: np.ndarray, table: pd.DataFrame | None = None) -> Case:
    """Return a case in which each disagreement (:func:`disagreements`) is settled as one coder said.

    Parameters
    ----------
    picks : array of int, one a disagreement
        Which coder, by the order of the columns.
    table : DataFrame, optional
        The disagreements, where they are known already.
    """
    table = disagreements(case) if table is None else table
    names = table.columns[2:]
    said = table[list(names)].to_numpy(dtype=object)[np.arange(len(table)), picks]
    given = table[["evidence_id", "code_id"]].assign(
        stance=said, coder=case.settings.coder, coding_id=[f"doubt/{at}" for at in range(len(table))]
    )
    given = given[pd.Series(said, table.index).notna()]
    disputed_pairs = pd.MultiIndex.from_frame(table[["evidence_id", "code_id"]])
    mine = case.codings["coder"] == case.settings.coder
    pairs = pd.MultiIndex.from_frame(case.codings[["evidence_id", "code_id"]])
    kept = case.codings[~(mine & pairs.isin(disputed_pairs))]
    more = given.reindex(columns=list(case.codings)).astype(case.codings.dtypes)
    return replace(case, codings=pd.concat([kept, more], ignore_index=True))


def audits(case: Case) -> list[Variant]:
    """Return the variant of the rows only that were compared with their page again; none where all or no row was."""
    checked = case.audit.loc[case.audit["checked"] == "yes", "evidence_id"]
    if len(checked) in (0, len(case.evidence)):
        return []
    return [Variant("audited rows only", "audit", partial(only_evidence, evidence_ids=tuple(sorted(checked))))]


def families(case: Case) -> list[Variant]:
    """Return one variant a source family: the case without all that it says."""
    found = sorted(case.sources["source_family"].unique())
    return [Variant(f"without {one}", "source", partial(without_family, family=one)) for one in found]


def without_family(case: Case, *, family: str) -> Case:
    """Return a case without the rows of one source family; its document entries stay, so that nothing points to nowhere."""
    gone = case.sources.loc[case.sources["source_family"] == family, "source_id"]
    rows = case.evidence.loc[~case.evidence["source_id"].isin(gone), "evidence_id"]
    kept = only_evidence(case, rows)
    figures = {name: getattr(case, name) for name in ("prevalence", "beneficiaries")}
    return replace(kept, **{name: table[~table["source_id"].isin(gone)] for name, table in figures.items()})


def only_evidence(case: Case, evidence_ids: Sequence[str] | pd.Series) -> Case:
    """Return a case with these evidence rows only, and without what points to the others."""
    tables = {name: getattr(case, name) for name in POINTING}
    return replace(case, **{name: table[table["evidence_id"].isin(evidence_ids)] for name, table in tables.items()})


def resamples(case: Case, n: int, *, seed: int) -> list[Variant]:
    """Return `n` bootstrap variants. The unit drawn is the event, which is also the unit that verdicts count.

    An event drawn twice stands twice, as two events, with all its reports; the source families behind it stay the
    same, so that no independence is made up. See :func:`dashat_lib.resampling.poisson_weights`.
    """
    weights = poisson_weights(sorted(case.evidence["event_id"].unique()), n, seed=seed)
    names, drawn = list(weights), np.array(list(weights.values()), dtype="int16").reshape(len(weights), n)
    return [
        Variant(f"resample {at + 1}", "resample", partial(resampled, events=names, times=drawn[:, at].copy()))
        for at in range(n)
    ]


def resampled(case: Case, *, events: Sequence[str], times: np.ndarray) -> Case:
    """Return a case in which each event stands as often as it was drawn."""
    drawn = pd.DataFrame({"event_id": list(events), "times": times})
    drawn = drawn.loc[drawn.index.repeat(drawn["times"])]
    drawn["copy"] = drawn.groupby("event_id").cumcount()
    suffix = ("~" + drawn["copy"].astype("str")).where(drawn["copy"] > 0, "")
    rows = case.evidence[["evidence_id", "event_id"]].merge(drawn.assign(suffix=suffix), on="event_id")
    rows = rows[["evidence_id", "suffix"]]
    changed = {}
    for name in POINTING:
        table = getattr(case, name).merge(rows, on="evidence_id")
        marked = {"evidence_id": table["evidence_id"] + table["suffix"]}
        for key in ("event_id", "coding_id", "tie_id", "settlement_id"):
            if key in table:
                marked[key] = table[key] + table["suffix"]
        changed[name] = table.assign(**marked).drop(columns="suffix")
    return replace(case, **changed)


def cut_offs(case: Case) -> list[Variant]:
    """Return one variant a threshold of rule D1 (:data:`dashat_lib.indicators.CUT_OFFS`)."""
    return [
        Variant(name, "cut-off", partial(with_rule, change=dict(change)))
        for name, change in indicators.CUT_OFFS.items()
    ]


def with_rule(case: Case, *, change: Mapping[str, float]) -> Case:
    """Return a case with other thresholds of the verdict rule."""
    rule = case.settings.rule.model_copy(update=dict(change))
    return replace(case, settings=case.settings.model_copy(update={"rule": rule}))


def roll_ups(case: Case) -> list[Variant]:
    """Return the named roll-ups of stakeholders: teams of a kelurahan to their city teams; every part to its whole."""
    found = case.stakeholders[case.stakeholders["part_of"].notna()]
    teams = found[(found["level"] == "kelurahan") & (found["sector"] == "community")]
    every = dict(zip(found["stakeholder_id"], found["part_of"], strict=True))
    return [
        Variant("kelurahan teams to their whole", "roll-up", partial(rolled_up, into=dict(zip(teams["stakeholder_id"], teams["part_of"], strict=True)))),
        Variant("every part to its whole", "roll-up", partial(rolled_up, into=every)),
    ]  # fmt: skip


def rolled_up(case: Case, *, into: Mapping[str, str]) -> Case:
    """Return a case in which each stakeholder of `into` is taken for the one it is part of; ties inside one are left out."""

    def whole(one: str) -> str:
        while one in into:
            one = into[one]
        return one

    def merged(column: pd.Series) -> pd.Series:
        return column.map(lambda one: whole(one) if isinstance(one, str) else one).astype("str")

    ties = case.ties.assign(**{end: merged(case.ties[end]) for end in ("source_stakeholder", "target_stakeholder")})
    actors = case.evidence_actors.assign(stakeholder_id=merged(case.evidence_actors["stakeholder_id"]))
    return replace(
        case,
        stakeholders=case.stakeholders[~case.stakeholders["stakeholder_id"].isin(list(into))],
        ties=ties[ties["source_stakeholder"] != ties["target_stakeholder"]],
        evidence_actors=actors.drop_duplicates(["evidence_id", "stakeholder_id"]),
        evidence=case.evidence.assign(speaker=merged(case.evidence["speaker"])),
    )


def teams(case: Case) -> list[Variant]:
    """Return the roll-up the other way round: each stakeholder of ``settings.teams`` taken apart; none where there is no such."""
    return [Variant("one team a kelurahan", "roll-up", taken_apart)] if case.settings.teams else []


def taken_apart(case: Case) -> Case:
    """Return a case in which each stakeholder of ``settings.teams`` is as many stakeholders as it stands for.

    Each has all its ties and is named in all rows that named it; its parts of one kelurahan are taken for it first, since they
    are among those it stands for. Ids are those of :func:`dashat_lib.dependency.flow` with one team a kelurahan.
    """
    who = case.stakeholders
    inside = who[
        who["part_of"].isin(list(case.settings.teams)) & (who["level"] == "kelurahan") & (who["sector"] == "community")
    ]
    case = rolled_up(case, into=dict(zip(inside["stakeholder_id"], inside["part_of"], strict=True)))
    there = set(case.stakeholders["stakeholder_id"])
    parts = {
        one: [f"{one}~{at:0{len(str(n))}}" for at in range(1, n + 1)]
        for one, n in case.settings.teams.items()
        if one in there
    }

    def apart(table: pd.DataFrame, *columns: str) -> pd.DataFrame:
        for column in columns:
            table = table.assign(**{column: table[column].map(lambda one: parts.get(one, [one]))}).explode(column)
        return table.reset_index(drop=True).astype(dict.fromkeys(columns, "str"))

    ties = apart(case.ties, "source_stakeholder", "target_stakeholder")
    copy = ties.groupby("tie_id").cumcount()
    ties["tie_id"] += ("~" + copy.astype("str")).where(copy > 0, "")
    speaker = case.evidence["speaker"]
    return replace(
        case,
        settings=case.settings.model_copy(update={"teams": {}}),
        stakeholders=apart(case.stakeholders, "stakeholder_id"),
        ties=ties,
        evidence_actors=apart(case.evidence_actors, "stakeholder_id"),
        evidence=case.evidence.assign(speaker=speaker.replace({one: first[0] for one, first in parts.items()})),
    )


def programmes(case: Case) -> list[Variant]:
    """Return one variant a programme: the network by its ties only."""
    found = sorted(case.ties["programme"].unique())
    return [Variant(f"programme {one}", "programme", partial(by_programme, programme=one)) for one in found]


def by_programme(case: Case, *, programme: str) -> Case:
    """Return a case with the ties of one programme only."""
    return replace(case, ties=case.ties[case.ties["programme"] == programme])


def on_programme(case: Case) -> list[Variant]:
    """Return the variant of the rows only that speak of the programme of the settings; none without a programme."""
    if case.settings.programme is None:
        return []
    rows = tuple(sorted(of_programme(case)))
    return [Variant("programme_rows", indicators.PROGRAMME_ROWS, partial(only_evidence, evidence_ids=rows))]


# ---- running ---------------------------------------------------------------------------------------------------------

Measure = Callable[[Case], pd.DataFrame]


def run_readings(
    case: Case,
    variants: Sequence[Variant],
    stages: Sequence[Measure],
    *,
    workers: int = 1,
    progress: bool = False,
    cache: Path | None = None,
) -> Readings:
    """Compute the facts of some stages on every variant of a case.

    Parameters
    ----------
    stages : functions Case -> DataFrame ``fact_id, value, unit``
        For example :func:`dashat_lib.indicators.measured`, or a partial of such a function; or a stage's ``results``, whose
        facts are taken.
    workers : int
        Processes; the numbers do not hang on it.
    progress : bool
        Show a bar on stderr.
    cache : folder, optional
        Where finished batches are kept. A batch is taken from there only if case, settings, variants, stages and the
        package's source are what they were. Variants and stages written outside the package are computed each time,
        since their source is not seen.

    Raises
    ------
    ValueError
        If two variants have one name: their bands would count one reading twice.
    """
    names = [one.name for one in variants]
    twice = sorted({name for name in names if names.count(name) > 1}) if len(set(names)) < len(names) else []
    if twice:
        raise ValueError(f"two variants are called: {', '.join(twice)}")
    base = _measured(case, stages)
    batches = [list(variants[at : at + _BATCH]) for at in range(0, len(variants), _BATCH)]
    work = partial(_batch, case, tuple(stages))
    if cache is not None and all(map(_ours, [*stages, *(one.make for one in variants)])):
        work = partial(_kept, cache, _key(case, stages), work)
    with _bar(progress, len(variants)) as advance:
        found = spread(work, batches, workers=workers, done=advance)
    columns = ["reading", "kind", "fact_id", "value"]
    values = pd.concat(found, ignore_index=True) if found else pd.DataFrame(columns=columns)
    return Readings(base, values)


def _measured(case: Case, stages: Sequence[Measure]) -> pd.DataFrame:
    parts = []
    for stage in stages:
        found = stage(case)
        facts = found.facts if isinstance(found, Results) else found
        parts.append(facts[["fact_id", "value", "unit"]].astype({"value": "object"}))
    return pd.concat(parts, ignore_index=True)


def _batch(case: Case, stages: Sequence[Measure], batch: Sequence[Variant]) -> pd.DataFrame:
    parts = []
    for variant in batch:
        found = _measured(variant(case), stages)[["fact_id", "value"]]
        found.insert(0, "kind", variant.kind)
        found.insert(0, "reading", variant.name)
        parts.append(found)
    return pd.concat(parts, ignore_index=True)


def _ours(function: Callable[..., object]) -> bool:
    inner = function.func if isinstance(function, partial) else function
    return str(getattr(inner, "__module__", "")).startswith("dashat_lib.")


def _kept(
    cache: Path, key: str, work: Callable[[Sequence[Variant]], pd.DataFrame], batch: Sequence[Variant]
) -> pd.DataFrame:
    from joblib import dump, hash, load

    path = cache / f"{key}-{hash([(one.name, one.kind, *_parts(one.make)) for one in batch])}.joblib"
    try:
        return load(path)
    except (OSError, EOFError, ValueError, KeyError):
        found = work(batch)
        cache.mkdir(parents=True, exist_ok=True)
        part = path.with_suffix(f".{os.getpid()}.part")
        dump(found, part)
        part.replace(path)
        return found


def _parts(make: Callable[..., object]) -> tuple[object, ...]:
    """What tells a function, or a partial of one, from others."""
    if isinstance(make, partial):
        return (*_parts(make.func), make.args, make.keywords)
    return make.__module__, make.__qualname__


@contextlib.contextmanager
def _bar(shown: bool, total: int) -> Iterator[Callable[[int], None]]:
    """A progress bar over readings on stderr, or nothing."""
    if not shown:
        yield lambda n: None
        return
    from rich.console import Console
    from rich.progress import Progress

    with Progress(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("readings", total=total)
        yield lambda n: bar.update(task, advance=n)


def _key(case: Case, stages: Sequence[Measure]) -> str:
    """One hash of what a reading hangs on beside its variant: tables, settings, stages, the package's source."""
    digest = hashlib.sha256()
    for name, table in case.tables():
        digest.update(name.encode())
        digest.update(table.to_csv(index=False).encode())
    digest.update(case.settings.model_dump_json().encode())
    digest.update(fingerprint.of_package().encode())
    digest.update(fingerprint.of_environment().encode())
    from joblib import hash

    for stage in stages:
        digest.update(str(hash(_parts(stage))).encode())
    return digest.hexdigest()[:20]


# ---- the stage -------------------------------------------------------------------------------------------------------

_HOW = {
    "resample": message("Share of {n} resamples of events in which rule D1 on {label} at {place} says what it says here."),
    "coder": message("Share of {n} coders by whose codings alone rule D1 on {label} at {place} says what it says here."),
    "dispute": message("Share of coders of some rows ({n} in all) by whose codings of these rows rule D1 on {label} at {place} says what it says here."),
    "source": message("Share of {n} source families without each of which rule D1 on {label} at {place} says what it says here."),
    "cut-off": message("Share of {n} other thresholds by which rule D1 on {label} at {place} says what it says here."),
    indicators.PROGRAMME_ROWS: message("Whether rule D1 on {label} at {place} says on the rows of the programme alone what it says on all (1 yes, 0 no)."),
}  # fmt: skip
NO_READING = "no reading of this kind"


def results(case: Case) -> Results:
    """Return how far the indicator verdicts hold under other readings, by kind: coder, source family, cut-off, resample, rows of the programme alone.

    Readings by coder are run on variants of the case. The others come from the same rows in one pass
    (:func:`dashat_lib.indicators.robustness`, :func:`dashat_lib.indicators.in_worlds`) and are what their variants
    give (a test holds this). Facts of kind "dispute" and the table ``disputed_verdicts`` (:func:`disputed_verdicts`) are
    there only where somebody coded rows again.
    """
    by_coders = run_readings(case, coders(case), [indicators.measured])
    others = [_resamples(case), _from_robustness(case)]
    values = pd.concat([by_coders.values, *others], ignore_index=True)
    found = Readings(by_coders.base, values)
    bands = found.bands()
    order = {fact: at for at, fact in enumerate(found.base["fact_id"])}
    rank = bands["fact_id"].map(order) * len(EVERY_KIND) + bands["kind"].map(EVERY_KIND.index)
    bands = bands.assign(rank=rank).sort_values("rank", ignore_index=True).drop(columns="rank")
    ledger = Ledger()
    material = indicators.gather(case)
    beside = {one: indicators.gather(case, coder=one) for one in case.coders["coder"] if one != case.settings.coder}
    disputes = {one: indicators.gather(disputed(case, coder=one)) for one in doubters(case)}
    own = case.settings.programme is not None
    kinds = [one for one in _HOW if {"dispute": bool(disputes), indicators.PROGRAMME_ROWS: own}.get(one, True)]
    names, labels = case.places.set_index("place")["name"], material.scored.set_index("set_id")
    verdicts = bands[bands["fact_id"].str.endswith(".verdict")].set_index(["fact_id", "kind"])
    for set_id, place in material.grid[["set_id", "scope"]].itertuples(index=False):
        support = indicators.support_of_verdict(material, set_id, place)
        read = {
            "coder": [
                *(rows for one in beside.values() for rows in _looked_at(one, set_id, place)),
                under("coders", defines=beside),
            ],
            "dispute": [
                rows for one, other in disputes.items() for rows in _second_under(one, [material, other], set_id, place)
            ],
            indicators.PROGRAMME_ROWS: _programme_under(material, set_id, place),
        }
        for kind in kinds:
            key = (f"{set_id}.{place}.verdict", kind)
            here = verdicts.loc[key] if key in verdicts.index else None
            ledger.add(
                f"{set_id}.{place}.verdict.share.{kind}",
                float("nan") if here is None else here["share_same"],
                unit="share (0-1)",
                place=place,
                how=_HOW[kind],
                details={
                    "n": 0 if here is None else int(here["n_readings"]),
                    "label": in_each_language(labels.loc[set_id], "label"),
                    "place": names[place],
                },
                reason=NO_READING if here is None else None,
                support=[*support, *read.get(kind, [])],
            )
    tables = {"disputed_verdicts": disputed_verdicts(case)} if disputes else {}
    return ledger.results(reading_bands=bands, **tables)


def disputed_verdicts(case: Case, coders: Sequence[str] | None = None) -> pd.DataFrame:
    """Return every verdict by the codings of each doubter, beside that of the settlement.

    Parameters
    ----------
    coders : sequence of str, optional
        Doubters; all of the case if not given.

    Returns
    -------
    DataFrame, one row a doubter, place and element or indicator
        ``coder, set_id, place, verdict, verdict_after, n_for, n_for_after, n_against, n_against_after``.
    """
    named, values = ["set_id", "place"], ["verdict", "n_for", "n_against"]
    before = indicators.verdicts(indicators.gather(case))[[*named, *values]]
    tables = []
    for one in doubters(case) if coders is None else coders:
        after = indicators.verdicts(indicators.gather(disputed(case, coder=one)))[[*named, *values]]
        both = before.merge(after, on=named, suffixes=("", "_after"), validate="1:1")
        tables.append(both.assign(coder=one))
    columns = ["coder", *named, *(name for one in values for name in (one, f"{one}_after"))]
    return pd.concat(tables, ignore_index=True)[columns] if tables else pd.DataFrame(columns=columns)


def _looked_at(material: indicators.Material, set_id: str, place: str) -> list[Under]:
    """The rows of a verdict by another coder: weighed by that reading, not in the case's own number."""
    return [
        Under(one.table, frozenset(), one.counted | one.looked_at, one.defines)
        for one in indicators.support_of_verdict(material, set_id, place)
    ]


def _second_under(coder: str, both: Sequence[indicators.Material], set_id: str, place: str) -> list[Under]:
    """The rows of a verdict, as settled or by a doubter, that the doubter coded: weighed by that reading only."""
    case = both[0].case
    seen = pd.concat([one.rows[(one.rows["set_id"] == set_id) & (one.rows["scope"] == place)] for one in both])
    second = case.second_codings
    mine = second[(second["coder"] == coder) & second["evidence_id"].isin(seen["evidence_id"])]
    named = indicators.actors_of(case)
    return [
        under("second_codings", looked_at=row_ids("second_codings", mine)),
        under("evidence", looked_at=mine["evidence_id"]),
        under("evidence_actors", looked_at=[one for row in set(mine["evidence_id"]) for one in named.get(row, [])]),
    ]


def _programme_under(material: indicators.Material, set_id: str, place: str) -> list[Under]:
    """The ties by which rows of a verdict speak of the programme of the settings, and the programme."""
    ties = ties_of_programme(material.case)
    here = material.part(place=place, set_id=set_id).rows["evidence_id"]
    programme = material.case.settings.programme
    mine = ties.loc[ties["evidence_id"].isin(here), "tie_id"]
    return [under("ties", looked_at=mine), under("programmes", defines=[programme] if programme else [])]


def _resamples(case: Case) -> pd.DataFrame:
    """The values of the indicators in every bootstrap world."""
    material = indicators.gather(case)
    weights = poisson_weights(
        sorted(material.rows["event_id"].unique()), case.settings.resamples, seed=case.settings.seed
    )
    worlds = indicators.in_worlds(material, weights)
    names = worlds["set_id"] + "." + worlds["place"] + "."
    label = "resample " + (worlds["world"] + 1).astype("str")
    parts = [
        pd.DataFrame(
            {"reading": label, "kind": "resample", "fact_id": names + name, "value": worlds[name].astype("object")}
        )
        for name in indicators.MEASURED
    ]
    return pd.concat(parts, ignore_index=True)


def _from_robustness(case: Case) -> pd.DataFrame:
    """The verdicts and counts by cut-off and without each source family under them."""
    material = indicators.gather(case)
    table = pd.concat(
        [indicators.robustness(material), indicators.on_programme(material, indicators.verdicts(material))]
    )
    table = table[table["kind"].isin(["cut-off", "source", indicators.PROGRAMME_ROWS])]
    names = table["set_id"] + "." + table["place"] + "."
    parts = [
        table[["reading", "kind"]].assign(fact_id=names + name, value=table[name].astype("object"))
        for name in ("verdict", "n_for", "n_against")
    ]
    return pd.concat(parts, ignore_index=True)
