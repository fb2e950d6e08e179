"""Conversations in the language of the person: answers, errors, cards that come later, also after a restart, forms."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import pytest
from simcord import interactions

from bot.delivery import stale_replies
from bot.services import single_reviews
from db.queries.jobs import list_jobs
from db.types import Viewer
from tests.bot.talk import GOOD, Talk, answer, buttons, review_file, words
from tests.fixtures.discord import World

CSV = ("reviews.csv", review_file(12))


@pytest.fixture(autouse=True)
def speak(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Everybody's Discord is German; sets another language from now on."""
    made = interactions.base_payload
    locale = "de"

    def in_language(*args: Any, **kwargs: Any) -> Any:
        record, payload = made(*args, **kwargs)
        return record, payload | {"locale": locale}

    def set_to(wanted: str) -> None:
        nonlocal locale
        locale = wanted

    monkeypatch.setattr(interactions, "base_payload", in_language)
    return set_to


async def test_a_verdict_and_its_buttons(world: World, alice: Talk) -> None:
    await alice.slash("score", text=GOOD)
    await world.finish()
    shown = await alice.slash("results show", id=1)
    assert "Positiv" in shown.embeds[0].title
    assert "sicher" in words(shown)
    assert set(buttons(shown)) == {"Details", "Falsch?", "Löschen"}
    details = await alice.click(shown, "Details")
    assert "Wahrscheinlichkeit, positiv zu sein" in words(details)


async def test_an_error_an_empty_list_and_help(world: World, alice: Talk) -> None:
    refused = await alice.slash("jobs status", job=99)
    assert "finde ich nicht" in refused.content
    assert "Auftrag 99" in refused.content
    assert "\n-# Referenz " in refused.content
    assert "/dateien" in words(await alice.slash("jobs list"))
    help_ = await alice.slash("help", topic="jobs")
    assert "`/aufträge status auftrag:42`" in words(help_)
    assert "`/hilfe thema:`" in words(help_)
    refused = await alice.slash("report", since="yesterday")
    assert "kein Datum" in refused.content


async def test_a_file_is_shown_in_its_language_after_the_interaction_and_a_restart(world: World, alice: Talk) -> None:
    await alice.slash("batch", file=CSV)
    first = world.last(world.alice.user.dm_channel)
    assert first.embeds[0].title == "Auftrag 1: angenommen"
    assert [one.label for row in first.components for one in row.children] == ["Abbrechen"]
    await world.restart()
    await world.finish()
    card, ping = world.messages(world.alice.user.dm_channel)
    assert card.embeds[0].title.startswith("Auftrag 1: 12 Kritiken")
    assert "nicht ausgewertet: Die zweite Datei" in card.embeds[0].description
    assert ping.content.endswith("Auftrag 1 ist fertig.")
    image = next(one for one in card.attachments if one.filename == "histogram.png")
    assert image.description is None or "Histogramm" in image.description


async def test_a_reason_of_the_worker_is_translated(world: World, alice: Talk) -> None:
    await alice.slash("batch", file=("none.csv", b"review\n"))
    await world.finish()
    card = world.messages(world.alice.user.dm_channel)[0]
    assert "Die Datei enthält keine Kritiken" in card.embeds[0].description


async def test_each_reads_their_own_language(world: World, speak: Callable[[str], None]) -> None:
    await world.alice.slash(world.channel, "batch", file=CSV)
    speak("ja")
    await world.bob.slash(world.channel, "batch", file=("b.csv", review_file(4)))
    speak("tlh")  # somebody else asks in between
    shown = answer(await world.bob.slash(world.channel, "jobs list"))
    assert shown.embeds[0].title == "Jobs"
    await world.finish()
    assert world.messages(world.alice.user.dm_channel)[0].embeds[0].title.startswith("Auftrag 1:")
    assert world.messages(world.bob.user.dm_channel)[0].embeds[0].title.startswith("ジョブ 2：")
    assert [job.language for job in list_jobs(world.db, Viewer(world.alice.id))] == ["de"]


async def test_a_message_is_answered_as_the_last_command_was(world: World, speak: Callable[[str], None]) -> None:
    await world.dm(world.alice, GOOD)
    await world.finish()
    assert "Positive" in world.last(world.alice.user.dm_channel).embeds[0].title
    speak("es-419")
    await world.alice.slash(world.channel, "score", text=GOOD)
    await world.finish()
    await world.dm(world.alice, GOOD + " Again.")
    await world.restart()
    await world.finish()
    assert "Positiva" in world.last(world.alice.user.dm_channel).embeds[0].title
    await world.dm(world.alice, "", ("cat.png", b"\x89PNG"))
    assert "No puedo leer cat.png" in world.last(world.alice.user.dm_channel).content


async def test_a_reply_left_behind_is_finished_in_its_language(
    world: World, speak: Callable[[str], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    async def never(*_: object) -> None:
        await asyncio.sleep(3600)

    async def nothing(*_: object) -> None:
        """A process that dies forgets no reply, while SimCord ends the tasks of the old bot one by one."""

    monkeypatch.setattr(stale_replies, "_forget", nothing)
    with monkeypatch.context() as patched:
        patched.setattr(single_reviews, "accept_text", never)
        result = await world.alice.slash(world.channel, "score", text=GOOD)
    assert result.response.content == ""
    await world.restart()
    await world.tick(1)
    assert result.response.content.startswith("Ich wurde neu gestartet")


async def test_the_form_and_the_correction(world: World, speak: Callable[[str], None]) -> None:
    shown = await world.alice.slash(world.channel, "upload")
    assert shown.modal["title"] == "Dateien mit Kritiken auswerten"
    await world.alice.slash(world.channel, "score", text=GOOD)
    await world.finish()
    result = answer(await world.alice.slash(world.channel, "results show", id=1))
    form = await world.alice.click(result, label="Falsch?")
    assert form.modal["title"] == "Ist Ergebnis 1 falsch?"
    said = answer(await world.alice.submit_modal(form, {"label": ["negative"], "note": "Ironie"}))
    assert "**negativ**" in said.content


async def test_a_report_in_words_and_an_english_chart(world: World, alice: Talk) -> None:
    await alice.slash("batch", file=CSV)
    await world.finish()
    shown = await alice.slash("report", by="film")
    assert shown.embeds[0].title == "Bericht"
    assert "Alle Kritiken, nach Filmen" in words(shown)
    assert "Mittlere Wahrscheinlichkeit" in words(shown)
