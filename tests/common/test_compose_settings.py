"""The list of settings in the compose file is written between its marks, and nothing else of it changes."""

from __future__ import annotations

from common.compose_settings import BEGIN, END, FILE, OF_THE_BOT, passed, with_settings
from common.settings import variables


def test_every_setting_but_the_bots_own_is_passed() -> None:
    assert set(passed()) | set(OF_THE_BOT) == set(variables())
    assert passed()["REELFEEL_MAX_ROWS"] == "${REELFEEL_MAX_ROWS:-}"


def test_what_stands_around_the_list_stays() -> None:
    text = FILE.read_text(encoding="utf-8")
    before, _, rest = text.partition(BEGIN)
    emptied = before + BEGIN + "    OLD: x\n" + END + rest.partition(END)[2]
    assert with_settings(emptied) == text
