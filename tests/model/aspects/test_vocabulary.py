"""Phrases of aspects: which fit, which win, and what the file of the repository may hold."""

import random

import pytest

from common.aspects import NAMES
from model.aspects import vocabulary
from model.aspects.vocabulary import Mention, Vocabulary, VocabularyError

SMALL = Vocabulary(
    {
        "none": {"words": ["school play"]},
        "acting": {"words": ["play, acting"], "praise": ["give * an oscar"]},
        "music": {"cues": ["melody, strings, play"]},
        "suspense": {"says": ["edge of my/your seat"], "praise": ["edge of my seat"]},
    }
)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("the acting", [Mention("acting", "words", 1, 1)]),
        ("two melodies", [Mention("music", "cues", 1, 1)]),
        ("a play", [Mention("acting", "words", 1, 1), Mention("music", "cues", 1, 1)]),
        ("a school play", []),
        ("edge of your seat", [Mention("suspense", "says", 0, 3)]),
        ("edge of my seat", [Mention("suspense", "praise", 0, 3)]),
        ("edge of my", []),
        ("give her an oscar", [Mention("acting", "praise", 0, 3)]),
        ("give an oscar", []),
        ("", []),
    ],
)
def test_phrases_are_found_by_the_longest_that_fits(text: str, found: list[Mention]) -> None:
    assert SMALL.find(text.split()) == found


@pytest.mark.parametrize("lists", [{"plot": {"words": ["x"]}}, {"acting": {"nouns": ["x"]}}])
def test_an_unknown_list_is_refused(lists: dict[str, dict[str, list[str]]]) -> None:
    with pytest.raises(VocabularyError, match=next(iter(lists))):
        Vocabulary(lists)


def test_the_file_of_the_repository_is_sound() -> None:
    lists = vocabulary.lists()
    assert set(lists) == {"none", *NAMES}
    for name, kinds in lists.items():
        for kind, lines in kinds.items():
            for line in lines:
                for phrase in line.split(","):
                    # What `Finder` reads: lower case, letters and digits, apostrophes inside words.
                    assert phrase.strip() == phrase.strip().lower(), (name, kind, phrase)
                    assert phrase.strip(), (name, kind, line)
                    assert not set(phrase) & set('-.;:!?"()'), (name, kind, phrase)
    assert 2 < vocabulary.shipped().longest < 9


def test_hostile_words_are_read_once() -> None:
    """A phrase that begins everywhere and ends nowhere costs its own length a word, not the text's."""
    read = 0

    class Counted(list[str]):
        def __getitem__(self, place):  # type: ignore[no-untyped-def]
            nonlocal read
            read += 1
            return super().__getitem__(place)

    rng = random.Random(1)
    for words in (["give"] * 5_000, ["not", "a"] * 2_500, rng.choices(["edge", "of", "my", "never", "seen"], k=5_000)):
        read = 0
        vocabulary.shipped().find(Counted(words))
        assert read < 20 * len(words)
