"""docs/tutorials: what they tell people to type is typed, and brings what they show."""

from __future__ import annotations

import re
import shlex
import shutil
from pathlib import Path
from typing import Any

from db.engine import Database
from tests.bot.talk import answer, words
from tests.cli.conftest import Run, command_db, own_environment, run
from tests.docs.pages import DOCS
from tests.fixtures.discord import World

__all__ = ["command_db", "own_environment", "run"]
TUTORIALS = DOCS / "tutorials"


def typed(page: str) -> list[tuple[str, list[str]]]:
    """The commands of a page, in order, each with the lines that it shows of what comes back."""
    steps: list[tuple[str, list[str]]] = []
    for line in re.findall(r"^ {4}(.*)$", (TUTORIALS / page).read_text(encoding="utf-8"), re.MULTILINE):
        if line.startswith("$ "):
            steps.append((line[2:], []))
        elif steps and not line.startswith("cp "):
            steps[-1][1].append(line.strip())
    return steps


def test_from_an_export_to_a_report(command_db: Database, run: Run, tmp_path: Path) -> None:
    """Every figure that the page shows is one of the file, not of the model: it is compared as it stands."""
    shutil.copy(TUTORIALS / "festival.csv", tmp_path)
    steps = typed("from-an-export-to-a-report.md")
    for command, shown in steps:
        program, *arguments = shlex.split(command)
        if program == "cat":
            said = (tmp_path / arguments[0]).read_text(encoding="utf-8-sig")
        else:
            assert program == "reelfeel"
            said = run(*arguments)
        for line in shown:
            assert line in said, command
    assert len(steps) >= 9
    for made in ("festival.scored.csv", "festival.html", "festival.xlsx", "two.html", "festival.parquet"):
        assert (tmp_path / made).stat().st_size > 1_000


def steps_of(page: str) -> list[tuple[str, list[str]]]:
    """What a page tells members to do (`where: what`), in order, each with the words that it shows below."""
    steps: list[tuple[str, list[str]]] = []
    for sign, line in re.findall(r"^(?: {4}(▸)|>) (.*)$", (TUTORIALS / page).read_text(encoding="utf-8"), re.MULTILINE):
        if sign:
            steps.append((line, []))
        else:
            steps[-1][1].append(line)
    return steps


class Member:
    """Somebody who does what the page says, and sees what comes back."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._card: Any = None

    async def do(self, step: str) -> str:
        """All words of the bot's answer."""
        where, what = step.split(": ", 1)
        if where == "press":
            return words(answer(await self._world.alice.user.click(self._card, label=what)))
        if what.startswith("/"):
            return await self._command(what)
        return await getattr(self, {"direct message": "_direct", "Score review": "_other"}.get(where, "_here"))(what)

    async def _direct(self, text: str) -> str:
        await self._world.dm(self._world.alice, text)
        await self._world.finish()
        self._card = self._world.last(self._world.alice.user.dm_channel)
        return words(self._card)

    async def _here(self, text: str) -> str:
        await self._world.alice.send(self._world.channel, text.replace("@Reelfeel", self._world.mention))
        await self._world.finish()
        return words(self._world.last(self._world.channel))

    async def _other(self, text: str) -> str:
        message = await self._world.bob.send(self._world.channel, text)
        result = await self._world.alice.context_menu(self._world.channel, "Score review", message)
        await self._world.finish()
        assert result.ephemeral
        return words(result.response)

    async def _command(self, line: str) -> str:
        name = re.split(r" \w+:", line[1:])[0]
        given = {found[0]: found[1] or found[2] for found in re.findall(r'(\w+):(?:"([^"]*)"|(\S+))', line)}
        options: dict[str, Any] = {key: {"True": True}.get(value, value) for key, value in given.items()}
        if "file" in options:
            options["file"] = (options["file"], (TUTORIALS / given["file"]).read_bytes())
        result = await self._world.alice.slash(self._world.channel, name, **options)
        await self._world.finish()
        if name == "batch":  # the card of a job is where only its owner sees it
            return "\n".join(map(words, self._world.messages(self._world.alice.user.dm_channel)))
        return words(answer(result))


async def test_your_first_hour(world: World) -> None:
    member = Member(world)
    steps = steps_of("your-first-hour.md")
    for step, shown in steps:
        said = await member.do(step)
        assert shown
        for line in shown:
            assert line in said, step
    assert len(steps) >= 10
