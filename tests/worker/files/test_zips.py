"""A zip is opened within bounds, and what is wrong with it is the file's fault."""

from __future__ import annotations

import io

import pytest

from tests.worker.files.helpers import zip_bytes
from worker.files import zips
from worker.files.errors import BrokenFile

FINE = zip_bytes({f"{n}.csv": b"review\nfine\n" for n in range(5)})


def test_an_archive_is_opened() -> None:
    assert len(zips.open_zip(io.BytesIO(FINE)).namelist()) == 5


@pytest.mark.parametrize(
    ("data", "most", "code"),
    [
        (FINE, 100, "broken_file.zip_too_many_files"),
        (FINE[:-30], zips.MAX_DIRECTORY, "broken_file.zip_cut_short"),
        (b"PK\x03\x04", zips.MAX_DIRECTORY, "broken_file.zip_cut_short"),
        (b"", zips.MAX_DIRECTORY, "broken_file.zip_cut_short"),
    ],
)
def test_what_cannot_be_opened_is_told(monkeypatch: pytest.MonkeyPatch, data: bytes, most: int, code: str) -> None:
    monkeypatch.setattr(zips, "MAX_DIRECTORY", most)
    with pytest.raises(BrokenFile) as refused:
        zips.open_zip(io.BytesIO(data))
    assert refused.value.code == code
