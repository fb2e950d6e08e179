"""A link that expired: the message knows a fresh one. Other trouble: tests/faults/test_downloads.py."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import discord
import pytest

from bot.services.downloads import download
from common.errors import UserError

DATA = b"review\nA fine film.\n"


def attachment(id_: int, link: str, *, expired: bool = False) -> Any:
    async def read() -> bytes:
        if expired:
            raise discord.NotFound(SimpleNamespace(status=404, reason=""), "")  # type: ignore[arg-type]
        return DATA

    return SimpleNamespace(id=id_, url=link, filename="a.csv", size=len(DATA), read=read)


def showing(*files: Any, forwarded: bool = False) -> Any:
    """A bot that finds one message with these files, itself or in what it forwards."""
    snapshot = SimpleNamespace(content="", attachments=list(files))
    own, snapshots = ([], [snapshot]) if forwarded else (list(files), [])
    message = SimpleNamespace(content="", attachments=own, message_snapshots=snapshots, guild=None)

    async def fetch_message(_: int) -> Any:
        return message

    return SimpleNamespace(get_partial_messageable=lambda _: SimpleNamespace(fetch_message=fetch_message))


@pytest.mark.parametrize("forwarded", [False, True])
async def test_a_file_whose_link_expired_is_loaded_by_its_fresh_one(forwarded: bool) -> None:
    bot = showing(attachment(1, "other"), attachment(2, "fresh"), forwarded=forwarded)
    assert await download(bot, attachment(2, "old", expired=True), (5, 6)) == DATA


async def test_without_a_fresh_link_it_says_that_the_old_one_is_over() -> None:
    old = attachment(2, "old", expired=True)
    for bot, message in ((showing(attachment(2, "old", expired=True)), (5, 6)), (showing(), (5, 6)), (showing(), None)):
        with pytest.raises(UserError, match="link has expired"):
            await download(bot, old, message)
