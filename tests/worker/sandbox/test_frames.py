"""Messages between worker and reader."""

from __future__ import annotations

import socket
import struct

import pytest

from worker.sandbox import frames
from worker.sandbox.frames import BadFrame, Closed, Frames, parsed


@pytest.mark.parametrize("escaped", [False, True])
def test_messages_arrive_as_they_were_sent(escaped: bool) -> None:
    told = ["ü", None, 1, "良い \U0001f600 \"'\\\n\u2028"]
    ours, theirs = socket.socketpair()
    with ours, theirs:
        Frames(ours).send(frames.BYTES, b"\0\xff")
        Frames(ours).send_json(frames.ROWS, told, escaped=escaped)
        link = Frames(theirs)
        assert link.receive() == (frames.BYTES, b"\0\xff")
        kind, payload = link.receive()
        assert (kind, parsed(payload)) == (frames.ROWS, told)
        assert payload.isascii() == escaped


def test_a_message_that_claims_gigabytes_is_refused_before_room_is_made() -> None:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        ours.sendall(struct.pack("!cI", b"R", 2**32 - 1))
        with pytest.raises(BadFrame):
            Frames(theirs).receive()


def test_a_closed_door_is_told() -> None:
    ours, theirs = socket.socketpair()
    with theirs:
        ours.sendall(b"R\0")
        ours.close()
        with pytest.raises(Closed):
            Frames(theirs).receive()
        with pytest.raises(Closed):
            Frames(theirs).send(frames.ROWS, b"x" * 10_000_000)


@pytest.mark.parametrize("payload", [b"{", b"[" * 100_000, b"\xff"])
def test_what_is_no_json_is_refused(payload: bytes) -> None:
    with pytest.raises(BadFrame):
        parsed(payload)
