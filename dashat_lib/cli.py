"""The command ``dashat``: parse, call one public function, print."""

from __future__ import annotations

import itertools
import json
import os
import re
import sys
import time
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from .errors import DashatError, Problem
from .words import Reader, languages, reader

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="Stakeholder collaboration, from evidence rows to verdicts: no number without evidence.",
)
_MOST_MOVED = 10
_SPEAKING: list[Reader] = []  # the reader of the command that runs, for what `main` has to say when it is refused
CaseFolder = Annotated[
    Path, typer.Argument(help="Folder of the case (it holds dashat.toml).", show_default="this folder")
]
Language = Annotated[str | None, typer.Option("--lang", envvar="DASHAT_LANG", help="Language of the output: en or id.")]


def _language(lang: str | None) -> str | None:
    if lang is not None and lang not in languages():
        raise typer.BadParameter(f"{lang!r} is none of {', '.join(languages())}.", param_hint="--lang")
    return lang


def _speak(lang: str | None, case: Path) -> Reader:
    """The reader of the language asked for, else of the first of the case; what the command is refused for comes in it too."""
    from . import findings

    chosen = _language(lang)
    if chosen is None:
        try:
            chosen = findings.first_language(case)
        except (OSError, ValueError, LookupError, TypeError):
            chosen = "en"  # no case, or none that says: it is refused where it is read
    _SPEAKING[:] = [reader(chosen if chosen in languages() else "en")]
    return _SPEAKING[0]


@app.callback()
def _all() -> None:
    """Stakeholder collaboration, from evidence rows to verdicts: no number without evidence."""


@app.command()
def check(
    case: CaseFolder = Path("."),
    as_json: Annotated[bool, typer.Option("--json", help="Print the problems as JSON.")] = False,
    lang: Language = None,
) -> None:
    """Check every table of a case: all problems at once, with file, row, column and mend."""
    from .loaders.case import check_case

    say = reader(_language(lang) or "en")
    problems = check_case(case)
    if as_json:
        print(json.dumps([problem.record(say) for problem in problems], ensure_ascii=False, indent=2))
    else:
        _print(problems, say)
        done = (
            say("All tables are in order.")
            if not problems
            else say.count("{n} problem.", "{n} problems.", len(problems))
        )
        print(done, file=sys.stderr)
        if not problems:
            _print_recodes(case, say)
            _print_notes(case, say)
            _print_stale(case, say)
    raise typer.Exit(1 if problems else 0)


@app.command()
def run(
    case: CaseFolder = Path("."),
    jobs: Annotated[int, typer.Option(min=1, help="Notebooks that run at a time.")] = 2,
    force: Annotated[bool, typer.Option("--force", help="Compute everything again.")] = False,
    lang: Language = None,
) -> None:
    """Check a case, compute all results, run the notebooks and print the findings."""
    from . import findings, pipeline

    say = _speak(lang, case)
    progress = _Bar()
    with progress:
        done = pipeline.run(case, jobs=jobs, force=force, progress=progress)
    if not done.done and not done.changed and not done.problems:
        print(say("Nothing has changed since the last run."), file=sys.stderr)
    _print(done.problems, say)
    if done.moved is not None and len(done.moved):
        _print_moved(done.moved, say)
    table = Table(*findings.headings(say), title=say("Are the indicators met?"))
    for one in findings.indicators(case, say):
        table.add_row(one.indicator, one.place, one.events, one.families, one.share, one.verdict, one.qualifier)
    console = Console(width=None if sys.stdout.isatty() else 140)
    console.print(table)
    for sentence in findings.change_of_prevalence(case, say):
        console.print(sentence)
    for sentence in findings.cautions(case, say):
        console.print(sentence)
    raise typer.Exit(1 if done.problems else 0)


