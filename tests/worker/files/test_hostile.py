"""Files that are odd, broken or meant to harm: a plain error or rejected rows, never anything else."""

from __future__ import annotations

import gzip
import io
import json
import tracemalloc
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import IO

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tests.worker.files.helpers import (
    LIMITS,
    codes,
    csv_bytes,
    jsonl_bytes,
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
from worker.files.readers.parquet import Parquet
from worker.files.review_file import open_reviews
from worker.files.writers.write import write_scored

GOOD = csv_bytes("review,n", "a good film,1")
SUFFIXES = [".csv", ".tsv", ".txt", ".jsonl", ".ndjson", ".json", ".parquet", ".xlsx"]


def encrypted_zip() -> bytes:
    """A zip whose only member claims to be encrypted."""
    data = bytearray(zip_bytes({"a.csv": GOOD}))
    data[6] |= 1
    data[data.index(b"PK\x01\x02") + 8] |= 1
    return bytes(data)


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
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "a.xlsx", errors.EncryptedArchive),
        (zip_bytes({"inner.zip": zip_bytes({"a.csv": GOOD})}), "a.zip", errors.NestedArchive),
        (zip_bytes({"inner.csv": gzip.compress(GOOD)}), "a.zip", errors.NestedArchive),
        (gzip.compress(gzip.compress(GOOD)), "a.csv.gz", errors.NestedArchive),
        (zip_bytes({"a.csv": GOOD, "b/c.txt": b"x"}), "a.zip", errors.ArchiveMembers),
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
    assert len(kinds) == 17
    assert len({kind.code for kind in kinds}) == len(kinds)


@pytest.mark.parametrize(
    "name", [f"a{suffix}{packed}" for suffix in SUFFIXES for packed in ("", ".gz", ".zst", ".zip")]
)
def test_a_content_known_by_its_first_bytes_beats_the_name(name: str) -> None:
    if name.endswith((".gz", ".zst", ".zip")):
        return
    assert texts(xlsx_bytes([["review"], ["a good film"]]), name) == ["a good film"]
    assert texts(parquet_bytes({"review": ["a good film"]}), name) == ["a good film"]
    assert texts(gzip.compress(xlsx_bytes([["review"], ["a good film"]])), name) == ["a good film"]


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


