"""Themes of a report: what good and bad reviews speak of, names, in table, workbook and page."""

from __future__ import annotations

import io
import pickle

import openpyxl

from db.types import ThemeText, ThemeTexts
from reporting.html_page import page
from reporting.report_files import with_themes
from reporting.request import ReportRequest
from reporting.tables import ReportPart, table_bytes
from reporting.themes.of_report import ReportThemes, themes_of
from reporting.themes.table import HEADER
from tests.bot.samples import report
from tests.reporting.themes.corpora import reviews

GOOD = "It has <b>stunning</b> <script>pictures</script> of Monument Valley"


def texts(rest: int = 200) -> ThemeTexts:
    """Good reviews of the subject speak of pictures, bad ones of plot holes."""
    planted = {0: (GOOD, 0.4), 1: ("It has huge plot holes", 0.4)}
    subject = [as_text(one.key, one.text, one.group) for one in reviews(200, planted=planted)]
    return ThemeTexts(
        subject, [as_text(n, one.text, one.group) for n, one in enumerate(reviews(rest, seed=2), 500)], True
    )


def as_text(id_: int, text: str, group: int) -> ThemeText:
    return ThemeText(id_, text, group == 0, None, 1, 7, False)


def found(rest: int = 200) -> ReportThemes:
    themes = themes_of(texts(rest))
    assert themes is not None
    return themes


def test_good_and_bad_reviews_and_names() -> None:
    for rest in (200, 0):
        themes = found(rest)
        assert [one.phrase for one in themes.praised] == ["stunning pictures"]
        assert [one.phrase for one in themes.blamed] == ["huge plot holes"]
        assert [one.phrase for one in themes.names] == ["Monument Valley"]
        assert themes.beside_rest is (rest > 0)
        quoted = {quote.key for kind in themes.kinds() for one in kind[1] for quote in one.quotes}
        assert {one.id for one in themes.quoted} == quoted
        assert not any(one.text for one in themes.quoted)
        assert pickle.loads(pickle.dumps(themes)) == themes


def test_too_few_of_either_verdict() -> None:
    few = texts(0)
    assert themes_of(ThemeTexts(few.subject[:30], [], True)) is None
    one_sided = [one for one in few.subject if one.positive]
    assert themes_of(ThemeTexts(one_sided, [], True)) is None
    themes = themes_of(ThemeTexts(one_sided, texts().rest, True))
    assert themes is not None
    assert (len(themes.praised), themes.blamed) == (1, ())


def test_reports_of_few_reviews_read_no_text() -> None:
    def never(_: object) -> ThemeTexts:
        raise AssertionError

    part = ReportPart(ReportRequest(), report(n_positive=19, n_negative=19))
    assert with_themes([part], never) == [part]
    enough = ReportPart(ReportRequest(), report(n_positive=20))
    (whole,) = with_themes([enough], lambda _: texts())
    assert whole.themes == found()


def test_the_workbook_has_a_sheet_and_the_page_a_part() -> None:
    part = ReportPart(ReportRequest(film="Heat"), report(), found())
    sheet = openpyxl.load_workbook(io.BytesIO(table_bytes([part], "xlsx")))["themes"]
    header, *lines = sheet.iter_rows(values_only=True)
    assert header == HEADER
    assert [(line[1], line[2]) for line in lines] == [
        ("for", "stunning pictures"), ("against", "huge plot holes"), ("name", "Monument Valley")
    ]  # fmt: skip
    shown = page([part])
    assert "What its good reviews speak of" in shown
    assert "<b>stunning pictures</b>" in shown
    assert "Monument Valley" in shown
    assert "<script>" not in shown
    assert "Themes" not in page([ReportPart(ReportRequest(film="Heat"), report())])
