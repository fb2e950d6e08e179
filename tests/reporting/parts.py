"""A report with hostile names and texts."""

from __future__ import annotations

from db.types import Bucket
from reporting.request import ReportRequest
from reporting.tables import ReportPart
from tests.bot.samples import report, result

EVIL = "=HYPERLINK(1)"
TEXT = "<script>alert(1)</script> A fine film. \x0b"


def parts(film: str = EVIL) -> list[ReportPart]:
    buckets = [Bucket(film, 6, 4, 1, 1, 0.7, 2, 0.2), Bucket("", 4, 2, 2, 0, 0.5)]
    shown = [result(text=TEXT, film=film, explanation=((0, 25, 0.1), (26, 38, 2.0)))]
    one = report(buckets=buckets, deviation=0.3, most_positive=shown, n_buckets=2, flags=(("too_short", 2),))
    return [ReportPart(ReportRequest(film=film, by="film"), one)]
