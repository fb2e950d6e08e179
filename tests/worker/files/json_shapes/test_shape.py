"""Where rows stand in a JSON document."""

from __future__ import annotations

import io
import json
from collections.abc import Callable

import pytest

from worker.files.errors import BrokenFile, TooManyColumns
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
        ({"columns": ["a", "a", ""], "data": [[1, 2, 3]]}, Shape("split", ("data",), ("a", "a_2", "column_3"))),
        ([["a", "b"], [1, 2]], Shape("matrix", (), ("a", "b"))),
        (ROW, Shape("object")),
        ([], None),
        ({}, None),
    ],
)
def test_shapes(value: object, shape: Shape | None) -> None:
    assert shape_of(io.StringIO(json.dumps(value)), 1 << 20) == shape


@pytest.mark.parametrize("columns", [61, 1_000])
@pytest.mark.parametrize("made", [str, lambda name: {"name": name, "type": "string"}])
def test_rows_as_lists_have_as_many_columns_as_a_table_may(made: Callable[[str], object], columns: int) -> None:
    """Of more than 60 the names were taken for the reviews."""
    names = [f"how well did you like part {number}" for number in range(columns)]
    text = json.dumps({"fields": [made(name) for name in names], "data": [[1] * columns] * 2})
    assert shape_of(io.StringIO(text), 1 << 20) == Shape("split", ("data",), tuple(names))


@pytest.mark.parametrize(
    ("document", "most"),
    [
        ({"columns": [f"c{number}" for number in range(1_001)], "data": [[1] * 1_001]}, 1_000),
        ({f"c{number}": {"0": "a", "1": "b"} for number in range(201)}, 200),
    ],
)
def test_too_many_columns_are_refused_as_such(document: object, most: int) -> None:
    with pytest.raises(TooManyColumns) as refused:
        shape_of(io.StringIO(json.dumps(document)), 1 << 20)
    assert refused.value.values == {"count": most}


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
