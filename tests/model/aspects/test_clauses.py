"""Clauses: where a sentence is cut and where it is not."""

import re

import pytest

from model.aspects import clauses, opinion, vocabulary
from model.aspects.clauses import Words
from model.aspects.vocabulary import Mention


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


class CountedMention(Mention):
    """A mention that counts how often somebody asks what it names or what it tells."""

    asked = 0

    def __getattribute__(self, name: str) -> object:
        if name in ("name", "kind"):
            CountedMention.asked += 1
        return super().__getattribute__(name)


@pytest.mark.parametrize("words", ["good bad", "acting", "acting story", "acting great", "it acting was"])
def test_what_is_named_is_looked_at_a_few_times_however_long_the_sentence(words: str) -> None:
    """A piece that grows by each cut that does not stand was read anew at each: 22 kB took half a second."""
    spelled = (words.split() * 2_000)[:2_000]
    places = [8 * number for number in range(len(spelled))]
    text = "".join(f"{word},".ljust(8) for word in spelled)
    mentions = [CountedMention(*one) for one in vocabulary.shipped().find(spelled)]
    leanings = opinion.shipped().leanings
    CountedMention.asked = 0
    found = clauses.split(
        Words(spelled, places, [at + len(word) for at, word in zip(places, spelled, strict=True)]),
        text,
        mentions,
        [leanings.get(word, 0.0) for word in spelled],
    )
    assert sum(len(clause.mentions) for clause in found) == len(mentions) > 500
    assert CountedMention.asked < 20 * len(spelled)
