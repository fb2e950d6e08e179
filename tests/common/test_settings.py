"""The environment as it is read: names, files, secrets, and what is derived from them."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import ValidationError

from common.settings import Settings, settings
from db.crypto import new_key


@pytest.fixture(autouse=True)
def own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A current folder of this test alone, without a `.env`, and none of this machine's settings."""
    for name in ("DISCORD_TOKEN", "DATABASE_URL", "REDIS_URL", "REELFEEL_TEXT_KEYS", "REELFEEL_MAX_ROWS"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_the_environment_goes_before_the_file_of_the_current_folder(
    own_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (own_folder / ".env").write_text("REELFEEL_MAX_ROWS=7\nREDIS_URL=redis://file:1/0\nPOSTGRES_PASSWORD=x\n")
    monkeypatch.setenv("REELFEEL_MAX_ROWS", "8")
    read = Settings()
    assert read.max_rows == 8
    assert read.broker() == "redis://file:1/0"


def test_three_names_have_no_prefix(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REELFEEL_DATABASE_URL", "sqlite:///other")
    monkeypatch.setenv("DATABASE_URL", "sqlite:///this")
    assert Settings().database() == "sqlite:///this"


def test_a_database_of_its_own_lies_in_the_data_folder_which_is_made(own_folder: Path) -> None:
    read = Settings(data_dir=own_folder / "new" / "data")
    assert read.database() == f"sqlite:///{own_folder}/new/data/reelfeel.sqlite3"
    assert (own_folder / "new" / "data").is_dir()


@pytest.mark.parametrize(("mib", "allowed"), [(0, False), (1, True), (500, True), (501, False)])
def test_bounds_hold_at_their_ends(monkeypatch: pytest.MonkeyPatch, mib: int, allowed: bool) -> None:
    monkeypatch.setenv("REELFEEL_MAX_UPLOAD_MIB", str(mib))
    if allowed:
        assert Settings().max_upload_mib == mib
    else:
        with pytest.raises(ValidationError):
            Settings()


def test_sizes_are_in_bytes() -> None:
    assert Settings(max_unpacked_mib=3).max_unpacked_bytes == 3_145_728


def test_a_settings_text_keys_are_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    key, other = new_key(), new_key()
    monkeypatch.setenv("REELFEEL_TEXT_KEYS", f" {key} ,,{other}")
    settings.cache_clear()
    assert settings().sealing_keys() == (key, other)
    assert key not in repr(settings())
    settings.cache_clear()
