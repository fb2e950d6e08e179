"""What is no file of reviews by its first bytes: other formats, pointers to a file, pages of the web, errors."""

from __future__ import annotations

import re
from contextlib import suppress
from typing import IO, Final

from worker.files.errors import EncryptedArchive, NoReviews, OtherFormat
from worker.files.limits import READ_BYTES
from worker.files.zips import open_zip

OLE: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
"""How old Excel and Word files begin, and workbooks with a password."""
_HEAD: Final = 4096
_SMALL: Final = 4096
"""Bytes of a file that can be nothing but a sentence."""
_OLE_NAMES: Final = (
    ("EncryptedPackage", "encrypted", ""),
    ("WordDocument", "document", ".doc"),
    ("PowerPoint Document", "document", ".ppt"),
    ("Workbook", "spreadsheet", ".xls"),
    ("Book", "spreadsheet", ".xls"),
)
_MAGIC: Final[tuple[tuple[bytes, str, str], ...]] = (
    (b"%PDF", "document", ".pdf"),
    (b"{\\rtf", "document", ".rtf"),
    (b"SQLite format 3\0", "database", ".sqlite"),
    (b"Rar!", "archive", ".rar"),
    (b"7z\xbc\xaf\x27\x1c", "archive", ".7z"),
    (b"\xfd7zXZ\0", "archive", ".xz"),
    (b"BZh", "archive", ".bz2"),
    (b"\x89PNG", "picture", ".png"),
    (b"\xff\xd8\xff", "picture", ".jpg"),
    (b"GIF8", "picture", ".gif"),
    (b"ARROW1", "database", ".arrow"),
    (b"Obj\x01", "database", ".avro"),
    (b"\x93NUMPY", "database", ".npy"),
    (b"\x80\x04\x95", "database", ".pkl"),
    (b"$FL2", "database", ".sav"),
)
_ZIP: Final = (b"PK\x03\x04", b"PK\x05\x06")
_PARTS: Final = (
    ("word/", "document", ".docx"),
    ("ppt/", "document", ".pptx"),
    ("xl/workbook.bin", "spreadsheet", ".xlsb"),
    ("Index/Document.iwa", "spreadsheet", ".numbers"),
    ("Index.zip", "spreadsheet", ".numbers"),
)
_OPEN_DOCUMENT: Final = (
    ("spreadsheet", "spreadsheet", ".ods"),
    ("text", "document", ".odt"),
    ("presentation", "document", ".odp"),
)
_POINTERS: Final = (b"version https://git-lfs.github.com/spec/", b"version https://hawser.github.com/spec/")
_ANNEX: Final = re.compile(rb"[./\w-]*/annex/objects/\S+\s*")
_PAGE: Final = re.compile(
    rb"<(!doctype html|html|head|body|script|table|meta|style|!--.{0,200}?-->\s*<(!doctype|html))", re.I | re.S
)
_XML: Final = re.compile(rb"<(\?xml|rss|feed|error|soap:envelope|svg|opml)\b", re.I)
_SHEET: Final = re.compile(rb"office:(excel|spreadsheet)|<table\b", re.I)
"""A table that Excel opens: what many web sites write as .xls."""
_XML_ERROR: Final = re.compile(rb"<(error|html)[ >]|accessdenied|nosuchkey", re.I)
_SENTENCE: Final = re.compile(
    r"\W*((error|http|http/1\.1|http/2)\W{0,3})?(\d{3}\W{1,3})?(page |file )?(not found|access denied"
    r"|forbidden|unauthorized"
    r"|bad gateway|service unavailable|internal server error|gateway timeout|too many requests|bad request"
    r"|rate limit exceeded|permission denied|moved permanently|request timeout)\b.{0,200}",
    re.I | re.S,
)


def refuse_other_formats(file: IO[bytes]) -> None:
    """Raises OtherFormat or EncryptedArchive for what is no text, no workbook and no archive that is read."""
    file.seek(0)
    head = file.read(_HEAD)
    for magic, what, suffix in _MAGIC:
        if head.startswith(magic):
            raise OtherFormat(what, suffix)
    if head[4:8] == b"ftyp":
        raise OtherFormat("picture", ".heic")
    if head.startswith(OLE):
        _refuse_ole(file)
    if head.startswith(_ZIP):
        _refuse_zip(file)


def refuse_pages_and_pointers(file: IO[bytes]) -> None:
    """Raises NoReviews for a text that stands for another file, or that a web server sent instead of one, and
    OtherFormat for a table in a page or in XML.
    """
    size = file.seek(0, 2)
    file.seek(0)
    head = file.read(_HEAD)
    text = head.lstrip(b"\xef\xbb\xbf \t\r\n\0")
    if text.startswith(_POINTERS) or (size < _SMALL and _ANNEX.fullmatch(text)):
        raise NoReviews("pointer")
    if (_PAGE.match(text) or _XML.match(text)) and _SHEET.search(head):
        raise OtherFormat("spreadsheet", ".xml" if text[:5].lower() == b"<?xml" else ".html")
    if _PAGE.match(text):
        raise NoReviews("page")
    if _XML.match(text):
        raise NoReviews("page" if _XML_ERROR.search(head) else "xml")
    if size < _SMALL and text.count(b"\n") <= 2 and b"," not in text[:40]:
        with suppress(UnicodeDecodeError):
            if _SENTENCE.fullmatch(text.decode().strip()):
                raise NoReviews("page")


def _refuse_ole(file: IO[bytes]) -> None:
    """What an OLE container holds, by the names in its directory, which are UTF-16 ([MS-CFB] 2.6.1)."""
    wanted = [name.encode("utf-16-le") for name, _, _ in _OLE_NAMES]
    found: set[bytes] = set()
    file.seek(0)
    tail = b""
    while chunk := file.read(READ_BYTES):
        data = tail + chunk
        found.update(name for name in wanted if name in data)
        tail = data[-64:]
    for name, what, suffix in _OLE_NAMES:
        if name.encode("utf-16-le") in found:
            if what == "encrypted":
                raise EncryptedArchive
            raise OtherFormat(what, suffix)
    raise OtherFormat("spreadsheet", ".xls")


def _refuse_zip(file: IO[bytes]) -> None:
    with open_zip(file) as archive:
        names = archive.namelist()
        plain = [name.replace("\\", "/") for name in names]
        for part, what, suffix in _PARTS:
            office = suffix == ".numbers" or "[Content_Types].xml" in plain
            if office and any(name.startswith(part) for name in plain):
                raise OtherFormat(what, suffix)
        if "mimetype" in names and archive.getinfo("mimetype").file_size < 200:
            mime = archive.read("mimetype").decode("ascii", "replace")
            for word, what, suffix in _OPEN_DOCUMENT:
                if mime.startswith("application/vnd.oasis.opendocument." + word):
                    raise OtherFormat(what, suffix)