@pytest.mark.parametrize(
    ("data", "name", "expected"),
    [
        (b"review,n\ngood,1\nbad\nfine,2,3\nok,4,\nx,5\n", "a.csv", [None, "ragged", "ragged", None, None]),
        (b'review,n\n"good\nfilm",1\n"never ends,2\nx,3\n', "a.csv", [None, "unclosed_quote"]),
        (b"review\rgood\r\nbad\nfine\n", "a.csv", [None, None, None]),
        (b"review,n\n\0,1\n ,2\ng\0od,3\n", "a.csv", ["empty", "empty", None]),
        (b"review,n\n" + b"x" * 1_000_000 + b",1\ngood,2\n", "a.csv", ["too_long", None]),
        (b"good\n\nbad\n" + b"x" * 5_001, "a.txt", [None, "empty", None, "too_long"]),
        (b'{"review": "x"}\n{"review": \nnull\n[1]\n{}\n', "a.jsonl", [None, "bad_json", *["not_object"] * 2, "empty"]),
        (jsonl_bytes(*({"review": value} for value in ("x", None, 3, ["a"]))), "a.jsonl", [None, *["not_text"] * 3]),
        (b'{"review": "x"}\n' + b'{"review":' + b"[" * 100_000 + b"\n", "a.jsonl", [None, "bad_json"]),
        (b'{"review": "x"}\n{"review": ' + b"9" * 5_000 + b"}\n", "a.jsonl", [None, "bad_json"]),
        (b'["good", {"review": "bad"}, 3, null, ""]', "a.json", [None, None, "not_object", "not_object", "empty"]),
        (parquet_bytes({"review": ["good", None, ""]}), "a.parquet", [None, "not_text", "empty"]),
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


def test_reasons_are_sentences_with_the_limit() -> None:
    row = read(b"review\n" + b"x" * 5_001, "a.csv")[0]
    assert row.problem == ("too_long", "The review is longer than 5,000 characters; shorten or split it.")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-be", "cp1252"])
@pytest.mark.parametrize("suffix", [".csv", ".tsv", ".txt", ".jsonl", ".json"])
def test_encodings(encoding: str, suffix: str) -> None:
    words = ["Schöner Film – sehr „gut“", "café naïve €"]
    if suffix == ".jsonl":
        content = "".join(json.dumps(word, ensure_ascii=False) + "\n" for word in words)
    elif suffix == ".json":
        content = json.dumps(words, ensure_ascii=False)
    else:
        content = "\n".join(([] if suffix == ".txt" else ["review"]) + words)
    bom = "\ufeff" if encoding == "utf-16-be" else ""
    assert texts((bom + content).encode(encoding), f"a{suffix}") == words


def test_windows_1252_is_decided_by_the_last_byte_too() -> None:
    data = b"review\n" + b"plain words\n" * 9_000 + "schön".encode("cp1252")
    assert texts(data, "a.csv")[-1] == "schön"


def test_right_to_left_and_emoji() -> None:
    words = ["فيلم رائع جدا", "סרט נהדר", "👍🏽👨‍👩‍👧", "\u202eevil\u202c"]
    assert texts(csv_bytes("review", *words), "a.csv") == words


def test_texts_can_be_stored_in_sql() -> None:
    rows = texts(b'{"review": "nul \\u0000 and half \\ud83d a pair"}\n', "a.jsonl")
    assert rows == ["nul   and half \ufffd a pair"]


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"sep=;\nreview;n\ngood, really;1\n", ["good, really"]),
        (b"review|n\ngood, really|1\n", ["good, really"]),
        (b"review\tn\ngood, really\t1\n", ["good, really"]),
        (b"n;review\n1,5;good\n2,5;bad\n", ["good", "bad"]),
        (b'review\n"good, really"\nbad, too\n', ["good, really", "bad, too"]),
        (b'"id","review"\r\n"1","he said ""no"""\r\n', ['he said "no"']),
    ],
)
def test_dialects(data: bytes, expected: list[str]) -> None:
    assert texts(data, "a.csv") == expected
    scored, name = write(data, "a.csv")
    assert texts(scored, name) == expected


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


def test_a_parquet_dictionary_does_not_unpack_beyond_the_limit() -> None:
    """1 MB on disk, 20 GB per thousand rows in memory."""
    once = pa.DictionaryArray.from_arrays(pa.array([0] * 2_000, pa.int32()), pa.array(["x" * (20 << 20)]))
    out = io.BytesIO()
    pq.write_table(pa.table({"review": once}), out, dictionary_pagesize_limit=1 << 30, store_schema=False)
    assert len(out.getvalue()) < 2 << 20
    batches = Parquet(out, Limits(10_000, 256 << 20, 100)).batches()
    assert next(batches).nbytes < 160 << 20
    with pytest.raises(errors.TooLarge):
        read(out.getvalue(), "a.parquet", limits=Limits(10_000, 256 << 20, 100))


def test_a_zip_that_lies_about_its_size_is_broken() -> None:
    data = bytearray(zip_bytes({"a.txt": b"x" * 1_000_000}))
    at = data.index(b"PK\x01\x02")
    data[at + 24 : at + 28] = (10).to_bytes(4, "little")
    with pytest.raises(FileError):
        read(bytes(data), "a.zip")


BILLION_LAUGHS = (
    '<?xml version="1.0"?><!DOCTYPE l [<!ENTITY a "' + "lol" * 100 + '">'
    + "".join(f'<!ENTITY {chr(98 + i)} "{f"&{chr(97 + i)};" * 50}">' for i in range(6))
    + "]>"
)  # fmt: skip


NS = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
STRINGS = "xl/sharedStrings.xml"
SHEET = "xl/worksheets/sheet1.xml"
STRINGS_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sharedStrings+xml"


