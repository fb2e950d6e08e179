"""Charts: PNGs of a plausible size whose ink is where the counts are, legible on both of Discord's themes."""

from __future__ import annotations

import math
import subprocess
import sys
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from io import BytesIO

import pytest
from PIL import Image

from reporting import charts
from reporting.chart_style import DARK, LIGHT, Look


@dataclass(frozen=True)
class Bucket:
    key: str
    n_positive: int
    n_negative: int
    n_uncertain: int
    mean_probability: float | None
    deviation: float | None = 0.2

    @property
    def total(self) -> int:
        return self.n_positive + self.n_negative + self.n_uncertain


def buckets(count: int, name: str = "2026-01-{:02d}") -> list[Bucket]:
    return [Bucket(name.format(i + 1), 3 + i, 2, i % 3, 0.4 + 0.01 * i) for i in range(count)]


def opened(png: bytes) -> Image.Image:
    assert png.startswith(b"\x89PNG\r\n\x1a\n")
    assert 5_000 < len(png) < 300_000
    image = Image.open(BytesIO(png))
    assert image.width >= 1200, "twice the size it is thought at"
    return image.convert("RGBA")


def ink(image: Image.Image, colour: str) -> int:
    """Pixels of exactly this colour."""
    rgb = tuple(int(colour[i : i + 2], 16) for i in (1, 3, 5))
    colours = image.convert("RGB").getcolors(image.width * image.height)
    assert colours is not None
    return Counter({pixel: n for n, pixel in colours})[rgb]


def luminance(colour: str) -> float:
    """Relative luminance of WCAG 2.2."""
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def test_histogram_has_ink_where_the_counts_are() -> None:
    positive = opened(charts.histogram_png([0] * 19 + [50], title="all positive"))
    assert ink(positive, DARK.positive) > 5_000
    assert ink(positive, DARK.negative) == 0
    negative = opened(charts.histogram_png([50] + [0] * 19, title="all negative"))
    assert ink(negative, DARK.positive) == 0
    assert ink(negative, DARK.negative) > 2_000


def test_bars_grow_with_the_counts() -> None:
    full = ink(opened(charts.histogram_png([0] * 18 + [50, 50], title="t")), DARK.positive)
    half = ink(opened(charts.histogram_png([0] * 18 + [25, 50], title="t")), DARK.positive)
    assert half == pytest.approx(full * 0.75, rel=0.03)


@pytest.mark.parametrize(
    "png",
    [
        pytest.param(lambda: charts.histogram_png([0] * 20, title="nothing yet"), id="histogram of nothing"),
        pytest.param(lambda: charts.histogram_png([10**9] * 20, title="a billion a bin"), id="huge counts"),
        pytest.param(lambda: charts.trend_png(buckets(1), title="one day"), id="one bucket"),
        pytest.param(lambda: charts.trend_png(buckets(400, "day {}"), title="year"), id="many buckets"),
        pytest.param(lambda: charts.trend_png([Bucket("x", 0, 0, 0, None)], title="empty"), id="no mean"),
        pytest.param(lambda: charts.films_png(buckets(1, "Heat"), title="one film"), id="one film"),
        pytest.param(lambda: charts.films_png(buckets(300, "Film {}"), title="many"), id="many films"),
    ],
)
def test_extremes_still_give_a_picture(png) -> None:  # type: ignore[no-untyped-def]
    opened(png())


def test_titles_are_text_not_formulas() -> None:
    """`$...$` is mathematics to Matplotlib: an unbalanced brace in it would raise."""
    hostile = r"The $\frac{1$ film" + "\n\x00" + "x" * 500
    opened(charts.histogram_png([1] * 20, title=hostile))
    opened(charts.films_png([Bucket(hostile, 1, 1, 1, 0.5), Bucket("七人の侍", 1, 1, 1, 0.5)], title=hostile))
    opened(charts.trend_png([Bucket(hostile, 1, 1, 1, 0.5)], title=hostile))


def test_nothing_to_draw_is_an_error() -> None:
    for draw in (charts.histogram_png, charts.trend_png, charts.films_png):
        with pytest.raises(ValueError, match="at least one"):
            draw([], title="empty")


