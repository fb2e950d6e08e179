"""The front door: commands as a script meets them, with their exit codes."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer
from typer.testing import CliRunner

import cli
from common import settings

runner = CliRunner()
GOOD = "A wonderful film. I loved every minute of it, and the acting is superb."
BAD = "A terrible waste of time. The plot is awful and the acting is even worse."


@pytest.fixture(autouse=True)
def own_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Settings of this test alone."""
    for name in ("DATABASE_URL", "REDIS_URL", "DISCORD_TOKEN", "REELFEEL_MODEL_DIR"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("REELFEEL_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.chdir(tmp_path)
    settings.settings.cache_clear()


def test_a_text_is_scored_and_explained() -> None:
    result = runner.invoke(cli.app, ["score", "--text", f"{BAD} The music is wonderful.", "--explain"])
    assert result.exit_code == 0, result.output
    assert result.output.startswith("negative")
    assert "+" in next(line for line in result.output.splitlines() if "music" in line)


def test_a_file_is_scored_beside_itself_with_its_bad_rows(tmp_path: Path) -> None:
    source = tmp_path / "reviews.csv"
    source.write_text(f'id,review\n1,"{GOOD}"\n2,\n3,"{BAD}"\n')
    result = runner.invoke(cli.app, ["score", str(source)])
    assert result.exit_code == 0, result.output
    rows = list(csv.DictReader((tmp_path / "reviews.scored.csv").open()))
    assert [(row["id"], row["label"]) for row in rows] == [("1", "positive"), ("2", ""), ("3", "negative")]
    assert [row["row_number"] for row in csv.DictReader((tmp_path / "reviews.rejected.csv").open())] == ["2"]
    assert "2 reviews scored" in result.stderr
    assert "reviews/s" in result.stderr


def test_no_rejected_file_is_left_when_every_row_was_scored(tmp_path: Path) -> None:
    source = tmp_path / "reviews.txt"
    source.write_text(f"{GOOD}\n{BAD}\n")
    assert runner.invoke(cli.app, ["score", "-q", str(source)]).exit_code == 0
    assert not list(tmp_path.glob("*.rejected.*"))


def test_standard_input_to_standard_output() -> None:
    result = runner.invoke(cli.app, ["score", "-", "--format", "jsonl", "-q"], input=f"{GOOD}\n{BAD}\n")
    assert result.exit_code == 0, result.output
    assert [json.loads(line)["label"] for line in io.StringIO(result.stdout)] == ["positive", "negative"]


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["score"], 2, "either files"),
        (["score", "x.csv", "--text", "x"], 2, "either files"),
        (["score", "x.csv", "--explain"], 2, "works with --text"),
        (["score", "x.csv", "y.csv", "-o", "z.csv"], 2, "existing folder"),
        (["score", "missing.csv"], 65, "not a file"),
        (["score", "--text", "x", "--model", "nowhere"], 78, "nowhere"),
        (["train", "nowhere.toml"], 78, "nowhere.toml"),
        (["pack", "nowhere.toml"], 78, "nowhere.toml"),
        (["evaluate", "missing.csv"], 65, "missing.csv"),
        (["status"], 69, "db upgrade"),
        (["db", "check"], 69, "db upgrade"),
    ],
)
def test_errors_are_one_sentence_and_a_code(arguments: list[str], code: int, words: str) -> None:
    result = runner.invoke(cli.app, arguments)
    assert result.exit_code == code, result.output
    assert words in " ".join(result.stderr.replace("│", " ").split())
    assert "Traceback" not in result.output


def test_every_command_explains_itself() -> None:
    def walk(command: Any, words: list[str]) -> Iterator[list[str]]:
        yield words
        for name, inner in getattr(command, "commands", {}).items():
            yield from walk(inner, [*words, name])

    found = list(walk(typer.main.get_command(cli.app), []))
    for words in found:
        result = runner.invoke(cli.app, [*words, "--help"])
        assert result.exit_code == 0, words
        first = next(line for line in result.output.splitlines()[2:] if line.strip())
        assert len(first.split()) > 2, f"{words}: what it does"
    promised = [
        "up",
        "score",
        "bot",
        "worker",
        "db upgrade",
        "db check",
        "report",
        "data download",
        "train",
        "evaluate",
    ]
    assert {" ".join(words) for words in found} >= set(promised)


def test_a_file_that_cannot_be_read_exits_65(tmp_path: Path) -> None:
    source = tmp_path / "reviews.pdf"
    source.write_bytes(b"%PDF-1.7 nothing of ours")
    result = runner.invoke(cli.app, ["score", str(source)])
    assert result.exit_code == 65
    assert ".csv" in result.stderr
    assert [path.name for path in tmp_path.iterdir() if path.is_file()] == ["reviews.pdf"]


def test_a_wrong_setting_is_named_and_its_value_is_not(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REELFEEL_MAX_ROWS", "sesame")
    settings.settings.cache_clear()
    result = runner.invoke(cli.app, ["db", "check"])
    assert result.exit_code == 78
    assert "MAX_ROWS" in result.stderr
    assert "sesame" not in result.stderr


def test_a_fresh_database_is_upgraded_and_checked() -> None:
    assert runner.invoke(cli.app, ["db", "upgrade"]).exit_code == 0
    assert runner.invoke(cli.app, ["db", "check"]).exit_code == 0
    status = runner.invoke(cli.app, ["status"])
    assert status.exit_code == 0, status.output
    assert "nothing waits" in status.output
    assert "0 finished files" in status.output
