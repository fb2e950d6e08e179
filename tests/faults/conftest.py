"""Fixtures of the tests over real sockets."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.faults.real_sockets import RealSockets, real_sockets


@pytest.fixture(scope="module")
def sockets() -> Iterator[RealSockets]:
    """One server for all tests of a file."""
    with real_sockets() as world:
        yield world


@pytest.fixture
def near(sockets: RealSockets) -> RealSockets:
    """It, without what the test before left: rules, messages, sessions."""
    sockets.rules.clear()
    sockets.posted.clear()
    sockets.invalidate()
    return sockets
