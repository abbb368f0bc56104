"""Word documents (.docx): paragraphs and tables in order, with changes accepted; what is no speech is counted."""

from __future__ import annotations

import posixpath
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

# python-docx is not used: it leaves out what is marked as inserted, content controls, text boxes and nested tables without a
# word, and opens the zip itself, without limits.

_W = ("{http://schemas.openxmlformats.org/wordprocessingml/2006/main}", "{http://purl.oclc.org/ooxml/wordprocessingml/main}")  # fmt: skip
_MAIN_PART = re.compile(r"/relationships/officeDocument$")
_HEADING_STYLE = re.compile(r"(?:heading|title|subtitle|judul|subjudul|berschrift|überschrift|titel|ttulo|título|titre)\s*\d*", re.IGNORECASE)  # fmt: skip
_PROPERTIES = frozenset(
    ("pPr", "rPr", "tblPr", "tblGrid", "trPr", "tcPr", "sectPr", "sdtPr", "sdtEndPr", "tblPrEx", "rubyPr", "rt", "fldData")
)  # fmt: skip
_SIGNS = {"tab": "\t", "ptab": "\t", "cr": "\n", "noBreakHyphen": "-"}
_COUNTED = {"commentReference": "comment", "footnoteReference": "footnote", "endnoteReference": "footnote", "altChunk": "embedded", "subDoc": "embedded"}  # fmt: skip
_PICTURES = frozenset(("blip", "imagedata", "chart", "relIds", "OLEObject"))


def read_word(path: Path, *, progress: Progress | None = None) -> CodedProject:
    """Read a .docx: one passage a paragraph or row of a table (cells joined by ``" | "``), empty paragraphs among them.

    Insertions are kept and deletions left out, as if all changes were accepted; both are told. Comments, headers, footers and
    footnotes are counted. Numbers that Word puts before the paragraphs of a list are no part of the text.

    Raises
    ------
    DashatError
        If it is no .docx, damaged or hostile.
    """
    draft = begun(path, "docx")
    with office_zip(path) as document:
        root = document.xml(_main_part(document))
        body = next((child for child in root if _name(child) == "body"), None)
        if _name(root) != "document" or body is None:
            raise broken(path, message("holds no text of Word where it should."))
        walk = _Walk()
        blocks = list(walk.blocks(body))
        walk.counts["header_or_footer"] = _headers(document)
    tell(draft, path, walk.counts)
    return finished(draft, path, blocks, progress)


def _name(element: Element) -> str:
    """Return the local name of an element of Word, ``""`` for those of other vocabularies."""
    tag = element.tag
    for space in _W:
        if tag.startswith(space):
            return tag[len(space) :]
    return ""


def _local(element: Element) -> str:
    return element.tag.rpartition("}")[2]


def _attribute(element: Element, name: str) -> str | None:
    return next((element.get(space + name) for space in _W if element.get(space + name) is not None), None)


def _main_part(document: OfficeZip) -> str:
    for one in document.xml("_rels/.rels"):
        if _MAIN_PART.search(one.get("Type", "")):
            return posixpath.normpath(one.get("Target", "").lstrip("/"))
    return "word/document.xml"


def _headers(document: OfficeZip) -> int:
    names = [one for one in document.infos if re.fullmatch(r"word/(?:header|footer)\d*\.xml", one)]
    return sum(
        any(_name(one) == "t" and (one.text or "").strip() for one in document.xml(name).iter()) for name in names
    )


