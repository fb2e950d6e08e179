"""Charts as PNG bytes for Discord messages.

Any thread may call these. Figures are made through Matplotlib's object-oriented API alone (no `pyplot`, no `rcParams`),
and one lock is held while one is drawn, because Matplotlib itself promises nothing to threads
(https://matplotlib.org/stable/users/faq.html). It is imported at the first chart, not when the bot starts. The look is
Seaborn's (grid beneath, no frame), drawn by hand: importing Seaborn was measured at 1.2 s and 130 MiB for each bot.

Every picture brings its own opaque background, so that it reads the same on Discord's dark and light themes. Colours
are those of Okabe and Ito (https://jfly.uni-koeln.de/color/), distinct to colour-blind eyes; counts are hatched too.
"""

from __future__ import annotations

import functools
import math
import threading
import warnings
from collections.abc import Callable, Sequence
from io import BytesIO
from typing import TYPE_CHECKING, Any, Final, ParamSpec, Protocol, TypeVar

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

BACKGROUND: Final = "#22242a"
TEXT: Final = "#f2f3f5"
MUTED: Final = "#b5bac1"
GRID: Final = "#3f434b"
POSITIVE: Final = "#56b4e9"
NEGATIVE: Final = "#e69f00"
UNCERTAIN: Final = "#999999"

DPI: Final = 200
"""Twice the 100 dots an inch at which the sizes below are thought, for dense screens."""
MAX_BUCKETS: Final = 60
"""Most points of time one trend chart shows; the newest are kept."""
MAX_FILMS: Final = 15
"""Most films one chart shows; those with most reviews are kept."""

_SERIES: Final = (
    ("positive", "n_positive", POSITIVE, ""),
    ("uncertain", "n_uncertain", UNCERTAIN, "...."),
    ("negative", "n_negative", NEGATIVE, "////"),
)


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