@app.command()
def why(
    name: Annotated[str, typer.Argument(help="A fact, a claim, or a pattern such as 'n_rows.*'.")],
    case: Annotated[Path, typer.Option("--case", help="Folder of the case.", show_default="this folder")] = Path("."),
    every: Annotated[bool, typer.Option("--all", help="Show every row, not only the first twelve.")] = False,
    as_csv: Annotated[
        bool, typer.Option("--csv", help="Print the chain as CSV: one line a row, with its source.")
    ] = False,
    lang: Language = None,
) -> None:
    """Show the chain from a number or a claim down to its rows and public sources."""
    from . import pipeline, processed, provenance
    from .loaders.case import read_case

    say = _speak(lang, case)
    study, results = read_case(case), processed.read_results(case)
    if any(one in name for one in "*?["):
        found = provenance.matching(study, results, name)
        for one in found:
            seen = provenance.told(results, one, say=say) if one in set(results.facts["fact_id"]) else say("claim")
            print(f"{one}\t{seen}")
        raise typer.Exit(0 if found else 1)
    chain = provenance.why(study, results, name, say=say)
    if as_csv:
        sys.stdout.write(processed.csv_bytes(chain.table).decode())
    else:
        print(chain.text(say, most=None if every else 12))
        if not every:
            print(say("Every row: --all; as a table: --csv."), file=sys.stderr)
    changed = provenance.changed_rows(study, pipeline.manifest(case))
    if len(changed):
        print(say("The data have changed since these results were made. Run: dashat run"), file=sys.stderr)


@app.command()
def whatif(
    without: Annotated[
        list[str] | None, typer.Option("--without", metavar="ID", help="A stakeholder that leaves; may be repeated.")
    ] = None,
    with_: Annotated[
        list[str] | None,
        typer.Option(
            "--with",
            metavar="'SOURCE RELATION TARGET [AMOUNT]'",
            help="A tie that is added; 'new-funder' is a funder that the record does not know. May be repeated.",
        ),
    ] = None,
    best: Annotated[bool, typer.Option("--best", help="Show which single tie more would help most.")] = False,
    programme: Annotated[
        str | None, typer.Option("--programme", help="Programme of the added ties; that of the case if not given.")
    ] = None,
    year: Annotated[
        int | None, typer.Option("--year", help="Year of the added ties; the last one if not given.")
    ] = None,
    case: Annotated[Path, typer.Option("--case", help="Folder of the case.", show_default="this folder")] = Path("."),
    every: Annotated[bool, typer.Option("--all", help="Show every fact that moves.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print everything as one JSON object.")] = False,
    lang: Language = None,
) -> None:
    """Show what moves when a stakeholder leaves or a tie is added. Nothing is stored."""
    from . import consequences
    from .loaders.case import read_case

    say = _speak(lang, case)
    if not (without or with_ or best):
        raise typer.BadParameter("name who leaves (--without), what is added (--with), or ask for --best.")
    study = read_case(case)
    if best and not as_json:
        consequences.show_best(study, say)
    if not (without or with_):
        if as_json:
            print(json.dumps({"best": consequences.best(study)}, ensure_ascii=False, allow_nan=False))
        return
    ties = [consequences.parsed(one, programme=programme, year=year) for one in with_ or []]
    after = consequences.supposed(study, without=without or [], ties=ties)
    if as_json:
        found = consequences.record(study, after, gone=without or [])
        found |= {"best": consequences.best(study)} if best else {}
        print(json.dumps(found, ensure_ascii=False, allow_nan=False))
    else:
        consequences.show(study, after, say, gone=without or [], every=every)


@app.command()
def measures(
    folder: Annotated[Path, typer.Argument(help="Folder with nodes.csv, edges.csv and meta.json.", show_default=False)],
    as_json: Annotated[bool, typer.Option("--json", help="Print everything as one JSON object.")] = False,
    group: Annotated[str | None, typer.Option("--group", help="Attribute of the nodes that groups them.")] = None,
    stack: Annotated[bool, typer.Option("--stacked", help="Add a network of all relations, weights summed.")] = False,
    quick: Annotated[bool, typer.Option("--quick", help="Leave out what needs all shortest paths.")] = False,
    lang: Language = None,
) -> None:
    """Measure the networks of a folder of nodes and edges."""
    from .loaders.networks import read_network
    from .network import views

    say = reader(_language(lang) or "en")
    found = read_network(folder, stack=stack)
    by = group or found.group
    if by is not None and by not in next(iter(found.networks.values())).nodes:
        raise typer.BadParameter(f"{by!r} is no column of nodes.csv.", param_hint="--group")
    shown = {name: views.view(network, group=by, quick=quick) for name, network in found.networks.items()}
    if as_json:
        print(json.dumps(shown, ensure_ascii=False, allow_nan=False))
    else:
        views.show(shown, found.networks, say)


