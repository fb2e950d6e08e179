"""Charts: PNGs of a plausible size whose ink is where the counts are, legible on both of Discord's themes."""

from __future__ import annotations

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import pytest

from reporting import charts
from reporting.chart_style import DARK
from tests.reporting.pictures import Bucket, buckets, ink, opened


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
