"""A report as a file of each format: what `/report` attaches and `reelfeel report` writes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Final

from db.types import Report, ReportFilter, ThemeTexts
from reporting.html_page import Themes, begun_page
from reporting.pictures import chart_png
from reporting.request import ReportRequest, same_question
from reporting.tables import ReportPart, table_bytes
from reporting.themes.of_report import themes_of
from reporting.themes.theme import MINIMUMS

WITH_THEMES: Final = ("html", "xlsx")
"""Formats that show themes."""


def parts_of(ask: Callable[[ReportFilter], Report], *abouts: ReportRequest) -> list[ReportPart]:
    """The reports on each subject; blocking. Raises BadQuestion for one film under two of its names."""
    parts = [ReportPart(about, ask(about.filter)) for about in abouts]
    asked = [(replace(part.about, film=None), part.report.film_names) for part in parts if part.report.film_names]
    if len(set(asked)) < len(asked):
        raise same_question()
    return parts


def with_themes(parts: Sequence[ReportPart], texts: Callable[[ReportFilter], ThemeTexts]) -> list[ReportPart]:
    """The parts with their themes, where there are reviews enough; blocking, a few seconds."""
    return [
        replace(part, themes=themes_of(texts(part.about.filter)))
        if max(part.report.n_positive, part.report.n_negative) >= MINIMUMS.group
        else part
        for part in parts
    ]


def file_of(parts: Sequence[ReportPart], format: str) -> bytes:
    """The report as one file; `format`: one of `common.file_formats.REPORT_FORMATS`."""
    return begun_file(parts, format)([part.themes for part in parts])


def begun_file(parts: Sequence[ReportPart], format: str) -> Callable[[Sequence[Themes]], bytes]:
    """What of the file needs no themes is made at once; given the themes of each part, it is the file."""
    if format == "html":
        finished = begun_page(parts)
        return lambda themes: finished(themes).encode("utf-8")
    if format == "png":
        drawn = chart_png(parts)
        return lambda themes: drawn
    return lambda themes: table_bytes(
        [replace(part, themes=its) for part, its in zip(parts, themes, strict=True)], format
    )
