"""Paste the findings and the network picture into the READMEs, from data/processed and data/raw. ``make readme``."""

from __future__ import annotations

import re
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent.parent
READMES = {"en": HERE / "README.md", "id": HERE / "README.id.md"}
LEAST = 8


def findings_block(language: str) -> str:
    """Return the findings as Markdown."""
    from dashat_lib import findings
    from dashat_lib.words import reader

    say = reader(language)
    head = findings.headings(say)
    lines = ["| " + " | ".join(head) + " |", "|" + " --- |" * len(head)]
    for one in findings.indicators(HERE, say):
        lines.append(
            "| "
            + " | ".join([one.indicator, one.place, one.events, one.families, one.share, one.verdict, one.qualifier])
            + " |"
        )
    return "\n".join([*lines, "", *(f"- {text}" for text in findings.change_of_prevalence(HERE, say))])


def numbers_block(language: str) -> str:
    """Return the size of the material as one sentence."""
    from dashat_lib import findings
    from dashat_lib.words import reader

    say, facts = reader(language), findings.facts(HERE)
    size = {
        name: int(facts[f"n_{name}"]["value"]) for name in ("sources", "evidence", "stakeholders", "ties", "codings")
    }
    return say(
        "{sources} sources, {evidence} evidence rows, {stakeholders} stakeholders, {ties} reports of ties, {codings} codings by all coders and the settlement.",
        **size,
    )


def picture(language: str) -> tuple[bytes, str]:
    """Return the network as PNG, and its alt text."""
    from dashat_lib import facts
    from dashat_lib.loaders.case import read_case
    from dashat_lib.network.layout import layout, pairs
    from dashat_lib.plots import network, style
    from dashat_lib.words import reader

    case, say = read_case(HERE), reader(language)
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
    network.network_map(layout(joined, seed=case.settings.seed), joined, stakeholders, least=LEAST, say=say, ax=ax)
    alt = network.network_map_alt(joined, stakeholders, say=say)
    rows = say("ties of all relations, programmes and years; rows of the document under examination left out")
    made_from = facts.stamp(case, rows, "n_ties", "n_stakeholders", seed=case.settings.seed)
    return style.figure_bytes(fig, alt=alt, stamp=made_from), alt


def pasted(text: str, language: str) -> str:
    """Return a README with its marked blocks made anew."""
    for name, block in {"findings": findings_block(language), "numbers": numbers_block(language)}.items():
        begin, end = f"<!-- {name}:begin -->", f"<!-- {name}:end -->"
        before, rest = text.split(begin)
        text = f"{before}{begin}\n{block}\n{end}{rest.split(end)[1]}"
    return text


def main() -> int:
    """Write the blocks and the pictures."""
    for language, path in READMES.items():
        image, alt = picture(language)
        (HERE / f"docs/figures/network.{language}.png").write_bytes(image)
        text = pasted(path.read_text(encoding="utf-8"), language)
        text = re.sub(r"!\[[^\]]*\]\(docs/figures/network", f"![{alt}](docs/figures/network", text)
        path.write_text(text, encoding="utf-8", newline="\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
