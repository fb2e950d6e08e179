"""Stored texts and files under the host's own keys: a stolen disk or backup tells nothing of what was written.

AES-256-GCM (NIST SP 800-38D) with a fresh nonce of 96 bits for every text. Against Fernet it costs a third a review and
an eighth a mebibyte (docs/privacy.md). What is stored names its key, so texts under several keys, and plain ones from
before there was a key, live side by side; the first key seals, all of them open.

    text   sealed:1:KEY:BASE64(nonce + ciphertext + tag)      a plain text is stored as it is
    bytes  MAGIC + key (4) + nonce (12) + ciphertext + tag    so are plain bytes
"""

from __future__ import annotations

import base64
import binascii
import json
import os
from collections.abc import Sequence
from hashlib import sha256
from typing import Any, Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import JSON, Dialect, Text
from sqlalchemy.types import TypeDecorator, TypeEngine

from db.errors import BadTextKey, TextKeyMissing

PREFIX: Final = "sealed:1:"
MAGIC: Final = b"\x00RFsealed\x01"
PLAIN: Final = "00000000"
"""In the place of a key's id: not sealed at all, only beginning like something that is."""
ID_BYTES: Final = 4
NONCE_BYTES: Final = 12
KEY_BYTES: Final = 32
_HEAD: Final = len(PREFIX) + 2 * ID_BYTES + 1
_MAGIC_HEAD: Final = len(MAGIC) + ID_BYTES


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
        self.hash_key: bytes | None = sha256(b"reelfeel text hash" + raw[0]).digest() if raw else None
        """What hashes of texts are keyed with (`db.verdict_cache`); None without keys."""
        self._ciphers = {id_: AESGCM(key) for id_, key in zip(self.ids, raw, strict=True)}
        self._sealing = self._ciphers[self.ids[0]] if self.ids else None
        self._text_head = PREFIX + (self.ids[0] if self.ids else PLAIN) + ":"
        self._bytes_head = MAGIC + bytes.fromhex(self.ids[0] if self.ids else PLAIN)

    @property
    def active(self) -> bool:
        """Whether new texts are sealed."""
        return self._sealing is not None

    def seal(self, text: str) -> str:
        """The text as it is stored."""
        if self._sealing is None:
            return self._text_head + text if text.startswith(PREFIX) else text
        nonce = os.urandom(NONCE_BYTES)
        sealed = nonce + self._sealing.encrypt(nonce, text.encode(), None)
        return self._text_head + binascii.b2a_base64(sealed, newline=False).decode("ascii")

    def open(self, stored: str) -> str:
        """The text out of what is stored. Raises TextKeyMissing for a key that is not among ours."""
        if not stored.startswith(PREFIX):
            return stored
        named, body = stored[len(PREFIX) : _HEAD - 1], stored[_HEAD:]
        if named == PLAIN:
            return body
        return self._opened(named, binascii.a2b_base64(body)).decode()

    def seal_bytes(self, data: bytes) -> bytes:
        """A part of a file as it is stored."""
        if self._sealing is None:
            return self._bytes_head + data if data.startswith(MAGIC) else data
        nonce = os.urandom(NONCE_BYTES)
        return self._bytes_head + nonce + self._sealing.encrypt(nonce, data, None)

    def open_bytes(self, stored: bytes) -> bytes:
        """The part out of what is stored. Raises TextKeyMissing."""
        if not stored.startswith(MAGIC):
            return stored
        named, body = stored[len(MAGIC) : _MAGIC_HEAD].hex(), stored[_MAGIC_HEAD:]
        return body if named == PLAIN else self._opened(named, body)

    def current(self, stored: str) -> bool:
        """Whether a stored text is already as `seal` would store it, but for the nonce."""
        return stored.startswith(self._text_head) or not (self.active or stored.startswith(PREFIX))

    def current_bytes(self, stored: bytes) -> bool:
        """The same for a part of a file; its first 16 bytes are enough."""
        return stored.startswith(self._bytes_head) or not (self.active or stored.startswith(MAGIC))

    def _opened(self, named: str, body: bytes) -> bytes:
        cipher = self._ciphers.get(named)
        if cipher is None:
            raise TextKeyMissing((named,))
        try:
            return cipher.decrypt(body[:NONCE_BYTES], body[NONCE_BYTES:], None)
        except InvalidTag:
            raise ValueError(f"a text under key {named} was changed outside of this program") from None


def sealer_of(dialect: Dialect) -> Sealer | None:
    """The sealer of the `Database` this dialect belongs to; None where rows are copied as they are."""
    sealer: Sealer | None = getattr(dialect, "reelfeel_sealer", None)
    return sealer


class SealedText(TypeDecorator[str]):
    """A text column that SQLAlchemy seals on the way in and opens on the way out, so that no query can forget it.

    What goes past SQLAlchemy at the driver's speed (`db.queue.ingest`, `db.queue.scoring`) calls the sealer itself.
    """

    impl = Text
    cache_ok = True

    def coerce_compared_value(self, op: Any, value: Any) -> TypeEngine[Any]:
        """What a column is compared with (LIKE) is no stored text."""
        return Text()

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        """Seals."""
        sealer = sealer_of(dialect)
        return value if value is None or sealer is None else sealer.seal(value)

    def process_result_value(self, value: str | None, dialect: Dialect) -> str | None:
        """Opens."""
        sealer = sealer_of(dialect)
        return value if value is None or sealer is None else sealer.open(value)


class SealedJson(TypeDecorator[dict[str, Any]]):
    """As `SealedText`, for a column of JSON objects: sealed, one is stored as a JSON string."""

    impl = JSON
    cache_ok = True

    def process_bind_param(self, value: dict[str, Any] | None, dialect: Dialect) -> Any:
        """Seals."""
        sealer = sealer_of(dialect)
        return value if value is None or sealer is None else stored_json(sealer, value)

    def process_result_value(self, value: Any, dialect: Dialect) -> dict[str, Any] | None:
        """Opens."""
        sealer = sealer_of(dialect)
        return value if value is None or sealer is None else opened_json(sealer, value)


def stored_json(sealer: Sealer, value: dict[str, Any]) -> Any:
    """A JSON object as it is stored."""
    return sealer.seal(json.dumps(value)) if sealer.active else value


def opened_json(sealer: Sealer, stored: Any) -> dict[str, Any]:
    """The object out of what is stored; one from before there were keys is an object still. Raises TextKeyMissing."""
    value: dict[str, Any] = json.loads(sealer.open(stored)) if isinstance(stored, str) else stored
    return value


def current_json(sealer: Sealer, stored: Any) -> bool:
    """Whether a stored object is already as `stored_json` would store it, but for the nonce."""
    return isinstance(stored, str) and sealer.current(stored) if sealer.active else not isinstance(stored, str)
