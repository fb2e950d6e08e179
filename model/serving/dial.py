"""The dial: how far from 0.5 a probability must lie for verdicts beyond to be right at a wanted rate.

It reads the risk-coverage curve in the model's card, measured on validation reviews by `model.evaluation.metrics.dial`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

PERCENT = 100.0
_ROUNDING = 1e-9


class OutOfReach(ValueError):
    """An accuracy that the curve does not reach; `low`, `high`: the range that it holds, in percent, None for none."""

    def __init__(self, wanted: float, low: float | None, high: float | None) -> None:
        super().__init__(f"{wanted:g} % is out of reach")
        self.wanted, self.low, self.high = wanted, low, high


@dataclass(frozen=True, slots=True)
class Step:
    """Verdicts at least `half_width` from 0.5 are right `accuracy` of the time, and are `coverage` of all (0..1)."""

    accuracy: float
    half_width: float
    coverage: float


@dataclass(frozen=True, slots=True)
class Dial:
    """The curve, by rising accuracy; empty for a model that was measured without."""

    steps: tuple[Step, ...]

    @classmethod
    def of_card(cls, card: Mapping[str, Any]) -> "Dial":
        """The curve of a model folder's card (`model.serving.model_folder.read_card`)."""
        rows = card.get("metrics", {}).get("validation", {}).get("dial", [])
        return cls(tuple(Step(row["accuracy"], row["half_width"], row["coverage"]) for row in rows))

    @property
    def range(self) -> tuple[float, float] | None:
        """Least and greatest accuracy, in percent; None where there is no curve."""
        return (PERCENT * self.steps[0].accuracy, PERCENT * self.steps[-1].accuracy) if self.steps else None

    def at(self, percent: float) -> Step:
        """The first step that reaches an accuracy of so many percent. Raises OutOfReach."""
        low, high = self.range or (None, None)
        if low is None or high is None or not low - _ROUNDING <= percent <= high + _ROUNDING:
            raise OutOfReach(percent, low, high)
        return self._step(percent)

    def half_width(self, percent: float) -> float:
        """How far from 0.5 verdicts must lie. Beyond what the curve reaches: 1, so that nothing is promised."""
        reach = self.range
        return 1.0 if reach is None or percent > reach[1] + _ROUNDING else self._step(percent).half_width

    def _step(self, percent: float) -> Step:
        return next(step for step in self.steps if PERCENT * step.accuracy >= percent - _ROUNDING)
