"""docs/commands: every command has a page that names its options, every picture is there, small and described."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from discord import app_commands

from tests.docs.pages import name_of, pages, spans
from tests.end_to_end.scenes import SCENES
from tests.fixtures.discord import World

PAGES = Path(__file__).parents[2] / "docs" / "commands"
MOST_BYTES = 60_000
NO_COMMANDS = {"backup", "quote", "tmp"}
"""Folders that look like a command, and the example of docs/contributing/add-a-command.md."""


async def test_every_command_has_a_page_with_its_options(world: World) -> None:
    for command in world.bot.tree.walk_commands():
        if isinstance(command, app_commands.Group):
            continue
        page = (PAGES / f"{command.qualified_name.split()[0]}.md").read_text("utf-8")
        assert f"/{command.qualified_name.split()[0]}" in page
        assert "ermission" in page, f"{command.qualified_name}: who may use it"
        assert "rror" in page, f"{command.qualified_name}: what can go wrong"
        for option in command.parameters:
            assert re.search(rf"`{option.display_name}`|{option.display_name}:|`file2` to", page), (
                command.qualified_name,
                option.display_name,
            )
    assert (PAGES / "score-review.md").exists()


async def test_commands_that_pages_name_exist(world: World) -> None:
    names = {command.qualified_name for command in world.bot.tree.walk_commands()}
    wrong = []
    for page in pages():
        for span in spans(page.read_text("utf-8")) if page.name != "CHANGELOG.md" else ():
            for first, second in re.findall(r"(?<![\w./~:-])/([a-z]+)\b(?![./])(?: ([a-z]+)\b(?!:))?", span):
                if first not in names and first not in NO_COMMANDS:
                    wrong.append(f"{name_of(page)}: /{first}")
                is_group = any(name.startswith(f"{first} ") for name in names)
                if is_group and second and f"{first} {second}" not in names:
                    wrong.append(f"{name_of(page)}: /{first} {second}")
    assert wrong == []


@pytest.mark.parametrize("page", sorted(PAGES.glob("*.md")), ids=lambda page: page.stem)
def test_links_lead_somewhere_and_pictures_are_small_and_described(page: Path) -> None:
    text = page.read_text("utf-8")
    for alt, target in re.findall(r"(!?\[[^\]]*\])\(([^)#]+)", text):
        if target.startswith("http"):
            continue
        found = page.parent / target
        assert found.exists(), target
        if alt.startswith("!"):
            assert len(alt) > 20, f"{target} needs a description"
            assert found.stat().st_size <= MOST_BYTES, target


def test_every_scene_is_on_a_page() -> None:
    pages = "".join(page.read_text("utf-8") for page in PAGES.glob("*.md"))
    assert [name for name in SCENES if f"/{name}.png" not in pages] == []


def test_the_walk_of_the_product_names_tests_and_pictures_that_exist() -> None:
    root, walk = PAGES.parents[1], (PAGES.parent / "internals" / "product-walk.md").read_text("utf-8")
    missing: list[str] = []
    file = ""
    for named, test in re.findall(r"`(tests/[\w/]+\.py)?::(\w+)`", walk):
        file = named or file
        if not re.search(rf"^(async )?def {test}\(", (root / file).read_text("utf-8"), re.MULTILINE):
            missing.append(f"{file}::{test}")
    pictures = set(re.findall(r"\b([\w-]+\.png)", walk))
    missing += [name for name in pictures if not list((root / "docs" / "pictures").rglob(name))]
    assert missing == []
    assert pictures >= {f"{name}.png" for name in SCENES}, "a picture that belongs to no row"
