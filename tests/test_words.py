"""Catalogues are complete and say things in the reader's way."""

from __future__ import annotations

import ast
import json
import re
import sys
from pathlib import Path

import pytest
from babel.messages.pofile import read_po
from conftest import ROOT

from dashat_lib import findings, indicators, outcomes, provenance, wording, words
from dashat_lib.loaders.case import check_case
from dashat_lib.pipeline import compute
from dashat_lib.plots import findings as figures
from dashat_lib.plots import sources
from dashat_lib.words import CATALOGUES, languages, reader

sys.path.insert(0, str(ROOT / "docs"))
from catalogue import update, used

# Words that stand in every longer sentence of the one language and in none of the other.
ENGLISH = set(
    [
        "the",
        "of",
        "and",
        "with",
        "from",
        "which",
        "is",
        "are",
        "was",
        "were",
        "by",
        "that",
        "this",
        "not",
        "its",
        "has",
        "have",
        "each",
        "or",
        "without",
        "for",
        "against",
        "one",
        "only",
    ]
)
INDONESIAN = set(
    [
        "yang",
        "dan",
        "dari",
        "dengan",
        "untuk",
        "pada",
        "tidak",
        "adalah",
        "ini",
        "itu",
        "dalam",
        "oleh",
        "atau",
        "tanpa",
        "setiap",
        "menurut",
        "sebagai",
        "tentang",
    ]
)


def first(text):
    return text[0] if isinstance(text, tuple) else text


def strangers(text, words_):
    """The words of the other language in a text; what stands in quotation marks, backticks or braces, lists of allowed values, addresses and ids are left out."""
    bare = re.sub(r"\{\w+\}|(?<=: )(\w+, )+\w+(?=\.)|`[^`]*`|“[^”]*”|'[^']*'|\S*[/_]\S*|\S+\.\S+", " ", text)
    return sorted(set(re.findall(r"[a-z]+", bare.lower())) & words_)


@pytest.mark.parametrize("path", sorted(CATALOGUES.glob("*.po")), ids=lambda path: path.stem)
def test_a_catalogue_has_every_message_no_other_and_its_names(path: Path):
    with path.open("rb") as file:
        catalogue = read_po(file, locale=path.stem)
    have = {(one.context, first(one.id)): one for one in catalogue if one.id}
    wanted = {(context, first(text)) for context, text in used()}
    assert wanted - set(have) == set(), "missing"
    assert set(have) - wanted == set(), "no longer used"
    assert not list(catalogue.obsolete)
    for one in have.values():
        texts = one.string if isinstance(one.string, tuple) else (one.string,)
        ids = one.id if isinstance(one.id, tuple) else (one.id,)
        assert len(texts) == (catalogue.num_plurals if isinstance(one.id, tuple) else 1), one.id
        for text in texts:
            assert text, f"empty: {one.id}"
            assert text[:1].isspace() == ids[-1][:1].isspace(), one.id
            assert (text[-1] in ".:?") == (ids[-1][-1] in ".:?"), one.id
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


def test_no_message_of_a_catalogue_is_in_the_other_language():
    with (CATALOGUES / "id.po").open("rb") as file:
        entries = [one for one in read_po(file, locale="id") if one.id]
    for one in entries:
        for text in one.string if isinstance(one.string, tuple) else (one.string,):
            assert strangers(text, ENGLISH) == [], text
        for text in one.id if isinstance(one.id, tuple) else (one.id,):
            assert strangers(text, INDONESIAN) == [], text


