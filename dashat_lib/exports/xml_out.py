"""XML as it is written: begun, ended, escaped."""

from __future__ import annotations

from collections.abc import Callable

from ..coded_project.model import Report
from ..errors import message
from ..loaders.xml_files import attributes, escaped, is_legal, legal


class Xml:
    """Writes XML, an element a line.

    Parameters
    ----------
    write : function
        Takes the text, piece after piece.
    report : Report
        Is told of characters that XML cannot hold.
    """

    def __init__(self, write: Callable[[str], object], report: Report) -> None:
        self._write, self.report = write, report
        self._open: list[str] = []
        self._empty = False  # whether the last tag may still become an empty one
        write('<?xml version="1.0" encoding="utf-8"?>')

    def begin(self, element: str, /, **values: str | None) -> None:
        """Begin an element; an attribute that is None is left out."""
        self._close_tag()
        given = {name: self._good(value) for name, value in values.items() if value is not None}
        self._write(f"\n<{element}{attributes(given)}")
        self._open.append(element)
        self._empty = True

    def end(self) -> None:
        """End the last element that was begun."""
        element = self._open.pop()
        self._write("/>" if self._empty else f"\n</{element}>")
        self._empty = False

    def leaf(self, element: str, /, **values: str | None) -> None:
        """Write an element that holds nothing."""
        self.begin(element, **values)
        self.end()

    def text(self, element: str, text: str | None, *, also_empty: bool = False) -> None:
        """Write an element that holds text; nothing if there is none."""
        if text or (also_empty and text is not None):
            self._close_tag()
            self._write(f"\n<{element}>{escaped(self._good(text))}</{element}>")

    def raw(self, xml: str) -> None:
        """Write an element as it is."""
        self._close_tag()
        self._write(f"\n{xml}")

    def _close_tag(self) -> None:
        if self._empty:
            self._write(">")
            self._empty = False

    def _good(self, text: str) -> str:
        if is_legal(text):
            return text
        self.report.tell("character_replaced", self._open[-1] if self._open else "", message("XML cannot hold the character; � stands for it."))  # fmt: skip
        return legal(text)