@app.command()
def template(
    out: Annotated[Path, typer.Argument(help="Workbook to write (.xlsx).", show_default=False)],
    coder: Annotated[str, typer.Option("--coding", metavar="NAME", help="Who will code: the codings bear this name.")],
    rows: Annotated[int, typer.Option("--rows", min=1, help="Rows to draw.")] = 40,
    by: Annotated[
        str, typer.Option("--by", help="What the rows are shared out by: indicator, kind (of source) or place.")
    ] = "indicator",
    shares: Annotated[
        str,
        typer.Option(
            "--shares", help="equal: as many rows of each, as far as there are; proportional: as in the record."
        ),
    ] = "equal",
    seed: Annotated[int | None, typer.Option("--seed", help="Seed of the draw; that of the case if not given.")] = None,
    case: Annotated[Path, typer.Option("--case", help="Folder of the case.", show_default="this folder")] = Path("."),
    force: Annotated[bool, typer.Option("--force", help="Write over a file that is there.")] = False,
    lang: Language = None,
) -> None:
    """Write a blind coding sheet for someone who doubts the coding: texts and codebook, nothing that others decided."""
    from . import disputes
    from .loaders.case import read_case

    say = _speak(lang, case)
    if by not in disputes.BY:
        raise typer.BadParameter(f"{by!r} is none of {', '.join(disputes.BY)}.", param_hint="--by")
    if shares not in disputes.SHARES:
        raise typer.BadParameter(f"{shares!r} is none of {', '.join(disputes.SHARES)}.", param_hint="--shares")
    if out.suffix.lower() != ".xlsx":
        raise typer.BadParameter(f"{out.name!r} does not end in .xlsx.", param_hint="out")
    study = read_case(case)
    chosen = study.settings.seed if seed is None else seed
    drawn = disputes.template(study, out, coder=coder, rows=rows, by=by, shares=shares, seed=chosen, force=force)
    done = say.count("{n} row drawn, seed {seed}.", "{n} rows drawn, seed {seed}.", len(drawn), seed=str(chosen))
    print(f"{out}: {done}", file=sys.stderr)
    for line in disputes.drawn_from(study, drawn, say, by=by):
        print(f"  {line}", file=sys.stderr)


