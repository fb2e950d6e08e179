"""Files on their way lie on disk without a name, and many can read one."""

from __future__ import annotations

import gc
import os
import tempfile
from pathlib import Path

import pytest
from aiohttp import get_payload

from bot.cards.base import CardFile
from bot.pools import spool
from bot.pools.spool import PREFIX, Spool, SpooledFile


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return tmp_path


def left(folder: Path) -> list[str]:
    return [one.name for one in folder.rglob("*") if one.is_file() and one.name != spool.LOCK]


def test_a_file_has_no_name_and_each_reader_its_own_place(folder: Path) -> None:
    here = Spool()
    file, written = here.filled(lambda out: out.write(b"0123456789"))
    assert (written, file.size, left(folder)) == (10, 10, [])
    one, two = file.open(), file.open()
    assert one.read(4) == b"0123"
    assert two.read() == b"0123456789"
    assert one.read() == b"456789"
    one.seek(-2, os.SEEK_END)
    assert one.read() == b"89"
    sent = [CardFile("a.csv", file).to_discord() for _ in range(2)]
    assert [each.fp.read() for each in sent] == [b"0123456789"] * 2
    here.close()
    assert list(folder.iterdir()) == []
    assert file.read() == b"0123456789"


def test_parts_of_a_file_are_files_of_their_own(folder: Path) -> None:
    """Also for who sends them: its size as the sender announces it, and from its start again when it is sent again."""
    here = Spool()
    file, _ = here.filled(lambda out: out.write(b"0123456789"))
    parts = file.parts(4)
    assert [each.open().read() for each in parts] == [b"0123", b"4567", b"89"]
    assert [get_payload(each.open()).size for each in parts] == [4, 4, 2]
    middle = CardFile("a.002", parts[1]).to_discord()
    assert (middle.fp.read(3), middle.fp.read(), middle.fp.read()) == (b"456", b"7", b"")
    middle.reset()
    assert middle.fp.read() == b"4567"
    assert (middle.fp.seek(0, os.SEEK_END), middle.fp.read()) == (10, b"")
    middle.fp.seek(0)
    assert middle.fp.read() == b"4567", "nothing before the part can be read"
    empty, _ = here.filled(lambda out: None)
    assert [each.open().read() for each in empty.parts(4)] == [b""]
    here.close()


@pytest.mark.slow  # seconds of a processor
def test_its_place_on_the_disk_goes_with_its_last_reader() -> None:
    file, _ = Spool().filled(lambda out: out.write(b"x"))
    descriptor, reader = file._descriptor, file.open()
    del file
    gc.collect()
    assert reader.read() == b"x"
    del reader
    gc.collect()
    with pytest.raises(OSError, match="Bad file descriptor"):
        os.fstat(descriptor)


def test_what_cannot_be_written_leaves_nothing(folder: Path) -> None:
    here = Spool()

    def fails(out: object) -> None:
        raise OSError("no space")

    with pytest.raises(OSError, match="no space"):
        here.filled(fails)
    assert left(folder) == []


def test_a_killed_bots_folder_goes_with_the_next_and_a_living_ones_stays(folder: Path) -> None:
    alive = Spool()
    with alive.writing() as path:
        path.write_bytes(b"being written")
        dead = folder / f"{PREFIX}dead"
        dead.mkdir()
        (dead / spool.LOCK).touch()
        (dead / "1").write_bytes(b"plain text of somebody")
        other = Spool()
        file = other.filled(lambda out: out.write(b"x"))[0]
        assert isinstance(file, SpooledFile)
        assert not dead.exists()
        assert path.exists()
