"""The figures of one evaluation: what a model reaches on labelled reviews."""

from dataclasses import dataclass
from typing import Any

from model.evaluation.metrics import Metrics
from model.evaluation.slices import Slice


@dataclass(frozen=True, slots=True)
class Evaluation:
    """What `run` found.

    file_sha256: of the file evaluated; skipped: rows left out because they have no label; flags: how many verdicts
    carry each flag; reliability: 15 bins of mean probability and share positive, with its 95 % Wilson interval;
    coverage: accuracy on the most confident share of the reviews; intervals: 95 % bootstrap interval by figure, made by
    drawing `resampled` ("films" or "reviews", of which there are `units`); calibration: what the calibration error of a
    perfectly calibrated model would read (mean and 95 % quantile); aurc: mean error rate over all coverages; against:
    the same reviews with another model, or None.
    """

    model: str
    file: str
    file_sha256: str
    rows: str
    skipped: int
    metrics: Metrics
    flags: dict[str, int]
    reliability: list[dict[str, float]]
    coverage: list[dict[str, float]]
    intervals: dict[str, dict[str, float]]
    resampled: str
    units: int
    calibration: dict[str, float]
    aurc: float
    slices: list[Slice]
    against: dict[str, Any] | None

    def as_dict(self) -> dict[str, Any]:
        """Plain values for JSON."""
        plain = {name: getattr(self, name) for name in self.__slots__}
        return plain | {"metrics": self.metrics.as_dict(), "slices": [one.as_dict() for one in self.slices]}
