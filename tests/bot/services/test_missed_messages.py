"""Direct messages that came while the bot was away; how that goes over real sockets: tests/faults/test_gateway.py."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from types import SimpleNamespace
from typing import Any

import pytest

from bot.services import missed_messages
from bot.services.missed_messages import HEARD, LONGEST_S, OVERLAP_S, MissedMessages
from common.settings import Settings
from db.delivery.key_values import get_state, set_state
from db.engine import Database
from db.errors import DatabaseUnavailable
from db.queue.accept import accept_review
from db.types import Origin

BOT, ALICE, CHANNEL = 1, 2, 11
ACCEPTED, MISSED, ANSWERED, REPLY, OF_A_BOT = 101, 102, 103, 104, 105


@dataclass
class Bot:
    """What `MissedMessages` asks of the running bot: real rows, and a history that is given."""

    db: Database
    heard_at: float = 0.0
    user: Any = field(default_factory=lambda: SimpleNamespace(id=BOT))
    asked: list[tuple[int, datetime, int]] = field(default_factory=list)
    taken: list[int] = field(default_factory=list)
    failures: list[Exception] = field(default_factory=list)

    @property
    def outbox(self) -> Bot:
        return self

    async def in_thread(self, fn: Any, *args: Any) -> Any:
        return await asyncio.to_thread(fn, *args)

    async def history(self, channel_id: int, after: datetime, limit: int) -> list[Any]:
        self.asked.append((channel_id, after, limit))
        if self.failures:
            raise self.failures.pop()
        return [
            message(ACCEPTED, ALICE),
            message(MISSED, ALICE),
            message(ANSWERED, ALICE),
            message(REPLY, BOT, to=ANSWERED),
            message(OF_A_BOT, 9, is_bot=True),
        ]

    def dispatch(self, event: str, sent: Any) -> None:
        assert event == "message"
        self.taken.append(sent.id)


def message(number: int, author: int, *, to: int | None = None, is_bot: bool = False) -> Any:
    reference = None if to is None else SimpleNamespace(message_id=to)
    return SimpleNamespace(
        id=number, author=SimpleNamespace(id=author, bot=is_bot or author == BOT), reference=reference
    )


@pytest.fixture
def bot(bot_settings: Settings) -> Iterator[Any]:
    """A bot in whose channel of direct messages one review was accepted."""
    db = Database(bot_settings.database(), durable=True)
    accept_review(db, Origin(ALICE, None, CHANNEL, "message", ACCEPTED), "A fine film.")
    yield Bot(db)
    db.dispose()


async def test_what_nobody_took_or_answered_is_taken_in_from_shortly_before_the_last_word(bot: Any) -> None:
    heard = time.time() - 60
    set_state(bot.db, HEARD, str(heard))
    await MissedMessages(bot).catch_up()
    assert bot.taken == [MISSED]
    ((channel, since, _),) = bot.asked
    assert channel == CHANNEL
    assert since.timestamp() == pytest.approx(heard - OVERLAP_S)


async def test_the_first_start_reads_nothing_and_a_long_absence_a_week(bot: Any) -> None:
    await MissedMessages(bot).catch_up()
    assert bot.asked == []
    set_state(bot.db, HEARD, "1000.0")
    await MissedMessages(bot).catch_up()
    ((_, since, _),) = bot.asked
    assert time.time() - since.timestamp() == pytest.approx(LONGEST_S, abs=60)


async def test_a_history_that_cannot_be_read_is_asked_for_again(bot: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(missed_messages, "AGAIN_S", (0.0,))
    set_state(bot.db, HEARD, str(time.time()))
    bot.failures = [OSError("cut"), DatabaseUnavailable("away")]
    await MissedMessages(bot).catch_up()
    assert (len(bot.asked), bot.taken) == (3, [MISSED])


async def test_the_moment_is_stored_while_nothing_is_missing(bot: Any) -> None:
    missed = MissedMessages(bot)
    bot.heard_at = 5000.0
    await missed.remember()
    assert get_state(bot.db, HEARD) is None, "what came before the start was not read yet"
    await missed.catch_up()
    await missed.remember()
    assert get_state(bot.db, HEARD) == "5000.000"
    missed.lost()
    bot.heard_at = 6000.0
    await missed.remember()
    assert get_state(bot.db, HEARD) == "5000.000"
    missed.resumed()
    await missed.remember()
    assert get_state(bot.db, HEARD) == "6000.000"


async def test_a_session_that_begins_anew_was_not_resumed(bot: Any) -> None:
    """Once a new one began, the end of the old one's replay says nothing; what the broken one heard last counts."""
    missed = MissedMessages(bot)
    await missed.catch_up()
    bot.heard_at = time.time() - 30
    missed.lost()
    bot.heard_at = time.time()
    await missed.catch_up()
    ((_, since, _),) = bot.asked
    assert since.timestamp() == pytest.approx(bot.heard_at - 30 - OVERLAP_S, abs=5)
