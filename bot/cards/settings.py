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
        shared = tr(
            "Everyone in the channel sees the verdicts and jobs of your commands, unless `share` says otherwise."
        )
    else:
        shared = tr("Only you see the verdicts and jobs of your commands, unless `share` says otherwise.")
    embed.add_field(name=tr("Sharing"), value=shared)
    if chosen.dm_notices:
        notices = tr("If I cannot post a result in a channel, I send it to you as a direct message.")
    else:
        notices = tr(
            "Direct messages are off. What I cannot post in a channel is in `/jobs download` and `/results search`."
        )
    embed.add_field(name=tr("Direct messages"), value=notices, inline=False)
    kind = chosen.file_format or tr_in("choice", AS_SENT)
    embed.add_field(name=tr("Format of scored files"), value=kind, inline=False)
    embed.set_footer(text=tr("Change one with /settings and its option; /privacy delete deletes them"))
    return Card(embed=embed)
