"""Small documents of our own, written byte by byte: Word, LibreOffice, PDF."""

from __future__ import annotations

import zipfile
import zlib
from pathlib import Path

W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
OASIS = "urn:oasis:names:tc:opendocument:xmlns:"
ODT_TYPE = "application/vnd.oasis.opendocument.text"
SPACES = " ".join(f'xmlns:{name}="{OASIS}{name}:1.0"' for name in ("office", "text", "table", "manifest"))
SPACES += f' xmlns:draw="{OASIS}drawing:1.0" xmlns:style="{OASIS}style:1.0" xmlns:dc="http://purl.org/dc/elements/1.1/"'


def zipped(path: Path, members: dict[str, str | bytes]) -> Path:
    """Write a zip, the same bytes each time; a mimetype is stored without compression, as OpenDocument asks."""
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in members.items():
            info = zipfile.ZipInfo(name)
            info.compress_type = zipfile.ZIP_STORED if name == "mimetype" else zipfile.ZIP_DEFLATED
            archive.writestr(info, content)
    return path


def docx(path: Path, body: str, **more: str) -> Path:
    """Write a .docx with this inside ``w:body``; `more` are further members, ``header1="<w:p>…</w:p>"``."""
    members: dict[str, str | bytes] = {
        "[Content_Types].xml": '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>',
        "_rels/.rels": '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="word/document.xml"/></Relationships>',
        "word/document.xml": f'<?xml version="1.0" encoding="UTF-8"?><w:document xmlns:w="{W}" xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006" xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" xmlns:m="http://schemas.openxmlformats.org/officeDocument/2006/math"><w:body>{body}</w:body></w:document>',
    }
    for name, content in more.items():
        members[f"word/{name}.xml"] = f'<w:{name.rstrip("0123456789")} xmlns:w="{W}">{content}</w:{name.rstrip("0123456789")}>'  # fmt: skip
    return zipped(path, members)


def p(*runs: str, properties: str = "") -> str:
    """A paragraph of Word; what begins with ``<`` stands as it is, other text becomes a run."""
    return f"<w:p>{properties and f'<w:pPr>{properties}</w:pPr>'}{''.join(one if one.startswith('<') else run(one) for one in runs)}</w:p>"  # fmt: skip


def run(text: str) -> str:
    return f'<w:r><w:t xml:space="preserve">{text}</w:t></w:r>'


def tbl(*rows: tuple[str, ...]) -> str:
    """A table of Word; a cell that begins with ``<`` stands as it is."""
    cells = ["".join(f"<w:tc><w:tcPr/>{cell if cell.startswith('<') else p(cell)}</w:tc>" for cell in row) for row in rows]  # fmt: skip
    return "<w:tbl><w:tblPr/><w:tblGrid/>" + "".join(f"<w:tr>{row}</w:tr>" for row in cells) + "</w:tbl>"


def odt(path: Path, body: str, *, header: str = "", manifest: str = "") -> Path:
    """Write an .odt with this inside ``office:text``."""
    return zipped(path, {
        "mimetype": ODT_TYPE,
        "content.xml": f'<?xml version="1.0" encoding="UTF-8"?><office:document-content {SPACES}><office:body><office:text>{body}</office:text></office:body></office:document-content>',
        "styles.xml": f"<office:document-styles {SPACES}><office:master-styles><style:master-page>{header}</style:master-page></office:master-styles></office:document-styles>",
        "META-INF/manifest.xml": f'<manifest:manifest {SPACES}><manifest:file-entry manifest:full-path="content.xml">{manifest}</manifest:file-entry></manifest:manifest>',
    })  # fmt: skip


def pdf(path: Path, *pages: list[str], packed: bool = True, declared: int | None = None) -> Path:
    """Write a .pdf with these lines of Latin-1 text on each page; a page without lines holds a picture only."""
    objects = [b"<</Type/Catalog/Pages 2 0 R>>", b"", b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica/Encoding/WinAnsiEncoding>>"]  # fmt: skip
    kids = []
    for lines in pages:
        words = [one.encode("cp1252").replace(b"\\", b"\\\\").replace(b"(", b"\\(").replace(b")", b"\\)") for one in lines]  # fmt: skip
        content = b"BT /F 11 Tf 72 780 Td 18 TL\n" + b"".join(b"(" + one + b") Tj T*\n" for one in words) + b"ET"
        content = content if lines else b"0 0 100 100 re f"
        data = zlib.compress(content) if packed else content
        kind = b"/Filter/FlateDecode" if packed else b""
        objects.append(b"<</Length %d%s>>\nstream\n%s\nendstream" % (len(data), kind, data))
        objects.append(b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Resources<</Font<</F 3 0 R>>>>/Contents %d 0 R>>" % len(objects))  # fmt: skip
        kids.append(b"%d 0 R" % len(objects))
    objects[1] = b"<</Type/Pages/Count %d/Kids[%s]>>" % (len(pages) if declared is None else declared, b" ".join(kids))
    out, places = b"%PDF-1.4\n", []
    for n, one in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (n, one)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    out += b"xref\n0 %d\n0000000000 65535 f \n%strailer<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, table, len(objects) + 1, len(out))  # fmt: skip
    path.write_bytes(out)
    return path
