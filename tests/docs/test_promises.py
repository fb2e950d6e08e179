"""Promises: what the policy, the terms and docs/privacy.md promise names the test that shows it, and it is there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.docs.pages import DOCS, ROOT

POLICY = ROOT / "PRIVACY.md"
PAGES = (POLICY, DOCS / "terms.md", DOCS / "privacy.md")
SHOWN_BY = re.compile(r"<!-- test: (\S+?)::(\S+) -->")
NOT_OURS = ("**Who runs it.**", "**Discord**")
"""Paragraphs of the policy that promise nothing about the program."""


def shown_by(text: str) -> list[tuple[str, str]]:
    """(file, name) of each test that a text names."""
    return SHOWN_BY.findall(text)


def there(file: str, name: str) -> bool:
    """Whether the file holds a test, or a contract, of that name."""
    path = ROOT / file
    if not path.is_file():
        return False
    source = path.read_text(encoding="utf-8")
    return bool(re.search(rf"def {re.escape(name)}\(" if path.suffix == ".py" else rf"\b{re.escape(name)}\b", source))


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_the_tests_that_promises_name_are_there(page: Path) -> None:
    named = shown_by(page.read_text(encoding="utf-8"))
    assert named != []
    assert [one for one in named if not there(*one)] == []


def test_every_paragraph_of_the_policy_names_its_tests() -> None:
    paragraphs = POLICY.read_text(encoding="utf-8").split("\n\n")
    promises = [one for one in paragraphs if one.startswith("**") and not one.startswith(NOT_OURS)]
    assert len(promises) >= 7
    assert [one.splitlines()[0] for one in promises if not shown_by(one)] == []


def test_a_test_that_is_not_there_is_noticed() -> None:
    here = "tests/docs/test_promises.py"
    assert shown_by(f"<!-- test: {here}::nothing -->") == [(here, "nothing")]
    assert not there("tests/docs/test_promises.py", "nothing")
    assert not there("tests/nowhere.py", "test_x")
