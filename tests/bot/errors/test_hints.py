"""Hints: what a member can do here about a refusal, with commands that exist."""

from __future__ import annotations

import re

import pytest

from bot.errors.hints import HINTS, explained, with_hint
from common.i18n import use_locale
from db.errors import BadCursor, NotFound, QuotaExceeded
from tests.fixtures.discord import World


def test_a_refusal_has_its_hint_after_it() -> None:
    assert explained(NotFound("job", 7)) == (
        "There is no job 7, or it is not shared with you here. `/jobs list` shows the jobs you can see."
    )
    assert explained(QuotaExceeded(1, 1)).endswith("or cancel one. `/jobs cancel` cancels a job.")
    assert explained(BadCursor()) == str(BadCursor())
    assert with_hint("Said.", None) == "Said."


@pytest.mark.parametrize("language", ["de", "ja"])
def test_a_reader_of_another_language_gets_no_english_template(language: str) -> None:
    with use_locale(language):
        assert "{" not in explained(NotFound("result", 7))
        assert "7" in explained(NotFound("result", 7))


async def test_hints_name_commands_and_options_that_exist(world: World) -> None:
    commands = {command.qualified_name: command for command in world.bot.tree.walk_commands()}
    for hint in HINTS.values():
        named = re.findall(r"`/([a-z ]+)`", hint)
        assert named or "direct message" in hint, hint
        for name in named:
            assert name in commands, hint
    options = {option.display_name for option in getattr(commands["batch"], "parameters", ())}
    assert "text_column" in options
