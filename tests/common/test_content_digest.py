"""The digest of what is packed in a file."""

from __future__ import annotations

import gzip
import io
import zipfile
from hashlib import sha256

import pytest

from common import content_digest
from common.content_digest import content_sha256

ROWS = b"film,review\nA,fine\n"


def zipped(*members: tuple[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive:
        for name, data in members:
            archive.writestr(name, data)
    return out.getvalue()


@pytest.mark.parametrize(
    ("data", "same"),
    [
        (gzip.compress(ROWS), True),
        (gzip.compress(ROWS[:9]) + gzip.compress(ROWS[9:]), True),
        (zipped(("a.csv", ROWS)), True),
        (zipped(("a/b.csv", ROWS), ("README.txt", b"x"), ("__MACOSX/a/._b.csv", b"x"), ("p.png", b"x")), True),
        (zipped(("a.csv", ROWS), method=zipfile.ZIP_STORED), True),
        (zipped(("a.csv", ROWS), ("b.csv", ROWS)), False),
        (zipped(("a.csv", ROWS), method=zipfile.ZIP_LZMA), False),
        (zipped(("p.png", b"x")), False),
        (zipped(*((f"{i:0500}.png", b"") for i in range(200)), ("a.csv", ROWS)), False),
        (ROWS, False),
        (b"", False),
        (gzip.compress(ROWS)[:-9], False),
        (zipped(("a.csv", ROWS))[:-9], False),
        (b"PK\x03\x04" + bytes(99), False),
    ],
)
def test_the_same_rows_have_the_same_digest(data: bytes, same: bool) -> None:
    assert content_sha256(io.BytesIO(data)) == (sha256(ROWS).hexdigest() if same else None)


def test_no_more_than_a_bound_is_unpacked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(content_digest, "MOST_BYTES", len(ROWS) - 1)
    assert content_sha256(io.BytesIO(gzip.compress(ROWS))) is None
    assert content_sha256(io.BytesIO(zipped(("a.csv", ROWS)))) is None
