"""Stored texts and files under the host's own keys: a stolen disk or backup tells nothing of what was written.

AES-256-GCM (NIST SP 800-38D) with a fresh nonce of 96 bits for every text. Against Fernet it costs a third a review and
an eighth a mebibyte (docs/privacy.md). What is stored names its key, so texts under several keys, and plain ones from
before there was a key, live side by side; the first key seals, all of them open.

    text   sealed:2:KEY:BASE64(nonce + ciphertext + tag)      a plain text is stored as it is
    bytes  MAGIC + key (4) + nonce (12) + ciphertext + tag    so are plain bytes

    name   sealed:n:KEY:BASE64(tag + ciphertext)              of films, files, columns

Names are looked for and counted by, so they are sealed in a way that always gives the same (AES-256-SIV, RFC 5297),
with their owner inside: the same film of two people is stored differently, and where the owner is known a name of
somebody else is not opened.

What else is sealed is bound to its place (its table, its row and whose it is) as authenticated data: copied into
another row or given to another owner, it opens no more. Version 1 was bound to nothing; it is still read, and
`reelfeel db rotate-keys` brings it up to version 2.
"""

from __future__ import annotations

import base64
import binascii
import json
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256, sha512
from typing import Any, Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM, AESSIV
from sqlalchemy import Dialect, Text
from sqlalchemy.orm import Session
from sqlalchemy.types import TypeDecorator, TypeEngine

from db.errors import BadTextKey, TextKeyMissing
from db.types import FileNote

PREFIX: Final = "sealed:2:"
UNBOUND: Final = "sealed:1:"
NAME: Final = "sealed:n:"
MAGIC: Final = b"\x00RFsealed\x02"
UNBOUND_MAGIC: Final = b"\x00RFsealed\x01"
PLAIN: Final = "00000000"
"""In the place of a key's id: not sealed at all, only beginning like something that is."""
ID_BYTES: Final = 4
NONCE_BYTES: Final = 12
KEY_BYTES: Final = 32
Place = bytes
"""Where something stands and whose it is."""
_HEAD: Final = len(PREFIX) + 2 * ID_BYTES + 1
_MAGIC_HEAD: Final = len(MAGIC) + ID_BYTES


def place(table: str, *key: int | str, owner: int) -> Place:
    """The place of a value: its table (with its column where there are several), its row, and its owner's id."""
    return "\x1f".join((table, *map(str, key), str(owner))).encode()


def review_place(job_id: int, row_number: int, owner: int) -> Place:
    """Of the text of a review."""
    return place("reviews", job_id, row_number, owner=owner)


def note_place(review_id: int, owner: int) -> Place:
    """Of the note of a correction, whose owner is who wrote it."""
    return place("corrections", review_id, owner=owner)


def new_key() -> str:
    """A fresh key for `REELFEEL_TEXT_KEYS`: 32 random bytes in base64url."""
    return base64.urlsafe_b64encode(os.urandom(KEY_BYTES)).decode()


def key_id(key: bytes) -> str:
    """Eight hexadecimal digits that name a key and tell nothing of it."""
    return sha256(b"reelfeel text key" + key).hexdigest()[: 2 * ID_BYTES]


def _decoded(key: str) -> bytes:
    try:
        raw = base64.urlsafe_b64decode(key.encode("ascii"))
    except (UnicodeEncodeError, binascii.Error):
        raise BadTextKey from None
    if len(raw) != KEY_BYTES:
        raise BadTextKey
    return raw


