"""`/correct`: what a person says a verdict should have been."""

from __future__ import annotations

from typing import Any

import pytest

from db.queries.corrections import corrections_of
from db.types import Viewer
from tests.bot.talk import PLACES, Talk, add_review, result_ids, words
from tests.fixtures.discord import World

WHEREVER = pytest.mark.parametrize("place", PLACES)


@WHEREVER
async def test_correct_is_stored_and_shown(world: World, place: Any) -> None:
    await add_review(world, world.alice, guild=place == "guild")
    await world.work()
    (id_,) = await result_ids(world, world.alice)
    talk = Talk(world, place, world.alice)
    noted = await talk.slash("correct", id=id_, label="negative", note="It was *irony*.")
    assert noted.ephemeral
    assert "negative" in words(noted)
    shown = words(await talk.slash("results show", id=id_))
    assert "1 negative" in shown
    assert "irony" in shown
    assert "Positive" in shown


@WHEREVER
async def test_somebody_elses_result_is_not_there(world: World, place: Any) -> None:
    await add_review(world, world.bob)
    await world.work()
    (id_,) = await result_ids(world, world.bob)
    talk = Talk(world, place, world.alice)
    said = await talk.refused("correct", id=id_, label="negative")
    assert said == (await talk.refused("correct", id=99_999, label="negative")).replace("99999", str(id_))
    assert corrections_of(world.db, Viewer(world.bob.id), id_).counts == {}


async def test_a_shared_result_is_corrected_by_others_whose_notes_stay_theirs(world: World) -> None:
    await add_review(world, world.bob, shared=True)
    await world.work()
    (id_,) = await result_ids(world, world.bob)
    await Talk(world, "guild", world.alice).slash("correct", id=id_, label="negative", note="between us")
    shown = words(await Talk(world, "guild", world.bob).slash("results show", id=id_))
    assert "1 negative" in shown
    assert "between us" not in shown
    await Talk(world, "dm", world.alice).refused("correct", id=id_, label="positive")
