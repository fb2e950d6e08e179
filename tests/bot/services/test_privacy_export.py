"""An export beyond the limit of one attachment comes whole, in parts that joined are the zip."""

from __future__ import annotations

import io
import json
import os
import sys
import tracemalloc
import zipfile
from functools import partial
from types import SimpleNamespace
from typing import Any

import pytest

from bot.pools.spool import Spool
from bot.services import privacy_export
from db.privacy.types import DataExport
from tests.bot.talk import add_file, words
from tests.fixtures.discord import World


async def test_parts_joined_are_the_zip(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    noise = os.urandom(30_000).hex()
    await add_file(world, world.alice, f"review\n{noise}\n".encode())
    await world.work()
    whole = privacy_export.send_export

    async def with_less_room(interaction: Any, packed: Any, taken: Any, _limit: int) -> None:
        await whole(interaction, packed, taken, 20_000)

    # Extensions are loaded anew: the module that runs is not the one an import gives.
    monkeypatch.setattr(sys.modules["bot.cogs.privacy"], "send_export", with_less_room)
    result = await world.alice.slash(world.channel, "privacy export")
    shown = [message for message in (result.response, *result.followups) if message is not None]
    names = [one.filename for message in shown for one in message.attachments]
    assert len(names) > 2
    assert names == [f"reelfeel-export.zip.{number:03d}" for number in range(1, len(names) + 1)]
    assert all(message.ephemeral for message in shown)
    assert f"It comes in {len(names)} parts." in words(shown[0])
    parts = [world.attachment(message, f".{number:03d}") for number, message in enumerate(shown, start=1)]
    assert max(map(len, parts)) <= 20_000
    with zipfile.ZipFile(io.BytesIO(b"".join(parts))) as packed:
        assert packed.testzip() is None
        assert json.loads(packed.read("about.json"))["left_out"] == []
        assert any(noise.encode() in packed.read(name) for name in packed.namelist() if name.startswith("files/"))


async def test_no_part_is_in_memory() -> None:
    """An export of 48 MiB in a boosted server: each of its parts is read from the disk as it is sent."""
    sent, here = list[int](), Spool()
    packed, _ = here.filled(lambda out: out.writelines([b"x" * 2**20] * 48))

    async def send(*, attachments: Any = (), files: Any = (), **_: Any) -> None:
        for file in (*attachments, *files):
            sent.append(sum(len(piece) for piece in iter(partial(file.fp.read, 2**16), b"")))

    reply = SimpleNamespace(extras={}, edit_original_response=send, followup=SimpleNamespace(send=send))
    tracemalloc.start()
    try:
        await privacy_export.send_export(reply, packed, DataExport(1, 0, ()), 20 * 2**20)  # type: ignore[arg-type]
        assert tracemalloc.get_traced_memory()[1] < 2 * 2**20
    finally:
        tracemalloc.stop()
        here.close()
    assert sent == [20 * 2**20, 20 * 2**20, 8 * 2**20]
