"""Figures of claims: the strip of verdicts, how far each test is from its threshold, claims that pull apart, what a verdict hangs on.

Each draws a table that is computed elsewhere, has a twin ``<name>_alt`` that says the same in words, and ``<name>_size`` for the
figure it needs: all are pages of rows, laid out in centimetres. A claim is never added up with others to a verdict on its sentence.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from functools import cache
from typing import Any

import pandas as pd
from matplotlib import pyplot as plt
from matplotlib.axes import Axes
from matplotlib.font_manager import FontProperties, findfont, get_font
from matplotlib.patches import Rectangle

from ..words import Reader, reader
from .style import STANCE, VERDICT

ENGLISH = reader("en")
WIDTH = 18.0  # centimetres, of every figure here
SMALL, TEXT = 7.4, 7.8  # points; 6.5 and more when printed 16 cm wide
LINE = 0.325  # centimetres from line to line
INK, GREY, RULE, TRACK = "#222222", "#5F5F5F", "#CFCFCF", "#E8E8E8"
_ROOM = 0.98  # an axes is a little smaller than its figure
_CM_A_POINT = 2.54 / 72


# ---- rows of text on a page -------------------------------------------------------------------------------------------


@cache
def _advance(letter: str, weight: str) -> float:
    """How far a letter of one point moves the pen, in points."""
    font = get_font(findfont(FontProperties(family="DejaVu Sans", weight=weight)))
    font.set_size(100, 72)
    return float(font.load_char(ord(letter)).linearHoriAdvance) / 65536 / 100


def _wide(text: str, size: float = SMALL, weight: str = "normal") -> float:
    """How wide a line of text is drawn, in centimetres."""
    return sum(_advance(letter, weight) for letter in text) * size * _CM_A_POINT


def _lines(
    text: str, width: float, *, most: int | None = None, size: float = SMALL, weight: str = "normal"
) -> list[str]:
    """A text in lines no wider than `width` centimetres; what does not fit into `most` lines ends in an ellipsis."""
    found: list[str] = []
    for word in text.split():
        longer = f"{found[-1]} {word}" if found else word
        if found and _wide(longer, size, weight) <= width * _ROOM:
            found[-1] = longer
        else:
            found.append(word)
    if most is None or len(found) <= most:
        return found or [""]
    last = found[most - 1]
    while _wide(last + " …", size, weight) > width * _ROOM and " " in last:
        last = last.rsplit(" ", 1)[0]
    return [*found[: most - 1], last + " …"]


def _page(ax: Axes | None, height: float) -> Axes:
    """Axes as a page in centimetres, the first row on top."""
    ax = plt.gca() if ax is None else ax
    ax.set(xlim=(0, WIDTH), ylim=(height, 0))
    ax.set_axis_off()
    return ax


def _write(ax: Axes, x: float, y: float, lines: list[str], **look: Any) -> None:
    """Lines of text whose middle is at y."""
    for at, line in enumerate(lines):
        if line:
            place = y + (at - (len(lines) - 1) / 2) * LINE
            ax.text(x, place, line, **{"fontsize": SMALL, "color": INK, "va": "center", **look})


def _rule(
    ax: Axes, y: float, left: float = 0.0, right: float = WIDTH, *, color: str = RULE, width: float = 0.7
) -> None:
    ax.plot([left, right], [y, y], color=color, linewidth=width, solid_capstyle="butt", zorder=1)


def _cell(ax: Axes, x: float, top: float, width: float, height: float, verdict: str, *, size: float = 9.5) -> None:
    """A field in the colour of a verdict, with its mark."""
    colour, mark = VERDICT[verdict]
    empty = verdict == "not_tested"
    ax.add_patch(Rectangle((x, top), width, height, facecolor="white" if empty else colour, edgecolor=colour if empty else "white", linewidth=0.8, zorder=2))  # fmt: skip
    ink = GREY if empty else INK if verdict == "contested" else "white"
    ax.text(x + width / 2, top + height / 2, mark, ha="center", va="center", color=ink, fontsize=size, fontweight="bold", zorder=3)  # fmt: skip


def _told(verdict: str, say: Reader) -> str:
    return f"{VERDICT[verdict][1]} {say.label('verdict', verdict)}"


def _foot(ax: Axes, y: float, text: str) -> Axes:
    """Write what is to be known, and give the page back: its texts are placed, no layout is to make room for them."""
    for at, line in enumerate(_lines(text, WIDTH)):
        ax.text(0, y + (at + 0.5) * LINE, line, fontsize=SMALL, color=GREY, va="center")
    for one in ax.texts:
        one.set_in_layout(False)
    return ax


def _foot_height(text: str) -> float:
    return len(_lines(text, WIDTH)) * LINE + 0.1


# ---- the strip --------------------------------------------------------------------------------------------------------

_NUMBER, _ID, _STRIP, _WORDS = 0.62, 0.76, (1.45, 0.56), 2.2


def _columns(verdicts: pd.DataFrame, say: Reader) -> tuple[float, float]:
    """Where the verdicts and the events stand."""
    words = {say.label("verdict", one) for one in verdicts["verdict"]}
    wide = max((_wide(one, TEXT, "bold") for one in words), default=0.0) / _ROOM + 0.15
    return WIDTH - 1.8 - max(wide, 5.4), WIDTH - 0.85


def _rows(verdicts: pd.DataFrame, say: Reader) -> Iterator[tuple[Any, list[str], list[str], float]]:
    """Each claim with its words and its qualifiers in lines, and the height of its row; no word of a claim is left out."""
    x_verdict, x_events = _columns(verdicts, say)
    for one in verdicts.itertuples():
        words = _lines(str(one.label), x_verdict - 0.2 - _WORDS, size=TEXT)
        marks = (
            [] if pd.isna(one.qualifier) else [say.label("qualifier", part) for part in str(one.qualifier).split(";")]
        )
        care = _lines(", ".join(marks), x_events - 0.85 - x_verdict) if marks else []
        yield one, words, care, max(len(words), 1 + len(care)) * LINE + 0.15


def _events_head(say: Reader) -> list[str]:
    return _lines(say("events for / against"), 1.7)


def _head_height(say: Reader) -> float:
    """Room for the heads of the columns."""
    return len(_events_head(say)) * LINE * 1.1 + 0.3


def _strip_note(say: Reader) -> str:
    return say("No verdict is formed for a sentence as a whole. Events are told where rule D1 is one of the tests; other tests can outweigh them.")  # fmt: skip


def verdict_strip_size(verdicts: pd.DataFrame, *, say: Reader = ENGLISH) -> tuple[float, float]:
    """Return width and height in centimetres of the figure that :func:`verdict_strip` needs."""
    rows = sum(height for *_, height in _rows(verdicts, say))
    gaps = 0.14 * verdicts["sentence_no"].nunique()
    return WIDTH, _head_height(say) + rows + gaps + 0.2 + _foot_height(_strip_note(say))


def verdict_strip(verdicts: pd.DataFrame, ax: Axes | None = None, *, say: Reader = ENGLISH) -> Axes:
    """Draw every claim of the document in order, sentence by sentence, with its verdict; nothing is aggregated to a sentence.

    Parameters
    ----------
    verdicts : DataFrame, one row a claim, in order
        ``claim_id, sentence_no, label`` (its words), ``verdict, qualifier`` (";"-joined), ``n_for, n_against`` (events, where a deciding
        test counts them).
    """
    ax = _page(ax, verdict_strip_size(verdicts, say=say)[1])
    x_verdict, x_events = _columns(verdicts, say)
    y = _head_height(say)
    look: dict[str, Any] = {"fontsize": SMALL, "color": GREY, "va": "bottom"}
    ax.text(0.0, y - 0.12, say("Sentence and claim"), **look)
    ax.text(x_verdict, y - 0.12, say("Verdict"), **look)
    ax.text(x_events, y - 0.12, "\n".join(_events_head(say)), ha="center", linespacing=1.05, **look)
    before = None
    for one, words, care, height in _rows(verdicts, say):
        if one.sentence_no != before:
            _rule(ax, y + 0.02, color=INK if before is None else RULE, width=0.9)
            y += 0.14
            ax.text(_NUMBER, y + height / 2, str(one.sentence_no), ha="right", va="center", fontsize=12, fontweight="bold", color=INK)  # fmt: skip
        before, middle = one.sentence_no, y + height / 2
        ax.text(_ID, middle, one.claim_id, va="center", fontsize=SMALL, color=GREY)
        _cell(ax, _STRIP[0], y, _STRIP[1], height, one.verdict)
        _write(ax, _WORDS, middle, words, fontsize=TEXT)
        top = middle - len(care) * LINE / 2
        ax.text(x_verdict, top, say.label("verdict", one.verdict), va="center", fontsize=TEXT, fontweight="bold", color=INK)  # fmt: skip
        _write(ax, x_verdict, top + (len(care) + 1) * LINE / 2, care, color=GREY)
        if pd.notna(one.n_for):
            ax.text(x_events, middle, f"{say.number(int(one.n_for))} / {say.number(int(one.n_against))}", ha="center", va="center", fontsize=TEXT, color=INK)  # fmt: skip
        y += height
    _rule(ax, y + 0.04, color=INK, width=0.9)
    return _foot(ax, y + 0.2, _strip_note(say))


def _percent(share: float, say: Reader) -> str:
    """Whole percent; what is not all never looks like it, and what is not nothing neither."""
    return "<1" if 0 < share < 0.005 else "99" if 0.99 < share < 1 else say.number(100 * share, 0)


def verdict_strip_alt(verdicts: pd.DataFrame, *, say: Reader = ENGLISH) -> str:
    """Say what :func:`verdict_strip` shows."""
    parts = []
    for one in verdicts.itertuples():
        said = [say.label("verdict", one.verdict)]
        if pd.notna(one.qualifier):
            said += [say.label("qualifier", part) for part in str(one.qualifier).split(";")]
        if pd.notna(one.n_for):
            said.append(say("{n} events for, {m} against", n=int(one.n_for), m=int(one.n_against)))
        parts.append(f"{one.sentence_no}, {one.claim_id}: {', '.join(said)}")
    return say("Strip of verdicts, a row a claim, in the order of the sentences. {parts}.", parts="; ".join(parts))


# ---- how far from the threshold ---------------------------------------------------------------------------------------

# Ends of the axis of a unit; others run from 0 to a round number beyond all that is on it.
ENDS = {
    "share": (0, 1), "share (0-1)": (0, 1), "share (Jaccard)": (0, 1), "0-1": (0, 1), "index (0-1)": (0, 1), "p-value": (0, 1),
    "probability": (0, 1), "0 or 1": (0, 1), "yes or no": (0, 1), "-1, 0 or 1": (-1, 1), "E-I (-1 to 1)": (-1, 1),
    "elements (0-4)": (0, 4), "signs (0-2)": (0, 2), "signs (0-3)": (0, 3),
}  # fmt: skip
COUNTS = {"rows", "events", "families", "sectors", "sources", "days", "ratio", "stakeholders", "ways", "grants"}
_SIGNS = {">=": "≥", "<=": "≤", "==": "=", "between": "–"}
_LABEL, _BAND, _SAID = 0.72, (8.4, 3.45), 12.85
_ZONES = {"supported": ("#A6DCCB", ""), "contested": ("#F7E6C6", ""), "contradicted": ("#F3C3A5", "////")}


def _number(text: object) -> float:
    try:
        return float(text)  # type: ignore[arg-type]
    except (TypeError, ValueError):
        return math.nan


def drawable(tests: pd.DataFrame) -> pd.DataFrame:
    """Return the tests that can fail: not those nobody can test, and no count of which at least nought is asked for."""
    always = (tests["op"] == ">=") & (tests["threshold"].map(_number) == 0) & tests["unit"].isin(COUNTS)
    always |= tests["tells"] == "value only" if "tells" in tests else False
    return tests[~always & (tests["verdict"] != "not_tested")].reset_index(drop=True)


def _claims(
    tests: pd.DataFrame, say: Reader
) -> Iterator[tuple[pd.Series, list[str], list[tuple[Any, list[str], list[str], float]]]]:
    """Each claim with its words in lines, and its tests with label and outcome in lines, and the height of each."""
    for claim, part in drawable(tests).groupby("claim_id", sort=False):
        one = part.iloc[0]
        words = _lines(f"{claim}  {one['claim']}", _SAID - 0.3 - _LABEL, size=TEXT, weight="bold")
        rows = []
        for test in part.itertuples():
            label = say("(supporting) {label}", label=test.label) if test.role == "supporting" else str(test.label)
            lines = _lines(label, _BAND[0] - 1.1 - _LABEL)
            beside = [line for text in _outcome(test, say) if text for line in _lines(text, WIDTH - _SAID)]
            rows.append((test, lines, beside, max(len(lines), len(beside), 2) * LINE + 0.12))
        yield one, words, rows


def margins_size(tests: pd.DataFrame, *, say: Reader = ENGLISH) -> tuple[float, float]:
    """Return width and height in centimetres of the figure that :func:`margins` needs."""
    rows = sum(len(words) * LINE + 0.35 + sum(height for *_, height in some) for _, words, some in _claims(tests, say))
    return WIDTH, 0.75 + rows + 0.15 + _foot_height(_margin_note(tests, say))


def margins(tests: pd.DataFrame, ax: Axes | None = None, *, say: Reader = ENGLISH) -> Axes:
    """Draw each test of some claims on a small axis of its own: what was seen against what is asked for.

    A number is a mark on an axis whose fields say which verdict it would give; a test by rule D1 is its events for and against, and says how
    many more would turn it.

    Parameters
    ----------
    tests : DataFrame, one row a test, those of a claim together
        ``claim_id, claim`` (its words), ``claim_verdict, label`` (what is measured), ``value, lower, upper, unit, op, threshold,
        threshold_high, contra_op, contra_threshold, margin, n_for, n_against, turns_with_for, turns_with_against, verdict, role, reason``.
    """
    ax = _page(ax, margins_size(tests, say=say)[1])
    _legend(ax, say)
    y = 0.75
    for one, words, rows in _claims(tests, say):
        _rule(ax, y)
        height = len(words) * LINE + 0.35
        _cell(ax, 0, y + 0.12, 0.56, height - 0.2, one["claim_verdict"])
        _write(ax, _LABEL, y + 0.02 + height / 2, words, fontsize=TEXT, fontweight="bold")
        _write(ax, _SAID, y + 0.02 + height / 2, [say.label("verdict", one["claim_verdict"])], fontsize=TEXT, fontweight="bold")  # fmt: skip
        y += height
        for test, lines, beside, high in rows:
            _test(ax, test, lines, beside, y + high / 2, say)
            y += high
    _rule(ax, y)
    return _foot(ax, y + 0.15, _margin_note(tests, say))


def _legend(ax: Axes, say: Reader) -> None:
    """What the fields mean, over their column; each field as it is drawn, with its word."""
    x = 0.0
    for name, (colour, hatch) in _ZONES.items():
        text = _told(name, say)
        ax.add_patch(Rectangle((x, 0.14), 0.5, 0.3, facecolor=colour, hatch=hatch, edgecolor="white" if hatch else colour, linewidth=0))  # fmt: skip
        ax.text(x + 0.6, 0.29, text, fontsize=SMALL, va="center")
        x += 0.6 + _wide(text) + 0.4
    ax.plot(x + 0.15, 0.29, marker="D", markersize=5, color=INK, linestyle="")
    ax.text(x + 0.4, 0.29, say("seen"), fontsize=SMALL, va="center")
    x += 0.4 + _wide(say("seen")) + 0.4
    for side, hatch in (("for", ""), ("against", "////")):
        text = say.label("stance", side)
        ax.add_patch(
            Rectangle((x, 0.14), 0.5, 0.3, facecolor=STANCE[side], hatch=hatch, edgecolor="white", linewidth=0)
        )
        ax.text(x + 0.6, 0.29, text, fontsize=SMALL, va="center")
        x += 0.6 + _wide(text) + 0.4
    ax.text(x - 0.2, 0.29, "(" + say("events") + ")", fontsize=SMALL, va="center")


def _margin_note(tests: pd.DataFrame, say: Reader) -> str:
    text = say("In brackets: what is asked for. Each test has an axis of its own: lengths of two rows are not to be compared. Supporting tests are told beside a claim and never move its verdict.")  # fmt: skip
    of_signs = tests["unit"].isin(["-1, 0 or 1", "signs (0-2)", "signs (0-3)"]).any()
    return text + (" " + say("A test of signs can be met and have nothing to spare: it may ask for all there are.") if of_signs else "")  # fmt: skip


def _test(ax: Axes, one: Any, label: list[str], beside: list[str], y: float, say: Reader) -> None:
    _write(ax, _LABEL, y, label, **({"color": GREY, "fontstyle": "italic"} if one.role == "supporting" else {}))
    _write(ax, _SAID, y, beside)
    if pd.notna(one.n_for):
        _events(ax, one, y, say)
    elif not math.isnan(_number(one.threshold)):
        _axis(ax, one, y, say)


def _outcome(one: Any, say: Reader) -> tuple[str, str]:
    """What a test says and by how much; what was seen and asked for, or what would turn it."""
    told = _told(one.verdict, say)
    if getattr(one, "tells", "verdict") == "no veto":
        told = say.label("tells", one.tells)
        return told[:1].upper() + told[1:], _seen_and_asked(one, say)
    if pd.notna(one.n_for):
        return told, _turning(one, say)
    if pd.isna(one.value):
        return told, say.label("reason", str(one.reason))
    if isinstance(one.value, str):
        return told, ""
    if pd.notna(one.margin):
        far = abs(round(float(one.margin), 3))
        told += ", " + (_on_threshold(one, say) if far == 0 else say("{n} to spare", n=far) if one.margin > 0 else say("{n} short", n=far))  # fmt: skip
    return told, _at_bounds(one, say) or _seen_and_asked(one, say)


def _at_bounds(one: Any, say: Reader) -> str:
    """What a test would say at the ends that its sources leave open, where that is something else."""
    ends = [getattr(one, "verdict_at_lower", None), getattr(one, "verdict_at_upper", None)]
    if all(end is None or pd.isna(end) or end == one.verdict for end in ends):
        return ""
    value = _seen_and_asked(one, say)
    low, high = (f"{say.number(round(float(at), 3))}{VERDICT[str(end)][1]}" for at, end in zip((one.lower, one.upper), ends, strict=True))  # fmt: skip
    return value + "; " + say("may be {low} to {high}", low=low, high=high)


def _seen_and_asked(one: Any, say: Reader) -> str:
    """What was seen, and in brackets what is asked for."""
    unit = say.label("unit", str(one.unit))
    asked = f"{_SIGNS.get(one.op, one.op)} {say.number(_number(one.threshold))}"
    if one.op == "between":
        asked = f"{say.number(_number(one.threshold))} {_SIGNS['between']} {say.number(float(one.threshold_high))}"
    value = say.number(round(float(one.value), 3))
    full = value + ("" if unit.startswith("(") and "," in unit else f" {unit}") + f"  [{asked}]"
    return full if _wide(full) <= (WIDTH - _SAID) * _ROOM else f"{value}  [{asked}]"


def _on_threshold(one: Any, say: Reader) -> str:
    return say("nothing to spare") if one.verdict == "supported" else say("at the threshold")


def _turning(one: Any, say: Reader) -> str:
    """How many more events would turn it."""
    more, against = one.turns_with_for, one.turns_with_against
    if pd.notna(more) and pd.notna(against):
        return say("turns with {n} for or {m} against more", n=int(more), m=int(against))
    if pd.notna(against):
        return say("turns with {n} against more", n=int(against))
    return say("turns with {n} for more", n=int(more)) if pd.notna(more) else say("no number of events turns it")


def _events(ax: Axes, one: Any, y: float, say: Reader) -> None:
    """Events for and against as one bar of shares, each with its number inside; beside it where the field is too narrow."""
    (left, long), total = _BAND, int(one.n_for) + int(one.n_against)
    if not total:
        ax.add_patch(Rectangle((left, y - 0.15), long, 0.3, facecolor="white", edgecolor=GREY, linestyle=(0, (2, 2)), linewidth=0.8))  # fmt: skip
        ax.text(left + long / 2, y, say("no event"), ha="center", va="center", fontsize=SMALL, color=GREY)
        return
    cut = long * int(one.n_for) / total
    for x, width, side, hatch, n in ((left, cut, "for", "", one.n_for), (left + cut, long - cut, "against", "////", one.n_against)):  # fmt: skip
        if width <= 0:
            continue
        ax.add_patch(Rectangle((x, y - 0.15), width, 0.3, facecolor=STANCE[side], hatch=hatch, edgecolor="white", linewidth=0))  # fmt: skip
        text = say.number(int(n))
        ax.text(x + width / 2, y - 0.005, text, ha="center", va="center", fontsize=SMALL, fontweight="bold", color="white", bbox={"facecolor": STANCE[side], "edgecolor": "none", "pad": 0.8}, zorder=4)  # fmt: skip


def _at_ends(ax: Axes, y: float, low: str, high: str) -> None:
    ax.text(_BAND[0] - 0.22, y, low, ha="right", va="center", fontsize=SMALL, color=GREY)
    ax.text(sum(_BAND) + 0.22, y, high, va="center", fontsize=SMALL, color=GREY)


def _round_up(value: float) -> float:
    """The next round number."""
    if value <= 0:
        return 1.0
    unit = 10.0 ** math.floor(math.log10(value))
    return next(step * unit for step in (1, 1.5, 2, 3, 4, 5, 6, 8, 10) if step * unit >= value * (1 - 1e-9))


def ends(unit: object, limit: float, numbers: list[float]) -> tuple[float, float]:
    """Return the ends of the axis of a test: those of its unit, or round numbers beyond all `numbers`, with 0 on the axis.

    Where the threshold is 0 and the unit no count, what counts is the sign: 0 lies in the middle.
    """
    if unit in ENDS:
        return ENDS[str(unit)]
    far = _round_up(1.08 * max(abs(one) for one in [limit, *numbers]))
    if unit not in COUNTS and limit == 0:
        return -far, far
    return (-far if min(numbers) < 0 else 0.0), (far if max(numbers) > 0 else 0.0)


def zones(op: object, limit: float, high: float, low_end: float, high_end: float) -> tuple[float, float] | None:
    """Return where on an axis a comparison holds; None without one. A single value is a narrow field."""
    thin = (high_end - low_end) * 0.015
    if not isinstance(op, str) or math.isnan(limit):
        return None
    return {
        ">=": (limit, high_end), ">": (limit, high_end), "<=": (low_end, limit), "<": (low_end, limit),
        "between": (limit, high), "==": (limit - thin, limit + thin),
    }.get(op)  # fmt: skip


def _axis(ax: Axes, one: Any, y: float, say: Reader) -> None:
    """A number on its axis: fields of what each value would say, and the mark of what was seen, with its bounds."""
    left, long = _BAND
    limit, against = _number(one.threshold), _number(one.contra_threshold)
    bounds = [float(end) for end in (one.lower, one.upper) if pd.notna(end)]
    seen = [] if pd.isna(one.value) else [float(one.value)]
    known = [limit, *seen, *bounds, *([] if math.isnan(against) else [against])]
    low, high = ends(one.unit, limit, known)

    def place(value: float) -> float:
        return left + long * (min(max(value, low), high) - low) / (high - low)

    ax.add_patch(Rectangle((left, y - 0.15), long, 0.3, facecolor=_ZONES["contested"][0], linewidth=0, zorder=1))
    upper = float(one.threshold_high) if pd.notna(one.threshold_high) else math.nan
    for name, zone in (("contradicted", zones(one.contra_op, against, math.nan, low, high)), ("supported", zones(one.op, limit, upper, low, high))):  # fmt: skip
        if zone is not None:
            colour, hatch = _ZONES[name]
            start, stop = (place(edge) for edge in zone)
            start, stop = _wide_enough(start, stop)
            ax.add_patch(Rectangle((start, y - 0.15), stop - start, 0.3, facecolor=colour, hatch=hatch, edgecolor="white" if hatch else colour, linewidth=0, zorder=2))  # fmt: skip
    x = place(limit)
    ax.plot([x, x], [y - 0.23, y + 0.23], color=INK, linewidth=1.1, zorder=3)
    if len(bounds) == 2 and bounds[1] - bounds[0] > 1e-9:
        ax.plot(
            [place(bounds[0]), place(bounds[1])], [y, y], color=INK, linewidth=1.1, marker="|", markersize=6, zorder=4
        )
    if seen:
        ax.plot(place(seen[0]), y, marker="D", markersize=5.5, color=INK, markeredgecolor="white", markeredgewidth=0.8, zorder=5)  # fmt: skip
    else:
        ax.text(left - 0.95, y, "?", fontsize=TEXT, fontweight="bold", ha="center", va="center", color=GREY)
    _at_ends(ax, y, say.number(round(low, 3)), say.number(round(high, 3)))


def _wide_enough(start: float, stop: float) -> tuple[float, float]:
    """A field that is wide enough to be seen, inside the axis."""
    (left, long), least = _BAND, 0.26
    if stop - start >= least:
        return start, stop
    middle = min(max((start + stop) / 2, left + least / 2), left + long - least / 2)
    return middle - least / 2, middle + least / 2


def margins_alt(tests: pd.DataFrame, *, say: Reader = ENGLISH) -> str:
    """Say what :func:`margins` shows."""
    parts = []
    for one in drawable(tests).itertuples():
        first, second = _outcome(one, say)
        counts = (
            [say("{n} events for, {m} against", n=int(one.n_for), m=int(one.n_against))] if pd.notna(one.n_for) else []
        )
        parts.append(f"{one.claim_id}.{one.test_no}: {'; '.join([first, *counts, *([second] if second else [])])}")
    return say("Tests of claims, what was seen against what is asked for. {parts}.", parts=". ".join(parts) or say("nothing is recorded"))  # fmt: skip


# ---- claims that pull apart -------------------------------------------------------------------------------------------

_LEFT_CELL, _RIGHT_CELL = 5.6, 8.9


def standing(one: str, other: str) -> str:
    """Return how two claims that pull apart stand on the record, a key of ``[pair]`` in ``locale/labels.toml``.

    "both": both are supported, the document is at odds with itself on the record too. "one": the record takes a side. "open": one of them
    cannot be decided, or is not tested. "unsettled": else.
    """
    if one == other == "supported":
        return "both"
    if {one, other} == {"supported", "contradicted"}:
        return "one"
    return "open" if {one, other} & {"undecidable", "not_tested"} else "unsettled"


def _groups(pairs: pd.DataFrame) -> Iterator[tuple[pd.Series, list[str], list[tuple[Any, list[str], float]], float]]:
    """The claims that are pulled at, with words in lines; what pulls, the same with the height of each; how high all stand."""
    for (_, claim), part in pairs.groupby([_opposed(pairs), "claim_id"], sort=False):
        one = part.iloc[0]
        words = _lines(f"{claim}  {one['label']}", _LEFT_CELL - 0.2, size=TEXT)
        others = [_lines(f"{row.other}  {row.other_label}", WIDTH - _RIGHT_CELL - 0.72, size=TEXT) for row in part.itertuples()]  # fmt: skip
        least = ((len(words) + 1) * LINE + 0.16) / len(part)
        rows = [(row, lines, max((len(lines) + 1) * LINE + 0.16, least)) for row, lines in zip(part.itertuples(), others, strict=True)]  # fmt: skip
        yield one, words, rows, sum(height for *_, height in rows)


def _opposed(pairs: pd.DataFrame) -> pd.Series:
    """Whether two claims say the opposite; where nobody says so, none does."""
    return pairs["opposed"] if "opposed" in pairs else pd.Series(False, pairs.index)


def _tension_note(say: Reader) -> str:
    return say("Both stand: both are supported, so the document is at odds with itself in these documents too. One stands: one is supported and the other contradicted; that one stands proves nothing about the other, each has tests of its own. Open: one of them cannot be decided, or is not tested. Not settled: else.")  # fmt: skip


def tensions_size(pairs: pd.DataFrame, *, say: Reader = ENGLISH) -> tuple[float, float]:
    """Return width and height in centimetres of the figure that :func:`tensions` needs."""
    heads = 0.5 * pairs["opposed"].nunique() if "opposed" in pairs else 0.0
    return WIDTH, 0.6 + heads + sum(height + 0.18 for *_, height in _groups(pairs)) + 0.15 + _foot_height(
        _tension_note(say)
    )


def tensions(pairs: pd.DataFrame, ax: Axes | None = None, *, say: Reader = ENGLISH) -> Axes:
    """Draw the claims that pull against each other side by side, each with its verdict, and between them how the pair stands.

    Parameters
    ----------
    pairs : DataFrame, one row a pair
        ``claim_id, label, verdict, other, other_label, other_verdict``; where there is ``opposed`` (whether they say the opposite), those
        that do stand under a head of their own.
    """
    ax = _page(ax, tensions_size(pairs, say=say)[1])
    look: dict[str, Any] = {"fontsize": SMALL, "color": GREY, "va": "center"}
    ax.text(0, 0.3, say("This claim"), **look)
    ax.text((_LEFT_CELL + 0.56 + _RIGHT_CELL) / 2, 0.3, say("how they stand"), ha="center", **look)
    ax.text(_RIGHT_CELL, 0.3, say("pulls against"), **look)
    y, before = 0.6, None
    for one, words, rows, height in _groups(pairs):
        _rule(ax, y)
        if "opposed" in pairs and one["opposed"] != before:
            before = one["opposed"]
            head = say("Opposed: what one counts for itself, the other counts against itself") if before else say("One presses on the other: both may be true")  # fmt: skip
            ax.text(0, y + 0.27, head, fontsize=SMALL, fontweight="bold", va="center")
            y += 0.5
        y += 0.09
        middle = y + height / 2
        _write(ax, 0, middle - LINE / 2, words, fontsize=TEXT)
        ax.text(0, middle + len(words) * LINE / 2, say.label("verdict", one["verdict"]), fontsize=SMALL, fontweight="bold", va="center")  # fmt: skip
        _cell(ax, _LEFT_CELL, y, 0.56, height, one["verdict"])
        for row, lines, high in rows:
            _pair(ax, row, lines, y + high / 2, high - 0.08, say)
            y += high
        y += 0.09
    _rule(ax, y)
    return _foot(ax, y + 0.15, _tension_note(say))


def _pair(ax: Axes, one: Any, words: list[str], y: float, height: float, say: Reader) -> None:
    stands = standing(one.verdict, one.other_verdict)
    solid, left = stands in ("both", "one"), _LEFT_CELL + 0.56
    ax.plot([left, _RIGHT_CELL], [y, y], color=INK if solid else GREY, linewidth=1.8 if solid else 0.8, linestyle="-" if solid else (0, (2, 2)), zorder=1)  # fmt: skip
    ax.text((left + _RIGHT_CELL) / 2, y, say.label("pair", stands), fontsize=SMALL, ha="center", va="center", fontweight="bold" if solid else "normal", bbox={"facecolor": "white", "edgecolor": "none", "pad": 1.5}, zorder=2)  # fmt: skip
    _cell(ax, _RIGHT_CELL, y - height / 2, 0.56, height, one.other_verdict)
    x = _RIGHT_CELL + 0.72
    _write(ax, x, y - LINE / 2, words, fontsize=TEXT)
    ax.text(x, y + len(words) * LINE / 2, say.label("verdict", one.other_verdict), fontsize=SMALL, fontweight="bold", va="center")  # fmt: skip


def tensions_alt(pairs: pd.DataFrame, *, say: Reader = ENGLISH) -> str:
    """Say what :func:`tensions` shows."""
    parts = [
        f"{one.claim_id} ({say.label('verdict', one.verdict)}) ↔ {one.other} ({say.label('verdict', one.other_verdict)}): "
        f"{say.label('pair', standing(str(one.verdict), str(one.other_verdict)))}"
        for one in pairs.itertuples()
    ]
    return say("Claims that pull against each other, side by side. {parts}.", parts="; ".join(parts) or say("nothing is recorded"))  # fmt: skip


# ---- what a verdict hangs on ------------------------------------------------------------------------------------------

_EVENT_AT, _FAMILY_AT, _FEW = 7.0, 9.1, 6


def _hanging(table: pd.DataFrame) -> Iterator[tuple[Any, pd.DataFrame, pd.DataFrame, list[str], float]]:
    """Each claim that something turns: its events, its families, its words in lines, and how high it stands."""
    for _, part in table[table["id"].notna()].groupby("claim_id", sort=False):
        one = part.iloc[0]
        events, families = (part[part["kind"] == kind] for kind in ("event", "source"))
        words = _lines(f"{one['claim_id']}  {one['label']}", _EVENT_AT - 1.1, size=TEXT)
        rows = max(len(words) + 1, len(families) if len(families) <= _FEW else 1)
        yield one, events, families, words, rows * (LINE + 0.05) + 0.28


def _turn_note(table: pd.DataFrame, say: Reader) -> str:
    hanging = table[table["id"].notna()]
    quiet = table["claim_id"].nunique() - hanging["claim_id"].nunique()
    marks = ", ".join(_told(one, say) for one in VERDICT if one in set(hanging["verdict_after"]))
    text = say("A small field is one event, or one source family; it shows the verdict without it ({marks}). An event that one family alone reports stands on both sides.", marks=marks)  # fmt: skip
    if not quiet:
        return text
    return text + " " + say.count("Not drawn: {n} claim whose verdict no single event and no single family turns.", "Not drawn: {n} claims whose verdict no single event and no single family turns.", quiet)  # fmt: skip


def turns_size(table: pd.DataFrame, *, say: Reader = ENGLISH) -> tuple[float, float]:
    """Return width and height in centimetres of the figure that :func:`turns` needs."""
    return WIDTH, 0.7 + sum(height for *_, height in _hanging(table)) + 0.15 + _foot_height(_turn_note(table, say))


def turns(table: pd.DataFrame, ax: Axes | None = None, *, say: Reader = ENGLISH) -> Axes:
    """Draw how many single events and single source families each verdict hangs on, and what it would be without each.

    Parameters
    ----------
    table : DataFrame, one row a claim and what is left out; a claim that nothing turns has one row without ``id``
        ``claim_id, label`` (its words), ``verdict, kind`` (event, source), ``id, name`` (of a family), ``verdict_after``.
    """
    ax = _page(ax, turns_size(table, say=say)[1])
    look: dict[str, Any] = {"fontsize": SMALL, "color": GREY, "va": "center"}
    for x, text in ((0.0, say("Claim and verdict")), (_EVENT_AT, say("single events")), (_FAMILY_AT, say("single source families, and the verdict without each"))):  # fmt: skip
        ax.text(x, 0.3, text, **look)
    y = 0.6
    for one, events, families, words, height in _hanging(table):
        _rule(ax, y)
        _cell(ax, 0, y + 0.1, 0.56, height - 0.2, one["verdict"])
        middle = y + height / 2
        _write(ax, 0.75, middle - LINE / 2, words, fontsize=TEXT)
        ax.text(0.75, middle + len(words) * LINE / 2, say.label("verdict", one["verdict"]), fontsize=SMALL, fontweight="bold", va="center")  # fmt: skip
        _fields(ax, _EVENT_AT, middle, events, say, most=4)
        if len(families) > _FEW:
            _fields(ax, _FAMILY_AT, middle, families, say)
        else:
            for at, family in enumerate(families.itertuples()):
                row = middle + (at - (len(families) - 1) / 2) * (LINE + 0.05)
                _cell(ax, _FAMILY_AT, row - 0.17, 0.36, 0.34, family.verdict_after, size=SMALL)
                _write(ax, _FAMILY_AT + 0.48, row, _lines(str(family.name), WIDTH - _FAMILY_AT - 0.48, most=1))
        y += height
    _rule(ax, y)
    return _foot(ax, y + 0.15, _turn_note(table, say))


def _fields(ax: Axes, x: float, y: float, table: pd.DataFrame, say: Reader, *, most: int = _FEW) -> None:
    """A number, and a small field for each of the first in the colour and with the mark of the verdict without it."""
    ax.text(x, y, say.number(len(table)), fontsize=TEXT, fontweight="bold", va="center")
    for at, after in enumerate(table["verdict_after"].head(most)):
        _cell(ax, x + 0.4 + 0.4 * at, y - 0.17, 0.36, 0.34, after, size=SMALL)


def turns_alt(table: pd.DataFrame, *, say: Reader = ENGLISH) -> str:
    """Say what :func:`turns` shows."""
    parts = []
    for one, events, families, *_ in _hanging(table):
        named = [f"{some.name} → {say.label('verdict', some.verdict_after)}" for some in families.itertuples()]
        told = say("{claim}, {verdict}: {n} single events, {m} single source families turn it", claim=one["claim_id"], verdict=say.label("verdict", one["verdict"]), n=len(events), m=len(families))  # fmt: skip
        parts.append(told + (f" ({'; '.join(named)})" if 0 < len(named) <= _FEW else ""))
    return say("What verdicts hang on. {parts}. {note}", parts="; ".join(parts) or say("nothing is recorded"), note=_turn_note(table, say))  # fmt: skip


# ---- how far a verdict holds in other readings, and under which tactic ---------------------------------------------------

_GRID_WORDS, _TACTIC_WORDS = 5.2, 6.4
_FEW_READINGS = 10  # below, a share is told as a fraction


def holding(n_same: int, n: int, say: Reader) -> str:
    """Return how many of some readings give the same verdict: a fraction where there are few, else percent."""
    return f"{n_same}/{n}" if n < _FEW_READINGS else _percent(n_same / n, say) + " %"


def readings_grid_size(verdicts: pd.DataFrame, readings: pd.DataFrame, focal: pd.DataFrame, *, say: Reader = ENGLISH) -> tuple[float, float]:  # fmt: skip
    """Return width and height in centimetres of the figure that :func:`readings_grid` needs."""
    rows = sum(height for *_, height in _grid_rows(verdicts, readings))
    heads = [_kind_head(kind, _grid_step(readings), say) for kind in [*_kinds(readings), None]]
    return WIDTH, max(map(len, heads)) * LINE + 0.3 + rows + 0.2 + _foot_height(_grid_note(say))


def readings_grid(
    verdicts: pd.DataFrame, readings: pd.DataFrame, focal: pd.DataFrame, ax: Axes | None = None, *, say: Reader = ENGLISH
) -> Axes:  # fmt: skip
    """Draw how many readings of each kind give each claim the verdict it has, and its verdict by the ties of one programme alone.

    Parameters
    ----------
    verdicts : DataFrame, one row a claim
        ``claim_id, label`` (its words), ``verdict``.
    readings : DataFrame
        ``claim_id, kind, n_readings, share_same``.
    focal : DataFrame
        ``claim_id, verdict_programme``.
    """
    ax = _page(ax, readings_grid_size(verdicts, readings, focal, say=say)[1])
    kinds, step = _kinds(readings), _grid_step(readings)
    heads = [_kind_head(kind, step, say) for kind in [*kinds, None]]
    y = max(map(len, heads)) * LINE + 0.3
    ax.text(0, y - 0.2, say("Claim and verdict"), fontsize=SMALL, color=GREY, va="center")
    for at, head in enumerate(heads):
        _write(ax, _GRID_WORDS + step * at + 0.08, y - 0.2 - (len(head) - 1) * LINE / 2, head, color=GREY)
    _rule(ax, y, color=INK)
    by = readings.set_index(["claim_id", "kind"])
    alone = focal.set_index("claim_id")["verdict_programme"].to_dict()
    for one, words, height in _grid_rows(verdicts, readings):
        middle = y + height / 2
        _cell(ax, 0, y + 0.05, 0.4, height - 0.1, one.verdict, size=SMALL)
        _write(ax, 0.55, middle, words)
        for at, kind in enumerate(kinds):
            x = _GRID_WORDS + step * at + 0.08
            if (one.claim_id, kind) not in by.index:
                _write(ax, x, middle, ["–"], color=GREY)
                continue
            here = by.loc[(one.claim_id, kind)]
            n, share = int(here["n_readings"]), float(here["share_same"])
            _write(ax, x, middle - 0.06, [holding(round(n * share), n, say)], fontweight="bold" if share < 0.5 else "normal")  # fmt: skip
            long = step - 0.3
            ax.add_patch(Rectangle((x, middle + 0.13), long, 0.09, facecolor=TRACK, linewidth=0, zorder=1))
            ax.add_patch(Rectangle((x, middle + 0.13), long * share, 0.09, facecolor=STANCE["for"], linewidth=0, zorder=2))  # fmt: skip
        x = _GRID_WORDS + step * len(kinds) + 0.08
        if one.claim_id in alone:
            _cell(ax, x, y + 0.05, 0.4, height - 0.1, alone[one.claim_id], size=SMALL)
        else:
            _write(ax, x, middle, ["–"], color=GREY)
        y += height
        _rule(ax, y)
    return _foot(ax, y + 0.15, _grid_note(say))


def _kinds(readings: pd.DataFrame) -> list[str]:
    """Kinds of reading in order; the mean over programmes is none: the programme under examination stands alone."""
    return [kind for kind in dict.fromkeys(readings["kind"]) if kind != "programme"]


def _grid_step(readings: pd.DataFrame) -> float:
    return (WIDTH - _GRID_WORDS) / (len(_kinds(readings)) + 1)


def _kind_head(kind: str | None, step: float, say: Reader) -> list[str]:
    return _lines(_kind_text(say) if kind is None else say.label("reading kind", kind), step - 0.1)


def _grid_rows(verdicts: pd.DataFrame, readings: pd.DataFrame) -> Iterator[tuple[Any, list[str], float]]:
    for one in verdicts[verdicts["claim_id"].isin(readings["claim_id"])].itertuples():
        words = _lines(f"{one.claim_id}  {one.label}", _GRID_WORDS - 0.7)
        yield one, words, max(len(words), 2) * LINE + 0.14


def _grid_note(say: Reader) -> str:
    return say("How many readings of a kind give the same verdict: a fraction where there are fewer than {few}, else percent; bold: fewer than half. –: no reading of that kind touches it. Kinds are never added up.", few=_FEW_READINGS)  # fmt: skip


def readings_grid_alt(verdicts: pd.DataFrame, readings: pd.DataFrame, focal: pd.DataFrame, *, say: Reader = ENGLISH) -> str:  # fmt: skip
    """Say what :func:`readings_grid` shows."""
    alone, parts = focal.set_index("claim_id")["verdict_programme"].to_dict(), []
    for one in verdicts[verdicts["claim_id"].isin(readings["claim_id"])].itertuples():
        mine = readings[(readings["claim_id"] == one.claim_id) & (readings["kind"] != "programme")]
        said = [f"{say.label('reading kind', row.kind)} {holding(round(row.n_readings * row.share_same), int(row.n_readings), say)}" for row in mine.itertuples()]  # fmt: skip
        if one.claim_id in alone:
            said.append(f"{_kind_text(say)} {say.label('verdict', alone[one.claim_id])}")
        parts.append(f"{one.claim_id}: {', '.join(said)}")
    return say("How far each verdict holds, by kind of reading. {parts}.", parts="; ".join(parts) or say("nothing is recorded"))  # fmt: skip


def _kind_text(say: Reader) -> str:
    return say("ties of the programme alone")


RESULTS = {"holds": ("#0072B2", "●"), "weakens": ("#E69F00", "◐"), "turns": ("#D55E00", "○")}  # colour and mark


def tactics_grid_size(log: pd.DataFrame, *, say: Reader = ENGLISH) -> tuple[float, float]:
    """Return width and height in centimetres of the figure that :func:`tactics_grid` needs."""
    rows = sum(height for *_, height in _tactic_rows(log))
    return WIDTH, _tactic_heads(log, say)[1] + rows + 0.2 + _foot_height(_tactic_note(say))


def _tactic_heads(log: pd.DataFrame, say: Reader) -> tuple[list[tuple[list[str], float]], float]:
    """Each head in lines with its place from the rule upwards, every second one a storey higher, and the height of all."""
    tactics = list(dict.fromkeys(log["tactic"]))
    step = (WIDTH - _TACTIC_WORDS) / max(1, len(tactics))
    last = len(tactics) - 1  # it has one column of room, and leans on the edge
    lines = [_lines(say.label("tactic", one), (step if at == last else 2 * step - 0.4)) for at, one in enumerate(tactics)]  # fmt: skip
    lower, upper = (max(map(len, lines[at::2]), default=0) * LINE + 0.1 for at in (0, 1))
    return [(head, 0.1 + (lower if at % 2 else 0.0)) for at, head in enumerate(lines)], lower + upper + 0.2


def tactics_grid(log: pd.DataFrame, ax: Axes | None = None, *, say: Reader = ENGLISH) -> Axes:
    """Draw each finding under each tactic: does it hold, is it weakened, does it turn; empty where these data cannot say.

    Parameters
    ----------
    log : DataFrame, one row a finding and tactic
        ``finding, label`` (its words), ``verdict, tactic, result``.
    """
    ax = _page(ax, tactics_grid_size(log, say=say)[1])
    tactics = list(dict.fromkeys(log["tactic"]))
    step = (WIDTH - _TACTIC_WORDS) / max(1, len(tactics))
    heads, y = _tactic_heads(log, say)
    clear = {
        "facecolor": "white",
        "edgecolor": "none",
        "pad": 0.3,
    }  # the lines of the upper storey end behind the lower
    ax.text(0, y - 0.2, say("Finding and verdict"), fontsize=SMALL, color=GREY, va="center")
    for at, (head, up) in enumerate(heads):
        x = _TACTIC_WORDS + step * at
        if at == len(heads) - 1:
            _write(ax, WIDTH, y - up - len(head) * LINE / 2, head, color=GREY, ha="right", bbox=clear, zorder=2)
        else:
            _write(ax, x + 0.08, y - up - len(head) * LINE / 2, head, color=GREY, bbox=clear, zorder=2)
        if at % 2:  # a line from the upper storey down to its column
            ax.plot([x, x], [y, y - up - len(head) * LINE + 0.05], color=RULE, linewidth=0.7, zorder=1)
    _rule(ax, y, color=INK)
    for one, words, part, height in _tactic_rows(log):
        middle, said = y + height / 2, part.set_index("tactic")["result"]
        _cell(ax, 0, y + 0.05, 0.4, height - 0.1, one["verdict"], size=SMALL)
        _write(ax, 0.55, middle, words)
        for at, tactic in enumerate(tactics):
            x, result = _TACTIC_WORDS + step * at + 0.08, said.get(tactic)
            if result not in RESULTS:
                _write(ax, x, middle, ["–"], color=GREY)
                continue
            colour, mark = RESULTS[result]
            ax.add_patch(Rectangle((x, middle - 0.2), 0.4, 0.4, facecolor=colour, edgecolor="white", linewidth=0.8, zorder=2))  # fmt: skip
            ax.text(x + 0.2, middle, mark, ha="center", va="center", fontsize=SMALL, fontweight="bold", color=INK if result == "weakens" else "white", zorder=3)  # fmt: skip
        y += height
        _rule(ax, y)
    return _foot(ax, y + 0.15, _tactic_note(say))


def _tactic_rows(log: pd.DataFrame) -> Iterator[tuple[pd.Series, list[str], pd.DataFrame, float]]:
    for _, part in log.groupby("finding", sort=False):
        one = part.iloc[0]
        words = _lines(str(one["label"]), _TACTIC_WORDS - 0.7)
        yield one, words, part, max(len(words), 1.3) * LINE + 0.12


def _tactic_note(say: Reader) -> str:
    marks = ", ".join(f"{mark} {say.label('result', name)}" for name, (_, mark) in RESULTS.items())
    return say("{marks}. It weakens: something speaks beside or against it and the verdict is the same. It turns: in some reading of that kind the verdict is another. –: these data cannot say.", marks=marks)  # fmt: skip


def tactics_grid_alt(log: pd.DataFrame, *, say: Reader = ENGLISH) -> str:
    """Say what :func:`tactics_grid` shows."""
    parts = []
    for finding, part in log.groupby("finding", sort=False):
        rows = [row for row in part.itertuples() if row.result in RESULTS]
        said = [f"{say.label('tactic', row.tactic)} {say.label('result', row.result)}" for row in rows]
        parts.append(f"{finding}: {', '.join(said)}")
    return say("Each finding under each tactic. {parts}.", parts="; ".join(parts) or say("nothing is recorded"))
