"""The single review whose turn it is: owners share the workers, however many reviews each of them sent."""

from __future__ import annotations

from collections.abc import Callable

from db import queue
from db.engine import Database


def process_next_review(db: Database, process: Callable[[int], bool]) -> bool:
    """`process` on the chunk whose turn it is; whether it stored an outcome.

    Of two workers that choose the same one the slower takes the next, for there is a wake-up for each review. Raises
    DbError.
    """
    tried: int | None = None
    while (chosen := queue.next_interactive(db)) is not None and chosen != tried:
        if process(chosen):
            return True
        tried = chosen
    return False
