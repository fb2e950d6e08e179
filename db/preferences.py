"""Preferences: a user's settings are the viewer's own, a server's are those of where the viewer is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, fields, replace
from typing import Any, Final

from sqlalchemy.orm import Session

from db.audit import note_manager
from db.dialect import insert_for, wait_exclusive
from db.engine import Database
from db.tables import Base, GuildSetting, UserSetting
from db.types import GuildSettings, UserSettings, Viewer

GUILD_LOCK: Final = 0x0B << 56
"""Space of PostgreSQL advisory locks, one a server, that make two managers' changes follow each other."""
NOWHERE: Final = GuildSettings(0)
"""What counts in a direct message."""


def user_settings(db: Database, viewer: Viewer) -> UserSettings:
    """What the viewer chose; the defaults when they never did."""
    with db.read() as session:
        row = session.get(UserSetting, viewer.user_id)
    if row is None:
        return UserSettings(viewer.user_id)
    return UserSettings(row.user_id, row.share, row.dm_notices, row.file_format)


def save_user_settings(db: Database, viewer: Viewer, chosen: UserSettings) -> None:
    """Stores what the viewer chose, whatever user `chosen` names."""
    with db.begin() as session:
        _put(session, UserSetting, "user_id", asdict(replace(chosen, user_id=viewer.user_id)))


def guild_settings(db: Database, viewer: Viewer) -> GuildSettings:
    """What the managers of the viewer's server chose; the defaults when they never did, and in a direct message."""
    if viewer.guild_id is None:
        return NOWHERE
    with db.read() as session:
        return _guild(session, viewer.guild_id)


def change_guild_settings(
    db: Database, viewer: Viewer, change: Callable[[GuildSettings], GuildSettings]
) -> GuildSettings:
    """Applies `change` to the settings of the viewer's server and gives the new ones; a line of the audit log for each.

    One at a time for a server. Whether the viewer may do this is asked before. Raises ValueError in a direct message.
    """
    if viewer.guild_id is None:
        raise ValueError("a direct message has no server settings")
    with db.begin() as session:
        wait_exclusive(session, GUILD_LOCK ^ viewer.guild_id)
        old = _guild(session, viewer.guild_id)
        new = replace(change(old), guild_id=viewer.guild_id)
        for name in [field.name for field in fields(new) if field.name != "guild_id"]:
            before, after = getattr(old, name), getattr(new, name)
            if before != after:
                note_manager(session, viewer, name, old=_words(before), new=_words(after))
        values = asdict(new) | {"channels": list(new.channels), "roles": list(new.roles)}
        _put(session, GuildSetting, "guild_id", values)
    return new


def _guild(session: Session, guild_id: int) -> GuildSettings:
    row = session.get(GuildSetting, guild_id)
    if row is None:
        return GuildSettings(guild_id)
    return GuildSettings(
        guild_id, row.retention_days, row.max_active_jobs, row.max_upload_mib, tuple(row.channels), tuple(row.roles)
    )


def _words(value: int | tuple[int, ...] | None) -> str | None:
    """A value as the audit log keeps it: numbers with commas between them, null for the host's value or for all."""
    if isinstance(value, tuple):
        return ",".join(map(str, value)) or None
    return None if value is None else str(value)


def _put(session: Session, table: type[Base], key: str, values: dict[str, Any]) -> None:
    rest = {name: value for name, value in values.items() if name != key}
    insert = insert_for(session, table).values(**values)
    session.execute(insert.on_conflict_do_update(index_elements=[key], set_=rest))
