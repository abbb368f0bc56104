"""Lists of codes: a codebook with headings, such as NVivo's, and the plain list that QualCoder imports."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence

from ..coded_project import Draft
from ..errors import message
from .code_tree import CodeTree
from .headings import Table, left_out

_ARROWS = re.compile(r"\s*(?:->|→|>>|\s>\s)\s*")
_BACKSLASH = re.compile(r"\s*\\+\s*")
_LONGEST_NAME = 120
_MOST_LEVELS = 50


def levels(code: str, *, backslash: bool = False) -> tuple[str, ...]:
    """Return the levels of a code written as ``parent->child``, ``parent > child``, ``parent>>child`` or ``parent\\child``."""
    parts = [part for arrow in _ARROWS.split(code.strip()) for part in (_BACKSLASH.split(arrow) if backslash else [arrow])]  # fmt: skip
    return tuple(part.strip() for part in parts if part.strip()) or (code.strip(),)


def add_codes(table: Table, at: Mapping[str, int], draft: Draft) -> None:
    """Add the codes of a codebook.

    The level of a code is in its path, in a column that names the code above it, or in the blanks before its name.
    How often codes were used (``files``, ``references``) is kept in the properties, as JSON of path and number.
    """
    left_out(table, at.values(), draft.report)
    cells = table.column(at["code"])
    backslash = any("\\" in cell for cell in cells)
    paths = _by_parent(table, at, draft) if "parent" in at else _by_blanks(cells) or [levels(cell, backslash=backslash) if cell.strip() else () for cell in cells]  # fmt: skip
    tree = CodeTree(draft)
    numbers: dict[str, dict[str, int]] = {"files": {}, "references": {}}
    ids: set[str] = set()
    categories: dict[str, None] = {}
    for row, number, path in zip(table.rows, table.numbers, paths, strict=True):
        if not path:
            draft.report.tell("empty_code", f"row {number}", message("A row names no code; it was left out."))
            continue
        name = " > ".join(path)
        draft.report.tell("repeated_code", name, message("Rows name one code; they were joined."), int(name in tree.given))  # fmt: skip
        own = row[at["id"]].strip() if "id" in at else ""
        draft.report.tell("repeated_id", own, message("Two codes have one id; the later one is called by its path."), int(own in ids))  # fmt: skip
        code = tree.add(path, description=_description(row, at, table), color=row[at["color"]] if "color" in at else "", code_id=own if own and own not in ids else None)  # fmt: skip
        ids.add(own or name)
        if "category" in at and row[at["category"]].strip():
            category = row[at["category"]].strip()
            if category not in categories:
                categories[category] = None
                draft.add("categories", category_id=category, name=category)
            draft.add("category_codes", category_id=category, code_id=code)
        for word, found in numbers.items():
            if word in at and row[at[word]].strip().isdecimal():
                found[name] = int(row[at[word]])
    for code in sorted(set(map(" > ".join, _above(paths))) - tree.given):
        draft.report.tell("parent_not_listed", code, message("A code is named only as the one above others; it was added."))  # fmt: skip
    draft.properties |= {word: json.dumps(found, ensure_ascii=False) for word, found in numbers.items() if found}


def _above(paths: Sequence[tuple[str, ...]]) -> set[tuple[str, ...]]:
    return {path[:n] for path in paths for n in range(1, len(path))}


def _description(row: Sequence[str], at: Mapping[str, int], table: Table) -> str:
    """Return what is said of a code; when to use it, when not, and examples come after it, each with its heading."""
    parts = [row[at["description"]].strip()] if "description" in at else []
    parts += [f"{table.heading[at[role]]}: {row[at[role]].strip()}" for role in ("when", "when not", "example") if role in at and row[at[role]].strip()]  # fmt: skip
    return "\n".join(filter(None, parts))


def _by_parent(table: Table, at: Mapping[str, int], draft: Draft) -> list[tuple[str, ...]]:
    """Return the path of each row by the column that names, by name or id, the code above."""
    names = [row[at["code"]].strip() for row in table.rows]
    by_id = {row[at["id"]].strip(): name for row, name in zip(table.rows, names, strict=True)} if "id" in at else {}
    above = {name: row[at["parent"]].strip() for row, name in zip(table.rows, names, strict=True)}
    known = set(names)
    above = {name: parent if parent in known else by_id.get(parent, parent) for name, parent in above.items()}
    paths = []
    for name in names:
        path = [name]
        while (parent := above.get(path[0], "")) and parent not in path and len(path) < _MOST_LEVELS:
            path.insert(0, parent)
        draft.report.tell("circle", name, message("Codes lie above each other in a circle; they were put at the top."), int(bool(parent)))  # fmt: skip
        paths.append(() if not name else (name,) if parent else tuple(path))
    return paths


def _by_blanks(cells: Sequence[str]) -> list[tuple[str, ...]]:
    """Return the path of each row by the blanks before its name, or nothing where no row is indented below another."""
    indents = [len(cell) - len(cell.lstrip()) for cell in cells]
    if not any(indents) or indents[0]:
        return []
    paths: list[tuple[str, ...]] = []
    stack: list[tuple[int, str]] = []
    for indent, cell in zip(indents, cells, strict=True):
        if not cell.strip():
            paths.append(())
            continue
        while stack and stack[-1][0] >= indent:
            stack.pop()
        stack.append((indent, cell.strip()))
        paths.append(tuple(name for _, name in stack))
    return paths


# ---- the plain list of QualCoder -------------------------------------------------------------------------------------


def is_plain_list(rows: Sequence[Sequence[str]], separator: str | None = None) -> bool:
    """Say whether lines are ``category>>code``, a memo perhaps after a tab: each a name, and at least one in a category."""
    names = [line.split("\t")[0] for line in _lines(rows, separator)]
    return any(">>" in name for name in names) and all(len(name) <= _LONGEST_NAME and name.strip(" >") for name in names)  # fmt: skip


def _lines(rows: Sequence[Sequence[str]], separator: str | None) -> list[str]:
    return [line for row in rows if (line := (separator or "\t").join(row)).strip()]


def read_plain_list(rows: Sequence[Sequence[str]], draft: Draft, separator: str | None = None) -> None:
    """Add the codes of a plain list. What stands before ``>>`` is a category, the categories of a line lie in each other."""
    lines = _lines(rows, separator)
    draft.properties |= {"data_rows": str(len(lines)), "table": "plain list", "origin": "QualCoder"}
    draft.report.tell("read_as", draft.file.stem, message("The lines were read as the list of codes that QualCoder imports: category>>code, then a memo."))  # fmt: skip
    above: dict[str, str | None] = {}
    codes: set[str] = set()
    for line in lines:
        path, _, memo = line.partition("\t")
        *categories, code = [part.strip() for part in path.split(">>")]
        parent: str | None = None
        for category in filter(None, categories):
            if category not in above:
                above[category] = parent
                draft.add("categories", category_id=category, parent_id=parent, name=category)
            elif above[category] != parent and parent is not None:
                draft.report.tell("category_differs", category, message("A category lies in two others; the first was kept."))  # fmt: skip
            parent = category
        if not code:
            draft.report.tell("empty_code", parent or "code", message("A row names no code; it was left out."))
        elif code in codes:
            draft.report.tell("repeated_code", code, message("A row repeats a code or names none; it was left out."))
        else:
            codes.add(code)
            draft.add("codes", code_id=code, name=code, description=memo.strip())
            if parent is not None:
                draft.add("category_codes", category_id=parent, code_id=code)
