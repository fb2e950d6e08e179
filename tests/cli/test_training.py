"""The commands that make and judge models end with a sentence when something is missing; their work: tests/model."""

from __future__ import annotations

import importlib
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

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


@pytest.fixture(scope="module")
def without_pandas(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[Any]]:
    """How each command ended and what it said, in a process of its own: here pandas is loaded already."""
    file = tmp_path_factory.mktemp("labelled") / "labelled.csv"
    file.write_text("review,label\nGood.,1\nBad.,0\n")
    ended = subprocess.run([sys.executable, "-c", WITHOUT_PANDAS, str(file)], stdout=subprocess.PIPE, check=True)
    return dict(json.loads(ended.stdout))


WITHOUT_PANDAS = """
import contextlib, io, json, sys
sys.modules["pandas"] = None
import cli
ended = {}
for arguments in (["evaluate", sys.argv[1]], ["stress", sys.argv[1]], ["compare"]):
    with contextlib.redirect_stderr(io.StringIO()) as said:
        try:
            cli.app(arguments)
        except SystemExit as end:
            ended[arguments[0]] = end.code, said.getvalue()
print(json.dumps(ended))
"""


@pytest.mark.parametrize("command", ["evaluate", "stress", "compare"])
def test_without_pandas_which_serving_lacks_it_says_so(command: str, without_pandas: dict[str, list[Any]]) -> None:
    code, said = without_pandas[command]
    assert code == exit_codes.CONFIGURATION
    assert "run `make install-dev`" in said
    assert "Traceback" not in said
