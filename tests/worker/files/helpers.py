"""Files made in memory, and short ways through the reader and the writer."""

from __future__ import annotations

import gzip
import io
import json
import zipfile
from collections.abc import Iterable, Iterator
from typing import Any

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq

from worker.files.limits import Limits
from worker.files.options import ReadOptions
from worker.files.review_file import ReviewFile, Row, open_reviews
from worker.files.writers.verdicts import Scored
from worker.files.writers.write import write_scored

LIMITS = Limits(max_rows=10_000, max_unpacked_bytes=32 << 20, max_review_chars=5_000)


def read(data: bytes, name: str, *, limits: Limits = LIMITS, **columns: Any) -> list[Row]:
    """All rows."""
    with open_reviews(io.BytesIO(data), name, limits=limits, options=ReadOptions(**columns)) as reviews:
        return list(reviews)


def texts(data: bytes, name: str, **columns: Any) -> list[str | None]:
    return [row.text for row in read(data, name, **columns)]


def codes(data: bytes, name: str, *, limits: Limits = LIMITS) -> list[str | None]:
    """The problem of each row."""
    return [None if row.problem is None else row.problem[0] for row in read(data, name, limits=limits)]


def verdicts(rows: Iterable[Row]) -> Iterator[Scored]:
    """A made-up verdict for each row that can have one; the number is in it, so that a shift shows."""
    for row in rows:
        if row.problem is None:
            yield row.number, "positive", row.number / 10_000, ("too_short", "not_english"), f"m{row.number}", 7.5


def write(data: bytes, name: str, *, format: str | None = None, limits: Limits = LIMITS) -> tuple[bytes, str]:
    """(bytes, file name) of the scored copy."""
    out = io.BytesIO()
    made = write_scored(
        io.BytesIO(data), name, verdicts(read(data, name, limits=limits)), out, limits=limits, format=format
    )
    return out.getvalue(), made


def csv_bytes(*lines: str) -> bytes:
    return "".join(line + "\n" for line in lines).encode()


def jsonl_bytes(*rows: object) -> bytes:
    return "".join(json.dumps(row) + "\n" for row in rows).encode()


def parquet_bytes(columns: dict[str, object] | pa.Table) -> bytes:
    out = io.BytesIO()
    pq.write_table(columns if isinstance(columns, pa.Table) else pa.table(columns), out)
    return out.getvalue()


def xlsx_bytes(rows: Iterable[Iterable[object]], *, before: Iterable[Iterable[object]] | None = None) -> bytes:
    """A workbook whose sheet has `rows`; `before` are those of a sheet in front of it."""
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    if before is not None:
        for row in before:
            sheet.append(list(row))
        sheet = book.create_sheet("second")
    for row in rows:
        sheet.append(list(row))
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def zip_bytes(members: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return out.getvalue()


def pack(data: bytes, name: str, packing: str) -> tuple[bytes, str]:
    """The file packed as '', 'gz', 'zst' or 'zip', and its name then."""
    if packing == "":
        return data, name
    if packing == "gz":
        return gzip.compress(data), f"{name}.gz"
    if packing == "zst":
        return pa.compress(data, codec="zstd", asbytes=True), f"{name}.zst"
    return zip_bytes({name: data}), f"{name}.zip"


def open_reviews_of(data: bytes, name: str, **columns: Any) -> ReviewFile:
    return open_reviews(io.BytesIO(data), name, limits=LIMITS, options=ReadOptions(**columns))


GOOD = csv_bytes("review,n", "a good film,1")


LONG = "I liked this film a lot, and so did my friends, all of them."


WIDE = Limits(max_rows=10**9, max_unpacked_bytes=1 << 40, max_review_chars=100)


OTHER = "The weather was rather bad on that day, I remember it well."


SUFFIXES = [".csv", ".tsv", ".txt", ".jsonl", ".ndjson", ".json", ".parquet", ".xlsx"]


def encrypted_zip() -> bytes:
    """A zip whose only member claims to be encrypted."""
    data = bytearray(zip_bytes({"a.csv": GOOD}))
    data[6] |= 1
    data[data.index(b"PK\x01\x02") + 8] |= 1
    return bytes(data)
