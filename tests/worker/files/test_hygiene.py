"""What deserves a second look in a file: near-copies, bursts, adverts; with ordinary reviews left in peace."""

from __future__ import annotations

import datetime as dt
import random
import tracemalloc

import pytest

from worker.files.hygiene import MOST_ROWS, Hygiene, Seen

WORDS = ("film", "plot", "scene", "actor", "score", "light", "city", "night", "river", "voice", "story", "music")
PLAIN = ("the", "a", "of", "and", "in", "it", "was", "with", "but", "for", "that", "on", "so", "very", "this", "one")


def review(seed: int, words: int = 80) -> str:
    """A made-up one; two of different seeds share some words and hardly a run of four."""
    dice = random.Random(seed)
    kinds = (lambda: dice.choice(WORDS) + str(dice.randrange(9)), lambda: dice.choice(PLAIN))
    return " ".join(dice.choice(kinds)() for _ in range(words))


def found(texts: list[str], *, batch: int = 100) -> list[int]:
    hygiene = Hygiene()
    rows = [Seen(number, text, None) for number, text in enumerate(texts, 1)]
    for first in range(0, len(rows), batch):
        hygiene.add(rows[first : first + batch])
    told = hygiene.found().get("copies", {"count": 0, "rows": []})
    assert told["count"] >= len(told["rows"])
    return list(told["rows"])


@pytest.mark.parametrize("batch", [1, 3, 100])
def test_copies_are_found_wherever_a_batch_ends(batch: int) -> None:
    text = review(1, 400)
    words = text.split()
    changed = " ".join([*words[:200], "otherwise", *words[201:]])
    loud = text.upper().replace(" ", ",  ") + "!!!"
    assert found([text, review(2), text, review(3), changed, loud], batch=batch) == [3, 5, 6]


def test_short_exact_copies_count_from_eight_words_on() -> None:
    eight = "it was the worst film of the year"
    assert found([eight, eight, "Great film!", "Great film!", "the worst film it was of the year"]) == [2]


def test_ordinary_reviews_are_no_copies() -> None:
    assert found([review(seed) for seed in range(2_000)]) == []
    shared = "I watched this film last night with my whole family and "
    assert found([shared + review(seed, 120) for seed in range(300)]) == []


def test_the_same_text_a_thousand_times_is_one_original() -> None:
    hygiene = Hygiene()
    hygiene.add([Seen(number, review(1), None) for number in range(1, 1_001)])
    told = hygiene.found()["copies"]
    assert (told["count"], told["rows"]) == (999, list(range(2, MOST_ROWS + 2)))


def test_memory_is_flat_whatever_the_rows_are() -> None:
    """Very long ones without a break, of one word or sign, and of what an advert is made of."""
    hygiene = Hygiene()
    hostile = [("x " * 100_000), "a" * 100_000, "buy now " * 20_000, ". " * 50_000, "1" * 100_000, "1 -" * 30_000]
    hygiene.add([Seen(1, review(1), None)])
    tracemalloc.start()
    for number in range(2, 42):
        hygiene.add([Seen(number, hostile[number % len(hostile)], None)])
    assert tracemalloc.get_traced_memory()[1] < 32 << 20
    tracemalloc.stop()


def test_adverts_are_counted_with_their_rows() -> None:
    hygiene = Hygiene()
    advert = "Click here and buy now!"
    hygiene.add([Seen(n, advert if n % 3 == 0 else "A wonderful film.", None) for n in range(1, 100)])
    hygiene.add([Seen(100, advert, None)])
    told = hygiene.found()["adverts"]
    assert (told["count"], told["rows"]) == (34, list(range(3, 3 * MOST_ROWS + 1, 3)))


def test_a_burst_is_a_day_far_above_the_others() -> None:
    first = dt.date(2024, 3, 1)
    days = [first + dt.timedelta(n % 20) for n in range(100)] + [dt.date(2024, 5, 9)] * 60
    hygiene = Hygiene()
    hygiene.add([Seen(number, "x", day) for number, day in enumerate(days, 1)])
    assert hygiene.found() == {"bursts": [{"day": "2024-05-09", "count": 60, "first": 101, "last": 160}]}
    even = Hygiene()
    even.add([Seen(number, "x", first + dt.timedelta(number % 7)) for number in range(1, 500)])
    even.add([Seen(500, "x", dt.date(1, 1, 1)), Seen(501, "x", dt.date.max)])
    assert even.found() == {}
