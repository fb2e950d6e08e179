"""The card of a file job in each of its states."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from bot.cards.base import NEGATIVE, POSITIVE, UNCERTAIN, Card, CardFile
from bot.cards.job import done_card, ended_card, ping_card, progress_line, running_card
from bot.delivery.attachments import DEFAULT_LIMIT
from common.i18n import use_locale
from db.types import JobView

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
JOB = JobView(
    id=42, kind="file", state="active", owner_id=7, guild_id=None, channel_id=1, message_id=2, source="interaction",
    source_id=3, reply_to=None, shared=False, film=None, filename="a_*b*.csv", title="a", created_at=NOW,
    started_at=NOW - timedelta(seconds=10), finished_at=None, rows_total=1000, rows_done=250, rows_rejected=3,
    rows_failed=0, n_positive=150, n_negative=100, n_uncertain=0, histogram=(0,) * 20, error_code=None, error=None,
    columns=(), version=1, rendered_version=0, delivered_at=None, model="lstm-1",
)  # fmt: skip


DONE = replace(JOB, state="done", finished_at=NOW, n_positive=600, n_negative=310, n_uncertain=90, rows_done=1000)


def test_what_is_left_to_people_is_said() -> None:
    card = done_card(replace(DONE, accuracy=98.0), chart=None, files=(), too_large=(), limit=1)
    assert card.embed is not None
    line = "Set to be right 98% of the time: 90 unclear reviews (9%) are left to people."
    assert line in str(card.embed.description)
    card = done_card(DONE, chart=None, files=(), too_large=(), limit=1)
    assert card.embed is not None
    assert "Set to be right" not in str(card.embed.description)


def test_progress_has_rate_and_time_left() -> None:
    line = progress_line(JOB, NOW)
    assert "25% · 250 of 1,000 reviews" in line
    assert "25 reviews a second, about 30 s left" in line
    assert "second" not in progress_line(replace(JOB, rows_done=0), NOW)


@pytest.mark.parametrize("state", ["ingesting", "active", "finishing", "needs_column"])
async def test_running_cards_can_be_cancelled(state: str) -> None:
    card = running_card(replace(JOB, state=state, columns=tuple(f"column {n}" * 20 for n in range(40))), NOW)  # type: ignore[arg-type]
    assert card.embed is not None
    assert card.view is not None
    assert "job:cancel:42" in [getattr(item, "custom_id", None) for item in card.view.children]
    assert "a\\_\\*b\\*.csv" in (card.embed.description or "")
    components = card.view.to_components()
    assert all(len(row["components"]) <= 5 for row in components)


async def test_done_card() -> None:
    job = replace(JOB, state="done", finished_at=NOW, rows_done=1000, n_positive=600, n_negative=300, n_uncertain=100)
    files = (CardFile("out.csv", b"1"),)
    card = done_card(job, chart=b"png", files=files, too_large=(("big.csv", 30 * 2**20),), limit=DEFAULT_LIMIT)
    assert card.embed is not None
    assert card.embed.title == "Job 42: 1,000 reviews scored in 10 s"
    assert "600 positive (60%)" in (card.embed.description or "")
    assert "30.0 MiB, more than the 10 MiB" in (card.embed.description or "")
    assert [file.name for file in card.files] == ["histogram.png", "out.csv"]
    assert "600 positive" in (card.files[0].alt or "")
    assert card.view is not None
    assert [getattr(item, "label", None) for item in card.view.children] == ["Negative reviews", "Files"]


def test_endings_and_pings() -> None:
    failed = ended_card(replace(JOB, state="failed", error="Too <@1> many rows.", error_code="too_many_rows"))
    assert failed.embed is not None
    assert "\\<@\u200b1\\>" in (failed.embed.description or ""), "a job that failed before migration 0010"
    assert ping_card(replace(JOB, state="done")).ping == (7,)


def lines(card: Card) -> str:
    """What the card says."""
    assert card.embed is not None
    return str(card.embed.description)


@pytest.mark.parametrize(
    ("rejected", "failed", "said"),
    [
        (0, 0, None),
        (2, 0, "2 rows not scored"),
        (0, 3, "3 rows not scored"),
        (1, 0, "1 row not scored"),
        (2, 3, "5 rows not scored"),
    ],
)
def test_rejected_and_failed_rows_are_both_told(rejected: int, failed: int, said: str | None) -> None:
    done = replace(JOB, state="done", finished_at=NOW, rows_done=990, rows_rejected=rejected, rows_failed=failed)
    text = lines(done_card(done, chart=None, files=(), too_large=(), limit=DEFAULT_LIMIT))
    assert ("not scored" in text) is (said is not None)
    assert said is None or said in text


def test_failed_rows_are_behind_us_too() -> None:
    """Of a thousand 250 are scored and 250 failed: half is left, at the speed of what was scored."""
    line = progress_line(replace(JOB, rows_failed=250), NOW)
    assert "50% · 250 of 1,000 reviews" in line
    assert "25 reviews a second, about 20 s left" in line


@pytest.mark.parametrize("rejected", [0, 1, 2])
def test_rejected_rows_are_told_while_the_job_runs(rejected: int) -> None:
    text = lines(running_card(replace(JOB, rows_rejected=rejected), NOW))
    assert ("without a usable review" in text) is (rejected > 0)
    assert rejected == 0 or f"{rejected} row" in text


@pytest.mark.parametrize(("columns", "told"), [(25, False), (26, True)])
def test_columns_that_are_not_in_the_menu_are_told(columns: int, told: bool) -> None:
    waiting = replace(JOB, state="needs_column", columns=tuple(f"c{n}" for n in range(columns)))
    assert ("first 25" in lines(running_card(waiting, NOW))) is told


@pytest.mark.parametrize(
    ("positive", "negative", "uncertain", "colour"),
    [
        (600, 400, 0, POSITIVE),
        (400, 600, 0, NEGATIVE),
        (599, 401, 0, UNCERTAIN),
        (0, 0, 9, UNCERTAIN),
        (3, 2, 900, POSITIVE),
    ],
)
def test_a_clear_lead_colours_the_card(positive: int, negative: int, uncertain: int, colour: int) -> None:
    done = replace(JOB, state="done", finished_at=NOW, n_positive=positive, n_negative=negative, n_uncertain=uncertain)
    card = done_card(done, chart=None, files=(), too_large=(), limit=DEFAULT_LIMIT)
    assert card.embed is not None
    assert card.embed.colour is not None
    assert card.embed.colour.value == colour


def test_at_most_ten_files_are_sent() -> None:
    done = replace(JOB, state="done", finished_at=NOW)
    files = tuple(CardFile(f"{n}.csv", b"1") for n in range(12))
    assert len(done_card(done, chart=b"png", files=files, too_large=(), limit=DEFAULT_LIMIT).files) == 10


def test_who_sends_a_large_file_is_told_before_the_work_that_it_comes_in_parts() -> None:
    sent = replace(JOB, state="ingesting", upload_size=8 * 2**20)
    assert "in parts" in str(running_card(sent, NOW, limit=10 * 2**20).embed.description)  # type: ignore[union-attr]
    assert "in parts" not in str(running_card(sent, NOW, limit=25 * 2**20).embed.description)  # type: ignore[union-attr]


def test_what_is_said_of_the_file_stands_on_the_card_while_it_fits() -> None:
    given = [(f"read_note.{code}", values) for code, values in (
        ("month_first", {"column": "a*b"}),
        ("members_joined", {"count": 2, "names": {"names": ["1.csv", "@x"], "more": 0}}),
        ("of_another_version", {}), ("lines_skipped", {"count": 3}), ("damaged", {}), ("lines", {}),
    )]  # fmt: skip
    done = replace(JOB, state="done", finished_at=NOW, notes=tuple(given), columns=("a", "b"), read={"text": "a"})
    with use_locale("de"):
        german = lines(done_card(done, chart=None, files=(), too_large=(), limit=DEFAULT_LIMIT))
    said = lines(done_card(done, chart=None, files=(), too_large=(), limit=DEFAULT_LIMIT))
    notes = [line for line in said.split("\n") if line.startswith("ℹ️ ")]
    assert [note.split()[1:3] for note in notes] == [
        ["Nothing", "in"],
        ["2", "files"],
        ["3", "lines"],
        ["Some", "bytes"],
    ]
    assert "a\\*b" in notes[0]
    assert "@x" not in notes[1]
    assert said.index("Read: ") < said.index("ℹ️ ")
    assert "3 Zeilen" in german


def test_the_longest_notes_fit_the_card() -> None:
    names = {"names": ["n" * 40] * 12, "more": 10**6}
    notes = tuple(("read_note.members_joined", {"count": 100, "names": names}) for _ in range(10))
    done = replace(JOB, state="done", finished_at=NOW, notes=notes, filename="x" * 400)
    assert len(lines(done_card(done, chart=None, files=(), too_large=(), limit=DEFAULT_LIMIT))) < 3_000
