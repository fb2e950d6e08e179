"""Visible channels: which channels of a server somebody can read, as Discord's permissions say where they ask.

What is shared in a channel is for who can see that channel. Threads go by the channel that they hang on; a private
thread is seen by its members only, whom nobody tells us: what is shared there is shown to who asks there.
"""

from __future__ import annotations

from typing import Any

import discord

Asker = discord.Interaction[Any] | discord.Message


def visible_channels(asker: Asker) -> frozenset[int]:
    """Ids of the channels and public threads that the asker can read, and of the one they ask from.

    In a direct message, and in a server that only the asker installed the bot for, nothing but the asking place is
    known, and not that of a message.
    """
    user = asker.user if isinstance(asker, discord.Interaction) else asker.author
    guild = asker.guild
    if guild is None or not isinstance(user, discord.Member):
        return frozenset({asker.channel_id} if isinstance(asker, discord.Interaction) and asker.channel_id else ())
    seen = {channel.id for channel in guild.channels if _reads(channel, user)}
    seen |= {thread.id for thread in guild.threads if thread.parent_id in seen and not thread.is_private()}
    here = asker.channel_id if isinstance(asker, discord.Interaction) else asker.channel.id
    if here is not None:
        seen |= {here, shared_in(asker.channel, here)}
    return frozenset(seen)


def shared_in(channel: Any, channel_id: int) -> int:
    """The channel by whose members it is decided who sees what is shared there: of a public thread its parent's id."""
    if isinstance(channel, discord.Thread) and not channel.is_private():
        return channel.parent_id
    return channel_id


def _reads(channel: Any, member: discord.Member) -> bool:
    """Whether the member can read what was said there before; the talk of a voice channel is for who may join it."""
    may = channel.permissions_for(member)
    voice = isinstance(channel, discord.VoiceChannel | discord.StageChannel)
    return bool(may.view_channel and may.read_message_history and (may.connect or not voice))
