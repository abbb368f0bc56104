"""The XML inside a .docx or .odt: opened with limits, no entities, no tree that grows without end."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import Element, ParseError, TreeBuilder

from ...errors import message
from ..opening import Limits, member, opened, without_library
from .refused import broken

_LIMITS = Limits(members=5_000, member_bytes=96 << 20, total_bytes=1 << 30, ratio=400)
_DEEPEST, _MOST_ELEMENTS = 200, 3_000_000


@dataclass
class OfficeZip:
    """An office document that is open: the names of its members, and the XML of one of them."""

    path: Path
    archive: zipfile.ZipFile
    infos: dict[str, zipfile.ZipInfo]

    def xml(self, name: str) -> Element:
        """Return the root element of a member.

        Raises
        ------
        DashatError
            If it is not there, torn, no XML, declares entities, or is larger or deeper than a document is.
        """
        if name not in self.infos:
            raise broken(self.path, message("has no member '{member}'."), member=name)
        return _tree(self.path, name, member(self.path, self.archive, self.infos[name], _LIMITS))


@contextmanager
def office_zip(path: Path) -> Iterator[OfficeZip]:
    """Open a .docx or .odt.

    Raises
    ------
    DashatError
        As :func:`~dashat_lib.loaders.opening.opened`; also where defusedxml is not installed.
    """
    with opened(path, _LIMITS) as (archive, infos):
        yield OfficeZip(path, archive, {info.filename: info for info in infos})


class _Counted(TreeBuilder):
    """Builds a tree, and stops where it is deeper or larger than a document is."""

    def __init__(self) -> None:
        super().__init__()
        self.depth = self.n = 0

    def start(self, tag: Any, attrs: Any) -> Element:
        self.depth += 1
        self.n += 1
        if self.depth > _DEEPEST or self.n > _MOST_ELEMENTS:
            raise _TooLarge
        return super().start(tag, attrs)

    def end(self, tag: Any) -> Element:
        self.depth -= 1
        return super().end(tag)


class _TooLarge(Exception):
    pass


def _tree(path: Path, name: str, data: bytes) -> Element:
    try:
        from defusedxml import DefusedXmlException
        from defusedxml.ElementTree import XMLParser
    except ImportError:
        raise without_library(path.name, "defusedxml") from None
    parser = XMLParser(target=_Counted(), forbid_dtd=True)
    try:
        parser.feed(data)
        root: Element = parser.close()
    except DefusedXmlException:
        raise broken(path, message("has a member '{member}' that declares entities or a document type; that is refused."), member=name) from None  # fmt: skip
    except _TooLarge:
        raise broken(path, message("has a member '{member}' with more elements, or deeper ones, than a document has."), member=name) from None  # fmt: skip
    except (ParseError, LookupError, ValueError) as error:  # also an encoding that nobody knows
        place = getattr(error, "position", None)
        raise broken(path, message("has a member '{member}' that is damaged (line {line})."), member=name, line=place[0] if place else "?") from None  # fmt: skip
    return root
