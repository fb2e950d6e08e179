"""What a report says in sentences, unescaped."""

from __future__ import annotations

from common.i18n import tr
from reporting.intervals import Interval, mean_difference, newcombe
from reporting.tables import ReportPart


def share_range(interval: Interval) -> str:
    """An interval of a share in whole percent."""
    return f"{interval.low * 100:.0f}–{interval.high * 100:.0f} %"


def differences(one: ReportPart, other: ReportPart) -> list[str]:
    """What differs between two reports and whether chance alone may have made it so, a sentence each.

    Shares by Newcombe's interval of a difference, averages by Welch's; both at 95 %, first minus second.
    """
    mine, theirs = one.report, other.report
    if not mine.total or not theirs.total:
        return [tr("One side has no review, so there is nothing to compare.")]
    share = newcombe(mine.n_positive, mine.total, theirs.n_positive, theirs.total)
    points = 100 * (mine.n_positive / mine.total - theirs.n_positive / theirs.total)
    found = [
        tr(
            "Share of positive: {points} points ({low} to {high}), {chance}.",
            points=f"{points:+.1f}",
            low=f"{share.low * 100:+.1f}",
            high=f"{share.high * 100:+.1f}",
            chance=_chance(share),
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
        found.append(
            tr(
                "Average probability: {moved} ({low} to {high}), {chance}.",
                moved=f"{moved:+.3f}",
                low=f"{average.low:+.3f}",
                high=f"{average.high:+.3f}",
                chance=_chance(average),
            )
        )
    return found


def _chance(interval: Interval) -> str:
    return tr("which may be chance") if interval.includes_zero else tr("more than chance explains")
