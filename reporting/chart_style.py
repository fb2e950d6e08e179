"""How charts look: two sets of colours, and what all figures share.

Colours are those of Okabe and Ito (https://jfly.uni-koeln.de/color/), the darker ones on white, distinct to
colour-blind eyes; counts are hatched too. The look is Seaborn's (grid beneath, no frame), drawn by hand: importing
Seaborn was measured at 1.2 s and 130 MiB for each bot.
"""

from __future__ import annotations

from dataclasses import dataclass
from io import BytesIO
from typing import TYPE_CHECKING, Any, Final

from reporting.fonts import families, without_boxes

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

DPI: Final = 200
"""Twice the 100 dots an inch at which the sizes of figures are thought, for dense screens."""


@dataclass(frozen=True, slots=True)
class Look:
    """Colours of one background, as #rrggbb. `ink` is text and lines that are read, `muted` axes."""

    background: str
    ink: str
    muted: str
    grid: str
    positive: str
    negative: str
    uncertain: str

    @property
    def series(self) -> tuple[tuple[str, str, str, str], ...]:
        """Label, the field that counts it, colour and hatch, from the bottom of a stack up."""
        return (
            ("positive", "n_positive", self.positive, ""),
            ("unclear", "n_uncertain", self.uncertain, "...."),
            ("negative", "n_negative", self.negative, "////"),
        )


DARK: Final = Look("#22242a", "#f2f3f5", "#b5bac1", "#3f434b", "#56b4e9", "#e69f00", "#999999")
"""For Discord: opaque, so that it reads the same on its dark and its light theme."""
LIGHT: Final = Look("#ffffff", "#1d1f24", "#55595f", "#dfe1e5", "#0072b2", "#d55e00", "#7d7d7d")
"""For paper and light pages."""


def new_figure(look: Look, width: float, height: float) -> Figure:
    """An empty figure of so many inches, drawn by Agg whatever the host's default is."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure
    from matplotlib.layout_engine import ConstrainedLayoutEngine

    layout = ConstrainedLayoutEngine(w_pad=0.12, h_pad=0.12)
    figure = Figure(figsize=(width, height), dpi=DPI, facecolor=look.background, layout=layout)
    FigureCanvasAgg(figure)
    return figure


def dress(axes: Axes, look: Look, *, grid: str) -> None:
    """A quiet grid beneath the marks on the axis that is read, no frame."""
    axes.set_facecolor(look.background)
    axes.set_axisbelow(True)
    axes.grid(True, axis="x" if grid == "x" else "y", color=look.grid, linewidth=0.8)
    for side, spine in axes.spines.items():
        spine.set_visible(side == ("left" if grid == "x" else "bottom"))
        spine.set_color(look.muted)
    axes.tick_params(colors=look.muted, labelsize=8.5, length=0)


def count_axis(axis: Any) -> None:
    """Whole numbers with thousands separators."""
    from matplotlib.ticker import FuncFormatter, MaxNLocator

    axis.set_major_locator(MaxNLocator(nbins=5, integer=True))
    axis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,.0f}"))


def legend(axes: Axes, look: Look, *, columns: int = 3) -> None:
    """The names of the series, above the axes."""
    shown = axes.legend(
        loc="lower left", bbox_to_anchor=(0, 1), ncols=columns, frameon=False, fontsize=8.5, handlelength=1.2
    )
    for text in shown.get_texts():
        text.set_color(look.ink)
        text.set_parse_math(False)


def set_title(figure: Figure, look: Look, title: str) -> None:
    """The title, left, never read as a formula."""
    figure.suptitle(without_boxes(shorten(title, 90)), color=look.ink, fontsize=11, x=0.02, ha="left", parse_math=False)


def shorten(text: str, limit: int = 32) -> str:
    """One line of at most `limit` characters; control characters become spaces."""
    line = " ".join("".join(c if c.isprintable() else " " for c in text).split())
    return line if len(line) <= limit else line[: limit - 1].rstrip() + "…"


def png(figure: Figure, look: Look) -> bytes:
    """The figure as PNG, each character in the first font that has it."""
    from matplotlib.text import Text

    for text in figure.findobj(Text):
        text.set_fontfamily(list(families()))
    out = BytesIO()
    figure.savefig(out, format="png", facecolor=look.background, metadata={"Software": None})
    return out.getvalue()
