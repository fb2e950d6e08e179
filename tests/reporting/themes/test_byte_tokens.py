"""Tokens of many texts at once are those that the patterns find in each."""

from __future__ import annotations

import random
from collections.abc import Iterator

import pytest

from reporting.themes import byte_tokens as module
from reporting.themes.byte_tokens import byte_tokens, in_bytes
from reporting.themes.words import MOST_WORDS, pattern

EDGES = (
    "", "'", "''a''b'", "rock'n'roll'n'more", "don't", "'tis the actors' film", "a'", "\0a\0", "a_b-c", "90's 8/10!?",
    "wonderfully'wonderfully'long", "\x1ca\x1fb\x7f", "x" * 9, "word " * (MOST_WORDS + 1),
)  # fmt: skip


def texts(letters: str, seed: int) -> list[str]:
    """The edges, and others dealt out from all signs of one byte, those that decide most often."""
    dice = random.Random(seed)
    signs = letters + "aabbB''''--__1 .\n"
    return [*EDGES, *("".join(dice.choices(signs, k=dice.randrange(60))) for _ in range(300))]


def found(given: list[str], *, ascii_only: bool) -> Iterator[list[tuple[str, int, int]]]:
    for part in byte_tokens(given, ascii_only=ascii_only):
        at = 0
        for length in part.lengths.tolist():
            rows = zip(*(one[at : at + length].tolist() for one in (part.ids, part.begins, part.ends)), strict=True)
            yield [(part.words[number], begin, end) for number, begin, end in rows]
            at += length


def by_pattern(text: str) -> list[tuple[str, int, int]]:
    return [(token.group(), *token.span()) for token in pattern(text).finditer(text)][:MOST_WORDS]


@pytest.mark.parametrize("part_chars", [module.PART_CHARS, 1])
def test_in_ascii(part_chars: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "PART_CHARS", part_chars)
    given = texts("".join(map(chr, range(128))), 1)
    assert list(found(given, ascii_only=True)) == [by_pattern(text) for text in given]


def test_in_latin() -> None:
    given = [f"é{text}" for text in texts("".join(map(chr, range(256))), 2)]
    given += [f"{text}'é" for text in texts("é", 3)]
    assert not any(text.isascii() for text in given)
    assert list(found(given, ascii_only=False)) == [by_pattern(text) for text in given]


def test_what_is_in_bytes() -> None:
    assert in_bytes("café ÿ\0")
    assert not in_bytes("“café”")
