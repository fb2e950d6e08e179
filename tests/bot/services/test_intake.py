"""The way in: texts and files at a limit are taken, one beyond is refused with the limit and the way out."""

from __future__ import annotations

import pytest

from bot.services.intake import MAX_FILES, check_file, check_text
from common.errors import UserError
from common.settings import MIB, Settings
from db.queries.jobs import list_jobs
from db.types import Viewer
from tests.bot.short_reviews import FILE
from tests.fixtures.discord import World

HOST = Settings(max_message_chars=100, max_upload_mib=2, max_active_jobs=3, _env_file=None)  # type: ignore[call-arg]


def test_a_text_at_the_limit() -> None:
    assert check_text("x" * 100, HOST) == "x" * 100
    assert check_text(f"  {'x' * 100}\n", HOST) == "x" * 100, "white space around it does not count"
    with pytest.raises(UserError, match="has 101 characters and the limit is 100"):
        check_text("x" * 101, HOST)


def test_a_file_at_the_limit() -> None:
    check_file("a.csv", 1, HOST)
    check_file("a.csv", 2 * MIB, HOST)
    check_file("a.csv", MIB, HOST, max_mib=1)
    with pytest.raises(UserError, match=r"the limit is 2 MiB"):
        check_file("a.csv", 2 * MIB + 1, HOST)
    with pytest.raises(UserError, match=r"the limit is 1 MiB"):
        check_file("a.csv", MIB + 1, HOST, max_mib=1)
    with pytest.raises(UserError, match="is empty"):
        check_file("a.csv", 0, HOST)


async def test_exactly_as_many_files_as_a_message_may_bring(world: World) -> None:
    world.settings.max_active_jobs = 100
    await world.dm(world.alice, "", *((f"{n}.csv", FILE.encode() + b"x" * n) for n in range(MAX_FILES)))
    assert len(list_jobs(world.db, Viewer(world.alice.id), limit=100)) == 10


async def test_a_file_is_stored_before_the_workers_are_told(world: World) -> None:
    seen: list[int] = []
    wake_workers = world.bot.wake_workers

    def noted(*chunks: object) -> None:
        seen.append(len(list_jobs(world.db, Viewer(world.alice.id))))
        wake_workers(*chunks)  # type: ignore[arg-type]

    world.bot.wake_workers = noted  # type: ignore[method-assign]
    await world.dm(world.alice, "", ("a.csv", FILE.encode()))
    assert seen == [1]
