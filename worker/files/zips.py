"""Opening a zip within bounds."""

from __future__ import annotations

import zipfile
from typing import IO, Final

from worker.files.errors import BrokenFile

MAX_DIRECTORY: Final = 4 << 20
"""Largest central directory of a zip, in bytes: some 40,000 members. Python holds it all in memory."""


def open_zip(file: IO[bytes]) -> zipfile.ZipFile:
    """The archive; BrokenFile when it is damaged or its directory alone would fill the memory."""
    try:
        end = zipfile._EndRecData(file)  # type: ignore[attr-defined]
        if end is not None and end[zipfile._ECD_SIZE] > MAX_DIRECTORY:  # type: ignore[attr-defined]
            raise BrokenFile("zip_too_many_files")
        return zipfile.ZipFile(file)
    except BrokenFile:
        raise
    except Exception as error:
        raise BrokenFile("zip_cut_short") from error
