"""One `REDIS_URL`, spelled as its two readers want it: redis-py says `unix://` where kombu says `redis+socket://`."""

from __future__ import annotations

from urllib.parse import urlsplit

_CLIENT_SOCKET = "unix://"
_CELERY_SOCKET = "redis+socket://"


def for_client(url: str) -> str:
    """The address as redis-py reads it."""
    return _CLIENT_SOCKET + url.removeprefix(_CELERY_SOCKET) if url.startswith(_CELERY_SOCKET) else url


def for_celery(url: str) -> str:
    """The address as Celery (kombu) reads it."""
    return _CELERY_SOCKET + url.removeprefix(_CLIENT_SOCKET) if url.startswith(_CLIENT_SOCKET) else url


def without_secret(url: str) -> str:
    """Where the broker is, fit for a log or a user: user name, password and query are left out."""
    try:
        parts = urlsplit(for_client(url))
        port = f":{parts.port}" if parts.port else ""
    except ValueError:
        return "the given address"
    return f"{parts.scheme}://{parts.hostname or ''}{port}{parts.path}"
