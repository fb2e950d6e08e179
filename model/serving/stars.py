"""A star estimate (1 to 10) from the calibrated logit: a rising step function, fitted by `model.training.fit_stars`."""

from bisect import bisect_right
from dataclasses import dataclass

import numpy as np

from model.numeric import Floats

GRID: Floats = np.arange(1.0, 10.01, 0.5)


@dataclass(frozen=True, slots=True)
class Stars:
    """bounds: rising logits, one fewer than `GRID`; the estimate is the grid's value after the last one reached."""

    bounds: tuple[float, ...]

    def of(self, logit: float) -> float:
        """Stars (1 to 10 in halves) for a calibrated logit."""
        return float(GRID[bisect_right(self.bounds, logit)])
