"""`reelfeel score`: files, standard input and one text, scored in this process."""

from __future__ import annotations

import csv
import io
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

import cli

runner = CliRunner()
GOOD = "A wonderful film. I loved every minute of it, and the acting is superb."
BAD = "A terrible waste of time. The plot is awful and the acting is even worse."


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
    assert "1 rows were not scored" in result.stderr


def test_every_file_is_scored_into_the_folder(tmp_path: Path) -> None:
    for name, reviews in (("a", [GOOD]), ("b", [BAD, GOOD]), ("c", [BAD])):
        (tmp_path / f"{name}.txt").write_text("".join(f"{one}\n" for one in reviews))
    (tmp_path / "out").mkdir()
    sources = [str(tmp_path / f"{name}.txt") for name in "abc"]
    result = runner.invoke(cli.app, ["score", *sources, "-o", str(tmp_path / "out"), "--format", "jsonl"])
    assert result.exit_code == 0, result.output
    labels = {
        path.name: [json.loads(line)["label"] for line in path.open()] for path in sorted((tmp_path / "out").iterdir())
    }
    assert labels == {
        "a.scored.jsonl": ["positive"],
        "b.scored.jsonl": ["negative", "positive"],
        "c.scored.jsonl": ["negative"],
    }
    assert [line.split(": ")[1].split(" in ")[0] for line in result.stderr.splitlines()] == [
        "1 reviews scored",
        "2 reviews scored",
        "1 reviews scored",
    ]


def test_no_rejected_file_is_left_when_every_row_was_scored(tmp_path: Path) -> None:
    source = tmp_path / "reviews.txt"
    source.write_text(f"{GOOD}\n{BAD}\n")
    result = runner.invoke(cli.app, ["score", "-q", str(source)])
    assert result.exit_code == 0
    assert result.stderr == ""
    assert not list(tmp_path.glob("*.rejected.*"))


def test_standard_input_to_standard_output() -> None:
    result = runner.invoke(cli.app, ["score", "-", "--format", "jsonl", "-q"], input=f"{GOOD}\n{BAD}\n")
    assert result.exit_code == 0, result.output
    assert [json.loads(line)["label"] for line in io.StringIO(result.stdout)] == ["positive", "negative"]


def test_standard_input_is_read_as_what_it_is_said_to_be() -> None:
    """A CSV through a pipe: the heading is no review, the columns stay, the column of the reviews can be named."""
    table = f'id,note,words\n7,"{BAD}","{GOOD}"\n8,"{GOOD}","{BAD}"\n'
    arguments = ["score", "-", "--stdin-format", "csv", "--text-column", "words", "-q"]
    result = runner.invoke(cli.app, arguments, input=table)
    assert result.exit_code == 0, result.output
    rows = list(csv.DictReader(io.StringIO(result.stdout.lstrip("\ufeff"))))
    assert [(row["id"], row["words"], row["label"]) for row in rows] == [
        ("7", GOOD, "positive"),
        ("8", BAD, "negative"),
    ]


@pytest.mark.parametrize("suffix", ["pdf", "exe"])
def test_a_file_that_cannot_be_read_exits_65(tmp_path: Path, suffix: str) -> None:
    source = tmp_path / f"reviews.{suffix}"
    source.write_bytes(b"%PDF-1.7 nothing of ours")
    result = runner.invoke(cli.app, ["score", str(source)])
    assert result.exit_code == 65
    assert "(.pdf), which is not read" in result.stderr
    assert [path.name for path in tmp_path.iterdir() if path.is_file()] == [source.name]


def test_blas_computes_on_one_thread() -> None:
    look = "from threadpoolctl import threadpool_info as info; print([one['num_threads'] for one in info()])"
    code = f"from cli.common import load_scorer; load_scorer(None); {look}"
    env = {name: value for name, value in os.environ.items() if not name.endswith("_NUM_THREADS")}
    done = subprocess.run([sys.executable, "-c", code], env=env, capture_output=True, text=True, check=True)
    assert json.loads(done.stdout) == [1]
