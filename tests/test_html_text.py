"""Text of HTML as a program counts it: what the parser of Python says, in time that grows with the length."""

from __future__ import annotations

import random
import time
from html.parser import HTMLParser

import pytest

from dashat_lib.loaders.html_text import joined, pieces, shown


class Reference(HTMLParser):
    def __init__(self, source):
        super().__init__(convert_charrefs=True)
        self.found = []
        self.feed(source)
        self.close()

    def handle_data(self, data):
        self.found.append(data)


def text(source):
    return "".join(piece.text for piece in pieces(source) if piece.kind == "text")


def test_text_is_what_the_parser_of_python_says():
    rng = random.Random(1)
    parts = ["<p>", "</p>", "<b class='x'>", "</b>", "<br/>", "Air ", "5 < 10 & lebih", "&amp;", "&lt;b&gt;", "🚰", "\n", "<a href=\"x>y\" title='z'>", "</a>", "<!-- diam -->", "&#233;", "&nbsp;", "<>", "</ >", "a<b c"]  # fmt: skip
    for _ in range(300):
        source = "".join(rng.choice(parts) for _ in range(12)) + "<p>"
        assert text(source) == "".join(Reference(source).found), source


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("<p>a</p>\r\n<p>b</p>", "a\nb"),
        ("a&#13;b", "a\nb"),
        ("<pre>\n\nx</pre>", "\nx"),
        ("<style>p > a {}</style>x<script>if (a < b) {}</script>y", "xy"),
        ("a <!-- b", "a <!-- b"),
        ("<p title='tak tertutup>a</p>b", "ab"),
        ("x &#99999999999999999999999999; y", "x � y"),
        ("x &#" + "9" * 6000 + "; y", "x � y"),
        ("", ""),
    ],
)
def test_broken_and_odd_html(source, expected):
    assert text(source) == expected


def test_line_breaks_are_shown_where_blocks_meet_and_borders_are_mapped():
    plain, seen = shown(
        "<h1>Judul</h1><p>Satu <b>dua</b></p>\n<p>tiga<br>empat</p><p></p><ul><li>lima</li><li>enam</li></ul>"
    )
    assert plain == "JudulSatu dua\ntigaempatlimaenam"
    assert seen.text == "Judul\nSatu dua\ntiga\nempat\nlima\nenam"
    for word in ("Judul", "Satu dua", "tiga", "empat", "lima", "enam"):
        start = plain.index(word)
        assert seen.text[seen.starts[start] : seen.ends[start + len(word)]] == word
    assert seen.text[seen.starts[0] : seen.ends[len(plain)]] == seen.text
    assert joined([])[1].text == ""


def test_classes_are_told():
    found = [
        (piece.text, piece.classes)
        for piece in pieces("<span class=\"highlight x\"><i CLASS='y'><b class=z><u>")
        if piece.kind == "open"
    ]
    assert found == [("span", ("highlight", "x")), ("i", ("y",)), ("b", ("z",)), ("u", ())]


@pytest.mark.parametrize(
    "unit", ["<a ", "<!--", "<!-- a>", '<a b="', "<a b='x\">", "</", "<a\n", "&#9", "<p class=", "<script>", "<a = "]
)
def test_time_grows_with_the_length_only(unit):
    begun = time.monotonic()
    text(unit * 100_000)
    assert time.monotonic() - begun < 3
