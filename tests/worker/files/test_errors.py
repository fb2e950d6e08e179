"""Files that cannot be read: each ends in one plain error with its own code."""

from __future__ import annotations

import gzip

import pyarrow as pa
import pytest

from tests.worker.files.helpers import (
    GOOD,
    csv_bytes,
    encrypted_zip,
    pack,
    parquet_bytes,
    read,
    xlsx_bytes,
    zip_bytes,
)
from worker.files import errors
from worker.files.errors import FileError
from worker.files.refusals import OLE


@pytest.mark.parametrize(
    ("data", "name", "expected"),
    [
        (b"", "a.csv", errors.EmptyFile),
        (b"", "a.parquet", errors.EmptyFile),
        (b"", "a.csv.gz", errors.EmptyFile),
        (gzip.compress(b""), "a.csv.gz", errors.EmptyFile),
        (b"\xef\xbb\xbf", "a.csv", errors.EmptyFile),
        (b"\n\n\r\n", "a.csv", errors.EmptyFile),
        (b"review,n\n", "a.csv", errors.EmptyFile),
        (b"[]", "a.json", errors.EmptyFile),
        (b" \n", "a.jsonl", errors.EmptyFile),
        (xlsx_bytes([]), "a.xlsx", errors.EmptyFile),
        (xlsx_bytes([["review"]]), "a.xlsx", errors.EmptyFile),
        (parquet_bytes({"review": pa.array([], pa.string())}), "a.parquet", errors.EmptyFile),
        (GOOD, "a.doc", errors.UnsupportedType),
        (GOOD, "a", errors.UnsupportedType),
        (zip_bytes({"a.exe": b"MZ"}), "a.zip", errors.UnsupportedType),
        (b"id,n\n1,2\n3,4\n", "a.csv", errors.NoTextColumn),
        (csv_bytes("text,comment", "one two three four,five six seven eight"), "a.csv", errors.AmbiguousColumn),
        (csv_bytes("review", *["x"] * 10_001), "a.csv", errors.TooManyRows),
        (parquet_bytes({"review": ["x"] * 10_001}), "a.parquet", errors.TooManyRows),
        (csv_bytes("n," * 1_000 + "review", "1," * 1_000 + "x"), "a.csv", errors.TooManyColumns),
        (b"\x81\x8d\x8f fine \xff", "a.txt", errors.BadEncoding),
        ("review\ngood\n".encode("utf-16-le"), "a.csv", errors.BadEncoding),
        ("review\ngood\n".encode("utf-32"), "a.csv", errors.BadEncoding),
        (b"\xff\xfe\x00", "a.csv", errors.BadEncoding),
        (encrypted_zip(), "a.zip", errors.EncryptedArchive),
        (OLE + "EncryptedPackage".encode("utf-16-le"), "a.xlsx", errors.EncryptedArchive),
        (OLE + bytes(600), "a.xlsx", errors.OtherFormat),
        (zip_bytes({"inner.zip": zip_bytes({"a.csv": GOOD})}), "a.zip", errors.NestedArchive),
        (zip_bytes({"inner.csv": gzip.compress(GOOD)}), "a.zip", errors.NestedArchive),
        (gzip.compress(gzip.compress(GOOD)), "a.csv.gz", errors.NestedArchive),
        (zip_bytes({"a.csv": GOOD, "b/c.csv": b"comment\na fine film\n"}), "a.zip", errors.ArchiveMembers),
        (zip_bytes({"a.csv": GOOD, "b.csv": GOOD, "c.csv": b"\xff\xfeA"}), "a.zip", errors.BrokenMember),
        (zip_bytes({}), "a.zip", errors.ArchiveMembers),
        (gzip.compress(GOOD * 100)[:-20], "a.csv.gz", errors.BrokenFile),
        (pack(GOOD * 1000, "a.csv", "zst")[0][:-9], "a.csv.zst", errors.BrokenFile),
        (zip_bytes({"a.csv": GOOD})[:-30], "a.zip", errors.BrokenFile),
        (GOOD, "a.csv.gz", errors.BrokenFile),
        (GOOD, "a.zip", errors.BrokenFile),
        (GOOD, "a.xlsx", errors.BrokenFile),
        (GOOD, "a.parquet", errors.BrokenFile),
        (b"PAR1" + bytes(50), "a.parquet", errors.BrokenFile),
        (parquet_bytes({"review": ["x"]})[:-20], "a.parquet", errors.BrokenFile),
        (xlsx_bytes([["review"], ["x"]])[:-50], "a.xlsx", errors.BrokenFile),
        (b'[{"review": "good"}, {"review": ', "a.json", errors.BrokenFile),
        (b'[{"review": "good"} {"review": "x"}]', "a.json", errors.BrokenFile),
        (b"[" * 200_000, "a.json", errors.BrokenFile),
        (b'{"a": [1,\n2]}\nx\n', "a.json", errors.BrokenFile),
    ],
)  # fmt: skip
def test_whole_files_that_cannot_be_read(data: bytes, name: str, expected: type[FileError]) -> None:
    with pytest.raises(FileError) as raised:
        read(data, name)
    assert type(raised.value) is expected
    assert raised.value.code.split(".")[0] == expected.code
    sentence = str(raised.value)
    assert sentence.endswith(".")
    assert "\n" not in sentence
    assert len(sentence) < 400


def test_every_error_has_its_own_code() -> None:
    kinds = [kind for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, FileError)]
    assert len(kinds) == 23
    assert len({kind.code for kind in kinds}) == len(kinds)


def test_a_list_of_names_ends_after_twelve_and_a_name_after_forty_characters() -> None:
    header = [f"n{i}" for i in range(13)]
    assert "'n11'; name" in str(errors.NoTextColumn(header[:12]))
    assert "'n11' and 1 more; name" in str(errors.NoTextColumn(header))
    assert repr("x" * 40) in str(errors.NoTextColumn(["x" * 40]))
    assert repr("x" * 39 + "…") in str(errors.NoTextColumn(["x" * 41]))
