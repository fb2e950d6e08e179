"""Replies of interactions that show a job: while their token lives, and after a bot died that had not answered yet."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

import discord

from bot.cards.base import Card
from bot.core import BotCore
from bot.delivery.outbox import passes, with_retries
from bot.delivery.reply_by_token import TOKEN_LIFE, TOKEN_SPARE, edit_reply
from common.i18n import mark, set_locale, tr
from db.delivery.cards import clear_reply_token, set_card_message
from db.types import JobView

FAREWELL: Final = mark(
    "Job {job} is still running, but Discord no longer lets me update this reply. `/jobs status` shows its "
    "progress; `/jobs download` gets the files."
)
FOLLOWS: Final = mark("Job {job} is accepted. Its progress will be shown soon.")


@dataclass(frozen=True, slots=True)
class _Reply:
    interaction: discord.Interaction[Any]
    hint: str


class Replies:
    """The private replies that show jobs of users who take no direct messages."""

    def __init__(self, bot: BotCore) -> None:
        self._bot = bot
        self._live: dict[int, _Reply] = {}

    def keep(self, job_id: int, interaction: discord.Interaction[Any], hint: str) -> None:
        """Shows this job, under `hint`, in the reply to `interaction` while its token lives."""
        self._live[job_id] = _Reply(interaction, hint)

    def drop(self, job_id: int) -> None:
        """The job is over."""
        self._live.pop(job_id, None)

    async def show(self, job: JobView, card: Card) -> bool:
        """Shows the card in the job's reply; False when it has none, or none any more.

        Raises discord.HTTPException where that passes, aiohttp.ClientError, OSError.
        """
        reply = self._live.get(job.id)
        if reply is None:
            return False
        shown = Card(content=reply.hint, embed=card.embed, view=card.view, files=card.files)
        try:
            await with_retries(lambda: reply.interaction.edit_original_response(**shown.for_edit()))
        except discord.HTTPException as refused:
            if passes(refused):
                raise
            self.drop(job.id)
            return False
        return True

    def end_old(self) -> list[int]:
        """Says the last words in replies whose token ends soon; the jobs they showed."""
        over = [
            (job_id, reply.interaction)
            for job_id, reply in self._live.items()
            if discord.utils.utcnow() >= reply.interaction.expires_at - TOKEN_SPARE
        ]
        for job_id, interaction in over:
            del self._live[job_id]
            self._bot.start_task(_say_farewell(job_id, interaction), f"last words for job {job_id}")
        return [job_id for job_id, _ in over]

    async def finish(self, job: JobView, card: Card) -> bool:
        """Answers the reply that a bot which died left at "thinking ..."; whether that is all the job needs.

        A verdict stands there as it would have. A file's card is a message of its own: the reply only says so.
        """
        token = _waiting_token(job)
        if token is None:
            return False
        if job.kind == "file":
            card = Card(tr(FOLLOWS, job=job.id))
        try:
            reply = await with_retries(lambda: edit_reply(self._bot, token, card))
        except discord.HTTPException as refused:
            if passes(refused):
                raise
            return False  # its token is over, or the reply is gone
        await self._bot.in_thread(clear_reply_token, self._bot.db, job.id)
        if job.kind == "message" and job.shared:
            await self._bot.in_thread(
                set_card_message, self._bot.db, job.id, int(reply["channel_id"]), int(reply["id"]), shared=True
            )
        return job.kind == "message"


def _waiting_token(job: JobView) -> str | None:
    """The token of an interaction that still waits for its answer, None when there is none or it lives no more."""
    fresh = datetime.now(UTC) - job.created_at < TOKEN_LIFE - TOKEN_SPARE
    return job.reply_token if job.message_id is None and fresh else None


async def _say_farewell(job_id: int, interaction: discord.Interaction[Any]) -> None:
    set_locale(interaction.locale)
    card = Card(tr(FAREWELL, job=job_id))
    await with_retries(lambda: interaction.edit_original_response(**card.for_edit()))
