"""Which sentences are turned, and how."""

import numpy as np
import pytest

from model.data import reversals


@pytest.mark.parametrize(
    ("sentence", "label", "after"),
    [
        ("What a great movie!", 1, "What an awful movie!"),
        ("The acting was AWFUL.", 0, "The acting was GREAT."),
        ("Awful acting and music.", 0, "Great acting and music."),
        ("An excellent script.", 1, "A terrible script."),
        ("I really loved this film.", 1, "I really hated this film."),
        ("This is a masterpiece of a film.", 1, "This is a disaster of a film."),
    ],
)
def test_clear_sentences_are_turned(sentence: str, label: int, after: str) -> None:
    found = reversals.reversal(sentence, label)
    assert found is not None
    assert (found.before, found.after, found.label) == (sentence, after, label)


@pytest.mark.parametrize(
    ("sentence", "label"),
    [
        ("What a great movie!", 0),  # the word's side is not the review's
        ("The film is not great.", 1),
        ("It isn't a great film.", 1),
        ("The acting is great, the script is bad.", 1),
        ("A great film, but long.", 1),
        ("The film would be great with another cast.", 1),
        ("Is this a great film?", 1),
        ("The film cost a great deal.", 1),
        ("In this film the good guys win.", 1),
        ("She loved him all through the film.", 1),
        ("What a great day!", 1),  # names no part of a film
        ("Great film.", 1),  # two words
        ("A great film that I recommend.", 1),
        ("A great film, 9 points.", 1),
        ("This film about two brothers and their long way home from the sea is great.", 1),
    ],
)
def test_unclear_sentences_are_left_out(sentence: str, label: int) -> None:
    assert reversals.reversal(sentence, label) is None


def test_one_sentence_a_review_and_antonyms_both_ways() -> None:
    text = "We saw it on Monday. What a great movie! The acting is superb."
    found = list(reversals.reversals([text, "Nothing of note.", text], np.asarray([1, 1, 0], dtype=np.int8)))
    assert [one.before for one in found] == ["What a great movie!"]
    for word, other in reversals.ANTONYMS.items():
        assert reversals.ANTONYMS[other] == word
        assert (word in reversals.POSITIVE) != (other in reversals.POSITIVE)
