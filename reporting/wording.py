"""What a report says in sentences, unescaped."""

from __future__ import annotations

from typing import Final

from common.i18n import mark, percent_range, signed, tr
from reporting.intervals import Interval, mean_difference, newcombe
from reporting.tables import ReportPart

SHARE_DIFFERS: Final = mark(
    "Share of positive reviews: {points} percentage points ({low} to {high}), a real difference."
)
SHARE_MAY_BE_CHANCE: Final = mark(
    "Share of positive reviews: {points} percentage points ({low} to {high}), which could be chance."
)
AVERAGE_DIFFERS: Final = mark("Average probability: {moved} ({low} to {high}), a real difference.")
AVERAGE_MAY_BE_CHANCE: Final = mark("Average probability: {moved} ({low} to {high}), which could be chance.")


def share_range(interval: Interval) -> str:
    """An interval of a share in whole percent."""
    return percent_range(interval.low, interval.high)


def differences(one: ReportPart, other: ReportPart) -> list[str]:
    """What differs between two reports and whether chance alone may have made it so, a sentence each.

    Shares by Newcombe's interval of a difference, averages by Welch's; both at 95 %, first minus second.
    """
    mine, theirs = one.report, other.report
    if not mine.total or not theirs.total:
        return [tr("One side has no review, so there is nothing to compare.")]
    share = newcombe(mine.n_positive, mine.total, theirs.n_positive, theirs.total)
    points = 100 * (mine.n_positive / mine.total - theirs.n_positive / theirs.total)
    sentences = [
        tr(
            SHARE_MAY_BE_CHANCE if share.includes_zero else SHARE_DIFFERS,
            points=signed(points, 1),
            low=signed(share.low * 100, 1),
            high=signed(share.high * 100, 1),
        )
    ]
    if None not in (mine.mean_probability, mine.deviation, theirs.mean_probability, theirs.deviation):
        assert mine.mean_probability is not None
        assert theirs.mean_probability is not None
        average = mean_difference(
            (mine.mean_probability, mine.deviation or 0.0, mine.total),
            (theirs.mean_probability, theirs.deviation or 0.0, theirs.total),
        )
        moved = mine.mean_probability - theirs.mean_probability
        sentences.append(
            tr(
                AVERAGE_MAY_BE_CHANCE if average.includes_zero else AVERAGE_DIFFERS,
                moved=signed(moved, 3),
                low=signed(average.low, 3),
                high=signed(average.high, 3),
            )
        )
    return sentences
