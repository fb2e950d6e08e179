"""Several files of an archive as one table: read, limited, and written again."""

from __future__ import annotations

import io
import json
import zipfile
from dataclasses import replace

import pytest

from tests.worker.files.cases.helpers import DULL, RECORDS, TABLE, WARM, check, given_back, inspected
from tests.worker.files.helpers import (
    LIMITS,
    csv_bytes,
    jsonl_bytes,
    parquet_bytes,
    read,
    write,
    xlsx_bytes,
    zip_bytes,
)
from worker.files.errors import Bomb, BrokenMember, TooLarge, TooManyColumns, TooManyRows

MONTHS = {
    "2024/reviews-10.csv": f'\ufeffFilm;Review\r\nC;"{WARM} 10"\r\nD;"a ""quoted"" one"\r\n'.encode(),
    "2024/reviews-2.csv": f"film,review\nB,{WARM.replace(',', '')} 2\nbad\n".encode(),
    "2024/reviews-1.csv": TABLE.encode(),
    "README.txt": b"Made by the club",
    "films.csv": csv_bytes("title,year", "Quiet Harbour,2001", "Iron Garden,1999", "The Last Bus,2000"),
}


def test_files_of_one_layout_are_one_table() -> None:
    data = zip_bytes(MONTHS)
    paths = ["2024/reviews-1.csv", "2024/reviews-2.csv", "2024/reviews-10.csv"]
    found = check(data, "a.zip", members=paths, rows=5, codes=["ragged"], films=["A", "B", "B", "C", "D"])
    assert [row["row"] for row in found.preview] == [1, 2, 3, 5, 6]
    assert "3 files" in found.notes[0]
    assert "films.csv" in found.notes[1]
    rows = given_back(data, "a.zip")
    assert [row["source"] for row in rows] == [paths[0]] * 2 + [paths[1]] * 2 + [paths[2]] * 2
    assert [row["label"] for row in rows] == ["positive"] * 3 + [None] + ["positive"] * 2
    assert [row["model"] for row in rows] == ["m1", "m2", "m3", None, "m5", "m6"]
    check(data, "a.zip", {"sheet": paths[1]}, members=[paths[1]], rows=1)


def test_joined_files_come_back_as_one_file_in_the_zip() -> None:
    made, name = write(zip_bytes(MONTHS), "export.zip")
    assert name == "export.scored.zip"
    with zipfile.ZipFile(io.BytesIO(made)) as archive:
        assert archive.namelist() == ["export.scored.csv"]
        lines = archive.read("export.scored.csv").decode().splitlines()
    assert lines[0] == "film,review,label,probability,flags,model,estimated_stars,source"
    assert lines[4] == "bad,,,,,,,2024/reviews-2.csv"
    assert lines[6] == 'D,"a ""quoted"" one",positive,0.000600,too_short not_english,m6,7.5,2024/reviews-10.csv'


@pytest.mark.parametrize("kind", ["jsonl", "json", "parquet", "xlsx"])
def test_joined_files_of_every_kind(kind: str) -> None:
    pages = [[{"film": "A", "review": WARM, "n": 1.50}], [{"film": "B", "review": DULL, "n": 2.50}]]
    made = {
        "jsonl": lambda rows: json.dumps(rows[0]).replace(".5", ".50").encode(),
        "json": lambda rows: json.dumps(rows).replace(".5", ".50").encode(),
        "parquet": lambda rows: parquet_bytes({name: [rows[0][name]] for name in rows[0]}),
        "xlsx": lambda rows: xlsx_bytes([list(rows[0]), list(rows[0].values())]),
    }[kind]
    data = zip_bytes({f"{i}.{kind}": made(rows) for i, rows in enumerate(pages, 1)})
    check(data, "a.zip", members=[f"1.{kind}", f"2.{kind}"], rows=2, films=["A", "B"], texts=[WARM, DULL])
    back, _ = write(data, "a.zip")
    with zipfile.ZipFile(io.BytesIO(back)) as archive:
        whole = archive.read(f"a.scored.{kind}")
    if kind in ("jsonl", "json"):
        assert whole.count(b'"n": 1.50') == 1  # the text of each object stays
    again = inspected(whole, f"a.{kind}")
    assert (again.rows, again.names[-1]) == (2, "source")
    assert [row["source"] for row in given_back(data, "a.zip")] == [f"1.{kind}", f"2.{kind}"]


def test_what_breaks_late_names_its_file() -> None:
    deep = jsonl_bytes(*RECORDS * 150) + b'{"review": "' + b"x" * LIMITS.max_line_chars + b'"}\n'
    with pytest.raises(BrokenMember, match=r"'b\.jsonl'"):
        inspected(zip_bytes({"a.jsonl": jsonl_bytes(*RECORDS), "b.jsonl": deep}), "a.zip")


def test_limits_count_over_all_files() -> None:
    data = zip_bytes({f"{i}.csv": TABLE.encode() for i in range(3)})
    assert len(read(data, "a.zip", limits=replace(LIMITS, max_rows=6))) == 6
    with pytest.raises(TooManyRows):
        read(data, "a.zip", limits=replace(LIMITS, max_rows=5))
    with pytest.raises(TooLarge):
        read(data, "a.zip", limits=replace(LIMITS, max_unpacked_bytes=3 * len(TABLE) - 1))
    zeros = csv_bytes("film,review", *["A,a fine film"] * 1_000_000)
    with pytest.raises(Bomb):  # each by itself is too small to be one
        read(
            zip_bytes({f"{i}.csv": zeros for i in range(3)}),
            "a.zip",
            limits=replace(LIMITS, max_unpacked_bytes=1 << 30),
        )
    keys = {f"{i}.jsonl": jsonl_bytes({"review": WARM, **{f"k{i}_{n}": 1 for n in range(400)}}) for i in range(3)}
    with pytest.raises(TooManyColumns):
        read(zip_bytes(keys), "a.zip")
