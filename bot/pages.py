"""Pages of a query with Previous and Next, for the one user who asked.

The place in the query stays here, in the bot's memory; nothing of it is in the buttons. After `OPEN_S` without a press,
or a restart of the bot, the pages are closed and the command is asked again.
"""

from __future__ import annotations

import asyncio
import dataclasses
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any, Final, Generic, TypeVar

import discord

from bot.cards.base import Card
from bot.errors import report

OPEN_S: Final = 840.0
"""Seconds; one minute less than Discord lets us edit a private reply, so that the buttons can still be taken away."""

C = TypeVar("C")
Load = Callable[[C | None, int], Awaitable[tuple[Card, C | None]]]
"""(where the page starts, its number from 1) -> its card, and where the next one starts (None: this is the last)."""


class Pages(discord.ui.View, Generic[C]):
    """Buttons under a page. A subclass may add its own."""

    def __init__(self, load: Load[C]) -> None:
        super().__init__(timeout=OPEN_S)
        self._load = load
        self._starts: list[C | None] = []
        self._after: C | None = None
        self._latest: discord.Interaction[Any] | None = None
        self._turning = asyncio.Lock()

    async def send(self, interaction: discord.Interaction[Any]) -> None:
        """Answers a deferred interaction with the first page; without buttons when there is nothing to press."""
        card = await self._turn([None])
        if self._after is None:
            self.remove_item(self.previous)
            self.remove_item(self.next)
        if self.has_buttons(card):
            self._latest = interaction
            card = dataclasses.replace(card, view=self)
        await interaction.followup.send(**card.for_send(), ephemeral=True)

    def has_buttons(self, card: Card) -> bool:
        """Whether the first page needs any."""
        return bool(self.children)

    async def _turn(self, starts: list[C | None]) -> Card:
        """Loads the page at the end of `starts`; what is shown changes only when that succeeds."""
        card, after = await self._load(starts[-1], len(starts))
        self._starts, self._after = starts, after
        self.previous.disabled = len(starts) == 1
        self.next.disabled = after is None
        return card

    async def _show(self, interaction: discord.Interaction[Any], step: int) -> None:
        await interaction.response.defer()
        async with self._turning:  # two quick presses are two pages, one after the other
            if step < 0:
                starts = self._starts[:-1] or [None]
            else:
                starts = self._starts if self._after is None else [*self._starts, self._after]
            card = await self._turn(starts)
            self._latest = interaction
            await interaction.edit_original_response(**dataclasses.replace(card, view=self).for_edit())

    @discord.ui.button(label="Previous", emoji="◀️", row=0)
    async def previous(self, interaction: discord.Interaction[Any], button: discord.ui.Button[Any]) -> None:
        """One page back."""
        await self._show(interaction, -1)

    @discord.ui.button(label="Next", emoji="▶️", row=0)
    async def next(self, interaction: discord.Interaction[Any], button: discord.ui.Button[Any]) -> None:
        """One page on."""
        await self._show(interaction, 1)

    async def on_timeout(self) -> None:
        """Takes the buttons away: a button that does nothing is worse than none."""
        if self._latest is not None:
            with suppress(discord.HTTPException, OSError):
                await self._latest.edit_original_response(view=None)

    async def on_error(
        self, interaction: discord.Interaction[Any], error: Exception, item: discord.ui.Item[Any], /
    ) -> None:
        """Answers with the table's sentence."""
        await report(interaction, error, doing="turning a page")
