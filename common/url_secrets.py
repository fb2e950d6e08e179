"""Passwords in URLs: whether one was written raw, so that a reader would take a piece of it for something else."""

from __future__ import annotations

import re
from typing import Final

MEANING: Final = "/?#@[]"
"""Signs that end or begin a part of a URL (RFC 3986); in a name or password they are percent-encoded."""
_HALF: Final = re.compile(r"%(?![0-9A-Fa-f]{2})")
_BLANK: Final = re.compile(r"[\s\x00-\x1f]")


def is_raw(url: str) -> bool:
    """Whether user name or password of the URL hold a sign that must be percent-encoded.

    Everything before the last @ counts as name and password, so a raw @ / ? or # is found wherever a parser would cut.
    """
    credentials, at, _ = url.partition("://")[2].rpartition("@")
    return bool(at) and any(pattern.search(credentials) for pattern in (_HALF, _BLANK, _SIGNS))


def advice(variable: str) -> str:
    """The sentence for such a URL; it repeats nothing of it."""
    return (
        f"{variable} holds a user name or password with a sign that has a meaning in a URL: write such signs "
        "percent-encoded (@ as %40, / as %2F, # as %23, ? as %3F, [ as %5B, ] as %5D, % as %25)."
    )


def raw_ampersand(variable: str) -> str:
    """The sentence for a URL with an unknown option beside a password: a raw & makes the rest of the password a name.

    It repeats nothing of it.
    """
    return f"{variable} holds something behind its password that is no option of it: write a & in it as %26."


_SIGNS: Final = re.compile(f"[{re.escape(MEANING)}]")
