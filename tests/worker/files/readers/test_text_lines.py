"""Lines of text as rows."""

from __future__ import annotations

import io

import pytest

from tests.worker.files.helpers import texts
from worker.files.errors import BrokenFile
from worker.files.readers.text_lines import bounded_lines


def test_blank_lines_are_rows_and_line_ends_of_any_system_are_read() -> None:
    assert texts(b"good\r\n\rbad\n\nfine", "a.txt") == ["good", None, "bad", None, "fine"]


def test_a_line_without_end_is_refused() -> None:
    text = io.TextIOWrapper(io.BytesIO(b"abc\nabcd\nabcdef\n"))
    lines = bounded_lines(text, 5)
    assert [next(lines), next(lines)] == ["abc\n", "abcd\n"]
    with pytest.raises(BrokenFile, match="longer than 5 characters"):
        next(lines)
