"""Words of the report card that stand for a code or for a film's name."""

from __future__ import annotations

from bot.cards.report import _CODES, alt_text
from common.i18n import use_locale
from db.queue.job_counts import NOT_SCORED
from db.types import Bucket
from reporting.request import NO_FILM, ReportRequest
from reporting.tables import ReportPart
from tests.bot.samples import report
from worker.files.row_problems import table


def test_every_reason_of_a_row_has_words() -> None:
    assert {*table(1_000), NOT_SCORED} == set(_CODES)


def test_a_film_that_is_called_like_our_words_keeps_its_name() -> None:
    films = [Bucket("", 4, 1, 2, 1, 0.4), Bucket(NO_FILM, 6, 5, 1, 0, 0.77)]
    with use_locale("de"):
        text = alt_text([ReportPart(ReportRequest(by="film"), report(buckets=films))])
    assert text.count(NO_FILM) == 1
    assert f"{NO_FILM} 0.77" in text
