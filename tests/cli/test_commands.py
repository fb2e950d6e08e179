"""How commands end that did not end by themselves: one sentence, an exit code, no traceback."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from cli import scoring
from db.migrate import upgrade
from tests.cli.conftest import Run

ROOT = Path(__file__).parents[2]
LINE = "A warm film that I loved.\n"


def started(*arguments: str, stdout: int | None = subprocess.PIPE, **env_: str) -> subprocess.Popen[bytes]:
    env = os.environ | {"PYTHONPATH": str(ROOT)} | env_
    return subprocess.Popen(
        [sys.executable, "-m", "cli", *arguments],
        stdin=subprocess.PIPE, stdout=stdout, stderr=subprocess.PIPE, env=env,
    )  # fmt: skip


def test_a_reader_that_takes_one_line_and_goes() -> None:
    with started("score", "-", "-o", "-", "--format", "csv", "--quiet") as process:
        assert process.stdin is not None
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdin.write((LINE * 3000).encode())
        process.stdin.close()
        assert process.stdout.readline()
        process.stdout.close()
        said = process.stderr.read()
    assert process.returncode == 141
    assert said == b""


@pytest.mark.parametrize("command", [("status",), ("db", "new-key")])
def test_a_reader_that_is_gone_before_the_first_line(tmp_path: Path, command: tuple[str, ...]) -> None:
    upgrade(f"sqlite:///{tmp_path}/reelfeel.sqlite3")
    read, write = os.pipe()
    os.close(read)
    with os.fdopen(write) as nobody:
        process = started(*command, stdout=nobody.fileno(), REELFEEL_DATA_DIR=str(tmp_path))
        _, said = process.communicate(timeout=60)
    assert (process.returncode, said) == (141, b"")


def test_an_output_that_was_closed_before() -> None:
    line = f"exec {sys.executable} -m cli db new-key >&-"
    env = os.environ | {"PYTHONPATH": str(ROOT)}
    done = subprocess.run(["/bin/sh", "-c", line], env=env, stderr=subprocess.PIPE, check=False)
    assert (done.returncode, done.stderr) == (0, b"")


def test_ctrl_c(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(scoring, "load_scorer", interrupted)
    assert run("score", "some.csv", code=130).strip() == ""


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full")
def test_a_full_disk(tmp_path: Path) -> None:
    (tmp_path / "reviews.txt").write_text(LINE * 20)
    with Path("/dev/full").open("wb") as full:
        process = started("score", str(tmp_path / "reviews.txt"), "-o", "-", "-q", stdout=full.fileno())
        _, said = process.communicate(timeout=60)
    assert process.returncode == 74, said
    assert said.decode().startswith("reelfeel: No space is left on the disk")
    assert b"Traceback" not in said


def test_an_output_that_cannot_be_written(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def denied(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied", "/srv/out.csv")

    monkeypatch.setattr(scoring, "score_source", denied)
    monkeypatch.setattr(scoring, "load_scorer", lambda _: None)
    assert run("score", "some.csv", code=74) == "reelfeel: /srv/out.csv: Permission denied.\n"


def test_a_bug_keeps_its_traceback(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object, **__: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(scoring, "load_scorer", broken)
    with pytest.raises(AssertionError):  # the exit code of an error that nobody foresaw
        run("score", "some.csv", code=74)


@pytest.mark.parametrize("room", ["bot", "worker"])
def test_a_broker_whose_password_is_written_raw(run: Run, monkeypatch: pytest.MonkeyPatch, room: str) -> None:
    run("db", "upgrade")
    monkeypatch.setenv("DISCORD_TOKEN", "A" * 24 + "." + "B" * 6 + "." + "C" * 30)
    monkeypatch.setenv("REDIS_URL", "redis://:pa/ss@w#rd@127.0.0.1:6379/0")  # secret: made up
    for command in ((room,), ("status",)):
        said = run(*command, code=78)
        assert "REDIS_URL" in said
        assert "percent" in said
        assert not [piece for piece in ("pa/", "ss@w", "w#rd", "ss/w") if piece in said]
