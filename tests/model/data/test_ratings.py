"""Ids and stars of files and folders."""

from pathlib import Path

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
