"""IMDb reviews and GloVe vectors from Kaggle, into a folder: fetched, checked, unpacked, and only then in place.

A file `NAME` comes by way of `NAME.part` (what Kaggle sends, most often a ZIP archive) with `NAME.part.json` (which
object the part belongs to, so that a broken download goes on where it stopped) and `NAME.unpacked`. Its sha256 is
written to `NAME.sha256`, which `sha256sum -c` reads; a second run checks it and does nothing else.
"""

import base64
import errno
import fcntl
import hashlib
import json
import os
import re
import shutil
import time
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from model.data.kaggle import (
    CONNECT_S,
    READ_S,
    DownloadError,
    Kaggle,
    NotFoundError,
    UnreachableError,
    of_status,
    page,
    translated,
)

Progress = Callable[[str, int, int], None]
"""Called with the stage's name, bytes done and bytes in all."""

_BLOCK = 1 << 16
"""Bytes moved at a time. A block that a broken connection leaves unfinished is lost, so it must be small."""
_RESERVE = 64 << 20
"""Bytes of the disk that stay free."""
_WAITS_S = (1, 4, 15)
"""Pauses before asking again when a connection broke without having brought anything."""
_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


class DamagedError(DownloadError):
    """What arrived, or what is in the folder, is not what it should be."""


class DiskFullError(DownloadError):
    """The folder has too little room."""


@dataclass(frozen=True, slots=True)
class Source:
    """One file of a Kaggle data set; most_bytes bounds what an archive may unpack to."""

    dataset: str
    file: str
    most_bytes: int
    first_line: re.Pattern[bytes]
    """What the file's first line looks like: an error page in place of the data is noticed."""


SOURCES = {
    "imdb": Source(
        "lakshmi25npathi/imdb-dataset-of-50k-movie-reviews",
        "IMDB Dataset.csv",
        1 << 30,
        re.compile(rb"(?:\xef\xbb\xbf)?review,sentiment\r?\n"),
    ),
    "glove": Source(
        "rtatman/glove-global-vectors-for-word-representation",
        "glove.6B.100d.txt",
        2 << 30,
        re.compile(rb"\S+(?: -?\d[\d.e-]*){100}\r?\n"),
    ),
}


def download(
    source: Source, folder: Path, *, progress: Progress = lambda stage, done, total: None
) -> tuple[Path, bool]:
    """Brings one file into `folder`; gives its path, and False when it was there already.

    Raises a `DownloadError` whose message says what to do. What was fetched stays for the next run, unless it is
    damaged.
    """
    target = folder / source.file
    if _is_there(target):
        return target, False
    kaggle = Kaggle()
    with _writing(folder), _alone(folder, target) as part:
        if _is_there(target):
            return target, False
        size = kaggle.sizes(source.dataset).get(source.file)
        if size is None:
            raise NotFoundError(f"{page(source.dataset)} has no file {source.file!r} any more.")
        _fetch(kaggle, source, part, size, progress)
        unpacked = _beside(target, ".unpacked")
        try:
            digest = _unpack(source, part, unpacked, progress)
            # The checksum first: a file in place without one would not be taken for ours.
            _beside(target, ".sha256").write_text(f"{digest}  {target.name}\n", encoding="utf-8")
            os.replace(unpacked, target)
        except DamagedError:
            _forget(part)
            raise
        finally:
            unpacked.unlink(missing_ok=True)
        _forget(part)
    return target, True


def _beside(path: Path, ending: str) -> Path:
    return path.with_name(path.name + ending)


def _is_there(target: Path) -> bool:
    """Whether the file is in place with its checksum; raises when it is another one."""
    if not target.exists():
        return False
    checksum = _beside(target, ".sha256")
    if not checksum.is_file():
        raise DamagedError(f"{target} has no {checksum.name} beside it, so it is not of this command: move it away.")
    if checksum.read_text(encoding="utf-8", errors="replace").split(" ")[0] != _digest(target, "sha256").hex():
        raise DamagedError(f"{target} differs from its checksum in {checksum.name}: delete it to download it again.")
    return True


