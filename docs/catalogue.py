"""Bring a catalogue up to date with the sentences in use: ``make words``. A new language: ``python tasks.py words jv``.

Translations are kept, new sentences come in empty (a test then fails until they are filled), unused ones go.
"""

from __future__ import annotations

import io
import json
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(HERE))  # the package beside this file, wherever another one is installed
KEYWORDS = {"say": None, "self": None, "message": None, "count": (1, 2), "id_": None}
Message = tuple[str | None, str | tuple[str, str]]


def used() -> dict[Message, None]:
    """Return every sentence and label in use as (context, text or (singular, plural)), in order."""
    from babel.messages.extract import extract, extract_from_dir

    from dashat_lib.network import cards
    from dashat_lib.words import labels

    found: dict[Message, None] = {}
    kinds = [("**.py", "python"), ("**.html", "jinja2.ext.babel_extract")]
    files = extract_from_dir(HERE / "dashat_lib", method_map=kinds, keywords=KEYWORDS)
    for _, _, text, _, _ in files:
        found[(None, text)] = None
    for _, _, text, _, _ in extract_from_dir(HERE / "docs", method_map=[("**.py", "python")], keywords=KEYWORDS):
        found[(None, text)] = None
    for path in sorted((HERE / "notebooks").glob("*.ipynb")):
        for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]:
            if cell["cell_type"] == "code":
                source = io.BytesIO("".join(cell["source"]).encode())
                for _, text, _, _ in extract("python", source, keywords=KEYWORDS):
                    found[(None, text)] = None
    for card in cards.texts().values():
        for part in ("says", "misleads", "unit"):
            found[(cards.KIND, card[part])] = None
    for kind, texts in labels().items():
        for text in texts.values():
            found[(kind, text)] = None
    return found


def update(language: str) -> int:
    """Write the catalogue of a language anew; return how many messages still wait for a translation."""
    from babel import Locale
    from babel.messages import Catalog
    from babel.messages.pofile import read_po, write_po

    from dashat_lib.words import CATALOGUES

    path = CATALOGUES / f"{language}.po"
    known = {}
    if path.is_file():
        with path.open("rb") as file:
            known = {(one.context, one.id): one.string for one in read_po(file, locale=language) if one.id}
    catalogue = Catalog(locale=language, fuzzy=False)
    if len(Locale.parse(language).plural_form.tags) == 0:  # CLDR: the language has one form, as Indonesian has
        catalogue.mime_headers = [("Plural-Forms", "nplurals=1; plural=0;")]
    for context, text in used():
        empty = tuple("" for _ in range(catalogue.num_plurals)) if isinstance(text, tuple) else ""
        braces = "{" in (text[0] if isinstance(text, tuple) else text)
        catalogue.add(
            text, known.get((context, text), empty), context=context, flags=["python-brace-format"] if braces else []
        )
    with path.open("wb") as file:
        write_po(file, catalogue, omit_header=True, sort_output=True, width=0)
    head = f'msgid ""\nmsgstr ""\n"Language: {language}\\n"\n"Plural-Forms: {catalogue.plural_forms}\\n"\n"MIME-Version: 1.0\\n"\n"Content-Type: text/plain; charset=utf-8\\n"\n"Content-Transfer-Encoding: 8bit\\n"\n\n'
    path.write_text(head + path.read_text(encoding="utf-8").rstrip("\n") + "\n", encoding="utf-8", newline="\n")
    return sum(
        1 for one in catalogue if one.id and not (one.string if isinstance(one.string, str) else all(one.string))
    )


if __name__ == "__main__":
    for name in sys.argv[1:] or ["id"]:
        print(f"{name}: {update(name)} messages without a translation", file=sys.stderr)
