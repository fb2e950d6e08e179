"""Clauses: where a sentence is cut and where it is not."""

import re

import pytest

from model.aspects import clauses, opinion, vocabulary
from model.aspects.clauses import Words


def cut(sentence: str) -> list[str]:
    """The clauses of a sentence, with the vocabulary and the leanings of the repository."""
    found = list(re.finditer(r"[\w']+", sentence.lower()))
    words = Words([one.group() for one in found], [one.start() for one in found], [one.end() for one in found])
    leanings = opinion.shipped().leanings
    weights = [leanings.get(word, 0.0) for word in words.spelled]
    parts = clauses.split(words, sentence, vocabulary.shipped().find(words.spelled), weights)
    return [sentence[words.starts[part.first] : words.ends[part.last]] for part in parts]


@pytest.mark.parametrize(
    "sentence",
    [
        "The acting is great | but the script is a mess",
        "Although the plot is silly, | the music is wonderful",
        "Superb acting, | awful plot",
        "The acting and the story are great",
        "Acting, direction and writing are all amateurish",
        "A wonderful film | with a terrible ending",
        "Great cast, | great music, | disappointing ending",
        "A painfully dull start leads to | a truly beautiful finish",
        "The effects are terrible; | the story is worse",
        "It is about a dog who waits for his master, | and it is wonderful",
        "Not one of the jokes is funny",
        "It is the best film I have seen",
    ],
)
def test_a_sentence_is_cut_where_its_judgements_part(sentence: str) -> None:
    parts = [part.strip(" ,;") for part in sentence.split("|")]
    joins = ("but ", "and ", "although ")
    bare = [next((part[len(join) :] for join in joins if part.lower().startswith(join)), part) for part in parts]
    assert cut(sentence.replace("| ", "")) == bare


def test_a_clause_has_at_most_sixty_words_and_none_is_lost() -> None:
    found = cut("word " * 150)
    assert [len(part.split()) for part in found] == [60, 60, 30]


@pytest.mark.parametrize("sentence", ["and", "but but but", "if", "a", "great and"])
def test_a_sentence_of_small_words_is_a_clause(sentence: str) -> None:
    assert "".join(cut(sentence)) != ""
