"""Messages between a worker and the process that reads a file for it: a kind, a length, then JSON or plain bytes.

No pickle: who has taken over the child must not take over the worker.
"""

from __future__ import annotations

import json
import socket
import struct
from collections.abc import Callable
from contextlib import suppress
from typing import Any, Final

REQUEST: Final = b"Q"
COLUMNS: Final = b"C"
ROWS: Final = b"R"
MORE: Final = b"M"
VERDICTS: Final = b"V"
BYTES: Final = b"B"
END: Final = b"E"
REFUSED: Final = b"F"
MACHINE: Final = b"O"
CRASHED: Final = b"X"

_HEAD: Final = struct.Struct("!cI")
MOST_BYTES: Final = 64 << 20
"""Longest message that is taken: whoever sends more is broken, or lies."""
_PIECE: Final = 1 << 20


class BadFrame(Exception):
    """What came is no message."""


class Closed(Exception):
    """The other end is gone."""


class Frames:
    """Sends and receives messages on a socket."""

    def __init__(self, sock: socket.socket) -> None:
        self._socket = sock

    def send(self, kind: bytes, payload: bytes = b"", wait: Callable[[], None] | None = None) -> None:
        """Sends a message. `wait` returns when there is room for more, or raises; None waits without end.

        Raises Closed.
        """
        head = _HEAD.pack(kind, len(payload))
        pieces = [head + payload] if len(payload) < _PIECE else [head, payload]
        try:
            for piece in pieces:
                if wait is None:
                    self._socket.sendall(piece)
                else:
                    self._send_watched(piece, wait)
        except (BrokenPipeError, ConnectionError) as error:
            raise Closed from error

    def send_json(
        self, kind: bytes, value: object, wait: Callable[[], None] | None = None, *, escaped: bool = False
    ) -> None:
        """Sends a message of JSON. escaped: signs beyond ASCII as \\uXXXX, which takes a third of the time where there
        are few of them; none of them may be a lone surrogate."""
        payload = json.dumps(value, ensure_ascii=escaped, separators=(",", ":")).encode("utf-8", "replace")
        self.send(kind, payload, wait)

    def _send_watched(self, piece: bytes, wait: Callable[[], None]) -> None:
        view = memoryview(piece)
        while view:
            wait()
            with suppress(BlockingIOError):
                view = view[self._socket.send(view, socket.MSG_DONTWAIT) :]

    def receive(self, wait: Callable[[], None] = lambda: None) -> tuple[bytes, bytes]:
        """(kind, payload) of the next message. `wait` returns when there is something to read, or raises.

        Raises Closed, BadFrame.
        """
        kind, size = _HEAD.unpack(self._exactly(_HEAD.size, wait))
        if size > MOST_BYTES:
            raise BadFrame
        return kind, self._exactly(size, wait)

    def _exactly(self, count: int, wait: Callable[[], None]) -> bytes:
        data = bytearray(count)
        view = memoryview(data)
        while view:
            wait()
            try:
                got = self._socket.recv_into(view)
            except ConnectionError as error:
                raise Closed from error
            if not got:
                raise Closed
            view = view[got:]
        return bytes(data)


def parsed(payload: bytes) -> Any:
    """The JSON of a message. Raises BadFrame."""
    try:
        return json.loads(payload)
    except (ValueError, RecursionError) as error:
        raise BadFrame from error
