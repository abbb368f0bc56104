"""Is a drawing that was kept word for word one that the schema of REFI-QDA allows."""

from __future__ import annotations

import re

from ..errors import DashatError
from ..loaders.refi_values import COLOR, DIRECTIONS, GUID
from ..loaders.xml_files import parse

_NUMBER = re.compile("[+-]?[0-9]+")
_ANY = re.compile(".*", re.DOTALL)
_SHAPE = re.compile(
    "Person|Oval|Rectangle|RoundedRectangle|Star|LeftTriangle|RightTriangle|UpTriangle|DownTriangle|Note"
)
# Element -> attribute -> what it may be; those that begin with "!" must be there.
_SCHEMA = {
    "Graph": {"!guid": GUID, "name": _ANY},
    "Vertex": {
        "!guid": GUID, "representedGUID": GUID, "name": _ANY, "!firstX": _NUMBER, "!firstY": _NUMBER, "secondX": _NUMBER,
        "secondY": _NUMBER, "shape": _SHAPE, "color": COLOR,
    },
    "Edge": {
        "!guid": GUID, "representedGUID": GUID, "name": _ANY, "!sourceVertex": GUID, "!targetVertex": GUID, "color": COLOR,
        "direction": re.compile("|".join(DIRECTIONS)), "lineStyle": re.compile("dotted|dashed|solid"),
    },
}  # fmt: skip


def is_graph(xml: str) -> bool:
    """Say whether a text is a Graph of the schema: vertices, then edges, with their attributes and nothing else."""
    seen = _Seen()
    try:
        parse([xml.encode("utf-8", "replace")], seen, "Graph")
    except DashatError:
        return False
    return seen.good and re.fullmatch("GV*E*", seen.order) is not None


class _Seen:
    def __init__(self) -> None:
        self.good, self.depth, self.order = True, 0, ""

    def start(self, name: str, attributes: dict[str, str]) -> None:
        self.depth += 1
        known = _SCHEMA.get(name, {})
        forms = {attribute.lstrip("!"): form for attribute, form in known.items()}
        must = {attribute[1:] for attribute in known if attribute.startswith("!")}
        in_place = self.depth == (1 if name == "Graph" else 2)
        fit = must <= set(attributes) <= set(forms)
        self.good &= bool(known) and in_place and fit and all(forms[one].fullmatch(value) for one, value in attributes.items())  # fmt: skip
        self.order += name[:1]

    def end(self, name: str) -> None:
        self.depth -= 1

    def data(self, text: str) -> None:
        self.good &= not text.strip()
