"""Flags begin at their bounds; sums over words."""

import tracemalloc

import numpy as np
import pytest

from model.serving import flags
from model.serving.flags import Bounds, WordTable
from model.serving.topic_model import TopicRule
from model.text.tokens import tokenize
from model.text.vocabulary import Vocabulary

WORDS = ["the", "of", "and", "it", "is", "a", "was", "this", "good", "film", "plot", "acting", "boring"]


def table_of(scores: dict[str, float]) -> tuple[Vocabulary, WordTable]:
    vocabulary = Vocabulary(WORDS)
    values = np.zeros(len(vocabulary), dtype=np.float16)
    for word, score in scores.items():
        values[vocabulary.ids([word])[0]] = score
    return vocabulary, WordTable(vocabulary.words, values)


def raised(
    text: str,
    topic: float = 0.0,
    logit: float = 0.0,
    rule: TopicRule | None = None,
    **changed: float | tuple[tuple[float, float], ...],
) -> tuple[str, ...]:
    """Flags of a text with the word table above; topic: what the topic model's own weights add up to."""
    vocabulary, table = table_of({"film": 2.0, "boring": 1.0, "of": -1.0})
    tokens = tokenize(text)
    found: dict[str, object] = {
        "short_words": 3,
        "unknown_share": 0.5,
        "max_tokens": 20,
        "oddness": 99.0,
        "english": 0.0,
        "review": (),
        "topic": rule or TopicRule(),
    }
    limits = Bounds(**(found | changed))  # type: ignore[arg-type]
    sums = flags.with_topic(table.sums_of([vocabulary.ids(tokens[:20])]), np.asarray([topic]))[0]
    other = flags.topic_logit(len(tokens), logit, sums, limits)
    return flags.raised(text, len(tokens), other, sums, table, limits)


def test_flags_begin_at_their_bounds() -> None:
    assert raised("It is good") == ()
    assert raised("It is") == ("too_short",)
    assert raised("8/10 8/10 8/10") == ("unknown_words",)
    assert raised("zyx wvu the film") == ()
    assert raised("zyx wvu tsr film") == ("unknown_words",)
    assert raised("good " * 20) == ()
    assert raised("good " * 21) == ("truncated",)
    assert raised("...") == ("too_short", "not_a_review")
    assert raised("n/a") == ("too_short", "not_a_review")
    assert raised("8/10 ...") == ("too_short",)


def test_not_a_review_depends_on_score_and_length() -> None:
    bound = ((4.0, 0.1), (6.0, 0.5))
    assert raised("of of of", review=bound) == ()
    assert raised("of of of of", review=bound) == ("not_a_review",)
    assert raised("this film is good", review=bound) == ()
    assert raised("this film is good and a plot", review=bound) == ("not_a_review",)


def test_not_a_review_by_topic_takes_the_place_of_the_score_where_it_judges() -> None:
    rule = TopicRule(most=6, bias=-1.0)
    assert raised("it was the plot", topic=3.0, rule=rule) == ("not_a_review",)
    assert raised("it was the plot", topic=1.0, rule=rule) == ()
    # Too few words, too many tokens, unknown words: it is not asked.
    assert raised("a plot", topic=30.0, rule=rule) == ("too_short",)
    assert raised("it was the plot of the film", topic=30.0, rule=rule) == ()
    assert raised("zyx wvu tsr film", topic=30.0, rule=rule) == ("unknown_words",)
    bound = ((3.0, 9.0),)
    assert raised("it was the plot", review=bound) == ("not_a_review",)
    assert raised("it was the plot", review=bound, rule=rule) == ()
    assert raised("it was the plot of the film", review=bound, rule=rule) == ("not_a_review",)


def test_sums_do_not_depend_on_the_neighbours() -> None:
    vocabulary, table = table_of({"film": 2.0})
    rows = [vocabulary.ids(text.split()) for text in ("the film zyx", "", "good", "film film")]
    together = table.sums_of(rows)
    for row, sums in zip(rows, together, strict=True):
        assert table.sums_of([row])[0] == pytest.approx(sums)
    assert together[:, 1].tolist() == [1, 0, 0, 0]
    assert together[:, 3].tolist() == [2, 0, 0, 4]
    # An unknown word is odder than any known one, a frequent one less odd than a rare one.
    texts = ("zyx", "", "good", "film")
    unknown, empty, good, film = map(table.oddness, table.sums_of([vocabulary.ids(text.split()) for text in texts]))
    assert unknown > film > good > empty == 0


def test_sums_copy_their_table_once() -> None:
    _, table = table_of({})
    n = 500_000
    ids = np.full(n, 2, dtype=np.int32)
    tracemalloc.start()
    try:
        table.sums(ids, np.zeros(1, dtype=np.int64), np.full(1, n))
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    # numpy's index of 8 bytes a token beside the 16 of the values
    assert peak < 1.75 * 4 * len(WordTable.COLUMNS) * n


def test_oddness_by_hand() -> None:
    """Ranks count from 2, and an unknown word stands three vocabularies (rows of the table) away."""
    table = WordTable(["the", "film", "!"], np.asarray([0.0, 0.0, 0.5, -2.0, 7.0]), np.asarray([9, 3, 1, 0.25, 2]))
    (sums,) = table.sums_of([np.asarray([2, 3, 1, 4], dtype=np.int32)])
    assert sums.tolist() == pytest.approx([2.0, 1.0, np.log(2) + np.log(3), 5.5, 6.25])
    assert table.oddness(sums) == pytest.approx((np.log(2) + np.log(3) + np.log(15)) / 3)
    assert flags.unknown_share(sums, 4) == pytest.approx(0.25)
    assert flags.mean_score(sums, 4) == pytest.approx(5.5 / 3)