def _digest(path: Path, method: str) -> bytes:
    with path.open("rb") as file:
        return hashlib.file_digest(file, method).digest()


@contextmanager
def _writing(folder: Path) -> Iterator[None]:
    """Creates the folder and turns what the disk says into a sentence."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        yield
    except OSError as error:
        if error.errno in _FULL:
            raise DiskFullError(
                f"{folder} is full: make room and run this again, it goes on where it stopped."
            ) from error
        raise DownloadError(f"{folder} cannot be written: {error.strerror or error}.") from error


@contextmanager
def _alone(folder: Path, target: Path) -> Iterator[Path]:
    """The path of the part file, for one process at a time."""
    with (folder / f".{target.name}.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise DownloadError(f"Another process is downloading {target} right now.") from error
        yield _beside(target, ".part")


def _forget(part: Path) -> None:
    part.unlink(missing_ok=True)
    _beside(part, ".json").unlink(missing_ok=True)


def _fetch(kaggle: Kaggle, source: Source, part: Path, size: int, progress: Progress) -> None:
    """Completes the part file, going on after broken connections as long as each brings something."""
    waits = list(_WAITS_S)
    begun = False
    while True:
        before = part.stat().st_size if part.exists() else 0
        try:
            location = kaggle.locate(source.dataset, source.file)
            _receive(location.url, dict(location.headers), source, part, size, progress)
            return
        except _BrokenError as error:
            begun = True
            if part.exists() and part.stat().st_size > before:
                continue
            if not waits:
                raise UnreachableError(
                    "The connection to Kaggle keeps breaking: run this again, it goes on where it stopped."
                ) from error
        except UnreachableError:
            # At the very start there is no network; later it may come back.
            if not begun or not waits:
                raise
        time.sleep(waits.pop(0))


class _BrokenError(Exception):
    """A connection broke in the middle of a file."""


def _receive(url: str, headers: dict[str, str], source: Source, part: Path, size: int, progress: Progress) -> None:
    """One request for what is missing of the part file. Raises `_BrokenError` when it ended too early."""
    import requests

    known = _known(part)
    have = part.stat().st_size if known and part.exists() else 0
    # Without a coding the lengths are those of the file itself.
    headers["Accept-Encoding"] = "identity"
    if have:
        # If-Range: the whole file comes when it is another one by now (RFC 9110, section 13.1.5).
        headers |= {"Range": f"bytes={have}-", "If-Range": known["validator"]}
    with (
        translated(source.dataset),
        requests.get(url, headers=headers, stream=True, timeout=(CONNECT_S, READ_S)) as answer,
    ):
        if answer.status_code == 416 and have == known["size"]:
            return _check_part(part, known)
        if answer.status_code == 416:
            _forget(part)
            raise _BrokenError
        if answer.status_code >= 400:
            raise of_status(answer, source.dataset)
        if answer.status_code != 206:
            have = 0
        known = _identity(answer, have)
        _check_room(part.parent, (known["size"] or size) - have + size)
        _beside(part, ".json").write_text(json.dumps(known), encoding="utf-8")
        with part.open("ab" if have else "wb") as file:
            # A proxy may have answered another range than the one that was asked for.
            file.truncate(have)
            have = _copy_answer(answer, file, have, known["size"], part.name, progress)
    if known["size"] is not None and have != known["size"]:
        raise _BrokenError
    return _check_part(part, known)


def _copy_answer(answer: Any, file: IO[bytes], have: int, size: int | None, name: str, progress: Progress) -> int:
    """Appends the body to the file; gives the file's length. Raises `_BrokenError` when the connection breaks."""
    import requests

    stage = name.removesuffix(".part")
    progress(stage, have, size or 0)
    try:
        for block in answer.iter_content(_BLOCK):
            file.write(block)
            have += len(block)
            progress(stage, have, size or 0)
    except requests.RequestException as error:
        raise _BrokenError from error
    return have


