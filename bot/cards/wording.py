"""Counts and stars in the words that several cards share."""

from __future__ import annotations

from common.i18n import in_brackets, number, percent, signed, tr, trn
from db.types import StarSums
from reporting.intervals import wilson
from reporting.star_figures import LEAST, agreed_share, gap_interval, star_interval
from reporting.wording import share_range


def reviews(count: int) -> str:
    """`1 review`, `1,000 reviews`."""
    return trn("{count} review", "{count} reviews", count)


def about_stars(stars: float) -> str:
    """The estimate for one review: `⭐ about 8.5 of 10`."""
    return "⭐ " + tr("about {stars} of 10", stars=number(stars, 0 if float(stars).is_integer() else 1))


def given_stars(rating: int) -> str:
    """The stars that the file itself gives a review, in hundredths of ten: `given: 2 of 10`."""
    return tr("given: {stars} of 10", stars=number(rating / 100, 0 if rating % 100 == 0 else 1))


def average_stars(sums: StarSums) -> str | None:
    """The average estimate with its interval; None where it rests on too few reviews."""
    sure = star_interval(sums)
    if sums.mean is None or sums.n < LEAST or sure is None:
        return None
    average = in_brackets(number(sums.mean, 1), f"{number(sure.low, 1)}–{number(sure.high, 1)}")
    return "⭐ " + trn(
        "on average {average} of 10, estimated from {count} review that is long enough",
        "on average {average} of 10, estimated from {count} reviews that are long enough",
        sums.n,
        average=average,
    )


def agreement(sums: StarSums) -> list[str]:
    """How far words and the file's own stars agree, in lines; none where too few reviews have stars."""
    share = agreed_share(sums)
    if share is None:
        return []
    sure = share_range(wilson(sums.agreed, sums.rated))
    lines = [
        trn(
            "Words and stars agree in {share} of {count} review with clear stars.",
            "Words and stars agree in {share} of {count} reviews with clear stars.",
            sums.rated,
            share=in_brackets(percent(share), sure),
        )
    ]
    gap = gap_interval(sums)
    if gap is not None and sums.mean_gap is not None:
        moved = in_brackets(signed(sums.mean_gap, 1), f"{signed(gap.low, 1)} – {signed(gap.high, 1)}")
        lines.append(tr("On average the estimate is {moved} stars of 10 off the stars given.", moved=moved))
    return lines
