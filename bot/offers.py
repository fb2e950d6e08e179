"""Questions that wait for a button and hold something too large for its custom_id. Lost at a restart, on purpose."""

from __future__ import annotations

import secrets
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

import discord

from bot.errors import UserError

MAX_OFFERS = 500

Accept = Callable[[discord.Interaction[Any]], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Offer:
    """Work that its owner may still ask for."""

    owner_id: int
    accept: Accept


class Offers:
    """The newest 500 open questions."""

    def __init__(self) -> None:
        self._open: OrderedDict[str, Offer] = OrderedDict()

    def add(self, owner_id: int, accept: Accept) -> str:
        """Keeps an offer; returns its key of 16 hexadecimal digits."""
        key = secrets.token_hex(8)
        self._open[key] = Offer(owner_id, accept)
        while len(self._open) > MAX_OFFERS:
            self._open.popitem(last=False)
        return key

    def get(self, key: str, user_id: int) -> Offer:
        """Takes an offer out; raises UserError, in the same words, when it ended or is someone else's."""
        offer = self._open.get(key)
        if offer is None or offer.owner_id != user_id:
            raise UserError("This question is no longer open: send the file again.")
        return self._open.pop(key)
