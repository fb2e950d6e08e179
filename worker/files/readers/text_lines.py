"""Plain text as a table: one review a line. A blank line is a row too, so that numbers are an editor's line numbers."""

from __future__ import annotations

import io
from collections.abc import Collection, Iterator
from typing import IO

from worker.files.errors import BrokenFile
from worker.files.limits import Limits
from worker.files.options import NOTHING_SAID, ReadOptions
from worker.files.readers.encoding import as_text, detect
from worker.files.table import Bad, Record, Table


class Lines(Table):
    """A .txt file; its one column is called `review`."""

    def __init__(self, file: IO[bytes], limits: Limits, options: ReadOptions = NOTHING_SAID) -> None:
        super().__init__("txt")
        self.named = False
        self._file = file
        self._max_line = limits.max_line_chars
        self.encoding = detect(file, options.codec())
        self.facts.encoding, self.facts.damaged = self.encoding.shown, self.encoding.damaged
        if self._has_paragraphs():
            self.facts.note("read_note.lines")
        self.titles = ["review"]
        self.columns = ["review"]

    def _has_paragraphs(self) -> bool:
        """Whether blank lines stand between others near the beginning."""
        filled = [bool(str(row[0]).strip()) for row in self.sample() if not isinstance(row, Bad)]
        while filled and not filled[-1]:
            filled.pop()
        return False in filled[filled.index(True) :] if True in filled else False

    def layout(self) -> None:
        """None: lines have no titles."""

    def records(self, needed: Collection[int] | None = None) -> Iterator[Record]:
        with as_text(self._file, self.encoding, newline=None) as text:
            for line in bounded_lines(text, self._max_line):
                yield [line.removesuffix("\n")]


def bounded_lines(text: io.TextIOWrapper, limit: int) -> Iterator[str]:
    """The lines; BrokenFile for one of more than `limit` characters, which would fill the memory."""
    readline = text.readline
    while line := readline(limit):
        if len(line) >= limit and not line.endswith("\n"):
            raise BrokenFile("line_too_long", count=limit)
        yield line
