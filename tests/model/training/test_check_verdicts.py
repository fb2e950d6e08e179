"""The command that prints the checks of verdicts: for which rows it asks, and what it prints."""

import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from model.training import check_verdicts


@pytest.mark.parametrize(
    ("card", "stars", "leaves", "constants"),
    [
        ({"verdict": {"stars": {"constants": [2, 9]}}}, object(), object(), (2.0, 9.0)),
        ({"verdict": {"stars": {"constants": [2, 9]}}}, None, None, None),
        ({}, object(), None, None),
    ],
)
def test_it_checks_the_validation_part_by_the_rules_of_the_folder(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    card: Any,
    stars: Any,
    leaves: Any,
    constants: Any,
) -> None:
    asked: list[Any] = []
    reviews = SimpleNamespace(take=lambda rows: ("reviews", rows.tolist()))
    task = SimpleNamespace(
        split=SimpleNamespace(validation=np.asarray([2, 0])), reviews=reviews, ratings=np.asarray([7, 8, 9])
    )
    scorer = SimpleNamespace(card={"metrics": card}, stars=stars, exit=leaves, version="lstm-x")

    def measured(*given: Any, exits: Any) -> dict[str, Any]:
        asked.append((given[1], given[2].tolist(), given[3], given[4], exits))
        return {"flags": 1}

    monkeypatch.setattr(check_verdicts, "Scorer", lambda folder, threads: scorer)
    monkeypatch.setattr(check_verdicts.assemble, "task_of", lambda folder, data: task)
    monkeypatch.setattr(check_verdicts, "measured", measured)
    assert check_verdicts.main([str(Path("somewhere"))]) == 0
    assert asked == [(("reviews", [2, 0]), [9, 7], constants, stars, [leaves] if leaves else [])]
    printed = json.loads(capsys.readouterr().out)
    assert printed.pop("seconds") >= 0
    assert printed == {"model": "lstm-x", "flags": 1}
