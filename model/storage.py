"""Arrays on disk, whole or not at all."""

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray


def write_arrays(path: Path, arrays: dict[str, NDArray[Any]]) -> None:
    """Atomic .npz: a run killed while writing leaves the earlier file."""
    partial = path.with_suffix(".partial.npz")
    np.savez(partial, allow_pickle=False, **arrays)
    partial.replace(path)
