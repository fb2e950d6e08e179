"""People who send reviews in every way there is, and what became of each thing they sent."""

from __future__ import annotations

import itertools
import random
from dataclasses import dataclass, field
from typing import Any, Literal

from sqlalchemy import text as sql

from bot.delivery.nonces import start_of_job
from tests.faults.stage import Stage
from tests.fixtures.reviews import csv_file, long_review, review

Way = Literal["text", "mention", "file", "score", "batch"]
WAYS: tuple[Way, ...] = ("text", "mention", "file", "score", "batch")
LOADING = 1 << 7
"""Flag of a message that shows 'thinking...'."""
REFUSED = "-# Reference"
"""Small print under every sentence that refuses something."""
NOT_ACCEPTED = "nothing was accepted"
OUR_FAULT = "on our side"


@dataclass(slots=True)
class Sent:
    """One thing a person sent. `mark`: what breaks the scorer at row `marked` (see saboteur)."""

    way: Way
    user: int
    channel: int
    number: int
    rows: int = 1
    empty: tuple[int, ...] = ()
    mark: str = ""
    marked: int = 0
    event: int = 0
    heard_by: int | None = None
    """The bot that was there to hear it, by its generation; None when none was."""
    before: list[int] = field(default_factory=list)
    """Events of earlier tries that nobody heard or that were refused."""

    @property
    def source(self) -> str:
        return "interaction" if self.way in ("score", "batch") else "message"

    @property
    def is_file(self) -> bool:
        return self.way in ("file", "batch")

    @property
    def poisoned(self) -> bool:
        """Whether one row can never be scored."""
        return self.mark.startswith("MARK-KILL")

    def row(self, number: int) -> str:
        words = long_review(self.number + number) if self.is_file else review(self.number)
        return f"{words} {self.mark}" if self.mark and number == self.marked else words


class Crowd:
    """Sends, and looks at what came of it."""

    def __init__(self, stage: Stage, dice: random.Random) -> None:
        self.stage, self._dice = stage, dice
        self._numbers = itertools.count(1000, 1000)
        self.most_rows = 1200
        """Of a file whose size nobody asked for."""

    def make(self, way: Way, *, rows: int | None = None, mark: str = "") -> Sent:
        """Something to send."""
        dice, discord = self._dice, self.stage.discord
        user = dice.choice(discord.users)
        public = way == "mention" or (way in ("score", "batch") and dice.random() < 0.5)
        channel = discord.channel_id if public else discord.dm_channel(user)
        sent = Sent(way, user, channel, next(self._numbers), mark=mark)
        if sent.is_file:
            sent.rows = rows or dice.randint(50, self.most_rows)
            sent.empty = tuple(sorted(dice.sample(range(1, sent.rows + 1), min(2, sent.rows // 10))))
        if mark:
            sent.marked = dice.choice([n for n in range(1, sent.rows + 1) if n not in sent.empty])
        return sent

    def send(self, sent: Sent) -> None:
        """Sends it, or sends it again when its first event was never heard."""
        discord = self.stage.discord
        if sent.event:
            sent.before.append(sent.event)
        sent.heard_by = discord.generation if discord.connected else None
        file = ("reviews.csv", csv_file(sent.rows, empty=sent.empty, text=sent.row)) if sent.is_file else None
        if sent.way == "text":
            sent.event = discord.write(sent.channel, sent.user, sent.row(1))
        elif sent.way == "mention":
            me = discord.backend.bot_user.id
            sent.event = discord.write(sent.channel, sent.user, f"<@{me}> {sent.row(1)}")
        elif sent.way == "file":
            assert file is not None
            sent.event = discord.write(sent.channel, sent.user, "", file)
        elif sent.way == "score":
            sent.event = discord.slash(sent.channel, sent.user, "score", text=sent.row(1))
        else:
            sent.event = discord.slash(sent.channel, sent.user, "batch", file=file)

    # ---------------------------------------------------------------- what came of it

    def job(self, sent: Sent, *, event: int | None = None) -> Any:
        """The job's row in SQL, or None."""
        with self.stage.db.read() as session:
            found = session.execute(
                sql("SELECT * FROM jobs WHERE source = :source AND source_id = :event"),
                {"source": sent.source, "event": event or sent.event},
            )
            return found.mappings().one_or_none()

    def replies(self, sent: Sent, *, event: int | None = None) -> list[dict[str, Any]]:
        """What the bot wrote as an answer to the message, as it is shown now."""
        discord, to = self.stage.discord, event or sent.event
        found = [discord.shown(one.channel_id, one.message_id) for one in list(discord.posted) if one.reply_to == to]
        return [message for message in found if message is not None]

    def cards(self, job: Any) -> list[dict[str, Any]]:
        """The messages the bot made for a job (its row), as they are shown now."""
        discord, start = self.stage.discord, start_of_job(job["source_id"], job["id"])
        found = [
            (one.nonce, discord.shown(one.channel_id, one.message_id))
            for one in list(discord.posted)
            if one.nonce is not None and one.nonce.startswith(start)
        ]
        return [message | {"nonce": nonce} for nonce, message in found if message is not None]

    def response(self, sent: Sent, *, event: int | None = None) -> dict[str, Any] | None:
        """The reply to a slash command, as it is shown now."""
        record = self.stage.discord.interaction(event or sent.event)
        if record.message_id is None:
            return None
        return self.stage.discord.shown(record.channel_id, record.message_id)

    def refusal(self, sent: Sent, *, event: int | None = None) -> str | None:
        """The sentence with which it was refused."""
        if sent.source == "message":
            shown = self.replies(sent, event=event)
        else:
            record = self.stage.discord.interaction(event or sent.event)
            ids = [record.message_id, *record.followup_ids]
            shown = [m for i in ids if i and (m := self.stage.discord.shown(record.channel_id, i)) is not None]
        return next((str(m["content"]) for m in shown if REFUSED in str(m["content"])), None)


def is_loading(message: dict[str, Any] | None) -> bool:
    """Whether it shows 'thinking...'."""
    return message is not None and bool(int(message.get("flags") or 0) & LOADING)


def titles(message: dict[str, Any]) -> str:
    """The titles of a message's embeds."""
    return " ".join(str(embed.get("title") or "") for embed in message["embeds"])
