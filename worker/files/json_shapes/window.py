"""JSON arrays and objects read piece by piece over a moving window."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Iterator, Sequence
from typing import Final

from worker.files.errors import BrokenFile
from worker.files.json_shapes.size import starts_too_large
from worker.files.limits import MAX_VALUES, READ_BYTES

_MOST_PASSED: Final = 3
"""Lists and objects in one another that are passed by piece by piece; deeper ones at once, as an element is."""
_SPACE: Final = re.compile(r"[ \t\n\r]*")
_decode = json.JSONDecoder().raw_decode


def elements(text: io.TextIOBase, max_chars: int, path: Sequence[str] = ()) -> Iterator[tuple[str, object]]:
    """(source, value) of each element of the array that stands under `path`, the keys of objects in one another.

    BrokenFile where it stops being JSON or one element exceeds `max_chars`.
    """
    window = Window(text, max_chars)
    if not _at(window, path) or window.next_mark() != "[":
        raise BrokenFile("no_json_array")
    yield from window.array()


def members(text: io.TextIOBase, max_chars: int, path: Sequence[str] = ()) -> Iterator[tuple[str, str, object]]:
    """(key, source, value) of each member of the object that stands under `path`. Raises BrokenFile."""
    window = Window(text, max_chars)
    if not _at(window, path) or window.next_mark() != "{":
        raise BrokenFile("no_json_rows")
    for key in window.each_key():
        raw, value = window.element(1)
        yield key, raw, value


def _at(window: Window, path: Sequence[str]) -> bool:
    """Goes to the value under the path; whether there is one."""
    for wanted in path:
        if window.next_mark() != "{":
            return False
        for key in window.each_key():
            if key == wanted:
                break
            window.pass_by()
        else:
            return False
    return True


class Window:
    """The part of the text being looked at; `at` is the position of the next character."""

    def __init__(self, text: io.TextIOBase, max_chars: int) -> None:
        self._text = text
        self._max = max_chars
        self._buffer = ""
        self._at = 0
        self._ended = False

    def skip(self, count: int) -> None:
        """Goes on by so many characters."""
        self._at += count

    def array(self) -> Iterator[tuple[str, object]]:
        """(source, value) of each element of the array that begins here; behind it when it has ended."""
        self.skip(1)
        number = 0
        mark = self.next_mark()
        if mark == "]":
            self.skip(1)
            return
        while True:
            number += 1
            yield self.element(number)
            mark = self.next_mark()
            if mark == "]":
                self.skip(1)
                return
            if mark != ",":
                raise BrokenFile("json_array_breaks_off", row=number)
            self.skip(1)

    def each_key(self) -> Iterator[str]:
        """The keys of the object that begins here; the caller takes or passes by each value before it asks for more."""
        self.skip(1)
        number = 0
        mark = self.next_mark()
        if mark == "}":
            self.skip(1)
            return
        while True:
            number += 1
            if mark != '"':
                raise BrokenFile("row_no_json", row=number)
            key = self.element(number)[1]
            if self.next_mark() != ":":
                raise BrokenFile("row_no_json", row=number)
            self.skip(1)
            self.next_mark()
            yield str(key)
            mark = self.next_mark()
            if mark == "}":
                self.skip(1)
                return
            if mark != ",":
                raise BrokenFile("row_no_json", row=number)
            self.skip(1)
            mark = self.next_mark()

    def pass_by(self, depth: int = 0) -> None:
        """Goes behind the value that begins here, however large: a list or object piece by piece."""
        mark = self.next_mark()
        if mark == "[" and depth < _MOST_PASSED:
            self.skip(1)
            if self.next_mark() == "]":
                self.skip(1)
                return
            while True:
                self.pass_by(depth + 1)
                after = self.next_mark()
                self.skip(1)
                if after == "]":
                    return
                if after != ",":
                    raise BrokenFile("damaged")
        elif mark == "{" and depth < _MOST_PASSED:
            for _ in self.each_key():
                self.pass_by(depth + 1)
        else:
            self.element(1)

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
