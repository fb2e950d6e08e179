"""Files of tests are handed out longest first, and what is called the longest is there."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.fixtures.longest_first import LONGEST, TENSORFLOW, longest_first, scope

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


def test_files_that_load_tensorflow_are_one_processs() -> None:
    first, last = (scope(f"{file}::test[a::b]") for file in (TENSORFLOW[0], TENSORFLOW[-1]))
    assert first == last
    assert scope("tests/quick.py::test[a::b]") == "tests/quick.py" != first
