"""What the bot's row of the heartbeats says."""

from __future__ import annotations

import os

from bot.telemetry import Vitals
from db.privacy.clock_guard import UP
from tests.fixtures.discord import World


async def test_the_row_says_what_others_read_from_it(world: World) -> None:
    facts = Vitals(world.bot).facts()
    assert (facts["pid"], facts["ready"], facts["shards"]) == (os.getpid(), True, 1)
    assert float(facts[UP] or 0) > 0, "the clock guard believes processes by it"
