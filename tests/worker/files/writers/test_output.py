"""Packing of what is written."""

from __future__ import annotations

import gzip
import io
import zipfile

from tests.worker.files.helpers import (
    csv_bytes,
    write,
)


def test_outputs_are_packed_as_asked() -> None:
    data = csv_bytes("review", "a good film")
    plain, _ = write(data, "a.csv")
    packed, name = write(data, "a.csv", format="csv.gz")
    assert (gzip.decompress(packed), name) == (plain, "a.scored.csv.gz")
    packed, name = write(data, "a.csv", format="csv.zip")
    with zipfile.ZipFile(io.BytesIO(packed)) as archive:
        assert archive.namelist() == ["a.scored.csv"]
        assert archive.read("a.scored.csv") == plain
