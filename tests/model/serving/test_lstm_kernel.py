"""The compiled cell: tiles of every machine, and what a block of units hears."""

from types import FunctionType

import numpy as np
import pytest

from model.machine_code import inlined
from model.serving import lstm_kernel

WORDS = 50


def _reviews(lengths: list[int]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    ids = np.random.default_rng(3).integers(1, WORDS, sum(lengths)).astype(np.int32)
    return ids, np.cumsum([0, *lengths[:-1]]), np.asarray(lengths)


def test_what_a_block_of_units_hears() -> None:
    weights = np.zeros((4, 30, 4, lstm_kernel.LANES), dtype=np.float32)
    weights[0, :, 2, 1] = 1.0
    weights[1, 5, 0, 0] = weights[1, 9, 3, 2] = -0.5
    weights[2, 29, 1, lstm_kernel.LANES - 1] = np.nan
    assert lstm_kernel.heard(weights).tolist() == [[0, 30], [5, 5], [29, 1], [0, 1]]


@pytest.mark.slow  # seconds of a processor
@pytest.mark.parametrize(("lanes", "rows"), [(4, 3), (8, 3), (16, 6)])
def test_other_machines_tiles_say_the_same(lanes: int, rows: int) -> None:
    rng = np.random.default_rng(5)
    units, width, words = 16, 16, 9
    _, starts, lengths = _reviews([25, 24, 24, 9, 3, 3, 1, 1])
    ids = rng.integers(0, words, lengths.sum()).astype(np.int32)
    table = rng.normal(0, 1, (words, 4, width)).astype(np.float32)
    weights = rng.normal(0, 0.3, (units, 4, width)).astype(np.float32)

    def run(lanes: int, rows: int) -> np.ndarray:
        tiles = {
            "LANES": lanes,
            "ROWS": rows,
            "_many": lstm_kernel.tile(lanes, rows),
            "_single": lstm_kernel.tile(lanes, 1),
        }
        direction = inlined(FunctionType(lstm_kernel._direction.__code__, {**vars(lstm_kernel), **tiles}))
        blocks = np.ascontiguousarray(table.reshape(words, 4, width // lanes, lanes).swapaxes(1, 2))
        panels = np.ascontiguousarray(weights.reshape(units, 4, width // lanes, lanes).transpose(2, 0, 1, 3))
        highest, total = np.full((len(lengths), width), -2, np.float32), np.zeros((len(lengths), width), np.float32)
        folded = blocks.reshape(words, -1)
        heard = lstm_kernel.heard(panels)
        direction(folded[:4], folded[4:].copy(), ids, starts, lengths, True, panels, heard, highest, total)
        return np.concatenate([highest, total])

    np.testing.assert_allclose(run(lanes, rows), run(lstm_kernel.LANES, 2), atol=1e-5)


def test_every_machine_gets_a_shape(monkeypatch: pytest.MonkeyPatch) -> None:
    shapes = []
    for features in ({"avx512f": True, "avx": True}, {"avx": True}, {"neon": True}, {}):
        monkeypatch.setattr(lstm_kernel.binding, "get_host_cpu_features", lambda found=features: found)
        shapes.append(lstm_kernel.shape_for_this_machine())
    assert shapes == [(16, 6), (8, 3), (4, 6), (4, 3)]
