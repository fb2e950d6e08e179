"""`reelfeel bot` as it is, in a process of its own, joined to the simulated Discord of `tests.faults.discord_server`.

All of `bot.run` runs, on the real clock; only the two places where discord.py touches the network are replaced: its
HTTP client and the connection to the gateway. What arrives there goes through discord.py's own parsers.
"""

from __future__ import annotations

import asyncio
import itertools
import os
import sys
from contextlib import suppress
from types import SimpleNamespace
from typing import Any

import aiohttp
import discord
from discord.http import HTTPClient, Route
from discord.webhook.async_ import async_context
from simcord import _dpy_internals
from simcord.http import router
from simcord.http.client import _path_of, _raise_for

import bot.run
from bot.client import ReelfeelBot
from common.settings import settings
from tests.faults.link import SOCKET, receive, send


class Link:
    """The one connection to the simulated Discord."""

    def __init__(self) -> None:
        self._numbers = itertools.count()
        self._waiting: dict[int, asyncio.Future[Any]] = {}
        self._writer: asyncio.StreamWriter | None = None

    async def open(self, client: discord.Client) -> asyncio.Task[None]:
        """Connects; the task ends when Discord goes."""
        reader, self._writer = await asyncio.open_unix_connection(os.environ[SOCKET], limit=2**30)
        return asyncio.create_task(self._listen(reader, client), name="gateway events")

    async def ask(self, *question: object) -> Any:
        """One call and its answer; raises as discord.py's own HTTP client does."""
        if self._writer is None:
            raise aiohttp.ClientConnectionError("not connected")
        number = next(self._numbers)
        answer = self._waiting[number] = asyncio.get_running_loop().create_future()
        send(self._writer, (number, *question))
        outcome, value = await answer
        if outcome == "refused":
            status, body = value
            _raise_for(SimpleNamespace(status=status, to_json=lambda: body))  # type: ignore[arg-type]
        if outcome == "cut":
            raise aiohttp.ServerDisconnectedError
        return value

    async def _listen(self, reader: asyncio.StreamReader, client: discord.Client) -> None:
        parsers = client._connection.parsers
        with suppress(EOFError):
            while True:
                what, *rest = await receive(reader)
                if what == "event":
                    event, payload = rest
                    if event in parsers:
                        parsers[event](payload)
                else:
                    number, outcome, value = rest
                    self._waiting.pop(number).set_result((outcome, value))


def _files(files: Any) -> list[tuple[str, bytes, str | None]]:
    return [(one.filename, one.fp.read(), one.description) for one in files or ()]


class LinkedHTTP(HTTPClient):
    """discord.py's HTTP client, with the link in the place of aiohttp."""

    def __init__(self, loop: asyncio.AbstractEventLoop, link: Link) -> None:
        super().__init__(loop)
        self._link = link
        _dpy_internals.initialize_http_session(self)

    async def static_login(self, token: str) -> Any:
        self.token = token
        return await self._link.ask("me")

    async def close(self) -> None:
        """There is no session."""

    async def get_from_cdn(self, url: str) -> bytes:
        data: bytes = await self._link.ask("cdn", url)
        return data

    async def request(self, route: Route, *, files: Any = None, form: Any = None, **more: Any) -> Any:
        json, listed = more.get("json"), list(files or [])
        if form is not None:
            payload, listed = router.parse_form(list(form), listed)
            json = json if payload is None else payload
        return await self._link.ask(
            "http", route.method, _path_of(route.url), json, more.get("params"), _files(listed), more.get("reason")
        )


class LinkedWebhooks:
    """The adapter that answers interactions, with the link in the place of aiohttp."""

    def __init__(self, link: Link) -> None:
        self._link = link

    def __getattr__(self, name: str) -> Any:
        return _dpy_internals.bind_webhook_helper(self, name)

    async def request(
        self,
        route: Any,
        session: Any,
        *,
        payload: Any = None,
        multipart: Any = None,
        files: Any = None,
        params: Any = None,
        **more: Any,
    ) -> Any:
        json, listed = payload, list(files or [])
        if multipart:
            parsed, listed = router.parse_form(multipart, listed)
            json = json if parsed is None else parsed
        path = _path_of(route.url)
        return await self._link.ask("http", route.method, path, json, params, _files(listed), more.get("reason"))


LINK = Link()


class LinkedBot(ReelfeelBot):
    """The bot; `start` joins the simulated Discord instead of the real one."""

    async def start(self, token: str, *, reconnect: bool = True) -> None:
        events = await LINK.open(self)
        _dpy_internals.install_http(self, LinkedHTTP(asyncio.get_running_loop(), LINK))
        _dpy_internals.set_guild_ready_timeout(self, 0.0)
        await self.login(token)
        await LINK.ask("identify", self.intents.value)
        await events

    async def close(self) -> None:
        await super().close()
        if LINK._writer is not None:
            LINK._writer.close()


if __name__ == "__main__":
    async_context.set(LinkedWebhooks(LINK))  # before any task: they copy the context
    bot.run.ShardedBot = LinkedBot  # type: ignore[assignment,misc]  # one connection, which is ours
    sys.exit(bot.run.main(settings()))
