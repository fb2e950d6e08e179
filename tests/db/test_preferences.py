"""Preferences of users and servers."""

from __future__ import annotations

from dataclasses import replace

import pytest

from db.audit import server_lines
from db.engine import Database
from db.preferences import change_guild_settings, guild_settings, save_user_settings, user_settings
from db.types import GuildSettings, UserSettings, Viewer
from tests.db.steps import (
    GUILD,
)


def test_a_users_settings_are_their_own(db: Database) -> None:
    someone = Viewer(1, GUILD)
    assert user_settings(db, someone) == UserSettings(1, share=False, dm_notices=True, file_format=None)
    for chosen in (UserSettings(1, share=True, file_format="csv"), UserSettings(1, dm_notices=False)):
        save_user_settings(db, someone, chosen)
        assert user_settings(db, Viewer(1)) == chosen
    save_user_settings(db, someone, UserSettings(2, share=True))
    assert user_settings(db, Viewer(2)) == UserSettings(2)


def test_a_servers_settings_change_one_by_one_with_a_line_each(db: Database) -> None:
    manager = Viewer(9, GUILD)
    assert guild_settings(db, manager) == GuildSettings(GUILD)
    change_guild_settings(db, manager, lambda old: replace(old, retention_days=7, channels=(3, 4)))
    new = change_guild_settings(db, manager, lambda old: replace(old, retention_days=7, max_upload_mib=2))
    assert new == guild_settings(db, Viewer(1, GUILD)) == GuildSettings(GUILD, 7, None, 2, (3, 4))
    assert [(line.action, line.old, line.new) for line in reversed(server_lines(db, manager))] == [
        ("retention_days", None, "7"),
        ("channels", None, "3,4"),
        ("max_upload_mib", None, "2"),
    ]
    assert guild_settings(db, Viewer(9)) == GuildSettings(0)
    with pytest.raises(ValueError, match="direct message"):
        change_guild_settings(db, Viewer(9), lambda old: old)