@pytest.mark.parametrize("look", [DARK, LIGHT], ids=["dark", "light"])
def test_reads_the_same_on_dark_and_light(look: Look) -> None:
    """An opaque background of its own; text at WCAG AA on it, bars at the 3:1 of graphics."""
    image = opened(charts.histogram_png([1] * 20, title="opaque", look=look))
    assert image.getchannel("A").getextrema() == (255, 255)
    assert ink(image, look.background) > image.width * image.height / 4
    assert min(contrast(c, look.background) for c in (look.ink, look.muted)) >= 4.5
    assert min(contrast(c, look.background) for c in (look.positive, look.negative, look.uncertain)) >= 3


def linear(colour: str) -> list[float]:
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    return [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]


def lab(rgb: list[float]) -> list[float]:
    """CIE L*a*b* of linear sRGB under D65."""
    xyz = [sum(a * b for a, b in zip(row, rgb, strict=True)) for row in (
        (0.4124, 0.3576, 0.1805), (0.2126, 0.7152, 0.0722), (0.0193, 0.1192, 0.9505))]  # fmt: skip
    x, y, z = (
        t ** (1 / 3) if t > (6 / 29) ** 3 else t / (3 * (6 / 29) ** 2) + 4 / 29
        for t in (v / white for v, white in zip(xyz, (0.9505, 1.0, 1.089), strict=True))
    )
    return [116 * y - 16, 500 * (x - y), 200 * (y - z)]


# Machado, Oliveira and Fernandes (2009), severity 1: how the colour-blind see linear sRGB.
EYES = {
    "protan": ((0.152286, 1.052583, -0.204868), (0.114503, 0.786281, 0.099216), (-0.003882, -0.048116, 1.051998)),
    "deutan": ((0.367322, 0.860646, -0.227968), (0.280085, 0.672501, 0.047413), (-0.011820, 0.042940, 0.968881)),
    "tritan": ((1.255528, -0.076749, -0.178779), (-0.078411, 0.930809, 0.147602), (0.004733, 0.691367, 0.303900)),
}


@pytest.mark.parametrize("look", [DARK, LIGHT], ids=["dark", "light"])
@pytest.mark.parametrize("eye", EYES)
def test_colour_blind_eyes_tell_the_labels_apart(look: Look, eye: str) -> None:
    """A distance of 15 in L*a*b* is plain to see; 2.3 is just noticeable."""
    seen = []
    for colour in (look.positive, look.negative, look.uncertain):
        rgb = [sum(a * b for a, b in zip(row, linear(colour), strict=True)) for row in EYES[eye]]
        seen.append(lab([min(1.0, max(0.0, part)) for part in rgb]))
    apart = [math.dist(seen[i], seen[j]) for i, j in ((0, 1), (0, 2), (1, 2))]
    assert min(apart) > 15, apart


def test_an_average_is_drawn_with_its_interval_and_hollow_when_of_few() -> None:
    sure = ink(opened(charts.trend_png([Bucket("a", 40, 40, 0, 0.5, 0.1)], title="t")), DARK.muted)
    unsure = ink(opened(charts.trend_png([Bucket("a", 40, 40, 0, 0.5, 0.5)], title="t")), DARK.muted)
    assert unsure > sure
    many = ink(opened(charts.films_png([Bucket("a", 3, 2, 0, 0.5, None)], title="t")), DARK.ink)
    few = ink(opened(charts.films_png([Bucket("a", 2, 2, 0, 0.5, None)], title="t")), DARK.ink)
    assert few < many


def test_a_comparison_shows_shares_so_that_sizes_do_not_matter() -> None:
    bins = [0] * 10 + [5] * 10
    image = opened(charts.comparison_png(("Heat", bins), ("Up", [100 * n for n in bins]), title="t"))
    upper, lower = (
        image.crop((0, 0, image.width, image.height // 2)),
        image.crop((0, image.height // 2, image.width, image.height)),
    )
    assert ink(upper, DARK.positive) == pytest.approx(ink(lower, DARK.positive), rel=0.02)


def test_threads_draw_the_same_picture() -> None:
    alone = [charts.histogram_png(list(range(i, i + 20)), title=f"job {i}") for i in range(4)]
    with ThreadPoolExecutor(4) as pool:
        jobs = [pool.submit(charts.histogram_png, list(range(i, i + 20)), title=f"job {i}") for i in range(4)]
        assert [job.result() for job in jobs] == alone


def test_importing_charts_does_not_import_matplotlib() -> None:
    """Nor drawing one pyplot, whose state is shared by all threads."""
    code = (
        "import sys, reporting.charts as c; assert 'matplotlib' not in sys.modules\n"
        "c.histogram_png([1] * 20, title='t'); assert 'matplotlib.pyplot' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
