"""XML is told element by element in whatever encoding it is; what is hostile or broken is refused with its line."""

from __future__ import annotations

import pytest

from dashat_lib.errors import DashatError
from dashat_lib.loaders import xml_files
from dashat_lib.loaders.xml_files import Fragment, parse


class Told:
    def __init__(self):
        self.found = []

    def start(self, name, attributes):
        self.found.append((name, attributes))

    def end(self, name):
        self.found.append(f"/{name}")

    def data(self, text):
        self.found.append(text)


def told(data, step=7):
    target = Told()
    wrong = parse((data[at : at + step] for at in range(0, len(data), step)), target, "uji.xml")
    return "".join(one for one in target.found if isinstance(one, str) and not one.startswith("/")), wrong


@pytest.mark.parametrize(
    "codec", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "iso-8859-1", "windows-1252", "shift_jis", "gb18030"]
)  # fmt: skip
def test_a_text_is_the_same_in_every_encoding(codec):
    text = "日本" if codec in ("shift_jis", "gb18030") else "Größe é"
    data = f'<?xml version="1.0" encoding="{codec.removesuffix("-sig")[:6] if codec.startswith("utf-16") else codec.removesuffix("-sig")}"?><a>{text}</a>'.encode(codec)  # fmt: skip
    assert told(data) == (text, None)


def test_an_encoding_that_the_bytes_belie_is_told():
    assert told('<?xml version="1.0" encoding="UTF-16"?><a>é</a>'.encode()) == ("é", "utf-16")
    assert told(b"\xef\xbb\xbf" + '<?xml version="1.0" encoding="utf-16"?><a>é</a>'.encode()) == ("é", None)


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"<a>\n<b></a>", "is no XML that can be read: an element ends that did not begin, in line 2."),
        (b"<a>&x;</a>", "undefined entity, in line 1."),
        (b"", "it ends too early, in line 1."),
        (b"<a>\xff</a>", "a sign is not allowed there, in line 1."),
        (b'<a b="1" b="2"/>', "duplicate attribute, in line 1."),
        (b'<!DOCTYPE a [<!ENTITY x "y">]><a/>', "declares a document type or entities"),
        (b'<?xml version="1.0" encoding="shift_jis"?><a>\x81</a>', "it is not in the encoding shift_jis."),
        (b'<?xml version="1.0" encoding="rot13"?><a/>', "is XML in an encoding that nobody knows: rot13."),
        (
            b'<?xml version="1.0" encoding="unicode_escape"?><a/>',
            "is XML in an encoding that nobody knows: unicode_escape.",
        ),
        (b'<?xml version="1.0" encoding="nonsense"?><a/>', "is XML in an encoding that nobody knows: nonsense."),
        (b"<a>" * 257, "is nested more than 256 levels deep."),
    ],
)
def test_what_is_broken_or_hostile_is_refused(data, sentence):
    with pytest.raises(DashatError) as caught:
        told(data)
    assert str(caught.value).startswith("uji.xml: ")
    assert sentence in str(caught.value)


def test_more_elements_than_a_project_has_are_refused(monkeypatch):
    monkeypatch.setattr(xml_files, "MOST_ELEMENTS", 100)
    assert told(b"<a>" + b"<b/>" * 99 + b"</a>") == ("", None)
    with pytest.raises(DashatError, match="holds more than 100 elements"):
        told(b"<a>" + b"<b/>" * 100 + b"</a>")


def test_what_is_needed_and_not_installed_is_named(monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "defusedxml.ElementTree", None)
    with pytest.raises(DashatError, match=r'needs defusedxml.* pip install "dashat\[io\]"'):
        told(b"<a/>")


def test_a_fragment_is_the_element_again_and_declares_what_it_uses():
    fragment = Fragment("urn:sendiri")
    fragment.start("{urn:sendiri}a", {"{urn:lain}b": '<"\n', "c": "&"})
    fragment.data("]]> \r é")
    fragment.start("{urn:lain}d", {})
    assert not fragment.end()
    fragment.start("{http://www.w3.org/XML/1998/namespace}e", {})
    assert not fragment.end()
    assert fragment.end()
    assert (
        fragment.text()
        == '<a xmlns:n0="urn:lain" n0:b="&lt;&quot;&#10;" c="&amp;">]]&gt; &#13; é<n0:d xmlns:n0="urn:lain"/><xml:e/></a>'
    )


def test_characters_that_xml_cannot_hold_are_found():
    assert xml_files.is_legal("a\t\n\r é 🙂 \ufffd")
    for bad in "\x00\x0b\x0c\x1f\ud800\ufffe":
        assert not xml_files.is_legal(bad)
        assert xml_files.legal(f"a{bad}b") == "a\ufffdb"
