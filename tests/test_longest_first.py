"""Files of tests are handed out longest first, and what is called the longest is there."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.fixtures.longest_first import LONGEST, longest_first

ROOT = Path(__file__).parents[1]


@pytest.mark.parametrize("file", LONGEST)
def test_a_file_that_is_named_is_there(file: str) -> None:
    assert (ROOT / file).is_file()


def test_the_longest_are_first_and_the_quick_ones_last() -> None:
    class Item:
        def __init__(self, file: str, slow: bool, number: int) -> None:
            self.nodeid, self.slow = f"{file}::test_{number}", slow

        def get_closest_marker(self, name: str) -> bool:
            return self.slow and name == "slow"

    files = ["tests/quick.py", "tests/slow.py", LONGEST[1], LONGEST[0]]
    items = [Item(file, file == "tests/slow.py" and number == 1, number) for file in files for number in range(3)]
    ordered = [item.nodeid for item in longest_first(items)]  # type: ignore[arg-type]
    assert ordered == [f"{file}::test_{number}" for file in reversed(files) for number in range(3)]
