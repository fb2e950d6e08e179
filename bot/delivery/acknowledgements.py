"""Acknowledgements that survive a cut connection: the first answer to an interaction, within Discord's three seconds.

A connection may break after Discord took the acknowledgement. Sent again it is refused as "already acknowledged", and
that is what was wanted: "thinking ..." stands there, and the work goes on.
"""

from __future__ import annotations

import asyncio
import re
from typing import Any, Final

import aiohttp
import discord
from discord.webhook.async_ import AsyncWebhookAdapter

ALREADY_ACKNOWLEDGED: Final = 40060
DEFERS: Final = frozenset({5, 6})
"""Callbacks that show "thinking ...", or nothing."""
TRIES: Final = 3
PAUSE_S: Final = 0.1
_CALLBACK: Final = re.compile(r"/interactions/(\d+)/[^/]+/callback$")


def answered_by(path: str) -> int | None:
    """Id of the interaction whose first answer a call of this path of Discord's REST API is; None for other calls."""
    found = _CALLBACK.search(path)
    return None if found is None else int(found[1])


class LastingReplies(AsyncWebhookAdapter):
    """discord.py's way to answer interactions; an acknowledgement that was cut is sent again."""

    async def request(self, route: Any, session: aiohttp.ClientSession, **parts: Any) -> Any:
        """As discord.py's. Raises discord.HTTPException, aiohttp.ClientError, OSError."""
        if not route.path.startswith("/interactions/"):
            return await super().request(route, session, **parts)
        cut = False
        for last in [False] * (TRIES - 1) + [True]:
            try:
                return await super().request(route, session, **parts)
            except discord.HTTPException as error:
                said = parts.get("payload") or {}
                if error.code != ALREADY_ACKNOWLEDGED or not (cut or said.get("type") in DEFERS):
                    raise
                return {"interaction": {"id": str(route.webhook_id), "type": 0}}
            except (aiohttp.ClientError, OSError):
                if last:
                    raise
                cut = True
                await asyncio.sleep(PAUSE_S)
        raise AssertionError("returned or raised")  # pragma: no cover
