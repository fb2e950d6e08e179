"""The Discord client: what every cog, card and button reaches through `interaction.client`."""

from __future__ import annotations

import asyncio
import logging
import sys
from collections.abc import Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import Any, ParamSpec, TypeVar

import discord
from discord import app_commands
from discord.ext import commands

from bot.cogs import COGS
from bot.command_names import CommandTranslator
from bot.command_tree import Tree, sync_if_changed
from bot.delivery.message_cleaner import MessageCleaner
from bot.delivery.notifier import Notifier
from bot.delivery.outbox import Outbox
from bot.delivery.stale_replies import finish_left
from bot.errors.table import note
from bot.handlers import BUTTONS
from bot.handlers.upload_form import UploadForm
from bot.metrics import http_trace
from common.broker.job_signals import JobSignals
from common.settings import Settings
from db.engine import Database
from db.types import Accepted, Viewer, WakeUp

P = ParamSpec("P")
T = TypeVar("T")
log = logging.getLogger(__name__)

discord.VoiceClient.warn_nacl = discord.VoiceClient.warn_dave = False  # no voice here: nothing to warn of

BUSY_TASKS = (
    "discord.py: on_",
    "CommandTree-invoker",
    "discord-ui-view-dispatch",
    "discord-ui-dynamic-",
    "discord-ui-modal-dispatch",
    "reelfeel",
)
"""Names of the tasks that answer a user; those of discord.py are its own."""
MAX_DOWNLOADS = 2
"""Files held in memory at a time while they are stored; each is at most `max_upload_mib` large."""


def intents() -> discord.Intents:
    """Nothing privileged: DMs, messages that mention the bot, and commands come without message_content."""
    wanted = discord.Intents.none()
    wanted.guilds = True
    wanted.guild_messages = True
    wanted.dm_messages = True
    return wanted


class ReelfeelBot(commands.Bot):
    """The bot. `db` is the accepting side's database (durable); `bell` may be None, then the sweep finds the work."""

    def __init__(
        self,
        settings: Settings,
        db: Database,
        signals: JobSignals | None = None,
        *,
        always_sync: bool = False,
        poll_s: float = 1.0,
        shard_count: int | None = None,
    ) -> None:
        """`poll_s`: seconds between looks for changed jobs. `always_sync`: for a Discord that forgets (the preview).

        `shard_count`: for `bot.sharded.ShardedBot`.
        """
        super().__init__(
            command_prefix=commands.when_mentioned,
            help_command=None,
            tree_cls=Tree,
            intents=intents(),
            allowed_mentions=discord.AllowedMentions.none(),
            allowed_contexts=app_commands.AppCommandContext(guild=True, dm_channel=True, private_channel=True),
            allowed_installs=app_commands.AppInstallationType(guild=True, user=True),
            max_messages=None,
            http_trace=http_trace(),
            shard_count=shard_count,
        )
        self.settings = settings
        self.db = db
        self.signals = signals
        self.always_sync = always_sync
        self.stopping = False
        self._publisher = ThreadPoolExecutor(1, thread_name_prefix="ring")
        self.outbox = Outbox(self)
        self.downloads = asyncio.Semaphore(MAX_DOWNLOADS)
        self.notifier = Notifier(self, poll_s=poll_s)
        self.cleaner = MessageCleaner(self)
        self._background: set[asyncio.Task[None]] = set()

    def viewer(self, asker: discord.Interaction[Any] | discord.Message) -> Viewer:
        """Who asks and from which server, for every query that shows stored work."""
        user = asker.user if isinstance(asker, discord.Interaction) else asker.author
        guild_id = asker.guild_id if isinstance(asker, discord.Interaction) else getattr(asker.guild, "id", None)
        return Viewer(user_id=user.id, guild_id=guild_id)

    async def in_thread(self, fn: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Runs a blocking function (SQL, pictures) beside the event loop."""
        return await asyncio.to_thread(fn, *args, **kwargs)

    def start_task(self, work: Coroutine[Any, Any, None], name: str) -> None:
        """Runs `work` beside the caller; it is waited for at shutdown and its errors are logged."""
        task = asyncio.create_task(self._guarded(work, name), name=f"reelfeel {name}")
        self._background.add(task)
        task.add_done_callback(self._background.discard)

    async def _guarded(self, work: Coroutine[Any, Any, None], name: str) -> None:
        try:
            await work
        except Exception as error:
            note(error, name)

    def wake_workers(self, *rings: Accepted | WakeUp) -> None:
        """Tells the workers of new chunks, beside the caller: a frozen broker costs 5 s. The sweep repairs a miss."""
        signals = self.signals
        if signals is None:
            return
        for one in rings:
            self.start_task(self._wake_workers(signals, one), "ring")

    async def _wake_workers(self, signals: JobSignals, one: Accepted | WakeUp) -> None:
        # A thread of its own: a frozen broker must not hold up those that store reviews.
        loop = asyncio.get_running_loop()
        await loop.run_in_executor(self._publisher, signals.publish_chunk, one.chunk_id, one.kind, one.queue)

    async def setup_hook(self) -> None:
        """Loads the cogs, the persistent buttons and the notifier; syncs the commands when they changed."""
        self.add_dynamic_items(*BUTTONS)
        self.add_view(UploadForm())
        for extension in COGS:
            await self.load_extension(extension)
        await self.tree.set_translator(CommandTranslator())
        await sync_if_changed(self)
        await finish_left(self)
        self.notifier.start()
        self.cleaner.start()

    async def on_ready(self) -> None:
        """Says so in the log; comes again after every new session."""
        log.info("connected", extra={"guilds": len(self.guilds), "shards": self.shard_count or 1})

    async def on_message(self, message: discord.Message, /) -> None:
        """No prefix commands: messages are reviews, see bot/cogs/messages.py."""

    async def on_error(self, event_method: str, /, *args: Any, **kwargs: Any) -> None:
        """Logs an error of a listener; listeners that talk to a user answer their errors themselves."""
        error = sys.exc_info()[1]
        if error is not None:
            note(error, event_method)

    async def finish(self, *, patience_s: float = 15.0) -> None:
        """Takes no more work, waits at most `patience_s` for replies in flight, then leaves Discord."""
        self.stopping = True
        self.dispatch("stopping")
        busy = [task for task in asyncio.all_tasks() if task.get_name().startswith(BUSY_TASKS)]
        busy = [task for task in busy if task is not asyncio.current_task()]
        if busy:
            await asyncio.wait(busy, timeout=patience_s)
        await self.close()

    async def close(self) -> None:
        """Stops the notifier and the cleaner and closes the connection."""
        self.notifier.stop()
        self.cleaner.stop()
        self._publisher.shutdown(wait=False, cancel_futures=True)
        with suppress(asyncio.CancelledError):
            await super().close()
