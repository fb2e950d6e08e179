"""Our lines of CSV are csv.writer's, sign for sign."""

from __future__ import annotations

import csv
import io
import random

import pytest

from worker.files.writers.delimited import _Line


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
