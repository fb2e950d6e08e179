"""The compact protocol of Thrift, as far as Parquet uses it."""

from __future__ import annotations

import pytest

from worker.files.readers.thrift_compact import Reader


def test_a_struct_of_every_kind() -> None:
    data = bytes([
        0x15, 0x03,  # field 1, i32: -2
        0x18, 0x02, 0x68, 0x69,  # field 2, binary: "hi"
        0x11,  # field 3: true
        0x12,  # field 4: false
        0x19, 0x25, 0x02, 0x04,  # field 5, list of two i32: 1, 2
        0x1C, 0x15, 0x02, 0x00,  # field 6, struct {1: 1}
        0x05, 0x28, 0x0E,  # field 20 by its own number, i32: 7
        0x00, 0xFF,
    ])  # fmt: skip
    reader = Reader(data)
    assert reader.struct() == {1: -2, 2: b"hi", 3: True, 4: False, 5: [1, 2], 6: {1: 1}, 20: 7}
    assert reader.at == len(data) - 1


@pytest.mark.parametrize("data", [b"", b"\x15", b"\x18\x7f\x68", b"\x15" + b"\x80" * 11, b"\x1d\x00", b"\x1c" * 100])
def test_what_is_no_struct_is_an_error(data: bytes) -> None:
    with pytest.raises((IndexError, ValueError)):
        Reader(data).struct()


def test_a_list_cannot_be_longer_than_its_bytes() -> None:
    with pytest.raises(IndexError, match="2147483647"):
        Reader(b"\x19\xf5\xff\xff\xff\xff\x07").struct()
