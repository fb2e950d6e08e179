"""The one place where the environment is read.

Every value has an environment variable of its own name in upper case; the four that hosts know from elsewhere
(`DISCORD_TOKEN`, `DATABASE_URL`, `POSTGRES_PASSWORD`, `REDIS_URL`) have no prefix, all others start with `REELFEEL_`.
A variable that is there and empty is an unset one: compose files pass `${NAME:-}`. What is secret can also stand in a
file, which the same name with `_FILE` names.
"""

from __future__ import annotations

import difflib
import os
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path
from typing import Any, Final, Literal, get_args
from urllib.parse import quote, urlsplit

from platformdirs import user_data_path
from pydantic import AliasChoices, Field, SecretStr, ValidationError
from pydantic.fields import FieldInfo
from pydantic_settings import (
    BaseSettings,
    DotEnvSettingsSource,
    EnvSettingsSource,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
)

from common.errors import Misconfigured
from common.process.cpus import usable_cpus

MIB = 1024 * 1024
PREFIX: Final = "REELFEEL_"
FILE: Final = "_FILE"
"""Behind the name of a secret: the variable that names the file in which it stands."""
PLAIN: Final = "plain"
"""In place of text keys: texts are stored unencrypted."""
OTHERS: Final = ("REELFEEL_READY_FD", "REELFEEL_REVIEWS", "REELFEEL_LIMIT", "REELFEEL_TORCH")
"""Variables of ours that are no settings: of a supervisor's pipe, of the notebook, of a test that needs PyTorch."""
FOR_TESTS: Final = "REELFEEL_TEST_"


