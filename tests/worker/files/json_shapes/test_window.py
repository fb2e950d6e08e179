"""Elements of a JSON array, one at a time, through a window that grows."""

from __future__ import annotations

import io

import pytest

from worker.files.errors import BrokenFile
from worker.files.json_shapes.window import elements
from worker.files.limits import READ_BYTES


def read(text: str, max_chars: int = 1 << 20) -> list[tuple[str, object]]:
    return list(elements(io.StringIO(text), max_chars))


def test_each_element_comes_with_its_source() -> None:
    assert read(' [ {"a": 1.50} , "x",3 ] trailing') == [('{"a": 1.50}', {"a": 1.5}), ('"x"', "x"), ("3", 3)]
    assert read("[]") == []


@pytest.mark.parametrize("size", [READ_BYTES - 4, READ_BYTES - 3, READ_BYTES - 2, READ_BYTES, 3 * READ_BYTES])
def test_elements_join_across_the_window(size: int) -> None:
    values = [value for _, value in read(f'["{"x" * size}", 12345, 678]')]
    assert values == ["x" * size, 12345, 678]


def test_a_number_at_the_windows_edge_is_read_whole() -> None:
    for before in range(READ_BYTES - 8, READ_BYTES + 2):
        assert [value for _, value in read(f"[{' ' * (before - 1)}123456]")] == [123456]


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("{}", "not a JSON array"),
        ("[1 2]", "breaks off after row 1"),
        ("[1, 2", "breaks off after row 2"),
        ('[1, "x', "row 2 is not valid JSON"),
        ("[1,]", "row 2 is not valid JSON"),
    ],
)
def test_what_is_no_array_says_where(text: str, sentence: str) -> None:
    with pytest.raises(BrokenFile, match=sentence):
        read(text)


def test_an_element_without_end_stops_the_reading() -> None:
    text = io.StringIO('["' + "x" * (64 * READ_BYTES))
    with pytest.raises(BrokenFile, match="row 1"):
        list(elements(text, READ_BYTES))
    assert text.tell() <= 4 * READ_BYTES
