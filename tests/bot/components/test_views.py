"""The view of a card: stopped, so that discord.py keeps none of them in memory."""

from __future__ import annotations

from bot.components.buttons import cancel_button, details_button
from bot.components.menus import column_menu
from bot.components.views import buttons_view
from tests.bot.short_reviews import GOOD
from tests.fixtures.discord import World


async def test_a_view_holds_its_items_and_is_stopped() -> None:
    view = buttons_view(column_menu(7, ["a"]), cancel_button(7), details_button(8))
    assert [getattr(item, "custom_id", None) for item in view.children] == [
        "job:column:7", "job:cancel:7", "result:details:8",
    ]  # fmt: skip
    assert view.is_finished()
    assert view.timeout is None


async def test_a_card_with_buttons_leaves_no_view_in_memory(world: World) -> None:
    store = world.bot._connection._view_store
    before = len(store._views)
    await world.dm(world.alice, GOOD)
    await world.finish()
    assert world.last(world.alice.user.dm_channel).components
    assert len(store._views) == before
