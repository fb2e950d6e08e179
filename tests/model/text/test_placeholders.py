"""Placeholders are no reviews; short reviews are no placeholders."""

import pytest

from model.text.placeholders import is_placeholder


@pytest.mark.parametrize(
    "text", ["n/a", "N/A", "#N/A", "-", "[deleted]", "[removed]", "None", "no comment.", "(blank)"]
)
def test_placeholders(text: str) -> None:
    assert is_placeholder(text) == any(map(str.isalnum, text))


@pytest.mark.parametrize("text", ["", "good", "Nothing.", "Boring!", "No.", "none of it works", "n/a " * 20])
def test_reviews(text: str) -> None:
    assert not is_placeholder(text)
