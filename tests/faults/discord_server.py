"""A Discord that outlives the bot: SimCord's world in this process, the bot in another, which may be killed.

Two things that SimCord leaves out are here, because "told exactly once" hangs on them: a nonce that is enforced gives
the first message instead of a second, and events that nobody is connected to hear are lost.
"""

from __future__ import annotations

import asyncio
import io
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any, Literal, TypeVar

import discord
from simcord import interactions
from simcord.backend import Backend, serializers
from simcord.backend.errors import BackendError
from simcord.enums import InteractionType
from simcord.gateway import FakeGateway
from simcord.http import router
from simcord.http import routes as _routes  # noqa: F401  registers the routes

from tests.faults.link import receive, send

T = TypeVar("T")
NONCE_S = 300.0
"""How long Discord remembers a nonce ("the past few minutes")."""


@dataclass(frozen=True, slots=True)
class Posted:
    """A message that the bot made with its token, in the order of making."""

    nonce: str | None
    channel_id: int
    message_id: int
    reply_to: int | None


@dataclass(slots=True)
class Trap:
    """Stops one call of the bot: `before` it counts or `after`; its answer never comes, or the connection is cut."""

    fits: Callable[[str, str, Any], bool]
    when: Literal["before", "after"]
    cut: bool = False
    sprung: threading.Event = field(default_factory=threading.Event)


class _Parsers:
    """Looks like discord.py's table of parsers; what it is given goes over the wire."""

    def __init__(self, writer: asyncio.StreamWriter) -> None:
        self._writer = writer

    def __getitem__(self, event: str) -> Callable[[Any], None]:
        return lambda payload: send(self._writer, ("event", event, payload))

    get = __getitem__


def _refusal(error: BackendError) -> tuple[int, Any]:
    """Status and body; the exception itself cannot be pickled."""
    return error.status, error.to_json()


