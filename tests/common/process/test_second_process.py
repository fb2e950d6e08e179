"""Work in a copy of the process: its result and its errors come back, and nothing is left of it, however all ends."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from common.process import second_process
from common.process.second_process import beside

LINUX = pytest.mark.skipif(sys.platform != "linux", reason="only on Linux a copy is made")

BEGIN = """
import os, signal, sys, time
from common.errors import UserError
from common.process import second_process
from common.process.second_process import WorkFailed, beside
second_process.usable_cpus = lambda: 2
me = os.getpid()
def here():
    return os.getpid() == me
"""


def ended(program: str) -> subprocess.Popen[str]:
    """A process that runs this, begun; its output ends when it and its copy have."""
    code = BEGIN + textwrap.dedent(program)
    return subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)


def printed(program: str) -> str:
    out, _ = ended(program).communicate(timeout=60)
    return out.strip()


@LINUX
@pytest.mark.parametrize(
    ("program", "words"),
    [
        ("""
         with beside(lambda: (here(), "x" * 1_000_000)) as result:
             there, text = result()
         print(there, len(text), len(os.listdir("/proc/self/task")), here())
         """, "False 1000000 1 True"),
        ("""
         def refuse():
             raise UserError("Nobody gave texts.")
         try:
             with beside(refuse) as result:
                 result()
         except UserError as error:
             print(error)
         """, "Nobody gave texts."),
        ("""
         def work():
             return {}[here()]
         try:
             with beside(work) as result:
                 result()
         except WorkFailed as error:
             print(error)
         """, "KeyError at <string>:12 work"),
        ("""
         def unlucky():
             if not here():
                 os.kill(os.getpid(), 9)
             return here()
         with beside(unlucky) as result:
             print(result())
         """, "True"),
        ("""
         with beside(lambda: time.sleep(3600)):
             print("not asked")
         """, "not asked"),
        ("""
         try:
             with beside(lambda: time.sleep(3600)) as result:
                 os.kill(me, signal.SIGINT)
                 result()
         except KeyboardInterrupt:
             print("stopped")
         """, "stopped"),
        ("""
         ours, its = os.pipe()
         def work():
             os.read(ours, 1)
             os.killpg(0, signal.SIGINT)
             return here()
         os.setpgid(0, 0)
         with beside(work) as result:
             signal.signal(signal.SIGINT, lambda *_: None)
             os.write(its, b"..")
             print(result())
         """, "False"),
        ("""
         import threading
         end = threading.Event()
         threading.Thread(target=end.wait).start()
         with beside(here) as result:
             print(result())
         end.set()
         """, "True"),
        ("""
         os.fork = lambda: (_ for _ in ()).throw(BlockingIOError(11, "no more processes"))
         with beside(here) as result:
             print(result())
         """, "True"),
    ],
    ids=["result", "refusal", "mistake", "killed", "not asked", "ctrl-c", "its ctrl-c", "threads", "no process"],
)  # fmt: skip
def test_how_it_ends(program: str, words: str) -> None:
    assert printed(program) == words


@LINUX
def test_it_dies_with_its_parent() -> None:
    """Its output ends, though nothing of the parent ran any more."""
    process = ended(
        """
        def work():
            print("at work", flush=True)
            time.sleep(3600)
        with beside(work) as result:
            result()
        """
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "at work\n"
    os.kill(process.pid, signal.SIGKILL)
    out, _ = process.communicate(timeout=60)
    assert out == ""


@pytest.mark.parametrize(("cpus", "threads"), [(1, Path("/proc/self/task")), (2, Path("/none/self/task"))])
def test_without_a_second_processor_or_proc_the_work_is_done_here_when_it_is_asked_for(
    monkeypatch: pytest.MonkeyPatch, cpus: int, threads: Path
) -> None:
    monkeypatch.setattr(second_process, "usable_cpus", lambda: cpus)
    monkeypatch.setattr(second_process, "THREADS", threads)
    done: list[int] = []
    with beside(lambda: done.append(os.getpid())) as result:
        assert done == []
        result()
    assert done == [os.getpid()]
