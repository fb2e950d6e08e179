"""Where in a JSON document the rows stand: in an array inside objects, or as data frames are written.

One streaming pass: no array and no object is held, however large.
"""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Final, Literal

from worker.files.cells import Cell
from worker.files.columns.choose import choose
from worker.files.columns.paths import laid_out
from worker.files.errors import AmbiguousColumn, FileError, TooManyColumns
from worker.files.json_shapes.window import Window
from worker.files.limits import MAX_COLUMNS
from worker.files.table import record_size, unique_names

Kind = Literal["array", "index", "columns", "lists", "split", "matrix", "object"]
"""array: of objects or texts. index: an object of rows. columns: an object of columns, each an object of cells; lists:
each a list. split: `columns` and `data` (rows as lists). matrix: an array of lists. object: one row."""
_SAMPLE: Final = 60
_SAMPLE_SIZE: Final = 1 << 20
_DEEPEST: Final = 4
_SURE: Final = 0.5
_MOST_ARRAYS: Final = 200
_NAMING: Final = frozenset(["columns", "header", "headers", "fields"])
"""Keys under which names of columns stand beside the rows: all of them are kept, or one too many."""
MOST_COLUMNS: Final = 200
"""Most columns that stand one after another, each a list or an object of cells: each takes a file on the disk."""


@dataclass(frozen=True, slots=True)
class Shape:
    """kind; path: keys to it; names: of the columns, where rows are lists or columns stand apart.

    inside: key under which each element of the array holds a list of rows, which share its other values.
    """

    kind: Kind
    path: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    inside: str | None = None


@dataclass
class _Array:
    path: tuple[str, ...]
    sample: list[object] = field(default_factory=list)
    count: int = 0
    size: int = 0

    def add(self, value: object) -> None:
        self.count += 1
        most = MAX_COLUMNS + 1 if self.path[-1] in _NAMING else _SAMPLE
        if len(self.sample) < most and self.size < _SAMPLE_SIZE:
            self.sample.append(value)
            self.size += record_size([value])


@dataclass
class _Object:
    """What is known of an object whose members are objects: its first keys, and the first members."""

    path: tuple[str, ...]
    count: int = 0
    scalars: int = 0
    arrays: int = 0
    keys: list[str] = field(default_factory=list)
    inner: list[dict[str, object]] = field(default_factory=list)


def shape_of(text: io.TextIOBase, max_chars: int) -> Shape | None:
    """The shape of a document that begins with an object or an array of lists; None where it holds no rows.

    Raises BrokenFile, and TooManyColumns for more than 1,000 names beside the rows or 200 columns one after another.
    """
    window = Window(text, max_chars)
    mark = window.next_mark()
    if mark == "[":
        return _matrix(window)
    if mark != "{":
        return None
    arrays: list[_Array] = []
    objects: list[_Object] = []
    _scan(window, (), arrays, objects)
    return _best(arrays, objects)


def _matrix(window: Window) -> Shape | None:
    rows: list[object] = []
    for _, value in window.array():
        rows.append(value)
        if len(rows) >= _SAMPLE:
            break
    if not rows or not all(isinstance(row, list) for row in rows):
        return None
    first = rows[0]
    assert isinstance(first, list)
    titles = all(isinstance(cell, str) and 0 < len(cell) <= 60 for cell in first) and len(set(map(str, first))) == len(
        first
    )
    return Shape("matrix", (), tuple(map(str, first)) if titles and len(rows) > 1 else ())


def _scan(window: Window, path: tuple[str, ...], arrays: list[_Array], objects: list[_Object]) -> _Object:
    here = _Object(path)
    objects.append(here)
    for key in window.each_key():
        here.count += 1
        if len(here.keys) < _SAMPLE:
            here.keys.append(key)
        mark = window.next_mark()
        if mark == "[":
            here.arrays += 1
            _scan_array(window, (*path, key), arrays, keep=len(arrays) < _MOST_ARRAYS)
        elif mark == "{" and len(path) < _DEEPEST and len(objects) < _MOST_ARRAYS and here.count <= _SAMPLE:
            inner = _scan(window, (*path, key), arrays, objects)
            if len(here.inner) < _SAMPLE:
                here.inner.append({"count": inner.count, "scalars": inner.scalars, "keys": inner.keys, "inner": inner})
        elif mark == "{":
            window.pass_by()
            if len(here.inner) < _SAMPLE:
                here.inner.append({})
        else:
            window.element(here.count)
            here.scalars += 1
    return here


def _scan_array(window: Window, path: tuple[str, ...], arrays: list[_Array], *, keep: bool) -> None:
    found = _Array(path)
    for _, value in window.array():
        found.add(value)
    if keep and found.count:
        arrays.append(found)


def _best(arrays: list[_Array], objects: list[_Object]) -> Shape | None:
    top = objects[0]
    if (split := _split(arrays)) is not None:
        return split
    if (lists := _lists(top, arrays)) is not None:
        return lists
    if (framed := _framed(objects)) is not None:
        return framed
    scored = [(score, one.count, one) for one in arrays if (score := _score(one)) > 0]
    if scored:
        best = max(scored, key=lambda item: item[:2])[2]
        return Shape("array", best.path, inside=inside_of(best.sample))
    return Shape("object") if top.count else None


