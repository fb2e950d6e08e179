"""Kind, packing and name of the scored copy, and the names of the columns it adds."""

from __future__ import annotations

import io

import pytest

from common.file_formats import FORMATS, PACKINGS
from tests.worker.files.helpers import LIMITS, csv_bytes, pack
from worker.files.errors import UnsupportedFormat
from worker.files.readers.open import open_table
from worker.files.writers.target import added_names, parse_format, target_of


@pytest.mark.parametrize("packing", ["", *PACKINGS])
@pytest.mark.parametrize("kind", [one.name for one in FORMATS if one.writes])
def test_every_written_format_can_be_asked_for_packed_or_not(kind: str, packing: str) -> None:
    assert parse_format(f" .{kind.upper()}.{packing} ".rstrip(". ") if not packing else f"{kind}.{packing}") == (
        kind,
        packing or None,
    )


@pytest.mark.parametrize("asked", ["", "txt", "doc", "csv.rar", "csv.gz.gz", "gz"])
def test_nothing_else_can(asked: str) -> None:
    with pytest.raises(UnsupportedFormat):
        parse_format(asked)


@pytest.mark.parametrize(
    ("name", "packing", "asked", "filename"),
    [
        ("a.csv", "", None, "a.scored.csv"),
        ("a.CSV", "gz", None, "a.scored.CSV.gz"),
        ("a.b.csv", "zip", None, "a.b.csv.scored.zip"),
        ("a.csv", "gz", "tsv", "a.scored.tsv"),
        ("a.txt", "", None, "a.scored.csv"),
        ("a.txt", "zst", None, "a.scored.csv.zst"),
        ("a.csv", "", "ndjson", "a.scored.jsonl"),
        ("a.csv", "", "jsonl.zip", "a.scored.zip"),
    ],
)
def test_the_copy_is_called_after_the_file(name: str, packing: str, asked: str | None, filename: str) -> None:
    data, packed_name = pack(csv_bytes("review,n", "good,1"), name, packing)
    opened = open_table(io.BytesIO(data), packed_name, LIMITS)
    assert target_of(opened, packed_name, asked).filename == filename
    opened.close()


def test_all_names_give_way_when_one_is_taken() -> None:
    assert added_names(["review"]) == ("label", "probability", "flags", "model", "estimated_stars")
    assert added_names([" Label "])[0] == "reelfeel_label"
    assert added_names(["aspects"])[-1] == "estimated_stars"
    assert added_names(["aspects"], aspects=True)[-1] == "reelfeel_aspects"
    assert added_names(["flags", "reelfeel_model"])[0] == "reelfeel_2_label"
