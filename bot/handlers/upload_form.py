"""The form that `/upload` opens."""

from __future__ import annotations

from typing import Any

import discord

from bot.command_names import FILE_KINDS, file_kinds
from bot.components import ids
from bot.core import BotCore
from bot.handlers.base import guarded
from bot.permissions import wants_share
from bot.services.file_jobs import take_files
from bot.services.intake import MAX_FILES
from common.errors import UserError
from common.i18n import mark, tr


class UploadForm(discord.ui.Modal, title=mark("Score files of reviews")):
    """Files, the text column, and whether to share. Registered at the start, so that a form that was opened before a
    restart of the bot can still be sent."""

    files: discord.ui.Label[UploadForm] = discord.ui.Label(
        text=mark("Files"),
        description=FILE_KINDS,
        component=discord.ui.FileUpload(custom_id="files", min_values=1, max_values=MAX_FILES),
    )
    column: discord.ui.Label[UploadForm] = discord.ui.Label(
        text=mark("Text column"),
        description=mark("The column with the reviews; leave it empty to detect it automatically"),
        component=discord.ui.TextInput(custom_id="text_column", required=False, max_length=200),
    )
    share: discord.ui.Label[UploadForm] = discord.ui.Label(
        text=mark("Show the jobs to everyone in this channel"),
        component=discord.ui.Checkbox(custom_id="share"),
    )

    def __init__(self, *, share: bool = False) -> None:
        """`share`: whether the form opens with sharing ticked."""
        super().__init__(timeout=None, custom_id=ids.UPLOAD.of())
        self.share.component.default = share  # type: ignore[attr-defined]
        self.title = tr(self.title)
        for part in (self.files, self.column, self.share):
            part.text = tr(part.text)
            part.description = tr(part.description, **file_kinds()) if part.description else None

    def stop(self) -> None:
        """Nothing: one registered form serves every sender, while discord.py would end it with the first."""

    async def on_submit(self, interaction: discord.Interaction[Any], /) -> None:
        """Takes the files in. What was entered is read before anything else runs: others send this form too."""
        files = list(self.files.component.values)  # type: ignore[attr-defined]
        column = str(self.column.component.value or "").strip() or None  # type: ignore[attr-defined]
        share = bool(self.share.component.value)  # type: ignore[attr-defined]

        async def take(pressed: discord.Interaction[Any], bot: BotCore) -> None:
            if not files:
                raise UserError(tr("There is no file in the form: open it again and attach one."))
            await take_files(pressed, files, text_column=column, share=share)

        await guarded(interaction, "/upload", take)


async def open_form(interaction: discord.Interaction[Any]) -> None:
    """Shows the form, ticked as the caller's settings have it. Raises db.errors.DbError, discord.HTTPException."""
    # When the settings come too late: private, and the form shows it.
    share = await wants_share(interaction.client, interaction, None)
    await interaction.response.send_modal(UploadForm(share=share))
