"""The signs that stand in for others are none that a file can hold."""

from __future__ import annotations

import pytest

from worker.files.quotes.signs import QUOTE, RETURN, SEPARATOR


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16-le", "cp1252"])
@pytest.mark.parametrize("sign", [SEPARATOR, QUOTE, RETURN])
def test_no_bytes_are_read_as_one(sign: str, encoding: str) -> None:
    with pytest.raises(UnicodeEncodeError):
        sign.encode(encoding, "surrogateescape")
