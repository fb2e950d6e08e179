"""The environment as it is read: names, files, secrets, and what is derived from them."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import ValidationError

from common.errors import Misconfigured
from common.settings import (
    OTHERS,
    Settings,
    check_names,
    secrets,
    settings,
    unknown_names,
    variable,
    variables,
    why_wrong,
)
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


def test_names_that_hosts_know_have_no_prefix(monkeypatch: pytest.MonkeyPatch) -> None:
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


def test_a_variable_that_is_empty_is_an_unset_one(own_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Compose files pass `${NAME:-}`: of every setting, in the environment and in `.env`."""
    plain = Settings(data_dir=own_folder)
    for name in variables():
        if name != "REELFEEL_DATA_DIR":
            monkeypatch.setenv(name, "")
    (own_folder / ".env").write_text("".join(f"{name}=\n" for name in variables()))
    assert Settings(data_dir=own_folder) == plain
    (own_folder / ".env").write_text("REELFEEL_MAX_ROWS=7\n")
    assert Settings().max_rows == 7, "an empty one in the environment hides nothing"


@pytest.mark.parametrize("name", secrets())
def test_a_secret_can_stand_in_a_file_which_goes_before_its_variable(
    own_folder: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    (own_folder / "secret").write_text("quokka\n")
    monkeypatch.setenv(variable(name), "other")
    monkeypatch.setenv(f"{variable(name)}_FILE", str(own_folder / "secret"))
    read = Settings()
    assert getattr(read, name).get_secret_value() == "quokka"
    assert "quokka" not in repr(read)
    monkeypatch.delenv(f"{variable(name)}_FILE")
    (own_folder / ".env").write_text(f"{variable(name)}_FILE={own_folder}/secret\n")
    assert getattr(Settings(), name).get_secret_value() == "quokka", "named in .env"


@pytest.mark.parametrize(("content", "words"), [(None, "No such file"), ("", "is empty"), (b"\xff", "no text")])
def test_a_file_without_a_secret_is_refused(
    own_folder: Path, monkeypatch: pytest.MonkeyPatch, content: str | bytes | None, words: str
) -> None:
    if content is not None:
        (own_folder / "secret").write_bytes(content.encode() if isinstance(content, str) else content)
    monkeypatch.setenv("REELFEEL_TEXT_KEYS_FILE", str(own_folder / "secret"))
    with pytest.raises(Misconfigured, match="REELFEEL_TEXT_KEYS_FILE") as refused:
        Settings()
    assert words in str(refused.value)


def test_keys_in_a_file_stand_on_lines(own_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (own_folder / "keys").write_text("new\nold\n")
    monkeypatch.setenv("REELFEEL_TEXT_KEYS_FILE", str(own_folder / "keys"))
    assert Settings().sealing_keys() == ("new", "old")


def test_plain_is_no_key() -> None:
    assert Settings(text_keys="plain").sealing_keys() == ()  # type: ignore[arg-type]  # pydantic makes it a secret


@pytest.mark.parametrize(
    ("url", "whole"),
    [
        ("postgresql://u@h:1/d?sslmode=require", "postgresql://u:p%40%2F%23%3A@h:1/d?sslmode=require"),
        ("postgresql://u@/d?host=/run", "postgresql://u:p%40%2F%23%3A@/d?host=/run"),
        ("postgresql://u:own@h/d", "postgresql://u:own@h/d"),
        ("sqlite:////x@y/z.db", "sqlite:////x@y/z.db"),
        ("postgresql://h/d", "postgresql://h/d"),
    ],
)
def test_a_password_with_any_signs_can_stand_beside_the_url(url: str, whole: str) -> None:
    read = Settings(database_url=url, postgres_password="p@/#:")  # type: ignore[arg-type]
    assert read.database() == whole
    assert Settings(database_url=url).database() == url  # type: ignore[arg-type]


def test_names_that_are_no_settings_are_said() -> None:
    named = unknown_names(["REELFEEL_MAX_ROW", "reelfeel_max_rows", "REELFEEL_ZZZ", "HOME", "REELFEEL_TEST_X", *OTHERS])
    assert named == [
        "There is no setting REELFEEL_MAX_ROW: is REELFEEL_MAX_ROWS meant?",
        "There is no setting REELFEEL_ZZZ: take it away; .env.example lists those there are.",
    ]


def test_names_in_the_file_of_the_current_folder_are_looked_at_too(own_folder: Path) -> None:
    (own_folder / ".env").write_text("REELFEEL_TEXTKEYS=secret\nPOSTGRES_PASSWORD=x\nFLOWER_USER=y\n")
    with pytest.raises(Misconfigured, match="is REELFEEL_TEXT_KEYS meant") as refused:
        check_names()
    assert "secret" not in str(refused.value)


def test_a_wrong_value_is_named_by_its_variable_and_not_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REELFEEL_MAX_ROWS", "quokka")
    with pytest.raises(ValidationError) as wrong:
        Settings()
    said = why_wrong(wrong.value)
    assert said.startswith("wrong setting in the environment: REELFEEL_MAX_ROWS: ")
    assert "quokka" not in said
