"""Where results go: what is in the way stays, devices and links are written through."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from cli.outputs import ATTRIBUTE, InTheWay, beside, check_free, deliver, is_special, rejected_place, remove_stale

OURS = "id,review,label,probability,flags,model\n"
LIST = "row_number,code,reason\n2,empty,The review is empty.\n"


def made(folder: Path, text: str = OURS) -> Path:
    path = folder / "made"
    path.write_text(text)
    return path


def test_a_file_of_somebody_else_stays(tmp_path: Path) -> None:
    place = tmp_path / "out.csv"
    place.write_text("mine")
    with pytest.raises(InTheWay, match="--force"):
        deliver(made(tmp_path), place, "/a.csv", force=False, usual=True)
    assert place.read_text() == "mine"
    deliver(made(tmp_path), place, "/a.csv", force=True, usual=False)
    assert place.read_text() == OURS


def test_what_was_made_of_the_same_input_is_replaced(tmp_path: Path) -> None:
    place = tmp_path / "out.csv"
    deliver(made(tmp_path), place, "/a.csv", force=False, usual=False)
    if ATTRIBUTE not in os.listxattr(place):
        pytest.skip("this file system has no attributes")
    deliver(made(tmp_path, "new"), place, "/a.csv", force=False, usual=False)
    assert place.read_text() == "new"
    with pytest.raises(InTheWay):
        check_free(place, "/b.csv", force=False, usual=True)
    with pytest.raises(InTheWay):
        check_free(place, "", force=False, usual=False)


@pytest.mark.parametrize(
    ("name", "text", "free"),
    [
        ("a.scored.csv", OURS, True),
        ("a.rejected.csv", LIST, True),
        ("a.scored.xlsx", "PK", True),
        ("a.scored.csv", "my own notes", False),
        ("a.csv", OURS, False),
        ("a.rejected.csv", "", True),
    ],
)
def test_without_an_attribute_name_and_first_line_tell(tmp_path: Path, name: str, text: str, free: bool) -> None:
    (tmp_path / name).write_text(text)
    try:
        check_free(tmp_path / name, "/a.csv", force=False, usual=True)
    except InTheWay:
        assert not free
    else:
        assert free


def test_a_link_is_written_through(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(tmp_path / "target")
    assert is_special(tmp_path / "link")
    deliver(made(tmp_path), tmp_path / "link", "/a.csv", force=False, usual=False)
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "target").read_text() == OURS


def test_a_device_stays_a_device(tmp_path: Path) -> None:
    deliver(made(tmp_path), Path("/dev/null"), "/a.csv", force=False, usual=False)
    assert Path("/dev/null").is_char_device()


def test_lists_of_rejected_rows_never_collide(tmp_path: Path) -> None:
    assert rejected_place(tmp_path, Path("2026.01.csv"), "/2026.01.csv").name == "2026.01.rejected.csv"
    assert rejected_place(tmp_path, Path("2026.02.csv.gz"), "/x").name == "2026.02.rejected.csv"
    deliver(made(tmp_path, LIST), tmp_path / "a.rejected.csv", "/a.csv", force=False, usual=True)
    if ATTRIBUTE in os.listxattr(tmp_path / "a.rejected.csv"):
        assert rejected_place(tmp_path, Path("a.jsonl"), "/a.jsonl").name == "a.jsonl.rejected.csv"
    assert rejected_place(tmp_path, Path("a.csv"), "/a.csv").name == "a.rejected.csv"


def test_a_stale_list_goes_and_a_file_of_that_name_stays(tmp_path: Path) -> None:
    stale = made(tmp_path, LIST).rename(tmp_path / "a.rejected.csv")
    remove_stale(stale, "/a.csv")
    assert not stale.exists()
    stale.write_text("my own")
    remove_stale(stale, "/a.csv")
    assert stale.read_text() == "my own"


def test_nothing_hidden_is_left(tmp_path: Path) -> None:
    def stop() -> None:
        with beside(tmp_path) as hidden:
            (hidden / "half").write_text("x")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        stop()
    assert list(tmp_path.iterdir()) == []
