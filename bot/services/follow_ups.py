"""Questions that wait for a button: a file that was scored before, the files of somebody's message.

What was asked is a continuation in SQL, so that the answer still counts after a restart of the bot; the file itself is
the stored one of the earlier job, or is loaded again from the message.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import discord

from bot.cards.base import Card, one_line
from bot.cards.job import same_file_card
from bot.delivery.responses import answer
from bot.handlers.base import buttons_view
from bot.handlers.job import FilesButton
from bot.permissions import requester_of
from bot.services.intake import FileRequest, accept_again
from common.errors import UserError
from common.i18n import locale_tag, mark, tr, trn
from db.delivery import continuations
from db.types import JobView, Origin

if TYPE_CHECKING:
    from bot.client import ReelfeelBot

AGAIN: Final = "again"
FILES: Final = "files"
OVER: Final = mark("This question is no longer open: send the file again.")


async def same_file_question(bot: ReelfeelBot, request: FileRequest, same: JobView) -> Card:
    """Asks whether to score a file again that job `same` holds already. Raises db.errors.DbError."""
    origin = request.origin
    data: dict[str, Any] = {
        "job": same.id,
        "shared": origin.shared,
        "columns": [request.text_column, request.film_column, request.date_column],
    }
    if origin.source == "message":
        data["message"] = [origin.guild_id, origin.channel_id, origin.source_id, request.part]
    key = await bot.in_thread(continuations.keep, bot.db, origin.owner_id, AGAIN, data)
    return same_file_card(same, key)


async def score_again(interaction: discord.Interaction[Any], key: str) -> None:
    """The answer to `same_file_question`. Raises UserError, db.errors.DbError, discord.HTTPException."""
    from bot.services.file_jobs import show_job
    from bot.services.single_reviews import origin_of

    bot: ReelfeelBot = interaction.client
    await interaction.response.defer()
    data = await _take(interaction, AGAIN, key)
    try:
        message = data.get("message")
        origin = origin_of(interaction, share=data["shared"]) if message is None else _origin(interaction, *message)
        with bot.notifier.hold(interaction.id):
            part = 0 if message is None else message[3]
            standing = requester_of(interaction)
            accepted = await accept_again(bot, origin, data["job"], data["columns"], standing=standing, part=part)
            if message is None:
                await show_job(bot, interaction, accepted)
            else:
                await answer(
                    interaction, Card(tr("Job {job} is accepted: its card stands below.", job=accepted.job_id))
                )
    except Exception:
        await bot.in_thread(continuations.put_back, bot.db, interaction.user.id, AGAIN, key, data)
        raise
    bot.notifier.wake()


async def files_question(
    bot: ReelfeelBot, owner_id: int, message: discord.Message, files: list[discord.Attachment]
) -> Card:
    """Asks whether to score the files of somebody's message. Raises db.errors.DbError."""
    data = {
        "message": [message.channel.id, message.id],
        "files": [[one.id, one.filename, one.size, one.url, one.proxy_url] for one in files],
    }
    key = await bot.in_thread(continuations.keep, bot.db, owner_id, FILES, data)
    names = "\n".join(f"- {one_line(one.filename, 80)}" for one in files)
    text = trn(
        "That message has no text, but this file:\n{names}",
        "That message has no text, but these {count} files:\n{names}",
        len(files),
        names=names,
    )
    label = trn("Score this file", "Score these files", len(files))
    return Card(text, view=buttons_view(FilesButton(key, label)))


async def score_files(interaction: discord.Interaction[Any], key: str) -> None:
    """The answer to `files_question`. Raises UserError, db.errors.DbError, discord.HTTPException."""
    from bot.services.file_jobs import batch_for
    from bot.services.single_reviews import origin_of

    bot: ReelfeelBot = interaction.client
    await interaction.response.defer()
    data = await _take(interaction, FILES, key)
    channel_id, message_id = data["message"]
    origin = origin_of(interaction, share=False, target=(channel_id, message_id))
    try:
        await batch_for(
            interaction,
            [
                FileRequest(_attachment(bot, one), origin, part, standing=requester_of(interaction))
                for part, one in enumerate(data["files"])
            ],
        )
    except Exception:
        await bot.in_thread(continuations.put_back, bot.db, interaction.user.id, FILES, key, data)
        raise


async def _take(interaction: discord.Interaction[Any], kind: str, key: str) -> dict[str, Any]:
    bot: ReelfeelBot = interaction.client
    data = await bot.in_thread(continuations.take, bot.db, interaction.user.id, kind, key)
    if data is None:
        raise UserError(tr(OVER))
    return data


def _origin(
    interaction: discord.Interaction[Any], guild_id: int | None, channel_id: int, message_id: int, _part: int
) -> Origin:
    return Origin(
        interaction.user.id, guild_id, channel_id, "message", message_id, reply_to=message_id, language=locale_tag()
    )


def _attachment(bot: ReelfeelBot, kept: list[Any]) -> discord.Attachment:
    id_, filename, size, url, proxy_url = kept
    data: Any = {"id": id_, "filename": filename, "size": size, "url": url, "proxy_url": proxy_url}
    return discord.Attachment(data=data, state=bot._connection)
