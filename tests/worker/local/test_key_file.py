"""The key file of `reelfeel up`: made once, for its owner's eyes alone, apart from the database."""

from __future__ import annotations

import stat
from pathlib import Path

from common.settings import Settings
from db.crypto import Sealer
from worker.local.key_file import make_key_file


def own(folder: Path, **more: object) -> Settings:
    return Settings(_env_file=None, data_dir=folder, **more)  # type: ignore[arg-type, call-arg]


def test_a_key_is_made_once_and_read_by_every_command_of_that_folder(tmp_path: Path) -> None:
    folder = tmp_path / "new"
    settings = own(folder)
    assert settings.sealing_keys() == ()
    assert make_key_file(settings.key_file)
    assert stat.S_IMODE(settings.key_file.stat().st_mode) == 0o600
    keys = settings.sealing_keys()
    assert Sealer(keys).active
    assert not make_key_file(settings.key_file), "a key that texts are sealed with is never replaced"
    assert own(folder).sealing_keys() == keys
    assert [one.name for one in folder.iterdir()] == ["text.keys"]


def test_two_keys_stand_on_two_lines(tmp_path: Path) -> None:
    settings = own(tmp_path)
    settings.key_file.write_text("new\nold\n", encoding="ascii")
    assert settings.sealing_keys() == ("new", "old")


def test_the_file_is_for_the_database_of_its_folder_alone(tmp_path: Path) -> None:
    make_key_file(own(tmp_path).key_file)
    assert own(tmp_path, database_url="sqlite:///elsewhere.sqlite3").sealing_keys() == ()
    assert own(tmp_path, text_keys="").sealing_keys() == ()
    assert own(tmp_path, text_keys="mine").sealing_keys() == ("mine",)
