"""What is no file of reviews by its first bytes; more of it in cases/test_columns.py and cases/test_containers.py."""

from __future__ import annotations

import io

import pytest

from tests.worker.files.helpers import xlsx_bytes, zip_bytes
from worker.files.errors import FileError
from worker.files.refusals import OLE, refuse_other_formats, refuse_pages_and_pointers


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (OLE + "Workbook".encode("utf-16-le"), "other_format.spreadsheet"),
        (OLE + "WordDocument".encode("utf-16-le"), "other_format.document"),
        (OLE + "Workbook EncryptedPackage".encode("utf-16-le"), "encrypted"),
        (OLE + bytes(65_530) + "EncryptedPackage".encode("utf-16-le"), "encrypted"),
        (b"\0\0\0\x18ftypmp42", "other_format.picture"),
    ],
)
def test_other_formats(data: bytes, code: str) -> None:
    with pytest.raises(FileError) as error:
        refuse_other_formats(io.BytesIO(data))
    assert error.value.code == code


@pytest.mark.parametrize("data", [xlsx_bytes([["review"]]), zip_bytes({"a.csv": b"x"}), b"review\nfine\n", b""])
def test_what_may_be_reviews_passes(data: bytes) -> None:
    refuse_other_formats(io.BytesIO(data))


@pytest.mark.parametrize("data", [b"<3 this film\nDull\n", b"Not found it good, sorry\n", b"404 is a film\n1\n2\n3\n"])
def test_reviews_that_begin_like_a_page_pass(data: bytes) -> None:
    refuse_pages_and_pointers(io.BytesIO(data))
