"""Which rows parameters speak of, how they stand under a number, and how they are said.

Parameters that several statistics share: ``codes`` ("|"-joined, children included), ``stance`` (of the coding), ``place`` (closed
over ``places.within``; the wider place of the case if not given, "any" admits every place), ``actor`` and ``actor_not`` (a
stakeholder the row names, or does not), ``text_contains`` (alternatives joined by "|", any case, in ``text_en``),
``dated`` (beginnings of the row's date, joined by "|": "2021|2022"),
``evidence_ids`` (rows that a test lists; together with coded rows where both are given, and of any place unless ``place`` is
given).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd

from ..admission import pooled
from ..facts import Under, joined, under
from ..settings import Settings
from ..words import Reader, languages, reader

if TYPE_CHECKING:
    from .reckoning import Reckoning

ANYWHERE = "any"


@dataclass(frozen=True)
class Chosen:
    """Evidence rows that a statistic counts, and those it weighed and left out.

    ``rows``: ``evidence_id, event_id, source_family``, ``counted`` (bool); ``codings``: the codings of the set among them, with
    ``counted``.
    """

    rows: pd.DataFrame
    codings: pd.DataFrame
    support: tuple[Under, ...]


def choose(book: Reckoning, given: Mapping[str, str]) -> Chosen:
    """Return the rows that parameters speak of (the module says which parameters)."""
    codings = book.coded.iloc[:0].assign(counted=False)
    support: list[Under] = []
    place = given.get("place", ANYWHERE)
    if "codes" in given:
        place = given.get("place", book.settings.wider_place)
        codes = book.below(given["codes"])
        codings = book.at(book.coded[book.coded["code_id"].isin(codes)], place)
        codings = codings.assign(counted=_meets(book, codings, given))
        if not book.bare:
            support += [
                under("codings", *apart(codings, "coding_id")),
                under("evidence", *apart(codings, "evidence_id")),
                under("codebook", defines=codes),
            ]
        if {"actor", "actor_not"} & set(given):
            support.append(under("evidence_actors", looked_at=namings(book, codings["evidence_id"])))
    elif "evidence_ids" not in given:
        raise KeyError("codes")
    ids = [one for one in given.get("evidence_ids", "").split("|") if one in book.evidence.index]
    listed = book.at(book.evidence.loc[ids], given.get("place", ANYWHERE))
    support.append(under("evidence", listed["evidence_id"]))
    if place != ANYWHERE:
        support.append(under("places", defines=[place]))
    columns = ["evidence_id", "event_id", "source_family", "counted"]
    rows = pd.concat([codings[columns], listed.assign(counted=True)[columns]], ignore_index=True)
    rows = rows.sort_values("counted", ascending=False, kind="stable").drop_duplicates("evidence_id", ignore_index=True)
    return Chosen(rows, codings, joined(support))


def _meets(book: Reckoning, codings: pd.DataFrame, given: Mapping[str, str]) -> pd.Series:
    """Which codings meet stance, actor and words."""
    met = pd.Series(True, codings.index)
    if "stance" in given:
        met &= codings["stance"] == given["stance"]
    for name, wanted in (("actor", True), ("actor_not", False)):
        if name in given:
            named = codings["evidence_id"].map(lambda one: given[name] in book.actors.get(one, ()))  # noqa: B023
            met &= named.astype(bool) == wanted
    if "text_contains" in given:
        words = "|".join(re.escape(one) for one in given["text_contains"].split("|"))
        met &= codings["text_en"].str.contains(words, case=False, regex=True)
    if "dated" in given:
        met &= codings["date"].str.startswith(tuple(given["dated"].split("|")))
    return met


def values_of(book: Reckoning, given: Mapping[str, str], column: str) -> set[str]:
    """Return the values of a column of ``evidence`` in the rows that :func:`choose` counts, by plain loops.

    For readings, which want the number only.
    """
    place = given.get("place", book.settings.wider_place)
    inside = None if place == ANYWHERE else book.within(place)
    codes = book.below(given["codes"]) if "codes" in given else set()
    words = "|".join(re.escape(one) for one in given.get("text_contains", "").split("|"))
    found = {
        getattr(one, column)
        for one in book.plain
        if one.code_id in codes
        and (inside is None or one.place in inside)
        and one.stance == given.get("stance", one.stance)
        and ("actor" not in given or given["actor"] in book.actors.get(one.evidence_id, ()))
        and ("actor_not" not in given or given["actor_not"] not in book.actors.get(one.evidence_id, ()))
        and (not words or re.search(words, one.text_en, re.IGNORECASE))
        and ("dated" not in given or one.date.startswith(tuple(given["dated"].split("|"))))
    }
    ids = [one for one in given.get("evidence_ids", "").split("|") if one in book.evidence.index]
    if not ids:
        return found
    return found | set(book.at(book.evidence.loc[ids], given.get("place", ANYWHERE))[column])


def set_of(book: Reckoning, given: Mapping[str, str]) -> tuple[str, str]:
    key = set_key(given, book.settings)
    if key is None:
        raise KeyError("codes")
    return key


def set_support(book: Reckoning, set_id: str, place: str, stances: set[str], *, sectors: bool) -> tuple[Under, ...]:
    """The rows of a code set, those whose event has one of `stances` apart; with `sectors` the actors they name."""
    if book.bare:
        return ()
    rows = book.rows_of(set_id, place)
    rows = rows.assign(counted=pooled(rows, keys=["set_id"]).isin(stances) if len(rows) else False)
    codes = [one for part in set_id.split("~") if part for one in book.below(part)]
    found = [under(name, *apart(rows, key)) for name, key in (("evidence", "evidence_id"), ("codings", "coding_id"))]
    if sectors:
        found.append(under("evidence_actors", *(namings(book, ids) for ids in apart(rows, "evidence_id"))))
    found.append(under("codebook", defines=codes))
    return (*found, *([] if place == ANYWHERE else [under("places", defines=[place])]))


def apart(rows: pd.DataFrame, key: str) -> tuple[pd.Series, pd.Series]:
    return rows.loc[rows["counted"], key], rows.loc[~rows["counted"].astype(bool), key]


def namings(book: Reckoning, evidence_ids: pd.Series | list[str]) -> list[str]:
    """The rows of ``evidence_actors`` that name somebody in these rows."""
    if book.bare:
        return []
    return [one for row in set(evidence_ids) for one in book.namings.get(row, [])]


def labels_of(book: Reckoning, codes: str) -> dict[str, object]:
    """The labels of codes in each language."""
    if not codes or book.bare:
        return dict.fromkeys(languages(), "–")
    table = book.code_labels
    return {
        one: ", ".join(str(table[code].get(one, code)) if code in table else code for code in codes.split("|"))
        for one in languages()
    }


def in_each(text: Callable[[Reader], str]) -> dict[str, object]:
    """A text in each language."""
    return {one: text(reader(one)) for one in languages()}


def place_name(book: Reckoning, place: str) -> object:
    if place == ANYWHERE:
        return in_each(lambda say: say("any place"))
    return book.place_names.get(place, place)


def conditions_of(book: Reckoning, given: Mapping[str, str]) -> dict[str, object]:
    """What rows a count is about, said in each language."""
    if book.bare:
        return {"conditions": ""}
    said = {}
    for language in languages():
        say = reader(language)
        parts = []
        if "codes" in given:
            label = str(labels_of(book, given["codes"])[language])
            stance = given.get("stance")
            parts.append(say("coded with {label}, {stance}", label=label, stance=say.label("stance", stance)) if stance else say("coded with {label}", label=label))  # fmt: skip
        if "actor" in given:
            parts.append(say("that name {actor}", actor=book.short_names.get(given["actor"], given["actor"])))
        if "actor_not" in given:
            parts.append(say("that do not name {actor}", actor=book.short_names.get(given["actor_not"], given["actor_not"])))  # fmt: skip
        if "text_contains" in given:
            parts.append(
                say(
                    "whose English wording holds one of these: {words}",
                    words=", ".join(given["text_contains"].split("|")),
                )
            )
        if "dated" in given:
            parts.append(say("dated {dates}", dates=say.list(given["dated"].split("|"))))
        if "evidence_ids" in given:
            parts.append(say("listed in the test"))
        place = given.get("place", book.settings.wider_place if "codes" in given else ANYWHERE)
        if place != ANYWHERE:
            parts.append(say("on {place}", place=book.place_names.get(place, place)))
        said[language] = ", ".join(parts)
    return {"conditions": said}


def set_key(given: Mapping[str, str], settings: Settings) -> tuple[str, str] | None:
    """Return (set, place) under which the events of a code set are counted; None where no code is given."""
    if not given.get("codes") and not given.get("reversed_codes"):
        return None
    parts = ("|".join(sorted(filter(None, given.get(name, "").split("|")))) for name in ("codes", "reversed_codes"))
    return "~".join(parts), given.get("place", settings.wider_place)
