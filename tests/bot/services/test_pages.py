"""Pages of a list: every item once, for who asked, after a restart and an hour."""

from __future__ import annotations

from tests.bot.talk import (
    Talk,
    add_review,
    buttons,
    words,
)
from tests.fixtures.discord import World


async def test_list_turns_pages(world: World, alice: Talk) -> None:
    made = [await add_review(world, world.alice, film=f"Film {n}") for n in range(23)]
    page = await alice.slash("jobs list")
    assert buttons(page) == {"Previous": False, "Next": True}
    seen = [words(page)]
    while buttons(page)["Next"]:
        page = await alice.click(page, "Next")
        seen.append(words(page))
    assert len(seen) == 3
    assert "Page 3" in seen[-1]
    everything = "\n".join(seen)
    assert [everything.count(f"**{job}**") for job in made] == [1] * 23
    back = await alice.click(page, "Previous")
    assert words(back) == seen[1]
    assert buttons(back) == {"Previous": True, "Next": True}