def workbook(parts: dict[str, str]) -> bytes:
    """A workbook as Excel writes it, with shared strings, and with these parts in place of its own."""
    rich = "<si><r><t>a good </t></r><r><t>film_x000D_</t></r><rPh><t>no</t></rPh></si>"
    all_parts = {
        SHEET: sheet("<row><c t='s'><v>0</v></c></row><row><c t='s'><v>1</v></c></row>"),
        STRINGS: strings(f"<si><t>review</t></si>{rich}"),
    } | parts
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(xlsx_bytes([["x"]]))) as old, zipfile.ZipFile(out, "w", 8) as new:
        for name in {*old.namelist(), *all_parts}:
            new.writestr(name, all_parts[name] if name in all_parts else typed(old.read(name)))
    return out.getvalue()


def typed(part: bytes) -> bytes:
    """The content types with one for the shared strings."""
    override = f'<Override PartName="/{STRINGS}" ContentType="{STRINGS_TYPE}"/></Types>'
    return part.replace(b"</Types>", override.encode())


def sheet(rows: str, before: str = "") -> str:
    return f"{before}<worksheet {NS}><sheetData>{rows}</sheetData></worksheet>"


def strings(items: str, before: str = "") -> str:
    return f"{before}<sst {NS}>{items}</sst>"


def inline(text: str, ref: str = "A1") -> str:
    return f"<row><c r='{ref}' t='inlineStr'><is><t>{text}</t></is></c></row>"


def test_shared_strings_are_read() -> None:
    assert texts(workbook({}), "a.xlsx") == ["a good film\r"]


@pytest.mark.parametrize(
    "parts",
    [
        {SHEET: sheet(inline("&g;"), BILLION_LAUGHS)},
        {STRINGS: strings("<si><t>&g;</t></si>", BILLION_LAUGHS)},
        {STRINGS: "<sst"},
        {STRINGS: strings("")},
        {SHEET: sheet("<row r='9999999999'><c r='A9999999999' t='inlineStr'><is><t>x</t></is></c></row>")},
        {SHEET: sheet(inline("x", "ZZZ1"))},
        {SHEET: sheet("<row><c t='s'><v>77</v></c></row>")},
        {SHEET: ""},
        {"xl/workbook.xml": "<nothing/>"},
        {"xl/styles.xml": "x" * (33 << 20)},
    ],
)
def test_hostile_workbooks(parts: dict[str, str]) -> None:
    with pytest.raises(FileError):
        read(workbook(parts), "a.xlsx", limits=Limits(10_000, 1 << 30, 5_000))


@pytest.mark.parametrize("part", [SHEET, STRINGS])
def test_an_endless_cell_of_a_workbook_stops_early(part: str) -> None:
    start = f"<worksheet {NS}><sheetData><row><c t='inlineStr'><is><t>" if part == SHEET else f"<sst {NS}><si><t>"
    with pytest.raises(errors.BrokenFile, match="never ends"):
        read(workbook({part: start + "x" * (20 << 20)}), "a.xlsx", limits=Limits(10, 1 << 30, 100))


@pytest.mark.parametrize("opening", ['"', ""])
def test_an_endless_cell_of_a_csv_stops_early(opening: str) -> None:
    line = "x" * 100 + ("\n" if opening else "")
    data = f"review,n\ngood,1\n{opening}".encode() + line.encode() * (18 << 20 >> 6)
    with pytest.raises(errors.BrokenFile):
        read(data, "a.csv", limits=Limits(10**9, 1 << 30, 100))


class Endless(io.RawIOBase):
    """A CSV of `rows` rows that never lies in memory as a whole."""

    LINE = b"12345,a rather good film that we all liked,Alien,2020-01-02\n"
    HEAD = b"id,review,film,date\n"

    def __init__(self, rows: int) -> None:
        self._rows = rows
        self._at = 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def _size(self) -> int:
        return len(self.HEAD) + self._rows * len(self.LINE)

    def seek(self, offset: int, whence: int = 0) -> int:
        self._at = offset + (0, self._at, self._size())[whence]
        return self._at

    def tell(self) -> int:
        return self._at

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        count = min(len(buffer), self._size() - self._at, 65_536)
        if count <= 0:
            return 0
        start = self._at - len(self.HEAD)
        block = self.HEAD[self._at :] + self.LINE * 1200 if start < 0 else self.LINE * 1200
        skip = 0 if start < 0 else start % len(self.LINE)
        buffer[:count] = block[skip : skip + count]
        self._at += count
        return count


