"""What a sender says of how a file is read."""

from __future__ import annotations

import pytest

from worker.files.errors import BadOption
from worker.files.options import NOTHING_SAID, ReadOptions


@pytest.mark.parametrize(("said", "found"), [("tab", "\t"), ("\\t", "\t"), ("~|~", "~|~"), (";", ";"), (None, None)])
def test_delimiters(said: str | None, found: str | None) -> None:
    assert ReadOptions(delimiter=said).separator() == found


@pytest.mark.parametrize("said", ["abc", '"', "12345", "\n"])
def test_what_cannot_separate_is_refused(said: str) -> None:
    with pytest.raises(BadOption):
        ReadOptions(delimiter=said).separator()


@pytest.mark.parametrize(("said", "found"), [("UTF8", "utf-8"), ("latin1", "iso8859-1"), ("shift_jis", "shift_jis")])
def test_encodings(said: str, found: str) -> None:
    assert ReadOptions(encoding=said).codec() == found


@pytest.mark.parametrize("said", ["klingon", "base64", "idna", "unicode_escape", "\0"])
def test_what_is_no_encoding_of_texts_is_refused(said: str) -> None:
    with pytest.raises(BadOption):
        ReadOptions(encoding=said).codec()


def test_they_survive_a_way_through_json() -> None:
    options = ReadOptions("text", sheet="May", no_header=True, delimiter="tab")
    assert ReadOptions.from_json(options.as_json()) == options
    assert ReadOptions.from_json({"asks": "sheet"}) == NOTHING_SAID
    assert NOTHING_SAID.as_json() == {}
