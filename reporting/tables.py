"""The numbers of a report as rows, and those as CSV, Excel workbook or Parquet."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from db.types import Bucket, Report, ResultView
from reporting import star_figures
from reporting.aspects import figures as aspect_figures
from reporting.csv_table import csv_table, harmless
from reporting.intervals import mean_interval, wilson
from reporting.request import NO_FILM, ReportRequest
from reporting.themes import table as theme_table
from reporting.themes.of_report import ReportThemes

HEADER: Final = (
    "about", "bucket", "reviews", "positive", "negative", "uncertain", "flagged",
    "positive_share", "positive_share_low", "positive_share_high",
    "uncertain_share", "average_probability", "average_low", "average_high", *star_figures.HEADER,
)  # fmt: skip
"""Shares are of 1; low and high are 95 % intervals, of shares by Wilson, of averages by Student's t.
The rest as in `reporting.star_figures`."""
_KINDS: Final = ("text", "text", *("whole",) * 5, *("real",) * 7, *star_figures.KINDS)
ALL: Final = "(all)"
EXTREMES_HEADER: Final = (
    "about",
    "kind",
    "id",
    "job",
    "film",
    "label",
    "probability",
    "flags",
    "model",
    "estimated_stars",
    "given_stars",
    "deciding",
    "text",
)


CORRECTIONS_HEADER: Final = ("about", "reviews", "corrections", "corrected_reviews", "agreed", "caution")
CORRECTIONS_BIASED: Final = (
    "People correct what strikes them as wrong: this is no random sample, and says nothing of the other verdicts."
)


@dataclass(frozen=True, slots=True)
class ReportPart:
    """One of the two things compared, or the only one."""

    about: ReportRequest
    report: Report
    themes: ReportThemes | None = None


def rows(parts: Sequence[ReportPart]) -> Iterable[Sequence[object]]:
    """A row of `HEADER` for all of a part together, then one for each of its buckets."""
    for part in parts:
        report = part.report
        subject = part.about.subject()
        if report.total:
            counts = (report.total, report.n_positive, report.n_negative, report.n_uncertain, report.n_flagged)
            measures = _measures(counts, report.mean_probability or 0.0, report.deviation)
            yield subject, ALL, *counts, *measures, *star_figures.cells(report.stars)
        for one in named(report.buckets):
            counts = (one.total, one.n_positive, one.n_negative, one.n_uncertain, one.n_flagged)
            measures = _measures(counts, one.mean_probability, one.deviation)
            yield subject, one.key, *counts, *measures, *star_figures.cells(one.stars)


def named(buckets: Sequence[Bucket]) -> list[Bucket]:
    """The buckets, with words for the one of reviews without a film."""
    return [bucket if bucket.key else replace(bucket, key=NO_FILM) for bucket in buckets]


def _measures(counts: tuple[int, int, int, int, int], mean: float, deviation: float | None) -> tuple[object, ...]:
    total, positive, _, uncertain, _ = counts
    share, average = wilson(positive, total), mean_interval(mean, deviation, total)
    figures = (positive / total, share.low, share.high, uncertain / total, mean)
    return (*(round(figure, 6) for figure in figures), *(
        (None, None) if average is None else (round(average.low, 6), round(average.high, 6))
    ))  # fmt: skip


def extreme_rows(parts: Sequence[ReportPart]) -> Iterable[Sequence[object]]:
    """A row of `EXTREMES_HEADER` for each of the most positive and negative, and of the words against stars."""
    for part in parts:
        for kind, results in (
            ("most positive", part.report.most_positive),
            ("most negative", part.report.most_negative),
            ("words against stars", part.report.mismatches),
        ):
            for one in results:
                head = (part.about.subject(), kind, one.id, one.job_id, one.film, one.label, round(one.probability, 6))
                stars = (one.stars, None if one.rating is None else one.rating / 100)
                yield *head, " ".join(one.flags), one.model, *stars, deciding(one), one.text


def correction_rows(parts: Sequence[ReportPart]) -> Iterable[Sequence[object]]:
    """A row of `CORRECTIONS_HEADER` for each part."""
    for part in parts:
        one = part.report
        yield part.about.subject(), one.total, one.corrections, one.corrected, one.agreed, CORRECTIONS_BIASED


def theme_rows(parts: Sequence[ReportPart]) -> Iterable[Sequence[object]]:
    """A row of `reporting.themes.table.HEADER` for each theme."""
    for part in parts:
        if part.themes:
            yield from theme_table.rows(part.about.subject(), part.themes.kinds())


def deciding(result: ResultView) -> str | None:
    """The sentence that moved the verdict furthest its way; None without text or explanation."""
    if result.text is None or not result.explanation:
        return None
    way = 1 if result.probability >= 0.5 else -1
    start, end, moved = max(result.explanation, key=lambda part: way * part[2])
    sentence = " ".join(result.text[start:end].split())
    return sentence if way * moved > 0 and sentence else None


def aspect_rows(parts: Sequence[ReportPart]) -> Iterable[Sequence[object]]:
    """A row of `aspect_figures.HEADER` for each aspect that reviews of a part judge."""
    for part in parts:
        for one in part.report.aspects:
            yield part.about.subject(), *aspect_figures.cells(one)


def table_bytes(parts: Sequence[ReportPart], format: str) -> bytes:
    """The report as a file: CSV and Parquet hold the numbers, by aspect where that is asked for, a workbook all."""
    return TABLES[format](parts)


def _csv(parts: Sequence[ReportPart]) -> bytes:
    header, _, table = _numbers(parts)
    return csv_table(header, table)


def _numbers(parts: Sequence[ReportPart]) -> tuple[Sequence[str], Sequence[str], Iterable[Sequence[object]]]:
    """The table that a file of one table holds: names of columns, their kinds, and rows."""
    if parts[0].about.by == "aspect":
        return aspect_figures.HEADER, aspect_figures.KINDS, aspect_rows(parts)
    return HEADER, _KINDS, rows(parts)


def _parquet(parts: Sequence[ReportPart]) -> bytes:
    import pyarrow as pa
    import pyarrow.parquet as pq

    kinds: dict[str, pa.DataType] = {"text": pa.string(), "whole": pa.int64(), "real": pa.float64()}
    header, of_columns, table = _numbers(parts)
    schema = pa.schema([pa.field(name, kinds[kind]) for name, kind in zip(header, of_columns, strict=True)])
    records = [dict(zip(header, row, strict=True)) for row in table]
    out = io.BytesIO()
    pq.write_table(pa.Table.from_pylist(records, schema=schema), out)
    return out.getvalue()


def _workbook(parts: Sequence[ReportPart]) -> bytes:
    from openpyxl import Workbook

    book = Workbook(write_only=True)
    for title, header, table in (
        ("Report", HEADER, rows(parts)),
        ("Most positive and negative", EXTREMES_HEADER, extreme_rows(parts)),
        ("Aspects", aspect_figures.HEADER, aspect_rows(parts)),
        ("Corrections", CORRECTIONS_HEADER, correction_rows(parts)),
        ("themes", theme_table.HEADER, theme_rows(parts)),
    ):
        sheet = book.create_sheet(title)
        sheet.freeze_panes = "A2"
        sheet.append(list(header))
        for row in table:
            sheet.append([_cell(harmless(cell)) for cell in row])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


TABLES: Final[dict[str, Callable[[Sequence[ReportPart]], bytes]]] = {
    "csv": _csv,
    "parquet": _parquet,
    "xlsx": _workbook,
}
_EXCEL_CHARS: Final = 32_767


def _cell(cell: object) -> Any:
    """Text without what XML forbids and as long as a cell of Excel may be."""
    if not isinstance(cell, str):
        return cell
    from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE

    return ILLEGAL_CHARACTERS_RE.sub(" ", cell)[:_EXCEL_CHARS]
