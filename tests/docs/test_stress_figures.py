"""The page of the model says of stars, emoji, links and Discord's markup what `reelfeel stress` prints."""

from __future__ import annotations

import re

import pytest

from model import Scorer
from model.evaluation import distortions, evaluate, stress
from tests.docs.pages import DOCS, ROOT

REVIEWS = ROOT.parent / "shared" / "data" / "imdb_train.parquet"
SECTION = (DOCS / "model.md").read_text("utf-8").split("### What people put after a sentence")[1].split("\n### ")[0]


def test_the_table_names_each_ending() -> None:
    assert re.findall(r"^\| ([^|]+) \| [\d.]+ %", SECTION, re.MULTILINE) == [one.name for one in distortions.ENDINGS]


@pytest.mark.slow  # scores the validation reviews
@pytest.mark.skipif(not REVIEWS.is_file(), reason="the reviews lie outside the repository")
def test_the_figures_are_those_of_the_command(monkeypatch: pytest.MonkeyPatch) -> None:
    scorer = Scorer()
    if scorer.version not in SECTION:
        pytest.skip("measured with another model, as the page says")
    reviews = evaluate.read_labelled(REVIEWS, validation_only=True).reviews
    markup = next(one for one in distortions.DISTORTIONS if one.name == "Discord markup")
    monkeypatch.setattr(distortions, "DISTORTIONS", (markup, *_single()))
    (untouched, marked, _) = stress.distortions(reviews.texts, reviews.labels, lambda texts, _: scorer.score(texts))
    assert untouched["texts"] == len(reviews.texts)
    cost = f"costs {-100 * marked['difference']:.2f} points, and {100 * marked['kept']:.2f} % of the reviews keep"
    assert cost.replace("-0.00", "0.00") in SECTION
    rows = stress.endings(reviews.texts, lambda texts, _: scorer.score(texts))
    for row in rows:
        assert f"| {row['ending']} | {row['share']:.2%}".replace("%", " %") + f" | {row['gained']} |" in SECTION
        assert row["share"] <= 0.01
    first = rows[0]
    assert f"{first['sure']:,} of {first['texts']:,} have a label" in SECTION
    assert f"of the {first['texts'] - first['sure']:,} unclear ones" in SECTION


def _single() -> tuple[distortions.Distortion, ...]:
    """What `stress.endings` cuts its sentences with."""
    return tuple(one for one in distortions.DISTORTIONS if one.name == "random sentence")
