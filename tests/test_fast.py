"""What `make test-fast` leaves out: found from the code, so that a new test with a server is left out by itself."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from common.file_formats import one_of
from db.engine import Database
from tests.fixtures.broker import Valkey
from tests.fixtures.discord import running_world
from tests.fixtures.fast import COSTLY, starts
from tests.fixtures.workers import WorkerProcess
from worker.local.broker import Broker


def helper() -> None:
    subprocess.run(["true"], check=True)


class Kept:
    def start(self) -> None:
        helper()


def through_a_helper() -> None:
    helper()


def through_a_class() -> Kept:
    return Kept()


@contextmanager
def decorated() -> Iterator[None]:
    helper()
    yield


def through_a_context_manager() -> None:
    with decorated():
        pass


def through_an_import() -> None:
    from model.training import train

    assert train


def inner() -> object:
    def later() -> None:
        helper()

    return later


@pytest.mark.parametrize(
    "function",
    [Valkey, WorkerProcess, Broker, through_a_helper, through_a_class, through_a_context_manager, running_world, inner],
)
def test_what_starts_a_process_is_slow(function: object) -> None:
    assert starts(function)


def test_what_trains_is_slow() -> None:
    assert starts(through_an_import)


@pytest.mark.parametrize("function", [one_of, Database, test_what_starts_a_process_is_slow])
def test_what_does_neither_is_quick(function: object) -> None:
    assert not starts(function)


def test_scenarios_are_slow(request: pytest.FixtureRequest) -> None:
    for item in request.session.items:
        if "scenarios" in item.path.parent.parts:
            assert item.get_closest_marker("slow"), item.nodeid


def test_the_mark_is_set_where_a_fixture_starts_a_server(request: pytest.FixtureRequest) -> None:
    items = [item for item in request.session.items if isinstance(item, pytest.Function)]
    for item in items:
        if {"postgres_server", "_session_valkey", "valkey", "worker_process", "world", "tiny_run"} & set(
            item.fixturenames
        ):
            assert item.get_closest_marker("slow"), item.nodeid


def test_what_is_costly_is_there_and_slow(request: pytest.FixtureRequest) -> None:
    for place in COSTLY:
        assert (Path(__file__).parents[1] / place).exists(), place
    assert all(item.get_closest_marker("slow") for item in request.session.items if item.nodeid.startswith(COSTLY))


def test_what_all_tests_have_makes_none_slow(request: pytest.FixtureRequest) -> None:
    """Else `make test-fast` runs nothing."""
    assert not request.node.get_closest_marker("slow")
