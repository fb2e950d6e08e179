"""Rows of a file of any kind: a bad one never fails the rest, and limits hold where they are."""

from __future__ import annotations

import datetime as dt
import io
import json

import openpyxl
import pyarrow as pa
import pytest

from common.file_formats import FORMATS, PACKINGS
from tests.worker.files.helpers import (
    codes,
    csv_bytes,
    jsonl_bytes,
    open_reviews_of,
    pack,
    parquet_bytes,
    read,
    write,
    xlsx_bytes,
    zip_bytes,
)
from worker.files.errors import TooLarge, TooManyColumns, TooManyRows
from worker.files.limits import Limits


@pytest.mark.parametrize(
    ("data", "name", "expected"),
    [
        (b"review,n\ngood,1\nbad\nfine,2,3\nok,4,\nx,5\n", "a.csv", [None, "ragged", "ragged", None, None]),
        (b'review,n\n"good\nfilm",1\n"never ends,2\nx,3\n', "a.csv", [None, None, None]),
        (b'review,n\n"good\nfilm",1\n"never ends\nx,3\n', "a.csv", [None, "unclosed_quote", None]),
        (b"review\rgood\r\nbad\nfine\n", "a.csv", [None, None, None]),
        (b"review,n\n\0,1\n ,2\ng\0od,3\n", "a.csv", ["empty", "empty", None]),
        (b"review,n\n" + b"x" * 1_000_000 + b",1\ngood,2\n", "a.csv", ["too_long", None]),
        (b"good\n\nbad\n" + b"x" * 5_001, "a.txt", [None, "empty", None, "too_long"]),
        (b'{"review": "x"}\n{"review": \nnull\n[1]\n{}\n"y"\n', "a.jsonl",
         [None, "bad_json", *["not_object"] * 2, "empty", None]),
        (jsonl_bytes(*({"review": value} for value in ("x", None, 3, ["a"]))), "a.jsonl", [None, *["not_text"] * 3]),
        (b'{"review": "x"}\n' + b'{"review":' + b"[" * 100_000 + b"\n", "a.jsonl", [None, "too_many_values"]),
        (b'{"review": "x"}\n{"review": ' + b"9" * 5_000 + b"}\n", "a.jsonl", [None, "bad_json"]),
        (b'["good", {"review": "bad"}, 3, null, "", "x"]', "a.json", [None, None, *["not_object"] * 2, "empty", None]),
        (parquet_bytes({"review": ["good", None, "", "bad"]}), "a.parquet", [None, "not_text", "empty", None]),
        (parquet_bytes({"review": pa.array([b"good", b"\xff\xfe"])}), "a.parquet", [None, "bad_text"]),
        (parquet_bytes({"review": pa.array([b"a", b"\xff"]).view(pa.string())}), "a.parquet", [None, "bad_text"]),
        (parquet_bytes({"review": pa.array(["good", "bad"]).dictionary_encode()}), "a.parquet", [None, None]),
        (xlsx_bytes([["review", "n"], ["a", 1], [None, 2], [], [5, 3], ["b", 4], []]), "a.xlsx",
         [None, "empty", "empty", "not_text", None]),
    ],
)  # fmt: skip
def test_a_bad_row_never_fails_the_rest(data: bytes, name: str, expected: list[str | None]) -> None:
    assert codes(data, name) == expected
    for asked in ("csv", "jsonl", "parquet"):
        scored, made = write(data, name, format=asked)
        assert len(read(scored, made)) == len(expected)
    scored, _ = write(data, name, format="xlsx")
    assert openpyxl.load_workbook(io.BytesIO(scored))["reviews"].max_row == len(expected) + 1


# Limits: what lies exactly at one is read, one more is not

FEW = Limits(max_rows=3, max_unpacked_bytes=1 << 20, max_review_chars=10)


def of_rows(kind: str, texts: list[str]) -> bytes:
    if kind == "txt":
        return "".join(f"{text}\n" for text in texts).encode()
    if kind == "jsonl":
        return jsonl_bytes(*({"review": text} for text in texts))
    if kind == "json":
        return json.dumps([{"review": text} for text in texts]).encode()
    if kind == "parquet":
        return parquet_bytes({"review": texts})
    if kind == "xlsx":
        return xlsx_bytes([["review"], *([text] for text in texts)])
    return csv_bytes("review", *texts)


READ = [one.name for one in FORMATS if one.reads]


@pytest.mark.parametrize("kind", READ)
def test_as_many_rows_as_the_limit_are_read_and_one_more_is_refused(kind: str) -> None:
    assert len(read(of_rows(kind, ["fine"] * 3), f"a.{kind}", limits=FEW)) == 3
    with pytest.raises(TooManyRows, match="more than 3 rows"):
        read(of_rows(kind, ["fine"] * 4), f"a.{kind}", limits=FEW)


@pytest.mark.parametrize("kind", READ)
def test_a_review_may_be_as_long_as_the_limit_and_no_longer(kind: str) -> None:
    assert codes(of_rows(kind, ["x" * 10, "y" * 11]), f"a.{kind}", limits=FEW) == [None, "too_long"]


