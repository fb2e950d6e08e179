"""Every way in which a whole file can be refused: one class each, as code and values (common/messages.py).

Nothing else leaves the readers, whatever the bytes; a single bad row is no error but a `Row.problem` (row_problems.py).
"""

from __future__ import annotations

import errno
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Final, Literal, TypeVar

from common.errors import Problem
from common.file_formats import packed_suffixes, usual_suffixes, written_names
from common.rendering import names, shortened
from worker.files.limits import MAX_RESIDENT

MAX_CANDIDATES: Final = 25
"""Most columns offered for a choice: what a Discord select menu holds."""
_T = TypeVar("_T")


class FileError(Problem):
    """A file that cannot be scored. `code` is stable; that of a class with several is the family before the dot."""

    code = "file"


class CannotOpen(FileError):
    """The path cannot be opened at all (command line only)."""

    code = "cannot_open"

    def __init__(self, name: str, reason: str) -> None:
        super().__init__(file=name, reason=reason)


class UnsupportedType(FileError):
    """The name says a kind of file that is not read."""

    code = "unsupported_type"

    def __init__(self, name: str) -> None:
        super().__init__(name=name, kinds=usual_suffixes(), packings=packed_suffixes())


class UnsupportedFormat(FileError):
    """The kind of output asked for does not exist."""

    code = "unsupported_format"

    def __init__(self, asked: str) -> None:
        super().__init__(name=asked, kinds=written_names())


class EmptyFile(FileError):
    """No data row."""

    code = "empty_file"


class NoTextColumn(FileError):
    """No column looks like reviews."""

    code = "no_text_column"

    def __init__(self, header: Sequence[str]) -> None:
        self.header = tuple(header)
        super().__init__(columns=names(header))


class NoReviews(FileError):
    """The file is no table of reviews; `what` it holds instead: films, numbers, links, labels, a pointer, a page ..."""

    code = "no_reviews"

    def __init__(self, what: str, **values: Any) -> None:
        super().__init__(f"{self.code}.{what}", **values)


class OtherFormat(FileError):
    """A file of a format that is not read; `what`: spreadsheet, document, archive, picture or database."""

    code = "other_format"

    def __init__(self, what: str, suffix: str) -> None:
        super().__init__(f"{self.code}.{what}", suffix=suffix)


class BadOption(FileError):
    """What was said about the file's delimiter or encoding means nothing; `sheet`: no sheet or file of that name."""

    code = "bad_option"

    def __init__(
        self, option: Literal["delimiter", "encoding", "sheet"], given: str, there: Sequence[str] = ()
    ) -> None:
        values = {"names": names(there)} if option == "sheet" else {}
        super().__init__(f"{self.code}.{option}", name=shortened(given), **values)


class AmbiguousColumn(FileError):
    """Several columns look like reviews; `candidates` the longest texts first, at most 25."""

    code = "ambiguous_column"

    def __init__(self, candidates: Sequence[str]) -> None:
        self.candidates = tuple(candidates[:MAX_CANDIDATES])
        super().__init__(columns=names(candidates))


class UnknownColumn(FileError):
    """A column asked for by name is not in the file."""

    code = "unknown_column"

    def __init__(self, name: str, header: Sequence[str]) -> None:
        self.header = tuple(header)
        super().__init__(column=shortened(name), columns=names(header))


class TooManyRows(FileError):
    """More than `Limits.max_rows` data rows."""

    code = "too_many_rows"

    def __init__(self, limit: int) -> None:
        super().__init__(count=limit)


class TooManyColumns(FileError):
    """More columns than are handled."""

    code = "too_many_columns"

    def __init__(self, limit: int) -> None:
        super().__init__(count=limit)


class TooLarge(FileError):
    """More bytes than `Limits.max_unpacked_bytes`, counted after unpacking."""

    code = "too_large"

    def __init__(self, limit: int) -> None:
        super().__init__(size=limit)


class LargerThanAccepted(FileError):
    """More bytes, as sent, than the host accepts (command line only; the bot says so before it loads a file)."""

    code = "larger_than_accepted"

    def __init__(self, limit: int) -> None:
        super().__init__(space=limit)


class Bomb(FileError):
    """So few packed bytes for so many that no file of reviews packs like it."""

    code = "bomb"

    def __init__(self, ratio: int) -> None:
        super().__init__(count=ratio)


class TooCostly(FileError):
    """Reading it takes more `memory` or `scratch` (bytes), or `time` (seconds of a processor), than a file is given."""

    code = "too_costly"

    def __init__(self, what: Literal["memory", "scratch", "time"], limit: float) -> None:
        super().__init__(f"{self.code}.{what}", **({"wait": limit} if what == "time" else {"size": int(limit)}))


class BadEncoding(FileError):
    """The bytes are no text we can decode."""

    code = "bad_encoding"


class EncryptedArchive(FileError):
    """Password-protected zip or workbook."""

    code = "encrypted"


class NestedArchive(FileError):
    """An archive in an archive."""

    code = "nested_archive"


class ArchiveMembers(FileError):
    """A zip with no review file, or with several."""

    code = "archive_members"

    def __init__(self, members: Sequence[str]) -> None:
        self.candidates = tuple(members[:MAX_CANDIDATES])
        if members:
            super().__init__("archive_members.several", count=len(members), names=names(members))
        else:
            super().__init__("archive_members.none", kinds=usual_suffixes())


class BrokenMember(FileError):
    """One of several files of a zip, which would be read as one, cannot be read."""

    code = "broken_member"

    def __init__(self, path: str) -> None:
        super().__init__(name=shortened(path))


class BrokenFile(FileError):
    """Damaged, cut short, or not what its name says; `what` was met: `row_no_json` with its `row`."""

    code = "broken_file"

    def __init__(self, what: str, **values: Any) -> None:
        super().__init__(f"{self.code}.{what}", **values)


# The machine's fault, not the file's: these must reach the worker, which tries again.
_MACHINE: Final = frozenset(
    {errno.ENOSPC, errno.EIO, errno.EMFILE, errno.ENFILE, errno.ENOMEM, errno.EDQUOT, errno.EFBIG}
)


@contextmanager
def only_file_errors() -> Iterator[None]:
    """Turns whatever a parser raises on hostile bytes into `BrokenFile`; a full disk stays an OSError.

    The parser's own message is dropped: it can quote the user's text.
    """
    try:
        yield
    except FileError:
        raise
    except MemoryError as error:
        raise TooCostly("memory", MAX_RESIDENT) from error
    except OSError as error:
        if error.errno in _MACHINE:
            raise
        raise BrokenFile("damaged") from error
    except Exception as error:
        raise BrokenFile("not_as_named") from error


def guarded(rows: Iterable[_T]) -> Iterator[_T]:
    """The same rows; what goes wrong while reading them leaves as a FileError."""
    with only_file_errors():
        yield from rows
