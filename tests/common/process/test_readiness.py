"""How a child tells that it is ready: one byte, once, and nothing when nobody asked."""

from __future__ import annotations

import os

import pytest

from common.process.readiness import READY_FD, say_ready


def test_it_is_said_once_and_the_pipe_is_closed(monkeypatch: pytest.MonkeyPatch) -> None:
    read, write = os.pipe()
    monkeypatch.setenv(READY_FD, str(write))
    say_ready()
    say_ready()
    assert os.read(read, 10) == b"1"
    assert os.read(read, 10) == b"", "nobody else holds the pipe open"
    os.close(read)
    assert READY_FD not in os.environ


def test_whoever_asked_may_be_gone(monkeypatch: pytest.MonkeyPatch) -> None:
    read, write = os.pipe()
    os.close(read)
    os.close(write)
    monkeypatch.setenv(READY_FD, str(write))
    say_ready()
