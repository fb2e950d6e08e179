"""Which film names mean the same film."""

from __future__ import annotations

import pytest

from common.film_names import KnownFilms, fold_name, spellings, title_of, year_in_brackets

KNOWN = KnownFilms(
    ["Heat (1995)", "2012 (2009)", "1984 (1984)", "Matrix, The (1999)", "Wonder Woman 1984 (2020)", "Dune (1984)",
     "Wonder Woman (2017)", "Dune (2021)", "2001: A Space Odyssey (1968)"]
)  # fmt: skip


@pytest.mark.parametrize(
    ("name", "film"),
    [
        *((name, ("heat", 1995)) for name in ("Heat", " HEAT  1995", "heat, 1995", "Heat [1995]", "Heat (1995 film)")),
        *((name, ("heat", 1995)) for name in ("Ｈｅａｔ（１９９５）", "Heat 1995 (1995)", "\u202bheat\u202c (١٩٩٥)")),
        ("Heat (1986)", ("heat", 1986)),
        ("Heat 1986", ("heat 1986", None)),
        ("1917", ("1917", None)),
        ("2012", ("2012", 2009)),
        ("1984", ("1984", 1984)),
        ("Blade Runner 2049", ("blade runner 2049", None)),
        ("Wonder Woman 1984", ("wonder woman 1984", 2020)),
        ("Wonder Woman", ("wonder woman", 2017)),
        ("2001: A Space Odyssey 1968", ("2001: a space odyssey", 1968)),
        ("THE MATRIX", ("the matrix", 1999)),
        ("Matrix", ("matrix", None)),
        ("Dune", ("dune", None)),
        ("Dune 2021", ("dune", 2021)),
        ("(2009)", ("(2009)", None)),
        ("Up (9999)", ("up (9999)", None)),
        ("????", ("????", None)),
        ("", ("", None)),
    ],
)
def test_a_name_means_a_film_and_its_year(name: str, film: tuple[str, int | None]) -> None:
    assert KNOWN.key(name) == film


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("Amélie", "AMELIE", True),
        ("Ame\u200b\u0301lie", "AMELIE", True),
        ("L’Atalante", "Atalante, L'", True),
        ("Le Cercle Rouge", "Cercle rouge, le", True),
        ("Straße", "STRASSE", True),
        ("Ёлки", "ёлки", True),
        ("Spider‑Man", "Spider-Man", True),
        ("The Room", "Room", False),
        ("Мой", "Мои", False),
        ("が", "か", False),
        ("ガ", "ｶﾞ", True),
        ("mother!", "Mother", False),
        ("Kill Bill", "Kill Bill 2", False),
    ],
)
def test_names_are_compared_as_people_read_them(one: str, other: str, same: bool) -> None:
    assert (fold_name(one) == fold_name(other)) is same
    assert fold_name(fold_name(one)) == fold_name(one)


def test_a_name_without_a_year_cannot_choose_between_two() -> None:
    assert KNOWN.years("dune") == (1984, 2021)
    assert KNOWN.years("Dune (2021)") == KNOWN.years("Heat") == KNOWN.years("Alien") == ()
    assert KNOWN.open_names(["Heat"])
    assert not KNOWN.open_names(["Heat (1995)", "Dune", "Alien"])


def test_a_film_is_called_with_its_year_and_as_most_write_it() -> None:
    assert title_of([("heat", 9), ("Heat (1995)", 1), ("HEAT (1995)", 2)]) == "HEAT (1995)"
    assert title_of([("heat", 2), ("Heat", 2), ("HEAT", 1)]) == "Heat"
    assert year_in_brackets("2012 (2009)") == 2009
    assert year_in_brackets("Blade Runner 2049") is None


def test_a_film_may_be_stored_with_its_article_at_either_end() -> None:
    assert spellings("Matrix, The 1999") >= {"the matrix", "matrix, the"}
    assert spellings("Heat (1995)") == {"heat"}
