"""The catalogues as they lie there: placeholders, every message rendered for 0, 1 and 2, the marks of each language."""

from __future__ import annotations

import re
import string
from collections.abc import Callable, Iterator
from typing import Final

import pytest
from babel.messages.catalog import Message
from babel.messages.mofile import read_mo

from bot.translations import is_translated, path_of, read, translations_of
from common.i18n import ENGLISH, languages, listing, number, quote, tr, tr_in, trn, use_locale
from common.i18n.messages import catalogue

NAMES: Final = frozenset({"command", "option", "choice", "menu"})
"""Contexts of what is no sentence."""


def ids(message: Message) -> tuple[str, ...]:
    return (message.id,) if isinstance(message.id, str) else tuple(message.id)


def key(message: Message) -> tuple[str | None, tuple[str, ...]]:
    context = message.context.decode() if isinstance(message.context, bytes) else message.context  # of a .mo
    return context, ids(message)


def placeholders(text: str) -> list[str]:
    return [name for _, name, _, _ in string.Formatter().parse(text) if name is not None]


def messages(language: str) -> Iterator[Message]:
    """What readers of the language see, without the header; of English, the msgids themselves."""
    yield from (message for message in read("de" if language == ENGLISH else language) if message.id)


def texts(language: str) -> Iterator[str]:
    """Every sentence of a language that readers see."""
    for message in messages(language):
        if message.context not in NAMES and is_translated(message):
            yield from translations_of(message)


@pytest.mark.parametrize("language", languages())
def test_placeholders_are_those_of_the_msgid(language: str) -> None:
    for message in messages(language):
        if not is_translated(message):
            continue
        one, many = ids(message)[0], ids(message)[-1]
        for text in translations_of(message):
            assert set(placeholders(text)) in (set(placeholders(one)), set(placeholders(many))), text
            assert text.count("`") == one.count("`"), text
            assert text.count("**") == one.count("**"), text


def test_no_sentence_is_that_of_another_language() -> None:
    """German once stood in all catalogues, put there by a script that merged them."""
    by_text: dict[str, set[str]] = {}
    for language in languages():
        if language != ENGLISH:
            for text in texts(language):
                by_text.setdefault(text, set()).add(language)
    words = re.compile(r"[^\W\d_]{2,}")
    mixed = [text for text, spoken in by_text.items() if len(spoken) > 1 and len(words.findall(bare(text))) > 2]
    assert mixed == []


def bare(text: str) -> str:
    """A sentence without its placeholders and without what is typed."""
    return re.sub(r"\{[^}]*\}|`[^`]*`", "", text)


@pytest.mark.parametrize("language", languages())
def test_the_compiled_catalogue_has_what_is_translated_of_the_text(language: str) -> None:
    with path_of(language).with_suffix(".mo").open("rb") as file:
        compiled = {key(message): translations_of(message) for message in read_mo(file) if message.id}
    assert compiled == {key(one): translations_of(one) for one in messages(language) if is_translated(one)}


# ---------------------------------------------------------------- rendered


def filled(name: str, count: int) -> str:
    """A value as the bot has it for a placeholder of that name."""
    values: dict[str, Callable[[], str]] = {
        "listed": lambda: listing(("a", "b")),
        "label": lambda: tr("positive"),
        "state": lambda: tr("cancelled"),
        "film": lambda: quote("Heat"),
        "time": lambda: tr("{minutes} min", minutes=count),
        "size": lambda: tr("{size} MiB", size=count),
        "file": lambda: "reviews.csv",
        "day": lambda: "2026-01-31",
    }
    return values.get(name, lambda: number(count))()


def rendered(message: Message, count: int) -> str:
    one, many = ids(message)[0], ids(message)[-1]
    values = {name: filled(name, count) for name in placeholders(one + many) if name != "count"}
    if message.context in NAMES:
        return tr_in(str(message.context), one)
    return tr(one, **values) if isinstance(message.id, str) else trn(one, many, count, **values)


@pytest.mark.parametrize("language", [ENGLISH, *languages()])
@pytest.mark.parametrize("count", [0, 1, 2, 12_345])
def test_every_message_can_be_read_with_any_number(language: str, count: int) -> None:
    with use_locale(language):
        for message in messages(language):
            text = rendered(message, count)
            assert not set("{}") & set(text), text
            assert "  " not in text.replace("\u00a0", " ").replace("\u202f", " "), text
            assert text == text.strip() or message.id == ", ", text
            if not isinstance(message.id, str) and "{count}" in message.id[0]:
                assert number(count) in text, text


@pytest.mark.parametrize("language", languages())
def test_a_counted_message_has_every_form_of_its_language(language: str) -> None:
    """Each counted message has as many forms as its language."""
    spoken = catalogue(language)
    forms = {spoken.ngettext("{count} review", "{count} reviews", count) for count in range(5)}
    held = [message for message in messages(language) if not isinstance(message.id, str)]
    assert len(held) > 40
    for message in held:
        assert len(translations_of(message)) == len(forms), message.id


# ---------------------------------------------------------------- the marks of each language


def prose(text: str) -> str:
    """A sentence without its code spans and placeholders, where other rules hold."""
    return re.sub(r"`[^`]*`|https?://\S+", "`", text)


def test_french_keeps_its_marks_with_their_words() -> None:
    """A no-break space before ; : ? ! % and inside « », and a typographic apostrophe."""
    for text in map(prose, texts("fr")):
        assert not re.search(r" [;:?!%»]|« ", text), text
        assert not re.search(r"[^\W\d_`)][;?!]|[^\W\d_)][:](?= )", text), text
        assert "'" not in text, text


def test_german_begins_a_sentence_after_a_colon_with_a_capital() -> None:
    """A full sentence after a colon; what only lists something stays small."""
    lists = ("keine ", "kein ", "deine ", "positiv", "das ")
    for text in texts("de"):
        after = re.search(r": ([a-zäöü][^:]*[.!?])$", prose(text))
        assert after is None or after[1].startswith(lists), text


def test_german_and_spanish_keep_a_percent_sign_with_its_number() -> None:
    for language in ("de", "es"):
        for text in texts(language):
            assert not re.search(r"[\d}] %", text), text


def test_japanese_has_its_own_marks_and_no_one_is_addressed_as_you() -> None:
    for text in map(prose, texts("ja")):
        assert not re.search(r"[ぁ-んァ-ヶ一-龠][,.:;?!(](?= |$)|(?<=[ぁ-んァ-ヶ一-龠])\)", text), text
        assert not re.search(r" …|\d %", text), text
        assert not re.search("私|あなた", text), text


def test_one_register_in_each_language() -> None:
    formal = {
        "de": r"(?<!^)(?<![.:!?] )\b(Sie|Ihnen|Ihre[nmrs]?)\b",  # within a sentence; at its start it may be "they"
        "fr": r"\b(vous|votre|vos)\b",
        "es": r"\b(usted|ustedes)\b",
    }
    for language, pattern in formal.items():
        for text in texts(language):
            assert not re.search(pattern, text), text
    for text in texts("ja"):
        assert not re.search(r"(だ|である)。", text), text
