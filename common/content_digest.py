"""The digest of what is packed in a file: the same rows have the same one, plain, as .gz, or alone in a .zip."""

from __future__ import annotations

import gzip
import zipfile
from contextlib import ExitStack
from hashlib import sha256
from typing import IO, Final, cast

from common.zip_files import METHODS, open_zip, real_members, review_files

MOST_BYTES: Final = 32 << 20
"""Of what is packed; more is not looked into. It takes some tenths of a second."""
_MOST_DIRECTORY: Final = 64 << 10
_READ_BYTES: Final = 256 << 10
_GZIP: Final = b"\x1f\x8b"
_ZIP: Final = b"PK\x03\x04"


def content_sha256(file: IO[bytes]) -> str | None:
    """SHA-256, hexadecimal, of the one file of reviews that is packed in `file`, which is read from its start.

    None for a file that is not packed, that holds several or too much, and for a damaged one: it is no error here.
    """
    try:
        with ExitStack() as stack:
            packed = _packed(file, stack)
            return None if packed is None else _digest(packed)
    except Exception:  # whatever hostile bytes make a library raise
        return None


def _packed(file: IO[bytes], stack: ExitStack) -> IO[bytes] | None:
    file.seek(0)
    start = file.read(4)
    file.seek(0)
    if start.startswith(_GZIP):
        return cast(IO[bytes], stack.enter_context(gzip.GzipFile(fileobj=file)))
    if start != _ZIP:
        return None
    archive = stack.enter_context(open_zip(file, _MOST_DIRECTORY))
    paths = review_files(real_members(archive))
    if len(paths) != 1:
        return None
    member: zipfile.ZipInfo = archive.getinfo(paths[0])
    if member.compress_type not in METHODS or member.file_size > MOST_BYTES:
        return None
    return stack.enter_context(archive.open(member))


def _digest(packed: IO[bytes]) -> str | None:
    digest, size = sha256(), 0
    while data := packed.read(_READ_BYTES):
        size += len(data)
        if size > MOST_BYTES:
            return None
        digest.update(data)
    return digest.hexdigest()
