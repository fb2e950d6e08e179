"""What all cards share: escaped text, shares, bars, and whom a card may mention."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.cards.base import Card, around, bar, escape, flag_words, label_counts, one_line, plain_line
from common.i18n import use_locale


@given(st.text())
def test_escaped_text_has_no_live_sign(text: str) -> None:
    shown = escape(text)
    for at, sign in enumerate(shown):
        if sign in "*_~|`[]()<>#:-":
            assert (len(shown[:at]) - len(shown[:at].rstrip("\\"))) % 2 == 1
        if sign == "@":
            assert shown[at + 1] == "\u200b"


@pytest.mark.parametrize("locale", [None, "de", "fr", "es", "ja"])
def test_counts_of_labels_agree_with_their_number(locale: str | None) -> None:
    with use_locale(locale):
        shown = [label_counts(count, count, count) for count in (1, 2)]
    expected = {
        None: [["1 positive", "1 negative", "1 unclear"], ["2 positive", "2 negative", "2 unclear"]],
        "de": [["1 positiv", "1 negativ", "1 unklar"], ["2 positiv", "2 negativ", "2 unklar"]],
        "fr": [["1 positive", "1 négative", "1 incertaine"], ["2 positives", "2 négatives", "2 incertaines"]],
        "es": [["1 positiva", "1 negativa", "1 dudosa"], ["2 positivas", "2 negativas", "2 dudosas"]],
        "ja": [[f"{word} {count} 件" for word in ("肯定", "否定", "どちらとも言えない")] for count in (1, 2)],
    }
    assert shown == expected[locale]


def test_small_words() -> None:
    assert bar(0.5, 4) == "▰▰▱▱"
    assert one_line("a\n b", 10) == "a b"
    assert len(one_line("x" * 500, 100)) == 100
    assert flag_words(("too_short", "brand_new")) == ["very short: little to go by", "brand new"]


def test_a_card_mentions_nobody_unless_told() -> None:
    assert Card("@everyone").mentions().to_dict() == {"parse": []}
    told = Card("hello", ping=(7,)).mentions().to_dict()
    assert told["users"] == [7]
    assert told["parse"] == []
    assert Card().for_edit()["attachments"] == []


def test_a_stored_row_of_any_shape_is_cut_at_once() -> None:
    """A row may hold 100,000 signs and is cut in the event loop: quadratic time would be half a minute for each."""
    row = "good film <br" + " " * 99_000 + "x"
    begun = time.process_time()
    assert one_line(row, 80) == "good film \\<br x"
    assert around(row, "film", 80) == "good film <br x"
    assert plain_line(row, 80) == "good film <br x"
    assert time.process_time() - begun < 5
