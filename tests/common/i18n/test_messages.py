"""Sentences and their plurals in the language of the running task."""

from __future__ import annotations

from common.i18n import mark, mark_plural, tr, tr_in, trn, use_locale


def test_a_sentence_without_a_translation_is_said_in_english() -> None:
    with use_locale("de"):
        assert tr(mark("Nothing says this.")) == "Nothing says this."
        assert trn("{count} zebra", "{count} zebras", 1) == "1 zebra"
        assert trn("{count} zebra", "{count} zebras", 2) == "2 zebras"


def test_the_form_follows_the_rule_of_the_language() -> None:
    one, many = mark_plural("{count} review", "{count} reviews")
    expected = {
        None: ["0 reviews", "1 review", "2 reviews", "12,345 reviews"],
        "de": ["0 Kritiken", "1 Kritik", "2 Kritiken", "12.345 Kritiken"],
        "fr": ["0 critique", "1 critique", "2 critiques", "12\u202f345 critiques"],
        "ja": ["レビュー 0 件", "レビュー 1 件", "レビュー 2 件", "レビュー 12,345 件"],
    }
    for locale, texts in expected.items():
        with use_locale(locale):
            assert [trn(one, many, count) for count in (0, 1, 2, 12345)] == texts


def test_values_may_hold_braces() -> None:
    assert tr("Job {job}: {title}", job=1, title="{x}") == "Job 1: {x}"


def test_a_name_is_that_of_its_context() -> None:
    with use_locale("de"):
        assert tr_in("command", "jobs") == "aufträge"
        assert tr_in("choice", "jobs") == "Aufträge"
        assert tr_in("nowhere", "jobs") == "jobs"
