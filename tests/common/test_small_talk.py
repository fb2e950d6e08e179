"""Small talk is told from short reviews."""

from __future__ import annotations

import pytest

from common.small_talk import is_small_talk

TALK = (
    "hi", "Hi!", "Hello there", "hey bot", "good morning everyone", "Thanks!", "thank you so much 🙏", "ok thanks",
    "lol",
    "What can you do?", "help", "How are you?", "what do you think?", "Hallo", "Danke schön", "Bonjour",
    "Merci beaucoup !",
    "¡Hola! ¿Qué tal?", "こんにちは", "ありがとうございます", "bye", "hi, how are you?", "test",
)  # fmt: skip
REVIEWS = (
    "good", "very good", "So good!", "Loved it", "boring", "Great film, thanks Nolan",
    "Hi-octane fun from start to finish",
    "Thank you for smoking is a great film", "Hello, Dolly! is a delight", "10/10", "9/10 thanks", "Meh.", "👍",
    "Help! I could not stop laughing", "", "Test of patience", "It was ok", "A hello to old friends, warm and funny",
)  # fmt: skip


@pytest.mark.parametrize("text", TALK)
def test_what_is_small_talk(text: str) -> None:
    assert is_small_talk(text)


@pytest.mark.parametrize("text", REVIEWS)
def test_what_is_a_review(text: str) -> None:
    assert not is_small_talk(text)
