"""The displays written out: HTML that opens its rows offline in a real browser, a workbook that runs nothing, CSV for two kinds of programs."""

from __future__ import annotations

import csv
import io
import re
import shutil
import subprocess
import sys
import zipfile
from dataclasses import replace
from html.parser import HTMLParser

import pytest
from openpyxl import load_workbook

from dashat_lib import displays, workbooks
from dashat_lib.processed import csv_bytes
from dashat_lib.report import html, xlsx
from dashat_lib.report.document import document
from dashat_lib.report.written import write_displays
from dashat_lib.words import reader

NASTY = '=HYPERLINK("http://evil.example","x") <script>alert(1)</script> & "q"'


@pytest.fixture(scope="module")
def nasty(case):
    """A case in which one row's text is a formula and a script."""
    row = displays.checklist(case).cells["evidence_id"].iloc[0]
    there = case.evidence["evidence_id"] == row
    texts = {name: case.evidence[name].mask(there, NASTY) for name in ("text_id", "text_en")}
    return replace(case, evidence=case.evidence.assign(**texts))


@pytest.fixture(scope="module", params=["en", "id"])
def language(request):
    return request.param


@pytest.fixture(scope="module")
def found(nasty, language):
    return document(nasty, displays.named_set(nasty), reader(language))


@pytest.fixture(scope="module")
def book(found):
    return load_workbook(io.BytesIO(xlsx.workbook(found)))


def test_the_document_says_first_what_every_reader_must_know(case, found, language):
    said = " ".join(found.remarks)
    assert {"en": "no evidence, not absence", "id": "bukan ketiadaan"}[language] in said
    assert {"en": "machine-assisted", "id": "dibantu mesin"}[language] in said


# ---- HTML ------------------------------------------------------------------------------------------------------------


class _Tags(HTMLParser):
    def __init__(self):
        super().__init__()
        self.tags = []

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))


def test_the_page_fetches_nothing_and_escapes_the_case(found):
    text = html.page(found).decode()
    tags = _Tags()
    tags.feed(text)
    assert not [tag for tag, attrs in tags.tags if tag in ("link", "img", "iframe", "object")]
    assert [tag for tag, _ in tags.tags].count("script") == 1
    assert not [attrs for _, attrs in tags.tags if "src" in attrs or any(name.startswith("on") for name in attrs)]
    assert "default-src 'none'" in text
    assert "<script>alert(1)" not in text
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in text
    assert all(attrs["href"].startswith(("#", "http://", "https://")) for tag, attrs in tags.tags if tag == "a")


def test_every_cell_opens_exactly_its_rows_and_every_row_is_on_the_page(nasty, found, language):
    text = html.page(found).decode()
    named = {one.name: one for one in displays.named_set(nasty)}
    opened = dict(re.findall(r'<div popover id="([^"]+)">(.*?)</ul>', text, re.S))
    n = 0
    for name, one in named.items():
        for down, row in enumerate(one.rows):
            for across, column in enumerate(one.columns):
                ids = one.support(row, column)
                key = f"{name}-{down}-{across}"
                assert (key in opened) == bool(ids)
                if ids:
                    assert sorted(re.findall(r'href="#(\w+)"', opened[key])) == ids
                    assert f'popovertarget="{key}"' in text
                    n += 1
    assert n == len(opened)
    ids = set(re.findall(r'href="#(E\d+)"', text))
    assert ids == set(re.findall(r'<article class="row" id="(E\d+)"', text))


@pytest.fixture(scope="module")
def page(found, tmp_path_factory):
    path = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if path is None:
        pytest.skip("needs a browser: apt-get install chromium")
    from playwright.sync_api import sync_playwright

    file = tmp_path_factory.mktemp("page") / "displays.html"
    file.write_bytes(html.page(found))
    with sync_playwright() as pw:
        browser = pw.chromium.launch(
            executable_path=path, args=["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
        )
        context = browser.new_context(viewport={"width": 1280, "height": 900})
        asked, said = [], []
        context.on("request", lambda request: asked.append(request.url))
        one = context.new_page()
        one.on("console", lambda message: said.append(message.text))
        one.on("pageerror", lambda error: said.append(str(error)))
        one.goto(file.as_uri())
        yield one, asked, said
        browser.close()  # fmt: skip


def test_in_a_browser_a_cell_opens_its_rows_and_a_row_leads_to_its_document(page):
    one, asked, said = page
    button = one.locator("section[aria-labelledby=concepts] td button").first
    opened = one.locator(f"#{button.get_attribute('popovertarget')}")
    assert not opened.is_visible()
    button.click()
    assert opened.is_visible()
    link = opened.locator("a").first
    row = link.inner_text()
    link.click()
    assert not opened.is_visible()
    assert one.url.endswith(f"#{row}")
    assert one.locator(f"article#{row}").is_visible()
    button.focus()
    one.keyboard.press("Enter")
    assert opened.is_visible()
    one.keyboard.press("Escape")
    assert not opened.is_visible()
    assert said == []
    assert all(url.startswith("file:") for url in asked)


def test_in_a_browser_the_page_does_not_scroll_sideways_on_a_phone(page):
    one, *_ = page
    one.set_viewport_size({"width": 390, "height": 800})
    assert one.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    one.set_viewport_size({"width": 1280, "height": 900})


# ---- workbook --------------------------------------------------------------------------------------------------------


def test_no_cell_of_the_workbook_is_a_formula(book):
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row if cell.value is not None]
    assert not [cell.coordinate for cell in cells if cell.data_type == "f"]
    text = [cell for cell in cells if isinstance(cell.value, str) and "HYPERLINK" in cell.value]
    assert text
    assert all(cell.data_type == "s" for cell in text)
    assert any(cell.value.startswith("=") and cell.quotePrefix for cell in text)


