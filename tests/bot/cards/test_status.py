"""The card of `/status`: every number is its own, and the sentence above says what to make of them."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from bot.cards.status import SLOW_S, sentence, status_embed
from db.operations.types import LATE_S, Beat, Figures, Overview
from db.types import QueueHealth

MADE = datetime(2026, 3, 1, tzinfo=UTC)


def worker(*, ready: bool = True, age_s: float = 1.0, speed: float = 40.0) -> Beat:
    return Beat("w", "worker", "here", MADE, age_s, {"ready": ready, "per_second": speed})


def seen(*beats: Beat, oldest: float | None = None, waiting_bulk: int = 0) -> Overview:
    figures = Figures(
        QueueHealth(oldest, 3, waiting_bulk, 5),
        oldest_s={} if oldest is None else {"message": oldest},
        unfinished={"ingesting": 1, "active": 2, "finishing": 4, "needs_column": 100},
    )
    return Overview("SQLite", "0001", figures, (), beats)


def test_each_number_has_its_place() -> None:
    embed = status_embed(seen(worker(), worker(speed=2.4), worker(ready=False, speed=0.0), oldest=40.0, waiting_bulk=7))
    told = {str(field.name): str(field.value) for field in embed.fields}
    assert told["Waiting"] == "**3** single reviews\noldest single review: 40 s\n**7** pieces of files"
    assert told["In progress"] == "**5** pieces being scored\n**7** jobs unfinished", (
        "what waits for its owner is not in it"
    )
    assert told["Scoring"] == "**2** scoring processes ready\n**42** reviews a second in the last minute"


@pytest.mark.parametrize(
    ("overview", "says"),
    [
        (seen(), "Scoring is down"),
        (seen(worker(ready=False)), "Scoring is down"),
        (seen(worker(age_s=LATE_S + 0.1)), "Scoring is down"),
        (seen(worker(age_s=LATE_S)), "nothing is waiting"),
        (seen(Beat("b", "bot", "here", MADE, 1.0, {"ready": True})), "Scoring is down"),
        (seen(worker(), oldest=SLOW_S), "nothing is waiting"),
        (seen(worker(), oldest=SLOW_S + 1), "the oldest has been waiting 31 s"),
        (seen(worker(), waiting_bulk=1), "Files are being worked on"),
    ],
)
def test_the_sentence(overview: Overview, says: str) -> None:
    assert says in sentence(overview)
