"""Where in a text does a segment stand, told by its numbers and by the quote that the tool stored with it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from numpy.typing import NDArray

from ..coded_project import Report
from ..errors import DashatError, Problem, message
from .positions import Positions, Reading, with_lf

_LONGEST = 1 << 24  # characters of one text
_MOST_CUT = 1 << 27  # characters of all segments together: a small file can hold many long ranges of one text
_CHOSEN = message("Positions of the document were read as {reading}, not as {usual}: more of the stored quotes stand there; the number is that of its segments.")  # fmt: skip
_APART = message("Read as {reading}, unlike the other segments of the document: the stored quote stands only there.")
_OPEN = message(
    "Read as {reading}; another way to count gives another place, and no stored quote tells which is right."
)
_DIFFERS = message("What stands at the place is not what the tool stored as the quote; both were kept.")
_OUTSIDE = message("It begins or ends outside the text, or ends before it begins; it was cut to the text.")
_TORN = message("It begins or ends inside a character; the border was moved outwards.")
_NO_TEXT = message("The file does not hold the text that it is a part of; only the stored quote was kept.")
_EMPTY = message("It begins where it ends; it was kept.")
_NO_PLACE = message("The file does not say where it begins and ends; only the stored quote was kept.")


@dataclass(frozen=True)
class Rule:
    """One way in which a tool may count.

    Attributes
    ----------
    name : str
        How it is called in a report.
    reading : Reading
        Unit and line breaks.
    before, after : int
        What is added to the numbers stored as start and end, so that they count from 0 and the end is exclusive.
    """

    name: str
    reading: Reading
    before: int = 0
    after: int = 0


CODE_POINTS = Rule("code points", Reading())
AS_ONE = Rule("code points, CRLF as one", Reading("code point", "as one"))
UTF_16 = Rule("UTF-16 units", Reading("UTF-16 unit"))
UTF_16_AS_ONE = Rule("UTF-16 units, CRLF as one", Reading("UTF-16 unit", "as one"))
UTF_8 = Rule("UTF-8 bytes", Reading("UTF-8 byte"))


def refuse_long(text: str, source: str, file: str) -> None:
    """Refuse a text whose places would take more memory than a computer has.

    Raises
    ------
    DashatError
        If it is longer than any document that is read by people.
    """
    if len(text) > _LONGEST:
        raise DashatError(Problem(file, None, None, source, message("holds a document '{value}' of more than {n} characters."), message("Take the document apart in the program that made it."), {"n": _LONGEST}))  # fmt: skip


@dataclass(frozen=True)
class Shown:
    """A text with line breaks added for the eye; ``starts`` and ``ends`` say where a border of the text lies in it."""

    text: str
    starts: NDArray
    ends: NDArray


class Text:
    """The text of one source.

    Parameters
    ----------
    raw : str
        As the tool holds it.
    shown : Shown, optional
        Where the project shows another text than the one in which the tool counts.
    """

    def __init__(self, raw: str, shown: Shown | None = None) -> None:
        self._raw, self._shown = raw, shown
        self._counted: dict[Reading, Positions] = {}
        self.plain = with_lf(raw)
        self.text = self.plain if shown is None else shown.text

    def positions(self, rule: Rule) -> Positions:
        """Return the borders of the text as `rule` counts them."""
        if rule.reading not in self._counted:
            self._counted[rule.reading] = Positions(self._raw, rule.reading)
        return self._counted[rule.reading]

    def differs(self, one: Rule, other: Rule) -> bool:
        """Say whether two rules can give different places in this text."""
        if (one.before, one.after) != (other.before, other.after):
            return True
        units = one.reading.unit != other.reading.unit and max(self._raw, default="") > "\uffff"
        return units or (one.reading.line_break != other.reading.line_break and "\r\n" in self._raw)

    def forget(self) -> None:
        """Let go of what was counted, which takes many times the room of the text."""
        self._counted.clear()

    def shown(self, start: int, end: int) -> tuple[int, int]:
        """Return where a range of the plain text stands in the text that is shown."""
        if self._shown is None:
            return start, end
        first = int(self._shown.starts[start])
        return first, max(first, int(self._shown.ends[end]))


@dataclass(frozen=True)
class Quote:
    """A range as the tool stores it: of which source, from where to where, and the quote (missing where it keeps none)."""

    segment_id: str
    source_id: str | None
    start: int | None
    end: int | None
    stored: str | None
    kept: str | None = None  # how the quote is shown where it does not stand in the text; missing: as it is stored


@dataclass(frozen=True)
class Cut:
    """What a quote is in the project: columns of the table of segments."""

    start: int | None
    end: int | None
    text: str | None
    stored_text: str | None


class Places:
    """Finds the places of quotes.

    Parameters
    ----------
    texts : mapping source_id -> Text
    rules : the ways in which the tool may count, its usual one first
    report : Report
        Told which way was chosen and what does not fit.
    file : str
        Name of the file, for errors.

    Raises
    ------
    DashatError
        If a text is longer than any document that is read by people.
    """

    def __init__(self, texts: Mapping[str, Text], rules: Sequence[Rule], report: Report, file: str) -> None:
        for source, text in texts.items():
            refuse_long(text.plain, source, file)
        self._texts, self._rules, self._report, self._file = texts, rules, report, file
        self._rule: dict[str, Rule] = {}
        self._used: Counter[Rule] = Counter()

    def cut(self, quotes: Sequence[Quote]) -> list[Cut]:
        """Return what each quote is, in their order.

        Of the ways to count, each document is read in the one under which most stored quotes stand where they should. A segment
        whose quote stands only where another way puts it is read in that one.

        Raises
        ------
        DashatError
            If the segments together quote more than a file that is meant well would.
        """
        found: dict[int, Cut] = {}
        by_source: dict[str, list[int]] = {}
        for at, quote in enumerate(quotes):
            text = self._texts.get(quote.source_id or "")
            if text is None or quote.start is None or quote.end is None:
                self._report.tell("no_place", quote.segment_id, _NO_TEXT if text is None else _NO_PLACE)
                stored = quote.kept or (_lines(quote.stored) if quote.stored else None)
                found[at] = Cut(None, None, stored, stored)
            else:
                by_source.setdefault(quote.source_id or "", []).append(at)
        total = 0
        for source, places in by_source.items():
            for at, cut in zip(places, self._cut_of(source, [quotes[at] for at in places]), strict=True):
                found[at] = cut
                total += len(cut.text or "")
                if total > _MOST_CUT:
                    raise DashatError(Problem(self._file, None, None, None, message("holds segments that quote more than {n} characters together."), message("Ask whoever sent the file for another copy."), {"n": _MOST_CUT}))  # fmt: skip
            self._texts[source].forget()
        return [found[at] for at in range(len(quotes))]

    def range(
        self, where: str, source_id: str | None, start: int | None, end: int | None
    ) -> tuple[int | None, int | None]:
        """Return where a range without a quote stands, read as the segments of its source; `where` names it in the report."""
        text = self._texts.get(source_id or "")
        if text is None or start is None or end is None:
            return None, None
        quote = Quote(where, source_id, start, end, None)
        span = _spans(text, self._rule.get(source_id or "", self._rules[0]), [quote])[0]
        self._report.tell("range_outside_text", where, _OUTSIDE, int(not span.inside))
        return text.shown(span.start, span.end)

    def part(
        self, where: str, source_id: str | None, start: int | None, end: int | None
    ) -> tuple[int | None, int | None]:
        """As :meth:`range`; missing also where it is the whole source."""
        first, last = self.range(where, source_id, start, end)
        whole = first == 0 and last == len(self._texts[source_id or ""].text)
        return (None, None) if whole else (first, last)

    def properties(self) -> dict[str, str]:
        """Return the unit and the line break in which most segments were read."""
        most = self._used.most_common(1)
        reading = (most[0][0] if most else self._rules[0]).reading
        return {"unit": reading.unit, "line_break": reading.line_break}

    def _cut_of(self, source: str, quotes: list[Quote]) -> Iterator[Cut]:
        text = self._texts[source]
        rules: list[Rule] = []
        for rule in self._rules:
            if all(text.differs(rule, other) for other in rules):
                rules.append(rule)
        spans = {rule: _spans(text, rule, quotes) for rule in rules}
        fits = {rule: [_fits(text.plain, span, quote) for span, quote in zip(spans[rule], quotes, strict=True)] for rule in rules}  # fmt: skip
        best = max(rules, key=lambda rule: sum(fits[rule]))
        self._rule[source] = best
        decided = sum(fits[best]) > min(sum(fits[rule]) for rule in rules)
        self._report.tell("unit_chosen", source, _CHOSEN, 0 if best is rules[0] else len(quotes), reading=best.name, usual=rules[0].name)  # fmt: skip
        for at, quote in enumerate(quotes):
            rule = best if fits[best][at] else next((one for one in rules if fits[one][at]), best)
            span = spans[rule][at]
            self._used[rule] += 1
            self._report.tell("unit_of_segment", quote.segment_id, _APART, int(rule is not best), reading=rule.name)
            if (
                not quote.stored
                and not decided
                and len({(spans[one][at].start, spans[one][at].end) for one in rules}) > 1
            ):
                self._report.tell("unit_assumed", quote.segment_id, _OPEN, reading=rule.name)
            self._report.tell("outside_text", quote.segment_id, _OUTSIDE, int(not span.inside))
            self._report.tell("border_moved", quote.segment_id, _TORN, int(span.torn and span.inside))
            self._report.tell("empty_segment", quote.segment_id, _EMPTY, int(span.inside and span.start == span.end))
            start, end = text.shown(span.start, span.end)
            cut = text.text[start:end]
            if fits[rule][at]:
                stored: str | None = cut
            else:
                stored = quote.kept or (_lines(quote.stored) if quote.stored else None)
                self._report.tell("quote_differs", quote.segment_id, _DIFFERS, int(stored is not None))
            yield Cut(start, end, cut, stored)


@dataclass(frozen=True)
class _Span:
    start: int
    end: int
    torn: bool
    inside: bool


def _spans(text: Text, rule: Rule, quotes: Sequence[Quote]) -> list[_Span]:
    """Return the ranges of the plain text; a number below 0 stays below it, and 0 does not fall below it."""
    positions = text.positions(rule)
    starts = [max((one.start or 0) + rule.before, min(one.start or 0, 0)) for one in quotes]
    ends = [(one.end or 0) + rule.after for one in quotes]
    converted = zip(*positions.convert(starts, ends), positions.inside(starts, ends), strict=True)
    return [_Span(int(start), int(end), bool(torn), bool(inside)) for start, end, torn, inside in converted]


def _fits(text: str, span: _Span, quote: Quote) -> bool:
    if not quote.stored or span.end - span.start > len(quote.stored):
        return False
    cut = text[span.start : span.end]
    return cut == quote.stored or _lines(cut) == _lines(quote.stored)


def _lines(text: str) -> str:
    """Return a text with LF line breaks; editors of some tools give the separators of Unicode instead."""
    return with_lf(text).replace("\u2029", "\n").replace("\u2028", "\n")
