"""Does a README say what was computed: its marked blocks and its picture, made from the results."""

from __future__ import annotations

import re
from pathlib import Path

from . import facts, findings
from .fingerprint import of_bytes
from .loaders.case import read_case
from .words import SOURCE_LANGUAGE, Reader, languages, reader

PICTURE = "docs/figures/network.{language}.png"
_LEAST = 8  # pairs from which on a stakeholder is named in the picture


def readmes(case_folder: Path) -> dict[str, Path]:
    """Return the READMEs of a case by language: ``README.md``, which is English, and ``README.<language>.md``."""
    names = {one: "README.md" if one == SOURCE_LANGUAGE else f"README.{one}.md" for one in languages()}
    return {one: case_folder / name for one, name in names.items() if (case_folder / name).is_file()}


def pasted(text: str, case_folder: Path, language: str) -> str:
    """Return a README with its marked blocks and the words of its picture made anew from the results of a case.

    A block stands between ``<!-- name:begin -->`` and ``<!-- name:end -->``; names are "findings" and "numbers". A README
    without a block is left as it is.
    """
    say = reader(language)
    for name, made in {"findings": _findings, "numbers": _numbers}.items():
        begin, end = f"<!-- {name}:begin -->", f"<!-- {name}:end -->"
        if begin in text and end in text:
            before, rest = text.split(begin, 1)
            text = f"{before}{begin}\n{made(case_folder, say)}\n{end}{rest.split(end, 1)[1]}"
    link = PICTURE.format(language=language)
    if link in text:
        alt = picture(case_folder, language)[1]
        text = re.sub(rf"!\[[^\]]*\]\({re.escape(link)}", lambda _: f"![{alt}]({link}", text)
    return text


def _findings(case_folder: Path, say: Reader) -> str:
    head = findings.headings(say)
    lines = ["| " + " | ".join(head) + " |", "|" + " --- |" * len(head)]
    for one in findings.indicators(case_folder, say):
        cells = [one.indicator, one.place, one.events, one.families, one.share, one.verdict, one.qualifier]
        lines.append("| " + " | ".join(cells) + " |")
    return "\n".join([*lines, "", *(f"- {text}" for text in findings.change_of_prevalence(case_folder, say))])


def _numbers(case_folder: Path, say: Reader) -> str:
    """The size of the material as one sentence."""
    found = findings.facts(case_folder)
    names = ("sources", "evidence", "stakeholders", "ties", "codings")
    return say(
        "{sources} sources, {evidence} evidence rows, {stakeholders} stakeholders, {ties} reports of ties, {codings} codings by all coders and the settlement.",
        **{name: int(found[f"n_{name}"]["value"]) for name in names},
    )


def picture(case_folder: Path, language: str) -> tuple[bytes, str]:
    """Return the network of a case as PNG, and its alternative text."""
    from .network.layout import layout, pairs
    from .plots import network, style

    case, say = read_case(case_folder), reader(language)
    own = case.evidence.loc[case.evidence["source_id"].isin(case.settings.own_sources), "evidence_id"]
    joined = pairs(case.ties[~case.ties["evidence_id"].isin(own)])
    rows = case.evidence_actors.merge(case.evidence[["evidence_id", "source_id"]]).merge(
        case.sources[["source_id", "source_family"]]
    )
    rows = rows[~rows["source_id"].isin(case.settings.own_sources)]
    families = rows.groupby("stakeholder_id")["source_family"].nunique()
    stakeholders = case.stakeholders.assign(
        n_families=case.stakeholders["stakeholder_id"].map(families).fillna(0).astype(int)
    )
    fig, ax = style.figure(18, 12)
    network.network_map(layout(joined, seed=case.settings.seed), joined, stakeholders, least=_LEAST, say=say, ax=ax)
    alt = network.network_map_alt(joined, stakeholders, say=say)
    told = say("ties of all relations, programmes and years; rows of the document under examination left out")
    made_from = facts.stamp(case, told, "n_ties", "n_stakeholders", seed=case.settings.seed)
    return style.figure_bytes(fig, alt=alt, stamp=made_from), alt


def write(case_folder: Path) -> list[Path]:
    """Write blocks and pictures into the READMEs of a case; return the files whose bytes are new."""
    changed = []
    for language, path in readmes(case_folder).items():
        found = {path: pasted(path.read_text(encoding="utf-8"), case_folder, language).encode()}
        image = case_folder / PICTURE.format(language=language)
        if image.is_file():
            found[image] = picture(case_folder, language)[0]
        for one, content in found.items():
            if of_bytes(one.read_bytes()) != of_bytes(content):
                one.write_bytes(content)
                changed.append(one)
    return changed


if __name__ == "__main__":
    for file in write(Path(".")):
        print(file)
