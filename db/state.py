"""Small things kept by key: the bot's state, users' and servers' settings."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from sqlalchemy import select

from db.dialect import insert_for
from db.engine import Database
from db.tables import Base, BotState, GuildSetting, UserSetting
from db.types import GuildSettings, UserSettings


def get_state(db: Database, key: str) -> str | None:
    """What was last stored under `key`; None when nothing was."""
    with db.read() as session:
        return session.scalar(select(BotState.value).where(BotState.key == key))


def set_state(db: Database, key: str, value: str) -> None:
    """Stores `value` under `key` (up to 200 characters)."""
    _put(db, BotState, "key", {"key": key, "value": value})


def user_settings(db: Database, user_id: int) -> UserSettings:
    """What the user chose; the defaults when they never did."""
    with db.read() as session:
        row = session.get(UserSetting, user_id)
        return (
            UserSettings(user_id) if row is None else UserSettings(user_id, row.share, row.dm_notices, row.file_format)
        )


def save_user_settings(db: Database, chosen: UserSettings) -> None:
    """Stores what the user chose."""
    _put(db, UserSetting, "user_id", asdict(chosen))


def guild_settings(db: Database, guild_id: int) -> GuildSettings:
    """What the server's managers chose; the defaults when they never did."""
    with db.read() as session:
        row = session.get(GuildSetting, guild_id)
        return (
            GuildSettings(guild_id) if row is None else GuildSettings(guild_id, row.retention_days, row.max_active_jobs)
        )


def save_guild_settings(db: Database, chosen: GuildSettings) -> None:
    """Stores what the server's managers chose."""
    _put(db, GuildSetting, "guild_id", asdict(chosen))


def _put(db: Database, table: type[Base], key: str, values: dict[str, Any]) -> None:
    rest = {name: value for name, value in values.items() if name != key}
    with db.begin() as session:
        insert = insert_for(session, table).values(**values)
        session.execute(insert.on_conflict_do_update(index_elements=[key], set_=rest))
