"""Small files that ask for much: each is refused, or read in flat memory. `make fuzz` and the tests read them all."""

from __future__ import annotations

import gzip
import io
import json
import random
import zipfile
from collections.abc import Callable
from typing import Final

import pyarrow as pa
import pyarrow.parquet as pq

from tests.worker.files.helpers import parquet_bytes, xlsx_bytes, zip_bytes

Trap = tuple[Callable[[], bytes], str, str | None]
"""(bytes, file name, code of the refusal or None where it is read)."""
ROW: Final = json.dumps({"review": "a good film that we all liked"}).encode() + b"\n"
LINE: Final = 4 << 20


def _filled(piece: bytes, size: int) -> bytes:
    return piece * (size // len(piece))


def equal_names(count: int) -> bytes:
    return b",".join([b"text"] * count) + b"\n" + b",".join([b"x"] * count) + b"\n"


def empty_objects() -> bytes:
    some = b"".join(random.Random(1).choices([b"{},", b"[],"], k=20_000))  # packs, and is no bomb
    line = b'{"review": "x", "a": [' + _filled(some, LINE - 100) + b"{}]}\n"
    return ROW + line * 8  # kept, each would take a hundred megabytes


def objects_in_an_array() -> bytes:
    return b'[{"review": "a good film that we all liked", "a": [' + _filled(b"{},", LINE - 100) + b"{}]}]"


def long_keys() -> bytes:
    rows = ({"review": "a good film", f"{n:04d}" + "k" * (1 << 20): 1} for n in range(24))
    return ROW + b"".join(json.dumps(row).encode() + b"\n" for row in rows)


def long_numbers() -> bytes:
    return ROW * 3 + (b'{"review": "x", "a": ' + b"9" * 1_000_000 + b"}\n") * 8


def long_fractions() -> bytes:
    return ROW * 3 + (b'{"review": "x", "a": 0.' + b"9" * 1_000_000 + b"}\n") * 8


def repeated_keys() -> bytes:
    return ROW + (b"{" + _filled(b'"review":"x",', LINE // 2) + b'"review":"y"}\n') * 8


def footer_of_structs() -> bytes:
    """FileMetaData with a list of 16 Mi empty structs (field 2, the schema)."""
    count = (16 << 20) - 100
    varint = bytearray()
    left = count
    while left > 127:
        varint.append(left & 127 | 128)
        left >>= 7
    varint.append(left)
    footer = b"\x15\x02" + b"\x19\xfc" + bytes(varint) + bytes(count) + b"\0"
    return b"PAR1" + footer + len(footer).to_bytes(4, "little") + b"PAR1"


def fat_cells() -> bytes:
    cells = pa.repeat("xy" * 55_000, 1_000)
    out = io.BytesIO()
    pq.write_table(
        pa.table(dict.fromkeys(("review", "film", "a", "b"), cells)), out, compression="zstd", use_dictionary=False
    )
    return out.getvalue()


def one_fat_dictionary() -> bytes:
    return parquet_bytes({"review": pa.repeat("x" * 90_000, 20_000)})


def deep_workbook() -> bytes:
    return _with_part("xl/worksheets/sheet1.xml", b"<worksheet>" + b"<a>" * (9 << 20))


def deep_styles() -> bytes:
    return _with_part("xl/styles.xml", b"<styleSheet>" + b"<a>" * (2 << 20))


def many_styles() -> bytes:
    xfs = b"<cellXfs>" + b"<xf/>" * 1_000_000 + b"</cellXfs>"
    head = b'<styleSheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
    return _with_part("xl/styles.xml", head + xfs + b"</styleSheet>")


def endless_tag() -> bytes:
    return _with_part("xl/worksheets/sheet1.xml", b'<worksheet a="' + _filled(b"x>" * 512, 30 << 20))


def many_strings() -> bytes:
    """A workbook with two million empty shared strings that nobody uses."""
    parts = (
        b'<sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">' + b"<si/>" * 2_000_000 + b"</sst>"
    )
    types = (
        b'<Override PartName="/xl/sharedStrings.xml" ContentType="application/vnd.openxmlformats-officedocument.'
        b'spreadsheetml.sharedStrings+xml"/></Types>'
    )
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(_workbook())) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            data = old.read(name)
            if name == "[Content_Types].xml" and b"sharedStrings" not in data:
                data = data.replace(b"</Types>", types)
            if name != "xl/sharedStrings.xml":
                new.writestr(name, data)
        new.writestr("xl/sharedStrings.xml", parts)
    return out.getvalue()


def named_rows() -> bytes:
    """Rows as lists, below a name of 200,000 characters that each would repeat."""
    rows = ",".join(['["a good film that we all liked",1]'] * 20_000)
    return f'{{"columns":["review","{"n" * 200_000}"],"data":[{rows}]}}'.encode()


def many_lists() -> bytes:
    """Five thousand columns that stand one after another."""
    return json.dumps({f"c{number}": ["a", "b"] for number in range(5_000)}).encode()


def wide_among_short() -> bytes:
    """A zip of twenty files, each with a short line among lines of 50,000 cells."""
    wide = ",".join(f"n{number}" for number in range(50_000))
    return zip_bytes({f"{n}.csv": f"{wide}\na,b\n{wide}\n{wide}\n".encode() for n in range(20)})


def wide_rows() -> bytes:
    """A narrow header above rows of four million empty cells."""
    return b"review,n\na good film that we all liked,1\n" + (b"," * (LINE - 10) + b"x\n") * 8


def many_members() -> bytes:
    return zip_bytes({f"{n:05d}.csv": b"" for n in range(30_000)})


def _workbook() -> bytes:
    return xlsx_bytes([["review"], ["a good film that we all liked"]])


def _with_part(name: str, data: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(_workbook())) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for part in old.namelist():
            new.writestr(part, data if part == name else old.read(part))
    return out.getvalue()


TRAPS: Final[dict[str, Trap]] = {
    "equal-names": (lambda: equal_names(20_000), "a.csv", "too_many_columns"),
    "equal-names-gz": (lambda: gzip.compress(equal_names(800_000)), "a.csv.gz", "too_many_columns"),
    "empty-objects": (lambda: gzip.compress(empty_objects(), 1), "a.jsonl.gz", None),
    "objects-in-an-array": (objects_in_an_array, "a.json", "broken_file.row_too_many_values"),
    "long-keys": (lambda: gzip.compress(long_keys()), "a.jsonl.gz", "broken_file.names_too_long"),
    "long-numbers": (long_numbers, "a.jsonl", None),
    "long-fractions": (long_fractions, "a.jsonl", None),
    "repeated-keys": (repeated_keys, "a.jsonl", None),
    "footer-of-structs": (footer_of_structs, "a.parquet", "broken_file.parquet_footer"),
    "fat-cells": (fat_cells, "a.parquet", None),
    "fat-dictionary": (one_fat_dictionary, "a.parquet", None),
    "deep-workbook": (deep_workbook, "a.xlsx", "broken_file.workbook_too_deep"),
    "deep-styles": (deep_styles, "a.xlsx", "broken_file.workbook_part_too_large"),
    "many-styles": (many_styles, "a.xlsx", "broken_file.workbook_part_too_large"),
    "endless-tag": (endless_tag, "a.xlsx", "broken_file.workbook_piece_never_ends"),
    "many-strings": (many_strings, "a.xlsx", None),
    "wide-rows": (lambda: gzip.compress(wide_rows()), "a.csv.gz", None),
    "named-rows": (named_rows, "a.json", "too_costly.scratch"),
    "many-lists": (many_lists, "a.json", "too_many_columns"),
    "wide-among-short": (wide_among_short, "a.zip", "too_many_columns"),
    "many-members": (many_members, "a.zip", "archive_members.several"),
}
