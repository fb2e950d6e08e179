"""Aspects of a text: drafts before the scorer reads, aspects of its logits."""

import random

import numpy as np
import pytest

from model.aspects import finder
from model.aspects.finder import MOST_CLAUSES, Aspect

SHIPPED = finder.shipped()


def found(text: str, *logits: float) -> list[tuple[str, str]]:
    """Names and polarities, when the scorer gives the clauses these logits."""
    drafts = SHIPPED.drafts(text)
    assert len(drafts) == len(logits), [text[one.start : one.end] for one in drafts]
    return [(one.name, one.polarity) for one in SHIPPED.aspects(drafts, np.asarray(logits, dtype=np.float64))]


def test_the_polarity_is_the_scorers() -> None:
    text = "The acting is great but the script is a mess."
    assert found(text, 2.0, -2.0) == [("acting", "positive"), ("dialogue", "negative")]
    assert found(text, -2.0, 2.0) == [("acting", "negative"), ("dialogue", "positive")]


def test_probabilities_are_of_positive_and_ranges_are_of_the_text() -> None:
    text = "The acting is great but the script is a mess."
    one, other = SHIPPED.aspects(SHIPPED.drafts(text), np.asarray([1.0, -1.0]))
    assert text[one.start : one.end] == "The acting is great"
    assert text[other.start : other.end] == "the script is a mess."
    assert one.probability == pytest.approx(1 / (1 + np.exp(-1.0)))
    assert other.probability == pytest.approx(1 - one.probability)


@pytest.mark.parametrize(
    ("text", "name", "polarity"),
    [
        ("I checked my watch three times.", "pacing", "negative"),
        ("The two hours flew by.", "pacing", "positive"),
        ("I was on the edge of my seat.", "suspense", "positive"),
    ],
)
def test_a_phrase_that_says_it_by_itself_outweighs_a_doubtful_logit(text: str, name: str, polarity: str) -> None:
    for logit in (-1.0, 0.0, 1.0):
        assert found(text, logit) == [(name, polarity)]


def test_a_negation_before_a_phrase_takes_its_say_away() -> None:
    assert found("It was never on the edge of my seat stuff.", -2.0)[0][1] == "negative"


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("A gripping story.", "story"),
        ("The jokes are predictable.", "humour"),
        ("Such frightening dialogue.", "dialogue"),
    ],
)
def test_an_epithet_is_no_aspect_of_its_own(text: str, name: str) -> None:
    assert [own for own, _ in found(text, 2.0)] == [name]


def test_the_film_is_meant_where_nothing_else_is() -> None:
    assert found("I loved it.", 2.5) == [("film", "positive")]
    assert found("This movie is wonderful.", 2.5) == [("film", "positive")]
    assert found("The acting in this film is wonderful.", 2.5) == [("acting", "positive")]


def test_a_name_that_is_judged_is_acting() -> None:
    assert found("Meryl Streep is magnificent.", 2.0) == [("acting", "positive")]


def test_what_goes_on_about_the_same_thing_is_about_it() -> None:
    assert found("The music starts well, but it becomes unbearable.", 1.5, -2.0)[-1] == ("music", "negative")


def test_a_fact_is_neutral_and_a_plot_nothing() -> None:
    assert found("The cast includes several television actors.", 0.1) == [("acting", "neutral")]
    drafts = SHIPPED.drafts("When his brother is murdered, he swears revenge on the gang that did it.")
    assert SHIPPED.aspects(drafts, np.full(len(drafts), -0.5)) == []


def test_ranges_fit_texts_with_markup_and_odd_signs() -> None:
    for before in (
        "Hm.<br /><br />",
        "**Hm.** ",
        "Hm \U0001f600\u200b\u2026 \n",
        "&quot;Hm.&quot; ",
        "\u0130stanbul. ",
        "a" * 50 + ". ",
    ):
        text = f"{before}The acting is great but the script is a mess."
        drafts = SHIPPED.drafts(text)
        assert [text[one.start : one.end] for one in drafts][-2:] == ["The acting is great", "the script is a mess."], (
            before
        )


def test_at_most_two_hundred_clauses_of_a_text_from_both_its_ends() -> None:
    text = "The acting is great. " * 150 + "The music is bad. " * 900
    drafts = SHIPPED.drafts(text)
    assert len(drafts) == MOST_CLAUSES
    assert drafts[0].start == 0
    assert drafts[-1].end == len(text) - 1


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "\x00",
        "\ud800",
        "...",
        "a" * 60_000,
        "but " * 16_000,
        "the acting, " * 6_000,
        "(" * 60_000,
        "great acting and bad plot with " * 10_000,
        "A. " * 20_000,
        "Aa Bb " * 10_000,
        "n't" * 20_000,
        "<br />" * 10_000,
        "acting&amp;" * 6_000,
    ],
    ids=range(15),
)
def test_of_hostile_texts_few_clauses_are_read(text: str) -> None:
    drafts = SHIPPED.drafts(text)
    assert len(drafts) <= MOST_CLAUSES
    assert sum(text.count(" ", one.start, one.end) for one in drafts) <= 2 * finder.MOST_WORDS


def test_drafts_lie_in_the_text_whatever_it_is() -> None:
    rng = random.Random(3)
    signs = [
        "acting ",
        "great ",
        "but ",
        "plot, ",
        "bad",
        ". ",
        "<br />",
        "\u2026",
        "\u0130",
        "*",
        "&amp;",
        "\U0001f600",
        "'",
        "\n",
        "it ",
    ]
    for _ in range(300):
        text = "".join(rng.choices(signs, k=rng.randrange(30)))
        drafts = SHIPPED.drafts(text)
        for one in drafts:
            assert 0 <= one.start < one.end <= len(text), text
        aspects = SHIPPED.aspects(drafts, np.zeros(len(drafts)))
        assert all(isinstance(one, Aspect) for one in aspects)
