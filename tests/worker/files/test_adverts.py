"""Adverts: what calls and gives an address is found among many texts, and nothing else."""

from __future__ import annotations

import random

import pytest

from worker.files.adverts import CALLS, adverts

TABLE = [
    ("Use promo code FILM20 at www.cheap-tickets.shop for a discount.", True),
    ("Click here and buy now!", True),
    ("Watch it free, message me on WhatsApp +49 170 1234567", True),
    ("Do not buy now, wait until it streams.", False),
    ("Set in a casino in 1973, and the best scene is there.", False),
    ("More on www.example.org, where I write about films.", False),
    ("A wonderful film.", False),
    ("", False),
    ("\u0130 \ud800 COUPON and Bitcoin \U0001f600", True),
]


@pytest.mark.parametrize(("text", "advert"), TABLE)
def test_adverts_call_and_give_an_address(text: str, advert: bool) -> None:
    assert adverts([text]) == [0] * advert
    assert adverts(["fine film " * 5_000 + text]) == [0] * advert
    assert adverts([text + " fine film" * 5_000]) == [0] * advert
    assert adverts(["fine film " * 5_000 + text + " fine film" * 5_000]) == []


def test_each_call_is_found_wherever_it_stands() -> None:
    """At even and odd places, at both ends of a text, and where a block of texts ends."""
    texts = [
        f"{'x' * before}{call.upper()}{after} http://a.b" for call in CALLS for before in (0, 1) for after in ("", ".")
    ]
    assert adverts(texts) == list(range(len(texts)))
    filler = ["A plain film."] * 7
    many = [one for text in texts * 20 for one in (text, *filler)]
    assert adverts(many) == list(range(0, len(many), 8))
    long = ["é" * 3_990, texts[0]] * 40
    assert adverts(long) == list(range(1, len(long), 2))


def test_no_advert_is_seen_across_two_texts() -> None:
    assert adverts(["buy", " now, click", " here", "https://x.com", "", "bit", "coin"]) == []
    assert adverts([]) == []


def test_the_quick_look_changes_no_answer() -> None:
    """Made-up texts of pieces of calls, each answered as if it came alone."""
    dice = random.Random(7)
    pieces = [*CALLS, "www.", "the film", " ", "é", "\n", *(call[dice.randrange(3) :] for call in CALLS)]
    texts = ["".join(dice.choice(pieces) for _ in range(dice.randrange(9))) for _ in range(2_000)]
    alone = [place for place, text in enumerate(texts) if adverts([text])]
    assert adverts(texts) == alone
    assert 200 < len(alone) < 1_800


def test_the_four_signs_are_part_of_their_call() -> None:
    assert all(len(four) == 4 and four in call for call, four in CALLS.items())
    assert len(set(CALLS.values())) <= 32
