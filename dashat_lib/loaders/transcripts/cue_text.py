"""What is said in a cue, and by whom: tags taken away, entities read, voices told apart."""

from __future__ import annotations

import html
import re
from dataclasses import dataclass

_KNOWN = frozenset(("b", "br", "c", "em", "font", "i", "lang", "p", "rt", "ruby", "s", "span", "strong", "u", "v"))
# A tag of WebVTT or SubRip, a time inside a cue, or a command of SubStation in braces.
_TAG = re.compile(
    r"<(?P<close>/?)(?P<name>[A-Za-z][A-Za-z0-9]*)(?:\.[^\s<>]*)?(?:[ \t\n]+(?P<more>[^<>]*))?/?>|<[\d:.,]+>|\{\\[^{}\n]*\}"
)
_ENTITY = re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});")


@dataclass(frozen=True)
class Said:
    """What one voice says in a cue; ``voice`` is None where no tag names it."""

    voice: str | None
    text: str


def said_in(payload: str) -> tuple[list[Said], int]:
    """Return what is said in a cue, one entry a voice, and how many tags are none of WebVTT or SubRip.

    Those stay in the text: ``<inaudible>`` is a note of the transcriber, and players drop it.
    """
    found: list[Said] = []
    words: list[str] = []
    voice: str | None = None
    unknown = at = 0
    for tag in _TAG.finditer(payload):
        words.append(payload[at : tag.start()])
        at = tag.end()
        name = (tag["name"] or "").lower()
        if name == "v":
            _close(found, words, voice)
            voice = None if tag["close"] else " ".join(_plain(tag["more"] or "").split()) or None
        elif name == "br":
            words.append("\n")
        elif name and name not in _KNOWN:
            words.append(tag[0])
            unknown += 1
    words.append(payload[at:])
    _close(found, words, voice)
    return found, unknown


def _close(found: list[Said], words: list[str], voice: str | None) -> None:
    text = "\n".join(line.strip() for line in _plain("".join(words)).strip().split("\n"))
    words.clear()
    if not text and not (voice and not any(one.voice == voice for one in found)):
        return
    if found and found[-1].voice == voice:
        found[-1] = Said(voice, f"{found[-1].text} {text}")
    else:
        found.append(Said(voice, text))


def _plain(text: str) -> str:
    return _ENTITY.sub(lambda one: html.unescape(one[0]), text)
