"""Where `score` writes: it never replaces what is no plain file, and no file that it did not make of the same input.

A result is written beside its place under a hidden name and takes its own when it is complete. Devices, pipes and links
are written through instead. What was made of what is noted in an attribute of the file, where the file system has them;
elsewhere its name and its first line tell.
"""

from __future__ import annotations

import errno
import os
import shutil
import stat
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path, PurePath
from typing import IO, Final

from common.file_formats import compressible_suffixes, kind_of_name, packed_suffixes

ATTRIBUTE: Final = "user.reelfeel.source"
"""Of a file that `score` wrote: the path of the input."""
REJECTED_HEADER: Final = b"row_number,code,reason"
SCORED_NAME: Final = ".scored."
_WITHOUT_ATTRIBUTES: Final = (errno.ENOTSUP, errno.ENODATA, errno.EPERM, errno.EACCES, errno.EINVAL)


class InTheWay(Exception):
    """A file stands where a result would go and is not ours to replace."""

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self.path = path

    def __str__(self) -> str:
        return f"{self.path} is there already and was not made of this file. Use --force to replace it, or --output."


class SamePlace(InTheWay):
    """The rows without a verdict would replace the scored ones."""

    def __str__(self) -> str:
        return f"{self.path} holds the scored rows. Name another file with --rejected."


def is_same_place(one: Path, other: Path) -> bool:
    """Whether two paths name one file; a device such as /dev/null takes both."""
    return one.resolve() == other.resolve() and not one.is_char_device()


def is_special(path: Path) -> bool:
    """Whether a path is there and no plain file: a device, a pipe, a link to anything."""
    try:
        return not stat.S_ISREG(path.lstat().st_mode)
    except OSError:
        return False


def check_free(path: Path, source: str, *, force: bool, usual: bool) -> None:
    """Raises InTheWay for a file that may not be replaced. `usual`: it has the name that results get by themselves."""
    try:
        found = path.stat()
    except OSError:
        return
    if path.parts[:2] in (("/", "dev"), ("/", "proc")):
        return
    if force or not stat.S_ISREG(found.st_mode) or found.st_size == 0 or _is_own(path, source, usual=usual):
        return
    raise InTheWay(path)


@contextmanager
def beside(folder: Path) -> Iterator[Path]:
    """A hidden folder in `folder`, on the same disk, for what is not complete yet; it goes whatever happens.

    An OSError of making it names `folder`, which is what somebody typed.
    """
    try:
        made = Path(tempfile.mkdtemp(prefix=".reelfeel-", dir=folder))
    except OSError as error:
        raise OSError(error.errno, error.strerror, str(folder)) from None
    try:
        yield made
    finally:
        shutil.rmtree(made, ignore_errors=True)


def deliver(made: Path, path: Path, source: str, *, force: bool, usual: bool) -> None:
    """Puts a complete result in its place. Raises InTheWay, OSError."""
    check_free(path, source, force=force, usual=usual)
    if is_special(path):
        with made.open("rb") as result, opened(path) as out:
            shutil.copyfileobj(result, out, 1 << 20)
        return
    if path.exists():
        shutil.copymode(path, made)  # as the file that it replaces
    with suppress(OSError, AttributeError):  # not every file system has attributes, nor every Python
        if source:
            os.setxattr(made, ATTRIBUTE, source.encode())
    made.replace(path)


def opened(path: Path) -> IO[bytes]:
    """Writes through a device, a pipe or a link."""
    return path.open("wb")


def rejected_place(folder: Path, source: Path, identity: str) -> Path:
    """Where the rows without a verdict go: `NAME.rejected.csv`, with the whole name where another file has that."""
    name = source.name
    for packing in packed_suffixes():
        name = name.removesuffix(packing)
    stem = PurePath(name).stem if kind_of_name(name) else name
    short = folder / f"{stem}.rejected.csv"
    try:
        check_free(short, identity, force=False, usual=True)
    except InTheWay:
        return folder / f"{source.name}.rejected.csv"
    return short


def remove_stale(path: Path, source: str) -> None:
    """Deletes a list of rejected rows that an earlier run made of the same input."""
    if path.is_file() and not path.is_symlink() and _is_own(path, source, usual=True):
        path.unlink()


def _is_own(path: Path, source: str, *, usual: bool) -> bool:
    """Whether `score` made the file of this very input; what came through a pipe is never the same."""
    if not source:
        return usual and _looks_scored(path)
    try:
        return os.getxattr(path, ATTRIBUTE) == source.encode()
    except AttributeError:
        pass
    except OSError as error:
        if error.errno not in _WITHOUT_ATTRIBUTES:
            raise
    return usual and _looks_scored(path)


def _looks_scored(path: Path) -> bool:
    """By its name, and where it is text by its first line too."""
    with path.open("rb") as file:
        head = file.read(1 << 16)
    first = head.split(b"\n", 1)[0]
    if first.removeprefix(b"\xef\xbb\xbf").strip() == REJECTED_HEADER:
        return True
    if SCORED_NAME not in path.name:
        return False
    text = path.suffix in compressible_suffixes()
    return not text or (b"probability" in head and b"label" in head)