class _Walk:
    """Goes through a document once; `counts` holds what was met beside its text."""

    def __init__(self) -> None:
        self.counts: Counter[str] = Counter()
        self._tables = 0

    def blocks(self, parent: Element) -> Iterator[Block]:
        """Yield the paragraphs and rows below an element of the body, in order."""
        held = ""  # text of a paragraph whose end is marked as deleted: it goes on in the next
        for child in parent:
            name = _name(child)
            if name == "p":
                boxes: list[Element] = []
                text = held + self._text(child, boxes)
                held = ""
                if _marked(child, "del"):
                    self.counts["deleted_text"] += 1
                    held = text
                else:
                    yield Block(text, heading=_is_heading(child))
                for box in boxes:
                    self.counts["text_box"] += 1
                    yield from self.blocks(box)
                continue
            if held and name in ("tbl", "sdt"):
                yield Block(held)
                held = ""
            if name == "tbl":
                self._tables += 1
                yield from self._rows(child, self._tables)
            elif name in ("del", "moveFrom"):
                self.counts["deleted_text"] += _holds_text(child)
            elif name not in _PROPERTIES:
                self.counts["inserted_text"] += name in ("ins", "moveTo") and _holds_text(child)
                self._count(child)
                yield from self.blocks(_chosen(child))
        if held:
            yield Block(held)

    def _rows(self, table: Element, number: int) -> Iterator[Block]:
        for one in table:
            if _name(one) == "tr":
                if _marked(one, "del", "trPr"):
                    self.counts["deleted_text"] += 1
                    continue
                self.counts["inserted_text"] += _marked(one, "ins", "trPr")
                yield row(list(self._cells(one)), number)
            elif _name(one) not in _PROPERTIES:  # content controls and the like around rows
                yield from self._rows(one, number)

    def _cells(self, parent: Element) -> Iterator[str]:
        for one in parent:
            if _name(one) == "tc":
                yield "\n".join(block.text for block in self.blocks(one))
            elif _name(one) not in _PROPERTIES:
                yield from self._cells(one)

    def _text(self, parent: Element, boxes: list[Element]) -> str:
        return "".join(self._words(parent, boxes))

    def _words(self, parent: Element, boxes: list[Element]) -> Iterator[str]:
        for child in parent:
            name, local = _name(child), _local(child)
            if name in _PROPERTIES:
                self.counts["hidden_text"] += name == "rPr" and _is_hidden(child) and _holds_text(parent)
            elif local == "t" and (name or "math" in child.tag):
                yield child.text or ""
            elif name in _SIGNS:
                yield _SIGNS[name]
            elif name == "br":
                yield "\n" if _attribute(child, "type") in (None, "textWrapping") else ""
            elif name == "sym":
                self.counts["symbol"] += 1
                yield _symbol(child)
            elif name in ("del", "moveFrom"):
                self.counts["deleted_text"] += _holds_text(child)
            elif name == "txbxContent":
                boxes.append(child)
            elif name not in ("delText", "instrText", "delInstrText"):
                self.counts["inserted_text"] += name in ("ins", "moveTo") and _holds_text(child)
                self._count(child)
                yield from self._words(_chosen(child), boxes)

    def _count(self, element: Element) -> None:
        name, local = _name(element), _local(element)
        if name in _COUNTED:
            self.counts[_COUNTED[name]] += 1
        self.counts["picture"] += local in _PICTURES


def _chosen(element: Element) -> Element:
    """Return the first of several versions of one thing, which is the newest; the others repeat it."""
    return element[0] if _local(element) == "AlternateContent" and len(element) else element


def _holds_text(element: Element) -> bool:
    return any(_local(one) in ("t", "delText", "tab", "br") for one in element.iter())


def _marked(element: Element, change: str, properties: str = "pPr") -> bool:
    """Say whether the end of a paragraph (or a row) itself is marked as inserted or deleted."""
    for one in element:
        if _name(one) == properties:
            runs = [two for two in one if _name(two) == "rPr"] if properties == "pPr" else [one]
            return any(_name(mark) == change for run in runs for mark in run)
    return False


def _is_hidden(properties: Element) -> bool:
    return any(_name(one) == "vanish" and _attribute(one, "val") not in ("0", "false", "off") for one in properties)


def _symbol(element: Element) -> str:
    found = re.fullmatch(r"[0-9A-Fa-f]{2,4}", _attribute(element, "char") or "")
    number = int(found[0], 16) if found else 0
    return chr(number) if number >= 32 and not 0xD800 <= number < 0xE000 else ""


def _is_heading(paragraph: Element) -> bool:
    for properties in paragraph:
        if _name(properties) == "pPr":
            for one in properties:
                if _name(one) == "outlineLvl" and (_attribute(one, "val") or "9") < "9":
                    return True
                if _name(one) == "pStyle" and _HEADING_STYLE.fullmatch(_attribute(one, "val") or ""):
                    return True
    return False
