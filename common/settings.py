"""The one place where the environment is read.

Every value has an environment variable of its own name in upper case; the three that hosts know from elsewhere
(`DISCORD_TOKEN`, `DATABASE_URL`, `REDIS_URL`) have no prefix, all others start with `REELFEEL_`.
"""

from __future__ import annotations

import os
from functools import lru_cache
from pathlib import Path
from typing import Literal

from platformdirs import user_data_path
from pydantic import AliasChoices, Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

MIB = 1024 * 1024


class Settings(BaseSettings):
    """What a host can set. Sizes are in bytes unless the name says otherwise, times in seconds."""

    model_config = SettingsConfigDict(env_prefix="REELFEEL_", env_file=".env", extra="ignore", populate_by_name=True)

    discord_token: SecretStr | None = Field(None, validation_alias=AliasChoices("DISCORD_TOKEN"))
    """Token of the bot; without one `reelfeel up` serves a simulated Discord in the browser."""
    database_url: SecretStr | None = Field(None, validation_alias=AliasChoices("DATABASE_URL"))
    """postgresql://USER:PASSWORD@HOST/NAME or sqlite:///FILE; a SQLite file in the data folder when unset."""
    redis_url: SecretStr | None = Field(None, validation_alias=AliasChoices("REDIS_URL"))
    """redis://HOST:6379/0, rediss:// or unix:///SOCKET; `reelfeel up` brings its own broker when unset."""

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

    worker_processes: int = Field(default_factory=lambda: max(1, (os.cpu_count() or 2) - 1), ge=1, le=256)
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
    When unset, those of the file `text.keys` in the data folder, which `reelfeel up` makes for its own database."""

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

    @property
    def max_unpacked_bytes(self) -> int:
        return self.max_unpacked_mib * MIB

    def database(self) -> str:
        """SQLAlchemy URL: `DATABASE_URL`, or SQLite in the data folder (which is made)."""
        if self.database_url is not None:
            return self.database_url.get_secret_value()
        private_folder(self.data_dir)
        return f"sqlite:///{(self.data_dir / 'reelfeel.sqlite3').resolve()}"

    @property
    def key_file(self) -> Path:
        """Where the keys of the data folder's own database stand: beside it, so that a copy of it is without them."""
        return self.data_dir / "text.keys"

    def sealing_keys(self) -> tuple[str, ...]:
        """The keys of `REELFEEL_TEXT_KEYS`, else of the data folder's own database, one by one; none for plain texts.

        `REELFEEL_TEXT_KEYS=` with nothing behind it means none. Raises OSError when the file cannot be read.
        """
        keys = "" if self.text_keys is None else self.text_keys.get_secret_value()
        if self.text_keys is None and self.database_url is None and self.key_file.is_file():
            keys = self.key_file.read_text(encoding="ascii").replace("\n", ",")
        return tuple(key.strip() for key in keys.split(",") if key.strip())

    def broker(self) -> str | None:
        """Redis URL, or None where `reelfeel up` is to start the embedded server."""
        return None if self.redis_url is None else self.redis_url.get_secret_value()


def private_folder(folder: Path) -> None:
    """Makes a folder that its owner alone can enter, or makes one so that is there already and the caller's own."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    if folder.stat().st_uid == os.geteuid() and folder.stat().st_mode & 0o077:
        folder.chmod(0o700)


@lru_cache(maxsize=1)
def settings() -> Settings:
    """The settings of this process, read once."""
    return Settings()
