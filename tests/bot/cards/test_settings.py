"""The card of `/settings`: each choice in a sentence."""

from __future__ import annotations

import pytest

from bot.cards.settings import settings_card
from db.types import UserSettings


@pytest.mark.parametrize(
    ("chosen", "said"),
    [
        (UserSettings(1), ["Only you see", "send it to you", "as it came in"]),
        (
            UserSettings(1, share=True),
            ["Everyone in the channel", "send it to you", "as it came in"],
        ),
        (UserSettings(1, dm_notices=False, file_format="xlsx"), ["Only you see", "Direct messages are off", "xlsx"]),
    ],
)
def test_each_choice_is_said(chosen: UserSettings, said: list[str]) -> None:
    embed = settings_card(chosen, changed=False).embed
    assert embed is not None
    assert all(part in str(field.value) for part, field in zip(said, embed.fields, strict=True))


def test_what_was_changed_is_saved() -> None:
    shown, saved = (settings_card(UserSettings(1), changed=changed).embed for changed in (False, True))
    assert shown is not None
    assert saved is not None
    assert (shown.title, saved.title) == ("Your settings", "Your settings are saved")
