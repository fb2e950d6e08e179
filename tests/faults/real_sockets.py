"""Discord over real sockets: the world of `discord_server` behind HTTP and a gateway, as discord.py itself expects.

Nothing of the client is replaced, only the two addresses it knows by heart (`pointed_at`). The gateway identifies,
resumes and replays what was missed, has heartbeats, close codes and shards, and can be away; every REST call and every
download can be refused, delayed, cut before or after it counts, or cut short.
"""

from __future__ import annotations

import asyncio
import json
import threading
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any, Literal

import discord
import yarl
from aiohttp import WSMsgType, web
from discord.gateway import DiscordWebSocket
from discord.http import Route
from simcord.backend import serializers
from simcord.backend.cdn import CDN_BASE
from simcord.gateway import FakeGateway

from tests.faults.discord_server import DiscordServer

API = "/api/v10"
DISPATCH, HEARTBEAT, IDENTIFY, RESUME, INVALID, HELLO, ACK = 0, 1, 2, 6, 9, 10, 11
BEAT_MS = 41_250
REPLAYED = 2_000
"""Events of a session that are kept for its resume."""
BIG = 64 * 2**20


@dataclass(slots=True)
class Rule:
    """What happens to calls of (method, path, body) that fit, instead of or beside being done.

    `status` with `code`: refused so. `cut`: the connection breaks before or after the call counts. `short`: of an
    answer only so many bytes are sent, though all are announced. `until`: what is done waits for it. `times`: how
    often, None for always.
    """

    fits: Callable[[str, str, Any], bool]
    status: int = 0
    code: int = 0
    cut: Literal["before", "after"] | None = None
    delay_s: float = 0.0
    until: threading.Event | None = None
    short: int | None = None
    times: int | None = 1
    met: int = 0


@dataclass(slots=True)
class _Session:
    """One session of the gateway: what it was sent, for whoever resumes it."""

    id: str
    shard: tuple[int, int]
    seq: int = 0
    sent: deque[tuple[int, str]] = field(default_factory=lambda: deque(maxlen=REPLAYED))
    socket: web.WebSocketResponse | None = None
    feed: Callable[..., None] = lambda *_: None


class _Parsers:
    """Looks like discord.py's table of parsers; what it is given goes to a session."""

    def __init__(self, push: Callable[[str, Any], None]) -> None:
        self._push = push

    def __getitem__(self, event: str) -> Callable[[Any], None]:
        return lambda payload: self._push(event, payload)

    get = __getitem__


