"""The view of a card: its buttons and menus."""

from __future__ import annotations

from typing import Any

import discord


def buttons_view(*items: discord.ui.Item[Any]) -> discord.ui.View:
    """A view without a timeout that holds these items, stopped at once.

    A press finds its handler by the custom_id; discord.py would keep a view that runs in its memory for as long as the
    bot lives.
    """
    view = discord.ui.View(timeout=None)
    for item in items:
        view.add_item(item)
    view.stop()
    return view
