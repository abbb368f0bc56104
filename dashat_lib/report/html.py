"""The displays as one HTML file that opens offline: a cell opens its rows, a row its document. Nothing is fetched.

The one script, allowed by its hash, closes an opened cell when a link in it leads elsewhere on the page.
"""

from __future__ import annotations

import base64
import hashlib
from functools import cache

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from ..words import reader
from .document import Document

SCRIPT = (
    'document.addEventListener("click", e => { const a = e.target.closest("[popover] a[href^=\'#\']"); '
    'if (a) a.closest("[popover]").hidePopover(); });'
)


@cache
def _environment() -> Environment:
    return Environment(
        loader=PackageLoader("dashat_lib.report", "."), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True,
    )  # fmt: skip


def page(document: Document) -> bytes:
    """Return a document as one self-contained HTML file in UTF-8. Case text is escaped; only http and https addresses become links."""
    say = reader(document.language)
    text = _environment().get_template("displays.html").render(
        document=document, say=say, stamp=document.stamp.text(say), script=Markup(SCRIPT),
        script_hash=base64.b64encode(hashlib.sha256(SCRIPT.encode()).digest()).decode(), evidence=document.evidence.to_dict("records"),
    )  # fmt: skip
    return text.encode()
