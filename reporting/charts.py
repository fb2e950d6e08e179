"""Charts as PNG bytes, for Discord messages and for pages.

Any thread may call these. Figures are made through Matplotlib's object-oriented API alone (no `pyplot`, no `rcParams`),
and one lock is held while one is drawn, because Matplotlib itself promises nothing to threads
(https://matplotlib.org/stable/users/faq.html). It is imported at the first chart, not when the bot starts.

An average is drawn with its 95 % interval (Student's t) as far as the bucket knows its deviation, and hollow when it is
of fewer than `FEWEST` reviews.
"""

from __future__ import annotations

import functools
import math
import threading
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, Final, ParamSpec, Protocol, TypeVar

from reporting.chart_style import DARK, Look, count_axis, dress, legend, new_figure, png, set_title, shorten
from reporting.fonts import named, without_boxes
from reporting.intervals import Interval, mean_interval
from reporting.request import FEWEST

if TYPE_CHECKING:
    from matplotlib.axes import Axes

MAX_BUCKETS: Final = 60
"""Most points of time one trend chart shows; the newest are kept."""
MAX_FILMS: Final = 15
"""Most films one chart shows; those with most reviews are kept."""

_P = ParamSpec("_P")
_R = TypeVar("_R")
_drawing = threading.Lock()


def _one_at_a_time(draw: Callable[_P, _R]) -> Callable[_P, _R]:
    @functools.wraps(draw)
    def locked(*args: _P.args, **kwargs: _P.kwargs) -> _R:
        with _drawing:
            return draw(*args, **kwargs)

    return locked


class Counts(Protocol):
    """What a chart needs of one bucket; `db.types.Bucket` has it."""

    @property
    def key(self) -> str: ...
    @property
    def total(self) -> int: ...
    @property
    def n_positive(self) -> int: ...
    @property
    def n_negative(self) -> int: ...
    @property
    def n_uncertain(self) -> int: ...
    @property
    def mean_probability(self) -> float | None: ...
    @property
    def deviation(self) -> float | None: ...


@_one_at_a_time
def histogram_png(histogram: Sequence[int], *, title: str, look: Look = DARK) -> bytes:
    """PNG of how many reviews fell into each of the equal bins of probability of positive, 0 to 1.

    `histogram` holds a count a bin (20 in the database); raises ValueError when it is empty.
    """
    if not histogram:
        raise ValueError("a histogram needs at least one bin")
    figure = new_figure(look, 6.4, 3.4)
    axes = figure.subplots()
    _distribution(axes, histogram, look)
    count_axis(axes.yaxis)
    axes.set_ylim(0, max(1, max(histogram)) * 1.08)
    axes.set_ylabel("reviews", color=look.muted, fontsize=9)
    axes.set_xlabel("probability of positive", color=look.muted, fontsize=9)
    set_title(figure, look, title)
    return png(figure, look)


@_one_at_a_time
def trend_png(buckets: Sequence[Counts], *, title: str, look: Look = DARK) -> bytes:
    """PNG of counts, stacked by label, above the average probability, along time; one place a bucket, oldest first.

    Only the newest `MAX_BUCKETS` are drawn and the title says so. Raises ValueError without a bucket.
    """
    if not buckets:
        raise ValueError("a trend needs at least one bucket")
    shown = list(buckets)[-MAX_BUCKETS:]
    if len(shown) < len(buckets):
        title = f"{title} (the last {len(shown)} of {len(buckets)})"
    figure = new_figure(look, 7.2, 4.6)
    counts, average = figure.subplots(2, 1, sharex=True, height_ratios=[3, 2])
    for axes in (counts, average):
        dress(axes, look, grid="y")
    places = range(len(shown))
    _stack(shown, look, lambda values, base, **how: counts.bar(places, values, bottom=base, width=0.8, **how))
    count_axis(counts.yaxis)
    counts.set_ylabel("reviews", color=look.muted, fontsize=9)
    average.axhline(0.5, color=look.muted, linewidth=1, linestyle=(0, (4, 3)), zorder=1)
    average.plot(places, _means(shown), color=look.ink, linewidth=1.4, zorder=3)
    _averages(average, shown, look, flat=False)
    average.set_ylim(-0.03, 1.03)
    average.set_yticks([0, 0.5, 1])
    average.set_ylabel("average\nprobability", color=look.muted, fontsize=9)
    step = math.ceil(len(shown) / 8)
    average.set_xticks(list(places)[::step], [shorten(bucket.key, 14) for bucket in shown][::step])
    average.set_xlim(-0.7, len(shown) - 0.3)
    for label in average.get_xticklabels():
        label.set_parse_math(False)
    legend(counts, look)
    set_title(figure, look, title)
    return png(figure, look)


