"""`reelfeel report` and `quality`: the files of `/report` over everything stored, and how often people agreed."""

from __future__ import annotations

import errno
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from cli.reports import reasons_of
from common.process import second_process
from common.process.second_process import WorkFailed
from db.engine import Database
from db.errors import DatabaseUnavailable
from db.queries import theme_texts
from db.types import NewReview
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


def without_date(page: Path) -> str:
    return re.sub(r"Reelfeel, [^,]* UTC", "", page.read_text(encoding="utf-8"))


OF_TWO = """
import os, sys
from common.process import second_process
copies = []
os.register_at_fork(before=lambda: copies.append(1))
second_process.usable_cpus = lambda: 2
from cli import app
app(["report", "--no-explain", "-o", sys.argv[1]], standalone_mode=False)
print(len(copies))
"""


@pytest.mark.slow  # a process that loads everything
@pytest.mark.skipif(sys.platform != "linux", reason="only on Linux a copy is made")
def test_the_page_is_the_same_of_one_process_and_of_two(command_db: Database, ran: Run, tmp_path: Path) -> None:
    said = ("stunning pictures", "huge plot holes", "nothing much")
    done_file(command_db, [NewReview(n, f"It has {said[n % 3]} in scene {n} and in some more") for n in range(150)])
    pages = [tmp_path / "one.html", tmp_path / "two.html"]
    ran("-o", str(pages[0]))  # pytest has threads
    command = [sys.executable, "-c", OF_TWO, str(pages[1])]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout.splitlines()[-1] == "1"
    one, two = map(without_date, pages)
    assert one == two
    assert "huge plot holes" in one[one.index("What its bad reviews speak of") :]


@pytest.mark.parametrize(
    ("error", "code", "words"),
    [
        (WorkFailed("KeyError at finder.py:7 find"), 1, "reelfeel: the themes were not found: KeyError at finder.py:7"),
        (DatabaseUnavailable("The database is gone."), 69, "reelfeel: The database is gone."),
    ],
)
def test_what_goes_wrong_in_the_other_process_is_one_line(
    films: Path, ran: Run, monkeypatch: pytest.MonkeyPatch, error: Exception, code: int, words: str
) -> None:
    @contextmanager
    def fails(_: object) -> Iterator[Callable[[], object]]:
        def result() -> object:
            raise error

        yield result

    monkeypatch.setattr(second_process, "beside", fails)
    assert ran(code=code).startswith(words)
    assert not list(films.glob("report.*"))


def test_on_a_full_disk_the_page_of_before_stays(films: Path, ran: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(path: Path, content: bytes) -> None:
        with path.open("wb") as file:
            file.write(content[:100])
        raise OSError(errno.ENOSPC, "No space left on device")

    ran()
    before = (films / "report.html").read_bytes()
    monkeypatch.setattr(Path, "write_bytes", full)
    assert "No space is left on the disk" in ran(code=74)
    assert (films / "report.html").read_bytes() == before
    assert not list(films.glob(".reelfeel-*"))


def test_themes_are_looked_for_where_a_file_shows_them(films: Path, ran: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def never(*_: object) -> None:
        raise DatabaseUnavailable("Texts were read.")

    monkeypatch.setattr(theme_texts, "theme_texts_of_all", never)
    ran("-o", "report.csv", "-o", "report.png", "-o", "report.parquet")
    assert "Texts were read." in ran("-o", "report.csv", "-o", "report.xlsx", code=69)


def test_reasons_are_of_the_model_that_judged(scorer: Scorer) -> None:
    why = reasons_of(scorer)
    text = "A wonderful film. I loved every minute."
    sentences = why(result(text=text, model=scorer.version))
    assert sentences is not None
    assert [text[start:end].strip() for start, end, _ in sentences] == ["A wonderful film.", "I loved every minute."]
    assert why(result(text=text, model="another")) is None
    assert why(result(text=None, model=scorer.version)) is None
