"""Plots of an evaluation as SVG that stands inline in a page and takes its colours from the page's style sheet.

Seaborn and Matplotlib draw in the colours of `COLOURS`; each is then replaced by the CSS variable of its name, so that
one drawing suits a light and a dark background. Blue and vermilion are told apart by colour-blind readers (Okabe and
Ito 2008, "Color Universal Design"), and no plot tells two things apart by colour alone.
"""

import io
import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from model.evaluation import metrics
from model.evaluation.slices import Slice
from model.numeric import Floats, Labels

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

COLOURS = {"ink": "#1b1b1d", "faint": "#8b8b93", "grid": "#dcdce1", "positive": "#0072b2", "negative": "#d55e00"}
"""Drawn colour by the name of its CSS variable."""

# Any: Matplotlib types the keys one by one.
_STYLE: Any = {
    "axes.axisbelow": True,
    "axes.edgecolor": COLOURS["faint"],
    "axes.facecolor": "none",
    "axes.grid": True,
    "axes.labelcolor": COLOURS["ink"],
    "axes.prop_cycle": f"cycler('color', ['{COLOURS['positive']}'])",
    "axes.spines.right": False,
    "axes.spines.top": False,
    "figure.facecolor": "none",
    "font.size": 10,
    "grid.color": COLOURS["grid"],
    "legend.frameon": False,
    "svg.fonttype": "none",
    "text.color": COLOURS["ink"],
    "xtick.color": COLOURS["faint"],
    "xtick.labelcolor": COLOURS["ink"],
    "ytick.color": COLOURS["faint"],
    "ytick.labelcolor": COLOURS["ink"],
}


def _canvas(width: float, height: float) -> "tuple[Figure, Axes]":
    """A figure of that size in inches with one pair of axes; never touches pyplot's global state."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(width, height), layout="constrained")
    return figure, figure.add_subplot()


def _svg(figure: "Figure", name: str, alt: str) -> str:
    """The drawing as an <svg> element with a text for who cannot see it; `name` keeps its ids apart from others'."""
    from html import escape

    import matplotlib

    target = io.StringIO()
    with matplotlib.rc_context({"svg.hashsalt": name}):
        figure.savefig(target, format="svg", metadata={"Date": None, "Creator": None, "Format": None, "Type": None})
    drawn = target.getvalue()
    drawn = drawn[drawn.index("<svg") :]
    # Its style sheet would hold for the whole page.
    drawn = re.sub(r"<(metadata|style)\b.*?</\1>", "", drawn, flags=re.DOTALL)
    drawn = re.sub(r'\bid="', f'id="{name}-', drawn)
    drawn = re.sub(r"url\(#", f"url(#{name}-", drawn)
    drawn = re.sub(r'href="#', f'href="#{name}-', drawn)
    for variable, colour in COLOURS.items():
        drawn = re.sub(colour, f"var(--{variable})", drawn, flags=re.IGNORECASE)
    return re.sub(
        r'<svg .*?viewBox="([^"]+)".*?>',
        rf'<svg viewBox="\1" role="img" aria-label="{escape(alt)}">',
        drawn,
        count=1,
        flags=re.DOTALL,
    )


def _percent_axis(axis: Any, decimals: int = 0) -> None:
    from matplotlib.ticker import MaxNLocator, PercentFormatter

    # Steps that the labels can say without decimals.
    axis.set_major_locator(MaxNLocator(nbins=7, steps=[1, 2, 5, 10]))
    axis.set_major_formatter(PercentFormatter(1.0, decimals=decimals, symbol=" %"))


def histogram(probabilities: Floats, labels: Labels, band: float) -> str:
    """How many reviews of each label get which probability, in 20 bins, with the `uncertain` band shaded."""
    import matplotlib
    import seaborn

    with matplotlib.rc_context(_STYLE):
        figure, axes = _canvas(7, 3)
        names = np.where(labels == 1, "positive", "negative")
        for name, filled in (("negative", True), ("positive", False)):
            # One filled, one outlined: told apart without colour too.
            seaborn.histplot(
                x=probabilities[names == name],
                bins=[number / 20 for number in range(21)],
                element="step",
                fill=filled,
                alpha=0.45 if filled else 1.0,
                linewidth=2,
                color=COLOURS[name],
                label=f"labelled {name}",
                ax=axes,
            )
        if band > 0:
            axes.axvspan(0.5 - band, 0.5 + band, color=COLOURS["faint"], alpha=0.18, linewidth=0)
        axes.set(xlabel="probability of positive", ylabel="reviews", xlim=(0, 1))
        axes.legend(loc="upper center")
        alt = "Histogram of the probabilities: most negative reviews lie near 0, most positive ones near 1."
        return _svg(figure, "histogram", alt)