@pytest.fixture(scope="module")
def rendered(case, tmp_path_factory):
    """What a reader is shown in each language: findings, chains, tables, alt texts, problems, sentences of facts."""
    results = compute(case, "overview", "indicators", "outcomes")
    verdicts = results.tables["indicator_verdicts"]
    series = outcomes.prevalence_series(case, ["Kota Surakarta"])
    broken = tmp_path_factory.mktemp("broken")
    (broken / "data/raw").mkdir(parents=True)
    for path in (ROOT / "data/raw").glob("*.csv"):
        (broken / "data/raw" / path.name).write_text(path.read_text(encoding="utf-8").replace("for,high", "fro,hgih").replace(",2022,", ",MMXXII,"), encoding="utf-8")  # fmt: skip
    (broken / "dashat.toml").write_text((ROOT / "dashat.toml").read_text(encoding="utf-8"), encoding="utf-8")
    problems = check_case(broken)
    assert len(problems) > 20
    found = {}
    for language in ("en", "id"):
        say = reader(language)
        bars = results.tables["material"].query("group == 'kind'")
        bars = bars.assign(label=[say.label("source kind", key) for key in bars["key"]])
        bands = verdicts[verdicts["place"] == "surakarta"].assign(kind="resample", share_same=0.5, n_readings=9)
        texts = [
            *findings.headings(say), *findings.change_of_prevalence(ROOT, say), *map(str, findings.indicators(ROOT, say)),
            figures.verdict_bars_alt(verdicts, say=say), figures.prevalence_panels_alt(series, say=say),
            figures.readings_grid_alt(bands, say=say), sources.row_bars_alt(bars, say=say),
            *(one.render(say) for one in problems),
            *results.facts["how" if language == "en" else "how_id"],
            provenance.why(case, results, "capacity-joint-action.surakarta.verdict", say=say).text(say, most=0),
            provenance.why(case, results, "C21", say=say).text(say, most=0),
            wording.shown(verdicts, say, case=case, columns=["label", "place", "verdict", "qualifier"]).to_string(),
            wording.shown(results.tables["coverage"], say, columns=["place", "n_rows", "focal"]).to_string(),
        ]  # fmt: skip
        found[language] = [line for text in texts for line in text.splitlines()]
    return found


def test_an_indonesian_rendering_holds_no_english_sentence_and_the_reverse(rendered):
    assert [(line, strangers(line, ENGLISH)) for line in rendered["id"] if strangers(line, ENGLISH)] == []
    assert [(line, strangers(line, INDONESIAN)) for line in rendered["en"] if strangers(line, INDONESIAN)] == []


def test_a_sentence_left_untranslated_would_be_seen():
    assert strangers("Evidence rows of one event are pooled.", ENGLISH)
    assert strangers("Baris bukti yang diterima.", INDONESIAN)


def test_findings_in_notebooks_come_in_both_languages():
    for path in sorted((ROOT / "notebooks").glob("*.ipynb")):
        cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
        told = [
            "".join(one["data"]["text/markdown"])
            for cell in cells
            if "nbval-check-output" in cell["metadata"].get("tags", [])
            for one in cell["outputs"]
            if "text/markdown" in one.get("data", {})
        ]
        in_english = [text for text in told if strangers(text, ENGLISH) and not strangers(text, INDONESIAN)]
        assert len(in_english) == len(told) / 2, path.name


def test_a_third_language_is_one_catalogue(tmp_path, monkeypatch, case):
    for name in ("labels.toml", "id.po"):
        (tmp_path / name).write_bytes((CATALOGUES / name).read_bytes())
    monkeypatch.setattr(words, "CATALOGUES", tmp_path)
    words.reader.cache_clear()
    try:
        assert update("jv") == len(used())
        path = tmp_path / "jv.po"
        text = path.read_text(encoding="utf-8").replace(
            'msgctxt "verdict"\nmsgid "supported"\nmsgstr ""',
            'msgctxt "verdict"\nmsgid "supported"\nmsgstr "disengkuyung"',
        )
        path.write_text(text, encoding="utf-8")
        assert words.languages() == ["en", "id", "jv"]
        assert words.reader("jv").label("verdict", "supported") == "disengkuyung"
        found = indicators.results(case).facts
        assert {"how", "how_id", "how_jv"} <= set(found)
    finally:
        words.reader.cache_clear()


def test_no_sentence_hides_inside_another_string_where_the_catalogue_tool_cannot_see_it():
    hidden = []
    for path in (ROOT / "dashat_lib").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.JoinedStr):
                for call in ast.walk(node):
                    if (
                        isinstance(call, ast.Call)
                        and getattr(call.func, "id", "") == "say"
                        and isinstance(call.args[0], ast.Constant)
                    ):
                        hidden.append((path.name, call.args[0].value))
    assert hidden == []
