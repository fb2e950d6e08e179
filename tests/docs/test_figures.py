"""Figures: each page of measured speeds says which model it was measured with, and what ships where that is another."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from tests.docs.pages import DOCS, ROOT

PAGES = [*sorted((DOCS / "internals").glob("bench-*.md")), DOCS / "internals" / "comparison-table.md"]
VERSION = re.compile(r"\blstm-\d{4}\.\d{2}-[0-9a-f]{8}\b")
SHIPPED = json.loads((ROOT / "model" / "shipped" / "manifest.json").read_text("utf-8"))["version"]

OLDER = {"bench-bulk.md", "bench-fair.md", "bench-model.md", "comparison-table.md"}
"""Pages that were measured with an earlier model than the one that ships. Each names that one too."""
WITHOUT = {"bench-reports.md"}
"""Pages whose verdicts are made up: no model takes part."""


def models(page: Path) -> list[str]:
    """The models that a page names; the first one is what it was measured with."""
    return VERSION.findall(page.read_text("utf-8"))


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_a_page_of_figures_names_its_model(page: Path) -> None:
    assert bool(models(page)) == (page.name not in WITHOUT)


def test_pages_of_an_earlier_model_are_known() -> None:
    assert {page.name for page in PAGES if models(page) and models(page)[0] != SHIPPED} == OLDER


@pytest.mark.parametrize("name", sorted(OLDER))
def test_a_page_of_an_earlier_model_says_what_ships(name: str) -> None:
    assert models(DOCS / "internals" / name)[1:] == [SHIPPED]


def test_the_readme_names_what_ships_and_what_its_speed_was_measured_with() -> None:
    measured = models(DOCS / "internals" / "bench-model.md")[0]
    assert set(models(ROOT / "README.md")) == {SHIPPED, measured}
