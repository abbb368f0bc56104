"""Imports point only down; rooms of one level never import each other."""

from __future__ import annotations

import ast

from conftest import ROOT

LEVELS = [
    {"errors", "settings", "fingerprint"},
    {"words", "tables", "schemas", "workbooks"},
    {"admission", "facts", "ties", "compare", "resampling", "recodes", "coded_project"},
    {
        "loaders",
        "overview",
        "indicators",
        "outcomes",
        "network",
        "plots",
        "wording",
        "provenance",
        "coding",
        "saturation",
        "reliability",
        "doctor",
        "how_to_verify",
    },
    {
        "processed",
        "exports",
        "notebooks_run",
        "findings",
        "readings",
        "displays",
        "triangulation",
        "coding_agreement",
        "dependency",
        "frameworks",
        "audit_trail",
    },
    {"tension", "pipeline", "disputes", "reduction", "stakeholders", "element_pages", "readme", "handover", "study"},
    {"claims"},
    {"conclusions"},
    {"report", "consequences"},
    {"verify"},
    {"bundle"},
    {"proof"},
    {"cli"},
]
LEVEL = {room: at for at, rooms in enumerate(LEVELS) for room in rooms}
# Within level 0 everything may use errors, the one leaf.
LEAF = "errors"


def room_of(path):
    return path.relative_to(ROOT / "dashat_lib").parts[0].removesuffix(".py")


def arrows():
    for path in (ROOT / "dashat_lib").rglob("*.py"):
        if path.name == "__init__.py" and path.parent == ROOT / "dashat_lib":
            continue
        room, depth = room_of(path), len(path.relative_to(ROOT / "dashat_lib").parts)
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom) and node.level:
                if node.level == depth:
                    for name in [node.module] if node.module else [one.name for one in node.names]:
                        yield room, name.split(".")[0]
                else:
                    yield room, room


def test_every_room_has_a_level():
    assert {room_of(path) for path in (ROOT / "dashat_lib").rglob("*.py")} - {"__init__"} == set(LEVEL)


def test_imports_point_only_down():
    found = set(arrows())
    assert len(found) > 20
    wrong = [(one, other) for one, other in found if one != other and other != LEAF and LEVEL[other] >= LEVEL[one]]
    assert wrong == []


def test_the_map_names_every_room():
    text = (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8")
    assert [room for room in LEVEL if f"`{room}`" not in text and f"`{room}/`" not in text] == []
