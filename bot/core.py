"""The bot as all its parts know it: settings, database, who asks, light and heavy work. `bot.client` builds it.

Parts import this class, not the client: the client imports the parts.
"""

from __future__ import annotations

import asyncio
import contextvars
from collections import deque
from collections.abc import Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractAsyncContextManager, AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any, Final, ParamSpec, Protocol, TypeVar

import discord
from discord.ext import commands

from bot.cards.base import Card
from bot.errors.table import note
from bot.pools.budget import Budget
from bot.pools.fair_threads import FairThreads, asker
from bot.pools.grouped_writes import GroupedWrites
from bot.pools.heavy_work import HeavyWork
from bot.pools.right_of_way import RightOfWay
from bot.pools.short_cache import ShortCache
from bot.pools.spool import Spool
from bot.visible_channels import visible_channels
from common.broker.job_signals import JobSignals
from common.settings import MIB, Settings
from db.delivery.open_replies import delete_replies, record_replies
from db.engine import Database
from db.operations.blocks import Block
from db.types import Accepted, GuildSettings, JobView, UserSettings, Viewer, WakeUp

P = ParamSpec("P")
T = TypeVar("T")

MOST_DOWNLOADS: Final = 12
"""Files loaded at a time."""
LARGE_DOWNLOADS: Final = 2
"""Of files of the largest size (`max_upload_mib`) so many are in memory while they are stored, of smaller ones more."""
LIGHT_THREADS: Final = 16
"""Threads for what takes milliseconds; with those of heavy work fewer than the database has connections."""
FRONT_THREADS: Final = 3
"""Threads for what stands before an acknowledgement."""
OF_ONE: Final = 2
"""Of them, the most that one member takes at a time."""
WAITING_OF_ONE: Final = 200
"""Calls of one member that wait before further ones are refused: two hundred at once are answered."""
RULES_LIFE_S: Final = 5.0
"""So long the rules of a server, the block list and a member's settings are not asked again, seconds."""
RULES_PATIENCE_S: Final = 0.8
"""Of Discord's three seconds, so many are for whether a member may do this here."""
SETTINGS_PATIENCE_S: Final = 0.5
"""And so many for what they chose."""
OFFER_LIFE_S: Final = 2.0
"""What an autocompletion offers is not asked again for so long, seconds: each letter that is typed asks."""
OFFER_PATIENCE_S: Final = 1.2


DELETED: Final = 1_000
"""How many messages that were deleted lately are remembered."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a card stands."""

    channel_id: int
    message_id: int
    old: bool = False
    """Discord gave the message that a bot which died had sent, for its nonce: it shows what it showed then."""


class Outbox(Protocol):
    """Sends, edits and deletes the messages the bot owns: `bot.delivery.outbox`."""

    async def send(
        self, channel_id: int, card: Card, *, nonce: str, reply_to: int | None = None, silent: bool = False
    ) -> discord.Message:
        """Sends a card to a channel, as a reply when `reply_to` is given."""

    async def reach(self, channel_id: int) -> Any:
        """The channel as Discord knows it now."""

    async def edit(self, channel_id: int, message_id: int, card: Card) -> None:
        """Makes an own message show this card."""

    async def delete(self, channel_id: int, message_id: int) -> None:
        """Deletes an own message."""

    async def history(self, channel_id: int, after: datetime, most: int) -> list[discord.Message]:
        """The channel's messages from `after` on, the oldest first."""

    async def dm_channel(self, user_id: int) -> int:
        """Id of the DM channel with a user."""


class Notifier(Protocol):
    """Shows what became of jobs: `bot.delivery.notifier`."""

    looked_at: float

    def wake(self) -> None:
        """Looks for changed jobs now."""

    def hold(self, source_id: int) -> AbstractContextManager[None]:
        """Leaves the job of this interaction to the caller."""

    def keep_live(self, job_id: int, interaction: discord.Interaction[Any], hint: str) -> None:
        """Shows this job in the private reply to `interaction` while its token lives."""

    def card_of(self, job: JobView, *, user_id: int | None = None) -> AbstractAsyncContextManager[Card | None]:
        """What the job shows now, None for nothing; to be sent inside. `user_id`: of the member who asks for it."""

    async def first_place(self, job: JobView) -> Place | None:
        """Sends a job's first card at once; None when its place is closed."""


class MessageCleaner(Protocol):
    """Takes away messages that show what was deleted: `bot.delivery.message_cleaner`."""

    def wake(self) -> None:
        """Looks for messages to delete now."""


