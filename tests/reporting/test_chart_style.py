"""Colours of charts: they read the same on both of Discord's themes and to colour-blind eyes."""

from __future__ import annotations

import math

import pytest

from reporting import charts
from reporting.chart_style import DARK, LIGHT, Look
from tests.reporting.pictures import ink, opened


def luminance(colour: str) -> float:
    """Relative luminance of WCAG 2.2."""
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


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
