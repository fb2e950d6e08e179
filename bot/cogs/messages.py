"""Reviews that come as messages: a DM, a mention, or a reply that mentions the bot; text or files."""

from __future__ import annotations

from dataclasses import replace

import discord
from discord.ext import commands

from bot.cards.base import Card
from bot.cards.greeting import ABOUT_A_CARD, ROLE_ONLY, SCORE_REVIEW, greeting_card
from bot.core import BotCore
from bot.delivery.nonces import of_message
from bot.door import blocked, note_asker
from bot.errors.table import note
from bot.permissions import answers_in, requester_of, rules_of
from bot.services.incoming import Incoming, answered_author, is_chatter, is_mentioned, mentions_role, read_message
from bot.services.intake import MAX_FILES, FileRequest, accept_file, accept_text, check_text
from bot.services.origins import message_origin
from bot.services.questions import same_file_question
from bot.services.text_files import read_text, shape_question, with_caption
from common.errors import UserError
from common.i18n import set_locale, tr, trn
from common.small_talk import is_small_talk
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
        """Stores the review or files; the notifier then answers with their cards. Interactions go first."""
        if not self._for_me(message) or message.id in self.bot.taken_messages:
            return
        self.bot.taken_messages.append(message.id)
        too_late = self.bot.stopping  # not of what came in time and waits
        await self.bot.way.wait()
        note_asker(message)
        if await blocked(self.bot, message.author.id, None if message.guild is None else message.guild.id):
            return  # an answer to each would be what whoever floods wants
        try:
            set_locale(message.guild and message.guild.preferred_locale)
            if too_late:
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
        return message.guild is None or is_mentioned(message, self._own_id)

    @property
    def _own_id(self) -> int:
        return 0 if self.bot.user is None else self.bot.user.id

    async def _take(self, message: discord.Message) -> None:
        received = read_message(message, self._own_id)
        if received.files and (received.readable or not received.text):
            await self._take_files(message, received)
        elif not received.text or is_chatter(message, received.text, self._own_id):
            await self._help(message, received.text)
            return
        else:
            await accept_text(self.bot, message_origin(message), check_text(received.text, self.bot.settings))
        if message.id in self.bot.deleted_messages:  # while it was taken in
            await self.bot.in_own_thread(delete_sources, self.bot.db, [message.id])
            self.bot.note_deletion()
        self.bot.notifier.wake()

    async def _help(self, message: discord.Message, text: str) -> None:
        """Says what to send, to somebody who sent no review; nothing of theirs is stored."""
        author = answered_author(message)
        if message.guild is not None and not message.content and mentions_role(message):
            await self._answer(message, tr(ROLE_ONLY, bot=f"<@{self._own_id}>"), "role")
        elif author is not None and author != self._own_id:
            await self._answer(message, tr(SCORE_REVIEW), "menu")
        elif author is not None and text and not is_small_talk(text):
            await self._answer(message, tr(ABOUT_A_CARD), "talk")
        else:
            await self._answer(message, greeting_card(), "greeting")

    async def _take_files(self, message: discord.Message, received: Incoming) -> None:
        if len(received.files) > MAX_FILES:
            raise UserError(
                trn(
                    "A message may have at most {count} file. Send the rest in another one.",
                    "A message may have at most {count} files. Send the rest in another one.",
                    MAX_FILES,
                )
            )
        caption = received.text
        for part, attachment in enumerate(received.files):
            request = FileRequest(attachment, message_origin(message), part, standing=requester_of(message))
            try:
                read = await read_text(self.bot, attachment, (message.channel.id, message.id))
                if read.shape == "review":
                    review = check_text(with_caption(caption, read.text), self.bot.settings)
                    await accept_text(self.bot, request.origin, review, part=part)
                    caption = ""
                elif read.shape == "either":
                    await self._ask(message, await shape_question(self.bot, request), f"shape{part}")
                else:
                    await self._take_list(message, replace(request, data=read.data))
            except Exception as error:  # the other files of the message are taken all the same
                await self._answer(message, note(error, "a file").text, f"error{part}")
                continue
            self.bot.notifier.wake()

    async def _take_list(self, message: discord.Message, request: FileRequest) -> None:
        outcome = await accept_file(self.bot, request)
        if isinstance(outcome, JobView):
            await self._ask(message, await same_file_question(self.bot, request, outcome), f"same{request.part}")

    async def _ask(self, message: discord.Message, card: Card, kind: str) -> None:
        nonce = of_message(message.id, kind)
        sent = await self.bot.outbox.send(message.channel.id, card, nonce=nonce, reply_to=message.id)
        await self._remember(message, sent)

    async def _answer(self, message: discord.Message, said: str | Card, kind: str) -> None:
        try:
            await self._ask(message, said if isinstance(said, Card) else Card(said), kind)
        except Exception as error:
            note(error, "answering a message")

    async def _remember(self, message: discord.Message, sent: discord.Message) -> None:
        """It may quote what was sent, as the name of a file: it goes when that message or its author is deleted."""
        about = About(message.author.id, source_id=message.id)
        await self.bot.in_own_thread(remember_sent, self.bot.db, message.channel.id, sent.id, about)


async def setup(bot: BotCore) -> None:
    """Loads the cog."""
    await bot.add_cog(Messages(bot))
