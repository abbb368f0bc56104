"""Catalogues are complete and say things in the reader's way."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po
from conftest import ROOT

from dashat_lib import words
from dashat_lib.words import CATALOGUES, LABELS, languages, reader

KEYWORDS = {"say": None, "message": None, "count": (1, 2), "id_": None}


def used():
    """Every sentence of the library, labels by their kind apart."""
    found = {(None, text) for kind in LABELS.values() for text in kind.values()} and set()
    for file, _, text, _, _ in extract_from_dir(
        ROOT / "dashat_lib", method_map=[("**.py", "python")], keywords=KEYWORDS
    ):
        if file != "words.py":
            found.add((None, text[0] if isinstance(text, tuple) else text))
    found |= {(kind, text) for kind, texts in LABELS.items() for text in texts.values()}
    return found | {(None, "{value} %")} | in_notebooks()


def in_notebooks():
    import json

    found = set()
    for path in (ROOT / "notebooks").glob("*.ipynb"):
        for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]:
            if cell["cell_type"] == "code":
                found |= {(None, text) for text in re.findall(r'\b(?:say|id_)\("([^"]+)"', "".join(cell["source"]))}
    return found


@pytest.mark.parametrize("path", sorted(CATALOGUES.glob("*.po")), ids=lambda path: path.stem)
def test_a_catalogue_has_every_message_no_other_and_its_names(path: Path):
    with path.open("rb") as file:
        catalogue = read_po(file, locale=path.stem)
    have = {(one.context, one.id[0] if isinstance(one.id, tuple) else one.id): one for one in catalogue if one.id}
    assert used() - set(have) == set(), "missing"
    assert set(have) - used() == set(), "no longer used"
    for one in have.values():
        texts = one.string if isinstance(one.string, tuple) else (one.string,)
        ids = one.id if isinstance(one.id, tuple) else (one.id,)
        for text in texts:
            assert text, f"empty: {one.id}"
            assert set(re.findall(r"{(\w+)}", text)) == set(re.findall(r"{(\w+)}", ids[-1])), one.id


def test_numbers_dates_and_lists_come_in_the_readers_way():
    say, in_english = reader("id"), reader("en")
    assert (say.number(4.2), in_english.number(4.2)) == ("4,2", "4.2")
    assert (say.percent(0.042, 1), in_english.percent(0.042, 1)) == ("4,2 persen", "4.2 %")
    assert say.date("2026-11-25") == "25 November 2026"
    assert (say.date("2024-03"), say.date("2024")) == ("Maret 2024", "2024")
    assert say.list(["a", "b"]) == "a dan b"
    assert say.count("{n} problem.", "{n} problems.", 2) == "2 masalah."
    assert in_english.count("{n} problem.", "{n} problems.", 1) == "1 problem."


def test_labels_are_translated_and_an_unknown_value_is_shown_as_it_is():
    assert reader("id").label("verdict", "supported") == "didukung"
    assert reader("id").label("sector", "somewhere") == "somewhere"


def test_a_language_without_a_catalogue_is_refused():
    with pytest.raises(ValueError, match="no catalogue"):
        words.reader("xx")
    assert languages() == ["en", "id"]
