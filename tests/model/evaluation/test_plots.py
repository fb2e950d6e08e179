"""Plots: SVG that stands inline in a page, takes the page's colours, and keeps its ids to itself."""

import re

import numpy as np
import pytest

from model.evaluation import plots
from model.evaluation.slices import Slice

LABELS = np.asarray([0, 1] * 10, dtype=np.int8)
PROBABILITIES = np.linspace(0.05, 0.95, 20)
BIN = {"reviews": 4, "probability": 0.3, "positive": 0.25, "low": 0.1, "high": 0.5}
PARTS = [Slice("length", name, 1234, 0.9, 0.85, 0.95, 0.5, 0.5) for name in ("<short>", "long")]


@pytest.fixture(scope="module")
def drawn() -> dict[str, str]:
    return {
        "histogram": plots.histogram(PROBABILITIES, LABELS, 0.1),
        "reliability": plots.reliability([BIN, BIN | {"reviews": 0}], "How <well>"),
        "coverage": plots.risk_coverage(PROBABILITIES, LABELS, 0.1, "Of the surest"),
        "length": plots.slices(PARTS, 0.8, "length", "By length"),
    }


@pytest.mark.parametrize("name", ["histogram", "reliability", "coverage", "length"])
def test_a_plot_is_one_picture_with_ids_and_colours_of_its_page(drawn: dict[str, str], name: str) -> None:
    svg = drawn[name]
    assert re.match(r'<svg viewBox="[^"]+" role="img" aria-label="[^"]+">', svg)
    assert "<style" not in svg
    assert "<metadata" not in svg
    ids = re.findall(r'\bid="([^"]+)"', svg)
    assert ids
    assert all(one.startswith(f"{name}-") for one in ids)
    assert set(re.findall(r'(?:href="#|url\(#)([^")]+)', svg)) <= set(ids)
    assert not [colour for colour in plots.COLOURS.values() if colour in svg.lower()]
    assert set(re.findall(r"var\(--(\w+)\)", svg)) <= set(plots.COLOURS)


def test_words_are_escaped_and_numbers_readable(drawn: dict[str, str]) -> None:
    assert 'aria-label="How &lt;well&gt;"' in drawn["reliability"]
    assert "&lt;short&gt; (1,234)" in drawn["length"]
    assert "labelled negative" in drawn["histogram"]
    assert "outside the uncertain band" in drawn["coverage"]
