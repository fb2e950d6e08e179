"""Several files at once: each gets a job, and a bad one refuses no other."""

from __future__ import annotations

from typing import Any

from db.queries.jobs import list_jobs
from db.types import JobView, Viewer
from tests.bot.talk import GOOD, Talk, review_file, words
from tests.fixtures.discord import World

ONE, TWO, THREE = (review_file(4, films=(film,), empty=0) for film in ("Heat", "Up", "Alien"))


def jobs(world: World, who: Any) -> list[JobView]:
    return list_jobs(world.db, Viewer(who.id))


async def test_several_files_each_get_a_job_and_one_bad_refuses_no_other(world: World, alice: Talk) -> None:
    said = await alice.slash(
        "batch", file=("one.csv", ONE), file2=("cat.png", b"\x89PNG"), file5=("two.csv", TWO), film_column="film"
    )
    assert said.ephemeral
    first, refused, reference, second = said.content.split("\n")
    assert first.startswith("Job 1 is accepted")
    assert "I cannot read cat.png" in refused
    assert "Reference" in reference
    assert second.startswith("Job 2 is accepted")
    await world.finish()
    assert [job.filename for job in jobs(world, world.alice)] == ["two.csv", "one.csv"]
    assert [job.state for job in jobs(world, world.alice)] == ["done", "done"]


async def test_columns_that_are_named_are_those_that_are_used(world: World, alice: Talk) -> None:
    """Although others of the file have the names that are looked for."""
    rows = "".join(f'nothing to read here {n},Wrong,2020-01-01,"{GOOD} {n}",Heat,2026-03-0{n + 1}\n' for n in range(5))
    data = f"review,film,date,b,c,d\n{rows}".encode()
    await alice.slash("batch", file=("a.csv", data), text_column="b", film_column="c", date_column="d")
    await world.finish()
    shown = words(await alice.slash("results search", film="Heat", since="2026-03-03"))
    assert shown.count("Positive") == 3
    assert "nothing to read" not in shown
    assert "Nothing found" in words(await alice.slash("results search", film="Wrong"))


async def test_of_several_files_each_known_one_is_asked_about(world: World) -> None:
    await world.alice.slash(world.channel, "batch", file=("one.csv", ONE))
    await world.finish()
    result = await world.alice.slash(world.channel, "batch", file=("two.csv", TWO), file2=("again.csv", ONE))
    assert result.response.content.startswith("Job 2 is accepted")
    (question,) = result.followups
    assert question.ephemeral
    assert "same file as **job 1**" in question.content
    await world.alice.click(question, label="Score again")
    await world.finish()
    assert [job.filename for job in jobs(world, world.alice)] == ["one.csv", "two.csv", "one.csv"]
