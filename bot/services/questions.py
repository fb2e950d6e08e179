"""Questions that wait for a button: a file that was scored before, the files of somebody's message.

What was asked is a continuation in SQL, so that the answer still counts after a restart of the bot; the file itself is
the stored one of the earlier job, or is loaded again from the message. `bot.services.follow_ups` takes the answer.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, Final

import discord

from bot.cards.base import Card, one_line
from bot.cards.job import same_file_card
from bot.components.buttons import files_button
from bot.components.views import buttons_view
from bot.core import BotCore
from bot.services.intake import FileRequest
from common.errors import UserError
from common.i18n import mark, tr, trn
from db.delivery import continuations
from db.types import JobView

AGAIN: Final = "again"
"""Kind of the continuation: score a file again."""
FILES: Final = "files"
"""Kind of the continuation: score the files of a message."""
OVER: Final = mark("This has expired. Send the file again.")


@asynccontextmanager
async def answering(
    interaction: discord.Interaction[Any], kind: str, key: str, over: str = OVER
) -> AsyncIterator[dict[str, Any]]:
    """What was asked, for one answer; it waits for another press when that fails. Raises UserError when it is over."""
    bot: BotCore = interaction.client
    data = await bot.in_thread(continuations.pop, bot.db, interaction.user.id, kind, key)
    if data is None:
        raise UserError(tr(over))
    try:
        yield data
    except Exception:
        await bot.in_own_thread(continuations.restore, bot.db, interaction.user.id, kind, key, data)
        raise


async def same_file_question(bot: BotCore, request: FileRequest, same: JobView) -> Card:
    """Asks whether to score a file again that job `same` holds already. Raises db.errors.DbError."""
    origin = request.origin
    data: dict[str, Any] = {
        "job": same.id,
        "shared": origin.shared,
        "columns": [request.text_column, request.film_column, request.date_column],
        "options": dict(request.options),
    }
    if origin.source == "message":
        data["message"] = [origin.guild_id, origin.channel_id, origin.source_id, request.part]
    key = await bot.in_thread(continuations.create, bot.db, origin.owner_id, AGAIN, data)
    return same_file_card(same, key)


async def files_question(
    bot: BotCore, owner_id: int, message: discord.Message, files: list[discord.Attachment]
) -> Card:
    """Asks whether to score the files of somebody's message. Raises db.errors.DbError."""
    data = {
        "message": [message.channel.id, message.id],
        "files": [[one.id, one.filename, one.size, one.url, one.proxy_url] for one in files],
    }
    key = await bot.in_thread(continuations.create, bot.db, owner_id, FILES, data)
    names = "\n".join(f"- {one_line(one.filename, 80)}" for one in files)
    text = trn(
        "That message has no text, but this file:\n{names}",
        "That message has no text, but these {count} files:\n{names}",
        len(files),
        names=names,
    )
    label = trn("Score this file", "Score these files", len(files))
    return Card(text, view=buttons_view(files_button(key, label)))
