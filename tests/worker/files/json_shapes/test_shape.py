"""Where rows stand in a JSON document."""

from __future__ import annotations

import io
import json

import pytest

from worker.files.errors import BrokenFile
from worker.files.json_shapes.shape import Shape, column_values, shape_of
from worker.files.json_shapes.window import members

ROW = {"film": "A", "review": "A warm and funny film that I liked"}


@pytest.mark.parametrize(
    ("value", "shape"),
    [
        ({"a": [{"id": 1}] * 9, "b": {"c": [ROW] * 2}}, Shape("array", ("b", "c"))),
        ({"review": {"0": "x"}, "film": {"0": "y"}}, Shape("columns", (), ("review", "film"))),
        ({"0": ROW, "1": ROW}, Shape("index")),
        ({"review": ["x", "y"], "film": ["a", "b"]}, Shape("lists", (), ("review", "film"))),
        ({"columns": ["a", "b"], "data": [[1, 2]]}, Shape("split", ("data",), ("a", "b"))),
        ([["a", "b"], [1, 2]], Shape("matrix", (), ("a", "b"))),
        (ROW, Shape("object")),
        ([], None),
        ({}, None),
    ],
)
def test_shapes(value: object, shape: Shape | None) -> None:
    assert shape_of(io.StringIO(json.dumps(value)), 1 << 20) == shape


def test_columns_and_members_keep_their_sources() -> None:
    text = '{"a": {"0": 1.50, "1": "x"}, "b": [2, 3]}'
    assert [(name, list(cells)) for name, cells in column_values(io.StringIO(text), 1 << 20, (), "columns")] == [
        ("a", ["1.50", '"x"']),
        ("b", ["2", "3"]),
    ]
    assert list(members(io.StringIO(text), 1 << 20, ("a",))) == [("0", "1.50", 1.5), ("1", '"x"', "x")]


@pytest.mark.parametrize("text", ['{"a": [1', '{"a" 1}', "{1: 2}", '{"a": [{"b": 1},, ]}'])
def test_broken_documents_are_refused(text: str) -> None:
    with pytest.raises(BrokenFile):
        shape_of(io.StringIO(text), 1 << 20)
