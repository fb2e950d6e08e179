"""Every way in which a whole file can be refused: one class, one code, one sentence.

Nothing else leaves the readers, whatever the bytes; a single bad row is no error but a `Row.problem` (problems.py).
"""

from __future__ import annotations

import errno
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Final, TypeVar

from common.file_formats import one_of, packed_suffixes, usual_suffixes, written_names

KINDS: Final = one_of(usual_suffixes())
ACCEPTED: Final = f"{KINDS}, also packed as {one_of(packed_suffixes())}"
WRITTEN: Final = one_of(written_names())
MAX_CANDIDATES: Final = 25
"""Most columns offered for a choice: what a Discord select menu holds."""
_SHOWN: Final = 12
_T = TypeVar("_T")


def listed(names: Sequence[str]) -> str:
    """Names for a sentence: at most twelve, each at most 40 characters."""
    shown = ", ".join(repr(name if len(name) <= 40 else name[:39] + "…") for name in names[:_SHOWN])
    return shown if len(names) <= _SHOWN else f"{shown} and {len(names) - _SHOWN:,} more"


class FileError(Exception):
    """A file that cannot be scored. `code` is stable, `str()` a plain sentence with the limit and the way out."""

    code = "file"


class CannotOpen(FileError):
    """The path cannot be opened at all (command line only)."""

    code = "cannot_open"

    def __init__(self, name: str, reason: str) -> None:
        super().__init__(f"{name} cannot be opened ({reason}); check the path and its permissions.")


class UnsupportedType(FileError):
    """The name says a kind of file that is not read."""

    code = "unsupported_type"

    def __init__(self, name: str) -> None:
        super().__init__(f"{listed([name])} is not a kind of file that can be read; send {ACCEPTED}.")


class UnsupportedFormat(FileError):
    """The kind of output asked for does not exist."""

    code = "unsupported_format"

    def __init__(self, asked: str) -> None:
        super().__init__(f"{listed([asked])} cannot be written; ask for {WRITTEN}.")


class EmptyFile(FileError):
    """No data row."""

    code = "empty_file"

    def __init__(self) -> None:
        super().__init__("The file holds no reviews; send one with at least one row below the header.")


class NoTextColumn(FileError):
    """No column looks like reviews."""

    code = "no_text_column"

    def __init__(self, header: Sequence[str]) -> None:
        self.header = tuple(header)
        super().__init__(
            f"No column looks like review texts among {listed(header)}; name it with the text_column option, "
            "or call it 'review' in the file."
        )


class AmbiguousColumn(FileError):
    """Several columns look like reviews; `candidates` the longest texts first, at most 25."""

    code = "ambiguous_column"

    def __init__(self, candidates: Sequence[str]) -> None:
        self.candidates = tuple(candidates[:MAX_CANDIDATES])
        super().__init__(
            f"Several columns could hold the reviews: {listed(candidates)}; choose one with the text_column option."
        )


class UnknownColumn(FileError):
    """A column asked for by name is not in the file."""

    code = "unknown_column"

    def __init__(self, name: str, header: Sequence[str]) -> None:
        self.header = tuple(header)
        super().__init__(f"The file has no column {listed([name])}; it has {listed(header)}.")


class TooManyRows(FileError):
    """More than `Limits.max_rows` data rows."""

    code = "too_many_rows"

    def __init__(self, limit: int) -> None:
        super().__init__(f"The file has more than {limit:,} rows; split it into files of at most {limit:,} rows.")


class TooManyColumns(FileError):
    """More columns than are handled."""

    code = "too_many_columns"

    def __init__(self, limit: int) -> None:
        super().__init__(f"The file has more than {limit:,} columns; keep the review, film and date columns.")


class TooLarge(FileError):
    """More bytes than `Limits.max_unpacked_bytes`, counted after unpacking."""

    code = "too_large"

    def __init__(self, limit: int) -> None:
        size = f"{limit / 2**20:,.0f} MiB" if limit >= 2**20 else f"{limit:,} bytes"
        super().__init__(f"The file is larger than {size} (unpacked); split it into smaller files.")


class Bomb(FileError):
    """So few packed bytes for so many that no file of reviews packs like it."""

    code = "bomb"

    def __init__(self, ratio: int) -> None:
        super().__init__(
            f"The file unpacks to more than {ratio:,} times its size, as no file of reviews does; send it unpacked."
        )


class BadEncoding(FileError):
    """The bytes are no text we can decode."""

    code = "bad_encoding"

    def __init__(self) -> None:
        super().__init__(
            "The text is in none of UTF-8, UTF-16 with a byte order mark and Windows-1252; save the file as UTF-8."
        )


class EncryptedArchive(FileError):
    """Password-protected zip or workbook."""

    code = "encrypted"

    def __init__(self) -> None:
        super().__init__("The file is protected by a password; send it without one.")


class NestedArchive(FileError):
    """An archive in an archive."""

    code = "nested_archive"

    def __init__(self) -> None:
        super().__init__("The archive holds another archive; send the review file itself, or packed once.")


class ArchiveMembers(FileError):
    """A zip with no review file, or with several."""

    code = "archive_members"

    def __init__(self, names: Sequence[str]) -> None:
        found = f"{len(names):,} review files ({listed(names)})" if names else "no review file"
        super().__init__(f"The zip holds {found}, and exactly one is needed: {KINDS}.")


class BrokenFile(FileError):
    """Damaged, cut short, or not what its name says; `where` is a clause that says what was met."""

    code = "broken_file"

    def __init__(self, where: str) -> None:
        super().__init__(f"The file cannot be read: {where}; export or pack it again and send the new one.")


# The machine's fault, not the file's: these must reach the worker, which tries again.
_MACHINE: Final = frozenset({errno.ENOSPC, errno.EIO, errno.EMFILE, errno.ENFILE, errno.ENOMEM, errno.EDQUOT})


@contextmanager
def only_file_errors() -> Iterator[None]:
    """Turns whatever a parser raises on hostile bytes into `BrokenFile`; a full disk stays an OSError.

    The parser's own message is dropped: it can quote the user's text.
    """
    try:
        yield
    except FileError:
        raise
    except OSError as error:
        if error.errno in _MACHINE:
            raise
        raise BrokenFile("it is damaged or cut short") from error
    except Exception as error:
        raise BrokenFile("it is damaged or not what its name says") from error


def guarded(rows: Iterable[_T]) -> Iterator[_T]:
    """The same rows; what goes wrong while reading them leaves as a FileError."""
    with only_file_errors():
        yield from rows