@app.command()
def agreement(
    files: Annotated[
        list[Path],
        typer.Argument(help="A table of ratings, one table a coder, or a filled coding sheet.", show_default=False),
    ],
    as_json: Annotated[bool, typer.Option("--json", help="Print everything as one JSON object.")] = False,
    by: Annotated[str | None, typer.Option("--by", help="'code': each code by itself.")] = None,
    metric: Annotated[
        str, typer.Option("--metric", help="nominal, ordinal, interval, ratio; of sets jaccard or masi.")
    ] = "nominal",
    sets: Annotated[bool, typer.Option("--sets", help="A value is a set of codes, joined by ';'.")] = False,
    unit: Annotated[str | None, typer.Option("--unit", help="Heading of the units.")] = None,
    coder: Annotated[str | None, typer.Option("--coder", help="Heading of the coders.")] = None,
    value: Annotated[str | None, typer.Option("--value", help="Heading of the values.")] = None,
    coder_type: Annotated[
        str | None, typer.Option("--coder-type", help="Who coded: person, machine or mixed; told in the title.")
    ] = None,
    draws: Annotated[int, typer.Option("--draws", min=0, help="Bootstrap draws of an interval.")] = 2000,
    seed: Annotated[int, typer.Option("--seed", help="Seed of the draws.")] = 0,
    case: Annotated[
        Path, typer.Option("--case", help="Folder of the case that a coding sheet is of.", show_default="this folder")
    ] = Path("."),
    keep: Annotated[
        bool, typer.Option("--keep", help="Store the codings of a sheet in data/coders, for dashat run.")
    ] = False,
    force: Annotated[bool, typer.Option("--force", help="With --keep: replace codings of that name.")] = False,
    lang: Language = None,
) -> None:
    """Say how far coders agree: percent, kappas, alpha and AC1, each with an interval or the reason why there is none.

    Of a filled coding sheet also where it differs from the settlement, and which verdicts turn on it.
    """
    from . import reliability, wording
    from .loaders.coding_sheet import is_coding_sheet
    from .loaders.ratings import read_ratings

    say = reader(_language(lang) or "en")
    if metric not in reliability.METRICS:
        raise typer.BadParameter(f"{metric!r} is none of {', '.join(reliability.METRICS)}.", param_hint="--metric")
    if coder_type not in (None, "person", "machine", "mixed"):
        raise typer.BadParameter(f"{coder_type!r} is none of person, machine, mixed.", param_hint="--coder-type")
    if by not in (None, "code"):
        raise typer.BadParameter("only 'code' is known.", param_hint="--by")
    if any(map(is_coding_sheet, files)):
        if len(files) > 1 or sets or metric != "nominal" or unit or coder or value or coder_type:
            raise typer.BadParameter("a coding sheet comes alone: it names its units, coder and values itself.")
        _dispute(case, files[0], lang, as_json=as_json, by=by, draws=draws, seed=seed, keep=keep, force=force)
        return
    if keep:
        raise typer.BadParameter("only a filled coding sheet can be kept.", param_hint="--keep")
    if sets and metric == "nominal":
        metric = "masi"
    sets = sets or metric in ("jaccard", "masi")
    found = read_ratings(files, metric=metric, sets=sets, unit=unit, coder=coder, value=value)
    if by == "code":
        table = reliability.by_code(found.long(), found.table.index, coders=list(found.table), draws=draws, seed=seed)
    else:
        table = reliability.agreement(found.table, metric=metric, draws=draws, seed=seed)
    if as_json:
        from .network.views import plain

        about = {
            "layout": found.layout,
            "sets": found.sets,
            "coders": list(map(str, found.table)),
            "coder_type": coder_type,
            "metric": metric,
            "seed": seed,
        }
        rows = [{key: plain(one) for key, one in row.items()} for row in table.to_dict("records")]
        print(json.dumps({**about, "coefficients": rows}, ensure_ascii=False, allow_nan=False))
        return
    columns = [
        "coefficient",
        "metric",
        "value",
        "lower",
        "upper",
        "n_units",
        "n_unpairable",
        "share_degenerate",
        "reason",
    ]
    shown = wording.shown(
        table, say, columns=(["code"] if by else []) + columns + (["prevalence", "n_uses"] if by else []), digits=3
    )
    kind = say("kind of coders not stated: --coder-type") if coder_type is None else say.label("coder_type", coder_type)
    view = Table(*shown, title=say("Agreement of {coders} ({kind})", coders=say.list(map(str, found.table)), kind=kind))
    for row in shown.itertuples(index=False):
        view.add_row(*row)
    console = Console(width=None if sys.stdout.isatty() else 160)
    console.print(view)
    if coder_type is not None:
        console.print(say.label("coders", coder_type))
    console.print(
        say(
            "Intervals: units drawn again with replacement, {draws} draws, seed {seed}; with few units they are too narrow.",
            draws=draws,
            seed=str(seed),
        )
    )


@app.command()
def report(
    case: CaseFolder = Path("."),
    out: Annotated[
        Path | None, typer.Option("--out", help="Folder to write to; reports/ of the case if not given.")
    ] = None,
    lang: Annotated[
        str | None, typer.Option("--lang", help="Languages, such as id,en; those of the case if not given.")
    ] = None,
    excel: Annotated[
        bool, typer.Option("--excel", help="CSV with semicolons, byte order mark and decimal commas.")
    ] = False,
    force: Annotated[bool, typer.Option("--force", help="Overwrite what is there.")] = False,
) -> None:
    """Write the data displays as HTML, as a workbook and as CSV: a cell leads to its rows, a row to its document."""
    from .loaders.case import read_case
    from .report import written

    asked = [_language(one.strip()) or "en" for one in lang.split(",")] if lang else []
    _speak(asked[0] if asked else None, case)
    study = read_case(case)
    chosen = asked or study.settings.languages
    folder = out if out is not None else case / "reports"
    for path in written.write_displays(study, folder, languages=chosen, excel=excel, force=force):
        print(path)


