"""Text files that people send as messages: one review, a list of reviews, or the question which of them it is.

A text beyond Discord's limit arrives as `message.txt`. What was asked is a continuation in SQL that names the message;
the text is loaded again from Discord, so nothing is asked about that its sender has deleted.
"""

from __future__ import annotations

from typing import Any, Final, NamedTuple

import discord

from bot.cards.base import Card, one_line
from bot.components.buttons import read_as_button
from bot.components.views import buttons_view
from bot.core import BotCore
from bot.delivery.responses import answer
from bot.permissions import requester_of
from bot.services.downloads import download
from bot.services.file_jobs import BELOW
from bot.services.incoming import read_message
from bot.services.intake import FileRequest, accept_file, accept_text, check_text
from bot.services.origins import answered_origin
from bot.services.questions import answering, same_file_question
from common.errors import UserError
from common.i18n import mark, tr
from common.small_talk import is_small_talk
from common.text_file import Shape, decode, is_text_file, shape_of
from db.delivery import continuations
from db.types import JobView

READ_AS: Final = "read_as"
"""Kind of the continuation: how a text file is read."""
OVER: Final = mark("This has expired, or the message is gone. Send the file again.")


class TextRead(NamedTuple):
    """shape: what a file is by its layout; text: where it could be one review; data: its bytes, if they are loaded."""

    shape: Shape
    text: str = ""
    data: bytes | None = None


async def read_text(bot: BotCore, attachment: discord.Attachment, message: tuple[int, int] | None = None) -> TextRead:
    """Reads a file that could be one review; other files are lists, and not loaded.

    `message`: channel and message that it hangs on. Raises UserError when the download fails.
    """
    most = bot.settings.max_message_chars
    if not is_text_file(attachment.filename, attachment.size, most):
        return TextRead("list")
    async with bot.downloads.held(attachment.size):
        data = await download(bot, attachment, message)
    text = decode(data)
    if text is None or len(text.strip()) > most:
        return TextRead("list", data=data)
    return TextRead(shape_of(text, attachment.filename), text, data)


def with_caption(caption: str, text: str) -> str:
    """One review of what stands beside a file and in it: a client puts the end of a long text into a file."""
    return text if not caption or is_small_talk(caption) else f"{caption}\n\n{text}"


async def shape_question(bot: BotCore, request: FileRequest) -> Card:
    """Asks whether a file is one review or a list. Raises db.errors.DbError."""
    origin = request.origin
    place = [origin.guild_id, origin.channel_id, origin.source_id, request.part]
    data = {"message": place, "file": request.attachment.id}
    key = await bot.in_thread(continuations.create, bot.db, origin.owner_id, READ_AS, data)
    text = tr(
        "Is {file} one review, or a list with a review on each line?", file=one_line(request.attachment.filename, 80)
    )
    return Card(text, view=buttons_view(read_as_button("one", key), read_as_button("lines", key)))


async def read_as(interaction: discord.Interaction[Any], key: str, *, one: bool) -> None:
    """The answer to `shape_question`. Raises UserError, db.errors.DbError, discord.HTTPException."""
    bot: BotCore = interaction.client
    await interaction.response.defer()
    async with answering(interaction, READ_AS, key, OVER) as data:
        await answer(interaction, await _read_as(bot, interaction, data, one=one))
    bot.notifier.wake()


async def _read_as(bot: BotCore, interaction: discord.Interaction[Any], data: dict[str, Any], *, one: bool) -> Card:
    guild_id, channel_id, message_id, part = data["message"]
    origin = answered_origin(interaction.user.id, guild_id, channel_id, message_id)
    try:
        message = await bot.get_partial_messageable(channel_id).fetch_message(message_id)
    except (discord.NotFound, discord.Forbidden):
        raise UserError(tr(OVER)) from None
    received = read_message(message, 0 if bot.user is None else bot.user.id)
    # By its id: who edits another file away moves the rest. Questions of an earlier version know the place alone
    known = data.get("file") or next((file.id for file in received.files[part : part + 1]), None)
    attachment = next((file for file in received.files if file.id == known), None)
    if attachment is None:
        raise UserError(tr(OVER))
    if one:
        read = await read_text(bot, attachment, (channel_id, message_id))
        await accept_text(bot, origin, check_text(with_caption(received.text, read.text), bot.settings), part=part)
        return Card(tr("Read as one review: its verdict is shown below."))
    request = FileRequest(attachment, origin, part, standing=requester_of(interaction))
    outcome = await accept_file(bot, request)
    if isinstance(outcome, JobView):
        return await same_file_question(bot, request, outcome)
    return Card(tr(BELOW, job=outcome.job_id))
