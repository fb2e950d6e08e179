"""Preferences of users and servers."""

from __future__ import annotations

from db.delivery.key_values import get_state, set_state
from db.engine import Database
from db.preferences import save_user_settings, user_settings
from db.types import UserSettings, Viewer
from tests.db.steps import (
    GUILD,
)


def test_state_and_settings(db: Database) -> None:
    assert get_state(db, "tree") is None
    set_state(db, "tree", "1")
    set_state(db, "tree", "2")
    assert get_state(db, "tree") == "2"
    someone = Viewer(1, GUILD)
    assert user_settings(db, someone) == UserSettings(1, share=False, dm_notices=True, file_format=None)
    for chosen in (UserSettings(1, share=True, file_format="csv"), UserSettings(1, dm_notices=False)):
        save_user_settings(db, someone, chosen)
        assert user_settings(db, Viewer(1)) == chosen
    save_user_settings(db, someone, UserSettings(2, share=True))
    assert user_settings(db, Viewer(2)) == UserSettings(2)
