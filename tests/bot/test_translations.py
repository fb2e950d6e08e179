"""The tool for the catalogues: what it finds, what becomes of a changed sentence, what it says is missing."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog

from bot import translations
from bot.translations import (
    compiled,
    extracted,
    is_translated,
    main,
    path_of,
    read,
    save,
    translations_of,
    untranslated,
    updated,
    written,
)
from common.i18n import FOLDER, languages


@pytest.fixture(scope="module")
def messages() -> Catalog:
    return extracted()


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the catalogues that a test may change."""
    copy = tmp_path / "locale"
    shutil.copytree(FOLDER, copy)
    monkeypatch.setattr(translations, "FOLDER", copy)
    return copy


def catalog_with(*pairs: tuple[str, str]) -> Catalog:
    catalog = Catalog(locale="de", charset="utf-8")
    for message, text in pairs:
        catalog.add(message, text)
    return catalog


def test_sentences_marks_plurals_and_names_of_commands_are_found(messages: Catalog) -> None:
    assert messages.get("Cancel") is not None
    assert messages.get(("{count} review", "{count} reviews")) is not None
    assert messages.get(("{count} positive", "{count} positive")) is not None  # of `mark_plural`
    assert messages.get("Resumes a cancelled or failed job; what is scored already is kept.") is not None
    assert messages.get("resume", "command") is not None
    assert messages.get("unclear", "choice") is not None
    assert messages.get("Score review", "menu") is not None
    assert messages.get("csv", "choice") is None  # the same in every language
    pair = messages.get("{name}: {value}")
    assert pair is not None
    assert pair.auto_comments == ["a name and its value"]


def test_a_changed_sentence_keeps_its_translation_as_fuzzy_and_readers_see_english(folder: Path) -> None:
    save("de", catalog_with(("Send the file again.", "Schick die Datei noch einmal."), ("Cancel", "Abbrechen")))
    catalog = updated("de", catalog_with(("Send the files again.", ""), ("Cancel", ""), ("Xylophone", "")))
    changed, new = catalog.get("Send the files again."), catalog.get("Xylophone")
    assert changed is not None
    assert changed.fuzzy
    assert translations_of(changed) == ("Schick die Datei noch einmal.",)
    assert catalog.get("Send the file again.") is None
    assert b'#| msgid "Send the file again."' in written(catalog)
    assert new is not None
    assert not is_translated(new)
    assert untranslated(catalog) == ["fuzzy: Send the files again.", "missing: Xylophone"]
    assert b"Schick" not in compiled(catalog)
    assert b"Abbrechen" in compiled(catalog)


def test_a_plural_without_all_its_forms_is_not_compiled() -> None:
    catalog = Catalog(locale="de", charset="utf-8")
    catalog.add(("{count} dog", "{count} dogs"), ("{count} Hund", ""))
    assert b"Hund" not in compiled(catalog)
    assert untranslated(catalog) == ["missing: {count} dog"]


def test_a_new_language_gets_a_catalogue(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["it"]) == 0
    assert (folder / "it" / "LC_MESSAGES" / "reelfeel.mo").exists()
    told = capsys.readouterr().out
    assert "not translated" in told
    assert "missing: Cancel" in told


def test_the_check_fails_and_changes_nothing_while_a_sentence_is_fuzzy(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    main([])
    catalog = read("de")
    message = catalog.get("Cancel")
    assert message is not None
    message.flags.add("fuzzy")
    save("de", catalog)
    before = path_of("de").read_bytes()
    capsys.readouterr()
    assert main(["--check"]) == 1
    assert "fuzzy: Cancel" in capsys.readouterr().out
    assert path_of("de").read_bytes() == before


def test_the_check_fails_for_a_catalogue_that_is_not_that_of_the_code(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    catalog = read("de")
    catalog.delete("Cancel")
    save("de", catalog)
    assert main(["--check", "de"]) == 1
    assert "run `make translations`" in capsys.readouterr().out


def test_writing_a_catalogue_again_changes_nothing() -> None:
    for language in languages():
        assert written(read(language)) == path_of(language).read_bytes(), language
