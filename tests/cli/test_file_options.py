"""Options of review files: the accuracy that is asked for, and where a source comes from."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
import typer

from cli.file_options import is_piped, step_of
from model.serving.dial import Dial, Step
from worker.files.errors import CannotOpen

DIAL = Dial((Step(0.95, 0.1, 0.9), Step(0.99, 0.4, 0.5)))


@pytest.mark.parametrize(
    ("dial", "percent", "words"),
    [
        (DIAL, 94.9, "--accuracy goes from 95 to 99 with this model."),
        (DIAL, 99.5, "--accuracy goes from 95 to 99 with this model."),
        (Dial(()), 97.0, "--accuracy: this model was not measured for it."),
    ],
)
def test_an_accuracy_out_of_reach_names_the_range(dial: Dial, percent: float, words: str) -> None:
    with pytest.raises(typer.BadParameter) as refused:
        step_of(dial, percent)
    assert refused.value.message == words


def test_an_accuracy_has_the_first_step_that_reaches_it() -> None:
    assert step_of(DIAL, 95.0).half_width == 0.1
    assert step_of(DIAL, 95.1).half_width == 0.4


def test_standard_input_and_pipes_are_streams_and_files_are_not(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "a.csv").write_text("review\n")
    assert is_piped("-")
    assert is_piped(str(tmp_path / "pipe"))
    assert not is_piped(str(tmp_path / "a.csv"))


@pytest.mark.parametrize(("name", "why"), [("", "it is a folder"), ("none.csv", "there is no such file")])
def test_what_cannot_be_opened_is_told(tmp_path: Path, name: str, why: str) -> None:
    with pytest.raises(CannotOpen, match=why):
        is_piped(str(tmp_path / name))
