"""Workbooks, JSON in wrappers, archives, names that lie, damaged bytes (kinds F6, F7, F9, F12, F13, F14, F15)."""

from __future__ import annotations

import gzip
import io
import json
import zipfile
from typing import Any

import openpyxl
import pytest

from tests.worker.files.cases.helpers import DULL, RECORDS, TABLE, WARM, check, given_back, inspected, refused
from tests.worker.files.helpers import (
    csv_bytes,
    jsonl_bytes,
    parquet_bytes,
    write,
    xlsx_bytes,
    zip_bytes,
)
from worker.files.errors import OtherFormat


def book(sheets: dict[str, list[list[object]]], hidden: tuple[str, ...] = ()) -> bytes:
    made = openpyxl.Workbook()
    made.remove(made.worksheets[0])
    for name, rows in sheets.items():
        sheet = made.create_sheet(name)
        for row in rows:
            sheet.append(row)
        sheet.sheet_state = "hidden" if name in hidden else "visible"
    out = io.BytesIO()
    made.save(out)
    return out.getvalue()


HEAD: list[object] = ["film", "review"]


# -- sheets


def test_sheets_of_one_layout_are_one_table() -> None:
    data = book({"May": [HEAD, ["A", WARM]], "June": [HEAD, ["B", DULL]], "July": [HEAD]})
    check(data, "a.xlsx", sheets=["May", "June"], rows=2, films=["A", "B"], texts=[WARM, DULL], codes=[])


def test_a_hidden_sheet_and_a_cover_are_not_read() -> None:
    cover: list[list[object]] = [
        ["Our film club"],
        ["This workbook holds all reviews of the year, please do not share it"],
    ]
    films: list[list[object]] = [["Title", "Year"], ["Quiet Harbour", 2001], ["Iron Garden", 1999]]
    data = book({"Old": [HEAD, ["X", WARM]], "Cover": cover, "Films": films, "Reviews": [HEAD, ["B", DULL]]}, ("Old",))
    found = check(data, "a.xlsx", sheets=["Reviews"], rows=1, films=["B"], texts=[DULL])
    assert "Old" in found.notes[0]


def test_a_sheet_of_another_layout_is_named() -> None:
    data = book({"Club": [HEAD, ["A", WARM]], "Guests": [["guest", "comment"], ["bob", DULL]]})
    found = check(data, "a.xlsx", sheets=["Club"], rows=1)
    assert "Guests" in " ".join(found.notes)
    check(data, "a.xlsx", {"sheet": "Guests"}, sheets=["Guests"], rows=1, texts=[DULL])
    refused(data, "a.xlsx", "bad_option.sheet", sheet="Nobody")