class RealSockets(DiscordServer):
    """A world with a REST server and a gateway on ports of 127.0.0.1. Its methods may be called from any thread."""

    def __init__(self, *, users: int = 2, shards: int = 1, beat_ms: int = BEAT_MS) -> None:
        """`shards`: how many the gateway recommends; `beat_ms`: how often it wants a heartbeat."""
        self.shards, self.beat_ms = shards, beat_ms
        self.rules: list[Rule] = []
        self.heard: list[str] = []
        """What bots said to the gateway: identify, resume, connect."""
        self.resumable = True
        self.close_code: int | None = None
        """The gateway answers every identify with it."""
        self.port = self.gateway_port = 0
        self._sessions: dict[str, _Session] = {}
        self._open: set[web.WebSocketResponse] = set()
        self._closed_here: set[web.WebSocketResponse] = set()
        self._transports: set[asyncio.Transport] = set()
        self._gateway: web.AppRunner | None = None
        self._site: web.TCPSite | None = None
        super().__init__(None, users=users)

    @property
    def api(self) -> str:
        return f"http://127.0.0.1:{self.port}{API}"

    @property
    def gateway(self) -> str:
        return f"ws://127.0.0.1:{self.gateway_port}/"

    def rule(self, fits: Callable[[str, str, Any], bool], **what: Any) -> Rule:
        """Lays a rule for the next calls that fit."""
        rule = Rule(fits, **what)
        self.rules.append(rule)
        return rule

    # ---------------------------------------------------------------- the gateway's own faults

    def go_away(self) -> None:
        """Every connection of the gateway breaks, and no other is taken."""

        async def act() -> None:
            if self._site is not None:
                await self._site.stop()
                self._site = None
            self._break()

        self._wait(act())

    def come_back(self) -> None:
        """On the same port."""
        self._wait(self._listen())

    def break_off(self) -> None:
        """Every connection of the gateway breaks; others are taken."""
        self.do(self._break)

    def close_all(self, code: int) -> None:
        """The gateway closes every connection with this code."""

        async def act() -> None:
            for socket in list(self._open):
                self._closed_here.add(socket)
                await socket.close(code=code)

        self._wait(act())

    def invalidate(self) -> None:
        """Forgets all sessions: whoever resumes is told to identify anew."""
        self.do(self._forget)

    def _forget(self) -> None:
        for session in list(self._sessions.values()):
            self._end(session)

    def _break(self) -> None:
        for transport in list(self._transports):
            transport.abort()

    @property
    def listening(self) -> bool:
        """Whether a bot is connected and was sent READY or RESUMED."""
        return any(one.socket is not None for one in list(self._sessions.values()))

    # ---------------------------------------------------------------- the servers

    async def _start(self, users: int) -> None:
        await super()._start(users)
        rest = web.Application(client_max_size=BIG)
        rest.router.add_route("*", "/{path:.*}", self._http)
        runner = web.AppRunner(rest, shutdown_timeout=0.1)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        self.port = _port(runner)
        gateway = web.Application()
        gateway.router.add_get("/", self._socket)
        self._gateway = web.AppRunner(gateway, shutdown_timeout=0.1)
        await self._gateway.setup()
        await self._listen()

    async def _listen(self) -> None:
        assert self._gateway is not None
        self._site = web.TCPSite(self._gateway, "127.0.0.1", self.gateway_port, reuse_address=True)
        await self._site.start()
        self.gateway_port = _port(self._gateway)

    async def _http(self, request: web.Request) -> web.StreamResponse:
        self._tick()
        path = request.path.removeprefix(API)
        body, files = await _read(request)
        self.watch(request.method, path, body)
        rule = next((one for one in self.rules if one.fits(request.method, path, body)), None)
        if rule is not None:
            rule.met += 1
            if rule.times is not None:
                rule.times -= 1
                if not rule.times:
                    self.rules.remove(rule)
            if rule.delay_s:
                await asyncio.sleep(rule.delay_s)
                self._tick()
            if rule.until is not None:
                await asyncio.to_thread(rule.until.wait, 60)
            if rule.cut == "after":
                self._value(request, path, body, files)
            if rule.cut:
                assert request.transport is not None
                request.transport.abort()
                return web.Response()
            if rule.status:
                refused = {"message": "refused by a rule", "code": rule.code}
                return self._json(refused, rule.status)
        if path.startswith("/cdn/"):
            return await self._download(request, path, rule)
        outcome, value = self._value(request, path, body, files)
        if outcome == "refused":
            status, value = value
            return self._json(value, status)
        return web.Response(status=204) if value is None else self._json(value)

    def _value(self, request: web.Request, path: str, body: Any, files: list[Any]) -> tuple[str, Any]:
        if path == "/users/@me":
            return "ok", dict(serializers.user_payload(self.backend.bot_user))
        if path in ("/gateway", "/gateway/bot"):
            limit = {"total": 1000, "remaining": 1000, "reset_after": 0, "max_concurrency": 1}
            return "ok", {"url": self.gateway, "shards": self.shards, "session_start_limit": limit}
        return self._count(request.method, path, body, dict(request.query), files, None)

    async def _download(self, request: web.Request, path: str, rule: Rule | None) -> web.StreamResponse:
        data = self.backend.cdn.get(CDN_BASE + path.removeprefix("/cdn"))
        if data is None:
            return web.Response(status=404, text="This content is no longer available.")
        if rule is None or rule.short is None:
            return web.Response(body=data)
        answer = web.StreamResponse(headers={"Content-Length": str(len(data))})
        await answer.prepare(request)
        await answer.write(data[: rule.short])
        assert request.transport is not None
        request.transport.close()
        return answer

    def _json(self, value: Any, status: int = 200) -> web.Response:
        # Without a charset: discord.py compares the whole header.
        return web.Response(
            body=self._text(value).encode(), status=status, headers={"Content-Type": "application/json"}
        )

    def _text(self, value: Any) -> str:
        return json.dumps(value, default=str).replace(CDN_BASE, f"http://127.0.0.1:{self.port}/cdn")

    # ---------------------------------------------------------------- the gateway

    async def _socket(self, request: web.Request) -> web.WebSocketResponse:
        self.heard.append("connect")
        socket = web.WebSocketResponse(max_msg_size=0)
        await socket.prepare(request)
        transport = request.transport
        assert isinstance(transport, asyncio.Transport)
        self._open.add(socket)
        self._transports.add(transport)
        session: _Session | None = None
        left = False
        try:
            await socket.send_str(json.dumps({"op": HELLO, "d": {"heartbeat_interval": self.beat_ms}}))
            while (message := await socket.receive()).type is WSMsgType.TEXT:
                said = json.loads(message.data)
                self._tick()
                if said["op"] == HEARTBEAT:
                    await socket.send_str(json.dumps({"op": ACK}))
                elif said["op"] == IDENTIFY:
                    session = await self._identified(socket, said["d"])
                elif said["op"] == RESUME:
                    session = await self._resumed(socket, said["d"])
            # A connection that breaks has a close code too; only a frame says that the bot left for good.
            left = message.type is WSMsgType.CLOSE and message.data in (1000, 1001)
        except (ConnectionError, OSError):
            pass
        finally:
            self._open.discard(socket)
            self._transports.discard(transport)
            if session is not None and session.socket is socket:
                session.socket = None
                self.connected = self.listening
                if left and socket not in self._closed_here:
                    self._end(session)
        return socket

    def _end(self, session: _Session) -> None:
        self._sessions.pop(session.id, None)
        with suppress(ValueError):
            self.backend.subscribers.remove(session.feed)

    async def _identified(self, socket: web.WebSocketResponse, said: dict[str, Any]) -> _Session | None:
        shard = tuple(said.get("shard", (0, 1)))
        self.heard.append(f"identify {shard[0]}")
        if self.close_code is not None:
            await socket.close(code=self.close_code)
            return None
        session = _Session(f"session-{len(self.heard)}", (shard[0], shard[1]), socket=socket)
        state = SimpleNamespace(
            intents=discord.Intents._from_value(said["intents"]),
            parsers=_Parsers(lambda event, payload: self._push(session, event, payload)),
        )
        session.feed = FakeGateway(self.backend, state).feed
        self._sessions[session.id] = session
        ready = {
            "v": 10,
            "user": dict(serializers.user_payload(self.backend.bot_user)),
            "guilds": [
                {"id": str(one), "unavailable": True} for one in self.backend.guilds if self._is_of(session, one)
            ],
            "session_id": session.id,
            "resume_gateway_url": self.gateway,
            "shard": list(shard),
            "application": {"id": str(self.backend.application_id), "flags": 0},
        }
        session.feed("READY", ready)
        for guild in self.backend.guilds.values():
            if self._is_of(session, guild.id):
                session.feed("GUILD_CREATE", serializers.guild_create_payload(self.backend, guild))
        self.backend.subscribers.append(session.feed)
        self.generation += 1
        self.connected = True
        return session

    async def _resumed(self, socket: web.WebSocketResponse, said: dict[str, Any]) -> _Session | None:
        session = self._sessions.get(said["session_id"]) if self.resumable else None
        self.heard.append("resume" if session is not None else "resume refused")
        if session is None:
            await socket.send_str(json.dumps({"op": INVALID, "d": False}))
            return None
        done = int(said["seq"])
        while missed := [(seq, text) for seq, text in session.sent if seq > done]:
            for _, text in missed:
                await socket.send_str(text)
            done = missed[-1][0]
        session.socket = socket
        self.connected = True
        self._push(session, "RESUMED", {})
        return session

    @staticmethod
    def _is_of(session: _Session, guild_id: int) -> bool:
        return (guild_id >> 22) % session.shard[1] == session.shard[0]

    def _push(self, session: _Session, event: str, payload: Any) -> None:
        if event not in ("READY", "RESUMED"):
            guild_id = payload.get("guild_id") or (payload.get("id") if event.startswith("GUILD_") else None)
            if session.shard[0] != 0 if guild_id is None else not self._is_of(session, int(guild_id)):
                return
        session.seq += 1
        text = self._text({"op": DISPATCH, "t": event, "s": session.seq, "d": payload})
        session.sent.append((session.seq, text))
        socket = session.socket
        if socket is not None and not socket.closed:
            self._loop.create_task(_sent(socket, text))


