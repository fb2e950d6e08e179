"""Opening a zip within bounds."""

from __future__ import annotations

import zipfile
from typing import IO, Final

from common import zip_files
from worker.files.errors import BrokenFile

MAX_DIRECTORY: Final = 4 << 20
"""Largest central directory of a zip, in bytes: some 40,000 members. Python holds it all in memory."""


def open_zip(file: IO[bytes]) -> zipfile.ZipFile:
    """The archive; BrokenFile when it is damaged or its directory alone would fill the memory."""
    try:
        return zip_files.open_zip(file, MAX_DIRECTORY)
    except zip_files.DirectoryTooLarge as error:
        raise BrokenFile("zip_too_many_files") from error
    except Exception as error:
        raise BrokenFile("zip_cut_short") from error