def test_memory_stays_flat_however_long_the_file_is() -> None:
    limits = Limits(10**9, 1 << 40, 1_000)

    def peak(rows: int) -> int:
        source = Endless(rows)
        tracemalloc.start()
        with open_reviews(source, "a.csv", limits=limits) as reviews:  # type: ignore[arg-type]
            count = sum(1 for _ in reviews)
        write_scored(source, "a.csv", iter(()), Nowhere(), limits=limits)  # type: ignore[arg-type]
        top = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert count == rows
        return top

    assert peak(60_000) < peak(6_000) + (1 << 20)


class Nowhere(io.RawIOBase):
    def writable(self) -> bool:
        return True

    def write(self, data: bytes) -> int:  # type: ignore[override]
        return len(data)


def test_what_the_scores_raise_is_passed_on() -> None:
    def broken() -> Iterator[tuple[int, str, float, tuple[str, ...], str]]:
        yield 1, "positive", 0.5, (), "m"
        raise LookupError("database gone")

    data: IO[bytes] = io.BytesIO(csv_bytes("review", "a", "b"))
    with pytest.raises(LookupError):
        write_scored(data, "a.csv", broken(), io.BytesIO(), limits=LIMITS)


def test_a_handed_in_file_stays_open() -> None:
    for kind, data in (
        ("csv", GOOD),
        ("parquet", parquet_bytes({"review": ["x"]})),
        ("xlsx", xlsx_bytes([["review"], ["x"]])),
    ):
        file = io.BytesIO(data)
        with open_reviews(file, f"a.{kind}", limits=LIMITS) as reviews:
            assert len(list(reviews)) == len(list(reviews)) == 1
        out = io.BytesIO()
        write_scored(file, f"a.{kind}", iter(()), out, limits=LIMITS)
        assert not file.closed
        assert not out.closed


MAGIC = [
    b"",
    b"PK\x03\x04",
    b"PAR1",
    b"\x1f\x8b\x08\x00",
    b"\x28\xb5\x2f\xfd",
    b"[",
    b'{"review":',
    b"review,n\n",
    b"\xff\xfe",
    b'"',
]


@settings(max_examples=250, deadline=None)
@given(
    st.sampled_from(MAGIC),
    st.binary(max_size=300),
    st.sampled_from(SUFFIXES),
    st.sampled_from(["", ".gz", ".zst", ".zip"]),
)
@example(b"", b'"', ".csv", "")
def test_arbitrary_bytes_raise_nothing_but_file_errors(start: bytes, data: bytes, suffix: str, packing: str) -> None:
    try:
        rows = read(start + data, f"a{suffix}{packing}")
    except FileError:
        return
    scored, name = write(start + data, f"a{suffix}{packing}", format="jsonl")
    assert name.endswith("jsonl")
    assert len(scored.splitlines()) == len(rows)


WHOLE = {
    "csv": GOOD * 3,
    "jsonl": jsonl_bytes({"review": "a good film"}, "x"),
    "json": b'[{"review": "a good film"}, "x"]',
    "parquet": parquet_bytes({"review": ["a good film", "x"], "n": [1, 2]}),
    "xlsx": xlsx_bytes([["review", "n"], ["a good film", 1]]),
    "csv.gz": gzip.compress(GOOD),
    "csv.zst": pack(GOOD, "a", "zst")[0],
    "zip": zip_bytes({"a.csv": GOOD}),
}


@settings(max_examples=250, deadline=None)
@given(st.sampled_from(sorted(WHOLE)), st.integers(0, 1 << 16), st.integers(0, 255), st.booleans())
def test_a_flipped_byte_or_a_cut_raises_nothing_but_file_errors(kind: str, at: int, byte: int, cut: bool) -> None:
    data = bytearray(WHOLE[kind])
    at %= len(data)
    if cut:
        del data[at:]
    else:
        data[at] = byte
    try:
        rows = read(bytes(data), f"a.{kind}")
        scored, _ = write(bytes(data), f"a.{kind}", format="jsonl")
    except FileError:
        return
    assert len(scored.splitlines()) == len(rows)