async def _sent(socket: web.WebSocketResponse, text: str) -> None:
    with suppress(ConnectionError, OSError, RuntimeError):
        await socket.send_str(text)


async def _read(request: web.Request) -> tuple[Any, list[Any]]:
    """JSON and files of a call, the way `DiscordServer._count` takes them."""
    if not request.can_read_body:
        return None, []
    if request.content_type != "multipart/form-data":
        raw = await request.read()
        return (json.loads(raw) if raw else None), []
    body, files = None, []
    async for part in await request.multipart():
        data = bytes(await part.read())  # type: ignore[union-attr]
        if part.filename:  # type: ignore[union-attr]
            files.append((part.filename, data, None))  # type: ignore[union-attr]
        else:
            body = json.loads(data)
    return body, files


def _port(runner: web.AppRunner) -> int:
    port: int = runner.addresses[0][1]
    return port


@contextmanager
def real_sockets(**how: Any) -> Iterator[RealSockets]:
    """Such a Discord, with discord.py of this process pointed at it."""
    world = RealSockets(**how)
    with pointed_at(world.api, world.gateway):
        try:
            yield world
        finally:
            world.close()


@contextmanager
def pointed_at(api: str, gateway: str) -> Iterator[None]:
    """discord.py of this process asks there."""
    before = Route.BASE, DiscordWebSocket.DEFAULT_GATEWAY
    Route.BASE, DiscordWebSocket.DEFAULT_GATEWAY = api, yarl.URL(gateway)
    try:
        yield
    finally:
        Route.BASE, DiscordWebSocket.DEFAULT_GATEWAY = before