def _known(part: Path) -> dict[str, Any]:
    """What is known of the object that a part belongs to; nothing where it cannot be resumed."""
    with suppress(OSError, ValueError):
        known = json.loads(_beside(part, ".json").read_text(encoding="utf-8"))
        if isinstance(known, dict) and isinstance(known.get("validator"), str) and {"size", "md5"} <= known.keys():
            return known
    return {}


def _identity(answer: Any, start: int) -> dict[str, Any]:
    """Validator (strong ETag or Last-Modified), size in bytes and MD5 (Google's storage sends it) of the whole file."""
    etag = answer.headers.get("ETag", "")
    length = answer.headers.get("Content-Length")
    md5 = re.search(r"md5=([A-Za-z0-9+/=]+)", answer.headers.get("x-goog-hash", ""))
    return {
        "validator": answer.headers.get("Last-Modified") if not etag or etag.startswith("W/") else etag,
        "size": int(length) + start if length else None,
        "md5": md5.group(1) if md5 else None,
    }


def _check_part(part: Path, known: dict[str, Any]) -> None:
    if known["md5"] is not None and base64.b64encode(_digest(part, "md5")).decode() != known["md5"]:
        _forget(part)
        raise DamagedError("What Kaggle sent differs from its checksum and was deleted: run this again.")


def _check_room(folder: Path, needed: int) -> None:
    free = shutil.disk_usage(folder).free
    if free < needed + _RESERVE:
        raise DiskFullError(
            f"{folder} has {free / 1e6:,.0f} MB free, and {(needed + _RESERVE) / 1e6:,.0f} MB are needed: make room or "
            "name another folder with --to."
        )


def _unpack(source: Source, part: Path, unpacked: Path, progress: Progress) -> str:
    """Writes the data file that the part holds, and gives its sha256 in hex. Raises `DamagedError`."""
    try:
        with part.open("rb") as file:
            if file.read(4) != b"PK\x03\x04":
                file.seek(0)
                return _write(source, file, part.stat().st_size, unpacked, progress)
        with zipfile.ZipFile(part) as archive:
            member = _member(archive, source)
            with archive.open(member) as file:
                return _write(source, file, member.file_size, unpacked, progress)
    except (zipfile.BadZipFile, zlib.error, EOFError, RuntimeError, ValueError) as error:
        # RuntimeError: encrypted; NotImplementedError, which is one: an unknown compression.
        raise DamagedError("The archive that Kaggle sent is damaged and was deleted: run this again.") from error


def _member(archive: zipfile.ZipFile, source: Source) -> zipfile.ZipInfo:
    """The one member with the file's name, in whatever folder; no name in an archive ever becomes a path."""
    found = [one for one in archive.infolist() if one.filename.rsplit("/")[-1] == source.file]
    if len(found) != 1:
        raise DamagedError(f"The archive that Kaggle sent has {len(found)} files {source.file!r} and was deleted.")
    return found[0]


def _write(source: Source, file: IO[bytes], size: int, unpacked: Path, progress: Progress) -> str:
    """Copies `size` bytes, checked and bounded."""
    if size > source.most_bytes:
        raise DamagedError(
            f"{source.file!r} would unpack to {size / 1e6:,.0f} MB, more than the {source.most_bytes / 1e6:,.0f} MB "
            "allowed; the archive was deleted."
        )
    _check_room(unpacked.parent, size)
    digest, done = hashlib.sha256(), 0
    with unpacked.open("wb") as out:
        while block := file.read(_BLOCK):
            if done == 0 and not source.first_line.match(block):
                raise DamagedError(f"What Kaggle sent is not {source.file!r} by its first line, and was deleted.")
            done += len(block)
            if done > size:
                raise DamagedError(f"{source.file!r} is longer than its archive says; the archive was deleted.")
            out.write(block)
            digest.update(block)
            progress(f"{source.file} (unpacking)", done, size)
        out.flush()
        os.fsync(out.fileno())
    if done == 0:
        raise DamagedError(f"Kaggle sent an empty {source.file!r}.")
    return digest.hexdigest()
