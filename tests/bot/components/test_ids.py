"""Every custom_id is found again by exactly one handler, and fits into Discord's 100 characters."""

from __future__ import annotations

import pytest

from bot.components import ids
from bot.components.ids import CustomId
from bot.handlers import BUTTONS

ALL = {name: kind for name, kind in vars(ids).items() if isinstance(kind, CustomId)}
LONGEST = {
    ids.PAGE: ("previous", "f" * 16, 999_999_999),
    ids.READ_AS: ("lines", "0123456789abcdef"),
    ids.FORGET: (2**64 - 1,),
    **dict.fromkeys((ids.AGAIN, ids.FILES, ids.EXPORT), ("0123456789abcdef",)),
    **dict.fromkeys((ids.PICK_JOB, ids.PICK_RESULT, ids.UPLOAD), ()),
}
FORMS = {ids.CORRECTION, ids.UPLOAD}
"""Sent whole: `bot.cogs.correct` and discord.py's registered form take them."""


@pytest.mark.parametrize("name", ALL)
def test_a_custom_id_is_read_by_its_handler_alone(name: str) -> None:
    kind = ALL[name]
    custom_id = kind.of(*LONGEST.get(kind, (999_999_999_999_999_999,)))
    assert len(custom_id) <= 100
    found = [handler for handler in BUTTONS if handler.__discord_ui_compiled_template__.fullmatch(custom_id)]
    assert len(found) == (0 if kind in FORMS else 1)


def test_values_come_back() -> None:
    match = ids.PAGE.pattern.fullmatch(ids.PAGE.of("next", "0123456789abcdef", 7))
    assert match is not None
    assert match.groupdict() == {"way": "next", "key": "0123456789abcdef", "page": "7"}


@pytest.mark.parametrize(("kind", "values"), [(ids.CANCEL, ("x",)), (ids.CANCEL, ()), (ids.PAGE, ("up", "0" * 16, 1))])
def test_a_button_that_nothing_would_hear_is_not_made(kind: CustomId, values: tuple[object, ...]) -> None:
    with pytest.raises(ValueError, match="no custom_id"):
        kind.of(*values)