def _split(arrays: list[_Array]) -> Shape | None:
    """What pandas calls `split`, and tables of web services: names beside rows that are lists."""
    rows = [one for one in arrays if one.sample and all(isinstance(row, list) for row in one.sample)]
    for one in rows:
        for names in arrays:
            if names.path[:-1] == one.path[:-1] and names.path[-1] in _NAMING:
                titles = [str(n.get("name", "")) if isinstance(n, dict) else str(n) for n in names.sample]
                named = unique_names(titles)
                if titles and names.count == len(titles):
                    return Shape("split", one.path, tuple(named))
    return None


def _lists(top: _Object, arrays: list[_Array]) -> Shape | None:
    """An object of lists, all of one length and of plain values: a column each."""
    own = [one for one in arrays if len(one.path) == 1]
    plain = all(not isinstance(value, dict | list) for one in own for value in one.sample)
    if len(own) < 2 or not plain or len({one.count for one in own}) != 1 or top.scalars or top.inner:
        return None
    if top.arrays > MOST_COLUMNS:  # those beyond were not kept
        raise TooManyColumns(MOST_COLUMNS)
    return Shape("lists", (), tuple(one.path[0] for one in own))


def _framed(objects: list[_Object]) -> Shape | None:
    """What pandas calls `columns` and `index`: objects in an object that all have the same keys."""
    for one in objects:
        if one.scalars or one.arrays or not one.inner or len(one.inner) != min(one.count, _SAMPLE):
            continue
        inner = [member for member in one.inner if member]
        keys = [member["keys"] for member in inner]
        same = len(keys) == len(inner) and all(key == keys[0] for key in keys)
        if not same or not keys or not keys[0]:
            continue
        flat = all(member["scalars"] == member["count"] for member in inner)
        first = keys[0]
        assert isinstance(first, list)
        numbered = all(key.isdigit() for key in first)
        if flat and numbered and not all(key.isdigit() for key in one.keys):
            if one.count <= MOST_COLUMNS:
                return Shape("columns", one.path, tuple(one.keys))
            if not one.path:  # nothing else is in the document
                raise TooManyColumns(MOST_COLUMNS)
        if all(key.isdigit() for key in one.keys) or (flat and one.count >= 2 and not numbered and one.path == ()):
            return Shape("index", one.path)
    return None


def inside_of(sample: Sequence[object]) -> str | None:
    """The key under which objects hold lists of reviews of their own (a film with its reviews), or None."""
    rows = [value for value in sample if isinstance(value, dict)]
    if not rows or _score(_Array((), list[object](rows))) >= _SURE:
        return None
    first: dict[str, object] = rows[0]
    keys = [key for key, value in first.items() if isinstance(value, list) and value and isinstance(value[0], dict)]
    for key in keys[:_DEEPEST]:
        inner: Iterator[object] = (one for row in rows for one in exploded(row, key))
        if _score(_Array((), list(islice(inner, _SAMPLE)))) >= _SURE:
            return key
    return None


def exploded(row: object, key: str) -> Iterator[dict[str, object]]:
    """The rows inside a row: each with the plain values around it, its own ones first to be named.

    One at a time: each holds all that stands around them.
    """
    if not isinstance(row, dict) or not isinstance(row.get(key), list):
        return
    around = {name: value for name, value in row.items() if name != key and not isinstance(value, list)}
    for one in row[key]:
        if isinstance(one, dict):
            yield {**{_free(name, one): value for name, value in around.items()}, **one}


def _free(name: str, taken: dict[str, object]) -> str:
    return f"{name}_" if name in taken else name


def _score(one: _Array) -> float:
    """How much an array looks like reviews: 0 not at all."""
    sample = one.sample[:_SAMPLE]
    rows = [value for value in sample if isinstance(value, dict)]
    if not rows:
        texts = [value for value in sample if isinstance(value, str)]
        return 0.2 if len(texts) == len(sample) and sum(len(t.split()) >= 3 for t in texts) * 2 > len(texts) else 0
    columns = list({key: None for row in rows for key in row})
    cells: list[list[Cell]] = [[row.get(name, "") for name in columns] for row in rows]
    paths, table = laid_out(columns, cells)
    names = [path.name for path in paths]
    try:
        chosen = choose(names, table)
    except AmbiguousColumn:
        return 0.8
    except FileError:
        return 0.05
    if not any(isinstance(row[names.index(chosen.text)], str) for row in table):
        return 0.05
    return 1.0 if chosen.sure else 0.5


def column_values(
    text: io.TextIOBase, max_chars: int, path: tuple[str, ...], kind: Kind
) -> Iterator[tuple[str, Iterator[str]]]:
    """(name, the sources of its cells) of each column of `columns` and `lists`, to be taken in turn."""
    window = Window(text, max_chars)
    for wanted in path:
        window.next_mark()
        for key in window.each_key():
            if key == wanted:
                break
            window.pass_by()
    window.next_mark()
    for name in window.each_key():
        if window.next_mark() == "[":
            yield name, (raw for raw, _ in window.array())
        else:
            yield name, _member_sources(window)


def _member_sources(window: Window) -> Iterator[str]:
    for _ in window.each_key():
        yield window.element(1)[0]
