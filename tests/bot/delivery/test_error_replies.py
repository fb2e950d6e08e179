"""Answering with what went wrong: privately, logged first, and never raising."""

from __future__ import annotations

import logging

import pytest

from bot.services import single_reviews
from common.errors import UserError
from tests.bot.short_reviews import GOOD
from tests.fixtures.discord import World


async def test_what_cannot_be_shown_is_logged_all_the_same(
    world: World, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def refuse(*_: object) -> str:
        raise UserError("Do this.")

    monkeypatch.setattr(single_reviews, "check_text", refuse)
    world.env.inject_error("POST", "/interactions/*/*/callback", status=404, code=10062, times=None)
    with caplog.at_level(logging.INFO):
        await world.alice.slash(world.channel, "score", text=GOOD)
    logged = [record.getMessage() for record in caplog.records if record.name.startswith("bot.")]
    assert "/score: UserError" in logged
    assert "an error could not be shown: NotFound" in logged
