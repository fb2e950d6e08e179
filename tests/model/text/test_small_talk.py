"""Greetings, orders and questions to the bot are small talk; questions that judge a film are not."""

import pytest

from model.text.small_talk import is_small_talk

TALK = """hi
Hello there!
thanks :)
How do I use this?
Is it any good?
what can you do??
hey, can you help me?
Should I watch it?
Score this, please.
how\u2019s it going"""
REVIEWS = """Loved it!
Good.
Who wrote this rubbish?
Why did nobody tell me how good this film is? I loved it.
How do you make a movie with depth about a man who lacked any?
Can you bear the laughter?
What a film!
Is it any good? No, it is dull.
How can it be this bad? Avoid."""


@pytest.mark.parametrize("text", TALK.splitlines())
def test_small_talk(text: str) -> None:
    assert is_small_talk(text)


@pytest.mark.parametrize("text", ["", "hi " * 60, *REVIEWS.splitlines()])
def test_reviews(text: str) -> None:
    assert not is_small_talk(text)
