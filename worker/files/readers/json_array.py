"""One JSON array read element by element over a moving window."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Iterator
from typing import Final

from worker.files.errors import BrokenFile
from worker.files.limits import MAX_VALUES, READ_BYTES
from worker.files.readers.json_size import starts_too_large

_SPACE: Final = re.compile(r"[ \t\n\r]*")
_decode = json.JSONDecoder().raw_decode


def elements(text: io.TextIOBase, max_chars: int) -> Iterator[tuple[str, object]]:
    """(source, value) of each element. BrokenFile where it stops being JSON or one element exceeds `max_chars`."""
    window = _Window(text, max_chars)
    if window.next_mark() != "[":
        raise BrokenFile("no_json_array")
    window.skip(1)
    number = 0
    mark = window.next_mark()
    if mark == "]":
        return
    while True:
        number += 1
        yield window.element(number)
        mark = window.next_mark()
        if mark == "]":
            return
        if mark != ",":
            raise BrokenFile("json_array_breaks_off", row=number)
        window.skip(1)


class _Window:
    """The part of the text being looked at; `at` is the position of the next character."""

    def __init__(self, text: io.TextIOBase, max_chars: int) -> None:
        self._text = text
        self._max = max_chars
        self._buffer = ""
        self._at = 0
        self._ended = False

    def skip(self, count: int) -> None:
        self._at += count

    def next_mark(self) -> str:
        """The next character that is no space, not consumed; "" at the end."""
        while True:
            match = _SPACE.match(self._buffer, self._at)
            assert match is not None
            self._at = match.end()
            if self._at < len(self._buffer):
                return self._buffer[self._at]
            if not self._grow(READ_BYTES):
                return ""

    def element(self, number: int) -> tuple[str, object]:
        """The next element. A failure may only mean that the window ends too early, so it doubles: linear in all.

        Its values are counted before it is parsed, where the window is long enough for too many.
        """
        self.next_mark()
        while True:
            if len(self._buffer) - self._at > MAX_VALUES and starts_too_large(self._buffer, self._at):
                raise BrokenFile("row_too_many_values", row=number, count=MAX_VALUES)
            try:
                value, end = _decode(self._buffer, self._at)
            except RecursionError as error:
                raise BrokenFile("row_too_deep", row=number) from error
            except ValueError as error:
                if not self._more():
                    raise BrokenFile("row_no_json", row=number) from error
                continue
            if end == len(self._buffer) and self._more():
                continue  # a number may go on
            raw = self._buffer[self._at : end]
            self._at = end
            return raw, value

    def _more(self) -> bool:
        waiting = len(self._buffer) - self._at
        if waiting > self._max:
            return False
        return self._grow(max(READ_BYTES, waiting))

    def _grow(self, count: int) -> bool:
        if self._ended:
            return False
        chunk = self._text.read(count)
        if not chunk:
            self._ended = True
            return False
        self._buffer = self._buffer[self._at :] + chunk
        self._at = 0
        return True
