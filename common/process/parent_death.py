"""Ties a process to its parent: when the parent dies, however it dies, so does this one.

`python parent_death.py PARENT_PID COMMAND...` asks Linux for SIGKILL at the parent's death (prctl(2),
PR_SET_PDEATHSIG, kept over execve) and becomes COMMAND. Imports nothing of ours, so that it costs milliseconds. Linux
ties a process to the parent's *thread*: only long-lived threads may start children.
"""

from __future__ import annotations

import os
import sys

_PR_SET_PDEATHSIG = 1
_SIGKILL = 9


def tied_to_parent(command: list[str]) -> list[str]:
    """The command line that runs this command tied to this process; the command itself where the system cannot."""
    if sys.platform != "linux":
        return command
    return [sys.executable, "-I", "-S", __file__, str(os.getpid()), *command]


def die_with(parent_pid: int) -> None:
    """Ties this process to its parent, where the system can."""
    if sys.platform != "linux":
        return
    import ctypes

    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, _SIGKILL)
    if os.getppid() != parent_pid:  # it died before we asked
        os._exit(1)


def _exec_tied(parent_pid: int, command: list[str]) -> None:
    die_with(parent_pid)
    os.execv(command[0], command)  # noqa: S606  # the list comes from our own supervisor


if __name__ == "__main__":
    _exec_tied(int(sys.argv[1]), sys.argv[2:])
