"""The form behind Wrong?: after a restart too, and only for who sees the result."""

from __future__ import annotations

import pytest

from db.queries.corrections import corrections_of
from db.types import Viewer
from tests.bot.talk import GOOD, answer, result_ids, words
from tests.fixtures.discord import World


@pytest.mark.parametrize("restarted", [False, True])
async def test_wrong_opens_a_form_that_outlives_a_restart(world: World, restarted: bool) -> None:
    await world.alice.send(world.channel, f"{world.mention} {GOOD}")
    await world.finish()
    opened = await world.alice.click(world.last(world.channel), label="Wrong?")
    if restarted:
        await world.restart()
    sent = await world.alice.submit_modal(opened, {"label": ["negative"], "note": "no <@1>"})
    assert answer(sent).ephemeral
    assert "negative" in words(answer(sent))
    (id_,) = await result_ids(world, world.alice)
    said = corrections_of(world.db, Viewer(world.alice.id), id_)
    assert (said.label, said.note) == ("negative", "no <@1>")
    details = await world.alice.click(world.last(world.channel), label="Details")
    assert "1 negative" in words(answer(details))


async def test_wrong_is_not_for_others(world: World) -> None:
    await world.alice.send(world.channel, f"{world.mention} {GOOD}")
    await world.finish()
    pressed = await world.bob.click(world.last(world.channel), label="Wrong?")
    assert pressed.modal is None
    assert "There is no result" in words(answer(pressed))
