"""What its sender says of how a file is to be read; nothing of it is needed."""

from __future__ import annotations

import codecs
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any, Final

from worker.files.errors import BadOption

_NAMED_DELIMITERS: Final = {
    "tab": "\t",
    "\\t": "\t",
    "comma": ",",
    "semicolon": ";",
    "pipe": "|",
    "bar": "|",
    "space": " ",
    "tilde": "~",
    "caret": "^",
    "colon": ":",
    "\\x01": "\x01",
}
_MAX_DELIMITER: Final = 4
_NOT_A_DELIMITER: Final = frozenset("\"'\r\n\0")
_NO_TEXT_CODECS: Final = frozenset(
    {"utf_7", "idna", "punycode", "unicode_escape", "raw_unicode_escape", "undefined", "mbcs", "oem"}
)


@dataclass(frozen=True, slots=True)
class ReadOptions:
    """Names of columns; no_header: the first row is data; sheet: of a workbook, or the path of a file in an archive.

    delimiter: between cells, or its English name; encoding: as Python names it. None: found by itself.
    """

    text_column: str | None = None
    film_column: str | None = None
    date_column: str | None = None
    stars_column: str | None = None
    no_header: bool = False
    sheet: str | None = None
    delimiter: str | None = None
    encoding: str | None = None

    @property
    def header(self) -> bool | None:
        """False when the sender says that there is none, else None: found by itself."""
        return False if self.no_header else None

    @property
    def columns(self) -> dict[str, str | None]:
        """The columns asked for, as `columns.choose.choose` takes them."""
        return {
            "text": self.text_column,
            "film": self.film_column,
            "date": self.date_column,
            "stars": self.stars_column,
        }

    def separator(self) -> str | None:
        """The delimiter as it stands in the file. Raises BadOption."""
        if not self.delimiter:
            return None
        found = _NAMED_DELIMITERS.get(self.delimiter.casefold(), self.delimiter)
        if len(found) > _MAX_DELIMITER or _NOT_A_DELIMITER & set(found) or found.isalnum():
            raise BadOption("delimiter", self.delimiter)
        return found

    def codec(self) -> str | None:
        """Python's name of the encoding. Raises BadOption."""
        if not self.encoding:
            return None
        try:
            found = codecs.lookup(self.encoding.strip())
        except (LookupError, ValueError) as error:
            raise BadOption("encoding", self.encoding) from error
        if (
            not found._is_text_encoding
            or found.name.replace("-", "_") in _NO_TEXT_CODECS
            or found.incrementaldecoder is None
        ):
            raise BadOption("encoding", self.encoding)
        return found.name

    def as_json(self) -> dict[str, Any]:
        """What was said, as `from_json` takes it."""
        return {name: value for name, value in asdict(self).items() if value not in (None, False)}

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> ReadOptions:
        known = {one.name for one in fields(cls)}
        return cls(**{name: item for name, item in value.items() if name in known})


NOTHING_SAID: Final = ReadOptions()
