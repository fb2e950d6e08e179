"""The broker of `reelfeel up`: where its socket lies, and with which settings it runs."""

from __future__ import annotations

import stat
from pathlib import Path

from worker.local.broker import SOCKET, SOCKET_CHARS, Broker, command, socket_folder


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
