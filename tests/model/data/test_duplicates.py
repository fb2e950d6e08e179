"""Near-copies are found, strangers are not, and the answer is always the same."""

import random
import time

import numpy as np
import pytest

from model.data import duplicates
from model.data.readers import norm_hash

WORDS = [start + end for start in "bdfgklmnprstv" for end in ("ab", "eck", "ilm", "ond", "ust", "arn")]


def text(rng: random.Random, words: int) -> str:
    """Made-up words: two such texts share no run of five but by rare chance."""
    return " ".join(rng.choice(WORDS) for _ in range(words))


def edited(rng: random.Random, source: str, edits: int) -> str:
    """The text with that many words replaced, at places evenly spread."""
    words = source.split()
    for number in range(edits):
        words[(2 * number + 1) * len(words) // (2 * edits)] = f"edit{rng.randrange(1000)}"
    return " ".join(words)


def _groups(texts: list[str]) -> list[str]:
    return duplicates.groups(texts, [norm_hash(one) for one in texts])


def test_edits_additions_and_cuts_are_near_copies() -> None:
    rng = random.Random(1)
    source = text(rng, 120)
    copies = {
        "a few words changed": edited(rng, source, 6),
        "a paragraph added": f"{text(rng, 60)} {source}",
        "the end cut off": " ".join(source.split()[:50]),
        "case and punctuation": source.upper().replace(" ", ", ") + "!",
        "HTML breaks": source.replace(" ", "<br /><br />", 20),
        "paragraphs swapped": " ".join([*source.split()[60:], *source.split()[:60]]),
    }
    for name, copy in copies.items():
        found = _groups([source, text(rng, 120), copy])
        assert found[0] == found[2], name
        assert found[0] != found[1], name


def test_what_only_shares_phrases_is_no_copy() -> None:
    rng = random.Random(2)
    source = text(rng, 100)
    strangers = {
        "the words in another order": " ".join(rng.sample(source.split(), 100)),
        "a run of ten words": f"{text(rng, 50)} {' '.join(source.split()[40:50])}",
        "every third word changed": edited(rng, source, 33),
    }
    for name, other in strangers.items():
        assert len(set(_groups([source, other]))) == 2, name


def test_the_share_is_that_of_the_shorter_review() -> None:
    rng = random.Random(3)
    source = text(rng, 104)
    # 104 words are 100 shingles; a changed word in the middle takes 5 of them.
    found = duplicates.pairs([text(rng, 90), source, edited(rng, source, 4), f"{source} {text(rng, 500)}"])
    assert list(zip(found.first.tolist(), found.second.tolist(), strict=True)) == [(1, 2), (1, 3), (2, 3)]
    assert found.share == pytest.approx([0.8, 1.0, 0.8])


def test_groups_are_connected_and_named_by_their_least_hash() -> None:
    rng = random.Random(4)
    first = text(rng, 100)
    middle = f"{first} {text(rng, 100)}"
    last = " ".join(middle.split()[100:])
    texts = [last, first, middle]
    assert len(duplicates.pairs([first, last])) == 0
    assert _groups(texts) == [min(norm_hash(one) for one in texts)] * 3
    assert duplicates.group_sizes([*_groups(texts), "alone"]) == [3]


def test_a_large_family_stays_together() -> None:
    rng = random.Random(5)
    source = text(rng, 80)
    family = [edited(rng, source, 2) for _ in range(200)]
    mixed = [one for pair in zip(family, [text(rng, 80) for _ in family], strict=True) for one in pair]
    found = _groups(mixed)
    assert len(set(found[::2])) == 1
    assert len(set(found[1::2])) == 200


def test_short_and_empty_reviews_have_exact_copies_only() -> None:
    short = "a good film for all the family"
    found = _groups(["", "  ", short, short.upper(), f"{short} tonight", "?!"])
    assert found[0] == found[1] == found[5]
    assert found[2] == found[3]
    assert len(set(found)) == 3
    assert _groups([]) == []
    assert len(duplicates.pairs([])) == 0


def test_other_scripts_have_copies_too() -> None:
    rng = random.Random(6)
    words = [start + end for start in "бвгдк" for end in ("ино", "ало", "еск", "ута")]
    source = " ".join(rng.choice(words) for _ in range(60))
    other = " ".join(rng.choice(words) for _ in range(60))
    found = _groups([f"{source} 8/10", f"{other} 8/10", edited(rng, source, 2)])
    assert found[0] == found[2] != found[1]
    assert norm_hash("кино 8/10") != norm_hash("песок 8/10")


def test_parts_of_the_shingles_give_the_same_pairs(monkeypatch: pytest.MonkeyPatch) -> None:
    rng = random.Random(7)
    sources = [text(rng, 60) for _ in range(60)]
    texts = [*sources, *(edited(rng, one, 3) for one in sources)]
    whole = duplicates.pairs(texts)
    monkeypatch.setattr(duplicates, "_AT_ONCE", 500)
    parts = duplicates.pairs(texts)
    assert len(whole) == 60
    assert np.array_equal(whole.first, parts.first)
    assert np.array_equal(whole.second, parts.second)
    assert np.array_equal(whole.share, parts.share)


def test_the_order_of_the_file_does_not_matter() -> None:
    rng = random.Random(8)
    # Few sentences for many reviews: most shingles are common, where only neighbours are counted.
    sentences = [text(rng, 12) for _ in range(30)]
    texts = [" ".join(rng.sample(sentences, 4)) for _ in range(200)]
    order = rng.sample(range(len(texts)), len(texts))
    found = _groups(texts)
    assert 1 < len(set(found)) < 200
    assert _groups([texts[row] for row in order]) == [found[row] for row in order]
    near, moved = duplicates.pairs(texts), duplicates.pairs([texts[row] for row in order])
    back = {frozenset((order[one], order[two])) for one, two in zip(moved.first, moved.second, strict=True)}
    assert back == {frozenset(map(int, pair)) for pair in zip(near.first, near.second, strict=True)}


@pytest.mark.slow  # seconds of a processor
def test_ten_thousand_reviews_take_seconds() -> None:
    rng = random.Random(9)
    # A common phrase in every review: the work must stay linear in it.
    texts = [f"{text(rng, 200)} one of the best films that i have ever seen" for _ in range(10_000)]
    start = time.process_time()
    found = duplicates.pairs(texts)
    assert len(found) == 0
    assert time.process_time() - start < 24  # 25,000 reviews in 60 s
