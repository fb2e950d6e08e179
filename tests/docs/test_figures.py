"""Figures: each page of measured figures says which model it was measured with, and where that is an earlier one."""

from __future__ import annotations

import runpy
from pathlib import Path
from types import SimpleNamespace

import pytest

from tests.docs.pages import ROOT

FIGURES = SimpleNamespace(**runpy.run_path(str(ROOT / ".ci" / "figures")))
SHIPPED = FIGURES.shipped()
EARLIER = "lstm-2026.01-0123abcd"
NOTE = f"> **Measured with an earlier model**, `{EARLIER}`. The one that ships, `{SHIPPED}`, was not measured here"


@pytest.mark.parametrize("page", [*FIGURES.PAGES, FIGURES.LIST], ids=lambda page: page.name)
def test_pages_of_figures_are_marked_as_make_figures_marks_them(page: Path) -> None:
    assert page.read_text("utf-8") == FIGURES.pages()[page], "run `make figures`"


def test_a_page_of_an_earlier_model_says_so_below_its_title_until_it_is_measured_again() -> None:
    page, text = Path("bench-made-up.md"), f"# Speed\n\nWritten today with {EARLIER}.\n\n| rows/s |\n"
    marked = FIGURES.marked(page, text, SHIPPED)
    title, _, begin, note, *_ = marked.splitlines()
    assert (title, begin) == ("# Speed", FIGURES.START)
    assert note.startswith(NOTE)
    assert FIGURES.own(marked) == text
    assert FIGURES.marked(page, marked, SHIPPED) == marked
    # Another model ships; then this one.
    assert f"`{EARLIER[:-1]}e`, was not" in FIGURES.marked(page, marked, f"{EARLIER[:-1]}e")
    assert FIGURES.marked(page, marked, EARLIER) == text


def test_a_page_that_names_no_model_is_refused() -> None:
    with pytest.raises(ValueError, match=r"bench-made-up.md must name the model"):
        FIGURES.marked(Path("bench-made-up.md"), "# Speed\n\nFast.\n", SHIPPED)


def test_the_list_says_of_each_page_with_what_it_was_measured() -> None:
    rows = [line for line in FIGURES.LIST.read_text("utf-8").split(FIGURES.START)[1].splitlines() if "](" in line]
    assert len(rows) == len(FIGURES.PAGES)
    for row, page in zip(rows, FIGURES.PAGES, strict=True):
        measured = FIGURES.model(page, page.read_text("utf-8"))
        assert f"[{page.name}]" in row
        assert (f"`{measured}`" in row) == (measured is not None)
        assert ("an earlier model" in row) == (measured not in (None, SHIPPED))


def test_the_readme_names_what_ships_and_what_its_speed_was_measured_with() -> None:
    page = ROOT / "docs" / "internals" / "bench-model.md"
    measured = FIGURES.model(page, page.read_text("utf-8"))
    assert set(FIGURES.VERSION.findall((ROOT / "README.md").read_text("utf-8"))) == {SHIPPED, measured}
