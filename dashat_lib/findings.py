"""The findings as they stand in data/processed, said in the reader's language. Reads CSV only: no pandas."""

from __future__ import annotations

import csv
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from .errors import message
from .fingerprint import PROCESSED
from .words import Reader


@dataclass(frozen=True)
class Finding:
    """One indicator at one place, ready to print: every cell is text in the reader's language."""

    indicator: str
    place: str
    events: str
    families: str
    share: str
    verdict: str
    qualifier: str


def headings(say: Reader) -> list[str]:
    """Return the headings of the columns of :class:`Finding`."""
    return [
        say("Indicator"), say("Place"), say("Events for / against"), say("Source families"),
        say("Share for (Wilson 95 %)"), say("Verdict"), say("Read with care"),
    ]  # fmt: skip


_MACHINES = message("All codings and their settlement were machine-assisted.")
_SOME_MACHINES = message("Some codings were machine-assisted, others made by people.")
_OWN = message("The document under examination stands in no test.")


def first_language(case_folder: Path) -> str:
    """Return the reader's language of a case."""
    found = tomllib.loads((case_folder / "dashat.toml").read_text(encoding="utf-8-sig"))
    return str(found["languages"][0])


def _rows(case_folder: Path, folder: Path, name: str) -> list[dict[str, str]]:
    with (case_folder / folder / name).open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def cautions(case_folder: Path, say: Reader) -> list[str]:
    """Return what to bear in mind with every finding: who coded, and that a document under examination does not test itself."""
    types = {row["coder_type"] for row in _rows(case_folder, Path("data/raw"), "coders.csv")}
    settings = tomllib.loads((case_folder / "dashat.toml").read_text(encoding="utf-8-sig"))
    found = [say(_MACHINES if types == {"machine"} else _SOME_MACHINES)] if "machine" in types else []
    return [*found, *([say(_OWN)] if settings.get("own_sources") else [])]


def indicators(case_folder: Path, say: Reader) -> list[Finding]:
    """Return the indicators as a whole, each at each place, from the stored verdicts."""
    places = {row["place"]: row["name"] for row in _rows(case_folder, Path("data/raw"), "places.csv")}
    return [
        _finding(row, places, say)
        for row in _rows(case_folder, PROCESSED, "indicator_verdicts.csv")
        if not row["element_id"]
    ]


def _finding(row: dict[str, str], places: dict[str, str], say: Reader) -> Finding:
    share = "–"
    if row["share_for"]:
        low, middle, high = (say.number(float(row[name]), 2) for name in ("lower", "share_for", "upper"))
        share = f"{middle} [{low}–{high}]"
    return Finding(
        indicator=row.get(f"label_{say.language}") or row["label_en"],
        place=places.get(row["place"], row["place"]),
        events=f"{row['n_for']} / {row['n_against']}",
        families=row["n_families"],
        share=share,
        verdict=say.label("verdict", row["verdict"]),
        qualifier=", ".join(marks(row, say)),
    )


def marks(row: Mapping[str, object], say: Reader) -> list[str]:
    """Return the qualifiers of a verdict in words; a fragile one names the sources without which it turns.

    Parameters
    ----------
    row : mapping
        ``qualifier`` and ``fragile_sources`` of ``indicator_verdicts``.
    """
    found = []
    for mark in str(row["qualifier"] if isinstance(row["qualifier"], str) else "").split(";"):
        sources = row.get("fragile_sources")
        if mark == "fragile" and isinstance(sources, str) and sources:
            found.append(say("fragile: {sources}", sources=say.list(sources.split(";"))))
        elif mark:
            found.append(say.label("qualifier", mark))
    return found


def facts(case_folder: Path) -> dict[str, dict[str, str]]:
    """Return the stored facts by their id."""
    return {row["fact_id"]: row for row in _rows(case_folder, PROCESSED, "facts.csv")}


def change_of_prevalence(case_folder: Path, say: Reader) -> list[str]:
    """Return one sentence for each change of prevalence in points that the study defines, survey and weighing apart, each once."""
    how = "how" if say.language == "en" else f"how_{say.language}"
    sentences: list[str] = []
    told: set[str] = set()
    for row in facts(case_folder).values():
        if (
            not row["fact_id"].startswith("prevalence_change_")
            or row["unit"] != "percentage points"
            or row[how] in told
        ):
            continue
        told.add(row[how])
        if not row["value"]:
            sentences.append(say("{what} undefined ({reason}).", what=row[how], reason=row["reason"]))
            continue
        value, low, high = (float(row[name]) for name in ("value", "lower", "upper"))
        if low == high:
            sentences.append(say("{what} {value} percentage points.", what=row[how], value=say.number(value, 2)))
        else:
            sentences.append(
                say("{what} {value} percentage points at the highest values; {low} to {high} between all values of the two years.",
                    what=row[how], value=say.number(value, 2), low=say.number(low, 2), high=say.number(high, 2))
            )  # fmt: skip
    return sentences
