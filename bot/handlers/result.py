"""Presses of a verdict card's buttons: Details, Wrong? and Delete."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import Final

import discord

from bot.cards.correction import add_corrections
from bot.cards.verdict import details_card
from bot.components import ids
from bot.core import BotCore
from bot.delivery.responses import answer, defer
from bot.handlers.base import NumberButtonHandler, Press
from bot.handlers.correction_form import CorrectionForm
from common.i18n import mark, tr
from db.engine import Database
from db.errors import DatabaseUnavailable
from db.privacy.erase_result import delete_result
from db.queries.corrections import corrections_of
from db.queries.jobs import get_job
from db.queries.results import get_result
from db.types import Corrections, ResultView, Viewer

FORM_WAIT_S: Final = 1.5
"""Discord waits three seconds for a form, and the door may have taken some of them."""
STILL_IN_FILES: Final = mark(
    "The text of result {result} is deleted. The files of job {job} still hold it until their retention time is over; "
    "`/privacy delete` deletes them at once, with everything else."
)


class DetailsButton(NumberButtonHandler, custom_id=ids.DETAILS):
    """Shows the numbers behind a verdict, privately."""

    async def press(self, interaction: Press, bot: BotCore) -> None:
        """Answers with the details card."""
        await defer(interaction)
        result, corrections = await bot.in_thread(_with_corrections, bot.db, bot.viewer(interaction), self.number)
        card = details_card(result)
        if card.embed is not None:
            add_corrections(card.embed, corrections)
        await answer(interaction, card)


class WrongButton(NumberButtonHandler, custom_id=ids.WRONG):
    """Asks what the verdict should have been."""

    async def press(self, interaction: Press, bot: BotCore) -> None:
        """Opens the form; who may not see the result does not get it."""
        # A form is the first answer or none: it cannot be put off as others are.
        try:
            async with asyncio.timeout(FORM_WAIT_S):
                result = await bot.in_thread(get_result, bot.db, bot.viewer(interaction), self.number)
        except TimeoutError:
            raise DatabaseUnavailable("The database does not answer in time.") from None
        await interaction.response.send_modal(CorrectionForm(result.id))


class DeleteButton(NumberButtonHandler, custom_id=ids.DELETE):
    """Deletes the review's text and the card. Only the owner's press does anything."""

    async def press(self, interaction: Press, bot: BotCore) -> None:
        """Deletes in SQL first, then the message: a card without its text is harmless, the other way round is not."""
        await interaction.response.defer()
        viewer = bot.viewer(interaction)
        result = await bot.in_thread(get_result, bot.db, viewer, self.number)
        await bot.in_thread(delete_result, bot.db, viewer, self.number)
        bot.note_deletion()
        with suppress(discord.NotFound):
            await interaction.delete_original_response()
        job = await bot.in_thread(get_job, bot.db, viewer, result.job_id)
        if job.kind == "file":
            sentence = tr(STILL_IN_FILES, result=result.id, job=job.id)
            await interaction.followup.send(sentence, ephemeral=True)


def _with_corrections(db: Database, viewer: Viewer, result_id: int) -> tuple[ResultView, Corrections]:
    return get_result(db, viewer, result_id), corrections_of(db, viewer, result_id)
