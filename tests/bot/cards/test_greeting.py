"""The greeting: what to send, and examples that can be pressed."""

from __future__ import annotations

from bot.cards.greeting import EXAMPLES, greeting_card


def test_every_example_stands_there_with_a_button_of_its_number() -> None:
    card = greeting_card()
    assert card.embed is not None
    assert card.view is not None
    told = str(card.embed.description)
    assert "Send me a review" in told
    assert all(f"{place}. *{example}*" in told for place, example in enumerate(EXAMPLES, 1))
    buttons = [(item.label, item.custom_id) for item in card.view.children]  # type: ignore[attr-defined]
    assert buttons == [(f"Try {place}", f"greeting:example:{place}") for place in (1, 2, 3)]
