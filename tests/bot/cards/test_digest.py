"""The cards of a digest: whatever its films are called, they fit and do nothing."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from bot.cards.base import EMBED_CHARS, FIELD_CHARS
from bot.cards.digest import alert_card, digest_card, state_card, switched_off_card
from common.i18n import use_locale
from db.types import Digest
from reporting.digest import MOST_FILMS, Counts, DigestFigures, FilmCounts, Period
from reporting.intervals import Interval
from tests.bot.samples import HOSTILE

NOW = datetime(2026, 3, 9, 8, tzinfo=UTC)


@pytest.mark.parametrize("locale", [None, "de", "fr", "es", "ja"])
@pytest.mark.parametrize("name", [HOSTILE[:100], "*" * 100, "@" * 100], ids=("hostile", "stars", "ats"))
def test_names_of_signs_fit_and_do_nothing(name: str, locale: str | None) -> None:
    counts = Counts(10**6, 5 * 10**5, 3 * 10**5, 2 * 10**5)
    film, week = FilmCounts(name, counts, counts), Period(date(2026, 3, 2), date(2026, 3, 8))
    figures = DigestFigures(week, week, counts, counts, (film,) * 5, (film,) * 3, 10**6)
    one = Digest(1, 2, "week", (name,) * MOST_FILMS, True, None, 3, week.until, off_reason="closed")
    with use_locale(locale):
        cards = (
            digest_card(figures, one),
            alert_card(figures, one, Interval(-0.1, 0.1)),
            state_card(one, NOW, changed=True),
        )
        told = switched_off_card(one, name)
    for card in cards:
        assert card.embed is not None
        assert len(card.embed) <= EMBED_CHARS
        assert all(0 < len(str(field.value)) <= FIELD_CHARS for field in card.embed.fields)
        assert "@everyone" not in str(card.embed.to_dict())
        assert "[free](" not in str(card.embed.to_dict())
    assert len(told.content) <= 2000
    assert "@everyone" not in told.content
