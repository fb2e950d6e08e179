"""What commands share: how they end, settings, versions, and what a terminal shows."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

import cli
from cli import common
from common import settings
from db.errors import (
    DatabaseFull,
    DatabaseUnavailable,
    NoSpace,
    NotFound,
    QuotaExceeded,
    SchemaOutdated,
    WrongDatabaseUrl,
)
from model import SHIPPED
from model.serving.model_folder import verify
from tests.cli.conftest import Run

ROOT = Path(__file__).parents[2]
runner = CliRunner()


def test_a_wrong_setting_is_named_and_its_value_is_not(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REELFEEL_MAX_ROWS", "sesame")
    settings.settings.cache_clear()
    result = runner.invoke(cli.app, ["db", "check"])
    assert result.exit_code == 78
    assert "MAX_ROWS" in result.stderr
    assert "sesame" not in result.stderr


def test_versions_are_those_of_the_project_and_of_the_model_that_would_score(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    result = runner.invoke(cli.app, ["--version"])
    assert result.exit_code == 0, result.output
    assert result.output == f"reelfeel {project['version']}\nmodel {verify(SHIPPED)}\n"
    monkeypatch.setenv("REELFEEL_MODEL_DIR", str(tmp_path / "none"))
    settings.settings.cache_clear()
    broken = runner.invoke(cli.app, ["--version"])
    assert broken.exit_code == 78
    assert broken.stdout == f"reelfeel {project['version']}\n"
    assert str(tmp_path / "none") in broken.stderr


def test_a_name_that_is_no_setting_is_said_before_anything_is_done(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REELFEEL_MAX_ROW", "7")
    assert (
        run("db", "check", code=78) == "reelfeel: There is no setting REELFEEL_MAX_ROW: is REELFEEL_MAX_ROWS meant?\n"
    )


@pytest.mark.parametrize(
    "command", [("bot",), ("worker",), ("status",), ("health", "bot"), ("db", "upgrade"), ("db", "check"), ("audit",)]
)
def test_an_option_of_another_library_in_the_databases_url(
    run: Run, monkeypatch: pytest.MonkeyPatch, command: tuple[str, ...]
) -> None:
    monkeypatch.setenv("DISCORD_TOKEN", "A" * 24 + "." + "B" * 6 + "." + "C" * 30)
    monkeypatch.setenv("DATABASE_URL", "postgresql://reelfeel:quokka9@127.0.0.1:1/reelfeel?pgbouncer=true")
    said = run(*command, code=78)
    assert "pgbouncer" in said
    assert "DATABASE_URL" in said
    assert "quokka9" not in said


@pytest.mark.parametrize(
    ("text", "limit", "line"),
    [
        ("A fine\r\n film\t!", 20, "A fine film !"),
        ("\x1b]0;title\x07\x1b[31mred", 20, "]0;title[31mred"),
        ("a\u202eb\u200bc", 20, "abc"),
        ("twelve signs", 12, "twelve signs"),
        ("twelve signs", 11, "twelve sig…"),
    ],
)
def test_somebodys_words_are_one_line_that_a_terminal_does_not_obey(text: str, limit: int, line: str) -> None:
    assert common.plain_line(text, limit) == line


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (SchemaOutdated("x"), 78),
        (WrongDatabaseUrl("x"), 78),
        (DatabaseFull("x"), 74),
        (DatabaseUnavailable("x"), 69),
    ],
)
def test_a_database_that_cannot_be_used_ends_a_command(
    error: Exception, code: int, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(typer.Exit) as ended, common.database_errors():
        raise error
    assert ended.value.exit_code == code
    assert capsys.readouterr().err == "reelfeel: x\n"


@pytest.mark.parametrize(
    ("error", "code"),
    [(QuotaExceeded(3, 3), 75), (NoSpace("user", used=1, space=1, size=1), 75), (NotFound("job", 7), 1)],
)
def test_what_the_rules_refuse_ends_a_command(error: Exception, code: int) -> None:
    with pytest.raises(typer.Exit) as ended, common.refusals():
        raise error
    assert ended.value.exit_code == code


@pytest.mark.parametrize(
    ("first", "name", "way"),
    [
        ((3, 11), "tensorflow", "run `make clean install-dev PYTHON=python3.13`, for TensorFlow has no package"),
        ((3, 11), "keras", "run `make clean install-dev PYTHON=python3.13`, for TensorFlow has no package"),
        ((3, 11), "pandas", "run `make install-dev` ("),
        ((99,), "tensorflow", "run `make install-dev` ("),
    ],
)
def test_where_tensorflow_has_no_package_another_python_is_named(
    first: tuple[int, ...],
    name: str,
    way: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(common, "WITHOUT_TENSORFLOW", first)
    with pytest.raises(typer.Exit) as ended, common.model_errors("training"):
        raise ModuleNotFoundError(f"No module named '{name}'", name=name)
    assert ended.value.exit_code == 78
    assert way in capsys.readouterr().err


def test_what_only_the_host_can_mend_is_no_refusal() -> None:
    with pytest.raises(DatabaseUnavailable), common.refusals():
        raise DatabaseUnavailable("gone")


def test_each_stage_is_one_line_of_the_progress_bar() -> None:
    with common.progress(quiet=True) as bar:
        update = common.stages_of(bar)
        for stage, done, total in (("read", 1, 0), ("read", 2, 0), ("fit", 1, 4)):
            update(stage, done, total)
        assert [(task.description, task.completed, task.total) for task in bar.tasks] == [
            ("read", 2, None),
            ("fit", 1, 4),
        ]


@pytest.mark.parametrize(("count", "words"), [(0, "0 rows"), (1, "1 row"), (2, "2 rows"), (1200, "1,200 rows")])
def test_a_count_stands_with_its_word(count: int, words: str) -> None:
    assert common.counted(count, "row") == words


def test_a_plural_may_be_irregular() -> None:
    assert [common.counted(n, "copy", "copies") for n in (0, 1, 2)] == ["0 copies", "1 copy", "2 copies"]


def test_no_sentence_of_the_command_line_has_a_plural_of_its_own() -> None:
    """`1 rows` came from words glued to counts."""
    words = r"\{[^{}]*\} (?:row|review|file|text|theme|part|note|copie|correction)s\b(?!/)"
    glued = [
        f"{path.name}: {line.strip()}"
        for path in sorted(Path(cli.__file__).parent.glob("*.py"))
        for line in path.read_text("utf-8").splitlines()
        if re.search(words, line) and "{one.reviews:>7,}" not in line
    ]
    assert glued == []
