"""The group of all commands: whatever ends one, a person reads a sentence and a script an exit code, no traceback."""

from __future__ import annotations

import errno
import os
import sys
from typing import Any, Final

import typer
from typer.core import TyperGroup

from cli.common import stop
from common.errors import Misconfigured
from common.process import exit_codes

DENIED: Final = (errno.EACCES, errno.EPERM, errno.EROFS, errno.ENOENT, errno.ENOTDIR, errno.EISDIR, errno.EIO)
"""What a host mends on their disk. Other errors of the system are ours, and keep their traceback."""


class Commands(TyperGroup):
    """Runs a command and ends what it did not foresee: a full disk, a file out of reach, a reader that went away.

    Ctrl-C is Typer's: exit code 130 without a word.
    """

    def invoke(self, ctx: Any) -> Any:
        """The command's own result; name and context are click's, of which Typer has a copy of its own."""
        try:
            try:
                return super().invoke(ctx)
            finally:
                if sys.stdout is not None:  # none where it was closed before we started
                    sys.stdout.flush()  # here, where its error is still caught
        except Misconfigured as error:
            stop(error, exit_codes.CONFIGURATION)
        except BrokenPipeError:
            _silence()
            raise typer.Exit(exit_codes.READER_GONE) from None
        except OSError as error:
            if error.errno in exit_codes.FULL:
                stop(no_space(error), exit_codes.DISK)
            if error.errno in DENIED and error.filename is not None:
                stop(f"{error.filename}: {error.strerror}.", exit_codes.DISK)
            raise


def no_space(error: OSError) -> str:
    """The sentence for a full disk, with the file where one is known."""
    where = "" if error.filename is None else f" of {error.filename}"
    return f"No space is left on the disk{where}: free some and start again."


def _silence() -> None:
    """What is left in the buffers goes nowhere: Python flushes them at its end, and would say what went wrong."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    for stream in filter(None, (sys.stdout, sys.stderr)):
        try:
            stream.flush()
        except OSError:
            os.dup2(nowhere, stream.fileno())
