"""Reviews that come as messages: a DM, a mention, or a reply that mentions the bot; text or files."""

from __future__ import annotations

import re

import discord
from discord.ext import commands

from bot.cards.base import Card
from bot.core import BotCore
from bot.delivery.nonces import of_message
from bot.door import blocked, note_asker
from bot.errors.table import note
from bot.permissions import answers_in, requester_of, rules_of
from bot.services.intake import MAX_FILES, FileRequest, accept_file, accept_text, check_text
from bot.services.origins import message_origin
from bot.services.questions import same_file_question
from common.errors import UserError
from common.file_formats import is_review_file
from common.i18n import set_locale, tr, trn
from db.delivery.message_deletions import About, remember_sent
from db.privacy.deleted_sources import delete_sources
from db.queries.jobs import last_language
from db.types import JobView

KINDS = (discord.MessageType.default, discord.MessageType.reply)


class Messages(commands.Cog):
    """Takes in what is addressed to the bot. It never speaks unasked."""

    def __init__(self, bot: BotCore) -> None:
        self.bot = bot

    @commands.Cog.listener()
    async def on_message(self, message: discord.Message) -> None:
        """Stores the review or files; the notifier then answers with their cards."""
        if not self._for_me(message) or message.id in self.bot.taken_messages:
            return
        self.bot.taken_messages.append(message.id)
        note_asker(message)
        if await blocked(self.bot, message.author.id, None if message.guild is None else message.guild.id):
            return  # an answer to each would be what whoever floods wants
        try:
            set_locale(message.guild and message.guild.preferred_locale)
            if self.bot.stopping:
                raise UserError(tr("The bot is restarting: send it again in a minute."))
            if message.guild is not None:
                rules = await rules_of(self.bot, self.bot.viewer(message))
                if not answers_in(rules, message.channel):
                    return  # the server wants it silent there
            spoken = await self.bot.in_thread(last_language, self.bot.db, self.bot.viewer(message))
            if spoken is not None:
                set_locale(spoken)
            await self._take(message)
        except Exception as error:
            await self._answer(message, note(error, "a message").text, "error")

    def _for_me(self, message: discord.Message) -> bool:
        if message.author.bot or message.webhook_id is not None or message.type not in KINDS:
            return False
        return message.guild is None or any(user.id == self._own_id for user in message.mentions)

    @property
    def _own_id(self) -> int:
        return 0 if self.bot.user is None else self.bot.user.id

    async def _take(self, message: discord.Message) -> None:
        text = re.sub(rf"<@!?{self._own_id}>", " ", message.content)
        readable = [one for one in message.attachments if is_review_file(one.filename)]
        if message.attachments and (readable or not text.strip()):
            await self._take_files(message)
        else:
            await accept_text(self.bot, message_origin(message), check_text(text, self.bot.settings))
        if message.id in self.bot.deleted_messages:  # while it was taken in
            await self.bot.in_own_thread(delete_sources, self.bot.db, [message.id])
            self.bot.note_deletion()
        self.bot.notifier.wake()

    async def _take_files(self, message: discord.Message) -> None:
        if len(message.attachments) > MAX_FILES:
            raise UserError(
                trn(
                    "A message may have at most {count} file. Send the rest in another one.",
                    "A message may have at most {count} files. Send the rest in another one.",
                    MAX_FILES,
                )
            )
        for part, attachment in enumerate(message.attachments):
            request = FileRequest(attachment, message_origin(message), part, standing=requester_of(message))
            try:
                outcome = await accept_file(self.bot, request)
            except Exception as error:  # the other files of the message are taken all the same
                await self._answer(message, note(error, "a file").text, f"error{part}")
                continue
            if isinstance(outcome, JobView):
                await self._offer(message, request, outcome)
            self.bot.notifier.wake()

    async def _offer(self, message: discord.Message, request: FileRequest, same: JobView) -> None:
        card = await same_file_question(self.bot, request, same)
        nonce = of_message(message.id, f"same{request.part}")
        sent = await self.bot.outbox.send(message.channel.id, card, nonce=nonce, reply_to=message.id)
        await self._remember(message, sent)

    async def _answer(self, message: discord.Message, text: str, kind: str) -> None:
        try:
            sent = await self.bot.outbox.send(
                message.channel.id, Card(text), nonce=of_message(message.id, kind), reply_to=message.id
            )
            await self._remember(message, sent)
        except Exception as error:
            note(error, "answering a message")

    async def _remember(self, message: discord.Message, sent: discord.Message) -> None:
        """It may quote what was sent, as the name of a file: it goes when that message or its author is deleted."""
        about = About(message.author.id, source_id=message.id)
        await self.bot.in_own_thread(remember_sent, self.bot.db, message.channel.id, sent.id, about)


async def setup(bot: BotCore) -> None:
    """Loads the cog."""
    await bot.add_cog(Messages(bot))
