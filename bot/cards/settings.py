"""The card of `/settings`."""

from __future__ import annotations

from typing import Final

import discord

from bot.cards.base import NEUTRAL, Card
from common.i18n import tr, tr_in
from db.types import UserSettings

AS_SENT: Final = "as it came in"


def settings_card(chosen: UserSettings, *, changed: bool) -> Card:
    """What the caller chose, each in a sentence."""
    embed = discord.Embed(title=tr("Your settings are saved") if changed else tr("Your settings"), colour=NEUTRAL)
    if chosen.share:
        shared = tr("Verdicts and jobs of commands: everybody in the channel sees them, unless `share` says otherwise.")
    else:
        shared = tr("Verdicts and jobs of commands: only you see them, unless `share` says otherwise.")
    embed.add_field(name=tr("Sharing"), value=shared)
    if chosen.dm_notices:
        notices = tr("Results that have no place in a channel come as direct messages.")
    else:
        notices = tr("No direct messages: `/jobs download` and `/results search` have what has no place in a channel.")
    embed.add_field(name=tr("Direct messages"), value=notices, inline=False)
    kind = chosen.file_format or tr_in("choice", AS_SENT)
    embed.add_field(name=tr("Format of scored files"), value=kind, inline=False)
    embed.set_footer(text=tr("Change one with /settings and its option; /privacy delete forgets them"))
    return Card(embed=embed)
