"""The compact protocol of Apache Thrift, read only as far as Parquet's metadata needs it.

https://github.com/apache/thrift/blob/master/doc/specs/thrift-compact-protocol.md
"""

from __future__ import annotations

from typing import Final

Value = object
"""int, bool, float as 8 bytes, bytes, list of values, or a struct as {field id: value}."""

_MAX_DEPTH: Final = 24
MAX_VALUES: Final = 400_000
"""Most values of one piece of metadata. A byte can make a value, a value takes about a hundred bytes."""
_TRUE, _FALSE, _BYTE, _I16, _I32, _I64, _DOUBLE, _BINARY, _LIST, _SET, _MAP, _STRUCT = range(1, 13)


class TooManyValues(Exception):
    """More than a reader was told to take."""


class Reader:
    """Reads from `data`; `at` is the position behind what was read."""

    def __init__(self, data: bytes, max_values: int = MAX_VALUES) -> None:
        """`max_values`: of all structs and lists together; TooManyValues beyond."""
        self._data = data
        self._left = max_values
        self.at = 0

    def struct(self, depth: int = 0) -> dict[int, Value]:
        """The next struct. Raises IndexError where the data ends, ValueError where they are no such thing."""
        if depth > _MAX_DEPTH:
            raise ValueError("nested too deeply")
        self._count(1)
        fields: dict[int, Value] = {}
        field = 0
        while head := self._byte():
            field = field + (head >> 4) if head >> 4 else self._signed()
            self._count(1)
            fields[field] = self._value(head & 15, depth)
        return fields

    def _count(self, values: int) -> None:
        self._left -= values
        if self._left < 0:
            raise TooManyValues

    def _value(self, kind: int, depth: int) -> Value:
        if kind in (_I16, _I32, _I64):
            return self._signed()
        if kind == _BINARY:
            return self._bytes(self._varint())
        if kind in (_TRUE, _FALSE):
            return kind == _TRUE
        if kind in (_LIST, _SET):
            return self._list(depth)
        if kind == _STRUCT:
            return self.struct(depth + 1)
        if kind == _DOUBLE:
            return self._bytes(8)
        if kind == _BYTE:
            return self._byte()
        raise ValueError("no kind of value that Parquet uses")

    def _list(self, depth: int) -> list[Value]:
        head = self._byte()
        count = head >> 4 if head >> 4 < 15 else self._varint()
        kind = head & 15
        if count > len(self._data) - self.at:  # each takes a byte at least
            raise IndexError(count)
        self._count(count)
        if kind in (_TRUE, _FALSE):  # in a list a boolean has a byte of its own
            return [self._byte() == _TRUE for _ in range(count)]
        return [self._value(kind, depth + 1) for _ in range(count)]

    def _byte(self) -> int:
        value = self._data[self.at]
        self.at += 1
        return value

    def _bytes(self, count: int) -> bytes:
        start, self.at = self.at, self.at + count
        if self.at > len(self._data):
            raise IndexError(count)
        return self._data[start : self.at]

    def _varint(self) -> int:
        value = shift = 0
        while (byte := self._byte()) & 128:
            value |= (byte & 127) << shift
            shift += 7
            if shift > 63:
                raise ValueError("a number without end")
        return value | byte << shift

    def _signed(self) -> int:
        value = self._varint()
        return value >> 1 ^ -(value & 1)
