"""A process tied to its parent."""

from __future__ import annotations

import subprocess
import sys

import pytest

from common.process.parent_death import tied_to_parent

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="only Linux ties a process to its parent")


def test_the_command_runs_in_its_place() -> None:
    done = subprocess.run(tied_to_parent([sys.executable, "-c", "print(6 * 7)"]), capture_output=True, check=True)
    assert done.stdout == b"42\n"


def test_it_does_not_begin_where_its_parent_is_gone() -> None:
    line = tied_to_parent([sys.executable, "-c", "print(6 * 7)"])
    line[line.index("-S") + 2] = "1"  # not the process that starts it
    done = subprocess.run(line, capture_output=True, check=False)
    assert (done.returncode, done.stdout) == (1, b"")