@_one_at_a_time
def films_png(
    buckets: Sequence[Counts],
    *,
    title: str,
    look: Look = DARK,
    what: str = "films",
    notes: Sequence[str] = (),
    share: str = "average probability of positive",
    sure: Callable[[Counts], Interval | None] | None = None,
) -> bytes:
    """PNG of counts, stacked by label, beside the average probability, one row a film, most reviewed on top.

    Only the `MAX_FILMS` with most reviews are drawn and the title says so. `notes`: sentences below, of what is not
    drawn. `share`: what the averages are, `sure`: their intervals, of means unless given. Raises ValueError without a
    bucket.
    """
    if not buckets:
        raise ValueError("a film chart needs at least one film")
    shown = sorted(buckets, key=lambda bucket: -bucket.total)[:MAX_FILMS]
    if len(shown) < len(buckets):
        title = f"{title} (the {len(shown)} most reviewed of {len(buckets)} {what})"
    shown.reverse()
    figure = new_figure(look, 7.2, 1.9 + 0.3 * len(shown))
    counts, average = figure.subplots(1, 2, sharey=True, width_ratios=[3, 2])
    for axes in (counts, average):
        dress(axes, look, grid="x")
    rows = range(len(shown))
    _stack(shown, look, lambda values, base, **how: counts.barh(rows, values, left=base, height=0.72, **how))
    count_axis(counts.xaxis)
    counts.set_xlabel("reviews", color=look.muted, fontsize=9)
    names = [named(shorten(bucket.key), f"no. {len(shown) - row} of the table") for row, bucket in enumerate(shown)]
    names = [without_boxes(name) for name in names]
    counts.set_yticks(list(rows), names)
    counts.set_ylim(-0.6, len(shown) - 0.4)
    for label in counts.get_yticklabels():
        label.set_parse_math(False)  # a title with two dollar signs is no formula
        label.set_color(look.ink)
    average.axvline(0.5, color=look.muted, linewidth=1, linestyle=(0, (4, 3)), zorder=1)
    _averages(average, shown, look, flat=True, interval=sure or _of_mean)
    average.set_xlim(-0.03, 1.03)
    average.set_xticks([0, 0.5, 1])
    average.set_xlabel(share, color=look.muted, fontsize=9)
    legend(counts, look)
    set_title(figure, look, title)
    if notes:
        figure.supxlabel("\n".join(notes), color=look.muted, fontsize=9, x=0.02, ha="left", parse_math=False)
    return png(figure, look)


@_one_at_a_time
def comparison_png(
    one: tuple[str, Sequence[int]], other: tuple[str, Sequence[int]], *, title: str, look: Look = DARK
) -> bytes:
    """PNG of two distributions, one above the other on the same axis, each as shares of its own reviews."""
    figure = new_figure(look, 7.2, 4.8)
    upper, lower = figure.subplots(2, 1, sharex=True, sharey=True)
    shares = [[count / max(1, sum(bins)) for count in bins] for _, bins in (one, other)]
    both = zip((upper, lower), (one, other), shares, ("the first", "the second"), strict=True)
    for axes, (name, bins), values, instead in both:
        _distribution(axes, values, look)
        axes.set_ylim(0, max(0.01, *map(max, shares)) * 1.12)
        axes.yaxis.set_major_formatter(lambda value, _: f"{100 * value:.3g}%")
        axes.set_title(
            f"{without_boxes(named(shorten(name, 60), instead))} · {sum(bins):,} reviews",
            color=look.ink,
            fontsize=9.5,
            loc="left",
            parse_math=False,
        )
        axes.set_ylabel("share", color=look.muted, fontsize=9)
    lower.set_xlabel("probability of positive", color=look.muted, fontsize=9)
    set_title(figure, look, title)
    return png(figure, look)


def _distribution(axes: Axes, values: Sequence[float], look: Look) -> None:
    """Bars over the probability from 0 to 1, the negative half hatched."""
    dress(axes, look, grid="y")
    bins = len(values)
    centres = [(index + 0.5) / bins for index in range(bins)]
    halves = ((0, bins // 2, look.negative, "////"), (bins // 2, bins, look.positive, ""))
    for low, high, colour, hatch in halves:
        axes.bar(
            centres[low:high], values[low:high], width=0.92 / bins, color=colour, edgecolor=look.background,
            linewidth=0, hatch=hatch, zorder=2,
        )  # fmt: skip
    axes.set_xlim(0, 1)
    axes.set_xticks([0, 0.25, 0.5, 0.75, 1], ["0\nnegative", "0.25", "0.5", "0.75", "1\npositive"])


def _means(buckets: Sequence[Counts]) -> list[float]:
    return [math.nan if bucket.mean_probability is None else bucket.mean_probability for bucket in buckets]


def _of_mean(bucket: Counts) -> Interval | None:
    mean = bucket.mean_probability
    return None if mean is None else mean_interval(mean, bucket.deviation, bucket.total)


def _averages(
    axes: Axes,
    buckets: Sequence[Counts],
    look: Look,
    *,
    flat: bool,
    interval: Callable[[Counts], Interval | None] = _of_mean,
) -> None:
    """Each average as a point with the bar of its interval; hollow where it is of too few reviews."""
    for place, bucket in enumerate(buckets):
        mean = bucket.mean_probability
        if mean is None:
            continue
        sure = interval(bucket)
        if sure is not None:
            line: Any = ((sure.low, sure.high), (place, place)) if flat else ((place, place), (sure.low, sure.high))
            axes.plot(*line, color=look.muted, linewidth=2.2, solid_capstyle="butt", zorder=2)
        at = (mean, place) if flat else (place, mean)
        face = look.background if bucket.total < FEWEST else look.ink
        axes.plot(*at, marker="o", markersize=5, color=look.ink, markerfacecolor=face, zorder=4)


def _stack(buckets: Sequence[Counts], look: Look, draw: Callable[..., object]) -> None:
    """Calls `draw(values, base, **how)` for each label, each on top of those before."""
    base = [0] * len(buckets)
    for label, field, colour, hatch in look.series:
        values: list[int] = [getattr(bucket, field) for bucket in buckets]
        draw(values, base, label=label, color=colour, hatch=hatch, edgecolor=look.background, linewidth=0, zorder=2)
        base = [below + value for below, value in zip(base, values, strict=True)]
