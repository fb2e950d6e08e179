"""Two machines on one: each a network namespace of its own with nothing writable in common.

A machine reaches the host only over its one cable (a veth pair), by TCP, as a real one does. On the host's end of the
cable stand doors to the broker's and the database's sockets.
"""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

HIDE = (
    "mount --make-rprivate / && mount --bind / / && mount -o remount,bind,ro / && mount -t tmpfs none /tmp"
    ' && hostname "$1" && export TMPDIR=/tmp && shift && exec "$@"'
)
"""In mount and host name namespaces of its own: all files are read-only, /tmp is empty and nobody else's."""


@dataclass(frozen=True)
class Machine:
    """`inside`: the command that runs what follows it there; `host`: our address as seen from there."""

    name: str
    host: str
    inside: tuple[str, ...]


def possible() -> bool:
    """Whether this user may make such machines: root with network namespaces."""
    if os.getuid() != 0 or shutil.which("ip") is None or shutil.which("unshare") is None:
        return False
    name = f"rf{os.getpid()}t"
    made = subprocess.run(["ip", "netns", "add", name], capture_output=True, check=False).returncode == 0
    if not made:
        return False
    wired = subprocess.run(
        ["ip", "netns", "exec", name, "unshare", "-mu", "sh", "-c", HIDE, "sh", name, "ip", "link", "set", "lo", "up"],
        capture_output=True,
        check=False,
    )
    subprocess.run(["ip", "netns", "del", name], check=False)
    return wired.returncode == 0


@contextmanager
def machine(number: int) -> Iterator[Machine]:
    """A machine, gone afterwards. `number`: 1 to 250, different for those at the same time."""
    tag = f"rf{os.getpid() % 10_000}{number}"
    # By process as well: a run that was killed leaves its cables behind, and another may be running.
    ours, theirs, network = f"{tag}a", f"{tag}b", f"10.{os.getpid() % 200 + 16}.{number}"
    for line in (
        f"ip netns add {tag}",
        f"ip link add {ours} type veth peer name {theirs} netns {tag}",
        f"ip address add {network}.1/24 dev {ours}",
        f"ip link set {ours} up",
        f"ip -n {tag} address add {network}.2/24 dev {theirs}",
        f"ip -n {tag} link set {theirs} up",
        f"ip -n {tag} link set lo up",
    ):
        subprocess.run(line.split(), check=True)
    name = f"machine-{number}"
    try:
        # The path of `ip`: a tied_to_parent command is not looked for.
        enter = (str(shutil.which("ip")), "netns", "exec", tag, "unshare", "-mu", "sh", "-c", HIDE, "sh", name)
        yield Machine(name, f"{network}.1", enter)
    finally:
        subprocess.run(["ip", "netns", "del", tag], check=True)


class Door:
    """A TCP port that leads to a unix socket of this host."""

    def __init__(self, host: str, path: Path) -> None:
        self._path = path
        self._server = socket.create_server((host, 0))
        self.port = int(self._server.getsockname()[1])
        threading.Thread(target=self._open, daemon=True).start()

    def close(self) -> None:
        """No new connections; those that are open end with their users."""
        self._server.close()

    def _open(self) -> None:
        with suppress(OSError):
            while True:
                guest, _ = self._server.accept()
                inner = socket.socket(socket.AF_UNIX)
                inner.connect(str(self._path))
                for a, b in ((guest, inner), (inner, guest)):
                    threading.Thread(target=_carry, args=(a, b), daemon=True).start()


def _carry(source: socket.socket, target: socket.socket) -> None:
    with suppress(OSError):
        while data := source.recv(65536):
            target.sendall(data)
    for one in (source, target):
        with suppress(OSError):
            one.shutdown(socket.SHUT_RDWR)
