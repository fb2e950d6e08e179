"""docs/contributing: each list of places names files and definitions that exist."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.docs.pages import DOCS, ROOT, definitions, name_of, spans

PAGES = sorted((DOCS / "contributing").glob("*.md"))
PLACE = re.compile(r"- `(?P<path>[^`:]+)(?::(?P<name>[\w.]+))?`: \S.*")
WITH_PLACES = {"add-a-command", "add-a-file-format", "add-a-column", "swap-the-runtime", "add-a-language", "release"}


def section(page: Path) -> list[str]:
    """The lines of the list under "## Places"; none where the page has no such list."""
    _, found, rest = page.read_text("utf-8").partition("\n## Places\n")
    lines = rest.partition("\n## ")[0].splitlines() if found else []
    return [line for line in lines if line.strip()]


def missing(path: str, name: str | None) -> str | None:
    """What is wrong with a place, or None."""
    file = ROOT / path
    if not file.exists():
        return f"{path} does not exist"
    if name is None:
        return None
    if path.endswith(".py"):
        return None if name in definitions(file) else f"{path} defines no {name}"
    target = re.search(rf"^{re.escape(name)}:", file.read_text("utf-8"), re.MULTILINE)
    return None if path == "Makefile" and target else f"{path} has no {name}"


def test_every_page_about_a_change_has_its_places() -> None:
    assert {page.stem for page in PAGES if len(section(page)) >= 5} == WITH_PLACES


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_every_place_of_the_list_is_there(page: Path) -> None:
    problems = []
    for line in section(page):
        place = PLACE.fullmatch(line)
        problems.append(
            f"not in the form of a place: {line}" if place is None else missing(place["path"], place["name"])
        )
    assert [problem for problem in problems if problem] == []


@pytest.mark.parametrize("page", [*PAGES, *sorted(DOCS.glob("*.md"))], ids=name_of)
def test_every_definition_that_a_sentence_names_is_there(page: Path) -> None:
    """`path.py:name` anywhere on a page, as in the glossary."""
    named = [re.fullmatch(r"([\w/]+\.py):([\w.]+)", span) for span in spans(page.read_text("utf-8"))]
    assert [problem for place in named if place and (problem := missing(place[1], place[2]))] == []


@pytest.mark.parametrize(
    ("path", "name", "says"),
    [
        ("common/settings.py", "Settings", None),
        ("common/settings.py", "NoSettings", "common/settings.py defines no NoSettings"),
        ("common/settings.py", "Field", "common/settings.py defines no Field"),
        ("common/no_settings.py", None, "common/no_settings.py does not exist"),
        ("model/serving/scorer.py", "Scorer.score", None),
        ("model/serving/scorer.py", "Scorer.sing", "model/serving/scorer.py defines no Scorer.sing"),
        ("Makefile", "check", None),
        ("Makefile", "cheque", "Makefile has no cheque"),
    ],
)
def test_what_is_not_there_is_noticed(path: str, name: str | None, says: str | None) -> None:
    assert missing(path, name) == says
