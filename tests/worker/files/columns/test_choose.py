"""Which columns are taken: by name, by content, or not without asking."""

from __future__ import annotations

import datetime as dt

import pytest

from tests.worker.files.helpers import LONG, OTHER, csv_bytes, open_reviews_of, texts
from worker.files.columns.choose import choose
from worker.files.errors import AmbiguousColumn, NoTextColumn, UnknownColumn


@pytest.mark.parametrize(
    ("header", "row", "text", "film", "date"),
    [
        (["id", "review"], ["1", "ok"], "review", None, None),
        (["Review Text", "Film Title", "Created At"], ["ok", "M", "x"], "Review Text", "Film Title", "Created At"),
        (["REVIEW", "sentiment"], [LONG, "positive"], "REVIEW", None, None),
        (["text", "review"], [LONG, LONG], "review", None, None),
        (["review", "comment", "movie", "date"], ["5", LONG, "M", "x"], "comment", "movie", "date"),
        (["title", "body"], [LONG, "fine"], "body", "title", None),
        (["Titel", "Kommentar", "Datum"], ["M", LONG, "x"], "Kommentar", "Titel", "Datum"),
        (["película", "reseña", "fecha"], ["M", LONG, "x"], "reseña", "película", "fecha"),
        (["фильм", "отзыв", "дата"], ["M", LONG, "x"], "отзыв", "фильм", "дата"),
        (["titre", "critique"], ["M", LONG], "critique", "titre", None),
        (["imdb_id", "title", "review"], ["tt1", "M", LONG], "review", "title", None),
        (["title", "movie_id", "Movie Title", "review"], ["Loved it", "1", "M", LONG], "review", "Movie Title", None),
        (
            ["rating", "asin", "reviewText", "unixReviewTime"],
            ["5", "B0", LONG, "1577923200"],
            "reviewText",
            "asin",
            "unixReviewTime",
        ),
        (["n", "レビュー"], ["1", "とても良い映画"], "レビュー", None, None),
        (["a", "b", "c"], ["1", LONG, "x"], "b", None, None),
        (["summary", "text"], ["short one", LONG], "text", None, None),
        (["review", "review"], ["7", LONG], "review_2", None, None),
        (["user", "words", "score"], ["bob", LONG, "7"], "words", None, None),
        (["only"], [LONG], "only", None, None),
        (["movie", "words"], ["M", "short"], "words", "movie", None),
        (["text", "text_length"], [LONG, "60"], "text", None, None),
    ],
)
def test_columns_are_found(header: list[str], row: list[str], text: str, film: str | None, date: str | None) -> None:
    data = csv_bytes(",".join(header), *[",".join(f'"{cell}"' for cell in row)] * 3)
    with open_reviews_of(data, "a.csv") as reviews:
        assert reviews.columns["text"] == text
        assert reviews.columns["date"] == date
        assert reviews.columns["film"] == film


@pytest.mark.parametrize(
    ("header", "row", "candidates"),
    [
        (["text", "comment"], [LONG, OTHER], {"text", "comment"}),
        (["review", "review"], [LONG, OTHER], {"review", "review_2"}),
        (["a", "b", "c"], [LONG, OTHER, "1"], {"a", "b"}),
    ],
)
def test_two_likely_columns_are_asked_about(header: list[str], row: list[str], candidates: set[str]) -> None:
    with pytest.raises(AmbiguousColumn) as error:
        choose(_unique(header), [row])
    assert set(error.value.candidates) == candidates
    assert "; choose one." in str(error.value)


def _unique(header: list[str]) -> list[str]:
    from worker.files.table import unique_names

    return unique_names(header)


def test_no_likely_column_names_what_there_is() -> None:
    with pytest.raises(NoTextColumn, match=r"among 'id', 'score'; name the right one"):
        choose(["id", "score"], [["1", "2"], ["3", "4"]])


def test_an_asked_column_is_taken_whatever_it_looks_like() -> None:
    data = csv_bytes("review,Other Words,when", f'"{LONG}",no,2020-01-02')
    assert texts(data, "a.csv", text_column="Other Words") == ["no"]
    assert texts(data, "a.csv", text_column="other_words") == ["no"]
    with open_reviews_of(data, "a.csv", film_column="Other Words", date_column="when") as reviews:
        assert reviews.columns == {"text": "review", "film": "Other Words", "date": "when", "stars": None}
        row = next(iter(reviews))
        assert (row.film, row.day) == ("no", dt.date(2020, 1, 2))


@pytest.mark.parametrize("option", ["text_column", "film_column", "date_column"])
def test_an_unknown_column_names_the_known_ones(option: str) -> None:
    with pytest.raises(UnknownColumn, match="no column 'nope'; it has 'review', 'n'"):
        texts(csv_bytes("review,n", "good,1"), "a.csv", **{option: "nope"})


def test_at_most_as_many_candidates_as_a_menu_holds() -> None:
    names = [f"n{i}" for i in range(40)]
    with pytest.raises(AmbiguousColumn) as error:
        choose(names, [[LONG] * 40])
    assert len(error.value.candidates) == 25
