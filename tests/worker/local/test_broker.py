"""The broker of `reelfeel up`: where its socket lies, and with which settings it runs."""

from __future__ import annotations

import signal
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from common.process import exit_codes
from tests.faults.disk import Disk
from worker.local import up
from worker.local.broker import SOCKET, SOCKET_CHARS, Broker, command, socket_folder
from worker.processes.supervisor import StopSignals


@pytest.fixture
def signals() -> Iterator[StopSignals]:
    """Those of `up`, in this process, which gets its own back."""
    numbers = (signal.SIGTERM, signal.SIGINT, signal.SIGCHLD)
    before = [signal.getsignal(number) for number in numbers]
    yield StopSignals()
    for number, handler in zip(numbers, before, strict=True):
        signal.signal(number, handler)


def test_the_socket_lies_beside_the_data_as_long_as_its_path_is_short_enough(tmp_path: Path) -> None:
    room = SOCKET_CHARS - len(f"{tmp_path}/") - len(f"/{SOCKET}")
    fits, too_long = tmp_path / ("x" * (room - 1)), tmp_path / ("x" * room)
    assert socket_folder(fits) == fits
    elsewhere = socket_folder(too_long)
    assert elsewhere != too_long
    assert stat.S_IMODE(elsewhere.stat().st_mode) == 0o700
    elsewhere.rmdir()


def test_every_write_is_kept_and_no_port_is_open(tmp_path: Path) -> None:
    line = command(tmp_path, tmp_path / SOCKET)
    options = dict(zip(line[1::2], line[2::2], strict=True))
    assert options["--port"] == "0"
    assert options["--appendonly"] == "yes"
    assert options["--appendfsync"] == "everysec"
    assert options["--maxmemory-policy"] == "noeviction"
    assert options["--unixsocketperm"] == "700"


def test_its_folder_is_the_owners_alone_and_it_does_not_answer_before_it_runs(tmp_path: Path) -> None:
    broker = Broker(tmp_path / "broker")
    assert stat.S_IMODE((tmp_path / "broker").stat().st_mode) == 0o700
    assert not broker.answers()
    broker.tidy()


def test_a_broker_without_room_on_its_disk_ends_up_with_the_code_for_that(
    tmp_path: Path, signals: StopSignals, capsys: pytest.CaptureFixture[str]
) -> None:
    """Its log lies on the same disk and stays empty."""
    disk = Disk(tmp_path / "disk", 2)
    try:
        if not disk.real:
            pytest.skip("a small file system can only be mounted by root")
        broker = Broker(disk.folder / "redis")
        disk.fill()
        assert up._start(broker, signals) == exit_codes.DISK
        assert "no space is left on the disk of" in capsys.readouterr().err
        disk.free()
        assert not broker.is_out_of_room()
    finally:
        disk.close()
