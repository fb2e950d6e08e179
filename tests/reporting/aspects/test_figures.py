"""Figures of aspects, by hand."""

from __future__ import annotations

import pytest

from common.intervals import wilson
from db.types import AspectCount
from reporting.aspects.figures import HEADER, KINDS, as_buckets, between, cells, from_others, most_blamed, most_praised
from tests.reporting.aspects.samples import COUNTS, OTHER, said


def test_a_row_by_hand() -> None:
    row = dict(zip(HEADER[1:], cells(COUNTS[0]), strict=True))
    sure = wilson(30, 40)
    assert (row["aspect"], row["for"], row["against"], row["neither"], row["for_share"]) == ("acting", 30, 10, 2, 0.75)
    assert (row["for_share_low"], row["for_share_high"]) == (round(sure.low, 6), round(sure.high, 6))
    assert row["difference"] == 0.25
    assert 0 < row["difference_low"] < 0.25 < row["difference_high"] < 0.5  # type: ignore[operator]
    assert (row["praise_id"], row["praise"], row["blame_id"]) == (5, "The acting is great", 6)
    assert len(HEADER) == len(KINDS)


def test_nothing_is_said_of_too_few() -> None:
    row = dict(zip(HEADER[1:], cells(AspectCount("music", 0, 0, 4)), strict=True))
    assert [name for name, cell in row.items() if cell is not None] == [
        "aspect", "for", "against", "neither", "others_for", "others_against",
    ]  # fmt: skip
    assert from_others(AspectCount("music", 4, 0, 0, 50, 50)) is None
    assert from_others(AspectCount("music", 5, 0, 0, 2, 2)) is None
    assert between(COUNTS[2], OTHER[2]) is None
    same = between(COUNTS[1], OTHER[1])
    assert same is not None
    assert (same[0], same[1].low) == (0.0, pytest.approx(-same[1].high))


def test_what_is_praised_and_blamed_leads_by_how_sure_it_is() -> None:
    small = AspectCount("story", 5, 0, quotes=(said(1, "x"), None))
    assert [one.name for one in most_praised([*COUNTS, small])] == ["acting", "story"]
    many = [AspectCount(name, 1, n) for name, n in (("look", 9), ("effects", 30), ("humour", 5), ("ending", 20))]
    assert [one.name for one in most_blamed([*COUNTS, *many])] == ["effects", "ending", "look"]
    assert most_praised(()) == most_blamed(()) == []


def test_a_chart_draws_what_is_judged() -> None:
    drawn = as_buckets([*COUNTS, AspectCount("look", 0, 0, 3)])
    assert [(one.key, one.total, one.n_positive, one.mean_probability) for one in drawn[:1]] == [
        ("acting", 40, 30, 0.75)
    ]
    assert len(drawn) == len(COUNTS)
