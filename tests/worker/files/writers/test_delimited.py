"""Scored rows as CSV and TSV."""

from __future__ import annotations

import csv
import io
import random
import time

import pytest

from tests.worker.files.helpers import (
    csv_bytes,
    write,
)
from worker.files.writers.delimited import _BEFORE_QUOTE, _escaped, _Line


def test_csv_output_in_full() -> None:
    data = b'id;text;when\r\n1;"a; b";x\r\n2;;y\r\n3;too;many;cells\r\n4;good one;z\r\n'
    scored, name = write(data, "export.csv")
    assert name == "export.scored.csv"
    assert scored == (
        b"id;text;when;label;probability;flags;model;estimated_stars\r\n"
        b'1;"a; b";x;positive;0.000100;too_short not_english;m1;7.5\r\n'
        b"2;;y;;;;;\r\n"
        b"3;too;many;;;;;;cells\r\n"
        b"4;good one;z;positive;0.000400;too_short not_english;m4;7.5\r\n"
    )


def test_text_lines_become_a_csv() -> None:
    scored, name = write(b"Great fun.\n\nNever again, sadly\n", "mine.txt.gz".removesuffix(".gz"))
    assert name == "mine.scored.csv"
    assert list(csv.reader(io.StringIO(scored.decode(), newline=""))) == [
        ["review", "label", "probability", "flags", "model", "estimated_stars"],
        ["Great fun.", "positive", "0.000100", "too_short not_english", "m1", "7.5"],
        ["", "", "", "", "", ""],
        ["Never again, sadly", "positive", "0.000300", "too_short not_english", "m3", "7.5"],
    ]


def test_byte_order_mark_only_where_there_was_one() -> None:
    plain = csv_bytes("review,n", "schön,1")
    assert not write(plain, "a.csv")[0].startswith(b"\xef\xbb\xbf")
    assert write(b"\xef\xbb\xbf" + plain, "a.csv")[0].startswith(b"\xef\xbb\xbfreview,n,label")
    assert write(plain.decode().encode("utf-16"), "a.csv")[0].startswith(b"\xef\xbb\xbfreview,n,label")


@pytest.mark.parametrize("separator", list(",;\t|^]\\-"))
def test_a_line_is_what_the_csv_module_writes(separator: str) -> None:
    chance, line = random.Random(3), _Line(separator, "\r\n")
    signs = "ab ,;\"\r\n'\té=" + separator
    for _ in range(2_000):
        cells = ["".join(chance.choices(signs, k=chance.randrange(4))) for _ in range(chance.randrange(1, 4))]
        out = io.StringIO(newline="")
        csv.writer(out, delimiter=separator, lineterminator="\r\n").writerow(cells)
        assert line(cells) == out.getvalue()


def test_the_line_end_is_the_files_own() -> None:
    assert _Line(",", "\n")(["a\rb", "c"]) == '"a\rb",c\n'


def test_a_run_of_backslashes_is_written_in_linear_time() -> None:
    begun = time.process_time()
    assert _BEFORE_QUOTE.sub(_escaped, "\\" * 200_000 + "a") == "\\" * 200_000 + "a"
    assert time.process_time() - begun < 1
