"""Buckets to draw, and looking at a picture."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from io import BytesIO

from PIL import Image


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