def test_each_display_is_a_sheet_with_a_frozen_header_and_wrapped_text(nasty, found, book):
    assert len(book.sheetnames) == len(found.matrices) + 3
    for matrix, name in zip(found.matrices, book.sheetnames[1:], strict=False):
        sheet = book[name]
        assert sheet.freeze_panes == "B6"
        assert [sheet.cell(5, at).value for at in range(2, 2 + len(matrix.columns))] == [
            label for label, _ in matrix.columns
        ]
        for down, cells in enumerate(matrix.cells, start=6):
            for across, one in enumerate(cells, start=2):
                cell = sheet.cell(down, across)
                assert cell.alignment.wrap_text
                assert (cell.value or "") == one.shown  # fmt: skip


def test_links_lead_from_a_cell_to_its_rows_and_from_a_row_to_the_evidence(nasty, found, book):
    *_, rows, evidence = book.sheetnames
    named = {one.name: one for one in displays.named_set(nasty)}
    for matrix, name in zip(found.matrices, book.sheetnames[1:], strict=False):
        sheet, one = book[name], named[matrix.name]
        for down, row in enumerate(one.rows, start=6):
            for across, column in enumerate(one.columns, start=2):
                link, ids = sheet.cell(down, across).hyperlink, one.support(row, column)
                if matrix.texts:
                    assert all(id_ in (sheet.cell(down, across).value or "") for id_ in ids)
                    continue
                assert (link is not None) == bool(ids)
                if ids:
                    place, at = re.fullmatch(r"'(.+)'!A(\d+)", link.location).groups()
                    assert place == rows
                    block = [book[rows].cell(int(at) + step, 4) for step in range(len(ids))]
                    assert sorted(cell.value for cell in block) == ids
                    for cell in block:
                        place, where = re.fullmatch(r"'(.+)'!A(\d+)", cell.hyperlink.location).groups()
                        assert book[place].cell(int(where), 1).value == cell.value
                        assert place == evidence


def test_the_same_document_gives_the_same_bytes(found):
    assert xlsx.workbook(found) == xlsx.workbook(found)
    assert html.page(found) == html.page(found)


def test_the_workbook_is_a_sound_zip_with_no_outer_links(found):
    with zipfile.ZipFile(io.BytesIO(xlsx.workbook(found))) as archive:
        assert archive.testzip() is None
        assert not [name for name in archive.namelist() if "external" in name.lower() or "vba" in name.lower()]


def test_a_text_longer_than_a_cell_is_cut_and_says_so():
    from openpyxl import Workbook

    sheet = Workbook().active
    cell = workbooks.put(sheet, 1, 1, "a" * 40_000 + "\x07")
    assert len(cell.value) == workbooks.LONGEST_CELL
    assert cell.value.endswith(" …")


# ---- CSV and the command ---------------------------------------------------------------------------------------------


def test_csv_for_excel_has_semicolons_a_mark_and_decimal_commas():
    import pandas as pd

    table = pd.DataFrame({"text": ["=1+1", "-x", "plain; text"], "share": [0.25, -1.5, None]})
    content = csv_bytes(table, excel=True)
    assert content.startswith(b"\xef\xbb\xbf")
    rows = list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline=""), delimiter=";"))
    assert rows == [["text", "share"], ["'=1+1", "0,25"], ["'-x", "-1,5"], ["plain; text", ""]]
    assert csv_bytes(table).splitlines()[1] == b"=1+1,0.25"


def test_all_files_or_none_and_nothing_is_written_over_unasked(case, tmp_path):
    copy = replace(case, folder=tmp_path)
    files = write_displays(copy, tmp_path / "out", languages=["en"], excel=True)
    assert {path.suffix for path in files} == {".html", ".xlsx", ".csv"}
    assert all(path.stat().st_size > 200 for path in files)
    (tmp_path / "out" / "roles.en.csv").write_text("mine", encoding="utf-8")
    with pytest.raises(Exception, match="is there already") as refusal:
        write_displays(copy, tmp_path / "out", languages=["en"])
    assert len(refusal.value.problems) == len(files)
    assert (tmp_path / "out" / "roles.en.csv").read_text(encoding="utf-8") == "mine"
    write_displays(copy, tmp_path / "out", languages=["en"], force=True)
    assert (tmp_path / "out" / "roles.en.csv").read_text(encoding="utf-8").startswith("display,row,column")


def test_the_command_writes_both_languages_and_refuses_a_second_time(copy_of_case):
    words = [sys.executable, "-m", "dashat_lib.cli", "report", str(copy_of_case), "--lang", "id"]
    first = subprocess.run(words, capture_output=True, text=True, check=False)
    assert first.returncode == 0, first.stderr
    assert len(first.stdout.split()) >= 10
    again = subprocess.run(words, capture_output=True, text=True, check=False)
    assert again.returncode == 1
    assert again.stderr.count("--force") == len(first.stdout.splitlines())
    wrong = subprocess.run([*words[:-1], "fr"], capture_output=True, text=True, check=False)
    assert wrong.returncode == 2
