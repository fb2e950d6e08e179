"""What a report says in sentences, unescaped."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.reporting.statistics import Interval, mean_difference, newcombe

if TYPE_CHECKING:
    from bot.reporting.tables import Part


def share_range(interval: Interval) -> str:
    """An interval of a share in whole percent."""
    return f"{interval.low * 100:.0f}–{interval.high * 100:.0f} %"


def differences(one: Part, other: Part) -> list[str]:
    """What differs between two reports and whether chance alone may have made it so, a sentence each.

    Shares by Newcombe's interval of a difference, averages by Welch's; both at 95 %, first minus second.
    """
    mine, theirs = one.report, other.report
    if not mine.total or not theirs.total:
        return ["One side has no review, so there is nothing to compare."]
    share = newcombe(mine.n_positive, mine.total, theirs.n_positive, theirs.total)
    points = 100 * (mine.n_positive / mine.total - theirs.n_positive / theirs.total)
    ends = f"{share.low * 100:+.1f} to {share.high * 100:+.1f}"
    found = [f"Share of positive: {points:+.1f} points ({ends}), {_chance(share)}."]
    if None not in (mine.mean_probability, mine.deviation, theirs.mean_probability, theirs.deviation):
        assert mine.mean_probability is not None
        assert theirs.mean_probability is not None
        average = mean_difference(
            (mine.mean_probability, mine.deviation or 0.0, mine.total),
            (theirs.mean_probability, theirs.deviation or 0.0, theirs.total),
        )
        moved = mine.mean_probability - theirs.mean_probability
        found.append(
            f"Average probability: {moved:+.3f} ({average.low:+.3f} to {average.high:+.3f}), {_chance(average)}."
        )
    return found


def _chance(interval: Interval) -> str:
    return "which may be chance" if interval.includes_zero else "more than chance explains"