def reliability(bins: Sequence[dict[str, float]], alt: str) -> str:
    """Share positive against mean probability of each bin, with intervals; on the diagonal where calibrated."""
    import matplotlib
    import seaborn

    filled = [row for row in bins if row["reviews"]]
    x, y = ([row[name] for row in filled] for name in ("probability", "positive"))
    spread = [[row["positive"] - row["low"] for row in filled], [row["high"] - row["positive"] for row in filled]]
    with matplotlib.rc_context(_STYLE):
        figure, axes = _canvas(5, 4.2)
        axes.plot([0, 1], [0, 1], color=COLOURS["faint"], linestyle="--", linewidth=1.2, label="calibrated")
        axes.errorbar(x, y, np.maximum(spread, 0), fmt="none", ecolor=COLOURS["positive"], elinewidth=1.5, capsize=3)
        seaborn.lineplot(x=x, y=y, marker="o", color=COLOURS["positive"], markeredgewidth=0, label="measured", ax=axes)
        axes.set(xlabel="mean probability in the bin", ylabel="share of positive reviews", xlim=(0, 1), ylim=(0, 1))
        axes.set_aspect("equal")
        axes.legend(loc="upper left")
        return _svg(figure, "reliability", alt)


def risk_coverage(probabilities: Floats, labels: Labels, band: float, alt: str) -> str:
    """Accuracy on the most confident share of the reviews, with a mark where the `uncertain` band ends."""
    import matplotlib
    import seaborn

    order = metrics.by_confidence(probabilities)
    right = ((probabilities >= 0.5) == (labels == 1))[order]
    accuracy = np.cumsum(right) / np.arange(1, len(right) + 1)
    shares = np.linspace(0.1, 1.0, 91)
    at = np.maximum(1, np.round(shares * len(right)).astype(int)) - 1
    with matplotlib.rc_context(_STYLE):
        figure, axes = _canvas(5, 4.2)
        seaborn.lineplot(x=shares, y=accuracy[at], color=COLOURS["positive"], linewidth=2, errorbar=None, ax=axes)
        sure = int((np.abs(probabilities - 0.5) >= band).sum())
        if sure:
            axes.plot(sure / len(right), accuracy[sure - 1], "o", color=COLOURS["negative"], markersize=8)
            axes.annotate(
                "outside the uncertain band",
                (sure / len(right), accuracy[sure - 1]),
                xytext=(-14, -4),
                textcoords="offset points",
                horizontalalignment="right",
                verticalalignment="top",
            )
        axes.set(xlabel="share of reviews judged, most confident first", ylabel="accuracy", xlim=(0.1, 1.02))
        _percent_axis(axes.xaxis)
        _percent_axis(axes.yaxis, decimals=int(float(np.ptp(accuracy[at])) < 0.05))
        return _svg(figure, "coverage", alt)


def slices(parts: Sequence[Slice], overall: float, name: str, alt: str) -> str:
    """Accuracy of each part with its interval, one row a part, and a line at the accuracy of all reviews."""
    import matplotlib
    import seaborn

    with matplotlib.rc_context(_STYLE):
        figure, axes = _canvas(7, 0.9 + 0.3 * len(parts))
        rows = np.arange(len(parts))
        axes.hlines(
            rows, [part.low for part in parts], [part.high for part in parts], color=COLOURS["positive"], linewidth=2
        )
        seaborn.scatterplot(
            x=[part.accuracy for part in parts], y=rows, color=COLOURS["positive"], s=45, linewidth=0, ax=axes
        )
        axes.axvline(overall, color=COLOURS["faint"], linestyle="--", linewidth=1.2)
        axes.set_yticks(rows, [f"{part.name} ({part.reviews:,})" for part in parts])
        axes.set(xlabel="accuracy, 95 % interval; dashed: all reviews", ylabel="")
        axes.invert_yaxis()
        axes.grid(visible=False, axis="y")
        axes.margins(y=0.5 / len(parts))
        _percent_axis(axes.xaxis)
        return _svg(figure, name, alt)