class Sealer:
    """Seals with the first key and opens with any. Without keys, texts stay plain. Safe to share between threads."""

    def __init__(self, keys: Sequence[str] = ()) -> None:
        """`keys`: 32 bytes in base64url each, the newest first. Raises BadTextKey, which does not repeat the key."""
        raw = [_decoded(key) for key in keys]
        self.ids: tuple[str, ...] = tuple(key_id(key) for key in raw)
        """Ids of the keys, that of the sealing one first; empty without any."""
        self.digest_key: bytes | None = None
        """Kept here once it is read (`db.digests`)."""
        self._names = {
            id_: AESSIV(sha512(b"reelfeel name key" + key).digest()) for id_, key in zip(self.ids, raw, strict=True)
        }
        self._ciphers = {id_: AESGCM(key) for id_, key in zip(self.ids, raw, strict=True)}
        self._sealing = self._ciphers[self.ids[0]] if self.ids else None
        self._text_head = PREFIX + (self.ids[0] if self.ids else PLAIN) + ":"
        self._bytes_head = MAGIC + bytes.fromhex(self.ids[0] if self.ids else PLAIN)

    @property
    def active(self) -> bool:
        """Whether new texts are sealed."""
        return self._sealing is not None

    def seal(self, text: str, where: Place) -> str:
        """The text as it is stored at that place."""
        if self._sealing is None:
            return self._text_head + text if text.startswith((PREFIX, UNBOUND)) else text
        nonce = os.urandom(NONCE_BYTES)
        sealed = nonce + self._sealing.encrypt(nonce, text.encode(), where)
        return self._text_head + binascii.b2a_base64(sealed, newline=False).decode("ascii")

    def open(self, stored: str, where: Place) -> str:
        """The text out of what is stored. Raises TextKeyMissing for a key that is not among ours."""
        if not stored.startswith((PREFIX, UNBOUND)):
            return stored
        named, body = stored[len(PREFIX) : _HEAD - 1], stored[_HEAD:]
        if named == PLAIN:
            return body
        bound = where if stored.startswith(PREFIX) else None
        return self._opened(named, binascii.a2b_base64(body), bound).decode()

    def seal_bytes(self, data: bytes, where: Place) -> bytes:
        """A part of a file as it is stored at that place."""
        if self._sealing is None:
            return self._bytes_head + data if data.startswith((MAGIC, UNBOUND_MAGIC)) else data
        nonce = os.urandom(NONCE_BYTES)
        return self._bytes_head + nonce + self._sealing.encrypt(nonce, data, where)

    def open_bytes(self, stored: bytes, where: Place) -> bytes:
        """The part out of what is stored. Raises TextKeyMissing."""
        if not stored.startswith((MAGIC, UNBOUND_MAGIC)):
            return stored
        named, body = stored[len(MAGIC) : _MAGIC_HEAD].hex(), stored[_MAGIC_HEAD:]
        return body if named == PLAIN else self._opened(named, body, where if stored.startswith(MAGIC) else None)

    def seal_name(self, owner: int, name: str) -> str:
        """A name as it is stored for that owner: the same each time, and another one for every owner."""
        return self.name_forms(owner, name)[0]

    def name_forms(self, owner: int, name: str) -> tuple[str, ...]:
        """All forms in which that name may be stored, the one of today first: under each key, and from before keys."""
        plain = f"{NAME}{PLAIN}:{name}" if name.startswith(NAME) else name
        value = f"{owner}\x1f{name}".encode()
        forms = [
            f"{NAME}{id_}:" + binascii.b2a_base64(self._names[id_].encrypt(value, None), newline=False).decode("ascii")
            for id_ in self.ids
        ]
        return (*forms, plain)

    def open_name(self, stored: str, owner: int | None = None) -> str:
        """The name out of what is stored. Raises TextKeyMissing, and ValueError for another owner's."""
        if not stored.startswith(NAME):
            return stored
        named, body = stored[len(NAME) : _HEAD - 1], stored[_HEAD:]
        if named == PLAIN:
            return body
        if named not in self._names:
            raise TextKeyMissing((named,))
        try:
            whose, _, name = self._names[named].decrypt(binascii.a2b_base64(body), None).decode().partition("\x1f")
        except InvalidTag:
            whose, name = "", ""
        if whose != str(owner) and (owner is not None or not whose):
            raise ValueError(f"a name under key {named} was changed or moved outside of this program")
        return name

    def current_name(self, stored: str) -> bool:
        """Whether a stored name is already as `seal_name` would store it."""
        sealing = f"{NAME}{self.ids[0] if self.ids else PLAIN}:"
        return stored.startswith(sealing) or not (self.active or stored.startswith(NAME))

    def current(self, stored: str) -> bool:
        """Whether a stored text is already as `seal` would store it, but for the nonce."""
        return stored.startswith(self._text_head) or not (self.active or stored.startswith((PREFIX, UNBOUND)))

    def current_bytes(self, stored: bytes) -> bool:
        """The same for a part of a file; its first 16 bytes are enough."""
        return stored.startswith(self._bytes_head) or not (self.active or stored.startswith(MAGIC))

    def _opened(self, named: str, body: bytes, bound: Place | None) -> bytes:
        cipher = self._ciphers.get(named)
        if cipher is None:
            raise TextKeyMissing((named,))
        try:
            return cipher.decrypt(body[:NONCE_BYTES], body[NONCE_BYTES:], bound)
        except InvalidTag:
            raise ValueError(f"a text under key {named} was changed or moved outside of this program") from None


def sealer_of(dialect: Dialect) -> Sealer | None:
    """The sealer of the `Database` this dialect belongs to; None where rows are copied as they are."""
    sealer: Sealer | None = getattr(dialect, "reelfeel_sealer", None)
    return sealer


@dataclass(frozen=True, slots=True)
class Stored:
    """A text as it is stored. Who wants to read it must know where it stands and whose it is."""

    value: str = field(repr=False)
    sealer: Sealer = field(repr=False, compare=False)

    def open(self, where: Place) -> str:
        """The text. Raises TextKeyMissing, and ValueError when it was sealed for another place."""
        return self.sealer.open(self.value, where)


