"""What a user reads when something goes wrong: one table, exception -> sentence, log level.

The table is walked along the exception's MRO, so an entry for a base class serves its subclasses. The log gets the
type, the place and a reference the user is shown too; never the text of an exception we do not know, because a
driver may put a review into it.
"""

from __future__ import annotations

import logging
import secrets
import traceback
from collections.abc import Callable
from dataclasses import dataclass

import aiohttp
import discord
from discord import app_commands
from discord.ext import commands

from bot.errors.hints import explained
from common.errors import Problem, UserError
from common.i18n import mark, tr
from db.errors import DatabaseUnavailable, HostError, SchemaOutdated, TextKeyMissing

log = logging.getLogger(__name__)

MAX_SENTENCE = 1900
"""Of the 2,000 characters of a message: a sentence may name all columns of a file."""


@dataclass(frozen=True, slots=True)
class Explained:
    """What to show and how loudly to log it."""

    sentence: str
    level: int
    reference: str

    @property
    def text(self) -> str:
        """The sentence with the reference in small print."""
        reference = tr("Reference {reference}", reference=self.reference)
        return f"{self.sentence[:MAX_SENTENCE]}\n-# {reference}"


def _own_words(error: BaseException) -> str:
    return str(error)


def _problem(error: BaseException) -> str:
    assert isinstance(error, Problem)
    return explained(error)


UNKNOWN = mark(
    "Something went wrong on our side; nothing that was accepted is lost. Try again. If it keeps happening, "
    "give the reference below to whoever runs this bot."
)
UPDATED = mark("This command was just updated: try again in a minute.")

TABLE: dict[type[BaseException], tuple[str | Callable[[BaseException], str], int]] = {
    UserError: (_own_words, logging.INFO),
    Problem: (_problem, logging.INFO),
    HostError: (UNKNOWN, logging.ERROR),
    DatabaseUnavailable: (
        mark("The database does not answer at the moment, so nothing was accepted: try again in a minute."),
        logging.ERROR,
    ),
    TextKeyMissing: (
        mark(
            "The stored texts cannot be read at the moment; nothing is lost. Give the reference below to "
            "whoever runs this bot."
        ),
        logging.ERROR,
    ),
    SchemaOutdated: (
        mark("The bot is being updated, so nothing was accepted: try again in a few minutes."),
        logging.ERROR,
    ),
    discord.Forbidden: (
        mark(
            "Discord does not let me do that here. Ask a moderator to give me the permissions to send messages "
            "and attach files."
        ),
        logging.WARNING,
    ),
    discord.NotFound: (mark("That message is gone from Discord: send it again."), logging.INFO),
    discord.DiscordServerError: (mark("Discord did not answer: try again in a minute."), logging.WARNING),
    aiohttp.ClientError: (mark("Discord did not answer: try again in a minute."), logging.WARNING),
    app_commands.TransformerError: (
        mark("One of the options has the wrong kind of value. Choose it again."),
        logging.INFO,
    ),
    app_commands.CommandSignatureMismatch: (UPDATED, logging.WARNING),
    app_commands.CommandNotFound: (UPDATED, logging.WARNING),
    app_commands.MissingPermissions: (
        mark("You need the Manage Server permission for this command."),
        logging.INFO,
    ),
    BaseException: (UNKNOWN, logging.ERROR),
}


def unwrap(error: BaseException) -> BaseException:
    """The exception a command raised, out of the one the framework wrapped it in."""
    while isinstance(error, app_commands.CommandInvokeError | commands.CommandInvokeError):
        error = error.original
    return error


def explain(error: BaseException) -> Explained:
    """The table's entry for the nearest class of `error`, with a fresh reference of six characters."""
    error = unwrap(error)
    for kind in type(error).__mro__:
        if kind in TABLE:
            words, level = TABLE[kind]
            return Explained(words(error) if callable(words) else tr(words), level, secrets.token_hex(3))
    raise AssertionError("BaseException is in the table")  # pragma: no cover


def note(error: BaseException, doing: str) -> Explained:
    """Explains `error` and logs it: what was being done, the type, the innermost places, the reference."""
    error = unwrap(error)
    explained = explain(error)
    places: list[str] = []
    if explained.level >= logging.WARNING:
        frames = traceback.extract_tb(error.__traceback__)[-6:]
        places = [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in frames]
    log.log(
        explained.level,
        "%s: %s",
        doing,
        type(error).__name__,
        extra={"reference": explained.reference, "error": type(error).__name__, "places": places},
    )
    return explained
