"""The Discord client that runs: `bot.core` with its parts, commands and buttons."""

from __future__ import annotations

import asyncio
import logging
import sys
from contextlib import suppress
from typing import Any, Final

import discord
from discord import app_commands
from discord.ext import commands

from bot.cogs import COGS
from bot.command_names import CommandTranslator
from bot.command_tree import Tree, sync_if_changed
from bot.core import BotCore
from bot.delivery.acknowledgements import answered_by
from bot.delivery.digests import Digests
from bot.delivery.message_cleaner import MessageCleaner
from bot.delivery.notifier import Notifier
from bot.delivery.outbox import Outbox
from bot.delivery.stale_replies import finish_left
from bot.errors.table import note
from bot.handlers import BUTTONS
from bot.handlers.upload_form import UploadForm
from bot.metrics import http_trace
from bot.services.missed_messages import MissedMessages
from common.broker.job_signals import JobSignals
from common.settings import Settings
from db.engine import Database

log = logging.getLogger(__name__)

discord.VoiceClient.warn_nacl = discord.VoiceClient.warn_dave = False  # no voice here: nothing to warn of

DIRECT_MESSAGES: Final = 0
"""The connection to which Discord sends them."""
BUSY_TASKS = (
    "discord.py: on_",
    "CommandTree-invoker",
    "discord-ui-view-dispatch",
    "discord-ui-dynamic-",
    "discord-ui-modal-dispatch",
    "reelfeel",
)
"""Names of the tasks that answer a user; those of discord.py are its own."""


def intents() -> discord.Intents:
    """Nothing privileged: DMs, messages that mention the bot, and commands come without message_content."""
    wanted = discord.Intents.none()
    wanted.guilds = True
    wanted.guild_messages = True
    wanted.dm_messages = True
    return wanted


class ReelfeelBot(BotCore):
    """The running bot: the core with its parts, commands and buttons."""

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
            settings,
            db,
            signals,
            always_sync=always_sync,
            command_prefix=commands.when_mentioned,
            help_command=None,
            tree_cls=Tree,
            intents=intents(),
            allowed_mentions=discord.AllowedMentions.none(),
            allowed_contexts=app_commands.AppCommandContext(guild=True, dm_channel=True, private_channel=True),
            allowed_installs=app_commands.AppInstallationType(guild=True, user=True),
            max_messages=None,
            http_trace=http_trace(self._sent),
            shard_count=shard_count,
        )
        self.outbox: Outbox = Outbox(self)
        self.notifier: Notifier = Notifier(self, poll_s=poll_s)
        self.cleaner: MessageCleaner = MessageCleaner(self)
        self.digests = Digests(self)
        self.missed = MissedMessages(self)

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
        self.digests.start()
        self.missed.start()

    async def on_ready(self) -> None:
        """Says so in the log; comes again after every new session."""
        log.info("connected", extra={"guilds": len(self.guilds), "shards": self.shard_count or 1})

    async def on_shard_ready(self, shard_id: int) -> None:
        """A new session of one connection: what came since the last one is read, where it brings direct messages."""
        if shard_id == DIRECT_MESSAGES:
            await self.missed.catch_up()

    async def on_shard_resumed(self, shard_id: int) -> None:
        """Discord has sent again what was missed."""
        if shard_id == DIRECT_MESSAGES:
            self.missed.resumed()

    async def on_shard_disconnect(self, shard_id: int) -> None:
        """From here on messages may be missing."""
        if shard_id == DIRECT_MESSAGES:
            self.missed.lost()

    async def on_message(self, message: discord.Message, /) -> None:
        """No prefix commands: messages are reviews, see bot/cogs/messages.py."""

    async def on_error(self, event_method: str, /, *args: Any, **kwargs: Any) -> None:
        """Logs an error of a listener; listeners that talk to a user answer their errors themselves."""
        error = sys.exc_info()[1]
        if error is not None:
            note(error, event_method)

    def _sent(self, path: str) -> None:
        interaction_id = answered_by(path)
        if interaction_id is not None:
            self.way.answered(interaction_id)

    async def finish(self, *, patience_s: float = 15.0) -> None:
        """Takes no more work, waits at most `patience_s` for replies in flight, then leaves Discord."""
        self.stopping = True
        self.dispatch("stopping")
        busy = [task for task in asyncio.all_tasks() if task.get_name().startswith(BUSY_TASKS)]
        busy = [task for task in busy if task is not asyncio.current_task()]
        if busy:
            await asyncio.wait(busy, timeout=patience_s)
        await self.missed.remember()
        await self.close()

    async def close(self) -> None:
        """Stops what runs by the clock and closes the connection."""
        self.notifier.stop()
        self.cleaner.stop()
        self.digests.stop()
        self.missed.stop()
        with suppress(asyncio.CancelledError):
            await super().close()
