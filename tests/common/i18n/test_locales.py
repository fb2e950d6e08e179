"""Which language a task speaks, and whose numbers it writes."""

from __future__ import annotations

import asyncio

import discord
import pytest

from common.i18n import ENGLISH, language, language_of, languages, locale_tag, set_locale, tr, use_locale


def test_every_language_is_there() -> None:
    assert {"de", "es", "fr", "ja"} <= set(languages())


@pytest.mark.parametrize(
    ("locale", "spoken", "tag"),
    [
        (None, ENGLISH, ENGLISH),
        ("en-GB", ENGLISH, ENGLISH),
        ("tlh", ENGLISH, ENGLISH),
        ("ko", ENGLISH, ENGLISH),
        ("de", "de", "de"),
        ("es-ES", "es", "es_ES"),
        (discord.Locale.latin_american_spanish, "es", "es_419"),
        ("es_419", "es", "es_419"),
    ],
)
def test_a_locale_has_the_language_of_its_base_and_keeps_its_region(locale: object, spoken: str, tag: str) -> None:
    with use_locale(locale):
        assert (language(), locale_tag()) == (spoken, tag)
    with use_locale(tag):  # as it was kept with a job
        assert (language(), locale_tag()) == (spoken, tag)
    assert language_of(None if locale is None else str(locale)) == spoken


def test_a_block_ends_with_the_language_from_before() -> None:
    with use_locale("de"):
        with use_locale("ja"):
            assert tr("Cancel") == "キャンセル"
        assert tr("Cancel") == "Abbrechen"
    assert tr("Cancel") == "Cancel"


async def test_a_task_speaks_its_own_language() -> None:
    async def spoken_by(locale: str) -> str:
        set_locale(locale)
        await asyncio.sleep(0)
        return language()

    assert await asyncio.gather(spoken_by("de"), spoken_by("fr"), spoken_by("xx")) == ["de", "fr", ENGLISH]
    assert language() == ENGLISH