class SealedText(TypeDecorator[Stored]):
    """A text column that takes and gives `Stored`, never a text, so that no query can forget to seal or to open.

    What goes past SQLAlchemy at the driver's speed (`db.queue.ingest`) stores `Stored.value` itself.
    """

    impl = Text
    cache_ok = True

    def coerce_compared_value(self, op: Any, value: Any) -> TypeEngine[Any]:
        """What a column is compared with (LIKE) is no stored text."""
        return Text()

    def process_bind_param(self, value: Any, dialect: Dialect) -> str | None:
        """The stored form; a text that nobody sealed is refused, unless rows are copied as they are."""
        if value is None or isinstance(value, Stored):
            return None if value is None else value.value
        if sealer_of(dialect) is not None:
            raise TypeError("a text must be sealed before it is stored")
        return str(value)

    def process_result_value(self, value: str | None, dialect: Dialect) -> Any:
        """What is stored, closed; as it is where rows are copied."""
        sealer = sealer_of(dialect)
        return value if value is None or sealer is None else Stored(value, sealer)


def sealed(sealer: Sealer, text: str | None, where: Place) -> Stored | None:
    """The text for a `SealedText` column."""
    return None if text is None else Stored(sealer.seal(text, where), sealer)


def opened(stored: Stored | None, where: Place) -> str | None:
    """The text out of a `SealedText` column."""
    return None if stored is None else stored.open(where)


def text_opener(sealer: Sealer, job_id: int, owner: int) -> Callable[[int, str], str]:
    """The function from a row number and what is stored there as the text of a review of that job, to the text."""

    def opener(row_number: int, stored: str) -> str:
        if not stored.startswith((PREFIX, UNBOUND)):
            return stored
        return sealer.open(stored, review_place(job_id, row_number, owner))

    return opener


def stored_json(sealer: Sealer, value: Any, where: Place) -> Any:
    """A JSON value as it is stored: sealed, a JSON string."""
    return sealer.seal(json.dumps(value), where) if sealer.active else value


def opened_json(sealer: Sealer, stored: Any, where: Place) -> Any:
    """The value out of what is stored; one from before there were keys is as it was. Raises TextKeyMissing."""
    return json.loads(sealer.open(stored, where)) if isinstance(stored, str) else stored


def current_json(sealer: Sealer, stored: Any) -> bool:
    """Whether a stored value is already as `stored_json` would store it, but for the nonce."""
    return isinstance(stored, str) and sealer.current(stored) if sealer.active else not isinstance(stored, str)


def sealed_name(sealer: Sealer, owner: int, name: str | None) -> str | None:
    """A name for its column; none stays none."""
    return None if name is None else sealer.seal_name(owner, name)


def opened_name(sealer: Sealer, stored: str | None, owner: int | None = None) -> str | None:
    """A name out of its column."""
    return None if stored is None else sealer.open_name(stored, owner)


SEALED_OPTIONS: Final = frozenset({"stars_column", "sheet"})
"""What of the options of a file is a name that its sender gave."""


def sealed_options(sealer: Sealer, owner: int, options: Mapping[str, Any]) -> dict[str, Any]:
    """Options of a file for their column: names are sealed, `tab` and `utf-8` are not."""
    return {
        name: sealer.seal_name(owner, value) if name in SEALED_OPTIONS else value
        for name, value in options.items()
        if value not in (None, False)
    }


def opened_options(sealer: Sealer, owner: int, stored: Mapping[str, Any] | None) -> dict[str, Any]:
    """Options of a file out of their column."""
    return {
        name: sealer.open_name(value, owner) if name in SEALED_OPTIONS else value
        for name, value in (stored or {}).items()
    }


_NOTES: Final = "notes"
"""Beside the roles of columns, so that a version that knows no notes takes them for one more column."""


def sealed_reading(
    sealer: Sealer, owner: int, columns: Mapping[str, str | None], notes: Sequence[FileNote]
) -> dict[str, str | None]:
    """How a file was read, for `uploads.columns`: names of columns by their role, and what else is said of it."""
    sealed = {role: sealed_name(sealer, owner, name) for role, name in columns.items()}
    return {**sealed, _NOTES: sealer.seal_name(owner, json.dumps(notes))} if notes else sealed


def opened_reading(
    sealer: Sealer, owner: int, stored: Mapping[str, Any] | None
) -> tuple[dict[str, str | None], tuple[FileNote, ...]]:
    """(columns by their role, notes) out of their column."""
    found = {role: opened_name(sealer, name, owner) for role, name in (stored or {}).items()}
    notes = json.loads(found.pop(_NOTES, None) or "[]")
    return found, tuple((str(code), values) for code, values in notes)


def session_sealer(session: Session) -> Sealer:
    """The sealer of the database that the session speaks to."""
    return sealer_of(session.get_bind().dialect) or Sealer()


def error_place(job_id: int, owner: int) -> Place:
    """Of the values of a job's error, which may name files and columns."""
    return place("jobs.error_values", job_id, owner=owner)
