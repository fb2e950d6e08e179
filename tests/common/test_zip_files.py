"""Zips as people send them."""

from __future__ import annotations

import io
import zipfile

import pytest

from common.zip_files import DirectoryTooLarge, is_about, open_zip, real_members, review_files


def archive_of(*names: str) -> io.BytesIO:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name in names:
            archive.writestr(name, b"x")
        link = zipfile.ZipInfo("link.csv")
        link.external_attr = 0o120777 << 16
        archive.writestr(link, b"/etc/passwd")
    return out


@pytest.mark.parametrize(
    ("names", "left"),
    [
        (["a.csv", "README.txt", "b/LICENSE.txt", ".c.csv", "__MACOSX/a.csv", "d/", "Thumbs.db", "p.png"], ["a.csv"]),
        (["README.txt", "metadata.json"], ["README.txt", "metadata.json"]),
        (["a\\.hidden\\b.csv", "..\\c.CSV"], ["..\\c.CSV"]),
        (["p.png"], []),
    ],
)
def test_which_files_may_hold_reviews(names: list[str], left: list[str]) -> None:
    with open_zip(archive_of(*names), 1 << 20) as archive:
        assert review_files(real_members(archive)) == left


def test_a_large_directory_is_not_read() -> None:
    file = archive_of(*(f"{i}.csv" for i in range(100)))
    open_zip(file, 1 << 20).close()
    with pytest.raises(DirectoryTooLarge):
        open_zip(file, 1 << 10)


@pytest.mark.parametrize(("path", "about"), [("x/Read me.txt", True), ("licence.txt", True), ("readmes.csv", False)])
def test_files_about_the_others(path: str, about: bool) -> None:
    assert is_about(path) is about
