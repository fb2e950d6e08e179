"""`reelfeel inspect`: how a file will be read."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

import pytest
from typer.testing import CliRunner

import cli

runner = CliRunner()


def test_a_file_is_shown_as_it_will_be_read(tmp_path: Path) -> None:
    source = tmp_path / "a.txt"
    source.write_text("Club\n\nfilm;review\nA;A warm film, yes\nB;\nC;Dull\n", encoding="utf-8")
    shown = runner.invoke(cli.app, ["inspect", str(source)])
    assert shown.exit_code == 0, shown.output
    assert "2 reviews, 1 row rejected" in shown.output
    assert "row 1 is skipped: a line above the header" in shown.output
    found = json.loads(runner.invoke(cli.app, ["inspect", str(source), "--json"]).output)
    assert (found["format"], found["delimiter"], found["rows"]) == ("csv", ";", 2)
    assert found["columns"]["film"] == "film"


def test_options_say_how(tmp_path: Path) -> None:
    source = tmp_path / "a.csv"
    source.write_bytes("фильм!отзыв\nСад!Хороший фильм, да\n".encode("cp1251"))
    said = ["--encoding", "cp1251", "--delimiter", "!", "--film-column", "column_1", "--no-header"]
    found = json.loads(runner.invoke(cli.app, ["inspect", str(source), "--json", *said]).output)
    assert (found["rows"], found["header_row"], found["encoding"]) == (2, None, "cp1251")
    assert found["columns"]["film"] == "column_1"


def test_standard_input_is_read_too() -> None:
    found = runner.invoke(cli.app, ["inspect", "-", "--json"], input="A warm film\nDull\n")
    assert json.loads(found.output)["rows"] == 2


def test_what_cannot_be_read_ends_with_65_and_a_sentence(tmp_path: Path) -> None:
    source = tmp_path / "a.csv"
    source.write_text("Film\nQuiet Harbour\nIron Garden\n", encoding="utf-8")
    refused = runner.invoke(cli.app, ["inspect", str(source)])
    assert refused.exit_code == 65
    assert "names of films" in refused.output
    assert runner.invoke(cli.app, ["inspect", str(tmp_path / "none.csv")]).exit_code == 65


def test_a_pipe_is_read_as_score_reads_it(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("review\nA fine film.\nA dull film.\n")
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    with subprocess.Popen(["/bin/sh", "-c", f"cat '{tmp_path}/a.csv' > '{pipe}'"]):
        result = runner.invoke(cli.app, ["inspect", str(pipe), "--json", "--stdin-format", "csv"])
    assert json.loads(result.stdout)["rows"] == 2


@pytest.mark.parametrize("command", ["inspect", "score"])
def test_what_is_not_there_is_said_in_the_same_words(tmp_path: Path, command: str) -> None:
    for name, why in ((str(tmp_path), "it is a folder"), (str(tmp_path / "none.csv"), "there is no such file")):
        result = runner.invoke(cli.app, [command, name])
        assert result.exit_code == 65
        assert f"{name} cannot be opened ({why})" in " ".join(result.stderr.split())