@_one_at_a_time
def histogram_png(histogram: Sequence[int], *, title: str) -> bytes:
    """PNG of how many reviews fell into each of the equal bins of probability of positive, 0 to 1.

    `histogram` holds a count a bin (20 in the database); raises ValueError when it is empty.
    """
    if not histogram:
        raise ValueError("a histogram needs at least one bin")
    figure = _figure(6.4, 3.4)
    axes = figure.subplots()
    _dress(axes, grid="y")
    bins = len(histogram)
    centres = [(index + 0.5) / bins for index in range(bins)]
    for low, high, colour, hatch in ((0, bins // 2, NEGATIVE, "////"), (bins // 2, bins, POSITIVE, "")):
        axes.bar(
            centres[low:high], histogram[low:high], width=0.92 / bins, color=colour, edgecolor=BACKGROUND,
            linewidth=0, hatch=hatch, zorder=2,
        )  # fmt: skip
    axes.set_xlim(0, 1)
    axes.set_xticks([0, 0.25, 0.5, 0.75, 1], ["0\nnegative", "0.25", "0.5", "0.75", "1\npositive"])
    _count_axis(axes.yaxis)
    axes.set_ylim(0, max(1, max(histogram)) * 1.08)
    axes.set_xlabel("probability of positive", color=MUTED, fontsize=9)
    axes.set_ylabel("reviews", color=MUTED, fontsize=9)
    _title(figure, title)
    return _png(figure)


@_one_at_a_time
def trend_png(buckets: Sequence[Counts], *, title: str) -> bytes:
    """PNG of counts, stacked by label, above the average probability, along time; one place a bucket, oldest first.

    Only the newest `MAX_BUCKETS` are drawn and the title says so. Raises ValueError without a bucket.
    """
    if not buckets:
        raise ValueError("a trend needs at least one bucket")
    shown = list(buckets)[-MAX_BUCKETS:]
    if len(shown) < len(buckets):
        title = f"{title} (the last {len(shown)} of {len(buckets)})"
    figure = _figure(7.2, 4.6)
    counts, average = figure.subplots(2, 1, sharex=True, height_ratios=[3, 2])
    for axes in (counts, average):
        _dress(axes, grid="y")
    places = range(len(shown))
    _stack(shown, lambda values, base, **look: counts.bar(places, values, bottom=base, width=0.8, **look))
    _count_axis(counts.yaxis)
    counts.set_ylabel("reviews", color=MUTED, fontsize=9)
    means = [math.nan if bucket.mean_probability is None else bucket.mean_probability for bucket in shown]
    average.axhline(0.5, color=MUTED, linewidth=1, linestyle=(0, (4, 3)), zorder=1)
    average.plot(places, means, color=TEXT, marker="o", markersize=4, linewidth=1.6, zorder=3)
    average.set_ylim(0, 1)
    average.set_yticks([0, 0.5, 1])
    average.set_ylabel("average\nprobability", color=MUTED, fontsize=9)
    step = math.ceil(len(shown) / 8)
    average.set_xticks(list(places)[::step], [_shorten(bucket.key, 14) for bucket in shown][::step])
    average.set_xlim(-0.7, len(shown) - 0.3)
    for label in average.get_xticklabels():
        label.set_parse_math(False)
    _legend(counts)
    _title(figure, title)
    return _png(figure)


@_one_at_a_time
def films_png(buckets: Sequence[Counts], *, title: str) -> bytes:
    """PNG of counts, stacked by label, beside the average probability, one row a film, most reviewed on top.

    Only the `MAX_FILMS` with most reviews are drawn and the title says so. Raises ValueError without a bucket.
    """
    if not buckets:
        raise ValueError("a film chart needs at least one film")
    shown = sorted(buckets, key=lambda bucket: -bucket.total)[:MAX_FILMS]
    if len(shown) < len(buckets):
        title = f"{title} (the {len(shown)} most reviewed of {len(buckets)} films)"
    shown.reverse()
    figure = _figure(7.2, 1.9 + 0.3 * len(shown))
    counts, average = figure.subplots(1, 2, sharey=True, width_ratios=[3, 2])
    for axes in (counts, average):
        _dress(axes, grid="x")
    rows = range(len(shown))
    _stack(shown, lambda values, base, **look: counts.barh(rows, values, left=base, height=0.72, **look))
    _count_axis(counts.xaxis)
    counts.set_xlabel("reviews", color=MUTED, fontsize=9)
    counts.set_yticks(list(rows), [_shorten(bucket.key) for bucket in shown])
    counts.set_ylim(-0.6, len(shown) - 0.4)
    for label in counts.get_yticklabels():
        label.set_parse_math(False)  # a title with two dollar signs is no formula
        label.set_color(TEXT)
    average.axvline(0.5, color=MUTED, linewidth=1, linestyle=(0, (4, 3)), zorder=1)
    means = [math.nan if bucket.mean_probability is None else bucket.mean_probability for bucket in shown]
    average.plot(means, rows, color=TEXT, marker="o", markersize=6, linestyle="none", zorder=3)
    average.set_xlim(-0.03, 1.03)
    average.set_xticks([0, 0.5, 1])
    average.set_xlabel("average probability of positive", color=MUTED, fontsize=9)
    _legend(counts)
    _title(figure, title)
    return _png(figure)


def _figure(width: float, height: float) -> Figure:
    """An empty figure of so many inches, drawn by Agg whatever the host's default is."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure
    from matplotlib.layout_engine import ConstrainedLayoutEngine

    layout = ConstrainedLayoutEngine(w_pad=0.12, h_pad=0.12)
    figure = Figure(figsize=(width, height), dpi=DPI, facecolor=BACKGROUND, layout=layout)
    FigureCanvasAgg(figure)
    return figure


def _dress(axes: Axes, *, grid: str) -> None:
    """Seaborn's look: a quiet grid beneath the marks on the axis that is read, no frame."""
    axes.set_facecolor(BACKGROUND)
    axes.set_axisbelow(True)
    axes.grid(True, axis="x" if grid == "x" else "y", color=GRID, linewidth=0.8)
    for side, spine in axes.spines.items():
        spine.set_visible(side == ("left" if grid == "x" else "bottom"))
        spine.set_color(MUTED)
    axes.tick_params(colors=MUTED, labelsize=8.5, length=0)


def _count_axis(axis: Any) -> None:
    """Whole numbers with thousands separators."""
    from matplotlib.ticker import FuncFormatter, MaxNLocator

    axis.set_major_locator(MaxNLocator(nbins=5, integer=True))
    axis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,.0f}"))


def _stack(buckets: Sequence[Counts], draw: Callable[..., object]) -> None:
    """Calls `draw(values, base, **look)` for each label, each on top of those before."""
    base = [0] * len(buckets)
    for label, field, colour, hatch in _SERIES:
        values: list[int] = [getattr(bucket, field) for bucket in buckets]
        draw(values, base, label=label, color=colour, hatch=hatch, edgecolor=BACKGROUND, linewidth=0, zorder=2)
        base = [below + value for below, value in zip(base, values, strict=True)]


def _legend(axes: Axes) -> None:
    legend = axes.legend(
        loc="lower left", bbox_to_anchor=(0, 1), ncols=3, frameon=False, fontsize=8.5, handlelength=1.2
    )
    for text in legend.get_texts():
        text.set_color(TEXT)


def _title(figure: Figure, title: str) -> None:
    figure.suptitle(_shorten(title, 90), color=TEXT, fontsize=11, x=0.02, ha="left", parse_math=False)


def _shorten(text: str, limit: int = 32) -> str:
    """One line of at most `limit` characters; control characters become spaces."""
    line = " ".join("".join(c if c.isprintable() else " " for c in text).split())
    return line if len(line) <= limit else line[: limit - 1].rstrip() + "…"


def _png(figure: Figure) -> bytes:
    """The figure as PNG; a glyph the fonts lack is drawn as a box without a word in the log."""
    warnings.filterwarnings("ignore", message="Glyph .* missing from font")
    out = BytesIO()
    figure.savefig(out, format="png", facecolor=BACKGROUND, metadata={"Software": None})
    return out.getvalue()
