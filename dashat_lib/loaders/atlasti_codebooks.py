"""Codes in tables of ATLAS.ti: the codebook, the list of codes with its numbers, the co-occurrence of codes."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence

from ..coded_project import Draft
from ..errors import message
from .headings import Table, columns, key, left_out

# Headings as keys of `headings.key`, in English, German, Spanish, Portuguese, French and Indonesian; ATLAS.ti mixes them.
CODE = {
    "code": ("code", "kode", "codigo"),
    "comment": ("comment", "code comment", "kommentar", "comentario", "commentaire", "komentar"),
    "magnitude": ("magnitude degree", "magnitude", "grounded", "groundedness", "haufigkeit", "verankerung", "enraizamiento", "fundamentacion", "magnitud", "enraizamento", "frequence", "frekuensi"),
    "density": ("density", "dichte", "densidad", "densidade", "densite", "kepadatan", "densitas"),
    "groups": ("groups", "code groups", "gruppen", "codegruppen", "kodegruppen", "grupos", "grupos de codigos", "groupes", "groupes de codes", "grup", "grup kode"),
    "n_groups": ("number of groups", "anzahl gruppen", "anzahl der gruppen", "numero de grupos", "nombre de groupes", "jumlah grup"),
}  # fmt: skip
_GROUP = re.compile(r"(?:code group|codegruppe|kodegruppe|grupo de codigos?|groupe de codes?|grup kode) \d+")
_GLYPH = re.compile(r"^[●○◦•■□]\s*")
_GROUNDED = re.compile(r"(.*?)\s*\bGr\s*=\s*(\d+)\b.*", re.DOTALL)
_JOINS = ("\n", " | ", "; ", ", ")  # of groups in one cell


def kind_of(heading: Sequence[str]) -> str | None:
    """Say which table has this heading: "codebook", "code list", "cooccurrence" or none of them."""
    found = columns(heading, CODE)
    keys = [key(cell) for cell in heading]
    if {"code", "magnitude", "density"} <= set(found):
        return "code list"
    if "code" in found and (any(map(_GROUP.fullmatch, keys)) or (keys[:2] == ["code", "comment"] and not any(keys[2:]))):  # fmt: skip
        return "codebook"
    if len(heading) > 1 and not heading[0] and all(map(_GROUNDED.fullmatch, filter(None, heading[1:]))) and any(heading):  # fmt: skip
        return "cooccurrence"
    return None


def levels(heading: Sequence[str]) -> tuple[int, ...]:
    """Return the columns without heading that follow the first named one: codes of lower levels stand there."""
    first = next((n for n, cell in enumerate(heading) if cell.strip()), 0)
    if first == 1:  # a co-occurrence table: names of the rows
        return (0,)
    last = next((n for n in range(first + 1, len(heading)) if heading[n].strip()), len(heading))
    return tuple(range(first + 1, last))


def codebook(table: Table, draft: Draft) -> list[str]:
    """Add the codes and groups of a codebook; return the names as they are written."""
    at = columns(table.heading, {role: CODE[role] for role in ("code", "comment")})
    groups = [n for n, name in enumerate(table.heading) if _GROUP.fullmatch(key(name))]
    left_out(table, [*at.values(), *groups], draft.report)
    names = [_GLYPH.sub("", row[at["code"]].strip()) for row in table.rows]
    kept = tree(names, [row[at["comment"]].strip() if "comment" in at else "" for row in table.rows], draft)
    _groups(names, [[row[n].strip() for n in groups] for row in table.rows], draft)
    return kept


def tree(names: Sequence[str], comments: Sequence[str], draft: Draft) -> list[str]:
    """Add codes; one that is called ``Parent: Child`` lies below ``Parent`` where that is a code too. Return the names once each."""
    known = set(names)
    kept: dict[str, None] = {}
    for name, comment in zip(names, comments, strict=True):
        if not name or name in kept:
            draft.report.tell("repeated_code" if name else "empty_code", name or "code", message("A row repeats a code or names none; it was left out."))  # fmt: skip
            continue
        kept[name] = None
        parent = next((above for above in _above(name) if above in known), None)
        draft.add("codes", code_id=name, parent_id=parent, name=name[len(parent) + 2 :] if parent else name, description=comment)  # fmt: skip
    return list(kept)


def _above(name: str) -> Iterator[str]:
    """Yield what stands before each ``: `` of a name, the longest first."""
    at = name.rfind(": ")
    while at > 0:
        if name[at + 2 :].strip():
            yield name[:at]
        at = name.rfind(": ", 0, at)


def _groups(names: Sequence[str], groups: Sequence[Sequence[str]], draft: Draft) -> None:
    ids: dict[str, None] = {}
    members = dict.fromkeys((group, name) for name, row in zip(names, groups, strict=True) if name for group in row if group)  # fmt: skip
    for group, name in members:
        if group not in ids:
            ids[group] = None
            draft.add("sets", set_id=group, name=group)
        draft.add("set_members", set_id=group, kind="code", target_id=name)


def code_list(table: Table, lower: Sequence[int], draft: Draft) -> None:
    """Add the codes of a list: the level of a code is the column that it stands in. Its numbers become properties."""
    at = columns(table.heading, CODE)
    left_out(table, [*at.values(), *lower], draft.report)
    at_level = [at["code"], *lower]
    names, comments, groups, path = [], [], [], list[str]()
    numbers: dict[str, dict[str, int]] = {"groundedness": {}, "density": {}}
    for row in table.rows:
        level = next((k for k, n in enumerate(at_level) if row[n].strip()), 0)
        own = _GLYPH.sub("", row[at_level[level]].strip())
        draft.report.tell("level_skipped", own, message("A code stands more than one column to the right of the one above it; it was put below that one."), int(level > len(path)))  # fmt: skip
        path = [*path[:level], own]
        name = ": ".join(path)
        names.append(name if own else "")
        comments.append(row[at["comment"]].strip() if "comment" in at else "")
        n_groups = row[at["n_groups"]].strip() if "n_groups" in at else ""
        groups.append(_apart(row[at["groups"]].strip(), n_groups, name, draft) if "groups" in at else [])
        for word, role in (("groundedness", "magnitude"), ("density", "density")):
            if row[at[role]].strip().isdecimal():
                numbers[word][name] = int(row[at[role]])
    tree(names, comments, draft)
    _groups(names, groups, draft)
    draft.properties |= {word: json.dumps(found, ensure_ascii=False) for word, found in numbers.items()}


def _apart(cell: str, n: str, code: str, draft: Draft) -> list[str]:
    """Take the groups of a code apart by the sign that gives their number."""
    if not cell or n in ("", "0", "1"):
        return [cell]
    parts = next((parts for join in _JOINS if str(len(parts := cell.split(join))) == n), None)
    draft.report.tell("groups_not_split", code, message("The groups of a code could not be told apart; they were kept as one."), int(parts is None))  # fmt: skip
    return parts or [cell]


def cooccurrence(table: Table, draft: Draft) -> None:
    """Add the codes of a co-occurrence table; its numbers become properties.

    ``cooccurrence`` is a JSON list of [row, column, number] where the number is not 0, of two equal ones the first;
    ``groundedness`` a JSON object of name and number.
    """
    across = [_named(cell) for cell in table.heading[1:]]
    down = [_named(row[0]) for row in table.rows]
    names = list(dict.fromkeys(name for name, _ in [*down, *across] if name))
    rank = {name: n for n, name in enumerate(names)}
    tree(names, [""] * len(names), draft)
    cells = {
        (row_name, name): row[n].strip()
        for (row_name, _), row in zip(down, table.rows, strict=True)
        for n, (name, _) in enumerate(across, start=1)
        if row[n].strip() not in ("", "0")
    }
    differ = sum(cells.get((other, one)) != number for (one, other), number in cells.items()) if set(down) == set(across) else 0  # fmt: skip
    draft.report.tell("not_symmetric", table.name, message("The table is not the same on both sides of its diagonal; both numbers were kept."), differ)  # fmt: skip
    draft.report.tell("not_square", table.name, message("Rows and columns name different codes; all were read."), len({name for name, _ in down} ^ {name for name, _ in across}))  # fmt: skip
    once = [[*place, _number(number)] for place, number in cells.items() if differ or (place[1], place[0]) not in cells or rank.get(place[0], 0) <= rank.get(place[1], 0)]  # fmt: skip
    draft.properties["cooccurrence"] = json.dumps(once, ensure_ascii=False)
    draft.properties["groundedness"] = json.dumps({name: n for name, n in [*across, *down] if name and n is not None}, ensure_ascii=False)  # fmt: skip
    draft.report.tell("numbers_kept", table.name, message("A co-occurrence table has numbers, but no codings; they were kept as properties."), len(once))  # fmt: skip


def _named(cell: str) -> tuple[str, int | None]:
    found = _GROUNDED.fullmatch(cell.strip())
    name = _GLYPH.sub("", (found[1] if found else cell).strip())
    return name, int(found[2]) if found else None


def _number(cell: str) -> int | float | str:
    try:
        return int(cell) if cell.isdecimal() else float(cell)
    except ValueError:
        return cell