class DiscordServer:
    """The world and its socket, in a thread with a loop of its own. Its methods may be called from any thread."""

    def __init__(self, socket: Path | None, *, users: int = 4) -> None:
        """`socket`: of the link to `bot_process`; None where the bot comes by other ways."""
        self.socket = socket
        self.backend = Backend()
        self.posted: list[Posted] = []
        self.traps: list[Trap] = []
        self.generation = 0
        """Counts the bots that joined; None of them is there while `connected` is False."""
        self.connected = False
        self.watch: Callable[[str, str, Any], None] = lambda method, path, body: None
        """Told of each call of the bot, in the thread of the world."""
        self._feed: Callable[..., None] | None = None
        self._answers: dict[tuple[int, str], tuple[float, Any]] = {}
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="discord", daemon=True)
        self._thread.start()
        self.users: list[int] = []
        self.channel_id = 0
        self._wait(self._start(users))

    def close(self) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(5)

    def do(self, action: Callable[[], T]) -> T:
        """Runs it where the world lives."""

        async def run() -> T:
            self._tick()
            return action()

        return self._wait(run())

    def _wait(self, work: Any) -> Any:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(60)

    async def _start(self, users: int) -> None:
        self._tick()
        self.backend.bot_user.name = "Reelfeel"
        guild = self.backend.create_guild("Film club")
        self.users = [self.backend.make_user(f"member{n}").id for n in range(users)]
        for user_id in self.users:
            self.backend.add_member(guild.id, user_id)
        self.channel_id = self.backend.create_channel(guild.id, "reviews").id
        if self.socket is not None:
            await asyncio.start_unix_server(self._serve, self.socket)

    def _tick(self) -> None:
        clock = self.backend.clock
        ahead = (datetime.now(UTC) - clock.now()).total_seconds()
        if ahead > 0:
            clock.advance(ahead)

    # ---------------------------------------------------------------- what people do

    def dm_channel(self, user_id: int) -> int:
        return self.do(lambda: self.backend.get_dm_channel(user_id).id)

    def write(self, channel_id: int, user_id: int, text: str, *files: tuple[str, bytes]) -> int:
        """A message of a person; its id."""

        def act() -> int:
            stored = self.backend.store_attachments(channel_id, files)
            return self.backend.create_message(channel_id, user_id, text, attachments=stored).id

        return self.do(act)

    def slash(self, channel_id: int, user_id: int, name: str, **options: Any) -> int:
        """A slash command with strings, booleans and (name, bytes) files; the interaction's id."""

        def act() -> int:
            visible = self.backend.visible_commands(user_id=user_id, channel_id=channel_id)
            (root,) = [command for command in visible if command["name"] == name]
            actor = SimpleNamespace(_env=SimpleNamespace(backend=self.backend))
            built, resolved = interactions.build_options(actor, name, root, options, channel_id=channel_id)
            data = {"id": root["id"], "name": name, "type": 1, "options": built, "resolved": resolved}
            record, payload = interactions.base_payload(
                self.backend,
                type=int(InteractionType.APPLICATION_COMMAND),
                channel_id=channel_id,
                guild_id=self.backend.get_channel(channel_id).guild_id,
                user_id=user_id,
                data=data,
            )
            self.backend.emit("INTERACTION_CREATE", payload)
            return record.id

        return self.do(act)

    def interact(
        self,
        kind: int,
        channel_id: int,
        user_id: int,
        data: dict[str, Any],
        message_id: int = 0,
        noted: Callable[[Any], None] = lambda record: None,
    ) -> Any:
        """Any interaction as Discord sends it: a command, autocompletion, press or form; its record.

        `data` of a command needs no id; `message_id`: the one whose button or menu is pressed; `noted`: told of the
        record before the bot hears of it.
        """

        def act() -> Any:
            named = data
            if "name" in data:
                visible = self.backend.visible_commands(user_id=user_id, channel_id=channel_id)
                (root,) = [command for command in visible if command["name"] == data["name"]]
                named = {"id": root["id"], "type": 1} | data
            guild_id = self.backend.get_channel(channel_id).guild_id
            record, payload = interactions.base_payload(
                self.backend, type=kind, channel_id=channel_id, guild_id=guild_id, user_id=user_id, data=named
            )
            if message_id:
                message = self.backend.messages[channel_id][message_id]
                payload["message"] = dict(serializers.message_payload(self.backend, message))
                record.source_message_id = message_id
            noted(record)
            self.backend.emit("INTERACTION_CREATE", payload)
            return record

        return self.do(act)

    # ---------------------------------------------------------------- what they see

    def shown(self, channel_id: int, message_id: int) -> dict[str, Any] | None:
        """The message as Discord shows it now; None when it is gone."""

        def look() -> dict[str, Any] | None:
            message = self.backend.messages.get(channel_id, {}).get(message_id)
            return None if message is None else dict(serializers.message_payload(self.backend, message))

        return self.do(look)

    def attachment(self, url: str) -> bytes:
        return self.do(lambda: bytes(self.backend.cdn.get(url) or b""))

    def interaction(self, interaction_id: int) -> Any:
        return self.do(lambda: self.backend.interactions[interaction_id])

    def trap(
        self, fits: Callable[[str, str, Any], bool], when: Literal["before", "after"], *, cut: bool = False
    ) -> Trap:
        """Lies in wait for the next call of (method, path, body) that fits."""
        trap = Trap(fits, when, cut)
        self.traps.append(trap)
        return trap

    # ---------------------------------------------------------------- the bot's end

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        feed: Callable[..., None] | None = None
        try:
            while True:
                number, what, *rest = await receive(reader)
                self._tick()
                if what == "identify":
                    feed = self._identify(writer, rest[0])
                    send(writer, ("answer", number, "ok", None))
                elif what == "me":
                    user = dict(serializers.user_payload(self.backend.bot_user))
                    send(writer, ("answer", number, "ok", user))
                else:
                    answer = self._answer(what, rest)
                    if answer is not None:
                        send(writer, ("answer", number, *answer))
        except EOFError:
            writer.close()
        finally:
            if feed is not None:
                self.backend.subscribers.remove(feed)
                self.connected = feed is not self._feed and self.connected

    def _identify(self, writer: asyncio.StreamWriter, intents: int) -> Callable[..., None]:
        state = SimpleNamespace(intents=discord.Intents._from_value(intents), parsers=_Parsers(writer))
        gateway = FakeGateway(self.backend, state)
        me = dict(serializers.user_payload(self.backend.bot_user))
        ready = {
            "v": 10,
            "user": me,
            "guilds": [],
            "session_id": str(self.generation),
            "resume_gateway_url": "wss://simcord.invalid",
            "shard": [0, 1],
            "application": {"id": str(self.backend.application_id), "flags": 0},
        }
        gateway.feed("READY", ready)
        for guild in self.backend.guilds.values():
            gateway.feed("GUILD_CREATE", serializers.guild_create_payload(self.backend, guild))
        self.backend.subscribers.append(gateway.feed)
        self.generation += 1
        self.connected, self._feed = True, gateway.feed
        return gateway.feed

    def _answer(self, what: str, rest: list[Any]) -> tuple[str, Any] | None:
        """(outcome, value) of a call; None when it is never answered."""
        if what == "cdn":
            data = self.backend.cdn.get(rest[0])
            return ("ok", data) if data is not None else ("refused", _refusal(BackendError(404, 0, "no such file")))
        method, path, json, params, files, reason = rest
        self.watch(method, path, json)
        trap = next((trap for trap in self.traps if trap.fits(method, path, json)), None)
        if trap is not None:
            self.traps.remove(trap)
            if trap.when == "after":
                self._count(method, path, json, params, files, reason)
            trap.sprung.set()
            return ("cut", None) if trap.cut else None
        return self._count(method, path, json, params, files, reason)

    def _count(self, method: str, path: str, json: Any, params: Any, files: Any, reason: Any) -> tuple[str, Any]:
        body = json if isinstance(json, dict) else {}
        is_message = method == "POST" and path.startswith("/channels/") and path.endswith("/messages")
        key = (int(path.split("/")[2]), str(body.get("nonce"))) if is_message and body.get("enforce_nonce") else None
        now = self._loop.time()
        if key is not None and key in self._answers and now - self._answers[key][0] < NONCE_S:
            return "ok", self._answers[key][1]
        uploads = [
            SimpleNamespace(fp=io.BytesIO(data), filename=name, description=about) for name, data, about in files
        ]
        try:
            value = router.dispatch(self.backend, method, path, json=json, params=params, files=uploads, reason=reason)
        except (router.RouteNotImplemented, router.UnsupportedField) as gap:
            raise AssertionError(f"SimCord lacks {method} {path}: {gap}") from gap
        except BackendError as refused:
            return "refused", _refusal(refused)
        if is_message:
            reference = body.get("message_reference") or {}
            reply_to = reference.get("message_id")
            nonce = None if body.get("nonce") is None else str(body["nonce"])
            self.posted.append(Posted(nonce, int(path.split("/")[2]), int(value["id"]), reply_to and int(reply_to)))
        if key is not None:
            self._answers[key] = (now, value)
        return "ok", value
