"""What comes in goes out: same rows, same order, every column, for every kind and packing."""

from __future__ import annotations

import csv
import datetime as dt
import gzip
import io
import json
import zipfile

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
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
    assert header[-8:] == [
        "label", "probability", "flags", "model",
        "reelfeel_label", "reelfeel_probability", "reelfeel_flags", "reelfeel_model",
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


def test_csv_output_in_full() -> None:
    data = b'id;text;when\r\n1;"a; b";x\r\n2;;y\r\n3;too;many;cells\r\n4;good one;z\r\n'
    scored, name = write(data, "export.csv")
    assert name == "export.scored.csv"
    assert scored == (
        b"id;text;when;label;probability;flags;model\r\n"
        b'1;"a; b";x;positive;0.000100;too_short not_english;m1\r\n'
        b"2;;y;;;;\r\n"
        b"3;too;many;;;;;cells\r\n"
        b"4;good one;z;positive;0.000400;too_short not_english;m4\r\n"
    )


def test_text_lines_become_a_csv() -> None:
    scored, name = write(b"Great fun.\n\nNever again, sadly\n", "mine.txt.gz".removesuffix(".gz"))
    assert name == "mine.scored.csv"
    assert list(csv.reader(io.StringIO(scored.decode(), newline=""))) == [
        ["review", "label", "probability", "flags", "model"],
        ["Great fun.", "positive", "0.000100", "too_short not_english", "m1"],
        ["", "", "", "", ""],
        ["Never again, sadly", "positive", "0.000300", "too_short not_english", "m3"],
    ]


def test_json_rows_keep_their_own_text() -> None:
    lines = [
        b'{"review":"fine film","n":1.10,"big":12345678901234567890.5}',
        b"not json",
        b'"a bare string"',
        b"7",
        b"{}",
    ]
    scored, _ = write(b"\r\n".join(lines), "a.jsonl")
    out = scored.decode().splitlines()
    assert out[0].startswith('{"review":"fine film","n":1.10,"big":12345678901234567890.5, "label": "positive"')
    assert [sorted(json.loads(line))[:1] for line in out][1:] == [["flags"]] * 4
    assert json.loads(out[1])["unreadable"] == "not json"
    assert json.loads(out[2])["review"] == "a bare string"
    assert json.loads(out[3])["unreadable"] == "7"
    assert json.loads(out[4]) == {"label": None, "probability": None, "flags": None, "model": None}


def test_a_late_json_key_still_counts_as_taken() -> None:
    rows = [{"review": "a fine film"}] * 500 + [{"review": "another one", "label": "mine"}]
    scored, _ = write(jsonl_bytes(*rows), "a.jsonl")
    last = json.loads(scored.decode().splitlines()[-1])
    assert (last["label"], last["reelfeel_label"], last["reelfeel_model"]) == ("mine", "positive", "m501")
    scored, _ = write(jsonl_bytes(*rows), "a.jsonl", format="csv")
    assert scored.decode().splitlines()[0] == (
        "review,label,reelfeel_label,reelfeel_probability,reelfeel_flags,reelfeel_model"
    )


def test_parquet_keeps_schema_types_and_metadata() -> None:
    table = pa.table(
        {
            "text": pa.array(["a good film", None, "bad"], pa.large_string()),
            "n": pa.array([1, 2, 3], pa.int8()),
            "tags": pa.array([["a"], [], None], pa.list_(pa.string())),
            "at": pa.array([1, 2, None], pa.timestamp("us", tz="UTC")),
        }
    ).replace_schema_metadata({"made": "here"})
    scored, _ = write(parquet_bytes(table), "a.parquet")
    back = pq.read_table(io.BytesIO(scored))
    assert back.select(table.column_names).equals(table)
    assert back.schema.metadata == {b"made": b"here"}
    assert back.schema.names[-4:] == ["label", "probability", "flags", "model"]
    assert back["label"].to_pylist() == ["positive", None, "positive"]
    assert back["probability"].type == pa.float64()
    as_csv, _ = write(parquet_bytes(table), "a.parquet", format="csv")
    assert as_csv.decode().splitlines()[1].startswith('a good film,1,"[""a""]",1970-01-01T00:00:00.000001+00:00')


def test_xlsx_keeps_numbers_dates_and_awkward_text() -> None:
    odd = ["=1+1", "tab\there\r\nand _x000D_ \x08 bell", "+49 170 1234567", "-3.5", "y" * 40_000]
    day = dt.datetime.fromisoformat("2020-01-02")
    rows = [["review", "n", "day"], [None, 1.5, day]]
    data = csv_bytes("review,n") + b"".join(b'"%b",1\n' % t.encode() for t in odd)
    scored, _ = write(data, "a.csv", format="xlsx")
    sheet = openpyxl.load_workbook(io.BytesIO(scored)).active
    assert sheet is not None
    values = [row[0] for row in sheet.iter_rows(min_row=2, values_only=True)]
    assert values[0] == "'=1+1"
    assert values[2] == "'+49 170 1234567"
    assert values[3] == "-3.5"
    assert len(values[4]) == 32_767
    assert values[4].endswith("ask for another format]")
    assert read(scored, "a.xlsx", text_column="review")[1].text == odd[1]
    scored, _ = write(xlsx_bytes([*rows, ["good", 2, None]]), "b.xlsx")
    sheet = openpyxl.load_workbook(io.BytesIO(scored)).active
    assert sheet is not None
    assert [list(row) for row in sheet.iter_rows(min_row=2, values_only=True)] == [
        [None, 1.5, day, None, None, None, None],
        ["good", 2, None, "positive", 0.0002, "too_short not_english", "m2"],
    ]


@pytest.mark.parametrize(
    ("cell", "expected"),
    [("=cmd|' /C calc'!A0", "'=cmd|' /C calc'!A0"), ("+x", "'+x"), ("-x", "'-x"), ("@a", "'@a"), ("\tq", "'\tq"),
     ("-3.5", "-3.5"), ("+1e5", "+1e5"), ("-1,234.5", "-1,234.5"), ("-5 %", "-5 %"), ("- not good", "'- not good"),
     ("'=x", "'=x"), ("plain", "plain"), ("-", "'-"), ("=1", "'=1")],
)  # fmt: skip
@pytest.mark.parametrize("asked", ["csv", "tsv", "xlsx"])
def test_cells_that_spreadsheets_would_run_are_defused(cell: str, expected: str, asked: str) -> None:
    data = jsonl_bytes({"review": "a good film", "=note": cell})
    scored, name = write(data, "a.jsonl", format=asked)
    assert read(scored, name, text_column="'=note")[0].text == expected
    raw, _ = write(data, "a.jsonl", format="jsonl")
    assert json.loads(raw)["=note"] == cell


def test_outputs_are_packed_as_asked() -> None:
    data = csv_bytes("review", "a good film")
    plain, _ = write(data, "a.csv")
    packed, name = write(data, "a.csv", format="csv.gz")
    assert (gzip.decompress(packed), name) == (plain, "a.scored.csv.gz")
    packed, name = write(data, "a.csv", format="csv.zip")
    with zipfile.ZipFile(io.BytesIO(packed)) as archive:
        assert archive.namelist() == ["a.scored.csv"]
        assert archive.read("a.scored.csv") == plain


def test_byte_order_mark_only_where_there_was_one() -> None:
    plain = csv_bytes("review,n", "schön,1")
    assert not write(plain, "a.csv")[0].startswith(b"\xef\xbb\xbf")
    assert write(b"\xef\xbb\xbf" + plain, "a.csv")[0].startswith(b"\xef\xbb\xbfreview,n,label")
    assert write(plain.decode().encode("utf-16"), "a.csv")[0].startswith(b"\xef\xbb\xbfreview,n,label")


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