class Settings(BaseSettings):
    """What a host can set. Sizes are in bytes unless the name says otherwise, times in seconds."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX, env_file=".env", env_ignore_empty=True, extra="ignore", populate_by_name=True
    )

    discord_token: SecretStr | None = Field(None, validation_alias=AliasChoices("DISCORD_TOKEN"))
    """Token of the bot; without one `reelfeel up` serves a simulated Discord in the browser."""
    database_url: SecretStr | None = Field(None, validation_alias=AliasChoices("DATABASE_URL"))
    """postgresql://USER:PASSWORD@HOST/NAME or sqlite:///FILE; a SQLite file in the data folder when unset."""
    postgres_password: SecretStr | None = Field(None, validation_alias=AliasChoices("POSTGRES_PASSWORD"))
    """Password of PostgreSQL as it is, whatever signs it has; for a DATABASE_URL with a user and without a password."""
    redis_url: SecretStr | None = Field(None, validation_alias=AliasChoices("REDIS_URL"))
    """redis://HOST:6379/0, rediss:// or unix:///SOCKET; `reelfeel up` brings its own broker when unset."""

    move_from: SecretStr | None = None
    """The database that `reelfeel db move` copies into that of DATABASE_URL; the one in the data folder when unset."""

    data_dir: Path = Field(default_factory=lambda: user_data_path("reelfeel"))
    """SQLite database, broker files and locks of `reelfeel up`."""
    model_dir: Path | None = None
    """A folder written by `reelfeel train`; the shipped model when unset."""
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"
    """Least severe log line that is written; `reelfeel up` writes from WARNING on unless this is set."""
    log_format: Literal["json", "text"] | None = None
    """Of the log lines of bot and worker; unset: text in a terminal, else JSON."""

    metrics_port: int | None = Field(None, ge=0, le=65535)
    """Port of Prometheus metrics; none when unset, a free one for 0. `up` gives the bot the next port."""
    metrics_host: str = "127.0.0.1"
    """Address the metrics are served on; 0.0.0.0 in a container, where only its network can reach it."""
    shards: int | None = Field(None, ge=1, le=1000)
    """Gateway connections of the bot; as many as Discord recommends when unset."""
    task_events: bool = False
    """Workers tell Flower about each task: its name, chunk id and time."""

    worker_processes: int = Field(default_factory=lambda: max(1, usable_cpus() - 1), ge=1, le=256)
    """Processes for bulk work; one more is always kept for interactive work."""
    drawing_processes: int = Field(2, ge=0, le=16)
    """Processes of the bot for reports, exports and zips, and one more for charts of finished files; 0: none."""
    preview_port: int = Field(0, ge=0, le=65535)
    """Port of the simulated Discord's page; 0 takes a free one."""

    max_upload_mib: int = Field(100, ge=1, le=500)
    """Largest accepted file, as sent."""
    max_unpacked_mib: int = Field(2048, ge=1)
    """Largest accepted file after unpacking .gz, .zst or .zip."""
    max_rows: int = Field(1_000_000, ge=1)
    """Most rows in one file."""
    max_review_chars: int = Field(100_000, ge=100)
    """Longest single review in characters; a longer row is rejected with its row number, never cut."""
    max_message_chars: int = Field(20_000, ge=100)
    """Longest review typed into Discord or sent as one message."""
    max_active_jobs: int = Field(5, ge=1)
    """File jobs one user can have unfinished at a time."""
    max_server_jobs: int = Field(20, ge=1)
    """File jobs one Discord server can have unfinished at a time."""
    max_rows_per_day: int = Field(3_000_000, ge=1)
    """Reviews one user can send in within 24 hours; a file that is accepted below it is scored whole."""
    max_queued_rows: int = Field(20_000_000, ge=1)
    """Reviews of all users that can wait for their verdict before further files are refused."""
    max_user_mib: int = Field(4096, ge=1)
    """Stored files of one user and the texts read from them; a file that has no room is refused before it is loaded."""
    max_server_mib: int = Field(16_384, ge=1)
    """The same for one Discord server."""
    max_stored_mib: int = Field(65_536, ge=1)
    """The same for all users together: set it to what the database's disk can hold."""
    reserve_mib: int = Field(64, ge=0)
    """SQLite: room beside the database that only cancelling and deleting may use when the disk is full."""
    retention_days: int = Field(90, ge=1)
    """After this many days the texts of reviews are deleted; the anonymous scores stay."""

    departed_days: int = Field(30, ge=0)
    """So many days after the bot was removed from a server, its data are deleted, unless it is back before."""

    text_keys: SecretStr | None = None
    """Keys that stored texts and files are encrypted with, commas between them: the first encrypts, all decrypt.
    When unset, those of the file `text.keys` in the data folder, which `reelfeel up` makes for its own database.
    `plain` stores them unencrypted."""

    # Worker tuning: shorter in tests; see docs/reliability.md.
    lease_s: float = Field(30.0, gt=0, le=300)
    """How long a claimed chunk belongs to its worker before another may take it."""
    sweep_s: float = Field(1.0, gt=0)
    """Pause between two sweeps."""
    warm_start: bool = False
    """Whether the pool's children compile their bulk path before they take work: `reelfeel worker` sets it for files.
    Done in a task, it would count against the task's time limit, and a slow machine would kill child after child."""
    model_wait_s: float = Field(60.0, ge=0)
    """How long a job that another model began waits for a worker that has it, before it is scored anew."""

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """A secret's file goes before its variable, the environment before `.env`; the name is pydantic's."""
        files = SecretFiles(settings_cls, env_settings, dotenv_settings)
        return init_settings, files, env_settings, dotenv_settings

    @property
    def max_unpacked_bytes(self) -> int:
        return self.max_unpacked_mib * MIB

    def database(self) -> str:
        """SQLAlchemy URL: `DATABASE_URL`, or SQLite in the data folder (which is made). Raises OSError."""
        if self.database_url is not None:
            password = "" if self.postgres_password is None else self.postgres_password.get_secret_value()
            return _with_password(self.database_url.get_secret_value(), password)
        private_folder(self.data_dir)
        return self._own_database

    def moved_database(self) -> str:
        """SQLAlchemy URL of what `reelfeel db move` reads: `REELFEEL_MOVE_FROM`, or SQLite in the data folder."""
        return self._own_database if self.move_from is None else self.move_from.get_secret_value()

    @property
    def _own_database(self) -> str:
        return f"sqlite:///{(self.data_dir / 'reelfeel.sqlite3').resolve()}"

    @property
    def key_file(self) -> Path:
        """Where the keys of the data folder's own database stand: beside it, so that a copy of it is without them."""
        return self.data_dir / "text.keys"

    def sealing_keys(self) -> tuple[str, ...]:
        """The keys of `REELFEEL_TEXT_KEYS`, else of the data folder's own database, one by one; none for plain texts.

        `REELFEEL_TEXT_KEYS=plain` means none. Raises OSError when the file cannot be read.
        """
        keys = "" if self.text_keys is None else self.text_keys.get_secret_value()
        if self.text_keys is None and self.database_url is None and self.key_file.is_file():
            keys = self.key_file.read_text(encoding="ascii")
        keys = "" if keys.strip() == PLAIN else keys.replace("\n", ",")
        return tuple(key.strip() for key in keys.split(",") if key.strip())

    def broker(self) -> str | None:
        """Redis URL, or None where `reelfeel up` is to start the embedded server."""
        return None if self.redis_url is None else self.redis_url.get_secret_value()


