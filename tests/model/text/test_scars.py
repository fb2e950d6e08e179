"""Scars of exports are undone where it is certain, and nothing else is."""

import pytest

from model.text import scars


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("Tom &amp; Jerry&#39;s &eacute;", "Tom & Jerry's é"),
        ("&#x2764; &#10084;", "\u2764 \u2764"),
        ("R&D; &zzz; & more", "R&D; &zzz; & more"),
        (f"&#{'9' * 50};", f"&#{'9' * 50};"),
    ],
)
def test_entities(text: str, meant: str) -> None:
    assert scars.ENTITY.sub(scars.character, text) == meant


def test_an_entity_that_was_escaped_once_more_is_found() -> None:
    assert scars.DOUBLE_ENTITY.sub("&", "it&amp;#39;s &amp;amp;lt; a &amp; b") == "it&#39;s &lt; a &amp; b"


@pytest.mark.parametrize("word", ["don\u2019t", "caf\u00e9", "na\u00efve", "\u201cso\u201d", "\U0001f600", "\u2605"])
@pytest.mark.parametrize("wrong", ["cp1252", "latin-1"])
def test_utf_8_that_was_read_in_another_encoding_is_mended(word: str, wrong: str) -> None:
    try:
        broken = word.encode().decode(wrong)
    except UnicodeDecodeError:  # five bytes are no sign of Windows-1252
        pytest.skip("no program shows it so")
    assert any(sign in broken for sign in scars.MOJIBAKE_SIGNS)
    assert scars.MOJIBAKE.sub(scars.mended, broken) == word


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("don\u201a\u00c4\u00f4t", "don't"),
        ("it\ufffds", "it's"),
        ("a \ufffd b", "a \ufffd b"),
        ("\u00c3 propos, \u00e2ge, \u00c5ngstr\u00f6m", "\u00c3 propos, \u00e2ge, \u00c5ngstr\u00f6m"),
        ("\u00f0\u20ac\u20ac\u20ac", "\u00f0\u20ac\u20ac\u20ac"),
    ],
)
def test_what_was_lost_and_what_was_meant(text: str, meant: str) -> None:
    assert scars.MOJIBAKE.sub(scars.mended, text) == meant


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ('didn\\\'t \\"work\\"', 'didn\'t "work"'),
        ("a\\nb\\r\\nc\\td", "a\nb\nc d"),
        ("caf\\u00e9 caf\\xe9", "café café"),
        ("\\ud83d\\ude0d", "\U0001f60d"),
        ("\\\\u2019", "\u2019"),
        ("C:\\new\\test stays", "C:\\new\\test stays"),
        ("a \\word", "a \\word"),
    ],
)
def test_escapes(text: str, meant: str) -> None:
    assert scars.ESCAPE.sub(scars.unescaped, text) == meant


def test_doubled_quotes_are_found() -> None:
    assert scars.DOUBLE_QUOTE.sub("'", "didn''t ''so''") == "didn't ''so''"
    assert scars.DOUBLE_QUOTE.sub('"', 'it ""works"", he said """no"""') == 'it "works", he said """no"""'
