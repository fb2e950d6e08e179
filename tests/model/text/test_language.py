"""Is it English: other letters settle it, rare words ask the detector, a single word is never foreign."""

import pytest

from model.text.language import english, is_foreign

ODD, SURE = 2.0, 0.5
FRENCH = "Un très bon film que j'ai vu hier soir avec mes amis, une belle histoire"
ENGLISH = "A warm film that I saw with my friends last night, and a moving story"


@pytest.mark.parametrize(
    ("text", "oddness", "foreign"),
    [
        (FRENCH, ODD, True),
        (FRENCH, ODD - 0.1, False),
        (ENGLISH, ODD, False),
        ("Incroyable", 9.0, False),
        ("Incroyable \u2b50 !!! 10/10", 9.0, False),
        ("これは良い映画です", 0.0, True),
        ("Очень хороший film", 0.0, True),
        ("A film called Сталкер that I love", 0.0, False),
        ("\u2b50\u2b50\u2b50", 0.0, False),
        ("", 0.0, False),
    ],
)
def test_is_foreign(text: str, oddness: float, foreign: bool) -> None:
    assert is_foreign(text, oddness, ODD, SURE) is foreign


def test_the_bound_is_the_detectors_probability_of_english() -> None:
    assert english(FRENCH) < 0.1 < 0.9 < english(ENGLISH)
    assert not is_foreign(FRENCH, ODD, ODD, -1.0)
    assert is_foreign(ENGLISH, ODD, ODD, 1.0)


def test_the_start_of_a_text_decides() -> None:
    assert english(ENGLISH * 50 + FRENCH * 500) == english(ENGLISH * 50)