class SecretFiles(PydanticBaseSettingsSource):
    """What stands in the files that `DISCORD_TOKEN_FILE` and its like name, for settings that are secret."""

    def __init__(self, settings_cls: type[BaseSettings], *sources: PydanticBaseSettingsSource) -> None:
        """`sources`: where the names of the files are looked for, the first one first."""
        super().__init__(settings_cls)
        self._sources = [one for one in sources if isinstance(one, EnvSettingsSource | DotEnvSettingsSource)]

    def get_field_value(self, field: FieldInfo, field_name: str) -> tuple[Any, str, bool]:
        """The secret of one field, None where no file is named. Raises Misconfigured; the name is pydantic's."""
        name = variable(field_name) + FILE
        found = [one.env_vars[name.lower()] for one in self._sources if one.env_vars.get(name.lower())]
        return (_secret_in(name, str(found[0])) if found else None), field_name, False

    def __call__(self) -> dict[str, Any]:
        """The secrets that stand in files, by field."""
        read = {name: self.get_field_value(Settings.model_fields[name], name)[0] for name in secrets()}
        # By the name that the other sources use, or both would be there.
        aliased = {name: variable(name) if Settings.model_fields[name].validation_alias else name for name in read}
        return {aliased[name]: value for name, value in read.items() if value is not None}


def _secret_in(name: str, path: str) -> str:
    try:
        secret = Path(path).read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        why = error.strerror if isinstance(error, OSError) else "it is no text"
        raise Misconfigured(f"The file that {name} names cannot be read: {why}.") from None
    if not secret:
        raise Misconfigured(f"The file that {name} names is empty.")
    return secret


def _with_password(url: str, password: str) -> str:
    """The database's URL with this password where it names a user and none. (A wrong URL is left for who reads it.)"""
    try:
        parts = urlsplit(url)
        lacks = bool(parts.username) and parts.password is None
    except ValueError:
        return url
    if not password or not lacks:
        return url
    user, at, host = parts.netloc.rpartition("@")
    return parts._replace(netloc=f"{user}:{quote(password, safe='')}{at}{host}").geturl()


def variable(name: str) -> str:
    """The environment variable of a setting."""
    alias = Settings.model_fields[name].validation_alias
    return str(alias.choices[0]) if isinstance(alias, AliasChoices) else f"{PREFIX}{name.upper()}"


def secrets() -> list[str]:
    """The settings that are secret, which can stand in a file too."""
    return [name for name, field in Settings.model_fields.items() if SecretStr in get_args(field.annotation)]


def variables() -> list[str]:
    """Every variable that a host can set: of a secret its file's too."""
    return [
        one
        for name in Settings.model_fields
        for one in ([variable(name), variable(name) + FILE] if name in secrets() else [variable(name)])
    ]


def why_wrong(error: ValidationError) -> str:
    """One sentence on the settings that are wrong, by the names of their variables and without their values."""
    problems = []
    for one in error.errors():
        place = str(one["loc"][0]) if one["loc"] else "?"
        name = variable(place) if place in Settings.model_fields else place.upper()
        problems.append(f"{name}: {one['msg']}")
    return f"wrong setting in the environment: {'; '.join(problems)}"


def check_names() -> None:
    """Raises Misconfigured for a variable, or a line of `.env`, that looks like a setting and is none.

    A mistyped limit or key would otherwise be ignored without a word.
    """
    file = DotEnvSettingsSource(Settings)
    unknown = unknown_names([*os.environ, *file.env_vars])
    if unknown:
        raise Misconfigured(" ".join(unknown))


def unknown_names(names: Iterable[str]) -> list[str]:
    """A sentence for each of these variables that begins like a setting and is none."""
    known = variables()
    wrong = sorted({one.upper() for one in names if one.upper().startswith(PREFIX)} - {*known, *OTHERS})
    return [_unknown(one, known) for one in wrong if not one.startswith(FOR_TESTS)]


def _unknown(name: str, known: list[str]) -> str:
    ours = [one.removeprefix(PREFIX) for one in known if one.startswith(PREFIX)]
    near = difflib.get_close_matches(name.removeprefix(PREFIX), ours, n=1)
    advice = f"is {PREFIX}{near[0]} meant?" if near else "take it away; .env.example lists those there are."
    return f"There is no setting {name}: {advice}"


def private_folder(folder: Path) -> None:
    """Makes a folder that its owner alone can enter, or makes one so that is there already and the caller's own."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    if folder.stat().st_uid == os.geteuid() and folder.stat().st_mode & 0o077:
        folder.chmod(0o700)


@lru_cache(maxsize=1)
def settings() -> Settings:
    """The settings of this process, read once."""
    return Settings()
