"""Groups of units that hear no other group (Kuchaiev & Ginsburg 2017, "Factorization tricks for LSTM networks").

The weights lie as Keras has them for one group: in the squares [units, units] of the four gates in a recurrent kernel
[units, 4 units] everything outside the blocks on the diagonal, one a group, is exactly 0.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Weights = dict[str, NDArray[np.float32]]
DIRECTIONS = ("forward", "backward")
_GATES = 4


def _slices(sizes: Sequence[int]) -> list[slice]:
    ends = np.cumsum(sizes).tolist()
    return [slice(end - size, end) for size, end in zip(sizes, ends, strict=True)]


def mask(sizes: Sequence[int]) -> NDArray[np.float32]:
    """1 where a recurrent kernel (float32 [units, 4 units]) of groups of those sizes may have weights, else 0."""
    return joined([np.ones((size, _GATES * size), dtype=np.float32) for size in sizes])


def joined(blocks: Sequence[NDArray[np.float32]]) -> NDArray[np.float32]:
    """The recurrent kernel (float32 [units, 4 units]) of groups whose own are float32 [size, 4 size] each."""
    sizes = [len(block) for block in blocks]
    found = np.zeros((sum(sizes), _GATES, sum(sizes)), dtype=np.float32)
    for own, block in zip(_slices(sizes), blocks, strict=True):
        found[own, :, own] = block.reshape(len(block), _GATES, len(block))
    return found.reshape(len(found), -1)


def sizes(weights: Weights) -> tuple[int, ...]:
    """Of the most groups that the recurrent weights allow; (units,) where they are dense."""
    kernels = [weights[f"{direction}_recurrent"] for direction in DIRECTIONS]
    units = len(kernels[0])
    joins = sum((kernel.reshape(units, _GATES, units) != 0).any(axis=1) for kernel in kernels)
    both = joins + np.transpose(joins) + np.eye(units)
    # The last unit that each one is joined with; a group ends where none before reaches farther.
    reach = np.maximum.accumulate(units - 1 - np.argmax(both[:, ::-1] > 0, axis=1))
    ends = np.flatnonzero(reach == np.arange(units)) + 1
    return tuple(np.diff(ends, prepend=0).tolist())


def parts(weights: Weights, sizes: Sequence[int]) -> list[Weights]:
    """Kernel, recurrent kernel and bias of both directions: for each group what a network of it alone would have."""
    found: list[Weights] = [{} for _ in sizes]
    for direction in DIRECTIONS:
        kernel, recurrent, bias = (weights[f"{direction}_{name}"] for name in ("kernel", "recurrent", "bias"))
        for own, part in zip(_slices(sizes), found, strict=True):
            for name, values in (("kernel", kernel), ("recurrent", recurrent[own]), ("bias", bias)):
                gates = values.reshape(*values.shape[:-1], _GATES, -1)[..., own]
                part[f"{direction}_{name}"] = gates.reshape(*values.shape[:-1], -1)
    return found


def whole(parts: Sequence[Weights]) -> Weights:
    """The inverse of `parts`."""
    found: Weights = {}
    for direction in DIRECTIONS:
        found[f"{direction}_recurrent"] = joined([part[f"{direction}_recurrent"] for part in parts])
        for kind in ("kernel", "bias"):
            split = [np.split(part[f"{direction}_{kind}"], _GATES, axis=-1) for part in parts]
            gates = [np.concatenate(gate, axis=-1) for gate in zip(*split, strict=True)]
            found[f"{direction}_{kind}"] = np.concatenate(gates, axis=-1)
    return found
