"""The card of `/settings`."""

from __future__ import annotations

from typing import Final

import discord

from bot.cards.base import NEUTRAL, Card
from db.types import UserSettings

AS_SENT: Final = "as it came in"


def settings_card(chosen: UserSettings, *, changed: bool) -> Card:
    """What the caller chose, each in a sentence."""
    embed = discord.Embed(title="Your settings are saved" if changed else "Your settings", colour=NEUTRAL)
    shared = "everybody in the channel sees them" if chosen.share else "only you see them"
    embed.add_field(name="Sharing", value=f"Verdicts and jobs of commands: {shared}, unless `share` says otherwise.")
    if chosen.dm_notices:
        notices = "Results that have no place in a channel come as direct messages."
    else:
        notices = "No direct messages: `/jobs download` and `/results search` have what has no place in a channel."
    embed.add_field(name="Direct messages", value=notices, inline=False)
    embed.add_field(name="Format of scored files", value=chosen.file_format or AS_SENT, inline=False)
    embed.set_footer(text="Change one with /settings and its option; /privacy delete forgets them")
    return Card(embed=embed)
