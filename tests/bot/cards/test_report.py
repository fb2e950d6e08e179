"""The card of `/report` without Discord: what it says, that it fits, that user text stays text."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from bot.cards.base import EMBED_CHARS, FIELD_CHARS
from bot.cards.report import _CODES, alt_text, distribution_alt, quotes, report_embed
from common.aspects import NAMES
from common.i18n import use_locale
from db.queue.job_counts import NOT_SCORED
from db.types import AspectCount, Bucket
from reporting.request import NO_FILM, ReportRequest
from reporting.tables import ReportPart
from tests.bot.cards.test_themes import theme, themes
from tests.bot.samples import HOSTILE, report, result
from tests.reporting.aspects.samples import COUNTS, OTHER, said
from worker.files.row_problems import table

HEAT = ReportRequest(film="Heat", since=date(2026, 3, 1), until=date(2026, 3, 31))


LOOK = {
    "copies": {"count": 999_999, "rows": [10**6] * 20},
    "adverts": {"count": 999_999, "rows": [10**6] * 20},
    "bursts": [{"day": "2026-03-01", "count": 10**6, "first": 1, "last": 10**6}] * 3,
}


def values(*parts: ReportPart) -> dict[str, str]:
    return {str(field.name): str(field.value) for field in report_embed(parts).fields}


def test_a_report_of_the_longest_texts_fits() -> None:
    told = ((0, 300, 2.0),)
    worst = [result(text=HOSTILE, film=HOSTILE, id=10**15, explanation=told)] * 5
    about = ReportRequest(HOSTILE, 10**15, date(2026, 1, 1), date(2026, 12, 31), "film")
    many = [Bucket(HOSTILE, 10, 6, 3, 1, 0.5)] * 50
    flags = tuple((f"flag_{i}" * 8, 7) for i in range(9))
    big = report(
        most_positive=worst, most_negative=worst, buckets=many, flags=flags, n_flagged=9, rejected_codes=flags,
        mismatches=worst, hygiene=LOOK,
        aspects=tuple(AspectCount(name, 9**9, 9**9, 0, 9**9, 1, (said(10**15, HOSTILE),) * 2) for name in NAMES),
    )  # fmt: skip
    by_aspect = ReportPart(replace(about, by="aspect"), big)
    for parts in (
        [by_aspect],
        [by_aspect, by_aspect],
        [ReportPart(about, big)],
        [ReportPart(about, big), ReportPart(about, big)],
    ):
        embed = report_embed(parts)
        assert len(embed) <= 6000
        assert all(len(str(field.value)) <= 1024 for field in embed.fields)
        assert all(len(str(field.name)) <= 256 for field in embed.fields)
        shown = str(embed.description) + "".join(f"{field.name}{field.value}" for field in embed.fields)
        assert "@everyone" not in shown
        assert "**bold**" not in shown
        assert "[free](" not in shown
        assert len(alt_text(parts)) <= 1024


@pytest.mark.parametrize("locale", [None, "de", "fr", "es", "ja"])
@pytest.mark.parametrize("text", ["A fine film of its kind. " * 40, "*" * 3000, "@" * 3000])
def test_a_report_with_aspects_and_themes_fits_in_every_language(text: str, locale: str | None) -> None:
    worst = [result(text=text, film=text[:100], id=10**15, explanation=((0, 300, 2.0),))] * 5
    both = (said(10**15, text), said(10**15, text))
    big = report(
        most_positive=worst, most_negative=worst, buckets=[Bucket(text[:100], 10**6, 6, 3, 1, 0.5)] * 50,
        mismatches=worst, hygiene=LOOK, other_films=(text[:100],) * 9,
        aspects=tuple(AspectCount(name, 9**9, 9**9, 0, 9**9, 1, both) for name in NAMES),
    )  # fmt: skip
    found = themes(*(theme(f"{text[:100]}{n}", text) for n in range(9)))
    about = ReportRequest(text[:100], 10**15, date(2026, 1, 1), date(2026, 12, 31), "film")
    with use_locale(locale):
        for by in ("film", "aspect"):
            embed = report_embed([ReportPart(replace(about, by=by), big, found)])
            assert len(embed) <= EMBED_CHARS
            assert all(0 < len(str(field.value)) <= FIELD_CHARS for field in embed.fields)


def test_aspects_by_aspect_and_in_two_lines() -> None:
    by_day = values(ReportPart(HEAT, report(aspects=COUNTS)))
    assert by_day["Praised and blamed"].splitlines()[0] == "Most praised: acting (75% of 40 reviews)"
    part = ReportPart(replace(HEAT, by="aspect"), report(aspects=COUNTS))
    found = values(part)
    assert found["acting"].splitlines()[0] == "75% (60–86%) of 40 reviews praise it"
    assert "+ “The acting is great” `#5`" in found["acting"]
    assert "**bold**" not in found["acting"]
    assert [one.review_id for one in quotes([part])] == [5, 6, 7]
    assert quotes([ReportPart(HEAT, part.report)]) == []
    two = values(part, replace(part, report=report(aspects=OTHER)))
    assert "acting: " in two["Share of praise, by aspect"]
    assert "was read for aspects" in values(replace(part, report=report()))["Praised and blamed"]


def test_counts_stand_beside_the_average_with_their_intervals() -> None:
    one = report(deviation=0.3, n_flagged=4, flags=(("too_short", 4),), rejected_codes=(("empty", 2),))
    found = values(ReportPart(HEAT, one))
    assert found["Positive"] == "6\n60% (31–83%)"
    assert found["Unclear"].startswith("1\n10% (")
    description = str(report_embed([ReportPart(HEAT, one)]).description)
    assert "10 reviews" in description
    assert "0.62 (0.41–0.83)" in description
    assert found["Not scored"] == "2 rows of these files: 2 empty"
    assert "4 reviews (40%)" in found["With flags"]
    assert "Corrections" not in found
    corrected = values(ReportPart(HEAT, report(corrections=3, corrected=2, agreed=1)))["Corrections"]
    assert corrected.startswith("3 corrections\n1 agrees with the verdict\n")
    assert "very short" in found["With flags"]


def test_an_extreme_shows_the_sentence_that_decided() -> None:
    text = "It rained. A wonderful film! The bus was late."
    told = ((0, 10, -0.2), (11, 28, 2.5), (29, 46, 0.1))
    shown = values(ReportPart(HEAT, report(most_positive=[result(text=text, explanation=told)])))["Most positive"]
    assert "“A wonderful film!”" in shown
    assert "rained" not in shown
    bad = ((0, 10, -1.2), (11, 28, 2.5))
    low = values(ReportPart(HEAT, report(most_negative=[result(text=text, probability=0.1, explanation=bad)])))
    assert "“It rained.”" in low["Most negative"]


def test_two_reports_say_what_differs_and_whether_it_may_be_chance() -> None:
    many = report(total=1000, n_positive=900, n_negative=50, n_uncertain=50, mean_probability=0.9, deviation=0.2)
    few = report(total=1000, n_positive=300, n_negative=650, n_uncertain=50, mean_probability=0.3, deviation=0.2)
    up = ReportRequest(film="Up")
    told = values(ReportPart(HEAT, many), ReportPart(up, few))["Difference"]
    assert "+60.0 percentage points" in told
    assert "a real difference" in told
    same = values(ReportPart(HEAT, report(deviation=0.3)), ReportPart(up, report(deviation=0.3)))["Difference"]
    assert same.count("which could be chance") == 2


def test_the_charts_in_words() -> None:
    text = alt_text([ReportPart(ReportRequest(), report())])
    for part in ("10 reviews", "6 positive", "3 negative", "0.62", "0.40 (2026-03-09)", "0.77 (2026-03-10)"):
        assert part in text, part
    films = report(buckets=[Bucket("Heat", 6, 4, 2, 0, 0.7), Bucket("", 4, 2, 1, 1, 0.5)])
    assert "Heat: 0.70, (no film given): 0.50" in alt_text([ReportPart(ReportRequest(by="film"), films)])
    assert distribution_alt(ReportPart(HEAT, report())).endswith("30%, 0%, 0%, 0%, 70%.")


def test_every_reason_of_a_row_has_words() -> None:
    assert {*table(1_000), NOT_SCORED} == set(_CODES)


def test_a_film_that_is_called_like_our_words_keeps_its_name() -> None:
    films = [Bucket("", 4, 1, 2, 1, 0.4), Bucket(NO_FILM, 6, 5, 1, 0, 0.77)]
    with use_locale("de"):
        text = alt_text([ReportPart(ReportRequest(by="film"), report(buckets=films))])
    assert text.count(NO_FILM) == 1
    assert f"{NO_FILM}: 0,77" in text


def test_a_report_by_film_lists_the_films_most_reviewed_first() -> None:
    films = [Bucket("Up", 2, 1, 1, 0, 0.5), Bucket("", 4, 2, 1, 1, 0.5), Bucket("Heat", 6, 4, 2, 0, 0.7)]
    one = report(buckets=films, n_buckets=5)
    listed = values(ReportPart(ReportRequest(by="film"), one))["Films"].splitlines()
    assert listed == [
        "“Heat”: 6 reviews, 67% (30–90%) positive",
        "(no film given): 4 reviews, 50% (15–85%) positive",
        "“Up”: 2 reviews, 50% (9–91%) positive",
        "2 more films",
    ]
    assert "Films" not in values(ReportPart(ReportRequest(by="day"), one))


def test_names_that_need_escaping_do_not_break_the_list() -> None:
    films = [Bucket("*" * 200 + str(number), 9, 4, 5, 0, 0.5) for number in range(20)]
    listed = values(ReportPart(ReportRequest(by="film"), report(buckets=films, n_buckets=20)))["Films"]
    assert len(listed) <= 1024
    assert listed.splitlines()[-1].endswith("more films")


def test_films_that_share_a_name_are_told() -> None:
    one = report(other_films=("Heat (1986)", "Heat (1995) @everyone"))
    for embed in (
        report_embed([ReportPart(HEAT, one)]),
        report_embed([ReportPart(HEAT, one), ReportPart(HEAT, report())]),
    ):
        said = str(embed.description) + "".join(str(field.value) for field in embed.fields)
        assert "Several films have this name" in said
        assert "@everyone" not in said
