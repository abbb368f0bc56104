"""Codes that a table writes as a path, such as ``trust > in the puskesmas``: the tree that they make."""

from __future__ import annotations

from collections.abc import Sequence

from ..coded_project import Draft
from ..errors import message

JOIN = " > "
_MOST_LEVELS = 50


class CodeTree:
    """The codes of a draft, added as they are met; what a path names above a code is a code too.

    Parameters
    ----------
    draft : Draft
    """

    def __init__(self, draft: Draft) -> None:
        self._draft = draft
        self._rows: dict[str, int] = {}
        self.given: set[str] = set()  # ids that were added for themselves, not as the parent of another

    def add(self, levels: Sequence[str], *, description: str = "", color: str = "", code_id: str | None = None) -> str:
        """Add a code, if it is not there, and return its id: its path, or the one given when it was first met.

        A description is kept if there was none; a second one that differs is told (``description_differs``).
        """
        path = tuple(levels) if len(levels) <= _MOST_LEVELS else (JOIN.join(levels),)
        key = JOIN.join(path)
        self.given.add(key)
        own = self._added(path, code_id)
        for column, value in (("description", description.strip()), ("color", color.strip())):
            values = self._draft.column("codes", column)
            if value and not values[self._rows[key]]:
                values[self._rows[key]] = value
            elif value and values[self._rows[key]] != value and column == "description":
                self._draft.report.tell(
                    "description_differs", key, message("A code has two descriptions; the first was kept.")
                )
        return own

    def __contains__(self, levels: Sequence[str]) -> bool:
        return JOIN.join(levels) in self._rows

    def _added(self, path: tuple[str, ...], code_id: str | None = None) -> str:
        key = JOIN.join(path)
        if key not in self._rows:
            parent = self._added(path[:-1]) if len(path) > 1 else None
            self._rows[key] = self._draft.n("codes")
            self._draft.add("codes", code_id=code_id or key, parent_id=parent, name=path[-1])
        return str(self._draft.column("codes", "code_id")[self._rows[key]])
