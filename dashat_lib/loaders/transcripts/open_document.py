"""OpenDocument texts (.odt, LibreOffice): paragraphs and tables in order; what is no speech is counted."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from xml.etree.ElementTree import Element

from ...coded_project import CodedProject
from ...errors import message
from .blocks import Block, finished, row, tell
from .drafting import Progress, begun
from .office_zip import OfficeZip, office_zip
from .refused import broken

_OASIS = "{urn:oasis:names:tc:opendocument:xmlns:"
_BLANKS = re.compile(r"[ \t\r\n]+")
_MOST_BLANKS, _MOST_REPEATED = 1_000, 100
_SIGNS = {"tab": "\t", "line-break": "\n"}
_COUNTED = {"annotation": "comment", "note": "footnote", "object": "embedded", "object-ole": "embedded", "image": "picture"}  # fmt: skip
_NO_SPEECH = frozenset(("annotation-end", "sequence-decls", "variable-decls", "user-field-decls", "forms", "tracked-changes"))  # fmt: skip


def read_open_document(path: Path, *, progress: Progress | None = None) -> CodedProject:
    """Read an .odt: one passage a paragraph, heading or row of a table (cells joined by ``" | "``), empty ones among them.

    What is marked as deleted is left out and what is marked as inserted kept; both are told. Comments, footnotes, headers and
    footers are counted.

    Raises
    ------
    DashatError
        If it is no .odt, damaged, hostile or encrypted.
    """
    draft = begun(path, "odt")
    with office_zip(path) as document:
        _refuse_secret(document)
        root = document.xml("content.xml")
        body = next((two for one in root if _name(one) == "body" for two in one if _name(two) == "text"), None)
        if _name(root) != "document-content" or body is None:
            raise broken(path, message("holds no text of LibreOffice where it should."))
        walk = _Walk()
        walk.changes(body)
        blocks = list(walk.blocks(body))
        walk.counts["header_or_footer"] = _headers(document)
    tell(draft, path, walk.counts)
    return finished(draft, path, blocks, progress)


def _name(element: Element) -> str:
    """Return the local name of an element of OpenDocument, ``""`` for those of other vocabularies."""
    tag = element.tag
    return tag.rpartition("}")[2] if tag.startswith(_OASIS) else ""


def _attribute(element: Element, name: str) -> str | None:
    return next((value for key, value in element.items() if key.startswith(_OASIS) and key.endswith("}" + name)), None)


def _number(element: Element, name: str, most: int) -> int:
    text = _attribute(element, name) or "1"
    return min(int(text), most) if re.fullmatch(r"\d{1,9}", text) else 1


def _refuse_secret(document: OfficeZip) -> None:
    if "META-INF/manifest.xml" in document.infos:
        manifest = document.xml("META-INF/manifest.xml")
        if any(_name(one) == "encryption-data" for one in manifest.iter()):
            raise broken(document.path, message("has a password. Save it without one."))


def _headers(document: OfficeZip) -> int:
    if "styles.xml" not in document.infos:
        return 0
    return sum(
        any("".join(each.itertext()).strip() for each in one.iter() if _name(each) in ("p", "h"))
        for one in document.xml("styles.xml").iter()
        if re.fullmatch(r"(?:header|footer)(?:-left|-first)?", _name(one))
    )


class _Walk:
    """Goes through a document once; `counts` holds what was met beside its text."""

    def __init__(self) -> None:
        self.counts: Counter[str] = Counter()
        self._tables = 0

    def changes(self, body: Element) -> None:
        """Count the changes that are tracked; the text of deletions stands with them, outside the paragraphs."""
        for one in body:
            if _name(one) == "tracked-changes":
                for two in one.iter():
                    self.counts["deleted_text"] += _name(two) == "deletion"
                    self.counts["inserted_text"] += _name(two) == "insertion"

    def blocks(self, parent: Element) -> Iterator[Block]:
        """Yield the paragraphs and rows below an element, in order."""
        for child in parent:
            name = _name(child)
            if name in ("p", "h"):
                boxes: list[Element] = []
                yield Block(self._text(child, boxes), heading=name == "h")
                for box in boxes:
                    self.counts["text_box"] += 1
                    yield from self.blocks(box)
            elif name == "table":
                self._tables += 1
                yield from self._rows(child, self._tables)
            elif name in _COUNTED:
                self.counts[_COUNTED[name]] += 1
            elif name not in _NO_SPEECH:  # lists, sections, frames
                self.counts["text_box"] += name == "text-box"
                yield from self.blocks(child)

    def _rows(self, parent: Element, number: int) -> Iterator[Block]:
        for one in parent:
            if _name(one) == "table-row":
                cells = [cell for cell in one if _name(cell) == "table-cell"]
                texts = [
                    "\n".join(block.text for block in self.blocks(cell))
                    for cell in cells
                    for _ in range(_number(cell, "number-columns-repeated", _MOST_REPEATED))
                ]
                for _ in range(_number(one, "number-rows-repeated", _MOST_REPEATED)):
                    yield row(texts, number)
            elif _name(one) in ("table-header-rows", "table-rows", "table-row-group"):
                yield from self._rows(one, number)

    def _text(self, paragraph: Element, boxes: list[Element]) -> str:
        """Return the text of a paragraph: runs of blanks are one, at its ends none; those that count are elements."""
        found: list[str] = []
        after_blank = True
        for text, literal in self._words(paragraph, boxes):
            if literal:
                found.append(text)
                after_blank = False
                continue
            text = _BLANKS.sub(" ", text)
            found.append(text[1:] if after_blank and text.startswith(" ") else text)
            after_blank = text.endswith(" ") if text else after_blank
        if found and after_blank and found[-1].endswith(" "):
            found[-1] = found[-1][:-1]
        return "".join(found)

    def _words(self, parent: Element, boxes: list[Element]) -> Iterator[tuple[str, bool]]:
        """Yield (text, whether its blanks stand as they are)."""
        yield parent.text or "", False
        for child in parent:
            name = _name(child)
            if name == "s":
                yield " " * _number(child, "c", _MOST_BLANKS), True
            elif name in _SIGNS:
                yield _SIGNS[name], True
            elif name in _COUNTED:
                self.counts[_COUNTED[name]] += 1
            elif name == "text-box":
                boxes.append(child)
            elif name == "ruby":
                for base in child:
                    if _name(base) == "ruby-base":
                        yield from self._words(base, boxes)
            elif name not in _NO_SPEECH and name != "":
                yield from self._words(child, boxes)
            yield child.tail or "", False
