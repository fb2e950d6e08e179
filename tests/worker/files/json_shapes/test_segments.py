"""Texts that an export keeps as JSON inside a cell."""

from __future__ import annotations

import pytest

from worker.files.json_shapes.segments import joined_segments


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        ('{"text":"a"}', "a"),
        ('{"text":"a "},{"text":"b"}', "a b"),
        ('{"takeoutSegments":[{"text":"a "},{"link":{}},{"text":"b"}]}', "a b"),
        ("A plain one", "A plain one"),
        ('{"text":"cut', '{"text":"cut'),
        ('{"note":"no text"}', '{"note":"no text"}'),
        ('{"text":1}', '{"text":1}'),
        ('{"text":"a"},2', '{"text":"a"},2'),
        ('{"a":' * 9_000, '{"a":' * 9_000),
    ],
)
def test_segments_are_joined(cell: str, text: str) -> None:
    assert joined_segments(cell) == text
