"""Columns inside columns."""

from __future__ import annotations

from worker.files.columns.paths import paths_of


def test_values_inside_objects_have_dotted_names() -> None:
    row = [{"text": "a", "more": {"lang": "en", "tags": []}}, 1]
    paths = paths_of(["review", "id"], [row, ["b", 2]])
    assert [path.name for path in paths] == ["review", "id", "review.text", "review.more.lang"]
    assert [path.of(row) for path in paths[1:]] == [1, "a", "en"]
    assert paths[2].of(["b", 2]) is None


def test_a_column_of_that_very_name_wins() -> None:
    assert [path.keys for path in paths_of(["a", "a.b"], [[{"b": 1}, 2]])] == [(), ()]


def test_there_are_not_many_of_them() -> None:
    assert len(paths_of(["a"], [[{str(i): i for i in range(10_000)}]])) < 1_000