def _dispute(
    folder: Path, file: Path, lang: str | None, *, as_json: bool, by: str | None, draws: int, seed: int, keep: bool, force: bool
) -> None:  # fmt: skip
    """Say what a filled coding sheet says of a case."""
    from . import disputes
    from .loaders.case import read_case
    from .loaders.coding_sheet import read_coding_sheet

    say = _speak(lang, folder)
    study = read_case(folder)
    sheet = read_coding_sheet(file, study)
    stored = disputes.keep(study, sheet, force=force) if keep else None
    if as_json:
        found = disputes.record(study, sheet, draws=draws, seed=seed)
        print(json.dumps(found, ensure_ascii=False, allow_nan=False))
    else:
        disputes.show(study, sheet, say, each_code=by == "code", draws=draws, seed=seed)
    if stored is not None:
        print(say("Stored as {path}; dashat run reads the verdicts by it too.", path=str(stored)), file=sys.stderr)


@app.command()
def verify(
    study: Annotated[
        Path, typer.Argument(help="Folder of the case, or a bundle (.zip).", show_default="this folder")
    ] = Path("."),
    jobs: Annotated[int, typer.Option(min=1, help="Notebooks that run at a time.")] = 2,
    every: Annotated[bool, typer.Option("--all", help="Show every difference.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print everything as one JSON object.")] = False,
    lang: Language = None,
) -> None:
    """Compute a study again, apart, and compare it with what is stored: what matches, what differs, in which row."""
    from . import proof

    zipped = study.is_file()
    say = _speak(lang, Path(".") if zipped else study)
    with _Bar(lines=True) as progress:
        found = proof.of(study, jobs=jobs, progress=progress)
    if as_json:
        print(json.dumps(proof.record(found, say), ensure_ascii=False, indent=2))
    else:
        proof.show(found, say, every=every)
    raise typer.Exit(0 if found.fine else 1)


@app.command(name="import")
def import_(
    file: Annotated[
        Path, typer.Argument(help="File of a coding program; of QualCoder the folder.", show_default=False)
    ],
    beside: Annotated[
        list[Path] | None,
        typer.Option("--with", help="Another coder's export of the same project, to be merged; may be repeated."),
    ] = None,
    to: Annotated[Path | None, typer.Option("--to", help="Write a case into this new folder.")] = None,
    summary: Annotated[bool, typer.Option("--summary", help="Print counts as one JSON object.")] = False,
    texts: Annotated[
        bool,
        typer.Option(
            "--texts", help="With --summary or --to: also what participants said, and names of people and documents."
        ),
    ] = False,
    format: Annotated[
        str | None, typer.Option("--format", help="Read as this format, where a file could be two things.")
    ] = None,
    project: Annotated[
        str | None, typer.Option("--project", help="Which project, where a database holds several.")
    ] = None,
    stance: Annotated[
        str, typer.Option("--stance", help="With --to: the stance of every coding: neutral, for or against.")
    ] = "neutral",
    place: Annotated[str, typer.Option("--place", help="With --to: the place of the case.")] = "unspecified",
    date: Annotated[
        str | None, typer.Option("--date", help="With --to: the date, month or year of all rows, such as 2024-03.")
    ] = None,
    lang: Language = None,
) -> None:
    """Read a file of NVivo, MAXQDA, ATLAS.ti, QualCoder, Taguette, RQDA ...; say what was read, what was changed, what could not be."""
    from . import handover
    from .coded_project.to_case import to_case

    if stance not in ("neutral", "for", "against"):
        raise typer.BadParameter(f"{stance!r} is none of neutral, for, against.", param_hint="--stance")
    if date is not None and not re.fullmatch(r"\d{4}(-\d{2}){0,2}", date):
        raise typer.BadParameter(f"{date!r} is no date of the form 2024, 2024-03 or 2024-03-22.", param_hint="--date")
    say = _speak(lang, Path("."))
    if to is not None:
        handover.check_new(to)
    with _Counter() as progress:
        found = handover.read(file, *(beside or []), format=format, project=project, progress=progress)
    if summary:
        print(json.dumps(found.summary(texts=texts, say=say), ensure_ascii=False, indent=2))
        return
    handover.show(found, say, *(beside or []))
    handover.show_report(found.load_report, say, say("Told while it was read"))
    if to is not None:
        made = to_case(found, texts=texts, stance=stance, place=place, date=date)
        made.write(to)
        handover.show_report(made.report, say, say("Told while the case was made"))
        print(say("The case is in {folder}. Next: dashat check {folder}", folder=str(to)))


