"""Logits are rounded as the exact ones are, whatever the last places of a runtime say."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from model.serving.exact_lstm import GRID, MARGIN, ExactLSTM
from tests.model.made_up import folder_of


@pytest.mark.parametrize(("groups", "hidden"), [((), 0), ((4, 3), 5)])
def test_a_batch_is_read_as_each_text_alone(tmp_path: Path, groups: tuple[int, ...], hidden: int) -> None:
    folder_of(tmp_path, 7, 5, words=30, groups=groups, hidden=hidden)
    exact = ExactLSTM(tmp_path)
    rng = np.random.default_rng(1)
    rows = [rng.integers(1, 30, length).astype(np.int32) for length in (3, 1, 40, 7, 7, 400)]
    together = exact.logits(rows)
    np.testing.assert_allclose(together, [exact.logits([row])[0] for row in rows], atol=1e-12)
    assert np.ptp(together) > 0.1


def test_what_the_error_of_a_runtime_would_decide_is_read_again(monkeypatch: pytest.MonkeyPatch) -> None:
    middle = 20.5 * GRID
    runtime = np.asarray([middle + 0.9 * MARGIN, middle - 0.9 * MARGIN, 20.2 * GRID, -20.7 * GRID, 0.0])
    truth = np.asarray([middle - 0.01 * MARGIN, middle + 0.01 * MARGIN])
    exact = ExactLSTM(Path("none"))
    monkeypatch.setattr(exact, "logits", lambda rows: truth[[int(row[0]) for row in rows]], raising=False)
    asked: list[int] = []

    def rows(numbers: Sequence[int]) -> list[np.ndarray]:
        asked.extend(numbers)
        return [np.asarray([number], dtype=np.int32) for number in numbers]

    assert exact.settled(runtime, rows).tolist() == [20 * GRID, 21 * GRID, 20 * GRID, -21 * GRID, 0.0]
    assert asked == [0, 1]


def test_two_runtimes_within_the_margin_agree_to_the_bit() -> None:
    rng = np.random.default_rng(3)
    truth = np.concatenate([rng.normal(0, 3, 5_000), (np.arange(5_000) + 0.5) * GRID + rng.normal(0, MARGIN, 5_000)])
    exact = ExactLSTM(Path("none"))
    exact.logits = lambda rows: truth[[int(row[0]) for row in rows]]  # type: ignore[method-assign]
    runtimes = [truth + rng.uniform(-MARGIN, MARGIN, len(truth)) for _ in range(2)]
    settled = [
        exact.settled(logits, lambda numbers: [np.asarray([number], dtype=np.int32) for number in numbers])
        for logits in runtimes
    ]
    assert settled[0].tolist() == settled[1].tolist()
    assert np.rint(runtimes[0] / GRID).tolist() != np.rint(runtimes[1] / GRID).tolist(), "nothing was in doubt"
