"""A report as a file of each format, and a report for each subject that is asked about."""

from __future__ import annotations

import pytest

from common.file_formats import REPORT_FORMATS
from db.types import Report, ReportFilter
from reporting.report_files import file_of, parts_of
from reporting.request import BadQuestion, ReportRequest
from tests.bot.samples import report
from tests.reporting.parts import parts

STARTS: dict[str, bytes] = {
    "html": b"<!doctype html>", "png": b"\x89PNG", "csv": b"\xef\xbb\xbf", "xlsx": b"PK", "parquet": b"PAR1",
}  # fmt: skip


@pytest.mark.parametrize("format", REPORT_FORMATS)
def test_each_format_is_written(format: str) -> None:
    assert file_of(parts(), format).startswith(STARTS[format])


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
