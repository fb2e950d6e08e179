"""The layout of a text file says whether it is one review or a list of them."""

from __future__ import annotations

import textwrap

import pytest

from common.text_file import Shape, decode, is_pasted, is_text_file, shape_of

LINE = "The first hour is slow, but then the sister arrives and everything changes for the better in this film."
PARAGRAPHS = "\n\n".join(f"Part {n}. {LINE} {LINE}" for n in range(1, 37))
WRAPPED = textwrap.fill(" ".join([LINE] * 8), 78)
ROWS = "\n".join(f"{n}. {LINE}" for n in range(30))


@pytest.mark.parametrize(
    ("text", "name", "shape"),
    [
        (LINE, "review.txt", "review"),
        (f"{LINE}\n\n", "message.txt", "review"),
        (PARAGRAPHS, "message.txt", "review"),
        (PARAGRAPHS, "my thoughts.txt", "review"),
        (PARAGRAPHS.replace("\n", "\r\n"), "message.txt", "review"),
        (WRAPPED, "heat.txt", "review"),
        (f"{WRAPPED}\n\n{WRAPPED}", "message.txt", "review"),
        (ROWS, "reviews.txt", "list"),
        ("good\nbad\nfine\n", "reviews.txt", "list"),
        (ROWS, "message.txt", "either"),
        (ROWS.replace("9. ", "\n9. "), "reviews.txt", "either"),
        ("\n\n".join([LINE] * 60), "reviews.txt", "either"),
        ("", "message.txt", "review"),
        ("A fine film.\u2028It moved me.\x85And you.", "reviews.txt", "review"),
        ("good\rbad\rfine\r", "reviews.txt", "list"),
    ],
)
def test_the_layout_decides(text: str, name: str, shape: Shape) -> None:
    assert shape_of(text, name) == shape


@pytest.mark.parametrize(
    ("name", "pasted"),
    [("message.txt", True), ("Message.TXT", True), ("my message.txt", False), ("message.csv", False)],
)
def test_a_pasted_text_is_known_by_its_name(name: str, pasted: bool) -> None:
    assert is_pasted(name) is pasted


def test_only_small_text_files_are_looked_at() -> None:
    assert is_text_file("Message.TXT", 10, 100)
    assert not is_text_file("message.txt", 401, 100)
    assert not is_text_file("message.txt", 0, 100)
    assert not is_text_file("message.txt.gz", 10, 100)
    assert not is_text_file("reviews.csv", 10, 100)


@pytest.mark.parametrize("codec", ["utf-8", "utf-8-sig", "utf-16"])
def test_a_text_is_decoded(codec: str) -> None:
    assert decode("Amélie, très bien".encode(codec)) == "Amélie, très bien"


@pytest.mark.parametrize("data", ["Amélie".encode("cp1252"), b"a\0b"])
def test_what_is_no_plain_text_is_left_to_the_reader_of_files(data: bytes) -> None:
    assert decode(data) is None
