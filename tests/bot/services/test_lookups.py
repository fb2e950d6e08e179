"""Looking up stored work: buttons are the owner's, and a page that is exactly full is the last."""

from __future__ import annotations

import pytest

from bot.services.lookups import JOBS, JOBS_PER_PAGE, RESULTS, RESULTS_PER_PAGE, full_card, status_card
from db.errors import NotFound
from db.types import Viewer
from tests.bot.talk import add_file, add_review, result_ids, review_file
from tests.fixtures.discord import World


async def test_buttons_are_for_the_owner(world: World) -> None:
    job = await add_file(world, world.alice, review_file(3), shared=True)
    own = await status_card(world.bot, Viewer(world.alice.id, world.guild.id), job)
    others = await status_card(world.bot, Viewer(world.bob.id, world.guild.id, frozenset({world.channel.id})), job)
    assert own.view is not None
    assert others.view is None
    with pytest.raises(NotFound):
        await status_card(world.bot, Viewer(world.bob.id), job)


async def test_a_verdict_in_full_is_for_who_sees_it(world: World) -> None:
    await add_review(world, world.alice)
    await world.work()
    (id_,) = await result_ids(world, world.alice)
    assert (await full_card(world.bot, Viewer(world.alice.id, world.guild.id), id_)).embed is not None
    with pytest.raises(NotFound):
        await full_card(world.bot, Viewer(world.bob.id, world.guild.id, frozenset({world.channel.id})), id_)


async def test_a_page_that_is_exactly_full_is_the_last(world: World) -> None:
    viewer, asked = Viewer(world.alice.id, world.guild.id), {"unfinished": False}
    assert (await JOBS.load(world.bot, viewer, asked, None, 1)).empty
    for n in range(JOBS_PER_PAGE):
        await add_review(world, world.alice, film=f"Film {n}")
    assert (await JOBS.load(world.bot, viewer, asked, None, 1)).after is None
    await add_review(world, world.alice)
    first = await JOBS.load(world.bot, viewer, asked, None, 1)
    assert first.after is not None
    second = await JOBS.load(world.bot, viewer, asked, first.after, 2)
    assert (second.after, second.empty) == (None, False)


async def test_a_page_of_results_that_is_exactly_full(world: World) -> None:
    viewer = Viewer(world.alice.id, world.guild.id)
    await add_file(world, world.alice, review_file(RESULTS_PER_PAGE, empty=0))
    await world.work()
    asked = {
        "query": None, "label": None, "film": None, "min_probability": None, "since": None, "job": None,
        "sort": "newest",
    }  # fmt: skip
    page = await RESULTS.load(world.bot, viewer, asked, None, 1)
    assert page.card.embed is not None
    assert len(page.card.embed.fields) == RESULTS_PER_PAGE
    following = None if page.after is None else await RESULTS.load(world.bot, viewer, asked, page.after, 2)
    assert following is None or following.empty
