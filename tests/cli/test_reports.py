"""`reelfeel report` and `quality`: the files of `/report` over everything stored, and how often people agreed."""

from __future__ import annotations

from pathlib import Path

import pytest

from cli.reports import reasons_of
from db.engine import Database
from model import Scorer
from tests.bot.samples import result
from tests.cli.conftest import Run
from tests.db.steps import ELSEWHERE, OTHER, done_file, new_reviews, origin


@pytest.fixture
def films(command_db: Database, tmp_path: Path) -> Path:
    """Films of two owners in two servers; the folder to write to."""
    done_file(command_db, new_reviews(20, film="Heat"))
    done_file(command_db, new_reviews(12, film="Up"), where=origin(OTHER, ELSEWHERE))
    return tmp_path


@pytest.fixture
def ran(run: Run) -> Run:
    """`reelfeel report` without explanations; what it printed, on one line."""

    def once(*arguments: str, code: int = 0, typed: str | None = None) -> str:
        return " ".join(run("report", "--no-explain", *arguments, code=code, typed=typed).replace("│", " ").split())

    return once


def test_quality(filled: Database, run: Run) -> None:
    assert run("quality") == "m1  1 correction, 0 in agreement with the verdict\n"


def test_every_format_over_everything_stored(films: Path, ran: Run) -> None:
    names = [f"out/report.{ending}" for ending in ("html", "png", "csv", "xlsx", "parquet")]
    output = ran(*(part for name in names for part in ("-o", name)))
    assert output.count("32 reviews") == 5
    starts = [(films / name).read_bytes()[:4] for name in names]
    assert starts == [b"<!do", b"\x89PNG", b"\xef\xbb\xbfa", b"PK\x03\x04", b"PAR1"]


@pytest.mark.slow  # seconds of a processor
def test_two_films_compared_in_the_default_file(films: Path, ran: Run) -> None:
    ran("--film", "heat", "--compare", "Up", "--by", "week")
    page = (films / "report.html").read_text(encoding="utf-8")
    assert "Difference" in page
    assert "“Up”" in page


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["--film", "Alien"], 1, "no reviews for “Alien”"),
        (["-o", "report.doc"], 2, "ends with one of .html"),
        (["--by", "year"], 2, "day, week, month, film or aspect"),
        (["--since", "soon"], 2, "is not a date"),
        (["--compare", "before"], 2, "needs `since` and `until`"),
    ],
)
def test_what_cannot_be_made(films: Path, ran: Run, arguments: list[str], code: int, words: str) -> None:
    assert words in ran(*arguments, code=code)
    assert not list(films.glob("report.*"))


def test_reasons_are_of_the_model_that_judged(scorer: Scorer) -> None:
    why = reasons_of(scorer)
    text = "A wonderful film. I loved every minute."
    sentences = why(result(text=text, model=scorer.version))
    assert sentences is not None
    assert [text[start:end].strip() for start, end, _ in sentences] == ["A wonderful film.", "I loved every minute."]
    assert why(result(text=text, model="another")) is None
    assert why(result(text=None, model=scorer.version)) is None
