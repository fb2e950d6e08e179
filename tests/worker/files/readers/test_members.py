"""Which files of a zip hold the reviews."""

from __future__ import annotations

import json

import pytest

from tests.worker.files.cases.helpers import DULL, RECORDS, TABLE, WARM, check, inspected
from tests.worker.files.helpers import (
    csv_bytes,
    write,
    zip_bytes,
)
from worker.files.errors import ArchiveMembers, BrokenMember


def test_files_of_other_layouts_are_offered_by_their_paths() -> None:
    data = zip_bytes({"club/reviews.csv": TABLE.encode(), "other/reviews.csv": b"movie,review,stars\nA,fine film,3\n"})
    with pytest.raises(ArchiveMembers) as error:
        inspected(data, "a.zip")
    assert error.value.candidates == ("club/reviews.csv", "other/reviews.csv")
    check(data, "a.zip", {"sheet": "club/reviews.csv"}, members=["club/reviews.csv"], rows=2)


def test_objects_with_another_key_are_of_one_layout() -> None:
    more = [{"film": "B", "review": DULL, "helpful": 3}]
    data = zip_bytes({"1.json": json.dumps(RECORDS).encode(), "2.json": json.dumps(more).encode()})
    check(data, "a.zip", rows=3)
    assert inspected(write(data, "a.zip", format="csv")[0], "a.csv").names[:3] == ["film", "review", "helpful"]


def test_a_month_of_few_words_stands_with_the_others() -> None:
    short = csv_bytes("who,what they wrote,day", "bob,Good,2024-05-01")
    long = csv_bytes("who,what they wrote,day", f'bob,"{WARM}",2024-04-01', f'alice,"{DULL}",2024-04-02')
    data = zip_bytes({"1.csv": long, "2.csv": short})
    check(data, "a.zip", members=["1.csv", "2.csv"], rows=3)


@pytest.mark.parametrize(
    "broken",
    [
        b"version https://git-lfs.github.com/spec/v1\n",
        b"<!doctype html><p>Not found",
        b"film,review\nA,\x81\x8d\x90\xff\xfe\x00\x01\n" * 9,
    ],
)
def test_a_file_that_cannot_be_read_refuses_all(broken: bytes) -> None:
    months = {"1.csv": TABLE.encode(), "2.csv": TABLE.encode()}
    with pytest.raises(BrokenMember, match=r"'3\.csv' in the zip cannot be read"):
        inspected(zip_bytes({**months, "3.csv": broken}), "a.zip")
    # Beside a single file it is named, as others are
    assert "3.csv" in " ".join(inspected(zip_bytes({"1.csv": TABLE.encode(), "3.csv": broken}), "a.zip").notes)


def test_a_film_diary_is_read_as_it_was_downloaded() -> None:
    films = csv_bytes(
        "Date,Name,Year,Letterboxd URI",
        "2024-01-02,Quiet Harbour,2023,https://boxd.it/1",
        "2024-01-02,Iron Garden,1999,https://boxd.it/2",
    )
    reviews = csv_bytes(
        "Date,Name,Year,Letterboxd URI,Rating,Rewatch,Review,Tags,Watched Date",
        f'2024-01-02,Quiet Harbour,2023,https://boxd.it/1,4.5,,"{WARM}",,2024-01-01',
    )
    comments = csv_bytes("Date,Content,Comment", f'2024-01-02,A list by bob,"{DULL}"')
    data = zip_bytes(
        {
            "profile.csv": b"Date Joined,Username\n2020-01-01,x\n",
            "watched.csv": films,
            "reviews.csv": reviews,
            "comments.csv": comments,
            "likes/films.csv": films,
            "deleted/reviews.csv": reviews,
            "orphaned/reviews.csv": reviews,
            "lists/best.csv": films,
        }
    )
    check(data, "letterboxd-x.zip", members=["reviews.csv"], rows=1, films=["Quiet Harbour (2023)"])
