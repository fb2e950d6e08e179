"""What somebody wrote to the bot: the text and the files of a message, of what it forwards included, and to whom it is.

A forwarded message has its text and files in a snapshot, not in itself.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

import discord

from common.file_formats import is_review_file
from common.small_talk import is_small_talk

CHATTER_WORDS: Final = 20
"""Fewer words than that in a reply to a card are taken for talk about the card."""


@dataclass(frozen=True, slots=True)
class Incoming:
    """text: without the mention of the bot; files: every attachment; both with those of what is forwarded."""

    text: str
    files: tuple[discord.Attachment, ...]

    @property
    def readable(self) -> list[discord.Attachment]:
        """The files that are review files by their name."""
        return [one for one in self.files if is_review_file(one.filename)]


def read_message(message: discord.Message, own_id: int = 0) -> Incoming:
    """The text and the files of a message. `own_id`: of the bot, whose mentions are no part of a review."""
    texts = [message.content, *(one.content for one in message.message_snapshots)]
    files = [*message.attachments, *(file for one in message.message_snapshots for file in one.attachments)]
    names = [rf"@!?{own_id}", *(f"@&{role}" for role in own_roles(message))]
    text = re.sub(f"<(?:{'|'.join(names)})>", " ", "\n\n".join(text for text in texts if text))
    return Incoming(text.strip(), tuple(files))


def own_roles(message: discord.Message) -> set[int]:
    """Ids of the roles that are the bot's alone in this server: Discord offers them beside the bot in its list."""
    guild = message.guild
    if guild is None:
        return set()
    held = () if guild.me is None else guild.me.roles
    own = {role.id for role in held if role.managed}
    return own if guild.self_role is None else own | {guild.self_role.id}


def mentions_role(message: discord.Message) -> bool:
    """Whether the bot's own role is mentioned."""
    mentioned = {role.id for role in message.role_mentions} | set(message.raw_role_mentions)
    return bool(mentioned) and not mentioned.isdisjoint(own_roles(message))


def is_mentioned(message: discord.Message, own_id: int) -> bool:
    """Whether a message of a server is for the bot: by a mention, of its own role too, or as a reply that calls it."""
    return any(user.id == own_id for user in message.mentions) or mentions_role(message)


def answered_author(message: discord.Message) -> int | None:
    """Who wrote the message that this one is a reply to; None when it is none, or nobody knows."""
    reference = message.reference
    if message.type is not discord.MessageType.reply or reference is None:
        return None
    answered = reference.resolved
    return answered.author.id if isinstance(answered, discord.Message) else None


def is_chatter(message: discord.Message, text: str, own_id: int) -> bool:
    """Whether a text is small talk, or a few words in reply to a message of the bot that do not mention it by name."""
    if is_small_talk(text):
        return True
    named = own_id in message.raw_mentions or mentions_role(message)
    return answered_author(message) == own_id and not named and len(text.split()) < CHATTER_WORDS
