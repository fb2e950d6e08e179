"""Links to messages in Discord: to the review that was scored, to the card of its job."""

from __future__ import annotations

from db.types import JobView, ResultView


def jump_url(guild_id: int | None, channel_id: int | None, message_id: int | None) -> str | None:
    """The link to a message, None when there is none."""
    if channel_id is None or message_id is None:
        return None
    return f"https://discord.com/channels/{guild_id or '@me'}/{channel_id}/{message_id}"


def in_dm(job: JobView) -> bool:
    """Whether the job's card stands in its owner's direct messages, wherever the command was given."""
    return job.source == "interaction" and not job.shared


def job_url(job: JobView) -> str | None:
    """The link to the job's card; private work of a server has it in the owner's direct messages."""
    return jump_url(None if in_dm(job) else job.guild_id, job.channel_id, job.message_id)


def jump_to(result: ResultView, job: JobView | None = None) -> str | None:
    """The link to the message that was reviewed, else to the card of its job; None when there is neither."""
    if result.reply_to is not None:
        return jump_url(result.guild_id, result.reply_channel_id or result.channel_id, result.reply_to)
    return None if job is None else job_url(job)
