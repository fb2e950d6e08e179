"""Batches of reviews of like length: little padding, which is where an LSTM's time goes."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

# So many batches are sorted by length together: enough to cut padding to a few percent, few enough to stay shuffled.
_WINDOW = 50


def padded(rows: Sequence[NDArray[np.int32]]) -> NDArray[np.int32]:
    """Rows of word ids -> int32 [len(rows), longest], zeros at the end; at least one step wide."""
    width = max([1, *(len(row) for row in rows)])
    block = np.zeros((len(rows), width), dtype=np.int32)
    for number, row in enumerate(rows):
        block[number, : len(row)] = row
    return block


def shuffled(lengths: NDArray[np.int64], batch: int, rng: np.random.Generator) -> list[NDArray[np.int64]]:
    """Row numbers of one epoch's batches: shuffled, sorted by length inside windows, batches shuffled again."""
    order = rng.permutation(len(lengths))
    found: list[NDArray[np.int64]] = []
    for start in range(0, len(order), batch * _WINDOW):
        window = order[start : start + batch * _WINDOW]
        window = window[np.argsort(lengths[window], kind="stable")]
        found.extend(window[first : first + batch] for first in range(0, len(window), batch))
    return [found[number] for number in rng.permutation(len(found))]


def ordered(lengths: NDArray[np.int64], batch: int, budget: int) -> Iterator[NDArray[np.int64]]:
    """Row numbers by length in batches of `batch` at most and of `budget` steps (rows x longest) at most.

    A single row longer than the budget is a batch of its own.
    """
    order = np.argsort(lengths, kind="stable")
    start = 0
    while start < len(order):
        size = batch
        while size > 1 and size * int(lengths[order[min(start + size, len(order)) - 1]]) > budget:
            size //= 2
        yield order[start : start + size]
        start += size


def scored(
    rows: Sequence[NDArray[np.int32]], score: Callable[[NDArray[np.int32]], NDArray[Any]], batch: int, budget: int
) -> NDArray[np.float64]:
    """What `score` gives for each row (float64 [len(rows)], in the order of the rows), in batches as of `ordered`.

    score: a padded block int32 [rows, steps] -> one number a row.
    """
    lengths = np.asarray([len(row) for row in rows], dtype=np.int64)
    found = np.zeros(len(rows))
    for numbers in ordered(lengths, batch, budget):
        found[numbers] = score(padded([rows[number] for number in numbers]))
    return found


def drop_words(block: NDArray[np.int32], share: float, unknown: int, rng: np.random.Generator) -> NDArray[np.int32]:
    """Word dropout: each real word becomes `unknown` with probability `share`, which also trains that row."""
    if share <= 0:
        return block
    dropped = (rng.random(block.shape) < share) & (block != 0)
    return np.where(dropped, np.int32(unknown), block)
