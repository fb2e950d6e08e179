"""The split: by film, else by near-copies, free of copies, always the same."""

import random
import zlib

import numpy as np

from model.data.readers import Reviews, norm_hash
from model.data.splits import Split, part, split


def _reviews(rows: list[tuple[str, str]]) -> Reviews:
    texts = [text for text, _ in rows]
    labels = np.zeros(len(rows), dtype=np.int8)
    return Reviews(texts, labels, [movie for _, movie in rows], [norm_hash(text) for text in texts])


def _movie(wanted: str, skip: int = 0) -> str:
    names = (f"tt{number}" for number in range(10_000))
    return [name for name in names if part(name) == wanted][skip]


def test_parts_follow_the_checksum() -> None:
    for number in range(500):
        name = f"tt{number:07}"
        checksum = zlib.crc32(name.encode())
        assert (part(name) == "validation") == (checksum % 10 == 0)
        assert (part(name) == "dev") == (checksum % 20 == 1)


def test_a_film_is_in_one_part_only() -> None:
    found = split(_reviews([(f"review {number}", f"tt{number % 97}") for number in range(2_000)]))
    films = [{f"tt{row % 97}" for row in rows} for rows in (found.train, found.dev, found.validation)]
    assert not films[0] & films[1]
    assert not films[0] & films[2]
    assert not films[1] & films[2]
    assert len(found.train) + len(found.dev) + len(found.validation) == 2_000


def test_copies_of_training_reviews_are_dropped() -> None:
    train, dev, validation = _movie("train"), _movie("dev"), _movie("validation")
    rows = [("Same words.", train), ("same WORDS", validation), ("same words!", dev)]
    rows += [("own one", validation), ("own, one", validation), ("own two", dev)]
    found = split(_reviews(rows))
    assert found.train.tolist() == [0]
    assert found.dev.tolist() == [5]
    assert found.validation.tolist() == [3]


def test_without_films_copies_stay_together() -> None:
    texts = [f"text {number}" for number in range(300)]
    found = split(_reviews([(text, "") for text in texts] + [(text.upper(), "") for text in texts]))
    train = set(found.train.tolist())
    assert all((row in train) == (row + 300 in train) for row in range(300))
    assert len(found.validation) > 0
    assert len(found.dev) > 0


def _made_up(rng: random.Random, words: int) -> str:
    return " ".join(f"word{rng.randrange(3_000)}" for _ in range(words))


def _edited(rng: random.Random, text: str) -> str:
    words = text.split()
    for place in (10, 30):
        words[place] = f"edit{rng.randrange(1_000)}"
    return " ".join(words)


def _sides(found: Split, rows: int) -> list[str]:
    """The part of each row, "" for a dropped one."""
    sides = [""] * rows
    for name, part_rows in (("train", found.train), ("dev", found.dev), ("validation", found.validation)):
        for row in part_rows.tolist():
            sides[row] = name
    return sides


def test_without_films_near_copies_stay_together() -> None:
    rng = random.Random(1)
    texts = [_made_up(rng, 60) for _ in range(400)]
    reviews = _reviews([(text, "") for text in [*texts, *(_edited(rng, text) for text in texts)]])
    by_copy = [part(copy) for copy in reviews.hashes]
    assert sum(by_copy[row] != by_copy[row + 400] for row in range(400)) > 50  # what `norm_hash` alone would leak
    sides = _sides(split(reviews), 800)
    assert sides[:400] == sides[400:]
    assert {"train", "dev", "validation"} == set(sides)


def test_a_review_without_a_film_goes_where_its_near_copy_goes() -> None:
    rng = random.Random(2)
    films = [_movie("train"), _movie("dev"), _movie("validation")]
    texts = [_made_up(rng, 60) for _ in films]
    rows = [*zip(texts, films, strict=True), *((_edited(rng, text), "") for text in texts)]
    assert _sides(split(_reviews(rows)), 6) == ["train", "dev", "validation"] * 2


def test_films_decide_even_for_near_copies() -> None:
    rng = random.Random(3)
    text = _made_up(rng, 60)
    rows = [(text, _movie("train")), (_edited(rng, text), _movie("validation"))]
    assert _sides(split(_reviews(rows)), 2) == ["train", "validation"]


def test_the_split_never_changes() -> None:
    """Part and group are public habits of stored runs: another Python or machine must give the very same rows."""
    rng = random.Random(4)
    texts = [_made_up(rng, 40) for _ in range(100)]
    reviews = _reviews([(text, "") for text in [*texts, *(_edited(rng, text) for text in texts[:20])]])
    found = split(reviews)
    sides = " ".join(
        f"{len(rows)}:{zlib.crc32(rows.tobytes()):08x}" for rows in (found.train, found.dev, found.validation)
    )
    assert sides == "100:3e5187eb 7:ed523877 13:7faae522"
