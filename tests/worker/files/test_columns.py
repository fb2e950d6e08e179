"""Which columns are taken: by name, by content, or not without asking."""

from __future__ import annotations

import datetime as dt

import pytest

from tests.worker.files.helpers import csv_bytes, jsonl_bytes, open_reviews_of, texts, xlsx_bytes
from worker.files.columns import dates
from worker.files.columns.choose import choose
from worker.files.errors import AmbiguousColumn, FileError, NoTextColumn, UnknownColumn

LONG = "I liked this film a lot, and so did my friends, all of them."
OTHER = "The weather was rather bad on that day, I remember it well."


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
    assert "text_column" in str(error.value)


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
        assert reviews.columns == {"text": "review", "film": "Other Words", "date": "when"}
        row = next(iter(reviews))
        assert (row.film, row.day) == ("no", dt.date(2020, 1, 2))


@pytest.mark.parametrize("option", ["text_column", "film_column", "date_column"])
def test_an_unknown_column_names_the_known_ones(option: str) -> None:
    with pytest.raises(UnknownColumn, match="no column 'nope'; it has 'review', 'n'"):
        texts(csv_bytes("review,n", "good,1"), "a.csv", **{option: "nope"})


def test_an_asked_json_key_may_appear_late() -> None:
    data = jsonl_bytes(*[{"review": LONG}] * 300, {"review": LONG, "mine": "x"})
    assert texts(data, "a.jsonl", text_column="mine")[-2:] == [None, "x"]


def test_at_most_as_many_candidates_as_a_menu_holds() -> None:
    names = [f"n{i}" for i in range(40)]
    with pytest.raises(AmbiguousColumn) as error:
        choose(names, [[LONG] * 40])
    assert len(error.value.candidates) == 25


def test_a_file_without_header() -> None:
    assert texts(csv_bytes("Great fun, all of it", "Never again", "Fine"), "a.csv") == [
        "Great fun, all of it",
        "Never again",
        "Fine",
    ]
    data = csv_bytes(f'1,"{LONG}",5', f'2,"{OTHER}",1')
    with open_reviews_of(data, "a.csv") as reviews:
        assert reviews.header == ("column_1", "column_2", "column_3")
        assert [row.text for row in reviews] == [LONG, OTHER]
    assert texts(data, "a.csv", text_column="column_3") == ["5", "1"]


def test_an_unknown_header_above_long_texts_is_a_header() -> None:
    data = csv_bytes("nr,words", f'1,"{LONG}"', f'2,"{OTHER}"')
    assert texts(data, "a.csv") == [LONG, OTHER]


def test_the_first_sheet_with_reviews_is_read() -> None:
    data = xlsx_bytes([["n", "review"], [1, LONG]], before=[["a", "b"], [1, 2]])
    assert texts(data, "a.xlsx") == [LONG]
    data = xlsx_bytes([["n", "Bemerkungen"], [1, "x"]], before=[["review"], [LONG]])
    assert texts(data, "a.xlsx") == [LONG]
    assert texts(data, "a.xlsx", text_column="Bemerkungen") == ["x"]
    with pytest.raises(FileError, match="'nope'"):
        texts(data, "a.xlsx", text_column="nope")


@pytest.mark.parametrize(
    ("value", "day"),
    [
        ("2020-01-02", (2020, 1, 2)),
        ("2020-01-02T23:59:00-05:00", (2020, 1, 2)),
        ("2020-01-02 10:11:12", (2020, 1, 2)),
        ("2020/1/2", (2020, 1, 2)),
        ("20200102", (2020, 1, 2)),
        ("2.1.2020", (2020, 1, 2)),
        ("02.01.20", (2020, 1, 2)),
        ("1/2/2020", (2020, 1, 2)),
        ("13/1/2020", (2020, 1, 13)),
        ("2 January 2020", (2020, 1, 2)),
        ("Jan 2, 2020", (2020, 1, 2)),
        ("January 2nd, 2020", (2020, 1, 2)),
        ("1577923200", (2020, 1, 2)),
        (1577923200000, (2020, 1, 2)),
        (dt.date(2020, 1, 2), (2020, 1, 2)),
        ("yesterday", None),
        ("0001-01-01", None),
        ("", None),
        ("7", None),
        (None, None),
        (float("nan"), None),
        (True, None),
    ],
)
def test_dates(value: object, day: tuple[int, int, int] | None) -> None:
    assert dates.reader([])(value) == (dt.date(*day) if day else None)


def test_slashed_dates_follow_the_sample() -> None:
    assert dates.reader(["1/2/2020", "25/2/2020"])("1/2/2020") == dt.date(2020, 2, 1)
    assert dates.reader(["1/2/2020", "2/25/2020"])("1/2/2020") == dt.date(2020, 1, 2)
