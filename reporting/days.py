"""Days as users type them: `2026-01-31`, `7d`, `2w`."""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import Final

from common.errors import UserError
from common.i18n import tr

FORMS: Final = "2026-01-31, 7d or 2w"
"""For the descriptions of options."""

_AGO: Final = re.compile(r"([0-9]{1,4})\s*([dw])", re.IGNORECASE)
_YEARS: Final = range(1000, 3000)
"""Room to count some days on from any of them."""
_DAYS: Final = {"d": 1, "w": 7}


class BadDate(UserError):
    """The text is no day we read; the sentence says which forms are."""


def parse_day(text: str, *, today: date) -> date:
    """The day (UTC) a user means; `7d` and `2w` count back from `today`. Raises `BadDate`."""
    typed = text.strip()
    try:
        if ago := _AGO.fullmatch(typed):
            return today - timedelta(days=int(ago[1]) * _DAYS[ago[2].lower()])
        if re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", typed):
            day = date.fromisoformat(typed)
            if day.year in _YEARS:
                return day
    except (ValueError, OverflowError):
        pass
    shown = typed if len(typed) <= 20 else typed[:19] + "…"
    raise BadDate(
        tr(
            "“{typed}” is not a date I can read: write it as 2026-01-31, or as 7d or 2w for so many days or weeks ago.",
            typed=shown,
        )
    )


def check_order(since: date | None, until: date | None) -> None:
    """Raises UserError when the first day is after the last."""
    if since is not None and until is not None and since > until:
        raise UserError(tr("`since` ({since}) is after `until` ({until}): swap them.", since=since, until=until))
