"""Which calls of Discord's REST API are the first answer to an interaction."""

from __future__ import annotations

import pytest

from bot.delivery.acknowledgements import answered_by


@pytest.mark.parametrize(
    ("path", "interaction"),
    [
        ("/api/v10/interactions/1234567890/aW50ZXJhY3Rpb24/callback", 1234567890),
        ("/api/v10/webhooks/1234567890/aW50ZXJhY3Rpb24/messages/@original", None),
        ("/api/v10/channels/1234567890/messages", None),
        ("/api/v10/interactions/1234567890/aW50ZXJhY3Rpb24", None),
    ],
)
def test_the_first_answer_is_known_by_its_path(path: str, interaction: int | None) -> None:
    assert answered_by(path) == interaction
