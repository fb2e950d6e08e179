"""The wire between the simulated Discord and the bot's process: messages of pickled Python over a unix socket.

Both ends are ours and of one version, so pickles are safe here.
"""

from __future__ import annotations

import asyncio
import pickle
import struct
from typing import Any

SOCKET = "REELFEEL_TEST_DISCORD"
"""Variable that tells the bot's process the path of the socket."""
_LENGTH = struct.Struct("!I")


async def receive(reader: asyncio.StreamReader) -> Any:
    """The next message; raises EOFError when the other end is gone."""
    try:
        (length,) = _LENGTH.unpack(await reader.readexactly(_LENGTH.size))
        return pickle.loads(await reader.readexactly(length))
    except (asyncio.IncompleteReadError, OSError) as gone:
        raise EOFError from gone


def send(writer: asyncio.StreamWriter, message: object) -> None:
    """Sends a message; a dead other end is noticed by `receive`."""
    data = pickle.dumps(message)
    writer.write(_LENGTH.pack(len(data)) + data)