@app.command()
def export(
    out: Annotated[
        Path, typer.Argument(help="What to write: NAME.qdpx, NAME.qdc, NAME.xlsx or a folder.", show_default=False)
    ],
    source: Annotated[
        Path,
        typer.Option("--from", help="Folder of a case, or a file of a coding program.", show_default="this folder"),
    ] = Path("."),
    no_texts: Annotated[
        bool, typer.Option("--no-texts", help="Without what participants said and coders wrote; people are numbered.")
    ] = False,
    force: Annotated[bool, typer.Option("--force", help="Overwrite what is there.")] = False,
    lang: Language = None,
) -> None:
    """Write codings for other programs: REFI-QDA project or codebook, Excel, CSV; say what they cannot hold."""
    from . import handover

    say = _speak(lang, source if source.is_dir() else Path("."))
    told = handover.export(source, out, language=say.language, force=force, texts=not no_texts)
    handover.show_report(told, say, say("Changed or lost"))
    print(say("Written: {path}", path=str(out)))


@app.command()
def bundle(
    out: Annotated[Path, typer.Argument(help="Zip to write.", show_default=False)],
    case: Annotated[Path, typer.Option("--case", help="Folder of the case.", show_default="this folder")] = Path("."),
    jobs: Annotated[int, typer.Option(min=1, help="Notebooks that run at a time.")] = 2,
    force: Annotated[bool, typer.Option("--force", help="Overwrite what is there.")] = False,
    lang: Language = None,
) -> None:
    """Write the study as one zip for an examiner, who verifies it with: dashat verify FILE.zip."""
    from . import bundle as bundles
    from . import proof

    say = _speak(lang, case)
    with _Bar(lines=True) as progress:
        made = bundles.bundle(case, out, force=force, jobs=jobs, progress=progress)
    proof.show_bundle(made, say)


@app.command()
def doctor(lang: Language = None) -> None:
    """Say what this installation lacks and the line that mends it."""
    from .doctor import examine

    say = reader(_language(lang) or "en")
    found = examine()
    for one in found:
        print(one.render(say))
    if not found:
        print(say("Nothing is missing."), file=sys.stderr)
    raise typer.Exit(1 if found else 0)


def _print_moved(moved: Any, say: Reader) -> None:
    """Say what moved since the last run: verdicts first, then the first numbers."""
    values = moved[moved["part"].isin(["value", "fact"])]
    order = values.assign(last=values["kind"] != "verdict").sort_values("last", kind="stable")
    print(
        say.count("{n} fact moved since the last run:", "{n} facts moved since the last run:", len(values)),
        file=sys.stderr,
    )
    for one in order.head(_MOST_MOVED).to_dict("records"):
        before, after = (_shown(one[end], say) for end in ("before", "after"))
        print(f"  {one['name']}: {before} → {after}", file=sys.stderr)
    if len(order) > _MOST_MOVED:
        print("  " + say.count("{n} more.", "{n} more.", len(order) - _MOST_MOVED), file=sys.stderr)


def _shown(value: Any, say: Reader) -> str:
    if value is None or value != value:
        return "–"
    return say.label("verdict", value) if isinstance(value, str) else say.number(round(float(value), 4))


def _print_recodes(case: Path, say: Reader) -> None:
    """Say what each recode does."""
    from . import recodes
    from .loaders.case import preview_recodes

    for sentence in recodes.told(preview_recodes(case), say):
        print(sentence, file=sys.stderr)


def _print_notes(case: Path, say: Reader) -> None:
    """Say which facts that claims hang on come to nothing because of how they are defined."""
    from . import claims
    from .loaders.case import read_case

    for problem in claims.notes(claims.Reckoning(read_case(case))):
        print(problem.render(say), file=sys.stderr)


