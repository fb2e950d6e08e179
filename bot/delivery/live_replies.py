"""Replies of interactions that show a job: while their token lives, and after a bot died that had not answered yet."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

import discord
from discord.http import Route, handle_message_parameters

from bot.cards.base import Card
from bot.delivery.outbox import GONE, with_retries
from common.i18n import mark, set_locale, tr
from db.delivery.cards import clear_reply_token, set_card_message

if TYPE_CHECKING:
    from bot.client import ReelfeelBot
    from db.types import JobView

TOKEN_LIFE: Final = timedelta(minutes=15)
TOKEN_SPARE: Final = timedelta(minutes=1)
"""An interaction's token is given up this long before Discord does, while the last words can still be said."""
FAREWELL: Final = mark(
    "Job {job} goes on, but Discord lets this reply change no more: "
    "`/jobs status` shows how far it is, `/jobs download` gives the files."
)
FOLLOWS: Final = mark("Job {job} is accepted: its card follows.")


@dataclass(frozen=True, slots=True)
class _Reply:
    interaction: discord.Interaction[Any]
    hint: str


class Replies:
    """The private replies that show jobs of users who take no direct messages."""

    def __init__(self, bot: ReelfeelBot) -> None:
        self._bot = bot
        self._live: dict[int, _Reply] = {}

    def keep(self, job_id: int, interaction: discord.Interaction[Any], hint: str) -> None:
        """Shows this job, under `hint`, in the reply to `interaction` while its token lives."""
        self._live[job_id] = _Reply(interaction, hint)

    def drop(self, job_id: int) -> None:
        """The job is over."""
        self._live.pop(job_id, None)

    async def show(self, job: JobView, card: Card) -> bool:
        """Shows the card in the job's reply; False when it has none. Raises discord.HTTPException, OSError."""
        reply = self._live.get(job.id)
        if reply is None:
            return False
        shown = Card(content=reply.hint, embed=card.embed, view=card.view, files=card.files)
        await with_retries(lambda: reply.interaction.edit_original_response(**shown.for_edit()))
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
        if not _left_thinking(job):
            return False
        if job.kind == "file":
            card = Card(tr(FOLLOWS, job=job.id))
        try:
            reply = await with_retries(lambda: self._edit_original(job, card))
        except GONE:
            return False
        await self._bot.in_thread(clear_reply_token, self._bot.db, job.id)
        if job.kind == "message" and job.shared:
            await self._bot.in_thread(
                set_card_message, self._bot.db, job.id, int(reply["channel_id"]), int(reply["id"])
            )
        return job.kind == "message"

    async def _edit_original(self, job: JobView, card: Card) -> dict[str, Any]:
        """What `Interaction.edit_original_response` does, by the token alone: the interaction went with its process."""
        route = Route(
            "PATCH",
            "/webhooks/{webhook_id}/{webhook_token}/messages/@original",
            webhook_id=self._bot.application_id,
            webhook_token=job.reply_token,
        )
        with handle_message_parameters(**card.for_edit()) as asked:
            message: dict[str, Any] = await self._bot.http.request(route, json=asked.payload)
        return message


def _left_thinking(job: JobView) -> bool:
    """Whether an interaction still waits for its answer and its token still lives."""
    fresh = datetime.now(UTC) - job.created_at < TOKEN_LIFE - TOKEN_SPARE
    return job.reply_token is not None and job.message_id is None and fresh


async def _say_farewell(job_id: int, interaction: discord.Interaction[Any]) -> None:
    set_locale(interaction.locale)
    await interaction.edit_original_response(**Card(tr(FAREWELL, job=job_id)).for_edit())
