"""What all cards share: escaped text, shares, bars, and whom a card may mention."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.cards.base import Card, bar, escape, flag_words, one_line, percent


@given(st.text())
def test_escaped_text_has_no_live_sign(text: str) -> None:
    shown = escape(text)
    for at, sign in enumerate(shown):
        if sign in "*_~|`[]()<>#:-":
            assert (len(shown[:at]) - len(shown[:at].rstrip("\\"))) % 2 == 1
        if sign == "@":
            assert shown[at + 1] == "\u200b"


@pytest.mark.parametrize(
    ("share", "words"), [(0, "0 %"), (1, "100 %"), (0.9996, ">99 %"), (0.0001, "<1 %"), (0.456, "46 %")]
)
def test_percent_never_claims_certainty(share: float, words: str) -> None:
    assert percent(share) == words


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
