"""Packed files: bombs, archives of archives, litter, names that lead elsewhere."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import pyarrow as pa
import pytest

from tests.worker.files.helpers import (
    GOOD,
    WIDE,
    csv_bytes,
    pack,
    parquet_bytes,
    read,
    texts,
    write,
    xlsx_bytes,
    zip_bytes,
)
from worker.files import errors
from worker.files.errors import FileError
from worker.files.limits import Limits
from worker.files.readers.decompress import plain_name


def test_a_zip_may_carry_litter_and_folders() -> None:
    members = {
        "__MACOSX/._a.csv": b"\0",
        "folder/": b"",
        "folder/.DS_Store": b"x",
        "folder/a.csv": GOOD,
        "read.me": b"x",
    }
    assert texts(zip_bytes(members), "a.zip") == ["a good film"]
    assert write(zip_bytes(members), "export.zip")[1] == "export.scored.zip"


def test_bombs_stop_at_the_limit(tmp_path: Path) -> None:
    zeros = b"a fine film\n" * 500_000
    small = Limits(max_rows=10**9, max_unpacked_bytes=1 << 20, max_review_chars=100)
    for packing in ("", "gz", "zst", "zip"):
        data, name = pack(zeros, "a.txt", packing)
        with pytest.raises(errors.TooLarge, match="larger than 1 MiB"):
            read(data, name, limits=small)
    with pytest.raises(errors.TooLarge):
        read(xlsx_bytes([["review"], *[["x" * 30_000]] * 100]), "a.xlsx", limits=small)
    with pytest.raises(errors.TooLarge):
        read(parquet_bytes({"review": pa.array(["x" * 30_000] * 100)}), "a.parquet", limits=small)


def test_a_zip_that_lies_about_its_size_is_broken() -> None:
    data = bytearray(zip_bytes({"a.txt": b"x" * 1_000_000}))
    at = data.index(b"PK\x01\x02")
    data[at + 24 : at + 28] = (10).to_bytes(4, "little")
    with pytest.raises(FileError):
        read(bytes(data), "a.zip")


@pytest.mark.parametrize("packing", ["gz", "zst", "zip"])
def test_a_bomb_is_refused_by_its_ratio_long_before_the_size_limit(packing: str) -> None:
    data, name = pack(b"a fine film\n" * (48 << 20 >> 3), "a.txt", packing)
    with pytest.raises(errors.Bomb, match="200 times"):
        read(data, name, limits=WIDE)


@pytest.mark.parametrize(
    ("path", "shown"),
    [
        ("../../etc/a.csv", "a.csv"),
        ("..\\..\\a.csv", "a.csv"),
        ("a\n\u202evsc.csv", "avsc.csv"),
        ("x" * 300 + ".csv", None),
    ],
)
def test_names_of_members_lead_nowhere(path: str, shown: str | None) -> None:
    name = plain_name(path)
    assert name == shown or (len(name) == 120 and name.endswith(".csv"))
    data = zip_bytes({path: csv_bytes("review,n", "a good film,1")})
    assert write(data, "a.zip", format="csv")[1] == name.replace(".csv", ".scored.csv")


def test_a_link_in_a_zip_is_no_review_file() -> None:
    link = zipfile.ZipInfo("a.csv")
    link.external_attr = 0o120777 << 16
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr(link, "/etc/passwd")
    with pytest.raises(errors.ArchiveMembers):
        read(out.getvalue(), "a.zip")


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_packings_without_a_bound_on_memory_are_refused(method: int) -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive:
        archive.writestr("a.csv", csv_bytes("review,n", "a good film,1"))
    with pytest.raises(errors.BrokenFile, match="unusual way"):
        read(out.getvalue(), "a.zip")


def test_a_shown_name_has_a_hundred_and_twenty_characters_at_most() -> None:
    assert plain_name("x" * 116 + ".csv") == "x" * 116 + ".csv"
    assert plain_name("x" * 117 + ".csv") == "x" * 116 + ".csv"