@pytest.mark.parametrize("packing", ["", *PACKINGS])
def test_a_file_may_be_as_large_as_the_limit_and_no_larger(packing: str) -> None:
    data = csv_bytes("review", "a good film")
    packed, name = pack(data, "a.csv", packing)
    assert len(read(packed, name, limits=Limits(10, len(data), 100))) == 1
    with pytest.raises(TooLarge):
        read(packed, name, limits=Limits(10, len(data) - 1, 100))


@pytest.mark.parametrize("kind", ["csv", "jsonl", "parquet", "xlsx"])
def test_a_file_may_have_a_thousand_columns_and_no_more(kind: str) -> None:
    def wide(count: int) -> bytes:
        names = ["review", *(f"c{i}" for i in range(count - 1))]
        cells = ["a good film", *["x"] * (count - 1)]
        if kind == "csv":
            return csv_bytes(",".join(names), ",".join(cells))
        if kind == "jsonl":
            return jsonl_bytes(dict(zip(names, cells, strict=True)))
        if kind == "parquet":
            return parquet_bytes({name: [cell] for name, cell in zip(names, cells, strict=True)})
        return xlsx_bytes([names, cells])

    assert len(read(wide(1_000), f"a.{kind}")) == 1
    with pytest.raises(TooManyColumns, match="more than 1,000 columns"):
        read(wide(1_001), f"a.{kind}")


def test_a_film_has_two_hundred_characters_at_most() -> None:
    rows = read(jsonl_bytes(*({"review": "fine", "film": "x" * n} for n in (100, 101))), "a.jsonl")
    assert [row.film for row in rows] == ["x" * 100, "x" * 99 + "…"]


def test_only_a_blank_cell_is_an_empty_review_a_null_is_no_text() -> None:
    assert codes(xlsx_bytes([["review", "n"], ["fine", 1], [None, 2]]), "a.xlsx") == [None, "empty"]
    assert codes(parquet_bytes({"review": ["fine", None]}), "a.parquet") == [None, "not_text"]


_MONTH = "review,film,rating\n" + "".join(f'"Nothing moves in it, part {n}.",Heat,{n}\n' for n in (9, 3))


@pytest.mark.parametrize(
    ("data", "name", "rated"),
    [
        (f"{_MONTH}Total,,39\n".encode(), "a.csv", [900, 300, None]),
        (f"{_MONTH}Sum,,12\nAverage,,6\nCount,,20\n".encode(), "a.csv", [900, 300, None, None, None]),
        (f'{_MONTH},,39\n\\N,,77\n"{"x" * 5_001}",,88\n'.encode(), "a.csv", [900, 300, None, None, None]),
        (zip_bytes({f"{month}.csv": f"{_MONTH}Total,,39\n".encode() for month in ("may", "june")}), "a.zip",
         [900, 300, None] * 2),
        (xlsx_bytes([["review", "film", "rating"], ["Nothing moves.", "Heat", 9], ["It moves.", "Heat", 3],
                     ["Total", None, 39]]), "a.xlsx", [900, 300, None]),
    ],
    ids=["total", "three below", "no review", "a part each", "workbook"],
)  # fmt: skip
def test_only_rows_with_a_review_say_out_of_how_many_stars(data: bytes, name: str, rated: list[int | None]) -> None:
    with open_reviews_of(data, name) as reviews:
        reviews.read_stars()
        assert [row.rating if row.problem is None else None for row in reviews] == rated


_SURVEY = "No,Film,Review,Stars\n" + "".join(
    f'{n},Heat,"Nothing moves in it, part {n}.",{n % 5 + 1}\n' for n in range(9)
)


@pytest.mark.parametrize("below", ["Total,,,120\n", ",,Total,480\n", "Count,9,,\nSum,,,999\nAverage,,,3.5\n"])
def test_totals_below_the_reviews_say_nothing_about_the_columns(below: str) -> None:
    with open_reviews_of((_SURVEY + below).encode(), "a.csv") as reviews:
        assert reviews.columns == {"text": "Review", "film": "Film", "date": None, "stars": "Stars"}
        assert sum(row.problem is None for row in reviews) == 9
        reviews.read_stars()
        assert [row.rating for row in reviews][:5] == [200, 400, 600, 800, 1000]


@pytest.mark.parametrize("rows", [3, 300])
def test_a_line_without_a_review_tells_which_comes_first_of_day_and_month(rows: int) -> None:
    lines = [f'"Nothing moves in it, part {n}.",03/04/2024' for n in range(rows)]
    with open_reviews_of(csv_bytes("review,date", *lines, ",25/12/2024"), "a.csv") as reviews:
        assert {row.day for row in reviews} == {dt.date(2024, 4, 3), dt.date(2024, 12, 25)}
        assert reviews.facts.notes == []


def test_the_number_of_a_total_is_no_day() -> None:
    lines = [f'"Nothing moves in it, part {n}.",{45_413 + n}' for n in range(3)]
    days = [row.day for row in read(csv_bytes("review,date", *lines, "Total,300"), "a.csv")]
    assert days == [dt.date(2024, 5, 1), dt.date(2024, 5, 2), dt.date(2024, 5, 3), None]
