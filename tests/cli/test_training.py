"""The commands that make and judge models end with a sentence when something is missing; their work: tests/model."""

from __future__ import annotations

import importlib
import subprocess
import sys
from pathlib import Path

import pytest

from common.process import exit_codes
from tests.cli.conftest import Run


@pytest.mark.parametrize(
    ("arguments", "module"),
    [
        (["train", "a.toml"], "model.training.train"),
        (["pack", "a.toml"], "model.training.gpu.pack"),
        (["compare"], "model.experiments.compare"),
        (["tune", "a.toml"], "model.experiments.tune"),
    ],
)
def test_without_the_packages_of_training_it_says_how_to_get_them(
    run: Run, monkeypatch: pytest.MonkeyPatch, arguments: list[str], module: str
) -> None:
    package, _, name = module.rpartition(".")
    monkeypatch.delattr(importlib.import_module(package), name, raising=False)
    monkeypatch.setitem(sys.modules, module, None)
    output = run(*arguments, code=78)
    assert "run `make install-dev`" in output
    assert len(output.splitlines()) == 1


def test_a_model_folder_that_is_none_and_a_file_that_is_none(run: Run, tmp_path: Path) -> None:
    labelled = tmp_path / "labelled.csv"
    labelled.write_text("text,label\nA fine film.,1\nA dull film.,0\n")
    assert str(tmp_path) in run("evaluate", str(labelled), "--model", str(tmp_path), code=78)
    assert str(tmp_path) in run("stress", "--model", str(tmp_path), code=78)
    for command in ("evaluate", "stress"):
        assert "none.csv" in run(command, "none.csv", code=65)


@pytest.mark.parametrize("command", ["evaluate", "stress", "compare"])
def test_without_pandas_which_serving_lacks_it_says_so(command: str, tmp_path: Path) -> None:
    """In a process of its own: here pandas is loaded already."""
    file = tmp_path / "labelled.csv"
    file.write_text("review,label\nGood.,1\nBad.,0\n")
    arguments = [command] if command == "compare" else [command, str(file)]
    code = f"import sys; sys.modules['pandas'] = None; import cli; sys.argv = ['reelfeel', *{arguments!r}]; cli.app()"
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=False)
    assert ended.returncode == exit_codes.CONFIGURATION
    assert "run `make install-dev`" in ended.stderr
    assert "Traceback" not in ended.stderr