def workbook_of(data: bytes, change: dict[str, Any], rename: Any = None) -> bytes:
    """The workbook with parts changed (a function of their bytes), and their names."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w") as new:
        for name in old.namelist():
            part = old.read(name)
            part = change[name](part) if name in change else part
            if part is not None:
                new.writestr(rename(name) if rename else name, part)
    return out.getvalue()


def strict(part: bytes) -> bytes:
    return part.replace(b"http://schemas.openxmlformats.org/spreadsheetml/2006/main", b"http://purl.oclc.org/ooxml/spreadsheetml/main").replace(
        b"http://schemas.openxmlformats.org/officeDocument/2006/relationships", b"http://purl.oclc.org/ooxml/officeDocument/relationships"
    )  # fmt: skip


SHEET: list[list[object]] = [HEAD, ["A", WARM], ["B", DULL]]
PARTS = ["xl/workbook.xml", "xl/_rels/workbook.xml.rels", "xl/worksheets/sheet1.xml", "xl/styles.xml"]


@pytest.mark.parametrize(
    "data",
    [
        workbook_of(xlsx_bytes(SHEET), {"xl/styles.xml": lambda part: part.replace(b"<fill>", b"<fill/><fill>")}),
        workbook_of(xlsx_bytes(SHEET), {"xl/styles.xml": lambda part: b"<styleSheet"}),
        workbook_of(xlsx_bytes(SHEET), {"xl/styles.xml": lambda part: None, "docProps/core.xml": lambda part: b"<x"}),
        workbook_of(xlsx_bytes(SHEET), dict.fromkeys(PARTS, strict)),
        workbook_of(xlsx_bytes(SHEET), {}, lambda name: name.replace("/", "\\")),
        workbook_of(xlsx_bytes(SHEET), {}, lambda name: name.replace("sharedStrings", "SharedStrings")),
        workbook_of(xlsx_bytes(SHEET), {"[Content_Types].xml": lambda part: None, "xl/theme/theme1.xml": lambda part: None}),
    ],
)  # fmt: skip
def test_workbooks_of_other_writers(data: bytes) -> None:
    check(data, "a.xlsx", text="review", film="film", rows=2, texts=[WARM, DULL])


@pytest.mark.parametrize(
    ("parts", "suffix"),
    [
        ({"[Content_Types].xml": b"x", "word/document.xml": b"x"}, ".docx"),
        ({"[Content_Types].xml": b"x", "xl/workbook.bin": b"x"}, ".xlsb"),
        ({"mimetype": b"application/vnd.oasis.opendocument.spreadsheet", "content.xml": b"x"}, ".ods"),
    ],
)
def test_other_formats_are_named(parts: dict[str, bytes], suffix: str) -> None:
    with pytest.raises(Exception, match=suffix.replace(".", r"\.")):
        inspected(zip_bytes(parts), "a.xlsx")


# -- JSON


@pytest.mark.parametrize(
    "value",
    [
        {"reviews": RECORDS},
        {"status": "ok", "page": 1, "data": {"items": RECORDS, "total": 2}, "links": []},
        {
            "success": 1,
            "tags": ["a", "b", "c"],
            "results": RECORDS,
            "users": [{"name": "x y"}, {"name": "z"}, {"name": "a"}],
        },
        {"schema": {"fields": [{"name": "film", "type": "string"}]}, "data": RECORDS},
        {"columns": ["film", "review"], "index": [0, 1], "data": [["A", WARM], ["B", DULL]]},
        {"film": {"0": "A", "1": "B"}, "review": {"0": WARM, "1": DULL}},
        {"0": RECORDS[0], "1": RECORDS[1]},
        {"film": ["A", "B"], "review": [WARM, DULL]},
        [["film", "review"], ["A", WARM], ["B", DULL]],
        RECORDS,
    ],
)
@pytest.mark.parametrize("indent", [None, 2])
@pytest.mark.parametrize("name", ["a.json", "a.jsonl", "a.csv", "a.txt"])
def test_rows_inside_json(value: Any, indent: int | None, name: str) -> None:
    data = json.dumps(value, indent=indent)
    check(data, name, text="review", film="film", rows=2, texts=[WARM, DULL], films=["A", "B"])
    assert given_back(data, name)[0]["film"] == "A"


@pytest.mark.parametrize(
    ("rows", "wanted"),
    [
        ([{"id": 1, "review": {"text": WARM, "lang": "en"}}], {"text": "review.text"}),
        ([{"type": "movie", "movie": {"title": "A", "year": 2001}, "comment": {"comment": WARM, "review": False, "created_at": "2024-05-01T10:00:00Z", "user_stats": {"rating": 8}}}],
         {"text": "comment.comment", "film": "movie.title", "date": "comment.created_at", "stars": "comment.user_stats.rating", "films": ["A (2001)"]}),
        ([{"snippet": {"topLevelComment": {"snippet": {"textDisplay": WARM, "textOriginal": WARM, "publishedAt": "2024-05-01T10:00:00Z"}}, "videoId": "v"}}],
         {"text": "snippet.topLevelComment.snippet.textOriginal", "date": "snippet.topLevelComment.snippet.publishedAt"}),
        ([{"author": "x", "author_details": {"name": "", "rating": 8.0}, "content": WARM, "created_at": "2024-05-01T10:00:00Z", "id": "5", "url": "https://x.org"}],
         {"text": "content", "date": "created_at", "stars": "author_details.rating", "film": None}),
        ([{"id": "1", "type": "Default", "timestamp": "2024-05-01T10:00:00+00:00", "timestampEdited": None, "callEndedTimestamp": None, "isPinned": False,
           "content": WARM, "author": {"id": "10", "name": "alice", "nickname": "Alice"}, "attachments": []}], {"text": "content", "date": "timestamp", "film": None, "stars": None}),
        ([{"type": "customerReviews", "id": "1", "attributes": {"rating": 5, "title": "A fine thing", "body": WARM, "reviewerNickname": "x", "createdDate": "2024-05-01T10:00:00-07:00", "territory": "USA"}}],
         {"text": "attributes.body", "date": "attributes.createdDate", "stars": "attributes.rating", "film": None}),
        ([{"recommendationid": "1", "author": {"steamid": "7", "playtime_forever": 9}, "language": "english", "review": WARM, "timestamp_created": 1714557600, "voted_up": True, "votes_up": 3, "weighted_vote_score": "0.5"}],
         {"text": "review", "date": "timestamp_created", "stars": None, "film": None}),
        ([{"rating": 5.0, "title": "A film to see again", "text": WARM, "images": [], "asin": "B01", "parent_asin": "B00", "user_id": "A", "timestamp": 1588687728923, "helpful_vote": 0, "verified_purchase": True}],
         {"text": "text", "film": "parent_asin", "date": "timestamp", "stars": "rating"}),
        ([{"kind": "t1", "data": {"body": WARM, "created_utc": 1714557600.0, "score": 3}}], {"text": "data.body", "date": "data.created_utc", "stars": None}),
        ([{"title": {"label": "Fine"}, "content": {"label": WARM, "attributes": {"type": "text"}}, "im:rating": {"label": "5"}, "updated": {"label": "2024-05-01T10:00:00-07:00"}}],
         {"text": "content.label", "film": None, "stars": "im:rating.label", "date": "updated.label"}),
        ([{"id": 1, "date": "2024-05-01T10:00:00", "from": "x", "text": [WARM[:10], {"type": "bold", "text": WARM[10:]}]}], {"text": "text", "texts": [WARM]}),
    ],
)  # fmt: skip
def test_texts_inside_objects(rows: list[dict[str, Any]], wanted: dict[str, Any]) -> None:
    check(json.dumps({"items": rows}), "a.json", rows=1, **wanted)
    check(
        json.dumps(rows[0]) + "\n" + json.dumps(rows[0]) + "\n",
        "a.jsonl",
        **{**wanted, "films": (wanted.get("films") or [None]) * 2}
        if "films" in wanted
        else {k: v for k, v in wanted.items() if k != "texts"},
    )


def test_reviews_inside_their_films() -> None:
    films = [
        {"title": "A", "year": 2001, "reviews": [{"text": WARM}, {"text": DULL}]},
        {"title": "B", "year": 1999, "reviews": [{"text": WARM}]},
    ]
    for value in (films, {"films": films}):
        check(
            json.dumps(value),
            "a.json",
            rows=3,
            text="text",
            texts=[WARM, DULL, WARM],
            films=["A (2001)", "A (2001)", "B (1999)"],
        )


# -- archives


def test_what_stands_beside_the_reviews_does_not_count() -> None:
    data = zip_bytes({
        "data/reviews.csv": TABLE.encode(), "README.txt": b"Made by the club", "LICENSE.txt": b"Free", "._reviews.csv": b"x",
        "data/._reviews.csv": b"x", "__MACOSX/data/._reviews.csv": b"x", "metadata.json": b"{}", ".hidden.csv": b"a",
        "data/movies.csv": csv_bytes("title,year", "Quiet Harbour,2001", "Iron Garden,1999", "The Last Bus,2000"),
    })  # fmt: skip
    check(data, "a.zip", members=["data/reviews.csv"], rows=2, texts=[WARM, DULL])


def test_sheets_and_files_are_joined_by_the_same_rule() -> None:
    data = book({"May": [HEAD, ["A", WARM]], "June": [HEAD, ["B", DULL], ["C", ""]]})
    assert [row["source"] for row in given_back(data, "a.xlsx")] == ["May", "June", "June"]
    assert "source" not in given_back(book({"May": [HEAD, ["A", WARM]]}), "a.xlsx")[0]
    again = book({"May": [[*HEAD, "source"], ["A", WARM, "web"]], "June": [[*HEAD, "source"], ["B", DULL, "web"]]})
    assert [row["reelfeel_source"] for row in given_back(again, "a.xlsx")] == ["May", "June"]


# -- bytes


@pytest.mark.parametrize("bad", [b"\xff", b"\x81", b"\xe9", b"\xc3"])
def test_one_bad_byte_costs_its_own_row(bad: bytes) -> None:
    rows = ["Café Noir,“Très” good film – I’d see it again", "Naïve,A dull naïve mess… I couldn’t finish"]
    data = "\n".join(["film,review", *rows]).encode() + b"\nBad,A good film " + bad + b" here\nD,Fine by me\n"
    check(data, "a.csv", rows=3, codes=["bad_text"], films=["Café Noir", "Naïve", "D"])
    back = given_back(data, "a.csv")
    assert [row["film"] for row in back] == ["Café Noir", "Naïve", "Bad", "D"]
    assert back[0]["review"] == "“Très” good film – I’d see it again"
    assert b"Bad,A good film " + bad + b" here," in write(data, "a.csv")[0]


def test_a_bad_byte_in_json_lines_and_in_a_text() -> None:
    lines = [json.dumps({"review": text}, ensure_ascii=False).encode() for text in ("Très bon", "Good x", "Naïve")]
    data = b"\n".join(lines).replace(b"Good x", b"Good \xff")
    check(data, "a.jsonl", rows=2, codes=["bad_text"], texts=["Très bon", "Naïve"])
    check("Très bon\nGood x\nNaïve\n".encode().replace(b"x", b"\xff"), "a.txt", rows=2, codes=["bad_text"])


def test_a_bad_unit_in_utf_16_costs_its_own_row() -> None:
    data = "\ufefffilm\treview\nA\tGood one\nB\tBad # one\nC\tFine\n".encode("utf-16-le").replace(b"#\0", b"\0\xdc")
    check(data, "a.txt", rows=2, codes=["bad_text"], films=["A", "C"])


def test_an_encoding_can_be_said() -> None:
    data = "фильм,отзыв\nТихая гавань,Очень хороший и тёплый фильм\nСад,Скучно от начала до конца\n".encode("cp1251")
    check(data, "a.csv", {"encoding": "cp1251"}, text="отзыв", film="фильм", rows=2)
    refused(data, "a.csv", "bad_option.encoding", encoding="klingon")


# -- names and ends


@pytest.mark.parametrize("name", ["a.csv", "a.txt", "a.csv.txt", "a.tsv", "a.json", "a.jsonl"])
def test_a_table_is_a_table_whatever_its_name(name: str) -> None:
    check(TABLE, name, text="review", film="film", texts=[WARM, DULL])
    check(
        TABLE.replace(",", "\t", 1).replace('A,"', 'A\t"').replace('B,"', 'B\t"'),
        name,
        text="review",
        texts=[WARM, DULL],
    )


@pytest.mark.parametrize("name", ["a.csv", "a.tsv", "a.txt", "a.json", "a.jsonl"])
def test_json_lines_are_json_lines_whatever_their_name(name: str) -> None:
    check("".join(json.dumps(row) + "\n" for row in RECORDS), name, text="review", film="film", texts=[WARM, DULL])


def test_lines_of_prose_are_no_table() -> None:
    data = f"{WARM}\n{DULL}\nWarm, funny, and long; I liked it.\n[Spoilers] It is dull.\n"
    assert check(data, "a.txt", rows=4).format == "txt"


@pytest.mark.parametrize("end", ["\x1a", "\n\n\n", ",\n,\n,\n", "\r\n\x1a", ",,,,\n", '"",""\n'])
def test_ends_of_files(end: str) -> None:
    check(TABLE + end, "a.csv", rows=2, codes=[], texts=[WARM, DULL])


@pytest.mark.parametrize(
    "data", ["film,review\rA,Warm one\rB,Dull one\r", "film,review\r\r\nA,Warm one\r\r\nB,Dull one\r\r\n"]
)
def test_other_line_ends(data: str) -> None:
    check(data, "a.csv", rows=2, codes=[], texts=["Warm one", "Dull one"], films=["A", "B"])


def test_a_lone_carriage_return_stays_in_its_cell() -> None:
    data = 'id,review\n1,Dull film\rand too long\n2,"Warm\rfilm, yes"\n3,Fine\n'
    assert [row["review"] for row in given_back(data, "a.csv")] == [
        "Dull film\rand too long",
        "Warm\rfilm, yes",
        "Fine",
    ]


def test_empty_rows_between_rows_are_named() -> None:
    check("film,review\nA,Warm one\n,\nB,Dull one\n,\n,\n", "a.csv", rows=2, codes=["empty"])


# -- totals below the rows


@pytest.mark.parametrize(
    ("head", "last", "codes"),
    [
        ("film;review", ["Total;200"], ["total"]),
        ("review;film", ["Total;200"], ["total"]),
        ("film;review;n", ["Total;;200", "Average;;3.5"], ["total", "total"]),
        ("film;review;n", ["Total;200"], ["total"]),
        ("film;review", ["Total;200", "C;A dull one"], []),
        ("film;review", ["Total;A total mess"], []),
        ("film;review", ["C;Total", ";"], []),
    ],
)
@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_a_total_at_the_end_is_no_review(head: str, last: list[str], codes: list[str], kind: str) -> None:
    rows = [["A", "A warm and funny film"], ["B", "Dull from start to end"]]
    if head.startswith("review"):
        rows = [row[::-1] for row in rows]
    if head.endswith("n"):
        rows = [[*row, "3"] for row in rows]
    lines = [head, *(";".join(row) for row in rows), *last]
    data: bytes | str = "\n".join([*lines, ""])
    if kind == "xlsx":
        data = xlsx_bytes([[cell or None for cell in line.split(";")] for line in lines])
    found = inspected(data, f"a.{kind}")
    assert [row["code"] for row in found.rejected] == codes
    assert found.rows == len(lines) - 1 - len(codes) - (last[-1] == ";")
    if not codes:
        return
    back = given_back(data, f"a.{kind}")
    assert [row["label"] for row in back] == ["positive"] * 2 + [None] * len(codes)  # it keeps its place


@pytest.mark.parametrize(
    ("stars", "last", "rows"),
    [
        (["4", "2", "3"], "4", 4),  # a review of one word
        (["4", "2", "3"], "3", 3),
        (["4.5", "2", "4"], "3.5", 3),
        (["4", "2", "4"], "3.33", 3),
        (["4", "2", "4"], "3", 4),  # rounded to a number of stars it may be a review's own
    ],
)
@pytest.mark.parametrize("kind", ["csv", "xlsx", "parquet", "jsonl"])
def test_a_last_review_average_is_no_row_of_averages(stars: list[str], last: str, rows: int, kind: str) -> None:
    texts = ["A warm and funny film", "Dull from start to end", "I liked the music", "Average"]
    values = [float(one) for one in [*stars, last]]
    if kind == "csv":
        data: bytes | str = "review,stars\n" + "".join(
            f"{text},{one}\n" for text, one in zip(texts, [*stars, last], strict=True)
        )
    elif kind == "xlsx":
        data = xlsx_bytes([["review", "stars"], *([text, one] for text, one in zip(texts, values, strict=True))])
    elif kind == "jsonl":
        data = "".join(
            json.dumps({"review": text, "stars": one}) + "\n" for text, one in zip(texts, values, strict=True)
        )
    else:
        data = parquet_bytes({"review": texts, "stars": values})
    check(data, f"a.{kind}", rows=rows, codes=["total"] * (4 - rows))


def test_each_sheet_and_file_may_end_with_a_total() -> None:
    data = book({name: [HEAD, ["A", WARM], ["Total", 1]] for name in ("May", "June")})
    check(data, "a.xlsx", rows=2, codes=["total"] * 2)
    packed = zip_bytes({f"{i}.csv": TABLE.encode() + b"Total,2\n" for i in range(3)})
    check(packed, "a.zip", rows=6, codes=["total"] * 3)


def test_the_only_row_is_no_total() -> None:
    check("film,review,n\nTotal,,200\n", "a.csv", rows=0, codes=["empty"])


# -- .xls that is none


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (TABLE.encode(), "csv"),
        (f"film\treview\r\nA\t{WARM}\r\nB\t{DULL}\r\n".encode(), "tsv"),
        (f"film\treview\r\nA\t{WARM}\r\nB\t{DULL}\r\n".encode("utf-16"), "tsv"),
        (jsonl_bytes(*RECORDS), "jsonl"),
        (xlsx_bytes(SHEET), "xlsx"),
    ],
)
def test_an_xls_that_is_text_is_read_as_what_it_is(data: bytes, kind: str) -> None:
    assert check(data, "export.xls", text="review", film="film", texts=[WARM, DULL]).format == kind
    assert check(gzip.compress(data), "export.xls.gz", texts=[WARM, DULL]).format == f"{kind}.gz"


@pytest.mark.parametrize(
    ("data", "suffix"),
    [
        (b"<html><head></head><body><table><tr><td>review</td></tr></table></body></html>", ".html"),
        (b'\n<table border="1"><tr><td>review</td></tr></table>', ".html"),
        (b'<html xmlns:x="urn:schemas-microsoft-com:office:excel"><body></body></html>', ".html"),
        (b'<?xml version="1.0"?><Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet"/>', ".xml"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600) + "Workbook".encode("utf-16-le"), ".xls"),
    ],
)
def test_an_xls_that_is_a_page_is_told(data: bytes, suffix: str) -> None:
    with pytest.raises(OtherFormat, match=f"Excel workbook or one of another program \\({suffix}\\)"):
        inspected(data, "export.xls")
