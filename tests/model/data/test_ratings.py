"""Ids and stars of files and folders."""

from pathlib import Path

import pytest

from model.data import ratings as details
from model.data import readers


def test_ids_and_stars_of_files_and_folders(tmp_path: Path) -> None:
    file = tmp_path / "f.csv"
    file.write_text("Id,review,Stars\n7,x,10\n8,y,\n9,z,7.5\n,w,0\n", encoding="utf-8")
    found = details.read(file)
    assert found.ids == ["7", "8", "9", ""]
    assert found.ratings.tolist() == [10, 0, 0, 0]
    for name in ("pos/0_9.txt", "pos/10_7.txt", "pos/2_10.txt", "neg/0_1.txt", "unsup/0_0.txt"):
        (tmp_path / "acl" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "acl" / name).write_text(name, encoding="utf-8")
    found = details.read(tmp_path / "acl")
    assert [f"{name}.txt" for name in found.ids] == readers.read(tmp_path / "acl").texts
    assert found.ratings.tolist() == [9, 7, 10, 1, 0]
    (tmp_path / "plain.csv").write_text("review\nx\n", encoding="utf-8")
    assert details.read(tmp_path / "plain.csv").ratings.tolist() == [0]


@pytest.mark.parametrize(
    ("values", "scale", "labels"),
    [
        ([5, 4, 3.5, 3, 2, 1], 5, [1, 1, 1, -1, 0, 0]), ([10, 7, 6, 5, 4, 1], 10, [1, 1, -1, -1, 0, 0]),
        (["100", "70", "69,5", "41", "40", "x"], 100, [1, 1, -1, -1, 0, -1]), ([1, 0], None, []), ([101], None, []),
        ([-1, 5], None, []), (["", "nan"], None, []),
    ],
)  # fmt: skip
def test_stars_are_labels_on_the_scale_that_fits(values: list[object], scale: int | None, labels: list[int]) -> None:
    assert details.scale_of(values) == scale
    if scale is not None:
        assert details.labels_of(values, scale).tolist() == labels
