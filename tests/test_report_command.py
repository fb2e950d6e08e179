"""`reelfeel report`: the files of `/report` from the command line, over everything stored."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from cli import app, reasons_of
from common import settings
from db.engine import Database
from model import Scorer
from tests.bot.samples import result
from tests.db.steps import ELSEWHERE, OTHER, done_file, new_reviews, origin


@pytest.fixture
def filled(sqlite_url: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """Films of two owners in two servers; the folder to write to."""
    db = Database(sqlite_url)
    done_file(db, new_reviews(20, film="Heat"))
    done_file(db, new_reviews(12, film="Up"), where=origin(OTHER, ELSEWHERE))
    db.dispose()
    monkeypatch.setenv("DATABASE_URL", sqlite_url)
    monkeypatch.chdir(tmp_path)
    settings.settings.cache_clear()
    return tmp_path


def ran(*arguments: str, code: int = 0) -> str:
    found = CliRunner().invoke(app, ["report", "--no-explain", *arguments])
    settings.settings.cache_clear()
    assert found.exit_code == code, found.output
    return " ".join(found.output.replace("│", " ").split())


def test_every_format_over_everything_stored(filled: Path) -> None:
    names = [f"out/report.{ending}" for ending in ("html", "png", "csv", "xlsx", "parquet")]
    said = ran(*(part for name in names for part in ("-o", name)))
    assert said.count("32 reviews") == 5
    starts = [(filled / name).read_bytes()[:4] for name in names]
    assert starts == [b"<!do", b"\x89PNG", b"\xef\xbb\xbfa", b"PK\x03\x04", b"PAR1"]


def test_two_films_compared_in_the_default_file(filled: Path) -> None:
    ran("--film", "heat", "--compare", "Up", "--by", "week")
    page = (filled / "report.html").read_text(encoding="utf-8")
    assert "Difference" in page
    assert "“Up”" in page


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["--film", "Alien"], 1, "no review for “Alien”"),
        (["-o", "report.doc"], 2, "ends with one of .html"),
        (["--by", "year"], 2, "day, week, month or film"),
        (["--since", "soon"], 2, "is not a date"),
        (["--compare", "before"], 2, "needs `since` and `until`"),
    ],
)
def test_what_cannot_be_made(filled: Path, arguments: list[str], code: int, said: str) -> None:
    assert said in ran(*arguments, code=code)
    assert not list(filled.glob("report.*"))


def test_reasons_are_of_the_model_that_judged(scorer: Scorer) -> None:
    why = reasons_of(scorer)
    text = "A wonderful film. I loved every minute."
    told = why(result(text=text, model=scorer.version))
    assert told is not None
    assert [text[start:end].strip() for start, end, _ in told] == ["A wonderful film.", "I loved every minute."]
    assert why(result(text=text, model="another")) is None
    assert why(result(text=None, model=scorer.version)) is None
