"""Idioms: each is read as what it means, and only where it is one."""

import pytest

from model.text.idioms import IDIOMS, may_hold


def read(text: str) -> str:
    for idiom in IDIOMS:
        text = idiom.pattern.sub(idiom.replaced, text)
    return text


MEANT = [
    ("I cannot recommend this film highly enough.", "I highly recommend this film."),
    ("I couldn't recommend it enough", "I highly recommend it"),
    ("It was not half bad!", "It was quite good!"),
    ("Not too bad", "quite good"),
    ("Fine.\nIt's not bad.", "Fine.\nquite good."),
    ("Anything but scary!", "very boring!"),
    ("I can't wait for this film to finish.", "I am bored and want it to end."),
    ("I could not wait for it to be over", "I was bored and wanted it to end"),
    ("Second to none", "the very best"),
]
OTHERWISE = [
    "I cannot recommend it. Enough.",
    "not bad acting",
    "The acting is not bad.",
    "anything but dull people",
    "anything but blue.",
    "I can't wait for it.",
    "I can't wait for that film to finish.",
    "I can't wait for it to end well",
    "He came second to nobody",
]


@pytest.mark.parametrize(("text", "meant"), MEANT)
def test_an_idiom_is_read_as_what_it_means_and_its_hint_is_in_it(text: str, meant: str) -> None:
    assert read(text) == meant
    assert may_hold(text)


@pytest.mark.parametrize("text", OTHERWISE)
def test_words_that_are_no_idiom_stay(text: str) -> None:
    assert read(text) == text


def test_every_idiom_is_among_the_samples() -> None:
    assert all(any(idiom.pattern.search(text) for text, _ in MEANT) for idiom in IDIOMS)
    assert not may_hold("A warm film.")
