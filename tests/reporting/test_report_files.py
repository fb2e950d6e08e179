"""A report as a file of each format, and a report for each subject that is asked about."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from common.file_formats import REPORT_FORMATS
from db.types import Report, ReportFilter
from reporting import html_page
from reporting.html_page import begun_page, page
from reporting.report_files import WITH_THEMES, begun_file, file_of, parts_of
from reporting.request import BadQuestion, ReportRequest
from tests.bot.samples import report
from tests.reporting.parts import parts
from tests.reporting.themes.test_of_report import found

STARTS: dict[str, bytes] = {
    "html": b"<!doctype html>", "png": b"\x89PNG", "csv": b"\xef\xbb\xbf", "xlsx": b"PK", "parquet": b"PAR1",
}  # fmt: skip


@pytest.mark.parametrize("format", REPORT_FORMATS)
def test_each_format_is_written(format: str) -> None:
    assert file_of(parts(), format).startswith(STARTS[format])


@pytest.mark.parametrize("format", REPORT_FORMATS)
def test_what_is_begun_without_themes_is_the_same_file(format: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(html_page, "_picture", lambda words, _: words)
    (part,) = parts()
    themes = found()
    without, given = (begun_file([part], format)([one]) for one in (None, themes))
    assert (without != given) is (format in WITH_THEMES)
    if format not in WITH_THEMES:  # those hold the time at which they were made
        assert given == file_of([replace(part, themes=themes)], format)


def test_the_page_is_begun_with_the_themes_of_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(html_page, "_picture", lambda words, _: words)  # each takes a quarter of a second
    made = datetime(2026, 1, 31, tzinfo=UTC)
    two = [*parts(), replace(parts()[0], themes=found())]
    whole = page(two, made=made)
    assert begun_page([replace(part, themes=None) for part in two], made=made)([None, found()]) == whole
    assert begun_page(two, made=made)([None, None]) != whole


def test_every_subject_is_asked_about_in_order() -> None:
    asked: list[ReportFilter] = []

    def ask(wanted: ReportFilter) -> Report:
        asked.append(wanted)
        return report()

    heat, up = ReportRequest(film="Heat"), ReportRequest(film="Up", by="film")
    assert [part.about for part in parts_of(ask, heat, up)] == [heat, up]
    assert asked == [heat.filter, up.filter]


def test_one_film_under_two_names_is_not_compared() -> None:
    heat, same = ReportRequest(film="Heat"), ReportRequest(film="Heat (1995)")
    with pytest.raises(BadQuestion):
        parts_of(lambda _: report(film_names=("Heat", "Heat (1995)")), heat, same)
    assert len(parts_of(lambda _: report(film_names=("Heat",)), heat, ReportRequest(film="Heat", job=4))) == 2
