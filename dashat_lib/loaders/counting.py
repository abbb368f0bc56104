"""How did a tool count positions: what its files say, held against what is usual for it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from .positions import Positions, Reading

READINGS = tuple(
    Reading(unit, line_break) for unit in ("code point", "UTF-16 unit") for line_break in ("as stored", "as one")
)
_SHORTEST = 4  # letters that a name needs to be taken for a quote
_CUT = ("...", "…")
# How much worse a reading must do to be ruled out where no quote decides. Borders inside words are weighed where there are many
# and another reading has nearly none: passages do begin inside words, but not three times in four as those of a wrong reading.
_OUTSIDE = 0.1
_MANY_BORDERS, _NEARLY_NONE, _WORSE = 20, 0.1, 1 / 3
_MOSTLY = 0.5  # borders inside words: more than any coder leaves


@dataclass(frozen=True)
class Ranges:
    """The ranges of one text as the file holds them.

    Attributes
    ----------
    raw : str
        The text, line breaks as stored.
    starts, ends : sequences of int
    quotes : sequence of str or None
        What the tool calls each range: often the beginning of its text.
    """

    raw: str
    starts: Sequence[int]
    ends: Sequence[int]
    quotes: Sequence[str | None] = ()


@dataclass
class Fit:
    """How well a reading does, over the ranges whose place depends on the reading.

    Attributes
    ----------
    quotes, exact : int
        Names that are the text at the place, or its beginning; those of them that are it letter for letter.
    outside : int
        Ranges that lie outside the text or begin or end inside a character.
    in_word, borders : int
        Borders inside a word, of so many.
    """

    quotes: int = 0
    exact: int = 0
    outside: int = 0
    in_word: int = 0
    borders: int = 0


@dataclass(frozen=True)
class Choice:
    """The reading that was chosen.

    Attributes
    ----------
    reading : Reading
    n : int
        Ranges whose place depends on the reading.
    fit : Fit
        Of the reading chosen.
    doubtful : bool
        Another reading gives other places and does as well; the usual one was taken.
    """

    reading: Reading
    n: int = 0
    fit: Fit = field(default_factory=Fit)
    doubtful: bool = False

    @property
    def poor(self) -> bool:
        """The reading is the best, and yet many ranges lie outside the text, or most borders inside a word."""
        fit = self.fit
        return fit.outside > _OUTSIDE * self.n or (fit.borders >= _MANY_BORDERS and fit.in_word > _MOSTLY * fit.borders)


def choose(texts: Iterable[Ranges], usual: Reading) -> Choice:
    """Choose how a tool counted: as usual, unless the texts rule that out.

    A reading is ruled out by another under which more names are quotes; else by one under which clearly fewer ranges lie outside
    the text; else by one under which clearly fewer begin or end inside a word.
    """
    readings = (usual, *(one for one in READINGS if one != usual))
    fits = {one: Fit() for one in readings}
    places = dict.fromkeys(readings, 0)  # a fingerprint: readings with the same one give the same places
    n = 0
    for text in texts:
        if not len(text.starts) or not _depends(text.raw):
            continue
        n += _weigh(text, fits, places)
    left = _left(readings, fits, n)
    chosen = left[0]
    return Choice(chosen, n, fits[chosen], any(places[one] != places[chosen] for one in left))


def _depends(raw: str) -> bool:
    return "\r\n" in raw or (not raw.isascii() and len(raw.encode("utf-16-le", "surrogatepass")) > 2 * len(raw))


def _weigh(text: Ranges, fits: dict[Reading, Fit], places: dict[Reading, int]) -> int:
    starts, ends = (np.clip(one, -1, 2 * len(text.raw) + 1).tolist() for one in (text.starts, text.ends))
    found = {}
    for one in fits:
        positions = Positions(text.raw, one)
        first, last, torn = positions.convert(starts, ends)
        found[one] = first, last, ~torn & positions.inside(starts, ends)
        places[one] = hash((places[one], first.tobytes(), last.tobytes()))
    usual, *others = found.values()
    differs = np.zeros(len(starts), dtype=bool)
    for first, last, _ in others:
        differs |= (first != usual[0]) | (last != usual[1])
    lf = positions.text
    within = _within_words(lf)
    for one, (first, last, inside) in found.items():
        fit = fits[one]
        fit.outside += int((differs & ~inside).sum())
        good = np.flatnonzero(differs & inside & (last > first))
        fit.in_word += int(within[first[good]].sum() + within[last[good]].sum())
        fit.borders += 2 * len(good)
        if text.quotes:
            for at in good.tolist():
                said = _said(text.quotes[at])
                if len(said) >= _SHORTEST:
                    there = lf[first[at] : min(last[at], first[at] + 2 * len(said) + 20)]
                    fit.quotes += " ".join(there.split()).startswith(" ".join(said.split()))
                    fit.exact += there.startswith(said)
    return int(differs.sum())


def _within_words(text: str) -> NDArray:
    """Say of each border of a text whether it lies inside a word; there is one more border than characters."""
    word = np.fromiter(map(str.isalnum, text), dtype=bool, count=len(text))
    within = np.zeros(len(text) + 1, dtype=bool)
    within[1:-1] = word[:-1] & word[1:]
    return within


def _said(name: str | None) -> str:
    """Return the name of a range as the quote that it may be, without the marks that it was cut off."""
    said = name or ""
    for mark in _CUT:
        said = said.removesuffix(mark)
    return said.strip()


def _left(readings: Sequence[Reading], fits: dict[Reading, Fit], n: int) -> list[Reading]:
    """Return the readings that nothing rules out, the usual one first if it is among them."""
    most = max(fit.quotes for fit in fits.values())
    left = [one for one in readings if fits[one].quotes == most]
    # Names are often stripped, so the usual reading need not have the most that are exact; another must have as many.
    exact = fits[left[0]].exact if left[0] == readings[0] else max(fits[one].exact for one in left)
    left = [one for one in left if fits[one].exact >= exact]
    least = min(fits[one].outside for one in left)
    left = [one for one in left if fits[one].outside - least < max(1, _OUTSIDE * n)]
    if n and all(fits[one].borders >= _MANY_BORDERS for one in left):
        share = {one: fits[one].in_word / fits[one].borders for one in left}
        best = min(share.values())
        if best <= _NEARLY_NONE:
            left = [one for one in left if share[one] - best < _WORSE]
    return left
