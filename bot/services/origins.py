"""Where work comes from: the origin of a job sent with a command, as a message, or by an answer about a message."""

from __future__ import annotations

from typing import Any

import discord

from bot.visible_channels import shared_in
from common.i18n import locale_tag
from db.types import Origin


def interaction_origin(
    interaction: discord.Interaction[Any],
    *,
    share: bool,
    film: str | None = None,
    target: tuple[int, int] | None = None,
) -> Origin:
    """The work of a command or button. `target`: channel and message it is about, when it is about one."""
    channel_id, message_id = target or (None, None)
    return Origin(
        owner_id=interaction.user.id,
        guild_id=interaction.guild_id,
        channel_id=interaction.channel_id,
        source="interaction",
        source_id=interaction.id,
        shared=share,
        film=film,
        reply_to=message_id,
        reply_channel_id=channel_id,
        reply_token=interaction.token,
        language=locale_tag(),
        shared_in=None if interaction.channel_id is None else shared_in(interaction.channel, interaction.channel_id),
    )


def message_origin(message: discord.Message) -> Origin:
    """A review or file that somebody sent to the bot as a message."""
    guild_id = None if message.guild is None else message.guild.id
    return answered_origin(message.author.id, guild_id, message.channel.id, message.id)


def answered_origin(owner_id: int, guild_id: int | None, channel_id: int, message_id: int) -> Origin:
    """As `message_origin`, when only the ids of the message are left: its sender answered a question about it."""
    return Origin(
        owner_id=owner_id,
        guild_id=guild_id,
        channel_id=channel_id,
        source="message",
        source_id=message_id,
        reply_to=message_id,
        language=locale_tag(),
    )
