"""What a measure says, when it misleads, its unit and its source, in the reader's language."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib import resources

from ..words import Reader, reader

ENGLISH = reader("en")
KIND = "card"


@dataclass(frozen=True)
class Card:
    """A measure explained."""

    name: str
    title: str
    says: str
    misleads: str
    unit: str
    source: str


@cache
def texts() -> dict[str, dict[str, str]]:
    """Return the English texts of all cards, measure -> part -> text (``cards.toml``)."""
    return tomllib.loads(resources.files(__package__).joinpath("cards.toml").read_text(encoding="utf-8"))


def card(name: str, say: Reader = ENGLISH) -> Card:
    """Return the card of a measure.

    Raises
    ------
    KeyError
        If there is no such measure.
    """
    one = texts()[name]
    said = {part: say.inside(KIND, one[part]) for part in ("says", "misleads", "unit")}
    return Card(name, say.label("measure", name), source=one["source"], **said)
