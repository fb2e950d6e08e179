"""Scored rows as CSV and TSV."""

from __future__ import annotations

import csv
import io
import random
import time

import pytest

from tests.worker.files.helpers import LIMITS, csv_bytes, write
from worker.files.inspection import Inspection, inspect_file
from worker.files.readers.csv_dialect import HeadLine
from worker.files.writers.delimited import _BEFORE_QUOTE, _escaped, _given_back, _Line
from worker.files.writers.target import ADDED


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


def inspect(data: bytes) -> Inspection:
    return inspect_file(io.BytesIO(data), "a.csv", limits=LIMITS)


QUALTRICS = [
    "ResponseId,RecordedDate,Q1",
    'Response ID,Recorded Date,"What did you think\nof the film?"',
    '"{""ImportId"":""_recordId""}","{""ImportId"":""recordedDate"",""timeZone"":""Z""}","{""ImportId"":""QID1""}"',
    "R_1,2024-05-01 10:00:00,A warm and funny film",
]


@pytest.mark.parametrize(
    ("above", "header", "below"),
    [
        (['Export of the "club"; all rights reserved', "", "# made 2024-05-01,"], "film,review", []),
        (["sep=;"], "film;review", []),
        (["Export,all", ",,,"], "film,review", ["string,text"]),
        (["sep=|", '"quoted   title"'], "film|review", [":---  |:--:"]),
        (["\ufeffClub"], "film\treview", []),
        ([], QUALTRICS[0], QUALTRICS[1:3]),
    ],
)
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_lines_around_the_header_come_back_as_they_were(
    above: list[str], header: str, below: list[str], end: str
) -> None:
    sign = next(one for one in "\t;|," if one in header)
    rows = [QUALTRICS[3]] if "Q1" in header else [f"A{sign}a warm and funny film", f"B{sign}a dull one"]
    lines = [*above, header, *below, *rows]
    data = end.join([*lines, ""]).encode()
    scored = write(data, "a.csv")[0].decode()
    begin = end.join([*above, header])
    wanted = begin + sign + sign.join(ADDED) + end + "".join(line + sign * len(ADDED) + end for line in below)
    assert scored.startswith(wanted)
    assert scored[len(wanted) :].startswith(rows[0] + sign + "positive")
    # What comes back is read in the same way
    first, again = inspect(data), inspect(scored.encode())
    assert (first.header_row, first.rows, first.skipped_rows) == (again.header_row, again.rows, again.skipped_rows)


def test_a_formula_around_the_header_is_defused() -> None:
    above = ["=cmd|' /C calc'!A0,x", "Title,+1+1", '"=1', '2",b']
    scored = write(csv_bytes(*above, "film,review", "A,a fine film"), "a.csv")[0].decode().splitlines()
    assert scored[:5] == [
        "'=cmd|' /C calc'!A0,x",
        "Title,'+1+1",
        "\"'=1",
        '2",b',
        "film,review,label,probability,flags,model,estimated_stars",
    ]
    one = write(csv_bytes("Export,=1+1", "review", "a fine film"), "a.csv")[0].decode().splitlines()
    assert one[0] == '"Export,=1+1"'


@pytest.mark.parametrize(
    ("raw", "cells", "written"),
    [
        ('"Our club\n', ['"Our club'], '"""Our club"\n'),
        ('"a"b\n', ['"a"b'], '"""a""b"\n'),
        ("Our club;\r\n", ["Our club", ""], "Our club;\r\n"),
        ('"two\nlines";"x"\n', ["two\nlines", "x"], '"two\nlines";"x"\n'),
        ("\n", [], "\n"),
    ],
)
def test_a_line_around_the_header_that_is_no_csv_swallows_nothing(raw: str, cells: list[str], written: str) -> None:
    assert _given_back(HeadLine(raw, cells), _Line(";", "\n"), ";", '"') == written


def test_another_format_gets_the_rows_alone() -> None:
    data = csv_bytes("Export", "film,review", "A,a fine film", "B,a dull film")
    assert write(data, "a.csv", format="tsv")[0].startswith(b"film\treview\tlabel")
    assert write(data, "a.csv", format="csv")[0].startswith(b"Export\nfilm,review,label")