class BotCore(commands.Bot):
    """A client of Discord with its settings, its database and the signals to the workers.

    `db` is the accepting side's database (durable); `signals` may be None, then the sweep finds the work.
    """

    outbox: Outbox
    notifier: Notifier
    cleaner: MessageCleaner

    def __init__(
        self, settings: Settings, db: Database, signals: JobSignals | None, *, always_sync: bool = False, **options: Any
    ) -> None:
        """`always_sync`: for a Discord that forgets the commands (the preview). `options`: of `commands.Bot`."""
        super().__init__(**options)
        self.settings = settings
        self.db = db
        self.signals = signals
        self.always_sync = always_sync
        self.stopping = False
        self.downloads = Budget(MOST_DOWNLOADS, LARGE_DOWNLOADS * settings.max_upload_mib * MIB)
        self.deleted_messages: deque[int] = deque(maxlen=DELETED)
        """Ids of messages that were deleted lately."""
        self.taken_messages: deque[int] = deque(maxlen=DELETED)
        """Ids of messages that were taken in lately: Discord may give one twice, by the gateway and in the history."""
        self.spool = Spool()
        self.heavy = HeavyWork(
            settings.drawing_processes, db, url=settings.database(), text_keys=settings.sealing_keys()
        )
        self.rules: ShortCache[int, GuildSettings] = ShortCache(
            life_s=RULES_LIFE_S, patience_s=RULES_PATIENCE_S, shared=True
        )
        self.chosen: ShortCache[int, UserSettings] = ShortCache(life_s=RULES_LIFE_S, patience_s=SETTINGS_PATIENCE_S)
        self.blocked: ShortCache[str, frozenset[Block]] = ShortCache(
            life_s=RULES_LIFE_S, patience_s=RULES_PATIENCE_S, shared=True
        )
        self.offered_jobs: ShortCache[Viewer, list[JobView]] = ShortCache(
            life_s=OFFER_LIFE_S, patience_s=OFFER_PATIENCE_S, most=500
        )
        self.offered_films: ShortCache[tuple[Viewer, str], list[str]] = ShortCache(
            life_s=OFFER_LIFE_S, patience_s=OFFER_PATIENCE_S, most=500
        )
        self._front = ThreadPoolExecutor(FRONT_THREADS, thread_name_prefix="front")
        self.open_replies = GroupedWrites[tuple[int, str, str]](
            lambda rows: self.before_answer(record_replies, db, rows)
        )
        self.closed_replies = GroupedWrites[int](lambda ids: self.before_answer(delete_replies, db, ids))
        self.way = RightOfWay()
        """Of the interactions that were read and not answered yet."""
        self._light = FairThreads(LIGHT_THREADS, of_one=OF_ONE, waiting_of_one=WAITING_OF_ONE, name="sql", way=self.way)
        self._publisher = ThreadPoolExecutor(1, thread_name_prefix="ring")
        self._background: set[asyncio.Task[None]] = set()

    @property
    def heard_at(self) -> float:
        """When Discord was last heard, seconds since 1970; 0 where there is no real connection."""
        return 0.0

    def viewer(self, asker: discord.Interaction[Any] | discord.Message) -> Viewer:
        """Who asks, from which server, and what they can see there, for every query that shows stored work."""
        user = asker.user if isinstance(asker, discord.Interaction) else asker.author
        guild_id = asker.guild_id if isinstance(asker, discord.Interaction) else getattr(asker.guild, "id", None)
        return Viewer(user_id=user.id, guild_id=guild_id, channels=visible_channels(asker))

    def dispatch(self, event_name: str, /, *args: Any, **kwargs: Any) -> None:
        """As discord.py's, which calls it as it reads: an interaction has the right of way from here on."""
        if event_name == "interaction":
            interaction: discord.Interaction[Any] = args[0]
            if interaction.type is not discord.InteractionType.autocomplete:  # its answer needs the work of others
                self.way.read(interaction.id, interaction.response.is_done)
        super().dispatch(event_name, *args, **kwargs)

    async def in_thread(self, fn: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Runs a blocking function of milliseconds (SQL) beside the event loop; whoever asks has their turn."""
        return await self._light.run(fn, *args, **kwargs)

    async def before_answer(self, fn: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """As `in_thread`, for what stands before an acknowledgement: threads of its own, and nobody's turn.

        The caller bounds how long it waits: a database that hangs holds these threads too.
        """
        call = self._front.submit(contextvars.copy_context().run, partial(fn, *args, **kwargs))
        return await asyncio.wrap_future(call)

    async def in_own_thread(self, fn: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """The same as the bot's own work: for what must be noted once it was said or begun; never refused."""
        before = asker.set(None)
        try:
            return await self._light.run(fn, *args, **kwargs)
        finally:
            asker.reset(before)

    def note_deletion(self, user_id: int | None = None) -> None:
        """Something was deleted or taken down: what is kept for seconds goes too, and so do messages that show it.

        `user_id`: of the member whose everything is deleted, settings included.
        """
        self.offered_jobs.clear()
        self.offered_films.clear()
        if user_id is not None:
            self.chosen.forget(user_id)
        self.cleaner.wake()

    def start_task(self, work: Coroutine[Any, Any, None], name: str) -> None:
        """Runs `work` beside the caller; it is waited for at shutdown and its errors are logged."""
        context = contextvars.copy_context()
        context.run(asker.set, None)  # what one member set going may be for all: it takes nobody's turn
        task = asyncio.create_task(self._guarded(work, name), name=f"reelfeel {name}", context=context)
        self._background.add(task)
        task.add_done_callback(self._background.discard)

    async def _guarded(self, work: Coroutine[Any, Any, None], name: str) -> None:
        try:
            await work
        except Exception as error:
            note(error, name)

    def wake_workers(self, *chunks: Accepted | WakeUp) -> None:
        """Tells the workers of new chunks, beside the caller: a frozen broker costs 5 s. The sweep repairs a miss."""
        signals = self.signals
        if signals is None:
            return
        for chunk in chunks:
            self.start_task(self._wake_workers(signals, chunk), "wake-up")

    async def _wake_workers(self, signals: JobSignals, chunk: Accepted | WakeUp) -> None:
        # A thread of its own: a frozen broker must not hold up those that store reviews.
        loop = asyncio.get_running_loop()
        await loop.run_in_executor(self._publisher, signals.publish_chunk, chunk.chunk_id, chunk.kind, chunk.queue)

    async def close(self) -> None:
        """Forgets the wake-ups that were not sent, which the sweep repairs, and closes the connection."""
        self._publisher.shutdown(wait=False, cancel_futures=True)
        await super().close()
        self.heavy.close()
        self._light.close()
        self._front.shutdown(wait=False, cancel_futures=True)
        self.spool.close()
