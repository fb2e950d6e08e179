"""Aspects in words, not in colours."""

from __future__ import annotations

import pytest

from common.aspects import NAMES
from common.i18n import languages, tr, use_locale
from db.types import Judged
from reporting.aspects.words import WORDS, aspect_differences, beside_others, praise_of, said_of, summed_up
from tests.reporting.aspects.samples import COUNTS, OTHER


def judged(name: str, polarity: str) -> Judged:
    return Judged(name, 0, 1, polarity, 0.5)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("found", "words"),
    [
        ([("pacing", "negative"), ("acting", "positive"), ("music", "positive")],
         "Praised: acting, music and sound · Blamed: pacing"),
        ([("acting", "positive"), ("acting", "negative"), ("ending", "negative")], "Blamed: ending"),
        ([("acting", "neutral"), ("film", "positive")], None),
        ([], None),
    ],
)  # fmt: skip
def test_one_review_in_a_line(found: list[tuple[str, str]], words: str | None) -> None:
    assert said_of([judged(*one) for one in found]) == words


def test_a_job_in_two_lines() -> None:
    assert summed_up(COUNTS) == [
        "Most praised: acting (75% of 40 reviews)", "Most blamed: pacing (75% of 20 reviews)",
    ]  # fmt: skip
    assert summed_up(COUNTS[2:]) == []


def test_an_aspect_with_its_intervals() -> None:
    assert praise_of(COUNTS[0]) == "75% (60–86%) of 40 reviews praise it"
    assert praise_of(COUNTS[2]) == "4 reviews judge it"
    assert str(beside_others(COUNTS[0])).endswith("a real difference")
    assert beside_others(COUNTS[2]) is None


def test_two_films_differ_where_enough_reviews_judge() -> None:
    lines = aspect_differences(COUNTS, OTHER)
    assert [line.partition(":")[0] for line in lines] == ["acting", "pacing"]
    assert lines[0].endswith("a real difference")
    assert lines[1].endswith("which could be chance")


def test_every_aspect_has_a_name_of_its_own_in_every_language() -> None:
    for language in ("en", *languages()):
        with use_locale(language):
            assert len({tr(WORDS[name]) for name in NAMES}) == len(NAMES)
