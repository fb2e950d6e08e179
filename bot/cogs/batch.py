"""`/batch` and `/upload`: files of reviews."""

from __future__ import annotations

from typing import Any

import discord
from discord import app_commands
from discord.ext import commands

from bot.cards.info import ModelFacts, read_facts
from bot.command_names import FILE_KINDS, described, file_kinds
from bot.core import BotCore
from bot.handlers.upload_form import open_form
from bot.services.file_jobs import take_files
from common.errors import UserError
from common.i18n import number, tr

Column = app_commands.Range[str, 1, 200]


class Batch(commands.Cog):
    """Files, by options or by a form."""

    def __init__(self, bot: BotCore) -> None:
        self.bot = bot

    @app_commands.command(description="Scores files of film reviews")
    @app_commands.describe(
        file=described(FILE_KINDS, file_kinds),
        text_column="The column with the reviews, if it is not detected automatically",
        film_column="The column with the film",
        date_column="The column with the day of the review",
        stars_column="The column with the stars",
        no_header="The first row is data, not names of columns",
        sheet="The sheet of a workbook, or the path of a file in a zip",
        delimiter="What stands between cells: a sign, or tab, comma, semicolon, pipe, space",
        encoding="The encoding of the text, such as utf-8, cp1251 or shift_jis",
        accuracy="How often verdicts must be right, in percent; what is less sure is left to you as unclear",
        mixed="Also flag reviews with clear praise and clear criticism; scoring then takes about twice as long",
        aspects="Also say what is praised and blamed (acting, story ...); scoring takes about twice as long",
        share="Show the jobs to everyone in the channel",
        file2="A second file",
        file3="A third file",
        file4="A fourth file",
        file5="A fifth file; /upload takes up to ten",
    )
    async def batch(
        self,
        interaction: discord.Interaction[Any],
        file: discord.Attachment,
        text_column: Column | None = None,
        film_column: Column | None = None,
        date_column: Column | None = None,
        stars_column: Column | None = None,
        no_header: bool | None = None,
        sheet: Column | None = None,
        delimiter: app_commands.Range[str, 1, 20] | None = None,
        encoding: app_commands.Range[str, 1, 40] | None = None,
        accuracy: float | None = None,
        mixed: bool | None = None,
        aspects: bool | None = None,
        share: bool | None = None,
        file2: discord.Attachment | None = None,
        file3: discord.Attachment | None = None,
        file4: discord.Attachment | None = None,
        file5: discord.Attachment | None = None,
    ) -> None:
        """Answers with where the job cards stand."""
        if accuracy is not None:
            refuse_out_of_reach(accuracy, await self.bot.in_thread(read_facts, self.bot.settings.model_dir))
        files = [one for one in (file, file2, file3, file4, file5) if one is not None]
        await take_files(
            interaction,
            files,
            text_column=text_column,
            film_column=film_column,
            date_column=date_column,
            options={
                "stars_column": stars_column,
                "no_header": no_header,
                "sheet": sheet,
                "delimiter": delimiter,
                "encoding": encoding,
                "accuracy": accuracy,
                "mixed": mixed,
                "aspects": aspects,
            },
            share=share,
        )

    @app_commands.command(description="A form for files of film reviews: up to ten at once")
    async def upload(self, interaction: discord.Interaction[Any]) -> None:
        """Opens the form, ticked as the caller's settings have it."""
        await open_form(interaction)


def refuse_out_of_reach(accuracy: float, facts: ModelFacts | None) -> None:
    """Raises UserError, with the range, for an accuracy in percent that the model's curve does not hold."""
    reach = None if facts is None else facts.dial
    if reach is None:
        raise UserError(tr("My model was not measured for `accuracy`. Leave it out."))
    low, high = reach
    if not low <= accuracy <= high:  # not a number is refused too
        raise UserError(
            tr(
                "`accuracy` goes from {low} to {high} with my model. Choose a number between them.",
                low=number(low, 1),
                high=number(high, 1),
            )
        )


async def setup(bot: BotCore) -> None:
    """Loads the cog."""
    await bot.add_cog(Batch(bot))
