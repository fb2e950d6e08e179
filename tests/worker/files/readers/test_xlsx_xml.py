"""XML of a workbook within bounds."""

from __future__ import annotations

import pytest

from worker.files.errors import BrokenFile
from worker.files.readers.xlsx_xml import _MAX_DEPTH, _MAX_PENDING, BoundedXml


def fed(*pieces: bytes, whole: bool = False) -> list[str]:
    """What the two functions were called with, an element that ends as `/name`."""
    heard: list[str] = []
    xml = BoundedXml(
        lambda name, attributes: heard.append(" ".join((name, *attributes))), lambda n: heard.append(f"/{n}")
    )
    for piece in pieces:
        xml.feed(piece)
    if whole:
        xml.feed(b"", last=True)
    return heard


def test_elements_come_without_their_prefix_however_the_bytes_are_cut() -> None:
    row = b'<x:row xmlns:x="u" r="1"><x:c t="s"/></x:row>'
    wanted = ["row xmlns:x r", "c t", "/c", "/row"]
    assert fed(row) == wanted
    # Expat 2.6 and newer waits for more before it looks through a piece again that had not ended.
    assert fed(*(row[at : at + 1] for at in range(len(row))), whole=True) == wanted


def test_elements_in_one_another_are_counted_while_they_are_open() -> None:
    assert len(fed(b"<a>" + b"<b></b>" * 3 * _MAX_DEPTH)) == 1 + 6 * _MAX_DEPTH
    fed(b"<a>" * _MAX_DEPTH)
    with pytest.raises(BrokenFile, match="workbook"):
        fed(b"<a>" * (_MAX_DEPTH + 1))


@pytest.mark.parametrize("start", [b"<a><!--", b"<a b='"])
def test_a_piece_that_never_ends_is_not_kept(start: bytes) -> None:
    fed(start + b"x" * (_MAX_PENDING // 2))
    with pytest.raises(BrokenFile, match="workbook"):
        fed(start, *[b"x" * (_MAX_PENDING // 8)] * 9)
