"""The cards of `/server`: what counts is told, also where the host is stricter; the log has pages."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from bot.cards.server import LISTED, audit_card, server_card
from common.settings import Settings
from db.types import AuditEntry, GuildSettings

HOST = Settings(retention_days=90, max_active_jobs=5, max_upload_mib=50, _env_file=None)  # type: ignore[call-arg]


def fields(rules: GuildSettings) -> list[str]:
    embed = server_card(rules, HOST, changed=False).embed
    assert embed is not None
    return [str(field.value) for field in embed.fields]


def test_without_rules_the_hosts_count() -> None:
    assert fields(GuildSettings(1)) == [
        "all channels", "everyone", "90 days (the bot's default)", "5 (the bot's default)",
        "50 MiB (the bot's default)",
    ]  # fmt: skip


def test_a_server_can_only_lower_what_the_host_allows() -> None:
    lower = GuildSettings(1, retention_days=7, max_active_jobs=2, max_upload_mib=3, channels=(8,), roles=(9,))
    assert fields(lower) == ["<#8>", "<@&9>, and everyone with Manage Server", "7 days", "2", "3 MiB"]
    assert fields(GuildSettings(1, max_active_jobs=50, max_upload_mib=500))[3:] == ["5", "50 MiB"]


@pytest.mark.parametrize(("channels", "rest"), [(LISTED, None), (LISTED + 1, "and 1 more"), (LISTED + 2, "and 2 more")])
def test_a_long_list_is_cut_and_counted(channels: int, rest: str | None) -> None:
    shown = fields(GuildSettings(1, channels=tuple(range(1, channels + 1))))[0]
    assert shown.count("<#") == LISTED
    assert ("more" in shown) is (rest is not None)
    assert rest is None or shown.endswith(rest)


def line(id_: int, **changes: object) -> AuditEntry:
    values: dict[str, object] = {
        "id": id_, "created_at": datetime(2026, 3, 1, tzinfo=UTC), "guild_id": 1, "actor_id": 7, "actor_name": None,
        "action": "retention_days", "old": None, "new": "7",
    }  # fmt: skip
    return AuditEntry(**{**values, **changes})  # type: ignore[arg-type]


def test_a_line_says_who_and_what() -> None:
    embed = audit_card(
        [line(3), line(2, actor_id=None, actor_name="*root*", action="channels", new="8,9")], more=False
    ).embed
    assert embed is not None
    first, second = str(embed.description).split("\n")
    assert "<@7> · days texts are kept: the bot's default → 7" in first
    assert "whoever runs this bot (\\*root\\*) · channels: all → <#8>, <#9>" in second
    assert "before" not in str(embed.footer.text)


def test_older_lines_are_found_from_the_last_that_is_shown() -> None:
    embed = audit_card([line(9), line(5)], more=True).embed
    assert embed is not None
    assert "/server audit before:5" in str(embed.footer.text)
