"""Acknowledgements that survive a cut connection; over real sockets: tests/faults/test_acknowledgements.py."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import aiohttp
import discord
import pytest
from discord.webhook.async_ import AsyncWebhookAdapter, Route

from bot.delivery import acknowledgements
from bot.delivery.acknowledgements import ALREADY_ACKNOWLEDGED, TRIES, LastingReplies, answered_by

CALLBACK = Route("POST", "/interactions/{webhook_id}/{webhook_token}/callback", webhook_id=7, webhook_token="t")
FOLLOW_UP = Route("POST", "/webhooks/{webhook_id}/{webhook_token}", webhook_id=7, webhook_token="t")
CUT = aiohttp.ServerDisconnectedError()


def refusal(code: int) -> discord.HTTPException:
    response: Any = SimpleNamespace(status=400, reason="Bad Request")
    return discord.HTTPException(response, {"code": code, "message": "refused"})


KNOWN, OTHER = refusal(ALREADY_ACKNOWLEDGED), refusal(10062)


@pytest.mark.parametrize(
    ("route", "kind", "outcomes", "sent"),
    [
        (CALLBACK, 4, ["done"], 1),
        (CALLBACK, 4, [CUT, ConnectionResetError(), "done"], 3),
        (CALLBACK, 4, [CUT, KNOWN], 2),
        (CALLBACK, 5, [KNOWN], 1),
        (CALLBACK, 6, [KNOWN], 1),
        (CALLBACK, 4, [KNOWN], None),
        (CALLBACK, 5, [OTHER], None),
        (CALLBACK, 5, [CUT] * TRIES, None),
        (FOLLOW_UP, 5, [CUT], None),
        (FOLLOW_UP, 5, [KNOWN], None),
    ],
    ids=["at once", "cut", "arrived", "thinking", "nothing", "not ours", "refused", "gone", "message cut", "message"],
)
async def test_an_acknowledgement_is_sent_again_until_it_is_there(
    monkeypatch: pytest.MonkeyPatch, route: Route, kind: int, outcomes: list[Any], sent: int | None
) -> None:
    calls: list[Any] = []

    async def request(_: object, route: Route, session: object, **parts: Any) -> Any:
        calls.append(parts["payload"])
        outcome = outcomes[len(calls) - 1]
        if isinstance(outcome, Exception):
            raise outcome
        return outcome

    monkeypatch.setattr(AsyncWebhookAdapter, "request", request)
    monkeypatch.setattr(acknowledgements, "PAUSE_S", 0.0)
    session: Any = None
    if sent is None:
        with pytest.raises(type(outcomes[-1])):
            await LastingReplies().request(route, session, payload={"type": kind})
        assert len(calls) == len(outcomes)
        return
    answer = await LastingReplies().request(route, session, payload={"type": kind})
    assert calls == [{"type": kind}] * sent
    assert answer == "done" or answer["interaction"]["id"] == "7"


@pytest.mark.parametrize(
    ("path", "interaction"),
    [
        ("/api/v10/interactions/1234567890/aW50ZXJhY3Rpb24/callback", 1234567890),
        ("/api/v10/webhooks/1234567890/aW50ZXJhY3Rpb24/messages/@original", None),
        ("/api/v10/channels/1234567890/messages", None),
        ("/api/v10/interactions/1234567890/aW50ZXJhY3Rpb24", None),
    ],
)
def test_the_first_answer_is_known_by_its_path(path: str, interaction: int | None) -> None:
    assert answered_by(path) == interaction