def _print_stale(case: Path, say: Reader) -> None:
    """Say what rows that changed since the last run touch."""
    from . import pipeline, provenance
    from .loaders.case import read_case

    try:
        manifest = pipeline.manifest(case)
    except DashatError:
        return  # never run: nothing is stale
    study = read_case(case)
    changed = provenance.changed_rows(study, manifest)
    if changed.empty:
        return
    touched = provenance.stale(study, manifest)
    print(
        say.count("{n} row changed since the last run:", "{n} rows changed since the last run:", len(changed)),
        file=sys.stderr,
    )
    for one in changed.head(_MOST_MOVED).itertuples():
        print(f"  {one.table}.csv {one.row_id} ({say.label('change', one.change)})", file=sys.stderr)
    surely = touched[touched["touch"] == provenance.UNDER]
    for kind, names in surely.groupby("kind", sort=False)["name"]:
        shown = list(names.head(_MOST_MOVED))
        more = f" … +{len(names) - len(shown)}" if len(names) > len(shown) else ""
        print(f"{say.label('output', kind)}: {', '.join(shown)}{more}", file=sys.stderr)
    print(say("dashat run makes them anew."), file=sys.stderr)


class _Bar:
    """A rich progress bar on stderr that names what runs, or a line a step; imports rich's progress only when there is something to do."""

    def __init__(self, *, lines: bool = False) -> None:
        self._running: list[str] = []
        self._progress: Any = None
        self._lines = lines and not sys.stderr.isatty()  # one line a step where no bar can be seen
        self._done, self._total = 0, 0

    def __enter__(self) -> _Bar:
        return self

    def __exit__(self, *error: object) -> None:
        if self._progress is not None:
            self._progress.stop()

    def steps(self, total: int) -> None:
        if self._lines:
            self._done, self._total = 0, total
            return
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

        if self._progress is not None:
            self._progress.stop()
        columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
        self._progress = Progress(*columns, console=Console(stderr=True), transient=True)
        self._task = self._progress.add_task("", total=total)
        self._progress.start()

    def begin(self, name: str) -> None:
        if self._lines:
            self._done += 1
            print(f"{self._done}/{self._total} {name}", file=sys.stderr, flush=True)
        self._running.append(name)
        self._show()

    def end(self, name: str) -> None:
        self._running.remove(name)
        self._show(advance=1)

    def _show(self, advance: int = 0) -> None:
        if self._progress is not None:
            self._progress.update(self._task, description=", ".join(self._running), advance=advance)


class _Counter:
    """A progress bar on stderr for what is read for long: called with a word, how many are done, how many there are."""

    _PATIENCE = 1.5  # seconds before a bar is shown

    def __init__(self) -> None:
        self._begun, self._progress, self._tasks = time.monotonic(), None, {}  # type: Any, Any, dict[str, Any]

    def __enter__(self) -> _Counter:
        return self

    def __exit__(self, *error: object) -> None:
        if self._progress is not None:
            self._progress.stop()

    def __call__(self, what: str, done: int, total: int) -> None:
        if self._progress is None:
            if time.monotonic() - self._begun < self._PATIENCE or not sys.stderr.isatty():
                return
            from rich.progress import Progress

            self._progress = Progress(console=Console(stderr=True), transient=True)
            self._progress.start()
        if what not in self._tasks:
            self._tasks[what] = self._progress.add_task(what)
        self._progress.update(self._tasks[what], completed=done, total=total or None)


def _print(problems: list[Problem], say: object) -> None:
    for problem in problems:
        print(problem.render(say))  # type: ignore[arg-type]


def _asked_for(words: list[str]) -> Reader:
    """The reader of the language that the command line or DASHAT_LANG names; English if neither does."""
    named = [word.partition("=")[2] for word in words if word.startswith("--lang=")]
    named += [after for word, after in itertools.pairwise(words) if word == "--lang"]
    lang = [*named, os.environ.get("DASHAT_LANG", "en")][0]
    return reader(lang if lang in languages() else "en")


def main() -> None:
    """Run the command; what dashat refuses is shown as plain lines, in the language the command speaks, with exit code 1."""
    _SPEAKING.clear()
    try:
        app(prog_name="dashat")
    except DashatError as error:
        say = _SPEAKING[0] if _SPEAKING else _asked_for(sys.argv[1:])
        for problem in error.problems:
            print(problem.render(say), file=sys.stderr)
        sys.exit(1)


if __name__ == "__main__":
    main()
