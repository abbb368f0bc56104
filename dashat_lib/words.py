"""Two languages (or more): sentences, labels, numbers and dates in the reader's way.

A sentence is written once, in English, where it is needed; the catalogue ``locale/<language>.po`` holds its translation.
A third language is one more catalogue.
"""

from __future__ import annotations

import io
import tomllib
from collections.abc import Iterable
from datetime import date
from functools import cache
from pathlib import Path

from babel import Locale
from babel.dates import format_date, format_skeleton
from babel.lists import format_list
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.numbers import format_decimal
from babel.support import NullTranslations, Translations

CATALOGUES = Path(__file__).parent / "locale"
SOURCE_LANGUAGE = "en"


@cache
def labels() -> dict[str, dict[str, str]]:
    """Return the one place for the words of tables, kind -> key -> English label (``locale/labels.toml``)."""
    with (CATALOGUES / "labels.toml").open("rb") as file:
        return tomllib.load(file)


class Reader:
    """One language: call it with a sentence to have it said in that language.

    >>> say = reader("id")
    >>> say.number(4.2)
    '4,2'
    >>> say.date("2024-03")
    'Maret 2024'
    """

    def __init__(self, language: str, translations: NullTranslations):
        self.language = language
        self.locale = Locale.parse(language)
        self._translations = translations

    def __call__(self, text: str, **values: object) -> str:
        """Translate `text` and fill its ``{names}``; numbers among the values are written in the reader's way."""
        return self._translations.ugettext(text).format(**self._shown(values))

    def count(self, singular: str, plural: str, n: int, **values: object) -> str:
        """Translate a sentence that hangs on a number; ``{n}`` is the number."""
        return self._translations.ungettext(singular, plural, n).format(**self._shown({"n": n, **values}))

    def label(self, kind: str, key: str) -> str:
        """Return the label of a value, e.g. ``label("sector", "government")``; an unknown value is shown as it is."""
        text = labels().get(kind, {}).get(key)
        return key if text is None else self._translations.upgettext(kind, text)

    def inside(self, context: str, text: str) -> str:
        """Translate a text that stands in a context of its own, such as the cards of measures."""
        return self._translations.upgettext(context, text)

    def number(self, value: float, digits: int | None = None) -> str:
        """Write a number: ``4,2`` in Indonesian, ``4.2`` in English; `digits` decimals exactly, else as many as it has."""
        pattern = None if digits is None else "#,##0" + ("." + "0" * digits if digits else "")
        return format_decimal(value, format=pattern, locale=self.locale, decimal_quantization=digits is not None)

    def percent(self, share: float, digits: int = 0) -> str:
        """Write a share (0-1) as a percentage: ``81 persen``, ``81 %``."""
        return self("{value} %", value=self.number(100 * share, digits))

    def date(self, iso: str) -> str:
        """Write an ISO date, month or year as far as it is known: ``25 November 2026``, ``November 2026``, ``2026``."""
        parts = [int(part) for part in iso.split("-")]
        if len(parts) == 1:
            return iso
        if len(parts) == 2:
            return format_skeleton("yMMMM", date(parts[0], parts[1], 1), locale=self.locale)
        return format_date(date(*parts), format="long", locale=self.locale)

    def list(self, items: Iterable[str]) -> str:
        """Write a list: ``a, b, dan c``; ``a, b, and c``."""
        return format_list(list(items), locale=self.locale)

    def column(self, row: object, name: str) -> str:
        """Return the text of ``name_<language>`` of a row (a Series or mapping), else the English one."""
        for language in (self.language, SOURCE_LANGUAGE):
            try:
                return str(row[f"{name}_{language}"])  # type: ignore[index]
            except KeyError:
                continue
        raise KeyError(name)

    def _shown(self, values: dict[str, object]) -> dict[str, object]:
        return {
            name: self.number(value) if isinstance(value, int | float) and not isinstance(value, bool) else value
            for name, value in values.items()
        }


@cache
def reader(language: str) -> Reader:
    """Return the reader of a language.

    Raises
    ------
    ValueError
        If there is no catalogue for it.
    """
    if language == SOURCE_LANGUAGE:
        return Reader(language, NullTranslations())
    path = CATALOGUES / f"{language}.po"
    if not path.is_file():
        raise ValueError(f"no catalogue for language {language!r}; there are: {', '.join(languages())}")
    with path.open("rb") as file:
        catalogue = read_po(file, locale=language)
    compiled = io.BytesIO()
    write_mo(compiled, catalogue)
    compiled.seek(0)
    return Reader(language, Translations(compiled))


def languages() -> list[str]:
    """Return the languages there are catalogues for, English first."""
    return [SOURCE_LANGUAGE, *sorted(path.stem for path in CATALOGUES.glob("*.po"))]
