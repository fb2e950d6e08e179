"""The split: by film, free of copies, always the same."""

import zlib

import numpy as np

from model.readers import Reviews, norm_hash
from model.splits import part, split


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
