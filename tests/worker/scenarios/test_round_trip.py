"""What comes in goes out: same rows, same order, every column, for every kind and packing."""

from __future__ import annotations

import csv
import datetime as dt
import io
import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.worker.files.helpers import (
    LIMITS,
    csv_bytes,
    jsonl_bytes,
    pack,
    parquet_bytes,
    read,
    verdicts,
    write,
    xlsx_bytes,
)

TEXTS = [
    'A fine film, with "quotes", and commas.',
    "",
    "Zwei Zeilen:\nschön! 😀",
    "مشاهدة ممتعة جدا",
    "x" * 6_000,
    "The end.",
]


FILMS = ["Alien", "Alien", "Brazil", "Brazil", "Alien", "M"]


DAYS = ["2020-01-02", "2020-01-03", "", "2021-05-06", "2020-01-02", "2020-12-31"]


EXPECTED_CODES = [None, "empty", None, None, "too_long", None]


def delimited(separator: str) -> bytes:
    out = io.StringIO()
    writer = csv.writer(out, delimiter=separator, lineterminator="\n")
    writer.writerow(["id", "review", "film", "date"])
    writer.writerows(zip(map(str, range(6)), TEXTS, FILMS, DAYS, strict=True))
    return out.getvalue().encode()


def objects() -> list[dict[str, object]]:
    return [
        {"id": i, "review": t, "film": f, "date": d, "more": {"votes": [i, 2.50]}}
        for i, (t, f, d) in enumerate(zip(TEXTS, FILMS, DAYS, strict=True))
    ]


def made(kind: str) -> bytes:
    if kind == "csv":
        return delimited(",")
    if kind == "tsv":
        return delimited("\t")
    if kind in ("jsonl", "ndjson"):
        return jsonl_bytes(*objects())
    if kind == "json":
        return json.dumps(objects(), indent=2, ensure_ascii=False).encode()
    if kind == "parquet":
        days = [dt.date.fromisoformat(d) if d else None for d in DAYS]
        return parquet_bytes({"id": list(range(6)), "review": TEXTS, "film": FILMS, "date": days})
    days = [dt.datetime.fromisoformat(d) if d else None for d in DAYS]
    return xlsx_bytes([["id", "review", "film", "date"], *zip(range(6), TEXTS, FILMS, days, strict=True)])


KINDS = ["csv", "tsv", "jsonl", "ndjson", "json", "parquet", "xlsx"]


PACKINGS = ["", "gz", "zst", "zip"]


@pytest.mark.parametrize("packing", PACKINGS)
@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_and_packing_comes_back_with_the_same_rows(kind: str, packing: str) -> None:
    data, name = pack(made(kind), f"reviews.{kind}", packing)
    rows = read(data, name)
    assert [row.number for row in rows] == [1, 2, 3, 4, 5, 6]
    assert [row.problem and row.problem[0] for row in rows] == EXPECTED_CODES
    assert [row.text for row in rows] == [t if c is None else None for t, c in zip(TEXTS, EXPECTED_CODES, strict=True)]
    assert [row.film for row in rows] == FILMS
    assert [row.day for row in rows] == [dt.date.fromisoformat(d) if d else None for d in DAYS]
    scored, scored_name = write(data, name)
    expected_name = {"": f"reviews.scored.{kind}", "zip": f"reviews.{kind}.scored.zip"}
    assert scored_name == expected_name.get(packing, f"reviews.scored.{kind}.{packing}")
    # A second pass sees the same reviews, and keeps the columns of the first
    assert read(scored, scored_name) == rows
    again, _ = write(scored, scored_name, format="jsonl")
    first, _ = write(scored, scored_name, format="csv")
    header = next(csv.reader(io.StringIO(first.decode("utf-8-sig"), newline="")))
    assert header[-10:] == [
        "label", "probability", "flags", "model", "estimated_stars",
        "reelfeel_label", "reelfeel_probability", "reelfeel_flags", "reelfeel_model",
        "reelfeel_estimated_stars",
    ]  # fmt: skip
    assert [json.loads(line)["label"] or None for line in again.decode().splitlines()] == [
        None if code else "positive" for code in EXPECTED_CODES
    ]


@pytest.mark.parametrize("asked", ["csv", "tsv", "jsonl", "json", "parquet", "xlsx", "csv.gz", "jsonl.zst", "tsv.zip"])
@pytest.mark.parametrize("kind", ["csv", "json", "parquet", "xlsx"])
def test_every_kind_becomes_every_other(kind: str, asked: str) -> None:
    data = made(kind)
    scored, name = write(data, f"in.{kind}", format=asked)
    before, after = read(data, f"in.{kind}"), read(scored, name, text_column="review")
    assert [row.text for row in after] == [row.text for row in before]
    assert [row.film for row in after] == [row.film for row in before]
    assert [row.day for row in after] == [row.day for row in before]


def test_many_rows_keep_their_verdicts_across_batches() -> None:
    data = csv_bytes("id,review", *(f"{i},{'' if i % 7 == 0 else f'review number {i}'}" for i in range(1, 5_001)))
    for asked in ("csv", "parquet", "jsonl"):
        scored, name = write(data, "a.csv", format=asked)
        as_json, _ = write(scored, name, format="jsonl")
        rows = [json.loads(line) for line in as_json.decode().splitlines()]
        assert [int(row["id"]) for row in rows] == list(range(1, 5_001))
        assert [row["model"] or None for row in rows] == [None if i % 7 == 0 else f"m{i}" for i in range(1, 5_001)]


cell_text = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.tuples(cell_text, cell_text), min_size=1, max_size=8),
    st.sampled_from(["csv", "tsv", "jsonl", "json", "parquet", "xlsx"]),
    st.sampled_from(["", ".gz", ".zst", ".zip"]),
)
def test_what_is_written_holds_the_same_rows_in_order(rows: list[tuple[str, str]], asked: str, packing: str) -> None:
    data = jsonl_bytes(*({"id": str(i), "review": a, "other": b} for i, (a, b) in enumerate(rows)))
    before = read(data, "a.jsonl", text_column="review")
    scored, name = write_with(data, asked + packing)
    after = read(scored, name, text_column="review", film_column="id")
    assert [row.film for row in after] == [str(i) for i in range(len(rows))]
    if asked in ("jsonl", "json", "parquet"):
        assert [row.text for row in after] == [row.text for row in before]
    else:  # defused
        assert [(row.text or "").removeprefix("'") for row in after] == [
            (row.text or "").removeprefix("'") for row in before
        ]


def write_with(data: bytes, asked: str) -> tuple[bytes, str]:
    from worker.files.writers.write import write_scored

    out = io.BytesIO()
    rows = read(data, "a.jsonl", text_column="review")
    name = write_scored(io.BytesIO(data), "a.jsonl", verdicts(rows), out, limits=LIMITS, format=asked)
    return out.getvalue(), name
