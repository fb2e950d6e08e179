"""What is looked at before a commit: `.ci/files`, and the hooks that run it with the tools of `.venv`."""

from __future__ import annotations

import subprocess
from importlib.machinery import SourceFileLoader
from importlib.util import module_from_spec, spec_from_loader
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parent.parent


def loaded() -> Any:
    """The script as a module; its name has no ending."""
    spec = spec_from_loader("commit_files", SourceFileLoader("commit_files", str(ROOT / ".ci" / "files")))
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


FILES = loaded()
TOKEN = ".".join(("MTIzNDU2Nzg5MDEyMzQ1Njc4", "GabcDe", "abcdefghijklmnopqrstuvwxyz0123"))
VALUE = "q8Zr" + "X2vLw0TnKp5" + "YdB7sGm1Hc"


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("bot/a.py", b"x = 1 \n", "bot/a.py:1: white space"),
        ("bot/a.py", b"x = 1\r\n", "bot/a.py:1: white space"),
        ("bot/a.py", b"x = 1", "one line break"),
        ("bot/a.py", b"x = 1\n\n", "one line break"),
        ("docs/big.txt", b"x\n" * 250_001, "over 500,000"),
        ("reviews.csv", b"text\n", "never belong"),
        (".env", b"A=1\n", "never belong"),
        ("bot/a.py", f"token = '{TOKEN}'\n".encode(), "token of a Discord bot"),
        ("a.yml", f"POSTGRES_PASSWORD: {VALUE}\n".encode(), "value that looks like a secret"),
        ("key.pem", b"-----BEGIN " + b"RSA PRIVATE KEY-----\n", "private key"),
        ("a.md", b"see ghp_" + b"a1B2c3D4e5F6g7H8i9J0" * 2 + b"\n", "GitHub"),
    ],
)
def test_what_is_wrong_is_named_with_its_line(name: str, content: bytes, words: str) -> None:
    (found,) = FILES.problems(name, content)
    assert words in found


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("bot/a.py", b"x = 1\n"),
        ("bot/__init__.py", b""),
        ("docs/edge.txt", b"x" * 499_999 + b"\n"),
        ("model/shipped/embedding.npy", b"\0" * 600_000),
        ("model/shipped/CARD.md", b"x  \n\n"),
        (".env.example", b"#DISCORD_TOKEN=\n"),
        ("a.yml", b"DISCORD_TOKEN: ${DISCORD_TOKEN:?set DISCORD_TOKEN in .env}\n"),
        ("tests/a.py", f"TOKEN = '{TOKEN}'  # {FILES.MADE_UP}\n".encode()),
    ],
)
def test_what_is_well_passes(name: str, content: bytes) -> None:
    assert FILES.problems(name, content) == []


@pytest.mark.skipif(not (ROOT / ".git").exists(), reason="not a checkout")
def test_every_file_of_the_repository_passes() -> None:
    done = subprocess.run([ROOT / ".ci" / "files"], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, "")


def test_hooks_need_no_foreign_host_and_run_what_is_there() -> None:
    config = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text(encoding="utf-8"))
    assert {one["repo"] for one in config["repos"]} == {"local"}
    lines = [hook["entry"].split() for one in config["repos"] for hook in one["hooks"]]
    tools = {line[0] for line in lines}
    assert tools == {".venv/bin/ruff", ".venv/bin/lint-imports", ".venv/bin/python"}
    assert [".venv/bin/python", ".ci/files"] in lines
    assert all(hook["language"] == "system" for one in config["repos"] for hook in one["hooks"])
