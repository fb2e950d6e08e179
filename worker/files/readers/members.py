"""Which files of a zip hold the reviews: the only one that does, or all that do where they have one layout."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import PurePath
from typing import IO, Final

from common.file_formats import format_called, kind_of_name
from worker.files.columns.choose import choose, plain
from worker.files.columns.names import REVIEW_NAMES, TEXT_NAMES
from worker.files.columns.paths import laid_out
from worker.files.errors import (
    AmbiguousColumn,
    ArchiveMembers,
    BrokenMember,
    EmptyFile,
    FileError,
    NoReviews,
    NoTextColumn,
)
from worker.files.limits import Limits
from worker.files.options import ReadOptions
from worker.files.readers.decompress import Unpacked, check_together, unzip
from worker.files.refusals import refuse_other_formats
from worker.files.table import Table, even

_MOST: Final = 100
"""Files of an archive that are looked into; more are offered by name alone."""
_ASIDE: Final = frozenset(
    {"deleted", "orphaned", "old", "backup", "backups", "trash", "archive", "bak", "test", "tests"}
)
"""Folders whose files are not meant where there are others."""
_NO_REVIEWS: Final = frozenset(
    ["no_reviews", "no_text_column", "empty_file", "other_format", "unknown_column", "broken_file.no_json_rows"]
)
"""What is no fault of a file that stands beside the reviews. A pointer or a page stands where reviews should be."""
_INSTEAD: Final = ("no_reviews.pointer", "no_reviews.page")
TableOf = Callable[[Unpacked], Table]


@dataclass(frozen=True, slots=True)
class Member:
    """A file that was looked into. sure: names tell that it holds reviews, not only its content.

    layout: equal where the rows of two files go into one table; None: nothing tells. damaged: bytes that are no text
    stand in it. refusal: why it is no file of reviews by itself.
    """

    path: str
    sure: bool
    layout: tuple[str | None, ...] | None
    columns: tuple[str, ...]
    damaged: bool
    refusal: FileError | None = None


def members_with_reviews(
    file: IO[bytes], paths: list[str], table_of: TableOf, limits: Limits, options: ReadOptions
) -> list[Member]:
    """The one of several files that holds reviews, or those of one layout, in the order of their paths.

    Raises ArchiveMembers to have one chosen, BrokenMember where one cannot be read that would belong to the others, or
    what is wrong with the first.
    """
    if len(paths) > _MOST:
        raise ArchiveMembers(_in_order(paths))
    check_together(file, paths, limits.max_unpacked_bytes)
    found: list[Member] = []
    refused: dict[str, FileError] = {}
    others: list[Member] = []
    for path in paths:
        try:
            member = _looked(file, path, table_of, limits, options)
        except FileError as error:
            refused[path] = error
        else:
            (others if member.refusal else found).append(member)
    for sure in (True, False):
        main = _main([one for one in found if one.sure == sure])
        for meant in (main, _called(main)):
            if alike := _alike(meant, [*found, *others]):
                _refuse_broken(alike, refused)
                return alike
        if main:
            raise ArchiveMembers(_in_order([one.path for one in _called(main)]))
    raise next(iter([one.refusal for one in others if one.refusal] + list(refused.values())))


def _looked(file: IO[bytes], path: str, table_of: TableOf, limits: Limits, options: ReadOptions) -> Member:
    """Raises FileError where it holds no reviews."""
    unpacked = unzip(file, path, limits.max_unpacked_bytes)
    with unpacked.file:
        refuse_other_formats(unpacked.file)
        table = table_of(unpacked)
        try:
            sample = even(table.sample(), len(table.columns))
            if not sample:
                raise EmptyFile
            columns, rows = laid_out(table.columns, sample)
            questions = table.facts.questions if len(columns) == len(table.columns) else ()
            titles = table.layout()
            layout: tuple[str | None, ...] | None = titles and (table.kind, *map(plain, titles))
            sure = table.kind != "txt"
            try:
                chosen = choose(
                    [one.name for one in columns], rows, **options.columns, questions=questions, ours=not table.named
                )
            except AmbiguousColumn:
                pass
            except (NoReviews, NoTextColumn) as error:
                return Member(path, False, layout, tuple(table.columns), table.facts.damaged, error)
            else:
                sure = sure and chosen.sure
                if format_called(table.kind).text == "json":  # objects have no order, and may lack a key
                    layout = (table.kind, chosen.text, chosen.film, chosen.date, chosen.stars)
            return Member(path, sure, layout, tuple(table.columns), table.facts.damaged)
        finally:
            table.close()


def _alike(meant: list[Member], looked: list[Member]) -> list[Member]:
    """All files of the one layout of those that are meant, in the order of their paths; none where they have several.

    Those that were looked into count too: the few reviews of a month may not be known as such by themselves.
    """
    layouts = {one.layout for one in meant}
    if len(meant) == 1 and None in layouts:
        return meant
    if len(layouts) != 1 or None in layouts:
        return []
    alike = [one for one in looked if one in meant or (one.layout in layouts and not _is_aside(one))]
    return sorted(alike, key=lambda one: _natural(one.path))


def _refuse_broken(alike: list[Member], refused: dict[str, FileError]) -> None:
    """Raises BrokenMember where another file of this kind cannot be read: without it the rest would be half a job."""
    for path, error in refused.items() if len(alike) > 1 else ():
        known = error.code in _NO_REVIEWS or error.code.partition(".")[0] in _NO_REVIEWS
        if kind_of_name(path) == kind_of_name(alike[0].path) and (not known or error.code in _INSTEAD):
            raise BrokenMember(path) from error


def _main(found: list[Member]) -> list[Member]:
    """Those that are left when copies in folders of old things are."""
    return [one for one in found if not _is_aside(one)] or found


def _is_aside(one: Member) -> bool:
    return bool(_ASIDE & {part.lower() for part in PurePath(one.path).parts[:-1]})


def _called(found: list[Member]) -> list[Member]:
    """Those whose names say reviews, or else texts; all where no name does."""
    for known in (REVIEW_NAMES, TEXT_NAMES):
        if called := [one for one in found if _is_called(one.path, known)]:
            return called
    return found


def _is_called(path: str, names: frozenset[str]) -> bool:
    stem = PurePath(path).name.split(".")[0]
    return any(plain(part) in names for part in (stem, *re.split(r"[-_ ]", stem)))


def _in_order(paths: list[str]) -> list[str]:
    return sorted(paths, key=lambda path: (path.count("/"), path))


def _natural(path: str) -> list[tuple[int, str]]:
    """Sorts part2 before part10."""
    pieces = re.split(r"([0-9]+)", path)
    return [(len(one.lstrip("0")), one.lstrip("0")) if i % 2 else (0, one) for i, one in enumerate(pieces)]
