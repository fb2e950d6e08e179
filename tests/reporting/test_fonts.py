"""Fonts of charts: characters are drawn by the first font that has them, and names that none has are said by place."""

from __future__ import annotations

import logging
from collections.abc import Iterator

import pytest

from reporting import charts, fonts
from tests.reporting.pictures import Bucket, opened

ONLY_STIX = "\N{MATHEMATICAL BOLD FRAKTUR CAPITAL A}"
"""In a font that Matplotlib brings (STIXGeneral), not in DejaVu Sans; plays the part of a Chinese film name."""
NOWHERE = "\U0001f9ff"


@pytest.fixture(autouse=True)
def fresh() -> Iterator[None]:
    fonts.families.cache_clear()
    yield
    fonts.families.cache_clear()


def test_a_font_of_the_host_draws_what_matplotlibs_lacks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fonts, "WIDE", ("No Such Family", "STIXGeneral"))
    assert fonts.families()[:2] == ("DejaVu Sans", "STIXGeneral")
    assert fonts.has_glyph(ONLY_STIX)
    assert fonts.named(ONLY_STIX, "no. 1") == ONLY_STIX
    assert fonts.without_boxes(f"a {ONLY_STIX}{NOWHERE}") == f"a {ONLY_STIX}…"


def test_without_one_a_name_is_said_by_its_place(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(fonts, "WIDE", ())
    monkeypatch.setattr(fonts, "MORE", ())
    with caplog.at_level(logging.WARNING):
        assert not fonts.has_glyph(ONLY_STIX)
        assert fonts.named(ONLY_STIX, "no. 1 of the table") == "no. 1 of the table"
        assert fonts.named(f"{ONLY_STIX} 2", "no. 1") == f"{ONLY_STIX} 2"
        assert fonts.without_boxes(f"{ONLY_STIX}{ONLY_STIX} 2") == "… 2"
    assert [record.message.split(" in charts")[0] for record in caplog.records] == [
        "no font for Chinese, Japanese and Korean film names"
    ], "once"


@pytest.mark.filterwarnings("error:Glyph")
@pytest.mark.parametrize("family", ["STIXGeneral", "No Such Family"])
def test_no_chart_draws_a_box(monkeypatch: pytest.MonkeyPatch, family: str) -> None:
    monkeypatch.setattr(fonts, "WIDE", (family,))
    name = f"{ONLY_STIX}{NOWHERE}"
    films = [Bucket(name, 3, 2, 1, 0.6), Bucket("Heat", 2, 1, 0, 0.5)]
    opened(charts.films_png(films, title=f"Films like {name}"))
    opened(charts.comparison_png((name, [1] * 20), (f"{name} 2", [2] * 20), title=name))
