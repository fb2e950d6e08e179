"""Logits are rounded as the exact ones are, whatever the last places of a runtime say."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from model.serving import exact_lstm
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


@pytest.mark.parametrize("products", [1, 8, 100])
def test_whatever_stands_in_memory_at_once(tmp_path: Path, products: int, monkeypatch: pytest.MonkeyPatch) -> None:
    folder_of(tmp_path, 7, 5, words=30, groups=(), hidden=0)
    exact = ExactLSTM(tmp_path)
    rng = np.random.default_rng(1)
    rows = [rng.integers(1, 30, length).astype(np.int32) for length in (3, 1, 40, 7, 7)]
    whole = exact.logits(rows)
    monkeypatch.setattr(exact_lstm, "_PRODUCTS", products)
    np.testing.assert_allclose(exact.logits(rows), whole, atol=1e-12)


def test_the_weights_may_lie_in_another_file(tmp_path: Path) -> None:
    folder_of(tmp_path, 7, 5, words=30, groups=(), hidden=0)
    rows = [np.asarray(row, dtype=np.int32) for row in ([3, 4, 5], [6], [7, 8, 9, 10])]
    expected = ExactLSTM(tmp_path).logits(rows).tolist()
    (tmp_path / "keras_weights.npz").rename(tmp_path / "other.npz")
    assert ExactLSTM(tmp_path, "other.npz").logits(rows).tolist() == expected


def test_equal_texts_are_read_once(monkeypatch: pytest.MonkeyPatch) -> None:
    exact = ExactLSTM(Path("none"))
    read: list[list[int]] = []

    def batch(rows: Sequence[np.ndarray]) -> np.ndarray:
        read.extend(row.tolist() for row in rows)
        return np.asarray([row.sum() for row in rows], dtype=np.float64)

    monkeypatch.setattr(exact, "_batch", batch, raising=False)
    rows = [np.asarray(row, dtype=np.int32) for row in ([1, 2], [5], [1, 2], [5], [1, 2])]
    assert exact.logits(rows).tolist() == [3, 5, 3, 5, 3]
    assert sorted(read) == [[1, 2], [5]]
    assert exact.logits([]).tolist() == []


def test_long_texts_are_read_together(monkeypatch: pytest.MonkeyPatch) -> None:
    """Who sends many that only this path can settle must not make each take three times as long."""
    exact = ExactLSTM(Path("none"))
    sizes: list[int] = []

    def batch(rows: Sequence[np.ndarray]) -> np.ndarray:
        sizes.append(len(rows))
        return np.zeros(len(rows))

    monkeypatch.setattr(exact, "_batch", batch, raising=False)
    exact.logits([np.full(4_096, number, dtype=np.int32) for number in range(32)])
    assert sizes == [16, 16]


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
