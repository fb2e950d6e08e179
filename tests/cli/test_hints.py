"""Hints of the command line: options that exist, after the sentence."""

from __future__ import annotations

import re
from pathlib import Path

import typer
from typer.testing import CliRunner

import cli
from cli.hints import HINTS, with_hint
from worker.files.errors import EmptyFile, UnknownColumn


def test_a_refused_file_names_the_option(tmp_path: Path) -> None:
    path = tmp_path / "two.csv"
    path.write_text("id,n\n1,2\n3,4\n")
    done = CliRunner().invoke(cli.app, ["score", str(path)])
    assert done.exit_code == 65
    assert "No column looks like review texts among 'id', 'n'" in done.output
    assert done.output.rstrip().endswith("Use --text-column.")


def test_a_refusal_without_a_hint_is_its_sentence() -> None:
    assert with_hint(EmptyFile()) == str(EmptyFile())
    assert with_hint(UnknownColumn("a", ("b",))) == f"{UnknownColumn('a', ('b',))} Use --text-column."


def test_hints_name_options_that_exist() -> None:
    root = typer.main.get_command(cli.app)
    options: set[str] = set()
    waiting = [root]
    while waiting:
        command = waiting.pop()
        waiting += getattr(command, "commands", {}).values()
        options |= {option for parameter in command.params for option in parameter.opts}
    for hint in HINTS.values():
        assert set(re.findall(r"--[a-z-]+", hint)) <= options, hint
        assert "--" in hint or "`reelfeel " in hint
