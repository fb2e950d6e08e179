"""The 95 % interval of a share by Wilson's score (Wilson 1927, JASA 22): the one that model and reports use."""

import math
from typing import Final, NamedTuple

Z: Final = 1.959963984540054
"""The 97.5th percentile of the normal distribution."""


class Interval(NamedTuple):
    """Where a figure lies with 95 % confidence, in the figure's own unit."""

    low: float
    high: float

    @property
    def includes_zero(self) -> bool:
        """Whether a difference may be none."""
        return self.low <= 0 <= self.high

    def as_dict(self) -> dict[str, float]:
        """Plain values for JSON, six places."""
        return {"low": round(self.low, 6), "high": round(self.high, 6)}


def wilson(count: int, total: int, z: float = Z) -> Interval:
    """The score interval of a share: holds up with few reviews, and keeps a width at 0 % and 100 %.

    `z`: the percentile of the normal distribution, of another confidence than 95 %.
    ValueError without a review, or when `count` is not in it.
    """
    if not 0 <= count <= total or total < 1:
        raise ValueError(f"{count} of {total} is no share")
    share, n = count / total, total
    centre = (share + z * z / (2 * n)) / (1 + z * z / n)
    half = z / (1 + z * z / n) * math.sqrt(share * (1 - share) / n + z * z / (4 * n * n))
    # Exact at the ends, where rounding would leave the share itself just outside.
    return Interval(0.0 if count == 0 else max(0.0, centre - half), 1.0 if count == total else min(1.0, centre + half))
