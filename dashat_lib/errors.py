"""A problem is a value: what is wrong, where it stands, and how to mend it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass, field


def message(text: str) -> str:
    """Mark a sentence for the catalogues; it is translated where it is shown, not where it is written."""
    return text


def _in_english(text: str, **values: object) -> str:
    return text.format(**values)


_WHERE_ROW = message("row {row}")
_WHERE_COLUMN = message("column {column}")


@dataclass(frozen=True)
class Problem:
    """One thing wrong in one place.

    Attributes
    ----------
    file : str
        Path below ``data/raw`` (or the name of the file).
    row : int or None
        Row as a spreadsheet counts it: the header is row 1, and a line break inside quotes does not count.
    column : str or None
        Name of the column.
    value : str or None
        What stands there, cut to a readable length.
    what, mend : str
        Sentences with ``{names}`` filled from `details`; `mend` says the next step.
    """

    file: str
    row: int | None
    column: str | None
    value: str | None
    what: str
    mend: str
    details: dict[str, object] = field(default_factory=dict, hash=False)

    def render(self, say: Callable[..., str] = _in_english) -> str:
        """Return the problem as one line; `say` translates (``words.reader(...)``)."""
        where = [self.file]
        if self.row is not None:
            where.append(say(_WHERE_ROW, row=str(self.row)))
        if self.column:
            where.append(say(_WHERE_COLUMN, column=self.column))
        values = {"value": self.value, **self.details}
        return f"{', '.join(where)}: {say(self.what, **values)} {say(self.mend, **values)}"

    def record(self, say: Callable[..., str] = _in_english) -> dict[str, object]:
        """Return the problem as plain values for ``--json``: file, row, column, value, what, mend."""
        found = asdict(self)
        values = {"value": self.value, **found.pop("details")}
        return found | {"what": say(self.what, **values), "mend": say(self.mend, **values)}

    def __str__(self) -> str:
        return self.render()


class DashatError(Exception):
    """Anything dashat refuses. Carries every problem found, not only the first."""

    def __init__(self, problems: Problem | Iterable[Problem]):
        self.problems: tuple[Problem, ...] = (problems,) if isinstance(problems, Problem) else tuple(problems)
        super().__init__("\n".join(map(str, self.problems)))


class TableError(DashatError):
    """A table, or several, that do not hold what the schemas say."""


class NotebookError(DashatError):
    """A notebook that did not run to its end."""
