"""What a user does with a job that is there already."""

from __future__ import annotations

from bot.core import BotCore
from db.queue import retry
from db.queue.quotas import quotas_of
from db.types import Viewer


async def resume_job(bot: BotCore, viewer: Viewer, job_id: int) -> None:
    """Goes on with the viewer's job where it stopped. Raises db.errors.DbError when it cannot."""
    bot.wake_workers(*await bot.in_thread(retry, bot.db, viewer, job_id, quotas=quotas_of(bot.settings)))
    bot.notifier.wake()
